"""Documents that agree around a seed: pairs that are worth aligning. Bound to the store; sees columns only.

Seeds are read range by range of their hashes, which know nothing of each other, so that threads take them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from dedup import kernel, match, memory
from dedup.candidates import Shard
from dedup.keyed import SEED_BITS, SEED_PARTS
from dedup.match import AGREEING, NEAR, PAIRS, SEED_SHINGLE
from dedup.run import in_threads, own_buffer
from dedup.runs import each_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from dedup.column_files import Place
    from dedup.keepers import Chosen
    from dedup.run import Runner
    from dedup.stored import Texts

SEEDS_AT_ONCE = 1 << 21
"""Seeds that a thread has in memory at a time, of 8 bytes each; of those of a 256th of all hashes another 12, and 64
for each that comes more than once."""

WORDS_AT_ONCE = 1 << 22
"""Words of which a thread takes the lowest bytes at a time."""

PAIRS_KEPT = 1 << 22
"""Pairs that a finder knows, of at most 32 bytes each, before it forgets them."""


class Seeds(NamedTuple):
    """Seeds of shards, part by part of their hashes, so that equal ones are in one part: the rows of part i in shard s
    are `edges[s, i]:edges[s, i + 1]` (int64 [shards, parts + 1]) of `hashes` uint32 [n] and `places` uint32 [n], the
    words where they stand, ascending, as counted from the first one of the shard; `firsts` int64 [shards] has the
    numbers of those, ascending."""

    hashes: NDArray[np.uint32]
    places: NDArray[np.uint32]
    edges: NDArray[np.int64]
    firsts: NDArray[np.int64]


class Around(NamedTuple):
    """The words of all documents (uint64 [n]), the lowest byte of each (uint8 [n]), which takes less to fetch, and the
    bounds of documents among them (int64 [d + 1])."""

    words: NDArray[np.uint64]
    briefs: NDArray[np.uint8]
    bounds: NDArray[np.int64]


class Finder:
    """Finds pairs of documents that agree around a seed. It keeps what it takes of memory for the next seeds, and the
    pairs it found, as most documents that agree do so around many seeds. Not for two threads at once."""

    def __init__(self) -> None:
        self._native: Any = None
        if kernel.NATIVE:
            from dedup.kernel import _native

            self._native = _native.SeedPairs()

    def find(
        self, seeds: Seeds, around: Around, ranks: NDArray[np.int64], copies: NDArray[np.int64]
    ) -> NDArray[np.uint32]:
        """The pairs of documents (uint32 [p, 2], the better keeper first) that AGREEING words agree in around a seed
        that `match.PAIRS` pairs; in no order. Those that it told before may be missing, and of more than PAIRS_KEPT
        some may come again. `ranks` and `copies` as of `candidates.Chosen`.

        Raises:
            ValueError: a seed stands in no word, edges leave the seeds, or columns are of different lengths.
        """
        if self._native is None:
            return defined_agreeing(seeds, around, ranks, copies)
        asked = (NEAR, SEED_SHINGLE + NEAR, AGREEING, *PAIRS)
        found: NDArray[np.uint32] = self._native.find(seeds, around, (ranks, copies), asked, PAIRS_KEPT)
        return found


def defined_agreeing(
    seeds: Seeds, around: Around, ranks: NDArray[np.int64], copies: NDArray[np.int64]
) -> NDArray[np.uint32]:
    """What a new `Finder` finds, by the definition; sorted, each once."""
    sizes = np.diff(seeds.edges, axis=1)
    rows = each_of(seeds.edges[:, :-1].reshape(-1), sizes.reshape(-1))
    words = np.repeat(seeds.firsts, sizes.sum(axis=1)) + seeds.places[rows]
    if len(words) and words.max() >= around.bounds[-1]:
        raise ValueError("a place lies outside the words")
    owners = np.searchsorted(around.bounds, words, "right") - 1
    own = copies[owners] == owners
    parts = np.repeat(np.arange(sizes.size) % max(1, sizes.shape[1]), sizes.reshape(-1)).astype(np.uint64)
    keys = parts << np.uint64(SEED_BITS) | seeds.hashes[rows]
    hashes, where = keys[own], match.Places(owners[own].astype(np.uint32), words[own])
    first, second = match.defined_pairs(hashes, where.owners, ranks, PAIRS)
    near = match.defined_agreeing(around.words, around.bounds, where.only(first), where.only(second)) >= AGREEING
    own_numbers = where.owners.astype(np.int64)
    return match.unique_pairs(own_numbers[first[near]], own_numbers[second[near]], len(ranks)).astype(np.uint32)


# ── range by range ──────────────────────────────────────────────────────────────────────────────────────────────────


class _Shard(NamedTuple):
    """Where the seeds of a shard lie in its file; the number of its first word; and where each part of its seeds begins
    (int32 [SEED_PARTS + 1])."""

    hashes: Place
    places: Place
    word: int
    parts: NDArray[np.int32]


class Range(NamedTuple):
    """Parts of the seeds of all shards, from one to another, and the documents that may be paired. `found` is what
    pairs go to; `finders` are those that no thread has."""

    shards: list[_Shard]
    parts: tuple[int, int]
    around: Around
    chosen: Chosen
    found: match.Pairs
    finders: list[Finder]


def seed_pairs(texts: Texts, chosen: Chosen, runner: Runner) -> NDArray[np.int64]:
    """Pairs of documents (int64 [p, 2]) that agree around a seed."""
    store, shards, found = texts.work.store, texts.shards, match.Pairs(len(chosen.ranks))
    located = []
    for shard in Shard.each(store, shards):
        where, parts = store.located(shard.name), np.array(store.column(shard.name, "seed_parts"))
        located.append(_Shard(where["seeds"], where["places"], shard.word, parts))
    sizes = sum((np.diff(each.parts) for each in located), np.zeros(SEED_PARTS, np.int64))
    corpus = texts.corpus
    around = Around(corpus.hashes, lowest_bytes(corpus.hashes, runner), np.asarray(corpus.bounds))
    finders: list[Finder] = []
    ranges = _ranges(sizes.tolist(), SEEDS_AT_ONCE)
    for _ in runner(near_seeds, [Range(located, each, around, chosen, found, finders) for each in ranges]):
        texts.corpus.leave()
    return found.sorted()


def lowest_bytes(words: NDArray[np.uint64], runner: Runner) -> NDArray[np.uint8]:
    """The lowest byte of each of many words (uint8 [n])."""
    result = np.empty(len(words), np.uint8)
    parts = range(0, len(words), WORDS_AT_ONCE)
    for _ in runner(_put_lowest, [(words[at : at + WORDS_AT_ONCE], result[at : at + WORDS_AT_ONCE]) for at in parts]):
        memory.leave(words)  # of those around seeds few are looked at again
    return result


@in_threads
def _put_lowest(part: tuple[NDArray[np.uint64], NDArray[np.uint8]]) -> None:
    words, room = part
    np.copyto(room, words, casting="unsafe")


@in_threads
def near_seeds(own: Range) -> None:
    """Find the pairs of documents that agree around a seed of a range."""
    try:
        finder = own.finders.pop()
    except IndexError:
        finder = Finder()
    pairs = finder.find(_read(own), own.around, own.chosen.ranks, own.chosen.copies)
    own.finders.append(finder)
    for at in range(0, len(pairs), match.CHUNK):
        own.found.add(*own.chosen.allowed(*pairs[at : at + match.CHUNK].T))


def _read(own: Range) -> Seeds:
    low, high = own.parts
    edges = np.stack([each.parts[low : high + 1] for each in own.shards]).astype(np.int64)
    sizes = edges[:, -1] - edges[:, 0]
    ends = np.cumsum(sizes)
    size = int(ends[-1])
    hashes, places = np.frombuffer(own_buffer(8 * size), np.uint32).reshape(2, size)
    for shard, row, end, count in zip(own.shards, edges[:, 0].tolist(), ends.tolist(), sizes.tolist(), strict=True):
        shard.hashes.read(row, hashes[end - count : end])
        shard.places.read(row, places[end - count : end])
    edges += (ends - sizes - edges[:, 0])[:, None]
    return Seeds(hashes, places, edges, np.array([each.word for each in own.shards], np.int64))


def _ranges(sizes: list[int], most: int) -> Iterator[tuple[int, int]]:
    """Parts of these sizes, one after the other in ranges of at most so many in all; of one part where that is larger.

    >>> list(_ranges([3, 0, 2, 9, 1], 5))
    [(0, 3), (3, 4), (4, 5)]
    """
    low, total = 0, 0
    for number, size in enumerate(sizes):
        if total and total + size > most:
            yield low, number
            low, total = number, 0
        total += size
    if total:
        yield low, len(sizes)
