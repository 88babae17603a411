"""Where work is spread: a runner is `map` in another shape. Nothing else starts a thread or a process.

Every runner gives its results in the items' order, so that an answer never depends on the runner.
"""

from __future__ import annotations

import multiprocessing
import signal
from collections import deque
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from dedup.errors import WorkerError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Future

_In = TypeVar("_In")
_Out = TypeVar("_Out")


class Runner(Protocol):
    """`run(function, items)` yields `function(item)` for every item, in order."""

    def __call__(self, function: Callable[[_In], _Out], items: Iterable[_In]) -> Iterator[_Out]: ...


def serial(function: Callable[[_In], _Out], items: Iterable[_In]) -> Iterator[_Out]:
    """Run here, one after the other."""
    return map(function, items)


def pool(workers: int) -> Runner:
    """Run in `workers` processes; at most three items a worker are under way, so that memory does not grow with the
    number of items.

    Raises (as the results are taken):
        WorkerError: a process died.
    """
    if workers <= 1:
        return serial

    def run(function: Callable[[Any], Any], items: Iterable[Any]) -> Iterator[Any]:
        rest = iter(items)
        first = list(islice(rest, 2))
        if len(first) < 2:  # processes take a second to start, for nothing
            yield from map(function, first)
            return
        with _executor(workers) as executor:
            waiting: deque[Future[Any]] = deque()
            for item in chain(first, rest):
                with _no_interrupt():
                    waiting.append(executor.submit(function, item))
                if len(waiting) >= 3 * workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()

    return run


@contextmanager
def _executor(workers: int) -> Iterator[ProcessPoolExecutor]:
    """Processes that end with the work, and at once where that ends early: they write things whole or not at all."""
    # spawn: a forked child of a process that uses threads (progress bars, NumPy) can hang; and it is what every
    # platform has.
    executor = ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), initializer=_ignore_interrupt)
    try:
        yield executor
    except BaseException as error:
        for process in list((executor._processes or {}).values()):  # terminate_workers() as of Python 3.14
            process.terminate()
        executor.shutdown(cancel_futures=True)
        if isinstance(error, BrokenProcessPool):
            raise WorkerError(
                "a worker process died, most likely since memory ran out; run it again with fewer workers (-j 1 needs"
                " the least): into the same folder it goes on from there"
            ) from error
        raise
    finally:
        executor.shutdown()


def _ignore_interrupt() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextmanager
def _no_interrupt() -> Iterator[None]:
    """Keep an interrupt back for a moment; a process that is started meanwhile never gets one.

    Ctrl-C goes to all processes, and a worker that is still importing would print a traceback.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
