"""Which sentences of a copy go: whole ones, that the keeper has with all their figures and names."""

from __future__ import annotations

import random
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.align import Words, align
from dedup.passages import (
    EDGE,
    OWN_RUN,
    TEMPLATE,
    TOLERANCE,
    Limits,
    Passage,
    Spelling,
    alike,
    alike_enough,
    counted,
    has_capital_nouns,
    passages,
)
from dedup.text import fold
from dedup.words import Mark, MarkedWords, marked_words
from tests.material import VOCABULARY, prose
from tests.quality.verify import common

LIMITS = Limits(min_words=15, threshold=0.8)
TELLING = int(Mark.FIGURE | Mark.NAME)


class Text:
    """A text of some blocks, one a paragraph; those that begin with a number sign are headings."""

    def __init__(self, text: str) -> None:
        starts = [0, *(at + 2 for at in range(len(text)) if text.startswith("\n\n", at))]
        spans = [(low, high) for low, high in pairwise([*starts, len(text)]) if low < high]
        self.text = text
        self.marked: MarkedWords = marked_words(
            text, spans, {number for number, span in enumerate(spans) if text[span[0]] == "#"}
        )
        self.words = Words(self.marked.hashes, self.marked.marks)

    def spelled(self, at: int) -> str:
        return fold(self.text[self.marked.starts[at] : self.marked.ends[at]])

    def between(self, start: int, end: int) -> str:
        """The text of `words[start:end]`."""
        return self.text[self.marked.starts[start] : self.marked.ends[end - 1]]


def found(document: Text, keeper: Text, limits: Limits = LIMITS) -> list[Passage]:
    chains = align(document.words, keeper.words)
    return passages(chains, document.words, keeper.words, limits, Spelling(document.spelled, keeper.spelled))


def removed(document: str, keeper: str, limits: Limits = LIMITS) -> list[str]:
    """What of a document may go, as text, passage by passage."""
    own = Text(document)
    return [own.between(each.start, each.end) for each in found(own, Text(keeper), limits)]


def show(*a):
    for x in a: print(x)
