"""The page of a report: parsed back, it has our elements, attributes and links, whatever texts it was given."""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree, html

import dedup
from dedup.account import (
    Account,
    Amount,
    Cluster,
    Context,
    Curve,
    Estimate,
    Failed,
    Funnel,
    Group,
    Member,
    Pattern,
    Period,
    Piece,
    Point,
    Sample,
    Seen,
)
from dedup.cli import main
from dedup.report_page import MOST_BYTES, render
from tests.payloads import PAYLOADS

if TYPE_CHECKING:
    from pathlib import Path

    from lxml.html import HtmlElement

HOSTILE = [
    "<script>alert(1)</script>", "</script><script>alert(1)</script>", "</style><style>*{display:none}</style>",
    "<img src=x onerror=alert(1)>", "\"'><svg/onload=alert(1)>", "' onmouseover='alert(1)", "javascript:alert(1)",
    "</title></head><body>", "</bdi></del></td></tr></table></main>", "<!--", "-->", "]]>", "{{ 7 * 7 }}{% raw %}",
    "&lt;b&gt;&#60;i&#62;", "\u202egpj.exe\u202c\u2066\u2069", "\x1b]0;gone\x07\x1b[2J", "\x00\x01\x7f\x85",
    "\ud800\udfff\ud83d",
    "a\u0300" * 500, "\ufeff\u200b\u200c\u200d\u2060", "\ufdd0\uffff", "\U000e0041\U000e007f", "\r\n\u2028\u2029",
]  # fmt: skip
ELEMENTS = set(
    "html head meta title style script body a svg defs pattern rect header p h1 div nav ul li main section h2 h3 h4 h5"
    " strong em figure figcaption span br desc path circle g text table caption thead tbody tr th td code data bdi del"
    " ins details summary blockquote dl dt dd footer kbd sup".split()
)
ATTRIBUTES = set(
    "lang charset http-equiv content name class href id role aria-label aria-labelledby aria-hidden focusable tabindex"
    " scope value title hidden open data-label width height x y d cx cy r viewbox preserveaspectratio patternunits"
    " patterntransform transform".split()
)


def context(text: str, before: str = "What stands before. ", after: str = " What stands behind.") -> Context:
    return Context(f"north/{text}.html", 20, 20 + len(text), before, text, after)


def sample(removed: str, kept: str, **more: Any) -> Sample:
    told = {"similarity": 0.84, "containment": 0.9, "jaccard": 0.7, "words": 12, **more}
    return Sample(
        "borderline", "passage", "84% of its 12 words stand in a.html.", context(removed), context(kept), **told
    )


def account(text: str = "The ferry left at dawn.", rows: int = 3, **changes: Any) -> Account:
    """An account with the text wherever a text stands, and so many rows in every table."""
    many = range(rows)
    made = Account(
        title=f"What went of {text}",
        command=text,
        versions={"dedup": "0.1.0", text: text},
        settings={"min_words": 20, text: [text]},
        funnel=Funnel(40, 38, 2, 10_000, 2_500, 1_500, 6_000, (
            *(Amount("chrome", f"kind_{n}", 3, 100 + n) for n in many), Amount("duplicate", text, 4, 1_500))),
        seen=Seen(7, 9),
        groups=tuple(Group(f"{text}{n}", 12, 1_000, 200 + n, 100, text if n == 1 else "") for n in many),
        group_count=rows + 5,
        patterns=tuple(
            Pattern(f"k{n}", text, (Piece(text), Piece("", (text, "noon")), Piece("stops here.")), 3, 3, 90, (text,), 2,
                    "2023-01-02", text, text, context(text), ("k", "l"))
            for n in many
        ),
        pattern_count=rows + 5,
        once=Amount("chrome", "", 4, 300),
        sizes=((2, 90), (3, 20), (40, 1)),
        clusters=tuple(Cluster(context(text), text, 3, 900, (Member(text, 1, 9, 0.9),) * 2, text) for _ in many),
        cluster_count=rows + 5,
        samples=tuple(sample(f"{text} It left at dawn.", f"{text} It left at noon.", of_index=text) for _ in many),
        curve=Curve(20, 6, 5, 0.8, 0.997, (Point(0.6, 0.7, 20, 17, (0.62, 0.97)), Point(0.7, 0.8, 0, 0, (0, 1)))),
        estimate=Estimate(400, 200, 1, (0.001, 0.028), (sample(text, "Something else.", wrong=text),), 7),
        timeline=(*(Period(f"{1900 + n}", n, 1_000 * n, 100 * n, 50 * n) for n in many), Period(text, 1, 9, 2, 3)),
        undated=3,
        failures=tuple(Failed(f"{text}{n}", text) for n in many),
        failure_count=rows + 5,
    )  # fmt: skip
    return replace(made, **changes)


