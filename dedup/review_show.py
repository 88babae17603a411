"""What pages of the review show of removals and documents, as values for templates.

Texts are as they stand in documents; templates make them harmless.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from dedup.data import Kind, Reason
from dedup.decisions import Choice, Decision
from dedup.diff import Diff, diff
from dedup.review_query import STATES
from dedup.review_removals import TIERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dedup.result import Piece
    from dedup.review_decisions import Decisions
    from dedup.review_removals import Removals
    from dedup.review_texts import Texts

SAID = 60
"""Code points of a text that a sentence names."""
SNIPPET, AROUND, SHOWN = 160, 360, 6000
"""Code points that are shown of a removal in the list, of what stands before and behind it, and of itself."""
_MATCH = {
    "exact": "the words are the same",
    "template": "the words are the same but for names and figures",
    "near": "nearly the same words",
}
_ODDS = "the trained weights: above 0 speaks for the article, below 0 against it"
_TERMS: dict[str, str] = {
    "rule": "rule",
    "language": "language of the rule",
    "articles": "articles of the site that have it",
    "of": "articles of the site in all",
    "match": "how it repeats",
    "path": "where it stands in the page",
    "blocks": "blocks that go together",
    "links": "share of it inside links",
    "trafilatura": "what the extractor says of it",
    "odds": "weight of the evidence",
    "siblings": "weight of its neighbours",
    "names": "names that write there",
    "posts": "posts in the thread",
    "cue": "a line says that comments follow",
    "keepers": "documents that have the rest of it",
    "words": "words",
    "containment": "share of its words that the keeper has",
    "jaccard": "share of five-word pieces in common (Jaccard)",
    "similarity": "similarity, of 1",
    "decision": "decision",
}


class Row(NamedTuple):
    """A removal in the list."""

    number: int
    id: str
    text: str
    kind: str
    site: str
    similarity: float | None
    state: str
    risk: str

    @property
    def named(self) -> str:
        """Its kind as people read it."""
        return named(self.kind)


class Side(NamedTuple):
    """A passage in its document: what stands around it, and the document's number, if it is one of this run."""

    id: str
    document: int | None
    start: int
    end: int
    before: str
    text: str
    after: str


class Detail(NamedTuple):
    """A removal to be looked at closely. `same` tells with how many others it has its words in common, and of how many
    sites and documents these are; `said` its evidence, in words."""

    row: Row
    why: str
    said: tuple[tuple[str, str], ...]
    removed: Side
    kept: Side | None
    elsewhere: str
    diff: Diff | None
    same: tuple[int, int, int]
    pattern: str
    slots: bool
    decisions: tuple[tuple[str, Decision], ...]


class Repeated(NamedTuple):
    """A passage that went several times: the first of them; its key; in how many removals, sites and documents; how
    many of these are confirmed and undone; and whether names or figures differ in it."""

    row: Row
    key: str
    same: tuple[int, int, int]
    states: dict[str, int]
    slots: bool


class Part(NamedTuple):
    """A part of a document: a removal, with its number and state, or a block that stayed."""

    start: int
    end: int
    text: str
    row: Row | None
    said: tuple[str, ...]
    """What was decided of a block that stayed."""


def named(kind: str) -> str:
    """A kind as people read it."""
    return kind.replace("_", " ")


def rows(removals: Removals, decisions: Decisions, numbers: Iterable[int]) -> list[Row]:
    """Removals as they stand in the list."""
    numbers = list(numbers)
    found = zip(numbers, removals.records(numbers), strict=True)
    return [_row(removals, decisions, number, record) for number, record in found]


def _row(removals: Removals, decisions: Decisions, number: int, record: dict[str, Any]) -> Row:
    row = removals.rows[number]
    alike, state = record.get("similarity"), STATES[int(decisions.states[number])]
    text = " ".join(record["text"][: 2 * SNIPPET].split())[:SNIPPET]
    site = removals.sites.names[int(row["site"])]
    return Row(number, record["id"], text, record["kind"], site, alike, state, TIERS[int(row["tier"])])


def detail(removals: Removals, decisions: Decisions, texts: Texts, number: int) -> Detail:
    """All there is to say of a removal."""
    record = removals.records([number])[0]
    document = int(removals.rows["document"][number])
    removed = _side(record["id"], document, texts.document(document).text, record["start"], record["end"])
    kept, elsewhere = _kept(removals, texts, record)
    pattern = int(removals.pattern[number])
    same = removals.by_pattern.find(pattern)
    found = removals.rows[same]
    return Detail(
        _row(removals, decisions, number, record),
        record["why"],
        tuple(words_of(record)),
        removed,
        kept,
        elsewhere,
        diff(removed.text, kept.text) if kept else None,
        (len(same), len(set(found["site"].tolist())), len(set(found["document"].tolist()))),
        f"{pattern:016x}",
        len(set(removals.exact[same].tolist())) > 1,
        tuple(applied(decisions.made(number))),
    )


