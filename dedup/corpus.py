"""The stages done once over all shards: repetition, candidates, verification, keepers. All bound to the store.

They see columns of the whole corpus, memory-mapped, never texts.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import xxhash

from dedup import match
from dedup.align import Documents, Words, align_pairs
from dedup.cluster import Aligned, Decision, Duplicate, duplicates
from dedup.columns import ARTICLE_BANDS
from dedup.data import Flag, Keeper, Kind, Reason
from dedup.passages import Limits, Spelling, passages
from dedup.repetition import count_articles, with_known
from dedup.runs import each_of, is_new
from dedup.shards import ALL, Work
from dedup.sites import SiteFile
from dedup.text import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from numpy.typing import NDArray

    from dedup.run import Runner
    from dedup.store import Store

PARTS = 16
"""Ranges of seeds that are taken one after the other, to bound memory."""
RANGE_KEYS = 1 << 19
"""About so many prints, each with an article, are counted at a time: 30 MB."""


# ── once: how often things stand on a site ──────────────────────────────────────────────────────────────────────────


class Counting(NamedTuple):
    """One shard, which of its documents are alive, and the number of the first of them in the corpus."""

    work: Work
    shard: str
    live: NDArray[np.bool_]
    first: int


def count_repetition(work: Work, shards: list[str], live: dict[str, NDArray[np.bool_]], runner: Runner) -> None:
    """Count every print over the distinct articles of its site, and the articles of every site."""
    store = work.store
    firsts = np.cumsum([0, *(len(live[shard]) for shard in shards)], dtype=np.int64)
    articles = _distinct_articles(store, shards, firsts)
    store.save(ALL, "articles", articles)
    counted = [Counting(work, shard, live[shard], first) for shard, first in zip(shards, firsts.tolist(), strict=False)]
    ranges = []
    for number, each in enumerate(_ranges(store, shards, sum(runner(collect, counted)))):
        ranges.append(f"range-{number}")
        _save_counts(store, ranges[-1], *count_articles(*each))
    for name in ("repeated", "counts"):
        store.merge(ranges, ALL, name)
    if work.config.sites:
        known = SiteFile.load(Path(work.config.sites)).repeated()
        own = store.column(ALL, "repeated"), store.column(ALL, "counts")
        _save_counts(store, ALL, *with_known(*own, *known))
    alive = np.concatenate([live[shard] for shard in shards])
    sites = np.concatenate([store.column(shard, "sites") for shard in shards])
    pairs = np.stack([articles[alive].astype(np.uint64), sites[alive]])
    pairs = pairs[:, np.lexsort(pairs)]
    names, numbers = np.unique(pairs[1, is_new(pairs[0]) | is_new(pairs[1])], return_counts=True)
    store.save(ALL, "sites", names)
    store.save(ALL, "site_articles", numbers.astype(np.int64))


def _save_counts(store: Store, shard: str, repeated: NDArray[np.uint64], counts: NDArray[Any]) -> None:
    store.save(shard, "repeated", repeated)
    store.save(shard, "counts", counts.astype(np.int64))


def _distinct_articles(store: Store, shards: list[str], firsts: NDArray[np.int64]) -> NDArray[np.int64]:
    """For every document the least number among the copies of its article on its site (int64 [documents])."""
    articles = np.arange(firsts[-1], dtype=np.int64)
    for band in range(ARTICLE_BANDS):
        keys = np.concatenate([store.column(shard, "articles")[:, band] for shard in shards])
        order = np.argsort(keys, kind="stable")
        starts = np.flatnonzero(is_new(keys[order]))
        least = np.minimum.reduceat(articles[order], starts)
        np.minimum.at(articles, order, np.repeat(least, np.diff(np.concatenate((starts, [len(order)])))))
    while (articles[articles] != articles).any():
        articles = articles[articles]
    return articles


def collect(job: Counting) -> int:
    """Leave the prints of a shard, sorted, each with an article that it stands in; how many there are."""
    store = job.work.store
    articles = store.column(ALL, "articles")[job.first :]
    prints, stands = store.column(job.shard, "prints"), store.column(job.shard, "stands")
    stands = stands[job.live[stands[:, 1]]]
    bounds = np.searchsorted(stands[:, 0], np.arange(len(prints) + 1))
    texts, _ = np.nonzero(prints)
    often = bounds[texts + 1] - bounds[texts]
    keys, of = np.repeat(prints[prints != 0], often), articles[stands[each_of(bounds[texts], often), 1]]
    order = np.argsort(keys)
    with store.writing(job.shard, "collected"):
        store.save(job.shard, "collected", keys[order])
        store.save(job.shard, "collected_articles", of[order])
    return len(keys)


def _ranges(store: Store, shards: list[str], size: int) -> Iterator[tuple[NDArray[np.uint64], NDArray[np.int64]]]:
    """The prints of all shards and their articles, range of keys by range of keys."""
    bits = (size // RANGE_KEYS).bit_length()
    edges = np.arange(1, 1 << bits, dtype=np.uint64) << np.uint64(64 - bits)
    bounds = [
        [0, *np.searchsorted(keys, edges).tolist(), len(keys)]
        for keys in (store.column(shard, "collected") for shard in shards)
    ]
    for part in range(1 << bits):
        own = [slice(*each[part : part + 2]) for each in bounds]
        # Copies, so that not the files of all shards are mapped at once.
        columns = [
            [store.column(shard, name)[at].copy() for name in ("collected", "collected_articles")]
            for shard, at in zip(shards, own, strict=True)
        ]
        keys, articles = map(np.concatenate, zip(*columns, strict=True))
        yield keys, articles


# ── once: candidates ────────────────────────────────────────────────────────────────────────────────────────────────


class Corpus(NamedTuple):
    """The words of all documents, memory-mapped: `bounds` int64 [documents + 1] and the columns of `MarkedWords`."""

    bounds: NDArray[np.int64]
    hashes: NDArray[np.uint64]
    starts: NDArray[np.int32]
    ends: NDArray[np.int32]
    marks: NDArray[np.uint8]
    spans: NDArray[np.int32]

    def words(self, document: int) -> Words:
        """The words of a document, by its number."""
        low, high = self.bounds[document], self.bounds[document + 1]
        return Words(np.asarray(self.hashes[low:high]), np.asarray(self.marks[low:high]))

    def blocks(self, document: int) -> NDArray[np.int32]:
        """The block that each word of a document stands in."""
        return np.asarray(self.spans[self.bounds[document] : self.bounds[document + 1]])

    def characters(self, document: int, start: int, end: int) -> tuple[int, int]:
        """A span of a document's words as a span of code points."""
        low = int(self.bounds[document])
        return int(self.starts[low + start]), int(self.ends[low + end - 1])


