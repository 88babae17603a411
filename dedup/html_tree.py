"""A page's tree without lxml: the kernel parses it as libxml2 does, in a fifth of the time.

The definition is lxml. It parses where the kernel does not know what libxml2 would do, and what only lxml can answer is
asked of its tree, which is then made: on a page that states its metadata nothing is.
"""

from __future__ import annotations

from functools import cache, cached_property
from html.entities import html5
from typing import TYPE_CHECKING, Any, TypeAlias

from dedup import kernel

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lxml.html import HtmlElement

    from dedup.kernel import _native

    AnyElement: TypeAlias = "HtmlElement | Element"

_KNOWN_LIBXML = ((2, 14, 4), (2, 14, 5), (2, 14, 6))
"""Versions whose trees the kernel's were compared with: on 2,039 pages of the web (the last), on thousands of broken
ones made of them, and on all pairs of elements. They come with lxml 6.0.0, 6.0.1, and 6.0.2 to 6.1. The next minor one
has more empty elements (<source>, <wbr>), and the one before it another tokenizer."""
_SAMPLE = """<!DOCTYPE html>\
<title>a &amp; b</title><meta charset=x><p CLASS=a class=b title="&copy=&copy;">a<div>b<source>c
<wbr>d</p><ul><li>e<li>f<table><tr><td>g<td>h</div>i</table><script><!--<script>j</script>-->k</script>&notit;&#128;<p/>l
"""


class Element:
    """An element as lxml has it, as far as metadata asks for it."""

    __slots__ = ("_number", "_tree", "attrib", "get", "tag", "tail", "text")

    def __init__(self, tree: _native.Tree, found: _native._Found) -> None:
        self._tree = tree
        self._number, self.tag, self.attrib, self.text, self.tail = found
        self.get = self.attrib.get

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Element) and (self._number, self._tree) == (other._number, other._tree)

    def __hash__(self) -> int:
        return self._number

    def __iter__(self) -> Iterator[Element]:
        """The elements that stand in it."""
        return (Element(self._tree, found) for found in self._tree.children(self._number))

    def getparent(self) -> Element | None:
        """The element around it."""
        found = self._tree.parent(self._number)
        return Element(self._tree, found) if found else None

    def iterancestors(self) -> Iterator[Element]:
        """The elements around it, the innermost first."""
        parent = self.getparent()
        while parent is not None:
            yield parent
            parent = parent.getparent()

    def text_content(self) -> str:
        """All text in an element that can hold nothing else: <title>."""
        return self.text or ""


class Tree:
    """A page that the kernel parsed, and lxml's tree of it once it is asked for."""

    def __init__(self, native: _native.Tree, parse: Callable[[], HtmlElement]) -> None:
        self._native, self._parse = native, parse

    @cached_property
    def lxml(self) -> HtmlElement:
        """The root of lxml's tree."""
        return self._parse()

    def blocks(self) -> _native._Columns | None:
        """As `_native.blocks_in` lxml's tree."""
        return self._native.blocks()

    def found_by(self, finder: _native.Finder) -> list[Element]:
        """The elements that are looked for."""
        return [Element(self._native, found) for found in self._native.found_by(finder)]

    def get(self, name: str) -> str | None:
        """An attribute of the root."""
        return Element(self._native, self._native.root()).get(name)

    def xpath(self, question: str) -> Any:
        """As `xpath` of lxml's tree."""
        return self.lxml.xpath(question)

    def iterfind(self, question: str) -> Any:
        """As `iterfind` of lxml's tree."""
        return self.lxml.iterfind(question)


def walk(
    element: AnyElement, skipped: Callable[[AnyElement], bool] = lambda _: False
) -> Iterator[tuple[AnyElement, bool]]:
    """Where an element and those in it begin (True) and end; of the skipped ones only where they end."""
    left: list[tuple[AnyElement, bool]] = [(element, True)]
    while left:
        each, begins = left.pop()
        if begins and each is not element:
            left.append((each, False))
            if skipped(each):
                continue
        if begins:
            inner: list[AnyElement] = list(each)
            left += [(child, True) for child in reversed(inner)]
        yield each, begins


def in_lxml(tree: HtmlElement | Tree) -> HtmlElement:
    """A page as lxml has it."""
    return tree.lxml if isinstance(tree, Tree) else tree


def own_tree(html: bytes, parse: Callable[[], HtmlElement]) -> Tree | None:
    """A page that the kernel parses; None where lxml has to. `parse` is how lxml does."""
    parser = _parser()
    native = parser.parse(html) if parser else None
    return Tree(native, parse) if native else None


@cache
def _parser() -> _native.Parser | None:
    """What parses as the libxml2 does that is there; None if nobody knows how that one parses."""
    if not kernel.NATIVE:
        return None
    from lxml import etree
    from lxml.html import HTMLParser, document_fromstring

    from dedup.kernel import _native

    if etree.LIBXML_VERSION not in _KNOWN_LIBXML:
        return None
    parser = _native.Parser(list(html5.items()))
    own = parser.parse(_SAMPLE.encode())
    wanted = document_fromstring(_SAMPLE.encode(), HTMLParser(encoding="utf-8"))
    found = Element(own, own.root()) if own else wanted
    return parser if found is not wanted and _shape(found) == _shape(wanted) else None


def _shape(element: AnyElement) -> list[tuple[bool, str, dict[str, str], str | None]]:
    return [
        (begins, str(each.tag), dict(each.attrib), each.text if begins else each.tail) for each, begins in walk(element)
    ]
