"""Texts as wholes: their words, and the sketches by which those alike are found."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import xxhash

from dedup.sign import passage_keys
from dedup.text import is_unspaced, matches, word_hash

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from dedup.config import Config
    from dedup.store import Store

_DRAWN = re.compile(r"\w+")


class Words(NamedTuple):
    """All words of a text: hashes uint64 [n], the code points from the first to the last, and how many they count for
    (characters of scripts without spaces half)."""

    hashes: NDArray[np.uint64]
    start: int
    end: int
    counted: int

    @classmethod
    def of(cls, text: str) -> Words:
        """The words of a text. Of two documents all counts, the lines that are drawn with underscores, too."""
        drawn = "_" in text and text.isascii()
        every = _DRAWN.finditer(text) if drawn else matches(text, 0, len(text))(0, len(text))
        found = [(each.group(), *each.span()) for each in every]
        hashes = np.array([word_hash(word) for word, _, _ in found], np.uint64)
        half = sum(is_unspaced(word) for word, _, _ in found)
        start, end = (found[0][1], found[-1][2]) if found else (0, 0)
        return cls(hashes, start, end, len(found) - half // 2)


class Sketched(NamedTuple):
    """What is kept of texts to find those alike: `keys` uint64 [bands, d], of their signatures; `prints` uint64 [d, 2],
    the XXH3 of their words, 0 where these are too few to be a duplicate; `lengths` int64 [d], in words."""

    keys: NDArray[np.uint64]
    prints: NDArray[np.uint64]
    lengths: NDArray[np.int64]

    @classmethod
    def of(cls, words: Sequence[Words], config: Config) -> Sketched:
        """The sketches of texts."""
        flat, bounds = flattened(words)
        prints = np.zeros((len(words), 2), np.uint64)
        for number, each in enumerate(words):
            if each.counted >= config.min_words:
                prints[number] = np.frombuffer(xxhash.xxh3_128_digest(each.hashes.tobytes()), ">u8")
        keys = passage_keys(flat, bounds, config.shape)
        return cls(np.ascontiguousarray(keys.T), prints, np.diff(bounds))


def flattened(words: Sequence[Words]) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """The words of texts one behind the other, and the bounds of each (int64 [d + 1])."""
    bounds = np.cumsum([0, *(len(each.hashes) for each in words)], dtype=np.int64)
    return np.concatenate([np.zeros(0, np.uint64), *(each.hashes for each in words)]), bounds


def save(store: Store, shard: str, texts: Iterable[str], config: Config) -> list[int]:
    """The columns by which whole documents are found, of what is left of their texts. The number of words of each."""
    words = [Words.of(text) for text in texts]
    flat, bounds = flattened(words)
    sketched = Sketched.of(words, config)
    for name, column in (("words", flat), ("bounds", bounds), ("keys", sketched.keys), ("prints", sketched.prints)):
        store.save(shard, f"whole_{name}", column)
    lengths: list[int] = sketched.lengths.tolist()
    return lengths
