"""Columns in files, written whole and memory-mapped."""

from __future__ import annotations

import os
from contextlib import contextmanager
from math import prod
from mmap import ACCESS_READ, mmap
from typing import IO, TYPE_CHECKING, Any, NamedTuple

import numpy as np
import orjson
import xxhash

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    _Index = dict[str, tuple[str, tuple[int, ...], int]]

ALIGNED = 64
"""Bytes of a line of a processor's cache: columns begin with one."""
BUFFER = 1 << 18
"""Bytes that are collected before they are written: columns of small shards are written at once."""


@contextmanager
def atomic(path: Path, *, durable: bool = True) -> Iterator[IO[bytes]]:
    """Open a file that appears under its name only when it is whole; where it is to be `durable`, on the disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(path.name + ".part")
    try:
        with temporary.open("wb", BUFFER) as handle:
            yield handle
            if durable:
                handle.flush()
                os.fsync(handle.fileno())
        temporary.replace(path)
    except BaseException as error:
        temporary.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.filename is None:  # a full disk does not say which file it was
            error.filename = str(path)
        raise


class Digested:
    """A file that is written to its end, with the digest of what went into it, if that is `wanted`."""

    def __init__(self, handle: IO[bytes], *, wanted: bool) -> None:
        self.handle, self.size, self.digest, self.wanted = handle, 0, xxhash.xxh3_128(), wanted

    def write(self, data: Any) -> None:
        if self.wanted:
            self.digest.update(data)
        self.handle.write(data)
        self.size += memoryview(data).nbytes


class Writer:
    """Columns in one file: each from a multiple of 64 bytes on, then their index as JSON, and its length."""

    def __init__(self, handle: Digested) -> None:
        self.handle = handle
        self.columns: dict[str, NDArray[Any]] = {}
        self.index: _Index = {}

    def add(self, name: str, pieces: Sequence[NDArray[Any]]) -> None:
        """Write a column: its pieces, one behind the other."""
        self.handle.write(bytes(-self.handle.size % ALIGNED))
        shape = (sum(map(len, pieces)), *pieces[0].shape[1:])
        self.index[name] = (pieces[0].dtype.str, shape, self.handle.size)
        if len(pieces) == 1:
            self.columns[name] = pieces[0]
        for piece in pieces:
            self.handle.write(np.ascontiguousarray(piece).data)

    def extend(self, name: str, piece: NDArray[Any]) -> None:
        """Write more of a column, which is the only one of its file."""
        dtype, shape, at = self.index.get(name, (piece.dtype.str, (0,), 0))
        self.index[name] = (dtype, (shape[0] + len(piece), *piece.shape[1:]), at)
        self.handle.write(np.ascontiguousarray(piece).data)

    def end(self) -> None:
        """Write the index."""
        index = orjson.dumps(self.index)
        self.handle.write(index + len(index).to_bytes(8, "little"))


def columns_of(path: Path) -> dict[str, NDArray[Any]]:
    """The columns in a file, memory-mapped."""
    with path.open("rb", buffering=0) as handle:
        whole = mmap(handle.fileno(), 0, access=ACCESS_READ)
    size = int.from_bytes(whole[-8:], "little")
    index = orjson.loads(whole[-8 - size : -8])
    return {name: np.ndarray(shape, dtype, whole, at) for name, (dtype, shape, at) in index.items()}


class Place(NamedTuple):
    """Where a column lies in a file, of which rows are read into memory that is there: where few rows of many files are
    wanted, or many are copied once, this takes a quarter to two fifths of the time of mapping them, which is spent on
    faults of pages."""

    path: Path
    at: int
    """Where it begins in the file."""
    dtype: np.dtype[Any]
    shape: tuple[int, ...]

    def read(self, first: int, out: NDArray[Any]) -> None:
        """Put rows, from `first` on, into `out`, of which each row lies in one piece.

        Raises:
            ValueError: there are not so many rows, or `out` is of another type or width.
            OSError: the file cannot be read, or ends before.
        """
        if out.dtype != self.dtype or out.shape[1:] != self.shape[1:] or not 0 <= first <= self.shape[0] - len(out):
            raise ValueError(f"{self.path}: no rows {first} to {first + len(out)} of {out.dtype} {out.shape[1:]}")
        with self.path.open("rb", buffering=0) as handle:
            handle.seek(self.at + first * out.itemsize * prod(self.shape[1:]))
            for part in [out] if out.flags.c_contiguous else out:
                room = part.data.cast("B") if part.size else memoryview(b"")
                while len(room):
                    count = handle.readinto(room)
                    if not count:
                        raise OSError(f"{self.path} ends before its columns")
                    room = room[count:]


def places_of(path: Path) -> dict[str, Place]:
    """Where the columns in a file lie."""
    with path.open("rb", buffering=0) as handle:
        end = handle.seek(-8, os.SEEK_END)
        size = int.from_bytes(handle.read(8), "little")
        handle.seek(end - size)
        index: _Index = orjson.loads(handle.read(size))
    return {name: Place(path, at, np.dtype(dtype), tuple(shape)) for name, (dtype, shape, at) in index.items()}
