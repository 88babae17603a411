"""What a pattern cannot match without: clauses, sets of strings of each of which a text must hold one. So most patterns
of the lexicon need not be tried on a block, nor compiled, as in RE2's FilteredRE2.

A pattern is read here no further than that takes, and what is not understood makes it one that is always tried. What is
derived may keep out too few texts; it must never keep out one that matches.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from dedup.pattern_info import (
    BLANK,
    EMPTY,
    LONG,
    NOTHING,
    Info,
    alternatives,
    clauses_of,
    exactly,
    fewest,
    literal,
    repeated,
    sequence,
)
from dedup.sieve import END, START

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dedup.sieve import Clauses


class UnreadableError(Exception):
    """A pattern has something that this module does not understand."""


_RUN = re.compile(r"[^\\\[\](){}|?*+.^$<]+(?![?*+{])|<(?!<\w+>>)")
_SKIP = re.compile(r"(?:(?:\\[snbB]|\s)[?*+]{0,2}(?!\{)|[^\w\s\\\[\](){}|?*+.^$<@©][?*][?+]?)+")
_WORDS = re.compile(r"[^\\\[\](){}?*+.^$<]+(?=[|)])")
_NAMED = re.compile(r"<<(\w+)>>")
_GROUP = re.compile(r"\((?:\?(?:P<\w+>|-i:|i:|:|>|(<?[=!])))?(?!\?)")
_QUANTIFIER = re.compile(r"(?:([?*+])|\{(\d*)(,?)(\d*)\})[?+]?")
_CLASS = re.compile(r"\[(\^?)(\]?(?:[^\]\\[]|\[(?!:)|\\.)*)\]")
_MEMBER = re.compile(r"\\?.", re.DOTALL)
_PROPERTY = re.compile(r"\\[pP]\{\w+\}")
_TIMES = {"?": (0, 1), "*": (0, None), "+": (1, None)}
_ANCHORS = {"^": exactly(START), "$": exactly(END), ".": NOTHING}
_ESCAPES = dict.fromkeys("snbB", BLANK) | {"d": exactly("0")} | dict.fromkeys("SwWD", NOTHING)


class Reader:
    """Reads the patterns of one file of the lexicon, and each of the file's parts once."""

    def __init__(self, parts: Mapping[str, str] | None = None) -> None:
        self._parts = dict(parts or {})
        self._infos: dict[str, Info | None] = {}

    def needed(self, source: str | list[str]) -> Clauses:
        """Clauses for the letters (with `START` before them and `END` behind) and marks of every text that a pattern
        (or one of several) matches; none where that cannot be told."""
        sources = [source] if isinstance(source, str) else source
        try:
            info = alternatives([_Cursor(self.opened(each), self).whole() for each in sources])
        except UnreadableError:
            return ()
        return tuple(fewest(frozenset(string[:LONG] for string in clause)) for clause in clauses_of(info))

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
            infos.append(alternatives([*map(literal, words[0].split("|"))]) if words else self._sequence())
            if not self.source.startswith("|", self.at):
                return alternatives(infos)
            self.at += 1

    def _sequence(self) -> Info:
        infos: list[Info] = []
        while True:
            self._take(_SKIP)
            if self.at == len(self.source) or self.source[self.at] in "|)":
                return sequence(infos)
            info = self._atom()
            quantifier = self._take(_QUANTIFIER)
            infos.append(repeated(info, *_times(quantifier)) if quantifier else info)

    def _take(self, what: re.Pattern[str]) -> re.Match[str] | None:
        found = what.match(self.source, self.at)
        if found:
            self.at = found.end()
        return found

    def _atom(self) -> Info:
        run = self._take(_RUN)
        if run:
            return literal(run[0])
        char = self.source[self.at]
        read = {"(": self.group, "[": self._class, "<": self._named, "\\": self._escape}.get(char)
        if read:
            return read()
        if char in "?*+{}])":
            raise UnreadableError(self.source[self.at :])
        self.at += 1
        return _ANCHORS.get(char) or literal(char)

    def _named(self) -> Info:
        named = self._take(_NAMED)
        return (named and self._reader.part(named[1])) or NOTHING

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
        return Info(EMPTY, EMPTY, clauses_of(info) if opening[1] == "=" else ())

    def _escape(self) -> Info:
        if self._take(_PROPERTY):
            return NOTHING
        char = self.source[self.at + 1 : self.at + 2]
        self.at += 2
        if char in _ESCAPES:
            return _ESCAPES[char]
        if char.isalnum():
            raise UnreadableError(char)
        return literal(char)

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
    infos = [_ESCAPES.get(each[1]) if each[0] == "\\" and each[1].isalnum() else literal(each[-1]) for each in tokens]
    if negated or "-" in tokens[1:-1] or None in infos:
        return NOTHING
    return alternatives([info for info in infos if info])
