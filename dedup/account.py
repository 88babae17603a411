"""What a report says of a run, as values: made by `report`, and shown by its page.

Texts are as they stand in documents: whoever shows them makes them harmless. Offsets are code points of source texts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple


class Amount(NamedTuple):
    """What went for a reason, as a kind: so many spans of so many characters."""

    reason: str
    kind: str
    spans: int
    characters: int


class Funnel(NamedTuple):
    """What came in and what is left. `characters_in` = `chrome` + `duplicates` + `characters_out`."""

    documents_in: int
    documents_out: int
    failed: int
    characters_in: int
    chrome: int
    duplicates: int
    characters_out: int
    amounts: tuple[Amount, ...]


class Group(NamedTuple):
    """The documents of a site, or of a `source` (a file of many, or the top folder of a tree) those that name no site:
    how many, and characters of their source texts that there were and that went. `alarm` says what is unusual, if
    anything is."""

    site: str
    documents: int
    characters: int
    chrome: int
    duplicates: int
    alarm: str = ""
    source: str = ""

    @property
    def name(self) -> str:
        """What the documents have in common."""
        return self.site or self.source

    @property
    def share(self) -> float:
        """The share that went."""
        return (self.chrome + self.duplicates) / max(1, self.characters)


class Context(NamedTuple):
    """A span of a document with what stands before and behind it; `before`, `text` and `after` may be cut, and then
    begin or end with an ellipsis. What of these went, too, is not told apart. Where the document's text is not known
    (no clean documents were written, or it is of an index), `before` and `after` are empty, and `text` is if it is not
    what went."""

    id: str
    start: int
    end: int
    before: str
    text: str
    after: str


class Piece(NamedTuple):
    """A piece of a repeated passage: words that all have in common, or a slot with what stands there, some of it."""

    text: str
    fillings: tuple[str, ...] = ()

    @property
    def is_slot(self) -> bool:
        """Whether other words stand here each time."""
        return bool(self.fillings)


class Pattern(NamedTuple):
    """A passage of chrome that documents have in common, told once.

    `key` names it for decisions: the same passage has the same key in every run; `keys` are those of all that is told
    with it since it differs in a few words, its own first. `first` and `last` are the dates of the first and last dated
    document that it went from, empty where none has one; `sites` the first few by name.
    """

    key: str
    kind: str
    pieces: tuple[Piece, ...]
    spans: int
    documents: int
    characters: int
    sites: tuple[str, ...]
    site_count: int
    first: str
    last: str
    why: str
    example: Context
    keys: tuple[str, ...] = ()


class Member(NamedTuple):
    """A copy in a cluster."""

    id: str
    start: int
    end: int
    similarity: float


class Cluster(NamedTuple):
    """A passage that was kept, in one piece or as neighbouring ones, and the documents that copies of it went from: how
    many, the characters that they had, and some of them, the least alike first. `of_index` names the index that the
    keeper is of, if it is none of this run. Of a keeper that very many name some are read, and the rest is guessed."""

    keeper: Context
    kind: str
    copies: int
    characters: int
    members: tuple[Member, ...]
    of_index: str = ""
    is_estimate: bool = False

    @property
    def size(self) -> int:
        """How many passages there are with the one that is kept."""
        return self.copies + 1


class Sample(NamedTuple):
    """A duplicate that went beside what was kept for it, chosen by the digest of its text within its band of
    similarity.

    `wrong` says what an exact comparison of both texts found against it; empty where it holds. Where it was not
    compared (`is_checked`), the figures are those of its record: the keeper is of the index that `of_index` names,
    whose texts are not here, or no clean documents were written.
    """

    band: str
    kind: str
    why: str
    removed: Context
    kept: Context
    similarity: float
    containment: float
    jaccard: float
    words: int
    wrong: str = ""
    of_index: str = ""
    is_checked: bool = True


class Point(NamedTuple):
    """Pairs of this run of a Jaccard similarity from `low` to `high`: how many were drawn, how many of them share a
    band, and the 95 % confidence interval of that share."""

    low: float
    high: float
    pairs: int
    candidates: int
    interval: tuple[float, float]


class Curve(NamedTuple):
    """P(candidate | similarity) of the bands of a run: 1 - (1 - s^rows)^bands, and what the run's own pairs show."""

    bands: int
    rows: int
    shingle: int
    wanted: float
    recall: float
    points: tuple[Point, ...]


class Estimate(NamedTuple):
    """Of `population` duplicates that went for a keeper of this run, `checked` were drawn at random by the digests of
    their texts and compared exactly; `wrong` of them do not hold, and `found` are the first of these. The share of
    wrong ones lies in `interval` with 95 % confidence (Clopper-Pearson; where all were checked, it is known). `beyond`
    more went for documents of an index, whose texts are not here; of a large run with an index both are of the records
    that were read."""

    population: int
    checked: int
    wrong: int
    interval: tuple[float, float]
    found: tuple[Sample, ...] = ()
    beyond: int = 0


class Period(NamedTuple):
    """The documents of a time: `name` is a decade (`1990s`), a year, a month (`2024-03`) or a day, as fits what there
    is; periods without a document are there, too, where there are few."""

    name: str
    documents: int
    characters: int
    chrome: int
    duplicates: int


class Seen(NamedTuple):
    """How much of what went the tables and samples are made of: all, or of a large run as many bytes of removed.jsonl
    as were read, in stretches chosen by its digest. Clusters are then of some keepers with all of their copies, or, if
    these are very many, with those of some documents: of those that most went for, and of others by digest. The funnel
    is always exact."""

    spans: int
    of: int

    @property
    def is_all(self) -> bool:
        """Whether nothing was left out."""
        return self.spans == self.of


class Failed(NamedTuple):
    """An input that could not be used."""

    id: str
    why: str


@dataclass(frozen=True, slots=True)
class Account:
    """What a report says of a run. Tables hold so many rows as fit a page; `*_count` tells how many there are."""

    title: str
    command: str
    """How to go on: where the run is, as `dedup explain` takes it."""
    versions: dict[str, str]
    settings: dict[str, Any]
    """Those that are not as they are by default."""
    funnel: Funnel
    seen: Seen
    groups: tuple[Group, ...]
    group_count: int
    patterns: tuple[Pattern, ...]
    pattern_count: int
    once: Amount
    """The chrome that no two documents have in common."""
    sizes: tuple[tuple[int, int], ...]
    """How many clusters there are of each size, ascending."""
    clusters: tuple[Cluster, ...]
    cluster_count: int
    samples: tuple[Sample, ...]
    curve: Curve | None
    estimate: Estimate | None
    timeline: tuple[Period, ...]
    undated: int
    """Documents without a date."""
    failures: tuple[Failed, ...]
    failure_count: int
