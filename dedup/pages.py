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

from dedup import guard, site
from dedup.columns import block_words, save_articles, save_prints
from dedup.domains import site_key
from dedup.extract import judge_page
from dedup.guard import limited, too_large
from dedup.indexed import known_sites
from dedup.judge import decided
from dedup.run import alone
from dedup.runs import is_new
from dedup.shards import documents
from dedup.sites import SiteFile
from dedup.work import ALL, Work, key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from dedup.judge import Judgement
    from dedup.nursery import Death
    from dedup.store import Store


Failed = dict[str, dict[int, str]]
"""Documents that failed since they were read: by shard and number why."""


class Judging(NamedTuple):
    """One shard, which of its documents (bool [d]) are pages to be judged one by one, and why others could not be; and
    the key of what all shards taught, once that is known."""

    work: Work
    shard: str
    chosen: NDArray[np.bool_]
    failed: dict[int, str]
    taught: str = ""

    @property
    def key(self) -> str:
        """What the stages of it are made of."""
        return key(self.taught, self.chosen, self.failed)

    def without(self, death: Death) -> list[Judging]:
        """The same without the page that workers died at."""
        if death.at is None or death.at in self.failed:
            return []
        return [self._replace(failed={**self.failed, death.at: guard.why(death, self.work.config)})]


def print_texts(job: tuple[Work, str]) -> None:
    """Leave the prints of a shard of texts that was made without: there are pages beside it, of which it may tell."""
    work, shard = job
    with work.store.writing(shard, "printed", sealed=False):
        save_prints(work.store, shard, list(documents(work.store, shard)))


def choose(work: Work, shards: list[str], live: dict[str, NDArray[np.bool_]], failed: Failed) -> list[Judging]:
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
    return [
        Judging(work, shard, chosen[low:high], failed.get(shard, {}))
        for shard, (low, high) in zip(shards, pairwise(bounds), strict=True)
    ]


def _taught(work: Work) -> set[int]:
    """The keys of the sites that a file of `dedup site learn` knows: their pages go by it, one at a time or all."""
    names = SiteFile.load(Path(work.config.sites)).articles if work.config.sites else ()
    return {site_key(name) for name in names}


@alone
def judge(job: Judging) -> dict[int, str]:
    """Judge the chosen pages of a shard, and leave what each says of its site's signatures; which pages failed."""
    store = job.work.store
    return dict(store.once(job.shard, "judged", job.key, lambda: _judge(store, job)))


def _judge(store: Store, job: Judging) -> list[tuple[int, str]]:
    failed = dict(job.failed)
    bounds = store.column(job.shard, "blocks")
    kept, odds = np.zeros(bounds[-1], np.bool_), np.zeros(bounds[-1], np.int32)
    for number, own in _judged(job, np.flatnonzero(job.chosen), failed):
        kept[bounds[number] : bounds[number + 1]], odds[bounds[number] : bounds[number + 1]] = own
    with store.writing(job.shard, "judged"):
        store.save(job.shard, "kept", kept)
        store.save(job.shard, "own", odds)
        both = [_votes(store, job.shard, job.chosen, name)[1] for name in ("block_keys", "block_holders")]
        store.save(job.shard, "vote_keys", *(votes.keys for votes in both))
        store.save(job.shard, "vote_odds", *(votes.odds for votes in both))
    return list(failed.items())


def _judged(job: Judging, numbers: NDArray[np.int64], failed: dict[int, str]) -> Iterator[tuple[int, Judgement]]:
    """Pages by their numbers, and what each alone says of its blocks. Those that `failed` are left out, and into it
    goes which do."""
    some = [number for number in numbers.tolist() if number not in failed]
    if some:
        store, config = job.work.store, job.work.config
        chosen = documents(store, job.shard, some)
        for number, document, html in zip(some, chosen, store.sources(job.shard, "pages", some), strict=True):
            document.html = html
            try:
                with limited(number, config):
                    judgement = judge_page(document)
            except MemoryError:
                failed[number] = too_large(config)
                continue
            yield number, judgement


