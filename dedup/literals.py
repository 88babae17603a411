"""What a pattern cannot match without: of a set of strings, a text must hold one. So most patterns of the lexicon need
not be tried on a block, nor compiled, as in RE2's FilteredRE2.

A pattern is read here no further than that takes, and what is not understood makes it one that is always tried. What is
derived may keep out too few texts; it must never keep out one that matches.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

from dedup.sieve import END, KEPT, START, TWICE, letters_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    Strings = frozenset[str]

MANY = 32
"""Strings up to which a set grows by what follows: more take longer to list and to look up than they keep out."""
SHORT = 12
"""Letters from which on a string keeps out all the texts it can."""


class Info(NamedTuple):
    """What is known of the letters that a part of a pattern matches."""

    exact: Strings | None
    """All that it can match, where that can be listed."""
    head: Strings
    """What it matches begins with one of these."""
    need: Strings | None = None
    """What it matches holds one of these, where it cannot be listed and that is known."""


_EMPTY = frozenset([""])
_ONCE = frozenset(["", "0", *KEPT])
_NOTHING = Info(None, _EMPTY)


@lru_cache(maxsize=1 << 13)
def _exactly(*strings: str) -> Info:
    found = frozenset(strings)
    return Info(found, found)


_BLANK = _exactly("")


def _worth(strings: Strings) -> float:
    """How many texts a set of strings keeps out: it is as good as its shortest one."""
    shortest = min(strings, key=len)
    if len(shortest) > SHORT:
        return SHORT
    return min(map(_weight, strings))


@lru_cache(maxsize=1 << 12)
def _weight(string: str) -> float:
    length = len(string.strip(f"0{START}{END}"))
    return length + 0.5 * ("0" in string) + 2 * (length > 0 and string[0] == START) + 4 * any(map(string.count, KEPT))


def _better(first: Strings | None, second: Strings | None) -> Strings | None:
    """The set that keeps more texts out, if one keeps any out."""
    worths = [(_worth(each), -len(each), each) for each in (first, second) if each and "" not in each]
    best = max(worths, key=itemgetter(0, 1), default=None)
    return best[2] if best and best[0] > 0 else None


def _product(first: Strings, second: Strings) -> Strings | None:
    """Every string of the first with every one of the second behind it, unless those are too many."""
    if second == _EMPTY:
        return first
    if first == _EMPTY:
        return second
    if len(first) * len(second) > MANY and min(len(first), len(second)) > 1:
        return None
    return frozenset([_once(a + b) for a in first for b in second])


def _once(string: str) -> str:
    return TWICE.sub(r"\1", string)


def _sequence(infos: list[Info]) -> Info:
    """What is known of parts that follow one another."""
    run: Strings = _EMPTY
    head: Strings | None = None
    need: Strings | None = None
    if len(infos) == 1:
        return infos[0]
    for info in infos:
        joined = _product(run, info.head)
        if info.exact is not None and joined is not None:
            run, need = joined, _better(need, info.need)
            continue
        found = joined or run
        head = head or found
        need = _better(_better(need, found), info.need)
        run = info.exact or _EMPTY
    return Info(run, run, need) if head is None else Info(None, head, _better(need, run))


def _alternatives(infos: list[Info]) -> Info:
    """What is known of parts of which one matches."""
    if len(infos) == 1:
        return infos[0]
    head = frozenset[str]().union(*[info.head for info in infos])
    if all(info.exact is not None for info in infos):
        return Info(head, head)
    needs = [_better(info.exact, info.need) for info in infos]
    need = frozenset[str]().union(*[each for each in needs if each]) if all(needs) else None
    return Info(None, head, need)


def _repeated(info: Info, least: int, most: int | None) -> Info:
    """What is known of a part that stands `least` to `most` times."""
    if info.exact is not None and len(info.exact - _EMPTY) <= 1 and info.exact <= _ONCE:
        return info if least else _exactly("", *info.exact)
    if least == most == 1:
        return info
    if least == 0:
        return _exactly("", *info.exact) if info.exact is not None and most == 1 else _NOTHING
    return _sequence([info, _NOTHING])


def _fewest(strings: Strings | None) -> Strings | None:
    """The strings without those that hold another one."""
    if strings is None:
        return None
    kept: list[str] = []
    for string in sorted(strings, key=len):
        if not any(map(string.__contains__, kept)):
            kept.append(string)
    return frozenset(kept)


class UnreadableError(Exception):
    """A pattern has something that this module does not understand."""


_RUN = re.compile(r"[^\\\[\](){}|?*+.^$<]+(?![?*+{])|<(?!<\w+>>)")
_SKIP = re.compile(r"(?:(?:\\[snbB]|[^\w\\\[\](){}|?*+.^$<@©])[?*+]{0,2}(?!\{))+")
_WORDS = re.compile(r"[^\\\[\](){}?*+.^$<]+(?=[|)])")
_NAMED = re.compile(r"<<(\w+)>>")
_GROUP = re.compile(r"\((?:\?(?:P<\w+>|-i:|i:|:|>|(<?[=!])))?(?!\?)")
_QUANTIFIER = re.compile(r"(?:([?*+])|\{(\d*)(,?)(\d*)\})[?+]?")
_CLASS = re.compile(r"\[(\^?)(\]?(?:[^\]\\[]|\[(?!:)|\\.)*)\]")
_MEMBER = re.compile(r"\\?.", re.DOTALL)
_PROPERTY = re.compile(r"\\[pP]\{\w+\}")
_TIMES = {"?": (0, 1), "*": (0, None), "+": (1, None)}
_MARKS = {"^": _exactly(START), "$": _exactly(END), ".": _NOTHING}
_ESCAPES = dict.fromkeys("snbB", _BLANK) | {"d": _exactly("0")} | dict.fromkeys("SwWD", _NOTHING)


class Reader:
    """Reads the patterns of one file of the lexicon, and each of the file's parts once."""

    def __init__(self, parts: Mapping[str, str] | None = None) -> None:
        self._parts = dict(parts or {})
        self._infos: dict[str, Info | None] = {}

    def needed(self, source: str | list[str]) -> Strings | None:
        """Strings of which the letters of every text that a pattern (or one of several) matches hold one, with `START`
        before them and `END` behind; None where no such strings can be told."""
        sources = [source] if isinstance(source, str) else source
        try:
            info = _alternatives([_Cursor(self.opened(each), self).whole() for each in sources])
        except UnreadableError:
            return None
        return _fewest(_better(info.exact, info.need))

    def opened(self, source: str) -> str:
        """A pattern with those parts put in place that are more than one group: what follows binds to their end."""
        while True:
            opened = _NAMED.sub(lambda found: found[0] if self.part(found[1]) else self._parts[found[1]], source)
            if opened == source:
                return opened
            source = opened

    def part(self, name: str) -> Info | None:
        """What is known of a part of the file, if it is one group."""
        if name not in self._infos:
            cursor = _Cursor(self.opened(self._parts[name]), self)
            info = cursor.group() if cursor.source.startswith("(") else None
            self._infos[name] = info if cursor.at == len(cursor.source) else None
        return self._infos[name]


