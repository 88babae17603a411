"""An index as it is read: which of its documents may share a passage with others, and these documents."""

from __future__ import annotations

from functools import cached_property
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from dedup import codes
from dedup.compressed import zstandard
from dedup.errors import InputError
from dedup.moved import LOST
from dedup.remembered import MOVED, SIZE, id_key, records_of, unpacked
from dedup.runs import is_new
from dedup.segments import Folder

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from dedup.column_files import Columns
    from dedup.remembered import Remembered
    from dedup.run import Runner
    from dedup.site import Knowledge


class KnownSites(NamedTuple):
    """What an index knows of sites: the votes on their places; `prints` uint64, ascending, of texts that repeat, and in
    how many `articles` of their site (int64); `sites` uint64, ascending, and how many articles each has (int64)."""

    places: Knowledge
    prints: NDArray[np.uint64]
    articles: NDArray[np.int64]
    sites: NDArray[np.uint64]
    site_articles: NDArray[np.int64]

    def articles_of(self, sites: NDArray[np.uint64]) -> NDArray[np.int64]:
        """How many articles it knows of each site (int64 [n])."""
        at = np.minimum(np.searchsorted(self.sites, sites), max(0, len(self.sites) - 1))
        return np.where(self.sites[at] == sites, self.site_articles[at], 0) if len(self.sites) else at * 0


