"""Documents of an index are told by the codes of their words: none that has a passage in common with a new one is
missed, and the kernel tells what the definition tells."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import codes
from dedup.codes import CODES, Likeness, Scan, Sought, codes_of, pack, scan, unpack
from dedup.sign import mix

LIKENESS = Likeness.of(15)


def hashes(words: list[int]) -> Any:
    """Words as hashes."""
    return mix(np.array(words, np.uint64))


def columns(documents: list[list[int]]) -> tuple[Any, Any]:
    bounds = np.cumsum([0, *map(len, documents)])
    return hashes([word for each in documents for word in each]), bounds


def found(old: list[list[int]], new: list[list[int]], likeness: Likeness = LIKENESS) -> list[bool]:
    """Which of the old documents may share a passage with a new one."""
    words, bounds = columns(old)
    counts = np.diff(bounds).astype(np.uint32)
    packed = pack(words, bounds)
    sought = Sought(*columns(new), likeness)
    defined = sought.defined_find(packed, counts).tolist()
    assert sought.find(packed, counts).tolist() == defined
    answer: list[bool] = defined
    return answer


documents_of_few_words = st.lists(st.lists(st.integers(0, 5), max_size=50), max_size=6)


@given(documents_of_few_words, documents_of_few_words, st.integers(1, 60))
def test_the_kernel_tells_what_the_definition_tells(old: list[list[int]], new: list[list[int]], least: int) -> None:
    assert len(found(old, new, Likeness.of(least))) == len(old)


@given(st.lists(st.lists(st.integers(0, 2**63), max_size=20), max_size=8))
def test_what_is_packed_is_unpacked(documents: list[list[int]]) -> None:
    words, bounds = columns(documents)

    packed = pack(words, bounds)

    assert len(packed) == sum(-(-len(each) // 3) for each in documents)
    assert unpack(packed, np.diff(bounds).astype(np.uint32)).tolist() == codes_of(words).tolist()
    assert (codes_of(words) < CODES).all()


@given(st.integers(0, 2**32), st.integers(15, 60), st.lists(st.integers(0, 80), min_size=4, max_size=4))
def test_a_passage_in_common_is_never_missed(seed: int, size: int, around: list[int]) -> None:
    """Whatever stands around it, with a word in five another one, but for four in a row."""
    chance = random.Random(seed)
    shared = [chance.randrange(10**6) for _ in range(size)]
    edited = [word if at < 8 or at % 5 else chance.randrange(10**6) for at, word in enumerate(shared)]
    before, behind, *more = ([chance.randrange(10**6) for _ in range(many)] for many in around)

    assert found([[*before, *shared, *behind]], [[*more[0], *edited, *more[1]]]) == [True]


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        pytest.param([*range(15)], [*range(15)], True, id="the shortest passage"),
        pytest.param([*range(8), *range(100, 150)], [*range(200, 260), *range(8)], False, id="a phrase"),
        pytest.param([*range(15)], [*range(7), 99, *range(7, 15)], True, id="a word more"),
        pytest.param([*range(19)], [*range(8), *range(11, 19)], True, id="three words fewer"),
        pytest.param([*range(15)], [*range(7), *range(90, 95), *range(7, 15)], True, id="five words more"),
        pytest.param([1, 2, 3], [1, 2, 3], True, id="three words that are all"),
        pytest.param([1, 2, 3], [1, 2, 4], False, id="three other words"),
        pytest.param([1, 2, 3], [*range(50)], False, id="three words of many"),
        pytest.param([5], [5], True, id="one word"),
        pytest.param([], [], False, id="none"),
        pytest.param([], [*range(20)], False, id="none of many"),
    ],
)
def test_what_may_share_a_passage(old: list[int], new: list[int], wanted: bool) -> None:
    assert found([old], [new]) == [wanted]
    assert found([[*range(500, 540)], old], [[], new, [7]]) == [False, wanted]


def test_a_document_that_takes_long_to_tell_is_read() -> None:
    """Of a phrase that all repeat no more than eight words agree."""
    phrase, other = [*range(8)], iter(range(100, 10**6))
    few, many, new = (
        [word for _ in range(count) for word in [*phrase, *(next(other) for _ in range(30))]] for count in (1, 3, 90)
    )

    assert found([[*range(10**7, 10**7 + 40)], few], [new], Likeness(8, 14, 4)) == [False, False]
    assert found([[*range(10**7, 10**7 + 40)], many], [new], Likeness(8, 14, 4)) == [False, True]


def test_codes_that_are_none() -> None:
    words, bounds = columns([[1, 2, 3, 4]])
    packed, sought = pack(words, bounds), Sought(words, bounds, LIKENESS)

    for counts in ([3], [7], [4, 1], []):
        wrong = np.array(counts, np.uint32)
        with pytest.raises(ValueError, match="codes of other words"):
            list(Scan.of(sought, packed, wrong))
        with pytest.raises(ValueError, match="codes of other words"):
            sought.find(packed, wrong)
        with pytest.raises(ValueError, match="codes of other words"):
            sought.defined_find(packed, wrong)


@given(st.lists(st.lists(st.integers(0, 9), max_size=30), max_size=12), st.integers(1, 40))
def test_documents_are_read_some_at_a_time(documents: list[list[int]], many: int) -> None:
    words, bounds = columns(documents)
    sought, counts = Sought(*columns([[*range(9)] * 2]), LIKENESS), np.diff(bounds).astype(np.uint32)
    packed = pack(words, bounds)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(codes, "SCANNED", many)
        parts = list(Scan.of(sought, packed, counts))

    assert [size for each in parts for size in each.counts.tolist()] == counts.tolist()
    assert all(len(each.counts) == 1 or len(each.packed) <= many // 3 for each in parts)
    assert [told for each in parts for told in scan(each).tolist()] == sought.find(packed, counts).tolist()
