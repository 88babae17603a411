"""Columns that come piece by piece: kept as they came, and put one behind the other where a whole one is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import numpy as np

from dedup import memory

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import TracebackType

    from numpy.typing import NDArray

    from dedup.store import Store


class Gathered(Mapping[str, "NDArray[Any]"]):
    """Columns of a shard by name, whole; pieces are added while it is open.

    Of `most` bytes in all they are kept in memory, of more in files of the store.
    """

    def __init__(self, store: Store, shard: str, most: int) -> None:
        self._store, self._shard, self._left = store, shard, most
        self._pieces: dict[str, list[NDArray[Any]]] = {}
        self._files = ExitStack()
        self._write: Callable[[str, NDArray[Any]], None] | None = None

    def __enter__(self) -> Gathered:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._files.__exit__(kind, error, trace)
        if self._write and error is None:
            self._pieces = {name: [column] for name, column in self._store.columns(self._shard).items()}
            self.leave()  # to see that they are what was written, all of them were read

    def extend(self, name: str, piece: NDArray[Any]) -> None:
        """Add a piece of a column; it must not change from now on."""
        self._left -= piece.nbytes
        if self._left < 0 and not self._write:
            self._write = self._files.enter_context(self._store.growing(self._shard))
            for each, pieces in self._pieces.items():
                for own in pieces:
                    self._write(each, own)
            self._pieces.clear()
        if self._write:
            self._write(name, piece)
        else:
            self._pieces.setdefault(name, []).append(piece)

    def __getitem__(self, name: str) -> NDArray[Any]:
        pieces = self._pieces[name]
        if len(pieces) > 1:
            pieces[:] = [np.concatenate(pieces)]
        return pieces[0]

    def __iter__(self) -> Iterator[str]:
        return iter(self._pieces)

    def __len__(self) -> int:
        return len(self._pieces)

    def take(self, name: str) -> NDArray[Any]:
        """A column that nobody asks for again: it is kept no longer."""
        pieces = self._pieces.pop(name)
        return np.concatenate(pieces) if len(pieces) > 1 else pieces[0]

    def leave(self) -> None:
        """Let go of what is in files, until somebody asks for it: see `memory.leave`."""
        for pieces in self._pieces.values():
            memory.leave(*pieces)

    def part(self, name: str, number: int, rows: slice) -> NDArray[Any]:
        """The piece of a column that was added as the `number`-th, from 0, which are these rows of it."""
        pieces = self._pieces[name]
        return pieces[number] if len(pieces) > 1 else pieces[0][rows]
