"""What is measured: trafilatura in its three modes, other extractors where they are installed, and dedup.

Each is a function of pages that gives the text of every page by its id.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache, partial
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import dedup

if TYPE_CHECKING:
    from benchmarks.scores import Record

Extractor = Callable[[Sequence["Record"]], dict[str, str]]

FIELDS = ("id", "site", "url", "html")
"""What of a page `dedup` is given: all but the gold text."""
LANGUAGE = re.compile(r"<html[^>]*?\slang\s*=\s*[\"']?([a-z]{2,3})", re.IGNORECASE)
STOPLISTS = {
    "ar": "Arabic", "bg": "Bulgarian", "cs": "Czech", "da": "Danish", "de": "German", "el": "Greek", "es": "Spanish",
    "fi": "Finnish", "fr": "French", "he": "Hebrew", "hu": "Hungarian", "id": "Indonesian", "it": "Italian",
    "ko": "Korean", "lb": "Luxembourgish", "nb": "Norwegian_Bokmal", "nl": "Dutch", "no": "Norwegian_Bokmal",
    "pl": "Polish", "pt": "Portuguese", "ro": "Romanian", "ru": "Russian", "sk": "Slovak", "sl": "Slovenian",
    "sv": "Swedish", "tr": "Turkish", "uk": "Ukrainian", "vi": "Vietnamese",
}  # fmt: skip
"""jusText's names of languages."""


# ── trafilatura ─────────────────────────────────────────────────────────────────────────────────────────────────────


def trafilatura_text(html: str, favor: str = "precision") -> str:
    """What trafilatura extracts from a page, as for a corpus: no comments, and no page's answer depends on others."""
    import trafilatura

    found = trafilatura.extract(
        html,
        favor_precision=favor == "precision",
        favor_recall=favor == "recall",
        include_comments=False,
        deduplicate=False,
    )
    return found or ""


def one_by_one(text_of: Callable[[str], str], pages: Sequence[Record]) -> dict[str, str]:
    """The texts by an extractor that sees one page at a time."""
    return {page["id"]: text_of(page["html"]) for page in pages}


BARS: dict[str, Extractor] = {
    "trafilatura precision": partial(one_by_one, trafilatura_text),
    "trafilatura": partial(one_by_one, partial(trafilatura_text, favor="")),
    "trafilatura recall": partial(one_by_one, partial(trafilatura_text, favor="recall")),
}
"""Trafilatura's modes: the best of them on a set is what dedup is held against."""


# ── other extractors ────────────────────────────────────────────────────────────────────────────────────────────────


def resiliparse_text(html: str) -> str:
    """What Resiliparse takes for the main content."""
    from resiliparse.extract.html2text import extract_plain_text

    return str(extract_plain_text(html, main_content=True, alt_texts=False, list_bullets=False))


@cache
def _stoplist(language: str) -> frozenset[str]:
    import justext

    return frozenset(justext.get_stoplist(STOPLISTS.get(language, "English")))


def justext_text(html: str) -> str:
    """What jusText keeps, by the words of the page's language where it says which, else of English."""
    import justext

    said = LANGUAGE.search(html[:5_000])
    try:
        paragraphs = justext.justext(html.encode(), _stoplist(said[1].lower() if said else "en"), encoding="utf-8")
    except (ValueError, justext.core.JustextError):  # a page without anything in it
        return ""
    return "\n".join(paragraph.text for paragraph in paragraphs if not paragraph.is_boilerplate)


def readability_text(html: str) -> str:
    """The text of what readability-lxml takes for the article."""
    import lxml.etree
    import lxml.html
    from readability import Document

    try:
        summary = Document(html).summary(html_partial=True)
        return "\n".join(lxml.html.fromstring(summary).itertext())
    except (ValueError, lxml.etree.ParserError):  # a page without anything in it
        return ""


_PEERS: dict[str, tuple[str, Callable[[str], str]]] = {
    "resiliparse": ("resiliparse", resiliparse_text),
    "jusText": ("justext", justext_text),
    "readability-lxml": ("readability", readability_text),
}


def peers() -> dict[str, Extractor]:
    """The other extractors that are installed."""
    return {name: partial(one_by_one, text_of) for name, (module, text_of) in _PEERS.items() if find_spec(module)}


def missing() -> list[str]:
    """The other extractors that are not installed."""
    return [name for name in _PEERS if name not in peers()]


# ── dedup ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def given(page: Record) -> dict[str, str]:
    """The record of a page that `dedup` is given."""
    return {name: page[name] for name in FIELDS if page.get(name)}


def _cleaned(pages: Sequence[Record], alone: bool = False, **settings: Any) -> dict[str, str]:
    records = [given(page) for page in pages]
    if alone:
        records = [{**record, "site": record["id"]} for record in records]
    # Duplicates stay unless it is said otherwise, since the gold has them.
    result = dedup.clean(records, config=dedup.Config(**dict[str, Any](keep_duplicates=True) | settings))
    return {document["id"]: document["text"] for document in result.documents()}


DEDUP = "dedup"
ALONE = "dedup, each page alone"
OWN: dict[str, Extractor] = {
    DEDUP: _cleaned,
    ALONE: partial(_cleaned, alone=True),
    "dedup, with headlines": partial(_cleaned, headline=True),
    "dedup, duplicates cut": partial(_cleaned, keep_duplicates=False),
}
"""Dedup: on the set as it is; with every page a site of its own (what its siblings give is the difference); with
the headline in the text, as some annotators have it; and with the default settings."""
