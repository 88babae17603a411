"""Words that a scanner misread: told from other words by their letters, and from other names by what is around them.

The classes are those that OCR confuses most (Nagy, Nartker, Rice, Optical Character Recognition: An Illustrated Guide
to the Frontier, 1999): glyphs of one shape, and pairs of letters that look like one.
"""

from __future__ import annotations

from functools import lru_cache

_PAIRS = (("rn", "m"), ("nn", "m"), ("ri", "n"), ("cl", "d"), ("vv", "w"), ("li", "h"), ("ii", "u"))
_SHAPES = str.maketrans(
    {each: shape[0] for shape in ("l1i|!j", "o0q", "s5", "b86", "z2", "g9", "a4") for each in shape[1:]}
)
_ENDINGS = frozenset(" s es d ed r er n en ing ly e em es t te st al".split(" "))
LONG, LONGER, SURE = 4, 7, 10
"""Letters from which on a word may be the same with one letter wrong, with two, and is the same with one."""


def is_mixed(word: str) -> bool:
    """Whether letters and figures stand in one word, as they do where one was taken for the other."""
    return not word.isalpha() and any(map(str.isalpha, word)) and any(map(str.isdecimal, word))


def is_typo(word: str, other: str) -> bool:
    """Whether two long words differ in one letter: no two names are as long and as like, but for a slip.

    >>> is_typo("communicatiions", "communications"), is_typo("hansen", "hanson")
    (True, False)
    """
    return min(len(word), len(other)) >= SURE and word.isalpha() and other.isalpha() and _distance(word, other, 1) == 1


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
    """Whether two words differ so little that one may be the other, misread. Two figures never do.

    >>> is_close("harbour", "harb0ur"), is_close("moor", "moon"), is_close("may", "day"), is_close("2001", "2007")
    (True, True, False, False)
    """
    if word.isdecimal() and other.isdecimal():
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
    return 1 < len(word) == len(other) < LONG and not word.isdecimal() and _distance(word, other, 1) == 1


def is_noise(word: str, other: str) -> bool:
    """Whether two close words show that a text was misread: not where they differ in their endings only, as they do
    where somebody edited it.

    >>> is_noise("reached", "reaches"), is_noise("reached", "rcached"), is_noise("looked", "lookecl")
    (False, True, True)
    """
    if shape(word) == shape(other):
        return True
    pairs = enumerate(zip(word, other, strict=False))
    stem = next((at for at, (ours, theirs) in pairs if ours != theirs), min(len(word), len(other)))
    return not {word[stem:], other[stem:]} <= _ENDINGS


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
