"""Clean documents as rows: what a table of the input holds beside its texts is taken from there, type for type; what
else is known becomes columns behind those."""

from __future__ import annotations

from io import BytesIO
from itertools import groupby, islice
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from dedup.arrow_values import Kinds
from dedup.arrow_values import records as as_records
from dedup.columnar import table
from dedup.errors import InputError
from dedup.find import stamp
from dedup.formats import TABLES, told
from dedup.rows import Columns, is_unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from dedup.config import Config
    from dedup.find import Stamp
    from dedup.remote import Remote

TOGETHER, CHARACTERS = 1_000, 32_000_000
"""Records that are held at a time, or fewer where they are of so many characters."""


class Row(NamedTuple):
    """What becomes of a row of a table: see `records.row_line`."""

    file: int
    number: int
    id: str
    text: str | None
    more: dict[str, Any]


class Inputs(NamedTuple):
    """The files that were read, by number, some of which are tables; the settings; and what these were when they were
    opened first (`stamp`)."""

    files: Sequence[tuple[str, Path | Remote]]
    config: Config
    stamps: Mapping[int, Stamp]

    def schema(self) -> pa.Schema:
        """The columns of all tables, as they are written: the text in the place of the page it was taken
        from, and an id if there is none.

        Raises:
            InputError: they do not go together.
        """
        whole = pa.schema([])
        for number in range(len(self.files)):
            own = self._schema(number)
            try:
                whole = pa.unify_schemas([whole, own], promote_options="permissive") if len(whole) else own
            except pa.ArrowException as error:
                name, _ = self.files[number]
                raise InputError(f"{name}: its columns do not go with those before it: {_clash(whole, own)}") from error
        return whole

    def check(self, kind: str) -> None:
        """See that the columns of all tables can be written.

        Raises:
            InputError: they do not go together, or Parquet has no type for one.
        """
        schema = self.schema()
        for field in schema if kind == "parquet" else ():
            try:
                pq.ParquetWriter(BytesIO(), pa.schema([field])).close()
            except pa.ArrowException as error:
                raise InputError(f"{field.name}: Parquet has no type for {field.type}; --format arrow has") from error

    def names(self, more: Kinds) -> list[str]:
        """The columns of all tables, and what else is known."""
        own = [name for number in range(len(self.files)) for name in self._schema(number).names]
        return list(dict.fromkeys([*own, *more.names()]))

    def _schema(self, number: int) -> pa.Schema:
        path = self.files[number][1]
        known = told(path, self.config.input_format)
        if known is None or known.name not in TABLES:
            return pa.schema([])
        try:
            with table(path, self.config.input_format) as opened:
                columns = Columns.of(opened.schema, self.config)
                return pa.schema([]) if isinstance(columns, str) else written(opened.schema, columns)
        except Exception as error:
            if not is_unreadable(error):
                raise
            return pa.schema([])  # that it cannot be read is told where its rows are read

    def taken(self, lines: Iterator[Any]) -> Iterator[tuple[list[Any], pa.RecordBatch | None]]:
        """The lines of clean documents, some at a time, with the rows of their table as they were: none for those that
        are no rows.

        Raises:
            InputError: a table is not what it was.
        """
        for number, own in groupby(lines, lambda each: each[0] if isinstance(each, list) else None):
            if number is None:
                while some := list(_some(own)):
                    yield some, None
            else:
                yield from self._rows(number, (Row(*each) for each in own))

    def _rows(self, number: int, rows: Iterator[Row]) -> Iterator[tuple[list[Row], pa.RecordBatch]]:
        name, path = self.files[number]
        changed = InputError(f"{name}: was changed while it was read")
        if stamp(path) != self.stamps[number]:
            raise changed
        row = next(rows, None)
        with table(path, self.config.input_format) as opened:
            columns = Columns.of(opened.schema, self.config)
            for part in opened.parts():
                own = []
                while part.batch is not None and row and part.first <= row.number < part.first + part.batch.num_rows:
                    own.append(row)
                    row = next(rows, None)
                if own and part.batch is not None and isinstance(columns, Columns):
                    places = np.array([each.number - part.first for each in own], np.int64)
                    # `pa.array` would import pandas where that is installed: .3 s.
                    taken = pa.Array.from_buffers(pa.int64(), len(own), [None, pa.py_buffer(places)])
                    yield own, replaced(part.batch.take(taken), own, columns)
        if row or stamp(path) != self.stamps[number]:
            raise changed


