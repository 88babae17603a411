"""The stages that only pages go through, bound to the store: which of them are judged one by one, and the rest by what
those teach of their site.

```
 prepare ──choose──▶ judge ──learn──▶ settle ──▶ count repetition, flag
          all pages of small sites,    by its site's template; where that does not fit, one by one after all
          a sample of large ones
```
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup import site
from dedup.columns import block_words, save_articles
from dedup.domains import site_key
from dedup.extract import judge_page
from dedup.indexed import known_sites
from dedup.judge import decided
from dedup.runs import is_new
from dedup.shards import documents
from dedup.sites import SiteFile
from dedup.work import ALL, Work

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from dedup.judge import Judgement
    from dedup.store import Store


class Judging(NamedTuple):
    """One shard, and which of its documents (bool [d]) are pages to be judged one by one."""

    work: Work
    shard: str
    chosen: NDArray[np.bool_]


def choose(work: Work, shards: list[str], live: dict[str, NDArray[np.bool_]]) -> list[Judging]:
    """Choose the pages that are judged one by one: of a site with few pages all, else a sample by their content."""
    store = work.store
    columns = [np.stack([store.column(shard, name) for name in ("sites", "contents")]) for shard in shards]
    alive = np.concatenate([live[shard] & (np.diff(store.column(shard, "pages_bounds")) > 0) for shard in shards])
    sites, contents = np.concatenate(columns, axis=1)
    chosen = np.zeros(len(sites), np.bool_)
    order = np.lexsort((contents, sites))
    order = order[alive[order]]
    starts = np.flatnonzero(is_new(sites[order]))
    taught = _taught(work)
    for low, high in pairwise([*starts.tolist(), len(order)]):
        own = order[low:high]
        if int(sites[own[0]]) in taught:
            continue
        # Copies of the last page of the sample are in it, too: which of them comes first must not matter.
        chosen[own[contents[own] <= contents[own[site.sample_of(high - low) - 1]]]] = True
    bounds = np.cumsum([0, *(column.shape[1] for column in columns)])
    return [Judging(work, shard, chosen[low:high]) for shard, (low, high) in zip(shards, pairwise(bounds), strict=True)]


def _taught(work: Work) -> set[int]:
    """The keys of the sites that a file of `dedup site learn` knows: their pages go by it, one at a time or all."""
    names = SiteFile.load(Path(work.config.sites)).articles if work.config.sites else ()
    return {site_key(name) for name in names}


def judge(job: Judging) -> None:
    """Judge the chosen pages of a shard, and leave what each says of its site's signatures."""
    store = job.work.store
    bounds = store.column(job.shard, "blocks")
    kept, odds = np.zeros(bounds[-1], np.bool_), np.zeros(bounds[-1], np.int32)
    for number, own in _judged(store, job.shard, np.flatnonzero(job.chosen)):
        kept[bounds[number] : bounds[number + 1]], odds[bounds[number] : bounds[number + 1]] = own
    with store.writing(job.shard, "judged"):
        store.save(job.shard, "kept", kept)
        store.save(job.shard, "own", odds)
        both = [_votes(store, job.shard, job.chosen, name)[1] for name in ("block_keys", "block_holders")]
        store.save(job.shard, "vote_keys", *(votes.keys for votes in both))
        store.save(job.shard, "vote_odds", *(votes.odds for votes in both))


def _judged(store: Store, shard: str, numbers: NDArray[np.int64]) -> Iterator[tuple[int, Judgement]]:
    if len(numbers):
        chosen = documents(store, shard, numbers)
        for number, document, html in zip(numbers, chosen, store.sources(shard, "pages", numbers), strict=True):
            document.html = html
            yield number, judge_page(document)


