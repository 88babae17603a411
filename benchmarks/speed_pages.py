"""Speed and memory beside trafilatura, on the same pages and cores: `python -m benchmarks.speed_pages [PAGES...]`

Made-up corpora of sites with a page each (`unknown`), with 60 and with 240 pages each (`known`), or the files of pages
that are given. All programs are whole processes from start to end: a loop over `trafilatura.extract` for precision
(`peer`), `dedup clean` as far as it does the same (`--keep-duplicates`), and all that it does by default. They run with
one process and with two, and take turns: A B C A B C. Shown are medians over the rounds, then one run each on corpora
of growing size. `ms` is CPU time a page, of all processes of a run: on a machine that does other work as well it tells
more than pages/s. MB is the most that any one process of a run held. Whatever PYTHONDONTWRITEBYTECODE says here, all
programs may keep their compiled modules from run to run, as they do for users.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from benchmarks.extractors import given
from benchmarks.pages import corpus
from benchmarks.scores import figures, lines, score, stem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from benchmarks.scores import Record

    Program = Callable[["Pages", Path, int], tuple[list[str], Path]]
    """Given a corpus, a folder and a number of processes: the command, and the file of texts that it writes."""

COLUMNS = f"{'':26} {'pages':>7} {'pages/s':>8} {'ms':>6} {'F1':>7} {'MB':>6}"


@dataclass(frozen=True)
class Pages:
    """A corpus on disk, as both programs read it, and apart from it its gold texts."""

    name: str
    given: Path
    gold: Path
    count: int


@dataclass(frozen=True)
class Run:
    """What a program took for a corpus."""

    seconds: float
    cpu: float
    """Seconds of CPU time."""
    megabytes: float
    f1: float


def stored(name: str, records: Iterable[Record], folder: Path) -> Pages:
    """Write a corpus, page by page: this process stays small, since what it starts counts its memory as their own."""
    page_file, gold_file, count = folder / f"{name}.jsonl", folder / f"{name}.gold.jsonl", 0
    with page_file.open("w", encoding="utf-8") as pages, gold_file.open("w", encoding="utf-8") as golds:
        for count, record in enumerate(records, 1):  # noqa: B007 (it is what is counted)
            pages.write(json.dumps(given(record), ensure_ascii=False) + "\n")
            golds.write(json.dumps({"id": record["id"], "gold": record["gold"]}, ensure_ascii=False) + "\n")
    return Pages(name, page_file, gold_file, count)


def unknown(pages: int) -> Iterator[Record]:
    """Every page of a site of its own."""
    return corpus(0, 0, pages)


def known(pages: int, per_site: int) -> Iterator[Record]:
    """Sites of many pages."""
    return islice(corpus(-(-pages // per_site), per_site), pages)


CORPORA: dict[str, Callable[[int], Iterator[Record]]] = {
    "unknown": unknown,
    "known-60": partial(known, per_site=60),
    "known-240": partial(known, per_site=240),
}


# ── runs ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def by_trafilatura(pages: Pages, folder: Path, jobs: int) -> tuple[list[str], Path]:
    """The command that runs trafilatura over a corpus, and what it writes."""
    out = folder / "peer.jsonl"
    return [sys.executable, "-m", "benchmarks.peer", str(pages.given), str(out), str(jobs)], out


def by_dedup(pages: Pages, folder: Path, jobs: int, *options: str) -> tuple[list[str], Path]:
    """The same of dedup with its default settings."""
    out = folder / "clean"
    command = [
        sys.executable,
        "-m",
        "dedup",
        "clean",
        str(pages.given),
        "-o",
        str(out),
        "-q",
        "--no-report",
        "-j",
        str(jobs),
    ]
    return [*command, *options], out / "clean.jsonl"


def by_dedup_alone(pages: Pages, folder: Path, jobs: int) -> tuple[list[str], Path]:
    """The same where duplicates stay: the gold has them, and no peer looks for them."""
    return by_dedup(pages, folder, jobs, "--keep-duplicates")


PEER, OURS = "trafilatura", "dedup, duplicates kept"
PROGRAMS: dict[str, Program] = {PEER: by_trafilatura, OURS: by_dedup_alone, "dedup, all it does": by_dedup}


def run(program: Program, pages: Pages, jobs: int) -> Run:
    """Run a program on a corpus, from an empty folder.

    Raises:
        RuntimeError: it failed.
    """
    with TemporaryDirectory(prefix="bench-pages-") as folder:
        command, out = program(pages, Path(folder), jobs)
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=_environment())
        _, status, used = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in (0, 1):  # 1: some pages hold nothing
            raise RuntimeError(f"exit code {process.returncode}: {' '.join(command)}")
        kilobytes = used.ru_maxrss / (1 << 10 if sys.platform == "darwin" else 1)
        cpu = used.ru_utime + used.ru_stime
        return Run(seconds, cpu, kilobytes / 1024, f1(pages, out))


def _environment() -> dict[str, str]:
    """What users have: both programs and their libraries are compiled once, and not in every run."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def f1(pages: Pages, out: Path) -> float:
    """How good the answer was, in a process of its own: the texts would stay in the memory of this one."""
    command = [sys.executable, "-m", "benchmarks.speed_pages", "--score", str(pages.gold), str(out)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def scored(gold: Path, out: Path) -> float:
    """The F1 of a corpus."""
    found = {each["id"]: each["text"] for each in lines(out)}
    return figures([score(each["gold"], found.get(each["id"], "")) for each in lines(gold)]).f1


# ── what is printed ─────────────────────────────────────────────────────────────────────────────────────────────────


def compared(pages: Pages, jobs: int, rounds: int) -> None:
    """Let the programs take turns, and print a line for each and how they stand to each other."""
    runs: dict[str, list[Run]] = {name: [] for name in PROGRAMS}
    for _ in range(rounds):
        for name, program in PROGRAMS.items():
            runs[name].append(run(program, pages, jobs))
    took = {name: median(each.seconds for each in some) for name, some in runs.items()}
    used = {name: median(each.cpu for each in some) for name, some in runs.items()}
    for name, some in runs.items():
        speed, ms, memory = (
            pages.count / took[name],
            1000 * used[name] / pages.count,
            max(each.megabytes for each in some),
        )
        print(f"    {name:22} {pages.count:7,} {speed:8.1f} {ms:6.1f} {some[0].f1:7.4f} {memory:6.0f}")
    by_clock, by_cpu = (figure[PEER] / figure[OURS] for figure in (took, used))
    print(f"    dedup is {by_clock:.2f} times as fast as trafilatura, {by_cpu:.2f} times by CPU time", flush=True)


def report(growing: Iterator[Pages], rounds: int) -> None:
    """All figures of a corpus: with rounds at its first size, then once at each of the others, made when it is due."""
    first = next(growing)
    print(f"{first.name}\n{COLUMNS}")
    for jobs in (1, 2):
        print(f"  {jobs} {'processes' if jobs > 1 else 'process'}, medians of {rounds} rounds")
        compared(first, jobs, rounds)
    for pages in growing:
        print("  2 processes, once")
        compared(pages, 2, 1)
    print()


def main() -> None:
    """Print the figures of every corpus."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", nargs="*", type=Path, help="files of pages, instead of the made-up ones")
    parser.add_argument("--sizes", type=int, nargs="+", default=[300, 1_200, 4_800], help="pages of the corpora")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--score", type=Path, nargs=2, metavar=("GOLD", "OUT"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.score:
        print(scored(*options.score))
        return
    with TemporaryDirectory(prefix="bench-pages-") as temporary:
        folder = Path(temporary)
        for path in options.pages:
            report(iter([stored(stem(path), lines(path), folder)]), options.rounds)
        for name, source in () if options.pages else CORPORA.items():
            report((stored(name, source(size), folder) for size in options.sizes), options.rounds)


if __name__ == "__main__":
    main()
