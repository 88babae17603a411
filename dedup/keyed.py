"""What documents leave in the store to be matched by: words, seeds and band keys, as columns."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import xxhash

from dedup import kernel, match
from dedup.data import Document, Tag
from dedup.match import SEED_SHINGLE, SEED_WINDOW
from dedup.packed import Packed
from dedup.runs import each_of
from dedup.sign import passage_keys, shingles, sketch
from dedup.table import TAGS, Table
from dedup.words import Mark, Spanned, marked_texts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from dedup.config import Config
    from dedup.store import Store
    from dedup.words import MarkedWords
    from dedup.written import Writing

KINDS = np.array([{Tag.HEADING: Mark.HEADING, Tag.QUOTE: Mark.QUOTED}.get(tag, 0) for tag in TAGS], np.uint8)
"""What is known of all words of a block, by the number of its tag."""
SEED_PART_BITS = 8
SEED_PARTS = 1 << SEED_PART_BITS
"""Ranges of seeds that a shard keeps apart, so that one of all shards can be read without the rest."""
SEED_BITS = 32
"""Bits of the hashes of seeds that are kept, below those that tell the range: 40 in all. Of a hundred million seeds one
in ten thousand is taken for another, which proposes nothing, as the words around both are compared."""


def save_words(
    store: Store,
    shard: str,
    documents: list[tuple[Document, Table]],
    config: Config,
    writings: Sequence[Writing | None] = (),
) -> list[int]:
    """The columns that passages are matched by: words with marks and offsets, seeds, and band keys of the blocks that
    are left of each document. The number of words of each. The offsets are those in what is written."""
    words, bounds = marked_texts(
        [Spanned(document.text, left.starts, left.ends, KINDS[left.tags]) for document, left in documents]
    )
    packed = Packed.of(_as_written(words, bounds, writings), bounds)
    for name, column in (packed._asdict() | keys(packed, bounds, config)).items():
        store.save(shard, name, column)
    lengths: list[int] = np.diff(bounds).tolist()
    return lengths


def _as_written(words: MarkedWords, bounds: NDArray[np.int64], writings: Sequence[Writing | None]) -> MarkedWords:
    """The words with the places that they have in what is written."""
    if not any(writings):
        return words
    starts, ends = words.starts.copy(), words.ends.copy()
    for (low, high), writing in zip(pairwise(bounds.tolist()), writings, strict=True):
        if writing:
            starts[low:high], ends[low:high] = writing.places(starts[low:high]), writing.places(ends[low:high] - 1) + 1
    return words._replace(starts=starts, ends=ends)


def seeds(
    words: NDArray[np.uint64], bounds: NDArray[np.int64], shingle: int = SEED_SHINGLE, window: int = SEED_WINDOW
) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """The seeds of documents, of words `words[bounds[i]:bounds[i + 1]]`: hashes, and places among all words (int64)."""
    if not kernel.NATIVE:
        return defined_seeds(words, bounds, shingle, window)
    from dedup.kernel import _native

    return _native.seeds(words, bounds, shingle, window)


def defined_seeds(
    words: NDArray[np.uint64], bounds: NDArray[np.int64], shingle: int = SEED_SHINGLE, window: int = SEED_WINDOW
) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """`seeds`, by the definition."""
    hashes, shingle_bounds = shingles(words, bounds, shingle)
    found, places = [np.zeros(0, np.uint64)], [np.zeros(0, np.int64)]
    for first, low, high in zip(bounds, shingle_bounds, shingle_bounds[1:], strict=False):
        at = match.winnow(hashes[low:high], window)
        found.append(hashes[low:high][at])
        places.append(at + first)
    return np.concatenate(found), np.concatenate(places)


def keys(words: Packed, bounds: NDArray[np.int64], config: Config) -> dict[str, NDArray[Any]]:
    """The columns that documents are found by: the bounds of their words (int64 [documents + 1]), and by these names
    what `parted_seeds` and `word_keys` give, keys band by band, as they are read."""
    return named_keys(bounds, parted_seeds(words.hashes, bounds), word_keys(words, bounds, config))


def named_keys(
    bounds: NDArray[np.int64], seeds: Sequence[NDArray[Any]], found: Sequence[NDArray[Any]]
) -> dict[str, NDArray[Any]]:
    """`keys`, given what `parted_seeds` and `word_keys` give."""
    hashes, places, parts = seeds
    own, signed, of_documents, prints = found
    return {
        "bounds": bounds, "seeds": hashes, "places": places, "seed_parts": parts, "keys": own.T, "signed": signed,
        "document_keys": of_documents.T, "word_prints": prints,
    }  # fmt: skip


def word_keys(
    words: Packed, bounds: NDArray[np.int64], config: Config
) -> tuple[NDArray[np.uint64], NDArray[np.int32], NDArray[np.uint64], NDArray[np.uint64]]:
    """The band keys (uint64 [k, bands]) of the blocks that have enough words, and the document (int32 [k]) of each; the
    band keys (uint64 [documents, bands]) of documents, and the prints (uint64 [documents, 2]) of all their words."""
    if not kernel.NATIVE:
        return defined_word_keys(words, bounds, config)
    from dedup.kernel import _native

    return _native.word_keys(words.hashes, words.marks, bounds, config.min_words, sketch(config.shape))


def defined_word_keys(
    words: Packed, bounds: NDArray[np.int64], config: Config
) -> tuple[NDArray[np.uint64], NDArray[np.int32], NDArray[np.uint64], NDArray[np.uint64]]:
    """`word_keys`, by the definition."""
    hashes = words.hashes
    owner = np.repeat(np.arange(len(bounds) - 1, dtype=np.int32), np.diff(bounds))
    starts = np.flatnonzero(words.marks & Mark.STARTS_BLOCK)
    sizes = np.diff(np.append(starts, len(hashes)))
    long = np.flatnonzero(sizes >= config.min_words)
    own = np.concatenate(([0], np.cumsum(sizes[long])))
    prints = (xxhash.xxh3_128_digest(hashes[low:high].tobytes()) for low, high in pairwise(bounds.tolist()))
    return (
        passage_keys(hashes[each_of(starts[long], sizes[long])], own, config.shape),
        owner[starts[long]],
        passage_keys(hashes, bounds, config.shape),
        np.frombuffer(b"".join(prints), np.uint64).reshape(-1, 2),
    )


def parted_seeds(
    words: NDArray[np.uint64], bounds: NDArray[np.int64]
) -> tuple[NDArray[np.uint32], NDArray[np.uint32], NDArray[np.int32]]:
    """The seeds of documents in SEED_PARTS ranges of hashes, in each as they stand: SEED_BITS of the hash, place among
    the words, and the bounds of the ranges."""
    if not kernel.NATIVE:
        return defined_parted_seeds(words, bounds)
    from dedup.kernel import _native

    return _native.parted_seeds(words, bounds, SEED_SHINGLE, SEED_WINDOW, SEED_PART_BITS)


def defined_parted_seeds(
    words: NDArray[np.uint64], bounds: NDArray[np.int64]
) -> tuple[NDArray[np.uint32], NDArray[np.uint32], NDArray[np.int32]]:
    """`parted_seeds`, by the definition."""
    hashes, places = seeds(words, bounds)
    part = (hashes >> np.uint64(64 - SEED_PART_BITS)).astype(np.uint8)
    order = np.argsort(part, kind="stable")
    counts = np.bincount(part, minlength=SEED_PARTS)
    parts = np.concatenate(([0], np.cumsum(counts))).astype(np.int32)
    own = (hashes >> np.uint64(64 - SEED_PART_BITS - SEED_BITS)).astype(np.uint32)
    return own[order], places[order].astype(np.uint32), parts
