"""All visible text of a page's tree, block by block, with the path of elements around each.

libxml2 walks the tree by writing it as XML; one split makes tags and text of that, and a tag's meaning is looked up by
its text, as most tags stand many times on a page, and on all pages of a site. An element costs 0.5 µs so, where a walk
over lxml's elements takes 5 (a page of 1,000 elements: 1 ms, not 5).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from html import unescape
from typing import TYPE_CHECKING

from dedup.data import Tag

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lxml.html import HtmlElement

_SKIPPED = frozenset(
    b"""script style noscript template head iframe object embed svg canvas audio video select textarea datalist
    map""".split()
)
_READERS_ONLY = frozenset("sr-only visually-hidden visuallyhidden screen-reader-text screen-reader-only".split())
_CLIPPED = re.compile(r"clip:\s*rect\((?:0|1px)[^)]*\)|clip-path:\s*inset\((?:50|100)%\)")
_INLINE = frozenset(
    b"""a abbr acronym b bdi bdo big br cite code data del dfn em font i img input ins kbd label mark meter nobr output
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
CELLS = " | "
"""Stands between the cells of a row of data. A cell of an old page's layout is a block of its own."""
_CELL = 100
"""Cells of a table row up to this long are joined to one block; longer ones are the columns of an old page layout."""
_PATH = 400
"""A path keeps so many characters, the innermost."""

_SLASH = ord("/")
_MARKUP = re.compile(rb"<([^>]*)>")
"""A tag as libxml2 writes it: it escapes every `<` and `>` of text and attribute values, and no name holds a `>`."""
_ATTRIBUTE = re.compile(r' (=?[^ =]*)="([^"]*)"')
_CONTROL = re.compile(b"[\x01-\x08\x0b\x0c\x0e-\x1f]")
_NO_CONTROL = b"&#xFFFD;"
"""What libxml2 writes for a control character, which XML cannot hold; a real U+FFFD it writes as it is."""
_TAG_OR_NO_CONTROL = re.compile(rb"<[^>]*>|" + _NO_CONTROL)


@dataclass(slots=True)
class Piece:
    """A block of visible text; `linked` of its characters that are not white space stand in links."""

    text: str
    tag: Tag
    path: str
    linked: int


def pieces(source: bytes) -> list[Piece]:
    """All visible text of a page that is `written`, block by block. Iterative: pages may be nested thousands deep."""
    walk = _Walk()
    buffer, links, known = walk.buffer, walk.links, dict[bytes, _Mark]()
    tokens = iter(_tokens(source))
    next(tokens)  # what stands before the first tag: nothing
    pairs = zip(tokens, tokens, strict=False)
    for markup, between in pairs:
        text = between
        mark = known.get(markup) or known.setdefault(markup, _mark(markup))
        if mark is _HIDDEN:
            text = _skip(pairs)
        elif mark.act is not None:
            mark.act(walk, mark)
        if text and (buffer or not text.isspace() or walk.tags[-1] is Tag.CODE):
            buffer.append(text)
            if walk.link_depth:
                links.append(text)
    walk.flush()
    return walk.pieces


def _skip(pairs: Iterator[tuple[bytes, bytes]]) -> bytes:
    """Pass by all that an element holds whose start tag was read; what follows it."""
    depth = 1
    for markup, text in pairs:
        if markup[0] == _SLASH:
            depth -= 1
            if not depth:
                return text
        elif markup[-1] != _SLASH:
            depth += 1
    return b""


def written(tree: HtmlElement) -> bytes:
    """The page as XML, and control characters, which XML cannot hold, as they are."""
    from lxml.etree import tostring

    # As XHTML, libxml2 would give every element with a name an id of that name. Nobody asks for the doctype later.
    tree.getroottree().docinfo.clear()
    source: bytes = tostring(tree, encoding="utf-8", xml_declaration=False, with_tail=False)
    if _NO_CONTROL in source:
        controls = iter(_CONTROL.findall(tostring(tree, method="text", encoding="utf-8", with_tail=False)))
        source = _TAG_OR_NO_CONTROL.sub(lambda found: next(controls) if found[0] == _NO_CONTROL else found[0], source)
    return source


def _tokens(source: bytes) -> list[bytes]:
    """The page cut at its tags: text, tag, text, …, text."""
    tokens = source.replace(b">", b"<").split(b"<")  # a quarter of what a regular expression takes
    if len(tokens) != 2 * source.count(b">") + 1:  # a `<` stands in the name of an attribute or element
        tokens = _MARKUP.split(source)
    return tokens