def merge_words(work: Work, shards: list[str]) -> None:
    """Put the shards' words one behind the other, so that a document's words are found by its number."""
    store = work.store
    sizes = [np.diff(store.column(shard, "bounds")) for shard in shards]
    store.save(ALL, "bounds", np.concatenate(([0], np.cumsum(np.concatenate(sizes)))).astype(np.int64))
    for name in Corpus._fields[1:]:
        store.merge(shards, ALL, name)


def corpus(work: Work) -> Corpus:
    """The words of all documents."""
    return Corpus(*(work.store.column(ALL, name) for name in Corpus._fields))


def exact_copies(work: Work, ranks: NDArray[np.int64]) -> NDArray[np.int64]:
    """For every document the best keeper among those with the very same words, itself if there is none (int64 [d])."""
    words = corpus(work)
    prints = [
        xxhash.xxh3_128_digest(words.words(d).hashes.tobytes())
        if words.bounds[d + 1] - words.bounds[d] >= work.config.min_words
        else b""
        for d in range(len(words.bounds) - 1)
    ]
    best: dict[bytes, int] = {}
    for document in np.argsort(ranks):
        best.setdefault(prints[document], int(document))
    return np.array([best[p] if p else d for d, p in enumerate(prints)], np.int64)


def candidates(work: Work, shards: list[str], ranks: NDArray[np.int64], copies: NDArray[np.int64]) -> NDArray[np.int64]:
    """Pairs of documents (int64 [p, 2], the better keeper first) that may share a passage."""
    words = corpus(work)
    owners = np.repeat(np.arange(len(words.bounds) - 1), np.diff(words.bounds))
    pairs = [_seed_pairs(work, shards, words, owners, ranks, copies)]
    where = _offset(work.store, shards, "signed")
    own = owners[where] if len(where) else np.zeros(0, np.int64)
    alive = copies[own] == own
    for band in range(work.config.shape.bands):
        keys = np.concatenate([work.store.column(shard, "keys")[:, band] for shard in shards])
        first, second = match.pairs_in_buckets(keys[alive], own[alive], ranks)
        pairs.append(np.stack([own[alive][first], own[alive][second]], axis=1))
    both = np.concatenate(pairs)
    return match.unique_pairs(both[:, 0], both[:, 1], len(ranks))


def _offset(store: Store, shards: list[str], name: str) -> NDArray[np.int64]:
    """A column of word positions of every shard, as positions in the corpus."""
    sizes = np.cumsum([0, *(store.column(shard, "bounds")[-1] for shard in shards)])
    return np.concatenate(
        [store.column(shard, name) + size for shard, size in zip(shards, sizes, strict=False)]
    ).astype(np.int64)


