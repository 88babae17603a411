"""A page written in another way than it is judged: as Markdown, whose characters are those of the plain text and marks.

What a page is judged and matched by is its plain text, so that nothing of that depends on how it is written. Places in
it are told as places in what is written where they leave for the output.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup.table import Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

    from dedup.data import Flag
    from dedup.store import Store


class Written(NamedTuple):
    """A page as it is written: `text`, where its blocks lie there (`starts`, `ends` int32 [b], marks and all), and by
    how many code points it is ahead of the plain text (`ahead` int32 [k]) from a place there on (`at` int32 [k])."""

    text: str
    starts: NDArray[np.int32]
    ends: NDArray[np.int32]
    at: NDArray[np.int32]
    ahead: NDArray[np.int32]

    @classmethod
    def plain(cls, text: str, blocks: Table) -> Written:
        """A text that is written as it is."""
        return cls(text, blocks.starts, blocks.ends, *np.zeros((2, 0), np.int32))

    def table(self, plain: Table) -> Table:
        """The blocks, given those of the plain text."""
        return Table(self.starts, self.ends, plain.tags, plain.links, plain.places, plain.main, plain.paths)


class Writing(NamedTuple):
    """Where the plain text of a document stands as it is written: its blocks, `starts` and `ends` in the plain text,
    `firsts` and `lasts` as written (int32 [b] each), and `at` and `ahead` as `Written` has them."""

    starts: NDArray[np.int32]
    ends: NDArray[np.int32]
    firsts: NDArray[np.int32]
    lasts: NDArray[np.int32]
    at: NDArray[np.int32]
    ahead: NDArray[np.int32]

    def places(self, plain: NDArray[np.int32]) -> NDArray[np.int32]:
        """Where characters of the plain text stand (int32 [n])."""
        at = np.searchsorted(self.at, plain, "right") - 1
        return np.asarray(plain + self.ahead[np.maximum(at, 0)], np.int32)

    def seen(self, written: NDArray[np.int32]) -> NDArray[np.int32]:
        """Where places of what is written are in the plain text (int32 [n]); of a mark, what follows it."""
        number = np.maximum(np.searchsorted(self.at + self.ahead, written, "right") - 1, 0)
        limits = np.append(self.at[1:], self.ends[-1])[number]
        return np.asarray(np.clip(written - self.ahead[number], self.at[number], limits), np.int32)

    def spans(self, starts: list[int], ends: list[int]) -> tuple[list[int], list[int]]:
        """Where spans of the plain text lie that are not empty. One from the start of a block, or to the end of one,
        has the marks of the block."""
        low, high = np.array(starts, np.int32), np.array(ends, np.int32)
        firsts, lasts = self.places(low), self.places(high - 1) + 1
        _snap(firsts, low, self.starts, self.firsts)
        _snap(lasts, high, self.ends, self.lasts)
        return firsts.tolist(), lasts.tolist()

    def flags(self, flags: Iterable[Flag]) -> list[Flag]:
        """Flags of the plain text as they lie in what is written."""
        some = list(flags)
        spans = self.spans([flag.start for flag in some], [flag.end for flag in some])
        return [replace(flag, start=start, end=end) for flag, start, end in zip(some, *spans, strict=True)]


def _snap(
    found: NDArray[np.int32], plain: NDArray[np.int32], edges: NDArray[np.int32], written: NDArray[np.int32]
) -> None:
    """Put the places that are edges of blocks where those are written."""
    if len(edges):
        at = np.minimum(np.searchsorted(edges, plain), len(edges) - 1)
        same = edges[at] == plain
        found[same] = written[at[same]]


def is_written(store: Store, shard: str) -> bool:
    """Whether the documents of a shard are judged by another text than is written."""
    try:
        return bool(store.column(shard, "written")[-1])
    except KeyError:  # lines of JSONL leave no blocks
        return False


def writings(store: Store, shard: str) -> Callable[[int], Writing | None]:
    """What gives by the number of a document where its plain text stands as it is written; None if it is that."""
    if not is_written(store, shard):
        return lambda _: None
    bounds, blocks = store.column(shard, "written").tolist(), store.column(shard, "blocks").tolist()
    at, ahead, *edges = (
        np.array(store.column(shard, name))
        for name in ("written_at", "written_ahead", "seen_starts", "seen_ends", "block_starts", "block_ends")
    )

    def writing(number: int) -> Writing | None:
        own, shifts = slice(*blocks[number : number + 2]), slice(*bounds[number : number + 2])
        starts, ends, firsts, lasts = (edge[own] for edge in edges)
        return Writing(starts, ends, firsts, lasts, at[shifts], ahead[shifts]) if len(at[shifts]) else None

    return writing
