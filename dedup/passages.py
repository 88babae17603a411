"""Passages: what of an alignment is a copy, and may go where the keeper has it.

The one definition of similarity, here and everywhere: of two spans of n and k words of which m agree in the same order,
similarity is 2·m / (n + k) and containment of the first in the second m / n.

A passage is made of whole sentences; of quotations (`quotations`) also of lines. A sentence stays that is the
document's own, or that holds a figure or a name which the keeper lacks in that place; and where figures and names were
swapped all over, two texts are filled from one template, and all of it stays.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup.align import Run, Words, clip
from dedup.conflicts import EDGE, Spelling, find_conflicts
from dedup.quotations import Beside, led_on, whole_lines
from dedup.words import Mark

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray


OWN_RUN = 6
"""So many words in a row that the keeper lacks are something that the document says itself."""
OWN = 0.6
"""A sentence of which a smaller share agrees is the document's own and stays."""
TOLERANCE = 0.25
"""The share of a removed passage's words that the keeper may lack."""
TEMPLATE = 50
"""Two texts in which a figure or name is swapped more often than once in so many words are filled from one template."""
NAMES = 0.6
"""A passage with a larger share of names is a list of them."""
PIECE = 4
"""Words that a piece of a passage has at least: where the document leaves something out, or turns sentences round, a
passage agrees in pieces."""

_STARTS, _FIGURE, _NAME = int(Mark.STARTS_SENTENCE), int(Mark.FIGURE), int(Mark.NAME)
_UNSPACED, _HEADING = int(Mark.UNSPACED), int(Mark.HEADING)


class Limits(NamedTuple):
    """What makes a match a duplicate."""

    min_words: int
    threshold: float


class Alike(NamedTuple):
    """`words[start:end]` of a document and `words[keeper_start:keeper_end]` of its keeper, and how alike they are."""

    start: int
    end: int
    keeper_start: int
    keeper_end: int
    similarity: float
    containment: float


class Passage(NamedTuple):
    """`words[start:end]` of a document, and the runs of it that a keeper has."""

    start: int
    end: int
    runs: list[Run]

    @property
    def agreed(self) -> int:
        """How many words agree."""
        return sum(run[2] for run in self.runs)


def alike(runs: Sequence[Run], start: int, end: int) -> Alike:
    """How alike `words[start:end]` are to the keeper's span from the first to the last of the runs (at least one)."""
    agreed, low, high = sum(run[2] for run in runs), runs[0][1], runs[-1][1] + runs[-1][2]
    similarity, containment = 2 * agreed / (end - start + high - low), agreed / (end - start)
    return Alike(start, end, low, high, round(similarity, 4), round(containment, 4))


def clipped(runs: Sequence[Run], start: int, end: int) -> list[Run]:
    """The parts of runs that lie in `start:end` of the document."""
    return [clip(run, start, end) for run in runs if run[0] < end and run[0] + run[2] > start]


def is_copy(runs: Sequence[Run], start: int, end: int, threshold: float) -> bool:
    """Whether `words[start:end]` are alike enough to where the runs lead."""
    if not runs:
        return False
    found = alike(runs, start, end)
    return found.similarity >= threshold and found.containment >= 1 - TOLERANCE


def least(level: float) -> float:
    """The least float that is `level` or more once it is rounded as similarities are: who compares with it need not
    round, as rounding keeps the order.

    >>> least(0.8) < 0.79995 + 1e-9, round(least(0.8), 4)
    (True, 0.8)
    """
    low, high = level - 0.001, level + 0.001  # rounded, the one is below the level and the other not
    while math.nextafter(low, high) < high:
        middle = (low + high) / 2
        low, high = (low, middle) if round(middle, 4) >= level else (middle, high)
    return high


def passages(
    chains: list[list[Run]], document: Words, keeper: Words, limits: Limits, spelling: Spelling | None = None
) -> list[Passage]:
    """What of a document may go since the keeper has it, in order: pieces that are verified, one by one."""
    taken = np.zeros(len(document.hashes), bool)
    starts = [*np.flatnonzero(document.marks & _STARTS).tolist(), len(document.marks)]
    found: list[Passage] = []
    for chain in chains:
        for piece in _pieces(chain, starts, document, keeper, limits, spelling):
            if not taken[piece.start : piece.end].any():
                taken[piece.start : piece.end] = True
                found.append(piece)
    for piece in sorted(found):
        copy = Beside(piece.start, piece.end, piece.runs[0][1], piece.runs[-1][1] + piece.runs[-1][2])
        for start, place, length in led_on(copy, document, keeper, taken):
            found.append(Passage(start, start + length, [(start, place, length)]))
    result: list[Passage] = []
    together: list[Passage] = []
    for piece in sorted(found):
        if together and piece.start != together[-1].end:
            result += _long_enough(together, document.marks, limits)
            together = []
        together.append(piece)
    return result + _long_enough(together, document.marks, limits)


