# ruff: noqa: E501 (tables of cases)
"""The kernel parses HTML as lxml does, and says so where it does not know what lxml would do."""

from __future__ import annotations

import re
import time
from html.entities import html5
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.pages import own
from dedup import html, html_tree, kernel
from dedup.html import UnreadablePageError, _parse, _readable, read_page
from dedup.html_tree import Element, own_tree
from tests.conftest import ROOT
from tests.test_html_same import ATTRIBUTES, HEADS, PAGES, SOUP, TAGS, TEXTS

if TYPE_CHECKING:
    from lxml.html import HtmlElement

    from dedup.html_tree import Tree

pytestmark = pytest.mark.skipif(not kernel.NATIVE, reason="no kernel was built, or none is wanted")

BOOLEAN = frozenset("checked compact declare defer disabled ismap multiple nohref noresize noshade nowrap readonly selected".split())  # fmt: skip
"""libxml2 gives them their own names as values; nobody asks for them."""
KNOWN = sorted(
    set(re.findall(r"\b[a-z]+[1-6]?\b", " ".join(re.findall(r'"(.+?)"', (ROOT / "dedup/kernel/html_names.cpp").read_text()))))
    | {"x-y", "o:p"}
)  # fmt: skip
"""The names in the tables of the kernel."""
ODD = [
    "<!--", "-->", "--!>", "<!-->", "<!--->", "<![CDATA[x]]>", '<?xml version="1.0"?>', "<!DOCTYPE html>", '<!doctype html PUBLIC "a" "x>y">', "<!x>", "</>", "</ x>", "</1>", "<", ">", "</", "<p", "<p a", "<p a=", '<p a="', "</p a='>",
    "&", "&amp", "&lt;", "&#", "&#x", "&#x;", "&#0;", "&#128;", "&#xD800;", "&#1114112;", "&#99999999999999999999;", "&#x41", "&copy", "&copy=", "&copyx", "&notit;", "&notin;", "&nGt;", "&bogus;", "&CounterClockwiseContourIntegral;", "&ThickSpace;",
    "\r", "\r\n", "\n\r", "\f", "\v", "\x01", "\x7f", "\x85", "\xa0", "\u2028", "\ufeff", "\ufffe", "🌾", "é", " ", "\n", "x", "'", '"', "=", "/", "/>",
    "<script><!--<script>", "<script><!-- </script>", "</script", "</script x>", "<script>", "<style>", "</style>", "<title>", "</title>", "<textarea>&amp;<b>", "</textarea>", "<plaintext>", "<xmp>", "</xmp>", "<iframe>", "</iframe/>",
    "<a b=c d='e' f=\"g\" h>", "<p a=1 a=2 A=3>", "<p class=x/>", "<p/class=x>", "<p =x>", '<p "x>', "<p a=>", "<p a= b>", '<p a=\n"x"\r\nb>', '<p a="&amp;&quot;&#13;\r\n&copy=1&copy;&copyx&copy">', "<br/>", "<br></br>", "<P CLASS=Æ>",
    "<html lang=x>", "<body class=y>", "<head>", "</head>", "</body>", "</html>", "<html/>", "<head/>", "<body/>", "<frameset>", "<frame>", "<noframes>", "<noscript>", "<base>", "<meta x>", "<link>", "<source>", "<wbr>",
]  # fmt: skip
MESS = st.lists(
    st.one_of(
        st.sampled_from(ODD),
        st.sampled_from(KNOWN).map(lambda name: f"<{name}>"),
        st.sampled_from(KNOWN).map(lambda name: f"</{name}>"),
        st.sampled_from([*TEXTS, *(f"<{tag}{attribute}>" for tag in TAGS[:5] for attribute in ATTRIBUTES)]),
    ),
    max_size=25,
).map("".join)


def parsed(page: str | bytes) -> Tree | None:
    return own_tree(_readable(page), lambda: _parse(page))


def same_tree(page: str | bytes) -> None:
    """Where the kernel parses a page, its tree is lxml's."""
    own = parsed(page)
    if own is None:
        return
    tree = _parse(page)
    root = Element(own._native, own._native.root())
    assert shape(root) == shape(tree)
    assert columns(own.blocks()) == columns(kernel._native.blocks_in(tree))


def shape(root: Any) -> list[Any]:
    """All elements below one with their depths, in their order."""
    found, left = [], [(0, root)]
    while left:
        depth, element = left.pop()
        attributes = {name: "" if name in BOOLEAN else value for name, value in zip(*pairs(element), strict=True)}
        found.append((depth, element.tag, attributes, element.text, element.tail if depth else None))
        left += [(depth + 1, each) for each in reversed(list(element))]
    return found


def pairs(element: HtmlElement | Element) -> tuple[list[str], list[str]]:
    """The names and values of its attributes; lxml looks none up by a name that XML does not allow."""
    attributes = element.attrib
    return list(attributes.keys()), list(attributes.values())


def columns(found: Any) -> list[Any]:
    return [each if isinstance(each, str | list) else each.tolist() for each in found or ()]


