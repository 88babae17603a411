"""Signatures of whole texts, for indexes of the reader's own: datasketch takes them as they are.

What is hashed here is what blocks are matched by in a run: the words of `dedup.words`, in shingles. A text that is one
block has here the signature that its candidates are found by there.
"""

from __future__ import annotations

import re
from collections.abc import Sized
from itertools import islice, pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import xxhash

from dedup import characters, kernel, sign
from dedup.config import Config
from dedup.spans import put_in, ragged
from dedup.text import matches, word_hash
from dedup.words import marked_words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from dedup.bands import Shape

_DRAWN = re.compile(r"\w+")

TOGETHER = 256
"""Texts that are taken at a time, to bound memory."""


def signatures(texts: Iterable[str], *, num_perm: int = 128, shingle: int = 5) -> NDArray[np.uint32]:
    """The MinHash signatures (uint32 [n, num_perm]) of texts, over shingles of `shingle` words.

    They are datasketch 2's with `seed=1, scheme="affine32"`, bit for bit: a row is what its `MinHash` and `LeanMinHash`
    take as `hashvalues`, and datasketch alone makes the same of `dedup.shingles`, where its `hashfunc` gives the upper
    32 bits of each. A `MinHashLSH` with `params=(shape.bands, shape.rows), num_perm=shape.num_perm`, `shape` being
    `Config().shape`, has the candidates that a run of `dedup.clean` finds by its bands, for texts of one block.

    The share of equal slots of two rows estimates the Jaccard similarity of their shingles without bias; its standard
    error is sqrt(J · (1 - J) / num_perm) (Broder, On the resemblance and containment of documents, 1997).

    A text without words has a row of 0xFFFFFFFF (`MinHash.is_empty()`), which equals the row of every other such text:
    leave these out of an index, as a run does, where no block below `min_words` words is ever a candidate.

    >>> rows = signatures(["The old mill by the river closed in May.", "The OLD mill by the river closed in May!", ""])
    >>> rows.shape, (rows[0] == rows[1]).mean().item(), hex(rows[2, 0])
    ((3, 128), 1.0, '0xffffffff')

    Raises:
        SettingError: `num_perm` or `shingle` is none that the setting of that name may be.
        TypeError: `texts` is one string.
    """
    Config(num_perm=num_perm, shingle=shingle)
    if isinstance(texts, str):
        raise TypeError("signatures() takes several texts: put the one in a list")
    left, count = iter(texts), 0
    rows = np.empty((len(texts) if isinstance(texts, Sized) else 0, num_perm), np.uint32)
    while some := list(islice(left, TOGETHER)):
        if count + len(some) > len(rows):
            rows = np.concatenate((rows[:count], np.empty((count + TOGETHER, num_perm), np.uint32)))
        rows[count : count + len(some)] = _rows(some, num_perm, shingle)
        count += len(some)
    return rows if count == len(rows) else rows[:count].copy()


def _rows(texts: list[str], num_perm: int, shingle: int) -> NDArray[np.uint32]:
    if not kernel.NATIVE:
        return defined_signatures(texts, num_perm, shingle)
    from dedup.kernel import _native

    rows, unknown = _native.signatures(texts, shingle, *sign.permutations(num_perm), characters.page)
    if len(unknown):
        rows[unknown] = defined_signatures([texts[number] for number in unknown], num_perm, shingle)
    return rows


def defined_signatures(texts: list[str], num_perm: int, shingle: int) -> NDArray[np.uint32]:
    """`signatures`, by the definition."""
    words, bounds = ragged(list(map(_words, texts)))
    return sign.signatures(*sign.shingles(words, bounds, shingle), num_perm)


def shingles(text: str, *, shingle: int = 5) -> NDArray[np.uint64]:
    """The 64-bit hashes (uint64 [s]) of all shingles of `shingle` words of a text, in order and with repetitions.

    A text of fewer words has one, of all its words; a text without words has none. A character of a script without
    spaces is a word. The signature of the text, made by datasketch alone:

    >>> from datasketch import MinHash
    >>> text = "The old mill by the river closed in May, and nobody knew why."
    >>> sketch = MinHash(num_perm=128, seed=1, scheme="affine32", hashfunc=lambda each: each >> 32)
    >>> sketch.update_batch(shingles(text).tolist())
    >>> (sketch.hashvalues == signatures([text])[0]).all().item()
    True

    Raises:
        SettingError: `shingle` is none that the setting of that name may be.
    """
    Config(shingle=shingle)
    words = _words(text)
    return sign.shingles(words, np.array([0, len(words)], np.int64), shingle)[0]


