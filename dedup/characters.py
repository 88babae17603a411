"""What the kernel has to know of characters: their classes and foldings, as `dedup.text` sees them.

The definitions are patterns of `regex` and tables of `unicodedata`, in the versions that are installed. The kernel asks
for a page of 256 code points when it first meets one of them, so that it knows no Unicode of its own.
"""

from __future__ import annotations

import unicodedata
from enum import IntFlag
from functools import cache, partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

from dedup import text
from dedup.patterns import REGEX
from dedup.shelf import SHELF
from dedup.text import CLASSES, fold, straight, stripped

PAGE = 256
KEPT = 0x20
"""The last page that is kept for the next process: U+2000 to U+20FF, of quotation marks and dashes."""
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
    PHRASED = 131072
    LEADS = 262144  # its folding may be composed with what stands behind it
    ALPHANUMERIC = 524288  # to `str`


_STR = {
    Class.BLANK: str.isspace,
    Class.CAPITAL: str.isupper,
    Class.SMALL: str.islower,
    Class.DECIMAL: str.isdecimal,
    Class.ALPHANUMERIC: str.isalnum,
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
    """What there is to know of a page of characters. Those of alphabets and of punctuation are kept for the next
    process: nearly every text has some of two of them, and these take .01 s to make."""
    if number > KEPT:
        return made(number)
    return SHELF.get(f"page {number} of {_sources()}", partial(made, number), tuple, Page._make)


@cache
def _sources() -> str:
    """All that a page depends on: the definitions, and the tables that they look into."""
    definitions = "".join(Path(each).read_text(encoding="utf-8") for each in (__file__, text.__file__))
    return f"{REGEX} {unicodedata.unidata_version} {definitions}"


def made(number: int) -> Page:
    """The same, made anew."""
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
    decomposed, bare = unicodedata.normalize("NFKD", own), _folded(character)
    orders = unicodedata.combining(decomposed[:1] or "a"), unicodedata.combining(decomposed[-1:] or "a")
    told |= int(Class.JOINS) if _joins(character, decomposed) else 0
    told |= int(Class.UNFOLDED) if bare is None else int(Class.LEADS) if _leads(bare) else 0
    packed = (bare or "").encode("utf-8", "surrogatepass")
    return _Row(told, orders, unicodedata.normalize("NFKC", own), lowered, packed)


def _folded(character: str) -> str | None:
    """A character's folding, if that is short, and a word folds as its characters do: the kernel sees to their order
    and to what may be composed, as far as it is told of that."""
    bare = fold(character)
    if bare and character >= chr(_ASTRAL) and _joins(character, unicodedata.normalize("NFKD", character)):
        return None
    return bare if fold(bare) == bare and len(bare.encode("utf-8", "surrogatepass")) <= FOLDED else None


def _joins(character: str, decomposed: str) -> bool:
    """Whether a character can be composed with one before it. Of those beyond the first 65,536 nothing is looked up:
    only what has no case and no marks, as ideographs and pictures have none, is known not to."""
    if character >= chr(_ASTRAL) and unicodedata.category(character)[0] in "LMN":
        return len(decomposed) != 1 or CLASSES["UNSPACED"].match(decomposed) is None or decomposed in _composed()
    return decomposed[:1] in _composed()


def _leads(folded: str) -> bool:
    """Whether there is a character in a folding that can be composed with one behind it, but for what `fold` takes."""
    return any(
        each in _leading() or ("\uac00" <= each <= "\ud7a3" and not (ord(each) - 0xAC00) % 28) for each in folded
    )


@cache
def _composed() -> frozenset[str]:
    """The characters that NFC composes with the one before: second in a canonical decomposition, or a vowel or final
    letter of Hangul. None of a code point above those looked at here has any but above 65,535."""
    hangul = [*range(0x1161, 0x1176), *range(0x11A8, 0x11C3)]
    return frozenset(second for _, second in _pairs()) | frozenset(map(chr, hangul))


@cache
def _leading() -> frozenset[str]:
    """The characters that NFC composes with one behind them which `fold` leaves, syllables of Hangul aside."""
    first = {first for first, second in _pairs() if stripped(second)}
    return frozenset(first) | frozenset(map(chr, range(0x1100, 0x1113)))


@cache
def _pairs() -> list[tuple[str, str]]:
    """The canonical decompositions into two characters."""
    pairs = map(str.split, filter(None, map(unicodedata.decomposition, map(chr, range(0xC0, 0x3100)))))
    codes = [(int(pair[0], 16), int(pair[1], 16)) for pair in pairs if len(pair) == 2 and not pair[0].startswith("<")]
    return [(chr(first), chr(second)) for first, second in codes]
