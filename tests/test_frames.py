"""Data frames in and out, with the real libraries: rows, types and order come back; what cannot be read is told."""

from __future__ import annotations

import datetime
import subprocess
import sys
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.dataset
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dedup
from dedup import Config, InputError, OutputError, SettingError
from tests.conftest import ROOT
from tests.material import prose

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SAMPLE = prose(1)
TEXTS = [prose(2) + "\n\n" + SAMPLE, prose(3), SAMPLE, prose(4) + "\n\n" + SAMPLE, None, prose(5)]
STAYS = [0, 1, 3, 5]
"""The rows that something stays of: of the third nothing is left, the fifth has no text."""
ZONE = datetime.timezone(datetime.timedelta(hours=2))
TABLE = pa.table(
    {
        "id": pa.array([10, 11, 12, 13, 14, 15], pa.int32()),
        "text": TEXTS,
        "kind": pa.array(["a", "b", None, "a", "c", "b"]).dictionary_encode(),
        "at": pa.array(
            [datetime.datetime(2024, 1, n, 12, tzinfo=ZONE) for n in range(1, 7)], pa.timestamp("us", "+02:00")
        ),
        "day": pa.array([datetime.date(2024, 2, n) for n in range(1, 7)]),
        "price": pa.array([Decimal(f"{n}.25") for n in range(6)], pa.decimal128(12, 2)),
        "tags": pa.array([["x"], [], None, ["y", None], ["z"], ["x", "y"]], pa.list_(pa.string())),
        "meta": pa.array([{"n": n, "deep": {"s": str(n)}} for n in range(6)]),
        "raw": pa.array([bytes([n, 255]) for n in range(6)], pa.binary()),
        "half": pa.array([n / 2 for n in range(6)], pa.float32()),
        "flag": pa.array([True, None, False, True, False, None]),
        "none": pa.nulls(6),
    }
)


def stays(table: pa.Table) -> pa.Table:
    """What should come back of the table above, whatever library had it."""
    return table.take(list(STAYS)).drop_columns(["text"])


def same(result: Any, table: pa.Table) -> None:
    found = pa.table(result)
    assert found.column_names == table.column_names
    assert found.drop_columns(["text"]).schema.types == table.drop_columns(["text"]).schema.types
    assert found.drop_columns(["text"]).to_pydict() == stays(table).to_pydict()
    assert [text.strip() for text in found["text"].to_pylist()] == [TEXTS[0], TEXTS[1], prose(4), TEXTS[5]]


# ── in and out ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "given",
    [
        lambda: TABLE,
        lambda: TABLE.combine_chunks().to_batches()[0],
        lambda: TABLE.to_reader(2),
        lambda: pa.dataset.dataset(TABLE),
        lambda: pa.dataset.dataset(TABLE).scanner(),
        lambda: pa.concat_tables([TABLE.slice(0, 2), TABLE.slice(2)]),
    ],
    ids=["table", "batch", "reader", "dataset", "scanner", "chunks"],
)
def test_arrow(given: Callable[[], Any]) -> None:
    same(dedup.clean(given()), TABLE)


def test_columns_of_other_dictionaries_in_every_chunk() -> None:
    parts = [TABLE.slice(at, 2).drop_columns(["kind"]) for at in (0, 2, 4)]
    chunked = pa.concat_tables(
        part.append_column("kind", pa.array([f"{at}", "x"]).dictionary_encode()) for at, part in enumerate(parts)
    )

    assert pa.table(dedup.clean(chunked))["kind"].to_pylist() == ["0", "x", "x", "x"]


def test_files_of_other_dictionaries(tmp_path: Path) -> None:
    for name, kind in (("a", "x"), ("b", "y")):
        rows = pa.table({"id": [name], "text": [prose(ord(name))], "kind": pa.array([kind]).dictionary_encode()})
        with pa.ipc.new_file(tmp_path / f"{name}.arrow", rows.schema) as writer:
            writer.write_table(rows)

    result = dedup.clean(tmp_path)

    assert result.summary["output"] == "clean.arrow"
    assert pa.table(result)["kind"].to_pylist() == ["x", "y"]


