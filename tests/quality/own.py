"""Our own paragraphs, by language: what reuse is made from, and what it is hidden among.

They stand in the fixtures and in `paragraphs.txt`. No paragraph shares eight words in a row with another: the demo
corpus holds copies on purpose, which would be reuse that no gold knows of.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.prose import LANGUAGES, Writer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
MIN_WORDS = 40
"""Shortest paragraph; of a script without spaces in characters, twice as many."""
RUN = 8
"""Words in a row that no two paragraphs share."""
FEW = 30
"""Words of a language that are too few to make text of them."""
UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
UNIT = re.compile(rf"[{UNSPACED}]|[^\W{UNSPACED}]+(?:['’][^\W{UNSPACED}]+)*")
"""A word, or a character of a script that is written without spaces."""
_SCRIPTS = (
    ("th", re.compile("[\u0e00-\u0e7f]")),
    ("ja", re.compile("[\u3040-\u30ff]")),
    ("zh", re.compile("[\u4e00-\u9fff]")),
    ("ar", re.compile("[\u0600-\u06ff]")),
    ("ru", re.compile("[\u0400-\u04ff]")),
)
_SMALL_WORDS = {
    "en": "the of and was that with from had which were".split(),
    "de": "der die und das nicht ist den mit von ein".split(),
    "fr": "les des est une dans que pour qui sur pas".split(),
    "es": "el los que en una del por con las se".split(),
    "it": "il che di una per della non con sono gli".split(),
    "nl": "het een van dat zijn niet voor met op aan".split(),
    "pt": "os que uma não com para da em dos mais".split(),
    "pl": "się nie na że jest który od przez jak tym".split(),
    "sv": "och att det som en på är inte av till".split(),
}
# A sentence ends at a mark and the quotes behind it, before white space and what may start another.
_END = re.compile(
    r"(?<![.!?…])[.!?…؟]+[\"'”’»)]*(?P<space>\s+)(?=[\"'“‘«„(\[—]*[^\Wa-zß-öø-ÿа-я_])|[。！？]+[」』”’）]*(?P<none>)"
)
_NO_END = re.compile(r"(?:^|[\s(\"'“])(?:[^\W\d_]|(?:\w\.)+\w|Mrs?|Ms|Dr|Prof|St|No|Nr|Jr|vs|ca|Mt|Lt|Capt|approx)\.$")


class Paragraph(NamedTuple):
    """A paragraph of ours."""

    text: str
    language: str


def language_of(text: str) -> str:
    """The language of a paragraph: by its script, else by its small words."""
    for language, script in _SCRIPTS:
        if len(script.findall(text)) > len(text) // 10:
            return language
    count = Counter(re.findall(r"\w+", text.lower()))
    return max(_SMALL_WORDS, key=lambda language: sum(count[word] for word in _SMALL_WORDS[language]))


def is_spaced(language: str) -> bool:
    """Whether a language puts spaces between its words."""
    return language not in ("th", "ja", "zh")


def folded(text: str) -> list[str]:
    """The words of a text as they are compared here."""
    return UNIT.findall(unicodedata.normalize("NFKC", text).casefold())


def long_enough(text: str, least: int = MIN_WORDS) -> bool:
    """Whether a text has so many words; two characters of a script without spaces count as one."""
    units = UNIT.findall(text)
    return (
        len(units) - sum(len(unit) == 1 and re.match(f"[{UNSPACED}]", unit) is not None for unit in units) / 2 >= least
    )


@cache
def paragraphs() -> tuple[Paragraph, ...]:
    """All paragraphs of ours that are long enough, without those that quote an earlier one."""
    seen: set[tuple[str, ...]] = set()
    result = []
    for text in _texts():
        words = folded(text)
        run = RUN if is_spaced(language_of(text)) else 2 * RUN
        runs = {tuple(words[at : at + run]) for at in range(len(words) - run + 1)}
        if long_enough(text) and not runs & seen:
            result.append(Paragraph(text, language_of(text)))
        seen |= runs
    return tuple(result)


def _texts() -> Iterator[str]:
    for path in (ROOT / "fixtures/pairs.jsonl", ROOT / "fixtures/seeds.gold.jsonl"):
        for record in map(json.loads, path.read_text(encoding="utf-8").splitlines()):
            if "verbatim" in record.get("label", ""):
                yield record["left"]
            yield from (" ".join(block["text"].split()) for block in record.get("blocks", ()) if block["keep"])
    for block in (HERE / "paragraphs.txt").read_text(encoding="utf-8").split("\n\n"):
        if not block.startswith("#"):
            yield " ".join(block.split())


@cache
def vocabulary(language: str) -> tuple[str, ...]:
    """The ordinary words of a language in our paragraphs: lower case, no figures; or, without spaces, characters."""
    count = Counter(unit for text, own in paragraphs() if own == language for unit in UNIT.findall(text))
    least = 1 if not is_spaced(language) else 2
    return tuple(sorted(unit for unit in count if unit == unit.lower() and unit.isalpha() and len(unit) >= least))


def sentences(text: str) -> list[tuple[int, int]]:
    """The spans of the sentences of a paragraph, without the white space between them."""
    found, start = [], 0
    for end in _END.finditer(text):
        space = end.start("space") if end["space"] else end.end()
        if not _NO_END.search(text[start:space]) and end.end() < len(text):
            found.append((start, space))
            start = end.end()
    return [*found, (start, len(text))]


class Filler:
    """Paragraphs that stand nowhere else, by the luck of `chance`.

    Of English, German and French from the grammar of the made-up pages, of others as words drawn from our paragraphs.
    """

    def __init__(self, chance: Random) -> None:
        self._chance = chance
        self._seen: defaultdict[str, set[tuple[str, ...]]] = defaultdict(set)

    def sentence(self, language: str, before: str = "") -> str:
        """A sentence after `before`; no seven of their words stood in a row anywhere else."""
        last = folded(before)[-6:]
        while True:
            text = self._made(language)
            words = [*last, *folded(text)]
            runs = {tuple(words[at : at + 7]) for at in range(len(words) - 6)}
            if not runs & self._seen[language]:
                self._seen[language] |= runs
                return text

    def paragraph(self, language: str, least: int = 3, most: int = 6) -> str:
        """Three to six sentences, or as many as asked for."""
        space, text = " " if is_spaced(language) else "", ""
        for _ in range(self._chance.randint(least, most)):
            text += (space if text else "") + self.sentence(language, text)
        return text

    def _made(self, language: str) -> str:
        if len(vocabulary(language)) < FEW:
            language = "en"
        if language in LANGUAGES:
            return Writer(language, self._chance, {}).paragraph(1)
        spaced = is_spaced(language)
        drawn = self._chance.choices(vocabulary(language), k=self._chance.randint(9, 15) * (1 if spaced else 2))
        text = (" " if spaced else "").join(drawn)
        return text[0].upper() + text[1:] + ("。" if language in ("ja", "zh") else " " if language == "th" else ".")
