"""Signatures of whole texts, for indexes of the reader's own: datasketch takes them as they are.

What is hashed here is what blocks are matched by in a run: the words of `dedup.words`, in shingles. A text that is one
block has here the signature that its candidates are found by there.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from dedup import sign
from dedup.config import Config
from dedup.words import marked_words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

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
    left, found = iter(texts), [np.zeros((0, num_perm), np.uint32)]
    while some := list(islice(left, TOGETHER)):
        words = [_words(text) for text in some]
        bounds = np.cumsum([0, *map(len, words)], dtype=np.int64)
        found.append(sign.signatures(*sign.shingles(np.concatenate(words), bounds, shingle), num_perm))
    return np.concatenate(found)


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


def _words(text: str) -> NDArray[np.uint64]:
    return marked_words(text, [(0, len(text))]).hashes
