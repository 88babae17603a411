"""The sources of one shard, as they go to a worker; and smaller batches in place of one that workers died of."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson
import xxhash

from dedup import guard
from dedup.data import Failure, Source
from dedup.read import Unread, unread

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dedup.nursery import Death
    from dedup.work import Work


DIVIDED = "divided"
"""The seal of a batch that workers died of."""


class Batch(NamedTuple):
    """The sources of one shard, with the failures of reading in their places; the bytes read by then, of how many."""

    work: Work
    number: int
    sources: list[Source | Failure]
    read: tuple[int, int] = (0, 0)
    first: int | None = None
    """Of a part of one that was divided: which of its sources it begins with, so that names of shards stay in order,
    and short, however often it is divided."""

    def __reduce__(self) -> tuple[Any, ...]:
        """To another process goes where its sources are to be read, and not what they hold."""
        return _read_again, (self.work, self.number, list(map(unread, self.sources)), self.first)

    @property
    def name(self) -> str:
        """What its shard is called, but for what it holds."""
        return f"{self.number:06d}" + (f".{self.first:06d}" if self.first is not None else "")

    @property
    def shard(self) -> str:
        """The name of its shard."""
        return f"{self.name}-{digest(self.sources)}"

    def without(self, death: Death) -> list[Batch]:
        """Smaller batches in place of this one, of which workers died: what is in front of the source that they were
        at, that alone, and what is behind it; or halves, where they were at none. A source of which they die alone is a
        `Failure`; at once where it took too much, since it would again. A run that goes on knows of it (`known`)."""
        parts = self._without(death)
        if parts:
            self.work.store.seal(self.shard, DIVIDED, list(death))
        return parts

    def known(self) -> Iterator[Batch]:
        """This batch, or those that came in its place before the run was stopped."""
        death = self.work.store.sealed(self.shard, DIVIDED)
        if death is None:
            yield self
            return
        from dedup.nursery import Death

        for part in self._without(Death(*death)):
            yield from part.known()

    def _without(self, death: Death) -> list[Batch]:
        at, sources = death.at, self.sources
        if at is None and len(sources) > 1:
            return self._divided(sources[: len(sources) // 2], sources[len(sources) // 2 :])
        source = sources[at or 0]
        if isinstance(source, Failure):  # it was not for this source that they died
            return []
        front, behind = sources[: at or 0], sources[(at or 0) + 1 :]
        if guard.is_over(death) or len(sources) == 1:
            return self._divided(front, [Failure(source.place, guard.why(death, self.work.config)), *behind])
        return self._divided(front, [source], behind)

    def _divided(self, *parts: list[Source | Failure]) -> list[Batch]:
        firsts = accumulate(map(len, parts), initial=self.first or 0)
        return [self._replace(sources=part, first=first) for first, part in zip(firsts, parts, strict=False) if part]


def _read_again(work: Work, number: int, sources: Iterable[Source | Failure | Unread], first: int | None) -> Batch:
    again = [each.read() if isinstance(each, Unread) else each for each in sources]
    return Batch(work, number, again, first=first)


def digest(sources: Iterable[Source | Failure]) -> str:
    """What tells sources from others."""
    told = xxhash.xxh3_128()
    for source in sources:
        content = source.content if isinstance(source, Source) else source.why
        raw = content if isinstance(content, bytes) else orjson.dumps(content, option=orjson.OPT_SORT_KEYS)
        told.update(orjson.dumps([type(source).__name__, getattr(source, "place", ""), source.id, len(raw)]))
        told.update(raw)
        if isinstance(source, Source) and source.said:
            told.update(orjson.dumps(source.said))
    return told.hexdigest()[:16]
