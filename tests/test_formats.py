# ruff: noqa: E501 (tables of cases)
"""Formats in and out: one corpus in every shape gives the same texts, and what is not cleaned stays as it was."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import lzma
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

import dedup
from dedup import Config, cells, tables
from dedup.compressed import zstandard
from dedup.formats import COMPRESSIONS, OUTPUTS, TREES
from dedup.limits import Limits
from dedup.run import pool
from tests.conftest import ROOT
from tests.material import article, cleaned, prose

if TYPE_CHECKING:
    from collections.abc import Callable

SHARED = prose(900, 80)
DOCUMENTS = [
    {"id": "one", "text": article(1)},
    {"id": "two", "text": article(2) + "\n\n" + SHARED},
    {"id": "three", "text": SHARED + "\n\n" + article(3)},
    {"id": "copy of one", "text": article(1)},
    {"id": "quotes, and more", "text": 'He said "so",\tand left; \\ "" \u00e9\u4e2d \U0001f33e.\n\n' + article(4)},
]
"""One that goes whole, one that loses a passage, and one with all that CSV and JSON escape."""


def as_jsonl(records: list[dict[str, Any]]) -> bytes:
    return b"".join(orjson.dumps(each, option=orjson.OPT_APPEND_NEWLINE) for each in records)


def as_cells(records: list[dict[str, Any]], delimiter: str = ",") -> bytes:
    stream = io.StringIO()
    writer = csv.DictWriter(stream, list(records[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(records)
    return stream.getvalue().encode()


def as_parquet(table: pa.Table, **more: Any) -> bytes:
    stream = io.BytesIO()
    pq.write_table(table, stream, **more)
    return stream.getvalue()


def as_arrow(table: pa.Table, *, stream: bool = False) -> bytes:
    sink = io.BytesIO()
    with (pa.ipc.new_stream if stream else pa.ipc.new_file)(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue()


RECORDS: dict[str, Callable[[list[dict[str, Any]]], bytes]] = {
    "a.jsonl": as_jsonl,
    "a.ndjson": as_jsonl,
    "a.csv": as_cells,
    "a.tsv": lambda records: as_cells(records, "\t"),
    "a.parquet": lambda records: as_parquet(pa.Table.from_pylist(records), row_group_size=2),
    "a.pq": lambda records: as_parquet(pa.Table.from_pylist(records)),
    "a.arrow": lambda records: as_arrow(pa.Table.from_pylist(records)),
    "a.feather": lambda records: as_arrow(pa.Table.from_pylist(records), stream=True),
}
PACK: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    ".gz": gzip.compress,
    ".zst": zstandard().compress,
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
}


@pytest.fixture(scope="module")
def wanted() -> Any:
    """What the documents come to when they are given as they are."""
    found = cleaned(DOCUMENTS)
    assert (len(found.texts), {each["kind"] for each in found.removed}) == (4, {"document", "passage"})
    return found


def put(folder: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def read(path: Path) -> pa.Table:
    """A table of Parquet or Arrow, as pyarrow has it."""
    if path.suffix == ".parquet":
        return pq.read_table(path)
    with path.open("rb") as file:
        opened = pa.ipc.open_file(file) if file.read(6) == b"ARROW1" else pa.ipc.open_stream(path.read_bytes())
        return opened.read_all()


# ── what is read ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("suffix", PACK)
@pytest.mark.parametrize("name", RECORDS)
def test_records_in_every_format_are_the_same_documents(name: str, suffix: str, tmp_path: Path, wanted: Any) -> None:
    found = cleaned(put(tmp_path / "in", {name + suffix: PACK[suffix](RECORDS[name](DOCUMENTS))}))

    assert found.texts == wanted.texts
    assert found.removed == wanted.removed
    assert found.restored == {each["id"]: each["text"] for each in DOCUMENTS}
    assert found.failures == {}


@pytest.mark.parametrize("suffix", PACK)
@pytest.mark.parametrize("name", ["md", "markdown", "txt"])
def test_files_of_one_article_each(name: str, suffix: str, tmp_path: Path, wanted: Any) -> None:
    ids = {each["id"]: f"{each['id']}.{name}{suffix}" for each in DOCUMENTS}
    put(tmp_path, {ids[each["id"]]: PACK[suffix](each["text"].encode()) for each in DOCUMENTS})

    found = cleaned(tmp_path)

    assert sorted(found.texts.values()) == sorted(cleaned([*DOCUMENTS]).texts.values())
    assert found.restored == {ids[each["id"]]: each["text"] for each in DOCUMENTS}
    assert {each["kind"] for each in found.removed} == {each["kind"] for each in wanted.removed}


PAGE = "<html><head><title>The mill</title></head><body><nav>Home</nav><article>{}</article></body></html>"
PAGES = [
    {"id": f"p{n}", "html": PAGE.format("".join(f"<p>{each}</p>" for each in article(40 + n).split("\n\n")))}
    for n in range(3)
]


@pytest.mark.parametrize("suffix", PACK)
def test_pages_in_files(suffix: str, tmp_path: Path) -> None:
    found = cleaned(put(tmp_path, {f"{p['id']}.html{suffix}": PACK[suffix](p["html"].encode()) for p in PAGES}))

    assert [text.strip() for text in found.texts.values()] == [article(40 + n) for n in range(3)]
    assert found.failures == {}


@pytest.mark.parametrize("name", RECORDS)
def test_pages_in_records_are_replaced_by_their_text(name: str, tmp_path: Path) -> None:
    found = cleaned(put(tmp_path, {name: RECORDS[name]([{**page, "n": "7"} for page in PAGES])}), format="auto")

    assert [text.strip() for text in found.texts.values()] == [article(40 + n) for n in range(3)]
    assert all("html" not in each and each["n"] == "7" for each in found.documents)
    assert {each["title"] for each in found.documents} == {"The mill"}


def test_several_formats_together(tmp_path: Path, wanted: Any) -> None:
    kinds = list(RECORDS)
    files = {kind: RECORDS[kind]([each]) for kind, each in zip(kinds[1:6], DOCUMENTS, strict=True)}
    for format_ in ("auto", "parquet", "arrow", "csv", "markdown"):
        found = cleaned(put(tmp_path / "in", files), format=format_)

        assert sorted(found.texts) == sorted(wanted.texts)
        assert found.restored == {each["id"]: each["text"] for each in DOCUMENTS}


def test_a_format_that_is_asked_for_wins_over_extensions(tmp_path: Path, wanted: Any) -> None:
    put(tmp_path, {"a.data": as_cells(DOCUMENTS, "\t"), "b.jsonl": as_cells([{"id": "x", "text": article(8)}], "\t")})

    found = cleaned(tmp_path, input_format="tsv")

    assert found.texts == {**wanted.texts, "x": article(8)}


# ── what is written ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("format_", OUTPUTS[1:])
@pytest.mark.parametrize("name", ["a.jsonl", "a.parquet", "a.csv"])
def test_every_format_is_written_read_restored_and_explained(
    name: str, format_: str, tmp_path: Path, wanted: Any
) -> None:
    put(tmp_path / "in", {name: RECORDS[name]([{**each, "n": "007"} for each in DOCUMENTS])})

    result = dedup.clean(tmp_path / "in", tmp_path / "out", config=Config(format=format_))

    assert dict(result.texts()) == wanted.texts
    assert list(result.removed()) == wanted.removed
    assert {each["id"]: each["text"] for each in result.restore()} == {each["id"]: each["text"] for each in DOCUMENTS}
    assert {piece.removed is None for piece in result.explain("one")} == {False}
    if format_ in TREES:
        assert result.summary["output"] == "clean"
    else:
        assert {each["n"] for each in result.documents()} == {"007"}
        assert result.summary["output"] == f"clean.{format_}"
        assert (tmp_path / "out" / f"clean.{format_}").is_file()


@pytest.mark.parametrize(
    ("names", "output"),
    [
        (["a.jsonl"], "clean.jsonl"),
        (["a.jsonl.gz", "b.jsonl.gz"], "clean.jsonl.gz"),
        (["a.jsonl.gz", "b.jsonl"], "clean.jsonl"),
        (["a.parquet", "b.pq"], "clean.parquet"),
        (["a.parquet.gz"], "clean.parquet"),
        (["a.arrow", "b.feather"], "clean.arrow"),
        (["a.csv.xz"], "clean.csv.xz"),
        (["a.tsv"], "clean.tsv"),
        (["a.csv", "b.tsv"], "clean.jsonl"),
        (["a.parquet", "b.arrow"], "clean.jsonl"),
    ],
)
def test_the_output_is_of_the_family_of_the_inputs(names: list[str], output: str, tmp_path: Path) -> None:
    def content(name: str, number: int) -> bytes:
        plain = name if (suffix := Path(name).suffix) not in COMPRESSIONS else Path(name).stem
        packed = PACK[suffix if suffix in COMPRESSIONS else ""]
        return packed(RECORDS["a" + Path(plain).suffix]([{"id": name, "text": article(number)}]))

    put(tmp_path / "in", {name: content(name, number) for number, name in enumerate(names)})

    assert dedup.clean(tmp_path / "in", tmp_path / "out").summary["output"] == output
    missing = dedup.clean([tmp_path / "in", tmp_path / "none.txt"], tmp_path / "out")
    assert missing.summary["output"] == output, "an input that is missing changes no format"


@pytest.mark.parametrize("format_", ["auto", "jsonl", "csv.gz", "arrow"])
def test_output_depends_on_neither_workers_nor_the_order_of_inputs(format_: str, tmp_path: Path) -> None:
    files = {}
    for part in range(3):
        records = [{"id": part * 1_000 + n, "text": article(n % 350 + part * 100, 2), "n": n} for n in range(400)]
        files[f"{part}.parquet"] = as_parquet(pa.Table.from_pylist(records), row_group_size=150)
    put(tmp_path / "in", files)
    paths = sorted((tmp_path / "in").iterdir())
    config = Config(format=format_, provenance=True)

    dedup.clean(paths, tmp_path / "one", config=config, limits=Limits(stop_removed=1))
    dedup.clean(paths[::-1], tmp_path / "two", config=config, runner=pool(2), limits=Limits(stop_removed=1))

    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes(), path.name


@pytest.mark.parametrize("format_", ["jsonl", "jsonl.gz", "csv", "tsv.zst", "parquet", "arrow"])
@pytest.mark.parametrize("name", ["a.jsonl", "a.parquet", "a.csv"])
def test_parts_are_whole_and_together_the_one_file(name: str, format_: str, tmp_path: Path) -> None:
    texts = [f"{n} " + "abcdefghi " * 4_000 + f"{n}" for n in range(70)]
    records = [{"id": f"d{n}", "text": text, "n": f"={n}"} for n, text in enumerate(texts)]
    put(tmp_path / "in", {name: RECORDS[name](records)})
    settings: dict[str, Any] = {"format": format_, "keep_chrome": True, "keep_duplicates": True}

    whole = dedup.clean(tmp_path / "in", tmp_path / "whole", config=Config(**settings))
    parts = dedup.clean(tmp_path / "in", tmp_path / "parts", config=Config(**settings, shard_size=1))

    paths = sorted((tmp_path / "parts" / "clean").iterdir())
    assert [path.name for path in paths] == [f"part-{n:05}.{format_}" for n in range(len(paths))]
    assert 3 <= len(paths) <= 4
    assert list(parts.documents()) == list(whole.documents())
    assert [each["id"] for each in parts.documents()] == [f"d{n}" for n in range(70)]
    assert dict(parts.texts()) == {f"d{n}": text for n, text in enumerate(texts)}
    assert {each["text"] for each in parts.restore()} == set(texts)
    listed = {name for name in parts.manifest["files"] if name.startswith("clean")}
    assert listed == {f"clean/{path.name}" for path in paths}
    if format_ in ("jsonl", "csv"):
        joined = b"".join(path.read_bytes().removeprefix(b"id,text,n\n") for path in paths)
        assert joined == (tmp_path / "whole" / f"clean.{format_}").read_bytes().removeprefix(b"id,text,n\n")
        assert all(path.stat().st_size <= 1_000_000 for path in paths)
    if format_ == "parquet":
        assert len({str(pq.read_schema(path)) for path in paths}) == 1
        assert all(pq.read_table(path).nbytes <= 1_000_000 for path in paths)
    if format_.startswith(("csv", "tsv")):
        counts = [parts.manifest["files"][each]["formulas"] for each in sorted(listed)]
        assert (sum(counts), parts.manifest["files"]["clean/part-00000." + format_]["first_formula"]) == (70, "n of d0")


def test_a_run_in_another_format_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    for format_ in ("jsonl", "parquet", "text", "csv.gz"):
        dedup.clean(DOCUMENTS, tmp_path / "clean", config=Config(format=format_))
        left = {path.name for path in (tmp_path / "clean").iterdir() if path.name.startswith("clean")}

        assert left == {"clean" if format_ == "text" else f"clean.{format_}"}
    assert "removed.jsonl" in dedup.Result(tmp_path / "clean").manifest["files"]


# ── what stays as it was ────────────────────────────────────────────────────────────────────────────────────────────

PYARROW = int(pa.__version__.partition(".")[0])
NO_PAIR = None if PYARROW >= 22 else [0.0, 0.0]  # older ones cannot read it from Parquet
NOON = datetime(2024, 5, 1, 12, 30, 15, 123456, UTC)
COLUMNS = {
    "i8": pa.array([1, None, 3, -4], pa.int8()),
    "u64": pa.array([2**64 - 1, 0, None, 1], pa.uint64()),
    "half": pa.array(np.array([1.5, 0, -0.0, 2], np.float16), mask=np.array([False, True, False, False])),
    "nan": pa.array([float("nan"), float("inf"), None, 1e-300]),
    "flag": pa.array([True, None, False, True]),
    "nothing": pa.nulls(4),
    "decimal": pa.array([Decimal("1.10"), None, Decimal("-3.25"), Decimal("0.01")], pa.decimal128(20, 2)),
    "wide": pa.array([Decimal("1.1"), None, Decimal(3), Decimal(10**50)], pa.decimal256(60, 1)),
    "day": pa.array([NOON.date()] * 4, pa.date32()),
    "zoned": pa.array([NOON] * 4, pa.timestamp("us", "Europe/Paris")),
    "exact": pa.array([1_714_566_615_123_456_789, None, 0, 1], pa.timestamp("ns")),
    "time": pa.array([5, None, 7, 8], pa.time64("ns")),
    "took": pa.array([timedelta(days=2, seconds=3), None] * 2, pa.duration("ns")),
    "large": pa.array(["a", None, "", "é"], pa.large_string()),
    "bytes": pa.array([b"\xff\x00", None, b"", b"a"], pa.binary()),
    "digest": pa.array([b"1234", None, b"5678", b"9abc"], pa.binary(4)),
    "list": pa.array([["a", None], None, [], ["b"]], pa.list_(pa.string())),
    "pair": pa.array([[1.0, 2.0], NO_PAIR, [3.0, 4.0], [5.0, 6.0]], pa.list_(pa.float32(), 2)),
    "struct": pa.array([{"a": 1, "b": [{"c": "x"}]}, None, {"a": None, "b": []}, {"a": 2, "b": None}],
                       pa.struct([("a", pa.int32()), ("b", pa.list_(pa.struct([("c", pa.string())])))])),
    "map": pa.array([[("k", 1)], None, [], [("a", 2), ("b", None)]], pa.map_(pa.string(), pa.int64())),
    "kind": pa.array(["x", "y", None, "x"]).dictionary_encode(),
    "kinds": pa.ListArray.from_arrays(pa.array([0, 1, 2, 2, 4], pa.int32()),
                                      pa.array(["x", "y", "y", "z"]).dictionary_encode()),
    "uuid": pa.array([bytes(16), None, bytes(range(16)), bytes(16)], pa.uuid()),
}  # fmt: skip
TABLE = pa.table(
    {"before": [1, 2, 3, 4], "text": [article(1), article(2), "", article(1)], "id": [5, 6, 7, 8], **COLUMNS}
)
METADATA = {b"pandas": b'{"columns": []}', b"huggingface": b'{"info": {}}', b"own": b"x"}


def test_types_order_and_metadata_of_columns_stay(tmp_path: Path) -> None:
    for name, content in (
        ("a.parquet", as_parquet(TABLE.replace_schema_metadata(METADATA), row_group_size=2)),
        ("a.arrow", as_arrow(TABLE.replace_schema_metadata(METADATA))),
        ("b.arrow", as_arrow(TABLE.replace_schema_metadata(METADATA), stream=True)),
    ):
        path = tmp_path / name
        path.write_bytes(content)
        known = read(path)

        result = dedup.clean(path, tmp_path / f"out-{name}")

        found = read(tmp_path / f"out-{name}" / f"clean{path.suffix}")
        assert found.schema.equals(known.schema, check_metadata=True), name
        assert found.schema.metadata[b"own"] == b"x"
        assert str(found.take([0, 1]).to_pylist()) == str(known.take([0, 1]).to_pylist()), name  # NaN is not NaN
        assert found.num_rows == 2, "what is empty, and the copy, are gone"
        assert {each.id for each in result.failures} == {f"{name}:3"}


def test_the_same_columns_as_json(tmp_path: Path) -> None:
    (tmp_path / "a.parquet").write_bytes(as_parquet(TABLE))

    (first, *_) = cleaned(tmp_path / "a.parquet", format="jsonl").documents

    assert list(first) == TABLE.schema.names
    assert {name: first[name] for name in ("i8", "u64", "half", "flag", "nothing", "large", "list", "pair", "struct")} == {
        "i8": 1, "u64": 2**64 - 1, "half": 1.5, "flag": True, "nothing": None, "large": "a", "list": ["a", None],
        "pair": [1.0, 2.0], "struct": {"a": 1, "b": [{"c": "x"}]},
    }  # fmt: skip
    assert {name: first[name] for name in ("nan", "decimal", "day", "zoned", "exact", "took", "bytes", "map", "kind")} == {
        "nan": None, "decimal": "1.10", "day": "2024-05-01", "zoned": "2024-05-01T14:30:15.123456+02:00",
        "exact": "2024-05-01T12:30:15.123456", "took": "2 days, 0:00:03", "bytes": "/wA=", "map": [["k", 1]],
        "kind": "x",
    }  # fmt: skip


def test_times_are_the_same_without_pandas(tmp_path: Path) -> None:
    put(tmp_path, {"a.parquet": as_parquet(TABLE)})
    code = f"""
