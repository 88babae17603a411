"""A page as blocks of all its visible text, each with trafilatura's verdict; and what the page says about itself.

This module and `html_*` import lxml and trafilatura (inside the functions: 0.3 s). "Visible" is what the markup
shows without running scripts or style sheets.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from dedup.data import Block
from dedup.html_blocks import pieces as _pieces
from dedup.html_metadata import metadata as _metadata
from dedup.verdict import article_blocks

if TYPE_CHECKING:
    from lxml.html import HtmlElement

SEPARATOR = "\n\n"
"""Stands between two blocks of a page's source text; no block contains it."""

_TITLE, _TITLE_END = re.compile(r"<title\b[^>]*>", re.IGNORECASE), re.compile(r"</title\b", re.IGNORECASE)


class UnreadablePageError(ValueError):
    """The page cannot be read whole: it is empty, nested too deep, or not HTML."""


@dataclass(slots=True)
class Page:
    """A parsed page: its visible text, its blocks with verdicts, and its metadata as far as stated."""

    text: str
    blocks: list[Block]
    metadata: dict[str, Any]


def read_page(html: str, url: str | None = None, *, headline: bool = False) -> Page:
    """Parse a page, cut it into blocks, and mark those that belong to the article (`Block.main`).

    Raises:
        UnreadablePageError: it holds no element, or is nested deeper than libxml2 reads (2,048 elements).
    """
    tree = _parse(html)
    pieces = list(_pieces(tree))
    found: list[Block] = []
    position = 0
    for piece in pieces:
        end = position + len(piece.text)
        found.append(Block(position, end, piece.tag, False, piece.path, round(piece.linked / len(piece.text), 3)))
        position = end + len(SEPARATOR)
    said = _metadata(tree, url)
    verdicts = article_blocks(
        [piece.text for piece in pieces], found, _answer(tree, url), str(said.get("title") or ""), headline
    )
    marked = [replace(block, main=main) for block, main in zip(found, verdicts, strict=True)]
    return Page(SEPARATOR.join(piece.text for piece in pieces), marked, said)


def _parse(html: str) -> HtmlElement:
    from lxml import etree
    from lxml.html import HTMLParser, document_fromstring

    # huge_tree: without it libxml2 stops at a depth of 256 and drops the rest of the page without a word.
    parser = HTMLParser(huge_tree=True, remove_comments=True, remove_pis=True, encoding="utf-8")
    clean = html.replace("\x00", "\N{REPLACEMENT CHARACTER}")  # libxml2 ends a page at a NUL byte
    if not _TITLE_END.search(clean):  # a title that does not end takes the whole page with it, in browsers too
        clean = _TITLE.sub("", clean, count=1)
    try:
        tree = document_fromstring(clean.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, AssertionError) as error:
        raise UnreadablePageError(f"no HTML element in it: {error}") from error
    limits = [str(entry.message) for entry in parser.error_log if entry.type_name == "ERR_RESOURCE_LIMIT"]
    if limits:
        raise UnreadablePageError(f"cannot be parsed whole: {limits[0]}")
    return tree


# ── trafilatura's verdict ───────────────────────────────────────────────────────────────────────────────────────────


def _answer(tree: HtmlElement, url: str | None) -> str:
    """The article as trafilatura gives it: with precision, and where that finds nothing, in its default mode."""
    import trafilatura

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    for precision in (True, False):
        # deduplicate=False: its cache is the process's, and its answer would depend on what was read before.
        try:
            text = trafilatura.extract(
                tree, url=url, favor_precision=precision, include_comments=False, deduplicate=False
            )
        except (ValueError, TypeError, AttributeError, KeyError, IndexError, RecursionError, MemoryError):
            text = None  # trafilatura fails on some broken trees: the page then gets our own verdict
        if text:
            return str(text)
    return ""
