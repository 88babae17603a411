"""Documents straight from lines of JSONL: a shorter way to what `pipeline.clean` writes, byte for byte.

Where nothing but duplicates goes (`keep_chrome`), lines are read where they lie, in pieces of their files, and written
as they lie there, but for the texts that passages go of; no text is copied between processes. The stages work in the
kernel, without Python's lock, so that threads take them. A line that is out of the ordinary is read as others are
elsewhere.
"""

from __future__ import annotations

from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import orjson
import xxhash

from dedup import characters, kernel, lined, sign, sketched, whole
from dedup.data import Document, Failure, Format, Source
from dedup.errors import InputError
from dedup.extract import read_source
from dedup.run import in_threads, own_buffer
from dedup.sketch import whole_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from dedup.config import Config
    from dedup.packed import Packed
    from dedup.shards import Work
    from dedup.store import Store

PIECE = 4_000_000
"""Bytes of a piece of a file; the output does not depend on it."""
READ, NO_ID, UNKNOWN, TOO_LONG, DEFINED, FAILED = range(6)
"""What is known of a line: the first four as the kernel tells them; of those it cannot read, what the definition
says."""


class NotPlainError(Exception):
    """There are documents among the lines that are no plain texts: the long way must be taken."""


def can_read(config: Config, files: Sequence[tuple[str, Path]]) -> bool:
    """Whether a run over files takes this way."""
    plain = all(path.suffix.lower() == ".jsonl" and path.is_file() for _, path in files)
    return kernel.NATIVE and config.verbatim and config.format.startswith("jsonl") and plain and bool(files)


# ── pieces of files ─────────────────────────────────────────────────────────────────────────────────────────────────


class Stretch(NamedTuple):
    """A piece of a file, which begins and ends where lines do."""

    number: int
    name: str
    path: Path
    start: int
    end: int


def stretches(files: Iterable[tuple[str, Path]]) -> Iterator[Stretch]:
    """The pieces of all files, in order."""
    number = 0
    for name, path in files:
        with path.open("rb") as handle:
            size, start = path.stat().st_size, 0
            while start < size:
                end = _line_end(handle, start + PIECE)
                yield Stretch(number, name, path, start, min(end, size))
                number, start = number + 1, end


def _line_end(handle: Any, position: int) -> int:
    """Where the line ends that a position stands in."""
    handle.seek(position - 1)
    while (read := handle.readline(1 << 20)) and not read.endswith(b"\n"):
        pass
    end: int = handle.tell()
    return max(end, position)


def content(stretch: Stretch) -> NDArray[np.uint8]:
    """The bytes of a piece (uint8); in a buffer of this thread, until it asks for another. To map the file costs more,
    a fault for every few pages.

    Raises:
        InputError: the file is not as long as it was.
    """
    size, done = stretch.end - stretch.start, 0
    view = own_buffer(size)
    with stretch.path.open("rb", 0) as handle:
        handle.seek(stretch.start)
        while done < size and (more := handle.readinto(view[done:])):
            done += more
    if done < size:
        raise InputError(f"{stretch.name}: was changed while it was read")
    return np.frombuffer(view, np.uint8)


# ── piece by piece: read and sketch ─────────────────────────────────────────────────────────────────────────────────


class Reading(NamedTuple):
    """A piece to read, for a run; without some of its lines that hold something, by their number among them."""

    work: Work
    stretch: Stretch
    without: tuple[int, ...] = ()


class Lines(NamedTuple):
    """What was read of a piece: its shard in the store, how many lines it has and the digest of their bytes; the
    failures among them, by the number of the line; and where passages may go the words of its documents."""

    shard: str
    total: int
    digest: str
    failures: list[tuple[int, str]]
    words: Packed | None = None


@in_threads
def read_piece(job: Reading) -> Lines:
    """Read the lines of a piece: leave what is known of each in the store."""
    store, stretch, config = job.work.store, job.stretch, job.work.config
    piece = content(stretch)
    digest = xxhash.xxh3_128_hexdigest(piece.data)
    name = f"{stretch.name} {digest}{' '.join(map(str, job.without))}"
    shard = f"{stretch.number:06d}-{xxhash.xxh3_64_hexdigest(name.encode())}"
    if config.unit == "passage":  # nothing that is worth going on from
        count, failures, words = _read(store, shard, piece, job)
        return Lines(shard, count, digest, failures, words)
    summary = store.sealed(shard, "read")
    if summary is None:
        count, failures, _ = _read(store, shard, piece, job)
        summary = {"count": count, "digest": digest, "failures": failures}
        store.seal(shard, "read", summary)
    return Lines(shard, summary["count"], summary["digest"], [tuple(each) for each in summary["failures"]])


