"""The stages bound to the store: what one worker does with one shard, and what is done once over all of them.

Only this module knows both the functions of values and where their columns lie. A stage takes one argument (a shard, a
chunk of pairs) and the `Work`, leaves its result in the store, and returns a small summary.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import orjson
import xxhash

from dedup import chrome, match, repetition
from dedup.clean import cut, kept, snapped_flag
from dedup.data import Document, Failure, Flag, Format, Source, Tag
from dedup.dates import iso_date
from dedup.extract import pack, read_source, unpack
from dedup.records import clean_record, flagged, removed_record, source_record
from dedup.sign import band_keys, mix, shingles, signatures
from dedup.store import Store
from dedup.text import marked_words, word_hash

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from dedup.config import Config

LINKED = 0x5BD1E9955BD1E995
"""Tells the print of a block of links from that of the same words as text."""
ARTICLE_BANDS, ARTICLE_ROWS = 20, 6
"""Pages of a site that share a band of their bodies' signatures are copies of one article: P = .998 at Jaccard .8."""


@dataclass(frozen=True, slots=True)
class Work:
    """What every stage is given: where the store lies, and the settings."""

    folder: Path
    config: Config

    @property
    def store(self) -> Store:
        """The store, as this worker opens it."""
        return Store(self.folder)


class Batch(NamedTuple):
    """The sources of one shard, with the failures of reading in their places."""

    work: Work
    number: int
    sources: list[Source | Failure]


class Prepared(NamedTuple):
    """What became of a batch: a shard of documents, and the inputs that could not be used."""

    shard: str
    ids: list[str]
    places: list[str]
    failures: list[Failure]


# ── shard by shard: read, extract, print ────────────────────────────────────────────────────────────────────────────


def prepare(batch: Batch) -> Prepared:
    """Extract the documents of a batch and the prints of their blocks. A shard that is there is not made again."""
    store = batch.work.store
    shard = f"{batch.number:06d}-{_digest(batch.sources)}"
    if not store.has(shard, "prepared"):
        read = [each if isinstance(each, Failure) else read_source(each, batch.work.config) for each in batch.sources]
        documents = [each for each in read if isinstance(each, Document)]
        store.save_records(shard, "documents", map(pack, documents))
        _save_prints(store, shard, documents)
        store.save_records(shard, "prepared", [
            {
                "ids": [document.id for document in documents],
                "places": [document.place for document in documents],
                "failures": [asdict(each) for each in read if isinstance(each, Failure)],
            }
        ])  # fmt: skip
    summary = next(store.records(shard, "prepared"))
    return Prepared(shard, summary["ids"], summary["places"], [Failure(**each) for each in summary["failures"]])


def _digest(sources: Iterable[Source | Failure]) -> str:
    digest = hashlib.blake2b(digest_size=8)
    for source in sources:
        content = source.content if isinstance(source, Source) else source.why
        raw = content if isinstance(content, bytes) else orjson.dumps(content, option=orjson.OPT_SORT_KEYS)
        digest.update(orjson.dumps([type(source).__name__, getattr(source, "place", ""), source.id, len(raw)]) + raw)
    return digest.hexdigest()


def _save_prints(store: Store, shard: str, documents: list[Document]) -> None:
    """The columns that repetition is counted over: prints by block, site and article keys by document."""
    bounds = np.concatenate(([0], np.cumsum([len(document.blocks) for document in documents]))).astype(np.int64)
    prints = np.zeros((bounds[-1], repetition.PRINTS), np.uint64)
    sites = np.array([xxhash.xxh3_64_intdigest((document.site or "").encode()) for document in documents], np.uint64)
    words: list[NDArray[np.uint64]] = []
    for document, first in zip(documents, bounds, strict=False):
        for offset, block in enumerate(document.blocks):
            text = repetition.block_text(document.text[block.start : block.end])
            # A link to an article in the lists of its siblings does not repeat its headline.
            prints[first + offset, :2] = text.exact ^ (LINKED if block.links > 0.5 else 0), text.template
            words.append(np.fromiter(map(word_hash, text.words), np.uint64, len(text.words)))
    body = _body(documents, words, bounds)
    _near_prints(prints, words)
    site_of_block = np.repeat(sites, np.diff(bounds))[:, None]
    salt = np.arange(1, repetition.PRINTS + 1, dtype=np.uint64) << np.uint64(56)
    store.save(shard, "prints", np.where(prints == 0, prints, mix(prints ^ mix(site_of_block + salt))))
    store.save(shard, "blocks", bounds)
    store.save(shard, "sites", sites)
    store.save(shard, "articles", mix(body ^ mix(sites[:, None])) if len(body) else body)


