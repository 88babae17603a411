"""Texts with gold beside them: quoted passages, and pairs of documents that are alike."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING, Any

import dedup
from benchmarks.scores import lines, stem
from benchmarks.taken import Taken, removed
from tests.quality.verify import wrong

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    Record = Mapping[str, Any]

BANDS = ((1.0, 1.01), (0.9, 1.0), (0.8, 0.9), (0.7, 0.8), (0.5, 0.7))
"""Bands of similarity of whole documents, in Jaccard of word 5-grams."""


def document_pairs(texts: Mapping[str, str], threshold: float) -> set[frozenset[str]]:
    """The pairs of near-duplicate documents among the texts, by their ids."""
    ids = [*texts]
    found = dedup.near_duplicates(texts.values(), unit="document", threshold=threshold)
    return {frozenset((ids[each.document], ids[each.keeper])) for each in found}


def of_file(path: Path, jobs: int = 1) -> dict[str, float]:
    """The figures of a file by the gold that stands beside it.

    Raises:
        SystemExit: there is none.
    """
    base = path.parent / stem(path)
    passages, pairs = base.with_suffix(".passages.jsonl.gz"), base.with_suffix(".pairs.tsv.gz")
    documents = list(lines(path))
    result: dict[str, float] = {}
    if passages.exists():
        result |= _of_passages(documents, list(lines(passages)), jobs)
    if pairs.exists():
        result |= _of_pairs({each["id"]: each["text"] for each in documents}, pairs)
    if not result:
        raise SystemExit(f"{path}: has neither {passages.name} nor {pairs.name} beside it")
    return result


def _of_passages(documents: Sequence[Record], gold: Sequence[Record], jobs: int) -> dict[str, float]:
    records = removed(documents, jobs, keep_chrome=False)
    taken = Taken.of(records)
    sizes = [each["end"] - each["start"] for each in gold]
    best = [taken.best(each["id"], each["start"], each["end"], each["source"]) for each in gold]
    texts = {each["id"]: each["text"] for each in documents}
    return {
        "passages": len(gold),
        "found": sum(2 * part >= size for part, size in zip(best, sizes, strict=True)) / len(gold),
        "characters": sum(best) / sum(sizes),
        "removed share": sum(taken.moved.values()) / sum(map(len, texts.values())),
        "wrong": len({each[:3] for each in wrong(records, texts)}),
    }


def _of_pairs(texts: Mapping[str, str], path: Path, threshold: float = 0.8) -> dict[str, float]:
    with gzip.open(path, "rt", encoding="utf-8") as rows:
        next(rows)
        gold = {frozenset(pair): float(share) for *pair, share in (row.rstrip("\n").split("\t") for row in rows)}
    found = document_pairs(texts, threshold)
    result: dict[str, float] = {"pairs": len(gold), "found pairs": len(found)}
    for low, high in BANDS:
        band = {pair for pair, share in gold.items() if low <= share < high}
        result[f"recall {low:.1f}-{min(high, 1.0):.1f}"] = len(band & found) / max(1, len(band))
    result[f"below {threshold}"] = sum(gold.get(pair, 0.0) < threshold for pair in found)
    return result | {"below 0.5": sum(pair not in gold for pair in found)}
