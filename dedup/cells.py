"""Rows of cells between commas or tabs (CSV as RFC 4180 has it, TSV) as sources, and as they are written.

Every cell is a text: `007` stays what it is.
"""

from __future__ import annotations

import csv
import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from io import TextIOWrapper
from typing import IO, TYPE_CHECKING, Any, NamedTuple

import orjson

from dedup.compressed import is_broken
from dedup.data import Failure, Source
from dedup.fields import Fields, again, is_larger, listed, no_text, plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dedup.config import Config

ROW = 2
"""How many times `max_bytes` a row may have."""
DELIMITERS = {"csv": ",", "tsv": "\t"}
_QUOTED = {kind: re.compile(f'["\r\n{delimiter}]') for kind, delimiter in DELIMITERS.items()}
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a cell begins with that a spreadsheet runs (OWASP, CSV injection)."""


def rows(stream: IO[bytes], name: str, kind: str, config: Config) -> Iterator[Source | Failure]:
    """The rows below the first, which names the columns, as sources."""
    line, text = 0, None
    try:
        text = TextIOWrapper(stream, _encoding(stream, config), errors="surrogateescape", newline="")
        row = _Row(text, ROW * config.max_bytes)
        reader = _reader(row, kind, config)
        names: list[str] = next(reader, [])
        if why := _useless(names, config):
            yield Failure(name, why)
            return
        line, empty = reader.line_num, True
        for cells in reader:
            row.size = 0
            if cells:
                empty = False
                yield _source(names, cells, f"{name}:{line + 1}", config.max_bytes)
            line = reader.line_num
        if empty:
            yield Failure(name, "empty: there is no row below the names of its columns")
    except Exception as error:
        yield Failure(f"{name}:{line + 1}", _in_words(error, config))
    finally:
        if text is not None:
            text.detach()  # or it would close standard input


class _Row:
    """The lines of a text, and how many characters there were since a row ended, of at most so many: Python's reader
    takes what it is given whole."""

    def __init__(self, text: TextIOWrapper, most: int) -> None:
        self._text, self._most, self.size = text, most, 0

    def __iter__(self) -> Iterator[str]:
        while line := self._text.readline(self._most + 1):
            self.size += len(line)
            if self.size > self._most:
                raise csv.Error(f"a row is larger than {ROW} times max_bytes, or a quote is never closed")
            yield line


def _reader(text: _Row, kind: str, config: Config) -> Any:
    csv.field_size_limit(min(config.max_bytes, 2**31 - 1))  # of a quote that is never closed not all the file is read
    return csv.reader(text, delimiter=DELIMITERS[kind])


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
    if not all(map(_is_utf_8, names)):
        return "the names of its columns are not UTF-8: name the encoding of the file with --encoding"
    if any("\0" in each for each in names):
        return f"holds NUL characters: its columns are {listed(names)}; --encoding names another encoding"
    if twice := again(names):
        return f"has the column {twice!r} twice"
    if Fields(config).body(dict.fromkeys(names, "")) is None:
        return no_text(config, names)
    return ""


def _source(names: Sequence[str], cells: Sequence[str], place: str, most: int) -> Source | Failure:
    if len(cells) != len(names):
        return Failure(place, f"has {len(cells)} cells where the first row names {len(names)} columns")
    for name, cell in zip(names, cells, strict=True):
        if not _is_utf_8(cell):
            return Failure(place, f"its {name} is not UTF-8: name the encoding of the file with --encoding")
        if "\0" in cell:
            return Failure(place, f"its {name} holds NUL characters: not a text file")
        if is_larger(cell, most):
            return Failure(place, f"larger than max_bytes = {most}; raise it with --max-bytes")
    return Source(place, place, None, dict(zip(names, cells, strict=True)))


def _is_utf_8(text: str) -> bool:
    return text.isascii() or text == text.encode("utf-8", "replace").decode()


def _in_words(error: Exception, config: Config) -> str:
    """Why the rest of a file is not read.

    Raises:
        Exception: this one, if that is not the file's fault.
    """
    rest = "the rest of the file is not read:"
    if isinstance(error, UnicodeDecodeError):
        return f"{rest} it is not {error.encoding}: {error.reason}; --encoding names another"
    if isinstance(error, csv.Error):
        large = f"a cell is larger than max_bytes = {config.max_bytes}, or its quote is never closed"
        return f"{rest} {large if 'field larger' in str(error) else error}"
    if not is_broken(error):
        raise error
    return f"compressed file is broken here; what came before was read: {error}"


class CellRow(NamedTuple):
    """A row as it is written, how many of its cells look like formulas, and where the first of them stands."""

    line: bytes
    formulas: int = 0
    first: str = ""


def as_row(record: Mapping[str, Any], names: Sequence[str], kind: str) -> CellRow:
    """A record as a row of cells."""
    cells = [_cell(record.get(name)) for name in names]
    formulas = [name for name, cell in zip(names, cells, strict=True) if cell.startswith(FORMULA)]
    first = f"{formulas[0]} of {cells[0]}" if formulas else ""
    return CellRow(_row(cells, kind), len(formulas), first)


def head(names: Sequence[str], kind: str) -> bytes:
    """The row of names."""
    return _row(names, kind)


def _row(cells: Sequence[str], kind: str) -> bytes:
    """What `csv.writer` writes, which looks at every character by itself."""
    if len(cells) == 1 and not cells[0]:
        return b'""\n'
    quoted = ['"' + each.replace('"', '""') + '"' if _QUOTED[kind].search(each) else each for each in cells]
    return DELIMITERS[kind].join(quoted).encode() + b"\n"


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool | int | float | list | dict):
        return orjson.dumps(value, default=plain).decode()
    return value if isinstance(value, str) else str(plain(value))
