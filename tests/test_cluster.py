"""Keepers: chosen by content, never by arrival; and no chains of likeness."""

from __future__ import annotations

import random
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.align import Run, Words, align
from dedup.cluster import Aligned, Decision, Duplicate, Standing, duplicates
from dedup.decide import decide
from dedup.keepers import Known, ranks
from dedup.moved import LOST, STAYS, Moved, settled
from dedup.passages import TOLERANCE, Alike, Limits, Passage, passages
from dedup.verified import Verified
from dedup.words import Mark, MarkedWords, block_numbers, marked_words
from tests.material import VOCABULARY, prose
from tests.quality.verify import common

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

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
        found = ranks(Known(*zip(*((*row, "") for row in some), strict=True)), keep)
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

    found = ranks(Known(*zip(*((*row, id_, "") for id_, row in rows.items()), strict=True)), keep)

    assert [list(rows)[i] for i in np.argsort(found)] == best_first


def decided(
    corpus: Texts, aligned: list[Aligned], order: Any, copies: Any, threshold: float
) -> dict[int, list[Duplicate]]:
    """The duplicates that are decided on, by document."""
    found = decisions(corpus, aligned, Standing(order, copies, Limits(15, threshold)))
    return {number: decision.duplicates for number, decision in found.items()}


def decisions(corpus: Texts, aligned: list[Aligned], standing: Standing) -> dict[int, Decision]:
    """What is decided, by document; by the kernel, where it is there, as by the definition, and in its order."""
    wanted = duplicates(corpus, aligned, standing)
    found = decide(corpus, Verified.of(aligned), standing).by_document()
    assert list(found.items()) == list(wanted.items())
    return found


class Texts:
    """A corpus of texts; a paragraph is a block, and one that begins with a number sign a heading."""

    def __init__(self, texts: list[str]) -> None:
        self.texts = texts
        self.marked = [_marked(text) for text in texts]

    @property
    def bounds(self) -> NDArray[np.int64]:
        return np.cumsum([0, *(len(each.marks) for each in self.marked)], dtype=np.int64)

    @property
    def marks(self) -> NDArray[np.uint8]:
        return np.concatenate([each.marks for each in self.marked])

    def words(self, document: int) -> Words:
        return Words(self.marked[document].hashes, self.marked[document].marks)

    def blocks(self, document: int) -> NDArray[np.int32]:
        return block_numbers(self.marked[document].marks)

    def text(self, document: int, start: int, end: int) -> str:
        """What is written from one word of a document to another."""
        marked = self.marked[document]
        return self.texts[document][marked.starts[start] : marked.ends[end - 1]]

    def decided(
        self, order: list[int] | None = None, pairs: Iterable[tuple[int, int]] | None = None, threshold: float = 0.8
    ) -> dict[int, list[Duplicate]]:
        """What goes, when the pairs (keeper, document), or all, are compared; in the order of the texts, or that of
        their ranks."""
        numbers = np.arange(len(self.texts))
        rank = numbers if order is None else np.array(order)
        every = [
            (keeper, other) for keeper in numbers.tolist() for other in numbers.tolist() if rank[keeper] < rank[other]
        ]
        aligned = []
        for keeper, document in every if pairs is None else pairs:
            own, other = self.words(document), self.words(keeper)
            aligned.append(Aligned(keeper, document, passages(align(own, other), own, other, Limits(15, threshold))))
        return decided(self, aligned, rank, numbers, threshold)

    def gone(self, found: dict[int, list[Duplicate]], document: int) -> list[tuple[int, str]]:
        """What goes of a document, in order, each with the number of its keeper."""
        ascending = sorted(found.get(document, []), key=lambda each: each.alike)
        return [(each.keeper, self.text(document, each.alike.start, each.alike.end)) for each in ascending]


def _marked(text: str) -> MarkedWords:
    starts = [0, *(at + 2 for at in range(len(text)) if text.startswith("\n\n", at)), len(text) + 2]
    spans = [(low, high - 2) for low, high in pairwise(starts)]
    return marked_words(text, spans, {number for number, (low, _) in enumerate(spans) if text[low : low + 1] == "#"})


A, B, C = prose(11, 30), prose(12, 30), prose(13, 30)


