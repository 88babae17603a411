"""Runners: whatever the runner, the results come in the items' order."""

from __future__ import annotations

import ctypes
import errno
import operator
import os
import signal
import struct
import subprocess
import sys
import time
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, NamedTuple

import pytest

from dedup.errors import WorkerError
from dedup.guard import limited
from dedup.nursery import NOT_STARTED, Death, Spawned
from dedup.run import alone, in_threads, own_buffer, pool, serial
from dedup.workers import Workers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such thing")


@pytest.fixture(autouse=True)
def at_home() -> None:
    """Here runners are as they are."""


def test_results_come_in_the_items_order() -> None:
    items = list(range(20))

    assert list(pool(2)(operator.neg, items)) == list(serial(operator.neg, items)) == [-item for item in items]


@alone
def _where(_: object) -> int:
    return os.getpid()


def _anywhere(_: object) -> int:
    return os.getpid()


def test_one_worker_is_a_process_for_what_has_to_be_alone_and_for_nothing_else() -> None:
    one = pool(1)

    assert os.getpid() not in set(one(_where, [1, 2]))
    assert set(one(_anywhere, [1, 2])) == {os.getpid()}
    assert os.getpid() not in list(pool(0)(_where, [1]))
    assert os.getpid() not in list(pool(2)(_where, [1]))  # else, for one item no process is started
    assert list(pool(2)(_anywhere, [1])) == [os.getpid()]


def test_workers_may_start_before_there_is_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "leaves_a_file.py").write_text("open(__file__ + '.txt', 'w').close()")
    monkeypatch.syspath_prepend(tmp_path)

    assert list(pool(2, "leaves_a_file")(operator.neg, [1])) == [-1]
    assert (tmp_path / "leaves_a_file.py.txt").exists()


def test_an_error_in_a_worker_is_raised_here() -> None:
    with pytest.raises(ZeroDivisionError):
        list(pool(2)(_inverse, [1, 0]))


def _inverse(number: int) -> float:
    return 1 / number


@in_threads
def _inverse_in_a_thread(number: int) -> tuple[int, float]:
    return os.getpid(), 1 / number


def test_what_needs_no_lock_runs_in_threads_of_this_process() -> None:
    numbers = list(range(1, 30))

    found = list(pool(3)(_inverse_in_a_thread, numbers))

    assert found == [(os.getpid(), 1 / number) for number in numbers]


def test_an_error_in_a_thread_is_raised_here_and_ends_the_rest() -> None:
    taken: list[int] = []

    def numbers() -> Iterator[int]:
        for number in [1, 0, *range(1, 100)]:
            taken.append(number)
            yield number

    with pytest.raises(ZeroDivisionError):
        list(pool(2)(_inverse_in_a_thread, numbers()))

    assert len(taken) < 10


def test_a_pool_reads_only_a_few_items_ahead() -> None:
    taken: list[int] = []

    def items() -> Iterator[int]:
        for number in range(100):
            taken.append(number)
            yield number

    results = pool(2)(operator.neg, items())

    assert next(results) == 0
    assert len(taken) <= 3 * 2 + 1
    results.close()  # type: ignore[attr-defined]


def test_a_pool_that_is_left_ends_soon_whatever_it_is_at() -> None:
    """With large items and results, so that it is left while some are on their way."""
    start = time.monotonic()
    results = pool(2)(_slowly, [b"x" * 3_000_000] * 6 + [b""] * 100)

    next(results)
    results.close()  # type: ignore[attr-defined]

    assert time.monotonic() - start < 10


def _slowly(content: bytes) -> bytes:
    time.sleep(0.01 if content else 60)
    return content


# ── deaths ──────────────────────────────────────────────────────────────────────────────────────────────────────────


class Item(NamedTuple):
    """Documents by number, of which some are the end of a worker."""

    numbers: list[int]
    bad: str = ""
    failed: tuple[str, ...] = ()

    def without(self, death: Death) -> list[Item]:
        """Halves; of one document, its failure."""
        half = len(self.numbers) // 2
        if not half:
            return [Item([], self.bad, (*self.failed, f"{self.numbers[0]}: {death}"))]
        return [Item(self.numbers[:half], self.bad), Item(self.numbers[half:], self.bad)]


DEADLY: dict[str, Callable[[], object]] = {
    "exit code 3": lambda: os._exit(3),
    "signal 9, SIGKILL": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "signal 11, SIGSEGV": lambda: ctypes.string_at(0),
    "out of memory": lambda: bytearray(1 << 62),
}


