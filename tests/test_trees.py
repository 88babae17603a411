"""Where documents lie that are files: no two in one, on no system."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import dedup
from dedup import Config
from dedup.trees import Places
from dedup.write import tree_path, write_tree
from tests.material import article

ALIKE = st.text(st.sampled_from("aAéÉ./ %1"), min_size=1, max_size=6)


@given(st.lists(ALIKE, unique=True), st.sampled_from(["text", "markdown"]))
def test_no_two_documents_lie_in_one_file_where_case_is_not_told(ids: list[str], kind: str) -> None:
    places = Places(kind)
    places.see(ids)

    found = [places.of(each) for each in ids]
    assert len({each.lower() for each in found}) == len(ids)
    assert found[:1] == [tree_path(each, kind) for each in ids[:1]]


@pytest.mark.parametrize(
    ("id_", "path"),
    [
        ("CON", "%43ON.txt"),
        ("news/aux.html", "news/%61ux.html.txt"),
        ("com1.tar/x", "%63om1.tar/x.txt"),
        ("nul /x", "%6Eul%20/x.txt"),
        ("a. /b", "a.%20/b.txt"),
        ("a./b", "a%2E/b.txt"),
        ("console/auxiliary", "console/auxiliary.txt"),
        ("News/Today.html", "News/Today.html.txt"),
    ],
)
def test_what_windows_has_no_file_of_is_escaped(id_: str, path: str) -> None:
    assert tree_path(id_, "text") == path


@pytest.mark.parametrize("kind", ["text", "markdown"])
def test_a_tree_is_read_as_it_was_written(kind: str, tmp_path: Path) -> None:
    ids = ["News", "a", "NEWS", "news", "b"]  # the first is a copy of the third, and goes
    texts = {each: article(1 if each == "NEWS" else at) for at, each in enumerate(ids, 1)}
    given_ = [{"id": each, "text": text} for each, text in texts.items()]

    result = dedup.clean(given_, tmp_path / "out", config=Config(format=kind))

    left = {each: text for each, text in texts.items() if each != "News"}
    assert dict(result.texts()) == left
    assert result.texts_of(["news", "a"]) == {each: texts[each] for each in ("news", "a")}
    assert {each["id"]: each["text"] for each in result.restore()} == texts
    assert len(list((tmp_path / "out" / "clean").iterdir())) == 4


def test_a_full_disk_names_the_document(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)

    with pytest.raises(OSError, match="No space left") as caught:
        write_tree(tmp_path / "news" / "a.txt", "The mill.", None)

    assert caught.value.filename == str(tmp_path / "news" / "a.txt")
