"""`report.html` in Chromium: of the demo corpus, and of hostile texts. See tests/browser.py."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

import pytest

from dedup import report_page
from tests.accounts import account
from tests.browser import SCHEMES, WIDTHS, Opener, overflow, views, violations
from tests.payloads import BATCHES, PAYLOADS, harmless

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

    from dedup.account import Account

MIXED = dict(islice(PAYLOADS.items(), 3, None, 34))
"""Payloads of all families."""
ELEMENTS = """() => [...new Set([...document.querySelectorAll("*")].map(
    (each) => [each.namespaceURI, each.localName, ...[...each.attributes].map((one) => one.name).sort()].join(" ")))]"""
LINKS = """() => [...document.querySelectorAll("*")].flatMap((each) => [...each.attributes].filter(
    (one) => /^(href|src|srcset|action|formaction|data|poster|ping|background|xlink:href|style|on.*)$/.test(one.name)
        && !/^#[-\\w]+$/.test(one.value)).map((one) => one.name + "=" + one.value))"""


SHOWN = """(which) => [...document.querySelectorAll(which)].filter((each) => each.checkVisibility())
    .map((each) => [...document.querySelectorAll("*")].indexOf(each))"""
FOCUS = """() => [document.activeElement === document.body ? -1
    : [...document.querySelectorAll("*")].indexOf(document.activeElement),
    getComputedStyle(document.activeElement).outlineStyle]"""


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory, model: Account) -> dict[str, Path]:
    """Reports by name: of the demo corpus, of payloads of all families, and of each batch of payloads."""
    folder = tmp_path_factory.mktemp("reports")
    accounts = {"seeds": model, "hostile": account(model, [*MIXED.values()])}
    accounts["plain"] = account(model, [*harmless(BATCHES["script-0"]).values()])
    accounts |= {name: account(model, [*batch.values()]) for name, batch in BATCHES.items()}
    paths = {name: folder / f"{name}.html" for name in accounts}
    for name, path in paths.items():
        path.write_text(report_page.render(accounts[name]), encoding="utf-8")
    return paths


def focused(page: Page) -> str:
    """What has the focus: the name of its element and its text."""
    return str(page.evaluate("document.activeElement.localName + ' ' + document.activeElement.textContent.trim()"))


@pytest.mark.parametrize("name", ["seeds", "hostile"])
def test_it_is_readable_at_all_widths_light_and_dark(open_page: Opener, pages: dict[str, Path], name: str) -> None:
    page = open_page(pages[name])

    found = {view: (violations(page), overflow(page)) for view in views(page, f"report-{name}")}

    assert len(found) == len(WIDTHS) * len(SCHEMES)
    assert {view: bad for view, bad in found.items() if bad != ([], 0)} == {}


def test_payloads_become_no_elements_and_do_nothing(open_page: Opener, pages: dict[str, Path]) -> None:
    """As Chromium reads them; that they do nothing, `open_page` sees to."""
    known = set(open_page(pages["plain"], java_script_enabled=False).evaluate(ELEMENTS))
    known |= set(open_page(pages["seeds"], java_script_enabled=False).evaluate(ELEMENTS))
    others = r"^request: GET file:///\S+/reports\d*/\w+-\w+\.html$"
    still = open_page(pages["plain"], java_script_enabled=False, expected=others)
    live = open_page(pages["plain"], expected=others)

    wrong = {}
    for name in BATCHES:
        still.goto(pages[name].as_uri())
        live.goto(pages[name].as_uri())
        if bad := [*(set(still.evaluate(ELEMENTS)) - known), *still.evaluate(LINKS), *live.evaluate(LINKS)]:
            wrong[name] = bad

    assert known
    assert wrong == {}


def test_it_works_without_javascript(open_page: Opener, pages: dict[str, Path]) -> None:
    page = open_page(pages["seeds"], width=360, java_script_enabled=False)
    page.locator("summary").first.click()

    assert overflow(page) == 0
    assert page.locator("table").first.is_visible()
    for link in page.locator("nav a").all():
        assert page.locator(link.get_attribute("href") or "").is_visible()
    hidden = page.locator("main tr[hidden], main section[hidden]")
    assert hidden.count() == 0


def test_it_is_gone_through_by_keyboard(open_page: Opener, pages: dict[str, Path]) -> None:
    page = open_page(pages["seeds"])

    page.keyboard.press("Tab")
    assert focused(page) == "a Skip to the report"
    page.keyboard.press("Enter")
    assert focused(page).startswith("main")

    wanted = set(page.evaluate(SHOWN, 'main :is(a, button, summary, input, select, [tabindex="0"])'))
    reached: list[int] = []
    for _ in range(2 * len(wanted)):
        page.keyboard.press("Tab")
        at, outline = page.evaluate(FOCUS)
        if at < 0 or at in reached:  # behind the last one
            break
        assert outline != "none", focused(page)
        reached.append(at)
    assert wanted
    assert wanted - {*reached} == set()
    assert reached == sorted(reached)


def test_a_sample_opens_and_closes_by_keyboard(open_page: Opener, pages: dict[str, Path]) -> None:
    page = open_page(pages["seeds"])
    sample = page.locator("details.sample").last
    before = sample.get_attribute("open")

    sample.locator("summary").focus()
    page.keyboard.press("Enter")

    assert (sample.get_attribute("open") is None) != (before is None)


def test_it_prints(open_page: Opener, pages: dict[str, Path]) -> None:
    page = open_page(pages["seeds"])

    printed = page.pdf(format="A4")

    assert printed.startswith(b"%PDF")
    assert len(printed) > 20_000
