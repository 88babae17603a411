"""A page as Markdown, block for block as `dedup.html_blocks` cuts it: headings, lists, tables, links, code, quotations.

The walk is the one of `html_blocks`, whose tags and texts it repeats, with what of an element a reader of Markdown is
told. Pictures are left out: what is seen of them are their captions, which are text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from dedup import html_blocks
from dedup.data import Tag
from dedup.html_inline import BREAK, END, EVENT, Event, Spelled, Speller, headed
from dedup.html_sheet import Box, Cell, List, Piece, Sheet, apart, code, joint, later

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dedup.table import Table
    from dedup.written import Written

DEEPEST = 12
"""Lists and quotations in one another that are told; those further in stand as deep. (Nobody writes lists as deep; of
pages with a thousand in one another the marks would be most of the text.)"""
COLUMNS = 50
"""Columns of a table; more there are where a page says so in jest."""
LONGEST = 2000
"""Characters of a link's target; longer ones hold data, and lead nowhere."""
_LISTS = frozenset(("ul", "ol", "menu", "dir"))
_TOLD = _LISTS | {"li", "td", "th", "pre"}
_EMPHASIS = {b"b": "**", b"strong": "**", b"em": "*", b"i": "*"}
_CODE = frozenset((b"code", b"kbd", b"samp", b"tt"))
_LANGUAGE = re.compile(
    r"(?:^|\s)(?:lang(?:uage)?-|highlight-source-|highlight-|brush:\s*)([\w+#.-]{1,30})", re.IGNORECASE
)
_UNSAFE = re.compile(r"[\s()<>\\\"`|]|&(?=#?\w{1,32};)")
_SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*):")
_SCHEMES = frozenset(("http", "https", "mailto", "tel", "ftp", "ftps"))


@dataclass(slots=True)
class _Row:
    """A row that is open: of which table, and how many columns it has so far."""

    table: int
    first: int
    columns: int = 0
    column: int = 0
    """Of the cell that is open."""


def written(source: bytes, table: Table, base: str) -> Written:
    """The Markdown of a page that is `html_blocks.written`, whose blocks are those of the table; `base` is the URL that
    its links are relative to ("": they stay as they are).

    Raises:
        ValueError: the blocks are not those of the page.
    """
    pieces = _Walk(base).walk(source)
    lengths = [len(piece.plain) for piece in pieces]
    if lengths != (table.ends - table.starts).tolist():
        raise ValueError("its Markdown has other blocks than its text")
    return Sheet().written(pieces, table.starts.tolist())


