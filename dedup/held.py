"""Columns of a run that stay in memory, within bounds, so that they need not be written and read again.

To write a byte into a file that is new costs as much as to hash it, and several times that where the system has to make
room first.
"""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from numpy.typing import NDArray

ROOM = 5 << 28
"""Bytes of all that is held."""
_CHUNK = 1 << 26
"""Bytes that are taken from the system at a time: a few large pieces of memory, in pages that are large, too."""
_ALIGNED = 64


class Held:
    """Columns by shard and name. Threads may put some at a time."""

    def __init__(self) -> None:
        self._lock = Lock()
        self.clear()

    def clear(self) -> None:
        """Let go of all."""
        self._shards: dict[str, dict[str, NDArray[Any]]] = {}
        self._left, self._chunk, self._at = ROOM, np.zeros(0, np.uint8), 0

    def column(self, shard: str, name: str) -> NDArray[Any] | None:
        """A column, if it is here."""
        return self._shards.get(shard, {}).get(name)

    def put(self, shard: str, columns: Mapping[str, NDArray[Any]]) -> bool:
        """Keep a copy of some columns of a shard, if there is room for all."""
        with self._lock:
            if not self.take(sum(column.nbytes for column in columns.values())):
                return False
            self._shards.setdefault(shard, {}).update({name: self._copy(each) for name, each in columns.items()})
            return True

    def take(self, size: int) -> bool:
        """Take so many bytes of the room, if they are there; of less than none, give them back."""
        if size > self._left:
            return False
        self._left -= size
        return True

    def _copy(self, column: NDArray[Any]) -> NDArray[Any]:
        size = column.nbytes
        if self._at + size > len(self._chunk):
            self._chunk, self._at = np.empty(max(size, _CHUNK), np.uint8), 0
        own = self._chunk[self._at : self._at + size].view(column.dtype).reshape(column.shape)
        own[...] = column
        self._at += size + -size % _ALIGNED
        return own

    def let_go(self, shards: Iterable[str]) -> None:
        """Let go of some shards."""
        with self._lock:
            for shard in shards:
                self.take(-sum(column.nbytes for column in self._shards.pop(shard, {}).values()))


class Growing:
    """Columns of a shard that grow piece by piece where they are held, each up to `most` rows."""

    def __init__(self, held: Held, shard: str, most: int) -> None:
        self._held, self._shard, self._most = held, shard, most
        self._columns: dict[str, tuple[NDArray[Any], int]] = {}

    def add(self, name: str, piece: NDArray[Any]) -> bool:
        """Put a piece behind a column, if there is room."""
        if name not in self._columns:
            # What is not written to takes no memory.
            self._columns[name] = np.empty((self._most, *piece.shape[1:]), piece.dtype), 0
        column, size = self._columns[name]
        end = size + len(piece)
        if end > len(column) or not self._held.take(piece.nbytes):
            return False
        column[size:end] = piece
        self._columns[name] = column, end
        return True

    def give(self) -> Iterator[tuple[str, NDArray[Any]]]:
        """All that was added, which is let go of."""
        for name in list(self._columns):
            column, size = self._columns.pop(name)
            self._held.take(-column[:size].nbytes)
            yield name, column[:size]

    def keep(self) -> None:
        """Leave the columns with the shard's."""
        self._held._shards.setdefault(self._shard, {}).update(
            {name: column[:size] for name, (column, size) in self._columns.items()}
        )
