"""What a run comes to: what is to be written, and counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from dedup.data import Failure, Flag
    from dedup.limits import Group
    from dedup.write import Piece


class Cut(NamedTuple):
    """What cutting came to: counts by (reason, kind) of spans and characters, and of the documents."""

    removed: dict[tuple[str, str], tuple[int, int]]
    documents: int
    cleaned: int
    characters: int
    left: int
    encodings: dict[str, int]


class Run(NamedTuple):
    """What a run comes to: how many documents it has, what is to be written piece by piece, the counts of each (once it
    is written), the failures, counts of pairs, and what gives the sites and sources that lose more than a share."""

    documents: int
    pieces: Iterator[Piece]
    cut: list[Cut]
    failures: list[Failure]
    pairs: dict[str, dict[str, int]]
    groups: Callable[[float], list[Group]]


def count(counts: dict[tuple[str, str], tuple[int, int]], flags: Iterable[Flag]) -> None:
    """Add spans and characters of flags to the counts by (reason, kind)."""
    for each in flags:
        what = (str(each.reason), str(each.kind))
        spans, characters = counts.get(what, (0, 0))
        counts[what] = (spans + 1, characters + each.end - each.start)
