"""The output folder: what it holds, whether it is ours, and how it is written whole.

A finished run is marked by its manifest, which goes first and comes last; for others, by `dedup.success`, which goes
before it and comes after it.
"""

from __future__ import annotations

import errno
import hashlib
import re
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from functools import cache
from importlib.metadata import distribution, version
from io import RawIOBase
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NamedTuple, cast
from unicodedata import unidata_version
from urllib.parse import quote

import orjson
import xxhash

from dedup import compressed, space
from dedup.commit import Place, all_to_disk, atomic, instead, named
from dedup.direct import Direct
from dedup.errors import OutputError, WriteError
from dedup.fields import plain
from dedup.formats import OUTPUTS, TREES, compression
from dedup.lock import LOCK
from dedup.success import SUCCESS, before, mark

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from contextlib import AbstractContextManager

    from dedup.config import Config
    from dedup.data import Failure
    from dedup.remote import Remote

Buffer = bytes | memoryview
Files = dict[str, dict[str, Any]]
"""What the manifest says of each file."""

MANIFEST = "manifest.json"
REPORT = "report.html"
"""What people see of a run. The manifest does not name it: it can be made anew of the other files."""
WORK = "work"
REMOVED, FAILURES, SOURCES = "removed.jsonl", "failures.jsonl", "sources.jsonl"
TREE, PART, ATTRIBUTES = "clean", "part-", "attributes"
"""The folder of clean documents where these are many files, what parts begin with, and the folder of attributes."""
_OF_RUN = {REMOVED, FAILURES, SOURCES, REPORT, TREE, ATTRIBUTES, *(f"clean.{each}" for each in OUTPUTS)}
MAX_STEP, MAX_PATH = 200, 900
"""Bytes of a name and of a path in the tree; systems take 255, and 1,024 or more with the folder's own path."""
_VERSION = re.compile(r"^Version: *(\S+)", re.MULTILINE)
_FILE_NAME = re.compile(r"\.(?=(?:md|txt)$)", re.IGNORECASE)
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d) *(?:\.|$)", re.IGNORECASE)
_LIBRARIES = (
    "dedup", "trafilatura", "lxml", "htmldate", "datasketch", "numpy", "regex", "xxhash", "charset-normalizer",
    "publicsuffixlist", "dateparser", "pyarrow", "warcio",
)  # fmt: skip


@cache
def versions() -> dict[str, str]:
    """The versions of everything that can change the output."""
    return {name: _version(_DISTRIBUTION.get(name, name)) for name in _LIBRARIES} | {"unicode": unidata_version}


def _version(name: str) -> str:
    """The version of a distribution. (`importlib.metadata.version` parses all its README as mail: .004 s each.)"""
    found = _VERSION.search(distribution(name).read_text("METADATA") or "")
    return found[1] if found else version(name)


_DISTRIBUTION = {"dedup": "dedup-corpus"}


def check_folder(folder: Path) -> None:
    """Refuse an output folder that is not ours.

    Raises:
        OutputError: it is a file, or holds something that no run of ours left.
    """
    if folder.exists() and not folder.is_dir():
        raise OutputError(f"{folder}: is a file, not a folder")
    if folder.is_dir() and any(folder.iterdir()) and not _is_ours(folder):
        raise OutputError(f"{folder}: is not empty and was not made by dedup; name another folder, or remove it")


def _is_ours(folder: Path) -> bool:
    """Whether a run is or was in a folder; asked in an order that holds while one begins or ends there."""
    begun = (folder / LOCK).is_file() or (folder / WORK / "stamp").is_file()
    return begun or is_finished(folder) or _was_begun(folder)


def _was_begun(folder: Path) -> bool:
    """Whether all that is in a folder is a work folder without anything, as of a run that could not even begin."""
    if [path.name for path in folder.iterdir()] != [WORK] or not (folder / WORK).is_dir():
        return False
    return {path.name for path in (folder / WORK).iterdir()} <= {"stamp.part"}


def make_folder(folder: Path, need: int = 0) -> None:
    """Make the output folder if it is not there, on a disk that has space for a run that usually takes `need` bytes.

    Raises:
        WriteError: it cannot be made, or there is no space at all.
    """
    is_new = not folder.exists()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        space.check(folder, folder / WORK, need)
    except WriteError:
        if is_new:
            folder.rmdir()
        raise
    except OSError as error:
        raise WriteError(f"{folder}: cannot be made: {error.strerror}") from error


def is_finished(folder: Path | Remote) -> bool:
    """Whether the folder holds a finished run of ours.

    Raises:
        OSError: it cannot be read, whatever it holds.
    """
    try:
        return "dedup" in orjson.loads((folder / MANIFEST).read_bytes())["versions"]
    except OSError as error:
        if isinstance(folder, Path) and error.errno in (errno.EIO, errno.EMFILE, errno.ENFILE):
            raise  # nobody knows
        return False
    except (ValueError, KeyError, TypeError):
        return False


def is_there(folder: Path) -> bool:
    """Whether a folder holds a finished run of ours with all of its files, as large as they were."""
    if not is_finished(folder):
        return False
    files: Files = orjson.loads((folder / MANIFEST).read_bytes())["files"]
    return all((path := folder / name).is_file() and path.stat().st_size == files[name]["bytes"] for name in files)


class Piece(NamedTuple):
    """A part of what a run writes, in order: lines of JSON, as bytes or a buffer of them."""

    clean: Buffer
    removed: Buffer
    sources: Buffer


