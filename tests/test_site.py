"""What the pages of a site teach each other, as arithmetic and on whole runs."""

from __future__ import annotations

from importlib import import_module
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import dedup
from benchmarks.pages import corpus
from benchmarks.scores import figures, score
from dedup import Config, site
from dedup.data import Tag
from dedup.judge import judge
from dedup.places import place
from dedup.site import Knowledge, against, fitting, learn, merged, signatures_of, told, votes

VOTES = st.lists(st.tuples(st.integers(0, 5), st.integers(-9000, 9000)), max_size=30)


def known(*rows: tuple[int, int, int]) -> Knowledge:
    keys, sums, pages = zip(*sorted(rows), strict=True) if rows else ((), (), ())
    return Knowledge(np.array(keys, np.uint64), np.array(sums, np.int64), np.array(pages, np.int64))


def cleaned(records: list[dict[str, Any]], **settings: Any) -> dict[str, str]:
    result = dedup.clean(records, config=Config(keep_duplicates=True, **settings))
    return {document["id"]: document["text"] for document in result.documents()}


def pages(sites: int, of_each: int) -> list[dict[str, Any]]:
    return [{name: dict(record)[name] for name in ("id", "site", "url", "html")} for record in corpus(sites, of_each)]


@pytest.mark.parametrize(
    ("path", "other", "same"),
    [
        ("html/body/div#post-12.post/p", "html/body/div#post-7.post/p", True),
        ("html/body.tag-mills/div.text/p", "html/body.tag-ferries/div.text/p", True),
        ("html/body/div.text/h2", "html/body/div.text/h3", False),
        ("html/body/div.text/p", "html/body/aside.text/p", False),
    ],
)
def test_a_signature_is_the_place_without_what_one_page_is_about(path: str, other: str, same: bool) -> None:
    one, two = (signatures_of(place(each), Tag.PARAGRAPH, linked=False)[0] for each in (path, other))

    assert (one == two) is same


def test_links_stand_apart_from_text_in_the_same_place() -> None:
    text, links = (signatures_of(place("body/ul/li"), Tag.ITEM, linked=linked) for linked in (False, True))

    assert set(text).isdisjoint(links)


def test_a_page_votes_once_for_a_signature_by_the_words_of_its_blocks() -> None:
    keys = np.array([7, 7, 3, 7], np.uint64)
    found = votes(keys, np.array([0, 0, 0, 1]), np.array([1000, -1000, 500, 40], np.int32), np.array([29, 9, 4, 50]))

    assert found.keys.tolist() == [3, 7, 7]
    assert found.odds.tolist() == [500, (30 * 1000 - 10 * 1000) // 40, 40]
    assert found.vote.tolist() == [1, 1, 0, 2]


@given(VOTES)
def test_learning_adds_up_whatever_the_order(rows: list[tuple[int, int]]) -> None:
    shuffled = Random(0).sample(rows, len(rows))
    one, two = (
        learn(np.array([key for key, _ in each], np.uint64), np.array([odds for _, odds in each], np.int64))
        for each in (rows, shuffled)
    )

    assert all(np.array_equal(a, b) for a, b in zip(one, two, strict=True))
    assert one.sums.sum() == sum(odds for _, odds in rows)
    assert one.pages.sum() == len(rows)


def test_knowledge_of_two_runs_adds_up() -> None:
    both = merged(known((1, 100, 1), (5, 40, 2)), known((5, 2, 1), (9, -7, 3)))

    assert [column.tolist() for column in both] == [[1, 5, 9], [100, 42, -7], [1, 3, 3]]
    assert [column.tolist() for column in both.of(np.array([5, 4], np.uint64))] == [[42, 0], [3, 0]]


def test_few_siblings_say_little_and_many_as_much_as_the_page() -> None:
    mean, siblings = 4000, np.array([0, 1, 2, 10, 1000])

    assert told(mean * siblings, siblings).tolist() == [0, 1000, 1600, 3076, 3988]


def test_what_two_articles_share_is_less_likely_theirs() -> None:
    assert against(np.array([0, 1, 2, 4, 8])).tolist() == [0, 0, 2500, 5000, 7500]


KEYS, LONG, LINKS = np.array([1, 2, 3], np.uint64), np.array([60, 20, 20], np.int64), np.zeros(3)
TWO_PAGES = np.array([0, 3, 3])


@pytest.mark.parametrize(
    ("rows", "fits"),
    [
        (((1, 9000, 3), (2, -9000, 3), (3, 9000, 3)), True),
        (((1, 9000, 3), (2, -9000, 3)), False),  # a fifth of the text stands where nothing is known of
        (((1, 9000, 3), (2, -9000, 3), (3, 600, 3)), False),  # or where one cannot be sure
        (((1, 9000, 3), (2, -9000, 3), (3, 9000, 1)), False),  # or where one page alone had something
        (((1, -9000, 3), (2, -9000, 3), (3, 9000, 3)), False),  # too few words would be left
    ],
)
def test_a_page_that_does_not_fit_its_template_is_not_judged_by_it(rows: Any, fits: bool) -> None:
    odds, found = fitting(known(*rows), KEYS, np.array([7, 7, 8], np.uint64), LONG, LINKS, TWO_PAGES)

    assert found.tolist() == [fits, False]  # of a page without blocks nothing is known
    assert not fits or odds.tolist() == [3000, -3000, 3000]


def test_a_block_like_none_before_goes_by_what_holds_it() -> None:
    knowledge = known((1, 9000, 3), (2, -9000, 3), (8, 6000, 2))

    odds, found = fitting(knowledge, KEYS, np.array([7, 7, 8], np.uint64), LONG, LINKS, TWO_PAGES)

    assert found.tolist() == [True, False]
    assert odds.tolist() == [3000, -3000, 3000]


# ── whole runs ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def news() -> list[dict[str, Any]]:
    return pages(1, 14)


def test_a_template_gives_nearly_what_judging_every_page_gives(
    news: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    judged: list[str] = []

    def noted(html: str, *rest: Any) -> Any:
        judged.append(html)
        return judge(html, *rest)

    monkeypatch.setattr(import_module("dedup.extract"), "judge", noted)
    every = cleaned(news)
    assert len(judged) == len(news)
    judged.clear()
    monkeypatch.setattr(site, "SAMPLE", 4)
    monkeypatch.setattr(site, "MANY", 8)

    by_template = cleaned(news)

    assert len(judged) < 8
    assert all(score(text, by_template[id_]).f1 > 0.95 for id_, text in every.items())
    assert figures([score(text, by_template[id_]) for id_, text in every.items()]).f1 > 0.99


def test_a_template_depends_on_no_order_of_the_pages(
    news: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(site, "SAMPLE", 3)
    monkeypatch.setattr(site, "MANY", 8)

    assert cleaned(news) == cleaned(Random(3).sample(news, len(news)))


def test_a_page_of_another_make_is_judged_by_itself(
    news: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    stranger = {**pages(2, 1)[1], "site": news[0]["site"], "url": "https://www.other.example/1"}
    alone = cleaned([stranger])[stranger["id"]]
    monkeypatch.setattr(site, "SAMPLE", 4)
    monkeypatch.setattr(site, "MANY", 8)

    assert cleaned([*news, stranger])[stranger["id"]] == alone
