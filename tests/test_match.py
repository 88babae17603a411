"""Candidates: nothing that agrees in seven words is missed, and a crowd costs its size, not its square."""

from __future__ import annotations

import itertools
import tracemalloc
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import kernel
from dedup.match import (
    CROWD,
    HUBS,
    NEAR,
    PAIRS,
    REACH,
    SEED_SHINGLE,
    SEED_WINDOW,
    Buckets,
    Pairs,
    Places,
    agreeing_words,
    unique_pairs,
    winnow,
)
from dedup.sign import shingles

WORDS = st.lists(st.integers(1, 30), max_size=40)
GUARANTEE = SEED_SHINGLE + SEED_WINDOW - 1
"""Words in a row that two texts must share to share a seed."""


def column(values: list[int]) -> np.ndarray[Any, np.dtype[np.uint64]]:
    return np.array(values, np.uint64)


def paired(keys: Any, members: Any, ranks: Any) -> tuple[Any, Any]:
    """All pairs of buckets at once (int64 [p] twice)."""
    none = np.zeros(0, np.uint32)
    first, second = zip((none, none), *Buckets().pairs(keys, members, ranks, PAIRS), strict=True)
    return np.concatenate(first).astype(np.int64), np.concatenate(second).astype(np.int64)


def seeds(words: list[int]) -> set[int]:
    hashes, _ = shingles(column(words), np.array([0, len(words)]), SEED_SHINGLE)
    return set(hashes[winnow(hashes)].tolist())


def test_the_guarantee_is_seven_words() -> None:
    assert GUARANTEE == 7


@given(WORDS, WORDS, st.lists(st.integers(1, 30), min_size=GUARANTEE, max_size=20), WORDS, WORDS)
def test_texts_that_share_seven_words_in_a_row_share_a_seed(
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


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 6)), max_size=30), st.permutations(range(7)))
def test_pairs_are_all_pairs_of_small_buckets(rows: list[tuple[int, int]], order: list[int]) -> None:
    keys, members = column([key for key, _ in rows]), np.array([member for _, member in rows], np.int64)
    ranks = np.array(order, np.int64)

    first, second = paired(keys, members, ranks)

    expected = {
        frozenset(pair)
        for pair in itertools.combinations(range(len(rows)), 2)
        if keys[pair[0]] == keys[pair[1]] and members[pair[0]] != members[pair[1]]
    }
    assert sorted(map(sorted, expected)) == sorted(
        sorted(pair) for pair in zip(first.tolist(), second.tolist(), strict=True)
    )
    assert (ranks[members[first]] < ranks[members[second]]).all()


def pairs_of(size: int) -> int:
    """How many pairs a bucket of so many documents has."""
    first = min(size, CROWD)
    return first * (first - 1) // 2 + (HUBS - 1) * (min(size, REACH) - first) + size - first


@pytest.mark.parametrize("size", [1_000, 10_000, 100_000])
def test_a_bucket_costs_its_size(size: int) -> None:
    """In pairs and in bytes: what is as long as the pairs is in memory some nine times at most."""
    keys, members, ranks = np.zeros(size, np.uint64), np.arange(size), np.arange(size)[::-1].copy()
    tracemalloc.start()

    first, second = paired(keys, members, ranks)

    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(first) == len(second) == pairs_of(size)
    assert set(second.tolist()) >= set(range(size - 1))  # everything is compared with the best keeper, the last one
    assert set(first[second < size - CROWD].tolist()) == set(range(size - HUBS, size))
    assert peak < 12 * 8 * HUBS * size + (1 << 21)  # what numpy imports at the first call


@pytest.mark.parametrize("size", [CROWD - 1, CROWD, CROWD + 1, CROWD + 2])
def test_all_pairs_of_a_small_bucket_and_those_of_the_best_of_a_crowd(size: int) -> None:
    first, _ = paired(np.zeros(size, np.uint64), np.arange(size), np.arange(size))

    assert len(first) == pairs_of(size)


def test_many_seeds_of_one_document_are_no_crowd_of_pairs() -> None:
    size = 10_000
    first, second = paired(np.zeros(size, np.uint64), np.zeros(size, np.int64), np.zeros(1, np.int64))

    assert len(first) == len(second) == 0


