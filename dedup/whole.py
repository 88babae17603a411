"""Whole documents that are near duplicates of others: what goes with `unit = "document"`.

A document goes where a better keeper that stays is alike: where the Jaccard similarity of their sets of shingles, which
is computed exactly for every candidate, is at least `threshold`. So it is compared with that keeper itself: there are
no chains of likeness. Candidates are those that share a band of their MinHash signatures.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from dedup import kernel, match, memory
from dedup.keepers import copies
from dedup.run import in_threads
from dedup.runs import is_new, once, only
from dedup.sign import shingles

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from dedup.bands import Shape
    from dedup.keepers import Chosen
    from dedup.run import Runner
    from dedup.work import Work

CHUNK_PAIRS = 4_000


# ── candidates ──────────────────────────────────────────────────────────────────────────────────────────────────────


Keys = Callable[[], "NDArray[np.uint64]"]
"""What gives the keys of all documents in a band (uint64 [d])."""


class Band(NamedTuple):
    """A band: its keys; the documents of them that may be paired (int64 [n]); what pairs go to; and buckets that no
    thread has."""

    keys: Keys
    own: NDArray[np.int64]
    chosen: Chosen
    found: match.Pairs
    spare: list[match.Buckets]


def candidates(bands: Sequence[Keys], prints: NDArray[np.uint64], chosen: Chosen, runner: Runner) -> NDArray[np.int64]:
    """Pairs of documents that share a band (int64 [p, 2], the better keeper first)."""
    own = np.flatnonzero(are_long(prints) & (chosen.copies == np.arange(len(prints))))
    chosen = chosen._replace(ranks=chosen.ranks.astype(np.uint32))  # as buckets take them
    found, spare = match.Pairs(len(prints)), list[match.Buckets]()
    for _ in runner(pairs_in, [Band(keys, own, chosen, found, spare) for keys in bands]):
        pass
    return found.sorted()


@in_threads
def pairs_in(band: Band) -> None:
    """Find the pairs of documents that share a key of this band."""
    members = band.own.astype(np.uint32)
    with match.borrowed(band.spare) as buckets:
        for first, second in buckets.pairs(only(band.keys(), band.own), members, band.chosen.ranks):
            band.chosen.add(band.found, members[first], members[second])


def are_long(prints: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Which documents have a print (bool [d]): enough words to be a duplicate. (`any` over rows of two takes ten times
    as long.)"""
    upper, lower = prints.T
    return np.asarray((upper | lower) != 0, np.bool_)


# ── verify ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def chunks(pairs: NDArray[np.int64], size: int) -> Iterator[NDArray[np.int64]]:
    """Pairs in parts of about so many, those of a document together where that can be: it is read once then.

    Each part has whole groups, where they are not too large: documents that lead to the same one, from each to the
    first of its better candidates.
    """
    best = np.arange(int(pairs.max(initial=-1)) + 1)
    order = np.argsort(pairs[:, 1], kind="stable")  # the pairs of a document stand in the order of their keepers
    firsts = order[is_new(pairs[order, 1])]
    del order
    best[pairs[firsts, 1]] = pairs[firsts, 0]
    while not np.array_equal(best, best[best]):
        best = best[best]
    group = best[pairs[:, 1]]
    ordered = pairs[np.argsort(group, kind="stable")]
    del pairs
    group.sort()
    heads = np.append(np.flatnonzero(is_new(group)), len(group))
    low = 0
    while low < len(ordered):
        high = int(heads[np.searchsorted(heads, min(low + size, len(ordered)), "left")])
        yield ordered[low : min(high, low + 2 * size)]
        low = min(high, low + 2 * size)


