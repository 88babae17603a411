"""The blocks of a page as columns: by the kernel where it is there, else by its definition."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dedup import kernel
from dedup.html_blocks import pieces, written
from dedup.table import TAGS, Table

if TYPE_CHECKING:
    from lxml.html import HtmlElement
    from numpy.typing import NDArray

SEPARATOR = "\n\n"
"""Stands between two blocks of a page's source text; no block contains it."""


def blocks(tree: HtmlElement) -> tuple[str, Table]:
    """All visible text of a page, and its blocks: the article's, as far as is known."""
    source = written(tree)
    if kernel.NATIVE:
        from dedup.kernel import _native

        found = _native.blocks(source)
        if found is not None:
            text, starts, ends, tags, linked, path_numbers, paths = found
            return text, _table(starts, ends, tags, linked, path_numbers, paths)
    return defined(source)


def defined(source: bytes) -> tuple[str, Table]:
    """The blocks of a page that is `written`, by the definition."""
    found = pieces(source)
    lengths = np.array([len(piece.text) for piece in found], np.int32)
    starts = np.cumsum(lengths + len(SEPARATOR), dtype=np.int32) - lengths - len(SEPARATOR)
    tags = np.array([TAGS.index(piece.tag) for piece in found], np.uint8)
    linked = np.array([piece.linked for piece in found], np.int32)
    paths: dict[str, int] = {}
    path_numbers = np.array([paths.setdefault(piece.path, len(paths)) for piece in found], np.int32)
    text = SEPARATOR.join(piece.text for piece in found)
    return text, _table(starts, starts + lengths, tags, linked, path_numbers, list(paths))


def _table(
    starts: NDArray[np.int32],
    ends: NDArray[np.int32],
    tags: NDArray[np.uint8],
    linked: NDArray[np.int32],
    places: NDArray[np.int32],
    paths: list[str],
) -> Table:
    return Table(starts, ends, tags, _shares(linked, ends - starts), places, np.ones(len(starts), np.bool_), paths)


def _shares(linked: NDArray[np.int32], lengths: NDArray[np.int32]) -> NDArray[np.float64]:
    """`round(linked / length, 3)` of each. NumPy's round would take some halves up that Python's takes down."""
    doubled, length = 2000 * linked.astype(np.int64), lengths.astype(np.int64)
    shares = (doubled + length) // np.maximum(2 * length, 1) / 1000
    for at in np.flatnonzero(doubled % np.maximum(2 * length, 1) == length):  # half a thousandth
        shares[at] = round(int(linked[at]) / int(length[at]), 3)
    return np.asarray(shares, np.float64)
