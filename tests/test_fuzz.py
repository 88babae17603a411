"""The parts of `make torture` that are quick: what targets of fuzzing begin with, and all that ever broke them."""

from __future__ import annotations

from importlib import import_module

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.torture.fuzz import TARGETS


@pytest.mark.parametrize("name", TARGETS)
def test_what_targets_of_fuzzing_begin_with_does_not_break_them(name: str) -> None:
    target = import_module(f"tests.torture.fuzz_{name}")
    seeds = list(target.seeds())

    assert seeds
    for data in seeds:
        assert len(data) <= target.MOST
        target.check(data)


@settings(max_examples=20)
@given(st.data())
@pytest.mark.parametrize("name", [name for name in TARGETS if name != "pages"])
def test_a_byte_more_or_less_breaks_no_target(name: str, data: st.DataObject) -> None:
    target = import_module(f"tests.torture.fuzz_{name}")
    seed = data.draw(st.sampled_from(list(target.seeds())))
    at, more = data.draw(st.integers(0, len(seed))), data.draw(st.binary(max_size=3))

    target.check(seed[:at] + more + seed[at + data.draw(st.integers(0, 3)) :])
