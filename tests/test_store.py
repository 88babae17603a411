"""The store: written whole, stamped, and never mixed with another run's."""

from __future__ import annotations

from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.commit import atomic
from dedup.data import Failure
from dedup.errors import DamagedError
from dedup.store import MAPPED, Store


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


COLUMNS = {
    "none": np.zeros((0, 3), np.uint64),
    "flags": np.array([True, False, True]),
    "every_other": np.arange(10, dtype=np.int32)[::2],
    "turned": np.arange(6, dtype=np.float64).reshape(2, 3).T,
}


def test_columns_of_one_file_come_back_as_they_were(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "work", "a")
    with store.writing("0", "stage"):
        for name, column in COLUMNS.items():
            store.save("0", name, column)
            assert store.column("0", name) is column  # a stage sees what it saved

    assert [path.name for path in (store.folder / "0").iterdir()] == ["stage.columns"]
    for name, column in COLUMNS.items():
        found = store.column("0", name)
        assert found.dtype == column.dtype
        assert found.shape == column.shape
        assert found.tolist() == column.tolist()
        assert found.ctypes.data % 64 == 0


def test_a_table_is_read_by_rows_into_memory_that_is_there(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "work", "a")
    table = np.arange(20, dtype=np.uint64).reshape(4, 5)
    with store.writing("0", "stage"):
        for name, column in {**COLUMNS, "table": table, "last": np.arange(3)}.items():
            store.save("0", name, column)
    store.save("0", "other", table + np.uint64(100))

    for name, wanted in {"table": table, "other": table + np.uint64(100), "turned": COLUMNS["turned"]}.items():
        rows = store.located("0")[name]
        assert (rows.shape, rows.dtype) == (wanted.shape, wanted.dtype)
        for first in range(len(wanted)):
            for count in range(len(wanted) - first + 1):
                out = np.full((count, wanted.shape[1] + 4), 9, wanted.dtype)
                rows.read(first, out[:, 2:-2])
                assert out[:, 2:-2].tolist() == wanted[first : first + count].tolist()
                assert (out[:, :2] == 9).all() and (out[:, -2:] == 9).all()


def test_a_table_without_entries_has_rows_of_none(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "work", "a")
    store.save("0", "table", np.zeros((3, 0), np.uint64))

    store.located("0")["table"].read(1, np.zeros((2, 0), np.uint64))


@pytest.mark.parametrize(
    ("first", "rows", "columns", "dtype"),
    [(3, 2, 5, np.uint64), (-1, 1, 5, np.uint64), (0, 1, 4, np.uint64), (0, 1, 5, np.int64), (0, 5, 5, np.uint64)],
)
def test_rows_that_are_not_there_are_an_error(
    tmp_path: Path, first: int, rows: int, columns: int, dtype: type[np.generic]
) -> None:
    store = Store.open(tmp_path / "work", "a")
    store.save("0", "table", np.zeros((4, 5), np.uint64))

    with pytest.raises(ValueError):
        store.located("0")["table"].read(first, np.zeros((rows, columns), dtype))


def test_a_file_that_was_cut_short_is_an_error(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "work", "a")
    store.save("0", "table", np.zeros((4, 5), np.uint64))
    table = store.located("0")["table"]
    with table.path.open("r+b") as handle:
        handle.truncate(4 * 5 * 8 - 1)

    with pytest.raises(OSError, match="ends before its columns"):
        table.read(2, np.zeros((2, 5), np.uint64))
    with pytest.raises(DamagedError, match="the same command makes it again"):
        store.located("0")


@pytest.mark.parametrize("together", [True, False])
def test_rows_are_read_from_where_a_column_lies(tmp_path: Path, *, together: bool) -> None:
    store = Store.open(tmp_path / "work", "a")
    with store.writing("0", "stage"):
        for name, column in COLUMNS.items():
            store.save("0", name, column)
    if not together:
        store.save("0", "alone", np.arange(9))

    for name, column in (COLUMNS if together else {"alone": np.arange(9)}).items():
        for row in range(len(column) + 1):
            for end in range(row, len(column) + 1):
                out = np.zeros((end - row, *column.shape[1:]), column.dtype)
                store.located("0")[name].read(row, out)
                assert out.tolist() == column[row:end].tolist()


def test_rows_behind_the_last_are_an_error(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "work", "a")
    store.save("0", "prints", np.arange(6))
    place = store.located("0")["prints"]

    with pytest.raises(ValueError):
        place.read(5, np.zeros(1_000, np.int64))


def test_a_stage_that_is_not_ended_leaves_nothing(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "work", "a")
    with pytest.raises(KeyError), store.writing("0", "stage"):
        store.save("0", "prints", np.arange(6))
        raise KeyError

    assert list((store.folder / "0").iterdir()) == []
    with pytest.raises(KeyError):
        store.column("0", "prints")


def test_a_column_that_is_saved_again_is_the_new_one(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "work", "a")
    for size in (3, 2):
        store.save("0", "prints", np.arange(size))
        assert len(store.column("0", "prints")) == size


def test_few_files_are_open_at_a_time_however_many_shards_there_are(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "work", "a")
    for number in range(3 * MAPPED):
        store.save(str(number), "prints", np.arange(number))
        store.save(str(number), "words", np.arange(number))

    for name in ("prints", "words"):
        assert [len(store.column(str(n), name)) for n in range(3 * MAPPED)] == list(range(3 * MAPPED))
        assert len(store._mapped) <= MAPPED


