"""The store: written whole, stamped, and never mixed with another run's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from dedup.data import Failure
from dedup.store import Store, atomic

if TYPE_CHECKING:
    from pathlib import Path


def test_columns_and_records_come_back_as_they_were(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "work", "a")
    store.save("0", "prints", np.arange(6, dtype=np.uint64).reshape(2, 3))
    store.save_records("0", "failures", [Failure("a", "why"), {"id": "é", "n": 1}])

    assert store.column("0", "prints").tolist() == [[0, 1, 2], [3, 4, 5]]
    assert store.column("0", "prints").dtype == np.uint64
    assert list(store.records("0", "failures")) == [{"id": "a", "why": "why"}, {"id": "é", "n": 1}]
    assert store.has("0", "prints")
    assert store.has("0", "failures")
    assert not store.has("1", "prints")


def test_empty_columns_and_records_are_there_too(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "work", "a")
    store.save("0", "seeds", np.zeros(0, np.uint64))
    store.save_records("0", "clean", [])

    assert len(store.column("0", "seeds")) == 0
    assert list(store.records("0", "clean")) == []


def test_a_store_with_the_same_stamp_goes_on_and_with_another_is_emptied(tmp_path: Path) -> None:
    Store.open(tmp_path / "work", "a").save("0", "seeds", np.zeros(1))

    assert Store.open(tmp_path / "work", "a").has("0", "seeds")
    assert not Store.open(tmp_path / "work", "b").has("0", "seeds")
    assert not Store.open(tmp_path / "work", "a").has("0", "seeds")


def test_what_is_not_written_whole_is_not_there(tmp_path: Path) -> None:
    path = tmp_path / "a" / "file"
    path.parent.mkdir()
    path.write_text("before")

    with pytest.raises(KeyError), atomic(path) as handle:
        handle.write(b"half")
        raise KeyError

    assert path.read_text() == "before"


def test_removing_leaves_nothing(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "work", "a")
    store.remove()

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("sizes", [(3, 0, 2), (0,), (0, 0), (5,)])
def test_merged_columns_are_those_of_the_shards_in_order(tmp_path: Path, sizes: tuple[int, ...]) -> None:
    store = Store.open(tmp_path / "work", "stamp")
    for number, size in enumerate(sizes):
        store.save(f"s{number}", "words", np.arange(size, dtype=np.int32) + 10 * number)

    store.merge([f"s{number}" for number in range(len(sizes))], "all", "words")

    want = [10 * number + at for number, size in enumerate(sizes) for at in range(size)]
    assert store.column("all", "words").tolist() == want
    assert store.column("all", "words").dtype == np.int32
