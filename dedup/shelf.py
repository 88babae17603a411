"""What takes long to make of the package's own data, compiled patterns above all, kept for the next process as Python
keeps compiled modules: in `__pycache__`, where `PYTHONPYCACHEPREFIX` and `PYTHONDONTWRITEBYTECODE` hold as well.

The file has the trust of a `.pyc`: the same folder, the same owner, and values by the same module (marshal), which runs
nothing when it reads; compiled templates among them run when they are used, as what a `.pyc` holds. One of another
Python, or damaged, is not used; where none can be read or written, everything is made anew, with the same result.
"""

from __future__ import annotations

import atexit
import marshal
import os
import sys
from contextlib import contextmanager, suppress
from importlib.util import cache_from_source
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import xxhash

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_Made = TypeVar("_Made")
_Stored = TypeVar("_Stored")

MOST = 4_000
"""Things in a file, at most: it begins anew where the lexicon was changed so often that most of them are old."""
_DIGEST = 16


class Shelf:
    """Things by the text that they are made of, in the file that a module of this path has (it need not exist)."""

    def __init__(self, module: Path) -> None:
        self._new: dict[bytes, Callable[[], Any]] = {}
        self._stored: dict[bytes, bytes] | None = None
        try:
            self.path = Path(cache_from_source(str(module)))
        except NotImplementedError:  # this Python keeps nothing
            self._stored, self.path = {}, Path()

    def get(
        self, text: str, make: Callable[[], _Made], store: Callable[[_Made], _Stored], load: Callable[[_Stored], _Made]
    ) -> _Made:
        """What `make` gives. The text has to say all that it depends on: versions of libraries too. What marshal cannot
        hold is `store`d as what it can, and from that it is `load`ed."""
        if self._stored is None:
            self._stored = self._read()
        name = xxhash.xxh3_128_digest(text.encode("utf-8", "surrogatepass"))
        if name in self._stored:
            with suppress(Exception):  # whatever a library says to what it did not expect: it is made anew
                return load(marshal.loads(self._stored[name]))  # nosec B302  # as Python reads .pyc
        made = make()
        if not sys.dont_write_bytecode:
            if not self._new:
                atexit.register(self.save)
            self._new[name] = lambda: store(made)
        return made

    def save(self) -> None:
        """Write what was made, with what other processes have written meanwhile; where that cannot be, nothing."""
        if not self._new or not self.path.name:
            return
        new = {name: marshal.dumps(stored()) for name, stored in self._new.items()}
        self._new.clear()
        with suppress(OSError):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with _alone_in(self.path.parent):
                self._write(new)

    def _write(self, new: dict[bytes, bytes]) -> None:
        found = self._read() | new
        body = marshal.dumps(found if len(found) <= MOST else new)
        temporary = self.path.with_name(f"{self.path.name}.{os.getpid()}")
        try:
            temporary.write_bytes(_stamp() + xxhash.xxh3_128_digest(body) + body)
            temporary.replace(self.path)
        except OSError:
            with suppress(OSError):
                temporary.unlink()

    def _read(self) -> dict[bytes, bytes]:
        try:
            content = self.path.read_bytes()
        except OSError:
            return {}
        head, body = content[: 2 * _DIGEST], content[2 * _DIGEST :]
        if head != _stamp() + xxhash.xxh3_128_digest(body):
            return {}
        found: dict[bytes, bytes] = marshal.loads(body)  # nosec B302
        return found


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """As the only process that is here in this folder: the workers of a run end at the same time, and one that reads
    the file before another has written it would write it without what that one made. Where there are no such locks
    (Windows) that happens, and what is lost is made anew."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _stamp() -> bytes:
    return xxhash.xxh3_128_digest(f"{sys.version} {sys.byteorder} {sys.maxsize}".encode())


def as_it_is(made: _Made) -> _Made:
    """For what marshal can hold."""
    return made


SHELF = Shelf(Path(__file__).parent / "lexicon" / "made.py")
"""What is made of the lexicon and of the patterns of the code."""
