"""Candidates of a corpus: what is in memory at a time changes nothing of them, nor how documents lie in shards."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import candidates, keyed, match, near, seeded
from dedup.config import Config
from dedup.corpus import Corpus, merge_words
from dedup.keepers import Chosen
from dedup.run import Runner, pool, serial
from dedup.stored import Texts
from dedup.work import Work
from tests.material import article, prose

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

SHORT = "Too short to be compared."
TEXTS = [
    *(article(number) for number in range(6)),
    *(f"{article(number)}\n\n{prose(900 + number)}" for number in range(0, 6, 2)),
    *(f"{prose(800 + number)}\n\n{prose(77)}\n\n{prose(700 + number, 20)} {prose(77, 30)}" for number in range(7)),
    "",
    article(1),
    SHORT,
    article(1),
    article(3).upper(),
    SHORT,
]
COPIES = {17: 1, 19: 1, 20: 3}
RANKS = np.random.default_rng(5).permutation(len(TEXTS))


def taken(folder: Path, size: int) -> tuple[Work, list[str]]:
    """The texts in shards of so many."""
    work = Work(folder, Config())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(near, "TOGETHER", size)
        shards = near.taken(work.store, iter(TEXTS), work.config)
    merge_words(work, shards)
    return work, shards


def proposed(work: Work, shards: list[str], runner: Runner = serial) -> dict[str, list[list[int]]]:
    """What each proposer names."""
    chosen = Chosen(RANKS, candidates.exact_copies(work, shards, RANKS))
    return {
        "copies": [chosen.copies.tolist()],
        "whole": candidates.whole_pairs(work, shards, chosen, runner).tolist(),
        "bands": candidates.band_pairs(work, shards, chosen, runner).tolist(),
        "seeds": seeded.seed_pairs(Texts(work, shards), chosen, runner).tolist(),
        "repeats": candidates.repeats(work, shards).tolist(),
    }


@pytest.fixture(scope="module")
def in_memory(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[list[int]]]:
    """What is proposed where all is in memory at once."""
    return proposed(*taken(tmp_path_factory.mktemp("work"), len(TEXTS)))


def test_every_proposer_names_something(in_memory: dict[str, list[list[int]]]) -> None:
    assert {name: len(pairs) > 2 for name, pairs in in_memory.items()} == dict.fromkeys(in_memory, True) | {
        "copies": False
    }


def test_copies_are_those_of_the_best_keeper_and_short_texts_are_none(in_memory: dict[str, list[list[int]]]) -> None:
    (copies,) = in_memory["copies"]

    kinds = [
        {number, *(a for a, b in COPIES.items() if b == COPIES.get(number, number)), COPIES.get(number, number)}
        for number in range(len(TEXTS))
    ]
    assert copies == [min(kind, key=RANKS.__getitem__) for kind in kinds]


def test_copies_on_their_own_site_are_none(tmp_path: Path) -> None:
    work, shards = taken(tmp_path, 4)
    ranks, sites = np.arange(len(TEXTS)), np.zeros(len(TEXTS), np.uint64)
    sites[19] = 7

    copies = candidates.exact_copies(work, shards, ranks, sites)

    assert {number: to for number, to in enumerate(copies.tolist()) if to != number} == {19: 1}


def test_whole_pairs_are_of_documents_alike_and_with_their_best_keeper(in_memory: dict[str, list[list[int]]]) -> None:
    found = {frozenset(pair) for pair in in_memory["whole"]}

    assert {frozenset((number, 6 + number // 2)) for number in (0, 2, 4)} <= found
    assert all(RANKS[first] < RANKS[second] for first, second in in_memory["whole"])


def test_seeds_find_the_passage_that_all_have(in_memory: dict[str, list[list[int]]]) -> None:
    wanted = {(a, b) for a in range(9, 16) for b in range(9, 16) if RANKS[a] < RANKS[b]}

    assert wanted <= {(first, second) for first, second in in_memory["seeds"]}


def test_a_document_repeats_itself_where_it_does(in_memory: dict[str, list[list[int]]]) -> None:
    assert {document for document, _ in in_memory["repeats"]} == set(range(9, 16))


@pytest.mark.parametrize("size", [1, 3, 7])
def test_the_size_of_shards_changes_nothing(in_memory: dict[str, list[list[int]]], tmp_path: Path, size: int) -> None:
    assert proposed(*taken(tmp_path, size)) == in_memory


@pytest.mark.parametrize(("keys", "band", "seeds"), [(1, 1, 1), (1, 99, 100), (70, 99, 5_000), (99, 7, 700)])
def test_what_is_in_memory_at_a_time_changes_nothing(
    in_memory: dict[str, list[list[int]]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    keys: int,
    band: int,
    seeds: int,
) -> None:
    """Ranges of a band, one band and some; ranges of seeds, down to the least that a shard keeps apart."""
    monkeypatch.setattr(candidates, "KEYS_AT_ONCE", keys)
    monkeypatch.setattr(candidates, "BAND_AT_ONCE", band)
    monkeypatch.setattr(seeded, "SEEDS_AT_ONCE", seeds)
    monkeypatch.setattr(seeded, "PAIRS_KEPT", 1)
    monkeypatch.setattr(match, "CHUNK", 1)
    monkeypatch.setattr(match.Pairs, "LEAST", 1)

    assert proposed(*taken(tmp_path, 4)) == in_memory


@pytest.mark.parametrize("band", [5, 99])
def test_threads_change_nothing(
    in_memory: dict[str, list[list[int]]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, band: int
) -> None:
    monkeypatch.setattr(candidates, "KEYS_AT_ONCE", 1)
    monkeypatch.setattr(candidates, "BAND_AT_ONCE", band)
    monkeypatch.setattr(seeded, "SEEDS_AT_ONCE", 700)

    assert proposed(*taken(tmp_path, 4), pool(3)) == in_memory


def test_seeds_are_kept_in_ranges_and_in_the_order_of_words(tmp_path: Path) -> None:
    work, shards = taken(tmp_path, 9)
    corpus, first, word = Corpus.of(work), 0, 0
    for shard in shards:
        seeds, places, parts, bounds = (
            work.store.column(shard, name) for name in ("seeds", "places", "seed_parts", "bounds")
        )
        hashes, at = keyed.seeds(corpus.hashes[word : word + int(bounds[-1])], bounds)
        part = np.repeat(np.arange(256), np.diff(parts))
        wanted = zip((hashes >> np.uint64(24)).tolist(), at.tolist(), strict=True)

        assert sorted(zip((part << 32 | seeds).tolist(), places.tolist(), strict=True)) == sorted(wanted)
        assert (np.diff(part * (1 << 32) + places) > 0).all()
        assert (places < bounds[-1]).all()
        first, word = first + len(bounds) - 1, word + int(bounds[-1])
    assert first == len(corpus)


def test_what_is_kept_of_a_passage_is_less_than_200_bytes(tmp_path: Path) -> None:
    """Its keys and its document; of that its own keys and print, an eighth for each passage of a document of eight."""
    work, shards = taken(tmp_path, len(TEXTS))
    keys, signed, document_keys, prints = (
        work.store.column(shards[0], name) for name in ("keys", "signed", "document_keys", "word_prints")
    )

    assert len(signed) == keys.shape[1] > 30
    assert len(prints) == document_keys.shape[1] == len(TEXTS)
    of_passage, of_document = (
        (keys.nbytes + signed.nbytes) / len(signed),
        (document_keys.nbytes + prints.nbytes) / len(prints),
    )
    assert of_passage + of_document / 8 < 200


@given(st.lists(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=9), max_size=6), st.integers(1, 9))
def test_pairs_that_come_in_chunks_are_distinct_and_sorted(chunks: list[list[tuple[int, int]]], least: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(match.Pairs, "LEAST", least)
        pairs = match.Pairs(6)
        for chunk in chunks:
            pairs.add(column(a for a, _ in chunk), column(b for _, b in chunk))

    assert pairs.sorted().tolist() == [list(pair) for pair in sorted({pair for chunk in chunks for pair in chunk})]


def column(values: object) -> NDArray[np.uint32]:
    return np.array(list(values), np.uint32)  # type: ignore[call-overload]
