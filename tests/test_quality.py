"""The measuring itself, and that extraction does not fall below what it reached on the project's own pages."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from benchmarks import extractors, floors, quality, speed_pages
from benchmarks.extractors import ALONE, BARS, DEDUP
from benchmarks.pages import corpus, own
from benchmarks.peer import main as peer
from benchmarks.quality import Measured, Run, measure, parts
from benchmarks.scores import Score, figures, files, lines, score, shingles
from benchmarks.sites import KINDS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


@pytest.fixture(scope="module")
def pages() -> Sequence[Any]:
    return own()


# ── what was reached ────────────────────────────────────────────────────────────────────────────────────────────────


def test_extraction_does_not_fall_below_its_floors(pages: Sequence[Any]) -> None:
    measured = measure("own", pages, extractors.OWN, at_once=2)

    assert set(measured.reached()) == set(floors.load()["own"]), "run `make quality-update`"
    assert not floors.broken("own", measured.reached())


def test_a_floor_only_rises(tmp_path: Path) -> None:
    path = tmp_path / "floors.toml"

    assert floors.update("set", {"a": 0.9, "b": 0.8}, path) == ["a", "b"]
    assert floors.update("other", {"a": 0.5}, path) == ["a"]
    assert floors.update("set", {"a": 0.7, "b": 0.85}, path) == ["b"]

    assert floors.load(path) == {"set": {"a": 0.9, "b": 0.85}, "other": {"a": 0.5}}


def test_a_fall_is_named_but_for_a_little_slack(tmp_path: Path) -> None:
    path = tmp_path / "floors.toml"
    floors.update("set", {"a": 0.9, "b": 0.8}, path)

    assert floors.broken("set", {"a": 0.8995, "b": 0.7985}, path) == ["set: b: F1 0.7985 is below its floor 0.8000"]
    assert floors.broken("unknown", {"a": 0.1}, path) == []


def test_the_command_fails_below_a_floor_and_writes_what_it_found(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quality, "BARS", {"trafilatura": BARS["trafilatura"]})
    monkeypatch.setattr(quality, "OWN", {DEDUP: extractors.OWN[DEDUP]})
    monkeypatch.setattr(extractors, "find_spec", lambda _: None)
    held, out = tmp_path / "floors.toml", tmp_path / "out.json"
    with (tmp_path / "few.jsonl").open("w") as stream:
        stream.writelines(json.dumps(page) + "\n" for page in corpus(1, 3))
    floors.update("few", {f"all pages: {DEDUP}": 1.1}, held)

    code = quality.main([str(tmp_path), "--floors", str(held), "--json", str(out), "--worst", "3"])

    said = capsys.readouterr()
    assert code == 1
    assert f"few: all pages: {DEDUP}: F1 " in said.err
    assert "left out, since not installed (make quality installs them): resiliparse, jusText, readability" in said.out
    found = json.loads(out.read_text())["few"]
    assert [row["extractor"] for row in found["rows"]] == ["trafilatura", DEDUP]
    assert (found["pages"], found["bar"]) == (3, "trafilatura")


# ── the measure ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_f1_is_that_of_the_two_means() -> None:
    scores = [score("a b c d e", "a b c d e"), score("a b c d e", "x a b c d"), score("a b c d e", "")]

    assert scores[1:] == [Score(0.5, 0.5), Score(None, 0.0)]
    means = figures(scores)
    assert (means.precision, means.recall) == (0.75, 0.5)
    assert means.f1 == pytest.approx(0.6)
    assert figures([]).f1 == 0


def test_rows_are_of_sites_with_siblings_of_single_pages_and_of_types() -> None:
    pages = [{"site": "a"}] * 3 + [{"site": "b"}] * 2 + [{"site": "c", "type": "forum"}]

    assert parts(pages) == {
        "all pages": [0, 1, 2, 3, 4, 5],
        "sites with >= 3 pages": [0, 1, 2],
        "pages alone on their site": [5],
        "type forum": [5],
    }
    assert list(parts(pages[:3])) == ["all pages"]  # the others would say the same, or nothing


def test_the_bar_is_the_best_mode_and_the_worst_pages_are_below_it() -> None:
    good, fair, bad = Score(1.0, 1.0), Score(0.8, 0.8), Score(0.5, 0.5)
    pages = [{"id": name, "site": name} for name in "abc"]
    runs = {"trafilatura precision": [good, fair, fair], "trafilatura": [bad, bad, bad], DEDUP: [fair, bad, good]}
    measured = Measured("set", pages, {name: Run(scores, 1.0) for name, scores in runs.items()})

    assert measured.bar == "trafilatura precision"
    assert [id_ for _, id_ in measured.worst(5)] == ["b", "a"]
    assert [id_ for _, id_ in measured.worst(1)] == ["b"]
    assert replace(measured, runs={DEDUP: measured.runs[DEDUP]}).worst(5) == []


def test_a_page_that_is_alone_is_not_measured_alone_again() -> None:
    pages = [{"id": name, "site": name[0]} for name in ("a1", "a2", "a3", "b1")]
    measured = Measured("set", pages, {name: Run([Score(1.0, 1.0)] * 4, 1.0) for name in (DEDUP, ALONE)})

    assert f"sites with >= 3 pages: {ALONE}" in measured.reached()
    assert f"pages alone on their site: {ALONE}" not in measured.reached()


# ── the made-up pages ───────────────────────────────────────────────────────────────────────────────────────────────


def test_pages_depend_on_the_seed_alone() -> None:
    assert list(corpus(2, 2, 1)) == list(corpus(2, 2, 1))
    assert list(corpus(2, 2, 1, seed=2)) != list(corpus(2, 2, 1))


def test_pages_have_the_size_of_real_ones_and_their_own_texts(pages: Sequence[Any]) -> None:
    assert all(40_000 < len(page["html"]) < 300_000 for page in pages)
    assert all(len(page["gold"].split()) > 80 for page in pages)
    assert len({page["id"] for page in pages}) == len(pages) == 6 * len(KINDS) + 12
    shared = [shingles(a["gold"], 8) & shingles(b["gold"], 8) for a, b in pairwise(pages)]
    assert max(common.total() for common in shared) < 20


def test_the_gold_text_stands_in_the_page(pages: Sequence[Any]) -> None:
    from lxml import html

    for page in pages:
        tree = html.fromstring(page["html"])
        for unseen in tree.xpath("//script | //style | //title"):
            unseen.drop_tree()
        seen = score(page["gold"], " ".join(tree.itertext()))
        assert (seen.recall or 0) > 0.9, page["id"]  # boxes between paragraphs break some shingles
        assert (seen.precision or 0) < 0.8, page["id"]


# ── speed ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_all_programs_are_run_on_the_same_pages(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pages = speed_pages.stored("few", speed_pages.known(3, 60), tmp_path)
    assert [sorted(page) for page in lines(pages.given)] == [["html", "id", "site", "url"]] * 3

    speed_pages.compared(pages, 1, 1)

    said = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in said] == ["trafilatura", "dedup,", "dedup,", "dedup"]
    assert all(float(line.split()[-2]) > 0.5 for line in said[:3])


def test_two_processes_of_the_peer_say_what_one_says(tmp_path: Path) -> None:
    pages = speed_pages.stored("few", speed_pages.unknown(3), tmp_path)
    for jobs in ("1", "2"):
        peer(str(pages.given), str(tmp_path / jobs), jobs)

    assert (tmp_path / "1").read_text() == (tmp_path / "2").read_text() != ""


def test_a_folder_stands_for_the_pages_in_it(tmp_path: Path) -> None:
    for name in ("b.jsonl.gz", "a.jsonl", "notes.md"):
        (tmp_path / name).touch()

    assert [path.name for path in files([tmp_path, tmp_path / "notes.md"])] == ["a.jsonl", "b.jsonl.gz", "notes.md"]
