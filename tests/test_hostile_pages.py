"""Hostile texts (tests/payloads.py) in `report.html`, read back: only what the template makes, and all of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import dedup
from dedup import Result, report_page
from dedup.report import account_of
from tests.accounts import account
from tests.hostile import Ran, ran
from tests.material import prose
from tests.pages import Shape, obeyed, parsed, said, shapes, squeezed
from tests.payloads import BATCHES, HUGE, family, harmless

if TYPE_CHECKING:
    from pathlib import Path

    from dedup.account import Account

MOST = 2_000_000
"""Bytes of a report, whatever the corpus."""
SEEN = 80
"""Characters of a text that every place of a report shows."""
FEW = 10
"""Those that the least one shows: of a date."""


@pytest.fixture(scope="session")
def known(hostile: Path, model: Account) -> set[Shape]:
    """The elements of reports that hold no hostile text: of accounts, and of a run."""
    first = next(iter(BATCHES))
    run = ran(hostile, first, plain=True)
    made = report_page.render(model), report_page.render(account(model, [*harmless(BATCHES[first]).values()]))
    sign = '<span class="sign" title="U+202E RIGHT-TO-LEFT OVERRIDE">RLO</span>'
    pages = [*made, report_page.render(account_of(Result(run.out))), sign]
    return {shape for page in pages for shape in shapes(parsed(page))}


def check(page: str, known: set[Shape], payloads: dict[str, str], most: int) -> None:
    """Hold a report to what the template makes, and to saying all of the payloads, up to so many characters of each."""
    tree = parsed(page)
    heard = said(tree)

    assert obeyed(page.replace("\t", " ")) == []
    assert shapes(tree) - known == set()
    assert len(tree.xpath("//script")) == len(tree.xpath("//style")) == 1
    assert [name for name, text in payloads.items() if squeezed(text[:most]) not in heard] == []
    assert len(page.encode()) <= MOST


@pytest.mark.parametrize("name", BATCHES)
def test_nothing_of_an_account_becomes_markup(known: set[Shape], model: Account, name: str) -> None:
    payloads = BATCHES[name]

    check(report_page.render(account(model, [*payloads.values()])), known, payloads, SEEN)


def test_nothing_of_a_run_becomes_markup(known: set[Shape], batch: Ran) -> None:
    page = report_page.render(account_of(Result(batch.out)))
    there = {name: text for name, text in batch.payloads.items() if family(name) != "surrogate"}  # JSON has none

    check(page, known, there, SEEN)


def test_a_text_stands_as_often_as_it_should(model: Account) -> None:
    """In all of its places: as often as a harmless text."""
    name = next(iter(BATCHES))
    plain, hostile = harmless(BATCHES[name]), BATCHES[name]

    wanted = said(parsed(report_page.render(account(model, [*plain.values()]))))
    heard = said(parsed(report_page.render(account(model, [*hostile.values()]))))

    for payload, text in hostile.items():
        times = wanted.count(squeezed(plain[payload]))
        assert times > 20
        if len(text) < FEW * 6:
            assert heard.count(squeezed(text)) >= times - 6, payload  # cut to a date's length, and where words differ


# ── size ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", HUGE)
def test_texts_of_any_size_leave_the_page_small(known: set[Shape], model: Account, name: str) -> None:
    page = report_page.render(account(model, [HUGE[name]] * 100))

    check(page, known, {}, 0)


def unseen(seed: int, words: int) -> str:
    """Words full of what is not seen, of which each takes a hundred bytes of a page as a sign."""
    return (
        prose(seed, words)
        .replace("e", "e\u200b\u2060&")
        .replace("a", "a\u202e\u200e<")
        .replace("o", "o\u2060\u200b\u200e")
    )


def test_a_corpus_made_to_exceed_it_leaves_the_page_small(
    known: set[Shape], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Passages of 120 sites that repeat there, and long ones that are copied with another word, all full of signs."""
    records = []
    for site in range(120):
        foot, copied = unseen(site, 24), unseen(1_000 + site, 300)
        for at in range(5):
            body = prose(10_000 + 10 * site + at, 400)
            known_as = {
                "id": unseen(5_000 + 10 * site + at, 20),
                "site": f"{unseen(site, 12)}{site}",
                "date": f"20{at:02}",
            }
            text = [body, *([copied.replace(".", f" {at}.", 1)] if at else []), foot]
            records.append({**known_as, "text": "\n\n".join(text)})
    result = dedup.clean(records, tmp_path / "out")
    made = account_of(result)

    page = report_page.render(made)

    assert len(made.patterns) >= 50 and made.samples and made.clusters
    check(page, known, {}, 0)
    monkeypatch.setattr(report_page, "MOST_BYTES", 1_000_000_000)
    assert len(report_page.render(made).encode()) > MOST
