"""The command under a shim that counts its operations on files, and kills or fails it at the k-th: see `shim.c`."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from functools import cache
from multiprocessing.util import Finalize
from pathlib import Path
from typing import NamedTuple

from tests.torture.trial import DEDUP, Ended, SkippedError

SOURCE = Path(__file__).with_name("shim.c")
NEVER = 0


class Operation(NamedTuple):
    """An operation on a file: what it does, and to which."""

    name: str
    path: str


class Shimmed(NamedTuple):
    """How a command under the shim ended, how many operations were counted, and whether the k-th was reached; and what
    they were, in the order in which they were counted, if that was asked for."""

    ended: Ended
    counted: int
    reached: bool
    operations: list[Operation]


def temporary() -> Path:
    """A folder that lasts as long as this process."""
    folder = Path(tempfile.mkdtemp(prefix="shimmed-"))
    Finalize(None, shutil.rmtree, args=(folder,), kwargs={"ignore_errors": True}, exitpriority=0)
    return folder


@cache
def shim() -> Path:
    """The shim, built.

    Raises:
        SkippedError: it cannot be built or loaded here.
    """
    if sys.platform != "linux":
        raise SkippedError("the shim is for Linux")
    compiler = next(filter(shutil.which, ("cc", "gcc", "c++", "g++", "clang")), None)
    if compiler is None:
        raise SkippedError("no compiler builds the shim")
    target = temporary() / "shim.so"
    options = ["-O2", "-fPIC", "-shared", "-x", "c", str(SOURCE), "-o", str(target), "-ldl"]
    built = subprocess.run([compiler, *options], capture_output=True, text=True, check=False)
    if built.returncode:
        raise SkippedError(f"{compiler} does not build the shim: {built.stderr.strip().splitlines()[-1]}")
    return target


def shimmed(  # noqa: PLR0913 (what is typed, and what the shim is asked)
    words: list[str] | tuple[str, ...],
    root: Path,
    *,
    at: int = NEVER,
    mode: str = "before",
    operations: str = "",
    lasts: bool = False,
    log: bool = False,
) -> Shimmed:
    """Run a command in a folder, of which all operations on files count that write (or those of some names, with commas
    around each), and are done as ever but for the k-th, if it is said `at` which."""
    beside = root.with_name(root.name + ".shim")
    beside.mkdir(exist_ok=True)
    state, told = beside / "state", beside / "log"
    state.write_bytes(bytes(4096))
    told.unlink(missing_ok=True)
    env = {"LD_PRELOAD": str(shim()), "SHIM_ROOT": str(root), "SHIM_STATE": str(state)}
    env |= {"SHIM_AT": str(at), "SHIM_MODE": mode} if at else {}
    env |= {"SHIM_OPS": operations} if operations else {}
    env |= {"SHIM_LASTS": "1"} if lasts else {}
    env |= {"SHIM_LOG": str(told)} if log else {}
    ended = run(words, root, env)
    content = state.read_bytes()
    lines = told.read_text(encoding="utf-8", errors="replace").splitlines() if told.exists() else []
    # Two processes may count in one order, and write into the log in another.
    numbered = sorted((line.split(" ", 2) for line in lines), key=lambda each: int(each[0]))
    shutil.rmtree(beside)
    count, reached = (int.from_bytes(content[byte : byte + 8], sys.byteorder) for byte in (0, 8))
    return Shimmed(ended, count, bool(reached), [Operation(name, path) for _, name, path in numbered])


def run(
    words: list[str] | tuple[str, ...],
    root: Path,
    env: dict[str, str] | None = None,
    *,
    after: float | None = None,
    seconds: float = 60,
) -> Ended:
    """Run a command in a folder, with its temporary files there, in a process group of its own, which is killed after
    some seconds if it is said so. It has ended when all of its processes have: they hold its output."""
    (root / "tmp").mkdir(exist_ok=True)
    own = {"DEDUP_PROGRESS": "none", "TMPDIR": str(root / "tmp"), "PYTHONDONTWRITEBYTECODE": ""}
    command = words if words[0] == sys.executable else [*DEDUP, *words]
    process = subprocess.Popen(
        command,
        cwd=root,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, **own, **(env or {})},
        start_new_session=True,
    )
    try:
        out, err = process.communicate(timeout=seconds if after is None else after)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        out, err = process.communicate()
        if after is None:
            raise AssertionError(f"{' '.join(words)}: no end after {seconds} s") from None
    return Ended(process.returncode, out.decode(errors="replace"), err.decode(errors="replace"))
