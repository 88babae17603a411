"""Which of many patterns a text may match, told by the strings that they cannot match without (`dedup.literals`).

Strings and texts are compared by their letters, so that spaces, marks and case need no thought. A string of one mark is
looked for by itself, anywhere in the text.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache, cached_property, lru_cache
from typing import TYPE_CHECKING

from dedup import kernel
from dedup.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    Strings = frozenset[str]
    Clauses = tuple[Strings, ...]
    """Of each of these sets of strings, a text must hold one."""

START, END = "\x02", "\x03"
"""What stands for `^` and `$` among the letters."""
GRAM = 4
"""Characters by which the sieve looks strings up."""
KEPT = "@©"
"""Marks that count among the letters, as few texts have them. (Runs of them count once, like digits.)"""
UNLIMITED = 2**32 - 1
"""The limit of a pattern that has none."""
TWICE = re.compile(f"([0{START}{END}{KEPT}])\\1+")
# `İ` and `ı` are an `i` to patterns that ignore case; U+1DF95 is a capital sharp s that Python does not know yet.
_ODD = {"\u0130": "i", "\u0131": "i", "\U0001df95": "ss"}


class _Letters(dict[int, str]):
    """Character by character, what is left of a text: its word characters, folded, and `0` for every digit."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        if not pattern(r"\w").match(char):
            kept = char if char in KEPT else ""
        else:
            kept = "0" if pattern(r"\d").match(char) else _ODD.get(char) or char.casefold()
        self[code] = kept
        return kept


@cache
def _letters() -> _Letters:
    return _Letters()


def letters_of(text: str) -> str:
    """The letters of a text without case, and a single 0 for a run of digits whatever stands between them.

    >>> letters_of("Posted: 12/03/2024, 9:15")
    'posted0'
    """
    return TWICE.sub(r"\1", text.translate(_letters()))


@lru_cache(maxsize=1 << 12)
def is_mark(char: str) -> bool:
    """Whether a character is one that leaves no letters, and is no white space."""
    return len(char) == 1 and char not in (START, END) and not char.isspace() and not letters_of(char)


class Sieve:
    """Which of many patterns a text may match. It reads them as numbers: of strings, of clauses, of patterns.

    `limits` has for each pattern how long a text is at least and at most, by whatever measure; none: all may be any.
    """

    def __init__(self, needed: Sequence[Clauses], limits: Sequence[tuple[int, int]] = ()) -> None:
        self.limits = list(limits) or [(0, UNLIMITED)] * len(needed)
        self.pattern_of = [number for number, clauses in enumerate(needed) for _ in clauses]
        self.counts = [len(clauses) for clauses in needed]
        self.clauses_of: dict[str, list[int]] = {}
        for clause, strings in enumerate(strings for clauses in needed for strings in clauses):
            for string in strings:
                self.clauses_of.setdefault(string, []).append(clause)
        marks = [string for string in self.clauses_of if len(string) == 1 and is_mark(string)]
        self.clauses_of_mark = {mark: self.clauses_of.pop(mark) for mark in marks}

    def sift(self, text: str, low: int = 0, high: int = 0) -> list[int]:
        """The numbers of the patterns that may match, from low to high: those of whose clauses the text holds all, that
        may be as short as `low` and as long as `high`."""
        letters = f"{START}{letters_of(text)}{END}"
        held: set[int] = set().union(*[self.clauses_of_mark[mark] for mark in self.clauses_of_mark.keys() & set(text)])
        for string in self._looked_for(letters):
            if string in letters:
                held.update(self.clauses_of[string])
        counts = Counter(self.pattern_of[clause] for clause in held)
        return [
            number
            for number, (count, (least, most)) in enumerate(zip(self.counts, self.limits, strict=True))
            if counts[number] == count and least <= low and high <= most
        ]

    def _looked_for(self, letters: str) -> Iterator[str]:
        """The strings that may be among the letters: those whose first characters are, and all that are shorter."""
        yield from self._by_gram[""]
        for gram in self._by_gram.keys() & {letters[at : at + GRAM] for at in range(len(letters) - GRAM + 1)}:
            yield from self._by_gram[gram]

    @cached_property
    def _by_gram(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {"": []}
        for string in self.clauses_of:
            found.setdefault(string[:GRAM] if len(string) >= GRAM else "", []).append(string)
        return found


def sifter(needed: Sequence[Clauses], limits: Sequence[tuple[int, int]] = ()) -> Callable[..., list[int]]:
    """`Sieve.sift` for these patterns, in C++ where the kernel is there."""
    sieve = Sieve(needed, limits)
    if not kernel.NATIVE:
        return sieve.sift
    from dedup.kernel import _native

    told = (sieve.clauses_of, sieve.clauses_of_mark, sieve.pattern_of, sieve.counts, sieve.limits, letters_of)
    return _native.Sieve(*told).sift
