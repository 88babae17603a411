"""The bytes of an archive one after the other, gzip members unpacked, with a place to look ahead.

The libraries for archives say nothing of a gzip member that is cut off, or end there; so members are unpacked here.
What is broken ends a *stretch* of bytes, and the next one begins at the next member that can be read.
"""

from __future__ import annotations

import re
import zlib
from collections import deque
from typing import IO, TYPE_CHECKING, NamedTuple

from dedup.compressed import BrokenError, check_ratio, is_broken

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

PIECE = 1 << 16
"""Bytes that are read at a time. Not many more: what is left behind a member is copied for each of them."""
MOST = 1 << 20
"""Bytes that are unpacked at a time, however much is packed into a few."""
BROKEN = 1_000
"""Members that may be broken in a file, and more if as many are whole: each that begins within another is tried."""
PROBE = 1 << 10
"""Bytes from which can be told whether a member begins."""
_MEMBER = re.compile(rb"\x1f\x8b\x08[\x00-\x1f]")
"""RFC 1952, 2.3.1: the magic number, the only method there is, and flags whose reserved bits are 0."""


class Break(NamedTuple):
    """Why a stretch ended before its file did, and where the member starts that is to blame (None: no member is)."""

    why: str
    member: int | None = None


class Tape:
    """What a file holds, unpacked: `held` are the bytes at hand, `at` is where they start in all that is unpacked.

    `stream` is plain, or gzip of one member or many (told by its first bytes); other compression it undoes itself.
    """

    def __init__(self, stream: IO[bytes]) -> None:
        self.held, self.at = bytearray(), 0
        self.ended, self.broken, self.told = False, Break(""), False
        self._members: deque[tuple[int, int]] = deque()  # that begin at hand: where, and from which byte of the file
        raw = _Raw(stream)
        raw.more()
        self._packed = bool(_MEMBER.match(raw.data))
        self._pieces = _unpacked(raw, self._mark) if self._packed else _plain(raw)

    def _mark(self, place: int) -> None:
        at = self.at + len(self.held)
        if not self._members or self._members[-1][0] != at:  # of members that hold nothing the first is enough
            self._members.append((at, place))

    def hold(self, size: int) -> int:
        """Have so many bytes of the stretch at hand, if there are so many; how many there are."""
        while len(self.held) < size and not self.ended:
            piece = next(self._pieces, Break(""))
            if isinstance(piece, Break):
                self.ended, self.broken = True, piece
            else:
                self.held += piece
        return len(self.held)

    def drop(self, size: int) -> None:
        """Go on behind so many of the bytes at hand."""
        del self.held[:size]
        self.at += size
        while self._members and self._members[0][0] < self.at:
            self._members.popleft()

    def skip(self, size: int, pattern: re.Pattern[bytes], reach: int) -> int:
        """Go on behind so many bytes, at hand or not, but not behind a member that begins with a match of a pattern.
        How many were passed over."""
        left, seen = size, -1
        while left and (here := min(left, self.hold(1))):
            begins = next((at for at, _ in self._members if max(self.at, seen + 1) <= at < self.at + here), None)
            away = here if begins is None else begins - self.at
            self.drop(away)
            left -= away
            if begins is not None:
                seen = begins
                if self.hold(reach) and pattern.match(self.held):
                    break
        return size - left

    def seek(self, find: Callable[[bytearray, bool], int], reach: int) -> int:
        """Go on to where something next is in the stretch, or to its end; how many bytes were passed over. `find` tells
        where it first is in some bytes, -1 if nowhere, given whether a line may begin where they do; no more than
        `reach` of them are asked for to tell."""
        passed = 0
        while True:
            size = self.hold(PIECE + reach + 1)
            found = find(self.held, not passed)
            # What starts further back may be longer than what is at hand of it.
            if found >= 0 and (self.ended or found <= size - reach):
                away, done = found, True
            else:
                away, done = (size, True) if self.ended else (size - reach - 1, False)
            self.drop(away)
            passed += away
            if done:
                return passed

    def tell(self) -> str:
        """Why the stretch ended; to be told once."""
        self.told = True
        return self.broken.why or "the file ends"

    def go_on(self) -> bool:
        """Begin the next stretch, if this one did not end with the file."""
        self.drop(len(self.held))
        self.ended = not self.broken.why
        self.broken, self.told = Break(""), False
        return not self.ended

    def place(self) -> int | None:
        """From which byte of the file on the bytes at hand can be read again; None within a member."""
        if not self._packed:
            return self.at
        return self._members[0][1] if self._members and self._members[0][0] == self.at else None


