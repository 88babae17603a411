"""The documents of web archives: WARC, WET (the text of pages) and ARC.

`warcio` says what the headers of records hold, or FastWARC where it is installed, in a third of the time.
"""

from __future__ import annotations

import re
import zlib
from functools import cache
from io import BytesIO
from typing import IO, TYPE_CHECKING, NamedTuple

from dedup.archive import BLANK, HEAD, Record, cut
from dedup.data import Failure, Format, Source
from dedup.tape import Tape

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([^\s\"';,]+)", re.IGNORECASE)
_HTML = re.compile(rb"(?is)\s*+(?:<\?xml[^>]*+>\s*+)?+(?:<!--(?>.*?-->)\s*+)*+<(?:!doctype\s++html|html|head|body)\b")
"""Where a page begins. Nothing in it is tried in two ways: of n comments there would be 2ⁿ."""
_TYPES = {
    "text/html": Format.HTML,
    "application/xhtml+xml": Format.HTML,
    "text/plain": Format.TEXT,
    "text/markdown": Format.MARKDOWN,
    "text/x-markdown": Format.MARKDOWN,
}


CODINGS = 5
"""Codings of a body within each other that are undone (curl undoes as many): it can hold itself, without end."""
_NONE: dict[str, str] = {}


def records(stream: IO[bytes], name: str, max_bytes: int) -> Iterator[Source | Failure]:
    """The documents of an archive, in order, and what of it cannot be read.

    `stream` is a plain file or one of gzip, in one member or many; other compression it undoes itself. Documents are
    pages and texts that a server answered with (status 200), resources of these types, and conversions (WET). All other
    records are passed over. The id is the WARC-Record-ID as it stands there, with `<` and `>`.
    """
    empty = True
    for each in cut(Tape(stream), max_bytes + HEAD):
        empty = False
        if isinstance(each, Record):
            found = _source(each, name, max_bytes)
            if found is not None:
                yield found
        else:
            yield Failure(f"{name}:{each[0]}", each[1])
    if empty:
        yield Failure(name, "empty: there is no record in it")


# ── what records hold ───────────────────────────────────────────────────────────────────────────────────────────────


def _source(record: Record, name: str, max_bytes: int) -> Source | Failure | None:
    """The document of a record, or why it cannot be read; None if it is none."""
    place = f"{name}:{record.number}"
    fields = _fields(record)
    try:
        found = _document(fields, record, max_bytes + 1)
        if found is None:
            return None
        if len(found.content) > max_bytes or len(record.content) < record.length:
            raise ValueError(f"larger than max_bytes = {max_bytes}; raise it with --max-bytes")
    except ValueError as error:
        return Failure(place, str(error))
    url = fields.get("warc-target-uri", "").strip("<>").replace(" ", "%20")
    metadata = {
        "warc_date": fields.get("warc-date"),
        "warc_truncated": fields.get("warc-truncated"),
        "warc_file": name,
        "warc_offset": record.byte,
    }
    said = {
        "url": url or None,
        "encoding": found.encoding,
        "metadata": {key: value for key, value in metadata.items() if value is not None},
    }
    return Source(place, fields.get("warc-record-id") or place, found.format, found.content, said=said)


def _fields(record: Record) -> dict[str, str]:
    """The header of a record, by names in lower case; of one of ARC, as WARC names them."""
    if record.head.startswith(b"WARC/"):
        return headers(record.head)[1]
    url, _, date, _, _ = record.head.decode("utf-8", "replace").rsplit(" ", 4)
    kind = "warcinfo" if url.startswith("filedesc:") else "response"
    day, time = (f"{date[a:b]}" for a, b in ((0, 8), (8, 14)))
    iso = f"{day[:4]}-{day[4:6]}-{day[6:]}T{time[:2]}:{time[2:4]}:{time[4:]}Z"
    return {"warc-type": kind, "warc-target-uri": url, "warc-date": iso}


class _Document(NamedTuple):
    format: Format
    encoding: str
    content: bytes


def _document(fields: dict[str, str], record: Record, most: int) -> _Document | None:
    """What a record holds, if that is a document, at most so many bytes.

    Raises:
        ValueError: it is not what its headers say.
    """
    kind, stated, body, http = fields.get("warc-type"), fields.get("content-type", ""), record.content, _NONE
    if kind == "response":
        answer = _answer(fields, body)
        if answer is None:
            return None
        http, body = answer
        stated = http.get("content-type", "")
    elif kind == "conversion":
        stated = stated or "text/plain"
    elif kind != "resource":
        return None
    stated = stated or fields.get("warc-identified-payload-type", "")
    named = stated.partition(";")[0].strip().lower()
    if named and named not in _TYPES:
        return None
    content = _decoded(body, http, most)
    if not named and not _HTML.match(content[:HEAD].removeprefix(b"\xef\xbb\xbf")):
        return None
    charset = _CHARSET.search(stated)
    return _Document(_TYPES.get(named, Format.HTML), charset[1] if charset else "", content)


def _answer(fields: dict[str, str], response: bytes) -> tuple[dict[str, str], bytes] | None:
    """The HTTP header and the body of a response that holds what was asked for; None of one that does not."""
    if not response.startswith(b"HTTP/"):
        if fields.get("warc-target-uri", "").startswith(("http:", "https:")):
            raise ValueError("its response has no HTTP status line")
        return None  # of DNS
    end = BLANK.search(response, 0, HEAD)
    status, http = headers(response[: end.end() if end else HEAD])
    return (http, response[end.end() :] if end else b"") if status.split()[1:2] == ["200"] else None


def _decoded(body: bytes, http: dict[str, str], most: int) -> bytes:
    """The body of a response without what was done to it on its way; at most so many bytes.

    Raises:
        ValueError: it is not coded as it says, or in a way that is not known.
    """
    if "chunked" in http.get("transfer-encoding", "").lower():
        from warcio.bufferedreaders import ChunkedDataReader

        body = ChunkedDataReader(BytesIO(body)).read()
    codings = [each.strip().lower() for each in http.get("content-encoding", "").split(",")]
    codings = [each for each in codings if each not in ("", "identity", "none")]
    if len(codings) > CODINGS:
        raise ValueError(f"its Content-Encoding names {len(codings)} codings, and no server makes more than {CODINGS}")
    for coding in reversed(codings):
        unpack = _CODINGS.get(coding)
        if _HTML.match(body[:HEAD]):  # who archived it decoded it, and left the header
            continue
        if unpack is None:
            raise ValueError(f"its Content-Encoding {coding!r} is none that can be read")
        try:
            body = unpack(body, most)
        except zlib.error as error:
            raise ValueError(f"its Content-Encoding {coding!r} is broken: {error}") from error
    return body


def _inflated(body: bytes, most: int) -> bytes:
    """Of gzip, zlib or, as some servers have it, raw deflate."""
    bits = 47 if body[:2] == b"\x1f\x8b" or (body and body[0] & 15 == 8) else -15
    unpacker = zlib.decompressobj(bits)
    content = unpacker.decompress(body, most)
    if not unpacker.eof and len(content) < most:
        raise zlib.error("it is cut off")
    return content


def _brotli(body: bytes, most: int) -> bytes:
    try:
        import brotli
    except ImportError as error:
        raise ValueError("its Content-Encoding 'br' needs brotli: pip install 'brotli>=1.2'") from error
    unpacker = brotli.Decompressor()
    try:
        content: bytes = unpacker.process(body, output_buffer_limit=most)
        while len(content) < most and not unpacker.can_accept_more_data():
            content += unpacker.process(b"", output_buffer_limit=most - len(content))
    except brotli.error as error:
        raise zlib.error(str(error)) from error
    if not unpacker.is_finished() and len(content) < most:
        raise zlib.error("it is cut off")
    return content


_CODINGS: dict[str, Callable[[bytes, int], bytes]] = {
    "gzip": _inflated,
    "x-gzip": _inflated,
    "deflate": _inflated,
    "br": _brotli,
}


# ── the door of the libraries ───────────────────────────────────────────────────────────────────────────────────────


def headers(block: bytes) -> tuple[str, dict[str, str]]:
    """The first line of a header, and its fields by their names in lower case; of two of a name the first."""
    first, items = _parser()(block)
    return first, {name.lower(): value for name, value in reversed(items)}


@cache
def _parser() -> Callable[[bytes], tuple[str, list[tuple[str, str]]]]:
    try:
        import fastwarc  # noqa: F401
    except ImportError:
        return by_warcio
    return by_fastwarc


def by_warcio(block: bytes) -> tuple[str, list[tuple[str, str]]]:
    """The first line and the fields of a header, in order, as warcio reads them."""
    from warcio.statusandheaders import StatusAndHeadersParser

    found = StatusAndHeadersParser([], verify=False).parse(BytesIO(block))
    return f"{found.protocol} {found.statusline}".strip(), [(name, value) for name, value in found.headers]


def by_fastwarc(block: bytes) -> tuple[str, list[tuple[str, str]]]:
    """The first line and the fields of a header, in order, as FastWARC reads them."""
    from fastwarc.warc import HeaderMap

    if block.count(b"\n") != block.count(b"\r\n"):  # it takes "\r\n" only
        block = re.sub(rb"\r?\n", b"\r\n", block)
    found = HeaderMap()
    try:
        found.parse(BytesIO(block))
    except OSError:  # it takes no line of more than 32 kB
        return by_warcio(block)
    return found.status_line or "", [(_text(name), _text(value)) for name, value in found.items_bytes()]


def _text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("iso-8859-1")