def replaced(text: str, *places: int) -> str:
    """A text with other words in some places."""
    words = text.split(" ")
    for place in places:
        words[place] = f"else{words[place]}"
    return " ".join(words)


# ── who stays ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_all_but_the_best_copy_go() -> None:
    corpus = Texts([A, A, A])

    found = corpus.decided([2, 0, 1])

    assert {number: corpus.gone(found, number) for number in found} == {0: [(1, A[:-1])], 2: [(1, A[:-1])]}


def test_exact_copies_go_without_an_alignment() -> None:
    corpus = Texts([A, A])

    found = decided(corpus, [], np.arange(2), np.array([0, 0]), 0.8)

    length = len(corpus.words(1).hashes)
    assert found == {1: [Duplicate(Alike(0, length, 0, length, 1.0, 1.0), 0)]}


def test_a_document_that_two_share_keeps_what_neither_has() -> None:
    corpus = Texts([A, B, f"{A} {C} {B}"])

    assert corpus.gone(corpus.decided(), 2) == [(0, A[:-1]), (1, B[:-1])]


def test_the_keeper_that_has_most_of_a_passage_comes_first_and_the_others_get_what_is_left() -> None:
    corpus = Texts([A, f"{A} {B}", f"{A} {B} {C}"])

    found = corpus.decided(pairs=[(0, 2), (1, 2)])

    assert corpus.gone(found, 2) == [(1, f"{A} {B}"[:-1])]


def test_what_is_left_of_a_passage_may_be_nothing_that_agrees() -> None:
    corpus = Texts([A, A, f"{A} {B}"])
    words, rest = len(corpus.words(0).hashes), len(corpus.words(2).hashes)
    of_first, of_second = Passage(0, words, [(0, 0, words)]), Passage(0, rest, [(0, 0, words - 1)])

    found = decided(corpus, [Aligned(0, 2, [of_first]), Aligned(1, 2, [of_second])], np.arange(3), np.arange(3), 0.8)

    assert corpus.gone(found, 2) == [(0, A[:-1])]


def test_of_two_that_have_as_much_the_better_keeper_is_named() -> None:
    corpus = Texts([A, f"{A} {B}", f"{C} {A}"])

    assert corpus.gone(corpus.decided([1, 0, 2], [(0, 2), (1, 2)]), 2) == [(1, A[:-1])]
    assert corpus.gone(corpus.decided([0, 1, 2], [(0, 2), (1, 2)]), 2) == [(0, A[:-1])]


def test_a_passage_goes_block_by_block_and_headings_stay_but_over_a_copy_of_all() -> None:
    corpus = Texts([f"{A} {B}", f"{A}\n\n{B}", f"# The mill\n\n{A}", f"# The mill\n\n{A}\n\n{C}", f"# The mill\n\n{A}"])

    found = corpus.decided(pairs=[(0, 1), (2, 3), (2, 4)])

    assert corpus.gone(found, 1) == [(0, A[:-1]), (0, B[:-1])]
    assert corpus.gone(found, 3) == [(2, A[:-1])]
    assert corpus.gone(found, 4) == [(2, "The mill"), (2, A[:-1])]


@pytest.mark.parametrize(
    ("copy", "remains"),
    [
        (f"{A}", []),
        (f"# Another heading\n\n{A}", ["Another heading"]),
        (f"CORRAN, May 2 (NW) -- {A}", []),  # it goes with the copy
        (f"Six words are said of it. {A}", None),
        (f"{A} Which of them?", None),
        (f"{A}\n\nNot so.", None),
        (f"Not so.\n\n{A}", None),
    ],
    ids=[
        "nothing",
        "a heading",
        "a dateline",
        "a sentence before",
        "a question behind",
        "a paragraph behind",
        "a paragraph before",
    ],
)
def test_a_document_is_a_copy_where_hardly_anything_is_left(copy: str, remains: list[str] | None) -> None:
    corpus = Texts([f"{B} {A}", copy])
    found = passages(align(corpus.words(1), corpus.words(0)), corpus.words(1), corpus.words(0), Limits(15, 0.8))

    decision = decisions(corpus, [Aligned(0, 1, found)], Standing(np.arange(2), np.arange(2), Limits(15, 0.8)))[1]

    assert decision.whole == (remains is not None)
    assert [corpus.text(1, *span) for span in decision.remains] == (remains or [])


