"""One run at a time in a folder.

The system lets a lock go when its process ends, however it ends, so that none is ever left behind; the file that is
locked says who holds it, and goes with the lock.
"""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from dedup.errors import LockedError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LOCK = ".dedup.lock"


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep all other runs out of a folder that is there.

    Raises:
        LockedError: another process that is alive keeps us out.
        OSError: the file cannot be made.
    """
    path = folder / LOCK
    handle = _taken(path)
    try:
        os.truncate(handle, 0)
        os.write(handle, f"{os.getpid()} {_host()}".encode())
        yield
    finally:
        with suppress(OSError):  # Windows removes no file that is open; it stays, and is taken again
            path.unlink()  # while it is ours: after that it may be another's
        os.close(handle)


def _taken(path: Path) -> int:
    """The file, open and locked."""
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            if not lock(handle):
                raise LockedError(
                    f"{path.parent}: another run is writing there{_told(handle)}; wait for it, or stop it"
                )
            with suppress(FileNotFoundError):
                if os.path.samestat(os.fstat(handle), path.stat()):
                    return handle
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)  # who held it removed it just before we had it


def _told(handle: int) -> str:
    """Who holds a file, if it says so."""
    try:
        pid, host = os.read(handle, 500).decode().split(" ", 1)
    except (OSError, ValueError):
        return ""
    return f" (process {pid} on {host})"


def _host() -> str:
    return os.uname().nodename if hasattr(os, "uname") else os.environ.get("COMPUTERNAME", "this computer")


if sys.platform == "win32":

    def lock(handle: int) -> bool:
        """Lock an open file until it is closed; False where another process has done so."""
        import msvcrt

        os.lseek(handle, 1 << 30, os.SEEK_SET)  # what is locked cannot be read: a byte behind the words
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        finally:
            os.lseek(handle, 0, os.SEEK_SET)
        return True

else:

    def lock(handle: int) -> bool:
        """Lock an open file until it is closed; False where another process has done so."""
        import fcntl

        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:  # some network file systems have no locks
            return True
        return True
