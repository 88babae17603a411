"""Which documents of an index may share a passage with new ones, told by a code for each of their words, of 40.

All codes are read for every batch, from first to last, as BLAST (Altschul et al. 1990) looks through sequences: where
four in a row are those of a seed (see `match`) of a new document, it is asked whether those around agree, too, and then
whether an alignment leads on from there. So what a run over all documents would find is found. Postings of seeds that
take as much room told less: of 602 newsgroup posts that had a passage in common with later ones they missed 125.
"""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from dedup import kernel, keyed
from dedup.match import AGREEING, NEAR, SEED_SHINGLE, SEED_WINDOW
from dedup.passages import TOLERANCE
from dedup.run import in_threads
from dedup.runs import each_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

CODES = 40
"""Of three codes 16 bits are full, so that 70 words take 47 bytes. With fewer more documents are read in vain."""
AROUND = 32
"""Words to either side of a document that are none, so that nobody need ask where it ends."""
LONGEST = 15
"""A passage of more words may be put together of pieces, of which each need not be longer."""
REACH, BAND, DROP = 24, 5, 6
"""How far an alignment leads on: so many words of the old document, as many of the new one or so many more or fewer,
until its score is so far below the best (the X-drop of BLAST). A word that agrees counts 1, another one, or one that
only one of them has, -1."""
STRAIGHT = 6
"""The score that an alignment has at least up to NEAR words before and behind the seed, with no word more or fewer."""
COST = 1 << 15
"""A document that takes so many comparisons to tell takes as long as to read it (.1 ms), and is read."""
ALIGNED = 128
"""What an alignment counts among them."""
SOUGHT = 1 << 23
"""Words that are sought at a time: some 14 bytes each."""
SCANNED = 1 << 22
"""Words of the index that a thread reads at a time."""


class Likeness(NamedTuple):
    """What must agree around a seed: so many words, and an alignment of such a score; of shorter documents all. Of
    `window` shingles of a document that is sought one is a seed at least."""

    agreeing: int
    score: int
    window: int

    @classmethod
    def of(cls, min_words: int) -> Likeness:
        """Of a passage of so many words, as many agree as must, and each word that does not stands for another.

        >>> Likeness.of(15), Likeness.of(5)
        (Likeness(agreeing=8, score=9, window=4), Likeness(agreeing=4, score=4, window=1))
        """
        words = min(min_words, LONGEST)
        agreed = ceil((1 - TOLERANCE) * words)
        agreeing, score = min(AGREEING, agreed), 2 * agreed - words
        return cls(max(SEED_SHINGLE, agreeing), max(SEED_SHINGLE, score), SEED_WINDOW if words == LONGEST else 1)


def codes_of(words: NDArray[np.uint64]) -> NDArray[np.uint8]:
    """The codes of words, of the upper halves of their hashes."""
    return ((words >> np.uint64(32)) * np.uint64(CODES) >> np.uint64(32)).astype(np.uint8)


