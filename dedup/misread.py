"""Words that a scanner misread: told from other words by their letters, and from other names by what is around them.

The classes are those that OCR confuses most (Nagy, Nartker, Rice, Optical Character Recognition: An Illustrated Guide
to the Frontier, 1999): glyphs of one shape, and pairs of letters that look like one.
"""

from __future__ import annotations

from functools import lru_cache

from dedup.telling import telling_words
from dedup.text import fold, word_hash

_PAIRS = (("rn", "m"), ("nn", "m"), ("ri", "n"), ("cl", "d"), ("vv", "w"), ("li", "h"), ("ii", "u"))
_SHAPES = str.maketrans(
    {each: shape[0] for shape in ("l1i|!", "o0q", "s5", "b86", "z2", "g9", "a4") for each in shape[1:]}
)
_ENDINGS = frozenset(" s es d ed r er n en ing ly e em t te st al".split(" "))
# What one spelling of a language writes for another, in all places: no slip.
_SPELLINGS = (("our", "or"), ("is", "iz"), ("ys", "yz"), ("ll", "l"), ("tre", "ter"), ("ogue", "og"), ("ae", "e"))
LONG, LONGER, SURE = 4, 7, 10
"""Letters from which on a word may be the same with one letter wrong, with two, and is the same with one."""
ENDING = 3
"""Letters at the end of a word in which long names differ, too, by a vowel or by one letter more: Kowalewski and
Kowalewska, Christensen and Christenson, Charleston and Charlestown."""
_VOWELS = frozenset("aeiouyаеиоуыэюя")


@lru_cache(maxsize=1 << 16)
def spelled(word: str) -> tuple[str, bytes, int]:
    """What the kernel is told of a word that is not ASCII: how it is compared; of each of its characters whether it is
    alphabetic (1) or decimal (2); and the hash of that spelling."""
    folded = fold(word)
    return folded, bytes(each.isalpha() | each.isdecimal() << 1 for each in folded), word_hash(folded)


def is_mixed(word: str) -> bool:
    """Whether letters and figures stand in one word, as they do where one was taken for the other."""
    return not word.isalpha() and any(map(str.isalpha, word)) and any(map(str.isdecimal, word))


def is_typo(word: str, other: str) -> bool:
    """Whether two long words differ in one letter, and not as endings do: hardly two names are as long and as like, but
    for a slip.

    >>> is_typo("communicatiions", "communications"), is_typo("hansen", "hanson")
    (True, False)
    """
    length, stem = min(len(word), len(other)), _stem(word, other)
    if length < SURE or not (word.isalpha() and other.isalpha()) or _distance(word, other, 1) != 1:
        return False
    inflected = len(word) != len(other) or {word[stem], other[stem]} <= _VOWELS
    return stem <= length - ENDING or not inflected


def shape(word: str) -> str:
    """A word with all glyphs of one shape made the same.

    >>> shape("ve1mouth") == shape("velmouth"), shape("200l") == shape("2001"), shape("bum") == shape("burn")
    (True, True, True)
    """
    for two, one in _PAIRS:
        word = word.replace(two, one)
    return word.translate(_SHAPES)


@lru_cache(maxsize=1 << 16)
def is_close(word: str, other: str) -> bool:
    """Whether two words differ so little that one may be the other, misread. Two figures never do, nor what has them,
    nor two words for numbers, days or months.

    >>> is_close("harbour", "harb0ur"), is_close("moor", "moon"), is_close("may", "day"), is_close("2001", "2007")
    (True, True, False, False)
    >>> is_close("1980s", "1990s"), is_close("198os", "1980s"), is_close("million", "billion")
    (False, True, False)
    """
    if _are_other(word, other):
        return False
    if shape(word) == shape(other):
        return True
    if word.isdecimal() or other.isdecimal():
        return False
    length = min(len(word), len(other))
    return length >= LONG and _distance(word, other, 2) <= (2 if length >= LONGER else 1)


def is_near(word: str, other: str) -> bool:
    """Whether two short words differ in one letter: of `May` and `Mav` that tells something only in a text that is
    misread all over."""
    if not 1 < len(word) == len(other) < LONG or word.isdecimal() or other.isdecimal():
        return False
    return _distance(word, other, 1) == 1 and not _are_other(word, other)


def is_noise(word: str, other: str) -> bool:
    """Whether two close words show that a text was misread: not where they differ in their endings or in how a country
    spells them, as they do where somebody edited it.

    >>> is_noise("reached", "reaches"), is_noise("reached", "rcached"), is_noise("looked", "lookecl")
    (False, True, True)
    >>> is_noise("colour", "color"), is_noise("colour", "co1our")
    (False, True)
    """
    if shape(word) == shape(other):
        return True
    stem = _stem(word, other)
    return not {word[stem:], other[stem:]} <= _ENDINGS and _spelled(word) != _spelled(other)


def _spelled(word: str) -> str:
    for ours, theirs in _SPELLINGS:
        word = word.replace(ours, theirs)
    return word


def _stem(word: str, other: str) -> int:
    """How many letters two words begin with alike."""
    pairs = enumerate(zip(word, other, strict=False))
    return next((at for at, (ours, theirs) in pairs if ours != theirs), min(len(word), len(other)))


def _are_other(word: str, other: str) -> bool:
    """Whether two words say two numbers, or two days or months: with different figures in one place, or as words."""
    if word != other and {word_hash(word), word_hash(other)} <= telling_words():
        return True
    if len(word) == len(other):
        return any(a != b and a.isdecimal() and b.isdecimal() for a, b in zip(word, other, strict=True))
    ours, theirs = (list(filter(str.isdecimal, each)) for each in (word, other))
    return bool(ours and theirs) and ours != theirs


def _distance(word: str, other: str, most: int) -> int:
    """The edit distance (Levenshtein), or more than `most`."""
    if abs(len(word) - len(other)) > most:
        return most + 1
    row = list(range(len(other) + 1))
    for i, letter in enumerate(word, 1):
        last, row[0] = row[0], i
        for j, their in enumerate(other, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (letter != their))
    return row[-1]
