# ruff: noqa: E501 (tables of cases)
"""The kernel aligns as the definition does, ties and all, and refuses what are no documents."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup import kernel
from dedup.align import Documents, Words, align, align_pairs, defined_align
from dedup.sign import mix
from dedup.words import marked_words
from tests.material import VOCABULARY, prose

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

pytestmark = pytest.mark.skipif(not kernel.NATIVE, reason="no kernel was built, or none is wanted")


def words(numbers: Sequence[int], starts: Sequence[int] = (0,)) -> Words:
    """Words that are equal where their numbers are; at these places a sentence begins. They are mixed as hashes are:
    shingles of small numbers collide."""
    marks = np.zeros(len(numbers), np.uint8)
    marks[[at for at in starts if at < len(numbers)]] = 1
    return Words(mix(np.array(numbers, np.uint64)), marks)


def together(*several: Words) -> Documents:
    """Documents one behind the other."""
    bounds = np.cumsum([0, *(len(each.hashes) for each in several)])
    hashes, marks = (np.concatenate(column) for column in zip(*several, strict=True))
    return Documents(hashes, marks, bounds)


def assert_same(*several: Words) -> None:
    """All pairs of documents, of one with itself as well, are aligned as the definition has it."""
    pairs = [(keeper, document) for keeper in range(len(several)) for document in range(len(several))]
    wanted = [defined_align(several[document], several[keeper]) for keeper, document in pairs]

    assert [align(several[document], several[keeper]) for keeper, document in pairs] == wanted
    assert list(align_pairs(together(*several), np.array(pairs))) == wanted


# ── made by chance ──────────────────────────────────────────────────────────────────────────────────────────────────


@st.composite
def sequences(draw: st.DrawFn) -> Words:
    """Words of small alphabets, in phrases that come again: many places for each, and ties between them."""
    chance = random.Random(draw(st.integers(0, 1_000_000)))
    letters = draw(st.sampled_from([1, 2, 3, 5, 12, 40]))
    own: list[int] = []
    while len(own) < draw(st.integers(0, 60)):
        phrase = [chance.randrange(letters) for _ in range(chance.randint(1, 12))]
        own += phrase * draw(st.sampled_from([1, 1, 2, 7]))
    starts = draw(st.sampled_from([(), range(0, 200, 9), range(5, 200, 31), range(200)]))
    return words(own, starts)


@settings(max_examples=400)
@given(st.lists(sequences(), min_size=1, max_size=3))
def test_words_of_small_alphabets(several: list[Words]) -> None:
    assert_same(*several)


def changed(own: list[int], chance: random.Random, rate: float) -> list[int]:
    """Words with some of them replaced, left out, doubled or moved, and stretches put elsewhere."""
    result: list[int] = []
    for word in own:
        what = chance.random() / rate
        result += (
            [word] if what > 1 else [] if what < 0.3 else [word, word] if what < 0.5 else [chance.randrange(10**6)]
        )
    for _ in range(chance.randint(0, 3)):
        low, high = sorted(chance.randint(0, len(result)) for _ in range(2))
        at = chance.randint(0, len(result))
        result[at:at] = result[low : min(high, low + 50)]
    return result


@settings(max_examples=150)
@given(st.integers(0, 1_000_000), st.sampled_from([30, 100, 400]), st.sampled_from([0.01, 0.05, 0.15, 0.3, 0.5]))
def test_copies_that_were_changed(seed: int, size: int, rate: float) -> None:
    chance = random.Random(seed)
    own = [chance.randrange(size) if chance.random() < 0.2 else size + at for at in range(size)]
    marks = [0, *(at for at in range(size) if chance.random() < 0.07)]

    assert_same(*(words(each, marks) for each in (own, changed(own, chance, rate), changed(own, chance, rate))))


@st.composite
def posts(draw: st.DrawFn) -> str:
    """Sentences of some paragraphs in any order, words of them replaced."""
    chance = random.Random(draw(st.integers(0, 1_000_000)))
    sentences = [each.strip() for seed in range(draw(st.integers(1, 4))) for each in prose(seed, 70).split(".") if each]
    if draw(st.booleans()):
        chance.shuffle(sentences)
    rate, drop = draw(st.sampled_from([0, 0.05, 0.2])), draw(st.sampled_from([0, 0.3]))
    return " ".join(
        " ".join(
            chance.choice([*VOCABULARY, "Ada", "1904"]) if chance.random() < rate else word for word in sentence.split()
        )
        + "."
        for sentence in sentences
        if chance.random() >= drop
    )


@settings(max_examples=100)
@given(posts(), posts())
def test_prose_that_was_edited(one: str, other: str) -> None:
    found = [marked_words(text, [(0, len(text))]) for text in (one, other)]

    assert_same(*(Words(each.hashes, each.marks) for each in found))


@pytest.mark.parametrize("letters", [2, 8, 14, 16, 20, 30])
def test_long_sequences_of_anchors_by_chance(letters: int) -> None:
    chance = np.random.default_rng(letters)

    assert_same(*(words(chance.integers(0, letters, 1_500).tolist(), range(0, 1_500, 8)) for _ in range(2)))


# ── made to be hard ─────────────────────────────────────────────────────────────────────────────────────────────────

A, B, C = range(100, 120), range(200, 220), range(300, 320)
PHRASE = range(1, 9)
HARD: dict[str, tuple[Sequence[int], Sequence[int]]] = {
    "nothing": ([], []),
    "nothing and something": ([], A),
    "one word": ([1], [1]),
    "fewer than an anchor": ([1, 2, 3], [1, 2, 3]),
    "an anchor": ([1, 2, 3, 4], [1, 2, 3, 4]),
    "all words are one": ([7] * 90, [7] * 70),
    "few enough of one word for an anchor": ([7] * 11, [7] * 11),
    "a phrase of four again and again": ([1, 2, 3, 4] * 30, [1, 2, 3, 4] * 20),
    "a phrase eight times": ([*A, *PHRASE, *B], [*PHRASE] * 8),
    "a phrase nine times": ([*A, *PHRASE, *B], [*PHRASE] * 9),
    "a phrase eight times on both sides": ([*PHRASE] * 8, [*PHRASE] * 8),
    "runs that a frequent shingle breaks": ([*A, *PHRASE, *B], [*A, *PHRASE, *B, *(w for n in range(9) for w in (500 + n, *PHRASE[2:7]))]),
    "two that are turned round": ([*A, *B], [*B, *A]),
    "two that are as long as each other": ([*A, *B], [*A, 0, *B, 0, *A]),
    "gaps of 24": ([*A, *range(400, 424), *B], [*A, *range(500, 524), *B]),
    "gaps of 25": ([*A, *range(400, 425), *B], [*A, *range(500, 525), *B]),
    "gaps that differ by 12": ([*A, *range(400, 412), *B], [*A, *B]),
    "gaps that differ by 13": ([*A, *range(400, 413), *B], [*A, *B]),
    "anchors that overlap in the keeper": ([*A[:10], *A[4:]], A),
    "anchors that overlap in the document": (A, [*A[:10], *A[4:]]),
    "a gap whose sides are turned round": ([*A, 1, 2, 3, *B], [*A, 3, 2, 1, *B]),
    "a gap with ties": ([*A, 1, 2, 1, 2, *B], [*A, 2, 1, 2, 1, *B]),
    "a gap with words in common apart": ([*A, 1, 50, 2, 51, 3, *B], [*A, 60, 1, 2, 61, 3, *B]),
    "words in common before and behind": ([1, 2, 3, 50, *A, 51, 4, 5, 6], [1, 2, 3, 60, 61, *A, 62, 63, 4, 5, 6]),
    "words in common further off than the rest of the sentence": ([1, 2, 3, 50, *A, 51, 4, 5, 6], [1, 2, 3, *range(400, 430), *A, *range(500, 530), 4, 5, 6]),
    "words before a sentence that is longer than a gap": ([1, 2, *range(400, 423), *A, *range(500, 523), 3, 4], [1, 2, *A, 3, 4]),
    "three that are taken out of order": ([*A, *B, *C], [*C, *B, *A, *B]),
}  # fmt: skip


@pytest.mark.parametrize("case", HARD)
@pytest.mark.parametrize("starts", [(), (0,), (22,), (0, 10, 30), range(0, 200, 3), range(200)], ids=str)
def test_hard_ones(case: str, starts: Sequence[int]) -> None:
    assert_same(*(words(own, starts) for own in HARD[case]))


def test_hard_ones_side_by_side() -> None:
    assert_same(*(words(own, (0, 5)) for pair in HARD.values() for own in pair))


TIES: dict[str, tuple[list[int], list[int], list[tuple[int, int, int]]]] = {
    "the document's word is left out": ([1, 2], [2, 1], [(21, 20, 1)]),
    "the keeper's where that leaves more": ([1, 2, 3], [4, 2, 3], [(21, 21, 2)]),
    "equal first words are paired": ([1, 1, 2], [1, 2], [(20, 20, 1), (22, 21, 1)]),
    "pairs in a row are one run": ([1, 2, 9, 3], [1, 2, 8, 3], [(20, 20, 2), (23, 23, 1)]),
}  # fmt: skip


@pytest.mark.parametrize("case", TIES)
def test_what_is_taken_of_ties(case: str) -> None:
    ours, theirs, wanted = TIES[case]
    # Words of their own on the inner edges, so that the anchors end where the gap begins.
    document, keeper = words([*A, *ours, 900, *B]), words([*A, *theirs, 901, *B])

    ((first, *between, last),) = align(document, keeper)
    if first[2] > len(A):  # equal first words are the anchor's
        between = [(20, 20, first[2] - len(A)), *between]

    assert between == wanted
    assert last[2] == len(B)
    assert_same(document, keeper)


@pytest.mark.parametrize(("pieces", "reached"), [(63, True), (64, False)])
def test_how_far_an_anchor_looks_back(pieces: int, reached: bool) -> None:
    """Pieces of a long anchor, elsewhere in the keeper, stand between it and the next one."""
    long = range(1_000, 1_080)
    elsewhere = [word for at in range(pieces) for word in (2_000 + at, *long[at + 1 : at + 9])]
    document, keeper = words([*long, 900, *A], (0, 81)), words([*long, 901, *A, *elsewhere])

    assert (align(document, keeper)[0] == [(0, 0, 80), (81, 81, 20)]) is reached
    assert_same(document, keeper)


@pytest.mark.parametrize(
    "own",
    [[1] * 200_000, [1, 2, 3, 4] * 50_000, [*range(25_000)] * 8, [*range(200_000)]],
    ids=["one", "four", "eight", "none"],
)
def test_long_documents_of_one_phrase(own: list[int]) -> None:
    document = words(own, range(0, 200_000, 10))

    found = align(document, document)  # what grew with the square of the length would take minutes

    assert found == defined_align(document, document)


# ── how it is asked ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_more_pairs_than_a_batch_has() -> None:
    several = [words([*A[: 6 + at % 15], *B[at % 7 :]], range(0, 40, 6)) for at in range(40)]

    assert_same(*several)


def test_no_pairs() -> None:
    assert list(align_pairs(together(words(A)), np.zeros((0, 2), np.int64))) == []


def test_columns_that_are_read_from_files(tmp_path: Path) -> None:
    several = words([*A, 1, *B], range(0, 40, 6)), words([*A, 2, *B], range(0, 40, 6))
    columns = []
    own: tuple[NDArray[Any], ...] = together(*several)
    for number, column in enumerate(own):
        np.save(tmp_path / f"{number}.npy", column)
        columns.append(np.load(tmp_path / f"{number}.npy", mmap_mode="r"))
    pairs = np.array([(1, 9, 0), (0, 9, 1)])[:, ::2]  # not in one piece

    assert list(align_pairs(Documents(*columns), pairs)) == [defined_align(*several), defined_align(*several[::-1])]


def native(name: str, *columns: Any) -> Callable[[], Any]:
    from dedup.kernel import _native

    return lambda: getattr(_native, name)(*columns)


KINDS = (np.uint64, np.uint8, np.int64, np.int64)
NO_DOCUMENTS: dict[str, list[Any]] = {
    "fewer marks than words": [[1, 2], [0], [0, 1, 2], [[0, 1]]],
    "more marks than words": [[1, 2], [0, 0, 0], [0, 1, 2], [[0, 1]]],
    "a keeper past the last": [[1, 2], [0, 0], [0, 1, 2], [[2, 1]]],
    "a document past the last": [[1, 2], [0, 0], [0, 1, 2], [[0, 2]]],
    "a document before the first": [[1, 2], [0, 0], [0, 1, 2], [[0, -1]]],
    "the least of numbers": [[1, 2], [0, 0], [0, 1, 2], [[0, -(2**63)]]],
    "the greatest of numbers": [[1, 2], [0, 0], [0, 1, 2], [[2**63 - 1, 0]]],
    "bounds before the start": [[1, 2], [0, 0], [-1, 1, 2], [[0, 1]]],
    "bounds past the end": [[1, 2], [0, 0], [0, 1, 3], [[0, 1]]],
    "bounds that go back": [[1, 2], [0, 0], [0, 2, 1], [[0, 1]]],
    "no bounds": [[1, 2], [0, 0], [], [[0, 0]]],
    "one of a pair": [[1, 2], [0, 0], [0, 1, 2], [[0], [1]]],
}  # fmt: skip


@pytest.mark.parametrize("case", NO_DOCUMENTS)
def test_what_are_no_documents_is_refused(case: str) -> None:
    with pytest.raises(ValueError):
        native("align_pairs", *map(np.array, NO_DOCUMENTS[case], KINDS))()


@pytest.mark.parametrize("marks", [[], [0], [0, 0, 0]])
def test_words_without_as_many_marks_are_refused(marks: list[int]) -> None:
    with pytest.raises(ValueError):
        native("align", np.array([1, 2], np.uint64), np.array(marks, np.uint8), np.array([1], np.uint64))()