def pack(words: NDArray[np.uint64], bounds: NDArray[np.int64]) -> NDArray[np.uint16]:
    """The codes of the words of documents, those of document i being `words[bounds[i]:bounds[i + 1]]`: three as the
    digits of a number, the first one uppermost; each document begins with a new number."""
    counts = np.diff(bounds)
    threes = -(-counts // 3)
    codes = np.zeros(3 * int(threes.sum()), np.uint8)
    codes[each_of(3 * (np.cumsum(threes) - threes), counts)] = codes_of(words[each_of(bounds[:-1], counts)])
    packed: NDArray[np.uint16] = (codes.reshape(-1, 3) @ np.array([CODES**2, CODES, 1])).astype(np.uint16)
    return packed


def unpack(packed: NDArray[np.uint16], counts: NDArray[np.uint32]) -> NDArray[np.uint8]:
    """The codes of documents of so many words each.

    Raises:
        ValueError: so many words take another number of codes.
    """
    sizes = counts.astype(np.int64)
    threes = -(-sizes // 3)
    if int(threes.sum()) != len(packed):
        raise ValueError("codes of other words")
    codes: NDArray[np.uint8] = (packed[:, None] // np.array([CODES**2, CODES, 1]) % CODES).astype(np.uint8).reshape(-1)
    return codes[each_of(3 * (np.cumsum(threes) - threes), sizes)]


class Sought:
    """What documents are looked for by: the hashes of their words, those of document i being
    `words[bounds[i]:bounds[i + 1]]`."""

    def __init__(self, words: NDArray[np.uint64], bounds: NDArray[np.int64], likeness: Likeness) -> None:
        _, seeds = keyed.seeds(words, bounds, SEED_SHINGLE, likeness.window)
        self._columns = words, bounds, seeds, likeness
        self._native: Any = None
        if kernel.NATIVE:
            from dedup.kernel import _native

            self._native = _native.Sought(words, bounds, seeds, likeness[:2])

    def find(self, packed: NDArray[np.uint16], counts: NDArray[np.uint32]) -> NDArray[np.bool_]:
        """Which of some documents, of so many words each, may share a passage with one that is sought (bool [n]).

        Raises:
            ValueError: so many words take another number of codes.
        """
        if self._native is None:
            return self.defined_find(packed, counts)
        found: NDArray[np.bool_] = self._native.find(packed, counts).view(np.bool_)
        return found

    def defined_find(self, packed: NDArray[np.uint16], counts: NDArray[np.uint32]) -> NDArray[np.bool_]:
        """`find`, by the definition."""
        return defined_find(*self._columns, packed, counts)


class Scan(NamedTuple):
    """Some documents of an index to look through: their codes, and how many words each has."""

    sought: Sought
    packed: NDArray[np.uint16]
    counts: NDArray[np.uint32]

    @classmethod
    def of(cls, sought: Sought, packed: NDArray[np.uint16], counts: NDArray[np.uint32]) -> Iterator[Scan]:
        """All documents of a column, some at a time.

        Raises:
            ValueError: so many words take another number of codes.
        """
        ends = np.cumsum(-(-counts.astype(np.int64) // 3))
        if (int(ends[-1]) if len(ends) else 0) != len(packed):
            raise ValueError("codes of other words")
        first = low = 0
        while first < len(counts):
            last = max(first + 1, int(np.searchsorted(ends, low + SCANNED // 3, "right")))
            high = int(ends[last - 1])
            yield cls(sought, packed[low:high], counts[first:last])
            first, low = last, high


@in_threads
def scan(some: Scan) -> NDArray[np.bool_]:
    """Which of the documents may share a passage with one that is sought (bool [n])."""
    return some.sought.find(np.ascontiguousarray(some.packed), np.ascontiguousarray(some.counts))


# ── the definition ──────────────────────────────────────────────────────────────────────────────────────────────────


class _Codes(NamedTuple):
    """The codes of documents between those of no word; and seeds: where each stands, its key, the document that it is
    of, and how many words that has."""

    codes: NDArray[np.uint8]
    places: NDArray[np.int64]
    keys: NDArray[np.int64]
    documents: NDArray[np.int64]
    sizes: NDArray[np.int64]

    @classmethod
    def of(cls, own: NDArray[np.uint8], counts: NDArray[np.int64], seeds: NDArray[np.int64], none: int) -> _Codes:
        """Those of documents of so many words each, with seeds at some of their words; those of a document that is
        shorter than a seed are one."""
        firsts = np.cumsum(counts) - counts
        short = firsts[(counts > 0) & (counts < SEED_SHINGLE)]
        seeds = np.sort(np.concatenate([seeds, short]))
        documents = np.searchsorted(firsts + counts, seeds, "right")
        starts = firsts + AROUND * np.arange(1, len(counts) + 1)
        codes = np.full(int(counts.sum()) + AROUND * (len(counts) + 1), none, np.uint8)
        codes[each_of(starts, counts)] = own
        places = seeds + AROUND * (documents + 1)
        four = codes[places[:, None] + np.arange(SEED_SHINGLE)].astype(np.int64)
        keys = (four * (four != none)) @ (CODES ** np.arange(SEED_SHINGLE)[::-1])
        return cls(codes, places, keys, documents, counts[documents])


def defined_find(
    words: NDArray[np.uint64],
    bounds: NDArray[np.int64],
    seeds: NDArray[np.int64],
    likeness: Likeness,
    packed: NDArray[np.uint16],
    counts: NDArray[np.uint32],
) -> NDArray[np.bool_]:
    """`Sought.find`, by the definition; `seeds` are those of the words that are sought."""
    sizes = counts.astype(np.int64)
    new = _Codes.of(codes_of(words), np.diff(bounds), seeds, 128)
    every = each_of(np.cumsum(sizes) - sizes, np.maximum(0, sizes - SEED_SHINGLE + 1))
    old = _Codes.of(unpack(packed, counts), sizes, every, 64)
    order = np.argsort(new.keys, kind="stable")
    low, high = (np.searchsorted(new.keys[order], old.keys, side) for side in ("left", "right"))
    costs, found = np.zeros(len(counts), np.int64), np.zeros(len(counts), np.bool_)
    ends = np.cumsum(high - low)
    first = 0
    while first < len(ends):
        last = max(first + 1, int(np.searchsorted(ends, (ends[first - 1] if first else 0) + COST)))
        many = (high - low)[first:last]
        own, other = np.repeat(np.arange(first, last), many), order[each_of(low[first:last], many)]
        aligned, alike = _compared(old, own, new, other, likeness)
        np.add.at(costs, old.documents[own], 1 + ALIGNED * aligned)
        found[old.documents[own[alike]]] = True
        first = last
    return found | (costs > COST)


def _compared(
    old: _Codes, own: NDArray[np.int64], new: _Codes, other: NDArray[np.int64], likeness: Likeness
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Of pairs of seeds which are aligned, and around which the documents are alike."""
    one, two = old.places[own], new.places[other]
    around = np.arange(-NEAR, SEED_SHINGLE + NEAR)
    agree = old.codes[one[:, None] + around] == new.codes[two[:, None] + around]
    shorter = np.minimum(likeness.score, np.minimum(old.sizes[own], new.sizes[other]))
    alike = agree.sum(axis=1) >= np.minimum(likeness.agreeing, shorter)
    sides = np.where(agree, 1, -1)[:, NEAR + SEED_SHINGLE :], np.where(agree, 1, -1)[:, NEAR - 1 :: -1]
    straight = SEED_SHINGLE + sum(np.maximum(0, side.cumsum(axis=1).max(axis=1)) for side in sides)
    aligned = alike & (shorter == likeness.score)
    alike &= ~aligned | (straight >= min(STRAIGHT, likeness.score))
    aligned &= alike
    some = np.flatnonzero(aligned)
    ahead = _led_on(old.codes, one[some] + SEED_SHINGLE, new.codes, two[some] + SEED_SHINGLE, 1)
    behind = _led_on(old.codes, one[some] - 1, new.codes, two[some] - 1, -1)
    alike[some] = SEED_SHINGLE + ahead + behind >= likeness.score
    return aligned, alike


def _led_on(
    codes: NDArray[np.uint8], one: NDArray[np.int64], others: NDArray[np.uint8], two: NDArray[np.int64], step: int
) -> NDArray[np.int64]:
    """The best scores of alignments that lead on from two places, forwards or backwards."""
    none = np.full(len(one), -1000)
    row = [none] * BAND + [np.full(len(one), -at) for at in range(BAND + 1)] + [none]
    best, goes_on = np.zeros(len(one), np.int64), np.ones(len(one), np.bool_)
    for x in range(1, REACH + 1):
        before, top = none, none
        for at in range(max(0, BAND - x), 2 * BAND + 1):
            y = x + at - BAND
            across = none
            if y:
                same = codes[one + step * (x - 1)] == others[two + step * (y - 1)]
                across = row[at] + np.where(same, 1, -1)
            row[at] = before = np.maximum(across, np.maximum(row[at + 1], before) - 1)
            top = np.maximum(top, before)
        best = np.where(goes_on, np.maximum(best, top), best)
        goes_on &= top >= best - DROP
    return best
