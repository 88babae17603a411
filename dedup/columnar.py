"""Tables of Parquet and Arrow IPC: their rows as sources, and read again as they are.

What a table holds beside its texts is never taken apart: where documents are written as rows, those of the input are
taken as they are, type for type (`dedup.tables`).
"""

from __future__ import annotations

from contextlib import contextmanager
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, Any, NamedTuple, cast

import pyarrow as pa
from pyarrow.compute import run_end_decode

from dedup.compressed import BUFFER, is_broken, reading
from dedup.data import Failure, Format, Source
from dedup.fields import Fields, within
from dedup.formats import compression, told

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from dedup.config import Config

ROWS = 1_000
"""Rows that are held at a time."""
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

            self._parquet = pq.ParquetFile(stream)
            self.schema: pa.Schema = without_views(self._parquet.schema_arrow)
        else:
            beginning = stream.read(len(_MAGIC))
            stream.seek(0)
            self._batches = pa.ipc.open_file(stream) if beginning == _MAGIC else pa.ipc.open_stream(stream)
            self.schema = without_views(self._batches.schema)

    def parts(self, columns: Sequence[str] | None = None) -> Iterator[Part]:
        """All rows in order, of all columns or of some. Of Parquet a group of rows that is broken is told and passed
        over; of Arrow what comes behind a broken batch cannot be found."""
        for part in self._of_parquet(columns) if self._parquet else self._of_arrow(columns):
            yield part if part.batch is None else part._replace(batch=self._as_known(part.batch))

    def _as_known(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        wanted = pa.schema([self.schema.field(name) for name in batch.schema.names], self.schema.metadata)
        if batch.schema.equals(wanted):
            return batch
        columns = [run_end_decode(each) if pa.types.is_run_end_encoded(each.type) else each for each in batch.columns]
        return pa.RecordBatch.from_arrays(columns, batch.schema.names).cast(wanted)

    def _of_parquet(self, columns: Sequence[str] | None) -> Iterator[Part]:
        first = 0
        for group in range(self._parquet.num_row_groups):
            rows, at = self._parquet.metadata.row_group(group).num_rows, first
            try:
                for batch in self._parquet.iter_batches(ROWS, row_groups=[group], columns=columns, use_threads=False):
                    yield Part(at, batch)
                    at += batch.num_rows
            except (pa.ArrowException, OSError) as error:
                yield Part(at, None, f"rows {at + 1} to {first + rows} cannot be read: {_first_line(error)}")
            first += rows

    def _of_arrow(self, columns: Sequence[str] | None) -> Iterator[Part]:
        first = 0
        try:
            for whole in _batches(self._batches):
                batch = whole.select(list(columns)) if columns is not None else whole
                for start in range(0, batch.num_rows, ROWS):
                    yield Part(first + start, batch.slice(start, ROWS))
                first += batch.num_rows
        except (pa.ArrowException, OSError) as error:
            yield Part(first, None, f"what comes behind row {first} cannot be read: {_first_line(error)}")


def without_views(schema: pa.Schema) -> pa.Schema:
    """Columns as Arrow's functions take them, which know no views (as such Polars gives its texts) and no runs."""
    return pa.schema([field.with_type(_without_view(field.type)) for field in schema], schema.metadata)


def _without_view(kind: pa.DataType) -> pa.DataType:
    types, inner = pa.types, _without_view
    if types.is_string_view(kind) or types.is_binary_view(kind):
        return pa.large_string() if types.is_string_view(kind) else pa.large_binary()
    if types.is_run_end_encoded(kind):
        return inner(kind.value_type)
    if types.is_dictionary(kind) and inner(kind.value_type) != kind.value_type:
        return pa.dictionary(kind.index_type, inner(kind.value_type), kind.ordered)
    if types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind):
        field = kind.value_field.with_type(inner(kind.value_type))
        size = (kind.list_size,) if types.is_fixed_size_list(kind) else ()
        return (pa.large_list if types.is_large_list(kind) else pa.list_)(field, *size)
    if types.is_map(kind):
        return pa.map_(inner(kind.key_type), inner(kind.item_type))
    return pa.struct([field.with_type(inner(field.type)) for field in kind]) if types.is_struct(kind) else kind


