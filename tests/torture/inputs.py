"""Hostile inputs, in families: each beside documents that are well, which must come out as if they were alone.

A family is a function in `FAMILIES` of a module `tests/torture/inputs_*.py` that yields cases; the first line of its
docstring says what it is. A case is an input that is made when it is tried, and what must come of it: the exit code,
each recorded failure, how long it may take, how much memory, and what documents are well beside it. All of it is data,
so that whoever reads a family reads the promise.
"""

from __future__ import annotations

import json
import re
import sys
from functools import cache, partial
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any, NamedTuple

import xxhash

import tests.torture
from dedup import Result
from tests.torture import launch
from tests.torture.trial import DEDUP, Trial, dedup, sampled, shared

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

SECONDS = 15.0
"""What a case may take, of CPU: other trials run beside it. What waits instead of working has eight times as long."""
MEMORY = 512
"""MB that each process of a case may hold over what the largest takes of a run over the good documents alone."""
FILE = 2_000
"""MB that no file may reach that a run writes, not even for a while."""

PAGE = """<!DOCTYPE html><html lang="en"><head><title>The ferry</title>
<link rel="canonical" href="https://ferry.example/1"></head><body><nav><a href="/">Home</a></nav>
<article><h1>The ferry</h1><p>The ferry to the island stopped in May, a week before the mill was sold, and no one in the
valley could say when it would cross the water again.</p><p>The council counted the boats in the harbour twice, and the
captain painted his own, slowly, with what was left of the blue.</p></article></body></html>"""
TEXT = "The orchard\n\nA weaver closed the gate of the orchard, and the doctor opened it again. — Naïve, 東京, 🌾.\n"
LINE = '{"id":"line","text":"A letter from the valley said that the market would be held in June.","n":1.5}\n'
SIBLINGS = {"~page.html": PAGE, "~text.txt": TEXT, "~line.jsonl": LINE}
"""The documents that are well, the page on a site of its own, since pages of one tell of each other; `~` sorts them
behind most names. Of a run over lines there is the line only."""
CLEAN = "clean.jsonl"
IDS = {"~page.html", "~text.txt", "line"}


class Case(NamedTuple):
    """A hostile input and what must come of it."""

    name: str
    make: Callable[[Path], Any]
    """Puts it into the folder of inputs; what that returns is not looked at."""
    failures: Mapping[str, str] = {}
    """What must be recorded in failures.jsonl, and nothing else: patterns of the whole of an id, and what the reason
    holds, as a pattern."""
    documents: Mapping[str, str] | None = None
    """The documents that must come out beside those that are well, and nothing else, by their ids: what each holds, as
    a pattern. None: they are not looked at."""
    words: tuple[str, ...] = ()
    """More words of the command; `{folder}` stands for the folder that the folder of inputs is in."""
    base: tuple[str, ...] | None = None
    """The same of the run over the good documents alone, if it is not the same."""
    code: int | None = None
    """The exit code; by default 1 where something fails, else 0."""
    may_fail: Mapping[str, str] = {}
    """What may be recorded, too, as `failures`: what is at the edge of what can be read, as on a slow machine."""
    may_end: tuple[int, ...] = (0, 1)
    """The exit codes of such a case."""
    said: str = ""
    """What is said on standard error, as a pattern."""
    lines: bool = False
    """Whether the shorter way is taken (`dedup.straight`): what is well beside it is but a line."""
    seconds: float = SECONDS
    memory: int = MEMORY
    before: tuple[str, ...] = ()
    """Words in front of the command, the first of them a path, as of a shell that closes its standard input."""
    out: str = "out"
    """The folder that is written, if the words of the command name another."""
    check: Callable[[Path], Any] = Path.exists
    """What else must hold of the folder that the folder of inputs is in; raises AssertionError where it does not."""
    inputs: int = 1
    """How many hostile inputs it is."""


