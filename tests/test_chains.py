"""Chains: runs that really agree, whichever of the two aligners runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.align import GAP, Words, align, chains, clip, defined_align

if TYPE_CHECKING:
    from collections.abc import Callable

    from dedup.align import Run

NUMBERS = st.lists(st.integers(1, 6), max_size=40)


def column(values: list[int]) -> np.ndarray[Any, np.dtype[np.uint64]]:
    return np.array(values, np.uint64)


@given(NUMBERS, NUMBERS)
def test_runs_agree_word_by_word_and_ascend(document: list[int], keeper: list[int]) -> None:
    seen: set[int] = set()
    for chain in chains(column(document), column(keeper)):
        assert_ascends(chain, document, keeper)
        own = {at for start, _, length in chain for at in range(start, start + length)}
        assert not own & seen
        seen |= own


def assert_ascends(chain: list[Run], document: list[int], keeper: list[int]) -> None:
    last = other_last = 0
    for start, other, length in chain:
        assert length > 0
        assert document[start : start + length] == keeper[other : other + length]
        assert start >= last
        assert other >= other_last
        last, other_last = start + length, other + length


@given(NUMBERS, NUMBERS, st.lists(st.booleans(), min_size=40, max_size=40))
def test_chains_are_led_on_within_the_sentence_and_no_further_than_a_gap(
    document: list[int], keeper: list[int], starts: list[bool]
) -> None:
    marks = np.array(starts[: len(document)], np.uint8)
    own, other = Words(column(document), marks), Words(column(keeper), np.zeros(len(keeper), np.uint8))

    found = align(own, other)

    for led, chain in zip(found, chains(own.hashes, other.hashes), strict=True):
        assert_ascends(led, document, keeper)
        before, behind = range(led[0][0], chain[0][0]), range(chain[-1][0] + chain[-1][2], led[-1][0] + led[-1][2])
        assert [run for run in led if run[0] not in before and run[0] not in behind] == chain
        assert len(before) <= GAP
        assert len(behind) <= GAP
        assert not any(starts[at] for at in range(led[0][0] + 1, chain[0][0] + 1))
        assert not any(starts[at] for at in behind)


@pytest.mark.parametrize("aligner", [align, defined_align])
def test_a_document_that_begins_within_a_sentence_has_words_before_a_chain(
    aligner: Callable[[Words, Words], list[list[Run]]],
) -> None:
    document = Words(column([1, 2, 9, *range(20, 30)]), np.zeros(13, np.uint8))
    keeper = Words(column([1, 2, 8, *range(20, 30)]), np.zeros(13, np.uint8))

    assert aligner(document, keeper) == [[(0, 0, 2), (3, 3, 10)]]


@pytest.mark.parametrize("aligner", [align, defined_align])
def test_where_two_chains_meet_in_a_word_the_second_loses_the_word_alone(
    aligner: Callable[..., list[list[Run]]],
) -> None:
    """Parts in another order, where the word behind the first part is by chance the one that the second begins with."""
    marks = np.zeros(19, np.uint8)
    marks[11] = 1  # a sentence: nothing is led on beyond it
    document = Words(column([*range(1, 11), 50, *range(51, 59)]), marks)
    keeper = Words(column([50, *range(51, 59), *range(100, 150), *range(1, 11), 50]), np.zeros(70, np.uint8))

    assert aligner(document, keeper) == [[(0, 59, 11)], [(11, 1, 8)]]


@pytest.mark.parametrize("aligner", [align, defined_align])
def test_a_chain_of_which_no_anchor_is_left_is_none(aligner: Callable[..., list[list[Run]]]) -> None:
    document = Words(column([*range(1, 11), 50, 51]), np.zeros(12, np.uint8))
    keeper = Words(column([*range(1, 11), *range(100, 150), 9, 10, 50, 51]), np.zeros(64, np.uint8))

    assert aligner(document, keeper) == [[(0, 0, 10)]]


@given(st.lists(st.integers(), min_size=20, max_size=60, unique=True))
def test_a_copy_is_one_run(numbers: list[int]) -> None:
    words = column([number % 2**64 for number in numbers])

    assert chains(words, words) == [[(0, 0, len(words))]]


def test_a_phrase_that_stands_everywhere_in_the_keeper_costs_little() -> None:
    words = column([1, 2, 3, 4] * 5_000)

    assert isinstance(chains(words, words), list)  # quadratic work would take minutes


@given(st.integers(0, 20), st.integers(0, 20), st.integers(1, 20), st.integers(0, 40), st.integers(1, 40))
def test_a_clipped_run_stays_on_its_diagonal(start: int, other: int, length: int, low: int, more: int) -> None:
    high = low + more
    if start >= high or start + length <= low:
        return

    a, b, n = clip((start, other, length), low, high)

    assert (a, a + n) == (max(start, low), min(start + length, high))
    assert a - b == start - other
