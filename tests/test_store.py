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


def test_empty_columns_and_records_are_there_too(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "work", "a")
    store.save("0", "seeds", np.zeros(0, np.uint64))
    store.save_records("0", "clean", [])

    assert len(store.column("0", "seeds")) == 0
    assert list(store.records("0", "clean")) == []


def test_a_store_with_the_same_stamp_goes_on_and_with_another_is_emptied(tmp_path: Path) -> None:
    Store.open(tmp_path / "work", "a").seal("0", "read", {"n": 1})

    assert Store.open(tmp_path / "work", "a").sealed("0", "read") == {"n": 1}
    assert Store.open(tmp_path / "work", "a").sealed("1", "read") is None
    assert Store.open(tmp_path / "work", "b").sealed("0", "read") is None
    assert Store.open(tmp_path / "work", "a").sealed("0", "read") is None


def sealed_store(folder: Path) -> Store:
    store = Store.open(folder, "a")
    store.save("0", "prints", np.arange(6))
    store.save_records("0", "texts", [{"id": "é"}])
    store.save_sources("0", "pages", [b"<p>mill", b""])
    store.seal("0", "read", {"ids": ["é"]})
    return store


def test_what_was_sealed_is_not_trusted_when_any_byte_of_it_changed(tmp_path: Path) -> None:
    store = sealed_store(tmp_path / "work")
    files = sorted(path for path in store.folder.iterdir() if path.name != "stamp")
    assert len(files) == 5

    for path in files:
        before = path.read_bytes()
        for at in range(len(before)):
            path.write_bytes(before[:at] + bytes([before[at] ^ 1]) + before[at + 1 :])
            assert Store(store.folder).sealed("0", "read") is None, (path.name, at)
        path.write_bytes(before)
        assert Store(store.folder).sealed("0", "read") == {"ids": ["é"]}


@pytest.mark.parametrize("left", [b"", b"x", None])
def test_what_was_sealed_is_not_trusted_when_a_file_is_cut_or_gone(tmp_path: Path, left: bytes | None) -> None:
    for number in range(5):
        store = sealed_store(tmp_path / str(number))
        path = sorted(path for path in store.folder.iterdir() if path.name != "stamp")[number]
        path.unlink()
        if left is not None:
            path.write_bytes(left)

        assert store.sealed("0", "read") is None


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
