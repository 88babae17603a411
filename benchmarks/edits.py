"""Copies that were edited: words changed here and there or in bursts, a paragraph more or less.

A document is an int32 array [3, words]: the word, its form (see `tongue`), and the number of its paragraph. Names,
figures and words such as "two", "she" and "not" stay as they are: who changes these tells another thing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from benchmarks.tongue import PLAIN, tongue

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int32]

RATES = (0.01, 0.02, 0.05, 0.1, 0.2)
"""Shares of words that are edited."""
EDITS = ("exact", "format", *(f"{way}-{round(100 * rate)}" for rate in RATES for way in ("words", "burst")))
"""What is done to a copied text."""
STRUCTURE = ("more", "less")
"""What may be done to a whole document besides: a paragraph added, a paragraph left out."""
BURST = (3, 9)
"""Words of a burst, at least, and one more than at most."""


def edited(document: Ints, edit: str, chance: np.random.Generator) -> Ints:
    """A document after one of the `EDITS`; `format` is a matter of how it is written, not of its words."""
    way, _, rate = edit.partition("-")
    if not rate:
        return document
    wanted = max(1, round(document.shape[1] * int(rate) / 100))
    open_to = np.nonzero(tongue().editable[document[0]] & (document[1] == PLAIN))[0]
    if not len(open_to):
        return document
    chosen = open_to[_places(len(open_to), min(wanted, len(open_to)), way == "burst", chance)]
    return _changed(document, chosen, chance)


def _places(places: int, wanted: int, burst: bool, chance: np.random.Generator) -> NDArray[np.int64]:
    """So many of the places, in order: any of them, or runs of neighbours."""
    if not burst:
        return np.sort(chance.permutation(places)[:wanted])
    found: set[int] = set()
    while len(found) < wanted:
        start, length = int(chance.integers(places)), int(chance.integers(*BURST))
        found.update(range(start, min(places, start + length, start + wanted - len(found))))
    return np.array(sorted(found), np.int64)


def _changed(document: Ints, chosen: NDArray[np.int64], chance: np.random.Generator) -> Ints:
    """Of the chosen words, three in five are exchanged, one is left out, one has another before it."""
    document = document.copy()
    luck = chance.random(len(chosen))
    other = _ordinary(len(chosen), chance)
    swapped, gone, before = chosen[luck < 0.6], chosen[luck >= 0.8], chosen[(luck >= 0.6) & (luck < 0.8)]
    document[0, swapped] = other[luck < 0.6]
    added = np.stack([other[(luck >= 0.6) & (luck < 0.8)], np.full(len(before), PLAIN, np.int32), document[2, before]])
    keep = np.ones(document.shape[1], bool)
    keep[gone] = False
    order = np.concatenate([np.nonzero(keep)[0] * 2 + 1, before * 2])
    return np.concatenate([document[:, keep], added], axis=1)[:, np.argsort(order, kind="stable")]


def _ordinary(count: int, chance: np.random.Generator) -> Ints:
    """So many words that may stand anywhere."""
    table, editable = tongue().draws[1], tongue().editable
    found = table[chance.integers(0, len(table), count * 3 + 20)]
    return found[editable[found]][:count]


def restructured(document: Ints, how: str, fresh: Ints, chance: np.random.Generator) -> Ints:
    """A document with a paragraph more, which is `fresh`, or less."""
    at = int(chance.integers(document[2, -1] + 1))
    if how == "more":
        return with_paragraph(document, fresh, at)
    kept = document[:, document[2] != at].copy()
    kept[2] -= kept[2] > at
    return kept


def with_paragraph(document: Ints, fresh: Ints, at: int) -> Ints:
    """A document with a paragraph in front of paragraph `at`."""
    low, high = document[:, document[2] < at], document[:, document[2] >= at].copy()
    high[2] += 1
    fresh = fresh.copy()
    fresh[2] = at
    return np.concatenate([low, fresh, high], axis=1)
