"""The rules that know chrome by what it says or where it stands: data in `lexicon/*.toml`, matched here.

A rule may remove alone only what it names with near certainty (`certain`); the others are hints, which count together
with repetition or position. Rules see a block as `dedup.text.plain` gives it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from dedup.clauses import DOM, names, needed, table
from dedup.data import Kind
from dedup.patterns import pattern
from dedup.sieve import sifter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from dedup.sieve import Clauses


class Where(StrEnum):
    """The zone of a document in which a rule holds."""

    ANY = "any"
    HEAD = "head"  # before the first long body paragraph
    TAIL = "tail"  # the last two fifths, or the run of chrome at the end
    START = "start"  # the unbroken run of chrome at the top
    END = "end"  # the unbroken run of chrome at the end


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of the lexicon; its fields are those of the TOML tables."""

    name: str
    kind: Kind
    where: frozenset[Where]
    pattern: str
    language: str
    max_words: int = 60
    min_words: int = 0
    next: int = 0
    """How many blocks after the matched one go with it."""
    rest: bool = False
    """Everything after the matched block goes with it."""
    certain: bool = True


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule that matched a block, and what the block says about the article."""

    rule: Rule
    groups: dict[str, str]


@cache
def rules() -> tuple[Rule, ...]:
    """All rules: certain ones first, of no language, English, then by language, each in the order of its file."""
    return _spoken(frozenset(name.removesuffix(".toml") for name in names()))


def _spoken(languages: frozenset[str]) -> tuple[Rule, ...]:
    files = [name for name in names() if name != DOM and name.removesuffix(".toml") in languages]
    found = [rule for name in files for rule in _load(name)]
    return tuple(sorted(found, key=lambda rule: not rule.certain))


@dataclass(frozen=True, slots=True)
class DomRule:
    """A rule for the place of a block in its page; its fields are those of the tables of `lexicon/dom.toml`."""

    name: str
    kind: Kind
    pattern: str


@cache
def dom_rules() -> tuple[DomRule, ...]:
    """What the tags, classes and ids around a block say of its kind, first match first."""
    return tuple(DomRule(rule["name"], Kind(rule["kind"]), rule["pattern"]) for rule in table(DOM)["rule"])


@cache
def _load(name: str) -> tuple[Rule, ...]:
    return tuple(_read(name))


def _read(name: str) -> Iterator[Rule]:
    parts = table(name).get("parts", {})
    for row in table(name)["rule"]:
        where = frozenset(Where(each) for each in ([row["where"]] if isinstance(row["where"], str) else row["where"]))
        fields = {**row, "kind": Kind(row["kind"]), "where": where, "pattern": _expanded(row["pattern"], parts)}
        yield Rule(language=name.removesuffix(".toml"), **fields)


def _expanded(source: str | list[str], parts: dict[str, str]) -> str:
    """A pattern, or several as alternatives, with every `<<NAME>>` replaced by that part of the file."""
    source = source if isinstance(source, str) else "|".join(source)
    while "<<" in source:
        source = _PART.sub(lambda match: parts[match.group(1)], source)
    return source


_PART = re.compile(r"<<(\w+)>>")


class Tried:
    """The rules that may match a plain block. Each is tried when it is first asked for: half of them never are, as an
    article's middle is not asked for what stands at its ends."""

    __slots__ = ("_block", "_found", "_rules")

    def __init__(self, block: str = "", rules: Iterable[Rule] = ()) -> None:
        self._block, self._rules = block, rules
        self._found: dict[str, Hit | None] = {}

    def hits(self, *zones: frozenset[Where], certain: bool = False, kind: Kind | None = None) -> Iterator[Hit]:
        """The rules that match, certain ones first; those that hold somewhere in each of these zones, that are certain
        or of this kind, if that is asked."""
        for rule in self._rules:
            if (rule.certain or not certain) and (kind is None or rule.kind is kind):
                hit = None if any(map(rule.where.isdisjoint, zones)) else self._hit(rule)
                if hit:
                    yield hit

    def _hit(self, rule: Rule) -> Hit | None:
        if rule.name not in self._found:
            match = _search(rule, self._block)
            groups = match.groupdict() if match else {}
            said = {name: value.strip() for name, value in groups.items() if value}
            self._found[rule.name] = Hit(rule, said) if match else None
        return self._found[rule.name]


