"""A duplicate and what was kept for it compared exactly, by plain algorithms that the run itself does not use: so a
mistake of the run is seen here.
"""

from __future__ import annotations

from math import comb, exp, log, log1p, sqrt
from typing import TYPE_CHECKING, Any, NamedTuple

from dedup.passages import TOLERANCE
from dedup.sketch import whole_words
from dedup.text import word_list

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Sequence

ROUNDED = 0.0002
"""By how much two shares may differ that are the same: they are rounded to four places, some of them twice."""
MOST = 1 << 28
"""The product of the numbers of words that are compared, from the first that differ to the last: 16,000 words and as
many take 32 MB and .1 s."""
NORMAL = 1.959964
"""The standard deviations within which 95 % of a normal distribution lie."""
STEPS = 60
"""Halvings of an interval from 0 to 1 until nothing is left of it."""


# ── words that agree in the same order ──────────────────────────────────────────────────────────────────────────────


def common(ours: Sequence[str], theirs: Sequence[str]) -> list[tuple[int, int]] | None:
    """The longest common subsequence of two lists of words: which words agree, by their places in each, in order. None
    where they differ in more than `MOST` allows.

    With the words of one list as the bits of a number, a word of the other is one addition (Hyyrö, Bit-parallel
    LCS-length computation revisited, 2004), which makes it quick and leaves it exact.
    """
    size = min(len(ours), len(theirs))
    head = next((at for at in range(size) if ours[at] != theirs[at]), size)
    size -= head
    tail = next((at for at in range(size) if ours[-1 - at] != theirs[-1 - at]), size)
    left, right = ours[head : len(ours) - tail], theirs[head : len(theirs) - tail]
    if len(left) * len(right) > MOST:
        return None
    inner = [(head + own, head + other) for own, other in _traced(list(_rows(left, right)), len(right))]
    ends = [(len(ours) - tail + at, len(theirs) - tail + at) for at in range(tail)]
    return [*((at, at) for at in range(head)), *inner, *ends]


def _rows(left: Sequence[str], right: Sequence[str]) -> Iterator[int]:
    """For each word of the one list, which bits of the other are 0: those where one more word agrees than before it."""
    places: dict[str, int] = {}
    for at, word in enumerate(right):
        places[word] = places.get(word, 0) | 1 << at
    every = (1 << len(right)) - 1
    row = every
    for word in left:
        same = row & places.get(word, 0)
        row = ((row + same) | (row - same)) & every
        yield row


def _traced(rows: list[int], columns: int) -> list[tuple[int, int]]:
    """Which words agree, by the rows: back from the last word of both."""
    pairs = []
    row, column = len(rows), columns
    while row and column:
        bit = 1 << (column - 1)
        if rows[row - 1] & bit:
            column -= 1
        elif row > 1 and not rows[row - 2] & bit:
            row -= 1
        else:
            row, column = row - 1, column - 1
            pairs.append((row, column))
    return pairs[::-1]


# ── a duplicate ─────────────────────────────────────────────────────────────────────────────────────────────────────


class Found(NamedTuple):
    """What is true of a duplicate: as of `dedup.passages`, the Jaccard similarity of its shingles, how many words it
    has, and what is wrong, if anything is."""

    similarity: float
    containment: float
    jaccard: float
    words: int
    wrong: str = ""


def compared(removed: str, kept: str, record: dict[str, Any], config: dict[str, Any]) -> Found | None:
    """A passage that went beside what is kept of the span that it went for, against the settings of the run and against
    what its record says. None where it takes too long."""
    ours, theirs = word_list(removed), word_list(kept)
    both = common(ours, theirs)
    if both is None:
        return None
    similarity, containment = _share(2 * len(both), len(ours) + len(theirs)), _share(len(both), len(ours))
    alike = jaccard(ours, theirs, config["shingle"])
    wrong = (
        _below("similarity", similarity, config["threshold"], record["similarity"])
        or _below("containment", containment, 1 - TOLERANCE, record["evidence"]["containment"])
        or _swapped(ours, theirs, both)
    )
    return Found(similarity, containment, alike, len(ours), "" if theirs and not wrong else wrong or _NOTHING)


