# ruff: noqa: E501 (tables of cases)
"""Which sentences of a copy go: whole ones, that the keeper has with all their figures and names."""

from __future__ import annotations

import random
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.align import Run, Words, align
from dedup.conflicts import EDGE, has_capital_nouns
from dedup.passages import (
    OWN_RUN,
    TEMPLATE,
    TOLERANCE,
    Limits,
    Passage,
    alike,
    alike_enough,
    counted,
    is_copy,
    passages,
)
from dedup.text import fold
from dedup.words import Mark, MarkedWords, marked_words
from tests.kernels import together, verified_as_defined
from tests.material import VOCABULARY, prose
from tests.quality.verify import common

LIMITS = Limits(min_words=15, threshold=0.8)
TELLING = int(Mark.FIGURE | Mark.NAME)


class Text:
    """A text of some blocks, one a paragraph; those that begin with a number sign are headings."""

    def __init__(self, text: str) -> None:
        starts = [0, *(at + 2 for at in range(len(text)) if text.startswith("\n\n", at))]
        spans = [(low, high) for low, high in pairwise([*starts, len(text)]) if low < high]
        self.text = text
        self.marked: MarkedWords = marked_words(
            text, spans, {number for number, span in enumerate(spans) if text[span[0]] == "#"}
        )
        self.words = Words(self.marked.hashes, self.marked.marks)

    def spelled(self, at: int) -> str:
        return fold(self.text[self.marked.starts[at] : self.marked.ends[at]])

    def between(self, start: int, end: int) -> str:
        """The text of `words[start:end]`."""
        return self.text[self.marked.starts[start] : self.marked.ends[end - 1]]


def found(document: Text, keeper: Text, limits: Limits = LIMITS) -> list[Passage]:
    documents, written = together([(each.text, each.marked) for each in (keeper, document)])
    (passages,) = verified_as_defined(documents, [(0, 1)], limits, written)
    return passages


def removed(document: str, keeper: str, limits: Limits = LIMITS) -> list[str]:
    """What of a document may go, as text, passage by passage."""
    own = Text(document)
    return [own.between(each.start, each.end) for each in found(own, Text(keeper), limits)]


FRONT = (
    "The harbour was closed for most of that winter, and the ferry did not run before the spring came."
    " Most of the fishermen had gone inland to work at the mill, where the wages were low but the floors were dry."
)
BACK = (
    "In the evenings they gathered in the schoolhouse and mended their nets beside the stove until the lamps went out."
    " Nobody spoke of the storm again, although the broken pier could be seen from every window of the house."
)
CREW = "The crew of {} men came home with the last of the boats and all the {} that they had left behind."

