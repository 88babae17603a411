# ruff: noqa: E501 (tables of cases)
"""What a report says of a run: held to runs of which it is known, to forged ones, and to all that a run may be."""

from __future__ import annotations

import subprocess
import sys
from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson
import pytest

import dedup
from dedup import Config, Result, report, report_read
from tests.material import article, prose, vouch

if TYPE_CHECKING:
    from pathlib import Path

    from dedup.account import Account

NEVER = dedup.Limits(stop_removed=1.0)
NOTICE = "Sign up for our newsletter and have all of it in your box at six each morning, free of charge."


def records() -> list[dict[str, Any]]:
    """Articles of two sites, each with a notice; `copy` has two paragraphs of `a`, one of them with two other words."""
    found: list[dict[str, Any]] = [
        {"id": id_, "text": f"{article(number)}\n\n{NOTICE}\n", "url": f"https://{site}/{id_}", "date": date}
        for number, (id_, site, date) in enumerate(
            [("a", "mill.example", "2024-01-05"), ("b", "mill.example", "2024-02-06"), ("c", "mill.example", "2024-04-07"),
             ("d", "ferry.example", "2024-01-08")]
        )
    ]  # fmt: skip
    first, second = article(0).split("\n\n")[1:3]
    changed = second.replace(second.split()[4], "otherwise", 1)
    copied = f"{prose(77)}\n\n{first}\n\n{prose(78)}\n\n{changed}\n\n{prose(79)}\n"
    return [*found, {"id": "copy", "text": copied, "url": "https://ferry.example/copy"}]


def run(folder: Path, inputs: Any = None, **settings: Any) -> Result:
    return dedup.clean(records() if inputs is None else inputs, folder, config=Config(**settings), limits=NEVER)


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Result:
    return run(tmp_path_factory.mktemp("report") / "out")


@pytest.fixture(scope="module")
def account(result: Result) -> Account:
    return report.account_of(result)


# ── a run of which all is known ─────────────────────────────────────────────────────────────────────────────────────


def test_the_funnel_is_that_of_the_run(account: Account, result: Result) -> None:
    funnel, removed = account.funnel, list(result.removed())

    assert (funnel.documents_in, funnel.documents_out, funnel.failed) == (5, 5, 0)
    assert funnel.characters_in == funnel.chrome + funnel.duplicates + funnel.characters_out
    assert sum(each.spans for each in funnel.amounts) == len(removed) == account.seen.spans
    assert account.seen.is_all


def test_a_passage_of_chrome_is_told_once_in_its_place(account: Account) -> None:
    (found,) = account.patterns

    assert "".join(piece.text for piece in found.pieces).strip() == NOTICE
    assert (found.documents, found.site_count, found.first, found.last) == (4, 2, "2024-01-05", "2024-04-07")
    assert account.pattern_count == 1
    example = found.example
    assert example.before.startswith("…")
    assert article("abcd".index(example.id)).endswith(example.before[1:].strip())
    assert account.once.spans == 0


def test_copies_stand_with_what_was_kept_of_them(account: Account) -> None:
    (cluster,) = account.clusters

    assert (cluster.keeper.id, cluster.size, cluster.kind) == ("a", 2, "passage")
    assert [each.id for each in cluster.members] == ["copy"]
    assert cluster.members[0].similarity < 1
    assert account.sizes == ((2, 1),)
    assert article(0).split("\n\n")[1] in cluster.keeper.text


def test_samples_show_both_sides_and_hold(account: Account) -> None:
    first, second = account.samples

    assert (first.band, second.band) == ("0.95 to 1", "1")
    assert (second.similarity, second.containment, second.jaccard) == (1.0, 1.0, 1.0)
    assert first.jaccard < first.similarity < 1
    for each in account.samples:
        assert (each.removed.id, each.kept.id, each.wrong, each.is_checked) == ("copy", "a", "", True)
        assert each.removed.before
        assert each.kept.after.endswith("…")


