"""The weights that tell an article's blocks from the rest of the page, and how they are applied.

Gradient-boosted trees (Friedman 2001), trained with LightGBM by `training/blocks.py`, applied in NumPy. Leaves are
whole thousandths of log odds, so that their sum is the same in any order and on any machine.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

WEIGHTS = "blocks.npz"
DEPTH = 6
ODDS = 1000
"""A log odds of 1, as the leaves count it."""


class Trees(NamedTuple):
    """Complete binary trees of depth 6: node i goes to 2i + 1 where its feature is at most the threshold, else to 2i + 2.

    `features` int16, `thresholds` int16 [t, 63]; `leaves` int32 [t, 64]; `names` those of the features.
    """

    features: NDArray[np.int16]
    thresholds: NDArray[np.int16]
    leaves: NDArray[np.int32]
    names: tuple[str, ...]


@cache
def weights() -> Trees:
    """The weights in the package."""
    with (files("dedup") / "weights" / WEIGHTS).open("rb") as handle, np.load(handle, allow_pickle=False) as stored:
        features, thresholds, leaves = stored["features"], stored["thresholds"], stored["leaves"]
        return Trees(features, thresholds, leaves, tuple(map(str, stored["names"])))


def log_odds(rows: NDArray[np.int16], trees: Trees | None = None) -> NDArray[np.int32]:
    """That each block belongs to the article, as log odds in thousandths (int32 [b]), by its features (int16 [b, f])."""
    trees = trees or weights()
    count, nodes = len(trees.features), trees.features.shape[1]
    first_node = (np.arange(count, dtype=np.int64) * nodes)[None, :]
    first_feature = (np.arange(len(rows), dtype=np.int64) * rows.shape[1])[:, None]
    flat, asked, limits = rows.ravel(), trees.features.ravel(), trees.thresholds.ravel()
    node = np.zeros((len(rows), count), np.int64)
    for _ in range(DEPTH):
        at = node + first_node
        node = 2 * node + 1 + (flat[asked[at] + first_feature] > limits[at])
    leaf = node - nodes + (np.arange(count, dtype=np.int64) * (nodes + 1))[None, :]
    return np.asarray(trees.leaves.ravel()[leaf].sum(axis=1), np.int32)