def _read(
    store: Store, shard: str, piece: NDArray[np.uint8], job: Reading
) -> tuple[int, list[tuple[int, str]], Packed | None]:
    from dedup.kernel import _native

    config, texts = job.work.config, None
    limits = (config.min_words, config.max_bytes, config.unit == "document")
    columns, count = _native.read_lines(piece, sign.sketch(config.shape), *limits, characters.page)
    strings = {name: _each(*columns.pop(name)) for name in ("ids", "dates", "urls", "sites")}
    keys = columns.pop("keys")
    columns["states"][[*job.without]] = FAILED
    if config.unit == "passage":
        own = columns["states"] < UNKNOWN
        texts, unknown = lined.read(
            piece, columns["text_starts"], np.where(own, columns["text_ends"], columns["text_starts"]), config
        )
        columns["states"][unknown] = UNKNOWN
    documents, failures = _define(columns, strings, piece, config)
    if texts:
        texts = texts.put(documents)
        columns["words"] = np.diff(texts.bounds)
    else:
        _sketch(columns, keys, documents, config)
    if texts:
        with store.writing(words_of(shard), "texts", sealed=False):
            texts.save(store, words_of(shard), np.flatnonzero(columns["states"] != FAILED), config)
    with store.writing(shard, "lines", sealed=not texts):
        if not texts:
            store.save(shard, "keys", np.ascontiguousarray(keys.T))
        for name, column in columns.items():
            store.save(shard, name, column)
        for name, values in strings.items():
            store.save_parts(shard, name, values if name == "ids" or any(values) else [])
    return count, failures, texts.words if texts else None


def words_of(shard: str) -> str:
    """The shard in the store where the texts and the words of the documents of a piece are, if passages may go."""
    return f"{shard}-words"


def _each(data: NDArray[np.uint8], bounds: NDArray[np.int64]) -> list[bytes]:
    """Strings that lie one behind the other."""
    raw = data.tobytes()
    return [raw[low:high] for low, high in pairwise(bounds.tolist())] if raw else [b""] * (len(bounds) - 1)


def _define(
    columns: dict[str, NDArray[Any]], strings: dict[str, list[bytes]], piece: NDArray[np.uint8], config: Config
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
        for name, value in (("ids", own.id), ("dates", own.date), ("urls", own.url), ("sites", own.site)):
            strings[name][row] = (value or "").encode()
    return documents, failures


def _sketch(
    columns: dict[str, NDArray[Any]], keys: NDArray[np.uint64], documents: dict[int, Document | None], config: Config
) -> None:
    """Sketch the documents that the kernel could not read."""
    for row, document in documents.items():
        if document:
            words = whole_words([document.text])
            sketch = sketched.Sketched.of([document.text], words, config)
            columns["words"][row] = len(words.hashes)
            keys[row], columns["prints"][row] = sketch.keys[:, 0], sketch.prints[0]


def defined(columns: Any, row: int, piece: NDArray[np.uint8], config: Config, place: str) -> Document | Failure:
    """A line as all others are read elsewhere.

    Raises:
        NotPlainError: it is no plain text.
    """
    if columns["states"][row] == TOO_LONG:
        return Failure(place, f"larger than max_bytes = {config.max_bytes}; raise it with --max-bytes")
    content = piece[columns["starts"][row] : columns["ends"][row]].tobytes()
    found = read_source(Source(place, place, None, content), config)
    if isinstance(found, Document) and not (found.format is Format.TEXT and found.line):
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

    sources = list(_sources(job))
    shingle = job.work.config.shingle
    sizes, common, unknown = _native.in_common(sources, job.pairs, shingle, characters.page)
    result = np.stack([*sizes[job.pairs.T], common], axis=1)
    if len(unknown):
        left = np.isin(job.pairs, unknown).any(axis=1)
        told = whole.compared(job.pairs[left], lambda each: _words(job, each), job.work.config.shape)
        result[left] = np.stack([told.keepers, told.documents, told.common], axis=1)
    return result


def _sources(job: Comparing) -> Iterator[bytes]:
    """The text of each document as it is written in its file; nothing where only the definition can read it."""
    for path, own in groupby(job.documents.tolist(), lambda each: job.stretches[each[0]].path):
        with path.open("rb", 0) as handle:
            for _, start, end, row in own:
                handle.seek(start)
                yield b"" if row >= 0 else handle.read(end - start)


def _words(job: Comparing, document: int) -> NDArray[np.uint64]:
    number, start, end, row = job.documents[document].tolist()
    with job.stretches[number].path.open("rb", 0) as handle:
        handle.seek(start)
        source = handle.read(end - start)
    if row < 0:
        return whole_words([orjson.loads(source)]).hashes
    found = read_source(Source("", "", None, source), job.work.config)
    return whole_words([found.text] if isinstance(found, Document) else []).hashes
