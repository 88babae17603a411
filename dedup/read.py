"""Files, folders, globs, standard input and iterables as sources, in an order that depends on their names alone.

What cannot be read is a `Failure` in its place. Nothing is decoded here but compression: see `extract`.
"""

from __future__ import annotations

import glob
import gzip
import os
import sys
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

from dedup.data import Failure, Format, Source
from dedup.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

Inputs = str | Path | Iterable[str | Path | Source | Mapping[str, Any]]
"""What can be cleaned: a path, or paths, sources and mappings in any order."""

FORMATS = {
    ".html": Format.HTML,
    ".htm": Format.HTML,
    ".xhtml": Format.HTML,
    ".md": Format.MARKDOWN,
    ".markdown": Format.MARKDOWN,
    ".txt": Format.TEXT,
}
RECORDS = (".jsonl",)
COMPRESSED = (".gz", ".zst")
STANDARD_INPUT = "-"
_BROKEN = (EOFError, gzip.BadGzipFile, zlib.error)


@dataclass(slots=True)
class Found:
    """The files to read, sorted by id; and what was named or stands in a folder but cannot be read."""

    files: list[tuple[str, Path]] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    """Files in folders whose extension is not one of ours."""


def find(paths: Iterable[str | Path], exclude: Path | None = None) -> Found:
    """All files under the given paths and globs; ids are relative to the folder that is common to all of them.

    `exclude` is the output folder, which may lie inside an input folder.
    """
    found = Found()
    files: dict[Path, None] = {}
    roots: list[Path] = []
    hidden = exclude.resolve() if exclude else None
    for each in _expanded(paths, found):
        if each.is_dir():
            roots.append(each.resolve())
            for path in _walk(each, hidden):
                if _extension(path) is None:
                    found.ignored.append(_name(path))
                else:
                    files[path.resolve()] = None
        elif _extension(each) is None:
            known = " ".join([*FORMATS, *RECORDS])
            found.failures.append(
                Failure(_name(each), f"unknown extension {each.suffix!r}; known are {known} (+ .gz .zst)")
            )
        else:
            roots.append(each.resolve().parent)
            files[each.resolve()] = None
    common = Path(os.path.commonpath(roots)) if roots else Path()
    named = [(_name(path.relative_to(common)), path) for path in files]
    found.files = sorted(named, key=lambda pair: os.fsencode(pair[0]))
    found.failures.sort(key=lambda failure: failure.id)
    return found


def _name(path: Path) -> str:
    r"""A path as text; bytes that are not UTF-8 as escapes, since no id could hold them.

    >>> _name(Path(os.fsdecode(b"caf\xe9.txt")))
    'caf\\xe9.txt'
    """
    return os.fsencode(path.as_posix()).decode("utf-8", "backslashreplace")


def _expanded(paths: Iterable[str | Path], found: Found) -> Iterator[Path]:
    for path in paths:
        name = os.fspath(path)
        if Path(name).exists():
            yield Path(name)
            continue
        matched = sorted(glob.glob(name, recursive=True)) if glob.has_magic(name) else []  # noqa: PTH207 (absolute globs)
        if not matched:
            what = "no file matches this pattern" if glob.has_magic(name) else "no such file or folder"
            found.failures.append(Failure(_name(Path(name)), what))
        yield from map(Path, matched)


def _walk(folder: Path, hidden: Path | None) -> Iterator[Path]:
    """The regular files under a folder, hidden ones left out; links to folders are not followed (they may loop)."""
    for root, folders, names in os.walk(folder):
        here = Path(root)
        folders[:] = sorted(name for name in folders if not name.startswith(".") and (here / name).resolve() != hidden)
        yield from (here / name for name in sorted(names) if not name.startswith(".") and (here / name).is_file())


def _extension(path: Path) -> str | None:
    """The extension that says what is in a file, below that of its compression; None if it is not one of ours."""
    suffix = path.suffix.lower()
    if suffix in COMPRESSED:
        suffix = Path(path.stem).suffix.lower()
    return suffix if suffix in FORMATS or suffix in RECORDS else None


def sources(files: Iterable[tuple[str, Path]], max_bytes: int) -> Iterator[Source | Failure]:
    """The documents of the files, in order; a file that cannot be read is a failure in its place."""
    for name, path in files:
        extension = _extension(path)
        try:
            if extension in RECORDS:
                with _opened(path) as stream:
                    yield from _lines(stream, name, max_bytes)
            elif extension is not None:
                with _opened(path) as stream:
                    yield _whole(stream, name, FORMATS[extension], max_bytes)
        except OSError as error:
            yield Failure(name, f"cannot be read: {error.strerror or error}")