def test_a_block_that_is_not_alike_by_itself_stays() -> None:
    changed = replaced(prose(14, 12), 2, 3, 6, 9)
    corpus = Texts([f"{A} {prose(14, 12)}", f"{A}\n\n{changed}"])
    words = len(corpus.words(1).hashes)
    runs = [(0, 0, 32), (34, 34, 2), (37, 37, 2), (40, 40, words - 40)]

    found = decided(corpus, [Aligned(0, 1, [Passage(0, words, runs)])], np.arange(2), np.arange(2), 0.8)

    assert corpus.gone(found, 1) == [(0, A[:-1])]


# ── a copy of a copy ────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_copy_of_a_copy_is_compared_with_what_stays() -> None:
    corpus = Texts([f"{C} {A}", A, replaced(A, 20)])

    found = corpus.decided(pairs=[(0, 1), (1, 2)])

    words = len(corpus.words(1).hashes)
    before, share = len(corpus.words(0).hashes) - words, round(1 - 1 / words, 4)
    assert found[2] == [Duplicate(Alike(0, words, before, before + words, share, share), 0)]


def test_a_copy_of_what_went_to_two_keepers_goes_to_both() -> None:
    corpus = Texts([f"{C} {A}", B, f"{A} {B}", f"{A} {replaced(B, 20)}"])

    found = corpus.decided(pairs=[(0, 2), (1, 2), (2, 3)])

    assert corpus.gone(found, 3) == [(0, A[:-1]), (1, replaced(B, 20)[:-1])]


def test_a_copy_of_what_went_in_part_goes_to_what_has_each_part() -> None:
    corpus = Texts([A, f"{A} {B}", f"{A} {B}"])

    found = corpus.decided(pairs=[(0, 1), (1, 2)])

    assert corpus.gone(found, 2) == [(0, A[:-1]), (1, B[:-1])]


def test_likeness_is_not_handed_on() -> None:
    """The second is like the first and the third like the second, but the third is not like the first: it stays."""
    text = prose(15, 40)
    second = replaced(text, 2, 8, 13, 18, 24, 29)
    third = replaced(second, 4, 10, 15, 20, 26, 32)
    corpus = Texts([text, second, third])
    found = corpus.decided(pairs=[(0, 1), (1, 2)])

    assert corpus.gone(found, 1) == [(0, second[:-1])]
    assert 2 not in found
    assert corpus.gone(Texts([prose(1, 20), second, third]).decided(pairs=[(1, 2)]), 2) == [(1, third[:-1])]


def test_words_that_are_lost_are_no_evidence() -> None:
    """What the third has of the second is just what the first lacks."""
    length = 20
    corpus = Texts([prose(16, length), prose(16, length), prose(16, length)])
    runs: list[Run] = [(0, 0, 16)]
    of_first = Aligned(0, 1, [Passage(0, length, runs)])
    lost = Aligned(1, 2, [Passage(16, 20, [(16, 16, 4)])])

    found = decided(corpus, [of_first, lost], np.arange(3), np.arange(3), 0.8)

    assert set(found) == {1}


def test_a_name_that_the_copy_had_and_what_stays_lacks_stays() -> None:
    crew = "The crew of {} came home with the last of the boats and all the nets that they had left behind."
    first, second = (f"{A} {crew.format(each)} {B}" for each in ("fishermen", "Moor"))
    corpus = Texts([first, second, second])

    found = corpus.decided(pairs=[(0, 1), (1, 2)])

    assert corpus.gone(found, 1) == [(0, second[:-1])]
    assert corpus.gone(found, 2) == [(0, A[:-1]), (0, B[:-1])]


def test_what_a_keeper_is_named_for_stands_without_a_gap() -> None:
    middle = prose(17, 10)
    corpus = Texts([middle, f"{A} {middle} {B}", f"{A} {B}"])
    a, m, b = (len(_marked(text).hashes) for text in (A, middle, B))
    of_first = Aligned(0, 1, [Passage(a, a + m, [(a, 0, m)])])
    of_second = Aligned(1, 2, [Passage(0, a + b, [(0, 0, a), (a, a + m, b)])])

    found = decided(corpus, [of_first, of_second], np.arange(3), np.arange(3), 0.8)

    assert corpus.gone(found, 1) == [(0, middle[:-1])]
    assert [(each.alike.keeper_start, each.alike.keeper_end) for each in found[2]] == [(0, a), (a + m, a + m + b)]


