"""A page as blocks of all its visible text, each with trafilatura's verdict; and what the page says about itself.

This is the only module that imports lxml and trafilatura (inside the functions: 0.3 s). "Visible" is what the markup
shows without running scripts or style sheets.
"""

from __future__ import annotations

import logging
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from dedup.data import Block, Tag
from dedup.text import word_list

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

SEPARATOR = "\n\n"
"""Stands between two blocks of a page's source text; no block contains it."""

_SKIPPED = frozenset(
    "script style noscript template head iframe object embed svg canvas audio video select textarea datalist map".split()
)
_READERS_ONLY = frozenset("sr-only visually-hidden visuallyhidden screen-reader-text screen-reader-only".split())
_INLINE = frozenset(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i img input ins kbd label mark meter nobr output progress q"
    " rp rt ruby s samp small span strike strong sub sup time tt u var wbr button link meta noindex o:p st1:place".split()
)
_TAGS = {
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), Tag.HEADING),
    **dict.fromkeys(("li", "dt", "dd"), Tag.ITEM),
    **dict.fromkeys(("td", "th", "tr"), Tag.ROW),
    **dict.fromkeys(("figcaption", "caption"), Tag.CAPTION),
    "blockquote": Tag.QUOTE,
    "pre": Tag.CODE,
}
_CELL = 100
"""Cells of a table row up to this long are joined to one block; longer ones are the columns of an old page layout."""
_GRAM = 4
"""Words in the shingles by which trafilatura's answer is found again in the page (as in its own benchmarks)."""
_NEAR = 12
"""Blocks between a short block of the article and the one before it, at most."""
_PARAGRAPH = 20
"""Where trafilatura finds nothing, a block of as many words with few links is taken for the article's."""


class UnreadablePageError(ValueError):
    """The page cannot be read whole: it is empty, nested too deep, or not HTML."""


@dataclass(slots=True)
class Page:
    """A parsed page: its visible text, its blocks with verdicts, and its metadata as far as stated."""

    text: str
    blocks: list[Block]
    metadata: dict[str, Any]


def read_page(html: str, url: str | None = None) -> Page:
    """Parse a page, cut it into blocks, and mark those that belong to the article (`Block.main`).

    Raises:
        UnreadablePageError: it holds no element, or is nested deeper than libxml2 reads (2,048 elements).
    """
    tree = _parse(html)
    pieces = list(_pieces(tree))
    found: list[Block] = []
    position = 0
    for piece in pieces:
        end = position + len(piece.text)
        found.append(Block(position, end, piece.tag, False, piece.path, round(piece.linked / len(piece.text), 3)))
        position = end + len(SEPARATOR)
    verdicts = _verdicts([piece.text for piece in pieces], found, _answer(tree, url))
    marked = [replace(block, main=main) for block, main in zip(found, verdicts, strict=True)]
    return Page(SEPARATOR.join(piece.text for piece in pieces), marked, _metadata(tree, url))


def _parse(html: str) -> HtmlElement:
    from lxml import etree
    from lxml.html import HTMLParser, document_fromstring

    # huge_tree: without it libxml2 stops at a depth of 256 and drops the rest of the page without a word.
    parser = HTMLParser(huge_tree=True, remove_comments=True, remove_pis=True, encoding="utf-8")
    clean = html.replace("\x00", "\N{REPLACEMENT CHARACTER}")  # libxml2 ends a page at a NUL byte
    try:
        tree = document_fromstring(clean.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, AssertionError) as error:
        raise UnreadablePageError(f"no HTML element in it: {error}") from error
    limits = [str(entry.message) for entry in parser.error_log if entry.type_name == "ERR_RESOURCE_LIMIT"]
    if limits:
        raise UnreadablePageError(f"cannot be parsed whole: {limits[0]}")
    return tree


# ── the page as blocks ──────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class _Piece:
    text: str
    tag: Tag
    path: str
    linked: int


