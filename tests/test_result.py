# ruff: noqa: E501 (tables of cases)
"""A finished run can be asked for everything: documents, what went and why, and the source texts."""

from __future__ import annotations

import gc
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import xxhash

import dedup
from dedup import Config, OutputError, Result
from dedup.errors import DamagedError
from dedup.verify import verify
from tests.material import article, prose

if TYPE_CHECKING:
    from dedup.result import Piece

FORMATS = ("jsonl", "jsonl.gz", "jsonl.zst", "markdown", "text")
TEXTS = {
    "a": f"# The mill\n\n{article(1)}\n",
    "b": f"{article(2)}\r\n\r\n{prose(1_000, 60)}\r\n\r\n{prose(1_001, 60)}\r\n",
    "c": f"---\ntitle: The copy\ndate: 2025-01-01\n---\n\n{article(1)}\n",
    "d/e": "Short.\n\n",
    "d//e": "---\n\nBegins with a rule.\n---\n\nAnd has another.\n",
    "d/e.md/f": "---\n",
    "d": "Alone.",
}


def run(folder: Path, format_: str = "jsonl") -> Result:
    return dedup.clean(
        [{"id": id_, "text": text, "date": "2023" if id_ == "a" else "2024"} for id_, text in TEXTS.items()],
        folder,
        config=Config(format=format_),
    )


@pytest.mark.parametrize("format_", FORMATS)
def test_every_format_gives_the_same_documents_and_sources_back(tmp_path: Path, format_: str) -> None:
    result = run(tmp_path / "out", format_)
    plain = run(tmp_path / "plain")

    assert [(each["id"], each["text"]) for each in result.documents()] == [
        (each["id"], each["text"]) for each in plain.documents()
    ]
    assert {each["id"]: each["text"] for each in result.restore()} == TEXTS
    assert list(Result(tmp_path / "out").removed()) == list(plain.removed())


def test_explain_shows_all_of_a_document_in_order(tmp_path: Path) -> None:
    pieces: list[Piece] = run(tmp_path / "out").explain("b")

    assert [piece.start for piece in pieces] == sorted(piece.start for piece in pieces)
    assert "".join("".join(piece.text.split()) for piece in pieces) == "".join(TEXTS["b"].split())
    gone = [piece for piece in pieces if piece.removed]
    assert {piece.removed["keeper"]["id"] for piece in gone if piece.removed} == {"a"}
    assert all(TEXTS["b"][piece.start : piece.end] == piece.text for piece in pieces)


def test_explain_of_an_unknown_document_names_near_ones(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="has no document 'e'; there is d/e"):
        run(tmp_path / "out").explain("e")


def test_a_folder_without_a_finished_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="holds no finished run of dedup"):
        Result(tmp_path)


def test_the_summary_adds_up(tmp_path: Path) -> None:
    result = run(tmp_path / "out")

    summary = result.summary
    removed = list(result.removed())
    counts = [count for kinds in summary["removed"].values() for count in kinds.values()]
    assert summary["documents"] == {"in": len(TEXTS), "out": len(list(result.documents())), "failed": 0}
    assert summary["characters"]["in"] == sum(map(len, TEXTS.values()))
    assert summary["characters"]["out"] == sum(len(each["text"]) for each in result.documents())
    assert sum(count["spans"] for count in counts) == len(removed)
    assert sum(count["characters"] for count in counts) == summary["characters"]["in"] - summary["characters"]["out"]


def test_detected_encodings_are_counted(tmp_path: Path) -> None:
    for name in "abc":
        text = f"Die Brücke über den Fluß wurde gestern früh für Fußgänger geöffnet, größer und schöner als zuvor. Weg {name}."
        (tmp_path / f"{name}.txt").write_bytes(text.encode("cp1252"))

    encodings = dedup.clean(tmp_path, tmp_path / "out").summary["encodings"]

    assert sum(encodings.values()) == 3


def test_a_run_in_a_temporary_folder_lasts_as_long_as_its_result() -> None:
    result = dedup.clean([{"id": "a", "text": "The mill closed."}])
    folder = result.folder

    assert isinstance(folder, Path)
    assert next(result.documents())["text"] == "The mill closed."
    circle = [result]
    circle.append(circle)  # type: ignore[arg-type]  # even where only the collector of garbage finds it
    del result, circle
    gc.collect()
    assert not folder.exists()


@pytest.mark.parametrize(
    "name", ["../a.jsonl", "/etc/hostname", "clean/../../a", "a//b", "..", "\\\\host\\a", "a\\..\\b"]
)
def test_a_manifest_that_names_a_file_elsewhere_is_refused(tmp_path: Path, name: str) -> None:
    """Whoever made it: nothing is read by it that does not lie in its folder."""
    dedup.clean([{"id": "a", "text": "The mill closed."}], tmp_path / "out")
    manifest = json.loads((tmp_path / "out/manifest.json").read_text(encoding="utf-8"))
    manifest["files"][name] = manifest["files"]["clean.jsonl"]
    content = json.dumps(manifest).encode()
    (tmp_path / "out/manifest.json").write_bytes(content)
    (tmp_path / "out/_SUCCESS").write_text(f"{xxhash.xxh3_128_hexdigest(content)}\n")

    with pytest.raises(DamagedError, match="is no file of it"):
        _ = Result(tmp_path / "out").summary
    assert [each.state for each in verify(tmp_path / "out").wrong] == ["damaged"]
