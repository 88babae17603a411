"""Documents straight from lines of JSONL: a shorter way to what `pipeline.clean` writes, byte for byte.

Where nothing but duplicates goes (`keep_chrome`), lines are read where they lie, in pieces of their files, and written
as they lie there, but for the texts that passages go of; no text is copied between processes. The stages work in the
kernel, without Python's lock, so that threads take them. A line that is out of the ordinary is read as others are
elsewhere.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import orjson
import xxhash

from dedup import characters, kernel, sign, space, whole
from dedup.data import Document, Failure, Format, Source
from dedup.formats import ROWS, TABLES, told
from dedup.run import in_threads
from dedup.stretches import Stretch, changed, content
from dedup.strings import Strings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from dedup.config import Config
    from dedup.opening import Opened
    from dedup.packed import Packed
    from dedup.remote import Remote
    from dedup.work import Work

READ, NO_ID, UNKNOWN, TOO_LONG, DEFINED, FAILED = range(6)
"""What is known of a line: the first four as the kernel tells them; of those it cannot read, what the definition
says."""

ROLES = ("text", "id", "url", "site", "date")
"""The fields of records that are read."""
STRINGS = {"ids": "id", "dates": "date", "urls": "url", "sites": "site"}
"""The columns of strings, and what of a document they are."""
FEW, SMALL = 100, 50_000
"""Files, and bytes of each on the average: of more files that are smaller the pieces are so many that the long way is
the shorter one where passages go. Of 400 files of 10 kB it took .8 s and this way 1.9, of 120 kB 2.5 s and 2.1."""


class NotPlainError(Exception):
    """There are documents among the lines that are no plain texts: the long way must be taken."""


def can_read(config: Config, paths: Sequence[Path | Remote]) -> bool:
    """Whether a run over files takes this way, as they are or as `dedup.unpacked` writes them."""
    if not (kernel.NATIVE and config.verbatim) or config.provenance:
        return False
    kinds = {found.name for path in paths if (found := told(path, config.input_format))}
    own = any(getattr(config, f"{role}_field") for role in ROLES)  # rows of tables are given the names that are read
    return (
        bool(kinds) and kinds <= {*(TABLES if own else ROWS)} and not (config.unit == "passage" and _are_small(paths))
    )


def _are_small(paths: Sequence[Path | Remote]) -> bool:
    """Whether files are many and small."""
    if len(paths) <= FEW:
        return False
    sizes = [path.stat().st_size for path in paths if isinstance(path, Path) and path.is_file()]
    return sum(sizes) < SMALL * len(sizes)


def usual(opened: Opened, config: Config) -> int:
    """The bytes that a run usually takes at least, whichever way it goes."""
    if opened.kept:  # what is given as a frame is read from a file of ours
        return 0
    of_lines = space.DOCUMENTS if config.unit == "document" else space.LINES
    return space.usual(opened.files, config.input_format, of_lines * can_read(config, opened.paths))


# ── piece by piece: read and sketch ─────────────────────────────────────────────────────────────────────────────────


class Reading(NamedTuple):
    """A piece to read, for a run; without some of its lines that hold something, by their number among them."""

    work: Work
    stretch: Stretch
    without: tuple[int, ...] = ()


class Lines(NamedTuple):
    """What is known of the lines of a piece: how many there are, and the digest of their bytes; the failures among
    them, by the number of the line; of those that hold something columns, and strings; and where passages may go the
    words of its documents, of which the texts are in the store."""

    total: int
    digest: str
    failures: list[tuple[int, str]]
    columns: dict[str, NDArray[Any]]
    strings: dict[str, Strings]
    words: Packed | None = None

    @property
    def size(self) -> int:
        """How many lines hold something."""
        return len(self.columns["states"])

    def parts(self) -> Iterator[tuple[str, NDArray[Any]]]:
        """What becomes part of the columns of all lines, by name; of band keys a column is a band."""
        for name, column in self.columns.items():
            if name == "keys":
                yield from ((f"keys-{band}", keys) for band, keys in enumerate(column))
            else:
                yield name, column
        for name, strings in self.strings.items():
            yield name, strings.data
            yield f"{name}_sizes", strings.sizes


@in_threads
def read_piece(job: Reading) -> Lines:
    """Read the lines of a piece."""
    from dedup.kernel import _native

    piece, config, texts = content(job.stretch), job.work.config, None
    digest = xxhash.xxh3_128_hexdigest(piece.data)
    limits = (config.min_words, job.stretch.file.most or config.max_bytes, config.unit == "document")
    columns, count = _native.read_lines(piece, sign.sketch(config.shape), *limits, characters.page)
    strings = {name: Strings(*columns.pop(name)) for name in STRINGS}
    columns["states"][[*job.without]] = FAILED
    if config.unit == "passage":
        from dedup import lined  # only here, as all that follows passages: .02 s

        own = columns["states"] < UNKNOWN
        texts, unknown = lined.read(
            piece, columns["text_starts"], np.where(own, columns["text_ends"], columns["text_starts"]), config
        )
        columns["states"][unknown] = UNKNOWN
    documents, failures = _define(columns, piece, config)
    strings = {name: each.put(_named(documents, name)) for name, each in strings.items()}
    if texts is None:
        _sketch(columns, documents, config)
        return Lines(count, digest, failures, columns, strings)
    texts = texts.put(documents)
    columns["words"] = np.diff(texts.bounds)
    del columns["keys"]
    store, shard = job.work.store, words_of(job.stretch)
    with store.writing(shard, "texts", sealed=False):
        texts.save(store, shard, np.flatnonzero(columns["states"] != FAILED), config)
    return Lines(count, digest, failures, columns, strings, texts.words)


def words_of(stretch: Stretch) -> str:
    """The shard in the store where the texts and the words of the documents of a piece are, if passages may go."""
    return f"{stretch.number:06d}-words"


def _define(
    columns: dict[str, NDArray[Any]], piece: NDArray[np.uint8], config: Config
) -> tuple[dict[int, Document | None], list[tuple[int, str]]]:
    """Read those lines that the kernel could not read: the documents among them, by their number among all that hold
    something, and the failures, by the number of the line."""
    documents: dict[int, Document | None] = {}
    failures = []
    states = columns["states"]
    for row in np.flatnonzero((states == UNKNOWN) | (states == TOO_LONG)).tolist():
        own = defined(columns, row, piece, config, "")
        if isinstance(own, Failure):
            states[row], documents[row] = FAILED, None
            failures.append((int(columns["numbers"][row]), own.why))
            continue
        states[row], documents[row] = DEFINED, own
        columns["characters"][row] = len(own.text)
    return documents, failures


def _named(documents: Mapping[int, Document | None], name: str) -> dict[int, str]:
    """The ids of documents, or their dates, urls or sites."""
    return {row: getattr(each, STRINGS[name]) or "" for row, each in documents.items() if each}


def _sketch(columns: dict[str, NDArray[Any]], documents: dict[int, Document | None], config: Config) -> None:
    """Sketch the documents that the kernel could not read."""
    if not documents:
        return
    from dedup.sketch import whole_words
    from dedup.sketched import Sketched

    for row, document in documents.items():
        if document:
            words = whole_words([document.text])
            sketch = Sketched.of([document.text], words, config)
            columns["words"][row] = len(words.hashes)
            columns["keys"][:, row], columns["prints"][row] = sketch.keys[:, 0], sketch.prints[0]


def defined(columns: Any, row: int, piece: NDArray[np.uint8], config: Config, place: str) -> Document | Failure:
    """A line as all others are read elsewhere.

    Raises:
        NotPlainError: it is no plain text.
    """
    if columns["states"][row] == TOO_LONG:
        return Failure(place, f"larger than max_bytes = {config.max_bytes}; raise it with --max-bytes")
    from dedup.extract import read_source  # with all that reads pages: .04 s, and most lines need it not

    content = piece[columns["starts"][row] : columns["ends"][row]].tobytes()
    found = read_source(Source(place, place, None, content), config)
    if isinstance(found, Document) and not (found.format is Format.TEXT and found.body == "text"):
        raise NotPlainError
    return found


# ── pair by pair: compare ───────────────────────────────────────────────────────────────────────────────────────────


class Comparing(NamedTuple):
    """Pairs of documents (int64 [p, 2], the keeper first) to compare; and for each of some documents the number of a
    stretch, the bytes of the file from which to which the value of its text lies, and the row of its line if only the
    definition can read it, else -1 (int64 [n, 4]). The pairs are of their places among these."""

    work: Work
    stretches: Sequence[Stretch]
    documents: NDArray[np.int64]
    pairs: NDArray[np.int64]


@in_threads
def compare(job: Comparing) -> NDArray[np.int64]:
    """How many shingles the keeper has, the document, and both (int64 [p, 3])."""
    from dedup.kernel import _native

    shingle, names = job.work.config.shingle, {each.path: each.name for each in job.stretches}
    try:
        sizes, common, unknown = _native.in_common(
            [*map(str, names)], _places(job, [*names]), job.pairs, shingle, characters.page
        )
    except (ValueError, FileNotFoundError) as error:
        raise changed(next(iter(names.values())) if len(names) == 1 else f"one of {len(names)} files") from error
    result = np.stack([*sizes[job.pairs.T], common], axis=1)
    if len(unknown):
        left = np.isin(job.pairs, unknown).any(axis=1)
        told = whole.compared(job.pairs[left], lambda each: _words(job, each), job.work.config.shape)
        result[left] = np.stack([told.keepers, told.documents, told.common], axis=1)
    return result


def _places(job: Comparing, paths: list[Path]) -> NDArray[np.int64]:
    """Where the text of each document is written: the number of its file, and from which byte to which (int64 [n, 3]);
    an empty place where only the definition can read it."""
    pieces, starts, ends, rows = job.documents.T
    number = {path: at for at, path in enumerate(paths)}
    files = np.array([number[each.path] for each in job.stretches], np.int64)
    return np.stack([files[pieces], starts, np.where(rows < 0, ends, starts)], axis=1)


def _words(job: Comparing, document: int) -> NDArray[np.uint64]:
    from dedup.extract import read_source
    from dedup.sketch import whole_words

    number, start, end, row = job.documents[document].tolist()
    with job.stretches[number].path.open("rb", 0) as handle:
        handle.seek(start)
        source = handle.read(end - start)
    if row < 0:
        return whole_words([orjson.loads(source)]).hashes
    found = read_source(Source("", "", None, source), job.work.config)
    return whole_words([found.text] if isinstance(found, Document) else []).hashes
