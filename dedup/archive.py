"""The records of a web archive as they lie in its file, WARC and ARC alike; and a word on what is none.

They are cut out here, since the libraries read on where a file is broken without a word, or end there.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dedup.tape import Tape

HEAD = 1 << 16
"""Longest header of a record, in bytes."""
REACH = 1 << 13
"""Longest first line of a record."""
TAIL = 16
"""Bytes behind a record by which it is seen whether it ends there."""
_WARC = rb"WARC/\d\.\d+\r?\n(?=[!-9;-~]+[ \t]*:)"
# ARC 1.0: URL, IP address, date, type, length.
_ARC = rb"[A-Za-z][A-Za-z0-9+.-]*:[^\r\n]{1,8000}? \S{1,64} \d{14} \S{1,99} (?P<length>\d+)\r?\n"
_START = re.compile(_WARC + b"|" + _ARC)
# Apart from each other they are looked for at the speed of memory; together at 30 MB/s.
_ANYWHERE, _ON_A_LINE = re.compile(_WARC), re.compile(b"\n(?=" + _ARC + b")")
BLANK = re.compile(rb"\r?\n\r?\n")
_LENGTH = re.compile(rb"(?im)^content-length[ \t]*:[ \t]*(\d{1,18})[ \t]*\r?$")
# Not every writer ends a record with two line breaks; but what follows must be the next one, or nothing.
_ENDS = re.compile(rb"\r?\n\r?\n|[\r\n]*(?:WARC/|\Z)")
_ENDS_ARC = re.compile(rb"\r?\n|\Z")
_BETWEEN = b"\r\n\xef\xbb\xbf"
"""What stands between records: line breaks, and the byte order marks of files put together."""


class Record(NamedTuple):
    """A record as it was cut out: the number it has in its file, from which byte of the file on it can be read (None:
    it is in the midst of something compressed), its header, and what it holds, as far as it was asked for."""

    number: int
    byte: int | None
    head: bytes
    content: bytes
    length: int


def cut(tape: Tape, most: int) -> Iterator[Record | tuple[int, str]]:
    """The records of a tape, of each at most so many bytes; in place of what is none, its number and what is wrong."""
    number = 0
    while True:
        while tape.hold(1) and tape.held[0] in _BETWEEN:
            tape.drop(len(tape.held) - len(tape.held.lstrip(_BETWEEN)))
        if tape.hold(REACH):
            number += 1
            yield _cut(tape, number, most)
            continue
        if tape.broken.why and not tape.told:
            number += 1
            yield number, f"broken here: {tape.tell()}"
        if not tape.go_on():
            return


def _cut(tape: Tape, number: int, most: int) -> Record | tuple[int, str]:
    """The record that begins here, or what is wrong; the tape is then where the next one may be."""
    byte, at = tape.place(), tape.at
    start = _START.match(tape.held)
    if not start:
        passed = tape.seek(_next, REACH)
        more = f": {tape.tell()}" if tape.broken.why and not tape.held else ""
        return number, f"{passed} bytes at {_where(byte, at)} are no record{more}"
    end: re.Match[bytes] | None = start
    if not start["length"]:
        tape.hold(HEAD)
        end = BLANK.search(tape.held, 0, HEAD)
    head = bytes(tape.held[: end.end()]) if end else b""
    length = start["length"] or b"".join(_LENGTH.findall(head)[:1])
    if length:
        return _content(tape, Record(number, byte, head, b"", int(length)), at, most)
    if head:
        why = "has no Content-Length"
    else:
        why = f"has a header that does not end: {tape.tell() if tape.ended else f'it has more than {HEAD} bytes'}"
    tape.drop(start.end())
    return number, _wrong(tape, _where(byte, at), why)


def _content(tape: Tape, record: Record, at: int, most: int) -> Record | tuple[int, str]:
    """The record with what it holds, or what is wrong with it."""
    size, kept = len(record.head), min(record.length, most)
    tape.hold(size + kept + TAIL)
    content = bytes(tape.held[size : size + kept])
    have = len(content)
    if have == most < record.length:
        tape.drop(size + kept)
        size = kept = 0
        have += tape.skip(record.length - most, _START, REACH)
        tape.hold(TAIL)
    ends = _ENDS if record.head.startswith(b"WARC/") else _ENDS_ARC
    if have < record.length:
        reason = "the next one begins there" if not size and tape.held else tape.tell()
        why = f"holds {have} bytes of the {record.length} that it says: {reason}"
    elif not ends.match(tape.held, size + kept, size + kept + TAIL):
        why = f"does not end after the {record.length} bytes that it says"
    elif tape.ended and tape.broken.member == record.byte is not None and not tape.held[size + kept :].strip(_BETWEEN):
        why = f"cannot be trusted: {tape.tell()}"
    else:
        tape.drop(size + kept)
        return record._replace(content=content)
    tape.drop(size)
    return record.number, _wrong(tape, _where(record.byte, at), why)


def _next(held: bytearray, is_line: bool) -> int:
    """Where a record first begins in some bytes, -1 if nowhere; one of ARC does where a line begins."""
    if is_line and _START.match(held):
        return 0
    found, behind = _ANYWHERE.search(held), _ON_A_LINE.search(held)
    return min([each for each in (found and found.start(), behind and behind.end()) if each is not None], default=-1)


def _wrong(tape: Tape, where: str, why: str) -> str:
    passed = tape.seek(_next, REACH)
    return f"the record at {where} {why}" + (f"; {passed} bytes were passed over" if passed else "")


def _where(byte: int | None, at: int) -> str:
    return f"byte {at} of what is unpacked" if byte is None else f"byte {byte}"
