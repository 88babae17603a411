"""The passages that go as duplicates, found in the words of all documents and made flags."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dedup import memory, reuse
from dedup.flags import Cited, as_flags
from dedup.gone import Found
from dedup.moved import Stretches
from dedup.stored import Texts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dedup.keepers import Known
    from dedup.run import Runner
    from dedup.work import Work


class Earlier(NamedTuple):
    """Documents of the index of this name: their ids, and what else is known of them."""

    name: str
    ids: Sequence[str]
    before: reuse.Before


def passages(work: Work, shards: list[str], known: Known, runner: Runner, earlier: Earlier | None = None) -> Found:
    """The passages that go since a better keeper has them, once the words of all shards are one behind the other.
    Where there are documents of an index, `shards` begin with theirs, and `known` are the others."""
    texts = Texts(work, shards)
    name, old, before = earlier or Earlier("", [], reuse.Before.nothing())
    found = reuse.find(texts, known, runner, before)
    ids = [*old, *known.ids] if old else known.ids
    decisions = found.decisions
    flags = as_flags(decisions, Cited(ids, texts, (len(old), name)), runner)
    memory.give_back()
    gone = Stretches(decisions.documents, decisions.moved_bounds, decisions.moved)
    return Found(flags, found.counts, found.same, found.copies, gone)
