"""What one page alone says of its blocks: trafilatura's answer, and the odds of every block by the trained weights.

Trafilatura's answer is edited, not replaced: a block that it keeps goes where the odds are against it, one that it
leaves out comes back where they are high. On pages that say that they are no articles (shops, lists, forums), and
where trafilatura finds nothing, the odds decide alone.
"""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup.data import Tag
from dedup.features import Blocks, features
from dedup.html import article
from dedup.html_blocks import CELLS
from dedup.model import ODDS, log_odds
from dedup.text import words_of
from dedup.verdict import kept_blocks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

COVERED = 0.5
"""The share of a page's running text that trafilatura's fast answer holds at least, or it is asked again in full."""
SURE = 4 * ODDS
"""Of a headline, which is trafilatura's to keep or not: data sets differ in it, and the weights must not learn that."""
KEEP = -405
"""A block that trafilatura keeps stays from these odds on: probability .4."""
ADD = 1800
"""One that it leaves out comes back: probability .86. Swept 1.2-2.2, with `INSIDE`."""
INSIDE = 600
"""In favour of what stands between blocks that it keeps, in the element that holds most of them."""
INSIDE_TABLE = 2 * INSIDE
"""The same for the rows of a table: it is wanted, and trafilatura's fast mode leaves it out."""
ALONE = -619
"""Where the odds decide alone: probability .35."""


class Judgement(NamedTuple):
    """What is known of a page's blocks by the page alone.

    `kept` bool [b]: trafilatura's answer; `odds` int32 [b]: log odds in thousandths that a block is the article's.
    """

    kept: NDArray[np.bool_]
    odds: NDArray[np.int32]


def judge(html: str, page: Blocks, title: str, says: int) -> Judgement:
    """Judge the blocks of a page. `says` as `Document.says`."""
    kept = answered(html, page)
    odds = log_odds(features(page, kept, title, says))
    headline = np.array([place.level == 1 for place in page.places], np.bool_)
    rows = [block.tag is Tag.ROW and CELLS in text for block, text in zip(page.blocks, page.texts, strict=True)]
    odds = _whole_tables(page, rows, odds) + np.where(rows, INSIDE_TABLE, INSIDE) * _inside(page, kept)
    odds = np.where(headline, np.where(kept, SURE, -SURE), odds)
    return Judgement(kept, np.where(_standfirst(page, kept), np.maximum(odds, SURE), odds).astype(np.int32))


def _inside(page: Blocks, kept: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which blocks (bool [b]) stand in the article's own element, between its first block and its last."""
    inside = (np.cumsum(kept) > 0) & (np.cumsum(kept[::-1])[::-1] > 0)
    words = Counter[str]()
    for place, count in zip(page.places, (page.words * kept).tolist(), strict=True):
        words[place.holder] += count
    home = max(words, key=lambda holder: (words[holder], holder), default="")
    below = f"{home}/"
    return inside & np.array(
        [home in (each.holder, each.outer) or each.holder.startswith(below) for each in page.places], np.bool_
    )


def _whole_tables(page: Blocks, rows: Sequence[bool], odds: NDArray[np.int32]) -> NDArray[np.int32]:
    """The odds with those of a table's rows made equal: it stays or goes whole."""
    if not any(rows):
        return odds
    holders = [place.holder if row else None for place, row in zip(page.places, rows, strict=True)]
    edges = [0, *(n for n in range(1, len(holders)) if holders[n] != holders[n - 1]), len(holders)]
    equal = odds.copy()
    for low, high in pairwise(edges):
        if high - low > 1 and holders[low] is not None:
            equal[low:high] = odds[low:high].sum() // (high - low)
    return equal


def _standfirst(page: Blocks, kept: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which blocks (bool [b]) before the article say that they are its standfirst: trafilatura often leaves it out."""
    told = np.array([place.standfirst for place in page.places], np.bool_)
    items = np.array([block.tag is Tag.ITEM for block in page.blocks], np.bool_)
    before = np.cumsum(kept) == 0 if kept.any() else np.zeros(len(kept), np.bool_)
    return told & before & ~items & (page.links < 0.3)


def answered(html: str, page: Blocks) -> NDArray[np.bool_]:
    """Which blocks (bool [b]) trafilatura's answer holds."""
    words = [words_of(text) for text in page.texts]
    running = np.where([text[-1:] in _STOPS for text in page.texts], page.running, 0.0)
    found: dict[str, NDArray[np.bool_]] = {}

    def enough(answer: str) -> bool:
        found[answer] = kept_blocks(words, answer)
        return bool((running * found[answer]).sum() >= COVERED * running.sum())

    answer = article(html, enough=enough)
    return found[answer] if answer in found else kept_blocks(words, answer)


_STOPS = frozenset('.!?\u2026:"\u201d\u3002\uff01\uff1f)\u2019')


def decided(odds: NDArray[np.int64], kept: NDArray[np.bool_], says: int) -> NDArray[np.bool_]:
    """Which blocks (bool [b]) of one page are the article's, by their odds after all evidence is in."""
    if says < 0 or not kept.any():
        return odds > ALONE
    return np.where(kept, odds > KEEP, odds > ADD)


class Proofs(NamedTuple):
    """All that is known of blocks but for their words and repetition: `kept` bool, `own` and `told` int32, each [b].

    `own` are the odds by the page alone (or its site's template), `told` what the siblings add.
    """

    kept: NDArray[np.bool_]
    own: NDArray[np.int32]
    told: NDArray[np.int32]

    def of(self, blocks: slice) -> Proofs:
        """Those of some blocks."""
        return Proofs(self.kept[blocks], self.own[blocks], self.told[blocks])
