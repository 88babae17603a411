"""The documents of a finished run as they are read again: all that stayed, or some by their ids with all that went."""

from __future__ import annotations

import csv
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson
import xxhash

from dedup.compressed import is_broken, reading
from dedup.errors import DamagedError
from dedup.formats import CELLS, TABLES, compression, told
from dedup.write import FAILURES, REMOVED, SOURCES

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from pathlib import Path

    from dedup.fields import Fields
    from dedup.remote import Remote

_FIRST = b'{"id":"'
_NEEDED: dict[str, dict[str, type | tuple[type, ...]]] = {
    SOURCES: {"id": str, "place": str, "format": str, "encoding": (str, type(None)), "characters": int, "digest": str},
    REMOVED: {"id": str, "start": int, "end": int, "text": str},
    FAILURES: {"id": str, "why": str},
}
"""What the records of our files have, so that whoever reads them can go by it."""


class Restored(NamedTuple):
    """A document of a run: its record of `sources.jsonl`, its source text, and the records of what went of it."""

    source: dict[str, Any]
    text: str
    removed: list[dict[str, Any]]

    @property
    def id(self) -> str:
        """The id of the document."""
        return str(self.source["id"])


def read(
    folder: Path | Remote, ids: Collection[str], texts: Callable[[Collection[str]], dict[str, str]]
) -> Iterator[Restored]:
    """Those documents of a run that have some ids, in its order; `texts` gives what stayed of some. Every file is read
    once, and what is not of these documents is not taken apart.

    Raises:
        DamagedError: what stayed and went of a document is not what it was.
    """
    from dedup.clean import restored  # a run that is done is asked for nothing of it, most often

    sources = {each["id"]: each for each in _of(folder / SOURCES, ids, "place")}
    removed: dict[str, list[dict[str, Any]]] = {id_: [] for id_ in sources}
    for each in _of(folder / REMOVED, sources, "start"):
        removed[each["id"]].append(each)
    gone = {id_: sum(each["end"] - each["start"] for each in own) for id_, own in removed.items()}
    left = [id_ for id_, source in sources.items() if gone[id_] < source["characters"]]
    kept = texts(left)
    for id_, source in sources.items():
        spans = ((each["start"], each["text"]) for each in removed[id_])
        text = restored(kept.get(id_, ""), spans)
        if not is_source(source, text):
            raise DamagedError(
                f"{folder}: {id_}: {DIFFERS}; `dedup verify` names the files, `dedup clean` makes them again"
            )
        yield Restored(source, text, removed[id_])


DIFFERS = "the restored text is not the source text: the files of the run have been changed"


def is_source(source: dict[str, Any], text: str) -> bool:
    """Whether a restored text is the one that a record of `sources.jsonl` has the digest of."""
    return bool(xxhash.xxh3_128_hexdigest(text.encode("utf-8", "surrogatepass")) == source["digest"])


def _of(path: Path | Remote, ids: Collection[str], behind: str) -> Iterator[dict[str, Any]]:
    """The records of some ids in a file of ours: a line begins with the id, and the field that is named stands behind
    it. No string holds what parts the two, since each quotation mark in one is escaped."""
    wanted, between = {_quoted(id_) for id_ in ids}, f'","{behind}":'.encode()
    with as_written(path):
        for number, line in enumerate(_lines(path), 1):
            end = line.find(between, len(_FIRST)) + 1
            if not (end and line.startswith(_FIRST)) or line[len(_FIRST) - 1 : end] in wanted:
                record = _record(line, number, path.name)
                if record["id"] in ids:
                    yield record


def _quoted(id_: str) -> bytes:
    """An id as our files have it. No document has one with half a character."""
    return orjson.dumps(id_.encode(errors="replace").decode())


def records(path: Path | Remote) -> Iterator[dict[str, Any]]:
    """The objects in a file of JSONL of a run.

    Raises:
        DamagedError: a line is none that we wrote.
    """
    with as_written(path):
        for number, line in enumerate(_lines(path), 1):
            yield _record(line, number, path.name)


def _record(line: bytes, number: int, name: str) -> dict[str, Any]:
    """The object in a line of a file of this name.

    Raises:
        ValueError: it is none, or has not what such a file needs.
    """
    try:
        record: Any = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise ValueError(f"line {number} is not JSON: {error}") from error
    if not isinstance(record, dict):
        raise ValueError(f"line {number} is no object")
    for field, kind in _NEEDED.get(name, {}).items():
        if not isinstance(record.get(field, ...), kind):
            raise ValueError(f"line {number} has no {field}, or none that can be")
    return record


@contextmanager
def as_written(path: Path | Remote) -> Iterator[None]:
    """Let what is wrong with a file of a run be told as that.

    Raises:
        DamagedError: it cannot be read as what it is.
    """
    try:
        yield
    except Exception as error:
        if not (isinstance(error, ValueError | csv.Error) or is_broken(error)):
            raise
        raise DamagedError(f"{path}: is not as dedup wrote it ({error}); it was changed or is damaged") from error


def _lines(path: Path | Remote) -> Iterator[bytes]:
    with path.open("rb") as raw, reading(raw, compression(path)) as handle:
        yield from handle


def documents(path: Path | Remote, wanted: Wanted | None = None) -> Iterator[dict[str, Any]]:
    """The documents in a file that a run wrote: all, or where it is cheap to tell, no others than those that are
    `wanted`.

    Raises:
        DamagedError: it is not as it was written.
    """
    with as_written(path):
        yield from _documents(path, wanted)


def _documents(path: Path | Remote, wanted: Wanted | None) -> Iterator[dict[str, Any]]:
    known = told(path)
    if known and known.name in TABLES:
        from dedup.arrow_values import records as rows
        from dedup.arrow_values import some
        from dedup.columnar import table

        with table(path) as opened:
            for part in opened.parts():
                if part.batch:
                    yield from rows(some(part.batch, wanted.name, wanted.ids) if wanted else part.batch)
    elif known and known.name in CELLS:
        from dedup import cells

        with path.open("rb") as raw, reading(raw, compression(path)) as handle:
            yield from cells.records(handle, known.name)
    else:
        for number, line in enumerate(_lines(path), 1):
            if not wanted or wanted.may_be(line):
                yield _record(line, number, path.name)


class Wanted:
    """Tells documents of some ids from others, as far as their ids stand where they mostly do."""

    def __init__(self, ids: Collection[str], fields: Fields) -> None:
        self.ids = ids
        self.name = fields.names["id"][0]
        name = re.escape(orjson.dumps(self.name))
        self._first = re.compile(rb'\s*\{\s*%s\s*:\s*"([^"\\]+)"' % name)
        self._written = {id_.encode(errors="replace") for id_ in ids}

    def may_be(self, line: bytes) -> bool:
        """Whether a record that is a line of JSON may be one of them: its id may stand somewhere else."""
        found = self._first.match(line)
        return found is None or found[1] in self._written


class Ahead:
    """Records in the order of the sources, taken as long as they are of one document."""

    def __init__(self, records: Iterator[dict[str, Any]]) -> None:
        self.records = records
        self.next = next(records, None)

    def of(self, id_: str) -> Iterator[dict[str, Any]]:
        while self.next is not None and self.next["id"] == id_:
            yield self.next
            self.next = next(self.records, None)


def body(path: Path | Remote, kind: str) -> str:
    """The text of a document that is a file."""
    with as_written(path):
        text = path.read_bytes().decode()
    return text.partition("\n---\n\n")[2] if kind == "markdown" else text
