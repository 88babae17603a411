"""The clean documents in the format that is asked for, in one file or in parts."""

from __future__ import annotations

from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, Any, NamedTuple

import orjson

from dedup.cells import as_row
from dedup.commit import named
from dedup.fields import Fields, plain
from dedup.find import stamp
from dedup.formats import AUTO, CELLS, TABLES, TREES, WHOLE, family, told
from dedup.parts import Parts, as_cells, as_lines, as_table
from dedup.records import WRITTEN
from dedup.trees import Places
from dedup.write import ATTRIBUTES, TREE, Buffer, write_tree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from dedup.arrow_values import Kinds
    from dedup.config import Config
    from dedup.find import Stamp
    from dedup.remote import Remote
    from dedup.tables import Inputs
    from dedup.write import Files, Piece

MB = 1_000_000


class Output(NamedTuple):
    """What is written: the format, and the inputs that rows are taken from again."""

    format: str
    config: Config
    inputs: Sequence[tuple[str, Path | Remote]]
    stamps: Mapping[int, Stamp]
    """What the tables among these are before they are read, by their numbers."""

    @classmethod
    def of(cls, config: Config, inputs: Sequence[tuple[str, Path | Remote]], *, piped: bool) -> Output:
        """The output of a run; where no format is chosen, in that of the inputs, if they are files, or `piped`.

        Raises:
            InputError: tables whose columns do not go together are to be one.
        """
        if config.emit == ATTRIBUTES:
            return cls("jsonl", config, inputs, {})
        paths = [*(path for _, path in inputs), *([Path("stdin.jsonl")] if piped else [])]
        own = family(paths, config.input_format) if config.format == AUTO else config.format
        kinds = [told(path, config.input_format) for _, path in inputs]
        tables = [number for number, kind in enumerate(kinds) if kind and kind.name in TABLES]
        stamps = {number: found for number in tables if (found := stamp(inputs[number][1]))}
        output = cls(own, config, inputs, stamps)
        if output.format in TABLES:
            output.tables.check(output.kind)
        return output

    @property
    def tables(self) -> Inputs:
        """The inputs, for what takes rows of them; with pyarrow, which takes .1 s to import."""
        from dedup.tables import Inputs

        return Inputs(self.inputs, self.config, self.stamps)

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
def clean(output: Output, folder: Path, files: Files) -> Iterator[Callable[[Piece], object]]:
    """What takes the pieces of a run; their clean documents are written when it is left, and the digests of that are in
    `files`."""
    if output.name == TREE:
        (folder / TREE).mkdir()
    if output.name == ATTRIBUTES:
        from dedup.attributes import attributes

        with attributes(folder, output.inputs, output.config, files) as take:
            yield take
    elif output.kind == "jsonl" and not output.has_tables:
        with Parts(folder / output.name, output.format, output.limit, as_lines(files)) as parts:
            yield lambda piece: parts.put_lines(piece.clean)
    elif output.kind in TREES and not output.has_tables:
        places = Places(output.kind)

        def write(piece: Piece) -> None:
            places.see(_ids(piece.sources))
            _write_tree(folder / TREE, output, files, (map(orjson.loads, BytesIO(piece.clean)), places))

        yield write
    else:
        from dedup.arrow_values import Kinds

        with named(folder / output.name), TemporaryFile() as spool:
            kinds = Kinds(WRITTEN if output.has_articles else (), provenance=output.config.provenance)
            places = Places(output.kind)
            yield lambda piece: _spool(piece, spool, kinds, places if output.kind in TREES else None)
            spool.seek(0)
            known = map(orjson.loads, spool), kinds, places
            _write_rows(folder / output.name, output, files, known)


def _ids(sources: Buffer) -> Iterator[str]:
    """The ids of all documents of a piece."""
    return (orjson.loads(line)["id"] for line in BytesIO(sources))


def _write_tree(folder: Path, output: Output, files: Files, known: tuple[Iterator[dict[str, Any]], Places]) -> None:
    """Write documents as files of their own, where their places are."""
    fields, (records, places) = Fields(output.config), known
    for record in records:
        body = fields.body(record)
        name, text = (body.name, body.value) if body else ("text", record["text"])
        more = {field: value for field, value in record.items() if field != name}
        id_ = fields.stated(record, "id")
        place = places.of(str(record["id"] if id_ is None else id_))
        files[f"{TREE}/{place}"] = write_tree(folder / place, text, more if output.kind == "markdown" else None)


def _spool(piece: Piece, spool: IO[bytes], kinds: Kinds, places: Places | None) -> None:
    """Keep lines until all are there: only then it is known which columns they need; and where documents lie that are
    files."""
    if places:
        places.see(_ids(piece.sources))
    for line in BytesIO(piece.clean):
        known = orjson.loads(line)
        kinds.see(known if isinstance(known, dict) else known[-1])  # of a row what is known beside it
    spool.write(piece.clean)


def _write_rows(
    path: Path, output: Output, files: Files, known: tuple[Iterator[dict[str, Any]], Kinds, Places]
) -> None:
    """Write what takes rows of tables, or becomes rows."""
    from dedup import tables

    lines, kinds, places = known
    inputs = output.tables
    if output.format in TABLES:
        schema = tables.with_more(inputs.schema(), kinds)
        with Parts(path, output.format, output.limit, as_table(files, output.kind, schema)) as parts:
            for batch in tables.batches(lines, inputs, schema):
                for some in tables.pieces(batch, output.limit):
                    parts.put(some, tables.size(some) if output.limit else 0)
        return
    records = tables.records(lines, inputs)
    if output.kind in TREES:
        _write_tree(path, output, files, (records, places))
    elif output.kind in CELLS:
        names = inputs.names(kinds)
        with Parts(path, output.format, output.limit, as_cells(files, output.kind, names)) as parts:
            for record in records:
                cells = as_row(record, names, output.kind)
                parts.put(cells, len(cells.line))
    else:
        with Parts(path, output.format, output.limit, as_lines(files)) as parts:
            for record in records:
                line = orjson.dumps(record, default=plain, option=orjson.OPT_APPEND_NEWLINE)
                parts.put(line, len(line))
