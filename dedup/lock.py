"""One run at a time in a folder.

The system lets a lock go when its process ends, however it ends, so that none is ever left behind. The file that is
locked says who holds it: its process, when that began, its host, and which start of the machine. It goes with the lock;
where a process was killed it stays, and says nothing. Only on a file system that has no locks it decides: whoever it
names keeps others out while that process is alive, as far as can be told from here.
"""

from __future__ import annotations

import errno
import os
import sys
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from dedup.errors import LockedError

if TYPE_CHECKING:
    from collections.abc import Iterator

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
                who = _told(handle)
                said = f" (process {who[0]} on {who[1]})" if who else ""
                raise LockedError(f"{path.parent}: another run is writing there{said}; wait for it, or stop it")
            with suppress(FileNotFoundError):
                if os.path.samestat(os.fstat(handle), path.stat()):
                    return handle
        except BaseException as error:
            if isinstance(error, OSError):  # a full disk
                error.filename = error.filename or str(path)
                path.unlink(missing_ok=True)
            os.close(handle)
            raise
        os.close(handle)  # who held it removed it just before we had it


def lock(handle: int) -> bool:
    """Lock an open file until it is closed, and write into it who has done so; False where another process has."""
    got = _locked(handle)
    if got is False or (got is None and _is_alive(_told(handle))):
        return False
    os.ftruncate(handle, 0)
    os.lseek(handle, 0, os.SEEK_SET)
    os.write(handle, " ".join(_who(os.getpid())).encode())
    return got is True or _told(handle) == _who(os.getpid())  # without locks another may have come between


Who = tuple[str, str, str, str]
"""A process: its number, its host, which start of that it is, and when the process began; empty what is unknown."""


def _told(handle: int) -> Who | None:
    """Who holds a file, if it says so."""
    try:
        os.lseek(handle, 0, os.SEEK_SET)
        pid, host, boot, began = os.read(handle, 500).decode().split(" ")
    except (OSError, ValueError):
        return None
    return pid, host, boot, began


def _who(pid: int) -> Who:
    host = os.uname().nodename if hasattr(os, "uname") else os.environ.get("COMPUTERNAME", "this computer")
    boot, stat = (_said(path) for path in ("/proc/sys/kernel/random/boot_id", f"/proc/{pid}/stat"))
    return str(pid), host.replace(" ", "-"), boot, stat.rpartition(")")[2].split()[19] if stat else ""


def _said(path: str) -> str:
    """What Linux says of itself."""
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def _is_alive(who: Who | None) -> bool:
    """Whether a process is alive, or may be: of another host nobody knows."""
    if who is None or not who[0].isdecimal():
        return False
    now = _who(int(who[0]))
    if who[1] != now[1]:
        return True
    if who[2] != now[2] or who[3] != now[3]:
        return False
    try:
        os.kill(int(who[0]), 0)
    except OSError as error:
        return error.errno == errno.EPERM
    return True


if sys.platform == "win32":

    def _locked(handle: int) -> bool | None:
        """Lock an open file until it is closed: whether that was done, None where there are no locks."""
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

    def _locked(handle: int) -> bool | None:
        """Lock an open file until it is closed: whether that was done, None where there are no locks."""
        import fcntl

        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:  # some network file systems have no locks
            return None
        return True
