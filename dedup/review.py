"""`dedup review`: a small web app on this machine, in which people look at what a run removed, and decide.

This module serves the app; its pages are `dedup.review_app`, who may see them `dedup.review_guard`, and what they are
about `dedup.review_desk`.
"""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING

from dedup.errors import SettingError
from dedup.review_guard import HOST, Guard

if TYPE_CHECKING:
    from werkzeug.serving import BaseWSGIServer

    from dedup.review_desk import Desk


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
