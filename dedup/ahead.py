"""Small files behind URLs, which come in groups: a store takes as long to begin with one as with a hundred.

A server of the web may send all of a file, or without end, whatever part of it is asked for, and fsspec (2026.7) then
holds all that comes: there, files are streams, of which so much is read and no more.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from dedup.remote import Remote
from dedup.run import together

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

GROUP, SMALL = 64, 1 << 20
"""Files that are asked for at a time, and bytes of each that are: as much memory may be taken as both make."""
TOGETHER = 16
"""Streams of the web that are read beside each other."""


def ahead(
    files: Iterable[tuple[str, Path | Remote]], likely: Callable[[Remote], bool]
) -> Iterator[tuple[str, Path | Remote]]:
    """The same files. Those behind URLs that are `likely` to be small bring what is in them, if they are."""
    waiting = iter(files)
    while group := list(islice(waiting, GROUP)):
        asked = [file for _, file in group if isinstance(file, Remote) and likely(file)]
        here: dict[Remote, bytes] = {}
        for system in {id(file.system): file.system for file in asked}.values():
            here |= _whole([file for file in asked if file.system is system])
        for name, file in group:
            yield name, replace(file, content=here.get(file)) if isinstance(file, Remote) else file


def _whole(files: list[Remote]) -> dict[Remote, bytes]:
    """What is in files of one store: in those that could be read and are small. The others are read one by one when it
    is their turn, and then it is told what is wrong with them."""
    found: list[Any] = []
    with suppress(Exception):  # whatever the package of a store raises
        if files[0].is_web:
            found = together(_beginning, files, TOGETHER)
        else:
            found = files[0].system.cat_ranges([file.path for file in files], 0, SMALL, on_error="return")
    pairs = zip(files, found, strict=bool(found))
    return {file: each for file, each in pairs if isinstance(each, bytes) and len(each) < SMALL}


def _beginning(file: Remote) -> bytes | None:
    with suppress(OSError):
        return file.beginning(SMALL)
    return None
