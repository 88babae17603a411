"""Whether the files of a finished run, an index or the work folder of a run that stopped are what was written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import orjson

from dedup.column_files import Columns
from dedup.errors import DedupError, OutputError
from dedup.intact import check_inside, flaw, is_marked
from dedup.lock import LOCK
from dedup.result import Result
from dedup.run import in_threads, serial
from dedup.segments import LOCK as WRITING
from dedup.segments import MANIFEST as INDEX
from dedup.segments import Folder
from dedup.store import is_seal
from dedup.success import SUCCESS
from dedup.urls import is_url
from dedup.write import MANIFEST, REPORT, WORK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dedup.remote import Remote
    from dedup.run import Runner

MISSING, EXTRA, DAMAGED = "missing", "extra", "damaged"


class Wrong(NamedTuple):
    """A file that is not as it was written: its name in the folder; whether it is missing, extra or damaged; and why
    that is said."""

    file: str
    state: str
    why: str


class Looking(NamedTuple):
    """A file to look at: its name in the folder, where it is, how many bytes it has, and what says what is wrong."""

    name: str
    path: Path | Remote
    bytes: int
    flaw: Callable[[Looking], str]
    digest: str = ""


class Verified(NamedTuple):
    """How many files were looked at, the bytes of these, and what is wrong."""

    files: int
    bytes: int
    wrong: list[Wrong]


def verify(folder: str | Path, runner: Runner = serial) -> Verified:
    """Look at every byte of all files of a finished run, of an index, or of the work folder of a run that stopped.

    Raises:
        OutputError: the folder holds none of these, or cannot be reached.
    """
    if is_url(folder):
        own, wrong = _of_run(Result(folder).folder)
    else:
        own, wrong = _of_folder(Path(folder))
    flaws = runner(look, own)
    wrong += [
        Wrong(each.name, MISSING if why == MISSING else DAMAGED, why)
        for each, why in zip(own, flaws, strict=True)
        if why
    ]
    return Verified(len(own), sum(each.bytes for each in own), sorted(wrong))


@in_threads
def look(job: Looking) -> str:
    """What is wrong with a file; empty if nothing is."""
    return job.flaw(job)


def _of_folder(folder: Path) -> tuple[list[Looking], list[Wrong]]:
    """What is to be looked at in a folder, and what is wrong at the first look."""
    if (folder / INDEX).is_file():
        return _of_index(folder)
    if (folder / "stamp").is_file():
        return _of_work(folder, ""), []
    own, wrong = list[Looking](), list[Wrong]()
    finished, half_done = any((folder / name).is_file() for name in (MANIFEST, SUCCESS)), (folder / WORK).is_dir()
    if not (finished or half_done):
        raise OutputError(f"{folder}: holds neither a run of dedup, nor an index, nor the work of a run that stopped")
    if finished:
        own, wrong = _of_run(folder)
    if half_done:
        own += _of_work(folder / WORK, f"{WORK}/")
    return own, wrong


def _whole(job: Looking) -> str:
    return flaw(job.path, job.bytes, job.digest)


# ── a finished run ──────────────────────────────────────────────────────────────────────────────────────────────────


def _of_run(folder: Path | Remote) -> tuple[list[Looking], list[Wrong]]:
    content, mark = _content(folder / MANIFEST), _content(folder / SUCCESS)
    wrong = [Wrong(name, MISSING, MISSING) for name, own in ((MANIFEST, content), (SUCCESS, mark)) if own is None]
    if content is None:
        return [], wrong
    if mark is not None and not is_marked(mark, content):
        wrong.append(Wrong(MANIFEST, DAMAGED, f"is not what was written, or {SUCCESS}, which has its digest, is not"))
    try:
        check_inside(said := orjson.loads(content)["files"])
        own = [Looking(name, folder / name, each["bytes"], _whole, each["xxh3_128"]) for name, each in said.items()]
    except (ValueError, KeyError, TypeError, AttributeError):
        return [], [*wrong, Wrong(MANIFEST, DAMAGED, "does not say which files there are")][-1:]
    if isinstance(folder, Path):
        known = {MANIFEST, SUCCESS, REPORT, LOCK, *said}
        wrong += [Wrong(name, EXTRA, f"{MANIFEST} names no such file") for name in _files(folder) if name not in known]
    return own, wrong


def _content(path: Path | Remote) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def _files(folder: Path) -> Iterator[str]:
    """The names of all files in a folder but for the work of a run, and what is hidden, as of the system's own."""
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if path.is_file() and name.parts[0] != WORK and not any(part.startswith(".") for part in name.parts):
            yield name.as_posix()


# ── columns ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _of_index(folder: Path) -> tuple[list[Looking], list[Wrong]]:
    try:
        index = Folder.read(folder)
    except DedupError as error:
        return [], [Wrong(INDEX, DAMAGED, _reason(error, folder / INDEX))]

    def columns(job: Looking) -> str:
        path = folder / job.name
        try:
            index.check(named[job.name])
            index.columns(named[job.name]).check()
        except DedupError as error:
            return _reason(error, path) if path.exists() else MISSING
        return ""

    named = {each.name: each for each in index.files()}
    known = {INDEX, WRITING, *named}
    wrong = [Wrong(name, EXTRA, f"{INDEX} names no such file") for name in _files(folder) if name not in known]
    return [Looking(each.name, folder / each.name, each.bytes, columns) for each in named.values()], wrong


def _of_work(folder: Path, prefix: str) -> list[Looking]:
    """The files that stages left for each other. What is missing there is made, as all that is damaged."""
    kinds: dict[str, Callable[[Looking], str]] = {".columns": _columns, ".sealed": _sealed}
    return [
        Looking(prefix + path.relative_to(folder).as_posix(), path, path.stat().st_size, kinds[path.suffix])
        for path in sorted(folder.rglob("*"))
        if path.suffix in kinds and path.is_file()
    ]


def _sealed(job: Looking) -> str:
    return "" if is_seal(job.path.read_bytes()) else "is not what was written"


def _columns(job: Looking) -> str:
    path = Path(str(job.path))
    try:
        Columns(path).check()
    except DedupError as error:
        return _reason(error, path)
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    return ""


def _reason(error: Exception, path: Path) -> str:
    """What an error says, without what names the file and what to do."""
    return str(error).removeprefix(f"{path}: ").partition("; ")[0]
