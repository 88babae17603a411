"""Strings as a column: a million of them as objects would take 60 MB, and half a second to be made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple, overload

import numpy as np

from dedup import kernel

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray


class Order(NamedTuple):
    """Strings by their code points: the number of each, the least first (int64 [n]), those that are the same as they
    came; and whether no two are the same."""

    numbers: NDArray[np.int64]
    distinct: bool


class Strings(Sequence[str]):
    """Strings that lie one behind the other: `data` uint8, UTF-8; string i is `bounds[i]:bounds[i + 1]` (int64
    [n + 1]) of it."""

    def __init__(self, data: NDArray[np.uint8], bounds: NDArray[np.int64]) -> None:
        self.data, self.bounds = data, bounds

    @classmethod
    def of(cls, strings: Iterable[str | bytes]) -> Strings:
        """Some strings, or what they are in UTF-8."""
        parts = [each.encode() if isinstance(each, str) else each for each in strings]
        return cls(np.frombuffer(b"".join(parts), np.uint8), np.cumsum([0, *map(len, parts)], dtype=np.int64))

    @classmethod
    def of_sizes(cls, data: NDArray[np.uint8], sizes: NDArray[np.int64]) -> Strings:
        """Strings of so many bytes each (int64 [n])."""
        bounds = np.zeros(len(sizes) + 1, np.int64)
        np.cumsum(sizes, out=bounds[1:])
        return cls(data, bounds)

    def __len__(self) -> int:
        return len(self.bounds) - 1

    @overload
    def __getitem__(self, number: int) -> str: ...
    @overload
    def __getitem__(self, number: slice) -> list[str]: ...
    def __getitem__(self, number: int | slice) -> str | list[str]:
        if isinstance(number, slice):
            return [self[each] for each in range(*number.indices(len(self)))]
        at = range(len(self))[number]
        return str(self.data[self.bounds[at] : self.bounds[at + 1]].data, "utf-8")

    def __iter__(self) -> Iterator[str]:
        data, bounds = self.data.tobytes(), self.bounds.tolist()
        return (str(data[low:high], "utf-8") for low, high in pairwise(bounds))

    @property
    def columns(self) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
        """The data and the bounds."""
        return self.data, self.bounds

    @property
    def sizes(self) -> NDArray[np.int64]:
        """How many bytes each takes (int64 [n])."""
        return np.diff(self.bounds)

    def only(self, rows: NDArray[np.int64]) -> Strings:
        """Some of them, by their numbers."""
        if len(rows) == len(self) and np.array_equal(rows, np.arange(len(self))):
            return self
        sizes = self.bounds[rows + 1] - self.bounds[rows]
        bounds = np.concatenate(([0], np.cumsum(sizes)))
        places = np.arange(bounds[-1]) + np.repeat(self.bounds[rows] - bounds[:-1], sizes)
        return Strings(self.data[places], bounds)

    def part(self, low: int, high: int) -> Strings:
        """Those from one to another."""
        return Strings(self.data, self.bounds[low : high + 1])

    def encoded(self, number: int) -> bytes:
        """One of them, in UTF-8."""
        return self.data[self.bounds[number] : self.bounds[number + 1]].tobytes()

    def put(self, others: Mapping[int, str | bytes]) -> Strings:
        """The same with others in the place of some."""
        if not others:
            return self
        strings: list[str | bytes] = [*self]
        for number, other in others.items():
            strings[number] = other
        return Strings.of(strings)

    def order(self) -> Order:
        """How they follow each other."""
        if kernel.NATIVE:
            from dedup.kernel import _native

            return Order(*_native.order(self.data, self.bounds))
        strings = list(self)
        return Order(
            np.array(sorted(range(len(self)), key=strings.__getitem__), np.int64), len({*strings}) == len(strings)
        )
