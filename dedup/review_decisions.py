"""The decisions of a review: every change is in the file at once, and what was written there by others stays.

The file is read anew before a change where it is no longer as we left it. One that somebody broke while editing is left
alone until it is mended.
"""

from __future__ import annotations

from threading import RLock
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import xxhash

from dedup.decisions import Choice, Decision, load, save
from dedup.errors import DedupError, SettingError
from dedup.review_prints import prints

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from dedup.review_removals import Removals

UNDECIDED, CONFIRMED, UNDONE = range(3)
_STATE = {Choice.CONFIRM: CONFIRMED, Choice.KEEP: UNDONE}


class ConflictError(DedupError):
    """The file of decisions cannot be read as somebody left it."""


class Change(NamedTuple):
    """What was done to the decisions: those that went, and the one that came."""

    gone: tuple[Decision, ...]
    new: Decision | None


class Decisions:
    """The decisions in a file, and what they make of the removals of a run.

    Raises:
        SettingError: what is in the file is no decisions.
    """

    def __init__(self, path: Path, removals: Removals) -> None:
        self.path, self.removals = path.resolve(), removals
        self.lock = RLock()
        self.changes: list[Change] = []
        self.all: list[Decision] = []
        self.seen = self._digest()
        self._take(load(self.path) if self.path.exists() else [])

    def current(self) -> bool:
        """Take in what was written to the file by others; whether there was anything.

        Raises:
            ConflictError: it is no file of decisions any more.
        """
        with self.lock:
            digest = self._digest()
            if digest == self.seen:
                return False
            try:
                self._take(load(self.path) if self.path.exists() else [])
            except SettingError as error:
                said = f"{error}. The file was changed meanwhile; nothing is written to it until that is mended"
                raise ConflictError(said) from error
            self.seen = digest
            return True

    def add(self, decision: Decision) -> bool:
        """Add a decision in place of an earlier one on the same text and scope; whether others changed the file.

        Raises:
            ConflictError: see `current`.
            OSError: the file cannot be written.
        """
        with self.lock:
            changed = self.current()
            about = _about(decision)
            gone = tuple(each for each in self.all if self.about[each] == about)
            self._write([*(each for each in self.all if self.about[each] != about), decision])
            self.changes.append(Change(gone, decision))
            return changed

    def remove(self, key: str) -> Decision | None:
        """Take back a decision by its key, if it is there; it.

        Raises:
            ConflictError, OSError: as `add`.
        """
        with self.lock:
            self.current()
            found = next((each for each in reversed(self.all) if each.key == key), None)
            if found is not None:
                self._write([each for each in self.all if each is not found])
                self.changes.append(Change((found,), None))
            return found

    def back(self) -> Change | None:
        """Take back the last change that was made here and is not undone by others; None where there is none.

        Raises:
            ConflictError, OSError: as `add`.
        """
        with self.lock:
            self.current()
            while self.changes:
                change = self.changes[-1]
                is_there = change.new is None or change.new in self.all
                if is_there:
                    rest = [each for each in self.all if each != change.new]
                    self._write([*rest, *(each for each in change.gone if each not in rest)])
                    self.changes.pop()
                    return change
                self.changes.pop()
            return None

    @property
    def counts(self) -> list[int]:
        """How many removals are undecided, confirmed and undone."""
        return [int(each) for each in np.bincount(self.states, minlength=3)]

    def made(self, number: int) -> list[Decision]:
        """The decisions that say something of a removal, the one that holds last."""
        with self.lock:
            return [each for each in sorted(self.all, key=_breadth) if number in self._rows(each)]

    def of(self, text: str, id_: str, site: str) -> list[Decision]:
        """The decisions on a text that hold in a document of a site."""
        exact, template = prints(text)
        scopes = ((id_, ""), ("", site), ("", ""))
        about = {(template if slots else exact, slots, *scope) for slots in (False, True) for scope in scopes}
        with self.lock:
            return [each for each in self.all if self.about[each] in about]

    def reach(self, decision: Decision) -> int:
        """How many removals a decision is about."""
        return len(self._rows(decision))

    def _write(self, decisions: list[Decision]) -> None:
        save(self.path, decisions)
        self.seen = self._digest()
        self._take(decisions)

    def _take(self, decisions: list[Decision]) -> None:
        states = np.zeros(len(self.removals), np.uint8)
        for each in sorted(decisions, key=_breadth):
            if each.decision in _STATE:
                states[self._rows(each)] = _STATE[each.decision]
        self.about = {each: _about(each) for each in decisions}
        self.all, self.states = decisions, states

    def _rows(self, decision: Decision) -> NDArray[np.int64]:
        """The removals that a decision is about: all of whose text is meant, where it holds."""
        (exact, template), removals = prints(decision.text), self.removals
        rows = removals.by_template.find(template) if decision.slots else removals.by_exact.find(exact)
        if decision.id:
            document = removals.document(decision.id)
            rows = rows[removals.rows["document"][rows] == (-1 if document is None else document)]
        elif decision.site:
            rows = rows[removals.rows["site"][rows] == removals.sites.find(decision.site)]
        return rows

    def _digest(self) -> str:
        try:
            return xxhash.xxh3_128_hexdigest(self.path.read_bytes())
        except FileNotFoundError:
            return ""


def _breadth(decision: Decision) -> int:
    """How wide a decision holds; the widest come first, and those with slots before those without."""
    scope = 0 if decision.id else 1 if decision.site else 2
    return -(2 * scope + decision.slots)


def _about(decision: Decision) -> tuple[object, ...]:
    """What a decision is about: of two with the same the later one replaces the earlier."""
    return (prints(decision.text)[decision.slots], decision.slots, decision.id, decision.site)
