# ruff: noqa: E501 (tables of cases)
"""Hostile inputs: tables of Parquet, Arrow and CSV that are damaged, odd, or bombs."""

from __future__ import annotations

import io
import struct
from functools import cache, partial
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from tests.material import prose
from tests.torture.inputs import Case, together
from tests.torture.inputs_packed import put

if TYPE_CHECKING:
    from collections.abc import Iterator

NO_TABLE = "^cannot be read as a table: "
ROWS = "rows .* cannot be read|cannot be read as a table|not UTF-8|null|larger|lone"
TOO_MUCH = r"bytes came of|larger"


@cache
def table(count: int = 300) -> pa.Table:
    """A table with as many documents, whose ids are c0, c1 …"""
    return pa.table({"id": [f"c{n}" for n in range(count)], "text": [prose(n, 30) for n in range(count)],
                     "kind": [f"k{n % 3}" for n in range(count)]})  # fmt: skip


def parquet(rows: pa.Table, **more: Any) -> bytes:
    """A file of Parquet."""
    stream = io.BytesIO()
    pq.write_table(rows, stream, **more)
    return stream.getvalue()


def arrow(rows: pa.Table, stream: bool = False, **more: Any) -> bytes:
    """A file or a stream of Arrow."""
    sink = io.BytesIO()
    options = pa.ipc.IpcWriteOptions(**more)
    with (pa.ipc.new_stream if stream else pa.ipc.new_file)(sink, rows.schema, options=options) as writer:
        writer.write_table(rows, max_chunksize=100)
    return sink.getvalue()


