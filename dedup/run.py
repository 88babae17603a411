"""Where work is spread: a runner is `map` in another shape. Nothing else starts a thread or a process.

Every runner gives its results in the items' order, so that an answer never depends on the runner.
"""

from __future__ import annotations

import atexit
from collections import deque
from itertools import chain, islice
from threading import Thread, local
from typing import TYPE_CHECKING, Any, Protocol, TypeVar
from weakref import ref

from dedup.memory import huge

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Future, ThreadPoolExecutor

    from dedup.workers import Workers

_IN_THREADS: set[Callable[..., Any]] = set()
_ALONE: set[Callable[..., Any]] = set()
_Stage = TypeVar("_Stage", bound="Callable[..., Any]")
_In = TypeVar("_In")
_Out = TypeVar("_Out")


class Runner(Protocol):
    """`run(function, items)` yields `function(item)` for every item, in order."""

    def __call__(self, function: Callable[[_In], _Out], items: Iterable[_In]) -> Iterator[_Out]: ...


def alone(stage: _Stage) -> _Stage:
    """Mark a stage that reads documents as they come, so that a library may need any time and memory, or crash: a pool
    has a process of its own run it, even if it is a pool of one."""
    _ALONE.add(stage)
    return stage


def in_threads(stage: _Stage) -> _Stage:
    """Mark a stage that works without Python's lock: a pool has threads of this process run it, to which nothing must
    be sent."""
    _IN_THREADS.add(stage)
    return stage


class _Buffers(local):
    """What a thread keeps to read into, since new memory is dear."""

    def __init__(self) -> None:
        self.room = memoryview(bytearray())


_buffers = _Buffers()


def own_buffer(size: int) -> memoryview:
    """So many bytes that are this thread's until it asks again."""
    if len(_buffers.room) < size:
        _buffers.room = huge(size + size // 4)
    return _buffers.room[:size]


def alongside(function: Callable[..., object], *items: object, daemon: bool = False) -> Callable[[], None]:
    """Call alongside all else in this process; what waits until that has returned. For a `daemon` the end of the
    process does not wait."""
    thread = Thread(target=function, args=items, daemon=daemon)
    thread.start()
    return thread.join


def together(function: Callable[[_In], _Out], items: Iterable[_In], most: int) -> list[_Out]:
    """The results of what does nothing but wait, as for a server: so many wait at a time."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(most) as threads:
        return list(threads.map(function, items))


def serial(function: Callable[[_In], _Out], items: Iterable[_In]) -> Iterator[_Out]:
    """Run here, one after the other. Nothing guards this process against what a document does to it; `pool` does, even
    with one worker."""
    return map(function, items)


def pool(workers: int, module: str = "") -> Runner:
    """Run in `workers` processes, where a document that takes too long, or the memory of all, ends only one of these;
    with one, that is where documents are read and extracted, and the rest is done here. At most three items a worker
    are under way, so that memory does not grow with the number of items. The processes start when there is work for
    them; where a `module` is named, they import it from now on.

    Raises (as the results are taken):
        WorkerError: processes died, and to do it again and in smaller parts did not help.
    """
    return _Pool(max(1, workers), module).run


class _Pool:
    """Processes that are started once for all stages of a run: each then knows what it has read of lexicon and weights.
    They end with the program, or with the last reference to the pool."""

    def __init__(self, count: int, module: str) -> None:
        self.count = count
        self._workers: Workers | None = None
        self._threads: ThreadPoolExecutor | None = None  # kept as well: what they read into need not be had again
        if module:
            self._processes().begin(module)

    def __del__(self) -> None:
        self.end()

    def end(self) -> None:
        """End the processes, once they have kept what the next run would make anew."""
        if self._workers:
            self._workers.end()
            self._workers = None

    def run(self, function: Callable[[Any], Any], items: Iterable[Any]) -> Iterator[Any]:
        """The results of the function, in the items' order."""
        if function in _IN_THREADS:
            yield from self._in_threads(function, items) if self.count > 1 else map(function, items)
            return
        rest, here = items, self.count == 1
        if not here and not self._workers:  # for one item none is started
            first = list(islice(items := iter(items), 2))
            rest, here = chain(first, items), len(first) < 2
        if here and function not in _ALONE:
            yield from map(function, rest)
        else:
            yield from self._processes().run(function, rest)

    def _processes(self) -> Workers:
        from dedup.workers import Workers  # of which threads need nothing

        if self._workers is None:
            self._workers = Workers(self.count)
            atexit.register(_end, ref(self))  # a worker that Python finds at its end might outlive it
        return self._workers

    def _in_threads(self, function: Callable[[Any], Any], items: Iterable[Any]) -> Iterator[Any]:
        from concurrent.futures import ThreadPoolExecutor

        self._threads = self._threads or ThreadPoolExecutor(self.count)
        try:
            yield from _results((self._threads.submit(function, item) for item in items), self.count + 1)
        except BaseException:
            self._threads.shutdown(cancel_futures=True)
            self._threads = None
            raise


def _end(pool: ref[_Pool]) -> None:
    if left := pool():
        left.end()


def _results(futures: Iterator[Future[_Out]], most: int) -> Iterator[_Out]:
    """The results of what is under way, in order; at most so many are at a time."""
    waiting: deque[Future[_Out]] = deque()
    for future in futures:
        waiting.append(future)
        if len(waiting) >= most:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()
