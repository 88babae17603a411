# ruff: noqa: E501 (tables of cases)
"""What of a quotation goes: lines of a sentence that the keeper has otherwise, and sentences that stand there far apart."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.align import GAP, Words
from dedup.data import Tag
from dedup.extract import extract
from dedup.passages import Limits
from dedup.quotations import LEAST, TELLING, Beside, led_on, whole_lines
from dedup.words import Mark, MarkedWords, defined_words, marked_words
from tests.kernels import together, verified_as_defined
from tests.material import prose

LIMITS = Limits(min_words=15, threshold=0.8)


def marked(text: str) -> MarkedWords:
    """The words of a text, by the blocks it has."""
    blocks = extract(text, format="text").blocks
    quotations = {number for number, block in enumerate(blocks) if block.tag is Tag.QUOTE}
    return marked_words(text, [(block.start, block.end) for block in blocks], (), quotations)


def removed(document: str, keeper: str) -> list[str]:
    """What of a document may go as its keeper has it, as its words."""
    own, other = marked(document), marked(keeper)
    documents, _ = together([(keeper, other), (document, own)])
    (found,) = verified_as_defined(documents, [(0, 1)], LIMITS, None)
    gone = [at for each in found for at in range(each.start, each.end)]
    return [document[own.starts[at] : own.ends[at]] for at in gone]


def words(text: str) -> list[str]:
    return [text[a:b] for a, b in zip(marked(text).starts, marked(text).ends, strict=True)]


POST = """The old ferry leaves the quay at Corran every morning, whatever the weather is,
and takes nine passengers, two goats and now and then a piano over to the island,
where the baker waits for his flour. In winter the sea is often so rough that nobody
dares to go. Then the mail waits too. My brother once waited eleven days for a letter
that said no more than that the roof of the chapel had been mended at last. I do not
know who pays for all that. Perhaps the harbour office keeps a list somewhere.

