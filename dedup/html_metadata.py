"""What a page says about itself: title, author, date, URL, site, language and tags.

Read by trafilatura's own readers, in its order: <meta> and JSON-LD first, and the page's elements only for what these
do not state. What they cost most for (copies of the page to look for an author, a regular expression per element) is
asked for only where one look at the page's attributes shows that there is something to find: 0.4 ms, not 7.
"""

from __future__ import annotations

import json
import re
from datetime import date
from functools import cache, lru_cache
from html import unescape
from typing import TYPE_CHECKING, Any

import orjson

from dedup.html_author import author
from dedup.html_find import Finder
from dedup.html_head import CATEGORY, TAG, Head
from dedup.html_tree import Element, Tree, in_lxml, walk

if TYPE_CHECKING:
    from collections.abc import Callable

    from htmldate.utils import Extractor as DateOptions
    from lxml.html import HtmlElement
    from trafilatura.settings import Document as Found

    from dedup.html_tree import AnyElement

_BROKEN = (ValueError, TypeError, AttributeError, KeyError, IndexError, RecursionError, OverflowError)
"""What trafilatura's readers raise on pages that state nonsense."""
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_DATE = "%Y-%m-%d"
_HALF = re.compile("[\ud800-\udfff]")


def metadata(tree: HtmlElement | Tree, url: str | None) -> dict[str, Any]:
    """Title, author, date, url, site name, language and tags, as far as the page states them."""
    page = Head(tree)
    try:
        found = _found(page, url)
    except _BROKEN:
        return {}
    language = tree.get("lang") or tree.get(_LANGUAGE)
    tags = [*(found.categories or []), *(found.tags or [])]
    stated = {"title": found.title, "author": found.author, "date": found.date, "url": found.url or url}
    tags = list(dict.fromkeys(filter(None, tags)))
    return {**stated, "sitename": found.sitename, "language": language, "tags": tags, "says": _says(page, url)}


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


def _says(page: Head, url: str | None) -> int:
    """1 for a page that says it is an article (og:type, schema.org), -1 for one that says it is something else."""
    kinds = [meta.get("content") for meta in page.metas if "og:type" in (meta.get("property"), meta.get("name"))]
    kind = next((kind for kind in kinds if kind is not None), "").strip().lower()
    scripts = [script.text for script in page.scripts if "ld+json" in script.get("type", "") and script.text]
    types = {name for script in scripts for name in _TYPE.findall(script)}
    article = kind in ("article", "blog", "news") or not types.isdisjoint(_ARTICLES)
    other = kind not in ("", "article", "blog", "news", "video") or not types.isdisjoint(_OTHERS_THAN_ARTICLES)
    if (other and not article) or _FORUM.search(url or ""):
        return -1
    return 1 if article else 0


def _found(page: Head, url: str | None) -> Found:
    from trafilatura.metadata import examine_meta, extract_url

    _log_elements()
    found = examine_meta(page)  # type: ignore[arg-type]
    if found.author and " " not in found.author:
        found.author = None  # a user's name: JSON-LD or the byline may have the author's
    _read_json(page, found)
    found.title = found.title or _title(page)
    found.author = found.author or author(page.tree)
    found.url = found.url or extract_url(page, url)  # type: ignore[arg-type]
    found.date = _date(page, found.url)
    found.sitename = _site(page, found.sitename, found.url)
    found.categories = found.categories or _categories(page)
    found.tags = found.tags or _tags(page)
    found.description = found.image = found.pagetype = None  # nobody asks for these: they need not be trimmed
    found.clean_and_trim()
    return found


_HEADINGS = Finder(("h1",), {})
_REFUSED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""Characters that lxml takes into no text: where one stands, trafilatura fails."""


def _title(page: Head) -> str | None:
    """As trafilatura's `extract_title`, which takes the only <h1> that there is if it says something."""
    from trafilatura.baseline import _BLOCK_ELEMS
    from trafilatura.metadata import extract_title
    from trafilatura.utils import remove_control_characters

    headings = _HEADINGS.found_in(page.tree) if isinstance(page.tree, Tree) else []
    parts: list[str] = []
    for each, begins in walk(headings[0]) if len(headings) == 1 else ():
        text = (each.text if begins else each.tail) or ""
        parts.append(f" {remove_control_characters(text)}" if each.tag in _BLOCK_ELEMS else text)
    title = " ".join("".join(parts).split())
    refused = title and _REFUSED.search("".join(parts) + (headings[0].tail or ""))
    return title if title and not refused else extract_title(in_lxml(page.tree))


