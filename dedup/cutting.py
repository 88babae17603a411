"""Shard by shard: the flags of documents carried out, and what the run writes of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from dedup.clean import cut, filled, kept, snapped
from dedup.columns import load_table
from dedup.counts import Cut, count
from dedup.data import Document, Flag, Format
from dedup.records import clean_line, clean_record, flags_of, provenance, removed_record, row_line, source_record
from dedup.store import Store, line
from dedup.work import key
from dedup.write import Piece

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from numpy.typing import NDArray

    from dedup.config import Config
    from dedup.work import Work


class Cutting(NamedTuple):
    """One shard to cut, which of its documents are alive, and the duplicates of those, by their place among them; and
    the key of its flags."""

    work: Work
    shard: str
    live: NDArray[np.bool_]
    duplicates: Mapping[int, list[Flag]]
    flagged: str


def cut_shard(job: Cutting) -> Cut:
    """Apply the flags of a shard: leave its clean documents, its removed spans and its sources in the store."""
    store = job.work.store
    of = key(job.flagged, {place: job.duplicates[place] for place in job.duplicates})
    removed, *sums = store.once(job.shard, "cut", of, lambda: _cut(store, job))
    return Cut({(reason, kind): (spans, size) for reason, kind, spans, size in removed}, *sums)


def _cut(store: Store, job: Cutting) -> list[Any]:
    written: dict[str, list[bytes]] = {"clean": [], "removed": [], "sources": []}
    counts: dict[tuple[str, str], tuple[int, int]] = {}
    encodings: dict[str, int] = {}
    total = left = 0
    numbers = np.flatnonzero(job.live).tolist()
    came = store.parts(job.shard, "lines", numbers)
    contents, final_of = store.encoded(job.shard, "texts", numbers), _final(store, job)
    records = zip(store.records(job.shard, "flags"), contents, came, strict=True)
    for number, (known, content, as_it_came) in enumerate(records):
        text = whole = str(content, "utf-8")
        final: list[Flag] = []
        if known["flags"] or number in job.duplicates:
            final = final_of(number, known, whole)
            text = kept(whole, final)
            count(counts, final)
            written["removed"] += (line(removed_record(known["id"], whole, each)) for each in final)
        total, left = total + len(whole), left + len(text)
        if text and not text.isspace():
            written["clean"].append(_clean_line(known, text, bytes(as_it_came), job.work.config, final))
        if encoding := known["metadata"].get("encoding", known["encoding"]):
            encodings[encoding] = encodings.get(encoding, 0) + 1
        written["sources"].append(line(source_record(known, content, len(whole))))
    with store.writing(job.shard, "cut"):
        for name, rows in written.items():
            store.save_lines(job.shard, name, rows)
    removed = [[*what, *sums] for what, sums in counts.items()]
    return [removed, len(written["sources"]), len(written["clean"]), total, left, encodings]


def _clean_line(known: dict[str, Any], text: str, came: bytes, config: Config, gone: list[Flag]) -> bytes:
    """A line of what stays: as it came, where that is wanted and nothing of it went."""
    if config.provenance:
        known["dedup"] = {"removed": [provenance(flag) for flag in gone]}
    if known["row"]:
        as_it_is = not gone and known["format"] == Format.TEXT
        return row_line(known, None if as_it_is else text, verbatim=config.verbatim)
    if not came:
        return line(clean_record(known, text))
    if config.verbatim and came and not gone and not config.provenance and known["format"] == Format.TEXT:
        return came
    return clean_line(known, text, came, verbatim=config.verbatim)


def _final(store: Store, job: Cutting) -> Callable[[int, dict[str, Any], str], list[Flag]]:
    """What gives the flags as they are carried out of a living document of a shard: by its place among them, with what
    `flagged_record` left of it and its text."""
    table, bounds = load_table(store, job.shard), store.column(job.shard, "blocks").tolist()
    numbers = np.flatnonzero(job.live).tolist()

    def final(place: int, known: dict[str, Any], text: str) -> list[Flag]:
        blocks = table.only(slice(bounds[numbers[place]], bounds[numbers[place] + 1]))
        document = Document(known["id"], text, Format(known["format"]), blocks)
        duplicates = job.duplicates.get(place, ())
        if duplicates and job.work.config.unit == "document":
            return filled(cut(document, flags_of(known["flags"])), duplicates[0])
        return cut(document, flags_of(known["flags"]) + snapped(document, duplicates))

    return final


def pieces(work: Work, shards: Iterable[str]) -> Iterator[Piece]:
    """What cutting left to be written, shard by shard."""
    for shard in shards:
        yield Piece(*(work.store.column(shard, name).data for name in Piece._fields))
