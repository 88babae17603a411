"""Files compressed by gzip, Zstandard, bzip2 or xz, told by their extension; every member and frame of them is read."""

from __future__ import annotations

import sys
import zlib
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Iterator

BUFFER = 1 << 20
"""Bytes that are read of a file at a time: by the usual 8 kB a line of a page takes 15 calls of the system."""


def zstandard() -> Any:
    """The module of Zstandard: Python 3.14's, else its backport."""
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd
    return zstd


def reading(raw: IO[bytes], suffix: str) -> IO[bytes]:
    """What an open file holds, given the extension of its compression (empty: none)."""
    return cast("IO[bytes]", _opened(raw, suffix, "rb")) if suffix else raw


@contextmanager
def writing(raw: IO[bytes], suffix: str) -> Iterator[IO[bytes]]:
    """What writes into an open file, compressed. Equal bytes give equal bytes: no time or name goes into it."""
    if not suffix:
        yield raw
        return
    with _opened(raw, suffix, "wb") as handle:
        yield handle


def _opened(raw: IO[bytes], suffix: str, mode: str) -> Any:
    if suffix == ".gz":
        import gzip

        return gzip.GzipFile(filename="", mode=mode, fileobj=raw, mtime=0)
    if suffix == ".zst":
        return zstandard().open(raw, mode)
    if suffix == ".bz2":
        import bz2

        return bz2.open(raw, mode)
    import lzma

    return lzma.open(raw, mode)


def is_broken(error: Exception) -> bool:
    """Whether an error of reading says that the compression is broken: all libraries have their own."""
    if isinstance(error, EOFError | zlib.error) or type(error).__name__ in ("BadGzipFile", "ZstdError", "LZMAError"):
        return True
    return isinstance(error, OSError) and str(error) == "Invalid data stream"  # all that bz2 says
