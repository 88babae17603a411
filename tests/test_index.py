"""Indexes: what is found in them, what stays when a writer fails, and what is refused."""

from __future__ import annotations

import errno
import shutil
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson
import pytest

import dedup
from dedup import against, column_files, commit, indexing, kernel, segments
from dedup.indexed import Indexed
from dedup.segments import MANIFEST, Folder, stamp, writing
from tests.conftest import ROOT
from tests.material import article, prose

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

OLD = [{"id": f"old-{number}", "text": article(number)} for number in range(6)]
NEW = [
    {"id": "half", "text": f"{prose(2_001)}\n\n{prose(90)}"},
    {"id": "copy", "text": article(3)},
    {"id": "own", "text": article(70)},
    {"id": "again", "text": f"{prose(91)}\n\n{prose(70_001)}"},
]


@pytest.fixture
def index(tmp_path: Path) -> dedup.Index:
    return dedup.Index.build(tmp_path / "old.index", OLD)


def state(index: dedup.Index) -> tuple[int, list[list[dedup.IndexMatch]]]:
    """What an index answers."""
    return len(index), [index.query(each["text"]) for each in [*OLD, *NEW]]


def kept(result: dedup.Result) -> dict[str, str]:
    return {document["id"]: document["text"] for document in result.documents()}


# ── what is found ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_match_names_the_old_document_and_both_spans(index: dedup.Index) -> None:
    passage, text = prose(2_001), f"Nobody knew why.\n\n{prose(2_001).upper()}\n\n{prose(90)}"

    (found,) = index.query(text)

    assert (found.id, found.similarity, found.containment, found.jaccard) == ("old-2", 1.0, 1.0, 1.0)
    assert text[found.start : found.end] in passage.upper()
    assert OLD[2]["text"][found.keeper_start : found.keeper_end] in passage
    assert found.keeper_end - found.keeper_start > len(passage) - 3


@pytest.mark.parametrize("text", ["", "   \n", "Two words.", prose(99), "!" * 500, "東京都庁" * 3])
def test_what_is_not_there_is_not_found(index: dedup.Index, text: str) -> None:
    assert index.query(text) == []


def test_settings_of_a_query(index: dedup.Index) -> None:
    words = prose(2_001).split()[:30]

    assert index.query(" ".join(words))
    assert index.query(" ".join(words), min_words=40) == []
    with pytest.raises(dedup.SettingError, match="threshold"):
        index.query("text", threshold=3.0)
    with pytest.raises(dedup.SettingError, match="unknown setting"):
        index.query("text", colour="red")


def test_what_an_index_has_goes_from_new_documents_only(index: dedup.Index, tmp_path: Path) -> None:
    result = dedup.clean(NEW, tmp_path / "out", against=index)

    assert list(kept(result)) == ["half", "own", "again"]
    assert kept(result)["half"] == prose(90)
    keepers = {record["id"]: record["keeper"] for record in result.removed()}
    assert keepers["copy"] | {"start": 0, "end": 0} == {
        "id": "old-3", "start": 0, "end": 0, "index": str(index.folder)
    }  # fmt: skip
    span = slice(keepers["half"]["start"], keepers["half"]["end"])
    assert OLD[2]["text"][span] == prose(2_001).rstrip(".")
    assert "index" not in keepers["again"]
    assert len(index) == len(OLD)
    restored = {each["id"]: each["text"] for each in result.restore()}
    assert restored == {each["id"]: each["text"] for each in NEW}


@pytest.mark.parametrize(
    ("match", "left"),
    [
        ("both", {"half": prose(90), "own": article(70), "again": prose(91)}),
        ("index", {"half": prose(90), "own": article(70), "again": NEW[3]["text"]}),
        ("self", {each["id"]: each["text"] for each in NEW} | {"again": prose(91)}),
    ],
)
def test_what_is_matched(index: dedup.Index, match: str, left: dict[str, str]) -> None:
    result = dedup.clean(NEW, against=index, config=dedup.Config(match=match))

    assert {id_: text.strip() for id_, text in kept(result).items()} == left