# What a sentence says, and what it says in the keeper.
STAY: dict[str, tuple[str, str]] = {
    "a sentence of its own": ("The baker painted his old shop in green and yellow.", ""),
    "an own sentence in place of another": ("The baker painted his old shop in green.", "Nobody had asked the miller about the price."),
    "another figure": (CREW.format(12, "nets"), CREW.format(13, "nets")),
    "another name": (CREW.format("Moor's", "nets"), CREW.format("Lund's", "nets")),
    "a figure for a name": (CREW.format(12, "nets"), CREW.format("Lund", "nets")),
    "a figure for a number": (CREW.format(12, "nets"), CREW.format("thirteen", "nets")),
    "another number": (CREW.format("four", "nets"), CREW.format("nine", "nets")),
    "another day": ("It was on Monday that the old crew came home with the boats.", "It was on Friday that the old crew came home with the boats."),
    "a figure more": (CREW.format("12 old", "nets"), CREW.format("old", "nets")),
    "a name more": (CREW.format("the Moor", "nets"), CREW.format("the", "nets")),
    "a last word that is another figure": ("The crew came home with the last of the boats at 12.", "The crew came home with the last of the boats at 13."),
    "a first word that is another figure": ("12 boats came home with the last of the old crew.", "13 boats came home with the last of the old crew."),
    "so many words more in a row": (CREW.format("old and tired but still rather cheerful", "nets"), CREW.format("old", "nets")),
    "three words more at the end": ("The crew came home with the last of the boats, wet to bone.", "The crew came home with the last of the boats."),
    "three words more at the start": ("After four weeks the crew came home with the last of the boats.", "The crew came home with the last of the boats."),
    "fewer than three words in five": ("The crew never sold any of the many worn or broken old nets.", "The crew always kept some of the few good and sound old nets."),
    "an end that is another": ("The crew came home and sold some very old nets to anyone there.", "The crew came home but kept some quite good boats from everyone here."),
}  # fmt: skip
GO: dict[str, tuple[str, str]] = {
    "the very words": (CREW.format("old", "nets"), CREW.format("old", "nets")),
    "another word": (CREW.format("old", "nets"), CREW.format("young", "nets")),
    "two other words": (CREW.format("old", "nets"), CREW.format("young", "ropes")),
    "the name that the keeper has": (CREW.format("Moor", "nets"), CREW.format("Moor", "nets")),
    "a name for a word": (CREW.format("Moor", "nets"), CREW.format("old", "nets")),
    "a word for a name": (CREW.format("old", "nets"), CREW.format("Moor", "nets")),
    "a number for a word": (CREW.format("four", "nets"), CREW.format("old", "nets")),
    "a number more": (CREW.format("four old", "nets"), CREW.format("old", "nets")),
    "a figure less": (CREW.format("old", "nets"), CREW.format("12 old", "nets")),
    "a name less": (CREW.format("the", "nets"), CREW.format("the Moor", "nets")),
    "some words more": (CREW.format("old and tired but still cheerful", "nets"), CREW.format("old", "nets")),
    "some words less": (CREW.format("old", "nets"), CREW.format("old and tired but still cheerful", "nets")),
    "two words more at the end": ("The crew came home with the last of the boats, very late.", "The crew came home with the last of the boats."),
    "two words more at the start": ("Very late the crew came home with the last of the boats.", "The crew came home with the last of the boats."),
    "thousands set apart": (CREW.format("10,000", "nets"), CREW.format("10000", "nets")),
    "thousands set apart by a space": (CREW.format("10 000", "nets"), CREW.format("10,000", "nets")),
    "a hyphen": (CREW.format("old", "fishing-nets"), CREW.format("old", "fishing nets")),
    "capitals": (CREW.format("old", "nets").upper(), CREW.format("old", "nets")),
    "one long name with a slip": (CREW.format("Westernnhagen", "nets"), CREW.format("Westernhagen", "nets")),
}  # fmt: skip


@pytest.mark.parametrize(("sentence", "other"), STAY.values(), ids=STAY)
def test_a_sentence_stays(sentence: str, other: str) -> None:
    gone = removed(f"{FRONT} {sentence} {BACK}", f"{FRONT} {other} {BACK}")

    assert gone == [FRONT[:-1], BACK[:-1]]


@pytest.mark.parametrize(("sentence", "other"), GO.values(), ids=GO)
def test_a_sentence_goes(sentence: str, other: str) -> None:
    text = f"{FRONT} {sentence} {BACK}"

    assert removed(text, f"{FRONT} {other} {BACK}") == [text[:-1]]


EDGES = [name for name in STAY if name not in ("a sentence of its own", "an own sentence in place of another")]


@pytest.mark.parametrize("name", EDGES)
def test_a_sentence_stays_where_a_text_begins_and_ends(name: str) -> None:
    (sentence, other), body = STAY[name], f"{FRONT} {BACK}"

    assert removed(f"{sentence} {body}", f"{other} {body}") == [body[:-1]]
    assert removed(f"{body} {sentence}", f"{body} {other}") == [body[:-1]]
    assert removed(f"{sentence} {body}", f"{prose(1, 40)} {other} {body}") == [body[:-1]]
    assert removed(f"{body} {sentence}", f"{body} {other} {prose(1, 40)}") == [body[:-1]]


@pytest.mark.parametrize(
    "known",
    [
        "They had waited for Moor.",
        pytest.param("", marks=pytest.mark.xfail(reason="a name that stands at the beginning of a sentence alone")),
    ],
)
def test_a_name_that_begins_a_sentence_is_one_if_it_is_elsewhere(known: str) -> None:
    sentence = "Moor came home with the last of the boats and all the nets."
    others = f"{FRONT} {known.replace('Moor', 'Lund')} {sentence.replace('Moor', 'Lund')} {BACK}"

    assert sentence[:-1] not in " ".join(removed(f"{FRONT} {known} {sentence} {BACK}", others))


