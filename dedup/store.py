"""The work folder: what stages leave for each other, by shard. Written whole, memory-mapped, stamped.

What a run goes on from after a crash is sealed with digests, so that files need not wait for the disk: that took as
long as all the rest of a run on small sites. What the machine lost, or the disk has spoilt, is made again; and what was
made of something else than it would be made of now (`Store.once`).

Stages agree through the names here and nowhere else. A store is stamped with the digest of the settings and of every
version that can change a result; one with another stamp is emptied, never mixed.
"""

from __future__ import annotations

import os
import shutil
from collections import ChainMap, Counter
from contextlib import ExitStack, contextmanager
from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import orjson
import xxhash

from dedup.column_files import Columns, Digested, Place, Writer, places_of
from dedup.commit import atomic
from dedup.compressed import zstandard

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

TAKEN = "taken"
"""The file that has a line for all that was taken as it was, and not made again."""
MAPPED = 32
"""Shards whose files (of each a handful) are kept open: some systems allow a process 256 files."""
_DIGITS = 2 * xxhash.xxh3_128().digest_size  # of the digest that a seal ends with


def line(record: Any) -> bytes:
    """A record as a line of JSON."""
    return orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_SERIALIZE_NUMPY)


def _dictionaries(firsts: Sequence[int], source: Callable[[int], bytes]) -> Callable[[int], Any]:
    """What gives the dictionary of a source by its number: the first of those like it; of that itself none."""
    known = cache(lambda number: zstandard().ZstdDict(source(number), is_raw=True))
    return lambda number: known(firsts[number]).as_prefix if firsts[number] != number else None


def is_seal(content: bytes) -> bool:
    """Whether the file that ends a stage is what `Store.seal` wrote: it ends with the digest of what stands before."""
    return xxhash.xxh3_128_hexdigest(content[:-_DIGITS]).encode() == content[-_DIGITS:]


class Seal(NamedTuple):
    """What ends a stage: its record, and the digests of the files that go with it, by their names."""

    record: Any
    files: dict[str, str]


