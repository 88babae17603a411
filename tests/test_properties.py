"""What holds for whatever is put in and set: nothing is lost, and how the work is divided changes nothing; and an index
beside a dictionary. `make torture` makes many more examples of these (`tests.torture.properties`)."""

from __future__ import annotations

import csv
import html
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import orjson
import pyarrow as pa
from hypothesis import given, reject, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from pyarrow import feather, parquet

import dedup
from dedup import counting, flags, restore, reuse, segments, staged, stretches
from dedup.index import Index
from tests.material import prose
from tests.test_index_batches import records
from tests.test_invariants import documents, made, output

if TYPE_CHECKING:
    from collections.abc import Callable

NEVER = dedup.Limits(stop_removed=1.0, max_errors=1.0)
Records = list[dict[str, Any]]


# ── nothing is lost ─────────────────────────────────────────────────────────────────────────────────────────────────


def _lines(folder: Path, several: Records) -> None:
    (folder / "a.jsonl").write_bytes(b"\n".join(map(orjson.dumps, several)))


def _cells(folder: Path, several: Records) -> None:
    with (folder / "a.csv").open("w", newline="", encoding="utf-8") as handle:
        rows = csv.DictWriter(handle, ["id", "text", "site"])
        rows.writeheader()
        rows.writerows(several)


def _columns(folder: Path, several: Records) -> None:
    half = len(several) // 2
    parquet.write_table(pa.Table.from_pylist(several[:half] or several), folder / "a.parquet")
    feather.write_feather(pa.Table.from_pylist(several[half:]), folder / "b.arrow")


def _files(folder: Path, several: Records) -> None:
    for number, each in enumerate(several):
        (folder / f"{number:02}.{('txt', 'md')[number % 2]}").write_bytes(each["text"].encode())


def _pages(folder: Path, several: Records) -> None:
    for number, each in enumerate(several):
        body = "".join(f"<p>{html.escape(part)}</p>" for part in each["text"].split("\n\n"))
        (folder / f"{number:02}.html").write_text(f"<html><body>{body}</body></html>", encoding="utf-8")


WRITERS: dict[str, Callable[[Path, Records], None]] = {
    "lines": _lines, "cells": _cells, "columns": _columns, "files": _files, "pages": _pages,
}  # fmt: skip
SETTINGS = st.fixed_dictionaries(
    {
        "unit": st.sampled_from(["passage", "document"]),
        "keep": st.sampled_from(["earliest", "longest", "first"]),
        "keep_chrome": st.booleans(),
        "keep_duplicates": st.booleans(),
        "within": st.booleans(),
        "min_words": st.sampled_from([5, 15, 40]),
        "threshold": st.sampled_from([0.5, 0.8, 1.0]),
        "markup": st.sampled_from(["plain", "markdown"]),
        "format": st.sampled_from(["auto", "jsonl", "jsonl.gz", "jsonl.zst", "parquet", "csv", "markdown", "text"]),
    }
)


@settings(max_examples=6)
@given(st.sampled_from([*WRITERS]), SETTINGS, st.integers(2, 10_000), st.integers(2, 8))
def test_what_stays_and_what_goes_is_the_source(kind: str, chosen: dict[str, Any], seed: int, count: int) -> None:
    several = documents(made(seed, count))
    try:
        config = dedup.Config(**chosen, report=False)
    except dedup.SettingError:
        reject()
    with TemporaryDirectory() as folder:
        Path(folder, "in").mkdir()
        WRITERS[kind](Path(folder, "in"), several)
        result = dedup.clean(Path(folder, "in"), Path(folder, "out"), config=config, limits=NEVER)
        restored = list(result.restore())
        kept, gone = dict(result.texts()), list(result.removed())

    assert not [each for each in map(restore.differs, restored) if each]
    if kind != "pages":
        assert sorted(each["text"] for each in restored) == sorted(each["text"] for each in several)
    for source in restored:
        spans = [(each["start"], each["end"]) for each in gone if each["id"] == source["id"]]
        assert all(low <= high for (_, low), (high, _) in pairwise(spans))
        assert all(
            each["text"] == source["text"][each["start"] : each["end"]] for each in gone if each["id"] == source["id"]
        )
        assert len(kept.get(source["id"], "")) + sum(end - start for start, end in spans) == len(source["text"])


