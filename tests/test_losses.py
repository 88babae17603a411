"""What documents lose is told by the kernel as by the definition; and what it finds the words of documents by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import numpy as np
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup import Config, characters, kernel, lined, markup, match
from dedup.counts import count
from dedup.data import Document, Format
from dedup.flags import Columns, Flags
from dedup.keyed import (
    SEED_PART_BITS,
    defined_parted_seeds,
    defined_word_keys,
    keys,
    named_keys,
    parted_seeds,
    word_keys,
)
from dedup.losses import Losing, Loss, Lost, defined_loss, losses
from dedup.packed import Packed
from dedup.sign import sketch
from dedup.strings import Strings
from dedup.words import Mark, MarkedWords, Spanned, block_numbers

if TYPE_CHECKING:
    from numpy.typing import NDArray

pytestmark = pytest.mark.skipif(not kernel.NATIVE, reason="there is no kernel")

MILL = "The mill closed in May."
PARTS = st.sampled_from(
    ["The mill", "closed", ". ", "\n", "\n\n", "> ", ">", "JL> ", "“", "” ", "(", ")", "](a b) ", "[", "---", "* ",
     "# ", "!", " ", "\r\n", "\u2028", "é", "東京", "😀", "\x00", "\t", "e\u0301", "7", "...", "»", "| a | b |",
     "\x0b", "\u3000"]
)  # fmt: skip
TEXTS = st.lists(PARTS, min_size=1, max_size=40).map("".join)


def flags_of(rows: dict[int, list[tuple[int, ...]]]) -> Flags:
    """Flags on spans: start and end, words, whether it is the document; of each document by its number."""
    places = [
        (start, end, 5 + n % 2, 3, 9, words, whole)
        for own in rows.values()
        for n, (start, end, words, whole) in enumerate(own)
    ]
    likeness = [[1 - n / 16 / 625, (8007 + n) / 10000, n / 100] for n in range(len(places))]
    sizes = [0, *map(len, rows.values())]
    none = np.zeros(len(rows) + 1, np.int64)
    columns = Columns(
        np.array(list(rows), np.int64) + 7, np.cumsum(sizes), np.array(places, np.int32).reshape(-1, 7),
        np.array(np.round(likeness, 4)).reshape(-1, 3), none, np.zeros((0, 2), np.int32), none, np.zeros(0, np.int32),
    )  # fmt: skip
    return Flags(columns, {5: 'k"5', 6: "ké"}, 7)


def losing_of(texts: list[str], flags: Flags) -> Losing:
    documents = [Document(f'é"{n}', text, Format.TEXT, markup.blocks(text)) for n, text in enumerate(texts)]
    raw = [text.encode() for text in texts]
    tables = [markup.blocks(text) for text in texts]
    edges = np.cumsum([0, *map(len, tables)], dtype=np.int64)
    starts, ends = (np.concatenate([getattr(each, name) for each in tables]) for name in ("starts", "ends"))
    content = np.frombuffer(b"".join(raw), np.uint8), np.cumsum([0, *map(len, raw)], dtype=np.int64)
    ids = Strings.of(each.id for each in documents)
    return Losing(ids, content, (starts, ends, edges), flags, documents.__getitem__)


def losses_in(lost: Lost) -> dict[int, Loss]:
    """The losses, by the number of the document."""
    return {number: loss for number in range(len(lost.goes)) if (loss := lost.loss(number))}


def check(texts: list[str], rows: dict[int, list[tuple[int, ...]]]) -> dict[int, Loss]:
    losing = losing_of(texts, flags_of(rows))
    found = losses(losing)
    wanted, sums = {}, dict[tuple[str, str], tuple[int, int]]()
    for number in rows:
        loss, final = defined_loss(losing.document(number), losing.flags[number])
        count(sums, final)
        if final:
            wanted[number] = loss
    told = losses_in(found)
    assert told == wanted
    assert found.counts == sums
    assert found.whole == sum(not loss.left for loss in wanted.values())
    return told


@pytest.mark.parametrize(
    ("text", "spans", "left"),
    [
        pytest.param(f"{MILL} So it is.", [(0, 22)], "So it is.", id="with the full stop and the space"),
        pytest.param(f"So it is.\n\n{MILL}", [(11, 33)], "So it is.", id="at the end"),
        pytest.param(f"One.\n\n“{MILL}”\n\nTwo.", [(7, 29)], "One.\n\nTwo.", id="quoted"),
        pytest.param(f"> {MILL}\n\nNo.", [(2, 24)], "No.", id="a mark of quotation"),
        pytest.param(f"One. {MILL}\n\nTwo.", [(5, 27)], "One.\n\nTwo.", id="two blocks stay two"),
        pytest.param(f"{MILL}\n\n---\n\n{MILL}", [(0, 22), (30, 52)], "", id="all but a rule"),
        pytest.param(f"é {MILL} é", [(2, 24)], "é é", id="not ASCII"),
        pytest.param(f"{MILL} {MILL} No.", [(0, 46), (24, 46)], "No.", id="one within the other"),
    ],
)
def test_labelled_cases_are_cut_by_the_kernel(text: str, spans: list[tuple[int, int]], left: str) -> None:
    with patch("dedup.losses.defined_loss", side_effect=AssertionError("it was left to the definition")):
        found = losses(losing_of([text], flags_of({0: [(*span, 5, 0) for span in spans]})))
    assert losses_in(found)[0].left.decode() == left
    assert check([text], {0: [(*span, 5, 0) for span in spans]}) == losses_in(found)


@st.composite
def flagged(draw: st.DrawFn) -> tuple[list[str], dict[int, list[tuple[int, ...]]]]:
    texts = draw(st.lists(TEXTS, min_size=1, max_size=4))
    rows: dict[int, list[tuple[int, ...]]] = {}
    for number, text in enumerate(texts):
        blocks = markup.blocks(text)
        words = Spanned(text, blocks.starts, blocks.ends, np.zeros(len(blocks), np.uint8)).words()
        own: list[tuple[int, ...]] = []
        for _ in range(draw(st.integers(0, 4)) if len(words.hashes) else 0):
            first = draw(st.integers(0, len(words.hashes) - 1))
            spans = block_numbers(words.marks)
            last = draw(st.integers(first, int(np.flatnonzero(spans == spans[first])[-1])))
            own.append((int(words.starts[first]), int(words.ends[last]), last - first + 1, draw(st.integers(0, 1))))
        if own:
            rows[number] = own
    return texts, rows


@settings(max_examples=400)
@given(flagged())
def test_whatever_is_lost(drawn: tuple[list[str], dict[int, list[tuple[int, ...]]]]) -> None:
    check(*drawn)


@settings(max_examples=150)
@given(st.lists(TEXTS, max_size=5))
def test_texts_of_lines(texts: list[str]) -> None:
    raw = [orjson.dumps(text) for text in texts]
    edges = np.cumsum([0, *map(len, raw)], dtype=np.int64)
    piece = np.frombuffer(b"".join(raw), np.uint8)
    config = Config()
    own, unknown = lined.read(piece, edges[:-1].copy(), edges[1:].copy(), config)
    wanted = {n: Document("", text, Format.TEXT, markup.blocks(text)) for n, text in enumerate(texts)}
    assert own.keys
    named = named_keys(own.bounds, *own.keys)
    for name, column in keys(own.words, own.bounds, config).items():
        assert (name, named[name].dtype) == (name, column.dtype)
        assert (name, named[name].tolist()) == (name, column.tolist())
    left = own.put({number: wanted[number] for number in unknown.tolist()})
    every = own.put(wanted)
    for found, column in zip(_flat(left), _flat(every), strict=True):
        assert found.dtype == column.dtype
        assert found.tolist() == column.tolist()
    assert not [n for n in unknown.tolist() if texts[n].isascii() and texts[n].replace(" ", "").isalpha()]


def _flat(texts: lined.Texts) -> list[Any]:
    return [texts.texts, texts.text_bounds, *texts.blocks, texts.block_bounds, *texts.words, texts.bounds]


@settings(max_examples=150)
@given(
    st.lists(st.lists(st.integers(1, 40), max_size=4), max_size=4),
    st.integers(5, 20),
    st.integers(2, 16),
    st.integers(0, 99),
)
def test_keys_and_seeds(sizes: list[list[int]], min_words: int, shingle: int, seed: int) -> None:
    bounds = np.cumsum([0, *map(sum, sizes)], dtype=np.int64)
    words = np.random.default_rng(seed).integers(0, 1 << 63, bounds[-1]).astype(np.uint64)
    marks = np.zeros(len(words), np.uint8)
    marks[np.cumsum([0, *(size for own in sizes for size in own)])[:-1]] = Mark.STARTS_BLOCK
    none = np.zeros(len(words), np.int32)
    marked = Packed.of(MarkedWords(words, none, none, marks), bounds)
    config = Config(min_words=min_words, shingle=shingle)
    found: list[NDArray[Any]] = [*word_keys(marked, bounds, config), *parted_seeds(words, bounds)]
    wanted: list[NDArray[Any]] = [*defined_word_keys(marked, bounds, config), *defined_parted_seeds(words, bounds)]
    for own, column in zip(found, wanted, strict=True):
        assert own.dtype == column.dtype
        assert own.tolist() == column.tolist()


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"ids": Strings.of(["a", "b"])}, "columns of different lengths"),
        (
            {"blocks": (np.array([0], np.int32), np.array([99], np.int32), np.array([0, 1]))},
            "a block that lies outside its text",
        ),
        (
            {"blocks": (np.array([3], np.int32), np.array([2], np.int32), np.array([0, 1]))},
            "a block that lies outside its text",
        ),
        (
            {"blocks": (np.array([3], np.int32), np.array([9], np.int32), np.array([0, 1]))},
            "a copy that stands in no block",
        ),
        ({"blocks": (np.array([0], np.int32), np.array([9], np.int32), np.array([0, 2]))}, "bounds that are none"),
        ({"flags": flags_of({0: [(0, 99, 5, 0)]})}, "a copy that lies outside its text"),
        ({"flags": flags_of({0: [(4, 4, 5, 0)]})}, "a copy that lies outside its text"),
        ({"flags": flags_of({0: [(-1, 4, 5, 0)]})}, "a copy that lies outside its text"),
    ],
)
def test_what_is_wrong_is_refused(change: dict[str, Any], why: str) -> None:
    losing = losing_of([MILL], flags_of({0: [(0, 8, 2, 0)]}))
    with pytest.raises(ValueError, match=why):
        losses(losing._replace(**change))


@pytest.mark.parametrize(("bands", "rows"), [(2**64 - 1, 0), (2**63, 2), (3, 100)])
def test_more_slots_than_there_are_permutations_are_refused(bands: int, rows: int) -> None:
    from dedup.kernel import _native

    shingle, _, *permutations = sketch(Config().shape)
    words, marks, bounds = np.ones(9, np.uint64), np.zeros(9, np.uint8), np.array([0, 9])
    with pytest.raises(ValueError, match="more slots than permutations"):
        _native.word_keys(words, marks, bounds, 5, (shingle, (bands, rows), *permutations))  # type: ignore[arg-type]


def test_a_text_that_is_none_is_refused() -> None:
    from dedup.kernel import _native

    piece, one = np.frombuffer(b'"ab"', np.uint8), np.array([1], np.int64)
    asked = 5, sketch(Config().shape), (match.SEED_SHINGLE, match.SEED_WINDOW, SEED_PART_BITS)
    for starts, ends, why in (
        (one * 0, one * 5, "does not lie in the piece"), (one * -1, one, "does not lie in the piece"),
        (one * 3, one * 2, "does not lie in the piece"), (one, one * 4, "no string of JSON"),
        (one[:0], one, "columns of different lengths"),
    ):  # fmt: skip
        with pytest.raises(ValueError, match=why):
            _native.line_texts(piece, starts, ends, asked, characters.page)


def texts_of(sources: list[bytes]) -> list[str]:
    """What the kernel makes of some strings of JSON."""
    edges = np.cumsum([0, *map(len, sources)], dtype=np.int64)
    found, _ = lined.read(np.frombuffer(b"".join(sources), np.uint8), edges[:-1].copy(), edges[1:].copy(), Config())
    whole = found.texts.tobytes()
    return [whole[low:high].decode() for low, high in zip(found.text_bounds, found.text_bounds[1:], strict=False)]


ESCAPES = [
    "\\b",
    "\\f",
    "\\n",
    "\\r",
    "\\t",
    "\\/",
    '\\"',
    "\\\\",
    "\\u0041",
    "\\u00e9",
    "\\u6771",
    "\\uD83D\\ude00",
    "é",
    "東",
    "😀",
    "a",
]


@pytest.mark.skipif(not kernel.NATIVE, reason="no kernel was built, or none is wanted")
@given(st.lists(st.lists(st.sampled_from([*ESCAPES, "mill " * 9]), max_size=9), min_size=1, max_size=4))
def test_strings_of_json_are_read_as_they_are_meant(texts: list[list[str]]) -> None:
    sources = [f'"{"".join(parts)}"'.encode() for parts in texts]

    assert texts_of(sources) == [orjson.loads(source) for source in sources]


@pytest.mark.skipif(not kernel.NATIVE, reason="no kernel was built, or none is wanted")
@pytest.mark.parametrize(
    "source",
    [
        '"', '"\\"', '"a', 'a"', '"a"b"', '"a\nb"', '"\\x"', '"\\u12"', '"\\u00g0"', '"\\ud83d"', '"\\ud83d\\n"',
        '"\\ud83d\\u0041"', '"\\ude00"', '"\\ud83d\\ude0"', '"\x00"', '"a" ',
    ],
)  # fmt: skip
def test_what_is_no_string_of_json_is_refused(source: str) -> None:
    with pytest.raises(ValueError, match="no string of JSON"):
        texts_of([source.encode()])
