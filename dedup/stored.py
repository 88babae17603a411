"""The texts of all documents, as they lie in the store: read when asked for, and what of them is not compared."""

from __future__ import annotations

import re
from bisect import bisect_right
from copy import copy
from functools import cache, cached_property
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup import kernel
from dedup.corpus import Corpus
from dedup.run import in_threads
from dedup.verified import Written
from dedup.written import is_written, writings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from dedup.column_files import Place
    from dedup.corpus import Passages
    from dedup.run import Runner
    from dedup.store import Store
    from dedup.work import Work


_ANY_WORD = re.compile(r"[^\W_]+")
KEPT = 64
"""Texts that are kept. (`lru_cache` on a method would keep all that is mapped, too, until garbage is looked for.)"""
NEAR = 64
"""Texts that are read at a time, of no more than `NEAR_BYTES`: pairs stand in the order of their documents, and to open
two files for each of a million texts took four fifths of the time of a run over them."""
NEAR_BYTES = 1 << 16
FROM_LINE, TO_LINE = 1, 2
"""How far a part of a text reaches: from the beginning of its first line on, to the end of its last."""


class Parts(NamedTuple):
    """Parts of the texts of documents: `documents` int64 [k]; `starts` and `ends` int32 [k], code points; `reaches`
    uint8 [k], FROM_LINE, TO_LINE, both or neither."""

    documents: NDArray[np.int64]
    starts: NDArray[np.int32]
    ends: NDArray[np.int32]
    reaches: NDArray[np.uint8]

    @classmethod
    def joined(cls, several: Sequence[Parts]) -> Parts:
        """Those of several, one behind the other."""
        documents, starts, ends, reaches = zip(*several, strict=True)
        return cls(np.concatenate(documents), np.concatenate(starts), np.concatenate(ends), np.concatenate(reaches))

    def only(self, rows: NDArray[np.int64]) -> Parts:
        """Some of them."""
        return Parts(self.documents[rows], self.starts[rows], self.ends[rows], self.reaches[rows])


class _Shard(NamedTuple):
    """Where the texts of a shard lie, and their bounds; and which of them are documents (int32)."""

    texts: Place
    bounds: Place
    alive: NDArray[np.int32]

    @classmethod
    def of(cls, store: Store, name: str) -> _Shard:
        """It is read and not mapped: of a thousand shards, more files would be open than a process may have."""
        located = store.located(name)
        alive = located["alive"]
        numbers = np.empty(alive.shape, alive.dtype)
        alive.read(0, numbers)
        return cls(located["texts"], located["texts_bounds"], numbers)


class _Shards:
    """Where the texts of all documents lie: read when it is first asked for, and then known to all threads."""

    def __init__(self, store: Store, names: list[str]) -> None:
        self._store, self._names = store, names

    @cached_property
    def each(self) -> list[_Shard]:
        """The shards, in order."""
        return [_Shard.of(self._store, name) for name in self._names]

    @cached_property
    def firsts(self) -> list[int]:
        """The number of each shard's first document, and of all documents."""
        return [0, *accumulate(len(each.alive) for each in self.each)]


class _Near(NamedTuple):
    """Some texts of a shard, one behind the other: its number, that of their first one there, where each begins and
    the last one ends (int64 [n + 1]), and their bytes."""

    shard: int
    first: int
    edges: list[int]
    content: NDArray[np.uint8]

    @classmethod
    def read(cls, number: int, shard: _Shard, row: int) -> _Near:
        """A text of a shard, and those behind it."""
        edges = np.empty(min(NEAR, shard.bounds.shape[0] - 1 - row) + 1, shard.bounds.dtype)
        shard.bounds.read(row, edges)
        edges = edges[: max(2, int(np.searchsorted(edges, edges[0] + NEAR_BYTES, "right")))]
        content = np.empty(edges[-1] - edges[0], np.uint8)
        shard.texts.read(int(edges[0]), content)
        return cls(number, row, (edges - edges[0]).tolist(), content)

    def has(self, shard: int, row: int) -> bool:
        """Whether a text of a shard is among them."""
        return shard == self.shard and self.first <= row < self.first + len(self.edges) - 1

    def text(self, row: int) -> str:
        """The text of that number in the shard."""
        low, high = self.edges[row - self.first : row - self.first + 2]
        return str(self.content[low:high].data, "utf-8")


