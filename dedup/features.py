"""What is seen of a page's blocks, as whole numbers: their words, their place in the page, and trafilatura's answer.

Every feature is rounded to a 256th, so that the last bit of a logarithm, which differs between machines, decides
nothing. The names are those of the trained weights (`dedup.model`).
"""

from __future__ import annotations

import re
from array import array
from functools import lru_cache
from itertools import count, pairwise
from math import log1p
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup.data import CHROME_KINDS, Block, Kind, Tag
from dedup.lexicon import dom_kind
from dedup.text import words_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

UNIT = 256
RUNNING = 15
"""Words from which on a block without links is a paragraph of running text."""
_FAR = 100
"""Blocks between a block and the nearest that trafilatura keeps, at most."""
_BODY = re.compile(r"[#.][\w-]*(?:article|content|body|entry|post|story|text|main)", re.IGNORECASE)
_COMMENT = re.compile(
    r"[#.](?:[\w-]*[-_])?comments?(?:[-_.#/\[\d]|list|body|text|content|inner|box|thread|$)"
    r"|[#.]c\d{4,}(?:[./]|$)|[#.]disqus",
    re.IGNORECASE,
)
_HOLDERS = (
    "article", "main", "aside", "footer", "header", "nav", "form", "figure", "table", "ul", "blockquote", "section",
)  # fmt: skip
_LEAVES = frozenset(
    "p td th tr tbody thead tfoot table li ul ol dl dt dd blockquote h1 h2 h3 h4 h5 h6 pre figure figcaption".split()
)
_NAME_END = re.compile(r"[#.\[]")
_NUMBER = re.compile(r"(?<!^h)\d+")
_OWN = re.compile(r"\.(?:tag|category|author|term|topic|section|postid|post|page-id)-[\w-]+")
"""Classes that name what one article is about or its number, not what stands there."""
_STANDFIRST = re.compile(
    r"[.#][\w-]*(?:standfirst|deck|\bdek\b|subtitle|sub-?head|excerpt|intro|lede?|summary)[^/]*$", re.IGNORECASE
)
_STOPS, _QUOTES = ".!?\u3002\uff01\uff1f\u2026:", '"\u201d\u2019)'
_SENTENCE = re.compile('[.!?\u3002\uff01\uff1f](?=\\s|$|["\u201d])')
_DIGIT, _ASCII_DIGIT = re.compile(r"\d"), re.compile("[0-9]")
# The letter first, which a search finds fast, and then that a word starts with it.
_CAPITAL, _ASCII_CAPITAL = re.compile(r"[^\W\d_a-z](?<!\S.)"), re.compile(r"[A-Z](?<!\S.)")
_TAGS = (Tag.PARAGRAPH, Tag.HEADING, Tag.ITEM, Tag.QUOTE, Tag.ROW, Tag.CAPTION, Tag.CODE)
_KINDS = tuple(kind for kind in CHROME_KINDS if kind not in (Kind.CONTACT, Kind.DISCLAIMER))


class Place(NamedTuple):
    """Where a block stands: the element that holds it, the one around that, and what all blocks like it share."""

    holder: str
    outer: str
    signature: str
    around: str
    """The signature of the holder."""
    level: int
    """Of a heading 1 to 6, else 0."""
    standfirst: bool
    """Whether it says that it holds the lines between headline and article."""
    row: bytes
    """Its features, as they stand in memory: int16."""


_PLACE_NAMES = (
    "level", "in_p", "in_box", "body_names", "depth", "comment", "dom",
    *(f"dom_{kind}" for kind in _KINDS), *(f"in_{name}" for name in _HOLDERS),
)  # fmt: skip
_TEXT_NAMES = ("words", "word_length", "stop", "sentences", "commas", "digits", "capitals")
_AROUND_NAMES = ("words", "links", "blocks", "share", "stop", "kept", "home")
_WINDOWS = (
    ("words", (-2, -1, 1, 2)),
    ("links", (-2, -1, 1, 2)),
    ("stop", (-1, 1)),
    ("level", (-1, 1)),
    ("kept", (-1, 1)),
)


def _row(values: Iterable[int]) -> bytes:
    """Features that are whole numbers, in 256ths."""
    return array("h", [min(32767, value * UNIT) for value in values]).tobytes()


_TAG_ROWS = {tag: _row([tag is each for each in _TAGS]) for tag in Tag}
_KIND_ROWS = {kind: _row([kind is not None, *(kind is each for each in _KINDS)]) for kind in (None, *Kind)}


class _Step(NamedTuple):
    """What one step of a path says: paths of a page share most of theirs."""

    tag: str
    bodies: int
    comment: bool
    signature: str


@lru_cache(maxsize=1 << 14)
def _step(step: str) -> _Step:
    signature = _NUMBER.sub("0", _OWN.sub("", step))
    tag = _NAME_END.split(step, maxsplit=1)[0]
    return _Step(tag, len(_BODY.findall(step)), _COMMENT.search(step) is not None, signature)


