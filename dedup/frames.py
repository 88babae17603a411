"""Data frames as Arrow, of whatever library: pandas, Polars and DuckDB give an Arrow stream (the PyCapsule interface),
data sets of Hugging Face and of PyArrow are read as such. None of these is imported for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import chain
from typing import TYPE_CHECKING, Any, Protocol

from dedup.data import Format
from dedup.errors import InputError
from dedup.fields import Fields

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pyarrow as pa

    from dedup.config import Config

STREAM = "__arrow_c_stream__"
ROWS = 1_000
"""Rows of a data set that are asked for at a time."""


class Frame(Protocol):
    """A data frame: what gives an Arrow stream. (Data sets of Hugging Face are taken as well, which are iterables.)"""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """See the Arrow PyCapsule interface."""
        ...


def is_frame(value: object) -> bool:
    """Whether something holds rows or texts as columns, whether or not it can be read."""
    return hasattr(value, STREAM) or _library(value) in ("datasets", "pandas", "polars", "pyarrow")


def name_of(value: object) -> str:
    """What something is called in messages: `polars.LazyFrame`."""
    return ".".join(each for each in (_library(value), type(value).__name__) if each)


def _library(value: object) -> str:
    """The library whose class something is, or is derived from; empty if it is none that is read here."""
    known = ("datasets", "duckdb", "pandas", "polars", "pyarrow")
    found = (each.__module__.partition(".")[0] for each in type(value).__mro__)
    return next((name for name in found if name in known), "")


def reader(frame: Any) -> pa.RecordBatchReader:
    """The rows of a frame; read once.

    Raises:
        InputError: it gives none, or two columns have the same name.
    """
    import pyarrow as pa

    try:
        opened = _opened(frame)
    except (pa.ArrowException, TypeError, ValueError, NotImplementedError) as error:
        raise unreadable(frame, error) from error
    twice = sorted({each for each in opened.schema.names if opened.schema.names.count(each) > 1})
    if twice:
        raise InputError(f"{name_of(frame)}: has the column {twice[0]!r} twice")
    return opened


def unreadable(frame: Any, error: Exception) -> InputError:
    """The error of a frame that cannot be read."""
    return InputError(f"{name_of(frame)}: cannot be read as a table: {' '.join(map(str, error.args))}")


def _opened(frame: Any) -> pa.RecordBatchReader:
    import pyarrow as pa

    library, kind = _library(frame), type(frame).__name__
    if kind == "LazyFrame":
        raise InputError(f"{name_of(frame)}: is not computed yet; give frame.collect()")
    if library == "datasets" and isinstance(frame, Mapping):
        raise InputError(f"{name_of(frame)}: is several; give one: {', '.join(f'[{each!r}]' for each in frame)}")
    if isinstance(frame, Mapping):
        raise InputError("one mapping is not several: put it in a list")
    if hasattr(frame, STREAM):
        return pa.RecordBatchReader.from_stream(frame)
    if library == "datasets":
        return _of_data_set(frame)
    if hasattr(frame, "scanner"):  # pyarrow.dataset.Dataset
        return frame.scanner().to_reader()
    if hasattr(frame, "to_reader"):
        return frame.to_reader()
    raise InputError(f"{name_of(frame)}: is no table that gives an Arrow stream (those of pandas do from 2.2 on)")


def _of_data_set(frame: Any) -> pa.RecordBatchReader:
    """The rows of a data set of Hugging Face, in its order (that of its file may be another)."""
    import pyarrow as pa

    tables = frame.with_format("arrow").iter(ROWS)
    first = next(tables, None)
    if first is None:
        schema = frame.features.arrow_schema if frame.features else pa.schema([])
        return pa.RecordBatchReader.from_batches(schema, [])
    batches = (batch for each in chain([first], tables) for batch in each.cast(first.schema).to_batches())
    return pa.RecordBatchReader.from_batches(first.schema, batches)


# ── texts ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def texts(given: Iterable[Any] | Frame, config: Config) -> Iterator[str]:
    """The texts of a frame, of a column, of mappings, or texts as they are; of a row that has none an empty one.

    Raises:
        InputError: there is no column of texts; or, once it is reached, a mapping has none.
    """
    names = [name for fields, kind in Fields(config).bodies if kind is not Format.HTML for name in fields]
    if not isinstance(given, Iterable) or is_frame(given):
        return _of_columns(given, names)
    if isinstance(given, Mapping):
        raise InputError("one mapping is not several: put it in a list")
    return _of_each(given, names)


def _of_each(given: Iterable[Any], names: Sequence[str]) -> Iterator[str]:
    for number, each in enumerate(given):
        if not isinstance(each, Mapping):
            yield each
            continue
        name = next((name for name in names if name in each), None)
        if name is None:
            raise InputError(f"number {number}: has no text: its fields are {', '.join(map(str, each))}")
        yield each[name] or ""


def _of_columns(frame: Any, names: Sequence[str]) -> Iterator[str]:
    if (column := _column(frame)) is not None:
        chunks: Iterable[Any] = column.chunks
    else:
        opened = reader(frame)
        own = opened.schema.names
        name = next((name for name in names if name in own), None)
        if name is None:
            raise InputError(
                f"{name_of(frame)}: has no text: its columns are {', '.join(own)}; text_field names another"
            )
        chunks = (batch.column(name) for batch in opened)
    return (text or "" for chunk in chunks for text in chunk.to_pylist())


def _column(frame: Any) -> Any:
    """A series or an array as a column of Arrow; None if it is something else."""
    import pyarrow as pa

    if isinstance(frame, pa.ChunkedArray):
        return frame
    if _library(frame) == "pandas" and not hasattr(frame, "columns"):  # its series give a stream from 3.0 on
        return pa.chunked_array([pa.array(frame, from_pandas=True)])
    if isinstance(frame, pa.Array):
        return pa.chunked_array([frame])
    return pa.chunked_array(frame) if type(frame).__name__ == "Series" and hasattr(frame, STREAM) else None
