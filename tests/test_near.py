"""`dedup.near_duplicates`: what texts have in common, exactly where it stands; and what all of it costs."""

from __future__ import annotations

import random
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dedup
from dedup import SettingError, match
from dedup.keepers import Chosen
from dedup.near import near_duplicates
from dedup.text import word_list
from tests.material import VOCABULARY, article, cleaned, prose

A, B, C = prose(1, 30), prose(2, 30), prose(3, 30)


def spans(texts: list[str], **settings: Any) -> list[tuple[int, str, int, str]]:
    """Matches as (document, its text, keeper, its text)."""
    found = [(each.document, (each.start, each.end), each.keeper, (each.keeper_start, each.keeper_end))
             for each in near_duplicates(texts, **settings)]  # fmt: skip
    return [(one, texts[one][slice(*here)], other, texts[other][slice(*there)]) for one, here, other, there in found]


# ── passages ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_passage_is_found_where_it_stands() -> None:
    texts = [f"{A}\n\n{B}", f"{C} {B}", C]

    assert spans(texts) == [(1, B[:-1], 0, B[:-1]), (2, C[:-1], 1, C[:-1])]


@pytest.mark.parametrize("texts", [[], [""], ["", ""], ["word"], ["word", "word"], [A], [A, ""], [A, B]])
def test_there_is_nothing_in_common(texts: list[str]) -> None:
    assert list(near_duplicates(texts)) == []


def test_copies_of_a_text_are_matched_with_the_first_alone() -> None:
    found = list(near_duplicates([A] * 60))

    assert [(each.document, each.keeper) for each in found] == [(number, 0) for number in range(1, 60)]


def test_a_match_says_how_alike_the_two_are() -> None:
    words = A.split(" ")
    size, other = len(words), " ".join([*words[:6], "abacus", *words[7:]])

    (found,) = near_duplicates([A, other])

    assert found.similarity == found.containment == round(1 - 1 / size, 4)
    assert found.jaccard == round((size - 9) / (size + 1), 4)  # five shingles hold the word, on either side


@pytest.mark.parametrize(("within", "expected"), [(False, []), (True, [(0, B[:-1], 0, B[:-1])])])
def test_what_a_text_repeats_of_itself_is_found_if_asked_for(within: bool, expected: list[Any]) -> None:
    assert spans([f"{A}\n\n{B}\n\n{C}\n\n{B}"], within=within) == expected


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"unit": "word"}, SettingError),
        ({"threshold": 2.0}, SettingError),
        ({"bands": 20}, SettingError),
        ({"unit": "document", "lsh_similarity": 0.1, "num_perm": 16}, SettingError),
    ],
)
def test_a_bad_setting_is_an_error_before_any_work(arguments: dict[str, Any], error: type[Exception]) -> None:
    def never() -> Any:
        raise AssertionError("a text was asked for")
        yield

    with pytest.raises(error):
        near_duplicates(never(), **arguments)


def test_one_string_is_no_texts() -> None:
    with pytest.raises(TypeError):
        near_duplicates("a text")


@settings(max_examples=15)
@given(st.integers(0, 10_000))
def test_matches_are_those_of_any_number_of_shards(seed: int) -> None:
    chance = random.Random(seed)
    parts = [prose(chance.randint(0, 6), 24) for _ in range(24)]
    texts = [" ".join(parts[at : at + 3]) for at in range(0, 24, 3)]

    with pytest.MonkeyPatch.context() as patch:
        expected = list(near_duplicates(texts))
        patch.setattr("dedup.near.TOGETHER", 2)
        assert list(near_duplicates(texts)) == expected


# ── documents ───────────────────────────────────────────────────────────────────────────────────────────────────────


def graded(seed: int, many: int) -> list[str]:
    """Texts in families of one to four, edited more and more."""
    chance = random.Random(seed)
    texts: list[str] = []
    while len(texts) < many:
        words = prose(chance.randint(0, 1 << 30), chance.choice([8, 30, 60, 120])).split(" ")
        for rate in chance.sample([0.0, 0.0, 0.01, 0.02, 0.05, 0.1, 0.3], chance.randint(1, 4)):
            edited = [chance.choice(VOCABULARY) if chance.random() < rate else word for word in words]
            texts += [" ".join(edited)]
    return texts


def exact(texts: list[str], threshold: float) -> set[tuple[int, int]]:
    """All pairs of at least this Jaccard similarity of word 5-grams, by brute force."""
    sets = []
    for text in texts:
        words = word_list(text)
        sets.append({tuple(words[at : at + 5]) for at in range(max(1, len(words) - 4))})
    return {
        (a, b)
        for a, b in combinations(range(len(texts)), 2)
        if len(sets[a] & sets[b]) >= threshold * len(sets[a] | sets[b])
    }


@pytest.mark.parametrize("threshold", [0.5, 0.7, 0.8, 0.9, 1.0])
def test_documents_are_those_of_brute_force(threshold: float) -> None:
    texts = graded(7, 300)

    found = list(near_duplicates(texts, unit="document", threshold=threshold))

    expected = exact(texts, threshold)
    assert len(expected) > 20
    assert [(each.keeper, each.document) for each in found] == sorted(expected, key=lambda pair: pair[::-1])
    assert all(each.jaccard >= threshold for each in found)


def test_short_documents_are_compared_and_empty_ones_are_not() -> None:
    found = near_duplicates(["Test", "", "test!", "", "Other"], unit="document")

    assert [(each.keeper, each.document, each.jaccard) for each in found] == [(0, 2, 1.0)]


