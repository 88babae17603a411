"""Memory of any size, on any system."""

from __future__ import annotations

import mmap
import sys
from pathlib import Path

import numpy as np
import pytest

from dedup.memory import PAGE, huge, leave, leave_part


@pytest.mark.parametrize("size", [1, 4096, PAGE, PAGE + 1])
@pytest.mark.parametrize("advised", [True, False])
def test_as_many_bytes_as_were_asked_for(monkeypatch: pytest.MonkeyPatch, size: int, *, advised: bool) -> None:
    if not advised:
        monkeypatch.delattr(mmap, "MADV_HUGEPAGE", raising=False)
    room = huge(size)

    room[:] = bytes(at % 251 for at in range(size))
    assert room.tobytes() == bytes(at % 251 for at in range(size))


def _of_files() -> int:
    """How many kB of mapped files are in memory."""
    (line,) = [each for each in Path("/proc/self/status").read_text().splitlines() if each.startswith("RssFile")]
    return int(line.split()[1])


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells how much is in memory")
def test_a_mapped_column_is_left_and_read_again(tmp_path: Path) -> None:
    path, own = tmp_path / "a", np.arange(4 << 20)
    own.tofile(path)
    with path.open("rb") as file:
        column = np.ndarray(own.shape, own.dtype, memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)))
    assert column.sum() == own.sum()
    before = _of_files()

    leave(column, own)

    assert _of_files() < before - 20_000
    assert np.array_equal(column, np.arange(4 << 20))
    assert np.array_equal(own, np.arange(4 << 20))


@pytest.mark.skipif(sys.platform != "linux", reason="what is resident is known there")
def test_bytes_of_a_mapped_file_are_left(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(bytes(range(256)) * (1 << 16))
    with path.open("rb") as file:
        whole = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    content = bytes(whole)
    before = _of_files()

    for low, high in (5, 9 << 20), (9 << 20, len(whole)), (3, 3), (5, 6):
        leave_part(whole, low, high)
    leave_part(memoryview(content), 0, 1 << 20)  # which is no file's

    assert _of_files() < before - 10_000
    assert bytes(whole) == content
