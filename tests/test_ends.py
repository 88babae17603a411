"""How `dedup` ends, in processes of its own: exit codes, signals, locks, streams."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from dedup.cli import main
from dedup.errors import LockedError, OutputError
from dedup.lock import LOCK, locked
from dedup.segments import writing
from tests.material import article, prose

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such thing")
FULL = pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
PATIENCE = 60


def dedup(*words: str | Path, cwd: Path, **more: Any) -> subprocess.CompletedProcess[str]:
    """Run the program."""
    command = [sys.executable, "-m", "dedup", *map(str, words)]
    return subprocess.run(command, cwd=cwd, text=True, capture_output="stdout" not in more, check=False, **more)


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """A folder with a small corpus in `in`."""
    (tmp_path / "in").mkdir()
    for number in range(4):
        (tmp_path / f"in/{number}.txt").write_text(article(number))
    return tmp_path


def files(folder: Path) -> dict[str, bytes]:
    """All files under a folder with what they hold."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# ── exit codes ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_0_is_done(here: Path) -> None:
    assert dedup("clean", "in", "-o", "out", "-q", cwd=here).returncode == 0


def test_1_is_done_but_for_some_inputs(here: Path) -> None:
    (here / "in/empty.txt").touch()

    assert dedup("clean", "in", "-o", "out", "-q", cwd=here).returncode == 1
    assert (here / "out/_SUCCESS").is_file()


def test_2_is_wrong_usage(here: Path) -> None:
    assert dedup("clean", "in", cwd=here).returncode == 2


@pytest.mark.parametrize(
    ("failing", "most", "code"),
    [(2, "2", 1), (2, "1", 3), (2, "0", 3), (0, "0", 0), (4, "50%", 1), (5, "50%", 3), (1, "19.9%", 3), (1, "20%", 1)],
)
def test_3_is_more_failures_than_may_be(
    here: Path, monkeypatch: pytest.MonkeyPatch, failing: int, most: str, code: int
) -> None:
    monkeypatch.chdir(here)
    for number in range(failing):
        (here / f"in/empty{number}.txt").touch()

    run = CliRunner().invoke(main, ["clean", "in", "-o", "out", "-j", "1", "--max-errors", most])

    assert run.exit_code == code
    assert (here / "out/manifest.json").is_file() == (code != 3)
    if code == 3:
        assert f"{failing} of {failing + 4} inputs failed" in run.stderr
        assert "empty0.txt: empty file" in run.stderr
        again = CliRunner().invoke(main, ["clean", "in", "-o", "out", "-j", "1", "-q", "--max-errors", "100%"])
        assert again.exit_code == 1


def test_3_leaves_an_earlier_run_as_it_was(here: Path) -> None:
    assert dedup("clean", "in", "-o", "out", "-q", cwd=here).returncode == 0
    before = files(here / "out")
    (here / "in/empty.txt").touch()

    assert dedup("clean", "in", "-o", "out", "-q", "--max-errors", "0", cwd=here).returncode == 3

    after = files(here / "out")
    assert {name: content for name, content in after.items() if not name.startswith("work/")} == before
    assert any(name.startswith("work/") for name in after)
    assert dedup("explain", "out", "0.txt", cwd=here).returncode == 0


def test_3_is_that_no_input_can_be_used(here: Path) -> None:
    (here / "empty.txt").touch()

    run = dedup("clean", "empty.txt", "-o", "out", cwd=here)

    assert (run.returncode, (here / "out").exists()) == (3, False)
    assert run.stderr == "Error: nothing to read: no input could be used\n  empty.txt: empty file\n"


@pytest.mark.parametrize("most", ["-1", "x", "5.5", "101%", "-1%", "nan%", "%", ""])
def test_a_limit_that_cannot_be_is_wrong_usage(here: Path, most: str) -> None:
    run = CliRunner().invoke(main, ["clean", str(here / "in"), "-o", str(here / "out"), f"--max-errors={most}"])

    assert run.exit_code == 2
    assert "is neither a number nor a share as 5%." in run.stderr


@FULL
@pytest.mark.parametrize("words", ["--help", "clean --help", "--version", "config"])
def test_4_is_a_full_disk_behind_standard_output(here: Path, words: str) -> None:
    with open("/dev/full", "w") as full:  # noqa: PTH123 (a device)
        run = dedup(*words.split(), cwd=here, stdout=full, stderr=subprocess.PIPE)

    assert (run.returncode, run.stderr) == (4, "Error: standard output: No space left on device\n")


