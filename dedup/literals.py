"""What a pattern cannot match without: clauses, sets of strings of each of which a text must hold one. So most patterns
of the lexicon need not be tried on a block, nor compiled, as in RE2's FilteredRE2.

A string is of letters as `dedup.sieve` takes them from a text, or it is one mark (`|`, `#`), wherever that stands.

A pattern is read here no further than that takes, and what is not understood makes it one that is always tried. What is
derived may keep out too few texts; it must never keep out one that matches.
"""

from __future__ import annotations

import math
import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from dedup.sieve import END, KEPT, START, TWICE, is_mark, letters_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from dedup.sieve import Clauses, Strings

MANY = 50
"""Strings up to which a set grows by what follows."""
WIDE = 300
"""Strings of a clause, at most: what has more keeps out few texts."""
LONG = 10
"""Letters of a string, at most: they keep out all the texts that it can."""
CLAUSES = 4
"""Clauses of a pattern, at most: the next one keeps out hardly a text more."""
LEAST = 0.2
"""The rarity of a clause that is worth a look-up."""
COMMON = frozenset(".,-'\"")
"""Marks that most texts hold."""


class Info(NamedTuple):
    """What is known of the letters that a part of a pattern matches."""

    exact: Strings | None
    """All that it can match, where that can be listed."""
    head: Strings
    """What it matches begins with one of these."""
    need: Clauses = ()
    """What it matches holds one of each, besides what `exact` says."""


_EMPTY = frozenset([""])
_ONCE = frozenset(["", "0", *KEPT])
_NOTHING = Info(None, _EMPTY)


@lru_cache(maxsize=1 << 13)
def _exactly(*strings: str) -> Info:
    found = frozenset(strings)
    return Info(found, found)


_BLANK = _exactly("")


@lru_cache(maxsize=1 << 13)
def _literal(text: str) -> Info:
    """What is known of a text that stands in a pattern as it is: its letters in a row, and its marks."""
    letters = frozenset([letters_of(text)])
    return Info(letters, letters, tuple(frozenset([mark]) for mark in sorted(set(filter(is_mark, text)))))


@lru_cache(maxsize=1 << 14)
def _chance(string: str) -> float:
    """About how many texts hold a string, as a share: so it is told which clause keeps more out."""
    if is_mark(string):
        return 0.5 if string in COMMON else 0.1
    if string in ("", START, END):
        return 1.0
    letters = string.strip(f"0{START}{END}{KEPT}")
    chance = min(1.0, 20.0 * 0.1 ** len(letters)) * 0.3 ** ("0" in string)
    return chance * 0.05 ** ((START in string) + (END in string) + any(map(string.count, KEPT)))


@lru_cache(maxsize=1 << 12)
def _rarity(strings: Strings) -> float:
    """How many texts a clause keeps out; 0: none."""
    return -math.log(min(1.0, sum(map(_chance, strings))))


def _best(clauses: Iterable[Strings], most: int = CLAUSES) -> Clauses:
    """The clauses that keep out most texts, first the best, without those that follow from others."""
    rarest = sorted({_fewest(each) for each in clauses if "" not in each}, key=lambda each: (-_rarity(each), sorted(each)))
    kept: list[Strings] = []
    for clause in rarest:
        if len(kept) == most or _rarity(clause) < LEAST:
            break
        if not any(_follows(clause, each) for each in kept):
            kept.append(clause)
    return tuple(kept)


def _follows(clause: Strings, other: Strings) -> bool:
    """Whether a text that holds a string of the other clause holds one of this, since that stands in it."""
    return all(any(map(string.__contains__, clause)) for string in other)


def _clauses(info: Info) -> Clauses:
    """All clauses that a part gives by itself."""
    return _best([*info.need, info.exact]) if info.exact is not None else info.need


def _product(first: Strings, second: Strings, most: int = MANY) -> Strings | None:
    """Every string of the first with every one of the second behind it, unless those are too many."""
    if second == _EMPTY:
        return first
    if first == _EMPTY:
        return second
    if len(first) * len(second) > most and min(len(first), len(second)) > 1:
        return None
    return frozenset([_once(a + b) for a in first for b in second])


