"""The source texts of a run as files again, each checked against its digest.

Texts and Markdown come back under their path in their own encoding, byte for byte (where that cannot be, it is told);
the visible text of a page as `<path>.txt`; records as one JSONL file for each file they came from. No path leaves the
folder.
"""

from __future__ import annotations

import errno
import re
import shutil
from contextlib import ExitStack
from pathlib import PurePosixPath
from typing import IO, TYPE_CHECKING, Any

import orjson

from dedup.commit import PART
from dedup.data import Failure, Format
from dedup.documents import DIFFERS, is_source
from dedup.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path


UNFINISHED = f".restored{PART}"
"""The folder within the folder in which files stand until all are there."""
_OF_NAMES = {errno.ENAMETOOLONG, errno.EINVAL, errno.EILSEQ, errno.EISDIR, errno.ENOTDIR, errno.EEXIST}
"""Errors of a file's name; others are those of the disk."""
_INEXACT = "its text is as it was, but not every byte: in {} a text can be written in more than one way"


def check_empty(folder: Path) -> None:
    """Refuse a folder that holds something other than what was left when it was restored into, and did not end.

    Raises:
        OutputError: it is not empty, or not a folder.
    """
    if folder.exists() and not folder.is_dir():
        raise OutputError(f"{folder}: is a file, not a folder")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / UNFINISHED).is_dir():
        raise OutputError(f"{folder}: is not empty; name another folder, so that nothing is written over")


def differs(record: dict[str, Any]) -> Failure | None:
    """A word on a restored text that is not the source text it should be."""
    return None if is_source(record, record["text"]) else Failure(record["id"], DIFFERS)


def write_all(records: Iterable[dict[str, Any]], folder: Path) -> Iterator[Failure]:
    """Write the restored documents (`Result.restore()`) into an empty folder, where they appear when all are there;
    yields what did not succeed. A text that is not the source text is not written.

    Raises:
        OSError: there cannot be written.
    """
    new = folder / UNFINISHED
    try:
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(parents=True)
        yield from _write_all(records, new)
        for path in sorted(new.iterdir()):
            if (folder / path.name).is_dir():  # of one that was killed while it did this
                shutil.rmtree(folder / path.name)
            path.replace(folder / path.name)
        new.rmdir()
    except BaseException as error:
        shutil.rmtree(new, ignore_errors=True)
        if isinstance(error, OSError) and (error.filename is None or UNFINISHED in str(error.filename)):
            error.filename = str(folder)
        raise


def _write_all(records: Iterable[dict[str, Any]], folder: Path) -> Iterator[Failure]:
    places = _Places()
    with ExitStack() as stack:
        lines: tuple[str, IO[bytes]] | None = None
        for record in records:
            if wrong := differs(record):
                yield wrong
                continue
            name = places.of(record)
            try:
                if record["encoding"] is None:
                    if lines is None or lines[0] != name:
                        stack.close()
                        lines = (name, stack.enter_context(_opened(folder / name, "ab")))
                    lines[1].write(_line(record))
                else:
                    with _opened(folder / name, "wb") as handle:
                        handle.write(_content(record))
                    if not record.get("exact", True):
                        yield Failure(record["id"], f"{name}: {_INEXACT.format(record['encoding'])}")
            except (OSError, ValueError, LookupError) as error:  # ValueError: of codecs, and of names with NUL
                if isinstance(error, OSError) and error.errno not in _OF_NAMES:
                    raise
                why = error.strerror if isinstance(error, OSError) else error
                yield Failure(record["id"], f"{name}: cannot be written: {why}")


def print_all(records: Iterable[dict[str, Any]], stream: IO[bytes]) -> Iterator[Failure]:
    """Write the restored documents as lines of JSON, but for those that are not what they should be, which it gives."""
    for record in records:
        if wrong := differs(record):
            yield wrong
        else:
            stream.write(_line(record))
    stream.flush()


def _line(record: dict[str, Any]) -> bytes:
    return orjson.dumps({"id": record["id"], "text": record["text"]}, option=orjson.OPT_APPEND_NEWLINE)


def _opened(path: Path, mode: str) -> IO[Any]:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.open(mode)


def _content(record: dict[str, Any]) -> bytes:
    encoding = "utf-8" if record["format"] == Format.HTML else record["encoding"]
    return str(record["text"]).encode(encoding)


class _Places:
    """A file for every place: two places (`a.txt` and `a.txt.gz`) never share one."""

    def __init__(self) -> None:
        self.taken: dict[str, str] = {}

    def of(self, record: dict[str, Any]) -> str:
        """The path of the file in which the document of a record goes."""
        place = record["place"] if record["encoding"] else record["place"].rpartition(":")[0] or record["place"]
        first = path = _path(place, record)
        number = 1
        while self.taken.setdefault(path, place) != place:
            number += 1
            path = str(PurePosixPath(first).with_suffix(f".{number}{PurePosixPath(first).suffix}"))
        return path


def _path(place: str, record: dict[str, Any]) -> str:
    """The path of a place, inside of whatever folder it is put under.

    >>> [_path(place, {"encoding": "utf-8", "format": "text"}) for place in ("news/a.txt.gz", "../a.txt")]
    ['news/a.txt', '%2E%2E/a.txt']
    """
    name = re.sub(r"(?i)\.(gz|zst|bz2|xz)$", "", place)
    if record["encoding"] is None:
        name += "" if name.lower().endswith(".jsonl") else ".jsonl"
    elif record["format"] == Format.HTML:
        name += ".txt"
    steps = [step for step in name.replace("\0", "%00").split("/") if step]
    return "/".join(step.replace(".", "%2E") if step in (".", "..") else step for step in steps) or "_"
