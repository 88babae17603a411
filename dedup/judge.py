"""What one page alone says of its blocks: trafilatura's answer, and the odds of every block by the trained weights.

Trafilatura's answer is edited, not replaced: a block that it keeps goes where the odds are against it, one that it
leaves out comes back where they are high. On pages that say that they are no articles (shops, lists, forums), and
where trafilatura finds nothing, the odds decide alone.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup.data import Tag
from dedup.features import TAGS, Blocks, features
from dedup.html import FAST, PRECISE, WIDE, article
from dedup.html_blocks import CELLS
from dedup.model import ODDS, log_odds
from dedup.verdict import kept_blocks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

COVERED = 0.5
"""The share of a page's running text that trafilatura's fast answer holds at least, or it is asked again in full.
Comments are no part of that text."""
THIN, LONG, MANIFOLD = 0.15, 100, 3
"""Trafilatura's precise answer has missed the article where it holds less than this share of a page's running text and
fewer words than a short article has, and its default one holds three times as much of that text. (The page must have
a short article's words itself. On the pages of the weights +.002; at .25 half of such answers were right.)"""
SURE = 4 * ODDS
"""Of a headline, which is trafilatura's to keep or not: data sets differ in it, and the weights must not learn that."""
KEEP = 200
"""A block that trafilatura keeps stays from these odds on: probability .55. Swept -.5 to .4: from .05 to .2 all sets
gain that have no part in the weights; of those that have, sites that the weights did not see +.001 (publishers) and
-.002 (the seven types)."""
ADD = 1800
"""One that it leaves out comes back: probability .86. Swept 1.2-2.2, with `INSIDE`."""
INSIDE = 600
"""In favour of what stands between blocks that it keeps, in the element that holds most of them."""
INSIDE_TABLE = 2 * INSIDE
"""The same for the rows of a table: it is wanted, and trafilatura's fast mode leaves it out."""
ALONE = -619
"""Where the odds decide alone: probability .35. At .4 sites that the weights did not see lose .003 (wcxb)."""
TEXT = 8
"""Words from which on a block is text: shorter ones, such as names and labels, stand on a page more than once."""
ARTICLE = 20
"""Words of running text outside of comments that are an article which is commented on."""
_ROW, _ITEM = TAGS.index(Tag.ROW), TAGS.index(Tag.ITEM)


class Judgement(NamedTuple):
    """What is known of a page's blocks by the page alone.

    `kept` bool [b]: trafilatura's answer; `odds` int32 [b]: log odds in thousandths that a block is the article's.
    """

    kept: NDArray[np.bool_]
    odds: NDArray[np.int32]


def judge(html: str | bytes, page: Blocks, title: str, says: int) -> Judgement:
    """Judge the blocks of a page. `says` as `Document.says`."""
    kept = answered(html, page, says)
    odds = log_odds(features(page, kept, title, says))
    headline = _said(page, [place.level == 1 for place in page.distinct])
    rows = page.tags == _ROW
    rows[rows] = [CELLS in text for text in page.spans.only(np.flatnonzero(rows)).strings()]
    odds = _whole_tables(page, rows, odds) + np.where(rows, INSIDE_TABLE, INSIDE) * _inside(page, kept)
    odds = np.where(headline, np.where(kept, SURE, -SURE), odds)
    odds = np.where(_standfirst(page, kept), np.maximum(odds, SURE), odds)
    main = kept & (odds > KEEP)
    unwanted = _comments(page, main, says)
    if says >= 0:  # shops and lists say things more than once
        unwanted |= _copies(page, main, kept)
    return Judgement(kept, np.where(unwanted, np.minimum(odds, -SURE), odds).astype(np.int32))


def _comments(page: Blocks, main: NDArray[np.bool_], says: int) -> NDArray[np.bool_]:
    """Which blocks (bool [b]) are comments: they stand where comments do, and there is an article elsewhere (`main`).

    A page that says it is no article may be a forum or a shop, of which what readers wrote is the most.
    """
    comments = _said(page, [place.comment for place in page.distinct])
    text = page.words * ((page.words >= TEXT) & (page.links < 0.3))
    least = ARTICLE if says >= 0 else max(ARTICLE, text[comments].sum())
    return comments & bool(text[main & ~comments].sum() >= least)


def _copies(page: Blocks, main: NDArray[np.bool_], kept: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which blocks (bool [b]) that trafilatura leaves out say what stands in the article, and stand in an element that
    holds none of those that say so: pages bring their article twice, for other readers or devices."""
    copies = np.zeros(len(main), np.bool_)
    long = np.flatnonzero((page.words >= TEXT) & (main | ~kept))
    texts, holders = list(page.spans.only(long).strings()), page.groups[page.at[long], 0].tolist()
    said: dict[str, set[int]] = {}
    for text, holder, own in zip(texts, holders, main[long].tolist(), strict=True):
        if own:
            said.setdefault(text, set()).add(holder)
    copies[long] = [text in said and holder not in said[text] for text, holder in zip(texts, holders, strict=True)]
    copies &= ~kept
    return copies


def _inside(page: Blocks, kept: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which blocks (bool [b]) stand in the article's own element, between its first block and its last."""
    inside = (np.cumsum(kept) > 0) & (np.cumsum(kept[::-1])[::-1] > 0)
    words = np.bincount(page.groups[page.at, 0], page.words * kept).tolist()
    holders = {
        place.holder: words[group] for place, group in zip(page.distinct, page.groups[:, 0].tolist(), strict=True)
    }
    home = max(holders, key=lambda holder: (holders[holder], holder), default="")
    below = f"{home}/"
    return inside & _said(
        page, [home in (each.holder, each.outer) or each.holder.startswith(below) for each in page.distinct]
    )


def _said(page: Blocks, places: Sequence[bool]) -> NDArray[np.bool_]:
    """What is known of the page's places, by block (bool [b])."""
    return np.array(places, np.bool_)[page.at]


def _whole_tables(page: Blocks, rows: NDArray[np.bool_], odds: NDArray[np.int32]) -> NDArray[np.int32]:
    """The odds with those of a table's rows made equal: it stays or goes whole."""
    if not rows.any():
        return odds
    holders = np.where(rows, page.groups[page.at, 0], -1)
    edges = [0, *(np.flatnonzero(np.diff(holders)) + 1).tolist(), len(holders)]
    equal = odds.copy()
    for low, high in pairwise(edges):
        if high - low > 1 and holders[low] >= 0:
            equal[low:high] = odds[low:high].sum() // (high - low)
    return equal


def _standfirst(page: Blocks, kept: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which blocks (bool [b]) before the article say that they are its standfirst: trafilatura often leaves it out."""
    told = _said(page, [place.standfirst for place in page.distinct])
    before = np.cumsum(kept) == 0 if kept.any() else np.zeros(len(kept), np.bool_)
    return np.asarray(told & before & (page.tags != _ITEM) & (page.links < 0.3), np.bool_)


def answered(html: str | bytes, page: Blocks, says: int) -> NDArray[np.bool_]:
    """Which blocks (bool [b]) trafilatura's answer holds: the fast one, or the precise one where that is not enough, or
    the default one where also the precise one has missed the article. `says` as `Document.says`."""
    running = _running(page)
    found, fast = _answer(html, page, FAST)
    if found and running @ fast >= COVERED * running.sum():
        return fast
    found, precise = _answer(html, page, PRECISE)
    thin = says >= 0 and running.sum() >= LONG and page.words @ precise < LONG
    if found and not (thin and running @ precise < THIN * running.sum()):
        return precise
    wide = _answer(html, page, WIDE)[1]
    least = max(THIN * float(running.sum()), MANIFOLD * float(running @ precise))
    return wide if running @ wide >= least or not found else precise


def _answer(html: str | bytes, page: Blocks, mode: dict[str, bool]) -> tuple[bool, NDArray[np.bool_]]:
    """Whether trafilatura finds anything in this mode, and which blocks (bool [b]) that is."""
    answer = article(html, mode)
    return answer != "", kept_blocks(page.hashed, answer)


def _running(page: Blocks) -> NDArray[np.float64]:
    """The words (float64 [b]) of the paragraphs that end as sentences do, 0 for the others and for comments."""
    running = np.where(_said(page, [place.comment for place in page.distinct]), 0.0, page.running)
    long = np.flatnonzero(running)
    running[long] *= [text[-1:] in _STOPS for text in page.spans.only(long).strings()]
    return running


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
