"""Files written past the page cache: byte for byte what was given, in parts of any size, on any file system."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import direct
from dedup.direct import Direct

if TYPE_CHECKING:
    from collections.abc import Iterable

BLOCK = 1 << 12
"""Bytes: parts of it may go past the cache; of fewer no system takes any, so that these go by way of it."""


def written(path: Path, chunks: Iterable[Any]) -> bytes:
    """What is in a file to which these were written."""
    with path.open("wb") as handle, Direct(handle) as to:
        for chunk in chunks:
            to.write(chunk)
    return path.read_bytes()


@pytest.mark.parametrize("part", [BLOCK, 2 * BLOCK, 1000])
@pytest.mark.parametrize(
    "sizes", [[], [0], [1], [BLOCK], [BLOCK - 1, 1, 1], [3 * BLOCK + 5], [700] * 40, [9, 0, 1, 10, 11]]
)
def test_what_is_written_is_what_was_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: int, sizes: list[int]
) -> None:
    monkeypatch.setattr(direct, "PART", part)
    chunks = [bytes((number + at) % 251 for at in range(size)) for number, size in enumerate(sizes)]

    assert written(tmp_path / "a", chunks) == b"".join(chunks)
    assert written(tmp_path / "b", map(memoryview, chunks)) == b"".join(chunks)


def test_large_parts_go_past_the_cache_and_the_rest_by_way_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bool] = []
    real = direct._be_direct

    def noted(number: int, *, wanted: bool) -> bool:
        asked.append(wanted)
        return real(number, wanted=wanted)

    monkeypatch.setattr(direct, "PART", BLOCK)
    monkeypatch.setattr(direct, "_be_direct", noted)

    assert written(tmp_path / "small", [b"x" * 100]) == b"x" * 100
    assert asked == [False]
    assert written(tmp_path / "large", [b"x" * 10_000]) == b"x" * 10_000
    assert asked[1:2] == [True]
    assert asked[-1:] == [False]


@given(st.lists(st.binary(max_size=50), max_size=20), st.integers(1, 60))
def test_a_system_may_take_less_at_a_time(chunks: list[bytes], most: int) -> None:
    taken: list[bytes] = []

    def short(_: int, data: memoryview) -> int:
        taken.append(bytes(data[:most]))
        return len(taken[-1])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(direct, "PART", 32)
        patch.setattr(os, "write", short)
        with Path(os.devnull).open("wb") as none, Direct(none) as to:
            for chunk in chunks:
                to.write(chunk)

    assert b"".join(taken) == b"".join(chunks)


@pytest.mark.parametrize("flag", [0, 1 << 30])
def test_a_system_without_such_files_gets_them_as_all_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flag: int
) -> None:
    monkeypatch.setattr(direct, "PART", BLOCK)
    monkeypatch.setattr(direct, "_DIRECT", flag)  # none, and one that no file takes

    assert written(tmp_path / "a", [b"abc" * 5_000]) == b"abc" * 5_000


@pytest.mark.parametrize("size", [100, BLOCK, 5 * BLOCK])
def test_a_full_disk_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    def full(_: int, __: memoryview) -> int:
        raise OSError(errno.ENOSPC, "no space left")

    monkeypatch.setattr(direct, "PART", BLOCK)
    monkeypatch.setattr(os, "write", full)
    with pytest.raises(OSError, match="no space left") as caught:
        written(tmp_path / "a", [b"x" * size])
    assert caught.value.filename == str(tmp_path / "a")


def test_an_error_of_the_caller_is_not_hidden(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int, __: memoryview) -> int:
        raise OSError(errno.ENOSPC, "no space left")

    def chunks() -> Iterable[bytes]:
        yield b"x" * BLOCK
        raise KeyError("mine")

    monkeypatch.setattr(direct, "PART", BLOCK)
    monkeypatch.setattr(os, "write", full)
    with pytest.raises(KeyError, match="mine"):
        written(tmp_path / "a", chunks())
