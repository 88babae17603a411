"""What a report reads of a run: records of what went, so many bytes of them at most, and of all documents what counts.

Of a large `removed.jsonl` stretches are read that lie evenly in it; where each begins follows from the digest that the
manifest has of the file, so that the same run gives the same report. Records lie in the order of the documents: with a
stretch the documents are known that it tells all of, with those between them that lost nothing.
"""

from __future__ import annotations

from array import array
from itertools import islice
from typing import IO, TYPE_CHECKING, Any, NamedTuple

import numpy as np
import orjson
import xxhash

from dedup.data import Reason
from dedup.removals import source_of
from dedup.write import REMOVED, SOURCES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from dedup.result import Result

Record = dict[str, Any]
"""A line of removed.jsonl."""
Kept = tuple[str, str]
"""A keeper: its id, and the index that it is of, or nothing."""

READ = 1 << 23
"""Bytes of removed.jsonl that are read, unless everything is asked for: some 10,000 duplicates or 20,000 pieces of
chrome, for which all that a report makes of them takes a third of a second."""
STRETCHES = 16
LARGEST, TAKEN = 12, 4_000
"""Keepers that most records name, and how many records of others, that clusters are made of."""
OF_KEEPER = 5_000
"""About how many records of a keeper are taken, if there are more: of a million copies of one document all took 20 s
and 1.8 GB."""
SCANNED = 1 << 30
"""Bytes of removed.jsonl in which keepers are looked for: three seconds, after a run of more than a minute."""
ENOUGH, MANY = 1_000, 50_000
"""Duplicates with which what was read is made do; and how many there are at most where all of them are read instead."""
BUFFER = 1 << 20
TOGETHER = 2_000
"""Lines of sources.jsonl that are parsed at a time."""
_KEEPER, _START = b',"keeper":{"id":"', b'","start":'  # no string holds them: its quotes are escaped
_ID = b'","'  # what is behind the id, which stands first
_ARTICLE = b',"article":'  # the last field; a quote after a comma stands in no string unescaped


class Went(NamedTuple):
    """Records of what went, in order; and of each stretch that was read the first and the last document that it tells
    all of (None: all of the file was read, and of all documents all is told)."""

    records: list[Record]
    stretches: list[tuple[str, str]] | None = None


class Origin(NamedTuple):
    """Where a document is from, and when; empty where that is not known."""

    site: str
    date: str


class Sums(NamedTuple):
    """Some documents: how many, and their characters, of which so many went as chrome and as duplicates."""

    documents: int = 0
    characters: int = 0
    chrome: int = 0
    duplicates: int = 0

    def plus(self, characters: int, chrome: int, duplicates: int) -> Sums:
        """With one more document."""
        return Sums(
            self.documents + 1, self.characters + characters, self.chrome + chrome, self.duplicates + duplicates
        )

    def __add__(self, other: Sums) -> Sums:  # type: ignore[override]
        return Sums(*(one + another for one, another in zip(self, other, strict=True)))


class Sources(NamedTuple):
    """What is known of the documents: of those that something went of where they are from, by id; and sums by site and
    by date, of the documents that the records tell all of. Those that name no site are told by their source."""

    origins: dict[str, Origin]
    groups: dict[tuple[str, str], Sums]
    """By site and source, one of which is empty."""
    dates: dict[str, Sums]


# ── what went ───────────────────────────────────────────────────────────────────────────────────────────────────────


