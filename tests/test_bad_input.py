# ruff: noqa: E501 (tables of cases)
"""Bad input: a clear word for each, and nothing lost. A failing document never stops the others."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import IO, Any

import pytest

import dedup
from dedup import Config, Format, InputError, OutputError, SettingError, Source
from dedup.compressed import zstandard
from dedup.formats import extensions
from tests.conftest import ROOT
from tests.material import article, cleaned

OK = article(1) + "\n"
"""Stands beside every bad input, and must come through unharmed."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An input folder with one good document."""
    root = tmp_path / "in"
    root.mkdir()
    (root / "ok.txt").write_text(OK, encoding="utf-8")
    return root


def failures(inputs: Any, **settings: Any) -> dict[str, str]:
    """Why inputs failed, once it is sure that the good document is unharmed."""
    found = cleaned(inputs, **settings)
    assert found.texts["ok.txt"] == OK
    return found.failures


# ── files ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_empty_file(folder: Path) -> None:
    (folder / "bad.txt").write_bytes(b"")
    (folder / "bad.html").write_bytes(b"")
    (folder / "bad.md.gz").write_bytes(gzip.compress(b""))

    assert failures(folder) == dict.fromkeys(("bad.html", "bad.md.gz", "bad.txt"), "empty file")


@pytest.mark.parametrize("content", [b"", b"\n\n"])
def test_an_empty_jsonl_file(folder: Path, content: bytes) -> None:
    (folder / "bad.jsonl").write_bytes(content)

    assert list(failures(folder)) == ["bad.jsonl"]


def test_a_missing_file(folder: Path) -> None:
    assert failures([folder, folder / "none.txt"]) == {str(folder / "none.txt"): "no such file or folder"}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission(folder: Path) -> None:
    (folder / "bad.txt").write_text("x")
    (folder / "bad.txt").chmod(0)

    assert failures(folder) == {"bad.txt": "cannot be read: Permission denied"}


@pytest.mark.parametrize("name", ["bad.txt", "bad.jsonl", "bad.html"])
def test_a_file_that_cannot_be_opened(folder: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / name).write_text("x")
    opened = Path.open

    def refuse(self: Path, *args: Any, **more: Any) -> IO[Any]:
        if self.name == name:
            raise PermissionError(13, "Permission denied")
        found: IO[Any] = opened(self, *args, **more)
        return found

    monkeypatch.setattr(Path, "open", refuse)

    assert failures(folder) == {name: "cannot be read: Permission denied"}


def test_a_folder_named_like_a_file_is_a_folder(folder: Path) -> None:
    (folder / "bad.txt").mkdir()
    (folder / "bad.txt" / "a.txt").write_text(article(2))

    found = cleaned(folder)

    assert set(found.texts) == {"ok.txt", "bad.txt/a.txt"}
    assert found.failures == {}


def test_a_glob_without_a_match_and_an_unknown_extension(folder: Path) -> None:
    (folder / "bad.pdf").write_bytes(b"%PDF")

    found = failures([folder / "ok.txt", folder / "*.none", folder / "bad.pdf"])

    assert found == {
        str(folder / "*.none"): "no file matches this pattern",
        str(folder / "bad.pdf"): f"unknown extension '.pdf'; --input-format says what it is; known are {extensions()}",
    }


def test_hidden_files_and_loops_of_links_are_not_read(folder: Path) -> None:
    (folder / ".bad.txt").write_bytes(b"\xff")
    (folder / ".git").mkdir()
    (folder / ".git" / "bad.txt").write_bytes(b"\xff")
    (folder / "loop").symlink_to(folder, target_is_directory=True)
    (folder / "round").symlink_to(folder / "round")

    assert failures(folder) == {}


def test_a_file_name_that_is_not_utf_8(folder: Path) -> None:
    Path(os.fsdecode(os.fsencode(folder) + b"/bad\xff.txt")).write_text(article(2))

    assert cleaned(folder).texts["ok.txt"] == OK


# ── encodings and bytes ─────────────────────────────────────────────────────────────────────────────────────────────


def test_the_wrong_encoding_given(folder: Path) -> None:
    (folder / "bad.txt").write_bytes("Café".encode())

    assert failures(folder, encoding="ascii") == {
        "bad.txt": "not valid ascii (from --encoding) at byte 3: ordinal not in range(128)"
    }


