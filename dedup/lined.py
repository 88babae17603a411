"""The texts of lines of JSONL as passages are matched by them: cut into blocks, and their words; in columns, as the
stages of `dedup.shards` leave them in the store."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import numpy as np

from dedup import characters, match
from dedup.data import Document, Tag
from dedup.keyed import KINDS, SEED_PART_BITS, keys, named_keys
from dedup.packed import Packed
from dedup.sign import sketch
from dedup.table import TAGS, Table
from dedup.words import Spanned

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from dedup.config import Config
    from dedup.store import Store

_RULE = TAGS.index(Tag.RULE)
_Rows = TypeVar("_Rows")


class Texts(NamedTuple):
    """The texts of lines (uint8, UTF-8), their blocks (starts and ends int32, code points; tags uint8) and the words of
    those; what of each is of line i lies from `bounds[i]` to `bounds[i + 1]` (int64 [n + 1]) of it. The keys are what
    `keyed.parted_seeds` and `keyed.word_keys` give of the words; none where there are other words now."""

    texts: NDArray[np.uint8]
    text_bounds: NDArray[np.int64]
    blocks: tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.uint8]]
    block_bounds: NDArray[np.int64]
    words: Packed
    bounds: NDArray[np.int64]
    keys: tuple[Sequence[NDArray[Any]], Sequence[NDArray[Any]]] | None

    def put(self, documents: Mapping[int, Document | None]) -> Texts:
        """The same with documents, or none, in the place of those of some lines."""
        # A line that is none, and of which nothing was read, is so already: there may be as many as there are lines.
        empty = (np.diff(self.text_bounds) == 0) & (np.diff(self.block_bounds) == 0) & (np.diff(self.bounds) == 0)
        numbers = sorted(number for number, document in documents.items() if document or not empty[number])
        if not numbers:
            return self
        texts, blocks, words = zip(*(_told(documents[number]) for number in numbers), strict=True)
        return Texts(
            _replaced(self.texts, self.text_bounds, numbers, texts),
            _edges(self.text_bounds, numbers, texts),
            (
                _replaced(self.blocks[0], self.block_bounds, numbers, [each[0] for each in blocks]),
                _replaced(self.blocks[1], self.block_bounds, numbers, [each[1] for each in blocks]),
                _replaced(self.blocks[2], self.block_bounds, numbers, [each[2] for each in blocks]),
            ),
            _edges(self.block_bounds, numbers, [each[0] for each in blocks]),
            Packed.joined(list(_put(self.words.part, self.bounds, numbers, words))),
            _edges(self.bounds, numbers, [each.hashes for each in words]),
            None,
        )

    def save(self, store: Store, shard: str, rows: NDArray[np.int64], config: Config) -> None:
        """Leave those of some lines in the store, but for the words; the others have nothing."""
        bounds = _only(self.bounds, rows)
        if self.keys and len(rows) == len(self.bounds) - 1:
            found = named_keys(bounds, *self.keys)
        else:
            found = keys(self.words, bounds, config)
        starts, ends, tags = self.blocks
        columns: dict[str, NDArray[Any]] = {
            "texts": self.texts, "texts_bounds": _only(self.text_bounds, rows),
            "alive": np.arange(len(rows), dtype=np.int32), "blocks": _only(self.block_bounds, rows),
            "block_starts": starts, "block_ends": ends, "block_tags": tags,
        }  # fmt: skip
        for name, column in (columns | found).items():
            store.save(shard, name, column)


def read(
    piece: NDArray[np.uint8], starts: NDArray[np.int64], ends: NDArray[np.int64], config: Config
) -> tuple[Texts, NDArray[np.int64]]:
    """The texts of the lines of a piece, and the numbers of those lines of which only the definition can tell. Each
    text is a string of JSON from `starts[i]` to `ends[i]` (int64 [n]), quotes and all; where that is empty, there is
    none."""
    from dedup.kernel import _native

    asked = config.min_words, sketch(config.shape), (match.SEED_SHINGLE, match.SEED_WINDOW, SEED_PART_BITS)
    (texts, text_bounds), blocks, block_bounds, words, bounds, found, unknown = _native.line_texts(
        piece, starts, ends, asked, characters.page
    )
    return Texts(texts, text_bounds, blocks, block_bounds, Packed(*words), bounds, found), unknown


def table(starts: NDArray[np.int32], ends: NDArray[np.int32], tags: NDArray[np.uint8]) -> Table:
    """Blocks of a text of which nothing else is asked."""
    count = len(tags)
    places, main = np.zeros(count, np.int32), np.ones(count, np.bool_)
    return Table(starts, ends, tags, np.zeros(count), places, main, [""] if count else [])


def _told(document: Document | None) -> tuple[NDArray[np.uint8], tuple[NDArray[Any], ...], Packed]:
    """What `Texts` has of one document, or of none."""
    return _of(document) if document else _of_none()


@cache
def _of_none() -> tuple[NDArray[np.uint8], tuple[NDArray[Any], ...], Packed]:
    """Of nothing: there may be as many lines that hold none as there are lines."""
    return _of(None)


def _of(document: Document | None) -> tuple[NDArray[np.uint8], tuple[NDArray[Any], ...], Packed]:
    blocks = Table.of(document.blocks if document else ())
    left = blocks.only(blocks.tags != _RULE)
    text = document.text if document else ""
    words = Spanned(text, left.starts, left.ends, KINDS[left.tags]).words()
    packed = Packed.of(words, np.array([0, len(words.hashes)]))
    return np.frombuffer(text.encode(), np.uint8), (blocks.starts, blocks.ends, blocks.tags), packed


def _put(
    part: Callable[[int, int], _Rows], bounds: NDArray[np.int64], numbers: list[int], others: Sequence[_Rows]
) -> Iterator[_Rows]:
    """The parts of something, with those of some lines replaced: `part` gives its rows from one place to another."""
    at = 0
    for number, other in zip(numbers, others, strict=True):
        yield part(int(bounds[at]), int(bounds[number]))
        yield other
        at = number + 1
    yield part(int(bounds[at]), int(bounds[-1]))


def _replaced(
    column: NDArray[Any], bounds: NDArray[np.int64], numbers: list[int], others: Sequence[NDArray[Any]]
) -> NDArray[Any]:
    """A column with the values of some lines replaced."""
    return np.concatenate(list(_put(lambda low, high: column[low:high], bounds, numbers, others)))


def _edges(bounds: NDArray[np.int64], numbers: list[int], others: Sequence[NDArray[Any]]) -> NDArray[np.int64]:
    """The bounds of a column that `_replaced` gives."""
    sizes = np.diff(bounds)
    sizes[numbers] = [len(each) for each in others]
    return np.concatenate(([0], np.cumsum(sizes)))


def _only(bounds: NDArray[np.int64], rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """The bounds of some rows, where the others are empty."""
    return np.append(bounds[rows], bounds[-1])
