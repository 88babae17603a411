"""What the report checks of a duplicate: by algorithms of its own, held here to plainer ones still."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.report_exact import clopper_pearson, common, compared, compared_wholes, jaccard, wilson

WORDS = st.lists(st.sampled_from("abcd"), max_size=24)


def brute(ours: list[str], theirs: list[str]) -> int:
    """The length of the longest common subsequence, as it is defined."""

    @cache
    def length(left: int, right: int) -> int:
        if left == len(ours) or right == len(theirs):
            return 0
        if ours[left] == theirs[right]:
            return 1 + length(left + 1, right + 1)
        return max(length(left + 1, right), length(left, right + 1))

    return length(0, 0)


@given(WORDS, WORDS)
def test_the_longest_common_subsequence_is_that(ours: list[str], theirs: list[str]) -> None:
    found = common(ours, theirs)

    assert found is not None
    assert len(found) == brute(ours, theirs)
    assert all(ours[left] == theirs[right] for left, right in found)
    assert all(a[0] < b[0] and a[1] < b[1] for a, b in pairwise(found))


def test_texts_that_differ_all_over_are_not_compared_if_they_are_too_long() -> None:
    one, other = (["start", *(f"{name}{number}" for number in range(20_000)), "end"] for name in "ab")

    assert common(one, other) is None
    assert common(one, one) == [(at, at) for at in range(20_002)]


# ── a duplicate ─────────────────────────────────────────────────────────────────────────────────────────────────────

SETTINGS = {"threshold": 0.8, "shingle": 5, "unit": "passage"}
KEPT = "The ferry left the island at nine with forty people aboard and came to the harbour before noon that day."
CASES: dict[str, tuple[str, str, float, float, str]] = {
    "the same": (KEPT, KEPT, 1.0, 1.0, ""),
    "but for case and signs": (KEPT.upper(), f"“{KEPT}”", 1.0, 1.0, ""),
    "a word of twenty": (KEPT.replace("island", "village"), KEPT, 0.95, 0.95, ""),
    "less alike than it must be": (
        "The ferry left the island.",
        KEPT,
        0.4,
        1.0,
        "similarity 0.4000 is less than 0.8",
    ),
    "less alike than is told": (
        KEPT.replace("island", "village"),
        KEPT,
        0.99,
        0.95,
        "similarity 0.9500 is less than the 0.9900 that its record tells",
    ),
    "less of it there than is told": (
        KEPT.replace("island", "village"),
        KEPT,
        0.95,
        1.0,
        "containment 0.9500 is less than the 1.0000 that its record tells",
    ),
    "another figure": (
        KEPT.replace("forty", "40"),
        KEPT.replace("forty", "50"),
        0.95,
        0.95,
        "figures differ: 40 where 50 is kept",
    ),
    "figures grouped otherwise": (KEPT.replace("forty", "1,000"), KEPT.replace("forty", "1000"), 0.9268, 0.9048, ""),
    "nothing kept": (KEPT, "", 0.0, 0.0, "similarity 0.0000 is less than 0.8"),
    "a quarter of it is not there": (
        f"{KEPT} But of the nine who went, two stayed away.",
        f"{KEPT}",
        0.8163,
        0.6897,
        "containment 0.6897 is less than 0.75",
    ),
}


def record(similarity: float, containment: float) -> dict[str, Any]:
    return {"similarity": similarity, "evidence": {"containment": containment}}


@pytest.mark.parametrize(("removed", "kept", "similarity", "containment", "wrong"), CASES.values(), ids=CASES)
def test_a_duplicate_is_held_to_the_settings_and_to_its_record(
    removed: str, kept: str, similarity: float, containment: float, wrong: str
) -> None:
    found = compared(removed, kept, record(similarity, containment), SETTINGS)

    assert found is not None
    assert found.wrong == wrong
    if not wrong or "figures" in wrong:
        assert (found.similarity, found.containment) == pytest.approx((similarity, containment), abs=0.001)


def test_a_whole_document_is_held_to_the_shingles_that_both_have() -> None:
    other = KEPT.replace("noon", "dawn")  # 16 of 16 shingles, of which 3 have the word
    settings = SETTINGS | {"unit": "document", "threshold": 0.6}

    found = compared_wholes(other, KEPT, record(0.6842, 0.8125), settings)

    assert (found.similarity, found.containment, found.wrong) == (0.6842, 0.8125, "")
    assert "is less than 0.7" in compared_wholes(other, KEPT, record(0.6842, 1), settings | {"threshold": 0.7}).wrong
    assert "its record tells" in compared_wholes(other, KEPT, record(0.9, 1), settings).wrong


def test_a_text_shorter_than_a_shingle_has_one() -> None:
    assert jaccard("ab", "ab", 5) == 1.0
    assert jaccard("ab", "ac", 5) == 0.0
    assert jaccard("", "", 5) == 0.0


# ── confidence ──────────────────────────────────────────────────────────────────────────────────────────────────────

# Newcombe, Two-sided confidence intervals for the single proportion, 1998, table I, method 5, and tables of the beta
# distribution.
EXACT = [(0, 10, 0.0, 0.3085), (0, 200, 0.0, 0.0183), (4, 20, 0.0573, 0.4366), (81, 263, 0.2527, 0.3676), (15, 148, 0.0578, 0.1617), (0, 20, 0.0, 0.1684), (1, 29, 0.0009, 0.1776), (10, 10, 0.6915, 1.0)]  # fmt: skip # noqa: E501
SCORE = [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)]


@pytest.mark.parametrize(("found", "of", "low", "high"), EXACT)
def test_exact_intervals_are_the_published_ones(found: int, of: int, low: float, high: float) -> None:
    assert clopper_pearson(found, of) == pytest.approx((low, high), abs=0.0001)


@pytest.mark.parametrize(("found", "of", "low", "high"), SCORE)
def test_score_intervals_are_the_published_ones(found: int, of: int, low: float, high: float) -> None:
    """Newcombe, Two-sided confidence intervals for the single proportion, 1998, table I, method 3."""
    assert wilson(found, of) == pytest.approx((low, high), abs=0.0001)


@given(st.integers(1, 300).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_an_interval_holds_the_share_and_the_other_share_has_its_mirror(counts: tuple[int, int]) -> None:
    found, of = counts
    low, high = clopper_pearson(found, of)

    assert 0 <= low <= found / of <= high <= 1
    assert clopper_pearson(of - found, of) == pytest.approx((1 - high, 1 - low), abs=1e-5)
