"""What this machine can do at all, one core of it: memory, files, a hash over bytes, JSON."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson
import xxhash

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from benchmarks.speed_rows import Settings

ROUNDS = 3
LARGEST = 400_000_000
"""Bytes that are copied, hashed and written."""


def limits(settings: Settings) -> list[dict[str, Any]]:
    """GB a second, the best of a few rounds."""
    path = settings.corpus / "documents.jsonl"
    held = path.read_bytes()[:LARGEST]
    source = np.frombuffer(held, np.uint8)
    target = bytearray(len(held))
    spare = settings.data / "written.part"
    measured: dict[str, Callable[[], object]] = {
        "memory copied": lambda: np.copyto(np.frombuffer(target, np.uint8), source),
        "file read, cached": lambda: _read(path, target),
        "file written and synced": lambda: _write(spare, held),
        "xxh3 of 64 bits": lambda: xxhash.xxh3_64_intdigest(held),
        "lines split and JSON parsed (orjson)": lambda: [orjson.loads(line)["text"] for line in held.split(b"\n")[:-1]],
    }
    found = [{"program": name, "gigabytes_per_second": _rate(work, len(held))} for name, work in measured.items()]
    spare.unlink()
    return found


def _rate(work: Callable[[], object], size: int) -> float:
    best = float("inf")
    for _ in range(ROUNDS):
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
    return round(size / best / 1e9, 3)


def _read(path: Path, into: bytearray) -> None:
    with path.open("rb", buffering=0) as stream:
        view, at = memoryview(into), 0
        while at < len(into) and (got := stream.readinto(view[at:])):
            at += got


def _write(path: Path, held: bytes) -> None:
    with path.open("wb", buffering=0) as stream:
        at = 0
        while at < len(held):
            at += stream.write(memoryview(held)[at:])
        os.fsync(stream.fileno())
