# ruff: noqa: E501 (tables of cases)
"""The fast readers of a page, the kernel's too, give exactly what the plain ones in `slow_html.py` do."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.html import UnreadablePageError, _parse
from dedup.html_author import _PLACES
from dedup.html_blocks import pieces, written
from dedup.html_find import Finder
from dedup.html_head import _STATED
from dedup.html_metadata import metadata
from tests.conftest import ROOT
from tests.kernels import same_as_the_definition, same_off_the_tree
from tests.slow_html import slow_metadata, slow_pieces

XHTML = '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">'
TAGS = "p div span a b table tr td th ul li pre blockquote h1 h2 script style noscript svg select textarea title br img figure figcaption article section time author xmp plaintext o:p x-y p<q".split()
ATTRIBUTES = [
    "", " class=story", " class='a b c d e f'", " class=sr-only", " class='x Visually-Hidden'", " style='clip: rect(0,0,0,0)'", " style='clip:\trect(1px 1px)'",
    " id=main", " id=''", " id='a/b'", " name=anchor", " role=main", " @click='a>b<c'", ' "odd"', " a<b=c", " =d=e", " title='&lt;p&gt; &quot; &amp;'",
    " class='a&quot;b&#10;c'", " class=clipping", " hidden", " xml:lang=de", " class='é ’ 🌾'", " class=byline", " itemprop=author", " class=author-name", " rel=author", " id=comments",
    " href=/tag/mill/", " href=/category/news/", " href=/", " datetime=2024-03-01",
]  # fmt: skip
TEXTS = [
    "mill", " ", "\n", "  \n\t", "&amp;", "&lt;b&gt;", "&amp;lt;", "&nbsp;", "&#1;", "&#11;", "\x0b", "\x0c", "\x1c", "\x85", "\r\n", "&#13;", "\x00", "\ufffd", "\ufffe", "\ud800", "🌾", "’",
    "<!-- a > b -->", "<?php echo '<p>' ?>", "<![CDATA[ a<b ]]>", "]]>", "<", ">", "< p", "</", "by Anna Miller", "1 March 2024", "&#xFFFD;", "&", "&copy;",
]  # fmt: skip
OPENING = st.builds(lambda tag, attributes, end: f"<{tag}{''.join(attributes)}{end}>", st.sampled_from(TAGS), st.lists(st.sampled_from(ATTRIBUTES), max_size=3), st.sampled_from(["", "", "", "/"]))  # fmt: skip
SOUP = st.lists(
    st.one_of(OPENING, st.sampled_from([f"</{tag}>" for tag in TAGS]), st.sampled_from(TEXTS)), max_size=40
).map("".join)
HEADS = [
    "<title>The old mill - The Gazette</title>", "<meta property=og:title content='The old mill'>", "<meta name=author content='Anna Miller, Ben Baker'>", "<meta name=author content=anna>",
    "<meta property=article:published_time content=2024-03-01T12:00:00Z>", "<meta property=og:site_name content=gazette>", "<meta name=keywords content='mills, rivers'>", "<link rel=canonical href=https://mill.example/2023/02/01/a>",
    "<meta property=article:section content=News>", "<meta property=article:tag content=Mill>", "<meta name=dc.date content='1 March 2024'>", "<meta name=twitter:site content=@gazette>",
    """<script type=application/ld+json>{"@context": "https://schema.org", "@type": "NewsArticle", "headline": "The mill \\u2013 and\\nthe river", "author": [{"@type": "Person", "name": "Anna Miller"}, {"@type": "Person", "name": "Ben Baker"}], "datePublished": "2024-03-01T12:00:00+01:00", "publisher": {"@type": "Organization", "name": "The Gazette"}, "articleSection": ["News"], "keywords": ["mill"]}</script>""",
    """<script type=application/ld+json>{"@context": "https://schema.org", "@graph": [{"@type": "WebPage", "name": "x"}, {"@type": "BlogPosting", "author": "Anna Miller", "name": "y"}]}</script>""",
    """<script type=application/ld+json>{"@context": "https://schema.org", "@type": "Article", "author": {"name": "A \\ud83d Miller"}, "headline": "a\tb <b>c</b> &amp; \\"d\\"" NaN}</script>""",
    """<script type=application/ld+json>[1, "x"]</script>""", "<script type=application/ld+json>not JSON</script>", """<script type=application/ld+json>{"@context": "https://schema.org", "@type": "Article", "author": {"@type": "Person", "name": null}, "headline": 5}</script>""",
]  # fmt: skip


def same_blocks(html: str) -> None:
    try:
        plain, tree = slow_pieces(_parse(html)), _parse(html)
    except UnreadablePageError:
        return
    same_off_the_tree(tree)
    source = written(tree)
    defined = pieces(source)
    assert [(p.text, p.tag, p.path, p.linked) for p in defined] == [(p.text, p.tag, p.path, p.linked) for p in plain]
    same_as_the_definition(source)


def same_finds(html: str) -> None:
    try:
        tree = _parse(html)
    except UnreadablePageError:
        return
    for finder in (_STATED, _PLACES, Finder((), {"class": ("a", "b&", "🌾")}), Finder(("p", "o:p"), {})):
        assert finder.found_in(tree) == finder.defined(tree)


def same_metadata(html: str, url: str | None = None) -> None:
    try:
        found: dict[str, Any] = metadata(_parse(html), url)
    except UnreadablePageError:
        return
    found.pop("says", None)  # trafilatura does not ask
    plain = slow_metadata(_parse(html), url)
    # trafilatura finds nothing at all where a control character stands beside an element that it takes out.
    assert found == plain or not plain


@settings(max_examples=300)
@given(SOUP, st.sampled_from(["", "<!DOCTYPE html>", XHTML]))
def test_blocks_are_those_of_the_plain_walk(soup: str, doctype: str) -> None:
    same_blocks(f"{doctype}<html><body>{soup}</body></html>")
    same_blocks(doctype + soup)
    same_finds(doctype + soup)


@settings(max_examples=100)
@given(st.lists(st.sampled_from(HEADS), max_size=5).map("".join), SOUP)
def test_metadata_is_what_trafilatura_finds_with_all_its_means(head: str, body: str) -> None:
    same_metadata(f"<html lang=en><head>{head}</head><body>{body}</body></html>", "https://mill.example/a")


@pytest.mark.parametrize("head", HEADS)
def test_metadata_of_one_statement_is_what_trafilatura_finds(head: str) -> None:
    same_metadata(
        f"<html><head>{head}</head><body><h1>Mill</h1><p class=byline>By Anna Miller <time>1 March 2024</time></p></body></html>"
    )


PAGES = pytest.mark.parametrize(
    "path",
    sorted((ROOT / "seeds").rglob("*.html")) + sorted((ROOT / "fixtures").rglob("*.html")),
    ids=lambda path: path.stem,
)


@PAGES
def test_blocks_of_the_projects_pages_are_those_of_the_plain_walk(path: Any) -> None:
    same_blocks(path.read_text(encoding="utf-8", errors="replace"))


@PAGES
def test_what_is_looked_for_in_the_projects_pages_is_found_in_one_walk(path: Any) -> None:
    same_finds(path.read_text(encoding="utf-8", errors="replace"))


@PAGES
def test_metadata_of_the_projects_pages_is_what_trafilatura_finds(path: Any) -> None:
    same_metadata(path.read_text(encoding="utf-8", errors="replace"), "https://mill.example/a")


def test_the_time_grows_with_the_page_and_not_faster() -> None:
    def seconds(count: int) -> float:
        tree = _parse("<body>" + "<div class=row>" * 500 + "<p>a <a href=x>b</a> &amp; c\x01</p>" * count)
        start = time.process_time()
        pieces(written(tree))
        return time.process_time() - start

    assert seconds(40_000) < 40 * max(seconds(4_000), 0.01)


@pytest.mark.parametrize(
    ("head", "url", "says"),
    [
        ("", "https://mill.example/a", 0),
        ("<meta property='og:type' content='article'>", None, 1),
        ("<meta property='og:type' content='website'>", None, -1),
        ("<meta property='og:type' content='product'>", None, -1),
        ("<meta property='og:type' content='video'>", None, 0),
        ('<script type="application/ld+json">{"@type": "NewsArticle"}</script>', None, 1),
        ('<script type="application/ld+json">{"@type": ["Product", "Thing"]}</script>', None, -1),
        ("<meta property='og:type' content='website'>" + '<script type="application/ld+json">{"@type":"Article"}</script>', None, 1),
        ("<meta property='og:type' content='article'>", "https://mill.example/forum/12", -1),
    ],
)  # fmt: skip
def test_what_a_page_says_it_is(head: str, url: str | None, says: int) -> None:
    assert metadata(_parse(f"<html><head>{head}</head><body><p>A mill.</p></body></html>"), url)["says"] == says
