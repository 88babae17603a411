"""The words of all documents, as columns in the store that are mapped into memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup import kernel, memory
from dedup.align import Documents, Words
from dedup.packed import Packed, Places
from dedup.runs import each_of
from dedup.words import Mark, block_numbers
from dedup.work import ALL, Work

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Passages(NamedTuple):
    """Passages of documents, in words: `documents`, `starts` and `ends`, each int64 [k], a word in each at least."""

    documents: NDArray[np.int64]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]

    def only(self, rows: NDArray[np.bool_]) -> Passages:
        """Some of them."""
        return Passages(self.documents[rows], self.starts[rows], self.ends[rows])

    def part(self, first: int, count: int) -> Passages:
        """So many of them, from `first` on."""
        return Passages(*(column[first : first + count] for column in self))


class Corpus(NamedTuple):
    """The words of all documents, memory-mapped, and their `bounds` (int64 [documents + 1])."""

    bounds: NDArray[np.int64]
    packed: Packed

    @classmethod
    def of(cls, work: Work) -> Corpus:
        """The corpus of a run, as `merge_words` left it."""
        store = work.store
        return cls(store.column(ALL, "bounds"), Packed(*(store.column(ALL, name) for name in Packed._fields)))

    def leave(self) -> None:
        """Let go of the memory that words were read into: of a million documents of 20 words 240 MB."""
        memory.leave(self.bounds, *self.packed)

    @property
    def hashes(self) -> NDArray[np.uint64]:
        """The hashes of all words (uint64 [words])."""
        return self.packed.hashes

    @property
    def marks(self) -> NDArray[np.uint8]:
        """Their marks (uint8 [words])."""
        return self.packed.marks

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

    def block_edges(self, low: NDArray[np.int64], high: NDArray[np.int64]) -> tuple[NDArray[np.int64], ...]:
        """The words that blocks begin with behind the first ones of `low[i]:high[i]`, by their numbers among all: i and
        the word (int64 [blocks] each), in order.

        Raises:
            ValueError: a span leaves the words.
        """
        if not kernel.NATIVE:
            return defined_block_edges(self.marks, low, high)
        from dedup.kernel import _native

        return _native.block_edges(self.marks, np.stack([low, high], axis=1))

    @property
    def written(self) -> Places:
        """Where the words stand in their texts."""
        return self.packed.places

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


def defined_block_edges(
    marks: NDArray[np.uint8], low: NDArray[np.int64], high: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """`Corpus.block_edges`, by the definition."""
    if len(low) and not (low.min() >= 0 and (low <= high).all() and high.max() <= len(marks)):
        raise ValueError("a span leaves the words")
    edges = np.flatnonzero(marks & Mark.STARTS_BLOCK)
    firsts = np.searchsorted(edges, low, "right")
    counts = np.maximum(np.searchsorted(edges, high, "left") - firsts, 0)
    return np.repeat(np.arange(len(low)), counts), edges[each_of(firsts, counts)]


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
