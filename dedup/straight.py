"""The shorter way of a run where nothing but duplicates goes: see `lines`. What it writes is, byte for byte, what
the long way writes."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from heapq import merge
from importlib import import_module
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from dedup import memory, whole
from dedup.counts import Cut, Run
from dedup.data import Failure
from dedup.dates import sortable
from dedup.gathered import Gathered
from dedup.gone import Found, Gone, Named, as_flags
from dedup.keepers import Known, chosen
from dedup.lines import DEFINED, FAILED, Comparing, Lines, Reading, compare, read_piece, words_of
from dedup.relay import COLUMNS, Said, Writing, write_piece
from dedup.removals import Articles, Grouping, grouped, groups
from dedup.run import alongside, in_threads
from dedup.runs import once, only
from dedup.settle import Compared
from dedup.stretches import File, Stretch, stretches
from dedup.strings import Strings
from dedup.work import ALL, key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from dedup.flags import Flags
    from dedup.run import Runner
    from dedup.work import Work
    from dedup.write import Piece

CHUNK_PAIRS = 1_500
"""Pairs that are compared at a time: the shingles of their documents are held meanwhile."""
LINES = "lines"
"""The shard under which the columns of all lines are kept."""
IN_MEMORY = 1 << 26
"""Bytes of these columns up to which they are kept in memory, and not in files: to write and to map these took a
twelfth of the time of a run over short texts; of a million no difference can be measured."""

_NOTHING = Said(Strings.of([]), np.zeros(0, np.int64), Strings.of([]))


class Told(NamedTuple):
    """What reading told of all lines that hold something, in their order.

    `edges` are the numbers of the first of them of each stretch, and behind the last (int64 [n + 1]); `columns` is what
    is known of each line; `rows` are those that are documents (int64), which are numbered in their order; of these are
    the `ids` and what is `said`.
    """

    work: Work
    stretches: list[Stretch]
    read: list[Lines]
    edges: NDArray[np.int64]
    columns: Gathered
    rows: NDArray[np.int64]
    ids: Strings
    said: Said
    failures: list[Failure]

    def first_lines(self) -> list[int]:
        """The number of the first line of each stretch in its file, from 1."""
        result: list[int] = []
        for number, part in enumerate(self.stretches):
            result.append(result[-1] + self.read[number - 1].total if part.start else 1)
        return result

    def places(self, documents: NDArray[np.int64]) -> list[str]:
        """Where the lines of documents stand, for messages."""
        if not len(documents):
            return []
        rows, first = self.rows[documents], np.array(self.first_lines(), np.int64)
        pieces = self.pieces(rows)
        lines = (first[pieces] + self.columns["numbers"][rows]).tolist()
        return [f"{self.stretches[piece].name}:{at}" for piece, at in zip(pieces.tolist(), lines, strict=True)]

    def pieces(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """The number of the stretch of each line."""
        return np.searchsorted(self.edges, rows, "right") - 1

    def column(self, name: str) -> NDArray[Any]:
        """A column of all documents."""
        return only(self.columns[name], self.rows)

    def band(self, number: int) -> NDArray[np.uint64]:
        """The keys of all documents in a band, which are given once."""
        keys = self.columns.take(f"keys-{number}")
        own: NDArray[np.uint64] = keys.take(self.rows)
        memory.leave(keys)
        return own

    def strings(self, name: str) -> Strings:
        """The same of strings."""
        return Strings.of_sizes(self.columns[name], self.columns[f"{name}_sizes"]).only(self.rows)


def run(work: Work, files: Iterable[File], runner: Runner) -> Run:
    """All of it.

    Raises:
        NotPlainError: see `read`.
    """
    if work.config.unit == "passage":
        alongside(import_module, "dedup.duplicates")  # what is needed next takes .02 s to import
    told = read(work, files, runner)
    if told.ids:
        sites, urls, dates = map(told.strings, ("sites", "urls", "dates"))
        words = key([each.digest for each in told.read], told.rows)
        told = told._replace(said=Said.of(sites, urls, dates, work.config), work=replace(told.work, words=words))
    found = find(told, runner)
    cuts: list[Cut] = []
    most = partial(groups, _articles(told), found.flags)
    return Run(len(told.ids), write(told, found.flags, runner, cuts), cuts, told.failures, found.counts, most)


def read(work: Work, files: Iterable[File], runner: Runner) -> Told:
    """Read all lines, but for what is said of documents.

    Raises:
        NotPlainError: among them are documents that are no plain texts.
    """
    files = list(files)
    parts = list(stretches(files, work.config.max_bytes))
    told = _told(work, parts, runner(read_piece, [Reading(work, part) for part in parts]))
    told.failures.extend(_failures(told, files))
    if told.ids.order().distinct:
        return told
    once_ = _once(told)
    if work.config.unit == "document":
        return once_
    # Once more without those lines that are no documents now: their words must not count.
    without = np.setdiff1d(told.rows, once_.rows, assume_unique=True)
    of = np.split(without, np.searchsorted(without, told.edges[1:-1]))
    jobs = [
        Reading(work, part, tuple((own - first).tolist()))
        for part, own, first in zip(parts, of, told.edges.tolist(), strict=False)
    ]
    return _told(work, parts, runner(read_piece, jobs))._replace(failures=once_.failures)


def _told(work: Work, parts: list[Stretch], read: Iterable[Lines]) -> Told:
    lines, sizes, words = [], [0], 0
    with Gathered(work.store, LINES, IN_MEMORY) as columns, work.store.growing(ALL) as extend_words:
        for each in read:
            for name, column in each.parts():
                columns.extend(name, column)
            if each.words:
                for name, column in each.words.moved(words)._asdict().items():
                    extend_words(name, column)
                words += len(each.words.hashes)
            sizes.append(each.size)
            lines.append(each._replace(columns={}, strings={}, words=None))
    memory.give_back()
    rows = np.flatnonzero(columns["states"] != FAILED) if columns else np.zeros(0, np.int64)
    told = Told(work, parts, lines, np.cumsum(sizes), columns, rows, Strings.of([]), _NOTHING, [])
    ids = told.strings("ids") if columns else told.ids
    without = np.flatnonzero(ids.sizes == 0)
    return told._replace(ids=ids.put(dict(zip(without.tolist(), told.places(without), strict=True))))


def _failures(told: Told, files: list[File]) -> Iterator[Failure]:
    """The failures of files, in their order."""
    pieces: dict[Path, list[int]] = {file.path: [] for file in files}
    for number, part in enumerate(told.stretches):
        pieces[part.path].append(number)
    sizes, first = np.diff(told.edges), told.first_lines()
    for file, own in zip(files, pieces.values(), strict=True):
        if not (file.failures or any(sizes[number] for number in own)):
            yield Failure(file.name, "empty: there is no line in it")
        found = [(first[number] + at, why) for number in own for at, why in told.read[number].failures]
        more = ((at, Failure(f"{file.name}:{at}", why)) for at, why in found)
        yield from (each for _, each in merge(file.failures, more, key=itemgetter(0)))


def _once(told: Told) -> Told:
    """The same without documents that have the id of one before them: these are failures."""
    first: dict[str, int] = {}
    own = np.ones(len(told.ids), np.bool_)
    for number, id_ in enumerate(told.ids):
        own[number] = first.setdefault(id_, number) == number
    again = np.flatnonzero(~own)
    ids = told.ids.only(again)
    before = told.places(np.array([first[id_] for id_ in ids], np.int64))
    for id_, place, there in zip(ids, told.places(again), before, strict=True):
        told.failures.append(Failure(place, f"has the id {id_!r} of {there}"))
    return told._replace(rows=told.rows[own], ids=told.ids.only(np.flatnonzero(own)))


# ── what goes ───────────────────────────────────────────────────────────────────────────────────────────────────────


def find(told: Told, runner: Runner) -> Found:
    """Propose, verify, decide."""
    if told.work.config.keep_duplicates or not told.ids:
        return Found(Gone.none(), {})
    if told.work.config.unit == "document":
        return _whole(told, runner)
    names = [words_of(told.stretches[number]) for number in np.unique(told.pieces(told.rows)).tolist()]
    from dedup.corpus import merge_bounds
    from dedup.duplicates import passages

    merge_bounds(told.work, names)
    known = _known(told)
    told.columns.leave()
    return passages(told.work, names, known, runner)


def _whole(told: Told, runner: Runner) -> Found:
    config = told.work.config
    known = chosen(_known(told), config)

    def verify(pairs: NDArray[np.int64]) -> Iterator[tuple[NDArray[np.int64], Compared]]:
        rows = list(whole.chunks(pairs, CHUNK_PAIRS))
        memory.give_back()
        for own, counts in zip(rows, runner(compare_pairs, [(told, pairs[own]) for own in rows]), strict=True):
            yield own, Compared(*counts.T)

    bands = [partial(told.band, number) for number in range(config.shape.bands)]
    found = whole.find(bands, told.column("prints"), known, config.threshold, verify, runner)
    told.columns.leave()
    named = Named(told.ids, told.column("characters"), told.column("words"))
    return Found(as_flags(found.decided, named), found.counts)


def _known(told: Told) -> Known:
    """What is known of the documents to choose keepers."""
    config, dates, sites = told.work.config, list[str](), list[str]()
    if told.said.dates.data.size:
        dates = [sortable(date) for date in told.said.dates]
    if config.across_sites_only or config.site_order:
        names = [*told.said.names]
        sites = [names[number] for number in told.said.sites.tolist()]
    return Known(dates, told.column("words"), told.ids, sites)


def _articles(told: Told) -> Articles:
    """What is known of the documents to tell which sites and sources lose much."""

    def groupings() -> Iterator[tuple[str, Grouping]]:
        yield "site", Grouping(told.said.names, told.said.sites)
        files, numbers = grouped(part.name for part in told.stretches)
        yield "source", Grouping(files, numbers[told.pieces(told.rows)])

    sizes = told.column("characters") if told.columns else np.zeros(0, np.int64)
    return Articles(told.ids, sizes.astype(np.int64), {}, groupings)


@in_threads
def compare_pairs(job: tuple[Told, NDArray[np.int64]]) -> NDArray[np.int64]:
    """Compare some pairs of documents: see `lines.compare`."""
    told, pairs = job
    return told.work.compared("lines", pairs, lambda: {"counts": compare(_comparing(told, pairs))})["counts"]


def _comparing(told: Told, pairs: NDArray[np.int64]) -> Comparing:
    """What is compared: see `lines.Comparing`."""
    own = once(np.sort(pairs, axis=None))
    rows = told.rows[own]
    pieces = told.pieces(rows)
    states, starts, ends, text_starts, text_ends = (
        told.columns[name][rows] for name in ("states", "starts", "ends", "text_starts", "text_ends")
    )
    is_defined = states == DEFINED
    offset = np.array([part.start for part in told.stretches], np.int64)[pieces]
    start, end = np.where(is_defined, starts, text_starts) + offset, np.where(is_defined, ends, text_ends) + offset
    documents = np.stack([pieces, start, end, np.where(is_defined, 0, -1)], axis=1)
    return Comparing(told.work, told.stretches, documents, np.searchsorted(own, pairs))


# ── what is written ─────────────────────────────────────────────────────────────────────────────────────────────────


def write(told: Told, flags: Flags | Gone, runner: Runner, cuts: list[Cut]) -> Iterator[Piece]:
    """What the run writes, piece by piece; and the counts of each into `cuts`."""
    for wrote in runner(write_piece, _writing(told, flags)):
        cuts.append(wrote.cut)
        told.columns.leave()
        yield wrote.piece


def _writing(told: Told, flags: Flags | Gone) -> Iterator[Writing]:
    ids = Strings.of_sizes(told.columns["ids"], told.columns["ids_sizes"])
    documents = np.searchsorted(told.rows, told.edges).tolist()
    for at, (part, first_line) in enumerate(zip(told.stretches, told.first_lines(), strict=True)):
        low, high = told.edges[at : at + 2].tolist()
        columns = {name: told.columns.part(name, at, slice(low, high)) for name in COLUMNS}
        first, last = documents[at : at + 2]
        own, goes, said = told.rows[first:last] - low, flags.part(first, last - first), told.said.part(first, last)
        yield Writing(told.work, part, told.read[at].digest, first_line, columns, ids.part(low, high), own, said, goes)
