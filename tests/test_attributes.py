"""Span attributes: what `dedup clean` would delete, for dolma's mixer, in files that lie beside those of the inputs."""

from __future__ import annotations

import gzip
from importlib.machinery import EXTENSION_SUFFIXES
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any
from unittest.mock import patch

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

import dedup
from dedup import Config, OutputError, SettingError, lines
from dedup.attributes import GONE
from dedup.cli import main
from tests.conftest import ROOT
from tests.material import article, prose

SAMPLE = prose(1)
FOOTER = "© 2024 The Harbour Herald 😀. All rights reserved."


def record(**fields: Any) -> bytes:
    return orjson.dumps(fields)


def said(number: int) -> str:
    return f"{article(number, 2)}\n\n{SAMPLE if number % 2 else prose(50 + number)}\n\n{FOOTER}"


RECORDS = [record(id=f"{n}", text=said(n), url=f"https://herald.example/{n}") for n in range(5)]
LINES = [
    *RECORDS,
    b"",
    record(id="6", text=SAMPLE),  # nothing stays of it
    b'{"id": "7", "text": ',
    record(id="0", text="Another of this id."),
    record(text="It has no id, but Grüße 😀."),
    record(id=12, text=SAMPLE + " Zwölf Böcke 😀 tranken dort."),
    record(id="13", text=5),
    record(id=None, text="Without one."),
    record(id="15", html="<html><body><article><p>" + prose(3) + "</p></article></body></html>"),
    record(id="16", text=said(1)),  # a whole copy
    b"   ",
]
CONFIGS = [
    Config(),
    Config(keep_chrome=True),
    Config(keep_chrome=True, unit="document"),
    Config(keep_duplicates=True),
    Config(within=True, min_words=5),
]


def rows(path: Path) -> list[dict[str, Any]]:
    content = path.read_bytes()
    return [orjson.loads(line) for line in (gzip.decompress(content) if path.suffix == ".gz" else content).splitlines()]


def applied(text: str, attributes: dict[str, list[list[Any]]]) -> str:
    """A text without the spans of its attributes."""
    for start, end, _ in sorted((span for spans in attributes.values() for span in spans), reverse=True):
        text = text[:start] + text[end:]
    return text


def both(folder: Path, content: bytes, config: Config = CONFIGS[0]) -> tuple[list[Any], list[Any]]:
    """The attributes of a file of JSONL, and its clean documents."""
    (folder / "in.jsonl").write_bytes(content)
    values = {name: getattr(config, name) for name in ("keep_chrome", "unit", "keep_duplicates", "within", "min_words")}
    marked = dedup.clean(folder / "in.jsonl", folder / "marked", config=Config(emit="attributes", **values))
    result = dedup.clean(folder / "in.jsonl", folder / "out", config=config)
    assert list(marked.removed()) == list(result.removed())
    assert marked.failures == result.failures
    return rows(folder / "marked" / "attributes" / "in.jsonl"), list(result.documents())


def check(content: bytes, marked: list[dict[str, Any]], clean: list[dict[str, Any]]) -> None:
    """The spans that are told are those that went, and of no other line anything is told."""
    texts = {str(each["id"]): each["text"] for each in clean}
    seen = set()
    for line, row in zip(content.split(b"\n"), marked, strict=True):
        known = orjson.loads(line) if line.startswith(b"{") and line.endswith(b"}") else {}
        if known.get("id") is not None:
            assert row["id"] == known["id"]
        id_ = str(row["id"])
        if id_ in seen or not isinstance(known.get("text"), str):
            assert row["attributes"] == {} or "html" in known
        elif GONE in row["attributes"]:
            assert id_ not in texts
            assert row["attributes"].pop(GONE) == [[0, len(known["text"]), 1.0]]
            assert applied(known["text"], row["attributes"]) == ""
        else:
            assert applied(known["text"], row["attributes"]) == texts[id_]
        seen.add(id_)


@pytest.mark.parametrize("config", CONFIGS, ids=lambda config: f"{config.unit}-{config.keep_chrome}-{config.min_words}")
def test_the_spans_are_what_clean_takes_out(tmp_path: Path, config: Config) -> None:
    content = b"\n".join(LINES)

    marked, clean = both(tmp_path, content, config)

    check(content, marked, clean)
    assert [row["id"] for row in marked[5:10]] == [None, "6", None, "0", "in.jsonl:10"]
    assert any(row["attributes"] for row in marked)


