"""How far a run is: bars on a terminal, lines in a pipe, events for machines; and how to go on where it stops."""

from __future__ import annotations

import errno
import json
import operator
import os
import re
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from dedup import progress
from dedup.cli import main
from dedup.config import Config
from dedup.ending import StoppedError
from dedup.errors import RemovalError, UnreadableError, WorkerError, WriteError
from dedup.progress import Count, shown
from dedup.read import Reached, Sources, sources
from dedup.run import serial
from dedup.staged import _batches
from dedup.stages import STAGES, Amount, Stage
from dedup.work import Work
from tests.material import article
from tests.terminals import on_a_terminal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from click.testing import Result as Run

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals")
FIELDS = ["event", "stage", "done", "total", "unit", "documents", "characters", "seconds", "rate", "left"]


def call(*words: str | Path) -> Run:
    return CliRunner().invoke(main, [str(word) for word in words], prog_name="dedup")


def events(run: Run) -> list[dict[str, Any]]:
    """What went to standard error, of which every line has to be JSON."""
    return [json.loads(line) for line in run.stderr.splitlines()]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to be in, with some files of text in `in`, and the same as lines in `in.jsonl`."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in").mkdir()
    texts = [article(number) for number in range(6)]
    for number, text in enumerate(texts):
        (tmp_path / f"in/{number}.txt").write_text(text, encoding="utf-8")
    copy = f"{texts[0]}\n\n{article(77)}"
    (tmp_path / "in/copy.txt").write_text(copy, encoding="utf-8")
    lines = (json.dumps({"id": str(number), "text": text}) + "\n" for number, text in enumerate([*texts, copy]))
    (tmp_path / "in.jsonl").write_text("".join(lines), encoding="utf-8")
    return tmp_path


# ── a runner around a runner ────────────────────────────────────────────────────────────────────────────────────────


