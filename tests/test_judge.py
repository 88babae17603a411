"""What one page alone says of its blocks: the extractor's answer, edited by odds."""

from __future__ import annotations

import numpy as np
import pytest

from dedup.data import Block, Tag
from dedup.extract import extract
from dedup.features import Blocks
from dedup.html import FAST, PRECISE, WIDE
from dedup.html_blocks import CELLS
from dedup.judge import (
    ADD,
    ALONE,
    KEEP,
    Proofs,
    _comments,
    _copies,
    _inside,
    _standfirst,
    _whole_tables,
    answered,
    decided,
)
from tests.material import prose

BODY = "html/body/article"


def page(*rows: tuple[str, Tag, str, float]) -> Blocks:
    return Blocks.of([text for text, *_ in rows], [Block(0, 1, tag, True, path, links) for _, tag, path, links in rows])


def shown(marks: object) -> str:
    return "".join("x" if each else "." for each in np.asarray(marks).tolist())


ODDS = np.array([KEEP, KEEP + 1, ADD, ADD + 1, KEEP, KEEP + 1, ADD, ADD + 1])
KEPT = np.array([True] * 4 + [False] * 4)


@pytest.mark.parametrize("says", [0, 1])
def test_odds_edit_the_answer(says: int) -> None:
    assert shown(decided(ODDS, KEPT, says)) == ".xxx...x"


@pytest.mark.parametrize(("kept", "says"), [(KEPT, -1), (~KEPT, -1), (KEPT & False, 0), (KEPT & False, 1)])
def test_odds_alone_decide_on_what_says_it_is_no_article_and_where_nothing_is_found(
    kept: np.ndarray[tuple[int], np.dtype[np.bool_]], says: int
) -> None:
    odds = np.array([ALONE, ALONE + 1, -9000, 9000, ALONE, ALONE + 1, -9000, 9000])

    assert shown(decided(odds, kept, says)) == ".x.x.x.x"


@pytest.mark.parametrize(
    ("rows", "odds", "want"),
    [
        ("..", [1, 2], [1, 2]),
        ("xx", [100, 300], [200, 200]),
        ("x.x", [100, 0, 300], [100, 0, 300]),
        ("xxx", [-1, -1, -2], [-2, -2, -2]),
        ("", [], []),
    ],
)
def test_a_table_stays_or_goes_whole(rows: str, odds: list[int], want: list[int]) -> None:
    blocks = page(*[(f"a{CELLS}b", Tag.ROW, f"{BODY}/table/tr", 0.0)] * len(rows))

    assert (
        _whole_tables(blocks, np.array([row == "x" for row in rows], np.bool_), np.array(odds, np.int32)).tolist()
        == want
    )


def test_two_tables_are_two() -> None:
    rows = [(f"a{CELLS}b", Tag.ROW, f"{BODY}/div#{name}/table/tr", 0.0) for name in "aabb"]

    assert _whole_tables(page(*rows), np.ones(4, np.bool_), np.array([1, 3, 5, 7], np.int32)).tolist() == [2, 2, 6, 6]


def test_a_standfirst_stands_before_the_article_and_says_so() -> None:
    path = f"{BODY}/p.standfirst"
    blocks = page(
        ("Why it burned.", Tag.PARAGRAPH, path, 0.0),
        ("Why it burned.", Tag.ITEM, path, 0.0),
        ("Why it burned.", Tag.PARAGRAPH, path, 0.5),
        ("Why it burned.", Tag.PARAGRAPH, f"{BODY}/p", 0.0),
        ("The mill.", Tag.PARAGRAPH, f"{BODY}/p", 0.0),
        ("Why it burned.", Tag.PARAGRAPH, path, 0.0),
    )
    kept = np.array([False, False, False, False, True, False])

    assert shown(_standfirst(blocks, kept)) == "x....."
    assert shown(_standfirst(blocks, kept & False)) == "......"


def test_inside_is_the_articles_element_between_its_first_block_and_its_last() -> None:
    blocks = page(
        ("Before it", Tag.PARAGRAPH, f"{BODY}/p", 0.0),
        ("The mill by the river", Tag.PARAGRAPH, f"{BODY}/p", 0.0),
        ("a list in it", Tag.ITEM, f"{BODY}/ul/li", 0.0),
        ("a box in it", Tag.PARAGRAPH, f"{BODY}/div/div/p", 0.0),
        ("an aside", Tag.PARAGRAPH, "html/body/aside/p", 0.0),
        ("burned down twice", Tag.PARAGRAPH, f"{BODY}/p", 0.0),
        ("After it", Tag.PARAGRAPH, f"{BODY}/p", 0.0),
    )
    kept = np.array([False, True, False, False, False, True, False])

    assert shown(_inside(blocks, kept)) == ".xxx.x."
    assert shown(_inside(blocks, kept & False)) == "......."


