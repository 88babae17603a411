"""Bytes that were changed: whatever reads a file of a run, an index or a work folder is told, or is given what was
written. At length: `tests.torture.flips`."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson
import pytest
from click.testing import CliRunner, Result

import dedup
from dedup import staged, summed
from dedup.cli import main
from dedup.column_files import Columns, Place, places_of
from dedup.config import Config
from dedup.errors import DamagedError
from dedup.resumed import resumed
from dedup.segments import MANIFEST, Folder
from dedup.store import Store
from dedup.success import SUCCESS
from tests.material import article, prose, vouch
from tests.torture.flips_bytes import flips, others
from tests.torture.trial import digests

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


def changed(path: Path, at: int) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 4
    path.write_bytes(content)


def call(*words: str | Path) -> Result:
    return CliRunner().invoke(main, list(map(str, words)))


# ── columns ─────────────────────────────────────────────────────────────────────────────────────────────────────────

COLUMNS: dict[str, Any] = {
    "words": np.arange(40, dtype=np.uint64), "none": np.zeros(0, np.int32), "tags": np.arange(5, dtype=np.uint8),
    "keys": np.arange(60, dtype=np.uint32).reshape(3, 20),
}  # fmt: skip


@pytest.fixture
def columns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of columns of some ten blocks."""
    monkeypatch.setattr(summed, "BLOCK", 64)
    store = Store.open(tmp_path / "work", "a")
    with store.writing("0", "some"):
        for name, column in COLUMNS.items():
            store.save("0", name, column)
    return tmp_path / "work/0/some.columns"


def mapped(path: Path) -> dict[str, bytes]:
    return {name: column.tobytes() for name, column in Columns(path).items()}


def placed(path: Path) -> dict[str, bytes]:
    return {name: read(place).tobytes() for name, place in places_of(path).items()}


def read(place: Place) -> Any:
    out = np.empty(place.shape, place.dtype)
    place.read(0, out)
    return out


def in_parts(path: Path) -> dict[str, bytes]:
    """Row by row, of one that is wider: no row of a block is read as a whole."""
    found = {}
    for name, place in places_of(path).items():
        wide = np.empty((place.shape[0], *place.shape[1:], 2), place.dtype)
        for row in range(place.shape[0]):
            one = np.empty((1, *place.shape[1:]), place.dtype)
            place.read(row, one)
            wide[row, ..., 0] = one[0]
        found[name] = wide[..., 0].tobytes()
    return found


@pytest.mark.parametrize("reader", [mapped, placed, in_parts])
def test_the_bytes_of_columns_are_looked_at(columns: Path, reader: Callable[[Path], dict[str, bytes]]) -> None:
    content = columns.read_bytes()
    assert reader(columns) == {name: column.tobytes() for name, column in COLUMNS.items()}

    missed = []
    for at in range(0, len(content), 1 if reader is mapped else 5):
        changed(columns, at)
        try:
            assert reader(columns) == {name: column.tobytes() for name, column in COLUMNS.items()}, at
            missed.append(at)
        except DamagedError as error:
            assert f"{columns}: is not what was written" in str(error)
        with pytest.raises(DamagedError, match="the same command makes it again"):
            Columns(columns).check()
        columns.write_bytes(content)
    body = sum(column.nbytes for column in COLUMNS.values())
    assert len(missed) < len(content) - body  # zeros between columns, in blocks of nothing else


@pytest.mark.parametrize("length", [0, 1, 7, 23, 24, 100, -25, -24, -8, -1])
def test_columns_that_were_cut_are_refused(columns: Path, length: int) -> None:
    columns.write_bytes(columns.read_bytes()[:length])

    for reader in (mapped, placed):
        with pytest.raises(DamagedError, match=columns.name):
            reader(columns)


def test_no_more_is_looked_at_than_what_is_asked_for(columns: Path) -> None:
    at = places_of(columns)["words"].at
    changed(columns, at + 8 * 20)

    found = Columns(columns)
    assert found["tags"].tolist() == [0, 1, 2, 3, 4]
    assert found.rows("words", 0, 3).tolist() == [0, 1, 2]
    assert "words" in found
    with pytest.raises(DamagedError):
        found.rows("words", 20, 21)
    with pytest.raises(DamagedError):
        found["words"]
    out = np.empty(2, np.uint64)
    places_of(columns)["words"].read(30, out)
    assert out.tolist() == [30, 31]


# ── a run that stopped ──────────────────────────────────────────────────────────────────────────────────────────────

PAGES = [{"id": f"{number}", "html": f"<p>{prose(number, 90)}</p><p>{prose(40)}</p>"} for number in range(4)]


class _StoppedError(Exception):
    pass


