"""Whether there is space for a run, asked before any work."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest

import dedup
from dedup import Config, space
from dedup.errors import WriteError
from tests.material import prose

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Disk = Callable[[int], None]


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    """A disk with so many bytes free."""
    usage = type(shutil.disk_usage("/"))
    return lambda free: monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(1 << 40, (1 << 40) - free, free))


def test_a_full_disk_is_refused_before_any_work(tmp_path: Path, disk: Disk) -> None:
    disk(space.LEAST - 1)
    with pytest.raises(WriteError, match=r"16,383 bytes are free, and a run takes 16,384 at least; make room"):
        dedup.clean([{"id": "a", "text": prose(1)}], tmp_path / "out")

    assert list(tmp_path.rglob("*")) == []


SIZES = [  # name, the way of lines, times its size
    ("a.jsonl", 4.0, 4), ("a.jsonl", 1.0, 1), ("a.jsonl", 0, 2), ("a.jsonl.gz", 1.0, 2.5), ("a.jsonl.gz", 0, 5),
    ("a.parquet", 4.0, 8), ("a.html", 0, 2), ("a.txt", 0, 9), ("a.md", 0, 9), ("a.warc.gz", 0, 5),
]  # fmt: skip


@pytest.mark.parametrize(("name", "lines", "times"), SIZES)
def test_what_inputs_usually_take(name: str, lines: float, times: float, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(bytes(1000))

    assert space.usual([(name, tmp_path / name)], "", lines) == 1000 * times


def test_of_what_is_not_there_as_a_file_nothing_is_known(tmp_path: Path) -> None:
    assert space.usual([("a", tmp_path / "a.jsonl"), ("b", tmp_path)], "jsonl", 1.0) == 0


def said(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if "free on the disk" in record.getMessage()]


@pytest.mark.parametrize(("free", "warns"), [(1_000_000, False), (65_000, True)])
def test_a_run_that_may_not_fit_is_warned_of_and_done(
    free: int, warns: bool, tmp_path: Path, disk: Disk, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "a.txt").write_text(prose(1, 1200))
    disk(free)
    dedup.clean(tmp_path / "a.txt", tmp_path / "out", config=Config(report=False))

    assert len(said(caplog)) == warns


def test_what_a_run_has_already_it_does_not_need(tmp_path: Path, disk: Disk, caplog: pytest.LogCaptureFixture) -> None:
    disk(space.LEAST)
    (tmp_path / "work" / "0").mkdir(parents=True)
    (tmp_path / "work" / "0" / "a").write_bytes(bytes(5_000))
    for need in (space.LEAST + 5_000, space.LEAST + 5_001):
        space.check(tmp_path, tmp_path / "work", need)

    assert len(said(caplog)) == 1


def test_files_of_another_run_may_go_while_they_are_counted(
    tmp_path: Path, disk: Disk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "there").write_bytes(bytes(600))
    disk(1_000_000)
    monkeypatch.setattr(os, "walk", lambda folder: iter([(str(folder), [], ["gone", "there"])]))

    space.check(tmp_path, tmp_path, 1_000_600)

    assert caplog.messages == []