# ── where words went ────────────────────────────────────────────────────────────────────────────────────────────────


def test_where_the_words_of_a_span_went_and_which_are_lost() -> None:
    moved = Moved.none(8)

    moved.take(Alike(1, 7, 10, 17, 0.8, 0.8), [(0, 9, 3), (4, 14, 2)], keeper=5)

    assert moved.keepers.tolist() == [STAYS, 5, 5, LOST, 5, 5, LOST, STAYS]
    assert [place for place, to in zip(moved.places.tolist(), moved.keepers.tolist(), strict=True) if to == 5] == [
        10,
        11,
        14,
        15,
    ]


def test_a_run_is_followed_to_the_documents_that_keep_its_words() -> None:
    moved = Moved.none(8)
    moved.take(Alike(1, 7, 10, 17, 0.8, 0.8), [(0, 9, 3), (4, 14, 2)], keeper=5)

    assert list(moved.follow((20, 0, 8), 3)) == [(3, (20, 0, 1)), (5, (21, 10, 2)), (5, (24, 14, 2)), (3, (27, 7, 1))]
    assert list(moved.follow((20, 3, 1), 3)) == []
    assert list(Moved.none(8).follow((20, 2, 5), 3)) == [(3, (20, 2, 5))]


def test_what_is_left_of_a_passage_is_what_stays_so_far() -> None:
    moved = Moved.none(10)
    passage = Passage(0, 10, [(0, 20, 4), (5, 25, 5)])
    assert list(moved.left(passage)) == [passage]

    moved.take(Alike(3, 6, 0, 3, 1, 1), [(3, 0, 3)], keeper=1)

    assert list(moved.left(passage)) == [Passage(0, 3, [(0, 20, 3)]), Passage(6, 10, [(6, 26, 4)])]
    moved.take(Alike(0, 10, 0, 10, 1, 1), [(0, 0, 10)], keeper=1)
    assert list(moved.left(passage)) == []


S = int(Mark.STARTS_SENTENCE)
MARKS = np.array([S, *[0] * 9, S, *[0] * 9], np.uint8)
"""Two sentences of ten words."""


@pytest.mark.parametrize(
    ("went", "expected"),
    [
        ([], [(7, (0, 20))]),
        ([(0, 20, 3)], [(3, (0, 20))]),
        ([(0, 10, 3), (10, 20, 4)], [(3, (0, 10)), (4, (10, 20))]),
        ([(0, 10, 3)], [(3, (0, 10)), (7, (10, 20))]),
        ([(0, 2, 3)], [(7, (0, 20))]),  # two words may be lacking at the edge of a sentence
        ([(0, 3, 3)], [(7, (10, 20))]),
        ([(0, 6, 3), (6, 10, 4)], [(7, (10, 20))]),  # neither has the most of the first sentence
        ([(0, 20, LOST)], []),
    ],
)
def test_a_passage_is_settled_sentence_by_sentence(
    went: list[tuple[int, int, int]], expected: list[tuple[int, tuple[int, int]]]
) -> None:
    moved = Moved.none(20)
    for start, end, keeper in went:
        moved.keepers[start:end] = keeper
        moved.places[start:end] = np.arange(start, end)

    found = settled(Passage(0, 20, [(0, 0, 20)]), 7, {7: moved}, MARKS, np.arange(9), 0.8)

    assert [(keeper, tuple(each[:2])) for keeper, each in found] == expected


def test_what_a_keeper_has_in_another_order_is_followed_as_far_as_it_ascends() -> None:
    moved = Moved.none(20)
    moved.keepers[:] = 3
    moved.places[:] = [*range(22, 30), *range(20, 22), *range(30, 40)]

    found = list(settled(Passage(0, 20, [(0, 0, 20)]), 7, {7: moved}, MARKS, np.arange(9), 0.8))

    assert found == [(3, Passage(0, 20, [(0, 22, 8), (10, 30, 10)]))]