class _Cursor:
    """A pattern, and how far it is read."""

    def __init__(self, source: str, reader: Reader) -> None:
        self.source, self.at = source, 0
        self._reader = reader

    def whole(self) -> Info:
        info = self._choice()
        if self.at < len(self.source):
            raise UnreadableError(self.source[self.at :])
        return info

    def _choice(self) -> Info:
        infos: list[Info] = []
        while True:
            words = self._take(_WORDS)
            infos.append(_exactly(*map(letters_of, words[0].split("|"))) if words else self._sequence())
            if not self.source.startswith("|", self.at):
                return _alternatives(infos)
            self.at += 1

    def _sequence(self) -> Info:
        infos: list[Info] = []
        while True:
            self._take(_SKIP)
            if self.at == len(self.source) or self.source[self.at] in "|)":
                return _sequence(infos)
            info = self._atom()
            quantifier = self._take(_QUANTIFIER)
            infos.append(_repeated(info, *_times(quantifier)) if quantifier else info)

    def _take(self, what: re.Pattern[str]) -> re.Match[str] | None:
        found = what.match(self.source, self.at)
        if found:
            self.at = found.end()
        return found

    def _atom(self) -> Info:
        run = self._take(_RUN)
        if run:
            return _exactly(letters_of(run[0]))
        char = self.source[self.at]
        read = {"(": self.group, "[": self._class, "<": self._named, "\\": self._escape}.get(char)
        if read:
            return read()
        if char in "?*+{}])":
            raise UnreadableError(self.source[self.at :])
        self.at += 1
        return _MARKS.get(char) or _exactly(letters_of(char))

    def _named(self) -> Info:
        named = self._take(_NAMED)
        return (named and self._reader.part(named[1])) or _NOTHING

    def group(self) -> Info:
        opening = self._take(_GROUP)
        if not opening:
            raise UnreadableError(self.source[self.at :])
        info = self._choice()
        if not self.source.startswith(")", self.at):
            raise UnreadableError(self.source)
        self.at += 1
        if not opening[1]:
            return info
        return Info(_EMPTY, _EMPTY, _better(info.exact, info.need) if opening[1] == "=" else None)

    def _escape(self) -> Info:
        if self._take(_PROPERTY):
            return _NOTHING
        char = self.source[self.at + 1 : self.at + 2]
        self.at += 2
        if char in _ESCAPES:
            return _ESCAPES[char]
        if char.isalnum():
            raise UnreadableError(char)
        return _exactly(letters_of(char))

    def _class(self) -> Info:
        found = self._take(_CLASS)
        if not found:
            raise UnreadableError(self.source[self.at :])
        return _class(found[1], found[2])


def _times(quantifier: re.Match[str]) -> tuple[int, int | None]:
    sign, least, comma, most = quantifier.groups()
    if sign:
        return _TIMES[sign]
    if not least and not most:
        raise UnreadableError(quantifier[0])
    return int(least or 0), int(most) if most else (None if comma else int(least))


@cache
def _class(negated: str, members: str) -> Info:
    """What a class of characters matches: any of a few, or who knows what."""
    tokens = _MEMBER.findall(members)
    infos = [
        _ESCAPES.get(each[1]) if each[0] == "\\" and each[1].isalnum() else _exactly(letters_of(each[-1]))
        for each in tokens
    ]
    if negated or "-" in tokens[1:-1] or None in infos:
        return _NOTHING
    return _alternatives([info for info in infos if info])
