"""Documents that agree around a seed: the kernel finds those of the definition, whatever the order of ranges."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup import kernel, seeded
from dedup.match import CROWD, PAIRS
from dedup.run import Runner, pool, serial
from dedup.seeded import Around, Finder, Seeds, defined_agreeing
from dedup.sign import mix
from tests.test_match import pairs_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Corpus = tuple[Seeds, Around, NDArray[np.int64], NDArray[np.int64]]

pytestmark = pytest.mark.skipif(not kernel.NATIVE, reason="no kernel was built, or none is wanted")
PARTS = 4


def numbers(values: Sequence[Any]) -> NDArray[np.int64]:
    return np.array(values, np.int64)


def made(
    shards: Sequence[Sequence[Sequence[int]]],
    seeds: Sequence[tuple[int, int]],
    ranks: Sequence[int] | None = None,
    copies: Sequence[int] | None = None,
) -> Corpus:
    """Words of documents, shard by shard; seeds as a word among all, and a hash by its number."""
    documents = [document for shard in shards for document in shard]
    bounds = np.cumsum([0, *map(len, documents)])
    words = np.array([word for document in documents for word in document], np.uint64)
    firsts = np.cumsum([0, *(sum(map(len, shard)) for shard in shards)])
    hashes: list[int] = []
    places: list[int] = []
    edges: list[list[int]] = []
    for low, high in zip(firsts.tolist(), firsts.tolist()[1:], strict=False):
        own = sorted({at % max(1, high - low) + low: key for at, key in seeds if high > low}.items())
        edges.append([len(hashes)])
        for part in range(PARTS):
            for at, key in own:
                if key % PARTS == part:
                    hashes.append(key)
                    places.append(at - low)
            edges[-1].append(len(hashes))
    number = len(documents)
    return (
        Seeds(mix(np.array(hashes, np.uint64)).astype(np.uint32), np.array(places, np.uint32),
              numbers([each for row in edges for each in row]).reshape(-1, PARTS + 1), firsts[:-1]),
        Around(words, words.astype(np.uint8), bounds),
        numbers(range(number) if ranks is None else ranks), numbers(range(number) if copies is None else copies),
    )  # fmt: skip


def found(finder: Finder, corpus: Corpus) -> list[list[int]]:
    pairs: list[list[int]] = finder.find(*corpus).tolist()
    assert len({tuple(pair) for pair in pairs}) == len(pairs)
    return sorted(pairs)


WORDS = st.lists(st.sampled_from([1, 2, 257, 258, 513]), max_size=40)  # of 1, 257 and 513 the lowest byte is the same


@st.composite
def corpora(draw: st.DrawFn) -> Corpus:
    """Documents of few words, so that many agree; some of them one another's copies; some of one rank."""
    some = draw(st.lists(WORDS, min_size=1, max_size=4))
    shards = draw(st.lists(st.lists(st.sampled_from(some) | WORDS, max_size=4), min_size=1, max_size=3))
    number = sum(map(len, shards))
    ranks = draw(st.permutations(range(number)) | st.lists(st.integers(0, 2), min_size=number, max_size=number))
    copies = [draw(st.sampled_from([own, own, 0])) for own in range(number)]
    return made(shards, draw(st.lists(st.tuples(st.integers(0, 99), st.integers(0, 6)), max_size=60)), ranks, copies)


@given(corpora())
def test_pairs_are_those_of_the_definition(corpus: Corpus) -> None:
    wanted = defined_agreeing(*corpus)

    pairs = Finder().find(*corpus)

    assert pairs.dtype == wanted.dtype
    assert sorted(pairs.tolist()) == wanted.tolist()


@settings(max_examples=30)
@given(st.lists(corpora(), min_size=2, max_size=4), st.integers(0, 3))
def test_a_finder_tells_a_pair_once_until_it_forgets(several: list[Corpus], kept: int) -> None:
    finder = Finder()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(seeded, "PAIRS_KEPT", kept)
        told: set[tuple[int, ...]] = set()
        for corpus in several:
            told = told if len(told) <= kept else set()
            wanted = {tuple(pair) for pair in defined_agreeing(*corpus).tolist()} - told
            assert {tuple(pair) for pair in found(finder, corpus)} == wanted
            told |= wanted


@pytest.mark.parametrize(
    ("left", "right", "seeds", "agree"),
    [
        (range(40), range(40), (20, 20), True),
        (range(40), [*range(16, 24), *range(90, 99)], (18, 2), True),  # eight in all
        (range(40), [*range(16, 23), *range(90, 99)], (18, 2), False),
        (range(8), range(8), (0, 0), True),
        (range(8), range(8), (7, 7), True),
        (range(7), range(7), (3, 3), False),  # no more than seven words in all
        (range(40), range(256, 296), (20, 20), False),  # no more than their lowest bytes agree
        ([*range(12), 77, *range(13, 28), 66], [*range(100, 112), 77, *range(113, 128), 66], (12, 12), False),
        ([*range(30)], [*range(100, 108), *range(8, 12), 77, *range(13, 17), *range(117, 130)], (12, 12), True),
        ([5, *range(30)], [6, *range(30)], (30, 30), True),  # the last words of all
    ],
)  # fmt: skip
def test_eight_words_agree_around_a_seed(left: Any, right: Any, seeds: tuple[int, int], agree: bool) -> None:
    for shards in ([[[*left], [*right]]], [[[*left]], [[*right]]]):
        own = [(seeds[0], 1), (len(left) + seeds[1], 1)] if len(shards) == 1 else []
        corpus = made(shards, own)
        if len(shards) == 2:
            corpus = (
                Seeds(
                    np.ones(2, np.uint32),
                    np.array(seeds, np.uint32),
                    numbers([[0, 1], [1, 2]]),
                    numbers([0, len(left)]),
                ),
                *corpus[1:],
            )
        assert found(Finder(), corpus) == defined_agreeing(*corpus).tolist() == [[0, 1]] * agree


