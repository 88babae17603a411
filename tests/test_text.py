# ruff: noqa: E501 (tables of cases)
"""Words, sentences and sameness, for every script."""

from __future__ import annotations

import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.patterns import pattern
from dedup.repetition import block_text
from dedup.sentences import sentences
from dedup.text import (
    _APART,
    _WORD,
    count_words,
    fold,
    link_share,
    matches,
    plain,
    slots,
    word_hash,
    word_list,
)
from dedup.words import Mark, marked_words

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
LETTERS = st.text(st.sampled_from("abcxyzÀÉÎõüßñçøåЖщёあカ漢字ไทยกุعربיםΩ12"), min_size=1, max_size=30)
LINES = st.text(st.sampled_from("abC1 .!?\u2026\n\"'()>|-\u3002\uff01漢「」"), max_size=80)


@given(TEXTS)
def test_fold_is_idempotent(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(LETTERS)
def test_composed_and_decomposed_texts_have_equal_words(text: str) -> None:
    assert word_list(unicodedata.normalize("NFC", text)) == word_list(unicodedata.normalize("NFD", text))


@given(st.text(st.sampled_from("abcXYZ019 .,"), max_size=40))
def test_full_width_texts_have_equal_words(text: str) -> None:
    wide = "".join(chr(ord(each) + 0xFEE0) if each.isalnum() else each for each in text)

    assert word_list(wide) == word_list(text)


@given(st.text(st.sampled_from("abcdé1"), min_size=2, max_size=20), st.data())
def test_invisible_characters_inside_words_are_not_seen(word: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(1, len(word) - 1))
    invisible = data.draw(st.sampled_from(["\u00ad", "\u200b", "\u200c", "\u200d", "\u2060", "\ufeff"]))

    assert word_list(word[:at] + invisible + word[at:]) == word_list(word)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Straße", "STRASSE"),
        ("Café", "cafe"),
        ("ﬁne", "fine"),
        ("كِتَاب", "كتاب"),  # Arabic vowel marks
        ("ΣΊΣΥΦΟΣ", "Σίσυφος"),  # final sigma
        ("ｶﾞ", "ガ"),  # half-width, voiced
    ],
)
def test_words_that_are_the_same_fold_to_the_same(left: str, right: str) -> None:
    assert fold(left) == fold(right)
    assert word_hash(left) == word_hash(right)


@pytest.mark.parametrize(
    ("left", "right"), [("12", "13"), ("mill", "mills"), ("は", "が"), ("ü", "ä2"), ("１２", "21")]
)
def test_words_that_differ_stay_different(left: str, right: str) -> None:
    assert word_hash(left) != word_hash(right)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The “Old” Mill, 1904", ["the", "old", "mill", "1904"]),
        ("don't re-open", ["don", "t", "re", "open"]),
        ("東京都の水道", list("東京都の水道")),
        ("ไทย", ["ไ", "ท", "ย"]),
        ("한국어 문장", ["한국어", "문장"]),
        ("… — !", []),
        ("", []),
    ],
)
def test_words_of_every_script(text: str, words: list[str]) -> None:
    assert word_list(text) == [fold(word) for word in words]


def test_unspaced_characters_count_half() -> None:
    assert count_words("東京都庁の水道局") == 4


@given(
    st.lists(st.sampled_from(["\u1000", "\u102c", "\u1037", "\u0e01", "\u0e31", "水", "a", " ", "\u0301"])).map("".join)
)
def test_every_word_counts_for_half_at_least(text: str) -> None:
    assert 2 * count_words(text) >= len(word_list(text))
    assert count_words("two words 東京") == 3


@given(LINES, st.integers(0, 80), st.integers(0, 80))
def test_sentences_cover_their_span_exactly(text: str, start: int, end: int) -> None:
    start, end = min(start, len(text)), min(max(start, end), len(text))

    found = list(sentences(text, start, end))

    assert [first for first, _ in found] + [end] == [start] + [last for _, last in found] if found else start == end
    assert all(first < last for first, last in found)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("He came. She left.", 2),
        ("Mr. Hale met Dr. J. Moor of the U.S. Navy.", 1),
        ("It cost 3.5 million. Nobody paid.", 2),
        ("“Why?” he asked. “Never.” She left.", 3),
        ("今日は晴れ。明日は雨！本当？", 3),
        ("NORTHFIELD, March 12 (NW) -- The mill closed.", 2),  # the dateline stands apart
        ("کیا؟ جی۔ ہاں", 3),
        ("wrapped at a\nnarrow width", 1),
        ("who repairs a mill wheel\n--\n------------------------\nAda Hale, Corran", 3),  # rules part lines
        ("> who repairs a mill wheel\n> near the harbour\n> ====================\n> of Corran", 2),
    ],
)
def test_sentences_end_where_a_reader_would_end_them(text: str, count: int) -> None:
    assert len(list(sentences(text, 0, len(text)))) == count


def test_a_dateline_before_wrapped_text_makes_no_sentence_ends() -> None:
    text = "CORRAN, Jan. 2 -- The ferry to Corran left the quay at dawn with nine\npassengers, two goats and a piano that nobody on\nboard would own to, while the fog came down on\nthe town."

    assert len(list(sentences(text, 0, len(text)))) == 2


