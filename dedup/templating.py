"""Pages of templates: the only module that imports jinja2, and where texts of documents become HTML.

Everything that a template writes is escaped. What comes out of a document goes through `shown` besides: the characters
that are not seen, or turn the writing around, stand there as signs.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from functools import cache, lru_cache, partial
from importlib.resources import files
from typing import TYPE_CHECKING, Any, NamedTuple
from unicodedata import name as name_of

import jinja2
from markupsafe import Markup, escape

from dedup.patterns import V1, compiled
from dedup.shelf import SHELF, as_it_is

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import CodeType

MOST = 600
"""Code points of a text that a page shows, where it does not say otherwise."""
_SELECTORS = r"\ufe00-\ufe0f\U000e0100-\U000e01ef"
# Not seen: controls, halves of surrogate pairs, what ends lines, marks of direction, what Unicode calls ignorable, what
# is no character. A joiner is left where the letters or pictures before it need it (Persian, Devanagari, families of
# emoji), a variation selector behind what it varies.
_UNSEEN = r"\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}\ufff9-\ufffb"
_JOINED = r"\u0590-\u1fff\u2190-\ud7ff\ufe0f\U0001f000-\U0001faff"
_HIDDEN = compiled(
    rf"(?|([[{_UNSEEN}]--[\t\n\u200c\u200d{_SELECTORS}]])\1*"
    rf"|(?<![{_JOINED}])([\u200c\u200d])\1*"
    rf"|(?<=^|[\s{_SELECTORS}])([{_SELECTORS}])\1*)",
    V1,
)
_SIGNS = {
    "\u00ad": "SHY", "\u034f": "CGJ", "\u061c": "ALM", "\u200b": "ZWSP", "\u200c": "ZWNJ", "\u200d": "ZWJ",
    "\u200e": "LRM", "\u200f": "RLM", "\u2028": "LS", "\u2029": "PS", "\u202a": "LRE", "\u202b": "RLE", "\u202c": "PDF",
    "\u202d": "LRO", "\u202e": "RLO", "\u2060": "WJ", "\u2066": "LRI", "\u2067": "RLI", "\u2068": "FSI",
    "\u2069": "PDI", "\ufeff": "BOM", "\x7f": "\u2421",
}  # fmt: skip


class Inline(NamedTuple):
    """A style or script of ours that stands in a page, and the source that a Content-Security-Policy allows it by."""

    text: Markup
    source: str


_SYNTAX: dict[str, Any] = {"autoescape": True, "trim_blocks": True, "lstrip_blocks": True}
"""What templates are compiled with."""


class _Environment(jinja2.Environment):
    """Templates, kept compiled for the next process: to compile the report's takes .1 s."""

    def compile(self, source: str, name: str | None = None, *options: Any, **more: Any) -> CodeType:  # type: ignore[override]
        made_of = f"jinja2 {jinja2.__version__} {_SYNTAX} {options} {more} {name} {source}"
        make = partial(super().compile, source, name, *options, **more)
        return SHELF.get(made_of, make, as_it_is, as_it_is)


@cache
def environment() -> jinja2.Environment:
    """What renders templates: it escapes whatever it is given, and a name that is not there is an error."""
    found = _Environment(undefined=jinja2.StrictUndefined, loader=jinja2.FunctionLoader(_read), **_SYNTAX)
    found.filters |= {each.__name__: each for each in (number, percent, many, clip, shown, marked)}
    return found


def render(template: str, **values: Any) -> str:
    """A page of a template in `dedup/templates`."""
    return environment().get_template(template).render(values)


def rendered(template: str, **values: Any) -> Iterator[str]:
    """`render`, piece by piece."""
    return environment().get_template(template).generate(values)


@cache
def inline(*names: str) -> Inline:
    """Files of `dedup/templates` as one style or script.

    >>> inline("common.css").source[:8]
    "'sha256-"
    """
    text = "".join(map(_read, names))
    digest = b64encode(hashlib.sha256(text.encode()).digest()).decode()
    markup = Markup(text)  # nosec B704  # of our own files
    return Inline(markup, f"'sha256-{digest}'")


def _read(name: str) -> str:
    return (files("dedup") / "templates" / name).read_text(encoding="utf-8")


def number(value: float) -> str:
    """A number as people read it.

    >>> number(1234567), number(12.5)
    ('1,234,567', '12.5')
    """
    return f"{value:,}"


def many(count: int, noun: str) -> str:
    """A number of things, in words.

    >>> many(1, "document"), many(1200, "copy")
    ('1 document', '1,200 copies')
    """
    plural = noun[:-1] + "ies" if noun.endswith("y") else f"{noun}s"
    return f"{number(count)} {noun if count == 1 else plural}"


def percent(share: float) -> str:
    """A share of one in percent; what is not all or nothing never looks so.

    >>> percent(0.1234), percent(0.00001), percent(0.99999), percent(1)
    ('12.3 %', '< 0.1 %', '> 99.9 %', '100 %')
    """
    if 0 < share < 0.001:
        return "< 0.1 %"
    if 0.999 < share < 1:
        return "> 99.9 %"
    return f"{100 * share:.0f} %" if share in (0, 1) else f"{100 * share:.1f} %"


def clip(text: str, most: int = MOST) -> str:
    """The first of a text, with an ellipsis where it was cut.

    >>> clip("The ferry left", 9), clip("The ferry", 9)
    ('The ferr…', 'The ferry')
    """
    return text if len(text) <= most else text[: max(0, most - 1)] + "…"


def shown(text: object, most: int = MOST) -> Markup:
    """A text of a document for a page, with what is not seen of it as signs, and apart from the direction of what
    stands around it."""
    return Markup("<bdi>") + marked(text, most) + Markup("</bdi>")


def bare(text: object, most: int = MOST) -> str:
    """`shown`, where only text can stand, as in the title of a page: what is not seen is a replacement character.

    >>> bare("a\u202eb")
    'a\ufffdb'
    """
    return _HIDDEN.sub("\ufffd", clip(str(text), most))


def marked(text: object, most: int = MOST) -> Markup:
    """`shown`, for a text that stands in a `bdi` with others.

    >>> str(marked("a<b\\u202e\\x00\\x00"))[:50]
    'a&lt;b<span class="sign" title="U+202E RIGHT-TO-LE'
    """
    bounded = clip(str(text), most).replace("\r\n", "\n")
    return Markup("").join(_pieces(bounded)) if _HIDDEN.search(bounded) else escape(bounded)


def _pieces(text: str) -> Iterator[Markup]:
    last = 0
    for found in _HIDDEN.finditer(text):
        yield escape(text[last : found.start()])
        yield _sign(found[1], len(found[0]))
        last = found.end()
    yield escape(text[last:])


@lru_cache(maxsize=1_000)
def _sign(char: str, times: int) -> Markup:
    """What stands for a character, as often as it stands there in a row."""
    code = f"U+{ord(char):04X}"
    picture = chr(0x2400 + ord(char)) if char < " " else _SIGNS.get(char, code)
    often = f"×{times}" if times > 1 else ""
    title = f"{code} {name_of(char, 'control' if char < 'ÿ' else '')}".rstrip()
    return Markup('<span class="sign" title="{}">{}{}</span>').format(title, picture, often)
