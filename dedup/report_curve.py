"""The curve of the bands of a run: with what probability a pair is a candidate, and how often pairs of this run are."""

from __future__ import annotations

from itertools import islice, pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup.account import Curve, Point
from dedup.report_chrome import rank_of
from dedup.report_exact import wilson
from dedup.report_samples import CHECKED, sides
from dedup.sign import passage_keys, shingles
from dedup.spans import Spans, words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from dedup.config import Config
    from dedup.report_clusters import Copies
    from dedup.report_read import Record
    from dedup.report_samples import Drawn
    from dedup.report_texts import Text

PAIRS = 2_000
"""Pairs that are measured: a tenth of a second."""
OF_CLUSTER = 8
"""Copies of a cluster that are compared with each other, each with the next."""
BIN = 0.05


class Pairs(NamedTuple):
    """Texts in pairs: of each pair the one and the other."""

    left: list[str]
    right: list[str]


def curve(config: Config, drawn: Drawn, found: Sequence[Copies], texts: dict[str, Text]) -> Curve:
    """The curve, and of pairs of this run the share that has a band in common: of duplicates and what was kept for
    them, and of two copies of one passage, which were not compared with each other and are less alike."""
    pairs = list(islice(_pairs(config, drawn, found, texts), PAIRS))
    shape = config.shape
    points: list[Point] = []
    if pairs:
        alike, are_candidates = _measured(Pairs(*map(list, zip(*pairs, strict=True))), config)
        points = list(_points(alike, are_candidates))
    return Curve(shape.bands, shape.rows, shape.shingle, config.lsh_similarity, config.lsh_recall, tuple(points))


def _pairs(config: Config, drawn: Drawn, found: Sequence[Copies], texts: dict[str, Text]) -> Iterator[tuple[str, str]]:
    for record in drawn.duplicates[:CHECKED]:
        if both := sides(record, texts, {"unit": config.unit}):
            yield both
    for copies in sorted(found, key=lambda each: rank_of(each.records[0])):
        some = sorted(sorted(copies.records[: 4 * OF_CLUSTER], key=rank_of)[:OF_CLUSTER], key=_place)
        yield from ((one["text"], other["text"]) for one, other in pairwise(some) if _overlap(one, other))


def _place(record: Record) -> tuple[int, bytes]:
    return record["keeper"]["start"], rank_of(record)


def _overlap(one: Record, other: Record) -> bool:
    """Whether two copies are of one passage of their keeper; a cluster may have several."""
    first, second = one["keeper"], other["keeper"]
    return bool(max(first["start"], second["start"]) < min(first["end"], second["end"]))


def _measured(pairs: Pairs, config: Config) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """The Jaccard similarity of each pair, and whether it has a band in common."""
    sets, keys = zip(*(_sketched(side, config) for side in pairs), strict=True)
    alike = [_share(left, right) for left, right in zip(*sets, strict=True)]
    return np.array(alike), (keys[0] == keys[1]).any(axis=1)


def _share(left: NDArray[np.uint64], right: NDArray[np.uint64]) -> float:
    both = len(np.intersect1d(left, right, assume_unique=True))
    return both / max(1, len(left) + len(right) - both)


def _sketched(texts: list[str], config: Config) -> tuple[list[NDArray[np.uint64]], NDArray[np.uint64]]:
    """The set of shingles of each text, ascending, and the keys of its bands."""
    found = words(Spans.whole(texts))
    hashes, bounds = shingles(found.hashes, found.bounds, config.shape.shingle)
    sets = [np.unique(hashes[low:high]) for low, high in pairwise(bounds.tolist())]
    return sets, passage_keys(found.hashes, found.bounds, config.shape)


def _points(alike: NDArray[np.float64], are_candidates: NDArray[np.bool_]) -> Iterator[Point]:
    count = round(1 / BIN)
    bins = np.minimum((alike / BIN + 1e-9).astype(np.int64), count - 1)  # what is exactly alike is of the last one
    for number in np.unique(bins).tolist():
        own = are_candidates[bins == number]
        edges = round(number * BIN, 4), round((number + 1) * BIN, 4)
        yield Point(*edges, len(own), int(own.sum()), wilson(int(own.sum()), len(own)))
