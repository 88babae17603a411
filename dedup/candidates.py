"""Candidates of the whole corpus: which pairs of documents are worth aligning. Bound to the store; sees columns only.

Memory is bounded by what is taken at a time: some bands of all shards, or a range of the keys of one. Every column is
read shard by shard.

Copies first, so that a thousand of them cost a thousand: those with the very same words, then those that are alike as
a whole. What is left is proposed by the bands of its blocks and by seeds (see `match` and `seeded`).
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup import match
from dedup.corpus import Corpus
from dedup.keepers import copies
from dedup.keyed import SEED_BITS
from dedup.run import in_threads, own_buffer
from dedup.runs import is_new

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from dedup.column_files import Place
    from dedup.keepers import Chosen
    from dedup.run import Runner
    from dedup.store import Store
    from dedup.work import Work

KEYS_AT_ONCE = 4 << 20
"""Keys that a thread has in memory at a time, of 8 bytes each, of as many bands as that is; 12 bytes more are needed
for each entry of a band."""
BAND_AT_ONCE = 1 << 26
"""Entries of which a thread takes a band whole (20 bytes each), else in ranges of its keys, for each of which all is
read."""
PIECES = 8
"""Parts that the bands are taken in at least, so that threads share them."""


class Shard(NamedTuple):
    """A shard, and the numbers of its first document and its first word in the corpus."""

    name: str
    document: int
    word: int

    @classmethod
    def each(cls, store: Store, names: list[str]) -> Iterator[Shard]:
        """The shards of a run, in order; each is open when it is named."""
        document = word = 0
        for name in names:
            bounds = store.column(name, "bounds")
            yield cls(name, document, word)
            document, word = document + len(bounds) - 1, word + int(bounds[-1])


# ── copies ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def exact_copies(
    work: Work, shards: list[str], ranks: NDArray[np.int64], sites: NDArray[np.uint64] | None = None
) -> NDArray[np.int64]:
    """For every document the best keeper among those with the very same words, itself if there is none (int64 [d])."""
    store = work.store
    parts = ((store.column(shard, "word_prints"), np.diff(store.column(shard, "bounds"))) for shard in shards)
    prints, lengths = map(np.concatenate, zip(*parts, strict=True))
    return copies(prints, lengths >= work.config.min_words, ranks, sites)


# ── by bands ────────────────────────────────────────────────────────────────────────────────────────────────────────


class _Entries(NamedTuple):
    """Entries of a shard: where their keys lie, uint64 [bands, entries]; which of them are of a document that may be
    paired (bool [entries]); and where those begin and end among those of all shards."""

    keys: Place
    alive: NDArray[np.bool_]
    low: int
    high: int


class Bands(NamedTuple):
    """Bands of keys of all shards, from one to another, and which keys of them: those whose upper `bits` are those of
    `part`. `members` are the documents of all entries that may be paired (uint32); `found` is what pairs go to, and
    `buckets` are those that no thread has."""

    shards: list[_Entries]
    members: NDArray[np.uint32]
    chosen: Chosen
    cap: match.Cap
    found: match.Pairs
    buckets: list[match.Buckets]
    bands: tuple[int, int]
    part: int = 0
    bits: int = 0


def _pairs(
    owned: Iterable[tuple[Place, NDArray[np.int64]]], chosen: Chosen, cap: match.Cap, runner: Runner
) -> NDArray[np.int64]:
    """The distinct pairs of documents that have a key of a band in common, given of every shard where its keys lie and
    which document each entry is of; -1 where it is of none."""
    shards, of_shards, size = [], [], 0
    for keys, owners in owned:
        alive = chosen.alive(owners)
        of_shards.append(owners[alive].astype(np.uint32))
        shards.append(_Entries(keys, alive, size, size := size + len(of_shards[-1])))
    every = Bands(shards, np.concatenate(of_shards), chosen, cap, match.Pairs(len(chosen.ranks)), [], (0, 0))
    del of_shards
    bands = shards[0].keys.shape[0]
    if size > BAND_AT_ONCE:
        bits = (-(-size // BAND_AT_ONCE) - 1).bit_length()
        ranges = product(range(bands), range(1 << bits))
        jobs = [every._replace(bands=(band, band + 1), part=part, bits=bits) for band, part in ranges]
    else:
        step = max(1, min(KEYS_AT_ONCE // max(1, size), -(-bands // PIECES)))
        jobs = [every._replace(bands=(band, min(band + step, bands))) for band in range(0, bands, step)]
    for _ in runner(near_bands, jobs):
        pass
    return every.found.sorted()


@in_threads
def near_bands(own: Bands) -> None:
    """Find the pairs of documents that have a key of these bands in common."""
    with match.borrowed(own.buckets) as buckets:
        for keys, members in _range(own) if own.bits else _whole(own):
            for first, second in buckets.pairs(keys, members, own.chosen.ranks, own.cap):
                own.found.add(*own.chosen.allowed(members[first], members[second]))


def _whole(own: Bands) -> Iterator[tuple[NDArray[np.uint64], NDArray[np.uint32]]]:
    """The keys and members of each band."""
    low, high = own.bands
    size = len(own.members)
    room = np.frombuffer(own_buffer(8 * (high - low) * size), np.uint64).reshape(high - low, size)
    for shard in own.shards:
        part = room[:, shard.low : shard.high]
        if shard.alive.all():
            shard.keys.read(low, part)
        else:
            keys = np.empty((high - low, len(shard.alive)), np.uint64)
            shard.keys.read(low, keys)
            part[:] = keys[:, shard.alive]
    for row in room:
        yield row, own.members


def _range(own: Bands) -> Iterator[tuple[NDArray[np.uint64], NDArray[np.uint32]]]:
    """Those of the keys of a range of a band, and their members."""
    pieces, members = [], []
    for shard in own.shards:
        keys = np.empty((1, len(shard.alive)), np.uint64)
        shard.keys.read(own.bands[0], keys)
        alive = keys[0, shard.alive]
        some = alive >> np.uint64(64 - own.bits) == own.part
        pieces.append(alive[some])
        members.append(own.members[shard.low : shard.high][some])
    yield np.concatenate(pieces), np.concatenate(members)


def whole_pairs(work: Work, shards: list[str], chosen: Chosen, runner: Runner) -> NDArray[np.int64]:
    """Pairs of documents (int64 [p, 2]) that may be alike as a whole: each with the best keeper of its buckets."""
    store = work.store

    def owned() -> Iterator[tuple[Place, NDArray[np.int64]]]:
        for shard in Shard.each(store, shards):
            lengths = np.diff(store.column(shard.name, "bounds"))
            owners = np.where(lengths >= work.config.min_words, np.arange(len(lengths)) + shard.document, -1)
            yield store.located(shard.name)["document_keys"], owners

    return _pairs(owned(), chosen, match.STARS, runner)


def band_pairs(work: Work, shards: list[str], chosen: Chosen, runner: Runner) -> NDArray[np.int64]:
    """Pairs of documents (int64 [p, 2]) that have blocks with a band in common."""
    store = work.store

    def owned() -> Iterator[tuple[Place, NDArray[np.int64]]]:
        for shard in Shard.each(store, shards):
            owners = store.column(shard.name, "signed") + np.int64(shard.document)
            yield store.located(shard.name)["keys"], owners

    return _pairs(owned(), chosen, match.PAIRS, runner)


# ── by seeds ────────────────────────────────────────────────────────────────────────────────────────────────────────


def repeats(work: Work, shards: list[str]) -> NDArray[np.int64]:
    """Places (int64 [p, 2], document and word) where a document agrees with itself, further up, around a seed."""
    store, corpus, result = work.store, Corpus.of(work), [np.zeros((0, 2), np.int64)]
    for shard in Shard.each(store, shards):
        hashes, places, parts, bounds = (
            store.column(shard.name, name) for name in ("seeds", "places", "seed_parts", "bounds")
        )
        seeds = np.repeat(np.arange(len(parts) - 1), np.diff(parts)) << SEED_BITS | hashes
        words = corpus.hashes[shard.word : shard.word + int(bounds[-1])]
        owners = match.owners(places, bounds)
        order = np.lexsort((places, owners, seeds))
        own = match.Places(owners, places.astype(np.int64)).only(order)
        again = np.flatnonzero(~is_new(seeds[order]) & ~is_new(own.owners))
        second = own.only(again)
        near = match.agreeing_words(words, bounds, own.only(again - 1), second) >= match.AGREEING
        documents, at = second.owners[near].astype(np.int64), second.places[near]
        found = np.stack([documents + shard.document, at - bounds[documents]], axis=1)
        result.append(np.unique(found, axis=0))
    return np.concatenate(result)
