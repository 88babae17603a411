"""The stages that every document goes through, bound to the store: what one worker does with one shard.

Only this module, `pages` (what only pages go through) and `corpus` (what is done once over all shards) know both the
functions of values and where their columns lie. A stage takes one argument (a shard, a chunk of pairs) and the `Work`,
leaves its result in the store, and returns a small summary.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import xxhash

from dedup import chrome, repetition, site, sketched
from dedup.clean import cut, kept
from dedup.columns import block_words, load_table, save_blocks, save_prints
from dedup.data import Document, Failure, Flag, Format, Source
from dedup.dates import iso_date
from dedup.extract import read_source
from dedup.guard import limited, too_large, why
from dedup.judge import Proofs
from dedup.keyed import save_words
from dedup.outside import Kinds, Known, outside, proofs
from dedup.records import flagged_record, pack, unpack
from dedup.rulings import Ruled, ruled
from dedup.run import alone
from dedup.table import still_left
from dedup.wanted import kept_outside, with_wanted
from dedup.work import ALL, Work, key
from dedup.written import is_written, writings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from dedup.batch import Batch
    from dedup.config import Config
    from dedup.nursery import Death
    from dedup.store import Store
    from dedup.table import Table
    from dedup.written import Writing

SETTLED = ("settled_kept", "settled_own", "settled_told")
"""What is known of the blocks of pages, as `pages.settle` leaves it."""


class Prepared(NamedTuple):
    """What became of a batch: a shard of documents, and the inputs that could not be used; whether there are pages
    among the documents, and how many characters their source texts have."""

    shard: str
    ids: list[str]
    places: list[str]
    failures: list[Failure]
    pages: bool
    characters: int


# ── shard by shard: read, extract, print ────────────────────────────────────────────────────────────────────────────


@alone
def prepare(batch: Batch) -> Prepared:
    """Extract the documents of a batch and the prints of their blocks. A shard that is there is not made again."""
    store, shard = batch.work.store, batch.shard

    def make() -> dict[str, Any]:
        read = [_read(number, each, batch.work.config) for number, each in enumerate(batch.sources)]
        documents = [each for each in read if isinstance(each, Document)]
        with store.writing(shard, "documents"):
            store.save_records(shard, "known", map(pack, documents))
            store.save_parts(shard, "lines", [document.line for document in documents])
            sites = [document.site for document in documents]
            store.save_sources(shard, "pages", [document.html for document in documents], sites)
            save_blocks(store, shard, documents)
            if batch.work.asks_sites or _pages(documents):
                save_prints(store, shard, documents)
            if batch.work.with_origins:
                both = zip(batch.sources, read, strict=True)
                store.save_records(
                    shard, "origins", (_origin(s, batch.work.config) for s, each in both if isinstance(each, Document))
                )
        return {
            "ids": [document.id for document in documents],
            "places": [document.place for document in documents],
            "failures": [asdict(each) for each in read if isinstance(each, Failure)],
            "pages": _pages(documents),
            "characters": sum(len(document.text) for document in documents),
        }

    summary = store.once(shard, "prepared", "", make)  # all that it is made of is in its name
    failures = [Failure(**each) for each in summary["failures"]]
    return Prepared(shard, summary["ids"], summary["places"], failures, summary["pages"], summary["characters"])


def _read(number: int, source: Source | Failure, config: Config) -> Document | Failure:
    if isinstance(source, Failure):
        return source
    try:
        with limited(number, config):
            return read_source(source, config)
    except MemoryError:
        return Failure(source.place, too_large(config))


def _pages(documents: list[Document]) -> bool:
    return any(document.format is Format.HTML for document in documents)


def _origin(source: Source | Failure, config: Config) -> list[Any] | None:
    """Where a document can be read again, as `dedup.remembered.Origin`; None where it cannot."""
    if not isinstance(source, Source) or source.origin is None or not isinstance(source.content, bytes):
        return None
    path, at = source.origin
    content = len(source.content), xxhash.xxh3_64_intdigest(source.content)
    return [str(path), at, *content, source.format, source.place, source.id, config.encoding]


def documents(store: Store, shard: str, numbers: Iterable[int] | None = None) -> Iterator[Document]:
    """The documents of a shard as they are judged, in order, or some by their numbers."""
    table, bounds = load_table(store, shard, seen=True), store.column(shard, "blocks").tolist()
    numbers = range(len(bounds) - 1) if numbers is None else list(numbers)
    texts = store.texts(shard, "seen" if is_written(store, shard) else "texts", numbers)
    for number, record, text in zip(numbers, store.records(shard, "known", numbers), texts, strict=True):
        document = unpack(record, text)
        document.blocks = table.only(slice(bounds[number], bounds[number + 1]))
        yield document


# ── shard by shard: flag chrome, and take the words of what is left ─────────────────────────────────────────────────


class Flagging(NamedTuple):
    """One shard to flag, which of its documents are alive (the others have an id that was there before, or failed), the
    key of what all shards taught, and why others could not be flagged."""

    work: Work
    shard: str
    live: NDArray[np.bool_]
    taught: str
    failed: dict[int, str] = {}  # noqa: RUF012 (never written to)

    def without(self, death: Death) -> list[Flagging]:
        """The same without the document that workers died at."""
        if death.at is None or not self.live[death.at]:
            return []
        live = self.live.copy()
        live[death.at] = False
        return [self._replace(live=live, failed={**self.failed, death.at: why(death, self.work.config)})]


class Flagged(NamedTuple):
    """What is known of a shard's documents to choose keepers: date, length in words, id, site; how many characters
    their texts have, and their articles (a page's text without what its extractor leaves out); and the characters of
    the chrome within those, by kind; in order. And the key of what it was made of, and why others could not be
    flagged."""

    shard: str
    key: str
    failed: dict[int, str]
    dates: list[str]
    lengths: list[int]
    ids: list[str]
    sites: list[str]
    characters: list[int]
    articles: list[int]
    chrome: list[dict[str, int]]


@alone
def flag(job: Flagging) -> Flagged:
    """Flag the chrome of a shard's documents, and leave the words of the rest, their seeds and band keys."""
    store = job.work.store
    names = SETTLED if store.column(ALL, "asked")[0] else ()
    of = key(job.shard, job.taught, job.live, *(store.column(job.shard, name) for name in names))
    return Flagged(job.shard, of, job.failed, *store.once(job.shard, "flagged", of, lambda: _flagged(store, job)))


def _flagged(store: Store, job: Flagging) -> list[list[Any]]:
    config = job.work.config
    known, bounds = _known(store, job.shard), np.asarray(store.column(job.shard, "blocks"))
    kinds, stay, writing = Kinds.by_place(known.table), kept_outside(config), writings(store, job.shard)
    within = list(_within(job, known, kinds, bounds.tolist()))
    alive = np.repeat(job.live, np.diff(bounds))
    known.main[~alive] = True  # of what failed nothing is told: there may be very much of it
    away, proven = outside(known, kinds, bounds), proofs(known, bounds, alive & _of_pages(store, job.shard, bounds))
    within = ruled(Ruled(job.work, store, job.shard, known, bounds), within, away)
    read, left, placed, articles, chromes = [], [], [], [], []
    for number, document, found in within:
        # What a page's extractor leaves out was never its text, however much of the chrome is to stay.
        go = [*([] if config.keep_chrome else found), *(each for each in away[number] if each.kind not in stay)]
        document.proofs = proven[number]
        read.append((document, go))
        articles.append(len(document.text) - sum(each.end - each.start for each in away[number]))
        chromes.append({} if config.keep_chrome else _by_kind(found))
        placed.append(writing(number))
        if not config.keep_duplicates:  # else nobody asks for their words
            left.append((document, still_left(known.table.only(slice(bounds[number], bounds[number + 1])), go)))
    with store.writing(job.shard, "flagged"):
        store.save_records(job.shard, "flags", map(_as_written, read, placed))
        lengths = _save_words(store, job, read, left, placed) if left else []
        store.save(job.shard, "alive", np.flatnonzero(job.live).astype(np.int32))
    dates, ids = [d.date or "" for d, _ in read], [d.id for d, _ in read]
    known_of = [d.site or "" for d, _ in read], _characters(job, read)
    return [dates, lengths, ids, *known_of, articles, chromes]


def _save_words(
    store: Store,
    job: Flagging,
    read: list[tuple[Document, list[Flag]]],
    left: list[tuple[Document, Table]],
    placed: list[Writing | None],
) -> list[int]:
    """Leave what documents are matched by; how many words each has."""
    config = job.work.config
    if config.unit == "document":
        return sketched.save(store, job.shard, (kept(d.text, cut(d, go)) for d, go in read), config)
    return save_words(store, job.shard, left, config, placed)


def _by_kind(found: list[Flag]) -> dict[str, int]:
    """The characters of flags, by kind."""
    sums: dict[str, int] = {}
    for each in found:
        sums[str(each.kind)] = sums.get(str(each.kind), 0) + each.end - each.start
    return sums


def _characters(job: Flagging, read: list[tuple[Document, list[Flag]]]) -> list[int]:
    store = job.work.store
    if is_written(store, job.shard):
        written: list[int] = store.column(job.shard, "written_lengths")[job.live].tolist()
        return written
    return [len(document.text) for document, _ in read]


def _as_written(flagged: tuple[Document, list[Flag]], writing: Writing | None) -> dict[str, Any]:
    """The record of a document and its flags, with the places that they have in what is written."""
    document, flags = flagged
    if writing:
        starts, _ = writing.spans(*[[start + step for start, _ in document.proofs] for step in (0, 1)])
        document.proofs = [(start, each) for start, (_, each) in zip(starts, document.proofs, strict=True)]
        flags = writing.flags(flags)
    return flagged_record(document, flags)


def _of_pages(store: Store, shard: str, bounds: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which blocks (bool [b]) of a shard are those of pages."""
    return np.repeat(np.diff(store.column(shard, "pages_bounds")) > 0, np.diff(bounds))


def _known(store: Store, shard: str) -> Known:
    """What is known of the blocks of a shard; of none that it is not the article's."""
    if not store.column(ALL, "asked")[0]:
        table = load_table(store, shard, seen=True)
        size = len(table)
        nothing = Proofs(np.ones(size, np.bool_), np.zeros(size, np.int32), np.zeros(size, np.int32))
        return Known(table, np.ones(size, np.bool_), np.ones((size, 3), np.int64), np.zeros(size, np.int64), nothing)
    repeated = repetition.Repetition(store.column(ALL, "repeated"), store.column(ALL, "counts"))
    counts = repeated.of(np.asarray(store.column(shard, "prints")))[store.column(shard, "block_texts")]
    proven = Proofs(*(np.asarray(store.column(shard, name)) for name in SETTLED))
    return Known(
        load_table(store, shard, seen=True), np.ones(len(counts), np.bool_), counts, block_words(store, shard), proven
    )


def _within(job: Flagging, known: Known, kinds: Kinds, bounds: list[int]) -> Iterator[tuple[int, Document, list[Flag]]]:
    """The living documents of a shard with their numbers and the chrome within their articles; into `known` which
    blocks are those, and into `kinds` what words say of the others."""
    store, config = job.work.store, job.work.config
    articles = [0] * int(job.live.sum())
    if store.column(ALL, "asked")[0]:
        site_names, site_articles = store.column(ALL, "sites"), store.column(ALL, "site_articles")
        articles = site_articles[np.searchsorted(site_names, store.column(job.shard, "sites")[job.live])].tolist()
    odds = site.weighed(known.proofs, known.counts[:, 0])
    numbers = np.flatnonzero(job.live).tolist()
    for number, of_site, document in zip(numbers, articles, documents(store, job.shard, numbers), strict=True):
        found: list[Flag] = []
        # Of records whose text is taken as it is, nothing is asked of the text but what it has in common with others.
        if not (config.verbatim and document.format is Format.TEXT and document.encoding is None):
            own = slice(bounds[number], bounds[number + 1])
            here = known.of(own)
            with limited(number, config):
                article = site.settled(document, odds[own], here.proofs.kept)
                here.main[:] = with_wanted(document, here.table, article, config)
                found = chrome.flags(document, here, kinds.of(own), of_site, config)
        document.date = iso_date(document.date)
        yield number, document, found
