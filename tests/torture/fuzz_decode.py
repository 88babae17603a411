"""Bytes of any encoding as text: decoded as they say, or as whoever looks closer says, or a failure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import charset_normalizer

from dedup import decode
from dedup.config import Config
from dedup.data import Document, Failure, Format, Source
from dedup.extract import read_source

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST = 120
GIVEN = ("", "utf-8", "latin-1", "utf-16", "shift_jis", "utf-7", "hz", "cp037")
FORMATS = (Format.TEXT, Format.MARKDOWN, Format.HTML)
_TEXTS = ("The mill", "Straße 東京", "Ёлка", "a\nb", "\u202e", "😀")
_LABELS = (
    b"",
    b"utf-8",
    b"iso-8859-1",
    b"Shift_JIS",
    b"utf-16",
    b"windows-1251",
    b"x-sjis",
    b"utf-7",
    b"\xff",
    b"big5",
)


def seeds() -> Iterator[bytes]:
    """A text in each encoding, with and without marks; pages that name one; and servers that do."""
    for text in _TEXTS:
        for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252", "shift_jis", "utf-7"):
            yield b"\0\0" + text.encode(encoding, "replace")
    for label in _LABELS:
        yield b"\2\0<meta charset=" + label + b"><p>\xe9"
        yield b"\0" + bytes([len(label)]) + label + b"caf\xe9"
    yield from (bytes([len(FORMATS) * at]) + b"\0caf\xe9" for at in range(len(GIVEN)))


CONFIGS = [Config(encoding=each) for each in GIVEN]


class _Detected:
    """What charset-normalizer says: here nothing, as it takes longer than all else."""

    def best(self) -> None:
        return None


def check(data: bytes) -> None:
    """A text is what Python's codec makes of the bytes, or there is a failure that says why not."""
    own = charset_normalizer.from_bytes
    setattr(charset_normalizer, "from_bytes", lambda _: _Detected())  # noqa: B010 (of another type)
    try:
        _decoded(data)
    finally:
        charset_normalizer.from_bytes = own


def _decoded(data: bytes) -> None:
    first, size = (data[0], data[1]) if len(data) > 1 else (0, 0)
    server, content = data[2 : 2 + size % 16], data[2 + size % 16 :]
    kind, config = FORMATS[first % len(FORMATS)], CONFIGS[first // len(FORMATS) % len(GIVEN)]
    named = server.decode("latin-1")
    try:
        encoding, how = decode.encoding_of(content, kind, config, named)
    except ValueError:
        encoding = how = ""
    assert how in ("given", "declared", ""), how
    text = content.decode(encoding) if encoding else ""
    if kind is not Format.HTML:
        said = {"encoding": named} if named else {}
        found = read_source(Source("a", "a", kind, content, said=said), config)
        assert isinstance(found, Document | Failure), found
        assert not isinstance(found, Document) or (encoding and found.text == text), found
