"""Datasketch as its documentation has it: a MinHash a text, asked for in an LSH index, and put into it if it is new."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np
from datasketch import LeanMinHash, MinHash, MinHashLSH

from benchmarks.peers.common import PERMUTATIONS, THRESHOLD, shingles, texts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from benchmarks.peers.common import Buckets, Keepers, Keys, Slots


def _hashed(some: Iterable[str]) -> Iterator[MinHash]:
    tokens = ([each.encode() for each in shingles(text)] for text in some)
    yield from MinHash.generator(tokens, num_perm=PERMUTATIONS)


def signatures(some: list[str]) -> tuple[float, Slots]:
    """CPU seconds for the signatures of texts, and these."""
    start = time.process_time()
    found = list(_hashed(some))
    return time.process_time() - start, np.array([each.hashvalues for each in found])


def near(path: Path) -> Keepers:
    """Who is a copy of whom."""
    index = MinHashLSH(threshold=THRESHOLD, num_perm=PERMUTATIONS)
    keepers: list[int] = []
    for at, sketch in enumerate(_hashed(texts(path))):
        found = index.query(sketch)
        keepers.append(min(found) if found else at)
        if not found:
            index.insert(at, sketch)
    return np.array(keepers)


def buckets(bands: Iterable[Keys]) -> Buckets:
    """The entries of each band that share their key: bands of one row, as the index makes the keys of bands itself."""
    keys = np.stack(list(bands), axis=1)
    index = MinHashLSH(num_perm=keys.shape[1], params=(keys.shape[1], 1))
    with index.insertion_session() as session:
        for number, row in enumerate(keys):
            session.insert(number, LeanMinHash(seed=1, hashvalues=row, scheme="legacy"), check_duplication=False)
    for table in index.hashtables:
        shared = [list(table.get(key)) for key, count in table.itemcounts().items() if count > 1]
        sizes = [len(each) for each in shared]
        yield np.repeat(np.arange(len(shared)), sizes), np.array([one for each in shared for one in each], np.int64)