class Store:
    """The shards of one run under a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._written: dict[str, str] = {}
        self._writers: dict[str, Writer] = {}
        self._mapped: dict[str, Mapping[str, NDArray[Any]]] = {}

    @classmethod
    def open(cls, folder: Path, stamp: str) -> Store:
        """Open the store of a run, or start one; what a run with another stamp left is removed first."""
        mark = folder / "stamp"
        if not (mark.is_file() and mark.read_bytes() == stamp.encode()):
            try:
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir(0o700, parents=True)
                with atomic(mark) as handle:
                    handle.write(stamp.encode())
            except BaseException:  # as at Ctrl-C: without its stamp nobody would know whose it is
                shutil.rmtree(folder, ignore_errors=True)
                raise
        (folder / TAKEN).unlink(missing_ok=True)
        return cls(folder)

    @contextmanager
    def _file(self, name: str, *, sealed: bool = True) -> Iterator[Digested]:
        with atomic(self.folder / name, durable=False) as handle:
            digested = Digested(handle, wanted=sealed)
            yield digested
        if sealed:
            self._written[name] = digested.digest.hexdigest()

    def seal(self, shard: str, name: str, record: Any) -> None:
        """Write the record that ends a stage, with the digests of all files that were written through this object."""
        body = line([record, dict(sorted(self._written.items()))])
        with self._file(f"{shard}/{name}.sealed") as handle:
            handle.write(body + xxhash.xxh3_128_hexdigest(body).encode())

    def sealed(self, shard: str, name: str) -> Any:
        """The record that `seal` was given, if all files are as they were then; else None."""
        found = self.intact(shard, name)
        return found and found.record

    def intact(self, shard: str, name: str) -> Seal | None:
        """What `seal` wrote, if all files are as they were then."""
        try:
            content = (self.folder / f"{shard}/{name}.sealed").read_bytes()
        except OSError:
            content = b""
        if not is_seal(content):
            return None
        found = Seal(*orjson.loads(content[:-_DIGITS]))
        return found if all(self._digest(each) == known for each, known in found.files.items()) else None

    def once(self, shard: str, name: str, of: str, make: Callable[[], Any]) -> Any:
        """The record of a stage of a shard: what `make` gives, which writes its files through this object; or as it was
        sealed, if it was made `of` the same (see `work.key`) and all these files are as they were then."""
        found = self.sealed(shard, name)
        if found is not None and found[0] == of:
            with (self.folder / TAKEN).open("ab", 0) as handle:
                handle.write(f"{name}\n".encode())
            return found[1]
        self.seal(shard, name, [of, record := make()])
        return record

    def once_columns(self, name: str, of: str, make: Callable[[], dict[str, NDArray[Any]]]) -> dict[str, NDArray[Any]]:
        """The columns that `make` gives, made `of` what is their key: as they are kept, if they are."""
        made: dict[str, NDArray[Any]] = {}

        def write() -> None:
            made.update(make())
            with self.writing(f"{name}-{of}", name):
                for each, column in made.items():
                    self.save(f"{name}-{of}", each, column)

        self.once(f"{name}-{of}", name, of, write)
        return made or {each: np.array(column) for each, column in self.columns(f"{name}-{of}").items()}

    def taken(self) -> dict[str, int]:
        """How many shards of which stage were taken as they were since this store was opened."""
        try:
            return dict(Counter((self.folder / TAKEN).read_text().split()))
        except FileNotFoundError:
            return {}

    def _digest(self, name: str) -> str:
        """The XXH3 of a file; empty where there is none."""
        try:
            return xxhash.xxh3_128_hexdigest((self.folder / name).read_bytes())
        except OSError:
            return ""

    @contextmanager
    def writing(self, shard: str, name: str, *, sealed: bool = True) -> Iterator[None]:
        """Put all that is saved of a shard meanwhile into one file, which others see when it is whole; and which `seal`
        tells of, if it is to be `sealed`."""
        with self._file(f"{shard}/{name}.columns", sealed=sealed) as handle:
            writer = self._writers[shard] = Writer(handle)
            try:
                yield
                writer.end()
            finally:
                del self._writers[shard]
        self._mapped.pop(shard, None)

    def save(self, shard: str, name: str, *pieces: NDArray[Any]) -> None:
        """Write a column of a shard: its pieces, one behind the other."""
        if writer := self._writers.get(shard):
            writer.add(name, pieces)
        else:
            with self.writing(shard, name):
                self.save(shard, name, *pieces)

    @contextmanager
    def growing(self, shard: str) -> Iterator[Callable[[str, NDArray[Any]], None]]:
        """What columns of a shard are written with piece by piece, each into a file of its own."""
        with ExitStack() as stack:
            writers: dict[str, Writer] = {}

            def extend(name: str, piece: NDArray[Any]) -> None:
                if name not in writers:
                    writers[name] = Writer(stack.enter_context(self._file(f"{shard}/{name}.columns", sealed=False)))
                writers[name].extend(name, piece)

            yield extend
            for writer in writers.values():
                writer.end()
        self._mapped.pop(shard, None)

    def merge(self, shards: Sequence[str], target: str, name: str) -> None:
        """Put a column of some shards one behind the other as that of the shard `target`."""
        self.save(target, name, *(self.column(shard, name) for shard in shards))

    def column(self, shard: str, name: str) -> NDArray[Any]:
        """A column of a shard, memory-mapped; or as it was saved, if its file is still open."""
        if (writer := self._writers.get(shard)) and name in writer.columns:
            return writer.columns[name]
        known = self._mapped.pop(shard, {})
        if name not in known:
            known = self.columns(shard)
        if len(self._mapped) >= MAPPED:
            del self._mapped[next(iter(self._mapped))]
        self._mapped[shard] = known  # the last of all
        return known[name]

    def columns(self, shard: str) -> Mapping[str, NDArray[Any]]:
        """All columns of a shard, memory-mapped; each is looked at when it is asked for (`DamagedError`)."""
        return ChainMap(*map(Columns, self._files(shard)))  # type: ignore[arg-type]

    def located(self, shard: str) -> dict[str, Place]:
        """Where the columns of a shard lie."""
        found: dict[str, Place] = {}
        for path in self._files(shard):
            found |= places_of(path)
        return found

    def _files(self, shard: str) -> list[Path]:
        """The files of columns of a shard. (`Path.glob` takes as long as all the rest of opening them.)"""
        folder = self.folder / shard
        try:
            with os.scandir(folder) as entries:
                return [folder / entry.name for entry in entries if entry.name.endswith(".columns")]
        except FileNotFoundError:
            return []

    def save_sources(self, shard: str, name: str, sources: Sequence[bytes], alike: Iterable[object]) -> None:
        """Write sources of a shard, each compressed (level 1 of Zstandard: 800 MB/s, a fifth is left) with the first of
        those that are `alike` for a dictionary: of pages of one site a sixteenth is left, in two thirds of the time."""
        least = 8  # bytes of a dictionary
        first: dict[object, int] = {}
        firsts = [
            first.setdefault(key, number) if len(source) >= least else number
            for number, (source, key) in enumerate(zip(sources, alike, strict=True))
        ]
        dictionary = _dictionaries(firsts, sources.__getitem__)
        parts = [
            zstandard().compress(source, 1, zstd_dict=dictionary(number)) if source else b""
            for number, source in enumerate(sources)
        ]
        self.save_parts(shard, name, parts)
        self.save(shard, f"{name}_firsts", np.array(firsts, np.int64))

    def sources(self, shard: str, name: str, numbers: Iterable[int]) -> Iterator[bytes]:
        """Some sources of a shard, by their numbers."""
        firsts, numbers = self.column(shard, f"{name}_firsts").tolist(), list(numbers)
        dictionary = _dictionaries(firsts, lambda number: next(self.sources(shard, name, [number])))
        for number, own in zip(numbers, self.parts(shard, name, numbers), strict=True):
            yield zstandard().decompress(own, zstd_dict=dictionary(number)) if own else b""

    def save_texts(self, shard: str, name: str, texts: Iterable[str]) -> None:
        """Write texts of a shard, as they are in UTF-8."""
        self.save_parts(shard, name, [text.encode() for text in texts])

    def texts(self, shard: str, name: str, numbers: Iterable[int]) -> Iterator[str]:
        """Some texts of a shard, by their numbers."""
        return (str(own, "utf-8") for own in self.encoded(shard, name, numbers))

    def encoded(self, shard: str, name: str, numbers: Iterable[int]) -> Iterator[memoryview]:
        """The same as they lie there, in UTF-8."""
        return self.parts(shard, name, numbers)

    def save_parts(self, shard: str, name: str, parts: list[bytes]) -> None:
        """Write byte strings of a shard, one behind the other, and their bounds."""
        self.save(shard, name, np.frombuffer(b"".join(parts), np.uint8))
        self.save(shard, f"{name}_bounds", np.cumsum([0, *map(len, parts)], dtype=np.int64))

    def parts(self, shard: str, name: str, numbers: Iterable[int]) -> Iterator[memoryview]:
        """Some byte strings of a shard, by their numbers."""
        whole, bounds, wanted = (
            self.column(shard, name).data,
            self.column(shard, f"{name}_bounds"),
            np.array([*numbers], np.int64),
        )
        return (whole[low:high] for low, high in zip(bounds[wanted].tolist(), bounds[wanted + 1].tolist(), strict=True))

    def save_records(self, shard: str, name: str, records: Iterable[Any]) -> None:
        """Write records (dataclasses or mappings) of a shard, one JSON object a line."""
        self.save_lines(shard, name, map(line, records))

    def save_lines(self, shard: str, name: str, lines: Iterable[bytes]) -> None:
        """Write records of a shard that are lines already."""
        self.save(shard, name, np.frombuffer(b"".join(lines), np.uint8))

    def records(self, shard: str, name: str, numbers: Iterable[int] | None = None) -> Iterator[Any]:
        """The records of a shard, in order, or some by their numbers."""
        lines = self.lines(shard, name)
        return map(orjson.loads, lines if numbers is None else map(lines.__getitem__, numbers))

    def lines(self, shard: str, name: str) -> list[bytes]:
        """The records of a shard, in order, as they are stored."""
        return BytesIO(self.column(shard, name).data).readlines()

    def remove(self) -> None:
        """Remove the work folder: the run is complete."""
        shutil.rmtree(self.folder, ignore_errors=True)
