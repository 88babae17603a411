"""`dedup review`: a small web app on this machine, in which people look at what a run removed, and decide.

This module opens the run and serves the app; its pages are `dedup.review_app`, who may see them `dedup.review_guard`.
"""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass, fields
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any

from dedup.config import Config
from dedup.decisions import default_path
from dedup.errors import SettingError
from dedup.result import Result
from dedup.review_decisions import Decisions
from dedup.review_guard import HOST, Guard
from dedup.review_removals import Removals
from dedup.review_texts import Texts
from dedup.urls import is_url, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from werkzeug.serving import BaseWSGIServer


@dataclass
class Desk:
    """What lies on the table in a review."""

    name: str
    removals: Removals
    decisions: Decisions
    texts: Texts
    command: str
    """How the next run takes the decisions."""
    said: str = ""
    """What the next page says of the last decision, where it was sent without a script."""

    @classmethod
    def of(cls, out: str, file: str | None = None) -> Desk:
        """The desk for the run in a folder or behind a URL, and the decisions in a file, by default the one beside it.

        Raises:
            OutputError: there is no finished run, or it wrote none but attributes.
            SettingError: the file cannot be read; or a run behind a URL has none that is named.
        """
        result = Result(out)
        if not file and is_url(out):
            raise SettingError(f"{shown(out)}: is behind a URL; name a file of this machine with --decisions FILE")
        result.files()  # raises where no documents were written, but attributes
        path = Path(file) if file else default_path(out)
        removals = Removals(result)
        decisions = Decisions(path, removals)
        name = shown(out)
        return cls(name, removals, decisions, Texts(result, removals), command(result, name, path))


def command(result: Result, out: str, path: Path) -> str:
    """The command line of a run that takes the decisions, with the settings of this one."""
    chosen = result.manifest["config"]
    flags = [flag for spec in fields(Config) for flag in _flags(spec.name, chosen.get(spec.name), spec.default)]
    return " ".join(["dedup clean INPUT...", "-o", quote(out), "--decisions", quote(str(path)), *flags])


def _flags(name: str, value: Any, default: Any) -> Iterator[str]:
    flag = f"--{name.replace('_', '-')}"
    value = tuple(value) if isinstance(value, list) else value
    if name == "decisions" or value in (default, None):
        return
    if isinstance(value, bool):
        yield flag if value else f"--no-{flag[2:]}"
    else:
        yield from (f"{flag} {quote(str(each))}" for each in (value if isinstance(value, tuple) else (value,)))


def server(desk: Desk, port: int = 0) -> tuple[BaseWSGIServer, Guard]:
    """A server of the app on this machine alone; port 0 is any that is free.

    Raises:
        SettingError: the port is taken, or may not be used.
    """
    from werkzeug.serving import WSGIRequestHandler, make_server

    from dedup.review_app import app

    class Quiet(WSGIRequestHandler):
        """Says nothing: what is asked for is nobody's business, and may hold terminal escapes."""

        def log(self, *_: object) -> None:
            return

    taken = socket.socket()
    if os.name == "posix":  # elsewhere it would let others listen there, too
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind((HOST, port))
        taken.listen()
    except OSError as error:
        taken.close()
        raise SettingError(f"port = {port}: cannot be listened on: {error.strerror or error}") from error
    number = int(taken.getsockname()[1])
    guard = Guard(number)
    made = make_server(HOST, number, app(desk, guard), threaded=True, request_handler=Quiet, fd=taken.fileno())
    taken.close()  # the server has one of its own
    return made, guard
