"""The documents of an index: what is kept of each, in groups that are compressed together, and the columns of a segment
that they make."""

from __future__ import annotations

from itertools import accumulate, chain, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import orjson
import xxhash

from dedup.codes import pack
from dedup.compressed import zstandard
from dedup.config import Config
from dedup.data import Document, Failure, Format, Source
from dedup.errors import InputError
from dedup.extract import read_source
from dedup.keyed import KINDS
from dedup.read import Unread
from dedup.table import Table
from dedup.words import Spanned, marked_texts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from dedup.store import Store

GROUP_CHARACTERS, GROUP_DOCUMENTS = 1 << 16, 64
"""A group of documents ends with whichever comes first: to read one takes some 100 microseconds."""
LEVEL = 3
KEPT = "kept"
"""Under this name a shard has what is kept of its documents."""


class Origin(NamedTuple):
    """Where a document can be read again: its file, from which byte on, how many bytes, and their XXH3; its format,
    what it is called, and the encoding that was asked for."""

    path: str
    at: int
    length: int
    digest: int
    format: str | None
    place: str
    id: str
    encoding: str

    def text(self) -> str:
        """The text of the document.

        Raises:
            InputError: the file is gone or has changed.
        """
        kind = Format(self.format) if self.format else None
        source = Source(self.place, self.id, kind, b"", (Path(self.path), self.at))
        read = Unread(source, self.length, self.digest).read()
        found = read if isinstance(read, Failure) else read_source(read, Config(encoding=self.encoding))
        if isinstance(found, Failure):
            raise InputError(f"{self.path}: an index without texts needs this file as it was: {found.why}")
        return found.text


class Remembered(NamedTuple):
    """A document as an index has it: its number there, for good; id and site; its text; which blocks of it are compared
    (`starts` and `ends` int32, code points, `tags` uint8), and whether that is all of it; whether it was a copy of
    another as a whole; where its words went (int32 [k, 4], as rows of `dedup.moved.Stretches`, keepers by number)."""

    number: int
    id: str
    site: str
    text: str
    starts: NDArray[np.int32]
    ends: NDArray[np.int32]
    tags: NDArray[np.uint8]
    is_whole: bool
    is_copy: bool
    moved: NDArray[np.int32]
    origin: Origin | None = None

    @property
    def left(self) -> Table:
        """The blocks that are compared."""
        count, none = len(self.starts), np.zeros(0)
        return Table(
            self.starts, self.ends, self.tags, none.repeat(0) if not count else np.zeros(count),
            np.zeros(count, np.int32), np.ones(count, np.bool_), [""],
        )  # fmt: skip

    @property
    def document(self) -> Document:
        """As stages take it."""
        return Document(self.id, self.text, Format.TEXT, self.left)

    @property
    def compared(self) -> str:
        """What is compared of the text."""
        if self.is_whole:
            return self.text
        spans = zip(self.starts.tolist(), self.ends.tolist(), strict=True)
        return "\n\n".join(self.text[start:end] for start, end in spans)


# ── written ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def save(store: Store, shard: str, documents: Sequence[Remembered], *, texts: bool) -> None:
    """Leave the columns of some documents, in the order of their numbers, of which `merged` makes a segment."""
    spans = [Spanned(each.text, each.starts, each.ends, KINDS[each.tags]) for each in documents]
    words, bounds = marked_texts(spans)
    groups = list(_groups(documents))
    with store.writing(shard, KEPT):
        for name, column in (
            ("numbers", np.array([each.number for each in documents], np.uint32)),
            ("ids", np.array([id_key(each.id) for each in documents], np.uint32)),
            ("codes", pack(words.hashes, bounds)), ("counts", np.diff(bounds).astype(np.uint32)),
            ("group_sizes", np.array(list(map(len, groups)), np.uint32)),
        ):  # fmt: skip
            store.save(shard, name, column)
        kept = [[texts or each.origin is None for each in group] for group in groups]
        parts = [
            b"".join(d.text.encode() for d, own in zip(*both, strict=True) if own)
            for both in zip(groups, kept, strict=True)
        ]
        records = [list(map(_record, group, own)) for group, own in zip(groups, kept, strict=True)]
        for name, several in (("records", list(map(_in_columns, records))), ("kept_texts", parts)):
            packed = [_packed(each) for each in several]
            store.save(shard, name, np.frombuffer(b"".join(packed), np.uint8))
            store.save(shard, f"{name}_sizes", np.array(list(map(len, packed)), np.int64))


def _groups(documents: Sequence[Remembered]) -> Iterator[list[Remembered]]:
    group: list[Remembered] = []
    size = 0
    for each in documents:
        if group and (len(group) == GROUP_DOCUMENTS or size + len(each.text) > GROUP_CHARACTERS):
            yield group
            group, size = [], 0
        group.append(each)
        size += len(each.text)
    if group:
        yield group