def parsed(page: str) -> HtmlElement:
    return html.document_fromstring(page.encode(), parser=html.HTMLParser(encoding="utf-8"))


def words(element: HtmlElement) -> str:
    """What a page says, in one line."""
    return " ".join(element.text_content().split())


def section(page: str, id_: str) -> str:
    (found,) = parsed(page).xpath("//*[@id=$id]", id=id_)
    return words(found)


# ── hostile texts ───────────────────────────────────────────────────────────────────────────────────────────────────


def assert_harmless(page: str) -> None:
    """Only our elements and attributes stand in a page, nothing that could act, and no sign that is not seen."""
    tree = parsed(page)
    elements = [each for each in tree.iter() if isinstance(each.tag, str)]
    assert {each.tag for each in elements} <= ELEMENTS
    assert {name.lower() for each in elements for name in each.attrib} <= ATTRIBUTES
    assert [len(tree.xpath(f"//{name}")) for name in ("html", "head", "body", "style", "script", "main")] == [1] * 6
    assert not list(tree.iter(etree.Comment, etree.ProcessingInstruction))
    assert all(each.startswith("#") for each in tree.xpath("//a/@href"))
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200b\ufeff\ufdd0\uffff]", page)
    page.encode()


def skeleton(page: str) -> list[tuple[str, ...]]:
    """The elements of a page with their attributes, but for the signs for what is not seen, and the parts of diffs."""
    tree = parsed(page)
    left_out = {"del", "ins"}
    return [
        (str(each.tag), *map(str, sorted(each.attrib)))
        for each in tree.iter()
        if each.tag not in left_out and each.get("class") != "sign" and each.getparent() is not None
    ]


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_of_a_text_is_markup(text: str) -> None:
    page = render(account(text))

    assert_harmless(page)
    assert skeleton(page) == skeleton(render(account("x")))


def test_nothing_of_all_payloads_is_markup() -> None:
    for text in PAYLOADS.values():
        assert_harmless(render(account(text, rows=1)))


@settings(max_examples=25)
@given(st.text(st.characters(), max_size=30))
def test_nothing_of_any_text_is_markup(text: str) -> None:
    assert_harmless(render(account(text, rows=1)))


def test_a_text_stands_in_the_page_as_it_is() -> None:
    page = render(account("<b>The & ferry</b>"))

    assert "<b>The & ferry</b>" in section(page, "chrome")
    assert "&lt;b&gt;The &amp; ferry&lt;/b&gt;" in page


def test_every_text_stands_apart_from_the_direction_of_the_page() -> None:
    tree = parsed(render(account("שלום")))

    holders = [each for each in tree.iter() if isinstance(each.tag, str) and "שלום" in (each.text or "")]
    assert holders
    for each in holders:
        assert each.tag == "title" or "bdi" in {each.tag, *(above.tag for above in each.iterancestors())}


# ── what the policy allows ──────────────────────────────────────────────────────────────────────────────────────────


