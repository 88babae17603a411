"""What a page says about itself: title, author, date, URL, site, language and tags.

Read by trafilatura's own readers, in its order: <meta> and JSON-LD first, and the page's elements only for what these
do not state. What they cost most for (copies of the page to look for an author, a regular expression per element) is
asked for only where one look at the page's attributes shows that there is something to find: 0.4 ms, not 7.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from html import unescape
from itertools import chain
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from lxml.etree import XPath
    from lxml.html import HtmlElement
    from trafilatura.settings import Document as Found

_BROKEN = (ValueError, TypeError, AttributeError, KeyError, IndexError, RecursionError, OverflowError)
"""What trafilatura's readers raise on pages that state nonsense."""
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_SECTION = './/head//meta[@property="article:section" or contains(@name, "subject")][@content]/@content'
_HALF = re.compile("[\ud800-\udfff]")
_LONGEST = 120
"""An author is shorter."""


def metadata(tree: HtmlElement, url: str | None) -> dict[str, Any]:
    """Title, author, date, url, site name, language and tags, as far as the page states them."""
    try:
        found = _found(tree, url)
    except _BROKEN:
        return {}
    language = tree.get("lang") or tree.get(_LANGUAGE)
    tags = [*(found.categories or []), *(found.tags or [])]
    stated = {"title": found.title, "author": found.author, "date": found.date, "url": found.url or url}
    tags = list(dict.fromkeys(filter(None, tags)))
    return {**stated, "sitename": found.sitename, "language": language, "tags": tags, "says": _says(tree, url)}


_ARTICLES = frozenset(
    """AnalysisNewsArticle Article BackgroundNewsArticle BlogPosting LiveBlogPosting NewsArticle OpinionNewsArticle
    Recipe Report ReportageNewsArticle Review ScholarlyArticle TechArticle""".split()
)
_OTHERS_THAN_ARTICLES = frozenset(
    """CollectionPage Course DiscussionForumPosting Event FAQPage ItemList JobPosting LocalBusiness OfferCatalog Product
    ProductGroup QAPage SearchResultsPage Service SoftwareApplication""".split()
)
_TYPE = re.compile(r'"@type"\s*:\s*\[?\s*"(\w+)"')
_FORUM = re.compile(r"forum|thread|/t/|viewtopic|/questions/", re.IGNORECASE)


def _says(tree: HtmlElement, url: str | None) -> int:
    """1 for a page that says it is an article (og:type, schema.org), -1 for one that says it is something else."""
    kinds = _query("//meta[@property='og:type' or @name='og:type']/@content")(tree)
    kind = str(kinds[0]).strip().lower() if kinds else ""
    scripts = _query("//script[contains(@type, 'ld+json')]/text()")(tree)
    types = {name for script in scripts for name in _TYPE.findall(script)}
    article = kind in ("article", "blog", "news") or not types.isdisjoint(_ARTICLES)
    other = kind not in ("", "article", "blog", "news", "video") or not types.isdisjoint(_OTHERS_THAN_ARTICLES)
    if (other and not article) or _FORUM.search(url or ""):
        return -1
    return 1 if article else 0


def _found(tree: HtmlElement, url: str | None) -> Found:
    from htmldate import find_date
    from trafilatura.metadata import examine_meta, extract_title, extract_url

    found = examine_meta(tree)
    if found.author and " " not in found.author:
        found.author = None  # a user's name: JSON-LD or the byline may have the author's
    _read_json(tree, found)
    found.title = found.title or extract_title(tree)
    found.author = found.author or _author(tree)
    found.url = found.url or extract_url(tree, url)
    # No extensive search: a date guessed from the running text is not stated by the page.
    found.date = find_date(tree, extensive_search=False, original_date=True, url=found.url)
    found.sitename = _site(tree, found.sitename, found.url)
    found.categories = found.categories or _categories(tree)
    found.tags = found.tags or _tags(tree)
    found.clean_and_trim()
    return found


def _read_json(tree: HtmlElement, found: Found) -> None:
    """JSON-LD, which goes before <meta>."""
    from trafilatura.json_metadata import extract_json, extract_json_parse_error
    from trafilatura.metadata import JSON_MINIFY

    try:
        for script in tree.iter("script"):
            if script.get("type") not in ("application/ld+json", "application/settings+json") or not script.text:
                continue
            try:
                said = orjson.loads(_normal(script.text))
            except orjson.JSONDecodeError:  # lone surrogates, control characters, NaN; or no JSON at all
                said = _loose_json(_normal(JSON_MINIFY.sub(r"\1", script.text)))
            if isinstance(said, str):
                extract_json_parse_error(said, found)
            else:
                extract_json(said, found)
    except _BROKEN:
        return  # what was read until then stands


def _normal(text: str) -> str:
    """As trafilatura's `normalize_json`, which looks at every character of its own to drop half ones."""
    from trafilatura.json_metadata import JSON_UNICODE_REPLACE
    from trafilatura.utils import HTML_STRIP_TAGS

    if "\\" in text:
        text = text.replace("\\n", "").replace("\\r", "").replace("\\t", "")
        text = JSON_UNICODE_REPLACE.sub(lambda match: chr(int(match[1], 16)), text)
        text = unescape(_HALF.sub("", text))
    return " ".join(HTML_STRIP_TAGS.sub("", text).split())


def _loose_json(text: str) -> Any:
    """JSON as the standard library reads it; where it cannot, the text."""
    try:
        return json.loads(text, strict=False)
    except json.JSONDecodeError:
        return text