@pytest.mark.parametrize("match", ["both", "index", "self"])
def test_whole_documents_against_an_index(index: dedup.Index, match: str) -> None:
    text = article(3).replace("and", "or", 1)
    new = [{"id": "near", "text": text}, {"id": "same", "text": text}, {"id": "own", "text": article(70)}]

    result = dedup.clean(new, against=index, config=dedup.Config(match=match, unit="document"))

    assert list(kept(result)) == {"both": ["own"], "index": ["own"], "self": ["near", "own"]}[match]
    keepers = {record["keeper"]["id"] for record in result.removed()}
    assert keepers == ({"near"} if match == "self" else {"old-3"})


def test_match_index_leaves_copies_of_each_other(index: dedup.Index) -> None:
    new = [{"id": name, "text": article(70)} for name in "ab"]

    for unit in ("passage", "document"):
        config = dedup.Config(match="index", unit=unit)
        assert list(kept(dedup.clean(new, against=index, config=config))) == ["a", "b"]


def test_a_leak_from_train_to_test(tmp_path: Path) -> None:
    """Documents, a file, and the folder of a run, of which an index is made for the run. Equal ids say nothing."""
    test = [{**each, "id": f"old-{number}"} for number, each in enumerate(NEW)]
    (tmp_path / "train.jsonl").write_bytes(b"".join(orjson.dumps(each) + b"\n" for each in OLD))
    dedup.clean(OLD, tmp_path / "run")

    found = [
        [(record["id"], record["text"], record["keeper"]["id"]) for record in result.removed()]
        for train in (OLD, tmp_path / "train.jsonl", str(tmp_path / "run"))
        for result in [dedup.clean(test, against=train)]
    ]

    assert {id_ for id_, *_ in found[0]} == {"old-0", "old-1", "old-3"}
    assert [keeper for id_, _, keeper in found[0] if id_ == "old-0"] == ["old-2"]
    assert all(each == found[0] for each in found)


def test_failures_of_what_is_compared_with_are_told() -> None:
    result = dedup.clean(NEW, against=[*OLD, {"id": "empty", "text": ""}])

    assert [failure.why for failure in result.failures] == ["empty: there is no text in it"]


def test_an_old_document_keeps_whatever_the_policy(index: dedup.Index) -> None:
    new = [{"id": "longer", "text": f"{article(3)}\n\n{article(80)}", "date": "1990-01-01"}]

    for keep in ("earliest", "longest", "first"):
        assert kept(dedup.clean(new, against=index, config=dedup.Config(keep=keep)))["longer"].strip() == article(80)


def test_across_sites_only(tmp_path: Path) -> None:
    old = [{"id": "a", "text": article(1), "url": "https://a.example/1"}]
    index = dedup.Index.build(tmp_path / "index", old, config=dedup.Config(keep_chrome=True))
    new = [{"id": site, "text": article(1), "url": f"https://{site}.example/2"} for site in ("a", "b")]

    result = dedup.clean(new, against=index, config=dedup.Config(across_sites_only=True, match="index"))

    assert {record["id"] for record in result.removed()} == {"b"}


