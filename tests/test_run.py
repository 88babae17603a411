"""Runners: whatever the runner, the results come in the items' order."""

from __future__ import annotations

import operator
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from dedup.errors import WorkerError
from dedup.run import in_threads, own_buffer, pool, serial

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def test_results_come_in_the_items_order() -> None:
    items = list(range(20))

    assert list(pool(2)(operator.neg, items)) == list(serial(operator.neg, items)) == [-item for item in items]


def test_one_worker_is_no_pool() -> None:
    assert pool(1) is serial
    assert pool(0) is serial


def test_workers_may_start_before_there_is_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "leaves_a_file.py").write_text("open(__file__ + '.txt', 'w').close()")
    monkeypatch.syspath_prepend(tmp_path)

    assert list(pool(2, "leaves_a_file")(operator.neg, [1])) == [-1]
    assert (tmp_path / "leaves_a_file.py.txt").exists()
    assert pool(1, "leaves_a_file") is serial


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


def test_a_worker_that_dies_is_told_with_what_to_do() -> None:
    with pytest.raises(WorkerError, match=r"a worker process died.*-j 1"):
        list(pool(2)(os._exit, [3, 3]))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
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