@dataclass(slots=True)
class _Walk:
    """What is open while the tree is walked: the elements, and the text gathered since the last block began or ended."""

    steps: list[str] = field(default_factory=list)
    tags: list[Tag | None] = field(default_factory=list)
    buffer: list[str] = field(default_factory=list)
    linked: int = 0
    link_depth: int = 0
    pieces: list[_Piece] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)

    def add(self, text: str | None) -> None:
        if text:
            self.buffer.append(text)
            if self.link_depth:
                self.linked += len("".join(text.split()))

    def flush(self) -> None:
        raw = "".join(self.buffer)
        tag = next((tag for tag in reversed(self.tags) if tag is not None), Tag.PARAGRAPH)
        parts = [raw] if tag is Tag.CODE else raw.split("\v\v")  # two <br> end a paragraph
        shown = max(1, len("".join(raw.split())))
        for part in parts:
            lines = part.split("\n") if tag is Tag.CODE else part.split("\v")
            text = "\n".join(line for line in (_squeeze(line, tag) for line in lines) if line)
            if text:
                share = len("".join(text.split())) / shown
                self.pieces.append(_Piece(text, tag, "/".join(self.steps)[-400:], round(self.linked * share)))
        self.buffer.clear()
        self.linked = 0


def _squeeze(line: str, tag: Tag) -> str:
    return line.rstrip() if tag is Tag.CODE else " ".join(line.split())


def _pieces(tree: HtmlElement) -> list[_Piece]:
    """All visible text of the page, block by block. Iterative: pages may be nested thousands deep."""
    from lxml.etree import iterwalk

    walk = _Walk()
    skipped = 0
    events = iterwalk(tree, events=("start", "end"))
    for event, element in events:
        name = element.tag if isinstance(element.tag, str) else "script"
        if event == "start":
            if name in _SKIPPED or _unseen(element):
                events.skip_subtree()
                skipped += 1
                continue
            _enter(walk, element, name)
        else:
            if skipped and (name in _SKIPPED or _unseen(element)):
                skipped -= 1
            else:
                _leave(walk, name)
            walk.add(element.tail)
    walk.flush()
    return walk.pieces


def _unseen(element: HtmlElement) -> bool:
    """Text for screen readers only ("opens in a new tab"), which no reader sees."""
    classes = element.get("class")
    return classes is not None and not _READERS_ONLY.isdisjoint(classes.lower().split())


def _enter(walk: _Walk, element: HtmlElement, name: str) -> None:
    if name == "br":
        walk.buffer.append("\v")
    elif name == "a":
        walk.link_depth += 1
    elif name not in _INLINE:
        walk.flush()
        walk.steps.append(_step(element, name))
        walk.tags.append(_TAGS.get(name))
        if name == "tr":
            walk.rows.append(len(walk.pieces))
    walk.add(element.text)


def _leave(walk: _Walk, name: str) -> None:
    if name == "a":
        walk.link_depth -= 1
    elif name != "br" and name not in _INLINE:
        walk.flush()
        walk.steps.pop()
        walk.tags.pop()
        if name == "tr":
            _join_cells(walk, walk.rows.pop())


def _join_cells(walk: _Walk, first: int) -> None:
    cells = walk.pieces[first:]
    if len(cells) > 1 and all(cell.tag is Tag.ROW and len(cell.text) <= _CELL for cell in cells):
        text = " | ".join(cell.text for cell in cells)
        walk.pieces[first:] = [_Piece(text, Tag.ROW, cells[0].path, sum(cell.linked for cell in cells))]


def _step(element: HtmlElement, name: str) -> str:
    """An element as a step of a block's path: `div#main.story.wide`."""
    marks = [("#" + element.get("id", "")) if element.get("id") else ""]
    marks += ["." + each for each in element.get("class", "").split()[:4]]
    if element.get("role"):
        marks.append(f"[{element.get('role')}]")
    return (name + "".join(marks)).replace("/", "-")[:100]


# ── trafilatura's verdict ───────────────────────────────────────────────────────────────────────────────────────────


def _answer(tree: HtmlElement, url: str | None) -> str:
    """The article as trafilatura gives it: with precision, and where that finds nothing, in its default mode."""
    import trafilatura

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    for precision in (True, False):
        # deduplicate=False: its cache is the process's, and its answer would depend on what was read before.
        try:
            text = trafilatura.extract(tree, url=url, favor_precision=precision, include_comments=False, deduplicate=False)
        except (ValueError, TypeError, AttributeError, KeyError, IndexError, RecursionError, MemoryError):
            text = None  # trafilatura fails on some broken trees: the page then gets our own verdict
        if text:
            return str(text)
    return ""


