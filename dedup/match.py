"""Candidates: which documents may share a passage. Two proposers, both linear in hot buckets.

MinHash LSH bands propose blocks that are alike as a whole; winnowed seeds propose runs of equal words wherever they
stand in a document (quoted, embedded, truncated, split differently). Nothing here is believed: `align` verifies every
pair.
"""

from __future__ import annotations

from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from dedup import kernel, memory
from dedup.runs import is_new, once, sorted_once

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

SEED_SHINGLE = 4
SEED_WINDOW = 4
"""Winnowing (Schleimer, Wilkerson, Aiken 2003): the least of every 4 hashes of 4 words each in a row is a seed, so that
two texts share a seed wherever they agree in 7 words in a row."""
NEAR = 12
AGREEING = 8
"""Two places with one seed must agree in so many words of those around it, or common phrases would propose all texts
that use them."""
CROWD = 48
HUBS = 4
REACH = 1 << 16
"""A bucket proposes all pairs of its 48 best keepers, of each document behind them those with the four best, and behind
the first 65,536 with the best alone, so that a passage that occurs a million times costs a million, not its square."""


def winnow(hashes: NDArray[np.uint64], window: int = SEED_WINDOW) -> NDArray[np.int64]:
    """Positions of the seeds among a document's shingle hashes (ascending, no repeats)."""
    if len(hashes) <= window:
        return np.array([int(np.argmin(hashes))] if len(hashes) else [], np.int64)
    windows = np.lib.stride_tricks.sliding_window_view(hashes, window)
    # The rightmost minimum of a window, as in the paper: a run of equal hashes then gives few seeds.
    at = window - 1 - np.argmin(windows[:, ::-1], axis=1) + np.arange(len(windows))
    return once(at)  # they ascend as the windows do


class Cap(NamedTuple):
    """What is paired of a bucket: the best `crowd` entries each with each, those behind them with the best `hubs`, and
    those behind the first `reach` with the best alone. What is paired of the best ones does not depend on what comes
    behind, so that batch by batch gives what one run does."""

    crowd: int
    hubs: int
    reach: int


PAIRS, STARS = Cap(CROWD, HUBS, REACH), Cap(0, 1, 0)
CHUNK = 1 << 18
"""Pairs that are given at a time."""


ENTRIES_AT_ONCE = 1 << 26
"""Entries that are put into partitions at a time, 8 bytes each."""


class Buckets:
    """The pairs of entries that share a key, chunk by chunk: of entries 8 bytes are held, of pairs 8.

    Where keys are given band by band, this is made once, as it keeps its memory: to have it from the system each time
    took half of all. Entries are put into at most 1,024 partitions by the upper bits of their keys, then those that
    come more than once are sorted in each: 6 ns an entry (10 M of them in random order, Zen 4).
    """

    def __init__(self) -> None:
        self._native: Any = None
        if kernel.NATIVE:
            from dedup.kernel import _native

            self._native = _native.Buckets(ENTRIES_AT_ONCE)

    def pairs(
        self, keys: NDArray[np.uint64], members: NDArray[Any], ranks: NDArray[Any], cap: Cap = PAIRS
    ) -> Iterator[tuple[NDArray[np.uint32], NDArray[np.uint32]]]:
        """Pairs of positions (uint32 [p] twice) of entries that share a key and are of different documents.

        `members` [n] are document numbers, `ranks` [documents] their order as keepers, from 0, both of integers below
        2^32. Of a pair the first position is that of the better keeper. Pairs come as keys ascend; in a bucket in the
        order of their first, then their second entry, by ranks, then positions.

        Raises:
            ValueError: a document has no rank, or there are 2^32 entries or more.
        """
        if self._native is None:
            yield defined_pairs(keys, members, ranks, cap)
            return
        self._native.group(*map(np.ascontiguousarray, (keys, members, ranks), (np.uint64, np.uint32, np.uint32)))
        while len((found := self._native.next(*cap, CHUNK))[0]):
            yield found


@contextmanager
def borrowed(spare: list[Buckets]) -> Iterator[Buckets]:
    """Buckets that no other thread has meanwhile: spare ones, or new ones, which are spare then."""
    try:
        buckets = spare.pop()
    except IndexError:
        buckets = Buckets()
    yield buckets
    spare.append(buckets)


def defined_pairs(
    keys: NDArray[np.uint64], members: NDArray[Any], ranks: NDArray[Any], cap: Cap
) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """`Buckets.pairs`, by the definition."""
    order = np.lexsort((np.arange(len(keys)), ranks[members], keys)).astype(np.uint32)
    starts = np.flatnonzero(is_new(keys[order]))
    sizes = np.diff(np.concatenate((starts, [len(keys)])))
    firsts, seconds = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for size in np.unique(sizes[sizes > 1]):
        groups = starts[sizes == size]
        left, right = _group_pairs(int(size), cap)
        firsts.append((groups[:, None] + left[None, :]).ravel())
        seconds.append((groups[:, None] + right[None, :]).ravel())
    left, right = np.concatenate(firsts), np.concatenate(seconds)
    places = np.lexsort((right, left))
    first, second = order[left[places]], order[right[places]]
    other = members[first] != members[second]
    return first[other], second[other]


