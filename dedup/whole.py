"""Whole documents that are near duplicates of others: what goes with `unit = "document"`.

A document goes where a better keeper that stays is alike: where the Jaccard similarity of their sets of shingles, which
is computed exactly for every candidate, is at least `threshold`. So it is compared with that keeper itself: there are
no chains of likeness. Candidates are those that share a band of their MinHash signatures.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import orjson

from dedup import kernel, match
from dedup.candidates import copies
from dedup.data import Flag, Keeper, Kind, Reason
from dedup.records import why_record
from dedup.runs import is_new, once
from dedup.sign import shingles
from dedup.strings import Strings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from dedup.bands import Shape
    from dedup.candidates import Chosen
    from dedup.run import Runner
    from dedup.shards import Work
    from dedup.store import Store

CHUNK_PAIRS = 4_000


# ── candidates ──────────────────────────────────────────────────────────────────────────────────────────────────────


def candidates(keys: Iterator[NDArray[np.uint64]], prints: NDArray[np.uint64], chosen: Chosen) -> NDArray[np.int64]:
    """Pairs of documents that share a band (int64 [p, 2], the better keeper first), given the keys band by band."""
    own = np.flatnonzero(prints.any(axis=1) & (chosen.copies == np.arange(len(prints))))
    pairs = [np.zeros((0, 2), np.int64)]
    for band in keys:
        first, second = match.pairs_in_buckets(band[own], own, chosen.ranks)
        pairs.append(np.stack([own[first], own[second]], axis=1))
    return chosen.pairs(*np.concatenate(pairs).T)


# ── verify ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def chunks(pairs: NDArray[np.int64], size: int) -> Iterator[NDArray[np.int64]]:
    """Pairs in parts of about so many, those of a document together where that can be: it is read once then.

    Each part has whole groups, where they are not too large: documents that lead to the same one, from each to the
    first of its better candidates.
    """
    best = np.arange(int(pairs.max(initial=-1)) + 1)
    order = np.argsort(pairs[:, 1], kind="stable")  # the pairs of a document stand in the order of their keepers
    firsts = order[is_new(pairs[order, 1])]
    best[pairs[firsts, 1]] = pairs[firsts, 0]
    while not np.array_equal(best, best[best]):
        best = best[best]
    group = best[pairs[:, 1]]
    ordered = pairs[np.argsort(group, kind="stable")]
    group.sort()
    heads = np.append(np.flatnonzero(is_new(group)), len(group))
    low = 0
    while low < len(pairs):
        high = int(heads[np.searchsorted(heads, min(low + size, len(pairs)), "left")])
        yield ordered[low : min(high, low + 2 * size)]
        low = min(high, low + 2 * size)


class Compared(NamedTuple):
    """Of pairs of documents (int64 [p, 2], the keeper first) how many shingles each has and how many both have
    (int64 [p])."""

    pairs: NDArray[np.int64]
    keepers: NDArray[np.int64]
    documents: NDArray[np.int64]
    common: NDArray[np.int64]

    @property
    def jaccard(self) -> NDArray[np.float64]:
        """The similarity of the sets of shingles."""
        either = np.maximum(1, self.keepers + self.documents - self.common)
        return np.asarray(self.common / either, np.float64)

    def only(self, which: NDArray[np.bool_]) -> Compared:
        """Some of the pairs."""
        return Compared(*(column[which] for column in self))

    @classmethod
    def joined(cls, parts: Sequence[Compared]) -> Compared:
        """All of them, one behind the other."""
        none = cls(np.zeros((0, 2), np.int64), *(np.zeros(0, np.int64) for _ in range(3)))
        return cls(*(np.concatenate(columns) for columns in zip(none, *parts, strict=True)))


def compared(pairs: NDArray[np.int64], words_of: Callable[[int], NDArray[np.uint64]], shape: Shape) -> Compared:
    """Compare the sets of shingles of pairs, given the hashes of a document's words."""
    sets: dict[int, NDArray[np.uint64]] = {}
    for document in once(np.sort(pairs, axis=None)).tolist():
        words = words_of(document)
        sets[document] = np.unique(shingles(words, np.array([0, len(words)]), shape.shingle)[0])
    rows = [
        (len(sets[keeper]), len(sets[document]), len(np.intersect1d(sets[keeper], sets[document], assume_unique=True)))
        for keeper, document in pairs.tolist()
    ]
    return Compared(pairs, *np.array(rows, np.int64).reshape(-1, 3).T)