def _some(records: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """As many records as are held at a time."""
    size = 0
    for record in islice(records, TOGETHER):
        yield record
        size += sum(len(value) for value in record.values() if isinstance(value, str))
        if size >= CHARACTERS:
            return


def with_more(schema: pa.Schema, kinds: Kinds) -> pa.Schema:
    """The columns of tables, and behind them those of what else is known."""
    more = [field for field in kinds.schema() if schema.get_field_index(field.name) < 0]
    return pa.schema([*schema, *more], schema.metadata)


def _clash(one: pa.Schema, other: pa.Schema) -> str:
    for field in other:
        if (at := one.get_field_index(field.name)) >= 0:
            try:
                pa.unify_schemas([pa.schema([one.field(at)]), pa.schema([field])], promote_options="permissive")
            except pa.ArrowException:
                return f"{field.name} is {field.type}, and was {one.field(at).type}; --format jsonl holds both"
    return "their order"


def written(schema: pa.Schema, columns: Columns) -> pa.Schema:
    """The columns of a table as they are written: texts and ids in bytes become texts."""
    fields = [
        pa.field("text", pa.string()) if field.name == columns.body and columns.body != columns.text else field
        for field in schema
        if field.name not in columns.goes or field.name == columns.body
    ]
    as_texts = {pa.binary(): pa.string(), pa.large_binary(): pa.large_string()}
    read = (columns.text, columns.id)
    fields = [each.with_type(as_texts.get(each.type, each.type)) if each.name in read else each for each in fields]
    if columns.id not in schema.names:
        fields.insert(0, pa.field(columns.id, pa.string()))
    return pa.schema(fields, schema.metadata)


def replaced(batch: pa.RecordBatch, rows: Sequence[Row], columns: Columns) -> pa.RecordBatch:
    """Rows of a table with the texts that stay of them, and with ids where there are none."""
    target, arrays = written(batch.schema, columns), []
    for field in target:
        if field.name == columns.text:
            arrays.append(_texts(batch.column(columns.body), [each.text for each in rows], field.type))
        elif field.name == columns.id and columns.fills:
            arrays.append(_ids(batch, [each.id for each in rows], field))
        else:
            arrays.append(batch.column(field.name))
    return pa.RecordBatch.from_arrays(arrays, schema=target)


def _texts(column: pa.Array, texts: list[str | None], kind: pa.DataType) -> pa.Array:
    """Texts in the place of those of a column, of which those stay for which there is none."""
    if column.type == kind and not any(text is not None for text in texts):
        return column
    return _as(pc.coalesce(pa.array(texts, pa.large_string()), _decoded(column)), kind)


def _ids(batch: pa.RecordBatch, ids: list[str], field: pa.Field) -> pa.Array:
    """The column of ids, those that are missing put in."""
    if field.name not in batch.schema.names:
        return pa.array(ids, field.type)
    own = _decoded(batch.column(field.name)).to_pylist()
    if all(own):
        return batch.column(field.name).cast(field.type)
    filled = [old or id_ for old, id_ in zip(own, ids, strict=True)]
    return _as(pa.array(filled, pa.large_string()), field.type)


def _decoded(column: pa.Array) -> pa.Array:
    """A column of texts, or of bytes that are, in one type."""
    return (column.dictionary_decode() if pa.types.is_dictionary(column.type) else column).cast(pa.large_string())


def _as(column: pa.Array, kind: pa.DataType) -> pa.Array:
    """A column of texts in another type of text."""
    if pa.types.is_dictionary(kind):
        return _as(column, kind.value_type).dictionary_encode().cast(kind)
    return column.cast(kind)


def batches(lines: Iterator[Any], inputs: Inputs, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    """Clean documents as rows of these columns.

    Raises:
        InputError: see `Inputs.taken`; or what two inputs have in a column is not to be one.
    """
    for own, rows in inputs.taken(lines):
        arrays = []
        for field in schema:
            if rows is not None and rows.schema.get_field_index(field.name) >= 0:
                arrays.append(_cast(rows.column(field.name), field, inputs.files[own[0].file][0]))
            else:
                records = own if rows is None else [each.more for each in own]
                arrays.append(column([each.get(field.name) for each in records], field))
        yield pa.RecordBatch.from_arrays(arrays, schema=schema)


def _cast(column: pa.Array, field: pa.Field, name: str) -> pa.Array:
    try:
        return column if column.type == field.type else column.cast(field.type)
    except pa.ArrowException as error:
        why = f"its column {field.name} does not go into the {field.type} that all inputs need"
        raise InputError(f"{name}: {why}: {error}; --format jsonl holds both") from error


def column(values: list[Any], field: pa.Field) -> pa.Array:
    """Values of JSON as a column.

    Raises:
        InputError: the column is one of a table that has another type.
    """
    if pa.types.is_string(field.type) or pa.types.is_large_string(field.type):
        values = [each if each is None or isinstance(each, str) else orjson.dumps(each).decode() for each in values]
    try:
        return pa.array(values, field.type)
    except (pa.ArrowException, OverflowError) as error:
        why = f"is {field.type} in a table, and something else in other inputs: {error}; --format jsonl holds both"
        raise InputError(f"{field.name}: {why}") from error


def size(batch: pa.RecordBatch) -> int:
    """Bytes of the values of rows, before compression."""
    columns = (c.dictionary_decode() if pa.types.is_dictionary(c.type) else c for c in batch.columns)
    return sum(column.nbytes for column in columns)


def pieces(batch: pa.RecordBatch, limit: int) -> Iterator[pa.RecordBatch]:
    """Rows in pieces, so that parts of so many bytes become nearly full of them; 0: there is no limit."""
    if not limit or batch.num_rows <= 1 or size(batch) <= limit // 16:
        yield batch
        return
    half = batch.num_rows // 2
    yield from pieces(batch.slice(0, half), limit)
    yield from pieces(batch.slice(half), limit)


def records(lines: Iterator[Any], inputs: Inputs) -> Iterator[dict[str, Any]]:
    """Clean documents as records: the rows of tables with all their columns."""
    for own, rows in inputs.taken(lines):
        if rows is None:
            yield from own
            continue
        for line, row in zip(own, as_records(rows), strict=True):
            yield {**row, **{name: value for name, value in line.more.items() if name not in row}}
