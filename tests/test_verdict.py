"""Which blocks of a page hold the lines of an extractor's answer."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.hashed import Hashed
from dedup.verdict import _claims, kept_blocks

LONG = "the mill by the river was built in the year of the great flood"
OTHER = "nobody knew why it burned down twice within a single summer"
CASES: dict[str, tuple[list[str], str, str]] = {
    "no answer": ([LONG, OTHER], "", ".."),
    "white space": ([LONG], " \n\n ", "."),
    "no blocks": ([], LONG, ""),
    "a line is a block": ([LONG, OTHER], OTHER, ".x"),
    "an item's mark": ([LONG, OTHER], f"- {OTHER}", ".x"),
    "two blocks in one line": ([LONG, OTHER, "something else that stands there"], f"{LONG} {OTHER}", "xx."),
    "cells": ([LONG, f"{OTHER} {OTHER[::-1]}"], f"| {LONG} | ten |", "x."),
    "half of its words": ([f"{LONG} and more words"], LONG, "x"),
    "less than half": ([f"{LONG} {OTHER} {OTHER[::-1]}"], LONG, "."),
    "as often as the answer": ([LONG, OTHER, LONG], f"{LONG}\n{OTHER}\n{LONG}", "xxx"),
    "headline, not the link to it": (["one two three four five", LONG, OTHER, "one two three four five"],
                                     f"one two three four five\n{LONG}\n{OTHER}", "xxx."),
    "the nearer of two": ([LONG, "Home", OTHER, LONG], f"{OTHER}\n{LONG}", "..xx"),
    "short beside a line": ([LONG, "A mill", OTHER], f"{LONG}\nA mill\n{OTHER}", "xxx"),
    "short above a line": (["A mill", LONG], f"A mill\n{LONG}", "xx"),
    "short elsewhere": (["A mill", OTHER, "A mill"], f"{OTHER}\nA mill", ".xx"),
    "short alone": (["A mill"], "A mill", "."),
    "short too far": ([LONG, *["x"] * 13, "A mill"], f"{LONG}\nA mill", "x" + "." * 14),
    "a line holds what another is": ([LONG, LONG], f"{LONG} {OTHER} {OTHER[::-1]}\n{LONG}", "xx"),
    "no words": ([LONG, "***", OTHER], f"{LONG}\n***\n{OTHER}", "x.x"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_blocks_claim_the_lines_of_the_answer(case: str) -> None:
    blocks, answer, want = CASES[case]

    kept = kept_blocks(Hashed.of(blocks), answer)

    assert "".join("x" if each else "." for each in kept) == want


LINES = st.lists(st.lists(st.sampled_from("abc"), min_size=1, max_size=9).map(tuple), min_size=1, max_size=5)


@given(LINES, LINES)
def test_a_block_claims_the_line_that_holds_most_of_its_shingles(
    blocks: list[tuple[str, ...]], lines: list[tuple[str, ...]]
) -> None:
    assert _claims(blocks, lines) == [slow_claim(block, lines) for block in blocks]


def slow_claim(block: tuple[str, ...], lines: list[tuple[str, ...]]) -> int | None:
    held = [{line[at : at + 4] for at in range(len(line) - 3)} for line in lines]
    covered = set[int]()
    hits = Counter[int]()
    for at in range(len(block) - 3):
        where = [number for number, grams in enumerate(held) if block[at : at + 4] in grams]
        hits.update(where)
        covered.update(range(at, at + 4) if where else ())
    if not hits or len(covered) * 2 < len(block):
        return None
    return max(hits, key=lambda number: (hits[number], -number))
