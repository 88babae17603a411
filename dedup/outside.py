"""What stands outside a page's article: nine blocks of ten, told apart by their place, and by words where it is vague.

Blocks that stand one behind the other and go as the same thing go as one: a menu is one piece of navigation.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from dedup.data import Flag, Kind, Reason
from dedup.evidence import BIO_WORDS, ROOMY
from dedup.lexicon import Hit, certain_hits, dom_kind
from dedup.model import ODDS
from dedup.spans import bare
from dedup.text import split_names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from dedup.data import Document
    from dedup.judge import Proofs
    from dedup.table import Table

_NUMBER = {kind: number for number, kind in enumerate(Kind)}
_KINDS = tuple(Kind)


_MENUS = (None, Kind.FOOTER, Kind.BOILERPLATE)
"""Places where a link is one of a menu, of which words would say no more."""
_NONE = len(_KINDS)
"""Stands for no kind in a column of kinds."""
_IS_MENU, _IS_ROOMY = (
    np.array([kind in some for kind in (*_KINDS, None)], np.bool_) for some in (_MENUS, (*ROOMY, None))
)


class Known(NamedTuple):
    """All that is known of the blocks of documents before their words are looked at; arrays of length b.

    `main` bool: they are the article's; `counts` int64 [b, 3]: from `Repetition.of`; `words` int64.
    """

    table: Table
    main: NDArray[np.bool_]
    counts: NDArray[np.int64]
    words: NDArray[np.int64]
    proofs: Proofs

    def of(self, blocks: slice) -> Known:
        """What is known of some of them."""
        table, proofs = self.table.only(blocks), self.proofs.of(blocks)
        return Known(table, self.main[blocks], self.counts[blocks], self.words[blocks], proofs)


class Kinds(NamedTuple):
    """What kinds of chrome blocks are if they stand outside the article: `kinds` int64 [b], numbers in `Kind` or past
    the last; `vague` bool [b], where words say more than the place."""

    kinds: NDArray[np.int64]
    vague: NDArray[np.bool_]

    @classmethod
    def by_place(cls, table: Table) -> Kinds:
        """What the places of blocks say."""
        of_paths = [_NONE if (kind := dom_kind(path)) is None else _NUMBER[kind] for path in table.paths]
        kinds = np.array(of_paths, np.int64)[table.places] if of_paths else np.zeros(0, np.int64)
        menu = _IS_MENU[kinds] & (table.links > 0.9)
        return cls(np.where(menu & (kinds == _NONE), _NUMBER[Kind.NAVIGATION], kinds), _IS_ROOMY[kinds] & ~menu)

    def of(self, blocks: slice) -> Kinds:
        """Those of some blocks; what is noted there is noted here."""
        return Kinds(self.kinds[blocks], self.vague[blocks])

    def by_words(
        self, document: Document, known: Known, languages: frozenset[str], authors: tuple[str, ...]
    ) -> list[tuple[int, Hit]]:
        """Take in what the words of a document say where its places are vague. What they say of the article: hits, by
        where they begin."""
        said: list[tuple[int, Hit]] = []
        vague = np.flatnonzero(self.vague & ~known.main)
        starts, ends = known.table.starts[vague], known.table.ends[vague]
        kinds = self.kinds[vague].tolist()
        columns = (starts.tolist(), known.table.links[vague].tolist(), bare(document.text, starts, ends))
        for at, (start, links, (text, words)) in enumerate(zip(*columns, strict=True)):
            hits = certain_hits(text, words, languages)
            if hits:
                kind = hits[0].rule.kind
                kinds[at] = _NUMBER[kind]
                own = [hit for hit in hits if hit.groups and hit.rule.kind is kind]
                said += [(start, hit) for hit in own]
                authors = authors or next((full_names(hit.groups.get("author")) for hit in own), ())
            elif authors and about_author(text, words, authors):
                kinds[at] = _NUMBER[Kind.AUTHOR_BIO]
            elif kinds[at] == _NONE:
                kinds[at] = _NUMBER[Kind.NAVIGATION if links > 0.5 else Kind.BOILERPLATE]
        self.kinds[vague] = kinds
        return said


def full_names(author: str | None) -> tuple[str, ...]:
    """The names (folded) in a line of authors, of two words or more each."""
    return tuple(part.casefold() for part in split_names(author or "") if " " in part)


def about_author(plain: str, words: int, authors: tuple[str, ...]) -> bool:
    """Whether a block begins with the name (folded) of an author and goes on for a paragraph at most."""
    return words <= BIO_WORDS and plain.casefold()[:-5].startswith(authors)


def outside(known: Known, kinds: Kinds, bounds: NDArray[np.int64]) -> list[list[Flag]]:
    """What the pages' extractor leaves out of their articles, document by document (int64 [d + 1]): neighbours of one
    kind, of which trafilatura says the same, are one flag."""
    numbers = np.flatnonzero(~known.main)
    flags: list[list[Flag]] = [[] for _ in bounds]
    if not len(numbers):
        return flags[1:]
    table, own = known.table.only(numbers), kinds.kinds[numbers]
    kept, document = known.proofs.kept[numbers], np.searchsorted(bounds, numbers, side="right")
    new = (np.diff(numbers) != 1) | (np.diff(own) != 0) | (kept[1:] != kept[:-1]) | (np.diff(document) != 0)
    first = np.concatenate(([0], np.flatnonzero(new) + 1))
    last = np.append(first[1:], len(numbers)) - 1
    order = np.argsort(np.array(table.paths))
    rank = np.argsort(order)[table.places]
    paths = [table.paths[at] for at in order.tolist()]
    columns = (
        document[first], table.starts[first], table.ends[last], own[first], last - first + 1,
        np.minimum.reduceat(rank, first), np.maximum.reduceat(rank, first),
    )  # fmt: skip
    rows = zip(*(column.tolist() for column in columns), _evidence(known, numbers, table, first), strict=True)
    for page, start, end, kind, blocks, low, high, evidence in rows:
        path, why = _common(paths[low], paths[high])
        found = {"path": path, "blocks": blocks, **evidence}
        flags[page].append(Flag(start, end, Reason.CHROME, _KINDS[kind], why, found))
    return flags[1:]


def proofs(
    known: Known, bounds: NDArray[np.int64], of_pages: NDArray[np.bool_]
) -> list[list[tuple[int, dict[str, Any]]]]:
    """Document by document where each block of the article starts, and what spoke for and against it; of those blocks
    that are `of_pages` (bool [b]), as nothing speaks against others."""
    numbers = np.flatnonzero(known.main & of_pages)
    found: list[list[tuple[int, dict[str, Any]]]] = [[] for _ in bounds]
    if len(numbers):
        table, document = known.table.only(numbers), np.searchsorted(bounds, numbers, side="right")
        evidence = _evidence(known, numbers, table, np.arange(len(numbers)))
        for page, start, each in zip(document.tolist(), table.starts.tolist(), evidence, strict=True):
            found[page].append((start, each))
    return found[1:]


def _evidence(
    known: Known, numbers: NDArray[np.int64], table: Table, first: NDArray[np.int64]
) -> Iterator[dict[str, Any]]:
    """What is known of each run of the blocks `numbers` as a whole; the runs begin at `first`.

    Sums are of whole numbers: those of floats would depend on the machine.
    """

    def total(column: NDArray[Any]) -> NDArray[np.int64]:
        return np.add.reduceat(column.astype(np.int64), first)

    letters, weight = table.ends - table.starts, known.words[numbers] + 1
    told = known.proofs.told[numbers]
    columns = (
        np.rint(total(letters * np.rint(table.links * 1000)) / total(letters)) / 1000,
        known.proofs.kept[numbers][first],
        np.rint(total(weight * known.proofs.own[numbers]) / total(weight) / (ODDS / 10)) / 10,
        np.rint(total(told) / np.maximum(1, total(told != 0)) / (ODDS / 10)) / 10,
        np.minimum.reduceat(known.counts[numbers, 0], first),
    )
    for links, kept, odds, siblings, articles in zip(*(column.tolist() for column in columns), strict=True):
        found = {"links": links, "trafilatura": kept, "odds": odds}
        if siblings:
            found["siblings"] = siblings
        if articles > 1:
            found["articles"] = articles
        yield found


@lru_cache(maxsize=1 << 14)
def _common(first: str, last: str) -> tuple[str, str]:
    """The elements in which all of some paths stand, of which these are the first and the last in the alphabet; and
    that they are why what stands there goes."""
    steps, others = first.split("/"), last.split("/")
    same = next((n for n, (a, b) in enumerate(zip(steps, others, strict=False)) if a != b), len(steps))
    where = "/".join(steps[max(0, same - 2) : same])
    return "/".join(steps[:same]), f"The extractor leaves it out of the article; it stands in {where}."
