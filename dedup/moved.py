"""Where the words of a document went: a copy of a copy is a copy of what stays, or of nothing."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup.passages import Alike, Passage, alike_enough, clipped, is_copy, is_shared
from dedup.words import Mark

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from numpy.typing import NDArray

    from dedup.align import Run

STAYS, LOST = -1, -2
_STARTS, _TELLING = int(Mark.STARTS_SENTENCE | Mark.STARTS_LINE), int(Mark.FIGURE | Mark.NAME)


class Stretches(NamedTuple):
    """What went of documents that were decided on before: the stretches of `documents[i]` (int64 [d]) are
    `bounds[i]:bounds[i + 1]` (int64 [d + 1]) of `rows` int32 [k, 4], ascending: start and end in words, the document
    that keeps these words, or LOST, and which word of it the first one is, 0 where it is LOST."""

    documents: NDArray[np.int64]
    bounds: NDArray[np.int64]
    rows: NDArray[np.int32]

    @classmethod
    def none(cls) -> Stretches:
        """That nothing went."""
        return cls(np.zeros(0, np.int64), np.zeros(1, np.int64), np.zeros((0, 4), np.int32))

    def each(self) -> Iterator[tuple[int, NDArray[np.int32]]]:
        """The stretches of each document."""
        for document, (low, high) in zip(self.documents.tolist(), pairwise(self.bounds.tolist()), strict=True):
            yield document, self.rows[low:high]


class Moved(NamedTuple):
    """`keepers` int32 [n]: for every word of a document the document that keeps it, STAYS, or LOST where it went with a
    passage whose keeper lacks it; `places` int32 [n]: which word of the keeper it is."""

    keepers: NDArray[np.int32]
    places: NDArray[np.int32]

    @classmethod
    def none(cls, length: int) -> Moved:
        """Nothing went, of so many words."""
        return cls(np.full(length, STAYS, np.int32), np.zeros(length, np.int32))

    @classmethod
    def of(cls, stretches: NDArray[np.int32], length: int) -> Moved:
        """Stretches went, of so many words."""
        moved = cls.none(length)
        for start, end, keeper, place in stretches.tolist():
            moved.keepers[start:end] = keeper
            if keeper != LOST:
                moved.places[start:end] = np.arange(place, place + end - start)
        return moved

    def stretches(self) -> list[tuple[int, int, int, int]]:
        """What went, as rows of `Stretches`."""
        steps = np.where(self.keepers < 0, 0, self.places - np.arange(len(self.places)))
        edges = np.flatnonzero((np.diff(self.keepers) != 0) | (np.diff(steps) != 0)) + 1
        spans = pairwise([0, *edges.tolist(), len(steps)])
        return [
            (low, high, int(self.keepers[low]), int(self.places[low]) if self.keepers[low] != LOST else 0)
            for low, high in spans
            if low < high and self.keepers[low] != STAYS
        ]

    def left(self, passage: Passage) -> Iterator[Passage]:
        """The parts of a passage that stay so far, where anything of them agrees."""
        for start, end in self.staying(passage.start, passage.end):
            runs = clipped(passage.runs, start, end)
            if runs:
                yield Passage(start, end, runs)

    def staying(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """The parts of a span that stay so far."""
        stays = np.concatenate(([False], self.keepers[start:end] == STAYS, [False]))
        edges = (np.flatnonzero(stays[1:] != stays[:-1]) + start).tolist()
        yield from zip(edges[::2], edges[1::2], strict=True)

    def take(self, each: Alike, runs: Iterable[Run], keeper: int) -> None:
        """Let a span go."""
        self.keepers[each.start : each.end] = LOST
        for start, other, length in clipped(list(runs), each.start, each.end):
            self.keepers[start : start + length] = keeper
            self.places[start : start + length] = np.arange(other, other + length)

    def follow(self, run: Run, keeper: int) -> Iterator[tuple[int, Run]]:
        """A run in this document, which is `keeper`, as runs in the documents that keep its words."""
        start, other, length = run
        keepers, places = self.keepers[other : other + length], self.places[other : other + length]
        steps = np.where(keepers == STAYS, np.arange(other, other + length), places) - np.arange(length)
        edges = np.flatnonzero((np.diff(keepers) != 0) | (np.diff(steps) != 0)) + 1
        for low, high in pairwise([0, *edges.tolist(), length]):
            if keepers[low] != LOST:
                yield (
                    keeper if keepers[low] == STAYS else int(keepers[low]),
                    (start + low, int(steps[low]) + low, high - low),
                )


def settled(
    passage: Passage,
    keeper: int,
    moves: Mapping[int, Moved],
    marks: NDArray[np.uint8],
    order: NDArray[np.int64],
    threshold: float,
) -> Iterator[tuple[int, Passage]]:
    """A passage by the documents that really keep it, each with the part that is a copy of it. Sentence by sentence, as
    those of its keeper may have gone to several. `moves` are the documents that something went from."""
    if _stands(moves, keeper, passage.runs):
        if is_copy(passage.runs, passage.start, passage.end, threshold):
            yield keeper, passage
        return
    followed = [each for run in passage.runs for each in _followed(moves, run, keeper)]
    starts = np.flatnonzero(marks[passage.start : passage.end] & _STARTS) + passage.start
    target = -1
    runs: list[Run] = []
    together: list[tuple[int, int]] = []
    for low, high in pairwise(sorted({passage.start, *starts.tolist(), passage.end})):
        to, inside = _most(followed, low, high, order)
        told = _is_told(passage.runs, inside, marks, low, high) and _stands(moves, to, inside)
        if not told or to != target or not _stands(moves, to, [*runs[-1:], inside[0]]):
            yield from ((target, each) for each in alike_enough(together, runs, threshold))
            target, runs, together = to, [], []
        if told:
            runs += inside
            together.append((low, high))
    yield from ((target, each) for each in alike_enough(together, runs, threshold))


def _stands(moves: Mapping[int, Moved], keeper: int, runs: list[Run]) -> bool:
    """Whether a keeper's span from the first to the last of the runs, which must ascend, is all there."""
    low, high = runs[0][1], runs[-1][1] + runs[-1][2]
    if any(after[1] < run[1] + run[2] for run, after in pairwise(runs)):
        return False
    return keeper not in moves or bool((moves[keeper].keepers[low:high] == STAYS).all())


def _followed(moves: Mapping[int, Moved], run: Run, keeper: int) -> Iterator[tuple[int, Run]]:
    if keeper in moves:
        yield from moves[keeper].follow(run, keeper)
    else:
        yield keeper, run


def _most(followed: list[tuple[int, Run]], low: int, high: int, order: NDArray[np.int64]) -> tuple[int, list[Run]]:
    """The document that keeps the most of `words[low:high]`, and what it keeps: as far as that ascends."""
    by_keeper: dict[int, list[Run]] = {}
    for to, run in followed:
        for part in clipped([run], low, high):
            kept = by_keeper.setdefault(to, [])
            if not kept or kept[-1][1] + kept[-1][2] <= part[1]:
                kept.append(part)
    if not by_keeper:
        return -1, []
    return min(by_keeper.items(), key=lambda each: (-sum(run[2] for run in each[1]), order[each[0]]))


def _is_told(before: list[Run], runs: list[Run], marks: NDArray[np.uint8], low: int, high: int) -> bool:
    """Whether a sentence still agrees, with all the figures and names that did."""
    told = [
        sum(int(np.count_nonzero(marks[run[0] : run[0] + run[2]] & _TELLING)) for run in some)
        for some in (clipped(before, low, high), runs)
    ]
    return told[0] == told[1] and is_shared(runs, low, high)