@alone
def _read(item: Item) -> tuple[list[int], tuple[str, ...]]:
    for number in item.numbers:
        if number % 10 == 7:
            DEADLY[item.bad]()
    return item.numbers, item.failed


@POSIX
@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("bad", DEADLY)
def test_a_worker_that_dies_costs_the_one_document(bad: str, count: int, caplog: pytest.LogCaptureFixture) -> None:
    items = [Item(list(range(at, at + 5)), bad) for at in range(0, 20, 5)]

    found = list(pool(count)(_read, items))

    assert [number for numbers, _ in found for number in numbers] == [n for n in range(20) if n % 10 != 7]
    assert [each for _, failed in found for each in failed] == [f"7: {bad}", f"17: {bad}"]
    assert f"a worker died ({bad}) at _read; its part is done again" in caplog.messages


class Mortal(NamedTuple):
    """An item that so many workers die of, and that cannot be divided; each leaves a file in its folder."""

    folder: Path
    deaths: int


def _outlive(item: Mortal) -> str:
    item.folder.mkdir(exist_ok=True)
    (item.folder / str(os.getpid())).touch()
    if len(list(item.folder.iterdir())) <= item.deaths:
        os._exit(1)
    return "alive"


@POSIX
def test_what_a_worker_died_of_is_done_once_more(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert list(pool(2)(_outlive, [Mortal(tmp_path / "a", 1), Mortal(tmp_path / "b", 0)])) == ["alive", "alive"]
    assert caplog.messages == ["a worker died (exit code 1) at _outlive; its part is done again"]


def test_what_cannot_be_divided_is_told_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(WorkerError, match=r"^a worker process died \(exit code 1\) at _outlive.*-j 1"):
        list(pool(2)(_outlive, [Mortal(tmp_path / "a", 4), Mortal(tmp_path / "b", 4)]))


class Endless(NamedTuple):
    """A document that takes more than it may; without it, how the worker ended."""

    died: tuple[Death, ...] = ()

    def without(self, death: Death) -> list[Endless]:
        """What it was that ended it."""
        return [Endless((*self.died, death))]


class Little(NamedTuple):
    """What a document may take."""

    max_seconds: float = 0.1
    max_memory: int = 0


@alone
def _reads_without_end(item: Endless) -> tuple[Death, ...]:
    with limited(3, Little()):
        while not item.died:
            pass
    return item.died


@POSIX
def test_what_took_too_long_is_not_done_again(caplog: pytest.LogCaptureFixture) -> None:
    assert list(pool(1)(_reads_without_end, [Endless()])) == [(Death(-signal.SIGPROF, 3),)]
    assert not any("again" in each for each in caplog.messages)


@alone
def _dies_as_it_sends(item: Item) -> tuple[str, ...]:
    def half(self: Connection, _: bytes) -> None:
        os.write(self.fileno(), struct.pack("!i", 100_000) + b"half of it")
        os.kill(os.getpid(), signal.SIGKILL)

    if item.numbers:
        Connection._send_bytes = half  # type: ignore[attr-defined]
    return item.failed


@POSIX
def test_half_a_result_is_a_death() -> None:
    assert list(pool(1)(_dies_as_it_sends, [Item([1]), Item([])])) == [("1: signal 9, SIGKILL",), ()]


@alone
def _parent(_: object) -> tuple[int, int]:
    return os.getpid(), os.getppid()


@POSIX
@pytest.mark.parametrize("killed", [0, 1], ids=["a worker", "what workers are forks of"])
def test_one_that_dies_while_it_has_nothing_to_do_is_replaced(killed: int) -> None:
    one = pool(1)
    (before,) = one(_parent, [1])
    os.kill(before[killed], signal.SIGKILL)
    if killed:
        os.kill(before[0], signal.SIGKILL)
    (after,) = one(_parent, [1])

    assert after[0] != before[0]
    assert (after[1] != before[1]) == bool(killed)


@POSIX
def test_workers_that_die_again_and_again_as_they_start_end_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ends_at_once.py").write_text("import os; os._exit(5)")
    monkeypatch.syspath_prepend(tmp_path)

    with pytest.raises(WorkerError, match="worker processes died before they did anything"):
        list(pool(2, "ends_at_once")(operator.neg, [1]))


@POSIX
def test_what_no_worker_was_there_for_no_worker_died_of(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """As where no process can be forked any more, which is seen while an item of many is read."""

    class Stillborn:
        def start(self, number: int, theirs: Connection) -> None:
            if number > 1:
                theirs.close()
            else:
                self.first = os.dup(theirs.fileno())

        def reap(self, _: int) -> Death:
            return Death(NOT_STARTED)

        def end(self, *, at_once: bool) -> None:
            pass

    nobody = Stillborn()
    monkeypatch.setattr("dedup.workers.births", lambda _: nobody)

    def items() -> Iterator[int]:
        yield 1
        os.close(nobody.first)  # while the second item is read, the first is sent
        yield 2

    with pytest.raises(WorkerError, match=r"^worker processes died before they did anything \(exit code 71\)"):
        list(Workers(1).run(operator.neg, items()))
    assert caplog.messages == []


@POSIX
@pytest.mark.parametrize("what", ["subprocess.Popen", "socket.socketpair", "multiprocessing.Pipe"])
def test_where_no_worker_can_be_started_that_is_said(monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    def none(*_: object, **__: object) -> None:
        raise OSError(errno.EAGAIN, "Resource temporarily unavailable")

    monkeypatch.setattr(what, none)

    with pytest.raises(WorkerError, match=r"^worker processes cannot be started: Resource .*-j 1"):
        list(pool(2)(operator.neg, [1, 2]))


def test_a_worker_that_cannot_be_spawned_is_told_as_one_that_died(monkeypatch: pytest.MonkeyPatch) -> None:
    def start(_: object) -> None:
        raise OSError(errno.EAGAIN, "Resource temporarily unavailable")

    monkeypatch.setattr("dedup.workers.births", lambda _: Spawned())
    monkeypatch.setattr("multiprocessing.context.SpawnProcess.start", start)

    with pytest.raises(WorkerError, match=r"^worker processes died before they did anything \(exit code 71\)"):
        list(pool(2)(operator.neg, [1, 2]))


def test_where_nothing_can_be_forked_workers_are_spawned(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("dedup.workers.births", lambda _: Spawned())

    assert list(pool(2)(_outlive, [Mortal(tmp_path, 1), Mortal(tmp_path, 1)])) == ["alive", "alive"]


class NotToBeSent:
    """What cannot be pickled."""

    def __reduce__(self) -> tuple[object, ...]:
        raise TypeError("not to be sent")


class Odd(Exception):  # noqa: N818
    """An error that cannot be made of what it holds."""

    def __init__(self, one: str, two: str) -> None:
        super().__init__(one + two)


def _odd(number: int) -> NotToBeSent:
    if number:
        raise Odd("o", "dd")
    return NotToBeSent()


@pytest.mark.parametrize(("number", "kind", "said"), [(0, TypeError, "not to be sent"), (1, RuntimeError, "Odd: odd")])
def test_what_cannot_be_sent_is_an_error(number: int, kind: type[Exception], said: str) -> None:
    with pytest.raises(kind, match=said) as raised:
        list(pool(2)(_odd, [number] * 2))

    (note,) = raised.value.__notes__
    assert note.startswith("In a worker process:\nTraceback (most recent call last):\n")
    assert "in _odd" in note or not number


# ── the end ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@POSIX
@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGKILL, -9)])
def test_what_ends_the_program_ends_its_workers(tmp_path: Path, sent: signal.Signals, code: int) -> None:
    """As Ctrl-C does it: the signal goes to all processes. None prints a traceback, and none is left."""
    program = (
        "import signal, sys, time\n"
        "from dedup.run import pool\n"
        "if __name__ == '__main__':\n"
        # Where the tests run in the background, a shell has them ignore Ctrl-C, and a child inherits that.
        "    signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "    try:\n"
        "        for _ in pool(2)(time.sleep, [0, 0] + [60] * 20): print('.', flush=True)\n"
        "    except KeyboardInterrupt:\n"
        "        sys.exit(130)\n"
    )
    (tmp_path / "program.py").write_text(program)
    with subprocess.Popen(
        [sys.executable, tmp_path / "program.py"], stdout=-1, stderr=-1, start_new_session=True
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        (os.killpg if sent is signal.SIGINT else os.kill)(process.pid, sent)
        # Read to the end: to where the last process that holds the stream has ended.
        said = process.communicate(timeout=60)[1]
        assert b"Traceback" not in said
        assert process.returncode == code


def test_a_buffer_is_of_its_thread_and_grows() -> None:
    assert not own_buffer(0).readonly
    first = own_buffer(10)
    first[:] = b"0123456789"

    assert len(own_buffer(5)) == 5
    assert len(own_buffer(1000)) == 1000
    assert bytes(first) == b"0123456789"
