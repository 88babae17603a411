"""Threads that take calls, for `run` alone. Those of `concurrent.futures` load `logging` and more, of which nothing is
needed here: .004 s."""

from __future__ import annotations

from queue import SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


class Threads:
    """So many threads. They keep no program from its end."""

    def __init__(self, count: int) -> None:
        self._calls: SimpleQueue[Any] = SimpleQueue()
        self._own = [Thread(target=_work, args=[self._calls], daemon=True) for _ in range(count)]
        for each in self._own:
            each.start()

    def take(self, function: Callable[[Any], Any], item: Any) -> Callable[[], Any]:
        """Take a call; what gives its result."""
        answer: SimpleQueue[tuple[Any, BaseException | None]] = SimpleQueue()
        self._calls.put((function, item, answer))

        def result() -> Any:
            given, error = answer.get()
            if error:
                raise error
            return given

        return result

    def end(self, *, wait: bool = False) -> None:
        """End, once all is done that was taken; `wait` until then."""
        for _ in self._own:
            self._calls.put(None)
        for each in self._own if wait else ():
            each.join()


def _work(calls: SimpleQueue[Any]) -> None:
    while call := calls.get():
        function, item, answer = call
        try:
            answer.put((function(item), None))
        except BaseException as error:  # raised where the result is taken
            answer.put((None, error))
        del call, function, item, answer  # they may be large, and the next one may be long in coming
