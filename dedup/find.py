"""Which files there are to read under paths and globs, and by which ids.

Every path is found once, in an order of the names alone, and what is missing is told.
"""

from __future__ import annotations

import glob
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from stat import S_IFREG, S_ISDIR, S_ISFIFO, S_ISREG
from typing import TYPE_CHECKING

from dedup.data import Failure
from dedup.formats import extensions, told
from dedup.urls import is_url, plain, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dedup.remote import Remote

_STARS = re.compile(r"(?<![^/])\*\*(?:/\*\*)+(?![^/])")
_NO_FILE = "is not a file"
DECISIONS = ".decisions.jsonl"
"""What the names of files end with that hold what people decided on a run, which lie beside its folder."""


@dataclass(slots=True)
class Found:
    """The files to read, sorted by id; and what was named or stands in a folder but cannot be read."""

    files: list[tuple[str, Path | Remote]] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    """Files in folders whose extension is not one of ours."""


def find(paths: Iterable[str | Path], exclude: Path | Remote | None = None, asked: str = "") -> Found:
    """All files under the given paths, globs and URLs; ids are relative to the folder that is common to all of them.
    Where a format is `asked` for, extensions say nothing.

    Where there are paths and URLs, ids of paths are relative to what the paths have in common, and those of URLs are
    whole. A link to a file is a file of the link's name; links to folders are not followed, since they may loop.
    `exclude` is the output folder, which may lie inside an input folder: nothing in it is read. Nor are the decisions
    on runs, unless one is named.
    """
    found = Found()
    files: dict[Path, None] = {}
    broken: dict[Path, str] = {}
    roots: list[Path] = []
    hidden = exclude.resolve() if isinstance(exclude, Path) else None
    paths = [plain(path) for path in paths]
    for each in _expanded((path for path in paths if not is_url(path)), hidden, found):
        if _is_folder(each):
            roots.append(each.resolve())
            known, other = _listed(_walk(roots[-1], hidden, broken), asked, broken)
            files |= dict.fromkeys(known)
            found.ignored += [_name(each / path.relative_to(roots[-1])) for path in other]
        elif why := _unknown(each, asked):
            found.failures.append(Failure(_name(each), why))
        else:
            roots.append(each.parent.resolve())
            files[roots[-1] / each.name] = None
    common = Path(os.path.commonpath(roots)) if roots else Path()
    named: list[tuple[str, Path | Remote]] = [(_name(path.relative_to(common)), path) for path in files]
    if urls := [str(path) for path in paths if is_url(path)]:
        named += _behind(urls, (exclude, asked), found, alone=len(urls) == len(paths))
    found.files = sorted(named, key=lambda pair: os.fsencode(pair[0]))
    found.failures += [Failure(_name(path.relative_to(common)), why) for path, why in broken.items()]
    found.failures.sort(key=lambda failure: failure.id)
    found.ignored = sorted(set(found.ignored))
    return found


def _behind(
    urls: list[str], wanted: tuple[Path | Remote | None, str], found: Found, *, alone: bool
) -> list[tuple[str, Remote]]:
    """The files behind URLs that can be read, with their ids: relative to what the URLs have in common, if these are
    `alone`."""
    from dedup.listing import listed

    hidden, asked = wanted
    files: dict[Remote, None] = {}
    roots: list[list[str]] = []
    for url in urls:
        try:
            for file, root, inside in listed(url, hidden):
                why = _unknown(file, asked)
                if why and not inside:
                    found.failures.append(Failure(file.url, why))
                    continue
                roots.append(root.split("/")[:-1])
                if why:
                    found.ignored.append(file.url)
                else:
                    files[file] = None
        except OSError as error:
            found.failures.append(Failure(shown(url), str(error)))
    common = len(os.path.commonprefix(roots)) if alone else 0  # noqa: RUF071 (of lists of steps)
    return [("/".join(file.url.split("/")[common:]), file) for file in files]


def _unknown(path: Path | Remote, asked: str) -> str:
    """Why a file is not read for its name; empty if it is."""
    if told(path, asked) is not None:
        return ""
    return f"unknown extension {path.suffix!r}; --input-format says what it is; known are {extensions()}"


def _name(path: Path) -> str:
    r"""A path as text; bytes that are not UTF-8 as escapes, since no id could hold them.

    >>> _name(Path(os.fsdecode(b"caf\xe9.txt")))
    'caf\\xe9.txt'
    """
    return os.fsencode(path.as_posix()).decode("utf-8", "backslashreplace")


