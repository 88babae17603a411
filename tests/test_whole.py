"""Whole documents that go: what their records say, and how pairs are taken together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import kernel, whole
from dedup.gone import Named, as_flags, tails_of
from dedup.keepers import copies
from dedup.records import why_record
from dedup.settle import Decided
from dedup.strings import Strings

if TYPE_CHECKING:
    import random

IDS = ["a", 'é\n"b"', "\U0001f426", "news/1.html"]
# Halves of per cents and of the fourth place, as far as there are such doubles.
SHARES = st.sampled_from([0.0, 1.0, 0.5, 0.125, 0.375, 0.03125, 0.875, 0.99995, 2 / 3]) | st.floats(0, 1)


@given(st.lists(st.tuples(st.integers(0, 3), SHARES, SHARES), min_size=4, max_size=4), st.booleans())
def test_records_say_why(rows: list[tuple[int, float, float]], native: bool) -> None:
    keepers, *shares = map(np.array, zip(*rows, strict=True))
    named = Named(Strings.of(IDS), np.array([5, 10, 2**40, 0]), np.array([1, 20, 3, 4]))
    gone = as_flags(Decided(keepers, *shares), named)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kernel, "NATIVE", kernel.NATIVE and native)
        found = Strings(*tails_of(gone))

    assert list(found) == ["," + orjson.dumps(why_record(flag)).decode()[1:] for (flag,) in gone.values()]


@given(st.sets(st.integers(0, 9)), st.integers(0, 10), st.integers(0, 10))
def test_a_part_of_what_goes_is_that_part(going: set[int], low: int, count: int) -> None:
    keepers = np.array([(number + 1) % 10 if number in going else number for number in range(10)])
    ids = [f"id{number}" for number in range(10)]
    all_of = as_flags(Decided(keepers, np.ones(10), np.ones(10)), Named(ids, np.arange(10), np.arange(10)))
    part = all_of.part(low, count)

    assert dict(part) == {number - low: all_of[number] for number in going if low <= number < low + count}
    assert [flag.keeper.id for (flag,) in all_of.values() if flag.keeper] == [
        f"id{(n + 1) % 10}" for n in sorted(going)
    ]
    assert dict(part.part(1, 2)) == {number - 1: flags for number, flags in part.items() if 1 <= number < 3}


def test_a_document_that_stays_has_no_flags() -> None:
    named = Named(["a", "b"], np.arange(2), np.arange(2))
    gone = as_flags(Decided(np.array([0, 0]), np.ones(2), np.ones(2)), named)

    assert (list(gone), 0 in gone, 1 in gone, 2 in gone) == ([1], False, True, False)
    with pytest.raises(KeyError):
        gone[0]


PAIRS = st.sets(st.tuples(st.integers(0, 12), st.integers(0, 12)).filter(lambda pair: pair[0] != pair[1]), max_size=40)


@given(PAIRS, st.permutations(range(13)), st.integers(1, 6))
def test_pairs_are_taken_in_parts_each_once(pairs: set[tuple[int, int]], ranks: list[int], size: int) -> None:
    better = {tuple(sorted(pair, key=ranks.__getitem__)) for pair in pairs}
    given_ = np.array(sorted(better), np.int64).reshape(-1, 2)
    parts = [list(map(tuple, given_[rows].tolist())) for rows in whole.chunks(given_, size)]

    assert sorted(pair for part in parts for pair in part) == sorted(better)
    assert all(0 < len(part) <= 2 * size for part in parts)


def test_the_pairs_of_a_document_are_taken_together() -> None:
    star, chain = [(3, 5), (3, 8), (3, 9)], [(0, 4), (4, 7)]
    pairs = np.array(sorted(star + chain), np.int64)

    assert [sorted(map(tuple, pairs[rows].tolist())) for rows in whole.chunks(pairs, 2)] == [chain, star]


@pytest.mark.skipif(not kernel.NATIVE, reason="there is no kernel")
@pytest.mark.parametrize(
    ("numbers", "shares", "why"),
    [
        (1, [[1.5], [1.0]], "a share that is none"),
        (1, [[1.0], [float("nan")]], "a share that is none"),
        (2, [[1.0], [1.0]], "columns of different lengths"),
        (1, [[1.0]], "columns of different lengths"),
    ],
)
def test_columns_that_do_not_fit_are_refused(numbers: int, shares: list[list[float]], why: str) -> None:
    from dedup.kernel import _native

    with pytest.raises(ValueError, match=why):
        _native.whole_tails(Strings.of(["a"]).columns, np.ones((2, numbers), np.int64), np.array(shares))


@given(st.lists(st.tuples(st.integers(1, 3), st.integers(0, 3)), max_size=12), st.randoms(use_true_random=False))
def test_copies_have_all_of_their_print_in_common(prints: list[tuple[int, int]], order: random.Random) -> None:
    count = len(prints)
    ranks = np.array(order.sample(range(count), count), np.int64)
    long = np.array([order.random() < 0.9 for _ in prints], np.bool_)
    found = copies(np.array(prints, np.uint64).reshape(-1, 2), long, ranks, None)

    for number, own in enumerate(prints):
        same = [at for at, other in enumerate(prints) if other == own and long[at]] if long[number] else [number]
        assert found[number] == min(same, key=ranks.__getitem__)
