"""The texts of lines of JSONL as passages are matched by them: cut into blocks, and their words; in columns, as the
stages of `dedup.shards` leave them in the store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from dedup import characters
from dedup.columns import KINDS, save_keys
from dedup.data import Document, Tag
from dedup.table import TAGS, Table
from dedup.words import MarkedWords, Spanned

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from dedup.config import Config
    from dedup.store import Store

_RULE = TAGS.index(Tag.RULE)


class Texts(NamedTuple):
    """The texts of lines (uint8, UTF-8), their blocks (starts and ends int32, code points; tags uint8) and the words of
    those; what of each is of line i lies from `bounds[i]` to `bounds[i + 1]` (int64 [n + 1]) of it."""

    texts: NDArray[np.uint8]
    text_bounds: NDArray[np.int64]
    blocks: tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.uint8]]
    block_bounds: NDArray[np.int64]
    words: MarkedWords
    bounds: NDArray[np.int64]

    def put(self, documents: Mapping[int, Document | None]) -> Texts:
        """The same with documents, or none, in the place of those of some lines."""
        if not documents:
            return self
        numbers = sorted(documents)
        texts, blocks, words = zip(*(_told(documents[number]) for number in numbers), strict=True)
        return Texts(
            _replaced(self.texts, self.text_bounds, numbers, texts),
            _edges(self.text_bounds, numbers, texts),
            tuple(_replaced(*each) for each in _columns(self.blocks, self.block_bounds, numbers, blocks)),  # type: ignore[arg-type]
            _edges(self.block_bounds, numbers, [each[0] for each in blocks]),
            MarkedWords(*(_replaced(*each) for each in _columns(self.words, self.bounds, numbers, words))),
            _edges(self.bounds, numbers, [each.hashes for each in words]),
        )

    def save(self, store: Store, shard: str, rows: NDArray[np.int64], config: Config) -> None:
        """Leave those of some lines in the store, but for the words; the others have nothing."""
        store.save(shard, "texts", self.texts)
        store.save(shard, "texts_bounds", _only(self.text_bounds, rows))
        store.save(shard, "alive", np.arange(len(rows), dtype=np.int32))
        store.save(shard, "blocks", _only(self.block_bounds, rows))
        starts, ends, tags = self.blocks
        store.save(shard, "block_starts", starts)
        store.save(shard, "block_ends", ends)
        store.save(shard, "block_tags", tags)
        save_keys(store, shard, self.words, _only(self.bounds, rows), config)


def read(
    piece: NDArray[np.uint8], starts: NDArray[np.int64], ends: NDArray[np.int64]
) -> tuple[Texts, NDArray[np.int64]]:
    """The texts of the lines of a piece, and the numbers of those lines of which only the definition can tell. Each
    text is a string of JSON from `starts[i]` to `ends[i]` (int64 [n]), quotes and all; where that is empty, there is
    none."""
    from dedup.kernel import _native

    (texts, text_bounds), blocks, block_bounds, words, bounds, unknown = _native.line_texts(
        piece, starts, ends, characters.page
    )
    return Texts(texts, text_bounds, blocks, block_bounds, MarkedWords(*words), bounds), unknown


def table(starts: NDArray[np.int32], ends: NDArray[np.int32], tags: NDArray[np.uint8]) -> Table:
    """Blocks of a text of which nothing else is asked."""
    count = len(tags)
    places, main = np.zeros(count, np.int32), np.ones(count, np.bool_)
    return Table(starts, ends, tags, np.zeros(count), places, main, [""] if count else [])


def _told(document: Document | None) -> tuple[NDArray[np.uint8], tuple[NDArray[Any], ...], MarkedWords]:
    """What `Texts` has of one document."""
    blocks = Table.of(document.blocks if document else ())
    left = blocks.only(blocks.tags != _RULE)
    text = document.text if document else ""
    words = Spanned(text, left.starts, left.ends, KINDS[left.tags]).words()
    return np.frombuffer(text.encode(), np.uint8), (blocks.starts, blocks.ends, blocks.tags), words


def _columns(
    columns: Sequence[NDArray[Any]],
    bounds: NDArray[np.int64],
    numbers: list[int],
    others: Sequence[Sequence[NDArray[Any]]],
) -> Any:
    """What `_replaced` takes, for each of some columns."""
    return ((column, bounds, numbers, [each[at] for each in others]) for at, column in enumerate(columns))


def _replaced(
    column: NDArray[Any], bounds: NDArray[np.int64], numbers: list[int], others: Sequence[NDArray[Any]]
) -> NDArray[Any]:
    """A column with the values of some rows replaced."""
    parts, at = [], 0
    for number, other in zip(numbers, others, strict=True):
        parts += [column[bounds[at] : bounds[number]], other]
        at = number + 1
    return np.concatenate([*parts, column[bounds[at] :]])


def _edges(bounds: NDArray[np.int64], numbers: list[int], others: Sequence[NDArray[Any]]) -> NDArray[np.int64]:
    """The bounds of a column that `_replaced` gives."""
    sizes = np.diff(bounds)
    sizes[numbers] = [len(each) for each in others]
    return np.concatenate(([0], np.cumsum(sizes)))


def _only(bounds: NDArray[np.int64], rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """The bounds of some rows, where the others are empty."""
    return np.append(bounds[rows], bounds[-1])
