# ruff: noqa: E501 (tables of cases)
"""Keepers: chosen by content, never by arrival; and no chains of likeness."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.align import Limits, Words, chains
from dedup.cluster import Aligned, Duplicate, duplicates, ranks
from dedup.words import marked_words
from tests.material import prose

ROWS = st.lists(
    st.tuples(st.sampled_from(["", "2023", "2024-01-01", "2024-01-02"]), st.integers(1, 3)), min_size=1, max_size=12
)


@given(ROWS, st.data(), st.sampled_from(["earliest", "longest"]))
def test_ranks_are_a_total_order_that_does_not_depend_on_arrival(
    rows: list[tuple[str, int]], data: st.DataObject, keep: str
) -> None:
    named = [(date, length, f"id{number}") for number, (date, length) in enumerate(rows)]
    mixed = data.draw(st.permutations(named))

    def of(some: list[tuple[str, int, str]]) -> dict[str, int]:
        found = ranks([row[0] for row in some], [row[1] for row in some], [row[2] for row in some], keep)
        return {row[2]: int(rank) for row, rank in zip(some, found, strict=True)}

    assert of(named) == of(mixed)
    assert sorted(of(named).values()) == list(range(len(named)))


@pytest.mark.parametrize(
    ("keep", "best_first"),
    [
        ("earliest", ["old", "late long", "late", "undated"]),
        ("longest", ["undated", "late long", "late", "old"]),
        ("first", ["undated", "late", "late long", "old"]),
    ],
)
def test_the_policy_says_who_stays(keep: str, best_first: list[str]) -> None:
    rows = {"undated": ("", 99), "late": ("2024-02-01", 20), "late long": ("2024-02-01", 30), "old": ("2024-01-01", 10)}

    found = ranks([date for date, _ in rows.values()], [length for _, length in rows.values()], list(rows), keep)

    assert [list(rows)[i] for i in np.argsort(found)] == best_first


class Texts:
    """A corpus of texts, each one block."""

    def __init__(self, texts: list[str]) -> None:
        self.texts = texts
        self.marked = [marked_words(text, [(0, len(text))]) for text in texts]

    def words(self, document: int) -> Words:
        return Words(self.marked[document].hashes, self.marked[document].marks)

    def blocks(self, document: int) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
        return self.marked[document].spans

    def decided(self, copies: list[int] | None = None) -> dict[int, list[Duplicate]]:
        """What goes, when every document is compared with all before it, which rank higher."""
        aligned: list[Aligned] = [
            (keeper, document, chains(self.words(document).hashes, self.words(keeper).hashes))
            for document in range(len(self.texts))
            for keeper in range(document)
        ]
        numbers = np.arange(len(self.texts))
        return duplicates(self, aligned, numbers, np.array(copies) if copies else numbers, Limits(15, 0.8))


A, B, C = prose(11, 30), prose(12, 30), prose(13, 30)


def test_all_but_the_best_copy_go() -> None:
    found = Texts([A, A, A]).decided()

    assert {number: {each.keeper for each in duplicates_} for number, duplicates_ in found.items()} == {1: {0}, 2: {0}}


def test_exact_copies_go_without_an_alignment() -> None:
    corpus = Texts([A, A])

    found = duplicates(corpus, [], np.arange(2), np.array([0, 0]), Limits(15, 0.8))

    assert [(each.keeper, each.match.start, each.match.end) for each in found[1]] == [
        (0, 0, len(corpus.words(1).hashes))
    ]


def test_a_document_that_two_share_keeps_what_neither_has() -> None:
    found = Texts([A, B, f"{A} {C} {B}"]).decided()

    assert sorted(each.keeper for each in found[2]) == [0, 1]
    assert sum(each.match.end - each.match.start for each in found[2]) == len(A.split()) + len(B.split())


def test_likeness_is_not_handed_on() -> None:
    """The second is like the first and the third like the second, but the third shares nothing with the first: it stays."""
    words = prose(21, 60).split(" ")
    middle = " ".join(words)
    first, third = " ".join(words[:40]), " ".join(words[20:])
    found = Texts([first, middle, third]).decided()

    for number, some in found.items():
        gone_of = {n: [(d.match.start, d.match.end) for d in ds] for n, ds in found.items()}
        for each in some:
            assert each.keeper < number
            for low, high in gone_of.get(each.keeper, []):
                assert each.match.keeper_end <= low or each.match.keeper_start >= high


@settings(deadline=None, max_examples=40)
@given(
    st.lists(
        st.lists(st.sampled_from([prose(n, 20) for n in range(31, 37)]), min_size=1, max_size=4), min_size=2, max_size=6
    )
)
def test_what_goes_once_stood_in_its_keeper_and_still_does(documents: list[list[str]]) -> None:
    corpus = Texts([" ".join(parts) for parts in documents])

    found = corpus.decided()

    gone = {
        number: {at for each in some for at in range(each.match.start, each.match.end)}
        for number, some in found.items()
    }
    for number, some in found.items():
        taken: set[int] = set()
        for each in some:
            own = set(range(each.match.start, each.match.end))
            assert not own & taken
            taken |= own
            assert not set(range(each.match.keeper_start, each.match.keeper_end)) & gone.get(each.keeper, set())
            assert each.keeper != number
    left = {
        word
        for number in range(len(documents))
        for at, word in enumerate(corpus.words(number).hashes.tolist())
        if at not in gone.get(number, set())
    }
    assert left == {word for number in range(len(documents)) for word in corpus.words(number).hashes.tolist()}
