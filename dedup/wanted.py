"""What the settings want in the text beside the article, or out of it: headline, captions, headings, tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dedup.data import Kind, Tag
from dedup.evidence import Evidence, Verdict
from dedup.lexicon import dom_kind
from dedup.table import TAGS
from dedup.text import words_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dedup.config import Config
    from dedup.data import Document
    from dedup.table import Table

NEAR = 3
"""Blocks before the article among which the caption of its first picture may stand."""
_HEADING, _CAPTION = TAGS.index(Tag.HEADING), TAGS.index(Tag.CAPTION)


def with_wanted(document: Document, table: Table, main: NDArray[np.bool_], config: Config) -> NDArray[np.bool_]:
    """Which blocks (bool [b]) of a page are to be in its text: the article's, and what the settings want beside it."""
    within = np.flatnonzero(main)
    if not len(within) or not (config.headline or config.captions):
        return main
    chosen = main.copy()
    if config.headline:
        chosen[_headline(document, table, int(within[0]))] = True
    if config.captions:
        near = slice(max(0, int(within[0]) - NEAR), int(within[-1]) + 1)
        kinds = [dom_kind(table.paths[place]) is Kind.CAPTION for place in table.places[near].tolist()]
        chosen[near] |= (table.tags[near] == _CAPTION) | np.array(kinds, np.bool_)
    return chosen


def _headline(document: Document, table: Table, first: int) -> list[int]:
    """The nearest heading before the article's text, or its first block, that is the page's title or most of it."""
    title = words_of(document.title or "")
    for at in range(first, -1, -1):
        own = words_of(document.text[table.starts[at] : table.ends[at]])
        inside = own and f" {' '.join(own)} " in f" {' '.join(title)} "
        if table.tags[at] == _HEADING and inside and len(own) * 2 >= len(title):
            return [at]
    return []


def take_unwanted(article: list[Evidence], config: Config) -> None:
    """Let go of the tables and headings of an article where the settings say so."""
    unwanted = [
        (tag, kind, name)
        for tag, kind, name, want in (
            (Tag.ROW, Kind.TABLE, "tables", config.tables),
            (Tag.HEADING, Kind.HEADING, "headings", config.headings),
        )
        if not want
    ]
    for block in article:
        for tag, kind, name in unwanted:
            if block.tag is tag and not block.verdict:
                block.verdict = Verdict(kind, f"The settings want no {name}.", {"setting": name})


def kept_kinds(config: Config) -> set[str]:
    """The kinds of chrome that stay where they stand in an article."""
    return {*config.keep_kinds, *[Kind.CAPTION] * config.captions, *[Kind.COMMENTS] * config.comments}


def kept_outside(config: Config) -> set[str]:
    """The kinds of chrome that stay outside of it, too. Captions do not: those of the article are in it by now."""
    return kept_kinds(config) - (set() if "caption" in config.keep_kinds else {Kind.CAPTION})