def _cut_product(first: Strings, second: Strings) -> Strings:
    """As many letters of the second's strings behind every string of the first as do not make too many."""
    for length in (8, 4, 3, 2, 1):
        joined = _product(first, frozenset([string[:length] for string in second]), WIDE)
        if joined is not None:
            return joined
    return first


def _once(string: str) -> str:
    return TWICE.sub(r"\1", string)


def _sequence(infos: list[Info]) -> Info:
    """What is known of parts that follow one another."""
    if len(infos) == 1:
        return infos[0]
    run: Strings = _EMPTY
    head: Strings | None = None
    need: list[Strings] = []
    for info in infos:
        need += info.need
        joined = _product(run, info.head)
        if info.exact is not None and joined is not None:
            run = joined
            continue
        found = joined or _cut_product(run, info.head)
        head = head or found
        need.append(found)
        run = info.exact or _EMPTY
    return Info(run, run, _best(need)) if head is None else Info(None, head, _best([*need, run]))


def _alternatives(infos: list[Info]) -> Info:
    """What is known of parts of which one matches: each of its clauses joins one of every part."""
    if len(infos) == 1:
        return infos[0]
    head = frozenset[str]().union(*[info.head for info in infos])
    exact = head if all(info.exact is not None for info in infos) else None
    if exact is not None and not any(info.need for info in infos):
        return Info(exact, head)
    own = [_clauses(info) for info in infos]
    return Info(exact, head, _best(each for each in _joined(own) if len(each) <= WIDE))


def _joined(own: list[Clauses]) -> Iterator[Strings]:
    """What holds whichever part matches: the best clauses of all as one, the next best, and those that all parts have."""
    if all(own):
        for number in range(max(map(len, own))):
            yield _fewest(frozenset[str]().union(*[clauses[min(number, len(clauses) - 1)] for clauses in own]))
        for clause in {clause for clauses in own for clause in clauses}:
            if all(any(_follows(clause, each) for each in clauses) for clauses in own):
                yield clause


def _repeated(info: Info, least: int, most: int | None) -> Info:
    """What is known of a part that stands `least` to `most` times."""
    if info.exact is not None and len(info.exact - _EMPTY) <= 1 and info.exact <= _ONCE:
        return info if least else _exactly("", *info.exact)
    if least == most == 1:
        return info
    if least == 0:
        return _exactly("", *info.exact) if info.exact is not None and most == 1 else _NOTHING
    return _sequence([info, _NOTHING])


@lru_cache(maxsize=1 << 12)
def _fewest(strings: Strings) -> Strings:
    """The strings without those that hold another one."""
    kept: list[str] = []
    for string in sorted(strings, key=len):
        if not any(map(string.__contains__, kept)):
            kept.append(string)
    return frozenset(kept)


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
_ANCHORS = {"^": _exactly(START), "$": _exactly(END), ".": _NOTHING}
_ESCAPES = dict.fromkeys("snbB", _BLANK) | {"d": _exactly("0")} | dict.fromkeys("SwWD", _NOTHING)


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
            info = _alternatives([_Cursor(self.opened(each), self).whole() for each in sources])
        except UnreadableError:
            return ()
        return tuple(_fewest(frozenset(string[:LONG] for string in clause)) for clause in _clauses(info))

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
            infos.append(_alternatives([*map(_literal, words[0].split("|"))]) if words else self._sequence())
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
            return _literal(run[0])
        char = self.source[self.at]
        read = {"(": self.group, "[": self._class, "<": self._named, "\\": self._escape}.get(char)
        if read:
            return read()
        if char in "?*+{}])":
            raise UnreadableError(self.source[self.at :])
        self.at += 1
        return _ANCHORS.get(char) or _literal(char)

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
        return Info(_EMPTY, _EMPTY, _clauses(info) if opening[1] == "=" else ())

    def _escape(self) -> Info:
        if self._take(_PROPERTY):
            return _NOTHING
        char = self.source[self.at + 1 : self.at + 2]
        self.at += 2
        if char in _ESCAPES:
            return _ESCAPES[char]
        if char.isalnum():
            raise UnreadableError(char)
        return _literal(char)

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
        _ESCAPES.get(each[1]) if each[0] == "\\" and each[1].isalnum() else _literal(each[-1])
        for each in tokens
    ]
    if negated or "-" in tokens[1:-1] or None in infos:
        return _NOTHING
    return _alternatives([info for info in infos if info])
