"""Which blocks of a page trafilatura's answer holds: it gives lines of text, and we need their places in the page."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from dedup import kernel
from dedup.hashed import Hashed

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Sequence

    from numpy.typing import NDArray

    Line = tuple[Hashable, ...]
    """The words of a line of the answer, or of a block."""

_NEAR = 12
"""Blocks between a short block of the article and the one before it, at most."""
_GRAM = 4
"""Words in the shingles by which trafilatura's answer is found again in the page (as in its own benchmarks)."""


def kept_blocks(blocks: Hashed, answer: str) -> NDArray[np.bool_]:
    """Which blocks (bool [b], given by their words) claim a line of trafilatura's answer and are granted it.

    A block claims the line that holds most of its 4-word shingles, if they cover half of its words. A line is granted
    to as many blocks as it has words for, those nearest to the rest of the article first: its headline, not the link
    to it in a list of others. A block of fewer words claims a line that equals it and stands next to one granted.
    """
    # Without the mark of a list's item, a line is the text of a block, whose words are known already.
    lines = Hashed.of(cell.strip("- ") for line in answer.splitlines() for cell in line.split("|"))
    lines = Hashed(lines.hashes, lines.bounds[np.diff(lines.bounds, prepend=-1) > 0])  # those without words are none
    if not kernel.NATIVE:
        return defined(blocks.rows(), lines.rows())
    from dedup.kernel import _native

    return _native.kept_blocks(*blocks, *lines).view(np.bool_)


def defined(words: Sequence[Line], lines: Sequence[Line]) -> NDArray[np.bool_]:
    """The definition of `kept_blocks`, by the words of the blocks and lines."""
    granted = _grant(words, _claims(words, lines), lines)
    _grant_short(words, granted, lines, 1)
    _grant_short(words, granted, lines, -1)
    return np.array([line is not None for line in granted], np.bool_)


def _claims(words: Sequence[Line], lines: Sequence[Line]) -> list[int | None]:
    places: dict[Line, tuple[int, ...]] = {}
    for number, line in enumerate(lines):
        here = (number,)
        for gram in _grams(line):
            known = places.setdefault(gram, here)
            if known[-1] != number:
                places[gram] = (*known, number)
    exact = {line: number for number, line in enumerate(lines) if len(line) >= _GRAM}
    claims: list[int | None] = []
    for each in words:
        same = exact.get(each)
        if same is not None and len(places[each[:_GRAM]]) == 1:
            claims.append(same)  # the only line that holds so much as its first words
        else:
            claims.append(_claim(len(each), [places.get(gram) for gram in _grams(each)]))
    return claims


def _grams(words: Line) -> Iterator[Line]:
    return zip(words, words[1:], words[2:], words[3:], strict=False)


def _claim(size: int, at: list[tuple[int, ...] | None]) -> int | None:
    """The line that a block of so many words claims, whose shingles stand in these lines."""
    if not any(at):
        return None
    covered = end = 0
    hits: dict[int, int] = {}
    for index, numbers in enumerate(at):
        if numbers:
            covered += index + _GRAM - max(index, end)
            end = index + _GRAM
            for number in numbers:
                hits[number] = hits.get(number, 0) + 1
    return max(hits, key=lambda number: (hits[number], -number)) if covered * 2 >= size else None


def _grant(words: Sequence[Line], claims: list[int | None], lines: Sequence[Line]) -> list[int | None]:
    room = Counter["Line"]()
    for line in lines:
        room[line] += len(line)
    rivals: dict[Line, list[int]] = {}
    for index, claim in enumerate(claims):
        if claim is not None:
            rivals.setdefault(lines[claim], []).append(index)
    alone = sorted(claimants[0] for claimants in rivals.values() if len(claimants) == 1)
    granted = list(claims)
    for line, claimants in rivals.items():
        if sum(len(words[index]) for index in claimants) <= 1.25 * room[line]:
            continue  # the parts of one paragraph, or blocks that all stand in the answer
        left = room[line]
        for index in sorted(claimants, key=lambda index: (words[index] != line, _distance(index, alone), index)):
            if left <= 0:
                granted[index] = None
            left -= len(words[index])
    return granted


def _distance(index: int, others: list[int]) -> int:
    at = bisect_left(others, index)
    return min((abs(index - other) for other in others[max(0, at - 1) : at + 1]), default=0)


def _grant_short(words: Sequence[Line], granted: list[int | None], lines: Sequence[Line], step: int) -> None:
    """Grant lines to blocks too short for a shingle, going down (step 1) or up (-1) from a granted neighbour."""
    last, age = None, 0
    taken = {line for line in granted if line is not None}
    for index in range(len(words))[::step]:
        if granted[index] is not None:
            last, age = granted[index], 0
        elif last is not None and 0 < len(words[index]) < _GRAM and age < _NEAR:
            near = (last + step, last + 2 * step)
            line = next((n for n in near if 0 <= n < len(lines) and lines[n] == words[index] and n not in taken), None)
            if line is not None:
                granted[index], last, age = line, line, 0
                taken.add(line)
        age += 1
