"""Every labelled case of fixtures/lexicon.jsonl: what a certain rule must name, by which rule, and what none may."""

from __future__ import annotations

import json
from collections import Counter
from functools import cache
from itertools import product
from typing import Any

import pytest

from dedup.lexicon import LETTERS, PATIENCE, Rule, Where, dom_kind, dom_rules, rules, tried
from dedup.literals import Reader
from dedup.patterns import pattern
from dedup.text import count_words, plain
from tests.conftest import ROOT

CASES = [json.loads(line) for line in (ROOT / "fixtures/lexicon.jsonl").read_text(encoding="utf-8").splitlines()]
BLOCKS = [case for case in CASES if "text" in case]
PATHS = [case for case in CASES if "path" in case]
ZONES = {
    "middle": {Where.ANY},
    "any": {Where.ANY},
    "head": {Where.ANY, Where.HEAD},
    "start": {Where.ANY, Where.HEAD, Where.START},
    "tail": {Where.ANY, Where.TAIL},
    "end": {Where.ANY, Where.TAIL, Where.END},
    "everywhere": set(Where),
}
ABOUT = 12
"""Sentences that each language has which speak about disclaimers, memberships and newsletters, and are none."""


def rule_names() -> list[str]:
    return [rule.name for rule in rules()] + [rule.name for rule in dom_rules()]


@pytest.mark.parametrize("case", BLOCKS, ids=lambda case: f"{case['language']}: {case['text'][:50]}")
def test_certain_rules_name_what_they_should(case: dict[str, Any]) -> None:
    block = plain(case["text"])
    languages = {case["language"], "any"} | ({"en"} if case["where"] == "everywhere" else set())
    found = list(tried(block, count_words(block), frozenset(languages)).hits(frozenset(ZONES[case["where"]])))

    kinds = {hit.rule.kind for hit in found if hit.rule.certain}
    names = [hit.rule.name for hit in found]

    assert (case["kind"] in kinds) if case["kind"] else not kinds, names
    assert "rule" not in case or case["rule"] in names, names


@pytest.mark.parametrize("case", PATHS, ids=lambda case: case["path"])
def test_the_place_in_a_page_names_what_it_should(case: dict[str, Any]) -> None:
    first = next((rule.name for rule in dom_rules() if pattern(rule.pattern).search(case["path"])), None)

    assert dom_kind(case["path"]) == case["kind"]
    assert first == case.get("rule")


def test_every_rule_has_a_case_that_it_names() -> None:
    named = {case.get("rule") for case in CASES}

    assert [name for name in rule_names() if name not in named] == []


def test_every_case_names_a_rule_that_there_is() -> None:
    names = rule_names()

    assert [case["rule"] for case in CASES if "rule" in case and case["rule"] not in names] == []
    assert [case for case in CASES if case["kind"] and "rule" not in case] == []


def test_every_language_has_texts_about_such_things_that_stay() -> None:
    counts = Counter(case["language"] for case in BLOCKS if case["where"] == "everywhere" and not case["kind"])

    assert {rule.language for rule in rules()} - {"any"} == {name for name, count in counts.items() if count >= ABOUT}


def test_every_rule_has_a_name_of_its_own_and_compiles() -> None:
    names = rule_names()

    assert len(names) == len(set(names))
    assert all(pattern(rule.pattern) for rule in rules())


@cache
def reader() -> Reader:
    return Reader()


UNITS = [
    "a ",
    "by ",
    "(",
    "- ",
    "x",
    "A ",
    "Ann Lee ",
    "Ann, ",
    "12 ",
    "1",
    "a.b@",
    "@a ",
    "éЖ漢",
    "| ",
    "> b ",
    "/",
    " ",
]


def hostile(rule: Rule) -> list[str]:
    """Blocks as long as the rule looks at, of something repeated, also of what it looks for, and after it."""
    length = LETTERS * rule.max_words
    clauses = reader().needed(rule.pattern) or [{"x"}]
    own = [string.strip("\x02\x03") for clause in clauses for string in sorted(clause)[: 4 // len(clauses)]]
    repeated = [*UNITS, *own, *(f"{string} " for string in own), *(f"{string} > " for string in own)]
    starts = ["", "By ", "© ", "Home ", *(f"{string} " for string in own)]
    return [(start + unit * length)[:length] for start, unit in product(starts, repeated)]


def test_no_rule_runs_away_on_a_hostile_block() -> None:
    """A pattern that takes the square of a block's length is over in milliseconds at the length that rules look at; one
    that takes more reaches the limit, which a search keeps for those that nobody has found."""
    slow = set()
    for rule in rules():
        try:
            for block in hostile(rule):
                pattern(rule.pattern).search(block, timeout=PATIENCE / 10)
        except TimeoutError:
            slow.add(rule.name)

    assert slow == set()


def test_a_block_of_marks_is_tried() -> None:
    block = "\u1000" + "\u102c" * 6  # a letter of Myanmar with marks, which once counted as half a word each

    assert count_words(block) == 1
    assert list(tried(block, count_words(block), frozenset(["any", "en"])).hits(certain=True)) == []


@pytest.mark.parametrize("unit", [*UNITS, "share on facebook ", "© 2024 "])
def test_a_huge_block_is_no_text_that_rules_know(unit: str) -> None:
    block = plain(unit * 20_000)

    found = tried(block, count_words(block), frozenset(rule.language for rule in rules()))

    assert list(found.hits()) == []