def test_all_duplicates_were_checked(account: Account) -> None:
    estimate = account.estimate

    assert estimate is not None
    assert (estimate.population, estimate.checked, estimate.wrong, estimate.beyond) == (2, 2, 0, 0)
    assert estimate.interval == (0.0, 0.0)  # all were: nothing is estimated


def test_the_curve_is_that_of_the_bands_with_the_pairs_of_the_run(account: Account) -> None:
    curve = account.curve

    assert curve is not None
    assert (curve.bands, curve.rows, curve.shingle) == (20, 6, 5)
    assert sum(point.pairs for point in curve.points) == 2
    assert curve.points[-1].low == 0.95
    assert all(0 <= point.interval[0] <= point.candidates / point.pairs <= point.interval[1] for point in curve.points)


def test_sites_and_dates(account: Account, result: Result) -> None:
    sizes = {source["id"]: source["characters"] for source in result.sources()}
    months = {period.name: period.documents for period in account.timeline}

    assert {group.site: group.documents for group in account.groups} == {"mill.example": 3, "ferry.example": 2}
    assert sum(group.characters for group in account.groups) == sum(sizes.values())
    assert sum(group.duplicates for group in account.groups) == account.funnel.duplicates
    assert sum(group.chrome for group in account.groups) == account.funnel.chrome
    assert months == {"2024-01": 2, "2024-02": 1, "2024-03": 0, "2024-04": 1}
    assert account.undated == 1


def test_settings_that_are_not_as_usual_are_told_without_a_path(tmp_path: Path) -> None:
    known = dedup.Index.build(tmp_path / "known.index", [{"id": "old", "text": article(60)}])

    account = report.account_of(dedup.clean(records(), tmp_path / "out", against=known, config=Config(min_words=20)))

    assert account.settings == {"min_words": 20, "against": "known.index"}
    assert str(tmp_path) not in repr(account)


# ── wrong removals are found ────────────────────────────────────────────────────────────────────────────────────────


def forged(folder: Path, name: str, change: Any) -> Result:
    """A run of which some records were changed; `change` is given each record of a file, and gives what stands there
    then."""
    lines = (folder / name).read_bytes().splitlines()
    (folder / name).write_bytes(b"".join(orjson.dumps(change(orjson.loads(line))) + b"\n" for line in lines))
    vouch(folder)
    return Result(folder)


def _told_too_much(record: dict[str, Any]) -> dict[str, Any]:
    return record | {"similarity": 0.9999} if record.get("similarity", 1) < 1 else record


def _another_place(record: dict[str, Any]) -> dict[str, Any]:
    keeper = record.get("keeper")
    return record | {"keeper": keeper | {"start": 0, "end": 90}} if keeper and record["similarity"] == 1 else record


def _another_keeper(record: dict[str, Any]) -> dict[str, Any]:
    keeper = record.get("keeper")
    return record | {"keeper": keeper | {"id": "b"}} if keeper and record["similarity"] == 1 else record


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        (_told_too_much, "is less than the 0.9999 that its record tells"),
        (_another_place, "is less than 0.8"),
        (_another_keeper, "is less than 0.8"),
    ],
)
def test_a_record_that_does_not_hold_is_found(tmp_path: Path, change: Any, wrong: str) -> None:
    run(tmp_path / "out")

    estimate = report.account_of(forged(tmp_path / "out", "removed.jsonl", change)).estimate

    assert estimate is not None
    assert (estimate.checked, estimate.wrong) == (2, 1)
    assert [wrong in each.wrong for each in estimate.found] == [True]


def test_a_keeper_that_lost_the_passage_itself_does_not_keep_it(tmp_path: Path) -> None:
    """As if both copies went for each other."""
    first = article(0).split("\n\n")[1]
    run(tmp_path / "out")
    gone = {"id": "a", "start": article(0).index(first), "end": article(0).index(first) + len(first), "text": first}
    why = {
        "reason": "duplicate",
        "kind": "passage",
        "why": "",
        "evidence": {"words": 60, "containment": 1, "jaccard": 1},
    }
    record = gone | why | {"keeper": {"id": "copy", "start": 0, "end": 9}, "similarity": 1.0}
    lines = (tmp_path / "out" / "removed.jsonl").read_bytes()
    (tmp_path / "out" / "removed.jsonl").write_bytes(orjson.dumps(record) + b"\n" + lines)
    forged(tmp_path / "out", "clean.jsonl", lambda each: each | {"text": each["text"].replace(first, "")})

    estimate = report.account_of(Result(tmp_path / "out")).estimate

    assert estimate is not None
    assert {each.removed.id: each.wrong for each in estimate.found}["copy"] == "similarity 0.0000 is less than 0.8"


