"""`_SUCCESS` and depfiles: with the real make."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

import dedup
from dedup.depfile import escaped, prerequisites, rule
from dedup.success import SUCCESS
from tests.material import prose

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MAKE = pytest.mark.skipif(not shutil.which("make"), reason="there is no make here")
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such names")
LONG_AGO = 1_600_000_000


def aged(path: Path, seconds: float) -> None:
    """Give a file an age: of so many seconds after long ago."""
    os.utime(path, (LONG_AGO + seconds, LONG_AGO + seconds))


def contents(folder: Path) -> dict[str, bytes]:
    """What the files of a folder hold."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


@pytest.fixture
def corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small corpus, in the current folder."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.txt").write_text("The mill on the upper river closed in May.\n")
    return tmp_path


# ── _SUCCESS ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_it_holds_the_digest_of_the_manifest(corpus: Path) -> None:
    import xxhash

    dedup.clean("in", "out")

    digest = xxhash.xxh3_128_hexdigest((corpus / "out/manifest.json").read_bytes())
    assert (corpus / "out" / SUCCESS).read_text() == f"{digest}\n"


def test_its_time_stays_where_nothing_changed_and_only_there(corpus: Path) -> None:
    dedup.clean("in", "out")
    mark = corpus / "out" / SUCCESS
    first = mark.read_bytes()
    for each in mark, corpus / "out/manifest.json":
        aged(each, 0.123456789)
    before = mark.stat().st_mtime_ns

    dedup.clean("in", "out")
    assert mark.stat().st_mtime_ns == before
    assert (corpus / "out/manifest.json").stat().st_mtime > LONG_AGO + 1  # this says when it was last done

    (corpus / "in/b.txt").write_text("Another.\n")
    dedup.clean("in", "out")
    assert mark.stat().st_mtime > LONG_AGO + 1
    assert mark.read_bytes() != first

    (corpus / "in/b.txt").unlink()
    dedup.clean("in", "out")
    assert mark.read_bytes() == first


