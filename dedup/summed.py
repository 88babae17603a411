"""Files of which every byte is known to be what was written, and of which parts are read.

A file is a body, cut into blocks (the last one may be shorter); then the XXH3 of each block; an index, whatever that
says; how long body and index are; and the XXH3 of all behind the body. That is looked at when the file is opened, a
block when something of it is first asked for.
"""

from __future__ import annotations

from struct import Struct
from typing import TYPE_CHECKING, Any

import xxhash

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Damaged = Callable[[Path, str], Exception]

BLOCK = 1 << 16
"""Bytes of a block. To read one that is in the system's cache and to sum it takes 15 microseconds, where a few words of
a text are asked for; its sum takes an eight-thousandth of the room."""
_SUM = 8
"""Bytes of a sum."""
_LENGTHS = Struct("<QQ")
"""The bytes of the body, and of the index."""


class Sums:
    """The sums of the blocks of a body that is being written."""

    def __init__(self) -> None:
        self.size, self._done = 0, bytearray()
        self._open, self._room = xxhash.xxh3_64(), BLOCK

    def update(self, data: Any) -> None:
        """Take what is written."""
        if not (size := memoryview(data).nbytes):
            return
        view, self.size = memoryview(data).cast("B"), self.size + size
        while len(view) >= self._room:
            self._open.update(view[: self._room])
            self._done += self._open.digest()
            view = view[self._room :]
            self._open.reset()
            self._room = BLOCK
        self._open.update(view)
        self._room -= len(view)

    def end(self, index: bytes) -> bytes:
        """What is written behind the body."""
        last = self._open.digest() if self._room < BLOCK else b""
        known = b"".join((self._done, last, index, _LENGTHS.pack(self.size, len(index))))
        return known + xxhash.xxh3_64_digest(known)


class Summed:
    """What stands behind the body of a file, and which blocks of that were looked at.

    `damaged` makes what is raised of what is not as it was, of the path and of what is wrong.
    """

    def __init__(self, path: Path, size: int, read: Callable[[int, int], bytes], damaged: Damaged) -> None:
        self.path, self._damaged = path, damaged
        if size < _LENGTHS.size + _SUM:
            raise self.wrong(f"{size:,} bytes")
        self.body, length = _LENGTHS.unpack(read(size - _LENGTHS.size - _SUM, size - _SUM))
        blocks = -(-self.body // BLOCK)
        if size != self.body + _SUM * blocks + length + _LENGTHS.size + _SUM:
            raise self.wrong(f"{size:,} bytes")
        known = read(self.body, size)
        if xxhash.xxh3_64_digest(memoryview(known)[:-_SUM]) != known[-_SUM:]:
            raise self.wrong(f"bytes {self.body:,} to {size:,}")
        self.behind = known
        """All behind the body: files in which that is the same are the same."""
        self.index = memoryview(known)[_SUM * blocks : _SUM * blocks + length]
        self._seen = bytearray(blocks)

    def wrong(self, why: str) -> Exception:
        """What is to be raised."""
        return self._damaged(self.path, why)

    def unseen(self, low: int, high: int) -> Iterator[tuple[int, int, int]]:
        """The blocks that hold bytes of a range of the body and were not looked at: their numbers and edges."""
        if low >= high:
            return
        number, last = low // BLOCK, (high - 1) // BLOCK
        while (number := self._seen.find(0, number, last + 1)) >= 0:
            yield number, number * BLOCK, min((number + 1) * BLOCK, self.body)
            number += 1

    def see(self, number: int, block: Any) -> None:
        """Look at a block."""
        if xxhash.xxh3_64_digest(block) != self.behind[_SUM * number : _SUM * (number + 1)]:
            raise self.wrong(f"bytes {number * BLOCK:,} to {min((number + 1) * BLOCK, self.body):,}")
        self._seen[number] = 1
