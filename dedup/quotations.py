"""Quotations: who quotes a text cuts it by lines, and leaves out what he does not answer.

So of a quotation a line may be a copy where the whole sentence is none; and where a part of it is a copy, so is a
sentence next to that which the keeper has in the same words, however far away, as long as the order is kept.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup.align import GAP
from dedup.words import Mark

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from dedup.align import Run, Words

TELLING = 4
"""A sentence of fewer different words is said more than once by chance: the keeper must have it within GAP words."""
LEAST = 2
"""Different words of a sentence that goes with its neighbour at least."""

_STARTS, _QUOTED, _STARTS_LINE = int(Mark.STARTS_SENTENCE), int(Mark.QUOTED), int(Mark.STARTS_LINE)


class Beside(NamedTuple):
    """Where a copy lies that is looked around: `words[start:end]` of a document, as `words[keeper_start:keeper_end]` of
    its keeper."""

    start: int
    end: int
    keeper_start: int
    keeper_end: int


def whole_lines(runs: Sequence[Run], marks: NDArray[np.uint8], low: int, high: int) -> Iterator[tuple[int, int]]:
    """The lines of `words[low:high]`, a sentence, that agree word by word; none of what is not quoted."""
    if not marks[low] & _QUOTED:
        return
    starts = np.flatnonzero(marks[low + 1 : high] & _STARTS_LINE) + low + 1
    for first, end in pairwise([low, *starts.tolist(), high]):
        if any(start <= first and end <= start + length for start, _, length in runs):
            yield first, end


def led_on(copy: Beside, document: Words, keeper: Words, taken: NDArray[np.bool_]) -> Iterator[Run]:
    """The sentences of a quotation before and behind a copy that the keeper has word by word before and behind it, up
    to the first one that it lacks. They are `taken` (bool [n]) then; what was taken ends the search."""
    start, place = copy.start, copy.keeper_start
    while (low := _sentence_before(start, document.marks, taken)) < start:
        place = _last_before(document.hashes[low:start], keeper.hashes, place)
        if place < 0:
            break
        taken[low:start] = True
        yield low, place, start - low
        start = low
    end, place = copy.end, copy.keeper_end
    while (high := _sentence_behind(end, document.marks, taken)) > end:
        place = _first_behind(document.hashes[end:high], keeper.hashes, place)
        if place < 0:
            break
        taken[end:high] = True
        yield end, place, high - end
        end, place = high, place + high - end


def _sentence_before(end: int, marks: NDArray[np.uint8], taken: NDArray[np.bool_]) -> int:
    """Where the quoted sentence begins that ends at `end`; `end` if none does or it is taken."""
    low = end
    while low > 0 and marks[low - 1] & _QUOTED and not taken[low - 1]:
        low -= 1
        if marks[low] & _STARTS:
            return low
    return end


def _sentence_behind(start: int, marks: NDArray[np.uint8], taken: NDArray[np.bool_]) -> int:
    """Where the quoted sentence ends that begins at `start`; `start` if none does or it is taken."""
    high = start
    while high < len(marks) and marks[high] & _QUOTED and not taken[high]:
        high += 1
        if high == len(marks) or marks[high] & _STARTS:
            return high
    return start


def _last_before(words: NDArray[np.uint64], hashes: NDArray[np.uint64], end: int) -> int:
    """The last place before `end` where the words of a sentence stand in the keeper; -1 for none."""
    low = 0 if _different(words) >= TELLING else max(0, end - GAP - len(words))
    found = _places(words, hashes[low:end])
    return low + int(found[-1]) if len(found) else -1


def _first_behind(words: NDArray[np.uint64], hashes: NDArray[np.uint64], start: int) -> int:
    """The first place from `start` on where the words of a sentence stand in the keeper; -1 for none."""
    high = len(hashes) if _different(words) >= TELLING else start + GAP + len(words)
    found = _places(words, hashes[start:high])
    return start + int(found[0]) if len(found) else -1


def _different(words: NDArray[np.uint64]) -> int:
    return len({*words.tolist()})


def _places(words: NDArray[np.uint64], hashes: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Where some words stand one behind the other."""
    if _different(words) < LEAST or len(words) > len(hashes):
        return np.zeros(0, np.int64)
    found = np.flatnonzero(hashes[: len(hashes) - len(words) + 1] == words[0])
    for offset in range(1, len(words)):
        found = found[hashes[found + offset] == words[offset]]
    return found
