"""Where the sentences of a block begin: by the marks of all scripts, by phrases where there are none, and by lines that
were broken on purpose."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from dedup.patterns import V1, compiled
from dedup.text import PHRASED

if TYPE_CHECKING:
    from collections.abc import Iterator

# Marks that end a sentence before white space and a new start: those of Latin, Arabic, Urdu, Syriac, Devanagari,
# Armenian and Mongolian; and those that need no white space: of East Asia, Burmese, Khmer, Ethiopic and Tibetan.
_NARROW = r".!?\u2026\u203c\u2047-\u2049\u061e\u061f\u06d4\u0700\u0964\u0965\u0589\u1803\u1809"
_WIDE = r"(?:[\u3002\uff01\uff1f\uff61\u104b\u17d4\u17d5\u1362\u1367\u0f0d]|\uff0e(?!\p{N}))"
_DIRECTIONS = r"\u200e\u200f\u202a-\u202e\u2066-\u2069"  # stand between a mark and the space, or before the first word
# The quotes and brackets that close behind them, and that open the next one: German closes with what English opens.
_CLOSING = rf"""["'\u201d\u2019\u201c\u2018\u00bb\u00ab\u203a\u2039)\]*_{_DIRECTIONS}]*"""
_QUOTING = r"\u201c\u2018\u201d\u201e\u201a\u00ab\u00bb\u2039\u203a"
_OPENING = rf"""["'{_QUOTING}(\[*_>|#:\u00bf\u00a1\u2013\u2014\u2015{_DIRECTIONS}-]*"""
_QUOTED = r"(?:[>|:}#%]++[ \t]*+)*+"  # in front of the next line of a quotation
_SENTENCE_END = compiled(
    rf"""(?<![.!?\u2026])[{_NARROW}]++{_CLOSING}(?=\s)\s+(?={_QUOTED}{_OPENING}[\p{{Lu}}\p{{Lt}}\p{{Lo}}\p{{N}}])"""
    rf"""|{_WIDE}+[\u300d\u300f\uff09\uff63"'\u201d\u2019]*""",
    V1,
)
# Where nothing marks the end of a sentence, a space between two long runs of letters parts phrases: a paragraph of Thai
# would be one sentence else. A name or a number between spaces is shorter.
PHRASE = 16
_PHRASE = rf"[[{PHRASED}]--\p{{Nd}}]{{{PHRASE}}}"
_PHRASE_END = compiled(rf"{_PHRASE}\s+(?={_PHRASE})", V1)
# Words after which a full stop ends no sentence. Short on purpose: a missed boundary makes a removed span longer or
# shorter by a sentence, never wrong.
_ABBREVIATION = compiled(
    r"(?:^|[\s(\"'\u201c])(?:\p{Lu}|(?:\p{L}\.)+\p{L}|Mrs?|Ms|Dr|Prof|Gen|Sen|Rep|Gov|Lt|Col|Sgt|Capt|St|Jr|Sr|vs|No|Nr|Art|etc|approx|z\.B|bzw|ca)\.$",
    V1,
)
# "NORTHFIELD, March 12 (NW) -- ": an agency's place and date in front of the first sentence.
_DATELINE = compiled(
    r"\p{Lu}[\p{Lu}[\p{M}\uff9e\uff9f].' -]{2,}(?:[^.!?:\n]|\.(?=\s\d)){0,48}?(?:\s(?:--|[\u2013\u2014-])|:)\s+(?=\S)",
    V1,
)
_LINE = compiled(r"[^\r\n]+")
_WORDED = compiled(r"[\p{L}\p{N}]", V1)
_BLANKS, _OPEN_ENDS = " \t", (":", "...", "\u2026")

MEANT = 0.8
"""A line shorter than this share of the block's usual line was broken on purpose."""


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
    if not text.isascii():
        yield from (match.end() for match in _PHRASE_END.finditer(text, start, end))


def _line_stops(text: str, start: int, end: int) -> Iterator[int]:
    """Line breaks that were meant: the next line's first word would have fitted easily on the line, or is none, as of a
    rule; or the line ends with a colon ("In article 7, Ada writes:") or with dots that leave something out."""
    lines = [(match.start(), match.end()) for match in _LINE.finditer(text, start, end)]
    width = sorted(stop - first for first, stop in lines)[len(lines) // 2] if lines else 0
    for (first, stop), (after, after_stop) in pairwise(lines):
        word = text[after:after_stop].lstrip(">|:}#% \t").split(" ", 1)[0]
        is_short = stop - first + 1 + len(word) < MEANT * width
        if (
            is_short
            or text[first:stop].rstrip(_BLANKS).endswith(_OPEN_ENDS)
            or not _WORDED.search(text, after, after_stop)
        ):
            yield after