def test_a_figure_that_was_changed_in_the_keeper_is_found(tmp_path: Path) -> None:
    text = prose(5).replace(".", " and that in 1911.", 1)
    result = run(
        tmp_path / "out", [{"id": "a", "text": f"{prose(1)}\n\n{text}"}, {"id": "b", "text": f"{text}\n\n{prose(2)}"}]
    )
    assert sum(1 for _ in result.removed()) == 1
    found = report.account_of(result).estimate
    assert found is not None
    assert not found.wrong

    changed = forged(
        tmp_path / "out", "clean.jsonl", lambda each: each | {"text": each["text"].replace("1911", "1914")}
    )

    estimate = report.account_of(changed).estimate
    assert estimate is not None
    assert [each.wrong for each in estimate.found] == [
        "similarity 0.9846 is less than the 1.0000 that its record tells"
    ]


# ── every kind of run has an account ────────────────────────────────────────────────────────────────────────────────

RUNS: dict[str, dict[str, Any]] = {
    "markdown": {"format": "markdown"},
    "text": {"format": "text"},
    "csv": {"format": "csv"},
    "parquet": {"format": "parquet"},
    "compressed": {"format": "jsonl.gz"},
    "parts": {"shard_size": 1},
    "provenance": {"provenance": True},
    "duplicates only": {"keep_chrome": True},
    "chrome only": {"keep_duplicates": True},
    "attributes": {"emit": "attributes"},
    "within": {"within": True},
    "whole documents": {"unit": "document"},
    "whole documents only": {"unit": "document", "keep_chrome": True},
}


@pytest.mark.parametrize("settings", RUNS.values(), ids=RUNS)
def test_every_run_has_an_account(tmp_path: Path, settings: dict[str, Any]) -> None:
    inputs = [*records(), records()[0] | {"id": "again"}]
    account = report.account_of(run(tmp_path / "out", inputs, **settings))

    is_known = settings.get("emit") != "attributes"
    assert account.funnel.documents_in == 6
    assert len(account.patterns) == ("keep_chrome" not in settings)
    assert (account.curve is None) == ("keep_duplicates" in settings)
    assert (account.estimate is None) == ("keep_duplicates" in settings or not is_known)
    assert [each.wrong for each in account.samples if each.wrong] == []
    assert {each.is_checked for each in account.samples} <= {is_known}
    assert all(bool(each.kept.text) == is_known for each in account.samples)
    assert all(bool(each.example.before + each.example.after) == is_known for each in account.patterns)


def test_a_run_that_lost_nothing_has_an_account(tmp_path: Path) -> None:
    account = report.account_of(run(tmp_path / "out", [{"id": "a", "text": article(1)}]))

    assert (account.patterns, account.clusters, account.samples, account.estimate) == ((), (), (), None)
    assert (account.seen.spans, account.seen.is_all, account.timeline, account.undated) == (0, True, (), 1)
    assert account.curve is not None
    assert account.curve.points == ()


def test_of_a_keeper_in_an_index_the_text_is_not_known(tmp_path: Path) -> None:
    known = dedup.Index.build(tmp_path / "known.index", [{"id": "old", "text": article(9)}])
    new = {"id": "new", "text": f"{prose(80)}\n\n{prose(9_001)}\n\n{prose(81)}"}

    account = report.account_of(dedup.clean([*records(), new], tmp_path / "out", against=known, limits=NEVER))

    (sample,) = (each for each in account.samples if each.of_index)
    (cluster,) = (each for each in account.clusters if each.of_index)
    assert (sample.kept.id, sample.kept.text, sample.is_checked, sample.wrong) == ("old", "", False, "")
    assert (cluster.keeper.id, cluster.keeper.text, cluster.of_index) == ("old", "", sample.of_index)
    assert account.estimate is not None
    assert (account.estimate.population, account.estimate.beyond) == (2, 1)


