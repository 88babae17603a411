"""What sites and sources lose, before anything is cut: see `dedup.limits` for what is counted."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup import memory
from dedup.data import Kind
from dedup.gone import Gone
from dedup.limits import LEAST, Group

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from dedup.flags import Flags

_RECORD = re.compile(r":[0-9]+\Z")
_KINDS = [str(kind) for kind in Kind]
_DOCUMENT, _PASSAGE, _HEADER = (_KINDS.index(kind) for kind in (Kind.DOCUMENT, Kind.PASSAGE, Kind.HEADER))


class Articles(NamedTuple):
    """All documents by number: their ids; the characters of their articles (int64 [n]); the chrome within those that
    lose any, by kind; and what gives the sites and the sources, each with the number of one for each document."""

    ids: Sequence[str]
    sizes: NDArray[np.int64]
    chrome: Mapping[int, Mapping[str, int]]
    groupings: Callable[[], Iterable[tuple[str, Grouping]]]


class Grouping(NamedTuple):
    """Names, and the number of the name of each document (int64 [n])."""

    names: Sequence[str]
    numbers: NDArray[np.int64]


class Taken(NamedTuple):
    """What goes, row by row: the document, how many characters, the number of its kind, and the keeper, -1 where there
    is none (int64 [k] each)."""

    documents: NDArray[np.int64]
    sizes: NDArray[np.int64]
    kinds: NDArray[np.int64]
    keepers: NDArray[np.int64]


def grouped(names: Iterable[str]) -> Grouping:
    """Documents by the name of each."""
    numbers: dict[str, int] = {}
    own = [numbers.setdefault(name, len(numbers)) for name in names]
    return Grouping(list(numbers), np.array(own, np.int64))


def source_of(place: str) -> str:
    """The source of a document by its place.

    >>> source_of("posts/2024.jsonl:17"), source_of("news/today/a.html"), source_of("a.html"), source_of("stdin:3")
    ('posts/2024.jsonl', 'news/', './', 'stdin')
    """
    if _RECORD.search(place):
        return _RECORD.sub("", place)
    top, slash, _ = place.partition("/")
    return f"{top}/" if slash else "./"


def groups(articles: Articles, flags: Flags | Gone, least: float) -> list[Group]:
    """The sites and sources that lose more than a share of their text."""
    taken = _taken(articles, flags)
    gone = _sums(taken.documents, taken.sizes, len(articles.sizes))
    if not np.any(gone > least * articles.sizes):  # most often; then there is no such group, and names need not be had
        return []
    found: list[Group] = []
    for by, (names, numbers) in articles.groupings():
        documents = np.bincount(numbers, minlength=len(names))
        sizes, lost = (_sums(numbers, each, len(names)) for each in (articles.sizes, gone))
        for each in np.flatnonzero((documents >= LEAST) & (lost > least * sizes)).tolist():
            if names[each]:  # documents without a site have none in common
                kinds, keeper = _told(articles, taken, np.flatnonzero(numbers[taken.documents] == each))
                found.append(Group(by, names[each], int(documents[each]), int(sizes[each]), kinds, keeper))
    memory.give_back()
    return found


def _taken(articles: Articles, flags: Flags | Gone) -> Taken:
    rows = [(number, size, kind) for number, kinds in articles.chrome.items() for kind, size in kinds.items()]
    documents, sizes = (np.array([row[at] for row in rows], np.int64) for at in (0, 1))
    kinds = np.array([_KINDS.index(row[2]) for row in rows], np.int64)
    parts = [(documents, sizes, kinds, np.full(len(rows), -1))]
    if isinstance(flags, Gone):
        left = (articles.sizes - _sums(documents, sizes, len(articles.sizes)))[flags.numbers]
        parts.append((flags.numbers, left, np.full(len(left), _DOCUMENT), flags.found.keepers))
    else:
        columns = flags.columns
        starts, ends, keepers, _, _, _, whole = columns.places.T.astype(np.int64)
        owners = np.repeat(columns.documents, np.diff(columns.bounds))
        parts.append((owners, ends - starts, np.where(whole, _DOCUMENT, _PASSAGE), keepers))
        owners = np.repeat(columns.documents, np.diff(columns.remains_bounds))
        rest = (columns.remains[:, 1] - columns.remains[:, 0]).astype(np.int64)
        parts.append((owners, rest, np.full(len(rest), _HEADER), np.full(len(rest), -1)))
    return Taken(*(np.concatenate(column).astype(np.int64) for column in zip(*parts, strict=True)))


def _told(articles: Articles, taken: Taken, rows: NDArray[np.int64]) -> tuple[dict[str, int], tuple[str, int] | None]:
    """What goes by kind, and the keeper that most stands in with the number of documents that lose something to it."""
    sums = _sums(taken.kinds[rows], taken.sizes[rows], len(_KINDS)).tolist()
    kinds = {kind: size for kind, size in sorted(zip(_KINDS, sums, strict=True)) if size}
    rows = rows[taken.keepers[rows] >= 0]
    if not len(rows):
        return kinds, None
    keepers, own = np.unique(taken.keepers[rows], return_inverse=True)
    sizes = _sums(own, taken.sizes[rows], len(keepers))
    most = np.flatnonzero(sizes == sizes.max()).tolist()
    id_, at = min((articles.ids[int(keepers[each])], each) for each in most)
    return kinds, (id_, len(np.unique(taken.documents[rows[own == at]])))


def _sums(numbers: NDArray[np.int64], values: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """The sum of the values of each number."""
    return np.bincount(numbers, values, count).astype(np.int64)  # as float64, which is exact up to 2^53
