"""A worker process: it does what comes through a pipe, a stage and an item at a time."""

from __future__ import annotations

import os
import pickle
import signal
from contextlib import suppress
from queue import SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, NoReturn

from dedup import guard
from dedup.process import own_process
from dedup.shelf import SHELF

if TYPE_CHECKING:
    from multiprocessing.connection import Connection


SECONDS = 5
"""That workers have at the end to keep what they have made."""


def work(program: Connection, note: int | None) -> NoReturn:
    """Do what comes through a pipe, until nobody holds its other end."""
    if note is None:  # it was spawned, and nothing was done for it yet
        own_process()
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    else:
        guard.begin(note)
    inbox: SimpleQueue[bytes | None] = SimpleQueue()
    busy = [False]
    Thread(target=_listen, args=(program, inbox, busy), daemon=True).start()
    try:
        program.send_bytes(b"")  # it is there
        while (message := inbox.get()) is not None:
            busy[0] = True
            program.send_bytes(_done(message))
            busy[0] = False
    except OSError:  # nobody waits for it
        os._exit(1)
    if hasattr(signal, "alarm"):
        signal.alarm(SECONDS)
    SHELF.save()  # a worker ends without what `atexit` was told
    os._exit(0)


def _listen(program: Connection, inbox: SimpleQueue[bytes | None], busy: list[bool]) -> None:
    """Take what comes, whatever the worker is at: so the program never waits until it can send."""
    try:
        while True:
            inbox.put(program.recv_bytes())
    except MemoryError:
        os._exit(guard.OUT_OF_MEMORY)
    except (EOFError, OSError):  # the program has let go of it, or is dead
        if busy[0]:
            os._exit(1)
        inbox.put(None)


def _done(message: bytes) -> bytes:
    """What comes of a stage and an item: whether it went well, and the result or the error."""
    try:
        function, item = pickle.loads(message)  # nosec B301  # of our own program
        return _packed(True, function(item))
    except MemoryError:
        os._exit(guard.OUT_OF_MEMORY)  # what is left here is not to be relied on
    except BaseException as error:
        return _error(error)


def _packed(well: bool, value: object) -> bytes:
    return pickle.dumps((well, value), pickle.HIGHEST_PROTOCOL)


def _error(error: BaseException) -> bytes:
    """An error as it is raised in the program, with where it came from."""
    import traceback

    said = "".join(traceback.format_exception(error))
    for each in (error, RuntimeError(f"{type(error).__name__}: {error}")):
        each.__traceback__ = each.__cause__ = each.__context__ = None
        each.add_note(f"In a worker process:\n{said}")
        with suppress(Exception):
            packed = _packed(False, each)
            pickle.loads(packed)  # nosec B301
            return packed
    raise AssertionError  # text can always be sent
