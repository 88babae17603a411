"""What a word and the same text are: for every script, with exact offsets.

Knows nothing of documents.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

import xxhash

from dedup.patterns import IGNORECASE, V1, compiled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# Scripts written without spaces: every character is a word (UAX #29 leaves them to dictionaries; we use none). In the
# second group, those of South East Asia, a space parts phrases. Figures are written together in all of them.
PHRASED = (
    r"\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tai_Le}\p{New_Tai_Lue}\p{Tai_Tham}\p{Tai_Viet}\p{Javanese}\p{Balinese}"
)
_UNSPACED = rf"[[\p{{Han}}\p{{Hiragana}}\p{{Katakana}}\p{{Bopomofo}}\u3006\u303c\u30fc\uff70{PHRASED}]--\p{{Nd}}]"
# What Unicode calls ignorable (soft hyphen, zero-width space and joiners, marks of direction, variation selectors) and
# the Arabic letter that only makes a word wider: they stand inside words, not at their ends, and are not seen.
_INVISIBLE = r"[\p{Default_Ignorable_Code_Point}\u0640]"
_MARK = r"[\p{M}\uff9e\uff9f]"  # with the voicing of half-width kana, which stands behind a letter as marks do
# Modifier letters that are typed for an apostrophe (U+02B9 to U+02BF) part words as it does, connectors do as dashes.
_LETTER = rf"[\w--{_UNSPACED}--{_INVISIBLE}--[\p{{Pc}}\u02b9-\u02bf\uff9e\uff9f]]"
# No word begins with a mark: one that stands alone, as behind a picture, belongs to none.
_UNSPACED_LETTER = compiled(rf"[{_UNSPACED}--\p{{M}}]", V1)
_WORD = compiled(
    rf"{_UNSPACED_LETTER.pattern}(?:{_INVISIBLE}*{_MARK})*|[{_LETTER}--\p{{M}}](?:{_INVISIBLE}*{_LETTER})*", V1
)
_UNSPACED_WORD = compiled(_UNSPACED, V1)
# Signs that stand in no word, in texts that are ASCII otherwise: those are split as ASCII is, four times as fast.
_APART = re.compile(
    "[\xa0-\xa9\xab\xac\xae-\xb1\xb6\xb7\xbb\xbf\u2010-\u2029\u202f-\u203e\u20a0-\u20bf\u2190-\u22ff\u25a0-\u25ff]"
)
_ASCII_WORD, _PLAIN_WORD = re.compile("[0-9a-z]+"), re.compile("[0-9A-Za-z]+")
# Marks that are left out as often as they are written: accents, the vowels of Hebrew and Arabic, nuktas, what encloses.
# Those of other scripts spell: without the vowels of Devanagari or Thai, or the voicing of kana, words would be others.
_POINTED = r"\p{sc=Zinh}\p{Latin}\p{Greek}\p{Cyrillic}\p{Arabic}\p{Hebrew}\p{Syriac}"
_STRIP = compiled(
    rf"[{_INVISIBLE}[[\p{{Mn}}&&[{_POINTED}]]\p{{Me}}\p{{Canonical_Combining_Class=7}}--[\u3099\u309a]]]", V1
)
_UNCOUNTED = compiled(rf"[{_INVISIBLE}{_MARK}]+", V1)
# Letters that another keyboard of the same language gives for one another (Persian's for Arabic's, a Turkish i without
# its dot), as search engines fold them (Lucene's PersianNormalizer and ASCIIFolding).
_ALIKE = str.maketrans({"\u0131": "i", "\u06cc": "\u064a", "\u06a9": "\u0643"})
_BETWEEN_NAMES = compiled(r"[,;/&|]|\s(?:and|und|et|y|e|en|i|с|и)\s", IGNORECASE)
_SPACE = compiled(r"\s+")
_STRAIGHT = str.maketrans(
    dict.fromkeys("\u2018\u2019\u201a\u201b", "'")
    | dict.fromkeys("\u201c\u201d\u201e\u00ab\u00bb", '"')
    | dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-")
    | dict.fromkeys("\u00ad\u061c\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff")
)
CLASSES = {
    name: compiled(f"{source}+", V1)
    for name, source in {
        "LETTER": _LETTER,
        "UNSPACED": _UNSPACED,
        "MARK": _MARK,
        "INVISIBLE": _INVISIBLE,
        "PHRASED": rf"[[{PHRASED}]--\p{{Nd}}]",
        "SPACE": r"\s",
        "WORD": r"\w",
        "UPPER": r"\p{Lu}",
        "NUMBER": r"\p{N}",
        "ALPHABETIC": r"\p{L}",
        "DIGIT": r"\d",
        "OPENING": r"[\p{Lu}\p{Lt}\p{Lo}\p{N}]",
    }.items()
}
"""Runs of characters of the classes that the patterns of this module are made of: the kernel is told them."""
# Possessive and bounded throughout: a text of nothing but brackets must cost its length, not its square.
_LINK = compiled(
    r"!?\[((?:[^\[\]]{1,2000}+|\[[^\[\]]{0,500}+\]){0,50}+)\]\((?:[^()\s]{1,2000}+|\([^()]{0,500}+\)){0,50}+(?:\s{1,9}[\"'][^\"']{0,500}[\"'])?\)"
)
_TARGET = compiled(r"(?<=\])\((?:[^()\s]{1,2000}+|\([^()]{0,500}+\)){0,50}+\)")  # where a Markdown link leads
# Who is quoted, as some programs of the nineties put it in front of each line (`JL> `, `Ada> `, `ada] `), which may be
# quoted once more.
INITIALS = re.compile(
    r"[>|:}% \t]{0,12}([A-Z]{2,4}[>\]]"
    r"|(?:(?:[A-Za-z]{1,2}|[A-Z][A-Za-z.]{0,9}) ?[>\]]|[a-z]{3,10}\])(?=[\s>|:A-Z(\"]|$))"
)
_NEAR = 1_000  # characters around a block in which another line with its initials is looked for
_LINE_OF = re.compile(r"[^\r\n \t][^\r\n]*")
_REFERENCE = compiled(r"!?\[([^\[\]]{1,500}+)\]\[[^\[\]]{0,200}+\]")
_AUTOLINK = compiled(r"<((?:https?://|mailto:)?[^<>\s@./]{1,100}+[@./][^<>\s]{0,2000}+)>")
_TAGS = compiled(r"</?[a-zA-Z][^<>]{0,300}>")
_MARKS = compiled(
    r"(?m)^[ \t]*(?:(?:[>|:}][ \t]?)+|#{1,6}[ \t]+|[-*+][ \t]+)|(?<![ \t])[ \t]+#+[ \t]*$"
    r"|[*_`~]{1,3}(?=\S)|(?<=\S)[*_`~]{1,3}"
)
_FIRST_MARKS, _INNER_MARKS = frozenset(">|:}+-"), frozenset("*_`~#")  # without any of them nothing is marked
_FIGURE = compiled(r"\p{N}+")
_ADDRESS = compiled(r"https?://\S+|\bwww\.\S+|(?<![^\s<>()\[\]:,;\"'])[^\s@<>()\[\]]{1,64}+@[^\s@]{1,253}+")
_TITLE_WORDS = compiled(r"(?<![\w'])\p{Lu}[\w'.-]*(?:[ ,&|/]+(?:(?:of|the|and|de|von|van|la|le)[ ])*\p{Lu}[\w'.-]*)*")


@lru_cache(maxsize=1 << 16)
def fold(word: str) -> str:
    """A word as it is compared: NFKC without what `stripped` takes, case-folded, its figures those of ASCII (a number
    is the same in every script), and letters that are typed for one another as one.

    >>> fold("Café") == fold("CAFE\u0301") == fold("ｃａｆｅ") == "cafe"
    True
    >>> fold("١٢٣") == fold("१२३") == "123"
    True
    """
    if word.isascii():
        return word.lower()
    decomposed = unicodedata.normalize("NFKD", stripped(word))
    folded = unicodedata.normalize("NFKC", stripped(decomposed).casefold()).translate(_ALIKE)
    return "".join(str(unicodedata.decimal(each)) if each.isdecimal() else each for each in folded)


def stripped(word: str) -> str:
    """A word without invisible characters, and without the marks that are left out as often as they are written."""
    return _STRIP.sub("", word)


def letters(word: str) -> int:
    """How many characters of a word are neither marks nor invisible: as many where it is decomposed.

    >>> letters("É"), letters("E\u0301"), letters("so\u00adft")
    (1, 1, 4)
    """
    return len(_UNCOUNTED.sub("", word))


@lru_cache(maxsize=1 << 18)
def word_hash(word: str) -> int:
    """The 64-bit XXH3 of a word as it is compared."""
    return xxhash.xxh3_64_intdigest(fold(word).encode("utf-8", "surrogatepass"))


def matches(text: str, start: int, end: int) -> Callable[[int, int], Iterator[Any]]:
    """What finds the words of `text[start:end]`, or of a part of it, as matches."""
    plain = text.isascii() or _APART.sub(" ", text[start:end]).isascii()
    found: Callable[..., Iterator[Any]] = _PLAIN_WORD.finditer if plain else _WORD.finditer
    return partial(found, text)


def is_unspaced(word: str) -> bool:
    """Whether a word is a character of a script without spaces."""
    return _UNSPACED_WORD.match(word) is not None


def unread(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Spans of a block `text[start:end]` whose words nobody reads, ascending: where its Markdown links lead, and the
    initials that all lines of a quotation begin with; where it has one line, another one near by does.

    >>> text = "JL> It was in May\\nJL> or [later](a.example/b)."
    >>> [text[first:last] for first, last in unread(text, 0, len(text))]
    ['JL>', 'JL>', '(a.example/b)']
    """
    spans = [match.span() for match in _TARGET.finditer(text, start, end)] if text.find("](", start, end) >= 0 else []
    first = INITIALS.match(text, start, end)
    if first:
        lines = [INITIALS.match(text, *line.span()) for line in _LINE_OF.finditer(text, start, end)]
        near = f"{'' if start > _NEAR else chr(10)}{text[max(0, start - _NEAR) : start]}{text[end : end + _NEAR]}"
        known = len(lines) > 1 or f"\n{first.group()}" in near
        if known and len({line and line.group(1) for line in lines}) == 1:
            spans += [line.span(1) for line in lines if line]
    return sorted(spans)


