"""Columns in files, written whole and memory-mapped. Of every byte it is known whether it is what was written.

Each column begins at a multiple of 64 bytes; behind them is told in JSON which there are (`dedup.summed`).
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from math import prod
from mmap import ACCESS_READ, mmap
from typing import IO, TYPE_CHECKING, Any, NamedTuple

import numpy as np
import orjson
import xxhash

from dedup import memory
from dedup.errors import DamagedError
from dedup.summed import Summed, Sums

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from dedup.summed import Damaged

    _Index = dict[str, tuple[str, tuple[int, ...], int]]

_NUMBERS = re.compile(r"[<>|][biuf][1248]")
"""Types of columns, as NumPy writes them."""
ALIGNED = 64
"""Bytes of a line of a processor's cache: columns begin with one."""


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
    """Columns in one file, as they are read by `columns_of` and `places_of`."""

    def __init__(self, handle: Digested) -> None:
        self.handle = handle
        self.columns: dict[str, NDArray[Any]] = {}
        self.index: _Index = {}
        self.digest = ""
        """Of all behind the body, which has the sums of that: once it is written, of the file."""
        self._sums = Sums()

    def _write(self, data: Any) -> None:
        self._sums.update(data)
        self.handle.write(data)

    def add(self, name: str, pieces: Sequence[NDArray[Any]]) -> None:
        """Write a column: its pieces, one behind the other."""
        self._write(bytes(-self.handle.size % ALIGNED))
        shape = (sum(map(len, pieces)), *pieces[0].shape[1:])
        self.index[name] = (pieces[0].dtype.str, shape, self.handle.size)
        if len(pieces) == 1:
            self.columns[name] = pieces[0]
        for piece in pieces:
            self._write(np.ascontiguousarray(piece).data)

    def extend(self, name: str, piece: NDArray[Any]) -> None:
        """Write more of a column, which is the only one of its file."""
        dtype, shape, at = self.index.get(name, (piece.dtype.str, (0,), 0))
        self.index[name] = (dtype, (shape[0] + len(piece), *piece.shape[1:]), at)
        self._write(np.ascontiguousarray(piece).data)

    def end(self) -> None:
        """Write what stands behind the columns."""
        known = self._sums.end(orjson.dumps(self.index))
        self.handle.write(known)
        self.digest = xxhash.xxh3_128_hexdigest(known)


def _again(path: Path, why: str) -> Exception:
    """What is raised of a file that a run wrote for itself."""
    return DamagedError(f"{path}: is not what was written ({why}); the same command makes it again")


def _index_of(known: Summed) -> _Index:
    """Which columns of numbers lie in a file. Sums can be made by whoever makes the file: NumPy would read before it
    (`offset` may be less than 0), and take bytes as pointers (type `O`).

    Raises:
        Exception: what `known` makes: a column is of something else, or does not lie in the body.
    """
    try:
        index: _Index = orjson.loads(known.index)
        for dtype, shape, at in index.values():
            told = [*shape, at]
            if not _NUMBERS.fullmatch(dtype) or not all(type(each) is int and each >= 0 for each in told):
                raise ValueError(f"no column can be {dtype} {shape} from byte {at} on")
            if at + np.dtype(dtype).itemsize * prod(shape) > known.body:
                raise ValueError(f"a column does not lie in the {known.body:,} bytes")
    except (ValueError, TypeError, AttributeError) as error:
        raise known.wrong(f"its index: {error}") from error
    return index


