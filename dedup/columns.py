"""What the blocks of documents leave in the store for the stages that see all of a corpus, as columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dedup import repetition
from dedup.bands import Shape
from dedup.data import Document, Format
from dedup.domains import site_key
from dedup.places import place
from dedup.runs import each_of, once
from dedup.sign import mix, passage_keys
from dedup.site import signature_line, signatures_of
from dedup.spans import Spans, distinct, hashes
from dedup.table import TAGS, Table
from dedup.written import Written, is_written

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dedup.store import Store

LINKED = 0x5BD1E9955BD1E995
"""Tells the print of a block of links from that of the same words as text."""
SHORT = 12
"""Words from which on a block counts for what its article is."""
ARTICLE_BANDS, ARTICLE_ROWS = 20, 6
"""Pages of a site that share a band of their bodies' signatures are copies of one article: P = .998 at Jaccard .8."""


def _blocks(documents: list[Document]) -> tuple[NDArray[np.int64], Table]:
    """The bounds of the blocks of each document, and all of these."""
    bounds = np.concatenate(([0], np.cumsum([len(document.blocks) for document in documents]))).astype(np.int64)
    return bounds, Table.joined(Table.of(document.blocks) for document in documents)


def save_blocks(store: Store, shard: str, documents: list[Document]) -> None:
    """The columns of blocks; and by document its site, its content, what it says it is."""
    bounds, table = _blocks(documents)
    keys = _signature_keys(documents, bounds, table)
    for name, column in (
        ("blocks", bounds), ("block_keys", keys[:, 0]), ("block_holders", keys[:, 1]),
        ("block_tags", table.tags), ("block_links", table.links), ("block_places", table.places),
        ("sites", np.array([site_key(document.site) for document in documents], np.uint64)),
        ("says", np.array([document.says for document in documents], np.int8)),
        ("contents", np.array([document.content for document in documents], np.uint64)),
    ):  # fmt: skip
        store.save(shard, name, column)
    store.save_records(shard, "paths", [table.paths])
    _save_writing(store, shard, documents, table)


def _save_writing(store: Store, shard: str, documents: list[Document], table: Table) -> None:
    """The texts of documents as they are written, and where their blocks lie there. Where pages are judged by another
    text, also that and its blocks (`seen`), and by document where it stands in what is written."""
    own = [document.written or Written.plain(document.text, Table.of(document.blocks)) for document in documents]
    blocks = Table.joined(each.table(Table.of(document.blocks)) for each, document in zip(own, documents, strict=True))
    bounds = np.concatenate(([0], np.cumsum([len(each.at) for each in own]))).astype(np.int64)
    store.save_texts(shard, "texts", [each.text for each in own])
    store.save(shard, "block_starts", blocks.starts)
    store.save(shard, "block_ends", blocks.ends)
    store.save(shard, "written", bounds)
    if bounds[-1]:
        store.save_texts(shard, "seen", [document.text for document in documents])
        for name, column in (
            ("seen_starts", table.starts), ("seen_ends", table.ends),
            ("written_at", np.concatenate([each.at for each in own])),
            ("written_ahead", np.concatenate([each.ahead for each in own])),
            ("written_lengths", np.array([len(each.text) for each in own], np.int64)),
        ):  # fmt: skip
            store.save(shard, name, column)


def load_table(store: Store, shard: str, *, seen: bool = False) -> Table:
    """The blocks of a shard, all in memory: as they are written, or as they are `seen` and judged."""
    kind = "seen" if seen and is_written(store, shard) else "block"
    starts, ends, tags, links, places = (
        np.array(store.column(shard, name))
        for name in (f"{kind}_starts", f"{kind}_ends", "block_tags", "block_links", "block_places")
    )
    return Table(starts, ends, tags, links, places, np.ones(len(starts), np.bool_), next(store.records(shard, "paths")))


def block_words(store: Store, shard: str) -> NDArray[np.int64]:
    """How many words each block of a shard has (int64 [b])."""
    words: NDArray[np.int64] = np.diff(store.column(shard, "text_bounds"))[store.column(shard, "block_texts")]
    return words


def save_prints(store: Store, shard: str, documents: list[Document]) -> None:
    """What is compared of blocks: prints and words, once for each *text*, as a site repeats most of its blocks on every
    page (same text, same site, link or not); and which text each block is, in which documents each text stands."""
    bounds, table = _blocks(documents)
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
    if all(document.format is not Format.HTML for document in documents):
        return np.zeros((len(table), 2), np.uint64)
    sites = sorted({document.site or "" for document in documents})
    number = {site: at for at, site in enumerate(sites)}
    shape = (len(sites), len(table.paths), len(TAGS), 2)
    owner = np.repeat(np.array([number[document.site or ""] for document in documents], np.int64), np.diff(bounds))
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


def print_of(site: str, exact: int, *, linked: bool) -> int:
    """The key under which the exact print of a block is counted on its site: what `save_blocks` makes of it."""
    of_site = np.array([site_key(site)], np.uint64) + (np.uint64(1) << np.uint64(56))
    return int(mix(np.array([exact ^ (LINKED if linked else 0)], np.uint64) ^ mix(of_site))[0])
