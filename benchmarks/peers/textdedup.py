"""text-dedup: its command, with xxh3, which is faster than the default, and 128 permutations; two processes.

It runs in the folder that it writes its caches to. Its numbers of texts are their places.
"""

from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.peers.common import PERMUTATIONS, THRESHOLD, WORDS

if TYPE_CHECKING:
    from benchmarks.peers.common import Keepers


def near(path: Path) -> Keepers:
    """Who is a copy of whom."""
    with TemporaryDirectory(prefix="bench-text-dedup-") as name:
        folder = Path(name)
        settings = {
            "path": "json", "data_files": path.resolve(), "split": "train", "cache_dir": folder / "cache",
            "output": folder / "out", "column": "text", "ngram": WORDS, "num_perm": PERMUTATIONS,
            "threshold": THRESHOLD, "hash_func": "xxh3", "num_proc": 2,
        }  # fmt: skip
        command = [sys.executable, "-m", "text_dedup.minhash", "--debug"]
        command += [str(each) for key, value in settings.items() for each in (f"--{key}", value)]
        subprocess.run(command, check=True, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        found: dict[int, int] = pickle.loads((folder / "out" / "uf.pkl").read_bytes()).parent
    with path.open("rb") as stream:
        keepers = np.arange(sum(1 for _ in stream))
    for each in found:
        keepers[each] = _root(found, each)
    return keepers


def _root(parents: dict[int, int], each: int) -> int:
    while parents[each] != each:
        each = parents[each]
    return each
