# ruff: noqa: E501 (tables of cases)
"""Words, prints, sketches and seeds: the kernel gives what the definitions give, and knows what it does not know."""

from __future__ import annotations

import time
import unicodedata
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup import characters, kernel, keyed, spans
from dedup.bands import Shape
from dedup.characters import PAGE, Class, Page
from dedup.repetition import block_texts, defined_texts
from dedup.sign import defined_keys, passage_keys
from dedup.spans import Spans, defined_distinct, defined_hashes, distinct, hashes, ragged, words
from dedup.text import _APART, CLASSES, fold, plain
from dedup.words import defined_words, marked_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

native = pytest.mark.skipif(not kernel.NATIVE, reason="no kernel was built, or none is wanted")
PROSE = [
    "Dr. Hale’s “mill” – built in 1904 – still turns… or so they say. © 2024 The Tideline Review",
    "Żółta łódź Ågot Øvrebø straße façade naïve œuvre coöperate, 3½ % of 20 €",
    "Мельница на берегу реки Оки была построена в 1904 году.",
    "東京都庁の古い水車は、1904年に建てられた。", "古老的磨坊建于１９０４年。", "오래된 물레방아는 1904년에 지어졌다.",
    "كانت الطاحونة القديمة على ضفة النهر منذ عام ١٩٠٤.", "הטחנה הישנה נבנתה בשנת 1904.", "โรงสีเก่าสร้างขึ้นในปี 1904", "पुरानी चक्की नदी के किनारे है।",
    "Ο παλιός μύλος χτίστηκε το 1904.", "The mill ❤️ turns 🌾 again ⚙️!", "By Ada Moor and the Van der Berg of Hale, Staff Writer", "write to ada.moor@mill.example or see www.mill.example/a?b=c",
    "a | b", "- an item", "# A heading #", "> quoted **bold** text_with_marks", "one\ntwo\n  three", "", " ", "1 < 2",
]  # fmt: skip
NASTY = [
    "e\u0301", "E\u0301\u0323", "q\u0323\u0307", "\u0301", "\u0301a", "\u00ad", "so\u00adft", "zero\u200bwidth", "\u200b\u200c\u200d", "a\u200d", "\u2060", "\ufeff", "İstanbul", "ıI", "ß", "ẞ", "ﬁ", "ﬃ", "ﷺ", "ŉ", "ǰ", "ᾳ", "ῼ", "ſ",
    "Å", "ǅ", "Ǆ", "ⅷ", "²", "½", "①", "㎏", "Ａｄａ", "ﾊﾟ", "ｶﾞ", "が", "か\u3099", "\u1112\u1161\u11ab", "\u11ab", "\u1161", "한", "한\u11ab", "ㅏ", "क\u093c", "ক\u09be", "\u09c7\u09be", "ด\u0e38\u0e48", "กำ", "ສຳ", "ក្រ", "မြ", "ـَـُ", "لا", "أ\u0651\u064e",
    "👩‍👩‍👧", "🇳🇴", "👍🏽", "❤️", "𝐀𝐝𝐚", "𠮷", "\U00011099\U000110ba", "\U00016d63\U00016d67", "\u302e", "a\u302e\u0301", "\u0345", "α\u0345\u0301", "\x00", "\x1c", "\x85", "\u2003", "\u2028", "\u3000", "\ud800", "\udfff", "\U0010ffff",
    "_", "*", "**", "***", "`", "~", "#", "##", "#######", "# ", "\t", "\n", "\n\n", "\r", " ", "  ", "-", "- ", "+ ", ">", "> ", "|", ":", "}", "a*b", " #", "# #\n", "](", "][", "<", ">", "<b>", "x<y>z",
    "@", "a@b", "a@b@c", "@a", "://", "http://", "https://a", "http://x@y", "www.", "www.a", "awww.b", " www. ", "(a@b)", "x" * 70 + "@y", ",", ";", "'", '"', "’", "“", "«", "–", "—", "…",
    "Ada", "Moor", "A", "É", "d'Arc", "O'Neil", "of ", "the ", "and ", "de ", "von", " von ", "&", "/", " / ", "n", "N", "0", "7", "٣", "Ⅷ", "a1", "1a", "word", "words ", "two three", "N 0 n",
]  # fmt: skip
TEXT = st.lists(st.sampled_from([*NASTY, *PROSE, " ", "a ", " B"]) | st.text(max_size=3), max_size=12).map("".join)


def spans_of(texts: Sequence[str]) -> Spans:
    """Each of some texts as a whole."""
    sizes = np.array([len(text) for text in texts], np.int32)
    return Spans(list(texts), np.arange(len(texts)), np.zeros(len(texts), np.int32), sizes)


