"""Workers that die: killed at random moments, for want of memory, and of documents that end what reads them.

A worker that is killed costs nothing; a document that kills costs itself, and it is told why.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
from contextlib import suppress
from functools import cache, partial
from pathlib import Path
from random import Random
from time import monotonic, sleep
from typing import TYPE_CHECKING

from tests.torture.corpora import write_pages
from tests.torture.trial import DEDUP, Ended, Trial, dedup, digests, sampled, shared

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

KILLS = 100
PAGES = 16
"""Of each of two sites."""
SMALL = """
import sys
from importlib.machinery import PathFinder
class Small:
    def find_spec(self, name, path=None, target=None):
        if name != "dedup.staged": return None
        spec = PathFinder.find_spec(name, path)
        load = spec.loader.exec_module
        def changed(module):
            load(module)
            module.SHARD_DOCUMENTS = 3
        spec.loader.exec_module = changed
        return spec
sys.meta_path.insert(0, Small())
"""
"""Many small shards, so that there is work for all workers all the time."""
DEADLY = (
    SMALL
    + """
import ctypes, os, signal
import dedup.shards
read = dedup.shards.read_source
def segfault(): ctypes.string_at(0)
def memory():
    held = []
    while True: held.append(bytearray(b"x" * 10_000_000))
def endless():
    while True: pass
def endless_in_c(): sum(range(10 ** 15))
def leaves(): os._exit(3)
def killed(): os.kill(os.getpid(), signal.SIGKILL)
def aborted(): os.abort()
def read_source(source, *more):
    for name, act in list(globals().items()):
        if b"ACT " + name.encode() + b"." in bytes(source.content): act()
    return read(source, *more)
dedup.shards.read_source = read_source
"""
)
WHY = {
    "segfault": "ended the process that read it (signal 11, SIGSEGV)",
    "memory": "took more memory than max_memory = 300",
    "endless": "took longer than max_seconds = 1",
    "endless_in_c": "took longer than max_seconds = 1",
    "leaves": "ended the process that read it (exit code 3)",
    "killed": "ended the process that read it (signal 9, SIGKILL)",
    "aborted": "ended the process that read it (signal 6, SIGABRT)",
}
LIMITS = ("--max-seconds", "1", "--max-memory", "300")
MEGABYTES = (100, 150, 200, 250, 300, 400, 500, 700)


def trials(share: float) -> Iterator[Trial]:
    """Kills of workers at random moments; documents that end workers; too little memory for all."""
    for number in sampled(range(KILLS), share):
        yield Trial(f"kill {number:03}", partial(_killed, number))
    for act in sampled(list(WHY), share):
        yield Trial(f"a document: {act}", partial(_deadly, act))
    for megabytes in sampled(MEGABYTES, share):
        yield Trial(f"{megabytes} MB of addresses", partial(_little_memory, megabytes))


def hooked(folder: Path, code: str) -> dict[str, str]:
    """The environment in which every process of Python begins with this."""
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(code, encoding="utf-8")
    return {"PYTHONPATH": os.pathsep.join(filter(None, (str(folder), os.environ.get("PYTHONPATH", ""))))}


def children(process: int) -> list[int]:
    """The processes that one has started and that are there."""
    with suppress(OSError):
        return [int(each) for each in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
    return []


@cache
def _undisturbed() -> tuple[float, dict[str, str]]:
    """The seconds that a run has workers, and what it leaves."""
    return shared("workers", _alone)


def _alone(folder: Path) -> tuple[float, dict[str, str]]:
    write_pages(folder / "in", count=PAGES)
    said, seconds = _run(folder, 2, lambda _: None)
    assert said.code == 0, said
    return seconds, digests(folder / "out")


def _run(folder: Path, workers: int, meanwhile: Callable[[int], None]) -> tuple[Ended, float]:
    """A run, and how many seconds it had workers; `meanwhile` is called with its process once there is one."""
    env = {**os.environ, "DEDUP_PROGRESS": "none", **hooked(folder / "hook", SMALL)}
    command = [*DEDUP, "clean", "in", "-o", "out", "-j", str(workers)]
    with subprocess.Popen(
        command, cwd=folder, env=env, stdout=-1, stderr=-1, text=True, start_new_session=True
    ) as process:
        while process.poll() is None and not _workers(process.pid):
            sleep(0.005)
        begun = monotonic()
        meanwhile(process.pid)
        try:
            out, err = process.communicate(timeout=120)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise AssertionError("no end after 120 s") from None
    return Ended(process.returncode, out, err), monotonic() - begun


def _workers(process: int) -> list[int]:
    return [worker for nursery in children(process) for worker in children(nursery)]


def _killed(number: int, folder: Path) -> int:
    """Kill a worker, or each tenth time the process of which they are forks."""
    seconds, undisturbed = _undisturbed()
    random = Random(f"worker {number}")
    after, killed = random.uniform(0, seconds), []

    def kill(process: int) -> None:
        sleep(after)
        there = children(process) if number % 10 == 9 else _workers(process)
        if there:
            chosen = random.choice(there)
            with suppress(ProcessLookupError):  # it has just ended
                os.kill(chosen, signal.SIGKILL)
                killed.append(chosen)

    write_pages(folder / "in", count=PAGES)
    while True:
        said, _ = _run(folder, 2 + number % 2, kill)
        assert said.code == 0, said
        assert digests(folder / "out") == undisturbed
        if killed:
            return 1
        after /= 2  # it was over before
        for name in ("out", "hook"):
            (folder / name).rename(folder / f"{name} {after}")


def _deadly(act: str, folder: Path) -> int:
    """One document among others ends what reads it, with one worker and with three."""
    write_pages(folder / "in", count=4)
    env = hooked(folder / "hook", DEADLY)
    assert dedup("clean", folder / "in", "-o", folder / "without", *LIMITS, env=env).code == 0
    bad = folder / "in/mill.example/2 bad.html"
    bad.write_text(f"<html><body><p>ACT {act}. And more of it.</p></body></html>", encoding="utf-8")
    outs = [folder / name for name in ("one", "three")]
    for out, workers in zip(outs, "13", strict=True):
        said = dedup("clean", folder / "in", "-o", out, "-j", workers, *LIMITS, env=env)
        assert said.code == 1, said
        (failure,) = [json.loads(line) for line in (out / "failures.jsonl").read_text().splitlines()]
        assert "mill.example/2 bad.html" in failure["id"], failure
        assert failure["why"].startswith(WHY[act]), failure
        assert (out / "clean.jsonl").read_bytes() == (folder / "without/clean.jsonl").read_bytes()
    assert digests(outs[0]) == digests(outs[1])
    assert dedup("clean", folder / "in", "-o", outs[0], *LIMITS, env=env).code == 1
    assert digests(outs[0]) == digests(outs[1])
    return 2


def _little_memory(megabytes: int, folder: Path) -> int:
    """With too little memory it does all or nothing, and the same command finishes it."""
    write_pages(folder / "in", count=4)
    env = hooked(folder / "hook", SMALL)
    command = [*DEDUP, "clean", str(folder / "in"), "-o", str(folder / "out"), "-j", "2"]
    limit = megabytes << 20
    said = subprocess.run(
        command,
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)),
    )
    assert said.returncode >= 0, said
    assert (folder / "out/_SUCCESS").exists() <= (said.returncode in (0, 1)), said
    if said.returncode == 0:
        assert (folder / "out/_SUCCESS").exists(), said
    for out in ("out", "fresh"):
        assert dedup("clean", folder / "in", "-o", folder / out, "-j", "2", env=env).code == 0
    assert digests(folder / "out") == digests(folder / "fresh")
    return 1
