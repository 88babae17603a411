"""Alignment: where two documents agree, word by word.

Anchors (runs of equal words) are chained along the diagonal, the gaps between them filled, and the chains led on to the
ends of their sentences. What of a chain may go is told by `passages`.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup import kernel
from dedup.sign import shingles
from dedup.words import Mark

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

ANCHOR = 4
"""Words in a row that must agree for a chain to start or go on: fewer are found by chance in any two long texts."""
LONG = 8
"""Words of a run that is an anchor even if all of its shingles stand elsewhere, too."""
GAP = 24
"""Words that may differ between two anchors of a chain, on either side."""
SHIFT = 12
"""By how many words the two sides of such a gap may differ in length."""
OCCURRENCES = 8
"""How often a shingle may stand in the keeper to serve as an anchor; more often it is a phrase."""
LOOK_BACK = 64
"""How many anchors before one are tried as its predecessor in a chain."""
SLACK = 2
"""By how many words the keeper's rest of a sentence may be longer than the document's."""
BATCH = 512
"""Pairs whose runs are in memory at a time."""

_STARTS = int(Mark.STARTS_SENTENCE)


class Words(NamedTuple):
    """The words of a document that are compared: `hashes` uint64 [n], `marks` uint8 [n]."""

    hashes: NDArray[np.uint64]
    marks: NDArray[np.uint8]


class Documents(NamedTuple):
    """The words of many documents, one behind the other: `hashes` uint64 [n], `marks` uint8 [n]; `bounds` int64 [d + 1]
    says that those of document i are `bounds[i]:bounds[i + 1]`."""

    hashes: NDArray[np.uint64]
    marks: NDArray[np.uint8]
    bounds: NDArray[np.int64]

    def words(self, document: int) -> Words:
        """The words of a document, by its number."""
        low, high = self.bounds[document], self.bounds[document + 1]
        return Words(self.hashes[low:high], self.marks[low:high])


Run = tuple[int, int, int]
"""(start in the document, start in the keeper, length): words that agree one by one."""


def align(document: Words, keeper: Words) -> list[list[Run]]:
    """Where two documents agree: chains of runs, each led on to the ends of its first and last sentence.

    The chain of most words comes first; before they are led on, no two have a word of the document in common.
    """
    if not kernel.NATIVE:
        return defined_align(document, keeper)
    from dedup.kernel import _native

    return next(_by_pair(*_native.align(document.hashes, document.marks, keeper.hashes)))


def align_pairs(documents: Documents, pairs: NDArray[np.int64]) -> Iterator[list[list[Run]]]:
    """What `align` gives of every pair of a keeper and a document (int64 [p, 2], numbers of documents), in order.

    It is quickest where the pairs of a keeper stand side by side.
    """
    if kernel.NATIVE:
        from dedup.kernel import _native

        for at in range(0, len(pairs), BATCH):
            yield from _by_pair(*_native.align_pairs(*documents, np.ascontiguousarray(pairs[at : at + BATCH])))
        return
    for keeper, document in pairs.tolist():
        yield defined_align(documents.words(document), documents.words(keeper))


def _by_pair(pairs: NDArray[np.int64], chains: NDArray[np.int64], runs: NDArray[np.int64]) -> Iterator[list[list[Run]]]:
    """The kernel's columns, pair by pair."""
    rows: list[Run] = list(zip(*runs.T.tolist(), strict=True))
    bounds = chains.tolist()
    for first, end in pairwise(pairs.tolist()):
        yield [rows[low:high] for low, high in pairwise(bounds[first : end + 1])]


def defined_align(document: Words, keeper: Words) -> list[list[Run]]:
    """`align`, by the definition."""
    return [extended(chain, document, keeper) for chain in chains(document.hashes, keeper.hashes)]


def chains(document: NDArray[np.uint64], keeper: NDArray[np.uint64]) -> list[list[Run]]:
    """Where two sequences of word hashes agree: chains of runs, ascending on both sides, apart in `document`."""
    anchors = _anchors(document, keeper)
    found = [_filled(chain, document, keeper) for chain in _chain(anchors)]
    taken = np.zeros(len(document), bool)
    result = []
    for chain in sorted(found, key=lambda runs: (-sum(run[2] for run in runs), runs[0])):
        left = [part for run in chain for part in _left(run, taken)]
        if max((run[2] for run in left), default=0) >= ANCHOR:
            for start, _, length in left:
                taken[start : start + length] = True
            result.append(left)
    return result


def _left(run: Run, taken: NDArray[np.bool_]) -> Iterator[Run]:
    """The parts of a run that are of no chain before: two that meet have a word or two in common by chance."""
    start, other, length = run
    free = np.concatenate(([False], ~taken[start : start + length], [False]))
    edges = np.flatnonzero(free[1:] != free[:-1]).tolist()
    for low, high in zip(edges[::2], edges[1::2], strict=True):
        yield start + low, other + low, high - low


