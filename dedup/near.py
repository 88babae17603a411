"""Near duplicates of texts, for those who want only that: no chrome, no files, nothing is cut."""

from __future__ import annotations

from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from dedup import candidates, match, sketched
from dedup.align import Words, align
from dedup.cluster import Aligned
from dedup.config import UNITS, Config
from dedup.corpus import Corpus, Passages, merge_words
from dedup.data import Document, Format, Match
from dedup.errors import SettingError
from dedup.flags import common_share, jaccard, shingle_set
from dedup.frames import texts as texts_of
from dedup.keepers import Chosen
from dedup.keyed import save_words
from dedup.markup import blocks
from dedup.passages import Passage, alike
from dedup.reuse import as_aligned, shared
from dedup.run import serial
from dedup.sign import passage_keys
from dedup.spans import ragged
from dedup.stored import Texts
from dedup.temporary import temporary
from dedup.work import Work

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from dedup.frames import Frame
    from dedup.store import Store

TOGETHER = 500
"""Texts that are taken at a time, to bound memory."""


def near_duplicates(texts: Iterable[Any] | Frame, *, unit: str = "passage", **settings: Any) -> Iterator[Match]:
    """What texts have in common: passages, or whole documents that are alike.

    `texts` are texts, or mappings with a text, or a data frame or a column of it (pandas, Polars, Arrow, DuckDB,
    Hugging Face): a row without a text has an empty one, so that the numbers of a match are those of rows.

    `settings` are those of `Config`: `threshold`, `min_words`, `within`, `shingle`, `lsh_recall`, ... A text is
    compared with those before it: of a match, `keeper` is the earlier one.

    `unit="passage"`: every passage of a text that an earlier one has too, verified word by word, of a similarity of at
    least `threshold`. Copies of a text as a whole are matched with the first of their kind only, so that a thousand
    copies give a thousand matches.

    `unit="document"`: every two texts of which the Jaccard similarity of shingles is at least `threshold`, computed
    exactly; a pair becomes a candidate with the probability `lsh_recall` (.9999 if not set) where it is just
    `threshold`, above that with a greater one. The spans are those from the first word to the last. Where more than 48
    texts share a bucket, those behind the first 48 are paired with the first four of them.

    Matches come by document, start and keeper.

    >>> first = "The ferry left the quay at dawn, with forty sacks of barley, two goats and a brass band on board."
    >>> texts = [first, "Nobody knew why, he wrote. " + first.upper()]
    >>> (found,) = near_duplicates(texts)
    >>> found.document, texts[1][found.start : found.end][:9], found.keeper, found.similarity
    (1, 'THE FERRY', 0, 1.0)

    Raises:
        SettingError: a setting is unknown or cannot be, or there is no such unit.
        InputError: a frame or mapping has no text.
        TypeError: `texts` is one string.
    """
    if unit not in UNITS:
        raise SettingError(f"unit = {unit!r}: must be one of {', '.join(UNITS)}")
    if isinstance(texts, str):
        raise TypeError("near_duplicates() takes several texts: put the one in a list")
    if unit == "passage":
        config = Config.of(settings)
        return _passages(texts_of(texts, config), config)
    # Every candidate is compared exactly, so that recall costs time only.
    bands = {"lsh_similarity": settings.get("threshold", Config().threshold), "lsh_recall": 0.9999}
    config = Config.of(bands | settings)
    return _documents(texts_of(texts, config), config)


# ── passages ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _passages(texts: Iterable[str], config: Config) -> Iterator[Match]:
    with temporary() as folder:
        work = Work(folder, config)
        shards = taken(work.store, iter(texts), config)
        if shards:
            merge_words(work, shards)
            yield from _matches(work, shards)


