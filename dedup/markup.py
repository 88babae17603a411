"""Markdown and plain text as blocks with exact offsets: the text itself is never changed.

One reading serves both, since collected "text" is full of Markdown and collected Markdown is rarely clean. A CommonMark
parser gives lines, not offsets, and joins what we must tell apart (a quoted line and the reply below it).
"""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup import characters, kernel
from dedup.data import Block, Tag
from dedup.table import Table
from dedup.text import INITIALS, link_share

if TYPE_CHECKING:
    from collections.abc import Iterator

_LINE = re.compile(r"[^\r\n\v\f\x85\u2028\u2029]*(?:\r\n|[\r\n\v\f\x85\u2028\u2029]|$)")
_MAIL_QUOTE = re.compile(r"[ \t]{0,4}((?:[>|:}%][ \t]{0,2}|#(?![# ]))+)")
_NUMBERED = re.compile(r"#(?!#)(?:(?P<apart>[ \t]|$)(?P<marks>[>|:}%# \t]*)(?P<own>.?))?")
_HEADING = re.compile(r"[ \t]{0,3}#{1,6}(?:[ \t]|$)")
_RULE = re.compile(r"[ \t]{0,3}(?:(?:[-*_=~+][ \t]*){3,})$")
_UNDERLINE = re.compile(r"[ \t]{0,3}(?:=+|-{2,})[ \t]*$")
_ITEM = re.compile(r"[ \t]*(?:(?:[-*+•·‣◦]|\(?\d{1,3}[.)]|\(?[a-zA-Z][)])[ \t]+(?=\S)|・(?=\S))")
_ROW = re.compile(r"[ \t]*\|.*\|[ \t]*$")
_FENCE = re.compile(r"[ \t]{0,3}(`{3,}|~{3,})")
_COMMENT = re.compile(r"[ \t]{0,3}(<!--)(?!.*-->)")
_QUOTES = ">|:}#% \t"
_MATTER = re.compile(r"([A-Za-z][\w-]{1,30}):(?:[ \t]+\S.*|[ \t]*)$")
_STOP = re.compile(r"[.!?:;…。！？]['\"”’»)\]*_]*[ \t]*$")

# Keys that make a leading run of `Key: value` lines front matter (Pelican, Jekyll, RFC 5322 and RFC 5536 headers).
MATTER_KEYS = frozenset(
    """title date author authors tags category categories slug layout summary lang language url permalink number from
    subject newsgroups path message-id organization references sender reply-to lines xref distribution
    nntp-posting-host""".split()
)
WRAPPED = 40
"""A line at least so long may have been broken where the next one goes on in lower case; headings are shorter."""
LONG_LINE = 120
"""A paragraph whose lines are typically longer than this was not hard-wrapped: each line is a paragraph of its own."""


class _Line(NamedTuple):
    start: int
    end: int  # without the line break
    text: str
    depth: int  # quote marks in front
    bare: str  # without them
    indented: bool


def blocks(text: str) -> Table:
    """Cut a Markdown or plain text into blocks; what stands between them is white space.

    >>> text = "# A mill\\n\\nFirst line\\nsecond line.\\n- one\\n- two\\n"
    >>> [(block.tag.value, text[block.start:block.end]) for block in blocks(text)]
    [('heading', '# A mill'), ('paragraph', 'First line\\nsecond line.'), ('item', '- one'), ('item', '- two')]
    """
    if kernel.NATIVE:
        from dedup.kernel import _native

        found = _native.text_blocks(text, characters.page)
        if found is not None:
            starts, ends, tags, links = found
            places, main = np.zeros(len(tags), np.int32), np.ones(len(tags), np.bool_)
            return Table(starts, ends, tags, links, places, main, [""] if len(tags) else [])
    return Table.of(defined_blocks(text))


def defined_blocks(text: str) -> list[Block]:
    """`blocks`, by the definition."""
    lines = list(_lines(text))
    found = list(_matter(lines))
    rest = lines[len(found) :]
    found = [block for block in found if block.start < block.end]  # blank lines above it are no blocks
    for group in _groups(_quoted(rest)):
        found.extend(_cut(group))
    return [block._replace(links=link_share(text[block.start : block.end])) for block in _first_heading(text, found)]


