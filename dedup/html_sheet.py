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

_TICKS = re.compile("`+")


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
                if begins:
                    self._mark("\n" if tabular and number else "\n\n")
                self._plain = next(told)
                begins.append(self._size)
                self._mark(piece.first)
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
