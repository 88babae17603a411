"""FastSketchLSH: Fast Similarity Sketching of tokens, its index of 16 bands, candidates checked by their sketches."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np
from FastSketchLSH import LSH, FastSimilaritySketch

from benchmarks.peers.common import PERMUTATIONS, THRESHOLD, agreeing, components, shingles, texts

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path
    from typing import Any

    from numpy.typing import NDArray

    from benchmarks.peers.common import Keepers, Slots

BANDS, TOGETHER = 16, 1000


def _hashed(some: Iterable[str]) -> NDArray[Any]:
    sketch = FastSimilaritySketch(size=PERMUTATIONS, seed=42)
    found, waiting = [], []
    for text in some:
        waiting.append(shingles(text))
        if len(waiting) == TOGETHER:
            found.append(sketch.batch(waiting))
            waiting = []
    return np.concatenate([*found, *([sketch.batch(waiting)] if waiting else [])])


def signatures(some: list[str]) -> tuple[float, Slots]:
    """CPU seconds for the signatures of texts, and these."""
    start = time.process_time()
    slots = _hashed(some)
    return time.process_time() - start, slots


def near(path: Path) -> Keepers:
    """Who is a copy of whom."""
    sketches = _hashed(texts(path))
    index = LSH(num_perm=PERMUTATIONS, num_bands=BANDS)
    index.insert(sketches)
    others, bounds = index.query(sketches, format="csr")
    others, bounds = np.asarray(others, np.int64), np.asarray(bounds, np.int64)
    asked = np.repeat(np.arange(len(sketches)), bounds[1:] - bounds[:-1])
    pairs = np.stack([others, asked], axis=1)[others < asked]
    return components(len(sketches), agreeing(sketches, pairs, THRESHOLD))
