"""The passages that go as duplicates, found in the words of all documents and made flags."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dedup import reuse
from dedup.flags import Cited, as_flags
from dedup.gone import Found
from dedup.stored import Texts

if TYPE_CHECKING:
    from dedup.keepers import Known
    from dedup.run import Runner
    from dedup.work import Work


def passages(work: Work, shards: list[str], known: Known, runner: Runner) -> Found:
    """The passages that go since a better keeper has them, once the words of all shards are one behind the other."""
    texts = Texts(work, shards)
    found = reuse.find(texts, known, runner)
    return Found(as_flags(found.decisions, Cited(known.ids, texts), runner), found.counts)
