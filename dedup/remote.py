"""Files and folders behind URLs: how they are opened, and what is said of them.

fsspec knows the stores (`s3://`, `gs://`, `hf://`, `https://`, `memory://`, ...), each by a package of its own, which
finds credentials where it always does. Both are imported here and nowhere else, once a URL is met.
"""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from io import BufferedReader, BytesIO, RawIOBase
from pathlib import PurePosixPath
from typing import IO, TYPE_CHECKING, Any, cast

from dedup.urls import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

BLOCK = 1 << 23
"""Bytes that are asked for at a time: s3fs asks for 50 MB, which is more than most files have."""
BUFFER = 1 << 20
NOTHING = "no such file or folder"
"""What is said where no store says more."""
_INSTALL = "pip install 'dedup-corpus[remote]'"


@dataclass(frozen=True, slots=True)
class Remote:
    """A file or folder behind a URL. It has of `pathlib.Path` what is asked of files that are read.

    Every method raises OSError, with what its store said, where the store does not give what it is asked for.
    """

    system: Any
    """The file system of fsspec (`AbstractFileSystem`)."""
    path: str
    """Its name there."""
    prefix: str
    """What stands before that in a URL."""
    content: bytes | None = field(default=None, compare=False, repr=False)
    """All of the file, if it is here already: see `dedup.ahead`."""

    @classmethod
    def at(cls, url: str) -> Remote:
        """What a URL names, whether it is there or not.

        Raises:
            OSError: fsspec, or the package for this kind of URL, is not installed; or nothing knows this kind.
        """
        try:
            from fsspec.core import url_to_fs
        except ImportError as error:
            raise OSError(f"URLs need fsspec: {_INSTALL}") from error
        with _told():
            try:
                system, path = url_to_fs(url, **_settings(url))
            except ImportError as error:
                raise OSError(f"a package for such URLs is not installed: {error}") from error
        path = path if path == "/" else path.rstrip("/")
        whole = url.rstrip("/")
        return cls(system, path, whole.removesuffix(path) if path and whole.endswith(path) else _prefix(system, path))

    @property
    def url(self) -> str:
        """The URL, as it may be shown."""
        return shown(self.prefix + self.path)

    def __str__(self) -> str:
        return self.url

    @property
    def name(self) -> str:
        """The last step of the path."""
        return PurePosixPath(shown(self.path)).name  # in the path of `https` stands the query

    @property
    def stem(self) -> str:
        """The name without the last extension."""
        return PurePosixPath(self.name).stem

    @property
    def suffix(self) -> str:
        """The last extension of the name, with its dot; empty if it has none."""
        return PurePosixPath(self.name).suffix

    def __truediv__(self, name: str) -> Remote:
        return Remote(self.system, self._root() + name, self.prefix)

    def _root(self) -> str:
        """What the paths of all that lies in the folder begin with."""
        return f"{self.path.rstrip('/')}/" if self.path else ""

    def open(self, mode: str = "rb", buffering: int = BUFFER) -> IO[bytes]:
        """The bytes of the file, read as they are asked for; from any place, where the store can do that."""
        assert mode == "rb"
        if self.content is not None:
            return BytesIO(self.content)
        with _told():
            handle = self.system.open(self.path, "rb", block_size=self._block())
        return cast("IO[bytes]", BufferedReader(_Stream(handle), max(buffering, 1)))

    def beginning(self, size: int) -> bytes:
        """So many bytes of a file of the web, or all it has, by one request."""
        with _told():  # with a `size`, which it may be of, fsspec does not ask for it first
            handle = self.system.open(self.path, "rb", block_size=0, size=1)
        with BufferedReader(_Stream(handle)) as stream:
            return stream.read(size)

    @property
    def is_web(self) -> bool:
        """Whether it is behind a server of the web, which may send what it likes."""
        return "http" in self.system.protocol

    def _block(self) -> int:
        """Bytes that are asked for at a time; 0 where a web server gives no parts of files, but all in one stream."""
        return BLOCK if not self.is_web or self.system.info(self.path).get("partial") else 0

    def read_bytes(self) -> bytes:
        """All of the file."""
        with self.open() as handle:
            return handle.read()

    def is_file(self) -> bool:
        """Whether there is a file of this name."""
        try:
            return self.kind() == "file"
        except FileNotFoundError:
            return False

    def kind(self) -> str:
        """`file` or `directory`; FileNotFoundError where there is nothing of this name."""
        with _told():
            return str(self.system.info(self.path)["type"])

    def stamp(self) -> tuple[int, str]:
        """How many bytes the file has, and which version of it this is, as far as its store tells."""
        with _told():
            known = self.system.info(self.path)
        return int(known.get("size") or 0), str(known.get("ETag") or known.get("LastModified") or known.get("created"))

    def names(self) -> list[str]:
        """The paths of all files in the folder, from it on and however deep, sorted bytewise; as they are now, not as
        they were when they were last listed."""
        root = self._root()
        with _told():
            self.system.invalidate_cache()
            try:
                found = self.system.find(self.path)
            except FileNotFoundError:
                return []
        # Stores of objects have files of no bytes that stand for folders, and `find` of a prefix may have its twins.
        inside = [path.removeprefix(root) for path in found if path.startswith(root) and not path.endswith("/")]
        return sorted(inside, key=os.fsencode)

    def top(self) -> list[str]:
        """The names of what lies in the folder itself."""
        with _told():
            self.system.invalidate_cache()
            try:
                found = self.system.ls(self.path, detail=False)
            except FileNotFoundError:
                return []
        return [name for path in found if (name := path.rstrip("/").removeprefix(self.path).strip("/"))]

    def matching(self) -> dict[str, str]:
        """The paths of all that the path matches as a pattern, each with its kind."""
        with _told():
            return {path: str(info["type"]) for path, info in self.system.glob(self.path, detail=True).items()}

    def write_bytes(self, content: bytes) -> None:
        """Write the file, which appears when it is whole."""
        with _told():
            self.system.pipe_file(self.path, content)

    def unlink(self) -> None:
        """Remove the file, if it is there."""
        with suppress(FileNotFoundError), _told():
            self.system.rm_file(self.path)

    def put(self, folder: Path, names: Iterable[str]) -> None:
        """Put files of a local folder into this one, under the same names; several at a time, where the store can."""
        pairs = [(str(folder / name), (self / name).path) for name in names]
        with _told():
            self.system.put([local for local, _ in pairs], [there for _, there in pairs])


