"""How files come to be: whole under their names, or not at all. The one place of it; `docs/method/commit.md` says why.

A file is written beside its target under a name that ends in `.part`, which only its owner can read, and takes its name
when it is whole: by a rename, which happens or does not. What has to outlast the machine is on the disk before it has
its name, and then its name is: `fsync` of the file, rename, `fsync` of the folder. What consists of several files is
written into a folder of its own, and put in the place of what was there before by renames: see `instead`.
"""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

PART = ".part"
"""What the name of a file ends in that is not whole yet."""
BUFFER = 1 << 18
"""Bytes that are collected before they are written: columns of small shards are written at once."""
OWNER = 0o600
"""Who may read and write a file that is not whole yet: its owner."""


@contextmanager
def atomic(path: Path, *, durable: bool = True, named: bool = True) -> Iterator[IO[bytes]]:
    """Open a file that appears under its name only when it is whole; where it is to be `durable`, on the disk, and its
    name with it, unless somebody else sees to the names of several (`named=False`, then `to_disk`). It may be read by
    whom the umask lets. What a process that was killed has left of it is removed first.

    Raises:
        OSError: it cannot be written; it names the file.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(path.name + PART)
    try:
        temporary.unlink(missing_ok=True)
        with temporary.open("xb", BUFFER) as handle:
            mode = _close(handle)
            yield handle
            handle.flush()
            if durable:
                os.fsync(handle.fileno())
            _let(handle, mode)
        temporary.replace(path)
        if durable and named:
            to_disk(path.parent)
    except BaseException as error:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        # A full disk does not say which file it was; and of the name of ours nobody knows.
        if isinstance(error, OSError) and error.filename in (None, temporary, str(temporary)):
            error.filename = str(path)
            del error.filename2  # of a rename
        raise


def _close(handle: IO[bytes]) -> int:
    """Let only the owner at a file that is new; what its mode was, which the umask and the folder's rules gave it."""
    mode = os.fstat(handle.fileno()).st_mode & 0o777
    if mode != OWNER:
        _let(handle, OWNER)
    return mode


def _let(handle: IO[bytes], mode: int) -> None:
    if hasattr(os, "fchmod"):  # Windows has no such modes
        os.fchmod(handle.fileno(), mode)


@contextmanager
def named(path: Path) -> Iterator[None]:
    """Have an error of the system that names no file, as of an open one, name this."""
    try:
        yield
    except OSError as error:
        error.filename = error.filename or str(path)
        raise


def to_disk(folder: Path) -> None:
    """See that the names of files in a folder are on the disk, where the system has it: what was made, renamed and
    removed there has then happened, whatever happens to the machine.

    Raises:
        OSError: that cannot be done.
    """
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
        try:
            with named(folder):
                os.fsync(handle)
        finally:
            os.close(handle)


# ── several files at once ───────────────────────────────────────────────────────────────────────────────────────────


class Place(NamedTuple):
    """A folder that several files stand in: which of the names there are `ours`; and the `marks`, of which each says
    that all is whole that stands behind it here, and that there is nothing at all where it is not."""

    folder: Path
    ours: Callable[[str], bool]
    marks: Sequence[str]


@contextmanager
def instead(place: Place, beside: Path) -> Iterator[Path]:
    """A new folder. What is on the disk in it when this is left takes the place of all that is `ours`; on an error that
    stays as it was. The new one, and what was there before, lie `beside`, on the same file system.

    First the marks go, and that is on the disk before anything else changes; then what was there goes, and what is new
    comes, each by a rename; then, when that is on the disk, the marks come, the one that says most at last. Whoever is
    stopped in between leaves a folder without a mark.

    Raises:
        OSError: it cannot be written; it names the file at its place.
    """
    new, old = beside / "new", beside / "old"
    try:
        for folder in (new, old):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
        yield new
        for each, _, _ in os.walk(new):
            to_disk(Path(each))
        _go(place, old)
        _come(place, new)
    except OSError as error:
        if error.filename and (at := Path(os.fsdecode(error.filename))).is_relative_to(new):
            error.filename = str(place.folder / at.relative_to(new))
        raise


def _go(place: Place, old: Path) -> None:
    for name in place.marks:
        with suppress(FileNotFoundError):
            (place.folder / name).replace(old / name)
    to_disk(place.folder)
    for path in sorted(place.folder.iterdir()):
        if place.ours(path.name):
            path.replace(old / path.name)


def _come(place: Place, new: Path) -> None:
    for path in sorted(new.iterdir()):
        if path.name not in place.marks:
            path.replace(place.folder / path.name)
    for name in reversed(place.marks):
        to_disk(place.folder)
        (new / name).replace(place.folder / name)
    to_disk(place.folder)


def all_to_disk(folder: Path) -> None:
    """See that all files of a folder are on the disk: at once, since one by one that takes as long as some thousand
    documents take to be cleaned.

    Raises:
        OSError: that cannot be done.
    """
    if os.name != "posix":  # Windows opens no folder, and has nothing for all files of a disk
        for path in filter(Path.is_file, folder.rglob("*")):
            with path.open("rb+") as file, named(path):
                os.fsync(file.fileno())
        return
    import ctypes

    handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        known = ctypes.CDLL(None, use_errno=True)
        if known.syncfs(handle):
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), str(folder))
    except AttributeError:  # only Linux knows it
        os.sync()
    finally:
        os.close(handle)