def assert_same(found: Sequence[NDArray[Any]], wanted: Sequence[NDArray[Any]]) -> None:
    for one, other in zip(found, wanted, strict=True):
        assert (one.dtype, one.tolist()) == (other.dtype, other.tolist())


def left_to_the_definition(texts: Sequence[str]) -> list[str]:
    from dedup.kernel import _native

    unknown = _native.prints(*spans_of(texts), characters.page)[-1]
    return [texts[number] for number in unknown]


# ── characters ──────────────────────────────────────────────────────────────────────────────────────────────────────


def known(code: int) -> tuple[int, str, bytes]:
    page, at = characters.page(code // PAGE), code % PAGE
    return int(np.frombuffer(page.classes, np.uint32)[at]), page.plain[at], page.folded[at]


@pytest.mark.parametrize("number", [0, 1, 2, 3, 4, 5, 6, 9, 0xE, 0x11, 0x1E, 0x1F, 0x20, 0x24, 0x30, 0xA6, 0xAB, 0xAC, 0xD8, 0xFB, 0xFD, 0xFF, 0x1D4, 0x1F6, 0x200, 0x2F8, 0x10FF])  # fmt: skip
def test_a_page_holds_what_the_definitions_say(number: int) -> None:
    page = characters.page(number)
    classes = np.frombuffer(page.classes, np.uint32).tolist()
    for at, own in enumerate(map(chr, range(number * PAGE, (number + 1) * PAGE))):
        named = sum(Class[name] for name, pattern in CLASSES.items() if pattern.fullmatch(own))
        assert classes[at] & sum(Class[name] for name in CLASSES) == named, ascii(own)
        assert bool(classes[at] & Class.BLANK) == own.isspace()
        assert bool(classes[at] & Class.CAPITAL) == own.isupper()
        assert bool(classes[at] & Class.SMALL) == own.islower()
        assert bool(classes[at] & Class.DECIMAL) == own.isdecimal()
        assert page.lowered[at] == own.casefold()
        assert page.folded[at] in (b"", fold(own).encode("utf-8", "surrogatepass"))
        assert classes[at] & Class.UNFOLDED or page.folded[at].decode("utf-8", "surrogatepass") == fold(own)
        if not (own.isascii() or " " in page.plain[at] or classes[at] & (Class.JOINS | Class.SPACE)):
            assert plain(f"a{own}a") == f"a{page.plain[at]}a"


def test_every_character_that_joins_the_one_before_is_known_to() -> None:
    """All pairs that compose, in all of Unicode as it is installed."""
    pairs = [unicodedata.decomposition(chr(code)).split() for code in range(0x110000)]
    seconds = {
        int(pair[1], 16)
        for pair in pairs
        if len(pair) == 2
        and not pair[0].startswith("<")
        and len(unicodedata.normalize("NFC", "".join(chr(int(each, 16)) for each in pair))) == 1
    }

    assert len(seconds) > 50
    assert {hex(code) for code in seconds if not known(code)[0] & Class.JOINS} == set()


def test_what_stands_in_no_word_is_of_no_class_that_words_are_made_of() -> None:
    apart = [chr(code) for code in range(0x2600) if _APART.match(chr(code))]

    assert len(apart) > 500
    assert not [
        each for each in apart if known(ord(each))[0] & (Class.LETTER | Class.UNSPACED | Class.MARK | Class.INVISIBLE)
    ]


# ── prints ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@settings(max_examples=400)
@given(st.lists(TEXT, max_size=6))
def test_blocks_have_the_prints_that_the_definition_gives(texts: list[str]) -> None:
    assert_same(block_texts(spans_of(texts)), defined_texts(spans_of(texts)))


@pytest.mark.parametrize("one", NASTY)
def test_two_that_stand_together_have_the_prints_that_the_definition_gives(one: str) -> None:
    texts = [
        made for other in NASTY for made in (one + other, f"{one} {other}", f"a{one}{other}b", f"A {one}B\n{other}")
    ]

    assert_same(block_texts(spans_of(texts)), defined_texts(spans_of(texts)))


@given(st.lists(TEXT, max_size=6))
def test_spans_have_the_words_that_the_definition_gives(texts: list[str]) -> None:
    assert_same(words(spans_of(texts)), spans.defined_words(spans_of(texts)))


@pytest.mark.parametrize("one", NASTY)
def test_two_that_stand_together_have_the_words_that_the_definition_gives(one: str) -> None:
    texts = [made for other in NASTY for made in (one + other, f"a{one}{other}b")]

    assert_same(words(spans_of(texts)), spans.defined_words(spans_of(texts)))


def assert_bare_as_defined(texts: list[str]) -> None:
    whole = "\x1f".join(texts)
    ends = np.cumsum([len(text) + 1 for text in texts], dtype=np.int32) - 1
    starts = ends - np.array([len(text) for text in texts], np.int32)

    assert spans.bare(whole, starts, ends.astype(np.int32)) == [spans.defined_bare(text) for text in texts]


@given(st.lists(TEXT, min_size=1, max_size=6))
def test_rules_see_the_texts_that_the_definition_gives(texts: list[str]) -> None:
    assert_bare_as_defined(texts)


@pytest.mark.parametrize("one", NASTY)
def test_rules_see_two_that_stand_together_as_the_definition_gives_them(one: str) -> None:
    assert_bare_as_defined([made for other in NASTY for made in (one + other, f"*{one}* [{other}](a) {one}{other}b")])


@native
def test_prose_stays_in_the_kernel() -> None:
    assert left_to_the_definition(PROSE) == []


@native
def test_what_only_the_definition_knows_is_left_to_it() -> None:
    texts = [
        "[a](b)",
        "[a][b]",
        "a <b> c",
        "e\u0301",
        "q\u0307\u0323",
        "か\u3099",
        "\u1112\u1161\u11ab",
        "ক\u09c7\u09be",
        "𝐀",
    ]

    assert left_to_the_definition(texts) == texts


@native
def test_prints_of_many_blocks_are_put_where_they_belong() -> None:
    texts = ["one two three", "[four](x) five", "six seven", "e\u0301ight nine", "", "[ten](y)"]

    found = block_texts(spans_of(texts))

    assert_same(found, defined_texts(spans_of(texts)))
    assert np.diff(found.bounds).tolist() == [3, 2, 2, 2, 0, 1]


# ── distinct texts ──────────────────────────────────────────────────────────────────────────────────────────────────


@given(st.data())
def test_equal_texts_have_one_number_however_they_are_kept(data: st.DataObject) -> None:
    texts = data.draw(st.lists(st.text(alphabet="ab é東🌾\ud800", max_size=9), min_size=1, max_size=4))
    owners = data.draw(st.lists(st.integers(0, len(texts) - 1), max_size=20))
    places = [sorted(data.draw(st.tuples(*2 * [st.integers(0, len(texts[owner]))]))) for owner in owners]
    starts, ends = (np.array([place[which] for place in places], np.int32) for which in (0, 1))
    groups = np.array([data.draw(st.integers(-1, 2)) for _ in owners], np.int64)
    drawn = Spans(texts, np.array(owners, np.int64), starts, ends)

    assert_same(distinct(drawn, groups), defined_distinct(drawn, groups))


@given(st.lists(st.text() | st.sampled_from([*NASTY, "a" * 63 + "é", "a" * 200, "东" * 130, "é" * 64 + "a" * 70])))
def test_texts_have_the_hashes_that_the_definition_gives(texts: list[str]) -> None:
    assert_same([hashes(texts)], [defined_hashes(texts)])


@native
@pytest.mark.parametrize(
    ("owner", "start", "end"), [(0, 0, 4), (0, -1, 2), (0, 2, 1), (1, 0, 0), (-1, 0, 0), (0, 4, 4)]
)
def test_a_span_that_lies_nowhere_is_an_error(owner: int, start: int, end: int) -> None:
    from dedup.kernel import _native

    wrong = Spans(["abc"], np.array([owner]), np.array([start], np.int32), np.array([end], np.int32))
    with pytest.raises(ValueError):
        _native.prints(*wrong, characters.page)
    with pytest.raises(ValueError):
        _native.words(*wrong, characters.page)
    with pytest.raises(ValueError):
        _native.distinct(*wrong, np.zeros(1, np.int64))


@native
def test_what_is_no_page_of_characters_is_an_error() -> None:
    from dedup.kernel import _native

    def never_met(number: int) -> Page:
        raise LookupError(number)

    for code in range(0xF0000, 0xFFF00, PAGE):  # the kernel asks for a page once: the first that no test has met
        text = spans_of([chr(code)])
        try:
            _native.prints(*text, never_met)
        except LookupError:
            break
    for wrong in (
        Page(b"", b"", [], [], []),
        characters.page(0)._replace(folded=[b"12345678"] * PAGE),
        (),
        7,
        (1,) * 5,
    ):
        with pytest.raises((ValueError, TypeError)):
            _native.prints(*text, lambda _, wrong=wrong: wrong)  # type: ignore[misc]

    assert_same(block_texts(text), defined_texts(text))


# ── words with marks ────────────────────────────────────────────────────────────────────────────────────────────────

PARTS = [
    "Dr. Hale came. ", "“Why?” he asked. ", "He said (Mr. Moor). ", "U.S. Steel. ", "z.B. Ada. ", "vs. B. ", "J. Moor", "No. 7. ", "a.b. C", "... And", "?! So", ". ", ".", "! ", "? ", "… ", "!) *A", ".” ", "。", "！」", "．", "؟ ", "۔ ا", "। क",
    "NORTHFIELD, March 12 (NW) -- ", "NORTHFIELD: ", "ST. PAUL, Minn. 3 – The ", "A.B. - C", "BERLIN (dpa) -- Der ", "ÉVRY — ", "NEW YORK -", "WAR: a", "THE MILL TURNS ", "the mill ", "Mill", "McHale", "1904", "x1", "ǅ", "東京。水車", "かな", "\n", "\r\n", "\n\n", "> ", "short\n",
    "a rather long line of words that was broken by hand\n", "another line of about the same length as that one\n", "A", "É", "\u0301", "\u200b", "a\u200b", "\u200d", "9\u200b9", " " * 3, "[Ada](http://a.example/b)", "[x](y) ", "](a. B c)", "(",
]  # fmt: skip
MARKED = st.lists(st.sampled_from([*PARTS, *PARTS, *NASTY]) | st.text(max_size=2), max_size=14).map("".join)


@settings(max_examples=600)
@given(MARKED, st.lists(st.integers(0, 200), max_size=6))
def test_words_have_the_marks_that_the_definition_gives(text: str, cuts: list[int]) -> None:
    places = sorted(min(cut, len(text)) for cut in [0, *cuts, len(text)])
    blocks = list(pairwise(places))

    assert_same(marked_words(text, blocks, {1, 3}, {0, 2}), defined_words(text, blocks, {1, 3}, {0, 2}))


@pytest.mark.parametrize("one", PARTS)
def test_parts_of_sentences_have_the_marks_that_the_definition_gives(one: str) -> None:
    for other in PARTS:
        text = f"{one}{other}Hale {other}{one}A mill"
        for blocks in ([(0, len(text))], [(1, len(text))], [(0, 5), (5, len(text))], []):
            assert_same(marked_words(text, blocks, (), {0}), defined_words(text, blocks, (), {0}))


# What tells words of ASCII apart, put where the kernel goes from one 64 characters to the next, and where they end.
AT_EDGES = ["Mill", "M", "M1", "MILL", "mill", "1904", "a1", "1a2b3", "A", "(Moor)", "Dr. Moor", "end. The", "e.g. x", "x? Y", "a\nB", "É", "a–B", ""]  # fmt: skip


@pytest.mark.parametrize("one", AT_EDGES)
def test_words_at_the_edges_of_what_is_read_at_once_have_their_marks(one: str) -> None:
    for gap in (*range(56, 68), 120, 126, 127, 128):
        for filler in ("a ", "7.", "x"):
            start = (filler * gap)[:gap]
            for text in (start + one, f"{start}{one} Hale 12", f"{start} {one}"):
                for blocks in ([(0, len(text))], [(3, len(text))], [(0, gap), (gap, len(text))]):
                    assert_same(marked_words(text, blocks, (), {0}), defined_words(text, blocks, (), {0}))


ABBREVIATED = ["Mr", "Mrs", "Ms", "Dr", "Prof", "Gen", "Sen", "Rep", "Gov", "Lt", "Col", "Sgt", "Capt", "St", "Jr", "Sr", "vs", "No", "Nr", "Art", "etc", "approx", "z.B", "bzw", "ca"]  # fmt: skip


@pytest.mark.parametrize(
    "word", [*ABBREVIATED, "mr", "MR", "xMr", "Mrx", "Cap", "apt", "zxB", "ma", "ea", "\u00cdr", "M\u0152"]
)
def test_abbreviations_end_no_sentence_and_others_do(word: str) -> None:
    for before in ("", " ", "(", "\u201c", "x", ".", "the mill of ", "\u00e9 "):
        text = f"{before}{word}. Moor came"
        assert_same(marked_words(text, [(0, len(text))], (), ()), defined_words(text, [(0, len(text))], (), ()))


@pytest.mark.parametrize(
    "capitals", ["A", "A. ", "A B ", "NEW YORK", "ST. PAUL. ", "A'B-C. 3", "\u00c9VRY", "A - ", "AB.  - C. "]
)
def test_what_follows_capitals_is_a_dateline_as_far_as_it_is_near(capitals: str) -> None:
    for gap in (0, 1, 2, 44, 45, 46, 47, 48, 49, 50, 51, 90):
        for filler in ("x", ". ", ".5", " 3", "\u00e9", "!"):
            for dash in (" -- The mill", ": The mill", " \u2013 A", ":", " - ", "-- A"):
                text = capitals * 2 + (filler * gap)[:gap] + dash
                assert_same(marked_words(text, [(0, len(text))], (), ()), defined_words(text, [(0, len(text))], (), ()))


@native
def test_an_empty_block_behind_a_bracket_is_no_target_of_a_link() -> None:
    from dedup.kernel import _native

    for starts, ends, is_known in (([1], [1], True), ([1], [2], False), ([1, 1], [1, 3], False)):
        place = np.array(starts, np.int32), np.array(ends, np.int32)
        found = _native.marked_words("](b", *place, np.zeros(len(starts), np.uint8), None, characters.page)
        assert (found is not None) == is_known, (starts, ends)


@native
def test_words_of_prose_stay_in_the_kernel() -> None:
    for text in [*PROSE, *PARTS]:
        assert _marked_words(text, 0, len(text), 1) is not None, text


@native
@pytest.mark.parametrize(
    ("start", "end", "kinds"), [(0, 4, 1), (-1, 2, 1), (-200, 2, 1), (200, 201, 1), (2, 1, 1), (0, 3, 0), (0, 3, 2)]
)
def test_a_block_that_lies_nowhere_is_an_error(start: int, end: int, kinds: int) -> None:
    with pytest.raises(ValueError):
        _marked_words("abc", start, end, kinds)


def _marked_words(text: str, start: int, end: int, kinds: int) -> object:
    from dedup.kernel import _native

    place = np.array([start], np.int32), np.array([end], np.int32)
    return _native.marked_words(text, *place, np.zeros(kinds, np.uint8), np.zeros(0, np.int32), characters.page)


# ── sketches and seeds ──────────────────────────────────────────────────────────────────────────────────────────────

PASSAGES = st.lists(st.lists(st.integers(0, 5) | st.integers(0, 2**64 - 1), max_size=40), max_size=6)


def ragged_of(passages: list[list[int]]) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    return ragged([np.array(passage, np.uint64) for passage in passages])


@given(PASSAGES, st.integers(1, 6), st.sampled_from([(1, 1), (8, 3), (20, 6), (3, 5)]), st.integers(0, 9))
def test_passages_have_the_keys_that_the_definition_gives(
    passages: list[list[int]], shingle: int, shape: tuple[int, int], more: int
) -> None:
    asked = Shape(shingle, *shape, shape[0] * shape[1] + more)

    assert_same([passage_keys(*ragged_of(passages), asked)], [defined_keys(*ragged_of(passages), asked)])


@given(PASSAGES)
def test_documents_have_the_seeds_that_the_definition_gives(passages: list[list[int]]) -> None:
    assert_same(keyed.seeds(*ragged_of(passages)), keyed.defined_seeds(*ragged_of(passages)))


@native
@pytest.mark.parametrize("bounds", [[], [0], [0, 4], [1, 3], [0, 2, 1, 3], [0, 5, 3], [-1, 3]])
def test_bounds_that_are_not_those_of_the_words_are_an_error(bounds: list[int]) -> None:
    from dedup.kernel import _native

    words, ones = np.zeros(3, np.uint64), np.ones(4, np.uint32)
    with pytest.raises(ValueError):
        _native.seeds(words, np.array(bounds, np.int64), 5, 8)
    with pytest.raises(ValueError):
        _native.band_keys(words, np.array(bounds, np.int64), (3, (2, 2), ones, ones))


@native
def test_the_kernels_time_grows_with_the_text_and_not_faster() -> None:
    def seconds(part: str, count: int) -> float:
        begin = time.process_time()
        block_texts(spans_of([part * count]))
        marked_words(part * count, [(0, len(part) * count)])
        return time.process_time() - begin

    for part in (
        "a ", "A of ", "A, ", "a\u200b", "\u200b", " #", "# ", "*", "a@", "x" * 70 + " ", "www.", "\n>", "\n ", "東\u0e38", "- ", "9", "A. ", "A\n", ".", ". ", "A.", "A", "A: ", "a" * 90 + "\nb c\n",
    ):  # fmt: skip
        assert seconds(part, 40_000) < 40 * max(seconds(part, 4_000), 0.005), part
