"""The author of a page as its elements name one: what trafilatura finds, by its rules, without its copy of the page."""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING

from dedup.html_find import Finder
from dedup.html_tree import Tree

if TYPE_CHECKING:
    from lxml.html import HtmlElement

    from dedup.html_tree import Element

_LONGEST = 120
"""An author is shorter."""
_BY_ATTRIBUTE = "author|channel-name|zuozhe|bianji|xiaobian|submitted-by|posted-by|journalist-name"
_WORDS = (*_BY_ATTRIBUTE.split("|"), "Author", "BBL", "Byl", "byl", "username", "screenname", "writer")
"""One of them stands in every class and id by which trafilatura knows an author."""
_PLACES = Finder(
    ("author",),
    {
        **dict.fromkeys(("class", "id"), _WORDS),
        **dict.fromkeys(("rel", "itemprop"), ("author",)),
        "data-component": ("Byline",),
        "data-testid": ("AuthorCard", "AuthorURL"),
    },
)
"""The elements that may name one; which of them do, the rules below say."""
_SURE = re.compile("author-?name|AuthorName|authorName")
_LIKELY_ID, _LIKELY_CLASS = re.compile("author|zuozhe|bianji|xiaobian"), re.compile(_BY_ATTRIBUTE)
_POSSIBLE_ID, _POSSIBLE_CLASS = re.compile("[Aa]uthor"), re.compile("[Aa]uthor|screenname|writer|[Bb]yline")
_OFF_ID = re.compile("^comments|comment-?list|ProductReviews")
_OFF_CLASS = re.compile(
    "^[Cc]omments|commentlist|comments-list|sidebar|is-hidden|quote|embedly-instagram|article-(?:share|support)|print"
    "|category|meta-date|meta-reviewer"
)


def author(tree: HtmlElement | Tree) -> str | None:
    """What trafilatura's `extract_author` finds, by the same rules, without its copy of the page."""
    from trafilatura.json_metadata import normalize_authors

    if isinstance(tree, Tree):  # it knows which elements may name one; what they hold, lxml's tree says
        named = any(rule(each) for each in filter(_counts, _PLACES.found_in(tree)) for rule in _RULES)
        return author(tree.lxml) if named else None
    places = list(filter(_counts, _PLACES.found_in(tree)))
    for rule in _RULES:
        for element in filter(rule, places):
            text = " ".join(_text(element).split())
            if 2 < len(text) < _LONGEST:
                return normalize_authors(None, text)
    return None


def _is_sure(element: HtmlElement | Element) -> bool:
    get = element.get
    return element.tag == "author" or (
        element.tag in ("a", "address", "div", "link", "p", "span", "strong")
        and (
            "author" in (get("rel"), get("id"), get("class"))
            or get("itemprop") == "author name"
            or get("data-testid") in ("AuthorCard", "AuthorURL")
            or _SURE.search(get("class", "")) is not None
        )
    )


def _is_likely(element: HtmlElement | Element) -> bool:
    get = element.get
    return element.tag in ("a", "div", "h3", "h4", "p", "span") and (
        get("class") in ("byline", "username", "byl", "BBL")
        or "author" in get("itemprop", "")
        or _LIKELY_ID.search(get("id", "")) is not None
        or _LIKELY_CLASS.search(get("class", "")) is not None
    )


def _is_possible(element: HtmlElement | Element) -> bool:
    get = element.get
    return (
        "Byline" in get("data-component", "")
        or "author" in get("itemprop", "")
        or _POSSIBLE_ID.search(get("id", "")) is not None
        or _POSSIBLE_CLASS.search(get("class", "")) is not None
    )


_RULES = (_is_sure, _is_likely, _is_possible)
"""The first that finds an author wins."""


def _counts(element: HtmlElement | Element) -> bool:
    return not any(map(_off, chain([element], element.iterancestors())))


def _off(element: HtmlElement | Element) -> bool:
    """Where no author of the article is named, or none but in a date: comments, sidebars, figures, times."""
    get = element.get
    return element.tag in ("time", "figure") or (
        element.tag in ("a", "div", "section", "span")
        and (
            get("id") == "comments"
            or get("class") in ("comments", "title", "date")
            or _OFF_ID.search(get("id", "")) is not None
            or _OFF_CLASS.search(get("class", "")) is not None
            or "Figure" in get("data-component", "")
        )
    )


def _text(element: HtmlElement) -> str:
    """The text of an element without what is off in it; no further than an author may be long."""
    from lxml.etree import iterwalk

    parts: list[str] = []
    size = 0
    walk = iterwalk(element, events=("start", "end"))
    for event, each in walk:
        off = each is not element and _off(each)
        if event == "start" and off:
            walk.skip_subtree()
            continue
        text = (each.text if event == "start" else each.tail if each is not element else None) or ""
        parts.append(text if off else f" {text}")
        size += len("".join(text.split()))
        if size >= _LONGEST:
            break
    return "".join(parts)
