# ruff: noqa: E501 (tables of cases)
"""Flags applied: what is cut and what is kept give the source text back, whatever the flags."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dedup.clean import cut, kept, restored, snapped
from dedup.data import Document, Flag, Format, Keeper, Kind, Reason, Tag
from dedup.markup import blocks
from dedup.text import word_list
from tests.material import prose

TEXTS = st.text(st.sampled_from("ab .\n#>é漢"), max_size=60)


def document_of(text: str) -> Document:
    return Document("d", text, Format.TEXT, blocks(text))


def chrome(start: int, end: int) -> Flag:
    return Flag(start, end, Reason.CHROME, Kind.FOOTER, "why")


def copy(start: int, end: int) -> Flag:
    return Flag(start, end, Reason.DUPLICATE, Kind.PASSAGE, "why", keeper=Keeper("k", 0, 1), similarity=1.0)


def restored_from(document: Document, flags: list[Flag]) -> str:
    return restored(kept(document.text, flags), [(flag.start, document.text[flag.start : flag.end]) for flag in flags])


@given(TEXTS, st.lists(st.integers(0, 60), max_size=12))
def test_what_is_kept_and_removed_is_the_source(text: str, edges: list[int]) -> None:
    points = sorted({min(edge, len(text)) for edge in edges})
    flags = [chrome(start, end) for start, end in zip(points[::2], points[1::2], strict=False)]

    assert restored_from(document_of(text), flags) == text


@given(TEXTS, st.lists(st.tuples(st.booleans(), st.integers(0, 60), st.integers(1, 30)), max_size=6))
def test_a_cut_of_any_flags_ascends_and_restores(text: str, rows: list[tuple[bool, int, int]]) -> None:
    document = document_of(text)
    spans = [
        (is_chrome, start, min(start + length, len(text))) for is_chrome, start, length in rows if start < len(text)
    ]
    if not document.blocks:
        return
    inside = [
        (each, s, e) for each, s, e in spans if any(block.start <= s < e <= block.end for block in document.blocks)
    ]

    final = cut(document, [chrome(s, e) if is_chrome else copy(s, e) for is_chrome, s, e in inside])

    assert all(flag.start < flag.end for flag in final)
    assert all(before.end <= after.start for before, after in itertools.pairwise(final))
    assert restored_from(document, final) == text
    for _, start, end in inside:  # a flag covers what was flagged, or gave way to another that it overlapped
        assert any(flag.start < end and flag.end > start for flag in final)


@given(TEXTS, st.data())
def test_cutting_one_block_touches_no_other(text: str, data: st.DataObject) -> None:
    document = document_of(text)
    if len(document.blocks) < 2:
        return
    chosen = data.draw(st.sampled_from(document.blocks))

    final = cut(document, [chrome(chosen.start, chosen.end)])

    left = kept(text, final)
    stay = [text[block.start : block.end] for block in document.blocks if block != chosen]
    assert all(each in left for each in stay)


@pytest.mark.parametrize(
    ("text", "flagged", "left"),
    [
        ("One.\n\nTwo.\n\nThree.\n", "Two.", "One.\n\nThree.\n"),
        ("One.\n\nTwo.\n", "Two.", "One.\n"),
        ("One.\n\nTwo.\n", "One.", "Two.\n"),
        ("One. Two. Three.", "Two.", "One. Three."),
        ("One.\n\nTwo.", "Two.", "One."),
        ("\n\nOne.\n\nTwo.", "One.", "Two."),
        ("One.\r\n\r\nTwo.\r\n\r\nThree.", "Two.", "One.\r\n\r\nThree."),
    ],
)
def test_white_space_goes_with_what_it_belongs_to(text: str, flagged: str, left: str) -> None:
    start = text.index(flagged)

    assert kept(text, cut(document_of(text), [chrome(start, start + len(flagged))])) == left


def test_chrome_wins_over_a_duplicate_that_overlaps() -> None:
    text = f"{prose(1, 20)}\n\n{prose(2, 20)}"
    document = document_of(text)
    first, second = document.blocks

    final = cut(document, [copy(first.start, first.end), chrome(first.start, first.end)])

    assert [(flag.reason, flag.start) for flag in final] == [(Reason.CHROME, 0)]
    assert kept(text, final) == text[second.start :]


def test_rules_do_not_outlive_the_copies_between_them() -> None:
    text = f"---\n\n{prose(1, 40)}\n\n* * *\n"
    document = document_of(text)

    final = cut(document, [copy(block.start, block.end) for block in document.blocks if block.tag is not Tag.RULE])

    assert kept(text, final) == ""
    assert restored_from(document, final) == text


def test_a_document_with_a_paragraph_of_its_own_stays() -> None:
    text = f"# The old mill\n\n{prose(1, 40)}\n\n{prose(2, 20)}\n"
    document = document_of(text)
    body = document.blocks[1]

    final = cut(document, [copy(body.start, body.end)])

    assert [flag.kind for flag in final] == [Kind.PASSAGE]
    assert kept(text, final) == f"# The old mill\n\n{prose(2, 20)}\n"


@pytest.mark.parametrize(
    ("text", "words", "gone"),
    [
        ("He said: “The mill closed.” Then he left.", "The mill closed", "“The mill closed.”"),
        ("The mill (closed).", "closed", "(closed)."),
        ("> The mill closed.", "The mill closed", "> The mill closed."),
        ("**The mill closed**", "The mill closed", "**The mill closed**"),
        ("one two three", "two", "two"),
    ],
)
def test_the_marks_that_cling_to_words_go_with_them(text: str, words: str, gone: str) -> None:
    start = text.index(words)

    (flag,) = snapped(document_of(text), [copy(start, start + len(words))])

    assert text[flag.start : flag.end] == gone


OWN, GONE, ALSO = "My own words stay.", "The mill burned.", "It was in May."
MARKED: dict[str, tuple[str, str]] = {
    "a line of a quotation": ("{own}\n> {gone}\n{own}", "{own}\n{own}"),
    "quoted twice": ("{own}\n>> {gone}\n{own}", "{own}\n{own}"),
    "with another mark": ("{own}\n| {gone}\n{own}", "{own}\n{own}"),
    "with the mark of a heading": ("{own}\n\n# {gone}\n#\n# {also}\n\n{own}", "{own}\n\n{own}"),
    "with a line above that is marked only": ("{own}\n>\n> {gone}\n{own}", "{own}\n{own}"),
    "with two such lines": ("{own}\n>\n> >\n> {gone}\n{own}", "{own}\n{own}"),
    "with such a line below a blank one": ("{own}\n\n>\n> {gone}\n{own}", "{own}\n\n{own}"),
    "with such a line, as Windows ends it": ("{own}\r\n>\r\n> {gone}\r\n{own}", "{own}\r\n{own}"),
    "with such a line between two copies": ("{own}\n\n> {gone}\n>\n> {also}\n\n{own}", "{own}\n\n{own}"),
    "with such a line below": ("{own}\n> {gone}\n>\n> Who asked?\n\n{own}", "{own}\n> Who asked?\n\n{own}"),
    "but not the line that says something": ("{own}\n> Who asked?\n> {gone}\n> Nobody.\n\n{own}", "{own}\n> Who asked?\n> Nobody.\n\n{own}"),
    "but not over a blank line": ("{own}\n>\n\n> {gone}\n{own}", "{own}\n>\n\n{own}"),
    "but not what is no mark": ("50% {gone} {own}", "50% {own}"),
    "at the top": ("> {gone}\n{own}", "{own}"),
    "with the initials of who is quoted": ("{own}\nJL> {gone}\nJL> Who asked?\n{own}", "{own}\nJL> Who asked?\n{own}"),
    "of a list": ("{own}\n\n- {gone}\n- Who asked?\n\n{own}", "{own}\n\n- Who asked?\n\n{own}"),
    "with a rule between two copies": ("{own}\n\n{gone}\n\n---\n\n{also}\n\n{own}", "{own}\n\n{own}"),
    "with the marks behind it": ("{own}\n\n{gone} (*)\n\n{own}", "{own}\n\n{own}"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "left"), MARKED.values(), ids=MARKED)
def test_a_copy_goes_with_the_marks_of_its_lines(text: str, left: str) -> None:
    whole = text.format(own=OWN, gone=GONE, also=ALSO)

    assert cut_out(whole, GONE, ALSO) == left.format(own=OWN)


def cut_out(text: str, *gone: str) -> str:
    """What is left of a text without copies of some sentences."""
    document = document_of(text)
    places = [(text.index(each), len(each)) for each in gone if each in text]
    flags = snapped(document, [copy(start, start + length) for start, length in places])
    final = cut(document, flags)
    assert restored_from(document, final) == text
    return kept(text, final)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (f"{OWN}\n\n{GONE}\n\n---\n\n{ALSO}\n\n{OWN}", f"{OWN}\n\n---\n\n{OWN}"),
        (f"{OWN}\n>\n> {GONE}\n{OWN}", f"{OWN}\n>\n{OWN}"),
    ],
)
def test_chrome_takes_no_marks_beside_it(text: str, left: str) -> None:
    document = document_of(text)
    places = [(text.index(each), len(each)) for each in (GONE, ALSO) if each in text]
    flags = snapped(document, [chrome(start, start + length) for start, length in places])

    assert kept(text, cut(document, flags)) == left


@pytest.mark.parametrize(
    "text",
    [
        f"Who asked? {GONE}\n\n{OWN}",
        f"> Who asked? {GONE}\n{OWN}",
        f"- Who asked?\n- {GONE}\n\n{OWN}",
    ],
    ids=["two paragraphs", "a quotation and what is said to it", "a list and what is below it"],
)
def test_what_is_left_of_two_blocks_stays_two(text: str) -> None:
    before, after = (
        [(block.tag, each[block.start : block.end].replace(GONE, "").strip(" ->")) for block in blocks(each)]
        for each in (text, cut_out(text, GONE))
    )

    assert after == [(tag, left) for tag, left in before if left]


@pytest.mark.parametrize(
    ("text", "gone", "left"),
    [
        (f"The mill burned. See the [map](https://a.example/b).\n\n{OWN}", "The mill burned. See the [map", OWN),
        ("磨坊关了。「为什么？」他问。", "磨坊关了", "「为什么？」他问。"),
    ],
    ids=["where a link leads", "the quotation behind"],
)
def test_a_copy_takes_what_clings_to_it_and_no_more(text: str, gone: str, left: str) -> None:
    assert cut_out(text, gone) == left


def test_initials_between_two_copies_go() -> None:
    assert cut_out(f"{OWN}\nJL> {GONE}\nJL> {ALSO}\n{OWN}", GONE, ALSO) == f"{OWN}\n{OWN}"


@example([f"> {OWN}", f"> {GONE}", "", f"> {GONE}"])
@given(st.lists(st.sampled_from([f"> {GONE}", ">", f"> {OWN}", "", OWN, "---", ">> Why?", f"JL> {ALSO}"]), max_size=9))
def test_copies_take_nothing_that_says_something(lines: list[str]) -> None:
    """Whatever stands above and below them: beside what is flagged only marks, initials and white space go."""
    document = document_of("\n".join(lines))
    text = document.text
    places = [at for at in range(len(text)) if text.startswith(GONE, at)]

    final = cut(document, snapped(document, [copy(at, at + len(GONE)) for at in places]))

    assert restored_from(document, final) == text
    assert word_list(kept(text, final)) == word_list(text.replace(GONE, ""))
