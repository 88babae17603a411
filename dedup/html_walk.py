"""The blocks of a page as columns: by the kernel where it is there, else by its definition."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup import kernel
from dedup.data import Tag
from dedup.html_blocks import pieces, written

if TYPE_CHECKING:
    from lxml.html import HtmlElement
    from numpy.typing import NDArray

SEPARATOR = "\n\n"
"""Stands between two blocks of a page's source text; no block contains it."""
TAGS = tuple(Tag)
"""What the numbers of tags mean."""


class Walked(NamedTuple):
    """The blocks of a page, in order: columns of length b; starts and ends are characters of `text`."""

    text: str
    starts: NDArray[np.int32]
    ends: NDArray[np.int32]
    tags: NDArray[np.uint8]
    """Places in `TAGS`."""
    links: NDArray[np.float64]
    """The share of a block's characters that stand in links, to three decimals."""
    paths: list[str]
    """Each path once."""
    path_numbers: NDArray[np.int32]
    """Places in `paths`."""


def blocks(tree: HtmlElement) -> Walked:
    """All visible text of a page, block by block."""
    source = written(tree)
    if kernel.NATIVE:
        from dedup.kernel import _native

        found = _native.blocks(source)
        if found is not None:
            text, starts, ends, tags, linked, path_numbers, paths = found
            return Walked(text, starts, ends, tags, _shares(linked, ends - starts), paths, path_numbers)
    return defined(source)


def defined(source: bytes) -> Walked:
    """The blocks of a page that is `written`, by the definition."""
    found = pieces(source)
    lengths = np.array([len(piece.text) for piece in found], np.int32)
    starts = np.cumsum(lengths + len(SEPARATOR), dtype=np.int32) - lengths - len(SEPARATOR)
    tags = np.array([TAGS.index(piece.tag) for piece in found], np.uint8)
    linked = np.array([piece.linked for piece in found], np.int32)
    paths: dict[str, int] = {}
    path_numbers = np.array([paths.setdefault(piece.path, len(paths)) for piece in found], np.int32)
    text = SEPARATOR.join(piece.text for piece in found)
    return Walked(text, starts, starts + lengths, tags, _shares(linked, lengths), list(paths), path_numbers)


def _shares(linked: NDArray[np.int32], lengths: NDArray[np.int32]) -> NDArray[np.float64]:
    """`round(linked / length, 3)` of each. NumPy's round would take some halves up that Python's takes down."""
    doubled, length = 2000 * linked.astype(np.int64), lengths.astype(np.int64)
    shares = (doubled + length) // np.maximum(2 * length, 1) / 1000
    for at in np.flatnonzero(doubled % np.maximum(2 * length, 1) == length):  # half a thousandth
        shares[at] = round(int(linked[at]) / int(length[at]), 3)
    return np.asarray(shares, np.float64)
