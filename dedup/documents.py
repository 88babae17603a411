"""The documents of a finished run as they are read again: all that stayed, or some by their ids with all that went."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from dedup.compressed import reading
from dedup.formats import CELLS, TABLES, compression, told
from dedup.write import REMOVED, SOURCES

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from pathlib import Path

    from dedup.fields import Fields
    from dedup.remote import Remote

_FIRST = b'{"id":"'


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
    once, and what is not of these documents is not taken apart."""
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
        yield Restored(source, restored(kept.get(id_, ""), spans), removed[id_])


def _of(path: Path | Remote, ids: Collection[str], behind: str) -> Iterator[dict[str, Any]]:
    """The records of some ids in a file of ours: a line begins with the id, and the field that is named stands behind
    it. No string holds what parts the two, since each quotation mark in one is escaped."""
    wanted, between = {_quoted(id_) for id_ in ids}, f'","{behind}":'.encode()
    for line in _lines(path):
        end = line.find(between, len(_FIRST)) + 1
        if not (end and line.startswith(_FIRST)) or line[len(_FIRST) - 1 : end] in wanted:
            record = orjson.loads(line)
            if record["id"] in ids:
                yield record


def _quoted(id_: str) -> bytes:
    """An id as our files have it. No document has one with half a character."""
    return orjson.dumps(id_.encode(errors="replace").decode())


def records(path: Path | Remote) -> Iterator[dict[str, Any]]:
    """The objects in a file of JSONL."""
    return map(orjson.loads, _lines(path))


def _lines(path: Path | Remote) -> Iterator[bytes]:
    with path.open("rb") as raw, reading(raw, compression(path)) as handle:
        yield from handle


def documents(path: Path | Remote, wanted: Wanted | None = None) -> Iterator[dict[str, Any]]:
    """The documents in a file that a run wrote: all, or where it is cheap to tell, no others than those that are
    `wanted`."""
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
    elif wanted:
        yield from map(orjson.loads, filter(wanted.may_be, _lines(path)))
    else:
        yield from records(path)


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
