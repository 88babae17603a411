"""When a run writes `report.html`, when it does not, and that no page is left that is of another run."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import fsspec
import pytest

import dedup
from dedup import Config, Limits, RemovalError, Result, outputs, report
from dedup.cli import main
from dedup.run import pool, serial
from tests.conftest import ROOT
from tests.material import article, prose
from tests.torture.trial import digests

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = "report.html"
DOCUMENTS = [{"id": each, "text": f"{article(1)}\n\n{prose(at, 40)}"} for at, each in enumerate("abc")]


@pytest.fixture
def memory() -> Iterator[Any]:
    system = fsspec.filesystem("memory")
    system.store.clear()
    yield system
    system.store.clear()


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"keep_chrome": True},
        {"keep_chrome": True, "unit": "document"},
        {"keep_duplicates": True},
        {"emit": "attributes"},
        {"format": "markdown"},
        {"format": "parquet", "shard_size": 1},
    ],
    ids=str,
)
def test_every_run_into_a_folder_writes_one(tmp_path: Path, more: dict[str, Any]) -> None:
    result = dedup.clean(DOCUMENTS, tmp_path / "out", config=Config(**more))

    assert (tmp_path / "out" / PAGE).read_bytes()
    assert PAGE not in result.manifest["files"]


def test_it_is_written_when_all_else_is_there_but_the_mark(tmp_path: Path) -> None:
    seen: list[set[str]] = []

    def looked(result: Result) -> None:
        seen.append({path.name for path in Path(str(result.folder)).iterdir()})
        assert result.summary["documents"]["in"] == len(DOCUMENTS)
        assert len(list(result.restore())) == len(DOCUMENTS)

    for _ in range(2):  # in the place of an earlier one, too
        with patch.object(report, "write", looked):
            dedup.clean(DOCUMENTS, tmp_path / "out")

    lines = {"clean.jsonl", "removed.jsonl", "failures.jsonl", "sources.jsonl"}
    assert seen == [lines | {"manifest.json"}] * 2
    assert (tmp_path / "out" / "_SUCCESS").is_file()


def test_without_one_that_of_an_earlier_run_goes(tmp_path: Path) -> None:
    dedup.clean(DOCUMENTS, tmp_path / "out")
    assert (tmp_path / "out" / PAGE).is_file()

    with patch.object(report, "write") as made:
        dedup.clean(DOCUMENTS, tmp_path / "out", config=Config(report=False))

    assert not made.called
    assert not (tmp_path / "out" / PAGE).exists()
    assert (tmp_path / "out" / "_SUCCESS").is_file()


def test_it_goes_when_another_is_there_and_not_before(tmp_path: Path) -> None:
    dedup.clean(DOCUMENTS, tmp_path / "out")
    page = (tmp_path / "out" / PAGE).read_bytes()

    with pytest.raises(RemovalError):
        dedup.clean(
            [{"id": str(each), "text": article(1), "site": "a"} for each in range(40)],
            tmp_path / "out",
            limits=Limits(stop_removed=0.1),
        )
    assert (tmp_path / "out" / PAGE).read_bytes() == page
    assert (tmp_path / "out" / "manifest.json").is_file()

    with patch.object(outputs, "clean", side_effect=OSError("no room")), pytest.raises(OSError, match="no room"):
        dedup.clean(DOCUMENTS, tmp_path / "out")
    assert (tmp_path / "out" / PAGE).read_bytes() == page


def test_a_run_whose_page_cannot_be_written_leaves_the_earlier_one(tmp_path: Path) -> None:
    dedup.clean(DOCUMENTS, tmp_path / "out")
    before = digests(tmp_path / "out")

    with patch.object(report, "write", side_effect=OSError("no room")), pytest.raises(OSError, match="no room"):
        dedup.clean(DOCUMENTS, tmp_path / "out")

    shutil.rmtree(tmp_path / "out" / "work")  # from which it goes on
    assert digests(tmp_path / "out") == before


def test_what_goes_nowhere_has_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from click.testing import CliRunner

    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.txt").write_text(article(1))
    with patch.object(report, "write") as made:
        dedup.clean(DOCUMENTS)
        for words in (["--dry-run"], ["-o", "-"], ["--check"]):
            assert CliRunner().invoke(main, ["clean", "a.txt", "-q", *words]).exit_code == 0
        assert not made.called
        assert CliRunner().invoke(main, ["clean", "a.txt", "-q", "-o", "out", "--no-report"]).exit_code == 0
        assert not made.called
        assert CliRunner().invoke(main, ["clean", "a.txt", "-q", "-o", "out"]).exit_code == 0
        assert made.call_count == 1


def test_it_is_the_same_whatever_the_number_of_workers(tmp_path: Path) -> None:
    pages = []
    for name, runner in (("one", serial), ("two", pool(2))):
        dedup.clean(ROOT / "seeds", tmp_path / name, runner=runner)
        pages.append((tmp_path / name / PAGE).read_bytes())

    assert pages[0] == pages[1]


def test_behind_a_url_it_is_put_replaced_and_removed(memory: Any, tmp_path: Path) -> None:
    url = "memory://bucket/out"
    for documents in (DOCUMENTS, DOCUMENTS[:2]):
        dedup.clean(documents, tmp_path / "out")
        dedup.clean(documents, url)
        assert memory.cat_file(f"/bucket/out/{PAGE}") == (tmp_path / "out" / PAGE).read_bytes()

    dedup.clean(DOCUMENTS, url, config=Config(report=False))

    assert not memory.exists(f"/bucket/out/{PAGE}")
    assert memory.exists("/bucket/out/_SUCCESS")
