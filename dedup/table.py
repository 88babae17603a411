"""Blocks as columns: a page has hundreds, and most stages look at a few of them, or at one thing about all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, overload

import numpy as np

from dedup.data import Block, Tag

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from dedup.data import Flag

TAGS = tuple(Tag)
_NUMBER = {tag: number for number, tag in enumerate(TAGS)}


@dataclass(frozen=True, slots=True, eq=False)
class Table(Sequence[Block]):
    """Blocks one below the other, columns of length b; to those who want few of them a sequence of `Block`.

    `starts` and `ends` int32, code points in their document; `tags` uint8, numbers in `TAGS`; `links` float64;
    `places` int32, numbers in `paths`, which all parts of a table share; `main` bool.
    """

    starts: NDArray[np.int32]
    ends: NDArray[np.int32]
    tags: NDArray[np.uint8]
    links: NDArray[np.float64]
    places: NDArray[np.int32]
    main: NDArray[np.bool_]
    paths: Sequence[str]

    @classmethod
    def of(cls, blocks: Iterable[Block] = ()) -> Table:
        """The table of some blocks."""
        if isinstance(blocks, Table):
            return blocks
        blocks, known = list(blocks), dict[str, int]()
        places = [known.setdefault(block.path, len(known)) for block in blocks]
        return cls(
            np.array([block.start for block in blocks], np.int32),
            np.array([block.end for block in blocks], np.int32),
            np.array([_NUMBER[block.tag] for block in blocks], np.uint8),
            np.array([block.links for block in blocks], np.float64),
            np.array(places, np.int32),
            np.array([block.main for block in blocks], np.bool_),
            list(known),
        )

    @classmethod
    def joined(cls, tables: Iterable[Table]) -> Table:
        """The rows of some tables in order, each path once, in the order in which rows first have it."""
        tables, known = list(tables), dict[str, int]()
        places = [np.zeros(0, np.int32)]
        for table in tables:
            numbers = np.zeros(len(table.paths), np.int32)
            for place in dict.fromkeys(table.places.tolist()):
                numbers[place] = known.setdefault(table.paths[place], len(known))
            places.append(numbers[table.places])
        rows = [EMPTY, *tables]
        return cls(
            np.concatenate([table.starts for table in rows]),
            np.concatenate([table.ends for table in rows]),
            np.concatenate([table.tags for table in rows]),
            np.concatenate([table.links for table in rows]),
            np.concatenate(places),
            np.concatenate([table.main for table in rows]),
            list(known),
        )

    def only(self, rows: slice | NDArray[np.bool_] | NDArray[np.int64]) -> Table:
        """Some of the rows."""
        starts, ends, tags, links = self.starts[rows], self.ends[rows], self.tags[rows], self.links[rows]
        return Table(starts, ends, tags, links, self.places[rows], self.main[rows], self.paths)

    def with_main(self, main: NDArray[np.bool_]) -> Table:
        """The same rows, with this said of which are the article's."""
        return Table(self.starts, self.ends, self.tags, self.links, self.places, main, self.paths)

    def __len__(self) -> int:
        return len(self.starts)

    def __iter__(self) -> Iterator[Block]:
        return map(
            Block._make,
            zip(
                self.starts.tolist(),
                self.ends.tolist(),
                map(TAGS.__getitem__, self.tags.tolist()),
                self.main.tolist(),
                map(self.paths.__getitem__, self.places.tolist()),
                self.links.tolist(),
                strict=True,
            ),
        )

    @overload
    def __getitem__(self, row: int) -> Block: ...
    @overload
    def __getitem__(self, row: slice) -> Table: ...
    def __getitem__(self, row: int | slice) -> Block | Table:
        if isinstance(row, slice):
            return self.only(row)
        at = range(len(self))[row]  # an IndexError past the end, as a list has it
        return next(iter(self.only(slice(at, at + 1))))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and len(self) == len(other) and all(map(Block.__eq__, self, other))

    __hash__ = None  # type: ignore[assignment]


EMPTY = Table.of()


def still_left(table: Table, found: Iterable[Flag]) -> Table:
    """The blocks that no flag of chrome takes, but for rules."""
    stays = table.tags != _NUMBER[Tag.RULE]
    spans = np.array([(each.start, each.end) for each in found], np.int64).reshape(-1, 2)
    for low, high in np.searchsorted(table.starts, spans).tolist():
        stays[low:high] = False
    return table.only(stays)
