"""Reuse: pairs of documents verified, keepers decided, and what goes as flags on code points. Bound to the store."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup import candidates, cluster
from dedup.align import Documents
from dedup.candidates import Chosen
from dedup.cluster import Aligned, Decision, Duplicate, Known, Standing, duplicates
from dedup.columns import site_key
from dedup.corpus import Corpus, Texts
from dedup.data import Flag, Keeper, Kind, Reason
from dedup.passages import TOLERANCE, Limits
from dedup.sign import shingles
from dedup.verified import Verified, verified

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from dedup.run import Runner
    from dedup.shards import Work

LOG = logging.getLogger("dedup")
CHUNK_PAIRS = 16_000
"""Pairs that are verified at a time: some 150 ms, beside which what a chunk costs by itself is little."""


# ── chunk by chunk: verify ──────────────────────────────────────────────────────────────────────────────────────────


class Chunk(NamedTuple):
    """Pairs of documents (int64 [p, 2], the better keeper first) to verify, and the names of all shards."""

    work: Work
    shards: list[str]
    pairs: NDArray[np.int64]


def verify(chunk: Chunk) -> Verified:
    """Align every pair; pairs with nothing in common that is long enough drop out."""
    corpus, texts = Corpus.of(chunk.work), Texts(chunk.work, chunk.shards)
    return verified(corpus.documents, chunk.pairs, _limits(chunk.work), texts.written).told()


def verify_within(chunk: Chunk) -> Verified:
    """Align blocks with what stands above them in their document; the pairs are of a document and a word in a block."""
    corpus = Corpus.of(chunk.work)
    around = sorted({_block_around(corpus, *place) for place in chunk.pairs.tolist()})
    blocks = np.array(around, np.int64).reshape(-1, 3)
    # What stands above a block, the block, and what is between it and the next one, which is no document.
    bounds = corpus.bounds[blocks[:, 0], None] + np.insert(blocks[:, 1:], 0, 0, axis=1)
    documents = Documents(corpus.hashes, corpus.marks, bounds.reshape(-1))
    pairs = 3 * np.arange(len(blocks))[:, None] + np.array([0, 1])
    return _of_documents(verified(documents, pairs, _limits(chunk.work)), blocks).told()


def _block_around(corpus: Corpus, document: int, word: int) -> tuple[int, int, int]:
    blocks = corpus.blocks(document)
    low, high = np.searchsorted(blocks, blocks[word], "left"), np.searchsorted(blocks, blocks[word], "right")
    return document, int(low), int(high)


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
    """What goes from which document, by its number; and how many pairs each proposer named, and how many of them agreed
    in no passage."""

    decisions: dict[int, Decision]
    counts: dict[str, dict[str, int]]


def find(work: Work, shards: list[str], known: Known, runner: Runner) -> Found:
    """Propose, verify, decide: the passages that documents have in common, and which of them keeps each."""
    config = work.config
    ranks = cluster.ranks(known, config.keep, config.site_order)
    sites = _numbered(known.sites) if config.across_sites_only else None
    chosen = Chosen(ranks, candidates.exact_copies(work, ranks, sites), sites)
    found, proposed = shared(work, shards, chosen, runner)
    standing = Standing(ranks, chosen.copies, _limits(work), sites)
    agreed = _packed(found.pairs)
    counts = {
        name: {"pairs": len(pairs), "false": int(np.count_nonzero(~np.isin(_packed(pairs), agreed)))}
        for name, pairs in proposed.items()
    }
    return Found(duplicates(Corpus.of(work), as_aligned(found), standing), counts)


def shared(
    work: Work, shards: list[str], chosen: Chosen, runner: Runner
) -> tuple[Verified, dict[str, NDArray[np.int64]]]:
    """What documents have in common that are not the very same, and the pairs that each proposer named."""
    proposed = {"documents": candidates.whole_pairs(work, shards, chosen)}
    found = [_verified(Chunk(work, shards, proposed["documents"]), verify, runner)]
    chosen = chosen._replace(copies=_with_near(chosen.copies, found[0], Corpus.of(work)))
    proposed["bands"] = candidates.band_pairs(work, shards, chosen)
    proposed["seeds"] = candidates.seed_pairs(work, shards, chosen)
    first, second = np.concatenate([proposed["bands"], proposed["seeds"]]).T
    both = chosen.pairs(first, second)
    new = ~np.isin(_packed(both), _packed(proposed["documents"]))
    found.append(_verified(Chunk(work, shards, both[new]), verify, runner))
    if work.config.within:
        found.append(_verified(Chunk(work, shards, candidates.repeats(work, shards)), verify_within, runner))
    return Verified.joined(found), proposed


def _verified(all_pairs: Chunk, stage: Callable[[Chunk], Verified], runner: Runner) -> Verified:
    pairs = all_pairs.pairs
    LOG.info("%d pairs to verify", len(pairs))
    chunks = [all_pairs._replace(pairs=pairs[at : at + CHUNK_PAIRS]) for at in range(0, len(pairs), CHUNK_PAIRS)]
    return Verified.joined(runner(stage, chunks))


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
    return (pairs[:, 0] << np.int64(32)) | pairs[:, 1]


def _numbered(names: Sequence[str]) -> NDArray[np.uint64]:
    return np.array([site_key(name) for name in names], np.uint64)


# ── once: what goes ─────────────────────────────────────────────────────────────────────────────────────────────────


class Cited(NamedTuple):
    """What names the documents of flags: their ids, by number, and their texts."""

    ids: list[str]
    texts: Texts


def as_flags(work: Work, decisions: dict[int, Decision], cited: Cited) -> dict[int, list[Flag]]:
    """Decisions as flags on code points, by document."""
    corpus = Corpus.of(work)
    return {number: list(_flags(corpus, number, each, cited, work)) for number, each in decisions.items()}


def _flags(corpus: Corpus, document: int, decision: Decision, cited: Cited, work: Work) -> Iterator[Flag]:
    keepers = sorted({cited.ids[each.keeper] for each in decision.duplicates})
    remains = () if work.config.keep_chrome else decision.remains
    is_document = decision.whole and len(keepers) == 1 and len(remains) == len(decision.remains)
    for each in decision.duplicates:
        told = _with_unread(each, document, cited.texts)
        if cited.texts.is_broken(each.keeper, each.alike.keeper_start, each.alike.keeper_end):
            continue
        if told.similarity >= work.config.threshold and told.containment >= 1 - TOLERANCE:
            told = told._replace(jaccard=round(jaccard(corpus, document, each, work.config.shingle), 4))
            yield _flag(corpus, document, each, told, cited.ids, Kind.DOCUMENT if is_document else Kind.PASSAGE)
    for start, end in remains:
        why = f"All else of the document is a copy: see {', '.join(keepers[:3])}."
        evidence = {"rule": "left-of-a-copy", "keepers": keepers}
        yield Flag(*corpus.characters(document, start, end), Reason.CHROME, Kind.HEADER, why, evidence)


class _Told(NamedTuple):
    words: int
    similarity: float
    containment: float
    jaccard: float = 0.0


def _flag(corpus: Corpus, document: int, duplicate: Duplicate, told: _Told, ids: list[str], kind: Kind) -> Flag:
    own, keeper = duplicate.alike, duplicate.keeper
    place = corpus.characters(document, own.start, own.end)
    where = Keeper(ids[keeper], *corpus.characters(keeper, own.keeper_start, own.keeper_end))
    evidence = {"words": told.words, "containment": told.containment, "jaccard": told.jaccard}
    why = f"{told.containment:.0%} of its {told.words} words stand in {ids[keeper]}."
    return Flag(*place, Reason.DUPLICATE, kind, why, evidence, where, told.similarity)


def _with_unread(duplicate: Duplicate, document: int, texts: Texts) -> _Told:
    """The words of a passage, its similarity and containment; those counted that were not compared, as they go, too."""
    own, keeper = duplicate.alike, duplicate.keeper
    words, kept = own.end - own.start, own.keeper_end - own.keeper_start
    more = texts.more(document, own.start, own.end, around=True)
    more_kept = texts.more(keeper, own.keeper_start, own.keeper_end, around=False)
    if not more + more_kept:
        return _Told(words, own.similarity, own.containment)
    agreed = own.containment * words
    similarity, containment = 2 * agreed / (words + more + kept + more_kept), agreed / (words + more)
    return _Told(words + more, round(similarity, 4), round(containment, 4))


def jaccard(corpus: Corpus, document: int, duplicate: Duplicate, shingle: int) -> float:
    """The Jaccard similarity of a passage and what its keeper has: of their sets of shingles, as MinHash estimates."""
    own = duplicate.alike
    left = corpus.words(document).hashes[own.start : own.end]
    right = corpus.words(duplicate.keeper).hashes[own.keeper_start : own.keeper_end]
    return common_share(shingle_set(left, shingle), shingle_set(right, shingle))


def shingle_set(words: NDArray[np.uint64], shingle: int) -> NDArray[np.uint64]:
    """The hashes of a span's shingles, each once, ascending."""
    return np.unique(shingles(words, np.array([0, len(words)]), shingle)[0])


def common_share(left: NDArray[np.uint64], right: NDArray[np.uint64]) -> float:
    """The Jaccard similarity of two sets, ascending: of all that is in either, the share that is in both."""
    both = len(np.intersect1d(left, right, assume_unique=True))
    return both / max(1, len(left) + len(right) - both)
