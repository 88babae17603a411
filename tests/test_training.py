"""The training script, but for the library that trains: its targets, and its trees as they are applied."""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np
import pytest

from dedup.data import Block, Tag
from dedup.features import Blocks, names
from dedup.model import DEPTH, ODDS, Trees, log_odds, weights
from training.blocks import _complete, coverage, example, fold, train


def grown(chance: Random, depth: int = 0) -> dict[str, Any]:
    """A tree as LightGBM gives it."""
    if depth == DEPTH or chance.random() < 0.3:
        return {"leaf_value": chance.uniform(-2, 2)}
    split = {"split_feature": chance.randrange(5), "threshold": chance.uniform(-300, 300)}
    return split | {"left_child": grown(chance, depth + 1), "right_child": grown(chance, depth + 1)}


def walked(tree: dict[str, Any], row: Any) -> float:
    while "leaf_value" not in tree:
        tree = tree["left_child"] if row[tree["split_feature"]] <= tree["threshold"] else tree["right_child"]
    return float(tree["leaf_value"])


@pytest.mark.parametrize("seed", range(8))
def test_trees_are_applied_as_they_were_grown(seed: int) -> None:
    chance = Random(seed)
    trees = [grown(chance) for _ in range(7)]
    rows = np.array([[chance.randint(-400, 400) for _ in range(5)] for _ in range(40)], np.int16)
    asked, limits, leaves = (np.stack(column) for column in zip(*map(_complete, trees), strict=True))

    found = log_odds(rows, Trees(asked, limits, leaves, ()))

    assert found.tolist() == [sum(round(ODDS * walked(tree, row)) for tree in trees) for row in rows.tolist()]


def test_the_target_of_a_block_is_the_share_of_it_that_the_gold_text_holds() -> None:
    texts = [
        "Home News Sport Weather",
        "The ferry left the quay at dawn.",
        "At noon",
        "The goats came back. Share this",
    ]
    page = Blocks.of(texts, [Block(0, 1, Tag.PARAGRAPH, path="p") for _ in texts])

    found = coverage(page, "The ferry left the quay at dawn. At noon The goats came back.")

    assert found.tolist() == [0, 1, 1, 4 / 6]


def test_the_weights_are_those_of_todays_features() -> None:
    assert weights().names == names()
    assert weights().features.max() < len(names())


def test_a_site_is_in_one_fold_and_all_folds_have_some() -> None:
    assert {fold(f"site-{n}.example", 5) for n in range(100)} == set(range(5))
    assert fold("mill.example", 5) == fold("mill.example", 5)


def test_what_is_trained_on_pages_tells_their_articles() -> None:
    pytest.importorskip("lightgbm", reason="needs the extra `train`")
    from benchmarks.pages import corpus

    pages = [each for record in corpus(3, 3) if (each := example(dict(record))) is not None]

    trees = train(pages)
    found = np.concatenate([log_odds(page.rows, trees) for page in pages])
    wanted = np.concatenate([page.targets for page in pages])

    assert found[wanted > 0.9].mean() > ODDS > -ODDS > found[wanted < 0.1].mean()
    assert example({"id": "a", "site": "a", "html": "", "gold": ""}) is None
