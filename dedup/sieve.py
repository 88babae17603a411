"""Which of many patterns a text may match, told by the strings that they cannot match without (`dedup.literals`).

Strings and texts are compared by their letters, so that spaces, marks and case need no thought.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from dedup.text import pattern

if TYPE_CHECKING:
    from collections.abc import Iterable

START, END = "\x02", "\x03"
"""What stands for `^` and `$` among the letters."""
GRAM = 4
"""Characters by which the sieve looks strings up."""
FEW = 80
"""Strings that are looked for one by one: to cut a text into grams costs as much."""
KEPT = "@©"
"""Marks that count among the letters, as few texts have them. (Runs of them count once, like digits.)"""
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


class Sieve:
    """Which of many patterns a text may match."""

    def __init__(self, needed: Iterable[frozenset[str] | None]) -> None:
        self._always: list[int] = []
        numbers: dict[str, list[int]] = {}
        for number, strings in enumerate(needed):
            for string in strings or ():
                numbers.setdefault(string, []).append(number)
            if not strings:
                self._always.append(number)
        looked_up = [string for string in numbers if len(string) >= GRAM] if len(numbers) > FEW else []
        self._single = [(string, numbers[string]) for string in numbers.keys() - looked_up]
        self._by_gram: dict[str, list[tuple[str, list[int]]]] = {}
        for string in looked_up:
            self._by_gram.setdefault(string[:GRAM], []).append((string, numbers[string]))
        self._grams = frozenset(self._by_gram)

    def sift(self, text: str) -> list[int]:
        """The numbers of the patterns that may match, from low to high."""
        letters = f"{START}{letters_of(text)}{END}"
        found = set(self._always)
        for string, numbers in self._single:
            if string in letters:
                found.update(numbers)
        if not self._grams:
            return sorted(found)
        for gram in self._grams.intersection([letters[at : at + GRAM] for at in range(len(letters) - GRAM + 1)]):
            for string, numbers in self._by_gram[gram]:
                if string in letters:
                    found.update(numbers)
        return sorted(found)
