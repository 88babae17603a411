"""A trial, and what parts of the torture share."""

from __future__ import annotations

import os
import pickle
import shutil
import signal
import subprocess
import sys
from math import ceil
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import xxhash

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_Each = TypeVar("_Each")

DEDUP = (sys.executable, "-m", "dedup")


SEED = "TORTURE_SEED"


def seed() -> int:
    """What chance begins with (`--seed`); 0 where it is not said."""
    return int(os.environ.get(SEED, "0"))


SHARED = "TORTURE_SHARED"
"""Names the folder of what all lanes use."""


def shared(name: str, make: Callable[[Path], _Each]) -> _Each:
    """What is made once for all lanes, in a folder of its own that lasts as long as they do: the first that asks for it
    makes it, and others that ask meanwhile wait."""
    import fcntl  # no system of Windows has it

    folder = Path(os.environ.get(SHARED) or mkdtemp(prefix="dedup-torture-")) / name.replace("/", "-")
    made = folder.with_name(f"{folder.name}.made")
    with made.with_suffix(".lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            shutil.rmtree(folder, ignore_errors=True)  # of one that failed
            folder.mkdir()
            content = pickle.dumps(make(folder))
            made.write_bytes(content)
    return pickle.loads(made.read_bytes())  # type: ignore[no-any-return]


class SkippedError(Exception):
    """A trial cannot be made on this machine; its words say why."""


class Trial(NamedTuple):
    """What is tried: its name, unique in its part; and what is called with a folder of its own that is empty. That
    returns how much it tried (points, flips, executions; 1 for one), and raises AssertionError where a promise is not
    kept, SkippedError where it cannot be tried here."""

    name: str
    run: Callable[[Path], int]


def sampled(all_of: Sequence[_Each], share: float) -> list[_Each]:
    """So large a share of something, evenly over all of it and at least one.

    >>> sampled(range(10), 0.2)
    [0, 5]
    """
    count = min(len(all_of), max(1, ceil(len(all_of) * share)))
    return [all_of[number * len(all_of) // count] for number in range(count)]


class Ended(NamedTuple):
    """How a command ended: its exit code (minus the signal that killed it), and what it said."""

    code: int
    out: str
    err: str


def dedup(
    *words: str | Path, seconds: float = 120, env: Mapping[str, str] | None = None, before: Sequence[str | Path] = ()
) -> Ended:
    """Run the command in a process group of its own, with words `before` it that run it in their turn, and kill all of
    the group should it take so long."""
    environment = {**os.environ, "DEDUP_PROGRESS": "none", **(env or {})}
    process = subprocess.Popen(
        [*map(str, [*before, *DEDUP, *words])],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
        start_new_session=True,
    )
    try:
        out, err = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        raise AssertionError(f"dedup {' '.join(map(str, words))}: no end after {seconds} s") from None
    return Ended(process.returncode, out.decode(errors="replace"), err.decode(errors="replace"))


def digests(folder: Path) -> dict[str, str]:
    """The digest of every file of an output, by its path in it."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): xxhash.xxh3_128_hexdigest(path.read_bytes()) for path in files}
