"""Keepers: which copy of a passage stays. Decided by content and metadata, never by arrival.

Documents are taken in the order of their ranks, the best keeper first. A passage goes only where a better keeper still
has it, and only if the two were aligned themselves: there are no chains of likeness (A like B like C).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Protocol

import numpy as np

from dedup.align import HEADING, TOLERANCE, Limits, Run, Words, barred, clip, matches
from dedup.data import Match

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray


class Corpus(Protocol):
    """The words of documents by number, and the blocks they stand in."""

    def words(self, document: int) -> Words:
        """The words of a document."""
        ...

    def blocks(self, document: int) -> NDArray[np.int32]:
        """The number of the block that each word of a document stands in (int32 [n])."""
        ...


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A passage of a document, within one block, that goes since `keeper` has it."""

    match: Match
    keeper: int


Aligned = tuple[int, int, list[list[Run]]]
"""(keeper, document, chains of agreeing runs in words)."""


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
    corpus: Corpus, aligned: Iterable[Aligned], order: NDArray[np.int64], copies: NDArray[np.int64], limits: Limits
) -> dict[int, list[Duplicate]]:
    """What goes from which document, by its number. `copies` int64 [d] names a document with the very same words."""
    chains: dict[int, list[tuple[int, list[Run]]]] = {}
    for keeper, document, found in aligned:
        chains.setdefault(document, []).extend((keeper, chain) for chain in found)
    for document in np.flatnonzero(copies != np.arange(len(copies))).tolist():
        length = len(corpus.words(document).hashes)
        chains[document] = [(int(copies[document]), [(0, 0, length)])]
    gone: dict[int, NDArray[np.bool_]] = {}
    result: dict[int, list[Duplicate]] = {}
    for document in sorted(chains, key=lambda number: order[number]):
        best_first = sorted(
            chains[document], key=lambda found: (-sum(run[2] for run in found[1]), order[found[0]], found[1][0])
        )
        taken = np.zeros(len(corpus.words(document).hashes), bool)
        for keeper, chain in best_first:
            for match in _free(corpus, document, keeper, (chain, taken, gone.get(keeper)), limits):
                result.setdefault(document, []).append(Duplicate(match, keeper))
                taken[match.start : match.end] = True
        gone[document] = taken
    return result


def _free(
    corpus: Corpus,
    document: int,
    keeper: int,
    state: tuple[list[Run], NDArray[np.bool_], NDArray[np.bool_] | None],
    limits: Limits,
) -> Iterator[Match]:
    """What of a chain may go, given what is taken from the document already and gone from the keeper itself."""
    chain, taken, gone = state
    own, other = corpus.words(document), corpus.words(keeper)
    gone = np.zeros(len(other.hashes), bool) if gone is None else gone
    for match in list(matches(chain, own, other, limits, barred(chain, gone, taken))):
        yield from _by_block(match, chain, (corpus.blocks(document), own.marks), limits)


def _by_block(
    match: Match, runs: list[Run], columns: tuple[NDArray[np.int32], NDArray[np.uint8]], limits: Limits
) -> Iterator[Match]:
    """A passage over several blocks as one for each, every one similar enough by itself; headings stay."""
    blocks, marks = columns
    inside = blocks[match.start : match.end]
    edges = [0, *(np.flatnonzero(np.diff(inside)) + 1).tolist(), len(inside)]
    for low, high in pairwise(edges):
        start, end = match.start + low, match.start + high
        parts = [clip(run, start, end) for run in runs if run[0] < end and run[0] + run[2] > start]
        agreed = sum(part[2] for part in parts)
        if marks[start] & HEADING or not parts or agreed < (1 - TOLERANCE) * (end - start):
            continue
        keeper_start, keeper_end = parts[0][1], parts[-1][1] + parts[-1][2]
        similarity = 2 * agreed / (end - start + keeper_end - keeper_start)
        if similarity >= limits.threshold:
            yield Match(start, end, keeper_start, keeper_end, round(similarity, 4), round(agreed / (end - start), 4))
