# ruff: noqa: E501 (tables of cases)
"""A pasted comment thread is told from an interview, a play and a list."""

from __future__ import annotations

import pytest

from dedup.data import Tag
from dedup.threads import MIN_BODY_WORDS, find_thread
from tests.material import prose

BODY = [prose(n, 60) for n in range(3)]
THREAD = [
    "harbour_cat",
    "same old story, nothing changes..",
    "Jo",
    "agreed!!",
    "harbour_cat",
    "told you so lol",
    "Bo K",
    "Thanks all.",
]
INTERVIEW = [
    "Reporter",
    "When did you first see the mill?",
    "Ada Moor",
    "As a child, with my father.",
    "Reporter",
    "And now?",
    "Ada Moor",
    "It is closed.",
]


def start_of(blocks: list[str], tags: dict[int, Tag] | None = None) -> int | None:
    found = find_thread(blocks, [(tags or {}).get(number, Tag.PARAGRAPH) for number in range(len(blocks))])
    return found.start if found else None


def test_a_thread_names_its_posters_and_them_only() -> None:
    found = find_thread(BODY + THREAD, [Tag.PARAGRAPH] * 11)

    assert found is not None
    assert found.names == ("Bo K", "Jo", "harbour_cat")
    assert found.posts == 4


CASES: dict[str, tuple[list[str], int | None]] = {
    "thread": (BODY + THREAD, 3),
    "thread with a cue": ([*BODY, "Ada", "The bridge was better.", "Bo", "It was.", "Ada", "2 hours ago", "Cy", "Yes indeed it was."], 3),
    "an interview": (BODY + INTERVIEW, None),
    "an interview with short answers": ([*BODY, "Reporter", "Were you there?", "Ada Moor", "Yes.", "Reporter", "And did you weep?", "Ada Moor",
                                         "No. Not then.", "Reporter", "And now?", "Ada Moor", "Sometimes."], None),
    "an interview from its start": (INTERVIEW * 3, None),
    "only two speakers": ([*BODY, "Jo", "lol", "Bo", "yeah..", "Jo", "thx", "Bo", "nope"], None),
    "too few posts": ([*BODY, "Jo", "lol", "Jo", "thx"], None),
    "no article before it": (THREAD, None),
    "an article without a thread": (BODY, None),
    "nothing": ([], None),
}  # fmt: skip


@pytest.mark.parametrize(("blocks", "start"), CASES.values(), ids=CASES)
def test_what_is_a_thread(blocks: list[str], start: int | None) -> None:
    assert start_of(blocks) == start


def test_a_heading_among_the_posts_means_that_it_is_an_article() -> None:
    assert start_of(BODY + THREAD, {5: Tag.HEADING}) is None


def test_the_article_before_it_must_be_long_enough() -> None:
    words = "The mill closed in May. " * (MIN_BODY_WORDS // 5)

    assert start_of([words, *THREAD]) == 1
    assert start_of([words.removesuffix("The mill closed in May. "), *THREAD]) is None
