"""What documents leave in the store for the stages that see all of a corpus: columns by block and by word."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import xxhash

from dedup import kernel, match, repetition
from dedup.bands import Shape
from dedup.data import Document, Format, Tag
from dedup.packed import Packed
from dedup.places import place
from dedup.runs import each_of, once
from dedup.sign import mix, passage_keys, shingles, sketch
from dedup.site import signature_line, signatures_of
from dedup.spans import Spans, distinct, hashes
from dedup.table import TAGS, Table
from dedup.words import Mark, Spanned, marked_texts

KINDS = np.array([{Tag.HEADING: Mark.HEADING, Tag.QUOTE: Mark.QUOTED}.get(tag, 0) for tag in TAGS], np.uint8)
"""What is known of all words of a block, by the number of its tag."""

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from dedup.config import Config
    from dedup.store import Store

LINKED = 0x5BD1E9955BD1E995
"""Tells the print of a block of links from that of the same words as text."""
SHORT = 12
"""Words from which on a block counts for what its article is."""
SEED_PART_BITS = 8
SEED_PARTS = 1 << SEED_PART_BITS
"""Ranges of seeds that a shard keeps apart, so that one of all shards can be read without the rest."""
SEED_BITS = 32
"""Bits of the hashes of seeds that are kept, below those that tell the range: 40 in all. Of a hundred million seeds one
in ten thousand is taken for another, which proposes nothing, as the words around both are compared."""
ARTICLE_BANDS, ARTICLE_ROWS = 20, 6
"""Pages of a site that share a band of their bodies' signatures are copies of one article: P = .998 at Jaccard .8."""


def save_blocks(store: Store, shard: str, documents: list[Document]) -> None:
    """The columns of blocks; and by document its site, its content, what it says it is."""
    bounds = np.concatenate(([0], np.cumsum([len(document.blocks) for document in documents]))).astype(np.int64)
    table = Table.joined(Table.of(document.blocks) for document in documents)
    _save_texts(store, shard, documents, table, bounds)
    keys = _signature_keys(documents, bounds, table)
    for name, column in (
        ("blocks", bounds), ("block_keys", keys[:, 0]), ("block_holders", keys[:, 1]),
        ("block_starts", table.starts), ("block_ends", table.ends), ("block_tags", table.tags),
        ("block_links", table.links), ("block_places", table.places),
        ("sites", np.array([site_key(document.site) for document in documents], np.uint64)),
        ("says", np.array([document.says for document in documents], np.int8)),
        ("contents", np.array([document.content for document in documents], np.uint64)),
    ):  # fmt: skip
        store.save(shard, name, column)
    store.save_records(shard, "paths", [table.paths])


def load_table(store: Store, shard: str) -> Table:
    """The blocks of a shard, all in memory."""
    starts, ends, tags, links, places = (
        np.array(store.column(shard, f"block_{name}")) for name in ("starts", "ends", "tags", "links", "places")
    )
    return Table(starts, ends, tags, links, places, np.ones(len(starts), np.bool_), next(store.records(shard, "paths")))


def block_words(store: Store, shard: str) -> NDArray[np.int64]:
    """How many words each block of a shard has (int64 [b])."""
    words: NDArray[np.int64] = np.diff(store.column(shard, "text_bounds"))[store.column(shard, "block_texts")]
    return words


def _save_texts(store: Store, shard: str, documents: list[Document], table: Table, bounds: NDArray[np.int64]) -> None:
    """What is compared of blocks: prints and words, once for each *text*, as a site repeats most of its blocks on every
    page (same text, same site, link or not); and which text each block is, in which documents each text stands."""
    owner = np.repeat(np.arange(len(documents)), np.diff(bounds))
    sites: dict[str, int] = {}
    site_of = np.array([sites.setdefault(document.site or "", len(sites)) for document in documents], np.int64)[owner]
    linked = (table.links > 0.5).astype(np.int64)
    blocks = Spans([document.text for document in documents], owner, table.starts, table.ends)
    texts, firsts = distinct(blocks, 2 * site_of + linked)
    told = repetition.block_texts(blocks.only(firsts))
    prints = np.zeros((len(firsts), repetition.PRINTS), np.uint64)
    # A link to an article in the lists of its siblings does not repeat its headline.
    prints[:, 0] = told.exact ^ (np.uint64(LINKED) * linked[firsts].astype(np.uint64))
    prints[:, 1] = told.template
    _near_prints(prints, told.words, told.bounds)
    site_of_text = np.array([site_key(site) for site in sites], np.uint64)[site_of[firsts]][:, None]
    salt = np.arange(1, repetition.PRINTS + 1, dtype=np.uint64) << np.uint64(56)
    stands = once(np.sort(texts.astype(np.int64) * max(1, len(documents)) + owner))
    for name, column in (
        ("prints", np.where(prints == 0, prints, mix(prints ^ mix(site_of_text + salt)))),
        ("text_words", told.words), ("text_bounds", told.bounds), ("block_texts", texts),
        ("stands", np.stack(np.divmod(stands, max(1, len(documents))), axis=1).astype(np.int32)),
    ):  # fmt: skip
        store.save(shard, name, column)


