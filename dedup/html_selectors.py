"""Trafilatura's selectors, answered from memory: the elements that its XPath expressions find, several times faster.

Most of them look for elements of which one attribute or another matches, by regular expressions for which lxml calls
Python: half of the time that trafilatura takes. But a page has few different classes and ids for its thousand elements,
and the next page of the site has the same. So each value is tried once, its answer is kept, and lxml is asked of those
elements alone that have a value which matches. Which expressions are of this kind is read off their text: others, in
this or another version of trafilatura, stay as they are.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from functools import cache, partial
from itertools import compress, islice, repeat, zip_longest
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from lxml.etree import _Element

    Finds: TypeAlias = Callable[[_Element], list[_Element]]
    """What trafilatura does with an XPath object: the elements below one, in the document's order."""

_MOST, _LONGEST = 4096, 200
"""So many values are kept of one attribute in one expression, of so many characters each: 50 MB of all at worst."""

_SHAPE = re.compile(r"(?P<all>\()?\s*\.//\*\s*(?P<predicates>\[.*\])\s*(?(all)\)\s*\[1\])", re.DOTALL)
"""`.//*[...]...`, or `(.//*[...]...)[1]`."""
_TEXT = r"""(?:'[^']*'|"[^"]*")"""
_PREDICATE = re.compile(rf"\[((?:{_TEXT}|[^'\"\[\]])*)\]\s*")
_NAMES = re.compile(r"\s*self::[\w-]+(?:\s+or\s+self::[\w-]+)*\s*")
_VALUE = r"@[\w-]+(?:\s*\|\s*@[\w-]+)*"
_MATCH = re.compile(
    rf"""(?P<function>re:test|contains|starts-with)\(\s*
         (?P<translate>translate\(\s*)?(?P<value>{_VALUE})(?(translate)\s*,\s*(?P<old>{_TEXT})\s*,\s*(?P<new>{_TEXT})\s*\))
         \s*,\s*(?P<text>{_TEXT})\s*(?:,\s*(?P<flags>{_TEXT})\s*)?\)
       | (?P<plain>{_VALUE})(?:\s*=\s*(?P<equal>{_TEXT}))?""",
    re.VERBOSE,
)
_EITHER = re.compile(r"\s*@(?:\s+or\s+@)*\s*")
"""A predicate with `@` for each match. Each looks at one value (of `@id|@class` at the one that comes first), so that
what is true of an element is true of one of its values."""
_BESIDES = re.compile(
    rf"(?:{_TEXT}|@[\w-]+|self::[\w-]+(?![\w:-]|\s*\()|\.//[\w-]+(?![\w:-]|\s*\()"
    r"|(?:re:test|contains|starts-with|translate|not)(?=\()|(?<![\w-])(?:and|or)(?![\w-])|[(),=|\s])+"
)
"""A predicate that is true or false of an element wherever it is asked: without numbers, which are places in a list."""


@contextmanager
def remembering() -> Iterator[None]:
    """While it lasts, trafilatura's lists of expressions hold a `Selector` for each that one can stand for."""
    lists = _lists()
    originals = [list(each) for each in lists]
    for each in lists:
        each[:] = map(selector, each)
    try:
        yield
    finally:
        for each, original in zip(lists, originals, strict=True):
            each[:] = original


@cache
def _lists() -> list[list[Finds]]:
    """Those by which trafilatura finds text; the others are for metadata, which it is not asked for."""
    from trafilatura import xpaths

    return [each for name, each in vars(xpaths).items() if name.endswith(("_XPATH", "_ELEMENTS"))]


