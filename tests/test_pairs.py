"""Labelled pairs of passages: the copy goes and nothing beside it; what is only alike stays.

`fixtures/known_failures.txt` names the pairs that fail now, with the reason; they are strict: a pair that is repaired
must be taken off the list.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from dedup.text import word_list
from tests.conftest import ROOT
from tests.material import cleaned

PAIRS = [json.loads(line) for line in (ROOT / "fixtures/pairs.jsonl").read_text(encoding="utf-8").splitlines()]
KNOWN = dict(
    line.split(": ", 1)
    for line in (ROOT / "fixtures/known_failures.txt").read_text(encoding="utf-8").splitlines()
    if line and line[0] != "#"
)
FOUND = 0.8
"""The share of a labelled copy that must go."""
BESIDE = 2
"""Words beside it that may go with it, to the end of their sentence."""


WHOLE = 14
"""Words beside it that may go where nothing else is left: fewer than `min_words`, as a dateline has."""


def removed(pair: dict[str, Any]) -> tuple[list[tuple[int, int]], bool]:
    """The spans of `right` that go when `left` is older, and whether it goes as a whole."""
    documents = [
        {"id": "left", "text": pair["left"], "date": "2020-01-01"},
        {"id": "right", "text": pair["right"], "date": "2024-01-01"},
    ]
    found = cleaned(documents, keep_chrome=True)
    assert not found.gone("left"), "the older one stays"
    return [(record["start"], record["end"]) for record in found.removed], "document" in found.kinds("right")


def test_known_failures_are_pairs() -> None:
    assert set(KNOWN) <= {pair["label"] for pair in PAIRS}
    assert len({pair["label"] for pair in PAIRS}) == len(PAIRS)


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair["label"])
def test_copies_go_and_what_is_only_alike_stays(pair: dict[str, Any], request: pytest.FixtureRequest) -> None:
    if pair["label"] in KNOWN:
        request.applymarker(pytest.mark.xfail(reason=KNOWN[pair["label"]]))
    spans, whole = removed(pair)
    gone = {at for start, end in spans for at in range(start, end)}
    labelled = {at for span in pair["duplicate"] for at in range(*span["right"])}

    right = pair["right"]
    beside = "".join(right[at] if at in gone - labelled else " " for at in range(len(right)))
    letters = {at for at in labelled if right[at].isalnum()}
    assert len(letters & gone) >= FOUND * len(letters), (
        f"left: {''.join(right[at] for at in sorted(labelled - gone))!r}"
    )
    assert len(word_list(beside)) <= ((WHOLE if whole else BESIDE) if pair["duplicate"] else 0), (
        f"gone beside it: {beside.split()}"
    )
