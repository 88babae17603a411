"""A page as trafilatura's and htmldate's readers of metadata ask for it: what they ask for is found in one walk.

They put a question to the page for everything, and each question walks over all of it: 8 walks, a third of what
metadata cost. A question that is not known here goes to the page itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dedup.html_find import Finder

if TYPE_CHECKING:
    from collections.abc import Callable

    from lxml.html import HtmlElement

    from dedup.html_tree import AnyElement, Tree

    Answer = Callable[["Head"], list[AnyElement]]

TAG, CATEGORY = "/tag", "/categor"
"""What a link to a tag or a category has in its target."""
_STATED = Finder(("meta", "script", "link", "title", "base"), {"href": (TAG, CATEGORY)})
_JSON = ("application/ld+json", "application/settings+json")


class Head:
    """The elements that state metadata, wherever they stand, in the order of the page; `lists` are the <a> to tags and
    categories."""

    def __init__(self, tree: HtmlElement | Tree) -> None:
        self.tree = tree
        names = ("meta", "script", "link", "title", "base", "a")
        found: dict[Any, list[AnyElement]] = {name: [] for name in names}
        for element in _STATED.found_in(tree):
            if element.tag in found and element is not tree:
                found[element.tag].append(element)
        self.metas, self.scripts, self.links, self.titles, self.bases, self.lists = found.values()

    def xpath(self, question: str) -> Any:
        """As `xpath` of the page."""
        return self._answer(question, self.tree.xpath)

    def iterfind(self, question: str) -> Any:
        """As `iterfind` of the page."""
        return self._answer(question, self.tree.iterfind)

    def find(self, question: str) -> AnyElement | None:
        """As `find` of the page."""
        return next(iter(self._answer(question, self.tree.iterfind)), None)

    def _answer(self, question: str, ask: Callable[[str], Any]) -> Any:
        known = _ANSWERS.get(question)
        return known(self) if known else ask(question)

    def json(self) -> list[AnyElement]:
        """The scripts that trafilatura takes for JSON-LD."""
        return [script for script in self.scripts if script.get("type") in _JSON]

    def is_in(self, element: AnyElement) -> bool:
        """Whether an element stands in a <head>."""
        return any(each.tag == "head" and each is not self.tree for each in element.iterancestors())

    def _own(self) -> list[AnyElement]:
        parents = [(meta, meta.getparent()) for meta in self.metas]
        return [meta for meta, head in parents if head is not None and head.tag == "head" and head is not self.tree]

    def _canonical(self) -> list[AnyElement]:
        return [link for link in self.links if link.get("rel") == "canonical"]

    def _alternate(self) -> list[AnyElement]:
        return [link for link in self.links if (link.get("rel"), link.get("hreflang")) == ("alternate", "x-default")]


_ANSWERS: dict[str, Answer] = {
    ".//meta": lambda page: page.metas,
    ".//head/meta[@content]": lambda page: [meta for meta in page._own() if meta.get("content") is not None],
    './/head/meta[starts-with(@property, "og:")]': lambda page: [
        meta for meta in page._own() if meta.get("property", "").startswith("og:")
    ],
    './/script[@type="application/ld+json" or @type="application/settings+json"]': Head.json,
    './/link[@rel="canonical"]': Head._canonical,
    './/head//link[@rel="canonical"]': lambda page: list(filter(page.is_in, page._canonical())),
    './/head//link[@rel="alternate"][@hreflang="x-default"]': lambda page: list(filter(page.is_in, page._alternate())),
    ".//head//base": lambda page: list(filter(page.is_in, page.bases)),
    ".//head//title": lambda page: list(filter(page.is_in, page.titles)),
}
