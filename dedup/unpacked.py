"""Inputs as plain lines of JSONL, for the shorter way (`dedup.straight`): what is compressed or behind a URL, and rows
of cells and of tables, are written once into the work folder, with nothing of a table but what is read of it.

Line n of what is written is line n of the file, or row n of the table, so that every place is named as it was; a line
or row that cannot be used is a failure, and an empty line.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NamedTuple

import orjson

from dedup.commit import atomic
from dedup.compressed import BUFFER, is_broken, reading
from dedup.data import Failure, Format, Source
from dedup.fields import fields_of
from dedup.formats import TABLES, compression, told
from dedup.lines import ROLES, NotPlainError
from dedup.read import UTF_16, sources, unreadable
from dedup.run import in_threads
from dedup.stretches import ANY, File

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from dedup.config import Config
    from dedup.fields import Fields
    from dedup.remote import Remote
    from dedup.rows import Read
    from dedup.run import Runner
    from dedup.work import Work

PLAIN = "plain"
"""The folder within the work folder."""
Failures = list[tuple[int, Failure]]
"""Failures by the number of the line."""


class Unpacking(NamedTuple):
    """A file: its number among the inputs, its name, where it lies; and the folder for its lines."""

    number: int
    name: str
    path: Path | Remote
    folder: Path
    config: Config


def plain(work: Work, files: Sequence[tuple[str, Path | Remote]], runner: Runner) -> tuple[Work, list[File]]:
    """The files as plain lines, if `lines.can_read` says so; and the work, with the settings that those are read by.

    Raises:
        NotPlainError: there are pages in a table; or a pipe among the files, which can be read but once.
    """
    if any(isinstance(path, Path) and not path.is_file() for _, path in files):
        raise NotPlainError
    jobs = [Unpacking(number, *each, work.folder / PLAIN, work.config) for number, each in enumerate(files)]
    # Rows of tables are given the names that are looked for first.
    own = replace(work.config, text_field="", id_field="", url_field="", site_field="", date_field="")
    return replace(work, config=own), list(runner(unpack, jobs))


def remove(work: Work) -> None:
    """Remove the lines again."""
    shutil.rmtree(work.folder / PLAIN, ignore_errors=True)


@in_threads
def unpack(job: Unpacking) -> File:
    """A file as plain lines."""
    known = told(job.path, job.config.input_format)
    assert known
    is_jsonl, is_table = known.name == "jsonl", known.name in TABLES
    if is_jsonl and isinstance(job.path, Path) and _is_plain(job.path):
        return File(job.name, job.path)
    target = job.folder / f"{job.number:06d}.jsonl"
    with atomic(target, durable=False) as out:
        if is_table:
            failures = _write_rows(job, out)
        elif is_jsonl and _copied(job.path, out):
            failures = []
        else:
            failures = _write_all(job, out)
    return File(job.name, target, 0 if is_jsonl else ANY, job.number if is_table else None, tuple(failures))


def _is_plain(path: Path) -> bool:
    """Whether a file can be read as it is; the failures of others are told by what reads them elsewhere."""
    if compression(path):
        return False
    try:
        with path.open("rb", 0) as file:
            return file.read(2) not in UTF_16
    except OSError:
        return False


def _copied(path: Path | Remote, out: IO[bytes]) -> bool:
    """Write what a file of lines holds; if not all of it can be read, nothing."""
    for piece in _pieces(path):
        if piece is None or (piece.startswith(UTF_16) and not out.tell()):
            out.seek(0)
            out.truncate()
            return False
        out.write(piece)
    return True


def _pieces(path: Path | Remote) -> Iterator[bytes | None]:
    """What a file of lines holds; None where it cannot be read further."""
    try:
        with path.open("rb", BUFFER) as raw, reading(raw, compression(path)) as stream:
            while piece := stream.read(BUFFER):
                yield piece
    except Exception as error:
        if not (isinstance(error, OSError) or is_broken(error)):
            raise
        yield None


def _write_all(job: Unpacking, out: IO[bytes]) -> Failures:
    """Write what the sources of a file hold, each into the line that it is called by."""
    failures, last = Failures(), 0
    for each in sources([(job.name, job.path)], job.config):
        if isinstance(each, Failure):
            failures.append((_number(job, each.id, last), each))
            continue
        number = _number(job, each.place, last)
        out.write(b"\n" * (number - last - 1) + _line(each, job.config))
        last = number
    return failures


def _number(job: Unpacking, place: str, last: int) -> int:
    """The number of the line in a place; what is of the whole file comes behind the `last`."""
    return int(place[len(job.name) + 1 :] or last + 1)


def _line(source: Source, config: Config) -> bytes:
    if isinstance(source.content, bytes):
        return source.content.removesuffix(b"\n") + b"\n"
    body = fields_of(config).body(source.content)
    if body and (body.name, body.format) != ("text", Format.TEXT):
        raise NotPlainError
    return orjson.dumps(source.content, option=orjson.OPT_APPEND_NEWLINE)


def _write_rows(job: Unpacking, out: IO[bytes]) -> Failures:
    """Write what is read of the rows of a table."""
    failures, last, fields = Failures(), 0, fields_of(job.config)
    for each in _read(job):
        if isinstance(each, Failure):
            failures.append((_number(job, each.id, last), each))
            continue
        if each.columns.format is not Format.TEXT:
            raise NotPlainError
        out.write(b"\n" * (each.first - last))
        lines = list(_rows(each, fields))
        failures += [
            (each.first + at + 1, Failure(f"{job.name}:{each.first + at + 1}", each.wrong[at]))
            for at in sorted(each.wrong)
        ]
        out.write(b"".join(lines))
        last = each.first + len(lines)
    return failures


def _read(job: Unpacking) -> Iterator[Read | Failure]:
    from dedup.rows import read  # with pyarrow: .1 s

    try:
        yield from read(job.name, job.path, job.config)
    except OSError as error:
        yield unreadable(job.name, error)


def _rows(read: Read, fields: Fields) -> Iterator[bytes]:
    """Rows as lines, with the names of fields that are looked for first; those that cannot be used are empty."""
    columns = {role: _stated(read.values, fields.names[role]) for role in ROLES if role != "text"}
    columns = {role: column for role, column in columns.items() if column} | {"text": read.values[read.columns.body]}
    for at, row in enumerate(zip(*columns.values(), strict=True)):
        if at in read.wrong:
            yield b"\n"
            continue
        record = {role: value for role, value in zip(columns, row, strict=True) if value is not None}
        yield orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE)


def _stated(values: Mapping[str, list[Any]], names: Iterable[str]) -> list[str | None]:
    """What rows state in the first of some fields that is there and not empty; nothing if there is no such field."""
    found = [values[name] for name in names if name in values]
    return [
        next((str(each) for each in row if each is not None and each != ""), None) for row in zip(*found, strict=True)
    ]