def _batches(opened: Any) -> Iterator[pa.RecordBatch]:
    if isinstance(opened, pa.ipc.RecordBatchFileReader):
        yield from map(opened.get_batch, range(opened.num_record_batches))
    else:
        yield from opened


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]


@contextmanager
def table(path: Path, asked: str = "") -> Iterator[Table]:
    """A file as a table; what is compressed is unpacked into a temporary file, since tables are not read in order.

    Raises:
        pa.ArrowException: it is none.
        OSError: it cannot be read.
    """
    known, suffix = told(path, asked), compression(path)
    assert known
    with path.open("rb", BUFFER) as raw:
        if not suffix:
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


def rows(name: str, path: Path, number: int, config: Config) -> Iterator[Source | Failure]:
    """The rows of a table as sources; `number` is that of the file, which they are found again by."""
    try:
        with table(path, config.input_format) as opened:
            reading_ = Columns.of(opened.schema, config)
            if isinstance(reading_, str):
                yield Failure(name, reading_)
                return
            empty = True
            for part in opened.parts(reading_.wanted):
                empty = False
                if part.batch is None:
                    yield Failure(f"{name}:{part.first + 1}", part.broken)
                else:
                    yield from _sources(part.batch, reading_, f"{name}:", (number, part.first))
            if empty:
                yield Failure(name, "empty: there is no row in it")
    except (pa.ArrowException, EOFError, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        what = "compressed file is broken" if compression(path) and is_broken(error) else "cannot be read as a table"
        yield Failure(name, f"{what}: {_first_line(error)}")


class Columns(NamedTuple):
    """Which columns of a table are read: that of the texts, how these are marked up, and those of ids and so on."""

    body: str
    format: Format
    wanted: list[str]
    names: list[str]
    """The fields that are asked for, also those within columns."""
    id: str
    """The column of ids; empty if there is none."""
    fills: bool
    """Whether an id that is missing can be put there: the column is one of texts."""

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
            return f"has no text: its columns are {', '.join(schema.names)}; --text-field names another"
        twice = sorted({each for each in schema.names if schema.names.count(each) > 1})
        if twice:
            return f"has the column {twice[0]!r} twice"
        if not _is_text(schema.field(body.name).type):
            return f"its column {body.name} holds no text but {schema.field(body.name).type}"
        names = [each for role in fields.names.values() for each in role]
        wanted = dict.fromkeys(
            column for each in names for column in (each, each.partition(".")[0]) if column in schema.names
        )
        id_ = next((each for each in fields.names["id"] if each in schema.names), "")
        fills = bool(id_) and _is_text(schema.field(id_).type)
        return cls(body.name, body.format, list(wanted | {body.name: None}), names, id_, fills)


def _is_text(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        return _is_text(kind.value_type)
    known = (pa.types.is_string, pa.types.is_large_string, pa.types.is_binary, pa.types.is_large_binary)
    return any(is_one(kind) for is_one in known)


def _sources(
    batch: pa.RecordBatch, columns: Columns, name: str, numbered: tuple[int, int]
) -> Iterator[Source | Failure]:
    file, first = numbered
    values = {column: _values(batch.column(column)) for column in batch.schema.names}
    for at in range(batch.num_rows):
        place = f"{name}{first + at + 1}"
        record = {column: each[at] for column, each in values.items()}
        try:
            content = {field: _plain(field, within(record, field)) for field in columns.names}
            content[columns.body] = _plain(columns.body, record[columns.body])
        except ValueError as error:
            yield Failure(place, str(error))
            continue
        stated = {field: value for field, value in content.items() if value is not None}
        if columns.body not in stated:
            yield Failure(place, f"its {columns.body} is null")
        elif columns.id and not columns.fills and columns.id not in stated:
            yield Failure(place, f"its {columns.id} is null, where others have {batch.schema.field(columns.id).type}")
        else:
            yield Source(place, place, None, stated, row=(file, first + at))


def _values(column: pa.Array) -> list[Any]:
    """The values of a column; texts that are not UTF-8 as bytes."""
    try:
        return cast("list[Any]", column.to_pylist())
    except UnicodeDecodeError:
        return cast("list[Any]", column.cast(pa.large_binary()).to_pylist())


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
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, list):
        return [_plain(name, each) for each in value]
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
