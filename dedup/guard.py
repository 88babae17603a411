"""The limits of each document in a worker process, which dies alone: CPU time and memory; and which one is under way.

A page may take the libraries that read it without end, within C code that no exception of Python reaches. So the
system ends the worker, and its parent finds in a note which document that was. None of that in the main process.

- Time is the CPU time of the worker (`setitimer(ITIMER_PROF)` with SIGPROF's default action): it does not depend on how
  busy the machine is. Linux and macOS.
- Memory is what a process may write and nobody else has (RLIMIT_DATA: unlike RLIMIT_AS it does not count files that are
  mapped, nor what is only reserved). Where there is no more, Python, lxml and the kernel raise MemoryError, and the
  worker ends: what was half done there is not to be relied on. Linux only: macOS accepts the limit and ignores it.
- Windows has neither; there a worker still dies alone.

What is done around a document takes .06 ms each time that it is read, judged and flagged: over 150 real pages that
could not be measured (seven runs with the limits and without, in turn).

What `malloc` keeps behind a large page is given back to the system: see `dedup.memory`. The limit still counts what
lies within the heap, though it is given back; so it is taken off, as what is kept.
"""

from __future__ import annotations

import errno
import mmap
import os
import signal
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Protocol

from dedup import memory

if TYPE_CHECKING:
    from collections.abc import Iterator

OUT_OF_MEMORY = errno.ENOMEM
"""The exit code of a worker in which there was no memory."""
NOTE = 8
"""Bytes of a note: the number of the document under way, from 1; 0 where none is."""


LEAST = 16 << 20
"""Bytes with which most libraries can be loaded; of what `malloc` keeps, more than so many are given back."""
TRUST = 32
"""Documents between two questions how much memory is kept, which take .2 ms each, if little changed meanwhile."""


class Limited(Protocol):
    """What may be taken of a document, as `Config` has it."""

    @property
    def max_seconds(self) -> float: ...
    @property
    def max_memory(self) -> int: ...


class Died(Protocol):
    """How a worker ended: its exit code, minus the signal if it was one, and the number of the document that it was at;
    as text in words."""

    @property
    def code(self) -> int: ...
    @property
    def at(self) -> int | None: ...


def is_over(died: Died) -> bool:
    """Whether a worker was ended since its document took more than it may, as it would again."""
    return died.at is not None and died.code in (-getattr(signal, "SIGPROF", 0), OUT_OF_MEMORY)


def why(died: Died, limits: Limited) -> str:
    """Why a document of which a worker died could not be used."""
    if is_over(died) and died.code == OUT_OF_MEMORY:
        return too_large(limits)
    if is_over(died):
        return f"took longer than max_seconds = {limits.max_seconds:g}; raise it with --max-seconds"
    return f"ended the process that read it ({died})"


def too_large(limits: Limited) -> str:
    """Why a document could not be used for which there was no memory."""
    return f"took more memory than max_memory = {limits.max_memory}, or than there is; raise it with --max-memory"


class _Self:
    """What a worker knows of itself: where it notes; and the descriptor of what Linux says of its memory."""

    note: mmap.mmap | None = None
    memory: int | None = None
    kept = taken = trust = 0
    """What `malloc` kept and what was taken when it was last asked, in bytes; for how many documents that holds."""


def begin(note: int) -> None:
    """In a worker at its start: from now on documents are limited, and noted in the file of this descriptor."""
    os.ftruncate(note, NOTE)
    _Self.note = mmap.mmap(note, NOTE)
    _Self.note[:] = bytes(NOTE)
    if sys.platform == "linux":
        with suppress(OSError):  # where there is no /proc, memory is not limited: better than no worker at all
            _Self.memory = os.open("/proc/self/statm", os.O_RDONLY | os.O_CLOEXEC)


def noted(note: int) -> int | None:
    """In the parent, once a worker is dead: the number of the document that it was at; None if it was at none."""
    if os.fstat(note).st_size < NOTE:  # it died before it began
        return None
    with mmap.mmap(note, NOTE) as shared:
        number = int.from_bytes(shared[:], "little")
    return number - 1 if number else None


@contextmanager
def limited(number: int, limits: Limited) -> Iterator[None]:
    """Note that the document of this number is under way, and end the worker if it takes more than it may."""
    if _Self.note is None:
        yield
        return
    _Self.note[:] = (number + 1).to_bytes(NOTE, "little")
    before = _limit_memory(limits.max_memory)
    _limit_time(limits.max_seconds)
    try:
        yield
    except Exception as error:
        if isinstance(error, MemoryError) or (before and _is_full()):
            os._exit(OUT_OF_MEMORY)
        raise
    finally:
        _limit_time(0)
        if before:
            _set(before)
        _Self.note[:] = bytes(NOTE)


def _limit_time(seconds: float) -> None:
    """End this process once it has taken so many seconds more; 0: never."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, seconds)


def _limit_memory(megabytes: int) -> tuple[int, int] | None:
    """Let this process take so many MB more, if any number is given and there is such a limit: the one before."""
    if not megabytes or _Self.memory is None:
        return None
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    most = _needed() + (megabytes << 20)
    _set((min(each for each in (most, soft, hard) if each != resource.RLIM_INFINITY), hard))
    return soft, hard


def _set(limit: tuple[int, int]) -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_DATA, limit)


def _needed() -> int:
    """The bytes that the limit counts, without those that were freed and are kept: they would add up, page by page."""
    taken = _taken()
    if not _Self.trust or abs(taken - _Self.taken) > LEAST:
        kept = memory.kept()
        if kept > LEAST:
            memory.trim()
            less = taken - _taken()  # what lay at the end of the heap does not count any more
            taken, kept = taken - less, kept - less
        _Self.kept, _Self.taken, _Self.trust = kept, taken, TRUST
    _Self.trust -= 1
    return taken - _Self.kept


def _is_full() -> bool:
    """Whether a library cannot be loaded that is needed: then there is no MemoryError, but an ImportError."""
    import resource

    return _taken() + LEAST > resource.getrlimit(resource.RLIMIT_DATA)[0]


def _taken() -> int:
    """The bytes that the limit counts."""
    return int(os.pread(_Self.memory or 0, 256, 0).split()[5]) * mmap.PAGESIZE
