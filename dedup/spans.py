"""Parts of texts as columns: what is the same text, without making a string of every part."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import xxhash

from dedup import kernel

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray


class Spans(NamedTuple):
    """Span i is `texts[owners[i]][starts[i]:ends[i]]`: owners int64 [s], starts and ends int32 [s], code points."""

    texts: list[str]
    owners: NDArray[np.int64]
    starts: NDArray[np.int32]
    ends: NDArray[np.int32]

    def only(self, rows: NDArray[np.int64]) -> Spans:
        """Some of the spans, of the same texts."""
        return Spans(self.texts, self.owners[rows], self.starts[rows], self.ends[rows])

    def strings(self) -> Iterator[str]:
        """What the spans hold."""
        for owner, start, end in zip(self.owners.tolist(), self.starts.tolist(), self.ends.tolist(), strict=True):
            yield self.texts[owner][start:end]


def hashes(texts: list[str]) -> NDArray[np.uint64]:
    """The 64-bit XXH3 of each text as UTF-8, lone surrogates as "?"."""
    if kernel.NATIVE:
        from dedup.kernel import _native

        return _native.hashes(texts)
    return defined_hashes(texts)


def defined_hashes(texts: list[str]) -> NDArray[np.uint64]:
    """`hashes`, by the definition."""
    return np.array([xxhash.xxh3_64_intdigest(text.encode("utf-8", "replace")) for text in texts], np.uint64)


def distinct(spans: Spans, groups: NDArray[np.int64]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Which text each span is (int32 [s]), numbered as they first appear, and the span where each of those does (int64
    [t]). Two spans are the same where they hold the same and are of the same of the `groups` (int64 [s])."""
    if kernel.NATIVE:
        from dedup.kernel import _native

        return _native.distinct(*spans, groups)
    return defined_distinct(spans, groups)


def defined_distinct(spans: Spans, groups: NDArray[np.int64]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """`distinct`, by the definition."""
    known: dict[tuple[int, str], int] = {}
    numbers = [known.setdefault(each, len(known)) for each in zip(groups.tolist(), spans.strings(), strict=True)]
    column = np.array(numbers, np.int32)
    return column, np.unique(column, return_index=True)[1].astype(np.int64)
