"""Runs of which an operation on files fails, or all from the k-th on, by the shim; and such as fail by themselves: on
full and read-only file systems, without files to open, with nobody who reads."""

from __future__ import annotations

import errno
import os
import sys
from functools import partial
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from tests.torture import faults_real
from tests.torture.kills import has_workers
from tests.torture.kinds import (
    KINDS,
    OUT,
    Kind,
    Undisturbed,
    check_again,
    check_whole,
    digests,
    fresh,
    undisturbed,
    work_of,
)
from tests.torture.shimmed import shimmed
from tests.torture.trial import Trial, sampled

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.torture.shimmed import Operation, Shimmed


class Fault(NamedTuple):
    """An error, the operations that it may come from, and whether it lasts."""

    number: int
    operations: str
    lasts: bool = False


FAULTS = (
    Fault(errno.ENOSPC, ",open,write,mkdir,fsync,", lasts=True),
    Fault(errno.EIO, ",open,write,mkdir,fsync,rename,truncate,unlink,rmdir,"),
    Fault(errno.EACCES, ",open,mkdir,rename,unlink,"),
    Fault(errno.ENOSPC, ",write,fsync,"),
    Fault(errno.EMFILE, ",open,openr,"),
    Fault(errno.EMFILE, ",open,openr,", lasts=True),
    Fault(errno.EIO, ",read,openr,"),
)


def trials(share: float) -> Iterator[Trial]:
    """All of them; of each kind half as many as the points that it is killed at, and each fault at least once."""
    points = [(kind, number) for kind in KINDS.values() for number in range(max(len(FAULTS), kind.points // 2))]
    for kind, number in sampled(points, share):
        name = errno.errorcode[FAULTS[number % len(FAULTS)].number]
        yield Trial(f"{kind.name}, {name} {number:02}", partial(_at_point, kind, number))
    yield from sampled(list(faults_real.trials()), share)


def _at_point(kind: Kind, number: int, folder: Path) -> int:
    fault, known = FAULTS[number % len(FAULTS)], undisturbed(kind.name)
    own = [each for each in known.every if f",{each.name}," in fault.operations]
    at = 1 + int(len(own) * Random(f"{kind.name} {number}").random())
    here = fresh(kind, folder)
    mode = str(fault.number)
    done = shimmed(kind.words, here, at=at, mode=mode, operations=fault.operations, lasts=fault.lasts, log=True)
    if not done.reached:  # beside another worker there may be one less
        assert has_workers(kind), f"only {done.counted} operations, and {len(own)} without a disturbance"
        return 0
    _check_end(kind, done, fault, done.operations[at - 1], here)
    if not (kind.told_by and done.ended.code == 1):  # else it is done, but for an input that failed
        check_again(kind, here)
    return 1


def _check_end(kind: Kind, done: Shimmed, fault: Fault, operation: Operation, here: Path) -> None:
    """See that a run of which an operation failed ended as it must."""
    known, (code, _, said) = undisturbed(kind.name), done.ended
    path = operation.path.removeprefix(f"{here}/")
    what = f"{operation.name} of {path} fails with {errno.errorcode[fault.number]}"
    if code == known.code and not _differing(known, digests(here)):
        return  # it could do without
    if kind.words[0] == sys.executable:  # no command of ours, which would say it in words
        assert code, done
        check_whole(kind, here)
        return
    assert "Traceback" not in said, f"{what}: {said[-3000:]}"
    is_input = path in known.before and not path.startswith(("out", "index"))
    if is_input and operation.name in ("read", "openr"):
        assert code in (1, 3, 4), f"{what}: ends with {code}: {said}"
        if code != 1:  # else all is written, without what could not be read
            check_whole(kind, here)
        return
    assert code == 4, f"{what}: ends with {code}: {said}"
    assert os.strerror(fault.number) in said, f"{what}, but it says: {said}"
    if not (fault.lasts and has_workers(kind)):
        names = [path.rsplit("/", 1)[-1].removesuffix(".part"), *path.split("/")[:1]]
        if path.endswith(" (deleted)"):  # it has no name, and what it is for is told
            names = [OUT]
        assert any(name in said for name in names), f"{what}, but it says: {said}"
    check_whole(kind, here)


def _differing(known: Undisturbed, found: dict[str, str]) -> list[str]:
    """The files that are other than they should be, without what runs work with, and what could not be removed."""
    names = [name for name in {*known.after, *found} if not work_of(name)]
    wanted = {**known.before, **known.after}
    return [name for name in names if found.get(name) != wanted.get(name)]
