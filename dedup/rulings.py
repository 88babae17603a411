"""What people decided, carried out on the documents of a shard. Bound to the store.

A text that is kept stays word for word: a flag over several blocks loses those that hold a word of it, a flag within
one block is dropped. So no word that is kept goes, and nothing goes that did not go before. A block that is chrome by
decision goes whatever the settings say of its kind, unless they leave all chrome where it is.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup.columns import load_table
from dedup.data import Flag, Kind, Reason
from dedup.decided import Decided, Ruling, Seen, merged, rulings
from dedup.decisions import content_of, parsed
from dedup.work import ALL
from dedup.written import is_written, writings

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from dedup.data import Document
    from dedup.decisions import Decision
    from dedup.outside import Known
    from dedup.store import Store
    from dedup.table import Table
    from dedup.work import Work
    from dedup.written import Writing

Within = tuple[int, "Document", list[Flag]]
"""A document with its number in its shard, and the chrome within its article."""


def bring(work: Work, content: bytes | None = None) -> None:
    """Leave the decisions in the store, as they are in their file now if no `content` is given: somebody may go on
    writing them while the run lasts.

    Raises:
        SettingError: the file cannot be read, or is none of decisions.
    """
    path = work.config.decisions
    if path:
        content = content_of(path) if content is None else content
        parsed(content, path)
        work.store.save(ALL, "decisions", np.frombuffer(content, np.uint8))


def decided_of(work: Work) -> Decided | None:
    """What was decided, if anything that changes something."""
    if not work.config.decisions:
        return None
    decided = _decided(work.store.column(ALL, "decisions").tobytes(), work.config.keep_chrome)
    return decided if decided.scopes else None


@lru_cache(maxsize=1)  # a worker asks for every shard
def _decided(content: bytes, keep_chrome: bool) -> Decided:
    return Decided.of(parsed(content, ""), keep_chrome=keep_chrome)


class Ruled(NamedTuple):
    """A shard, where its files are written, and what is known of its blocks; those of document i are
    `bounds[i]:bounds[i + 1]`."""

    work: Work
    store: Store
    name: str
    known: Known
    bounds: NDArray[np.int64]

    def blocks(self, number: int) -> slice:
        """Those of a document."""
        return slice(int(self.bounds[number]), int(self.bounds[number + 1]))


def ruled(shard: Ruled, within: list[Within], away: list[list[Flag]]) -> list[Within]:
    """The chrome within articles as it was decided on, and into `away` that outside of them. What stays for the
    decisions that keep it is left in the store."""
    decided = decided_of(shard.work)
    if decided is None:
        return within
    found, used = _rulings(decided, shard, within)
    result: list[Within] = []
    spans: list[tuple[int, int, int]] = []
    for place, (each, (ruling, written)) in enumerate(zip(within, found, strict=True)):
        if ruling.go or ruling.stay:
            number, document, flags = each
            blocks = shard.blocks(number)
            table, main = shard.known.table.only(blocks), shard.known.main[blocks]
            held = _held(written, ruling)
            decreed = {at: _flag(table, at, decided.decisions[line]) for at, line in ruling.go.items()}
            own, others = ([flag for at, flag in decreed.items() if main[at] == of] for of in (True, False))
            each = number, document, [*without(flags, table, held), *own]  # noqa: PLW2901
            away[number] = [*without(away[number], table, held), *others]
            spans += [(place, start, end) for start, end in ruling.stay]
        result.append(each)
    with shard.store.writing(shard.name, "ruled"):
        shard.store.save(shard.name, "kept_spans", np.array(spans, np.int64).reshape(-1, 3))
        shard.store.save(shard.name, "used_decisions", np.array(sorted(used), np.int64))
    return result


def _flag(table: Table, at: int, decision: Decision) -> Flag:
    kind = decision.kind or Kind.BOILERPLATE
    where = f"line {decision.line} of the decisions"
    why = f"Decided: {decision.note} ({where})." if decision.note else f"Decided: {where}."
    start, end = int(table.starts[at]), int(table.ends[at])
    return Flag(start, end, Reason.CHROME, kind, why, {"decision": decision.line})


def _held(written: Table, ruling: Ruling) -> NDArray[np.bool_]:
    """Which blocks (bool [b]) are no business of other flags: those that were decided on, and those of which something
    is kept, in what is written."""
    held = np.zeros(len(written) + 1, np.int64)
    for start, end in ruling.stay:
        held[np.searchsorted(written.ends, start, "right")] += 1
        held[np.searchsorted(written.starts, end)] -= 1
    result = np.cumsum(held[:-1]) > 0
    result[[*ruling.go]] = True
    return result


def without(flags: Iterable[Flag], table: Table, held: NDArray[np.bool_]) -> list[Flag]:
    """Flags of chrome, cut back at the edges of the blocks that are `held` (bool [b])."""
    result: list[Flag] = []
    for flag in flags:
        low, high = np.searchsorted(table.starts, [flag.start, flag.end]).tolist()
        if not held[low:high].any():
            result.append(flag)
            continue
        edges = np.flatnonzero(np.diff(np.concatenate(([True], held[low:high], [True]))))
        for first, last in (edges.reshape(-1, 2) + low).tolist():
            count = {"blocks": last - first} if "blocks" in flag.evidence else {}
            start, end = int(table.starts[first]), int(table.ends[last - 1])
            result.append(replace(flag, start=start, end=end, evidence=flag.evidence | count))
    return result


# ── looked up ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _rulings(decided: Decided, shard: Ruled, within: Sequence[Within]) -> tuple[list[tuple[Ruling, Table]], set[int]]:
    """What was decided of each document, spans as they lie in what is written; its blocks as they lie there; and the
    numbers of all decisions that hold for something."""
    tables = [shard.known.table.only(shard.blocks(number)) for number, _, _ in within]
    seen = [
        Seen(document.id, document.site or "", document.text, table)
        for (_, document, _), table in zip(within, tables, strict=True)
    ]
    found, used = rulings(decided, seen)
    store = shard.store
    if not is_written(store, shard.name):
        return list(zip(found, tables, strict=True)), used
    # A text may be given as it is seen or as it is written: in Markdown, figures of lists are words, too.
    numbers, written = [number for number, _, _ in within], load_table(store, shard.name)
    tables = [written.only(shard.blocks(number)) for number in numbers]
    texts = store.texts(shard.name, "texts", numbers)
    again, more = rulings(
        decided,
        [each._replace(text=text, blocks=table) for each, text, table in zip(seen, texts, tables, strict=True)],
    )
    writing = map(writings(store, shard.name), numbers)
    both = [_both(one, other, where) for one, other, where in zip(found, again, writing, strict=True)]
    return list(zip(both, tables, strict=True)), used | more


def _both(seen: Ruling, written: Ruling, where: Writing | None) -> Ruling:
    """What was decided of a document as it is seen and as it is written, whose spans these become."""
    spans = seen.stay
    if where and spans:
        starts, ends = where.spans(*map(list, zip(*spans, strict=True)))
        spans = list(zip(starts, ends, strict=True))
    return Ruling({**written.go, **seen.go}, merged([*spans, *written.stay]))
