"""Runs that are killed at the k-th of their operations on files, and at random times; and then made again.

What has a final name is whole then or not there, and the same command again leaves the same bytes and nothing else.
"""

from __future__ import annotations

import signal
from functools import partial
from operator import itemgetter
from random import Random
from typing import TYPE_CHECKING

from tests.torture.kinds import KINDS, Kind, check_again, check_whole, fresh, undisturbed, work_of
from tests.torture.shimmed import run, shimmed
from tests.torture.trial import Trial, sampled

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from tests.torture.shimmed import Operation

RANDOM = 120
"""Kills at random times; some come when all is over."""


def trials(share: float) -> Iterator[Trial]:
    """All of them; of kinds beside each other as many points as each is given."""
    points = [(kind, number) for kind in KINDS.values() for number in range(kind.points)]
    # Those of a kind apart from each other: the lanes then make what begins them of one kind each.
    for kind, number in sorted(sampled(points, share), key=itemgetter(1)):
        yield Trial(f"{kind.name}, point {number:02}", partial(_at_point, kind, number))
    names = sorted(KINDS)
    for number in sampled(range(RANDOM), share):
        kind = KINDS[names[number % len(names)]]
        yield Trial(f"{kind.name}, random time {number:02}", partial(_at_random, kind, number))


def chosen(operations: Sequence[Operation], points: int, here: Path) -> list[int]:
    """Numbers of operations, from 1: half of the points evenly over all of them, half over those on what has a final
    name, or is renamed to one."""

    def is_final(operation: Operation) -> bool:
        return not work_of(operation.path[len(str(here)) + 1 :].removesuffix(".part"))

    every = range(1, len(operations) + 1)
    final = [number for number in every if is_final(operations[number - 1])]
    first = evenly(final, points // 2)
    rest = [number for number in every if number not in set(first)]
    return sorted([*first, *evenly(rest, points - len(first))])


def evenly(numbers: Sequence[int], count: int) -> list[int]:
    """So many of some numbers, the last among them; all where there are not as many."""
    count = min(count, len(numbers))
    return [numbers[(at + 1) * len(numbers) // count - 1] for at in range(count)]


def _at_point(kind: Kind, number: int, folder: Path) -> int:
    known = undisturbed(kind.name)
    own = chosen(known.operations, kind.points, known.start.with_name("here"))
    at = own[number % len(own)]
    is_write = known.operations[at - 1].name == "write"
    mode = "tear" if is_write else ("before", "after")[number % 2]
    here = fresh(kind, folder)
    killed = shimmed(kind.words, here, at=at, mode=mode)
    if not killed.reached:  # beside another worker there may be one less
        assert has_workers(kind), f"only {killed.counted} operations, and {at} without a disturbance"
        return 0
    assert killed.ended.code == -signal.SIGKILL, killed.ended
    check_whole(kind, here)
    check_again(kind, here)
    return 1


def has_workers(kind: Kind) -> bool:
    """Whether a run of a kind may have several processes, which take turns in another order each time."""
    return kind.words[0] in ("clean", "site") and "1" not in kind.words


def _at_random(kind: Kind, number: int, folder: Path) -> int:
    """Kill a run at a random time; it counts if it was not over by then."""
    here = fresh(kind, folder)
    took = undisturbed(kind.name).seconds
    ended = run(kind.words, here, after=Random(f"kill {number}").uniform(0.15, 0.85) * took)
    check_whole(kind, here)
    check_again(kind, here)
    return int(ended.code == -signal.SIGKILL)
