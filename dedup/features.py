"""What is seen of a page's blocks, as whole numbers: their words, their place in the page, and trafilatura's answer.

Every feature is rounded to a 256th, so that the last bit of a logarithm, which differs between machines, decides
nothing. The names are those of the trained weights (`dedup.model`).
"""

from __future__ import annotations

import re
from itertools import count, pairwise
from math import log1p
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup import kernel
from dedup.data import Tag
from dedup.hashed import Hashed
from dedup.places import PLACE_NAMES, UNIT, Place, place
from dedup.spans import Spans
from dedup.table import TAGS as ALL_TAGS
from dedup.table import Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from dedup.data import Block

RUNNING = 15
"""Words from which on a block without links is a paragraph of running text."""
_FAR = 100
"""Blocks between a block and the nearest that trafilatura keeps, at most."""
_STOPS, _QUOTES = ".!?\u3002\uff01\uff1f\u2026:", '"\u201d\u2019)'
_SENTENCE = re.compile('[.!?\u3002\uff01\uff1f](?=\\s|$|["\u201d])')
_DIGIT, _ASCII_DIGIT = re.compile(r"\d"), re.compile("[0-9]")
# The letter first, which a search finds fast, and then that a word starts with it.
_CAPITAL, _ASCII_CAPITAL = re.compile(r"[^\W\d_a-z](?<!\S.)"), re.compile(r"[A-Z](?<!\S.)")
TAGS = (Tag.PARAGRAPH, Tag.HEADING, Tag.ITEM, Tag.QUOTE, Tag.ROW, Tag.CAPTION, Tag.CODE)
_TEXT_NAMES = ("words", "word_length", "stop", "sentences", "commas", "digits", "capitals")
_AROUND_NAMES = ("words", "links", "blocks", "share", "stop", "kept", "home")
_WINDOWS = (
    ("words", (-2, -1, 1, 2)),
    ("links", (-2, -1, 1, 2)),
    ("stop", (-1, 1)),
    ("level", (-1, 1)),
    ("kept", (-1, 1)),
)


_OTHER = 255
_TAG_NUMBERS = np.array([TAGS.index(tag) if tag in TAGS else _OTHER for tag in ALL_TAGS], np.uint8)


def _text_row(text: str, known: int) -> tuple[float, ...]:
    """What a text of so many words says: `_TEXT_NAMES`."""
    plain = text.isascii()
    words, letters = max(1, known), max(1, len(text))
    digits, capitals = (_ASCII_DIGIT, _ASCII_CAPITAL) if plain else (_DIGIT, _CAPITAL)
    commas = text.count(",") if plain else sum(map(text.count, ",\uff0c\u3001\u060c"))
    return (
        log1p(known), letters / words, _stops(text), len(_SENTENCE.findall(text)) / words, commas / words,
        len(digits.findall(text)) / letters, len(capitals.findall(text)) / words,
    )  # fmt: skip


def _stops(text: str) -> bool:
    """Whether a text ends as a sentence does: with a stop, maybe in quotes or brackets, or with a closing quote."""
    text = text.rstrip()
    bare = text.rstrip(_QUOTES)
    return (bare != "" and bare[-1] in _STOPS) or any(quote in text[len(bare) :] for quote in '"\u201d')


class Blocks(NamedTuple):
    """The blocks of a page as they are looked at: all of length b, but for the p places."""

    spans: Spans
    """Where their texts stand."""
    hashed: Hashed
    """Their words."""
    words: NDArray[np.float64]
    """How many words each has."""
    links: NDArray[np.float64]
    tags: NDArray[np.uint8]
    """Numbers in `TAGS`, 255 for others."""
    at: NDArray[np.int32]
    """The number of the place of each."""
    distinct: Sequence[Place]
    """The places, each once."""
    groups: NDArray[np.int32]
    """The numbers (int32 [p, 3]) of each place's holder, outer element and signature."""

    @classmethod
    def of(cls, texts: Sequence[str] | Spans, blocks: Sequence[Block]) -> Blocks:
        """Look at the blocks of a page."""
        table, spans = Table.of(blocks), texts if isinstance(texts, Spans) else Spans.whole(texts)
        hashed = Hashed.of(spans)
        used, at = np.unique(table.places, return_inverse=True)
        places = [place(table.paths[number]) for number in used.tolist()]
        names = ([place.holder for place in places], [place.outer for place in places])
        groups = np.array([*map(_numbers, names), _numbers([place.signature for place in places])], np.int32)
        words = hashed.counts.astype(np.float64)
        columns = (words, table.links, _TAG_NUMBERS[table.tags], at.astype(np.int32))
        return cls(spans, hashed, *columns, places, np.ascontiguousarray(groups.T))

    @property
    def texts(self) -> list[str]:
        """The text of each block."""
        return list(self.spans.strings())

    @property
    def places(self) -> list[Place]:
        """The place of each block."""
        return [self.distinct[number] for number in self.at.tolist()]

    @property
    def running(self) -> NDArray[np.float64]:
        """The words of those that are paragraphs of running text, 0 for the others."""
        return np.where((self.words >= RUNNING) & (self.links < 0.3), self.words, 0.0)