def patterns(removals: Removals, decisions: Decisions, page: int, most: int) -> tuple[list[Repeated], int]:
    """A page of the passages that went more than once, those that went most often first; and how many there are."""
    _, first, times = np.unique(removals.pattern, return_index=True, return_counts=True)
    order = np.lexsort((first, -times))
    order = order[times[order] > 1]
    chosen = order[(page - 1) * most : page * most]
    found = []
    for row in rows(removals, decisions, first[chosen].tolist()):
        same = removals.by_pattern.find(int(removals.pattern[row.number]))
        of = removals.rows[same]
        states = dict(zip(STATES[1:], np.bincount(decisions.states[same], minlength=3).tolist()[1:], strict=True))
        spread = (len(same), len(set(of["site"].tolist())), len(set(of["document"].tolist())))
        slots = len(set(removals.exact[same].tolist())) > 1
        found.append(Repeated(row, f"{int(removals.pattern[row.number]):016x}", spread, states, slots))
    return found, len(order)


def applied(decisions: Iterable[Decision]) -> list[tuple[str, Decision]]:
    """Decisions as sentences, the last first, each with itself."""
    return [(told(each), each) for each in reversed(list(decisions))]


def _side(id_: str, document: int | None, text: str, start: int, end: int) -> Side:
    before, after = text[max(0, start - AROUND) : start], text[end : end + AROUND]
    if start > AROUND:
        before = "…" + (before.partition(" ")[2] or before)
    if end + AROUND < len(text):
        after = (after.rpartition(" ")[0] or after) + "…"
    return Side(id_, document, start, end, before, text[start:end], after)


def _kept(removals: Removals, texts: Texts, record: dict[str, Any]) -> tuple[Side | None, str]:
    """The passage that was kept in its place; else where that is."""
    keeper = record.get("keeper")
    if not keeper:
        return None, ""
    document = None if keeper.get("index") else removals.document(keeper["id"])
    if document is None:
        return None, f"{keeper['id']}, in the index {keeper['index']}" if keeper.get("index") else keeper["id"]
    return _side(keeper["id"], document, texts.document(document).text, keeper["start"], keeper["end"]), ""


def words_of(record: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The evidence of a removal, each with what it means.

    >>> list(words_of({"reason": "chrome", "evidence": {"articles": 3, "trafilatura": False}}))
    [('articles of the site that have it', '3'), ('what the extractor says of it', 'no part of the article')]
    """
    if record["reason"] == Reason.DUPLICATE and record.get("similarity") is not None:
        yield _TERMS["similarity"], f"{record['similarity']:g}"
    for name, value in record["evidence"].items():
        if value not in ("", None, [], False) or name == "trafilatura":
            yield _TERMS.get(name, name), _value(name, value)


def _value(name: str, value: Any) -> str:
    if name == "trafilatura":
        return "part of the article" if value else "no part of the article"
    if name == "match":
        return _MATCH.get(str(value), str(value))
    if name in ("odds", "siblings"):
        return f"{value:+g} ({_ODDS})" if name == "odds" else f"{value:+g}"
    if name in ("links", "containment"):
        return f"{100 * value:.1f} %"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "yes" if value is True else f"{value:g}" if isinstance(value, float) else str(value)


def parts(removals: Removals, decisions: Decisions, document: int, pieces: Iterable[Piece]) -> Iterator[Part]:
    """The parts of a document, in order."""
    numbers = iter(removals.of_document(document).tolist())
    source = removals.source(document)
    for piece in pieces:
        row = _row(removals, decisions, next(numbers), piece.removed) if piece.removed else None
        made = () if row else decisions.of(piece.text, source["id"], source.get("site") or "")
        yield Part(piece.start, piece.end, piece.text, row, tuple(map(judged, made)))


KINDS = {Reason.CHROME: [kind for kind in Kind if kind not in (Kind.PASSAGE, Kind.DOCUMENT)]} | {
    Reason.DUPLICATE: [Kind.PASSAGE, Kind.DOCUMENT]
}


def told(decision: Decision) -> str:
    """A decision as a sentence.

    >>> told(Decision("keep", "The mill closed in May.", site="mill.example"))
    'Never removed on mill.example: “The mill closed in May.”'
    """
    text = " ".join(decision.text.split())
    return f"{judged(decision)}: “{text if len(text) <= SAID else text[: SAID - 1] + '…'}”"


def judged(decision: Decision) -> str:
    """What a decision says of its text."""
    where = f"in {decision.id}" if decision.id else f"on {decision.site}" if decision.site else "anywhere"
    what = {
        Choice.KEEP: f"Never removed {where}",
        Choice.CONFIRM: f"Confirmed {where if where != 'anywhere' else 'everywhere'}",
        Choice.CHROME: f"Always removed as {named(decision.kind or 'boilerplate')} {where}",
    }[decision.decision]
    return what + (", whatever the names and figures" if decision.slots else "")
