"""Tables of Parquet and Arrow IPC: their rows as sources, and read again as they are.

What a table holds beside its texts is never taken apart: where documents are written as rows, those of the input are
taken as they are, type for type (`dedup.tables`).
"""

from __future__ import annotations

from contextlib import contextmanager
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, Any, NamedTuple, cast

import pyarrow as pa
import pyarrow.compute as pc

from dedup.arrow_values import as_python, without_views
from dedup.compressed import BUFFER, is_broken, reading
from dedup.data import Failure, Format, Source
from dedup.fields import Fields, is_larger, no_text, plain
from dedup.formats import compression, told

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from dedup.config import Config
    from dedup.remote import Remote

ROWS, BYTES = 1_000, 32_000_000
"""Rows that are held at a time, or fewer where they are of so many bytes, as the file has it."""
_MAGIC = b"ARROW1"


class Part(NamedTuple):
    """Some rows of a table, the number of the first (from 0), and why others behind it cannot be read, if so."""

    first: int
    batch: pa.RecordBatch | None
    broken: str = ""


class Table:
    """An open table: its schema, and its rows part by part."""

    def __init__(self, stream: IO[bytes], kind: str) -> None:
        self._parquet: Any = None
        self._batches: Any = None
        if kind == "parquet":
            import pyarrow.parquet as pq

            self._parquet = pq.ParquetFile(
                stream, pre_buffer=False, buffer_size=BUFFER, page_checksum_verification=True
            )
            self.schema: pa.Schema = without_views(self._parquet.schema_arrow)
        else:
            beginning = stream.read(len(_MAGIC))
            stream.seek(0)
            self._batches = pa.ipc.open_file(stream) if beginning == _MAGIC else pa.ipc.open_stream(stream)
            self.schema = without_views(self._batches.schema)

    def parts(self) -> Iterator[Part]:
        """All rows in order. Of Parquet a group of rows that is broken is told and passed over; of Arrow what comes
        behind a broken batch cannot be found."""
        for part in self._of_parquet() if self._parquet else self._of_arrow():
            yield part if part.batch is None else part._replace(batch=self._as_known(part.batch))

    def _as_known(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        if batch.schema.equals(self.schema):
            return batch
        columns = [
            pc.run_end_decode(each) if pa.types.is_run_end_encoded(each.type) else each for each in batch.columns
        ]
        return pa.RecordBatch.from_arrays(columns, batch.schema.names).cast(self.schema)

    def _of_parquet(self) -> Iterator[Part]:
        first = 0
        for number in range(self._parquet.num_row_groups):
            group, at = self._parquet.metadata.row_group(number), first
            rows = max(1, min(ROWS, BYTES * group.num_rows // max(1, group.total_byte_size)))
            try:
                for batch in self._parquet.iter_batches(rows, row_groups=[number], use_threads=False):
                    yield Part(at, batch)
                    at += batch.num_rows
            except (pa.ArrowException, OSError) as error:
                end = first + group.num_rows
                yield Part(at, None, f"rows {at + 1} to {end} cannot be read: {_first_line(error)}")
            first += group.num_rows

    def _of_arrow(self) -> Iterator[Part]:
        first = 0
        try:
            for batch in _batches(self._batches):
                size = batch.get_total_buffer_size()  # nbytes knows no views
                rows = max(1, min(ROWS, BYTES * batch.num_rows // max(1, size)))
                for start in range(0, batch.num_rows, rows):
                    yield Part(first + start, batch.slice(start, rows))
                first += batch.num_rows
        except (pa.ArrowException, OSError) as error:
            yield Part(first, None, f"what comes behind row {first} cannot be read: {_first_line(error)}")


def _batches(opened: Any) -> Iterator[pa.RecordBatch]:
    if isinstance(opened, pa.ipc.RecordBatchFileReader):
        yield from map(opened.get_batch, range(opened.num_record_batches))
    else:
        yield from opened


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]


@contextmanager
def table(path: Path | Remote, asked: str = "") -> Iterator[Table]:
    """A file as a table; what is compressed is unpacked into a temporary file, since tables are not read in order.

    Raises:
        pa.ArrowException: it is none.
        OSError: it cannot be read.
    """
    known, suffix = told(path, asked), compression(path)
    assert known
    with path.open("rb", BUFFER) as raw:
        if not suffix and raw.seekable():
            yield Table(raw, known.name)
            return
        with reading(raw, suffix) as packed, TemporaryFile() as stream:
            while piece := packed.read(BUFFER):
                stream.write(piece)
            stream.seek(0)
            yield Table(cast("IO[bytes]", stream), known.name)


def save(rows: pa.RecordBatchReader, path: Path) -> None:
    """Write rows as a file of Arrow.

    Raises:
        pa.ArrowException: they cannot be read.
    """
    if any(map(pa.types.is_dictionary, rows.schema.types)):  # such a file has one dictionary for a column
        rows = rows.read_all().unify_dictionaries().to_reader()
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, rows.schema) as writer:
        for batch in rows:
            writer.write_batch(batch)


# ── as sources ──────────────────────────────────────────────────────────────────────────────────────────────────────


def rows(name: str, path: Path | Remote, number: int, config: Config) -> Iterator[Source | Failure]:
    """The rows of a table as sources; `number` is that of the file, which they are found again by. All columns are
    read: where one of them is broken, its rows cannot be written."""
    try:
        with table(path, config.input_format) as opened:
            columns = Columns.of(opened.schema, config)
            if isinstance(columns, str):
                yield Failure(name, columns)
                return
            empty = True
            for part in opened.parts():
                empty = empty and part.batch is not None and not part.batch.num_rows
                if part.batch is None:
                    yield Failure(f"{name}:{part.first + 1}", part.broken)
                else:
                    yield from _sources(part.batch, columns, f"{name}:", (number, part.first))
            if empty:
                yield Failure(name, "empty: there is no row in it")
    except Exception as error:
        if not is_unreadable(error) or getattr(error, "errno", None):
            raise
        what = "compressed file is broken" if compression(path) and is_broken(error) else "cannot be read as a table"
        yield Failure(name, f"{what}: {_first_line(error)}")


def is_unreadable(error: Exception) -> bool:
    """Whether an error is the file's fault."""
    return isinstance(error, pa.ArrowException | OSError) or is_broken(error)


class Columns(NamedTuple):
    """Which columns of a table are read: that of the texts, how these are marked up, and those of ids and so on."""

    body: str
    format: Format
    names: list[str]
    """The fields that are asked for, also those within columns."""
    id: str
    """The column of ids, or what one is called that is added."""
    fills: bool
    """Whether an id that is missing can be put there: the column is one of texts, or is added."""
    largest: int
    """Bytes that a text may have."""
    goes: tuple[str, ...]
    """Columns that something else takes the place of."""

    @property
    def text(self) -> str:
        """The column that the clean text is written to."""
        return self.body if self.format is Format.TEXT else "text"

    @classmethod
    def of(cls, schema: pa.Schema, config: Config) -> Columns | str:
        """The columns of a table; or why it has no documents."""
        fields = Fields(config)
        body = fields.body(dict.fromkeys(schema.names, ""))
        if body is None:
            return no_text(config, schema.names)
        twice = sorted({each for each in schema.names if schema.names.count(each) > 1})
        if twice:
            return f"has the column {twice[0]!r} twice"
        if not _is_text(schema.field(body.name).type):
            return f"its column {body.name} holds no text but {schema.field(body.name).type}"
        names = [each for role in fields.names.values() for each in role if each != body.name]
        id_ = next((each for each in fields.names["id"] if each in schema.names), fields.id)
        fills = id_ not in schema.names or _is_text(schema.field(id_).type)
        replaced = ["text"] if body.format is not Format.TEXT else []
        goes = (*replaced, *(["dedup"] if config.provenance else []))
        return cls(body.name, body.format, [*names, body.name], id_, fills, config.max_bytes, goes)


def _is_text(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        return _is_text(kind.value_type)
    known = (pa.types.is_string, pa.types.is_large_string, pa.types.is_binary, pa.types.is_large_binary)
    return any(is_one(kind) for is_one in known)


def _sources(
    batch: pa.RecordBatch, columns: Columns, name: str, numbered: tuple[int, int]
) -> Iterator[Source | Failure]:
    file, first = numbered
    whole = batch.to_struct_array()
    found = {field: inner for field in columns.names if (inner := _within(whole, field)) is not None}
    wrong: dict[int, str] = {}
    values = [_values(field, column, wrong) for field, column in found.items()]
    for at, row in enumerate(zip(*values, strict=True)):
        place = f"{name}{first + at + 1}"
        stated = {field: value for field, value in zip(found, row, strict=True) if value is not None}
        if at in wrong:
            yield Failure(place, wrong[at])
        elif columns.body not in stated:
            yield Failure(place, f"its {columns.body} is null")
        elif is_larger(stated[columns.body], columns.largest):
            yield Failure(place, f"larger than max_bytes = {columns.largest}; raise it with --max-bytes")
        elif not columns.fills and columns.id not in stated:
            yield Failure(place, f"its {columns.id} is null, where others have {batch.schema.field(columns.id).type}")
        else:
            yield Source(place, place, None, stated, row=(file, first + at))


def _within(column: pa.StructArray, name: str) -> pa.Array | None:
    """A column, or one within a column: see `fields.within`."""
    if (at := column.type.get_field_index(name)) >= 0:
        return pc.struct_field(column, [at])
    outer, dot, rest = name.partition(".")
    at = column.type.get_field_index(outer)
    inner = pc.struct_field(column, [at]) if dot and at >= 0 else None
    return _within(inner, rest) if inner is not None and pa.types.is_struct(inner.type) else None


def _values(name: str, column: pa.Array, wrong: dict[int, str]) -> list[Any]:
    """The values of a column as JSON can hold them; into `wrong` why some cannot be, by their places."""
    values = as_python(column)
    if all(type(value) in _AS_THEY_ARE for value in values):
        return values
    for at, value in enumerate(values):
        try:
            values[at] = _plain(name, value)
        except ValueError as error:
            values[at] = None
            wrong.setdefault(at, str(error))
    return values


_AS_THEY_ARE = {str, int, float, bool, type(None)}


def _plain(name: str, value: Any) -> Any:
    """A value as JSON can hold it: times as ISO 8601, bytes as the UTF-8 that they are.

    Raises:
        ValueError: they are none.
    """
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError as error:
            raise ValueError(f"its {name} is not UTF-8: {error}") from error
    if type(value) in _AS_THEY_ARE:
        return value
    return [_plain(name, each) for each in value] if isinstance(value, list) else plain(value)