def _numbers(names: Sequence[str]) -> list[int]:
    """Which of the different names each is."""
    numbers = dict(zip(dict.fromkeys(names), count(), strict=False))
    return list(map(numbers.__getitem__, names))


def names() -> tuple[str, ...]:
    """The names of the features, in order."""
    around = tuple(f"{which}_{name}" for which in ("holder", "outer", "signature") for name in _AROUND_NAMES)
    return (
        *_TEXT_NAMES, "links", *PLACE_NAMES, *(f"tag_{tag}" for tag in TAGS), "at", "words_before", *around,
        "kept", "next_kept", "last_kept", "before", "after", "title",
        "page_share", "page_kept", "page_blocks", "page_words", "page_links", "page_running", "page_covered",
        "page_says",
        *(f"{name}{step:+d}" for name, steps in _WINDOWS for step in steps), "density",
    )  # fmt: skip


_AT = {name: number for number, name in enumerate(names())}
_LINKS, _MIDDLE, _STEPS, _DENSITY = _AT["links"], _AT["at"], _AT["words-2"], _AT["density"]


def features(page: Blocks, kept: NDArray[np.bool_], title: str, says: int) -> NDArray[np.int16]:
    """The features (int16 [b, f], in 256ths) of a page's blocks.

    `kept` (bool [b]) are those of trafilatura's answer; `says` is 1 for a page that says it is an article, -1 for one
    that says it is something else, 0 for one that says nothing.
    """
    if not kernel.NATIVE or not len(page.words):
        return defined(page, kept, title, says)
    from dedup.kernel import _native

    texts, told = _native.text_features(*page.spans, page.hashed.counts), _told(page.hashed, title)
    columns = (page.words, page.links, told, kept, page.tags, page.at, _place_rows(page), page.groups)
    return _native.features(texts, *columns, says)


def _place_rows(page: Blocks) -> NDArray[np.int16]:
    rows = b"".join([place.row for place in page.distinct])
    return np.frombuffer(rows, np.int16).reshape(len(page.distinct), len(PLACE_NAMES))


def defined(page: Blocks, kept: NDArray[np.bool_], title: str, says: int) -> NDArray[np.int16]:
    """The definition of `features`."""
    size, total = len(page.words), max(1.0, float(page.words.sum()))
    rows = np.empty((size, len(_AT)), np.int16)
    if not size:
        return rows
    rows[:, _LINKS + 1 : _MIDDLE - len(TAGS)] = _place_rows(page)[page.at]
    rows[:, _MIDDLE - len(TAGS) : _MIDDLE] = (page.tags[:, None] == np.arange(len(TAGS))) * UNIT
    text = np.array(list(map(_text_row, page.texts, page.hashed.counts.tolist())), np.float64)
    held, stop = kept.astype(np.float64), text[:, _AT["stop"]]
    middle = [
        (np.arange(size) / max(1, size - 1))[:, None], (np.cumsum(page.words) / total)[:, None],
        _around(page, stop, held, total), held[:, None], _distances(kept), _told(page.hashed, title)[:, None],
        np.tile(_of_page(page, held, says), (size, 1)),
    ]  # fmt: skip
    numbers = np.concatenate([text, page.links[:, None], *middle, _density(page, stop)[:, None]], axis=1)
    whole = np.clip(np.rint(numbers * UNIT), -32768, 32767).astype(np.int16)
    first = _LINKS + 1
    rows[:, :first], rows[:, _MIDDLE:_STEPS], rows[:, _DENSITY] = whole[:, :first], whole[:, first:-1], whole[:, -1]
    _look_around(rows)
    return rows


