"""What a page's blocks and metadata are, said plainly: a walk over lxml's elements, and trafilatura's metadata whole.

The package does the same many times faster; `test_html_same.py` holds the two together.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lxml.etree import iterwalk
from trafilatura.metadata import extract_metadata

from dedup.data import Tag

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_SKIPPED = frozenset(
    """script style noscript template head iframe object embed svg canvas audio video select textarea datalist
    map""".split()
)
_READERS_ONLY = frozenset("sr-only visually-hidden visuallyhidden screen-reader-text screen-reader-only".split())
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


@dataclass(slots=True)
class SlowPiece:
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
    pieces: list[SlowPiece] = field(default_factory=list)
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
                self.pieces.append(SlowPiece(text, tag, "/".join(self.steps)[-400:], round(self.linked * share)))
        self.buffer.clear()
        self.linked = 0


def _squeeze(line: str, tag: Tag) -> str:
    return line.rstrip() if tag is Tag.CODE else " ".join(line.split())


def slow_pieces(tree: HtmlElement) -> list[SlowPiece]:
    """All visible text of the page, block by block. Iterative: pages may be nested thousands deep."""
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
        walk.pieces[first:] = [SlowPiece(text, Tag.ROW, cells[0].path, sum(cell.linked for cell in cells))]


def _step(element: HtmlElement, name: str) -> str:
    """An element as a step of a block's path: `div#main.story.wide`."""
    marks = [("#" + element.get("id", "")) if element.get("id") else ""]
    marks += ["." + each for each in element.get("class", "").split()[:4]]
    if element.get("role"):
        marks.append(f"[{element.get('role')}]")
    return (name + "".join(marks)).replace("/", "-")[:100]


def slow_metadata(tree: HtmlElement, url: str | None) -> dict[str, Any]:
    """Title, author, date, url, site name, language and tags, as far as the page states them."""
    try:
        # No extensive search: a date guessed from the running text is not stated by the page.
        found = extract_metadata(tree, url, {"extensive_search": False, "original_date": True}, extensive=False)
    except (ValueError, TypeError, AttributeError, KeyError, IndexError, RecursionError, OverflowError):
        return {}
    language = tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang")
    tags = [*(found.categories or []), *(found.tags or [])]
    stated = {"title": found.title, "author": found.author, "date": found.date, "url": found.url or url}
    return {**stated, "sitename": found.sitename, "language": language, "tags": list(dict.fromkeys(filter(None, tags)))}
