"""Verification: where two documents really agree, word by word, and which of it may go.

The one definition of similarity, here and everywhere: of two spans of n and k words of which m agree in the same order,
similarity is 2·m / (n + k) and containment of the first in the second m / n.
"""

from __future__ import annotations

from bisect import bisect_left
from difflib import SequenceMatcher
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup.data import Match
from dedup.sign import shingles
from dedup.words import Mark

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

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
EDGE = 2
"""Words that the keeper lacks which may go at either edge, to reach the end of the sentence or block."""
TEMPLATE = 50
"""Two texts that differ in a figure or name more often than once in so many words are filled from one template."""
NAMES = 0.6
"""A passage with a larger share of names and figures is a list, not a passage."""
OWN = 0.6
"""A sentence of which a smaller share agrees is the document's own and stays."""
TOLERANCE = 0.25
"""The share of a removed passage's words that the keeper may lack."""


_STARTS, _TELLING, _UNSPACED = int(Mark.STARTS_SENTENCE), int(Mark.FIGURE | Mark.NAME), int(Mark.UNSPACED)
HEADING = int(Mark.HEADING)


class Words(NamedTuple):
    """The words of a document that are compared: `hashes` uint64 [n], `marks` uint8 [n]."""

    hashes: NDArray[np.uint64]
    marks: NDArray[np.uint8]


class Limits(NamedTuple):
    """What makes a match a duplicate."""

    min_words: int
    threshold: float


Run = tuple[int, int, int]
"""(start in the document, start in the keeper, length): words that agree one by one."""


def chains(document: NDArray[np.uint64], keeper: NDArray[np.uint64]) -> list[list[Run]]:
    """Where two sequences of word hashes agree: chains of runs, ascending on both sides, apart in `document`."""
    anchors = _anchors(document, keeper)
    found = [_filled(chain, document, keeper) for chain in _chain(anchors)]
    taken = np.zeros(len(document), bool)
    result = []
    for chain in sorted(found, key=lambda runs: (-sum(run[2] for run in runs), runs[0])):
        left = [run for run in chain if not taken[run[0] : run[0] + run[2]].any()]
        if left:
            taken[left[0][0] : left[-1][0] + left[-1][2]] = True
            result.append(left)
    return result


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
        for before in range(index - 1, max(-1, index - 65), -1):
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
        overlap = max(0, end - run[0], other_end - run[1])
        if overlap >= run[2]:
            continue
        start, other, length = run[0] + overlap, run[1] + overlap, run[2] - overlap
        result += _equal(document[end:start], keeper[other_end:other], (end, other_end))
        result.append((start, other, length))
    return result


def matches(
    runs: list[Run], document: Words, keeper: Words, limits: Limits, bars: Sequence[int] = ()
) -> Iterator[Match]:
    """What of a chain may go from `document`, since `keeper` has it: whole sentences or blocks, verified.

    A sentence that is the document's own, that holds one of the `bars` (see `barred`), or that differs from the
    keeper's in a figure or a name, stays; if the two differ so all over, they are filled from one template, and
    everything stays.
    """
    found, swapped = _conflicts(runs, document, keeper)
    conflicts = sorted({*found, *bars})
    if swapped * TEMPLATE > sum(run[2] for run in runs):
        return
    start = None
    for low, high in _sentences(runs, document.marks):
        agreed = sum(clip(run, low, high)[2] for run in runs if run[0] < high and run[0] + run[2] > low)
        if agreed < OWN * (high - low) or bisect_left(conflicts, low) < bisect_left(conflicts, high):
            yield from _verified(start, low, runs, document, limits)
            start = None
        elif start is None:
            start = low
        end = high
    if start is not None:
        yield from _verified(start, end, runs, document, limits)


def _conflicts(runs: list[Run], document: Words, keeper: Words) -> tuple[list[int], int]:
    """Where, between runs, the document has a figure or a name that the keeper does not have in that place; and how
    many of these places have another one in the keeper, as a form has that is filled in anew."""
    found: list[int] = []
    swapped = 0
    for (start, other, length), (after, other_after, _) in pairwise(runs):
        here, there = slice(start + length, after), slice(other + length, other_after)
        known = set(keeper.hashes[there].tolist())
        own = [
            at
            for at in range(here.start, here.stop)
            if document.marks[at] & _TELLING and int(document.hashes[at]) not in known
        ]
        found += own
        swapped += bool(own) and bool((keeper.marks[there] & _TELLING).any())
    return found, swapped


