"""Files, standard input and iterables as sources.

What cannot be read is a `Failure` in its place. Nothing is decoded here but compression: see `extract`.
"""

from __future__ import annotations

import gzip
import os
import sys
import zlib
from codecs import BOM_UTF8
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NamedTuple, cast

import orjson
import xxhash

from dedup.data import Failure, Format, Source
from dedup.errors import InputError
from dedup.find import COMPRESSED, FORMATS, RECORDS, Found, extension, find
from dedup.urls import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dedup.remote import Remote

Inputs = str | Path | Iterable[str | Path | Source | Mapping[str, Any]]
"""What can be cleaned: a path, or paths, sources and mappings in any order."""

STANDARD_INPUT = "-"
BUFFER = 1 << 20
"""Bytes that are read of a file at a time: by the usual 8 kB a line of a page takes 15 calls of the system."""
_BROKEN = (EOFError, gzip.BadGzipFile, zlib.error)


def sources(files: Iterable[tuple[str, Path | Remote]], max_bytes: int) -> Iterator[Source | Failure]:
    """The documents of the files, in order; a file that cannot be read is a failure in its place."""
    for name, path in files:
        kind = extension(path)
        try:
            if kind is not None:
                # A pipe can be read but once, and what is remote would have to come twice.
                again = isinstance(path, Path) and path.is_file() and path.suffix.lower() not in COMPRESSED
                origin = path.absolute() if isinstance(path, Path) and again else None
                with opened(path) as stream:
                    if kind in RECORDS:
                        yield from _lines(stream, name, max_bytes, origin)
                    else:
                        yield _whole(stream, name, FORMATS[kind], max_bytes, origin)
        except OSError as error:
            yield Failure(name, f"cannot be read: {error.strerror or error}")


def standard_input(max_bytes: int) -> Iterator[Source | Failure]:
    """The documents of standard input, which is JSONL."""
    return _lines(cast("IO[bytes]", sys.stdin.buffer), "stdin", max_bytes)


def given(inputs: Iterable[Source | Mapping[str, Any]]) -> Iterator[Source | Failure]:
    """Sources and mappings given through the API; a mapping is read like a JSONL record."""
    for number, each in enumerate(inputs, 1):
        place = f"input:{number}"
        if isinstance(each, Source | Mapping):
            source = each if isinstance(each, Source) else Source(place, place, None, dict(each))
            why = _unwritable(source)
            yield Failure(place, f"cannot be written as JSON: {why}") if why else source
        else:
            yield Failure(place, f"neither a Source nor a mapping but {type(each).__name__}")


def _unwritable(source: Source) -> str:
    """Why JSON cannot hold what a source given through the API brings; empty if it can."""
    try:
        orjson.dumps([source.place, source.id, source.content if isinstance(source.content, dict) else None])
    except TypeError as error:
        return str(error)
    return ""


def opened(path: Path | Remote) -> IO[bytes]:
    """A file to be read, decompressed as its name says."""
    file = path if isinstance(path, Path) else path.open("rb", BUFFER)
    if path.suffix.lower() == ".gz":
        return cast("IO[bytes]", gzip.open(file))
    if path.suffix.lower() == ".zst":
        return open_zstd(file, "rb")
    return file.open("rb", BUFFER) if isinstance(file, Path) else file


def open_zstd(path: Path | IO[bytes], mode: str) -> IO[bytes]:
    """Open a Zstandard file (Python 3.14's module, else its backport)."""
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd
    opened: Any = zstd.open
    return cast("IO[bytes]", opened(path, mode))


def _is_broken(error: Exception) -> bool:
    return isinstance(error, _BROKEN) or type(error).__name__ == "ZstdError"


def _whole(stream: IO[bytes], name: str, kind: Format, max_bytes: int, origin: Path | None) -> Source | Failure:
    try:
        content = _read(stream, max_bytes + 1)
    except Exception as error:
        if not _is_broken(error):
            raise
        return Failure(name, f"compressed file is broken: {error}")
    if len(content) > max_bytes:
        return Failure(name, f"larger than max_bytes = {max_bytes}; raise it with --max-bytes")
    return Source(name, name, kind, content, (origin, 0) if origin else None)


def _read(stream: IO[bytes], most: int) -> bytes:
    """At most so many bytes. Piece by piece: a stream takes memory for all that it is asked for before it reads."""
    pieces = []
    while most > 0 and (piece := stream.read(min(most, 1 << 20))):
        pieces.append(piece)
        most -= len(piece)
    return b"".join(pieces)


