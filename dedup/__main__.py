"""The program, `dedup` or `python -m dedup`: the command line, and how its process ends."""

from __future__ import annotations

import atexit
import gc
import os
import sys
from contextlib import suppress


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

    atexit.register(leave)  # first of all, so that it is called last
    gc.disable()  # while all that is imported stays
    from dedup.cli import main  # not in worker processes, which load this module where it is a script

    gc.enable()

    try:
        main(prog_name="dedup")
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else None
        raise


if __name__ == "__main__":
    program()
