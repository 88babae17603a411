"""Which documents of an index may share a passage with a new one: postings by seed, mapped from a file.

Seeds are winnowed as in `dedup.match`, of more words and a wider window, so that they are few: two texts share one
wherever they agree in SHINGLE + WINDOW - 1 = 15 words in a row, the shortest passage that goes if not set otherwise.
New documents are looked up with all their shingles, which also finds much of what agrees in shorter runs. An entry is
four bytes; a new document reads a few cache lines for each of its words, however large the index.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup import keyed, match
from dedup.runs import each_of, sorted_once

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

SHINGLE, WINDOW = 6, 10
"""Words of a seed, and shingles of which one is a seed: 2 in 11, some 12.4 in a passage of 70 words. With 5 and 11, a
tenth less is stored, but 1.7 times as many pairs of news stories were proposed, and 4.5 times as many of made-up texts
(of newsgroup posts as many)."""
FEW = 4
"""Documents that a single seed proposes, at most: those that came first, who keep what they have in common."""
DOCUMENT_BITS = 18
MOST = 1 << DOCUMENT_BITS
"""Documents of a segment at most: their numbers share 32 bits with those of the seed that are checked."""
CHECKED_BITS = 32 - DOCUMENT_BITS
BUCKET = 16
"""Entries of a bucket at least, and half of what it has at most: its bound takes a quarter of a byte of each. With the
bits that are checked one look-up in 500 to 1,000 finds what is another seed, which costs a verification."""
LEAST_BITS = 6
"""So that in a small index, too, few other seeds are taken for one."""
LOOKED_UP = 1 << 20
"""Shingles that are looked up at a time: some 100 bytes each."""


class Postings(NamedTuple):
    """The documents of seeds: those whose hashes have the same upper b bits are `entries[starts[i]:starts[i + 1]]`, of
    `starts` uint32 [2^b + 1]; `entries` uint32 [n], ascending in each, have the next CHECKED_BITS above the number of
    the document."""

    starts: NDArray[np.uint32]
    entries: NDArray[np.uint32]

    @classmethod
    def of(cls, hashes: NDArray[np.uint64], documents: NDArray[np.int64]) -> Postings:
        """The postings of seeds (uint64 [n]) of documents (int64 [n], below MOST)."""
        bits = max(LEAST_BITS, (len(hashes) // BUCKET).bit_length() - 1)
        keys = hashes >> np.uint64(64 - bits - CHECKED_BITS) << np.uint64(DOCUMENT_BITS) | documents.astype(np.uint64)
        keys = sorted_once(keys.view(np.int64)).view(np.uint64)
        edges = np.arange((1 << bits) + 1, dtype=np.uint64) << np.uint64(32)
        return cls(np.searchsorted(keys, edges).astype(np.uint32), keys.astype(np.uint32))

    def find(self, hashes: NDArray[np.uint64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Which entries are of each hash: from where to where (int64 [n] twice).

        Raises:
            ValueError: the columns are none of postings.
        """
        bits = (len(self.starts) - 1).bit_length() - 1
        buckets = (hashes >> np.uint64(63 - bits) >> np.uint64(1)).astype(np.int64)
        checked = (hashes >> np.uint64(64 - bits - CHECKED_BITS)).astype(np.uint32) & np.uint32((1 << CHECKED_BITS) - 1)
        low, high = self.starts[buckets].astype(np.int64), self.starts[buckets + 1].astype(np.int64)
        if len(low) and ((low > high).any() or high.max() > len(self.entries)):
            raise ValueError("bounds of postings that are none")
        least = checked.astype(np.int64) << DOCUMENT_BITS
        return self._first(low, high, least), self._first(low, high, least + MOST)

    def _first(self, low: NDArray[np.int64], high: NDArray[np.int64], least: NDArray[np.int64]) -> NDArray[np.int64]:
        """The first entry of each range that is not below `least`, by halves."""
        low, high = low.copy(), high.copy()
        left = np.flatnonzero(low < high)
        while len(left):
            middle = (low[left] + high[left]) // 2
            below = self.entries[middle] < least[left]
            low[left[below]] = middle[below] + 1
            high[left[~below]] = middle[~below]
            left = left[low[left] < high[left]]
        return low

    def documents(self, firsts: NDArray[np.int64], sizes: NDArray[np.int64]) -> NDArray[np.int64]:
        """The documents of so many entries from each place on, one behind the other."""
        return (self.entries[each_of(firsts, sizes)] & np.uint32(MOST - 1)).astype(np.int64)


class Seeds(NamedTuple):
    """Shingles of documents: their hashes, the documents (int64), and which of them are seeds of the documents' own."""

    hashes: NDArray[np.uint64]
    documents: NDArray[np.int64]
    are_own: NDArray[np.bool_]


def seeds(words: NDArray[np.uint64], bounds: NDArray[np.int64]) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """The seeds (uint64) that an index keeps of documents, and which document each is of (int64)."""
    hashes, places = keyed.seeds(words, bounds, SHINGLE, WINDOW)
    return np.asarray(hashes), np.searchsorted(bounds, places, "right") - 1


def all_seeds(words: NDArray[np.uint64], bounds: NDArray[np.int64]) -> Iterator[Seeds]:
    """All that documents are looked up by, some documents at a time."""
    edges = np.searchsorted(bounds, np.arange(0, int(bounds[-1]), LOOKED_UP), "left")
    for first, last in pairwise(np.unique([*edges.tolist(), len(bounds) - 1]).tolist()):
        own = np.asarray(words[int(bounds[first]) : int(bounds[last])])
        yield _seeds_of(own, np.asarray(bounds[first : last + 1] - bounds[first]), first)


def _seeds_of(words: NDArray[np.uint64], bounds: NDArray[np.int64], first: int) -> Seeds:
    hashes, places = keyed.seeds(words, bounds, SHINGLE, 1)
    _, own = keyed.seeds(words, bounds, SHINGLE, WINDOW)
    are_own = np.zeros(len(words), np.bool_)
    are_own[own] = True
    return Seeds(hashes, np.searchsorted(bounds, places, "right") - 1 + first, are_own[places])


def look_up(segments: list[Postings], found: Seeds) -> list[NDArray[np.int64]]:
    """The documents of each segment that may share a passage with one of those that are looked up, ascending.

    A pair of documents is proposed by two seeds of the old one that stand in the new one, or by one that is a seed of
    both, if the old one is among the FEW that came first. Of a seed that more than CROWD documents have those HUBS that
    came first are taken, as of the buckets of a run.

    Raises:
        ValueError: the columns are none of postings.
    """
    ranges = [each.find(found.hashes) for each in segments]
    sizes = [high - low for low, high in ranges]
    left = np.where(sum(sizes) > match.CROWD, match.HUBS, match.CROWD)
    first, result = np.full(len(left), FEW), []
    for each, (low, _), size in zip(segments, ranges, sizes, strict=True):
        taken = np.minimum(size, left)
        pairs = np.repeat(found.documents, taken) << DOCUMENT_BITS | each.documents(low, taken)
        strong = np.repeat(found.are_own, taken) & (each_of(np.zeros_like(taken), taken) < np.repeat(first, taken))
        left, first = left - taken, np.maximum(first - taken, 0)
        distinct, counts = np.unique(pairs, return_counts=True)
        proposed = np.concatenate([pairs[strong], distinct[counts > 1]])
        result.append(np.unique(proposed & (MOST - 1)))
    return result