def _verdicts(texts: list[str], blocks: list[Block], answer: str) -> list[bool]:
    """Which blocks stand in trafilatura's answer: those that claim one of its lines and are granted it.

    A block claims the line that holds most of its 4-word shingles, if they cover half of its words. A line is granted
    to as many blocks as it has words for, those nearest to the rest of the article first: its headline, not the link
    to it in a list of others. A block of fewer words claims a line that equals it and stands next to one granted.
    """
    words = [tuple(word_list(text)) for text in texts]
    lines = [tuple(word_list(cell)) for line in answer.splitlines() for cell in line.split("|")]
    lines = [line for line in lines if line]
    if not lines:
        return [
            len(each) >= _PARAGRAPH and block.links < 0.3 and block.tag is not Tag.ITEM
            for each, block in zip(words, blocks, strict=True)
        ]
    granted = _grant(words, _claims(words, lines), lines)
    _grant_short(words, granted, lines, 1)
    _grant_short(words, granted, lines, -1)
    return [line is not None for line in granted]


def _claims(words: list[tuple[str, ...]], lines: list[tuple[str, ...]]) -> list[int | None]:
    places: dict[tuple[str, ...], list[int]] = {}
    for number, line in enumerate(lines):
        for index in range(len(line) - _GRAM + 1):
            places.setdefault(line[index : index + _GRAM], []).append(number)
    claims: list[int | None] = []
    for each in words:
        covered = [False] * len(each)
        hits: Counter[int] = Counter()
        for index in range(len(each) - _GRAM + 1):
            at = places.get(each[index : index + _GRAM])
            if at:
                covered[index : index + _GRAM] = [True] * _GRAM
                hits.update(set(at))
        best = max(hits.items(), key=lambda hit: (hit[1], -hit[0]))[0] if hits else None
        claims.append(best if sum(covered) * 2 >= len(each) else None)
    return claims


def _grant(words: list[tuple[str, ...]], claims: list[int | None], lines: list[tuple[str, ...]]) -> list[int | None]:
    room = Counter[tuple[str, ...]]()
    for line in lines:
        room[line] += len(line)
    rivals: dict[tuple[str, ...], list[int]] = {}
    for index, claim in enumerate(claims):
        if claim is not None:
            rivals.setdefault(lines[claim], []).append(index)
    alone = [index for index, claim in enumerate(claims) if claim is not None and len(rivals[lines[claim]]) == 1]
    granted = list(claims)
    for line, claimants in rivals.items():
        if sum(len(words[index]) for index in claimants) <= 1.25 * room[line]:
            continue  # the parts of one paragraph, or blocks that all stand in the answer
        left = room[line]
        for index in sorted(claimants, key=lambda index: (words[index] != line, _distance(index, alone), index)):
            if left <= 0:
                granted[index] = None
            left -= len(words[index])
    return granted


def _distance(index: int, others: list[int]) -> int:
    at = bisect_left(others, index)
    return min((abs(index - other) for other in others[max(0, at - 1) : at + 1]), default=0)


def _grant_short(words: list[tuple[str, ...]], granted: list[int | None], lines: list[tuple[str, ...]], step: int) -> None:
    """Grant lines to blocks too short for a shingle, going down (step 1) or up (-1) from a granted neighbour."""
    last, age = None, 0
    taken = {line for line in granted if line is not None}
    for index in range(len(words))[::step]:
        if granted[index] is not None:
            last, age = granted[index], 0
        elif last is not None and 0 < len(words[index]) < _GRAM and age < _NEAR:
            near = (last + step, last + 2 * step)
            line = next((n for n in near if 0 <= n < len(lines) and lines[n] == words[index] and n not in taken), None)
            if line is not None:
                granted[index], last, age = line, line, 0
                taken.add(line)
        age += 1


# ── what the page says about itself ─────────────────────────────────────────────────────────────────────────────────


def _metadata(tree: HtmlElement, url: str | None) -> dict[str, Any]:
    """Title, author, date, url, site name, language and tags, as far as the page states them."""
    from trafilatura.metadata import extract_metadata

    try:
        # No extensive search: a date guessed from the running text is not stated by the page.
        found = extract_metadata(tree, url, {"extensive_search": False, "original_date": True}, extensive=False)
    except (ValueError, TypeError, AttributeError, KeyError, IndexError, RecursionError, OverflowError):
        return {}
    language = tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang")
    tags = [*(found.categories or []), *(found.tags or [])]
    stated = {"title": found.title, "author": found.author, "date": found.date, "url": found.url or url}
    return {**stated, "sitename": found.sitename, "language": language, "tags": list(dict.fromkeys(filter(None, tags)))}


def block_texts(page: Page) -> Iterator[str]:
    """The text of every block, in order."""
    return (page.text[block.start : block.end] for block in page.blocks)