def _votes(
    store: Store, shard: str, chosen: NDArray[np.bool_], name: str = "block_keys"
) -> tuple[NDArray[np.int64], site.Votes]:
    """The blocks (int64 [n]) of the chosen pages of a shard, and their votes on the signatures of that column."""
    bounds, places = store.column(shard, "blocks"), store.column(shard, name)
    page = np.repeat(np.arange(len(bounds) - 1), np.diff(bounds))
    mine = np.flatnonzero(chosen[page])
    words = block_words(store, shard)
    return mine, site.votes(places[mine], page[mine], store.column(shard, "own")[mine], words[mine])


def learn(work: Work, shards: Iterable[str]) -> str:
    """Add up what all judged pages say of the signatures of their sites; the key of it."""
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
    return key(*known)


@alone
def settle(job: Judging) -> dict[int, str]:
    """Bring together what is known of the blocks of a shard but for repetition: `own` odds, what siblings `told` of
    them (int32 [b]), and which trafilatura (or the template) `kept`; then the keys of each page's article. Which pages
    failed."""
    store = job.work.store
    return dict(store.once(job.shard, "settled", job.key, lambda: _settle(store, job)))


def _settle(store: Store, job: Judging) -> list[tuple[int, str]]:
    failed = dict(job.failed)
    kept, own = np.array(store.column(job.shard, "kept")), store.column(job.shard, "own").astype(np.int64)
    knowledge = site.Knowledge(*(store.column(ALL, f"site_{name}") for name in site.Knowledge._fields))
    places = store.column(job.shard, "block_keys")
    sums, pages = knowledge.of(places)
    mine, votes = _votes(store, job.shard, job.chosen)
    if len(mine):
        sums[mine], pages[mine] = sums[mine] - votes.odds[votes.vote], pages[mine] - 1
    _by_template(job, knowledge, (kept, own, pages), failed)
    told = site.told(sums, pages)
    text = places == 0
    kept[text], own[text], told[text] = True, site.CERTAIN, 0
    with store.writing(job.shard, "settled"):
        store.save(job.shard, "settled_kept", kept)
        store.save(job.shard, "settled_own", own.astype(np.int32))
        store.save(job.shard, "settled_told", told.astype(np.int32))
        save_articles(store, job.shard, _main(store, job.shard, own + told, kept))
    return list(failed.items())


def _by_template(
    job: Judging,
    knowledge: site.Knowledge,
    known: tuple[NDArray[np.bool_], NDArray[np.int64], NDArray[np.int64]],
    failed: dict[int, str],
) -> None:
    """Judge the pages that were not chosen: into `kept` and `own`; `pages` is 0 where the template has had its say."""
    store, (kept, own, pages) = job.work.store, known
    bounds, keys, holders = (store.column(job.shard, name) for name in ("blocks", "block_keys", "block_holders"))
    words, links = block_words(store, job.shard), store.column(job.shard, "block_links")
    rest = (np.diff(store.column(job.shard, "pages_bounds")) > 0) & ~job.chosen
    odds, fits = site.fitting(knowledge, keys, holders, words, links, bounds)
    told = np.repeat(rest & fits, np.diff(bounds))
    own[told], kept[told], pages[told] = odds[told], odds[told] > 0, 0
    for each, judged in _judged(job, np.flatnonzero(rest & ~fits), failed):
        at = slice(bounds[each], bounds[each + 1])
        kept[at], own[at] = judged


def _main(store: Store, shard: str, odds: NDArray[np.int64], kept: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which blocks (bool [b]) of a shard are their articles', by these odds."""
    bounds, says = store.column(shard, "blocks"), store.column(shard, "says")
    main = np.zeros(len(odds), np.bool_)
    for number, (low, high) in enumerate(pairwise(bounds.tolist())):
        main[low:high] = decided(odds[low:high], kept[low:high], int(says[number]))
    return main
