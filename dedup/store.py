"""The work folder: what stages leave for each other, by shard. Written whole, memory-mapped, stamped.

What a run goes on from after a crash is sealed with digests, so that files need not wait for the disk: that took as
long as all the rest of a run on small sites. What the machine lost, or the disk has spoilt, is made again.

Stages agree through the names here and nowhere else. A store is stamped with the digest of the settings and of every
version that can change a result; one with another stamp is emptied, never mixed.
"""

from __future__ import annotations

import os
import shutil
import sys
from contextlib import contextmanager
from itertools import compress
from typing import IO, TYPE_CHECKING, Any

import numpy as np
import orjson
import xxhash

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray


@contextmanager
def atomic(path: Path, *, durable: bool = True) -> Iterator[IO[bytes]]:
    """Open a file that appears under its name only when it is whole; where it is to be `durable`, on the disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(path.name + ".part")
    try:
        with temporary.open("wb") as handle:
            yield handle
            if durable:
                handle.flush()
                os.fsync(handle.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def line(record: Any) -> bytes:
    """A record as a line of JSON."""
    return orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_SERIALIZE_NUMPY)


def _zstd() -> Any:
    """The module of Zstandard: Python 3.14's, else its backport."""
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd
    return zstd


class Store:
    """The shards of one run under a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._written: set[str] = set()

    @classmethod
    def open(cls, folder: Path, stamp: str) -> Store:
        """Open the store of a run, or start one; what a run with another stamp left is removed first."""
        mark = folder / "stamp"
        if not (mark.is_file() and mark.read_text(encoding="utf-8") == stamp):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            with atomic(mark) as handle:
                handle.write(stamp.encode())
        return cls(folder)

    @contextmanager
    def _file(self, name: str) -> Iterator[IO[bytes]]:
        with atomic(self.folder / name, durable=False) as handle:
            yield handle
        self._written.add(name)

    def seal(self, shard: str, name: str, record: Any) -> None:
        """Write the record that ends a stage, with the digests of all files that were written through this object."""
        body = line([record, {each: self._digest(each) for each in sorted(self._written)}])
        with self._file(f"{shard}.{name}.sealed") as handle:
            handle.write(body + xxhash.xxh3_128_hexdigest(body).encode())

    def sealed(self, shard: str, name: str) -> Any:
        """What `seal` was given, if all files are as they were then; else None."""
        try:
            body, digest = (self.folder / f"{shard}.{name}.sealed").read_bytes().split(b"\n")
        except (OSError, ValueError):
            return None
        if xxhash.xxh3_128_hexdigest(body + b"\n").encode() != digest:
            return None
        record, files = orjson.loads(body)
        return record if all(self._digest(each) == known for each, known in files.items()) else None

    def _digest(self, name: str) -> str:
        """The XXH3 of a file; empty where there is none."""
        try:
            return xxhash.xxh3_128_hexdigest((self.folder / name).read_bytes())
        except OSError:
            return ""

    def save(self, shard: str, name: str, column: NDArray[Any]) -> None:
        """Write a column of a shard."""
        with self._file(f"{shard}.{name}.npy") as handle:
            np.save(handle, column, allow_pickle=False)

    def merge(self, shards: Sequence[str], target: str, name: str) -> None:
        """Put a column of some shards one behind the other as that of the shard `target`, a shard at a time."""
        columns = [self.column(shard, name) for shard in shards]
        size = sum(map(len, columns))
        if not size:
            self.save(target, name, np.zeros(0, columns[0].dtype))
            return
        path = self.folder / f"{target}.{name}.npy"
        temporary = path.with_name(path.name + ".part")
        whole = np.lib.format.open_memmap(temporary, "w+", columns[0].dtype, (size,))
        start = 0
        for column in columns:
            whole[start : start + len(column)] = column
            start += len(column)
        whole.flush()
        temporary.replace(path)

    def column(self, shard: str, name: str) -> NDArray[Any]:
        """A column of a shard, memory-mapped."""
        path = self.folder / f"{shard}.{name}.npy"
        # As an array of the plain class: every slice of the other one takes a microsecond more.
        return np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))

    def save_sources(self, shard: str, name: str, sources: Sequence[bytes]) -> None:
        """Write sources of a shard, each compressed by itself (level 1 of Zstandard: 800 MB/s, a fifth is left)."""
        packed = [_zstd().compress(source, 1) if source else b"" for source in sources]
        self.save(shard, name, np.frombuffer(b"".join(packed), np.uint8))
        self.save(shard, f"{name}_bounds", np.cumsum([0, *map(len, packed)], dtype=np.int64))

    def sources(self, shard: str, name: str, numbers: Iterable[int]) -> Iterator[bytes]:
        """Some sources of a shard, by their numbers."""
        bounds, packed = self.column(shard, f"{name}_bounds"), self.column(shard, name)
        for number in numbers:
            own = packed[bounds[number] : bounds[number + 1]].tobytes()
            yield _zstd().decompress(own) if own else b""

    def save_records(self, shard: str, name: str, records: Iterable[Any]) -> None:
        """Write records (dataclasses or mappings) of a shard, one JSON object a line."""
        with self._file(f"{shard}.{name}.jsonl") as handle:
            handle.writelines(map(line, records))

    def records(self, shard: str, name: str, chosen: Iterable[bool] | None = None) -> Iterator[Any]:
        """The records of a shard, in order; those that are `chosen`."""
        with (self.folder / f"{shard}.{name}.jsonl").open("rb") as handle:
            for line in handle if chosen is None else compress(handle, chosen):
                yield orjson.loads(line)

    def lines(self, shard: str, name: str) -> Iterator[bytes]:
        """The records of a shard, in order, as they are stored."""
        with (self.folder / f"{shard}.{name}.jsonl").open("rb") as handle:
            yield from handle

    def remove(self) -> None:
        """Remove the work folder: the run is complete."""
        shutil.rmtree(self.folder, ignore_errors=True)
