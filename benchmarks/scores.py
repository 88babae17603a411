"""The measure of extraction, that of the article-extraction-benchmark.

Word 4-shingles as multisets, precision and recall of every page, their means, and the F1 of the two means.
"""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from dataclasses import dataclass
from statistics import mean
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    Record = Mapping[str, Any]
    """A page: `id`, `site`, `html`, `gold` (the article's text), and perhaps `url` and `type`."""

WORD = re.compile(r"\w+")
SUFFIXES = (".jsonl.gz", ".jsonl")


@dataclass(frozen=True)
class Score:
    """Precision and recall of a page; None where there is nothing to divide by."""

    precision: float | None
    recall: float | None

    @property
    def f1(self) -> float:
        """One figure for the page."""
        return _f1(self.precision or 0.0, self.recall or 0.0)


@dataclass(frozen=True)
class Figures:
    """The means over some pages."""

    pages: int
    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """The F1 of the two means."""
        return _f1(self.precision, self.recall)


def _f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def shingles(text: str, size: int = 4) -> Counter[tuple[str, ...]]:
    """The multiset of a text's word shingles."""
    words = WORD.findall(text)
    return Counter(tuple(words[at : at + size]) for at in range(max(1, len(words) - size + 1))) if words else Counter()


def score(gold: str, found: str) -> Score:
    """How well a text agrees with the gold text."""
    want, got = shingles(gold), shingles(found)
    hit = (want & got).total()
    return Score(hit / got.total() if got else None, hit / want.total() if want else None)


def figures(scores: Sequence[Score]) -> Figures:
    """The means over pages, each over those that have the figure."""
    precisions = [each.precision for each in scores if each.precision is not None]
    recalls = [each.recall for each in scores if each.recall is not None]
    return Figures(len(scores), mean(precisions or [0.0]), mean(recalls or [0.0]))


def lines(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a JSONL file, one after the other."""
    opened: Any = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8") as stream:
        yield from map(json.loads, stream)


def files(paths: Iterable[Path]) -> list[Path]:
    """The files of pages among the paths, and in them where they are folders."""
    return [
        file
        for path in paths
        for file in (sorted(path.iterdir()) if path.is_dir() else [path])
        if file == path or file.name.endswith(SUFFIXES)
    ]


def stem(path: Path) -> str:
    """What a set of pages is called."""
    return path.name.split(".")[0]
