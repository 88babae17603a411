"""Texts of documents as HTML: nothing of them is markup, and what is not seen stands there as a sign."""

from __future__ import annotations

from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import UndefinedError
from lxml import html
from markupsafe import Markup

from dedup.templating import clip, environment, inline, many, marked, number, percent, shown

SIGN = '<span class="sign" title="{}">{}</span>'
ANY_TEXT = st.text(st.characters(), max_size=60)  # lone surrogates, controls and what is no character, too


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("The ferry left.", "The ferry left."),
        ("<b onclick='x'>&amp;</b>", "&lt;b onclick=&#39;x&#39;&gt;&amp;amp;&lt;/b&gt;"),
        ("</script><script>", "&lt;/script&gt;&lt;script&gt;"),
        ("a\x00b", "a" + SIGN.format("U+0000 control", "␀") + "b"),
        ("\x1b[31m", SIGN.format("U+001B control", "␛") + "[31m"),
        ("\x9b", SIGN.format("U+009B control", "U+009B")),
        ("ab\u202edc\u202c", "ab" + SIGN.format("U+202E RIGHT-TO-LEFT OVERRIDE", "RLO") + "dc"
         + SIGN.format("U+202C POP DIRECTIONAL FORMATTING", "PDF")),
        ("\ud800", SIGN.format("U+D800", "U+D800")),
        ("\ufeff", SIGN.format("U+FEFF ZERO WIDTH NO-BREAK SPACE", "BOM")),
        ("in\u200bvis\u00adible", "in" + SIGN.format("U+200B ZERO WIDTH SPACE", "ZWSP") + "vis"
         + SIGN.format("U+00AD SOFT HYPHEN", "SHY") + "ible"),
        ("\u200b" * 40, SIGN.format("U+200B ZERO WIDTH SPACE", "ZWSP×40")),
        ("a\u200db", "a" + SIGN.format("U+200D ZERO WIDTH JOINER", "ZWJ") + "b"),
        ("\U000e0041", SIGN.format("U+E0041 TAG LATIN CAPITAL LETTER A", "U+E0041")),
        ("\ufffe", SIGN.format("U+FFFE", "U+FFFE")),
        ("می\u200cخواهم", "می\u200cخواهم"),  # Persian is written with it
        ("👨\u200d👩\u200d👧 ❤\ufe0f", "👨\u200d👩\u200d👧 ❤\ufe0f"),
        ("❤\ufe0f\ufe0f", "❤\ufe0f" + SIGN.format("U+FE0F VARIATION SELECTOR-16", "U+FE0F")),
        ("one\r\ntwo\tthree\nfour\rfive", "one\ntwo\tthree\nfour" + SIGN.format("U+000D control", "␍") + "five"),
        ("Ünïcödé 渡船 Ελλάδα", "Ünïcödé 渡船 Ελλάδα"),
    ],
)  # fmt: skip
def test_a_text_is_shown_with_what_is_not_seen_of_it(text: str, wanted: str) -> None:
    assert str(marked(text)) == wanted
    assert str(shown(text)) == f"<bdi>{wanted}</bdi>"


@given(ANY_TEXT)
def test_nothing_of_a_text_is_markup(text: str) -> None:
    page = str(shown(text))
    tree = html.fragment_fromstring(page)

    assert [each.tag for each in tree.iter()] == ["bdi", *["span"] * (len(list(tree.iter())) - 1)]
    assert {name for each in tree.iter() for name in each.attrib} <= {"class", "title"}
    page.encode()  # no half of a surrogate pair is left
    for char in "\x00\x1b\x7f\u202e\u2066\u200b\u200e\ufeff":
        assert char not in unescape(page)


@given(ANY_TEXT, st.integers(1, 30))
def test_a_text_is_clipped_to_so_many_code_points(text: str, most: int) -> None:
    clipped = clip(text, most)

    assert len(clipped) <= most
    assert clipped == text or text.startswith(clipped[:-1])
    assert marked(text, most) == marked(clipped)


def test_a_word_of_a_megabyte_takes_little_of_a_page() -> None:
    assert len(shown("a" * 1_000_000)) < 1_000
    assert len(shown("\u202e\u202d" * 500_000, 50)) < 5_000


@pytest.mark.parametrize(
    ("share", "wanted"),
    [(0, "0 %"), (1, "100 %"), (0.5, "50.0 %"), (1e-9, "< 0.1 %"), (0.99999, "> 99.9 %"), (0.001, "0.1 %")],
)
def test_what_is_not_all_or_nothing_never_looks_so(share: float, wanted: str) -> None:
    assert percent(share) == wanted


def test_numbers() -> None:
    assert [number(0), number(1_234_567), many(1, "copy"), many(0, "document"), many(1000, "copy")] == [
        "0", "1,234,567", "1 copy", "0 documents", "1,000 copies"
    ]  # fmt: skip


def test_templates_escape_whatever_they_are_called() -> None:
    template = environment().from_string("{{ text }} {{ text|shown }} {{ ours }}")

    assert template.render(text="<i>", ours=Markup("<b>")) == "&lt;i&gt; <bdi>&lt;i&gt;</bdi> <b>"


def test_a_name_that_is_not_there_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        environment().from_string("{{ nothing }}").render()


def test_files_of_ours_stand_in_a_page_as_they_are() -> None:
    style = inline("common.css")

    assert "</" not in style.text
    assert style.source.startswith("'sha256-")
    assert inline("common.css", "common.css").text == style.text * 2