def test_without_a_kernel(index: dedup.Index, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = kept(dedup.clean(NEW, against=index)), [index.query(each["text"]) for each in NEW]
    monkeypatch.setattr(kernel, "NATIVE", False)

    assert (kept(dedup.clean(NEW, against=index)), [index.query(each["text"]) for each in NEW]) == wanted


# ── added, removed, compacted ───────────────────────────────────────────────────────────────────────────────────────


def test_what_stays_is_added(index: dedup.Index, tmp_path: Path) -> None:
    dedup.clean(NEW, tmp_path / "out", against=dedup.Adding(index))

    assert "own" in index and "half" in index and "copy" not in index
    assert {match.id for match in index.query(prose(90))} == {"half"}
    assert {match.id for match in index.query(prose(2_001))} == {"old-2"}  # of `half` it went
    result = dedup.clean([{"id": "next", "text": article(70)}], against=index)
    assert {record["keeper"]["id"] for record in result.removed()} == {"own"}


def test_an_id_of_the_index_is_a_failure_that_names_it(index: dedup.Index) -> None:
    result = dedup.clean([*NEW, {"id": "old-4", "text": prose(77)}], against=index)

    assert [failure.why for failure in result.failures] == [
        f"has the id 'old-4' of a document of the index {index.folder}"
    ]
    assert [failure.why for failure in index.add([{"id": "old-4", "text": prose(77)}, {"id": "x", "text": prose(78)}])]
    assert len(index) == len(OLD) + 1


def test_a_document_in_place_of_another(index: dedup.Index) -> None:
    assert index.add([{"id": "old-4", "text": article(78)}], replace=True) == []

    assert len(index) == len(OLD)
    assert index.query(article(4)) == []
    assert {match.id for match in index.query(article(78))} == {"old-4"}


def test_what_was_removed_is_not_found(index: dedup.Index) -> None:
    assert index.remove(["old-2", "old-5"]) == 2

    assert len(index) == len(OLD) - 2
    assert "old-2" not in index and index.query(article(2)) == []
    assert index.query(article(1))
    with pytest.raises(dedup.InputError, match="'old-2'"):
        index.remove("old-2")
    with pytest.raises(dedup.InputError, match="no document 'other'"):
        index.remove(["old-1", "other"])
    assert "old-1" in index
    index.add([{"id": "old-2", "text": article(2)}])
    assert {match.id for match in index.query(article(2))} == {"old-2"}


def test_what_a_removed_document_kept_is_kept_by_none(index: dedup.Index, tmp_path: Path) -> None:
    dedup.clean(NEW, tmp_path / "out", against=dedup.Adding(index))
    index.remove(["old-2"])
    new = [{"id": "later", "text": f"{prose(2_001)}\n\n{prose(92)}"}]

    assert kept(dedup.clean(new, against=index))["later"] == new[0]["text"]


def test_compacting_gives_the_same_answers(index: dedup.Index, tmp_path: Path) -> None:
    dedup.clean(NEW, tmp_path / "out", against=dedup.Adding(index))
    index.add([{"id": "more", "text": article(40)}])
    index.remove(["old-1", "own"])
    later = [{"id": "z", "text": f"{prose(2_001)}\n\n{prose(91)}\n\n{article(40)}\n\n{prose(90)}"}]
    result = dedup.clean(later, against=index)
    before, gone = state(index), list(result.removed())
    assert index.info()["segments"] == 3 and index.info()["removed"] == 2

    index.compact()

    assert state(index) == before
    result = dedup.clean(later, against=index)
    assert list(result.removed()) == gone
    assert index.info()["segments"] == 1 and index.info()["removed"] == 0
    assert sorted(path.suffix for path in index.folder.iterdir()) == ["", ".columns", ".columns", ".json"]


def test_an_index_is_compacted_some_documents_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indexing, "TOGETHER", 2)
    index = dedup.Index.build(tmp_path / "index", OLD)
    index.compact()

    assert index.info()["segments"] == 1
    assert all({match.id for match in index.query(each["text"])} == {each["id"]} for each in OLD)


def test_an_empty_index_is_one(index: dedup.Index, tmp_path: Path) -> None:
    index.remove([each["id"] for each in OLD])
    index.compact()

    assert (len(index), index.query(article(1)), index.info()["segments"]) == (0, [], 0)
    index.add(OLD)
    assert len(index) == len(OLD)
    dedup.clean(OLD, tmp_path / "out", against=dedup.Adding(tmp_path / "first"))  # the first batch makes it
    assert len(dedup.Index(tmp_path / "first")) == len(OLD)


def test_the_answer_depends_on_no_runner(index: dedup.Index, tmp_path: Path) -> None:
    from dedup.run import pool

    one = dedup.clean(NEW, tmp_path / "one", against=index)
    two = dedup.clean(NEW, tmp_path / "two", against=index, runner=pool(2))

    for name in ("clean.jsonl", "removed.jsonl", "sources.jsonl"):
        assert (one.folder / name).read_bytes() == (two.folder / name).read_bytes()


# ── texts where they are ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder of a file of lines, a text and a page."""
    folder = tmp_path / "archive"
    folder.mkdir()
    (folder / "posts.jsonl").write_bytes(b"".join(orjson.dumps(each) + b"\n" for each in OLD[:4]))
    (folder / "five.txt").write_text(article(4))
    body = "".join(f"<p>{paragraph}</p>" for paragraph in article(5).split("\n\n"))
    (folder / "six.html").write_text(f"<html><body><article><h1>The mill</h1>{body}</article></body></html>")
    return folder


