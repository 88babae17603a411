"""Worker processes and what they are at: one that dies costs at most the document that it was at.

Each has a pipe of its own and nothing that it shares, so that none can be stopped by the death of another, and all can
be killed at any moment: what they leave are whole files. A dead worker is seen by the end of its pipe. What it was at
is done once more in a fresh one; if that dies, too, the item is asked for smaller ones, `item.without(death)`, or for
such as hold a failure in place of the document that it was at, and their results come in place of the one.
"""

from __future__ import annotations

import logging
import pickle
from collections import deque
from collections.abc import Sized
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from dedup import guard
from dedup.errors import WorkerError
from dedup.nursery import Death, births

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from multiprocessing.connection import Connection

    from dedup.nursery import Births

__all__ = ["Death", "Workers"]

AHEAD = 3
"""Items for each worker that are under way: one that it is at, one that it has got if there are to be many, and one
whose result waits for its turn."""
IN_VAIN = 3
"""Workers that may die one after the other before any of them has got anything done."""
_KILLED = -9
"""How workers end that are killed."""
_TO_DO = (
    "; if that is since memory ran out, run it again with fewer workers (-j 1 needs the least), or give it more memory"
)
_log = logging.getLogger("dedup")


class _Stage:
    """A stage that is run: its items in order, of which those in front may be done, and those that no worker has."""

    def __init__(self, function: Callable[[Any], Any]) -> None:
        self.function = function
        self.order: deque[_Task] = deque()
        self.waiting: deque[_Task] = deque()

    @property
    def name(self) -> str:
        """The name of its function."""
        return getattr(self.function, "__name__", "a stage")

    def added(self, items: Iterator[Any]) -> bool:
        """Whether there was one more item; it comes after all others."""
        for item in items:
            task = _Task(self, item)
            self.order.append(task)
            self.waiting.append(task)
            return True
        return False

    def taken(self) -> Any:
        """The result of the first item, which is done."""
        first = self.order.popleft()
        if first.well:
            return first.result
        raise first.result

    def replace(self, task: _Task, parts: list[_Task]) -> None:
        """Let others come in place of one, before all that wait."""
        at = self.order.index(task)
        order = [*self.order]
        self.order = deque([*order[:at], *parts, *order[at + 1 :]])
        self.waiting.extendleft(reversed(parts))


class _Task:
    """An item: whether a worker has died of it already; its result once it is done."""

    def __init__(self, stage: _Stage, item: object) -> None:
        self.stage, self.item = stage, item
        self.again = self.done = self.well = False
        self.result: Any = None

    def end(self, *, well: bool, result: object) -> None:
        """It is done, well or with an error."""
        self.item, self.done, self.well, self.result = None, True, well, result

    def divide(self, death: Death) -> None:
        """Put smaller items in its place, since workers died of it.

        Raises:
            WorkerError: there are none.
        """
        without = getattr(self.item, "without", None)
        parts = [_Task(self.stage, part) for part in (without(death) if without else ())]
        if not parts:
            raise WorkerError(f"a worker process died ({death}) at {self.stage.name}, again and again{_TO_DO}")
        _log.warning("a worker died (%s) at %s; what it died of is left out", death, self.stage.name)
        self.stage.replace(self, parts)


class _Worker:
    """A worker as the program knows it: its number, the program's end of its pipe, and what it has got, in order."""

    def __init__(self, number: int, pipe: Connection) -> None:
        self.number, self.pipe = number, pipe
        self.there = False
        self.tasks: deque[_Task] = deque()

    def give(self, task: _Task) -> None:
        """Send it an item."""
        packed = pickle.dumps((task.stage.function, task.item), pickle.HIGHEST_PROTOCOL)
        self.tasks.append(task)
        try:
            self.pipe.send_bytes(packed)
        except OSError:  # it is dead, which is seen when it is listened to
            self.there = self.there and len(self.tasks) > 1  # of this one it did not die

    def hear(self, message: bytes) -> None:
        """It is there (no bytes), or done with what it was at."""
        if message:
            well, result = pickle.loads(message)  # nosec B301  # of our own worker
            self.tasks.popleft().end(well=well, result=result)
        self.there = True

    def give_back(self) -> None:
        """Let others do what it has got."""
        while self.tasks:
            task = self.tasks.pop()
            task.stage.waiting.appendleft(task)


