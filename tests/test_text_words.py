# ruff: noqa: E501 (tables of cases)
"""Words, signatures and keys straight from texts: what the definitions give, whatever the texts hold and however wide the
instructions are."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup import characters, kernel, sign, sketch
from dedup.bands import Shape
from dedup.sketch import text_keys, whole_words
from dedup.words import MarkedWords, Spanned, defined_words, marked_texts
from tests.conftest import ROOT
from tests.test_kernel_texts import MARKED, NASTY, PROSE, TEXT, assert_same

if TYPE_CHECKING:
    from numpy.typing import NDArray

native = pytest.mark.skipif(not kernel.NATIVE, reason="no kernel was built, or none is wanted")
SHAPE = Shape(3, 4, 3, 16)
# What stands in other ways than words do: where links lead, initials, lines that are drawn.
APART = [
    "[a](b c)", "[the mill](http://mill.example/a_(b)?c=d) turns", "](", "](a", "](a b)", "](a)(b)", "](a)](b)", "](((a)))", "]((a)b)", "](a(b c)d)", "](a\u3000b)", "](é東)", "](" + "x" * 2001 + ")", "]((" + "x y" * 200 + "))",
    "](" + "(a)" * 51 + ")", "JL> a", "> JL> a", "ada] a", "Ada > a", "A.B.> a", "a b> c", "__a__ b_c", "_", "_é_", "]()", "](\n)", "](\ud800)",
]  # fmt: skip
ANY = TEXT | MARKED | st.lists(st.sampled_from([*APART, *NASTY, " ", "Mill "]), max_size=8).map("".join)


def joined(texts: list[bytes]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Texts one behind the other, in as many bytes as they have: what reads further is found by `make sanitize`."""
    return np.frombuffer(b"".join(texts), np.uint8), np.cumsum([0, *map(len, texts)], dtype=np.int64)


def is_utf8(text: str) -> bool:
    return not any("\ud800" <= each <= "\udfff" for each in text)


def assert_read_as_defined(texts: list[str]) -> None:
    assert_same(whole_words(texts), sketch.defined_whole_words(texts))
    assert_same([sketch.signatures(texts, num_perm=16)], [sketch.defined_signatures(texts, 16, 5)])
    encoded = [text for text in texts if is_utf8(text)]
    for whole in (False, True):
        found = text_keys(*joined([text.encode() for text in encoded]), SHAPE, whole=whole)
        assert_same(found, sketch.defined_keys(encoded, SHAPE, whole=whole))


# ── texts ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@settings(deadline=None, max_examples=400)
@given(st.lists(ANY | st.text(), max_size=5))
def test_texts_are_read_as_the_definition_reads_them(texts: list[str]) -> None:
    assert_read_as_defined(texts)


@pytest.mark.parametrize("part", [*PROSE, *APART, *(each for each in NASTY if len(each) < 5)])
def test_a_part_is_read_alike_wherever_it_stands(part: str) -> None:
    """Texts are read in blocks of 64 bytes and stretches of 4,096."""
    texts = [f"{'mill ' * 13}"[:at] + part + " x" for at in range(66)]
    texts += [f"{'mill, ' * 700}"[:at] + part + "a b" for at in range(4090, 4098)]
    texts += [f"{'é' * at}{part}{'東' * 3}" for at in (0, 20, 31, 32, 2047, 2048)]

    assert_read_as_defined(texts)


@pytest.mark.parametrize("letter", ["a", "é", "ё", "東", "\u200b", "\u0301", "ﬃ", "𠮷", "_", "9", "a\u0301"])
@pytest.mark.parametrize("count", [63, 64, 65, 255, 256, 257, 4095, 4096, 4097, 20_000])
def test_words_of_any_length_are_read(letter: str, count: int) -> None:
    text = letter * count

    assert_same(whole_words([text, f"b {text} c"]), sketch.defined_whole_words([text, f"b {text} c"]))


@pytest.mark.parametrize("size", [*range(1, 34), 127, 128, 129, 240, 241, 600])
def test_words_of_every_length_have_their_hashes(size: int) -> None:
    letters = "".join(chr(ord("a") + at * 7 % 26) for at in range(size))
    text = f"{letters} {letters[::-1]} {letters.upper()}1 é{letters}"

    assert_same(whole_words([text]), sketch.defined_whole_words([text]))