class Took(NamedTuple):
    """How a run ended and what it took: seconds on the clock and of CPU, the peak of the largest process in kB, how
    many processes were left behind; and what it said on standard error."""

    code: int
    seconds: float
    cpu: float
    peak: int
    left: int
    err: str


def trials(share: float) -> Iterator[Trial]:
    """A trial for each case, or for so large a share of them, evenly over all families."""
    every = [(family, case) for family, cases in families().items() for case in cases()]
    for family, case in sampled(every, share):
        yield Trial(f"{family}: {case.name}", partial(attempt, case))


def families() -> dict[str, Callable[[], Iterable[Case]]]:
    """All families by their names."""
    found: dict[str, Callable[[], Iterable[Case]]] = {}
    for module in sorted(each.name for each in iter_modules(tests.torture.__path__) if each.name.startswith("inputs_")):
        for family in getattr(import_module(f"tests.torture.{module}"), "FAMILIES", ()):
            name = family.__name__.replace("_", " ")
            assert name not in found, f"the family {name!r} is there twice"
            found[name] = family
    return found


def attempt(case: Case, folder: Path) -> int:
    """Try a case."""
    inputs = folder / "in"
    inputs.mkdir()
    put_siblings(inputs, case)
    case.make(inputs)
    alone = base(case.words if case.base is None else case.base, case.lines)
    took = run(folder, words_of(case, folder), case.before, 8 * max(case.seconds, SECONDS))
    failed = records(folder / case.out / "failures.jsonl") if took.code in (0, 1) else []
    code = case.code if case.code is not None else int(bool(case.failures))
    code = took.code if case.may_fail and took.code in case.may_end else code
    assert took.code == code, f"exit code {took.code}, not {code}: {took.err[-3000:]}"
    assert re.search(case.said, took.err), f"said {took.err[-3000:]!r}, not {case.said!r}"
    if code in (0, 1):
        check_failures(case, failed)
        check_documents(case, folder / case.out, alone.lines)
    case.check(folder)
    check_took(case, took, alone.peak)
    return case.inputs


def together(name: str, cases: Iterable[Case]) -> Case:
    """Small inputs beside each other, each in a folder of its own, of which no document is well that has an id by its
    own; all may take together what one may."""
    each_in = {str(at): case for at, case in enumerate(cases)}

    def made(folder: Path) -> None:
        for at, case in each_in.items():
            (folder / at).mkdir()
            case.make(folder / at)

    def of_all(of_one: Callable[[Case], Mapping[str, str] | None]) -> dict[str, str]:
        return {f"{at}/{id_}": what for at, case in each_in.items() for id_, what in (of_one(case) or {}).items()}

    known = all(case.documents is not None for case in each_in.values())
    return Case(
        name,
        made,
        of_all(lambda case: case.failures),
        of_all(lambda case: case.documents) if known else None,
        may_fail=of_all(lambda case: case.may_fail),
        lines=any(case.lines for case in each_in.values()),
        inputs=len(each_in),
    )


def put_siblings(inputs: Path, case: Case) -> None:
    """Put the documents into a folder that are well."""
    for name, content in SIBLINGS.items():
        if not case.lines or name.endswith(".jsonl"):
            (inputs / name).write_text(content, encoding="utf-8", newline="")


def words_of(case: Case, folder: Path) -> list[str]:
    """The words of the command that are a case's own."""
    words = [*(["--keep-chrome"] if case.lines else []), *case.words]
    return [each.replace("{folder}", str(folder)) for each in words]


def run(folder: Path, words: Iterable[str], before: tuple[str, ...] = (), seconds: float = 8 * SECONDS) -> Took:
    """Run the command from `in` to `out`, both in a folder, with other words in front of it; kill it after so long."""
    report, command = folder / "took.json", ["-I", "-S", launch.__file__]
    ended = dedup(
        *("clean", folder / "in", "-o", folder / "out", "--format", "jsonl", "--force", "--no-report", "-j", "2"),
        *words,
        seconds=seconds,
        before=(sys.executable, *command, report, str(FILE), *before),
    )
    assert report.exists(), f"{DEDUP} could not be started: {ended.err}"
    return Took(**json.loads(report.read_text(encoding="utf-8")), err=ended.err)


