"""Blocks as columns: a page has hundreds, and most stages look at a few of them, or at one thing about all."""

from __future__ import annotations

from itertools import repeat
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup.data import Block, Tag

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

TAGS = tuple(Tag)
_NUMBER = {tag: number for number, tag in enumerate(TAGS)}


class Table(NamedTuple):
    """Blocks one below the other, columns of length b.

    `starts` and `ends` int32, code points in their document; `tags` uint8, numbers in `TAGS`; `links` float64;
    `places` int32, numbers in `paths`, which all parts of a table share.
    """

    starts: NDArray[np.int32]
    ends: NDArray[np.int32]
    tags: NDArray[np.uint8]
    links: NDArray[np.float64]
    places: NDArray[np.int32]
    paths: Sequence[str]

    @classmethod
    def of(cls, blocks: Iterable[Block]) -> Table:
        """The table of some blocks."""
        blocks, known = list(blocks), dict[str, int]()
        places = [known.setdefault(block.path, len(known)) for block in blocks]
        return cls(
            np.array([block.start for block in blocks], np.int32),
            np.array([block.end for block in blocks], np.int32),
            np.array([_NUMBER[block.tag] for block in blocks], np.uint8),
            np.array([block.links for block in blocks], np.float64),
            np.array(places, np.int32),
            list(known),
        )

    def only(self, rows: slice | NDArray[np.bool_] | NDArray[np.int64]) -> Table:
        """Some of the rows."""
        columns = (self.starts[rows], self.ends[rows], self.tags[rows], self.links[rows], self.places[rows])
        return Table(*columns, self.paths)

    def blocks(self, main: Sequence[bool] | None = None) -> list[Block]:
        """The rows as objects; `main` says which are the article's, else all are."""
        rows = zip(
            self.starts.tolist(),
            self.ends.tolist(),
            map(TAGS.__getitem__, self.tags.tolist()),
            repeat(True) if main is None else main,
            map(self.paths.__getitem__, self.places.tolist()),
            self.links.tolist(),
            strict=False,
        )
        return list(map(Block._make, rows))
