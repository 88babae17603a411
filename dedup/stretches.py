"""Plain lines of JSONL in pieces of their files, as they are read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from dedup.errors import UnreadableError
from dedup.run import own_buffer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from dedup.data import Failure

PIECE = 4_000_000
"""Bytes of a piece of a file; the output does not depend on it."""
ANY = 2**53
"""Bytes that no line has."""


class File(NamedTuple):
    """A file of plain lines: its name, for messages; where it lies; how many bytes a line may have, if that is not as
    the settings have it; if it stands for a table, the number of that among the inputs, and line n for its row n; and
    failures that are known already, by the number of the line, from 1."""

    name: str
    path: Path
    most: int = 0
    table: int | None = None
    failures: tuple[tuple[int, Failure], ...] = ()


class Stretch(NamedTuple):
    """A piece of a file, which begins where a line does, and ends with one, or within one that is too long."""

    number: int
    file: File
    start: int
    end: int

    @property
    def name(self) -> str:
        """The name of the file."""
        return self.file.name

    @property
    def path(self) -> Path:
        """Where the file lies."""
        return self.file.path


def stretches(files: Iterable[File], most: int = ANY) -> Iterator[Stretch]:
    """The pieces of all files, in order. Of a line of more than `most` bytes (if its file says nothing else) a piece
    ends with as many as tell so."""
    number = 0
    for file in files:
        with file.path.open("rb") as handle:
            size, start = file.path.stat().st_size, 0
            while start < size:
                end = _line_end(handle, start + PIECE)
                yield Stretch(number, file, start, min(end, size, start + PIECE + (file.most or most) + 1))
                number, start = number + 1, end


def _line_end(handle: Any, position: int) -> int:
    """Where the line ends that a position stands in."""
    handle.seek(position - 1)
    while (read := handle.readline(1 << 20)) and not read.endswith(b"\n"):
        pass
    end: int = handle.tell()
    return max(end, position)


def content(stretch: Stretch) -> NDArray[np.uint8]:
    """The bytes of a piece (uint8); in a buffer of this thread, until it asks for another. To map the file costs more,
    a fault for every few pages.

    Raises:
        UnreadableError: the file is not as long as it was, or not there.
    """
    size, done = stretch.end - stretch.start, 0
    view = own_buffer(size)
    try:
        with stretch.path.open("rb", 0) as handle:
            handle.seek(stretch.start)
            while done < size and (more := handle.readinto(view[done:])):
                done += more
    except FileNotFoundError as error:
        raise changed(stretch.name) from error
    if done < size:
        raise changed(stretch.name)
    return np.frombuffer(view, np.uint8)


def changed(name: str) -> UnreadableError:
    """That a file is not what was read before: what was found in it lies elsewhere now."""
    return UnreadableError(f"{name}: was changed while it was read")