class _Walk:
    """What is open while a page is read."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.pieces: list[Piece] = []
        self.raw: list[str] = []
        self.events: list[Event] = []
        self.speller = Speller()
        self.names: list[str] = [""]
        self.tags: list[Tag] = [Tag.PARAGRAPH]
        self.boxes: list[Box] = []
        self.lists: list[List] = []
        self.rows: list[_Row] = []
        self.tables: list[int] = [0]
        self.told = 0
        """Tables so far."""
        self.inline: list[bool] = []
        """Of each inline element that is open, whether it is an event."""
        self.levels: list[int] = []
        self.language = ""
        self.last_boxes: list[Box] = []
        self.last_list = (-1, -1, False, False)

    def walk(self, source: bytes) -> list[Piece]:
        """The blocks of a page."""
        tokens = iter(html_blocks._tokens(source))
        next(tokens)
        pairs = zip(tokens, tokens, strict=False)
        for markup, between in pairs:
            text = self._markup(markup, between, pairs)
            if text:
                self.raw.append(unescape(text.decode()) if b"&" in text else text.decode())
        self._flush()
        return self.pieces

    def _markup(self, markup: bytes, text: bytes, pairs: Iterator[tuple[bytes, bytes]]) -> bytes:
        mark = html_blocks._mark(markup)
        if mark is html_blocks._HIDDEN:
            return html_blocks._skip(pairs)
        if mark is html_blocks._BREAK:
            self.raw.append(BREAK)
        elif mark is html_blocks._EMPTY:
            self._flush()
            self._pass(markup[:-1].decode())
        elif mark in (html_blocks._END, html_blocks._ROW_END):
            self._leave()
        elif mark.act is html_blocks._Walk.enter:
            self._enter(markup.decode(), mark.tag)
        elif markup[-1] != html_blocks._SLASH:
            self._inline(markup)
        return text

    # ── inline ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def _inline(self, markup: bytes) -> None:
        if markup[0] == html_blocks._SLASH:
            if self.inline.pop():
                self._event(END)
            return
        name = markup.partition(b" ")[0]
        event = None
        if name == b"a":
            target = self._target(dict(html_blocks._attributes(markup.decode())).get("href", ""))
            event = Event("[", target) if target else None
        elif name in _EMPHASIS:
            event = Event(_EMPHASIS[name])
        elif name in _CODE:
            event = Event("`")
            if self.tags[-1] is Tag.CODE:
                self.language = self.language or _language(markup.decode())
        self.inline.append(event is not None)
        if event:
            self._event(event)

    def _event(self, event: Event) -> None:
        self.raw.append(EVENT)
        self.events.append(event)

    def _target(self, href: str) -> str:
        """Where a link leads, as Markdown can hold it; "" if nowhere that anyone could go to."""
        href = href.strip()
        scheme = _SCHEME.match(href)
        if not href or len(href) > LONGEST or (scheme and scheme[1].lower() not in _SCHEMES):
            return ""
        try:
            whole = urljoin(self.base, href) if self.base else href
        except ValueError:  # "http://[": no URL
            return ""
        return _UNSAFE.sub(lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), whole)

    # ── blocks ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def _enter(self, markup: str, tag: Tag | None) -> None:
        self._flush()
        name = markup.partition(" ")[0]
        self.names.append(name)
        self.tags.append(tag or self.tags[-1])
        if name in _TOLD:
            self._enter_told(name, dict(html_blocks._attributes(markup)))
        elif name == "blockquote":
            self.boxes.append(Box("> "))
        elif name == "table":
            self.told += 1
            self.tables.append(self.told)
        elif name == "tr":
            self.rows.append(_Row(self.tables[-1], len(self.pieces)))
        elif tag is Tag.HEADING:
            self.levels.append(int(name[1]))

    def _pass(self, markup: str) -> None:
        """An element that holds nothing: a cell has its column, an item its number."""
        name = markup.partition(" ")[0]
        if name in ("td", "th"):
            self._enter_told(name, dict(html_blocks._attributes(markup)))
        elif name == "li" and self.lists:
            self.lists[-1].number += 1

    def _enter_told(self, name: str, said: dict[str, str]) -> None:
        """Enter an element of which more is asked than its name."""
        if name in _LISTS:
            ordered = name == "ol"
            start = said.get("start", "")
            place, kind, other = (len(self.boxes), len(self.pieces)), ordered, self.last_list
            again = other[:3] == (*place, kind) and not other[3]
            self.lists.append(List(ordered, int(start) if re.fullmatch(r"\d{1,8}", start) else 1, again))
        elif name == "li":
            self.boxes.append(Box(self.lists[-1].mark(said.get("value", "")) if self.lists else "- "))
        elif name == "pre":
            self.language = _language(said.get("class", ""))
        elif self.rows:
            span = said.get("colspan", "")
            row = self.rows[-1]
            row.column = row.columns
            row.columns += min(int(span) if re.fullmatch(r"[1-9]\d{0,3}", span) else 1, COLUMNS)

    def _leave(self) -> None:
        self._flush()
        name = self.names.pop()
        self.tags.pop()
        if name in _LISTS:
            ended = self.lists.pop()
            self.last_list = (len(self.boxes), len(self.pieces), ended.ordered, ended.other)
        elif name in ("li", "blockquote"):
            self.boxes.pop()
        elif name == "table":
            self.tables.pop()
        elif name == "tr":
            self._join(self.rows.pop())
        elif name in ("h1", "h2", "h3", "h4", "h5", "h6"):
            self.levels.pop()
        elif name == "pre":
            self.language = ""

    def _flush(self) -> None:
        """End the block that is being read."""
        if not self.raw:
            return
        raw, events, tag = "".join(self.raw), self.events, self.tags[-1]
        self.raw, self.events = [], []
        if tag is Tag.CODE:
            for event in events:  # of which nothing is told in code, but what is open behind it is
                self.speller.told(event)
            text = code(raw.replace(EVENT, ""), self.language)
            if text.parts:
                self._add(tag, text)
            return
        for text in self.speller.spell(raw, events, lines=tag not in (Tag.HEADING, Tag.ROW), cell=tag is Tag.ROW):
            self._add(tag, headed(text) if tag is Tag.HEADING else text)

    def _add(self, tag: Tag, text: Spelled) -> None:
        boxes = self.boxes[:DEEPEST]
        first = "".join([box.next() for box in boxes])
        if tag is Tag.HEADING and self.levels:
            first += "#" * self.levels[-1] + " "
        piece = Piece(tag, text, first, later(boxes), joint(self.last_boxes, boxes))
        self.last_boxes = boxes
        if self.rows:
            row = self.rows[-1]
            piece.cells = [Cell(row.column, text)]
            piece.table, piece.columns = row.table, row.column + 1
        self.pieces.append(piece)

    def _join(self, row: _Row) -> None:
        """Make one block of the short cells of a row, as `html_blocks` does."""
        own = self.pieces[row.first :]
        short = all(piece.tag is Tag.ROW and len(piece.plain) <= html_blocks._CELL for piece in own)
        if not short or len(own) < 2:
            for piece in own:
                if piece.table == row.table:  # else it is of a table in a cell
                    piece.table, piece.columns = row.table * short, row.columns
            return
        cells = [Cell(row.column, piece.text) if piece.joined else piece.cells[0] for piece in own]
        joined = Spelled()
        for piece in own:
            if joined.parts:
                apart(joined)
            joined.extend(piece.text)
        self.pieces[row.first :] = [
            replace(own[0], text=joined, cells=cells, table=row.table, columns=row.columns, joined=True)
        ]


def _language(said: str) -> str:
    found = _LANGUAGE.search(said.replace('"', " "))
    return found[1] if found else ""
