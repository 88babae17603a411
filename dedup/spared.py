"""Duplicates less what people decided to keep; and which decisions came to something. Bound to the store."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from dedup.decisions import Choice
from dedup.flags import Flags
from dedup.gone import Found, Gone
from dedup.rulings import decided_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from dedup.work import Work

LOG = logging.getLogger("dedup")


class Spans(NamedTuple):
    """Spans of documents, ascending, none overlapping: `documents`, `starts` and `ends`, int64 [k] each."""

    documents: NDArray[np.int64]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]

    def touched(self, documents: NDArray[Any], starts: NDArray[Any], ends: NDArray[Any]) -> NDArray[np.bool_]:
        """Which of some spans (bool [n]) have a character of one of these, of which there is one at least."""
        behind = np.searchsorted(_place(self.documents, self.ends), _place(documents, starts), "right")
        at = np.minimum(behind, len(self.documents) - 1)
        before = (behind < len(self.documents)) & (self.documents[at] == documents)
        return np.asarray(before & (self.starts[at] < ends), np.bool_)


def _place(documents: NDArray[Any], offsets: NDArray[Any]) -> NDArray[np.int64]:
    """What orders places in documents."""
    return np.asarray((documents.astype(np.int64) << np.int64(32)) + offsets, np.int64)


def spared(work: Work, shards: Sequence[tuple[str, int]], found: Found, first: int) -> Found:
    """Duplicates less those of which something is kept; shards by name with how many documents each has, which are
    numbered from `first` on."""
    if decided_of(work) is None:
        return found
    rows = [np.zeros((0, 3), np.int64)]
    for name, documents in shards:
        rows.append(work.store.column(name, "kept_spans") + np.array([first, 0, 0]))
        first += documents
    kept = Spans(*np.concatenate(rows).T)
    if not len(kept.documents):
        return found
    if isinstance(found.flags, Flags):
        return found._replace(flags=_passages(found.flags, kept))
    return _documents(found, found.flags, kept)


def _passages(flags: Flags, kept: Spans) -> Flags:
    """Passages of which nothing is kept. Where something is, the document does not go as a whole, and neither does what
    would go only since all else is a copy."""
    columns = flags.columns
    owners, of_remains = (
        np.repeat(columns.documents, np.diff(bounds)) for bounds in (columns.bounds, columns.remains_bounds)
    )
    touched = kept.touched(owners, columns.places[:, 0], columns.places[:, 1])
    over = kept.touched(of_remains, columns.remains[:, 0], columns.remains[:, 1])
    staying = np.union1d(owners[touched], of_remains[over])
    places, left = columns.places.copy(), ~np.isin(of_remains, staying)
    places[np.isin(owners, staying), 6] = 0
    some = columns._replace(
        bounds=_bounds(~touched, columns.bounds), places=places[~touched], likeness=columns.likeness[~touched],
        remains_bounds=_bounds(left, columns.remains_bounds), remains=columns.remains[left],
    )  # fmt: skip
    result = Flags(some, flags.ids, flags.first)
    result.of_index = flags.of_index
    return result


def _bounds(rows: NDArray[np.bool_], bounds: NDArray[np.int64]) -> NDArray[np.int64]:
    """The bounds of groups of which only some rows are left."""
    return np.concatenate(([0], np.cumsum(rows)))[bounds].astype(np.int64)


def _documents(found: Found, gone: Gone, kept: Spans) -> Found:
    """Whole documents of which nothing is kept."""
    goes = np.flatnonzero(~np.isin(gone.numbers, kept.documents))
    same = None if found.same is None else found.same.copy()
    if same is not None:
        same[kept.documents] = kept.documents
    return found._replace(flags=Gone(gone.numbers[goes], gone.found.only(goes), gone.named, gone.first), same=same)


def used(work: Work, shards: Iterable[str]) -> dict[str, int]:
    """How many decisions were given that change something, and how many hold for a text of a run, for its manifest;
    nothing without any."""
    decided = decided_of(work)
    if decided is None:
        return {}
    columns = [work.store.column(name, "used_decisions") for name in shards]
    some = set(np.concatenate([np.zeros(0, np.int64), *columns]).tolist())
    given = [number for number, each in enumerate(decided.decisions) if each.decision is not Choice.CONFIRM]
    for number in given:
        if number not in some:
            LOG.info("%s:%d: this decision holds for no text", work.config.decisions, decided.decisions[number].line)
    return {"given": len(given), "used": len(some)}
