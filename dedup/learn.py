"""What the pages of some sites teach, put into words: `dedup site learn`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dedup import repetition, site
from dedup.config import Config
from dedup.data import Format
from dedup.model import ODDS
from dedup.opening import Inputs, nothing_to_read, open_inputs
from dedup.places import place
from dedup.run import Runner, serial
from dedup.shards import documents
from dedup.sites import Repeated, SiteFile, TaughtPlace
from dedup.staged import prepare, study
from dedup.temporary import temporary
from dedup.work import ALL, Work

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from dedup.data import Document, Failure

MOST_TEXTS = 500
"""Repeated texts of a site that are put down, the most frequent."""
EXAMPLE = 80
"""Characters of a place's example."""


def learn(inputs: Inputs, *, config: Config | None = None, runner: Runner = serial) -> tuple[SiteFile, list[Failure]]:
    """Learn from pages which places of their sites hold articles, and which texts repeat. Also the inputs that failed.

    Raises:
        InputError: no input could be used.
    """
    config = config or Config()
    with temporary() as folder:
        work = Work(folder, config)
        sources = open_inputs(inputs, config, work.folder).sources
        names, _, failures = study(work, prepare(work, sources, runner), runner)
        if not names:
            raise nothing_to_read(failures)
        return _in_words(work, names), failures


def _in_words(work: Work, shards: Iterable[str]) -> SiteFile:
    """The columns of the store with their keys as what they stand for."""
    store, found = work.store, SiteFile()
    knowledge = site.Knowledge(*(store.column(ALL, f"site_{name}") for name in site.Knowledge._fields))
    repeated = repetition.Repetition(store.column(ALL, "repeated"), store.column(ALL, "counts"))
    sizes = dict(zip(store.column(ALL, "sites").tolist(), store.column(ALL, "site_articles").tolist(), strict=True))
    words = _Words(work.config.min_articles)
    for shard in shards:
        bounds, prints = store.column(shard, "blocks"), np.asarray(store.column(shard, "prints"))
        keys, holders, sites = (store.column(shard, name) for name in ("block_keys", "block_holders", "sites"))
        counts = repeated.of(prints)[store.column(shard, "block_texts"), 0]
        for number, document in enumerate(documents(store, shard)):
            if document.format is Format.HTML and document.site:
                own = slice(bounds[number], bounds[number + 1])
                found.articles[document.site] = int(sizes.get(int(sites[number]), 1))
                words.places(document, knowledge.of(keys[own]), holder=False)
                words.places(document, knowledge.of(holders[own]), holder=True)
                words.texts(document, counts[own])
    for name in found.articles:
        found.places[name] = [
            TaughtPlace(path, tag, linked, *value)
            for (of, path, tag, linked), value in words.found_places.items()
            if of == name
        ]
        texts = [Repeated(text, count, linked) for (of, text, linked), count in words.found_texts.items() if of == name]
        found.texts[name] = sorted(texts, key=lambda each: (-each.articles, each.text))[:MOST_TEXTS]
    return found


class _Words:
    """Places and texts as they are met; of several examples the first in the alphabet, whatever came first."""

    def __init__(self, least: int) -> None:
        self.least = least
        self.found_places: dict[tuple[str, str, str, bool], tuple[float, int, str]] = {}
        self.found_texts: dict[tuple[str, str, bool], int] = {}

    def places(self, document: Document, known: tuple[NDArray[np.int64], NDArray[np.int64]], *, holder: bool) -> None:
        """Take in the places of a page, or the elements that hold them, with what is known of them (int64 [b])."""
        for block, total, count in zip(document.blocks, *(column.tolist() for column in known), strict=True):
            if count:
                linked, at = block.links > site.LINKED, place(block.path)
                path, tag = (at.around, site.ANY) if holder else (at.signature, str(block.tag))
                key = (document.site or "", path, tag, linked)
                example = " ".join(document.text[block.start : block.end].split())[:EXAMPLE]
                before = self.found_places.get(key)
                if before is None or example < before[2]:
                    self.found_places[key] = (round(total / count / ODDS, 1), count, example)

    def texts(self, document: Document, counts: NDArray[np.int64]) -> None:
        """Take in the texts of a page that stand in so many articles (int64 [b])."""
        for block, count in zip(document.blocks, counts.tolist(), strict=True):
            if count >= self.least:
                text = " ".join(document.text[block.start : block.end].split())
                self.found_texts[document.site or "", text, block.links > site.LINKED] = count
