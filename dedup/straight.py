"""The shorter way of a run where nothing but duplicates goes: see `lines`. What it writes is, byte for byte, what
the long way writes."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from dedup import reuse, whole
from dedup.cluster import Known
from dedup.corpus import Texts, merge_bounds
from dedup.data import Failure
from dedup.dates import iso_date, sortable
from dedup.extract import site_of
from dedup.flags import Cited, Flags, as_flags
from dedup.lines import (
    DEFINED,
    FAILED,
    Comparing,
    Lines,
    Reading,
    Stretch,
    compare,
    read_piece,
    stretches,
    words_of,
)
from dedup.relay import Writing, write_piece
from dedup.runs import once
from dedup.shards import ALL
from dedup.whole import Compared, Named

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from dedup.cutting import Cut
    from dedup.data import Flag
    from dedup.run import Runner
    from dedup.shards import Work
    from dedup.write import Piece

CHUNK_PAIRS = 4_000
"""Pairs that are compared at a time: the shingles of their documents are held meanwhile."""
KEYS_AT_ONCE = 1 << 24
"""Band keys that are held at a time, to bound memory: of as many bands as that makes, of one at least."""


class Told(NamedTuple):
    """What reading told of the documents of all lines, which are numbered in their order.

    `first_lines` is the number of the first line of each stretch in its file, `rows` the documents among the lines of
    each (int64).
    """

    work: Work
    stretches: list[Stretch]
    read: list[Lines]
    first_lines: list[int]
    rows: list[NDArray[np.int64]]
    ids: list[str]
    failures: list[Failure]

    def place(self, piece: int, number: int) -> str:
        """Where a line stands, for messages."""
        return f"{self.stretches[piece].name}:{self.first_lines[piece] + number}"

    def places(self) -> Iterator[tuple[int, int]]:
        """The piece of every document and the number of its line in it."""
        for piece, (numbers, rows) in enumerate(self._parts("numbers")):
            yield from ((piece, number) for number in numbers[rows].tolist())

    def _parts(self, name: str) -> Iterator[tuple[NDArray[Any], NDArray[np.int64]]]:
        store = self.work.store
        return ((store.column(each.shard, name), rows) for each, rows in zip(self.read, self.rows, strict=True))

    def column(self, name: str) -> NDArray[Any]:
        """A column of all documents."""
        return np.concatenate([column[rows] for column, rows in self._parts(name)])

    def bands(self) -> Iterator[NDArray[np.uint64]]:
        """The keys of all documents, band by band."""
        count = self.work.config.shape.bands
        together = max(1, KEYS_AT_ONCE // max(1, len(self.ids)))
        for first in range(0, count, together):
            parts = [column[first : first + together][:, rows] for column, rows in self._parts("keys")]
            yield from np.concatenate(parts, axis=1)

    def strings(self, name: str) -> list[str]:
        """The same of strings; empty ones where a piece has none."""
        result: list[str] = []
        store = self.work.store
        for (bounds, rows), lines in zip(self._parts(f"{name}_bounds"), self.read, strict=True):
            some = len(bounds) > 1
            result += store.texts(lines.shard, name, rows.tolist()) if some else [""] * len(rows)
        return result


def read(work: Work, files: Iterable[tuple[str, Path]], runner: Runner) -> Told:
    """Read all lines.

    Raises:
        NotPlainError: among them are documents that are no plain texts.
    """
    parts = list(stretches(files))
    lines = _kept(work, runner(read_piece, [Reading(work, part) for part in parts]))
    states = [np.asarray(work.store.column(each.shard, "states")) for each in lines]
    told = Told(
        work, parts, lines, _first_lines(parts, lines), [np.flatnonzero(each != FAILED) for each in states], [], []
    )
    told.ids.extend(told.strings("ids"))
    if "" in told.ids:
        names = [told.place(*place) for place in told.places()]
        told.ids[:] = [id_ or name for id_, name in zip(told.ids, names, strict=True)]
    filled = {part.name for part, own in zip(parts, states, strict=True) if len(own)}
    for name, _ in files:
        if name not in filled:
            told.failures.append(Failure(name, "empty: there is no line in it"))
        for number in (at for at, part in enumerate(parts) if part.name == name):
            told.failures.extend(Failure(told.place(number, at), why) for at, why in lines[number].failures)
    if len(set(told.ids)) == len(told.ids):
        return told
    once_ = _once(told)
    return once_ if work.config.unit == "document" else _again(once_, states, runner)


def _kept(work: Work, lines: Iterable[Lines]) -> list[Lines]:
    """What was read of pieces; their words one behind the other in the store, where they have some."""
    result, size = [], 0
    with work.store.growing(ALL) as extend:
        for each in lines:
            if each.words:
                for name, column in each.words.moved(size)._asdict().items():
                    extend(name, column)
                size += len(each.words.hashes)
            result.append(each._replace(words=None))
    return result


def _first_lines(parts: list[Stretch], lines: list[Lines]) -> list[int]:
    """The number of the first line of each piece in its file, from 1."""
    result: list[int] = []
    for number, part in enumerate(parts):
        result.append(result[-1] + lines[number - 1].total if part.start else 1)
    return result


def _once(told: Told) -> Told:
    """The same without documents that have the id of one before them: these are failures."""
    first: dict[str, tuple[int, int]] = {}
    own = np.ones(len(told.ids), np.bool_)
    for number, (id_, place) in enumerate(zip(told.ids, told.places(), strict=True)):
        own[number] = first.setdefault(id_, place) is place
        if not own[number]:
            told.failures.append(Failure(told.place(*place), f"has the id {id_!r} of {told.place(*first[id_])}"))
    edges = np.cumsum([0, *map(len, told.rows)])
    rows = [each[own[low:high]] for each, low, high in zip(told.rows, edges, edges[1:], strict=False)]
    return told._replace(rows=rows, ids=[told.ids[number] for number in np.flatnonzero(own).tolist()])


def _again(told: Told, states: list[NDArray[np.uint8]], runner: Runner) -> Told:
    """The same, read anew without those lines that are no documents now: their words must not count."""
    parts = [Reading(told.work, part) for part in told.stretches]
    for number, (own, rows) in enumerate(zip(states, told.rows, strict=True)):
        without = np.setdiff1d(np.flatnonzero(own != FAILED), rows, assume_unique=True)
        parts[number] = parts[number]._replace(without=tuple(without.tolist()))
    return told._replace(read=_kept(told.work, runner(read_piece, parts)))


# ── what goes ───────────────────────────────────────────────────────────────────────────────────────────────────────


class Found(NamedTuple):
    """The flags of what goes, by the number of the document; and counts of pairs."""

    flags: Mapping[int, list[Flag]]
    counts: dict[str, dict[str, int]]


def find(told: Told, runner: Runner) -> Found:
    """Propose, verify, decide."""
    if told.work.config.unit == "document":
        return _whole(told, runner)
    names = [words_of(each.shard) for each, rows in zip(told.read, told.rows, strict=True) if len(rows)]
    merge_bounds(told.work, names)
    return passages(told.work, names, _known(told), runner)


def passages(work: Work, shards: list[str], known: Known, runner: Runner) -> Found:
    """The passages that go since a better keeper has them, once the words of all shards are one behind the other."""
    found = reuse.find(work, shards, known, runner)
    return Found(as_flags(work, found.decisions, Cited(known.ids, Texts(work, shards))), found.counts)


def _whole(told: Told, runner: Runner) -> Found:
    config = told.work.config
    chosen = reuse.chosen(_known(told), config)
    where = _texts(told)

    def verify(pairs: NDArray[np.int64]) -> Iterator[Compared]:
        parts = [pairs[at : at + CHUNK_PAIRS] for at in range(0, len(pairs), CHUNK_PAIRS)]
        for part, counts in zip(parts, runner(compare, [_comparing(told, where, each) for each in parts]), strict=True):
            yield Compared(part, *counts.T)

    found = whole.find(told.bands(), told.column("prints"), chosen, config.threshold, verify)
    named = Named(told.ids, told.column("characters").tolist(), told.column("words").tolist())
    return Found(whole.as_flags(found.decided, named), found.counts)


def _known(told: Told) -> Known:
    """What is known of the documents to choose keepers."""
    config, count = told.work.config, len(told.ids)
    dates = [sortable(iso_date(date)) if date else "" for date in told.strings("dates")]
    sites = [""] * count
    if config.across_sites_only or config.site_order:
        named = zip(told.strings("sites"), told.strings("urls"), strict=True)
        sites = [site or site_of(url) or config.site for site, url in named]
    return Known(dates, told.column("words").tolist(), told.ids, sites)


def _texts(told: Told) -> NDArray[np.int64]:
    """Where the text of each document lies: see `lines.Comparing`."""
    piece = np.repeat(np.arange(len(told.rows)), list(map(len, told.rows)))
    offset = np.array([part.start for part in told.stretches], np.int64)[piece]
    is_defined = told.column("states") == DEFINED
    start = np.where(is_defined, told.column("starts"), told.column("text_starts")) + offset
    end = np.where(is_defined, told.column("ends"), told.column("text_ends")) + offset
    return np.stack([piece, start, end, np.where(is_defined, 0, -1)], axis=1)


def _comparing(told: Told, where: NDArray[np.int64], pairs: NDArray[np.int64]) -> Comparing:
    own = once(np.sort(pairs, axis=None))
    return Comparing(told.work, told.stretches, where[own], np.searchsorted(own, pairs))


# ── what is written ─────────────────────────────────────────────────────────────────────────────────────────────────


def write(told: Told, flags: Mapping[int, list[Flag]], runner: Runner, cuts: list[Cut]) -> Iterator[Piece]:
    """What the run writes, piece by piece; and the counts of each into `cuts`."""
    for wrote in runner(write_piece, _writing(told, flags)):
        cuts.append(wrote.cut)
        yield wrote.piece


def _writing(told: Told, flags: Mapping[int, list[Flag]]) -> Iterator[Writing]:
    edges = np.cumsum([0, *map(len, told.rows)]).tolist()
    numbers = [] if isinstance(flags, Flags) else sorted(flags)
    for at, (part, lines) in enumerate(zip(told.stretches, told.read, strict=True)):
        low, high = edges[at], edges[at + 1]
        goes: Mapping[int, list[Flag]]
        if isinstance(flags, Flags):
            goes = flags.part(low, high - low)
        else:
            own = numbers[bisect_left(numbers, low) : bisect_left(numbers, high)]
            goes = {number - low: flags[number] for number in own}
        yield Writing(told.work, part, lines, told.first_lines[at], told.rows[at], goes)
