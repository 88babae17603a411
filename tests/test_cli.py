"""The command line: exit codes to the number, output to the letter where it is ours."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from dataclasses import fields
from typing import TYPE_CHECKING, Any

import click
import pytest
from click.testing import CliRunner

from dedup import Config
from dedup.cli import main
from dedup.ending import StoppedError
from dedup.errors import LockedError, RemovalError, UnreadableError, WorkerError, WriteError
from dedup.formats import extensions
from tests.material import prose, vouch

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result as Run

FERRY = (
    "The ferry left the inner quay at dawn with forty sacks of barley, two goats and a brass band that had missed the"
    " evening boat. Nobody on board had thought to bring a lamp, and the fog that lay on the estuary was thick enough"
    " to lean on, so the pilot steered by the sound of the bell at Sallow Point.\n"
)
MILL = "The mill on the upper river closed in May, after the last of its millers had retired to the coast.\n"
LAMP = (
    "A lamp was found in the end under the second goat, and the bandmaster held it over the bow while the barley was"
    " thrown out sack by sack. By the time the ferry touched the far quay there was nothing left to sell but the goats,"
    " and the band played them off the boat one after the other to a tune that the pilot has asked not to be told.\n"
)
NOTICE = "© 2024 Estuary Post. All rights reserved.\n"


def call(*words: str | Path, stdin: str | None = None) -> Run:
    """Run the command line here, in the current folder."""
    return CliRunner().invoke(main, [str(word) for word in words], input=stdin, prog_name="dedup")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to be in, with a small corpus: a notice, and a copy of an article."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.txt").write_text(FERRY + "\n" + LAMP + "\n" + NOTICE, encoding="utf-8")
    (tmp_path / "in/b.txt").write_text(MILL + "\n" + FERRY, encoding="utf-8")
    return tmp_path


def tree(folder: Path) -> dict[str, bytes | None]:
    """Everything in a folder: files with their bytes, folders with None."""
    return {str(p.relative_to(folder)): p.read_bytes() if p.is_file() else None for p in sorted(folder.rglob("*"))}


def records(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


# ── clean ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_clean_writes_the_folder_and_a_summary_on_standard_error(here: Path) -> None:
    run = call("clean", "in", "-o", "out")

    assert (run.exit_code, run.stdout) == (0, "")
    assert sorted(tree(here / "out")) == [
        "_SUCCESS", "clean.jsonl", "failures.jsonl", "manifest.json", "removed.jsonl", "report.html", "sources.jsonl",
    ]  # fmt: skip
    assert run.stderr == (
        "2 documents in, 2 out, 0 inputs failed\n"
        "1,079 characters in, 735 out (68.1 %)\n"
        "\n"
        "removed    kind                spans    characters   share\n"
        "chrome     copyright               1            43   4.0 %\n"
        "duplicate  passage                 1           301  27.9 %\n"
        "all                                2           344  31.9 %\n"
        "\n"
        "out/clean.jsonl holds the documents, out/removed.jsonl what went and why.\n"
        "out/report.html shows what happened; to go through it and decide: dedup review out\n"
        "To look at one: dedup explain out ID\n"
    )


def test_inputs_that_fail_are_named_and_make_the_exit_code_1(here: Path) -> None:
    for number in range(7):
        (here / f"in/empty{number}.txt").touch()
    (here / "in/photo.jpg").touch()

    run = call("clean", "in", "-o", "out")

    assert run.exit_code == 1
    assert "2 documents in, 2 out, 7 inputs failed\n" in run.stderr
    assert "\nCould not be used:\n  empty0.txt: empty file\n" in run.stderr
    assert "  empty4.txt: empty file\n  and 2 more\n" in run.stderr
    assert "photo.jpg" not in run.stderr


def test_verbose_lists_everything_and_logs(here: Path) -> None:
    for number in range(7):
        (here / f"in/empty{number}.txt").touch()
    (here / "in/photo.jpg").touch()

    run = call("clean", "in", "-o", "out", "-v")

    assert run.exit_code == 1
    assert "  empty6.txt: empty file\n" in run.stderr
    assert "more\n" not in run.stderr
    assert "pairs to verify\n" in run.stderr
    assert run.stderr.endswith("ignored, not one of our extensions: in/photo.jpg\n")


def test_quiet_says_nothing(here: Path) -> None:
    (here / "in/empty.txt").touch()

    run = call("clean", "in", "-o", "out", "-q")

    assert (run.exit_code, run.output) == (1, "")
    assert (here / "out/manifest.json").is_file()


WRONG = {
    "clean -o out": "Missing argument 'INPUT...'.",
    "clean in": "Missing option '-o' / '--out': a folder, or - for standard output.",
    "clean in -o out --treshold .9": "No such option",
    "clean in -o out --threshold 1.5": "Invalid value for '--threshold': 1.5 is not in the range 0.5<=x<=1.0.",
    "clean in -o out --min-words few": "Invalid value for '--min-words': 'few' is not a valid integer range.",
    "clean in -o out --keep best": "Invalid value for '--keep': 'best' is not one of 'earliest', 'longest', 'first',",
    "clean in -o out --keep-kinds passage": "Invalid value for '--keep-kinds': 'passage' is not one of",
    "clean in -o out --lsh-similarity 0.2 --num-perm 16": (
        "lsh_recall = 0.997, lsh_similarity = 0.2: num_perm = 16 reaches at most lsh_recall = 0.9718; "
    ),
    "clean in -o out --bands 30": "No such option",
    "clean in -o out -j 0": "Invalid value for '-j' / '--workers': 0 is not in the range x>=1.",
    "clean in -o - --format text": "-o - writes JSONL; format = 'text' needs a folder.",
    "clean in -o out --config none.toml": "none.toml: cannot be read as TOML: [Errno 2] No such file or directory",
    "clean in -o out --config broken.toml": "broken.toml: cannot be read as TOML: ",
    "clean in -o out --config empty.toml": "empty.toml: has no [dedup] table",
    "clean in -o out --config unknown.toml": "unknown.toml: unknown setting 'min_word'; there are: format, ",
    "clean in -o out --config range.toml": "range.toml: threshold = 0.2: must be from 0.5 to 1.0",
    "clean in -o out --config type.toml": "type.toml: min_words = '20': must be of type int",
    "clean nowhere.txt -o out": "nothing to read: no .html",
    "clean nothing -o out": f"nothing to read: no {extensions()} file in nothing",
    "clean in -o theirs": "theirs: is not empty and was not made by dedup; name another folder, or remove it",
    "clean in -o blank.txt": "blank.txt: is a file, not a folder",
    "explain theirs a.txt": "theirs: holds no finished run of dedup (there is no manifest.json of ours in it)",
    "restore theirs": "theirs: holds no finished run of dedup (there is no manifest.json of ours in it)",
    "restore nowhere": "nowhere: holds no finished run of dedup",
    "completion tcsh": "Invalid value for '{bash|zsh|fish}': 'tcsh' is not one of 'bash', 'zsh', 'fish'.",
    "cleanse in": "No such command 'cleanse'.",
}


@pytest.mark.parametrize("line", WRONG)
def test_what_is_wrong_ends_with_2_and_writes_nothing(here: Path, line: str) -> None:
    (here / "nothing").mkdir()
    (here / "theirs").mkdir()
    (here / "theirs/thesis.doc").write_text("my only copy")
    (here / "blank.txt").touch()
    (here / "empty.toml").touch()
    (here / "broken.toml").write_text("[dedup\n")
    (here / "unknown.toml").write_text("[dedup]\nmin_word = 20\n")
    (here / "range.toml").write_text("[dedup]\nthreshold = 0.2\n")
    (here / "type.toml").write_text("[dedup]\nmin_words = '20'\n")
    before = tree(here)

    run = call(*line.split())

    assert run.exit_code == 2
    assert run.stdout == ""
    assert run.stderr.startswith("Usage: dedup ")
    assert f"Error: {WRONG[line]}" in run.stderr
    assert tree(here) == before


def test_flags_win_over_the_file_and_the_file_over_the_defaults(here: Path) -> None:
    (here / "my.toml").write_text(
        "[dedup]\nmin_words = 30\nthreshold = 0.9\nkeep_chrome = true\nkeep_kinds = ['share']\n"
    )

    words = [
        "--config",
        "my.toml",
        "--min-words",
        "20",
        "--no-keep-chrome",
        "--keep-kinds",
        "caption",
        "--keep-kinds",
        "byline",
    ]
    assert call("clean", "in", "-o", "out", *words).exit_code == 0

    told = json.loads((here / "out/manifest.json").read_bytes())["config"]
    assert (told["min_words"], told["threshold"], told["keep_chrome"]) == (20, 0.9, False)
    assert told["keep_kinds"] == ["caption", "byline"]
    assert told["lsh_recall"] == Config().lsh_recall


def test_pyproject_is_read_only_when_it_is_named(here: Path) -> None:
    (here / "pyproject.toml").write_text("[tool.dedup]\nmin_words = 30\n")

    for words, want in (([], Config().min_words), (["--config", "pyproject.toml"], 30)):
        assert call("clean", "in", "-o", "out", *words).exit_code == 0
        assert json.loads((here / "out/manifest.json").read_bytes())["config"]["min_words"] == want


def test_every_setting_is_a_flag_of_the_same_name() -> None:
    options = {option for each in main.commands["clean"].params for option in each.opts}

    assert {f"--{spec.name.replace('_', '-')}" for spec in fields(Config)} <= options


def test_standard_input_to_standard_output(here: Path) -> None:
    lines = "".join(
        json.dumps({"id": name, "text": text}) + "\n"
        for name, text in (("x", FERRY + "\n" + LAMP), ("y", MILL + "\n" + FERRY))
    )

    run = call("clean", "-", "-o", "-", "-q", stdin=lines)

    assert run.exit_code == 0
    assert [json.loads(line) for line in run.stdout.splitlines()] == [
        {"id": "x", "text": FERRY + "\n" + LAMP},
        {"id": "y", "text": MILL},
    ]
    assert sorted(tree(here)) == ["in", "in/a.txt", "in/b.txt"]


def test_a_bad_line_of_standard_input_is_a_failure(here: Path) -> None:
    run = call("clean", "-", "-o", "-", stdin='{"text": "A line that is well."}\nnot JSON\n')

    assert here.is_dir()
    assert run.exit_code == 1
    assert json.loads(run.stdout) == {"id": "stdin:1", "text": "A line that is well."}
    assert "  stdin:2: not JSON: " in run.stderr
    assert run.stderr.endswith("Nothing was written; for a record of what went, name a folder with -o.\n")


def test_dry_run_prints_what_would_go_and_writes_nothing(here: Path) -> None:
    before = tree(here)

    run = call("clean", "in", "-o", "out", "--dry-run")

    assert run.exit_code == 0
    assert run.stdout == (
        "a.txt 635-678 copyright © 2024 Estuary Post. All rights reserved.\n"
        "b.txt 98-399 passage The ferry left the inner quay at dawn with forty sacks of ba\n"
    )
    assert run.stderr.startswith("2 documents in, 2 out, 0 inputs failed\n")
    assert tree(here) == before


def test_workers_and_the_order_of_inputs_change_no_byte(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dedup.staged.SHARD_DOCUMENTS", 1)  # else there is work for one only
    (here / "c.jsonl").write_text(json.dumps({"id": "c", "text": FERRY}) + "\n{}\n", encoding="utf-8")
    runs = (
        ("one", ["in", "c.jsonl", "-j", "1"], ""),
        ("two", ["c.jsonl", "in", "-j", "2"], ""),
        ("early", ["c.jsonl", "in", "-j", "2"], "dedup.pages"),
    )
    for out, words, module in runs:
        monkeypatch.setattr("dedup.cli_common.EXTRACTS", module)
        assert call("clean", *words, "-o", out, "-q").exit_code == 1

    assert tree(here / "one") == tree(here / "two") == tree(here / "early")


def test_a_run_of_ours_is_replaced_and_its_other_format_goes(here: Path) -> None:
    assert call("clean", "in", "-o", "out", "--format", "markdown").exit_code == 0
    assert (here / "out/clean/a.txt.md").is_file()
    assert call("clean", "in", "-o", "out").exit_code == 0

    assert (here / "out/clean.jsonl").is_file()
    assert not (here / "out/clean").exists()


# ── explain ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def cleaned(here: Path) -> Path:
    """The small corpus, cleaned into `out`."""
    assert call("clean", "in", "-o", "out", "-q").exit_code == 0
    return here


def test_explain_shows_blocks_in_order_with_reasons(cleaned: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "82")

    run = call("explain", cleaned / "out", "b.txt")

    lines = run.stdout.splitlines()
    assert run.exit_code == 0
    assert lines[0] == "kept             The mill on the upper river closed in May, after the last of its"
    assert lines[1] == "                 millers had retired to the coast."
    assert lines[2] == "- passage        The ferry left the inner quay at dawn with forty sacks of barley,"
    assert all(line.startswith("-      ") for line in lines[3:5])
    assert lines[4].endswith("…")
    assert lines[5].startswith("                 | 100% of its ")
    assert lines[6].startswith("                 | keeper: a.txt 0-")
    assert max(map(len, lines)) <= 82
    assert "\x1b" not in run.stdout


def test_explain_in_full_and_as_json(cleaned: Path) -> None:
    full = call("explain", cleaned / "out", "b.txt", "--full").stdout
    pieces = [json.loads(line) for line in call("explain", cleaned / "out", "b.txt", "--json").stdout.splitlines()]

    assert " ".join(full.replace("\n-", "").split()).count("the pilot steered by the sound of the bell") == 1
    assert [(piece["kept"], piece["text"].strip()) for piece in pieces] == [
        (True, MILL.strip()),
        (False, FERRY.strip()),
    ]
    assert (pieces[1]["kind"], pieces[1]["keeper"]["id"]) == ("passage", "a.txt")
    assert pieces[1]["keeper"]["text"] == FERRY.strip().removesuffix(".")


def test_an_unknown_document_is_refused_with_near_ones(cleaned: Path) -> None:
    run = call("explain", cleaned / "out", "bb.txt")

    assert run.exit_code == 2
    assert "has no document 'bb.txt'. Do you mean b.txt" in run.stderr


def test_a_document_cannot_command_the_terminal(here: Path) -> None:
    evil = "Title \x1b]0;owned\x07 and \x1b[31mred\x1b[0m, \x9b2J then \u202eback, and a bell \x07 rang."
    (here / "evil.jsonl").write_text(json.dumps({"id": "e\x1b[2J", "text": evil}) + "\n", encoding="utf-8")
    assert call("clean", "evil.jsonl", "-o", "out", "-q").exit_code == 0

    shown = call("explain", "out", "e\x1b[2J").stdout

    assert shown == (
        "kept             Title ␛]0;owned␇ and ␛[31mred␛[0m, <U+009B>2J then <U+202E>back, and a bell ␇ rang.\n"
    )


# ── restore ─────────────────────────────────────────────────────────────────────────────────────────────────────────

FILES = {
    "plain.txt": FERRY.encode(),
    "news/crlf.md": ("# A title\r\n\r\n" + MILL + "\r\n" + FERRY.replace(" ", "  ") + "\r\n\r\n" + NOTICE).encode(),
    "bom.txt": b"\xef\xbb\xbf" + MILL.encode() + b"\r\rold Mac line ends\r",
    "utf16.txt": ("\ufeff" + FERRY + NOTICE).encode("utf-16-le"),
    "utf16be.txt": ("\ufeff" + MILL).encode("utf-16-be"),
    "cp1252.txt": ("Der Fährmann sagte: „Über den Fluß führt keine Brücke, nur ein Boot – für dreißig Münzen.“ Die"
                   " Männer am Ufer hörten es, schüttelten die Köpfe und gingen zurück zur Mühle.\n").encode("cp1252"),
}  # fmt: skip


def test_restore_gives_files_back_byte_for_byte(here: Path) -> None:
    for name, content in FILES.items():
        (here / "src" / name).parent.mkdir(parents=True, exist_ok=True)
        (here / "src" / name).write_bytes(content)
    assert call("clean", "src", "-o", "out", "-q").exit_code == 0

    run = call("restore", "out", "-o", "back")

    assert (run.exit_code, run.output) == (0, "")
    assert {name: content for name, content in tree(here / "back").items() if content is not None} == FILES


def test_restore_tells_files_whose_bytes_do_not_come_back(here: Path) -> None:
    (here / "src").mkdir()
    (here / "src/a.txt").write_bytes(MILL.encode())
    (here / "src/b.txt").write_bytes(b"The mill \xfa\x54 closed.\n")  # a sign that cp932 has twice
    assert call("clean", "src", "-o", "out", "-q", "--encoding", "cp932").exit_code == 0

    run = call("restore", "out", "-o", "back")

    assert (run.exit_code, run.stdout) == (1, "")
    assert run.stderr == (
        "b.txt: b.txt: its text is as it was, but not every byte: in cp932 a text can be written in more than one way\n"
    )
    assert (here / "back/b.txt").read_text("cp932") == "The mill ¬ closed.\n".replace("¬", "\uffe2")
    assert call("restore", "out").exit_code == 0


def test_restore_gives_pages_as_text_and_records_as_lines(here: Path) -> None:
    (here / "in/page.html").write_text(f"<html><body><nav>Home</nav><article><p>{MILL}</p></article></body></html>")
    lines = [{"id": "x", "text": " \r\n" + MILL, "url": "https://a.example/x"}, {"id": "z", "markdown": "# " + FERRY}]
    (here / "in/posts.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    assert call("clean", "in", "-o", "out", "-q").exit_code == 0

    assert call("restore", "out", "-o", "back").exit_code == 0

    assert sorted(tree(here / "back")) == ["a.txt", "b.txt", "page.html.txt", "posts.jsonl"]
    assert (here / "back/page.html.txt").read_text() == "Home\n\n" + MILL.strip()
    assert records(here / "back/posts.jsonl") == [
        {"id": "x", "text": " \r\n" + MILL},
        {"id": "z", "text": "# " + FERRY},
    ]


def test_restore_without_a_folder_prints_lines(cleaned: Path) -> None:
    run = call("restore", cleaned / "out")

    assert run.exit_code == 0
    assert [json.loads(line) for line in run.stdout.splitlines()] == [
        {"id": "a.txt", "text": FERRY + "\n" + LAMP + "\n" + NOTICE},
        {"id": "b.txt", "text": MILL + "\n" + FERRY},
    ]


@pytest.mark.parametrize("words", [[], ["-o", "back"]])
def test_restore_refuses_what_was_changed(cleaned: Path, words: list[str]) -> None:
    path = cleaned / "out/clean.jsonl"
    path.write_bytes(path.read_bytes().replace(b"upper river", b"lower river"))

    run = call("restore", cleaned / "out", *words)
    assert run.exit_code == 4 and f"{path}: is not what was written; `dedup verify`" in run.stderr
    assert not run.stdout and not (cleaned / "back").exists()

    run = call("restore", cleaned / "out", *words, "--damaged")
    assert run.exit_code == 1
    assert run.stderr == "b.txt: the restored text is not the source text: the files of the run have been changed\n"
    back = run.stdout if not words else "".join(path.name for path in (cleaned / "back").iterdir())
    assert "a.txt" in back and "b.txt" not in back


def test_restore_refuses_a_folder_that_holds_something(cleaned: Path) -> None:
    before = tree(cleaned)

    for folder in ("in", "in/a.txt"):
        run = call("restore", "out", "-o", folder)
        assert run.exit_code == 2
        assert "is not empty; name another folder" in run.stderr or "is a file, not a folder" in run.stderr
    assert tree(cleaned) == before


def test_no_path_leaves_the_folder(cleaned: Path) -> None:
    path = cleaned / "out/sources.jsonl"
    sources = records(path)
    sources[0]["place"], sources[1]["place"] = "../../a.txt", "/etc/./pass\0wd"
    path.write_text("".join(json.dumps(each) + "\n" for each in sources), encoding="utf-8")
    vouch(cleaned / "out")

    assert call("restore", "out", "-o", "back").exit_code == 0

    files = [name for name, content in tree(cleaned / "back").items() if content is not None]
    assert files == ["%2E%2E/%2E%2E/a.txt", "etc/%2E/pass%00wd"]


def test_a_file_and_its_compressed_namesake_both_come_back(here: Path) -> None:
    import gzip

    (here / "in/a.txt.gz").write_bytes(gzip.compress(MILL.encode()))
    assert call("clean", "in", "-o", "out", "-q").exit_code == 0
    assert call("restore", "out", "-o", "back").exit_code == 0

    assert sorted(tree(here / "back")) == ["a.2.txt", "a.txt", "b.txt"]
    assert (here / "back/a.2.txt").read_bytes() == MILL.encode()


# ── the rest ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_version_says_which_kernel_runs() -> None:
    run = call("--version")

    assert run.exit_code == 0
    assert run.stdout in ("dedup 0.1.0 (kernel: native)\n", "dedup 0.1.0 (kernel: python)\n")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_a_script(shell: str) -> None:
    run = call("completion", shell)

    assert run.exit_code == 0
    assert f"_DEDUP_COMPLETE={shell}_complete" in run.stdout


def test_document_ids_are_completed(cleaned: Path) -> None:
    from click.shell_completion import ShellComplete

    complete = ShellComplete(main, {}, "dedup", "_DEDUP_COMPLETE").get_completions

    assert [each.value for each in complete(["explain", str(cleaned / "out")], "b")] == ["b.txt"]
    assert complete(["explain", str(cleaned)], "b") == []


@pytest.mark.parametrize("name", main.commands)
def test_every_command_and_option_has_help_and_an_example(name: str) -> None:
    command = main.commands[name]
    run = call(name, "--help")

    assert run.exit_code == 0
    assert "Example" in run.stdout
    assert f"  dedup {name} " in run.stdout or f"$(dedup {name} " in run.stdout
    assert command.help
    assert all(option.help for option in command.params if isinstance(option, click.Option))


@pytest.mark.parametrize(
    ("error", "said", "code"),
    [
        (KeyboardInterrupt(), "Interrupted. `dedup clean` into out begins anew", 130),
        (StoppedError(signal.SIGTERM), "Interrupted. `dedup clean` into out begins anew", 143),
        (UnreadableError("too many"), "Error: too many\n", 3),
        (WriteError("out: cannot be made"), "Error: out: cannot be made\n", 4),
        (LockedError("out: another run"), "Error: out: another run\n", 4),
        (RemovalError("safety \x1bstop"), "Error: safety ␛stop\nNothing was written.", 5),
        (OSError(28, "No space left", "out/x"), "Error: out/x: No space left", 4),
        (WorkerError("a worker process died"), "Error: a worker process died\n", 70),
        (KeyError("x"), "This is a bug in dedup.", 70),
    ],
)
def test_what_ends_a_run_has_its_exit_code(
    here: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException, said: str, code: int
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("dedup.pipeline.clean", fails)
    run = call("clean", here / "in", "-o", "out")

    assert (run.exit_code, run.stdout) == (code, "")
    assert said in run.stderr


def test_a_signal_after_all_is_written_says_that_it_is_whole(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("dedup.cli._print_summary", interrupt)
    run = call("clean", here / "in", "-o", "out")

    assert (run.exit_code, run.stderr) == (130, "\nInterrupted. What is in out is whole.\n")


def test_an_interrupted_run_goes_on_to_the_same_end(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("dedup.shards.flag", interrupt)
        assert call("clean", "in", "-o", "out", "-q").exit_code == 130
    assert [path.name for path in (here / "out").iterdir()] == ["work"]
    assert call("explain", "out", "a.txt").exit_code == 2

    assert call("clean", "in", "-o", "out", "-q").exit_code == 0
    assert call("clean", "in", "-o", "fresh", "-q").exit_code == 0
    assert tree(here / "out") == tree(here / "fresh")


def test_a_closed_pipe_ends_it_quietly(cleaned: Path) -> None:
    with (cleaned / "long.jsonl").open("w") as handle:
        handle.writelines(json.dumps({"text": f"Number {n} of many. " * 500}) + "\n" for n in range(50))
    assert call("clean", "long.jsonl", "-o", "long", "-q", "--keep-duplicates").exit_code == 0

    with subprocess.Popen([sys.executable, "-m", "dedup", "restore", "long"], stdout=-1, stderr=-1) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(10)
        process.stdout.close()
        assert (process.wait(), process.stderr.read()) == (141, b"")


@pytest.mark.parametrize(
    ("words", "code", "begun"), [(["--version"], 0, "dedup "), (["clean"], 2, "")], ids=["done", "wrong usage"]
)
def test_the_program_ends_at_once_with_all_written(words: list[str], code: int, begun: str) -> None:
    """What Python would do after it, of which the hook from before it stands for all, is left out."""
    program = (
        f"import atexit, sys; sys.argv = ['dedup', *{words}]; atexit.register(print, 'taken apart')\n"
        "from dedup.__main__ import program; program()"
    )

    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)

    assert (run.returncode, "taken apart" in run.stdout, bool(run.stderr)) == (code, False, code != 0)
    assert run.stdout.startswith(begun)


def test_help_waits_for_no_heavy_import() -> None:
    program = (
        "import sys; from dedup.cli import main; main(['--help'], standalone_mode=False)\n"
        "heavy = {'numpy', 'lxml', 'trafilatura', 'datasketch', 'regex', 'tqdm', 'dateparser'} & set(sys.modules)\n"
        "print(*heavy, file=sys.stderr, end='')"
    )

    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False).stderr == ""


def test_the_names_of_the_package_are_what_they_say() -> None:
    program = (
        "import dedup.extract, dedup.clean, dedup, types\n"
        "values = [getattr(dedup, name) for name in dedup.__all__]\n"
        "assert not any(isinstance(value, types.ModuleType) for value in values)\n"
        "assert callable(dedup.clean) and callable(dedup.extract) and set(dedup.__all__) <= set(dir(dedup))\n"
        "try: dedup.nothing\n"
        "except AttributeError as error: print(error)"
    )

    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout == "module 'dedup' has no attribute 'nothing'\n"


def test_site_is_for_documents_that_name_none(here: Path) -> None:
    link = '<link rel="canonical" href="https://www.estuary.example/mill">'
    (here / "in/page.html").write_text(
        f"<html><head>{link}</head><body><article><p>{prose(7, 80)}</p></article></body></html>"
    )
    (here / "in/p.jsonl").write_text(
        '{"id": "x", "text": "One."}\n{"id": "y", "text": "Two.", "site": "own.example"}\n'
    )
    assert call("clean", "in", "-o", "out", "-q", "--site", "given.example").exit_code == 0

    sites = {record["id"]: record["site"] for record in records(here / "out/clean.jsonl")}
    assert sites == {"a.txt": "given.example", "b.txt": "given.example", "x": "given.example",
                     "y": "own.example", "page.html": "estuary.example"}  # fmt: skip
