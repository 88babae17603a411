"""What documents lose that passages go of: the records of it, and what is left of their texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup import characters
from dedup.clean import cut, kept, snapped
from dedup.counts import count
from dedup.data import Kind, Reason
from dedup.records import removed_record
from dedup.store import line
from dedup.strings import Strings

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from dedup.data import Document, Flag
    from dedup.flags import Flags

_KINDS = (Kind.PASSAGE, Kind.DOCUMENT)


class Loss(NamedTuple):
    """What a document loses: the records of it, as lines; and what is left of its text in UTF-8, nothing where all
    goes."""

    records: bytes
    left: bytes


class Lost(NamedTuple):
    """What documents lose: `goes` int64 [n] tells which row of `records` and `left`, as in `Loss`, is of each document,
    -1 where it loses nothing; and counts by (reason, kind) of spans and characters."""

    goes: NDArray[np.int64]
    records: Strings
    left: Strings
    counts: dict[tuple[str, str], tuple[int, int]]

    @classmethod
    def nothing(cls, count: int) -> Lost:
        """So many documents lose nothing."""
        return cls(np.full(count, -1, np.int64), Strings.of([]), Strings.of([]), {})

    def loss(self, number: int) -> Loss | None:
        """What a document loses, if anything."""
        row = int(self.goes[number])
        return None if row < 0 else Loss(self.records.encoded(row), self.left.encoded(row))

    @property
    def whole(self) -> int:
        """How many documents lose all they have."""
        rows = self.goes[self.goes >= 0]
        return int(np.count_nonzero(self.left.sizes[rows] == 0))


class Losing(NamedTuple):
    """Documents one behind the other: their ids; their texts (uint8, UTF-8, and bounds int64 [n + 1]); where their
    blocks start and end (int32, code points) with the bounds of those (int64 [n + 1]); the flags on copies in them; and
    what gives one of them by its number."""

    ids: Strings
    texts: tuple[NDArray[np.uint8], NDArray[np.int64]]
    blocks: tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int64]]
    flags: Flags
    document: Callable[[int], Document]


def losses(losing: Losing) -> Lost:
    """What documents of text lose, of which nothing but copies goes."""
    from dedup.kernel import _native

    columns = losing.flags.columns
    numbers = columns.documents - losing.flags.first
    counts = np.zeros(len(losing.ids) + 1, np.int64)
    counts[numbers + 1] = np.diff(columns.bounds)
    bounds = np.cumsum(counts)
    places = columns.places.copy()
    keepers, places[:, 2] = np.unique(columns.places[:, 2], return_inverse=True)
    records, left, loses, told, unknown = _native.losses(
        (losing.texts, losing.ids.columns),
        losing.blocks,
        ((places.reshape(-1), bounds * places.shape[1]), (columns.likeness.reshape(-1), bounds * 3)),
        losing.flags.named(keepers).columns,
        characters.page,
    )
    goes = np.where(loses, np.arange(len(loses)), -1)
    pairs = zip(_KINDS, (told[:2], told[2:]), strict=True)
    sums = {(str(Reason.DUPLICATE), str(kind)): (spans, size) for kind, (spans, size) in pairs if spans}
    defined: dict[int, Loss] = {}
    for number in unknown.tolist():
        loss, flags = defined_loss(losing.document(number), losing.flags[number])
        count(sums, flags)
        if flags:
            defined[number], goes[number] = loss, number
    all_records, all_left = (
        Strings(*columns).put({number: loss[at] for number, loss in defined.items()})
        for at, columns in enumerate((records, left))
    )
    return Lost(goes, all_records, all_left, sums)


def defined_loss(document: Document, flags: list[Flag]) -> tuple[Loss, list[Flag]]:
    """What one document loses and the flags as they are carried out, by the definition."""
    final = cut(document, snapped(document, flags))
    left = kept(document.text, final)
    records = b"".join(line(removed_record(document.id, document.text, each)) for each in final)
    return Loss(records, b"" if left.isspace() else left.encode()), final
