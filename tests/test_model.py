"""Trees are applied as a slow loop would, and those in the package are whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.model import DEPTH, Trees, log_odds, weights

if TYPE_CHECKING:
    from numpy.typing import NDArray

NODES = 2**DEPTH - 1


def made_up(seed: int, count: int, features: int) -> Trees:
    random = np.random.default_rng(seed)
    return Trees(
        random.integers(0, features, (count, NODES)).astype(np.int16),
        random.choice(np.array([-300, -1, 0, 1, 256, 32767], np.int16), (count, NODES)),
        random.integers(-(10**6), 10**6, (count, NODES + 1)).astype(np.int32),
        tuple(f"f{number}" for number in range(features)),
    )


def slow(row: NDArray[np.int16], trees: Trees) -> int:
    total = 0
    for features, thresholds, leaves in zip(trees.features, trees.thresholds, trees.leaves, strict=True):
        node = 0
        while node < NODES:
            node = 2 * node + (1 if row[features[node]] <= thresholds[node] else 2)
        total += int(leaves[node - NODES])
    return total


@settings(max_examples=40)
@given(st.integers(0, 2**32), st.integers(1, 5), st.integers(1, 8), st.integers(0, 7))
def test_trees_are_applied_as_a_slow_loop_would(seed: int, count: int, features: int, size: int) -> None:
    trees = made_up(seed, count, features)
    values = np.array([-32768, -301, -300, -1, 0, 1, 2, 255, 256, 257, 32766, 32767], np.int16)
    rows = np.random.default_rng(seed + 1).choice(values, (size, features))

    found = log_odds(rows, trees)

    assert found.dtype == np.int32
    assert found.tolist() == [slow(row, trees) for row in rows]


def test_the_weights_are_applied_as_a_slow_loop_would() -> None:
    trees = weights()
    rows = np.random.default_rng(1).integers(-300, 3000, (9, len(trees.names))).astype(np.int16)

    assert log_odds(rows).tolist() == [slow(row, trees) for row in rows]
    assert log_odds(np.asfortranarray(rows)).tolist() == log_odds(rows).tolist()


def test_the_weights_are_complete_trees_of_known_features() -> None:
    trees = weights()

    assert trees.features.shape == trees.thresholds.shape == (len(trees.leaves), NODES)
    assert trees.leaves.shape[1] == NODES + 1
    assert [str(each.dtype) for each in (trees.features, trees.thresholds, trees.leaves)] == ["int16", "int16", "int32"]
    assert trees.features.min() >= 0
    assert trees.features.max() < len(trees.names)
