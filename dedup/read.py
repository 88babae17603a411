"""Files, standard input and iterables as sources.

What cannot be read is a `Failure` in its place. Nothing is decoded here but compression: see `extract`.
"""

from __future__ import annotations

import os
import sys
from codecs import BOM_UTF8
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NamedTuple, cast

import orjson
import xxhash

from dedup.compressed import BUFFER, is_broken, reading
from dedup.data import Failure, Format, Source
from dedup.errors import InputError, SettingError
from dedup.find import Found, find
from dedup.formats import CELLS, TABLES, WHOLE, FileFormat, compression, extensions, told
from dedup.frames import Frame, is_frame, reader, unreadable
from dedup.temporary import Temporary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dedup.config import Config

Inputs = str | Path | Frame | Iterable[str | Path | Source | Mapping[str, Any]]
"""What can be cleaned: a path, or paths, sources and mappings in any order; or a data frame: see `dedup.frames`."""

STANDARD_INPUT = "-"
PIPED = "stdin"
"""The name of what comes by standard input."""


def sources(files: Iterable[tuple[str, Path]], config: Config) -> Iterator[Source | Failure]:
    """The documents of the files, in order; a file that cannot be read is a failure in its place."""
    for number, (name, path) in enumerate(files):
        known = told(path, config.input_format)
        try:
            if known is not None:
                yield from _of_file(name, path, known, number, config)
        except OSError as error:
            if error.errno is None and is_broken(error):  # bz2 says so of its members
                yield Failure(name, f"compressed file is broken: {error}")
            else:
                yield Failure(name, f"cannot be read: {error.strerror or error}")


def _of_file(name: str, path: Path, known: FileFormat, number: int, config: Config) -> Iterator[Source | Failure]:
    if known.name in TABLES:
        from dedup.columnar import rows  # with pyarrow: .1 s

        yield from rows(name, path, number, config)
        return
    # A pipe can be read but once.
    origin = path.absolute() if path.is_file() and not compression(path) else None
    with path.open("rb", BUFFER) as raw, reading(raw, compression(path)) as stream:
        if known.name in WHOLE:
            yield _whole(stream, name, Format(known.name), config.max_bytes, origin)
        else:
            yield from _records(stream, name, known.name, config, origin)


def _records(
    stream: IO[bytes], name: str, kind: str, config: Config, origin: Path | None = None
) -> Iterator[Source | Failure]:
    """The documents of a file, or of standard input, that holds many."""
    if kind in CELLS:
        from dedup.cells import rows

        yield from rows(stream, name, kind, config)
    else:
        yield from _lines(stream, name, config.max_bytes, origin)


def standard_input(config: Config) -> Iterator[Source | Failure]:
    """The documents of standard input, which is JSONL if no other format of records is asked for."""
    kind, stream = config.input_format or "jsonl", cast("IO[bytes]", sys.stdin.buffer)
    if kind in WHOLE:
        yield _whole(stream, PIPED, Format(kind), config.max_bytes, None)
    else:
        yield from _records(stream, PIPED, kind, config)


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
    number, empty = 0, True
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
        if more:
            yield Failure(place, f"larger than max_bytes = {max_bytes}; raise it with --max-bytes")
        elif not line:
            break
        elif not line.isspace():
            yield Source(place, place, None, line, (origin, stream.tell() - len(line)) if origin else None)
        empty = empty and not more and line.isspace()
    if empty:
        yield Failure(name, "empty: there is no line in it")


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


def is_path(value: object) -> bool:
    """Whether an input names a path (or standard input) rather than being a document."""
    return isinstance(value, str | os.PathLike)


@dataclass(slots=True)
class Opened:
    """What was given to be read: its sources, the files that they lie in (those that a table is numbered by), and the
    files that are ignored."""

    sources: Iterator[Source | Failure]
    files: list[tuple[str, Path]] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    alone: bool = False
    """Whether nothing else is to be read than these files."""
    kept: Any = None
    """What has to last as long as the files do."""


def open_inputs(inputs: Inputs, config: Config, exclude: Path | None) -> Opened:
    """The sources of whatever was given.

    Raises:
        InputError: there is nothing to read.
        SettingError: standard input cannot be read in the format that is asked for.
    """
    if is_frame(inputs) or isinstance(inputs, Mapping):
        return _of_frame(inputs, config)
    if isinstance(inputs, str | Path):
        inputs = [inputs]
    everything: Iterator[Any] = iter(cast("Iterable[Any]", inputs))
    first = next(everything, None)
    if first is None:
        raise InputError("nothing to read: no input was given")
    if not is_path(first):
        return Opened(given(_chain(first, everything)))
    paths = [first, *everything]
    if any(not is_path(path) for path in paths):
        raise InputError("inputs are paths or documents, not both")
    piped = STANDARD_INPUT in [str(path) for path in paths]
    if piped and config.input_format in TABLES:
        raise SettingError(f"input_format = {config.input_format!r}: is read from files, not from standard input")
    found = find([path for path in paths if str(path) != STANDARD_INPUT], exclude, config.input_format)
    if not (found.files or piped):
        said = "".join(f"\n  {failure.id}: {failure.why}" for failure in found.failures)
        raise InputError(f"nothing to read: no {extensions()} file in {', '.join(map(str, paths))}{said}")
    read = _all(found, piped, config)
    return Opened(read, found.files, found.ignored, alone=not (piped or found.failures))


def _of_frame(frame: Any, config: Config) -> Opened:
    """The rows of a data frame; in a temporary file, since they are read twice."""
    if config.input_format:
        raise SettingError(f"input_format = {config.input_format!r}: is of files, and no frame has one")
    from dedup.columnar import save

    rows, spool = reader(frame), Temporary()
    path = Path(spool.name) / "input.arrow"
    try:
        save(rows, path)
    except (ValueError, TypeError, NotImplementedError) as error:  # Arrow's are ValueErrors, most of them
        raise unreadable(frame, error) from error
    files = [("input", path)]
    return Opened(sources(files, replace(config, input_format="arrow")), files, alone=True, kept=spool)


def nothing_to_read(failures: list[Failure]) -> InputError:
    """The error of a run without a document."""
    return InputError("nothing to read: no input could be used" + "".join(f"\n  {f.id}: {f.why}" for f in failures[:5]))


def _chain(first: Any, rest: Iterable[Any]) -> Iterator[Any]:
    yield first
    yield from rest


def _all(found: Found, piped: bool, config: Config) -> Iterator[Source | Failure]:
    yield from found.failures
    yield from sources(found.files, config)
    if piped:
        yield from standard_input(config)
