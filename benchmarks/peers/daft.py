"""Daft: its own normalisation and MinHash over columns; bands, groups and components in NumPy.

Its guide groups bands by a join of data frames, which takes longer. Candidates of 20 bands of 6 rows are checked by
their signatures.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import daft
import numpy as np
from daft.functions import minhash, normalize

from benchmarks.peers.common import PERMUTATIONS, THRESHOLD, WORDS, agreeing, components, firsts

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from benchmarks.peers.common import Keepers, Slots

BANDS, ROWS = 20, 6


def _hashed(frame: Any) -> NDArray[np.uint32]:
    plain = normalize(frame["text"], remove_punct=True, lowercase=True, white_space=True)
    slots = minhash(plain, num_hashes=PERMUTATIONS, ngram_size=WORDS, hash_function="xxhash")  # the fastest of its five
    found = frame.select(slots.alias("slots")).to_arrow()
    columns = [part.flatten().to_numpy() for part in found.column("slots").chunks]
    return np.concatenate(columns).astype(np.uint32, copy=False).reshape(-1, PERMUTATIONS)


def signatures(some: list[str]) -> tuple[float, Slots]:
    """CPU seconds for the signatures of texts, and these."""
    frame = daft.from_pydict({"text": some}).collect()
    start = time.process_time()
    slots = _hashed(frame)
    return time.process_time() - start, slots


def near(path: Path) -> Keepers:
    """Who is a copy of whom."""
    slots = _hashed(daft.read_json(str(path)))
    pairs = []
    for band in range(BANDS):
        keys = np.zeros(len(slots), np.uint64)
        for slot in range(band * ROWS, (band + 1) * ROWS):
            keys = (keys ^ slots[:, slot]) * np.uint64(0x9E3779B97F4A7C15)
            keys ^= keys >> np.uint64(29)
        pairs.append(firsts(keys))
    return components(len(slots), agreeing(slots, np.concatenate(pairs), THRESHOLD))
