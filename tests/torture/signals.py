"""Signals at moments spread over a run: it ends within seconds and leaves no process, and the same command goes on to
the same end."""

from __future__ import annotations

import os
import signal
import subprocess
from functools import cache, partial
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING

from tests.torture.corpora import texts, write_lines, write_pages
from tests.torture.trial import DEDUP, Trial, dedup, digests, sampled, shared
from tests.torture.workers import SMALL, hooked

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MOMENTS = 25
SENT = {"INT": signal.SIGINT, "TERM": signal.SIGTERM, "HUP": signal.SIGHUP}
PATIENCE = 5.0
"""Seconds within which it ends; but for those that a machine is late which does much else at the same time."""
LATE = 2.0
KINDS = {"pages": ("-j", "2"), "one worker": ("-j", "1"), "lines": ("-j", "2", "--keep-chrome")}


def trials(share: float) -> Iterator[Trial]:
    """Each moment with each signal, by turns to the program and to all of its processes."""
    every = [(moment, name) for moment in range(MOMENTS) for name in SENT]
    for moment, name in sampled(every, share):
        to_all, kind = bool((moment + len(name)) % 2), list(KINDS)[moment % len(KINDS)]
        told = f"{name} to {'all' if to_all else 'one'}, {kind}, moment {moment:02}"
        yield Trial(told, partial(_signalled, moment, name, kind, to_all))


def _write(folder: Path, kind: str) -> None:
    folder.mkdir(exist_ok=True)
    if kind == "lines":
        write_lines(folder / "in/texts.jsonl", texts(count=200))
    else:
        write_pages(folder / "in", count=10)


def _start(folder: Path, kind: str, hook: Mapping[str, str]) -> subprocess.Popen[str]:
    command = [*DEDUP, "clean", str(folder / "in"), "-o", str(folder / "out"), *KINDS[kind]]
    # A shell has what it starts in the background ignore Ctrl-C, and a child inherits that.
    heard = {each: signal.signal(each, signal.SIG_DFL) for each in SENT.values()}
    try:
        env = {**os.environ, "DEDUP_PROGRESS": "none", **hook}
        return subprocess.Popen(command, env=env, stdout=-1, stderr=-1, text=True, start_new_session=True)
    finally:
        for each, handler in heard.items():
            signal.signal(each, handler)


@cache
def _undisturbed(kind: str) -> tuple[float, dict[str, str]]:
    """How many seconds a run takes, and what it leaves."""
    return shared(f"signals {kind}", partial(_alone, kind))


def _alone(kind: str, folder: Path) -> tuple[float, dict[str, str]]:
    _write(folder, kind)
    begun = monotonic()
    with _start(folder, kind, hooked(folder / "hook", SMALL)) as process:
        said = process.communicate(timeout=120)
    assert process.returncode == 0, said
    return monotonic() - begun, digests(folder / "out")


def _signalled(moment: int, name: str, kind: str, to_all: bool, folder: Path) -> int:
    seconds, undisturbed = _undisturbed(kind)
    _write(folder, kind)
    hook = hooked(folder / "hook", SMALL)
    with _start(folder, kind, hook) as process:
        sleep(seconds * (moment + 0.5) / MOMENTS)
        sent, is_under_way = monotonic(), process.poll() is None
        if is_under_way:
            (os.killpg if to_all else os.kill)(process.pid, SENT[name])
        try:
            _, said = process.communicate(timeout=60)
            took, left = monotonic() - sent, _left(process.pid)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
    assert took < PATIENCE + LATE, (took, said)
    assert not left, (left, said)
    if "in program" in said or "Traceback" not in said:  # else Python itself was just starting
        # Before the command runs and once it is done, the signal ends the process as it ends any.
        assert process.returncode in (0, 128 + SENT[name], -SENT[name]), (process.returncode, said)
        assert "Traceback" not in said, said
    assert process.returncode != 0 or (folder / "out/_SUCCESS").exists(), said
    again = dedup("clean", folder / "in", "-o", folder / "out", *KINDS[kind], env=hook)
    assert again.code == 0, again
    assert digests(folder / "out") == undisturbed
    return int(is_under_way)


def _left(session: int) -> list[str]:
    """The processes of a session that are still there, as long as those that were just killed may take."""
    until = monotonic() + 1
    while (found := _of(session)) and monotonic() < until:
        sleep(0.02)
    return found


def _of(session: int) -> list[str]:
    found = []
    for each in Path("/proc").iterdir():
        if each.name.isdigit():
            try:
                known = (each / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(known[3]) == session and known[0] != "Z":
                found.append((each / "cmdline").read_text().replace("\0", " "))
    return found
