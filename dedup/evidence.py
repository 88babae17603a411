"""What is known of a block before it is judged: its words, its place, how often it stands, which rules match it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dedup import spans
from dedup.data import Block, Document, Format, Kind, Tag
from dedup.lexicon import NOTHING, Hit, Tried, Where, tried
from dedup.speech import languages_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dedup.table import Table

TAIL = 0.6
"""Where the tail begins at the latest, as a share of the article's text."""
EDGE_BLOCKS = 30
"""Blocks at the top and the end in which rules of those zones are looked for."""
OFTEN, OFTEN_SHARE = 5, 0.05
"""A paragraph in the middle of articles is chrome from 5 articles and 5 % of the site's on: agency background that
several articles share is less, and is a duplicate."""
ROOMY = (Kind.BOILERPLATE, Kind.BYLINE, Kind.COPYRIGHT, Kind.FOOTER, Kind.HEADER)
"""Places that hold things of several kinds, or say things worth knowing: there the words are looked at, too."""


BIO_WORDS = 90
"""Words of an author's biography, at most."""


@dataclass(slots=True)
class Verdict:
    """Why a block goes, and as what."""

    kind: Kind
    why: str
    evidence: dict[str, Any]


@dataclass(slots=True)
class Evidence:
    """A block with all that is known of it."""

    start: int
    end: int
    tag: Tag
    links: float
    path: str
    plain: str
    words: int
    counts: tuple[int, int, int]
    tried: Tried
    zones: frozenset[Where]
    """Where it may stand at the widest."""
    level: int = 0
    """Of a heading: 1 for the highest."""
    verdict: Verdict | None = None

    def hits(self, *zones: frozenset[Where], certain: bool = False, kind: Kind | None = None) -> Iterator[Hit]:
        """The rules that match it where it may stand, as `Tried.hits` has them."""
        return self.tried.hits(self.zones, *zones, certain=certain, kind=kind)


@dataclass(frozen=True, slots=True)
class Site:
    """The site of a document: its name, how many distinct articles it has, and in how many a block is repeated."""

    name: str
    articles: int
    needed: int

    @property
    def often(self) -> int:
        """In how many articles even a paragraph of running text is chrome."""
        return max(self.needed, OFTEN, round(OFTEN_SHARE * self.articles))


def look(document: Document, article: Table, counts: list[list[int]], languages: frozenset[str]) -> list[Evidence]:
    """The blocks of the article with their counts, and the rules that may match them."""
    length = int((article.ends - article.starts).sum())
    seen, blocks = spans.bare(document.text, article.starts, article.ends), []
    passed = 0
    for index, (block, (text, words), (exact, template, near)) in enumerate(zip(article, seen, counts, strict=True)):
        head, tail = index < EDGE_BLOCKS, index >= len(article) - EDGE_BLOCKS or passed >= TAIL * length
        rules = tried(text, words, languages) if block.tag is not Tag.MATTER else NOTHING
        known = (block.start, block.end, block.tag, block.links, block.path)
        told = (rules, _ZONES[head, tail], _level(document, block))
        blocks.append(Evidence(*known, text, words, (exact, template, near), *told))
        passed += block.end - block.start
    return blocks


_ZONES = {
    (head, tail): frozenset({Where.ANY, *[Where.HEAD, Where.START] * head, *[Where.TAIL, Where.END] * tail})
    for head in (False, True)
    for tail in (False, True)
}
"""The zones of a block by whether it stands near the top, and near the end."""


def spoken(document: Document, article: Table) -> frozenset[str]:
    """The languages whose rules are tried on a document: told by all that is seen of a page, its menus too."""
    text = document.text
    if document.format is not Format.HTML:
        text = " ".join([seen for seen, _ in spans.bare(text, article.starts, article.ends)])
    return languages_of(text, document.language)


def _level(document: Document, block: Block) -> int:
    """The level of a heading: its `#` marks, or the `h3` it stands in; 1 where it has none."""
    if block.tag is not Tag.HEADING:
        return 0
    if document.format is Format.HTML:
        step = block.path.rsplit("/", 1)[-1]
        return int(step[1]) if step[1:2].isdigit() else 1
    text = document.text[block.start : block.end]
    return max(1, len(text) - len(text.lstrip("#")))
