"""The kernel verifies pairs as the definition does, and refuses what are none."""

from __future__ import annotations

import math
import random
from itertools import product
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from dedup import kernel
from dedup.align import Documents
from dedup.data import Tag
from dedup.extract import extract
from dedup.misread import is_close, is_mixed, is_near, is_noise, is_typo, shape, spelled
from dedup.packed import Places
from dedup.passages import TOLERANCE, Limits, Passage, least
from dedup.telling import telling_words
from dedup.text import fold, word_hash
from dedup.verified import Verified, Written, verified
from dedup.words import Mark, MarkedWords, marked_words
from tests import test_misread
from tests.kernels import together, verified_as_defined
from tests.quality.generator import corpora, traps
from tests.quality.noise import misread

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.quality.generator import Corpus

native = pytest.mark.skipif(not kernel.NATIVE, reason="no kernel was built, or none is wanted")
LIMITS = Limits(min_words=15, threshold=0.8)


# ── rounded values ──────────────────────────────────────────────────────────────────────────────────────────────────

LEVELS = [0.0, 0.5, 0.8, 0.80004, 0.80005, 0.80006, 0.0313, 0.03125, 0.0312, 0.9999, 0.99995, 1.0, 1 - TOLERANCE]


@pytest.mark.parametrize("level", LEVELS)
def test_who_compares_with_the_least_value_need_not_round(level: float) -> None:
    """All shares of small numbers: of halves of a last digit as well, as 1/32 is one."""
    limit = least(level)

    assert all(
        (part / whole >= limit) == (round(part / whole, 4) >= level)
        for whole in range(1, 641)
        for part in range(whole + 1)
    )


@given(st.floats(0, 1), st.integers(0, 10**6), st.integers(1, 10**6))
@example(0.8, 79995, 100_000)
@example(0.8, 1, 1)
def test_who_compares_with_the_least_value_of_any_level_need_not_round(level: float, part: int, whole: int) -> None:
    value, limit = part / whole, least(level)

    assert (value >= limit) == (round(value, 4) >= level)
    assert round(limit, 4) >= level > round(math.nextafter(limit, -1), 4)


# ── words ───────────────────────────────────────────────────────────────────────────────────────────────────────────

GLYPHS = st.text(st.sampled_from("rnmclidvwhu1i|!0oq5s86b2z9g4a"), max_size=8)
SPELLED = st.lists(st.sampled_from("our is iz ys yz ll tre ter ogue ae a e x".split()), max_size=6).map("".join)
FIGURES = st.text(st.sampled_from("0129ab٣१㉑²½xy"), max_size=6)
ENDED = st.builds(
    str.__add__,
    st.sampled_from(["reach", "lookouts", "kleinerweise"]),
    st.sampled_from(["", "s", "ed", "er", "ing", "al", "x"]),
)
ANY = st.text(max_size=9)
LONG = st.text(st.sampled_from("abeoxyаеиё"), min_size=9, max_size=14)
TOLD = st.sampled_from(["may", "juni", "juli", "million", "billion", "märz", "août", "three", "там", "два", "三", "五"])
WORDS = st.one_of(GLYPHS, SPELLED, FIGURES, ENDED, ANY, LONG, TOLD)


@st.composite
def altered(draw: st.DrawFn) -> tuple[str, str]:
    """A word, and the same with up to three letters replaced, left out or put in."""
    word = draw(WORDS)
    letters = list(word)
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(letters)))
        letters[at : at + draw(st.integers(0, 1))] = draw(st.text(st.sampled_from("aeosn1l03mrа٣"), max_size=1))
    return word, "".join(letters)


def as_they_are(word: str) -> tuple[str, bytes, int]:
    """`spelled`, of a word that is folded already."""
    _, _, hashed = spelled(word)
    return word, bytes(each.isalpha() | each.isdecimal() << 1 for each in word), hashed


def assert_compared_as_defined(word: str, other: str) -> None:
    from dedup.kernel import _native

    telling = np.array(list(telling_words()), np.uint64)
    both = (is_typo, is_close, is_near, is_noise)
    wanted = (shape(word), is_mixed(word), *(each(word, other) for each in both))

    assert _native.compared_words(word, other, telling, as_they_are) == wanted


