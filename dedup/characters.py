"""What the kernel has to know of characters: their classes and foldings, as `dedup.text` sees them.

The definitions are patterns of `regex` and tables of `unicodedata`, in the versions that are installed. The kernel asks
for a page of 256 code points when it first meets one of them, so that it knows no Unicode of its own.
"""

from __future__ import annotations

import unicodedata
from enum import IntFlag
from functools import cache
from typing import NamedTuple

import numpy as np

from dedup.text import CLASSES, fold, straight, stripped

PAGE = 256
FOLDED = 7
"""Bytes that a character's folding has at most, for the kernel."""
_ASTRAL = 0x10000


class Class(IntFlag):
    """What a character is. The names are those of `dedup.text.CLASSES`, where it has them; the kernel has the same
    numbers (`kernel/characters.hpp`)."""

    LETTER = 1
    UNSPACED = 2
    MARK = 4
    INVISIBLE = 8
    SPACE = 16
    WORD = 32
    UPPER = 64
    NUMBER = 128
    BLANK = 256  # white space to `str`, which has some more than `regex`
    JOINS = 512  # what it becomes depends on what stands before it
    UNFOLDED = 1024  # what it folds to depends on that, or is no short text
    ALPHABETIC = 2048
    DIGIT = 4096
    OPENING = 8192  # it can begin a sentence
    CAPITAL = 16384  # … to `str`, as the next two
    SMALL = 32768
    DECIMAL = 65536


_STR = {
    Class.BLANK: str.isspace,
    Class.CAPITAL: str.isupper,
    Class.SMALL: str.islower,
    Class.DECIMAL: str.isdecimal,
}


class Page(NamedTuple):
    """256 characters from `number * 256` on, a row each.

    `classes` uint32, of `Class`; `orders` uint8 [256, 2], the canonical combining classes that its decomposition begins
    and ends with; what `dedup.text.plain` makes of it; its case folding; its folding as UTF-8, empty where `UNFOLDED`.
    """

    classes: bytes
    orders: bytes
    plain: list[str]
    lowered: list[str]
    folded: list[bytes]


def page(number: int) -> Page:
    """What there is to know of a page of characters."""
    characters = list(map(chr, range(number * PAGE, (number + 1) * PAGE)))
    classes = np.zeros(PAGE, np.uint32)
    whole = "".join(characters)
    for name, pattern in CLASSES.items():
        for match in pattern.finditer(whole):
            classes[match.start() : match.end()] |= int(Class[name])
    rows = [_row(character) for character in characters]
    classes |= np.array([row.classes for row in rows], np.uint32)
    orders = bytes(order for row in rows for order in row.orders)
    return Page(classes.tobytes(), orders, *([getattr(row, name) for row in rows] for name in _Row._fields[2:]))


class _Row(NamedTuple):
    classes: int
    orders: tuple[int, int]
    plain: str
    lowered: str
    folded: bytes


def _row(character: str) -> _Row:
    own, lowered = straight(character), character.casefold()
    told = sum(int(each) for each, holds in _STR.items() if holds(character))
    if character.isascii():
        return _Row(told, (0, 0), character, lowered, lowered.encode())
    if character == lowered == own == stripped(character) and not unicodedata.decomposition(character):  # most are so
        order, joins = unicodedata.combining(character), _joins(character, character)
        unfolded = int(Class.JOINS | Class.UNFOLDED) if joins else int(Class.UNFOLDED) if order else 0
        folded = b"" if unfolded else character.encode("utf-8", "surrogatepass")
        return _Row(told | unfolded, (order, order), character, lowered, folded)
    decomposed, bare = unicodedata.normalize("NFKD", own), _folded(character)
    orders = unicodedata.combining(decomposed[:1] or "a"), unicodedata.combining(decomposed[-1:] or "a")
    known = int(Class.JOINS) if _joins(character, decomposed) else 0
    known |= int(Class.UNFOLDED) if bare is None else 0
    return _Row(told | known, orders, unicodedata.normalize("NFKC", own), lowered, bare or b"")


def _folded(character: str) -> bytes | None:
    """A character's folding as UTF-8, if a word folds as its characters do, one by one, once or twice."""
    bare = fold(character)
    for each in (character, bare):
        bones = unicodedata.normalize("NFKD", stripped(unicodedata.normalize("NFKD", stripped(each))).casefold())
        if _joins(character, bones) or any(map(unicodedata.combining, bones)):
            return None
    packed = bare.encode("utf-8", "surrogatepass")
    return packed if fold(bare) == bare and len(packed) <= FOLDED else None


def _joins(character: str, decomposed: str) -> bool:
    """Whether a character can be composed with one before it. Of those beyond the first 65,536 nothing is looked up:
    only what has no case and no marks, as ideographs and pictures have none, is known not to."""
    if character >= chr(_ASTRAL) and unicodedata.category(character)[0] in "LMN":
        return len(decomposed) != 1 or CLASSES["UNSPACED"].match(decomposed) is None or decomposed in _composed()
    return decomposed[:1] in _composed()


@cache
def _composed() -> frozenset[str]:
    """The characters that NFC composes with the one before: second in a canonical decomposition, or a vowel or final
    letter of Hangul. None of a code point above those looked at here has any but above 65,535."""
    pairs = map(str.split, filter(None, map(unicodedata.decomposition, map(chr, range(0xC0, 0x3100)))))
    hangul = [*range(0x1161, 0x1176), *range(0x11A8, 0x11C3)]
    seconds = [int(pair[1], 16) for pair in pairs if len(pair) == 2 and not pair[0].startswith("<")]
    return frozenset(map(chr, seconds + hangul))