def compared_wholes(removed: str, kept: str, record: dict[str, Any], config: dict[str, Any]) -> Found:
    """A document that went as a whole beside the one it went for, by their sets of shingles."""
    ours, theirs = (whole_words([text]).hashes.tolist() for text in (removed, kept))
    mine, others = shingles(ours, config["shingle"]), shingles(theirs, config["shingle"])
    alike, containment = _share(len(mine & others), len(mine | others)), _share(len(mine & others), len(mine))
    wrong = _below("Jaccard similarity", alike, config["threshold"], record["similarity"])
    return Found(alike, containment, alike, len(ours), "" if theirs and not wrong else wrong or _NOTHING)


_NOTHING = "nothing is kept where it should stand"


def jaccard(ours: Sequence[Hashable], theirs: Sequence[Hashable], shingle: int) -> float:
    """The Jaccard similarity of the sets of shingles of two lists of words."""
    mine, others = shingles(ours, shingle), shingles(theirs, shingle)
    return _share(len(mine & others), len(mine | others))


def shingles(words: Sequence[Hashable], size: int) -> set[tuple[Hashable, ...]]:
    """The shingles of so many words; of fewer words there is one of all."""
    return {tuple(words[at : at + size]) for at in range(max(1, len(words) - size + 1))} if words else set()


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0


def _below(name: str, value: float, least: float, told: float) -> str:
    """What is wrong with a value that must be at least so much, and as much as the record tells."""
    if value < least - ROUNDED:
        return f"{name} {value:.4f} is less than {least:.4g}"
    return f"{name} {value:.4f} is less than the {told:.4f} that its record tells" if value < told - ROUNDED else ""


def _swapped(ours: list[str], theirs: list[str], both: list[tuple[int, int]]) -> str:
    """Where one text has another figure than the other one in the same place."""
    last = (-1, -1)
    for own, other in [*both, (len(ours), len(theirs))]:
        mine, others = (
            "".join(filter(str.isdecimal, words[low + 1 : high]))
            for words, low, high in ((ours, last[0], own), (theirs, last[1], other))
        )
        if mine and others and mine != others:
            return f"figures differ: {mine[:30]} where {others[:30]} is kept"
        last = own, other
    return ""


# ── confidence ──────────────────────────────────────────────────────────────────────────────────────────────────────


def clopper_pearson(found: int, of: int) -> tuple[float, float]:
    """The exact 95 % confidence interval of a share of which so many were found in a sample (Clopper and Pearson, The
    use of confidence or fiducial limits, 1934): the shares with which that many or more, or that many or fewer, are
    found with a probability of .025.

    >>> [round(edge, 4) for edge in clopper_pearson(0, 200)]
    [0.0, 0.0183]
    """
    low = 0.0 if found == 0 else _root(lambda share: 1 - _at_most(found - 1, of, share) < 0.025)
    high = 1.0 if found == of else _root(lambda share: _at_most(found, of, share) > 0.025)
    return round(low, 6), round(high, 6)


def _root(is_below: Callable[[float], bool]) -> float:
    low, high = 0.0, 1.0
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if is_below(middle) else (low, middle)
    return (low + high) / 2


def _at_most(found: int, of: int, share: float) -> float:
    """The probability of so many or fewer of a number of draws."""
    each = (log(comb(of, k)) + k * log(share) + (of - k) * log1p(-share) for k in range(found + 1))
    return sum(map(exp, each))


def wilson(found: int, of: int) -> tuple[float, float]:
    """The 95 % confidence interval of a share as Wilson has it (Probable inference, 1927), which is quick for many.

    >>> [round(edge, 3) for edge in wilson(9, 10)]
    [0.596, 0.982]
    """
    if not of:
        return 0.0, 1.0
    share, square = found / of, NORMAL**2
    middle = (share + square / (2 * of)) / (1 + square / of)
    reach = NORMAL / (1 + square / of) * sqrt(share * (1 - share) / of + square / (4 * of * of))
    return round(max(0.0, middle - reach), 6), round(min(1.0, middle + reach), 6)
