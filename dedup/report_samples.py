"""Duplicates drawn from a run and compared exactly with what was kept: to look at, and to estimate how many are wrong.

They are drawn by the digests of what their records say, so that the same run gives the same ones.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Any, NamedTuple

from dedup.account import Estimate, Sample
from dedup.report_chrome import rank_of
from dedup.report_exact import Found, clopper_pearson, compared, compared_wholes
from dedup.report_texts import Text, context

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dedup.report_read import Record

CHECKED = 200
"""Duplicates that are compared exactly for the estimate. If none is wrong, fewer than 1.9 % are, with 95 %
confidence."""
OF_BAND = 6
"""Samples of each band of similarity."""
FOUND = 20
"""Wrong ones that are shown."""
BORDER = 0.05
EDGES = (0.9, 0.95, 1.0)
"""Where bands begin above the borderline one, which is `BORDER` wide."""


class Drawn(NamedTuple):
    """Duplicates of a run: all that keepers of it have, in the order in which they are drawn, and how many others there
    are, which documents of an index have; and those to look at, by band, the least alike first."""

    duplicates: list[Record]
    beyond: int
    shown: list[Record]

    @classmethod
    def of(cls, records: Iterable[Record], threshold: float) -> Drawn:
        """Those of records of duplicates."""
        ordered = sorted(records, key=rank_of)
        by_band: dict[int, list[Record]] = {}
        edges = _edges(threshold)
        for record in ordered:
            band = by_band.setdefault(bisect_right(edges, record["similarity"]), [])
            if len(band) < 2 * OF_BAND:  # words that are not compared make some records tell less than there is
                band.append(record)
        shown = [record for band in sorted(by_band) for record in by_band[band]]
        own = [each for each in ordered if not each["keeper"].get("index")]
        return cls(own, len(ordered) - len(own), shown)

    @property
    def ids(self) -> set[str]:
        """The documents whose texts are wanted."""
        records = [*self.duplicates[:CHECKED], *self.shown]
        return {id_ for each in records for id_ in (each["id"], *_keeper(each))}


def _keeper(record: Record) -> list[str]:
    return [] if record["keeper"].get("index") else [record["keeper"]["id"]]


def _edges(threshold: float) -> list[float]:
    """Where the bands above the borderline one begin."""
    first = round(threshold + BORDER, 4)
    return [first] * (first < 1) + [each for each in EDGES if each > first] + [1.0] * (first >= 1)


def _name(edges: list[float], band: int) -> str:
    if band == 0:
        return "borderline"
    return "1" if edges[band - 1] == 1 else f"{edges[band - 1]:.4g} to {edges[band]:.4g}"


def samples(drawn: Drawn, texts: dict[str, Text], config: dict[str, Any]) -> tuple[Sample, ...]:
    """The duplicates to look at, the least alike first."""
    edges = _edges(config["threshold"])
    by_band: dict[int, list[Sample]] = {}
    for record in drawn.shown:
        found = sample(record, texts, config)
        by_band.setdefault(bisect_right(edges, found.similarity), []).append(found)
    ordered = ((_name(edges, band), found) for band in sorted(by_band) for found in by_band[band][:OF_BAND])
    return tuple(found._replace(band=name) for name, found in ordered)


def sample(record: Record, texts: dict[str, Text], config: dict[str, Any], band: str = "") -> Sample:
    """A duplicate beside what was kept for it."""
    keeper, evidence = record["keeper"], record["evidence"]
    index = keeper.get("index", "")
    found = None if index else verified(record, texts, config)
    told = (record["similarity"], evidence["containment"], evidence["jaccard"], evidence["words"])
    similarity, containment, alike, words, wrong = found or Found(*told)
    return Sample(
        band=band,
        kind=record["kind"],
        why=record["why"],
        removed=context(record["id"], record["start"], record["end"], texts, record["text"]),
        kept=context(keeper["id"], keeper["start"], keeper["end"], {} if index else texts),
        similarity=similarity,
        containment=containment,
        jaccard=alike,
        words=words,
        wrong=wrong,
        of_index=index,
        is_checked=found is not None,
    )


def sides(record: Record, texts: dict[str, Text], config: dict[str, Any]) -> tuple[str, str] | None:
    """What of a duplicate was compared with what, as far as that is kept; None where the texts are not known."""
    own, keeper = texts.get(record["id"]), record["keeper"]
    there = texts.get(keeper["id"])
    if own is None or there is None:
        return None
    if config["unit"] == "document":
        return own.but_chrome(), there.kept(0, len(there.text))
    return record["text"], there.kept(keeper["start"], keeper["end"])


def verified(record: Record, texts: dict[str, Text], config: dict[str, Any]) -> Found | None:
    """A duplicate compared exactly with what is left of its keeper; None where the texts are not known."""
    both = sides(record, texts, config)
    compare = compared_wholes if config["unit"] == "document" else compared
    return compare(*both, record, config) if both else None


def estimate(drawn: Drawn, texts: dict[str, Text], config: dict[str, Any], population: int) -> Estimate | None:
    """How many of so many duplicates are wrong, by those drawn; None where there is nothing to compare."""
    checked = [(record, found) for record in drawn.duplicates[:CHECKED] if (found := verified(record, texts, config))]
    if not checked:
        return None
    wrong = [record for record, found in checked if found.wrong]
    share = len(wrong) / len(checked)
    return Estimate(
        population=population,
        checked=len(checked),
        wrong=len(wrong),
        interval=(share, share) if len(checked) == population else clopper_pearson(len(wrong), len(checked)),
        found=tuple(sample(record, texts, config, "wrong") for record in wrong[:FOUND]),
        beyond=drawn.beyond,
    )