@pytest.mark.parametrize(
    ("figure", "other"), [("1.5", "15"), ("3,14", "314"), ("2-1", "21"), ("7/8", "78"), ("1 12", "11 2")]
)
def test_a_point_makes_another_figure(figure: str, other: str) -> None:
    sentence = CREW.format(figure, "nets")

    assert sentence[:-1] not in " ".join(
        removed(f"{FRONT} {sentence} {BACK}", f"{FRONT} {CREW.format(other, 'nets')} {BACK}")
    )


def test_the_numbers_of_the_cases_are_those_of_the_rule() -> None:
    extra = {
        name: len(Text(one).words.hashes) - len(Text(two).words.hashes) for name, (one, two) in (STAY | GO).items()
    }

    assert extra["so many words more in a row"] == OWN_RUN == extra["some words more"] + 1
    assert extra["three words more at the end"] == extra["three words more at the start"] == EDGE + 1
    assert extra["two words more at the end"] == extra["two words more at the start"] == EDGE


OTHER_LANGUAGES: dict[str, tuple[str, str, bool]] = {
    "a day in French": ("Le vieux moulin au bord de la rivière a fermé un {} après une longue et triste histoire.", "lundi mardi", False),
    "a word in French": ("Le vieux moulin au bord de la rivière a fermé un {} après une longue et triste histoire.", "jour soir", True),
    "a number in Russian": ("Старая мельница у реки закрылась {} года назад после долгой и очень печальной истории.", "два три", False),
    "a number in Spanish": ("El viejo molino junto al río cerró hace {} años después de una larga y triste historia.", "tres siete", False),
    "a number in Chinese": ("那座老磨坊在河边已经关了{}年没有人再去那里。村里的人都说它很快就要被拆掉了。", "三 五", False),
    "a word in Chinese": ("那座{}磨坊在河边已经关了很久没有人再去那里。村里的人都说它很快就要被拆掉了。", "老 新", True),
    "a noun more in German": ("Der Müller ging am Morgen mit dem {} durch den Wald zu der Mühle am Fluss und sprach mit den Leuten im Dorf.", "Korb-und-Hund Hund", True),
    "another noun in German": ("Der Müller ging am Morgen mit dem {} durch den Wald zu der Mühle am Fluss und sprach mit den Leuten im Dorf.", "Esel Hund", False),
    "a figure more in German": ("Der Müller ging am Morgen mit den {} durch den Wald zu der Mühle am Fluss und sprach mit den Leuten im Dorf.", "12-Hunden Hunden", False),
}  # fmt: skip


@pytest.mark.parametrize(("frame", "words", "goes"), OTHER_LANGUAGES.values(), ids=OTHER_LANGUAGES)
def test_other_languages(frame: str, words: str, goes: bool) -> None:
    own, other = words.split(" ")

    assert bool(removed(frame.format(own.replace("-", " ")), frame.format(other))) is goes


def test_german_writes_nouns_as_names_and_english_does_not() -> None:
    assert has_capital_nouns(Text(OTHER_LANGUAGES["another noun in German"][0]).words.marks)
    assert not has_capital_nouns(Text(f"{FRONT} {BACK}").words.marks)


# ── templates ───────────────────────────────────────────────────────────────────────────────────────────────────────

