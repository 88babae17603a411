"""Whole documents that go: for the best of their keepers that are alike and stay, compared only as that needs it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import kernel
from dedup.keepers import Chosen
from dedup.settle import ALIKE, OTHER, UNKNOWN, Compared, settled, taken

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

    from numpy.typing import NDArray

COUNT = 12
LIKENESS = st.sampled_from([UNKNOWN, ALIKE, OTHER])
PAIR = st.tuples(st.integers(0, COUNT - 1), st.integers(0, COUNT - 1)).filter(lambda pair: pair[0] < pair[1])
PAIRS = st.dictionaries(PAIR, LIKENESS, max_size=40)
"""Of a keeper and a document behind it."""


def packed(pairs: dict[tuple[int, int], int]) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    """Pairs as they are taken, and what is known of them."""
    ordered = sorted((document * COUNT + keeper, told) for (keeper, document), told in pairs.items())
    return np.array([pair for pair, _ in ordered], np.int64), np.array([told for _, told in ordered], np.uint8)


def keepers_of(alike: set[tuple[int, int]]) -> list[int]:
    """For which document each goes, itself if it stays, where all is known."""
    found: list[int] = []
    for document in range(COUNT):
        stay = [keeper for keeper in range(document) if found[keeper] == keeper and (keeper, document) in alike]
        found.append(stay[0] if stay else document)
    return found


@given(PAIRS, st.integers(1, 3), st.booleans())
def test_what_is_taken_stays_so_whatever_becomes_known(
    pairs: dict[tuple[int, int], int], most: int, native: bool
) -> None:
    rows, likeness = packed(pairs)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kernel, "NATIVE", kernel.NATIVE and native)
        found = taken(rows, COUNT, likeness, most)

    unknown = [pair for pair, told in pairs.items() if told == UNKNOWN]
    alike = {pair for pair, told in pairs.items() if told == ALIKE}
    outcomes = [keepers_of(alike), keepers_of(alike | set(unknown)), *(keepers_of(alike | {one}) for one in unknown)]
    for document, (keeper, number) in enumerate(zip(found.keepers.tolist(), found.pairs.tolist(), strict=True)):
        assert (keeper == document) == (number == -1)
        if number >= 0:
            assert rows[number] == document * COUNT + keeper
            assert {outcome[document] for outcome in outcomes} == {keeper}
    wanted = found.wanted.tolist()
    assert wanted == sorted(wanted)
    assert (likeness[wanted] == UNKNOWN).all()
    assert np.bincount(rows[wanted] // COUNT, minlength=1).max() <= most
    if not wanted:
        assert found.keepers.tolist() == outcomes[0]
        assert {tuple(outcome) for outcome in outcomes} == {tuple(outcomes[0])}


@given(PAIRS, st.integers(1, 3))
@pytest.mark.skipif(not kernel.NATIVE, reason="there is no kernel")
def test_the_kernel_takes_what_the_definition_does(pairs: dict[tuple[int, int], int], most: int) -> None:
    rows, likeness = packed(pairs)
    found = taken(rows, COUNT, likeness, most)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kernel, "NATIVE", False)
        defined = taken(rows, COUNT, likeness, most)

    assert [column.tolist() for column in found] == [column.tolist() for column in defined]


@given(st.dictionaries(PAIR, st.booleans(), max_size=40), st.randoms(use_true_random=False), st.booleans())
def test_a_document_goes_for_its_best_keeper_that_stays(
    pairs: dict[tuple[int, int], bool], chance: random.Random, native: bool
) -> None:
    """The pairs are of ranks; the numbers of documents are others."""
    number = chance.sample(range(COUNT), COUNT)
    ranks = np.argsort(number)
    asked: list[tuple[int, int]] = []

    def verify(given_: NDArray[np.int64]) -> Iterator[tuple[NDArray[np.int64], Compared]]:
        rows = np.array(chance.sample(range(len(given_)), len(given_)), np.int64)
        for part in np.array_split(rows, 2):
            own = [(int(ranks[keeper]), int(ranks[document])) for keeper, document in given_[part].tolist()]
            asked.extend(own)
            common = np.array([8 if pairs[pair] else 7 for pair in own], np.int64)
            yield part, Compared(np.full(len(part), 10), np.full(len(part), 8), common)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kernel, "NATIVE", kernel.NATIVE and native)
        rows, _ = packed(dict.fromkeys(pairs, UNKNOWN))
        decided, counts = settled(rows, Chosen(ranks, np.arange(COUNT)), 0.8, verify)

    alike = {pair for pair, same in pairs.items() if same}
    wanted = keepers_of(alike)
    assert [int(ranks[decided.keepers[own]]) for own in number] == wanted
    goes = decided.keepers != np.arange(COUNT)
    assert decided.jaccard.tolist() == np.where(goes, 0.8, 1.0).tolist()
    assert (decided.containment == 1).all()
    assert len(asked) == len(set(asked)) == counts.pairs
    assert counts.false == sum(pair not in alike for pair in asked)


def test_of_documents_that_are_all_alike_each_is_compared_once() -> None:
    pairs = dict.fromkeys(((keeper, document) for document in range(COUNT) for keeper in range(document)), UNKNOWN)
    rows, _ = packed(pairs)
    waves: list[int] = []

    def verify(given_: NDArray[np.int64]) -> Iterator[tuple[NDArray[np.int64], Compared]]:
        waves.append(len(given_))
        yield np.arange(len(given_)), Compared(*np.full((3, len(given_)), 9))

    decided, counts = settled(rows, Chosen(np.arange(COUNT), np.arange(COUNT)), 0.8, verify)

    assert decided.keepers.tolist() == [0] * COUNT
    assert (waves, counts) == ([COUNT - 1], (COUNT - 1, 0))


def test_of_documents_that_are_none_alike_more_and_more_pairs_are_compared_at_a_time() -> None:
    pairs = dict.fromkeys(((keeper, document) for document in range(COUNT) for keeper in range(document)), UNKNOWN)
    rows, _ = packed(pairs)
    waves: list[int] = []

    def verify(given_: NDArray[np.int64]) -> Iterator[tuple[NDArray[np.int64], Compared]]:
        waves.append(int(np.bincount(given_[:, 1]).max()))
        yield np.arange(len(given_)), Compared(*np.full((3, len(given_)), [[9], [9], [0]]))

    decided, counts = settled(rows, Chosen(np.arange(COUNT), np.arange(COUNT)), 0.8, verify)

    assert decided.keepers.tolist() == list(range(COUNT))
    assert waves == [1, 2, 4, COUNT - 1 - 7]
    assert counts == (len(pairs), len(pairs))


@pytest.mark.parametrize("native", [True, False])
@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ([-1], "a pair of no document"), ([4], "a pair of no document"), ([3], "a pair of no document"),
        ([1], "a pair of no document"), ([2, 2], "pairs do not ascend"),
    ],
)  # fmt: skip
def test_pairs_that_are_none_are_errors(
    monkeypatch: pytest.MonkeyPatch, native: bool, rows: list[int], why: str
) -> None:
    monkeypatch.setattr(kernel, "NATIVE", kernel.NATIVE and native)
    with pytest.raises(ValueError, match=why):
        taken(np.array(rows), 2, np.zeros(len(rows), np.uint8), 1)


@pytest.mark.skipif(not kernel.NATIVE, reason="there is no kernel")
def test_columns_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="columns of different lengths"):
        taken(np.array([2]), 2, np.zeros(2, np.uint8), 1)


@pytest.mark.parametrize("native", [True, False])
def test_of_no_documents_nothing_goes(monkeypatch: pytest.MonkeyPatch, native: bool) -> None:
    monkeypatch.setattr(kernel, "NATIVE", kernel.NATIVE and native)
    none = np.zeros(0, np.int64)

    decided, counts = settled(none, Chosen(none, none), 0.8, lambda _: iter(()))

    assert (len(decided.keepers), counts) == (0, (0, 0))