def standard_input(max_bytes: int) -> Iterator[Source | Failure]:
    """The documents of standard input, which is JSONL."""
    return _lines(cast("IO[bytes]", sys.stdin.buffer), "stdin", max_bytes)


def given(inputs: Iterable[Source | Mapping[str, Any]]) -> Iterator[Source | Failure]:
    """Sources and mappings given through the API; a mapping is read like a JSONL record."""
    for number, each in enumerate(inputs, 1):
        if isinstance(each, Source):
            yield each
        elif isinstance(each, Mapping):
            yield Source(f"input:{number}", f"input:{number}", None, dict(each))
        else:
            yield Failure(f"input:{number}", f"neither a Source nor a mapping but {type(each).__name__}")


def _opened(path: Path) -> IO[bytes]:
    if path.suffix.lower() == ".gz":
        return cast("IO[bytes]", gzip.open(path))
    if path.suffix.lower() == ".zst":
        return open_zstd(path, "rb")
    return path.open("rb")


def open_zstd(path: Path, mode: str) -> IO[bytes]:
    """Open a Zstandard file (Python 3.14's module, else its backport)."""
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd
    return cast("IO[bytes]", zstd.open(path, mode))


def _is_broken(error: Exception) -> bool:
    return isinstance(error, _BROKEN) or type(error).__name__ == "ZstdError"


def _whole(stream: IO[bytes], name: str, kind: Format, max_bytes: int) -> Source | Failure:
    try:
        content = stream.read(max_bytes + 1)
    except Exception as error:
        if not _is_broken(error):
            raise
        return Failure(name, f"compressed file is broken: {error}")
    if len(content) > max_bytes:
        return Failure(name, f"larger than max_bytes = {max_bytes}; raise it with --max-bytes")
    return Source(name, name, kind, content)


def _lines(stream: IO[bytes], name: str, max_bytes: int) -> Iterator[Source | Failure]:
    """The lines of a JSONL file as sources; where its compression breaks, what came before is kept and the break told."""
    number = 0
    while True:
        number += 1
        try:
            line = stream.readline(max_bytes + 1)
            too_long = len(line) > max_bytes
            while too_long and line and not line.endswith(b"\n"):
                line = stream.readline(1 << 20)
        except Exception as error:
            if not _is_broken(error):
                raise
            yield Failure(
                f"{name}:{number}", f"compressed file is broken here, {number - 1} lines before it were read: {error}"
            )
            return
        if too_long:
            yield Failure(f"{name}:{number}", f"larger than max_bytes = {max_bytes}; raise it with --max-bytes")
        elif not line:
            return
        elif line.strip():
            yield Source(f"{name}:{number}", f"{name}:{number}", None, line)


def is_path(value: object) -> bool:
    """Whether an input names a path (or standard input) rather than being a document."""
    return isinstance(value, str | os.PathLike)


def open_inputs(inputs: Inputs, max_bytes: int, exclude: Path | None) -> tuple[Iterator[Source | Failure], list[str]]:
    """The sources of whatever was given, and the files that were ignored.

    Raises:
        InputError: there is nothing to read.
    """
    if isinstance(inputs, str | Path):
        inputs = [inputs]
    everything: Iterable[Any] = iter(inputs)
    first = next(iter(everything), None)  # type: ignore[call-overload]
    if first is None:
        raise InputError("nothing to read: no input was given")
    if not is_path(first):
        return given(_chain(first, everything)), []
    paths = [first, *everything]
    if any(not is_path(path) for path in paths):
        raise InputError("inputs are paths or documents, not both")
    piped = STANDARD_INPUT in [str(path) for path in paths]
    found = find([path for path in paths if str(path) != STANDARD_INPUT], exclude)
    if not (found.files or piped):
        said = "".join(f"\n  {failure.id}: {failure.why}" for failure in found.failures)
        raise InputError(
            f"nothing to read: no {' '.join([*FORMATS, *RECORDS])} file in {', '.join(map(str, paths))}{said}"
        )
    return _all(found, piped, max_bytes), found.ignored


def _chain(first: Any, rest: Iterable[Any]) -> Iterator[Any]:
    yield first
    yield from rest


def _all(found: Found, piped: bool, max_bytes: int) -> Iterator[Source | Failure]:
    yield from found.failures
    yield from sources(found.files, max_bytes)
    if piped:
        yield from standard_input(max_bytes)
