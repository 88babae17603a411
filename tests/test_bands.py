"""The bands reach the recall that is wanted, with as few false candidates as can be; signatures do what they say."""

from __future__ import annotations

import re
from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import Config, SettingError
from dedup.bands import Shape, band_shape, candidate_probability
from dedup.sign import passage_keys
from tests.material import cleaned, prose


def test_the_default_shape_finds_as_much_as_20_bands_of_6() -> None:
    shape = Config().shape

    assert shape == Shape(5, 20, 6, 128)
    assert candidate_probability(0.8, shape.bands, shape.rows) > 0.9977


def test_a_certain_pair_is_a_candidate_and_one_with_nothing_in_common_is_none() -> None:
    assert candidate_probability(0.0, 20, 6) == 0
    assert candidate_probability(1.0, 20, 6) == 1


@pytest.mark.parametrize(
    ("similarity", "recall", "num_perm", "shape"),
    [
        (0.8, 0.995, 128, (18, 6)),
        (0.8, 0.9, 128, (13, 8)),
        (0.5, 0.5, 128, (22, 5)),
        (1.0, 0.9999, 128, (1, 128)),
        (0.1, 0.8146, 16, (16, 1)),
        (0.9, 0.5, 16, (2, 8)),
    ],
)
def test_a_shape_is_the_one_that_the_logarithms_give(
    similarity: float, recall: float, num_perm: int, shape: tuple[int, int]
) -> None:
    assert band_shape(similarity, recall, num_perm) == shape


@given(st.floats(0.1, 1.0), st.floats(0.5, 0.9999), st.integers(16, 200))
def test_no_shape_of_more_rows_and_none_of_fewer_bands_reaches_the_recall(
    similarity: float, recall: float, num_perm: int
) -> None:
    every = [(bands, rows) for rows in range(1, num_perm + 1) for bands in range(1, num_perm // rows + 1)]
    enough = [shape for shape in every if candidate_probability(similarity, *shape) >= recall]

    if enough:
        assert band_shape(similarity, recall, num_perm) == min(enough, key=lambda shape: (-shape[1], shape[0]))
    else:
        with pytest.raises(SettingError):
            band_shape(similarity, recall, num_perm)


@given(st.floats(0.1, 0.4), st.floats(0.99, 0.9999), st.integers(16, 24))
def test_the_recall_that_a_refusal_names_can_be_had_and_no_better_one(
    similarity: float, recall: float, num_perm: int
) -> None:
    try:
        band_shape(similarity, recall, num_perm)
    except SettingError as error:
        named = re.search(r"at most lsh_recall = ([\d.]+);", str(error))
        assert named
        assert f"lsh_similarity = {similarity}: num_perm = {num_perm} " in str(error)
        bands, rows = band_shape(similarity, float(named[1]), num_perm)
        assert candidate_probability(similarity, bands, rows) >= float(named[1])
        with pytest.raises(SettingError):
            band_shape(similarity, float(named[1]) + 0.0002, num_perm)


@pytest.mark.parametrize(("shared", "each"), [(80, 10), (60, 20), (50, 25)])
@pytest.mark.parametrize(
    "settings", [{}, {"lsh_recall": 0.9}, {"lsh_recall": 0.6, "lsh_similarity": 0.5, "num_perm": 64}]
)
def test_as_many_pairs_are_candidates_as_the_shape_says(shared: int, each: int, settings: dict[str, float]) -> None:
    """Of 1,500 pairs of passages of exact similarity, within four standard deviations."""
    pairs, similarity, shape = 1_500, shared / (shared + 2 * each), Config.of(settings).shape
    words = np.random.default_rng(7).integers(0, 2**63, (pairs, shared + 2 * each)).astype(np.uint64)
    passages = np.stack([words[:, : shared + each], np.roll(words, -each, axis=1)[:, : shared + each]], axis=1)
    assert len(set(passages[0, 0].tolist()) & set(passages[0, 1].tolist())) == shared

    keys = passage_keys(passages.ravel(), np.arange(2 * pairs + 1) * (shared + each), shape._replace(shingle=1))

    found = (keys[0::2] == keys[1::2]).any(axis=1).mean()
    wanted = candidate_probability(similarity, shape.bands, shape.rows)
    assert abs(found - wanted) <= 4 * sqrt(wanted * (1 - wanted) / pairs) + 1 / pairs


def test_the_manifest_says_what_shape_it_was_and_what_it_finds() -> None:
    told = cleaned([{"id": "a", "text": prose(1)}], lsh_similarity=0.5, lsh_recall=0.9).summary["lsh"]

    assert (told["bands"], told["rows"]) == band_shape(0.5, 0.9, 128) == (18, 3)
    assert told["candidate_probability"]["0.5"] == round(candidate_probability(0.5, 18, 3), 4) >= 0.9
    assert list(told["candidate_probability"]) == ["0.5", "0.6", "0.7", "0.8", "0.9"]
