"""DuckDB on band keys: a window over each band, the quickest and smallest of four queries that give the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from benchmarks.peers.common import Buckets, Keys

REPEATED = "SELECT key, number FROM band QUALIFY count(*) OVER (PARTITION BY key) > 1"


def buckets(bands: Iterable[Keys]) -> Buckets:
    """The entries of each band that share their key."""
    for keys in bands:
        band = {"key": keys, "number": np.arange(len(keys), dtype=np.uint32)}
        with duckdb.connect() as connection:
            found = connection.register("band", band).sql(REPEATED).fetchnumpy()
        yield found["key"], found["number"]