def _record(each: Remembered, kept: bool) -> list[Any]:
    """A document without its text, of which the number of bytes is told, -1 where it is not `kept`. Its blocks, and
    what went of it, as gaps and lengths; of the latter also how far from a word it is to where that is kept. So they
    take a few bytes each once they are compressed."""
    blocks = [*_gaps(each.starts, each.ends), each.tags.tolist()]
    moved = [*_gaps(each.moved[:, 0], each.moved[:, 1]), each.moved[:, 2].tolist(), _steps(each.moved).tolist()]
    size, origin = len(each.text.encode()) if kept else -1, None if kept or not each.origin else list(each.origin)
    return [each.id, each.site, size, each.is_whole, each.is_copy, blocks, moved, origin]


def _in_columns(records: list[list[Any]]) -> bytes:
    """The records of a group column by column, which takes two thirds of the room once it is compressed."""
    *known, blocks, moved, origins = map(list, zip(*records, strict=True))
    return orjson.dumps([known, _flat(blocks), _flat(moved), origins])


def _flat(several: list[list[list[int]]]) -> list[list[int]]:
    """How long the columns of each are, and those of all one behind the other."""
    return [[len(each[0]) for each in several], *([*chain(*column)] for column in zip(*several, strict=True))]


def _rows(flat: list[list[int]]) -> list[list[list[int]]]:
    edges = pairwise(accumulate(flat[0], initial=0))
    return [[column[low:high] for column in flat[1:]] for low, high in edges]


SIZE, MOVED = 2, 6
"""Where in a record the bytes of the text and what went are."""


def _gaps(starts: NDArray[np.int32], ends: NDArray[np.int32]) -> list[list[int]]:
    """Spans as what lies before each, and its length."""
    return [(starts - np.concatenate(([0], ends[:-1]))).tolist(), (ends - starts).tolist()]


def _spans(gaps: list[int], lengths: list[int]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Where such spans start and end."""
    edges = np.cumsum(np.array([gaps, lengths], np.int32).T.reshape(-1), dtype=np.int32)
    return edges[::2], edges[1::2]


def _steps(moved: NDArray[np.int32]) -> NDArray[np.int32]:
    return np.where(moved[:, 2] < 0, 0, moved[:, 3] - moved[:, 0])


def _packed(content: bytes) -> bytes:
    if not content:
        return b""
    zstd = zstandard()
    options = {zstd.CompressionParameter.checksum_flag: 1, zstd.CompressionParameter.compression_level: LEVEL}
    packed: bytes = zstd.compress(content, options=options)
    return packed


def id_key(id_: str) -> int:
    """32 bits of the hash of an id."""
    return xxhash.xxh3_64_intdigest(id_.encode("utf-8", "surrogatepass")) >> 32


def merged(store: Store, shards: Sequence[str]) -> dict[str, list[NDArray[Any]]]:
    """The columns of a segment of all documents of some shards."""
    columns = {name: [store.column(shard, name) for shard in shards] for name in (
        "numbers", "ids", "codes", "counts", "group_sizes",
        "records", "records_sizes", "kept_texts", "kept_texts_sizes",
    )}  # fmt: skip
    return {
        "numbers": columns["numbers"], "ids": columns["ids"], "codes": columns["codes"], "counts": columns["counts"],
        "groups": [_bounds(columns["group_sizes"]).astype(np.uint32)],
        "records": columns["records"], "records_bounds": [_bounds(columns["records_sizes"])],
        "texts": columns["kept_texts"], "texts_bounds": [_bounds(columns["kept_texts_sizes"])],
    }  # fmt: skip


def _bounds(sizes: Sequence[NDArray[Any]]) -> NDArray[np.int64]:
    return np.concatenate(([0], np.cumsum(np.concatenate(sizes), dtype=np.int64))).astype(np.int64)


# ── read ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def records_of(content: bytes) -> list[list[Any]]:
    """The records of a group."""
    known, blocks, moved, origins = orjson.loads(content)
    return [list(row) for row in zip(*known, _rows(blocks), _rows(moved), origins, strict=True)]


def unpacked(number: int, record: list[Any], content: bytes) -> Remembered:
    """A document of its record and text.

    Raises:
        InputError: the file that it is to be read from has changed.
    """
    id_, site, size, is_whole, is_copy, (gaps, lengths, tags), (gone, sizes, keepers, steps), origin = record
    known = Origin(*origin) if origin else None
    text = known.text() if size < 0 and known else content.decode()
    starts, ends = _spans(gone, sizes)
    places = np.where(np.array(keepers, np.int32) < 0, 0, starts + np.array(steps, np.int32))
    moved = np.stack([starts, ends, np.array(keepers, np.int32), places], axis=1).astype(np.int32)
    blocks = *_spans(gaps, lengths), np.array(tags, np.uint8)
    return Remembered(number, id_, site, text, *blocks, is_whole, is_copy, moved, known)
