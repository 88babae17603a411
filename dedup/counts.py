"""What a run comes to: what is to be written, and counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import numpy as np
    from numpy.typing import NDArray

    from dedup.data import Failure, Flag
    from dedup.limits import Group
    from dedup.moved import Stretches
    from dedup.write import Piece


class Cut(NamedTuple):
    """What cutting came to: counts by (reason, kind) of spans and characters, and of the documents."""

    removed: dict[tuple[str, str], tuple[int, int]]
    documents: int
    cleaned: int
    characters: int
    left: int
    encodings: dict[str, int]


class Told(NamedTuple):
    """What an index has to know of the documents of a run, which stand behind those of the index that they were
    compared with: which of each shard are alive (bool [d]), and of these in order which go for another with the very
    same words, or as a whole (`are_same`), and which are copies but for a few words (`are_copies`, bool [d]); the
    numbers in the index of those (int64 [k]); and where words went, by the numbers of both in the run."""

    live: dict[str, NDArray[np.bool_]]
    are_same: NDArray[np.bool_]
    are_copies: NDArray[np.bool_]
    old: NDArray[np.int64]
    gone: Stretches


class Run(NamedTuple):
    """What a run comes to: how many documents it has, what is to be written piece by piece, the counts of each (once it
    is written), the failures, counts of pairs, what gives the sites and sources that lose more than a share, what an
    index has to know, and how many decisions were given and used, if any."""

    documents: int
    pieces: Iterator[Piece]
    cut: list[Cut]
    failures: list[Failure]
    pairs: dict[str, dict[str, int]]
    groups: Callable[[float], list[Group]]
    told: Told | None = None
    decisions: dict[str, int] = {}  # noqa: RUF012 (nobody changes it)


def count(counts: dict[tuple[str, str], tuple[int, int]], flags: Iterable[Flag]) -> None:
    """Add spans and characters of flags to the counts by (reason, kind)."""
    for each in flags:
        what = (str(each.reason), str(each.kind))
        spans, characters = counts.get(what, (0, 0))
        counts[what] = (spans + 1, characters + each.end - each.start)