VIEWS = {
    "a list": (pa.array([["a"], None], pa.list_(pa.string_view())), pa.list_(pa.large_string())),
    "a list of one": (pa.array([["a"], None], pa.list_(pa.string_view(), 1)), pa.list_(pa.large_string(), 1)),
    "a map": (pa.array([[("a", "b")], None], pa.map_(pa.string(), pa.string_view())),
              pa.map_(pa.string(), pa.large_string())),
    "a struct": (pa.array([{"a": "b"}, None], pa.struct({"a": pa.string_view()})), pa.struct({"a": pa.large_string()})),
    "bytes": (pa.array([b"a", None], pa.binary_view()), pa.large_binary()),
    "runs": (pa.RunEndEncodedArray.from_arrays([1, 2], ["a", None]), pa.string()),
}  # fmt: skip


@pytest.mark.parametrize("name", VIEWS)
def test_columns_that_arrow_takes_no_rows_of(name: str) -> None:
    column, kind = VIEWS[name]
    table = pa.table({"id": ["a", "b"], "text": pa.array([SAMPLE, prose(2)], pa.string_view()), "more": column})

    back = pa.table(dedup.clean(table))

    assert back.schema.field("more").type == kind
    assert back["more"].to_pylist() == column.to_pylist()
    assert back["text"].to_pylist() == [SAMPLE, prose(2)]


def test_pandas() -> None:
    pd = pytest.importorskip("pandas", minversion="2.2")
    frame = pd.DataFrame({"id": ["a", "b", "c"], "text": [SAMPLE, prose(2), SAMPLE.upper()]})
    frame["kind"] = pd.Categorical(["x", "y", "x"])
    frame["at"] = pd.to_datetime(["2024-01-01", "2024-01-02", "2024-01-03"]).tz_localize("Europe/Berlin")
    frame["count"] = pd.array([1, None, 3], dtype="Int64")

    result = dedup.clean(frame)

    back = pa.table(result).to_pandas(types_mapper={pa.int64(): pd.Int64Dtype()}.get)
    pd.testing.assert_frame_equal(back, frame[:2], check_dtype=False)
    assert str(back.dtypes["kind"]) == "category"
    assert back.dtypes["at"] == frame.dtypes["at"]
    if hasattr(pd.DataFrame, "from_arrow"):
        assert list(pd.DataFrame.from_arrow(result)["id"]) == ["a", "b"]


def test_the_index_of_pandas_goes_with_its_rows() -> None:
    pd = pytest.importorskip("pandas", minversion="2.2")
    frame = pd.DataFrame({"text": [SAMPLE, SAMPLE, prose(2)]}, index=pd.Index([7, 8, 9], name="key"))

    assert list(pa.table(dedup.clean(frame)).to_pandas().index) == [7, 9]


def test_polars() -> None:
    pl = pytest.importorskip("polars")
    frame = pl.DataFrame(TABLE.drop_columns(["none"])).with_columns(
        kind=pl.Series(list("abacab"), dtype=pl.Categorical)
    )

    back = pl.DataFrame(dedup.clean(frame))

    assert back.schema == frame.schema
    wanted = frame[STAYS].drop("text")
    assert back.drop("text").equals(wanted)
    assert back["text"][1] == TEXTS[1]


def test_a_lazy_frame_is_refused() -> None:
    pl = pytest.importorskip("polars")

    for read in (dedup.clean, lambda frame: pa.table(dedup.extract(frame)), dedup.near_duplicates):
        with pytest.raises(InputError, match=r"polars.LazyFrame: is not computed yet; give frame.collect\(\)"):
            read(pl.LazyFrame({"text": [SAMPLE]}))


def test_duckdb() -> None:
    duckdb = pytest.importorskip("duckdb")
    rows = TABLE.select(["id", "text", "price", "tags", "meta", "half"])
    relation = duckdb.from_arrow(rows)

    result = dedup.clean(relation)

    assert duckdb.sql("select sum(price), count(*) from result").fetchall() == [(Decimal("10.00"), 4)]
    assert duckdb.sql("from result").fetchall()[1][0] == 11
    assert pa.table(result).drop_columns(["text"]).to_pydict() == stays(rows).to_pydict()