def test_texts_stay_where_they_are(files: Path, tmp_path: Path) -> None:
    whole = dedup.Index.build(tmp_path / "whole", files)
    lean = dedup.Index.build(tmp_path / "lean", files, texts=False)

    assert lean.info()["bytes"]["texts"] <= 64 < whole.info()["bytes"]["texts"]
    assert [lean.query(each["text"]) for each in OLD] == [whole.query(each["text"]) for each in OLD]
    assert all(lean.query(each["text"]) for each in OLD)
    lean.compact()
    assert [lean.query(each["text"]) for each in OLD] == [whole.query(each["text"]) for each in OLD]


@pytest.mark.parametrize(("name", "number"), [("posts.jsonl", 2), ("five.txt", 4), ("six.html", 5)])
@pytest.mark.parametrize("change", ["gone", "changed"])
def test_a_file_that_changed_is_named(files: Path, tmp_path: Path, name: str, number: int, change: str) -> None:
    lean = dedup.Index.build(tmp_path / "lean", files, texts=False)
    if change == "gone":
        (files / name).unlink()
    else:
        content = (files / name).read_bytes()
        (files / name).write_bytes(content.replace(b"the", b"The").replace(b"ing", b"ung").replace(b"a", b"e"))

    with pytest.raises(dedup.InputError, match=name.replace(".", r"\.")):
        lean.query(OLD[number]["text"])
    if number >= 4:  # of other files it is found
        assert lean.query(OLD[9 - number]["text"])


def test_what_no_file_holds_is_kept(tmp_path: Path) -> None:
    index = dedup.Index.build(tmp_path / "index", OLD, texts=False)

    assert index.query(article(1))
    dedup.clean(NEW, tmp_path / "out", against=dedup.Adding(index))
    assert index.query(prose(90))


# ── sites ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def page(number: int) -> dict[str, str]:
    """A page of a site whose menu and appeal no rule knows, as a person would not without others."""
    menu = "".join(f"<li>{prose(each, 3)}</li>" for each in range(700, 706))
    body = "".join(f"<p>{paragraph}</p>" for paragraph in article(number).split("\n\n"))
    appeal = "<p>Otters of the quay write to us from the lantern room whenever the ledger is open.</p>"
    html = f"<html><body><ul>{menu}</ul><article><h1>{prose(number, 5)}</h1>{body}{appeal}</article></body></html>"
    return {"id": f"page-{number}", "html": html, "url": f"https://otter.example/{number}"}


def test_chrome_of_a_site_is_known_in_a_batch_of_one_page(tmp_path: Path) -> None:
    index = dedup.Index.build(tmp_path / "index", [page(number) for number in range(8)])
    config = dedup.Config(keep_duplicates=True)

    alone, beside = dedup.clean([page(50)], config=config), dedup.clean([page(50)], config=config, against=index)

    assert "Otters of the quay" in kept(alone)["page-50"]
    assert "Otters of the quay" not in kept(beside)["page-50"]
    assert prose(50_001) in kept(beside)["page-50"].replace("\n", " ")


# ── what fails leaves what was ──────────────────────────────────────────────────────────────────────────────────────


class Stop(BaseException):
    """The machine stops."""


