# ruff: noqa: E501 (tables of cases)
"""Bad input of every format: a clear word that says where, and what to do, and all else unharmed."""

from __future__ import annotations

import bz2
import errno
import gzip
import lzma
import os
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

import dedup
from dedup import Config, InputError
from dedup.cli import main
from dedup.compressed import zstandard
from dedup.errors import WriteError
from dedup.formats import FORMATS
from dedup.run import serial
from tests.material import article, cleaned
from tests.test_formats import PYARROW, as_arrow, as_cells, as_jsonl, as_parquet, put, read

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from dedup.run import Runner

OK = article(1) + "\n"
"""Stands beside every bad input, and must come through unharmed."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An input folder with one good document."""
    return put(tmp_path / "in", {"ok.txt": OK.encode()})


def failures(folder: Path, **settings: Any) -> dict[str, str]:
    """Why inputs failed, once it is sure that the good document is unharmed."""
    found = cleaned(folder, **settings)
    assert found.texts["ok.txt"] == OK
    assert found.restored["ok.txt"] == OK
    return found.failures


def table(*texts: Any, **columns: Any) -> pa.Table:
    return pa.table({"id": [f"t{n}" for n in range(len(texts))], "text": list(texts), **columns})


def many(count: int) -> list[str]:
    """Texts that no compression makes small."""
    return [f"Text {n}: {os.urandom(200).hex()}" for n in range(count)]


# ── files that are not what they should be ──────────────────────────────────────────────────────────────────────────

EMPTY = {
    "bad.html": "empty file", "bad.md": "empty file", "bad.txt": "empty file",
    "bad.jsonl": "empty: there is no line in it",
    "bad.csv": "empty: there is no row of names in it", "bad.tsv": "empty: there is no row of names in it",
    "bad.parquet": "cannot be read as a table: ", "bad.arrow": "cannot be read as a table: ",
}  # fmt: skip


@pytest.mark.parametrize("name", EMPTY)
def test_an_empty_file(name: str, folder: Path) -> None:
    ((place, why),) = failures(put(folder, {name: b""})).items()

    assert (place, why[: len(EMPTY[name])]) == (name, EMPTY[name])


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("bad.csv", b"id,text\n", "empty: there is no row below the names of its columns"),
        ("bad.csv", b"id,text\r\n", "empty: there is no row below the names of its columns"),
        ("bad.csv.gz", gzip.compress(b"", mtime=0), "empty: there is no row of names in it"),
        ("bad.parquet", as_parquet(table().cast(pa.schema([("id", pa.string()), ("text", pa.string())]))),
         "empty: there is no row in it"),
        ("bad.arrow", as_arrow(table().cast(pa.schema([("id", pa.string()), ("text", pa.string())]))),
         "empty: there is no row in it"),
    ],
)  # fmt: skip
def test_a_file_with_no_row(name: str, content: bytes, why: str, folder: Path) -> None:
    assert failures(put(folder, {name: content})) == {name: why}


@pytest.mark.parametrize(
    ("name", "content", "where", "why"),
    [
        ("bad.parquet", as_jsonl([{"text": "x"}]), "bad.parquet", "cannot be read as a table: Parquet magic bytes not found"),
        ("bad.parquet", as_arrow(table("x")), "bad.parquet", "cannot be read as a table: Parquet magic bytes not found"),
        ("bad.arrow", as_parquet(table("x")), "bad.arrow", "cannot be read as a table: "),
        ("bad.jsonl", as_parquet(table("x")), "bad.jsonl:1", "not JSON: "),
        ("bad.jsonl", as_cells([{"id": 1, "text": "x"}]), "bad.jsonl:1", "not JSON: "),
        ("bad.csv", as_jsonl([{"text": "x"}]), "bad.csv", "has no text: its columns are '{\"text\":\"x\"}'"),
        ("bad.csv", as_parquet(table("x", n=["é" * 9])), "bad.csv", ""),
        ("bad.csv", gzip.compress(b"id,text\na,b\n", mtime=0), "bad.csv", ""),
        ("bad.tsv", as_cells([{"id": 1, "text": "x"}]), "bad.tsv", "has no text: its columns are 'id,text'; --text-field"),
    ],
)  # fmt: skip
def test_a_file_of_another_format(name: str, content: bytes, where: str, why: str, folder: Path) -> None:
    found = failures(put(folder, {name: content}))

    assert found[where][: len(why)] == why