@settings(deadline=None, max_examples=500)
@given(st.lists(st.binary(max_size=80) | ANY.filter(is_utf8).map(str.encode), min_size=1, max_size=4), st.data())
def test_bytes_that_are_no_utf8_are_left_alone(texts: list[bytes], data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, max(map(len, texts))))
    texts = [*texts, *(text[:cut] for text in texts), *(text[cut:] for text in texts)]  # within a character, too
    wanted = [valid(text) for text in texts]

    if None in wanted:
        with pytest.raises(UnicodeDecodeError):
            text_keys(*joined(texts), SHAPE)
    whole = [text for text in wanted if text is not None]
    assert_same(text_keys(*joined([text.encode() for text in whole]), SHAPE), sketch.defined_keys(whole, SHAPE))
    if kernel.NATIVE:
        from dedup.kernel import _native

        unknown = _native.text_keys(*joined(texts), sign.sketch(SHAPE), False, characters.page)[-1]
        assert {number for number, text in enumerate(wanted) if text is None} <= set(unknown.tolist())


def valid(text: bytes) -> str | None:
    try:
        return text.decode()
    except UnicodeDecodeError:
        return None


@native
@pytest.mark.parametrize(
    "wrong",
    [b"\x80", b"a\xc3", b"\xc0\x80", b"\xe2\x80", b"\xe2\x80x", b"\xed\xa0\x80", b"\xe0\x80\x80", b"\xf0\x80\x80\x80", b"\xf4\x90\x80\x80", b"\xf8\x88\x80\x80\x80", b"\xff", b"a" * 63 + b"\xe2", b"a" * 62 + b"\xe2\x80", b"\xe6\x9d"],
)  # fmt: skip
def test_each_kind_of_what_is_no_utf8_is_told(wrong: bytes) -> None:
    from dedup.kernel import _native

    texts = [b"a mill", wrong, b"\x80 mill", b"a mill"]  # the next text would complete it
    counts, prints, keys, unknown = _native.text_keys(*joined(texts), sign.sketch(SHAPE), True, characters.page)

    assert unknown.tolist() == [1, 2]
    assert counts.tolist() == [2, 0, 0, 2]
    assert (prints[0] == prints[3]).all()
    assert not prints[1].any()
    assert not keys[1].any()


@native
def test_prose_is_read_by_the_kernel() -> None:
    from dedup.kernel import _native

    assert not len(_native.whole_words(PROSE, characters.page)[-1])
    assert not len(_native.text_keys(*joined([text.encode() for text in PROSE]), sign.sketch(SHAPE), False, characters.page)[-1])  # fmt: skip


@pytest.mark.parametrize("bounds", [[], [4], [0, 4], [-1, 3], [0, 2, 1], [2, 0]])
def test_bounds_that_are_none_of_the_texts_are_an_error(bounds: list[int]) -> None:
    with pytest.raises(ValueError, match="bounds"):
        text_keys(b"abc", np.array(bounds, np.int64), SHAPE)
    if kernel.NATIVE:
        from dedup.kernel import _native

        with pytest.raises(ValueError):
            _native.text_keys(*joined([b"abc"])[:1], np.array(bounds, np.int64), sign.sketch(SHAPE), False, characters.page)  # fmt: skip


def test_a_buffer_may_hold_more_than_its_texts() -> None:
    found = text_keys(memoryview(b"xx the mill yy"), np.array([3, 11], np.int64), SHAPE)

    assert_same(found, sketch.defined_keys(["the mill"], SHAPE))
    assert [column.shape for column in text_keys(b"", np.zeros(1, np.int64), SHAPE)] == [(0,), (0, 2), (0, 4)]


def test_texts_have_one_print_where_their_words_are_the_same() -> None:
    texts = [b"The mill turns.", b"the  MILL\nturns", "the mıll turns".encode(), b"the turns mill", b"the mill"]

    prints = text_keys(*joined(texts), SHAPE).prints

    assert len({tuple(row) for row in prints[:3].tolist()}) == 1
    assert len({tuple(row) for row in prints.tolist()}) == 3


@native
def test_what_is_no_list_of_texts_is_an_error() -> None:
    from dedup.kernel import _native

    for wrong in ([b"bytes"], [None], [1]):
        with pytest.raises(TypeError):
            _native.whole_words(wrong, characters.page)  # type: ignore[arg-type]
    with pytest.raises(ValueError):
        _native.signatures(["a"], 0, *sign.permutations(16), characters.page)
    with pytest.raises(ValueError):
        _native.signatures(["a"], 5, np.ones(3, np.uint32), np.ones(2, np.uint32), characters.page)


# ── words with marks ────────────────────────────────────────────────────────────────────────────────────────────────


