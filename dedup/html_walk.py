"""The blocks of a page as columns: by the kernel where it is there, else by its definition."""

from __future__ import annotations

import sys
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from dedup import kernel
from dedup.html_blocks import pieces, written
from dedup.html_tree import Tree, in_lxml
from dedup.table import TAGS, Table

if TYPE_CHECKING:
    from lxml.html import HtmlElement
    from numpy.typing import NDArray

    from dedup.kernel._native import _Columns

SEPARATOR = "\n\n"
"""Stands between two blocks of a page's source text; no block contains it."""


def blocks(tree: HtmlElement | Tree) -> tuple[str, Table]:
    """All visible text of a page, and its blocks: the article's, as far as is known."""
    found = None
    if isinstance(tree, Tree):
        found = tree.blocks()
    elif kernel.NATIVE:
        from dedup.kernel import _native

        found = _native.blocks_in(tree) if reads_trees() else _native.blocks(written(tree))
    if found is None:
        return defined(written(in_lxml(tree)))
    text, starts, ends, tags, links, path_numbers, paths = found
    return text, _table(starts, ends, tags, links, path_numbers, paths)


_KNOWN_LXML, _KNOWN_LIBXML = (5, 6), ((2, 9), (2, 15))
"""Versions that keep a tree as `kernel/tree.hpp` has it: lxml's C API, and `tree.h` of libxml2, which is as it was in
2.9 (2013) in all that is read there. Others write a page as XML, until someone has looked and says so here."""
_SAMPLE = """<!DOCTYPE html><html lang=en><head><title>Mill</title></head><body><div id=main class='a b&quot;c&#1;d'>
A mill &amp; a <a href=/x>r\u00edver</a>.&#11;<br>&#13;<br/>x<span class=sr-only>y</span><b style='clip: rect(0)'>z</b>
</div><table><tr><td role=cell>1<td>2</table><pre>a\n  b &lt;</pre><p hidden></p><svg><g>c</g></svg>d<o:p>e</o:p>"""


@cache
def reads_trees() -> bool:
    """Whether the kernel can read a tree where lxml keeps it, which takes a third of having it written as XML."""
    from lxml import etree
    from lxml.html import document_fromstring

    first, last = _KNOWN_LIBXML
    known = etree.LXML_VERSION[0] in _KNOWN_LXML and first <= etree.LIBXML_VERSION[:2] <= last
    if not (kernel.NATIVE and known and sys.implementation.name == "cpython"):
        return False
    from dedup.kernel import _native

    tree = document_fromstring(_SAMPLE)
    try:
        found, unseen = _plain(_native.blocks_in(tree)), _native.Finder(["b"], [("class", "sr-")]).found_in(tree)
    except (TypeError, ValueError, KeyError, AttributeError):
        return False
    return unseen == tree.xpath("//span|//b") and found != [] and found == _plain(_native.blocks(written(tree)))


def _plain(columns: _Columns | None) -> list[Any]:
    return [each if isinstance(each, (str, list)) else each.tolist() for each in columns or ()]


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
    return text, _table(starts, starts + lengths, tags, _shares(linked, lengths), path_numbers, list(paths))


def _table(
    starts: NDArray[np.int32],
    ends: NDArray[np.int32],
    tags: NDArray[np.uint8],
    links: NDArray[np.float64],
    places: NDArray[np.int32],
    paths: list[str],
) -> Table:
    return Table(starts, ends, tags, links, places, np.ones(len(starts), np.bool_), paths)


def _shares(linked: NDArray[np.int32], lengths: NDArray[np.int32]) -> NDArray[np.float64]:
    """`round(linked / length, 3)` of each. NumPy's round would take some halves up that Python's takes down."""
    doubled, length = 2000 * linked.astype(np.int64), lengths.astype(np.int64)
    shares = (doubled + length) // np.maximum(2 * length, 1) / 1000
    for at in np.flatnonzero(doubled % np.maximum(2 * length, 1) == length):  # half a thousandth
        shares[at] = round(int(linked[at]) / int(length[at]), 3)
    return np.asarray(shares, np.float64)
