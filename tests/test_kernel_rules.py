"""The kernel sieves and counts as the definitions do, whatever it is given."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup import kernel
from dedup.sieve import END, KEPT, START, Sieve, letters_of, sifter
from dedup.speech import SCRIPTS, Tally

native = pytest.mark.skipif(not kernel.NATIVE, reason="no kernel was built, or none is wanted")
ALPHABET = [
    "a",
    "b",
    "A",
    "ß",
    "ŉ",
    "İ",
    "0",
    "7",
    "٣",
    *KEPT,
    "#",
    "|",
    "-",
    " ",
    "\u00a0",
    "é",
    "漢",
    "Ж",
    "🌾",
    START,
    END,
]
ANY = st.text(st.sampled_from(ALPHABET), max_size=30) | st.text(max_size=30) | st.text(st.characters(categories=["Cs"]))
STRINGS = st.text(st.sampled_from(["a", "b", "s", "0", *KEPT, START, END, "é", "漢"]), min_size=1, max_size=7)
CLAUSE = st.frozensets(
    STRINGS | st.sampled_from(["#", "|", "-", "abcab", f"{START}ab", f"b{END}"]), min_size=1, max_size=5
)
NEEDED = st.lists(st.lists(CLAUSE, max_size=3).map(tuple), max_size=8)
LENGTH = st.integers(0, 9)
LIMITS = st.lists(st.tuples(LENGTH, LENGTH), min_size=8, max_size=8)


@native
@given(NEEDED, LIMITS, st.lists(st.tuples(ANY, LENGTH, LENGTH), min_size=1, max_size=4))
@settings(max_examples=400)
def test_the_kernel_sifts_as_the_definition_does(
    needed: list[tuple[frozenset[str], ...]], limits: list[tuple[int, int]], texts: list[tuple[str, int, int]]
) -> None:
    for own in ([], limits[: len(needed)]):
        defined, sift = Sieve(needed, own), sifter(needed, own)

        for text in [*texts, ("".join(text for text, _, _ in texts), 5, 5)]:
            assert sift(*text) == defined.sift(*text)


@given(NEEDED, ANY)
@settings(max_examples=200)
def test_a_pattern_is_found_when_the_text_holds_a_string_of_each_clause(
    needed: list[tuple[frozenset[str], ...]], text: str
) -> None:
    held = f"{START}{letters_of(text)}{END}", text

    def holds(string: str) -> bool:
        return string in held[string in ("#", "|", "-")]

    wanted = [number for number, clauses in enumerate(needed) if all(any(map(holds, each)) for each in clauses)]

    assert Sieve(needed).sift(text) == wanted


def test_a_pattern_is_found_where_a_text_keeps_its_limits() -> None:
    sieve = Sieve([(), (), ()], [(0, 9), (4, 9), (0, 5)])

    assert [sieve.sift("", *length) for length in ((3, 5), (4, 5), (4, 6), (4, 10))] == [[0, 2], [0, 1, 2], [0, 1], []]


@native
@pytest.mark.parametrize(
    ("strings", "marks", "pattern_of", "limits"),
    [
        ({"a": [1]}, {}, [0], [(0, 1)]),
        ({}, {"#": [1]}, [0], [(0, 1)]),
        ({}, {"##": [0]}, [0], [(0, 1)]),
        ({"": [0]}, {}, [0], [(0, 1)]),
        ({}, {}, [1], [(0, 1)]),
        ({}, {}, [0], []),
    ],
)
def test_the_kernel_refuses_what_does_not_fit(
    strings: dict[str, list[int]], marks: dict[str, list[int]], pattern_of: list[int], limits: list[tuple[int, int]]
) -> None:
    from dedup.kernel import _native

    with pytest.raises(ValueError, match=r"a (string|clause|mark|pattern) "):
        _native.Sieve(strings, marks, pattern_of, [1], limits, letters_of)


@native
@given(st.dictionaries(st.text(st.sampled_from("abß漢"), min_size=1, max_size=4), st.lists(st.integers(0, 2))), ANY)
@settings(max_examples=300)
def test_the_kernel_counts_words_as_the_definition_does(groups_of: dict[str, list[int]], text: str) -> None:
    from dedup.kernel import _native

    told = (groups_of, 3, [*SCRIPTS.values()])
    texts = [text, f"{text} a b ab {text}\u2003ß SS ss", ""]

    assert [_native.Tally(*told).of(each) for each in texts] == [Tally(*told).of(each) for each in texts]


@native
def test_the_kernel_refuses_a_word_of_no_group() -> None:
    from dedup.kernel import _native

    with pytest.raises(ValueError, match="no group"):
        _native.Tally({"a": [3]}, 3, [])
    with pytest.raises(ValueError, match="too many scripts"):
        _native.Tally({}, 0, [(0, 1)] * 9)