def taken(store: Store, texts: Iterator[str], config: Config) -> list[str]:
    """Leave the words of all texts in the store; the names of its shards."""
    shards: list[str] = []
    while some := list(islice(texts, TOGETHER)):
        shards.append(f"texts-{len(shards)}")
        documents = [(_document(text), blocks(text)) for text in some]
        with store.writing(shards[-1], "texts"):
            store.save_texts(shards[-1], "texts", some)
            store.save(shards[-1], "alive", np.arange(len(some), dtype=np.int32))
            save_words(store, shards[-1], documents, config)
    return shards


def _document(text: str) -> Document:
    return Document(id="", text=text, format=Format.TEXT, url=None, place="")


def _matches(work: Work, shards: list[str]) -> Iterator[Match]:
    corpus = Corpus.of(work)
    ranks = np.arange(len(corpus))
    chosen = Chosen(ranks, candidates.exact_copies(work, shards, ranks))
    verified, *_ = shared(Texts(work, shards), chosen, serial)
    aligned = as_aligned(verified) + _copies(chosen.copies, corpus)
    yield from sorted(matches_of(corpus, aligned, work.config.shingle))


def matches_of(corpus: Corpus, aligned: list[Aligned], shingle: int) -> Iterator[Match]:
    """Passages as matches, in no order."""
    pairs = [(each.document, each.keeper) for each in aligned for _ in each.passages]
    found = [alike(passage.runs, passage.start, passage.end) for each in aligned for passage in each.passages]
    spans = np.array([each[:4] for each in found], np.int64).reshape(-1, 4)
    documents = np.array(pairs, np.int64).reshape(-1, 2)
    own, there = Passages(documents[:, 0], *spans[:, :2].T), Passages(documents[:, 1], *spans[:, 2:].T)
    shares = jaccard(corpus, own, there, shingle).tolist()
    columns = (column.tolist() for each in (own, there) for column in (each.documents, *corpus.places(each)))
    for each, share, place in zip(found, shares, zip(*columns, strict=True), strict=True):
        yield Match._make((*place, each.similarity, each.containment, share))


def _copies(copies: NDArray[np.int64], corpus: Corpus) -> list[Aligned]:
    """The documents with the very same words as another, as one passage each."""
    lengths = np.diff(corpus.bounds).tolist()
    return [
        Aligned(int(copies[number]), number, [Passage(0, lengths[number], [(0, 0, lengths[number])])])
        for number in np.flatnonzero(copies != np.arange(len(copies))).tolist()
    ]


# ── documents ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _documents(texts: Iterable[str], config: Config) -> Iterator[Match]:
    words = list(sketched.words_of(texts))
    flat, bounds = ragged([each.hashes for each in words])
    keys, own = passage_keys(flat, bounds, config.shape), np.flatnonzero(np.diff(bounds))
    pairs, buckets, ranks = match.Pairs(len(keys)), match.Buckets(), np.arange(len(keys))
    for band in range(config.shape.bands):
        for first, second in buckets.pairs(keys[own, band], own, ranks):
            pairs.add(own[first], own[second])
    shingles_of = lru_cache(4096)(lambda document: shingle_set(words[document].hashes, config.shingle))
    both = pairs.sorted()
    for keeper, document in both[np.lexsort((both[:, 0], both[:, 1]))].tolist():
        share = common_share(shingles_of(document), shingles_of(keeper))
        if share >= config.threshold:
            yield _whole(document, keeper, words, share)


def _whole(document: int, keeper: int, words: list[sketched.Words], share: float) -> Match:
    own, other = words[document], words[keeper]
    marks = [np.zeros(len(each.hashes), np.uint8) for each in (own, other)]
    agreed = sum(run[2] for chain in align(Words(own.hashes, marks[0]), Words(other.hashes, marks[1])) for run in chain)
    similarity, containment = 2 * agreed / (len(own.hashes) + len(other.hashes)), agreed / len(own.hashes)
    places = (document, own.start, own.end, keeper, other.start, other.end)
    return Match(*places, round(min(1.0, similarity), 4), round(min(1.0, containment), 4), round(share, 4))