def _anchors(document: NDArray[np.uint64], keeper: NDArray[np.uint64]) -> list[Run]:
    """Maximal runs of at least ANCHOR equal words that tell something: long ones, and those that hold a shingle which
    stands once on either side. The rest is phrases and the beginnings of web addresses, which agree everywhere."""
    if min(len(document), len(keeper)) < ANCHOR:
        return []
    left, _ = shingles(document, np.array([0, len(document)]), ANCHOR)
    right, _ = shingles(keeper, np.array([0, len(keeper)]), ANCHOR)
    order = np.argsort(right, kind="stable")
    low = np.searchsorted(right[order], left, "left")
    count = np.searchsorted(right[order], left, "right") - low
    count[count > OCCURRENCES] = 0
    own = np.sort(left)
    single = (count == 1) & (np.searchsorted(own, left, "right") - np.searchsorted(own, left, "left") == 1)
    at = np.repeat(np.arange(len(left)), count)
    offset = np.arange(len(at)) - np.repeat(np.cumsum(count) - count, count)
    other = order[np.repeat(low, count) + offset]
    sort = np.lexsort((at, other - at))
    at, other = at[sort], other[sort]
    if not len(at):
        return []
    starts = np.flatnonzero(np.concatenate(([True], (np.diff(other - at) != 0) | (np.diff(at) != 1))))
    lengths = np.diff(np.concatenate((starts, [len(at)]))) + ANCHOR - 1
    telling = (lengths >= LONG) | (np.add.reduceat(single[at], starts) > 0)
    starts, lengths = starts[telling], lengths[telling]
    return sorted(zip(at[starts].tolist(), other[starts].tolist(), lengths.tolist(), strict=True))


def _chain(runs: list[Run]) -> list[list[Run]]:
    """Chains of runs by dynamic programming: each goes on the best chain that ends closely before it."""
    best = [run[2] for run in runs]
    back = [-1] * len(runs)
    for index, (start, other, length) in enumerate(runs):
        for before in range(index - 1, max(-1, index - LOOK_BACK - 1), -1):
            end, other_end = runs[before][0] + runs[before][2], runs[before][1] + runs[before][2]
            overlap = max(0, end - start, other_end - other)
            gap, other_gap = start - end + overlap, other - other_end + overlap
            if overlap < length and gap <= GAP and 0 <= other_gap <= GAP and abs(gap - other_gap) <= SHIFT:
                score = best[before] + length - overlap - abs(gap - other_gap)
                if score > best[index]:
                    best[index], back[index] = score, before
    used = [False] * len(runs)
    result = []
    for index in sorted(range(len(runs)), key=lambda i: (-best[i], i)):
        chain, at = [], index
        while at >= 0 and not used[at]:
            used[at] = True
            chain.append(runs[at])
            at = back[at]
        if chain:
            result.append(chain[::-1])
    return result


def _filled(chain: list[Run], document: NDArray[np.uint64], keeper: NDArray[np.uint64]) -> list[Run]:
    """The chain with overlaps cut and the equal words inside its gaps added."""
    result: list[Run] = [chain[0]]
    for run in chain[1:]:
        end, other_end = result[-1][0] + result[-1][2], result[-1][1] + result[-1][2]
        overlap = max(0, end - run[0], other_end - run[1])  # less than the run, as `_chain` sees to
        start, other, length = run[0] + overlap, run[1] + overlap, run[2] - overlap
        result += _equal(document[end:start], keeper[other_end:other], (end, other_end))
        result.append((start, other, length))
    return result


def clip(run: Run, start: int, end: int) -> Run:
    """The part of a run that lies in `start:end` of the document."""
    cut = max(0, start - run[0])
    return run[0] + cut, run[1] + cut, min(run[2] - cut, end - run[0] - cut)


def extended(chain: list[Run], document: Words, keeper: Words) -> list[Run]:
    """The chain with what agrees beyond it in its first and its last sentence: where words were changed near the end of
    a passage, its last words stand too few together to be an anchor."""
    start, other, _ = chain[0]
    end, other_end = chain[-1][0] + chain[-1][2], chain[-1][1] + chain[-1][2]
    low, high = start, end
    while low > max(0, start - GAP) and not document.marks[low] & _STARTS:
        low -= 1
    while high < min(len(document.marks), end + GAP) and not document.marks[high] & _STARTS:
        high += 1
    before = (max(0, other - (start - low) - SLACK), other)
    behind = (other_end, other_end + (high - end) + SLACK)
    return [*_in_gap(document, keeper, (low, start), before), *chain, *_in_gap(document, keeper, (end, high), behind)]


def _in_gap(document: Words, keeper: Words, here: tuple[int, int], there: tuple[int, int]) -> list[Run]:
    return _equal(document.hashes[slice(*here)], keeper.hashes[slice(*there)], (here[0], there[0]))


def _equal(left: NDArray[np.uint64], right: NDArray[np.uint64], at: tuple[int, int]) -> list[Run]:
    """The runs of a longest common subsequence, by dynamic programming.

    Of several as long it is this one: first words that are equal are paired; of others the document's is left out, or
    the keeper's where only that leaves as many pairs. Neither side has more than GAP + SLACK words.
    """
    ours, theirs = left.tolist(), right.tolist()
    if not set(ours) & set(theirs):
        return []
    longest = _longest(ours, theirs)
    runs: list[Run] = []
    i = j = 0
    while i < len(ours) and j < len(theirs) and longest[i][j]:
        if ours[i] == theirs[j]:
            start, other, length = runs[-1] if runs else (-1, -1, 0)
            if length and (start + length, other + length) == (at[0] + i, at[1] + j):
                runs[-1] = (start, other, length + 1)
            else:
                runs.append((at[0] + i, at[1] + j, 1))
            i, j = i + 1, j + 1
        elif longest[i + 1][j] >= longest[i][j + 1]:
            i += 1
        else:
            j += 1
    return runs


def _longest(ours: list[int], theirs: list[int]) -> list[list[int]]:
    """How many words a longest common subsequence of `ours[i:]` and `theirs[j:]` has, by i and j."""
    longest = [[0] * (len(theirs) + 1) for _ in range(len(ours) + 1)]
    for i in range(len(ours) - 1, -1, -1):
        row, below = longest[i], longest[i + 1]
        for j in range(len(theirs) - 1, -1, -1):
            row[j] = below[j + 1] + 1 if ours[i] == theirs[j] else max(below[j], row[j + 1])
    return longest