def test_seeds_of_two_ranges_differ_whatever_is_kept_of_their_hashes() -> None:
    corpus = made([[range(30), range(30)]], [])
    for edges, wanted in (([[0, 2, 2]], [[0, 1]]), ([[0, 1, 2]], [])):
        seeds = Seeds(np.ones(2, np.uint32), np.array([9, 39], np.uint32), numbers(edges), numbers([0]))
        assert found(Finder(), (seeds, *corpus[1:])) == defined_agreeing(seeds, *corpus[1:]).tolist() == wanted


@pytest.mark.parametrize("count", [CROWD - 1, CROWD, CROWD + 1, 3_000])
def test_of_a_crowd_the_best_keepers_are_paired(count: int) -> None:
    ranks = np.random.default_rng(count).permutation(count)
    corpus = made([[range(30)] * (count // 2), [range(30)] * (count - count // 2)], [])
    places = np.concatenate([np.arange(half) * 30 + 9 for half in (count // 2, count - count // 2)]).astype(np.uint32)
    keys, edges = np.full(count, 7, np.uint32), numbers([[0, count // 2], [count // 2, count]])
    corpus = (Seeds(keys, places, edges, corpus[0].firsts), corpus[1], ranks, corpus[3])

    pairs = found(Finder(), corpus)

    assert pairs == defined_agreeing(*corpus).tolist()
    assert len(pairs) == pairs_of(count)


def test_there_may_be_no_seed_and_no_document() -> None:
    none = made([[]], [])
    assert found(Finder(), none) == defined_agreeing(*none).tolist() == []
    empty = Seeds(none[0].hashes, none[0].places, np.zeros((0, 5), np.int64), numbers([]))
    assert found(Finder(), (empty, *none[1:])) == []


GOOD = made([[range(20), range(20)], [range(20)]], [(5, 1), (25, 1), (45, 1)])


@pytest.mark.parametrize(
    ("seeds", "around", "ranks", "copies"),
    [
        ({"hashes": GOOD[0].hashes[1:]}, {}, None, None),
        ({"places": GOOD[0].places[1:]}, {}, None, None),
        ({"places": GOOD[0].places + np.uint32(60)}, {}, None, None),
        ({"firsts": GOOD[0].firsts[1:]}, {}, None, None),
        ({"firsts": GOOD[0].firsts - 1}, {}, None, None),
        ({"firsts": GOOD[0].firsts + 99}, {}, None, None),
        ({"edges": GOOD[0].edges + 1}, {}, None, None),
        ({"edges": GOOD[0].edges - 1}, {}, None, None),
        ({"edges": GOOD[0].edges[:, ::-1].copy()}, {}, None, None),
        ({"edges": np.zeros((2, 0), np.int64)}, {}, None, None),
        ({}, {"briefs": GOOD[1].briefs[1:]}, None, None),
        ({}, {"words": GOOD[1].words[1:]}, None, None),
        ({}, {"bounds": GOOD[1].bounds[1:]}, None, None),
        ({}, {"bounds": GOOD[1].bounds + 1}, None, None),
        ({}, {"bounds": GOOD[1].bounds[[0, 2, 1, 3]]}, None, None),
        ({}, {}, GOOD[2][1:], None),
        ({}, {}, GOOD[2] - 1, None),
        ({}, {}, GOOD[2] + (1 << 32), None),
        ({}, {}, None, GOOD[3][1:]),
    ],
)  # fmt: skip
def test_what_is_no_corpus_is_an_error(seeds: Any, around: Any, ranks: Any, copies: Any) -> None:
    finder, good = Finder(), found(Finder(), GOOD)
    bad = (
        GOOD[0]._replace(**seeds),
        GOOD[1]._replace(**around),
        GOOD[2] if ranks is None else ranks,
        GOOD[3] if copies is None else copies,
    )

    with pytest.raises(ValueError):
        finder.find(*bad)

    assert found(finder, GOOD) == good == [[0, 1], [0, 2], [1, 2]]  # it goes on


@pytest.mark.parametrize("reach", [(17, 16), (12, 0), (33, 1), (2**63, 2**63)])
def test_more_words_than_are_looked_at_are_an_error(reach: tuple[int, int]) -> None:
    from dedup.kernel import _native

    seeds, around, ranks, copies = GOOD
    with pytest.raises(ValueError):
        _native.SeedPairs().find(seeds, around, (ranks, copies), (*reach, 8, *PAIRS), 9)


@pytest.mark.parametrize("count", [0, 1, 7, 8, 30])
@pytest.mark.parametrize("runner", [serial, pool(2)], ids=["one", "threads"])
def test_lowest_bytes_are_taken_in_parts(monkeypatch: pytest.MonkeyPatch, runner: Runner, count: int) -> None:
    monkeypatch.setattr(seeded, "WORDS_AT_ONCE", 7)
    words = np.arange(count, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)

    found = seeded.lowest_bytes(words, runner)

    assert found.dtype == np.uint8
    assert found.tolist() == [word % 256 for word in words.tolist()]
