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
    return Place("/".join(steps), "/".join(steps[:-1]), signature, around, level, standfirst, comment, row)