# ── what is open ────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class _Walk:
    """What is open while the page is read: the elements, and the text since the last block began or ended."""

    paths: list[str] = field(default_factory=lambda: [""])
    tags: list[Tag] = field(default_factory=lambda: [Tag.PARAGRAPH])
    buffer: list[bytes] = field(default_factory=list)
    links: list[bytes] = field(default_factory=list)
    link_depth: int = 0
    pieces: list[Piece] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)

    def enter(self, mark: _Mark) -> None:
        """Open a block's element."""
        if self.buffer:
            self.flush()
        outer = self.paths[-1]
        self.paths.append(f"{outer}/{mark.step}"[-_PATH:] if outer else mark.step)
        self.tags.append(mark.tag or self.tags[-1])
        if mark.row:
            self.rows.append(len(self.pieces))

    def leave(self, mark: _Mark) -> None:
        """Close a block's element."""
        if self.buffer:
            self.flush()
        self.paths.pop()
        self.tags.pop()
        if mark.row:
            self.join_cells(self.rows.pop())

    def pass_by(self, _: _Mark) -> None:
        """A block without content ends the one before it."""
        self.flush()

    def enter_link(self, _: _Mark) -> None:
        """Open a link."""
        self.link_depth += 1

    def leave_link(self, _: _Mark) -> None:
        """Close a link."""
        self.link_depth -= 1

    def end_line(self, _: _Mark) -> None:
        """A <br>."""
        self.buffer.append(b"\v")

    def flush(self) -> None:
        """End the block that is being read."""
        raw = b"".join(self.buffer).decode()
        self.buffer.clear()
        if "&" in raw:
            raw = unescape(raw)
        linked = 0
        if self.links:
            links = unescape(b"".join(self.links).decode())
            linked = len("".join(links.split()))
            self.links.clear()
        tag, path = self.tags[-1], self.paths[-1]
        if "\v" in raw or tag is Tag.CODE:
            self.pieces += _parts(raw, tag, path, linked)
        elif text := " ".join(raw.split()):
            self.pieces.append(Piece(text, tag, path, linked))

    def join_cells(self, first: int) -> None:
        """Make one block of the short cells of a row."""
        cells = self.pieces[first:]
        if len(cells) > 1 and all(cell.tag is Tag.ROW and len(cell.text) <= _CELL for cell in cells):
            text = CELLS.join(cell.text for cell in cells)
            self.pieces[first:] = [Piece(text, Tag.ROW, cells[0].path, sum(cell.linked for cell in cells))]


def _parts(raw: str, tag: Tag, path: str, linked: int) -> Iterator[Piece]:
    """The blocks of a text with line breaks: two <br> end a paragraph."""
    shown = max(1, len("".join(raw.split())))
    for part in [raw] if tag is Tag.CODE else raw.split("\v\v"):
        lines = part.split("\n") if tag is Tag.CODE else part.split("\v")
        text = "\n".join(line for line in (_squeeze(line, tag) for line in lines) if line)
        if text:
            share = len("".join(text.split())) / shown
            yield Piece(text, tag, path, round(linked * share))


def _squeeze(line: str, tag: Tag) -> str:
    return line.rstrip() if tag is Tag.CODE else " ".join(line.split())


# ── what a tag means ────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class _Mark:
    """What a tag does, and for the start of a block's element, its step, its tag, and whether it is a table's row."""

    act: Callable[[_Walk, _Mark], None] | None = None
    step: str = ""
    tag: Tag | None = None
    row: bool = False


_PLAIN = _Mark()
"""Inline: the text goes on."""
_HIDDEN = _Mark(step="hidden")
"""All up to its end is not seen."""
_EMPTY, _BREAK = _Mark(_Walk.pass_by), _Mark(_Walk.end_line)
_LINK, _LINK_END = _Mark(_Walk.enter_link), _Mark(_Walk.leave_link)
_END, _ROW_END = _Mark(_Walk.leave), _Mark(_Walk.leave, row=True)
_ENDS = {**dict.fromkeys((b"/" + name for name in _INLINE), _PLAIN), b"/a": _LINK_END, b"/tr": _ROW_END}


def _mark(markup: bytes) -> _Mark:
    if markup[0] == _SLASH:
        return _ENDS.get(markup, _END)
    empty = markup[-1] == _SLASH
    name = (markup[:-1] if empty else markup).partition(b" ")[0]
    if name in _SKIPPED or _unseen(markup):
        return _PLAIN if empty else _HIDDEN
    if name == b"br":
        return _BREAK
    if name in _INLINE:
        return _LINK if name == b"a" and not empty else _PLAIN
    return _EMPTY if empty else _opening(markup)


@lru_cache(maxsize=1 << 12)
def _opening(markup: bytes) -> _Mark:
    """The start tag of a block. Remembered, as the pages of a site share them."""
    text = markup.decode()
    name = text.partition(" ")[0]
    return _Mark(_Walk.enter, _step(dict(_attributes(text)), name), _TAGS.get(name), name == "tr")


def _attributes(markup: str) -> Iterator[tuple[str, str]]:
    for name, value in _ATTRIBUTE.findall(markup):
        yield name, unescape(value) if "&" in value else value


def _unseen(markup: bytes) -> bool:
    """Text for screen readers only ("opens in a new tab"), which no reader sees: by class, or clipped to nothing."""
    low = markup.lower()
    # Four searches for a word cost a tenth of reading the attributes, which almost no tag then needs.
    if not (b"sr-only" in low or b"visually" in low or b"screen-reader" in low or b"clip" in low):
        return False
    attributes = dict(_attributes(markup.decode()))
    if _CLIPPED.search(attributes.get("style", "")):
        return True
    return not _READERS_ONLY.isdisjoint(attributes.get("class", "").lower().split())


def _step(attributes: dict[str, str], name: str) -> str:
    """An element as a step of a block's path: `div#main.story.wide`."""
    marks = ["#" + attributes["id"] if attributes.get("id") else ""]
    marks += ["." + each for each in attributes.get("class", "").split()[:4]]
    if attributes.get("role"):
        marks.append(f"[{attributes['role']}]")
    return (name + "".join(marks)).replace("/", "-")[:100]
