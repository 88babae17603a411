"""Texts as wholes: their words, and the sketches by which those alike are found."""

from __future__ import annotations

from itertools import islice, pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import xxhash

from dedup.sign import passage_keys
from dedup.sketch import WholeWords, whole_words
from dedup.text import is_unspaced, word_list

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from dedup.config import Config
    from dedup.store import Store

TOGETHER = 500
"""Texts that are taken at a time, to bound memory."""


class Words(NamedTuple):
    """All words of a text: hashes uint64 [n], and the code points from the first to the last."""

    hashes: NDArray[np.uint64]
    start: int
    end: int


def words_of(texts: Iterable[str]) -> Iterator[Words]:
    """The words of each of some texts."""
    left = iter(texts)
    while some := list(islice(left, TOGETHER)):
        hashes, bounds, places = whole_words(some)
        for (first, last), place in zip(pairwise(bounds.tolist()), places.tolist(), strict=True):
            yield Words(hashes[first:last].copy(), *place)


class Sketched(NamedTuple):
    """What is kept of texts to find those alike: `keys` uint64 [bands, d], of their signatures; `prints` uint64 [d, 2],
    the XXH3 of their words, 0 where these are too few to be a duplicate."""

    keys: NDArray[np.uint64]
    prints: NDArray[np.uint64]

    @classmethod
    def of(cls, texts: list[str], words: WholeWords, config: Config) -> Sketched:
        """The sketches of texts, of which these are the words."""
        prints = np.zeros((len(texts), 2), np.uint64)
        for number, (first, last) in enumerate(pairwise(words.bounds.tolist())):
            if _are_enough(texts[number], last - first, config.min_words):
                digest = xxhash.xxh3_128_digest(words.hashes[first:last].tobytes())
                prints[number] = np.frombuffer(digest, ">u8")
        keys = passage_keys(words.hashes, words.bounds, config.shape)
        return cls(np.ascontiguousarray(keys.T), prints)


def _are_enough(text: str, words: int, least: int) -> bool:
    """Whether a text of so many words has at least so many; characters of scripts without spaces count half."""
    if not text.isascii() and words < 2 * least:
        words -= sum(map(is_unspaced, word_list(text))) // 2
    return words >= least


def save(store: Store, shard: str, texts: Iterable[str], config: Config) -> list[int]:
    """The columns by which whole documents are found, of what is left of their texts. The number of words of each."""
    some = list(texts)
    words = whole_words(some)
    sketched = Sketched.of(some, words, config)
    columns = (words.hashes, words.bounds, sketched.keys, sketched.prints)
    for name, column in zip(("words", "bounds", "keys", "prints"), columns, strict=True):
        store.save(shard, f"whole_{name}", column)
    lengths: list[int] = np.diff(words.bounds).tolist()
    return lengths
