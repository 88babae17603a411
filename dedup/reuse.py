"""Reuse: pairs of documents verified, and keepers decided. Bound to the store."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup import candidates, cluster
from dedup.align import Words, align, align_pairs
from dedup.candidates import Chosen
from dedup.cluster import Aligned, Known, Standing
from dedup.columns import site_key
from dedup.conflicts import Spelling
from dedup.corpus import Corpus, Texts
from dedup.decide import AlignedPassages, Decisions, decide
from dedup.passages import Limits, Passage, passages

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from dedup.config import Config
    from dedup.run import Runner
    from dedup.shards import Work

LOG = logging.getLogger("dedup")
CHUNK_PAIRS = 4_000


# ── chunk by chunk: verify ──────────────────────────────────────────────────────────────────────────────────────────


class Chunk(NamedTuple):
    """Pairs of documents (int64 [p, 2], the better keeper first) to verify, and the names of all shards."""

    work: Work
    shards: list[str]
    pairs: NDArray[np.int64]


def verify(chunk: Chunk) -> list[Aligned]:
    """Align every pair; pairs with nothing in common that is long enough drop out."""
    corpus, texts = Corpus.of(chunk.work), Texts(chunk.work, chunk.shards)
    limits = Limits(chunk.work.config.min_words, chunk.work.config.threshold)
    result = []
    chains = align_pairs(corpus.documents, chunk.pairs)
    for (keeper, document), runs in zip(chunk.pairs.tolist(), chains, strict=True):
        spelling = Spelling(texts.spelling(document), texts.spelling(keeper))
        found = passages(runs, corpus.words(document), corpus.words(keeper), limits, spelling)
        if found:
            result.append(Aligned(keeper, document, found))
    return result


def verify_within(chunk: Chunk) -> list[Aligned]:
    """Align blocks with what stands above them in their document; the pairs are of a document and a word in a block."""
    corpus, limits = Corpus.of(chunk.work), Limits(chunk.work.config.min_words, chunk.work.config.threshold)
    result = []
    for document, low, high in sorted({_block_around(corpus, *place) for place in chunk.pairs.tolist()}):
        words = corpus.words(document)
        above, block = (
            Words(words.hashes[:low], words.marks[:low]),
            Words(words.hashes[low:high], words.marks[low:high]),
        )
        found = [_shifted(each, low) for each in passages(align(block, above), block, above, limits)]
        if found:
            result.append(Aligned(document, document, found))
    return result


def _block_around(corpus: Corpus, document: int, word: int) -> tuple[int, int, int]:
    blocks = corpus.blocks(document)
    low, high = np.searchsorted(blocks, blocks[word], "left"), np.searchsorted(blocks, blocks[word], "right")
    return document, int(low), int(high)


def _shifted(passage: Passage, by: int) -> Passage:
    runs = [(start + by, other, length) for start, other, length in passage.runs]
    return Passage(passage.start + by, passage.end + by, runs)


def is_copy_of(aligned: Aligned, corpus: Corpus) -> bool:
    """Whether the passages are all of the document."""
    at = 0
    for passage in aligned.passages:
        if passage.start > at:
            return False
        at = max(at, passage.end)
    return at == int(corpus.bounds[aligned.document + 1] - corpus.bounds[aligned.document])


# ── all of it ───────────────────────────────────────────────────────────────────────────────────────────────────────


class Found(NamedTuple):
    """What goes from which document; and how many pairs each proposer named, and how many of them agreed
    in no passage."""

    decisions: Decisions
    counts: dict[str, dict[str, int]]


def find(work: Work, shards: list[str], known: Known, runner: Runner) -> Found:
    """Propose, verify, decide: the passages that documents have in common, and which of them keeps each."""
    config = work.config
    alone = chosen(known, config)
    ranks, sites = alone.ranks, alone.sites
    own = alone._replace(copies=candidates.exact_copies(work, shards, ranks, sites))
    aligned, proposed = shared(work, shards, own, runner)
    standing = Standing(ranks, own.copies, Limits(config.min_words, config.threshold), sites)
    agreed = np.array([(each.keeper, each.document) for each in aligned], np.int64).reshape(-1, 2)
    counts = {
        name: {"pairs": len(pairs), "false": int(np.count_nonzero(~np.isin(_packed(pairs), _packed(agreed))))}
        for name, pairs in proposed.items()
    }
    return Found(decide(Corpus.of(work), AlignedPassages.of(aligned), standing), counts)


def chosen(known: Known, config: Config) -> Chosen:
    """Which documents may be paired, before any is known to be a copy."""
    ranks = cluster.ranks(known, config.keep, config.site_order)
    sites = _numbered(known.sites) if config.across_sites_only else None
    return Chosen(ranks, np.arange(len(ranks)), sites)


def shared(
    work: Work, shards: list[str], own: Chosen, runner: Runner
) -> tuple[list[Aligned], dict[str, NDArray[np.int64]]]:
    """What documents have in common that are not the very same, and the pairs that each proposer named."""
    proposed = {"documents": candidates.whole_pairs(work, shards, own)}
    aligned = _verified(Chunk(work, shards, proposed["documents"]), verify, runner)
    own = own._replace(copies=_with_near(own.copies, aligned, Corpus.of(work)))
    proposed["bands"] = candidates.band_pairs(work, shards, own)
    proposed["seeds"] = candidates.seed_pairs(work, shards, own)
    first, second = np.concatenate([proposed["bands"], proposed["seeds"]]).T
    both = own.pairs(first, second)
    new = ~np.isin(_packed(both), _packed(proposed["documents"]))
    aligned += _verified(Chunk(work, shards, both[new]), verify, runner)
    if work.config.within:
        aligned += _verified(Chunk(work, shards, candidates.repeats(work, shards)), verify_within, runner)
    return aligned, proposed


def _verified(all_pairs: Chunk, stage: Callable[[Chunk], list[Aligned]], runner: Runner) -> list[Aligned]:
    pairs = all_pairs.pairs
    LOG.info("%d pairs to verify", len(pairs))
    chunks = [all_pairs._replace(pairs=pairs[at : at + CHUNK_PAIRS]) for at in range(0, len(pairs), CHUNK_PAIRS)]
    return [each for chunk in runner(stage, chunks) for each in chunk]


def _with_near(copies: NDArray[np.int64], aligned: list[Aligned], corpus: Corpus) -> NDArray[np.int64]:
    """The copies, and those that are near-identical to the best keeper of their bucket."""
    result = copies.copy()
    for each in aligned:
        if is_copy_of(each, corpus):
            result[each.document] = each.keeper
    return result


def _packed(pairs: NDArray[np.int64]) -> NDArray[np.int64]:
    return (pairs[:, 0] << np.int64(32)) | pairs[:, 1]


def _numbered(names: Sequence[str]) -> NDArray[np.uint64]:
    return np.array([site_key(name) for name in names], np.uint64)
