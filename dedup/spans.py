"""Parts of texts as columns: what is the same text, without making a string of every part."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import xxhash

from dedup import characters, kernel
from dedup.text import count_words, plain, word_hash, word_list

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray


class Spans(NamedTuple):
    """Span i is `texts[owners[i]][starts[i]:ends[i]]`: owners int64 [s], starts and ends int32 [s], code points."""

    texts: list[str]
    owners: NDArray[np.int64]
    starts: NDArray[np.int32]
    ends: NDArray[np.int32]

    @classmethod
    def whole(cls, texts: Iterable[str]) -> Spans:
        """Texts from end to end."""
        texts = list(texts)
        ends = np.array(list(map(len, texts)), np.int32)
        return cls(texts, np.arange(len(texts), dtype=np.int64), np.zeros(len(texts), np.int32), ends)

    def only(self, rows: NDArray[np.int64]) -> Spans:
        """Some of the spans, of the same texts."""
        return Spans(self.texts, self.owners[rows], self.starts[rows], self.ends[rows])

    def strings(self) -> Iterator[str]:
        """What the spans hold."""
        for owner, start, end in zip(self.owners.tolist(), self.starts.tolist(), self.ends.tolist(), strict=True):
            yield self.texts[owner][start:end]


class Words(NamedTuple):
    """The words of spans: `hashes` uint64 [w], those of span i from `bounds[i]` to `bounds[i + 1]` (int64 [s + 1]); and
    `counts` int64 [s], in which characters of unspaced scripts are half a word each."""

    hashes: NDArray[np.uint64]
    bounds: NDArray[np.int64]
    counts: NDArray[np.int64]


def words(spans: Spans) -> Words:
    """`dedup.text.word_list` of each span, as hashes, and `dedup.text.count_words`."""
    if not kernel.NATIVE:
        return defined_words(spans)
    from dedup.kernel import _native

    found, bounds, counts, unknown = _native.words(*spans, characters.page)
    if not len(unknown):
        return Words(found, bounds, counts)
    rest = defined_words(spans.only(unknown))
    counts[unknown] = rest.counts
    return Words(*put_in(found, bounds, unknown, rest.hashes, rest.bounds), counts)


def defined_words(spans: Spans) -> Words:
    """`words`, by the definition."""
    told = [[word_hash(word) for word in word_list(text)] for text in spans.strings()]
    counts = [count_words(text) for text in spans.strings()]
    bounds = np.cumsum([0, *map(len, told)], dtype=np.int64)
    return Words(np.array(list(chain.from_iterable(told)), np.uint64), bounds, np.array(counts, np.int64))


def bare(text: str, starts: NDArray[np.int32], ends: NDArray[np.int32]) -> list[tuple[str, int]]:
    """Parts of a text as rules see them (`dedup.text.plain`), and how many words they have then."""
    if not kernel.NATIVE:
        return [defined_bare(text[start:end]) for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]
    from dedup.kernel import _native

    seen, counts, unknown = _native.bare(text, starts, ends, characters.page)
    found = list(zip(seen, counts, strict=True))
    for number in unknown:
        found[number] = defined_bare(text[starts[number] : ends[number]])
    return found


def defined_bare(text: str) -> tuple[str, int]:
    """`bare` of a whole text, by the definition."""
    seen = plain(text)
    return seen, count_words(seen)


def ragged(parts: list[NDArray[np.uint64]]) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Columns one behind the other, and where each begins and ends (int64 [n + 1])."""
    return np.concatenate([np.zeros(0, np.uint64), *parts]), np.cumsum([0, *map(len, parts)], dtype=np.int64)


def put_in(
    words: NDArray[np.uint64],
    bounds: NDArray[np.int64],
    numbers: NDArray[np.int64],
    others: NDArray[np.uint64],
    other_bounds: NDArray[np.int64],
) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Words and their bounds, with those put in of the spans of the given numbers, which have none."""
    sizes, more = np.diff(other_bounds), np.zeros(len(bounds), np.int64)
    more[numbers + 1] = sizes
    return np.insert(words, np.repeat(bounds[numbers], sizes), others), bounds + np.cumsum(more)


def hashes(texts: list[str]) -> NDArray[np.uint64]:
    """The 64-bit XXH3 of each text as UTF-8, lone surrogates as "?"."""
    if kernel.NATIVE:
        from dedup.kernel import _native

        return _native.hashes(texts)
    return defined_hashes(texts)


def defined_hashes(texts: list[str]) -> NDArray[np.uint64]:
    """`hashes`, by the definition."""
    return np.array([xxhash.xxh3_64_intdigest(text.encode("utf-8", "replace")) for text in texts], np.uint64)


def distinct(spans: Spans, groups: NDArray[np.int64]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Which text each span is (int32 [s]), numbered as they first appear, and the span where each of those does (int64
    [t]). Two spans are the same where they hold the same and are of the same of the `groups` (int64 [s])."""
    if kernel.NATIVE:
        from dedup.kernel import _native

        return _native.distinct(*spans, groups)
    return defined_distinct(spans, groups)


def defined_distinct(spans: Spans, groups: NDArray[np.int64]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """`distinct`, by the definition."""
    known: dict[tuple[int, str], int] = {}
    numbers = [known.setdefault(each, len(known)) for each in zip(groups.tolist(), spans.strings(), strict=True)]
    column = np.array(numbers, np.int32)
    return column, np.unique(column, return_index=True)[1].astype(np.int64)