class Workers:
    """So many processes at most, which start when there is work for them."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._births: Births | None = None
        self._all: dict[Any, _Worker] = {}  # by their pipes
        self._born = self._in_vain = 0
        self._modules: tuple[str, ...] = ()

    def begin(self, *modules: str) -> None:
        """Prepare to start them: these modules are imported meanwhile, if none were yet.

        Raises:
            WorkerError: that cannot be done.
        """
        self._modules = self._modules or modules
        with _starting():
            self._births = self._births or births(self._modules)

    def run(self, function: Callable[[Any], Any], items: Iterable[Any]) -> Iterator[Any]:
        """The results of the function, in the items' order.

        Raises:
            WorkerError: workers died of an item that cannot be divided, or before they did anything; or none can be
                started.
        """
        self.begin(function.__module__)
        self._in_vain = 0
        stage, rest, more = _Stage(function), iter(items), True
        deep = 1 if isinstance(items, Sized) else 2  # while the next item is read, nobody could give out another
        try:
            while more or stage.order:
                if stage.order and stage.order[0].done:
                    yield stage.taken()
                    continue
                room = more and len(stage.order) < AHEAD * self.most
                more = stage.added(rest) if room else more
                self._feed(stage, deep)
                self._listen(0 if room else None)
        except BaseException:
            self.end(at_once=True)
            raise

    def end(self, *, at_once: bool = False) -> None:
        """End all of them: when they are done with what they keep for the next run; or at once, as if one is at
        something that nobody waits for."""
        at_once |= any(worker.tasks for worker in self._all.values())
        for pipe in self._all:
            pipe.close()
        self._all.clear()
        if self._births:
            self._births.end(at_once=at_once)
        self._births = None

    def _feed(self, stage: _Stage, deep: int) -> None:
        """Give what waits to those that have least to do."""
        while stage.waiting:
            least = min(self._all.values(), key=lambda each: len(each.tasks), default=None)
            if least is None or (least.tasks and len(self._all) < self.most):
                least = self._start()
            if len(least.tasks) >= deep:
                return
            least.give(stage.waiting.popleft())

    def _start(self) -> _Worker:
        from multiprocessing import Pipe

        self.begin()
        assert self._births is not None
        with _starting():
            ours, theirs = Pipe()
        self._born += 1
        worker = self._all[ours] = _Worker(self._born, ours)
        with theirs, suppress(OSError):  # where none can be asked for, that is seen at the end of its pipe
            self._births.start(self._born, theirs)
        return worker

    def _listen(self, seconds: float | None) -> None:
        """Take what workers have to say; wait until one has."""
        from multiprocessing.connection import wait

        for pipe in wait(list(self._all), seconds):
            if pipe not in self._all:  # it went with another
                continue
            worker = self._all[pipe]
            try:
                message = worker.pipe.recv_bytes()
            except (EOFError, OSError):
                self._died(worker)
            else:
                self._in_vain *= not message
                worker.hear(message)

    def _died(self, worker: _Worker) -> None:
        """Have done by others what a dead worker had got."""
        worker.pipe.close()
        del self._all[worker.pipe]
        death = self._reaped(worker)
        task = worker.tasks.popleft() if worker.there and worker.tasks else None
        worker.give_back()
        if task is None:  # it was not an item that it died of
            self._in_vain += 1
            if self._in_vain >= IN_VAIN:
                raise WorkerError(f"worker processes died before they did anything ({death}){_TO_DO}")
        elif task.again or guard.is_over(death):
            task.divide(death)
        else:
            task.again = True
            _log.warning("a worker died (%s) at %s; its part is done again", death, task.stage.name)
            self._start().give(task)

    def _reaped(self, worker: _Worker) -> Death:
        """How it ended. If what forked it is dead, too, the others go with it, lest any is left when the program is."""
        assert self._births is not None
        try:
            return self._births.reap(worker.number)
        except OSError:
            for each in self._all.values():
                each.give_back()
            self.end(at_once=True)
            return Death(_KILLED)


@contextmanager
def _starting() -> Iterator[None]:
    """Have an error of the system meanwhile say what it is of: it names no file, and would be told of the output."""
    try:
        yield
    except OSError as error:
        raise WorkerError(f"worker processes cannot be started: {error.strerror or error}{_TO_DO}") from error
