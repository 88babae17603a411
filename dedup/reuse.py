"""Reuse: pairs of documents verified, and keepers decided. Bound to the store."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup import candidates, match, memory, seeded
from dedup.align import ANCHOR, OCCURRENCES, Documents
from dedup.cluster import Aligned, Standing
from dedup.corpus import Corpus
from dedup.decide import Decisions, decide_apart
from dedup.keepers import Old, chosen
from dedup.moved import Stretches
from dedup.passages import Limits
from dedup.run import in_threads
from dedup.runs import is_new
from dedup.sign import shingles
from dedup.verified import Verified, verified

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from dedup.keepers import Chosen, Known
    from dedup.run import Runner
    from dedup.stored import Texts
    from dedup.work import Work

LOG = logging.getLogger("dedup")
CHUNK_PAIRS = 16_000
"""Pairs that are verified at a time, at most: some 150 ms, beside which what a chunk costs by itself is little."""
CHUNKS = 8
"""Chunks that pairs are verified in at least, so that threads share them..."""
LEAST_PAIRS = 500
"""...but not of fewer."""


# ── chunk by chunk: verify ──────────────────────────────────────────────────────────────────────────────────────────


class Chunk(NamedTuple):
    """Pairs of documents (int64 [p, 2], the better keeper first) to verify, and the texts of all."""

    texts: Texts
    pairs: NDArray[np.int64]


@in_threads
def verify(chunk: Chunk) -> Verified:
    """Align every pair; pairs with nothing in common that is long enough drop out."""
    texts = chunk.texts.beside()

    def make() -> dict[str, NDArray[np.int64]]:
        return verified(texts.corpus.documents, chunk.pairs, _limits(texts.work), texts.places).told()._asdict()

    return Verified(**texts.work.compared("verify", chunk.pairs, make))


class Within(NamedTuple):
    """Places (int64 [p, 2], document and word) in blocks to verify."""

    work: Work
    places: NDArray[np.int64]


def verify_within(chunk: Within) -> Verified:
    """Align blocks with what stands above them in their document."""
    return Verified(**chunk.work.compared("within", chunk.places, lambda: _within(chunk)._asdict()))


def _within(chunk: Within) -> Verified:
    corpus = Corpus.of(chunk.work)
    blocks = _blocks_around(corpus, chunk.places)
    # What stands above a block, the block, and what is between it and the next one, which is no document.
    bounds = corpus.bounds[blocks[:, 0], None] + np.insert(blocks[:, 1:], 0, 0, axis=1)
    documents = Documents(corpus.hashes, corpus.marks, bounds.reshape(-1))
    pairs = 3 * np.arange(len(blocks))[:, None] + np.array([0, 1])
    return _of_documents(verified(documents, pairs, _limits(chunk.work)), blocks).told()


def _blocks_around(corpus: Corpus, places: NDArray[np.int64]) -> NDArray[np.int64]:
    """The blocks (int64 [b, 3]: document, start, end) that places stand in, in order, but for those that agree with
    nothing above them."""
    found = [np.zeros((0, 3), np.int64)]
    for document in np.unique(places[:, 0]).tolist():
        low, high = np.searchsorted(places[:, 0], [document, document + 1])  # they ascend
        blocks = corpus.blocks(document)
        own = np.unique(blocks[places[low:high, 1]])
        edges = np.stack([np.searchsorted(blocks, own, side) for side in ("left", "right")], axis=1)
        some = edges[may_agree(corpus.words(document).hashes, edges)]
        found.append(np.insert(some, 0, document, axis=1))
    return np.concatenate(found)


def may_agree(words: NDArray[np.uint64], blocks: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which blocks (int64 [b, 2], start and end) of a document have a shingle that serves as an anchor in what stands
    above them: without one, nothing is aligned. Of paragraphs that are all alike the first few have, and to look for it
    in all that stands above each takes the square of their number."""
    if len(words) < ANCHOR:
        return np.zeros(len(blocks), np.bool_)
    grams, _ = shingles(words, np.array([0, len(words)]), ANCHOR)
    order = np.argsort(grams, kind="stable")
    new = is_new(grams[order])
    first = np.flatnonzero(new)[np.cumsum(new) - 1]  # of each in order, where its equals begin there
    last = np.minimum(first + OCCURRENCES, len(order) - 1)
    crowded = (last == first + OCCURRENCES) & (grams[order[last]] == grams[order])
    # From where on a shingle stands above a block, and from where on too often.
    once, often = np.empty(len(order), np.int64), np.empty(len(order), np.int64)
    once[order] = order[first] + ANCHOR
    often[order] = np.where(crowded, order[last] + ANCHOR, len(words) + 1)
    sizes = np.maximum(blocks[:, 1] - blocks[:, 0] - ANCHOR + 1, 0)
    owners = np.repeat(np.arange(len(blocks)), sizes)
    at = np.arange(len(owners)) - np.repeat(np.cumsum(sizes) - sizes, sizes) + blocks[owners, 0]
    serves = (once[at] <= blocks[owners, 0]) & (blocks[owners, 0] < often[at])
    return np.bincount(owners[serves], minlength=len(blocks)) > 0