@FULL
def test_4_is_a_full_disk_behind_clean_lines(here: Path) -> None:
    with open("/dev/full", "w") as full:  # noqa: PTH123 (a device)
        run = dedup("clean", "in", "-o", "-", "-q", cwd=here, stdout=full, stderr=subprocess.PIPE)

    assert (run.returncode, run.stderr) == (4, "Error: standard output: No space left on device\n")


def _small_files() -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_FSIZE, (3_000, 3_000))


@POSIX
@pytest.mark.parametrize("words", [["in"], ["in.jsonl", "--keep-chrome"]], ids=["files", "lines"])
def test_4_is_an_output_that_cannot_be_written_and_names_the_file(here: Path, words: list[str]) -> None:
    """A quota: files may have 3,000 bytes."""
    lines = [json.dumps({"id": f"{number}", "text": article(number)}) for number in range(20)]
    (here / "in.jsonl").write_text("\n".join(lines))

    run = dedup("clean", *words, "-o", "out", "-j", "1", cwd=here, preexec_fn=_small_files)

    assert run.returncode == 4
    assert run.stderr.startswith("Error: out/")
    assert run.stderr.endswith(": File too large\n")
    assert not (here / "out/manifest.json").exists()
    assert dedup("clean", *words, "-o", "out", "-q", cwd=here).returncode == 0


def test_4_is_a_folder_that_cannot_be_made(here: Path) -> None:
    run = dedup("clean", "in", "-o", "in/0.txt/out", cwd=here)

    assert (run.returncode, run.stderr) == (4, "Error: in/0.txt/out: cannot be made: Not a directory\n")


# ── a lock ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@contextmanager
def running(folder: Path, program: str) -> Iterator[subprocess.Popen[str]]:
    """A program that runs meanwhile; it has said a line."""
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, cwd=folder, stdout=-1, stderr=-1, text=True, start_new_session=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        try:
            yield process
        finally:
            process.kill()


HOLDS = (
    "import pathlib, time\n"
    "from dedup.lock import locked\n"
    "pathlib.Path('out').mkdir(exist_ok=True)\n"
    "with locked(pathlib.Path('out')): print('.', flush=True); time.sleep(600)\n"
)


def test_4_is_another_run_in_the_folder(here: Path) -> None:
    with running(here, HOLDS) as other:
        run = dedup("clean", "in", "-o", "out", cwd=here)

        assert run.returncode == 4
        assert f"Error: out: another run is writing there (process {other.pid} on " in run.stderr
        assert dedup("clean", "in", "-o", "out2", "-q", cwd=here).returncode == 0
    assert list(files(here / "out")) == [LOCK]  # it was killed, which is no reason to refuse the folder
    assert dedup("clean", "in", "-o", "out", "-q", cwd=here).returncode == 0
    assert LOCK not in files(here / "out")


def test_a_lock_goes_with_what_it_was_for(tmp_path: Path) -> None:
    for _ in range(2):
        with locked(tmp_path):
            assert (tmp_path / LOCK).read_text().startswith(f"{os.getpid()} ")
        assert list(tmp_path.iterdir()) == []


