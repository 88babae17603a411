"""A run into a folder behind a URL: made in a local folder, then put there file by file.

Stores of objects rename nothing, so that a run is whole there by the order in which its files come: the manifest of an
earlier run goes first, and that of this one comes when everything else is there. What has no manifest is no finished
run. Until then a mark says whose the files are, so that a run after a failure may write over them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from dedup.errors import OutputError
from dedup.remote import Remote
from dedup.urls import shown
from dedup.write import MANIFEST, REPORT, TREE, WORK, is_finished

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

MARK, PROBE = "unfinished.json", "unfinished.probe"
"""The names of all files that runs of ours have put there, while not all of this one are; and what is tried first."""
LAST = (MANIFEST, "_SUCCESS")
"""What says that a run is finished, in the order in which it comes; it goes in the other order."""


class Target:
    """The folder behind a URL that a run is to be put into.

    Raises (when it is made, before any work):
        OutputError: it cannot be written to, or is a file, or holds something that no run of ours left.
    """

    def __init__(self, url: str) -> None:
        try:
            self.folder = Remote.at(url)
            self.ours = self._ours()
            probe = self.folder / PROBE  # hours of work may come before the first file
            probe.write_bytes(b"")
            probe.unlink()
        except OSError as error:
            raise OutputError(f"{shown(url)}: cannot be written to: {error}") from error

    def _ours(self) -> set[str]:
        """The files in the folder that runs of ours have left there."""
        names = [name for name in self.folder.top() if name != PROBE]  # which may have been all that could be done
        if not names:
            if self.folder.is_file():
                raise OutputError(f"{self.folder}: is a file, not a folder")
            return set()
        marked, finished = MARK in names, is_finished(self.folder)
        if not (marked or finished):
            raise OutputError(
                f"{self.folder}: is not empty and was not made by dedup; name another folder, or remove it"
            )
        known: list[str] = []
        if marked:
            known += orjson.loads((self.folder / MARK).read_bytes())
        if finished:
            known += orjson.loads((self.folder / MANIFEST).read_bytes()).get("files", ())
        return set(known)

    def fill(self, run: Path) -> Remote:
        """Put a finished run there, in place of an earlier one. It is the only thing in a temporary folder.

        Raises:
            OutputError: it could not be put there whole. The error says where it is kept: beside that folder.
        """
        try:
            self._fill(run, [path.relative_to(run).as_posix() for path in sorted(run.rglob("*")) if path.is_file()])
        except OSError as error:
            kept = run.rename(f"{run.parent}-kept")
            raise OutputError(
                f"{self.folder}: the run could not be put there, and is not finished there: {error}\n"
                f"It is whole in {kept}. Run again, or copy its files there, {MANIFEST} after all others."
            ) from error
        return self.folder

    def _fill(self, run: Path, names: list[str]) -> None:
        body = [name for name in names if name not in LAST and not name.startswith((f"{WORK}/", "."))]
        mark = self.folder / MARK
        mark.write_bytes(orjson.dumps(sorted(self.ours.union(name for name in body if not _in_tree(name)))))
        self._remove((*reversed(LAST), REPORT))
        self.folder.put(run, body)
        tree = (f"{TREE}/{name}" for name in (self.folder / TREE).names())
        self._remove(sorted(self.ours.union(tree).difference(body, LAST)))
        for name in LAST:
            if name in names:
                self.folder.put(run, [name])
        mark.unlink()

    def _remove(self, names: Iterable[str]) -> None:
        for name in names:
            (self.folder / name).unlink()


def _in_tree(name: str) -> bool:
    return name.startswith(f"{TREE}/")
