"""Quality of extraction against trafilatura and others, in one run: `python -m benchmarks.quality [PAGES.jsonl.gz...]`

PAGES (files, or folders of such) has one object a line with `id`, `site`, `html` and `gold` (the article's text);
without any, the project's own made-up pages are measured. The measure stands in `scores`, what is measured in
`extractors`. `gain` is the distance to the mode of trafilatura that is best on the set; ms are of CPU time a page.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import floors
from benchmarks.extractors import ALONE, BARS, DEDUP, OWN, missing, peers
from benchmarks.pages import own
from benchmarks.scores import Figures, Score, figures, files, lines, score, stem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from benchmarks.extractors import Extractor
    from benchmarks.scores import Record

SIBLINGS = 3
"""Pages a site must have for its chrome to be told by repetition (the default of `min_articles`)."""
SINGLE = "pages alone on their site"


@dataclass(frozen=True)
class Run:
    """An extractor on a set: the score of every page, and the CPU time of one."""

    scores: list[Score]
    ms: float


@dataclass(frozen=True)
class Row:
    """A line of the table: an extractor on a part of the set."""

    part: str
    extractor: str
    figures: Figures
    ms: float | None
    """Only where it was measured: on all pages."""

    @property
    def name(self) -> str:
        """What its floor stands under."""
        return f"{self.part}: {self.extractor}"


@dataclass(frozen=True)
class Measured:
    """A set and all its runs."""

    name: str
    pages: Sequence[Record]
    runs: dict[str, Run]

    @property
    def bar(self) -> str | None:
        """The mode of trafilatura that is best on the set, if any was run."""
        return max((name for name in self.runs if name in BARS), key=self._f1, default=None)

    def _f1(self, name: str) -> float:
        return figures(self.runs[name].scores).f1

    def rows(self) -> list[Row]:
        """The lines of the table, part by part."""
        everything = range(len(self.pages))
        return [
            Row(part, name, figures([run.scores[at] for at in chosen]), run.ms if chosen == [*everything] else None)
            for part, chosen in parts(self.pages).items()
            for name, run in self.runs.items()
            if not (part == SINGLE and name == ALONE)  # they are alone anyway
        ]

    def reached(self) -> dict[str, float]:
        """The F1 of dedup in every row: what floors are for."""
        return {row.name: row.figures.f1 for row in self.rows() if row.extractor in OWN}

    def worst(self, count: int) -> list[tuple[float, str]]:
        """The pages that are worse than by the best mode of trafilatura, worst first, with the gain."""
        bar = self.bar or DEDUP
        pairs = zip(self.runs[DEDUP].scores, self.runs[bar].scores, self.pages, strict=True)
        gains = sorted((ours.f1 - theirs.f1, str(page["id"])) for ours, theirs, page in pairs)
        return [each for each in gains if each[0] < 0][:count]


def parts(pages: Sequence[Record]) -> dict[str, list[int]]:
    """The parts of a set that have rows of their own, as places in it; none that would be empty or all."""
    count = Counter(page["site"] for page in pages)
    chosen = {
        f"sites with >= {SIBLINGS} pages": [at for at, page in enumerate(pages) if count[page["site"]] >= SIBLINGS],
        SINGLE: [at for at, page in enumerate(pages) if count[page["site"]] == 1],
    }
    for kind in sorted({page["type"] for page in pages if page.get("type")}):
        chosen[f"type {kind}"] = [at for at, page in enumerate(pages) if page.get("type") == kind]
    some = {part: places for part, places in chosen.items() if 0 < len(places) < len(pages)}
    return {"all pages": [*range(len(pages))], **some}


def measure(name: str, pages: Sequence[Record], extractors: Mapping[str, Extractor], at_once: int = 1) -> Measured:
    """Run the extractors on a set, one after the other, or so many at once where their time does not matter."""
    with ThreadPoolExecutor(at_once) as threads:
        runs = dict(zip(extractors, threads.map(partial(_run, pages), extractors.values()), strict=True))
    return Measured(name, pages, runs)


def _run(pages: Sequence[Record], texts_of: Extractor) -> Run:
    # In a process of its own: trafilatura remembers what it has worked out, and the next to use it would gain.
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as process:
        found, seconds = process.submit(_timed, texts_of, pages).result()
    scores = [score(page["gold"], found.get(page["id"], "")) for page in pages]
    return Run(scores, 1000 * seconds / len(pages))


def _timed(texts_of: Extractor, pages: Sequence[Record]) -> tuple[dict[str, str], float]:
    texts_of(pages[:1])  # what is loaded once is no page's time
    start = time.process_time()
    found = texts_of(pages)
    return found, time.process_time() - start


# ── what is printed ─────────────────────────────────────────────────────────────────────────────────────────────────


def table(measured: Measured) -> str:
    """The figures of a set, for people."""
    rows, part = measured.rows(), ""
    bar = {row.part: row.figures.f1 for row in rows if row.extractor == measured.bar}
    sites = len({page["site"] for page in measured.pages})
    said = [f"{measured.name}: {len(measured.pages):,} pages of {sites:,} sites"]
    said.append(f"{'':30} {'pages':>6} {'precision':>10} {'recall':>7} {'F1':>7} {'gain':>7} {'ms':>6}")
    for row in rows:
        if row.part != part:
            part = row.part
            said.append(f"  {part}")
        gain = f"{row.figures.f1 - bar[part]:+.4f}" if part in bar and row.extractor != measured.bar else ""
        shown = f"{row.figures.pages:6,} {row.figures.precision:10.4f} {row.figures.recall:7.4f} {row.figures.f1:7.4f}"
        said.append(f"    {row.extractor:26} {shown} {gain:>7} {'' if row.ms is None else f'{row.ms:.1f}':>6}".rstrip())
    return "\n".join(said)


def as_json(measured: Measured) -> dict[str, object]:
    """The figures of a set, for programs."""
    rows = [
        {"part": row.part, "extractor": row.extractor, **row.figures.__dict__, "f1": row.figures.f1, "ms": row.ms}
        for row in measured.rows()
    ]
    return {"pages": len(measured.pages), "bar": measured.bar, "rows": rows}


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", nargs="*", type=Path, help="files of pages, or folders of them")
    parser.add_argument("--worst", type=int, default=0, help="name so many pages that got worse than by trafilatura")
    parser.add_argument("--json", type=Path, help="write the figures there as well")
    parser.add_argument("--update", action="store_true", help="raise the floors to what was reached")
    parser.add_argument("--floors", type=Path, default=floors.FLOORS, help="the file of floors")
    parser.add_argument("--only", choices=("dedup", "trafilatura"), help="leave out the rest; trafilatura: but dedup")
    return parser.parse_args(arguments)


def _extractors(only: str | None) -> dict[str, Extractor]:
    if only is None and missing():
        print(f"left out, since not installed (make quality installs them): {', '.join(missing())}\n")
    return {**({} if only == "dedup" else BARS), **({} if only else peers()), **OWN}


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a table for every set; 1 where a figure fell below its floor."""
    options = _options(arguments)
    extractors, fallen, written = _extractors(options.only), [], {}
    for path in files(options.pages) if options.pages else [None]:
        name = stem(path) if path else "own"
        measured = measure(name, list(lines(path)) if path else own(), extractors)
        print(table(measured))
        for gain, id_ in measured.worst(options.worst):
            print(f"  {gain:+.4f}  {id_}")
        fallen += floors.broken(name, measured.reached(), options.floors)
        if options.update:
            risen = floors.update(name, measured.reached(), options.floors)
            print("".join(f"  floor raised: {row}\n" for row in risen), end="")
        written[name] = as_json(measured)
        print(flush=True)
    if options.json:
        options.json.write_text(json.dumps(written, indent=1) + "\n", encoding="utf-8")
    print(*fallen, sep="\n", end="\n" if fallen else "", file=sys.stderr)
    return 1 if fallen else 0


if __name__ == "__main__":
    sys.exit(main())
