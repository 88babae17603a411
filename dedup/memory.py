"""Memory in huge pages where the system has them; pages of mapped files; what `malloc` keeps of what was freed.

What glibc keeps is given back to the system (`malloc_trim`): 200 MB in 13 to 22 ms. Else a process stays as large as
it ever was: behind the candidates of a million documents in one bucket it kept 670 MB, which nothing took again.
"""

from __future__ import annotations

import mmap
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

PAGE = 1 << 21
"""Bytes of a huge page."""
MUCH = 32 << 20
"""Bytes that are worth the time to give them back."""


def huge(size: int) -> memoryview:
    """So many bytes to read into or to write out of, which count as memory once they are filled: to write a file past
    the page cache (`direct`) out of pages of 2 MB takes two thirds of the time of those of 4 KB."""
    if not hasattr(mmap, "MADV_HUGEPAGE"):  # Linux only
        return memoryview(mmap.mmap(-1, size))
    room = mmap.mmap(-1, -(-size // PAGE) * PAGE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    with suppress(OSError):  # a system that was built without them
        room.madvise(mmap.MADV_HUGEPAGE)
    return memoryview(room)[:size]


def leave(*columns: NDArray[Any]) -> None:
    """Let go of the pages of columns that are mapped from files: what is looked at again is most often still in the
    system's page cache, from where 250 MB are back in 3 ms (Linux 6.18)."""
    for column in columns:
        if isinstance(column.base, mmap.mmap):
            with suppress(AttributeError, OSError):  # Windows has no `madvise`
                column.base.madvise(mmap.MADV_DONTNEED)


def leave_part(whole: memoryview, low: int, high: int) -> None:
    """Let go of the pages of some bytes of a mapped file."""
    start = -(-low // mmap.PAGESIZE) * mmap.PAGESIZE
    if isinstance(whole.obj, mmap.mmap) and start < high:
        with suppress(AttributeError, OSError):  # Windows has no `madvise`
            whole.obj.madvise(mmap.MADV_DONTNEED, start, high - start)


def kept() -> int:
    """How many bytes are kept, of all threads."""
    return int(_info()().fordblks)


def give_back() -> None:
    """Give it back, if it is much."""
    if kept() > MUCH:
        trim()


def trim() -> None:
    """Give back whatever is kept."""
    import ctypes

    ctypes.CDLL(None).malloc_trim(0)


@cache
def _info() -> Callable[[], Any]:
    """What tells what is kept, as `fordblks`."""
    import ctypes

    names = "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost"

    class Info(ctypes.Structure):
        _fields_ = tuple((name, ctypes.c_size_t) for name in names.split())

    try:
        found: Any = ctypes.CDLL(None).mallinfo2  # glibc 2.33
    except (AttributeError, TypeError):  # macOS, older ones; Windows
        return Info  # of zeros
    found.restype = Info
    return found  # type: ignore[no-any-return]
