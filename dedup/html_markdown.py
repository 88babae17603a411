"""A page as Markdown, block for block as `dedup.html_blocks` cuts it: headings, lists, tables, links, code, quotations.

The walk is the one of `html_blocks`, whose tags and texts it repeats, with what of an element a reader of Markdown is
told. Pictures are left out: what is seen of them are their captions, which are text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from html import unescape
from typing import TYPE_CHECKING, NamedTuple

from dedup import html_blocks
from dedup.data import Tag
from dedup.html_inline import BREAK, END, EVENT, Event, Spelled, Speller
from dedup.html_links import Links
from dedup.html_sheet import Box, Cell, List, Piece, Sheet, apart, code, headed, joint, language_of, later

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dedup.table import Table
    from dedup.written import Written

DEEPEST = 12
"""Lists and quotations in one another that are told; those further in stand as deep. (Nobody writes lists as deep; of
pages with a thousand in one another the marks would be most of the text.)"""
COLUMNS = 50
"""Columns of a table; more there are where a page says so in jest."""
_LISTS = frozenset(("ul", "ol", "menu", "dir"))
_BOXES = _LISTS | {"li", "td", "th", "pre"}
_TOLD = _BOXES | {"a"}
_EMPHASIS = {"b": "**", "strong": "**", "em": "*", "i": "*"}
_CODE = frozenset(("code", "kbd", "samp", "tt"))


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


_NOTHING: Mapping[str, str] = {}


class _Act(NamedTuple):
    """What a tag does, and what is told of its element."""

    run: Callable[[_Walk, _Act], None] | None = None
    name: str = ""
    tag: Tag | None = None
    said: Mapping[str, str] = _NOTHING
    event: Event | None = None
    markup: str = ""


_HIDDEN = _Act(name="hidden")


class _Walk:
    """What is open while a page is read."""

    def __init__(self, base: str) -> None:
        self.links = Links(base)
        self.pieces: list[Piece] = []
        self.raw: list[str] = []
        self.seen = False
        """Whether there is text in it."""
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
        acts: dict[bytes, _Act] = {}  # as most tags stand many times on a page
        tokens = iter(html_blocks._tokens(source))
        next(tokens)
        pairs = zip(tokens, tokens, strict=False)
        for markup, between in pairs:
            text = between
            act = acts.get(markup) or acts.setdefault(markup, self._with_target(_act(markup)))
            if act is _HIDDEN:
                text = html_blocks._skip(pairs)
            elif act.run is not None:
                act.run(self, act)
            if text and (self.seen or not text.isspace() or self.tags[-1] is Tag.CODE):
                self.raw.append(unescape(text.decode()) if b"&" in text else text.decode())
                self.seen = True
        self._flush()
        return self.pieces

    def _with_target(self, act: _Act) -> _Act:
        """What a tag does on this page, whose links lead somewhere from here."""
        target = self.links.target(act.said.get("href", "")) if act.name == "a" else ""
        return act._replace(event=Event("[", target)) if target else act

    # ── inline ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def _begin_inline(self, act: _Act) -> None:
        self.inline.append(act.event is not None)
        if act.event:
            self._event(act.event)
            if self.tags[-1] is Tag.CODE and act.name in _CODE:
                self.language = self.language or language_of(act.markup)

    def _end_inline(self, _: _Act) -> None:
        if self.inline.pop():
            self._event(END)

    def _break(self, _: _Act) -> None:
        self.raw.append(BREAK)
        self.seen = True

    def _event(self, event: Event) -> None:
        self.raw.append(EVENT)
        self.events.append(event)

    # ── blocks ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def _enter(self, act: _Act) -> None:
        self._flush()
        name = act.name
        self.names.append(name)
        self.tags.append(act.tag or self.tags[-1])
        if name in _BOXES:
            self._enter_told(name, act.said)
        elif name == "blockquote":
            self.boxes.append(Box("> "))
        elif name == "table":
            self.told += 1
            self.tables.append(self.told)
        elif name == "tr":
            self.rows.append(_Row(self.tables[-1], len(self.pieces)))
        elif act.tag is Tag.HEADING:
            self.levels.append(int(name[1]))

    def _pass(self, act: _Act) -> None:
        """An element that holds nothing: a cell has its column, an item its number."""
        self._flush()
        if act.name in ("td", "th"):
            self._enter_told(act.name, act.said)
        elif act.name == "li" and self.lists:
            self.lists[-1].number += 1

    def _enter_told(self, name: str, said: Mapping[str, str]) -> None:
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
            self.language = language_of(said.get("class", ""))
        elif self.rows:
            span = said.get("colspan", "")
            row = self.rows[-1]
            row.column = row.columns
            row.columns += min(int(span) if re.fullmatch(r"[1-9]\d{0,3}", span) else 1, COLUMNS)

    def _leave(self, _: _Act) -> None:
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
        self.raw, self.events, seen, self.seen = [], [], self.seen, False
        if tag is Tag.CODE or not seen:
            for event in events:  # of which nothing is told in code, but what is open behind it is
                self.speller.told(event)
        if not seen:
            return
        if tag is Tag.CODE:
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


@lru_cache(maxsize=1 << 13)
def _act(markup: bytes) -> _Act:
    """What a tag does: what it does in `html_blocks`. Remembered, as the pages of a site share them."""
    mark = html_blocks._mark(markup)
    empty, ends = markup[-1] == html_blocks._SLASH, markup[0] == html_blocks._SLASH
    name = markup.rstrip(b"/").partition(b" ")[0].decode()
    said = dict(html_blocks._attributes(markup.decode())) if name in _TOLD else _NOTHING
    runs = {
        html_blocks._BREAK: _Walk._break,
        html_blocks._END: _Walk._leave,
        html_blocks._ROW_END: _Walk._leave,
        html_blocks._EMPTY: _Walk._pass,
    }
    if mark is html_blocks._HIDDEN:
        return _HIDDEN
    if mark in runs:
        return _Act(runs[mark], name, None, said)
    if mark.act is html_blocks._Walk.enter:
        return _Act(_Walk._enter, name, mark.tag, said)
    if ends or empty:
        return _Act(_Walk._end_inline if ends else None)
    kind = _EMPHASIS.get(name, "`" if name in _CODE else "")
    return _Act(_Walk._begin_inline, name, None, said, Event(kind) if kind else None, markup.decode())
