"""A page as blocks of all its visible text, what it says about itself, and trafilatura's answer on it.

This module and `html_*` import lxml and trafilatura (inside the functions: 0.3 s). "Visible" is what the markup
shows without running scripts or style sheets.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from dedup import kernel
from dedup.html_metadata import metadata
from dedup.html_selectors import remembering
from dedup.html_slim import slim
from dedup.html_tree import in_lxml, own_tree
from dedup.html_walk import blocks

if TYPE_CHECKING:
    from lxml.html import HtmlElement
    from trafilatura.settings import Extractor

    from dedup.table import Table
    from dedup.written import Written

_TITLE, _TITLE_END = re.compile(rb"<title\b[^>]*>", re.IGNORECASE), re.compile(rb"</title\b", re.IGNORECASE)
_ENDED_ROOT = re.compile(rb"(<html\b[^<>]*?)/\s*>", re.IGNORECASE)


class UnreadablePageError(ValueError):
    """The page cannot be read whole: it is empty, nested too deep, or not HTML."""


@dataclass(slots=True)
class Page:
    """A parsed page: its visible text, its blocks (none of them judged), its metadata as far as stated, and its source
    without scripts."""

    text: str
    blocks: Table
    metadata: dict[str, Any]
    html: bytes
    written: Written | None = None
    """How it is written, if that is not the text."""


def read_page(html: str | bytes, url: str | None = None, markup: str = "plain") -> Page:
    """Parse a page, bytes of UTF-8, and cut it into blocks; `markup` is how it is to be written.

    Raises:
        UnreadablePageError: it holds no element, or is nested deeper than libxml2 reads (2,048 elements).
    """
    whole = utf8(html) if isinstance(html, str) else html
    tree = own_tree(_readable(whole), lambda: _parse(whole)) or _parse(whole)
    text, table = blocks(tree)
    if not text:
        tree = in_lxml(tree)
        for element in tree.iter("noscript"):  # where scripts make the page, this is what it says without them
            element.tag = "div"
        text, table = blocks(tree)
    page = Page(text, table, metadata(tree, url), slim(whole))
    if markup == "markdown":
        page.written = _markdown(in_lxml(tree), table, url or page.metadata.get("url") or "")
    return page


def _markdown(tree: HtmlElement, table: Table, url: str) -> Written:
    """A page as Markdown; what its links are relative to it may say itself."""
    from urllib.parse import urljoin

    from dedup.html_blocks import written
    from dedup.html_markdown import written as as_markdown

    stated = tree.find(".//base[@href]")
    try:
        base = urljoin(url, str(stated.get("href")).strip()) if stated is not None else url
    except ValueError:  # no URL
        base = url
    return as_markdown(written(tree), table, base)


def _parse(html: str | bytes, element: type[HtmlElement] | None = None) -> HtmlElement:
    """The tree of a page, made of elements of this class."""
    from lxml import etree
    from lxml.html import HtmlElement, HTMLParser, document_fromstring

    # No table of ids: nobody asks for an element by its id, and it takes 5 % of the time.
    # huge_tree: without it libxml2 stops at a depth of 256 and drops the rest of the page without a word.
    parser = HTMLParser(huge_tree=True, remove_comments=True, remove_pis=True, collect_ids=False, encoding="utf-8")
    # Instead of a call of Python for every element that anyone looks at, only to tell forms and links by their class.
    parser.set_element_class_lookup(etree.ElementDefaultClassLookup(element=element or HtmlElement))
    clean = _readable(html)
    try:
        tree = document_fromstring(clean, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, AssertionError) as error:
        raise UnreadablePageError(f"no HTML element in it: {error}") from error
    # With `<html ... />` libxml2 ends the page; browsers do not mind the slash.
    if not len(tree) and (whole := _ENDED_ROOT.sub(rb"\1>", clean, count=1)) != clean:
        return _parse(whole, element)
    limits = [str(entry.message) for entry in parser.error_log if entry.type_name == "ERR_RESOURCE_LIMIT"]
    if limits:
        raise UnreadablePageError(f"cannot be parsed whole: {limits[0].partition(', use ')[0]}")
    return tree


def _readable(html: str | bytes) -> bytes:
    """A page as UTF-8, without what keeps libxml2 from reading all of it."""
    clean = utf8(html) if isinstance(html, str) else html
    if b"\x00" in clean:  # libxml2 ends a page there
        clean = clean.replace(b"\x00", "\N{REPLACEMENT CHARACTER}".encode())
    # A title that does not end takes the whole page with it, in browsers too.
    if b"</title>" not in clean and not _TITLE_END.search(clean):
        clean = _TITLE.sub(b"", clean, count=1)
    return clean


def utf8(text: str) -> bytes:
    """A text as UTF-8, lone surrogates as "?"."""
    if kernel.NATIVE:
        from dedup.kernel import _native

        return _native.utf8(text)
    return text.encode("utf-8", "replace")


# ── trafilatura's answer ────────────────────────────────────────────────────────────────────────────────────────────

FAST, PRECISE, WIDE = {"favor_precision": True, "fast": True}, {"favor_precision": True}, dict[str, bool]()
MODES = (FAST, PRECISE, WIDE)
"""Of trafilatura. The first takes 60 % of the time of the second, which also asks readability and jusText, and is as
good where its answer holds most of the page's running text (on two pages of three)."""