def _long_enough(pieces: list[Passage], marks: NDArray[np.uint8], limits: Limits) -> list[Passage]:
    """Pieces that stand side by side, if together they are long enough and no list of names."""
    own = np.concatenate([marks[piece.start : piece.end] for piece in pieces] or [marks[:0]])
    # Figures tell a list of names from another: addresses, results.
    names = int(np.count_nonzero(own & _NAME)) - int(np.count_nonzero(own & _FIGURE))
    return pieces if counted(own) >= limits.min_words and names <= NAMES * len(own) else []


def counted(marks: NDArray[np.uint8]) -> int:
    """How many words count towards `min_words`: not those of headings, and characters of unspaced scripts half."""
    return int(np.count_nonzero(~marks & _HEADING)) - int(np.count_nonzero(marks & _UNSPACED)) // 2


def _pieces(
    chain: list[Run],
    starts: list[int],
    document: Words,
    keeper: Words,
    limits: Limits,
    spelling: Spelling | None,
) -> Iterator[Passage]:
    shared = list(_shared(chain, document.marks, starts))
    if not shared:
        return
    conflicts, slots = find_conflicts(chain, shared, document, keeper, spelling)
    is_form = slots * TEMPLATE > sum(run[2] for low, high in shared for run in clipped(chain, low, high))
    free = [each for each in shared if bisect_left(conflicts, each[0]) == bisect_left(conflicts, each[1])]
    for together in _side_by_side(free):
        for piece in alike_enough(together, chain, limits.threshold):
            if not is_form or piece.agreed >= TEMPLATE:
                yield piece


def _shared(chain: list[Run], marks: NDArray[np.uint8], starts: list[int]) -> Iterator[tuple[int, int]]:
    """The sentences of a chain that are shared; and of others that are quoted the lines that agree word by word."""
    for low, high in _sentences(chain, starts):
        runs = clipped(chain, low, high)
        if is_shared(runs, low, high):
            yield low, high
        elif runs:
            yield from whole_lines(runs, marks, low, high)


def _side_by_side(spans: list[tuple[int, int]]) -> Iterator[list[tuple[int, int]]]:
    """Spans that touch, together."""
    edges = [0, *(at for at in range(1, len(spans)) if spans[at - 1][1] != spans[at][0]), len(spans)]
    for low, high in pairwise(edges):
        yield spans[low:high]


def _sentences(chain: list[Run], starts: list[int]) -> Iterator[tuple[int, int]]:
    """The sentences that a chain touches, of a document whose sentences start at `starts`, its end among them."""
    low, high = chain[0][0], chain[-1][0] + chain[-1][2]
    yield from pairwise(starts[bisect_right(starts, low) - 1 : bisect_left(starts, high) + 1])


def is_shared(runs: list[Run], low: int, high: int) -> bool:
    """Whether the most of a sentence agrees, and nothing of length in it is the document's own."""
    if not runs or sum(run[2] for run in runs) < OWN * (high - low):
        return False
    inner = max((after[0] - run[0] - run[2] for run, after in pairwise(runs)), default=0)
    outer = max(runs[0][0] - low, high - runs[-1][0] - runs[-1][2])
    return inner < OWN_RUN and outer <= EDGE


def alike_enough(sentences: list[tuple[int, int]], chain: list[Run], threshold: float) -> Iterator[Passage]:
    """Neighbouring sentences as one passage if they are alike enough, else without the worst of them."""
    if not sentences:
        return
    start, end = sentences[0][0], sentences[-1][1]
    runs = clipped(chain, start, end)
    if is_copy(runs, start, end, threshold):
        if end - start >= PIECE:
            yield Passage(start, end, runs)
    elif len(sentences) > 1:
        shares = [Passage(low, high, clipped(chain, low, high)).agreed / (high - low) for low, high in sentences]
        worst = shares.index(min(shares))
        yield from alike_enough(sentences[:worst], chain, threshold)
        yield from alike_enough(sentences[worst + 1 :], chain, threshold)