@native
@settings(max_examples=600)
@given(st.one_of(altered(), st.tuples(WORDS, WORDS)))
def test_words_are_compared_as_the_definition_does(pair: tuple[str, str]) -> None:
    assert_compared_as_defined(*pair)
    assert_compared_as_defined(*pair[::-1])


@native
def test_the_words_of_all_tables_are_compared_as_the_definition_does() -> None:
    tables = [
        value
        for name, value in vars(test_misread).items()
        if name.isupper() and isinstance(value, str) and "|" in value
    ]
    words = sorted({word for table in tables for word in table.replace("|", " ").split()})

    assert len(words) > 100
    for word, other in product(words, words):
        assert_compared_as_defined(word, other)


@native
@pytest.mark.parametrize(
    "made",
    [
        ("a", b"\x01\x01", 0),
        ("ab", b"\x01", 0),
        (b"a", b"\x01", 0),
        ("a", "\x01", 0),
        ("a", b"\x01", -1),
        ("a", b"\x01"),
        None,
    ],
)
def test_what_spells_no_word_is_refused(made: Any) -> None:
    from dedup.kernel import _native

    with pytest.raises(ValueError):
        _native.compared_words("é", "a", np.zeros(0, np.uint64), lambda _: made)


def test_the_kernel_is_told_of_a_word_how_it_is_compared() -> None:
    assert spelled("Ça٣²") == (fold("Ça٣²"), b"\1\1\2\2", word_hash("Ça٣²")) == ("ca32", b"\1\1\2\2", word_hash("ca32"))


# ── texts with gold ─────────────────────────────────────────────────────────────────────────────────────────────────


def marked(text: str) -> MarkedWords:
    """The words of a text, by the blocks it has."""
    blocks = extract(text, format="text").blocks if text.strip() else []
    kinds = [{number for number, block in enumerate(blocks) if block.tag is tag} for tag in (Tag.HEADING, Tag.QUOTE)]
    return marked_words(text, [(block.start, block.end) for block in blocks], *kinds)


def every_pair(many: int) -> list[tuple[int, int]]:
    return [(keeper, document) for keeper in range(many) for document in range(many)]


def assert_all_pairs_as_defined(texts: Sequence[str], limits: Limits = LIMITS) -> list[list[Passage]]:
    """Of every text as a keeper of all."""
    documents, written = together([(text, marked(text)) for text in texts])
    return verified_as_defined(documents, every_pair(len(texts)), limits, written)


@pytest.mark.parametrize("corpus", [*corpora(7, 2), traps(7)], ids=lambda corpus: f"{len(corpus.documents)}")
def test_made_up_reuse_and_traps(corpus: Corpus) -> None:
    texts = list(corpus.texts.values())

    for at in range(0, len(texts), 30):
        assert any(assert_all_pairs_as_defined(texts[at : at + 30]))


# ── texts made by chance ────────────────────────────────────────────────────────────────────────────────────────────

FEW = "the old ferry left quay with nine goats reached harbour colour lookouts westernhagen meadow of a in".split()
TELL = (
    "Ada Moor Moon Hansen Hanson Westernhagen May March 12 13 1000 000 1 198os 1980s four five Märzenbach 石 川".split()
)


@st.composite
def tales(draw: st.DrawFn) -> str:
    """Paragraphs, headings and quotations of few words, figures and names."""
    chance = random.Random(draw(st.integers(0, 10**6)))
    telling = draw(st.sampled_from([0, 0.1, 0.3]))
    blocks = []
    for _ in range(draw(st.integers(1, 5))):
        sentences = []
        for _ in range(chance.randint(1, 5)):
            words = [chance.choice(TELL if chance.random() < telling else FEW) for _ in range(chance.randint(3, 14))]
            sentences.append(" ".join([words[0].capitalize(), *words[1:]]) + ".")
        blocks.append(" ".join(sentences))
    return "\n\n".join(blocks)


