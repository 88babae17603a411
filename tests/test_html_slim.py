# ruff: noqa: E501 (tables of cases)
"""A page without the contents of its scripts and styles is the same page: its tree, and what trafilatura finds in it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from lxml.html import HTMLParser, document_fromstring

from dedup.html import MODES, _parse, article, read_page, utf8
from dedup.html_metadata import metadata
from dedup.html_slim import defined, slim
from tests.conftest import ROOT
from tests.slow_html import slow_metadata

if TYPE_CHECKING:
    from pathlib import Path

CASES = [
    # page, the same without what nobody reads (None: it stays as it is), why
    ("<script>x = '<p>';</script><p>a", "<script></script><p>a", "a script"),
    ("<STYLE media=all>p { color: red }</Style ><p>a", "<STYLE media=all></Style ><p>a", "names in any case, an end tag with white space"),
    ("<script type=module>a</script\n x='>'>b", "<script type=module></script\n x='>'>b", "an end tag with an attribute"),
    ("<script>a</scripts></script>", "<script></script>", "a longer name ends nothing"),
    ("<script>a</script/>b<style>c</style>", "<script></script/>b<style></style>", "a slash ends the name"),
    ("<p title='<script>'>a</p><script>b</script>", "<p title='<script>'>a</p><script></script>", "markup in a value is none"),
    ("<p title=a'>b<script>c</script>'", "<p title=a'>b<script></script>'", "a quote within a value without quotes"),
    ('<p a = "<style>" b>c</style>', None, "white space around the equals sign"),
    ("<p ='<script>a</script>'>", None, "a name may begin with an equals sign, and ends the tag here"),
    ("<script src=a.js/>b</script>", "<script src=a.js/></script>", "a slash that belongs to a value"),
    ("<script src='a.js'/>b<i>c</i>", None, "libxml2 takes this script for empty"),
    ("<title><script>a</script></title><script>b</script>", "<title><script>a</script></title><script></script>", "a title holds no elements"),
    ("<textarea><style>a</textarea>b</style>", None, "nor does a text area"),
    ("<iframe><script>a</iframe>b</script>", None, "nor a frame"),
    ("<noscript><style>a</style></noscript>", "<noscript><style></style></noscript>", "<noscript> does: nothing runs scripts here"),
    ("<svg><style>a</style><script>b</script></svg>", "<svg><style></style><script></script></svg>", "libxml2 reads drawings like all else"),
    ("<!-- <script> --><p>a</p><!-- </script> -->", None, "a comment is no markup"),
    ("<!--><script>a</script>-->", "<!--><script></script>-->", "a comment that ends at once"),
    ("<!-- a --!><script>b</script>", "<!-- a --!><script></script>", "one that browsers let end so"),
    ("<?php '<script>' ?>a</script><![CDATA[<style>]]>b</style>", None, "what is read like a comment ends at the next >"),
    ("</ p '><script>a</script>", "</ p '><script></script>", "an end tag without a name is one"),
    ("< script>a<b></script>2 <3<script>c</script>", "< script>a<b></script>2 <3<script></script>", "a < that is text"),
    ('<script type="application/ld+json">{"a": 1}</script><script>b</script>', '<script type="application/ld+json">{"a": 1}</script><script></script>', "JSON that states metadata is read"),
    ('<script type="application/ld&#43;json">{"a": 1}</script>', None, "however its type is written"),
    ("<script><!-- a --></script><script>b</script>", "<script></script><script></script>", "a script in a comment, as it was done in 1996"),
    ("<script><!-- <script> a </script> --></script>b<style>c</style>", None, "a script in that: the first end tag is not its own"),
    ("<p>a<script>b", None, "a script without an end"),
    ("<p>a<script>b</script", None, "an end tag without one"),
    ("<style>a</style><p b='<script>c</script>", "<style></style><p b='<script>c</script>", "a value without one"),
    ("<style>a</style><!-- <script>b</script>", "<style></style><!-- <script>b</script>", "a comment without one"),
    ("<style>a</style><plaintext><style>b</style>", "<style></style><plaintext><style>b</style>", "all that follows is text"),
    ("", None, "nothing"),
]  # fmt: skip
TAGS = "script style title textarea xmp iframe noembed noframes noscript SCRIPT Style svg p plaintext".split()
PIECES = [
    "<", "</", ">", "/", "=", "'", '"', "-", "!", "--", "<!--", "-->", "--!>", "<!-->", "<!--->", "<!", "<?", "?>", "<![CDATA[", "]]>", "</>", "</ p>", "a", "é", " ", "\n", "\f", "\x00", "&amp;",
    "<script>", "</script>", "<script", "</script", "</scripts>", "<style>", "</style>", "</style", "<title>", "</title>", "<textarea>", "</textarea>", "<plaintext>", "<p a='>'>", "<p =a>", "<p a= >", "<p a=b/c>",
    "<table>", "<tr>", "</table>", "<head>", "<body>", "</body>", "<html>", "<frameset>", "<template>", "<select>", "<option>", "<base>", "<meta>", "<h1>", "<a href=x>", "</a>", "<x:script>",
]  # fmt: skip
ATTRIBUTES = [
    "",
    " a",
    " a=b",
    " a='>'",
    ' a="<p>"',
    " type=application/ld+json",
    " type=application/ld&#43;json",
    "/",
    " /",
    " a=b/",
    " a=/",
    " / ",
]
ENDS = ["", " ", "/", "\n", "\f", "\t/", " a='>'"]
INNER = st.lists(st.sampled_from([each for each in PIECES if each not in ("<!--", "<script>", "<script")]), max_size=3)
ELEMENTS = st.builds(
    lambda tag, attribute, inner, end: f"<{tag}{attribute}>{''.join(inner)}</{tag}{end}>",
    st.sampled_from(TAGS), st.sampled_from(ATTRIBUTES), INNER, st.sampled_from(ENDS),
)  # fmt: skip
SOUP = st.lists(st.one_of(ELEMENTS, ELEMENTS, st.sampled_from(PIECES)), max_size=14).map("".join)
PAGES = pytest.mark.parametrize(
    "path",
    sorted((ROOT / "seeds").rglob("*.html")) + sorted((ROOT / "fixtures").rglob("*.html")),
    ids=lambda path: path.stem,
)


@pytest.mark.parametrize(("page", "wanted", "why"), CASES, ids=[why for *_, why in CASES])
def test_what_nobody_reads_is_left_out(page: str, wanted: str | None, why: str) -> None:
    assert slim(page.encode()).decode() == (page if wanted is None else wanted), why
    assert defined(page.encode()) == slim(page.encode())


def shape(page: bytes) -> list[Any]:
    """The tree of a page: names, attributes and texts, but for the text of scripts and styles that nobody reads."""
    parser = HTMLParser(huge_tree=True, remove_comments=True, remove_pis=True, encoding="utf-8")
    try:
        tree = document_fromstring(page.replace(b"\x00", "\ufffd".encode()), parser=parser)
    except etree.ParserError:
        return []
    found: list[Any] = []
    for event, element in etree.iterwalk(tree, events=("start", "end")):
        name, kind = str(element.tag), element.get("type", "")
        if event == "end":
            found.append((name, element.tail))
        else:
            unread = name == "style" or (name == "script" and "+json" not in kind)
            found.append((name, sorted(element.attrib.items()), None if unread else element.text))
    return found


@settings(max_examples=400)
@given(SOUP, st.sampled_from(["", "<!DOCTYPE html><html><head></head><body>"]))
def test_the_tree_stays_the_same(soup: str, head: str) -> None:
    page = (head + soup).encode()

    assert shape(slim(page)) == shape(page)


@pytest.mark.parametrize("page", [page for page, *_ in CASES])
def test_the_tree_of_a_case_stays_the_same(page: str) -> None:
    assert shape(slim(page.encode())) == shape(page.encode())


@settings(max_examples=400)
@given(st.one_of(SOUP.map(str.encode), st.text("<>/!-='\"scriptyle \n&+jon").map(str.encode), st.binary()))
def test_the_kernel_gives_what_the_definition_does(page: bytes) -> None:
    found = slim(page)

    assert found == defined(page)
    assert len(found) <= len(page)
    assert slim(found) == found


@PAGES
def test_trafilatura_finds_the_same_in_the_projects_pages(path: Path) -> None:
    page = utf8(path.read_text(encoding="utf-8", errors="replace"))
    for mode in MODES:
        assert article(slim(page), mode) == article(page, mode)


def test_a_date_that_only_a_script_has_is_found() -> None:
    page = b"""<html><head><title>The mill</title><meta property=article:published_time content=soon></head><body>
<p>The mill stands.</p><script>var shown = "2024-03-01 12:00:00";</script></body></html>"""
    found = read_page(page)

    assert b"2024" not in found.html
    assert found.metadata == metadata(_parse(page), None)
    assert found.metadata["date"] == slow_metadata(_parse(page), None)["date"] == "2024-03-01"


@pytest.mark.parametrize("part", ["<", "<a ", "<a b='", "<!--", "<!-- -", "<script>", "<script></script", "<script><!-- <", "<title>", "</", "<p a    ", "<p" + " =" * 9, "<!", "<script></script>"])  # fmt: skip
def test_the_time_grows_with_the_page_and_not_faster(part: str) -> None:
    def seconds(count: int) -> float:
        page = part.encode() * count
        start = time.process_time()
        for each in (slim, defined):
            each(page)
        return time.process_time() - start

    assert seconds(80_000) < 40 * max(seconds(8_000), 0.005)