def word_list(text: str) -> list[str]:
    """The words of a text as they are compared.

    >>> word_list("The “Old” Mill, 1904")
    ['the', 'old', 'mill', '1904']
    """
    plain = text if text.isascii() else _APART.sub(" ", text)
    return _ASCII_WORD.findall(plain.lower()) if plain.isascii() else [fold(word) for word in _WORD.findall(text)]


@lru_cache(maxsize=1 << 14)
def words_of(text: str) -> tuple[str, ...]:
    """`word_list` of a text that is looked at more than once: a block of a page, which its site repeats."""
    return tuple(word_list(text))


def count_words(text: str) -> int:
    """How many words a text has; letters of unspaced scripts count half.

    >>> count_words("two words"), count_words("東京都庁")
    (2, 2)
    """
    plain = text if text.isascii() else _APART.sub(" ", text)
    if plain.isascii():
        return len(_ASCII_WORD.findall(plain.lower()))
    return len(_WORD.findall(text)) - len(_UNSPACED_LETTER.findall(text)) // 2


def plain(text: str) -> str:
    """A block without its Markdown, quotes and dashes straightened, white space collapsed: what rules are tried on.

    >>> plain("**Articles by:** [Ada  Moor](#) – “map”")
    'Articles by: Ada Moor - "map"'
    """
    if "](" in text:
        text = _LINK.sub(r"\1", text)
    if "][" in text:
        text = _REFERENCE.sub(r"\1", text)
    if "<" in text:
        text = _TAGS.sub(" ", _AUTOLINK.sub(r"\1", text))
    if "\n" in text or text.lstrip()[:1] in _FIRST_MARKS or not _INNER_MARKS.isdisjoint(text):
        text = _MARKS.sub("", text)
    if not text.isascii():
        text = unicodedata.normalize("NFKC", straight(text))
    if "  " in text or not text.isprintable():  # else it holds no white space but single spaces
        text = _SPACE.sub(" ", text)
    return text.strip()


