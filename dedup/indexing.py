"""Documents put into an index: what a run read of them, kept for the next ones."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup import remembered, rulings, site
from dedup.columns import load_table
from dedup.counts import Told
from dedup.indexed import Indexed, known_sites
from dedup.moved import LOST, Stretches
from dedup.opening import nothing_to_read, open_inputs
from dedup.records import flags_of
from dedup.remembered import KEPT, Origin, Remembered
from dedup.run import serial
from dedup.segments import REMOVED, SEGMENT, SITES, Folder, Named, writing
from dedup.staged import flag, prepare
from dedup.store import Store
from dedup.table import still_left
from dedup.temporary import temporary
from dedup.work import ALL, Work

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from dedup.config import Config
    from dedup.data import Failure
    from dedup.opening import Inputs
    from dedup.run import Runner

TOGETHER = 500
"""Documents that are kept at a time."""


class Added(NamedTuple):
    """How many documents were added to an index, and the inputs that could not be used."""

    documents: int
    failures: list[Failure]


def add(folder: Folder, inputs: Inputs, config: Config, *, runner: Runner = serial, replacing: bool = False) -> Added:
    """Put documents into an index that nobody else writes, as they are but for the chrome of their sites; if it is
    `replacing`, also those whose ids it has, for the ones that have them.

    Raises:
        InputError: no input could be used.
    """
    settings = replace(config, unit="passage", keep_duplicates=False, against="", match="both", within=False)
    with temporary() as own:
        index = folder.path if folder.files() else None
        work = Work(own, settings, index, str(folder.path), not replacing, not folder.texts)
        rulings.bring(work)
        opened = open_inputs(inputs, config, folder.path)
        (names, live, failures), flagged = flag(work, prepare(work, opened.sources, runner), runner)
        if not names:
            raise nothing_to_read(failures)
        ids = [id_ for each in flagged for id_ in each.ids]
        none = np.zeros(len(ids), np.bool_)
        gone = np.array(sorted(Indexed(folder).known(ids).values()), np.int64) if replacing else np.zeros(0, np.int64)
        keep(work, folder, Told(live, none, none, np.zeros(0, np.int64), Stretches.none()), runner, without=gone)
        return Added(len(ids), failures)


def keep(
    work: Work,
    folder: Folder,
    told: Told,
    runner: Runner = serial,
    *,
    without: NDArray[np.int64] | None = None,
    by: str = "",
) -> int:
    """Put the documents of a run into an index that nobody else writes, but for those that are the same as others, and
    take out those of the numbers `without`; how many were put in. It is said `by` which run."""
    ours = ~told.are_same
    numbers = np.full(len(ours), LOST, np.int64)
    numbers[ours] = folder.document + np.arange(int(ours.sum()))
    every = np.concatenate([told.old, numbers])
    moved = {number - len(told.old): _by_number(rows, every) for number, rows in told.gone.each()}
    jobs, first = [], 0
    for name, live in told.live.items():
        last = first + int(live.sum())
        some = {number - first: moved[number] for number in range(first, last) if number in moved}
        jobs.append(Keeping(work, name, live, (numbers[first:last], told.are_copies[first:last]), some, folder.texts))
        first = last
    list(runner(keep_shard, jobs))
    folder.document += int(ours.sum())
    folder.segments += _segment(folder, work.store, list(told.live))
    if without is not None and len(without):
        removed = np.union1d(Indexed(folder).removed, without)
        folder.removed = folder.write(REMOVED, {"numbers": [removed.astype(np.uint32)]}, len(removed))
    folder.sites = _sites(folder, work.store)
    folder.commit(by)
    return int(ours.sum())


def _by_number(rows: NDArray[np.int32], numbers: NDArray[np.int64]) -> NDArray[np.int32]:
    """Stretches whose keepers are named as the index does."""
    result = rows.copy()
    known = rows[:, 2] != LOST
    result[known, 2] = numbers[rows[known, 2]]
    result[result[:, 2] == LOST, 3] = 0
    return result


class Keeping(NamedTuple):
    """A shard and which of its documents are alive; of these their numbers in the index, LOST where they are not put
    into it, and which are copies; where the words of some went, by their place among them; whether texts are kept."""

    work: Work
    shard: str
    live: NDArray[np.bool_]
    known: tuple[NDArray[np.int64], NDArray[np.bool_]]
    moved: dict[int, NDArray[np.int32]]
    texts: bool


def keep_shard(job: Keeping) -> None:
    """Leave what is kept of the documents of a shard."""
    store = job.work.store
    remembered.save(store, job.shard, list(_remembered(job)), texts=job.texts)


def _remembered(job: Keeping) -> Iterator[Remembered]:
    store, live = job.work.store, np.flatnonzero(job.live).tolist()
    table, bounds = load_table(store, job.shard), store.column(job.shard, "blocks").tolist()
    origins = (
        [Origin(*each) if each else None for each in store.records(job.shard, "origins", live)]
        if not job.texts
        else [None] * len(live)
    )
    none = np.zeros((0, 4), np.int32)
    rows = zip(live, *(column.tolist() for column in job.known), origins, strict=True)
    known = zip(store.records(job.shard, "flags"), store.texts(job.shard, "texts", live), strict=True)
    for place, ((number, own, is_copy, origin), (record, text)) in enumerate(zip(rows, known, strict=True)):
        if own == LOST:
            continue
        flags = flags_of(record["flags"])
        left = still_left(table.only(slice(bounds[number], bounds[number + 1])), flags)
        yield Remembered(
            own, record["id"], record["site"] or "", text, left.starts, left.ends, left.tags, not flags, is_copy,
            job.moved.get(place, none), origin,
        )  # fmt: skip


def _segment(folder: Folder, store: Store, names: Sequence[str]) -> list[Named]:
    """Write what shards left as a segment, if there is a document in it."""
    some = [name for name in names if len(store.column(name, "numbers"))]
    documents = sum(len(store.column(name, "numbers")) for name in some)
    words = sum(int(store.column(name, "counts").sum(dtype=np.int64)) for name in some)
    return [folder.write(SEGMENT, remembered.merged(store, some), documents, words)] if some else []


def _sites(folder: Folder, store: Store) -> Named | None:
    """Write what a run learned of sites, in which what the index knew is contained."""
    places = {f"place_{name}": [store.column(ALL, f"site_{name}")] for name in site.Knowledge._fields}
    names, articles = (store.column(ALL, name) for name in ("sites", "site_articles"))
    if before := known_sites(folder.path if folder.sites else None):
        other = ~np.isin(before.sites, names)
        names, articles = (
            np.concatenate([names, before.sites[other]]),
            np.concatenate([articles, before.site_articles[other]]),
        )
        order = np.argsort(names)
        names, articles = names[order], articles[order]
    columns = {"prints": "repeated", "articles": "counts"}
    own = {name: [store.column(ALL, column)] for name, column in columns.items()}
    return folder.write(SITES, {**places, **own, "sites": [names], "site_articles": [articles]})


# ── other changes ───────────────────────────────────────────────────────────────────────────────────────────────────


def remove(folder: Folder, numbers: NDArray[np.int64]) -> None:
    """Take documents out of an index, by their numbers: what they hold is no longer found."""
    removed = np.union1d(Indexed(folder).removed, numbers)
    folder.removed = folder.write(REMOVED, {"numbers": [removed.astype(np.uint32)]}, len(removed))
    folder.commit()


def compact(folder: Folder) -> None:
    """Write the segments of an index as one, without what was removed.

    Raises:
        InputError: a segment is damaged, or a file that the index refers to has changed.
    """
    index = Indexed(folder)
    numbers = index.numbers()
    with temporary() as own:
        store, names = Store(own), list[str]()
        for at in range(0, len(numbers), TOGETHER):
            names.append(f"{KEPT}-{at}")
            remembered.save(store, names[-1], list(index.documents(numbers[at : at + TOGETHER])), texts=folder.texts)
        folder.segments, folder.removed = _segment(folder, store, names), None
    folder.commit()


# ── a corpus to compare with ────────────────────────────────────────────────────────────────────────────────────────


def build(path: Path, inputs: Inputs, config: Config, *, runner: Runner = serial, texts: bool = True) -> Added:
    """Make an index of documents, in a folder that is empty or not there.

    Raises:
        OutputError: the folder holds something.
        InputError: no input could be used.
    """
    with writing(path, new=True) as folder:
        folder.texts = texts
        return add(folder, inputs, config, runner=runner)