@settings(deadline=None, max_examples=150)
@given(st.lists(st.tuples(ANY, st.lists(st.integers(0, 90), max_size=4), st.integers(0, 3)), max_size=4))
def test_many_texts_have_the_marked_words_that_each_of_them_has(drawn: list[tuple[str, list[int], int]]) -> None:
    texts, wanted = [], []
    for text, cuts, kinds in drawn:
        places = np.array(sorted(min(cut, len(text)) for cut in [0, *cuts, len(text)]), np.int32)
        marks = np.array([16, 32, 48, 0], np.uint8)[(np.arange(len(places) - 1) + kinds) % 4]
        texts.append(Spanned(text, places[:-1], places[1:], marks))
        headings, quotations = (set(np.flatnonzero(marks & mark).tolist()) for mark in (16, 32))
        wanted.append(defined_words(text, list(zip(places[:-1].tolist(), places[1:].tolist(), strict=True)), headings, quotations))  # fmt: skip

    found, bounds = marked_texts(texts)

    assert bounds.tolist() == np.cumsum([0, *(len(each.hashes) for each in wanted)]).tolist()
    for number, each in enumerate(wanted):
        assert_same(MarkedWords(*(column[bounds[number] : bounds[number + 1]] for column in found)), each)  # type: ignore[arg-type]


@native
@pytest.mark.parametrize("bounds", [[], [0], [0, 2], [1, 1], [0, 0, 1], [-1, 1]])
def test_bounds_that_are_none_of_the_spans_are_an_error(bounds: list[int]) -> None:
    from dedup.kernel import _native

    span = np.zeros(1, np.int32), np.full(1, 3, np.int32), np.zeros(1, np.uint8)
    with pytest.raises(ValueError):
        _native.marked_texts(["abc"], *span, np.array(bounds, np.int64), characters.page)


# ── instructions and threads ────────────────────────────────────────────────────────────────────────────────────────

_DIGEST = """
from tests.test_text_words import digest
print(digest())
"""


def digest() -> str:
    """Of what texts of many kinds and sizes give, and which instructions made it."""
    chance = np.random.default_rng(3)
    parts = [part for part in [*PROSE, *APART, *NASTY] if is_utf8(part)] + [
        "mill",
        "The",
        "a",
        "wheels,",
        "1904",
        " ",
    ] * 40
    texts = [
        "".join(parts[at] + " " * int(at % 3 > 0) for at in chance.integers(0, len(parts), size))
        for size in (*range(80), 3000)
    ]
    found: list[NDArray[Any]] = [
        *whole_words(texts),
        *text_keys(*joined([text.encode() for text in texts]), Shape(5, 20, 6, 128)),
    ]
    found += [sketch.signatures(texts, num_perm=size) for size in (16, 37, 128, 200)]
    lengths = np.array(list(map(len, texts)), np.int32)
    found += marked_texts(
        [
            Spanned(text, np.zeros(1, np.int32), lengths[at : at + 1], np.zeros(1, np.uint8))
            for at, text in enumerate(texts)
        ]
    )[0]
    for length in (1, 2, 5, 16, 63):
        bounds = np.cumsum([0, *range(70)], dtype=np.int64)
        words = chance.integers(0, 2**63, bounds[-1]).astype(np.uint64)
        found.append(sign.passage_keys(words, bounds, Shape(length, 5, 3, 16)))
    if not kernel.NATIVE:
        return f"{blake2b(b''.join(each.tobytes() for each in found)).hexdigest()} python"
    from dedup.kernel import _native

    return f"{blake2b(b''.join(each.tobytes() for each in found)).hexdigest()} {_native.instructions()}"


def told_of(**environment: str) -> list[str]:
    found = subprocess.run(
        [sys.executable, "-c", _DIGEST],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return found.stdout.split()


@pytest.mark.skipif(os.environ.get("DEDUP_KERNEL") == "python", reason="other processes run on the definitions")
@native
@pytest.mark.parametrize("name", ["plain", "sse2", "avx2", "avx512"])
def test_narrower_instructions_give_the_same(name: str) -> None:
    own, made_by = told_of(DEDUP_INSTRUCTIONS=name)

    assert own == told_of(DEDUP_KERNEL="python")[0]
    widest = ["plain", "sse2", "avx2", "avx512"]
    assert widest.index(made_by) <= widest.index(name)
    assert made_by == "plain" or name != "plain"


_THREADS = """
from tests.test_text_words import in_threads
in_threads()
"""


def in_threads() -> None:
    """Eight threads meet the same new characters at once."""
    texts = ["".join(map(chr, range(first, first + 4096, 7))) for first in (0x80, 0x1000, 0x4E00, 0xA000, 0x20000)]
    source = joined([text.encode() for text in texts * 40])
    with ThreadPoolExecutor(8) as pool:
        tasks = [pool.submit(text_keys, *source, SHAPE, whole=bool(number % 2)) for number in range(16)]
        found = [task.result() for task in tasks]
    for number, each in enumerate(found):
        assert_same(each, found[number % 2])
    assert_same(text_keys(*joined([text.encode() for text in texts]), SHAPE), sketch.defined_keys(texts, SHAPE))


def test_threads_that_meet_new_characters_at_once_read_the_same() -> None:
    """In a process of its own, where nobody met them, and here."""
    in_threads()
    subprocess.run([sys.executable, "-c", _THREADS], cwd=ROOT, check=True, timeout=120)
