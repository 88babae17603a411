# ruff: noqa: E501 (tables of cases)
"""Pages as Markdown: what another parser reads back is what the page said, and nothing of what goes or stays differs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml.html import document_fromstring
from markdown_it import MarkdownIt

import dedup
from dedup import Config
from dedup.extract import extract
from dedup.html import read_page
from dedup.html_links import Links
from dedup.written import Writing
from tests.conftest import ROOT
from tests.material import prose
from tests.test_html import MARKUP

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from dedup.html import Page

BASE = "https://example.org/a/"


def read(body: str, url: str | None = BASE) -> Page:
    return read_page(f"<html><body>{body}</body></html>", url, "markdown")


def markdown(body: str, url: str | None = BASE) -> str:
    page = read(body, url)
    assert page.written
    return page.written.text


CASES = {
    "paragraphs": ("<p>One.</p><p>Two.</p>", "One.\n\nTwo."),
    "emphasis": ("<p>A <b>bold</b>, <i>old</i> <em> mill </em>.</p>", "A **bold**, *old* *mill* ."),
    "emphasis in a word": ("<p>un<b>believ</b>able</p>", "un**believ**able"),
    "emphasis that would be read as stars": ("<p>so<b>“so”</b>so, <b>a</b><i>b</i></p>", "so“so”so, a*b*"),
    "emphasis in emphasis": ("<p><b>one <i>two</i></b></p>", "**one two**"),
    "emphasis of nothing": ("<p>a<b> </b><i></i>b</p>", "a b"),
    "marks that are text": (r"<p>2*3 _x_ a_b [y] `z` \ &lt;b> &amp;amp; ~~no~~ 3 &lt; 4</p>", r"2\*3 \_x\_ a_b \[y\] \`z\` \\ \<b> \&amp; \~\~no\~\~ 3 < 4"),
    "lines that begin like marks": (
        "<p># one</p><p>- two</p><p>3. three</p><p>> four</p><p>---</p><p>+</p><p>2024 was</p><p>#five</p><p>===</p>",
        "\\# one\n\n\\- two\n\n3\\. three\n\n\\> four\n\n\\---\n\n\\+\n\n2024 was\n\n#five\n\n\\===",
    ),
    "line breaks": ("<p>One<br>- two<br><br>three</p>", "One\\\n\\- two\n\nthree"),
    "headings": ("<h1>A</h1><h3>B <b>c</b><br>d</h3><h6>C #</h6>", "# A\n\n### B **c** d\n\n###### C \\#"),
    "link": ("<p><a href='b?c=1&amp;d=2'>the map</a></p>", "[the map](https://example.org/a/b?c=1&d=2)"),
    "link to a place": ("<p><a href='#x'>the map</a></p>", "[the map](https://example.org/a/#x)"),
    "link with signs": ("<p><a href='/a (b)|&lt;c>'>m</a></p>", "[m](https://example.org/a%20%28b%29%7C%3Cc%3E)"),
    "links nowhere": ("<p><a href='javascript:x()'>a</a> <a>b</a> <a href=''>c</a> <a href='http://['>d</a> <a href='data:x'>e</a></p>", "a b c d e"),
    "link of a picture": ("<p>a <a href=x><img src=y alt=z></a> b</p>", "a b"),
    "link around blocks": ("<a href=x><h2>A</h2><p>b</p></a>", "## [A](https://example.org/a/x)\n\n[b](https://example.org/a/x)"),
    "link behind a mark": ("<p>See!<a href=x>it</a></p>", "See\\![it](https://example.org/a/x)"),
    "code": ("<p><code>a*b</code> <code>`c</code> <kbd>d``e</kbd></p>", "`a*b` `` `c `` ```d``e```"),
    "code that touches": ("<p><code>a</code><code>b</code></p>", "`ab`"),
    "code in a link and a link in code": (
        "<p><a href=x><code>f</code>()</a> <code>g(<a href=y>h</a>)</code></p>",
        "[`f`()](https://example.org/a/x) `g(`[`h`](https://example.org/a/y)`)`",
    ),
    "block of code": (
        '<pre class="brush: js;">a\n\n\n  b  \n</pre><pre><code class="hljs language-c++">`c</code></pre><pre>```\nd</pre>',
        "```js\na\n\n\n  b\n```\n\n```c++\n`c\n```\n\n````\n```\nd\n````",
    ),
    "code in a list": ("<ol><li>a<pre>b\n\nc</pre></ol>", "1. a\n\n   ```\n   b\n   \n   c\n   ```"),
    "lists": (
        "<ul><li>a<ul><li><p>b</p><p>c</p><li>d</ul><li>e</ul><ol start=9><li>f<li>g<li value=20>h</ol>",
        "- a\n\n  - b\n\n    c\n\n  - d\n\n- e\n\n9. f\n\n10. g\n\n20. h",
    ),
    "lists side by side": ("<ul><li>a</ul><ul><li>b</ul><ul><li>c</ul><ol><li>d</ol><ol><li>e</ol>", "- a\n\n* b\n\n- c\n\n1. d\n\n1) e"),
    "item without a list": ("<li>a", "- a"),
    "terms": ("<dl><dt>a<dd>b</dl>", "a\n\nb"),
    "quotation": ("<blockquote><p>a<br>b</p><ul><li>c</ul></blockquote>", "> a\\\n> b\n>\n> - c"),
    "table": (
        "<table><tr><th>A<th>B<tr><td>a|b<td><code>c|d</code></table>",
        "| A | B |\n| --- | --- |\n| a\\|b | `c\\|d` |",
    ),
    "table with gaps": (
        "<table><tr><td><td>B<td colspan=2>C<tr><td>a<td><td><p>c</p><p>d</p><td>e<tr><td>f</table>",
        "|  | B | C |  |\n| --- | --- | --- | --- |\n| a |  | c \\| d | e |\n| f |  |  |  |",
    ),
    "table of a layout": ("<table><tr><td>%s<td>b</table>" % ("a " * 60), "a " * 59 + "a\n\nb"),
    "table in a table": (
        "<table><tr><td><table><tr><td>a<td>b<tr><td>c<td>d</table><td><p>" + "e " * 60 + "</table>",
        "| a | b |\n| --- | --- |\n| c | d |\n\n" + ("e " * 60).strip(),
    ),
    "one column": ("<table><tr><td>a<tr><td>b</table>", "a\n\nb"),
    "pictures": ("<figure><img src=a alt=b><figcaption>c</figcaption></figure>", "c"),
    "nothing": ("<script>x</script>", ""),
}  # fmt: skip


@pytest.mark.parametrize(("body", "expected"), CASES.values(), ids=CASES)
def test_a_page_as_markdown(body: str, expected: str) -> None:
    assert markdown(body) == expected


@pytest.mark.parametrize(
    ("head", "url", "target"),
    [
        ("", None, "b/c"),
        ("", "http://e.example/d", "http://e.example/b/c"),
        ("<base href='/f/'>", "http://e.example/d", "http://e.example/f/b/c"),
        ("<base href='http://g.example/'>", None, "http://g.example/b/c"),
        ("<base href='http://['>", "http://e.example/d", "http://e.example/b/c"),
        ("<link rel=canonical href='http://h.example/i/'>", None, "http://h.example/i/b/c"),
    ],
)
def test_what_links_are_relative_to(head: str, url: str | None, target: str) -> None:
    page = read_page(f"<html><head>{head}</head><body><p><a href='b/c'>d</a></p></body></html>", url, "markdown")

    assert page.written and page.written.text == f"[d]({target})"


HREFS = "/a/b /a//b /a/../b /a;b /a? /a# /a?# /.b // //c.example/d /a?b=/../c http://c.example http://c.example/a/./b http://c.example//a https:a HTTP://c.example/?# http:///a ../a ?b #c /a\tb /é".split(
    " "
)


@pytest.mark.parametrize("href", HREFS)
@pytest.mark.parametrize(
    "base", ["http://e.example/a/b?c", "https://e.example", "http://e.example//a", "file:///a", ""]
)
def test_links_lead_where_the_library_says(base: str, href: str) -> None:
    expected = urljoin(base, href) if base else href
    assert Links(base).target(href) == expected.replace("\t", "%09" if not base else "")


# ── read back ───────────────────────────────────────────────────────────────────────────────────────────────────────

_LEAVES = {"p", "div", "body", "html", "tr", "tbody", "thead", "table", "td", "th", "li", "blockquote", "ul", "ol"}
_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}


def shape(html: str) -> list[Any]:
    """What of a page anyone would read: each run of text with what it stands in, and its links and code."""
    return list(_runs(document_fromstring(f"<div>{html}</div>"), ()))


def _runs(element: Any, path: tuple[Any, ...]) -> Iterator[Any]:
    inline: list[Any] = []

    def flushed() -> Iterator[Any]:
        text = " ".join("".join(part if isinstance(part, str) else part[0] for part in inline).split())
        if text:
            told = [part[1:] for part in inline if not isinstance(part, str)]
            # Two spans of code cannot touch: they are one then.
            yield (
                path,
                text,
                [each for each in told if each[0] == "a"],
                "".join(each[1] for each in told if each[0] == "code"),
            )
        inline.clear()

    inline.append(element.text or "")
    numbers = {"item": int(element.get("start", 1)) - 1, "row": -1, "column": 0}
    for child in element:
        if child.tag in _LEAVES | _HEADINGS | {"pre"}:
            yield from flushed()
            yield from _inner(child, element, path, numbers)
        else:
            inline += _inline(child)
        inline.append(child.tail or "")
    yield from flushed()


def _inner(child: Any, element: Any, path: tuple[Any, ...], numbers: dict[str, int]) -> Iterator[Any]:
    if child.tag == "li":
        numbers["item"] += 1
        yield from _runs(child, (*path, (element.tag, numbers["item"])))
    elif child.tag in ("td", "th"):
        at, numbers["column"] = numbers["column"], numbers["column"] + int(child.get("colspan", 1))
        yield from _runs(child, (*path, ("cell", at)))
    elif child.tag == "tr":
        number = (
            [*element.getparent().iter("tr")].index(child)
            if element.tag in ("tbody", "thead")
            else [*element.iter("tr")].index(child)
        )
        yield from _runs(child, (*path, ("row", number)))
    elif child.tag in ("p", "div", "tbody", "thead"):
        yield from _runs(child, path)
    elif child.tag == "pre":
        language = re.search(r"language-(\S+)", " ".join(each.get("class", "") for each in child.iter()))
        yield (*path, "pre"), child.text_content().strip("\n"), [language[1] if language else ""]
    else:
        yield from _runs(child, (*path, child.tag))


def _inline(element: Any) -> Iterator[Any]:
    """Text in parts; of links and code also what they are."""
    if element.tag == "br":
        yield " "
    elif element.tag in ("a", "code"):
        text = element.text_content()
        yield (text, element.tag, " ".join(text.split()), element.get("href", ""))
        for code in element.iter("code"):
            if element.tag == "a":
                yield ("", "code", code.text_content(), "")
    else:
        yield element.text or ""
        for child in element:
            yield from _inline(child)
            yield child.tail or ""


def read_back(text: str) -> list[Any]:
    return shape(MarkdownIt("commonmark").enable("table").render(text))


_WORD = st.sampled_from(
    r"mill ferry Ada's 1904 1. 2) * ** _ _x_ a_b # ## - + = --- > | a|b ` ``` [z] ](x) ! !! \ \\ <b> </p> &amp; &lt ~~ : ; “so” (so) -- 1.5 東京 é ¹ ***".split()
)
_WORDS = st.lists(_WORD, min_size=1, max_size=5).map(" ".join)


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _inlines() -> st.SearchStrategy[str]:
    text = _WORDS.map(escaped)
    code = text.map(lambda inner: f"<code>{inner}</code>")
    link = st.tuples(st.sampled_from(["/b", "c?d=e&amp;f=g", "https://h.example/i_j*k(l)"]), text | code).map(
        lambda both: f'<a href="{both[0]}">{both[1]}</a>'
    )
    strong = st.tuples(st.sampled_from(["b", "em", "strong"]), text | code | link).map(
        lambda both: f"<{both[0]}>{both[1]}</{both[0]}>"
    )
    return st.lists(
        st.tuples(text | code | link | strong, st.sampled_from([" ", " ", "", "<br>"])), min_size=1, max_size=4
    ).map(lambda parts: "x" + "".join(part + gap for part, gap in parts) + "y")


def _tables() -> st.SearchStrategy[str]:
    cell = _WORDS.map(escaped).map(lambda text: text[:60] if "&" not in text and "<" not in text else "z")
    row = st.lists(cell | _WORD.map(lambda _: ""), min_size=0, max_size=2).map(lambda more: ["a", "b", *more])
    return st.lists(row, min_size=1, max_size=3).map(
        lambda rows: "<table>" + "".join("<tr>" + "".join(f"<td>{each}</td>" for each in row) + "</tr>" for row in rows) + "</table>"
    )  # fmt: skip


def _blocks(depth: int = 2) -> st.SearchStrategy[str]:
    inline = _inlines()
    paragraph = inline.map(lambda text: f"<p>{text}</p>")
    heading = st.tuples(st.integers(1, 6), inline).map(lambda both: f"<h{both[0]}>{both[1]}</h{both[0]}>")
    lines = st.lists(st.sampled_from(["a", "  b = 1", "", "```", "# c", "| d |", "- e"]), max_size=4).map("\n".join)
    code = st.tuples(st.sampled_from(["", "python", "c++"]), lines).map(
        lambda both: f'<pre><code class="language-{both[0]}">x\n{both[1]}\ny</code></pre>' if both[0] else f"<pre>x\n{both[1]}\ny</pre>"
    )  # fmt: skip
    simple = st.one_of(paragraph, heading, code, _tables())
    if not depth:
        return simple
    inner = st.lists(_blocks(depth - 1), min_size=1, max_size=2).map("".join)
    items = st.lists(inner | inline, min_size=1, max_size=3)
    lists = st.tuples(st.sampled_from(["ul", "ol", 'ol start="7"']), items).map(
        lambda both: f"<{both[0]}>" + "".join(f"<li>{each}</li>" for each in both[1]) + f"</{both[0][:2]}>"
    )
    return st.one_of(simple, lists, inner.map(lambda text: f"<blockquote>{text}</blockquote>"))


@settings(max_examples=100)
@given(st.lists(_blocks(), min_size=1, max_size=4).map("".join))
def test_another_parser_reads_what_the_page_said(body: str) -> None:
    text = markdown(body, None)

    assert read_back(text) == shape(body.replace("(l)", "%28l%29")), text


# ── what never changes ──────────────────────────────────────────────────────────────────────────────────────────────

_MORE = st.lists(
    st.one_of(
        MARKUP,
        st.sampled_from(["<li>", "<ol>", "</ol>", "<h2>", "</h2>", "<i>", "</i>", "<code>", "</code>", "*", "`", "|", "\v", "\\", "<hr>", "<td colspan=99999999>",
                         "<dd>", "<th>", "<tr><td>a<td>b</tr>", "<p><b>", "<a href='//['>", "&#11;", "\x1c", "&#xd800;", "é", "<base href=':'>"]),
    ),
    min_size=1, max_size=12,
).map("".join)  # fmt: skip


@settings(max_examples=300)
@given(_MORE)
def test_of_any_page_the_marks_stand_around_its_plain_text(body: str) -> None:
    page = read(f"<p>start</p>{body}")
    plain = read_page(f"<html><body><p>start</p>{body}</body></html>", BASE)
    written = page.written
    assert written

    assert (page.text, [*page.blocks]) == (plain.text, [*plain.blocks])
    table = written.table(page.blocks)
    place = Writing(page.blocks.starts, page.blocks.ends, written.starts, written.ends, written.at, written.ahead)
    for before, after in zip(page.blocks, table, strict=True):
        inside = np.arange(before.start, before.end, dtype=np.int32)
        found = "".join(written.text[at] for at in place.places(inside).tolist())
        assert found.split() == page.text[before.start : before.end].split()
        assert place.seen(place.places(inside)).tolist() == inside.tolist()
        assert after.start <= place.places(inside[:1])[0] < after.end
    assert not re.sub(r"\s", "", "".join(_between(written.text, table)))
    assert place.spans(page.blocks.starts.tolist(), page.blocks.ends.tolist()) == (
        written.starts.tolist(),
        written.ends.tolist(),
    )


def _between(text: str, table: Any) -> Iterator[str]:
    last = 0
    for block in table:
        yield text[last : block.start]
        last = block.end
    yield text[last:]


DEEP = {
    "lists": "<ul><li>" * 900 + "a",
    "quotations": "<blockquote>" * 900 + "a<p>b" * 50,
    "emphasis": "<b>" * 900 + "a",
    "links": "<a href=x><p>" * 300 + "a",
    "tables": "<table><tr><td>a<td>" * 200,
    "columns": "<table>" + "<tr><td colspan=99999999>a<td>b" * 20 + "</table>",
    "stars": "<p>" + "<b>“a</b>b" * 3000,
    "items": "<ul>" + "<li>a" * 3000,
}


@pytest.mark.parametrize("body", DEEP.values(), ids=DEEP)
def test_hostile_pages(body: str) -> None:
    page = read(body)

    assert page.written
    assert len(page.written.text) < 40 * len(body)


def test_extract_says_the_same_of_the_blocks() -> None:
    body = "".join(f"<p>{prose(number, 60)} <b>mill</b></p>" for number in range(3))
    page = f"<html><body><nav><a href='/'>Home</a></nav><article><h1>The mill</h1>{body}</article></body></html>"

    plain, marked = extract(page, url=BASE), extract(page, url=BASE, markup="markdown")

    assert [(block.tag, block.main, block.path) for block in plain.blocks] == [
        (block.tag, block.main, block.path) for block in marked.blocks
    ]
    assert [marked.text[block.start : block.end] for block in marked.blocks][:2] == [
        "[Home](https://example.org/)", "# The mill"
    ]  # fmt: skip


@pytest.mark.parametrize("unit", ["passage", "document"])
@pytest.mark.parametrize("keep_chrome", [False, True])
def test_a_run_takes_the_same_away(tmp_path: Path, unit: str, keep_chrome: bool) -> None:
    site = "<nav><a href='/'>Home</a> <a href='/n'>News</a></nav><article><h1>Mill %d</h1>%s</article><footer>&copy; <b>Mill</b> house</footer>"
    shared = f"<ul><li>{prose(77, 50)} <a href='/x_y'>there</a></li></ul><p>*{prose(78, 40)}</p>"
    own = "<p>%s <b>and</b> %s</p>"
    pages = [
        {"id": f"p{n}", "url": f"https://e{n % 2}.example/{n}", "html": "<html><body>" + site % (n, own % (prose(n, 40), prose(n + 50, 40)) + shared) + "</body></html>"}
        for n in range(6)
    ]  # fmt: skip
    pages += [{"id": "t", "text": prose(77, 50) + "\n\nA *mill*."}, {**pages[0], "id": "copy"}]
    runs = {
        markup: dedup.clean(pages, tmp_path / markup, config=Config(markup=markup, unit=unit, keep_chrome=keep_chrome))
        for markup in ("plain", "markdown")
    }

    def gone(run: Any) -> list[Any]:
        return [(each["id"], each["kind"], each["why"], each.get("keeper", {}).get("id")) for each in run.removed()]

    assert gone(runs["plain"]) == gone(runs["markdown"])
    assert len(gone(runs["markdown"])) >= (1 if keep_chrome else 12)
    sources = {each["id"]: each["text"] for each in runs["markdown"].restore()}
    for page in pages[:-2]:
        assert sources[page["id"]] == read_page(page["html"], page["url"], "markdown").written.text  # type: ignore[union-attr]
    assert sources["t"] == pages[-2]["text"]
    for each in runs["markdown"].removed():
        assert each["text"] == sources[each["id"]][each["start"] : each["end"]]
        if each.get("keeper"):
            assert 0 <= each["keeper"]["start"] < each["keeper"]["end"] <= len(sources[each["keeper"]["id"]])
    texts = {each["id"]: each["text"] for each in runs["markdown"].documents()}
    assert "**and**" in texts["p1"] and "# Mill 1" in texts["p1"]


def test_the_seeds_keep_the_same_blocks(tmp_path: Path) -> None:
    runs = {
        markup: dedup.clean(ROOT / "seeds", tmp_path / markup, config=Config(markup=markup))
        for markup in ("plain", "markdown")
    }

    gone = {
        markup: [(each["id"], each["reason"], each["kind"], each["why"]) for each in run.removed()]
        for markup, run in runs.items()
    }
    assert gone["plain"] == gone["markdown"]
    texts = {
        markup: {each["id"]: re.sub(r"\]\([^)]*\)|[^\w]", "", each["text"]) for each in run.documents()}
        for markup, run in runs.items()
    }
    assert texts["plain"] == {id_: re.sub(r"^\d\. ", "", text) for id_, text in texts["markdown"].items()}
