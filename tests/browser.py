"""Pages in a real browser: the system's Chromium, driven by Playwright, watched, and checked with axe-core.

Fixtures: `browser`, `open_page`. Without Playwright or a Chromium tests that use them are skipped; with
DEDUP_BROWSER=required they fail instead, so that CI cannot skip them unseen. `make test-browser` sets it.

DEDUP_CHROMIUM names the browser where it is not on PATH, DEDUP_PICTURES a folder for pictures of what was looked at.
Nothing is ever downloaded.
"""

from __future__ import annotations

import os
import re
import shutil
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NoReturn, Protocol
from urllib.parse import urlsplit

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Dialog, Page, Request

NAMES = ("chromium", "chromium-browser", "google-chrome")
WIDTHS = (360, 768, 1440)
HEIGHTS = {360: 740, 768: 1024, 1440: 900}
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
Scheme = Literal["light", "dark"]


def chromium() -> str | None:
    """The browser of this system, if there is one."""
    return os.environ.get("DEDUP_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


def _missing(why: str) -> NoReturn:
    if os.environ.get("DEDUP_BROWSER") == "required":
        pytest.fail(f"{why}, and DEDUP_BROWSER=required")
    pytest.skip(why)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, started once a module: while Playwright runs, so does an event loop in this thread, which tests of
    other modules could not bear."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        _missing("Playwright is not installed: `make test-browser` does that")
    path = chromium()
    if path is None:
        _missing(f"no Chromium: none of {', '.join(NAMES)} is on PATH, and DEDUP_CHROMIUM does not name one")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path)
        yield launched
        launched.close()


# ── watched ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class Watch:
    """What the pages of a context did that they must not do: say an error or a warning on the console (violations of a
    Content-Security-Policy are among them), raise one, ask with a dialog, open a window, download, or request anything
    but what is at `home`, their own file or server."""

    home: str
    expected: str = ""
    troubles: list[str] = field(default_factory=list)

    def see(self, what: str) -> None:
        """Keep a trouble, unless it is one that the test provokes."""
        if not (self.expected and re.search(self.expected, what)):
            self.troubles.append(what)

    def over(self, context: BrowserContext) -> None:
        """Watch all pages of a context, also those that it will have."""
        context.on("request", self._request)
        context.on("console", self._console)
        context.on("dialog", self._dialog)
        context.on("weberror", lambda error: self.see(f"exception: {error.error}"))
        context.on("page", self._page)

    def _request(self, request: Request) -> None:
        if not is_own(request.url, self.home):
            self.see(f"request: {request.method} {request.url[:200]}")

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning", "assert"):
            self.see(f"console: {message.type}: {message.text}")

    def _dialog(self, dialog: Dialog) -> None:
        self.see(f"dialog: {dialog.type}: {dialog.message}")
        dialog.dismiss()

    def _page(self, page: Page) -> None:
        page.on("popup", lambda opened: self.see(f"window: {opened.url[:200]}"))
        page.on("download", lambda download: self.see(f"download: {download.url[:200]}"))


def is_own(url: str, home: str) -> bool:
    """Whether a page at `home` may ask for a URL: for its own file, or for anything of its own server.

    >>> is_own("file:///out/report.html#top", "file:///out/report.html"), is_own("file:///etc/passwd", "file:///out/a")
    (True, False)
    >>> is_own("http://127.0.0.1:80/a", "http://127.0.0.1:80/?b"), is_own("http://127.0.0.1:81/", "http://127.0.0.1:80/")
    (True, False)
    """
    asked, own = urlsplit(url), urlsplit(home)
    if (asked.scheme, asked.netloc) != (own.scheme, own.netloc):
        return False
    return own.scheme != "file" or asked.path == own.path


class Opener(Protocol):
    """What `open_page` gives."""

    def __call__(
        self, where: str | Path, *, expected: str = "", width: int = 1440, scheme: Scheme = "light", **more: Any
    ) -> Page:
        """Open a file or a URL in a context of its own, with all else that `Browser.new_context` takes, such as
        `java_script_enabled=False`. `expected` is a pattern of the troubles that the test provokes, such as
        `status of 403`."""


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Opener]:
    """Opens pages, each in a context of its own, closes them in the end, and fails for any trouble that they made."""
    watches: list[Watch] = []
    with ExitStack() as stack:

        def opened(
            where: str | Path, *, expected: str = "", width: int = 1440, scheme: Scheme = "light", **more: Any
        ) -> Page:
            url = where.resolve().as_uri() if isinstance(where, Path) else where
            context = browser.new_context(
                viewport={"width": width, "height": HEIGHTS.get(width, 900)},
                color_scheme=scheme,
                reduced_motion="reduce",
                **more,
            )
            stack.callback(context.close)
            watch = Watch(url, expected)
            watches.append(watch)
            watch.over(context)
            page = context.new_page()
            page.goto(url)
            return page

        yield opened
    assert [trouble for watch in watches for trouble in watch.troubles] == []


# ── looked at ───────────────────────────────────────────────────────────────────────────────────────────────────────


def views(page: Page, name: str) -> Iterator[str]:
    """Show a page at three widths, light and dark, one after the other: each view by its name. Pictures of all of it
    go into the folder that DEDUP_PICTURES names."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            if folder := os.environ.get("DEDUP_PICTURES"):
                page.screenshot(path=Path(folder, f"{name}-{width}-{scheme}.png"), full_page=True)
            yield f"{name}-{width}-{scheme}"
    page.emulate_media(color_scheme=None)


def violations(page: Page) -> list[str]:
    """What axe-core finds against a page as it is shown now: a line for each rule, with the first few places."""
    try:
        from axe_playwright_python.sync_playwright import Axe
    except ImportError:
        _missing("axe-core is not installed: `make test-browser` does that")
    found = Axe().run(page).response["violations"]
    return [f"{each['id']}: {each['help']}: {[node['target'] for node in each['nodes']][:5]}" for each in found]


def overflow(page: Page) -> int:
    """How many pixels a page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
