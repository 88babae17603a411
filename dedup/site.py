"""What the pages of a site teach each other: which places hold the article, and which texts repeat.

A *signature* is the path of a block's elements without numbers, its tag, and whether it is a link. Its odds are the
mean over the site's pages of the odds of its blocks on each page. Where a site has many pages only a sample of them is
judged (trafilatura costs 10 ms a page), and the others go by the signatures alone: the site's template.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import xxhash

from dedup.data import Format
from dedup.judge import KEEP, Proofs, decided
from dedup.model import ODDS
from dedup.runs import is_new

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dedup.data import Document
    from dedup.places import Place

SAMPLE, SAMPLE_SHARE, LARGEST_SAMPLE = 4, 50, 20
"""Pages of a site that are judged one by one: one of fifty, but four at least and twenty at most. On ten pages a site
(`big9`) F1 is .973 to .974 with three, four and five of them, and .975 with all."""
MANY = 20
"""Pages from which on a site has a sample judged, and not all."""
ANY = "*"
"""The tag in the signature of a holder, which blocks of all tags vote on."""
DOUBT = 3
"""So many siblings weigh as much as no siblings at all: k of them count k / (k + 3), next to 1 for the page itself.
Swept with a factor: 1 / (1 .. 2) and doubt of 1 to 6."""
REPEATED = 5 * ODDS // 2
"""Odds against a block whose text stands in two articles; as much again in four, and in eight."""
FITS = 0.9
"""A page fits its site's template where so much of its text stands in places that the sample knows well."""
UNSURE = ODDS // 4
"""A place with odds so near to none says nothing."""
LINKED = 0.5
"""A block with more of its characters in links is a block of links."""
TEXTUAL = 8
"""Words of a block without links that is text, for that."""
ENOUGH = 50
"""Words that the template must find on a page; else the page is judged by itself."""
CERTAIN = 10 * ODDS
"""Of the blocks of a text that is no page."""
MOST_WORDS = 30
"""A block counts for as many words at most in its signature's odds."""