@given(st.lists(st.sampled_from(LINES), min_size=1), st.sampled_from(CONFIGS))
@settings(max_examples=25)
def test_any_lines(tmp_path_factory: pytest.TempPathFactory, chosen: list[bytes], config: Config) -> None:
    chosen = [RECORDS[0], *chosen, b'{"id": "last", "text": "The last."}']
    content = b"\n".join(chosen)

    check(content, *both(tmp_path_factory.mktemp("lines"), content, config))


def test_names_and_scores_of_spans(tmp_path: Path) -> None:
    marked, _ = both(tmp_path, b"\n".join([*RECORDS, record(id="x", text=SAMPLE)]))

    names = {name for row in marked for name in row["attributes"]}
    assert {"dedup__chrome__copyright", "dedup__duplicate__passage", GONE} <= names
    for row in marked:
        assert all(0.8 <= score <= 1.0 for spans in row["attributes"].values() for _, _, score in spans)


def test_both_ways_tell_the_same(tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_bytes(b"\n".join(LINES))
    config = Config(emit="attributes", keep_chrome=True)
    dedup.clean(tmp_path / "in.jsonl", tmp_path / "short", config=config)
    with patch.object(lines, "can_read", return_value=False):
        dedup.clean(tmp_path / "in.jsonl", tmp_path / "long", config=config)

    names = [path.relative_to(tmp_path / "short") for path in (tmp_path / "short").rglob("*") if path.is_file()]
    assert len(names) == 7
    for name in names:
        assert (tmp_path / "short" / name).read_bytes() == (tmp_path / "long" / name).read_bytes(), name


def test_files_lie_as_those_of_the_inputs(tmp_path: Path) -> None:
    source = tmp_path / "documents"
    for name, content in {
        "2019/a.jsonl.gz": gzip.compress(b"\n".join(RECORDS[:2])),
        "2019/none.jsonl": b"{\n\n[]\n",
        "2020/a.jsonl": RECORDS[2],
        "page.html": b"<html><body><article><p>" + prose(7).encode() + b"</p></article></body></html>",
        "b.csv": ("id,text\nc1," + prose(8) + "\nc2,\nc3," + prose(9) + "\n").encode(),
        "b.csv.jsonl": record(id="b", text="It has the name that the attributes of a table would have."),
        "empty.jsonl": b"",
    }.items():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_bytes(content)
    pq.write_table(pa.table({"id": [7, 8], "text": [prose(10), SAMPLE]}), source / "t.parquet")

    result = dedup.clean(source, tmp_path / "out", config=Config(emit="attributes"))

    made = {str(path.relative_to(tmp_path / "out")) for path in (tmp_path / "out").rglob("*") if path.is_file()}
    attributes = {name for name in made if name.startswith("attributes/")}
    assert attributes == {
        "attributes/2019/a.jsonl.gz", "attributes/2019/none.jsonl", "attributes/2020/a.jsonl",
        "attributes/page.html.jsonl", "attributes/b.csv.jsonl", "attributes/b.csv-.jsonl", "attributes/empty.jsonl",
        "attributes/t.parquet.jsonl",
    }  # fmt: skip
    assert made - attributes == {
        "manifest.json", "removed.jsonl", "sources.jsonl", "failures.jsonl", "report.html", "_SUCCESS"
    }  # fmt: skip
    assert attributes <= set(result.manifest["files"])
    sizes = {name: len(rows(tmp_path / "out" / name)) for name in attributes}
    assert sizes["attributes/2019/none.jsonl"] == 3
    assert sizes["attributes/empty.jsonl"] == 0
    assert [row["id"] for row in rows(tmp_path / "out" / "attributes/t.parquet.jsonl")] == ["7", "8"]
    assert [row["id"] for row in rows(tmp_path / "out" / "attributes/b.csv-.jsonl")] == ["b"]
    assert [row["id"] for row in rows(tmp_path / "out" / "attributes/b.csv.jsonl")] == ["c1", "c3"]


def test_documents_that_are_not_of_a_file(tmp_path: Path) -> None:
    records = [orjson.loads(line) for line in RECORDS]

    dedup.clean(records, tmp_path / "out", config=Config(emit="attributes"))

    marked = rows(tmp_path / "out" / "attributes" / "input.jsonl")
    assert [row["id"] for row in marked] == [each["id"] for each in records]
    assert all(row["attributes"] for row in marked)


def test_a_line_that_is_too_long_and_a_broken_file(tmp_path: Path) -> None:
    content = b"\n".join([RECORDS[0], record(id="long", text="a " * 5_000), record(id="z", text="Short.")])
    (tmp_path / "a.jsonl").write_bytes(content)
    (tmp_path / "b.jsonl.gz").write_bytes(gzip.compress(b"\n".join(RECORDS[1:4]))[:-9])
    config = Config(emit="attributes", max_bytes=5_000)

    result = dedup.clean([tmp_path / "a.jsonl", tmp_path / "b.jsonl.gz"], tmp_path / "out", config=config)

    assert [row["id"] for row in rows(tmp_path / "out/attributes/a.jsonl")] == ["0", None, "z"]
    read = {row["id"] for row in rows(tmp_path / "out/attributes/b.jsonl.gz")}
    assert {each["id"] for each in result.sources()} == {"0", "z"} | read


def test_one_folder_holds_what_the_last_run_wrote(tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_bytes(b"\n".join(RECORDS))
    marked = dedup.clean(tmp_path / "in.jsonl", tmp_path / "out", config=Config(emit="attributes"))
    assert not (tmp_path / "out" / "clean.jsonl").exists()
    with pytest.raises(OutputError, match="holds attributes"):
        list(marked.documents())

    dedup.clean(tmp_path / "in.jsonl", tmp_path / "out")

    assert (tmp_path / "out" / "clean.jsonl").exists()
    assert not (tmp_path / "out" / "attributes").exists()


@pytest.mark.parametrize("more", [{"format": "parquet"}, {"shard_size": 5}, {"provenance": True}])
def test_what_is_of_clean_documents_is_refused(more: dict[str, Any]) -> None:
    with pytest.raises(SettingError, match="emit = 'attributes': format, shard_size and provenance"):
        Config(emit="attributes", **more)


def test_on_the_command_line(tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_bytes(b"\n".join(RECORDS))
    words = ["clean", str(tmp_path / "in.jsonl"), "--emit", "attributes", "-j", "1"]

    done = CliRunner().invoke(main, [*words, "-o", str(tmp_path / "out")])
    piped = CliRunner().invoke(main, [*words, "-o", "-"])

    assert done.exit_code == 0, done.output
    assert "attributes holds the attributes" in done.output
    assert "explain" not in done.output
    assert piped.exit_code == 2
    assert "needs a folder" in piped.output


# ── with dolma ──────────────────────────────────────────────────────────────────────────────────────────────────────


def mixer() -> Any:
    """What dolma mixes with: its compiled part, which needs none of the fifty packages that the rest does.

    `pip install --no-deps dolma` is enough.
    """
    found = find_spec("dolma")
    path = next(
        (Path(folder) / f"dolma{suffix}" for folder in (found and found.submodule_search_locations) or ()
         for suffix in EXTENSION_SUFFIXES if (Path(folder) / f"dolma{suffix}").is_file()), None,
    )  # fmt: skip
    if path is None:
        pytest.skip("there is no dolma: make test-tools")
    spec = spec_from_file_location("dolma", path)
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_mixer_of_dolma_makes_the_clean_documents(tmp_path: Path) -> None:
    own = mixer()
    source = tmp_path / "documents" / "2019"
    source.mkdir(parents=True)
    posts = [line for line in (ROOT / "seeds" / "bergblick.jsonl").read_bytes().splitlines() if b'"text"' in line]
    (source / "a.jsonl.gz").write_bytes(gzip.compress(b"\n".join([*RECORDS, LINES[6]])))
    (source / "b.jsonl.gz").write_bytes(gzip.compress(b"\n".join(line for line in posts if usable(line))))
    dedup.clean(tmp_path / "documents", tmp_path / "attributes" / "dedup", config=Config(emit="attributes"))
    result = dedup.clean(tmp_path / "documents", tmp_path / "out")

    stream = {
        "name": "mixed",
        "documents": [str(tmp_path / "documents/*/*.jsonl.gz")],
        "attributes": ["dedup/attributes"],
        "output": {"path": str(tmp_path / "mixed"), "max_size_in_bytes": 10**9, "discard_fields": ["attributes"]},
        "filter": {"include": [], "exclude": [f".attributes.{GONE}"], "syntax": "jq"},
        "span_replacement": [{"span": "[.attributes[][]]", "replacement": "", "syntax": "jq"}],
    }
    work = {"input": str(tmp_path / "work-in"), "output": str(tmp_path / "work-out")}
    own.mixer_entrypoint(orjson.dumps({"streams": [stream], "work_dir": work, "processes": 1}).decode())

    (mixed,) = (tmp_path / "mixed").iterdir()
    found = {row["id"]: row["text"] for row in rows(mixed)}
    assert found == dict(result.texts())
    assert 0 < len(found) < len(list(result.sources()))


def usable(line: bytes) -> bool:
    known = orjson.loads(line)
    return isinstance(known.get("id"), str) and bool(known["text"].strip())
