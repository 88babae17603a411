"""Clean documents as rows: what a table of the input holds beside its texts is taken from there, type for type; what
else is known becomes columns behind those."""

from __future__ import annotations

from itertools import groupby, islice
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson
import pyarrow as pa

from dedup.columnar import Columns, table
from dedup.data import Format
from dedup.errors import InputError
from dedup.formats import TABLES, told
from dedup.records import ROW

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from dedup.config import Config

TOGETHER = 1_000
"""Records that are held at a time."""
OWN = (ROW, "id", "text")
PROVENANCE = pa.struct(
    {
        "removed": pa.list_(
            pa.struct(
                {"start": pa.int64(), "end": pa.int64(), "reason": pa.string(), "kind": pa.string(),
                 "keeper": pa.string(), "similarity": pa.float64()}
            )
        )
    }
)  # fmt: skip
"""The type of the field `dedup`."""
_TYPES = {bool: pa.bool_(), int: pa.int64(), float: pa.float64(), str: pa.string()}
_LARGEST = 2**63 - 1


class Kinds:
    """The columns that records of JSON need, in the order in which they come up, and their types: numbers, texts and
    lists of one kind stay what they are; objects, and what has several types, become JSON in texts. `first`: columns
    that are there whatever comes up."""

    def __init__(self, first: Iterable[str] = ()) -> None:
        self._found: dict[str, set[Any]] = {name: set() for name in first}

    def see(self, record: dict[str, Any]) -> None:
        """Take in a line; of a row of a table what is known beside that."""
        for name, value in record.items():
            if ROW not in record or name not in OWN:
                self._found.setdefault(name, set()).add(_kind(value))

    def names(self) -> list[str]:
        """The columns."""
        return list(self._found)

    def schema(self) -> pa.Schema:
        """The columns and their types."""
        return pa.schema(
            [(name, PROVENANCE if name == "dedup" else _type(found)) for name, found in self._found.items()]
        )


def _kind(value: Any) -> Any:
    """A type of Python, `(type,)` of a list of one type, or None of nothing; `dict` of all else."""
    if value is None:
        return None
    if isinstance(value, list):
        inner = {_kind(each) for each in value} - {None}
        only = inner.pop() if len(inner) == 1 else str if not inner else dict
        return (only,) if only in _TYPES else dict
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > _LARGEST:
        return dict
    return type(value)


def _type(found: set[Any]) -> pa.DataType:
    kinds = found - {None}
    if kinds == {int, float}:
        return pa.float64()
    if len(kinds) != 1:
        return pa.string()
    (kind,) = kinds
    return pa.list_(_TYPES[kind[0]]) if isinstance(kind, tuple) else _TYPES.get(kind, pa.string())


class Inputs(NamedTuple):
    """The files that were read, by number, some of which are tables; and the settings."""

    files: Sequence[tuple[str, Path]]
    config: Config

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
        except (pa.ArrowException, OSError, EOFError):
            return pa.schema([])  # that it cannot be read is told where its rows are read

    def taken(self, lines: Iterator[dict[str, Any]]) -> Iterator[tuple[list[dict[str, Any]], pa.RecordBatch | None]]:
        """The lines of clean documents, some at a time, with the rows of their table as they were: none for those that
        are no rows.

        Raises:
            InputError: a table is not what it was.
        """
        for number, own in groupby(lines, lambda each: each[ROW][0] if ROW in each else None):
            if number is None:
                while some := list(islice(own, TOGETHER)):
                    yield some, None
            else:
                yield from self._rows(number, own)

    def _rows(self, number: int, lines: Iterator[dict[str, Any]]) -> Iterator[tuple[list[dict[str, Any]], Any]]:
        name, path = self.files[number]
        line: dict[str, Any] | None = next(lines)
        with table(path, self.config.input_format) as opened:
            columns = Columns.of(opened.schema, self.config)
            for part in opened.parts():
                own = []
                while part.batch is not None and line and line[ROW][1] < part.first + part.batch.num_rows:
                    own.append(line)
                    line = next(lines, None)
                if own and part.batch is not None and isinstance(columns, Columns):
                    places = pa.array([each[ROW][1] - part.first for each in own])
                    yield own, replaced(part.batch.take(places), own, columns)
        if line:
            raise InputError(f"{name}: was changed while it was read")


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
    """The columns of a table as they are written."""
    fields = [
        pa.field("text", pa.string()) if field.name == columns.body and columns.format is not Format.TEXT else field
        for field in schema
        if not (field.name == "text" and columns.body != "text" and columns.text == "text")
    ]
    if not columns.id:
        fields.insert(0, pa.field("id", pa.string()))
    return pa.schema(fields, schema.metadata)


def replaced(batch: pa.RecordBatch, lines: Sequence[dict[str, Any]], columns: Columns) -> pa.RecordBatch:
    """Rows of a table with the texts that stay of them, and with ids where there are none."""
    target = written(batch.schema, columns)
    ids = [each["id"] for each in lines]
    arrays = []
    for field in target:
        if field.name == columns.text:
            arrays.append(_as(pa.array([each["text"] for each in lines], pa.large_string()), field.type))
        elif field.name == "id" and not columns.id:
            arrays.append(pa.array(ids, field.type))
        elif field.name == columns.id and columns.fills and batch.column(columns.id).null_count:
            filled = [
                id_ if old is None else old for id_, old in zip(ids, batch.column(columns.id).to_pylist(), strict=True)
            ]
            arrays.append(_as(pa.array(filled), field.type))
        else:
            arrays.append(batch.column(field.name))
    return pa.RecordBatch.from_arrays(arrays, schema=target)


def _as(column: pa.Array, kind: pa.DataType) -> pa.Array:
    """A column of texts in another type of text."""
    if pa.types.is_dictionary(kind):
        return _as(column, kind.value_type).dictionary_encode().cast(kind)
    return column.cast(kind)


def batches(lines: Iterator[dict[str, Any]], inputs: Inputs, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    """Clean documents as rows of these columns."""
    for own, rows in inputs.taken(lines):
        arrays = []
        for field in schema:
            at = rows.schema.get_field_index(field.name) if rows is not None else -1
            if rows is not None and at >= 0:
                arrays.append(
                    rows.column(at) if rows.column(at).type == field.type else rows.column(at).cast(field.type)
                )
            else:
                arrays.append(column([each.get(field.name) for each in own], field))
        yield pa.RecordBatch.from_arrays(arrays, schema=schema)


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
        raise InputError(
            f"{field.name}: is {field.type} in a table, and something else in other inputs: {error}"
        ) from error


def records(lines: Iterator[dict[str, Any]], inputs: Inputs) -> Iterator[dict[str, Any]]:
    """Clean documents as records: the rows of tables with all their columns."""
    for own, rows in inputs.taken(lines):
        if rows is None:
            yield from own
            continue
        for line, row in zip(own, rows.to_pylist(), strict=True):
            yield {**row, **{name: value for name, value in line.items() if name not in OWN and name not in row}}