def sample_of(pages: int) -> int:
    """How many pages of a site with so many are judged one by one.

    >>> [sample_of(pages) for pages in (2, 19, 20, 400, 5_000)]
    [2, 19, 4, 8, 20]
    """
    return pages if pages < MANY else max(SAMPLE, min(LARGEST_SAMPLE, pages // SAMPLE_SHARE))


def signature_of(path: str, tag: str, linked: bool) -> str:
    """What a block has in common with those that stand in the same place on other pages of its site: the path without
    numbers, the tag, and whether most of the block stands in links."""
    return f"{path} {tag}{' linked' if linked else ''}"


def signatures_of(place: Place, tag: str, linked: bool) -> tuple[str, str]:
    """The signature of a block and, for where no other page has had one like it, that of the element that holds it."""
    return signature_of(place.signature, tag, linked), signature_of(place.around, ANY, linked)


def signature_key(site: str | None, of_block: str) -> int:
    """The 64-bit key of a signature on a site."""
    return xxhash.xxh3_64_intdigest(signature_line(site, of_block).encode())


def signature_line(site: str | None, of_block: str) -> str:
    """What the key of a signature is the hash of."""
    return f"{site or ''}\n{of_block}"


class Votes(NamedTuple):
    """What single pages say of signatures: `keys` uint64, `odds` int64 (thousandths), `blocks` int64, each [v]; and
    `vote` int64 [b], the vote that each block went into."""

    keys: NDArray[np.uint64]
    odds: NDArray[np.int64]
    vote: NDArray[np.int64]


def votes(
    keys: NDArray[np.uint64], pages: NDArray[np.int64], odds: NDArray[np.int32], words: NDArray[np.int64]
) -> Votes:
    """The mean odds of every signature on every page, blocks weighted by their words (all arrays [b])."""
    if not len(keys):
        return Votes(keys, np.zeros(0, np.int64), np.zeros(0, np.int64))
    order = np.lexsort((keys, pages))
    first = is_new(keys[order]) | is_new(pages[order])
    starts = np.flatnonzero(first)
    weight = (np.minimum(words, MOST_WORDS) + 1).astype(np.int64)[order]
    summed = np.add.reduceat(weight * odds[order].astype(np.int64), starts)
    vote = np.zeros(len(keys), np.int64)
    vote[order] = np.cumsum(first) - 1
    return Votes(keys[order][starts], summed // np.add.reduceat(weight, starts), vote)


class Knowledge(NamedTuple):
    """Signatures of all sites: sorted `keys` uint64, the `sums` int64 of their votes, their number `pages` int64."""

    keys: NDArray[np.uint64]
    sums: NDArray[np.int64]
    pages: NDArray[np.int64]

    def of(self, keys: NDArray[np.uint64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The sums and numbers of votes (int64 [b]) on the signatures of blocks; 0 where there are none."""
        if not len(self.keys):
            return np.zeros(len(keys), np.int64), np.zeros(len(keys), np.int64)
        at = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        known = self.keys[at] == keys
        return np.where(known, self.sums[at], 0), np.where(known, self.pages[at], 0)


def merged(one: Knowledge, other: Knowledge) -> Knowledge:
    """What two sources know of signatures, added up."""
    keys = np.concatenate([one.keys, other.keys])
    order = np.argsort(keys, kind="stable")
    if not len(keys):
        return one
    starts = np.flatnonzero(is_new(keys[order]))
    sums, pages = (np.concatenate([a, b])[order] for a, b in ((one.sums, other.sums), (one.pages, other.pages)))
    return Knowledge(keys[order][starts], np.add.reduceat(sums, starts), np.add.reduceat(pages, starts))


def learn(keys: NDArray[np.uint64], odds: NDArray[np.int64]) -> Knowledge:
    """Add up the votes of all pages."""
    return merged(Knowledge(keys, odds, np.ones(len(keys), np.int64)), Knowledge(keys[:0], odds[:0], odds[:0]))


def fitting(
    knowledge: Knowledge,
    keys: NDArray[np.uint64],
    holders: NDArray[np.uint64],
    words: NDArray[np.int64],
    links: NDArray[np.float64],
    bounds: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """The odds (int64 [b]) of the blocks of pages, `bounds[i]` to `bounds[i + 1]` those of page i, by the templates of
    their sites alone; and which of the pages (bool [p]) fit theirs."""
    sums, pages = knowledge.of(keys)
    of_holders, among = knowledge.of(holders)
    rare = pages < 2
    sums, pages = np.where(rare, of_holders, sums), np.where(rare, among, pages)
    odds = sums // np.maximum(1, pages)
    text = np.where((words >= TEXTUAL) & (links <= LINKED), words, 0)
    known = (pages >= 2) & (np.abs(odds) > UNSURE)
    whole, well, kept = (_sums(words, bounds) for words in (text, text * known, text * (odds > KEEP)))
    return odds, (well >= FITS * whole) & (kept >= ENOUGH)


def _sums(column: NDArray[np.int64], bounds: NDArray[np.int64]) -> NDArray[np.int64]:
    """The sums (int64 [p]) of the parts of a column."""
    sums: NDArray[np.int64] = np.diff(np.concatenate(([0], np.cumsum(column)))[bounds])
    return sums


def told(sums: NDArray[np.int64], siblings: NDArray[np.int64]) -> NDArray[np.int64]:
    """What siblings say of blocks (int64 [b]): the mean of their votes, the more the more they are."""
    mean = sums // np.maximum(1, siblings)
    return mean * siblings // (siblings + DOUBT)


def against(articles: NDArray[np.int64]) -> NDArray[np.int64]:
    """The odds (int64 [b]) against blocks whose text stands in so many distinct articles of their site."""
    return np.asarray(np.rint(REPEATED * np.log2(np.maximum(1, articles))), np.int64)


def weighed(proofs: Proofs, articles: NDArray[np.int64]) -> NDArray[np.int64]:
    """The odds (int64 [b]) of blocks of any documents, now that all is known of them; `articles` int64 [b]."""
    return proofs.own.astype(np.int64) + proofs.told - against(articles)


def settled(document: Document, odds: NDArray[np.int64], kept: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which blocks (bool [b]) are their document's article, by what they weigh and trafilatura's answer `kept`."""
    if document.format is not Format.HTML:
        return np.ones(len(odds), np.bool_)
    return decided(odds, kept, document.says)
