"""Pages read back: what they are made of, and what they say, with signs as the characters that they stand for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from unicodedata import category

import lxml.html

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

TURNS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_PATH = re.compile(r"[\d.MLHVCQAZhvl -]+")

Shape = tuple[str, tuple[tuple[str, str], ...]]
"""An element: its name, and its attributes with what their values are like."""


def obeyed(said: str) -> list[str]:
    """What a terminal or a page would obey of a text, but for ends of lines."""
    return [repr(char) for char in said if (category(char) in ("Cc", "Cs") and char != "\n") or char in TURNS]


def parsed(page: str) -> HtmlElement:
    """A page as lxml reads it."""
    return lxml.html.document_fromstring(page, parser=lxml.html.HTMLParser(encoding="utf-8", huge_tree=True))


def shapes(tree: HtmlElement) -> set[Shape]:
    """The elements of a page, each kind once: numbers in the values of attributes count as one, as do paths of
    pictures, and the characters that signs stand for. Comments are elements of no name."""
    found: set[Shape] = set()
    for element in tree.iter():
        name = element.tag if isinstance(element.tag, str) else ""
        found.add((name, tuple(sorted((key, _alike(name, key, value)) for key, value in element.attrib.items()))))
    return found


def _alike(element: str, key: str, value: str) -> str:
    if key in ("d", "transform") and _PATH.fullmatch(value):
        return "path"
    if (element, key) == ("span", "title"):
        return re.sub(r"^U\+[0-9A-F]{4,6}(?: [A-Z0-9 \-]+| control)?$", "sign", value)
    if (element, key) == ("input", "value"):  # a text, whatever it is
        return "text"
    if key == "href":
        value = re.sub(r"\?[\w%&=+.~-]+", "?", value)
    return _NUMBER.sub("0", value)


def said(element: HtmlElement) -> str:
    """All that a page says, without white space, and with the characters that signs stand for."""
    return squeezed("".join(_texts(element)))


def _texts(element: HtmlElement) -> Iterator[str]:
    if element.tag in ("script", "style") or not isinstance(element.tag, str):
        return
    code = re.match(r"U\+([0-9A-F]+)", element.get("title", "")) if element.get("class") == "sign" else None
    if code:
        times = re.search(r"×(\d+)$", element.text_content())
        yield chr(int(code[1], 16)) * int(times[1] if times else 1)
        return
    yield element.text or ""
    for child in element:
        yield from _texts(child)
        yield child.tail or ""


def squeezed(text: str) -> str:
    """A text without white space."""
    return "".join(text.split())
