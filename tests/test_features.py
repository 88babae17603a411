"""What is seen of a page's blocks: whole numbers, in the order of the trained weights' names."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.data import Block, Tag
from dedup.features import Blocks, _stops, features, names
from dedup.model import weights
from dedup.places import UNIT, place

BODY = "html/body/div#x.article"
PAGE = [
    ("Home", Tag.ITEM, "html/body/nav/ul/li", 1.0),
    ("The old mill", Tag.HEADING, f"{BODY}/h1", 0.0),
    ("The mill by the river was built in 1904, and it burned twice. Nobody knew why.", Tag.PARAGRAPH, f"{BODY}/p", 0.0),
    ("“It was never the same,” she said.", Tag.PARAGRAPH, f"{BODY}/p", 0.0),
    ("磨坊建于1904年，后来被烧毁。", Tag.PARAGRAPH, f"{BODY}/p", 0.0),
    ("More on mills", Tag.ITEM, "html/body/aside.related/ul/li", 1.0),
]  # fmt: skip


def blocks(page: list[tuple[str, Tag, str, float]]) -> Blocks:
    return Blocks.of([text for text, *_ in page], [Block(0, 1, tag, True, path, links) for _, tag, path, links in page])


def seen(page: list[tuple[str, Tag, str, float]], kept: list[bool], title: str = "", says: int = 0) -> dict[str, Any]:
    rows = features(blocks(page), np.array(kept, np.bool_), title, says)
    return dict(zip(names(), rows.T.tolist(), strict=True))


def test_names_are_those_of_the_weights() -> None:
    assert names() == weights().names
    assert len(set(names())) == len(names())


@pytest.mark.parametrize("size", range(len(PAGE) + 1))
def test_features_are_whole_numbers_one_row_a_block(size: int) -> None:
    rows = features(blocks(PAGE[:size]), np.zeros(size, np.bool_), "", 0)

    assert rows.dtype == np.int16
    assert rows.shape == (size, len(names()))


def test_features_do_not_depend_on_what_was_looked_at_before() -> None:
    kept = np.array([False, True, True, True, True, False])
    first = features(blocks(PAGE), kept, "The old mill", 1)
    features(blocks(PAGE[::-1]), ~kept, "", -1)

    assert (features(blocks(PAGE), kept, "The old mill", 1) == first).all()


def test_what_is_seen_of_a_page() -> None:
    found = seen(PAGE, [False, True, True, True, True, False], "The old mill", 1)

    assert found["level"] == [0, UNIT, 0, 0, 0, 0]
    assert found["stop"] == [0, 0, UNIT, UNIT, UNIT, 0]
    assert found["links"] == [UNIT, 0, 0, 0, 0, UNIT]
    assert found["in_aside"] == [0, 0, 0, 0, 0, UNIT]
    assert found["dom_navigation"][0] == UNIT
    assert found["tag_item"] == [UNIT, 0, 0, 0, 0, UNIT]
    assert found["body_names"] == [0, UNIT, UNIT, UNIT, UNIT, 0]
    assert found["title"][:2] == [0, UNIT]
    assert (found["before"], found["after"]) == ([UNIT, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, UNIT])
    assert found["kept+1"] == [*found["kept"][1:], 0]
    assert found["words-2"] == [0, 0, *found["words"][:-2]]
    assert set(found["page_says"]) == {UNIT}


def test_counts_past_what_fits_are_cut_off() -> None:
    deep = "/".join(["html", *["div.content"] * 300, "p"])

    assert seen([("A.", Tag.PARAGRAPH, deep, 0.0)], [True])["depth"] == [32767]
    assert seen([("x" * 500, Tag.PARAGRAPH, "html/body/p", 0.0)], [True])["word_length"] == [32767]


ENDS_A_SENTENCE = re.compile(r"[.!?。！？…:\"”][\"”’)]*\s*$")


@given(st.text(alphabet='a.!:…。"”’) \n', max_size=7))
def test_a_text_stops_as_the_pattern_says(text: str) -> None:
    assert _stops(text) == (ENDS_A_SENTENCE.search(text) is not None)


PLACES = {
    "html/body/main/article.post-17/p": (
        "html/body/main/article.post-17",
        "html/body/main",
        "html/body/main/article/p",
    ),
    "html/body/div#c12/ul.a/li": ("html/body/div#c12", "html/body", "html/body/div#c0/ul.a/li"),
    "html/body/div/table/tr": ("html/body/div", "html/body", "html/body/div/table/tr"),
    "p": ("p", "", "p"),
}


@pytest.mark.parametrize("path", PLACES)
def test_a_place_is_the_element_that_holds_it(path: str) -> None:
    assert place(path)[:3] == PLACES[path]


@pytest.mark.parametrize(
    "path", ["html/body/div.standfirst", "html/body/p.article-subtitle", "html/body/div#excerpt/p"]
)
def test_a_standfirst_says_so_itself(path: str) -> None:
    assert place(path).standfirst is (not path.endswith("/p"))
