"""How often a block of text stands on its site: prints of blocks, counted over distinct articles.

A print is a 64-bit hash of what is compared of a block: its words; its words with names and figures as slots; and the
keys of a small sketch, by which blocks that differ in a few words are counted without looking at any pair.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import xxhash

from dedup import characters, kernel
from dedup.bands import Shape
from dedup.runs import is_new
from dedup.spans import put_in
from dedup.text import plain, slots, word_hash, word_list

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dedup.spans import Spans

NEAR_BANDS, NEAR_ROWS, NEAR_SHINGLE = 8, 3, 3
"""The sketch by which near-equal blocks are counted: 8 keys of 3 MinHash slots over 3-word shingles."""
NEAR_AGREE = 3
"""A block is near-repeated in as many articles as its third most common key: at Jaccard .8 a near copy shares three of
eight keys with probability .9, at .3 with .001, so no pair need ever be looked at."""
NEAR = Shape(NEAR_SHINGLE, NEAR_BANDS, NEAR_ROWS, NEAR_BANDS * NEAR_ROWS)
PRINTS = 2 + NEAR_BANDS


@dataclass(frozen=True, slots=True)
class BlockText:
    """What is compared of a block: prints of its words, and of those that remain when names and figures are slots; and
    the hashes of its words (uint64 [n])."""

    exact: int
    template: int
    hashes: NDArray[np.uint64]


@lru_cache(maxsize=1 << 14)
def block_text(text: str) -> BlockText:
    """The exact and template prints of a block, 0 where there are too few words to tell anything by."""
    bare = plain(text)
    words = word_list(bare)
    frame = word_list(slots(bare))
    told = sum(word not in ("n", "0") for word in frame)
    exact = xxhash.xxh3_64_intdigest(" ".join(words).encode()) if words else 0
    hashes = np.fromiter(map(word_hash, words), np.uint64, len(words))
    return BlockText(exact, xxhash.xxh3_64_intdigest(" ".join(frame).encode()) if told >= 3 else 0, hashes)


class BlockTexts(NamedTuple):
    """`BlockText` of many blocks: `exact` and `template` uint64 [b]; `words` uint64 [w], of block i those from
    `bounds[i]` to `bounds[i + 1]` (int64 [b + 1])."""

    exact: NDArray[np.uint64]
    template: NDArray[np.uint64]
    words: NDArray[np.uint64]
    bounds: NDArray[np.int64]


def block_texts(blocks: Spans) -> BlockTexts:
    """What is compared of each of many blocks."""
    if not kernel.NATIVE:
        return defined_texts(blocks)
    from dedup.kernel import _native

    exact, template, words, bounds, unknown = _native.prints(*blocks, characters.page)
    if not len(unknown):
        return BlockTexts(exact, template, words, bounds)
    rest = defined_texts(blocks.only(unknown))
    exact[unknown], template[unknown] = rest.exact, rest.template
    return BlockTexts(exact, template, *put_in(words, bounds, unknown, rest.words, rest.bounds))


def defined_texts(blocks: Spans) -> BlockTexts:
    """`block_texts`, by the definition."""
    told = [block_text(text) for text in blocks.strings()]
    return BlockTexts(
        np.array([each.exact for each in told], np.uint64),
        np.array([each.template for each in told], np.uint64),
        np.concatenate([each.hashes for each in told] or [np.zeros(0, np.uint64)]),
        np.cumsum([0, *(len(each.hashes) for each in told)], dtype=np.int64),
    )


def count_articles(
    keys: NDArray[np.uint64], articles: NDArray[np.int64]
) -> tuple[NDArray[np.uint64], NDArray[np.uint32]]:
    """In how many distinct articles each key stands: sorted keys that stand in two or more, and their counts."""
    order = np.argsort(keys)
    keys = keys[order]
    again = keys[1:] == keys[:-1]
    several = np.zeros(len(keys), np.bool_)
    several[1:] = again
    several[:-1] |= again
    keys, articles = keys[several], articles[order[several]]  # the fewest: most keys stand once
    new_key = is_new(keys)
    starts = np.flatnonzero(new_key)
    groups, most = np.cumsum(new_key) - 1, articles.max(initial=0) + 1
    counts = np.add.reduceat(is_new(np.sort(groups * most + articles)), starts, dtype=np.uint32)
    often = counts >= 2
    return keys[starts][often], counts[often]


def with_known(
    keys: NDArray[np.uint64], counts: NDArray[np.int64], known: NDArray[np.uint64], articles: NDArray[np.int64]
) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Sorted keys and their counts with those of an earlier run added (all that stands in an article now is new)."""
    both = np.unique(np.concatenate([keys, known]))
    total = np.zeros(len(both), np.int64)
    total[np.searchsorted(both, known)] += articles + (~np.isin(known, keys)).astype(np.int64)
    total[np.searchsorted(both, keys)] += counts
    return both, total


@dataclass(frozen=True, slots=True)
class Repetition:
    """In how many distinct articles of its site every print stands (1 where it is not in `keys`)."""

    keys: NDArray[np.uint64]
    counts: NDArray[np.int64]

    def of(self, prints: NDArray[np.uint64]) -> NDArray[np.int64]:
        """Counts (int64 [b, 3]: exact, template, near) of blocks' prints (uint64 [b, PRINTS], 0 = none)."""
        if not len(self.keys):
            return np.ones((len(prints), 3), np.int64)
        order = np.argsort(prints, axis=None)  # so looked up, each lies near the one before: three times as fast
        at: NDArray[np.int64] = np.empty(prints.size, np.int64)
        at[order] = np.minimum(np.searchsorted(self.keys, prints.ravel()[order]), len(self.keys) - 1)
        at = at.reshape(prints.shape)
        counts = np.where((self.keys[at] == prints) & (prints != 0), self.counts[at], 1).astype(np.int64)
        near = np.sort(counts[:, 2:], axis=1)[:, -NEAR_AGREE]
        return np.stack([counts[:, 0], counts[:, 1], near], axis=1)
