"""Flags applied to a text: what stays, what goes, and the way back.

The clean text is the source text without the removed spans, and nothing else: no white space is added or changed, so
that the two give back the source text exactly.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import pairwise
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from dedup.data import Document, Flag, Reason
from dedup.table import Table
from dedup.text import INITIALS, link_end

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_QUOTES = ">|:}#%"
_OPENING = frozenset("「『（【《〈“„‚")
_CLOSING = frozenset("。！？」』）】”’)]}\"'.,;:!?…»")


class _Edges(NamedTuple):
    """Where the blocks of a document start and end, in order."""

    starts: list[int]
    ends: list[int]


def cut(document: Document, flags: list[Flag]) -> list[Flag]:
    """The flags as they are carried out: ascending, none overlapping, each with the white space that belongs to it."""
    table = Table.of(document.blocks)
    edges = _Edges(table.starts.tolist(), table.ends.tolist())
    return _spaced(document.text, _emptied(document.text, list(_apart(flags)), edges), edges)


def filled(flags: list[Flag], whole: Flag) -> list[Flag]:
    """The flags of a document that are carried out, and a flag over all of it as one on each piece that they leave."""
    edges = [0, *(edge for flag in flags for edge in (flag.start, flag.end)), whole.end]
    pieces = zip(edges[::2], edges[1::2], strict=True)
    more = [_moved(whole, start, end) for start, end in pieces if start < end]
    return sorted(flags + more, key=attrgetter("start"))


def kept(text: str, flags: Iterable[Flag]) -> str:
    """The text without the flagged spans (ascending)."""
    parts, last = [], 0
    for flag in flags:
        parts.append(text[last : flag.start])
        last = flag.end
    return "".join([*parts, text[last:]])


def restored(clean: str, removed: Iterable[tuple[int, str]]) -> str:
    """The source text, from the clean text and what was removed as (start, text), ascending.

    >>> restored("ac", [(1, "b"), (3, "d")])
    'abcd'
    """
    parts: list[str] = []
    length = taken = 0
    for start, text in removed:
        stay = clean[taken : taken + start - length]
        parts += (stay, text)
        taken += len(stay)
        length = start + len(text)
    return "".join([*parts, clean[taken:]])


def snapped(document: Document, flags: Iterable[Flag]) -> list[Flag]:
    """Flags on words of one block each, with the marks that cling to them: quotes, brackets, the full stop, the `>`."""
    text, table = document.text, Table.of(document.blocks)
    starts, ends = table.starts.tolist(), table.ends.tolist()
    result = []
    for flag in flags:
        block = bisect_right(starts, flag.start) - 1
        result.append(_moved(flag, *_clinging(text, (flag.start, flag.end), starts[block], ends[block])))
    return result


def _clinging(text: str, span: tuple[int, int], first: int, last: int) -> tuple[int, int]:
    """A span of the words of a block `text[first:last]` with the marks that cling to it."""
    start, end = span[0], min(span[1], last)
    while (
        start > first
        and not text[start - 1].isspace()
        and not text[start - 1].isalnum()
        and text[start - 1] not in _CLOSING
    ):
        start -= 1
    if start > first:
        lead = INITIALS.match(text, first, last)  # of who is quoted
        if not any(map(str.isalnum, text[lead.end() if lead else first : start])):
            start = first
    while end < last and not text[end].isspace() and not text[end].isalnum() and text[end] not in _OPENING:
        end += 1
        end = link_end(text, end)
    if end < last and not any(map(str.isalnum, text[end:last])):
        end = last
    return start, min(end, last)


def _apart(flags: list[Flag]) -> Iterator[Flag]:
    """Ascending flags of which none overlaps: chrome before duplicates, then the longer first."""
    ascending = sorted(flags, key=attrgetter("start"))
    if all(flag.end <= after.start for flag, after in pairwise(ascending)):
        return iter(ascending)
    taken: list[Flag] = []
    for flag in sorted(flags, key=lambda flag: (flag.reason is not Reason.CHROME, flag.start - flag.end, flag.start)):
        at = bisect_right(taken, flag.start, key=lambda other: other.start)
        if (at == 0 or taken[at - 1].end <= flag.start) and (at == len(taken) or flag.end <= taken[at].start):
            taken.insert(at, flag)
    return iter(taken)


def _emptied(text: str, flags: list[Flag], edges: _Edges) -> list[Flag]:
    """The flags of a document of which copies leave nothing but rules and signs: these go with their neighbours."""
    if not any(flag.reason is Reason.DUPLICATE for flag in flags) or next(_remains(text, flags, edges), None):
        return flags
    spans = pairwise([0, *(flag.start for flag in flags[1:]), len(text)])
    return [_moved(flag, start, end) for flag, (start, end) in zip(flags, spans, strict=True)]


def _remains(text: str, flags: list[Flag], edges: _Edges) -> Iterator[tuple[int, int]]:
    """What of the blocks is not flagged and holds a letter or figure."""
    starts = [flag.start for flag in flags]
    for block_start, block_end in zip(edges.starts, edges.ends, strict=True):
        at = block_start
        first = max(0, bisect_right(starts, block_start) - 1)
        inside = flags[first : bisect_right(starts, block_end)]
        for start, end in [*((flag.start, flag.end) for flag in inside), (block_end, block_end)]:
            if any(map(str.isalnum, text[at:start])):
                yield at, min(start, block_end)
            at = max(at, end)


def _spaced(text: str, flags: list[Flag], edges: _Edges) -> list[Flag]:
    """Give each flag the white space up to what stays next; at the end of a document that before it."""
    first = edges.starts[0] if edges.starts else len(text)
    result: list[Flag] = []
    for index, flag in enumerate(flags):
        after = flags[index + 1] if index + 1 < len(flags) else None
        limit = after.start if after else len(text)
        end = min(limit, _next_start(text, edges, flag.end))
        if after and flag.reason is after.reason is Reason.DUPLICATE and not _says(text, end, limit):
            end = limit  # rules, quote marks and initials between copies
        before = result[-1].end if result else 0
        start = max(_quote_start(text, flag), before)
        if flag.reason is Reason.DUPLICATE:
            start, end = _with_break(text, (before, start), (flag.end, end))
        if not result and flag.start <= first:
            start = 0
        result.append(_moved(flag, start, end))
    return _tail(text, result)


def _says(text: str, start: int, end: int) -> bool:
    """Whether anything is written there, but for the initials in front of quoted lines."""
    for line in text[start:end].splitlines():
        head = INITIALS.match(line)
        if any(map(str.isalnum, line[head.end() if head else 0 :])):
            return True
    return False


def _with_break(text: str, before: tuple[int, int], behind: tuple[int, int]) -> tuple[int, int]:
    """Where a copy begins and ends, given what stays before it and the white space behind. Where that parts more than
    the white space before, as many line breaks stay, lest what is left on either side becomes one block."""
    stays, gap = _stripped_end(text, *before), text[slice(*behind)]
    own = text.count("\n", stays, before[1])
    if stays == before[0] or gap.strip() or gap.count("\n") <= own:
        return before[1], behind[1]
    if not own:
        return stays, behind[0]
    return before[1], behind[0] + sum(map(len, gap.splitlines(keepends=True)[:own]))


def _stripped_end(text: str, start: int, end: int) -> int:
    """Where a part of a text ends without the white space at its end."""
    while end > start and text[end - 1].isspace():
        end -= 1
    return end


def _quote_start(text: str, flag: Flag) -> int:
    """Where a copy that is quoted starts: with the marks in front of its line, and the lines above of nothing else."""
    line = text.rfind("\n", 0, flag.start) + 1
    if text[line] not in _QUOTES and not text[line].isspace():
        return flag.start
    marks = text[line : flag.start + 1]
    if flag.reason is Reason.CHROME or not _is_quoting(marks if marks[-1] in _QUOTES else marks[:-1]):
        return flag.start
    start = line
    while line:
        line = text.rfind("\n", 0, line - 1) + 1
        if not _is_quoting(text[line:start]):
            break
        start = line
    return start


def _is_quoting(text: str) -> bool:
    """Whether there are marks of quotation, and nothing else but white space."""
    marks = text.strip()
    return bool(marks) and not marks.strip(_QUOTES + " \t")


def _moved(flag: Flag, start: int, end: int) -> Flag:
    # What dataclasses.replace does, at a third of its price: a page has dozens of flags.
    return Flag(start, end, flag.reason, flag.kind, flag.why, flag.evidence, flag.keeper, flag.similarity)


def _next_start(text: str, edges: _Edges, position: int) -> int:
    """Where the next thing that may stay begins: after white space inside a block, at the next block outside."""
    starts, ends = edges
    at = bisect_right(starts, position) - 1
    end = ends[max(at, 0)]
    while position < end and text[position].isspace():
        position += 1
    if position < end:
        return position
    return starts[at + 1] if at + 1 < len(starts) else len(text)


def _tail(text: str, flags: list[Flag]) -> list[Flag]:
    """Let the run of flags that ends a document begin where what stays ends, and leave the last line break."""
    if not flags or flags[-1].end < len(text):
        return flags
    index = len(flags) - 1
    while index and flags[index - 1].end == flags[index].start:
        index -= 1
    start = flags[index].start
    if start == 0:
        return flags
    begin = _stripped_end(text, flags[index - 1].end if index else 0, start)
    stop = _stripped_end(text, flags[-1].start, len(text))
    ends = [*flags[:-1], _moved(flags[-1], flags[-1].start, max(stop, flags[-1].start + 1))]
    ends[index] = _moved(ends[index], begin, ends[index].end)
    return ends
