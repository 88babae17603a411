"""The kernel under AddressSanitizer and UBSan, given what no caller of ours would give it.

Its corpus are the calls that runs over small corpora make (`tests.torture.kernel_calls`): their arguments, changed in a
few places (other numbers, lengths, shapes and types, characters of all kinds, callables that lie), are given again. A
call may give something or raise; it may not read or write where it should not, overflow, take a minute or 2 GB.
"""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from functools import partial
from importlib.util import find_spec
from math import ceil
from pathlib import Path
from shutil import which
from typing import TYPE_CHECKING

from tests.torture.trial import SkippedError, Trial, seed

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
BUILD = ROOT / "build" / "sanitize"
EXECUTIONS, LANES = 600_000, 4
"""220 microseconds each; to build such a kernel takes two minutes of a core, once."""


def trials(share: float) -> Iterator[Trial]:
    """The executions in parts, each with chance of its own."""
    lanes = ceil(LANES * share)  # each makes the calls first that it changes, which takes longer than a tenth of them
    for lane in range(lanes):
        yield Trial(
            f"arguments {lane + 1} of {lanes}",
            partial(executed, LANES * seed() + lane, ceil(EXECUTIONS * share / lanes)),
        )


def executed(number: int, executions: int, folder: Path) -> int:
    """Give the kernel so many changed arguments.

    Raises:
        AssertionError: the process died, with what the sanitizers say, and which call it was.
        SkippedError: such a kernel cannot be built here.
    """
    _build()
    last = folder / "last"
    run = subprocess.run(
        [sys.executable, "-m", "tests.torture.kernel_calls", str(BUILD), str(folder), str(number), str(executions)],
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        cwd=ROOT,
        env={**os.environ, **_environment()},
    )
    said = (
        f"{last.read_text() if last.exists() else 'before the first call'}\n{run.stdout[-2000:]}\n{run.stderr[-8000:]}"
    )
    assert run.returncode == 0, f"exit code {run.returncode}: {said}"
    return executions


def _environment() -> dict[str, str]:
    """What a process needs that loads such a kernel: see `make sanitize`."""
    libraries = [_compiler(f"-print-file-name=lib{name}.so") for name in ("asan", "ubsan")]
    return {
        "LD_PRELOAD": " ".join(libraries),
        "ASAN_OPTIONS": "detect_leaks=0:allocator_may_return_null=1:max_allocation_size_mb=2048",
        "UBSAN_OPTIONS": "print_stacktrace=1",
        "PYTHONMALLOC": "malloc",
        "DEDUP_KERNEL": "python",
    }


def _compiler(*words: str) -> str:
    command = [os.environ.get("CXX", "g++"), *words]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def _build() -> None:
    """Build it as `make sanitize` does, where it is not built yet; one process at a time."""
    places = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    cmake, ninja, compiler = (which(each, path=places) for each in ("cmake", "ninja", os.environ.get("CXX", "g++")))
    if not (cmake and ninja and compiler and find_spec("nanobind")):
        raise SkippedError("to build the kernel with sanitizers takes g++, cmake, ninja and nanobind")
    BUILD.mkdir(parents=True, exist_ok=True)
    with (BUILD / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for command in (
            [cmake, "-S", "dedup/kernel", "-B", str(BUILD), "-G", "Ninja", f"-DCMAKE_MAKE_PROGRAM={ninja}",
             f"-DPython_EXECUTABLE={sys.executable}", "-DDEDUP_SANITIZE=ON"],
            [cmake, "--build", str(BUILD)],
        ):  # fmt: skip
            run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, errors="replace", check=False)
            assert run.returncode == 0, run.stdout + run.stderr
