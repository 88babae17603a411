"""Temporary folders that last as long as what they are for; those of a process that was killed, until the next one
makes one. Beside each lies a file that its process has locked: the system lets that go, however the process ends."""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from shutil import rmtree
from typing import TYPE_CHECKING
from weakref import finalize

from dedup.commit import named
from dedup.lock import lock

if TYPE_CHECKING:
    from collections.abc import Iterator

PREFIX, ALIVE = "dedup-", ".alive"
"""What the name of a folder begins with, and what that of its file ends in."""


class Temporary:
    """A folder that goes with the last reference to this. (A `TemporaryDirectory` warns where that is part of a cycle,
    as the traceback of an error makes them.)"""

    def __init__(self) -> None:
        _sweep(tempfile.gettempdir())
        handle, folder = _made()
        self.name = str(folder)
        self._gone = finalize(self, _remove, handle, folder)

    def remove(self) -> None:
        """Remove it now."""
        self._gone()


@contextmanager
def temporary() -> Iterator[Path]:
    """A folder that goes when it is left."""
    folder = Temporary()
    try:
        yield Path(folder.name)
    finally:
        folder.remove()


def _made() -> tuple[int, Path]:
    """A new folder and its file, open and locked. The file is there first: at no moment is there a folder without."""
    while True:
        handle, name = tempfile.mkstemp(ALIVE, PREFIX)
        file, folder = Path(name), Path(name.removesuffix(ALIVE))
        try:
            with named(file):
                if lock(handle) and _is(handle, file):  # else somebody has just swept it
                    if _is_free(file):  # this system has no locks that others see: it must not seem that we are dead
                        file.unlink(missing_ok=True)
                    folder.mkdir(0o700)
                    return handle, folder
        except OSError:  # a full disk
            file.unlink(missing_ok=True)
            os.close(handle)
            raise
        os.close(handle)


def _is(handle: int, file: Path) -> bool:
    """Whether an open file is the one of this name."""
    try:
        return os.path.samestat(os.fstat(handle), file.stat())
    except OSError:
        return False


def _is_free(file: Path) -> bool:
    """Whether a file is there that nobody has locked."""
    try:
        handle = os.open(file, os.O_RDWR)
    except OSError:
        return False
    try:
        return lock(handle)
    finally:
        os.close(handle)


def _remove(handle: int, folder: Path) -> None:
    rmtree(folder, ignore_errors=True)
    os.close(handle)
    with suppress(OSError):
        if not folder.exists():  # else the next one tries again
            folder.with_name(folder.name + ALIVE).unlink()


@cache
def _sweep(base: str) -> None:
    """Remove what processes of ours that were killed have left; once a process."""
    with suppress(OSError), os.scandir(base) as entries:
        for entry in entries:
            if entry.name.startswith(PREFIX) and entry.name.endswith(ALIVE) and _is_ours(entry):
                file = Path(entry.path)
                if _is_free(file):
                    rmtree(folder := entry.path.removesuffix(ALIVE), ignore_errors=True)
                    if not os.path.lexists(folder):
                        file.unlink(missing_ok=True)


def _is_ours(entry: os.DirEntry[str]) -> bool:
    """Whether it is a file of the same user, and no other name of one that somebody else gave it here: what is locked
    is written into."""
    with suppress(OSError):
        about = entry.stat(follow_symlinks=False)
        is_own = os.name == "nt" or (about.st_uid == os.getuid() and about.st_nlink == 1)
        return entry.is_file(follow_symlinks=False) and is_own
    return False
