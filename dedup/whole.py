"""Whole documents that are near duplicates of others: what goes with `unit = "document"`.

A document goes where a better keeper that stays is alike: where the Jaccard similarity of their sets of shingles, which
is computed exactly, is at least `threshold`. So it is compared with that keeper itself: there are
no chains of likeness. Candidates are those that share a band of their MinHash signatures.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup import match, memory
from dedup.keepers import copies
from dedup.run import in_threads
from dedup.runs import is_new, once, only
from dedup.settle import Compared, settled
from dedup.sign import shingles

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from dedup.bands import Shape
    from dedup.keepers import Chosen
    from dedup.run import Runner
    from dedup.settle import Decided, Verify
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
    """Pairs of documents that share a band, by their ranks (int64 [p], as `settle.taken` has them)."""
    own = np.flatnonzero(are_long(prints) & (chosen.copies == np.arange(len(prints))))
    chosen = chosen._replace(ranks=chosen.ranks.astype(np.uint32))  # as buckets take them
    found, spare = match.Pairs(len(prints)), list[match.Buckets]()
    for _ in runner(pairs_in, [Band(keys, own, chosen, found, spare) for keys in bands]):
        pass
    return found.packed()


@in_threads
def pairs_in(band: Band) -> None:
    """Find the pairs of documents that share a key of this band."""
    members = band.own.astype(np.uint32)
    with match.borrowed(band.spare) as buckets:
        for both in buckets.pairs(only(band.keys(), band.own), members, band.chosen.ranks):
            keepers, documents = band.chosen.allowed(*(members[each] for each in both))
            band.found.add(band.chosen.ranks[documents], band.chosen.ranks[keepers])


def are_long(prints: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Which documents have a print (bool [d]): enough words to be a duplicate. (`any` over rows of two takes ten times
    as long.)"""
    upper, lower = prints.T
    return np.asarray((upper | lower) != 0, np.bool_)


# ── verify ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def chunks(pairs: NDArray[np.int64], size: int) -> Iterator[NDArray[np.int64]]:
    """The rows of pairs in parts of about so many, those of a document together where that can be: it is read once
    then.

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
    ordered = np.argsort(group, kind="stable")
    group.sort()
    heads = np.append(np.flatnonzero(is_new(group)), len(group))
    low = 0
    while low < len(ordered):
        high = int(heads[np.searchsorted(heads, min(low + size, len(ordered)), "left")])
        yield ordered[low : min(high, low + 2 * size)]
        low = min(high, low + 2 * size)


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
    return Compared(*np.array(rows, np.int64).reshape(-1, 3).T)


# ── find ────────────────────────────────────────────────────────────────────────────────────────────────────────────


class Found(NamedTuple):
    """What goes, and how many pairs were compared, and how many of them were not alike."""

    decided: Decided
    counts: dict[str, dict[str, int]]


def find(
    bands: Sequence[Keys],
    prints: NDArray[np.uint64],
    chosen: Chosen,
    threshold: float,
    verify: Verify,
    runner: Runner,
) -> Found:
    """Propose, verify, decide, given the keys band by band and what compares pairs."""
    memory.give_back()
    chosen = chosen._replace(copies=chosen.copied(copies(prints, are_long(prints), chosen.ranks, chosen.sites)))
    memory.give_back()
    found = candidates(bands, prints, chosen, runner)
    memory.give_back()
    decided, counts = settled(found, chosen, threshold, verify)
    del found
    memory.give_back()
    return Found(decided, {"documents": counts._asdict()})


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

    def verify(pairs: NDArray[np.int64]) -> Iterator[tuple[NDArray[np.int64], Compared]]:
        rows = [np.arange(at, min(at + CHUNK_PAIRS, len(pairs))) for at in range(0, len(pairs), CHUNK_PAIRS)]
        return zip(rows, runner(verify_whole, [Chunk(work, shards, pairs[own]) for own in rows]), strict=True)

    bands = [partial(band, work, shards, number) for number in range(work.config.shape.bands)]
    return find(bands, prints, chosen, work.config.threshold, verify, runner)
