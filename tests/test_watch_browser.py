"""That the watch and axe-core find what they are there to find, on pages that have it."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tests.browser import Opener, Watch, overflow, views, violations

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser

CSP = "<meta http-equiv=Content-Security-Policy content=\"default-src 'none'; style-src 'unsafe-inline'\">"
PAGE = (
    "<!doctype html><html lang=en><head><meta charset=utf-8><title>A page</title>{head}</head>"
    "<body><main><h1>A page</h1>{body}</main></body></html>"
)
TROUBLES = {
    "an error": ("", "<script>console.error('no ferry')</script>", "console: error: no ferry"),
    "a warning": ("", "<script>console.warn('late')</script>", "console: warning: late"),
    "an exception": ("", "<script>ferry()</script>", "exception: "),
    "a dialog": ("", "<script>alert(1)</script>", "dialog: alert: 1"),
    "an image": ("", "<img src=http://127.0.0.1:9/a.png alt='the ferry'>", "request: GET http://127.0.0.1:9/a.png"),
    "another file": ("", "<img src=other.png alt='the ferry'>", "request: GET file:///"),
    "a script against the policy": (CSP, "<script>1</script>", "console: error: "),
    "an image against the policy": (CSP, "<img src=http://127.0.0.1:9/a.png alt=a>", "console: error: "),
    "an event against the policy": (CSP, "<details open ontoggle=alert(1)>a</details>", "console: error: "),
    "a window": ("", "<a id=go target=_blank rel=opener href='about:blank'>a</a>", "window: about:blank"),
}


def written(folder: Path, head: str = "", body: str = "<p>The ferry left.</p>") -> Path:
    """A page in a file."""
    path = folder / "page.html"
    path.write_text(PAGE.format(head=head, body=body), encoding="utf-8")
    return path


def test_a_page_without_trouble_has_none(open_page: Opener, tmp_path: Path) -> None:
    page = open_page(written(tmp_path, CSP))

    assert violations(page) == []
    assert len([view for view in views(page, "page") if overflow(page) == 0]) == 6


@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_trouble_is_seen(browser: Browser, tmp_path: Path, trouble: str) -> None:
    head, body, wanted = TROUBLES[trouble]
    path = written(tmp_path, head, body)
    watch = Watch(path.as_uri())
    with closing(browser.new_context()) as context:
        watch.over(context)
        page = context.new_page()
        page.goto(path.as_uri())
        if page.locator("#go").count():
            with page.expect_popup():
                page.click("#go")
        page.wait_for_timeout(100)  # an event or a message that comes after the page is there

    assert any(each.startswith(wanted) for each in watch.troubles), watch.troubles


def test_what_a_test_provokes_is_no_trouble(open_page: Opener, tmp_path: Path) -> None:
    open_page(written(tmp_path, body="<script>console.error('no ferry')</script>"), expected="no ferry$")


def test_axe_finds_what_cannot_be_read(open_page: Opener, tmp_path: Path) -> None:
    page = open_page(written(tmp_path, body="<p style='color: #ccc'>pale</p><input>"))

    assert [each.split(":")[0] for each in violations(page)] == ["color-contrast", "label"]


def test_a_page_that_is_too_wide_is_seen(open_page: Opener, tmp_path: Path) -> None:
    page = open_page(written(tmp_path, body="<p>" + "w" * 400 + "</p>"), width=360)

    assert overflow(page) > 1_000


def test_a_page_is_seen_without_javascript(open_page: Opener, tmp_path: Path) -> None:
    path = written(tmp_path, body="<p id=said>no</p><script>said.textContent = 'yes'</script>")

    assert open_page(path).inner_text("#said") == "yes"
    assert open_page(path, java_script_enabled=False).inner_text("#said") == "no"
