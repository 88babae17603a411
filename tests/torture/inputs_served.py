"""Hostile inputs: what a server of the web may answer, and files that change while they are read."""

from __future__ import annotations

import gzip
import json
import os
import re
from contextlib import suppress
from functools import cache, partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from threading import Thread
from time import monotonic, sleep
from typing import TYPE_CHECKING, ClassVar

from tests.material import prose
from tests.torture.inputs import Case, texts_of
from tests.torture.inputs_bombs import deflated, good
from tests.torture.inputs_packed import ids, lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

LARGE, BROKEN = "larger than max_bytes", "^cannot be read: ClientPayloadError"


class Hostile(BaseHTTPRequestHandler):
    """A server that does what the path asks for."""

    protocol_version = "HTTP/1.1"
    answers: ClassVar[dict[str, Callable[[Hostile], None]]] = {}

    def do_GET(self) -> None:
        """Answer, and be gone where the other side is."""
        self.close_connection = True
        with suppress(OSError):
            self.answers[self.path.rpartition("/")[2].partition(".")[0].rstrip("0123456789")](self)

    do_HEAD = do_GET  # noqa: N815 (the name is given)

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def begin(self, **headers: str) -> None:
        """The head of an answer."""
        self.send_response(int(headers.pop("status", "200")))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Connection", "close")
        self.end_headers()

    def send(self, *chunks: bytes) -> None:
        """Pieces of a body, each as a chunk."""
        if self.command == "GET":
            for chunk in chunks:
                self.wfile.write(b"%x\r\n%s\r\n" % (len(chunk), chunk))


CHUNKED = {"Transfer_Encoding": "chunked"}


def _whole(answer: Hostile, body: bytes, **headers: str) -> None:
    answer.begin(Content_Length=str(len(body)), **headers)
    if answer.command == "GET":
        answer.wfile.write(body)


def _short(answer: Hostile) -> None:
    answer.begin(Content_Length=str(2 * len(lines(3))))
    if answer.command == "GET":
        answer.wfile.write(lines(3))


def _more(answer: Hostile) -> None:
    answer.begin(Content_Length=str(len(lines(2))))
    if answer.command == "GET":
        answer.wfile.write(lines(3))


def _dropped(answer: Hostile) -> None:
    answer.begin(**CHUNKED)
    answer.send(lines(2), b'{"id": "cut')


def _slow(answer: Hostile) -> None:
    answer.begin(**CHUNKED)
    for at in range(0, len(lines(2)), 50):
        answer.send(lines(2)[at : at + 50])
        sleep(0.1)
    answer.send(b"")


def _endless(answer: Hostile) -> None:
    answer.begin(**CHUNKED)
    while answer.command == "GET":
        answer.send(b"The mill closed in May. " * 10_000)


def _headers(answer: Hostile) -> None:
    answer.wfile.write(b"HTTP/1.1 200 OK\r\n")
    for at in range(1_000_000):
        answer.wfile.write(b"X-%d: mill\r\n" % at)


def _loud(answer: Hostile) -> None:
    answer.wfile.write(b"HTTP/9.9 abc \xff\x00\r\n\r\n" * 100)


def _onwards(answer: Hostile) -> None:
    at = int(answer.path.rpartition("onwards")[2].partition(".")[0])
    answer.begin(status="302", Location=f"/onwards{at + 1}.jsonl", Content_Length="0")


def _moved(where: str) -> Callable[[Hostile], None]:
    return lambda answer: answer.begin(status="302", Location=where, Content_Length="0")


Hostile.answers = {
    "loop": _moved("/loop.jsonl"),
    "onwards": _onwards,
    "local": _moved("file:///etc/hostname"),
    "nowhere": _moved(""),
    "missing": lambda answer: answer.begin(status="404", Content_Length="0"),
    "forbidden": lambda answer: answer.begin(status="403", Content_Length="0"),
    "broken": lambda answer: answer.begin(status="500", Content_Length="0"),
    "mute": lambda _: None,
    "short": _short,
    "more": _more,
    "dropped": _dropped,
    "slow": _slow,
    "endless": _endless,
    "headers": _headers,
    "loud": _loud,
    "page": lambda answer: _whole(answer, b"<html>\n<body>It works.</body>\n</html>\n"),
    "bomb": lambda answer: _whole(answer, deflated(64), Content_Encoding="gzip"),
    "archive": lambda answer: _whole(answer, good(1) + gzip.compress(b"x") + good(2)),
    "fine": lambda answer: _whole(answer, lines(2)),
}