@pytest.mark.parametrize(
    ("words", "says", "want"),
    [
        (20, 0, ".xx."),
        (20, 1, ".xx."),
        (19, 0, "...."),  # a post of a few words, or none: then the comments are what there is to read
        (30, -1, "...."),  # a forum: what readers wrote is more than what they answer to
        (60, -1, ".xx."),
    ],
)
def test_comments_are_none_of_an_article_that_stands_elsewhere(words: int, says: int, want: str) -> None:
    thread = "html/body/div#comments/ol.commentlist/li.comment/p"
    blocks = page(
        (prose(1, words), Tag.PARAGRAPH, f"{BODY}/p", 0.0),
        (prose(2, 20), Tag.PARAGRAPH, thread, 0.0),
        (prose(3, 20), Tag.PARAGRAPH, thread, 0.0),
        (prose(4, 50), Tag.PARAGRAPH, "html/body/aside/p", 0.0),
    )

    assert shown(_comments(blocks, np.array([True, True, False, False]), says)) == want


def test_copies_of_the_article_stand_in_elements_without_it() -> None:
    text, other = prose(1, 30), prose(2, 30)
    blocks = page(
        (text, Tag.PARAGRAPH, "html/body/div.mobile/p", 0.0),
        (text, Tag.PARAGRAPH, f"{BODY}/p", 0.0),
        ("The old mill", Tag.PARAGRAPH, f"{BODY}/p", 0.0),
        ("The old mill", Tag.PARAGRAPH, "html/body/div.mobile/p", 0.0),
        (text, Tag.PARAGRAPH, f"{BODY}/p", 0.0),  # a refrain
        (other, Tag.PARAGRAPH, "html/body/div.mobile/p", 0.0),
    )
    kept = np.array([False, True, True, False, False, False])

    assert shown(_copies(blocks, kept, kept)) == "x....."
    assert shown(_copies(blocks, kept & False, kept)) == "......"


def test_the_answer_is_found_again_in_the_page() -> None:
    html = f"<body><nav><a href='/'>Home</a></nav><article><h1>The old mill</h1><p>{prose(1, 60)}</p><p>{prose(2, 60)}</p></article></body>"  # noqa: E501
    document = extract(html)
    blocks = Blocks.of([document.text[block.start : block.end] for block in document.blocks], document.blocks)

    assert shown(answered(html, blocks, 0)) == "..xx" or shown(answered(html, blocks, 0)) == ".xxx"
    assert not answered("<body><p>", blocks, 0).any()


@pytest.mark.parametrize(
    ("precise", "wide", "says", "wanted"),
    [
        ("teaser", "article", 0, "article"),
        ("teaser", "article", -1, "teaser"),  # no article, of which any answer would miss most
        ("", "teaser", 0, "teaser"),
        ("teaser", "", 0, "teaser"),
        ("first", "article", 1, "first"),  # short, but no small part of what runs on the page
    ],
)
def test_the_default_answer_is_asked_where_the_precise_one_is_thin(
    precise: str, wide: str, says: int, wanted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = [prose(1, 20), *(prose(number, 60) for number in range(2, 6))]
    answers = {"": "", "teaser": texts[0], "first": texts[1], "article": "\n".join(texts[1:])}
    said = {str(FAST): "", str(PRECISE): answers[precise], str(WIDE): answers[wide]}
    monkeypatch.setattr("dedup.judge.article", lambda _, mode: said[str(mode)])
    blocks = page(*((text, Tag.PARAGRAPH, f"{BODY}/p", 0.0) for text in texts))

    found = answered("", blocks, says)

    assert [text for text, kept in zip(texts, found, strict=True) if kept] == answers[wanted].splitlines()


def test_the_proofs_of_some_blocks_are_those_blocks_own() -> None:
    proofs = Proofs(np.array([True, False]), np.array([1500, -250], np.int32), np.array([0, -2000], np.int32))

    part = proofs.of(slice(1, 2))
    assert [column.tolist() for column in part] == [column.tolist()[1:2] for column in proofs]