def stopped_at(stop: int, index: dedup.Index, change: Callable[[dedup.Index, Path], object], out: Path) -> int:
    """Let the machine stop at a write, rename or removal of files of an index; how many there were."""
    made = 0

    def counted(function: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(path: Path, *args: Any, **kwargs: Any) -> Any:
            nonlocal made
            if index.folder in path.parents:
                made += 1
                if made == stop:
                    raise Stop
            return function(path, *args, **kwargs)

        return wrapped

    with pytest.MonkeyPatch.context() as patch, suppress(Stop):
        for name in ("replace", "unlink"):
            patch.setattr(f"pathlib.Path.{name}", counted(getattr(type(index.folder), name)))
        patch.setattr(segments, "atomic", counted(commit.atomic))
        change(index, out)
    return made


CHANGES: dict[str, Callable[[dedup.Index, Path], object]] = {
    "add": lambda index, _: index.add([{"id": "more", "text": article(40)}]),
    "replace": lambda index, _: index.add([{"id": "old-1", "text": article(40)}], replace=True),
    "clean": lambda index, folder: dedup.clean(NEW, folder / "out", against=dedup.Adding(index)),
    "remove": lambda index, _: index.remove(["old-1"]),
    "compact": lambda index, _: index.compact(),
}


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_stops_a_writer_the_index_is_as_before_or_after(change: str, tmp_path: Path) -> None:
    first = dedup.Index.build(tmp_path / "first", OLD)
    first.remove(["old-0"])
    shutil.copytree(first.folder, tmp_path / "last")
    CHANGES[change](dedup.Index(tmp_path / "last"), tmp_path)
    before, after = state(first), state(dedup.Index(tmp_path / "last"))
    seen = []
    for stop in count(1):
        shutil.copytree(first.folder, tmp_path / f"stop-{stop}")
        stopped = dedup.Index(tmp_path / f"stop-{stop}")
        made = stopped_at(stop, stopped, CHANGES[change], tmp_path / f"out-{stop}")
        seen.append(state(stopped))
        if seen[-1] == before:  # to try again is enough
            CHANGES[change](stopped, tmp_path / f"again-{stop}")
            assert state(stopped) == after
        if made < stop:
            break
    assert len(seen) > 3
    assert all(each in (before, after) for each in seen) and seen[0] == before and seen[-1] == after


def test_what_a_writer_left_behind_is_removed(index: dedup.Index) -> None:
    for name in ("segment-000099.columns", "segment-000007.columns.part"):
        (index.folder / name).write_bytes(b"half")
    (index.folder / "notes.txt").write_bytes(b"mine")

    index.remove(["old-1"])

    assert {path.name for path in index.folder.iterdir()} >= {"notes.txt", MANIFEST}
    assert not list(index.folder.glob("*99*")) and not list(index.folder.glob("*.part"))


def test_a_second_writer_is_refused_at_once(index: dedup.Index, tmp_path: Path) -> None:
    with writing(index.folder):
        for change in CHANGES.values():
            with pytest.raises(dedup.OutputError, match="another process is writing"):
                change(index, tmp_path)
        assert index.query(article(1))
    index.remove(["old-1"])


# ── what is refused ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", list(stamp()))
def test_an_index_made_in_another_way_is_refused(index: dedup.Index, name: str) -> None:
    manifest = orjson.loads((index.folder / MANIFEST).read_bytes())
    manifest["stamp"][name] = "another"
    changed = orjson.dumps(manifest)
    (index.folder / MANIFEST).write_bytes(changed)
    with pytest.raises(dedup.InputError, match=f"{MANIFEST}: is not what was written"):
        dedup.Index(index.folder)
    (index.folder / MANIFEST).write_bytes(segments.signed(manifest))

    for attempt in (lambda: dedup.Index(index.folder), lambda: index.query("a"), lambda: index.add(NEW)):
        with pytest.raises(dedup.SettingError, match=f"an index of {name} = 'another', here it is"):
            attempt()
    with pytest.raises(dedup.SettingError, match=name):
        dedup.clean(NEW, against=index.folder)


def test_an_index_of_before_is_told_by_its_version(index: dedup.Index) -> None:
    manifest = orjson.loads((index.folder / MANIFEST).read_bytes())
    del manifest[segments.DIGEST]
    manifest["stamp"]["version"] = 2
    (index.folder / MANIFEST).write_bytes(orjson.dumps(manifest))

    with pytest.raises(dedup.SettingError, match=r"an index of version = 2, here it is 3: .* build it anew"):
        dedup.Index(index.folder)


def test_other_words_are_another_normaliser(monkeypatch: pytest.MonkeyPatch) -> None:
    before = stamp()["normaliser"]
    monkeypatch.setattr(segments, "_PROBE", segments._PROBE.replace("mill", "will"))
    stamp.cache_clear()
    try:
        assert stamp()["normaliser"] != before
    finally:
        monkeypatch.undo()
        stamp.cache_clear()
    assert stamp()["normaliser"] == before
    monkeypatch.setattr(kernel, "NATIVE", False)
    stamp.cache_clear()
    assert stamp()["normaliser"] == before


@pytest.mark.parametrize("content", [None, b"", b"{}", b"[]", b"null", b'{"stamp": 5}', b"\xff"])
def test_what_is_no_index(tmp_path: Path, content: bytes | None) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    if content is not None:
        (folder / MANIFEST).write_bytes(content)

    for each in (folder, tmp_path / "none"):
        with pytest.raises(dedup.SettingError, match="holds no index of dedup"):
            dedup.Index(each)


def test_an_index_that_cannot_be_opened_now_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dedup.Index.build(tmp_path / "index", OLD)

    def full(_: Path) -> bytes:
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr(Path, "read_bytes", full)

    with pytest.raises(OSError, match="Too many open files"):
        dedup.Index(tmp_path / "index")


def test_a_folder_of_something_else(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")

    with pytest.raises(dedup.OutputError, match="is not empty"):
        dedup.Index.build(tmp_path, OLD)
    with pytest.raises(dedup.SettingError, match="is no index"):
        dedup.clean(NEW, tmp_path / "out", against=dedup.Adding(tmp_path))
    dedup.Index.build(tmp_path / "index", OLD)
    with pytest.raises(dedup.OutputError, match="holds an index"):
        dedup.Index.build(tmp_path / "index", OLD)


def test_settings_that_cannot_be() -> None:
    with pytest.raises(dedup.SettingError, match="nothing to compare with"):
        dedup.clean(NEW, against=dedup.Adding(""))
    with pytest.raises(dedup.SettingError, match="nothing to compare with"):
        dedup.clean(NEW, config=dedup.Config(match="index"))
    with pytest.raises(dedup.SettingError, match="only an index can be added to"):
        dedup.clean(NEW, against=dedup.Adding(OLD))
    with pytest.raises(dedup.InputError):
        dedup.clean(NEW, against="there-is-no-such-folder")


def parts(folder: Path) -> Iterator[Path]:
    yield from sorted(folder.glob("*.columns"))


@pytest.mark.parametrize("damage", ["gone", "short", "empty"])
def test_a_damaged_file_is_named(index: dedup.Index, damage: str) -> None:
    for path in parts(index.folder):
        content = path.read_bytes()
        path.unlink() if damage == "gone" else path.write_bytes(content[:-1] if damage == "short" else b"")
        with pytest.raises(dedup.InputError, match=f"{path.name}.*damaged"):
            dedup.Index(index.folder)
        path.write_bytes(content)
    index.check()


@pytest.mark.parametrize("column", ["records", "texts", "counts"])
def test_damaged_columns_are_told_plainly(index: dedup.Index, column: str) -> None:
    (path,) = index.folder.glob("segment*")
    place = column_files.places_of(path)[column]
    content = bytearray(path.read_bytes())
    size = int(np.prod(place.shape)) * place.dtype.itemsize
    content[place.at : place.at + size] = b"\xff" * size
    path.write_bytes(content)

    with pytest.raises(dedup.InputError, match="the index is damaged, build it anew"):
        index.query(article(1))
    with pytest.raises(dedup.InputError, match=f"{path.name}.*damaged"):
        index.check()


def test_an_index_within_its_budget(tmp_path: Path) -> None:
    documents = [{"id": f"news/{number}.html", "text": article(number, 8)} for number in range(400)]
    index = dedup.Index.build(tmp_path / "index", documents)

    info = index.info()

    assert dedup.Index.build(tmp_path / "seeds", ROOT / "seeds").info()["bytes_a_passage"] <= 64
    assert info["bytes_a_passage"] <= 64
    assert info["documents"] == 400 and info["words"] >= 400 * 8 * 60


# ── other writers meanwhile ─────────────────────────────────────────────────────────────────────────────────────────


def test_what_is_taken_out_meanwhile_keeps_nothing(index: dedup.Index, monkeypatch: pytest.MonkeyPatch) -> None:
    real = against.place

    def place(job: against.Placing) -> against.Placed:
        index.remove(["old-2", "old-3"])
        index.compact()
        return real(job)

    monkeypatch.setattr(against, "place", place)

    result = dedup.clean(NEW, against=index)

    assert kept(result) == {each["id"]: each["text"] for each in NEW[:3]} | {"again": kept(result)["again"]}


def test_an_index_that_is_written_anew_while_it_is_opened(index: dedup.Index, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Folder.check

    def check(self: Folder, named: segments.Named) -> None:
        monkeypatch.setattr(Folder, "check", real)
        index.compact()
        real(self, named)

    monkeypatch.setattr(Folder, "check", check)

    assert len(Indexed.at(index.folder)) == len(OLD)