def without_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system that has no locks."""

    def refuses(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("fcntl.flock", refuses)


def left_behind(folder: Path, change: Callable[[list[str]], list[str]]) -> None:
    """What a run that was killed leaves, of this process but for a change."""
    with locked(folder):
        content = (folder / LOCK).read_text()
    (folder / LOCK).write_text(" ".join(change(content.split(" "))))


STALE: dict[str, Callable[[list[str]], list[str]]] = {
    "a process that is no more": lambda who: ["4194304", *who[1:]],
    "before the machine was started": lambda who: [*who[:2], "0f3c", who[3]],
    "a process of the same number": lambda who: [*who[:3], "1"],
    "nothing": lambda _: [],
    "something else": lambda _: ["x", "y"],
}
ALIVE: dict[str, Callable[[list[str]], list[str]]] = {
    "itself": lambda who: who,
    "another host": lambda who: ["4194304", "elsewhere", *who[2:]],
}


@pytest.mark.parametrize("how", STALE)
@pytest.mark.parametrize("locks", [True, False])
def test_a_stale_lock_is_taken(how: str, locks: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not locks:
        without_locks(monkeypatch)
    left_behind(tmp_path, STALE[how])
    with locked(tmp_path):
        assert (tmp_path / LOCK).read_text().startswith(f"{os.getpid()} ")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("how", ALIVE)
def test_without_locks_whoever_is_alive_keeps_others_out(
    how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left_behind(tmp_path, ALIVE[how])
    with locked(tmp_path):  # where there are locks they decide
        pass
    without_locks(monkeypatch)
    left_behind(tmp_path, ALIVE[how])
    with pytest.raises(LockedError, match="another run is writing there"), locked(tmp_path):
        pass


def test_without_locks_one_writes_again_what_it_wrote(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    without_locks(monkeypatch)
    for new in (True, False):
        with writing(tmp_path / "index", new=new) as folder:
            folder.commit()
            with pytest.raises(OutputError, match="another process is writing"), writing(tmp_path / "index"):
                pass


def test_a_lock_that_cannot_be_written_names_its_file_and_is_not_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(OSError, match="No space") as caught, locked(tmp_path):
        pass
    assert caught.value.filename == str(tmp_path / LOCK)
    assert list(tmp_path.iterdir()) == []


# ── signals ─────────────────────────────────────────────────────────────────────────────────────────────────────────

HEARS = "import signal; signal.signal(2, signal.default_int_handler); signal.signal(1, signal.SIG_DFL)\n"
"""Where the tests run in the background, or under nohup, these are ignored, and a child inherits that."""
WAITS = "from dedup import ending; ending.PATIENCE = 60\n"
"""On a busy machine what ends by itself may take more than the seconds that it has."""
SLOW = (
    "import sys, time\n"
    "from dedup import pipeline, staged\n"
    "def slowly(*_):\n"
    "    print('.', flush=True)\n"
    "    {wait}\n"
    "staged.cut_shard = slowly\n"
    "sys.argv = ['dedup', 'clean', 'in', '-o', 'out', '-q', '-j', '1']\n"
    "from dedup.__main__ import program\n"
    "program()\n"
)


@POSIX
@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)], ids=str)
def test_a_signal_ends_it_soon_and_it_goes_on_to_the_same_end(here: Path, sent: signal.Signals, code: int) -> None:
    with running(here, WAITS + HEARS + SLOW.format(wait="time.sleep(600)")) as process:
        process.send_signal(sent)
        _, said = process.communicate(timeout=PATIENCE)

    assert process.returncode == code
    assert said == "\nInterrupted. What was done is kept: `dedup clean` into out goes on from there.\n"
    assert not (here / "out/_SUCCESS").exists()
    assert dedup("clean", "in", "-o", "out", "-q", cwd=here).returncode == 0
    assert dedup("clean", "in", "-o", "fresh", "-q", cwd=here).returncode == 0
    assert files(here / "out") == files(here / "fresh")


@POSIX
def test_what_cannot_be_interrupted_is_ended_in_seconds(here: Path) -> None:
    """As a long call of the kernel: here, one that waits for itself."""
    waits = "import ctypes; lock = ctypes.create_string_buffer(64); own = ctypes.CDLL(None).pthread_mutex_lock"
    with running(here, SLOW.format(wait=f"{waits}; own(lock); own(lock)")) as process:
        time.sleep(1)  # it has told that it comes to where it waits
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=PATIENCE)

    assert process.returncode == 143
    assert said == (
        "\nStopped at once: what was under way could not be interrupted. What was done is kept: `dedup clean` into out"
        " goes on from there.\n"
    )


ENDS = (
    "import os, signal, sys\n"
    "from dedup.ending import ending\n"
    "print('.', flush=True)\n"
    "with ending(lambda _: b'late'):\n"
    "    {body}\n"
)
AGAIN = """
    try:
        os.kill(os.getpid(), signal.SIGTERM)
    except KeyboardInterrupt:
        for again in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP): os.kill(os.getpid(), again)
        sys.exit(143)
