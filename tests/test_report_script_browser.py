"""What the script of a report makes handier, in Chromium. See tests/browser.py."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dedup.report_page import render
from tests.test_report_page import account

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Locator, Page

    from tests.browser import Opener

FEW = 20
"""Rows that a long table shows at first, on a wide window."""


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report with 31 kinds, 30 sites, passages and so on."""
    made = account(rows=30)
    kinds = [each._replace(kind="footer" if n < 24 else "author_bio") for n, each in enumerate(made.patterns)]
    written = tmp_path_factory.mktemp("report") / "report.html"
    written.write_text(render(account(rows=30, patterns=tuple(kinds))), encoding="utf-8")
    return written


def rows(table: Locator) -> list[str]:
    """The first cell of each row that is seen."""
    return [each.inner_text().split("\n")[0] for each in table.locator("tbody tr:visible > :first-child").all()]


def test_a_long_table_shows_its_first_rows_until_all_are_asked_for(open_page: Opener, path: Path) -> None:
    page = open_page(path)
    table = page.locator("#patterns")
    assert len(rows(table)) == FEW

    page.get_by_role("button", name="Show all 30").nth(1).click()  # that of the sites stands before

    assert len(rows(table)) == 30
    assert page.evaluate("document.activeElement.textContent").strip() == "21"


def test_a_table_is_sorted_by_a_click_and_says_so(open_page: Opener, path: Path) -> None:
    page = open_page(path)
    table = page.locator("#sites table")
    head = table.get_by_role("button", name="chrome")

    head.click()
    assert rows(table)[0].startswith("The ferry left at dawn.29")
    assert table.get_by_role("columnheader", name="chrome").get_attribute("aria-sort") == "descending"
    head.click()
    assert rows(table)[0].startswith("The ferry left at dawn.0")
    assert page.get_by_role("status").inner_text() == "Sorted by chrome, ascending"
    assert len(rows(table)) == FEW


def test_passages_are_filtered_by_kind(open_page: Opener, path: Path) -> None:
    page = open_page(path)
    table = page.locator("#patterns")

    page.get_by_label("Kind", exact=True).select_option("author bio")
    assert rows(table) == [str(n) for n in range(25, 31)]
    page.get_by_label("Kind", exact=True).select_option("")
    assert len(rows(table)) == FEW


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.parentElement.id"))


def test_j_and_k_go_from_sample_to_sample(open_page: Opener, path: Path) -> None:
    page = open_page(path)

    for key, wanted in (("j", "sample-1"), ("j", "sample-2"), ("j", "sample-3"), ("k", "sample-2")):
        page.keyboard.press(key)
        assert focused(page) == wanted
    assert page.locator("#sample-3").get_attribute("open") is not None  # which it was not
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"


def test_they_write_where_one_can_write(open_page: Opener, path: Path) -> None:
    page = open_page(path)
    page.get_by_label("Kind", exact=True).focus()

    page.keyboard.press("j")

    assert page.evaluate("document.activeElement.id") == "kind"


def test_the_theme_is_that_of_the_system_until_it_is_chosen(open_page: Opener, path: Path) -> None:
    page = open_page(path, scheme="dark")
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")

    page.get_by_role("button", name="Light theme").click()
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.reload()

    assert light != dark
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == light
    assert page.get_by_role("button", name="Dark theme").is_visible()


def test_a_link_leads_to_a_row_that_was_not_shown(open_page: Opener, path: Path) -> None:
    page = open_page(f"{path.as_uri()}#pattern-28")

    assert page.locator("#pattern-28").is_visible()
    assert page.evaluate("Math.abs(document.getElementById('pattern-28').getBoundingClientRect().top)") < 900


def test_all_is_open_while_it_is_printed(open_page: Opener, path: Path) -> None:
    page = open_page(path)
    closed = page.locator("details:not([open])").count()

    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("details:not([open])").count() == 0
    assert len(rows(page.locator("#patterns"))) == 30
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("details:not([open])").count() == closed
    assert len(rows(page.locator("#patterns"))) == FEW


def test_without_a_script_all_rows_are_there(open_page: Opener, path: Path) -> None:
    page = open_page(path, java_script_enabled=False)

    assert len(rows(page.locator("#patterns"))) == 30
    assert page.locator("button:visible, select:visible").count() == 0
