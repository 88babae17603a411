"""Which whole documents go, of candidates that are compared only as far as that needs it.

A document goes for the best of its keepers that stays and is alike: what else it is like is of no account. So pairs are
compared in waves. In each, all documents of which it is not yet known whether they go, or for which keeper, have their
next candidates compared: one in the first wave, twice as many in each that follows, so that no corpus takes more waves
than the logarithm of the candidates of a document. Of a million documents that all share one passage, which have eight
candidates each, one million pairs are compared, not eight.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from dedup import kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dedup.keepers import Chosen

UNKNOWN, ALIKE, OTHER = range(3)
"""What is known of a pair."""


class Compared(NamedTuple):
    """Of pairs of documents how many shingles the keeper has, the document, and both ([p], all of any integers)."""

    keepers: NDArray[Any]
    documents: NDArray[Any]
    common: NDArray[Any]

    @property
    def jaccard(self) -> NDArray[np.float64]:
        """The similarity of the sets of shingles."""
        either = np.maximum(1, self.keepers + self.documents - self.common)
        return np.asarray(self.common / either, np.float64)

    def only(self, which: NDArray[Any]) -> Compared:
        """Some of the pairs."""
        return Compared(*(column[which] for column in self))

    @classmethod
    def joined(cls, parts: Sequence[Compared]) -> Compared:
        """All of them, one behind the other."""
        none = cls(*(np.zeros(0, np.int32) for _ in cls._fields))
        return cls(*(np.concatenate(columns) for columns in zip(none, *parts, strict=True)))

    def narrow(self) -> Compared:
        """The same in 12 bytes a pair, not 24: there are less than 2^31 words in a document."""
        return Compared(*(column.astype(np.int32) for column in self))


Verify = Callable[["NDArray[np.int64]"], Iterator[tuple["NDArray[np.int64]", Compared]]]
"""What compares pairs of documents (int64 [p, 2], the keeper first), and gives parts of them: their rows in what it was
given (int64 [n]), and what they have in common."""


class Decided(NamedTuple):
    """For every document the one that it goes for, itself if it stays (int64 [d]); and how alike the two are: Jaccard
    similarity, and the share of its shingles that the keeper has (float64 [d])."""

    keepers: NDArray[np.int64]
    jaccard: NDArray[np.float64]
    containment: NDArray[np.float64]

    @classmethod
    def none(cls, documents: int) -> Decided:
        """That all documents stay."""
        return cls(np.arange(documents), np.ones(documents), np.ones(documents))

    def only(self, rows: NDArray[np.int64] | slice) -> Decided:
        """Some of the documents."""
        return Decided(self.keepers[rows], self.jaccard[rows], self.containment[rows])


class Taken(NamedTuple):
    """Documents as far as they are decided: the keeper of each, itself if there is none (int64 [d]); the number of that
    pair, or -1 (int64 [d]); and the numbers of the pairs that are to be compared next, ascending (int64 [n])."""

    keepers: NDArray[np.int64]
    pairs: NDArray[np.int64]
    wanted: NDArray[np.int64]


def taken(pairs: NDArray[np.int64], documents: int, likeness: NDArray[np.uint8], most: int) -> Taken:
    """Take documents in their order, each for the first of its keepers that is alike and stays. Pairs (int64 [p]) are
    `document * documents + keeper`, ascending, the keeper before the document; of each it is UNKNOWN, ALIKE or OTHER.
    What is not yet known of a document is what `most` of its pairs are wanted for.

    Raises:
        ValueError: a pair is of no document, or of a keeper behind it; or they do not ascend.
    """
    if not kernel.NATIVE:
        return defined_taken(pairs, documents, likeness, most)
    from dedup.kernel import _native

    return Taken(*_native.taken(pairs, documents, likeness, most))


def defined_taken(pairs: NDArray[np.int64], documents: int, likeness: NDArray[np.uint8], most: int) -> Taken:
    """`taken`, by the definition."""
    both = np.stack(np.divmod(pairs, max(1, documents)), axis=1)
    if len(pairs) and (pairs[0] < 0 or both[-1, 0] >= documents or (both[:, 0] <= both[:, 1]).any()):
        raise ValueError("a pair of no document")
    if (pairs[1:] <= pairs[:-1]).any():
        raise ValueError("pairs do not ascend")
    goes, open_ = np.zeros(documents, np.bool_), np.zeros(documents, np.bool_)
    keepers, pair_of, wanted = np.arange(documents), np.full(documents, -1), list[int]()
    asked = np.zeros(documents, np.int64)
    for at, (document, keeper) in enumerate(both.tolist()):
        if goes[document] or goes[keeper] or likeness[at] == OTHER:
            continue
        if likeness[at] == ALIKE and not open_[keeper]:  # for this one, if for none of those before it
            goes[document] = True
            if not open_[document]:
                keepers[document], pair_of[document] = keeper, at
            continue
        open_[document] = True
        if likeness[at] == UNKNOWN and asked[document] < most:
            asked[document] += 1
            wanted.append(at)
    return Taken(keepers, pair_of, np.array(wanted, np.int64))


class Counts(NamedTuple):
    """How many pairs were compared, and how many of them were not alike."""

    pairs: int
    false: int


def settled(pairs: NDArray[np.int64], chosen: Chosen, threshold: float, verify: Verify) -> tuple[Decided, Counts]:
    """What goes of all documents, given the candidates as `taken` has them, by the ranks of documents; copies (they are
    in no pair) go for the document that they are copies of, or for what that one goes for."""
    order = np.empty(len(chosen.ranks), np.int64)
    order[chosen.ranks] = np.arange(len(order))
    likeness, most = np.zeros(len(pairs), np.uint8), 1
    numbers, alike = [np.zeros(0, np.int64)], list[Compared]()
    while len((known := taken(pairs, len(order), likeness, most)).wanted):
        wanted, most = known.wanted, 2 * most
        del known
        document, keeper = np.divmod(pairs[wanted], len(order))
        for rows, found in verify(np.stack([order[keeper], order[document]], axis=1)):
            own = found.jaccard >= threshold
            likeness[wanted[rows]] = np.where(own, ALIKE, OTHER)
            numbers.append(wanted[rows[own]])
            alike.append(found.only(own).narrow())
    counts = Counts(int(np.count_nonzero(likeness)), int(np.count_nonzero(likeness == OTHER)))
    keepers, pair_of = (column[chosen.ranks] for column in known[:2])
    numbered = np.concatenate(numbers)
    return _with_copies(order[keepers], pair_of, numbered, Compared.joined(alike), chosen), counts


def _with_copies(
    keepers: NDArray[np.int64], pair_of: NDArray[np.int64], numbers: NDArray[np.int64], alike: Compared, chosen: Chosen
) -> Decided:
    """What goes, given the keeper of each document that is no copy, the number of that pair, and the numbers of all
    pairs that are alike."""
    result, pair = keepers[chosen.copies], pair_of[chosen.copies]
    if chosen.sites is not None:
        result = np.where(chosen.sites[result] == chosen.sites, np.arange(len(result)), result)
    near = (pair >= 0) & (result != np.arange(len(result)))
    jaccard, containment = np.ones(len(result)), np.ones(len(result))
    ascending = np.argsort(numbers)
    some = alike.only(ascending[np.searchsorted(numbers, pair[near], sorter=ascending)])
    jaccard[near], containment[near] = some.jaccard, some.common / some.documents
    return Decided(result, jaccard, containment)
