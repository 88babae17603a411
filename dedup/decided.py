"""What people decided, looked up in texts: which of their blocks go, and which spans stay. What it means is said in
`dedup.decisions`."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup import markup, repetition
from dedup.decisions import Choice, Decision
from dedup.phrases import Phrases
from dedup.spans import Spans
from dedup.words import Spanned, marked_texts

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from dedup.table import Table

Scope = tuple[str, str]
"""Where a decision holds: ("id", ...), ("site", ...) or ("", "")."""
Scoped = dict[Scope, int]
"""Decisions on one text by where they hold, as numbers; of several the last."""


class Seen(NamedTuple):
    """A text in which decisions are looked up, and what it is of."""

    id: str
    site: str
    text: str
    blocks: Table

    def scopes(self) -> tuple[Scope, ...]:
        """The scopes that it is in, the narrowest first."""
        return ("id", self.id), ("site", self.site), ("", "")


class Ruling(NamedTuple):
    """What was decided of a text: by the numbers of its blocks which decision lets them go (its number), and spans that
    stay, ascending, none overlapping."""

    go: dict[int, int]
    stay: list[tuple[int, int]]


class Lookup(NamedTuple):
    """Decisions on each of some phrases: of words, or of blocks."""

    phrases: Phrases
    scoped: list[Scoped]

    @classmethod
    def of(cls, known: dict[bytes, Scoped]) -> Lookup:
        """That of phrases that are spelled as their hashes."""
        return cls(Phrases([np.frombuffer(phrase, np.uint64) for phrase in known]), list(known.values()))


@dataclass(frozen=True, slots=True, eq=False)
class Decided:
    """Decisions as they are looked up: on `words` that stand in a row, and on blocks one behind the other by their
    prints, `exact` or, with slots, `alike`. And all `scopes` that something was decided for."""

    decisions: list[Decision]
    words: Lookup
    exact: Lookup
    alike: Lookup
    scopes: frozenset[Scope]

    @classmethod
    def of(cls, decisions: list[Decision], *, keep_chrome: bool) -> Decided:
        """Those that change something; the others find nothing. Where chrome is kept, none of it goes by decision."""
        words: dict[bytes, Scoped] = {}
        exact: dict[bytes, Scoped] = {}
        alike: dict[bytes, Scoped] = {}
        spelled = _spelled([each.text for each in decisions])
        scopes: set[Scope] = set()
        for number, (decision, own) in enumerate(zip(decisions, spelled, strict=True)):
            if decision.decision is Choice.CONFIRM or (keep_chrome and decision.decision is Choice.CHROME):
                continue
            scope = ("id", decision.id) if decision.id else ("site", decision.site) if decision.site else ("", "")
            scopes.add(scope)
            by_blocks = decision.slots or decision.decision is Choice.CHROME
            known = alike if decision.slots else exact if by_blocks else words
            for phrase in _printed(decision) if by_blocks else own:
                known.setdefault(phrase, {})[scope] = number
        return cls(decisions, Lookup.of(words), Lookup.of(exact), Lookup.of(alike), frozenset(scopes))

    def rank(self, number: int) -> tuple[int, bool, int]:
        """By what one decision wins over another that it meets in a block."""
        decision = self.decisions[number]
        return 2 if decision.id else 1 if decision.site else 0, not decision.slots, number


def _spelled(texts: list[str]) -> list[set[bytes]]:
    """The words of each text, as hashes; in two ways where it begins as lines that somebody is quoted in do, whose
    initials nobody reads in a document that has several of them."""
    twice = [f"{text}\n\n{text}" for text in texts]
    words, bounds = marked_texts([_spanned(text, markup.blocks(text)) for text in [*texts, *twice]])
    columns = [words.hashes[low:high] for low, high in pairwise(bounds.tolist())]
    halves = [each[len(each) // 2 :] for each in columns[len(texts) :]]
    return [{each.tobytes() for each in own if len(each)} for own in zip(columns[: len(texts)], halves, strict=True)]


def _spanned(text: str, blocks: Table) -> Spanned:
    return Spanned(text, blocks.starts, blocks.ends, np.zeros(len(blocks), np.uint8))


def _printed(decision: Decision) -> set[bytes]:
    """The prints of a text as one block, and as those that it is cut into."""
    text = decision.text
    cut = [text[block.start : block.end] for block in markup.blocks(text)]
    told = (repetition.block_texts(Spans.whole(parts)) for parts in ([text], cut))
    return {_codes(each, slots=decision.slots)[1].tobytes() for each in told} - {b""}


def _codes(prints: repetition.BlockTexts, *, slots: bool) -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
    """The numbers of blocks that have words, and their prints; with slots those of templates, where there are such."""
    rows = np.flatnonzero(prints.exact)
    codes = np.where(prints.template, prints.template, prints.exact) if slots else prints.exact
    return rows, np.ascontiguousarray(codes[rows])


# ── looked up ───────────────────────────────────────────────────────────────────────────────────────────────────────


def rulings(decided: Decided, texts: Sequence[Seen]) -> tuple[list[Ruling], set[int]]:
    """What was decided of each text, and the numbers of all decisions that hold somewhere in them."""
    found = [Ruling({}, []) for _ in texts]
    some = [number for number, seen in enumerate(texts) if not decided.scopes.isdisjoint(seen.scopes())]
    own = [texts[number] for number in some]
    used: set[int] = set()
    of_blocks, stretches = _blocks(decided, own, used), _stretches(decided, own, used)
    for number, seen, blocks, kept in zip(some, own, of_blocks, stretches, strict=True):
        found[number] = _ruling(decided, seen.blocks, blocks, kept)
    return found, used


def _holding(scoped: Scoped, seen: Seen, used: set[int]) -> int | None:
    """Which of some decisions on a text holds there: that of the narrowest scope."""
    own = [scoped[scope] for scope in seen.scopes() if scope in scoped]
    used.update(own)
    return own[0] if own else None


def _blocks(decided: Decided, texts: list[Seen], used: set[int]) -> list[dict[int, int]]:
    """By the numbers of blocks which decision holds for them as blocks, text by text."""
    found: list[dict[int, int]] = [{} for _ in texts]
    if not texts or not (decided.exact.scoped or decided.alike.scoped):
        return found
    firsts = np.cumsum([0, *(len(seen.blocks) for seen in texts)])
    owners = np.repeat(np.arange(len(texts), dtype=np.int64), np.diff(firsts))
    starts, ends = (
        np.concatenate([getattr(seen.blocks, name) for seen in texts]).astype(np.int32) for name in ("starts", "ends")
    )
    prints = repetition.block_texts(Spans([seen.text for seen in texts], owners, starts, ends))
    for lookup, slots in ((decided.exact, False), (decided.alike, True)):
        rows, codes = _codes(prints, slots=slots)
        for each in lookup.phrases.find(codes, np.searchsorted(rows, firsts)):
            number = _holding(lookup.scoped[each.phrase], texts[each.document], used)
            if number is None:
                continue
            for row in rows[each.start : each.end].tolist():
                block, blocks = row - int(firsts[each.document]), found[each.document]
                blocks[block] = max(number, blocks.get(block, number), key=decided.rank)
    return found


def _stretches(decided: Decided, texts: list[Seen], used: set[int]) -> list[list[tuple[int, int, int]]]:
    """Spans of phrases that are kept, with the number of the decision, text by text."""
    found: list[list[tuple[int, int, int]]] = [[] for _ in texts]
    if not texts or not decided.words.scoped:
        return found
    words, bounds = marked_texts([_spanned(seen.text, seen.blocks) for seen in texts])
    for each in decided.words.phrases.find(words.hashes, bounds):
        number = _holding(decided.words.scoped[each.phrase], texts[each.document], used)
        if number is not None:
            found[each.document].append((int(words.starts[each.start]), int(words.ends[each.end - 1]), number))
    return found


def _ruling(decided: Decided, blocks: Table, of_blocks: dict[int, int], kept: list[tuple[int, int, int]]) -> Ruling:
    """What comes of the decisions that hold for blocks of a text, and of those that keep spans of it."""
    starts, ends = blocks.starts.tolist(), blocks.ends.tolist()
    chrome = {at for at, number in of_blocks.items() if decided.decisions[number].decision is Choice.CHROME}
    kept = [*kept, *((starts[at], ends[at], number) for at, number in of_blocks.items() if at not in chrome)]
    go = {at: of_blocks[at] for at in sorted(chrome)}
    spans: list[tuple[int, int]] = []
    for start, end, number in kept:
        for at in _over(blocks, start, end):
            if at in go and decided.rank(number) > decided.rank(go[at]):
                del go[at]
    for start, end, _ in kept:
        edges = [edge for at in _over(blocks, start, end) if at in go for edge in (starts[at], ends[at])]
        spans += [
            (low, high) for low, high in zip([start, *edges[1::2]], [*edges[::2], end], strict=True) if low < high
        ]
    return Ruling(go, merged(spans))


def _over(blocks: Table, start: int, end: int) -> range:
    """The numbers of the blocks that a span, which begins in one, has a part of."""
    return range(int(np.searchsorted(blocks.ends, start, "right")), int(np.searchsorted(blocks.starts, end)))


def merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans ascending, those that overlap or touch as one.

    >>> merged([(4, 9), (0, 2), (1, 4), (11, 12)])
    [(0, 9), (11, 12)]
    """
    found: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found
