"""Buckets in the kernel: the pairs of the definition, in its order, whatever the keys, and linear in hot buckets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import kernel, match
from dedup.match import CROWD, PAIRS, STARS, Buckets, Cap, Places, defined_agreeing, defined_owners, defined_pairs
from dedup.runs import defined_sorted_once, sorted_once
from dedup.sign import mix
from tests.test_match import pairs_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    Entries = tuple[NDArray[np.uint64], NDArray[np.uint32], NDArray[np.int64]]

pytestmark = pytest.mark.skipif(not kernel.NATIVE, reason="no kernel was built, or none is wanted")

HIGH, LOW = 1 << 63, 1 << 31
SAME_HALF = [part << 54 | middle << 32 | 7 for part in (0, 1, 1023) for middle in range(3)]
"""Keys of which the half is the same that is put into partitions; of some the partition, too."""
KEYS = (
    st.integers(0, 3)
    | st.sampled_from([HIGH, HIGH + 1, LOW, LOW + HIGH, 2**64 - 1])
    | st.sampled_from(SAME_HALF)
    | st.integers(0, 2**64 - 1)
)
CAPS = [PAIRS, STARS, Cap(2, 1, 9), Cap(3, 2, 5), Cap(0, 0, 9), Cap(1, 9, 3), Cap(0, 3, 4), Cap(4, 3, 2)]


def entries(rows: Sequence[tuple[int, int]], ranks: Sequence[int]) -> Entries:
    """Keys and members of entries, and the ranks of documents."""
    keys, members = np.array([key for key, _ in rows], np.uint64), np.array([own for _, own in rows], np.uint32)
    return keys, members, np.array(ranks, np.int64)


def assert_same(buckets: Buckets, given_: Entries, cap: Cap = PAIRS) -> int:
    """The kernel's chunks are the definition's pairs, in order; how many there are."""
    none = np.zeros(0, np.uint32)
    chunks = [(none, none), *buckets.pairs(*given_, cap)]
    wanted = defined_pairs(*given_, cap)
    for found, column in zip(zip(*chunks, strict=True), wanted, strict=True):
        assert column.dtype == np.uint32
        assert {each.dtype for each in found} == {column.dtype}
        assert np.concatenate(found).tolist() == column.tolist()
    return len(wanted[0])


@given(
    st.lists(st.tuples(KEYS, st.integers(0, 8)), max_size=80),
    st.permutations(range(9)) | st.lists(st.integers(0, 2), min_size=9, max_size=9),
    st.sampled_from(CAPS),
    st.integers(1, 9),
)
def test_pairs_are_those_of_the_definition(rows: list[tuple[int, int]], ranks: list[int], cap: Cap, chunk: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(match, "CHUNK", chunk)
        assert_same(Buckets(), entries(rows, ranks), cap)


SPREADS: dict[str, Callable[[NDArray[np.uint64]], NDArray[np.uint64]]] = {
    "in all bits": mix,
    "in the lower bits: one partition": lambda keys: keys,
    "in the upper half": lambda keys: mix(keys) << np.uint64(32),
    "in the middle: one partition": lambda keys: (keys & np.uint64(0x3FFFFF)) << np.uint64(32),
}
"""In what keys differ."""


def made(seed: int, size: int, spread: str) -> Entries:
    """Entries in buckets of many sizes."""
    chance = np.random.default_rng(seed)
    keys = (chance.pareto(0.6, size) * size / 50).clip(0, 2**62).astype(np.uint64)
    members = np.sort(chance.integers(0, max(1, size // 3), size)).astype(np.uint32)
    return SPREADS[spread](keys), members, chance.permutation(max(1, size // 3))


@pytest.mark.parametrize("spread", SPREADS)
@pytest.mark.parametrize(("cap", "most"), [(PAIRS, 1 << 25), (PAIRS, 30_000), (STARS, 1 << 25), (STARS, 1)])
def test_partitions_change_nothing_nor_what_was_grouped_before(
    cap: Cap, most: int, monkeypatch: pytest.MonkeyPatch, spread: str
) -> None:
    monkeypatch.setattr(match, "ENTRIES_AT_ONCE", most)
    buckets = Buckets()

    found = [
        assert_same(buckets, made(n, size, spread), cap) for n, size in enumerate((9_000, 120_000, 3, 0, 1, 20_000))
    ]

    assert found[1] > 50_000


@pytest.mark.parametrize("size", [0, 1, 2, 20_000])
@pytest.mark.parametrize("key", [0, 7, HIGH, 2**64 - 1])
def test_one_key_is_one_bucket(key: int, size: int) -> None:
    assert_same(Buckets(), entries([(key, own) for own in range(size)], range(size)))


def test_keys_that_have_half_in_common_are_no_bucket() -> None:
    keys = np.arange(50_000, dtype=np.uint64) << np.uint64(32)
    members = np.arange(len(keys), dtype=np.uint32)
    for some in (keys, mix(keys) & np.uint64(0xFFFFFFFF00000000)):
        assert len(np.unique(some >> np.uint64(32))) == len(np.unique(some)) > len(some) - 9
        assert_same(Buckets(), (some, members, np.arange(len(keys))))
    assert list(Buckets().pairs(keys, members, np.arange(len(keys)))) == []


def test_what_is_left_of_other_keys_is_forgotten() -> None:
    buckets = Buckets()
    next(buckets.pairs(*entries([(1, 0), (1, 1)], [0, 1])))

    assert list(buckets.pairs(*entries([(1, 0), (2, 1)], [0, 1]))) == []


def test_a_hot_bucket_of_a_million_costs_its_size() -> None:
    size = 1_000_000
    keys = np.concatenate([np.full(size, 7, np.uint64), mix(np.arange(size, dtype=np.uint64))])
    ranks = np.arange(2 * size)[::-1]

    found = [*Buckets().pairs(keys, np.arange(2 * size, dtype=np.uint32), ranks)]
    stars = [*Buckets().pairs(keys, np.arange(2 * size, dtype=np.uint32), ranks, STARS)]

    first = np.concatenate([chunk[0] for chunk in found])
    assert len(first) == pairs_of(size)
    assert set(first.tolist()) == set(range(size - CROWD + 1, size))
    assert sum(len(chunk[1]) for chunk in stars) == size - 1


def test_entries_of_one_document_are_no_crowd_of_pairs() -> None:
    size = 10 * CROWD

    assert_same(Buckets(), entries([(5, 0)] * size, [0]))
    assert list(Buckets().pairs(*entries([(5, 0)] * size, [0]))) == []


@pytest.mark.parametrize(
    ("members", "ranks"), [([0, 1], [0]), ([0], [0]), ([0, 0, 0], [0]), ([-1, 0], [0, 1]), ([0, 0], [])]
)
def test_entries_that_fit_nothing_are_an_error(members: list[int], ranks: list[int]) -> None:
    buckets, keys = Buckets(), np.zeros(2, np.uint64)
    with pytest.raises(ValueError):
        list(buckets.pairs(keys, np.array(members), np.array(ranks)))

    assert len(list(buckets.pairs(keys, np.arange(2), np.arange(2)))) == 1  # it goes on


def test_nothing_was_grouped_yet() -> None:
    from dedup.kernel import _native

    assert [len(column) for column in _native.Buckets(9).next(48, 4, 9, 1)] == [0, 0]


# ── numbers in order ────────────────────────────────────────────────────────────────────────────────────────────────

LEAST, MOST = -(2**63), 2**63 - 1
NUMBERS = {
    "none": [],
    "one": [7],
    "all the same": [-3] * 5_000,
    "ascending": range(5_000),
    "descending": range(5_000, -5_000, -1),
    "of both ends": [MOST, LEAST, 0, -1, 1] * 1_000,
    "just as many as are not compared": [*range(1 << 10, 0, -1)],
    "one less": [*range((1 << 10) - 1, 0, -1)],
    "one range of bits": [number % 600 for number in range(0, 70_000, 7)],
    "two": [number * 997 % 40_009 for number in range(30_000)],
    "the upper bits only": [(number % 700 - 350) << 54 for number in range(3_000)],
}


@pytest.mark.parametrize("numbers", NUMBERS.values(), ids=NUMBERS)
def test_numbers_are_sorted_each_once(numbers: Sequence[int]) -> None:
    found = sorted_once(np.array(numbers, np.int64))

    assert found.dtype == np.int64
    assert found.tolist() == sorted(set(numbers))
    assert found.tolist() == defined_sorted_once(np.array(numbers, np.int64)).tolist()


def test_numbers_that_cannot_be_sorted_where_they_are_are_an_error() -> None:
    fixed = np.arange(9)
    fixed.flags.writeable = False
    for some in (np.arange(9)[::2], np.arange(9, dtype=np.int32), fixed):
        with pytest.raises(TypeError):
            sorted_once(some)  # type: ignore[arg-type]


@given(st.lists(st.integers(-9, 9) | st.integers(LEAST, MOST), max_size=40), st.integers(0, 63), st.integers(1, 2_000))
def test_many_numbers_are_sorted_each_once(numbers: list[int], shift: int, more: int) -> None:
    every = np.concatenate([np.array(numbers, np.int64), mix(np.arange(more, dtype=np.uint64)).view(np.int64) >> shift])

    assert sorted_once(every.copy()).tolist() == sorted(set(every.tolist()))


# ── words around places ─────────────────────────────────────────────────────────────────────────────────────────────


@st.composite
def places(draw: st.DrawFn) -> tuple[NDArray[np.uint64], NDArray[np.int64], Places, Places]:
    """Words of few kinds in some documents, and pairs of places."""
    sizes = draw(st.lists(st.integers(0, 40), min_size=1, max_size=5).filter(any))
    bounds = np.cumsum([0, *sizes])
    words = np.array(draw(st.lists(st.integers(0, 2), min_size=sum(sizes), max_size=sum(sizes))), np.uint64)
    at = np.array(draw(st.lists(st.integers(0, sum(sizes) - 1), min_size=2, max_size=24)), np.int64)
    at = at[: len(at) // 2 * 2]
    own = Places(defined_owners(at.astype(np.uint32), bounds), at)
    return words, bounds, own.only(slice(0, None, 2)), own.only(slice(1, None, 2))


@given(places())
def test_words_agree_as_the_definition_counts_them(given_: tuple[Any, Any, Places, Places]) -> None:
    words, bounds, left, right = given_
    left, right = (
        Places(np.ascontiguousarray(each.owners), np.ascontiguousarray(each.places)) for each in (left, right)
    )

    found, wanted = match.agreeing_words(words, bounds, left, right), defined_agreeing(words, bounds, left, right)

    assert (found.dtype, found.tolist()) == (wanted.dtype, wanted.tolist())


@given(st.lists(st.integers(0, 4), max_size=8), st.lists(st.integers(0, 31), max_size=30))
def test_words_stand_in_the_documents_of_the_definition(sizes: list[int], drawn: list[int]) -> None:
    bounds = np.cumsum([0, *sizes])
    at = np.array([each for each in drawn if each < bounds[-1]], np.uint32)

    for some in (at, np.sort(at)):
        found, wanted = match.owners(some, bounds), defined_owners(some, bounds)
        assert (found.dtype, found.tolist()) == (wanted.dtype, wanted.tolist())


@pytest.mark.parametrize(
    ("bounds", "owner", "place"),
    [
        ([0, 2, 4], 2, 1), ([0, 2, 4], 0, 2), ([0, 2, 4], 1, 1), ([0, 2, 4], 1, 4), ([0, 2, 5], 1, 3),
        ([0, 2, 4], 0, -1), ([-3, 2, 4], 0, -2), ([], 0, 0), ([0], 0, 0),
    ],
)  # fmt: skip
def test_places_that_lie_nowhere_are_an_error(bounds: list[int], owner: int, place: int) -> None:
    words = np.zeros(4, np.uint64)
    good = Places(np.zeros(1, np.uint32), np.zeros(1, np.int64))
    bad = Places(np.array([owner], np.uint32), np.array([place], np.int64))
    for left, right in ((good, bad), (bad, good)):
        with pytest.raises(ValueError):
            match.agreeing_words(words, np.array(bounds, np.int64), left, right)


@pytest.mark.parametrize("bounds", [[], [1, 3], [0, 3, 2], [0], [0, 2], [-1, 9]])
def test_a_place_in_no_document_is_an_error(bounds: list[int]) -> None:
    with pytest.raises(ValueError):
        match.owners(np.array([2], np.uint32), np.array(bounds, np.int64))


def test_columns_of_other_lengths_are_an_error() -> None:
    from dedup.kernel import _native

    words, bounds = np.zeros(9, np.uint64), np.array([0, 9])
    one, two = (Places(np.zeros(n, np.uint32), np.zeros(n, np.int64)) for n in (1, 2))
    for left, right in ((one, two), (two, one), (one, Places(one.owners, two.places))):
        with pytest.raises(ValueError):
            match.agreeing_words(words, bounds, left, right)
    with pytest.raises(ValueError):
        _native.agreeing_words(words, bounds, one, one, 200, 100)