# ── what must come of it ────────────────────────────────────────────────────────────────────────────────────────────


def records(path: Path) -> list[dict[str, Any]]:
    """The records of a file of the output, which must be JSON in UTF-8."""
    return [json.loads(line) for line in path.read_bytes().decode("utf-8").split("\n") if line]


def check_failures(case: Case, found: list[dict[str, Any]]) -> None:
    """Whether that is recorded which must be, and nothing else."""
    expected = {re.compile(id_): re.compile(why) for id_, why in {**case.may_fail, **case.failures}.items()}
    for each in found:
        own = [why for id_, why in expected.items() if id_.fullmatch(each["id"])]
        assert own, f"recorded, and should not be: {str(each)[:500]}"
        assert any(why.search(each["why"]) for why in own), f"another reason than {own}: {str(each)[:500]}"
    for name in case.failures:
        assert any(re.fullmatch(name, each["id"]) for each in found), f"not recorded: {name}"


def check_documents(case: Case, out: Path, alone: Mapping[str, list[str]]) -> None:
    """Whether those came out that must, and those that are well as they are alone, byte for byte."""
    assert siblings(out) == alone, "what is well came to harm"
    texts = texts_of(out)
    if case.documents is not None:
        assert set(texts) == set(case.documents), f"came out: {sorted(texts)[:20]}, not {sorted(case.documents)[:20]}"
        for id_, pattern in case.documents.items():
            assert re.search(pattern, texts[id_]), f"{id_}: {texts[id_][:500]!r} holds no {pattern!r}"


def check_took(case: Case, took: Took, base_peak: int) -> None:
    """Whether it took no more than it may."""
    over = (took.peak - base_peak) / 1000
    assert over <= case.memory, f"held {over:.0f} MB over the base of {base_peak / 1000:.0f}, not {case.memory}"
    assert took.cpu <= case.seconds or took.seconds <= case.seconds, f"took {took.cpu:.1f} s of CPU"
    assert took.seconds <= 8 * case.seconds, f"took {took.seconds:.0f} s, of which {took.cpu:.1f} of CPU"
    assert not took.left, f"left {took.left} processes behind"


class Alone(NamedTuple):
    """The run over the good documents alone: their lines in the files of the output, and the peak of memory in kB."""

    lines: dict[str, list[str]]
    peak: int


@cache
def base(words: tuple[str, ...], lines: bool) -> Alone:
    """The run over the good documents alone, by these words."""
    return shared(f"alone {lines} {xxhash.xxh3_64_hexdigest(repr(words).encode())}", partial(_base, words, lines))


def _base(words: tuple[str, ...], lines: bool, folder: Path) -> Alone:
    case = Case("", Path.exists, words=words, lines=lines)
    (folder / "in").mkdir()
    put_siblings(folder / "in", case)
    took = run(folder, words_of(case, folder))
    assert took.code == 0, took.err
    return Alone(siblings(folder / "out"), took.peak)


def siblings(out: Path) -> dict[str, list[str]]:
    """The lines of the files of an output that are of the documents that are well."""
    names = (CLEAN, "removed.jsonl", "sources.jsonl", "failures.jsonl")
    return {name: [line for line in lines_of(out, name) if json.loads(line)["id"] in IDS] for name in names}


def texts_of(out: Path) -> dict[str, str]:
    """The texts that came out beside those that are well, by their ids."""
    return {str(each["id"]): each["text"] for each in map(json.loads, lines_of(out, CLEAN)) if each["id"] not in IDS}


def lines_of(out: Path, name: str) -> list[str]:
    """The lines of a file of an output; its documents as such, where they are written in another format."""
    if name == CLEAN and not (out / name).exists():
        return [json.dumps(each, default=str) for each in Result(out).documents()]
    return [line for line in (out / name).read_bytes().decode("utf-8").split("\n") if line]
