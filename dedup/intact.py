"""Whether files of a finished run are, in all their bytes, what its manifest says, and that what its mark says."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
import xxhash

from dedup.documents import as_written
from dedup.errors import DamagedError
from dedup.success import SUCCESS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dedup.remote import Remote

AT_ONCE = 1 << 20
"""Bytes that are read at a time: they stay in the cache of a processor while they are summed."""


def flaw(path: Path | Remote, size: int, digest: str) -> str:
    """What is wrong with a file of so many bytes and such a digest (XXH3, of 128 bits); empty if nothing is."""
    found, read = xxhash.xxh3_128(), 0
    try:
        with path.open("rb") as handle:
            while piece := handle.read(AT_ONCE):
                found.update(piece)
                read += len(piece)
    except FileNotFoundError:
        return "missing"
    except OSError as error:
        return f"cannot be read: {error.strerror or error}"
    if read != size:
        return f"has {read:,} bytes, {size:,} were written"
    return "" if found.hexdigest() == digest else "is not what was written"


def check(path: Path | Remote, said: Mapping[str, Any]) -> None:
    """Refuse a file that is not what its manifest says.

    Raises:
        DamagedError: so it is.
    """
    if why := flaw(path, said["bytes"], said["xxh3_128"]):
        raise DamagedError(f"{path}: {why}; `dedup verify` names all such files, `dedup clean` makes them again")


def is_marked(mark: bytes, manifest: bytes) -> bool:
    """Whether a mark is that of a manifest."""
    return mark == f"{xxhash.xxh3_128_hexdigest(manifest)}\n".encode()


def manifest_of(path: Path | Remote) -> dict[str, Any]:
    """A manifest, which has what is read of it. Beside one of this machine there must not be the mark of another.

    Raises:
        DamagedError: it is not what was written.
        OSError: it cannot be read.
    """
    content = path.read_bytes()
    if (
        isinstance(path, Path)
        and (mark := path.with_name(SUCCESS)).is_file()
        and not is_marked(mark.read_bytes(), content)
    ):
        why = f"is not what was written, or {SUCCESS}, which has its digest, is not"
        raise DamagedError(f"{path}: {why}; `dedup clean` writes both again")
    with as_written(path):
        return _parsed(content)


def _parsed(content: bytes) -> dict[str, Any]:
    """A manifest, which has what is read of it.

    Raises:
        ValueError: it has not; or names a file that does not lie in its folder.
    """
    found: dict[str, Any] = orjson.loads(content)
    for name in ("versions", "config", "summary", "files"):
        if not isinstance(found.get(name), dict):
            raise ValueError(f"it has no {name}")
    for part, name in (("config", "format"), ("summary", "output")):
        if not isinstance(found[part].get(name), str):
            raise ValueError(f"its {part} has no {name}")
    check_inside(found["files"])
    return found


def check_inside(names: Iterable[str]) -> None:
    """Refuse what would lie outside of a folder.

    Raises:
        ValueError: so it does.
    """
    for name in names:
        if {"", ".."} & {*name.split("/")} or "\\" in name or Path(name).is_absolute():
            raise ValueError(f"{name!r} is no file of it")
