"""A folder in memory: files that targets of fuzzing have read and written a million times."""

from __future__ import annotations

import errno
import os
from io import BytesIO
from pathlib import PurePosixPath
from typing import IO, ClassVar


class _Written(BytesIO):
    """A file whose content stays when it is closed."""

    def __init__(self, path: Held, content: bytes) -> None:
        super().__init__()
        self.write(content)
        self.path = path

    def close(self) -> None:
        if not self.closed:
            Held.files[str(self.path)] = self.getvalue()
        super().close()


class Held(PurePosixPath):
    """A path there, with what of `Path` the reading and the restoring of a run need."""

    files: ClassVar[dict[str, bytes]] = {}

    def read_bytes(self) -> bytes:
        """All of a file."""
        if str(self) not in self.files:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(self))
        return self.files[str(self)]

    def is_file(self) -> bool:
        """Whether there is one."""
        return str(self) in self.files

    def mkdir(self, *, parents: bool = False, exist_ok: bool = False) -> None:
        """Every folder is there."""
        assert parents
        assert exist_ok

    def open(self, mode: str, _: int = -1) -> IO[bytes]:
        """A file to read or to write."""
        if "r" in mode:
            return BytesIO(self.read_bytes())
        return _Written(self, self.files.get(str(self), b"") if "a" in mode else b"")
