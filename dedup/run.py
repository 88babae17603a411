"""Where work is spread: a runner is `map` in another shape. Nothing else starts a thread or a process.

Every runner gives its results in the items' order, so that an answer never depends on the runner.
"""

from __future__ import annotations

import os
import signal
import sys
from collections import deque
from contextlib import contextmanager, suppress
from importlib import import_module
from itertools import chain, islice
from threading import Thread, local
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from dedup.errors import WorkerError
from dedup.memory import huge
from dedup.process import own_process
from dedup.shelf import SHELF

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
    from types import FrameType

_IN_THREADS: set[Callable[..., Any]] = set()
_Stage = TypeVar("_Stage", bound="Callable[..., Any]")
_In = TypeVar("_In")
_Out = TypeVar("_Out")


class Runner(Protocol):
    """`run(function, items)` yields `function(item)` for every item, in order."""

    def __call__(self, function: Callable[[_In], _Out], items: Iterable[_In]) -> Iterator[_Out]: ...


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


def serial(function: Callable[[_In], _Out], items: Iterable[_In]) -> Iterator[_Out]:
    """Run here, one after the other."""
    return map(function, items)


def pool(workers: int, module: str = "") -> Runner:
    """Run in `workers` processes; at most three items a worker are under way, so that memory does not grow with the
    number of items. They start with the second item; where a `module` is named, at once, and import it meanwhile.

    Raises (as the results are taken):
        WorkerError: a process died.
    """
    return _Pool(workers, module).run if workers > 1 else serial


class _Pool:
    """Processes that are started once for all stages of a run: each takes a second to start, and then knows what it
    has read of lexicon and weights. They end with the program, or with the last reference to the pool."""

    def __init__(self, workers: int, module: str) -> None:
        self.workers = workers
        self._executor: ProcessPoolExecutor | None = None
        self._threads: ThreadPoolExecutor | None = None  # kept as well: what they read into need not be had again
        if module:
            self._executor = self._started()
            for _ in range(workers):
                _submit(self._executor, import_module, module)

    def __del__(self) -> None:
        # Left to itself, the executor may close its pipes just while the program ends and writes to them.
        if self._executor:
            self._executor.shutdown()

    def run(self, function: Callable[[Any], Any], items: Iterable[Any]) -> Iterator[Any]:
        """The results of the function, in the items' order."""
        if function in _IN_THREADS:
            yield from self._in_threads(function, items)
            return
        rest = iter(items)
        first = list(islice(rest, 2))
        if len(first) < 2 and self._executor is None:  # for one item none is started
            yield from map(function, first)
            return
        with self._processes() as executor:
            futures = (_submit(executor, _call, function, item) for item in chain(first, rest))
            yield from _results(futures, 3 * self.workers)

    def _in_threads(self, function: Callable[[Any], Any], items: Iterable[Any]) -> Iterator[Any]:
        from concurrent.futures import ThreadPoolExecutor

        self._threads = self._threads or ThreadPoolExecutor(self.workers)
        try:
            yield from _results((self._threads.submit(function, item) for item in items), self.workers + 1)
        except BaseException:
            self._threads.shutdown(cancel_futures=True)
            self._threads = None
            raise

    def _started(self) -> ProcessPoolExecutor:
        import multiprocessing  # takes .015 s, and threads need none of it
        from concurrent.futures import ProcessPoolExecutor

        # spawn: a forked child of a process that uses threads (progress bars, NumPy) can hang; and it is what every
        # platform has.
        return ProcessPoolExecutor(self.workers, multiprocessing.get_context("spawn"), initializer=_begin)

    @contextmanager
    def _processes(self) -> Iterator[ProcessPoolExecutor]:
        """The processes; where their work ends early they end, as soon as they can without harm to what they share."""
        from concurrent.futures.process import BrokenProcessPool

        self._executor = executor = self._executor or self._started()
        try:
            yield executor
        except BaseException as error:
            self._executor = None
            if STOP:
                for pid in list(executor._processes or {}):
                    with suppress(ProcessLookupError):
                        os.kill(pid, STOP)
            if isinstance(error, BrokenProcessPool):
                # One that was started while another died, the executor would wait for without end (CPython 3.11).
                for process in list((executor._processes or {}).values()):
                    process.kill()
            executor.shutdown(cancel_futures=True)
            if isinstance(error, BrokenProcessPool):
                raise WorkerError(
                    "a worker process died, most likely since memory ran out; run it again with fewer workers (-j 1"
                    " needs the least)"
                ) from error
            raise


def _results(futures: Iterator[Future[_Out]], most: int) -> Iterator[_Out]:
    """The results of what is under way, in order; at most so many are at a time."""
    waiting: deque[Future[_Out]] = deque()
    for future in futures:
        waiting.append(future)
        if len(waiting) >= most:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def _submit(executor: ProcessPoolExecutor, function: Callable[..., _Out], *items: object) -> Future[_Out]:
    with _no_interrupt():
        return executor.submit(function, *items)


@contextmanager
def _no_interrupt() -> Iterator[None]:
    """Keep signals back for a moment; a process that is started meanwhile gets none before it is ready for them.

    Ctrl-C goes to all processes, and a worker that is still importing would print a traceback; so may SIGTERM (as
    systemd sends it), which then only the program answers: it is not let through in a worker any more.
    """
    if not STOP:
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM, signal.SIGHUP, STOP})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


# ── in a worker ─────────────────────────────────────────────────────────────────────────────────────────────────────

STOP: Any = getattr(signal, "SIGUSR1", None)
"""Tells a worker to give up what it does. It is not killed: if it is just sending a result, the reader would wait for
the rest for ever. Where there is no such signal (Windows), what is under way is waited for."""


class _Stopped(BaseException):
    """A worker was told to give up."""


class _Self:
    """What a worker knows of itself; it lasts as long as the process."""

    busy = stopped = False


def _begin() -> None:
    from multiprocessing.util import Finalize

    own_process()
    Finalize(None, SHELF.save, exitpriority=0)  # a worker ends without what `atexit` was told
    Finalize(None, _leave, exitpriority=-1_000)  # after all else
    Thread(target=_end_with_parent, daemon=True).start()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if STOP:
        signal.signal(STOP, _stop)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {STOP})


def _leave() -> None:
    """End as the program does (`dedup.__main__`), where no error has to be told."""
    if sys.exc_info()[0] is None:
        os._exit(0)


def _end_with_parent() -> None:
    """Not to wait for work for ever where the program was killed."""
    import multiprocessing

    if parent := multiprocessing.parent_process():
        parent.join()
        os._exit(1)


def _stop(_: int, __: FrameType | None) -> None:
    _Self.stopped = True
    if _Self.busy:
        raise _Stopped


def _call(function: Callable[[_In], _Out], item: _In) -> _Out:
    if _Self.stopped:
        raise _Stopped
    _Self.busy = True
    try:
        return function(item)
    finally:
        _Self.busy = False