def _prefix(system: Any, path: str) -> str:
    return str(system.unstrip_protocol(path)).removesuffix(path)


def _settings(url: str) -> dict[str, Any]:
    """What is asked of the web beyond the settings of fsspec: that no time ends a file that is still coming. aiohttp
    gives it five minutes, but it is read no faster than the documents in it are prepared."""
    scheme = url.partition("://")[0].lower()
    if scheme not in ("http", "https"):
        return {}
    from aiohttp import ClientTimeout
    from fsspec.config import conf

    known = conf.get(scheme, {}).get("client_kwargs", {})
    return {"client_kwargs": {"timeout": ClientTimeout(total=None, sock_connect=60, sock_read=300)} | known}


class _Stream(RawIOBase):
    """A file of fsspec, whose errors are OSErrors that may be shown."""

    def __init__(self, handle: Any) -> None:
        self.handle = handle

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        has_end = getattr(self.handle, "size", 0) is not None  # a stream of the web has none that it knows
        return has_end and bool(self.handle.seekable())

    def readinto(self, room: Any) -> int:
        with _told():
            piece = self.handle.read(len(room))
        room[: len(piece)] = piece
        return len(piece)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        with _told():
            return int(self.handle.seek(offset, whence))

    def tell(self) -> int:
        return int(self.handle.tell())

    def close(self) -> None:
        if not self.closed:
            self.handle.close()
        super().close()


@contextmanager
def _told() -> Iterator[None]:
    """Errors of fsspec and of the package behind it, which are of any kind, as OSErrors that may be shown."""
    try:
        yield
    except Exception as error:
        said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        if isinstance(error, FileNotFoundError):
            if " " not in said:  # only its name: what went before may say more
                said = _of_cause(error.__cause__)
            raise FileNotFoundError(_line(said)) from error
        if isinstance(error, NotImplementedError):
            raise OSError("such URLs can only be read") from error
        plain = said and isinstance(error, OSError | ValueError)
        raise OSError(_line(said if plain else f"{type(error).__name__}: {said}")) from error


def _of_cause(error: BaseException | None) -> str:
    if error is None or isinstance(error, OSError):
        return str(error or NOTHING)
    return f"{type(error).__name__}: {error}"  # some say but a number, or a URL


def _line(said: str) -> str:
    return shown(" ".join(said.split()))
