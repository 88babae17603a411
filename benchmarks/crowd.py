"""A made-up corpus of any size with copies planted in it, and what was planted: `python -m benchmarks.crowd 100000`

Documents of five to ten paragraphs (some 620 words) in the invented `tongue`. One in five is a copy of an earlier one,
exact to a fifth of its words edited; 22 % have a paragraph of an earlier one, 4 % a quotation of 20 to 50 words. One
copy in ten is of one of the hundred documents that everybody copies. Documents come in batches that are made one
after the other, each from the seed and its number: a corpus is the beginning of every larger one of its seed, and one
of a million is never held in memory.

Files of a corpus, in a folder of their own: `documents.jsonl` and `planted.jsonl`; of one that is not too large also
`paragraphs.jsonl`, a paragraph a record, and for the exact join (see `exact`) all words as numbers, `words.i32`, with
`bounds.npz`.
"""

from __future__ import annotations

import argparse
import contextlib
import json
from dataclasses import asdict, dataclass
from itertools import count, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson

from benchmarks.edits import EDITS, STRUCTURE, edited, restructured, with_paragraph
from benchmarks.exact import shingle_set
from benchmarks.tongue import CAPITAL, CLOSES, FORMS, OPENS, QUESTION, STOP, VERSION, Tongue, tongue

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Ints = NDArray[np.int32]

BATCH = 1000
SHELF, WIRE, BY_WIRE = 10_000, 100, 0.1
"""Earlier documents that copies are made of; the first of them that everybody copies, and the share of such copies."""
VARIANT, SYNDICATED, QUOTED = 0.2, 0.22, 0.04
QUOTE, WHOLE = range(20, 51), 0.5
"""Words of a quotation, and the share of quotations that are whole sentences."""
PARAGRAPHS = (5, 10)
CURLY = 0.3
SPARE = 60
"""Paragraphs of a batch that are there to be added to copies."""
SEARCHED = 200_000
"""Documents of the largest corpus that is searched for all pairs, and by paragraph."""
WRAPPED = 12
"""Words of a line where a copy is set in lines."""


@dataclass(frozen=True)
class Planted:
    """A copy, and where it lies: code points, in the document and in its source."""

    kind: str
    """`document`, `passage` or `quote`."""
    edit: str
    """One of the `EDITS` or of `STRUCTURE`; of a quotation `sentences` or `words`."""
    id: str
    start: int
    end: int
    source: str
    source_start: int
    source_end: int
    jaccard: float
    """Exact similarity of the word 5-grams of the two spans."""


@dataclass(frozen=True)
class Made:
    """A document: its words (see `edits`), how they are written, and what of it is planted."""

    number: int
    words: Ints
    curly: bool
    reset: bool
    planted: tuple[Planted, ...]

    @property
    def id(self) -> str:
        """Its name."""
        return name(self.number)

    def paragraphs(self) -> list[str]:
        """Its text."""
        table = tongue().curly if self.curly else tongue().straight
        written = table[self.words[0] * FORMS + self.words[1]].tolist()
        edges = np.searchsorted(self.words[2], np.arange(self.words[2, -1] + 2)).tolist()
        parts = [written[low:high] for low, high in pairwise(edges)]
        if not self.reset:
            return [" ".join(part) for part in parts]
        lines = [[" ".join(part[at : at + WRAPPED]) for at in range(0, len(part), WRAPPED)] for part in parts]
        return ["\n".join(each).lower() if self.number % 2 else "\n".join(each) for each in lines]


def name(number: int) -> str:
    """The id of a document."""
    return f"d{number:07}"


