"""The program, `dedup` or `python -m dedup`: the command line, and how its process ends."""

from __future__ import annotations

import atexit
import gc
import os
import signal
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


def _have_streams() -> None:
    """Put something in the place of standard streams that are closed, so that no file of ours gets their numbers: what
    cannot be read from or written to, as the closed one; for errors what takes all."""
    for number, flags in enumerate((os.O_WRONLY, os.O_RDONLY, os.O_WRONLY)):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, flags)  # the lowest number that is free, which is this one
            name = ("stdin", "stdout", "stderr")[number]
            setattr(sys, name, os.fdopen(number, "w" if number else "r", closefd=False, encoding="utf-8"))


@contextmanager
def _ended_by_ctrl_c() -> Iterator[None]:
    """Let Ctrl-C end the process meanwhile, without a word: nothing has begun yet."""
    before = signal.getsignal(signal.SIGINT)
    if before is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    yield
    if before is signal.default_int_handler:
        signal.signal(signal.SIGINT, before)


def program() -> None:
    """Run the command line.

    Once all is written and closed, the process ends as it is: to take apart all that it has read and made, piece by
    piece, takes Python .1 s after a page, and .2 s after a thousand.
    """
    status: int | None = None

    def leave() -> None:
        if status is not None:
            with suppress(AttributeError, OSError, ValueError):  # then Python says what is wrong with its streams
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(status)

    _have_streams()
    atexit.register(leave)  # first of all, so that it is called last
    gc.disable()  # while all that is imported stays
    with _ended_by_ctrl_c():
        from dedup.cli import main  # not in worker processes, which load this module where it is a script

    gc.enable()

    try:
        main(prog_name="dedup")
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else None
        for name in ("SIGINT", "SIGTERM", "SIGHUP"):
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), signal.SIG_IGN)  # nothing is left to be stopped
        raise


if __name__ == "__main__":
    program()
