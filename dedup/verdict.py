"""Which blocks of a page trafilatura's answer holds: it gives lines of text, and we need their places in the page."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from dedup.text import word_list

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_NEAR = 12
"""Blocks between a short block of the article and the one before it, at most."""
_GRAM = 4
"""Words in the shingles by which trafilatura's answer is found again in the page (as in its own benchmarks)."""


def kept_blocks(words: Sequence[tuple[str, ...]], answer: str) -> NDArray[np.bool_]:
    """Which blocks (bool [b], given by their words) claim a line of trafilatura's answer and are granted it.

    A block claims the line that holds most of its 4-word shingles, if they cover half of its words. A line is granted
    to as many blocks as it has words for, those nearest to the rest of the article first: its headline, not the link
    to it in a list of others. A block of fewer words claims a line that equals it and stands next to one granted.
    """
    lines = [tuple(word_list(cell)) for line in answer.splitlines() for cell in line.split("|")]
    lines = [line for line in lines if line]
    if not lines:
        return np.zeros(len(words), np.bool_)
    granted = _grant(words, _claims(words, lines), lines)
    _grant_short(words, granted, lines, 1)
    _grant_short(words, granted, lines, -1)
    return np.array([line is not None for line in granted], np.bool_)


def _claims(words: Sequence[tuple[str, ...]], lines: list[tuple[str, ...]]) -> list[int | None]:
    places: dict[tuple[str, ...], list[int]] = {}
    for number, line in enumerate(lines):
        for index in range(len(line) - _GRAM + 1):
            places.setdefault(line[index : index + _GRAM], []).append(number)
    claims: list[int | None] = []
    for each in words:
        covered = [False] * len(each)
        hits: Counter[int] = Counter()
        for index in range(len(each) - _GRAM + 1):
            at = places.get(each[index : index + _GRAM])
            if at:
                covered[index : index + _GRAM] = [True] * _GRAM
                hits.update(set(at))
        best = max(hits.items(), key=lambda hit: (hit[1], -hit[0]))[0] if hits else None
        claims.append(best if sum(covered) * 2 >= len(each) else None)
    return claims


def _grant(
    words: Sequence[tuple[str, ...]], claims: list[int | None], lines: list[tuple[str, ...]]
) -> list[int | None]:
    room = Counter[tuple[str, ...]]()
    for line in lines:
        room[line] += len(line)
    rivals: dict[tuple[str, ...], list[int]] = {}
    for index, claim in enumerate(claims):
        if claim is not None:
            rivals.setdefault(lines[claim], []).append(index)
    alone = [index for index, claim in enumerate(claims) if claim is not None and len(rivals[lines[claim]]) == 1]
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


def _grant_short(
    words: Sequence[tuple[str, ...]], granted: list[int | None], lines: list[tuple[str, ...]], step: int
) -> None:
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