def _sentences(runs: list[Run], marks: NDArray[np.uint8]) -> Iterator[tuple[int, int]]:
    """The sentences of the chain's extent: the first and last only if hardly a word of them lies outside of it."""
    low, high = runs[0][0], runs[-1][0] + runs[-1][2]
    starts = np.flatnonzero(marks & _STARTS)
    first = int(np.searchsorted(starts, low, "right")) - 1
    if low - starts[first] > EDGE or (marks[starts[first] : low] & _TELLING).any():
        first += 1
    edges = [*starts[first:].tolist(), len(marks)]
    for start, end in pairwise(edges):
        if start >= high:
            return
        if end > high and (end - high > EDGE or (marks[high:end] & _TELLING).any()):
            return
        yield start, end


def _verified(start: int | None, end: int, runs: list[Run], document: Words, limits: Limits) -> Iterator[Match]:
    """The passage from `start` to `end`, if it is long and like enough, and running text."""
    inside = [clip(run, start, end) for run in runs if start is not None and run[0] < end and run[0] + run[2] > start]
    if start is None or not inside:
        return
    agreed = sum(run[2] for run in inside)
    low, high = inside[0][1], inside[-1][1] + inside[-1][2]
    marks = document.marks[start:end]
    similarity, containment = 2 * agreed / (end - start + high - low), agreed / (end - start)
    counted = int(np.count_nonzero(~marks & HEADING)) - int(np.count_nonzero(marks & _UNSPACED)) // 2
    named = int(np.count_nonzero(marks & _TELLING))
    alike = similarity >= limits.threshold and containment >= 1 - TOLERANCE
    if counted >= limits.min_words and alike and named <= NAMES * (end - start):
        yield Match(start, end, low, high, round(similarity, 4), round(containment, 4))


def clip(run: Run, start: int, end: int) -> Run:
    """The part of a run that lies in `start:end` of the document."""
    cut = max(0, start - run[0])
    return run[0] + cut, run[1] + cut, min(run[2] - cut, end - run[0] - cut)


def barred(runs: list[Run], gone: NDArray[np.bool_], taken: NDArray[np.bool_]) -> list[int]:
    """The words of the document that agree with words gone from the keeper, or that are taken already."""
    found: list[int] = []
    for start, other, length in runs:
        found += (start + np.flatnonzero(gone[other : other + length] | taken[start : start + length])).tolist()
    return found


def extended(chain: list[Run], document: Words, keeper: Words) -> list[Run]:
    """The chain on to the ends of its first and last sentence, if the most of them agrees: where words were changed
    near the end of a passage, its last words stand too few together to be an anchor."""
    starts = np.flatnonzero(document.marks & _STARTS)
    start, other, _ = chain[0]
    end, other_end = chain[-1][0] + chain[-1][2], chain[-1][1] + chain[-1][2]
    low = int(starts[np.searchsorted(starts, start, "right") - 1])
    after = int(np.searchsorted(starts, end))
    high = int(starts[after]) if after < len(starts) else len(document.marks)
    before = _rest(document, keeper, (low, start), (max(0, other - (start - low) - EDGE), other))
    behind = _rest(document, keeper, (end, high), (other_end, other_end + (high - end) + EDGE))
    return [*before, *chain, *behind]


def _rest(document: Words, keeper: Words, here: tuple[int, int], there: tuple[int, int]) -> list[Run]:
    """The equal words of the rest of a sentence, if they are most of it."""
    if not 0 < here[1] - here[0] <= GAP:
        return []
    found = _equal(document.hashes[slice(*here)], keeper.hashes[slice(*there)], (here[0], there[0]))
    return found if sum(run[2] for run in found) >= OWN * (here[1] - here[0]) else []


def _equal(left: NDArray[np.uint64], right: NDArray[np.uint64], at: tuple[int, int]) -> list[Run]:
    blocks = SequenceMatcher(None, left.tolist(), right.tolist(), autojunk=False).get_matching_blocks()
    return [(at[0] + block.a, at[1] + block.b, block.size) for block in blocks if block.size]
