"""Keepers: which copy of a passage stays. Decided by content and metadata, never by arrival.

Documents are taken in the order of their ranks, the best keeper first. A passage goes only where a better keeper still
has it. Where that keeper's own copy went already, the passage is compared with what stays in its place: there are no
chains of likeness (A like B like C).
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

from dedup.moved import LOST, STAYS, Moved, Stretches, settled
from dedup.passages import OWN_RUN, TOLERANCE, Alike, Limits, Passage, alike, clipped, is_copy
from dedup.words import Mark

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from dedup.align import Words

_HEADING, _STARTS = int(Mark.HEADING), int(Mark.STARTS_SENTENCE)


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


class Decision(NamedTuple):
    """What goes from a document. `whole`: nothing is left of it but `remains`, spans of words that are its own.
    `moved`: where its words went, as rows of `dedup.moved.Stretches`."""

    duplicates: list[Duplicate]
    whole: bool
    remains: list[tuple[int, int]]
    moved: list[tuple[int, int, int, int]]


class Aligned(NamedTuple):
    """The passages of a document that a better keeper has."""

    keeper: int
    document: int
    passages: list[Passage]


class Standing(NamedTuple):
    """What decides which document keeps a passage. `order` int64 [d], 0 for the best keeper; `copies` int64 [d] names a
    document with the very same words, else itself; -1 for one that is not decided on; `sites` uint64 [d], if a keeper
    must be of another site; `before` is what went of documents that are not decided on."""

    order: NDArray[np.int64]
    copies: NDArray[np.int64]
    limits: Limits
    sites: NDArray[np.uint64] | None = None
    before: Stretches = Stretches.none()

    def may_keep(self, keeper: int, document: int) -> bool:
        """Whether a passage of `document` may go since `keeper` has it."""
        return self.sites is None or bool(self.sites[keeper] != self.sites[document])


def duplicates(corpus: Corpus, aligned: Iterable[Aligned], standing: Standing) -> dict[int, Decision]:
    """What goes from which document, by its number."""
    found: dict[int, list[tuple[int, Passage]]] = {}
    for keeper, document, passages in aligned:
        if standing.copies[document] >= 0:
            found.setdefault(document, []).extend((keeper, passage) for passage in passages)
    are_copies = (standing.copies != np.arange(len(standing.copies))) & (standing.copies >= 0)
    for document in np.flatnonzero(are_copies).tolist():
        length = len(corpus.words(document).hashes)
        found[document] = [(int(standing.copies[document]), Passage(0, length, [(0, 0, length)]))]
    before = standing.before.each()
    moves = {document: Moved.of(rows, len(corpus.words(document).hashes)) for document, rows in before}
    result: dict[int, Decision] = {}
    for document in sorted(found, key=lambda number: standing.order[number]):
        moves[document] = Moved.none(len(corpus.words(document).hashes))
        decided = _decided(document, _best_first(document, found[document], standing.order), moves, corpus, standing)
        if decided.duplicates:
            result[document] = decided._replace(moved=moves[document].stretches())
        else:
            del moves[document]
    return result


def _best_first(document: int, found: list[tuple[int, Passage]], order: NDArray[np.int64]) -> list[tuple[int, Passage]]:
    """The passages in the order in which they are let go: what other documents keep, the longest first; then what
    stands further up in the document itself, from the top."""
    others = [each for each in found if each[0] != document]
    within = [each for each in found if each[0] == document]
    others.sort(key=lambda each: (-each[1].agreed, order[each[0]], each[1]))
    return others + sorted(within, key=lambda each: each[1])


def _decided(
    document: int, best_first: list[tuple[int, Passage]], moves: dict[int, Moved], corpus: Corpus, standing: Standing
) -> Decision:
    words, blocks, own = corpus.words(document), corpus.blocks(document), moves[document]
    going: list[Duplicate] = []
    headings: list[Duplicate] = []  # they go with all of the document, or not at all
    for keeper, passage in best_first:
        for part in own.left(passage):
            for target, copy in settled(part, keeper, moves, words.marks, standing.order, standing.limits.threshold):
                if not standing.may_keep(target, document):
                    continue
                for each in _by_block(copy, blocks, standing.limits.threshold):
                    if words.marks[each.start] & _HEADING:
                        headings.append(Duplicate(each, target))
                    else:
                        going.append(Duplicate(each, target))
                        own.take(each, copy.runs, target)
    if not going or not _is_whole(own, words, blocks):
        return Decision(going, False, [], [])
    return _whole(going, headings, own, blocks, standing.limits.threshold)


def _whole(
    going: list[Duplicate], headings: list[Duplicate], own: Moved, blocks: NDArray[np.int32], threshold: float
) -> Decision:
    """All of a document: its headings, and what is left, with the copy next to it or by itself."""
    for each, target in headings:
        if (own.keepers[each.start : each.end] == STAYS).all():
            going.append(Duplicate(each, target))
            own.take(each, [], target)
    remains: list[tuple[int, int]] = []
    for low, high in (each for span in own.staying(0, len(blocks)) for each in _blocks_of(*span, blocks)):
        at = next((at for at, each in enumerate(going) if _holds(each.alike, low, high, blocks, threshold)), None)
        if at is None:
            remains.append((low, high))
        else:
            going[at] = going[at]._replace(alike=_with(going[at].alike, low, high))
        own.take(Alike(low, high, 0, 0, 0, 0), [], LOST)
    return Decision(going, True, remains, [])


def _holds(copy: Alike, start: int, end: int, blocks: NDArray[np.int32], threshold: float) -> bool:
    """Whether a few words next to a copy in its block, as a dateline is, leave it alike enough."""
    beside = end == copy.start or start == copy.end
    more = _with(copy, start, end)
    alike_enough = more.similarity >= threshold and more.containment >= 1 - TOLERANCE
    return beside and bool(blocks[start] == blocks[copy.start]) and alike_enough


def _with(copy: Alike, start: int, end: int) -> Alike:
    """A copy with the words before or behind it that the keeper lacks."""
    low, high = min(start, copy.start), max(end, copy.end)
    agreed, kept = copy.containment * (copy.end - copy.start), copy.keeper_end - copy.keeper_start
    similarity, containment = 2 * agreed / (high - low + kept), agreed / (high - low)
    return copy._replace(start=low, end=high, similarity=round(similarity, 4), containment=round(containment, 4))


def _is_whole(own: Moved, words: Words, blocks: NDArray[np.int32]) -> bool:
    """Whether a document is a copy as a whole: headings aside nothing is left of it but a few words in a row of blocks
    that were cut, and no sentence but what begins a block, as a dateline does."""
    cut = {*blocks[own.keepers != STAYS].tolist()}
    for start, end in own.staying(0, len(blocks)):
        for low, high in _blocks_of(start, end, blocks):
            heading, starts = words.marks[low] & _HEADING, words.marks[low] & _STARTS
            sentence = starts and low > 0 and blocks[low - 1] == blocks[low]
            if not heading and (high - low >= OWN_RUN or sentence or int(blocks[low]) not in cut):
                return False
    return True


def _by_block(passage: Passage, blocks: NDArray[np.int32], threshold: float) -> Iterator[Alike]:
    """A passage over several blocks as one for each, every one similar enough by itself."""
    for start, end in _blocks_of(passage.start, passage.end, blocks):
        runs = clipped(passage.runs, start, end)
        if is_copy(runs, start, end, threshold):
            yield alike(runs, start, end)


def _blocks_of(start: int, end: int, blocks: NDArray[np.int32]) -> Iterator[tuple[int, int]]:
    """A span of words, block by block."""
    edges = [start, *(np.flatnonzero(np.diff(blocks[start:end])) + start + 1).tolist(), end]
    yield from pairwise(edges)
