"""The way of all documents, stage by stage: what is drawn in `dedup.pipeline`."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from itertools import chain
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup import counting, pages, rulings, shards, whole
from dedup.against import Brought, bring, known_ids
from dedup.batch import DIVIDED, Batch
from dedup.corpus import merge_words
from dedup.counts import Run, Told
from dedup.cutting import Cutting, cut_shard, pieces
from dedup.data import Failure, Source
from dedup.dates import sortable
from dedup.duplicates import passages
from dedup.gone import Found, Gone, Named, as_flags
from dedup.keepers import Known, chosen
from dedup.moved import Stretches
from dedup.read import Reached, Sources
from dedup.removals import Articles, Grouping, grouped, groups, source_of
from dedup.shards import Flagging, Prepared
from dedup.spared import spared, used
from dedup.work import ALL, key

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from dedup.data import Flag
    from dedup.flags import Flags
    from dedup.run import Runner
    from dedup.work import Work

SHARD_DOCUMENTS, SHARD_BYTES = 500, 16_000_000
"""A shard ends with whichever comes first; the output does not depend on it."""


def run(work: Work, sources: Iterator[Source | Failure], runner: Runner, decisions: bytes = b"") -> Run:
    """The way of all documents, stage by stage; the `decisions` are what their file held when the run began."""
    rulings.bring(work, decisions)
    (names, live, failures), flagged = flag(work, prepare(work, sources, runner), runner)
    if not names:
        return Run(0, iter(()), [], failures, {}, lambda _: [])
    if work.config.keep_duplicates:
        brought, found = Brought.nothing(), Found(Gone.none(), {})
    else:
        brought = bring(work, names, runner)
        found = _duplicates(work, flagged, brought, runner)
        found = spared(work, [(each.shard, len(each.ids)) for each in flagged], found, len(brought))
    parts = zip(flagged, _by_shard(flagged, found.flags, len(brought)), strict=True)
    cut = list(runner(cut_shard, [Cutting(work, each.shard, live[each.shard], part, each.key) for each, part in parts]))
    most = partial(groups, _articles(work, flagged, brought), found.flags)
    count, told = sum(each.documents for each in cut), _told(live, brought.numbers, found)
    return Run(count, pieces(work, names), cut, failures, found.counts, most, told, used(work, names))


def _articles(work: Work, flagged: list[shards.Flagged], brought: Brought) -> Articles:
    """What is known of the articles to tell which sites and sources lose much; those of an index lose nothing."""
    ids, sizes, sites, chrome = (
        [value for each in flagged for value in column(each)]
        for column in (attrgetter("ids"), attrgetter("articles"), attrgetter("sites"), attrgetter("chrome"))
    )
    old = len(brought)

    def groupings() -> Iterator[tuple[str, Grouping]]:
        yield "site", grouped([*[""] * old, *sites])
        places = (record["place"] for each in flagged for record in work.store.records(each.shard, "flags"))
        yield "source", grouped(chain([""] * old, map(source_of, places)))

    known = np.array([*[0] * old, *sizes], np.int64)
    return Articles(
        [*brought.placed.ids, *ids], known, {old + at: kinds for at, kinds in enumerate(chrome) if kinds}, groupings
    )


def _told(live: dict[str, NDArray[np.bool_]], old: NDArray[np.int64], found: Found) -> Told:
    """What an index has to know of the documents."""
    every = np.arange(len(old) + sum(int(each.sum()) for each in live.values()))
    are_same, are_copies = (
        np.zeros(len(every) - len(old), np.bool_) if column is None else (column != every)[len(old) :]
        for column in (found.same, found.copies)
    )
    return Told(live, are_same, are_copies, old, found.gone or Stretches.none())


def read(work: Work, sources: Iterator[Source | Failure], runner: Runner) -> list[str]:
    """Read all sources: the names of their shards, which other contents do not have."""
    return [each.shard for each in runner(shards.prepare, _batches(work, sources))]


class Shards(NamedTuple):
    """What sources were read into: the shards; where documents are whose ids are known; and which documents `failed`
    since they were read."""

    prepared: list[Prepared]
    known: Mapping[str, str]
    failed: pages.Failed


class Studied(NamedTuple):
    """The names of the shards, which of their documents are alive (bool [d]): have an id of their own and did not fail;
    and all failures in order."""

    names: list[str]
    live: dict[str, NDArray[np.bool_]]
    failures: list[Failure]


def prepare(work: Work, sources: Iterator[Source | Failure], runner: Runner) -> Shards:
    """Read all sources into shards."""
    prepared = list(runner(shards.prepare, _batches(work, sources)))
    if work.index:
        work.store.save_records(ALL, "read", [each.shard for each in prepared])
    asked = work.asks_sites or any(each.pages for each in prepared)
    work.store.save(ALL, "asked", np.array([asked]))
    if asked and not work.asks_sites:
        texts = [each.shard for each in prepared if each.ids and not each.pages]
        list(runner(pages.print_texts, [(work, shard) for shard in texts]))
    before = ((each.shard, work.store.sealed(each.shard, "failed")) for each in prepared)
    failed = {shard: dict(own) for shard, own in before if own}
    return Shards(prepared, known_ids(work, [id_ for each in prepared for id_ in each.ids]), failed)


def study(work: Work, read: Shards, runner: Runner) -> Studied:
    """Learn what the sites of all documents have in common. Those that fail are put with those that failed before, and
    all is done again as if they had not been there."""
    studied, asked = _take(read), work.store.column(ALL, "asked")[0]
    while studied.names and asked and _judge(work, studied.live, read.failed, runner):
        studied = _take(read)
    if studied.names and asked:
        counting.count_repetition(work, studied.names, studied.live, runner)
    return studied


def flag(work: Work, read: Shards, runner: Runner) -> tuple[Studied, list[shards.Flagged]]:
    """Learn what the sites of all documents have in common, and flag the chrome: `study` again for what fails here."""
    while True:
        names, live, failures = study(work, read, runner)
        taught = counting.taught(work) if names else ""
        flagged = list(runner(shards.flag, [Flagging(work, name, live[name], taught) for name in names]))
        own = {each.shard: {**read.failed.get(each.shard, {}), **each.failed} for each in flagged}
        if not _add(work, read.failed, own):
            return Studied(names, live, failures), flagged


def _judge(work: Work, live: dict[str, NDArray[np.bool_]], failed: pages.Failed, runner: Runner) -> bool:
    """Judge all pages; whether any could not be, which are put with those that `failed` before."""
    some = pages.choose(work, list(live), live, failed)
    for stage in (pages.judge, pages.settle):
        if _add(work, failed, dict(zip(live, runner(stage, some), strict=True))):
            return True
        if stage is pages.judge:
            taught = pages.learn(work, live)
            some = [each._replace(taught=taught) for each in some]
    return False


def _add(work: Work, failed: pages.Failed, found: pages.Failed) -> bool:
    """Whether there are others among those found than have `failed` before; into which they go."""
    new = {shard: own for shard, own in found.items() if own != failed.get(shard, {})}
    failed |= new
    for shard, own in new.items():
        work.store.seal(shard, "failed", list(own.items()))  # a run that goes on need not find it again
    return bool(new)


def _duplicates(work: Work, flagged: list[shards.Flagged], brought: Brought, runner: Runner) -> Found:
    """The passages or documents that go since a better keeper has them."""
    names = [each.shard for each in flagged]
    dates = [sortable(date) for each in flagged for date in each.dates]
    lengths, ids, sites = (
        [value for each in flagged for value in column(each)]
        for column in (attrgetter("lengths"), attrgetter("ids"), attrgetter("sites"))
    )
    known = Known(dates, lengths, ids, sites)
    work = replace(work, words=key([each.key for each in flagged], brought.numbers, brought.manifest))
    if work.config.unit == "document":
        return _whole(work, flagged, known, brought, runner)
    merge_words(work, [*brought.shards, *names])
    return passages(work, [*brought.shards, *names], known, runner, brought.earlier(work.config))


def _whole(work: Work, flagged: list[shards.Flagged], known: Known, brought: Brought, runner: Runner) -> Found:
    """The documents that go since a better keeper is alike."""
    own = chosen(known, work.config, brought.old(work.config))
    found = whole.found_in(work, [*brought.shards, *(each.shard for each in flagged)], own, runner)
    old, more = brought.placed, [value for each in flagged for value in each.characters]
    characters, lengths = np.array([*old.characters, *more]), np.array([*old.lengths, *known.lengths])
    named = Named([*old.ids, *known.ids], characters, lengths, (len(brought), brought.name))
    return Found(as_flags(found.decided, named), found.counts, found.decided.keepers)


def _batches(work: Work, sources: Iterator[Source | Failure]) -> Iterator[Batch]:
    divided = any(work.folder.glob(f"*/{DIVIDED}.sealed"))  # which of them takes a while to tell
    for each in _filled(work, sources):
        yield from each.known() if divided else (each,)


def _filled(work: Work, sources: Iterator[Source | Failure]) -> Iterator[Batch]:
    number, batch, size = 0, [], 0
    reached = sources.reached if isinstance(sources, Sources) else Reached()
    for source in sources:
        batch.append(source)
        size += _size(source)
        if len(batch) >= SHARD_DOCUMENTS or size >= SHARD_BYTES:
            yield Batch(work, number, batch, (reached.read, reached.of))
            number, batch, size = number + 1, [], 0
    if batch:
        yield Batch(work, number, batch, (reached.read, reached.of))


def _size(source: Source | Failure) -> int:
    if isinstance(source, Failure):
        return 0
    content = source.content  # of a row each field
    return (
        sum(len(each) for each in content.values() if isinstance(each, str))
        if isinstance(content, dict)
        else len(content)
    )


def _take(read: Shards) -> Studied:
    """What is alive now: of documents of one id the first, and of `known` ids none."""
    places = dict(read.known)
    live: dict[str, NDArray[np.bool_]] = {}
    failures: list[Failure] = []
    again: list[Failure] = []
    for each in read.prepared:
        failures.extend(each.failures)
        dead = read.failed.get(each.shard, {})
        failures.extend(Failure(each.places[number], why) for number, why in sorted(dead.items()))
        own = []
        for number, (id_, place) in enumerate(zip(each.ids, each.places, strict=True)):
            own.append(id_ not in places and number not in dead)
            if number in dead:
                continue
            if id_ in places:
                again.append(Failure(place, f"has the id {id_!r} of {places[id_]}"))
            places.setdefault(id_, place)
        if any(own):
            live[each.shard] = np.array(own)
    return Studied(list(live), live, failures + again)


def _by_shard(flagged: list[shards.Flagged], found: Flags | Gone, first: int) -> Iterator[Mapping[int, list[Flag]]]:
    for each in flagged:
        part = found.part(first, len(each.ids))
        yield dict(part) if isinstance(part, Gone) else part  # to another process go the names of its keepers only
        first += len(each.ids)