def _group_pairs(size: int, cap: Cap) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    first = min(size, max(cap))
    left, right = np.triu_indices(first, 1)
    near = max(cap.crowd, cap.reach)
    own = (right < cap.crowd) | (left < cap.hubs) & ((left == 0) | (right < near))
    lefts, rights = [left[own]], [right[own]]
    for hub in range(min(size, cap.hubs)):
        behind = np.arange(first, size if hub == 0 else min(size, near))
        lefts.append(np.full(len(behind), hub))
        rights.append(behind)
    return np.concatenate(lefts), np.concatenate(rights)


class Places(NamedTuple):
    """Words: the documents (uint32 [p]) that they are in, and their positions (int64 [p]) among all words."""

    owners: NDArray[np.uint32]
    places: NDArray[np.int64]

    def only(self, rows: NDArray[Any] | slice) -> Places:
        """Some of them."""
        return Places(self.owners[rows], self.places[rows])


def agreeing_words(
    words: NDArray[np.uint64], bounds: NDArray[np.int64], left: Places, right: Places
) -> NDArray[np.uint8]:
    """How many words agree, place by place, from NEAR before to NEAR behind each pair of seeds (uint8 [p]), those
    included, as far as both documents reach. `bounds` int64 [documents + 1] are those of documents among all words.

    Raises:
        ValueError: a place is not in its document, or that not in the words.
    """
    if not kernel.NATIVE:
        return defined_agreeing(words, bounds, left, right)
    from dedup.kernel import _native

    return _native.agreeing_words(words, bounds, left, right, NEAR, SEED_SHINGLE + NEAR)


def defined_agreeing(
    words: NDArray[np.uint64], bounds: NDArray[np.int64], left: Places, right: Places
) -> NDArray[np.uint8]:
    """`agreeing_words`, by the definition."""
    firsts, ends = bounds[:-1], bounds[1:]
    for owners, places in (left, right):
        if (owners >= len(firsts)).any() or (places < firsts[owners]).any() or (places >= ends[owners]).any():
            raise ValueError("a place is not in its document")
    before = np.minimum(left.places - firsts[left.owners], right.places - firsts[right.owners])
    behind = np.minimum(ends[left.owners] - left.places, ends[right.owners] - right.places)
    agreeing = np.zeros(len(left.places), np.uint8)
    for distance in range(-NEAR, SEED_SHINGLE + NEAR):
        inside = np.flatnonzero((before >= -distance) & (behind > distance))
        agreeing[inside] += words[left.places[inside] + distance] == words[right.places[inside] + distance]
    return agreeing


def owners(places: NDArray[np.uint32], bounds: NDArray[np.int64]) -> NDArray[np.uint32]:
    """The document that each word stands in (uint32 [p]), by the bounds of documents; quickest as the places ascend.

    Raises:
        ValueError: a place is in no document.
    """
    if not kernel.NATIVE:
        return defined_owners(places, bounds)
    from dedup.kernel import _native

    return _native.owners(places, bounds)


def defined_owners(places: NDArray[np.uint32], bounds: NDArray[np.int64]) -> NDArray[np.uint32]:
    """`owners`, by the definition."""
    if len(places) and places.max() >= bounds[-1]:
        raise ValueError("a place is in no document")
    return (np.searchsorted(bounds, places, "right") - 1).astype(np.uint32)


class Pairs:
    """Distinct pairs of document numbers, out of chunks of them that any thread adds: what is held is no more than half
    as much again as is distinct, or LEAST. All threads add to one, as what each finds is often the same."""

    LEAST = 1 << 21

    def __init__(self, documents: int) -> None:
        self._documents = np.int64(max(1, documents))
        self._distinct = np.zeros(0, np.int64)
        self._more: list[NDArray[np.int64]] = []
        self._lock = Lock()

    def add(self, first: NDArray[Any], second: NDArray[Any]) -> None:
        """Add pairs, which stand in the order of their first."""
        packed = first.astype(np.int64) * self._documents + second
        with self._lock:
            self._more.append(packed)
            if sum(map(len, self._more)) > max(self.LEAST, len(self._distinct) // 4):
                self._merge()

    def _merge(self) -> None:
        column = np.concatenate([np.zeros(0, np.int64), *self._more])
        self._more.clear()  # before as much again is taken to sort
        column, known = sorted_once(column), len(self._distinct)
        self._distinct.resize(known + len(column), refcheck=False)  # where it is, if the system can do that
        self._distinct[known:] = column
        del column
        memory.give_back()
        self._distinct = sorted_once(self._distinct)  # two runs, which are but merged

    def packed(self) -> NDArray[np.int64]:
        """All of them, ascending, as `first * documents + second` (int64 [p]); they are kept here no longer."""
        self._merge()
        found, self._distinct = self._distinct, np.zeros(0, np.int64)
        return found

    def sorted(self) -> NDArray[np.int64]:
        """All of them (int64 [p, 2])."""
        self._merge()
        pairs = np.empty((len(self._distinct), 2), np.int64)
        first, second = pairs.T
        # Each into its place, as what is kept meanwhile takes longer to have; `np.divmod` takes several times as long.
        np.floor_divide(self._distinct, self._documents, out=first)
        np.multiply(first, self._documents, out=second)
        np.subtract(self._distinct, second, out=second)
        return pairs


def unique_pairs(first: NDArray[np.int64], second: NDArray[np.int64], documents: int) -> NDArray[np.int64]:
    """Distinct pairs of document numbers (int64 [p, 2]), sorted; the first of a pair is the better keeper."""
    pairs = Pairs(documents)
    pairs.add(first, second)
    return pairs.sorted()
