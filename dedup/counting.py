"""Repetition, counted once over all shards. Bound to the store; sees columns, never texts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from dedup.columns import ARTICLE_BANDS
from dedup.indexed import known_sites
from dedup.repetition import count_articles, with_known
from dedup.runs import each_of, is_new
from dedup.sites import SiteFile
from dedup.work import ALL, Work, key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from dedup.run import Runner
    from dedup.store import Store

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
    before = known_sites(work.index)
    if before:
        _add_known(store, before.prints, before.articles)
    if work.config.sites:
        _add_known(store, *SiteFile.load(Path(work.config.sites)).repeated())
    alive = np.concatenate([live[shard] for shard in shards])
    sites = np.concatenate([store.column(shard, "sites") for shard in shards])
    pairs = np.stack([articles[alive].astype(np.uint64), sites[alive]])
    pairs = pairs[:, np.lexsort(pairs)]
    names, numbers = np.unique(pairs[1, is_new(pairs[0]) | is_new(pairs[1])], return_counts=True)
    store.save(ALL, "sites", names)
    if before:  # how many articles a site has says how often what is chrome stands there
        numbers = numbers + before.articles_of(names)
    store.save(ALL, "site_articles", numbers.astype(np.int64))


def taught(work: Work) -> str:
    """The key of what was counted, and of what was decided: what is asked of all shards where one is flagged."""
    asked = bool(work.store.column(ALL, "asked")[0])
    names = [
        *(("repeated", "counts", "sites", "site_articles") if asked else ()),
        *(("decisions",) * bool(work.config.decisions)),
    ]
    return key(asked, *(work.store.column(ALL, name) for name in names))


def _add_known(store: Store, prints: NDArray[np.uint64], articles: NDArray[np.int64]) -> None:
    """Add to the counts those of earlier runs."""
    own = store.column(ALL, "repeated"), store.column(ALL, "counts")
    _save_counts(store, ALL, *with_known(*own, prints, articles))


def _save_counts(store: Store, shard: str, repeated: NDArray[np.uint64], counts: NDArray[Any]) -> None:
    store.save(shard, "repeated", repeated)
    store.save(shard, "counts", counts.astype(np.int64))


def _distinct_articles(store: Store, shards: list[str], firsts: NDArray[np.int64]) -> NDArray[np.int64]:
    """For every document the least number among the copies of its article on its site (int64 [documents]): all that are
    joined by bands they share, so that it does not matter in which order they come."""
    articles, last = np.arange(firsts[-1], dtype=np.int64), np.zeros(0, np.int64)
    bands = [_buckets(store, shards, band) for band in range(ARTICLE_BANDS)]
    while not np.array_equal(articles, last):
        last = articles.copy()
        for members, starts, sizes in bands:
            roots = articles[members]
            np.minimum.at(articles, roots, np.repeat(np.minimum.reduceat(roots, starts), sizes))
            while (articles[articles] != articles).any():
                articles = articles[articles]
    return articles


def _buckets(
    store: Store, shards: list[str], band: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """The documents by their key of a band, and where the buckets of two and more of them start, with their sizes."""
    keys = np.concatenate([store.column(shard, "articles")[:, band] for shard in shards])
    order = np.argsort(keys, kind="stable")
    starts = np.flatnonzero(is_new(keys[order]))
    sizes = np.diff(np.concatenate((starts, [len(order)])))
    several = sizes > 1
    members = order[np.repeat(several, sizes)]
    return members, np.concatenate(([0], np.cumsum(sizes[several])))[:-1].astype(np.int64), sizes[several]


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
