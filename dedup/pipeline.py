"""Read this first: the run on one screen.

```
 paths ──read──▶ sources ──prepare──▶ documents ─────────────flag──▶ words, seeds, band keys
                              │                             ▲                │
                       pages: judge, learn, settle          │          candidates ──verify──▶ passages
                              │                             │                                   │ decide
                            prints ──count──▶ repetition ───┘                                   │
 clean, removed ◀──cut────────── flags ◀─────────────────────────────────────────────────── duplicates
```

Shard by shard: prepare, judge, settle, flag, cut. Chunk by chunk: verify. Once, over columns: learn, count, candidates,
decide. What only pages go through is drawn in `dedup.pages`. Shards meet only through the store. Nothing is cut before
it is flagged. Lines of JSONL that only duplicates go of take a shorter way to the same bytes: `dedup.straight`.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from operator import attrgetter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from dedup import counting, lines, pages, reuse, shards, straight, whole, write
from dedup.bands import candidate_probability
from dedup.cluster import Known
from dedup.config import Config
from dedup.corpus import merge_words
from dedup.cutting import Cut, Cutting, cut_shard, pieces
from dedup.data import Failure, Source
from dedup.dates import sortable
from dedup.errors import InputError
from dedup.flags import Flags
from dedup.gone import Gone, Named, as_flags
from dedup.read import Inputs, open_inputs
from dedup.result import Result
from dedup.run import Runner, serial
from dedup.shards import Batch, Flagging, Prepared, Work
from dedup.sign import SCHEME, SHINGLES
from dedup.sites import SiteFile, file_digest
from dedup.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from numpy.typing import NDArray

    from dedup.bands import Shape
    from dedup.data import Flag

LOG = logging.getLogger("dedup")
SHARD_DOCUMENTS, SHARD_BYTES = 500, 16_000_000
"""A shard ends with whichever comes first; the output does not depend on it."""


def clean(
    inputs: Inputs, out: str | Path | None = None, *, config: Config | None = None, runner: Runner = serial
) -> Result:
    """Clean a corpus: extract, strip chrome, cut near-duplicate passages, and keep a record of all that went.

    `inputs` are paths (files, folders, globs, `-` for JSONL on standard input) or an iterable of `Source` or mappings
    with a `text`, `html` or `markdown`. With `out=None` the run lives in a temporary folder as long as the result.

    Raises:
        SettingError, InputError, OutputError: before any work is done.
        WorkerError: a process of the runner died.

    >>> result = clean([{"id": "a", "text": "The mill closed in May."}, {"id": "b", "text": ""}])
    >>> [document["text"] for document in result.documents()], result.failures[0].why
    (['The mill closed in May.'], 'empty: there is no text in it')
    """
    config = config or Config()
    if config.sites:
        SiteFile.load(Path(config.sites))  # so that what is wrong in it ends the run before any work
    temporary = None if out else _Temporary(prefix="dedup-")
    folder = Path(out) if out else Path(temporary.name if temporary else "")
    write.check_folder(folder)
    opened = open_inputs(inputs, config.max_bytes, folder)
    write.make_folder(folder)
    stamp = f"{config.digest} {file_digest(config.sites)} {SCHEME} {SHINGLES} {write.versions()}"
    store = Store.open(folder / write.WORK, stamp)
    work = Work(store.folder, config)
    try:
        done = lines.can_read(config, opened.files) and _straight(work, opened.files, runner)
    except lines.NotPlainError:
        done = False
    run = done or _staged(work, opened.sources, runner)
    if not run.documents:
        store.remove()
        with suppress(OSError):  # the files of an earlier run stay
            folder.rmdir()
        raise nothing_to_read(run.failures)
    write.write_run(folder, config, run.pieces, run.failures, lambda: _summary(run, opened.ignored, config))
    store.remove()
    return Result(folder, temporary)


class Run(NamedTuple):
    """What a run comes to: how many documents it has, what is to be written piece by piece, the counts of each (once it
    is written), the failures, and counts of pairs."""

    documents: int
    pieces: Iterator[write.Piece]
    cut: list[Cut]
    failures: list[Failure]
    pairs: dict[str, dict[str, int]]


def _staged(work: Work, sources: Iterator[Source | Failure], runner: Runner) -> Run:
    """The way of all documents, stage by stage."""
    names, live, failures = study(work, sources, runner)
    if not names:
        return Run(0, iter(()), [], failures, {})
    flagged = list(runner(shards.flag, [Flagging(work, name, live[name]) for name in names]))
    found, pairs = ({}, {}) if work.config.keep_duplicates else _duplicates(work, flagged, runner)
    parts = zip(names, _by_shard(flagged, found), strict=True)
    cut = list(runner(cut_shard, [Cutting(work, name, live[name], part) for name, part in parts]))
    return Run(sum(each.documents for each in cut), pieces(work, names), cut, failures, pairs)


def _straight(work: Work, files: list[tuple[str, Path]], runner: Runner) -> Run:
    """The shorter way of lines of which nothing but duplicates goes: see `straight`."""
    told = straight.read(work, files, runner)
    none = work.config.keep_duplicates or not told.ids
    found = straight.Found(Gone.none(), {}) if none else straight.find(told, runner)
    cut: list[Cut] = []
    return Run(len(told.ids), straight.write(told, found.flags, runner, cut), cut, told.failures, found.counts)


def study(
    work: Work, sources: Iterator[Source | Failure], runner: Runner
) -> tuple[list[str], dict[str, NDArray[np.bool_]], list[Failure]]:
    """Read all sources and learn what their sites have in common: the shards, which of their documents have an id of
    their own, and all failures in order."""
    names, live, failures = _take(list(runner(shards.prepare, _batches(work, sources))))
    if names:
        chosen = pages.choose(work, names, live)
        list(runner(pages.judge, chosen))
        pages.learn(work, names)
        list(runner(pages.settle, chosen))
        counting.count_repetition(work, names, live, runner)
    return names, live, failures


def nothing_to_read(failures: list[Failure]) -> InputError:
    """The error of a run without a document."""
    return InputError("nothing to read: no input could be used" + "".join(f"\n  {f.id}: {f.why}" for f in failures[:5]))


class _Temporary(TemporaryDirectory[str]):
    """A temporary folder that goes with the last reference to it, without a warning."""

    def __del__(self) -> None:
        self.cleanup()


def _duplicates(
    work: Work, flagged: list[shards.Flagged], runner: Runner
) -> tuple[Mapping[int, list[Flag]], dict[str, dict[str, int]]]:
    """The passages that go since a better keeper has them, by the number of the document; and counts of the pairs."""
    names = [each.shard for each in flagged]
    dates = [sortable(date) for each in flagged for date in each.dates]
    lengths, ids, sites = (
        [value for each in flagged for value in column(each)]
        for column in (attrgetter("lengths"), attrgetter("ids"), attrgetter("sites"))
    )
    known = Known(dates, lengths, ids, sites)
    if work.config.unit == "document":
        return _whole(work, flagged, known, runner)
    merge_words(work, names)
    return straight.passages(work, names, known, runner)


def _whole(
    work: Work, flagged: list[shards.Flagged], known: Known, runner: Runner
) -> tuple[Mapping[int, list[Flag]], dict[str, dict[str, int]]]:
    """The documents that go since a better keeper is alike, and counts of the pairs."""
    found = whole.found_in(work, [each.shard for each in flagged], reuse.chosen(known, work.config), runner)
    characters = [value for each in flagged for value in each.characters]
    lengths = (np.array(each, np.int64) for each in (characters, known.lengths))
    return as_flags(found.decided, Named(known.ids, *lengths)), found.counts


def _batches(work: Work, sources: Iterator[Source | Failure]) -> Iterator[Batch]:
    number, batch, size = 0, [], 0
    for source in sources:
        batch.append(source)
        size += len(source.content) if isinstance(source, Source) else 0
        if len(batch) >= SHARD_DOCUMENTS or size >= SHARD_BYTES:
            yield Batch(work, number, batch)
            number, batch, size = number + 1, [], 0
    if batch:
        yield Batch(work, number, batch)


def _take(prepared: Iterable[Prepared]) -> tuple[list[str], dict[str, NDArray[np.bool_]], list[Failure]]:
    """The shards, which of their documents have an id of their own, and all failures in order."""
    places: dict[str, str] = {}
    live: dict[str, NDArray[np.bool_]] = {}
    failures: list[Failure] = []
    again: list[Failure] = []
    for each in prepared:
        failures.extend(each.failures)
        own = []
        for id_, place in zip(each.ids, each.places, strict=True):
            own.append(id_ not in places)
            if id_ in places:
                again.append(Failure(place, f"has the id {id_!r} of {places[id_]}"))
            places.setdefault(id_, place)
        if any(own):
            live[each.shard] = np.array(own)
    return list(live), live, failures + again


def _by_shard(flagged: list[shards.Flagged], found: Mapping[int, list[Flag]]) -> Iterator[Mapping[int, list[Flag]]]:
    first = 0
    for each in flagged:
        last = first + len(each.ids)
        if isinstance(found, Flags | Gone):
            part = found.part(first, len(each.ids))
            yield dict(part) if isinstance(part, Gone) else part  # to another process go the names of its keepers only
        else:
            yield {}
        first = last


def _summary(run: Run, ignored: list[str], config: Config) -> dict[str, Any]:
    cut = run.cut
    removed: dict[str, dict[str, dict[str, int]]] = {"chrome": {}, "duplicate": {}}
    encodings: dict[str, int] = {}
    for each in cut:
        for (reason, kind), (spans, characters) in each.removed.items():
            count = removed[reason].setdefault(kind, {"spans": 0, "characters": 0})
            count["spans"] += spans
            count["characters"] += characters
        for name, count_ in each.encodings.items():
            encodings[name] = encodings.get(name, 0) + count_
    removed = {reason: dict(sorted(kinds.items())) for reason, kinds in removed.items()}
    return {
        "documents": {
            "in": sum(e.documents for e in cut),
            "out": sum(e.cleaned for e in cut),
            "failed": len(run.failures),
        },
        "characters": {"in": sum(e.characters for e in cut), "out": sum(e.left for e in cut)},
        "removed": removed,
        "encodings": dict(sorted(encodings.items())),
        "ignored_files": len(ignored),
        **({"sites_digest": file_digest(config.sites)} if config.sites else {}),
        "lsh": _lsh(config.shape),
        "pairs": run.pairs,
    }


def _lsh(shape: Shape) -> dict[str, Any]:
    """The bands, and the share of pairs of blocks that they find, by the Jaccard similarity of their shingles."""
    found = {f"{s:.1f}": candidate_probability(s, shape.bands, shape.rows) for s in (0.5, 0.6, 0.7, 0.8, 0.9)}
    return {
        "bands": shape.bands,
        "rows": shape.rows,
        "candidate_probability": {similarity: round(share, 4) for similarity, share in found.items()},
    }
