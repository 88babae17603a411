# ruff: noqa: E501 (tables of cases)
"""Tables, cells and compressed lines by the shorter way: what the long way writes, byte for byte; of what is wrong, too."""

from __future__ import annotations

import csv
import errno
import io
import os
from contextlib import contextmanager
from threading import Thread
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dedup
from dedup import Config, Limits, RemovalError, cells, commit, kernel, lines, straight, stretches, unpacked
from dedup.formats import OUTPUTS
from dedup.run import pool, serial
from tests.material import article, prose
from tests.test_bad_formats import broken, many
from tests.test_formats import PACK, RECORDS, as_arrow, as_cells, as_jsonl, as_parquet, put

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from dedup.run import Runner

pytestmark = pytest.mark.skipif(not kernel.NATIVE, reason="there is no kernel, and so no shorter way")

UNITS = pytest.mark.parametrize("unit", ["passage", "document"])
NEVER = Limits(stop_removed=1.0)
SHARED = prose(900, 80)
DOCUMENTS: list[dict[str, Any]] = [
    {"id": "one", "text": article(1), "url": "https://a.example/1", "date": "2024-05-01", "score": 1.5},
    {
        "id": "two",
        "text": article(2) + "\n\n" + SHARED,
        "url": "https://a.example/2",
        "date": "2024-05-02",
        "score": 2.0,
    },
    {"id": "", "text": SHARED + "\n\n" + article(3), "url": "", "date": "2023-05-01", "score": 0.0},
    {"id": "copy of one", "text": article(1), "url": "https://b.example/1", "date": "2023-05-01", "score": -1.0},
    {
        "id": "quotes, and more",
        "text": 'He said "so",\tand left; \\ "" é中 🌾.\n\n' + article(4),
        "url": "",
        "date": "",
        "score": 3.0,
    },
    {"id": "one", "text": "Again.", "url": "", "date": "", "score": 0.5},
    {"id": "blank", "text": " \n ", "url": "", "date": "", "score": 0.5},
    {
        "id": "odd",
        "text": "Mu\u0308hle 東京都庁 \u2003.\n\n" + SHARED + "\n\n" + article(5),
        "url": "",
        "date": "",
        "score": 0.5,
    },
    {"id": "wide", "text": "\u2003", "url": "", "date": "", "score": 0.5},
]
"""One goes whole, others lose a passage; an id is missing, and one comes twice; and texts that only the definition can
read."""


