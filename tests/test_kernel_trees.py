"""The kernel reads lxml's trees as their XML is read, finds in them what XPath finds, and encodes as Python does."""

from __future__ import annotations

import gc
import time
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup import html_walk
from dedup.html import _parse
from tests.kernels import same_off_the_tree
from tests.test_kernel import ATTRIBUTES, NAMES, XML, native

if TYPE_CHECKING:
    from lxml.html import HtmlElement


@settings(max_examples=500)
@given(st.lists(XML, max_size=4))
def test_a_tree_is_read_as_its_xml(inside: list[str]) -> None:
    same_off_the_tree(_parse(f"<html>{''.join(inside)}</html>"))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "attributes", ["", *ATTRIBUTES, " class='&#1;a\x0bb\x1fc &#13;d\ufffe'", " class='a&quot;b & &amp;lt; <c>'"]
)
def test_every_element_of_a_tree_means_the_same(name: str, attributes: str) -> None:
    same_off_the_tree(
        _tree(f"<div{attributes}>a<{name}{attributes}>b<p>c</p> d</{name}>e<{name}{attributes}></{name}>f</div>")
    )


def _tree(html: str) -> HtmlElement:
    return _parse(f"<html><body>{html}</body></html>")


def test_texts_that_stand_side_by_side_are_one() -> None:
    from lxml.etree import strip_tags

    tree = _tree(
        "<p>a <b>b</b>\x0b<i></i>\x0b<i></i>c<u> </u>d<br>e</p><p><s> </s>\x0b<s> </s>f</p><pre><s></s> <s></s>f</pre>"
    )
    strip_tags(tree, "b", "i", "u", "s")

    same_off_the_tree(tree)


@pytest.mark.parametrize(
    "xml", ["<p>a<!-- <b> -->b</p>", "<p>a<?b c?></p>", "<p xmlns='x:y'>a</p>", "<p xmlns:o='x:y'>a<o:p>b</o:p></p>"]
)
def test_a_tree_that_no_parser_of_html_makes_is_left_to_the_definition(xml: str) -> None:
    from lxml.html import XHTMLParser, document_fromstring

    same_off_the_tree(document_fromstring(xml, parser=XHTMLParser()), refused=True)


@native
@pytest.mark.parametrize("strange", [None, "<p>a</p>", b"<p>a</p>", object()])
def test_what_is_no_element_of_lxml_is_an_error(strange: Any) -> None:
    from dedup.kernel import _native

    with pytest.raises(TypeError):
        _native.blocks_in(strange)
    with pytest.raises(TypeError):
        _native.Finder(["p"], []).found_in(strange)


@native
def test_the_trees_of_this_lxml_are_read_where_they_are() -> None:
    assert html_walk.reads_trees(), "this lxml is not known: see _KNOWN_LXML and _KNOWN_LIBXML"


@native
@pytest.mark.parametrize(("name", "version"), [("LXML_VERSION", (99, 0, 0, 0)), ("LIBXML_VERSION", (3, 0, 0))])
def test_the_trees_of_an_unknown_lxml_are_written_as_xml(
    name: str, version: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"lxml.etree.{name}", version)

    assert not html_walk.reads_trees.__wrapped__()


@native
def test_a_word_of_no_letters_is_looked_for_nowhere() -> None:
    from dedup.kernel import _native

    with pytest.raises(ValueError):
        _native.Finder([], [("class", "")])


@native
@given(
    st.lists(
        st.sampled_from(["mill " * 20, "é", "’", "🌾", "\ud800", "\udc00", "\x00", "\x7f\x80\u07ff\u0800\uffff"])
    ).map("".join)
)
def test_a_text_is_encoded_as_python_encodes_it(text: str) -> None:
    from dedup.kernel import _native

    assert _native.utf8(text) == text.encode("utf-8", "replace")


@native
@pytest.mark.parametrize("row", ["<p>a <a href=x>b</a> &amp; c<br><br></p>", "<p class='a{}'>a</p>", "<tr><td>a"])
def test_the_time_of_a_tree_grows_with_it_and_not_faster(row: str) -> None:
    from dedup.kernel import _native

    def seconds(count: int) -> float:
        tree = _parse("<table>" * row.startswith("<tr>") + "".join(row.format(number) for number in range(count)))
        gc.disable()  # a collection looks at all that the other tests hold
        begin = time.process_time()
        _native.blocks_in(tree)
        _native.Finder(["p"], [("class", "a1")]).found_in(tree)
        taken = time.process_time() - begin
        gc.enable()
        return taken

    assert seconds(40_000) < 40 * max(seconds(4_000), 0.005)
