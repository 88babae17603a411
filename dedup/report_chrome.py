"""The chrome that documents have in common, each passage told once.

Two records are of one passage if they are of one kind and their words are the same but for names and figures, as blocks
are counted (`dedup.repetition`). Passages that differ in a few other words, too, are told together: as stars, each
around the one that most documents have, with whom all others agree themselves.
"""

from __future__ import annotations

from collections import Counter
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import xxhash

from dedup.account import Amount, Context, Pattern
from dedup.data import Kind, Reason
from dedup.repetition import NEAR, BlockTexts, block_text, block_texts
from dedup.report_read import Origin
from dedup.report_slots import TEXTS, pieces
from dedup.sign import passage_keys
from dedup.spans import Spans, ragged
from dedup.text import plain, slots, word_list

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from dedup.report_read import Record

ALIKE = 0.5
"""Jaccard similarity of 3-word shingles from which on two passages are told together. It falls fast: two other words of
twenty, apart from each other, leave .5."""
CENTRES, TRIED = 16, 8
"""Centres that are kept of a key of a sketch, and that a passage is compared with: a bound on the time of texts that
share keys and are not alike."""
FRAMED = frozenset({Kind.AUTHOR_BIO, Kind.BYLINE, Kind.CAPTION, Kind.CONTACT, Kind.COPYRIGHT})
"""Kinds that names and figures are expected in."""
SHORT = 200
"""Characters of a passage that is looked at for it."""
_SLOTS = ("n", "0")  # how `dedup.text.slots` writes names and figures
SITES = 5
"""Sites that are named of a pattern."""
_NOWHERE = Origin("", "")


def key_of(record: Record) -> int:
    """What names the passage of a record of what went (uint64): the same in every run, and in `dedup review`. What went
    for a copy is named by all of its words."""
    return keys_of([record])[0]


def keys_of(records: Sequence[Record]) -> list[int]:
    """`key_of` each of some records: of many at a time it takes some microseconds each."""
    return _Texts.of(records).keys(records)


class _Texts(NamedTuple):
    """The texts of records, each once: the row of each, and what is compared of them."""

    rows: dict[str, int]
    told: BlockTexts

    @classmethod
    def of(cls, records: Iterable[Record]) -> _Texts:
        texts = list(dict.fromkeys(record["text"] for record in records))
        return cls({text: row for row, text in enumerate(texts)}, block_texts(Spans.whole(texts)))

    def keys(self, records: Iterable[Record]) -> list[int]:
        """What names the passages of the records."""
        template, exact = self.told.template.tolist(), self.told.exact.tolist()
        found = []
        for record in records:
            row = self.rows[record["text"]]
            frame = template[row] if record["reason"] == Reason.CHROME else 0
            found.append(frame or exact[row] or _digest(record["text"].strip()))
        return found


def patterns(records: Iterable[Record], sources: Iterable[Mapping[str, Any]], most: int | None = None) -> list[Pattern]:
    """The patterns of chrome in records of what went, those first that most documents have, at most so many; `sources`
    are records of `sources.jsonl`. What stands around the examples is left empty."""
    origins = {each["id"]: Origin(each.get("site") or "", each.get("date") or "") for each in sources}
    return [each.pattern() for each in islice(Chrome.of(records, origins).shared, most)]


class Passage:
    """A passage of chrome: its texts, with how many spans have each, and the documents it stands in."""

    __slots__ = ("characters", "documents", "example", "key", "keys", "kind", "origins", "rank", "spans", "texts")

    def __init__(self, key: int, kind: str, origins: Mapping[str, Origin]) -> None:
        self.key, self.kind, self.origins = key, kind, origins
        self.keys = [key]
        self.spans = self.characters = 0
        self.texts: dict[str, int] = {}
        self.documents: set[str] = set()
        self.example: Record = {}
        self.rank = b""

    def add(self, record: Record) -> None:
        """One more span."""
        self.spans += 1
        self.characters += record["end"] - record["start"]
        self.texts[record["text"]] = self.texts.get(record["text"], 0) + 1
        self.documents.add(record["id"])
        rank = rank_of(record)
        if not self.rank or rank < self.rank:
            self.rank, self.example = rank, record

    def take(self, other: Passage) -> None:
        """All spans of another one, which differs in a few words; the example stays."""
        self.spans += other.spans
        self.characters += other.characters
        for text, times in other.texts.items():
            self.texts[text] = self.texts.get(text, 0) + times
        self.documents |= other.documents
        self.keys.append(other.key)

    @property
    def order(self) -> tuple[int, int, int, str]:
        """Most documents first."""
        return -len(self.documents), -self.characters, self.key, self.kind

    def pattern(self, example: Context | None = None) -> Pattern:
        """As it is told."""
        own, record = self.example["text"], self.example
        ways = sorted(self.texts, key=lambda text: (text != own, -self.texts[text], _digest(text), text))
        known = [self.origins.get(id_, _NOWHERE) for id_ in self.documents]
        sites = sorted({each.site for each in known} - {""})
        dates = sorted({each.date for each in known} - {""})
        return Pattern(
            key=f"{self.key:016x}",
            kind=self.kind,
            pieces=pieces(ways[:TEXTS]),
            spans=self.spans,
            documents=len(self.documents),
            characters=self.characters,
            sites=tuple(sites[:SITES]),
            site_count=len(sites),
            first=dates[0] if dates else "",
            last=dates[-1] if dates else "",
            why=record["why"],
            example=example or Context(record["id"], record["start"], record["end"], "", own, ""),
            keys=tuple(f"{key:016x}" for key in self.keys),
        )


