"""Speed, memory and disk of grouping band keys: `python -m benchmarks.grouping --passages 10_000_000 --bands 20`

Made-up keys with planted buckets, in the store's files as `dedup.keyed.save_words` leaves them: eight passages a
document, 500 documents a shard. Of the passages a twentieth is in pairs and a thirtieth in threes, that share the key
of one band only; there are three crowds of 10,000 and one of a million (of fewer than ten million passages, a
thousandth and a tenth); no other two share a key.
`dedup.candidates.band_pairs` runs in a process of its own, of which the CPU time and peak memory are shown, its start
and the writing of its result included. Its pairs are compared with those that were planted: of a crowd, all documents
with the best four.

Where the disk has no room for so many bands, as many as it has room for are written and grouped again and again; the
time is then that of all.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup import candidates, match
from dedup.config import Config
from dedup.keepers import Chosen
from dedup.process import own_process
from dedup.run import serial
from dedup.sign import mix
from dedup.work import Work

if TYPE_CHECKING:
    from numpy.typing import NDArray

OF_DOCUMENT, OF_SHARD = 8, 4_000
"""Passages of a document, and of a shard."""
COLUMNS = (
    f"{'passages':>12} {'bands':>6} {'CPU s':>7} {'ns/key':>7} {'MB':>6} {'B/passage':>10} {'pairs':>10} recall false"
)
SPREAD = 1_000_003
"""A prime: passages that are planted together lie so far from each other."""


class Planted(NamedTuple):
    """Buckets of one size among the passages."""

    first: int
    """The first slot of theirs: slots are passages in another order."""
    size: int
    buckets: int

    @property
    def end(self) -> int:
        """The slot after the last."""
        return self.first + self.size * self.buckets


def planted(passages: int) -> list[Planted]:
    """What is planted among so many passages."""
    result, first = [], 0
    for size, count in (
        (2, passages // 40),
        (3, passages // 90),
        (min(10_000, passages // 1_000), 3),
        (min(1_000_000, passages // 10), 1),
    ):
        result.append(Planted(first, size, count))
        first = result[-1].end
    return result


def passage_of(slots: NDArray[np.int64], passages: int) -> NDArray[np.int64]:
    """The passages in some slots."""
    return slots * SPREAD % passages


def slot_of(numbers: NDArray[np.int64], passages: int) -> NDArray[np.int64]:
    """The slots of some passages."""
    return numbers * pow(SPREAD, -1, passages) % passages


def keys_of(numbers: NDArray[np.int64], passages: int, bands: int) -> NDArray[np.uint64]:
    """The keys (uint64 [bands, p]) of some passages: of their own, but for those of a bucket in the band of that."""
    keys = mix(numbers.astype(np.uint64) * np.uint64(bands) + np.arange(bands, dtype=np.uint64)[:, None])
    slots, bucket = slot_of(numbers, passages), passages * bands
    for some in planted(passages):
        own = np.flatnonzero((slots >= some.first) & (slots < some.end))
        number = (slots[own] - some.first) // max(1, some.size)
        keys[number % bands, own] = mix((bucket + number).astype(np.uint64))
        bucket += some.buckets
    return keys


def wanted(passages: int) -> NDArray[np.int64]:
    """The pairs (int64 [p, 2]) that are to be found; the better keeper of two documents is the first."""
    pairs = match.Pairs(-(-passages // OF_DOCUMENT))
    for some in planted(passages):
        slots = np.arange(some.first, some.end).reshape(some.buckets, some.size)
        add_pairs(pairs, passage_of(slots, passages))
    return pairs.sorted()


def add_pairs(pairs: match.Pairs, buckets: NDArray[np.int64]) -> None:
    """Add the pairs of documents in buckets [b, size] of passages."""
    size, own = buckets.shape[1], np.sort(buckets, axis=1) // OF_DOCUMENT
    for first in range(min(size, match.CROWD)):
        end = size if first == 0 else min(size, match.REACH if first < match.HUBS else match.CROWD)
        left = np.repeat(own[:, first], end - first - 1)
        right = own[:, first + 1 : end].ravel()
        pairs.add(left[left != right], right[left != right])


def compared(pairs: NDArray[np.int64], passages: int) -> tuple[int, float, int]:
    """How many pairs were found, the share of those wanted that were, and how many were not wanted."""
    found, true = (each[:, 0] << 32 | each[:, 1] for each in (pairs, wanted(passages)))
    hits = int(np.isin(true, found).sum())
    return len(found), hits / max(1, len(true)), len(found) - hits


# ── files, and a process that groups them ───────────────────────────────────────────────────────────────────────────


def write(folder: Path, passages: int, bands: int) -> None:
    """Write the store of a corpus; the number of documents and the names of its shards into `shards`."""
    store = Work(folder, Config()).store
    names: list[str] = []
    for first in range(0, passages, OF_SHARD):
        numbers = np.arange(first, min(passages, first + OF_SHARD))
        documents = -(-len(numbers) // OF_DOCUMENT)
        names.append(f"{len(names):06}")
        with store.writing(names[-1], "flagged"):
            store.save(names[-1], "keys", keys_of(numbers, passages, bands))
            store.save(names[-1], "signed", ((numbers - first) // OF_DOCUMENT).astype(np.int32))
            store.save(names[-1], "bounds", np.arange(documents + 1))
    (folder / "shards").write_text("\n".join([str(-(-passages // OF_DOCUMENT)), *names]), encoding="utf-8")


def group(folder: Path, out: Path, times: int) -> None:
    """Group the keys of a store, again and again, and write the pairs: what is measured, in a process as a run's is."""
    own_process()
    work, shards = Work(folder, Config()), (folder / "shards").read_text(encoding="utf-8").split("\n")
    order = np.arange(int(shards.pop(0)))
    for _ in range(times):
        pairs = candidates.band_pairs(work, shards, Chosen(order, order), serial)
    np.save(out, pairs)


