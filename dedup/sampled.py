"""Some documents of many files, spread over them evenly: what a look at a corpus is taken of.

Documents that stand side by side are taken together, `NEIGHBOURS` at a time: they are of one site more often than not,
and what a site repeats can only be seen on several of its pages. Which ones does not depend on chance.
"""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, NamedTuple

from dedup.columnar import table
from dedup.compressed import BUFFER, reading
from dedup.data import Source
from dedup.find import stamp
from dedup.formats import TABLES, WHOLE, compression, told
from dedup.read import next_line, records, sources, unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dedup.config import Config
    from dedup.data import Failure
    from dedup.opening import Opened
    from dedup.remote import Remote

NEIGHBOURS = 50
"""Documents that are taken side by side."""
FILES = 20
"""Files of many documents that are opened."""
PLAIN, PACKED = 4_000, 1_000
"""Bytes of a document in a file of many, and in one that is compressed: a first guess, until some were read."""

SMALL = 4_000_000
"""Bytes of a file whose documents are counted: of a larger one it is told by how much of it was read, and what a
decompressor read ahead counts for little."""


class Sample(NamedTuple):
    """Documents and failures in order, and how many there are in all: counted where `is_all`, else estimated."""

    sources: list[Source | Failure]
    documents: int
    is_all: bool


class File(NamedTuple):
    """A file: its name, where it is, its format, and its size in bytes."""

    name: str
    path: Path | Remote
    kind: str
    size: int

    @property
    def guess(self) -> int:
        """About how many documents it has."""
        packed = compression(self.path) or self.kind in TABLES
        return 1 if self.kind in WHOLE else 1 + self.size // (PACKED if packed else PLAIN)


def files_of(opened: Opened, config: Config) -> list[File]:
    """The files that are to be read."""
    found = []
    for name, path in opened.files:
        known, size = told(path, config.input_format), stamp(path)
        if known:
            found.append(File(name, path, known.name, size[0] if size else 0))
    return found


def sample(opened: Opened, files: list[File], most: int, config: Config) -> Sample:
    """About `most` documents; all of them, if there are no more. Of standard input the first."""
    few = [*opened.failures]
    if opened.piped or not files:
        first = list(islice(opened.sources, most + 1))
        return Sample(first[:most], len(first), len(first) <= most)
    guessed = sum(file.guess for file in files)
    if guessed <= 2 * most and len(first := list(islice(opened.sources, most + 1))) <= most:
        return Sample(first, len(first), is_all=True)
    single, many = ([file for file in files if (file.kind in WHOLE) is alone] for alone in (True, False))
    own = _part(most, len(single), guessed)
    chosen = spread(len(single), own)
    one_by_one = sources([(single[at].name, single[at].path) for at in chosen], config)
    found, count = _of_many(many, _part(most, guessed - len(single), guessed), config)
    is_all = len(chosen) == len(single) and count == len(found)
    return Sample([*few, *one_by_one, *found], len(single) + count, is_all)


def _part(most: int, size: int, total: int) -> int:
    """How many of so many documents in all are to be of a part of this size."""
    return min(size, max(NEIGHBOURS, most * size // max(1, total)))


def spread(count: int, most: int) -> list[int]:
    """Numbers below `count`, about `most`: all, or stretches of neighbours at even distances, the first and the last
    among them.

    >>> spread(3, 5), spread(1000, 100)[48:52], spread(1000, 100)[-1]
    ([0, 1, 2], [48, 49, 950, 951], 999)
    """
    if count <= most:
        return list(range(count))
    stretches = max(2, -(-most // NEIGHBOURS))
    size = max(1, most // stretches)
    starts = (at * (count - size) // (stretches - 1) for at in range(stretches))
    return sorted({number for start in starts for number in range(start, start + size)})


def _of_many(files: list[File], most: int, config: Config) -> tuple[list[Source | Failure], int]:
    """About `most` documents of files that hold many, and how many these have in all."""
    if not files:
        return [], 0
    chosen = [files[at] for at in sorted({at * len(files) // FILES for at in range(FILES)})]
    sizes = max(1, sum(file.size for file in chosen))
    found: list[Source | Failure] = []
    count = 0.0
    for file in chosen:
        part, share = _of(file, max(NEIGHBOURS, most * file.size // sizes), config)
        found += part
        count += len(part) / max(share, 1e-9)
    return found, round(count * sum(file.size for file in files) / sizes)


def _of(file: File, most: int, config: Config) -> tuple[list[Source | Failure], float]:
    """About `most` documents of a file, and about which share of it that is."""
    try:
        if file.kind in TABLES:
            with table(file.path, config.input_format) as opened:
                count = opened.count
            first = list(islice(sources([(file.name, file.path)], config), most))
            return first, len(first) / max(1, count, len(first))
        if file.kind == "jsonl" and isinstance(file.path, Path) and not compression(file.path):
            return _of_lines(file, most, config)
        return _first(file, most, config)
    except OSError as error:
        return [unreadable(file.name, error)], 1.0


def _first(file: File, most: int, config: Config) -> tuple[list[Source | Failure], float]:
    """The first documents of a file that is read from its beginning."""
    suffix = "" if file.kind == "warc" and compression(file.path) == ".gz" else compression(file.path)
    with file.path.open("rb", BUFFER) as raw, reading(raw, suffix) as stream:
        found = records(stream, file.name, file.kind, config)
        first = list(islice(found, most))
        if file.size <= SMALL:
            return first, len(first) / max(1, len(first) + sum(1 for _ in found))
        return first, min(1.0, raw.tell() / file.size)


def _of_lines(file: File, most: int, config: Config) -> tuple[list[Source | Failure], float]:
    """Lines of a file of JSONL, in stretches at even distances."""
    stretches = -(-most // NEIGHBOURS)
    found: list[Source | Failure] = []
    with file.path.open("rb", BUFFER) as stream:
        read = end = 0
        for at in range(stretches):
            start = at * file.size // stretches
            if start > end:
                stream.seek(start - 1)
                stream.readline()  # the rest of a line that began before
            begin = stream.tell()
            found += islice(_lines(stream, file.name, config), NEIGHBOURS)
            end = stream.tell()
            read += end - begin
    return found, min(1.0, read / max(1, file.size))


def _lines(stream: IO[bytes], name: str, config: Config) -> Iterator[Source]:
    """The lines from here on, each named by where it begins, since nobody knows its number."""
    while True:
        at = stream.tell()
        line, is_longer = next_line(stream, config.max_bytes)
        if not line:
            return
        if not (is_longer or line.isspace()):
            yield Source(f"{name}@{at}", f"{name}@{at}", None, line)
