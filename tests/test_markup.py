# ruff: noqa: E501 (tables of cases)
"""Markdown and text as blocks: exact offsets, and nothing lost between them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.data import Tag
from dedup.markup import blocks

PIECES = ["word", "Another sentence.", "# ", "## Head", "- ", "* item", "1. ", "> ", ">> ", "| a | b |", "---", "===", "***", "```", "~~~",
          "Title: x", "Date: 2024", "\n", "\n\n", "\r\n", " ", "\t", "    ", "\u3000", "\xa0", "\u2028", "\x0b", "\x85", "\ufeff", "漢字。"]  # fmt: skip
MARKDOWN = st.lists(st.sampled_from(PIECES), max_size=25).map("".join)
BETWEEN = frozenset(">|:}#%\ufeff")
"""What may stand outside of blocks beside white space: the marks of quoted lines without text, and a byte order mark."""


@given(MARKDOWN)
def test_blocks_ascend_inside_the_text_and_what_is_between_is_white(text: str) -> None:
    last = 0
    for block in blocks(text):
        assert last <= block.start < block.end <= len(text)
        assert all(each.isspace() or each in BETWEEN for each in text[last : block.start])
        last = block.end
    assert all(each.isspace() or each in BETWEEN for each in text[last:])


@given(MARKDOWN)
def test_a_block_neither_begins_nor_ends_in_white_space(text: str) -> None:
    for block in blocks(text):
        assert text[block.start : block.end].strip(" \t\r\n") == text[block.start : block.end]


CASES: dict[str, tuple[str, list[tuple[str, str]]]] = {
    "paragraphs": ("One two.\n\nThree four.", [("paragraph", "One two."), ("paragraph", "Three four.")]),
    "hard wrapped": ("One two\nthree four.\n\nFive.", [("paragraph", "One two\nthree four."), ("paragraph", "Five.")]),
    "heading and underline": ("# A\n\nB\n===\n\nC.", [("heading", "# A"), ("heading", "B\n==="), ("paragraph", "C.")]),
    "items": ("x.\n- one\n  goes on\n- two", [("paragraph", "x."), ("item", "- one\n  goes on"), ("item", "- two")]),
    "numbered": ("1. one\n2) two", [("item", "1. one"), ("item", "2) two")]),
    "rule": ("a.\n\n---\n\nb.", [("paragraph", "a."), ("rule", "---"), ("paragraph", "b.")]),
    "quote": ("Said.\n\n> one\n> two", [("paragraph", "Said."), ("quote", "> one\n> two")]),
    "quote and reply": ("> asked\nAnswered.", [("quote", "> asked"), ("paragraph", "Answered.")]),
    "table": ("x.\n\n| a | b |\n|---|---|\n| 1 | 2 |", [("paragraph", "x."), ("row", "| a | b |"), ("row", "|---|---|"), ("row", "| 1 | 2 |")]),
    "code": ("x.\n\n```\n# no heading\n\n- no item\n```", [("paragraph", "x."), ("code", "```\n# no heading\n\n- no item\n```")]),
    "front matter": ("---\ntitle: A\ndate: 2024\n---\n\nText.", [("matter", "---"), ("matter", "title: A"), ("matter", "date: 2024"), ("matter", "---"), ("paragraph", "Text.")]),
    "mail header": ("From: a@b.example\nSubject: Mill\n\nText.", [("matter", "From: a@b.example"), ("matter", "Subject: Mill"), ("paragraph", "Text.")]),
    "one known key is a sentence": ("Title: the long road\n\nText.", [("heading", "Title: the long road"), ("paragraph", "Text.")]),
    "headline": ("A headline\n\nText.", [("heading", "A headline"), ("paragraph", "Text.")]),
    "windows": ("One.\r\n\r\nTwo.\r\n", [("paragraph", "One."), ("paragraph", "Two.")]),
    "unclosed fence": ("x.\n\n```\ncode", [("paragraph", "x."), ("code", "```\ncode")]),
    "nothing": (" \n\t\n", []),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES)
def test_blocks_are_what_a_reader_sees(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(block.tag.value, text[block.start : block.end]) for block in blocks(text)] == expected


HEADER = "From: a@b.example\nSubject: Mill"
FOLDED: dict[str, tuple[str, list[str]]] = {
    "a line that goes on with a space": (f"{HEADER}\n and ferry\n\nText.", ["From: a@b.example", "Subject: Mill", "and ferry"]),
    "a line that goes on with a tab": (f"{HEADER}\n\tand ferry\n\nText.", ["From: a@b.example", "Subject: Mill", "and ferry"]),
    "several lines, and keys behind them": (f"{HEADER}\n one\n two\nLines: 7\n\nText.", ["From: a@b.example", "Subject: Mill", "one", "two", "Lines: 7"]),
    "a line that looks like a key": (f"{HEADER}\n Re: ferry\n\nText.", ["From: a@b.example", "Subject: Mill", "Re: ferry"]),
    "in a frame without a space": ("---\ntitle: A\ntags:\n- mill\ndate: 2024\n---\n\nText.", ["---", "title: A", "tags:", "- mill", "date: 2024", "---"]),
    "an empty value": ("From: a@b.example\nSubject:\n Mill\n\nText.", ["From: a@b.example", "Subject:", "Mill"]),
}  # fmt: skip
NOT_FOLDED: dict[str, tuple[str, list[str]]] = {
    "a line without a space": (f"{HEADER}\nand ferry\n\nText.", ["From: a@b.example", "Subject: Mill"]),
    "behind a blank line": (f"{HEADER}\n\n    and ferry\n\nText.", ["From: a@b.example", "Subject: Mill"]),
    "above the first key": (f"  The mill\n{HEADER}\n\nText.", []),
    "below one known key": ("Subject: Mill\n and ferry\n\nText.", []),
    "below keys that are not known": ("Miller: Ada\n Moor\nFerry: Li\n\nText.", []),
    "a frame that is not closed": ("---\ntitle: A\n mill\ndate: 2024\n\nText.", []),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), (FOLDED | NOT_FOLDED).values(), ids=FOLDED | NOT_FOLDED)
def test_lines_of_a_header_go_on_indented(text: str, expected: list[str]) -> None:
    assert [text[block.start : block.end] for block in blocks(text) if block.tag is Tag.MATTER] == expected
    assert text[blocks(text)[-1].start :] == "Text."


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("A headline\n\nText.", "heading"),
        ("A headline\nof two lines\n\nText.", "paragraph"),
        ("A headline\r\nof two lines\r\n\r\nText.", "paragraph"),
        ("A sentence.\n\nText.", "paragraph"),
        ("A headline", "paragraph"),
    ],
)
def test_a_headline_is_one_line_with_something_below_it(text: str, tag: str) -> None:
    assert blocks(text)[0].tag.value == tag


def test_long_lines_are_paragraphs_of_their_own() -> None:
    line = (
        "The council met on Monday and spoke at length about the bridge, the ferry, the mill and the price of coal in winter. "
        * 2
    )

    assert len(blocks(f"{line}\n{line}\n{line}")) == 3


def test_all_text_blocks_belong_to_the_article() -> None:
    found = blocks("# Head\n\n[Home](/) [News](/)\n\nText.")

    assert all(block.main for block in found)
    assert found[1].links > 0.8
    assert found[0].tag is Tag.HEADING


def test_a_blank_line_before_front_matter_is_no_block() -> None:
    text = "\nTitle: The mill\nDate: 2024\n\nIt closed in May.\n"

    assert [text[block.start : block.end] for block in blocks(text)] == [
        "Title: The mill",
        "Date: 2024",
        "It closed in May.",
    ]


LONG = "# The mill by the old river, which had stood there since"
QUOTED: dict[str, tuple[str, list[tuple[str, str]]]] = {
    "wrapped in lower case": (f"Yes.\n\n{LONG}\n# a long time, burned.\n\nNo.", [("paragraph", "Yes."), ("quote", f"{LONG}\n# a long time, burned."), ("paragraph", "No.")]),
    "signs alone between": ("Yes.\n# The mill burned.\n#\n# When?\nIn May.", [("paragraph", "Yes."), ("quote", "# The mill burned."), ("quote", "# When?"), ("paragraph", "In May.")]),
    "quoted twice": ("Yes.\n# Ada Moor writes:\n# >The mill burned.\nNo.", [("paragraph", "Yes."), ("quote", "# Ada Moor writes:"), ("quote", "# >The mill burned."), ("paragraph", "No.")]),
    "without a space first": (f'Yes.\n#"The {LONG[2:]}\n# a long time, burned.\nNo.', [("paragraph", "Yes."), ("quote", f'#"The {LONG[2:]}\n# a long time, burned.'), ("paragraph", "No.")]),
    "initials": ("Yes.\nJL> The mill\nJL> burned.\nNo.", [("paragraph", "Yes."), ("quote", "JL> The mill\nJL> burned."), ("paragraph", "No.")]),
    "initials with nothing behind": ("Yes.\nJL> The mill\nJL>\nJL> burned.\nNo.", [("paragraph", "Yes."), ("quote", "JL> The mill"), ("quote", "JL> burned."), ("paragraph", "No.")]),
    "initials on a line of their own, once known": ("JL> One.\nJL> Two.\nYes.\nJL> Three.\nNo.", [("quote", "JL> One.\nJL> Two."), ("paragraph", "Yes."), ("quote", "JL> Three."), ("paragraph", "No.")]),
    "a name": ("Yes.\nada] The mill\nada] burned.\nNo.", [("paragraph", "Yes."), ("quote", "ada] The mill\nada] burned."), ("paragraph", "No.")]),
    "initials quoted once more": ("Yes.\n> JL> The mill\n> JL> burned.\n> When?", [("paragraph", "Yes."), ("quote", "> JL> The mill\n> JL> burned."), ("quote", "> When?")]),
}  # fmt: skip
UNQUOTED: dict[str, tuple[str, list[tuple[str, str]]]] = {
    "a heading and its text": ("# The mill\nit burned.", [("heading", "# The mill"), ("paragraph", "it burned.")]),
    "two headings": ("# The mill\n# The ferry\n\nText.", [("heading", "# The mill"), ("heading", "# The ferry"), ("paragraph", "Text.")]),
    "short headings in lower case": ("# the mill\n# the ferry\n\nText.", [("heading", "# the mill"), ("heading", "# the ferry"), ("paragraph", "Text.")]),
    "long headings": (f"{LONG}\n# Fire at the mill", [("heading", LONG), ("heading", "# Fire at the mill")]),
    "headings apart": (f"{LONG}\n\n# and the ferry", [("heading", LONG), ("heading", "# and the ferry")]),
    "headings of two levels": (f"{LONG}\n## and the ferry\n### and the bridge", [("heading", LONG), ("heading", "## and the ferry"), ("heading", "### and the bridge")]),
    "deeper headings": (f"#{LONG}\n## and the ferry", [("heading", f"#{LONG}"), ("heading", "## and the ferry")]),
    "comments in a fence": (f"Yes.\n\n```sh\n{LONG}\n# a long time\nmake\n```\n\nNo.", [("paragraph", "Yes."), ("code", f"```sh\n{LONG}\n# a long time\nmake\n```"), ("paragraph", "No.")]),
    "initials in a fence": ("Yes.\n\n~~~\nJL> a\nJL> b\n~~~\nJL> c", [("paragraph", "Yes."), ("code", "~~~\nJL> a\nJL> b\n~~~"), ("paragraph", "JL> c")]),
    "a prompt": ("Yes.\nftp> cd pub\nftp> get mill", [("paragraph", "Yes.\nftp> cd pub\nftp> get mill")]),
    "initials of one line": ("Yes.\nJL> The mill\nburned.", [("paragraph", "Yes.\nJL> The mill\nburned.")]),
    "initials of two": ("Yes.\nJL> The mill\nKM> burned.", [("paragraph", "Yes.\nJL> The mill\nKM> burned.")]),
    "labels": ("Yes.\nNote: the mill\nNote: the ferry", [("paragraph", "Yes.\nNote: the mill\nNote: the ferry")]),
    "arrows": ("Yes.\na -> b\na -> c", [("paragraph", "Yes.\na -> b\na -> c")]),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), QUOTED.values(), ids=QUOTED)
def test_what_was_quoted_in_mail_is_a_quotation(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(block.tag.value, text[block.start : block.end]) for block in blocks(text)] == expected


@pytest.mark.parametrize(("text", "expected"), UNQUOTED.values(), ids=UNQUOTED)
def test_what_only_looks_quoted_is_none(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(block.tag.value, text[block.start : block.end]) for block in blocks(text)] == expected


def test_every_heading_of_our_own_texts_stays_one() -> None:
    """Of the Markdown that ships with the project, whose headings are all meant."""
    for path in Path(__file__).parents[1].rglob("*.md"):
        text = path.read_text(encoding="utf-8", errors="replace")
        fenced = re.sub(r"(?ms)^ {0,3}```.*?^ {0,3}```[ \t]*$", "", text)
        titles = re.findall(r"(?m)^#{1,6} +\S.*?[ \t]*$", fenced)
        found = [text[block.start : block.end] for block in blocks(text) if block.tag is Tag.HEADING]
        assert set(map(str.strip, titles)) <= set(found), path
