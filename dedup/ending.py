"""How a run that is told to end does so: within seconds, with its processes gone, and with a word."""

from __future__ import annotations

import os
import signal
from contextlib import contextmanager, suppress
from time import sleep
from typing import TYPE_CHECKING, NoReturn

from dedup.run import alongside

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

PATIENCE = 4.0
"""Seconds from a signal on that a run has to end by itself."""


class StoppedError(KeyboardInterrupt):
    """A signal that asks to end: what is done at Ctrl-C is done."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


def _stop(number: int, _: FrameType | None) -> NoReturn:
    raise StoppedError(number)


@contextmanager
def ending(last_words: Callable[[int], bytes]) -> Iterator[None]:
    """End meanwhile when a signal asks for it: as at Ctrl-C at SIGTERM and SIGHUP, too (not where they are ignored, as
    under nohup); and if that does not come about in seconds, since something long is under way, at once, with what
    `last_words` of the signal are. For the main thread, and where there are such signals."""
    if os.name == "nt":
        yield
        return
    before = {each: signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGHUP)}
    for each in [each for each, handler in before.items() if handler is signal.SIG_DFL]:
        signal.signal(each, _stop)
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    told = signal.set_wakeup_fd(writer, warn_on_full_buffer=False)  # written before Python does anything
    came: list[int] = []
    wait = alongside(_watch, reader, came, last_words, daemon=True)
    try:
        yield
    finally:
        if not came:
            signal.set_wakeup_fd(told)
            os.close(writer)
            wait()
            os.close(reader)
            for each, handler in before.items():
                signal.signal(each, handler)


def _watch(reader: int, came: list[int], last_words: Callable[[int], bytes]) -> None:
    """End the process some seconds after a signal that asks for it; return where the pipe is closed."""
    while number := os.read(reader, 1):
        if number[0] in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            came.append(number[0])
            sleep(PATIENCE)
            with suppress(OSError):
                os.write(2, last_words(number[0]))
            os._exit(128 + number[0])