def tree(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def by(way: str, inputs: Any, out: Path, config: Config, runner: Runner = serial) -> dict[str, bytes]:
    """What a run writes by the short or the long way; asserts that this is the one."""
    with patch.object(straight, "write", wraps=straight.write) as taken:
        if way == "short":
            dedup.clean(inputs, out, config=config, runner=runner, limits=NEVER)
        else:
            with patch.object(lines, "can_read", return_value=False):
                dedup.clean(inputs, out, config=config, runner=runner, limits=NEVER)
    assert taken.called == (way == "short")
    return tree(out)


def same(folder: Path, inputs: Any, **more: Any) -> dict[str, bytes]:
    config = Config(keep_chrome=True, **more)
    short, long = (by(way, inputs, folder / way, config) for way in ("short", "long"))
    assert set(short) == set(long)
    for name, content in short.items():
        assert content == long[name], name
    return short


# ── every format ────────────────────────────────────────────────────────────────────────────────────────────────────


@UNITS
@pytest.mark.parametrize("suffix", PACK)
@pytest.mark.parametrize("name", RECORDS)
def test_every_format_of_records(name: str, suffix: str, unit: str, tmp_path: Path) -> None:
    put(tmp_path / "in", {name + suffix: PACK[suffix](RECORDS[name](DOCUMENTS))})

    found = same(tmp_path, tmp_path / "in", unit=unit)

    kinds = {each["kind"] for each in map(orjson.loads, found["removed.jsonl"].splitlines())}
    assert kinds == ({"document", "passage"} if unit == "passage" else {"document"})
    whys = [each["why"] for each in map(orjson.loads, found["failures.jsonl"].splitlines())]
    assert [why.split(" ")[0] for why in whys] == ["empty:", "has"]
    known = [(each.get("site"), each.get("date")) for each in map(orjson.loads, found["sources.jsonl"].splitlines())]
    assert known[:4] == [
        ("a.example", "2024-05-01"), ("a.example", "2024-05-02"), (None, "2023-05-01"), ("b.example", "2023-05-01"),
    ]  # fmt: skip
    assert {*known[4:]} == {(None, None)}


@UNITS
@pytest.mark.parametrize("format_", OUTPUTS)
@pytest.mark.parametrize("name", ["a.jsonl", "a.parquet", "a.csv.gz"])
def test_every_output(name: str, format_: str, unit: str, tmp_path: Path) -> None:
    plain = name.removesuffix(".gz")
    put(tmp_path / "in", {name: PACK[name.removeprefix(plain)](RECORDS[plain](DOCUMENTS))})

    same(tmp_path, tmp_path / "in", unit=unit, format=format_)


@UNITS
@pytest.mark.parametrize("format_", ["auto", "parquet", "arrow", "csv"])
@pytest.mark.parametrize("workers", [1, 2])
def test_all_formats_together_in_parts(format_: str, unit: str, workers: int, tmp_path: Path) -> None:
    files = {f"{number}{name[1:]}": RECORDS[name](DOCUMENTS) for number, name in enumerate(RECORDS)}
    put(
        tmp_path / "in", {**files, "z.jsonl.zst": PACK[".zst"](as_jsonl(DOCUMENTS)), "none.jsonl": b"", "none.csv": b""}
    )
    config = Config(keep_chrome=True, unit=unit, format=format_, shard_size=1)

    with patch.object(stretches, "PIECE", 3_000):
        short = by("short", tmp_path / "in", tmp_path / "short", config, pool(workers) if workers > 1 else serial)

    assert short == by("long", tmp_path / "in", tmp_path / "long", config)


@UNITS
def test_span_attributes(unit: str, tmp_path: Path) -> None:
    put(tmp_path / "in", {"a.parquet": RECORDS["a.parquet"](DOCUMENTS), "b.jsonl.gz": PACK[".gz"](as_jsonl(DOCUMENTS))})

    assert {"attributes/a.parquet.jsonl", "attributes/b.jsonl.gz"} <= set(
        same(tmp_path, tmp_path / "in", unit=unit, emit="attributes")
    )


@UNITS
def test_data_frames(unit: str, tmp_path: Path) -> None:
    same(tmp_path, pa.Table.from_pylist(DOCUMENTS), unit=unit)


@UNITS
@pytest.mark.parametrize(
    "own",
    [
        {"text_field": "story"},
        {"text_field": "story", "id_field": "meta.key", "date_field": "when", "site_field": "meta.site"},
    ],
)
def test_fields_of_tables_by_any_name(own: dict[str, str], unit: str, tmp_path: Path) -> None:
    records = [
        {
            "story": each["text"],
            "text": 5,
            "when": n,
            "meta": {"key": n % 3, "site": f"{n % 2}.example", "url": each["url"]},
        }
        for n, each in enumerate(DOCUMENTS)
    ]
    put(tmp_path / "in", {"a.parquet": as_parquet(pa.Table.from_pylist(records))})

    same(tmp_path, tmp_path / "in", unit=unit, across_sites_only=True, **own)


@UNITS
@pytest.mark.parametrize(
    "kind",
    [pa.dictionary(pa.int8(), pa.string()), pa.large_string(), pa.binary(), pa.large_binary(), pa.string_view()],
    ids=str,
)
def test_texts_and_ids_of_every_type(kind: pa.DataType, unit: str, tmp_path: Path) -> None:
    """Of a dictionary column only those texts are taken apart that lose something."""
    table = pa.table({name: pa.array([each[name] for each in DOCUMENTS], kind) for name in ("id", "text")})
    put(tmp_path / "in", {"a.arrow": as_arrow(table), "b.arrow": as_arrow(table, stream=True)})

    same(tmp_path, tmp_path / "in", unit=unit)


@UNITS
@pytest.mark.parametrize(
    "ids",
    [[7, 7, None], [1.5, float("nan"), 2.0], [True, False, True], [["a"], [], ["b", "c"]], [{"a": 1}, None, {"a": 2}]],
    ids=str,
)
def test_ids_that_are_no_texts(ids: list[Any], unit: str, tmp_path: Path) -> None:
    put(tmp_path / "in", {"a.parquet": as_parquet(pa.table({"id": ids, "text": [article(n) for n in (1, 2, 1)]}))})

    same(tmp_path, tmp_path / "in", unit=unit, format="jsonl")


class Stdin:
    """Standard input as a file."""

    def __init__(self, content: bytes) -> None:
        self.buffer = io.BufferedReader(io.BytesIO(content))


@UNITS
@pytest.mark.parametrize("kind", ["jsonl", "csv", "tsv"])
@pytest.mark.parametrize("beside", [True, False])
def test_standard_input(kind: str, beside: bool, unit: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = RECORDS[f"a.{kind}"](DOCUMENTS) + b"\xff\n"
    put(tmp_path, {f"a.{kind}": RECORDS[f"a.{kind}"](DOCUMENTS)})
    config = Config(keep_chrome=True, unit=unit, input_format=kind)

    found = {}
    for way in ("short", "long"):
        monkeypatch.setattr("sys.stdin", Stdin(content))
        found[way] = by(way, ["-", *([tmp_path / f"a.{kind}"] if beside else [])], tmp_path / way, config)

    assert found["short"] == found["long"]
    assert b'"stdin:' in found["short"]["failures.jsonl"]


def test_pages_of_standard_input_go_the_long_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = f"<html><body><article><p>{prose(1, 80)}</p></article></body></html>"
    monkeypatch.setattr("sys.stdin", Stdin(as_jsonl([*DOCUMENTS, {"id": "page", "html": page}])))

    with patch.object(straight, "write", wraps=straight.write) as taken:
        result = dedup.clean("-", tmp_path / "out", config=Config(keep_chrome=True), limits=NEVER)

    assert not taken.called
    assert [each["id"] for each in result.sources()] == [
        "one",
        "two",
        "stdin:3",
        *(each["id"] for each in DOCUMENTS[3:5]),
        "odd",
        "wide",
        "page",
    ]
    assert [each.id for each in result.failures] == ["stdin:7", "stdin:6"]


# ── what is wrong ───────────────────────────────────────────────────────────────────────────────────────────────────


@UNITS
@pytest.mark.parametrize(
    "columns",
    [
        {"text": ["", None, "x" * 5_000, "é" * 2_500, "\n" * 3_999, '"' * 3_999]},
        {"text": broken(b"a", b"\xff\xfe", b"c", b"a", b"a", b"a")},
        {"text": pa.array([b"a", b"\xff", None, b"", b"a", b"b"])},
        {"text": list("abcdef"), "id": broken(b"a", b"\xff", b"c", b"d", b"", b"d")},
        {"text": list("abcdef"), "id": [7, None, 7, 8, None, 9]},
        {"text": list("abcdef"), "title": broken(b"a", b"\xff", b"c", b"d", b"", b"d")},
        {"n": [1, 2, 3, 4, 5, 6]},
        {"text": [1, 2, 3, 4, 5, 6]},
    ],
    ids=", ".join,
)  # fmt: skip
def test_rows_that_cannot_be_used(columns: dict[str, Any], unit: str, tmp_path: Path) -> None:
    ok = pa.table({"text": [article(1), article(2)], "id": ["ok", "fine"]})
    for format_ in ("jsonl", "csv"):
        put(
            tmp_path / "in",
            {"a.parquet": as_parquet(ok), "bad.parquet": as_parquet(pa.table(columns), row_group_size=2)},
        )

        assert same(tmp_path, tmp_path / "in", unit=unit, max_bytes=4_000, format=format_)["failures.jsonl"]


@UNITS
def test_a_damaged_group_of_rows(unit: str, tmp_path: Path) -> None:
    content = bytearray(as_parquet(pa.table({"text": ["", *many(38), ""]}), row_group_size=10, compression="zstd"))
    chunk = pq.ParquetFile(pa.BufferReader(bytes(content))).metadata.row_group(1).column(0)
    begins = chunk.dictionary_page_offset or chunk.data_page_offset
    content[begins : begins + 32] = bytes(32)
    put(tmp_path / "in", {"a.parquet": bytes(content)})

    found = same(tmp_path, tmp_path / "in", unit=unit)["failures.jsonl"]

    assert [each["id"] for each in map(orjson.loads, found.splitlines())] == [
        "a.parquet:1",
        "a.parquet:11",
        "a.parquet:40",
    ]


@UNITS
@pytest.mark.parametrize(
    "content",
    [
        'id,text\na,"one\n\ntwo"\n\n\nb,three\nb,four\n',
        "id,text\ra,x\rb,y\r",
        "id,text\na,x,more\nb\nc,y\nd,\0\ne, \n",
        '"i\nd",text\na,x\nb,"never\nclosed\n',
        "id,text\na,x\nb,\"never\n" + "closed\n" * 1_000,
        "id,text\na,x\nb," + "é" * 2_500 + "\nc," + '""' * 2_100 + "\nd," + "\t" * 3_999,
        "id;text\na;x\n",
        "id,text,id\na,x,y\n",
        "id,text\n",
        "",
    ],
)  # fmt: skip
def test_cells(content: str, unit: str, tmp_path: Path) -> None:
    put(tmp_path / "in", {"ok.csv": as_cells(DOCUMENTS), "z.csv": content.encode(), "u.csv": content.encode("utf-16")})

    same(tmp_path, tmp_path / "in", unit=unit, max_bytes=4_000)


CELLS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8) | st.sampled_from(
    ['"', "\r\n", "a,b", "The mill."]
)


@settings(max_examples=25)
@given(rows=st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=8), delimiter=st.sampled_from(",\t"))
def test_any_cells(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str, str]], delimiter: str) -> None:
    folder = tmp_path_factory.mktemp("any")
    content = as_cells([dict(zip(("id", "text", "n"), row, strict=True)) for row in rows], delimiter)
    put(
        folder / "in",
        {"ok.jsonl.gz": PACK[".gz"](as_jsonl(DOCUMENTS[:2])), "a.csv" if delimiter == "," else "a.tsv": content},
    )

    same(folder, folder / "in", unit="document")


