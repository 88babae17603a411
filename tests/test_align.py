# ruff: noqa: E501 (tables of cases)
"""Alignment: runs that really agree, and passages that hold nothing of the document's own."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.align import TOLERANCE, Limits, Run, Words, barred, chains, clip, matches
from dedup.words import Mark, marked_words
from tests.material import VOCABULARY, prose

LIMITS = Limits(min_words=15, threshold=0.8)
TELLING = int(Mark.FIGURE | Mark.NAME)


def column(values: list[int]) -> np.ndarray[Any, np.dtype[np.uint64]]:
    return np.array(values, np.uint64)


def words_of(text: str) -> Words:
    found = marked_words(text, [(0, len(text))])
    return Words(found.hashes, found.marks)


def removed(document: str, keeper: str, limits: Limits = LIMITS) -> list[str]:
    """What of a document may go, as text."""
    found = marked_words(document, [(0, len(document))])
    own, other = Words(found.hashes, found.marks), words_of(keeper)
    parts = [each for chain in chains(own.hashes, other.hashes) for each in matches(chain, own, other, limits)]
    return [
        document[found.starts[each.start] : found.ends[each.end - 1]]
        for each in sorted(parts, key=lambda each: each.start)
    ]


@st.composite
def edited(draw: st.DrawFn) -> tuple[str, str]:
    """A text, and a copy of it with words replaced by others, by figures and by names, and sentences taken out."""
    seed = draw(st.integers(0, 50))
    sentences = [sentence + "." for sentence in prose(seed, 90).split(".") if sentence]
    chance = random.Random(draw(st.integers(0, 10_000)))
    rate, drop = draw(st.sampled_from([0, 0.02, 0.05, 0.1, 0.3])), draw(st.sampled_from([0, 0.2]))
    copy = []
    for sentence in sentences:
        if chance.random() < drop:
            continue
        words = sentence.split(" ")
        for index in range(1, len(words) - 1):
            if chance.random() < rate:
                words[index] = chance.choice([*chance.sample(VOCABULARY, 3), str(chance.randint(1, 999)), "Ada", "Li"])
        copy.append(" ".join(words))
    return "".join(sentences).strip(), "".join(copy).strip()


@settings(deadline=None, max_examples=60)
@given(edited())
def test_passages_are_whole_sentences_that_the_keeper_has(pair: tuple[str, str]) -> None:
    keeper, document = map(words_of, pair)
    starts = {*np.flatnonzero(document.marks & int(Mark.STARTS_SENTENCE)).tolist(), len(document.hashes)}
    known = set(keeper.hashes.tolist())
    for chain in chains(document.hashes, keeper.hashes):
        for passage in matches(chain, document, keeper, LIMITS):
            inside = slice(passage.start, passage.end)
            telling = document.hashes[inside][(document.marks[inside] & TELLING) > 0]
            assert {passage.start, passage.end} <= starts
            assert set(telling.tolist()) <= known
            assert passage.similarity >= LIMITS.threshold
            assert passage.containment >= 1 - TOLERANCE
            assert passage.end - passage.start >= LIMITS.min_words
            agreed = sum(
                clip(run, passage.start, passage.end)[2]
                for run in chain
                if run[0] < passage.end and run[0] + run[2] > passage.start
            )
            assert passage.containment == pytest.approx(agreed / (passage.end - passage.start), abs=1e-4)


FIRST, SECOND, THIRD = prose(1, 24), prose(2, 24), prose(3, 24)
CASES: dict[str, tuple[str, str, list[str]]] = {
    "a copy": (f"{FIRST} {SECOND}", f"{FIRST} {SECOND}", [f"{FIRST} {SECOND}"[:-1]]),
    "a short text inside a long one": (FIRST, f"{SECOND} {FIRST} {THIRD}", [FIRST[:-1]]),
    "a long text around a short one": (f"{SECOND} {FIRST} {THIRD}", FIRST, [FIRST[:-1]]),
    "nothing in common": (FIRST, SECOND, []),
    "another figure in one sentence": (f"{FIRST} The mill made 412 tons of flour in a year of rain and little wind. {SECOND}",
                                       f"{FIRST} The mill made 897 tons of flour in a year of rain and little wind. {SECOND}",
                                       [FIRST[:-1], SECOND[:-1]]),
    "a template": ("On Monday the council of Corran met for 3 hours and voted 7 to 2 to mend the bridge over the river Ash.",
                   "On Friday the council of Velm met for 5 hours and voted 6 to 3 to mend the bridge over the river Oke.", []),
    "too short": ("The mill by the river closed in May.", "The mill by the river closed in May.", []),
    "empty": ("", FIRST, []),
}  # fmt: skip


@pytest.mark.parametrize(("document", "keeper", "expected"), CASES.values(), ids=CASES)
def test_what_goes(document: str, keeper: str, expected: list[str]) -> None:
    assert removed(document, keeper) == expected


def test_a_list_of_names_and_figures_is_no_passage() -> None:
    text = "The crew: Ada Moor 12, Li Chen 14, Bo Karl 16, Eva Lund 18, Ida Berg 20, Jon Hale 22, Tom Reed 24, Max Wolf 26."

    assert removed(text, text) == []


@pytest.mark.parametrize(("threshold", "goes"), [(0.5, True), (0.8, True), (0.99, False), (1.0, False)])
def test_the_threshold_is_the_least_similarity(threshold: float, goes: bool) -> None:
    words = FIRST.split(" ")
    other = " ".join([*words[:6], "abacus", *words[7:]])

    assert bool(removed(other, FIRST, Limits(15, threshold))) is goes


def test_chinese_characters_count_half() -> None:
    text = "那座老磨坊在河边已经关了。"

    assert removed(text, text, Limits(15, 0.8)) == []
    assert removed(text * 3, text * 3) == [(text * 3)[:-1]]


@given(st.lists(st.integers(1, 5), min_size=1, max_size=5), st.data())
def test_bars_are_just_the_words_that_are_not_free(lengths: list[int], data: st.DataObject) -> None:
    runs: list[Run] = []
    for length in lengths:
        start = runs[-1][0] + runs[-1][2] + 1 if runs else 0
        runs.append((start, start + 2, length))
    size = runs[-1][0] + runs[-1][2] + 4
    gone = np.array(data.draw(st.lists(st.booleans(), min_size=size, max_size=size)))
    taken = np.array(data.draw(st.lists(st.booleans(), min_size=size, max_size=size)))

    found = barred(runs, gone, taken)

    assert sorted(found) == [s + i for s, o, n in runs for i in range(n) if gone[o + i] or taken[s + i]]
