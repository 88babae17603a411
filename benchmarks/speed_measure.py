"""Programs as whole processes: what they take, in turns, and how good what they wrote is."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    Scores = dict[str, float]

EVERY = 0.01
"""Seconds between two looks at the memory of a run."""
WRONG_USAGE = 2
"""The exit code of `dedup` for an option that it does not have."""
NOT_FOUND = 127
"""That of a shell for a program which is not installed."""


@dataclass(frozen=True)
class Took:
    """What a run took: user and system seconds of all its processes, and the most that they held together."""

    code: int
    wall: float
    cpu: float
    megabytes: float
    """The resident memory of the process and all its descendants, summed, as /proc shows it every EVERY seconds; pages
    that they share, and those of mapped files, are counted. Where there is no /proc, that of the largest process."""


@dataclass(frozen=True)
class Program:
    """A program of a row: given the folder to write to, its command; and the scores of that folder."""

    name: str
    command: Callable[[Path], Sequence[str]]
    score: Callable[[Path], Scores] = field(default=lambda _: {})
    cores: int | None = None
    """On how many of the cores it may run."""
    once: bool = False
    """Too slow for several rounds."""
    fine: tuple[int, ...] = (0, 1)
    """Exit codes of a run that did its work; 1 of `dedup` says that some inputs hold nothing."""


@dataclass(frozen=True)
class Line:
    """A line of a row: medians over the rounds, or why there are none."""

    program: str
    rounds: int
    wall: float
    cpu: float
    megabytes: float
    scores: dict[str, float]
    missing: str = ""

    def record(self) -> dict[str, Any]:
        """What is written of it."""
        if self.missing:
            return {"program": self.program, "missing": self.missing}
        record = asdict(self)
        del record["missing"]
        rounded = {name: round(record[name], 3) for name in ("wall", "cpu", "megabytes")}
        return {**record, **rounded, "scores": {name: round(each, 5) for name, each in self.scores.items()}}


def run(command: Sequence[str], cores: int | None = None) -> Took:
    """Run a command to its end; what it says is thrown away."""
    everywhere = os.sched_getaffinity(0) if cores else set()
    if cores:
        os.sched_setaffinity(0, set(sorted(everywhere)[:cores]))
    start = time.perf_counter()
    # Programs may keep their compiled modules from run to run, as they do for users.
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    try:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=kept)
    except FileNotFoundError:
        return Took(NOT_FOUND, 0, 0, 0)
    finally:
        if cores:
            os.sched_setaffinity(0, everywhere)
    watch = _Watch(process.pid)
    watch.start()
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    watch.done.set()
    watch.join()
    process.returncode = os.waitstatus_to_exitcode(status)
    megabytes = watch.most / 1e6 if watch.most else used.ru_maxrss / 1e3
    # What a program started and did not wait for is known from the last look at it only.
    cpu = max(used.ru_utime + used.ru_stime, sum(watch.seconds.values()))
    return Took(process.returncode, wall, cpu, megabytes)


class _Watch(threading.Thread):
    """Looks at the memory and the times of a process and its descendants until told that it is done."""

    def __init__(self, process: int) -> None:
        super().__init__(daemon=True)
        self.process, self.done, self.most = process, threading.Event(), 0
        self.seconds: dict[int, float] = {}
        """Of every process ever seen."""

    def run(self) -> None:
        """Look, and look again."""
        page, tick = os.sysconf("SC_PAGE_SIZE"), os.sysconf("SC_CLK_TCK")
        while Path("/proc/self/stat").exists():
            pages = 0
            for process in _tree(self.process):
                ticks, held = _looked_at(process)
                self.seconds[process] = max(ticks / tick, self.seconds.get(process, 0))
                pages += held
            self.most = max(self.most, page * pages)
            if self.done.wait(EVERY):
                return


def _tree(process: int) -> Iterator[int]:
    """A process and its descendants."""
    yield process
    for path in Path(f"/proc/{process}/task").glob("*/children"):
        try:
            children = path.read_text().split()
        except OSError:  # it has just ended
            continue
        for child in children:
            yield from _tree(int(child))


def _looked_at(process: int) -> tuple[int, int]:
    """Ticks of user and system time, and resident pages, of a process; nothing of one that has just ended."""
    try:
        listed = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        return int(listed[11]) + int(listed[12]), int(listed[21])
    except (OSError, IndexError):
        return 0, 0


def in_turns(programs: Sequence[Program], rounds: int, folder: Path) -> list[Line]:
    """Let programs take turns, A B C A B C, each from an empty folder; one that fails once is not run again."""
    taken: dict[str, list[Took]] = {each.name: [] for each in programs}
    scores: dict[str, Scores] = {}
    for turn in range(rounds):
        for program in programs:
            before = taken[program.name]
            if (turn and program.once) or (before and before[-1].code not in program.fine):
                continue
            out = folder / "out"
            shutil.rmtree(out, ignore_errors=True)
            out.parent.mkdir(parents=True, exist_ok=True)
            before.append(run(program.command(out), program.cores))
            if program.name not in scores and before[-1].code in program.fine:
                scores[program.name] = program.score(out)
            shutil.rmtree(out, ignore_errors=True)
    return [line(each, taken[each.name], scores.get(each.name, {})) for each in programs]


def line(program: Program, taken: Sequence[Took], scores: Scores) -> Line:
    """The medians of runs."""
    name, code = program.name, taken[-1].code
    if code not in program.fine:
        why = "not there" if code in (WRONG_USAGE, NOT_FOUND) else f"failed with exit code {code}"
        return Line(name, 0, 0, 0, 0, {}, why)
    wall, cpu = median(each.wall for each in taken), median(each.cpu for each in taken)
    return Line(name, len(taken), wall, cpu, max(each.megabytes for each in taken), scores)
