"""Files, standard input and iterables as sources.

What cannot be read is a `Failure` in its place. Nothing is decoded here but compression: see `extract`.
"""

from __future__ import annotations

import sys
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NamedTuple, cast

import orjson
import xxhash

from dedup.compressed import BUFFER, is_broken, reading
from dedup.data import Failure, Format, Source
from dedup.formats import CELLS, TABLES, WHOLE, FileFormat, compression, told
from dedup.frames import is_frame

if TYPE_CHECKING:
    from collections.abc import Iterator
    from io import BufferedReader

    from dedup.config import Config
    from dedup.remote import Remote


BLANK = 1_000
"""Blank lines in a row after which those that are at hand are passed over together: 500 MB of them take two minutes one
by one, and are 500 kB by gzip."""
UTF_16 = (BOM_UTF16_LE, BOM_UTF16_BE)
PIPED = "stdin"
"""The name of what comes by standard input."""


class Reached:
    """How far files are read, in bytes of them as they lie there."""

    def __init__(self, paths: Iterable[Path | Remote] = ()) -> None:
        self._paths, self._before, self._raw = list(paths), 0, cast("IO[bytes] | None", None)

    @cached_property
    def of(self) -> int:
        """All bytes; 0 where that is not known: of pipes, and behind URLs."""
        local = [path for path in self._paths if isinstance(path, Path) and path.is_file()]
        return sum(path.stat().st_size for path in local) if len(local) == len(self._paths) else 0

    @property
    def read(self) -> int:
        """Those that are read; nothing of all where that is not known."""
        if not self.of:
            return 0
        return self._before + (self._raw.tell() if self._raw and not self._raw.closed else 0)

    def begun(self, raw: IO[bytes]) -> None:
        """A file is being read."""
        self._raw = raw

    def done(self, path: Path | Remote) -> None:
        """A file was read."""
        self._raw = None
        if self.of and isinstance(path, Path) and path.is_file():  # it may be gone by now
            self._before += path.stat().st_size


class Sources:
    """Sources as they come, and how far the files are read that they lie in."""

    def __init__(self, each: Iterator[Source | Failure], reached: Reached) -> None:
        self.each, self.reached = each, reached

    def __iter__(self) -> Sources:
        return self

    def __next__(self) -> Source | Failure:
        return next(self.each)


def sources(
    files: Iterable[tuple[str, Path | Remote]], config: Config, reached: Reached | None = None
) -> Iterator[Source | Failure]:
    """The documents of the files, in order; a file that cannot be read is a failure in its place. Into `reached` goes
    how far they are read."""
    reached = reached or Reached()
    for number, (name, path) in enumerate(files):
        known = told(path, config.input_format)
        try:
            if known is not None:
                yield from _of_file((name, path), known, number, config, reached)
        except OSError as error:
            yield unreadable(name, error)
        reached.done(path)


def unreadable(name: str, error: OSError) -> Failure:
    """That a file cannot be read."""
    if is_broken(error):
        return Failure(name, f"compressed file is broken: {error}")
    return Failure(name, f"cannot be read: {error.strerror or error}")


def _of_file(
    file: tuple[str, Path | Remote], known: FileFormat, number: int, config: Config, reached: Reached
) -> Iterator[Source | Failure]:
    name, path = file
    if known.name in TABLES:
        from dedup.rows import rows  # with pyarrow: .1 s

        yield from rows(name, path, number, config)
        return
    suffix = compression(path)
    # A pipe can be read but once, and what is remote would have to come twice.
    again = isinstance(path, Path) and path.is_file() and not suffix
    origin = path.absolute() if isinstance(path, Path) and again else None
    if known.name == "warc" and suffix == ".gz":  # its members are records
        suffix = ""
    with path.open("rb", BUFFER) as raw, reading(raw, suffix) as stream:
        reached.begun(raw)
        if known.name in WHOLE:
            yield _whole(stream, name, Format(known.name), config.max_bytes, origin)
        else:
            yield from records(stream, name, known.name, config, origin)


def records(
    stream: IO[bytes], name: str, kind: str, config: Config, origin: Path | None = None
) -> Iterator[Source | Failure]:
    """The documents of an open file of JSONL, CSV, TSV or of an archive, or of standard input."""
    if kind in CELLS:
        from dedup.cells import rows

        yield from rows(stream, name, kind, config)
        return
    if kind == "warc":
        from dedup import warc

        yield from warc.records(stream, name, config.max_bytes)
        return
    lines = _lines(stream, name, config.max_bytes, origin)
    first = next(lines)
    of_first_line = isinstance(first, Source) and first.place == f"{name}:1" and first.content
    if isinstance(of_first_line, bytes) and of_first_line.startswith(UTF_16):
        yield Failure(name, "is UTF-16, and JSON is UTF-8: iconv -f UTF-16 -t UTF-8 makes it so")
        return
    yield from chain([first], lines)


def standard_input(config: Config) -> Iterator[Source | Failure]:
    """The documents of standard input, which is JSONL if no other format of records is asked for."""
    kind, stream = config.input_format or "jsonl", cast("IO[bytes]", sys.stdin.buffer)
    if kind in WHOLE:
        yield _whole(stream, PIPED, Format(kind), config.max_bytes, None)
    else:
        yield from records(stream, PIPED, kind, config)


def given(inputs: Iterable[Source | Mapping[str, Any]]) -> Iterator[Source | Failure]:
    """Sources and mappings given through the API; a mapping is read like a JSONL record."""
    for number, each in enumerate(inputs, 1):
        place = f"input:{number}"
        if isinstance(each, Source | Mapping):
            source = each if isinstance(each, Source) else Source(place, place, None, dict(each))
            why = _unwritable(source)
            yield Failure(place, f"cannot be written as JSON: {why}") if why else source
        else:
            frame = "; give a frame alone, not in a list" if is_frame(each) else ""
            yield Failure(place, f"neither a Source nor a mapping but {type(each).__name__}{frame}")


def _unwritable(source: Source) -> str:
    """Why JSON cannot hold what a source given through the API brings; empty if it can."""
    try:
        orjson.dumps([source.place, source.id, source.content if isinstance(source.content, dict) else None])
    except TypeError as error:
        return str(error)
    return ""


def _whole(stream: IO[bytes], name: str, kind: Format, max_bytes: int, origin: Path | None) -> Source | Failure:
    try:
        content = _read(stream, max_bytes + 1)
    except Exception as error:
        if not is_broken(error):
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
    number, empty, blank = 0, True, 0
    while True:
        number += 1
        place = f"{name}:{number}"
        try:
            line, more = next_line(stream, max_bytes)
        except Exception as error:
            if not is_broken(error):
                raise
            yield Failure(place, f"compressed file is broken here, {number - 1} lines before it were read: {error}")
            return
        if not line:
            break
        if line.isspace() and not more:
            blank += 1
            number += 0 if blank % BLANK else _pass_over(stream)
            continue
        if more:
            yield Failure(place, f"larger than max_bytes = {max_bytes}; raise it with --max-bytes")
        else:
            yield Source(place, place, None, line, (origin, stream.tell() - len(line)) if origin else None)
        empty, blank = False, 0
    if empty:
        yield Failure(name, "empty: there is no line in it")


def _pass_over(stream: IO[bytes]) -> int:
    """Pass over the blank lines at hand; how many there are."""
    held = cast("BufferedReader", stream).peek()
    blank = held[: len(held) - len(held.lstrip())]
    return stream.read(blank.rfind(b"\n") + 1).count(b"\n")


def next_line(stream: IO[bytes], max_bytes: int) -> tuple[bytes, bool]:
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