def straight(text: str) -> str:
    """A text with straight quotes and plain dashes, and nothing invisible."""
    return text.translate(_STRAIGHT)


def link_end(text: str, position: int) -> int:
    """Where the Markdown link ends that leads from its text to a target beginning just before `position`, if one does.

    >>> text = "see [the map](http://a.example/b) today"
    >>> text[link_end(text, 14) :]
    ' today'
    """
    target = _TARGET.match(text, position - 1) if text[position - 2 : position] == "](" else None
    return target.end() if target else position


def link_share(text: str) -> float:
    """The share of a Markdown or text block's visible characters that stand in links or addresses.

    >>> link_share("[Home](/) [News](/n)") > 0.8
    True
    """
    inside = sum(len(match.group(1)) for match in _LINK.finditer(text))
    bare = sum(len(match.group()) for match in _ADDRESS.finditer(_LINK.sub("", text)))
    return min(1.0, (inside + bare) / max(1, len(_SPACE.sub(" ", _LINK.sub(r"\1", text)))))


def split_names(line: str) -> list[str]:
    """The names in a line of several.

    >>> split_names("Ada Moor, Li Wei und Jo Bell")
    ['Ada Moor', 'Li Wei', 'Jo Bell']
    """
    return [part.strip() for part in _BETWEEN_NAMES.split(line) if part.strip()]


def slots(block: str) -> str:
    """A plain block with its figures, names and addresses replaced by a mark: what a template leaves the same.

    >>> slots("Copyright © Ada Moor, 2019") == slots("Copyright © Li Wei Chen, 2024")
    True
    """
    if "@" in block or "://" in block or "www." in block:
        block = _ADDRESS.sub("@", block)
    head, rest = block[:1], block[1:]
    return _FIGURE.sub("0", head.casefold() + _TITLE_WORDS.sub("N", rest).casefold())
