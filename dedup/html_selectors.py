"""Trafilatura's selectors, answered from memory: the elements that its XPath expressions find, several times faster.

Most of them look for elements of which one attribute or another matches, by regular expressions for which lxml calls
Python: half of the time that trafilatura takes. But a page has few different classes and ids for its thousand elements,
and the next page of the site has the same. So lxml is asked once for each value of an attribute whether an element
could be meant for that alone, its word is kept, and of the elements that have such a value it is asked again. Which
expressions are of this kind is read off their text: others, in this or another version of trafilatura, stay as they are.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from functools import cache
from itertools import compress, islice, repeat
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from lxml.etree import _Element

_MOST, _LONGEST = 2048, 300
"""So many values are kept of one attribute in one expression, of so many characters each: 40 MB of all at worst."""

_SHAPE = re.compile(r"(?P<all>\()?\s*\.//\*\s*(?P<predicates>\[.*\])\s*(?(all)\)\s*(?P<first>\[1\]))", re.DOTALL)
"""`.//*[...]...`, or `(.//*[...]...)[1]`."""
_TEXT = r"""(?:'[^']*'|"[^"]*")"""
_PREDICATE = re.compile(rf"\[((?:{_TEXT}|[^'\"\[\]])*)\]\s*")
_NAMES = re.compile(r"\s*self::[\w-]+(?:\s+or\s+self::[\w-]+)*\s*")
_VALUE = r"@[\w-]+(?:\s*\|\s*@[\w-]+)*"
_STRING = rf"(?:{_VALUE}|translate\(\s*{_VALUE}\s*,\s*{_TEXT}\s*,\s*{_TEXT}\s*\))"
_MATCH = (
    rf"(?:(?:re:test|contains|starts-with)\(\s*{_STRING}\s*,\s*{_TEXT}\s*(?:,\s*{_TEXT}\s*)?\)"
    rf"|{_VALUE}(?:\s*=\s*{_TEXT})?)"
)
_EITHER = re.compile(rf"\s*{_MATCH}(?:\s+or\s+{_MATCH})*\s*")
"""Whatever is true of an element with several attributes, is true of it with one of them alone: each match looks at one
value, of `@id|@class` at the one that comes first."""
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
def _lists() -> list[list[Callable[[_Element], list[_Element]]]]:
    """Those by which trafilatura finds text; the others are for metadata, which it is not asked for."""
    from trafilatura import xpaths

    return [each for name, each in vars(xpaths).items() if name.endswith(("_XPATH", "_ELEMENTS"))]


@cache
def selector(expression: Callable[[_Element], list[_Element]]) -> Callable[[_Element], list[_Element]]:
    """The fastest that finds the elements of an expression, below any element, in the same order."""
    shape = _SHAPE.fullmatch(getattr(expression, "path", "").strip())
    if not shape or _PREDICATE.sub("", shape["predicates"]):  # something stands between the predicates
        return expression
    predicates = _PREDICATE.findall(shape["predicates"])
    names = predicates.pop(0) if _NAMES.fullmatch(predicates[0]) else ""
    first = "tree" if shape["all"] else "parent" if predicates[-1:] == ["1"] else ""
    either, *besides = predicates[:-1] if first == "parent" else predicates
    if not _EITHER.fullmatch(either) or not all(map(_BESIDES.fullmatch, besides)):
        return expression
    found = Selector(names, either, besides, first)
    return expression if found.matches_nothing() else found


class Selector:
    """The expression `.//*[names][either][besides]...` (no names: all), or the `first` that it finds in the "tree" or of
    each "parent".
    """

    def __init__(self, names: str, either: str, besides: Sequence[str], first: str) -> None:
        from lxml.etree import Element, XPath, _Element
        from trafilatura.xpaths import REGEXP_NS

        namespaces = {"re": REGEXP_NS}
        self._names = re.findall(r"self::([\w-]+)", names) or ["*"]
        self._either = XPath(f"boolean(self::*[{either}])", namespaces=namespaces)
        self._all = XPath(f"boolean(self::*[{']['.join([either, *besides])}])", namespaces=namespaces)
        self._first = first
        attributes = sorted(set(re.findall(r"@([\w-]+)", re.sub(_TEXT, "", either))))
        self._known: dict[str, dict[str | None, bool]] = {name: {None: False} for name in attributes}
        self._twin, self._get = Element("div"), _Element.get

    def matches_nothing(self) -> bool:
        """Whether it is true of an element without attributes."""
        return bool(self._either(self._twin))

    def __call__(self, tree: _Element, /) -> list[_Element]:
        """The elements below one, in the document's order."""
        found = filter(self._all, self._likely(tree))
        if self._first == "tree":
            return list(islice(found, 1))
        if self._first == "parent":
            firsts: dict[_Element | None, _Element] = {}
            for element in found:
                firsts.setdefault(element.getparent(), element)
            return list(firsts.values())
        return list(found)

    def _likely(self, tree: _Element) -> Iterable[_Element]:
        """Those that have a value which could be meant: all in C but for new values, as a page has a thousand elements."""
        elements = list(tree.iterdescendants(*self._names))
        columns = []
        for name, known in self._known.items():
            values = list(map(self._get, elements, repeat(name)))
            answers = list(map(known.get, values))
            if None in answers:
                new = {value: self._alone(name, value) for value in set(values).difference(known) if value is not None}
                answers = [new.get(value, answer) for value, answer in zip(values, answers, strict=True)]
            if True in answers:
                columns.append(answers)
        return compress(elements, columns[0] if len(columns) == 1 else map(any, zip(*columns, strict=True)))

    def _alone(self, name: str, value: str) -> bool:
        """Whether an element could be meant for this value."""
        try:
            self._twin.set(name, value)
        except ValueError:  # a control character, which only a parser can write: the element itself is asked
            return True
        answer = bool(self._either(self._twin))
        del self._twin.attrib[name]
        known = self._known[name]
        if len(value) <= _LONGEST:
            if len(known) >= _MOST:
                known.clear()
                known[None] = False
            known[value] = answer
        return answer
