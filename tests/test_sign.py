"""Signatures are datasketch's, bit for bit; shingles and band keys are what they are defined as."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dedup import kernel
from dedup.bands import Shape
from dedup.sign import LONGEST, SCHEME, SEED, band_keys, drawn, mix, passage_keys, shingles, signatures

HASHES = st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=40)


def of_datasketch(hashes: list[int], num_perm: int) -> Any:
    from datasketch import MinHash

    sketch = MinHash(num_perm=num_perm, seed=1, scheme=SCHEME, hashfunc=lambda value: value)
    for each in hashes:
        sketch.update(each >> 32)
    return sketch


def column(values: list[int]) -> np.ndarray[Any, np.dtype[np.uint64]]:
    return np.array(values, np.uint64)


@pytest.mark.parametrize("num_perm", [16, 17, 64, 100, 128, 256])
@settings(max_examples=25)
@given(passages=st.lists(st.lists(st.integers(0, 2**64 - 1), max_size=30), min_size=1, max_size=6))
def test_signatures_are_datasketchs_bit_for_bit(num_perm: int, passages: list[list[int]]) -> None:
    bounds = np.cumsum([0, *map(len, passages)]).astype(np.int64)

    found = signatures(column([each for passage in passages for each in passage]), bounds, num_perm)

    for row, passage in zip(found, passages, strict=True):
        assert row.tolist() == of_datasketch(passage, num_perm).hashvalues.tolist()


@settings(max_examples=20)
@given(HASHES)
def test_a_signature_can_be_asked_for_in_a_datasketch_index(hashes: list[int]) -> None:
    from datasketch import MinHash, MinHashLSH

    index = MinHashLSH(threshold=0.5, num_perm=128)
    index.insert("theirs", of_datasketch(hashes, 128))
    ours = signatures(column(hashes), np.array([0, len(hashes)]), 128)[0]

    found = index.query(MinHash(num_perm=128, seed=1, scheme=SCHEME, hashvalues=ours))

    assert found == ["theirs"]


def test_an_empty_passage_has_no_value_in_any_slot() -> None:
    found = signatures(column([7]), np.array([0, 0, 1, 1]), 16)

    assert (found[[0, 2]] == 0xFFFFFFFF).all()
    assert not (found[1] == 0xFFFFFFFF).all()


@given(st.lists(st.lists(st.integers(1, 9), max_size=12), max_size=5), st.integers(1, 6))
def test_equal_shingles_and_only_they_have_equal_hashes(passages: list[list[int]], length: int) -> None:
    bounds = np.cumsum([0, *map(len, passages)]).astype(np.int64)

    found, out = shingles(column([word for passage in passages for word in passage]), bounds, length)

    expected = [
        tuple(passage[at : at + length])
        for passage in passages
        for at in range(max(len(passage) - length + 1, min(len(passage), 1)))
    ]
    assert len(found) == len(expected) == out[-1]
    assert len(set(found.tolist())) == len(set(expected))
    assert len(set(zip(found.tolist(), expected, strict=True))) == len(set(expected))


def hashes_of(words: list[int]) -> np.ndarray[Any, np.dtype[np.uint64]]:
    """Numbers that stand for words, as hashes: shingles are made of those."""
    return mix(column(words) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(1))


def shingle_of(words: list[int]) -> int:
    found, _ = shingles(hashes_of(words), np.array([0, len(words)]), max(1, len(words)))
    return int(found[0])


def test_the_order_of_words_matters() -> None:
    for length in range(2, LONGEST + 1):
        words = list(range(length))
        others = [[*words[:at], words[at + 1], words[at], *words[at + 2 :]] for at in range(length - 1)]
        assert len({shingle_of(each) for each in [words, words[::-1], *others]}) == length + (length > 2)


@pytest.mark.parametrize("length", range(1, LONGEST + 1))
def test_words_that_are_repeated_do_not_cancel_each_other(length: int) -> None:
    found = {shingle_of([word] * length) for word in range(200)}
    found |= {shingle_of([*[7] * at, 8, *[7] * (length - at - 1)]) for at in range(length)}

    assert len(found) == 200 + (length if length > 1 else 0)


def test_a_passage_of_fewer_words_has_one_shingle_which_knows_how_many_they_are() -> None:
    words = hashes_of([3]).tolist()
    passages = [words * count + [0] * more for count in (1, 2) for more in (0, 1, 2)]
    bounds = np.cumsum([0, *map(len, passages)])

    found, own = shingles(column([word for passage in passages for word in passage]), bounds, 5)

    assert np.diff(own).tolist() == [1] * 6
    assert len(set(found.tolist())) == 6


@pytest.mark.parametrize("length", [0, LONGEST + 1, -1])
def test_no_shingle_has_so_many_words(length: int) -> None:
    with pytest.raises(ValueError, match=f"{length} words"):
        shingles(column([1]), np.array([0, 1]), length)
    if kernel.NATIVE and length >= 0:
        with pytest.raises(ValueError):
            passage_keys(column([1]), np.array([0, 1]), Shape(length, 1, 1, 16))


@pytest.mark.parametrize("changed", [0.01, 0.05, 0.2])
@pytest.mark.parametrize("vocabulary", [40, 5_000])
def test_similarity_is_estimated_without_bias_and_with_the_error_of_theory(changed: float, vocabulary: int) -> None:
    """Of 400 pairs of passages, of common words and rare ones, the second of which has some changed: the mean of the
    errors within four of its standard errors, and their mean square, too (a sum of binomial numbers is nearly normal).
    """
    chance, pairs, size, num_perm = np.random.default_rng(5), 400, 300, 128
    words = np.minimum(chance.zipf(1.2, (pairs, 2, size)), vocabulary)
    words[:, 1] = np.where(chance.random((pairs, size)) < changed, words[:, 1], words[:, 0])
    bounds = np.arange(2 * pairs + 1, dtype=np.int64) * size

    hashes, own = shingles(hashes_of(words.ravel().tolist()), bounds, 5)
    rows = signatures(hashes, own, num_perm)

    sets = [
        set(zip(*(row[at : size - 4 + at] for at in range(5)), strict=True)) for row in words.reshape(-1, size).tolist()
    ]
    exact = np.array([len(a & b) / len(a | b) for a, b in zip(sets[::2], sets[1::2], strict=True)])
    errors = (rows[::2] == rows[1::2]).mean(axis=1) - exact
    variance = (exact * (1 - exact)).mean() / num_perm
    assert abs(errors.mean()) < 4 * np.sqrt(variance / pairs)
    assert abs((errors**2).mean() / variance - 1) < 4 * np.sqrt(2 / pairs)


@given(st.integers(1, 8), st.integers(1, 6), st.integers(0, 47))
def test_a_band_key_depends_on_its_own_slots_and_no_others(bands: int, rows: int, changed: int) -> None:
    signature = np.arange(48, dtype=np.uint32)[None, :].repeat(2, axis=0)
    signature[1, changed] += np.uint32(1_000)

    keys = band_keys(signature, bands, rows)

    differ = np.flatnonzero(keys[0] != keys[1]).tolist()
    assert differ == ([changed // rows] if changed < bands * rows else [])


def test_equal_slots_in_two_bands_have_different_keys() -> None:
    keys = band_keys(np.full((1, 8), 5, np.uint32), 4, 2)

    assert len(set(keys[0].tolist())) == 4


@given(st.lists(st.integers(0, 2**64 - 1), min_size=2, max_size=50, unique=True))
def test_mixing_loses_nothing(values: list[int]) -> None:
    assert len(set(mix(column(values)).tolist())) == len(values)


native = pytest.mark.skipif(not kernel.NATIVE, reason="no kernel was built, or none is wanted")


@native
@given(st.integers(1, 300))
def test_permutations_are_those_of_datasketch(num_perm: int) -> None:
    from datasketch import MinHash

    wanted = MinHash(num_perm=num_perm, seed=SEED, scheme=SCHEME).permutations

    assert [column.tolist() for column in drawn(num_perm)] == [np.asarray(column).tolist() for column in wanted]


@native
@given(st.integers(0, 2**32 - 1), st.integers(0, 1500))
@example(SEED, 2048)
def test_the_numbers_are_those_of_numpy(seed: int, count: int) -> None:
    from dedup.kernel import _native

    expected = np.random.RandomState(seed).randint(0, 1 << 32, count, dtype=np.uint32)

    assert _native.random_numbers(seed, count).tolist() == expected.tolist()