def went(result: Result, most: int | None) -> Went:
    """The records of what went, `most` bytes of them or a little more; None: all."""
    known = result.manifest["files"][REMOVED]
    if most is None or known["bytes"] <= most:
        return Went(_parsed(result.intact(REMOVED).read_bytes()))
    with (result.folder / REMOVED).open("rb") as handle:
        stretches = [_whole(_parsed(part)) for part in _parts(handle, _places(known, most), most // STRETCHES)]
    stretches = [each for each in stretches if each]
    return Went(
        [record for stretch in stretches for record in stretch], [(each[0]["id"], each[-1]["id"]) for each in stretches]
    )


class Duplicates(NamedTuple):
    """Records of duplicates: some of all, and those of some keepers; and for how many each of these stands, if it is
    not alone, by its keeper."""

    drawn: list[Record]
    of_keepers: list[Record]
    times: Mapping[Kept, float]


def duplicates(result: Result, read: Went) -> Duplicates:
    """The duplicates that were read; all there are, if these are few: where chrome is most of what goes, some hundred
    of them would tell little. What was read has a copy or two of a passage that many have: so of keepers some are taken
    with all copies."""
    found = [record for record in read.records if record["reason"] == Reason.DUPLICATE]
    total = sum(some["spans"] for some in result.summary["removed"]["duplicate"].values())
    if read.stretches is None or not total:
        return Duplicates(found, found, {})
    with (result.folder / REMOVED).open("rb") as handle:
        if total <= MANY and len(found) < ENOUGH:
            every = [orjson.loads(line) for line in handle if _KEEPER in line]
            return Duplicates(every, every, {})
        is_small = result.manifest["files"][REMOVED]["bytes"] <= SCANNED and handle.seekable()
        return Duplicates(found, *_of_keepers(handle)) if is_small else Duplicates(found, found, {})


def kept(record: Record) -> Kept:
    """What a duplicate went for."""
    return record["keeper"]["id"], record["keeper"].get("index", "")


def _of_keepers(handle: IO[bytes]) -> tuple[list[Record], dict[Kept, float]]:
    """The duplicates of some keepers: of those that most records name, and of others by the digests of their ids; and
    for how many each of them stands, where a keeper has so many that only those of some documents are taken."""
    places, documents, keepers = _named(handle)
    names, own, counts = np.unique(keepers, return_inverse=True, return_counts=True)
    largest, others = np.split(np.lexsort((names, -counts)), [LARGEST])
    others = np.sort(others)  # by their digests
    wanted = [*largest, *others[: np.searchsorted(np.cumsum(counts[others]), TAKEN) + 1]]
    order, edges = np.argsort(own, kind="stable"), np.append(0, np.cumsum(counts))
    rows = np.concatenate([_some(order[edges[each] : edges[each + 1]], documents) for each in wanted] or [order])
    taken = np.bincount(own[rows], minlength=len(names))
    records, times = [], {}
    for row in np.sort(rows).tolist():
        handle.seek(int(places[row]))
        records.append(record := orjson.loads(handle.readline()))
        if taken[own[row]] < counts[own[row]]:
            times[kept(record)] = float(counts[own[row]] / taken[own[row]])
    return records, times


def _some(rows: NDArray[np.int64], documents: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Those of the rows of a keeper that are taken: of many those of some documents, all of each, since neighbouring
    passages that the same documents have are one cluster; where few documents have very many, some of each."""
    if len(rows) <= OF_KEEPER:
        return rows
    some = rows[documents[rows] / 2.0**64 <= OF_KEEPER / len(rows)]
    return some if 0 < len(some) <= 2 * OF_KEEPER else rows[:: -(-len(rows) // OF_KEEPER)]


def _named(handle: IO[bytes]) -> tuple[NDArray[np.int64], NDArray[np.uint64], NDArray[np.uint64]]:
    """Where each line begins that names a keeper (int64 [k]), and the digests of the id of its document and of what
    names the keeper (uint64 [k])."""
    places, documents, keepers, at = array("q"), array("Q"), array("Q"), 0
    for line in handle:
        start = line.rfind(_KEEPER)
        if start >= 0:
            places.append(at)
            documents.append(xxhash.xxh3_64_intdigest(line[: line.find(_ID)]))
            keepers.append(xxhash.xxh3_64_intdigest(line[start : line.find(_START, start)]))
        at += len(line)
    return np.array(places, np.int64), np.array(documents, np.uint64), np.array(keepers, np.uint64)


def _places(known: Mapping[str, Any], most: int) -> list[int]:
    """Where stretches begin: one in each equal part of the file, in all of them in the same place."""
    part = known["bytes"] // STRETCHES
    within = int(known["xxh3_128"], 16) % (part - most // STRETCHES + 1)
    return [number * part + within for number in range(STRETCHES)]


def _parts(handle: IO[bytes], places: list[int], size: int) -> Iterator[bytes]:
    """Whole lines from each of some places on."""
    at = 0
    for place in places:
        if place > at:
            at = _skip(handle, at, place)
            at += len(handle.readline())
        content = handle.read(size)
        content += handle.readline()
        at += len(content)
        yield content


def _skip(handle: IO[bytes], at: int, place: int) -> int:
    """Go to a place of a file further on, of which not all that are read from a URL know the way."""
    if handle.seekable():
        return handle.seek(place)
    while at < place and (read := len(handle.read(min(BUFFER, place - at)))):
        at += read
    return at


def _parsed(lines: bytes) -> list[Record]:
    found: list[Record] = orjson.loads(b"[" + lines.rstrip(b"\n").replace(b"\n", b",") + b"]")
    return found


def _whole(records: list[Record]) -> list[Record]:
    """The records without those of the first and the last document, which may have others before or behind."""
    edges = {records[0]["id"], records[-1]["id"]} if records else set()
    return [record for record in records if record["id"] not in edges]


# ── the documents ───────────────────────────────────────────────────────────────────────────────────────────────────


def sources(result: Result, read: Went) -> Sources:
    """What is known of all documents that the records tell of."""
    losses: dict[str, tuple[int, int]] = {}
    for record in read.records:
        chrome, duplicates = losses.get(record["id"], (0, 0))
        size = record["end"] - record["start"]
        is_chrome = record["reason"] == Reason.CHROME
        losses[record["id"]] = (chrome + size * is_chrome, duplicates + size * (not is_chrome))
    none = (0, 0)
    origins: dict[str, Origin] = {}
    sums: dict[tuple[Origin, str], Sums] = {}
    for record in _told(_records(result), read.stretches):
        id_, origin = record["id"], Origin(record.get("site") or "", record.get("date") or "")
        lost = losses.get(id_, none)
        if lost is not none:
            origins[id_] = origin
        key = origin, "" if origin.site else source_of(record["place"])
        sums[key] = sums.get(key, Sums()).plus(record["characters"], *lost)
    groups: dict[tuple[str, str], Sums] = {}
    by_date: dict[str, Sums] = {}
    for (origin, source), some in sums.items():
        groups[origin.site, source] = groups.get((origin.site, source), Sums()) + some
        by_date[origin.date] = by_date.get(origin.date, Sums()) + some
    return Sources(origins, groups, by_date)


def _records(result: Result) -> Iterator[Record]:
    """The lines of sources.jsonl, without what spoke for the blocks of articles, which is most of them."""
    with result.intact(SOURCES).open("rb") as handle:
        while lines := list(islice(handle, TOGETHER)):
            heads = [line.partition(_ARTICLE) for line in lines]
            yield from orjson.loads(b"[" + b",".join(head + b"}" if cut else head for head, cut, _ in heads) + b"]")


def _told(records: Iterator[Record], stretches: list[tuple[str, str]] | None) -> Iterator[Record]:
    """Those of the documents that stretches tell all of."""
    if stretches is None:
        yield from records
        return
    for first, last in stretches:
        record = next((each for each in records if each["id"] == first), None)
        while record:
            yield record
            record = None if record["id"] == last else next(records, None)
