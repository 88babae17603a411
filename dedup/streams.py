"""Rows for other libraries, as streams of Arrow: what a run wrote, and frames with the texts of their pages."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from dedup.arrow_values import Kinds, without_views
from dedup.columnar import ROWS, table
from dedup.config import Config
from dedup.data import Format
from dedup.errors import InputError
from dedup.frames import name_of, reader
from dedup.rows import Columns
from dedup.tables import TOGETHER, column

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from dedup.remote import Remote


def of_tables(paths: Callable[[], Sequence[Path | Remote]]) -> pa.RecordBatchReader:
    """The rows of tables with the same columns, one after the other. What gives their paths is held as long as they
    are read: a temporary folder lasts as long as its `Result`."""

    def batches() -> Iterator[pa.RecordBatch]:
        for path in paths():
            with table(path) as opened:
                for part in opened.parts():
                    if part.batch is None:
                        raise InputError(f"{path}: {part.broken}")
                    yield part.batch

    with table(paths()[0]) as first:
        return pa.RecordBatchReader.from_batches(first.schema, batches())


def of_records(records: Callable[[], Iterator[dict[str, Any]]]) -> pa.RecordBatchReader:
    """Records as rows, with the columns and types that `--format parquet` gives them. They are gone through twice."""
    kinds = Kinds()
    for record in records():
        kinds.see(record)
    schema = (kinds if kinds.names() else Kinds(("id", "text"))).schema()

    def batches() -> Iterator[pa.RecordBatch]:
        left = records()
        while own := list(islice(left, TOGETHER)):
            arrays = [column([each.get(field.name) for each in own], field) for field in schema]
            yield pa.RecordBatch.from_arrays(arrays, schema=schema)

    return pa.RecordBatchReader.from_batches(schema, batches())


class Extracted:
    """The rows of a frame with the texts of their pages, for any library that takes an Arrow stream.

    They are extracted as they are asked for, once for each time that they are.
    """

    def __init__(self, frame: Any, format_: Format | None, text_of: Callable[[str], str | None]) -> None:
        self._frame, self._format, self._text_of = frame, format_, text_of

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """The rows in order, with all columns as they were and `text`: null where nothing can be extracted.

        Raises:
            InputError: there is no column of pages or texts.
        """
        opened = reader(self._frame)
        columns = Columns.of(without_views(opened.schema), Config())
        if isinstance(columns, str):
            raise InputError(f"{name_of(self._frame)}: {columns}")
        is_page = (self._format or columns.format) is Format.HTML
        at, field = opened.schema.get_field_index("text"), pa.field("text", pa.large_string())
        schema = opened.schema.append(field) if at < 0 else opened.schema.set(at, field)

        def batches() -> Iterator[pa.RecordBatch]:
            for batch in (whole.slice(start, ROWS) for whole in opened for start in range(0, whole.num_rows, ROWS)):
                pages = batch.column(columns.body).to_pylist()
                texts = pa.array([self._text_of(page) if page and is_page else page for page in pages], field.type)
                arrays = [texts if number == at else own for number, own in enumerate(batch.columns)]
                yield pa.RecordBatch.from_arrays(arrays if at >= 0 else [*arrays, texts], schema=schema)

        return pa.RecordBatchReader.from_batches(schema, batches()).__arrow_c_stream__(requested_schema)