class Clock:
    """A clock that is set."""

    def __init__(self, now: float = 100.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    own = Clock()
    monkeypatch.setattr(progress, "monotonic", own)
    return own


def weigh(item: int) -> int:
    """A stage whose items are so many documents of ten characters as they say."""
    return -item


STAGE = Stage("weighing", "documents", lambda item, _: Amount(item, item, 10 * item))


@pytest.fixture
def staged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(STAGES, "weigh", STAGE)


@pytest.mark.parametrize("how", ["lines", "json", "none", "bar"])
@given(st.lists(st.integers(0, 9)), st.booleans())
def test_what_a_runner_gives_is_as_it_was(how: str, items: list[int], sized: bool) -> None:
    STAGES["weigh"] = STAGE
    try:
        for function in (weigh, operator.neg):
            given_ = items if sized else iter(items)
            assert list(shown(serial, how)(function, given_)) == [-item for item in items]
    finally:
        del STAGES["weigh"]


@pytest.mark.usefixtures("staged")
def test_items_are_taken_no_sooner_than_the_runner_takes_them() -> None:
    taken: list[int] = []

    def items() -> Iterator[int]:
        for number in range(3):
            taken.append(number)
            yield number

    results = shown(serial, "lines")(weigh, items())
    assert taken == []
    next(results)
    assert taken == [0]


@pytest.mark.usefixtures("staged")
def test_events_begin_and_end_each_stage_and_come_once_a_second_between(
    clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in shown(serial, "json")(weigh, [1, 2, 3, 4]):
        clock.now += 0.6

    told = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert all(list(event) == FIELDS for event in told)
    assert [(event["event"], event["done"]) for event in told] == [
        ("begin", 0), ("progress", 6), ("end", 10),
    ]  # fmt: skip
    assert told[-1] == {
        "event": "end", "stage": "weighing", "done": 10, "total": 10, "unit": "documents", "documents": 10,
        "characters": 100, "seconds": 2.4, "rate": 4.2, "left": 0.0,
    }  # fmt: skip


@pytest.mark.usefixtures("staged")
@pytest.mark.parametrize(("seconds", "expected"), [(0.1, 0), (0.9, 1), (10.0, 10)])
def test_lines_come_after_some_seconds_and_every_so_often(
    clock: Clock, capsys: pytest.CaptureFixture[str], seconds: float, expected: int
) -> None:
    for _ in shown(serial, "lines")(weigh, [1] * 11):
        clock.now += seconds

    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == expected
    if lines:
        assert re.fullmatch(r"weighing: \d+%, \d+:\d\d left, \d+ documents, [\d.,]+/s, [\d.,]+ characters/s", lines[0])


def test_time_left_goes_by_how_it_went_lately(clock: Clock) -> None:
    """What a run that goes on finds done goes fast, and says nothing of the rest."""
    count = Count(STAGE, 200)
    assert count.left is None
    count.add(Amount(100))  # at once: found done
    for _ in range(50):
        clock.now += 2
        count.add(Amount(1))

    assert count.left == pytest.approx(100, rel=0.1)


def test_time_left_is_not_told_where_the_total_is_not_known(clock: Clock) -> None:
    count = Count(STAGE, None)
    clock.now += 1
    count.add(Amount(5, 5, 50))

    assert count.left is None
    assert str(count) == "5 documents, 5/s, 50 characters/s"


class Named(NamedTuple):
    """An item of a stage."""

    shard: str


def test_every_stage_is_one_of_ours() -> None:
    """A function that is renamed is told of under its new name, or nobody is told."""
    names = ("shards", "pages", "counting", "cutting", "against", "candidates", "seeded", "reuse", "whole", "decide",
             "indexing", "codes", "straight", "lines", "relay", "unpacked", "verify")  # fmt: skip
    modules = [__import__(f"dedup.{name}", fromlist=["_"]) for name in names]

    assert [name for name in STAGES if not any(callable(getattr(module, name, None)) for module in modules)] == []


# ── how far inputs are read ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_files_are_read_to_their_end(tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import gzip

    monkeypatch.setattr("dedup.staged.SHARD_DOCUMENTS", 100)
    opened = gzip.open if suffix else open
    names = [f"{number}.jsonl{suffix}" for number in range(3)]
    for name in names:
        with opened(tmp_path / name, "wb") as file:
            file.writelines(json.dumps({"text": os.urandom(3_000).hex()}).encode() + b"\n" for _ in range(150))
    (tmp_path / "broken.jsonl.gz").write_bytes(b"no gzip")
    paths = [tmp_path / name for name in (*names, "broken.jsonl.gz", "gone.txt")]
    reached = Reached(path for path in paths if path.exists())
    each = Sources(sources([(path.name, path) for path in paths], Config(), reached), reached)

    read = [batch.read for batch in _batches(Work(tmp_path, Config()), each)]

    total = sum(path.stat().st_size for path in paths if path.exists())
    assert {of for _, of in read} == {total}
    assert [done for done, _ in read] == sorted(done for done, _ in read)
    assert 0 < read[0][0] < total / 2
    assert read[-1][0] == total


def test_of_a_pipe_it_is_not_known_how_long_it_is(tmp_path: Path) -> None:
    reached = Reached([tmp_path / "gone"])

    assert (reached.of, reached.read) == (0, 0)


# ── events of a run ─────────────────────────────────────────────────────────────────────────────────────────────────


def stages_of(told: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for event in told:
        if "stage" in event:
            found.setdefault(event["stage"], []).append(event)
    return found


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["in"], ["reading", "counting", "chrome", "candidates", "comparing", "cutting"]),
        (["in.jsonl", "--keep-chrome"], ["unpacking", "reading", "candidates", "comparing", "writing"]),
        (["in.jsonl", "--keep-chrome", "--unit", "document"], ["unpacking", "reading", "candidates", "writing"]),
    ],
    ids=["files", "lines", "whole lines"],
)
def test_events_of_a_run(here: Path, words: list[str], expected: list[str]) -> None:
    size = sum(path.stat().st_size for path in (here / "in").iterdir())
    size = size if words == ["in"] else (here / "in.jsonl").stat().st_size
    run = call("clean", *words, "-o", "out", "-j", "1", "--progress", "json")

    assert run.exit_code == 0
    told = events(run)
    found = stages_of(told)
    assert set(expected) <= set(found)
    for each in found.values():
        assert [list(event) for event in each] == [FIELDS] * len(each)
        assert (each[0]["event"], each[0]["done"], each[-1]["event"]) == ("begin", 0, "end")
        assert each[-1]["done"] == each[-1]["total"]
    assert [found["reading"][-1][name] for name in ("done", "documents")] == [size, 7]
    last = found["cutting" if "cutting" in found else "writing"][-1]
    assert (last["unit"], last["done"], last["documents"]) == ("documents", 7, 7)
    assert last["characters"] == found["reading"][-1]["characters"] == told[-1]["summary"]["characters"]["in"]
    assert (told[-1]["event"], told[-1]["exit"], told[-1]["summary"]["documents"]["in"]) == ("done", 0, 7)


def test_events_of_an_index_and_of_a_site(here: Path) -> None:
    (here / "in/bad\x1b.txt").touch()
    build = call("index", "build", "in", "-o", "idx", "-j", "1", "--progress", "json")
    add = call("index", "add", "idx", "in.jsonl", "-j", "1", "--progress", "json")
    (here / "pages").mkdir()
    for number in range(7):
        page = f"<html><body><article><h1>One</h1><p>{article(number)}</p></article></body></html>"
        (here / f"pages/{number}.html").write_text(page)
    learn = call("site", "learn", "pages", "--site", "a.example", "-o", "sites.json", "-j", "1", "--progress", "json")

    assert events(build)[-2:] == [
        {"event": "failure", "id": "bad\x1b.txt", "why": "empty file"},
        {"event": "done", "documents": 7, "failed": 1, "exit": 1},
    ]
    assert events(add)[-1] == {"event": "done", "documents": 14, "failed": 0, "exit": 0}
    assert events(learn)[-1] == {"event": "done", "sites": 1, "failed": 0, "exit": 0}
    assert all(stages_of(events(run))["reading"][-1]["documents"] == 7 for run in (build, add, learn))
    assert "index" in stages_of(events(build))


