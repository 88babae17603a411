"""The blocks of a page put one below the other as Markdown, and where their characters came to stand."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import groupby
from typing import NamedTuple

import numpy as np

from dedup.data import Tag
from dedup.html_blocks import CELLS
from dedup.html_inline import Spelled
from dedup.written import Written

QUOTE = "> "
_CLOSING_MARKS = re.compile(r"(?:^|(?<=\s))#+$")
_LANGUAGE = re.compile(
    r"(?:^|\s)(?:lang(?:uage)?-|highlight-source-|highlight-|brush:\s*)([\w+#.-]{1,30})", re.IGNORECASE
)
_TICKS = re.compile("`+")


@dataclass(slots=True)
class Box:
    """What goes on from block to block around them: a list's item or a quotation."""

    mark: str
    """What its first line begins with; later ones with as many spaces, or of a quotation with the same."""
    started: bool = False

    def next(self) -> str:
        """What a line in it begins with."""
        if self.mark == QUOTE:
            return self.mark
        started, self.started = self.started, True
        return " " * len(self.mark) if started else self.mark


@dataclass(slots=True)
class List:
    """A list that is open."""

    ordered: bool
    number: int
    other: bool
    """Whether the same kind of list ends right before it, from which another mark tells it apart."""

    def mark(self, value: str) -> str:
        """That of the next item, which may say its number."""
        if not self.ordered:
            return "* " if self.other else "- "
        self.number = int(value) if re.fullmatch(r"\d{1,8}", value) else self.number
        self.number += 1
        return f"{self.number - 1}{')' if self.other else '.'} "


def later(boxes: list[Box]) -> str:
    """What lines begin with that are not the first ones of a block."""
    return "".join([box.mark if box.mark == QUOTE else " " * len(box.mark) for box in boxes])


def joint(before: list[Box], boxes: list[Box]) -> str:
    """The line between two blocks that stand in one quotation, without which it would end; "" if they do not."""
    same = 0
    for number, (one, other) in enumerate(zip(before, boxes, strict=False), 1):
        if one is not other:
            break
        if one.mark == QUOTE:
            same = number
    return later(boxes[:same]).rstrip()


class Cell(NamedTuple):
    """What stands in a table's column."""

    column: int
    text: Spelled


@dataclass(slots=True)
class Piece:
    """A block: its text without the marks of lines, and what its first line and later ones begin with. Of a row: its
    cells, and which table it is of."""

    tag: Tag
    text: Spelled
    first: str = ""
    later: str = ""
    joint: str = ""
    """The line above it, if it goes on with a quotation."""
    cells: list[Cell] = field(default_factory=list)
    table: int = 0
    columns: int = 0
    joined: bool = False

    @property
    def plain(self) -> str:
        """The block as `html_blocks` has it."""
        return self.text.plain


def code(raw: str, language: str) -> Spelled:
    """A block of code: its lines as they are, blank ones as marks, between fences that are longer than any in it."""
    out, gap = Spelled(), 0
    fence = "`" * max(3, 1 + max(map(len, _TICKS.findall(raw)), default=0))
    for line in raw.split("\n"):
        text = line.rstrip()
        if not text:
            gap += 1
            continue
        if out.parts:
            out.add("\n", own=True)
            out.parts += ["\n"] * gap
            out.own += [False] * gap
        else:
            out.add(f"{fence}{language}\n")
        out.add(text, own=True)
        gap = 0
    if out.parts:
        out.add(f"\n{fence}")
    return out


def apart(text: Spelled) -> None:
    """What stands between two parts of a row that are not two cells."""
    text.add(CELLS[:1], own=True)
    text.add("\\")
    text.add(CELLS[1:], own=True)


def headed(text: Spelled) -> Spelled:
    """The text of a heading, at whose end number signs would not be seen."""
    last = len(text.parts) - 1
    if last >= 0 and text.own[last] and (mark := _CLOSING_MARKS.search(text.parts[last])):
        part = text.parts.pop()
        text.own.pop()
        text.add(part[: mark.start()], own=True)
        text.add("\\")
        text.add(part[mark.start() :], own=True)
    return text


def language_of(said: str) -> str:
    """The language of code, as the classes of its element say it."""
    found = _LANGUAGE.search(said.replace('"', " "))
    return found[1] if found else ""


class Sheet:
    """What is written so far, and where the characters of the plain text stand in it."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._size = self._plain = 0
        self._at: list[int] = []
        self._ahead: list[int] = []

    def written(self, pieces: list[Piece], starts: list[int]) -> Written:
        """The blocks of a page, of which these are the starts in its plain text."""
        begins: list[int] = []
        ends: list[int] = []
        told = iter(starts)
        for table, group in groupby(pieces, lambda piece: piece.table if piece.tag is Tag.ROW else 0):
            run = list(group)
            columns = max(piece.columns for piece in run)
            tabular = table > 0 and columns > 1 and any(piece.joined for piece in run)
            for number, piece in enumerate(run):
                row = tabular and number > 0
                if begins:
                    self._mark("\n" if row or piece.joint else "\n\n")
                self._plain = next(told)
                begins.append(self._size)
                self._mark(f"{piece.joint}\n{piece.first}" if piece.joint and not row else piece.first)
                if tabular:
                    self._row(piece, columns, head=number == 0)
                else:
                    self._spelled(piece.text, piece.later)
                ends.append(self._size)
        columns_of = (begins, ends, self._at, self._ahead)
        return Written("".join(self._parts), *(np.array(column, np.int32) for column in columns_of))

    def _mark(self, part: str) -> None:
        self._parts.append(part)
        self._size += len(part)

    def _own(self, part: str) -> None:
        ahead = self._size - self._plain
        if not self._ahead or self._ahead[-1] != ahead:
            self._at.append(self._plain)
            self._ahead.append(ahead)
        self._mark(part)
        self._plain += len(part)

    def _spelled(self, text: Spelled, later: str) -> None:
        for part, own in zip(text.parts, text.own, strict=True):
            if own:
                self._own(part)
                if part == "\n":
                    self._mark(later)
            elif part:
                self._mark(part.replace("\n", f"\n{later}") if later else part)

    def _row(self, piece: Piece, columns: int, *, head: bool) -> None:
        """A row of a table; the first is its head, since Markdown knows no table without."""
        self._mark("| ")
        last = 0
        for number, cell in enumerate(piece.cells):
            if number and cell.column == last:
                joint = Spelled()
                apart(joint)
                self._spelled(joint, "")
            elif number:
                self._own(CELLS)
                self._mark(CELLS * (cell.column - last - 1))
            else:
                self._mark(CELLS * cell.column)
            self._spelled(cell.text, "")
            last = cell.column
        self._mark(" |" + "  |" * (columns - 1 - last))
        if head:
            self._mark(f"\n{piece.later}|" + " --- |" * columns)