@dataclass(frozen=True)
class Run:
    """What grouping came to."""

    passages: int
    bands: int
    written: int
    """Bands that were on disk at a time."""
    cpu: float
    """Seconds of CPU time."""
    megabytes: float
    """The most that was held, what is mapped of files included."""
    bytes_a_passage: float
    pairs: int
    recall: float
    false: int


def measured(passages: int, bands: int, folder: Path) -> Run:
    """Write, group and compare.

    Raises:
        RuntimeError: there is no room for one band, or the grouping failed.
    """
    room = int(shutil.disk_usage(folder).free * 0.9) // (9 * passages)
    if room < 1:
        raise RuntimeError(f"{folder}: there is no room for a band of {passages} keys")
    written = min(bands, room)
    write(folder / "store", passages, written)
    size = sum(path.stat().st_size for path in (folder / "store").rglob("*.columns"))
    arguments = [str(folder / "store"), str(folder / "pairs.npy"), str(-(-bands // written))]
    alone = os.environ | {"OPENBLAS_NUM_THREADS": "1"}  # as `own_process` would say, if NumPy were not imported here
    program = subprocess.Popen([sys.executable, "-m", "benchmarks.grouping", "--group", *arguments], env=alone)
    _, status, used = os.wait4(program.pid, 0)
    program.returncode = os.waitstatus_to_exitcode(status)
    if program.returncode:
        raise RuntimeError(f"grouping ended with {program.returncode}")
    shown = size / passages, *compared(np.load(folder / "pairs.npy"), passages)
    return Run(passages, bands, written, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, *shown)


def main() -> None:
    """Print what grouping takes, and end with an error where it found not just what was planted."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--passages", type=int, default=10_000_000)
    parser.add_argument("--bands", type=int, default=20)
    parser.add_argument("--folder", type=Path, help="where the store is put, in a folder that is removed again")
    parser.add_argument("--json", type=Path, help="also write the figures there")
    parser.add_argument("--group", nargs=3, metavar=("STORE", "OUT", "TIMES"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.group:
        return group(Path(given.group[0]), Path(given.group[1]), int(given.group[2]))
    with TemporaryDirectory(prefix="grouping-", dir=given.folder) as folder:
        run = measured(given.passages, given.bands, Path(folder))
    print(COLUMNS)
    print(
        f"{run.passages:12,} {run.bands:6} {run.cpu:7.2f} {1e9 * run.cpu / (run.passages * run.bands):7.1f}"
        f" {run.megabytes:6.0f} {run.bytes_a_passage:10.1f} {run.pairs:10,} {run.recall:6.4f} {run.false:5}"
    )
    if run.written < run.bands:
        print(f"The disk had room for {run.written} bands: these were grouped again and again.")
    if given.json:
        given.json.write_text(json.dumps(asdict(run), indent=2) + "\n", encoding="utf-8")
    if run.recall < 1 or run.false:
        sys.exit("not just what was planted was found")
    return None


if __name__ == "__main__":
    main()
