"""Where a block stands in its page, as the path of its elements says it: what is seen of it, and what is like it."""

from __future__ import annotations

import re
from array import array
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from dedup.data import CHROME_KINDS, Kind
from dedup.lexicon import dom_kind

if TYPE_CHECKING:
    from collections.abc import Iterable

UNIT = 256
"""Of a feature: it is a whole number of these parts."""
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
    comment: bool
    """Whether it says that it holds what readers wrote."""
    row: bytes
    """Its features, as they stand in memory: int16."""


PLACE_NAMES = (
    "level", "in_p", "in_box", "body_names", "depth", "comment", "dom",
    *(f"dom_{kind}" for kind in _KINDS), *(f"in_{name}" for name in _HOLDERS),
)  # fmt: skip


def _row(values: Iterable[int]) -> bytes:
    """Features that are whole numbers, in 256ths."""
    return array("h", [min(32767, value * UNIT) for value in values]).tobytes()


_KIND_ROWS = {kind: _row([kind is not None, *(kind is each for each in _KINDS)]) for kind in (None, *Kind)}


_HOLDER_BITS = {name: 1 << number for number, name in enumerate(_HOLDERS)}


class _Step(NamedTuple):
    """What one step of a path says: paths of a page share most of theirs."""

    tag: str
    holder: int
    """The bit of `_HOLDERS`, 0 for other tags."""
    bodies: int
    comment: bool
    standfirst: bool
    signature: str


@lru_cache(maxsize=1 << 14)
def _step(step: str) -> _Step:
    signature = _NUMBER.sub("0", _OWN.sub("", step))
    tag = _NAME_END.split(step, maxsplit=1)[0]
    bodies, comment = len(_BODY.findall(step)), _COMMENT.search(step) is not None
    return _Step(tag, _HOLDER_BITS.get(tag, 0), bodies, comment, _STANDFIRST.search(step) is not None, signature)


@lru_cache(maxsize=1 << 12)
def _own_row(tag: str, bodies: int, depth: int, comment: bool) -> bytes:
    box = tag in ("div", "span", "section", "article", "body")
    return _row((_level(tag), tag == "p", box, bodies, depth, comment))


def _level(tag: str) -> int:
    return int(tag[1]) if len(tag) == 2 and tag[0] == "h" and tag[1] in "123456" else 0


@lru_cache(maxsize=1 << 12)
def _holder_row(holders: int) -> bytes:
    return _row([holders & bit != 0 for bit in _HOLDER_BITS.values()])


@lru_cache(maxsize=1 << 15)
def place(path: str) -> Place:
    """What the path of a block says."""
    steps = path.split("/")
    said = list(map(_step, steps))
    holders = bodies = 0
    comment = False
    for _, bit, names, commenting, _, _ in said:
        holders, bodies, comment = holders | bit, bodies + names, comment or commenting
    own, last = said[-1], len(said)
    row = _own_row(own.tag, bodies, last - 1, comment) + _KIND_ROWS[dom_kind(path)] + _holder_row(holders)
    while last > 1 and said[last - 1].tag in _LEAVES:
        last -= 1
    signatures = [step.signature for step in said]
    around, signature = "/".join(signatures[:last]), "/".join(signatures)
    holder, outer = "/".join(steps[:last]), "/".join(steps[: last - 1])
    return Place(holder, outer, signature, around, _level(own.tag), own.standfirst, comment, row)
