"""What is known of the texts that a part of a pattern matches, and of parts put together: their letters, and clauses,
sets of strings of each of which such a text holds one.

A string is of letters as `dedup.sieve` takes them from a text, or it is one mark (`|`, `#`), wherever that stands. Of
two things that are true, the one is kept that keeps out more texts.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from dedup.sieve import END, KEPT, START, TWICE, is_mark, letters_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dedup.sieve import Clauses, Strings

MANY = 50
"""Strings up to which a set grows by what follows."""
WIDE = 300
"""Strings of a clause, at most: what has more keeps out few texts."""
LONG = 10
"""Letters of a string, at most: they keep out all the texts that it can."""
CLOSED = "\x00"
"""Behind a string that is not known further."""
CLAUSES = 4
"""Clauses of a pattern, at most: the next one keeps out hardly a text more."""
LEAST = 0.2
"""The rarity of a clause that is worth a look-up."""
COMMON = frozenset(".,-'\"")
"""Marks that most texts hold."""


class Info(NamedTuple):
    """What is known of the letters that a part of a pattern matches."""

    exact: Strings | None
    """All that it can match, where that can be listed."""
    head: Strings
    """What it matches begins with one of these."""
    need: Clauses = ()
    """What it matches holds one of each, besides what `exact` says."""


EMPTY = frozenset([""])
_ONCE = frozenset(["", "0", *KEPT])
NOTHING = Info(None, EMPTY)


@lru_cache(maxsize=1 << 13)
def exactly(*strings: str) -> Info:
    found = frozenset(strings)
    return Info(found, found)


BLANK = exactly("")


@lru_cache(maxsize=1 << 13)
def literal(text: str) -> Info:
    """What is known of a text that stands in a pattern as it is: its letters in a row, and its marks."""
    letters = frozenset([letters_of(text)])
    return Info(letters, letters, tuple(frozenset([mark]) for mark in sorted(set(filter(is_mark, text)))))


@lru_cache(maxsize=1 << 14)
def _chance(string: str) -> float:
    """About how many texts hold a string, as a share: so it is told which clause keeps more out."""
    if is_mark(string):
        return 0.3 if string in COMMON else 0.1
    if string in ("", START, END):
        return 1.0
    letters = string.strip(f"0{START}{END}{KEPT}")
    chance = min(1.0, 20.0 * 0.1 ** len(letters)) * 0.3 ** ("0" in string)
    return chance * 0.05 ** ((START in string) + (END in string) + any(map(string.count, KEPT)))


@lru_cache(maxsize=1 << 12)
def _rarity(strings: Strings) -> float:
    """How many texts a clause keeps out; 0: none."""
    return -math.log(min(1.0, math.fsum(map(_chance, strings))))


def best(clauses: Iterable[Strings], most: int = CLAUSES) -> Clauses:
    """The clauses that keep out most texts, first the best, without those that follow from others."""
    rarest = sorted(
        {fewest(each) for each in clauses if "" not in each}, key=lambda each: (-_rarity(each), sorted(each))
    )
    kept: list[Strings] = []
    for clause in rarest:
        if len(kept) == most or _rarity(clause) < LEAST:
            break
        if not any(_follows(clause, each) for each in kept):
            kept.append(clause)
    return tuple(kept)


def _follows(clause: Strings, other: Strings) -> bool:
    """Whether a text that holds a string of the other clause holds one of this, since that stands in it."""
    return all(any(map(string.__contains__, clause)) for string in other)


def clauses_of(info: Info) -> Clauses:
    """All clauses that a part gives by itself."""
    return best([*info.need, info.exact]) if info.exact is not None else info.need


def _product(first: Strings, second: Strings) -> Strings | None:
    """Every string of the first with every one of the second behind it, unless those are too many."""
    if second == EMPTY:
        return first
    if first == EMPTY:
        return second
    if len(first) * len(second) > MANY and min(len(first), len(second)) > 1:
        return None
    return frozenset([_once(a + b) for a in first for b in second])


def _front(infos: list[Info]) -> Strings:
    """What parts that follow one another begin with: every string as far as it is known, to `LONG` letters."""
    front: Strings = EMPTY
    for info in infos:
        for length in (LONG, 4, 3, 2, 1):
            longer = _longer(front, info, length)
            if len(longer) <= WIDE:
                break
        else:
            break
        front = longer
    return frozenset([each.rstrip(CLOSED) for each in front])


def _longer(front: Strings, info: Info, length: int) -> Strings:
    """The strings that are not closed with so many letters of what the part begins with behind them."""
    heads = {_cut(head, length) + ("" if info.exact is not None else CLOSED) for head in info.head}
    closed = {each for each in front if each.endswith(CLOSED)}
    return frozenset(closed | {_cut(_once(each + head), LONG) for each in front - closed for head in heads})


def _cut(string: str, length: int) -> str:
    return string if len(string.rstrip(CLOSED)) <= length else f"{string[:length]}{CLOSED}"


def _once(string: str) -> str:
    return TWICE.sub(r"\1", string)


def sequence(infos: list[Info]) -> Info:
    """What is known of parts that follow one another."""
    if len(infos) == 1:
        return infos[0]
    run: Strings = EMPTY
    is_exact = True
    need: list[Strings] = []
    for info in infos:
        need += info.need
        joined = _product(run, info.head)
        if info.exact is not None and joined is not None:
            run = joined
            continue
        is_exact = False
        need.append(joined or run)
        run = info.exact or EMPTY
    if is_exact:
        return Info(run, run, best(need))
    head = _front(infos)
    return Info(None, head, best([*need, run, head]))


def alternatives(infos: list[Info]) -> Info:
    """What is known of parts of which one matches: each of its clauses joins one of every part."""
    if len(infos) == 1:
        return infos[0]
    head = frozenset[str]().union(*[info.head for info in infos])
    exact = head if all(info.exact is not None for info in infos) else None
    if exact is not None and not any(info.need for info in infos):
        return Info(exact, head)
    own = [clauses_of(info) for info in infos]
    return Info(exact, head, best(each for each in _joined(own) if len(each) <= WIDE))


def _joined(own: list[Clauses]) -> Iterator[Strings]:
    """What holds whichever part matches: the best clauses of all as one, the next best, and what all parts have."""
    if all(own):
        for number in range(max(map(len, own))):
            yield fewest(frozenset[str]().union(*[clauses[min(number, len(clauses) - 1)] for clauses in own]))
        for clause in {clause for clauses in own for clause in clauses}:
            if all(any(_follows(clause, each) for each in clauses) for clauses in own):
                yield clause


def repeated(info: Info, least: int, most: int | None) -> Info:
    """What is known of a part that stands `least` to `most` times."""
    if info.exact is not None and len(info.exact - EMPTY) <= 1 and info.exact <= _ONCE:
        return info if least else exactly("", *info.exact)
    if least == most == 1:
        return info
    if least == 0:
        return exactly("", *info.exact) if info.exact is not None and most == 1 else NOTHING
    return sequence([info, NOTHING])


@lru_cache(maxsize=1 << 12)
def fewest(strings: Strings) -> Strings:
    """The strings without those that hold another one."""
    kept: list[str] = []
    for string in sorted(strings, key=len):
        if not any(map(string.__contains__, kept)):
            kept.append(string)
    return frozenset(kept)
