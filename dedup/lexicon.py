"""The rules that know chrome by what it says or where it stands: data in `lexicon/*.toml`, matched here.

A rule may remove alone only what it names with near certainty (`certain`); the others are hints, which count together
with repetition or position. Rules see a block as `dedup.text.plain` gives it.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from dedup.data import Kind
from dedup.text import pattern, search

if TYPE_CHECKING:
    from collections.abc import Iterator


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
    where: Where
    pattern: Any
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
    found = [rule for name in _names() for rule in _load(name)]
    return tuple(sorted(found, key=lambda rule: not rule.certain))


@cache
def dom_rules() -> tuple[tuple[Kind, Any], ...]:
    """What the tags, classes and ids around a block say of its kind (`lexicon/dom.toml`), first match first."""
    table = tomllib.loads((files("dedup") / "lexicon" / "dom.toml").read_text(encoding="utf-8"))
    return tuple((Kind(rule["kind"]), pattern(rule["pattern"])) for rule in table["rule"])


def _names() -> list[str]:
    folder = files("dedup") / "lexicon"
    names = [each.name for each in folder.iterdir() if each.name.endswith(".toml") and each.name != "dom.toml"]
    return sorted(names, key=lambda name: (name not in ("any.toml", "en.toml"), name))


def _load(name: str) -> Iterator[Rule]:
    table = tomllib.loads((files("dedup") / "lexicon" / name).read_text(encoding="utf-8"))
    for row in table["rule"]:
        fields = {**row, "kind": Kind(row["kind"]), "where": Where(row["where"]), "pattern": pattern(row["pattern"])}
        yield Rule(language=name.removesuffix(".toml"), **fields)


def hits(block: str, words: int) -> list[Hit]:
    """The rules that match a plain block of so many words, certain ones first."""
    found = []
    for rule in rules():
        if rule.min_words <= words <= rule.max_words:
            match = search(rule.pattern, block)
            if match:
                found.append(Hit(rule, {name: value.strip() for name, value in match.groupdict().items() if value}))
    return found


@cache
def dom_kind(path: str) -> Kind | None:
    """The kind of chrome that the tags, classes and ids of a block's path name, if they name one."""
    return next((kind for kind, compiled in dom_rules() if search(compiled, path)), None)
