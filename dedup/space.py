"""Whether there is space for a run: asked before any work, so that nobody waits for what must fail.

What a run takes beside its inputs depends on what they hold: copies of one page take next to nothing. So a run is
refused only where not even its first files would go; and where there is less than such inputs usually take, a warning
says so: a run that ends for a full disk goes on from there.
"""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from dedup.errors import WriteError
from dedup.formats import TABLES, TREES, compression, told

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dedup.remote import Remote

LEAST = 1 << 14
"""Bytes that every run takes: its lock, stamp, sources and manifest, of a block of the disk each."""
LINES, DOCUMENTS, TEXTS, PAGES = 4.0, 1.0, 9.0, 2.0
"""What a run takes at its end for each byte of its inputs, rounded down: over lines that passages go of, or documents;
of files of text; and of pages, or what may hold some. See `docs/method/commit.md` for how that was measured."""
PACKED, TABLE = 2.5, 2.0
"""Bytes for each byte of a compressed file, or of a table, rounded down in the same way."""


def usual(files: Iterable[tuple[str, Path | Remote]], asked: str, lines: float) -> int:
    """The bytes that a run over files usually takes at least, if each is read as its name says or as is `asked`.
    `lines` is what lines take of the way that they go, 0 where that is the way of all documents. What is not on this
    machine is not counted."""
    sizes = (
        path.stat().st_size * _times(path, asked, lines)
        for _, path in files
        if isinstance(path, Path) and path.is_file()
    )
    return int(sum(sizes))


def _times(path: Path, asked: str, lines: float) -> float:
    known = told(path, asked)
    name = known.name if known else ""
    unpacked = TABLE if name in TABLES else PACKED if compression(path) else 1.0
    return unpacked * (lines or (TEXTS if name in TREES else PAGES))


def check(folder: Path, work: Path, need: int) -> None:
    """Look how much space there is for a run into a folder, that usually takes `need` bytes; what it has in its folder
    `work` already is part of that.

    Raises:
        WriteError: there is not enough for any run.
    """
    free = shutil.disk_usage(folder).free
    if free < LEAST:
        raise WriteError(
            f"{folder}: its disk is full: {free:,} bytes are free, and a run takes {LEAST:,} at least; make room, or"
            " name a folder on another disk"
        )
    if free < need and free < need - _size(work):
        import logging  # takes .006 s

        logging.getLogger("dedup").warning(
            "Warning: there are %.1f GB free on the disk of %s, and a run over such inputs usually takes %.1f GB or"
            " more; if they do not suffice it stops, and goes on from there once there is room",
            free / 1e9, folder, need / 1e9,
        )  # fmt: skip


def _size(folder: Path) -> int:
    size = 0
    for here, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):  # another run may be at work there: that is seen when the folder is locked
                size += (Path(here) / name).stat().st_size
    return size