class Compared(NamedTuple):
    """Of pairs of documents ([p, 2], the keeper first) how many shingles each has and how many both have ([p]); all of
    any integers."""

    pairs: NDArray[Any]
    keepers: NDArray[Any]
    documents: NDArray[Any]
    common: NDArray[Any]

    @property
    def jaccard(self) -> NDArray[np.float64]:
        """The similarity of the sets of shingles."""
        either = np.maximum(1, self.keepers + self.documents - self.common)
        return np.asarray(self.common / either, np.float64)

    def only(self, which: NDArray[Any]) -> Compared:
        """Some of the pairs."""
        return Compared(*(column[which] for column in self))

    @classmethod
    def joined(cls, parts: Sequence[Compared]) -> Compared:
        """All of them, one behind the other."""
        none = cls(np.zeros((0, 2), np.uint32), *(np.zeros(0, np.int32) for _ in range(3)))
        return cls(*(np.concatenate(columns) for columns in zip(none, *parts, strict=True)))

    def narrow(self) -> Compared:
        """The same in 20 bytes a pair, not 40: there are less than 2^32 documents, of less than 2^31 words each."""
        columns = {name: getattr(self, name).astype(np.int32) for name in self._fields[1:]}
        return Compared(self.pairs.astype(np.uint32), **columns)


def compared(pairs: NDArray[np.int64], words_of: Callable[[int], NDArray[np.uint64]], shape: Shape) -> Compared:
    """Compare the sets of shingles of pairs, given the hashes of a document's words."""
    sets: dict[int, NDArray[np.uint64]] = {}
    for document in once(np.sort(pairs, axis=None)).tolist():
        words = words_of(document)
        sets[document] = np.unique(shingles(words, np.array([0, len(words)]), shape.shingle)[0])
    rows = [
        (len(sets[keeper]), len(sets[document]), len(np.intersect1d(sets[keeper], sets[document], assume_unique=True)))
        for keeper, document in pairs.tolist()
    ]
    return Compared(pairs, *np.array(rows, np.int64).reshape(-1, 3).T)


# ── decide ──────────────────────────────────────────────────────────────────────────────────────────────────────────


class Decided(NamedTuple):
    """For every document the one that it goes for, itself if it stays (int64 [d]); and how alike the two are: Jaccard
    similarity, and the share of its shingles that the keeper has (float64 [d])."""

    keepers: NDArray[np.int64]
    jaccard: NDArray[np.float64]
    containment: NDArray[np.float64]

    @classmethod
    def none(cls, documents: int) -> Decided:
        """That all documents stay."""
        return cls(np.arange(documents), np.ones(documents), np.ones(documents))

    def only(self, rows: NDArray[np.int64] | slice) -> Decided:
        """Some of the documents."""
        return Decided(self.keepers[rows], self.jaccard[rows], self.containment[rows])


def decided(found: Compared, chosen: Chosen) -> Decided:
    """What goes, given the pairs that are alike enough. Documents are taken in the order of their ranks; of the keepers
    that stay the best is taken."""
    ranks = chosen.ranks.astype(np.uint64)
    places = ranks[found.pairs[:, 1]]
    places <<= np.uint64(32)  # where it is, as all these take much where many pairs are alike
    places |= ranks[found.pairs[:, 0]]
    ascending = np.argsort(places, kind="stable")
    del places
    ordered = np.empty((len(ascending), 2), np.int64)
    for side in range(2):  # one at a time, for the same reason
        ordered[:, side] = found.pairs[ascending, side]
    keepers, pair_of = settled(ordered, len(chosen.ranks))
    del ordered
    pair_of[pair_of >= 0] = ascending[pair_of[pair_of >= 0]]
    # A copy goes for the document that it is a copy of, or for what that one goes for.
    result = keepers[chosen.copies]
    if chosen.sites is not None:
        result = np.where(chosen.sites[result] == chosen.sites, np.arange(len(result)), result)
    pair = pair_of[chosen.copies]
    near = (pair >= 0) & (result != np.arange(len(result)))
    jaccard, containment = np.ones(len(result)), np.ones(len(result))
    some = found.only(pair[near])
    jaccard[near], containment[near] = some.jaccard, some.common / some.documents
    return Decided(result, jaccard, containment)


