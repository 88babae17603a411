"""Near-duplicate passages: what is found of reuse, and what is cut that is none: `python -m benchmarks.passages`

Our own reuse (`tests/quality`), a row for each of its changes: `found` is the share of cases of which at least half of
the characters went from either side, `characters` the share of characters, `beside` the characters that went though
nothing says that they are reuse, as a share of those that went, and plagdet with its parts (`tests/quality/plagdet`).
Traps are passages that are only alike: none may go. Every record is checked by `tests/quality/verify`.

FILES are measured as well: `X.jsonl.gz` (`id`, `text`) beside `X.passages.jsonl.gz` (`id`, `start`, `end`, `source`: a
passage of `id` that stands in `source`) or beside `X.pairs.tsv.gz` (two ids and the Jaccard of their word 5-grams).
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks import floors
from benchmarks.gold import of_file
from benchmarks.scores import stem
from benchmarks.taken import Taken, removed
from tests.quality.changes import ROWS
from tests.quality.generator import CASES, corpora, traps
from tests.quality.plagdet import Passage, Plagdet, detections, measured
from tests.quality.verify import Wrong, wrong

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.quality.generator import Case, Corpus, Trap

    Record = Mapping[str, Any]

FEW = 16
"""Cases of a row in the tests."""
SETS = {(1, CASES): "passages", (1, FEW): "passages-few"}
"""The sets of our own reuse that have floors, by seed and cases of a row."""


# ── how much of the gold is found ───────────────────────────────────────────────────────────────────────────────────


@dataclass
class Figures:
    """The counts of a row, and the passages for plagdet."""

    cases: int = 0
    found: int = 0
    gold: int = 0
    characters: int = 0
    gone: int = 0
    beside: int = 0
    passages: list[Passage] = field(default_factory=list)
    detected: list[Passage] = field(default_factory=list)

    def __add__(self, other: Figures) -> Figures:
        """The two together."""
        return Figures(*(getattr(self, name) + getattr(other, name) for name in self.__dataclass_fields__))

    def add(self, case: Case, taken: Taken) -> None:
        """Count a case."""
        gold = sum(pair.end - pair.start for pair in case.pairs)
        best = sum(taken.best(pair.document, pair.start, pair.end, pair.source) for pair in case.pairs)
        self.cases, self.found = self.cases + 1, self.found + (2 * best >= gold)
        self.gold, self.characters = self.gold + gold, self.characters + best
        self.passages += case.pairs

    def shares(self) -> dict[str, float]:
        """The figures for people and floors."""
        plagdet = self.plagdet
        return {
            "found": self.found / max(1, self.cases),
            "characters": self.characters / max(1, self.gold),
            "beside": self.beside / max(1, self.gone),
            "precision": plagdet.precision,
            "recall": plagdet.recall,
            "granularity": plagdet.granularity,
            "plagdet": plagdet.plagdet,
        }

    @property
    def plagdet(self) -> Plagdet:
        """The measures of the paper, over the row."""
        return measured(self.passages, self.detected)


def of_corpus(corpus: Corpus, records: Sequence[Record]) -> dict[str, Figures]:
    """The figures of every row of a corpus, of what a run took out of it."""
    rows: defaultdict[str, Figures] = defaultdict(Figures)
    taken, texts = Taken.of(records), corpus.texts
    row_of: dict[str, str] = {}
    gold: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
    for case in corpus.cases:
        rows[case.row].add(case, taken)
        for pair in case.pairs:
            row_of |= {pair.document: case.row, pair.source: case.row}
            gold[pair.document].append((pair.start, pair.end))
            gold[pair.source].append((pair.source_start, pair.source_end))
    for each in detections(records, texts):
        rows[row_of[each.document]].detected.append(each)
    for id_, spans in taken.spans.items():
        gone = {at for span in spans for at in range(*span) if not texts[id_][at].isspace()}
        rows[row_of[id_]].gone += len(gone)
        rows[row_of[id_]].beside += len(gone.difference(*(range(*span) for span in gold[id_])))
    return dict(rows)


def fallen_for(corpus: Corpus, records: Sequence[Record]) -> list[Trap]:
    """The traps of which something went."""
    taken, texts = Taken.of(records), corpus.texts
    return [
        trap
        for trap in corpus.traps
        if any(
            texts[trap.document][max(start, trap.start) : min(end, trap.end)].strip()
            for start, end in taken.spans.get(trap.document, ())
        )
    ]


@dataclass
class Own:
    """What was measured on our own text."""

    rows: dict[str, Figures]
    fallen: list[Trap]
    traps: int
    wrong: list[Wrong]
    checked: int

    def reached(self) -> dict[str, float]:
        """What floors are for."""
        kinds = ("found", "characters", "plagdet")
        return {f"{row}: {kind}": figures.shares()[kind] for row, figures in self.rows.items() for kind in kinds}


def own(seed: int = 1, cases: int = CASES, rows: Sequence[str] = tuple(ROWS), with_traps: bool = True) -> Own:
    """Measure what is found of reuse of our own text, and what of the traps is cut."""
    total: defaultdict[str, Figures] = defaultdict(Figures)
    result = Own({}, [], 0, [], 0)
    for corpus in [*corpora(seed, cases, rows), *([traps(seed)] if with_traps else [])]:
        records = removed(corpus.documents)
        for row, figures in (of_corpus(corpus, records) if corpus.cases else {}).items():
            total[row] += figures
        result.fallen += fallen_for(corpus, records)
        result.traps += len(corpus.traps)
        result.wrong += wrong(records, corpus.texts)
        result.checked += len(records)
    result.rows = {row: total[row] for row in rows}
    if len(rows) > 1:
        result.rows["all"] = sum(result.rows.values(), Figures())
    return result


# ── what is printed ─────────────────────────────────────────────────────────────────────────────────────────────────

_KINDS = ("found", "characters", "beside", "precision", "recall", "granularity", "plagdet")


def table(own: Own) -> str:
    """The figures of our own reuse, for people."""
    said = [f"{'':16} {'cases':>6} " + " ".join(f"{kind:>11}" for kind in _KINDS)]
    for row, figures in own.rows.items():
        shares = figures.shares()
        said.append(f"{row:16} {figures.cases:6,} " + " ".join(f"{shares[kind]:11.4f}" for kind in _KINDS))
    said.append(
        f"traps: {len(own.fallen)} of {own.traps:,} removed; records: {len(own.wrong)} wrong of {own.checked:,}"
    )
    said += [f"  removed: {trap.document}" for trap in own.fallen]
    said += [f"  wrong: {each.id} {each.start}:{each.end}: {each.why}" for each in own.wrong[:20]]
    return "\n".join(said)


def as_json(own: Own) -> dict[str, Any]:
    """The figures of our own reuse, for programs."""
    rows = {row: {"cases": figures.cases, **figures.shares()} for row, figures in own.rows.items()}
    return {
        "rows": rows,
        "traps": own.traps,
        "removed": [trap.document for trap in own.fallen],
        "wrong": [each._asdict() for each in own.wrong],
    }


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path, help="files with gold beside them, to measure after our own")
    parser.add_argument("--cases", type=int, default=CASES, help="cases of a row")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=tuple(ROWS), action="append", help="this row only (several times: these)")
    parser.add_argument("--jobs", type=int, default=1, help="processes for the files")
    parser.add_argument("--no-own", action="store_true", help="the files only")
    parser.add_argument("--json", type=Path, help="write the figures there as well")
    parser.add_argument("--update", action="store_true", help="raise the floors to what was reached")
    parser.add_argument("--floors", type=Path, default=floors.FLOORS, help="the file of floors")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; 1 where a figure fell below its floor, a trap was removed, or a record is wrong."""
    options = _options(arguments)
    fallen: list[str] = []
    written: dict[str, Any] = {}
    if not options.no_own:
        found = own(options.seed, options.cases, options.only or tuple(ROWS), with_traps=not options.only)
        print(table(found), flush=True)
        written["own"] = as_json(found)
        fallen += [f"{len(found.fallen)} traps were removed"] if found.fallen else []
        fallen += [f"{len(found.wrong)} records are wrong"] if found.wrong else []
        name = SETS.get((options.seed, options.cases)) if options.only is None else None
        fallen += _held(name, found.reached(), options) if name else []
    for path in options.files:
        figures = of_file(path, options.jobs)
        print(
            f"\n{path.name}\n" + "\n".join(f"  {name:18} {value:10,.4f}" for name, value in figures.items()), flush=True
        )
        shares = {
            name: value
            for name, value in figures.items()
            if name.startswith(("found", "characters", "recall")) and value <= 1
        }
        fallen += _held(f"{stem(path)}-passages", shares, options)
        written[stem(path)] = figures
    if options.json:
        options.json.write_text(json.dumps(written, indent=1) + "\n", encoding="utf-8")
    print(*fallen, sep="\n", end="\n" if fallen else "", file=sys.stderr)
    return 1 if fallen else 0


def _held(name: str, reached: Mapping[str, float], options: argparse.Namespace) -> list[str]:
    """The figures that fell below their floors; with `--update` floors are raised."""
    fallen = floors.broken(name, reached, options.floors, figure="")
    if options.update:
        print("".join(f"  floor raised: {row}\n" for row in floors.update(name, reached, options.floors)), end="")
    return fallen


if __name__ == "__main__":
    sys.exit(main())