Thanks for reading.
"""
LINES = POST.splitlines()


def quoted(*lines: str) -> str:
    return "\n".join(f"> {line}" for line in lines)


# ── lines ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_lines_that_were_cut_out_of_a_sentence_go_without_the_rest_of_it() -> None:
    document = quoted(LINES[0], LINES[1], "who would have thought so, and why is it never told anywhere") + "\n\nNot I."

    assert removed(document, POST) == words(quoted(*LINES[:2]))


def test_a_line_of_which_a_word_was_changed_stays() -> None:
    changed = LINES[2].split(".")[0].replace("baker", "mason") + " and has nothing else to do"
    document = quoted(*LINES[:2], changed, "for the rest of the day, as who would buy a chapel from him.")

    assert removed(document, POST) == words(quoted(*LINES[:2]))


def test_lines_of_what_is_not_quoted_stay() -> None:
    document = "\n".join([LINES[0], LINES[1], "who would have thought so, and why is it never told anywhere"])

    assert not removed(document, POST)


@given(
    st.integers(0, 40),
    st.lists(st.tuples(st.integers(0, 60), st.integers(1, 12)), max_size=8),
    st.binary(min_size=60, max_size=60),
)
def test_whole_lines_agree_word_by_word(low: int, found: list[tuple[int, int]], flags: bytes) -> None:
    runs = [(start, 100 + start, length) for start, length in found]
    marks = np.frombuffer(flags, np.uint8)
    own = list(whole_lines(runs, marks, low, 60))

    assert all(low <= start < end <= 60 for start, end in own)
    assert all(one[1] <= other[0] for one, other in pairwise(own))
    assert all(any(start <= first and end <= start + length for start, _, length in runs) for first, end in own)
    assert not own or marks[low] & Mark.QUOTED


# ── sentences far apart ─────────────────────────────────────────────────────────────────────────────────────────────

FAR = f"{POST}\n{prose(3, 120)}\n\nThe chapel bell rang twice that night. So be it.\n"
LETTER = f"{POST.split('. ', maxsplit=1)[0]}. So it goes.\n\nThanks for reading.\n"
FIRST = quoted(*LINES[:2], LINES[2].split(". ")[0] + ".")


@pytest.mark.parametrize(
    ("added", "goes"),
    [
        ("The chapel bell rang twice that night.", True),
        ("The chapel bell broke twice one night.", False),
        ("So be it.", False),  # too few words for so far
        ("Dares to go.", True),  # … but these stand near
        ("Dares to stay.", False),
        ("Then.", False),
    ],
)
def test_a_sentence_behind_a_copy_goes_if_the_keeper_has_all_of_it(added: str, goes: bool) -> None:
    document = f"{FIRST}\n{quoted(added)}"

    assert removed(document, FAR) == words(document if goes else FIRST)


def test_a_sentence_before_a_copy_goes_too() -> None:
    keeper = f"Ada Hale (ada@mill.example) wrote:\n\n{prose(4, 120)}\n\n{POST}"
    document = quoted("Ada Hale (ada@mill.example) wrote:") + f"\n>\n{FIRST}"

    assert removed(document, keeper) == words(document)


def test_the_order_is_kept() -> None:
    document = f"{FIRST}\n{quoted('So be it.')}"

    assert removed(document, f"{POST.split('. ', maxsplit=1)[0]}. So be it.") == words(document)
    assert removed(document, f"So be it.\n\n{POST}") == words(FIRST)


def test_what_the_author_says_himself_stays_where_it_is_the_same() -> None:
    assert removed(f"{FIRST}\n> Thanks for reading.\n", LETTER) == [*words(FIRST), "Thanks", "for", "reading"]
    assert removed(f"{FIRST}\n\nThanks for reading.\n", LETTER) == words(FIRST)


@given(
    st.lists(st.integers(1, 5), max_size=30),
    st.lists(st.integers(1, 5), max_size=60),
    st.binary(min_size=30, max_size=30),
    st.integers(0, 29),
    st.integers(1, 6),
    st.integers(0, 59),
)
def test_what_is_led_on_agrees_in_order_and_touches(
    document: list[int], keeper: list[int], flags: bytes, start: int, length: int, place: int
) -> None:
    own, other = np.array(document, np.uint64), np.array(keeper, np.uint64)
    marks = np.frombuffer(flags, np.uint8)[: len(own)]
    start, place = min(start, len(own)), min(place, len(other))
    end, place_end = min(len(own), start + length), min(len(other), place + length)
    taken = np.zeros(len(own), bool)
    taken[start:end] = True
    runs = sorted(led_on(Beside(start, end, place, place_end), Words(own, marks), Words(other, marks), taken))

    edges = sorted([(start, end, place, place_end), *((a, a + n, b, b + n) for a, b, n in runs)])
    assert all(one[1] == two[0] and one[3] <= two[2] for one, two in pairwise(edges))
    for at, there, count in runs:
        assert own[at : at + count].tolist() == other[there : there + count].tolist()
        assert marks[at] & Mark.STARTS_SENTENCE or at == end
        assert len({*own[at : at + count].tolist()}) >= LEAST
        assert taken[at : at + count].all()


@pytest.mark.parametrize(("different", "away", "goes"), [(TELLING, 500, True), (TELLING - 1, 500, False), (TELLING - 1, GAP, True), (TELLING - 1, GAP + 1, False), (LEAST, 0, True), (LEAST - 1, 0, False)])  # fmt: skip
def test_how_far_a_sentence_may_stand(different: int, away: int, goes: bool) -> None:
    sentence = list(range(1, different + 1))
    document, keeper = (
        np.array([90, 91, *sentence], np.uint64),
        np.array([90, 91, *range(1000, 1000 + away), *sentence], np.uint64),
    )
    marks = np.full(len(document), int(Mark.QUOTED), np.uint8)
    marks[[0, 2]] |= int(Mark.STARTS_SENTENCE)
    taken = np.arange(len(document)) < 2

    found = list(led_on(Beside(0, 2, 0, 2), Words(document, marks), Words(keeper, marks), taken))

    assert found == ([(2, 2 + away, different)] if goes else [])


# ── marks ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("> one two\n> three", ["one", "three"]),
        ("> one. Two\r\n> three", ["one", "three"]),
        ("> one\n>\n> ---\n> two three", ["one", "two"]),
        ("JL> one two\nJL> three", ["one", "three"]),  # initials are not read
        (">> one\n> > two", ["one", "two"]),
    ],
)
def test_words_that_start_a_line_of_a_quotation(text: str, first: list[str]) -> None:
    for found in (marked_words(text, [(0, len(text))], (), {0}), defined_words(text, [(0, len(text))], (), {0})):
        assert [
            text[a:b] for a, b, own in zip(found.starts, found.ends, found.marks, strict=True) if own & Mark.STARTS_LINE
        ] == first
        assert (found.marks & Mark.QUOTED).all()


def test_other_blocks_have_no_lines() -> None:
    text = "one two\nthree"

    assert not (marked_words(text, [(0, len(text))], {0}).marks & (Mark.QUOTED | Mark.STARTS_LINE)).any()