def _lines(stream: IO[bytes], name: str, max_bytes: int, origin: Path | None = None) -> Iterator[Source | Failure]:
    """The lines of a JSONL file as sources; where its compression breaks, what came before is kept and told so."""
    number, empty = 0, True
    while True:
        number += 1
        place = f"{name}:{number}"
        try:
            line, more = _line(stream, max_bytes)
        except Exception as error:
            if not _is_broken(error):
                raise
            yield Failure(place, f"compressed file is broken here, {number - 1} lines before it were read: {error}")
            return
        if more:
            yield Failure(place, f"larger than max_bytes = {max_bytes}; raise it with --max-bytes")
        elif not line:
            break
        elif not line.isspace():
            yield Source(place, place, None, line, (origin, stream.tell() - len(line)) if origin else None)
        empty = empty and not more and line.isspace()
    if empty:
        yield Failure(name, "empty: there is no line in it")


def _line(stream: IO[bytes], max_bytes: int) -> tuple[bytes, bool]:
    """The next line without a byte order mark, and whether it is longer than it may be: what is, is passed over."""
    line = rest = stream.readline(max_bytes + 1)
    while len(line) > max_bytes and rest and not rest.endswith(b"\n"):
        rest = stream.readline(1 << 20)
    return line.removeprefix(BOM_UTF8), len(line) > max_bytes


class Unread(NamedTuple):
    """A source as it goes to another process: where to read what it holds, how much it is, and its digest."""

    source: Source
    length: int
    digest: int

    def read(self) -> Source | Failure:
        """The source; a failure if what it holds is not there any more."""
        assert self.source.origin
        path, at = self.source.origin
        try:
            with path.open("rb", 0) as stream:
                stream.seek(at)
                content = _read(stream, self.length)
        except OSError as error:
            return Failure(self.source.place, f"cannot be read: {error.strerror or error}")
        if xxhash.xxh3_64_intdigest(content) != self.digest:
            return Failure(self.source.place, "cannot be read: the file was changed meanwhile")
        return replace(self.source, content=content)


def unread(source: Source | Failure) -> Source | Failure | Unread:
    """A source without what it holds, if that can be read again."""
    if isinstance(source, Failure) or source.origin is None or isinstance(source.content, dict):
        return source
    length, digest = len(source.content), xxhash.xxh3_64_intdigest(source.content)
    return Unread(replace(source, content=b""), length, digest)


def is_path(value: object) -> bool:
    """Whether an input names a path (or standard input) rather than being a document."""
    return isinstance(value, str | os.PathLike)


class Opened(NamedTuple):
    """What was given to be read: its sources, the files that are ignored, and if there is nothing else, the files that
    the sources lie in (none where one of them is behind a URL)."""

    sources: Iterator[Source | Failure]
    ignored: list[str]
    files: list[tuple[str, Path]]


def open_inputs(inputs: Inputs, max_bytes: int, exclude: Path | Remote | None) -> Opened:
    """The sources of whatever was given.

    Raises:
        InputError: there is nothing to read.
    """
    if isinstance(inputs, str | Path):
        inputs = [inputs]
    everything: Iterator[Any] = iter(inputs)
    first = next(everything, None)
    if first is None:
        raise InputError("nothing to read: no input was given")
    if not is_path(first):
        return Opened(given(_chain(first, everything)), [], [])
    paths = [first, *everything]
    if any(not is_path(path) for path in paths):
        raise InputError("inputs are paths or documents, not both")
    piped = STANDARD_INPUT in [str(path) for path in paths]
    found = find([path for path in paths if str(path) != STANDARD_INPUT], exclude)
    if not (found.files or piped):
        said = "".join(f"\n  {failure.id}: {failure.why}" for failure in found.failures)
        raise InputError(
            f"nothing to read: no {' '.join([*FORMATS, *RECORDS])} file in {', '.join(map(shown, paths))}{said}"
        )
    local = [(name, path) for name, path in found.files if isinstance(path, Path)]
    alone = [] if piped or found.failures or len(local) < len(found.files) else local
    return Opened(_all(found, piped, max_bytes), found.ignored, alone)


def nothing_to_read(failures: list[Failure]) -> InputError:
    """The error of a run without a document."""
    return InputError("nothing to read: no input could be used" + "".join(f"\n  {f.id}: {f.why}" for f in failures[:5]))


def _chain(first: Any, rest: Iterable[Any]) -> Iterator[Any]:
    yield first
    yield from rest


def _ahead(files: list[tuple[str, Path | Remote]]) -> Iterable[tuple[str, Path | Remote]]:
    """The files; those behind URLs that hold a document each have come in groups."""
    if all(isinstance(path, Path) for _, path in files):
        return files
    from dedup.ahead import ahead

    return ahead(files, lambda path: extension(path) in FORMATS)


def _all(found: Found, piped: bool, max_bytes: int) -> Iterator[Source | Failure]:
    yield from found.failures
    yield from sources(_ahead(found.files), max_bytes)
    if piped:
        yield from standard_input(max_bytes)
