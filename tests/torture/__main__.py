"""`python -m tests.torture`: all trials, beside each other on all cores, and the counts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import traceback
from collections import Counter
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from multiprocessing import get_context
from operator import itemgetter
from pathlib import Path
from tempfile import mkdtemp
from time import monotonic
from typing import TYPE_CHECKING, NamedTuple

import click

from tests.torture.trial import SEED, SHARED, SkippedError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.torture.trial import Trial

PARTS: dict[str, str] = {
    "fuzz": "executions of fuzzing targets",
    "kills": "points at which the process group was killed",
    "inputs": "hostile inputs",
    "properties": "examples of properties",
    "faults": "failed operations on files",
    "kernel": "executions of the kernel under sanitizers",
    "matrix": "runs that must give one digest",
    "signals": "moments at which a signal came",
    "workers": "workers killed",
    "flips": "bytes flipped",
    "rivals": "rivals, locks, and changes under a half-done run",
}
"""The parts by their modules, the longest first, and what of each is counted."""
LANES = (os.cpu_count() or 1) + 1
"""One more than there are cores: many trials wait for a disk, or for a process to end."""
PASSED, FAILED, SKIPPED = "passed", "failed", "skipped"


def _there() -> list[str]:
    return [part for part in PARTS if find_spec(f"tests.torture.{part}")]


class Outcome(NamedTuple):
    """What came of a trial: how it ended, how much it tried, in how many seconds; and why it failed or was skipped."""

    part: str
    name: str
    ended: str
    tried: int
    seconds: float
    why: str = ""


@cache
def _trials(part: str, share: float) -> dict[str, Trial]:
    named: dict[str, Trial] = {}
    for each in import_module(f"tests.torture.{part}").trials(share):
        assert each.name not in named, f"{part}: {each.name} is there twice"
        named[each.name] = each
    return named


def attempt(part: str, name: str, share: float) -> Outcome:
    """Make one trial, in a folder that goes with it."""
    begun, folder = monotonic(), Path(mkdtemp(prefix="dedup-torture-"))
    try:
        count = _trials(part, share)[name].run(folder)
        return Outcome(part, name, PASSED, count, monotonic() - begun)
    except SkippedError as error:
        return Outcome(part, name, SKIPPED, 0, monotonic() - begun, str(error))
    except Exception:
        return Outcome(part, name, FAILED, 1, monotonic() - begun, traceback.format_exc())
    finally:
        subprocess.run(["rm", "-rf", folder], check=False)


def _by_turns(wanted: dict[str, list[str]]) -> list[tuple[str, str]]:
    """Trials and their parts, in an order in which each part is evenly spread over all: those beside each other in one
    part would wait until one of them has made what they begin with."""
    placed = [(at / len(names), part, name) for part, names in wanted.items() for at, name in enumerate(names)]
    return [(part, name) for _, part, name in sorted(placed, key=itemgetter(0))]


@click.command()
@click.option("--share", default=100.0, show_default=True, help="How much of it to try, in percent.")
@click.option("--only", multiple=True, help="A part; can be given several times. [default: all]")
@click.option("--name", default="", help="Only trials with this in their name.")
@click.option("--lanes", default=LANES, show_default=True, help="Trials beside each other.")
@click.option("--seed", default=0, help="What chance begins with; the same each time if it is not said.")
@click.option("--json", "target", type=click.Path(path_type=Path), help="Write the outcomes to this file, too.")
def main(share: float, only: tuple[str, ...], name: str, lanes: int, seed: int, target: Path | None) -> None:
    """Try all that a run must bear, and print how much was tried; exit with 1 if a promise was not kept."""
    os.environ[SEED], os.environ[SHARED] = str(seed), mkdtemp(prefix="dedup-torture-")  # for the lanes, too
    os.environ["PYTHONDONTWRITEBYTECODE"] = ""  # what users have; else each of ten thousand runs compiles our modules
    part_of = share / 100
    if unknown := [each for each in only if each not in PARTS]:
        raise click.UsageError(f"There is no part {unknown[0]!r}; there are: {', '.join(PARTS)}.")
    wanted = _by_turns({part: [each for each in _trials(part, part_of) if name in each] for part in only or _there()})
    begun = monotonic()
    outcomes = []
    with ProcessPoolExecutor(lanes, get_context("spawn")) as lane:
        for future in as_completed([lane.submit(attempt, part, each, part_of) for part, each in wanted]):
            outcomes.append(future.result())
            if outcomes[-1].ended == FAILED:
                print(f"FAILED {outcomes[-1].part}: {outcomes[-1].name}\n{outcomes[-1].why}", flush=True)
    subprocess.run(["rm", "-rf", os.environ[SHARED]], check=False)
    for line in table(outcomes, monotonic() - begun):
        print(line)
    if target:
        target.write_text(json.dumps([each._asdict() for each in sorted(outcomes)], indent=1), encoding="utf-8")
    sys.exit(any(each.ended == FAILED for each in outcomes))


def table(outcomes: Iterable[Outcome], seconds: float) -> list[str]:
    """The counts, a line a part."""
    outcomes = list(outcomes)
    lines = [f"{'part':12} {'trials':>7} {'failed':>7} {'skipped':>7} {'tried':>12}  what is counted"]
    for part, what in PARTS.items():
        if own := [each for each in outcomes if each.part == part]:
            ended = Counter(each.ended for each in own)
            tried = sum(each.tried for each in own)
            lines.append(f"{part:12} {len(own):7,} {ended[FAILED]:7,} {ended[SKIPPED]:7,} {tried:12,}  {what}")
            reasons = Counter(each.why for each in own if each.ended == SKIPPED)
            lines += [f"{'':12} skipped, {count}: {why}" for why, count in sorted(reasons.items())]
    return [*lines, f"{len(outcomes):,} trials in {seconds / 60:.1f} minutes"]


if __name__ == "__main__":
    import_module("tests.torture.__main__").main()  # by a name by which the lanes find what they call
