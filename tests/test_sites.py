"""`dedup site learn` and `show`, and tomorrow's pages cleaned by what was learned."""

from __future__ import annotations

import json
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

import dedup
from dedup import Config
from dedup.cli import main
from dedup.errors import SettingError
from dedup.learn import learn
from dedup.sites import SiteFile
from tests.test_site import pages

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result as Run


def call(*words: str | Path) -> Run:
    return CliRunner().invoke(main, [str(word) for word in words], prog_name="dedup")


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[dict[str, Any]], Path, Path]:
    """Pages of a site, a file of all but the last, and what that taught."""
    records = pages(1, 9)
    folder = tmp_path_factory.mktemp("sites")
    source, taught = folder / "pages.jsonl", folder / "sites.json"
    source.write_text("".join(json.dumps(each) + "\n" for each in records[:-1]), encoding="utf-8")
    found = call("site", "learn", source, "-o", taught, "-q")
    assert found.exit_code == 0, found.output
    return records, source, taught


def cleaned(record: dict[str, Any], **settings: Any) -> dedup.Result:
    return dedup.clean([record], config=Config(**settings))


def test_the_file_says_what_holds_articles_and_what_repeats(corpus: Any) -> None:
    records, _, taught = corpus
    (name, site), *others = json.loads(taught.read_text(encoding="utf-8"))["sites"].items()

    assert (name, others) == (records[0]["site"], [])
    assert site["articles"] == 8
    assert {place["is"] for place in site["places"]} >= {"article", "chrome"}
    assert [p["odds"] for p in site["places"]] == sorted((p["odds"] for p in site["places"]), reverse=True)
    assert {each["articles"] for each in site["texts"]} <= set(range(3, 9))


def test_a_page_alone_is_cleaned_by_it_as_among_its_siblings(corpus: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    records, _, taught = corpus
    among = {d["id"]: d["text"] for d in dedup.clean(records, config=Config(keep_duplicates=True)).documents()}
    monkeypatch.setattr(import_module("dedup.extract"), "judge", lambda *_: pytest.fail("trafilatura was asked"))

    (document,) = cleaned(records[-1], sites=str(taught)).documents()

    assert document["text"] == among[records[-1]["id"]]


def test_the_manifest_holds_the_digest_of_the_file(corpus: Any) -> None:
    records, _, taught = corpus
    summary = cleaned(records[-1], sites=str(taught)).summary

    assert len(summary["sites_digest"]) == 32
    assert "sites_digest" not in cleaned(records[-1]).summary


def test_a_place_corrected_by_hand_is_obeyed(corpus: Any, tmp_path: Path) -> None:
    records, _, taught = corpus
    content = json.loads(taught.read_text(encoding="utf-8"))
    places = content["sites"][records[0]["site"]]["places"]
    body = max((place for place in places if place["is"] == "article"), key=lambda place: place["pages"])
    heading = next(place for place in places if place["is"] == "article" and place["tag"] == "heading")
    assert body
    heading["is"] = "chrome"
    changed = tmp_path / "changed.json"
    changed.write_text(json.dumps(content), encoding="utf-8")

    def headings(file: Path) -> int:
        result = dedup.clean(records[-3:], config=Config(sites=str(file), keep_duplicates=True))
        return sum(len(document["text"]) for document in result.documents())

    assert headings(changed) < headings(taught)


def test_the_same_pages_give_the_same_file_in_any_order(corpus: Any, tmp_path: Path) -> None:
    records, _, taught = corpus
    found, failures = learn(records[-2::-1])
    found.save(tmp_path / "again.json")

    assert failures == []
    assert (tmp_path / "again.json").read_bytes() == taught.read_bytes()


def test_a_file_that_is_read_and_saved_stays_as_it_is(corpus: Any, tmp_path: Path) -> None:
    _, _, taught = corpus
    known = SiteFile.load(taught)
    known.save(tmp_path / "copy.json")

    assert (tmp_path / "copy.json").read_bytes() == taught.read_bytes()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "cannot be read"),
        ("{", "cannot be read"),
        ("[]", "not a file of `dedup site learn`"),
        ('{"dedup_sites": 2, "sites": {}}', "is of version 2, not 1"),
        ('{"dedup_sites": 1, "sites": {"a": {"articles": 1, "texts": []}}}', "KeyError: 'places'"),
        (
            '{"dedup_sites": 1, "sites": {"a": {"articles": 1, "texts": [], "places": [{"is": "body", "odds": 1}]}}}',
            "must be article, chrome or unsure",
        ),
    ],
)
def test_a_wrong_file_ends_the_run_before_any_work(tmp_path: Path, content: str | None, said: str) -> None:
    file, out = tmp_path / "sites.json", tmp_path / "out"
    if content is not None:
        file.write_text(content, encoding="utf-8")

    with pytest.raises(SettingError, match=said.replace("[", r"\[")):
        dedup.clean([{"id": "a", "text": "The mill closed."}], out, config=Config(sites=str(file)))
    assert not out.exists()


def test_show_puts_places_and_texts_in_lines(corpus: Any) -> None:
    records, _, taught = corpus
    shown = call("site", "show", taught)
    whole = call("site", "show", taught, records[0]["site"], "--all")

    assert shown.exit_code == whole.exit_code == 0
    assert shown.output.startswith(f"{records[0]['site']}: 8 articles, ")
    assert "more: --all shows them" in shown.output
    assert len(whole.output.splitlines()) > len(shown.output.splitlines())
    assert call("site", "show", taught, "elsewhere").exit_code == 2


def test_learning_from_what_has_no_pages_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("The mill closed in May.", encoding="utf-8")
    found = call("site", "learn", tmp_path / "a.txt", "-o", tmp_path / "sites.json")

    assert found.exit_code == 2
    assert "no page of a site was found" in found.output