def _seed_pairs(
    work: Work,
    shards: list[str],
    words: Corpus,
    owners: NDArray[np.int64],
    ranks: NDArray[np.int64],
    copies: NDArray[np.int64],
) -> NDArray[np.int64]:
    store = work.store
    seeds = np.concatenate([store.column(shard, "seeds") for shard in shards])
    places = _offset(store, shards, "places")
    own = owners[places] if len(places) else np.zeros(0, np.int64)
    alive = copies[own] == own
    seeds, places, own = seeds[alive], places[alive], own[alive]
    result = [np.zeros((0, 2), np.int64)]
    for part in range(PARTS):
        chosen = (seeds >> np.uint64(60)) == part
        first, second = match.pairs_in_buckets(seeds[chosen], own[chosen], ranks)
        left, right = places[chosen][first], places[chosen][second]
        long = match.agreeing_words(words.hashes, words.bounds, owners, left, right) >= match.AGREEING
        result.append(np.stack([own[chosen][first][long], own[chosen][second][long]], axis=1))
    return np.concatenate(result)


# ── chunk by chunk: verify ──────────────────────────────────────────────────────────────────────────────────────────


class Chunk(NamedTuple):
    """Pairs of documents (int64 [p, 2], the better keeper first) to verify, and the names of all shards."""

    work: Work
    shards: list[str]
    pairs: NDArray[np.int64]


def verify(chunk: Chunk) -> list[Aligned]:
    """Align every pair; pairs with nothing in common that is long enough drop out."""
    words, limits = corpus(chunk.work), Limits(chunk.work.config.min_words, chunk.work.config.threshold)
    spelled = _Spelled(chunk, words)
    result = []
    chains = align_pairs(Documents(words.hashes, words.marks, words.bounds), chunk.pairs)
    for (keeper, document), runs in zip(chunk.pairs.tolist(), chains, strict=True):
        own, other = words.words(document), words.words(keeper)
        found = passages(runs, own, other, limits, Spelling(spelled.of(document), spelled.of(keeper)))
        if found:
            result.append(Aligned(keeper, document, found))
    return result


class _Spelled:
    """What spells the words of documents: their texts are read only when asked for."""

    def __init__(self, chunk: Chunk, words: Corpus) -> None:
        store, self._words = chunk.work.store, words
        alive = [store.column(shard, "alive") for shard in chunk.shards]
        self._firsts = np.cumsum([0, *map(len, alive)])
        self._text = lru_cache(64)(
            lambda shard, at: next(store.texts(chunk.shards[shard], "texts", [int(alive[shard][at])]))
        )

    def of(self, document: int) -> Callable[[int], str]:
        """What spells the words of a document, folded."""
        shard = int(np.searchsorted(self._firsts, document, "right")) - 1
        at, first = document - int(self._firsts[shard]), int(self._words.bounds[document])

        def spell(word: int) -> str:
            return fold(self._text(shard, at)[self._words.starts[first + word] : self._words.ends[first + word]])

        return spell


def decide(
    work: Work, aligned: Iterable[Aligned], ranks: NDArray[np.int64], copies: NDArray[np.int64]
) -> dict[int, Decision]:
    """What goes from which document, since which keeper has it (see `cluster`)."""
    return duplicates(corpus(work), aligned, ranks, copies, Limits(work.config.min_words, work.config.threshold))


def as_flags(work: Work, decisions: dict[int, Decision], ids: list[str]) -> dict[int, list[Flag]]:
    """Decisions as flags on code points, by document."""
    words, keep_chrome = corpus(work), work.config.keep_chrome
    return {number: list(_flags(words, number, each, ids, keep_chrome)) for number, each in decisions.items()}


def _flags(words: Corpus, document: int, decision: Decision, ids: list[str], keep_chrome: bool) -> Iterator[Flag]:
    keepers = sorted({ids[each.keeper] for each in decision.duplicates})
    is_document = decision.whole and len(keepers) == 1 and not (keep_chrome and decision.remains)
    for each in decision.duplicates:
        yield _flag(words, document, each, ids, Kind.DOCUMENT if is_document else Kind.PASSAGE)
    for start, end in decision.remains if not keep_chrome else ():
        why = f"All else of the document is a copy: see {', '.join(keepers[:3])}."
        place = words.characters(document, start, end)
        yield Flag(*place, Reason.CHROME, Kind.HEADER, why, {"rule": "left-of-a-copy", "keepers": keepers})


def _flag(words: Corpus, document: int, duplicate: Duplicate, ids: list[str], kind: Kind) -> Flag:
    agreed, keeper = duplicate.alike, duplicate.keeper
    start, end = words.characters(document, agreed.start, agreed.end)
    keeper_start, keeper_end = words.characters(keeper, agreed.keeper_start, agreed.keeper_end)
    why = f"{agreed.containment:.0%} of its {agreed.end - agreed.start} words stand in {ids[keeper]}."
    evidence = {"words": agreed.end - agreed.start, "containment": agreed.containment}
    where = Keeper(ids[keeper], keeper_start, keeper_end)
    return Flag(start, end, Reason.DUPLICATE, kind, why, evidence, where, agreed.similarity)