@cache
def selector(expression: Finds) -> Finds:
    """The fastest that finds the same elements as an XPath object, below any element, in the same order."""
    shape = _SHAPE.fullmatch(getattr(expression, "path", "").strip())
    if not shape or _PREDICATE.sub("", shape["predicates"]):  # something stands between the predicates
        return expression
    predicates = _PREDICATE.findall(shape["predicates"])
    names = predicates.pop(0) if _NAMES.fullmatch(predicates[0]) else ""
    first = "tree" if shape["all"] else "parent" if predicates[-1:] == ["1"] else ""
    either, *besides = (predicates[:-1] if first == "parent" else predicates) or [""]
    known = _EITHER.fullmatch(_MATCH.sub("@", either)) and all(map(_BESIDES.fullmatch, besides))
    found = Selector(names, either, besides, first) if known else None
    return expression if found is None or found.means_any() else found


class Selector:
    """`.//*[names][either][besides]...` (no names: all elements), or the `first` in the "tree" or of each "parent"."""

    def __init__(self, names: str, either: str, besides: Sequence[str], first: str) -> None:
        from lxml.etree import XPath, _Element
        from trafilatura.xpaths import REGEXP_NS

        in_lxml = partial(XPath, namespaces={"re": REGEXP_NS})
        self._names = re.findall(r"self::([\w-]+)", names) or ["*"]
        self._asks = in_lxml(f"boolean(self::*[{']['.join([either, *besides])}])")
        self._asks_either = in_lxml(f"boolean(self::*[{either}])")
        self._tests: dict[str, list[Callable[[str], object]]] = {}
        for match in _MATCH.finditer(either):
            for name in re.findall(r"[\w-]+", match["value"] or match["plain"]):
                self._tests.setdefault(name, []).append(_test(match))
        self._known: dict[str, dict[str | None, bool]] = {name: {None: False} for name in self._tests}
        self._first, self._get = first, _Element.get

    def means_any(self) -> bool:
        """Whether it finds elements that have none of its attributes."""
        from lxml.etree import Element

        return bool(self._asks_either(Element("div")))

    def __call__(self, tree: _Element, /) -> list[_Element]:
        """The elements below one, in the document's order."""
        found = filter(self._asks, self._likely(tree))
        if self._first == "tree":
            return list(islice(found, 1))
        if self._first == "parent":
            firsts: dict[_Element | None, _Element] = {}
            for element in found:
                firsts.setdefault(element.getparent(), element)
            return list(firsts.values())
        return list(found)

    def _likely(self, tree: _Element) -> Iterable[_Element]:
        """Those with a value that matches. Only for new values a loop of Python: a page has a thousand elements."""
        elements = list(tree.iterdescendants(*self._names))
        columns = []
        for name in self._tests:
            answers = self._answers(name, list(map(self._get, elements, repeat(name))))
            if True in answers:
                columns.append(answers)
        return compress(elements, columns[0] if len(columns) == 1 else map(any, zip(*columns, strict=True)))

    def _answers(self, name: str, values: list[str | None]) -> list[bool]:
        """Whether the values of an attribute match."""
        known, tests = self._known[name], self._tests[name]
        if len(known) > _MOST:
            known.clear()
            known[None] = False
        new = [value for value in set(values).difference(known) if value is not None]
        matching = {value for test in tests for value in new if test(value)}
        known.update((value, value in matching) for value in new)
        answers = list(map(known.__getitem__, values))
        for value in new:
            if len(value) > _LONGEST:
                del known[value]
        return answers


def _test(match: re.Match[str]) -> Callable[[str], object]:
    """What a match of an expression says of a value."""
    if match["translate"]:
        old, new = match["old"][1:-1], match["new"][1:-1]
        table = str.maketrans(dict(reversed(list(zip_longest(old, new[: len(old)])))))  # the first of a letter counts
        test = _plain_test(match)
        return lambda value: test(value.translate(table))
    return _plain_test(match)


def _plain_test(match: re.Match[str]) -> Callable[[str], object]:
    text = (match["text"] or match["equal"] or "")[1:-1]
    if match["function"] == "re:test":  # in lxml it is Python's own
        return re.compile(text, re.IGNORECASE if "i" in (match["flags"] or "") else 0).search
    if match["function"] == "contains":
        return lambda value: text in value
    if match["function"] == "starts-with":
        return lambda value: value.startswith(text)
    return lambda value: value == text or match["equal"] is None