def _site(tree: HtmlElement, stated: str | None, url: str | None) -> str | None:
    from trafilatura.metadata import META_URL, extract_sitename

    name = stated or extract_sitename(tree)
    if name:
        name = name.lstrip("@")  # a name on Twitter
        return name.title() if name and "." not in name and not name[0].isupper() else name
    host = META_URL.match(url) if url else None
    return host[1] if host else None


# ── tags and categories ─────────────────────────────────────────────────────────────────────────────────────────────


# What trafilatura knows the elements by whose links are tags or categories: it looks for them on the whole page.
_TAG_LIST = re.compile("^(?:tag|meta|postmeta|entry-|row$|jp-relatedposts$)|topics|tags-links")
_CATEGORY_LIST = re.compile(
    "^(?:post-?info|post-?meta|postpath|post-?category|filedunder|meta|entry-|row$|tags$)|cat-links"
)


def _tags(tree: HtmlElement) -> list[str]:
    from trafilatura.metadata import extract_catstags

    return extract_catstags("tag", tree) if _has_list(tree, "/tag", _TAG_LIST) else []


def _categories(tree: HtmlElement) -> list[str]:
    from trafilatura.metadata import extract_catstags
    from trafilatura.utils import line_processing

    if _has_list(tree, "/categor", _CATEGORY_LIST):
        return extract_catstags("category", tree)
    return [each for each in dict.fromkeys(map(line_processing, filter(None, _query(_SECTION)(tree)))) if each]


def _has_list(tree: HtmlElement, target: str, names: re.Pattern[str]) -> bool:
    """Whether a link to such a target stands in an element of such a class or id."""
    seen: set[HtmlElement] = set()
    for link in _query("//a[contains(@href, $target)]")(tree, target=target):
        for element in link.iterancestors():
            if element in seen:
                break
            seen.add(element)
            if any(names.search(element.get(name, "")) for name in ("class", "id")):
                return True
    return False


# ── the author in the page's elements ───────────────────────────────────────────────────────────────────────────────

_OTHERS = (  # by the attribute, not by the element: a fifth of the time
    "//@rel[. = 'author']/..|//@itemprop[contains(., 'author')]/..|//@data-component[contains(., 'Byline')]/.."
    "|//@data-testid[. = 'AuthorCard' or . = 'AuthorURL']/..|//author"
)
_BY_ATTRIBUTE = "author|channel-name|zuozhe|bianji|xiaobian|submitted-by|posted-by|journalist-name"
_ANY = re.compile(rf"{_BY_ATTRIBUTE}|Author|BBL|[Bb]yl|username|screenname|writer")
"""Stands in every class and id by which trafilatura knows an author."""
_SURE = re.compile("author-?name|AuthorName|authorName")
_LIKELY_ID, _LIKELY_CLASS = re.compile("author|zuozhe|bianji|xiaobian"), re.compile(_BY_ATTRIBUTE)
_POSSIBLE_ID, _POSSIBLE_CLASS = re.compile("[Aa]uthor"), re.compile("[Aa]uthor|screenname|writer|[Bb]yline")
_OFF_ID = re.compile("^comments|comment-?list|ProductReviews")
_OFF_CLASS = re.compile(
    "^[Cc]omments|commentlist|comments-list|sidebar|is-hidden|quote|embedly-instagram|article-(?:share|support)|print"
    "|category|meta-date|meta-reviewer"
)


def _author(tree: HtmlElement) -> str | None:
    """What trafilatura's `extract_author` finds, by the same rules, without its copy of the page."""
    from trafilatura.json_metadata import normalize_authors

    places = [element for element in _places(tree) if not any(map(_off, chain([element], element.iterancestors())))]
    for rule in (_is_sure, _is_likely, _is_possible):
        for element in filter(rule, places):
            text = " ".join(_text(element).split())
            if 2 < len(text) < _LONGEST:
                return normalize_authors(None, text)
    return None


def _places(tree: HtmlElement) -> list[HtmlElement]:
    """The elements whose attributes speak of an author, in the order of the page."""
    found = list(_query(_OTHERS)(tree))
    for name in ("class", "id"):
        # All values in one string first: elements become objects only where one of the words stands at all.
        values = "\n".join(_query(f"//@{name}")(tree))
        for word in sorted(set(_ANY.findall(values))):
            found += _query(f"//@{name}[contains(., $word)]/..")(tree, word=word)
    return list(tree.xpath("$found|$found", found=found)) if found else []


@lru_cache(maxsize=16)
def _query(expression: str) -> XPath:
    from lxml.etree import XPath

    return XPath(expression, smart_strings=False)


def _is_sure(element: HtmlElement) -> bool:
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


def _is_likely(element: HtmlElement) -> bool:
    get = element.get
    return element.tag in ("a", "div", "h3", "h4", "p", "span") and (
        get("class") in ("byline", "username", "byl", "BBL")
        or "author" in get("itemprop", "")
        or _LIKELY_ID.search(get("id", "")) is not None
        or _LIKELY_CLASS.search(get("class", "")) is not None
    )


def _is_possible(element: HtmlElement) -> bool:
    get = element.get
    return (
        "Byline" in get("data-component", "")
        or "author" in get("itemprop", "")
        or _POSSIBLE_ID.search(get("id", "")) is not None
        or _POSSIBLE_CLASS.search(get("class", "")) is not None
    )


def _off(element: HtmlElement) -> bool:
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