def documents(size: int, seed: int = 1) -> Iterator[Made]:
    """The corpus, document by document."""
    shelf: list[Made] = []
    for batch in range(-(-size // BATCH)):
        chance = np.random.Generator(np.random.PCG64([seed, batch]))
        for made in _batch(batch * BATCH, shelf, chance):
            if made.number == size:
                return
            yield made


def _batch(first: int, shelf: list[Made], chance: np.random.Generator) -> Iterator[Made]:
    """The next documents; what was not copied from elsewhere is put on the shelf."""
    sizes = chance.integers(PARAGRAPHS[0], PARAGRAPHS[1] + 1, BATCH)
    words, forms, lengths = tongue().prose(int(sizes.sum()) + SPARE, chance)
    edges = np.concatenate([[0], np.cumsum(lengths)])
    before = np.concatenate([[0], np.cumsum(sizes)])
    owner = np.repeat(np.arange(len(lengths), dtype=np.int32), lengths)
    every = np.stack([words, forms, owner])
    spare = count(int(before[-1]))
    for at in range(BATCH):
        luck, style = chance.random(), chance.random()
        low, high = edges[before[at]], edges[before[at + 1]]
        made = Made(first + at, _own(every[:, low:high]), bool(style < CURLY), False, ())
        if shelf and luck < VARIANT:
            number = (next(spare) - before[-1]) % SPARE + before[-1]
            yield _variant(made, _chosen(shelf, chance), _own(every[:, edges[number] : edges[number + 1]]), chance)
            continue
        if shelf and luck < VARIANT + SYNDICATED:
            made = _syndicated(made, _chosen(shelf, chance), chance)
        elif shelf and luck < VARIANT + SYNDICATED + QUOTED:
            made = _quoting(made, _chosen(shelf, chance), chance)
        yield made
        if len(shelf) < SHELF:
            shelf.append(made)
        else:
            shelf[int(chance.integers(WIRE, SHELF))] = made


def _own(words: Ints) -> Ints:
    """A part of the batch as a document of its own: its paragraphs are counted from 0."""
    return np.stack([words[0], words[1], words[2] - words[2, 0]])


def _chosen(shelf: list[Made], chance: np.random.Generator) -> Made:
    return shelf[int(chance.integers(min(len(shelf), WIRE if chance.random() < BY_WIRE else SHELF)))]


def _variant(made: Made, source: Made, fresh: Ints, chance: np.random.Generator) -> Made:
    """A copy of a whole document, under the number of the one that it stands for."""
    edit = (*EDITS, *STRUCTURE)[int(chance.integers(len(EDITS) + len(STRUCTURE)))]
    words = restructured(source.words, edit, fresh, chance) if edit in STRUCTURE else edited(source.words, edit, chance)
    curly = source.curly
    if edit == "format":
        words, curly = repunctuated(words), not curly
    whole = ((0, words.shape[1]), (0, source.words.shape[1]))
    made = Made(made.number, words, curly, edit == "format", ())
    return Made(made.number, words, curly, made.reset, (_planted("document", edit, (made, source), whole),))


def _syndicated(made: Made, source: Made, chance: np.random.Generator) -> Made:
    """The document with a paragraph of the source in it."""
    which = int(chance.integers(source.words[2, -1] + 1))
    low, high = np.searchsorted(source.words[2], [which, which + 1]).tolist()
    edit = EDITS[int(chance.integers(len(EDITS)))]
    copy = edited(source.words[:, low:high], edit, chance)
    copy = repunctuated(copy) if edit == "format" else copy
    at = int(chance.integers(made.words[2, -1] + 2))
    start = int(np.searchsorted(made.words[2], at))
    made = Made(made.number, with_paragraph(made.words, copy, at), made.curly, False, ())
    spans = ((start, start + copy.shape[1]), (low, high))
    return Made(made.number, made.words, made.curly, False, (_planted("passage", edit, (made, source), spans),))


def _quoting(made: Made, source: Made, chance: np.random.Generator) -> Made:
    """The document with a part of one paragraph of the source in it, between two sentences: whole sentences, or any
    words in a row."""
    which, whole = int(chance.integers(source.words[2, -1] + 1)), bool(chance.random() < WHOLE)
    low, high = np.searchsorted(source.words[2], [which, which + 1]).tolist()
    low, high = _quoted(source.words[1], (low, high), whole, chance)
    copy = source.words[:, low:high].copy()
    ends = np.nonzero(made.words[1] == STOP)[0]
    start = int(ends[chance.integers(len(ends))]) + 1 if len(ends) else made.words.shape[1]
    copy[2] = made.words[2, start - 1]
    words = np.concatenate([made.words[:, :start], copy, made.words[:, start:]], axis=1)
    made = Made(made.number, words, made.curly, False, ())
    spans = ((start, start + copy.shape[1]), (low, low + copy.shape[1]))
    kind = "sentences" if whole else "words"
    return Made(made.number, words, made.curly, False, (_planted("quote", kind, (made, source), spans),))


def _quoted(forms: Ints, paragraph: tuple[int, int], whole: bool, chance: np.random.Generator) -> tuple[int, int]:
    """The words of a paragraph that are quoted; where no sentences are as long as that, any."""
    low, high = paragraph
    if whole:
        ends = np.nonzero(np.isin(forms[low:high], (STOP, QUESTION, CLOSES)))[0] + low + 1
        starts = np.concatenate([[low], ends[:-1]])
        runs = [(start, end) for start in starts.tolist() for end in ends.tolist() if end - start in QUOTE]
        if runs:
            return runs[int(chance.integers(len(runs)))]
    wanted = int(chance.integers(QUOTE.start, QUOTE.stop))
    low = int(chance.integers(low, max(low + 1, high - wanted + 1)))
    return low, min(high, low + wanted)


def repunctuated(words: Ints) -> Ints:
    """The same words with other marks: no commas, no dashes, no quotation marks, no questions."""
    plainer = np.arange(FORMS, dtype=np.int32)
    plainer[[QUESTION, CLOSES]], plainer[OPENS] = STOP, CAPITAL
    plainer[(plainer != STOP) & (plainer != CAPITAL)] = 0
    return np.stack([words[0], plainer[words[1]], words[2]])


def _planted(kind: str, edit: str, pair: tuple[Made, Made], spans: tuple[tuple[int, int], tuple[int, int]]) -> Planted:
    one, other = (shingle_set(made.words[0, low:high]) for made, (low, high) in zip(pair, spans, strict=True))
    common = len(np.intersect1d(one, other, assume_unique=True))
    jaccard = round(common / (len(one) + len(other) - common), 6)
    (start, end), (source_start, source_end) = (_points(*each) for each in zip(pair, spans, strict=True))
    return Planted(kind, edit, pair[0].id, start, end, pair[1].id, source_start, source_end, jaccard)


def _points(made: Made, span: tuple[int, int]) -> tuple[int, int]:
    """The code points of a span of words."""
    language: Tongue = tongue()
    ends = np.cumsum(language.lengths[made.words[0] * FORMS + made.words[1]] + 1) + made.words[2]
    first, last = span[0], span[1] - 1
    start = int(ends[first - 1] + made.words[2, first] - made.words[2, first - 1]) if first else 0
    return start, int(ends[last]) - 1


# ── files ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def folder(size: int, data: Path, seed: int = 1) -> Path:
    """The folder of a corpus, made if it is not there."""
    path = data / f"crowd-v{VERSION}-seed{seed}-{size}"
    if not path.exists():
        unfinished = path.with_suffix(".part")
        unfinished.mkdir(parents=True, exist_ok=True)
        write(documents(size, seed), unfinished, whole=size <= SEARCHED)
        unfinished.rename(path)
    return path


def write(made: Iterator[Made], out: Path, *, whole: bool = True) -> None:
    """Write the files of a corpus; unless `whole`, only its documents and what is planted."""
    lengths: list[NDArray[np.int64]] = []
    running = count()
    with contextlib.ExitStack() as stack:
        texts, planted = (stack.enter_context((out / f"{each}.jsonl").open("wb")) for each in ("documents", "planted"))
        names = ("paragraphs.jsonl", "words.i32") if whole else ()
        parts, words = (stack.enter_context((out / each).open("wb")) for each in names) if names else (None, None)
        for each in made:
            paragraphs = each.paragraphs()
            texts.write(_line({"id": each.id, "text": "\n\n".join(paragraphs)}))
            planted.writelines(_line(asdict(one)) for one in each.planted)
            if parts and words:
                parts.writelines(_line({"id": f"p{next(running):08}", "text": text}) for text in paragraphs)
                words.write(each.words[0].tobytes())
                lengths.append(np.bincount(each.words[2]))
    if whole:
        per_document = np.array([0, *map(len, lengths)])
        bounds = np.concatenate([[0], np.cumsum(np.concatenate(lengths))])
        np.savez(out / "bounds.npz", paragraphs=bounds, documents=bounds[np.cumsum(per_document)])


def _line(record: dict[str, Any]) -> bytes:
    return orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE)


def main() -> None:
    """Make a corpus and say where it is."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("size", type=int, help="documents")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--data", type=Path, default=Path("bench/data"))
    options = parser.parse_args()
    path = folder(options.size, options.data, options.seed)
    print(json.dumps({"folder": str(path), "bytes": (path / "documents.jsonl").stat().st_size}))


if __name__ == "__main__":
    main()
