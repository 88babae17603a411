"""Fuzzing: bytes that libFuzzer makes up by what of our code they reach (atheris), each looked at by a target.

A target is a module `tests.torture.fuzz_*` with `seeds()`, the inputs it begins with; `check(data)`, which raises
whatever is neither allowed nor true; and `MOST`, the longest input. It runs in a process of its own:
`python -m tests.torture.fuzzed guided TARGET FOLDER -runs=1000 -seed=1`, which takes all options of libFuzzer.

One execution in eight is guided by what it reaches, which finds the inputs that differ; the others change those at
random, in a third of the time (`tests.torture.fuzzed`).
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from functools import partial
from importlib.util import find_spec
from math import ceil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tests.torture import fuzzed
from tests.torture.trial import SkippedError, Trial, seed

if TYPE_CHECKING:
    from collections.abc import Iterator

TARGETS = {
    "pages": 100_000,
    "markup": 1_000_000,
    "warc": 1_000_000,
    "jsonl": 1_000_000,
    "restore": 1_000_000,
    "cells": 1_000_000,
    "diff": 1_000_000,
    "decode": 1_000_000,
    "index": 1_000_000,
    "result": 1_000_000,
    "names": 1_000_000,
}
"""Targets, and how many executions of each there are at a share of 1."""
GUIDED = 8
"""One execution in so many is guided."""
MEMORY = Path("/dev/shm")
"""Where files of targets are, if it is there: to write one a million times must not wait for a disk."""
_SMALL = ("sh", "-c", '"$@"; exit "$?"', "sh")
"""Starts a command out of a small process: the peak of memory that libFuzzer looks at begins with what the process held
that started it (Linux, exec(2)), and a lane may hold gigabytes."""
_DONE = re.compile(r"stat::number_of_executed_units: (\d+)")
NONE = "atheris is not there: `make torture` installs it where it has a wheel (Linux, Python 3.11 to 3.13)"


def trials(share: float) -> Iterator[Trial]:
    """A trial a target."""
    for name, executions in TARGETS.items():
        yield Trial(name, partial(fuzz, name, ceil(executions * share)))


def fuzz(name: str, executions: int, folder: Path) -> int:
    """Run a target; how many executions there were.

    Raises:
        AssertionError: an input breaks it; it is told, with the traceback.
        SkippedError: there is no atheris.
    """
    if not find_spec("atheris"):
        raise SkippedError(NONE)
    guided = ceil(executions / GUIDED)
    with TemporaryDirectory(prefix="dedup-torture-", dir=MEMORY if os.access(MEMORY, os.W_OK) else folder) as files:
        runs = ((fuzzed.GUIDED, guided), (fuzzed.WIDE, executions - guided))
        return sum(_run(way, name, folder, count, Path(files)) for way, count in runs if count)


def _run(way: str, name: str, folder: Path, executions: int, files: Path) -> int:
    options = [
        f"-runs={executions}",
        f"-seed={1 + seed()}",
        "-timeout=30",
        "-rss_limit_mb=2048",
        "-print_final_stats=1",
    ]
    run = subprocess.run(
        [*_SMALL, sys.executable, "-m", "tests.torture.fuzzed", way, name, str(folder), *options],
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        env={**os.environ, "TMPDIR": str(files)},
    )
    found = [f"{path.name}: {path.read_bytes()!r}" for path in sorted(folder.glob("found-*"))]
    assert run.returncode == 0 and not found, "\n".join(
        [f"{name}, {way}: exit code {run.returncode}", *found, run.stderr]
    )
    (done,) = _DONE.findall(run.stderr)
    return int(done)
