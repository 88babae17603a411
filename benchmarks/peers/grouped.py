"""Group band keys with a peer: `python -m benchmarks.peers.grouped duckdb KEYS.npy OUT.npz`

The keys are uint64 [bands, passages]; a band is read at a time. Into OUT go the passages of all buckets of two or more,
bucket by bucket, and the sizes of these.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.peers.common import Keys


def bands(path: Path) -> Iterator[Keys]:
    """The keys of each band; read, not mapped, so that what was looked at is not held."""
    with path.open("rb") as stream:
        np.lib.format.read_magic(stream)
        (count, passages), _, _ = np.lib.format.read_array_header_1_0(stream)
        for _ in range(count):
            yield np.fromfile(stream, np.uint64, passages)


def main(peer: str, path: Path, out: Path) -> None:
    """Write the buckets that a peer finds."""
    passages, sizes = [], []
    for keys, numbers in import_module(f"benchmarks.peers.{peer}").buckets(bands(path)):
        order = np.argsort(keys, kind="stable")
        new = np.flatnonzero(np.concatenate([[True], keys[order][1:] != keys[order][:-1]])) if len(keys) else order
        passages.append(numbers[order])
        sizes.append(np.diff(np.concatenate([new, [len(keys)]])))
    np.savez(out, passages=np.concatenate(passages), sizes=np.concatenate(sizes))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
