"""What must hold on real data, which is not part of the project: skipped where DEDUP_SHARED is unset."""

from __future__ import annotations

import gzip
import hashlib
import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

import dedup
from benchmarks import floors
from benchmarks.extractors import ALONE, DEDUP, OWN
from benchmarks.gold import of_file
from benchmarks.quality import measure
from benchmarks.scores import lines
from dedup.run import pool

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.shared

# The clean text of five collected articles, checked by eye: all of the chrome gone, all of the body there. As digests,
# since the texts belong to others.
ARTICLES = {
    "000_cccea349c52b532e.txt": "2f6c751cc33cd36e",
    "001_db01bdd30abf5bd8.txt": "5e774d58b61252ea",
    "002_ae5cb57c015c28b7.txt": "f4908e0384c2b438",
    "003_b5bd361db521c854.txt": "c2de53015c1320f2",
    "004_a804a51a9e6f9974.txt": "8d890619b14e0703",
}


def test_five_real_articles_lose_their_chrome_and_nothing_else(shared: Path) -> None:
    result = dedup.clean(shared / "seeds")

    found = {each["id"]: hashlib.sha256(each["text"].encode()).hexdigest()[:16] for each in result.documents()}
    assert found == ARTICLES


# Alone only where every page has siblings: of l3s-gn1, half of the pages are alone anyway.
@pytest.mark.parametrize(
    ("name", "extractors"), [("big9", (DEDUP, ALONE)), ("l3s-gn1", (DEDUP,)), ("fundus-eval", (DEDUP, ALONE))]
)
def test_extraction_does_not_fall_below_its_floors(shared: Path, name: str, extractors: tuple[str, ...]) -> None:
    pages = list(lines(shared / f"data/html/{name}.jsonl.gz"))

    measured = measure(name, pages, {each: OWN[each] for each in extractors}, at_once=2)

    assert len(floors.load()[name]) > 1
    assert not floors.broken(name, measured.reached())


def test_quoted_passages_are_found(shared: Path, tmp_path: Path) -> None:
    dedup.clean(shared / "data/text/posts.jsonl.gz", tmp_path / "out", runner=pool(2))

    command = [sys.executable, str(shared / "score/passages.py"), str(shared / "data/text/posts.passages.jsonl.gz")]
    found = str(tmp_path / "out/removed.jsonl")
    printed = subprocess.run([*command, found], capture_output=True, check=True).stdout
    assert json.loads(printed)["recall"] >= 0.995
    assert json.loads(printed)["character_recall"] >= 0.984


def test_documents_that_are_alike_are_found_and_no_others(shared: Path) -> None:
    found = of_file(shared / "data/text/articles.jsonl.gz")

    assert (found["recall 1.0-1.0"], found["recall 0.9-1.0"], found["below 0.8"]) == (1.0, 1.0, 0)
    assert found["recall 0.8-0.9"] >= 0.995


def test_a_newsletters_news_stay(shared: Path) -> None:
    with gzip.open(shared / "data/text/newsletter-en.jsonl.gz", "rt", encoding="utf-8") as lines:
        issues = [json.loads(line) for line in lines][::8]
    result = dedup.clean(issues)

    characters = result.summary["characters"]
    gone = 1 - characters["out"] / characters["in"]
    assert 0.1 < gone < 0.3  # about a fifth recurs
