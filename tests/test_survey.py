"""A look at a corpus before it is cleaned: counts that are exact, estimates that hold what they are of."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

import dedup
from dedup.cli import main
from dedup.config import Config
from dedup.opening import open_inputs
from dedup.sampled import NEIGHBOURS, Sample, files_of, sample, spread
from dedup.speech import language_of
from dedup.survey import survey
from tests.conftest import ROOT
from tests.material import prose

if TYPE_CHECKING:
    from pathlib import Path

NOTICE = "Tideline Review is published by the Tideline Trust. All rights reserved. No part of it may be copied."


def record(number: int, *, copies: int = 0, length: int = 80) -> dict[str, Any]:
    """A document of a made-up corpus; the paragraph of one in ten is that of another, where there are copies."""
    copied = copies and number % 10 == 0
    text = prose(7_000_000 + number % copies, length) if copied else prose(number, length)
    site = f"site{number // 200}.example"
    day = f"2024-03-{1 + number % 28:02}"
    return {"id": f"d{number}", "url": f"https://{site}/{number}", "date": day, "text": f"{text}\n\n{NOTICE}"}


def write(path: Path, count: int, **more: Any) -> Path:
    """A corpus as a file of lines."""
    lines = "".join(json.dumps(record(number, **more)) + "\n" for number in range(count))
    path.write_bytes(gzip.compress(lines.encode()) if path.suffix == ".gz" else lines.encode())
    return path


def sampled(path: Path | str, most: int) -> Sample:
    opened = open_inputs([path], Config(), None)
    return sample(opened, files_of(opened, Config()), most, Config())


# ── which documents ─────────────────────────────────────────────────────────────────────────────────────────────────


@given(st.integers(0, 5_000), st.integers(1, 3_000))
def test_numbers_are_spread(count: int, most: int) -> None:
    found = spread(count, most)

    assert found == sorted(set(found))
    assert all(0 <= number < count for number in found)
    assert len(found) <= max(most, 2)
    if count > most >= 2:
        assert (found[0], found[-1]) == (0, count - 1)
        assert len(found) >= most // 2


def test_few_documents_are_all_looked_at(tmp_path: Path) -> None:
    found = sampled(write(tmp_path / "a.jsonl", 40), 100)

    assert (len(found.sources), found.documents, found.is_all) == (40, 40, True)


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz"])
def test_many_documents_are_estimated(tmp_path: Path, name: str) -> None:
    found = sampled(write(tmp_path / name, 6_000), 200)

    assert not found.is_all
    assert 150 <= len(found.sources) <= 300
    assert 5_000 < found.documents < 7_200


def test_stretches_of_lines_lie_all_over_a_file(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", 4_000)
    found = sampled(path, 4 * NEIGHBOURS)
    contents = [each.content for each in found.sources if isinstance(each, dedup.Source)]
    numbers = [int(json.loads(each)["id"][1:]) for each in contents if isinstance(each, bytes)]

    assert numbers == sorted(set(numbers))
    for quarter in range(4):
        assert sum(1_000 * quarter <= number < 1_000 * (quarter + 1) for number in numbers) >= NEIGHBOURS - 1


@pytest.mark.parametrize("format_", ["parquet", "arrow", "csv", "jsonl.zst"])
def test_every_format_of_many_documents_is_counted(tmp_path: Path, format_: str) -> None:
    lines = write(tmp_path / "a.jsonl", 3_000, length=20)
    keep = Config(keep_chrome=True, keep_duplicates=True, format=format_)
    made = dedup.clean(lines, tmp_path / "out", config=keep)
    found = sampled(str(made.files()[0]), 100)

    assert not found.is_all
    assert 2_400 < found.documents < 3_600


def test_files_are_taken_side_by_side(tmp_path: Path) -> None:
    for number in range(400):
        (tmp_path / f"{number:03}.txt").write_text(prose(number, 20))
    found = sampled(tmp_path, 100)
    names = [int(each.id[:3]) for each in found.sources]

    assert names == [*range(50), *range(350, 400)]
    assert (found.documents, found.is_all) == (400, False)


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    write(tmp_path / "a.jsonl", 3_000)
    (tmp_path / "b.jsonl.gz").write_bytes(b"\x1f\x8b no gzip" * 400_000)
    found = survey(tmp_path, most=100)

    assert [each.id.split(":")[0] for each in found.failures] == ["b.jsonl.gz"]
    assert found.files == {"jsonl.gz": (1, 4_000_000), "jsonl": (1, (tmp_path / "a.jsonl").stat().st_size)}


# ── what it says of them ────────────────────────────────────────────────────────────────────────────────────────────


def test_of_all_documents_it_says_what_a_run_says(seeds: dedup.Result) -> None:
    found, summary = survey(ROOT / "seeds"), seeds.summary
    removed = {
        reason: sum(kind["characters"] for kind in kinds.values()) for reason, kinds in summary["removed"].items()
    }

    assert found.is_all
    assert (found.sampled, found.documents) == (41, 43)
    assert found.characters == summary["characters"]["in"]
    assert found.chrome.share == round(removed["chrome"] / found.characters, 4)
    assert found.duplicates.share == round(removed["duplicate"] / found.characters, 4)
    assert set(found.kinds) == set(summary["removed"]["chrome"])
    assert sorted(each.id for each in found.failures) == sorted(each.id for each in seeds.failures)
    assert found.languages["en"] >= 30
    assert {"de", "ja"} <= set(found.languages)


def test_estimates_hold_what_they_are_of(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", 3_000, copies=20)
    found, everything = survey(path, most=400), dedup.clean(path, tmp_path / "out").summary
    real = {
        reason: sum(kind["characters"] for kind in kinds.values()) / everything["characters"]["in"]
        for reason, kinds in everything["removed"].items()
    }

    assert not found.is_all
    assert found.chrome.low - 0.01 <= real["chrome"] <= found.chrome.high + 0.01
    assert 0 < found.duplicates_in_half <= found.duplicates.share <= real["duplicate"] + 0.01
    assert found.repeated > 0.1


def test_sites_dates_and_lengths_are_counted(tmp_path: Path) -> None:
    found = survey(write(tmp_path / "a.jsonl", 450))

    assert found.sites == {"site0.example": 200, "site1.example": 200, "site2.example": 50}
    assert found.dates == ("2024-03-01", "2024-03-28", 450)
    assert found.lengths[0] <= found.lengths[1] <= found.lengths[2]
    assert found.repeated == pytest.approx(450 * len(NOTICE) / found.characters)


def test_the_same_corpus_gives_the_same_figures(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", 1_500, copies=9)
    first, second = (survey(path, most=200).as_record() | {"seconds": 0} for _ in range(2))

    assert first == second


def test_what_fails_is_named_as_it_is_called(tmp_path: Path) -> None:
    lines = [json.dumps(record(0)), "no JSON", json.dumps(record(0)), json.dumps(record(1))]
    (tmp_path / "a.jsonl").write_text("\n\n".join(lines))
    found = survey(tmp_path / "a.jsonl", config=Config(keep_chrome=True))

    assert [each.id for each in found.failures] == ["a.jsonl:3", "a.jsonl:5"]
    assert found.failures[1].why == "has the id 'd0' of a.jsonl:1"


def test_inputs_that_are_all_broken_are_named(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl.gz").write_bytes(b"\x1f\x8b no gzip")
    with pytest.raises(dedup.UnreadableError, match=r"a\.jsonl\.gz"):
        survey(tmp_path)
    (tmp_path / "b.jsonl").write_text("no JSON\n")
    with pytest.raises(dedup.UnreadableError, match=r"b\.jsonl:1"):
        survey(tmp_path / "b.jsonl")


def test_nothing_to_read_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(dedup.InputError, match="nothing to read"):
        survey(tmp_path)


LANGUAGES = [
    ("The ferry left the quay at dawn and the band was on it.", "en"),
    ("Die Fähre ist nicht mit dem Boot zu vergleichen, das sich für den Hafen eine Glocke von der Stadt lieh.", "de"),
    ("Prom nie jest na rzece od lat, ale po wojnie do miasta w dolinie za to się nim jechało.", "pl"),
    ("De pont is niet op tijd en dat is het met een boot van de stad ook niet.", "nl"),
    ("市場の朝は、まだ暗い四時半に始まる。", "ja"),
    ("Паром ушёл на рассвете", "ru"),
    ("", ""),
    ("12 34 56", ""),
]


@pytest.mark.parametrize(("text", "language"), LANGUAGES, ids=[language or "none" for _, language in LANGUAGES])
def test_the_language_of_a_text(text: str, language: str) -> None:
    assert language_of(text) == language


# ── the command ─────────────────────────────────────────────────────────────────────────────────────────────────────


def stats(*words: str) -> tuple[int, str]:
    run = CliRunner().invoke(main, ["stats", "-q", "-j", "1", *words], prog_name="dedup")
    return run.exit_code, run.output


def test_stats_prints_what_it_found(tmp_path: Path) -> None:
    code, out = stats(str(write(tmp_path / "a.jsonl", 450)))

    assert code == 0
    assert "files       1, " in out
    assert "sites       3: site0.example 200, site1.example 200, site2.example 50\n" in out
    assert "dates       2024-03-01 to 2024-03-28, of 450\n" in out
    assert "all of them" in out
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.jsonl"]


def test_stats_says_what_is_estimated(tmp_path: Path) -> None:
    code, out = stats(str(write(tmp_path / "a.jsonl", 2_500)), "--documents", "100")

    assert code == 0
    assert "documents   about 2," in out
    assert "spread evenly" in out
    assert "at least" in out


def test_stats_as_json_has_the_settings_applied(tmp_path: Path) -> None:
    path = str(write(tmp_path / "a.jsonl", 300))
    (code, with_chrome), (_, without) = stats(path, "--json", "--keep-chrome"), stats(path, "--json")

    assert code == 0
    assert json.loads(with_chrome)["chrome"] == {"share": 0.0, "low": 0.0, "high": 0.0}
    assert json.loads(without)["chrome"]["share"] > 0.1
    assert json.loads(without)["kinds"]["footer"] > 0.1


@pytest.mark.parametrize(
    ("words", "code"), [(["nowhere"], 2), (["x", "--documents", "0"], 2), (["x", "--threshold", "3"], 2), ([], 2)]
)
def test_wrong_usage_is_told(words: list[str], code: int) -> None:
    assert stats(*words)[0] == code


def test_names_of_sites_are_harmless(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(json.dumps({"id": "a", "site": "\x1b[31mred\u202e", "text": prose(1)}) + "\n")
    code, out = stats(str(tmp_path / "a.jsonl"))

    assert code == 0
    assert "\x1b" not in out
    assert "\u202e" not in out