COUNCIL = "The council of {} voted {} against {} to mend the bridge over the river, and the ferry runs on until then."
FIRST, SECOND = (text.partition(". ")[0] for text in (FRONT, BACK))
TEMPLATES: dict[str, tuple[str, str, bool]] = {
    "a form": (COUNCIL.format("Corran", 7, 2), COUNCIL.format("Velm", 6, 3), False),
    "a form with a sentence without a slot": (f"{FRONT} {COUNCIL.format('Corran', 7, 2)}", f"{FRONT} {COUNCIL.format('Velm', 6, 3)}", False),
    "one slot in 50 words": (f"{FIRST}. The crew of 12 old men met the others on the pier. {SECOND}.", f"{FIRST}. The crew of 14 old men met the others on the pier. {SECOND}.", True),
    "one slot in 49 words": (f"{FIRST}. The crew of 12 men met the others on the pier. {SECOND}.", f"{FIRST}. The crew of 14 men met the others on the pier. {SECOND}.", False),
    "a slot where the keeper has seven words": (f"{FIRST}. The crew of 12 men met the others on the pier. {SECOND}.", f"{FIRST}. The crew of 14 tall and loud but hungry old men met the others on the pier. {SECOND}.", True),
    "a slot where the keeper has six words": (f"{FIRST}. The crew of 12 men met the others on the pier. {SECOND}.", f"{FIRST}. The crew of 14 tall and loud but old men met the others on the pier. {SECOND}.", False),
    "a long piece of a form without a slot": (f"{COUNCIL.format('Corran', 7, 2)} {FRONT} {BACK}", f"{COUNCIL.format('Velm', 6, 3)} {FRONT} {BACK}", True),
    "pieces of a form, none of them long": (f"{FRONT} {COUNCIL.format('Corran', 7, 2)} {BACK}", f"{FRONT} {COUNCIL.format('Velm', 6, 3)} {BACK}", False),
}  # fmt: skip


@pytest.mark.parametrize(("document", "keeper", "goes"), TEMPLATES.values(), ids=TEMPLATES)
def test_of_a_form_that_is_filled_in_anew_only_long_pieces_go(document: str, keeper: str, goes: bool) -> None:
    gone = removed(document, keeper)

    assert bool(gone) is goes
    assert not any(figure in " ".join(gone) for figure in ("12", "14", "Corran"))


def test_a_word_in_place_of_a_figure_makes_no_form() -> None:
    text, _, _ = TEMPLATES["one slot in 49 words"]

    assert removed(text, text.replace("12", "old")) == [text[:-1]]


def test_the_cases_about_templates_are_at_the_limit() -> None:
    pieces = {name: len(Text(text).words.hashes) for name, (text, _, _) in TEMPLATES.items()}

    assert pieces["one slot in 50 words"] == TEMPLATE + 1
    assert pieces["one slot in 49 words"] == TEMPLATE
    assert len(Text(f"{FRONT} {BACK}").words.hashes) >= TEMPLATE > len(Text(FRONT).words.hashes)


# ── how long, how alike ─────────────────────────────────────────────────────────────────────────────────────────────

NAMES = "The crew: Ada Moor, Li Chen, Bo Karl, Eva Lund, Ida Berg, Jon Hale, Tom Reed, Max Wolf and Kim Vale."
RESULTS = "The crew: Ada Moor 12, Li Chen 14, Bo Karl 16, Eva Lund 18, Ida Berg 20, Jon Hale 22, Tom Reed 24."
FOUR = (
    "The mill closed in winter again.",
    "Nobody had asked the miller first.",
    "He heard it in the ferry house.",
    "Then he walked home very slowly.",
)
ALONE = "Rain fell all day on every roof."
WHOLE: dict[str, tuple[str, str, bool]] = {
    "a list of names": (NAMES, NAMES, False),
    "a list of names with figures": (RESULTS, RESULTS, True),
    "too few words": (" ".join(FOUR[:2]), " ".join(FOUR[:2]), False),
    "enough of them": (" ".join(FOUR[:3]), " ".join(FOUR[:3]), True),
    "sentences turned round": (" ".join((FOUR[2], FOUR[0], FOUR[1])), " ".join(FOUR), True),
    "two of them apart, too short each": (f"{FOUR[0]} {ALONE} {FOUR[2]}", " ".join(FOUR), False),
    "a middle left out": (" ".join((FOUR[0], FOUR[3], ALONE)), " ".join((FOUR[0], FRONT, BACK, FOUR[3], FRONT, ALONE)), True),
    "a short text in a long one": (FRONT, f"{prose(1, 60)} {FRONT} {prose(2, 60)}", True),
    "a heading that makes it long enough": (f"# {FOUR[0][:-1]}\n\n{FOUR[1]} {FOUR[2]}", f"# {FOUR[0][:-1]}\n\n{FOUR[1]} {FOUR[2]}", False),
    "a heading above enough": (f"# {FOUR[0][:-1]}\n\n{FOUR[1]} {FOUR[2]} {FOUR[3]}", f"# {FOUR[0][:-1]}\n\n{FOUR[1]} {FOUR[2]} {FOUR[3]}", True),
    "29 Chinese characters": ("那座老磨坊在河边已经关了很多年没有人再去那里看它了真的啊", "那座老磨坊在河边已经关了很多年没有人再去那里看它了真的啊", False),
    "30 Chinese characters": ("那座老磨坊在河边已经关了很多年没有人再去那里看它了真的啊好吧", "那座老磨坊在河边已经关了很多年没有人再去那里看它了真的啊好吧", True),
    "nothing in common": (FRONT, BACK, False),
    "an empty keeper": (FRONT, "", False),
    "an empty document": ("", FRONT, False),
}  # fmt: skip


