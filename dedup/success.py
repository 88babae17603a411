"""`_SUCCESS`: the mark of a finished run for make and its like, as Spark and Hadoop have it.

It holds the digest of the manifest, is written after it, and keeps its time where the digest is what it was: whoever
depends on it does nothing then. `dedup` itself goes by the manifest (`write.is_finished`), whose time says when a run
was last done.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

import xxhash

from dedup.commit import atomic

if TYPE_CHECKING:
    from pathlib import Path

SUCCESS = "_SUCCESS"


class Mark(NamedTuple):
    """What a mark said, and its times of access and change in nanoseconds."""

    content: bytes
    times: tuple[int, int]


def before(folder: Path) -> Mark:
    """The mark of the run that is in a folder, if there is one."""
    path = folder / SUCCESS
    try:
        return Mark(path.read_bytes(), (path.stat().st_atime_ns, path.stat().st_mtime_ns))
    except FileNotFoundError:
        return Mark(b"", (0, 0))


def mark(folder: Path, manifest: bytes, before: Mark) -> None:
    """Mark a folder as finished: all else is written."""
    content = f"{xxhash.xxh3_128_hexdigest(manifest)}\n".encode()
    with atomic(folder / SUCCESS, named=False) as handle:
        handle.write(content)
    if content == before.content:
        os.utime(folder / SUCCESS, ns=before.times)