def retold(text: str, chance: random.Random, rate: float) -> str:
    """A text with words replaced, left out, put in, doubled or moved; quoted line by line, misread, or in part."""
    blocks = []
    for block in text.split("\n\n"):
        words = []
        for word in block.split(" "):
            what = chance.random() / max(rate, 1e-9)
            dot = "." if word.endswith(".") else ""
            other = chance.choice(TELL + FEW)
            words += [word] if what > 1 else [f"{other}{dot}"] if what > 0.5 else [word, other] if what > 0.3 else []
        own = " ".join(words)
        if chance.random() < 0.3:
            lines = [" ".join(words[at : at + 6]) for at in range(0, len(words), 6)]
            own = "\n".join(f"> {line}" for line in lines if chance.random() > rate)
        blocks += [f"# {own[:30]}"] if chance.random() < 0.1 else []
        blocks += [own] * chance.choice([0, 1, 1, 1, 1, 2])
    if chance.random() < 0.2:
        chance.shuffle(blocks)
    made = "\n\n".join(blocks)
    return misread(made, chance, 0.03) if made.strip() and chance.random() < 0.3 else made


@settings(max_examples=250)
@given(
    tales(),
    st.integers(0, 10**6),
    st.sampled_from([0, 0.03, 0.1, 0.3]),
    st.integers(0, 20),
    st.sampled_from([0.5, 0.8, 0.95]),
)
def test_tales_that_are_retold(text: str, seed: int, rate: float, min_words: int, threshold: float) -> None:
    chance = random.Random(seed)
    texts = [text, retold(text, chance, rate), retold(text, chance, rate)]
    assume(all(any(map(str.isalnum, each)) for each in texts))  # of "# " alone there is no document

    assert_all_pairs_as_defined(texts, Limits(min_words, threshold))


SPELLINGS = (
    "moor moon hansen hanson westernhagen westernnhagen 12 13 1 000 1000 1000000 15 100 1980s"
    " 198os may june five märz石 石 harbour harb0ur"
    " reached rcached reaches colour color the of a x ab abb ié iè".split()
)


class Marks(NamedTuple):
    """How often words have which marks."""

    starts: float
    telling: float
    quoted: float
    lines: float

    def drawn(self, chance: random.Random) -> int:
        """The marks of one word."""
        mark = int(Mark.STARTS_SENTENCE) if chance.random() < self.starts else 0
        mark |= int(chance.choice([Mark.FIGURE, Mark.NAME, Mark.NAME])) if chance.random() < self.telling else 0
        mark |= int(Mark.QUOTED) if chance.random() < self.quoted else 0
        mark |= int(Mark.STARTS_LINE) if chance.random() < self.lines else 0
        return mark | (int(chance.choice([Mark.UNSPACED, Mark.HEADING])) if chance.random() < 0.05 else 0)


@st.composite
def columns(draw: st.DrawFn) -> tuple[list[tuple[str, MarkedWords]], bool]:
    """Words with any marks, copied with changes: what no text has may be among them."""
    chance = random.Random(draw(st.integers(0, 10**6)))
    quoted = draw(st.sampled_from([(0, 0), (0.9, 0.1), (1, 0), (0.5, 0.5)]))
    marks = Marks(draw(st.sampled_from([0.1, 0.1, 0.03])), draw(st.sampled_from([0.02, 0.2, 0.5])), *quoted)
    first = [
        (chance.choice(SPELLINGS) if chance.random() < 0.4 else f"word{at}", marks.drawn(chance))
        for at in range(draw(st.integers(0, 150)))
    ]
    made = [first]
    for rate in draw(st.sampled_from([(0.02, 0.1), (0.1, 0.3), (0.3, 0.02), (0.1, 0.0)])):
        copy = [each for word in first for each in _altered(word, chance, rate, marks)]
        low, high = sorted(chance.randint(0, len(copy)) for _ in range(2))
        copy[chance.randint(0, len(copy)) :] += copy[low:high] if chance.random() < 0.3 else []
        made.append(copy)
    return [_columns(each) for each in made], draw(st.booleans())