# ── decide ──────────────────────────────────────────────────────────────────────────────────────────────────────────


class Decided(NamedTuple):
    """For every document the one that it goes for, itself if it stays (int64 [d]); and how alike the two are: Jaccard
    similarity, and the share of its shingles that the keeper has (float64 [d])."""

    keepers: NDArray[np.int64]
    jaccard: NDArray[np.float64]
    containment: NDArray[np.float64]

    @classmethod
    def none(cls, documents: int) -> Decided:
        """That all documents stay."""
        return cls(np.arange(documents), np.ones(documents), np.ones(documents))

    def only(self, rows: NDArray[np.int64] | slice) -> Decided:
        """Some of the documents."""
        return Decided(self.keepers[rows], self.jaccard[rows], self.containment[rows])


def decided(found: Compared, chosen: Chosen) -> Decided:
    """What goes, given the pairs that are alike enough. Documents are taken in the order of their ranks; of the keepers
    that stay the best is taken."""
    keepers = np.arange(len(chosen.ranks))
    pair_of = np.full(len(keepers), -1)
    ascending = np.lexsort((chosen.ranks[found.pairs[:, 0]], chosen.ranks[found.pairs[:, 1]]))
    for at, (keeper, document) in zip(ascending.tolist(), found.pairs[ascending].tolist(), strict=True):
        if keepers[document] == document and keepers[keeper] == keeper:
            keepers[document], pair_of[document] = keeper, at
    # A copy goes for the document that it is a copy of, or for what that one goes for.
    result = keepers[chosen.copies]
    if chosen.sites is not None:
        result = np.where(chosen.sites[result] == chosen.sites, np.arange(len(result)), result)
    pair = pair_of[chosen.copies]
    near = (pair >= 0) & (result != np.arange(len(result)))
    jaccard, containment = np.ones(len(result)), np.ones(len(result))
    jaccard[near] = found.jaccard[pair[near]]
    containment[near] = found.common[pair[near]] / found.documents[pair[near]]
    return Decided(result, jaccard, containment)


class Found(NamedTuple):
    """What goes, and how many pairs were proposed, and how many of them were not alike."""

    decided: Decided
    counts: dict[str, dict[str, int]]


def find(
    keys: Iterator[NDArray[np.uint64]],
    prints: NDArray[np.uint64],
    chosen: Chosen,
    threshold: float,
    verify: Callable[[NDArray[np.int64]], Iterator[Compared]],
) -> Found:
    """Propose, verify, decide, given the keys band by band and what compares pairs."""
    chosen = chosen._replace(copies=copies(prints, (prints != 0).any(axis=1), chosen.ranks, chosen.sites))
    pairs = candidates(keys, prints, chosen)
    told = Compared.joined(list(verify(pairs)))
    alike = told.only(told.jaccard >= threshold)
    counts = {"documents": {"pairs": len(pairs), "false": len(pairs) - len(alike.pairs)}}
    return Found(decided(alike, chosen), counts)


# ── bound to the store ──────────────────────────────────────────────────────────────────────────────────────────────


def bands(store: Store, shards: Sequence[str], count: int) -> Iterator[NDArray[np.uint64]]:
    """The keys of all documents, band by band (uint64 [d])."""
    return (np.concatenate([store.column(shard, "whole_keys")[band] for shard in shards]) for band in range(count))


class Chunk(NamedTuple):
    """Pairs of documents (int64 [p, 2]) to compare, and the names of all shards."""

    work: Work
    shards: list[str]
    pairs: NDArray[np.int64]


