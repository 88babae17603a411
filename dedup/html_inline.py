"""The text of a block as Markdown: the characters of its plain text, and among them marks and escapes.

CommonMark 0.31 and the tables of GFM say what is a mark. The plain text is never changed but for white space that is
another: what is not of it is put in.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

EVENT = "\udc00"
"""Stands in a text where something inline begins or ends: no text that was decoded holds it."""
BREAK = "\v"
"""Stands where a line ends."""
HARD = "\\"
"""Before a line break: it is one that is seen."""
_TOKEN = re.compile(f"({EVENT}|{BREAK})")
_PARAGRAPH = re.compile(f"{BREAK}({EVENT}*){BREAK}")
_SPECIAL = re.compile(
    r"[\\`*\[\]]|(?<![^\W_])_|_(?![^\W_])|<(?=[A-Za-z/!?])|&(?=#?\w{1,32};)|~(?=~)|(?<=~)~"  # marks of any place
)
_CELL_SPECIAL = re.compile(_SPECIAL.pattern + r"|\|")
_PIPE = re.compile(r"\|")
_AT_START = re.compile(r"#{1,6}(?=\s|$)|[-+](?=\s|$)|\d{1,9}(?=[.)](?:\s|$))|>|=+\s*$|[-:|][-:|\s]*$")
"""What would begin a heading, an item, a quotation, a rule or a table at the start of a line."""
_TICKS = re.compile("`+")


class Event(NamedTuple):
    """Something inline begins, or (`kind` "/") ends: a link "[" with its target, "**", "*", or code "`"."""

    kind: str
    target: str = ""


END = Event("/")


@dataclass(slots=True)
class Spelled:
    """A text in parts: `own` are those of its plain text, the others are marks."""

    parts: list[str] = field(default_factory=list)
    own: list[bool] = field(default_factory=list)

    def add(self, part: str, own: bool = False) -> int:
        """Put a part behind the others; its number."""
        self.parts.append(part)
        self.own.append(own)
        return len(self.parts) - 1

    def extend(self, other: Spelled) -> None:
        """Put another text behind this one."""
        self.parts += other.parts
        self.own += other.own

    @property
    def plain(self) -> str:
        """The characters of the plain text."""
        return "".join([part for part, own in zip(self.parts, self.own, strict=True) if own])


@dataclass(slots=True)
class _Frame:
    """Something inline that is open: what it is, and where its mark stands, once there is text in it."""

    event: Event
    at: int | None = None


@dataclass(slots=True)
class Speller:
    """Spells the texts of blocks; what is open goes on from one to the next."""

    frames: list[_Frame] = field(default_factory=list)
    out: Spelled = field(default_factory=Spelled)
    code: int | None = None
    """Where the mark of the code stands that is being written."""
    codes: list[tuple[int, int]] = field(default_factory=list)
    """Where the marks of code stand."""
    pairs: list[tuple[int, int]] = field(default_factory=list)
    """Where the marks of emphasis stand."""

    def spell(self, raw: str, events: Iterable[Event], *, lines: bool = True, cell: bool = False) -> Iterator[Spelled]:
        """The paragraphs of a text with `EVENT` and `BREAK` in it: two breaks end one. With `lines`, one break ends a
        line, else it is a space; in a `cell`, nothing may end it."""
        told = iter(events)
        if not (self.frames or EVENT in raw or BREAK in raw):
            text = " ".join(raw.split())
            if not ((_CELL_SPECIAL if cell else _SPECIAL).search(text) or _AT_START.match(text)):
                if text:
                    yield Spelled([text], [True])
                return
        texts = _PARAGRAPH.split(raw) if BREAK in raw else [raw]
        for number in range(0, len(texts), 2):
            self._text(texts[number], told, lines, cell)
            for _ in texts[number + 1] if number + 1 < len(texts) else "":
                self.told(next(told))
            if self.out.parts:
                yield self._finished()

    def _text(self, text: str, told: Iterator[Event], lines: bool, cell: bool) -> None:
        gap = starts = ""
        special = _CELL_SPECIAL if cell else _SPECIAL
        for token in _TOKEN.split(text):
            if token == EVENT:
                self.told(next(told))
                continue
            words = token.split()
            if token == BREAK or not words:
                gap = "\n" if token == BREAK else gap or (token and " ")
                continue
            before = gap or (" " if token[0].isspace() else "")
            starts = "" if self.out.parts and (before != "\n" or not lines) else "line"
            if self.out.parts and before:
                self._space(before, lines)
            self._words(" ".join(words), special, bool(starts), cell)
            gap = " " if token[-1].isspace() else ""

    def _space(self, gap: str, lines: bool) -> None:
        if gap == "\n" and lines:
            self._end_code()
            self.out.add(HARD)
            self.out.add("\n", own=True)
        else:
            self.out.add(" ", own=True)

    def _words(self, text: str, special: re.Pattern[str], starts: bool, cell: bool) -> None:
        """Write words that stand together, with the marks of what begins with them."""
        linked = self._open()
        if any(frame.event.kind == "`" for frame in self.frames):
            self._begin_code()
            special = _PIPE if cell else _NEVER
        elif starts and not linked:
            text = self._line(text)
        done = 0
        for found in special.finditer(text):
            if found.start() > done:
                self.out.add(text[done : found.start()], own=True)
            self.out.add("\\")
            done = found.start()
        if done < len(text):
            self.out.add(text[done:], own=True)

    def _line(self, text: str) -> str:
        """Begin a line, so that it is taken for text; what of it is not written yet."""
        mark = _AT_START.match(text)
        if not mark:
            return text
        number = mark.end() if mark[0].isdecimal() else 0
        if number:
            self.out.add(text[:number], own=True)
        self.out.add("\\")
        self.out.add(text[number], own=True)
        return text[number + 1 :]

    def _open(self) -> bool:
        """Write the marks of what begins here; whether a link does. (Marks of emphasis may be taken out again.)"""
        opened = list(self._waiting())
        if opened:
            self._end_code()
        for frame in opened:
            if frame.event.kind == "[":
                self._no_image()
            frame.at = self.out.add(frame.event.kind)
        return any(frame.event.kind == "[" for frame in opened)

    def _waiting(self) -> Iterator[_Frame]:
        """What is open and has no mark yet. Emphasis in emphasis has none: how stars add up is hard to read."""
        emphasis = any(frame.at is not None and frame.event.kind[0] == "*" for frame in self.frames)
        for frame in self.frames:
            own = frame.event.kind[0] == "*"
            if frame.at is None and frame.event.kind != "`" and not (own and emphasis):
                emphasis = emphasis or own
                yield frame

    def _no_image(self) -> None:
        """Before a link, an exclamation mark would make it an image."""
        parts = self.out.parts
        if parts and self.out.own[-1] and parts[-1].endswith("!"):
            parts[-1] = parts[-1][:-1]
            self.out.add("\\")
            self.out.add("!", own=True)

    def told(self, event: Event) -> None:
        """Something begins or ends here."""
        if event is not END:
            self.frames.append(_Frame(event))
            return
        frame = self.frames.pop()
        if frame.event.kind == "`":
            self._end_code()
        else:
            self._close(frame)

    def _close(self, frame: _Frame) -> None:
        if frame.at is None:
            return
        self._end_code()
        if frame.event.kind == "[":
            self.out.add(f"]({frame.event.target})")
        else:
            self.pairs.append((frame.at, self.out.add(frame.event.kind)))
        frame.at = None

    def _begin_code(self) -> None:
        if self.code is None:
            self.code = self.out.add("`")

    def _end_code(self) -> None:
        if self.code is not None:
            self.codes.append((self.code, self.out.add("`")))
            self.code = None

    def _finished(self) -> Spelled:
        """What is written so far, all closed; the next text begins with what is open."""
        for frame in reversed(self.frames):
            self._close(frame)
        self._end_code()
        out, self.out = self.out, Spelled()
        _without_false_marks(out.parts, self.pairs)
        _with_code_marks(out.parts, self.codes)
        self.pairs, self.codes = [], []
        return out


_NEVER = re.compile(r"(?!)")


def _without_false_marks(parts: list[str], pairs: list[tuple[int, int]]) -> None:
    """Take out the marks of emphasis that would be read as stars: where a word goes on behind a sign, or stars meet
    (CommonMark 6.2, left- and right-flanking)."""
    left, some = pairs, True
    while some:
        some, right = False, []
        for first, last in left:
            if _opens(parts, first) and _closes(parts, last):
                right.append((first, last))
            else:
                parts[first] = parts[last] = ""
                some = True
        left = right


def _with_code_marks(parts: list[str], codes: list[tuple[int, int]]) -> None:
    """Give each span of code marks that are longer than any in it; spans that touch are one."""
    spans: list[tuple[int, int]] = []
    for first, last in codes:
        if spans and not any(parts[spans[-1][1] + 1 : first]):
            before, end = spans.pop()
            parts[end] = parts[first] = ""
            spans.append((before, last))
        else:
            spans.append((first, last))
    for first, last in spans:
        text = "".join(parts[first + 1 : last])
        mark = "`" * (1 + max(map(len, _TICKS.findall(text)), default=0))
        space = " " if text[0] == "`" or text[-1] == "`" else ""
        parts[first], parts[last] = mark + space, space + mark


def _opens(parts: list[str], at: int) -> bool:
    before, after = _around(parts, at)
    return before != "*" and not after.isspace() and (not _is_sign(after) or _is_apart(before))


def _closes(parts: list[str], at: int) -> bool:
    before, after = _around(parts, at)
    return after != "*" and before != "*" and not before.isspace() and (not _is_sign(before) or _is_apart(after))


def _around(parts: list[str], at: int) -> tuple[str, str]:
    """The characters on both sides of a part; a space at the edges."""
    before = next((parts[number][-1] for number in range(at - 1, -1, -1) if parts[number]), " ")
    after = next((parts[number][0] for number in range(at + 1, len(parts)) if parts[number]), " ")
    return before, after


def _is_sign(character: str) -> bool:
    return unicodedata.category(character)[0] in "PS"


def _is_apart(character: str) -> bool:
    return character.isspace() or _is_sign(character)
