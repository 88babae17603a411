"""Words that a scanner misread, and words that are others: by their letters, and by what stands around them."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.misread import is_close, is_mixed, is_near, is_noise, is_typo, shape
from tests.material import cleaned
from tests.quality.noise import misread

WORDS = st.text(st.sampled_from("abcdeilmnorstu0158"), min_size=1, max_size=12)

SAME_SHAPE = """
    velmouth ve1mouth | 2001 200l | 21st 2lst | 5hed shed | burn bum | harbour harb0ur | close dose | vvind wind | 80 b0
    ill i1l | zoo 2oo | good 9ood | quay ouay
"""
OTHER_SHAPE = "2001 2007 | moor moon | hansen hanson | jan ian | lena jena | 12 13 | a b | мельница мельннца | 石 右"
CLOSE = (
    SAME_SHAPE
    + """
    | moor moon | hansen hanson | iran iraq | reached rcached | weaving weaviug | austria australia | мельница мельннца
    | mali bali | schoolchildren schoo1chiidren | three threc | 198os 1980s
"""
)
NOT_CLOSE = """
    may day | 2001 2007 | 1 7 | l2 13 | 1980s 1990s | a320 a330 | 60th 50th | 2nd 3rd | 100th 10th | 10km 12km
    million billion | juni juli | three there | cortau corran | north south | washington wellington | the tne | q3 q4
    石 右 | 1990 1990s
"""
NEAR = "mav may | the tne | li lj"
NOT_NEAR = "a o | may june | hansen hanson | 12 13 | q3 q4 | m4 m5 | six dix | dos dix | may may"
NOISE = """
    reached rcached | looked lookecl | weaving weaviug | harbour harb0ur | moor mocr | colour co1our | volley vallcy
    first flrst | bridges hridges
"""
EDITED = """
    reached reaches | looked looks | looking looked | colour color | organise organize | travelling traveling
    | centre center | analyse analyze | dialogue dialog | rote roten | kleine kleines
"""
TYPO = """
    communicatiions communications | encyclopedia encyclopeedia | muhlenbrucke muhlenbruche | northamptom northampton
    dostoyevsky dostoevsky
"""
NO_TYPO = """
    hansen hanson | kowalewski kowalewska | christensen christenson | charleston charlestown | alexandrov alexandrova
    northampton southampton | communications communications | abcdefghi1 abcdefghij | 1234567890 1234567891