@settings(max_examples=3)
@given(st.integers(2, 10_000), st.booleans(), st.integers(1, 9), st.integers(1, 60), st.integers(20, 5_000))
def test_how_the_work_is_divided_changes_nothing(seed: int, plain: bool, shard: int, pairs: int, size: int) -> None:
    several = documents(made(seed, 8))
    config = dedup.Config(keep_chrome=plain, report=False)
    found = []
    for divided in (False, True):
        with TemporaryDirectory() as folder:
            Path(folder, "in").mkdir()
            _lines(Path(folder, "in"), several)
            with (
                patch.object(staged, "SHARD_DOCUMENTS", shard if divided else staged.SHARD_DOCUMENTS),
                patch.object(reuse, "CHUNK_PAIRS", pairs if divided else reuse.CHUNK_PAIRS),
                patch.object(flags, "DOCUMENTS", shard if divided else flags.DOCUMENTS),
                patch.object(stretches, "PIECE", size if divided else stretches.PIECE),
                patch.object(counting, "RANGE_KEYS", size if divided else counting.RANGE_KEYS),
            ):
                dedup.clean(Path(folder, "in"), Path(folder, "out"), config=config, limits=NEVER)
            found.append(output(Path(folder, "out")))

    assert found[0] == found[1]


@settings(max_examples=4)
@given(st.integers(0, 10_000_000), st.integers(2, 12), st.sampled_from(["earliest", "longest", "first"]))
def test_documents_that_were_cleaned_are_clean(seed: int, count: int, keep: str) -> None:
    """As a whole. Of passages a few may go when what is left is cleaned again: see `test_what_was_cleaned_is_clean`."""
    config = dedup.Config(unit="document", keep_chrome=True, keep=keep, report=False)
    first = dict(dedup.clean(records(seed, count), config=config, limits=NEVER).texts())

    again = dedup.clean([{"id": id_, "text": text} for id_, text in first.items()], config=config, limits=NEVER)

    assert dict(again.texts()) == first


# ── an index beside a dictionary ────────────────────────────────────────────────────────────────────────────────────


class _KilledError(BaseException):
    """A process that is gone: nothing that it could still do is done."""


class IndexMachine(RuleBasedStateMachine):
    """Batches are added, documents removed, segments compacted, writers killed: both hold the same."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(mkdtemp(prefix="dedup-index-"))
        self.held: dict[str, int] = {}
        self.number = 0
        Index.build(self.folder / "index", self.new(2))

    def new(self, count: int) -> list[dict[str, str]]:
        """Documents that were never there; what each says follows from its number."""
        numbers = range(self.number, self.number + count)
        self.number += count
        self.held |= {f"d{number}": number for number in numbers}
        return [{"id": f"d{number}", "text": prose(number, 25)} for number in numbers]

    @property
    def index(self) -> Index:
        """The index as another process opens it."""
        return Index(self.folder / "index")

    @rule(count=st.integers(1, 4))
    def add(self, count: int) -> None:
        self.index.add(self.new(count))

    @precondition(lambda self: self.held)
    @rule(chosen=st.randoms(use_true_random=False), count=st.integers(1, 3))
    def remove(self, chosen: Any, count: int) -> None:
        ids = chosen.sample(sorted(self.held), min(count, len(self.held)))
        assert self.index.remove(ids) == len(ids)
        for each in ids:
            del self.held[each]

    @rule()
    def compact(self) -> None:
        self.index.compact()

    @rule(at=st.integers(0, 3), doing=st.sampled_from(["add", "remove", "compact"]))
    def is_killed(self, at: int, doing: str) -> None:
        """Before one of the files is under its name: nothing has happened."""
        before, left = dict(self.held), [at]
        replace = Path.replace

        def killed(path: Path, target: Path) -> Path:
            if not left[0]:
                raise _KilledError
            left[0] -= 1
            return replace(path, target)

        manifest = (self.folder / "index" / segments.MANIFEST).read_bytes()
        with patch.object(Path, "replace", killed):
            try:
                if doing == "add":
                    self.index.add(self.new(2))
                elif doing == "remove" and before:
                    self.remove_first()
                else:
                    self.index.compact()
            except _KilledError:
                pass
        if (self.folder / "index" / segments.MANIFEST).read_bytes() == manifest:
            self.held = before

    def remove_first(self) -> None:
        """Take out the first of all."""
        first = min(self.held)
        del self.held[first]
        self.index.remove([first])

    @invariant()
    def has_what_the_dictionary_has(self) -> None:
        index = self.index
        assert len(index) == len(self.held)
        for id_ in ("d0", f"d{self.number - 1}", f"d{self.number // 2}"):
            assert (id_ in index) == (id_ in self.held)

    @rule(number=st.integers(0, 200))
    def query(self, number: int) -> None:
        """A text is found as that of its document, if that is there, and of no other."""
        number %= self.number
        wanted = [f"d{number}"] if f"d{number}" in self.held else []
        assert [match.id for match in self.index.query(prose(number, 25))] == wanted

    def teardown(self) -> None:
        """All of its files are as they were written."""
        self.index.check()


TestIndexMachine = IndexMachine.TestCase
TestIndexMachine.settings = settings(max_examples=3, stateful_step_count=10, deadline=None)
