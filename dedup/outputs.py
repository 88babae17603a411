"""The clean documents in the format that is asked for, in one file or in parts."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from io import BytesIO
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, Any, NamedTuple

import orjson

from dedup.fields import Fields, plain
from dedup.formats import AUTO, CELLS, OUTPUTS, TABLES, TREES, WHOLE, family, told
from dedup.parts import Parts, as_cells, as_lines, as_table
from dedup.records import WRITTEN
from dedup.write import ATTRIBUTES, TREE, Buffer, write_tree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from dedup.config import Config
    from dedup.tables import Kinds
    from dedup.write import Files, Piece

MB = 1_000_000


class Output(NamedTuple):
    """What is written: the format, and the inputs that rows are taken from again."""

    format: str
    config: Config
    inputs: Sequence[tuple[str, Path]]

    @classmethod
    def of(cls, config: Config, inputs: Sequence[tuple[str, Path]], *, alone: bool) -> Output:
        """The output of a run; where no format is chosen, in that of the inputs, if files are all that there is.

        Raises:
            InputError: tables whose columns do not go together are to be one.
        """
        if config.emit == ATTRIBUTES:
            return cls("jsonl", config, inputs)
        own = family((path for _, path in inputs), config.input_format) if alone else "jsonl"
        output = cls(own if config.format == AUTO else config.format, config, inputs)
        if output.format in TABLES:
            from dedup.tables import Inputs

            Inputs(inputs, config).schema()
        return output

    @property
    def kind(self) -> str:
        """The format without its compression."""
        return self.format.partition(".")[0]

    @property
    def has_tables(self) -> bool:
        """Whether there are tables among the inputs."""
        return bool(self._kinds & {*TABLES})

    @property
    def has_articles(self) -> bool:
        """Whether there are files among the inputs that are articles, of which the same is always told."""
        return bool(self._kinds & {*WHOLE, "warc"})

    @property
    def _kinds(self) -> set[str]:
        found = (told(path, self.config.input_format) for _, path in self.inputs)
        return {known.name for known in found if known}

    @property
    def limit(self) -> int:
        """Bytes of a part; 0 if all is one file."""
        return 0 if self.kind in TREES else self.config.shard_size * MB

    @property
    def name(self) -> str:
        """What holds the clean documents, or the attributes in place of them."""
        if self.config.emit == ATTRIBUTES:
            return ATTRIBUTES
        return TREE if self.kind in TREES or self.limit else f"clean.{self.format}"


@contextmanager
def clean(folder: Path, output: Output, files: Files) -> Iterator[Callable[[Piece], object]]:
    """What takes the pieces of a run; their clean documents are written when it is left, and the digests of that are in
    `files`. What an earlier run wrote in another format is removed."""
    _remove_others(folder, output)
    if output.name == ATTRIBUTES:
        from dedup.attributes import attributes

        with attributes(folder, output.inputs, output.config, files) as take:
            yield take
    elif output.kind == "jsonl" and not output.has_tables:
        with Parts(folder / output.name, output.format, output.limit, as_lines(files)) as parts:
            yield lambda piece: parts.put_lines(piece.clean)
    elif output.kind in TREES and not output.has_tables:
        yield lambda piece: _write_tree(folder / TREE, output, map(orjson.loads, BytesIO(piece.clean)))
    else:
        from dedup.tables import Kinds

        with TemporaryFile() as spool:
            kinds = Kinds(WRITTEN if output.has_articles else ())
            yield lambda piece: _spool(piece.clean, spool, kinds)
            spool.seek(0)
            _write_rows(folder / output.name, output, files, (map(orjson.loads, spool), kinds))


def _remove_others(folder: Path, output: Output) -> None:
    for name in {f"clean.{each}" for each in OUTPUTS} - {output.name}:
        (folder / name).unlink(missing_ok=True)
    for name in (TREE, ATTRIBUTES):
        shutil.rmtree(folder / name, ignore_errors=True)
    if output.name == TREE:
        (folder / TREE).mkdir()


def _write_tree(folder: Path, output: Output, records: Iterator[dict[str, Any]]) -> None:
    fields = Fields(output.config)
    for record in records:
        body = fields.body(record)
        name, text = (body.name, body.value) if body else ("text", record["text"])
        known = {field: value for field, value in record.items() if field != name}
        write_tree(folder, fields.stated(record, "id"), text, known if output.kind == "markdown" else None)


def _spool(lines: Buffer, spool: IO[bytes], kinds: Kinds) -> None:
    """Keep lines until all are there: only then it is known which columns they need."""
    for line in BytesIO(lines):
        kinds.see(orjson.loads(line))
    spool.write(lines)


def _write_rows(path: Path, output: Output, files: Files, known: tuple[Iterator[dict[str, Any]], Kinds]) -> None:
    """Write what takes rows of tables, or becomes rows."""
    from dedup import tables

    lines, kinds = known
    inputs = tables.Inputs(output.inputs, output.config)
    if output.format in TABLES:
        schema = tables.with_more(inputs.schema(), kinds)
        with Parts(path, output.format, output.limit, as_table(files, output.kind, schema)) as parts:
            for batch in tables.batches(lines, inputs, schema):
                parts.put(batch, batch.nbytes)
        return
    records = tables.records(lines, inputs)
    if output.kind in TREES:
        _write_tree(path, output, records)
    elif output.kind in CELLS:
        with Parts(path, output.format, output.limit, as_cells(files, output.kind, inputs.names(kinds))) as parts:
            for record in records:
                parts.put(record, len(record["text"]))
    else:
        with Parts(path, output.format, output.limit, as_lines(files)) as parts:
            for record in records:
                line = orjson.dumps(record, default=plain, option=orjson.OPT_APPEND_NEWLINE)
                parts.put(line, len(line))
