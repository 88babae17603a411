"""Large files written past the system's page cache.

What a run writes is on the disk when the run ends (`commit.atomic`). By way of the page cache every page of it is
a page of memory that is found, filled and cleaned once more: for 400 MB that took .15 s of the processor, and up to 1.1
where a virtual machine has to ask its host for the memory; out of one aligned buffer (`O_DIRECT` of open(2)) .03 s. And
the pages of the input, which is read twice, stay where they are.
"""

from __future__ import annotations

import errno
import os
from queue import SimpleQueue
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from dedup.memory import huge
from dedup.run import alongside

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from numpy.typing import NDArray

PART = 1 << 21
"""Bytes that are written at a time: a huge page, and a multiple of every disk's block. A smaller file is written in one
go, by way of the cache."""
ROOMS = 3
"""Parts that are collected ahead of the disk at most."""
_DIRECT = getattr(os, "O_DIRECT", 0)  # not there on macOS and Windows


class Direct:
    """A file that is written from its beginning to its end: parts of it are collected, and written beside all else, as
    the disk takes longer than we do. It ends with its context: without an error, once all of it is written.

    Raises (from any call):
        OSError: it cannot be written.
    """

    def __init__(self, handle: IO[bytes]) -> None:
        """Write to a file that is open, and in which nothing else writes."""
        self._number, self._name = handle.fileno(), handle.name
        self._filled = 0
        self._full: SimpleQueue[NDArray[np.uint8] | None] = SimpleQueue()
        self._free: SimpleQueue[NDArray[np.uint8]] = SimpleQueue()
        for _ in range(ROOMS):
            self._free.put(np.frombuffer(huge(PART), np.uint8))
        self._room = self._free.get()
        self._wait: Callable[[], None] | None = None
        self._error: Exception | None = None

    def __enter__(self) -> Direct:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._wait:
            self._full.put(None)
            self._wait()
        if kind is None:
            self._check()
            _be_direct(self._number, wanted=False)  # what is left is no whole block
            self._put(self._room[: self._filled].data)

    def write(self, data: Any) -> None:
        """Write bytes, or a buffer of them, behind all that was written."""
        rest = np.frombuffer(data, np.uint8)
        while len(rest):
            taken = rest[: PART - self._filled]
            self._room[self._filled : self._filled + len(taken)] = taken  # a memoryview would hold Python's lock
            self._filled += len(taken)
            rest = rest[len(taken) :]
            if self._filled == PART:
                self._hand_over()

    def _hand_over(self) -> None:
        """Have what was collected written, and collect in another room."""
        self._check()
        if not self._wait:
            _be_direct(self._number, wanted=True)
            self._wait = alongside(self._write_parts)
        self._full.put(self._room)
        self._room, self._filled = self._free.get(), 0

    def _write_parts(self) -> None:
        """Write parts as they come; after an error they are let go, and it is raised where the next one is given."""
        while (part := self._full.get()) is not None:
            try:
                if not self._error:
                    self._put(part.data)
            except Exception as error:
                self._error = error
            self._free.put(part)

    def _put(self, part: memoryview) -> None:
        try:
            _write(self._number, part)
        except OSError as error:
            error.filename = self._name  # whom it is told has no other way to know
            raise

    def _check(self) -> None:
        if self._error:
            raise self._error


def _write(number: int, part: memoryview) -> None:
    """Write all of a part: a system may take less of it at a time."""
    while part:
        try:
            part = part[os.write(number, part) :]
        except OSError as error:
            if error.errno != errno.EINVAL or not _be_direct(number, wanted=False):
                raise


def _be_direct(number: int, *, wanted: bool) -> bool:
    """Ask that a file is written past the page cache, or by way of it again; whether that changed anything. File
    systems that know no such thing refuse (EINVAL), here or when the first part is written."""
    if not _DIRECT:
        return False
    import fcntl

    flags = fcntl.fcntl(number, fcntl.F_GETFL)
    if bool(flags & _DIRECT) == wanted:
        return False
    try:
        fcntl.fcntl(number, fcntl.F_SETFL, flags ^ _DIRECT)
    except OSError:
        return False
    return True