def rank_of(record: Record) -> bytes:
    """By what records are drawn: the digest of what they say, as if at random, but the same in every run."""
    return xxhash.xxh3_128_digest(f"{record['id']}\0{record['start']}\0{record['text']}".encode("utf-8", "replace"))


def _digest(text: str) -> int:
    return xxhash.xxh3_64_intdigest(text.encode("utf-8", "surrogatepass"))


class Chrome(NamedTuple):
    """The passages that two documents or more have in common, those first that most have; and what all others come
    to."""

    shared: list[Passage]
    once: Amount

    @classmethod
    def of(cls, records: Iterable[Record], origins: Mapping[str, Origin]) -> Chrome:
        """The chrome in records of what went."""
        chrome = [record for record in records if record["reason"] == Reason.CHROME]
        texts = _Texts.of(chrome)
        stars = _stars(_framed(_same(chrome, texts, origins)), texts)
        shared = sorted((each for each in stars if len(each.documents) > 1), key=lambda each: each.order)
        alone = [each for each in stars if len(each.documents) == 1]
        spans, characters = (sum(getattr(each, name) for each in alone) for name in ("spans", "characters"))
        return cls(shared, Amount(Reason.CHROME.value, "", spans, characters))


def _same(records: Sequence[Record], texts: _Texts, origins: Mapping[str, Origin]) -> list[Passage]:
    """The passages of records: the same but for names and figures."""
    found: dict[tuple[int, str], Passage] = {}
    for record, key in zip(records, texts.keys(records), strict=True):
        passage = found.get((key, record["kind"]))
        if passage is None:
            passage = found[key, record["kind"]] = Passage(key, record["kind"], origins)
        passage.add(record)
    return sorted(found.values(), key=lambda each: each.order)


def _framed(passages: Sequence[Passage]) -> list[Passage]:
    """Passages of few words that are the same but for names and figures put together, given those first that most
    documents have: `By Ada Moor`, where a name is what is to be expected."""
    frames: dict[tuple[str, ...], Passage] = {}
    result = []
    for passage in passages:
        frame = _frame(passage) if passage.kind in FRAMED else ()
        first = frames.setdefault((passage.kind, *frame), passage) if frame else passage
        if first is passage:
            result.append(passage)
        else:
            first.take(passage)
    return sorted(result, key=lambda each: each.order)


def _frame(passage: Passage) -> list[str]:
    """The words of a short passage, names and figures as slots; none if it has no slots, or nothing else."""
    text = passage.example["text"]
    if len(text) > SHORT or block_text(text).template:
        return []
    frame = word_list(slots(plain(text)))
    return frame if 0 < sum(word not in _SLOTS for word in frame) < len(frame) else []


# ── nearly the same ─────────────────────────────────────────────────────────────────────────────────────────────────


class _Sketches(NamedTuple):
    """The words of each passage's example as hashes, and the keys of its sketch that others have, too."""

    words: list[NDArray[np.uint64]]
    keys: list[list[int]]

    @classmethod
    def of(cls, passages: Sequence[Passage], texts: _Texts) -> _Sketches:
        bounds = texts.told.bounds.tolist()
        rows = [texts.rows[each.example["text"]] for each in passages]
        words = [texts.told.words[bounds[row] : bounds[row + 1]] for row in rows]
        keys = passage_keys(*ragged(words), NEAR)
        keys[[not len(each) for each in words]] = 0
        _, at, counts = np.unique(keys, return_inverse=True, return_counts=True)
        known = (counts[at.reshape(keys.shape)] > 1) & (keys != 0)
        return cls(words, [row[own].tolist() for row, own in zip(keys, known, strict=True)])

    def shingles(self, number: int) -> set[bytes]:
        """The shingles of a passage."""
        own, size = self.words[number].tobytes(), 8 * NEAR.shingle
        return {own[at : at + size] for at in range(0, max(1, len(own) - size + 8), 8)}


def _stars(passages: Sequence[Passage], texts: _Texts) -> list[Passage]:
    """Passages that are nearly the same put together, given those first that most documents have."""
    sketches = _Sketches.of(passages, texts)
    centres: dict[tuple[str, int], list[int]] = {}
    shingles = cache(sketches.shingles)
    result = []
    for number, passage in enumerate(passages):
        places = [(passage.kind, key) for key in sketches.keys[number]]
        near = Counter([centre for place in places for centre in centres.get(place, ())])
        tried = sorted(near, key=lambda centre: (-near[centre], centre))[:TRIED]
        alike = [(_share(shingles(centre), shingles(number)), -centre) for centre in tried]
        share, best = max(alike, default=(0.0, 0))
        if share >= ALIKE:
            passages[-best].take(passage)
            continue
        result.append(passage)
        for place in places:
            known = centres.setdefault(place, [])
            if len(known) < CENTRES:
                known.append(number)
    return result


def _share(left: set[bytes], right: set[bytes]) -> float:
    return len(left & right) / len(left | right)