def test_data_sets_of_hugging_face() -> None:
    datasets = pytest.importorskip("datasets")
    features = datasets.Features({"text": datasets.Value("string"), "label": datasets.ClassLabel(names=["no", "yes"])})
    data = datasets.Dataset.from_dict({"text": TEXTS, "label": [0, 1, 0, 1, 0, 1]}, features=features)

    back = datasets.Dataset(pa.table(dedup.clean(data)))

    assert back["label"][:] == [0, 1, 1, 1]
    assert back.features["label"] == features["label"]
    assert back["id"][0] == "input:1"
    shuffled = data.select([5, 1, 0])
    assert list(pa.table(dedup.clean(shuffled))["label"].to_pylist()) == [1, 1, 0]
    streamed = data.to_iterable_dataset().filter(lambda row: row["label"] == 1)
    assert pa.table(dedup.clean(streamed))["label"].to_pylist() == [1, 1, 1]
    with pytest.raises(InputError, match=r"datasets.DatasetDict: is several; give one: \['train'\], \['test'\]"):
        dedup.clean(datasets.DatasetDict(train=data, test=data))
    with pytest.raises(InputError, match="there is no row in it"):
        dedup.clean(data.select([]))


@pytest.mark.parametrize("shard_size", [0, 1])
def test_hugging_face_loads_what_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shard_size: int) -> None:
    datasets = pytest.importorskip("datasets")
    monkeypatch.setattr(datasets.config, "HF_DATASETS_OFFLINE", True)
    rows = [{"id": str(n), "text": prose(n, 120), "n": n} for n in range(2_500)]
    config = Config(format="parquet", shard_size=shard_size, keep_duplicates=True)

    dedup.clean(rows, tmp_path / "out", config=config)

    files = sorted(map(str, (tmp_path / "out").rglob("*.parquet")))
    assert len(files) > 1 if shard_size else len(files) == 1
    loaded = datasets.load_dataset("parquet", data_files=files, split="train", cache_dir=str(tmp_path / "cache"))
    assert loaded.column_names == ["id", "text", "n"]
    assert loaded["n"][:] == list(range(2_500))
    assert loaded[7]["text"] == rows[7]["text"]


# ── what is given back ──────────────────────────────────────────────────────────────────────────────────────────────

RECORDS = [
    {"id": "a", "text": prose(1), "n": 1, "meta": {"deep": [1, 2]}, "tags": ["x"]},
    {"id": "b", "text": prose(2), "n": 2.5, "title": "The mill"},
]


@pytest.mark.parametrize(
    ("format_", "wanted"),
    [
        ("jsonl", ["1.0", "2.5"]), ("jsonl.gz", ["1.0", "2.5"]), ("parquet", ["1.0", "2.5"]),
        ("arrow", ["1.0", "2.5"]), ("csv", ["1", "2.5"]), ("tsv.zst", ["1", "2.5"]), ("markdown", None),
        ("text", None),
    ],
)  # fmt: skip
@pytest.mark.parametrize("shard_size", [0, 1])
def test_whatever_was_written_comes_back_as_columns(format_: str, wanted: list[str] | None, shard_size: int) -> None:
    result = dedup.clean(RECORDS, config=Config(format=format_, shard_size=shard_size))

    table = pa.table(result)

    assert table["id"].to_pylist() == ["a", "b"]
    assert table["text"].to_pylist() == [prose(1), prose(2)]
    if wanted:
        assert [str(each) for each in table["n"].to_pylist()] == wanted
        assert table["title"].to_pylist() in ([None, "The mill"], ["", "The mill"])
        assert table["meta"].to_pylist()[0] == '{"deep":[1,2]}'


@pytest.mark.parametrize("format_", ["jsonl", "parquet", "csv"])
def test_a_field_that_is_called_row(format_: str) -> None:
    records: list[dict[str, Any]] = [
        {"id": "a", "text": SAMPLE, "row": 5},
        {"id": "b", "text": prose(2), "row": [1, 2]},
    ]

    table = pa.table(dedup.clean(records, config=Config(format=format_)))

    assert table["row"].to_pylist() == ["5", "[1,2]"]
    assert table["text"].to_pylist() == [SAMPLE, prose(2)]


def test_a_folder_lasts_as_long_as_its_rows_are_read() -> None:
    rows = pa.RecordBatchReader.from_stream(dedup.clean(TABLE))  # nothing else holds the result

    assert rows.read_all().num_rows == len(STAYS)


def test_what_has_no_documents_gives_no_rows(tmp_path: Path) -> None:
    html = b"<html><body><footer>All rights reserved.</footer></body></html>"
    (tmp_path / "a.html").write_bytes(html)

    table = pa.table(dedup.clean(tmp_path))

    assert table.num_rows == 0
    assert {"id", "text"} <= set(table.column_names)
    with pytest.raises(OutputError, match="holds attributes"):
        pa.table(dedup.clean(RECORDS, config=Config(emit="attributes")))