def _altered(own: tuple[str, int], chance: random.Random, rate: float, marks: Marks) -> list[tuple[str, int]]:
    """A word as it is, or changed: it may be another one, misread, parted, left out, or have words behind it."""
    word, mark = own
    if chance.random() >= rate:
        return [own]
    others = [(chance.choice(SPELLINGS), marks.drawn(chance)) for _ in range(chance.choice([1, 1, 2, 5, 8]))]
    at = chance.randint(1, max(1, len(word) - 1))
    parted = [(word[:at], mark), (word[at:] or word, mark & ~int(Mark.STARTS_SENTENCE))]
    glyph = chance.choice("rnm1l0o5sc")
    slip = [(word[: at - 1] + glyph + word[at:], mark)]
    return chance.choice([others[:1], slip, slip, parted, parted, [], [own, *others]])


def _columns(words: list[tuple[str, int]]) -> tuple[str, MarkedWords]:
    ends = np.cumsum([len(word) + 1 for word, _ in words]) - 1
    starts = ends - [len(word) for word, _ in words]
    hashes = np.array([word_hash(word) for word, _ in words], np.uint64)
    marks = np.array([mark for _, mark in words], np.uint8)
    text = " ".join(word for word, _ in words)
    return text, MarkedWords(hashes, starts.astype(np.int32), ends.astype(np.int32), marks)


@settings(max_examples=400)
@given(columns(), st.integers(0, 20), st.sampled_from([0.0, 0.5, 0.7, 0.8, 0.9, 1.0]))
def test_words_with_any_marks(
    made: tuple[list[tuple[str, MarkedWords]], bool], min_words: int, threshold: float
) -> None:
    texts, is_spelled = made
    documents, written = together(texts)

    verified_as_defined(
        documents, every_pair(len(texts)), Limits(min_words, threshold), written if is_spelled else None
    )


def test_nouns_that_are_misread_go_where_nouns_have_capitals() -> None:
    """Though no plain word is misread: most of what looks like a name is none."""
    text = (
        "Der Mann ging am Morgen vom Hammerwerk durch den Steinwald zum Kornspeicher und sprach mit dem Mann im Dorf."
    )
    noisy = text.replace("Hammer", "Hammcr").replace("Stein", "Stcin").replace("Korn", "Koru")
    documents, written = together([(each, marked(each)) for each in (text, noisy)])

    assert [len(found) for found in verified_as_defined(documents, [(0, 1)], LIMITS, written)] == [1]
    assert verified_as_defined(documents, [(0, 1)], LIMITS, None) == [[]]


# ── made to be hard ─────────────────────────────────────────────────────────────────────────────────────────────────


def words_of(numbers: Sequence[int], starts: Sequence[int], mark: int = 0) -> tuple[str, MarkedWords]:
    return _columns([(f"w{number}", (at in starts) | mark) for at, number in enumerate(numbers)])


def worn(size: int) -> Documents:
    """A text, and one of which the same share of each sentence agrees with it."""
    copy = [number if number % 8 < 6 else size + number for number in range(size)]
    documents, _ = together([words_of(range(size), ()), words_of(copy, range(0, size, 8))])
    return documents


def test_the_worst_of_those_that_are_left_is_the_first_each_time() -> None:
    assert verified_as_defined(worn(800), [(0, 1)], Limits(15, 0.9), None) == [[]]
    assert verified_as_defined(worn(800), [(0, 1)], Limits(15, 0.7), None) != [[]]


@native
def test_a_long_text_of_which_one_sentence_after_the_other_is_left_out() -> None:
    """What grew with the square of the length would take minutes."""
    assert len(verified(worn(400_000), np.array([(0, 1)]), Limits(15, 0.9)).spans) == 0


@native
def test_a_quotation_of_one_phrase() -> None:
    """What grew with the product of both lengths would take minutes."""
    phrase, quoted = [1, 2] * 60_000, int(Mark.QUOTED)
    copy = list(range(10, 40))
    texts = [words_of([*copy, *phrase], (0,)), words_of([*copy, *phrase[:50_000], 3], (0, 30), quoted)]
    documents, _ = together(texts)

    assert verified(documents, np.array([(0, 1)]), LIMITS).spans.tolist() == [[0, 30]]