def _lines(text: str) -> Iterator[_Line]:
    for match in _LINE.finditer(text):
        raw = match.group().rstrip("\r\n\v\f\x85\u2028\u2029 \t\u3000\xa0")
        lead = len(raw) - len(raw.lstrip(" \t\u3000\xa0\ufeff"))
        quote = _MAIL_QUOTE.match(raw)
        depth = len(re.sub(r"\s", "", quote.group(1))) if quote and not _ROW.match(raw) else 0
        if match.end() > match.start():
            bare = raw[lead:].strip(_QUOTES) if depth else raw[lead:]
            yield _Line(match.start() + lead, match.start() + len(raw), raw[lead:], depth, bare, lead > 0)


def _matter(lines: list[_Line]) -> Iterator[Block]:
    """The front matter at the top: a run of `Key: value` lines of which two have known keys; `---` may frame it."""
    first = next((index for index, line in enumerate(lines) if line.text), len(lines))
    framed = first < len(lines) and lines[first].text == "---"
    run: list[_Line] = []
    known = 0
    for line in lines[first + framed :]:
        match = _MATTER.match(line.text)
        folded = run and line.text and (line.indented or (framed and line.text != "---"))  # RFC 5322, 2.2.3
        if not match and not folded:
            break
        known += bool(match and match.group(1).casefold() in MATTER_KEYS)
        run.append(line)
    closed = not framed or (first + 1 + len(run) < len(lines) and lines[first + 1 + len(run)].text == "---")
    if known < 2 or not closed:
        return
    taken = lines[: first + framed + len(run) + framed]
    yield from (Block(line.start, line.end, Tag.MATTER) for line in taken)


def _quoted(lines: list[_Line]) -> list[_Line]:
    """The lines, with the depth of quotations that only several lines together show: with `# `, which makes a heading
    of one line, and with the initials or the name of who is quoted (`JL> `), which two lines in a row begin with."""
    runs = list(_runs(lines))
    names = {mark for mark, run in runs if mark != "#" and len(run) > 1}
    found = list(lines)
    for mark, run in runs:
        if mark in names or (mark == "#" and _is_quoted([lines[index] for index in run])):
            for index in run:
                found[index] = _deeper(lines[index], mark)
    return found


def _runs(lines: list[_Line]) -> Iterator[tuple[str, list[int]]]:
    """Numbers of the lines that may be quoted with a mark, by runs that have the same; code is not looked at."""
    fence = ""
    marks: list[str] = []
    for line in lines:
        opens = None if fence else _FENCE.match(line.text) or _COMMENT.match(line.text)
        marks.append("" if fence or opens else _quoting(line.text))
        if opens:
            fence = opens.group(1)
        elif fence and _closes(line.text, fence):
            fence = ""
    for mark, numbers in groupby(range(len(lines)), marks.__getitem__):
        if mark:
            yield mark, list(numbers)


def _quoting(text: str) -> str:
    """What a line may be quoted with: a number sign, or the initials in front; "" for neither."""
    if text.startswith("#"):
        return "#" if _NUMBERED.match(text) else ""
    initials = INITIALS.match(text)
    return initials.group(1) if initials else ""


def _is_quoted(run: list[_Line]) -> bool:
    """Whether lines that begin with a number sign each are one text that was quoted with it, and no headings: nothing
    else stands on one of them, or marks of quotation do, or a long line goes on in lower case on the next."""
    if sum(bool(line.text.strip(_QUOTES)) for line in run) < 2:
        return False
    long = False
    for line in run:
        match = _NUMBERED.match(line.text)
        apart = match is not None and match["apart"] is not None
        if match and apart and (match["marks"].strip() or not match["own"] or (long and match["own"].islower())):
            return True
        long = len(line.text) >= WRAPPED
    return False


