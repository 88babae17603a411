"""The rows of the speed benchmark: which programs run on what, and by what they are scored."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from dataclasses import dataclass
from functools import partial
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks import crowd, recall
from benchmarks.peers.common import THRESHOLD
from benchmarks.speed_measure import Program, in_turns, run

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from benchmarks.speed_measure import Line, Scores

ROOT = Path(__file__).parent.parent
PEERS = ROOT / "bench" / ".venv" / "bin" / "python"
PEER_NAMES = {"daft": "daft", "rensa": "rensa", "fastsketch": "FastSketchLSH", "datasketch": "datasketch"}
SLOW_NAMES = {"textdedup": "text-dedup", "datatrove": "datatrove"}
ONCE = frozenset({"datasketch", "fastsketch", *SLOW_NAMES})
OURS = "dedup"
SIGNED = 20_000
"""Documents of which signatures are made."""
SLOW_SHARE = 10
"""The slow peers get a tenth of the corpus."""


@dataclass(frozen=True)
class Settings:
    """What a run of the benchmark was told."""

    data: Path
    sizes: tuple[int, ...]
    rounds: int
    slow: bool = False

    @property
    def corpus(self) -> Path:
        """The corpus of all rows but `scaling`: the first of the sizes."""
        return crowd.folder(self.sizes[0], self.data)

    def turns(self, programs: Sequence[Program]) -> list[dict[str, Any]]:
        """The lines of programs that take turns."""
        return [each.record() for each in in_turns(programs, self.rounds, self.data / "runs")]


RECALLS = {"documents": "0.98", "paragraphs": "0.94"}
"""What `--lsh-recall` is: by paragraph, where the peers find less, it is less. No peer finds more, in no band of
similarity. The bands of daft, 20 of 6 rows, come to .92."""


def whole(unit: str = "documents") -> tuple[str, ...]:
    """The settings of near-duplicate documents: what the peers are asked for, too."""
    alike = str(THRESHOLD)
    return ("--unit", "document", "--threshold", alike, "--lsh-similarity", alike, "--lsh-recall", RECALLS[unit])


def clean(path: Path, out: Path, *options: str) -> list[str]:
    """Our command; without the page for people, which no peer makes."""
    always = ("-q", "--force", "--keep-chrome", "--no-report")
    return [sys.executable, "-m", "dedup", "clean", str(path), "-o", str(out), *always, *options]


def peer(name: str, path: Path, out: Path) -> list[str]:
    """The command of a peer."""
    return [str(PEERS), "-m", "benchmarks.peers.run", name, str(path), str(out)]


# ── signatures ──────────────────────────────────────────────────────────────────────────────────────────────────────


def signatures(settings: Settings) -> list[dict[str, Any]]:
    """Signatures of 128 permutations from text, on one core."""
    path = settings.corpus / "documents.jsonl"
    programs = {"own": sys.executable, **dict.fromkeys(PEER_NAMES, str(PEERS))}
    found: dict[str, list[dict[str, float]]] = {name: [] for name in programs}
    for _ in range(settings.rounds):
        for name, program in programs.items():
            command = [program, "-m", "benchmarks.peers.run", name, str(path), "--signatures", str(SIGNED)]
            found[name] += _signed(command)
    return [_best({**PEER_NAMES, "own": OURS}[name], made) for name, made in found.items()]


def _signed(command: list[str]) -> list[dict[str, float]]:
    done = subprocess.run(["taskset", "-c", "0", *command], capture_output=True, text=True, check=False)
    return [json.loads(done.stdout.splitlines()[-1])] if done.returncode == 0 else []


def _best(name: str, made: list[dict[str, float]]) -> dict[str, Any]:
    if not made:
        return {"program": name, "missing": "failed"}
    seconds = sorted(each["seconds"] for each in made)[len(made) // 2]
    return {
        "program": name,
        "rounds": len(made),
        "per_second": round(made[0]["texts"] / seconds, 1),
        "megabytes_per_second": round(made[0]["bytes"] / seconds / 1e6, 2),
        "rmse": round(made[0]["rmse"], 4),
    }


# ── documents and paragraphs ────────────────────────────────────────────────────────────────────────────────────────


def alike(settings: Settings, unit: str) -> list[dict[str, Any]]:
    """Near duplicates of whole records, from a JSONL file to one, with two cores."""
    corpus = settings.corpus
    path, score = corpus / f"{unit}.jsonl", partial(exactly, corpus, unit)
    ours = Program(OURS, lambda out: clean(path, out, *whole(unit), "-j", "2"), score)
    peers = [_peer_program(name, path, score) for name in PEER_NAMES]
    return settings.turns([ours, *peers])


def _peer_program(name: str, path: Path, score: Callable[[Path], Scores]) -> Program:
    shown = {**PEER_NAMES, **SLOW_NAMES}[name]
    return Program(shown, partial(peer, name, path), score, once=name in ONCE, fine=(0,))


def exactly(corpus: Path, unit: str, out: Path) -> Scores:
    """The scores of an answer by all pairs there are."""
    pairs, similar = recall.gold(corpus, unit)
    return recall.scored(recall.removed(out), pairs, similar, len(recall.bounds(corpus, unit)) - 1)


def slow(settings: Settings) -> list[dict[str, Any]]:
    """Documents again, a tenth of them, once, for the peers that take minutes; and for dedup and daft to compare."""
    if not settings.slow:
        return []
    corpus = crowd.folder(settings.sizes[0] // SLOW_SHARE, settings.data)
    path, score = corpus / "documents.jsonl", partial(exactly, corpus, "documents")
    ours = Program(OURS, lambda out: clean(path, out, *whole(), "-j", "2"), score)
    return settings.turns([ours, *(_peer_program(name, path, score) for name in ("daft", *SLOW_NAMES))])


# ── passages ────────────────────────────────────────────────────────────────────────────────────────────────────────


def passages(settings: Settings) -> list[dict[str, Any]]:
    """Passages with aligned spans, verified, on one core."""
    corpus = settings.corpus
    path = corpus / "documents.jsonl"
    score = partial(recall.passages, folder=corpus)
    ours = Program(OURS, lambda out: clean(path, out, "-j", "1"), score, cores=1)
    return [{**each, **_rate(path, each)} for each in settings.turns([ours])]


def _rate(path: Path, record: dict[str, Any]) -> dict[str, float]:
    """Megabytes of the file a second of CPU time."""
    if "cpu" not in record:
        return {}
    return {"megabytes_per_second": round(path.stat().st_size / record["cpu"] / 1e6, 2)}


def workers(settings: Settings) -> list[dict[str, Any]]:
    """Two workers against one."""
    path = settings.corpus / "documents.jsonl"
    modes = {"documents": ("--unit", "document"), "passages": ()}
    programs = [
        Program(f"{name}, -j {jobs}", partial(_with, path, (*mode, "-j", str(jobs))))
        for name, mode in modes.items()
        for jobs in (1, 2)
    ]
    return settings.turns(programs)


def _with(path: Path, options: tuple[str, ...], out: Path) -> list[str]:
    return clean(path, out, *options)


# ── scaling, grouping, start-up ─────────────────────────────────────────────────────────────────────────────────────


def scaling(settings: Settings) -> list[dict[str, Any]]:
    """Documents of growing corpora, once each; and the exponents by which time grows."""
    found: list[dict[str, Any]] = []
    for size in settings.sizes:
        corpus = crowd.folder(size, settings.data)
        path = corpus / "documents.jsonl"
        program = Program(
            f"{OURS}, {size:,} documents",
            partial(_with, path, (*whole(), "-j", "2")),
            lambda out, corpus=corpus, size=size: recall.scored(  # type: ignore[misc]
                recall.removed(out), *recall.planted(corpus, size), size
            ),
        )
        (line,) = in_turns([program], 1, settings.data / "runs")
        found.append({**line.record(), "size": size, "bytes": path.stat().st_size})
    grown = [each for each in found if "cpu" in each]
    if len(grown) > 1:
        powers = {name: exponent([each["bytes"] for each in grown], [each[name] for each in grown]) for name in TIMES}
        found.append({"program": "exponent", "exponents": powers})
    return found


TIMES = ("wall", "cpu", "megabytes")


def exponent(sizes: Sequence[float], times: Sequence[float]) -> float:
    """The slope of a line through the logarithms: 1 where time grows as size does."""
    slope, _ = np.polyfit([math.log(each) for each in sizes], [math.log(each) for each in times], 1)
    return round(float(slope), 3)


GROUPING_NAMES = {"duckdb": "DuckDB", "polars": "Polars", "datasketch": "datasketch"}
FEW_PASSAGES = 1_000_000
"""What datasketch gets, which holds 6.6 KB a passage."""


def grouping(settings: Settings) -> list[dict[str, Any]]:
    """Grouping of generated keys: its own benchmarks measure it, in processes that start with nothing."""
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in (OURS, *GROUPING_NAMES)}
    for turn in range(settings.rounds):
        for name, lines in found.items():
            if turn and (name in ONCE or "missing" in lines[-1]):
                continue
            own = ["grouping"] if name == OURS else ["grouping_peers", name]
            lines.append(_grouped(settings.data, [*own, *_few(name)]))
    return [{"program": GROUPING_NAMES.get(name, name), **_middle(lines)} for name, lines in found.items()]


def _few(name: str) -> list[str]:
    return ["--passages", str(FEW_PASSAGES)] if name in ONCE else []


def _grouped(data: Path, arguments: list[str]) -> dict[str, Any]:
    told = data / "grouping.json"
    command = [sys.executable, "-m", f"benchmarks.{arguments[0]}", *arguments[1:], "--json", str(told)]
    done = subprocess.run([*command, "--folder", str(data)], capture_output=True, text=True, check=False)
    if done.returncode:
        return {"missing": f"failed with exit code {done.returncode}"}
    line: dict[str, Any] = json.loads(told.read_text(encoding="utf-8"))
    return {name: each for name, each in line.items() if name != "program"}


def _middle(lines: list[dict[str, Any]]) -> dict[str, Any]:
    """Of rounds that did not fail the one of the median of CPU time."""
    good = sorted((each for each in lines if "missing" not in each), key=itemgetter("cpu"))
    if not good:
        return lines[-1]
    middle = good[len(good) // 2]
    return {name: value if isinstance(value, int) else round(value, 2) for name, value in middle.items()}


def starting(settings: Settings) -> list[dict[str, Any]]:
    """How long one waits for the program itself."""
    files = settings.data / "five"
    files.mkdir(parents=True, exist_ok=True)
    for made in crowd.documents(5):
        (files / f"{made.id}.txt").write_text("\n\n".join(made.paragraphs()), encoding="utf-8")
    run([sys.executable, "-m", "dedup", "--help"])  # compiles its modules
    command = [sys.executable, "-m", "dedup"]
    programs = [
        Program("dedup --help", lambda _: [*command, "--help"]),
        Program("dedup clean, five files", lambda out: [*command, "clean", str(files), "-o", str(out), "-q"]),
    ]
    lines: list[Line] = in_turns(programs, max(5, settings.rounds), settings.data / "runs")
    return [each.record() for each in lines]
