"""Temporary folders, and what becomes of those of processes that were killed."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dedup import temporary
from dedup.temporary import ALIVE, Temporary

if TYPE_CHECKING:
    from collections.abc import Iterator

KILLED = """
import os, signal
from pathlib import Path
from dedup.temporary import Temporary
folder = Temporary()
Path(folder.name, "words").write_text("left")
print(folder.name, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where temporary folders are made, that was not yet swept."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    temporary._sweep.cache_clear()
    yield tmp_path
    temporary._sweep.cache_clear()


def test_a_folder_goes_with_its_last_reference(base: Path) -> None:
    folder = Temporary()
    Path(folder.name, "words").write_text("some", encoding="utf-8")
    assert len([*base.iterdir()]) == 2
    del folder
    assert not [*base.iterdir()]


def test_a_folder_goes_when_it_is_left(base: Path) -> None:
    with pytest.raises(ValueError, match="so"), temporary.temporary() as folder:
        assert folder.parent == base
        raise ValueError("so")
    assert not [*base.iterdir()]


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
def test_what_a_killed_process_left_goes_when_the_next_folder_is_made(base: Path) -> None:
    done = subprocess.run([sys.executable, "-c", KILLED], capture_output=True, text=True, check=False)
    left = Path(done.stdout.strip())
    assert done.returncode == -9
    assert (left / "words").is_file()
    kept = Temporary()
    assert {path.name for path in base.iterdir()} == {Path(kept.name).name, Path(kept.name).name + ALIVE}


def test_what_lives_stays(base: Path) -> None:
    living = Temporary()
    other = base / "dedup-mine"
    other.mkdir()
    temporary._sweep.cache_clear()
    Temporary()
    assert Path(living.name).is_dir()
    assert other.is_dir()


@pytest.mark.skipif(os.name == "nt", reason="Windows does not tell at once how many names a file has")
def test_another_name_of_a_file_is_not_taken_for_what_was_left(base: Path) -> None:
    (base / "diary").write_text("mine", encoding="utf-8")
    (base / f"dedup-trap{ALIVE}").hardlink_to(base / "diary")

    Temporary()

    assert (base / "diary").read_text(encoding="utf-8") == "mine"


def test_where_no_locks_are_seen_nothing_is_taken_for_dead(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(temporary, "lock", lambda _: True)
    living = Temporary()
    temporary._sweep.cache_clear()
    Temporary()
    assert Path(living.name).is_dir()
    assert not [*base.glob(f"*{ALIVE}")]


def test_a_full_disk_names_the_file_and_keeps_none(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> bool:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(temporary, "lock", full)

    with pytest.raises(OSError, match="No space left") as caught:
        Temporary()

    assert Path(caught.value.filename).parent == base
    assert not [*base.iterdir()]
