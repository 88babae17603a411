"""Framing of web archives: every byte is a record's, or stands between two, or is told to be none."""

from __future__ import annotations

import gzip
import zlib
from io import BytesIO
from typing import TYPE_CHECKING

from dedup import warc
from dedup.archive import Record, cut
from dedup.data import Failure, Format, Source
from dedup.tape import Tape

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST = 500
KEPT = 64
"""Bytes that a record may have here: some are longer."""
_PAGE = b"<html><p>The mill</html>"
_HTTP = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
PLAIN, PIECES, MEMBERS, ONE, CUT, PACKED = range(6)
"""What the first byte of an input makes of the others: a plain file; one that is read byte by byte; gzip with a member
for each part between `SPLIT`, with one, or one that is cut off; gzip as it stands there. With 8 more the documents of
the file are looked at in place of its records."""
SPLIT, BETWEEN = b"WARC/", b"\r\n\xef\xbb\xbf"


def _record(kind: bytes, body: bytes, *fields: bytes, length: int | None = None) -> bytes:
    size = len(body) if length is None else length
    head = [b"WARC/1.0", b"WARC-Type: " + kind, *fields, b"Content-Length: %d" % size]
    return b"\r\n".join(head) + b"\r\n\r\n" + body + b"\r\n\r\n"


def seeds() -> Iterator[bytes]:
    """Records of each kind, whole and broken, in files of each make."""
    uri = b"WARC-Target-URI: http://a.b/c"
    records = [
        _record(b"response", _HTTP + b"\r\n" + _PAGE, uri),
        _record(b"response", _HTTP + b"Transfer-Encoding: chunked\r\n\r\n4\r\n<p>a\r\n0\r\n\r\n", uri),
        _record(b"response", _HTTP + b"Content-Encoding: deflate\r\n\r\n" + zlib.compress(_PAGE), uri),
        _record(b"conversion", b"The mill", b"WARC-Record-ID: <urn:x>"),
        _record(b"resource", _PAGE, b"Content-Type: text/plain; charset=latin1"),
        _record(b"warcinfo", b"software: x"),
        _record(b"resource", _PAGE, length=99),
        b"http://a.b/ 1.2.3.4 20240506070809 text/html 24\n" + _PAGE + b"\n",
        b"\xef\xbb\xbfno record\r\n\r\n",
    ]
    for way in (*range(PACKED + 1), 8, 8 + MEMBERS):
        for first, second in zip(records, records[1:] + records[:1], strict=True):
            both = first + second
            yield bytes([way]) + (gzip.compress(both, mtime=0) if way == PACKED else both)


class _Pieces(BytesIO):
    """A file of which every reading gives a byte."""

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(1 if size else 0)


def _packed(way: int, rest: bytes) -> bytes:
    """The file that an input stands for."""
    if way not in (MEMBERS, ONE, CUT):
        return rest
    parts = rest.split(SPLIT) if way == MEMBERS else [rest]
    members = [SPLIT * bool(at) + each for at, each in enumerate(parts)]
    packed = b"".join(gzip.compress(each, 1, mtime=0) for each in members)
    return packed[: -1 - len(rest) % 9] if way == CUT else packed


def check(data: bytes) -> None:
    """What is cut out lies in the file, one record behind the other; and all that is not told to be none is one."""
    way, rest = (data[0] % 16, data[1:]) if data else (PLAIN, b"")
    content = _packed(way % 8, rest)
    if way >= 8:
        return _documents(content)
    found = list(cut(Tape(BytesIO(content)), KEPT))
    assert [each.number if isinstance(each, Record) else each[0] for each in found] == [*range(1, len(found) + 1)]
    if way in (MEMBERS, ONE):
        if all(isinstance(each, Record) for each in found):
            _all_is_told(found, rest, plain=False)
    elif way in (PLAIN, PIECES) and not content.startswith(b"\x1f\x8b"):
        _all_is_told(found, content, plain=True)
        if way == PIECES:
            assert list(cut(Tape(_Pieces(content)), KEPT)) == found, "it depends on how the file is read"
    return None


def _documents(content: bytes) -> None:
    for each in warc.records(BytesIO(content), "a", KEPT):
        assert isinstance(each, Source | Failure), each
        if isinstance(each, Source):
            assert isinstance(each.content, bytes), each
            assert len(each.content) <= KEPT, each
            assert each.format in (Format.HTML, Format.TEXT, Format.MARKDOWN), each


def _all_is_told(found: list[Record | tuple[int, str]], content: bytes, *, plain: bool) -> None:
    """Each record lies behind the one before it, in a `plain` file where it says; and where nothing is told to be
    wrong, only line breaks lie between."""
    end, told = 0, False
    for each in found:
        if not isinstance(each, Record):
            told = True
            continue
        found_at = content.find(each.head + each.content, end)
        start = each.byte if plain and each.byte is not None else found_at
        assert start >= end, each
        assert content.startswith(each.head + each.content, start), each
        assert len(each.content) == min(each.length, KEPT), each
        assert told or not content[end:start].strip(BETWEEN), (content[end:start], each)
        end, told = start + len(each.head) + each.length, False
    assert told or not content[end:].strip(BETWEEN), content[end:]