def test_the_policy_allows_this_style_and_this_script_and_nothing_else() -> None:
    page = render(account())
    tree = parsed(page)
    (policy,) = tree.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    allowed = dict(each.split(" ", 1) for each in policy.split("; "))

    assert set(allowed) == {"default-src", "style-src", "script-src", "base-uri", "form-action"}
    assert {allowed[name] for name in ("default-src", "base-uri", "form-action")} == {"'none'"}
    for tag in "style", "script":
        (text,) = re.findall(f"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        assert allowed[f"{tag}-src"] == f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def test_a_page_names_no_other_place() -> None:
    page = render(account())

    assert not re.search(r"https?:|//\w+\.|@import|\burl\((?!#)", page)


# ── how it is built ─────────────────────────────────────────────────────────────────────────────────────────────────


NOTHING: dict[str, Any] = {
    "groups": (), "patterns": (), "clusters": (), "samples": (), "sizes": (), "timeline": (), "failures": (),
    "curve": None, "estimate": None, "group_count": 0, "pattern_count": 0, "cluster_count": 0, "failure_count": 0,
    "once": Amount("chrome", "", 0, 0), "seen": Seen(0, 0), "settings": {}, "undated": 0,
}  # fmt: skip
PAGES = {
    "all": account(),
    "no text": account(""),
    "one row": account(rows=1),
    "a hundred rows": account(rows=100),
    "nothing came in": account(**NOTHING, funnel=Funnel(0, 0, 2, 0, 0, 0, 0, ())),
    "nothing went": account(**NOTHING, funnel=Funnel(1, 1, 0, 900, 0, 0, 900, ())),
    "only chrome": account(**NOTHING, funnel=Funnel(3, 3, 0, 900, 90, 0, 810, (Amount("chrome", "footer", 3, 90),))),
    "all went": account(**NOTHING, funnel=Funnel(3, 0, 0, 900, 0, 900, 0, (Amount("duplicate", "document", 3, 900),))),
    "texts that are not here": account(
        clusters=(Cluster(context("", "", ""), "passage", 1, 90, (), "archive.index"),),
        samples=(sample("The ferry left.", "", of_index="archive.index", is_checked=False),),
    ),
}


@pytest.fixture(params=PAGES, scope="module")
def page(request: pytest.FixtureRequest) -> str:
    return render(PAGES[request.param])


def test_a_page_is_harmless_whatever_it_tells(page: str) -> None:
    assert_harmless(page)


def test_ids_are_unique_and_every_link_has_its_target(page: str) -> None:
    tree = parsed(page)
    ids = tree.xpath("//@id")

    assert len(ids) == len(set(ids))
    assert {each[1:] for each in tree.xpath("//a/@href")} <= set(ids)
    assert {id_ for each in tree.xpath("//@aria-labelledby") for id_ in each.split()} <= set(ids)


def test_headings_are_in_order(page: str) -> None:
    levels = [int(each.tag[1]) for each in parsed(page).xpath("//h1|//h2|//h3|//h4|//h5")]

    assert levels[:2] == [1, 2]
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_tables_and_drawings_say_what_they_are(page: str) -> None:
    tree = parsed(page)

    for table in tree.iter("table"):
        assert table.findtext("caption")
        assert all(each.get("scope") in ("col", "row") for each in table.iter("th"))
    for drawing in tree.iter("svg"):
        named = drawing.get("role") == "img" and drawing.findtext("title") and drawing.findtext("desc")
        assert named or drawing.get("aria-hidden") == "true"


def test_the_same_account_gives_the_same_page() -> None:
    assert render(account()) == render(account())


# ── what it says ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "id_", "wanted"),
    [
        ("all", "summary", "Of 10,000 characters in 40 documents, 60.0 % is left. 25.0 % went as chrome"),
        ("all", "summary", "15.0 % went as duplicates, of which another document keeps a copy."),
        ("all", "summary", "Of 2 documents nothing is left. 2 inputs could not be used."),
        ("all", "summary", "1 site of which unusually much went: The ferry left at dawn.1"),
        ("all", "summary", "1 duplicate of 200 checked that went wrongly"),
        ("all", "summary", "made of 7 of the 9 spans that went"),
        ("all", "sites", "unusual"),
        ("all", "chrome", "Repeated passages; 3 of 8"),
        ("all", "chrome", "The ferry left at dawn.slot, for example: The ferry left at dawn.stops here."),
        ("all", "samples", "Borderline: only just alike enough to go"),
        ("all", "estimate", "between 0.1 % and 2.8 % (Clopper-Pearson)"),
        ("all", "estimate", "7 duplicates more went for documents of an index"),
        ("all", "timeline", "3 documents without a date are not among these."),
        ("all", "failures", "8 inputs could not be used, of which these are the first 3"),
        ("all", "settings", "min_words20"),
        ("nothing came in", "summary", "No document came in: 2 inputs could not be used."),
        ("nothing went", "summary", "Nothing went. The document that came in is as it was, 900 characters in all."),
        ("nothing went", "kinds", "Nothing went."),
        ("nothing went", "timeline", "No document has a date."),
        ("nothing went", "failures", "There were none"),
        ("nothing went", "settings", "All settings are as they are by default"),
        ("only chrome", "clusters", "No duplicates went."),
        ("only chrome", "summary", "10.0 % went as chrome, which is what sites put around and into their articles. "),
        ("all went", "summary", "0 % is left. 100 % went as duplicates"),
        ("all went", "chrome", "No passage of chrome stands in two documents."),
        ("texts that are not here", "clusters", "Its text is not here"),
        ("texts that are not here", "samples", "it was not compared anew"),
    ],
)
def test_it_says_in_words_what_happened(name: str, id_: str, wanted: str) -> None:
    assert wanted.strip() in section(render(PAGES[name]), id_)


