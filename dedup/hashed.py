"""Texts as the hashes of their words, many at once."""

from __future__ import annotations

from array import array
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup.text import word_hash, word_list

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray


class Hashed(NamedTuple):
    """The words of t texts: those of text i are `hashes[bounds[i]:bounds[i + 1]]`; uint64 [n], int64 [t + 1]."""

    hashes: NDArray[np.uint64]
    bounds: NDArray[np.int64]

    @classmethod
    def of(cls, texts: Iterable[str]) -> Hashed:
        """Split some texts."""
        rows = list(map(_hashes, texts))
        bounds = np.zeros(len(rows) + 1, np.int64)
        np.cumsum(list(map(len, rows)), out=bounds[1:])
        return cls(np.frombuffer(b"".join(rows), np.uint64), bounds // 8)

    @property
    def counts(self) -> NDArray[np.int64]:
        """How many words each text has (int64 [t])."""
        return np.diff(self.bounds)

    def rows(self) -> list[tuple[int, ...]]:
        """The same as tuples."""
        flat, bounds = self.hashes.tolist(), self.bounds.tolist()
        return [tuple(flat[low:high]) for low, high in pairwise(bounds)]


@lru_cache(maxsize=1 << 14)
def _hashes(text: str) -> bytes:
    """Of a block of a page, which its site repeats; as they stand in memory."""
    return array("Q", map(word_hash, word_list(text))).tobytes()