def test_texts_sources_and_records_are_found_by_their_numbers(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "work", "a")
    texts = ["", "mill é\r\n\u2028", "\U0001f600\0", ""]
    store.save_texts("0", "texts", texts)
    store.save_sources("0", "pages", [text.encode() for text in texts], "aaaa")
    store.save_records("0", "known", [[text] for text in texts])

    for numbers in ([0, 1, 2, 3], [2], [], [1, 3]):
        chosen = [texts[number] for number in numbers]
        assert list(store.texts("0", "texts", numbers)) == chosen
        assert list(store.sources("0", "pages", numbers)) == [text.encode() for text in chosen]
        assert list(store.records("0", "known", numbers)) == [[text] for text in chosen]


@given(st.lists(st.tuples(st.binary(max_size=40), st.sampled_from("ab")), max_size=8), st.randoms())
def test_sources_come_back_whichever_are_alike(rows: list[tuple[bytes, str]], order: Random) -> None:
    with TemporaryDirectory() as folder:
        store = Store.open(Path(folder), "a")
        store.save_sources("0", "pages", [source for source, _ in rows], [key for _, key in rows])
        numbers = order.sample(range(len(rows)), len(rows))

        assert list(store.sources("0", "pages", numbers)) == [rows[number][0] for number in numbers]


def test_pages_of_a_site_take_little_more_than_the_first(tmp_path: Path) -> None:
    store, page = Store.open(tmp_path / "work", "a"), Random(1).randbytes(50_000)
    for name, sites in (("apart", "abcde"), ("alike", "aaaaa")):
        store.save_sources("0", name, [page + bytes([number]) for number in range(5)], sites)

    assert len(store.column("0", "alike")) < 1.01 * len(page) < 0.25 * len(store.column("0", "apart"))


def test_a_store_with_the_same_stamp_goes_on_and_with_another_is_emptied(tmp_path: Path) -> None:
    Store.open(tmp_path / "work", "a").seal("0", "read", {"n": 1})

    assert Store.open(tmp_path / "work", "a").sealed("0", "read") == {"n": 1}
    assert Store.open(tmp_path / "work", "a").sealed("1", "read") is None
    assert Store.open(tmp_path / "work", "b").sealed("0", "read") is None
    assert Store.open(tmp_path / "work", "a").sealed("0", "read") is None


def sealed_store(folder: Path) -> Store:
    store = Store.open(folder, "a")
    store.save("0", "prints", np.arange(6))
    with store.writing("0", "documents"):
        store.save_records("0", "known", [{"id": "é"}])
        store.save_sources("0", "pages", [b"<p>mill", b"", b"<p>mills"], "aaa")
    store.seal("0", "read", {"ids": ["é"]})
    return store


def sealed_files(store: Store) -> list[Path]:
    return sorted((store.folder / "0").iterdir())


def test_a_store_whose_start_is_interrupted_leaves_no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else it has no stamp, and the next run takes it for somebody else's."""

    def interrupted(_: object) -> None:
        raise KeyboardInterrupt

    Store.open(tmp_path / "work", "a").save("0", "prints", np.arange(3))
    monkeypatch.setattr("dedup.store.atomic", interrupted)
    with pytest.raises(KeyboardInterrupt):
        Store.open(tmp_path / "work", "b")

    assert not (tmp_path / "work").exists()


def test_what_was_sealed_is_not_trusted_when_any_byte_of_it_changed(tmp_path: Path) -> None:
    store = sealed_store(tmp_path / "work")
    files = sealed_files(store)
    assert len(files) == 3

    for path in files:
        before = path.read_bytes()
        for at in range(len(before)):
            path.write_bytes(before[:at] + bytes([before[at] ^ 1]) + before[at + 1 :])
            assert Store(store.folder).sealed("0", "read") is None, (path.name, at)
        path.write_bytes(before)
        assert Store(store.folder).sealed("0", "read") == {"ids": ["é"]}


@pytest.mark.parametrize("left", [b"", b"x", None])
def test_what_was_sealed_is_not_trusted_when_a_file_is_cut_or_gone(tmp_path: Path, left: bytes | None) -> None:
    for number in range(3):
        store = sealed_store(tmp_path / str(number))
        path = sealed_files(store)[number]
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


@pytest.mark.parametrize("sizes", [(3, 0, 2), (0,), (0, 0), (5,)])
def test_columns_that_grow_are_those_of_their_pieces_in_order(tmp_path: Path, sizes: tuple[int, ...]) -> None:
    store = Store.open(tmp_path / "work", "stamp")
    pieces = [np.arange(size, dtype=np.int32) + 10 * number for number, size in enumerate(sizes)]
    with store.growing("all") as extend:
        for piece in pieces:
            extend("words", piece)
            extend("marks", piece.astype(np.uint8))

    for name, kind in (("words", np.int32), ("marks", np.uint8)):
        column = Store(store.folder).column("all", name)
        assert column.dtype == kind
        assert column.tolist() == np.concatenate(pieces).tolist()


def test_what_is_not_sealed_may_change(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "work", "a")
    with store.writing("0", "texts", sealed=False):
        store.save("0", "texts", np.arange(3))
    store.seal("0", "read", {"n": 1})
    (store.folder / "0" / "texts.columns").unlink()

    assert Store(store.folder).sealed("0", "read") == {"n": 1}
