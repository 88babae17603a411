"""Values of Arrow as values of Python, the same whatever else is installed: pyarrow gives times with nanoseconds as
those of pandas where that is there, and refuses them where it is not; and before 21 numbers of 16 bits as NumPy's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator


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


def mapped(kind: pa.DataType, change: Callable[[pa.DataType], pa.DataType]) -> pa.DataType:
    """A type with all types within it changed."""
    if isinstance(kind, pa.ListType | pa.LargeListType | pa.FixedSizeListType):
        inner = _field(kind.value_field, change)
        if isinstance(kind, pa.FixedSizeListType):
            return pa.list_(inner, kind.list_size)
        return pa.list_(inner) if isinstance(kind, pa.ListType) else pa.large_list(inner)
    if isinstance(kind, pa.StructType):
        return pa.struct([_field(field, change) for field in kind])
    if isinstance(kind, pa.MapType):
        return pa.map_(_field(kind.key_field, change), _field(kind.item_field, change), kind.keys_sorted)
    return change(kind)


def _field(field: pa.Field, change: Callable[[pa.DataType], pa.DataType]) -> pa.Field:
    return field.with_type(mapped(field.type, change))


def without_views(schema: pa.Schema) -> pa.Schema:
    """Columns as Arrow's functions take them, which know no views (as such Polars gives its texts) and no runs."""
    return pa.schema([field.with_type(mapped(field.type, _without_view)) for field in schema], schema.metadata)


def _without_view(kind: pa.DataType) -> pa.DataType:
    types = pa.types
    if types.is_run_end_encoded(kind):
        return mapped(kind.value_type, _without_view)
    if types.is_dictionary(kind):
        return pa.dictionary(kind.index_type, mapped(kind.value_type, _without_view), kind.ordered)
    if types.is_string_view(kind):
        return pa.large_string()
    return pa.large_binary() if types.is_binary_view(kind) else kind


def has_dictionaries(schema: pa.Schema) -> bool:
    """Whether a column is of a dictionary, or holds some."""
    found = False

    def look(kind: pa.DataType) -> pa.DataType:
        nonlocal found
        found = found or pa.types.is_dictionary(kind)
        return kind

    for kind in schema.types:
        mapped(kind, look)
    return found


def as_python(column: pa.Array) -> list[Any]:
    """The values of a column; times to the microsecond, and texts that are not UTF-8 as bytes."""
    kind = mapped(column.type, _plain)
    column = column if kind == column.type else column.cast(kind, safe=False)
    try:
        return cast("list[Any]", column.to_pylist())
    except UnicodeDecodeError:
        as_bytes = column.cast(mapped(column.type, _as_bytes))
        return [_texts(value) for value in as_bytes.to_pylist()]


def records(batch: pa.RecordBatch) -> Iterator[dict[str, Any]]:
    """Rows as mappings."""
    values = (as_python(column) for column in batch.columns)
    return (dict(zip(batch.schema.names, row, strict=True)) for row in zip(*values, strict=True))


def some(batch: pa.RecordBatch, name: str, wanted: Collection[str]) -> pa.RecordBatch:
    """The rows that have one of the wanted values in a column, or nothing; all, where there is no such column."""
    if name not in batch.schema.names:
        return batch
    own = [value in (None, "") or str(value) in wanted for value in as_python(batch.column(name))]
    return batch.filter(pa.array(own, pa.bool_()))


def _plain(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_timestamp(kind) and kind.unit == "ns":
        return pa.timestamp("us", kind.tz)
    if pa.types.is_duration(kind) and kind.unit == "ns":
        return pa.duration("us")
    if pa.types.is_float16(kind):
        return pa.float32()
    return pa.time64("us") if kind == pa.time64("ns") else kind


def _as_bytes(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_dictionary(kind):
        return _as_bytes(kind.value_type)
    return pa.large_binary() if pa.types.is_string(kind) or pa.types.is_large_string(kind) else kind


def _texts(value: Any) -> Any:
    """Bytes as texts where they are UTF-8, also within values."""
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            return value
    if isinstance(value, list | tuple):
        return type(value)(map(_texts, value))
    return {name: _texts(each) for name, each in value.items()} if isinstance(value, dict) else value


class Kinds:
    """The columns that records of JSON need, in the order in which they come up, and their types: numbers, texts and
    lists of one kind stay what they are; objects, and what has several types, become JSON in texts. `first`: columns
    that are there whatever comes up; `provenance`: whether `dedup` is ours."""

    def __init__(self, first: Iterable[str] = (), *, provenance: bool = False) -> None:
        self._found: dict[str, set[Any]] = {name: set() for name in first}
        self._known = {"dedup": PROVENANCE} if provenance else {}

    def see(self, record: dict[str, Any]) -> None:
        """Take in a record."""
        for name, value in record.items():
            self._found.setdefault(name, set()).add(_kind(value))

    def names(self) -> list[str]:
        """The columns."""
        return list(self._found)

    def schema(self) -> pa.Schema:
        """The columns and their types."""
        return pa.schema([(name, self._known.get(name) or _type(found)) for name, found in self._found.items()])


def _kind(value: Any) -> Any:
    """A type of Python, `(type,)` of a list of one type, `()` of an empty one, or None of nothing; `dict` of all
    else."""
    if value is None:
        return None
    if isinstance(value, list):
        inner = {_kind(each) for each in value} - {None}
        if not inner:
            return ()
        only = inner.pop() if len(inner) == 1 else dict
        return (only,) if only in _TYPES else dict
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > _LARGEST:
        return dict
    return type(value)


def _type(found: set[Any]) -> pa.DataType:
    kinds = found - {None}
    if kinds == {int, float}:
        return pa.float64()
    if () in kinds and all(isinstance(kind, tuple) for kind in kinds):
        kinds = kinds - {()} or {(str,)}
    if len(kinds) != 1:
        return pa.string()
    (kind,) = kinds
    return pa.list_(_TYPES[kind[0]]) if isinstance(kind, tuple) else _TYPES.get(kind, pa.string())