def test_sections_that_have_nothing_to_tell_are_left_out() -> None:
    names = parsed(render(PAGES["nothing went"])).xpath("//section/@id")

    assert not {"samples", "curve", "estimate"} & set(names)
    assert {"samples", "curve", "estimate"} < set(parsed(render(PAGES["all"])).xpath("//section/@id"))


def test_words_that_only_one_text_has_are_struck_or_underlined() -> None:
    told = sample("The Ferry left,  at dawn.", "The ferry left at noon.")
    tree = parsed(render(account(samples=(told,), estimate=None)))
    (of_sample,) = tree.xpath("//details[@id='sample-1']")

    assert [words(each) for each in of_sample.iter("del")] == ["dawn."]
    assert [words(each) for each in of_sample.iter("ins")] == ["noon."]


def test_a_text_is_not_compared_beyond_what_is_shown() -> None:
    told = sample("ferry " * 5_000, "ferry " * 5_000)

    assert "Only the beginnings are shown" in section(render(account(samples=(told,), estimate=None)), "samples")


# ── how large it is ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "text", ["a" * 1_000_000, "\u202e\u202d" * 50_000, "&<" * 50_000, "word " * 20_000, "\U0001f6a2" * 250_000]
)
def test_a_page_is_small_whatever_there_is_to_tell(text: str) -> None:
    pieces = (Piece(text), Piece("", (text,) * 100)) * 500
    told = account(text, rows=200)
    told = replace(
        told,
        patterns=tuple(each._replace(pieces=pieces, sites=(text,) * 100) for each in told.patterns),
        clusters=tuple(each._replace(members=(Member(text, 0, 1, 0.9),) * 10_000) for each in told.clusters) * 50,
        settings={f"{n}{text}": text for n in range(50)},
        timeline=told.timeline * 50,
        sizes=tuple((size, 10_000 - size) for size in range(2, 10_000)),
    )

    page = render(told)

    assert len(page.encode()) <= MOST_BYTES
    assert "What to look at first" in page


# ── the command ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A finished run."""
    text = "The ferry to the island stopped before the mill was sold, and nobody in the village had been asked of it. "
    (tmp_path / "in.jsonl").write_text("".join(f'{{"id": "{id_}", "text": "{text * 3}"}}\n' for id_ in "ab"))
    dedup.clean(tmp_path / "in.jsonl", tmp_path / "out")
    return tmp_path / "out"


def test_the_command_writes_the_page_and_says_where(run: Path) -> None:
    (run / "report.html").write_text("an older one")

    found = CliRunner().invoke(main, ["report", str(run)])

    assert (found.exit_code, found.output) == (0, f"{run / 'report.html'}\n")
    page = (run / "report.html").read_text(encoding="utf-8")
    assert "What went of 2 documents" in page
    assert_harmless(page)


def test_the_command_writes_elsewhere_if_asked(run: Path) -> None:
    files = {path.name: path.read_bytes() for path in run.iterdir() if path.is_file()}
    CliRunner().invoke(main, ["report", str(run)], catch_exceptions=False)
    page = (run / "report.html").read_bytes()

    found = CliRunner().invoke(main, ["report", str(run), "--all", "-o", str(run.parent / "page.html")])

    assert (found.exit_code, found.output) == (0, f"{run.parent / 'page.html'}\n")
    assert (run.parent / "page.html").read_bytes() == page
    assert {name: (run / name).read_bytes() for name in files if name != "report.html"} == {
        name: held for name, held in files.items() if name != "report.html"
    }


@pytest.mark.parametrize(
    ("words_", "said"),
    [
        (["report", "nowhere"], "holds no finished run"),
        (["report", "{run}", "-o", "s3://bucket/page.html"], "is a URL"),
        (["report", "{run}", "-o", "{run}"], "is a folder"),
        (["report"], "Missing argument 'OUT'"),
    ],
)
def test_wrong_usage_is_said_plainly(run: Path, words_: list[str], said: str) -> None:
    found = CliRunner().invoke(main, [each.format(run=run) for each in words_])

    assert found.exit_code == 2
    assert said in " ".join(found.output.split())
