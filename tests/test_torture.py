"""What `make torture` tries is as much as README.md says; the trials themselves are made there."""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module

import pytest

from tests.conftest import ROOT
from tests.torture.__main__ import PARTS
from tests.torture.inputs import families
from tests.torture.kinds import KINDS
from tests.torture.trial import Trial, sampled

LEAST = {"kills": 500, "inputs": 250, "faults": 200, "signals": 50, "matrix": 48}
"""Trials that there have to be of some parts at least; others count what a trial tries."""


@cache
def trials(part: str, share: float = 1.0) -> list[Trial]:
    return list(import_module(f"tests.torture.{part}").trials(share))


@pytest.mark.parametrize("part", PARTS)
def test_each_trial_has_a_name_of_its_own(part: str) -> None:
    names = [each.name for each in trials(part)]

    assert len(set(names)) == len(names) >= LEAST.get(part, 1)


@pytest.mark.parametrize("part", PARTS)
def test_a_share_is_some_of_all(part: str) -> None:
    all_of = [each.name for each in trials(part)]
    tenth = [each.name for each in trials(part, 0.1)]

    assert 0 < len(tenth) <= len(all_of)
    assert len(tenth) <= max(40, len(all_of) / 5)


def test_the_readme_says_how_much_is_tried() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    table = text[text.index("part         trials") :]
    rows = re.findall(r"^([a-z]+) +([\d,]+)  ", table[: table.index("```")], re.MULTILINE)
    said = {part: int(count.replace(",", "")) for part, count in rows}

    assert said == {part: len(trials(part)) for part in PARTS}
    assert f"in {len(KINDS)} kinds of runs" in table
    assert f"of {len(families())} families:" in table


@pytest.mark.parametrize(("count", "share", "expected"), [(1, 0.1, [0]), (10, 0.25, [0, 3, 6]), (3, 1.0, [0, 1, 2])])
def test_a_share_is_even(count: int, share: float, expected: list[int]) -> None:
    assert sampled(range(count), share) == expected