def _signature_keys(documents: list[Document], bounds: NDArray[np.int64], table: Table) -> NDArray[np.uint64]:
    """The keys of each block's signature on its site, and of its holder's (uint64 [b, 2]); 0 for what is no page."""
    sites = sorted({document.site or "" for document in documents})
    number = {site: at for at, site in enumerate(sites)}
    shape = (len(sites), len(table.paths), len(TAGS), 2)
    owner = np.repeat(np.array([number[document.site or ""] for document in documents], np.int64), np.diff(bounds))
    if not len(owner):
        return np.zeros((0, 2), np.uint64)
    codes = np.ravel_multi_index((owner, table.places, table.tags, table.links > 0.5), shape)
    found, which = np.unique(codes, return_inverse=True)
    lines = [
        signature_line(sites[site], each)
        for site, path, tag, linked in zip(*(part.tolist() for part in np.unravel_index(found, shape)), strict=True)
        for each in signatures_of(place(table.paths[path]), TAGS[tag], bool(linked))
    ]
    pages = np.repeat([document.format is Format.HTML for document in documents], np.diff(bounds))
    return np.where(pages[:, None], hashes(lines).reshape(-1, 2)[which], np.uint64(0))


def _near_prints(prints: NDArray[np.uint64], flat: NDArray[np.uint64], bounds: NDArray[np.int64]) -> None:
    enough = np.diff(bounds) >= 5
    prints[:, 2:] = np.where(enough[:, None], passage_keys(flat, bounds, repetition.NEAR), 0)


def save_articles(store: Store, shard: str, main: NDArray[np.bool_]) -> None:
    """The keys (uint64 [documents, bands]) by which copies of one article are told, over its blocks of running text:
    those of `main` (bool [b]), or where it has none, all."""
    bounds, sites = store.column(shard, "blocks"), store.column(shard, "sites")
    words, word_bounds = store.column(shard, "text_words"), store.column(shard, "text_bounds")
    sizes, owner = block_words(store, shard), np.repeat(np.arange(len(bounds) - 1), np.diff(bounds))
    long = main & (sizes >= SHORT)
    has_long = np.zeros(len(bounds) - 1, np.bool_)
    has_long[owner[long]] = True
    sizes[has_long[owner] & ~long] = 0
    bodies = words[each_of(word_bounds[store.column(shard, "block_texts")], sizes)]
    shape = Shape(5, ARTICLE_BANDS, ARTICLE_ROWS, ARTICLE_BANDS * ARTICLE_ROWS)
    keys = passage_keys(bodies, np.concatenate(([0], np.cumsum(sizes)))[bounds], shape)
    store.save(shard, "articles", mix(keys ^ mix(sites[:, None])) if len(keys) else keys)


# ── the words of what is left ───────────────────────────────────────────────────────────────────────────────────────


def save_words(store: Store, shard: str, documents: list[tuple[Document, Table]], config: Config) -> list[int]:
    """The columns that passages are matched by: words with marks and offsets, seeds, and band keys of the blocks that
    are left of each document. The number of words of each."""
    words, bounds = marked_texts(
        [Spanned(document.text, left.starts, left.ends, KINDS[left.tags]) for document, left in documents]
    )
    packed = Packed.of(words, bounds)
    for name, column in (packed._asdict() | keys(packed, bounds, config)).items():
        store.save(shard, name, column)
    lengths: list[int] = np.diff(bounds).tolist()
    return lengths


def seeds(words: NDArray[np.uint64], bounds: NDArray[np.int64]) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """The seeds of documents, of words `words[bounds[i]:bounds[i + 1]]`: hashes, and places among all words (int64)."""
    if not kernel.NATIVE:
        return defined_seeds(words, bounds)
    from dedup.kernel import _native

    return _native.seeds(words, bounds, match.SEED_SHINGLE, match.SEED_WINDOW)


def defined_seeds(words: NDArray[np.uint64], bounds: NDArray[np.int64]) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """`seeds`, by the definition."""
    hashes, shingle_bounds = shingles(words, bounds, match.SEED_SHINGLE)
    found, places = [np.zeros(0, np.uint64)], [np.zeros(0, np.int64)]
    for first, low, high in zip(bounds, shingle_bounds, shingle_bounds[1:], strict=False):
        at = match.winnow(hashes[low:high])
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

    return _native.parted_seeds(words, bounds, match.SEED_SHINGLE, match.SEED_WINDOW, SEED_PART_BITS)


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


def site_key(name: str | None) -> int:
    """The 64-bit key of a site by its name."""
    return xxhash.xxh3_64_intdigest((name or "").encode())


def print_of(site: str, exact: int, *, linked: bool) -> int:
    """The key under which the exact print of a block is counted on its site: what `save_blocks` makes of it."""
    of_site = np.array([site_key(site)], np.uint64) + (np.uint64(1) << np.uint64(56))
    return int(mix(np.array([exact ^ (LINKED if linked else 0)], np.uint64) ^ mix(of_site))[0])
