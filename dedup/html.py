"""A page as blocks of all its visible text, each with trafilatura's verdict; and what the page says about itself.

This is the only module that imports lxml and trafilatura (inside the functions: 0.3 s). "Visible" is what the markup
shows without running scripts or style sheets.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from dedup.data import Block, Tag
from dedup.verdict import article_blocks

if TYPE_CHECKING:
    from lxml.html import HtmlElement

SEPARATOR = "\n\n"
"""Stands between two blocks of a page's source text; no block contains it."""

_SKIPPED = frozenset(
    """script style noscript template head iframe object embed svg canvas audio video select textarea datalist
    map""".split()
)
_READERS_ONLY = frozenset("sr-only visually-hidden visuallyhidden screen-reader-text screen-reader-only".split())
_TITLE, _TITLE_END = re.compile(r"<title\b[^>]*>", re.IGNORECASE), re.compile(r"</title\b", re.IGNORECASE)
_CLIPPED = re.compile(r"clip:\s*rect\((?:0|1px)[^)]*\)|clip-path:\s*inset\((?:50|100)%\)")
_INLINE = frozenset(
    """a abbr acronym b bdi bdo big cite code data del dfn em font i img input ins kbd label mark meter nobr output
    progress q rp rt ruby s samp small span strike strong sub sup time tt u var wbr button link meta noindex o:p
    st1:place""".split()
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


class UnreadablePageError(ValueError):
    """The page cannot be read whole: it is empty, nested too deep, or not HTML."""


@dataclass(slots=True)
class Page:
    """A parsed page: its visible text, its blocks with verdicts, and its metadata as far as stated."""

    text: str
    blocks: list[Block]
    metadata: dict[str, Any]


def read_page(html: str, url: str | None = None, *, headline: bool = False) -> Page:
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
    said = _metadata(tree, url)
    verdicts = article_blocks(
        [piece.text for piece in pieces], found, _answer(tree, url), str(said.get("title") or ""), headline
    )
    marked = [replace(block, main=main) for block, main in zip(found, verdicts, strict=True)]
    return Page(SEPARATOR.join(piece.text for piece in pieces), marked, said)


def _parse(html: str) -> HtmlElement:
    from lxml import etree
    from lxml.html import HTMLParser, document_fromstring

    # huge_tree: without it libxml2 stops at a depth of 256 and drops the rest of the page without a word.
    parser = HTMLParser(huge_tree=True, remove_comments=True, remove_pis=True, encoding="utf-8")
    clean = html.replace("\x00", "\N{REPLACEMENT CHARACTER}")  # libxml2 ends a page at a NUL byte
    if not _TITLE_END.search(clean):  # a title that does not end takes the whole page with it, in browsers too
        clean = _TITLE.sub("", clean, count=1)
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
    """What is open while the tree is walked: the elements, and the text since the last block began or ended."""

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
    """Text for screen readers only ("opens in a new tab"), which no reader sees: by class, or clipped to nothing."""
    classes, style = element.get("class"), element.get("style")
    if style is not None and _CLIPPED.search(style):
        return True
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
            text = trafilatura.extract(
                tree, url=url, favor_precision=precision, include_comments=False, deduplicate=False
            )
        except (ValueError, TypeError, AttributeError, KeyError, IndexError, RecursionError, MemoryError):
            text = None  # trafilatura fails on some broken trees: the page then gets our own verdict
        if text:
            return str(text)
    return ""


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
