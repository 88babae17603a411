"""The author of a page as its elements name one: what trafilatura finds, by its rules, without its copy of the page."""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING

from dedup.html_find import Finder
from dedup.html_tree import walk

if TYPE_CHECKING:
    from lxml.html import HtmlElement

    from dedup.html_tree import AnyElement, Tree

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

    places: list[AnyElement] = [each for each in _PLACES.found_in(tree) if not _is_off(each)]
    for rule in (_is_sure, _is_likely, _is_possible):
        for element in filter(rule, places):
            text = " ".join(_text(element).split())
            if 2 < len(text) < _LONGEST:
                return normalize_authors(None, text)
    return None


def _is_sure(element: AnyElement) -> bool:
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


def _is_likely(element: AnyElement) -> bool:
    get = element.get
    return element.tag in ("a", "div", "h3", "h4", "p", "span") and (
        get("class") in ("byline", "username", "byl", "BBL")
        or "author" in get("itemprop", "")
        or _LIKELY_ID.search(get("id", "")) is not None
        or _LIKELY_CLASS.search(get("class", "")) is not None
    )


def _is_possible(element: AnyElement) -> bool:
    get = element.get
    return (
        "Byline" in get("data-component", "")
        or "author" in get("itemprop", "")
        or _POSSIBLE_ID.search(get("id", "")) is not None
        or _POSSIBLE_CLASS.search(get("class", "")) is not None
    )


def _is_off(element: AnyElement) -> bool:
    """Whether it or one of those around it is."""
    return any(map(_off, chain([element], element.iterancestors())))


def _off(element: AnyElement) -> bool:
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


def _text(element: AnyElement) -> str:
    """The text of an element without what is off in it; no further than an author may be long."""
    parts: list[str] = []
    size = 0
    for each, begins in walk(element, _off):
        text = (each.text if begins else each.tail) or ""
        parts.append(text if each is not element and _off(each) else f" {text}")
        size += len("".join(text.split()))
        if size >= _LONGEST:
            break
    return "".join(parts)
