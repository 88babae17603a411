"""Temporary folders that last as long as what they are for."""

from __future__ import annotations

from shutil import rmtree
from tempfile import mkdtemp
from weakref import finalize


class Temporary:
    """A folder that goes with the last reference to this. (A `TemporaryDirectory` warns where that is part of a cycle,
    as the traceback of an error makes them.)"""

    def __init__(self) -> None:
        self.name = mkdtemp(prefix="dedup-")
        finalize(self, rmtree, self.name, ignore_errors=True)
