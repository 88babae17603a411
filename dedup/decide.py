"""Keepers decided for a whole corpus at once: what `dedup.cluster` says of documents, as columns in and columns out."""

from __future__ import annotations

from itertools import chain, pairwise
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np

from dedup import kernel
from dedup.cluster import Aligned, Decision, Duplicate, duplicates
from dedup.passages import Alike
from dedup.run import in_threads
from dedup.runs import each_of, joined

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dedup.align import Words
    from dedup.cluster import Standing
    from dedup.run import Runner
    from dedup.verified import Verified

PARTS = 8
"""Parts in which documents are decided on, so that threads share them."""


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
    the rows of `remains` int32 [m, 2], start and end in words; and where its words went, `moved_bounds[i]:
    moved_bounds[i + 1]` (int64 [d + 1]) of the rows of `moved` int32 [s, 4], as of `dedup.moved.Stretches`."""

    documents: NDArray[np.int64]
    whole: NDArray[np.uint8]
    bounds: NDArray[np.int64]
    spans: NDArray[np.int32]
    keepers: NDArray[np.int32]
    likeness: NDArray[np.float64]
    remains_bounds: NDArray[np.int64]
    remains: NDArray[np.int32]
    moved_bounds: NDArray[np.int64]
    moved: NDArray[np.int32]

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
            _bounds([0, *(len(decision.moved) for decision in decisions.values())]),
            np.array([each for decision in decisions.values() for each in decision.moved], np.int32).reshape(-1, 4),
        )

    @classmethod
    def merged(cls, several: list[Decisions]) -> Decisions:
        """Those of several, by the number of the document; the list is empty then."""
        columns = dict(zip(cls._fields, joined(several, {cls._fields.index(name) for name in _ROWS}), strict=True))
        order = np.argsort(columns["documents"])
        made = {name: columns.pop(name)[order] for name in ("documents", "whole")}
        for name, rows in _ROWS.items():
            bounds = columns.pop(name)
            sizes = np.diff(bounds)[order]
            own = each_of(bounds[order], sizes)
            made[name] = np.concatenate(([0], np.cumsum(sizes)))
            made |= {each: columns.pop(each)[own] for each in rows}
        return cls(**made)

    def part(self, low: int, high: int) -> Decisions:
        """Some of the rows."""
        made: dict[str, Any] = {"documents": self.documents[low:high], "whole": self.whole[low:high]}
        for name, rows in _ROWS.items():
            bounds = getattr(self, name)[low : high + 1]
            made[name] = bounds - bounds[0]
            made |= {each: getattr(self, each)[bounds[0] : bounds[-1]] for each in rows}
        return Decisions(**made)

    def by_document(self) -> dict[int, Decision]:
        """The decisions, by the number of the document."""
        rows = zip(self.spans.tolist(), self.likeness.tolist(), self.keepers.tolist(), strict=True)
        every = [Duplicate(Alike(*chain(span, likeness)), keeper) for span, likeness, keeper in rows]
        remains = [(start, end) for start, end in self.remains.tolist()]
        moved = [(start, end, keeper, place) for start, end, keeper, place in self.moved.tolist()]
        each = (self.bounds, self.remains_bounds, self.moved_bounds)
        bounds = zip(*(pairwise(column.tolist()) for column in each), strict=True)
        return {
            document: Decision(every[low:high], bool(whole), remains[first:last], moved[begin:end])
            for document, whole, ((low, high), (first, last), (begin, end)) in zip(
                self.documents.tolist(), self.whole.tolist(), bounds, strict=True
            )
        }


_ROWS = {"bounds": ("spans", "keepers", "likeness"), "remains_bounds": ("remains",), "moved_bounds": ("moved",)}
"""The columns of `Decisions` that have rows between bounds."""


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
    return Decisions(*_native.decide(words, found, standing.order, standing.copies, threshold, sites, standing.before))


def decide_apart(corpus: Corpus, found: Verified, standing: Standing, runner: Runner) -> Decisions:
    """`decide`, by the number of the document: of documents that nothing links, apart from each other."""
    if not kernel.NATIVE:
        return Decisions.merged([defined_decide(corpus, found, standing)])
    own = np.arange(len(standing.copies))
    copies = np.where(standing.copies < 0, own, standing.copies)
    groups = linked(len(own), np.concatenate([found.pairs, np.stack([own, copies], axis=1)]))
    # As many passages in each part, as far as groups let them be shared.
    passages = np.bincount(found.pairs[:, 1], np.diff(found.bounds), minlength=len(own)) + (copies != own)
    before = np.cumsum(np.bincount(groups, passages, minlength=len(own)))
    parts = (PARTS * before / max(1, before[-1:].sum())).astype(np.int64)[groups]
    shares = [Share(corpus, found, _only(standing, parts == part)) for part in np.unique(parts).tolist()]
    return Decisions.merged([Decisions.of({}), *runner(decide_share, shares)])


class Share(NamedTuple):
    """What is decided on by itself: only of some documents it is known whose copies they are."""

    corpus: Corpus
    found: Verified
    standing: Standing


@in_threads
def decide_share(share: Share) -> Decisions:
    """What goes from which document."""
    return decide(*share)


def _only(standing: Standing, own: NDArray[np.bool_]) -> Standing:
    return standing._replace(copies=np.where(own, standing.copies, -1))


def linked(count: int, pairs: NDArray[np.int64]) -> NDArray[np.int64]:
    """Of so many things the least that each is linked with by pairs (int64 [p, 2]), over others, too (int64 [n])."""
    if not kernel.NATIVE:
        return defined_linked(count, pairs)
    from dedup.kernel import _native

    return _native.linked(count, pairs)


def defined_linked(count: int, pairs: NDArray[np.int64]) -> NDArray[np.int64]:
    """The same, by the definition."""
    least, before = np.arange(count), np.full(count, -1)
    while (least != before).any():
        before = least.copy()
        for one, other in (pairs.T, pairs.T[::-1]):
            np.minimum.at(least, one, before[other])
    return least


def defined_decide(corpus: Corpus, found: Verified, standing: Standing) -> Decisions:
    """`decide`, by the definition."""
    return Decisions.of(duplicates(corpus, (Aligned(*each) for each in found.rows()), standing))


def _bounds(sizes: list[int]) -> NDArray[np.int64]:
    """Bounds from sizes, of which the first is 0."""
    return np.cumsum(sizes, dtype=np.int64)