def settled(pairs: NDArray[np.int64], documents: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """For every document the first of its keepers that stays, itself if there is none; and the number of that pair, or
    -1 (int64 [d] twice). The pairs (int64 [p, 2], the keeper first) stand in the order in which documents are taken.

    Raises:
        ValueError: a pair is of no document.
    """
    if kernel.NATIVE:
        from dedup.kernel import _native

        return _native.settled(np.ascontiguousarray(pairs), documents)
    if pairs.min(initial=0) < 0 or pairs.max(initial=-1) >= documents:
        raise ValueError("a pair of no document")
    keepers, pair_of = np.arange(documents), np.full(documents, -1)
    for at, (keeper, document) in enumerate(pairs.tolist()):
        if keepers[document] == document and keepers[keeper] == keeper:
            keepers[document], pair_of[document] = keeper, at
    return keepers, pair_of


class Found(NamedTuple):
    """What goes, and how many pairs were proposed, and how many of them were not alike."""

    decided: Decided
    counts: dict[str, dict[str, int]]


def find(
    bands: Sequence[Keys],
    prints: NDArray[np.uint64],
    chosen: Chosen,
    threshold: float,
    verify: Callable[[NDArray[np.int64]], Iterator[Compared]],
    runner: Runner,
) -> Found:
    """Propose, verify, decide, given the keys band by band and what compares pairs."""
    memory.give_back()
    chosen = chosen._replace(copies=chosen.copied(copies(prints, are_long(prints), chosen.ranks, chosen.sites)))
    memory.give_back()
    count, parts = 0, list[Compared]()
    for part in verify(candidates(bands, prints, chosen, runner)):  # nothing else holds the pairs
        count += len(part.pairs)
        parts.append(part.only(part.jaccard >= threshold).narrow())
    alike = Compared.joined(parts)
    parts.clear()
    memory.give_back()
    counts = {"documents": {"pairs": count, "false": count - len(alike.pairs)}}
    return Found(decided(alike, chosen), counts)


# ── bound to the store ──────────────────────────────────────────────────────────────────────────────────────────────


def band(work: Work, shards: Sequence[str], number: int) -> NDArray[np.uint64]:
    """The keys of all documents in a band (uint64 [d])."""
    return np.concatenate([work.store.column(shard, "whole_keys")[number] for shard in shards])


class Chunk(NamedTuple):
    """Pairs of documents (int64 [p, 2]) to compare, and the names of all shards."""

    work: Work
    shards: list[str]
    pairs: NDArray[np.int64]


def verify_whole(chunk: Chunk) -> Compared:
    """Compare pairs by the words that shards left."""
    store = chunk.work.store
    firsts = np.cumsum([0, *(len(store.column(shard, "whole_prints")) for shard in chunk.shards)])

    def words_of(document: int) -> NDArray[np.uint64]:
        at = int(np.searchsorted(firsts, document, "right")) - 1
        bounds, number = store.column(chunk.shards[at], "whole_bounds"), document - int(firsts[at])
        return np.asarray(store.column(chunk.shards[at], "whole_words")[bounds[number] : bounds[number + 1]])

    def make() -> dict[str, NDArray[np.int64]]:
        return compared(chunk.pairs, words_of, chunk.work.config.shape)._asdict()

    return Compared(**chunk.work.compared("whole", chunk.pairs, make))


def found_in(work: Work, shards: list[str], chosen: Chosen, runner: Runner) -> Found:
    """What goes of the documents of all shards."""
    store = work.store
    prints = np.concatenate([store.column(shard, "whole_prints") for shard in shards])

    def verify(pairs: NDArray[np.int64]) -> Iterator[Compared]:
        parts = (pairs[at : at + CHUNK_PAIRS] for at in range(0, len(pairs), CHUNK_PAIRS))
        return runner(verify_whole, [Chunk(work, shards, part) for part in parts])

    bands = [partial(band, work, shards, number) for number in range(work.config.shape.bands)]
    return find(bands, prints, chosen, work.config.threshold, verify, runner)