def test_what_is_left_of_a_passage_must_be_alike_by_itself() -> None:
    assert list(settled(Passage(0, 20, [(0, 0, 10)]), 7, {}, MARKS, np.arange(9), 0.8)) == []
    assert list(settled(Passage(0, 10, [(0, 0, 10)]), 7, {}, MARKS, np.arange(9), 0.8)) == [
        (7, Passage(0, 10, [(0, 0, 10)]))
    ]


# ── whatever the corpus ─────────────────────────────────────────────────────────────────────────────────────────────


@st.composite
def corpora(draw: st.DrawFn) -> tuple[list[str], list[int], float]:
    """Texts of shared sentences, many of them copies of others, edited and turned round; their ranks; a threshold."""
    chance = random.Random(draw(st.integers(0, 100_000)))
    pool = [f"{each}." for each in prose(chance.randrange(40), 140)[:-1].split(". ")]
    documents: list[list[str]] = []
    for _ in range(draw(st.integers(2, 7))):
        copied = documents and chance.random() < 0.6
        drawn = list(chance.choice(documents)) if copied else chance.choices(pool, k=chance.randint(2, 7))
        kept = [each for each in drawn if chance.random() > 0.15] or drawn
        if chance.random() < 0.3:
            chance.shuffle(kept)
        if chance.random() < 0.4:
            kept.insert(chance.randrange(len(kept) + 1), chance.choice(pool))
        rate = chance.choice([0, 0, 0.05, 0.1, 0.2])
        documents.append([_edited(each, chance, rate) for each in kept])
    texts = ["".join(each + chance.choice((" ", " ", "\n\n")) for each in sentences).strip() for sentences in documents]
    return texts, draw(st.permutations(range(len(texts)))), draw(st.sampled_from([0.7, 0.8, 0.9]))


def _edited(sentence: str, chance: random.Random, rate: float) -> str:
    first, *words = sentence.split(" ")
    written = [first]
    for word in words:
        others = [
            [],
            [chance.choice(VOCABULARY)],
            [chance.choice(("7", "Li", "12"))],
            [chance.choice(VOCABULARY), word],
        ]
        written += [word] if chance.random() >= rate else chance.choice(others)
    return " ".join(written)


@settings(max_examples=150)
@given(corpora())
def test_what_goes_is_a_copy_of_what_stays(drawn: tuple[list[str], list[int], float]) -> None:
    """By an independent comparison, with the words of the keeper that stand."""
    texts, order, threshold = drawn
    corpus = Texts(texts)
    found = corpus.decided(order, threshold=threshold)

    gone = {number: {at for each in some for at in range(*each.alike[:2])} for number, some in found.items()}
    for number, some in found.items():
        assert sum(each.alike.end - each.alike.start for each in some) == len(gone[number])
        for each in some:
            start, end, low, high, similarity, containment = each.alike
            stands = [at for at in range(low, high) if at not in gone.get(each.keeper, set())]
            ours, theirs = (
                corpus.words(number).hashes[start:end].tolist(),
                corpus.words(each.keeper).hashes[stands].tolist(),
            )
            agreed = common(ours, theirs)
            assert order[each.keeper] < order[number]
            assert 2 * agreed / (len(ours) + len(theirs)) >= max(threshold, similarity) - 1e-4
            assert agreed / len(ours) >= max(1 - TOLERANCE, containment) - 1e-4
            assert len(set(corpus.blocks(number)[start:end].tolist())) == 1


@settings(max_examples=60)
@given(corpora(), st.randoms(use_true_random=False))
def test_the_order_of_documents_does_not_matter(
    drawn: tuple[list[str], list[int], float], chance: random.Random
) -> None:
    texts, order, threshold = drawn
    mixed = list(range(len(texts)))
    chance.shuffle(mixed)

    def of(numbers: list[int]) -> set[tuple[int, Alike, int]]:
        """What goes, told by the ranks of documents."""
        rank = [order[number] for number in numbers]
        found = Texts([texts[number] for number in numbers]).decided(rank, threshold=threshold)
        return {(rank[number], each.alike, rank[each.keeper]) for number, some in found.items() for each in some}

    assert of(list(range(len(texts)))) == of(mixed)
