"""Rows of CSV and TSV: each gives a document or a failure, as `csv` reads them, and is read back as it was written."""

from __future__ import annotations

import csv
from contextlib import suppress
from io import BufferedReader, BytesIO, StringIO
from typing import TYPE_CHECKING, cast

from dedup import cells
from dedup.config import Config
from dedup.data import Failure, Source

if TYPE_CHECKING:
    from collections.abc import Iterator
    from io import RawIOBase

MOST = 200
LONGEST = 60
CONFIG = Config()
object.__setattr__(CONFIG, "max_bytes", LONGEST)  # less than can be set: inputs are to be short
KINDS = ("csv", "tsv")


def seeds() -> Iterator[bytes]:
    """Tables of both kinds."""
    for text in (
        'id,text\na,The mill\nb,"a ""b""\nc"\n',
        "text\nx\n",
        "id,text\n1\n",
        "id,id\n",
        "",
        "\n",
        "id,text\n\n\na,b",
        'text\n"a',
        "id,text\r\na,b\r\nc,d\r\n",
        "\ufefftext\na",
        "id,text\n" + "a" * 70 + ",b\n",
        "a\rb",
        "text\n=1+1\n'a\n",
        "id,text\na,\0\n",
    ):
        yield b"\0" + text.encode()
        yield b"\1" + text.replace(",", "\t").encode()
        yield b"\0" + text.encode("utf-16")
    yield b"\0text\n\xff\n"
    yield b"\1id\ttext\r\n\n"


def check(data: bytes) -> None:
    """Places ascend; cells are those that `csv` reads; and what is written of them is read as the same."""
    kind, content = KINDS[(data[0] if data else 0) % 2], data[1:]
    stream = BufferedReader(cast("RawIOBase", BytesIO(content)))
    found = list(cells.rows(stream, "a", kind, CONFIG))
    assert found, "not a word on what is empty"
    assert not stream.closed
    lines = [int(each.id.rpartition(":")[2]) for each in found if each.id != "a"]
    assert lines == sorted(lines), lines
    sources = [each for each in found if isinstance(each, Source)]
    assert all(isinstance(each, Source | Failure) for each in found), found
    if not sources:
        return
    wanted = _wanted(content, kind)
    records = [cast("dict[str, str]", each.content) for each in sources]
    assert all(record in wanted for record in records), (records, wanted)
    if not any(isinstance(each, Failure) for each in found):
        assert records == wanted, (records, wanted)
    names = list(records[0])
    table = cells.head(names, kind) + b"".join(cells.as_row(each, names, kind).line for each in records)
    assert list(cells.records(BytesIO(table), kind)) == records, table


def _wanted(content: bytes, kind: str) -> list[dict[str, str]]:
    """The rows that `csv` reads."""
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    text = content.decode(encoding, "surrogateescape" if encoding == "utf-8-sig" else "ignore")
    reader = csv.reader(StringIO(text, newline=""), delimiter=cells.DELIMITERS[kind])
    csv.field_size_limit(MOST)
    rows: list[list[str]] = []
    with suppress(csv.Error):
        for row in reader:  # what came before an error counts
            rows += [row] if row else []
    return [dict(zip(rows[0], row, strict=False)) for row in rows[1:] if len(row) == len(rows[0])]