def damaged_tables() -> Iterator[Case]:
    """Tables of Parquet and Arrow with bytes that are flipped, or missing, in each region of them."""
    whole = parquet(table(), row_group_size=100)
    footer = len(whole) - 8 - int.from_bytes(whole[-8:-4], "little")
    for name, start, count in (
        ("the magic in front", 0, 4), ("the magic at the end", -4, 4), ("the length of the footer", -8, 4),
        ("the head of the first page", 4, 12), ("a page", 300, 60), ("the middle", len(whole) // 2, 200),
        ("the beginning of the footer", footer, 20), ("the middle of the footer", (footer + len(whole)) // 2, 20),
        ("the end of the footer", len(whole) - 40, 20), ("a dictionary", whole.index(b"k1"), 2),
    ):  # fmt: skip
        for way in (False, True):
            broken = bytearray(whole)
            at = start % len(whole)
            broken[at : at + count] = bytes(each ^ 0xA5 for each in broken[at : at + count])
            yield Case(f"Parquet: {name}{', as lines' if way else ''}", put("c.parquet", bytes(broken)),
                       {}, None, may_fail={r"c\.parquet.*": ROWS}, lines=way)  # fmt: skip
    yield together("Parquet: footers of other sizes", (
        Case(str(size), put("c.parquet", whole[:-8] + size.to_bytes(4, "little") + b"PAR1"), {r"c\.parquet": NO_TABLE}, {})
        for size in (2**31 - 1, 2**32 - 1, len(whole), 0, 1)
    ))  # fmt: skip
    for stream in (False, True):
        yield together(f"Arrow, {'stream' if stream else 'file'}", damaged_arrow(arrow(table(), stream)))


def damaged_arrow(content: bytes) -> Iterator[Case]:
    """A table with eight bytes of others at places of all kinds."""
    for place in (0, 8, 12, 40, len(content) // 2, len(content) - 12, len(content) - 4):
        broken = bytearray(content)
        broken[place : place + 8] = b"\xff" * 8
        yield Case(f"from byte {place}", put("c.arrow", bytes(broken[: len(content)])),
                   {}, None, may_fail={r"c\.arrow.*": "cannot be read|not UTF-8|null|empty|larger|has the id"})  # fmt: skip


def odd_tables() -> Iterator[Case]:
    """Tables with schemas, sizes and types that no one expects."""
    text = pa.array([prose(n, 30) for n in range(5)])
    yield Case(
        "no rows", put("c.parquet", parquet(table().slice(0, 0))), {r"c\.parquet": "^empty: there is no row"}, {}
    )
    yield Case("no columns", put("c.parquet", parquet(pa.table({}))), {r"c\.parquet": "has no text"}, {})
    wide = cache(lambda: pa.table({"text": text, **{f"n{at}": pa.array([at] * 5) for at in range(10_000)}}))
    yield Case("10,000 columns", put("c.parquet", lambda: parquet(wide())), {}, None)
    yield Case("10,000 columns, none a text", put("c.parquet", lambda: parquet(wide().drop(["text"]))),
               {r"c\.parquet": "has no text: its columns are 'n0'"}, {})  # fmt: skip
    same = partial(pa.Table.from_arrays, [text] * 3_000, ["text"] + ["twice"] * 2_999)
    yield Case("a column 3,000 times", put("c.arrow", lambda: arrow(same())), {r"c\.arrow": "column 'twice' twice"}, {})
    for name, kind in (
        ("lists", pa.array([["a"], ["b"]])), ("structs", pa.array([{"a": 1}])), ("numbers", pa.array([1, 2])),
        ("nulls", pa.nulls(3)), ("times", pa.array([1], pa.timestamp("ns"))), ("booleans", pa.array([True])),
        ("maps", pa.array([[("a", 1)]], pa.map_(pa.string(), pa.int64()))),
        ("dictionaries of numbers", pa.array([1, 1]).dictionary_encode()),
    ):  # fmt: skip
        yield Case(f"texts that are {name}", put("c.arrow", arrow(pa.table({"text": kind}))),
                   {r"c\.arrow.*": "holds no text but|has no text|is null"}, {})  # fmt: skip
    bad = pa.array([b"\xff\xfe", b"The mill closed.", b"\xed\xa0\x80"])
    yield Case("bytes that are no UTF-8", put("c.parquet", parquet(pa.table({"id": ["a", "b", "c"], "text": bad}))),
               {r"c\.parquet:[13]": "not UTF-8"}, {"b": "mill"})  # fmt: skip
    unchecked = pa.Array.from_buffers(pa.string(), 3, bad.buffers())  # looks at the offsets only
    yield Case("texts that are no UTF-8", put("c.arrow", arrow(pa.table({"id": ["a", "b", "c"], "text": unchecked}))),
               {r"c\.arrow:[13]": "not UTF-8"}, {"b": "mill"})  # fmt: skip
    sound = pa.table({"id": ["a", "b", "c"], "text": ["The ", "mill", " closed."]})
    there = struct.pack("<4i", 0, 4, 8, 16)
    for name, offsets in ("down", (0, 9, 3, 12)), ("beyond", (0, 4, 8, 2**31 - 1)), ("below zero", (0, -5, 4, 8)):
        for stream in (False, True):
            content = arrow(sound, stream)
            assert content.count(there) == 1
            content = content.replace(there, struct.pack("<4i", *offsets))
            yield Case(f"offsets that go {name}{', in a stream' if stream else ''}", put("c.arrow", content),
                       {r"c\.arrow.*": "cannot be read"}, None)  # fmt: skip
    deep = pa.array([1])
    for _ in range(60):
        deep = pa.StructArray.from_arrays([deep], ["a"])
    yield Case(
        "60 structs in each other", put("c.parquet", parquet(pa.table({"text": ["The mill."], "deep": deep}))), {}, None
    )


def table_bombs() -> Iterator[Case]:
    """Tables of which little is there, and much comes."""
    for way in (False, True):
        lined, large = ", as lines" if way else "", "a" * 25_000_000
        same = pa.table({"text": pa.DictionaryArray.from_arrays(pa.array([0] * 5_000, pa.int32()), [large])})
        yield Case(f"a text of 25 MB 5,000 times{lined}", put("c.parquet", partial(parquet, same, compression="zstd")),
                   {r"c\.parquet.*": TOO_MUCH}, None, lines=way, seconds=15)  # fmt: skip
        yield Case(f"the same in Arrow{lined}", put("c.arrow", partial(arrow, same, compression="zstd")),
                   {r"c\.arrow.*": TOO_MUCH}, None, lines=way, seconds=15)  # fmt: skip
    yield Case("3 million times 1 kB", put("c.parquet", lambda: parquet(_many(3_000_000))), {r"c\.parquet.*": TOO_MUCH}, None,
               lines=True, seconds=30, memory=1_500)  # fmt: skip
    yield Case("a page of 800 MB", put("c.parquet", partial(_page, 800_000_000)), {r"c\.parquet.*": TOO_MUCH}, None)
    beside = same.select([]).append_column("text", [["The mill closed."] * 5_000])
    beside = beside.append_column("more", same.column("text"))
    yield Case("a column beside of 25 MB 5,000 times", put("c.parquet", partial(parquet, beside, compression="zstd")),
               {r"c\.parquet.*": TOO_MUCH}, None, seconds=15)  # fmt: skip
    names = cache(lambda: ",".join(f"n{number}" for number in range(1_000_000)).encode())
    yield Case("10⁶ columns of CSV", put("c.csv", lambda: names() + b"\n"),
               {r"c\.csv": "has no text: its columns are 'n0', 'n1'"}, {})  # fmt: skip
    row = b"\nThe mill closed." + b"," * 1_000_000 + b"\n"
    yield Case("10⁶ columns of CSV, one a text", put("c.csv", lambda: b"text," + names() + row),
               {}, None, may_fail={r"c\.csv:2": "ended the process|max_memory"})  # fmt: skip
    yield Case("10⁶ columns of one name", put("c.csv", b"text" + b",a" * 1_000_000 + b"\n"),
               {r"c\.csv": "has the column 'a' twice"}, {})  # fmt: skip
    head, last = b"id,text\na,The mill\n", b"\nb,The ferry\n"
    quotes = {r"c\.csv:3": "cells|larger|quote", r"c\.csv:4": ""}
    yield Case("10⁷ quotes", put("c.csv", head + b'"' * 10_000_001 + last), {}, None, may_fail=quotes)
    yield Case(
        "10⁷ quotes within a cell",
        put("c.csv", head + b"c," + b'x"' * 5_000_000 + last),
        {},
        None,
    )
    yield Case("10⁷ commas", put("c.csv", head + b"," * 10_000_000 + last), {r"c\.csv:3": "cells where"},
               {"a": "mill", "b": "ferry"})  # fmt: skip
    yield Case("10⁶ empty rows", put("c.csv", head + b"\n" * 1_000_000 + last), {}, {"a": "mill", "b": "ferry"})
    yield Case(
        "a name of 15 MB", put("c.csv", b"x" * 15_000_000 + b"\na\n"), {r"c\.csv": "has no text: its .{9,200}$"}, {}
    )


def _many(count: int) -> Any:
    text = pa.DictionaryArray.from_arrays(pa.array([0] * count, pa.int32()), ["The mill. " * 99])
    return pa.table({"text": text})


def _page(size: int) -> bytes:
    big = pa.table({"text": [b" " * (size // 50)] * 50}).cast(pa.schema([("text", pa.binary())]))
    return parquet(big, compression="zstd", use_dictionary=False, data_page_size=2 * size, write_statistics=False)


FAMILIES = (damaged_tables, odd_tables, table_bombs)
