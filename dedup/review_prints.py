"""What tells whether texts of removals are the same, as decisions on them are meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xxhash

from dedup.repetition import block_text, block_texts
from dedup.spans import Spans

if TYPE_CHECKING:
    from numpy.typing import NDArray

HELD = 1 << 20
"""Code points of texts that are compared at a time."""


class Sorted:
    """Numbers in their order, so that where one stands is found without looking at all."""

    def __init__(self, values: NDArray[np.uint64]) -> None:
        self.order = np.argsort(values, kind="stable")
        self.values = values[self.order]

    def find(self, value: int) -> NDArray[np.int64]:
        """Where a number stands, ascending."""
        low, high = (int(np.searchsorted(self.values, np.uint64(value), side)) for side in ("left", "right"))
        return self.order[low:high]


class Prints:
    """What tells whether texts are the same, as decisions are: by their words, or these with names and figures as
    slots (0 where little else is left)."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.held = 0
        self.done: list[tuple[NDArray[np.uint64], NDArray[np.uint64]]] = []

    def add(self, text: str) -> None:
        """Take the next text."""
        self.texts.append(text)
        self.held += len(text)
        if self.held > HELD:
            self._flush()

    def finish(self) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
        """The prints of all texts, exact and as templates (uint64 [n] each)."""
        self._flush()
        exact, template = zip(*self.done, strict=True)
        return np.concatenate(exact), np.concatenate(template)

    def _flush(self) -> None:
        found = block_texts(Spans.whole(self.texts))
        exact = found.exact.copy()
        for number in np.flatnonzero(exact == 0).tolist():
            exact[number] = _of_no_words(self.texts[number])
        self.done.append((exact, found.template.copy()))
        self.texts, self.held = [], 0


def prints(text: str) -> tuple[int, int]:
    """What tells whether a text is the same as another: see `Prints`."""
    found = block_text(text)
    return found.exact or _of_no_words(text), found.template


def _of_no_words(text: str) -> int:
    return xxhash.xxh3_64_intdigest(utf8(text.strip()))


def utf8(text: str) -> bytes:
    """A text as bytes, whatever is in it."""
    return text.encode("utf-8", "surrogatepass")
