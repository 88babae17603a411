"""What `make torture` found, as small cases: runs that were killed or failed at a moment, and made again."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
import pytest
from click.testing import CliRunner

from dedup import restore as back
from dedup import segments, write
from dedup.beside import Adding
from dedup.cli import main
from dedup.config import Config
from dedup.errors import LockedError, OutputError, UnreadableError, WriteError
from dedup.index import Index
from dedup.lock import lock
from dedup.pipeline import clean
from tests.material import article

if TYPE_CHECKING:
    from click.testing import Result

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such thing")


class KilledError(BaseException):
    """In a test what SIGKILL is: nothing is tidied that stands behind it."""


def call(*words: str) -> Result:
    """Run the command here."""
    return CliRunner().invoke(main, [*words])


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to be in, with lines of documents in `monday.jsonl`."""
    lines = [orjson.dumps({"id": f"monday-{at}", "text": article(at)}) for at in range(4)]
    (tmp_path / "monday.jsonl").write_bytes(b"\n".join(lines) + b"\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def files(folder: Path) -> dict[str, bytes]:
    """All files under a folder with what they hold."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# ── a run that adds to an index ─────────────────────────────────────────────────────────────────────────────────────


def _adding(path: str = "monday.jsonl", **settings: Any) -> None:
    clean([path], "out", config=Config(report=False, **settings), against=Adding("index"))


def _killed_behind_the_index(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run whose documents are in the index, and which was killed then."""

    def kill(*_: object) -> None:
        raise KilledError

    Index.build("index", [{"id": "old", "text": article(8)}])
    with monkeypatch.context() as patch:
        patch.setattr("dedup.pipeline.ended", kill)
        with pytest.raises(KilledError):
            _adding()


@pytest.mark.usefixtures("here")
def test_a_run_that_was_killed_when_the_index_had_it_is_done_when_it_is_made_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _killed_behind_the_index(monkeypatch)
    left = {name: content for name, content in files(Path("out")).items() if not name.startswith("work")}
    index = files(Path("index"))

    _adding()

    assert files(Path("out")) == left
    assert files(Path("index")) == index
    assert len(Index("index")) > 1


@pytest.mark.parametrize("changed", ["input", "setting", "index", "output"])
def test_a_run_that_is_another_is_not_taken_for_the_one_that_was_killed(
    changed: str, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _killed_behind_the_index(monkeypatch)
    settings: dict[str, Any] = {}
    if changed == "input":
        (here / "monday.jsonl").write_bytes(b'{"id": "monday-0", "text": "Another one."}\n')
    elif changed == "setting":
        settings = {"min_words": 20}
    elif changed == "index":
        Index("index").add([{"id": "more", "text": article(9)}])
    else:
        (here / "out" / "removed.jsonl").unlink()

    with pytest.raises(UnreadableError, match="a document of the index"):
        _adding(**settings)


# ── an output folder ────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_run_that_could_not_even_begin_is_made_again(here: Path) -> None:
    (here / "out" / "work").mkdir(parents=True)
    (here / "out" / "work" / "stamp.part").touch()
    assert call("clean", "monday.jsonl", "-o", "out", "-q", "--no-report").exit_code == 0


@pytest.mark.parametrize("other", ["work/theirs", "theirs", "work/all/theirs"])
def test_a_folder_called_work_with_something_in_it_is_not_ours(other: str, here: Path) -> None:
    (here / "out" / other).parent.mkdir(parents=True)
    (here / "out" / other).touch()
    with pytest.raises(OutputError, match="not made by dedup"):
        write.check_folder(here / "out")


def test_a_manifest_that_cannot_be_read_is_not_taken_for_none(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(path: Path) -> bytes:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE), str(path))

    monkeypatch.setattr(Path, "read_bytes", fail)
    with pytest.raises(OSError, match="Too many open files"):
        write.is_finished(here)


# ── an index ────────────────────────────────────────────────────────────────────────────────────────────────────────


@POSIX
def test_an_index_that_another_process_writes_ends_with_4(here: Path) -> None:
    Index.build("index", [{"id": "old", "text": article(2)}])
    with (here / "index" / "lock").open("ab") as handle:
        assert lock(handle.fileno())
        with pytest.raises(LockedError, match="another process"), segments.writing(here / "index"):
            pass
        assert call("index", "add", "index", "monday.jsonl", "-q", "-j", "1").exit_code == 4


def test_an_index_that_cannot_be_made_ends_with_4(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: Path, **_: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(self))

    monkeypatch.setattr(Path, "mkdir", fail)
    with pytest.raises(WriteError, match="Read-only"), segments.writing(here / "new", new=True):
        pass


# ── files that are restored ─────────────────────────────────────────────────────────────────────────────────────────


def _records(number: int) -> list[dict[str, Any]]:
    known = {"encoding": "utf-8", "format": "text", "digest": "", "exact": True}
    return [{**known, "id": str(at), "place": f"{at}/{at}.txt", "text": f"Number {at}."} for at in range(number)]


def test_restored_files_appear_when_all_are_there(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(back, "differs", lambda _: None)
    folder, wrong = here / "back", back.write_all(_records(2), here / "back")
    assert list(wrong) == []
    assert files(folder) == {"0/0.txt": b"Number 0.", "1/1.txt": b"Number 1."}
    assert not (folder / back.UNFINISHED).exists()


def test_a_full_disk_is_no_fault_of_a_document(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened, calls = back._opened, count()

    def fail(path: Path, mode: str) -> Any:
        if next(calls) == 1:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return opened(path, mode)

    monkeypatch.setattr(back, "differs", lambda _: None)
    monkeypatch.setattr(back, "_opened", fail)
    with pytest.raises(OSError, match="No space left") as error:
        list(back.write_all(_records(3), here / "back"))
    assert error.value.filename == str(here / "back")
    assert not files(here / "back")


def test_what_was_not_restored_to_its_end_is_restored_again(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(back, "differs", lambda _: None)
    folder = here / "back"
    for name in ("0/0.txt", f"{back.UNFINISHED}/1/1.txt"):
        (folder / name).parent.mkdir(parents=True)
        (folder / name).write_text("half of it", encoding="utf-8")
    back.check_empty(folder)
    assert list(back.write_all(_records(2), folder)) == []
    assert files(folder) == {"0/0.txt": b"Number 0.", "1/1.txt": b"Number 1."}


# ── standard streams ────────────────────────────────────────────────────────────────────────────────────────────────


@POSIX
@pytest.mark.parametrize(("closed", "out", "code"), [("2>&-", "out", 0), ("<&- >&- 2>&-", "out", 0), (">&-", "-", 4)])
def test_a_closed_stream_is_no_file_of_ours(closed: str, out: str, code: int, here: Path) -> None:
    script = f"{sys.executable} -m dedup clean monday.jsonl -o {out} -j 1 --no-report {closed}"
    assert subprocess.run(["sh", "-c", script], cwd=here, capture_output=True, check=False).returncode == code
    wanted = call("clean", "monday.jsonl", "-o", "wanted", "-q", "-j", "1", "--no-report")
    assert wanted.exit_code == 0
    if out == "out":
        assert files(here / "out") == files(here / "wanted")