class Texts:
    """The texts of documents by number, read when asked for; the last ones are kept. Not for two threads at once."""

    def __init__(self, work: Work, shards: list[str]) -> None:
        """Of a run that `merge_words` was called for."""
        self.work, self.shards, self.corpus = work, shards, Corpus.of(work)
        self.corpus.leave()  # to see that they are what was written, all words were read
        self._lying = _Shards(work.store, shards)
        self._kept: dict[int, str] = {}
        self._near: _Near | None = None

    def beside(self) -> Texts:
        """The same for another thread: what is mapped they share."""
        result = copy(self)
        result._kept, result._near = {}, None
        return result

    def of(self, document: int) -> str:
        """The text of a document."""
        text = self._kept.pop(document, None)
        if text is None:
            text = self._read(document)
            if len(self._kept) >= KEPT:
                del self._kept[next(iter(self._kept))]
        self._kept[document] = text  # behind all others: a keeper is asked for with each of its documents
        return text

    def _read(self, document: int) -> str:
        number = bisect_right(self._lying.firsts, document) - 1
        shard = self._lying.each[number]
        row = int(shard.alive[document - self._lying.firsts[number]])
        if not (self._near and self._near.has(number, row)):
            self._near = _Near.read(number, shard, row)
        return self._near.text(row)

    @property
    def places(self) -> Written:
        """Where the words of all documents are written."""
        return Written(self.corpus.written, self.of)

    def unread(self, own: Passages, there: Passages, runner: Runner) -> Unread:
        """What is not compared of passages and of what their keepers have."""
        rows, gaps = self._gaps(there)
        size = len(own.documents)
        kept = Parts(there.documents, *self.corpus.places(there), np.zeros(size, np.uint8))
        counts = self.written(Parts.joined([self._around(own), kept, gaps]), runner)
        more, more_kept = counts[:size] - (own.ends - own.starts), counts[size : 2 * size] - (there.ends - there.starts)
        broken = np.zeros(size, np.bool_)
        broken[rows[counts[2 * size :] > 0]] = True
        return Unread(np.maximum(more, 0), np.maximum(more_kept, 0), broken)

    def _around(self, where: Passages) -> Parts:
        """Passages up to the next words that are compared in their block."""
        corpus, (documents, starts, ends) = self.corpus, where
        low, high = corpus.bounds[documents] + starts, corpus.bounds[documents] + ends
        before, behind = np.maximum(low - 1, 0), np.minimum(high, len(corpus.marks) - 1)
        after_own = (starts > 0) & ~corpus.begins_block(low)
        before_own = (high < corpus.bounds[documents + 1]) & ~corpus.begins_block(behind)
        first, last = corpus.places(where)
        return Parts(
            documents,
            np.where(after_own, corpus.ends_of(documents, before), first),
            np.where(before_own, corpus.starts_of(documents, behind), last),
            (FROM_LINE * ~after_own + TO_LINE * ~before_own).astype(np.uint8),
        )

    def _gaps(self, where: Passages) -> tuple[NDArray[np.int64], Parts]:
        """What stands between the blocks of passages, and the passage (int64 [k]) that each is of."""
        corpus, first = self.corpus, self.corpus.bounds[where.documents]
        own, at = corpus.block_edges(first + where.starts, first + where.ends)
        documents = where.documents[own]
        before, behind = corpus.ends_of(documents, at - 1), corpus.starts_of(documents, at)
        return own, Parts(documents, before, behind, np.zeros(len(at), np.uint8))

    def written(self, parts: Parts, runner: Runner) -> NDArray[np.int64]:
        """How many words, as letters and digits in a row, stand in each part of a text (int64 [k])."""
        counts = np.zeros(len(parts.documents), np.int64)
        order = np.argsort(parts.documents, kind="stable")
        firsts = self._lying.firsts
        asked, edges = [], np.searchsorted(parts.documents[order], firsts).tolist()
        for number, (low, high) in enumerate(pairwise(edges)):
            if low < high:
                own = parts.only(order[low:high])
                owners = self._lying.each[number].alive[own.documents - firsts[number]].astype(np.int64)
                asked.append(Asked(self.work, self.shards[number], own._replace(documents=owners)))
        if asked:
            counts[order] = np.concatenate(list(runner(count_written, asked)))
        return counts


