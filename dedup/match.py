"""Candidates: which documents may share a passage. Two proposers, both linear in hot buckets.

MinHash LSH bands propose blocks that are alike as a whole; winnowed seeds propose runs of equal words wherever they
stand in a document (quoted, embedded, truncated, split differently). Nothing here is believed: `align` verifies every
pair.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dedup.runs import is_new, once

if TYPE_CHECKING:
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
"""A bucket of up to 48 documents proposes all its pairs; a larger one pairs each document with the four best keepers in
it, so that a passage that occurs a million times costs a million, not its square."""


def winnow(hashes: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Positions of the seeds among a document's shingle hashes (ascending, no repeats)."""
    if len(hashes) <= SEED_WINDOW:
        return np.array([int(np.argmin(hashes))] if len(hashes) else [], np.int64)
    windows = np.lib.stride_tricks.sliding_window_view(hashes, SEED_WINDOW)
    # The rightmost minimum of a window, as in the paper: a run of equal hashes then gives few seeds.
    at = SEED_WINDOW - 1 - np.argmin(windows[:, ::-1], axis=1) + np.arange(len(windows))
    return once(at)  # they ascend as the windows do


def pairs_in_buckets(
    keys: NDArray[np.uint64], members: NDArray[np.int64], ranks: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pairs of positions in `members` that share a key and are of different documents.

    `members` int64 [n] are document numbers, `ranks` int64 [documents] their order as keepers. Of a pair the first
    position is that of the better keeper.
    """
    order = np.lexsort((np.arange(len(keys)), ranks[members], keys))
    keys = keys[order]
    starts = np.flatnonzero(is_new(keys))
    sizes = np.diff(np.concatenate((starts, [len(keys)])))
    firsts, seconds = [], []
    for size in np.unique(sizes[sizes > 1]):
        groups = starts[sizes == size]
        left, right = _group_pairs(int(size))
        firsts.append((groups[:, None] + left[None, :]).ravel())
        seconds.append((groups[:, None] + right[None, :]).ravel())
    if not firsts:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    first, second = order[np.concatenate(firsts)], order[np.concatenate(seconds)]
    other = members[first] != members[second]
    return first[other], second[other]


def stars_in_buckets(
    keys: NDArray[np.uint64], members: NDArray[np.int64], ranks: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pairs of documents that share a key, each with the best keeper of its bucket: as many as there are members.

    `members` int64 [n] are document numbers, `ranks` int64 [documents] their order as keepers.
    """
    order = np.lexsort((ranks[members], keys))
    starts = np.flatnonzero(is_new(keys[order]))
    heads = np.repeat(order[starts], np.diff(np.concatenate((starts, [len(keys)]))))
    other = members[heads] != members[order]
    return members[heads][other], members[order][other]


def _group_pairs(size: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    if size <= CROWD:
        left, right = np.triu_indices(size, 1)
        return left.astype(np.int64), right.astype(np.int64)
    left = np.repeat(np.arange(HUBS), size)
    right = np.tile(np.arange(size), HUBS)
    upper = right > left
    return left[upper].astype(np.int64), right[upper].astype(np.int64)


def agreeing_words(
    words: NDArray[np.uint64],
    bounds: NDArray[np.int64],
    owners: NDArray[np.int64],
    left: NDArray[np.int64],
    right: NDArray[np.int64],
) -> NDArray[np.int64]:
    """How many words agree, place by place, from NEAR before to NEAR behind each pair of seeds, those included.

    `left`, `right` int64 [p] are word positions, `owners` int64 [words] the document of a word, `bounds` its extent.
    """
    before = np.minimum(left - bounds[owners[left]], right - bounds[owners[right]])
    behind = np.minimum(bounds[owners[left] + 1] - left, bounds[owners[right] + 1] - right)
    agreeing = np.zeros(len(left), np.int64)
    for distance in range(-NEAR, SEED_SHINGLE + NEAR):
        inside = np.flatnonzero((before >= -distance) & (behind > distance))
        agreeing[inside] += words[left[inside] + distance] == words[right[inside] + distance]
    return agreeing


def unique_pairs(first: NDArray[np.int64], second: NDArray[np.int64], documents: int) -> NDArray[np.int64]:
    """Distinct pairs of document numbers (int64 [p, 2]), sorted; the first of a pair is the better keeper."""
    packed = once(np.sort(first * np.int64(documents) + second))
    return np.stack([packed // documents, packed % documents], axis=1)
