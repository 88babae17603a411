"""Pairs of documents verified: aligned word by word, and what of each document is a copy told, in columns."""

from __future__ import annotations

from functools import cache, partial
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup import kernel
from dedup.align import align_pairs
from dedup.conflicts import Spelling
from dedup.misread import spelled
from dedup.passages import TOLERANCE, Passage, least, passages
from dedup.runs import joined
from dedup.telling import telling_words
from dedup.text import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from dedup.align import Documents
    from dedup.kernel._native import _Words
    from dedup.packed import Places
    from dedup.passages import Limits


class Verified(NamedTuple):
    """The passages of pairs of documents.

    `pairs` int64 [p, 2], a keeper and a document each; `bounds` int64 [p + 1]: the passages of pair i are
    `spans[bounds[i]:bounds[i + 1]]`, in order, and no two of them meet; `spans` int64 [q, 2], start and end in words of
    the document; `run_bounds` int64 [q + 1]: the runs of passage j are `runs[run_bounds[j]:run_bounds[j + 1]]`; `runs`
    int64 [r, 3], of `dedup.align.Run`.
    """

    pairs: NDArray[np.int64]
    bounds: NDArray[np.int64]
    spans: NDArray[np.int64]
    run_bounds: NDArray[np.int64]
    runs: NDArray[np.int64]

    @classmethod
    def of(cls, rows: Iterable[tuple[int, int, list[Passage]]]) -> Verified:
        """The columns of pairs: of each the keeper, the document and its passages."""
        pairs, counts, spans, sizes, runs = [], [], [], [], []
        for keeper, document, found in rows:
            pairs.append((keeper, document))
            counts.append(len(found))
            for each in found:
                spans.append((each.start, each.end))
                sizes.append(len(each.runs))
                runs += each.runs
        return cls(_table(pairs, 2), _bounds(counts), _table(spans, 2), _bounds(sizes), _table(runs, 3))

    @classmethod
    def joined(cls, several: Iterable[Verified]) -> Verified:
        """The pairs of several, one behind the other."""
        return cls(*joined([cls.of([]), *several], {cls._fields.index(name) for name in ("bounds", "run_bounds")}))

    def rows(self) -> Iterator[tuple[int, int, list[Passage]]]:
        """Of each pair the keeper, the document and its passages."""
        runs = list(map(tuple, self.runs.tolist()))
        edges = pairwise(self.run_bounds.tolist())
        each = [
            Passage(start, end, runs[low:high])
            for (start, end), (low, high) in zip(self.spans.tolist(), edges, strict=True)
        ]
        for (keeper, document), (low, high) in zip(self.pairs.tolist(), pairwise(self.bounds.tolist()), strict=True):
            yield keeper, document, each[low:high]

    def told(self) -> Verified:
        """Those of the pairs that have a passage."""
        some = np.diff(self.bounds) > 0
        return self._replace(pairs=self.pairs[some], bounds=self.bounds[np.concatenate(([True], some))])

    def words(self) -> NDArray[np.int64]:
        """How many words of its document the passages of each pair have (int64 [p])."""
        sums = _bounds(self.spans[:, 1] - self.spans[:, 0])
        return sums[self.bounds[1:]] - sums[self.bounds[:-1]]


def _bounds(sizes: NDArray[np.int64] | list[int]) -> NDArray[np.int64]:
    return np.concatenate(([0], np.cumsum(sizes, dtype=np.int64))).astype(np.int64)


def _table(rows: Sequence[tuple[int, ...]], width: int) -> NDArray[np.int64]:
    return np.array(rows, np.int64).reshape(-1, width)


class Written(NamedTuple):
    """Where the words of documents are written: their places in the text of their document, which `text` gives by its
    number. It is asked only for those where a figure or a name may differ."""

    places: Places
    text: Callable[[int], str]

    def spelled(self, document: int, first: int, word: int) -> str:
        """A word of a document, folded; the document's first word has the row `first`."""
        start, end = int(self.places.start(first, first + word)), int(self.places.end(first, first + word))
        return fold(self.text(document)[start:end])


def verified(
    documents: Documents, pairs: NDArray[np.int64], limits: Limits, written: Written | None = None
) -> Verified:
    """The passages of every pair of a keeper and a document (int64 [p, 2], numbers of documents), in order.

    Without `written` no word is taken to be misread. It is quickest where the pairs of a keeper stand side by side.
    """
    if not kernel.NATIVE:
        return defined_verified(documents, pairs, limits, written)
    from dedup.kernel import _native

    own = np.ascontiguousarray(pairs)
    words: _Words = (documents.hashes, documents.marks, documents.bounds)
    levels = (limits.min_words, least(limits.threshold), least(1 - TOLERANCE))
    texts = (written.places, written.text, spelled) if written else None
    return Verified(own, *_native.verify_pairs(words, own, levels, _telling(), texts))


@cache
def _telling() -> NDArray[np.uint64]:
    """The words that tell as much as figures do, as a column."""
    return np.array(sorted(telling_words()), np.uint64)


def defined_verified(
    documents: Documents, pairs: NDArray[np.int64], limits: Limits, written: Written | None = None
) -> Verified:
    """`verified`, by the definition."""

    def spelling(document: int) -> Callable[[int], str]:
        assert written
        return partial(written.spelled, document, int(documents.bounds[document]))

    def rows() -> Iterator[tuple[int, int, list[Passage]]]:
        for (keeper, document), chains in zip(pairs.tolist(), align_pairs(documents, pairs), strict=True):
            both = Spelling(spelling(document), spelling(keeper)) if written else None
            yield keeper, document, passages(chains, documents.words(document), documents.words(keeper), limits, both)

    return Verified.of(rows())
