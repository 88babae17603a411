"""The demo corpus against its gold: what must go, why, and what must stay, to the letter."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import ROOT

if TYPE_CHECKING:
    from dedup import Result

GOLD = [json.loads(line) for line in (ROOT / "fixtures/seeds.gold.jsonl").read_text(encoding="utf-8").splitlines()]


def letters(text: str) -> str:
    """A text without white space and the marks that stand between the cells of a row."""
    return "".join(text.replace(" | ", " ").split())


def removed(seeds: Result, id_: str) -> list[dict[str, Any]]:
    return [record for record in seeds.removed() if record["id"] == id_]


@pytest.mark.parametrize("gold", GOLD, ids=lambda gold: gold["id"])
def test_what_must_stay_stays_and_nothing_else(seeds: Result, gold: dict[str, Any]) -> None:
    found = {document["id"]: document["text"] for document in seeds.documents()}

    want = "".join(letters(block["text"]) for block in gold["blocks"] if block["keep"])

    assert letters(found.get(gold["id"], "")) == want, gold["why"]


@pytest.mark.parametrize("gold", [each for each in GOLD if each["expect"] != "failure"], ids=lambda gold: gold["id"])
def test_what_goes_goes_for_the_right_reason(seeds: Result, gold: dict[str, Any]) -> None:
    gone = removed(seeds, gold["id"])
    for reason in ("chrome", "duplicate"):
        want = "".join(letters(b["text"]) for b in gold["blocks"] if not b["keep"] and b["reason"] == reason)

        assert "".join(letters(record["text"]) for record in gone if record["reason"] == reason) == want


@pytest.mark.parametrize("gold", [each for each in GOLD if each["expect"] != "failure"], ids=lambda gold: gold["id"])
def test_duplicates_name_their_keeper_and_chrome_its_kind(seeds: Result, gold: dict[str, Any]) -> None:
    gone = removed(seeds, gold["id"])
    for block in (block for block in gold["blocks"] if not block["keep"]):
        named = [record for record in gone if letters(block["text"]) in letters(record["text"])]
        if block["reason"] == "duplicate":
            copies = [r for r in gone if r["kind"] == block["kind"] and r["keeper"]["id"] == block["keeper"]]
            assert letters(block["text"]) in letters("".join(record["text"] for record in copies)), block["text"]
        elif named:
            assert block["kind"] in {record["kind"] for record in named}, block["text"]


def test_metadata_is_what_the_documents_say(seeds: Result) -> None:
    found = {document["id"]: document for document in seeds.documents()}
    for gold in GOLD:
        for name in ("title", "author", "date", "source"):
            want = gold.get("metadata", {}).get(name)
            if want and gold["expect"] == "clean":
                got = found[gold["id"]].get(name)
                assert got == want or (name == "date" and str(got).startswith(want)), (gold["id"], name)


def test_failures_are_the_empty_ones(seeds: Result) -> None:
    expected = {"northfield-wire/empty.txt": "empty file", "bergblick.jsonl:10": "empty: there is no text in it"}

    assert {failure.id: failure.why for failure in seeds.failures} == expected
