"""`dedup review` in a real browser: clicks, keys, two tabs, hostile texts, and what axe-core says of its pages."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

import dedup
from dedup.review import server
from dedup.review_desk import Desk
from dedup.run import alongside
from tests.browser import overflow, views, violations
from tests.payloads import HUGE
from tests.test_review import corpus

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Locator, Page

    from dedup import Result
    from dedup.review_guard import Guard
    from tests.browser import Opener


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Result:
    """The corpus of `test_review`, and hostile sizes."""
    long = [HUGE[name] for name in ("huge-word", "huge-combining", "huge-controls", "huge-escapes")]
    words = " ".join(f"The {ordinal} lamp of the pier was lit again" for ordinal in ("first", "second", "third"))
    more = [{"id": f"huge/{n}/{at}", "text": f"{words} {n}.\n\n{text}"} for n, text in enumerate(long) for at in "ab"]
    return dedup.clean([*corpus(), *more], tmp_path_factory.mktemp("review") / "out")


class Served:
    """A desk that is served, and a browser that was let in."""

    def __init__(self, desk: Desk, guard: Guard, open_page: Opener) -> None:
        self.desk, self.guard, self.open_page = desk, guard, open_page
        self.pages: list[Page] = []

    def enter(self, path: str = "/", **more: Any) -> Page:
        """A page of a browser that comes with the address that was printed."""
        page = self.open_page(self.guard.opening, **more)
        self.pages.append(page)
        page.wait_for_url(f"{self.guard.address}/")
        if path != "/":
            self.go(page, path)
        return page

    def go(self, page: Page, path: str) -> None:
        page.goto(self.guard.address + path)

    @property
    def lines(self) -> list[dict[str, Any]]:
        path = self.desk.decisions.path
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


@pytest.fixture
def served(run: Result, tmp_path: Path, open_page: Opener) -> Iterator[Served]:
    desk = Desk.of(str(run.folder), str(tmp_path / "mine.jsonl"))
    made, guard = server(desk)
    wait = alongside(made.serve_forever, daemon=True)
    served = Served(desk, guard, open_page)
    yield served
    for page in served.pages:  # what one is still loading would be reset
        page.close()
    made.shutdown()
    wait()


def chosen(page: Page) -> Locator:
    return page.locator('.row[aria-current="true"]')


def said(page: Page, pattern: str) -> None:
    """Wait until the live region says something."""
    page.wait_for_function(
        "pattern => new RegExp(pattern).test(document.querySelector('#said').textContent)", arg=pattern
    )


def state(page: Page, number: str | None) -> str:
    return str(page.locator(f'.row[data-number="{number}"] .state').inner_text())  # no `str` where Playwright is not


def test_a_second_browser_is_not_let_in(served: Served) -> None:
    served.enter()

    other = served.open_page(served.guard.opening, expected="status of 403")

    assert other.locator("h1").inner_text() == "Not let in"
    served.go(other, "/")
    assert other.locator("h1").inner_text() == "Not let in"


def test_keys_walk_and_decide(served: Served) -> None:
    page = served.enter()
    rows = page.locator(".row")
    first, second = (rows.nth(at).get_attribute("data-number") for at in (0, 1))
    assert chosen(page).get_attribute("data-number") == first

    page.keyboard.press("j")
    page.wait_for_url(f"**at={second}")
    assert page.evaluate("document.activeElement.dataset.number") == second  # the focus is kept on the list
    page.keyboard.press("k")
    page.wait_for_url(f"**at={first}")
    page.keyboard.press("c")
    said(page, "^Confirmed in ")
    page.wait_for_url(f"**at={second}")  # and goes on to the next
    page.keyboard.press("u")
    said(page, "^Never removed in ")

    assert (state(page, first), state(page, second)) == ("confirmed", "undone")
    assert [line["decision"] for line in served.lines] == ["confirm", "keep"]
    page.reload()
    assert (state(page, first), state(page, second)) == ("confirmed", "undone")
    assert page.locator("#count-undone").inner_text() == "1"
    page.keyboard.press("z")
    said(page, "^Taken back: Never removed")
    assert state(page, second) == "undecided"
    assert [line["decision"] for line in served.lines] == ["confirm"]


def test_keys_are_about_what_those_before_led_to(served: Served) -> None:
    page = served.enter()
    for key in "cjuc":
        page.keyboard.press(key)
    page.wait_for_url(f"**at={page.locator('.row').nth(4).get_attribute('data-number')}")

    states = [page.locator(".row .state").nth(at).inner_text() for at in range(5)]
    assert states == ["confirmed", "undecided", "undone", "confirmed", "undecided"]
    assert len(served.lines) == 3


def test_the_list_has_ends(served: Served) -> None:
    page = served.enter("/?kind=newsletter")
    page.keyboard.press("k")
    said(page, "This is the first")
    for at in range(1, 5):
        page.keyboard.press("j")
        page.wait_for_url(f"**at={page.locator('.row').nth(at).get_attribute('data-number')}")
    page.keyboard.press("j")
    said(page, "This is the last")


def test_keys_decide_on_all_that_have_the_words(served: Served) -> None:
    page = served.enter("/?kind=newsletter")
    page.keyboard.press("U")
    said(page, "Never removed on corran.example.* 5 removals")

    assert page.locator(".row .state.undone").count() == 5
    assert page.locator("#count-undone").inner_text() == "5"
    page.keyboard.press("C")
    said(page, "Confirmed on corran.example.* 5 removals")
    assert [line["decision"] for line in served.lines] == ["confirm"]
    assert page.locator(".decided li").count() == 1
    page.locator(".decided button").click()
    said(page, "Taken back")
    assert served.lines == []


def test_clicks_do_what_keys_do(served: Served) -> None:
    page = served.enter()
    row = page.locator(".row").nth(3)
    row.click()
    page.wait_for_url(f"**at={row.get_attribute('data-number')}")
    page.get_by_role("button", name="Undo: keep it").click()
    said(page, "^Never removed in ")

    assert row.locator(".state").inner_text() == "undone"
    page.get_by_role("button", name="Take back", exact=False).first.click()
    said(page, "^Taken back")
    assert served.lines == []


def test_search_help_and_typing(served: Served) -> None:
    page = served.enter()
    page.keyboard.press("/")
    page.keyboard.type("uck newsletter c")  # letters are letters here
    assert page.locator("#q").input_value() == "uck newsletter c"
    page.locator("#q").fill("newsletter")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=newsletter**")
    assert page.locator(".row").count() == 5
    page.keyboard.press("?")
    assert page.locator("dialog").is_visible()
    page.keyboard.press("c")  # nothing is decided behind the help
    page.keyboard.press("Escape")
    assert not page.locator("dialog").is_visible()
    assert served.lines == []
    page.keyboard.press("?")
    page.get_by_label("Letters are keys").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("c")
    page.reload()
    page.keyboard.press("c")
    page.wait_for_timeout(200)
    assert served.lines == []


def test_a_document_is_opened_and_taught(served: Served) -> None:
    page = served.enter("/?kind=newsletter")
    page.locator(".row").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/document/**")
    assert page.locator(".part.gone del").count() >= 1

    page.keyboard.press("t")
    said(page, "Choose a block first")
    page.keyboard.press("j")
    page.keyboard.press("t")
    said(page, "Choose the kind")
    page.keyboard.press("f")  # a letter in a menu chooses: footer
    page.keyboard.press("Enter")
    said(page, "^Always removed as footer on corran.example")
    assert served.lines[0]["kind"] == "footer" and served.lines[0]["site"] == "corran.example"
    assert page.locator(".part.kept:has(:checked) .badge").count() == 1  # the block is still chosen, and says it

    page.keyboard.press("n")
    said(page, "Choose where")
    page.keyboard.press("Enter")
    said(page, "^Never removed on corran.example")
    assert [line["decision"] for line in served.lines] == ["keep"]  # in place of the other


def test_a_document_is_taught_with_the_mouse(served: Served) -> None:
    page = served.enter("/document/0")
    page.locator(".part.kept").nth(1).click()
    page.get_by_label("names and figures may differ").check()
    page.get_by_label("Where").select_option("everywhere")
    page.get_by_role("button", name="It is chrome").click()
    said(page, "^Always removed as boilerplate anywhere, whatever")
    assert served.lines[0]["slots"] is True


def test_a_repeated_passage_is_decided_as_one(served: Served) -> None:
    page = served.enter("/patterns")
    names = page.locator(".pattern .text").all_inner_texts()
    for _ in range(1 + names.index("Sign up for our newsletter")):
        page.keyboard.press("j")
    page.keyboard.press("U")
    said(page, "^Never removed on corran.example.* 5 removals")

    assert page.locator(".state.undone").inner_text() == "5 undone"
    assert served.lines == [{"decision": "keep", "text": "Sign up for our newsletter", "site": "corran.example"}]
    page.keyboard.press("z")
    said(page, "^Taken back")
    assert served.lines == []


def test_two_tabs_see_each_other(served: Served) -> None:
    page = served.enter("/?kind=newsletter")
    other = page.context.new_page()
    served.go(other, "/?kind=copyright")
    page.keyboard.press("c")
    said(page, "^Confirmed")
    other.keyboard.press("u")
    said(other, "^Never removed")
    page.keyboard.press("c")
    page.wait_for_url(f"**at={page.locator('.row').nth(2).get_attribute('data-number')}")

    assert len(served.lines) == 3
    assert other.locator("#count-confirmed").inner_text() == "1"  # as the server told it with its own decision
    other.reload()
    assert other.locator("#count-confirmed").inner_text() == "2"
    served.go(page, "/apply")
    assert page.locator(".decisions li").count() == 3
    page.locator(".decisions button").first.click()
    said(page, "Taken back")
    assert len(served.lines) == 2 and page.locator(".decisions li").count() == 2


def test_what_cannot_be_written_is_told(served: Served) -> None:
    page = served.enter(expected="status of 409")
    served.desk.decisions.path.write_text("no decision\n")
    page.keyboard.press("c")
    said(page, "mine.jsonl:1.*nothing is written")

    assert served.desk.decisions.path.read_text() == "no decision\n"


def test_without_a_script_all_works_with_forms(served: Served) -> None:
    page = served.enter(java_script_enabled=False)
    assert page.locator("noscript").inner_text().startswith("Without JavaScript")
    number = chosen(page).get_attribute("data-number")
    page.get_by_role("button", name="Confirm c", exact=True).click()
    assert page.locator("#said").inner_text().startswith("Confirmed in")
    assert state(page, number) == "confirmed"
    page.locator("summary").click()
    page.get_by_label("Kind").select_option("newsletter")
    page.get_by_role("button", name="Show").click()
    assert page.locator(".row").count() == 5
    page.locator(".row").nth(2).click()
    page.locator(".what .where a").click()
    page.locator(".part.kept").first.click()
    page.get_by_role("button", name="Never remove it").click()
    assert page.locator("#said").inner_text().startswith("Never removed")
    served.go(page, "/apply")
    page.get_by_role("button", name="Take back", exact=True).first.click()
    assert len(served.lines) == 1


HANDLERS = """[...document.querySelectorAll('*')].filter(
    element => [...element.attributes].some(({ name }) => /^on|^style$/.test(name))
).length"""


def test_hostile_texts_stay_texts(served: Served) -> None:
    """What they do is seen by `open_page`: no dialog, no request elsewhere, no error, no window."""
    page = served.enter("/?q=evil")
    title = page.title()
    for _ in range(page.locator(".row").count() - 1):
        page.keyboard.press("j")
        page.wait_for_timeout(15)
    documents = [source["id"] for source in served.desk.removals.result.sources()]
    for number, id_ in enumerate(documents):
        if id_.startswith(("evil", "huge")):
            served.go(page, f"/document/{number}")
            assert page.evaluate("window.hit ?? Object.prototype.hit ?? null") is None
            assert overflow(page) <= 0
            elements = page.evaluate("[...new Set([...document.querySelectorAll('main *')].map(e => e.localName))]")
            assert set(elements) <= set(
                "header h1 bdi p span del form input fieldset legend div a label select option button kbd nav".split()
            )
            assert page.evaluate(HANDLERS) == 0
    served.go(page, "/?q=evil")
    assert page.title() == title
    page.keyboard.press("u")
    said(page, "^Never removed")
    served.go(page, "/apply")
    assert re.search("evil", page.locator(".decisions").inner_text())


PLACES = ("list", "duplicate", "document", "patterns", "apply", "help")


@pytest.mark.parametrize("place", PLACES)
def test_pages_are_accessible_at_all_widths(served: Served, place: str) -> None:
    served.desk.decisions.path.unlink(missing_ok=True)
    page = served.enter()
    page.keyboard.press("c")
    said(page, "^Confirmed")
    page.keyboard.press("u")
    said(page, "^Never")
    document = served.desk.removals.document("letter/quay")
    paths = {"duplicate": "/?reason=duplicate", "document": f"/document/{document}"}
    served.go(page, paths.get(place, f"/{place}" if place in ("patterns", "apply") else "/"))
    if place == "help":
        page.keyboard.press("?")
    for view in views(page, f"review-{place}"):
        assert violations(page) == [], view
        assert overflow(page) <= 0, view
