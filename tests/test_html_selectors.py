# ruff: noqa: E501 (tables of cases)
"""Trafilatura's selectors, answered from memory, find exactly the elements that its XPath objects find."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml.etree import XPath
from lxml.html import HtmlElement, document_fromstring
from trafilatura import xpaths

from benchmarks.pages import corpus
from dedup import html_selectors
from dedup.html import MODES, _parse, article
from dedup.html_selectors import Selector, remembering, selector
from tests.material import prose

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lxml.etree import _Element

EXPRESSIONS: dict[str, XPath] = {
    f"{name}[{number}]": expression
    for name, each in vars(xpaths).items()
    if isinstance(each, list)
    for number, expression in enumerate(each)
}
ASKED = {
    "BODY_XPATH[1]": "(.//article)[1]",
    "BODY_XPATH[4]": "a union",
    "PRECISION_DISCARD_XPATH[0]": ".//header",
    "COMMENTS_DISCARD_XPATH[1]": ".//cite|.//quote",
}
"""Those by which trafilatura finds text that stay as they are; they have no regular expressions."""

TAGS = "div p span section article main aside ul ol li list item details header a h1 h2 td cite quote".split()
NAMES = "class id style role itemprop rel data-component data-lp-replacement-content aria-hidden href".split()
VALUES = [
    "", " ", "post", "entry", "article", "content", "Content", "main-content", "Main-Content", "article-body", "entry-content wide", "post-text", "story", "fulltext", "FullText", "primary", "page-Content", "Page-content",
    "comment", "comments", "comment-list", "commentlist", "Comments", "commentary", "disqus_thread", "dsq-comments", "respond", "reply-1", "reply-to-this", "social-comments", "x-reply-", "mvp-post-add-box", "infinite-scroll", "infinitescroll", "elementor-share-buttons",
    "cookie", "cookies-page", "sidebar", "nav", "Navigation", "menu", "footer", "Footer", "share", "author", "byline", "related", "Related", "teaser", "Teaser", "caption", "bottom", "page-bottom", "Padding-bottom-30", "link", "a link", "permalink",
    "hidden", " hidden", "display:none", "display: none", "border: 1px", "true", "navigation", "Navbar", "articleBody", "MostPopularStories", "Byline", "ad", "x ad y", "ad-1", "tags", "meta", "post-title", "headline", "é ’ 🌾", "a&#10;comment", "comment&#1;", "&#1;", "x" * 201 + "comment",
]  # fmt: skip
ATTRIBUTES = st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(VALUES)), max_size=4, unique_by=lambda each: each[0])  # fmt: skip
PIECES = st.one_of(
    st.builds(
        lambda tag, attributes: f"<{tag}" + "".join(f' {name}="{value}"' for name, value in attributes) + ">mill",
        st.sampled_from(TAGS),
        ATTRIBUTES,
    ),
    st.sampled_from([f"</{tag}>" for tag in TAGS]),
)
MARKUP = st.lists(PIECES, min_size=1, max_size=25).map("".join)

SAMPLE = (
    '<div class=a id=b><p class="b" id="a">x<span id=a>y</span></p><p>z</p></div><div><p class=c>x<p class="a b" title=a><p></div>'
    '<section id="b" class="a"><h1 class="">x</h1><p class=aa><p class="a long one"><p class=a><p class=a><a rel=me class=cb>x</a></section>'
)


def same(expressions: Iterable[XPath], tree: _Element) -> None:
    for expression in expressions:
        assert selector(expression)(tree) == expression(tree), expression.path


@settings(max_examples=150)
@given(MARKUP)
def test_what_trafilatura_looks_for_is_found(markup: str) -> None:
    tree = document_fromstring(f"<html><body>{markup}</body></html>")

    for below in [tree, *tree.iter("div", "section")]:
        same(EXPRESSIONS.values(), below)


def test_the_expressions_of_this_trafilatura_are_known() -> None:
    """Another version's may be others: then it is slower, and this says so."""
    found = {name for name, each in EXPRESSIONS.items() if isinstance(selector(each), Selector)}
    text = {name for name in EXPRESSIONS if name.partition("[")[0].endswith(("_XPATH", "_ELEMENTS"))}

    assert text - found == ASKED.keys()