@pytest.mark.parametrize("name", ["klingon", "rot13"])
def test_an_encoding_that_there_is_not(folder: Path, name: str) -> None:
    with pytest.raises(SettingError, match=f"encoding = '{name}'"):
        cleaned(folder, encoding=name)


def test_an_encoding_that_cannot_be_told(folder: Path) -> None:
    (folder / "bad.txt").write_bytes(bytes(range(128, 256)) * 3)

    assert failures(folder) == {
        "bad.txt": "its encoding is not declared, not UTF-8, and cannot be told; give it with --encoding"
    }


def test_half_a_character(folder: Path) -> None:
    (folder / "half.txt").write_bytes(b"Half a pair: +2AA-.")
    (folder / "half.html").write_bytes(b"<p>Half a pair: +2AA-.")  # which pages show as "?"

    assert failures(folder, encoding="utf-7") == {
        "half.txt": "its text (read as utf-7) holds a lone surrogate at character 13, which is no character"
    }


def test_nul_bytes(folder: Path) -> None:
    (folder / "bad.txt").write_bytes(b"The mill\x00 closed.")
    (folder / "page.html").write_bytes(b"<html><body><p>The mill\x00 closed.</p></body></html>")

    found = cleaned(folder)

    assert found.failures == {"bad.txt": "holds NUL characters (read as utf-8): not a text file"}
    assert found.texts["ok.txt"] == OK
    assert "The mill\N{REPLACEMENT CHARACTER} closed." in found.restored["page.html"]


# ── compression ─────────────────────────────────────────────────────────────────────────────────────────────────────

LINES = b"".join(
    b'{"id": "d%d", "text": "Text %d: %s"}\n' % (n, n, os.urandom(64).hex().encode()) for n in range(2_000)
)


@pytest.mark.parametrize(
    ("suffix", "packed"), [("gz", gzip.compress(LINES)), ("zst", zstandard().compress(LINES))], ids=["gz", "zst"]
)
def test_a_truncated_archive_gives_what_stands_before_the_break(folder: Path, suffix: str, packed: bytes) -> None:
    (folder / f"bad.jsonl.{suffix}").write_bytes(packed[: len(packed) // 2])

    found = cleaned(folder, keep_duplicates=True)

    count = len(found.texts) - 1
    assert count > 500
    assert found.texts["ok.txt"] == OK
    assert all(f"d{n}" in found.texts for n in range(count))
    ((place, why),) = found.failures.items()
    assert place == f"bad.jsonl.{suffix}:{count + 1}"
    assert why.startswith(f"compressed file is broken here, {count} lines before it were read: ")


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("bad.txt.gz", b"no gzip at all", "compressed file is broken: Not a gzipped file (b'no')"),
        (
            "bad.jsonl.gz",
            b"no gzip at all",
            "compressed file is broken here, 0 lines before it were read: Not a gzipped file (b'no')",
        ),
        (
            "bad.txt.gz",
            gzip.compress(OK.encode(), mtime=0)[:-20],
            "compressed file is broken: Compressed file ended before the end-of-stream marker was reached",
        ),
        ("bad.txt.gz", gzip.compress(OK.encode(), mtime=0)[:60] + b"\xff" * 60, "compressed file is broken: Error -3"),
        ("bad.txt.zst", b"no zstd at all", "compressed file is broken: "),
        ("bad.txt.zst", zstandard().compress(OK.encode())[:-20], "compressed file is broken: "),
    ],
)
def test_a_broken_archive(folder: Path, name: str, content: bytes, why: str) -> None:
    (folder / name).write_bytes(content)

    ((place, said),) = failures(folder).items()

    assert place.split(":")[0] == name
    assert said.startswith(why)


# ── records ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_lines_that_are_no_documents(folder: Path) -> None:
    lines = [b"nope", b"[1]", b'{"x": 1}', b'{"text": 3}', b'{"text": "\\ud800"}', b'{"text": ""}', b'{"id": "good", "text": "The mill closed."}',
             b"\xff\xfe", b'{"text": "x' + b"x" * 5_000 + b'"}']  # fmt: skip
    (folder / "bad.jsonl").write_bytes(b"\n".join(lines))

    found = cleaned(folder, max_bytes=4_000)

    assert found.texts == {"ok.txt": OK, "good": "The mill closed."}
    assert {place.removeprefix("bad.jsonl:"): why.split(": ")[0] for place, why in found.failures.items()} == {
        "1": "not JSON",
        "2": "not a JSON object but list",
        "3": "has no text",
        "4": "its text is not a string but int",
        "5": "not JSON",
        "6": "empty",
        "8": "not JSON",
        "9": "larger than max_bytes = 4000; raise it with --max-bytes",
    }


