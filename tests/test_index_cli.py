"""`dedup index` and `dedup clean --against`: what is printed, and the exit codes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click
import pytest

import dedup
from dedup import segments
from dedup.cli import main
from dedup.segments import MANIFEST, writing
from tests.material import article, prose
from tests.test_cli import call

if TYPE_CHECKING:
    from pathlib import Path

COMMANDS = ("build", "add", "query", "info", "remove", "compact")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to be in, with an archive, its index, and a batch of a day."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "archive").mkdir()
    for number in range(3):
        (tmp_path / f"archive/{number}.txt").write_text(article(number))
    monday = [
        {"id": "half", "text": f"{prose(1_002)}\n\n{prose(90)}"},
        {"id": "own", "text": prose(91)},
        {"id": "copy", "text": article(2)},
    ]
    (tmp_path / "monday.jsonl").write_text("".join(json.dumps(each) + "\n" for each in monday))
    assert call("index", "build", "archive", "-o", "old.index", "-q").exit_code == 0
    return tmp_path


def info(folder: str = "old.index") -> Any:
    return json.loads(call("index", "info", folder, "--json").stdout)


def test_build_says_what_it_made_and_what_failed(here: Path) -> None:
    (here / "archive/empty.txt").write_text("")

    run = call("index", "build", "archive", "-o", "other.index")

    assert (run.exit_code, run.stdout) == (1, "")
    assert "empty.txt: empty file" in run.stderr
    assert "3 documents; see: dedup index info other.index" in run.stderr
    assert call("index", "build", "archive", "-o", "other.index").exit_code == 2
    assert call("index", "build", "nowhere", "-o", "third.index").exit_code == 2
    assert call("index", "build", "archive", "-o", "third.index", "-q").exit_code == 1


@pytest.mark.usefixtures("here")
def test_add_and_replace() -> None:
    run = call("index", "add", "old.index", "monday.jsonl")

    assert (run.exit_code, run.stdout) == (0, "")
    assert "6 documents, 3 more than before" in run.stderr
    run = call("index", "add", "old.index", "monday.jsonl")
    assert run.exit_code == 3 and "has the id 'half' of a document of the index old.index" in run.stderr
    run = call("index", "add", "old.index", "monday.jsonl", "--replace")
    assert run.exit_code == 0 and "6 documents, 0 more than before" in run.stderr


def test_query_of_a_text_a_file_and_standard_input(here: Path) -> None:
    (here / "letter.txt").write_text(f"Nobody knew.\n\n{prose(1_002)}\n")

    text, file = call("index", "query", "old.index", prose(1_002)), call("index", "query", "old.index", "letter.txt")
    piped = call("index", "query", "old.index", "-", stdin=prose(1_002))

    assert (text.exit_code, piped.stdout) == (0, text.stdout)
    place, shown = text.stdout.splitlines()
    assert "100%  1.txt:" in place and shown.strip().endswith("...") and shown.strip()[:20] == prose(1_002)[:20]
    assert file.stdout.startswith("letter.txt:14-")
    assert call("index", "query", "old.index", prose(9_999)).stdout == ""
    assert call("index", "query", "old.index", "x" * 5_000).exit_code == 0


def test_query_as_json_of_every_document_of_a_file(here: Path) -> None:
    run = call("index", "query", "old.index", "monday.jsonl", "--json")

    found = [json.loads(line) for line in run.stdout.splitlines()]
    assert [(each["document"], each["id"]) for each in found] == [("half", "1.txt"), ("copy", "2.txt")]
    assert found[1]["similarity"] == 1.0 and found[1]["end"] > 1_000
    short = call("index", "query", "old.index", " ".join(prose(1_002).split()[:20]), "--min-words", "30")
    assert (short.exit_code, short.stdout) == (0, "")
    (here / "bad.jsonl").write_text("{}\n")
    assert call("index", "query", "old.index", "bad.jsonl").exit_code == 2


@pytest.mark.usefixtures("here")
def test_info_remove_and_compact() -> None:
    assert info()["documents"] == 3 and info()["segments"] == 1 and info()["stamp"]["shingle"] == 4
    assert "documents: 3\n" in call("index", "info", "old.index", "--check").stdout

    run = call("index", "remove", "old.index", "0.txt", "1.txt")

    assert run.exit_code == 0 and "2 documents taken out" in run.stderr
    assert (info()["documents"], info()["removed"]) == (1, 2)
    run = call("index", "remove", "old.index", "0.txt")
    assert run.exit_code == 2 and "has no document '0.txt'" in run.stderr
    run = call("index", "compact", "old.index")
    assert run.exit_code == 0 and "1 documents in 1 segments" in run.stderr
    assert (info()["documents"], info()["removed"]) == (1, 0)


def test_check_finds_damage(here: Path) -> None:
    (path,) = (here / "old.index").glob("segment*")
    content = bytearray(path.read_bytes())
    content[100] ^= 1
    path.write_bytes(content)

    run = call("index", "info", "old.index", "--check")

    assert run.exit_code == 2 and path.name in run.stderr and "damaged" in run.stderr


def test_days_against_an_index(here: Path) -> None:
    run = call("clean", "monday.jsonl", "-o", "monday", "--against", "old.index", "--add", "-q")

    assert run.exit_code == 0
    assert [each["id"] for each in dedup.Result(here / "monday").documents()] == ["half", "own"]
    assert {each["keeper"]["index"] for each in dedup.Result(here / "monday").removed()} == {"old.index"}
    assert info()["documents"] == 5
    (here / "tuesday.jsonl").write_text(json.dumps({"id": "late", "text": f"{prose(91)}\n\n{prose(93)}"}))
    assert call("clean", "tuesday.jsonl", "-o", "tuesday", "--against", "old.index", "-q").exit_code == 0
    (gone,) = dedup.Result(here / "tuesday").removed()
    assert (gone["keeper"]["id"], gone["text"].strip()) == ("own", prose(91))
    assert info()["documents"] == 5


def test_lines_that_only_duplicates_go_of_against_an_index(here: Path) -> None:
    words = ("clean", "monday.jsonl", "-o", "out", "--against", "old.index", "--keep-chrome", "-q")

    assert call(*words).exit_code == 0
    assert [each["id"] for each in dedup.Result(here / "out").documents()] == ["half", "own"]


@pytest.mark.usefixtures("here")
def test_the_first_batch_makes_the_index() -> None:
    assert call("clean", "monday.jsonl", "-o", "out", "--against", "new.index", "--add", "-q").exit_code == 0
    assert info("new.index")["documents"] == 3


def test_test_against_train(here: Path) -> None:
    run = call("clean", "monday.jsonl", "-o", "out", "--against", "archive", "--match", "index", "-q")

    assert run.exit_code == 0
    assert [each["id"] for each in dedup.Result(here / "out").documents()] == ["half", "own"]
    assert {each["keeper"]["index"] for each in dedup.Result(here / "out").removed()} == {"archive"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--add"], "nothing to compare with"),
        (["--match", "index"], "nothing to compare with"),
        (["--against", "archive", "--add"], "is no index of dedup"),
        (["--against", "nowhere"], "nothing to read"),
        (["--against", "old.index", "--add", "--dry-run"], "--add is not for --dry-run"),
    ],
)
def test_what_cannot_be_asked_for(here: Path, words: list[str], said: str) -> None:
    run = call("clean", "monday.jsonl", "-o", "out", *words)

    assert run.exit_code == 2 and said in run.stderr
    assert not (here / "out").exists()


def test_an_index_that_is_refused(here: Path) -> None:
    with writing(here / "old.index"):
        run = call("index", "add", "old.index", "monday.jsonl")
        assert run.exit_code == 4 and "another process is writing this index" in run.stderr
    manifest = json.loads((here / "old.index" / MANIFEST).read_text())
    manifest["stamp"]["codes"] = 8
    (here / "old.index" / MANIFEST).write_bytes(segments.signed(manifest))
    for words in (["index", "info", "old.index"], ["clean", "monday.jsonl", "-o", "out", "--against", "old.index"]):
        run = call(*words)
        assert run.exit_code == 2 and "an index of codes = 8, here it is 40" in run.stderr


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_has_help(name: str) -> None:
    group = main.commands["index"]
    assert isinstance(group, click.Group)
    command = group.commands[name]

    run = call("index", name, "--help")

    assert (run.exit_code, set(group.commands)) == (0, set(COMMANDS))
    assert command.help and "IDX" in run.stdout
    assert all(option.help for option in command.params if isinstance(option, click.Option))
