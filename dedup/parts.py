"""Files of clean documents: one, or parts of at most so many bytes; of lines, of cells, or of rows of a table."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from io import BytesIO
from typing import TYPE_CHECKING, Any

from dedup.temporary import temporary
from dedup.write import PART, Buffer, Files, name_in, writing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    import pyarrow as pa

    Opened = Callable[[Path], AbstractContextManager[Callable[[Any], object]]]
    """What opens a file, and gives what writes into it."""

GROUP_ROWS, GROUP_BYTES = 10_000, 64_000_000
"""A group of rows of Parquet ends with whichever comes first."""


class Parts:
    """What writes a file, or where there is a limit of bytes a folder of files."""

    def __init__(self, path: Path, format_: str, limit: int, opened: Opened) -> None:
        self._path, self._format, self._limit, self._opened = path, format_, limit, opened
        self._stack, self._number, self._size = ExitStack(), 0, 0
        self._add: Callable[[Any], object] | None = None

    def __enter__(self) -> Parts:
        return self

    def __exit__(self, *error: Any) -> None:
        if self._add is None and error[0] is None:
            self._next()  # an empty corpus has a file, too
        self._stack.__exit__(*error)

    def put(self, some: Any, size: int) -> None:
        """Write something of so many bytes."""
        if self._add is None or (self._limit and self._size and self._size + size > self._limit):
            self._next()
        assert self._add
        self._add(some)
        self._size += size

    def put_lines(self, lines: Buffer) -> None:
        """Write lines; a part ends where a line does."""
        for some in BytesIO(lines) if self._limit else (lines,):
            self.put(some, len(some))

    def _next(self) -> None:
        self._stack.close()
        path = self._path / f"{PART}{self._number:05}.{self._format}" if self._limit else self._path
        self._add = self._stack.enter_context(self._opened(path))
        self._number, self._size = self._number + 1, 0


def as_lines(files: Files) -> Opened:
    """Lines as they come."""
    return lambda path: writing(path, files)


def as_cells(files: Files, kind: str, names: Sequence[str]) -> Opened:
    """Records as rows of cells, and in `files` how many of these a spreadsheet would run."""

    @contextmanager
    def opened(path: Path) -> Iterator[Callable[[Any], object]]:
        from dedup.cells import CellRow, head

        formulas, first = 0, ""

        def add(row: CellRow) -> None:
            nonlocal formulas, first
            write(row.line)
            formulas, first = formulas + row.formulas, first or row.first

        with writing(path, files) as write:
            write(head(names, kind))
            yield add
        if formulas:
            files[name_in(path)] |= {"formulas": formulas, "first_formula": first}

    return opened


def as_table(files: Files, kind: str, schema: pa.Schema) -> Opened:
    """Batches of rows as Parquet or Arrow IPC."""

    @contextmanager
    def opened(path: Path) -> Iterator[Callable[[Any], object]]:
        with writing(path, files) as write, (_parquet if kind == "parquet" else _arrow)(write, schema) as add:
            yield add

    return opened


class _Sink:
    """A file for Arrow to write to."""

    def __init__(self, write: Callable[[Buffer], object]) -> None:
        self._write, self.closed = write, False

    def write(self, some: Any) -> int:
        """Take bytes, or a buffer of Arrow's."""
        self._write(memoryview(some))
        return len(some)

    def flush(self) -> None:
        """Nothing waits here."""

    def close(self) -> None:
        """The file is closed by what opened it."""
        self.closed = True


@contextmanager
def _arrow(write: Callable[[Buffer], object], schema: pa.Schema) -> Iterator[Callable[[Any], object]]:
    import pyarrow as pa

    from dedup.arrow_values import has_dictionaries

    with pa.PythonFile(_Sink(write), "w") as sink, pa.ipc.new_file(sink, schema) as writer:
        if not has_dictionaries(schema):
            yield writer.write_batch
            return
        # A file of Arrow has one dictionary a column, which is known only when all batches are there.
        with temporary() as folder:
            spool = str(folder / "batches.arrow")
            with pa.OSFile(spool, "wb") as file, pa.ipc.new_stream(file, schema) as stream:
                yield stream.write_batch
            with pa.memory_map(spool) as mapped:
                writer.write_table(pa.ipc.open_stream(mapped).read_all().unify_dictionaries())


@contextmanager
def _parquet(write: Callable[[Buffer], object], schema: pa.Schema) -> Iterator[Callable[[Any], object]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    waiting: list[pa.RecordBatch] = []

    def end_group() -> None:
        if waiting:
            writer.write_table(pa.Table.from_batches(waiting, schema), row_group_size=GROUP_ROWS)
            waiting.clear()

    def add(batch: pa.RecordBatch) -> None:
        rows, size = sum(each.num_rows for each in waiting), sum(each.nbytes for each in waiting)
        if rows + batch.num_rows > GROUP_ROWS or size + batch.nbytes > GROUP_BYTES:
            end_group()
        waiting.append(batch)

    with pq.ParquetWriter(pa.PythonFile(_Sink(write), "w"), schema, compression="zstd") as writer:
        yield add
        end_group()
