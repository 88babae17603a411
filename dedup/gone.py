"""Whole documents that go, as columns; and what their records say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import orjson

from dedup import kernel
from dedup.data import Flag, Keeper, Kind, Reason
from dedup.records import why_record
from dedup.settle import Decided
from dedup.strings import Strings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from dedup.flags import Flags
    from dedup.moved import Stretches


class Named(NamedTuple):
    """What names documents in records, by their numbers: ids, and lengths of their texts in characters and in words
    (int64 [d]). The first so many are of the `index` of that name."""

    ids: Sequence[str]
    characters: NDArray[np.int64]
    words: NDArray[np.int64]
    of_index: tuple[int, str] = (0, "")


class Gone(Mapping[int, list[Flag]]):
    """What goes as a whole, by number: kept as columns and made flags when they are asked for.

    `numbers` int64 [k], ascending, counted from `first` on; of each its keeper (int64 [k], counted from 0), Jaccard
    similarity and containment (float64 [k]).
    """

    def __init__(self, numbers: NDArray[np.int64], found: Decided, named: Named, first: int = 0) -> None:
        self.numbers, self.found, self.named, self.first = numbers, found, named, first

    @classmethod
    def none(cls) -> Gone:
        """That nothing goes."""
        return as_flags(Decided.none(0), Named([], np.zeros(0, np.int64), np.zeros(0, np.int64)))

    def __getitem__(self, document: int) -> list[Flag]:
        at = int(np.searchsorted(self.numbers, document))
        if at == len(self) or self.numbers[at] != document:
            raise KeyError(document)
        keeper, jaccard, containment = (each[at].item() for each in self.found)
        return [_flag(document + self.first, keeper, self.named, jaccard, containment)]

    def __iter__(self) -> Iterator[int]:
        return iter(self.numbers.tolist())

    def __len__(self) -> int:
        return len(self.numbers)

    def part(self, first: int, count: int) -> Gone:
        """Those of `count` documents from `first` on, which are counted from there on."""
        own = slice(*np.searchsorted(self.numbers, [first, first + count]).tolist())
        return Gone(self.numbers[own] - first, self.found.only(own), self.named, self.first + first)


class Found(NamedTuple):
    """The flags of what goes, by the number of the document; counts of pairs; which document each is
    the same as, and which it is a copy of as a whole, else itself (int64 [d]); and where their words went."""

    flags: Flags | Gone
    counts: dict[str, dict[str, int]]
    same: NDArray[np.int64] | None = None
    copies: NDArray[np.int64] | None = None
    gone: Stretches | None = None


def as_flags(found: Decided, named: Named) -> Gone:
    """Decisions as flags over whole documents, by number."""
    gone = np.flatnonzero(found.keepers != np.arange(len(found.keepers)))
    return Gone(gone, found.only(gone), named)


def _flag(document: int, keeper: int, named: Named, jaccard: float, containment: float) -> Flag:
    index = named.of_index[1] if keeper < named.of_index[0] else ""
    where, share = Keeper(named.ids[keeper], 0, int(named.characters[keeper]), index), round(jaccard, 4)
    why = f"{jaccard:.0%} of the shingles of this document and {where.id} are in both."
    evidence = {"words": int(named.words[document]), "containment": round(containment, 4), "jaccard": share}
    return Flag(0, int(named.characters[document]), Reason.DUPLICATE, Kind.DOCUMENT, why, evidence, where, share)


def tails_of(gone: Gone) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """What the record of each says behind its text, as JSON, one behind the other (uint8), and the bounds of these
    (int64 [k + 1])."""
    ids, found = gone.named.ids, gone.found
    if not (kernel.NATIVE and isinstance(ids, Strings)):
        return Strings.of(b"," + orjson.dumps(why_record(flag))[1:] for number in gone for flag in gone[number]).columns
    from dedup.kernel import _native

    words = gone.named.words[gone.numbers + gone.first]
    numbers = np.stack([gone.named.characters[found.keepers], words])
    return _native.whole_tails(ids.only(found.keepers).columns, numbers, np.stack([found.jaccard, found.containment]))
