"""What goes since a better keeper has it, as flags on code points. Bound to the store."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from dedup import kernel
from dedup.corpus import Passages
from dedup.data import Flag, Keeper, Kind, Reason
from dedup.passages import TOLERANCE
from dedup.run import in_threads
from dedup.runs import joined
from dedup.sign import shingles
from dedup.strings import Strings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from dedup.corpus import Corpus
    from dedup.decide import Decisions
    from dedup.run import Runner
    from dedup.stored import Texts, Unread

DOCUMENTS = 100_000
"""Documents whose flags are made at a time: what is known of each meanwhile takes half a kilobyte."""
ROWS = 8_000
"""Passages that are compared with what their keepers have at a time: some 10 ms."""


class Cited(NamedTuple):
    """What names the documents of flags: their ids, by number, and their texts. The first so many are of the `index` of
    that name."""

    ids: Sequence[str]
    texts: Texts
    of_index: tuple[int, str] = (0, "")


class Told(NamedTuple):
    """What flags tell of passages: `words` int64 [k], and `likeness` float64 [k, 3]: similarity, containment and
    Jaccard similarity."""

    words: NDArray[np.int64]
    likeness: NDArray[np.float64]


class Flags(Mapping[int, list[Flag]]):
    """The flags of documents, by number: kept as columns and made when they are asked for, since an object takes many
    times the memory."""

    of_index: tuple[int, str] = (0, "")
    """How many documents, the first ones, are of an index, and its name."""

    def __init__(self, columns: Columns, ids: Sequence[str] | Mapping[int, str], first: int = 0) -> None:
        """`ids` name documents by their numbers; those of the flags are counted from `first` on."""
        self.columns, self.ids, self.first = columns, ids, first

    @cached_property
    def _rows(self) -> dict[int, int]:
        """The row of each document."""
        return {document - self.first: row for row, document in enumerate(self.columns.documents.tolist())}

    def __getitem__(self, document: int) -> list[Flag]:
        row, columns = self._rows[document], self.columns
        low, high = columns.bounds[row : row + 2].tolist()
        copies = zip(columns.places[low:high].tolist(), columns.likeness[low:high].tolist(), strict=True)
        old, index = self.of_index
        named = ((place, likeness, index if place[2] < old else "") for place, likeness in copies)
        flags = [_copy(place, likeness, self.ids[place[2]], of) for place, likeness, of in named]
        first, last = columns.remains_bounds[row : row + 2].tolist()
        if first < last:
            own = slice(*columns.keepers_bounds[row : row + 2].tolist())
            keepers = sorted({self.ids[keeper] for keeper in columns.keepers[own].tolist()})
            flags += [_rest(start, end, keepers) for start, end in columns.remains[first:last].tolist()]
        return flags

    def __contains__(self, document: object) -> bool:
        return document in self._rows

    def __iter__(self) -> Iterator[int]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self.columns.documents)

    def named(self, documents: NDArray[Any]) -> Strings:
        """The ids of documents, by their numbers."""
        if isinstance(self.ids, Strings):
            return self.ids.only(documents)
        return Strings.of(self.ids[document] for document in documents.tolist())

    def part(self, first: int, count: int) -> Flags:
        """Those of `count` documents from `first` on, which are counted from there on; with the ids that they name, as
        they may be sent to another process, or all where ids are a column, as threads have it."""
        low, high = np.searchsorted(self.columns.documents, [first, first + count]).tolist()
        columns = self.columns.part(low, high)
        if isinstance(self.ids, Strings):
            return Flags(columns, self.ids, first)
        keepers = {*columns.places[:, 2].tolist(), *columns.keepers.tolist()}
        part = Flags(columns, {keeper: self.ids[keeper] for keeper in keepers}, first)
        part.of_index = self.of_index
        return part


class Columns(NamedTuple):
    """Row i is of `documents[i]` (int64 [d], ascending). Its duplicates are `bounds[i]:bounds[i + 1]` (int64 [d + 1])
    of `places` int32 [k, 7] (start and end in code points, the keeper with its start and end, how many words, whether
    the document is one copy) and of `likeness` as of `Told`; what is left of a copy is `remains_bounds[i]:
    remains_bounds[i + 1]` of `remains` int32 [m, 2], start and end in code points; and all keepers that were decided on
    are `keepers_bounds[i]:keepers_bounds[i + 1]` of `keepers` int32 [n]."""

    documents: NDArray[np.int64]
    bounds: NDArray[np.int64]
    places: NDArray[np.int32]
    likeness: NDArray[np.float64]
    remains_bounds: NDArray[np.int64]
    remains: NDArray[np.int32]
    keepers_bounds: NDArray[np.int64]
    keepers: NDArray[np.int32]

    def part(self, low: int, high: int) -> Columns:
        """Some of the rows."""
        bounds = (self.bounds, self.remains_bounds, self.keepers_bounds)
        own, rest, keepers = (slice(int(each[low]), int(each[high])) for each in bounds)
        first, second, third = (each[low : high + 1] - each[low] for each in bounds)
        copies = (first, self.places[own], self.likeness[own])
        return Columns(self.documents[low:high], *copies, second, self.remains[rest], third, self.keepers[keepers])


def as_flags(decisions: Decisions, cited: Cited, runner: Runner) -> Flags:
    """Decisions, by the number of the document, as flags on code points."""
    count = len(decisions.documents)
    parts = (decisions.part(low, min(count, low + DOCUMENTS)) for low in range(0, max(1, count), DOCUMENTS))
    bounds = {number for number, name in enumerate(Columns._fields) if name.endswith("bounds")}
    columns = joined([_columns(part, cited, runner) for part in parts], bounds)
    flags = Flags(Columns(*columns), cited.ids)
    flags.of_index = cited.of_index
    return flags


def _columns(decisions: Decisions, cited: Cited, runner: Runner) -> Columns:
    corpus, config = cited.texts.corpus, cited.texts.work.config
    keepers = decisions.keepers
    own, there = (
        Passages(documents.astype(np.int64), *decisions.spans[:, side].T.astype(np.int64))
        for documents, side in (
            (np.repeat(decisions.documents, np.diff(decisions.bounds)), slice(0, 2)),
            (keepers, slice(2, 4)),
        )
    )
    remains = decisions.remains_bounds * (not config.keep_chrome)
    left = np.diff(decisions.remains_bounds) > np.diff(remains)
    first = decisions.bounds[:-1]  # a document that something was decided of has a duplicate
    one = np.minimum.reduceat(keepers, first) == np.maximum.reduceat(keepers, first) if len(first) else left
    is_document = np.repeat((decisions.whole > 0) & one & ~left, np.diff(decisions.bounds))

    unread = cited.texts.unread(own, there, runner)
    told = _with_unread(unread, (own, there), decisions.likeness)
    goes = (told.likeness[:, 0] >= config.threshold) & (told.likeness[:, 1] >= 1 - TOLERANCE) & ~unread.broken
    own, there, likeness = own.only(goes), there.only(goes), told.likeness[goes]
    rows = range(0, len(likeness), ROWS)
    pairs = [Pairs(corpus, own.part(at, ROWS), there.part(at, ROWS), config.shingle) for at in rows]
    likeness[:, 2] = np.concatenate([np.zeros(0), *runner(similarity, pairs)])
    columns = (*corpus.places(own), there.documents, *corpus.places(there), told.words[goes], is_document[goes])
    bounds = np.concatenate(([0], np.cumsum(goes)))[decisions.bounds]
    copies = (bounds, np.stack(columns, axis=1).astype(np.int32), likeness)
    rest = Passages(
        np.repeat(decisions.documents, np.diff(remains)), *decisions.remains[: remains[-1]].T.astype(np.int64)
    )
    left_over = (remains, np.stack(corpus.places(rest), axis=1))
    corpus.leave()
    return Columns(decisions.documents, *copies, *left_over, decisions.bounds, keepers)


def _copy(place: list[int], likeness: list[float], id_: str, index: str) -> Flag:
    start, end, _, keeper_start, keeper_end, words, is_document = place
    similarity, containment, share = likeness
    evidence = {"words": words, "containment": containment, "jaccard": share}
    why = f"{containment:.0%} of its {words} words stand in {id_}."
    kind, keeper = Kind.DOCUMENT if is_document else Kind.PASSAGE, Keeper(id_, keeper_start, keeper_end, index)
    return Flag(start, end, Reason.DUPLICATE, kind, why, evidence, keeper, similarity)


def _rest(start: int, end: int, keepers: list[str]) -> Flag:
    why = f"All else of the document is a copy: see {', '.join(keepers[:3])}."
    return Flag(start, end, Reason.CHROME, Kind.HEADER, why, {"rule": "left-of-a-copy", "keepers": keepers})


def _with_unread(unread: Unread, pairs: tuple[Passages, Passages], likeness: NDArray[np.float64]) -> Told:
    """What flags tell of passages and what their keepers have, of a likeness float64 [k, 2]; those words counted that
    were not compared, as they go, too. Of the Jaccard similarity nothing is told yet."""
    own, there = pairs
    words, kept = own.ends - own.starts, there.ends - there.starts
    more, more_kept = unread.more, unread.more_kept
    result = np.zeros((len(words), 3))
    result[:, :2] = likeness
    some = np.flatnonzero(more + more_kept)
    agreed = likeness[some, 1] * words[some]
    similarity = 2 * agreed / (words + more + kept + more_kept)[some]
    containment = agreed / (words + more)[some]
    for row, *shares in zip(some.tolist(), similarity.tolist(), containment.tolist(), strict=True):
        result[row, :2] = [round(share, 4) for share in shares]
    return Told(words + more, result)


# ── the similarity that MinHash estimates ───────────────────────────────────────────────────────────────────────────


class Pairs(NamedTuple):
    """Passages and what their keepers have, and how many words a shingle has."""

    corpus: Corpus
    own: Passages
    there: Passages
    shingle: int


@in_threads
def similarity(pairs: Pairs) -> NDArray[np.float64]:
    """Their Jaccard similarity (float64 [k])."""
    return jaccard(*pairs)


def jaccard(corpus: Corpus, own: Passages, there: Passages, shingle: int) -> NDArray[np.float64]:
    """The Jaccard similarity of passages and what their keepers have (float64 [k], to four places): of their sets of
    shingles, as MinHash estimates it."""
    columns = [corpus.bounds[each.documents] + place for each in (own, there) for place in (each.starts, each.ends)]
    places = np.stack(columns, axis=1)
    if not kernel.NATIVE:
        return defined_jaccard(corpus.hashes, places, shingle)
    from dedup.kernel import _native

    return _native.jaccard(corpus.hashes, places, shingle)


def defined_jaccard(words: NDArray[np.uint64], places: NDArray[np.int64], shingle: int) -> NDArray[np.float64]:
    """The same of the words `row[0]:row[1]` and `row[2]:row[3]` for each row of `places` (int64 [k, 4]), by the
    definition."""
    shares = [
        common_share(shingle_set(words[low:high], shingle), shingle_set(words[first:end], shingle))
        for low, high, first, end in places.tolist()
    ]
    return np.array([round(share, 4) for share in shares], np.float64)


def shingle_set(words: NDArray[np.uint64], shingle: int) -> NDArray[np.uint64]:
    """The hashes of a span's shingles, each once, ascending."""
    return np.unique(shingles(words, np.array([0, len(words)]), shingle)[0])


def common_share(left: NDArray[np.uint64], right: NDArray[np.uint64]) -> float:
    """The Jaccard similarity of two sets, ascending: of all that is in either, the share that is in both."""
    both = len(np.intersect1d(left, right, assume_unique=True))
    return both / max(1, len(left) + len(right) - both)
