"""Candidates of the whole corpus: which pairs of documents are worth aligning. Bound to the store; sees columns only.

Copies first, so that a thousand of them cost a thousand: those with the very same words, then those that are alike as
a whole. What is left is proposed by the bands of its blocks and by seeds (see `match`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import xxhash

from dedup import match
from dedup.corpus import Corpus

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dedup.shards import Work
    from dedup.store import Store

PARTS = 16
"""Ranges of seeds that are taken one after the other, to bound memory."""


class Chosen(NamedTuple):
    """Which documents may be paired. `ranks` int64 [d], 0 for the best keeper; `copies` int64 [d] names a document that
    this one is a copy of, else itself: copies are in no pair. `sites` uint64 [d], if pairs must be of two sites."""

    ranks: NDArray[np.int64]
    copies: NDArray[np.int64]
    sites: NDArray[np.uint64] | None = None

    def pairs(self, first: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[np.int64]:
        """Distinct pairs of document numbers (int64 [p, 2]), of two sites where they must be, sorted."""
        if self.sites is not None:
            other = self.sites[first] != self.sites[second]
            first, second = first[other], second[other]
        return match.unique_pairs(first, second, len(self.ranks))


def exact_copies(work: Work, ranks: NDArray[np.int64], sites: NDArray[np.uint64] | None = None) -> NDArray[np.int64]:
    """For every document the best keeper among those with the very same words, itself if there is none (int64 [d])."""
    corpus = Corpus.of(work)
    prints = [
        xxhash.xxh3_128_digest(corpus.words(d).hashes.tobytes())
        if corpus.bounds[d + 1] - corpus.bounds[d] >= work.config.min_words
        else b""
        for d in range(len(corpus))
    ]
    best: dict[bytes, int] = {}
    for document in np.argsort(ranks):
        best.setdefault(prints[document], int(document))
    copies = np.array([best[p] if p else d for d, p in enumerate(prints)], np.int64)
    return copies if sites is None else np.where(sites[copies] == sites, np.arange(len(copies)), copies)


def whole_pairs(work: Work, shards: list[str], chosen: Chosen) -> NDArray[np.int64]:
    """Pairs of documents (int64 [p, 2]) that may be alike as a whole: each with the best keeper of its buckets."""
    keys = np.concatenate([work.store.column(shard, "document_keys") for shard in shards])
    signed = (keys != 0).any(axis=1)
    own = np.flatnonzero(signed & (chosen.copies == np.arange(len(keys))))
    pairs = [np.zeros((0, 2), np.int64)]
    for band in range(keys.shape[1]):
        first, second = match.stars_in_buckets(keys[own, band], own, chosen.ranks)
        pairs.append(np.stack([first, second], axis=1))
    return chosen.pairs(*np.concatenate(pairs).T)


def band_pairs(work: Work, shards: list[str], chosen: Chosen) -> NDArray[np.int64]:
    """Pairs of documents (int64 [p, 2]) that have blocks with a band in common."""
    where = _offset(work.store, shards, "signed")
    own = Corpus.of(work).owners()[where] if len(where) else np.zeros(0, np.int64)
    alive = chosen.copies[own] == own
    pairs = [np.zeros((0, 2), np.int64)]
    for band in range(work.config.shape.bands):
        keys = np.concatenate([work.store.column(shard, "keys")[:, band] for shard in shards])
        first, second = match.pairs_in_buckets(keys[alive], own[alive], chosen.ranks)
        pairs.append(np.stack([own[alive][first], own[alive][second]], axis=1))
    return chosen.pairs(*np.concatenate(pairs).T)


def seed_pairs(work: Work, shards: list[str], chosen: Chosen) -> NDArray[np.int64]:
    """Pairs of documents (int64 [p, 2]) that agree around a seed."""
    corpus = Corpus.of(work)
    owners = corpus.owners()
    result = [np.zeros((0, 2), np.int64)]
    for seeds, places in _seeds(work, shards):
        alive = chosen.copies[owners[places]] == owners[places]
        stand, own = places[alive], owners[places[alive]]
        first, second = match.pairs_in_buckets(seeds[alive], own, chosen.ranks)
        agree = match.agreeing_words(corpus.hashes, corpus.bounds, owners, stand[first], stand[second])
        near = agree >= match.AGREEING
        result.append(np.stack([own[first][near], own[second][near]], axis=1))
    return chosen.pairs(*np.concatenate(result).T)


def repeats(work: Work, shards: list[str]) -> NDArray[np.int64]:
    """Places (int64 [p, 2], document and word) where a document agrees with itself, further up, around a seed."""
    corpus = Corpus.of(work)
    owners = corpus.owners()
    result = [np.zeros((0, 2), np.int64)]
    for seeds, places in _seeds(work, shards):
        order = np.lexsort((places, owners[places], seeds))
        again = (np.diff(seeds[order]) == 0) & (np.diff(owners[places[order]]) == 0)
        first, second = places[order][:-1][again], places[order][1:][again]
        near = match.agreeing_words(corpus.hashes, corpus.bounds, owners, first, second) >= match.AGREEING
        found = second[near]
        result.append(np.stack([owners[found], found - corpus.bounds[owners[found]]], axis=1))
    return np.unique(np.concatenate(result), axis=0)


def _seeds(work: Work, shards: list[str]) -> list[tuple[NDArray[np.uint64], NDArray[np.int64]]]:
    """The seeds of all documents and their places among all words, range by range."""
    seeds = np.concatenate([work.store.column(shard, "seeds") for shard in shards])
    places = _offset(work.store, shards, "places")
    part = seeds >> np.uint64(60)
    return [(seeds[part == number], places[part == number]) for number in range(PARTS)]


def _offset(store: Store, shards: list[str], name: str) -> NDArray[np.int64]:
    """A column of word positions of every shard, as positions in the corpus."""
    sizes = np.cumsum([0, *(store.column(shard, "bounds")[-1] for shard in shards)])
    return np.concatenate(
        [store.column(shard, name) + size for shard, size in zip(shards, sizes, strict=False)]
    ).astype(np.int64)
