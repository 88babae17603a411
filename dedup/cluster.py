"""Keepers: which copy of a passage stays. Decided by content and metadata, never by arrival.

Documents are taken in the order of their ranks, the best keeper first. A passage goes only where a better keeper still
has it. Where that keeper's own copy went already, the passage is compared with what stays in its place: there are no
chains of likeness (A like B like C).
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

from dedup.moved import Moved, settled
from dedup.passages import Alike, Passage, alike, clipped, is_copy
from dedup.words import Mark

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from dedup.align import Words

_HEADING = int(Mark.HEADING)


class Corpus(Protocol):
    """The words of documents by number, and the blocks they stand in."""

    def words(self, document: int) -> Words:
        """The words of a document."""
        ...

    def blocks(self, document: int) -> NDArray[np.int32]:
        """The number of the block that each word of a document stands in (int32 [n])."""
        ...


class Duplicate(NamedTuple):
    """A passage of a document, within one block, that goes since `keeper` has it."""

    alike: Alike
    keeper: int


class Aligned(NamedTuple):
    """The passages of a document that a better keeper has."""

    keeper: int
    document: int
    passages: list[Passage]


def ranks(dates: Sequence[str], lengths: Sequence[int], ids: Sequence[str], keep: str) -> NDArray[np.int64]:
    """The order of documents as keepers (int64 [d], 0 = best): by date, length or id as `keep` says; ties go on down.

    A document without a date is later than every dated one.

    >>> ranks(["2024-02-01", "", "2024-01-01"], [10, 99, 10], ["a", "b", "c"], "earliest").tolist()
    [1, 2, 0]
    """
    date = [each or "~" for each in dates]
    orders = {
        "earliest": lambda i: (date[i], -lengths[i], ids[i]),
        "longest": lambda i: (-lengths[i], date[i], ids[i]),
        "first": lambda i: (i,),
    }
    result = np.empty(len(ids), np.int64)
    result[sorted(range(len(ids)), key=orders[keep])] = np.arange(len(ids))
    return result


def duplicates(
    corpus: Corpus, aligned: Iterable[Aligned], order: NDArray[np.int64], copies: NDArray[np.int64], threshold: float
) -> dict[int, list[Duplicate]]:
    """What goes from which document, by its number. `copies` int64 [d] names a document with the very same words."""
    found: dict[int, list[tuple[int, Passage]]] = {}
    for keeper, document, passages in aligned:
        found.setdefault(document, []).extend((keeper, passage) for passage in passages)
    for document in np.flatnonzero(copies != np.arange(len(copies))).tolist():
        length = len(corpus.words(document).hashes)
        found[document] = [(int(copies[document]), Passage(0, length, [(0, 0, length)]))]
    moved: dict[int, Moved] = {}
    result: dict[int, list[Duplicate]] = {}
    for document in sorted(found, key=lambda number: order[number]):
        own = Moved.none(len(corpus.words(document).hashes))
        marks = corpus.words(document).marks
        best_first = sorted(found[document], key=lambda each: (-each[1].agreed, order[each[0]], each[1]))
        for keeper, passage in best_first:
            for part in own.left(passage):
                for target, copy in settled(part, keeper, moved.get(keeper), marks, order, threshold):
                    for each in _by_block(copy, corpus.blocks(document), marks, threshold):
                        result.setdefault(document, []).append(Duplicate(each, target))
                        own.take(each, copy.runs, target)
        if document in result:
            moved[document] = own
    return result


def _by_block(
    passage: Passage, blocks: NDArray[np.int32], marks: NDArray[np.uint8], threshold: float
) -> Iterator[Alike]:
    """A passage over several blocks as one for each, every one similar enough by itself; headings stay."""
    inside = blocks[passage.start : passage.end]
    edges = [0, *(np.flatnonzero(np.diff(inside)) + 1).tolist(), len(inside)]
    for low, high in pairwise(edges):
        start, end = passage.start + low, passage.start + high
        runs = clipped(passage.runs, start, end)
        if not marks[start] & _HEADING and is_copy(runs, start, end, threshold):
            yield alike(runs, start, end)