def test_a_schema_that_is_asked_for() -> None:
    schema = pa.schema([("id", pa.large_string()), ("text", pa.large_string())])
    result = dedup.clean([{"id": "a", "text": SAMPLE}])

    rows = pa.RecordBatchReader.from_stream(result, schema=schema)

    assert rows.read_all().schema.types == [pa.large_string(), pa.large_string()]


@given(st.lists(st.tuples(st.sampled_from([*TEXTS, "", "short"]), st.integers() | st.none()), min_size=1, max_size=15))
@settings(max_examples=20)
def test_a_row_that_stays_is_the_row_that_came(rows: list[tuple[str | None, int | None]]) -> None:
    """Of fewer rows than the safety stop takes for a corpus."""
    values = [None if n is None else n % 2**63 for _, n in rows]
    table = pa.table({"at": range(len(rows)), "text": pa.array([t for t, _ in rows], pa.string()), "n": values})
    if not any(text for text, _ in rows):
        with pytest.raises(InputError):
            dedup.clean(table)
        return

    back = pa.table(dedup.clean(table))

    for at, n in zip(back["at"].to_pylist(), back["n"].to_pylist(), strict=True):
        assert n == values[at]


# ── what cannot be read ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (pa.table({"a": [1], "b": ["x"]}), "has no text: its columns are 'a', 'b'"),
        (pa.table({"text": pa.array([], pa.string())}), "there is no row in it"),
        (pa.table([["x"], ["y"]], ["text", "text"]), "pyarrow.Table: has the column 'text' twice"),
        (pa.table({"text": [1, 2]}), "its column text holds no text but int64"),
        (pa.chunked_array([["x"]]), "pyarrow.ChunkedArray: "),
        (pa.array(["x"]), "pyarrow.StringArray: is no table"),
        ({"id": "a", "text": "x"}, "put it in a list"),
        ([TABLE, "news.jsonl"], "give a frame alone, not in a list"),
        (["news.jsonl", TABLE], "paths or documents, not both"),
    ],
)
def test_what_cannot_be_read_is_told(given: Any, said: str) -> None:
    with pytest.raises(InputError) as caught:
        dedup.clean(given)

    assert said in str(caught.value)


def test_frames_of_pandas_that_are_no_tables() -> None:
    pd = pytest.importorskip("pandas", minversion="2.2")
    mixed = pd.DataFrame({"id": [1, "a", None], "text": ["x", "y", "z"]})
    twice = pd.DataFrame([["x", "y"]], columns=["text", "text"])

    with pytest.raises(InputError, match=r"pandas.DataFrame: cannot be read as a table: .*column id"):
        dedup.clean(mixed)
    with pytest.raises(InputError, match=r"pandas.DataFrame: .*text"):
        dedup.clean(twice)
    with pytest.raises(InputError, match=r"pandas.Series: "):
        dedup.clean(pd.Series(["x"]))


def test_texts_of_few_values() -> None:
    """As Polars has them: numbers of views."""
    pl = pytest.importorskip("polars")
    frame = pl.DataFrame({"text": pl.Series([SAMPLE, prose(2), SAMPLE], dtype=pl.Categorical)})

    assert pa.table(dedup.clean(frame))["text"].to_pylist() == [SAMPLE, prose(2)]


def test_a_format_is_of_files() -> None:
    with pytest.raises(SettingError, match="input_format = 'csv': is of files, and no frame has one"):
        dedup.clean(TABLE, config=Config(input_format="csv"))


def test_a_frame_of_a_library_that_is_too_old() -> None:
    old = type("DataFrame", (list,), {"__module__": "pandas.core.frame"})(["text"])

    with pytest.raises(
        InputError, match=r"pandas.DataFrame: is no table that gives an Arrow stream \(those of pandas do from 2.2 on"
    ):
        dedup.clean(old)


def test_ids_that_are_missing() -> None:
    texts = [prose(1), prose(2), prose(3)]
    named = dedup.clean(pa.table({"id": ["a", None, ""], "text": texts}))
    numbered = dedup.clean(pa.table({"id": [1, None, 3], "text": texts}))

    assert [each["id"] for each in named.sources()] == ["a", "input:2", "input:3"]
    assert pa.table(numbered)["id"].to_pylist() == [1, 3]
    assert [(each.id, each.why) for each in numbered.failures] == [
        ("input:2", "its id is null, where others have int64")
    ]