@pytest.mark.parametrize(("document", "keeper", "goes"), WHOLE.values(), ids=WHOLE)
def test_what_is_long_enough_goes_whole(document: str, keeper: str, goes: bool) -> None:
    own = Text(document)
    gone = {at for each in found(own, Text(keeper)) for at in range(each.start, each.end)}

    assert gone == (set(range(len(own.words.hashes))) if goes else set())


@pytest.mark.parametrize(("threshold", "goes"), [(0.5, True), (0.8, True), (0.95, True), (0.96, False), (1.0, False)])
def test_the_threshold_is_the_least_similarity(threshold: float, goes: bool) -> None:
    text, other = CREW.format("old", "nets"), CREW.format("old", "ropes")
    assert len(Text(text).words.hashes) == 22

    assert bool(removed(text, other, Limits(15, threshold))) is goes


@pytest.mark.parametrize(
    ("marks", "words"),
    [
        ([0, 0, 0], 3),
        ([int(Mark.HEADING), 0, 0], 2),
        ([int(Mark.UNSPACED)] * 4, 2),
        ([int(Mark.UNSPACED)] * 5, 3),
        ([int(Mark.NAME | Mark.STARTS_SENTENCE), int(Mark.FIGURE)], 2),
        ([], 0),
    ],
)
def test_headings_do_not_count_and_characters_count_half(marks: list[int], words: int) -> None:
    assert counted(np.array(marks, np.uint8)) == words


@pytest.mark.parametrize(
    ("runs", "threshold", "goes"),
    [
        ([(0, 0, 10)], 1.0, True),
        ([(0, 0, 8)], 0.8, True),
        ([(0, 0, 7)], 0.8, False),  # similarity .82, but three words in ten are the document's own
        ([(0, 0, 7)], 0.5, False),
        ([(0, 0, 4), (6, 6, 4)], 0.8, True),
        ([(0, 0, 4), (6, 20, 4)], 0.8, False),  # the keeper has sixteen words between them
        ([(0, 7, 10)], 1.0, True),
        ([], 0.0, False),
    ],
)
def test_a_copy_is_alike_and_contained(runs: list[Run], threshold: float, goes: bool) -> None:
    assert is_copy(runs, 0, 10, threshold) is goes


def test_what_two_chains_have_goes_once() -> None:
    text = Text(FRONT)
    chains = align(text.words, text.words)

    assert passages(chains * 2, text.words, text.words, LIMITS) == passages(chains, text.words, text.words, LIMITS)


def test_the_worst_sentence_is_left_out_until_the_rest_is_alike() -> None:
    sentences, chain = [(0, 10), (10, 20), (20, 30)], [(0, 0, 10), (14, 14, 4), (20, 20, 10)]

    assert [tuple(each[:2]) for each in alike_enough(sentences, chain, 0.8)] == [(0, 30)]
    assert [tuple(each[:2]) for each in alike_enough(sentences, chain, 0.9)] == [(0, 10), (20, 30)]
    assert list(alike_enough([(10, 20)], chain, 0.8)) == []
    assert list(alike_enough([], chain, 0.8)) == []


# ── by an independent comparison ────────────────────────────────────────────────────────────────────────────────────


