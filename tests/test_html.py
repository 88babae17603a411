# ruff: noqa: E501 (tables of cases)
"""A page as blocks of all that is seen, each with the extractor's verdict."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml.html import HtmlElement

import dedup
from dedup.html import UnreadablePageError, _parse, _quick, read_page
from dedup.html_walk import SEPARATOR
from tests.material import prose

BODY = "".join(f"<p>{prose(n, 60)}</p>" for n in range(4))
PAGE = (
    "<html lang='en'><head><title>The old mill</title><style>p{{}}</style></head><body><nav><a href='/'>Home</a> <a href='/n'>News</a></nav>"
    "<article><h1>The old mill</h1>{}</article><footer>Copyright of the mill house</footer></body></html>"
)
MARKUP = st.lists(
    st.sampled_from(["<p>", "</p>", "<div>", "</div>", "<br>", "<a href=x>", "</a>", "<b>", "</b>", "<table>", "<tr>", "<td>", "</td>", "</tr>",
                     "</table>", "<ul><li>", "</li></ul>", "<pre>", "</pre>", "<script>", "</script>", "mill", " ", "\n", "&amp;", "&nbsp;", "<!-- x -->",
                     "<blockquote>", "</blockquote>", "<span hidden>", "</span>"]),
    min_size=1, max_size=30,
).map("".join)  # fmt: skip


def texts(html: str) -> list[tuple[str, str]]:
    page = read_page(f"<html><body>{html}</body></html>")
    return [(block.tag.value, page.text[block.start : block.end]) for block in page.blocks]


@given(MARKUP, st.integers(0))
def test_the_texts_of_paragraphs_are_those_that_libxml2_finds(html: str, at: int) -> None:
    tree = _parse(f"<body>mill{html}</body>", _quick())
    for element in tree.iter("div", "li"):  # paragraphs within others, as trafilatura makes them
        element.tag = "p"
    below = list(tree.iter())[at % sum(1 for _ in tree.iter())]

    found = below.xpath("//p//text()")

    assert "".join(found) == "".join(HtmlElement.xpath(below, "//p//text()"))
    assert below.xpath(".//p") == HtmlElement.xpath(below, ".//p")


@settings(max_examples=60)
@given(MARKUP)
def test_blocks_are_the_text_between_separators(html: str) -> None:
    page = read_page(f"<html><body><p>start</p>{html}</body></html>")

    assert SEPARATOR.join(page.text[block.start : block.end] for block in page.blocks) == page.text
    assert all(block.start < block.end and 0 <= block.links <= 1 for block in page.blocks)
    if "<script>" not in html:
        assert page.text.count("mill") == html.count("mill")


CASES: dict[str, tuple[str, list[tuple[str, str]]]] = {
    "paragraphs": ("<p>One.</p><p>Two.</p>", [("paragraph", "One."), ("paragraph", "Two.")]),
    "inline": ("<p>A <b>bo</b>ld <i>mill</i>.</p>", [("paragraph", "A bold mill.")]),
    "white space": ("<p>  A \n\n mill.  </p>", [("paragraph", "A mill.")]),
    "break": ("<p>One<br>two</p>", [("paragraph", "One\ntwo")]),
    "two breaks": ("<div>One<br><br>two</div>", [("paragraph", "One"), ("paragraph", "two")]),
    "text beside elements": (
        "<div>One<p>two</p>three</div>",
        [("paragraph", "One"), ("paragraph", "two"), ("paragraph", "three")],
    ),
    "heading and list": ("<h2>A</h2><ul><li>b<li>c</ul>", [("heading", "A"), ("item", "b"), ("item", "c")]),
    "table": ("<table><tr><td>a<td>b</tr></table>", [("row", "a | b")]),
    "code": ("<pre>a\n  b</pre>", [("code", "a\n  b")]),
    "caption": ("<figure><img><figcaption>A mill</figcaption></figure>", [("caption", "A mill")]),
    "unseen": (
        "<script>x</script><style>y</style><noscript>n</noscript><p>A.</p><template>t</template>",
        [("paragraph", "A.")],
    ),
    "screen reader": ("<p>A<span class='sr-only'>opens</span>.</p>", [("paragraph", "A.")]),
    "comment": ("<p>A<!-- no -->.</p>", [("paragraph", "A.")]),
    "entity": ("<p>A &amp; B&nbsp;C</p>", [("paragraph", "A & B C")]),
    "unclosed": ("<p>One<p>Two", [("paragraph", "One"), ("paragraph", "Two")]),
    "emoji": ("<p>A 🌾 mill</p>", [("paragraph", "A 🌾 mill")]),
}


@pytest.mark.parametrize(("html", "expected"), CASES.values(), ids=CASES)
def test_blocks_are_what_is_seen(html: str, expected: list[tuple[str, str]]) -> None:
    assert texts(html) == expected


def test_the_article_is_main_and_the_frame_is_not() -> None:
    page = dedup.extract(PAGE.format(BODY))

    main = [page.text[block.start : block.end] for block in page.blocks if block.main]
    rest = [page.text[block.start : block.end] for block in page.blocks if not block.main]

    assert [prose(n, 60) for n in range(4)] == main[-4:]
    assert {"Home News", "Copyright of the mill house"} <= set(rest)


def test_a_page_says_what_it_is() -> None:
    page = read_page(PAGE.format(BODY), "https://mill.example/a")

    assert page.metadata["title"] == "The old mill"
    assert page.metadata["language"] == "en"
    assert page.metadata["url"] == "https://mill.example/a"


def test_links_are_counted_by_what_is_seen_of_them() -> None:
    page = read_page(
        "<html><body><p><a href='/'>Home</a></p><p>No link at all</p><p>Half <a href='/'>Half</a></p></body></html>"
    )

    assert [block.links for block in page.blocks] == [1, 0, 0.5] or [
        round(block.links, 1) for block in page.blocks
    ] == [1, 0, 0.4]


def test_a_page_reads_the_same_however_often_and_whatever_came_before() -> None:
    first = read_page(PAGE.format(BODY))
    for _ in range(4):
        read_page(PAGE.format("".join(f"<p>{prose(n, 60)}</p>" for n in range(3, 7))))

    assert read_page(PAGE.format(BODY)) == first


def test_nul_characters_do_not_end_a_page() -> None:
    assert texts("<p>One\x00</p><p>Two</p>") == [("paragraph", "One\N{REPLACEMENT CHARACTER}"), ("paragraph", "Two")]


@pytest.mark.parametrize("depth", [300, 1_500])
def test_a_deep_page_is_read_to_its_end(depth: int) -> None:
    found = texts("<div>" * depth + "<p>The mill.</p>" + "</div>" * depth + "<p>After.</p>")

    assert [text for _, text in found] == ["The mill.", "After."]


def test_a_page_deeper_than_can_be_read_is_refused_not_halved() -> None:
    with pytest.raises(UnreadablePageError, match="cannot be parsed whole"):
        read_page("<html><body>" + "<div>" * 100_000 + "x")


def test_a_page_without_an_element_is_refused() -> None:
    with pytest.raises(UnreadablePageError):
        read_page("<!-- nothing -->")


def test_a_title_that_does_not_end_takes_nothing_with_it() -> None:
    page = dedup.extract(
        f"<html><head><title>The mill<script>1</script></head><body><p>{'The mill closed. ' * 20}</p></body>"
    )

    assert [page.text[block.start : block.end][:16] for block in page.blocks if block.main] == ["The mill closed."]


@pytest.mark.parametrize("root", ["<html lang=en />", '<html logo.gif" alt="Mill" />', "<!DOCTYPE html><HTML/\n>"])
def test_a_root_that_ends_at_once_takes_nothing_with_it(root: str) -> None:
    assert read_page(f"{root}<head><title>The mill</title></head><body><p>The mill closed.</p></body>").text == (
        "The mill closed."
    )


def test_a_page_that_scripts_make_says_what_it_says_without_them() -> None:
    only = read_page("<html><body><div id=app></div><noscript><p>The mill.</p></noscript></body></html>")
    beside = read_page("<html><body><p>The mill.</p><noscript><p>Turn scripts on.</p></noscript></body></html>")

    assert [only.text, beside.text] == ["The mill.", "The mill."]