def test_a_byte_order_mark_before_json(folder: Path) -> None:
    (folder / "a.jsonl").write_bytes(b'\xef\xbb\xbf{"id": "a", "text": "The mill closed."}\n')

    assert failures(folder) == {}


@pytest.mark.parametrize(
    "record",
    [
        pytest.param({"text": "The \ud800 mill."}, id="lone surrogate in the text"),
        pytest.param({"text": "The mill.", "title": "\ud800"}, id="lone surrogate in the title"),
        pytest.param({"text": "The mill.", "id": "a\ud800"}, id="lone surrogate in the id"),
        pytest.param({"text": "The mill.", "metadata": {"a": {1}}}, id="a set"),
        pytest.param({"text": "The mill.", "metadata": {"a": 2**70}}, id="a huge number"),
        pytest.param({"text": "The mill.", "metadata": {1: "a"}}, id="a key that is no string"),
        pytest.param({"text": b"The mill."}, id="bytes"),
        pytest.param({}, id="nothing"),
    ],
)
def test_a_mapping_that_cannot_be_written_is_a_failure(record: dict[str, Any]) -> None:
    found = cleaned([{"id": "ok.txt", "text": OK}, record])

    assert found.texts == {"ok.txt": OK}
    assert list(found.failures) == ["input:2"]


def test_two_documents_of_one_id_in_one_file_and_across_files(folder: Path) -> None:
    (folder / "a.jsonl").write_text('{"id": "x", "text": "One mill."}\n{"id": "x", "text": "Two mills."}\n')
    (folder / "b.jsonl").write_text('{"id": "x", "text": "Three mills."}\n{"id": "ok.txt", "text": "No mill."}\n')

    found = cleaned(folder)

    assert found.texts == {"x": "One mill.", "ok.txt": "No mill."}
    assert found.failures == {
        "a.jsonl:2": "has the id 'x' of a.jsonl:1",
        "b.jsonl:1": "has the id 'x' of a.jsonl:1",
        "ok.txt": "has the id 'ok.txt' of b.jsonl:2",
    }


def test_two_sources_of_one_id_and_one_place() -> None:
    found = cleaned([Source("p", "a", Format.TEXT, b"One mill."), Source("p", "a", Format.TEXT, b"Two mills.")])

    assert len(found.documents) == 1


@pytest.mark.parametrize(
    "id_",
    [
        "../../etc/passwd",
        "/etc/passwd",
        "a\x00b",
        "a\nb\x1b[31m",
        "..",
        ".",
        "~",
        "C:\\x",
        "a" * 5_000,
        "é/漢字 🌾",
        "-",
    ],
)
@pytest.mark.parametrize("format_", ["jsonl", "text"])
def test_an_id_that_is_a_trap_stays_an_id(id_: str, format_: str, tmp_path: Path) -> None:
    result = dedup.clean(
        [{"id": id_, "text": "The mill closed."}], tmp_path / "a" / "out", config=Config(format=format_)
    )

    assert [(each["id"], each["text"]) for each in result.documents()] == [(id_, "The mill closed.")]
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["out"]


# ── pages ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_page_of_fifty_megabytes(folder: Path) -> None:
    (folder / "bad.html").write_bytes(b"<html><body>" + b"<p>The mill closed.</p>" * 2_200_000)

    assert failures(folder) == {"bad.html": "larger than max_bytes = 20000000; raise it with --max-bytes"}


def test_a_page_nested_a_hundred_thousand_deep_is_refused_and_one_of_1500_is_read(folder: Path) -> None:
    (folder / "bad.html").write_text("<html><body>" + "<div>" * 100_000 + "<p>The mill closed.</p>")
    (folder / "deep.html").write_text("<html><body>" + "<div>" * 1_500 + "<p>The mill closed.</p>")

    found = cleaned(folder)

    assert list(found.failures) == ["bad.html"]
    assert found.failures["bad.html"] == "cannot be parsed whole: Excessive depth in document: 2048"
    assert found.restored["deep.html"] == "The mill closed."
    assert found.texts["ok.txt"] == OK


