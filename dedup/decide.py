"""Keepers decided for a whole corpus at once: what `dedup.cluster` says of documents, as columns in and columns out."""

from __future__ import annotations

from itertools import chain, pairwise
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

from dedup import kernel
from dedup.cluster import Aligned, Decision, Duplicate, duplicates
from dedup.passages import Alike
from dedup.runs import each_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from dedup.align import Words
    from dedup.cluster import Standing
    from dedup.verified import Verified


class Corpus(Protocol):
    """What is known of the words of documents, as `dedup.corpus.Corpus` has it."""

    @property
    def marks(self) -> NDArray[np.uint8]:
        """What is known of every word (uint8 [n])."""
        ...

    @property
    def bounds(self) -> NDArray[np.int64]:
        """The words of document i are `bounds[i]:bounds[i + 1]` (int64 [d + 1])."""
        ...

    def words(self, document: int) -> Words:
        """The words of a document."""
        ...

    def blocks(self, document: int) -> NDArray[np.int32]:
        """The number of the block that each word of a document stands in (int32 [n])."""
        ...


class Decisions(NamedTuple):
    """`Decision` of many documents: `documents` int64 [d], the best keeper first; `whole` uint8 [d], 1 where one is a
    copy as a whole. The duplicates of row i are `bounds[i]:bounds[i + 1]` (int64 [d + 1]) of the rows of `spans` int32
    [k, 4] (start and end in words, in the document and in its keeper), `keepers` int32 [k] and `likeness` float64
    [k, 2] (similarity and containment); its remains are `remains_bounds[i]:remains_bounds[i + 1]` (int64 [d + 1]) of
    the rows of `remains` int32 [m, 2], start and end in words."""

    documents: NDArray[np.int64]
    whole: NDArray[np.uint8]
    bounds: NDArray[np.int64]
    spans: NDArray[np.int32]
    keepers: NDArray[np.int32]
    likeness: NDArray[np.float64]
    remains_bounds: NDArray[np.int64]
    remains: NDArray[np.int32]

    @classmethod
    def of(cls, decisions: dict[int, Decision]) -> Decisions:
        """The columns of decisions, in order."""
        every = [each for decision in decisions.values() for each in decision.duplicates]
        return cls(
            np.array(list(decisions), np.int64),
            np.array([decision.whole for decision in decisions.values()], np.uint8),
            _bounds([0, *(len(decision.duplicates) for decision in decisions.values())]),
            np.array([each.alike[:4] for each in every], np.int32).reshape(-1, 4),
            np.array([each.keeper for each in every], np.int32),
            np.array([each.alike[4:] for each in every], np.float64).reshape(-1, 2),
            _bounds([0, *(len(decision.remains) for decision in decisions.values())]),
            np.array([each for decision in decisions.values() for each in decision.remains], np.int32).reshape(-1, 2),
        )

    def ascending(self) -> Decisions:
        """The same, by the number of the document."""
        order = np.argsort(self.documents)
        sizes, left = np.diff(self.bounds)[order], np.diff(self.remains_bounds)[order]
        own, rest = each_of(self.bounds[order], sizes), each_of(self.remains_bounds[order], left)
        return Decisions(
            self.documents[order],
            self.whole[order],
            np.concatenate(([0], np.cumsum(sizes))),
            self.spans[own],
            self.keepers[own],
            self.likeness[own],
            np.concatenate(([0], np.cumsum(left))),
            self.remains[rest],
        )

    def by_document(self) -> dict[int, Decision]:
        """The decisions, by the number of the document."""
        rows = zip(self.spans.tolist(), self.likeness.tolist(), self.keepers.tolist(), strict=True)
        every = [Duplicate(Alike(*chain(span, likeness)), keeper) for span, likeness, keeper in rows]
        remains = [(start, end) for start, end in self.remains.tolist()]
        bounds = zip(pairwise(self.bounds.tolist()), pairwise(self.remains_bounds.tolist()), strict=True)
        return {
            document: Decision(every[low:high], bool(whole), remains[first:last])
            for document, whole, ((low, high), (first, last)) in zip(
                self.documents.tolist(), self.whole.tolist(), bounds, strict=True
            )
        }


def decide(corpus: Corpus, found: Verified, standing: Standing) -> Decisions:
    """What goes from which document, as `dedup.cluster.duplicates` decides it.

    Raises:
        ValueError: the kernel found passages that are none of these documents, or no order of them.
    """
    if not kernel.NATIVE:
        return defined_decide(corpus, found, standing)
    from dedup.kernel import _native

    words, sites = (corpus.marks, corpus.bounds), standing.sites
    sites = np.zeros(0, np.uint64) if sites is None else sites
    threshold = standing.limits.threshold
    return Decisions(*_native.decide(words, found, standing.order, standing.copies, threshold, sites))


def defined_decide(corpus: Corpus, found: Verified, standing: Standing) -> Decisions:
    """`decide`, by the definition."""
    return Decisions.of(duplicates(corpus, (Aligned(*each) for each in found.rows()), standing))


def _bounds(sizes: list[int]) -> NDArray[np.int64]:
    """Bounds from sizes, of which the first is 0."""
    return np.cumsum(sizes, dtype=np.int64)


def _rows(rows: Sequence[tuple[int, ...]], width: int) -> NDArray[np.int64]:
    return np.array(rows, np.int64).reshape(-1, width)