@pytest.mark.parametrize("first", [0, 1, 5], ids=lambda first: f"{first} words before the first sentence")
def test_words_before_the_first_sentence(first: int) -> None:
    documents, written = together([words_of(range(60), range(first, 60, 12))] * 2)

    (found,) = verified_as_defined(documents, [(0, 1)], LIMITS, written)
    assert bool(found) is (first == 0)


# ── how it is asked ─────────────────────────────────────────────────────────────────────────────────────────────────

SAME = words_of(range(60), range(0, 60, 12))


def test_no_pairs_and_no_words() -> None:
    documents, written = together([SAME, words_of([], ())])

    assert verified_as_defined(documents, [], LIMITS, written) == []
    assert verified_as_defined(documents, [(1, 1), (0, 1), (1, 0)], LIMITS, written) == [[], [], []]


def test_more_pairs_than_are_aligned_at_a_time() -> None:
    documents, written = together(
        [words_of([*range(20 + at), *range(100 + at, 130)], range(0, 60, 10)) for at in range(20)]
    )

    assert any(verified_as_defined(documents, every_pair(20), LIMITS, written))


def test_no_text_is_asked_for_where_no_figure_or_name_differs() -> None:
    documents, written = together([SAME, words_of([*range(30), 99, *range(31, 60)], range(0, 60, 12))])

    def text(number: int) -> str:
        raise AssertionError(f"the text of {number} is asked for")

    found = verified(documents, np.array([(0, 1)]), LIMITS, written._replace(text=text))
    assert found.spans.tolist() == [[0, 60]] or not kernel.NATIVE


def with_figure(figure: str) -> tuple[str, MarkedWords]:
    """Sixty words in five sentences, a figure in the midst of them."""
    words = [figure if at == 30 else f"w{at}" for at in range(60)]
    return _columns([(word, (at % 12 == 0) | int(Mark.FIGURE) * (at == 30)) for at, word in enumerate(words)])


@native
@pytest.mark.parametrize(
    ("change", "error"),
    [
        pytest.param({"text": lambda _: "short"}, ValueError, id="a word past the end"),
        pytest.param({"text": lambda _: b"no text"}, TypeError, id="no text"),
        pytest.param({"text": lambda _: 1 / 0}, ZeroDivisionError, id="an error"),
        pytest.param({"starts": np.full(120, 60_000, np.uint16)}, ValueError, id="a start past the end"),
        pytest.param({"lengths": np.full(120, 254, np.uint8)}, ValueError, id="an end past the end"),
        pytest.param({"wraps": np.zeros(40, np.int64)}, ValueError, id="a start far past the end"),
        pytest.param({"lengths": np.full(120, 255, np.uint8)}, ValueError, id="long words of no length"),
        pytest.param(
            {"lengths": np.full(120, 255, np.uint8), "longs": np.stack([np.arange(120), np.full(120, -9)], 1)},
            ValueError,
            id="a word that goes back",
        ),
        pytest.param(
            {"lengths": np.full(120, 255, np.uint8), "longs": np.stack([np.arange(120), np.full(120, 2**62)], 1)},
            ValueError,
            id="a word of the greatest length",
        ),
        pytest.param({"lengths": np.zeros(119, np.uint8)}, ValueError, id="too few lengths"),
        pytest.param({"starts": np.zeros(121, np.uint16)}, ValueError, id="too many starts"),
    ],
)
def test_what_does_not_say_where_words_are_written_is_refused(change: dict[str, Any], error: type[Exception]) -> None:
    documents, written = together([with_figure("12"), with_figure("é13")])
    assert verified_as_defined(documents, [(0, 1), (1, 0)], LIMITS, written)

    with pytest.raises(error):
        changed = {"places": written.places._replace(**change)} if "text" not in change else change
        verified(documents, np.array([(0, 1)]), LIMITS, written._replace(**changed))


