"""Strings in columns are the strings they were made of, whatever stands in them; and their order is Python's."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import kernel
from dedup.strings import Strings

# Beginnings in common, what sorts otherwise in UTF-16, and what ends in the byte that a shorter one is filled with.
NAMES = st.lists(st.sampled_from(["d000", "d0001", "d0001\0", "é", "\uffff", "\U00010000", ""]) | st.text(max_size=12))


@given(NAMES)
def test_strings_are_what_they_were_made_of(names: list[str]) -> None:
    strings = Strings.of(names)

    assert (len(strings), list(strings), strings[:]) == (len(names), names, names)
    assert [strings[at] for at in range(-len(names), len(names))] == names + names
    assert strings.sizes.tolist() == [len(name.encode()) for name in names]
    assert [strings.encoded(at) for at in range(len(names))] == [name.encode() for name in names]


@given(NAMES, st.data())
def test_some_of_them(names: list[str], data: st.DataObject) -> None:
    rows = data.draw(st.lists(st.integers(0, len(names) - 1))) if names else []
    low, high = sorted(data.draw(st.tuples(*[st.integers(0, len(names))] * 2)))
    strings = Strings.of(names).part(low, high)

    assert list(Strings.of(names).only(np.array(rows, np.int64))) == [names[row] for row in rows]
    assert list(strings) == names[low:high]
    assert list(strings.only(np.arange(high - low)[::-1])) == names[low:high][::-1]
    assert list(strings.put(dict.fromkeys(range(0, high - low, 2), "ß"))) == [
        "ß" if at % 2 == 0 else name for at, name in enumerate(names[low:high])
    ]


@pytest.mark.parametrize("native", [True, False])
@given(names=NAMES)
def test_their_order_is_that_of_python(names: list[str], native: bool) -> None:
    if native and not kernel.NATIVE:
        pytest.skip("there is no kernel")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kernel, "NATIVE", native)
        numbers, distinct = Strings.of(names).order()

    assert numbers.tolist() == sorted(range(len(names)), key=names.__getitem__)
    assert distinct == (len(set(names)) == len(names))


def test_there_is_no_string_behind_the_last() -> None:
    with pytest.raises(IndexError):
        Strings.of(["a"])[1]
