"""The weights that tell an article's blocks from the rest of the page, and how they are applied.

Gradient-boosted trees (Friedman 2001), trained with LightGBM by `training/blocks.py`. Leaves are whole thousandths of
log odds, so that their sum is the same in any order and on any machine.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup import kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

WEIGHTS = "blocks.npz"
DEPTH = 6
ODDS = 1000
"""A log odds of 1, as the leaves count it."""


class Trees(NamedTuple):
    """Complete binary trees of depth 6: node i goes to 2i + 1 where its feature is at most the threshold, else 2i + 2.

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


class _Level(NamedTuple):
    """The nodes of one depth of all trees, tree by tree: `features` int64, `thresholds` int16, [t * 2 ** depth].

    The children of node n of one level are the nodes 2n and 2n + 1 of the next.
    """

    features: NDArray[np.intp]
    thresholds: NDArray[np.int16]

    @classmethod
    def of(cls, trees: Trees, depth: int) -> _Level:
        nodes = slice((1 << depth) - 1, (2 << depth) - 1)
        return cls(trees.features[:, nodes].ravel().astype(np.intp), trees.thresholds[:, nodes].ravel())


@cache
def _own() -> tuple[_Level, ...]:
    return _levels(weights())


def _levels(trees: Trees) -> tuple[_Level, ...]:
    return tuple(_Level.of(trees, depth) for depth in range(DEPTH))


def log_odds(rows: NDArray[np.int16], trees: Trees | None = None) -> NDArray[np.int32]:
    """That each block is the article's, as log odds in thousandths (int32 [b]), by its features (int16 [b, f])."""
    if not kernel.NATIVE:
        return defined(rows, trees)
    from dedup.kernel import _native

    features, thresholds, leaves, _ = trees or weights()
    return _native.log_odds(np.ascontiguousarray(rows), features, thresholds, leaves)


def defined(rows: NDArray[np.int16], trees: Trees | None = None) -> NDArray[np.int32]:
    """The definition of `log_odds`."""
    levels, leaves = (_levels(trees), trees.leaves) if trees else (_own(), weights().leaves)
    flat, count = np.ravel(rows, order="F"), len(rows)  # one feature of all blocks after the other
    block = np.arange(count, dtype=np.intp)
    node = np.repeat(np.arange(len(leaves), dtype=np.intp)[:, None], count, axis=1)
    for level in levels:
        at = level.features.take(node, mode="clip")  # "clip": looks at no index twice
        at *= count
        at += block
        right = flat.take(at, mode="clip") > level.thresholds.take(node, mode="clip")
        node += node
        node += right
    return np.asarray(leaves.ravel().take(node, mode="clip").sum(axis=0), np.int32)
