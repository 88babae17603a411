"""What is told of the stages of a run while it goes on: how each is called, and how much each of its items is.

A stage is known by the name of its function. Some of its items say how much they are (a stretch of a file, pairs);
of shards it is known from when they were read; and when they are read, from what comes of it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable


class Amount(NamedTuple):
    """How much there is to do with an item, in the unit of its stage, and how many documents and characters that is;
    and how much there is of all items, where one of them knows (else 0)."""

    size: int = 0
    documents: int = 0
    characters: int = 0
    of: int = 0


class Known:
    """What is known of a run so far: the documents and characters of its shards; those of all; the bytes that were read
    of its inputs."""

    def __init__(self) -> None:
        self.shards: dict[str, tuple[int, int]] = {}
        self.documents = self.read = 0


class Stage(NamedTuple):
    """A stage: its name, what it is counted in, how much an item of it is, and what is known once it is done."""

    name: str
    unit: str
    item: Callable[[Any, Known], Amount]
    result: Callable[[Any, Known], Amount] | None = None


# ── reading ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _batch(job: Any, known: Known) -> Amount:
    read, of = job.read
    if not (job.number or job.first):  # an index may be made before the run
        known.read = known.documents = 0
    size, known.read = read - known.read, read
    return Amount(size, of=of)


def _prepared(prepared: Any, known: Known) -> Amount:
    known.shards[prepared.shard] = own = (len(prepared.ids), prepared.characters)
    return Amount(0, *own)


def _file(job: Any, _: Known) -> Amount:
    return Amount(job.path.stat().st_size if isinstance(job.path, Path) and job.path.is_file() else 0)


def _stretch(job: Any, known: Known) -> Amount:
    if job.stretch.number == 0:  # all may be read twice
        known.documents = 0
    return Amount(job.stretch.end - job.stretch.start)


def _lines(lines: Any, known: Known) -> Amount:
    known.documents += lines.size
    return Amount(0, lines.size, int(lines.columns["characters"].sum()))


# ── documents ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _shard(job: Any, known: Known) -> Amount:
    documents, characters = known.shards.get(job.shard, (0, 0))
    return Amount(documents, documents, characters)


def _chosen(job: Any, known: Known) -> Amount:
    documents, characters = known.shards.get(job.shard, (0, 0))
    chosen = int(job.chosen.sum())
    return Amount(chosen, chosen, characters * chosen // max(1, documents))


def _numbered(job: Any, _: Known) -> Amount:
    return Amount(len(job.numbers), len(job.numbers))


def _written(job: Any, known: Known) -> Amount:
    documents = len(job.rows)
    return Amount(documents, documents, int(job.columns["characters"][job.rows].sum()), known.documents)


# ── pairs, and parts of what is compared ────────────────────────────────────────────────────────────────────────────


def _pairs(job: Any, _: Known) -> Amount:
    return Amount(len(job.pairs))


def _part(_: Any, __: Known) -> Amount:
    return Amount(1)


STAGES = {
    "unpack": Stage("unpacking", "bytes", _file),
    "read_piece": Stage("reading", "bytes", _stretch, _lines),
    "prepare": Stage("reading", "bytes", _batch, _prepared),
    "judge": Stage("pages", "documents", _chosen),
    "settle": Stage("sites", "documents", _shard),
    "collect": Stage("counting", "documents", _shard),
    "flag": Stage("chrome", "documents", _shard),
    "place": Stage("index", "documents", _numbered),
    "near_bands": Stage("candidates", "parts", _part),
    "near_seeds": Stage("candidates", "parts", _part),
    "pairs_in": Stage("candidates", "parts", _part),
    "scan": Stage("candidates", "parts", _part),
    "verify": Stage("comparing", "pairs", _pairs),
    "verify_within": Stage("comparing", "pairs", lambda job, _: Amount(len(job.places))),
    "verify_whole": Stage("comparing", "pairs", _pairs),
    "compare_pairs": Stage("comparing", "pairs", lambda job, _: Amount(len(job[1]))),
    "decide_share": Stage("deciding", "parts", _part),
    "cut_shard": Stage("cutting", "documents", _shard),
    "write_piece": Stage("writing", "documents", _written),
    "look": Stage("verifying", "bytes", lambda job, _: Amount(job.bytes)),
    "keep_shard": Stage("index", "documents", _shard),
}
"""The stages that are told of, by the names of their functions; the others take no time worth speaking of."""