def test_while_a_run_writes_the_earlier_one_stays_whole(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And when it is put in its place, nothing is marked; the next one is whole again."""
    dedup.clean("in", "out")
    before = contents(corpus / "out")

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    for place, is_whole in {"dedup.write.writing": True, "dedup.write.mark": True, "dedup.commit._come": False}.items():
        with monkeypatch.context() as patched:
            patched.setattr(place, killed)
            with pytest.raises(KeyboardInterrupt):
                dedup.clean("in", "out")
        shutil.rmtree(corpus / "out" / "work")
        assert (contents(corpus / "out") == before) is is_whole
        assert (corpus / "out" / SUCCESS).exists() is is_whole
        assert (corpus / "out" / "manifest.json").exists() is is_whole

    dedup.clean("in", "out")

    assert contents(corpus / "out") == before


# ── depfiles ────────────────────────────────────────────────────────────────────────────────────────────────────────

NAMES = [
    "plain.txt", "a b.txt", "d$x.txt", "h#x.txt", "c:x.txt", "st*r.txt", "q?.txt", "br[1].txt", "~til.txt", "bs\\x.txt",
    "bs\\ sp.txt", "amp&x.txt", "quo'te.txt", 'dq"x.txt', "par(en).txt", "ümlaut.txt", "-dash.txt", "a,b.txt",
    "@at.txt",
]  # fmt: skip
HALF = ["p%x.txt", "e=x.txt", "tab\tx.txt"]
"""Names that make takes among inputs, but not as targets: if such a file is gone, it says so and stops."""
NOT_AT_ALL = ["s;x.txt", "pi|pe.txt", "end\\", "tr\\#x.txt", "line\nend.txt"]


@pytest.fixture
def made(tmp_path: Path) -> Callable[[], bool]:
    """What makes `out/manifest.json` by a depfile in a folder, and says whether there was something to do."""
    (tmp_path / "out").mkdir()
    (tmp_path / "Makefile").write_text("out/manifest.json:\n\t@touch $@; echo made\n-include x.d\n")

    def run() -> bool:
        command = ["make", "out/manifest.json"]
        found = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
        return "made" in found.stdout

    return run


@MAKE
@POSIX
@pytest.mark.parametrize("name", NAMES + HALF)
def test_make_reads_any_name(tmp_path: Path, made: Callable[[], bool], name: str) -> None:
    file, manifest = tmp_path / name, tmp_path / "out/manifest.json"
    file.touch()
    (tmp_path / "zz.txt").touch()
    (tmp_path / "x.d").write_text(rule("out", [name, "zz.txt"]))
    for each in file, tmp_path / "zz.txt":
        aged(each, 0)

    assert [made(), made()] == [True, False]
    aged(manifest, 10)
    aged(file, 20)
    assert made()
    file.unlink()
    if name in NAMES:
        assert made()


@MAKE
@POSIX
def test_names_that_no_makefile_can_hold_are_left_out(tmp_path: Path, made: Callable[[], bool]) -> None:
    (tmp_path / "x.d").write_text(rule("out", [*NOT_AT_ALL, "a.txt"]))
    (tmp_path / "a.txt").touch()

    assert (tmp_path / "x.d").read_text() == "out/manifest.json out/_SUCCESS: a.txt\na.txt:\n"
    assert made()


def test_an_output_folder_may_have_any_name() -> None:
    assert rule("my out", []).startswith("my\\ out/manifest.json my\\ out/_SUCCESS:")
    assert escaped("a$b") == "a$$b"


def test_inputs_are_the_files_and_the_folders_they_stand_in(corpus: Path) -> None:
    (corpus / "in/deep/er").mkdir(parents=True)
    (corpus / "in/deep/er/b.txt").touch()
    (corpus / "in/photo.jpg").touch()
    (corpus / "c.jsonl").touch()
    (corpus / "more").mkdir()
    (corpus / "more/d.md").touch()

    names = prerequisites(["in", "c.jsonl", "more/*.md", "missing.txt"], corpus / "out")

    assert names == ["c.jsonl", "in", "in/a.txt", "in/deep", "in/deep/er", "in/deep/er/b.txt", "more/d.md"]
    assert prerequisites([str(corpus / "in/deep")], corpus / "in/deep/out") == ["in/deep/er", "in/deep/er/b.txt"]


MAKEFILE = """\
.DELETE_ON_ERROR:
all: counts

out/manifest.json:
	@echo cleaning
	@{dedup} clean in -o out -q --config my.toml --sites sites.json --decisions d.jsonl --depfile out.d
-include out.d

out/_SUCCESS: out/manifest.json ;

counts: out/_SUCCESS
	@echo counting
	@wc -l out/clean.jsonl > counts
"""


def _prepared(corpus: Path) -> None:
    """A Makefile, and settings and sites for it."""
    (corpus / "my.toml").write_text("[dedup]\nmin_words = 20\n")
    command = f"{sys.executable} -m dedup"
    page = f"<html><body><article><p>{prose(1, 80)}</p></article></body></html>"
    (corpus / "page.html").write_text(page)
    learn = ["site", "learn", "page.html", "--site", "a.example", "-o", "sites.json", "-q"]
    subprocess.run([*command.split(), *learn], check=True)
    (corpus / "d.jsonl").write_text('{"decision": "keep", "text": "at dawn"}\n')
    (corpus / "Makefile").write_text(MAKEFILE.format(dedup=command))
    for path in (*corpus.glob("in/*"), corpus / "in", corpus / "my.toml", corpus / "sites.json", corpus / "d.jsonl"):
        aged(path, 0)


@MAKE
def test_make_cleans_when_an_input_changed_and_goes_on_when_the_output_did(corpus: Path) -> None:
    _prepared(corpus)
    times = iter(range(100, 10_000, 100))

    def run(*touched: str) -> list[str]:
        """What make did, after a time in which some files were touched."""
        now = next(times)
        for name in touched:
            aged(corpus / name, now)
        found = subprocess.run(["make"], capture_output=True, text=True, check=True)
        for path in (*corpus.glob("out/*"), corpus / "counts", corpus / "out.d"):
            if path.stat().st_mtime > LONG_AGO + 100_000:  # written now, so that it is told apart from what was not
                aged(path, now + (50 if path.name == "counts" else 25))
        return [line for line in found.stdout.splitlines() if line.endswith("ing")]

    assert run() == ["cleaning", "counting"]
    assert run() == []
    assert run("in/a.txt") == ["cleaning"]  # it was touched only: what is made of the output stays
    assert run() == []
    (corpus / "in/b.txt").write_text("Another.\n")
    assert run("in/b.txt", "in") == ["cleaning", "counting"]
    assert run() == []
    for name in ("my.toml", "sites.json", "d.jsonl"):
        assert run(name) == ["cleaning"]
    (corpus / "in/b.txt").unlink()
    assert run("in") == ["cleaning", "counting"]
    assert run() == []


def test_a_depfile_needs_a_folder(corpus: Path) -> None:
    from click.testing import CliRunner

    from dedup.cli import main

    for words in (["-o", "-"], ["--dry-run"]):
        run = CliRunner().invoke(main, ["clean", "in", *words, "--depfile", "x.d"])
        assert run.exit_code == 2
        assert "--depfile is for an output folder of this machine: name it with -o." in run.stderr
    assert not (corpus / "x.d").exists()