def test_a_crowd_pairs_everyone_with_the_best_keepers() -> None:
    size = CROWD + 2
    ranks = np.arange(size)

    first, second = paired(np.zeros(size, np.uint64), np.arange(size), ranks)

    assert set(zip(first.tolist(), second.tolist(), strict=True)) == {
        (a, b) for b in range(size) for a in range(b if b < CROWD else HUBS)
    }


@given(st.lists(st.integers(0, 3), max_size=200), st.integers(0, 200))
def test_what_is_paired_of_the_first_does_not_depend_on_those_behind(keys: list[int], many: int) -> None:
    """So that cleaning batch by batch, where the first keeps, pairs what one run pairs."""
    every = paired(np.array(keys, np.uint64), np.arange(len(keys)), np.arange(len(keys)))
    first = paired(np.array(keys[:many], np.uint64), np.arange(len(keys[:many])), np.arange(len(keys)))

    assert {pair for pair in zip(*map(np.ndarray.tolist, every), strict=True) if max(pair) < many} == set(
        zip(*map(np.ndarray.tolist, first), strict=True)
    )


@given(st.lists(st.integers(1, 3), min_size=2, max_size=120), st.integers(1, 119), st.data())
def test_words_agree_place_by_place_as_far_as_both_documents_reach(
    words: list[int], cut: int, data: st.DataObject
) -> None:
    cut = min(cut, len(words) - 1)
    bounds = np.array([0, cut, len(words)])
    places = data.draw(
        st.lists(st.tuples(st.integers(0, cut - 1), st.integers(0, len(words) - cut - 1)), min_size=1, max_size=5)
    )

    found = agreeing_words(
        column(words), bounds, standing(0, [at for at, _ in places]), standing(1, [cut + at for _, at in places])
    )

    assert found.tolist() == [by_definition(words[:cut], words[cut:], at, other) for at, other in places]


def standing(owner: int, at: list[int]) -> Places:
    """Places in one document."""
    return Places(np.full(len(at), owner, np.uint32), np.array(at, np.int64))


def by_definition(left: list[int], right: list[int], at: int, other: int) -> int:
    """How many words agree from NEAR before two places to NEAR behind the seeds that begin there."""
    return sum(
        left[at + step] == right[other + step]
        for step in range(-NEAR, SEED_SHINGLE + NEAR)
        if 0 <= at + step < len(left) and 0 <= other + step < len(right)
    )


@pytest.mark.parametrize(
    ("left", "right", "agree"),
    [
        (0, 60, SEED_SHINGLE + NEAR),
        (20, 80, NEAR + SEED_SHINGLE + NEAR),
        (59, 119, NEAR + 1),
        (5, 65, 5 + SEED_SHINGLE + NEAR),
        (20, 81, 0),
    ],
)
def test_of_a_copy_all_words_around_a_seed_agree(left: int, right: int, agree: int) -> None:
    words, bounds = column([*range(60)] * 2), np.array([0, 60, 120])

    assert agreeing_words(words, bounds, standing(0, [left]), standing(1, [right])).tolist() == [agree]


def test_no_places_agree_in_no_words() -> None:
    assert agreeing_words(column([1, 2]), np.array([0, 2]), standing(0, []), standing(0, [])).tolist() == []


def test_pairs_are_distinct_and_sorted() -> None:
    pairs = unique_pairs(np.array([3, 1, 3, 1]), np.array([2, 0, 2, 4]), 5)

    assert pairs.tolist() == [[1, 0], [1, 4], [3, 2]]
    assert unique_pairs(np.zeros(0, np.int64), np.zeros(0, np.int64), 5).shape == (0, 2)


@given(st.lists(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=9), max_size=12), st.booleans())
def test_pairs_come_in_chunks(chunks: list[list[tuple[int, int]]], native: bool) -> None:
    pairs = Pairs(7)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Pairs, "LEAST", 5)
        patch.setattr(kernel, "NATIVE", kernel.NATIVE and native)
        for chunk in chunks:
            pairs.add(*np.array(chunk, np.int64).reshape(-1, 2).T)
        found, packed, left = pairs.sorted(), pairs.packed(), pairs.packed()

    wanted = sorted({pair for chunk in chunks for pair in chunk})
    assert list(map(tuple, found.tolist())) == wanted
    assert packed.tolist() == [7 * first + second for first, second in wanted]
    assert len(left) == 0
