"""The folder of an index: segments that are never changed, and a manifest, written last, that names those that count.

A segment is a file of memory-mapped columns (`dedup.column_files`). Whoever writes makes new files and then the
manifest, by a rename: until then the index is what it was, whatever happens (as in LSM trees and in Lucene). Files that
no manifest names are removed by the next writer. There is one writer at a time, and any number of readers.
"""

from __future__ import annotations

from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple
from unicodedata import unidata_version

import numpy as np
import orjson
import xxhash

from dedup.codes import CODES
from dedup.column_files import Columns, Digested, Writer
from dedup.commit import PART, atomic, named, to_disk
from dedup.errors import InputError, LockedError, OutputError, SettingError, WriteError
from dedup.lock import lock
from dedup.match import SEED_SHINGLE
from dedup.patterns import REGEX
from dedup.sign import SCHEME, SEED, SHINGLES
from dedup.words import Spanned, marked_texts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

VERSION = 3
MANIFEST, LOCK = "index.json", "lock"
DIGEST, _NONE = "xxh3_128", "0" * 32
SEGMENT, SITES, REMOVED = "segment", "sites", "removed"
_PROBE = (
    "The mill, which Ada Moor sold for £1,904.50 in May, isn't open. \u201cWhy?\u201d asked E\u0301mile: caf\u00e9, "
    "12.3 %, co-operate, so\u00adft. Straße ΣΊΣΥΦΟΣ Ёлка 東京都庁は カタカナ ภาษาไทย हिन्दी עברית العربية ١٢٣ ﬁne Ⅷ 𝟙𝟚 "
    "i̇ ı. [map](a.example/b) "
    "JL> It was\nJL> dry. https://a.example/b?c=1 x\u200dy 1st No. 5 and so on."
)
"""A text of many scripts: where its words are others than they were, so are those of an index."""


@cache
def stamp() -> dict[str, Any]:
    """All that the columns of an index depend on. Two that differ in one cannot be compared."""
    ends = np.array([len(_PROBE)], np.int32)
    words, _ = marked_texts([Spanned(_PROBE, np.zeros(1, np.int32), ends, np.zeros(1, np.uint8))])
    digest = xxhash.xxh3_64()
    for column in words:
        digest.update(np.ascontiguousarray(column).tobytes())
    return {
        "version": VERSION, "scheme": SCHEME, "seed": SEED, "shingles": SHINGLES, "shingle": SEED_SHINGLE,
        "codes": CODES, "normaliser": digest.hexdigest(), "unicode": unidata_version, "regex": REGEX,
    }  # fmt: skip


class Named(NamedTuple):
    """A file of columns as the manifest names it, with its size and digest; a segment's with the numbers of its
    documents and words."""

    name: str
    bytes: int
    digest: str
    documents: int = 0
    words: int = 0