def _expanded(paths: Iterable[str | Path], hidden: Path | None, found: Found) -> Iterator[Path]:
    """The paths that are there and those that match; what is missing becomes a failure."""
    for path in paths:
        name = os.fspath(path)
        if why := _missing(name):
            matched, why = _matched(name, why)
            others = (Path(each) for each in matched if not (each.endswith(DECISIONS) or _is_in(Path(each), hidden)))
            yield from _with_end(others, found)
            if not matched:
                found.failures.append(Failure(_name(Path(name)), why))
        elif not _is_in(Path(name), hidden):
            yield from _with_end([Path(name)], found, named=True)
        elif not _is_folder(Path(name)):  # a folder may have been named by a shell's `*`
            found.failures.append(Failure(_name(Path(name)), "lies in the output folder, which is not read"))


Stamp = tuple[int, int | str]
"""What a file was when it was looked at: its bytes, and when they were written (in nanoseconds, or as a store says)."""


def stamp(path: Path | Remote) -> Stamp | None:
    """What a file is now; None if it is not there."""
    try:
        if not isinstance(path, Path):
            return path.stamp()
        found = path.stat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns


def _missing(name: str) -> str:
    """Why there is nothing of this name; empty if there is."""
    try:
        return "" if Path(name).exists() else "no such file or folder"
    except OSError as error:
        return f"cannot be read: {error.strerror}"


def _matched(name: str, why: str) -> tuple[list[str], str]:
    """All that matches a name as a pattern, and what is told where nothing does: `why`, if it is none. Two `**` in a
    row match what one does, in the square of its time."""
    if not glob.has_magic(name):
        return [], why
    try:
        found = glob.glob(_STARS.sub("**", name), recursive=True)  # noqa: PTH207 (absolute globs)
    except RecursionError:  # it calls itself for each folder in another
        return [], "folders lie too deep in each other for a pattern; name the folder itself"
    return sorted(found), "no file matches this pattern"


def _with_end(paths: Iterable[Path], found: Found, *, named: bool = False) -> Iterator[Path]:
    """Files and folders; of the rest only pipes that are `named`: a device may have no end, and nobody may write into
    a pipe."""
    for path in paths:
        try:
            mode = path.stat().st_mode
        except OSError:  # told when it is read
            mode = S_IFREG
        if S_ISREG(mode) or S_ISDIR(mode) or (named and S_ISFIFO(mode)):
            yield path
        else:
            found.failures.append(Failure(_name(path), _NO_FILE))


def _is_in(path: Path, folder: Path | None) -> bool:
    # Not resolve(), which raises an error for links in a loop.
    return folder is not None and Path(os.path.realpath(path)).is_relative_to(folder)


def _listed(paths: Iterable[Path], asked: str, broken: dict[Path, str]) -> tuple[list[Path], list[Path]]:
    """The files of a folder that can be read, and those whose extension is not one of ours."""
    known: list[Path] = []
    other: list[Path] = []
    for path in paths:
        if told(path, asked) is None:
            other.append(path)
        elif why := _unreadable(path):
            broken[path] = why
        else:
            known.append(path)
    return known, other


def _walk(folder: Path, hidden: Path | None, broken: dict[Path, str]) -> Iterator[Path]:
    """The files under a folder, but for hidden ones and decisions; folders that cannot be listed go to `broken`."""
    waiting = [folder]  # `os.walk` calls itself for each folder in another
    while waiting:
        here = waiting.pop()
        try:
            with os.scandir(here) as entries:
                each = sorted((entry for entry in entries if not entry.name.startswith(".")), key=lambda own: own.name)
        except OSError as error:
            broken[here] = f"cannot be read: {error.strerror}"
            continue
        waiting += [here / own.name for own in each if own.is_dir(follow_symlinks=False) and here / own.name != hidden]
        yield from (here / own.name for own in each if not (_is_listed_folder(own) or own.name.endswith(DECISIONS)))


def _is_folder(path: Path | os.DirEntry[str]) -> bool:
    """Whether this is a folder, or a link to one. (Before Python 3.14 `Path.is_dir` raises an error for a link to what
    nobody may look at, or to a name that is too long.)"""
    return os.path.isdir(path)  # noqa: PTH112


def _is_listed_folder(entry: os.DirEntry[str]) -> bool:
    """The same of what a folder holds; of what is no link the system is not asked again."""
    return entry.is_dir(follow_symlinks=False) or (entry.is_symlink() and _is_folder(entry))


def _unreadable(path: Path) -> str:
    """Why a file in a folder cannot be read; empty if it can be."""
    try:
        if path.is_file():
            return ""
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    return "is a link that leads nowhere" if path.is_symlink() and not path.exists() else _NO_FILE