TOLD = ["Ada", "Lund", "12", "1950s", "four"]


@st.composite
def edited(draw: st.DrawFn) -> tuple[str, str]:
    """A text, and a copy of it with words replaced, put in and left out, and sentences taken out and turned round."""
    sentences = [f"{sentence}." for sentence in prose(draw(st.integers(0, 50)), 90)[:-1].split(". ")]
    chance = random.Random(draw(st.integers(0, 10_000)))
    rate, drop = draw(st.sampled_from([0, 0.02, 0.05, 0.1, 0.3])), draw(st.sampled_from([0, 0.2]))
    telling = draw(st.booleans())
    if telling:
        sentences = [_with(sentence, chance, 0.08, TOLD) for sentence in sentences]
    copy = [
        _with(each, chance, rate, [*VOCABULARY[:3], "Li", "7", "nine"]) for each in sentences if chance.random() >= drop
    ]
    if draw(st.booleans()) and len(copy) > 1:
        at = chance.randrange(len(copy) - 1)
        copy[at], copy[at + 1] = copy[at + 1], copy[at]
    return " ".join(sentences), " ".join(copy)


def _with(sentence: str, chance: random.Random, rate: float, others: list[str]) -> str:
    """A sentence with some of its words replaced, left out, or one put in front of them."""
    first, *words = sentence.split(" ")
    for word in list(words):
        swapped = rate and word in TOLD
        if chance.random() < (0.3 if swapped else rate) and word in words[:-1]:
            at = words.index(word)
            words[at : at + 1] = chance.choice([[chance.choice(others)], [], [chance.choice(others), word]])
    return " ".join([first, *words])


@settings(max_examples=300)
@given(edited(), st.sampled_from([0.5, 0.8, 0.9, 1.0]))
def test_every_passage_withstands_an_independent_comparison(pair: tuple[str, str], threshold: float) -> None:
    keeper, document = map(Text, pair)
    starts = {*np.flatnonzero(document.words.marks & int(Mark.STARTS_SENTENCE)).tolist(), len(document.words.hashes)}
    last = 0
    for each in found(document, keeper, Limits(15, threshold)):
        assert {each.start, each.end} <= starts
        assert last <= each.start < each.end
        last = each.end
        said = alike(each.runs, each.start, each.end)
        ours = [document.spelled(at) for at in range(each.start, each.end)]
        theirs = [keeper.spelled(at) for at in range(said.keeper_start, said.keeper_end)]
        agreed = common(ours, theirs)
        assert 2 * agreed / (len(ours) + len(theirs)) >= max(threshold, said.similarity - 1e-4)
        assert agreed / len(ours) >= max(1 - TOLERANCE, said.containment - 1e-4)


@settings(max_examples=300)
@given(edited())
def test_no_figure_or_name_goes_that_the_keeper_lacks_there(pair: tuple[str, str]) -> None:
    """But for one that stands where the keeper has a word that tells nothing."""
    keeper, document = map(Text, pair)
    for each in found(document, keeper):
        agreed = {at for start, _, length in each.runs for at in range(start, start + length)}
        for at in set(range(each.start, each.end)) - agreed:
            if document.words.marks[at] & TELLING:
                before = max((other + length for start, other, length in each.runs if start < at), default=None)
                behind = min((other for start, other, _ in each.runs if start > at), default=None)
                if before is not None and behind is not None:
                    there = range(before, behind)
                    assert document.spelled(at) in map(keeper.spelled, there) or (
                        there and not any(keeper.words.marks[other] & TELLING for other in there)
                    )


@settings(max_examples=100)
@given(edited())
def test_a_higher_threshold_takes_no_word_more(pair: tuple[str, str]) -> None:
    keeper, document = map(Text, pair)
    low, high = (
        {at for each in found(document, keeper, Limits(15, threshold)) for at in range(each.start, each.end)}
        for threshold in (0.7, 0.9)
    )

    assert high <= low


@given(st.integers(0, 40), st.integers(15, 80))
def test_a_copy_goes_whole(seed: int, words: int) -> None:
    text = prose(seed, words)

    assert removed(text, text) == [text[:-1]]
