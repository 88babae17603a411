"""Spans of documents in their place, and what is left of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import dedup
from dedup import report
from dedup.report_texts import Text, context, cut
from tests.material import article, prose

if TYPE_CHECKING:
    from pathlib import Path

WORDS = " ".join(f"word{number:04d}" for number in range(200))


def gone(start: int, end: int, reason: str = "duplicate") -> dict[str, Any]:
    return {"start": start, "end": end, "reason": reason}


def test_what_stands_around_is_cut_at_words() -> None:
    start = WORDS.index("word0100")

    found = context("a", start, start + 8, {"a": Text(WORDS, [])})

    assert found.text == "word0100"
    assert found.before.startswith("…word0078 ")
    assert found.after.endswith(" word0122…")
    assert WORDS.index(found.before[1:] + found.text + found.after[:-1]) > 0


def test_at_the_ends_of_a_text_nothing_is_cut() -> None:
    found = context("a", 9, 17, {"a": Text(WORDS[:26], [])})

    assert (found.before, found.text, found.after) == ("word0000 ", "word0001", " word0002")


def test_of_a_text_that_is_not_known_what_went_is_shown() -> None:
    assert context("a", 5, 9, {}, "mill") == ("a", 5, 9, "", "mill", "")


@given(st.text(max_size=60), st.integers(1, 40))
def test_a_cut_text_is_no_longer_than_it_may_be_and_begins_as_it_did(text: str, longest: int) -> None:
    found = cut(text, longest)

    assert len(found) <= longest + 1
    assert text.startswith(found.removesuffix("…")) or found == text


KEPT = [
    ([], "abcdefgh"),
    ([(0, 2)], "cdefgh"),
    ([(3, 5)], "abcfgh"),
    ([(0, 3), (6, 8)], "def"),
    ([(0, 3), (3, 8)], ""),
]


@pytest.mark.parametrize(("spans", "left"), KEPT)
def test_what_is_left_of_a_text(spans: list[tuple[int, int]], left: str) -> None:
    text = Text("..abcdefgh..", [gone(start + 2, end + 2) for start, end in spans])

    assert text.kept(2, 10) == left
    assert text.but_chrome() == "..abcdefgh.."


def test_duplicates_are_found_in_what_is_left_without_chrome() -> None:
    assert Text("..abcd", [gone(0, 2, "chrome"), gone(3, 4)]).but_chrome() == "abcd"


HOSTILE = {
    "a word of a megabyte": "x" * 1_000_000,
    "words of a megabyte": "mill " * 200_000,
    "brackets": "[" * 50_000,
    "what is not seen": "\u202e\u200b\x00\x1b[31m</script>" * 100,
}


@pytest.mark.parametrize("odd", HOSTILE.values(), ids=HOSTILE)
def test_whatever_a_text_is_the_account_of_it_is_bounded(tmp_path: Path, odd: str) -> None:
    notice = f"Sign up for our newsletter {odd} and have it at six each morning, free of charge."
    inputs = [{"id": id_, "text": f"{article(number)}\n\n{notice}\n\n{prose(70)} {odd}\n"} for number, id_ in enumerate("abcd")]  # fmt: skip # noqa: E501

    account = report.account_of(dedup.clean(inputs, tmp_path / "out", limits=dedup.Limits(stop_removed=1.0)))

    assert len(repr(account)) < 200_000