def test_no_library_is_imported_for_it() -> None:
    """But pandas, which PyArrow itself looks for."""
    code = (
        "import sys, pyarrow as pa, dedup; t = pa.table({'text': ['The mill closed in May.', None]});"
        "pa.table(dedup.clean(t)); pa.table(dedup.extract(t)); list(dedup.near_duplicates(t));"
        "print(*sorted({'polars', 'duckdb', 'datasets'} & set(sys.modules)))"
    )

    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)

    assert found.stdout.split() == []


# ── near duplicates ─────────────────────────────────────────────────────────────────────────────────────────────────


NEAR = [*TEXTS, prose(3)]


def columns() -> list[Any]:
    table = pa.table({"text": NEAR, "n": range(len(NEAR))})
    frames: list[Any] = [
        table, table["text"], table["text"].combine_chunks(), table.to_pylist(), table.rename_columns(["content", "n"]),
    ]  # fmt: skip
    for library in ("pandas", "polars"):
        try:
            module = __import__(library)
        except ImportError:
            continue
        frames += [module.DataFrame({"text": NEAR}), module.Series(NEAR)]
    return frames


@pytest.mark.parametrize("unit", ["passage", "document"])
def test_near_duplicates_of_frames_columns_and_mappings(unit: str) -> None:
    wanted = list(dedup.near_duplicates([text or "" for text in NEAR], unit=unit, threshold=0.5))

    assert wanted
    for frame in columns():
        assert list(dedup.near_duplicates(frame, unit=unit, threshold=0.5)) == wanted, type(frame)


def test_near_duplicates_of_another_column() -> None:
    table = pa.table({"id": [1, 2], "body": [SAMPLE, SAMPLE]})

    assert len(list(dedup.near_duplicates(table, text_field="body"))) == 1
    with pytest.raises(InputError, match="has no text: its columns are id, body; text_field names another"):
        dedup.near_duplicates(table)
    with pytest.raises(InputError, match="number 1: has no text: its fields are body"):
        list(dedup.near_duplicates([{"text": SAMPLE}, {"body": SAMPLE}]))
    with pytest.raises(InputError, match="put it in a list"):
        dedup.near_duplicates({"text": SAMPLE})


# ── extract ─────────────────────────────────────────────────────────────────────────────────────────────────────────

PAGE = f"<html><body><nav><a href='/'>Home</a></nav><article><p>{prose(1)}</p><p>{prose(2)}</p></article></body></html>"


def test_the_articles_of_a_frame_of_pages() -> None:
    table = pa.table({"n": [1, 2, 3], "html": [PAGE, None, "  "]})

    found = pa.table(dedup.extract(table))

    assert found.column_names == ["n", "html", "text"]
    assert found.select(["n", "html"]).equals(table)
    assert found["text"].to_pylist() == [f"{prose(1)}\n\n{prose(2)}", None, None]


def test_what_is_extracted_is_what_clean_leaves() -> None:
    pages = [path.read_bytes().decode() for path in sorted((ROOT / "seeds" / "harbour-gazette").rglob("*.html"))][:3]
    found = pa.table(dedup.extract(pa.table({"html": pages})))["text"].to_pylist()

    assert pages
    assert all(found)
    assert [extracted(page) for page in pages] == found


def extracted(page: str) -> str:
    document = dedup.extract(page)
    return "\n\n".join(document.text[block.start : block.end] for block in document.blocks if block.main)


def test_pages_in_a_column_of_texts_and_texts_as_they_are() -> None:
    pl = pytest.importorskip("polars")
    frame = pl.DataFrame({"text": [PAGE, "Just a text."], "n": [1, 2]})

    as_pages = pl.DataFrame(dedup.extract(frame, format="html"))
    as_texts = pl.DataFrame(dedup.extract(frame))

    assert as_pages["text"][0] == f"{prose(1)}\n\n{prose(2)}"
    assert as_pages.columns == ["text", "n"]
    assert as_texts.equals(frame)
    with pytest.raises(InputError, match="has no text: its columns are 'n'"):
        pa.table(dedup.extract(pa.table({"n": [1]})))
