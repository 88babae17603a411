"""Lines of JSONL passed on as they lie in their files, and the records of those that go: see `lines`."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import orjson
import xxhash

from dedup.cutting import Cut
from dedup.data import Document, Flag, Kind, Reason
from dedup.errors import InputError
from dedup.extract import pack
from dedup.lines import DEFINED, Lines, Stretch, content, defined
from dedup.records import removed_record, source_record, why_record
from dedup.run import in_threads
from dedup.store import line
from dedup.write import Piece

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from dedup.shards import Work

PLACES = ("numbers", "starts", "ends", "text_starts", "text_ends", "characters")
"""The columns of places that the kernel writes lines by, in its order."""


class Writing(NamedTuple):
    """A piece to write: what was read of it, the number of its first line in the file, the rows of its documents with
    their ids, and the flags of those that go, by their place among them."""

    work: Work
    stretch: Stretch
    read: Lines
    first_line: int
    rows: NDArray[np.int64]
    goes: dict[int, Flag]


class Wrote(NamedTuple):
    """What a piece comes to, and the counts of it."""

    piece: Piece
    cut: Cut


@in_threads
def write_piece(job: Writing) -> Wrote:
    """The lines of a piece that stay, and the records of those that go.

    Raises:
        InputError: the file is not what was read before.
    """
    stretch = job.stretch
    view = content(stretch)
    if xxhash.xxh3_128_hexdigest(view.data) != job.read.digest:
        raise InputError(f"{stretch.name}: was changed while it was read")
    parts = list(_written(job, view))
    return Wrote(Piece(*(parts[0] if len(parts) == 1 else map(b"".join, zip(*parts, strict=True)))), _counted(job))


def _written(job: Writing, view: NDArray[np.uint8]) -> Iterator[tuple[Any, Any, Any]]:
    """What is written of the lines, run by run of those that the kernel can read."""
    store, shard = job.work.store, job.read.shard
    states = store.column(shard, "states")[job.rows]
    defined = np.flatnonzero(states == DEFINED)
    edges = [-1, *defined.tolist(), len(states)]
    for before, after in pairwise(edges):
        yield _natively(job, view, before + 1, after)
        if after < len(states):
            yield _by_definition(job, view, after)


def _natively(job: Writing, view: NDArray[np.uint8], first: int, last: int) -> tuple[Any, Any, Any]:
    from dedup.kernel import _native

    store, shard, rows = job.work.store, job.read.shard, job.rows[first:last]
    going = [number for number in range(first, last) if number in job.goes] if job.goes else []
    goes = np.full(len(rows), -1, np.int64)
    goes[np.array(going, np.int64) - first] = np.arange(len(going))
    tails = [b"," + orjson.dumps(why_record(job.goes[number]))[1:] for number in going]
    places = np.stack([store.column(shard, name)[rows] for name in PLACES])
    ids = list(store.parts(shard, "ids", rows.tolist()))
    bounds = np.cumsum([0, *map(len, ids)], dtype=np.int64)
    columns = (store.column(shard, "states")[rows], places, store.column(shard, "digests")[rows])
    read = (*columns, np.frombuffer(b"".join(ids), np.uint8), bounds)
    place = orjson.dumps(f"{job.stretch.name}:")[:-1], job.first_line
    clean, removed, sources = _native.write_lines(view, read, goes, tails, place)
    return clean.data, removed.data, sources.data


def _by_definition(job: Writing, view: NDArray[np.uint8], number: int) -> tuple[bytes, bytes, bytes]:
    row, store = int(job.rows[number]), job.work.store
    columns = {name: store.column(job.read.shard, name) for name in ("states", "starts", "ends")}
    place = f"{job.stretch.name}:{job.first_line + int(store.column(job.read.shard, 'numbers')[row])}"
    document = defined(columns, row, view, job.work.config, place)
    assert isinstance(document, Document)
    source = line(source_record(pack(document), document.text.encode(), len(document.text)))
    flag = job.goes.get(number)
    if flag is None:
        return document.line, b"", source
    return b"", line(removed_record(document.id, document.text, flag)), source


def _counted(job: Writing) -> Cut:
    """What the lines of a piece come to."""
    sizes = job.work.store.column(job.read.shard, "characters")[job.rows]
    going = list(job.goes)
    characters_, gone = int(sizes.sum()), int(sizes[going].sum())
    removed = {(str(Reason.DUPLICATE), str(Kind.DOCUMENT)): (len(going), gone)} if going else {}
    return Cut(removed, len(sizes), len(sizes) - len(going), characters_, characters_ - gone, {})
