"""How a run that is told to end does so: within seconds, with its processes gone, and with a word."""

from __future__ import annotations

import math
import os
import select
import signal
from contextlib import contextmanager, suppress
from time import monotonic
from typing import TYPE_CHECKING

from dedup.run import alongside

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

PATIENCE = 4.0
"""Seconds from a signal on that a run has to end by itself."""
_END = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]


class StoppedError(KeyboardInterrupt):
    """A signal that asks to end: what is done at Ctrl-C is done."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


class _Hearing:
    """Whether a signal ends what is under way: the first one that comes before it is over."""

    def __init__(self) -> None:
        self.on = True

    def stop(self, number: int, _: FrameType | None) -> None:
        """Take a signal."""
        if self.on:
            self.on = False
            raise StoppedError(number)


@contextmanager
def ending(last_words: Callable[[int], bytes]) -> Iterator[None]:
    """End meanwhile when a signal asks for it: SIGTERM and SIGHUP do what Ctrl-C does (not where they are ignored, as
    under nohup); and if that does not come about in seconds, since something long is under way, at once, with what
    `last_words` of the signal are. What came by its end before it heard of the signal ended by itself. For the main
    thread, and where there are such signals."""
    if os.name == "nt":
        yield
        return
    hearing = _Hearing()
    before = {each: signal.getsignal(each) for each in _END}
    own = [each for each, handler in before.items() if handler in (signal.SIG_DFL, signal.default_int_handler)]
    for each in own:
        signal.signal(each, hearing.stop)
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    told = signal.set_wakeup_fd(writer, warn_on_full_buffer=False)  # written before Python does anything
    wait = alongside(_watch, reader, last_words, daemon=True)
    try:
        yield
    finally:
        by_itself, hearing.on = hearing.on, False
        if by_itself:
            signal.set_wakeup_fd(told)
            os.close(writer)
            wait()
            os.close(reader)
            for each in own:
                signal.signal(each, before[each])


def _watch(reader: int, last_words: Callable[[int], bytes]) -> None:
    """End the process some seconds after a signal that asks for it; return where the pipe is closed before."""
    came, until = 0, math.inf
    poll = select.poll()
    poll.register(reader, select.POLLIN)
    while poll.poll(None if until == math.inf else max(0.0, until - monotonic()) * 1_000):
        number = os.read(reader, 1)
        if not number:
            return
        if not came and number[0] in _END:
            came, until = number[0], monotonic() + PATIENCE
    with suppress(OSError):
        os.write(2, last_words(came))
    os._exit(128 + came)
