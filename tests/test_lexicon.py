"""Every labelled case of fixtures/lexicon.jsonl: what a certain rule must name, and what none may."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dedup.lexicon import Where, dom_rules, hits, rules
from dedup.text import count_words, pattern, plain

CASES = [json.loads(line) for line in Path("fixtures/lexicon.jsonl").read_text(encoding="utf-8").splitlines()]
ZONES = {
    "middle": {Where.ANY},
    "any": {Where.ANY},
    "head": {Where.ANY, Where.HEAD},
    "start": {Where.ANY, Where.HEAD, Where.START},
    "tail": {Where.ANY, Where.TAIL},
    "end": {Where.ANY, Where.TAIL, Where.END},
}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['language']}: {case['text'][:50]}")
def test_certain_rules_name_what_they_should(case: dict[str, Any]) -> None:
    block = plain(case["text"])
    found = hits(block, count_words(block), frozenset(ZONES[case["where"]]), frozenset({case["language"], "any"}))

    kinds = {hit.rule.kind for hit in found if hit.rule.certain}

    assert (case["kind"] in kinds) if case["kind"] else not kinds, [hit.rule.name for hit in found]


def test_every_rule_has_a_name_of_its_own_and_compiles() -> None:
    names = [rule.name for rule in rules()]

    assert len(names) == len(set(names))
    assert all(pattern(rule.pattern) for rule in rules())
    assert dom_rules()