@dataclass(slots=True)
class Folder:
    """An index as its manifest has it: the files that count, the number of the next file and of the next document."""

    path: Path
    segments: list[Named] = field(default_factory=list)
    sites: Named | None = None
    removed: Named | None = None
    file: int = 0
    document: int = 0
    texts: bool = True
    """Whether it keeps the texts of its documents, or where to read them."""
    last: str = ""
    """The run that added to it last, if it was one, and nothing was done to it since."""

    @classmethod
    def open(cls, path: Path) -> Folder:
        """The index in a folder.

        Raises:
            SettingError: there is none, or it was made in a way that cannot be compared with this one.
            InputError: a file of it is not what it was.
        """
        own = cls.read(path)
        for each in own.files():
            own.check(each)
        return own

    @classmethod
    def read(cls, path: Path) -> Folder:
        """The same, but only its manifest is looked at.

        Raises:
            SettingError, InputError: as `open`.
        """
        try:
            content = (path / MANIFEST).read_bytes()
            known = orjson.loads(content)
            made = known["stamp"]
            differing = next((name for name, value in stamp().items() if made.get(name) != value), None)
            is_whole = _is_signed(content, known)
            if differing is not None and (is_whole or DIGEST not in known):  # those of before had no digest
                theirs, ours = made.get(differing), stamp()[differing]
                raise SettingError(
                    f"{path}: an index of {differing} = {theirs!r}, here it is {ours!r}: these cannot be compared;"
                    " build it anew with `dedup index build`"
                )
            if not is_whole:
                raise _damaged(path / MANIFEST, "another digest")
            sites, removed = (Named(**known[name]) if known[name] else None for name in (SITES, REMOVED))
            segments = [Named(**each) for each in known["segments"]]
            last = known.get("last", "")
            return cls(path, segments, sites, removed, **known["next"], texts=known["texts"], last=last)
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
            raise SettingError(f"{path}: holds no index of dedup ({MANIFEST}: {error.strerror})") from error
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise SettingError(f"{path}: holds no index of dedup ({MANIFEST} is none of ours)") from error

    def files(self) -> list[Named]:
        """All that count."""
        return [*self.segments, *filter(None, (self.sites, self.removed))]

    def check(self, named: Named) -> None:
        """Refuse a file that is not there or of another size.

        Raises:
            InputError: so it is.
        """
        path = self.path / named.name
        try:
            size = path.stat().st_size
        except OSError as error:
            raise InputError(
                f"{path}: cannot be read: {error.strerror}; the index is damaged, build it anew"
            ) from error
        if size != named.bytes:
            raise _damaged(path, f"{size:,} bytes")

    def columns(self, named: Named) -> Columns:
        """The columns of a file, memory-mapped; each is looked at when it is asked for.

        Raises (then, too):
            InputError: they are damaged, or those of another file.
        """
        path = self.path / named.name
        try:
            columns = Columns(path, _damaged)
        except OSError as error:
            raise _damaged(path, str(error.strerror)) from error
        if columns.digest != named.digest:
            raise _damaged(path, "another digest")
        return columns

    # ── writing ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def write(
        self, kind: str, columns: Mapping[str, Sequence[NDArray[Any]]], documents: int = 0, words: int = 0
    ) -> Named:
        """Write a file of columns, the pieces of each one behind the other, onto the disk; it counts once the manifest
        names it."""
        name = f"{kind}-{self.file:06d}.columns"
        self.file += 1
        with atomic(self.path / name, named=False) as handle:
            digested = Digested(handle, wanted=False)
            writer = Writer(digested)
            for each, pieces in columns.items():
                writer.add(each, pieces)
            writer.end()
        return Named(name, digested.size, writer.digest, documents, words)

    def commit(self, by: str = "") -> None:
        """Let the index be what this says, from one moment to the next, and remove what no longer counts. It is said
        `by` which run."""
        record = {
            "dedup_index": VERSION, "stamp": stamp(), "next": {"file": self.file, "document": self.document},
            "texts": self.texts, "last": by, "segments": [each._asdict() for each in self.segments],
            SITES: self.sites and self.sites._asdict(), REMOVED: self.removed and self.removed._asdict(),
        }  # fmt: skip
        to_disk(self.path)
        with atomic(self.path / MANIFEST) as handle:
            handle.write(signed(record))
        self.sweep()

    def sweep(self) -> None:
        """Remove the files that do not count: what was replaced, or what an earlier writer left behind."""
        own = {MANIFEST, LOCK, *(each.name for each in self.files())}
        for path in self.path.iterdir():
            if path.name not in own and _is_ours(path.name):
                with suppress(OSError):  # Windows keeps what is mapped; the next writer removes it
                    path.unlink()


def _is_ours(name: str) -> bool:
    """Whether a writer that did not come to its end may have left this behind."""
    return name == LOCK or name.endswith((".columns", PART))


def is_index(path: Path) -> bool:
    """Whether a folder has the manifest of an index."""
    return (path / MANIFEST).is_file()


@contextmanager
def writing(path: Path, *, new: bool = False) -> Iterator[Folder]:
    """An index that nobody else writes meanwhile; a `new` one is made first, in a folder that is empty or not there.

    Raises:
        OutputError: another process writes it, the folder holds something else, or cannot be made.
        SettingError, InputError: as `Folder.open`.
    """
    if new:
        _make(path)
    elif not is_index(path):
        Folder.open(path)
    with (path / LOCK).open("a+b") as handle:
        with named(path / LOCK):
            if not lock(handle.fileno()):
                raise LockedError(f"{path}: another process is writing this index; wait until it has ended")
        folder = Folder(path) if new else Folder.open(path)
        try:
            folder.sweep()
            yield folder
        finally:
            handle.truncate(0)  # it says no more who writes


def _make(path: Path) -> None:
    """Make the folder of a new index."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        if any(not _is_ours(each.name) for each in path.iterdir()):
            what = "holds an index: add to it, or remove it" if is_index(path) else "is not empty"
            raise OutputError(f"{path}: {what}; name another folder for a new index")
    except OSError as error:
        raise WriteError(f"{path}: cannot be made: {error.strerror}") from error


def _damaged(path: Path, why: str) -> InputError:
    return InputError(f"{path}: is not what was written ({why}); the index is damaged, build it anew")


def signed(record: Mapping[str, Any]) -> bytes:
    """A record as a file that has the digest of all its bytes but those of the digest."""
    content = orjson.dumps({**record, DIGEST: _NONE}, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    return content.replace(_NONE.encode(), xxhash.xxh3_128_hexdigest(content).encode())


def _is_signed(content: bytes, record: Mapping[str, Any]) -> bool:
    """Whether a file that says what a record has is, in all its bytes, what `signed` gave."""
    digest: str = record.get(DIGEST, "")
    return digest == xxhash.xxh3_128_hexdigest(content.replace(digest.encode(), _NONE.encode())) if digest else False
