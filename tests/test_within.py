"""What a document repeats of itself: which blocks are compared with what stands above them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.align import OCCURRENCES, Words, align
from dedup.reuse import may_agree

if TYPE_CHECKING:
    from numpy.typing import NDArray

WORDS = st.lists(st.lists(st.integers(0, 3), max_size=12), max_size=14)


def blocks_of(texts: list[list[int]]) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """The words of blocks one behind the other, and where each begins and ends."""
    bounds = np.cumsum([0, *map(len, texts)])
    words = np.array([word for text in texts for word in text], np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    return words, np.stack([bounds[:-1], bounds[1:]], axis=1)


@given(WORDS)
def test_a_block_that_is_left_out_agrees_with_nothing_above_it(texts: list[list[int]]) -> None:
    words, blocks = blocks_of(texts)

    for (low, high), may in zip(blocks.tolist(), may_agree(words, blocks).tolist(), strict=True):
        marks = np.zeros(high - low, np.uint8)
        assert may or not align(Words(words[low:high], marks), Words(words[:low], np.zeros(low, np.uint8)))


@pytest.mark.parametrize(("copies", "compared"), [(1, 0), (2, 1), (9, 8), (10, 8), (500, 8)])
def test_of_paragraphs_that_are_all_alike_few_are_compared(copies: int, compared: int) -> None:
    words, blocks = blocks_of([list(range(1, 30))] * copies)

    assert int(may_agree(words, blocks).sum()) == compared == min(copies - 1, OCCURRENCES)