@UNITS
@pytest.mark.parametrize("suffix", [suffix for suffix in PACK if suffix])
@pytest.mark.parametrize(
    "end", [b"", b"\n", b"{\n", b"\xff\xfe", b"\n\n[]\n\xef\xbb\xbf", b'{"text": "' + b"x" * 9_000]
)
def test_lines_of_compressed_files(end: bytes, suffix: str, unit: str, tmp_path: Path) -> None:
    content = as_jsonl(DOCUMENTS) + end
    pack = PACK[suffix]
    put(tmp_path / "in", {
        f"whole.jsonl{suffix}": pack(content),
        f"cut.jsonl{suffix}": pack(content * 20)[:-20],
        f"members.jsonl{suffix}": pack(content[:100]) + pack(content[100:]),
        f"utf-16.jsonl{suffix}": pack('{"text": "x"}\n'.encode("utf-16")),
        f"none.jsonl{suffix}": b"",
        f"no.jsonl{suffix}": b"not packed at all",
        f"empty.jsonl{suffix}": pack(b"\n \n"),
        "utf-16.jsonl": '{"text": "x"}\n'.encode("utf-16"),
    })  # fmt: skip

    found = same(tmp_path, tmp_path / "in", unit=unit, max_bytes=4_000)["failures.jsonl"]

    names = {each["id"].partition(":")[0] for each in map(orjson.loads, found.splitlines())}
    assert {f"cut.jsonl{suffix}", f"no.jsonl{suffix}", f"empty.jsonl{suffix}", "utf-16.jsonl"} <= names


