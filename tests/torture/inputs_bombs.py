"""Hostile inputs: bombs, which are small as they lie there, and large unpacked."""

from __future__ import annotations

import gzip
import struct
import zlib
from functools import cache, partial
from typing import TYPE_CHECKING

from tests.torture.inputs import Case
from tests.torture.inputs_packed import BROKEN, BROKEN_HERE, PACK, ids, lines, put

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LARGE = "larger than max_bytes"
TOO_MUCH = r"\d+ bytes came of \d+, which texts do not"
PART = 1 << 24


@cache
def of(suffix: str, byte: bytes = b" ") -> bytes:
    """A part of 16 MB, compressed."""
    return PACK[suffix](byte * PART)


def large(suffix: str, byte: bytes = b" ", parts: int = 640, first: bytes = b"") -> bytes:
    """Something first, and then 10 GB, or so many parts."""
    return (PACK[suffix](first) if first else b"") + of(suffix, byte) * parts


def deflated(parts: int, byte: bytes = b" ", bits: int = 31, head: bytes = b"") -> bytes:
    """So many parts in one member of gzip (or zlib, or none), which is never closed."""
    packer = zlib.compressobj(6, zlib.DEFLATED, bits)
    first = packer.compress(head) + packer.flush(zlib.Z_FULL_FLUSH)
    one = packer.compress(byte * PART) + packer.flush(zlib.Z_FULL_FLUSH)
    return first + one * parts


def compression_bombs() -> Iterator[Case]:
    """Compressed files that hold a thousand times what they are, and more."""
    for suffix in PACK:
        name = f"bomb.jsonl{suffix}"
        for way in (False, True):
            why = {r"bomb\..*:1": BROKEN_HERE + TOO_MUCH}
            lined = ", as lines" if way else ""
            yield Case(f"10 GB of spaces{suffix}{lined}", put(name, partial(large, suffix)), why, {}, lines=way)
        why = {r"bomb\..*:4": "broken here, 3 lines before.*" + TOO_MUCH}
        yield Case(
            f"behind documents{suffix}", put(name, partial(large, suffix, parts=90, first=lines(3))), why, ids(3)
        )
        for end in (".txt", ".html"):
            yield Case(f"10 GB as {end}{suffix}", put(f"b{end}{suffix}", partial(large, suffix)),
                       {r"b\..*": LARGE}, {})  # fmt: skip
        yield Case(f"10 GB as CSV{suffix}", put(f"b.csv{suffix}", partial(large, suffix, b"x")),
                   {r"b\.csv.*": "larger|bytes came of"}, {})  # fmt: skip
        yield Case(f"10 GB as Parquet{suffix}", put(f"b.parquet{suffix}", partial(large, suffix)),
                   {r"b\.parquet.*": BROKEN + TOO_MUCH}, {})  # fmt: skip
    why = {r"bomb\..*:1": BROKEN_HERE + TOO_MUCH}
    yield Case("10 GB in one member of gzip", put("bomb.jsonl.gz", lambda: deflated(640)), why, {})
    yield Case("lines that are blank", put("bomb.jsonl.gz", lambda: deflated(90, b"\n")),
               {r"bomb\..*:\d+": BROKEN_HERE + TOO_MUCH}, {}, lines=True)  # fmt: skip
    yield Case("xz that asks for 4 GB", put("bomb.jsonl.xz", lambda: xz_of(lines(3))), {r"bomb\..*": "emory"}, {})
    yield Case("Zstandard that asks for 2 GB", put("bomb.jsonl.zst", b"\x28\xb5\x2f\xfd\x00\xa8" + bytes(99)),
               {r"bomb\..*": BROKEN_HERE + ".*(memory|large)"}, {})  # fmt: skip
    yield Case("a bomb in a bomb", put("bomb.jsonl.gz", lambda: gzip.compress(of(".gz") * 40, mtime=0)),
               {r"bomb\..*:\d+": "^not JSON|larger"}, {})  # fmt: skip


def xz_of(content: bytes) -> bytes:
    """A file of xz whose dictionary is as large as can be."""
    packed = bytearray(PACK[".xz"](content))
    packed[16] = 40  # the size of the dictionary, in the head of the first block: see section 3.1 of its format
    packed[20:24] = struct.pack("<I", zlib.crc32(packed[12:20]))
    return bytes(packed)


# ── archives ────────────────────────────────────────────────────────────────────────────────────────────────────────


def record(number: int, body: bytes, kind: str = "response", length: int | None = None, **http: str) -> bytes:
    """A record of WARC: a response with its HTTP header, or something else without."""
    if kind == "response":
        fields = {"Content-Type": "text/html; charset=utf-8"} | {key.replace("_", "-"): http[key] for key in http}
        body = b"HTTP/1.1 200 OK\r\n" + "".join(f"{k}: {v}\r\n" for k, v in fields.items()).encode() + b"\r\n" + body
    said = len(body) if length is None else length
    return (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:uuid:{number}>\r\nContent-Length: {said}\r\n"
        f"WARC-Target-URI: https://example.org/{number}\r\nWARC-Date: 2024-05-06T07:08:09Z\r\n\r\n"
    ).encode() + body + b"\r\n\r\n"  # fmt: skip


