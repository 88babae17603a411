"""Finding files: every path once, in an order of their names, and nothing dropped without a word."""

from __future__ import annotations

import gzip
import os
import pickle
import subprocess
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from dedup import Config, Failure, Format, InputError, Source
from dedup.batch import Batch
from dedup.compressed import zstandard
from dedup.find import find
from dedup.formats import extensions
from dedup.opening import open_inputs
from dedup.read import given, sources
from dedup.work import Work

MAX = 1_000_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with files of every kind, hidden ones and others."""
    root = tmp_path / "in"
    for name in (
        "b.txt",
        "a.md",
        "sub/c.HTML",
        "sub/d.jsonl",
        ".hidden.txt",
        ".git/e.txt",
        "f.pdf",
        "g.markdown",
        "h.xhtml",
        "i.htm",
    ):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text('{"text": "x"}\n', encoding="utf-8")
    return root


def names(paths: list[str | Path], exclude: Path | None = None) -> list[str]:
    return [name for name, _ in find(paths, exclude).files]


def test_a_folder_is_read_whole_sorted_and_without_hidden_files(folder: Path) -> None:
    found = find([folder])

    assert [name for name, _ in found.files] == [
        "a.md",
        "b.txt",
        "g.markdown",
        "h.xhtml",
        "i.htm",
        "sub/c.HTML",
        "sub/d.jsonl",
    ]
    assert [Path(name).name for name in found.ignored] == ["f.pdf"]
    assert found.failures == []


def test_the_order_of_arguments_changes_nothing(folder: Path) -> None:
    paths: list[str | Path] = [folder / "sub", folder / "b.txt", folder / "a.md"]

    assert find(paths) == find(paths[::-1]) == find([*paths, *paths])


def test_ids_are_relative_to_what_all_inputs_share(folder: Path) -> None:
    assert names([folder / "sub/c.HTML"]) == ["c.HTML"]
    assert names([folder / "sub/c.HTML", folder / "b.txt"]) == ["b.txt", "sub/c.HTML"]
    assert names([folder / "sub"]) == ["c.HTML", "d.jsonl"]


def test_globs_are_matched_also_recursively(folder: Path) -> None:
    assert names([f"{folder}/**/*.HTML"]) == ["c.HTML"]
    assert names([f"{folder}/*.txt", f"{folder}/*.md"]) == ["a.md", "b.txt"]


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("none.txt", "no such file or folder"),
        ("*.nothing", "no file matches this pattern"),
        ("f.pdf", f"unknown extension '.pdf'; --input-format says what it is; known are {extensions()}"),
    ],
)
def test_what_is_named_and_cannot_be_read_is_a_failure(folder: Path, name: str, why: str) -> None:
    found = find([folder / "b.txt", folder / name])

    assert found.failures == [Failure(str(folder / name), why)]
    assert [name for name, _ in found.files] == ["b.txt"]


def test_the_output_folder_inside_an_input_folder_is_not_read(folder: Path) -> None:
    assert "sub/c.HTML" not in names([folder], exclude=folder / "sub")


def test_the_output_folder_is_not_read_through_a_glob(folder: Path) -> None:
    assert "c.HTML" not in [Path(name).name for name in names([f"{folder}/**/*"], exclude=folder / "sub")]


def test_links_to_folders_are_not_followed(folder: Path) -> None:
    (folder / "sub" / "loop").symlink_to(folder, target_is_directory=True)

    assert len(names([folder])) == 7


def test_a_link_to_a_file_outside_is_read_under_its_own_name(folder: Path) -> None:
    (folder.parent / "outside.txt").write_text("x", encoding="utf-8")
    (folder / "link.txt").symlink_to(folder.parent / "outside.txt")

    assert "link.txt" in names([folder])


def test_a_link_to_a_file_of_another_name_is_read(folder: Path) -> None:
    (folder / "blob").write_text("x", encoding="utf-8")
    (folder / "link.txt").symlink_to(folder / "blob")

    found = find([folder])

    assert any(name == "link.txt" for name, _ in found.files)


@pytest.mark.parametrize("target", ["nowhere.txt", "link.txt"])
def test_a_link_that_leads_nowhere_is_a_failure(folder: Path, target: str) -> None:
    (folder / "link.txt").symlink_to(folder / target)

    assert [Path(failure.id).name for failure in find([folder]).failures] == ["link.txt"]


@pytest.mark.parametrize("named", ["", "*.txt", "link.txt"])
def test_a_link_that_the_system_cannot_follow_is_a_failure(folder: Path, named: str) -> None:
    (folder / "link.txt").symlink_to("x" * 300)  # longer than any name

    found = find([folder / named])

    read = [*found.failures, *sources(found.files, Config(max_bytes=MAX))]
    assert [Path(each.id).name for each in read if isinstance(each, Failure)] == ["link.txt"]


def test_a_link_to_another_article_is_a_document_of_its_own(folder: Path) -> None:
    (folder / "link.txt").symlink_to(folder / "b.txt")

    assert {"b.txt", "link.txt"} <= set(names([folder]))
    assert names([folder / "link.txt"]) == ["link.txt"]


def test_what_is_in_the_output_folder_is_read_in_no_way(folder: Path) -> None:
    found = find([folder / "b.txt", folder / "sub", folder / "sub/d.jsonl", f"{folder}/sub/*"], exclude=folder / "sub")

    assert [name for name, _ in found.files] == ["b.txt"]
    assert found.failures == [Failure(str(folder / "sub/d.jsonl"), "lies in the output folder, which is not read")]


def test_a_loop_of_links_matched_by_a_glob_stops_nothing(folder: Path) -> None:
    (folder / "link.txt").symlink_to(folder / "link.txt")

    found = list(sources(find([f"{folder}/*.txt"], exclude=folder / "sub").files, Config(max_bytes=MAX)))

    assert [each.id for each in found] == ["b.txt", "link.txt"]
    assert isinstance(found[1], Failure)


def test_a_folder_that_cannot_be_listed_is_a_failure(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    listed = os.scandir

    def refuse(path: Any) -> Any:
        if str(path).endswith("sub"):
            raise PermissionError(13, "Permission denied", str(path))
        return listed(path)

    monkeypatch.setattr(os, "scandir", refuse)

    assert find([folder]).failures == [Failure("sub", "cannot be read: Permission denied")]


def test_a_pipe_in_a_folder_is_a_failure_and_not_waited_for(folder: Path) -> None:
    os.mkfifo(folder / "pipe.txt")

    assert find([folder]).failures == [Failure("pipe.txt", "is not a file")]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes")
def test_a_pipe_that_is_named_is_read_once(tmp_path: Path) -> None:
    pipe = tmp_path / "articles.jsonl"
    os.mkfifo(pipe)
    Thread(target=lambda: pipe.write_bytes(b'{"text": "One."}\n'), daemon=True).start()

    (source,) = sources([("articles.jsonl", pipe)], Config(max_bytes=1_000))

    assert isinstance(source, Source)
    assert (source.content, source.origin) == (b'{"text": "One."}\n', None)


def test_a_byte_order_mark_may_stand_before_any_line(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(b'\xef\xbb\xbf{"text": "One."}\n\xef\xbb\xbf{"text": "Two."}\n')

    found = list(sources(find([tmp_path]).files, Config(max_bytes=MAX)))

    assert [each.content for each in found if isinstance(each, Source)] == [
        b'{"text": "One."}\n',
        b'{"text": "Two."}\n',
    ]


def test_a_large_limit_takes_no_memory(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"x" * 3_000_000)

    (found,) = sources(find([tmp_path]).files, Config(max_bytes=2**53 - 1))

    assert isinstance(found, Source)
    assert len(found.content) == 3_000_000


@pytest.fixture
def batch(tmp_path: Path) -> Batch:
    (tmp_path / "a.txt").write_bytes(b"The mill.")
    (tmp_path / "b.jsonl").write_bytes(
        b'{"text": "One."}\n\n\xef\xbb\xbf{"text": "Two."}\n' + b"x" * 2_000 + b'\n{"n": 3}'
    )
    (tmp_path / "c.jsonl.gz").write_bytes(gzip.compress(b'{"text": "Three."}\n'))
    found = [*sources(find([tmp_path]).files, Config(max_bytes=1_000)), *given([{"text": "Four."}])]
    return Batch(Work(tmp_path, Config()), 7, found)


def test_a_batch_is_the_same_in_another_process_though_what_files_hold_is_not_sent(batch: Batch) -> None:
    there = pickle.loads(pickle.dumps(batch))

    assert there == batch
    assert [each.content for each in there.sources if isinstance(each, Source)] == [
        b"The mill.",
        b'{"text": "One."}\n',
        b'{"text": "Two."}\n',
        b'{"n": 3}',
        b'{"text": "Three."}\n',
        {"text": "Four."},
    ]
    sent = pickle.dumps(batch)
    assert [word in sent for word in (b"mill", b"One", b"Two", b"Three", b"Four")] == [False, False, False, True, True]


@pytest.mark.parametrize(
    ("content", "lost"),
    [
        (b'{"text": "One."}\n', {2}),
        (b'{"text": "Onf."}\n\xef\xbb\xbf{"text": "Two."}\n', {1}),
        (b"", {1, 2}),
        (None, {1, 2}),
    ],
)
def test_what_was_changed_before_another_process_read_it_is_a_failure(
    tmp_path: Path, content: bytes | None, lost: set[int]
) -> None:
    path = tmp_path / "b.jsonl"
    path.write_bytes(b'{"text": "One."}\n\xef\xbb\xbf{"text": "Two."}\n')
    before = Batch(Work(tmp_path, Config()), 0, list(sources(find([tmp_path]).files, Config(max_bytes=MAX))))
    sent = pickle.dumps(before)
    path.unlink()
    if content is not None:
        path.write_bytes(content)

    for number, (each, was) in enumerate(zip(pickle.loads(sent).sources, before.sources, strict=True), 1):
        assert each == was if number not in lost else isinstance(each, Failure), number
        assert number not in lost or each.why.startswith("cannot be read: "), each


@pytest.mark.parametrize(
    "source", [Source("p\ud800", "p", Format.TEXT, b"x"), Source("p", "p\ud800", Format.TEXT, b"x")]
)
def test_a_source_that_cannot_be_named_in_the_record_is_a_failure(source: Source) -> None:
    (found,) = given([source])

    assert isinstance(found, Failure)
    assert found.id == "input:1"
    assert found.why.startswith("cannot be written as JSON: ")


@pytest.mark.parametrize(("suffix", "packed"), [(".gz", gzip.compress), (".zst", zstandard().compress)])
def test_compressed_files_are_read(tmp_path: Path, suffix: str, packed: object) -> None:
    assert callable(packed)
    (tmp_path / f"a.txt{suffix}").write_bytes(packed(b"The mill."))
    (tmp_path / f"b.jsonl{suffix}").write_bytes(packed(b'{"text": "One."}\n\n{"text": "Two."}\n'))

    found = list(sources(find([tmp_path]).files, Config(max_bytes=MAX)))

    assert found == [
        Source(f"a.txt{suffix}", f"a.txt{suffix}", Format.TEXT, b"The mill."),
        Source(f"b.jsonl{suffix}:1", f"b.jsonl{suffix}:1", None, b'{"text": "One."}\n'),
        Source(f"b.jsonl{suffix}:3", f"b.jsonl{suffix}:3", None, b'{"text": "Two."}\n'),
    ]


def test_a_line_or_file_that_is_too_large_is_a_failure_and_the_next_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(b'{"text": "' + b"x" * 2_000 + b'"}\n{"text": "Two."}\n' + b"y" * 3_000)
    (tmp_path / "b.txt").write_bytes(b"x" * 2_000)

    found = list(sources(find([tmp_path]).files, Config(max_bytes=1_000)))

    why = "larger than max_bytes = 1000; raise it with --max-bytes"
    assert found == [
        Failure("a.jsonl:1", why),
        Source("a.jsonl:2", "a.jsonl:2", None, b'{"text": "Two."}\n'),
        Failure("a.jsonl:3", why),
        Failure("b.txt", why),
    ]


def test_documents_are_given_as_sources_or_mappings() -> None:
    source = Source("p", "p", Format.TEXT, b"x")

    found = list(given([source, {"text": "y"}, 7]))  # type: ignore[list-item]

    assert found == [
        source,
        Source("input:2", "input:2", None, {"text": "y"}),
        Failure("input:3", "neither a Source nor a mapping but int"),
    ]


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ([], "nothing to read: no input was given"),
        (["a.txt", {"text": "x"}], "inputs are paths or documents, not both"),
        ("nowhere", "nothing to read"),
    ],
)
def test_nothing_to_read_is_said(inputs: list[str], message: str) -> None:
    with pytest.raises(InputError, match=message):
        open_inputs(inputs, Config(), None)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes")
def test_what_has_no_end_is_not_read(folder: Path) -> None:
    os.mkfifo(folder / "pipe.txt")
    (folder / "zero.txt").symlink_to("/dev/zero")

    matched = find([f"{folder}/*.txt"])

    assert [name for name, _ in matched.files] == ["b.txt"]
    assert [(Path(each.id).name, each.why) for each in matched.failures] == [
        ("pipe.txt", "is not a file"),
        ("zero.txt", "is not a file"),
    ]
    for each in (folder / "zero.txt", Path("/dev/zero")):
        assert find([each], asked="text").failures == [Failure(str(each), "is not a file")]


def test_folders_are_walked_however_deep_they_lie(folder: Path) -> None:
    before = os.open(".", os.O_RDONLY)
    try:
        os.chdir(folder)
        for at in range(2_100):  # the innermost have paths of more than 4,096 bytes
            Path("d").mkdir()
            os.chdir("d")
            if at == 1_500:
                Path("a.txt").write_text("The mill closed.")

        found = find([folder])
        patterns = find([f"{folder}/**/*.txt", f"{folder}/**/**/b.txt"])
    finally:
        os.fchdir(before)
        os.close(before)
        subprocess.run(["rm", "-rf", folder / "d"], check=True)

    assert [name for name, _ in found.files if name.startswith("d/")] == ["d/" * 1_501 + "a.txt"]
    assert [(each.id.replace("d/", ""), each.why) for each in found.failures] == [
        ("d", "cannot be read: File name too long")
    ]
    too_deep = "folders lie too deep in each other for a pattern; name the folder itself"
    assert [each.why for each in patterns.failures] == [too_deep] * 2
