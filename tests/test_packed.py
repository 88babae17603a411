"""Words as they are kept: what is packed tells where each word stands."""

from __future__ import annotations

from typing import Any

import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import Config, kernel, lined, markup
from dedup.data import Document, Format
from dedup.packed import Packed, Places
from dedup.words import MarkedWords, block_numbers

# The gap before a word, and its length: as most are, and where the columns end.
WORDS = st.tuples(
    st.one_of(st.integers(0, 9), st.sampled_from([65_535, 65_536, 131_072, 300_000])),
    st.one_of(st.integers(1, 12), st.sampled_from([254, 255, 256, 65_536])),
)
DOCUMENTS = st.lists(st.lists(WORDS, max_size=12), max_size=5)


def words_of(documents: list[list[tuple[int, int]]]) -> tuple[MarkedWords, np.ndarray[Any, np.dtype[np.int64]]]:
    starts, ends = [], []
    for document in documents:
        at = 0
        for gap, length in document:
            starts.append(at + gap)
            ends.append(at + gap + length)
            at = ends[-1]
    numbers = np.arange(len(starts))
    bounds = np.cumsum([0, *map(len, documents)], dtype=np.int64)
    columns = np.array(starts, np.int32), np.array(ends, np.int32), (numbers % 251).astype(np.uint8)
    return MarkedWords(numbers.astype(np.uint64), *columns), bounds


def unpacked(packed: Packed, bounds: np.ndarray[Any, np.dtype[np.int64]]) -> list[Any]:
    numbers = np.arange(len(packed.hashes))
    firsts = np.repeat(bounds[:-1], np.diff(bounds))
    places = packed.places
    return [column.tolist() for column in (places.start(firsts, numbers), places.end(firsts, numbers))]


@given(DOCUMENTS)
def test_every_word_stands_where_it_stood(documents: list[list[tuple[int, int]]]) -> None:
    words, bounds = words_of(documents)

    assert unpacked(Packed.of(words, bounds), bounds) == [words.starts.tolist(), words.ends.tolist()]


@given(DOCUMENTS, DOCUMENTS)
def test_parts_are_joined(first: list[list[tuple[int, int]]], second: list[list[tuple[int, int]]]) -> None:
    words, bounds = words_of(first + second)
    packed, edge = Packed.of(words, bounds), int(bounds[len(first)])
    parts = [packed.part(0, edge), packed.part(edge, int(bounds[-1]))]

    assert [each.tolist() for each in Packed.joined(parts)] == [each.tolist() for each in packed]
    for part, own in zip(parts, (bounds[: len(first) + 1], bounds[len(first) :] - edge), strict=True):
        low, high = (0, edge) if part is parts[0] else (edge, int(bounds[-1]))
        assert unpacked(part, own) == [words.starts[low:high].tolist(), words.ends[low:high].tolist()]


@pytest.mark.parametrize(
    ("starts", "ends", "wraps", "longs"),
    [
        pytest.param([0, 65_535], [4, 65_540], [], [], id="the last place of 16 bits"),
        pytest.param([0, 65_536], [4, 65_540], [1], [], id="the first behind it"),
        pytest.param([200_000], [200_004], [0, 0, 0], [], id="three steps at once, with the first word"),
        pytest.param([0, 300], [254, 555], [], [[1, 255]], id="long, and just not"),
    ],
)
def test_labelled_places(starts: list[int], ends: list[int], wraps: list[int], longs: list[list[int]]) -> None:
    found = Places.of(np.array(starts, np.int32), np.array(ends, np.int32), np.array([0, len(starts)]))

    assert [column.dtype for column in found] == [np.uint16, np.uint8, np.int64, np.int64]
    assert (found.wraps.tolist(), found.longs.tolist()) == (wraps, longs)
    assert found.longs.shape == (len(longs), 2)


def test_blocks_are_numbered_by_their_first_words() -> None:
    assert block_numbers(np.array([129, 0, 128, 4, 0, 128], np.uint8)).tolist() == [0, 0, 1, 1, 1, 2]


LONG = [
    pytest.param(["a " * 70_000 + "end"], id="many words"),
    pytest.param(["a\n\n" + " " * 70_000 + "b" * 70_000 + " c", "", f"d {'e' * 255} {'f' * 254}"], id="long words"),
    pytest.param(["é" * 300 + " " + "日本" * 40_000, "last words"], id="not ASCII"),
]


@pytest.mark.skipif(not kernel.NATIVE, reason="no kernel was built, or none is wanted")
@pytest.mark.parametrize("texts", LONG)
def test_long_texts_are_packed_by_the_kernel_as_defined(texts: list[str]) -> None:
    raw = [orjson.dumps(text) for text in texts]
    edges = np.cumsum([0, *map(len, raw)], dtype=np.int64)
    found, unknown = lined.read(np.frombuffer(b"".join(raw), np.uint8), edges[:-1].copy(), edges[1:].copy(), Config())
    wanted = found.put({at: Document("", text, Format.TEXT, markup.blocks(text)) for at, text in enumerate(texts)})

    assert [number for number in unknown.tolist() if texts[number]] == []
    columns: zip[tuple[Any, Any]] = zip(found.words, wanted.words, strict=True)
    for own, other in columns:
        assert (own.dtype, own.tolist()) == (other.dtype, other.tolist())
    assert len(found.words.wraps) + len(found.words.longs) > 0