def _deeper(line: _Line, mark: str) -> _Line:
    """A line of a quotation, without what it is quoted with."""
    before, _, rest = line.text.partition(mark)
    inner = rest[: len(rest) - len(rest.lstrip(_QUOTES))]
    depth = 1 + sum(not each.isspace() for each in before + inner)
    return line._replace(depth=depth, bare=rest.strip(_QUOTES))


def _groups(lines: list[_Line]) -> Iterator[list[_Line]]:
    """Lines that stand together: no blank line between them, one quote depth; a fenced code block is one group."""
    group: list[_Line] = []
    fence = ""
    for line in lines:
        opens = _FENCE.match(line.text) or _COMMENT.match(line.text)
        if fence:
            group.append(line)
            if _closes(line.text, fence):
                yield group
                group, fence = [], ""
            continue
        if group and (not line.bare or opens or line.depth != group[-1].depth):
            yield group
            group = []
        if opens:
            fence = opens.group(1)
        if line.bare:
            group.append(line)
    if group:
        yield group


def _closes(text: str, fence: str) -> bool:
    if fence == "<!--":
        return "-->" in text
    closing = _FENCE.match(text)
    return closing is not None and closing.group(1)[0] == fence[0] and len(closing.group(1)) >= len(fence)


def _cut(group: list[_Line]) -> Iterator[Block]:
    """A group as blocks: headings, items, rows and rules end a paragraph; items and quotes take the lines below."""
    if (_FENCE.match(group[0].text) or _COMMENT.match(group[0].text)) and len(group) > 1:
        yield _block([line for line in group if line.text], Tag.CODE)
        return
    part: list[_Line] = []
    tag = Tag.QUOTE if group[0].depth else Tag.PARAGRAPH
    current = tag
    for line in group:
        kind = _kind(line, part)
        if kind is Tag.HEADING and _UNDERLINE.match(line.text) and part:
            yield _block([*part, line], Tag.HEADING)
            part, current = [], tag
            continue
        if kind is not None and part:
            yield from _paragraphs(part, current)
            part = []
        if kind in (Tag.HEADING, Tag.ROW, Tag.RULE):
            yield _block([line], kind)
            current = tag
            continue
        current = kind or (current if part else tag)
        part.append(line)
    if part:
        yield from _paragraphs(part, current)


def _kind(line: _Line, part: list[_Line]) -> Tag | None:
    """What a line starts, or None when it goes on with the part before it."""
    if line.depth:
        return None
    if len(part) == 1 and _UNDERLINE.match(line.text) and len(line.text) >= 3 and len(part[0].text) <= LONG_LINE:
        return Tag.HEADING
    for expression, tag in ((_HEADING, Tag.HEADING), (_RULE, Tag.RULE), (_ROW, Tag.ROW), (_ITEM, Tag.ITEM)):
        if expression.match(line.text):
            return tag
    return None


def _paragraphs(part: list[_Line], tag: Tag) -> Iterator[Block]:
    """A run of lines as one block; or a block a line where the lines were not wrapped but are paragraphs themselves."""
    lengths = sorted(len(line.text) for line in part)
    own_lines = len(part) > 1 and (
        lengths[len(lengths) // 2] > LONG_LINE
        or all(_STOP.search(line.text) for line in part)
        or all(_MATTER.match(line.text) for line in part)
    )
    if own_lines and tag is Tag.PARAGRAPH:
        yield from (_block([line], tag) for line in part)
    else:
        yield _block(part, tag)


def _block(lines: list[_Line], tag: Tag) -> Block:
    return Block(lines[0].start, lines[-1].end, tag)


def _first_heading(text: str, found: list[Block]) -> list[Block]:
    """A text whose first block is one short line without a full stop starts with its headline."""
    index = next((i for i, block in enumerate(found) if block.tag is not Tag.MATTER), None)
    if index is None or index + 1 >= len(found) or found[index].tag is not Tag.PARAGRAPH:
        return found
    first = text[found[index].start : found[index].end]
    if len(first) <= LONG_LINE and len(first.splitlines()) == 1 and not _STOP.search(first):
        found[index] = found[index]._replace(tag=Tag.HEADING)
    return found
