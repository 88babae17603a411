"""The words of a document as passages are matched by them: with offsets, and what matching must know of each."""

from __future__ import annotations

from enum import IntFlag
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup import characters, kernel
from dedup.sentences import sentences
from dedup.text import is_unspaced, letters, matches, unread, word_hash

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from numpy.typing import NDArray


class MarkedWords(NamedTuple):
    """The words of some spans of a text, in order.

    `hashes` uint64 [n]; `starts`, `ends` int32 [n], code points; `marks` uint8 [n], see `Mark`.
    """

    hashes: NDArray[np.uint64]
    starts: NDArray[np.int32]
    ends: NDArray[np.int32]
    marks: NDArray[np.uint8]


_TYPES = (np.uint64, np.int32, np.int32, np.uint8)
_NONE = MarkedWords(*(np.zeros(0, kind) for kind in _TYPES))  # type: ignore[arg-type]


class Mark(IntFlag):
    """What is known of a word."""

    STARTS_SENTENCE = 1
    FIGURE = 2
    NAME = 4  # capitalised within a sentence
    UNSPACED = 8  # a character of a script without spaces, which counts half
    HEADING = 16
    QUOTED = 32  # in a block that was quoted line by line
    STARTS_LINE = 64  # of such a block: it was cut by lines, if at all
    STARTS_BLOCK = 128


_HEADING, _QUOTED = int(Mark.HEADING), int(Mark.QUOTED)
_STARTS_LINE, _STARTS_BLOCK = int(Mark.STARTS_LINE), int(Mark.STARTS_BLOCK)


def marked_words(
    text: str, spans: Sequence[tuple[int, int]], headings: Container[int] = (), quotations: Container[int] = ()
) -> MarkedWords:
    """The words of `text` in the given spans (blocks), with what matching must know of them; `headings` and
    `quotations` are the numbers of those spans that are one."""
    if kernel.NATIVE:
        from dedup.kernel import _native

        starts, ends = np.array(spans, np.int32).reshape(-1, 2).T.copy()
        kinds = np.array(_kinds(len(spans), headings, quotations), np.uint8)
        found = _native.marked_words(text, starts, ends, kinds, None, characters.page)
        if found is None:  # because of initials, perhaps
            found = _native.marked_words(text, starts, ends, kinds, _unread(text, spans), characters.page)
        if found is not None:
            return MarkedWords(*found)
    return defined_words(text, spans, headings, quotations)


class Spanned(NamedTuple):
    """A text and some spans of it: `starts` and `ends` int32 [s], code points, and `kinds` uint8 [s], what is known of
    all words of each (`Mark.HEADING`, `Mark.QUOTED`)."""

    text: str
    starts: NDArray[np.int32]
    ends: NDArray[np.int32]
    kinds: NDArray[np.uint8]

    def words(self) -> MarkedWords:
        """`marked_words` of it."""
        headings, quotations = (set(np.flatnonzero(self.kinds & kind).tolist()) for kind in (_HEADING, _QUOTED))
        spans = list(zip(self.starts.tolist(), self.ends.tolist(), strict=True))
        return marked_words(self.text, spans, headings, quotations)


def marked_texts(texts: list[Spanned]) -> tuple[MarkedWords, NDArray[np.int64]]:
    """`marked_words` of many texts, one behind the other, and the bounds (int64 [n + 1]) of each one's words."""
    if not kernel.NATIVE or not texts:
        return _joined([each.words() for each in texts])
    from dedup.kernel import _native

    strings, starts, ends, kinds = zip(*texts, strict=True)
    spans = np.cumsum([0, *map(len, starts)], dtype=np.int64)
    hashes, firsts, lasts, marks, bounds, unknown = _native.marked_texts(
        list(strings), np.concatenate(starts), np.concatenate(ends), np.concatenate(kinds), spans, characters.page
    )
    words = MarkedWords(hashes, firsts, lasts, marks)
    if not len(unknown):
        return words, bounds
    parts = [MarkedWords(*(column[a:b] for column in words)) for a, b in pairwise(bounds.tolist())]  # type: ignore[arg-type]
    for number in unknown.tolist():
        parts[number] = texts[number].words()
    return _joined(parts)


def _joined(parts: list[MarkedWords]) -> tuple[MarkedWords, NDArray[np.int64]]:
    bounds = np.cumsum([0, *(len(each.hashes) for each in parts)], dtype=np.int64)
    return MarkedWords(*map(np.concatenate, zip(_NONE, *parts, strict=True))), bounds


def defined_words(
    text: str, spans: Sequence[tuple[int, int]], headings: Container[int] = (), quotations: Container[int] = ()
) -> MarkedWords:
    """`marked_words`, by the definition."""
    kinds = _kinds(len(spans), headings, quotations)
    rows: list[tuple[int, int, int, int]] = []
    for number, (start, end) in enumerate(spans):
        words_in = matches(text, start, end)
        shouted = _is_shouted(text, start, end)
        hidden = unread(text, start, end)
        line, first_row = -1, len(rows)  # where the line of the word before ends
        for first, last in sentences(text, start, end):
            sentence = [match for match in words_in(first, last) if not hidden or not _inside(match.start(), hidden)]
            for index, match in enumerate(sentence):
                word = match.group()
                mark = (index == 0) | kinds[number] | _nature(word, index == 0 or shouted)
                if kinds[number] & _QUOTED and match.start() > line:
                    mark |= _STARTS_LINE
                    line = _line_end(text, match.start(), end)
                mark |= _STARTS_BLOCK * (len(rows) == first_row)
                rows.append((word_hash(word), match.start(), match.end(), mark))
    columns = list(zip(*rows, strict=True)) or [()] * len(_TYPES)
    return MarkedWords(*(np.array(column, kind) for column, kind in zip(columns, _TYPES, strict=True)))


def block_numbers(marks: NDArray[np.uint8]) -> NDArray[np.int32]:
    """The number of the block (int32 [n]) that each word of a document stands in, among those that have words, by their
    marks."""
    return np.cumsum(marks >> 7, dtype=np.int32) - np.int32(1)


def _unread(text: str, spans: Sequence[tuple[int, int]]) -> NDArray[np.int32]:
    """Where what nobody reads of all spans begins and ends, in order."""
    from dedup.kernel import _native

    return _native.unread(text, *np.array(spans, np.int32).reshape(-1, 2).T.copy())


def _kinds(spans: int, headings: Container[int], quotations: Container[int]) -> list[int]:
    """The marks that all words of a span have, for each."""
    return [_HEADING * (number in headings) | _QUOTED * (number in quotations) for number in range(spans)]


def _line_end(text: str, start: int, end: int) -> int:
    """Where the line ends that `start` stands in; at `end` at the latest."""
    return min((at for at in (text.find("\n", start, end), text.find("\r", start, end)) if at >= 0), default=end)


def _inside(position: int, spans: list[tuple[int, int]]) -> bool:
    return any(start <= position < end for start, end in spans)


def _is_shouted(text: str, start: int, end: int) -> bool:
    """Whether a block is set in capitals: they name nothing then."""
    part = text[start:end]
    upper = sum(map(str.isupper, part))
    return upper * 2 > upper + sum(map(str.islower, part))


@lru_cache(maxsize=1 << 18)
def _nature(word: str, plain_case: bool) -> int:
    if any(map(str.isdecimal, word)):
        return int(Mark.FIGURE)
    if is_unspaced(word):
        return int(Mark.UNSPACED)
    return int(Mark.NAME) if not plain_case and word[0].isupper() and letters(word) > 1 else 0
