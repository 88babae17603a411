"""Candidates: nothing that agrees in twelve words is missed, and a crowd costs its size, not its square."""

from __future__ import annotations

import itertools
import time
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.match import (
    CROWD,
    HUBS,
    SEED_RUN,
    SEED_SHINGLE,
    SEED_WINDOW,
    agreeing_run,
    pairs_in_buckets,
    unique_pairs,
    winnow,
)
from dedup.sign import shingles

WORDS = st.lists(st.integers(1, 30), max_size=40)
GUARANTEE = SEED_SHINGLE + SEED_WINDOW - 1
"""Words in a row that two texts must share to share a seed."""


def column(values: list[int]) -> np.ndarray[Any, np.dtype[np.uint64]]:
    return np.array(values, np.uint64)


def seeds(words: list[int]) -> set[int]:
    hashes, _ = shingles(column(words), np.array([0, len(words)]), SEED_SHINGLE)
    return set(hashes[winnow(hashes)].tolist())


def test_the_guarantee_is_twelve_words() -> None:
    assert GUARANTEE == 12


@given(WORDS, WORDS, st.lists(st.integers(1, 30), min_size=GUARANTEE, max_size=20), WORDS, WORDS)
def test_texts_that_share_twelve_words_in_a_row_share_a_seed(
    a: list[int], b: list[int], both: list[int], c: list[int], d: list[int]
) -> None:
    assert seeds(a + both + b) & seeds(c + both + d)


@given(st.lists(st.integers(0, 5), max_size=60))
def test_seeds_ascend_and_every_window_holds_one(hashes: list[int]) -> None:
    at = winnow(column(hashes)).tolist()

    assert at == sorted(set(at))
    assert all(
        any(low <= each < low + SEED_WINDOW for each in at)
        for low in range(max(len(hashes) - SEED_WINDOW + 1, min(1, len(hashes))))
    )


def test_a_run_of_equal_words_gives_few_seeds() -> None:
    words = column([7] * 1_000)

    assert len(winnow(words)) < len(words)
    assert winnow(column([7])).tolist() == [0]
    assert len(winnow(column([]))) == 0


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 6)), max_size=30), st.permutations(range(7)))
def test_pairs_are_all_pairs_of_small_buckets(rows: list[tuple[int, int]], order: list[int]) -> None:
    keys, members = column([key for key, _ in rows]), np.array([member for _, member in rows], np.int64)
    ranks = np.array(order, np.int64)

    first, second = pairs_in_buckets(keys, members, ranks)

    expected = {
        frozenset(pair)
        for pair in itertools.combinations(range(len(rows)), 2)
        if keys[pair[0]] == keys[pair[1]] and members[pair[0]] != members[pair[1]]
    }
    assert sorted(map(sorted, expected)) == sorted(
        sorted(pair) for pair in zip(first.tolist(), second.tolist(), strict=True)
    )
    assert (ranks[members[first]] < ranks[members[second]]).all()


def test_a_bucket_of_a_hundred_thousand_costs_its_size() -> None:
    size = 100_000
    start = time.process_time()

    first, second = pairs_in_buckets(np.zeros(size, np.uint64), np.arange(size), np.arange(size)[::-1].copy())

    assert len(first) <= HUBS * size
    assert set(second.tolist()) >= set(range(size - 1))  # everything is compared with the best keeper, the last one
    assert set(first.tolist()) == set(range(size - HUBS, size))
    assert time.process_time() - start < 2


def test_a_crowd_pairs_everyone_with_the_best_keepers() -> None:
    size = CROWD + 1
    ranks = np.arange(size)

    first, second = pairs_in_buckets(np.zeros(size, np.uint64), np.arange(size), ranks)

    assert set(zip(first.tolist(), second.tolist(), strict=True)) == {
        (a, b) for a in range(HUBS) for b in range(a + 1, size)
    }


@given(st.lists(st.integers(1, 3), min_size=2, max_size=30), st.integers(1, 29), st.data())
def test_an_agreeing_run_is_counted_up_to_the_documents_ends(words: list[int], cut: int, data: st.DataObject) -> None:
    cut = min(cut, len(words) - 1)
    bounds, owners = np.array([0, cut, len(words)]), np.repeat([0, 1], [cut, len(words) - cut])
    left, right = data.draw(st.integers(0, cut - 1)), data.draw(st.integers(cut, len(words) - 1))

    found = agreeing_run(column(words), bounds, owners, np.array([left]), np.array([right]))[0]

    if words[left] != words[right]:
        return  # only seeds, which agree, are looked at
    forward = 0
    while left + forward < cut and right + forward < len(words) and words[left + forward] == words[right + forward]:
        forward += 1
    back = 1
    while left - back >= 0 and right - back >= cut and words[left - back] == words[right - back]:
        back += 1
    assert found == min(forward, SEED_RUN + SEED_SHINGLE) + min(back - 1, SEED_RUN - 1)


def test_pairs_are_distinct_and_sorted() -> None:
    pairs = unique_pairs(np.array([3, 1, 3, 1]), np.array([2, 0, 2, 4]), 5)

    assert pairs.tolist() == [[1, 0], [1, 4], [3, 2]]
    assert unique_pairs(np.zeros(0, np.int64), np.zeros(0, np.int64), 5).shape == (0, 2)