def test_logs_are_events_too_and_quiet_means_none(here: Path) -> None:
    loud = call("clean", "in", "-o", "out", "-j", "1", "-v", "--progress", "json")
    quiet = call("clean", "in", "-o", "out", "-j", "1", "-q", "--progress", "json")

    assert any(event["text"].endswith("pairs to verify") for event in events(loud) if event["event"] == "log")
    assert (quiet.exit_code, quiet.stderr) == (0, "")
    assert here.is_dir()


def test_a_short_run_says_nothing_in_a_pipe(here: Path) -> None:
    told, none = (call("clean", "in", "-o", "out", "-j", "1", "--progress", how) for how in ("auto", "none"))

    assert told.stderr == none.stderr
    assert told.stderr.startswith("7 documents in, ")
    assert here.is_dir()


@POSIX
def test_on_a_terminal_there_are_bars_and_no_more_when_it_is_done(here: Path) -> None:
    command = [sys.executable, "-m", "dedup", "clean", "in", "-o", "out", "-j", "1"]
    env = {**os.environ, "TERM": "xterm", "COLUMNS": "120", "TQDM_MININTERVAL": "0", "DEDUP_PROGRESS": "auto"}
    code, said = on_a_terminal(command, cwd=here, env=env, stdout=subprocess.DEVNULL)

    assert code == 0
    for stage in ("reading", "chrome", "cutting"):
        assert f"\r{stage} " in said
    assert re.search(
        r"\rreading +100% \|█+\| 0:00 left, 7 documents, [\d.,]+( k)?/s, [\d.,]+( [kM])? characters/", said
    )
    # What is left on the screen: the bars have been wiped, and the summary stands where they were.
    lines = [line.rsplit("\r", 1)[-1].rstrip() for line in said.replace("\r\n", "\n").split("\n")]
    assert lines[0].strip().startswith("7 documents in, ")


# ── how it stops ────────────────────────────────────────────────────────────────────────────────────────────────────


def raising(error: BaseException) -> Callable[..., Any]:
    def fails(*_: object, **__: object) -> Any:
        raise error

    return fails


KEPT = "What was done is kept: `dedup clean` into out goes on from there."
ANEW = "`dedup clean` into out begins anew: nothing was done yet that takes longer than to read it again."
WRITE = "Once it can be written, `dedup clean` into out goes on from there."
LATE = {
    "Ctrl-C": (KeyboardInterrupt(), 130, KEPT),
    "SIGTERM": (StoppedError(signal.SIGTERM), 143, KEPT),
    "a full disk": (OSError(errno.ENOSPC, "No space left on device", "out/clean.jsonl"), 4, WRITE),
    "not writable": (WriteError("out: cannot be written"), 4, WRITE),
    "too many fail": (UnreadableError("3 of 7 inputs failed"), 3, KEPT),
    "too much goes": (RemovalError("safety stop"), 5, "into the same folder that goes on from here."),
    "a worker died": (WorkerError("a worker process died"), 70, KEPT),
    "a bug": (KeyError("x"), 70, KEPT),
}


