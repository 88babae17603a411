"""Where worker processes are born: one process of its own imports what they need, and they are forks of it.

A worker is there in a millisecond then, and what was imported is in memory once. The standard library has the same as
`forkserver`; it is not taken since (CPython 3.11 to 3.13) it imports what is preloaded from the current folder first,
whatever `sys.path` is; leaves a folder behind for its socket when the program is killed; lets signals through while it
starts; changes what other users of it in the program get; and cannot end a worker that holds Python's lock when the
program is gone. Here the fork server, which does nothing else, ends them all.

Asked through a socket, by number: to fork a worker (with its end of a pipe), to tell how one that is dead has ended, to
end with all of them once they are done. When the program is gone, so that nobody holds the other end, all are killed.
Where nothing can be forked (Windows), workers are spawned.
"""

from __future__ import annotations

import errno
import os
import signal
import struct
import subprocess
import sys
import tempfile
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple, NoReturn, Protocol

from dedup import guard
from dedup.process import own_process
from dedup.shelf import SHELF
from dedup.worker import SECONDS, work

if TYPE_CHECKING:
    import socket
    from collections.abc import Sequence
    from multiprocessing.connection import Connection
    from multiprocessing.context import SpawnProcess

NOT_STARTED = 71  # EX_OSERR
"""The exit code that is told of a worker that could not be started."""
_ASKED, _TOLD = struct.Struct("<cq"), struct.Struct("<qq")
_FORK, _REAP, _END = b"f", b"r", b"e"
_NONE = -1
_START = "import sys; sys.path[:] = {path!r}; from dedup.nursery import serve; serve({asked}, {modules!r})"
_HEARD = "SIGINT", "SIGTERM", "SIGHUP"
"""Signals that may go to all processes, and that only the program answers."""


class Death(NamedTuple):
    """How a worker ended: its exit code (minus the signal), and the number of the document, within what it was at, that
    it had noted last."""

    code: int
    at: int | None = None

    def __str__(self) -> str:
        if self.code == guard.OUT_OF_MEMORY:
            return "out of memory"
        if self.code >= 0:
            return f"exit code {self.code}"
        with suppress(ValueError):
            return f"signal {-self.code}, {signal.Signals(-self.code).name}"
        return f"signal {-self.code}"


class Births(Protocol):
    """What starts workers, each known by a number."""

    def start(self, number: int, theirs: Connection) -> None:
        """Start one that works for what stands at the other end of a pipe.

        Raises:
            OSError: it could not be asked for.
        """

    def reap(self, number: int) -> Death:
        """How one that has let go of its pipe ended.

        Raises:
            OSError: nobody knows.
        """

    def end(self, *, at_once: bool) -> None:
        """End with all workers: when they are done with what is kept, or at once."""


def births(modules: Sequence[str]) -> Births:
    """What starts workers that have imported these modules."""
    return Nursery(modules) if hasattr(os, "fork") else Spawned()


