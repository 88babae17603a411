"""What is seen of a page's blocks, as whole numbers: their words, their place in the page, and trafilatura's answer.

Every feature is rounded to a 256th, so that the last bit of a logarithm, which differs between machines, decides
nothing. The names are those of the trained weights (`dedup.model`).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup.data import CHROME_KINDS, Block, Kind, Tag
from dedup.lexicon import dom_kind
from dedup.text import words_of

if TYPE_CHECKING:
    from collections.abc import Sequence

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
    "article",
    "main",
    "aside",
    "footer",
    "header",
    "nav",
    "form",
    "figure",
    "table",
    "ul",
    "blockquote",
    "section",
)
_INSIDE = {name: re.compile(rf"(?:^|/){name}(?:[#.\[/]|$)") for name in _HOLDERS}
_LEAVES = frozenset(
    "p td th tr tbody thead tfoot table li ul ol dl dt dd blockquote h1 h2 h3 h4 h5 h6 pre figure figcaption".split()
)
_NAME_END = re.compile(r"[#.\[]")
_NUMBER = re.compile(r"(?<!/h)\d+")
_OWN = re.compile(r"\.(?:tag|category|author|term|topic|section|postid|post|page-id)-[\w-]+")
"""Classes that name what one article is about or its number, not what stands there."""
_STANDFIRST = re.compile(
    r"[.#][\w-]*(?:standfirst|deck|\bdek\b|subtitle|sub-?head|excerpt|intro|lede?|summary)[^/]*$", re.IGNORECASE
)
_STOP = re.compile(r"[.!?。！？…:\"”][\"”’)]*\s*$")
_SENTENCE = re.compile(r"[.!?。！？](?=\s|$|[\"”])")
_COMMA = re.compile("[,，、،]")
_DIGIT = re.compile(r"\d")
_CAPITAL = re.compile(r"(?:^|\s)[^\W\d_a-z]")
_TAGS = (Tag.PARAGRAPH, Tag.HEADING, Tag.ITEM, Tag.QUOTE, Tag.ROW, Tag.CAPTION, Tag.CODE)
_KINDS = tuple(kind for kind in CHROME_KINDS if kind not in (Kind.CONTACT, Kind.DISCLAIMER))


class Place(NamedTuple):
    """Where a block stands: the element that holds it, the one around that, and what all blocks like it share."""

    holder: str
    outer: str
    signature: str
    level: int
    """Of a heading 1 to 6, else 0."""
    standfirst: bool
    """Whether it says that it holds the lines between headline and article."""
    row: tuple[float, ...]


_PLACE_NAMES = (
    "level", "in_p", "in_box", "body_names", "depth", "comment", "dom",
    *(f"dom_{kind}" for kind in _KINDS), *(f"in_{name}" for name in _HOLDERS),
)  # fmt: skip
_TEXT_NAMES = ("words", "word_length", "stop", "sentences", "commas", "digits", "capitals")
_AROUND_NAMES = ("words", "links", "blocks", "share", "stop", "kept", "home")


@lru_cache(maxsize=1 << 15)
def place(path: str) -> Place:
    """What the path of a block says."""
    steps = path.split("/")
    own = _NAME_END.split(steps[-1], maxsplit=1)[0]
    while len(steps) > 1 and _NAME_END.split(steps[-1], maxsplit=1)[0] in _LEAVES:
        steps.pop()
    level = int(own[1]) if len(own) == 2 and own[0] == "h" and own[1] in "123456" else 0
    kind = dom_kind(path)
    box = own in ("div", "span", "section", "article", "body")
    row = (
        level, own == "p", box, len(_BODY.findall(path)), path.count("/"), bool(_COMMENT.search(path)), bool(kind),
        *(kind is each for each in _KINDS), *(bool(inside.search(path)) for inside in _INSIDE.values()),
    )  # fmt: skip
    signature = _NUMBER.sub("0", _OWN.sub("", path))
    standfirst = _STANDFIRST.search(path) is not None
    return Place("/".join(steps), "/".join(steps[:-1]), signature, level, standfirst, tuple(map(float, row)))


@lru_cache(maxsize=1 << 14)
def _text_row(text: str) -> tuple[float, ...]:
    words, letters = max(1, len(words_of(text))), max(1, len(text))
    return (
        float(np.log1p(len(words_of(text)))),
        letters / words,
        float(_STOP.search(text) is not None),
        len(_SENTENCE.findall(text)) / words,
        len(_COMMA.findall(text)) / words,
        len(_DIGIT.findall(text)) / letters,
        len(_CAPITAL.findall(text)) / words,
    )


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
        "page_share", "page_kept", "page_blocks", "page_words", "page_links", "page_running", "page_covered", "page_says",
        *(f"{name}{step:+d}" for name, steps in _WINDOWS for step in steps), "density",
    )  # fmt: skip


_WINDOWS = (
    ("words", (-2, -1, 1, 2)),
    ("links", (-2, -1, 1, 2)),
    ("stop", (-1, 1)),
    ("level", (-1, 1)),
    ("kept", (-1, 1)),
)


def features(page: Blocks, kept: NDArray[np.bool_], title: str, says: int) -> NDArray[np.int16]:
    """The features (int16 [b, f], in 256ths) of a page's blocks.

    `kept` (bool [b]) are those of trafilatura's answer; `says` is 1 for a page that says it is an article, -1 for one
    that says it is something else, 0 for one that says nothing.
    """
    held = kept.astype(np.float64)
    text = np.array([_text_row(text) for text in page.texts], np.float64)
    where = np.array([each.row for each in page.places], np.float64)
    tags = np.array([[block.tag is tag for tag in _TAGS] for block in page.blocks], np.float64)
    stop, total = text[:, 2], max(1.0, float(page.words.sum()))
    count = len(page.words)
    title_words = set(words_of(title))
    told = [sum(w in title_words for w in words_of(t)) / max(1, len(words_of(t))) for t in page.texts]
    columns = [
        text, page.links[:, None], where, tags,
        (np.arange(count) / max(1, count - 1))[:, None], (np.cumsum(page.words) / total)[:, None],
        *(_around(page, [each[which] for each in page.places], stop, held) for which in range(3)),
        held[:, None], _distances(kept), np.array(told)[:, None], _of_page(page, held, says),
        *(_shifted(column, steps) for column, (_, steps) in zip((text[:, 0], page.links, stop, where[:, 0], held), _WINDOWS, strict=True)),
        _density(page, stop)[:, None],
    ]  # fmt: skip
    return np.clip(np.rint(np.concatenate(columns, axis=1) * UNIT), -32768, 32767).astype(np.int16)


def _around(
    page: Blocks, keys: Sequence[object], stop: NDArray[np.float64], held: NDArray[np.float64]
) -> NDArray[np.float64]:
    """What the blocks of one place have together."""
    numbers: dict[object, int] = {}
    own = np.array([numbers.setdefault(key, len(numbers)) for key in keys], np.int64)

    def total(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.bincount(own, values, len(numbers))

    words = total(page.words)
    some, kept = np.maximum(1, words), total(page.words * held)
    columns = (
        np.log1p(words), total(page.words * page.links) / some, np.log1p(np.bincount(own, minlength=len(numbers))),
        words / max(1.0, float(page.words.sum())), total(page.words * stop) / some,
        kept / some, kept / max(1.0, float(kept.sum())),
    )  # fmt: skip
    return np.stack(columns, axis=1)[own]


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


def _of_page(page: Blocks, held: NDArray[np.float64], says: int) -> NDArray[np.float64]:
    words, running = float(page.words.sum()), page.running
    some, kept = max(1.0, words), float((page.words * held).sum())
    row = [
        kept / some, np.log1p(kept), np.log1p(len(page.words)), np.log1p(some),
        float((page.words * page.links).sum()) / some, np.log1p(running.sum()),
        float((running * held).sum()) / max(1.0, float(running.sum())), float(says),
    ]  # fmt: skip
    return np.tile(row, (len(page.words), 1))


def _shifted(column: NDArray[np.float64], steps: Sequence[int]) -> NDArray[np.float64]:
    """A column of the blocks so many steps further on, 0 past the ends."""
    padded = np.concatenate([np.zeros(2), column, np.zeros(2)])
    return np.stack([padded[2 + step : 2 + step + len(column)] for step in steps], axis=1)


_KERNEL = np.exp(-np.abs(np.arange(-6, 7)) / 2.0)


def _density(page: Blocks, stop: NDArray[np.float64]) -> NDArray[np.float64]:
    """Unlinked words around a block, those of whole sentences counted twice."""
    weight = page.words * (1 - page.links) * (1 + stop)
    smooth = np.convolve(np.pad(weight, 6), _KERNEL, "valid")
    return np.asarray(np.log1p(np.maximum(smooth, 0)), np.float64)