@pytest.mark.parametrize(
    ("path", "known"),
    [
        (".//*[@class='a']", True),
        (".//*[@class]", True),
        (".//*[self::p or self::div][@id|@class='a']", True),
        (".//*[starts-with(@id|@class, 'a')]", True),
        (".//*[re:test(@class|@id, '^B', 'i') or contains(@title, \"a\")]", True),
        (".//*[contains(translate(@class, 'aab', 'bc'), 'bb')]", True),  # the first a counts, b goes
        (".//*[@class='a'][not(self::p) or @id='b']", True),
        (".//*[self::div or self::section][@class='a' or @class='b'][not(.//h1)]", True),
        (".//*[contains(@class, '(') or contains(@class, 'b')]", True),
        (".//*[@class='a'][1]", True),
        ("(.//*[@class='a' or @id='a'])[1]", True),
        (".//*[@class='a or b' or @class='a b']", True),
        # What looks at more than one value, or at more than the element, is not.
        (".//*[@class='a' and @id='b']", False),
        (".//*[not(@class)]", False),
        (".//*[@class=@title]", False),
        (".//*[@class!='a']", False),
        (".//*[contains(@class, '')]", False),
        (".//*[@class='a'][2]", False),
        (".//*[@class='a'][position()=1]", False),
        (".//*[@class='a'][last()]", False),
        (".//*[@class='a'][1][@id]", False),
        ("(.//*[@class='a'])[2]", False),
        ("(.//*[@class='a'][1])[1]", False),
        (".//*[self::p]", False),
        (".//*[self::node()][@class='a']", False),
        (".//*[p or @id='a']", False),
        (".//*[*/@class='a']", False),
        (".//*[../@class='a']", False),
        (".//*[string-length(@class)]", False),
        (".//*[@class='a']/p", False),
        (".//*[@class='a']/p[@id='a']", False),
        (".//*[@class='a'] | .//p[@class='b']", False),
        (".//*[@class='a']|.//h1", False),
        (".//p[@class='a']", False),
        ("//*[@class='a']", False),
        ("*[@class='a']", False),
        (".//*[starts-with(concat(@class, @id), 'ab')]", False),
    ],
)  # fmt: skip
def test_an_expression_is_known_by_its_text(path: str, known: bool) -> None:
    expression = XPath(path, namespaces={"re": xpaths.REGEXP_NS})
    tree = document_fromstring(SAMPLE)

    assert isinstance(selector(expression), Selector) == known
    for below in tree.iter():
        same([expression], below)


def test_what_is_no_xpath_object_stays() -> None:
    def everything(tree: _Element) -> list[_Element]:
        return list(tree.iter())

    assert selector(everything) is everything


def test_trafilatura_has_its_own_again_afterwards() -> None:
    before = {name: list(each) for name, each in vars(xpaths).items() if isinstance(each, list)}

    with pytest.raises(KeyError), remembering():
        assert isinstance(xpaths.OVERALL_DISCARD_XPATH[0], Selector)
        raise KeyError

    assert before == {name: each for name, each in vars(xpaths).items() if isinstance(each, list)}


def test_no_more_is_kept_than_was_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(html_selectors, "_MOST", 20)
    expression = XPath(".//*[contains(@class, '7')]")
    found = selector(expression)
    assert isinstance(found, Selector)

    for page in range(10):
        classes = [f"{page}-{number}" for number in range(9)] + [f"{page}" * 300]
        same([expression], document_fromstring("".join(f"<p class='{each}'>x</p>" for each in classes)))

    (known,) = found._known.values()
    assert None in known
    assert 9 < len(known) <= 20 + 10
    assert max(map(len, filter(None, known))) < 300


def forum() -> str:
    """A page of posts, comments, hidden parts and links, of which each of trafilatura's lists has to take something."""
    rows = (
        f'<div class="{VALUES[at % len(VALUES)]}" id="{VALUES[(at * 7) % len(VALUES)]}"><p class="{VALUES[(at * 3) % len(VALUES)]}">{prose(at, 30)}</p></div>'
        for at in range(2 * len(VALUES))
    )
    return f"<html><body><div class=main-content>{''.join(rows)}<ol class=comment-list><li>{prose(999)}</ol></div></body></html>"


def wild() -> str:
    """A page whose article stands outside of what looks like one: it is found in the copy of the page, in a second go."""
    said = "".join(f"<p>{prose(at, 30)}</p><blockquote><p>{prose(at + 50, 20)}</p></blockquote>" for at in range(5))
    return f"<html><body><main><div><h2>The <b>mill</b></h2><p>Read on.</p></div></main><section>{said}</section></body></html>"


PAGES = {record["site"]: record["html"] for record in corpus(16, 1)} | {
    "forum": forum(),
    "bare": f"<p>{prose(1)}</p>",
    "wild": wild(),
}


@pytest.mark.parametrize("mode", range(len(MODES)))
@pytest.mark.parametrize("name", PAGES)
def test_the_article_is_the_same(name: str, mode: int, monkeypatch: pytest.MonkeyPatch) -> None:
    found = article(PAGES[name], MODES[mode])
    monkeypatch.setattr("dedup.html.remembering", nullcontext)
    monkeypatch.setattr("dedup.html._used_up", lambda: HtmlElement)

    assert found == article(PAGES[name], MODES[mode])
    assert found


def test_a_page_without_elements_is_searched() -> None:
    tree = _parse("mill")

    assert isinstance(tree, HtmlElement)
    same(EXPRESSIONS.values(), tree)
