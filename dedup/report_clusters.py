"""Passages that were kept, each with the copies of it that went."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from dedup.account import Cluster, Member
from dedup.data import Kind
from dedup.report_texts import context

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dedup.report_read import Record
    from dedup.report_texts import Text

MEMBERS = 8
"""Copies that are named of a cluster."""
SHOWN = 1_500
"""Characters of a keeper that are shown."""


class Copies(NamedTuple):
    """A passage `start:end` of a keeper, of an index if it is of one, and the records of the copies of it or of parts
    of it that went."""

    id: str
    of_index: str
    start: int
    end: int
    records: list[Record]

    @property
    def order(self) -> tuple[int, int, str, int]:
        """The largest first."""
        return -len(self.records), -self.characters, self.id, self.start

    @property
    def characters(self) -> int:
        """How many the copies had."""
        return sum(each["end"] - each["start"] for each in self.records)

    def cluster(self, texts: dict[str, Text]) -> Cluster:
        """As it is told."""
        ordered = sorted(self.records, key=lambda each: (each["similarity"], each["id"], each["start"]))
        whole = all(each["kind"] == Kind.DOCUMENT for each in self.records)
        return Cluster(
            keeper=context(self.id, self.start, self.end, {} if self.of_index else texts, longest=SHOWN),
            kind=(Kind.DOCUMENT if whole else Kind.PASSAGE).value,
            copies=len(self.records),
            characters=self.characters,
            members=tuple(
                Member(each["id"], each["start"], each["end"], each["similarity"]) for each in ordered[:MEMBERS]
            ),
            of_index=self.of_index,
        )


def clusters(duplicates: Iterable[Record]) -> list[Copies]:
    """The clusters of duplicates, the largest first. Spans of one keeper that overlap are of one; those of two never
    are: what is like a copy may be unlike what that is a copy of."""
    by_keeper: dict[tuple[str, str], list[Record]] = {}
    for record in duplicates:
        keeper = record["keeper"]
        by_keeper.setdefault((keeper["id"], keeper.get("index", "")), []).append(record)
    found = [copies for key, records in by_keeper.items() for copies in _of_keeper(*key, records)]
    return sorted(found, key=lambda each: each.order)


def _of_keeper(id_: str, index: str, records: list[Record]) -> list[Copies]:
    found: list[Copies] = []
    for record in sorted(records, key=lambda each: (each["keeper"]["start"], -each["keeper"]["end"])):
        start, end = record["keeper"]["start"], record["keeper"]["end"]
        if found and start < found[-1].end:
            found[-1].records.append(record)
            found[-1] = found[-1]._replace(end=max(end, found[-1].end))
        else:
            found.append(Copies(id_, index, start, end, [record]))
    return found


def sizes(found: Sequence[Copies]) -> tuple[tuple[int, int], ...]:
    """How many clusters there are of each size."""
    return tuple(sorted(Counter(len(each.records) + 1 for each in found).items()))