class Segment:
    """A segment as it is read: columns that are mapped, and documents by their rows."""

    def __init__(self, path: Path, columns: Columns) -> None:
        self.path, self.columns = path, columns
        self.numbers = columns["numbers"]

    def __len__(self) -> int:
        return len(self.numbers)

    def rows_of(self, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        """The rows of those of some numbers (ascending) that are in it."""
        at = np.searchsorted(self.numbers, numbers)
        own = at < len(self.numbers)
        own[own] = self.numbers[at[own]] == numbers[own]
        return at[own].astype(np.int64)

    def with_ids(self, ids: Iterable[str]) -> Iterator[tuple[str, int]]:
        """Those of some ids that documents in it have, with the number of each."""
        by_key: dict[int, set[str]] = {}
        for id_ in ids:
            by_key.setdefault(id_key(id_), set()).add(id_)
        keys = np.array(sorted(by_key), np.uint32)
        own = self.columns["ids"]
        at = np.minimum(np.searchsorted(keys, own), len(keys) - 1)
        rows = np.flatnonzero(keys[at] == own) if len(keys) else at
        for row, record in self._known(rows):
            if record[0] in by_key[int(own[row])]:
                yield record[0], int(self.numbers[row])

    def keepers(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """The numbers of documents (ascending) that keep what went of those of some rows (ascending)."""
        found = {keeper for _, record in self._known(rows) for keeper in record[MOVED][2]}
        return np.array(sorted(found - {LOST}), np.int64)

    def _known(self, rows: NDArray[np.int64]) -> Iterator[tuple[int, list[Any]]]:
        """The records of rows, ascending."""
        for group, first, own in self._by_group(rows):
            records = self._records(group)
            for row in own:
                yield row, records[row - first]

    def _by_group(self, rows: NDArray[np.int64]) -> Iterator[tuple[int, int, list[int]]]:
        """The groups of rows (ascending): their numbers, the row that each begins with, and those of the rows in it."""
        groups = np.searchsorted(self.columns["groups"], rows, "right") - 1
        edges = np.flatnonzero(is_new(groups)).tolist()
        for low, high in pairwise([*edges, len(rows)] if len(rows) else []):
            group = int(groups[low])
            yield group, int(self.columns["groups"][group]), rows[low:high].tolist()

    def documents(self, rows: NDArray[np.int64]) -> Iterator[Remembered]:
        """Documents by their rows, ascending.

        Raises:
            InputError: the segment is damaged, or a file that it refers to has changed.
        """
        for group, first, own in self._by_group(rows):
            records, content = self._records(group), self._part("texts", group)
            ends = [0, *accumulate(max(0, record[SIZE]) for record in records)]
            if len(content) != ends[-1]:
                raise InputError(f"{self.path}: texts of another length; the index is damaged, build it anew")
            for row in own:
                low, high = ends[row - first : row - first + 2]
                yield unpacked(int(self.numbers[row]), records[row - first], content[low:high])

    def _records(self, group: int) -> list[list[Any]]:
        return records_of(self._part("records", group))

    def _part(self, name: str, group: int) -> bytes:
        low, high = self.columns[f"{name}_bounds"][group : group + 2].tolist()
        try:
            packed = self.columns.rows(name, low, high).tobytes()
            return bytes(zstandard().decompress(packed)) if packed else b""
        except zstandard().ZstdError as error:
            raise InputError(
                f"{self.path}: {name} cannot be read ({error}); the index is damaged, build it anew"
            ) from error


class Indexed:
    """The segments of an index. What is asked for is read from where it is mapped, and no more."""

    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        self.segments = [Segment(folder.path / each.name, folder.columns(each)) for each in folder.segments]

    @classmethod
    def at(cls, path: Path) -> Indexed:
        """The index in a folder.

        Raises:
            SettingError, InputError: as `Folder.open`.
        """
        try:
            return cls(Folder.open(path))
        except InputError:  # its files may have been written anew since its manifest was read
            return cls(Folder.open(path))

    @cached_property
    def removed(self) -> NDArray[np.int64]:
        """The numbers of documents that are no longer in it, though their columns are (ascending)."""
        named = self.folder.removed
        return self.folder.columns(named)["numbers"].astype(np.int64) if named else np.zeros(0, np.int64)

    def __len__(self) -> int:
        """How many documents there are."""
        return sum(map(len, self.segments)) - len(self.removed)

    def numbers(self) -> NDArray[np.int64]:
        """The numbers of all documents, ascending."""
        every = np.concatenate([np.zeros(0, np.int64), *(each.numbers.astype(np.int64) for each in self.segments)])
        return self.only_there(every)

    def only_there(self, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        """Those of some numbers (ascending) that documents have which were not removed."""
        own = [each.numbers[each.rows_of(numbers)].astype(np.int64) for each in self.segments]
        there = np.concatenate([np.zeros(0, np.int64), *own])
        return there[~np.isin(there, self.removed)]

    def alike(
        self, words: NDArray[np.uint64], bounds: NDArray[np.int64], min_words: int, runner: Runner
    ) -> NDArray[np.int64]:
        """The numbers of documents, ascending, that may share a passage of `min_words` with one of others, given the
        hashes of their words: those of document i are `words[bounds[i]:bounds[i + 1]]`.

        Raises:
            InputError: a segment is damaged.
        """
        sought = codes.Sought(words, bounds, codes.Likeness.of(min_words))
        found = [np.zeros(0, np.int64)]
        for each in self.segments:
            try:
                parts = list(codes.Scan.of(sought, each.columns["codes"], each.columns["counts"]))
            except ValueError as error:
                why = f"{each.path}: its codes cannot be read ({error}); the index is damaged, build it anew"
                raise InputError(why) from error
            rows = np.concatenate([np.zeros(0, np.bool_), *runner(codes.scan, parts)])
            found.append(each.numbers[rows].astype(np.int64))
        return self.only_there(np.concatenate(found))

    def documents(self, numbers: NDArray[np.int64]) -> Iterator[Remembered]:
        """Documents by their numbers (ascending); those that are not there are left out.

        Raises:
            InputError: a segment is damaged, or a file that it refers to has changed.
        """
        for segment in self.segments:
            yield from segment.documents(segment.rows_of(numbers))

    def with_keepers(self, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        """The same with the documents that keep what went from these, and what went from those."""
        every, new = numbers, numbers
        while len(new):
            found = [each.keepers(each.rows_of(new)) for each in self.segments]
            new = self.only_there(np.setdiff1d(np.concatenate(found), every))
            every = np.union1d(every, new)
        return every

    def known(self, ids: Collection[str]) -> dict[str, int]:
        """Those of some ids that documents have, with their numbers."""
        found = {id_: number for each in self.segments for id_, number in each.with_ids(ids)}
        there = set(self.only_there(np.array(sorted(found.values()), np.int64)).tolist())
        return {id_: number for id_, number in found.items() if number in there}

    @cached_property
    def sites(self) -> KnownSites | None:
        """What it knows of sites, if anything."""
        from dedup.site import Knowledge

        named = self.folder.sites
        if named is None:
            return None
        columns = self.folder.columns(named)
        places = Knowledge(*(columns[f"place_{name}"] for name in Knowledge._fields))
        return KnownSites(places, *(columns[name] for name in KnownSites._fields[1:]))


def known_sites(path: Path | None) -> KnownSites | None:
    """What the index in a folder knows of sites, if there is one and it knows anything."""
    return Indexed.at(path).sites if path else None
