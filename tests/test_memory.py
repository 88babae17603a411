"""Memory of any size, on any system."""

from __future__ import annotations

import mmap

import pytest

from dedup.memory import PAGE, huge


@pytest.mark.parametrize("size", [1, 4096, PAGE, PAGE + 1])
@pytest.mark.parametrize("advised", [True, False])
def test_as_many_bytes_as_were_asked_for(monkeypatch: pytest.MonkeyPatch, size: int, *, advised: bool) -> None:
    if not advised:
        monkeypatch.delattr(mmap, "MADV_HUGEPAGE", raising=False)
    room = huge(size)

    room[:] = bytes(at % 251 for at in range(size))
    assert room.tobytes() == bytes(at % 251 for at in range(size))
