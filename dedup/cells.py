"""Rows of cells between commas or tabs (CSV as RFC 4180 has it, TSV) as sources, and as they are written.

Every cell is a text: `007` stays what it is.
"""

from __future__ import annotations

import csv
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from io import TextIOWrapper
from typing import IO, TYPE_CHECKING, Any, cast

import orjson

from dedup.compressed import is_broken
from dedup.data import Failure, Source
from dedup.fields import Fields, plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from dedup.config import Config

DELIMITERS = {"csv": ",", "tsv": "\t"}
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a cell begins with that a spreadsheet runs (OWASP, CSV injection)."""


def rows(stream: IO[bytes], name: str, kind: str, config: Config) -> Iterator[Source | Failure]:
    """The rows below the first, which names the columns, as sources."""
    csv.field_size_limit(config.max_bytes)  # of a quote that is never closed not all the file is read
    text = TextIOWrapper(stream, _encoding(stream, config), errors="surrogateescape", newline="")
    reader = csv.reader(text, delimiter=DELIMITERS[kind])
    place = name
    try:
        names = next(reader, [])
        if why := _useless(names, config):
            yield Failure(name, why)
            return
        line = reader.line_num
        for cells in reader:
            place, line = f"{name}:{line + 1}", reader.line_num
            if cells:
                yield _source(names, cells, place)
    except csv.Error as error:
        yield Failure(f"{name}:{reader.line_num}", f"the rest of the file is not read: {_in_words(error, config)}")
    except Exception as error:
        if not is_broken(error):
            raise
        yield Failure(
            f"{name}:{reader.line_num + 1}", f"compressed file is broken here; what came before was read: {error}"
        )
    finally:
        text.detach()  # or it would close standard input


def records(stream: IO[bytes], kind: str) -> Iterator[dict[str, str]]:
    """The rows of a file of ours."""
    text = TextIOWrapper(stream, "utf-8", newline="")
    csv.field_size_limit(2**31 - 1)
    try:
        yield from csv.DictReader(text, delimiter=DELIMITERS[kind])
    finally:
        text.detach()


def _encoding(stream: Any, config: Config) -> str:
    if config.encoding:
        return config.encoding
    return "utf-16" if stream.peek(2)[:2] in (BOM_UTF16_LE, BOM_UTF16_BE) else "utf-8-sig"


def _useless(names: Sequence[str], config: Config) -> str:
    """Why a file with these columns has no documents; empty if it may."""
    if not names:
        return "empty: there is no row of names in it"
    twice = sorted({each for each in names if names.count(each) > 1})
    if twice:
        return f"has the column {twice[0]!r} twice"
    if Fields(config).body(dict.fromkeys(names, "")) is None:
        return f"has no text: its columns are {', '.join(names)}; --text-field names another"
    return ""


def _source(names: Sequence[str], cells: Sequence[str], place: str) -> Source | Failure:
    if len(cells) != len(names):
        return Failure(place, f"has {len(cells)} cells where the first row names {len(names)} columns")
    for name, cell in zip(names, cells, strict=True):
        if not cell.isascii() and cell != cell.encode("utf-8", "replace").decode():
            return Failure(place, f"its {name} is not UTF-8: name the encoding of the file with --encoding")
    return Source(place, place, None, dict(zip(names, cells, strict=True)))


def _in_words(error: csv.Error, config: Config) -> str:
    if "field larger" in str(error):
        return f"a cell is larger than max_bytes = {config.max_bytes}, or its quote is never closed"
    return str(error)


class Cells:
    """What writes records as rows, below one of the names of all columns; and counts cells that look like formulas."""

    def __init__(self, write: Callable[[bytes], object], names: Sequence[str], kind: str) -> None:
        self.formulas, self.first = 0, ""
        self._names, self._write = names, write
        self._writer = csv.writer(cast("Any", self), delimiter=DELIMITERS[kind], lineterminator="\n")
        self._writer.writerow(names)

    def write(self, row: str) -> None:
        """Take a row from the `csv` module."""
        self._write(row.encode())

    def add(self, record: Mapping[str, Any]) -> None:
        """Write a record."""
        cells = [_cell(record.get(name)) for name in self._names]
        for name, cell in zip(self._names, cells, strict=True):
            if cell.startswith(FORMULA):
                self.formulas += 1
                self.first = self.first or f"{name} of {_cell(record.get(self._names[0]))}"
        self._writer.writerow(cells)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool | int | float | list | dict):
        return orjson.dumps(value, default=plain).decode()
    return value if isinstance(value, str) else str(plain(value))
