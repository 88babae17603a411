"""Pseudo-terminals: what a program writes to one."""

from __future__ import annotations

import os
import subprocess
from typing import Any


def on_a_terminal(command: list[str], **more: Any) -> tuple[int, str]:
    """The exit code of a program and what it writes to a pseudo-terminal: to standard error, and to standard output
    unless that goes elsewhere."""
    ours, theirs = os.openpty()
    given = {"stdin": subprocess.DEVNULL, "stdout": theirs, "stderr": theirs} | more
    with subprocess.Popen(command, **given) as process:
        os.close(theirs)
        read = bytearray()
        while True:
            try:
                piece = os.read(ours, 1 << 16)
            except OSError:  # Linux says so that the other end is closed
                break
            if not piece:
                break
            read += piece
    os.close(ours)
    return process.returncode, read.decode()
