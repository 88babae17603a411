"""The output folder: refused if it is not ours, and equal records give equal bytes."""

from __future__ import annotations

import errno
import gzip
import os
from typing import TYPE_CHECKING, Any

import orjson
import pytest
import xxhash
from hypothesis import given
from hypothesis import strategies as st

from dedup import OutputError
from dedup.store import line
from dedup.write import check_folder, front_matter, is_finished, make_folder, tree_path, versions, writing

if TYPE_CHECKING:
    from pathlib import Path

IDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)


def test_a_folder_that_is_new_or_empty_is_taken(tmp_path: Path) -> None:
    check_folder(tmp_path)
    check_folder(tmp_path / "a" / "b")
    make_folder(tmp_path / "a" / "b")

    assert (tmp_path / "a" / "b").is_dir()


def test_a_folder_that_is_not_ours_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine")

    with pytest.raises(OutputError, match="is not empty and was not made by dedup; name another folder, or remove it"):
        check_folder(tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


@pytest.mark.parametrize("manifest", [b"", b"[]", b"{}", b'{"versions": {"other": "1"}}', b"\xff"])
def test_a_manifest_of_another_program_is_not_ours(tmp_path: Path, manifest: bytes) -> None:
    (tmp_path / "manifest.json").write_bytes(manifest)

    assert not is_finished(tmp_path)
    with pytest.raises(OutputError):
        check_folder(tmp_path)


def test_a_file_or_a_folder_in_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("x")

    with pytest.raises(OutputError, match="is a file, not a folder"):
        check_folder(tmp_path / "out")
    with pytest.raises(OutputError, match="cannot be made"):
        make_folder(tmp_path / "out" / "in")


def test_a_disk_that_fails_is_told_at_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_: int) -> None:
        raise OSError(errno.EIO, "the disk is spoilt")

    monkeypatch.setattr(os, "fsync", fails)
    with pytest.raises(OSError, match="the disk is spoilt"), writing(tmp_path / "a.jsonl", {}) as put:
        put(b"a line of more\n")

    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz", "a.jsonl.zst"])
def test_equal_records_give_equal_bytes(tmp_path: Path, name: str) -> None:
    files: dict[str, dict[str, Any]] = {}
    for folder in ("one", "two"):
        with writing(tmp_path / folder / name, files) as write:
            for each in map(line, [{"id": "é", "text": "x" * 100}, {"id": "b"}]):
                write(each)
        content = (tmp_path / folder / name).read_bytes()
        assert files == {name: {"bytes": len(content), "xxh3_128": xxhash.xxh3_128_hexdigest(content)}}

    assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    if name.endswith(".gz"):
        assert gzip.decompress((tmp_path / "one" / name).read_bytes()).count(b"\n") == 2


@given(IDS, st.sampled_from(["text", "markdown"]))
def test_a_path_in_a_tree_stays_in_the_tree(id_: str, kind: str) -> None:
    path = tree_path(id_, kind)

    steps = path.split("/")
    assert not path.startswith("/")
    assert not {"..", ".", ""} & set(steps)
    assert all(each.isprintable() for each in path)
    assert all(len(step.encode()) <= 255 for step in steps)


STEPS = st.lists(
    st.sampled_from(["", ".", "..", "a", "a.txt", "a.MD", "%2F", "%2E", "é", "a" * 300, "a" * 301]), min_size=1
)


@given(STEPS, STEPS, st.sampled_from(["text", "markdown"]))
def test_no_two_documents_meet(left: list[str], right: list[str], kind: str) -> None:
    one, other = (tree_path("/".join(steps), kind) for steps in (left, right))

    assert (one == other) == (left == right)
    assert not other.lower().startswith(one.lower() + "/")
    assert max(map(len, one.split("/"))) <= 255
    assert len(one) <= 1_000


@pytest.mark.parametrize(("left", "right"), [("a/b", "a//b"), ("/a", "a"), ("a/", "a")])
def test_two_ids_have_two_paths(left: str, right: str) -> None:
    assert tree_path(left, "text") != tree_path(right, "text")


@pytest.mark.parametrize(
    ("left", "right"), [("a b", "a%20b"), ("../a", "a"), (".", ".."), ("a?b", "a:b"), ("a\n", "a ")]
)
def test_ids_that_need_escaping_do_not_meet(left: str, right: str) -> None:
    assert tree_path(left, "text") != tree_path(right, "text")


def test_no_file_is_where_another_document_needs_a_folder() -> None:
    assert not tree_path("a.txt/b", "text").startswith(tree_path("a", "text") + "/")


def test_a_path_is_as_long_as_a_path_may_be() -> None:
    assert len(tree_path("a/" * 3_000, "text")) < 4_000


def test_front_matter_is_a_line_a_field() -> None:
    found = front_matter({"id": "a", "title": 'The "mill":\n---\n', "metadata": {"tags": ["x"]}})

    head = found.removeprefix("---\n").removesuffix("---\n\n")
    rows = dict(line.split(": ", 1) for line in head.splitlines())
    assert {name: orjson.loads(value) for name, value in rows.items()} == {
        "id": "a",
        "title": 'The "mill":\n---\n',
        "metadata": {"tags": ["x"]},
    }


def test_everything_that_can_change_the_output_has_its_version_told() -> None:
    assert {"dedup", "trafilatura", "lxml", "datasketch", "numpy", "regex", "charset-normalizer", "unicode"} <= set(
        versions()
    )
