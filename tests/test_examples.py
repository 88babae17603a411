"""The examples run as a user runs them, and say what they should."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

import dedup
from tests.conftest import ROOT

EXAMPLES = ROOT / "examples"
SAID = {
    "common_crawl": ["12 pages in, 12 articles out", "columns: id, text, url,", "Dry taps and long memories"],
    "hugging_face": ["1000 rows in, 800 rows out; label: ['news', 'letters']", "800 rows out in memory"],
    "daily_batch": ["10 documents in the index", " characters of river-tolls-reprint.txt are in river-tolls.md"],
    "train_test_leak": ["15 of 110 test texts stand in the training set", "95 test texts stay, 0 of them"],
}
NEEDS = {
    "common_crawl": find_spec("warcio") and find_spec("dedup.warc"),
    "hugging_face": find_spec("datasets"),
    "daily_batch": hasattr(dedup, "Index"),
}
"""What an example needs that may not be there."""


def ran(*words: str | Path, folder: Path = ROOT) -> str:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    done = subprocess.run(
        list(map(str, words)), capture_output=True, text=True, cwd=folder, env={**os.environ, "PATH": path}, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_there_is_a_test_and_a_line_of_the_readme_for_each() -> None:
    readme = (EXAMPLES / "README.md").read_text(encoding="utf-8")

    assert {path.stem for path in EXAMPLES.glob("*.py")} == set(SAID)
    for path in [*EXAMPLES.glob("*.py"), *(EXAMPLES / "pipeline").glob("*")]:
        assert f"({path.relative_to(EXAMPLES).as_posix()})" in readme


@pytest.mark.parametrize("name", SAID)
def test_an_example_says_what_it_should(tmp_path: Path, name: str) -> None:
    if not NEEDS.get(name, True):
        pytest.skip("something that it needs is not there")

    said = ran(sys.executable, EXAMPLES / f"{name}.py", tmp_path / "new" / "folder")

    assert all(each in said for each in SAID[name]), said
    assert len((EXAMPLES / f"{name}.py").read_text(encoding="utf-8").splitlines()) < 60


@pytest.mark.skipif(not shutil.which("make"), reason="there is no make")
@pytest.mark.skipif(not find_spec("dedup.depfile"), reason="there is no --depfile")
def test_make_cleans_again_only_if_an_input_changed(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "seeds", tmp_path / "seeds")
    words = ("make", "-f", EXAMPLES / "pipeline" / "Makefile", "IN=seeds")

    first = ran(*words, folder=tmp_path)
    second = ran(*words, folder=tmp_path)
    (tmp_path / "seeds" / "bergblick.jsonl").touch()
    touched = ran(*words, folder=tmp_path)
    (tmp_path / "seeds" / "harbour-gazette" / "tram-museum.html").unlink()
    third = ran(*words, folder=tmp_path)

    assert "33 titles" in first
    assert "Nothing to be done" in second
    assert "dedup clean" in touched  # it runs,
    assert "titles" not in touched  # but nothing that depends on it does
    assert "32 titles" in third


def stages_of_dvc(folder: Path) -> Path:
    """A repository with seeds and the example: the folder of the latter."""
    shutil.copytree(ROOT / "seeds", folder / "seeds")
    return shutil.copytree(EXAMPLES / "pipeline", folder / "examples" / "pipeline")


def test_the_stages_of_dvc_do_what_they_say(tmp_path: Path) -> None:
    """The commands, in order, as DVC runs them: by a shell, in the folder of the file."""
    folder = stages_of_dvc(tmp_path)
    lines = (folder / "dvc.yaml").read_text(encoding="utf-8").splitlines()
    commands = [line.partition("cmd: ")[2] for line in lines if "cmd: " in line]

    assert len(commands) == 2
    for command in commands:
        ran("sh", "-c", command, folder=folder)
    assert (folder / "out/titles.txt").read_text(encoding="utf-8").count("\n") == 33


@pytest.mark.skipif(not shutil.which("dvc"), reason="there is no dvc: make test-tools")
def test_dvc_cleans_again_only_if_an_input_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DVC_NO_ANALYTICS", "1")
    monkeypatch.setenv("DVC_SITE_CACHE_DIR", str(tmp_path / "cache"))
    folder = stages_of_dvc(tmp_path)
    ran("git", "init", "--quiet", folder=tmp_path)
    ran("dvc", "init", "--quiet", folder=tmp_path)

    first = ran("dvc", "repro", folder=folder)
    second = ran("dvc", "repro", folder=folder)
    with (tmp_path / "seeds" / "bergblick.jsonl").open("a") as file:
        file.write("\n")
    blank = ran("dvc", "repro", folder=folder)
    (tmp_path / "seeds" / "harbour-gazette" / "tram-museum.html").unlink()
    third = ran("dvc", "repro", folder=folder)

    assert [ran_by(each) for each in (first, second, blank, third)] == [
        ["clean", "titles"],
        [],
        ["clean"],  # of the same bytes, so that nothing that depends on them runs
        ["clean", "titles"],
    ]
    assert (folder / "out/titles.txt").read_text(encoding="utf-8").count("\n") == 32


def ran_by(said: str) -> list[str]:
    """The stages that DVC says it runs."""
    return re.findall("Running stage '(.+)'", said)
