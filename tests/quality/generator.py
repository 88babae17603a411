"""Corpora of documents with gold: what of which document stands, changed, in which older one.

Every case is a paragraph of ours in one document among paragraphs that stand nowhere else, and a reuse of it in another
document among others. In half of the cases the reuse is older, so that the edited text is the one to stay; but not
where it is an excerpt: of a sentence that the older text breaks off, the whole stays. In one
corpus a paragraph of ours serves once; so many corpora are made as the cases need. The seed decides everything.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from itertools import count
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple

from tests.quality.changes import ROWS, Change, Material, Piece, applies
from tests.quality.own import Filler, Paragraph, paragraphs
from tests.quality.plagdet import Passage

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

CASES = 80
"""Cases of a row."""
EXCERPTS = frozenset(("truncated", "truncated-head"))
"""Rows whose reuse is always the younger text."""
ALONE = 0.25
"""The share of the traps that stand in a document alone, as a short report does."""
_FIRST_DAY = date(2001, 1, 1)
_DAYS = 8_000
TRAPS = Path(__file__).parent / "traps.jsonl"


class Case(NamedTuple):
    """A reuse: the row of its change, the language, and the pairs of spans, several where the passage is in pieces."""

    row: str
    language: str
    pairs: tuple[Passage, ...]


class Trap(NamedTuple):
    """A passage that is only like others of its group: it must stay."""

    kind: str
    document: str
    start: int
    end: int


@dataclass(frozen=True)
class Corpus:
    """Documents (`id`, `text`, `date`), and the gold."""

    number: int = 0
    """Which of the corpora it is: no id stands in two of them."""
    documents: list[dict[str, Any]] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)
    traps: list[Trap] = field(default_factory=list)

    @property
    def texts(self) -> dict[str, str]:
        """The texts by id."""
        return {document["id"]: document["text"] for document in self.documents}


def corpora(seed: int = 1, cases: int = CASES, rows: Sequence[str] = tuple(ROWS)) -> Iterator[Corpus]:
    """Corpora that together hold so many cases of every row."""
    chance = Random(f"reuse {seed}")
    wanted = Counter(dict.fromkeys(rows, cases))
    for round_ in count():
        if not wanted.total():
            return
        corpus, filler = Corpus(round_), Filler(chance)
        left = chance.sample(paragraphs(), len(paragraphs()))
        while left and wanted.total():
            passage = left.pop()
            row = _row(passage, wanted, chance)
            other = next((each for each in left if each.language == passage.language), None)
            if row == "merged" and other is not None:
                left.remove(other)
            elif row == "merged" or row is None:
                continue
            wanted[row] -= 1
            change = ROWS[row](Material(passage, other or passage, filler, chance))
            _add_case(corpus, row, change, Written(passage.language, filler, chance))
        chance.shuffle(corpus.documents)
        yield corpus


def _row(passage: Paragraph, wanted: Counter[str], chance: Random) -> str | None:
    """A row that still wants cases, and for which the paragraph will do; those that lack most are drawn most."""
    fitting = [row for row, lacking in wanted.items() if lacking > 0 and applies(row, passage)]
    return chance.choices(fitting, [wanted[row] ** 2 for row in fitting])[0] if fitting else None


class Written(NamedTuple):
    """What a document around a passage is made with."""

    language: str
    filler: Filler
    chance: Random

    def document(self, side: Sequence[Piece], alone: bool = False) -> tuple[str, dict[int, tuple[int, int]]]:
        """The text of a document that holds a side of a change, and where its parts stand in it."""
        before, after = ([self.filler.paragraph(self.language) for _ in range(self.chance.randint(1, 3))] for _ in "ab")
        text, spans = "" if alone else "\n\n".join([*before, ""]), {}
        for piece in side:
            if piece.part is not None:
                spans[piece.part] = (len(text), len(text) + len(piece.text))
            text += piece.text
        return text if alone else "\n\n".join([text, *after]), spans

    def dates(self, many: int) -> list[str]:
        """So many days, the oldest first."""
        return sorted(str(_FIRST_DAY + timedelta(day)) for day in self.chance.sample(range(_DAYS), many))


def _add_case(corpus: Corpus, row: str, change: Change, written: Written) -> None:
    sides = [change.original, change.reuse] + ([change.again] if change.again else [])
    if row not in EXCERPTS:
        written.chance.shuffle(sides)
    name, made = f"{row}-{corpus.number}-{len(corpus.cases)}", []
    for letter, side, day in zip("abc", sides, written.dates(len(sides)), strict=False):
        text, spans = written.document(side)
        corpus.documents.append({"id": f"{name}{letter}", "text": text, "date": day})
        made.append((f"{name}{letter}", spans))
    source, there = made[0]
    pairs = [Passage(id_, *here[part], source, *there[part]) for id_, here in made[1:] for part in sorted(here)]
    corpus.cases.append(Case(row, written.language, tuple(pairs)))


# ── what must stay ──────────────────────────────────────────────────────────────────────────────────────────────────


class Group(NamedTuple):
    """Passages that are alike, and no copies of each other."""

    kind: str
    language: str
    texts: tuple[str, ...]


@cache
def groups() -> tuple[Group, ...]:
    """The groups of `traps.jsonl`: `texts`, or a `template` whose `{0}`, `{1}`, ... each of its `fills` fills."""
    return tuple(
        Group(record["kind"], record["language"], tuple(record.get("texts") or _filled(record)))
        for record in map(json.loads, TRAPS.read_text(encoding="utf-8").splitlines())
    )


def _filled(record: dict[str, Any]) -> list[str]:
    return [record["template"].format(*fill) for fill in record["fills"]]


def traps(seed: int = 1) -> Corpus:
    """A corpus in which nothing is a copy: each passage of every group in a document of its own."""
    chance = Random(f"traps {seed}")
    corpus, filler = Corpus(), Filler(chance)
    for number, group in enumerate(groups()):
        written = Written(group.language, filler, chance)
        for at, (text, day) in enumerate(zip(group.texts, written.dates(len(group.texts)), strict=True)):
            id_ = f"{group.kind}-{number}-{at}"
            whole, spans = written.document([Piece(text, 0)], alone=chance.random() < ALONE)
            corpus.documents.append({"id": id_, "text": whole, "date": day})
            corpus.traps.append(Trap(group.kind, id_, *spans[0]))
    chance.shuffle(corpus.documents)
    return corpus
