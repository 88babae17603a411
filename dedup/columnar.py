"""Tables of Parquet and Arrow IPC, opened and read part by part: as sources (`dedup.rows`), and again as they are.

What a table holds beside its texts is never taken apart: where documents are written as rows, those of the input are
taken as they are, type for type (`dedup.tables`).
"""

from __future__ import annotations

import re
from contextlib import ExitStack, contextmanager
from os import SEEK_END
from tempfile import TemporaryFile, gettempdir
from typing import IO, TYPE_CHECKING, Any, NamedTuple, cast

import pyarrow as pa
import pyarrow.compute as pc

from dedup.arrow_values import without_views
from dedup.compressed import BUFFER, BrokenError, check_ratio, reading
from dedup.errors import WriteError
from dedup.formats import compression, told

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from dedup.remote import Remote

ROWS, BYTES = 1_000, 32_000_000
"""Rows that are held at a time, or fewer where they are of so many bytes, as the file has it."""
DICTIONARY, DICTIONARIES = 2_000_000, 100_000_000
"""Bytes that no dictionary of Parquet has if its writer has the usual limits (1 MB); and bytes that a part may become,
since each of its rows may hold all that the dictionaries do."""
_AS_BYTES = {pa.string(): pa.binary(), pa.large_string(): pa.large_binary()}
_MAGIC = b"ARROW1"
# The head of a page that is a dictionary: its kind; its size unpacked, and packed, as zigzag varints (Thrift compact).
_DICTIONARY = re.compile(rb"\x15\x04\x15([\x80-\xff]*[\x00-\x7f])\x15([\x80-\xff]*[\x00-\x7f])", re.DOTALL)


class Part(NamedTuple):
    """Some rows of a table, the number of the first (from 0), and why others behind it cannot be read, if so."""

    first: int
    batch: pa.RecordBatch | None
    broken: str = ""


class Table:
    """An open table: its schema, and its rows part by part."""

    def __init__(self, stream: IO[bytes], kind: str) -> None:
        self._stream, self._size = stream, stream.seek(0, SEEK_END)
        stream.seek(0)
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
        behind a broken batch cannot be found; and nothing is read behind a bomb."""
        size = 0
        for part in self._of_parquet() if self._parquet else self._of_arrow():
            if part.batch is None:
                yield part
                continue
            for first, some in _held(part.first, part.batch):
                size += _bytes(some)
                try:
                    check_ratio(size, self._size)
                except BrokenError as error:
                    yield Part(first, None, f"what comes behind row {first} is not read: {error}")
                    return
                yield Part(first, self._as_known(some))

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
            try:
                rows = self._rows(group)
                for batch in self._parquet.iter_batches(rows, row_groups=[number], use_threads=False):
                    yield Part(at, batch)
                    at += batch.num_rows
            except (pa.ArrowException, OSError, BrokenError) as error:
                end = first + group.num_rows
                yield Part(at, None, f"rows {at + 1} to {end} cannot be read: {first_line(error)}")
            first += group.num_rows

    def _rows(self, group: Any) -> int:
        """How many rows of a group are read at a time.

        Raises:
            BrokenError: it is a bomb.
        """
        columns = [group.column(number) for number in range(group.num_columns)]
        check_ratio(group.total_byte_size, sum(each.total_compressed_size for each in columns))
        sizes = [self._dictionary(each) for each in columns if each.physical_type == "BYTE_ARRAY"]
        most = max(1, *sizes, sum(each for each in sizes if each > DICTIONARY))
        by_size = int(BYTES * group.num_rows // max(1, group.total_byte_size))
        return max(1, min(ROWS, by_size, DICTIONARIES // int(most)))

    def _dictionary(self, column: Any) -> int:
        """The bytes of a column's dictionary; 0 if it has none. The footer says only how much all pages are."""
        offset = column.dictionary_page_offset if column.has_dictionary_page else 0
        self._stream.seek(offset or column.data_page_offset)
        found = _DICTIONARY.match(self._stream.read(16))
        return max(map(_varint, found.groups())) >> 1 if found else 0

    def _of_arrow(self) -> Iterator[Part]:
        first = 0
        try:
            for batch in _batches(self._batches):
                _check(batch)
                size = batch.get_total_buffer_size()  # nbytes knows no views
                rows = max(1, min(ROWS, BYTES * batch.num_rows // max(1, size)))
                for start in range(0, batch.num_rows, rows):
                    yield Part(first + start, batch.slice(start, rows))
                first += batch.num_rows
        except (pa.ArrowException, OSError) as error:
            yield Part(first, None, f"what comes behind row {first} cannot be read: {first_line(error)}")


def _check(batch: pa.RecordBatch) -> None:
    """Refuse offsets and numbers of dictionaries that lead elsewhere: Arrow believes its files. Texts that are not
    UTF-8 are told row by row.

    Raises:
        pa.ArrowInvalid: there are some.
    """
    for column in batch.columns:
        kind = _AS_BYTES.get(column.type, column.type)
        try:
            (column.view(kind) if kind != column.type else column).validate(full=True)
        except pa.ArrowInvalid as error:
            if "UTF8" not in str(error):
                raise


def _varint(digits: bytes) -> int:
    """A number of which each byte has 7 bits, the lowest first."""
    return sum((each & 127) << 7 * at for at, each in enumerate(digits))


def _held(first: int, batch: pa.RecordBatch) -> Iterator[tuple[int, pa.RecordBatch]]:
    """A batch in parts of about so many `BYTES`, and the number of the first row of each: rows of a few may all hold
    the same text, which is there once."""
    size = _bytes(batch)
    if size <= DICTIONARIES or batch.num_rows < 2:
        yield first, batch
        return
    half = batch.num_rows // 2
    yield from _held(first, batch.slice(0, half))
    yield from _held(first + half, batch.slice(half))


def _bytes(batch: pa.RecordBatch) -> int:
    """How many bytes a batch is, each value that is there once for many rows counted for each."""
    size = 0
    for column in batch.columns:
        if pa.types.is_dictionary(column.type) and is_bytes(column.type.value_type):
            size += int(pc.sum(pc.take(pc.binary_length(column.dictionary), column.indices)).as_py() or 0)
        else:
            size += _bytes_of(column)
    return size


def _bytes_of(column: pa.Array) -> int:
    try:
        return int(column.nbytes)
    except pa.ArrowException:  # of views, and what is like them, pyarrow 19 cannot tell
        return int(column.get_total_buffer_size())


def is_bytes(kind: pa.DataType) -> bool:
    """Whether a column holds texts, or bytes that may be some."""
    known = (pa.types.is_string, pa.types.is_large_string, pa.types.is_binary, pa.types.is_large_binary)
    return any(is_one(kind) for is_one in known)


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
        WriteError: there is no room to unpack it.
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
                with _room(path):
                    stream.write(piece)
            with _room(path):
                stream.seek(0)
            yield Table(cast("IO[bytes]", stream), known.name)


@contextmanager
def _room(path: Path | Remote) -> Iterator[None]:
    """Have an error meanwhile end the run: it is not the file's fault, and others would fail for it, too."""
    try:
        yield
    except OSError as error:
        why = f"{error.strerror or error}; TMPDIR names another folder"
        raise WriteError(f"{gettempdir()}: {path} cannot be unpacked there: {why}") from error


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
