"""What a word, a sentence and the same text are: for every script, with exact offsets.

This is the only module that imports `regex`. Knows nothing of documents.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache, partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import regex
import xxhash

from dedup.shelf import SHELF

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def _compiled(source: str, flags: int = 0) -> regex.Pattern[str]:
    """A pattern, which the next process need not compile again: that takes milliseconds, to load it a tenth of one."""
    make = partial(regex.compile, source, flags)
    return SHELF.get(f"regex {regex.__version__} {int(flags)} {source}", make)


# Scripts written without spaces: every character is a word (UAX #29 leaves them to dictionaries; we use none).
_UNSPACED = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]"
# Soft hyphen, zero-width space and joiners, word joiner, byte order mark: they stand inside words and are not seen.
_INVISIBLE = "\u00ad\u200b-\u200d\u2060\ufeff"
_WORD = _compiled(rf"{_UNSPACED}\p{{M}}*|[\w--{_UNSPACED}](?:[{_INVISIBLE}]*[\w--{_UNSPACED}])*", regex.V1)
_UNSPACED_WORD = _compiled(_UNSPACED, regex.V1)
_UNSPACED_LETTER = _compiled(rf"[{_UNSPACED}--\p{{M}}]", regex.V1)
# Signs that stand in no word, in texts that are ASCII otherwise: those are split as ASCII is, four times as fast.
_APART = re.compile("[\xa0-\xa9\xab\xac\xae-\xb1\xb6\xb7\xbb\xbf\u2010-\u203e\u20a0-\u20bf\u2190-\u22ff\u25a0-\u25ff]")
_ASCII_WORD, _PLAIN_WORD = re.compile("[0-9_a-z]+"), re.compile("[0-9A-Z_a-z]+")
_STRIP = _compiled(rf"[{_INVISIBLE}\p{{Mn}}]")
# A sentence ends at a mark, with the quotes and brackets that close behind it, before white space and a new start.
_SENTENCE_END = _compiled(
    r"""(?: (?<![.!?\u2026]) [.!?\u2026\u061f\u06d4\u0964]++ ["'\u201d\u2019\u00bb)\]*_]* (?=\s) \s+
            (?= ["'\u201c\u2018\u00ab(\[*_>|#:-]* [\p{Lu}\p{Lt}\p{Lo}\p{N}] )
        | [\u3002\uff01\uff1f\uff0e]+ [\u300d\u300f\uff09"'\u201d\u2019]* )""",
    regex.VERBOSE | regex.V1,
)
# Words after which a full stop ends no sentence. Short on purpose: a missed boundary makes a removed span longer or
# shorter by a sentence, never wrong.
_ABBREVIATION = _compiled(
    r"(?:^|[\s(\"'\u201c])(?:\p{Lu}|(?:\p{L}\.)+\p{L}|Mrs?|Ms|Dr|Prof|Gen|Sen|Rep|Gov|Lt|Col|Sgt|Capt|St|Jr|Sr|vs|No|Nr|Art|etc|approx|z\.B|bzw|ca)\.$",
    regex.V1,
)
# "NORTHFIELD, March 12 (NW) -- ": an agency's place and date in front of the first sentence.
_DATELINE = _compiled(
    r"\p{Lu}[\p{Lu}\p{M}.' -]{2,}(?:[^.!?:\n]|\.(?=\s\d)){0,48}?(?:\s(?:--|[\u2013\u2014-])|:)\s+(?=\S)", regex.V1
)
_BETWEEN_NAMES = _compiled(r"[,;/&|]|\s(?:and|und|et|y|e|en|i|с|и)\s", regex.IGNORECASE)
_LINE, _SPACE = _compiled(r"[^\r\n]+"), _compiled(r"\s+")
_STRAIGHT = str.maketrans(
    dict.fromkeys("\u2018\u2019\u201a\u201b", "'")
    | dict.fromkeys("\u201c\u201d\u201e\u00ab\u00bb", '"')
    | dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-")
    | dict.fromkeys("\u00ad\u200b\ufeff\u2060")
)
CLASSES = {
    name: _compiled(f"{source}+", regex.V1)
    for name, source in {
        "LETTER": rf"[\w--{_UNSPACED}]",
        "UNSPACED": _UNSPACED,
        "MARK": r"\p{M}",
        "INVISIBLE": f"[{_INVISIBLE}]",
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
_LINK = _compiled(
    r"!?\[((?:[^\[\]]{1,2000}+|\[[^\[\]]{0,500}+\]){0,50}+)\]\((?:[^()\s]{1,2000}+|\([^()]{0,500}+\)){0,50}+(?:\s{1,9}[\"'][^\"']{0,500}[\"'])?\)"
)
_TARGET = _compiled(r"(?<=\])\((?:[^()\s]{1,2000}+|\([^()]{0,500}+\)){0,50}+\)")  # where a Markdown link leads
_REFERENCE = _compiled(r"!?\[([^\[\]]{1,500}+)\]\[[^\[\]]{0,200}+\]")
_AUTOLINK = _compiled(r"<((?:https?://|mailto:)?[^<>\s@./]{1,100}+[@./][^<>\s]{0,2000}+)>")
_TAGS = _compiled(r"</?[a-zA-Z][^<>]{0,300}>")
_MARKS = _compiled(
    r"(?m)^[ \t]*(?:(?:[>|:}][ \t]?)+|#{1,6}[ \t]+|[-*+][ \t]+)|(?<![ \t])[ \t]+#+[ \t]*$"
    r"|[*_`~]{1,3}(?=\S)|(?<=\S)[*_`~]{1,3}"
)
_FIRST_MARKS, _INNER_MARKS = frozenset(">|:}+-"), frozenset("*_`~#")  # without any of them nothing is marked
_FIGURE = _compiled(r"\p{N}+")
_ADDRESS = _compiled(r"https?://\S+|\bwww\.\S+|(?<![^\s<>()\[\]:,;\"'])[^\s@<>()\[\]]{1,64}+@[^\s@]{1,253}+")
_TITLE_WORDS = _compiled(r"(?<![\w'])\p{Lu}[\w'.-]*(?:[ ,&|/]+(?:(?:of|the|and|de|von|van|la|le)[ ])*\p{Lu}[\w'.-]*)*")

MEANT = 0.8
"""A line shorter than this share of the block's usual line was broken on purpose."""


@lru_cache(maxsize=1 << 16)
def fold(word: str) -> str:
    """A word as it is compared: NFKC, no marks or invisible characters, case-folded.

    >>> fold("Café") == fold("CAFE\u0301") == fold("ｃａｆｅ") == "cafe"
    True
    """
    if word.isascii():
        return word.lower()
    decomposed = unicodedata.normalize("NFKD", stripped(word))
    return unicodedata.normalize("NFKC", stripped(decomposed).casefold())


def stripped(word: str) -> str:
    """A word without marks and invisible characters."""
    return _STRIP.sub("", word)


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


def link_targets(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Where the Markdown links of `text[start:end]` lead: spans whose words nobody reads."""
    return [match.span() for match in _TARGET.finditer(text, start, end)] if text.find("](", start, end) >= 0 else []


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


def sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The sentences of `text[start:end]` as spans that touch: each runs up to the next one's first character.

    >>> text = "Dr. Hale came. “Why?” he asked. Nobody knew."
    >>> [text[a:b] for a, b in sentences(text, 0, len(text))]
    ['Dr. Hale came. ', '“Why?” he asked. ', 'Nobody knew.']
    """
    last = start
    for stop in sorted({*_sentence_stops(text, start, end), *_line_stops(text, start, end)}):
        if last < stop < end:
            yield last, stop
            last = stop
    if last < end:
        yield last, end


def _sentence_stops(text: str, start: int, end: int) -> Iterator[int]:
    dateline = _DATELINE.match(text, start, end)
    if dateline:
        yield dateline.end()
        start = dateline.end()
    for match in _SENTENCE_END.finditer(text, start, end):
        head = text[max(start, match.start() - 24) : match.start() + 1]
        if text[match.start()] != "." or not _ABBREVIATION.search(head):
            yield match.end()


def _line_stops(text: str, start: int, end: int) -> Iterator[int]:
    """Line breaks that were meant: the next line's first word would have fitted easily on the line."""
    lines = [(match.start(), match.end()) for match in _LINE.finditer(text, start, end)]
    width = sorted(stop - first for first, stop in lines)[len(lines) // 2] if lines else 0
    for (first, stop), (after, after_stop) in pairwise(lines):
        word = text[after:after_stop].lstrip(">|:}#% \t").split(" ", 1)[0]
        if stop - first + 1 + len(word) < MEANT * width:
            yield after


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


@cache
def pattern(source: str) -> regex.Pattern[str]:
    """A pattern of the lexicon, compiled on first use: six hundred of them take seconds. Version 0 of `regex`, without
    full case-folding, is a third faster, and no rule needs more.

    Raises:
        ValueError: it is not a regular expression.
    """
    try:
        return _compiled(source, regex.IGNORECASE | regex.VERSION0)
    except regex.error as error:
        raise ValueError(f"{source!r} is not a regular expression: {error}") from error
