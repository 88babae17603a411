"""All pairs of texts that are alike, exactly: the truth that every figure of recall is measured against.

The similarity is the Jaccard similarity of the sets of word 5-grams. A pair of at least `least` shares a shingle among
the rarest (1 - least) of either (the prefix filter of Bayardo, Ma and Srikant, Scaling up all pairs similarity search,
2007), and nobody shares what occurs once; what is left is compared in full. Nothing is estimated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Hashes = NDArray[np.uint64]

SHINGLE = 5
SLOTS = 26
"""Bits at most of the table by which most shingles that occur once are known without sorting them."""
TOGETHER = 20_000_000
"""Shingles that are compared at a time, to bound memory."""
_ODD = (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9)


def shingle_hashes(words: NDArray[np.int32]) -> Hashes:
    """The shingles of a row of words, as 64-bit hashes: uint64 [words - 4], of a shorter row one."""
    if len(words) < SHINGLE:
        words = np.concatenate([words, np.full(SHINGLE - len(words), -1, np.int32)])
    each = (words.astype(np.int64) + 2).astype(np.uint64)
    hashes = np.zeros(len(words) - SHINGLE + 1, np.uint64)
    for at in range(SHINGLE):
        hashes = (hashes ^ each[at : at + len(hashes)]) * np.uint64(_ODD[0])
        hashes ^= hashes >> np.uint64(29)
    hashes *= np.uint64(_ODD[1])
    return hashes ^ (hashes >> np.uint64(32))


def shingle_set(words: NDArray[np.int32]) -> Hashes:
    """The same, sorted, each once."""
    return np.unique(shingle_hashes(words))


def pairs(
    words: NDArray[np.int32], bounds: NDArray[np.int64], least: float
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """All pairs of texts of a similarity of at least `least`: int64 [pairs, 2], the lower first, in order; and their
    similarities. Text t is `words[bounds[t]:bounds[t + 1]]`."""
    hashes, owner = _sets(words, bounds)
    sizes = np.bincount(owner, minlength=len(bounds) - 1)
    starts = np.concatenate([[0], np.cumsum(sizes)])
    found = candidates(hashes, owner, sizes, least)
    similar = np.empty(len(found))
    for low, high in _portions(sizes[found].sum(axis=1)):
        similar[low:high] = _jaccards(found[low:high], hashes, starts)
    kept = similar >= least - 1e-12
    return found[kept], similar[kept]


def _sets(words: NDArray[np.int32], bounds: NDArray[np.int64]) -> tuple[Hashes, NDArray[np.int64]]:
    """The shingles of all texts, in order, each once a text; and the text of each."""
    hashes, owners = [], []
    for text, (low, high) in enumerate(zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True)):
        some = shingle_set(words[low:high])
        hashes.append(some)
        owners.append(np.full(len(some), text, np.int64))
    return np.concatenate(hashes), np.concatenate(owners)


def candidates(hashes: Hashes, owner: NDArray[np.int64], sizes: NDArray[np.int64], least: float) -> NDArray[np.int64]:
    """Pairs of texts that share one of their rarest shingles, each once: int64 [pairs, 2]."""
    bits = min(SLOTS, len(hashes).bit_length() + 2)
    slots = (hashes >> np.uint64(64 - bits)).astype(np.int64)
    often = np.bincount(slots)[slots] > 1
    del slots
    kept_hashes, kept_owner = hashes[often], owner[often]
    del often
    order = np.argsort(kept_hashes, kind="stable")
    kept_hashes, kept_owner = kept_hashes[order], kept_owner[order]
    firsts = np.concatenate([[True], kept_hashes[1:] != kept_hashes[:-1]]) if len(order) else np.zeros(0, bool)
    group = np.cumsum(firsts) - 1
    count = np.bincount(group)[group] if len(order) else group
    shared = count > 1
    return _of_prefixes(kept_owner[shared], group[shared], count[shared], (sizes, least))


def _of_prefixes(
    owner: NDArray[np.int64], group: NDArray[np.int64], count: NDArray[np.int64], by: tuple[NDArray[np.int64], float]
) -> NDArray[np.int64]:
    """Of the shingles that several texts share, those in the prefixes of their texts, and the pairs that they make."""
    sizes, least = by
    order = np.lexsort((group, count, owner))
    owner, group = owner[order], group[order]
    # A text's shingles that nobody shares come first in it.
    alone = sizes - np.bincount(owner, minlength=len(sizes))
    place = np.arange(len(owner)) - np.searchsorted(owner, owner) + alone[owner]
    prefix = sizes - np.ceil(least * sizes - 1e-9).astype(np.int64) + 1
    inside = place < prefix[owner]
    owner, group = owner[inside], group[inside]
    order = np.lexsort((owner, group))
    owner, group = owner[order], group[order]
    ends = np.searchsorted(group, group, side="right")
    portions: list[NDArray[np.int64]] = []
    alive, distance = np.arange(len(group)), 0
    while len(alive):
        distance += 1
        alive = alive[alive + distance < ends[alive]]
        portions.append(np.unique(owner[alive] * len(sizes) + owner[alive + distance]))
        if sum(map(len, portions)) > TOGETHER:
            portions = [np.unique(np.concatenate(portions))]
    codes = np.unique(np.concatenate(portions)) if portions else np.zeros(0, np.int64)
    return np.stack([codes // len(sizes), codes % len(sizes)], axis=1)


def _portions(costs: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    """Ranges of pairs that may be compared at a time."""
    reached = np.cumsum(costs)
    low = 0
    while low < len(costs):
        base = int(reached[low - 1]) if low else 0
        high = max(low + 1, int(np.searchsorted(reached, base + TOGETHER, side="right")))
        yield low, high
        low = high


def _jaccards(some: NDArray[np.int64], hashes: Hashes, starts: NDArray[np.int64]) -> NDArray[np.float64]:
    """The similarity of every pair."""
    both = starts[some + 1] - starts[some]
    lengths = both.ravel()
    first = np.repeat(starts[some].ravel() - np.concatenate([[0], np.cumsum(lengths)[:-1]]), lengths)
    taken = hashes[first + np.arange(lengths.sum())]
    pair = np.repeat(np.arange(len(some)), both.sum(axis=1))
    order = np.lexsort((taken, pair))
    taken, pair = taken[order], pair[order]
    twice = (taken[1:] == taken[:-1]) & (pair[1:] == pair[:-1])
    common = np.bincount(pair[1:][twice], minlength=len(some))
    return np.asarray(common / (both.sum(axis=1) - common))