def tried(block: str, words: int, languages: frozenset[str]) -> Tried:
    """The rules of these languages that may match a block of so many words."""
    spoken, sift = _sifter(languages)
    found = sift(block, words, max(words, -(-len(block) // LETTERS)))
    return Tried(block, [spoken[number] for number in found]) if found else NOTHING


NOTHING = Tried()
"""Of a block that no rule may match."""


@lru_cache(maxsize=1 << 14)
def certain_hits(block: str, words: int, languages: frozenset[str]) -> tuple[Hit, ...]:
    """The first certain rule of these languages and of any zone that matches, and all others of its kind: what is asked
    of a block outside the article. Remembered, as the pages of a site share most of those."""
    rules_ = tried(block, words, languages)
    first = next(rules_.hits(certain=True), None)
    return tuple(rules_.hits(certain=True, kind=first.rule.kind)) if first else ()


def _search(rule: Rule, block: str) -> Any:
    """The match of a rule, or None also when its pattern runs away on a hostile block: a run must end.

    The lock of the interpreter is held: a search is shorter than what it takes to give it back and wait for it.
    """
    try:
        patience = PATIENCE if len(block) > BRIEF else None
        return pattern(rule.pattern).search(block, timeout=patience, concurrent=False)
    except TimeoutError:
        return None


LETTERS = 16
"""Characters of a word, at most, on the mean of a block: what is longer is no text that rules know."""
PATIENCE = 2.0
"""Seconds for one rule on one block; they take microseconds."""
BRIEF = 80
"""Characters of a block on which no clock is looked at, which takes as long as a short search: all the ways in which
five repeats share so few characters are tried in a second, and the tests find no rule that takes their square."""


@cache
def _sifter(languages: frozenset[str]) -> tuple[tuple[Rule, ...], Callable[..., list[int]]]:
    """The rules of these languages, and which of them to try on a block."""
    spoken = _spoken(languages)
    clauses = {name: own for language in languages for name, own in _needed(language).items()}
    return spoken, sifter(
        [clauses[rule.name] for rule in spoken], [(rule.min_words, rule.max_words) for rule in spoken]
    )


@cache
def _needed(language: str) -> dict[str, Clauses]:
    name = f"{language}.toml"
    return needed(name) if name in names() else {}


@lru_cache(maxsize=1 << 15)
def dom_kind(path: str) -> Kind | None:
    """The kind of chrome that the tags, classes and ids of a block's path name, if they name one.

    The paths of a page differ in few steps, which are looked up one by one: a fifth of the time.
    """
    steps = path.split("/")
    first, wider = _dom_rule(f"/{steps.pop()}" if len(steps) > 1 else path)
    for step in steps:
        own, more = _dom_rule(f"/{step}/")
        first, wider = min(first, own), wider | more
    tried = dom_rules()
    found = (number for number in sorted(wider) if number < first and pattern(tried[number].pattern).search(path))
    first = next(found, first)
    return tried[first].kind if first < len(tried) else None


@lru_cache(maxsize=1 << 15)
def _dom_rule(step: str) -> tuple[int, frozenset[int]]:
    """The first rule that matches a step of a path, or past the last; and those that may match it with other steps."""
    tried, found = dom_rules(), _dom_sifter()(step)
    wider = frozenset(number for number in found if _WIDER in tried[number].pattern)
    matching = (number for number in found if number not in wider and pattern(tried[number].pattern).search(step))
    return next(matching, len(tried)), wider


_WIDER = "[^/]"
"""Stands in a pattern of `dom.toml` that looks at several steps of a path."""


@cache
def _dom_sifter() -> Callable[..., list[int]]:
    """Of the clauses, one: what another holds may stand in another step."""
    return sifter([clauses[:1] for clauses in needed(DOM).values()])