@pytest.fixture
def stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a run that stopped when pages were judged, in two shards."""
    monkeypatch.setattr(staged, "SHARD_DOCUMENTS", 2)

    def run(function: Callable[[Any], Any], items: Any) -> Iterator[Any]:
        yield from map(function, items)
        if function.__name__ == "judge":
            raise _StoppedError

    with pytest.raises(_StoppedError):
        dedup.clean(PAGES, tmp_path / "out", runner=run)
    return tmp_path / "out"


@pytest.mark.parametrize("name", ["documents.columns", "prepared.sealed", "judged.columns", "judged.sealed"])
@pytest.mark.parametrize("at", [0, -1, -20])
def test_what_a_run_left_that_was_changed_is_made_again(stopped: Path, name: str, at: int) -> None:
    (path, other) = sorted(stopped.glob(f"work/*/{name}"))
    changed(path, at)
    found = call("verify", stopped)
    assert found.exit_code == 1
    assert found.stdout.startswith(f"work/{path.parent.name}/{name}: damaged: ")
    assert len(found.stdout.splitlines()) == 1
    kept = other.stat().st_mtime_ns

    store = resumed(stopped / "work", (stopped / "work/stamp").read_text())
    assert store.sealed(path.parent.name, "prepared" if name.startswith("d") else path.stem) is None
    assert other.stat().st_mtime_ns == kept
    assert {path.name: path.read_bytes() for path in dedup_again(stopped)} == clean_run(stopped)


def dedup_again(folder: Path) -> list[Path]:
    dedup.clean(PAGES, folder)
    return [path for path in folder.iterdir() if path.is_file()]


def clean_run(folder: Path) -> dict[str, bytes]:
    dedup.clean(PAGES, folder.with_name("whole"))
    return {path.name: path.read_bytes() for path in folder.with_name("whole").iterdir()}


def test_what_no_stage_sealed_is_not_gone_on_with(stopped: Path) -> None:
    (path, _) = sorted(stopped.glob("work/*/judged.columns"))
    shutil.copy(path, path.with_name("unsealed.columns"))
    changed(path.with_name("unsealed.columns"), -1)

    assert {path.name: path.read_bytes() for path in dedup_again(stopped)} == clean_run(stopped)


def test_a_stamp_that_was_changed_begins_anew(stopped: Path) -> None:
    (stopped / "work/stamp").write_bytes(b"\xff\xfe" + (stopped / "work/stamp").read_bytes())

    assert {path.name: path.read_bytes() for path in dedup_again(stopped)} == clean_run(stopped)


def test_columns_that_change_in_the_midst_of_a_run_end_it_and_are_made_again(tmp_path: Path) -> None:
    def run(function: Callable[[Any], Any], items: Any) -> Iterator[Any]:
        yield from map(function, items)
        if function.__name__ == "flag":
            for path in (tmp_path / "out/work").glob("*/flagged.columns"):
                changed(path, -1)

    with pytest.raises(
        DamagedError, match=r"flagged\.columns: is not what was written .* the same command makes it ag"
    ):
        dedup.clean(PAGES, tmp_path / "out", runner=run)

    assert {path.name: path.read_bytes() for path in dedup_again(tmp_path / "out")} == clean_run(tmp_path / "out")


# ── an index ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def index(tmp_path: Path) -> dedup.Index:
    return dedup.Index.build(tmp_path / "index", [{"id": f"{number}", "text": article(number)} for number in range(4)])


def test_the_bytes_of_the_manifest_of_an_index_are_looked_at(index: dedup.Index) -> None:
    path = index.folder / MANIFEST
    content = path.read_bytes()
    for at in range(0, len(content), 3):
        changed(path, at)
        with pytest.raises((dedup.InputError, dedup.SettingError), match=f"{MANIFEST}|holds no index"):
            Folder.read(index.folder)
        path.write_bytes(content)
    assert Folder.read(index.folder).files()


def test_a_changed_byte_of_an_index_is_named_or_no_matter(index: dedup.Index) -> None:
    wanted = index.query(article(2))
    for path in sorted(index.folder.glob("*.columns")):
        content = path.read_bytes()
        for damage in [*flips(content, 12), *others(content)]:
            damage.put(path)
            with pytest.raises(dedup.InputError, match=f"{path.name}.* the index is damaged, build it anew"):
                index.check()
            try:
                assert index.query(article(2)) == wanted
            except dedup.InputError as error:
                assert path.name in str(error)
            found = call("verify", index.folder)
            assert found.exit_code == 1 and found.stdout.startswith(f"{path.name}: "), found.output
            path.unlink(missing_ok=True)
            path.write_bytes(content)
    assert call("verify", index.folder).exit_code == 0


def test_a_segment_of_another_index_is_refused(index: dedup.Index, tmp_path: Path) -> None:
    other = dedup.Index.build(
        tmp_path / "other", [{"id": f"{number}", "text": article(number)} for number in (1, 0, 2, 3)]
    )
    (path,) = index.folder.glob("segment-*")
    shutil.copy(other.folder / path.name, path)

    for ask in (lambda: index.query(article(1)), lambda: len(index), index.compact):
        with pytest.raises(dedup.InputError, match=f"{path.name}.*damaged"):
            ask()


# ── an output ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def out(tmp_path: Path) -> Path:
    documents = [{"id": f"{number}", "text": f"{prose(number)}\n\n{prose(40)}"} for number in range(3)]
    dedup.clean(documents, tmp_path / "out", config=Config.of({"keep_chrome": True}))
    return tmp_path / "out"


READERS: dict[str, Callable[[Path], Any]] = {
    "restore": lambda out: list(dedup.Result(out).restore()),
    "explain": lambda out: dedup.Result(out).explain("1"),
    "removed": lambda out: list(dedup.Result(out).removed()),
    "sources": lambda out: list(dedup.Result(out).sources()),
    "texts": lambda out: list(dedup.Result(out).texts()),
}


def test_a_changed_byte_of_an_output_is_named_by_verify_and_refused_by_who_reads_it(out: Path) -> None:
    wanted = {name: read(out) for name, read in READERS.items()}
    assert call("verify", out, "-q").output == ""
    for name in sorted(digests(out)):
        if name == "report.html":
            continue
        content = (out / name).read_bytes()
        for damage in [*flips(content, 6), *others(content)]:
            damage.put(out / name)
            found = call("verify", out, "--json", "-q")
            assert found.exit_code == 1
            files = {orjson.loads(line)["file"] for line in found.stdout.splitlines()}
            assert files == {"manifest.json" if name == SUCCESS and damage.content is not None else name}
            for reader, read_ in READERS.items():
                try:
                    assert read_(out) == wanted[reader], f"{name}: {damage.what}: {reader}"
                except (dedup.OutputError, FileNotFoundError) as error:
                    assert name in str(error) or "manifest.json" in str(error) or "files of the run" in str(error)
            (out / name).write_bytes(content)


def test_verify_names_what_is_missing_and_what_is_extra(out: Path) -> None:
    (out / "removed.jsonl").unlink()
    (out / "clean.jsonl.old").write_bytes(b"")
    (out / ".hidden").write_bytes(b"")

    found = call("verify", out)
    assert found.exit_code == 1
    assert found.stdout.splitlines() == [
        "clean.jsonl.old: extra: manifest.json names no such file", "removed.jsonl: missing: missing",
    ]  # fmt: skip
    assert found.stderr.splitlines()[-1].endswith("bytes: 2 wrong")


def test_verify_says_what_it_cannot_look_at(tmp_path: Path) -> None:
    found = call("verify", tmp_path)
    assert found.exit_code == 2
    assert "holds neither a run of dedup, nor an index" in found.stderr


@pytest.mark.parametrize("form", ["markdown", "text"])
def test_files_of_a_tree_are_in_the_manifest(tmp_path: Path, form: str) -> None:
    documents = [{"id": f"news/{number}", "text": prose(number), "site": "a.example"} for number in range(2)]
    out = tmp_path / "out"
    dedup.clean(documents, out, config=Config.of({"format": form}))
    (path, *_) = sorted((out / "clean").rglob("*.*"))
    assert call("verify", out).exit_code == 0

    changed(path, 5)
    (out / "clean/news/more.txt").write_text("more")
    found = call("verify", out)
    assert [line.split(": ")[:2] for line in found.stdout.splitlines()] == [
        [path.relative_to(out).as_posix(), "damaged"], ["clean/news/more.txt", "extra"],
    ]  # fmt: skip
    with pytest.raises(DamagedError, match=path.name):
        dedup.Result(out).restore()


def test_a_text_that_is_not_the_source_text_is_not_shown(out: Path) -> None:
    """As where every digest of a file is right, and one of a text is not."""
    vouch(out)
    path = out / "sources.jsonl"
    records = [orjson.loads(line) for line in path.read_bytes().splitlines()]
    records[1]["digest"] = "0" * 32
    path.write_bytes(b"".join(orjson.dumps(each) + b"\n" for each in records))
    manifest = orjson.loads((out / "manifest.json").read_bytes())
    del manifest["files"]["sources.jsonl"]
    (out / "manifest.json").write_bytes(orjson.dumps(manifest))
    (out / SUCCESS).unlink()

    with pytest.raises(DamagedError, match="1: the restored text is not the source text"):
        dedup.Result(out).explain("1")
    assert dedup.Result(out).explain("0")