def verify_whole(chunk: Chunk) -> Compared:
    """Compare pairs by the words that shards left."""
    store = chunk.work.store
    firsts = np.cumsum([0, *(len(store.column(shard, "whole_prints")) for shard in chunk.shards)])

    def words_of(document: int) -> NDArray[np.uint64]:
        at = int(np.searchsorted(firsts, document, "right")) - 1
        bounds, number = store.column(chunk.shards[at], "whole_bounds"), document - int(firsts[at])
        return np.asarray(store.column(chunk.shards[at], "whole_words")[bounds[number] : bounds[number + 1]])

    return compared(chunk.pairs, words_of, chunk.work.config.shape)


def found_in(work: Work, shards: list[str], chosen: Chosen, runner: Runner) -> Found:
    """What goes of the documents of all shards."""
    store = work.store
    prints = np.concatenate([store.column(shard, "whole_prints") for shard in shards])

    def verify(pairs: NDArray[np.int64]) -> Iterator[Compared]:
        parts = (pairs[at : at + CHUNK_PAIRS] for at in range(0, len(pairs), CHUNK_PAIRS))
        return runner(verify_whole, [Chunk(work, shards, part) for part in parts])

    return find(bands(store, shards, work.config.shape.bands), prints, chosen, work.config.threshold, verify)


class Named(NamedTuple):
    """What names documents in records, by their numbers: ids, and lengths of their texts in characters and in words
    (int64 [d])."""

    ids: Sequence[str]
    characters: NDArray[np.int64]
    words: NDArray[np.int64]


class Gone(Mapping[int, list[Flag]]):
    """What goes as a whole, by number: kept as columns and made flags when they are asked for.

    `numbers` int64 [k], ascending, counted from `first` on; of each its keeper (int64 [k], counted from 0), Jaccard
    similarity and containment (float64 [k]).
    """

    def __init__(self, numbers: NDArray[np.int64], found: Decided, named: Named, first: int = 0) -> None:
        self.numbers, self.found, self.named, self.first = numbers, found, named, first

    @classmethod
    def none(cls) -> Gone:
        """That nothing goes."""
        return as_flags(Decided.none(0), Named([], np.zeros(0, np.int64), np.zeros(0, np.int64)))

    def __getitem__(self, document: int) -> list[Flag]:
        at = int(np.searchsorted(self.numbers, document))
        if at == len(self) or self.numbers[at] != document:
            raise KeyError(document)
        keeper, jaccard, containment = (each[at].item() for each in self.found)
        return [_flag(document + self.first, keeper, self.named, jaccard, containment)]

    def __iter__(self) -> Iterator[int]:
        return iter(self.numbers.tolist())

    def __len__(self) -> int:
        return len(self.numbers)

    def part(self, first: int, count: int) -> Gone:
        """Those of `count` documents from `first` on, which are counted from there on."""
        own = slice(*np.searchsorted(self.numbers, [first, first + count]).tolist())
        return Gone(self.numbers[own] - first, self.found.only(own), self.named, self.first + first)


def as_flags(found: Decided, named: Named) -> Gone:
    """Decisions as flags over whole documents, by number."""
    gone = np.flatnonzero(found.keepers != np.arange(len(found.keepers)))
    return Gone(gone, found.only(gone), named)


def _flag(document: int, keeper: int, named: Named, jaccard: float, containment: float) -> Flag:
    where, share = Keeper(named.ids[keeper], 0, int(named.characters[keeper])), round(jaccard, 4)
    why = f"{jaccard:.0%} of the shingles of this document and {where.id} are in both."
    evidence = {"words": int(named.words[document]), "containment": round(containment, 4), "jaccard": share}
    return Flag(0, int(named.characters[document]), Reason.DUPLICATE, Kind.DOCUMENT, why, evidence, where, share)


def tails(gone: Gone) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """What the record of each says behind its text, as JSON, one behind the other (uint8), and the bounds of these
    (int64 [k + 1])."""
    ids, found = gone.named.ids, gone.found
    if not (kernel.NATIVE and isinstance(ids, Strings)):
        return Strings.of(b"," + orjson.dumps(why_record(flag))[1:] for number in gone for flag in gone[number]).columns
    from dedup.kernel import _native

    words = gone.named.words[gone.numbers + gone.first]
    numbers = np.stack([gone.named.characters[found.keepers], words])
    return _native.whole_tails(ids.only(found.keepers).columns, numbers, np.stack([found.jaccard, found.containment]))
