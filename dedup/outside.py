"""What stands outside a page's article: nine blocks of ten, told apart by their place, and by words where it is vague.

Blocks that stand one behind the other and go as the same thing go as one: a menu is one piece of navigation.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from dedup.data import Flag, Kind, Reason
from dedup.evidence import BIO_WORDS, ROOMY, bare
from dedup.lexicon import Hit, certain_hits, dom_kind
from dedup.model import ODDS
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


class Known(NamedTuple):
    """All that is known of the blocks of a document before their words are looked at; arrays of length b.

    `main` bool: they are the article's; `counts` int64 [b, 3]: from `Repetition.of`; `words` int64.
    """

    table: Table
    main: NDArray[np.bool_]
    counts: NDArray[np.int64]
    words: NDArray[np.int64]
    proofs: Proofs


def proofs(known: Known) -> list[tuple[int, dict[str, Any]]]:
    """Where each block of the article starts, and what spoke for and against it."""
    numbers = np.flatnonzero(known.main)
    if not len(numbers):
        return []
    starts = known.table.starts[numbers].tolist()
    each = np.arange(len(numbers))
    return list(zip(starts, _evidence(known, numbers, known.table.only(numbers), each), strict=True))


class Outside(NamedTuple):
    """What goes since it stands outside the article, and what it says of the article: hits, by where they begin."""

    flags: list[Flag]
    said: list[tuple[int, Hit]]


def outside(document: Document, known: Known, languages: frozenset[str], authors: tuple[str, ...]) -> Outside:
    """The blocks that the page's extractor leaves out of the article, as runs."""
    numbers = np.flatnonzero(~known.main)
    if not len(numbers):
        return Outside([], [])
    kinds, said = np.zeros(len(numbers), np.int64), []
    text, table = document.text, known.table
    columns = (column[numbers].tolist() for column in (table.starts, table.ends, table.places, table.links))
    for index, (start, end, place, links) in enumerate(zip(*columns, strict=True)):
        kind = dom_kind(table.paths[place])
        if links > 0.9 and kind in _MENUS:
            kind = kind or Kind.NAVIGATION
        elif kind is None or kind in ROOMY:
            words = text[start:end]
            hits = _hits(words, languages)
            if hits:
                kind = hits[0].rule.kind
                own = [hit for hit in hits if hit.groups and hit.rule.kind is kind]
                said += [(start, hit) for hit in own]
                authors = authors or next((full_names(hit.groups.get("author")) for hit in own), ())
            elif authors and about_author(*bare(words), authors):
                kind = Kind.AUTHOR_BIO
            else:
                kind = kind or (Kind.NAVIGATION if links > 0.5 else Kind.BOILERPLATE)
        kinds[index] = _NUMBER[kind]
    return Outside(_runs(known, numbers, kinds), said)


@lru_cache(maxsize=1 << 14)
def _hits(text: str, languages: frozenset[str]) -> tuple[Hit, ...]:
    return certain_hits(*bare(text), languages)


def full_names(author: str | None) -> tuple[str, ...]:
    """The names (folded) in a line of authors, of two words or more each."""
    return tuple(part.casefold() for part in split_names(author or "") if " " in part)


def about_author(plain: str, words: int, authors: tuple[str, ...]) -> bool:
    """Whether a block begins with the name (folded) of an author and goes on for a paragraph at most."""
    start = plain.casefold()
    return words <= BIO_WORDS and any(start.startswith(name) and len(start) > len(name) + 4 for name in authors)


def _runs(known: Known, numbers: NDArray[np.int64], kinds: NDArray[np.int64]) -> list[Flag]:
    """The blocks `numbers` as flags: neighbours of one kind, of which trafilatura says the same, are one."""
    table = known.table.only(numbers)
    kept = known.proofs.kept[numbers]
    new = (np.diff(numbers) != 1) | (np.diff(kinds) != 0) | (kept[1:] != kept[:-1])
    first = np.concatenate(([0], np.flatnonzero(new) + 1))
    bounds = [*first.tolist(), len(numbers)]
    starts, ends, own, flags = table.starts.tolist(), table.ends.tolist(), kinds.tolist(), []
    paths = [table.paths[place] for place in table.places.tolist()]
    for (low, high), evidence in zip(pairwise(bounds), _evidence(known, numbers, table, first), strict=True):
        path = _common(min(of_run := paths[low:high]), max(of_run))
        why = f"The extractor leaves it out of the article; it stands in {'/'.join(path.rsplit('/', 2)[-2:])}."
        found = {"path": path, "blocks": high - low, **evidence}
        flags.append(Flag(starts[low], ends[high - 1], Reason.CHROME, _KINDS[own[low]], why, found))
    return flags


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
def _common(first: str, last: str) -> str:
    """The elements in which all of some paths stand, of which these are the first and the last in the alphabet."""
    steps, others = first.split("/"), last.split("/")
    return "/".join(
        steps[: next((n for n, (a, b) in enumerate(zip(steps, others, strict=False)) if a != b), len(steps))]
    )
