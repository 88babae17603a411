"""The safety stop: what sites and sources may lose, and that both ways of a run count alike."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

import dedup
from dedup import Limits, RemovalError, SettingError, UnreadableError
from dedup.cli import main
from dedup.flags import Columns, Flags
from dedup.gone import Gone, Named
from dedup.limits import LEAST, Group, over
from dedup.removals import Articles, grouped, groups
from dedup.settle import Decided
from tests.conftest import ROOT
from tests.material import article, prose

if TYPE_CHECKING:
    from pathlib import Path

NEVER = Limits(stop_removed=1.0)


def record(id_: str, text: str, site: str = "") -> dict[str, Any]:
    return {"id": id_, "text": text, **({"site": site} if site else {})}


def template(number: int) -> str:
    """A page of a catalogue: one long text for all of them but for a few words, so that any two are alike."""
    return f"{article(5)}\n\nItem {number} of the catalogue, {prose(number, 8)}"


def catalogue(count: int = 30) -> list[dict[str, Any]]:
    """A site of one template, that a false cluster would empty, beside one that is well."""
    shop = [record(f"shop{number:03}", template(number), "shop.example") for number in range(count)]
    return shop + [record(f"news{number:03}", article(100 + number), "news.example") for number in range(3 * count)]


def lines(path: Path, records: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(each) + "\n" for each in records))
    return path


# ── the stop ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "settings",
    [{}, {"keep_chrome": True}, {"unit": "document"}, {"unit": "document", "keep_chrome": True}],
    ids=lambda each: "-".join(map(str, each.values())) or "default",
)
def test_a_site_that_would_be_emptied_stops_the_run(tmp_path: Path, settings: dict[str, Any]) -> None:
    """Both ways of a run (`--keep-chrome` over lines takes the shorter one) say the same."""
    given_, config, out = lines(tmp_path / "in.jsonl", catalogue()), dedup.Config(**settings), tmp_path / "out"

    with pytest.raises(RemovalError) as raised:
        dedup.clean(given_, out, config=config)

    said = str(raised.value)
    assert said.startswith("safety stop: more than 60% would go of\n  site shop.example: 9")
    assert "% of the text of 30 documents (" in said
    assert said.endswith("; the keeper of 29 is shop000)")
    assert "news.example" not in said
    assert "source" not in said  # of the file as a whole a quarter goes
    assert [each.name for each in out.iterdir()] == ["work"]


def test_what_would_go_is_the_same_by_either_way(tmp_path: Path) -> None:
    given_ = lines(tmp_path / "in.jsonl", catalogue())
    config = dedup.Config(keep_chrome=True)

    by_lines = dedup.clean(given_, tmp_path / "lines", config=config, limits=NEVER)
    by_all = dedup.clean(catalogue(), tmp_path / "all", config=config, limits=NEVER)  # given so, it takes the long way

    (of_lines,), (of_all,) = (each.summary["most_removed"] for each in (by_lines, by_all))
    assert of_lines == of_all
    assert of_lines["name"] == "shop.example"
    assert of_lines["keeper"] == {"id": "shop000", "documents": 29}


def test_with_force_it_goes_on_from_there_and_the_record_says_so(tmp_path: Path) -> None:
    stopped = CliRunner().invoke(
        main, ["clean", str(lines(tmp_path / "in.jsonl", catalogue())), "-o", f"{tmp_path}/out"]
    )
    assert stopped.exit_code == 5
    assert "  site shop.example: 9" in stopped.stderr
    assert stopped.stderr.endswith(
        "Nothing was written. --dry-run shows what would go; --force writes it all the same, --stop-removed SHARE moves"
        " the limit: into the same folder that goes on from here.\n"
    )

    forced = CliRunner().invoke(main, ["clean", f"{tmp_path}/in.jsonl", "-o", f"{tmp_path}/out", "--force"])
    assert forced.exit_code == 0
    assert dedup.Result(tmp_path / "out").summary["most_removed"][0]["name"] == "shop.example"


def test_an_earlier_run_stays_as_it_was(tmp_path: Path) -> None:
    dedup.clean(catalogue()[30:], tmp_path / "out")
    before = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}

    with pytest.raises(RemovalError):
        dedup.clean(catalogue(), tmp_path / "out")

    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir() if path.is_file()} == before


@pytest.mark.parametrize(
    ("words", "code", "warned"),
    [
        ([], 5, False),
        (["--stop-removed", "0.95"], 0, True),
        (["--stop-removed", "1"], 0, True),
        (["--stop-removed", "1", "--warn-removed", "0.99"], 0, False),
        (["--stop-removed", "0"], 5, False),
        (["--force"], 0, True),
        (["--dry-run"], 0, True),
        (["--check"], 1, True),
    ],
)
def test_the_limits_are_flags(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, words: list[str], code: int, warned: bool
) -> None:
    given_ = lines(tmp_path / "in.jsonl", catalogue())

    run = CliRunner().invoke(main, ["clean", str(given_), "-o", f"{tmp_path}/out", "-q", *words])

    assert (run.exit_code, "Warning: more than" in caplog.text) == (code, warned)


def test_a_warning_stands_on_standard_error_even_if_quiet(tmp_path: Path) -> None:
    lines(tmp_path / "in.jsonl", catalogue())

    for words in ([], ["-q"], ["-v"]):
        command = [sys.executable, "-m", "dedup", "clean", "in.jsonl", "-o", "out", "--force", *words]
        said = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stderr
        assert (
            said.count("Warning: more than 30% goes of\n  site shop.example: 91.5% of the text of 30 documents (") == 1
        )


def test_the_flags_change_no_byte(tmp_path: Path) -> None:
    given_ = lines(tmp_path / "in.jsonl", catalogue())
    for out, words in (("a", ["--force"]), ("b", ["--stop-removed", "1", "--warn-removed", "0"])):
        assert CliRunner().invoke(main, ["clean", str(given_), "-o", f"{tmp_path}/{out}", "-q", *words]).exit_code == 0

    assert (tmp_path / "a/manifest.json").read_bytes() == (tmp_path / "b/manifest.json").read_bytes()


def test_a_source_that_was_read_twice_stops_the_run(tmp_path: Path) -> None:
    """One batch under two names."""
    (tmp_path / "in").mkdir()
    for name in ("first", "second"):
        lines(tmp_path / f"in/{name}.jsonl", [record(f"{name}{n}", article(n)) for n in range(25)])
    for name in ("a", "b"):
        for number in range(25):
            path = tmp_path / f"tree/{name}/{number}.txt"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(article(number))

    for where, source in (("in", "second.jsonl"), ("tree", "b/")):
        with pytest.raises(
            RemovalError, match=rf"source {source}: 99.4% of the text of 25 documents \(document 99.4%\)"
        ):
            dedup.clean(tmp_path / where, tmp_path / "out")


@pytest.mark.parametrize("count", [LEAST - 1, LEAST])
def test_a_small_group_does_not_count(tmp_path: Path, count: int) -> None:
    records = catalogue(count)
    if count < LEAST:
        dedup.clean(records, tmp_path / "out")
    else:
        with pytest.raises(RemovalError):
            dedup.clean(records, tmp_path / "out")


def test_what_an_extractor_leaves_out_of_pages_does_not_count(tmp_path: Path) -> None:
    """Of these pages nine tenths are navigation."""
    menu = "".join(f"<li><a href='/{number}'>{prose(number, 5)}</a></li>" for number in range(60))
    for number in range(25):
        body = "".join(f"<p>{prose(number * 10 + part, 50)}</p>" for part in range(2))
        page = f"<html><body><nav><ul>{menu}</ul></nav><article><h1>On {number}</h1>{body}</article></body></html>"
        (tmp_path / f"in/{number}.html").parent.mkdir(exist_ok=True)
        (tmp_path / f"in/{number}.html").write_text(page)

    result = dedup.clean(tmp_path / "in", tmp_path / "out")

    assert result.summary["characters"]["out"] < 0.4 * result.summary["characters"]["in"]
    assert "most_removed" not in result.summary


def test_chrome_within_texts_counts(tmp_path: Path) -> None:
    notice = "© 2024 Estuary Post. All rights reserved. No part of this may be reproduced without written permission."
    records = [record(f"{n}", f"{prose(n, 20)}\n\n" + f"{notice}\n\n" * 3, "post.example") for n in range(25)]

    with pytest.raises(RemovalError, match=r"site post.example: \d\d\.\d% of the text of 25 documents \(\w+ \d\d"):
        dedup.clean(records, tmp_path / "out")
    dedup.clean(records, tmp_path / "out", config=dedup.Config(keep_chrome=True, min_words=50))


def test_the_demo_corpus_needs_no_force() -> None:
    assert "most_removed" not in dedup.clean(ROOT / "seeds").summary


# ── limits as values ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "limits",
    [Limits(max_errors=-1), Limits(max_errors=1.5), Limits(warn_removed=1.1), Limits(stop_removed=-0.1),
     Limits(stop_removed=float("nan"))],
)  # fmt: skip
def test_a_limit_that_cannot_be_is_refused_before_any_work(tmp_path: Path, limits: Limits) -> None:
    with pytest.raises(SettingError, match=": must be "):
        dedup.clean([record("a", "The mill.")], tmp_path / "out", limits=limits)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(("most", "goes"), [(None, True), (1, True), (0, False), (0.5, True), (0.49, False)])
def test_failures_are_counted_of_all_inputs(most: float | None, goes: bool) -> None:
    inputs = [record("a", "The mill closed."), record("b", "")]
    if goes:
        assert len(dedup.clean(inputs, limits=Limits(max_errors=most)).failures) == 1
    else:
        with pytest.raises(UnreadableError, match=r"1 of 2 inputs failed, of .* that may; .*:\n  b?.*: empty"):
            dedup.clean(inputs, limits=Limits(max_errors=most))


def test_groups_are_listed_from_the_worst_on() -> None:
    listed = [Group("site", name, 20, 100, {"passage": size}, None) for name, size in (("a", 40), ("b", 90), ("c", 40))]

    assert [each.name for each in over(listed, 0.3)] == ["b", "a", "c"]
    assert [each.name for each in over(listed, 0.4)] == ["b"]
    assert over(listed, 0.9) == []


# ── the count ───────────────────────────────────────────────────────────────────────────────────────────────────────


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 99), st.booleans()), max_size=90))
def test_shares_are_sums_over_sums(documents: list[tuple[str, int, bool]]) -> None:
    names, sizes, gone = (list(column) for column in zip(*documents, strict=True)) if documents else ([], [], [])
    numbers = np.flatnonzero(np.array(gone, np.bool_))
    known = Named([f"d{n}" for n in range(len(sizes))], np.array(sizes, np.int64), np.array(sizes, np.int64))
    found = Decided(np.zeros(len(numbers), np.int64), np.ones(len(numbers)), np.ones(len(numbers)))
    articles = Articles(known.ids, known.characters, {}, lambda: [("site", grouped(names))])

    listed = {each.name: each for each in groups(articles, Gone(numbers, found, known), 0.3)}

    for name in "abc":
        own = [(size, goes) for other, size, goes in documents if other == name]
        total, lost = sum(size for size, _ in own), sum(size for size, goes in own if goes)
        assert (name in listed) == (len(own) >= LEAST and lost > 0.3 * total)
        if name in listed:
            assert listed[name][2:] == (len(own), total, {"document": lost}, ("d0", sum(goes for _, goes in own)))


def test_passages_what_is_left_of_copies_and_chrome_are_counted_by_kind() -> None:
    count = LEAST
    places = np.array([[0, 30, 0, 0, 30, 6, 0], [40, 50, 1, 0, 10, 2, 1]] * count, np.int32)
    columns = Columns(
        np.arange(count), np.arange(0, 2 * count + 1, 2), places, np.ones((2 * count, 3)),
        np.arange(count + 1), np.array([[60, 65]] * count, np.int32), np.arange(count + 1), np.zeros(count, np.int32),
    )  # fmt: skip
    ids = [f"d{number}" for number in range(count)]
    chrome = {3: {"byline": 7}}
    articles = Articles(ids, np.full(count, 100), chrome, lambda: [("source", grouped(["x"] * count))])

    (found,) = groups(articles, Flags(columns, ids), 0.3)

    kinds = {"byline": 7, "document": 10 * count, "header": 5 * count, "passage": 30 * count}
    assert found == Group("source", "x", count, 100 * count, kinds, ("d0", count))
    assert found.share == round((45 * count + 7) / (100 * count), 4)