@given(LINES)
def test_marked_words_stand_where_they_say(text: str) -> None:
    half = len(text) // 2
    spans = [(0, half), (half, len(text))]

    words = marked_words(text, spans)

    assert [word_hash(text[a:b]) for a, b in zip(words.starts, words.ends, strict=True)] == words.hashes.tolist()
    assert all(
        any(start <= a < b <= end for start, end in spans) for a, b in zip(words.starts, words.ends, strict=True)
    )
    assert (np.diff(words.starts) > 0).all()


def test_marks_tell_figures_names_and_sentence_starts() -> None:
    text = "The mill of Ada Moor closed in 1904. Nobody 東 knew."

    words = marked_words(text, [(0, len(text))])
    marks = {text[a:b]: Mark(int(mark)) for a, b, mark in zip(words.starts, words.ends, words.marks, strict=True)}

    assert {word for word, mark in marks.items() if mark & Mark.NAME} == {"Ada", "Moor"}
    assert {word for word, mark in marks.items() if mark & Mark.FIGURE} == {"1904"}
    assert {word for word, mark in marks.items() if mark & Mark.STARTS_SENTENCE} == {"The", "Nobody"}
    assert {word for word, mark in marks.items() if mark & Mark.UNSPACED} == {"東"}


def test_capitals_name_nothing_in_a_block_of_capitals() -> None:
    text = "THE MILL OF ADA MOOR CLOSED."

    assert not (marked_words(text, [(0, len(text))]).marks & int(Mark.NAME)).any()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("**Bold** and _thin_", "Bold and thin"),
        ("## A heading ##", "A heading"),
        ("> quoted\n> twice", "quoted twice"),
        ("[Ada](https://a.example/x_(y)) wrote", "Ada wrote"),
        ("[Ada][1] wrote", "Ada wrote"),
        ("<https://a.example> <b>x</b>", "https://a.example x"),
        ("a  b\u00a0 c\n\nd", "a b c d"),
        ("2 * 3 * 4", "2 * 3 * 4"),
        ("snake_case_name", "snake_case_name"),
    ],
)
def test_plain_takes_the_marks_and_leaves_the_words(text: str, expected: str) -> None:
    if text == "snake_case_name":
        assert plain(text).replace("_", "") == "snakecasename"
    else:
        assert plain(text) == expected


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("[Home](/) [News](/n)", 0.8, 1),
        ("See https://a.example/x", 0.7, 1),
        ("A [mill](/m) closed in the long winter.", 0, 0.2),
        ("", 0, 0),
    ],
)
def test_link_share_is_the_share_of_what_is_seen(text: str, low: float, high: float) -> None:
    assert low <= link_share(text) <= high


@given(LINES)
def test_link_share_is_a_share(text: str) -> None:
    assert 0 <= link_share(text) <= 1


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ("Copyright © Ada Moor, 2019", "Copyright © Li Wei Chen, 2024", True),
        ("Write to desk@mill.example", "Write to news@port.example", True),
        ("Subscribe to our letter", "Subscribe to our paper", False),
    ],
)
def test_slots_hide_names_figures_and_addresses_only(left: str, right: str, same: bool) -> None:
    assert (slots(left) == slots(right)) is same


def test_a_print_sees_words_only() -> None:
    assert block_text("The mill, closed.").exact == block_text("the   MILL — closed").exact
    assert block_text("The mill closed 12").exact != block_text("The mill closed 21").exact


def test_a_broken_pattern_names_itself() -> None:
    with pytest.raises(ValueError, match=r"'\(mill' is not a regular expression"):
        pattern("(mill")


@pytest.mark.parametrize("dateline", ["CORRAN, Jan. 2 -- ", "LONDON, Sept. 14 (AP) -- "])
def test_a_dateline_may_shorten_the_month(dateline: str) -> None:
    text = f"{dateline}The ferry left at dawn."

    assert [text[a:b] for a, b in sentences(text, 0, len(text))] == [dateline, "The ferry left at dawn."]


@pytest.mark.parametrize(
    "text", ["“Mill’s”, 1904 – burned…", "a\u2028b\u00a0c", "naïve mill", "a\u200bb a\u00adb a_b", "x²½"]
)
def test_words_of_a_text_that_is_nearly_ascii_are_those_of_any(text: str) -> None:
    assert word_list(text) == word_list(f"é {text}")[1:]


def test_signs_that_are_taken_out_first_stand_in_no_word() -> None:
    signs = [chr(code) for code in range(0x2700) if _APART.match(chr(code))]

    assert len(signs) > 300
    assert [sign for sign in signs if _WORD.search(f" {sign} ") or len(_WORD.findall(f"a{sign}b")) != 2] == []


@given(st.text(st.sampled_from("aB1_ .,-–“’é東\u00ad\u0301²\u00a0\n\t*>#")))
def test_a_text_without_foreign_letters_is_split_as_any_other(text: str) -> None:
    found = [match.group() for match in matches(text, 0, len(text))(0, len(text))]
    apart = [match.group() for match in matches(text + "é", 0, len(text) + 1)(0, len(text))]  # é: the general way

    assert found == apart
    assert count_words(text) == len(found) - text.count("東") // 2