class TextKeys(NamedTuple):
    """What texts are grouped by.

    `counts` int64 [n], their words; `prints` uint64 [n, 2], the lower and upper half of the 128-bit XXH3 of the hashes
    of their words, equal where all words are; `keys` uint64 [n, bands], those of the bands of their signatures.
    """

    counts: NDArray[np.int64]
    prints: NDArray[np.uint64]
    keys: NDArray[np.uint64]


def text_keys(
    data: bytes | memoryview | NDArray[np.uint8], bounds: NDArray[np.int64], shape: Shape, *, whole: bool = False
) -> TextKeys:
    """What the texts in a buffer of UTF-8 are grouped by: text i is `data[bounds[i]:bounds[i + 1]]`. Their words are
    those of `signatures`, or with `whole` those of `whole_words`.

    Raises:
        UnicodeDecodeError: a text is no UTF-8.
        ValueError: the bounds (int64 [n + 1]) are none of the buffer.
    """
    source = np.frombuffer(data, np.uint8)
    if not len(bounds) or bounds[0] < 0 or (np.diff(bounds) < 0).any() or bounds[-1] > len(source):
        raise ValueError("the bounds are not those of the texts")

    def strings(numbers: NDArray[np.int64]) -> list[str]:
        spans = zip(bounds[numbers].tolist(), bounds[numbers + 1].tolist(), strict=True)
        return [source[start:end].tobytes().decode() for start, end in spans]

    if not kernel.NATIVE:
        return defined_keys(strings(np.arange(len(bounds) - 1)), shape, whole=whole)
    from dedup.kernel import _native

    counts, prints, keys, unknown = _native.text_keys(source, bounds, sign.sketch(shape), whole, characters.page)
    if len(unknown):
        counts[unknown], prints[unknown], keys[unknown] = defined_keys(strings(unknown), shape, whole=whole)
    return TextKeys(counts, prints, keys)


def defined_keys(texts: list[str], shape: Shape, *, whole: bool = False) -> TextKeys:
    """`text_keys` of strings, by the definition."""
    words, bounds = defined_whole_words(texts)[:2] if whole else ragged(list(map(_words, texts)))
    prints = [xxhash.xxh3_128_intdigest(words[a:b].tobytes()) for a, b in pairwise(bounds.tolist())]
    halves = [(each & 0xFFFF_FFFF_FFFF_FFFF, each >> 64) for each in prints]
    keys = sign.defined_keys(words, bounds, shape)
    return TextKeys(np.diff(bounds), np.array(halves, np.uint64).reshape(-1, 2), keys)


class WholeWords(NamedTuple):
    """All words of texts: `hashes` uint64 [w], those of text i from `bounds[i]` to `bounds[i + 1]` (int64 [n + 1]); and
    `places` int64 [n, 2], where the first word of each begins and the last one ends, in code points."""

    hashes: NDArray[np.uint64]
    bounds: NDArray[np.int64]
    places: NDArray[np.int64]


def whole_words(texts: list[str]) -> WholeWords:
    """The words of texts that are compared as wholes: all count, the lines that are drawn with underscores, too."""
    if not kernel.NATIVE:
        return defined_whole_words(texts)
    from dedup.kernel import _native

    hashes, bounds, places, unknown = _native.whole_words(texts, characters.page)
    if not len(unknown):
        return WholeWords(hashes, bounds, places)
    rest = defined_whole_words([texts[number] for number in unknown])
    places[unknown] = rest.places
    return WholeWords(*put_in(hashes, bounds, unknown, rest.hashes, rest.bounds), places)


def defined_whole_words(texts: list[str]) -> WholeWords:
    """`whole_words`, by the definition."""
    found, places = [], []
    for text in texts:
        drawn = "_" in text and text.isascii()
        every = [*(_DRAWN.finditer(text) if drawn else matches(text, 0, len(text))(0, len(text)))]
        found.append(np.array([word_hash(each.group()) for each in every], np.uint64))
        places.append((every[0].start(), every[-1].end()) if every else (0, 0))
    return WholeWords(*ragged(found), np.array(places, np.int64).reshape(-1, 2))


def _words(text: str) -> NDArray[np.uint64]:
    return marked_words(text, [(0, len(text))]).hashes