class Columns(Mapping[str, "NDArray[Any]"]):
    """The columns in a file, memory-mapped; each is looked at when it is first asked for.

    Raises (where one is asked for):
        DamagedError: it is not what was written; or what else `damaged` makes.
    """

    def __init__(self, path: Path, damaged: Damaged = _again) -> None:
        with path.open("rb", buffering=0) as handle:
            try:
                self._whole = memoryview(mmap(handle.fileno(), 0, access=ACCESS_READ))
            except ValueError as error:  # nothing is mapped of an empty file
                raise damaged(path, "too short") from error
        self._known = Summed(path, len(self._whole), lambda low, high: bytes(self._whole[low:high]), damaged)
        self._index: _Index = _index_of(self._known)

    @property
    def digest(self) -> str:
        """Of all sums of the file: two with the same are the same."""
        return xxhash.xxh3_128_hexdigest(self._known.behind)

    def __getitem__(self, name: str) -> NDArray[Any]:
        column = self.unseen(name)
        at = self._index[name][2]
        self._see(at, at + column.nbytes)
        return column

    def __contains__(self, name: object) -> bool:
        return name in self._index

    def __iter__(self) -> Iterator[str]:
        return iter(self._index)

    def __len__(self) -> int:
        return len(self._index)

    def unseen(self, name: str) -> NDArray[Any]:
        """A column, whatever it holds."""
        dtype, shape, at = self._index[name]
        return np.ndarray(shape, dtype, self._whole, at)

    def rows(self, name: str, low: int, high: int) -> NDArray[Any]:
        """Some rows of a column, of which no more is looked at than the blocks in which they lie."""
        column, at = self.unseen(name), self._index[name][2]
        width = column.itemsize * prod(column.shape[1:])
        self._see(at + low * width, at + high * width)
        return column[low:high]

    def check(self) -> None:
        """Look at all of the file."""
        self._see(0, self._known.body)

    def _see(self, low: int, high: int) -> None:
        left = low
        for number, first, last in self._known.unseen(low, min(high, self._known.body)):
            self._known.see(number, self._whole[first:last])
            if last - left >= memory.MUCH:  # a column may have gigabytes, of which little is wanted at a time
                memory.leave_part(self._whole, left, last)
                left = last


class Place(NamedTuple):
    """Where a column lies in a file, of which rows are read into memory that is there: where few rows of many files are
    wanted, or many are copied once, this takes a quarter to two fifths of the time of mapping them, which is spent on
    faults of pages."""

    known: Summed
    at: int
    """Where it begins in the file."""
    dtype: np.dtype[Any]
    shape: tuple[int, ...]

    @property
    def path(self) -> Path:
        """The file."""
        return self.known.path

    def read(self, first: int, out: NDArray[Any]) -> None:
        """Put rows, from `first` on, into `out`, of which each row lies in one piece.

        Raises:
            ValueError: there are not so many rows, or `out` is of another type or width.
            DamagedError: they are not what was written.
            OSError: the file cannot be read, or ends before.
        """
        if out.dtype != self.dtype or out.shape[1:] != self.shape[1:] or not 0 <= first <= self.shape[0] - len(out):
            raise ValueError(f"{self.path}: no rows {first} to {first + len(out)} of {out.dtype} {out.shape[1:]}")
        low = self.at + first * out.itemsize * prod(self.shape[1:])
        with self.path.open("rb", buffering=0) as handle:
            for part in [out] if out.flags.c_contiguous else out:
                room = part.data.cast("B") if part.size else memoryview(b"")
                _fill(handle, low, room)
                self._see(handle, low, room)
                low += len(room)

    def _see(self, handle: IO[bytes], low: int, room: memoryview) -> None:
        """Look at the blocks of which there are bytes in `room`, from `low` on in the file; one that is not in it as a
        whole is read."""
        for number, first, last in self.known.unseen(low, low + len(room)):
            block = room[first - low : last - low] if low <= first and last <= low + len(room) else None
            if block is None:
                block = memoryview(bytearray(last - first))
                _fill(handle, first, block)
            self.known.see(number, block)


def _fill(handle: Any, low: int, room: memoryview) -> None:
    """Fill room with what stands in a file from some byte on."""
    handle.seek(low)
    while len(room):
        count = handle.readinto(room)
        if not count:
            raise OSError(f"{handle.name} ends before its columns")
        room = room[count:]


def places_of(path: Path) -> dict[str, Place]:
    """Where the columns in a file lie.

    Raises:
        DamagedError: it is not what was written.
        OSError: it cannot be read.
    """
    with path.open("rb", buffering=0) as handle:

        def read(low: int, high: int) -> bytes:
            handle.seek(low)
            return handle.read(high - low)

        known = Summed(path, handle.seek(0, os.SEEK_END), read, _again)
    return {
        name: Place(known, at, np.dtype(dtype), tuple(shape)) for name, (dtype, shape, at) in _index_of(known).items()
    }