class Unread(NamedTuple):
    """What is not compared of passages and of what their keepers have: how many words, as letters and digits in a row,
    each holds beyond those that are (int64 [k]), as initials in quotations and where links lead, `more` with those up
    to the next ones that are compared in their block, `more_kept` without; and whether chrome stood between the blocks
    of what the keeper has (bool [k])."""

    more: NDArray[np.int64]
    more_kept: NDArray[np.int64]
    broken: NDArray[np.bool_]


# ── shard by shard: count what is written ───────────────────────────────────────────────────────────────────────────


class Asked(NamedTuple):
    """Parts of the texts of a shard, by their numbers there."""

    work: Work
    shard: str
    parts: Parts


@in_threads
def count_written(asked: Asked) -> NDArray[np.int64]:
    """How many words, as letters and digits in a row, stand in each part of a text (int64 [k])."""
    store, parts, name = asked.work.store, asked.parts, "texts"
    if is_written(store, asked.shard):
        parts, name = _as_seen(asked), "seen"
    if not kernel.NATIVE:
        return _defined_counts(asked._replace(parts=parts), name)
    from dedup.kernel import _native

    texts = store.column(asked.shard, name), store.column(asked.shard, f"{name}_bounds")
    spans = np.stack([parts.starts, parts.ends], axis=1)
    return _native.written(*texts, parts.documents, spans, parts.reaches, alphanumeric)


def _as_seen(asked: Asked) -> Parts:
    """The same parts of the plain texts: what is counted of a page must not depend on how it is written."""
    writing, parts = writings(asked.work.store, asked.shard), asked.parts
    starts, ends = parts.starts.copy(), parts.ends.copy()
    numbers, firsts = np.unique(parts.documents, return_index=True)  # ascending, as they are asked for
    for number, (low, high) in zip(numbers.tolist(), pairwise([*firsts.tolist(), len(starts)]), strict=True):
        if own := writing(number):
            starts[low:high], ends[low:high] = own.seen(starts[low:high]), own.seen(ends[low:high])
    return parts._replace(starts=starts, ends=ends)


def _defined_counts(asked: Asked, name: str = "texts") -> NDArray[np.int64]:
    rows = zip(*(column.tolist() for column in asked.parts), strict=True)
    texts = asked.work.store.texts(asked.shard, name, asked.parts.documents.tolist())
    return np.array([defined_written(text, *place) for text, (_, *place) in zip(texts, rows, strict=True)], np.int64)


def defined_written(text: str, start: int, end: int, reach: int) -> int:
    """How many words stand in a part of one text, by the definition of `Texts.written`."""
    start = text.rfind("\n", 0, start) + 1 if reach & FROM_LINE else start
    end = _line_end(text, end) if reach & TO_LINE else end
    return sum(1 for _ in _ANY_WORD.finditer(text, start, end))


@cache
def alphanumeric(page: int) -> bytes:
    """Which of 256 characters from `page * 256` on are letters or digits, 1 for each that is."""
    return bytes(map(str.isalnum, map(chr, range(page * 256, (page + 1) * 256))))


def _line_end(text: str, position: int) -> int:
    end = text.find("\n", position)
    return end if end >= 0 else len(text)
