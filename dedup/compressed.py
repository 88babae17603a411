"""Files compressed by gzip, Zstandard, bzip2 or xz, told by their extension; every member and frame of them is read.

The modules of Python end without a word where what stands behind a member of bzip2, xz or Zstandard is none, and so
with the rest of a file of which a member is damaged; they also take as much memory as a file of xz asks for.
"""

from __future__ import annotations

import sys
import zlib
from contextlib import contextmanager
from io import DEFAULT_BUFFER_SIZE, BufferedReader, RawIOBase
from typing import IO, TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BUFFER = 1 << 20
"""Bytes that are read of a file at a time: by the usual 8 kB a line of a page takes 15 calls of the system."""
FREE, RATIO = 500_000_000, 500
"""A file that holds more bytes than `FREE`, and more than `RATIO` times as many as it is long, is not read on. Texts
become a twentieth at most, pages of one site a hundredth, and the same page of 5 kB again and again with another id and
URL each time (the worst that makes sense) 1/135 by gzip, 1/220 by Zstandard and xz. A bomb is 1/1027 by gzip, 1/6,500
by xz, 1/31,000 by Zstandard and 1/370,000 by bzip2."""
WINDOW = 256 << 20
"""Most memory for a file of xz: `xz -9` needs 65 MB. Zstandard refuses what needs more than 128 MB by itself."""


class BrokenError(Exception):
    """What is compressed cannot be read on."""


def zstandard() -> Any:
    """The module of Zstandard: Python 3.14's, else its backport."""
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd
    return zstd


def reading(raw: IO[bytes], suffix: str) -> IO[bytes]:
    """What an open file holds, given the extension of its compression (empty: none)."""
    return BufferedReader(_Unpacked(raw, suffix), BUFFER) if suffix else raw


@contextmanager
def writing(raw: IO[bytes], suffix: str) -> Iterator[IO[bytes]]:
    """What writes into an open file, compressed. Equal bytes give equal bytes: no time or name goes into it."""
    if not suffix:
        yield raw
        return
    with _packing(raw, suffix) as handle:
        yield handle


def _packing(raw: IO[bytes], suffix: str) -> Any:
    if suffix == ".gz":
        import gzip

        return gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0)
    if suffix == ".zst":
        return zstandard().open(raw, "wb")
    if suffix == ".bz2":
        import bz2

        return bz2.open(raw, "wb")
    import lzma

    return lzma.open(raw, "wb")


def check_ratio(size: int, packed: int) -> None:
    """Refuse to read on where so many bytes came of so few.

    Raises:
        BrokenError: it is a bomb.
    """
    if size > FREE and size > RATIO * packed:
        raise BrokenError(f"{size} bytes came of {packed}, which texts do not; unpack it yourself to have it read")


def is_broken(error: Exception) -> bool:
    """Whether an error of reading says that the compression is broken: all libraries have their own."""
    if isinstance(error, EOFError | BrokenError | zlib.error):
        return True
    if type(error).__name__ in ("BadGzipFile", "ZstdError", "LZMAError"):
        return True
    return isinstance(error, OSError) and str(error) == "Invalid data stream"  # all that bz2 says


class _Unpacked(RawIOBase):
    """What all members of a file hold, one behind the other. Zeros behind a member are padding."""

    def __init__(self, raw: IO[bytes], suffix: str) -> None:
        self._raw, self._unpacker = raw, _unpacker(suffix)
        # What zlib has made of a piece when it finds that it is broken, it does not give away: so pieces are small.
        self._piece = BUFFER >> 3 if suffix == ".zst" else DEFAULT_BUFFER_SIZE
        self._data, self._start = raw.read(self._piece), 0
        self._packed, self._size = len(self._data), 0
        self._member = self._unpacker() if self._data else None

    def readable(self) -> bool:
        return True

    def readinto(self, room: Any) -> int:
        """Read at least a byte, but at the end.

        Raises:
            BrokenError: there is more, but it cannot be read.
        """
        while self._member:
            piece = self._unpacked(self._member, len(room))
            if self._member.eof:
                self._next(self._member.unused_data)
            if piece:
                self._size += len(piece)
                check_ratio(self._size, self._packed)
                room[: len(piece)] = piece
                return len(piece)
        return 0

    def _unpacked(self, member: Any, most: int) -> bytes:
        data, self._data, asked = self._data, b"", not self._data and member.needs_input
        if asked:
            data = self._read()
        try:
            piece = cast("bytes", member.decompress(data, most))
        except Exception as error:
            if not is_broken(error):
                raise
            raise BrokenError(f"{error} (in the member at byte {self._start})" if self._start else error) from error
        if asked and not (data or piece or member.eof):
            raise EOFError("Compressed file ended before the end-of-stream marker was reached")
        return piece

    def _read(self) -> bytes:
        data = self._raw.read(self._piece)
        self._packed += len(data)
        return data

    def _next(self, data: bytes) -> None:
        """Go on to the next member, if there is one."""
        while not (data := data.lstrip(b"\0")) and (data := self._read()):
            pass
        self._data, self._start = data, self._packed - len(data)
        self._member = self._unpacker() if data else None


def _unpacker(suffix: str) -> Callable[[], Any]:
    """What makes what unpacks a member."""
    if suffix == ".gz":
        return _Gzip
    if suffix == ".zst":
        return cast("Callable[[], Any]", zstandard().ZstdDecompressor)
    if suffix == ".bz2":
        import bz2

        return bz2.BZ2Decompressor
    import lzma

    return lambda: lzma.LZMADecompressor(memlimit=WINDOW)


class _Gzip:
    """`zlib` as the other libraries have it."""

    def __init__(self) -> None:
        self._unpacker, self._begun = zlib.decompressobj(31), False

    @property
    def eof(self) -> bool:
        return self._unpacker.eof

    @property
    def needs_input(self) -> bool:
        return not self._unpacker.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        return self._unpacker.unused_data

    def decompress(self, data: bytes, most: int) -> bytes:
        if not self._begun and not b"\x1f\x8b".startswith(data[:2]):
            raise zlib.error(f"Not a gzipped file ({data[:2]!r})")
        self._begun = True
        return self._unpacker.decompress(self._unpacker.unconsumed_tail + data, most)