def test_this_libxml2_is_known() -> None:
    assert parsed("<p>a") is not None, "this libxml2 is not known: see _KNOWN_LIBXML in html_tree.py"


@settings(max_examples=1500)
@given(MESS, st.sampled_from(["", "<!DOCTYPE html>", "<html><head><title>a</title></head><body>"]))
def test_a_mess_is_parsed_as_lxml_does(mess: str, start: str) -> None:
    same_tree(start + mess)


@settings(max_examples=300)
@given(SOUP)
def test_a_soup_is_parsed_as_lxml_does(soup: str) -> None:
    same_tree(f"<html><body>{soup}</body></html>")


@pytest.mark.parametrize("page", ODD)
def test_an_odd_thing_is_parsed_as_lxml_does(page: str) -> None:
    for inner in (page, f"a{page}b", f"<p>{page}</p>", f"<title>{page}</title>", f"<p a={page}>b</p>", f"<head>{page}"):
        same_tree(inner)


@pytest.mark.parametrize("first", KNOWN)
def test_any_two_elements_stand_as_they_do_in_lxml(first: str) -> None:
    for second in KNOWN:
        same_tree(f"<head><{first}>a<{second}>b</{first}>c")
        same_tree(f"<table><tr><td><p><{first}><b>a<{second} />b</{first}>c</{second}>d")


def test_every_reference_is_what_it_is_to_lxml() -> None:
    for end in ("", ";", "=", "x", " ", "1;"):
        names = [name.rstrip(";") + end for name in html5]
        same_tree("".join(f"<p>&{name}<b title='&{name}' id=&{name}></b></p>" for name in names))
    same_tree("".join(f"<p title='&#{code};'>&#x{code:x}</p>" for code in [*range(0x180), 0xFFFE, 0xFFFF, 0x10FFFF]))


@PAGES
def test_the_projects_pages_are_parsed_as_lxml_does(path: Any) -> None:
    page = path.read_text(encoding="utf-8", errors="replace")
    assert parsed(page) is not None
    same_tree(page)
    same_page(page)


def test_made_up_pages_are_read_as_with_lxml() -> None:
    for record in own()[:20]:
        assert parsed(record["html"]) is not None
        same_page(record["html"])


@settings(max_examples=100)
@given(st.lists(st.sampled_from(HEADS), max_size=4).map("".join), SOUP)
def test_a_page_is_read_as_with_lxml(head: str, body: str) -> None:
    same_page(f"<html lang=en><head>{head}</head><body><h1 class=title>A<br>mill</h1>{body}</body></html>")


@pytest.mark.parametrize(
    "page",
    ["", "<p>", "<noscript>a</noscript>", "<p>" * 3000 + "a", "<title>a<title>b<p>c", "<p>a\x00b", "\ufeff<html><p>a", "<h1>a</h1>\x0bb"],
)  # fmt: skip
def test_a_page_that_cannot_be_read_at_once_is_read_as_with_lxml(page: str) -> None:
    same_page(page)


def same_page(page: str) -> None:
    found = read(page)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(html, "own_tree", lambda *_: None)
        assert found == read(page)


def read(page: str) -> Any:
    try:
        found = read_page(page, "https://mill.example/a")
    except UnreadablePageError as error:
        return str(error)
    table = found.blocks
    sizes = [each.tolist() for each in (table.starts, table.ends, table.tags, table.links, table.places)]
    return found.text, sizes, table.paths, found.metadata


@pytest.mark.parametrize(
    "page",
    [
        b"",
        b" \n",
        b"<!-- a -->",
        b"<p>\x00",
        b"<p>\xff",
        b"<p>\xc0\x80",
        b"<p>\xed\xa0\x80",
        b"<p>\xf4\x90\x80\x80",
        b"<p>\xe2\x82",
        b"<div>" * 1000,
        b"<p " + b"a" * 99 + b">",
        b"<" + b"a" * 99 + b">",
        b"<p" + b"".join(b" a%d=1" % number for number in range(99)) + b">",
    ],
)
def test_what_is_not_sure_is_left_to_lxml(page: bytes) -> None:
    parser = html_tree._parser()

    assert parser is not None
    assert parser.parse(page) is None


def test_no_element_is_looked_up_that_is_not_there() -> None:
    own = parsed("<p>a")

    assert own is not None
    with pytest.raises(IndexError):
        own._native.parent(99)
    with pytest.raises(IndexError):
        own._native.children(99)


@pytest.mark.parametrize(
    "part",
    ["<p>", "</p>", "<!--", "<b a=b>", "&amp", "a\r", "<", "</", "<body a=b>x", "<x-y></x-y>", "<script><!--<script>", "--", "<a <a", "\x85", "&#1"],
)  # fmt: skip
def test_the_time_grows_with_the_page_and_not_faster(part: str) -> None:
    parser = html_tree._parser()
    assert parser is not None

    def seconds(count: int) -> float:
        page = ("<html><body>" + "<div>" * 400 + part * count).encode()
        start = time.process_time()
        parser.parse(page)
        return time.process_time() - start

    assert seconds(400_000) < 40 * max(seconds(40_000), 0.005)