def article(html: str | bytes, mode: dict[str, bool]) -> str:
    """The article of a page as trafilatura gives it in one of the modes; "" where it finds none.

    Raises:
        MemoryError: there is none for it.
    """
    from trafilatura import extract

    logger = _logger()
    if logger.level != logging.CRITICAL:  # to set it empties what all loggers of the process know
        logger.setLevel(logging.CRITICAL)
    tree = _parse(html, _used_up() if mode == FAST else _quick())
    try:
        with remembering():
            return extract(tree, options=_options(**mode)) or ""
    except (ValueError, TypeError, AttributeError, KeyError, IndexError, RecursionError):
        return ""  # trafilatura fails on some broken trees


@cache
def _logger() -> logging.Logger:
    return logging.getLogger("trafilatura")


@cache
def _quick() -> type[HtmlElement]:
    """Elements that give the texts of paragraphs, as trafilatura asks for them, in a time that grows as the page does.

    For `//p//text()` libxml2 puts together what each paragraph holds, and looks through all that it has for each text;
    lxml looks for the element in front of each: on a book of 2 MB that took half a minute.
    """
    from lxml.html import HtmlElement

    class Quick(HtmlElement):
        def xpath(self, path: str, **more: Any) -> Any:  # type: ignore[override]
            if path != "//p//text()":
                return super().xpath(path, **more)
            outermost = (p for p in self.getroottree().iter("p") if next(p.iterancestors("p"), None) is None)
            return [text for p in outermost for text in p.itertext()]

    return Quick


@cache
def _used_up() -> type[HtmlElement]:
    """The elements of a tree that trafilatura may use up: `copy` gives the element itself, `deepcopy` a copy.

    It copies the page three times, to have it for the next of its extractors; in fast mode with precision none follows.
    That, and to free the copies, took a fifth of its time.
    """

    class UsedUp(_quick()):  # type: ignore[misc]
        def __copy__(self) -> UsedUp:
            return self

        def __deepcopy__(self, memo: object) -> HtmlElement:
            return super().__copy__()  # type: ignore[no-any-return]

    return UsedUp


@cache
def _options(favor_precision: bool = False, fast: bool = False) -> Extractor:
    """Of one mode: made anew for each page, they take as long as a copy of it. A page's URL is only in their logs."""
    from trafilatura.settings import Extractor

    # dedup=False: its cache is the process's, and its answer would depend on what was read before.
    return Extractor(precision=favor_precision, fast=fast, comments=False, dedup=False)
