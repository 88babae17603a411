"""Candidates of the whole corpus: which pairs of documents are worth aligning. Bound to the store; sees columns only.

Memory is bounded by what is taken at a time: some bands of all shards, or a range of the keys of one. Every column is
read shard by shard.

Copies first, so that a thousand of them cost a thousand: those with the very same words, then those that are alike as
a whole. What is left is proposed by the bands of its blocks and by seeds (see `match` and `seeded`).
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from dedup import match
from dedup.corpus import Corpus
from dedup.runs import is_new

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from dedup.column_files import Place
    from dedup.shards import Work
    from dedup.store import Store

KEYS_AT_ONCE = 24 << 20
"""Keys that are in memory at a time, of 8 bytes each, of as many bands as that is; 12 bytes more are needed for each
entry of a band. To have twice as much memory from the system takes longer than to open the files twice as often."""
BAND_AT_ONCE = 1 << 27
"""Entries of which a band is taken whole (20 bytes each), else in ranges of its keys, for each of which all is read."""


class Chosen(NamedTuple):
    """Which documents may be paired. `ranks` int64 [d], 0 for the best keeper; `copies` int64 [d] names a document that
    this one is a copy of, else itself: copies are in no pair. `sites` uint64 [d], if pairs must be of two sites."""

    ranks: NDArray[np.int64]
    copies: NDArray[np.int64]
    sites: NDArray[np.uint64] | None = None

    def pairs(self, first: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[np.int64]:
        """Distinct pairs of document numbers (int64 [p, 2]), of two sites where they must be, sorted."""
        pairs = match.Pairs(len(self.ranks))
        self.add(pairs, first, second)
        return pairs.sorted()

    def add(self, pairs: match.Pairs, first: NDArray[Any], second: NDArray[Any]) -> None:
        """Add to `pairs` those that may be."""
        if self.sites is not None:
            other = self.sites[first] != self.sites[second]
            first, second = first[other], second[other]
        pairs.add(first, second)

    def alive(self, documents: NDArray[Any]) -> NDArray[np.bool_]:
        """Which of some documents are no copies (bool [n]); -1 is none."""
        own: NDArray[np.bool_] = self.copies[documents] == documents
        return own


class Shard(NamedTuple):
    """A shard, and the numbers of its first document and its first word in the corpus."""

    name: str
    document: int
    word: int

    @classmethod
    def each(cls, store: Store, names: list[str]) -> Iterator[Shard]:
        """The shards of a run, in order; each is open when it is named."""
        document = word = 0
        for name in names:
            bounds = store.column(name, "bounds")
            yield cls(name, document, word)
            document, word = document + len(bounds) - 1, word + int(bounds[-1])


# ── copies ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def exact_copies(
    work: Work, shards: list[str], ranks: NDArray[np.int64], sites: NDArray[np.uint64] | None = None
) -> NDArray[np.int64]:
    """For every document the best keeper among those with the very same words, itself if there is none (int64 [d])."""
    store = work.store
    parts = ((store.column(shard, "word_prints"), np.diff(store.column(shard, "bounds"))) for shard in shards)
    prints, lengths = map(np.concatenate, zip(*parts, strict=True))
    return copies(prints, lengths >= work.config.min_words, ranks, sites)


def copies(
    prints: NDArray[np.uint64], long: NDArray[np.bool_], ranks: NDArray[np.int64], sites: NDArray[np.uint64] | None
) -> NDArray[np.int64]:
    """The same, given the prints of all words (uint64 [d, 2]), and which documents are `long` enough to be copies."""
    result, own = np.arange(len(prints)), np.flatnonzero(long)
    upper, lower = np.ascontiguousarray(prints[own].T)
    for first, second in match.Buckets().pairs(upper, own, ranks, match.STARS):
        same = lower[first] == lower[second]
        result[own[second[same]]] = own[first[same]]
        if not same.all():  # half of the print is the same, of texts that are not
            some = own[np.isin(upper, upper[second[~same]])]
            result[some] = _copies_among(prints, some, ranks)
    return result if sites is None else np.where(sites[result] == sites, np.arange(len(result)), result)


def _copies_among(prints: NDArray[np.uint64], some: NDArray[np.int64], ranks: NDArray[np.int64]) -> NDArray[np.int64]:
    order = np.lexsort((ranks[some], prints[some, 1], prints[some, 0]))
    ordered = some[order]
    heads = np.flatnonzero(is_new(prints[ordered, 0]) | is_new(prints[ordered, 1]))
    result = np.empty(len(some), np.int64)
    result[order] = np.repeat(ordered[heads], np.diff(np.concatenate((heads, [len(ordered)]))))
    return result


# ── by bands ────────────────────────────────────────────────────────────────────────────────────────────────────────


class _Bands(NamedTuple):
    """A column of keys (uint64 [bands, entries]) in every shard, and which document each entry is of; -1 where
    it is of none."""

    store: Store
    names: list[str]
    column: str
    owners: Callable[[Shard], NDArray[np.int64]]
    chosen: Chosen

    def pairs(self, cap: match.Cap) -> NDArray[np.int64]:
        """The distinct pairs of documents that have a key of a band in common."""
        found, buckets = match.Pairs(len(self.chosen.ranks)), match.Buckets()
        for keys, members in self._taken():
            for first, second in buckets.pairs(keys, members, self.chosen.ranks, cap):
                self.chosen.add(found, members[first], members[second])
        return found.sorted()

    def _taken(self) -> Iterator[tuple[NDArray[np.uint64], NDArray[np.uint32]]]:
        """Keys and members, a band at a time or a range of one."""
        shards, of_shards = [], []
        for shard in Shard.each(self.store, self.names):
            shards.append(shard)
            of_shards.append(self._members(shard))
        members, counts = np.concatenate(of_shards), [len(each) for each in of_shards]
        del of_shards
        bands, size = len(self._keys(shards[0])), len(members)
        if size > BAND_AT_ONCE:
            del members
            bits = (-(-size // BAND_AT_ONCE) - 1).bit_length()
            for band, part in product(range(bands), range(1 << bits)):
                yield self._range(shards, band, part, bits)
            return
        step = max(1, KEYS_AT_ONCE // max(1, size))
        keys = np.empty((min(step, bands), size), np.uint64)
        tables = [self.store.located(shard.name)[self.column] for shard in shards]
        for band in range(0, bands, step):
            some = keys[: bands - band]
            self._read(list(zip(shards, tables, counts, strict=True)), band, some)
            for row in some:
                yield row, members

    def _members(self, shard: Shard) -> NDArray[np.uint32]:
        owners = self.owners(shard)
        return owners[self.chosen.alive(owners)].astype(np.uint32)

    def _read(self, shards: list[tuple[Shard, Place, int]], band: int, out: NDArray[np.uint64]) -> None:
        """Put the keys of some bands, from `band` on, into `out`: of shards, and how many entries each has there."""
        at = 0
        for shard, table, count in shards:
            own = out[:, at : at + count]
            if count == table.shape[1]:
                table.read(band, own)
            else:
                keys = np.empty((len(out), table.shape[1]), np.uint64)
                table.read(band, keys)
                own[:] = keys[:, self.chosen.alive(self.owners(shard))]
            at += count

    def _range(
        self, shards: list[Shard], band: int, part: int, bits: int
    ) -> tuple[NDArray[np.uint64], NDArray[np.uint32]]:
        """The keys of a band whose upper bits are those of `part`, and their members."""
        pieces, members = [], []
        for shard in shards:
            owners, keys = self.owners(shard), self._keys(shard)[band]
            own = (keys >> np.uint64(64 - bits) == part) & self.chosen.alive(owners)
            pieces.append(keys[own])
            members.append(owners[own].astype(np.uint32))
        return np.concatenate(pieces), np.concatenate(members)

    def _keys(self, shard: Shard) -> NDArray[np.uint64]:
        return self.store.column(shard.name, self.column)


def whole_pairs(work: Work, shards: list[str], chosen: Chosen) -> NDArray[np.int64]:
    """Pairs of documents (int64 [p, 2]) that may be alike as a whole: each with the best keeper of its buckets."""
    store = work.store

    def owners(shard: Shard) -> NDArray[np.int64]:
        lengths = np.diff(store.column(shard.name, "bounds"))
        return np.where(lengths >= work.config.min_words, np.arange(len(lengths)) + shard.document, -1)

    return _Bands(store, shards, "document_keys", owners, chosen).pairs(match.STARS)


def band_pairs(work: Work, shards: list[str], chosen: Chosen) -> NDArray[np.int64]:
    """Pairs of documents (int64 [p, 2]) that have blocks with a band in common."""
    store = work.store

    def owners(shard: Shard) -> NDArray[np.int64]:
        return store.column(shard.name, "signed") + np.int64(shard.document)

    return _Bands(store, shards, "keys", owners, chosen).pairs(match.PAIRS)


# ── by seeds ────────────────────────────────────────────────────────────────────────────────────────────────────────


def repeats(work: Work, shards: list[str]) -> NDArray[np.int64]:
    """Places (int64 [p, 2], document and word) where a document agrees with itself, further up, around a seed."""
    store, corpus, result = work.store, Corpus.of(work), [np.zeros((0, 2), np.int64)]
    for shard in Shard.each(store, shards):
        seeds, places, bounds = (store.column(shard.name, name) for name in ("seeds", "places", "bounds"))
        words = corpus.hashes[shard.word : shard.word + int(bounds[-1])]
        owners = match.owners(places, bounds)
        order = np.lexsort((places, owners, seeds))
        own = match.Places(owners, places.astype(np.int64)).only(order)
        again = np.flatnonzero(~is_new(seeds[order]) & ~is_new(own.owners))
        second = own.only(again)
        near = match.agreeing_words(words, bounds, own.only(again - 1), second) >= match.AGREEING
        documents, at = second.owners[near].astype(np.int64), second.places[near]
        found = np.stack([documents + shard.document, at - bounds[documents]], axis=1)
        result.append(np.unique(found, axis=0))
    return np.concatenate(result)
