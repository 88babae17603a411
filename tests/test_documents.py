"""Documents of a finished run by their ids: what `restore` gives of them, and what went, whatever the output is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dedup
from dedup import Config, Limits, OutputError, Result, columnar
from dedup.formats import OUTPUTS
from tests.material import article, prose

if TYPE_CHECKING:
    from pathlib import Path

NEVER = Limits(stop_removed=1.0)
SHARED = prose(900, 80)
STRANGE = [
    'quotes "here"", and',
    'said "so","place":"there","start":0',
    '","place":"x","start":1,"end":2',
    "back\\slash\\",
    'ends with \\"',
    "a line\nand\ttabs\r",
    "Mühle 東京 🌾 \u2028",
    "7",
    " ",
    "a/b/../c.md",
]
TEXTS = {
    **{id_: f"{article(number)}\n\n{SHARED}" if number % 2 else article(number) for number, id_ in enumerate(STRANGE)},
    "copy": article(0),
    "another copy": article(0),
    "short": "Short.",
}
UNKNOWN = ["", "nobody", "quotes", "\ud800", 'quotes "here"']


def run(folder: Path, more: dict[str, Any] | None = None) -> Result:
    records = [{"id": id_, "text": text, "date": "2024" if "copy" in id_ else "2023"} for id_, text in TEXTS.items()]
    return dedup.clean(records, folder, config=Config(**(more or {})), limits=NEVER)


def whole(result: Result) -> dict[str, tuple[Any, str, list[Any]]]:
    """All documents of a run, read the other way."""
    removed = list(result.removed())
    return {
        each["id"]: (
            {name: value for name, value in each.items() if name != "text"},
            each["text"],
            [record for record in removed if record["id"] == each["id"]],
        )
        for each in result.restore()
    }


def read(result: Result, ids: Any) -> dict[str, tuple[Any, str, list[Any]]]:
    return {each.id: (each.source, each.text, each.removed) for each in result.read(ids)}


@pytest.mark.parametrize("more", [{}, {"keep_chrome": True}, {"keep_chrome": True, "unit": "document"}], ids=str)
@pytest.mark.parametrize("format_", OUTPUTS)
def test_documents_are_those_that_are_restored(tmp_path: Path, format_: str, more: dict[str, Any]) -> None:
    result = run(tmp_path / "out", {"format": format_, **more})
    wanted = whole(result)

    assert {id_: text for id_, (_, text, _) in wanted.items()} == TEXTS
    assert sum(len(removed) for _, _, removed in wanted.values()) > 1
    assert read(result, TEXTS) == wanted
    assert read(result, [*UNKNOWN, *TEXTS][::-1]) == wanted
    for id_ in TEXTS:
        assert read(result, iter([id_, *UNKNOWN])) == {id_: wanted[id_]}
    assert read(result, UNKNOWN) == read(result, []) == {}


@pytest.mark.parametrize("format_", ["parquet", "arrow"])
def test_rows_are_looked_at_part_by_part(tmp_path: Path, format_: str) -> None:
    result = run(tmp_path / "out", {"format": format_})
    wanted = whole(result)

    with patch.object(columnar, "ROWS", 2):
        for id_ in TEXTS:
            assert read(result, [id_]) == {id_: wanted[id_]}


@pytest.mark.parametrize("shard_size", [0, 1])
def test_documents_come_in_the_order_of_the_run(tmp_path: Path, shard_size: int) -> None:
    result = run(tmp_path / "out", {"shard_size": shard_size})
    order = [each["id"] for each in result.sources()]

    assert [each.id for each in result.read(sorted(TEXTS))] == order


LINES = {
    "first": b'{"id":"a","text":"%s"}',
    "white space": b' { "id" : "a" , "text" : "%s" } ',
    "last": b'{"text":"%s","n":[{"id":"b"}],"id":"a"}',
    "escaped": b'{"id":"\\u0061","text":"%s"}',
    "an escaped name": b'{"\\u0069d":"a","text":"%s"}',
    "twice": b'{"id":"x","text":"%s","id":"a"}',
    "another field": b'{"doc_id":"a","text":"%s"}',
    "empty": b'{"id":"","doc_id":"a","text":"%s"}',
    "null": b'{"id":null,"doc_id":"a","text":"%s"}',
    "of several the first": b'{"doc_id":"b","id":"a","text":"%s"}',
}


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
@pytest.mark.parametrize("fields", [{}, {"id_field": "id"}], ids=str)
def test_ids_wherever_lines_have_them(tmp_path: Path, line: bytes, fields: dict[str, Any]) -> None:
    other = b'{"id":"b","text":"The ferry."}'
    (tmp_path / "in.jsonl").write_bytes(
        b"\n".join([other, line.replace(b"%s", b"The mill."), other.replace(b"b", b"c", 1)])
    )
    if fields and b"doc_id" in line and b'"a"' in line.partition(b"doc_id")[2][:6]:
        pytest.skip("it has no id then")
    result = dedup.clean(tmp_path / "in.jsonl", tmp_path / "out", config=Config(keep_chrome=True, **fields))

    assert {each.id: each.text for each in result.read(["a"])} == {"a": "The mill."}


def test_numbers_are_ids(tmp_path: Path) -> None:
    for name, records in {"a.jsonl": [{"id": 5, "text": "The mill."}, {"id": 55, "text": "The ferry."}]}.items():
        (tmp_path / name).write_bytes(b"\n".join(map(orjson.dumps, records)))
        for format_ in ("jsonl", "parquet"):
            result = dedup.clean(tmp_path / name, tmp_path / format_, config=Config(format=format_))
            assert {each.id: each.text for each in result.read(["5"])} == {"5": "The mill."}


def test_only_what_is_wanted_is_taken_apart(tmp_path: Path) -> None:
    result = run(tmp_path / "out", {"keep_chrome": True})
    assert result.manifest
    with patch("orjson.loads", wraps=orjson.loads) as loads:
        ((_, _, removed),) = read(result, [STRANGE[1]]).values()

    # Its source, what went of it, its text; and those whose ids need escapes, and do not stand there as they are.
    escaped = sum(any(each in id_ for each in '"\\\n') for id_ in STRANGE)
    assert loads.call_count <= 1 + len(removed) + escaped


def test_files_that_others_wrote_anew_are_read_all_the_same(tmp_path: Path) -> None:
    import json

    result = run(tmp_path / "out")
    wanted = whole(result)
    for name in ("sources.jsonl", "removed.jsonl", "clean.jsonl"):
        path = tmp_path / "out" / name
        path.write_text("".join(json.dumps(json.loads(line)) + "\n" for line in path.read_bytes().splitlines()))

    assert read(result, TEXTS) == wanted


def test_attributes_have_no_texts(tmp_path: Path) -> None:
    result = run(tmp_path / "out", {"emit": "attributes"})

    for ids in (["copy"], ["short"], ["nobody"]):
        with pytest.raises(OutputError, match="holds attributes"):
            list(result.read(ids))


@settings(max_examples=25)
@given(
    ids=st.lists(
        st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=6) | st.sampled_from(STRANGE),
        unique=True,
        max_size=8,
    ),
    data=st.data(),
    more=st.sampled_from([{}, {"keep_chrome": True}, {"format": "parquet"}, {"format": "csv"}, {"format": "text"}]),
)
def test_any_ids(ids: list[str], data: st.DataObject, more: dict[str, Any]) -> None:
    texts = {id_: article(number % 3) for number, id_ in enumerate(ids)}
    records = [{"id": id_, "text": text} for id_, text in texts.items()] + [{"id": "always", "text": "Here."}]
    result = dedup.clean(records, config=Config(**more), limits=NEVER)

    wanted = whole(result)
    some = data.draw(st.lists(st.sampled_from([*ids, "always"])))
    assert read(result, some) == {id_: wanted[id_] for id_ in some}
