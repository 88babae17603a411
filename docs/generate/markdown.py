"""Text of the code as Markdown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_CODE = re.compile(r"(`[^`]*`)")
_SPECIAL = re.compile(r"([\\*_<>\[\]|])")


def prose(text: str) -> str:
    """A line of plain text, in which only what stands between backticks is code.

    >>> prose("lists of *.md, [default: `a|b`]")
    'lists of \\\\*.md, \\\\[default: `a|b`\\\\]'
    """
    parts = _CODE.split(text)
    return "".join(part if part.startswith("`") else _SPECIAL.sub(r"\\\1", part) for part in parts)


def code(text: object) -> str:
    """A value as code, which may hold a backtick; nothing for an empty one."""
    said = str(text)
    if not said:
        return ""
    return f"`` {said} ``" if "`" in said else f"`{said}`"


def cell(text: str) -> str:
    """What stands in a cell of a table."""
    return re.sub(r"(?<!\\)\|", r"\\|", " ".join(text.split()))


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; its cells are Markdown."""
    lines = [head, ["---"] * len(head), *([cell(each) for each in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def fenced(language: str, text: str) -> str:
    """A block of code."""
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}{language}\n{text.rstrip()}\n{fence}\n"


def directive(name: str, argument: str, body: str, options: Sequence[str] = ()) -> str:
    """A directive of MyST, with as many backticks as its body needs."""
    fence = "```"
    while fence in body:
        fence += "`"
    head = "".join(f":{each}\n" for each in options)
    return f"{fence}{{{name}}} {argument}\n{head}{chr(10) if head else ''}{body.rstrip()}\n{fence}\n"