def test_a_run_from_before_sites_and_dates_were_told(tmp_path: Path) -> None:
    run(tmp_path / "out")
    old = forged(
        tmp_path / "out",
        "sources.jsonl",
        lambda each: {name: value for name, value in each.items() if name not in ("site", "date")},
    )

    account = report.account_of(old)

    assert [(group.site, group.source, group.documents) for group in account.groups] == [("", "input", 5)]
    assert (account.timeline, account.undated) == ((), 5)


def test_failures_are_told(tmp_path: Path) -> None:
    account = report.account_of(run(tmp_path / "out", [*records(), {"id": "void", "text": " "}]))

    assert account.failure_count == 1
    assert account.failures[0].why == "empty: there is no text in it"


@pytest.mark.parametrize("name", ["removed.jsonl", "sources.jsonl", "failures.jsonl"])
def test_a_damaged_file_is_an_error_that_says_where(tmp_path: Path, name: str) -> None:
    result = run(tmp_path / "out")
    (tmp_path / "out" / name).write_bytes(b'{"id": "a", \n')

    with pytest.raises(dedup.OutputError, match=f"{name}: .* were written"):
        report.account_of(result)


# ── much of it ──────────────────────────────────────────────────────────────────────────────────────────────────────


def many(count: int) -> list[dict[str, Any]]:
    """Articles of which each second one has a paragraph of the one before it."""
    return [
        {"id": f"{number:03d}", "url": f"https://{'ab'[number % 2]}.example/{number}", "text": text}
        for number in range(count)
        for text in [f"{article(number)}\n\n{NOTICE}\n\n{prose(1_000 * (number - number % 2))}"]
    ]


