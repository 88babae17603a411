"""What a run takes out of documents, as passages are measured by it."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import dedup
from dedup.run import pool, serial

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    Record = Mapping[str, Any]


def removed(documents: Iterable[Record], jobs: int = 1, keep_chrome: bool = True) -> list[dict[str, Any]]:
    """What a run takes out of the documents, chrome left alone or not."""
    runner = pool(jobs) if jobs > 1 else serial
    with TemporaryDirectory(prefix="dedup-passages-") as folder:
        config, never = dedup.Config(keep_chrome=keep_chrome), dedup.Limits(stop_removed=1.0)
        out = dedup.clean(list(documents), f"{folder}/out", config=config, runner=runner, limits=never)
        return list(out.removed())


@dataclass
class Taken:
    """What a run took away: spans by document, and characters by document and keeper."""

    spans: dict[str, list[tuple[int, int]]]
    moved: Counter[tuple[str, str]]

    @classmethod
    def of(cls, records: Iterable[Record]) -> Taken:
        """That of the duplicates among the records."""
        spans: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        moved: Counter[tuple[str, str]] = Counter()
        for record in records:
            if record["reason"] == "duplicate":
                spans[record["id"]].append((record["start"], record["end"]))
                moved[record["id"], record["keeper"]["id"]] += record["end"] - record["start"]
        return cls({id_: sorted(each) for id_, each in spans.items()}, moved)

    def best(self, id_: str, start: int, end: int, source: str) -> int:
        """The characters of a gold passage that went from `id_`, or those that went from `source` instead."""
        here, last = 0, start
        for each in self.spans.get(id_, ()):
            low, high = max(each[0], last), min(each[1], end)
            if high > low:
                here, last = here + high - low, high
        return max(here, min(end - start, self.moved[source, id_]))