def test_chinese_documents_are_compared_by_character() -> None:
    text = "那座老磨坊在河边已经关了，没有人知道为什么。村里的人说，水比从前少了，可是河还是那条河。"

    (found,) = near_duplicates([text, text.replace("没有人", "谁也不")], unit="document", threshold=0.5)

    assert 0.5 < found.jaccard < 0.9


# ── a run ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def run(**settings: Any) -> dict[str, list[str]]:
    """What goes from a document of each of three sites, by id, when all have one passage and one has it twice."""
    texts = {
        "a1": ("a.example", "2024-01-03", f"{A}\n\n{prose(11)}"),
        "a2": ("a.example", "2024-01-02", f"{A}\n\n{prose(12)}"),
        "b1": ("b.example", "2024-01-01", f"{A}\n\n{prose(13)}\n\n{A}"),
        "c1": ("c.example", "2024-01-04", f"{A}\n\n{prose(14)}"),
    }
    documents = [{"id": id_, "site": site, "date": date, "text": text} for id_, (site, date, text) in texts.items()]
    outcome = cleaned(documents, keep_chrome=True, **settings)
    return {id_: [text.strip() for text in outcome.gone(id_)] for id_ in texts if outcome.gone(id_)}


@pytest.mark.parametrize(
    ("settings_", "losing"),
    [
        ({}, {"a1": 1, "a2": 1, "c1": 1}),
        ({"within": True}, {"a1": 1, "a2": 1, "b1": 1, "c1": 1}),
        ({"keep": "site-order", "site_order": ("c.example", "a.example")}, {"a1": 1, "a2": 1, "b1": 2}),
        ({"keep": "site-order", "site_order": ("a.example",), "across_sites_only": True}, {"b1": 2, "c1": 1}),
        ({"across_sites_only": True}, {"a1": 1, "a2": 1, "c1": 1}),
        ({"keep": "first"}, {"a2": 1, "b1": 2, "c1": 1}),
    ],
)
def test_who_keeps_a_passage(settings_: dict[str, Any], losing: dict[str, int]) -> None:
    assert run(**settings_) == {id_: [A] * times for id_, times in losing.items()}


def test_copies_on_one_site_stay_where_only_other_sites_count() -> None:
    documents = [
        {"id": name, "site": name[0], "date": f"2024-01-0{number}", "text": A}
        for number, name in enumerate(("a1", "a2", "b1"), 1)
    ]

    outcome = cleaned(documents, keep_chrome=True, across_sites_only=True)

    assert [*outcome.texts] == ["a1", "a2"]


def test_the_manifest_counts_pairs_and_those_that_agree_in_nothing() -> None:
    documents = [{"id": f"{seed}{name}", "text": article(seed)} for seed in range(8) for name in "ab"]
    for number, each in enumerate(documents):
        each["text"] += f"\n\n{prose(900 + number)}"  # so that none is a copy as a whole

    summary = cleaned(documents, keep_chrome=True).summary

    assert summary["pairs"]["seeds"]["pairs"] >= 8
    assert all(0 <= each["false"] <= each["pairs"] for each in summary["pairs"].values())
    assert (summary["lsh"]["bands"], summary["lsh"]["rows"]) == (20, 6)


# ── what it costs ───────────────────────────────────────────────────────────────────────────────────────────────────


def counted(texts: list[str], monkeypatch: pytest.MonkeyPatch) -> int:
    """How many pairs of places and documents are looked at, in all proposers together."""
    total = 0

    pairs = match.Buckets.pairs

    def counting(*arguments: Any) -> Any:
        nonlocal total
        for chunk in pairs(*arguments):
            total += len(chunk[0])
            yield chunk

    monkeypatch.setattr(match.Buckets, "pairs", counting)
    assert list(dedup.near_duplicates(texts))
    return total


@pytest.mark.parametrize("kind", ["copies", "near copies", "one passage"])
def test_a_crowd_costs_its_number_and_not_its_square(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def crowd(many: int) -> list[str]:
        if kind == "copies":
            return [A] * many
        if kind == "near copies":
            return [f"{prose(5, 300)} {VOCABULARY[n % 90].capitalize()} {VOCABULARY[n // 90]}." for n in range(many)]
        return [f"{A}\n\n{prose(1_000 + n, 40)}" for n in range(many)]

    looked = {many: counted(crowd(many), monkeypatch) for many in (200, 400, 800)}

    assert looked[400] <= 2.5 * looked[200]
    assert looked[800] <= 2.5 * looked[400]
    assert looked[800] <= 800 * 4 * 200  # seeds and bands of a text, each with four at most


def test_a_bucket_of_a_million_is_proposed_in_a_star() -> None:
    size = 1_000_000
    columns = np.zeros(size, np.uint64), np.arange(size), np.arange(size)
    found = list(match.Buckets().pairs(*columns, match.STARS))

    assert sum(len(second) for _, second in found) == size - 1
    assert not any(first.any() for first, _ in found)


def test_pairs_are_of_two_sites_where_they_must_be() -> None:
    sites = np.array([1, 1, 2], np.uint64)
    chosen = Chosen(np.arange(3), np.arange(3), sites)

    first, second = chosen.allowed(np.array([0, 0, 1]), np.array([1, 2, 2]))

    assert (first.tolist(), second.tolist()) == ([0, 1], [2, 2])
