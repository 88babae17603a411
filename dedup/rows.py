"""Rows of tables as sources."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from dedup.arrow_values import as_python
from dedup.columnar import first_line, is_bytes, table
from dedup.compressed import is_broken
from dedup.data import Failure, Format, Source
from dedup.fields import Fields, again, is_larger, no_text, plain
from dedup.formats import compression

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from dedup.config import Config
    from dedup.remote import Remote


def rows(name: str, path: Path | Remote, number: int, config: Config) -> Iterator[Source | Failure]:
    """The rows of a table as sources; `number` is that of the file, which they are found again by."""
    for each in read(name, path, config):
        if isinstance(each, Failure):
            yield each
        else:
            yield from _sources(each, f"{name}:", number)


class Read(NamedTuple):
    """Rows of a table as they are read: the number of the first, from 0; which columns are; the fields that are asked
    for, as JSON can hold them; and why some rows cannot be used, by their places among these."""

    first: int
    columns: Columns
    values: dict[str, list[Any]]
    wrong: dict[int, str]


def read(name: str, path: Path | Remote, config: Config) -> Iterator[Read | Failure]:
    """The rows of a table, some at a time. All columns are read: where one of them is broken, its rows cannot be
    written."""
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
                    yield _read(part.first, part.batch, columns)
            if empty:
                yield Failure(name, "empty: there is no row in it")
    except Exception as error:
        if not is_unreadable(error) or getattr(error, "errno", None):
            raise
        what = "compressed file is broken" if compression(path) and is_broken(error) else "cannot be read as a table"
        yield Failure(name, f"{what}: {first_line(error)}")


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
        if twice := again(schema.names):
            return f"has the column {twice!r} twice"
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
    return is_bytes(kind)


def _sources(read: Read, name: str, file: int) -> Iterator[Source | Failure]:
    for at, row in enumerate(zip(*read.values.values(), strict=True)):
        place, number = f"{name}{read.first + at + 1}", read.first + at
        if at in read.wrong:
            yield Failure(place, read.wrong[at])
        else:
            stated = {field: value for field, value in zip(read.values, row, strict=True) if value is not None}
            yield Source(place, place, None, stated, row=(file, number))


def _read(first: int, batch: pa.RecordBatch, columns: Columns) -> Read:
    whole = batch.to_struct_array()
    found = {field: inner for field in columns.names if (inner := _within(whole, field)) is not None}
    wrong: dict[int, str] = {}
    values = {field: _values(field, column, wrong) for field, column in found.items()}
    for at, text in enumerate(values[columns.body]):
        if text is None:
            wrong.setdefault(at, f"its {columns.body} is null")
        elif is_larger(text, columns.largest):
            wrong.setdefault(at, f"larger than max_bytes = {columns.largest}; raise it with --max-bytes")
    if not columns.fills:
        why = f"its {columns.id} is null, where others have {batch.schema.field(columns.id).type}"
        for at, id_ in enumerate(values[columns.id]):
            if id_ is None:
                wrong.setdefault(at, why)
    return Read(first, columns, values, wrong)


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
