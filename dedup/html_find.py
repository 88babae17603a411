"""Elements of a page by their names, and by words that stand in their attributes: all in one walk.

By the kernel where it can read lxml's trees. By XPath, each word costs a walk, and all of it three times as much.
"""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, overload

from dedup.html_tree import Tree
from dedup.html_walk import reads_trees

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lxml.etree import XPath, _Element
    from lxml.html import HtmlElement

    from dedup.html_tree import Element
    from dedup.kernel import _native


class Finder:
    """Looks for elements of these names, and for those with one of the words in the attribute that has them."""

    def __init__(self, names: Sequence[str], words: Mapping[str, Sequence[str]]) -> None:
        self._names, self._words = list(names), words

    @overload
    def found_in(self, tree: HtmlElement) -> list[HtmlElement]: ...
    @overload
    def found_in(self, tree: Tree) -> list[Element]: ...
    def found_in(self, tree: HtmlElement | Tree) -> list[HtmlElement] | list[Element]:
        """Those of a page, in its order."""
        if isinstance(tree, Tree):
            return tree.found_by(self._native)
        return self._native.found_in(tree) if reads_trees() else self.defined(tree)

    def defined(self, tree: HtmlElement) -> list[HtmlElement]:
        """The same by the definition."""
        found: list[_Element] = list(tree.iter(*self._names)) if self._names else []
        for name, words in self._words.items():
            # All values in one string first: elements become objects only where one of the words stands at all.
            values = "\n".join(query(f"//@{name}")(tree))
            for word in filter(values.__contains__, words):
                found += query(f"//@{name}[contains(., $word)]/..")(tree, word=word)
        return list(tree.xpath("$found|$found", found=found)) if found else []

    @cached_property
    def _native(self) -> _native.Finder:
        from dedup.kernel import _native

        return _native.Finder(self._names, [(name, word) for name, words in self._words.items() for word in words])


@lru_cache(maxsize=32)
def query(expression: str) -> XPath:
    """An XPath expression, made once."""
    from lxml.etree import XPath

    return XPath(expression, smart_strings=False)