# ── settings and folders ────────────────────────────────────────────────────────────────────────────────────────────


def test_nothing_to_read(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()

    for inputs in ([], tmp_path / "in", tmp_path / "none", [tmp_path / "*.txt"]):
        with pytest.raises(InputError, match="nothing to read"):
            dedup.clean(inputs, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_nothing_that_can_be_used(tmp_path: Path) -> None:
    (tmp_path / "bad.txt").write_bytes(b"")

    with pytest.raises(InputError, match=r"nothing to read: no input could be used\n  bad.txt: empty file"):
        dedup.clean(tmp_path / "bad.txt", tmp_path / "out")


def test_paths_and_documents_together(folder: Path) -> None:
    with pytest.raises(InputError, match="inputs are paths or documents, not both"):
        dedup.clean([folder, {"text": "x"}])


def test_an_unknown_setting_and_one_out_of_range() -> None:
    with pytest.raises(SettingError, match="unknown setting 'min_word'"):
        Config.of({"min_word": 3})
    with pytest.raises(SettingError, match=r"threshold = 2.0: must be from 0.5 to 1.0"):
        Config(threshold=2.0)


def test_an_output_folder_that_is_not_ours_is_refused_before_anything_is_written(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")

    with pytest.raises(OutputError, match="is not empty and was not made by dedup"):
        dedup.clean(folder, tmp_path / "out")
    with pytest.raises(OutputError, match="is a file, not a folder"):
        dedup.clean(folder, tmp_path / "out" / "mine.txt")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["mine.txt"]


def test_an_output_folder_that_is_ours_is_replaced(folder: Path, tmp_path: Path) -> None:
    (folder / "other.txt").write_text(article(5))
    dedup.clean(folder, tmp_path / "out")
    (folder / "other.txt").unlink()

    assert [each["id"] for each in dedup.clean(folder, tmp_path / "out").documents()] == ["ok.txt"]


def test_output_inside_of_the_input_is_not_read_again(folder: Path) -> None:
    for _ in range(2):
        result = dedup.clean(folder, folder / "out", config=Config(format="text"))

        assert [each["id"] for each in result.documents()] == ["ok.txt"]


# ── texts that are hostile to regular expressions ───────────────────────────────────────────────────────────────────

LENGTH = 60_000
"""Characters of a hostile text: where one costs the square of its length, the run takes minutes instead of a second."""
SECONDS = 20
HOSTILE = {
    "words": "a " * LENGTH,
    "capitals": "A " * LENGTH,
    "quoted lines": "> a\n" * (LENGTH // 4),
    "items": "- " * LENGTH + "x",
    "open brackets and words": "[a " * LENGTH,
    "open angles": "<a " * LENGTH,
    "names": "Ada Moor of the " * (LENGTH // 16),
    "brackets": "[" * LENGTH,
    "parentheses": "(" * LENGTH,
    "dots": "." * (LENGTH // 2),
    "addresses": "a@" * (LENGTH // 2),
    "links": "[a](" * (LENGTH // 4),
    "pipes": "|" * LENGTH + "x",
    "accents": "a" + "\u0301" * LENGTH,
    "Chinese without a space": "东京都厅长官说" * (LENGTH // 7),
    "letters without a space": "abcdefghij" * (LENGTH // 10),
    "an angle": "<" + "./" * (LENGTH // 2),
    "spaces": "a" + " " * LENGTH + "b",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_text_does_not_hold_up_a_run(text: str) -> None:
    start = time.process_time()
    found = cleaned([{"id": "x", "text": text}, {"id": "ok.txt", "text": OK}])

    assert time.process_time() - start < SECONDS
    assert found.texts["ok.txt"] == OK
    assert found.restored["x"] == text


def test_a_paragraph_of_five_megabytes_without_a_space_ends() -> None:
    code = "import dedup; print(len(list(dedup.clean([{'text': 'abcdefghij' * 500_000}, {'text': 'The mill.'}]).restore())))"

    found = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, timeout=90, check=True, cwd=ROOT
    )

    assert found.stdout.strip() == "2"


def test_a_million_spaces_are_an_empty_text() -> None:
    assert cleaned([{"id": "ok.txt", "text": OK}, {"text": " " * 1_000_000}]).failures == {
        "input:2": "empty: there is no text in it"
    }