@pytest.mark.parametrize("where", ["dedup.staged.cut_shard", "dedup.write.write_run"])
@pytest.mark.parametrize(("error", "code", "hint"), LATE.values(), ids=LATE)
def test_a_run_that_stops_says_how_to_go_on_and_it_is_true(
    here: Path, monkeypatch: pytest.MonkeyPatch, where: str, error: BaseException, code: int, hint: str
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(where, raising(error))
        plain = call("clean", "in", "-o", "out", "-j", "1")
        machine = call("clean", "in", "-o", "out", "-j", "1", "--progress", "json")
    lines = machine.stderr.splitlines()

    assert (plain.exit_code, machine.exit_code) == (code, code)
    assert plain.stderr.rstrip().endswith(hint)
    told = json.loads(lines[-1])
    assert list(told) == ["event", "why", "go_on", "exit"]
    assert (told["event"], told["exit"]) == ("stopped", code)
    assert told["go_on"].endswith(hint)
    assert told["why"]
    # It does go on: nothing is read anew.
    extracted: list[object] = []
    monkeypatch.setattr("dedup.shards.read_source", lambda *_: extracted.append(1))
    assert call("clean", "in", "-o", "out", "-j", "1", "-q").exit_code == 0
    assert extracted == []
    assert here.is_dir()


@pytest.mark.parametrize(
    ("where", "hint"),
    [
        ("dedup.shards.read_source", ANEW),
        ("dedup.counting.collect", KEPT),
        ("dedup.shards.flag", KEPT),
        ("dedup.duplicates.reuse.find", KEPT),
        ("dedup.staged.cut_shard", KEPT),
    ],
)
def test_ctrl_c_in_every_stage(here: Path, monkeypatch: pytest.MonkeyPatch, where: str, hint: str) -> None:
    monkeypatch.setattr(where, raising(KeyboardInterrupt()))

    assert call("clean", "in", "-o", "out", "-j", "1").stderr == f"\nInterrupted. {hint}\n"
    told = events(call("clean", "in", "-o", "out", "-j", "1", "--progress", "json"))
    assert told[-1] == {"event": "stopped", "why": "interrupted", "go_on": hint, "exit": 130}
    assert [event["event"] for event in told if event.get("stage")][-1] != "stopped"
    assert here.is_dir()


@pytest.mark.parametrize("error", [KeyboardInterrupt(), WorkerError("a worker process died")])
def test_the_shorter_way_keeps_what_was_compared_and_says_so(
    here: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("dedup.straight.write", raising(error))
        run = call("clean", "in.jsonl", "--keep-chrome", "-o", "out", "-j", "1")

    assert run.stderr.endswith(f"{KEPT}\n")
    assert list((here / "out/work").glob("*/*.sealed"))
    again = call("clean", "in.jsonl", "--keep-chrome", "-o", "out", "-j", "1", "--verbose")
    assert (again.exit_code, "taken from the work folder, not done again: " in again.stderr) == (0, True)


def test_the_safety_stop_of_the_shorter_way_promises_nothing(here: Path) -> None:
    lines = (json.dumps({"id": str(n), "text": article(1), "site": "a.example"}) + "\n" for n in range(40))
    (here / "same.jsonl").write_text("".join(lines))
    run = call("clean", "same.jsonl", "--keep-chrome", "-o", "out", "-j", "1")

    assert run.exit_code == 5
    assert "--force writes it all the same" in run.stderr
    assert "goes on from here" not in run.stderr


@pytest.mark.parametrize(
    ("words", "where", "hint"),
    [
        ("index build in -o idx", "dedup.indexing.build", "Nothing was written: `dedup index build` begins anew."),
        ("index add idx in", "dedup.index.Index.add", "The index idx is as it was: `dedup index add` begins anew."),
        ("site learn in -o s.json", "dedup.learn.learn", "s.json is as it was: `dedup site learn` begins anew."),
    ],
)
def test_other_commands_that_stop(
    here: Path, monkeypatch: pytest.MonkeyPatch, words: str, where: str, hint: str
) -> None:
    assert call("index", "build", "in/0.txt", "-o", "idx", "-q").exit_code == 0
    monkeypatch.setattr(where, raising(KeyboardInterrupt()))

    assert call(*words.split(), "-j", "1").stderr == f"\nInterrupted. {hint}\n"
    assert events(call(*words.split(), "-j", "1", "--progress", "json"))[-1]["go_on"] == hint
    assert here.is_dir()


@pytest.mark.parametrize("words", ["clean nowhere -o out", "clean in", "clean in -o out --config none.toml"])
def test_wrong_usage_is_an_event_too(here: Path, words: str) -> None:
    run = call(*words.split(), "-j", "1", "--progress", "json")

    assert run.exit_code == 2
    assert {**events(run)[-1], "why": "", "go_on": ""} == {"event": "stopped", "why": "", "go_on": "", "exit": 2}
    assert here.is_dir()


@pytest.mark.parametrize("name", ["a\x1b[2Jb", "a\u202eb", "a\x9bb"])
def test_what_documents_are_called_commands_no_terminal(here: Path, name: str) -> None:
    (here / "bad.jsonl").write_text(json.dumps({"id": name, "text": ""}) + "\n" + json.dumps({"id": name}) + "\n")
    same = [json.dumps({"id": str(n), "text": article(1), "site": name}) for n in range(40)]
    (here / "same.jsonl").write_text("\n".join(same))
    runs = [
        call("clean", "bad.jsonl", "in", "-o", "out", "--max-errors", "0", "-j", "1"),
        call("clean", "same.jsonl", "-o", "out2", "-j", "1"),
        call("clean", "same.jsonl", "-o", "out3", "-j", "1", "--force"),
        call("index", "build", "bad.jsonl", "in", "-o", "idx", "-j", "1"),
    ]

    for run in runs:
        assert not set(run.stderr) & set("\x1b\x9b\u202e"), run.stderr
    assert [run.exit_code for run in runs] == [3, 5, 0, 1]
