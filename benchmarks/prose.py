"""Made-up text in three languages: sentences from a grammar, and articles of them.

The words stand in `words/*.toml`. Sentences are sensible in their grammar only, but they have the lengths, the function
words and the names that extractors look at, and no two are alike.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

WORDS = Path(__file__).parent / "words"
LANGUAGES = tuple(sorted(path.stem for path in WORDS.glob("*.toml")))
SLOT = re.compile(r"\{(\w+)\}")


@cache
def words(language: str) -> dict[str, tuple[str, ...]]:
    """The alternatives of every name in a language's word material."""
    tables = tomllib.loads((WORDS / f"{language}.toml").read_text(encoding="utf-8"))
    return {name: _alternatives(listed) for table in tables.values() for name, listed in table.items()}


def _alternatives(listed: list[str]) -> tuple[str, ...]:
    return tuple(listed[0].split("/")) if len(listed) == 1 and "/" in listed[0] else tuple(listed)


@dataclass(frozen=True)
class Writer:
    """Writes in one language, with the luck of its own `chance`; `{brand}` and `{author}` are what they are told."""

    language: str
    chance: Random
    known: dict[str, str]

    def some(self, name: str) -> str:
        """One alternative of a name, its slots filled."""
        if name in self.known:
            return self.known[name]
        small = name[0].lower() + name[1:]
        chosen: str = SLOT.sub(lambda slot: self.some(slot[1]), self.chance.choice(words(self.language)[small]))
        return chosen[0].upper() + chosen[1:] if name != small else chosen

    def every(self, name: str) -> list[str]:
        """The parts of one alternative that is itself a list, or all alternatives of a name."""
        listed = words(self.language)[name]
        return list(listed) if "/" not in listed[0] else self.chance.choice(listed).split("/")

    def paragraph(self, sentences: int) -> str:
        """So many sentences."""
        return " ".join(self.some("sentence") for _ in range(sentences))


@dataclass(frozen=True)
class Part:
    """A piece of an article's body: `p`, `h2`, `ul`, `blockquote`, `table` or `pre`, and its lines."""

    tag: str
    lines: tuple[str, ...]
    """One for a paragraph or heading, else the items, the paragraphs of a quotation, or the rows, cells cut by tabs."""

    @property
    def text(self) -> str:
        """What a reader sees of it."""
        return "\n".join(line.replace("\t", " ") for line in self.lines)


@dataclass(frozen=True)
class Teaser:
    """What other pages show of an article."""

    number: int
    title: str
    deck: str


@dataclass(frozen=True)
class Article:
    """An article before it is a page."""

    teaser: Teaser
    author: str
    bio: str
    date: str
    caption: str
    tags: tuple[str, ...]
    body: tuple[Part, ...]

    @property
    def gold(self) -> str:
        """The text that an extractor should find: deck and body, without headline, caption and what a site puts around.

        The deck is the article's, as in `fixtures/seeds.gold.jsonl`.
        """
        return "\n\n".join([self.teaser.deck, *(part.text for part in self.body)])


def teaser(writer: Writer, number: int) -> Teaser:
    """The headline of an article and a sentence about it."""
    return Teaser(number, writer.some("Headline"), writer.some("sentence"))


def article(writer: Writer, head: Teaser, paragraphs: range, extras: tuple[str, ...]) -> Article:
    """An article with a number of paragraphs from the range; half of them have sections, some of them extras."""
    chance = writer.chance
    author = writer.some("person")
    known = Writer(writer.language, chance, {**writer.known, "author": author})
    date = f"2024-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"
    tags = tuple(sorted({writer.some("town") for _ in range(3)}))
    body = tuple(_body(writer, chance.choice(paragraphs), extras))
    return Article(head, author, known.some("bio"), date, writer.some("caption"), tags, body)


def _body(writer: Writer, paragraphs: int, extras: tuple[str, ...]) -> list[Part]:
    chance = writer.chance
    headed, special = chance.random() < 0.5, [tag for tag in extras if chance.random() < 0.3]
    at = {chance.randrange(1, max(2, paragraphs)): tag for tag in special}
    parts: list[Part] = []
    for number in range(paragraphs):
        if headed and number and number % 4 == 0:
            parts.append(Part("h2", (writer.some("Subhead"),)))
        # Mostly two to four sentences, now and then a single short one: what a length rule takes for no paragraph.
        parts.append(Part("p", (writer.paragraph(chance.choice((1, 2, 2, 3, 3, 3, 4, 5))),)))
        if number in at:
            parts.append(Part(at[number], tuple(_lines(writer, at[number]))))
    return parts


def _lines(writer: Writer, tag: str) -> list[str]:
    if tag == "ul":
        return [writer.some("Item") for _ in range(writer.chance.randint(3, 6))]
    if tag == "blockquote":
        return [writer.paragraph(writer.chance.randint(1, 2))]
    if tag == "pre":
        return [writer.some("code") for _ in range(writer.chance.randint(2, 6))]
    return ["\t".join(writer.some("Cell") for _ in range(3)) for _ in range(writer.chance.randint(3, 6))]
