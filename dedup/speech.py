"""Which languages a text is in, as far as it takes to know whose rules to try on it."""

from __future__ import annotations

from collections import Counter
from functools import cache
from operator import itemgetter
from typing import TYPE_CHECKING

from dedup import kernel
from dedup.clauses import names, table

if TYPE_CHECKING:
    from collections.abc import Callable

    Counts = tuple[int, list[int], list[bool]]

SHORT_TEXT = 60
"""Words of a text too short to tell its language by: the rules of all languages are tried."""
FUNCTION_SHARE = 0.05
"""The share of a text's words that are among the dozen most common of a language: .2 to .4 in a text of that language,
.03 at most in one of another (German and Dutch, Spanish and Portuguese share some: both are then tried)."""
ENGLISH = frozenset("the of and to in is that it for was on with as be by at this are from his".split())
"""The most common words of English, whose rules are always tried."""
SCRIPTS = {"ar": (0x600, 0x6FF), "ja": (0x3040, 0x30FF), "ru": (0x400, 0x4FF), "zh": (0x4E00, 0x9FFF)}
"""The first and the last letter by which a language is told."""


def languages_of(text: str, stated: str | None = None) -> frozenset[str]:
    """The languages whose rules are tried on a document of this text: those whose most common words or letters it
    holds, the one that it states, English, and the rules of no language."""
    words, counts, scripts = _tally()(text)
    least = 0.0 if words < SHORT_TEXT else FUNCTION_SHARE * words
    found = {language for language, count in zip(_function_words(), counts, strict=True) if count >= least}
    found.update(language for language, is_there in zip(SCRIPTS, scripts, strict=True) if is_there)
    return frozenset(found | {"any", "en", (stated or "en").split("-")[0].casefold()})


def language_of(text: str) -> str:
    """The language that most of a text is in, of those that there are rules for (`en`); empty if it is none of them.

    >>> language_of("The ferry left the quay at dawn, and it was late."), language_of("渡船离开")
    ('en', 'zh')
    """
    words, counts, scripts = _tally()(text)
    english = sum(word in ENGLISH for word in text.casefold().split())
    most, name = max(zip([english, *counts], ["en", *_function_words()], strict=True), key=itemgetter(0))
    if most and most >= FUNCTION_SHARE * words:
        return name
    return next((language for language, is_there in zip(SCRIPTS, scripts, strict=True) if is_there), "")


class Tally:
    """Counts the words of texts. `groups_of` has the groups (numbers below `groups`) of words, folded."""

    def __init__(self, groups_of: dict[str, list[int]], groups: int, scripts: list[tuple[int, int]]) -> None:
        self._groups_of, self._groups, self._scripts = groups_of, groups, scripts

    def of(self, text: str) -> Counts:
        """The words of a text, those of each group, and whether a letter of each script is among them."""
        words = text.casefold().split()
        counts = [0] * self._groups
        for word, count in Counter(filter(self._groups_of.__contains__, words)).items():
            for group in self._groups_of[word]:
                counts[group] += count
        letters = {ord(letter) for letter in set("".join(words))}
        return len(words), counts, [any(low <= each <= high for each in letters) for low, high in self._scripts]


@cache
def _tally() -> Callable[[str], Counts]:
    groups_of: dict[str, list[int]] = {}
    for group, words in enumerate(_function_words().values()):
        for word in words:
            groups_of.setdefault(word, []).append(group)
    told = (groups_of, len(_function_words()), [*SCRIPTS.values()])
    if not kernel.NATIVE:
        return Tally(*told).of
    from dedup.kernel import _native

    return _native.Tally(*told).of


@cache
def _function_words() -> dict[str, frozenset[str]]:
    """The most common words of each language that has words."""
    found = {name.removesuffix(".toml"): table(name).get("function_words") for name in names()}
    return {language: frozenset(words.split()) for language, words in found.items() if words}
