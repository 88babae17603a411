"""Signatures are datasketch's, bit for bit; shingles and band keys are what they are defined as."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.sign import SCHEME, SEED, band_keys, drawn, mix, shingles, signatures

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
@settings(max_examples=25, deadline=None)
@given(passages=st.lists(st.lists(st.integers(0, 2**64 - 1), max_size=30), min_size=1, max_size=6))
def test_signatures_are_datasketchs_bit_for_bit(num_perm: int, passages: list[list[int]]) -> None:
    bounds = np.cumsum([0, *map(len, passages)]).astype(np.int64)

    found = signatures(column([each for passage in passages for each in passage]), bounds, num_perm)

    for row, passage in zip(found, passages, strict=True):
        assert row.tolist() == of_datasketch(passage, num_perm).hashvalues.tolist()


@settings(max_examples=20, deadline=None)
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


def test_the_order_of_words_matters() -> None:
    found, _ = shingles(column([1, 2, 2, 1]), np.array([0, 2, 4]), 2)

    assert found[0] != found[1]


@settings(deadline=None)
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


@given(st.integers(1, 300))
def test_permutations_are_those_of_datasketch(num_perm: int) -> None:
    from datasketch import MinHash

    wanted = MinHash(num_perm=num_perm, seed=SEED, scheme=SCHEME).permutations

    assert [column.tolist() for column in drawn(num_perm)] == [np.asarray(column).tolist() for column in wanted]
