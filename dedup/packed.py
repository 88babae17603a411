"""The words of documents as they are kept by the million: twelve bytes each, nine of them for what is matched."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from dedup.words import MarkedWords

LONG = 255
"""Characters from which on the length of a word is told apart."""
_STEP = 16
"""Bits of where a word starts that are told of each."""


class Places(NamedTuple):
    """Where the words of documents stand in the texts of these, in code points.

    Of each word `starts` uint16 [n] are the lower 16 bits of where it starts, and `lengths` uint8 [n] how many
    characters it has, LONG if it has as many or more: those are `longs` int64 [l, 2], the number of the word and its
    length, ascending. `wraps` int64 [w], ascending, are the words at which the upper bits are one more than at the word
    before in the document, or than 0; once for each that they are more. So a text of less than 64 Ki characters has
    none of these.
    """

    starts: NDArray[np.uint16]
    lengths: NDArray[np.uint8]
    wraps: NDArray[np.int64]
    longs: NDArray[np.int64]

    @classmethod
    def of(cls, starts: NDArray[np.int32], ends: NDArray[np.int32], bounds: NDArray[np.int64]) -> Places:
        """Words that start and end there (int32 [n], ascending in each document); those of document i are
        `bounds[i]:bounds[i + 1]`."""
        upper, sizes = (starts >> _STEP).astype(np.int64), (ends - starts).astype(np.int64)
        before = np.concatenate((upper[:0], [0], upper[:-1]))[: len(upper)]
        before[bounds[:-1][np.diff(bounds) > 0]] = 0
        long = np.flatnonzero(sizes >= LONG)
        return cls(
            (starts & 0xFFFF).astype(np.uint16),
            np.minimum(sizes, LONG).astype(np.uint8),
            np.repeat(np.arange(len(upper)), upper - before),
            np.stack([long, sizes[long]], axis=1),
        )

    def start(self, firsts: Any, words: Any) -> NDArray[np.int32]:
        """Where words start (int32 [k]), by their numbers, and those of the first words of their documents."""
        upper = np.searchsorted(self.wraps, words, "right") - np.searchsorted(self.wraps, firsts, "left")
        starts: NDArray[np.int32] = (self.starts[words] + (upper << _STEP)).astype(np.int32)
        return starts

    def end(self, firsts: Any, words: Any) -> NDArray[np.int32]:
        """Where words end (int32 [k])."""
        sizes = np.array(self.lengths[words], np.int32)
        if len(self.longs):
            at = np.minimum(np.searchsorted(self.longs[:, 0], words), len(self.longs) - 1)
            sizes = np.where(self.longs[at, 0] == words, self.longs[at, 1], sizes).astype(np.int32)
        return self.start(firsts, words) + sizes


class Packed(NamedTuple):
    """The words of documents, one behind the other: `hashes` uint64 [n] and `marks` uint8 [n] of `MarkedWords`, and the
    columns of `Places`."""

    hashes: NDArray[np.uint64]
    marks: NDArray[np.uint8]
    starts: NDArray[np.uint16]
    lengths: NDArray[np.uint8]
    wraps: NDArray[np.int64]
    longs: NDArray[np.int64]

    @classmethod
    def of(cls, words: MarkedWords, bounds: NDArray[np.int64]) -> Packed:
        """The words of documents: those of document i are `bounds[i]:bounds[i + 1]`."""
        return cls(words.hashes, words.marks, *Places.of(words.starts, words.ends, bounds))

    @property
    def places(self) -> Places:
        """Where the words stand."""
        return Places(*self[2:])

    def moved(self, words: int) -> Packed:
        """The same behind so many other words."""
        return self._replace(wraps=self.wraps + words, longs=self.longs + np.array([words, 0]))

    def part(self, low: int, high: int) -> Packed:
        """Some of the words: all of some documents."""
        wraps, longs = (np.searchsorted(each, [low, high]) for each in (self.wraps, self.longs[:, 0]))
        return Packed(
            self.hashes[low:high], self.marks[low:high], self.starts[low:high], self.lengths[low:high],
            self.wraps[slice(*wraps)], self.longs[slice(*longs)],
        ).moved(-low)  # fmt: skip

    @classmethod
    def joined(cls, parts: Sequence[Packed]) -> Packed:
        """The words of some, one behind the other."""
        firsts = np.cumsum([0, *(len(each.hashes) for each in parts)]).tolist()
        moved = [each.moved(first) for each, first in zip(parts, firsts, strict=False)]
        return cls(*(np.concatenate(columns) for columns in zip(*moved, strict=True)))