@pytest.fixture
def large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Result:
    """A run of which half of the records is read."""
    result = run(tmp_path / "out", many(120))
    monkeypatch.setattr(report_read, "READ", (tmp_path / "out" / "removed.jsonl").stat().st_size // 2)
    monkeypatch.setattr(report_read, "STRETCHES", 4)
    return result


def test_of_a_large_run_stretches_are_read(large: Result) -> None:
    every, read, account = list(large.removed()), report_read.went(large, report_read.READ), report.account_of(large)

    told = [record["id"] for record in read.records]
    assert told == sorted(told)
    assert read.records == [each for each in every if each["id"] in set(told)]  # of each document all
    assert (account.seen.spans, account.seen.of) == (len(read.records), len(every))
    assert len(every) / 4 < account.seen.spans < len(every) * 3 / 4
    assert sum(group.documents for group in account.groups) == len(set(told))
    chrome = sum(len(each["text"]) for each in read.records if each["reason"] == "chrome")
    assert sum(group.chrome for group in account.groups) == chrome
    assert account == report.account_of(Result(large.folder))


def test_with_everything_all_is_read(large: Result, monkeypatch: pytest.MonkeyPatch) -> None:
    account = report.account_of(large, everything=True)

    assert account.seen.is_all
    assert account.funnel == report.account_of(large).funnel
    monkeypatch.undo()
    assert account == report.account_of(large)


def test_few_duplicates_are_all_read_and_of_many_some(large: Result, monkeypatch: pytest.MonkeyPatch) -> None:
    of_all = report.account_of(large, everything=True).estimate
    few = report.account_of(large).estimate
    monkeypatch.setattr(report_read, "ENOUGH", 1)
    some = report.account_of(large).estimate

    assert of_all is not None
    assert few == of_all
    assert some is not None
    assert some.population == of_all.population == of_all.checked
    assert 0 < some.checked < some.population
    assert some.interval[1] > 0


def test_clusters_of_a_large_run_are_whole_and_the_largest_are_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = prose(50_000)
    inputs = [
        {
            "id": f"{number:03d}",
            "text": "\n\n".join([prose(number), *[shared] * (number % 3 == 0), prose(900 + number // 2)]),
        }
        for number in range(200)
    ]
    result = run(tmp_path / "out", inputs, keep_chrome=True)
    of_all = report.account_of(result)
    for name, value in {"READ": (tmp_path / "out" / "removed.jsonl").stat().st_size // 2, "STRETCHES": 4, "ENOUGH": 1,
                        "LARGEST": 1, "TAKEN": 20}.items():  # fmt: skip
        monkeypatch.setattr(report_read, name, value)

    account = report.account_of(result)

    assert account.clusters[0] == of_all.clusters[0]
    assert account.clusters[0].size == 67
    assert account.sizes[-1] == (67, 1)
    assert 0 < account.sizes[0][1] < of_all.sizes[0][1]

    monkeypatch.setattr(report_read, "OF_KEEPER", 30)
    (largest, *_), (exact, *_) = report.account_of(result).clusters, of_all.clusters
    assert largest.is_estimate
    assert largest.keeper == exact.keeper
    assert largest.copies == pytest.approx(exact.copies, rel=0.05)
    assert largest.characters == pytest.approx(exact.characters, rel=0.05)
    assert not any(each.is_estimate for each in of_all.clusters + account.clusters)


class _Stream(BytesIO):
    """A file of which no other way is known than to read on."""

    def seekable(self) -> bool:
        return False

    def seek(self, *_: int) -> int:
        raise OSError


def test_stretches_are_the_same_where_a_store_reads_in_order_only(
    large: Result, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = report_read.went(large, report_read.READ)
    content = (large.folder / "removed.jsonl").read_bytes()
    monkeypatch.setattr("pathlib.Path.open", lambda *_: _Stream(content))

    assert report_read.went(large, report_read.READ) == seen


def test_documents_that_lost_nothing_count_within_a_stretch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inputs = [each | {"text": article(900 + number)} if number % 3 else each for number, each in enumerate(many(120))]
    result = run(tmp_path / "out", inputs)
    monkeypatch.setattr(report_read, "STRETCHES", 4)
    read = report_read.went(result, (tmp_path / "out" / "removed.jsonl").stat().st_size // 2)

    sums = report_read.sources(result, read).groups.values()

    lost = len({record["id"] for record in read.records})
    assert 2 * lost < sum(each.documents for each in sums) < 4 * lost


def test_the_same_run_gives_the_same_account_whatever_the_order_of_sets(result: Result) -> None:
    code = "import sys; from dedup import Result, report; print(report.account_of(Result(sys.argv[1])))"
    said = {
        subprocess.run(
            [sys.executable, "-c", code, str(result.folder)],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }

    assert len(said) == 1
    assert said == {f"{report.account_of(result)}\n"}


# ── the file ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_page_is_written_into_the_folder_and_a_remote_one(tmp_path: Path) -> None:
    pytest.importorskip("fsspec")
    here, there = run(tmp_path / "out"), run(tmp_path / "out2")
    report.write(here)
    report.write(there)

    assert (tmp_path / "out" / "report.html").read_bytes() == (tmp_path / "out2" / "report.html").read_bytes()
    remote = dedup.clean(records(), "memory://report/out", limits=NEVER)
    report.write(remote)
    assert (remote.folder / "report.html").read_bytes() == (tmp_path / "out" / "report.html").read_bytes()


@pytest.mark.parametrize("documents", [range(400), [2**63] * 400, [1] * 400, [1, 2, 3, 2**63] * 100])
def test_of_a_keeper_that_very_many_name_some_are_taken(documents: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report_read, "OF_KEEPER", 50)
    rows, digests = np.arange(100, 500), np.array([0] * 100 + [*documents], np.uint64)

    some = report_read._some(rows, digests)

    assert 0 < len(some) <= 100
    assert np.isin(some, rows).all()
    assert report_read._some(rows[:50], digests).tolist() == rows[:50].tolist()
