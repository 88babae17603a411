"""The words of all documents, as columns in the store that are mapped into memory; and their texts, when asked for."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup import kernel
from dedup.align import Documents, Words
from dedup.packed import Places
from dedup.runs import each_of
from dedup.shards import ALL, Work
from dedup.verified import Written
from dedup.words import Mark, block_numbers

if TYPE_CHECKING:
    from numpy.typing import NDArray


_ANY_WORD = re.compile(r"[^\W_]+")
KEPT = 64
"""Texts that are kept. (`lru_cache` on a method would keep all that is mapped, too, until garbage is looked for.)"""
LOOKED_AT = 1 << 22
"""Words that are looked at at a time."""
FROM_LINE, TO_LINE = 1, 2
"""How far a part of a text reaches: from the beginning of its first line on, to the end of its last."""


class Passages(NamedTuple):
    """Passages of documents, in words: `documents`, `starts` and `ends`, each int64 [k], a word in each at least."""

    documents: NDArray[np.int64]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]

    def only(self, rows: NDArray[np.bool_]) -> Passages:
        """Some of them."""
        return Passages(self.documents[rows], self.starts[rows], self.ends[rows])


class Parts(NamedTuple):
    """Parts of the texts of documents: `documents` int64 [k]; `starts` and `ends` int32 [k], code points; `reaches`
    uint8 [k], FROM_LINE, TO_LINE, both or neither."""

    documents: NDArray[np.int64]
    starts: NDArray[np.int32]
    ends: NDArray[np.int32]
    reaches: NDArray[np.uint8]

    def only(self, rows: NDArray[np.int64]) -> Parts:
        """Some of them."""
        return Parts(self.documents[rows], self.starts[rows], self.ends[rows], self.reaches[rows])


class Corpus(NamedTuple):
    """The words of all documents, memory-mapped: `bounds` int64 [documents + 1] and the columns of `Packed`."""

    bounds: NDArray[np.int64]
    hashes: NDArray[np.uint64]
    marks: NDArray[np.uint8]
    starts: NDArray[np.uint16]
    lengths: NDArray[np.uint8]
    wraps: NDArray[np.int64]
    longs: NDArray[np.int64]

    @classmethod
    def of(cls, work: Work) -> Corpus:
        """The corpus of a run, as `merge_words` left it."""
        return cls(*(work.store.column(ALL, name) for name in cls._fields))

    @property
    def documents(self) -> Documents:
        """What alignment sees of it."""
        return Documents(self.hashes, self.marks, self.bounds)

    def __len__(self) -> int:
        """How many documents there are."""
        return len(self.bounds) - 1

    def words(self, document: int) -> Words:
        """The words of a document, by its number."""
        low, high = self.bounds[document], self.bounds[document + 1]
        return Words(np.asarray(self.hashes[low:high]), np.asarray(self.marks[low:high]))

    def blocks(self, document: int) -> NDArray[np.int32]:
        """The block that each word of a document stands in."""
        return block_numbers(self.marks[self.bounds[document] : self.bounds[document + 1]])

    def begins_block(self, words: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Whether a block begins with each of some words (bool [k]), by their numbers among all."""
        return (self.marks[words] & Mark.STARTS_BLOCK) > 0

    def block_edges(self) -> NDArray[np.int64]:
        """The words that blocks begin with (int64 [blocks]), by their numbers among all."""
        parts = (
            np.flatnonzero(self.marks[at : at + LOOKED_AT] & Mark.STARTS_BLOCK) + at
            for at in range(0, len(self.marks), LOOKED_AT)
        )
        return np.concatenate([np.zeros(0, np.int64), *parts])

    @property
    def written(self) -> Places:
        """Where the words stand in their texts."""
        return Places(self.starts, self.lengths, self.wraps, self.longs)

    def starts_of(self, documents: NDArray[np.int64], words: NDArray[np.int64]) -> NDArray[np.int32]:
        """Where words of documents start (int32 [k]), in code points, by their numbers among all."""
        return self.written.start(self.bounds[documents], words)

    def ends_of(self, documents: NDArray[np.int64], words: NDArray[np.int64]) -> NDArray[np.int32]:
        """Where words of documents end (int32 [k])."""
        return self.written.end(self.bounds[documents], words)

    def places(self, where: Passages) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Where passages start and end (int32 [k] each), in code points."""
        first, places = self.bounds[where.documents], self.written
        return places.start(first, first + where.starts), places.end(first, first + where.ends - 1)

    def owners(self) -> NDArray[np.int64]:
        """The document of every word (int64 [words])."""
        return np.repeat(np.arange(len(self)), np.diff(self.bounds))


def merge_words(work: Work, shards: list[str]) -> None:
    """Put the shards' words one behind the other, so that a document's words are found by its number."""
    merge_bounds(work, shards)
    for name in ("hashes", "marks", "starts", "lengths"):
        work.store.merge(shards, ALL, name)
    first, wraps, longs = 0, [np.zeros(0, np.int64)], [np.zeros((0, 2), np.int64)]
    for shard in shards:
        wraps.append(work.store.column(shard, "wraps") + first)
        longs.append(work.store.column(shard, "longs") + np.array([first, 0]))
        first += int(work.store.column(shard, "bounds")[-1])
    work.store.save(ALL, "wraps", *wraps)
    work.store.save(ALL, "longs", *longs)


def merge_bounds(work: Work, shards: list[str]) -> None:
    """Tell where each document's words are among those of all shards."""
    sizes = [np.diff(work.store.column(shard, "bounds")) for shard in shards]
    work.store.save(ALL, "bounds", np.concatenate(([0], np.cumsum(np.concatenate(sizes)))).astype(np.int64))


