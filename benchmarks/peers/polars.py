"""Polars on band keys: a window over each band, the quickest of five queries that give the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterable

    from benchmarks.peers.common import Buckets, Keys


def buckets(bands: Iterable[Keys]) -> Buckets:
    """The entries of each band that share their key."""
    for keys in bands:
        band = pl.LazyFrame({"key": keys, "number": np.arange(len(keys), dtype=np.uint32)})
        found = band.filter(pl.len().over("key") > 1).collect()
        yield found["key"].to_numpy(), found["number"].to_numpy()
