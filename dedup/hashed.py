"""Texts as the hashes of their words, many at once."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup.spans import Spans, words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray


class Hashed(NamedTuple):
    """The words of t texts: those of text i are `hashes[bounds[i]:bounds[i + 1]]`; uint64 [n], int64 [t + 1]."""

    hashes: NDArray[np.uint64]
    bounds: NDArray[np.int64]

    @classmethod
    def of(cls, texts: Iterable[str] | Spans) -> Hashed:
        """Split some texts."""
        found = words(texts if isinstance(texts, Spans) else Spans.whole(texts))
        return cls(found.hashes, found.bounds)

    @property
    def counts(self) -> NDArray[np.int64]:
        """How many words each text has (int64 [t])."""
        return np.diff(self.bounds)

    def rows(self) -> list[tuple[int, ...]]:
        """The same as tuples."""
        flat, bounds = self.hashes.tolist(), self.bounds.tolist()
        return [tuple(flat[low:high]) for low, high in pairwise(bounds)]
