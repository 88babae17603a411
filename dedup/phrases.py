"""Where phrases stand in texts: many at a time, in time that grows with the texts and not with the phrases.

A phrase of n words is known by two windows of as many words as the largest power of two that is at most n: the one it
begins with, and the one it ends with. The hashes of all windows of one width follow from those of half the width.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup.sign import mix

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

_ODD = np.uint64(0x9E3779B97F4A7C15)
_Tails = dict[int, dict[int, int]]
"""Phrases that begin with the same window, by their length and by the window they end with."""


class Found(NamedTuple):
    """A phrase, by its number, that stands in the words `start:end` of a document."""

    document: int
    start: int
    end: int
    phrase: int


class Phrases:
    """Distinct phrases, each as the hashes of its words (uint64 [n], n > 0)."""

    def __init__(self, phrases: Sequence[NDArray[np.uint64]]) -> None:
        self.phrases = phrases
        self._heads: dict[int, dict[int, _Tails]] = {}
        for number, words in enumerate(phrases):
            width = 1 << (len(words).bit_length() - 1)
            windows = words
            for half in (1 << step for step in range(width.bit_length() - 1)):
                windows = _twice(windows, half)
            tails = self._heads.setdefault(width, {}).setdefault(int(windows[0]), {})
            tails.setdefault(len(words), {})[int(windows[-1])] = number

    def find(self, words: NDArray[np.uint64], bounds: NDArray[np.int64]) -> Iterator[Found]:
        """Where phrases stand in documents, of which i has the words `bounds[i]:bounds[i + 1]` (int64 [d + 1])."""
        windows, width = words, 1
        for wanted, heads in sorted(self._heads.items()):
            while width < wanted:
                windows, width = _twice(windows, width), 2 * width
            at = np.flatnonzero(np.isin(windows, np.array(list(heads), np.uint64)))
            owners = np.searchsorted(bounds, at, "right") - 1
            for start, owner, last in zip(at.tolist(), owners.tolist(), bounds[owners + 1].tolist(), strict=True):
                for length, tails in heads[int(windows[start])].items():
                    end = start + length
                    number = tails.get(int(windows[end - width])) if end <= last else None
                    if number is not None and np.array_equal(words[start:end], self.phrases[number]):
                        yield Found(owner, start, end, number)


def _twice(windows: NDArray[np.uint64], width: int) -> NDArray[np.uint64]:
    """The hashes of windows twice as wide, from those of all windows of a width."""
    return mix(windows[:-width] * _ODD + windows[width:])