@cache
def server() -> str:
    """The address of such a server, which goes with this process."""
    listening = ThreadingHTTPServer(("127.0.0.1", 0), Hostile)
    listening.daemon_threads = True
    Thread(target=listening.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{listening.server_port}"


def nothing(_: Path) -> None:
    """No file: all is behind a URL."""


def served() -> Iterator[Case]:
    """What servers answer that are broken, or want to do harm: redirects, bodies that do not end, bombs."""
    if not find_spec("aiohttp"):
        return
    for name, why in (
        ("loop.jsonl", "^TooManyRedirects"), ("onwards0.jsonl", "^TooManyRedirects"),
        ("local.jsonl", "NonHttpUrlRedirect"), ("nowhere.jsonl", "^empty|no such"),
        ("missing.jsonl", "404"), ("forbidden.html", "403"), ("broken.txt", "500"),
        ("mute.txt", "disconnected"), ("headers.txt", "headers"), ("loud.txt", "Bad status line"),
        ("endless.txt", LARGE), ("endless.html", LARGE), ("bomb.txt", LARGE), ("short.txt", BROKEN),
    ):  # fmt: skip
        yield behind(name, {rf".*/{name}(:1)?": why}, {})
    yield behind("page.jsonl", {rf".*/page\.jsonl:{at}": "^not JSON" for at in (1, 2, 3)}, {})
    for name in ("slow.jsonl", "fine.jsonl"):
        yield behind(name, {}, ids(2))
    # Lines that are whole are kept if they are read before the other side is gone, or says more than it announced.
    for name, sent in (("short.jsonl", 3), ("dropped.jsonl", 2)):
        yield behind(name, {rf".*/{name}(:\d+)?": BROKEN}, None)._replace(check=partial(some_of, ids(sent)))
    more = {r".*/more\.jsonl(:\d+)?": "ClientResponseError"}
    yield behind("more.jsonl", {}, None)._replace(may_fail=more, check=partial(some_of, ids(2)))


def behind(name: str, failures: dict[str, str], documents: dict[str, str] | None) -> Case:
    """An input that is behind a URL."""
    return Case(name, nothing, failures, documents, words=(f"{server()}/{name}",), base=())


def some_of(sent: dict[str, str], folder: Path) -> None:
    """Whether what came out is whole, the first of what was sent."""
    texts = texts_of(folder / "out")
    assert set(texts) == set(list(sent)[: len(texts)]), f"came out: {sorted(texts)}"
    assert all(re.search(sent[id_], text) for id_, text in texts.items()), f"came out: {texts}"


# ── files that change ───────────────────────────────────────────────────────────────────────────────────────────────

COUNT = 8_000
CHANGES: dict[str, Callable[[Path], object]] = {
    "is cut off": lambda path: os.truncate(path, path.stat().st_size // 2),
    "is emptied": lambda path: os.truncate(path, 0),
    "grows": lambda path: path.open("ab").write(lines(3)) and None,
    "goes away": lambda path: path.unlink(),
    "is another one": lambda path: (path.with_name("~new").write_bytes(lines(3)), path.with_name("~new").rename(path)),
    "holds something else": lambda path: path.open("r+b").write(b"\0" * 100_000) and None,
}
"""What may become of a file, by what it then does."""
ANY = {".*": ""}
WAITS = (0.0, 0.2)
"""Seconds after the run has begun to write."""


def changing() -> Iterator[Case]:
    """Files that change while they are read: what was read is whole, or what is missing is told."""
    for number, (what, change) in enumerate(CHANGES.items()):
        for at, (name, written) in enumerate((("l.jsonl", records), ("w.warc", archive), ("t.txt", text))):
            wait = WAITS[(number + at) % len(WAITS)]
            made = partial(later, name, written, change, wait)
            yield Case(f"{name} {what} after {wait} s", made, may_fail=ANY)
        for wait in WAITS:
            made = partial(later, "l.jsonl", records, change, wait)
            # The lines themselves are read again where they are written: if those are others, nothing is.
            yield Case(f"lines {what} after {wait} s", made, may_fail=ANY, may_end=(0, 1, 3), lines=True)


def later(name: str, written: Callable[[], bytes], change: Callable[[Path], object], wait: float, folder: Path) -> None:
    """A file that is changed once the run over it has made its folder, and some time on."""
    path = folder / name
    path.write_bytes(written())
    out, until = folder.parent / "out", monotonic() + 60

    def wait_and_change() -> None:
        while not out.exists() and monotonic() < until:
            sleep(0.005)
        sleep(wait)
        if path.exists():
            change(path)

    Thread(target=wait_and_change, daemon=True).start()


@cache
def records() -> bytes:
    """So many lines."""
    return b"".join(json.dumps({"id": f"r{at}", "text": prose(at, 60)}).encode() + b"\n" for at in range(COUNT))


@cache
def archive() -> bytes:
    """A web archive of some pages."""
    return b"".join(map(good, range(300)))


@cache
def text() -> bytes:
    """A long text."""
    return "\n\n".join(prose(at, 60) for at in range(COUNT)).encode()


FAMILIES = (served, changing)
