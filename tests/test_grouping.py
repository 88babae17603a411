"""The benchmark of grouping: what is planted is found, by us and in what a peer answers, and nothing else counts."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from benchmarks import grouping, grouping_peers, speed_rows, speed_table
from benchmarks.peers import grouped

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from benchmarks.peers.common import Buckets, Keys

PASSAGES, BANDS = 20_000, 3


def shared(bands: Iterable[Keys]) -> Buckets:
    """A peer in NumPy."""
    for keys in bands:
        _, which, counts = np.unique(keys, return_inverse=True, return_counts=True)
        own = np.flatnonzero(counts[which] > 1)[::-1]
        yield which[own], own


def some(bands: Iterable[Keys]) -> Buckets:
    """One that leaves out the buckets of two of each band."""
    for which, numbers in shared(bands):
        more = np.bincount(which)[which] > 2
        yield which[more], numbers[more]


def all_alike(bands: Iterable[Keys]) -> Buckets:
    """One that has two entries too many."""
    yield np.zeros(2), np.array([0, PASSAGES - 1])
    yield from shared(bands)


@pytest.mark.parametrize(("peer", "recall", "false"), [(shared, 1, 0), (some, 0, 0), (all_alike, 1, 1)])
def test_what_a_peer_finds_is_compared_with_what_is_planted(
    peer: Any, recall: int, false: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    grouping_peers.write(tmp_path / "keys.npy", PASSAGES, BANDS)
    monkeypatch.setattr(grouped, "import_module", lambda _: SimpleNamespace(buckets=peer))
    grouped.main("some", tmp_path / "keys.npy", tmp_path / "out.npz")

    count, found, more = grouping.compared(grouping_peers.pairs_in(tmp_path / "out.npz", PASSAGES), PASSAGES)

    assert count > 1_000
    assert (found == 1, more) == (recall == 1, false)
    assert found > 0.5


def test_the_keys_of_peers_are_those_of_the_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grouping_peers, "AT_ONCE", 999)
    grouping_peers.write(tmp_path / "keys.npy", 5_000, BANDS)
    grouping.write(tmp_path / "store", 5_000, BANDS)
    monkeypatch.setattr(grouping, "write", lambda *_: None)
    keys = grouping.keys_of(np.arange(5_000), 5_000, BANDS)

    assert np.array_equal([*grouped.bands(tmp_path / "keys.npy")], keys)
    grouping.group(tmp_path / "store", tmp_path / "pairs.npy", 1)
    assert grouping.compared(np.load(tmp_path / "pairs.npy"), 5_000)[1:] == (1.0, 0)


def test_a_row_has_the_median_of_those_that_did_not_fail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[str]] = []

    def measured(_: Path, arguments: list[str]) -> dict[str, Any]:
        asked.append(arguments)
        if "polars" in arguments:
            return {"missing": "failed with exit code 1"}
        passages = 1_000 if "--passages" in arguments else 100_000
        return {"passages": passages, "bands": 20, "cpu": 9.004 - len(asked), "megabytes": 7.0, "pairs": 3} | {
            "recall": 1.0,
            "false": 0,
        }

    monkeypatch.setattr(speed_rows, "_grouped", measured)
    lines = speed_rows.grouping(speed_rows.Settings(tmp_path, (9,), 3))
    shown = speed_table.shown("grouping", {"grouping": {"documents": 9, "lines": lines}})

    assert [each["program"] for each in lines] == ["dedup", "DuckDB", "Polars", "datasketch"]
    assert [each.get("cpu") for each in lines] == [4.0, 3.0, None, 5.0]
    assert len(asked) == 3 + 3 + 1 + 1
    assert [line.split(" | ")[-1] for line in shown.splitlines()[4:]] == ["1.0 |", "0.8 |", " |", "125.0 |"]