def test_a_folder_named_like_a_table_is_a_folder(folder: Path) -> None:
    found = cleaned(put(folder, {"x.parquet/part-0.parquet": as_parquet(table(article(2)))}))

    assert found.failures == {}
    assert set(found.texts) == {"ok.txt", "t0"}


def test_one_bad_file_among_good_ones_of_its_kind(folder: Path) -> None:
    put(folder, {"a.parquet": as_parquet(table(article(2))), "b.parquet": b"PAR1"})
    (folder / "ok.txt").unlink()

    result = dedup.clean(folder, folder.parent / "out")

    assert (result.summary["output"], [each.id for each in result.failures]) == ("clean.parquet", ["b.parquet"])
    assert pq.read_table(folder.parent / "out" / "clean.parquet").column("text").to_pylist() == [article(2)]


# ── broken tables ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_truncated_table_without_its_end(folder: Path) -> None:
    whole = {"a.parquet": as_parquet(table(*many(50))), "b.arrow": as_arrow(table(*many(50)))}

    found = failures(put(folder, {name: content[:-9] for name, content in whole.items()}))

    assert set(found) == {"a.parquet", "b.arrow"}
    assert all(why.startswith("cannot be read as a table: ") for why in found.values())


def test_of_a_truncated_stream_what_came_before_is_kept(folder: Path) -> None:
    texts = many(40)
    batches = pa.Table.from_batches(
        [table(*texts[at : at + 10], n=[at] * 10).to_batches()[0] for at in range(0, 40, 10)]
    )
    batches = batches.set_column(
        0, "id", pa.chunked_array([[f"t{at + n}" for n in range(10)] for at in range(0, 40, 10)])
    )
    content = as_arrow(batches, stream=True)

    found = cleaned(put(folder, {"bad.arrow": content[: len(content) * 5 // 8]}), keep_duplicates=True)

    assert [text for id_, text in found.texts.items() if id_ != "ok.txt"] == texts[:20]
    ((place, why),) = found.failures.items()
    assert (place, why.startswith("what comes behind row 20 cannot be read: ")) == ("bad.arrow:21", True)


@pytest.mark.parametrize("column", ["text", "n"])
@pytest.mark.parametrize("format_", ["auto", "parquet", "jsonl", "csv"])
def test_a_damaged_group_of_rows_is_told_and_the_others_go_on(column: str, format_: str, folder: Path) -> None:
    texts = many(40)
    content = bytearray(as_parquet(table(*texts, n=many(40)), row_group_size=10, compression="zstd"))
    meta = pq.ParquetFile(pa.BufferReader(bytes(content))).metadata.row_group(1)
    chunk = meta.column([meta.column(at).path_in_schema for at in range(3)].index(column))
    begins = chunk.dictionary_page_offset or chunk.data_page_offset
    content[begins : begins + 32] = bytes(32)
    put(folder, {"bad.parquet": bytes(content)})

    found = cleaned(folder, keep_duplicates=True, format=format_)

    assert [text for id_, text in found.texts.items() if id_ != "ok.txt"] == texts[:10] + texts[20:]
    ((place, why),) = found.failures.items()
    assert (place, why.startswith("rows 11 to 20 cannot be read: ")) == ("bad.parquet:11", True)


# ── columns ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def broken(*values: bytes) -> pa.Array:
    """Texts that are no UTF-8."""
    as_bytes = pa.array(values, pa.binary())
    return pa.Array.from_buffers(pa.string(), len(values), as_bytes.buffers())


@pytest.mark.parametrize(
    ("columns", "why"),
    [
        ({"n": [1]}, {"bad.parquet": "has no text: its columns are 'n'; --text-field names another"}),
        ({"id;text": ["x"]}, {"bad.parquet": "has no text: its columns are 'id;text'; --text-field names another"}),
        ({"text": [1]}, {"bad.parquet": "its column text holds no text but int64"}),
        ({"text": [["a"]]}, {"bad.parquet": "its column text holds no text but list<element: string>"}),
        ({"text": ["a", None, ""]}, {"bad.parquet:2": "its text is null", "bad.parquet:3": "empty: there is no text in it"}),
        ({"text": broken(b"a", b"\xff\xfe")},
         {"bad.parquet:2": "its text is not UTF-8: 'utf-8' codec can't decode byte 0xff in position 0: invalid start byte"}),
        ({"text": pa.array([b"a", b"\xff"])},
         {"bad.parquet:2": "its text is not UTF-8: 'utf-8' codec can't decode byte 0xff in position 0: invalid start byte"}),
        ({"text": ["a", "b"], "id": broken(b"a", b"\xff")},
         {"bad.parquet:2": "its id is not UTF-8: 'utf-8' codec can't decode byte 0xff in position 0: invalid start byte"}),
        ({"text": ["a", "b"], "id": [7, None]}, {"bad.parquet:2": "its id is null, where others have int64"}),
        ({"text": ["a", "b", "c"], "id": [7, 7, 8]}, {"bad.parquet:2": "has the id '7' of bad.parquet:1"}),
        ({"text": ["a", "x" * 5_000, "é" * 2_500]},
         dict.fromkeys(("bad.parquet:2", "bad.parquet:3"), "larger than max_bytes = 4000; raise it with --max-bytes")),
    ],
)  # fmt: skip
def test_columns_and_values_that_cannot_be_used(columns: dict[str, Any], why: dict[str, str], folder: Path) -> None:
    put(folder, {"bad.parquet": as_parquet(pa.table(columns))})

    for format_ in ("jsonl", "csv") if isinstance(columns.get("id"), list) else ("jsonl", "csv", "parquet"):
        assert failures(folder, max_bytes=4_000, format=format_) == why


def test_ids_that_a_table_cannot_hold_are_told(folder: Path) -> None:
    put(folder, {"a.parquet": as_parquet(pa.table({"id": [1], "text": [article(2)]}))})

    with pytest.raises(
        InputError, match=r"id: is int64 in a table, and something else in other inputs.*--format jsonl"
    ):
        cleaned(folder, format="parquet")


def test_a_column_that_is_there_twice(folder: Path) -> None:
    twice = pa.table([["a"], ["b"]], names=["text", "text"])
    put(folder, {"a.parquet": as_parquet(twice), "b.arrow": as_arrow(twice), "c.csv": b"text,text\na,b\n"})

    assert failures(folder) == dict.fromkeys(("a.parquet", "b.arrow", "c.csv"), "has the column 'text' twice")


@pytest.mark.parametrize("format_", ["jsonl", "csv", "parquet", "arrow"])
def test_another_column_that_is_no_utf_8_stops_nothing(format_: str, folder: Path) -> None:
    put(folder, {"a.parquet": as_parquet(pa.table({"text": [article(2), article(3)], "n": broken(b"ok", b"\xff")}))})

    result = dedup.clean(folder, folder.parent / "out", config=Config(format=format_))

    assert result.failures == []
    if format_ in ("jsonl", "csv"):
        assert [each["n"] for each in result.documents() if each["id"] != "ok.txt"] == ["ok", "/w=="]
    else:
        path = folder.parent / "out" / f"clean.{format_}"
        found = pq.read_table(path) if format_ == "parquet" else pa.ipc.open_file(path).read_all()
        assert found.column("n").cast(pa.binary()).to_pylist()[:2] == [b"ok", b"\xff"]


@pytest.mark.parametrize("kind", [pa.dictionary(pa.int8(), pa.string()), pa.dictionary(pa.int32(), pa.large_string()),
                                  pa.large_string(), pa.string_view(), pa.binary(), pa.large_binary()], ids=str)  # fmt: skip
@pytest.mark.parametrize("name", ["a.parquet", "a.arrow"])
def test_texts_of_every_type_are_cleaned(name: str, kind: pa.DataType, folder: Path) -> None:
    if (name, kind) == ("a.parquet", pa.string_view()) and PYARROW < 21:
        pytest.skip("this PyArrow writes no views to Parquet")
    texts = [article(2), article(3) + "\n\n" + article(2), article(4)]
    column = pa.array(texts).cast(kind.value_type).dictionary_encode().cast(kind) if pa.types.is_dictionary(kind) else (
        pa.array(texts).cast(kind)
    )  # fmt: skip
    data = pa.concat_tables(
        [pa.table({"id": ["a", "b", "c"], "text": column}), pa.table({"id": ["d"], "text": column[2:]})]
    )
    (folder / "ok.txt").unlink()
    put(folder, {name: as_parquet(data) if name == "a.parquet" else as_arrow(data.unify_dictionaries())})

    result = dedup.clean(folder, folder.parent / "out")

    assert list(dict(result.texts())) == ["b", "c"]
    assert {each["text"] for each in result.restore()} == set(texts)
    path = folder.parent / "out" / f"clean{Path(name).suffix}"
    was, found = (read(each).schema.field("text").type for each in (folder / name, path))
    as_texts = {pa.string_view(): pa.large_string(), pa.binary(): pa.string(), pa.large_binary(): pa.large_string()}
    assert found == as_texts.get(was, was)


def test_texts_in_several_chunks_and_batches(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As of a column of more than 2 GB, which Arrow holds in chunks: with limits that are lower."""
    monkeypatch.setattr("dedup.columnar.BYTES", 2_000)
    monkeypatch.setattr("dedup.tables.CHARACTERS", 2_000)
    monkeypatch.setattr("dedup.parts.GROUP_BYTES", 20_000)
    texts = many(300)
    data = pa.table(
        {"id": [f"t{n}" for n in range(300)], "text": pa.chunked_array([texts[:99], texts[99:]], pa.large_string())}
    )
    (folder / "ok.txt").unlink()
    put(folder, {"a.parquet": as_parquet(data), "b.arrow": as_arrow(data), "c.jsonl": as_jsonl(data.to_pylist())})
    for name in ("a.parquet", "b.arrow", "c.jsonl"):
        result = dedup.clean(
            folder / name, folder.parent / "out", config=Config(format="parquet", keep_duplicates=True)
        )

        assert dict(result.texts()) == dict(zip(data["id"].to_pylist(), texts, strict=True)), name
        assert pq.ParquetFile(folder.parent / "out" / "clean.parquet").num_row_groups > 3


# ── several tables ──────────────────────────────────────────────────────────────────────────────────────────────────


def two(folder: Path, one: pa.Table, other: pa.Table) -> Path:
    (folder / "ok.txt").unlink()
    return put(folder, {"a.parquet": as_parquet(one), "b.parquet": as_parquet(other)})


@pytest.mark.parametrize(
    ("one", "other", "kind"),
    [
        (pa.array([1], pa.int32()), pa.array([2**40], pa.int64()), "int64"),
        (pa.array([1]), pa.array([1.5]), "double"),
        (pa.nulls(1), pa.array(["x"]), "string"),
        (pa.array(["x"]), pa.array(["y"], pa.large_string()), "large_string"),
        (pa.array([{"a": 1}]), pa.array([{"b": "x"}]), "struct<a: int64, b: string>"),
        (pa.array([[1]], pa.list_(pa.int8())), pa.array([[1]]), "list<element: int64>"),
    ],
)
def test_types_that_go_together_become_one(one: pa.Array, other: pa.Array, kind: str, folder: Path) -> None:
    two(folder, table(article(2), n=one), table(article(3), n=other).set_column(0, "id", pa.array(["x"])))

    dedup.clean(folder, folder.parent / "out")

    found = pq.read_table(folder.parent / "out" / "clean.parquet")
    assert str(found.schema.field("n").type) == kind
    assert found.num_rows == 2


def test_columns_that_only_some_tables_have_are_null_in_the_others(folder: Path) -> None:
    two(folder, pa.table({"id": ["a"], "text": [article(2)], "n": [1]}), pa.table({"m": ["x"], "text": [article(3)]}))

    dedup.clean(folder, folder.parent / "out")

    found = pq.read_table(folder.parent / "out" / "clean.parquet")
    assert found.to_pylist() == [
        {"id": "a", "text": article(2), "n": 1, "m": None},
        {"id": "b.parquet:1", "text": article(3), "n": None, "m": "x"},
    ]


@pytest.mark.parametrize(
    ("one", "other"), [(pa.array([1]), pa.array(["x"])), (pa.array([{"a": 1}]), pa.array([{"a": "x"}]))]
)
def test_types_that_clash_are_told_before_any_work_and_go_as_json(one: pa.Array, other: pa.Array, folder: Path) -> None:
    two(folder, table(article(2), n=one), table(article(3), n=other).set_column(0, "id", pa.array(["x"])))

    never = cast("Runner", lambda *_: pytest.fail("work was done"))

    why = (
        f"b.parquet: its columns do not go with those before it: n is {other.type}, and was {one.type}; --format jsonl"
    )
    with pytest.raises(InputError, match=why.replace("(", r"\(")):
        dedup.clean(folder, folder.parent / "out", runner=never)
    assert not (folder.parent / "out").exists()
    found = cleaned(folder, format="jsonl")
    assert [each["n"] for each in found.documents] == [one.to_pylist()[0], other.to_pylist()[0]]


def test_ids_of_two_types_and_twice_over_files(folder: Path) -> None:
    two(
        folder,
        pa.table({"id": [1, 2], "text": [article(2), article(3)]}),
        pa.table({"id": ["2", "x"], "text": [article(4)] * 2}),
    )

    found = cleaned(folder, format="jsonl")

    assert (sorted(found.texts), found.failures) == (["1", "2", "x"], {"b.parquet:1": "has the id '2' of a.parquet:2"})
    with pytest.raises(InputError, match="id is string, and was int64"):
        cleaned(folder)


def test_a_type_that_parquet_has_not_is_told_before_any_work(folder: Path) -> None:
    (folder / "ok.txt").unlink()
    put(folder, {"a.arrow": as_arrow(table(article(2), n=pa.array([(1, 2, 3)], pa.month_day_nano_interval())))})

    with pytest.raises(InputError, match="n: Parquet has no type for month_day_nano_interval; --format arrow has"):
        dedup.clean(folder, folder.parent / "out", config=Config(format="parquet"))
    assert dedup.clean(folder, folder.parent / "out").summary["output"] == "clean.arrow"


def test_the_command_says_what_failed_and_goes_on(folder: Path, tmp_path: Path) -> None:
    put(folder, {"a.parquet": as_parquet(table(article(2), None)), "b.csv": b"id;text\n1;x\n"})

    found = CliRunner().invoke(main, ["clean", str(folder), "-o", str(tmp_path / "out"), "-j", "1"])

    assert found.exit_code == 1
    assert "2 documents in, 2 out, 2 inputs failed" in found.output
    assert "  a.parquet:2: its text is null\n" in found.output
    assert "  b.csv: has no text: its columns are 'id;text'; --text-field names another\n" in found.output
    put(folder, {"c.parquet": as_parquet(table(article(2)).set_column(0, "id", pa.array([1])))})
    found = CliRunner().invoke(main, ["clean", str(folder), "-o", str(tmp_path / "out2"), "--format", "parquet"])
    assert found.exit_code > 1
    assert "c.parquet: its columns do not go with those before it: id is int64, and was string" in found.output
    assert not (tmp_path / "out2").exists()


# ── what changes, and what is full ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("format_", ["parquet", "jsonl"])
@pytest.mark.parametrize("change", ["rewritten", "gone", "shorter"])
def test_a_table_that_is_changed_before_it_is_read_again(change: str, format_: str, folder: Path) -> None:
    path = put(folder, {"a.parquet": as_parquet(table(article(2), article(3)))}) / "a.parquet"

    def changing(stage: Callable[[Any], Any], jobs: Iterable[Any]) -> Iterator[Any]:
        if stage.__name__ == "cut_shard":
            if change == "rewritten":
                path.write_bytes(as_parquet(table(article(3), article(2))))
            elif change == "gone":
                path.unlink(missing_ok=True)
            else:
                path.write_bytes(path.read_bytes()[:50])
        return serial(stage, jobs)

    with pytest.raises(InputError, match=r"a\.parquet: was changed while it was read"):
        dedup.clean(path, folder.parent / "out", config=Config(format=format_), runner=cast("Runner", changing))
    assert not (folder.parent / "out" / "manifest.json").exists()


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="files are told by /proc")
@pytest.mark.parametrize("format_", ["parquet", "arrow", "csv", "jsonl.zst"])
def test_a_full_disk_names_the_file(format_: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(folder, {"a.parquet": as_parquet(table(*many(50)))})

    write = os.write

    def full(number: int, part: Any) -> int:
        if Path(f"/proc/self/fd/{number}").readlink().name.startswith("clean."):
            raise OSError(28, "No space left on device")
        return write(number, part)

    monkeypatch.setattr("dedup.direct.os.write", full)
    with pytest.raises(OSError, match="No space left") as caught:
        dedup.clean(folder, folder.parent / "out", config=Config(format=format_))

    assert caught.value.errno == 28
    assert Path(caught.value.filename).name == f"clean.{format_}"
    assert not list((folder.parent / "out").glob("clean.*"))


# ── compression ─────────────────────────────────────────────────────────────────────────────────────────────────────

PACK: dict[str, Callable[[bytes], bytes]] = {
    ".gz": gzip.compress, ".zst": zstandard().compress, ".bz2": bz2.compress, ".xz": lzma.compress,
}  # fmt: skip
ROWS = [{"id": f"d{n}", "text": text} for n, text in enumerate(many(6_000))]
LINES: dict[str, bytes] = {"bad.jsonl": as_jsonl(ROWS), "bad.csv": as_cells(ROWS)}


@pytest.mark.parametrize("suffix", PACK)
@pytest.mark.parametrize("name", LINES)
def test_of_a_truncated_file_what_came_before_is_kept(name: str, suffix: str, folder: Path) -> None:
    packed = PACK[suffix](LINES[name])

    found = cleaned(put(folder, {name + suffix: packed[: len(packed) * 9 // 10]}), keep_duplicates=True)

    count = len(found.texts) - 1
    assert count > (0 if suffix == ".bz2" else 1_000)
    assert list(found.texts)[:count] == [f"d{n}" for n in range(count)]
    ((place, why),) = found.failures.items()
    assert place == f"{name}{suffix}:{count + (1 if name == 'bad.jsonl' else 2)}"
    assert why.startswith("compressed file is broken here")


@pytest.mark.parametrize("suffix", PACK)
def test_a_compressed_table_that_is_truncated(suffix: str, folder: Path) -> None:
    packed = PACK[suffix](as_parquet(table(*many(500))))

    ((place, why),) = failures(put(folder, {f"bad.parquet{suffix}": packed[:-30]})).items()

    assert (place, why.startswith("compressed file is broken: ")) == (f"bad.parquet{suffix}", True)


@pytest.mark.parametrize("suffix", PACK)
@pytest.mark.parametrize("name", ["bad.csv", "bad.jsonl", "bad.txt", "bad.parquet", "bad.arrow"])
@pytest.mark.parametrize("content", [b"not packed at all", b""])
def test_a_file_that_is_not_packed(content: bytes, name: str, suffix: str, folder: Path) -> None:
    found = failures(put(folder, {name + suffix: content}))

    assert {place.partition(":")[0] for place in found} == {name + suffix}


@pytest.mark.parametrize("suffix", PACK)
@pytest.mark.parametrize("name", ["a.jsonl", "a.csv", "a.parquet", "a.arrow", "a.txt"])
def test_all_members_of_a_file_are_read(name: str, suffix: str, folder: Path) -> None:
    texts = [article(n) for n in range(2, 8)]
    content = {
        "a.jsonl": as_jsonl(table(*texts).to_pylist()), "a.csv": as_cells(table(*texts).to_pylist()),
        "a.parquet": as_parquet(table(*texts)), "a.arrow": as_arrow(table(*texts)), "a.txt": article(3).encode(),
    }[name]  # fmt: skip
    pieces = [content[at : at + 700] for at in range(0, len(content), 700)]
    put(folder, {name + suffix: b"".join(map(PACK[suffix], pieces))})

    found = cleaned(folder)

    assert found.failures == {}
    assert set(texts) <= set(found.restored.values()) or found.restored[name + suffix] == article(3)


# ── byte order marks, encodings, cells ──────────────────────────────────────────────────────────────────────────────

CELLS = "id,text\r\na,Café au lait\r\n"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_before_cells(encoding: str, folder: Path) -> None:
    found = cleaned(
        put(
            folder,
            {"a.csv": CELLS.encode(encoding), "b.tsv": CELLS.replace(",", "\t").replace("a\t", "b\t").encode(encoding)},
        )
    )

    assert (found.texts["a"], found.texts["b"], found.failures) == ("Café au lait", "Café au lait", {})


@pytest.mark.parametrize("settings", [{}, {"keep_chrome": True}, {"keep_chrome": True, "unit": "document"}])
def test_json_in_utf_16_is_told_once(settings: dict[str, Any], folder: Path) -> None:
    lines = '{"id": "a", "text": "Café"}\n{"id": "b", "text": "Thé"}\n'
    (folder / "ok.txt").unlink()
    put(folder, {"ok.jsonl": as_jsonl([{"id": "ok.txt", "text": OK}]), "a.jsonl": lines.encode("utf-16"),
                 "b.jsonl": lines.encode("utf-16-be"), "c.jsonl": b"\xef\xbb\xbf" + lines.encode()})  # fmt: skip

    found = cleaned(folder, **settings)

    assert found.failures.pop("a.jsonl") == "is UTF-16, and JSON is UTF-8: iconv -f UTF-16 -t UTF-8 makes it so"
    assert set(found.failures) <= {"b.jsonl:1", "b.jsonl:2", "b.jsonl:3"}
    assert found.texts == {"ok.txt": OK, "a": "Café", "b": "Thé"}


@pytest.mark.parametrize("settings", [{}, {"keep_chrome": True}])
def test_a_later_line_that_begins_as_utf_16_does_costs_itself_alone(settings: dict[str, Any], folder: Path) -> None:
    """Found by fuzzing: all lines behind it were lost with it."""
    (folder / "ok.txt").unlink()
    put(folder, {"a.jsonl": b"\n\xfe\xff\xff\xff\n" + as_jsonl([{"id": "ok.txt", "text": OK}])})

    found = cleaned(folder, **settings)

    assert (found.texts, list(found.failures)) == ({"ok.txt": OK}, ["a.jsonl:2"])


@pytest.mark.parametrize(
    ("content", "texts", "why"),
    [
        ('id,text\na,"one\n\ntwo"\nb,three\n', {"a": "one\n\ntwo", "b": "three"}, {}),
        ('id,text\na,"say ""so"""\n\n\nb,x\n', {"a": 'say "so"', "b": "x"}, {}),
        ("id,text\r\na,x\r\nb,y\r\n", {"a": "x", "b": "y"}, {}),
        ("id,text\ra,x\rb,y\r", {"a": "x", "b": "y"}, {}),
        ("id,text\na,x,more\nb\nc,y\n", {"c": "y"},
         {2: "has 3 cells where the first row names 2 columns", 3: "has 1 cells where the first row names 2 columns"}),
        ('id,text\na,x\nb,"never\nclosed\n', {"a": "x", "b": "never\nclosed\n"}, {}),
        ("id,text\na,x\nb,\"never\n" + "closed\n" * 1_000, {"a": "x"},
         {3: "the rest of the file is not read: a cell is larger than max_bytes = 4000, or its quote is never closed"}),
        ("id,text\na,x\nb," + "é" * 2_500 + "\nc,y\n", {"a": "x", "c": "y"},
         {3: "larger than max_bytes = 4000; raise it with --max-bytes"}),
        ("id,text\na,x\0y\nb,y\n", {"b": "y"}, {2: "its text holds NUL characters: not a text file"}),
        ("id;text\na;x\n", {}, {0: "has no text: its columns are 'id;text'; --text-field names another"}),
        ("id,text\na,=1+1\nb,-x\n", {"a": "=1+1", "b": "-x"}, {}),
        ("id,text,id\na,x,y\n", {}, {0: "has the column 'id' twice"}),
        ("id,text\na,  \nb,y\n", {"b": "y"}, {2: "empty: there is no text in it"}),
    ],
)  # fmt: skip
def test_cells(content: str, texts: dict[str, str], why: dict[int, str], folder: Path) -> None:
    found = cleaned(put(folder, {"a.csv": content.encode()}), max_bytes=4_000)

    assert found.texts == {**texts, "ok.txt": OK}
    assert found.failures == {f"a.csv:{line}" if line else "a.csv": said for line, said in why.items()}


def test_cells_that_a_spreadsheet_would_run_are_counted(folder: Path) -> None:
    (folder / "ok.txt").unlink()
    put(folder, {"a.csv": as_cells([{"id": "a", "text": "=cmd()", "n": "+1"}, {"id": "b", "text": "x", "n": "1"}])})

    result = dedup.clean(folder, folder.parent / "out", config=Config(keep_chrome=True))

    told = result.manifest["files"]["clean.csv"]
    assert (told["formulas"], told["first_formula"]) == (2, "text of a")
    assert b"a,=cmd(),+1\n" in (folder.parent / "out" / "clean.csv").read_bytes()


def test_cells_in_another_encoding_are_told_and_settled_by_encoding(folder: Path) -> None:
    (folder / "ok.txt").unlink()
    put(folder, {"a.csv": CELLS.encode("latin-1") + b"b,tea\r\n"})

    found = cleaned(folder)
    assert (found.texts, found.failures) == (
        {"b": "tea"}, {"a.csv:2": "its text is not UTF-8: name the encoding of the file with --encoding"}
    )  # fmt: skip
    assert cleaned(folder, encoding="latin-1").texts == {"a": "Café au lait", "b": "tea"}
    put(folder, {"a.csv": "id,text,né\na,x,y\n".encode("latin-1"), "b.csv": b"id,text\nb,tea\n"})
    assert cleaned(folder).failures == {
        "a.csv": "the names of its columns are not UTF-8: name the encoding of the file with --encoding"
    }


def test_cells_of_utf_16_that_end_in_the_middle_of_a_character(folder: Path) -> None:
    ((place, why),) = failures(put(folder, {"a.csv": CELLS.encode("utf-16")[:-1]})).items()

    assert place.startswith("a.csv:")
    assert why.startswith("the rest of the file is not read: it is not utf-16")


def test_every_format_has_its_bad_input_here() -> None:
    assert {name.partition(".")[2] for name in EMPTY} == {
        known.extensions[0].removeprefix(".") for known in FORMATS.values() if known.name != "warc"
    }


@pytest.mark.parametrize("name", ["a.csv", "a.parquet"])
def test_a_column_that_is_asked_for_and_not_there(name: str, tmp_path: Path) -> None:
    write = {
        "a.csv": lambda path: path.write_text("id,text\n1,x\n"),
        "a.parquet": lambda path: pq.write_table(pa.table({"id": [1], "text": ["x"]}), path),
    }
    write[name](tmp_path / name)

    with pytest.raises(
        InputError, match="has no column 'body', which --text-field names: its columns are 'id', 'text'"
    ):
        dedup.clean(tmp_path / name, config=Config(text_field="body"))


def test_no_room_to_unpack_a_table_is_not_the_fault_of_the_table(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(BytesIO):
        def write(self, _: object) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    put(folder, {"good.parquet.gz": gzip.compress(as_parquet(table(article(2))), mtime=0)})
    monkeypatch.setattr("dedup.columnar.TemporaryFile", Full)

    with pytest.raises(
        WriteError, match=r"good\.parquet\.gz cannot be unpacked there: No space left on device; TMPDIR"
    ):
        cleaned(folder)
