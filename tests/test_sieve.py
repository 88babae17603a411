"""That rules are found faster, and the same ones: what the sieve keeps out, no pattern matches."""

from __future__ import annotations

import json
import re
import sys
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.lexicon import LETTERS, dom_kind, dom_rules, rules, tried
from dedup.literals import Reader
from dedup.patterns import pattern
from dedup.sieve import Sieve, is_mark, letters_of
from dedup.text import count_words, plain
from tests.conftest import ROOT

LANGUAGES = frozenset(rule.language for rule in rules())
ODD = [
    "İ",
    "ı",
    "ſ",
    "K",
    "Å",
    "ß",
    "ẞ",
    "ŉ",
    "ǅ",
    "ς",
    "µ",
    "ﬁ",
    "²",
    "٣",
    "\u00ad",
    "\u200d",
    "e\u0301",
    "\x02",
    "\x03",
]


def unfiltered(block: str) -> list[str]:
    """The names of the rules that match, each tried."""
    words = count_words(block)
    fitting = [
        rule for rule in rules() if rule.min_words <= words <= rule.max_words and len(block) <= LETTERS * rule.max_words
    ]
    return [rule.name for rule in fitting if pattern(rule.pattern).search(block)]


def filtered(block: str) -> list[str]:
    return [hit.rule.name for hit in tried(block, count_words(block), LANGUAGES).hits()]


@cache
def blocks() -> list[str]:
    """The blocks of all cases and of all seeds, and their lines."""
    cases = (ROOT / "fixtures" / "lexicon.jsonl").read_text(encoding="utf-8").splitlines()
    texts: list[str] = [json.loads(line).get("text", "") for line in cases]
    for path in sorted((ROOT / "seeds").rglob("*.*")):
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".html":
            text = re.sub(r"</?[a-zA-Z][^>]*>", "\n", text)
        if path.suffix == ".jsonl":
            text = "\n\n".join(str(value) for line in text.splitlines() for value in json.loads(line).values())
        texts += re.split(r"\n\s*\n", text) + text.split("\n")
    return sorted({plain(text) for text in texts})


@cache
def rule_words() -> list[str]:
    """The words of all patterns."""
    return sorted({word for rule in rules() for word in re.findall(r"[^\W\d_]{2,}|[©@#]", rule.pattern)})


def test_the_sieve_keeps_out_no_rule_that_matches_a_case_or_a_seed() -> None:
    for block in blocks():
        assert filtered(block) == unfiltered(block), block


@given(st.data())
@settings(max_examples=150)
def test_the_sieve_keeps_out_no_rule_that_matches_a_mixture(data: st.DataObject) -> None:
    mark = st.sampled_from(
        [" ", " ", " ", ": ", ", ", " | ", " - ", "/", ".", "", " (", ")", "12 ", " 2024", "@x", *ODD]
    )
    pieces = st.sampled_from(blocks()).map(lambda block: block[:60]) | st.sampled_from(rule_words())
    block = ""
    for _ in range(data.draw(st.integers(1, 6))):
        piece = data.draw(pieces)
        block += data.draw(st.sampled_from([piece, piece.upper(), piece.title()])) + data.draw(mark)
    block = plain(block)

    assert filtered(block) == unfiltered(block)


def test_characters_that_a_pattern_takes_for_one_another_have_the_same_letters() -> None:
    every = "".join(chr(code) for code in range(sys.maxunicode + 1) if not 0xD800 <= code < 0xE000)
    literals = {char for rule in rules() for char in rule.pattern if char.isalpha()}

    for char in literals:
        taken = pattern(re.escape(char)).findall(every)

        assert {letters_of(each) for each in taken} == {letters_of(char)}, char


def test_a_mark_is_taken_for_no_other_character() -> None:
    every = "".join(chr(code) for code in range(sys.maxunicode + 1) if not 0xD800 <= code < 0xE000)

    for mark in {char for rule in rules() for char in rule.pattern if is_mark(char)}:
        assert pattern(re.escape(mark)).findall(every) == [mark]


def test_most_rules_are_kept_from_most_blocks() -> None:
    """The blocks of cases are what the rules are for; of ordinary text, hardly a rule is tried."""
    reader = Reader()
    sieve = Sieve([reader.needed(rule.pattern) for rule in rules()])

    tried = sum(len(sieve.sift(block)) for block in blocks()) / len(blocks())

    assert tried < len(rules()) / 60


@pytest.mark.parametrize(
    ("source", "needed"),
    [
        ("^by (?:the )?crew", [{"\x02bythecrew", "\x02bycrew"}]),
        (r"share|tweet", [{"share", "tweet"}]),
        (r"^\W*(?:foo|ba+r)$", [{"foo", "ba"}]),
        (r"^(?!.*never)(?=.*\balways\b).*$", [{"always"}]),
        (r"(?=.*\bto\b).*long", [{"long"}, {"to"}]),
        (r"\d{1,2}[./-]\d+ (?:May|June)", [{"0may", "0june"}, {".", "/", "-"}]),
        (r"^(?P<author>\p{Lu}\w+)?$", []),
        (r"(?:foo)*bar?", [{"ba"}]),
        (r"^#\w+[|>]\s*$", [{"#"}, {"|", ">"}]),
        (r"^#?\w+[|>]?\s*:*$", []),
        (r"\[x\]", [{"["}, {"]"}]),
        (r"^[<>|]{1,8}$", [{"\x02\x03"}, {"<", ">", "|"}]),
        (r"foo#|bar", [{"foo", "bar"}, {"#", "bar"}]),
        (r"(?:foo\d|1st).*(?:ab|\d)", [{"foo0", "0st"}]),
        (r"abcdefghijklmn", [{"abcdefghij"}]),
        (r"[^a]|b", []),
        (r"(?i)foo", []),
        (r"(foo)\1", []),
    ],
)
def test_what_a_pattern_cannot_match_without(source: str, needed: list[set[str]]) -> None:
    assert {*Reader().needed(source)} == {*map(frozenset, needed)}


def test_a_part_that_is_more_than_one_group_binds_as_it_stands() -> None:
    reader = Reader({"ONE": "(?:ab|cd)", "TWO": "ef|gh"})

    assert reader.needed("^<<ONE>>?x") == (frozenset(["\x02abx", "\x02cdx", "\x02x"]),)
    assert reader.needed("<<TWO>>?x") == (frozenset(["ef", "gx", "ghx"]),)


def test_the_kind_of_a_path_is_that_of_the_first_rule_that_matches() -> None:
    steps = [
        "nav",
        "div#comments",
        "aside.sidebar",
        "div.related-links",
        "ul/li",
        "p.Byline",
        "div[menu]",
        "span",
        "footer",
    ]

    for path in ["/".join(["html", "body", one, two]) for one in steps for two in steps]:
        first = next((rule.kind for rule in dom_rules() if pattern(rule.pattern).search(path)), None)

        assert dom_kind(path) is first, path
