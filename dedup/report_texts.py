"""Source texts of some documents of a run, and spans of them in their place."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dedup.account import Context
from dedup.data import Reason
from dedup.write import ATTRIBUTES

if TYPE_CHECKING:
    from collections.abc import Collection

    from dedup.report_read import Record
    from dedup.result import Result

AROUND = 200
"""Characters that are shown on either side of a span."""
LONGEST = 4_000
"""Characters of a span that are shown."""
DOTS = "…"


class Text(NamedTuple):
    """A source text, and the records of what went of it, in order."""

    text: str
    gone: list[Record]

    def kept(self, start: int, end: int) -> str:
        """What is left of a span."""
        parts, at = [], start
        for record in self.gone:
            if record["end"] > at and record["start"] < end:
                parts.append(self.text[at : max(at, record["start"])])
                at = record["end"]
        return "".join([*parts, self.text[at:end]])

    def but_chrome(self) -> str:
        """What duplicates are found in: all of it without its chrome."""
        gone = [record for record in self.gone if record["reason"] == Reason.CHROME]
        return Text(self.text, gone).kept(0, len(self.text))


def texts_of(result: Result, ids: Collection[str]) -> dict[str, Text]:
    """The source texts of some documents; none where clean documents were not written."""
    if result.summary["output"] == ATTRIBUTES or not ids:
        return {}
    return {each.id: Text(each.text, each.removed) for each in result.read(ids)}


def context(id_: str, start: int, end: int, texts: dict[str, Text], text: str = "", longest: int = LONGEST) -> Context:
    """A span of a document in its place; `text` is what stands there if the document's is not known."""
    if id_ not in texts:
        return Context(id_, start, end, "", cut(text, longest), "")
    whole = texts[id_].text
    before, after = whole[max(0, start - AROUND) : start], whole[end : end + AROUND]
    if start > AROUND:
        before = DOTS + before[_first_space(before) :].lstrip()
    if end + AROUND < len(whole):
        after = after[: len(after) - _first_space(after[::-1])].rstrip() + DOTS
    return Context(id_, start, end, before, cut(whole[start:end], longest), after)


def cut(text: str, longest: int) -> str:
    """The beginning of a text, up to the end of a word."""
    if len(text) <= longest:
        return text
    head = text[:longest]
    return head[: longest - _first_space(head[::-1])].rstrip() + DOTS


def _first_space(text: str) -> int:
    """Where the first white space stands in a text, 0 if there is none in its first half: one long word is cut."""
    return next((at for at, each in enumerate(text[: len(text) // 2]) if each.isspace()), 0)