def write_run(
    folder: Path,
    config: Config,
    clean: Callable[[Path, Files], AbstractContextManager[Callable[[Piece], object]]],
    pieces: Iterable[Piece],
    last: Callable[[], tuple[Iterable[Failure], Any]],
    report: Callable[[Path], object],
) -> None:
    """Write everything a run gives, in the place of what an earlier run left, when all is there. `clean` opens what
    takes each piece for its clean documents; `last` is asked for the failures and the summary once all `pieces` are
    written; then `report` makes the page of what is there."""
    with instead(Place(folder, _is_of_run, (SUCCESS, MANIFEST)), folder / WORK) as new:
        files: Files = {}
        with clean(new, files) as write, ExitStack() as stack:
            removed, sources = (stack.enter_context(writing(new / name, files)) for name in (REMOVED, SOURCES))
            for piece in pieces:
                write(piece)
                removed(piece.removed)
                sources(piece.sources)
        failures, summary = last()
        with writing(new / FAILURES, files) as failed:
            for failure in failures:
                failed(orjson.dumps(failure, option=orjson.OPT_APPEND_NEWLINE))
        manifest = {
            "versions": versions(),
            "config": asdict(config),
            "summary": summary,
            "files": dict(sorted(files.items())),
        }
        content = orjson.dumps(manifest, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
        with atomic(new / MANIFEST, named=False) as handle:
            handle.write(content)
        report(new)
        if config.format in TREES:
            all_to_disk(new)  # the files of a tree are written without
        mark(new, content, before(folder))


def _is_of_run(name: str) -> bool:
    """Whether a run may have written what is called so in its folder, be it in another format."""
    return name in _OF_RUN


@contextmanager
def writing(path: Path, files: dict[str, dict[str, Any]]) -> Iterator[Callable[[Buffer], object]]:
    """What writes a file, compressed as its name says; into `files` goes its digest. Equal lines give equal bytes: no
    time or name goes into the file."""
    with atomic(path, named=False) as raw, Direct(raw) as direct:
        digested = _Digested(direct)
        with compressed.writing(cast("IO[bytes]", digested), compression(path)) as handle:
            yield handle.write
    files[name_in(path)] = {
        "bytes": digested.bytes,
        "xxh3_128": digested.digest.hexdigest(),
    }


def name_in(path: Path) -> str:
    """What a file of the output folder is called in the manifest."""
    return f"{TREE}/{path.name}" if path.name.startswith(PART) else path.name


class _Digested(RawIOBase):
    """A file that is being written, with the digest of what went into it: it tells damage, not forgery."""

    def __init__(self, handle: Direct) -> None:
        self.handle, self.bytes, self.digest = handle, 0, xxhash.xxh3_128()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.digest.update(data)
        self.handle.write(data)
        size = memoryview(data).nbytes
        self.bytes += size
        return size


def write_tree(path: Path, text: str, known: dict[str, Any] | None) -> dict[str, Any]:
    """Write a document as a file: of Markdown with what is `known` of it, else the text alone. What the manifest says
    of the file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    content = (text if known is None else front_matter(known) + text).encode()
    with named(path):
        path.write_bytes(content)
    return {"bytes": len(content), "xxh3_128": xxhash.xxh3_128_hexdigest(content)}


def front_matter(known: dict[str, Any]) -> str:
    """What is known of a document as YAML front matter (JSON values are YAML)."""
    lines = (f"{name}: {orjson.dumps(value, default=plain).decode()}\n" for name, value in known.items())
    return "---\n" + "".join(lines) + "---\n\n"


def tree_path(id_: str, kind: str) -> str:
    """The place of a document in a tree: its id with everything escaped that a file name may not hold.

    Two ids have two places (see `dedup.trees` of such that differ in case alone), and no file has the name of a folder.
    What is too long for a path ends in a digest.

    >>> tree_path("news/a b.html", "text"), tree_path("../../etc/passwd", "markdown"), tree_path("a.txt//b", "text")
    ('news/a b.html.txt', '%2E%2E/%2E%2E/etc/passwd.md', 'a%2Etxt/%2F/b.txt')
    """
    path = _path(id_)
    return (path if len(path) <= MAX_PATH else _shortened(path)) + _ending(kind)


def twin_path(id_: str, kind: str) -> str:
    """The place of a document whose own differs from another's in nothing but case."""
    return _shortened(_path(id_)) + _ending(kind)


def _path(id_: str) -> str:
    *folders, name = map(_step, id_.split("/"))
    return "/".join([*map(_folder, folders), name])


def _ending(kind: str) -> str:
    return ".md" if kind == "markdown" else ".txt"


def _folder(name: str) -> str:
    """A step as the name of a folder: not as a file is called; Windows leaves out a dot or a space at the end."""
    name = _FILE_NAME.sub("%2E", name)
    return f"{name[:-1]}%{ord(name[-1]):02X}" if name[-1] in ". " else name


def _step(step: str) -> str:
    """A step of an id as a name of ASCII characters. A `%2F` of ours stands for nothing: for two slashes in a row."""
    name = quote(step, safe=" ()[],;+=@!~&'#") or "%2F"
    name = name if name.strip(". ") else name.replace(".", "%2E")
    if _DEVICE.match(name):  # Windows opens a device of this name, in whatever folder
        name = f"%{ord(name[0]):02X}{name[1:]}"
    return name if len(name) <= MAX_STEP else _shortened(name)


def _shortened(name: str) -> str:
    """The beginning of a name and a digest of all of it, after a sign that no escaped name holds."""
    digest = hashlib.blake2b(name.encode(), digest_size=16).hexdigest()
    return f"{name.replace('/', '%2F')[:80]}%~{digest}"
