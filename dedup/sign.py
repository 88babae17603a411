"""Shingles, MinHash signatures and band keys, as NumPy columns over many passages at once.

The signature is datasketch 2's `affine32`, bit for bit (Broder 1997; datasketch issue 212), so that a signature made
here can be queried in a datasketch index. This is the only module that imports datasketch, and only where no kernel
was built: it loads SciPy, a quarter of a second of every process.

Ragged columns: `bounds` int64 [p + 1] says that passage i owns `values[bounds[i]:bounds[i + 1]]`.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from dedup import kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dedup.bands import Shape

SCHEME = "affine32"
"""The permutation scheme; part of every stamp, since signatures of two schemes must never be compared."""
SHINGLES = "cyclic"
"""How words are joined to shingles; part of every stamp, as well."""
SEED = 1
"""datasketch's default seed."""

# Odd multipliers from the golden ratio and splitmix64 (Steele, Lea, Flood 2014): NumPy repeats them exactly.
_STEP = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_TURN = 23
"""Bits by which a word of a shingle is turned further than the one before it: odd, so that no two are turned alike."""
LONGEST = 63
"""Words that a shingle has at most: the next one would be turned by nothing, the one after it as the first is."""


def mix(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The splitmix64 finaliser, element by element: a bijection on 64 bits that spreads every bit."""
    values = (values ^ (values >> np.uint64(30))) * _MIX_1
    values = (values ^ (values >> np.uint64(27))) * _MIX_2
    return values ^ (values >> np.uint64(31))


def shingles(
    words: NDArray[np.uint64], bounds: NDArray[np.int64], length: int
) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """The 64-bit hashes of all shingles of `length` words of every passage, and their bounds.

    A passage shorter than a shingle has one, of all its words; an empty passage has none.

    `words` are hashes that spread every bit. They are joined as by a cyclic polynomial (Cohen, Recursive hashing
    functions for n-grams, 1997; Lemire and Kaser, Recursive n-gram hashing is pairwise independent, at best, 2010):
    each rotated by an amount of its place, so that order matters and a word does not cancel itself; the number of words
    is added, and all of it mixed, since MinHash must not see that the hashes of neighbours have parts in common.

    Raises:
        ValueError: `length` is not from 1 to `LONGEST`.
    """
    if not 1 <= length <= LONGEST:
        raise ValueError(f"a shingle of {length} words: must have 1 to {LONGEST}")
    sizes = np.diff(bounds)
    counts = np.where(sizes == 0, 0, np.maximum(sizes - length + 1, 1))
    out_bounds = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
    first = np.repeat(bounds[:-1] - out_bounds[:-1], counts) + np.arange(out_bounds[-1])
    limit = np.repeat(bounds[1:], counts)
    state = np.zeros(len(first), np.uint64)
    for offset in range(length):
        at = first + offset
        inside = at < limit
        state[inside] ^= _rotated(words[at[inside]], _TURN * (offset + 1) % 64)
    held = np.minimum(limit - first, length).astype(np.uint64)
    return mix(state + held * _STEP), out_bounds


def _rotated(values: NDArray[np.uint64], by: int) -> NDArray[np.uint64]:
    """Values turned left by 1 to 63 bits."""
    return (values << np.uint64(by)) | (values >> np.uint64(64 - by))


@lru_cache(maxsize=4)
def permutations(num_perm: int) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """The multipliers and increments (uint32 [num_perm]) of datasketch's `affine32` for its default seed."""
    if kernel.NATIVE:
        return drawn(num_perm)
    from datasketch import MinHash

    multipliers, increments = MinHash(num_perm=num_perm, seed=SEED, scheme=SCHEME).permutations
    return np.asarray(multipliers, np.uint32), np.asarray(increments, np.uint32)


def drawn(num_perm: int) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """`permutations` as datasketch draws them: numbers of 31 bits, then of 32, of NumPy's `RandomState`."""
    from dedup.kernel import _native

    halves, increments = np.split(_native.random_numbers(SEED, 2 * num_perm), 2)
    return halves * np.uint32(2) + np.uint32(1), increments  # odd: no two values meet


def signatures(hashes: NDArray[np.uint64], bounds: NDArray[np.int64], num_perm: int) -> NDArray[np.uint32]:
    """The MinHash signatures (uint32 [p, num_perm]) of the passages' shingle hashes.

    datasketch gets the upper 32 bits of a hash as the value of its `hashfunc`. An empty passage has a signature of
    all ones (datasketch's own), which equals every other empty one: callers leave empty passages out.
    """
    result = np.full((len(bounds) - 1, num_perm), 0xFFFFFFFF, np.uint32)
    filled = np.flatnonzero(np.diff(bounds))
    if not len(filled):
        return result
    values = _fmix32((hashes >> np.uint64(32)).astype(np.uint32))
    starts = bounds[:-1][filled]
    for column, (multiplier, increment) in enumerate(zip(*permutations(num_perm), strict=True)):
        result[filled, column] = np.minimum.reduceat(values * multiplier + increment, starts)
    return result


def _fmix32(values: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """MurmurHash3's 32-bit finaliser (Appleby 2011), which `affine32` applies before its permutations."""
    values = (values ^ (values >> np.uint32(16))) * np.uint32(0x85EBCA6B)
    values = (values ^ (values >> np.uint32(13))) * np.uint32(0xC2B2AE35)
    return values ^ (values >> np.uint32(16))


def band_keys(signature: NDArray[np.uint32], bands: int, rows: int) -> NDArray[np.uint64]:
    """The keys (uint64 [p, bands]) of each signature's bands of `rows` slots: equal bands, equal keys."""
    keys = np.empty((len(signature), bands), np.uint64)
    for band in range(bands):
        state = np.full(len(signature), band + 1, np.uint64)
        for row in range(rows):
            state = mix(state * _STEP + signature[:, band * rows + row])
        keys[:, band] = state
    return keys


def passage_keys(words: NDArray[np.uint64], bounds: NDArray[np.int64], shape: Shape) -> NDArray[np.uint64]:
    """The keys (uint64 [p, bands]) of the bands of each passage's signature."""
    if not kernel.NATIVE:
        return defined_keys(words, bounds, shape)
    from dedup.kernel import _native

    return _native.band_keys(words, bounds, sketch(shape))


def sketch(shape: Shape) -> tuple[int, tuple[int, int], NDArray[np.uint32], NDArray[np.uint32]]:
    """What the kernel is told of a shape: the words of a shingle, bands and rows, and how slots are permuted."""
    return shape.shingle, (shape.bands, shape.rows), *permutations(shape.num_perm)


def defined_keys(words: NDArray[np.uint64], bounds: NDArray[np.int64], shape: Shape) -> NDArray[np.uint64]:
    """`passage_keys`, by the definition."""
    return band_keys(signatures(*shingles(words, bounds, shape.shingle), shape.num_perm), shape.bands, shape.rows)
