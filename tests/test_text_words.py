# ruff: noqa: E501 (tables of cases)
"""Words, signatures and keys straight from texts: what the definitions give, whatever the texts hold and however wide the
instructions are."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import xxhash
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


@settings(max_examples=400)
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


# What a text may hold for Python to keep its characters in one byte each (ASCII or not), in two and in four.
WIDTHS = pytest.mark.parametrize("wide", ["", "é", "’", "—東", "😀"])


@WIDTHS
def test_words_are_hashed_alike_however_many_they_are(wide: str) -> None:
    """They are hashed sixteen at a time and parted by their lengths, 512 at a time."""
    sizes = [(5 * at * at + 3 * at) % 19 + 1 for at in range(530)]
    words = ["".join(chr(ord("a") + (size * 7 + at) % 26) for at in range(size)) for size in sizes]
    texts = [f"{wide} {' '.join(words[first : first + count])}" for count in (*range(1, 35), 511, 512, 513) for first in (0, 9)]  # fmt: skip

    assert_same(whole_words(texts), sketch.defined_whole_words(texts))


@WIDTHS
@pytest.mark.parametrize("mark", ["", "’", "é", "‘é’", "\u200b", "😀", "]("])
def test_words_end_alike_at_every_place_of_a_block(wide: str, mark: str) -> None:
    """Of blocks of ASCII the edges of words are found together, of others one by one; a word may stand over the border."""
    texts = [
        f"{'a b' * 30}"[:at] + mark + "mill" * (at % 3) + " " * (at % 5) + f"the old mill {wide}" for at in range(90)
    ]
    texts += [f"{'mill, ' * 700}"[:at] + f"{mark}mill{mark} {wide} by the river" for at in range(4000, 4100, 3)]

    assert_same(whole_words(texts), sketch.defined_whole_words(texts))
    assert_same([sketch.signatures(texts, num_perm=16)], [sketch.defined_signatures(texts, 16, 5)])


BLOCK = st.sampled_from(
    ["mill " * 13, "x" * 64, " " * 64, "a," * 32, "é" * 64, "‘mill’ " * 9, "東" * 40, "😀 " * 32, "a" * 63 + "’"]
)


@settings(max_examples=200)
@given(st.lists(BLOCK | ANY, max_size=8).map("".join), st.integers(0, 70))
def test_blocks_of_any_kind_may_follow_each_other(text: str, cut: int) -> None:
    assert_read_as_defined([text, text[cut:], text[: len(text) - cut]])


@pytest.mark.parametrize("code", [0x7F, 0x80, 0xFF, 0x100, 0x15D, 0x161, 0x7FFF, 0x8000, 0xFF41, 0xFFFF, 0x10000, 0x10061, 0x10FFFF])  # fmt: skip
def test_characters_are_narrowed_as_no_others(code: int) -> None:
    """None is taken for the character of ASCII that its lowest bits are, nor for none at all."""
    texts = [
        " " * at + f"a{chr(code)}b {chr(code)} c]{chr(code)}(d)" + " mill" * 20 + end
        for at in (0, 1, 62, 63)
        for end in ("", "’", "😀")
    ]

    assert_same(whole_words(texts), sketch.defined_whole_words(texts))
    assert_same([sketch.signatures(texts, num_perm=16)], [sketch.defined_signatures(texts, 16, 5)])


@pytest.mark.parametrize("count", [*range(28, 36), 127, 128, 129, 1000])
def test_many_words_have_their_print(count: int) -> None:
    """XXH3 has another way beyond 240 bytes, and scrambles every 1,024."""
    texts = [" ".join(f"mill{at}" for at in range(count))]

    assert_same(text_keys(*joined([text.encode() for text in texts]), SHAPE), sketch.defined_keys(texts, SHAPE))


@settings(max_examples=100)
@given(st.integers(1, 20), st.integers(1, 9), st.integers(1, 63), st.lists(st.integers(0, 80), max_size=6))
def test_bands_of_every_shape_have_their_keys(bands: int, rows: int, shingle: int, sizes: list[int]) -> None:
    bounds = np.cumsum([0, *sizes], dtype=np.int64)
    words = np.random.default_rng(bands * rows).integers(0, 2**64, bounds[-1], np.uint64)
    shape = Shape(shingle, bands, rows, max(16, bands * rows))

    assert_same([sign.passage_keys(words, bounds, shape)], [sign.defined_keys(words, bounds, shape)])


@pytest.mark.parametrize(
    "count", [0, 1, sketch.TOGETHER - 1, sketch.TOGETHER, sketch.TOGETHER + 1, 3 * sketch.TOGETHER]
)
def test_signatures_come_in_the_order_of_texts_wherever_these_come_from(count: int) -> None:
    texts = [f"the old mill number {at} by the river" for at in range(count)]
    wanted = sketch.defined_signatures(texts, 16, 5)

    for given_ in (texts, tuple(texts), iter(texts), dict.fromkeys(texts)):
        found = sketch.signatures(given_, num_perm=16)
        assert_same([found], [wanted])
        assert found.base is None


# ── lines ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def assert_lines_read(texts: list[str], ascii_only: bool) -> None:
    """What lines of JSONL have is what their texts have."""
    from dedup.kernel import _native

    piece = "\n".join(json.dumps({"id": "a", "text": text}, ensure_ascii=ascii_only) for text in texts).encode()
    columns, count = _native.read_lines(
        np.frombuffer(piece, np.uint8), sign.sketch(SHAPE), 3, 1 << 20, True, characters.page
    )
    read = np.flatnonzero(columns["states"] == 0)
    known = [texts[number] for number in columns["numbers"][read].tolist()]
    wanted = sketch.defined_keys(known, SHAPE, whole=True)

    assert count == len(texts)
    assert columns["characters"][read].tolist() == list(map(len, known))
    assert columns["words"][read].tolist() == wanted.counts.tolist()
    assert (columns["keys"].T[read] == wanted.keys).all()
    digests = [xxhash.xxh3_128_intdigest(text.encode()) for text in known]
    halves = columns["digests"].reshape(-1, 2)[read].tolist()
    assert [high << 64 | low for high, low in halves] == digests


@native
@settings(max_examples=200)
@given(st.lists(ANY.filter(is_utf8), min_size=1, max_size=4), st.booleans())
def test_lines_have_what_their_texts_have(texts: list[str], ascii_only: bool) -> None:
    assert_lines_read(texts, ascii_only)


@native
@pytest.mark.parametrize("part", ["a", "é", "’", "😀", "\n", "\\", '"', "/", "\x7f", "\x01", "mill\n\n", "_"])
@pytest.mark.parametrize("count", [1, 7, 8, 9, 63, 64, 65, 2039, 2040, 2041, 6000])
def test_lines_may_be_written_in_every_way(part: str, count: int) -> None:
    texts = [
        part * count + " the old mill by the river",
        "the old mill " + part * count,
        f"{'x' * count} {part} mill turns",
    ]

    assert_lines_read(texts, ascii_only=True)
    assert_lines_read(texts, ascii_only=False)


@settings(max_examples=500)
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


@settings(max_examples=150)
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
    texts += [text + wide for text in texts[::3] for wide in ("é", "’", "😀")]
    texts += [" ".join("millwheels"[at % 7 :] * (at % 4 + 1) for at in range(count)) for count in (1, 15, 16, 17, 520)]
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
        found += [sign.passage_keys(words, bounds, Shape(length, bands, 3, 60)) for bands in (1, 5, 8, 20)]
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
