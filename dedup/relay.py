"""Lines of JSONL passed on as they lie in their files, and the records of those that go: see `lines`."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import orjson
import xxhash

from dedup.counts import Cut
from dedup.data import Document, Format, Kind, Reason
from dedup.dates import iso_date
from dedup.domains import sites_of
from dedup.gone import Gone, tails_of
from dedup.lines import DEFINED, defined, words_of
from dedup.records import kept_row, pack, removed_record, source_record, with_text
from dedup.removals import Grouping, grouped
from dedup.run import in_threads
from dedup.runs import only
from dedup.store import line
from dedup.stretches import Stretch, changed, content
from dedup.strings import Strings
from dedup.write import Piece

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from dedup.config import Config
    from dedup.flags import Flags
    from dedup.losses import Loss, Lost
    from dedup.work import Work

COLUMNS = ("states", "numbers", "starts", "ends", "text_starts", "text_ends", "characters", "digests")
"""The columns that the kernel writes lines by, in its order; and then their ids."""


class Said(NamedTuple):
    """What is known of documents: names of sites, and the number of that of each (int64 [n]); the date of each as ISO
    8601. Both are empty where they are unknown."""

    names: Strings
    sites: NDArray[np.int64]
    dates: Strings

    @classmethod
    def of(cls, sites: Strings, urls: Strings, dates: Strings, config: Config) -> Said:
        """Given what documents say: empty where they say nothing, as most often all of one of these are."""
        by_site = Grouping([config.site], np.zeros(len(sites), np.int64))
        if sites.data.size or urls.data.size:
            each = zip(sites, sites_of(urls), strict=True)
            by_site = grouped(site or of_url or config.site for site, of_url in each)
        if dates.data.size:
            dates = dates.put(
                {at: iso for at, date in enumerate(dates) if date and (iso := iso_date(date) or "") != date}
            )
        return cls(Strings.of(by_site.names), by_site.numbers, dates)

    def part(self, low: int, high: int) -> Said:
        """The same of those from one to another."""
        return Said(self.names, self.sites[low:high], self.dates.part(low, high))


class Writing(NamedTuple):
    """A piece to write: the digest of what was read of it, and the number of its first line in the file; columns of its
    lines that hold something, and their ids; which of these are documents, what is known of those, and the flags of
    those that lose something, by their place among them."""

    work: Work
    stretch: Stretch
    digest: str
    first_line: int
    columns: Mapping[str, NDArray[Any]]
    ids: Strings
    rows: NDArray[np.int64]
    said: Said
    goes: Flags | Gone

    def number(self, row: int) -> int:
        """The number of a line in the file."""
        return self.first_line + int(self.columns["numbers"][row])

    def place(self, row: int) -> str:
        """Where a line stands."""
        return f"{self.stretch.name}:{self.number(row)}"

    def kept(self, document: Document, row: int, text: str | None) -> bytes:
        """The line of a document of which a text stays, None: all of it; of a row of a table what that is taken by."""
        if (table := self.stretch.file.table) is not None:
            return kept_row((table, self.number(row) - 1), document.id, text)
        return document.line if text is None else with_text(document.line, text, document.body)


class Wrote(NamedTuple):
    """What a piece comes to, and the counts of it."""

    piece: Piece
    cut: Cut


@in_threads
def write_piece(job: Writing) -> Wrote:
    """The lines of a piece that stay, and the records of what goes.

    Raises:
        UnreadableError: the file is not what was read before.
    """
    stretch = job.stretch
    view = content(stretch)
    if xxhash.xxh3_128_hexdigest(view.data) != job.digest:
        raise changed(stretch.name)
    lost = _lost(job) if job.work.config.unit == "passage" else None
    parts = list(_written(job, view, lost))
    piece = Piece(*(parts[0] if len(parts) == 1 else map(b"".join, zip(*parts, strict=True))))
    return Wrote(piece, _counted(job, lost, parts))


def _written(job: Writing, view: NDArray[np.uint8], lost: Lost | None) -> Iterator[tuple[Any, Any, Any]]:
    """What is written of the lines, run by run of those that the kernel can read."""
    states = only(job.columns["states"], job.rows)
    defined = np.flatnonzero(states == DEFINED)
    edges = [-1, *defined.tolist(), len(states)]
    for before, after in pairwise(edges):
        yield _natively(job, view, slice(before + 1, after), lost)
        if after < len(states):
            yield _by_definition(job, view, after, lost.loss(after) if lost else None)


def _natively(job: Writing, view: NDArray[np.uint8], run: slice, lost: Lost | None) -> tuple[Any, Any, Any]:
    from dedup.kernel import _native

    rows = job.rows[run]
    if lost is not None:
        goes, tails, left = lost.goes[run], lost.records.columns, lost.left.columns
    else:
        assert isinstance(job.goes, Gone)
        goes = np.full(len(rows), -1, np.int64)
        gone = job.goes.part(run.start, len(rows))
        goes[gone.numbers] = np.arange(len(gone))
        tails, left = tails_of(gone), None
    read = (*(job.columns[name] for name in COLUMNS), *job.ids.columns)
    said = job.said.part(run.start, run.stop)
    known = said.names.columns, said.sites, said.dates.columns
    place = orjson.dumps(f"{job.stretch.name}:")[:-1], job.first_line
    clean, removed, sources = _native.write_lines(view, read, (rows, goes), (tails, left), known, place)
    if job.stretch.file.table is not None:
        return _rows(job, rows, goes, lost), removed.data, sources.data
    return clean.data, removed.data, sources.data


def _rows(job: Writing, rows: NDArray[np.int64], goes: NDArray[np.int64], lost: Lost | None) -> bytes:
    """What stays of lines that stand for rows of a table; given which of them lose something, and what."""
    if lost is None:
        rows, goes = rows[goes < 0], goes[goes < 0]
    table, name = job.stretch.file.table, job.stretch.name
    assert table is not None
    numbers = (only(job.columns["numbers"], rows) + job.first_line).tolist()
    texts: list[str | None] = [lost.left[at] if lost and at >= 0 else None for at in goes.tolist()]
    each = zip(numbers, job.ids.only(rows), texts, strict=True)
    return b"".join(
        kept_row((table, number - 1), id_ or f"{name}:{number}", text) for number, id_, text in each if text != ""
    )


def _by_definition(job: Writing, view: NDArray[np.uint8], number: int, loss: Loss | None) -> tuple[bytes, bytes, bytes]:
    row = int(job.rows[number])
    document = defined(job.columns, row, view, job.work.config, job.place(row))
    assert isinstance(document, Document)
    document.date = iso_date(document.date)
    source = line(source_record(pack(document), document.text.encode(), len(document.text)))
    if loss:
        return job.kept(document, row, loss.left.decode()) if loss.left else b"", loss.records, source
    if number in job.goes and job.work.config.unit == "document":
        return b"", line(removed_record(document.id, document.text, job.goes[number][0])), source
    return b"" if document.text.isspace() else job.kept(document, row, None), b"", source


def _lost(job: Writing) -> Lost:
    """What the documents of a piece lose that passages go of."""
    from dedup.flags import Flags
    from dedup.lined import table
    from dedup.losses import Losing, Lost, losses

    if not job.goes:
        return Lost.nothing(len(job.rows))
    assert isinstance(job.goes, Flags)
    store, words = job.work.store, words_of(job.stretch)
    bounds, *blocks = (store.column(words, name) for name in ("blocks", "block_starts", "block_ends", "block_tags"))
    ids = job.ids.only(job.rows)
    ids = ids.put({number: job.place(int(job.rows[number])) for number in np.flatnonzero(ids.sizes == 0).tolist()})

    def document(number: int) -> Document:
        own = slice(*bounds[number : number + 2].tolist())
        text = next(store.texts(words, "texts", [number]))
        return Document(ids[number], text, Format.TEXT, table(*(column[own] for column in blocks)))

    texts = store.column(words, "texts"), store.column(words, "texts_bounds")
    return losses(Losing(ids, texts, (blocks[0], blocks[1], bounds), job.goes, document))


def _counted(job: Writing, lost: Lost | None, parts: Sequence[tuple[Any, Any, Any]]) -> Cut:
    """What the lines of a piece come to, given what is written of them."""
    removed: dict[tuple[str, str], tuple[int, int]] = {}
    sizes = only(job.columns["characters"], job.rows)
    total, gone = int(sizes.sum()), sum(not clean and not records for clean, records, _ in parts[1::2])  # blank ones
    if lost is not None:
        removed = lost.counts
        gone += lost.whole
    elif isinstance(job.goes, Gone) and job.goes:
        gone += len(job.goes)
        removed[str(Reason.DUPLICATE), str(Kind.DOCUMENT)] = len(job.goes), int(sizes[job.goes.numbers].sum())
    left = total - sum(characters for _, characters in removed.values())
    return Cut(removed, len(sizes), len(sizes) - gone, total, left, {})