def _told(blocks: Hashed, title: str) -> NDArray[np.float64]:
    """The share of every block's words that the title has."""
    words = np.sort(Hashed.of([title]).hashes)
    if not len(words):
        return np.zeros(len(blocks.bounds) - 1, np.float64)
    same = words[np.minimum(np.searchsorted(words, blocks.hashes), len(words) - 1)] == blocks.hashes
    sums = np.zeros(len(same) + 1, np.int64)
    np.cumsum(same, out=sums[1:])
    return np.diff(sums[blocks.bounds]) / np.maximum(1, blocks.counts)


def _around(page: Blocks, stop: NDArray[np.float64], held: NDArray[np.float64], total: float) -> NDArray[np.float64]:
    """What the blocks of one place have together: of one holder, one outer element, one signature."""
    sizes = page.groups.max(axis=0) + 1
    ends = [0, *np.cumsum(sizes).tolist()]
    places = (page.groups[page.at] + ends[:3]).T.ravel()
    weights = np.stack([page.words, page.words * page.links, page.words * stop, page.words * held])
    words, linked, stopped, kept = (np.bincount(places, np.tile(each, 3), ends[-1]) for each in weights)
    some = np.maximum(1, words)
    shares = [kept[low:high] / max(1.0, float(kept[low:high].sum())) for low, high in pairwise(ends)]
    columns = (
        np.log1p(words), linked / some, np.log1p(np.bincount(places, minlength=ends[-1])), words / total,
        stopped / some, kept / some, np.concatenate(shares),
    )  # fmt: skip
    return np.concatenate(np.split(np.stack(columns, axis=1)[places], 3), axis=1)


def _distances(kept: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Of every block: how far the next and the last kept one is, and whether it stands before or after all of them."""
    at, on = np.arange(len(kept)), np.flatnonzero(kept)
    if not len(on):
        return np.stack([np.full(len(kept), np.log1p(_FAR))] * 2 + [np.zeros(len(kept))] * 2, axis=1)
    following = np.searchsorted(on, at)
    after = np.where(following < len(on), on[np.minimum(following, len(on) - 1)] - at, _FAR)
    before = np.where(following > 0, at - on[np.maximum(following - 1, 0)], _FAR)
    return np.stack(
        [np.log1p(np.minimum(after, _FAR)), np.log1p(np.minimum(before, _FAR)), at < on[0], at > on[-1]], axis=1
    )


def _of_page(page: Blocks, held: NDArray[np.float64], says: int) -> list[float]:
    # np.cumsum adds one after the other, as the kernel does; np.sum in an order of its own.
    words, running = float(page.words.sum()), page.running
    some, kept = max(1.0, words), float((page.words * held).sum())
    return [
        kept / some, np.log1p(kept), np.log1p(len(page.words)), np.log1p(some),
        float(np.cumsum(page.words * page.links)[-1]) / some, np.log1p(running.sum()),
        float((running * held).sum()) / max(1.0, float(running.sum())), float(says),
    ]  # fmt: skip


def _look_around(rows: NDArray[np.int16]) -> None:
    """Give every block some features of those so many steps further on, 0 past the ends."""
    padded = np.zeros((len(rows) + 4, len(_WINDOWS)), np.int16)
    padded[2:-2] = rows[:, [_AT[name] for name, _ in _WINDOWS]]
    steps = ((number, step) for number, (_, steps) in enumerate(_WINDOWS) for step in steps)
    for column, (number, step) in enumerate(steps, _STEPS):
        rows[:, column] = padded[2 + step : 2 + step + len(rows), number]


_KERNEL = np.exp(-np.abs(np.arange(-6, 7)) / 2.0)


def _density(page: Blocks, stop: NDArray[np.float64]) -> NDArray[np.float64]:
    """Unlinked words around a block, those of whole sentences counted twice."""
    weight = np.zeros(len(stop) + 12)
    weight[6:-6] = page.words * (1 - page.links) * (1 + stop)
    smooth = np.convolve(weight, _KERNEL, "valid")
    return np.asarray(np.log1p(np.maximum(smooth, 0)), np.float64)
