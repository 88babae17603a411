"""Which blocks of a page belong to its article: trafilatura's answer found again in the page, and what it lost.

Knows blocks, not elements.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from typing import TYPE_CHECKING

from dedup.data import Tag
from dedup.lexicon import dom_kind
from dedup.text import pattern, word_list

if TYPE_CHECKING:
    from dedup.data import Block

_PARAGRAPH = 20
"""Where trafilatura finds nothing, a block of as many words with few links is taken for the article's."""
_NEAR = 12
"""Blocks between a short block of the article and the one before it, at most."""
_GRAM = 4
"""Words in the shingles by which trafilatura's answer is found again in the page (as in its own benchmarks)."""


def article_blocks(texts: list[str], blocks: list[Block], answer: str, title: str, headline: bool) -> list[bool]:
    """Which blocks belong to the article: those that claim a line of trafilatura's answer and are granted it, and what
    it lost beside them (see `_recover`).

    A block claims the line that holds most of its 4-word shingles, if they cover half of its words. A line is granted
    to as many blocks as it has words for, those nearest to the rest of the article first: its headline, not the link
    to it in a list of others. A block of fewer words claims a line that equals it and stands next to one granted.
    """
    words = [tuple(word_list(text)) for text in texts]
    lines = [tuple(word_list(cell)) for line in answer.splitlines() for cell in line.split("|")]
    lines = [line for line in lines if line]
    if not lines:
        return [
            len(each) >= _PARAGRAPH and block.links < 0.3 and block.tag is not Tag.ITEM
            for each, block in zip(words, blocks, strict=True)
        ]
    granted = _grant(words, _claims(words, lines), lines)
    _grant_short(words, granted, lines, 1)
    _grant_short(words, granted, lines, -1)
    main = [line is not None for line in granted]
    _recover(main, words, blocks, tuple(word_list(title)), headline)
    return main


def _claims(words: list[tuple[str, ...]], lines: list[tuple[str, ...]]) -> list[int | None]:
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


def _grant(words: list[tuple[str, ...]], claims: list[int | None], lines: list[tuple[str, ...]]) -> list[int | None]:
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
    words: list[tuple[str, ...]], granted: list[int | None], lines: list[tuple[str, ...]], step: int
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


def _recover(
    main: list[bool], words: list[tuple[str, ...]], blocks: list[Block], title: tuple[str, ...], keep: bool
) -> None:
    """Take back what trafilatura loses most: the standfirst, blocks in the very place of the article's own, and the
    headline if it is to be kept."""
    first = next((index for index, is_main in enumerate(main) if is_main), None)
    if first is None:
        return
    headline = _headline(words, blocks, title, first)
    own = {words[index] for index, is_main in enumerate(main) if is_main}
    if keep and headline is not None and words[headline] not in own:
        main[headline] = True
    places = Counter(
        _place(block) for block, is_main in zip(blocks, main, strict=True) if is_main and block.tag is not Tag.HEADING
    )
    home, count = places.most_common(1)[0] if places else ("", 0)
    last = max(index for index, is_main in enumerate(main) if is_main)
    for index in range(first if headline is None else headline + 1, last):
        block = blocks[index]
        at_home = count >= 3 and _place(block) == home and dom_kind(block.path) is None
        standfirst = index < first and block.tag is not Tag.ITEM and pattern(_STANDFIRST).search(block.path)
        if not main[index] and words[index] not in own and (at_home or standfirst) and block.links < 0.3:
            main[index] = bool(words[index])


_STANDFIRST = r"[.#][\w-]*(?:standfirst|deck|\bdek\b|subtitle|sub-?head|excerpt|intro|lede?|summary)[^/]*$"


def _headline(words: list[tuple[str, ...]], blocks: list[Block], title: tuple[str, ...], first: int) -> int | None:
    """The heading before the article's text (or its first block) that is the page's title, or most of it."""
    for index in range(first, -1, -1):
        own = words[index]
        inside = own and " ".join(own) in " ".join(title)
        if blocks[index].tag is Tag.HEADING and inside and len(own) * 2 >= len(title):
            return index
    return None


def _place(block: Block) -> str:
    """The element that holds a block: its path up to the paragraph, table or list."""
    steps = block.path.split("/")
    while len(steps) > 1 and steps[-1].split(".")[0].split("#")[0] in _LEAVES:
        steps.pop()
    return "/".join(steps)


_LEAVES = frozenset(
    "p td th tr tbody thead tfoot table li ul ol dl dt dd blockquote h1 h2 h3 h4 h5 h6 pre figure".split()
)