def _of_documents(found: Verified, blocks: NDArray[np.int64]) -> Verified:
    """The passages of blocks (int64 [p, 3]: document, start, end) as those of the documents they stand in."""
    shift = np.repeat(blocks[:, 1], np.diff(found.bounds))[:, None]
    runs = found.runs + np.repeat(shift, np.diff(found.run_bounds), axis=0) * np.array([1, 0, 0])
    return found._replace(pairs=blocks[:, [0, 0]], spans=found.spans + shift, runs=runs)


def _limits(work: Work) -> Limits:
    return Limits(work.config.min_words, work.config.threshold)


def as_aligned(found: Verified) -> list[Aligned]:
    """Pairs with passages, as keepers are decided of them."""
    return [Aligned(*each) for each in found.rows()]


# ── all of it ───────────────────────────────────────────────────────────────────────────────────────────────────────


class Found(NamedTuple):
    """What goes from which document, by its number; which document each has the very same words as, and which it is a
    copy of as a whole, else itself (int64 [d]); and how many pairs each proposer named, and how many of them agreed in
    no passage."""

    decisions: Decisions
    same: NDArray[np.int64]
    copies: NDArray[np.int64]
    counts: dict[str, dict[str, int]]


class Before(NamedTuple):
    """The documents of an index that stand before those of a run, and what went of them."""

    old: Old
    gone: Stretches

    @classmethod
    def nothing(cls) -> Before:
        """That there are none."""
        return cls(Old.none(), Stretches.none())


def find(texts: Texts, known: Known, runner: Runner, before: Before) -> Found:
    """Propose, verify, decide: the passages that documents have in common, and which of them keeps each."""
    work, shards, config = texts.work, texts.shards, texts.work.config
    alone = chosen(known, config, before.old)
    own = alone._replace(copies=alone.copied(candidates.exact_copies(work, shards, alone.ranks, alone.sites)))
    found, copies, proposed = shared(texts, own, runner, before.old)
    undecided = np.arange(len(own.copies)) < own.old
    standing = Standing(own.ranks, np.where(undecided, -1, own.copies), _limits(work), own.sites, before.gone)
    agreed = np.sort(_packed(found.pairs))
    counts = {
        name: {"pairs": len(pairs), "false": len(pairs) - int(np.count_nonzero(_are_in(agreed, pairs)))}
        for name, pairs in proposed.items()
    }
    del agreed, proposed
    texts.corpus.leave()
    decisions = decide_apart(texts.corpus, found, standing, runner)
    memory.give_back()
    return Found(decisions, own.copies, copies, counts)


