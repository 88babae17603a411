"""Tables of Parquet and Arrow IPC, opened and read part by part: as sources (`dedup.rows`), and again as they are.

What a table holds beside its texts is never taken apart: where documents are written as rows, those of the input are
taken as they are, type for type (`dedup.tables`).
"""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, Any, NamedTuple, cast

import pyarrow as pa
import pyarrow.compute as pc

from dedup.arrow_values import without_views
from dedup.compressed import BUFFER, reading
from dedup.formats import compression, told

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

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

    @property
    def count(self) -> int:
        """How many rows there are; a stream of Arrow is read for it."""
        if self._parquet:
            return int(self._parquet.metadata.num_rows)
        return sum(batch.num_rows for batch in _batches(self._batches))

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
                yield Part(at, None, f"rows {at + 1} to {end} cannot be read: {first_line(error)}")
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
            yield Part(first, None, f"what comes behind row {first} cannot be read: {first_line(error)}")


def _batches(opened: Any) -> Iterator[pa.RecordBatch]:
    if isinstance(opened, pa.ipc.RecordBatchFileReader):
        yield from map(opened.get_batch, range(opened.num_record_batches))
    else:
        yield from opened


def first_line(error: Exception) -> str:
    """What Arrow says of an error, without where in its code that is."""
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
    with path.open("rb", BUFFER) as raw, ExitStack() as stack:
        stack.callback(pa.default_memory_pool().release_unused)  # 40 MB of what it had would stay with the process
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