class _Raw:
    """A file as it lies on disk: the bytes that are not used yet, where they start, and those used before them."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.stream, self.data, self.place, self.before, self.why = stream, b"", 0, b"", ""
        self.size, self.is_bomb = 0, False
        """Bytes that were unpacked so far; whether they are too many."""

    def more(self) -> bool:
        """Read on; False at the end, and where what unpacks the file says that it is broken (`why`)."""
        try:
            piece = self.stream.read(PIECE)
        except Exception as error:
            if not is_broken(error):
                raise
            self.why = f"the compressed file is broken: {error}"
            return False
        self.data += piece
        return bool(piece)

    def use(self, left: bytes) -> None:
        """Go on with what is left."""
        used = len(self.data) - len(left)
        self.before, self.data, self.place = self.data[:used] or self.before, left, self.place + used

    def find(self, after: int) -> bool:
        """Go on to the next member that starts at a byte or behind it and can be read. The member that broke may have
        taken the beginning of that one as its own, so what was used last is looked through, too."""
        self.place, self.data, self.before = self.place - len(self.before), self.before + self.data, b""
        start, more = max(0, after - self.place), True
        while more:
            more = self.more()
            known = len(self.data) - (PROBE if more else 0)
            for found in _MEMBER.finditer(self.data, start):
                if found.start() <= known and _begins(self.data[found.start() : found.start() + PROBE]):
                    self.use(self.data[found.start() :])
                    return True
            self.use(self.data[max(start, known) :])
            start = 0
        return False


def _begins(data: bytes) -> bool:
    """Whether a member begins here, and not what only looks like one: its first bytes can be unpacked."""
    try:
        return bool(zlib.decompressobj(31).decompress(data, 64))
    except zlib.error:
        return False


def _plain(raw: _Raw) -> Iterator[bytes | Break]:
    yield raw.data
    raw.data = b""
    while raw.more():
        yield raw.data
        raw.data = b""
    yield Break(raw.why)


def _unpacked(raw: _Raw, mark: Callable[[int], None]) -> Iterator[bytes | Break]:
    """What the members of a file hold. Zeros behind a member are padding."""
    broken = whole = 0
    while broken <= max(BROKEN, whole):
        while len(raw.data) < 4 and raw.more():
            pass
        start = raw.place
        if not raw.data.strip(b"\0"):
            raw.use(b"")
            if not raw.more():
                return
            continue
        if _MEMBER.match(raw.data):
            mark(start)
            if not (why := (yield from _member(raw))):
                whole += 1
                continue
            broken += 1
            yield Break(f"the gzip member at byte {start} {why}", start)
        else:
            yield Break(f"no gzip member begins at byte {start}, where one should")
        if raw.is_bomb or not raw.find(start + 1):
            return
    yield Break(f"{broken} gzip members are broken, and {whole} are not: what is behind byte {raw.place} is not read")


def _member(raw: _Raw) -> Generator[bytes, None, str]:
    """What one member holds; and what is wrong with it."""
    unpacker = zlib.decompressobj(31)
    while True:
        if not raw.data and not raw.more():
            yield unpacker.flush()
            return "" if unpacker.eof else "is cut off"
        try:
            piece = unpacker.decompress(raw.data, MOST)
            raw.size += len(piece)
            check_ratio(raw.size, raw.place)
        except zlib.error as error:
            return f"is broken: {str(error).rpartition(': ')[2]}"
        except BrokenError as error:
            raw.is_bomb = True
            return f"is not read on: {error}"
        raw.use(unpacker.unused_data or unpacker.unconsumed_tail)
        yield piece
        if unpacker.eof:
            return ""
