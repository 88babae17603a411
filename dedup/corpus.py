"""The words of all documents, as columns in the store that are mapped into memory; and their texts, when asked for."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property, lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup.align import Documents, Words
from dedup.shards import ALL, Work
from dedup.verified import Written

if TYPE_CHECKING:
    from numpy.typing import NDArray


_ANY_WORD = re.compile(r"[^\W_]+")


class Corpus(NamedTuple):
    """The words of all documents, memory-mapped: `bounds` int64 [documents + 1] and the columns of `MarkedWords`."""

    bounds: NDArray[np.int64]
    hashes: NDArray[np.uint64]
    starts: NDArray[np.int32]
    ends: NDArray[np.int32]
    marks: NDArray[np.uint8]
    spans: NDArray[np.int32]

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
        return np.asarray(self.spans[self.bounds[document] : self.bounds[document + 1]])

    def characters(self, document: int, start: int, end: int) -> tuple[int, int]:
        """A span of a document's words as a span of code points."""
        low = int(self.bounds[document])
        return int(self.starts[low + start]), int(self.ends[low + end - 1])

    def owners(self) -> NDArray[np.int64]:
        """The document of every word (int64 [words])."""
        return np.repeat(np.arange(len(self)), np.diff(self.bounds))


def merge_words(work: Work, shards: list[str]) -> None:
    """Put the shards' words one behind the other, so that a document's words are found by its number."""
    store = work.store
    sizes = [np.diff(store.column(shard, "bounds")) for shard in shards]
    store.save(ALL, "bounds", np.concatenate(([0], np.cumsum(np.concatenate(sizes)))).astype(np.int64))
    for name in Corpus._fields[1:]:
        store.merge(shards, ALL, name)


class Texts:
    """The texts of documents by number, read when asked for; the last ones are kept."""

    def __init__(self, work: Work, shards: list[str]) -> None:
        """Of a run that `merge_words` was called for."""
        self._store, self._shards, self._corpus = work.store, shards, Corpus.of(work)
        self.of = lru_cache(64)(self._of)

    @cached_property
    def _alive(self) -> list[NDArray[np.int32]]:
        """Which texts of each shard are documents: read when one is first asked for."""
        return [self._store.column(shard, "alive") for shard in self._shards]

    @cached_property
    def _firsts(self) -> list[int]:
        """The number of each shard's first document, and of all documents."""
        return [0, *accumulate(map(len, self._alive))]

    def _of(self, document: int) -> str:
        shard = bisect_right(self._firsts, document) - 1
        number = int(self._alive[shard][document - self._firsts[shard]])
        return next(self._store.texts(self._shards[shard], "texts", [number]))

    @property
    def written(self) -> Written:
        """Where the words of all documents are written."""
        return Written(self._corpus.starts, self._corpus.ends, self.of)

    def more(self, document: int, start: int, end: int, *, around: bool) -> int:
        """How many words, as letters and digits in a row, `words[start:end]` hold beyond those that are compared:
        initials in quotations, where links lead; `around`: up to the next ones in their block."""
        text, corpus = self.of(document), self._corpus
        low, high = corpus.characters(document, start, end)
        if around:
            blocks = corpus.blocks(document)
            after_own = start > 0 and blocks[start - 1] == blocks[start]
            low = corpus.characters(document, start - 1, start)[1] if after_own else text.rfind("\n", 0, low) + 1
            before_own = end < len(blocks) and blocks[end] == blocks[end - 1]
            high = corpus.characters(document, end, end + 1)[0] if before_own else _line_end(text, high)
        return max(0, sum(1 for _ in _ANY_WORD.finditer(text, low, high)) - (end - start))

    def is_broken(self, document: int, start: int, end: int) -> bool:
        """Whether chrome stood between the blocks of `words[start:end]`."""
        text, corpus = self.of(document), self._corpus
        breaks = (np.flatnonzero(np.diff(corpus.blocks(document)[start:end])) + start + 1).tolist()
        gaps = (
            (corpus.characters(document, at - 1, at)[1], corpus.characters(document, at, at + 1)[0]) for at in breaks
        )
        return any(_ANY_WORD.search(text, *gap) for gap in gaps)


def _line_end(text: str, position: int) -> int:
    end = text.find("\n", position)
    return end if end >= 0 else len(text)