def _votes(
    store: Store, shard: str, chosen: NDArray[np.bool_], name: str = "block_keys"
) -> tuple[NDArray[np.int64], site.Votes]:
    """The blocks (int64 [n]) of the chosen pages of a shard, and their votes on the signatures of that column."""
    bounds, places = store.column(shard, "blocks"), store.column(shard, name)
    page = np.repeat(np.arange(len(bounds) - 1), np.diff(bounds))
    mine = np.flatnonzero(chosen[page])
    words = block_words(store, shard)
    return mine, site.votes(places[mine], page[mine], store.column(shard, "own")[mine], words[mine])


def learn(work: Work, shards: Iterable[str]) -> None:
    """Add up what all judged pages say of the signatures of their sites."""
    store = work.store
    keys, odds = (
        np.concatenate([store.column(shard, name) for shard in shards]) for name in ("vote_keys", "vote_odds")
    )
    known = site.learn(keys, odds)
    if before := known_sites(work.index):
        known = site.merged(known, before.places)
    if work.config.sites:
        known = site.merged(known, SiteFile.load(Path(work.config.sites)).knowledge())
    with store.writing(ALL, "learned"):
        for name, column in zip(site.Knowledge._fields, known, strict=True):
            store.save(ALL, f"site_{name}", column)


def settle(job: Judging) -> None:
    """Bring together what is known of the blocks of a shard but for repetition: `own` odds, what siblings `told` of
    them (int32 [b]), and which trafilatura (or the template) `kept`; then the keys of each page's article."""
    store = job.work.store
    kept, own = np.array(store.column(job.shard, "kept")), store.column(job.shard, "own").astype(np.int64)
    knowledge = site.Knowledge(*(store.column(ALL, f"site_{name}") for name in site.Knowledge._fields))
    places = store.column(job.shard, "block_keys")
    sums, pages = knowledge.of(places)
    mine, votes = _votes(store, job.shard, job.chosen)
    if len(mine):
        sums[mine], pages[mine] = sums[mine] - votes.odds[votes.vote], pages[mine] - 1
    _by_template(job, knowledge, kept, own, pages)
    told = site.told(sums, pages)
    text = places == 0
    kept[text], own[text], told[text] = True, site.CERTAIN, 0
    with store.writing(job.shard, "settled"):
        store.save(job.shard, "settled_kept", kept)
        store.save(job.shard, "settled_own", own.astype(np.int32))
        store.save(job.shard, "settled_told", told.astype(np.int32))
        save_articles(store, job.shard, _main(store, job.shard, own + told, kept))


def _by_template(
    job: Judging,
    knowledge: site.Knowledge,
    kept: NDArray[np.bool_],
    own: NDArray[np.int64],
    pages: NDArray[np.int64],
) -> None:
    """Judge the pages that were not chosen: into `kept` and `own`; `pages` is 0 where the template has had its say."""
    store = job.work.store
    bounds, keys, holders = (store.column(job.shard, name) for name in ("blocks", "block_keys", "block_holders"))
    words, links = block_words(store, job.shard), store.column(job.shard, "block_links")
    rest = (np.diff(store.column(job.shard, "pages_bounds")) > 0) & ~job.chosen
    odds, fits = site.fitting(knowledge, keys, holders, words, links, bounds)
    told = np.repeat(rest & fits, np.diff(bounds))
    own[told], kept[told], pages[told] = odds[told], odds[told] > 0, 0
    for each, judged in _judged(store, job.shard, np.flatnonzero(rest & ~fits)):
        at = slice(bounds[each], bounds[each + 1])
        kept[at], own[at] = judged


def _main(store: Store, shard: str, odds: NDArray[np.int64], kept: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which blocks (bool [b]) of a shard are their articles', by these odds."""
    bounds, says = store.column(shard, "blocks"), store.column(shard, "says")
    main = np.zeros(len(odds), np.bool_)
    for number, (low, high) in enumerate(pairwise(bounds.tolist())):
        main[low:high] = decided(odds[low:high], kept[low:high], int(says[number]))
    return main