def shared(
    texts: Texts, own: Chosen, runner: Runner, old: Old | None = None
) -> tuple[Verified, NDArray[np.int64], dict[str, NDArray[np.int64]]]:
    """What documents have in common that are not the very same; which document each is a copy of as a whole, else
    itself (int64 [d]); and the pairs that each proposer named, packed (int64 [p], ascending)."""
    work, shards = texts.work, texts.shards
    whole = candidates.whole_pairs(work, shards, own, runner)
    memory.give_back()
    found = [_verified(texts, whole, runner)]
    proposed = {"documents": _packed(whole)}
    del whole
    own = own._replace(copies=_with_near(own.copies, found[0], texts.corpus))
    if old and old.copies.any():  # which document these are copies of does not matter any more
        own.copies[: own.old][old.copies] = len(own.copies) - 1
    proposed["bands"] = _packed(candidates.band_pairs(work, shards, own, runner))
    memory.give_back()
    proposed["seeds"] = _packed(seeded.seed_pairs(texts, own, runner))
    memory.give_back()
    found.append(_verified(texts, _of_parts(own, **proposed), runner))
    if work.config.within:
        places = candidates.repeats(work, shards)
        LOG.info("%d places to verify", len(places))
        chunks = [Within(work, places[at : at + CHUNK_PAIRS]) for at in range(0, len(places), CHUNK_PAIRS)]
        found.append(Verified.joined(runner(verify_within, chunks)))
    return Verified.joined(found), own.copies, proposed


def _of_parts(
    own: Chosen, documents: NDArray[np.int64], bands: NDArray[np.int64], seeds: NDArray[np.int64]
) -> NDArray[np.int64]:
    """The pairs (int64 [p, 2]) that bands or seeds named, but for those that were named as a whole; all are packed."""
    both = match.Pairs(len(own.ranks))
    for packed in bands, seeds:
        for at in range(0, len(packed), match.CHUNK):
            some = packed[at : at + match.CHUNK]
            both.add(*own.allowed(some >> np.int64(32), some & np.int64(0xFFFFFFFF)))
    pairs = both.sorted()
    known = _are_in(documents, _packed(pairs))
    return pairs[~known] if known.any() else pairs


def _verified(texts: Texts, pairs: NDArray[np.int64], runner: Runner) -> Verified:
    LOG.info("%d pairs to verify", len(pairs))
    step = min(CHUNK_PAIRS, max(LEAST_PAIRS, -(-len(pairs) // CHUNKS)))
    chunks = [Chunk(texts, pairs[at : at + step]) for at in range(0, len(pairs), step)]
    return Verified.joined(_leaving(texts.corpus, runner(verify, chunks)))


def _leaving(corpus: Corpus, parts: Iterator[Verified]) -> Iterator[Verified]:
    """The same; the words that were read for them are let go of now and then, and when all is done."""
    for number, part in enumerate(parts, 1):
        yield part
        if number % CHUNKS == 0:
            corpus.leave()
    corpus.leave()


def _with_near(copies: NDArray[np.int64], found: Verified, corpus: Corpus) -> NDArray[np.int64]:
    """The copies, and those that are near-identical to the best keeper of their bucket."""
    result = copies.copy()
    keepers, documents = found.pairs[are_copies(found, corpus)].T
    result[documents] = keepers
    return result


def are_copies(found: Verified, corpus: Corpus) -> NDArray[np.bool_]:
    """Of every pair whether the passages are all of the document (bool [p])."""
    are: NDArray[np.bool_] = found.words() == np.diff(corpus.bounds)[found.pairs[:, 1]]
    return are


def _packed(pairs: NDArray[np.int64]) -> NDArray[np.int64]:
    """Pairs as one number each, which takes half of the memory."""
    return (pairs[:, 0] << np.int64(32)) | pairs[:, 1]


def _are_in(ascending: NDArray[np.int64], values: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which values are in a column. (`np.isin` takes several times as much memory as both.)"""
    if not len(ascending):
        return np.zeros(len(values), np.bool_)
    at = np.searchsorted(ascending, values)
    at[at == len(ascending)] = 0
    are: NDArray[np.bool_] = ascending[at] == values
    return are
