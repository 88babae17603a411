# ruff: noqa: E501 (tables of cases)
"""Hostile inputs: web archives that are cut off or damaged, each with records that are well around what is not."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

from tests.torture.inputs import Case
from tests.torture.inputs_bombs import good, page, pages, record
from tests.torture.inputs_packed import put

if TYPE_CHECKING:
    from collections.abc import Iterator


def zipped(*records: bytes) -> list[bytes]:
    """Members of gzip, one a record."""
    return [gzip.compress(each, mtime=0) for each in records]


def arc(number: int, length: int | None = None) -> bytes:
    """A record of ARC."""
    body = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + page(number)
    said = len(body) if length is None else length
    return f"https://example.org/{number} 192.0.2.1 20240506070809 text/html {said}\n".encode() + body + b"\n"


def truncated_archives() -> Iterator[Case]:
    """Web archives that end too early, at each place where that is another thing."""
    whole = good(1) + good(2)
    half = len(good(1)) + len(good(2)) // 2
    for name, end, why in (
        ("within a body", len(whole) - 40, "holds .* bytes of the"), ("before the last line break", len(whole) - 4, ""),
        ("within an HTTP header", half - 60, "holds .* bytes of the|does not end"),
        ("within a header", len(good(1)) + 60, "does not end|no Content-Length"),
        ("within the first line", len(good(1)) + 5, "no record"), ("after one byte", len(good(1)) + 1, "no record"),
    ):  # fmt: skip
        found = pages(1, 2) if not why else pages(1)
        yield Case(f"plain, {name}", put("t.warc", whole[:end]), {r"t\.warc:2": why} if why else {}, found)
    one, two, three = zipped(good(1), good(2), good(3))
    why_zipped = {r"t\.warc\.gz:\d": "cut off|gzip member|no record|cannot be trusted"}
    for name, keep in ("within a member", len(two) // 2), ("before its checksum", len(two) - 8), ("in its head", 5):
        yield Case(f"gzip, {name}", put("t.warc.gz", one + two[:keep]), why_zipped, pages(1))
        yield Case(f"gzip, {name}, and one more", put("t.warc.gz", one + two[:keep] + three), why_zipped, None)
    arcs = arc(1) + arc(2)
    yield Case("ARC", put("t.arc", arcs[:-30]), {r"t\.arc:2": "holds .* bytes of the"}, None)
    yield Case("ARC by gzip", put("t.arc.gz", zipped(arcs)[0][:-30]), {r"t\.arc\.gz:\d": ""}, None)
    yield Case("nothing", put("t.warc", b""), {r"t\.warc": "^empty: there is no record"}, {})
    yield Case("nothing by gzip", put("t.warc.gz", gzip.compress(b"", mtime=0)), {r"t\.warc\.gz": "^empty"}, {})


def damaged_archives() -> Iterator[Case]:
    """Web archives with lengths, headers and members that are not what they should be."""
    bad = {r"d\.warc:2": ""}
    body, kept = page(2), pages(1, 3)
    for length in (0, 10, len(body) + 50, 10**9, 10**17):
        middle = record(2, body, "resource", length).replace(b"WARC-Date", b"Content-Type: text/html\r\nWARC-Date")
        yield Case(f"a length of {length}", put("d.warc", good(1) + middle + good(3)), bad, kept)
    for name, old, new in (
        ("no length", b"Content-Length: ", b"X-Length: "), ("a length that is no number", b"Length: ", b"Length: x"),
        ("a negative length", b"Length: ", b"Length: -"), ("no version", b"WARC/1.0", b"WARX/1.0"),
        ("a version that is a word", b"WARC/1.0", b"WARC/one"), ("a header of 100 kB", b"WARC-Date", b"X: " + b"y" * 100_000),
    ):  # fmt: skip
        make = put("d.warc", good(1) + good(2).replace(old, new, 1) + good(3))
        yield Case(name, make, bad, kept)
    for name, old, new in (
        ("no HTTP status", b"HTTP/1.1 200 OK", b"Hello"), ("a coding that is none", b"Content-Type: text/html",
         b"Content-Encoding: gzip\r\nContent-Type: text/html"),
    ):  # fmt: skip
        middle = record(2, b"\x1f\x8b\x08\x00garbage").replace(old, new, 1)
        length = len(middle.partition(b"\r\n\r\n")[2]) - 4
        said = str(len(record(2, b"\x1f\x8b\x08\x00garbage").partition(b"\r\n\r\n")[2]) - 4).encode()
        middle = middle.replace(b"Content-Length: " + said, f"Content-Length: {length}".encode(), 1)
        yield Case(
            name, put("d.warc", good(1) + middle + good(3)), {r"d\.warc:2": "status line|Content-Encoding"}, kept
        )
    garbage = bytes(range(256)) * 400
    yield Case(
        "100 kB of garbage between", put("d.warc", good(1) + garbage + good(3)), {r"d\.warc:2": "no record"}, kept
    )
    yield Case("20 MB of zeros between", put("d.warc", good(1) + bytes(20_000_000) + good(3)),
               {r"d\.warc:2": "no record"}, kept)  # fmt: skip
    one, two, three = zipped(good(1), good(2), good(3))
    zipped_bad = {r"d\.warc\.gz:\d": ""}
    for place in (0, 3, 12, len(two) // 2, len(two) - 6, len(two) - 2):
        broken = bytearray(two)
        broken[place] ^= 0x55
        yield Case(f"byte {place} of a member flipped", put("d.warc.gz", one + broken + three), zipped_bad, kept)
    yield Case("garbage between members", put("d.warc.gz", one + garbage + three), zipped_bad, kept)
    yield Case("a plain record behind members", put("d.warc.gz", one + good(2) + three), zipped_bad, kept)
    yield Case("ARC with a wrong length", put("d.arc", arc(1) + arc(2, 10) + arc(3)), {r"d\.arc:2": ""}, None)
    yield Case("ARC with a huge length", put("d.arc", arc(1) + arc(2, 10**12) + arc(3)), {r"d\.arc:2": ""}, None)


FAMILIES = (truncated_archives, damaged_archives)