"""
"""Who waits presses Ctrl-C again."""
LATE = "told = signal.set_wakeup_fd(-1); signal.set_wakeup_fd(told); os.write(told, bytes([signal.SIGTERM]))"
"""As a signal that comes when nothing is left to be stopped: it was noted, and Python did not get to it."""


@POSIX
@pytest.mark.parametrize(("body", "code"), [(AGAIN, 143), (LATE, 0)], ids=["again", "late"])
def test_a_signal_too_many_changes_nothing(here: Path, body: str, code: int) -> None:
    with running(here, HEARS + ENDS.format(body=body)) as process:
        _, said = process.communicate(timeout=PATIENCE)

    assert (process.returncode, said) == (code, "")


@POSIX
def test_under_nohup_it_goes_on(here: Path) -> None:
    program = "import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN)\n" + SLOW.format(
        wait="time.sleep(1); __import__('os')._exit(7)"
    )
    with running(here, program) as process:
        process.send_signal(signal.SIGHUP)
        process.communicate(timeout=PATIENCE)

    assert process.returncode == 7


@POSIX
@pytest.mark.parametrize("to_all", [False, True], ids=["the program", "all processes"])
def test_sigterm_takes_the_workers_along(here: Path, to_all: bool) -> None:
    """As `kill` sends it to one, and systemd to all."""
    for number in range(60):
        (here / f"in/more{number}.txt").write_text("\n\n".join(article(number * 100 + part) for part in range(100)))
    program = (
        "import sys, threading, time\n"
        "if __name__ == '__main__':\n"
        "    from dedup import ending, staged\n"
        "    ending.PATIENCE = 60\n"
        "    staged.SHARD_DOCUMENTS = 2\n"
        "    sys.argv = ['dedup', 'clean', 'in', '-o', 'out', '-j', '2']\n"
        "    from dedup.__main__ import program\n"
        "    threading.Timer(1.5, print, ['.'], {'flush': True}).start()\n"
        "    program()\n"
    )
    (here / "program.py").write_text(program)
    with subprocess.Popen(
        [sys.executable, "program.py"], cwd=here, stdout=-1, stderr=-1, text=True, start_new_session=True
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        (os.killpg if to_all else os.kill)(process.pid, signal.SIGTERM)
        _, said = process.communicate(timeout=PATIENCE)  # to where the last process that holds the stream has ended

    assert process.returncode == 143, said
    assert said.startswith("\nInterrupted. ")
    assert "Traceback" not in said


# ── streams ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_comes_in_at_a_pipe_goes_out_at_one(here: Path) -> None:
    """`cat in.jsonl | dedup clean - > clean.jsonl`."""
    lines = "".join(json.dumps({"id": str(number), "text": prose(1, 80)}) + "\n" for number in (1, 2))

    bare, named = (dedup("clean", "-", *words, "-q", cwd=here, input=lines) for words in ([], ["-o", "-"]))

    assert bare.returncode == 0
    assert json.loads(bare.stdout) == {"id": "1", "text": prose(1, 80)}
    assert (named.returncode, named.stdout) == (0, bare.stdout)
    assert sorted(each.name for each in here.iterdir()) == ["in"]


@POSIX
def test_to_a_terminal_it_asks_where_to(here: Path) -> None:
    ours, theirs = os.openpty()
    run = dedup("clean", "-", cwd=here, stdin=subprocess.DEVNULL, stdout=theirs, stderr=subprocess.PIPE)
    os.close(ours)
    os.close(theirs)

    assert run.returncode == 2
    assert "Missing option '-o' / '--out'" in run.stderr


@POSIX
@pytest.mark.parametrize("words", [["clean", "-"], ["clean", "-", "--dry-run"], ["config"], ["--help"]])
def test_a_broken_pipe_ends_it_quietly_as_sigpipe_does(here: Path, words: list[str]) -> None:
    lines = "".join(json.dumps({"id": str(number), "text": prose(number % 900)}) + "\n" for number in range(1_000))
    (here / "in.jsonl").write_text(lines)
    reader, writer = os.pipe()
    os.close(reader)
    with (here / "in.jsonl").open() as given:
        run = dedup(*words, *(["-q"] if "clean" in words else []), cwd=here, stdin=given, stdout=writer, stderr=-1)
    os.close(writer)

    assert (run.returncode, run.stderr) == (141, "")


# ── --check ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_check_says_with_1_that_something_would_go(here: Path) -> None:
    clean = dedup("clean", "in", "--check", cwd=here)
    (here / "in/copy.txt").write_text((here / "in/0.txt").read_text())
    before = files(here)
    found = dedup("clean", "in", "-o", "out", "--check", cwd=here)

    assert (clean.returncode, clean.stdout) == (0, "")
    assert found.returncode == 1
    assert found.stdout.startswith("copy.txt 0-")
    assert files(here) == before
    assert dedup("clean", "in", "--dry-run", "-q", cwd=here).returncode == 0


def test_of_two_runs_at_once_one_is_done(here: Path) -> None:
    """Whatever the second one finds: no folder, one that was just made, or one in which the first one works."""
    (here / "in.jsonl").write_text("".join(json.dumps({"text": article(number)}) + "\n" for number in range(300)))
    command = [sys.executable, "-m", "dedup", "clean", "in.jsonl", "-o", "out", "-j", "1"]
    runs = []
    for _ in range(4):
        runs.append(subprocess.Popen(command, cwd=here, stderr=subprocess.PIPE, text=True))
        time.sleep(0.1)
    ended = [(run.communicate(timeout=PATIENCE)[1], run.returncode) for run in runs]

    assert {code for _, code in ended} <= {0, 4}
    assert 0 in {code for _, code in ended}
    assert all("another run is writing there" in said for said, code in ended if code == 4)
    assert sorted(files(here / "out")) == [
        "_SUCCESS", "clean.jsonl", "failures.jsonl", "manifest.json", "removed.jsonl", "report.html", "sources.jsonl",
    ]  # fmt: skip