import sys
class Without:
    def find_spec(self, name, *_):
        if name == "pandas":
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Without())
import dedup
config = dedup.Config(format="jsonl", date_field="exact")
dedup.clean({str(tmp_path / "a.parquet")!r}, {str(tmp_path / "without")!r}, config=config)
"""
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)
    pytest.importorskip("pandas")  # what pyarrow gives times as, where it is there
    dedup.clean(tmp_path / "a.parquet", tmp_path / "with", config=Config(format="jsonl", date_field="exact"))

    for name in ("clean.jsonl", "removed.jsonl"):
        assert (tmp_path / "with" / name).read_bytes() == (tmp_path / "without" / name).read_bytes()


@pytest.mark.parametrize("format_", ["jsonl", "jsonl.gz"])
@pytest.mark.parametrize("keep_chrome", [False, True])
def test_a_record_stays_as_it_came_but_for_its_text(tmp_path: Path, format_: str, *, keep_chrome: bool) -> None:
    more = b'"n": 1e5,  "big": 123456789012345678901234567890, "e": "\\u00e9\\/", "n": 2, "row": [0, 1], "z":{"b":1,"a":[]}'
    text = orjson.dumps(article(2) + "\n\n" + article(5) + "\n\n" + article(6))
    loses, stays = orjson.dumps(article(3) + "\n\n" + article(2)), orjson.dumps(article(3))
    lines = [b'{"id": "a", "text": %s, %s}', b'{%s ,"text":%s,"id":"b"}']
    put(tmp_path, {"a.jsonl": lines[0] % (text, more) + b"\r\n" + lines[1] % (more, loses) + b"\n"})

    result = dedup.clean(tmp_path / "a.jsonl", tmp_path / "out", config=Config(format=format_, keep_chrome=keep_chrome))

    written = (tmp_path / "out" / f"clean.{format_}").read_bytes()
    written = gzip.decompress(written) if format_ == "jsonl.gz" else written
    wanted = orjson.dumps(article(3) + "\n\n")
    first, second = written.splitlines()
    assert first == lines[0] % (text, more)
    assert second in (lines[1] % (more, stays), lines[1] % (more, wanted))
    assert [each["id"] for each in result.restore()] == ["a", "b"]


def test_a_record_that_names_a_row_is_no_row_of_a_table(tmp_path: Path) -> None:
    records: list[dict[str, Any]] = [
        {"id": "a", "text": article(1), "row": [0, 0]},
        {"id": "b", "text": article(2), "row": 5},
    ]
    put(tmp_path / "in", {"a.jsonl": as_jsonl(records), "b.parquet": as_parquet(pa.table({"text": [article(3)]}))})

    for format_ in ("jsonl", "parquet", "csv"):
        found = cleaned(tmp_path / "in", format=format_)

        assert sorted(found.texts.values()) == sorted(article(n) for n in (1, 2, 3))
        assert found.texts["b.parquet:1"] == article(3)


@pytest.mark.parametrize("format_", ["jsonl", "parquet", "arrow", "csv"])
@pytest.mark.parametrize("name", ["a.jsonl", "a.parquet"])
def test_provenance_tells_what_each_document_lost(name: str, format_: str, tmp_path: Path) -> None:
    put(tmp_path / "in", {name: RECORDS[name](DOCUMENTS)})
    folder = tmp_path / "out"

    for inputs in (tmp_path / "in", tmp_path / "again"):
        result = dedup.clean(inputs, folder, config=Config(format=format_, provenance=True))

        told = {}
        for each in result.documents():
            known = orjson.loads(each["dedup"]) if format_ == "csv" else each["dedup"]
            told[each["id"]] = [tuple(span.values()) for span in known["removed"]]
        removed = [each for each in result.removed() if each["id"] in told]
        assert [span for spans in told.values() for span in spans] == [
            (each["start"], each["end"], each["reason"], each["kind"], each["keeper"]["id"], each["similarity"])
            for each in removed
        ]
        assert len(removed) == (1 if inputs == tmp_path / "in" else 0)
        # What came out, with its field `dedup`, goes in again.
        put(tmp_path / "again", {f"b.{format_}": (folder / f"clean.{format_}").read_bytes()})
        folder = tmp_path / "out2"


# ── names of fields ─────────────────────────────────────────────────────────────────────────────────────────────────

LATE, EARLY = "2024-05-02T10:00:00Z", "2024-05-01T10:00:00Z"
SCHEMAS: dict[str, Callable[[str, str, str], dict[str, Any]]] = {
    "datatrove": lambda id_, text, date: {"text": text, "id": id_, "media": [], "metadata": {"url": URL, "date": date}},
    "dolma": lambda id_, text, date: {
        "id": id_, "text": text, "source": "mill", "added": date, "created": date, "metadata": {"url": URL, "n": 1}
    },
    "FineWeb": lambda id_, text, date: {
        "text": text, "id": f"<urn:uuid:{id_}>", "dump": "CC-2024-10", "url": URL, "date": date, "file_path": "s3://x",
        "language": "en", "language_score": 0.97, "token_count": 12,
    },
    "C4": lambda _, text, date: {"text": text, "timestamp": date, "url": URL},
    "RedPajama": lambda _, text, date: {
        "text": text, "meta": {"timestamp": date, "url": URL, "language": "en", "source": "cc/2023-06"}
    },
    "RedPajama 2": lambda id_, text, date: {
        "raw_content": text, "doc_id": id_, "url": URL, "date_download": date, "digest": "sha1:x", "length": 1
    },
    "OSCAR": lambda id_, text, date: {
        "content": text, "warc_headers": {"warc-record-id": id_, "warc-target-uri": URL, "warc-date": date},
        "metadata": {"identification": {"label": "en", "prob": 0.9}, "sentence_identifications": [{"label": "en"}]},
    },
    "WET": lambda id_, text, date: {"WARC-Record-ID": id_, "WARC-Target-URI": URL, "WARC-Date": date, "text": text},
}  # fmt: skip
URL = "https://news.mill.example/a?b=1"
NO_ID = ("C4", "RedPajama")


@pytest.mark.parametrize("settings", [{}, {"keep_chrome": True}, {"keep_chrome": True, "unit": "document"}])
@pytest.mark.parametrize("name", ["a.jsonl", "a.parquet"])
@pytest.mark.parametrize("schema", SCHEMAS)
def test_records_as_data_sets_have_them(schema: str, name: str, settings: dict[str, Any], tmp_path: Path) -> None:
    shape = SCHEMAS[schema]
    late, early = shape("late", article(1) + "\n\n" + "All of it.", LATE), shape("z-early", article(1), EARLY)
    if settings.get("unit"):
        late = shape("late", article(1), LATE)
    put(tmp_path / "in", {name: RECORDS[name]([late, early])})

    result = dedup.clean(tmp_path / "in", tmp_path / "out", config=Config(**settings))

    ids = {each["id"] for each in result.sources()}
    assert all(("late" in id_) or ("early" in id_) for id_ in ids) or schema in NO_ID
    said = {each["date"]: each.get("site") for each in result.sources()}
    assert said == dict.fromkeys((LATE, EARLY), "mill.example")
    (*_, kept) = documents = list(result.documents())
    body = next(field for field in ("text", "content", "raw_content") if field in early)
    assert kept[body] == article(1), "the earliest stays whole"
    assert len(documents) == (1 if settings.get("unit") else 2)
    added = {field: value for field, value in kept.items() if field not in early}
    assert set(added) <= {"id", "site"}
    assert {field: kept[field] for field in early} == early, "no other field is touched"
    assert list(kept)[-len(added) :] == ["site"] if "site" in added else True
    assert all(each["keeper"]["id"] == str(kept.get("id", each["keeper"]["id"])) for each in result.removed())
    restored = [each["text"] for each in result.restore()]
    assert restored == [late[body], early[body]]


def test_fields_by_name(tmp_path: Path) -> None:
    records: list[dict[str, Any]] = [
        {"key": 7, "story": article(1), "meta": {"link": URL, "when": LATE}, "text": "no"},
        {"key": 8, "story": article(1) + "\n\nMore.", "meta": {"link": URL, "when": EARLY}, "text": "no"},
        {"key": None, "story": article(2), "meta": {"link": URL, "when": EARLY}, "text": "no"},
    ]
    settings: dict[str, Any] = {
        "text_field": "story",
        "id_field": "key",
        "url_field": "meta.link",
        "date_field": "meta.when",
    }
    for name in ("a.jsonl", "a.parquet"):
        found = cleaned(put(tmp_path / name, {name: RECORDS[name](records)}), **settings)

        kept = {each["key"]: each["story"] for each in found.documents}
        if name == "a.jsonl":
            assert kept == {8: article(1) + "\n\nMore.", "a.jsonl:3": article(2)}
            assert found.restored["a.jsonl:3"] == article(2)
        else:
            assert kept == {8: article(1) + "\n\nMore."}
            assert found.failures == {"a.parquet:3": "its key is null, where others have int64"}
        assert {each["text"] for each in found.documents} == {"no"}


@pytest.mark.parametrize("format_", ["auto", "csv", "markdown"])
@pytest.mark.parametrize("name", ["a.jsonl", "a.parquet", "a.csv"])
def test_ids_that_are_missing_are_put_in(name: str, format_: str, tmp_path: Path) -> None:
    cases: dict[str, tuple[list[dict[str, Any]], dict[str, Any]]] = {
        "none": ([{"text": article(1)}, {"text": article(2)}], {}),
        "some": ([{"id": "a", "text": article(1)}, {"id": "", "text": article(2)}], {}),
        "named": ([{"text": article(1), "k": "a"}, {"text": article(2), "k": ""}], {"id_field": "k"}),
        "named, none": ([{"text": article(1)}, {"text": article(2)}], {"id_field": "k"}),
        "null": ([{"id": "a", "text": article(1)}, {"id": None, "text": article(2)}], {}),
    }
    for case, (records, settings) in cases.items():
        folder = put(tmp_path / case, {name: RECORDS[name](records)})
        number = 2 if name != "a.csv" else records[0]["text"].count("\n") + 3

        found = cleaned(folder, format=format_, **settings)

        assert found.failures == {}
        assert f"{name}:{number}" in found.texts, case
        assert sorted(found.texts.values()) == sorted([article(1), article(2)])
        assert sorted(found.restored) == sorted(found.texts)
        if format_ != "markdown":
            assert all(each[settings.get("id_field", "id")] for each in found.documents)


# ── from one format to another, and streams ─────────────────────────────────────────────────────────────────────────


def test_json_becomes_columns_of_its_types(tmp_path: Path) -> None:
    records = [
        {"id": "a", "text": article(1), "n": 1, "f": 1, "s": "x", "l": [1, 2], "o": {"a": 1}, "m": 1, "b": True},
        {"id": "b", "text": article(2), "n": 2, "f": 1.5, "l": [], "o": None, "m": "x", "late": "y", "u": 2**63},
    ]
    put(tmp_path / "in", {"a.jsonl": as_jsonl(records)})

    dedup.clean(tmp_path / "in", tmp_path / "out", config=Config(format="parquet"))

    table = pq.read_table(tmp_path / "out" / "clean.parquet")
    assert {field.name: str(field.type) for field in table.schema} == {
        "id": "string", "text": "string", "n": "int64", "f": "double", "s": "string", "l": "list<element: int64>",
        "o": "string", "m": "string", "b": "bool", "late": "string", "u": "string",
    }  # fmt: skip
    assert table.to_pylist()[1] == {**records[1], "s": None, "b": None, "m": "x", "u": "9223372036854775808"}
    assert table.to_pylist()[0]["o"] == '{"a":1}'


def test_data_frames_and_readers_take_what_is_written(tmp_path: Path) -> None:
    pd, pl = pytest.importorskip("pandas"), pytest.importorskip("polars")
    frame = pl.DataFrame({"id": ["a", "b", "c"], "text": [article(1), article(2), article(1)], "n": [1, 2, 3]})
    frame.write_parquet(tmp_path / "a.parquet")
    frame.write_ipc(tmp_path / "a.arrow")
    frame.to_pandas().set_index(pd.Index([5, 9, 6], name="at")).to_parquet(tmp_path / "b.parquet")

    for name in ("a.parquet", "a.arrow", "b.parquet"):
        dedup.clean(tmp_path / name, tmp_path / "out")
        path = tmp_path / "out" / f"clean{Path(name).suffix}"
        found = pl.read_ipc(path) if name == "a.arrow" else pl.read_parquet(path)
        assert found.select(frame.columns).equals(frame[:2]), name
        if name == "b.parquet":
            assert pd.read_parquet(path).index.tolist() == [5, 9]


def dedup_of(stdin: bytes, *arguments: str | Path) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "dedup", "clean", "-q", "-j", "1", *map(str, arguments)],
        input=stdin, capture_output=True, check=False, cwd=ROOT,
    )  # fmt: skip


@pytest.mark.parametrize("kind", ["jsonl", "csv", "tsv", "text"])
def test_standard_input_in_a_format(kind: str, tmp_path: Path, wanted: Any) -> None:
    stdin = article(1).encode() if kind == "text" else RECORDS[f"a.{kind}"](DOCUMENTS)

    run = dedup_of(stdin, "-", "--input-format", kind, "-o", tmp_path / "out")

    assert (run.returncode, run.stderr) == (0, b"")
    result = dedup.Result(tmp_path / "out")
    assert dict(result.texts()) == ({"stdin": article(1)} if kind == "text" else wanted.texts)
    assert result.summary["output"] == f"clean.{'jsonl' if kind == 'text' else kind}"


def test_a_table_to_standard_output(tmp_path: Path, wanted: Any) -> None:
    put(tmp_path, {"a.parquet": as_parquet(pa.Table.from_pylist(DOCUMENTS))})

    run = dedup_of(b"", tmp_path / "a.parquet", "-o", "-")

    assert run.returncode == 0
    assert {each["id"]: each["text"] for each in map(orjson.loads, run.stdout.splitlines())} == wanted.texts


def test_standard_output_is_what_would_be_written() -> None:
    line = b'{"id":"a","n":123456789012345678901234567890,"x": 1e5,"text":%s}\n' % orjson.dumps(article(1))

    assert dedup_of(line, "-", "-o", "-").stdout == line


def test_a_table_is_not_read_from_standard_input() -> None:
    run = dedup_of(b"", "-", "--input-format", "parquet", "-o", "-")

    assert (run.returncode, b"is read from files, not from standard input" in run.stderr) == (2, True)


# ── for all ─────────────────────────────────────────────────────────────────────────────────────────────────────────

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


@given(
    rows=st.lists(st.tuples(TEXTS, TEXTS, st.sampled_from(['"', ",", "\t", "\r", "\n", "\r\n", " ", ""])), max_size=6)
)
def test_cells_are_read_as_they_were_written(rows: list[tuple[str, str, str]]) -> None:
    records = [{"id": a, "te,xt": b + c + a, "n": c} for a, b, c in rows]
    names = ["id", "te,xt", "n"]
    for kind in ("csv", "tsv"):
        written = cells.head(names, kind) + b"".join(cells.as_row(each, names, kind).line for each in records)

        assert list(cells.records(io.BytesIO(written), kind)) == records


@given(texts=st.lists(st.text(max_size=200), max_size=30), limit=st.integers(0, 4_000), as_codes=st.booleans())
def test_pieces_of_rows_are_small_and_together_all_of_them(texts: list[str], limit: int, as_codes: bool) -> None:
    column = pa.array(texts, pa.string())
    batch = pa.record_batch({"text": column.dictionary_encode() if as_codes else column, "n": list(range(len(texts)))})

    found = list(tables.pieces(batch, limit))

    assert pa.Table.from_batches(found).to_pylist() == batch.to_pylist()
    assert all(each.num_rows <= 1 or tables.size(each) <= limit // 16 for each in found) or not limit
