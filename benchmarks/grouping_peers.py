"""A peer on the keys of `benchmarks.grouping`: `python -m benchmarks.grouping_peers duckdb --passages 10_000_000`

DuckDB and Polars find the entries of a band whose key another one has; datasketch puts the keys into its LSH index, a
row a band. It runs in a process of its own, of which the CPU time and peak memory are shown, its start and the
writing of its buckets included. The pairs of documents that lie in these buckets are compared with those that were
planted, as ours are.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np

from benchmarks import grouping
from benchmarks.speed_measure import run
from dedup import match

if TYPE_CHECKING:
    from numpy.typing import NDArray

PEERS = Path(__file__).parent.parent / "bench" / ".venv" / "bin" / "python"
AT_ONCE = 1 << 17
"""Passages of which keys are made at a time."""


@dataclass(frozen=True)
class Run:
    """What a peer came to, as `grouping.Run`."""

    program: str
    passages: int
    bands: int
    cpu: float
    megabytes: float
    pairs: int
    recall: float
    false: int


def write(path: Path, passages: int, bands: int) -> None:
    """Write the keys (uint64 [bands, passages]) of a corpus."""
    keys = np.lib.format.open_memmap(path, "w+", np.uint64, (bands, passages))
    for first in range(0, passages, AT_ONCE):
        numbers = np.arange(first, min(passages, first + AT_ONCE))
        keys[:, first : first + AT_ONCE] = grouping.keys_of(numbers, passages, bands)


def pairs_in(path: Path, passages: int) -> NDArray[np.int64]:
    """The pairs of documents (int64 [p, 2]) in the buckets of a peer."""
    with np.load(path) as found:
        numbers, sizes = found["passages"].astype(np.int64), found["sizes"]
    pairs, starts = match.Pairs(-(-passages // grouping.OF_DOCUMENT)), np.cumsum(sizes) - sizes
    for size in np.unique(sizes).tolist():
        grouping.add_pairs(pairs, numbers[starts[sizes == size][:, None] + np.arange(size)])
    return pairs.sorted()


def measured(peer: str, keys: Path, python: Path) -> Run:
    """Group with a peer, and compare.

    Raises:
        RuntimeError: it failed.
    """
    bands, passages = np.load(keys, mmap_mode="r").shape
    out = keys.with_name(f"{peer}.npz")
    # Not by `ru_maxrss`: what this process held counts there, too.
    took = run([str(python), "-m", "benchmarks.peers.grouped", peer, str(keys), str(out)])
    if took.code:
        raise RuntimeError(f"{peer} ended with {took.code}")
    pairs, recall, false = grouping.compared(pairs_in(out, passages), passages)
    return Run(peer, passages, bands, took.cpu, took.megabytes * 1e6 / (1 << 20), pairs, recall, false)


def main() -> None:
    """Print what grouping takes a peer, and end with an error where it found not just what was planted."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("peer", help="duckdb, polars or datasketch")
    parser.add_argument("--passages", type=int, default=10_000_000)
    parser.add_argument("--bands", type=int, default=20)
    parser.add_argument("--folder", type=Path, help="where the keys are put, in a folder that is removed again")
    parser.add_argument("--python", type=Path, default=PEERS, help="that of the environment of the peers")
    parser.add_argument("--json", type=Path, help="also write the figures there")
    given = parser.parse_args()
    with TemporaryDirectory(prefix="grouping-", dir=given.folder) as folder:
        keys = Path(folder) / "keys.npy"
        write(keys, given.passages, given.bands)
        found = measured(given.peer, keys, given.python)
    print(
        f"{found.program} {found.passages:,} x {found.bands}: {found.cpu:.2f} CPU s, {found.megabytes:.0f} MB,"
        f" {found.pairs:,} pairs, recall {found.recall:.4f}, false {found.false}"
    )
    if given.json:
        given.json.write_text(json.dumps(asdict(found), indent=2) + "\n", encoding="utf-8")
    if found.recall < 1 or found.false:
        sys.exit("not just what was planted was found")


if __name__ == "__main__":
    main()
