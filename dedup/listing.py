"""Which files there are under a URL."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, NamedTuple

from dedup.remote import NOTHING, Remote
from dedup.urls import shown

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_MAGIC = re.compile(r"[*?[]")


class Listed(NamedTuple):
    """A file under a URL, the URL of the folder that its id is from, with a slash at its end, and whether it was found
    in that folder."""

    file: Remote
    root: str
    inside: bool


def listed(url: str, hidden: Path | Remote | None = None) -> Iterator[Listed]:
    """The file of this URL, the files in the folder of this URL, or of whatever matches it as a pattern. Those of
    hidden names are left out, and all in the output folder, `hidden`.

    Raises:
        OSError: there is nothing, and why.
    """
    place = Remote.at(url)
    within = f"{hidden}/" if isinstance(hidden, Remote) else "\0"
    for path, kind in _matches(place):
        each = Remote(place.system, path, place.prefix)
        if kind == "directory":
            files = (each / name for name in each.names() if not _is_hidden(name))
            root = str(each).removesuffix("/") + "/" if path else str(each)
            yield from (Listed(file, root, inside=True) for file in files if not str(file).startswith(within))
        elif not str(each).startswith(within):
            yield Listed(each, str(each).rpartition("/")[0] + "/", inside=False)
        elif path == place.path:  # else a pattern matches it, too
            raise OSError("lies in the output folder, which is not read")


def _matches(place: Remote) -> list[tuple[str, str]]:
    """The path and kind of what is there, or of all that matches it as a pattern."""
    try:
        return [(place.path, place.kind())]
    except FileNotFoundError as error:
        if not _MAGIC.search(shown(place.path)):  # in a query `?` is none
            raise
        why = str(error)
    fixed = len(_MAGIC.split(place.path)[0].rpartition("/")[0])
    asked = _is_hidden(place.path[fixed:])
    seen = {path: kind for path, kind in place.matching().items() if asked or not _is_hidden(path[fixed:])}
    if not seen:
        raise FileNotFoundError("no file matches this pattern" + (f" ({why})" if why != NOTHING else ""))
    return sorted(seen.items(), key=lambda pair: os.fsencode(pair[0]))


def _is_hidden(path: str) -> bool:
    return any(step.startswith(".") for step in path.split("/"))
