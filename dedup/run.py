"""Where work is spread: a runner is `map` in another shape. Nothing else starts a thread or a process.

Every runner gives its results in the items' order, so that an answer never depends on the runner.
"""

from __future__ import annotations

import multiprocessing
from collections import deque
from concurrent.futures import ProcessPoolExecutor
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

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
    number of items."""
    if workers <= 1:
        return serial

    def run(function: Callable[[Any], Any], items: Iterable[Any]) -> Iterator[Any]:
        rest = iter(items)
        first = list(islice(rest, 2))
        if len(first) < 2:  # processes take a second to start, for nothing
            yield from map(function, first)
            return
        # spawn: a forked child of a process that uses threads (progress bars, NumPy) can hang; and it is what every
        # platform has.
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(workers, mp_context=context) as executor:
            waiting: deque[Future[Any]] = deque()
            for item in chain(first, rest):
                waiting.append(executor.submit(function, item))
                if len(waiting) >= 3 * workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()

    return run
