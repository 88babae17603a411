"""Train the weights of `dedup.model`: `python -m training.blocks PAGES.jsonl.gz... [-o dedup/weights/blocks.npz]`

PAGES has one object a line with `id`, `site`, `url`, `html` and `gold` (the article's text). The weights in the package
were trained on wcxb-dev (CC-BY), fundus-tests and fundus-eval (MIT), and on nothing else. Needs the extra `train`.

Every block is an example. Its target is the share of its words that stand in the gold text, by 4-word shingles; its
weight is its share of the page's words, so that every page counts the same. Headlines have no weight: data sets differ
in them. With `--folds 5` the sites are split into five, each judged by weights that were trained on the others, and the
F1 of the pages is printed: by trafilatura's own answer, and edited by the odds.
"""

from __future__ import annotations

import argparse
import hashlib
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.scores import WORD, figures, files, lines, score, shingles, stem
from dedup.data import Document, Format
from dedup.extract import page_of, read_html
from dedup.features import Blocks, features, names
from dedup.judge import SURE, answered, decided
from dedup.model import DEPTH, ODDS, Trees, log_odds

if TYPE_CHECKING:
    from numpy.typing import NDArray

SETTINGS = {
    "objective": "cross_entropy", "learning_rate": 0.08, "num_leaves": 31, "max_depth": DEPTH, "min_child_samples": 40,
    "feature_fraction": 0.5, "bagging_fraction": 0.7, "bagging_freq": 1, "lambda_l2": 5.0, "max_bin": 255,
    "seed": 1, "deterministic": True, "force_row_wise": True, "num_threads": 2, "verbose": -1,
}  # fmt: skip
ROUNDS = 120


@dataclass
class Example:
    """A page: its blocks' features (int16 [b, f]), targets, weights, and what is needed to score it."""

    site: str
    gold: str
    texts: list[str]
    rows: NDArray[np.int16]
    targets: NDArray[np.float64]
    weights: NDArray[np.float64]
    kept: NDArray[np.bool_]
    headline: NDArray[np.bool_]
    says: int


def example(record: dict[str, Any]) -> Example | None:
    """A page as an example; None if it cannot be read."""
    document = Document(id=record["id"], text=record["html"], format=Format.HTML, url=record.get("url"))
    try:
        read_html(document)
    except ValueError:
        return None
    if not document.blocks:
        return None
    page = page_of(document)
    kept = answered(document.html, page, document.says)
    headline = np.array([place.level == 1 for place in page.places], np.bool_)
    weights = np.where(headline, 0, (page.words + 2) / (page.words + 2).sum())
    rows = features(page, kept, document.title or "", document.says)
    return Example(
        site=record["site"],
        gold=record["gold"],
        texts=list(page.texts),
        rows=rows,
        targets=coverage(page, record["gold"]),
        weights=weights,
        kept=kept,
        headline=headline,
        says=document.says,
    )


def coverage(page: Blocks, gold: str) -> NDArray[np.float64]:
    """The share of each block's words (float64 [b]) that stand in 4-word shingles of the gold text, which may run over
    the ends of blocks."""
    words = [WORD.findall(text) for text in page.texts]
    flat = [word for each in words for word in each]
    wanted = shingles(gold)
    covered = np.zeros(len(flat) + 1, np.bool_)
    for at in range(len(flat) - 3):
        if tuple(flat[at : at + 4]) in wanted:
            covered[at : at + 4] = True
    bounds = np.cumsum([0, *map(len, words)])
    held = np.concatenate(([0], np.cumsum(covered[:-1])))[bounds]
    return np.asarray(np.diff(held) / np.maximum(1, np.diff(bounds)), np.float64)


def train(examples: list[Example]) -> Trees:
    """Boosted trees over all blocks, as complete binary trees of whole numbers."""
    import lightgbm

    data = lightgbm.Dataset(
        np.concatenate([each.rows for each in examples]).astype(np.float32),
        np.concatenate([each.targets for each in examples]),
        weight=100 * np.concatenate([each.weights for each in examples]),
    )
    model = lightgbm.train(SETTINGS, data, ROUNDS).dump_model()
    trees = [_complete(tree["tree_structure"]) for tree in model["tree_info"]]
    asked, limits, leaves = (np.stack(column) for column in zip(*trees, strict=True))
    return Trees(asked, limits, leaves, names())


def _complete(root: dict[str, Any]) -> tuple[NDArray[np.int16], NDArray[np.int16], NDArray[np.int32]]:
    """A tree of LightGBM as a complete one: a leaf higher up becomes a node that always goes left, to the same leaf."""
    nodes = 2**DEPTH - 1
    asked, limits = np.zeros(nodes, np.int16), np.full(nodes, 32767, np.int16)
    leaves = np.zeros(nodes + 1, np.int32)
    open_nodes = [(root, 0)]
    while open_nodes:
        tree, at = open_nodes.pop()
        if at >= nodes:
            leaves[at - nodes] = round(ODDS * tree["leaf_value"])
        elif "leaf_value" in tree:
            open_nodes += [(tree, 2 * at + 1), (tree, 2 * at + 2)]
        else:
            asked[at], limits[at] = tree["split_feature"], int(np.floor(np.clip(tree["threshold"], -32768, 32767)))
            open_nodes += [(tree["left_child"], 2 * at + 1), (tree["right_child"], 2 * at + 2)]
    return asked, limits, leaves


def edited(each: Example, trees: Trees) -> str:
    """The text of a page by these weights, the page alone."""
    odds = np.where(each.headline, np.where(each.kept, SURE, -SURE), log_odds(each.rows, trees)).astype(np.int64)
    return _text(each, decided(odds, each.kept, each.says))


def _text(each: Example, main: NDArray[np.bool_]) -> str:
    return "\n\n".join(text for text, is_main in zip(each.texts, main, strict=True) if is_main)


def fold(site: str, folds: int) -> int:
    """The fold of a site: by its name, so that a site is never on both sides."""
    return int(hashlib.md5(site.encode(), usedforsecurity=False).hexdigest(), 16) % folds


def cross_validate(examples: dict[str, list[Example]], folds: int) -> None:
    """Print the F1 of every set by weights that saw none of its sites."""
    everything = [each for pages in examples.values() for each in pages]
    trees = [train([each for each in everything if fold(each.site, folds) != number]) for number in range(folds)]
    for name, pages in examples.items():
        answer = figures([score(each.gold, _text(each, each.kept)) for each in pages]).f1
        ours = figures([score(each.gold, edited(each, trees[fold(each.site, folds)])) for each in pages]).f1
        print(f"{name:24} {len(pages):4} pages   trafilatura's answer {answer:.4f}   edited {ours:.4f}")


def main() -> None:
    """Train, and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", nargs="+", type=Path)
    parser.add_argument("-o", "--out", type=Path)
    parser.add_argument("--folds", type=int, default=0)
    options = parser.parse_args()
    examples: dict[str, list[Example]] = {}
    with ProcessPoolExecutor() as pool:
        for path in files(options.pages):
            found = pool.map(example, lines(path), chunksize=4)
            examples[stem(path)] = [each for each in found if each is not None]
    if options.folds:
        cross_validate(examples, options.folds)
    if options.out:
        trees = train([each for pages in examples.values() for each in pages])
        options.out.parent.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(
            options.out,
            features=trees.features,
            thresholds=trees.thresholds,
            leaves=trees.leaves,
            names=np.array(trees.names),
        )
        print(f"{options.out}: {len(trees.features)} trees, {options.out.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
