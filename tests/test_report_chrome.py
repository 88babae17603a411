# ruff: noqa: E501 (tables of cases)
"""The chrome table: each passage once, its slots marked, whatever the order in which records come."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.report_chrome import Chrome, key_of, patterns
from dedup.report_read import Origin
from dedup.report_slots import pieces

if TYPE_CHECKING:
    import random

DISCLAIMER = "The opinions set out above are those of the author and need not be shared by the editors of this paper."
SOURCES = [
    {"id": "a", "site": "mill.example", "date": "2024-03-01"},
    {"id": "b", "site": "mill.example", "date": "2023-11-20"},
    {"id": "c", "site": "ferry.example"},
    {"id": "d"},
]


def chrome(id_: str, text: str, kind: str = "disclaimer", start: int = 0) -> dict[str, Any]:
    return {"id": id_, "start": start, "end": start + len(text), "text": text, "reason": "chrome", "kind": kind, "why": f"Why {id_}."}  # fmt: skip


def shown(texts: list[str]) -> str:
    """A passage that is written in these ways, its slots in brackets."""
    return "".join(f"[{'|'.join(piece.fillings)}]" if piece.is_slot else piece.text for piece in pieces(texts))


def of(*texts: str, kind: str = "disclaimer") -> Chrome:
    """The chrome of documents that have one passage each."""
    return Chrome.of([chrome(str(number), text, kind) for number, text in enumerate(texts)], {})


# ── which records are of one passage ────────────────────────────────────────────────────────────────────────────────

SAME = {
    "the same words": (DISCLAIMER, DISCLAIMER),
    "other case, space and marks": (DISCLAIMER, f"**{DISCLAIMER.upper()}**\n\n"),
    "another name": ("This article was written by Ada Moor for the paper.", "This article was written by Li Wei Chen for the paper."),
    "another year": ("Copyright 2019 by the harbour press, all of it.", "Copyright 2024 by the harbour press, all of it."),
    "two words of twenty": (DISCLAIMER, DISCLAIMER.replace("set out", "given").replace("paper", "journal")),
}  # fmt: skip
OTHER = {
    "nothing in common": (DISCLAIMER, "Sign up for our letter and have it in your box at six each morning, free of charge."),
    "a few words in common": (DISCLAIMER, "The opinions of readers are welcome by letter to the editors of this paper before noon on Friday."),
}  # fmt: skip


@pytest.mark.parametrize("both", SAME.values(), ids=SAME)
def test_passages_that_differ_in_little_are_one(both: tuple[str, str]) -> None:
    found = of(*both)

    assert [len(each.documents) for each in found.shared] == [2]
    assert found.once.spans == 0


@pytest.mark.parametrize("both", OTHER.values(), ids=OTHER)
def test_passages_that_differ_are_not_and_stand_once(both: tuple[str, str]) -> None:
    found = of(*both)

    assert not found.shared
    assert (found.once.spans, found.once.characters) == (2, sum(map(len, both)))


def test_the_same_words_of_two_kinds_are_two_passages() -> None:
    found = Chrome.of([chrome("a", DISCLAIMER), chrome("b", DISCLAIMER, "footer")], {})

    assert not found.shared


def test_a_passage_that_one_document_repeats_is_no_pattern() -> None:
    found = Chrome.of([chrome("a", DISCLAIMER), chrome("a", DISCLAIMER, start=500)], {})

    assert not found.shared
    assert found.once.spans == 2


def test_likeness_goes_from_one_centre_and_no_further() -> None:
    """A chain of texts, each of which differs from the next in two words: the far end is unlike the centre."""
    words = [f"word{'abcdefghijklmnopqrstuvwxyz'[number]}" for number in range(26)]
    texts = [" ".join(f"other{word}" if at < 3 * step else word for at, word in enumerate(words)) for step in range(8)]

    found = of(*[texts[0]] * 5, *(text for text in texts[1:] for _ in range(2)))

    centre = next(each for each in found.shared if texts[0] in each.texts)
    assert texts[1] in centre.texts
    assert texts[-1] not in centre.texts


@pytest.mark.parametrize("kind", ["byline", "copyright"])
def test_names_in_a_short_line_are_slots_where_they_are_to_be_expected(kind: str) -> None:
    assert [len(each.documents) for each in of("By Ada Moor", "By Li Wei", "By Jo Bell", kind=kind).shared] == [3]
    assert not of("Top Stories", "Top Films", "Top Music", kind="navigation").shared


# ── what is told of a pattern ───────────────────────────────────────────────────────────────────────────────────────


def test_a_pattern_tells_documents_sites_and_dates() -> None:
    records = [chrome(id_, DISCLAIMER) for id_ in "abcd"] + [chrome("a", DISCLAIMER, start=900)]

    (found,) = patterns(records, SOURCES)

    assert (found.documents, found.spans, found.characters) == (4, 5, 5 * len(DISCLAIMER))
    assert (found.sites, found.site_count) == (("ferry.example", "mill.example"), 2)
    assert (found.first, found.last) == ("2023-11-20", "2024-03-01")
    assert found.example.text == DISCLAIMER
    assert found.why == f"Why {found.example.id}."


def test_those_of_most_documents_come_first_and_no_more_than_are_asked_for() -> None:
    records = [chrome(id_, "Sign up for our letter, free of charge, each day.", "newsletter") for id_ in "ab"]
    records += [chrome(id_, DISCLAIMER, start=90) for id_ in "abc"]

    assert [each.kind for each in patterns(records, SOURCES)] == ["disclaimer", "newsletter"]
    assert [each.kind for each in patterns(records, SOURCES, 1)] == ["disclaimer"]


@given(st.randoms(use_true_random=False))
def test_the_order_of_records_is_no_matter(chance: random.Random) -> None:
    lines = [
        "By Ada Moor",
        "By Li Wei",
        DISCLAIMER,
        DISCLAIMER.replace("paper", "journal"),
        "Copyright 2019",
        "***",
        "",
    ]
    records = [chrome(id_, line, kind) for id_ in "abcd" for line in lines for kind in ("byline", "footer")]
    mixed = records.copy()
    chance.shuffle(mixed)

    assert patterns(mixed, SOURCES) == patterns(records, SOURCES)


def test_the_key_of_a_record_is_that_of_its_pattern_in_any_run() -> None:
    records = [chrome(str(number), f"This piece was written by {name} for the paper.") for number, name in enumerate(("Ada Moor", "Li Wei", "Jo Bell"))]  # fmt: skip
    more = [chrome(id_, DISCLAIMER) for id_ in "xyz"]

    (alone,) = patterns(records, [])
    among = patterns([*more, *records], [])

    assert {f"{key_of(record):016x}" for record in records} == {alone.key} == set(alone.keys)
    assert alone.key in {each.key for each in among}


def test_the_keys_of_all_that_is_told_together_are_told() -> None:
    records = [chrome("a", DISCLAIMER), chrome("b", DISCLAIMER), chrome("c", DISCLAIMER.replace("paper", "journal"))]

    (found,) = patterns(records, [])

    assert set(found.keys) == {f"{key_of(record):016x}" for record in records}
    assert found.keys[0] == found.key == f"{key_of(records[0]):016x}"


def test_a_duplicate_is_named_by_all_of_its_words() -> None:
    record = chrome("a", "This piece was written by Ada Moor for the paper.") | {
        "reason": "duplicate",
        "kind": "passage",
    }

    assert key_of(record) == key_of(
        record | {"id": "b", "text": "This  piece was written, by ada moor, for the paper!"}
    )
    assert key_of(record) != key_of(record | {"text": "This piece was written by Li Wei for the paper."})


def test_the_key_is_the_one_that_the_review_of_a_run_goes_by() -> None:
    prints = pytest.importorskip("dedup.review_prints").prints

    for text in (DISCLAIMER, "By Ada Moor", "***", " ", "Written by Ada Moor for the paper, 2019."):
        exact, template = prints(text)
        assert key_of(chrome("a", text)) == (template or exact)
        assert key_of(chrome("a", text) | {"reason": "duplicate"}) == exact


def test_origins_are_of_no_matter_to_what_is_one_passage() -> None:
    records = [chrome(id_, DISCLAIMER) for id_ in "ab"]

    assert Chrome.of(records, {}).once == Chrome.of(records, {"a": Origin("mill.example", "")}).once


# ── slots ───────────────────────────────────────────────────────────────────────────────────────────────────────────

SLOTS = {
    "one": (["By Ada Moor, our editor", "By Li Wei, our editor"], "By [Ada Moor|Li Wei], our editor"),
    "at both ends": (["Ada writes for us in May", "Li writes for us in June"], "[Ada|Li] writes for us in [May|June]"),
    "of some only": (["Become a member today.", "Become a member."], "Become a member [today]."),
    "of some only, at the start": (["The mill is shut.", "Note: The mill is shut."], "[Note:] The mill is shut."),
    "names that others have, too": (["Text by Moor; pictures by Wei", "Text by Wei; pictures by Bell", "Text by Bell; pictures by Moor"], "Text by [Moor|Wei|Bell]; pictures by [Wei|Bell|Moor]"),
    "none": (["The mill is shut.", "THE MILL  IS SHUT"], "The mill is shut."),
    "a sign before it": (["© 2019 Mill", "© 2020 Mill"], "© [2019|2020] Mill"),
    "nothing in common": (["one", "two"], "[one|two]"),
    "no words": (["***"], "***"),
    "nothing": ([""], ""),
}  # fmt: skip


@pytest.mark.parametrize(("texts", "expected"), SLOTS.values(), ids=SLOTS)
def test_what_all_have_in_common_is_text_and_the_rest_slots(texts: list[str], expected: str) -> None:
    assert shown(texts) == expected


def test_a_long_passage_is_cut() -> None:
    text = "The mill is shut. " * 1_000

    assert len(shown([text])) < 1_300
    assert shown([text]).endswith("…")
    assert len(shown(["x" * 100_000])) < 1_300


@given(st.lists(st.text("ab ,.é東", max_size=30), min_size=1, max_size=5))
def test_the_text_of_a_passage_is_that_of_its_first_way_but_for_its_slots(texts: list[str]) -> None:
    found = pieces(texts)

    position = 0
    for piece in found:
        if not piece.is_slot and piece.text.strip():
            position = texts[0].find(piece.text.strip(), position)
            assert position >= 0
            position += len(piece.text.strip())
    assert all(piece.text or piece.is_slot for piece in found)
