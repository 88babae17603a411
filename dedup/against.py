"""What a run is compared with beside itself: the documents of an index that may share something with it, as shards that
stand before its own. They keep what they have, and nothing more goes of them. Bound to the store."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup import keyed, sketched
from dedup.codes import SOUGHT
from dedup.duplicates import Earlier
from dedup.indexed import Indexed
from dedup.keepers import Old
from dedup.moved import LOST, Stretches
from dedup.reuse import Before
from dedup.segments import MANIFEST

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from numpy.typing import NDArray

    from dedup.config import Config
    from dedup.remembered import Remembered
    from dedup.run import Runner
    from dedup.work import Work

TOGETHER = 500
"""Documents of a shard."""


class Placing(NamedTuple):
    """Documents of the index, by their numbers, that a shard is made of."""

    work: Work
    shard: str
    numbers: NDArray[np.int64]


class Placed(NamedTuple):
    """What is known of the documents of a shard, each in order: their numbers in the index; as of `Known`; how many
    characters their texts have; whether they were copies; and where their words went, if anywhere, by number."""

    numbers: list[int]
    ids: list[str]
    sites: list[str]
    lengths: list[int]
    characters: list[int]
    copies: list[bool]
    moved: dict[int, NDArray[np.int32]]

    @classmethod
    def joined(cls, several: Iterable[Placed]) -> Placed:
        """Those of several shards, one behind the other."""
        whole = cls([], [], [], [], [], [], {})
        for each in several:
            whole.numbers.extend(each.numbers)
            whole.ids.extend(each.ids)
            whole.sites.extend(each.sites)
            whole.lengths.extend(each.lengths)
            whole.characters.extend(each.characters)
            whole.copies.extend(each.copies)
            whole.moved.update(each.moved)
        return whole


class Brought(NamedTuple):
    """Documents of the index as shards of a run: `numbers` int64 [d], ascending, are theirs in the index, which is as
    its `manifest` has it."""

    name: str
    shards: list[str]
    numbers: NDArray[np.int64]
    placed: Placed
    gone: Stretches
    manifest: bytes

    @classmethod
    def nothing(cls) -> Brought:
        """That there is no index, or nothing of it is wanted."""
        return cls("", [], np.zeros(0, np.int64), Placed.joined([]), Stretches.none(), b"")

    def __len__(self) -> int:
        """How many documents they are."""
        return len(self.numbers)

    def old(self, config: Config) -> Old:
        """As keepers are chosen by."""
        return Old(self.placed.sites, np.array(self.placed.copies, np.bool_), config.match == "index")

    def earlier(self, config: Config) -> Earlier:
        """As those that were there before, beside which passages are found."""
        return Earlier(self.name, self.placed.ids, Before(self.old(config), self.gone))


def known_ids(work: Work, ids: Collection[str]) -> dict[str, str]:
    """Where those of some ids are that documents of the index have, in words."""
    if work.index is None or not work.own_ids:
        return {}
    return dict.fromkeys(Indexed.at(work.index).known(ids), f"a document of the index {work.name}")


def bring(work: Work, shards: list[str], runner: Runner) -> Brought:
    """Look up what the shards of a run hold, and make shards of the documents that may share something with it."""
    if work.index is None or work.config.match == "self":
        return Brought.nothing()
    index = Indexed.at(work.index)
    numbers = index.with_keepers(_alike(index, work, shards, runner))
    parts = [numbers[at : at + TOGETHER] for at in range(0, len(numbers), TOGETHER)]
    names = [f"old-{number:06d}" for number in range(len(parts))]
    placed = list(runner(place, [Placing(work, *each) for each in zip(names, parts, strict=True)]))
    whole = Placed.joined(placed)
    there = np.array(whole.numbers, np.int64)  # not what was taken out meanwhile
    return Brought(work.name, names, there, whole, _gone(there, whole.moved), (work.index / MANIFEST).read_bytes())


def _alike(index: Indexed, work: Work, shards: Iterable[str], runner: Runner) -> NDArray[np.int64]:
    """The documents of the index that may share something with those of shards."""
    found = [index.alike(*some, work.config.min_words, runner) for some in _sought(work, shards)]
    return np.unique(np.concatenate([np.zeros(0, np.int64), *found]))


def _sought(work: Work, shards: Iterable[str]) -> Iterator[tuple[NDArray[np.uint64], NDArray[np.int64]]]:
    """The hashes of the words of documents, and their bounds, those of some shards at a time."""
    names = ("whole_words", "whole_bounds") if work.config.unit == "document" else ("hashes", "bounds")
    words, counts, size = [np.zeros(0, np.uint64)], [np.zeros(1, np.int64)], 0
    for shard in shards:
        own, bounds = (np.asarray(work.store.column(shard, name)) for name in names)
        if size and size + len(own) > SOUGHT:
            yield np.concatenate(words), np.cumsum(np.concatenate(counts))
            words, counts, size = words[:1], counts[:1], 0
        words.append(own)
        counts.append(np.diff(bounds))
        size += len(own)
    yield np.concatenate(words), np.cumsum(np.concatenate(counts))


def place(job: Placing) -> Placed:
    """Leave documents of the index in the store, as stages leave those of a run."""
    store, config = job.work.store, job.work.config
    assert job.work.index
    documents = list(Indexed.at(job.work.index).documents(job.numbers))
    with store.writing(job.shard, "flagged", sealed=False):
        store.save_texts(job.shard, "texts", [each.text for each in documents])
        store.save(job.shard, "alive", np.arange(len(documents), dtype=np.int32))
        if config.unit == "document":
            lengths = sketched.save(store, job.shard, (each.compared for each in documents), config)
        else:
            lengths = keyed.save_words(store, job.shard, [(each.document, each.left) for each in documents], config)
    return _placed(documents, lengths)


def _placed(documents: list[Remembered], lengths: list[int]) -> Placed:
    numbers, ids = [each.number for each in documents], [each.id for each in documents]
    sites = [each.site for each in documents]
    characters, copies = [len(each.text) for each in documents], [each.is_copy for each in documents]
    moved = {each.number: each.moved for each in documents if len(each.moved)}
    return Placed(numbers, ids, sites, lengths, characters, copies, moved)


def _gone(numbers: NDArray[np.int64], moved: dict[int, NDArray[np.int32]]) -> Stretches:
    """Where words went, documents by their places among those of the run; what a removed one kept, none keeps."""
    owners = np.array(sorted(moved), np.int64)
    rows = np.concatenate([np.zeros((0, 4), np.int32), *(moved[each] for each in owners.tolist())])
    rows[:, 2] = _among(numbers, rows[:, 2].astype(np.int64))
    rows[rows[:, 2] == LOST, 3] = 0
    sizes = [len(moved[each]) for each in owners.tolist()]
    return Stretches(np.searchsorted(numbers, owners), np.cumsum([0, *sizes], dtype=np.int64), rows)


def _among(numbers: NDArray[np.int64], wanted: NDArray[np.int64]) -> NDArray[np.int64]:
    """The place of each wanted number among those, LOST where it is not there."""
    at = np.minimum(np.searchsorted(numbers, wanted), max(0, len(numbers) - 1))
    return np.where(numbers[at] == wanted, at, LOST) if len(numbers) else np.full(len(wanted), LOST)