def page(number: int) -> bytes:
    """A page whose text is one of the documents of `lines`."""
    (text,) = [pattern[1:] for pattern in ids(1, number).values()]
    return f"<!DOCTYPE html><html><title>t{number}</title><body><p>{text} and so on, as it was.</p></body>".encode()


def good(number: int) -> bytes:
    """A record of such a page."""
    return record(number, page(number))


def pages(*numbers: int) -> dict[str, str]:
    """The ids of such records, and what they hold."""
    return {f"<urn:uuid:{number}>": next(iter(ids(1, number).values()))[1:] for number in numbers}


def archive_bombs() -> Iterator[Case]:
    """Web archives whose records are bombs."""
    yield from _bodies()
    for name, head in ("a page", good(1)), ("a header", b"WARC/1.0\r\nWARC-Type: response\r\nX: "), ("nothing", b""):
        why = {r"a\.warc\.gz:\d+": f"{TOO_MUCH}|no record|does not end|Content-Length"}
        found = pages(1) if name == "a page" else {}
        yield Case(f"10 GB behind {name}", put("a.warc.gz", partial(deflated, 640, b"x", head=head)), why, found)
    why = {r"a\.warc\.gz:\d+": f"{LARGE}|{TOO_MUCH}"}
    begin = record(2, b"")[:-4].replace(b"Content-Length: ", b"Content-Length: 1000000000")
    yield Case("a record of 10 GB", put("a.warc.gz", partial(deflated, 640, b"x", head=good(1) + begin)), why, pages(1))
    first, last = (gzip.compress(good(number), mtime=0) for number in (1, 3))
    yield Case("a member of 128 MB between others", put("a.warc.gz", lambda: first + deflated(8, b"x") + last),
               {r"a\.warc\.gz:\d+": "cut off|broken|no record"}, pages(1, 3))  # fmt: skip
    for suffix in (".zst", ".xz", ".bz2"):
        yield Case(f"10 GB in all{suffix}", put(f"a.warc{suffix}", partial(large, suffix, first=good(1))),
                   {r"a\.warc.*": TOO_MUCH}, pages(1))  # fmt: skip
    magic = b"\x1f\x8b\x08\x00" * 2_500_000
    yield Case("10 MB of magic numbers", put("a.warc.gz", first + magic), {r"a\.warc\.gz:\d+": "gzip member"}, pages(1))
    yield Case("members within members", put("a.warc.gz", lambda: first + nested(2_000_000)),
               {r"a\.warc\.gz:\d+": ""}, pages(1))  # fmt: skip


def _between(coding: str, body: Callable[[], bytes]) -> bytes:
    return good(1) + record(2, body(), Content_Encoding=coding) + good(3)


def _bodies() -> Iterator[Case]:
    import brotli

    def squeezed() -> bytes:
        return bytes(brotli.compress(b"x" * PART * 8, quality=1))

    bodies: dict[str, tuple[str, Callable[[], bytes]]] = {
        "gzip": ("gzip", partial(deflated, 64)),
        "deflate": ("deflate", partial(deflated, 64, bits=15)),
        "raw deflate": ("deflate", partial(deflated, 64, bits=-15)),
        "Brotli": ("br", squeezed),
        "gzip in gzip": ("gzip, gzip", lambda: gzip.compress(deflated(64), mtime=0)),
        "Brotli in gzip": ("br, gzip", lambda: gzip.compress(squeezed(), mtime=0)),
    }
    for name, (coding, body) in bodies.items():
        yield Case(
            f"body by {name}", put("a.warc", partial(_between, coding, body)), {r"a\.warc:2": LARGE}, pages(1, 3)
        )
    coded = record(2, page(2), Content_Encoding=", ".join(["gzip"] * 5_000).replace("gzip", "identity, gzip", 1))
    yield Case("5,000 codings", put("a.warc", good(1) + coded + good(3)), {r"a\.warc:2": "names 5000 codings"},
               pages(1, 3))  # fmt: skip
    many = b"".join(b"1\r\n%c\r\n" % each for each in page(2) + b" " * 1_000_000) + b"0\r\n\r\n"
    yield Case("a million chunks", put("a.warc", good(1) + record(2, many, Transfer_Encoding="chunked") + good(3)), {},
               pages(1, 2, 3))  # fmt: skip
    comments = record(2, b"<!--a-->" * 5_000 + b"<p>", Content_Type="")
    yield Case("5,000 comments and no page", put("a.warc", good(1) + comments + good(3)), {}, pages(1, 3))


def nested(size: int) -> bytes:
    """Bytes of which at every 24th a member of gzip begins that holds the 64 kB behind it as they are, and then breaks
    off."""
    head = b"\x1f\x8b\x08\x00" + bytes(6)
    block = head + struct.pack("<BHH", 0, 65_535, 0) + bytes(9)
    return block * (size // len(block))


FAMILIES = (compression_bombs, archive_bombs)
