"""Who may keep for whom: the order of documents as keepers, and which are copies. Decided by content and metadata,
never by arrival."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from dedup import match
from dedup.domains import site_key
from dedup.runs import is_new, only
from dedup.strings import Strings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from dedup.config import Config


class Known(NamedTuple):
    """What is known of documents to choose keepers, each in their order: dates as ISO 8601 or nothing, lengths in
    words, ids and sites. No dates at all where none is known; and no sites where nobody asks for them."""

    dates: Sequence[str]
    lengths: Sequence[int] | NDArray[np.int64]
    ids: Sequence[str]
    sites: Sequence[str]


def ranks(known: Known, keep: str, site_order: Sequence[str] = ()) -> NDArray[np.int64]:
    """The order of documents as keepers (int64 [d], 0 = best): by date, length, site or order as `keep` says; ties go
    on to date, length and id.

    A document without a date is later than every dated one; a site that `site_order` does not name is behind those that
    it does.

    >>> known = Known(["2024-02-01", "", "2024-01-01"], [10, 99, 10], ["a", "b", "c"], ["x", "y", "z"])
    >>> ranks(known, "earliest").tolist(), ranks(known, "site-order", ("y", "x")).tolist()
    ([1, 2, 0], [1, 0, 2])
    """
    count = len(known.ids)
    place = {site: number for number, site in enumerate(site_order)}
    none = np.zeros(count, np.int64)
    site = np.array([place.get(each, len(place)) for each in known.sites], np.int64) if place else none
    length = -np.asarray(known.lengths, np.int64)
    date = _numbers([each or "~" for each in known.dates]) if any(known.dates) else none
    keys = {"earliest": (length, date), "longest": (date, length), "first": (), "site-order": (length, date, site)}
    order = np.arange(count) if keep == "first" else _by_id(known.ids)
    for key in keys[keep]:  # a sort keeps the order of what is equal
        if key.any():
            order = order[np.argsort(_small(key)[order], kind="stable")]
    result = np.empty(count, np.int64)
    result[order] = np.arange(count)
    return result


def _by_id(ids: Sequence[str]) -> NDArray[np.int64]:
    return (ids if isinstance(ids, Strings) else Strings.of(ids)).order().numbers


def _small(key: NDArray[np.int64]) -> NDArray[Any]:
    """The same in 16 bits where that does: NumPy sorts these by their digits, in a tenth of the time."""
    least, most = (int(key.min()), int(key.max())) if len(key) else (0, 0)
    return (key - least).astype(np.uint16) if most - least < 1 << 16 else key


def _numbers(values: Sequence[str]) -> NDArray[np.int64]:
    """The place of each value among all, in order."""
    number = {value: at for at, value in enumerate(sorted(set(values)))}
    return np.array([number[value] for value in values], np.int64)


class Old(NamedTuple):
    """Documents of an index that a run is compared with; they stand before its own. Their sites; which of them were
    copies of others as a whole (bool [n]); and whether `only` they keep anything."""

    sites: Sequence[str]
    copies: NDArray[np.bool_]
    only: bool

    @classmethod
    def none(cls) -> Old:
        """That there are none."""
        return cls([], np.zeros(0, np.bool_), only=False)


class Chosen(NamedTuple):
    """Which documents may be paired. `ranks` int64 [d], 0 for the best keeper; `copies` int64 [d] names a document that
    this one is a copy of, else itself: copies are in no pair. `sites` uint64 [d], if pairs must be of two sites. The
    first `old` documents are of an index: nothing goes of them, and with `only_old` nothing but what they have."""

    ranks: NDArray[np.int64]
    copies: NDArray[np.int64]
    sites: NDArray[np.uint64] | None = None
    old: int = 0
    only_old: bool = False

    def allowed(self, first: NDArray[Any], second: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
        """Those pairs that may be, of which the first is the better keeper."""
        if self.sites is not None:
            other = self.sites[first] != self.sites[second]
            first, second = first[other], second[other]
        if self.old or self.only_old:
            other = second >= self.old
            if self.only_old:
                other &= first < self.old
            first, second = first[other], second[other]
        return first, second

    def copied(self, copies: NDArray[np.int64]) -> NDArray[np.int64]:
        """What is a copy of what (int64 [d]), but for copies of what may keep nothing."""
        if not self.only_old:
            return copies
        return np.where(copies < self.old, copies, np.arange(len(copies)))

    def alive(self, documents: NDArray[Any]) -> NDArray[np.bool_]:
        """Which of some documents are no copies (bool [n]); -1 is none."""
        own: NDArray[np.bool_] = self.copies[documents] == documents
        return own


def chosen(known: Known, config: Config, old: Old | None = None) -> Chosen:
    """Which documents may be paired, before any is known to be a copy. Those of an index are the best keepers, in their
    order."""
    old = old or Old.none()
    count = len(old.copies)
    order = np.concatenate([np.arange(count), ranks(known, config.keep, config.site_order) + count])
    sites = _numbered([*old.sites, *known.sites]) if config.across_sites_only else None
    return Chosen(order, np.arange(len(order)), sites, count, old.only)


def _numbered(names: Sequence[str]) -> NDArray[np.uint64]:
    return np.array([site_key(name) for name in names], np.uint64)


def copies(
    prints: NDArray[np.uint64], long: NDArray[np.bool_], ranks: NDArray[np.int64], sites: NDArray[np.uint64] | None
) -> NDArray[np.int64]:
    """The same, given the prints of all words (uint64 [d, 2]), and which documents are `long` enough to be copies."""
    result, own = np.arange(len(prints)), np.flatnonzero(long)
    upper, lower = (np.ascontiguousarray(only(half, own)) for half in prints.T)
    for first, second in match.Buckets().pairs(upper, own, ranks, match.STARS):
        same = lower[first] == lower[second]
        result[own[second[same]]] = own[first[same]]
        if not same.all():  # half of the print is the same, of texts that are not
            some = own[np.isin(upper, upper[second[~same]])]
            result[some] = _copies_among(prints, some, ranks)
    return result if sites is None else np.where(sites[result] == sites, np.arange(len(result)), result)


def _copies_among(prints: NDArray[np.uint64], some: NDArray[np.int64], ranks: NDArray[np.int64]) -> NDArray[np.int64]:
    order = np.lexsort((ranks[some], prints[some, 1], prints[some, 0]))
    ordered = some[order]
    heads = np.flatnonzero(is_new(prints[ordered, 0]) | is_new(prints[ordered, 1]))
    result = np.empty(len(some), np.int64)
    result[order] = np.repeat(ordered[heads], np.diff(np.concatenate((heads, [len(ordered)]))))
    return result
