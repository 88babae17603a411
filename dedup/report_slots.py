"""A passage that stands in many documents, told once: what all have in common, and slots for what each fills in."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from dedup.account import Piece
from dedup.report_exact import common
from dedup.report_texts import DOTS, cut
from dedup.text import fold, matches

if TYPE_CHECKING:
    from collections.abc import Sequence

WORDS = 400
"""Words of a text that are aligned: what stands behind is not shown."""
TEXTS = 16
"""Texts that are aligned: what these have in common, nearly all have."""
FILLINGS, FILLING = 5, 60
"""Examples of what fills a slot, and characters of one."""
SHOWN = 1_200
"""Characters of a passage that are shown, without its fillings."""


class _Words(NamedTuple):
    """A text, its first words as they are compared, and where each begins and ends."""

    text: str
    folded: list[str]
    spans: list[tuple[int, int]]

    @classmethod
    def of(cls, text: str) -> _Words:
        found = matches(text, 0, len(text))(0, len(text))
        spans = [match.span() for match, _ in zip(found, range(WORDS), strict=False)]
        end = spans[-1][1] if len(spans) == WORDS else len(text)
        return cls(text[:end] if end < len(text) else text, [fold(text[a:b]) for a, b in spans], spans)

    def gaps(self, places: Sequence[int]) -> list[tuple[str, bool]]:
        """What stands before, between and behind some of the words, and whether that is words."""
        edges = [(-1, 0, 0), *((at, *self.spans[at]) for at in places), (len(self.spans), len(self.text), 0)]
        return [(self.text[one[2] : other[1]], other[0] - one[0] > 1) for one, other in pairwise(edges)]


def pieces(texts: Sequence[str]) -> tuple[Piece, ...]:
    """The pieces of a passage that is written in so many ways, of which the first is shown.

    >>> [piece.text or piece.fillings for piece in pieces(["Ada Moor is our editor.", "Li Wei is our editor."])]
    [('Ada Moor', 'Li Wei'), ' is our editor.']
    """
    first, *others = (_Words.of(text) for text in texts[:TEXTS])
    in_all = set(first.folded).intersection(*(other.folded for other in others))
    shared = [at for at, word in enumerate(first.folded) if word in in_all]
    for other in others:
        agreed = common([first.folded[at] for at in shared], other.folded) or []
        shared = [shared[at] for at, _ in agreed]
    told = [first.folded[at] for at in shared]
    places = [shared, *([place for _, place in common(told, other.folded) or []] for other in others)]
    gaps = list(zip(*(each.gaps(at) for each, at in zip([first, *others], places, strict=True)), strict=True))
    return _shown(_pieces(first, shared, gaps))


def _pieces(first: _Words, shared: list[int], gaps: list[tuple[tuple[str, bool], ...]]) -> list[Piece]:
    found: list[Piece] = []
    text = ""
    for number, gap in enumerate(gaps):
        between = [each for each, _ in gap]
        if any(are_words for _, are_words in gap):
            before, after = _edges(between, next(each for each, are_words in gap if are_words))
            fillings = (each.removeprefix(before).removesuffix(after) for each in between)
            told = dict.fromkeys(cut(" ".join(each.split()), FILLING) for each in fillings if each.strip())
            found += [Piece(text + before)] * bool(text + before) + [Piece("", tuple(told)[:FILLINGS])] * bool(told)
            text = after
        else:
            text += between[0]
        if number < len(shared):
            start, end = first.spans[shared[number]]
            text += first.text[start:end]
    return found + [Piece(text)] * bool(text)


def _edges(texts: list[str], filled: str) -> tuple[str, str]:
    """What all begin with and end with that is no word; where that is nothing, the white space of one that is
    `filled`."""
    before = _same_signs(texts)
    after = _same_signs([text[len(before) :][::-1] for text in texts])[::-1]
    room = len(filled) - len(filled.lstrip()), len(filled.rstrip())
    return before or filled[: room[0]], after or filled[room[1] :]


def _same_signs(texts: list[str]) -> str:
    columns = enumerate(zip(*texts, strict=False))
    end = next((at for at, each in columns if len(set(each)) > 1 or each[0].isalnum()), min(map(len, texts)))
    return texts[0][:end]


def _shown(found: list[Piece]) -> tuple[Piece, ...]:
    """As much of them as is shown."""
    shown: list[Piece] = []
    room = SHOWN
    for each in found:
        shown.append(each if each.is_slot else Piece(cut(each.text, room)))
        room -= len(each.text) or FILLING
        if room <= 0:
            if shown[-1] == each and each is not found[-1]:
                shown.append(Piece(DOTS))
            break
    return tuple(shown)