@UNITS
def test_paths_that_lead_nowhere(unit: str, tmp_path: Path) -> None:
    put(tmp_path, {"a.csv": as_cells(DOCUMENTS), "b.jsonl": b"{}", "c.doc": b""})

    found = same(tmp_path, [tmp_path / name for name in ("none.jsonl", "a.csv", "b.jsonl", "c.doc")], unit=unit)

    failed = [each["id"].rpartition("/")[2] for each in map(orjson.loads, found["failures.jsonl"].splitlines())]
    assert [name.partition(":")[0] for name in failed] == ["c.doc", "none.jsonl", "a.csv", "b.jsonl", "a.csv"]


# ── where the long way is taken, and what is left behind ────────────────────────────────────────────────────────────


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes")
def test_a_pipe_is_read_but_once(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.jsonl"
    os.mkfifo(pipe)
    writer = Thread(target=pipe.write_bytes, args=[as_jsonl(DOCUMENTS)], daemon=True)
    writer.start()

    result = dedup.clean(pipe, tmp_path / "out", config=Config(keep_chrome=True), limits=NEVER)

    assert len(list(result.sources())) == 7


@pytest.mark.parametrize(
    ("files", "more"),
    [
        ({"a.parquet": RECORDS["a.parquet"](DOCUMENTS)}, {"provenance": True}),
        ({"a.parquet": RECORDS["a.parquet"]([{"html": "<p>The mill.</p>"}])}, {}),
        ({"a.csv": as_cells([{"html": "<p>The mill.</p>"}])}, {}),
        ({"a.csv": as_cells([{"content": "The mill."}])}, {}),
        ({"a.csv": as_cells([{"story": "The mill."}])}, {"text_field": "story"}),
        ({"a.jsonl.gz": PACK[".gz"](as_jsonl([{"text": "The mill."}, {"markdown": "The mill."}]))}, {}),
        ({"a.parquet": RECORDS["a.parquet"](DOCUMENTS), "b.txt": b"The mill."}, {}),
        ({"a.parquet": RECORDS["a.parquet"](DOCUMENTS)}, {"keep_chrome": False}),
    ],
)  # fmt: skip
def test_what_cannot_be_had_the_shorter_way(files: dict[str, bytes], more: dict[str, Any], tmp_path: Path) -> None:
    put(tmp_path / "in", files)

    with patch.object(straight, "write", wraps=straight.write) as taken:
        result = dedup.clean(
            tmp_path / "in", tmp_path / "out", config=Config(**{"keep_chrome": True, **more}), limits=NEVER
        )

    assert not taken.called
    assert list(result.sources())
    assert not (tmp_path / "out" / "work").exists()


@UNITS
def test_a_run_that_was_stopped_goes_on(unit: str, tmp_path: Path) -> None:
    put(tmp_path / "in", {"a.parquet": RECORDS["a.parquet"](DOCUMENTS[:4] * 10)})
    config = Config(keep_chrome=True, unit=unit, format="jsonl")
    put(tmp_path / "in", {"a.csv": as_cells([{"id": str(n), "text": article(1)} for n in range(40)])})
    with pytest.raises(RemovalError):
        dedup.clean(tmp_path / "in", tmp_path / "short", config=config, limits=Limits(stop_removed=0.1))
    assert (tmp_path / "short" / "work" / unpacked.PLAIN).is_dir()
    (tmp_path / "in" / "a.csv").unlink()

    assert by("short", tmp_path / "in", tmp_path / "short", config) == by(
        "long", tmp_path / "in", tmp_path / "long", config
    )


@pytest.mark.parametrize("name", ["a.parquet", "a.csv", "a.jsonl.zst"])
def test_a_full_disk_names_the_file(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = RECORDS[name.removesuffix(".zst")](DOCUMENTS)
    put(tmp_path, {name: PACK[".zst"](content) if name.endswith("zst") else content})

    @contextmanager
    def full(path: Path, **more: Any) -> Iterator[Any]:
        with commit.atomic(path, **more) as handle:
            yield handle
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(unpacked, "atomic", full)
    with pytest.raises(OSError, match="No space left") as caught:
        dedup.clean(tmp_path / name, tmp_path / "out", config=Config(keep_chrome=True))

    assert str(caught.value.filename).endswith("000000.jsonl")


def test_a_line_of_what_is_unpacked_is_that_of_its_place(tmp_path: Path) -> None:
    put(tmp_path / "in", {"a.csv": b'id,"te\nxt",text\n\n1,"a\nb","c\n\nd"\n2\n3,,e\n'})
    config = Config()

    file = unpacked.unpack(unpacked.Unpacking(0, "a.csv", tmp_path / "in" / "a.csv", tmp_path, config))

    assert file.path.read_bytes().split(b"\n") == [
        b"", b"", b"", b'{"id":"1","te\\nxt":"a\\nb","text":"c\\n\\nd"}', b"", b"", b"", b"", b'{"id":"3","te\\nxt":"","text":"e"}', b""
    ]  # fmt: skip
    assert [(number, each.id) for number, each in file.failures] == [(8, "a.csv:8")]


def test_of_a_table_only_what_is_read_is_unpacked(tmp_path: Path) -> None:
    records = [
        {"doc_id": 7, "content": "a", "n": [1], "metadata": {"url": "u", "x": "y"}},
        {"doc_id": 8, "content": None},
    ]
    put(tmp_path / "in", {"a.parquet": as_parquet(pa.Table.from_pylist(records))})

    file = unpacked.unpack(unpacked.Unpacking(3, "a.parquet", tmp_path / "in" / "a.parquet", tmp_path, Config()))

    assert file.path.read_bytes() == b'{"id":"7","url":"u","text":"a"}\n\n'
    assert (file.table, [each.id for _, each in file.failures]) == (3, ["a.parquet:2"])


# ── rows of cells ───────────────────────────────────────────────────────────────────────────────────────────────────


@given(
    rows=st.lists(st.lists(CELLS | st.just(""), min_size=1, max_size=4), max_size=5),
    kind=st.sampled_from(["csv", "tsv"]),
)
def test_rows_of_cells_are_written_as_by_the_library(rows: list[list[str]], kind: str) -> None:
    for row in rows:
        stream = io.StringIO()
        csv.writer(stream, delimiter=cells.DELIMITERS[kind], lineterminator="\r\n").writerow(row)

        assert cells.head(row, kind) == stream.getvalue().removesuffix("\r\n").encode() + b"\n"