def _near_prints(prints: NDArray[np.uint64], words: list[NDArray[np.uint64]]) -> None:
    flat, bounds = _ragged(words)
    hashes, shingle_bounds = shingles(flat, bounds, repetition.NEAR_SHINGLE)
    enough = np.diff(bounds) >= 5
    sketch = signatures(hashes, shingle_bounds, repetition.NEAR_BANDS * repetition.NEAR_ROWS)
    prints[:, 2:] = np.where(enough[:, None], band_keys(sketch, repetition.NEAR_BANDS, repetition.NEAR_ROWS), 0)


def _body(documents: list[Document], words: list[NDArray[np.uint64]], bounds: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Keys (uint64 [documents, bands]) by which copies of one article are told: over its blocks of running text."""
    bodies = []
    for document, first in zip(documents, bounds, strict=False):
        own = words[first : first + len(document.blocks)]
        long = [
            each for each, block in zip(own, document.blocks, strict=True) if block.main and len(each) >= chrome.SHORT
        ]
        bodies.append(np.concatenate(long or own or [np.zeros(0, np.uint64)]))
    hashes, shingle_bounds = shingles(*_ragged(bodies), 5)
    return band_keys(signatures(hashes, shingle_bounds, ARTICLE_BANDS * ARTICLE_ROWS), ARTICLE_BANDS, ARTICLE_ROWS)


def _ragged(arrays: list[NDArray[np.uint64]]) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    bounds = np.concatenate(([0], np.cumsum([len(array) for array in arrays]))).astype(np.int64)
    return (np.concatenate(arrays) if arrays else np.zeros(0, np.uint64)), bounds


# ── shard by shard: flag chrome, and take the words of what is left ─────────────────────────────────────────────────


class Flagging(NamedTuple):
    """One shard to flag, and which of its documents are alive (the others have an id that was there before)."""

    work: Work
    shard: str
    live: NDArray[np.bool_]


class Flagged(NamedTuple):
    """What is known of a shard's documents to choose keepers: date, length in words, id; in order."""

    shard: str
    dates: list[str]
    lengths: list[int]
    ids: list[str]


def flag(job: Flagging) -> Flagged:
    """Flag the chrome of a shard's documents, and leave the words of the rest, their seeds and band keys."""
    store, config = job.work.store, job.work.config
    repeated = repetition.Repetition(store.column("all", "repeated"), store.column("all", "counts"))
    site_names, site_articles = store.column("all", "sites"), store.column("all", "site_articles")
    counts = repeated.of(np.asarray(store.column(job.shard, "prints")))
    bounds, sites = store.column(job.shard, "blocks"), store.column(job.shard, "sites")
    documents = []
    for number, record in enumerate(store.records(job.shard, "documents")):
        if not job.live[number]:
            continue
        document = unpack(record)
        of_site = int(site_articles[np.searchsorted(site_names, sites[number])])
        found = chrome.flags(document, counts[bounds[number] : bounds[number + 1]], of_site, config)
        if config.keep_chrome:
            # What a page's extractor leaves out was never its text, however much of the chrome is to stay.
            found = [each for each in found if document.format is Format.HTML and "path" in each.evidence]
        document.date = iso_date(document.date)
        documents.append((document, found))
    store.save_records(
        job.shard, "flagged", ({**pack(d), "flags": [asdict(f) for f in found]} for d, found in documents)
    )
    lengths = _save_words(store, job.shard, documents, config)
    return Flagged(job.shard, [d.date or "" for d, _ in documents], lengths, [d.id for d, _ in documents])


def _save_words(store: Store, shard: str, documents: list[tuple[Document, list[Flag]]], config: Config) -> list[int]:
    """The columns that passages are matched by: words with marks and offsets, seeds, and band keys of blocks."""
    marked = []
    for document, found in documents:
        flagged = {each.start for each in found}
        left = [b for b in document.blocks if b.start not in flagged and b.tag is not Tag.RULE]
        headings = {number for number, block in enumerate(left) if block.tag is Tag.HEADING}
        marked.append(marked_words(document.text, [(b.start, b.end) for b in left], headings))
    bounds = np.concatenate(([0], np.cumsum([len(each.hashes) for each in marked]))).astype(np.int64)
    for name, kind in (
        ("hashes", np.uint64),
        ("starts", np.int32),
        ("ends", np.int32),
        ("marks", np.uint8),
        ("spans", np.int32),
    ):
        store.save(
            shard, name, np.concatenate([getattr(each, name) for each in marked] or [np.zeros(0, kind)]).astype(kind)
        )
    store.save(shard, "bounds", bounds)
    _save_keys(store, shard, bounds, config)
    return [len(each.hashes) for each in marked]


def _save_keys(store: Store, shard: str, bounds: NDArray[np.int64], config: Config) -> None:
    words, block_of = np.asarray(store.column(shard, "hashes")), store.column(shard, "spans")
    hashes, shingle_bounds = shingles(words, bounds, match.SEED_SHINGLE)
    seeds, places = [], []
    for first, low, high in zip(bounds, shingle_bounds, shingle_bounds[1:], strict=False):
        at = match.winnow(hashes[low:high])
        seeds.append(hashes[low:high][at])
        places.append(at + first)
    store.save(shard, "seeds", np.concatenate(seeds or [np.zeros(0, np.uint64)]))
    store.save(shard, "places", np.concatenate(places or [np.zeros(0, np.int64)]).astype(np.int64))
    owner = np.repeat(np.arange(len(bounds) - 1), np.diff(bounds))
    edges = np.flatnonzero(np.diff(block_of) | np.diff(owner)) + 1 if len(words) else np.zeros(0, np.int64)
    starts = np.concatenate(([0], edges, [len(words)])).astype(np.int64) if len(words) else np.zeros(1, np.int64)
    long = np.flatnonzero(np.diff(starts) >= config.min_words)
    flat, own = _ragged([words[starts[i] : starts[i + 1]] for i in long])
    sketch = signatures(*shingles(flat, own, config.shingle), config.num_perm)
    store.save(shard, "keys", band_keys(sketch, config.bands, config.rows))
    store.save(shard, "signed", starts[:-1][long])


# ── shard by shard: cut ─────────────────────────────────────────────────────────────────────────────────────────────


class Cutting(NamedTuple):
    """One shard to cut, and the duplicates of its documents, by their place in the shard."""

    work: Work
    shard: str
    duplicates: dict[int, list[Flag]]


class Cut(NamedTuple):
    """What cutting came to: counts by (reason, kind) of spans and characters, and of the documents."""

    removed: dict[tuple[str, str], tuple[int, int]]
    documents: int
    cleaned: int
    characters: int
    left: int
    encodings: dict[str, int]


def cut_shard(job: Cutting) -> Cut:
    """Apply the flags of a shard: leave its clean documents, its removed spans and its sources in the store."""
    store, config = job.work.store, job.work.config
    clean, removed, sources = [], [], []
    counts: dict[tuple[str, str], tuple[int, int]] = {}
    encodings: dict[str, int] = {}
    total = left = 0
    for number, record in enumerate(store.records(job.shard, "flagged")):
        document, found = flagged(record)
        duplicates = [snapped_flag(document, each) for each in job.duplicates.get(number, ())]
        final = cut(document, found + duplicates, config.min_words)
        text = kept(document.text, final)
        total, left = total + len(document.text), left + len(text)
        if text.strip():
            clean.append(clean_record(document, text))
        for each in final:
            spans_, characters = counts.get((str(each.reason), str(each.kind)), (0, 0))
            counts[str(each.reason), str(each.kind)] = (spans_ + 1, characters + each.end - each.start)
            removed.append(removed_record(document, each))
        if document.encoding:
            encoding = document.metadata.get("encoding", document.encoding)
            encodings[encoding] = encodings.get(encoding, 0) + 1
        sources.append(source_record(document))
    store.save_records(job.shard, "clean", clean)
    store.save_records(job.shard, "removed", removed)
    store.save_records(job.shard, "sources", sources)
    return Cut(counts, len(sources), len(clean), total, left, encodings)


def records(work: Work, shards: Iterable[str], name: str) -> Iterator[dict[str, Any]]:
    """The records that a stage left, over all shards in order."""
    for shard in shards:
        yield from work.store.records(shard, name)
