"""Passages that were kept, each with the copies of it that went."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from dedup.account import Cluster, Member
from dedup.data import Kind
from dedup.report_read import kept
from dedup.report_texts import context

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from dedup.report_read import Kept, Record
    from dedup.report_texts import Text

MEMBERS = 8
"""Copies that are named of a cluster."""
SHOWN = 1_500
"""Characters of a keeper that are shown."""


class Copies(NamedTuple):
    """A passage `start:end` of a keeper, of an index if it is of one, and the records of the copies of it or of parts
    of it that went, each of which stands for so many (`times`)."""

    id: str
    of_index: str
    start: int
    end: int
    records: list[Record]
    times: float = 1.0

    @property
    def order(self) -> tuple[int, int, str, int]:
        """The largest first."""
        return -self.copies, -self.characters, self.id, self.start

    @property
    def characters(self) -> int:
        """How many the copies had."""
        read: int = sum(each["end"] - each["start"] for each in self.records)
        return round(self.times * read)

    @property
    def documents(self) -> set[str]:
        """The documents that the copies went from."""
        return {each["id"] for each in self.records}

    @property
    def copies(self) -> int:
        """How many there are: one of each document, but each of those that the keeper's document has itself."""
        own = sum(1 for each in self.records if each["id"] == self.id)
        return round(self.times * (len(self.documents - {self.id}) + own))

    def members(self) -> list[Member]:
        """A copy of each document, the least alike first: from its first record to its last."""
        found: dict[tuple[str, int], list[Record]] = {}
        for each in self.records:
            found.setdefault((each["id"], each["start"] if each["id"] == self.id else 0), []).append(each)
        members = (
            Member(id_, *_ends(each), min(record["similarity"] for record in each)) for (id_, _), each in found.items()
        )
        return sorted(members, key=lambda each: (each.similarity, each.id, each.start))

    def cluster(self, texts: dict[str, Text]) -> Cluster:
        """As it is told."""
        whole = all(each["kind"] == Kind.DOCUMENT for each in self.records)
        return Cluster(
            keeper=context(self.id, self.start, self.end, {} if self.of_index else texts, longest=SHOWN),
            kind=(Kind.DOCUMENT if whole else Kind.PASSAGE).value,
            copies=self.copies,
            characters=self.characters,
            members=tuple(self.members()[:MEMBERS]),
            of_index=self.of_index,
            is_estimate=self.times > 1,
        )


def _ends(records: list[Record]) -> tuple[int, int]:
    return min(each["start"] for each in records), max(each["end"] for each in records)


def clusters(duplicates: Iterable[Record], times: Mapping[Kept, float]) -> list[Copies]:
    """The clusters of duplicates, of which each stands for as many as `times` says, the largest first. Spans of one
    keeper that overlap are of one, and neighbours that the same documents have; those of two keepers never are: what is
    like a copy may be unlike what that is of."""
    by_keeper: dict[Kept, list[Record]] = {}
    for record in duplicates:
        by_keeper.setdefault(kept(record), []).append(record)
    found = [
        copies._replace(times=times.get(key, 1.0))
        for key, records in by_keeper.items()
        for copies in _joined(_overlapping(*key, records))
    ]
    return sorted(found, key=lambda each: each.order)


def _overlapping(id_: str, of_index: str, records: list[Record]) -> list[Copies]:
    """The spans of a keeper that overlap together, in order."""
    found: list[Copies] = []
    for record in sorted(records, key=lambda each: (each["keeper"]["start"], each["id"], each["start"])):
        start, end = record["keeper"]["start"], record["keeper"]["end"]
        if found and start < found[-1].end:
            found[-1].records.append(record)
            found[-1] = found[-1]._replace(end=max(end, found[-1].end))
        else:
            found.append(Copies(id_, of_index, start, end, [record]))
    return found


def _joined(spans: list[Copies]) -> list[Copies]:
    """Neighbours that the same other documents have as one: the paragraphs of a reprint."""
    found: list[Copies] = []
    for each in spans:
        if found and each.id not in each.documents and each.documents == found[-1].documents:
            found[-1] = found[-1]._replace(end=each.end, records=found[-1].records + each.records)
        else:
            found.append(each)
    return found


def sizes(found: Sequence[Copies]) -> tuple[tuple[int, int], ...]:
    """How many clusters there are of each size."""
    return tuple(sorted(Counter(each.copies + 1 for each in found).items()))