class Nursery:
    """The program's end of a process of which workers are forks."""

    def __init__(self, modules: Sequence[str]) -> None:
        import socket

        self._asked = False
        self._asks, theirs = socket.socketpair()
        code = _START.format(path=sys.path, asked=theirs.fileno(), modules=list(modules))
        flags = subprocess._args_from_interpreter_flags()  # type: ignore[attr-defined]
        command = [sys.executable, *flags, "-P", "-c", code]
        heard = {getattr(signal, name) for name in _HEARD}
        before = signal.pthread_sigmask(signal.SIG_BLOCK, heard)  # until it has said that it ignores them
        try:
            self._process = subprocess.Popen(command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL)
        except BaseException:
            self._asks.close()
            raise
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
            theirs.close()

    def start(self, number: int, theirs: Connection) -> None:
        import socket

        self._asked = True
        socket.send_fds(self._asks, [_ASKED.pack(_FORK, number)], [theirs.fileno()])

    def reap(self, number: int) -> Death:
        self._asks.sendall(_ASKED.pack(_REAP, number))
        told = self._asks.recv(_TOLD.size)
        if len(told) < _TOLD.size:
            raise ConnectionResetError(errno.ECONNRESET, "the fork server died")
        code, at = _TOLD.unpack(told)
        return Death(code, None if at == _NONE else at)

    def end(self, *, at_once: bool) -> None:
        if not self._asked:  # it may still import
            self._process.kill()
        elif not at_once:
            with suppress(OSError):
                self._asks.sendall(_ASKED.pack(_END, 0))
        self._asks.close()
        try:
            self._process.wait(1 if at_once else SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class Spawned:
    """Workers that are started one by one, each with all imports."""

    def __init__(self) -> None:
        self._processes: dict[int, SpawnProcess] = {}

    def start(self, number: int, theirs: Connection) -> None:
        from multiprocessing import get_context

        process = get_context("spawn").Process(target=work, args=(theirs, None), daemon=True)
        process.start()
        self._processes[number] = process

    def reap(self, number: int) -> Death:
        if number not in self._processes:
            return Death(NOT_STARTED)
        process = self._processes.pop(number)
        process.join()
        return Death(process.exitcode or 0)

    def end(self, *, at_once: bool) -> None:
        for process in self._processes.values():
            if at_once:
                process.kill()
            process.join()
        self._processes.clear()


# ── in the process of which workers are forks ───────────────────────────────────────────────────────────────────────


def serve(asked: int, modules: Sequence[str]) -> NoReturn:
    """Import what workers need, and fork them as it is asked for."""
    import gc
    import socket

    for name in _HEARD:
        signal.signal(getattr(signal, name), signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {getattr(signal, name) for name in _HEARD})
    own_process()
    gc.disable()  # while all that is imported stays
    for module in modules:
        with suppress(Exception):  # then it is told by what asks for it
            import_module(module)
    SHELF.save()  # here, lest every worker does
    gc.freeze()
    gc.enable()
    children: dict[int, _Child] = {}
    with socket.socket(fileno=asked) as program:
        while True:
            request, handles, _, _ = socket.recv_fds(program, _ASKED.size, 1)
            what, number = _ASKED.unpack(request) if len(request) == _ASKED.size else (b"", 0)
            if what == _FORK:
                children[number] = _fork(program, handles[0])
            elif what == _REAP:
                program.sendall(_TOLD.pack(*children.pop(number).ended()))
            else:
                for child in children.values():
                    child.end(at_once=what != _END)
                os._exit(0)


class _Child(NamedTuple):
    """A worker as its parent knows it; the process is 0 where none could be forked."""

    process: int
    note: int

    def ended(self) -> tuple[int, int]:
        """Its exit code, and the document that it was at."""
        if not self.process:
            return NOT_STARTED, _NONE
        _, status = os.waitpid(self.process, 0)
        at = guard.noted(self.note)
        os.close(self.note)
        return os.waitstatus_to_exitcode(status), _NONE if at is None else at

    def end(self, *, at_once: bool) -> None:
        if self.process:
            if at_once:
                os.kill(self.process, signal.SIGKILL)  # nobody else has this number: it was not waited for yet
            os.waitpid(self.process, 0)


def _fork(program: socket.socket, handle: int) -> _Child:
    """A worker at this end of a pipe."""
    try:
        note = _note()
        try:
            process = os.fork()
        except OSError:
            os.close(note)
            raise
    except OSError:
        os.close(handle)
        return _Child(0, 0)
    if process:
        os.close(handle)
        return _Child(process, note)
    try:
        program.close()
        from multiprocessing.connection import Connection

        work(Connection(handle), note)
    finally:
        os._exit(1)


def _note() -> int:
    """A file in memory that a worker notes in where it is."""
    if hasattr(os, "memfd_create"):
        note = os.memfd_create("dedup")
    else:
        with tempfile.TemporaryFile() as file:
            note = os.dup(file.fileno())
    os.ftruncate(note, guard.NOTE)
    return note
