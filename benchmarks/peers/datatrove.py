"""Datatrove: the four stages of its example, 14 buckets of 8 hashes, as in FineWeb, with two workers."""

from __future__ import annotations

import gzip
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
import orjson
from datatrove.executor.local import LocalPipelineExecutor
from datatrove.pipeline.dedup import MinhashDedupSignature
from datatrove.pipeline.dedup.minhash import (
    MinhashConfig,
    MinhashDedupBuckets,
    MinhashDedupCluster,
    MinhashDedupFilter,
)
from datatrove.pipeline.readers import JsonlReader
from datatrove.pipeline.writers.jsonl import JsonlWriter
from datatrove.utils.hashing import HashConfig

from benchmarks.peers.common import UNKNOWN, WORDS

if TYPE_CHECKING:
    from benchmarks.peers.common import Keepers

BUCKETS, HASHES, TASKS = 14, 8, 2


def near(path: Path) -> Keepers:
    """Who is a copy."""
    with path.open("rb") as stream:
        numbers = {orjson.loads(line)["id"]: at for at, line in enumerate(stream)}
    with TemporaryDirectory(prefix="bench-datatrove-") as name:
        folder = Path(name)
        _split(path, folder / "in")
        for number, (stage, tasks) in enumerate(_stages(folder)):
            LocalPipelineExecutor(stage, tasks=tasks, workers=TASKS, logging_dir=str(folder / f"log{number}")).run()
        files = sorted((folder / "gone").rglob("*.gz"))
        gone = [orjson.loads(line)["id"] for file in files for line in gzip.decompress(file.read_bytes()).splitlines()]
    keepers = np.arange(len(numbers))
    keepers[[numbers[each] for each in gone]] = UNKNOWN
    return keepers


def _split(path: Path, folder: Path) -> None:
    """The corpus in as many files as there are tasks."""
    folder.mkdir()
    lines = path.read_bytes().splitlines(keepends=True)
    for task in range(TASKS):
        (folder / f"{task}.jsonl").write_bytes(b"".join(lines[task::TASKS]))


def _stages(folder: Path) -> list[tuple[list[object], int]]:
    config = MinhashConfig(
        n_grams=WORDS,
        num_buckets=BUCKETS,
        hashes_per_bucket=HASHES,
        hash_config=HashConfig(precision=64),
    )
    read = JsonlReader(str(folder / "in"))
    signatures, buckets, clusters = (str(folder / each) for each in ("signatures", "buckets", "clusters"))
    gone = JsonlWriter(str(folder / "gone"))
    return [
        ([read, MinhashDedupSignature(signatures, config=config)], TASKS),
        ([MinhashDedupBuckets(signatures, buckets, config=config)], BUCKETS),
        ([MinhashDedupCluster(buckets, clusters, config=config)], 1),
        ([read, MinhashDedupFilter(clusters, exclusion_writer=gone), JsonlWriter(str(folder / "out"))], TASKS),
    ]