@cache
def _log_elements() -> None:
    """Let trafilatura and htmldate write elements of our own into their logs: they write them as XML, log or not."""
    import htmldate.core
    import trafilatura.metadata

    def let_log(write: Callable[..., str]) -> Callable[..., str]:
        return lambda element, **how: element.tag if isinstance(element, Element) else write(element, **how)

    for module, name in ((htmldate.core, "logstring"), (trafilatura.metadata, "tostring")):
        setattr(module, name, let_log(getattr(module, name)))


def _date(page: Head, url: str | None) -> str | None:
    """As htmldate's `find_date`, which is asked only where what it looks at first does not say.

    No extensive search: a date guessed from the running text is not stated by the page.
    """
    from htmldate import find_date
    from htmldate.core import examine_header
    from htmldate.extractors import extract_url_date

    if url is not None:
        options = _date_options(date.today())
        found = extract_url_date(url, options) or examine_header(page, options)  # type: ignore[arg-type]
        found = found or _json_date(page, options)
        if found:
            return found
    return find_date(in_lxml(page.tree), extensive_search=False, original_date=True, url=url)


@lru_cache(maxsize=1)
def _date_options(_today: date) -> DateOptions:
    """As `find_date` makes them for every page: no date is later than the day of the run."""
    from htmldate.utils import Extractor
    from htmldate.validators import get_max_date, get_min_date

    return Extractor(False, get_max_date(None), get_min_date(None), True, _DATE)


def _json_date(page: Head, options: DateOptions) -> str | None:
    """As htmldate's `json_search`, whose way to write a date takes as long as all the rest."""
    from htmldate.extractors import JSON_PUBLISHED
    from htmldate.validators import is_valid_date

    for script in page.json():
        match = JSON_PUBLISHED.search(script.text) if script.text and '"date' in script.text else None
        if match and is_valid_date(match[1], _DATE, options.min, options.max):
            return date(*map(int, match[1].split("-"))).isoformat()
    return None


def _read_json(page: Head, found: Found) -> None:
    """JSON-LD, which goes before <meta>."""
    from trafilatura.json_metadata import extract_json, extract_json_parse_error
    from trafilatura.metadata import JSON_MINIFY

    try:
        for script in page.json():
            if not script.text:
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


def _site(page: Head, stated: str | None, url: str | None) -> str | None:
    from trafilatura.metadata import META_URL, extract_sitename

    name = stated or extract_sitename(page)  # type: ignore[arg-type]
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


def _tags(page: Head) -> list[str]:
    from trafilatura.metadata import extract_catstags

    return extract_catstags("tag", in_lxml(page.tree)) if _has_list(page, TAG, _TAG_LIST) else []


def _categories(page: Head) -> list[str]:
    from trafilatura.metadata import extract_catstags
    from trafilatura.utils import line_processing

    if _has_list(page, CATEGORY, _CATEGORY_LIST):
        return extract_catstags("category", in_lxml(page.tree))
    stated = [
        meta.get("content")
        for meta in page.metas
        if (meta.get("property") == "article:section" or "subject" in meta.get("name", "")) and page.is_in(meta)
    ]
    return [each for each in dict.fromkeys(map(line_processing, filter(None, stated))) if each]


def _has_list(page: Head, target: str, names: re.Pattern[str]) -> bool:
    """Whether a link to such a target stands in an element of such a class or id."""
    seen: set[AnyElement] = set()
    for link in page.lists:
        if target not in link.get("href", ""):
            continue
        for element in link.iterancestors():
            if element in seen:
                break
            seen.add(element)
            if any(names.search(element.get(name, "")) for name in ("class", "id")):
                return True
    return False