"""


def pairs(table: str) -> list[tuple[str, str]]:
    """Pairs of words; lines and bars part them."""
    rows = [row.split() for row in table.replace("\n", "|").split("|") if row.strip()]
    return [(word, other) for word, other in rows]


@pytest.mark.parametrize(("word", "other"), pairs(SAME_SHAPE))
def test_glyphs_of_one_shape_are_one(word: str, other: str) -> None:
    assert shape(word) == shape(other)


@pytest.mark.parametrize(("word", "other"), pairs(OTHER_SHAPE))
def test_other_glyphs_are_others(word: str, other: str) -> None:
    assert shape(word) != shape(other)


@pytest.mark.parametrize(("word", "other"), pairs(CLOSE))
def test_what_may_be_the_same_word_misread(word: str, other: str) -> None:
    assert is_close(word, other)


@pytest.mark.parametrize(("word", "other"), pairs(NOT_CLOSE))
def test_what_is_another_word_or_figure(word: str, other: str) -> None:
    assert not is_close(word, other)


@pytest.mark.parametrize(("word", "other"), pairs(NEAR))
def test_short_words_with_one_letter_wrong_are_near(word: str, other: str) -> None:
    assert is_near(word, other)
    assert not is_close(word, other)


@pytest.mark.parametrize(("word", "other"), pairs(NOT_NEAR))
def test_long_words_figures_and_words_for_numbers_are_not_near(word: str, other: str) -> None:
    assert not is_near(word, other)


@pytest.mark.parametrize(("word", "other"), pairs(NOISE))
def test_letters_that_nobody_edits_show_noise(word: str, other: str) -> None:
    assert is_noise(word, other)


@pytest.mark.parametrize(("word", "other"), pairs(EDITED))
def test_endings_and_spellings_are_edited(word: str, other: str) -> None:
    assert not is_noise(word, other)


@pytest.mark.parametrize(("word", "other"), pairs(TYPO))
def test_a_slip_in_a_long_word(word: str, other: str) -> None:
    assert is_typo(word, other)


@pytest.mark.parametrize(("word", "other"), pairs(NO_TYPO))
def test_short_words_names_and_figures_are_no_slips(word: str, other: str) -> None:
    assert not is_typo(word, other)


@pytest.mark.parametrize(
    ("word", "mixed"), [("5hed", True), ("1980s", True), ("a4", True), ("shed", False), ("1980", False), ("", False)]
)
def test_letters_and_figures_in_one_word(word: str, mixed: bool) -> None:
    assert is_mixed(word) is mixed


@given(WORDS, WORDS)
def test_which_word_is_whose_does_not_matter(word: str, other: str) -> None:
    for alike in (is_close, is_near, is_typo, is_noise):
        assert alike(word, other) == alike(other, word)


@given(WORDS, st.integers(0, 11), st.sampled_from("0123456789"))
def test_another_figure_in_one_place_is_another_word(word: str, at: int, figure: str) -> None:
    at %= len(word)
    other = word[:at] + figure + word[at + 1 :]
    if word[at].isdecimal() and word[at] != figure:
        assert not is_close(word, other)
        assert not is_near(word, other)


# ── whole texts ─────────────────────────────────────────────────────────────────────────────────────────────────────

LETTER = (
    "The harbour at Velmouth was closed for most of that winter, and the ferry to Corran did not run before the spring."
    " Most of the fishermen had gone inland to work at the mill, where the wages were low but the floors were dry."
    " In the evenings they gathered in the schoolhouse and mended their nets beside the stove until the lamps went out."
    " When Hansen came back in April he found the boats in good order, and the nets hanging ready along the wall."
)


def stays_of(keeper: str, document: str) -> str:
    """What stays of a younger document."""
    dated = [{"id": "old", "text": keeper, "date": "2001"}, {"id": "new", "text": document, "date": "2002"}]
    found = cleaned(dated, keep_chrome=True)
    assert not found.gone("old")
    return found.texts.get("new", "")


@pytest.mark.parametrize("seed", range(6))
def test_a_text_that_is_misread_all_over_goes(seed: int) -> None:
    assert len(stays_of(LETTER, misread(LETTER, Random(seed), 0.02))) < len(LETTER) / 3


OTHERS = {
    "one letter": ("Hansen", "Hanson"),
    "two letters": ("Hansen", "Hassan"),
    "of two families": ("Christensen", "Christenson"),
    "of a man and a woman": ("Alexandrov", "Alexandrova"),
    "of two towns": ("Charleston", "Charlestown"),
    "of two forenames": ("Jan Moor", "Ian Moor"),
    "a figure": ("number 7", "number 8"),
    "a decade": ("the 1980s crew", "the 1990s crew"),
    "a number": ("all three brothers", "all four brothers"),
}


@pytest.mark.parametrize(("here", "there"), OTHERS.values(), ids=OTHERS)
def test_a_sentence_with_one_other_name_stays(here: str, there: str) -> None:
    assert there in stays_of(LETTER.replace("Hansen", here), LETTER.replace("Hansen", there))


def test_a_name_alone_is_not_believed_to_be_misread_because_the_spelling_is_another() -> None:
    british = LETTER.replace("good order", "good colour").replace("schoolhouse", "centre")
    american = LETTER.replace("good order", "good color").replace("schoolhouse", "center").replace("Hansen", "Hanson")

    assert "Hanson" in stays_of(british, american)


def test_a_decade_is_another_one_in_a_text_that_is_misread_too() -> None:
    dated = LETTER.replace("in April", "in the 1980s")

    assert "1990s" in stays_of(dated, misread(dated.replace("1980s", "@"), Random(1), 0.01).replace("@", "1990s"))