def test_words_that_stand_far_down_are_spelled() -> None:
    far = []
    for figure, blank in (("12", 140_000), ("13", 65_530), ("12", 0)):
        text, words = with_figure(figure)
        long = "b" * 300
        far.append((" " * blank + long + text, words._replace(starts=words.starts + blank, ends=words.ends + blank)))
        starts, ends = words.starts + (blank + len(long)), words.ends + (blank + len(long))
        starts[0] = blank  # the first word is long
        far[-1] = (far[-1][0], words._replace(starts=starts, ends=ends))
    documents, written = together(far)

    assert len(written.places.wraps) and len(written.places.longs) == 3
    assert [written.spelled(number, 60 * number, 30) for number in range(3)] == ["12", "13", "12"]
    assert verified_as_defined(documents, every_pair(3), LIMITS, written)


NO_DOCUMENTS: dict[str, tuple[list[int], list[int], list[int], Any]] = {
    "fewer marks than words": ([1, 2], [0], [0, 1, 2], [[0, 1]]),
    "a keeper past the last": ([1, 2], [0, 0], [0, 1, 2], [[2, 1]]),
    "a document before the first": ([1, 2], [0, 0], [0, 1, 2], [[0, -1]]),
    "the least of numbers": ([1, 2], [0, 0], [0, 1, 2], [[0, -(2**63)]]),
    "the greatest of numbers": ([1, 2], [0, 0], [0, 1, 2], [[2**63 - 1, 0]]),
    "bounds past the end": ([1, 2], [0, 0], [0, 1, 3], [[0, 1]]),
    "bounds that go back": ([1, 2], [0, 0], [0, 2, 1], [[0, 1]]),
    "no bounds": ([1, 2], [0, 0], [], [[0, 0]]),
    "one of a pair": ([1, 2], [0, 0], [0, 1, 2], [[0], [1]]),
    "three of a pair": ([1, 2], [0, 0], [0, 1, 2], [[0, 1, 1]]),
}


@native
@pytest.mark.parametrize("case", NO_DOCUMENTS)
def test_what_are_no_pairs_is_refused(case: str) -> None:
    hashes, marks, bounds, pairs = NO_DOCUMENTS[case]
    documents = Documents(np.array(hashes, np.uint64), np.array(marks, np.uint8), np.array(bounds, np.int64))

    with pytest.raises(ValueError):
        verified(documents, np.array(pairs, np.int64), LIMITS)


# ── columns ─────────────────────────────────────────────────────────────────────────────────────────────────────────

ROWS = [
    (0, 1, [Passage(0, 20, [(0, 5, 12), (13, 18, 7)]), Passage(30, 36, [(30, 50, 6)])]),
    (0, 2, []),
    (3, 2, [Passage(2, 8, [(2, 0, 6)])]),
]


def test_rows_become_columns_and_columns_rows() -> None:
    found = Verified.of(ROWS)

    assert list(found.rows()) == ROWS
    assert [column.dtype for column in found] == [np.int64] * 5
    assert found.bounds.tolist() == [0, 2, 2, 3]
    assert found.run_bounds.tolist() == [0, 2, 3, 4]
    assert found.words().tolist() == [26, 0, 6]


def test_pairs_that_have_nothing_drop_out() -> None:
    assert list(Verified.of(ROWS).told().rows()) == [ROWS[0], ROWS[2]]
    assert list(Verified.of([]).told().rows()) == []


def test_columns_are_joined() -> None:
    assert list(Verified.joined(map(Verified.of, ([], ROWS[:1], [], ROWS[1:]))).rows()) == ROWS
    assert [column.tolist() for column in Verified.joined([])] == [column.tolist() for column in Verified.of([])]


def test_written_words_are_spelled() -> None:
    places = Places.of(np.array([0, 4, 0], np.int32), np.array([3, 8, 4], np.int32), np.array([0, 2, 3]))
    written = Written(places, ["The Café", "Tür"].__getitem__)

    assert [written.spelled(0, 0, 0), written.spelled(0, 0, 1), written.spelled(1, 2, 0)] == ["the", "cafe", "tur"]
