"""What judges the blocks of a page gives in the kernel what its definitions give, and refuses what is no page."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup import features, kernel, model, verdict
from dedup.data import Block, Tag
from dedup.hashed import Hashed
from dedup.spans import Spans
from dedup.text import word_hash, word_list

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.skipif(not kernel.NATIVE, reason="no kernel was built, or none is wanted")

LETTERS = 'aZ9 .,:!?")(\n\x1c\x85\u2003_-Éé߀٣Ⅷ²中。！？，、،…”’“\U0001d54f\U0001f33e\ud800'
TEXTS = st.text(st.sampled_from(LETTERS) | st.characters(), max_size=12)
PATHS = [
    f"html/body{inner}"
    for inner in ("", "/p", "/div/p", "/div.article/p", "/div.article/h2", "/nav/ul/li", "/table/tr", "/aside/p.intro")
]
BLOCKS = st.tuples(
    TEXTS,
    st.builds(
        lambda tag, path, links: Block(0, 0, tag, True, path, links),
        st.sampled_from(Tag),
        st.sampled_from(PATHS),
        st.sampled_from([0.0, 0.25, 0.29, 0.3, 0.333, 1.0]),
    ),
    st.booleans(),
)


@settings(max_examples=300)
@given(st.lists(BLOCKS, max_size=20), TEXTS, st.integers(-1, 1))
def test_features_are_those_of_the_definition(page: list[tuple[str, Block, bool]], title: str, says: int) -> None:
    blocks = features.Blocks.of([text for text, *_ in page], [block for _, block, _ in page])
    kept = np.array([kept for *_, kept in page], np.bool_)

    found = features.features(blocks, kept, title, says)

    wanted = features.defined(blocks, kept, title, says)
    assert (found.dtype, found.shape) == (wanted.dtype, wanted.shape)
    assert found.tolist() == wanted.tolist()


@given(st.lists(st.tuples(TEXTS, st.integers(0, 9))))
def test_texts_say_what_the_definition_says(texts: list[tuple[str, int]]) -> None:
    from dedup.kernel import _native

    counts = np.array([count for _, count in texts], np.int64)
    wanted = [list(features._text_row(text, count)) for text, count in texts]
    strings = [text for text, _ in texts]

    assert _native.text_features(*Spans.whole(strings), counts).tolist() == wanted
    assert _native.text_features(*one_text(strings), counts).tolist() == wanted


def one_text(texts: list[str]) -> Spans:
    """The same texts as parts of one."""
    ends = np.cumsum([len(text) for text in texts]).astype(np.int32)
    return Spans(
        ["".join(texts)],
        np.zeros(len(texts), np.int64),
        np.concatenate(([0], ends[:-1])).astype(np.int32)[: len(ends)],
        ends,
    )


@given(st.lists(TEXTS, max_size=9))
def test_words_are_those_of_the_definition_wherever_the_texts_stand(texts: list[str]) -> None:
    wanted = [tuple(map(word_hash, word_list(text))) for text in texts]

    assert Hashed.of(texts).rows() == wanted
    assert Hashed.of(one_text(texts)).rows() == wanted


def test_every_letter_is_what_the_definition_takes_it_for() -> None:
    from dedup.kernel import _native

    texts = [f"{chr(code)}a.{chr(code)}" for code in [*range(0x3100), *range(0xA000, 0x11000), 0x1D54F, 0x1F33E]]

    found = _native.text_features(*Spans.whole(texts), np.ones(len(texts), np.int64))

    assert found.tolist() == [list(features._text_row(text, 1)) for text in texts]


LINES = st.lists(st.lists(st.integers(0, 2), max_size=9).map(tuple), max_size=9)


def ragged(lines: list[tuple[int, ...]]) -> Hashed:
    bounds = np.cumsum([0, *map(len, lines)]).astype(np.int64)
    return Hashed(np.array([word for line in lines for word in line], np.uint64), bounds)


@settings(max_examples=1000)
@given(LINES, LINES)
def test_blocks_are_kept_as_the_definition_keeps_them(
    blocks: list[tuple[int, ...]], lines: list[tuple[int, ...]]
) -> None:
    from dedup.kernel import _native

    lines = [line for line in lines if line]

    found = _native.kept_blocks(*ragged(blocks), *ragged(lines)).tolist()

    assert found == verdict.defined(blocks, lines).tolist()


def test_many_blocks_and_lines_are_kept_as_the_definition_keeps_them() -> None:
    from dedup.kernel import _native

    chance = np.random.default_rng(1)
    for size in range(1, 200):
        lines = [tuple(chance.integers(0, 9, chance.integers(1, 30)).tolist()) for _ in range(size % 29 + 1)]
        blocks = [lines[at][low:] for at, low in chance.integers(0, (len(lines), 3), (size, 2))]
        blocks[::3] = [tuple(chance.integers(0, 9, 3).tolist()) for _ in blocks[::3]]

        assert _native.kept_blocks(*ragged(blocks), *ragged(lines)).tolist() == verdict.defined(blocks, lines).tolist()


@settings(max_examples=50)
@given(st.integers(0, 2**32), st.integers(0, 150))
def test_trees_are_applied_as_the_definition_applies_them(seed: int, size: int) -> None:
    rows = np.random.default_rng(seed).integers(-300, 3000, (size, len(model.weights().names))).astype(np.int16)

    assert model.log_odds(rows).tolist() == model.defined(rows).tolist()


def native(name: str, *columns: Any) -> Callable[[], Any]:
    from dedup.kernel import _native

    return lambda: getattr(_native, name)(*columns)


RAGGED = (np.uint64, np.int64, np.uint64, np.int64)
TREES = (np.int16, np.int16, np.int16, np.int32)
NO_PAGES: dict[str, tuple[str, tuple[Any, ...], list[Any]]] = {
    "bounds before the start": ("kept_blocks", RAGGED, [[1], [-1, 1], [1], [0, 1]]),
    "bounds past the end": ("kept_blocks", RAGGED, [[1], [0, 2], [1], [0, 1]]),
    "bounds that go back": ("kept_blocks", RAGGED, [[1], [0, 1], [1], [0, 1, 0]]),
    "no bounds": ("kept_blocks", RAGGED, [[1], [], [1], [0, 1]]),
    "a feature too far": ("log_odds", TREES, [[[0, 0]], [[2] * 63], [[0] * 63], [[0] * 64]]),
    "a feature before the first": ("log_odds", TREES, [[[0, 0]], [[-1] * 63], [[0] * 63], [[0] * 64]]),
    "half a tree": ("log_odds", TREES, [[[0, 0]], [[0] * 62], [[0] * 63], [[0] * 64]]),
    "trees without leaves": ("log_odds", TREES, [[[0, 0]], [[0] * 63] * 2, [[0] * 63] * 2, [[0] * 64]]),
}


@pytest.mark.parametrize("case", NO_PAGES)
def test_what_is_no_page_is_refused(case: str) -> None:
    name, kinds, columns = NO_PAGES[case]

    with pytest.raises(ValueError):
        native(name, *map(np.array, columns, kinds))()


@pytest.mark.parametrize(
    ("wrong", "value"),
    [
        (1, [1.0, 1.0]),
        (5, [0, 0]),
        (6, [1]),
        (6, [-1]),
        (7, [[0] * 8] * 2),
        (8, [[0, 0, 1]]),
        (8, [[0, -1, 0]]),
        (8, [[0, 0]]),
    ],
)
def test_columns_that_are_not_of_one_page_are_refused(wrong: int, value: Any) -> None:
    kinds = [np.float64] * 4 + [np.bool_, np.uint8, np.int32, np.int16, np.int32]
    columns: list[Any] = [[[0.0] * 7], [1.0], [0.0], [0.0], [True], [0], [0], [[0] * 8], [[0, 0, 0]]]
    native("features", *map(np.array, columns, kinds), 0)()
    columns[wrong] = value

    with pytest.raises(ValueError):
        native("features", *map(np.array, columns, kinds), 0)()


@pytest.mark.parametrize(
    ("wrong", "value"),
    [("texts", [b"a"]), ("texts", []), ("owners", [1]), ("starts", [2]), ("ends", [2]), ("ends", []), ("counts", [])],
)
def test_texts_that_are_none_are_refused(wrong: str, value: list[Any]) -> None:
    columns: dict[str, Any] = {**Spans.whole(["a"])._asdict(), "counts": np.array([1], np.int64)}
    native("text_features", *columns.values())()
    columns[wrong] = value if wrong == "texts" else np.array(value, columns[wrong].dtype)

    with pytest.raises((ValueError, TypeError)):
        native("text_features", *columns.values())()


def test_the_time_grows_with_the_page_and_not_faster() -> None:
    def seconds(count: int) -> float:
        alike = [(*range(20), at) for at in range(count)]  # as paragraphs that all begin with the same words
        words = ragged([tuple(range(at, at + 20)) for at in range(count)] + [(1, 2, 3, 4)] * count + alike)
        start = time.process_time()
        native("kept_blocks", *words, *words)()
        return time.process_time() - start

    assert seconds(10_000) < 40 * max(seconds(1_000), 0.005)