@lru_cache(maxsize=1 << 15)
def place(path: str) -> Place:
    """What the path of a block says."""
    steps = path.split("/")
    said = [_step(step) for step in steps]
    own, inside = said[-1].tag, {step.tag for step in said}
    level = int(own[1]) if len(own) == 2 and own[0] == "h" and own[1] in "123456" else 0
    box = own in ("div", "span", "section", "article", "body")
    bodies, comment = sum([step.bodies for step in said]), any(step.comment for step in said)
    row = _row((level, own == "p", box, bodies, len(steps) - 1, comment)) + _KIND_ROWS[dom_kind(path)]
    row += _row([name in inside for name in _HOLDERS])
    signature = "/".join([step.signature for step in said])
    standfirst = _STANDFIRST.search(steps[-1]) is not None
    while len(steps) > 1 and said[len(steps) - 1].tag in _LEAVES:
        steps.pop()
    around = "/".join([step.signature for step in said[: len(steps)]])
    return Place("/".join(steps), "/".join(steps[:-1]), signature, around, level, standfirst, row)


@lru_cache(maxsize=1 << 14)
def _text_row(text: str) -> bytes:
    known, plain = len(words_of(text)), text.isascii()
    words, letters = max(1, known), max(1, len(text))
    digits, capitals = (_ASCII_DIGIT, _ASCII_CAPITAL) if plain else (_DIGIT, _CAPITAL)
    commas = text.count(",") if plain else sum(map(text.count, ",\uff0c\u3001\u060c"))
    row = (
        log1p(known), letters / words, _stops(text), len(_SENTENCE.findall(text)) / words, commas / words,
        len(digits.findall(text)) / letters, len(capitals.findall(text)) / words,
    )  # fmt: skip
    return array("d", row).tobytes()


def _stops(text: str) -> bool:
    """Whether a text ends as a sentence does: with a stop, maybe in quotes or brackets, or with a closing quote."""
    text = text.rstrip()
    bare = text.rstrip(_QUOTES)
    return (bare != "" and bare[-1] in _STOPS) or any(quote in text[len(bare) :] for quote in '"\u201d')


class Blocks(NamedTuple):
    """The blocks of a page as they are looked at: all of length b."""

    texts: Sequence[str]
    blocks: Sequence[Block]
    words: NDArray[np.float64]
    """How many words each has."""
    links: NDArray[np.float64]
    places: Sequence[Place]

    @classmethod
    def of(cls, texts: Sequence[str], blocks: Sequence[Block]) -> Blocks:
        """Look at the blocks of a page."""
        words = np.array([len(words_of(text)) for text in texts], np.float64)
        links = np.array([block.links for block in blocks], np.float64)
        return cls(texts, blocks, words, links, [place(block.path) for block in blocks])

    @property
    def running(self) -> NDArray[np.float64]:
        """The words of those that are paragraphs of running text, 0 for the others."""
        return np.where((self.words >= RUNNING) & (self.links < 0.3), self.words, 0.0)


def names() -> tuple[str, ...]:
    """The names of the features, in order."""
    around = tuple(f"{which}_{name}" for which in ("holder", "outer", "signature") for name in _AROUND_NAMES)
    return (
        *_TEXT_NAMES, "links", *_PLACE_NAMES, *(f"tag_{tag}" for tag in _TAGS), "at", "words_before", *around,
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
    size, total = len(page.words), max(1.0, float(page.words.sum()))
    rows = np.empty((size, len(_AT)), np.int16)
    if not size:
        return rows
    of_paths = [place.row + _TAG_ROWS[block.tag] for place, block in zip(page.places, page.blocks, strict=True)]
    rows[:, _LINKS + 1 : _MIDDLE] = np.frombuffer(b"".join(of_paths), np.int16).reshape(size, -1)
    text = np.frombuffer(b"".join(map(_text_row, page.texts))).reshape(size, -1)
    held, stop = kept.astype(np.float64), text[:, _AT["stop"]]
    middle = [
        (np.arange(size) / max(1, size - 1))[:, None], (np.cumsum(page.words) / total)[:, None],
        _around(page, stop, held, total), held[:, None], _distances(kept), _told(page.texts, title)[:, None],
        np.tile(_of_page(page, held, says), (size, 1)),
    ]  # fmt: skip
    numbers = np.concatenate([text, page.links[:, None], *middle, _density(page, stop)[:, None]], axis=1)
    whole = np.clip(np.rint(numbers * UNIT), -32768, 32767).astype(np.int16)
    first = _LINKS + 1
    rows[:, :first], rows[:, _MIDDLE:_STEPS], rows[:, _DENSITY] = whole[:, :first], whole[:, first:-1], whole[:, -1]
    _look_around(rows)
    return rows


def _told(texts: Sequence[str], title: str) -> NDArray[np.float64]:
    """The share of every block's words that the title has."""
    title_words = frozenset(words_of(title))
    told = np.zeros(len(texts), np.float64)
    for number, text in enumerate(texts):
        words = words_of(text)
        if not title_words.isdisjoint(words):
            told[number] = sum(map(title_words.__contains__, words)) / len(words)
    return told


def _around(page: Blocks, stop: NDArray[np.float64], held: NDArray[np.float64], total: float) -> NDArray[np.float64]:
    """What the blocks of one place have together: of one holder, one outer element, one signature."""
    own: list[int] = []
    ends = [0]
    for which in range(3):
        keys = [place[which] for place in page.places]
        numbers = dict(zip(dict.fromkeys(keys), count(ends[-1])))
        own += map(numbers.__getitem__, keys)
        ends.append(ends[-1] + len(numbers))
    places = np.array(own, np.intp)
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
    words, running = float(page.words.sum()), page.running
    some, kept = max(1.0, words), float((page.words * held).sum())
    return [
        kept / some, np.log1p(kept), np.log1p(len(page.words)), np.log1p(some),
        float((page.words * page.links).sum()) / some, np.log1p(running.sum()),
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