class Texts:
    """The texts of documents by number, read when asked for; the last ones are kept."""

    def __init__(self, work: Work, shards: list[str]) -> None:
        """Of a run that `merge_words` was called for."""
        self._store, self._shards, self.corpus = work.store, shards, Corpus.of(work)
        self._kept: dict[int, str] = {}

    @cached_property
    def _alive(self) -> list[NDArray[np.int32]]:
        """Which texts of each shard are documents: read when one is first asked for."""
        return [self._store.column(shard, "alive") for shard in self._shards]

    @cached_property
    def _firsts(self) -> list[int]:
        """The number of each shard's first document, and of all documents."""
        return [0, *accumulate(map(len, self._alive))]

    def of(self, document: int) -> str:
        """The text of a document."""
        if document not in self._kept:
            if len(self._kept) >= KEPT:
                del self._kept[next(iter(self._kept))]
            self._kept[document] = self._read(document)
        return self._kept[document]

    def _read(self, document: int) -> str:
        shard = bisect_right(self._firsts, document) - 1
        number = int(self._alive[shard][document - self._firsts[shard]])
        return next(self._store.texts(self._shards[shard], "texts", [number]))

    @property
    def places(self) -> Written:
        """Where the words of all documents are written."""
        return Written(self.corpus.written, self.of)

    def more(self, where: Passages, *, around: bool) -> NDArray[np.int64]:
        """How many words, as letters and digits in a row, each passage holds beyond those that are compared (int64
        [k]): initials in quotations, where links lead; `around`: up to the next ones in their block."""
        corpus, (documents, starts, ends) = self.corpus, where
        low, high = corpus.bounds[documents] + starts, corpus.bounds[documents] + ends
        parts = Parts(documents, *corpus.places(where), np.zeros(len(low), np.uint8))
        if around:
            before, behind = np.maximum(low - 1, 0), np.minimum(high, len(corpus.marks) - 1)
            after_own = (starts > 0) & ~corpus.begins_block(low)
            before_own = (high < corpus.bounds[documents + 1]) & ~corpus.begins_block(behind)
            parts = Parts(
                documents,
                np.where(after_own, corpus.ends_of(documents, before), parts.starts),
                np.where(before_own, corpus.starts_of(documents, behind), parts.ends),
                (FROM_LINE * ~after_own + TO_LINE * ~before_own).astype(np.uint8),
            )
        more: NDArray[np.int64] = np.maximum(self.written(parts) - (ends - starts), 0)
        return more

    def are_broken(self, where: Passages) -> NDArray[np.bool_]:
        """Whether chrome stood between the blocks of each passage (bool [k])."""
        corpus, (documents, starts, ends) = self.corpus, where
        low, high = corpus.bounds[documents] + starts, corpus.bounds[documents] + ends
        edges = corpus.block_edges()
        firsts, counts = np.searchsorted(edges, low, "right"), np.searchsorted(edges, high, "left")
        counts -= firsts
        own, at = np.repeat(np.arange(len(documents)), counts), edges[each_of(firsts, counts)]
        before, behind = corpus.ends_of(documents[own], at - 1), corpus.starts_of(documents[own], at)
        gaps = Parts(documents[own], before, behind, np.zeros(len(at), np.uint8))
        broken = np.zeros(len(documents), np.bool_)
        broken[own[self.written(gaps) > 0]] = True
        return broken

    def written(self, parts: Parts) -> NDArray[np.int64]:
        """How many words, as letters and digits in a row, stand in each part of a text (int64 [k])."""
        counts = np.zeros(len(parts.documents), np.int64)
        order = np.argsort(parts.documents, kind="stable")
        edges = np.searchsorted(parts.documents[order], self._firsts).tolist()
        for number, (low, high) in enumerate(pairwise(edges)):
            if low < high:
                rows = order[low:high]
                counts[rows] = self._written(number, parts.only(rows))
        return counts

    def _written(self, shard: int, parts: Parts) -> NDArray[np.int64]:
        if not kernel.NATIVE:
            return self._defined_written(parts)
        from dedup.kernel import _native

        column, name = self._store.column, self._shards[shard]
        owners = self._alive[shard][parts.documents - self._firsts[shard]].astype(np.int64)
        spans = np.stack([parts.starts, parts.ends], axis=1)
        texts = (column(name, "texts"), column(name, "texts_bounds"))
        return _native.written(*texts, owners, spans, parts.reaches, alphanumeric)

    def _defined_written(self, parts: Parts) -> NDArray[np.int64]:
        rows = zip(*(column.tolist() for column in parts), strict=True)
        return np.array([defined_written(self.of(document), *place) for document, *place in rows], np.int64)


def defined_written(text: str, start: int, end: int, reach: int) -> int:
    """How many words stand in a part of one text, by the definition of `Texts.written`."""
    start = text.rfind("\n", 0, start) + 1 if reach & FROM_LINE else start
    end = _line_end(text, end) if reach & TO_LINE else end
    return sum(1 for _ in _ANY_WORD.finditer(text, start, end))


def alphanumeric(page: int) -> bytes:
    """Which of 256 characters from `page * 256` on are letters or digits, 1 for each that is."""
    return bytes(map(str.isalnum, map(chr, range(page * 256, (page + 1) * 256))))


def _line_end(text: str, position: int) -> int:
    end = text.find("\n", position)
    return end if end >= 0 else len(text)
