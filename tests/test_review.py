"""`dedup review` without a browser: who is let in, what is listed, what is written, and what is refused."""

from __future__ import annotations

import errno
import json
import re
import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import dedup
from dedup import decisions
from dedup.cli import main
from dedup.data import Kind
from dedup.review_app import app
from dedup.review_decisions import ConflictError
from dedup.review_desk import Desk, command
from dedup.review_guard import HEADERS, Guard
from dedup.review_query import PAGE, Query
from dedup.review_removals import TIERS, tier
from tests.payloads import PAYLOADS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from dedup import Result

PORT = 8765
OURS = {"Sec-Fetch-Site": "same-origin", "Origin": f"http://127.0.0.1:{PORT}"}
BODY = (
    "The ferry to the island left the quay at dawn with nine passengers and a piano that nobody on board would own to,"
    " and halfway over the fog came down so that the captain stopped the engine and listened for the bell."
)

OWN = {
    "quay": "On Sundays the nets are hung along its wall, and the children count the knots for a penny a hundred.",
    "mill": "Its wheel has not turned since the flood took the sluice, but the baker still swears by the old stones.",
    "school": "Two rooms and a stove were enough until the cannery opened, when eighty families moved up the river.",
    "market": "Whoever sells eels there must bring a bell, since the law of the town has never been written anew.",
    "harbour": "The pilot lives in the lantern house with a parrot that knows the depth of every bank by heart.",
}


def corpus() -> Iterator[dict[str, str]]:
    """Documents of two sites and of none: chrome that repeats, a copy of other words, and hostile texts in copies."""
    for number, (name, more) in enumerate(OWN.items()):
        told = f"The {name} of Corran was painted in the year {1900 + number}, and people came from far to look at it."
        foot = f"Sign up for our newsletter\n\n---\n\nCopyright © {2010 + number} Corran Letter. All rights reserved."
        yield {
            "id": f"letter/{name}",
            "url": f"https://corran.example/{name}",
            "text": f"{told}\n\n{more}\n\n{foot}",
        }
    yield {
        "id": "a/ferry",
        "url": "https://wire.example/ferry",
        "text": f"Fog at sea\n\n{BODY}\n\nMore of it is not known.",
    }
    again = BODY.replace("listened for the bell", "waited for the horn")
    end = "Disclaimer: The views expressed in this article are those of the author and need not be those of the Wire."
    yield {"id": "c/views", "text": f"A short letter about the weather at sea, which was fair.\n\n{end}"}
    yield {"id": "b/ferry", "text": f"Another day\n\n{again}\n\nThe rest of this letter is about something else."}
    names = sorted(PAYLOADS)
    for at in range(0, len(names), 60):
        text = "\n\n".join(f"{PAYLOADS[name]} {name} {BODY[at % 50 :]}" for name in names[at : at + 60])
        yield {"id": f'evil/{at}"><script>alert(1)</script>', "text": text}
        yield {
            "id": f"evil/{at}/copy\u202e\x1b[31m",
            "url": "https://evil.example/",
            "text": f"It begins anew\n\n{text}",
        }


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Result:
    return dedup.clean(corpus(), tmp_path_factory.mktemp("review") / "out")


class Browser:
    """A browser at a desk: it has a cookie jar of its own."""

    def __init__(self, desk: Desk, guard: Guard, client: FlaskClient) -> None:
        self.desk, self.guard, self.client = desk, guard, client

    def get(self, path: str, **more: Any) -> TestResponse:
        return self.client.get(path, base_url=self.guard.address, **more)

    def post(self, path: str = "/decide", headers: Any = None, **form: Any) -> TestResponse:
        form = {"csrf": self.guard.csrf, **form}
        return self.client.post(
            path, base_url=self.guard.address, data=form, headers=OURS if headers is None else headers
        )

    def enter(self) -> Browser:
        assert self.get(f"/start/{self.guard.token}").status_code == 200
        return self

    def another(self) -> Browser:
        return Browser(self.desk, self.guard, self.client.application.test_client())


@pytest.fixture
def desk(run: Result, tmp_path: Path) -> Desk:
    return Desk.of(str(run.folder), str(tmp_path / "mine.jsonl"))


@pytest.fixture
def stranger(desk: Desk) -> Browser:
    """A browser that was not let in yet."""
    guard = Guard(PORT)
    return Browser(desk, guard, app(desk, guard).test_client())


@pytest.fixture
def browser(stranger: Browser) -> Browser:
    return stranger.enter()


def records(desk: Desk) -> list[dict[str, Any]]:
    return list(desk.removals.result.removed())


def lines(desk: Desk) -> list[dict[str, Any]]:
    path = desk.decisions.path
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def first(desk: Desk, wanted: Callable[[dict[str, Any]], bool]) -> int:
    return next(number for number, record in enumerate(records(desk)) if wanted(record))


# ── who is let in ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_token_lets_in_one_browser_once(stranger: Browser) -> None:
    opening = f"/start/{stranger.guard.token}"
    assert stranger.get("/").status_code == 403

    cookie = stranger.get(opening).headers["Set-Cookie"]

    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie and cookie.startswith(f"dedup-review-{PORT}=")
    assert stranger.get("/").status_code == 200
    other = stranger.another()
    assert other.get(opening).status_code == 403
    assert "Set-Cookie" not in other.get(opening).headers
    assert other.get("/").status_code == 403
    assert other.get("/assets/review.js").status_code == 403
    assert stranger.get("/").status_code == 200  # and the first one is still in


@pytest.mark.parametrize("token", ["x", "", "\u00e9", "A" * 5000])
def test_a_wrong_token_lets_nobody_in_and_leaves_the_right_one_good(stranger: Browser, token: str) -> None:
    assert stranger.get(f"/start/{token}").status_code in (403, 404)
    assert stranger.get("/").status_code == 403
    stranger.enter()


def test_asking_whether_there_is_something_does_not_use_the_token_up(stranger: Browser) -> None:
    opening = f"/start/{stranger.guard.token}"

    assert stranger.client.head(opening, base_url=stranger.guard.address).status_code == 405
    stranger.enter()


def test_of_many_that_come_at_once_one_is_let_in(stranger: Browser) -> None:
    def come(_: int) -> int:
        return stranger.another().get(f"/start/{stranger.guard.token}").status_code

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(come, range(16))) == [200] + [403] * 15


def test_a_wrong_cookie_lets_nobody_in(stranger: Browser) -> None:
    for value in ("", "x", stranger.guard.csrf, "é"):
        stranger.client.set_cookie(stranger.guard.cookie, value, domain="127.0.0.1")
        assert stranger.get("/").status_code == 403


@pytest.mark.parametrize(
    ("host", "code"),
    [
        (f"127.0.0.1:{PORT}", 200),
        (f"localhost:{PORT}", 200),
        ("127.0.0.1", 403),
        ("localhost", 403),
        (f"127.0.0.1:{PORT + 1}", 403),
        (f"corran.example:{PORT}", 403),
        (f"127.0.0.1.corran.example:{PORT}", 403),
        (f"localhost.corran.example:{PORT}", 403),
        (f"[::1]:{PORT}", 403),
        ("", 403),
    ],
)
def test_only_our_own_names_are_answered(browser: Browser, host: str, code: int) -> None:
    cookie = f"{browser.guard.cookie}={browser.guard.session}"
    client = browser.client.application.test_client(use_cookies=False)

    assert client.get("/", headers={"Host": host, "Cookie": cookie}).status_code == code


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        (OURS, 303),
        ({"Sec-Fetch-Site": "same-origin"}, 303),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "null"}, 303),  # as of forms under `no-referrer`
        ({"Origin": f"http://127.0.0.1:{PORT}"}, 303),
        ({}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://corran.example"}, 403),
        ({"Origin": f"https://127.0.0.1:{PORT}"}, 403),
        ({"Origin": f"http://127.0.0.1:{PORT + 1}"}, 403),
        ({"Origin": f"127.0.0.1:{PORT}"}, 403),
        ({"Origin": f"http://127.0.0.1:{PORT}", "Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "none"}, 403),
    ],
)
def test_a_change_comes_from_a_page_of_ours(browser: Browser, headers: dict[str, str], code: int) -> None:
    assert browser.post(headers=headers, act="confirm", number=0).status_code == code
    assert len(lines(browser.desk)) == (code == 303)


@pytest.mark.parametrize("csrf", ["", "x", "é"])
def test_a_change_brings_the_token_of_its_page(browser: Browser, csrf: str) -> None:
    assert browser.post(csrf=csrf, act="confirm", number=0).status_code == 403
    assert lines(browser.desk) == []


def test_nothing_is_changed_by_looking(browser: Browser) -> None:
    assert browser.get(f"/decide?csrf={browser.guard.csrf}&act=confirm&number=0", headers=OURS).status_code == 405
    assert lines(browser.desk) == []


@pytest.mark.parametrize(
    "path", ["/", "/apply", "/patterns", "/document/0", "/assets/review.js", "/nothing", "/?low=x"]
)
def test_every_answer_has_the_headers(browser: Browser, path: str) -> None:
    for answer in (browser.get(path), browser.another().get(path), browser.post(path)):
        assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
        assert "Access-Control-Allow-Origin" not in answer.headers
    assert "unsafe" not in HEADERS["Content-Security-Policy"]


def test_what_is_sent_is_bounded(browser: Browser) -> None:
    assert browser.post(act="confirm", number=0, kind="x" * 70_000).status_code == 413
    assert browser.post(act="confirm", number=0, **{f"more-{n}": "x" for n in range(2_000)}).status_code in (303, 413)


# ── what is listed ──────────────────────────────────────────────────────────────────────────────────────────────────

ROW = re.compile(r'data-number="(\d+)"')


def listed(browser: Browser, query: str) -> list[int]:
    """The removals of all pages of a list."""
    found: list[int] = []
    for page in range(1, 100):
        answer = browser.get(f"/?{query}&page={page}")
        assert answer.status_code == 200
        rows = [int(number) for number in ROW.findall(answer.text)]
        if rows and rows[0] in found:  # behind the last page it is the last one again
            break
        assert len(rows) <= PAGE
        found += rows
        if not rows:
            break
    return found


@pytest.mark.parametrize(
    ("query", "is_in"),
    [
        ("", bool),
        ("reason=duplicate", lambda each: each["reason"] == "duplicate"),
        ("reason=chrome", lambda each: each["reason"] == "chrome"),
        ("kind=copyright", lambda each: each["kind"] == "copyright"),
        ("kind=caption", lambda each: not each),
        ("low=0.9&high=0.99", lambda each: 0.9 <= (each.get("similarity") or 0) <= 0.99),
        ("high=1&low=1", lambda each: each.get("similarity") == 1),
        ("q=NEWSletter", lambda each: "newsletter" in each["text"].lower()),
        ("q=b%2Fferry", lambda each: "b/ferry" in each["id"]),
        ("q=%3Cscript%3E", lambda each: "<script>" in (each["text"] + each["id"]).lower()),
        ("state=undecided&kind=newsletter", lambda each: each["kind"] == "newsletter"),
        ("state=undone", lambda each: not each),
        ("site=0", lambda each: each["site"] == "corran.example"),
        ("site=99", lambda each: not each),
    ],
)
@pytest.mark.parametrize("order", ["risk", "file", "long"])
def test_filters_list_what_they_say(
    browser: Browser, query: str, is_in: Callable[[dict[str, Any]], bool], order: str
) -> None:
    site_of = {source["id"]: source.get("site") or "" for source in browser.desk.removals.result.sources()}
    wanted = [n for n, record in enumerate(records(browser.desk)) if is_in({**record, "site": site_of[record["id"]]})]

    found = listed(browser, f"{query}&order={order}")

    assert sorted(found) == wanted
    assert order != "file" or found == wanted


def test_the_riskiest_come_first(browser: Browser) -> None:
    removals, found = browser.desk.removals, listed(browser, "")
    rows = removals.rows
    keys = [(int(rows["tier"][n]), not rows["duplicate"][n], -int(rows["size"][n]), n) for n in found]

    assert keys == sorted(keys)
    assert len({key[0] for key in keys}) == len(TIERS)


@pytest.mark.parametrize(
    ("record", "wanted"),
    [
        ({"reason": "duplicate", "similarity": 0.8, "evidence": {}}, 0),
        ({"reason": "duplicate", "similarity": 0.87, "evidence": {}}, 1),
        ({"reason": "duplicate", "similarity": 1.0, "evidence": {}}, 2),
        ({"reason": "chrome", "evidence": {"rule": "any-copyright-sign"}}, 0),
        ({"reason": "chrome", "evidence": {"trafilatura": True, "odds": -4.0}}, 0),
        ({"reason": "chrome", "evidence": {"trafilatura": False, "odds": -0.5}}, 0),
        ({"reason": "chrome", "evidence": {"trafilatura": False, "odds": -4.0}}, 1),
        ({"reason": "chrome", "evidence": {"articles": 3, "of": 9}}, 1),
        ({"reason": "chrome", "evidence": {"articles": 40, "of": 90}}, 2),
        ({"reason": "chrome", "evidence": {"rule": "left-of-a-copy"}}, 2),
    ],
)
def test_how_risky_a_removal_is(record: dict[str, Any], wanted: int) -> None:
    assert tier(record, 0.8) == wanted


@pytest.mark.parametrize(
    "query",
    [
        "low=x",
        "low=2",
        "high=-1",
        "low=nan",
        "kind=mill",
        "reason=x",
        "page=0",
        "page=1e9",
        "site=-1",
        "pattern=zz",
        "order=x",
        "state=x",
    ],
)
def test_an_address_that_asks_for_what_cannot_be_says_so(browser: Browser, query: str) -> None:
    answer = browser.get(f"/?{query}")

    assert answer.status_code == 400
    assert query.partition("=")[0] in answer.text


@given(
    st.builds(
        Query,
        reason=st.sampled_from(["", "duplicate", "chrome"]),
        pattern=st.just("") | st.just("0123456789abcdef"),
        state=st.sampled_from(["", "undone"]),
        order=st.sampled_from(["risk", "file", "long"]),
        high=st.none() | st.floats(0, 1),
        kind=st.sampled_from(["", "footer", "passage"]),
        site=st.none() | st.integers(0, 9),
        low=st.none() | st.floats(0, 1),
        q=st.text(st.characters(exclude_categories=["Cs"]), max_size=20).map(str.strip),
        page=st.integers(1, 99),
    )
)
def test_an_address_says_again_what_it_was_made_of(query: Query) -> None:
    from urllib.parse import parse_qsl, urlsplit

    assert Query.of(dict(parse_qsl(urlsplit(query.but()).query))) == query


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/removal/99999", 404), ("/removal/-1", 404), ("/removal/x", 404), ("/document/99999", 404),
        ("/document/" + "9" * 40, 404), ("/assets/../pyproject.toml", 404), ("/assets/report.css", 404),
        ("/removal/0", 200), ("/?at=x", 200),
        ("/?at=99999999999999999999", 200), ("/document/0?page=99", 200), ("/patterns?page=99", 200), ("/decide", 405),
    ],
)  # fmt: skip
def test_what_there_is_not(browser: Browser, path: str, code: int) -> None:
    assert browser.get(path).status_code == code


# ── what is written ─────────────────────────────────────────────────────────────────────────────────────────────────


def newsletter(desk: Desk) -> int:
    return first(desk, lambda record: record["kind"] == "newsletter")


@pytest.mark.parametrize(
    ("form", "line", "reach"),
    [
        ({"act": "confirm"}, {"decision": "confirm", "id": "letter/quay"}, 1),
        ({"act": "keep"}, {"decision": "keep", "id": "letter/quay"}, 1),
        ({"act": "keep", "scope": "site"}, {"decision": "keep", "site": "corran.example"}, 5),
        ({"act": "confirm", "scope": "everywhere"}, {"decision": "confirm"}, 5),
    ],
)
def test_a_decision_is_in_the_file_at_once(
    browser: Browser, form: dict[str, str], line: dict[str, str], reach: int
) -> None:
    number = newsletter(browser.desk)

    answer = browser.post(number=number, **form)

    assert answer.status_code == 303
    assert lines(browser.desk) == [{**line, "text": "Sign up for our newsletter"}]
    state = "confirmed" if form["act"] == "confirm" else "undone"
    assert len(listed(browser, f"state={state}")) == reach
    again = Desk.of(str(browser.desk.removals.result.folder), str(browser.desk.decisions.path))
    assert (again.decisions.states == browser.desk.decisions.states).all()


def test_all_but_for_figures(browser: Browser) -> None:
    number = first(browser.desk, lambda record: "Copyright" in record["text"])
    said = json.loads(
        browser.post(
            headers={**OURS, "Accept": "application/json"}, act="keep", scope="site", slots=1, number=number
        ).text
    )["said"]

    assert "5 removals" in said
    assert len(listed(browser, "state=undone")) == 5
    assert lines(browser.desk)[0]["slots"] is True


def test_a_later_decision_replaces_one_on_the_same(browser: Browser) -> None:
    number = newsletter(browser.desk)
    for act in ("confirm", "keep", "confirm"):
        browser.post(act=act, number=number)

    assert [line["decision"] for line in lines(browser.desk)] == ["confirm"]


def test_the_narrower_decision_holds(browser: Browser) -> None:
    number = newsletter(browser.desk)
    browser.post(act="confirm", number=number)
    browser.post(act="keep", number=number, scope="everywhere")

    assert number not in listed(browser, "state=undone")
    assert len(listed(browser, "state=undone")) == 4


def test_what_is_taken_back_is_as_it_was(browser: Browser) -> None:
    number, known = newsletter(browser.desk), []
    for act in ("confirm", "keep"):
        known.append(lines(browser.desk))
        browser.post(act=act, number=number)
    browser.post(act="chrome", document=0, block=block_of(browser, 0), scope="site", kind="footer")

    browser.post(act="back")
    assert [line["decision"] for line in lines(browser.desk)] == ["keep"]
    for wanted in reversed(known):
        browser.post(act="back")
        assert lines(browser.desk) == wanted
    assert browser.post(act="back").status_code == 303  # there is nothing more
    assert "nothing more" in browser.get("/").text


def test_one_decision_is_taken_back_by_its_key(browser: Browser) -> None:
    for number in (0, 1, 2):
        browser.post(act="confirm", number=number)
    key = browser.desk.decisions.all[1].key

    assert browser.post(act="remove", key=key).status_code == 303
    assert len(lines(browser.desk)) == 2
    assert browser.post(act="remove", key=key).status_code == 303  # another tab did
    browser.post(act="back")
    assert len(lines(browser.desk)) == 3


def block_of(browser: Browser, document: int) -> str:
    found = re.search(r'name="block" value="(\d+-\d+)"', browser.get(f"/document/{document}").text)
    assert found
    return found[1]


@pytest.mark.parametrize(
    ("form", "line"),
    [
        ({"act": "chrome", "scope": "site", "kind": "caption"}, {"site": "corran.example", "kind": "caption"}),
        ({"act": "chrome", "scope": "document", "kind": "footer"}, {"id": "letter/quay", "kind": "footer"}),
        ({"act": "chrome", "scope": "everywhere", "slots": "1"}, {"slots": True}),
        ({"act": "keep", "scope": "everywhere"}, {}),
    ],
)  # fmt: skip
def test_a_block_that_stayed_is_taught(browser: Browser, form: dict[str, str], line: dict[str, Any]) -> None:
    answer = browser.post(document=0, block=block_of(browser, 0), next="/document/0", **form)

    assert answer.status_code == 303 and answer.headers["Location"] == "/document/0"
    told = lines(browser.desk)[0]
    assert told.pop("text").startswith("The quay of Corran was painted")
    assert told == {"decision": form["act"], **line}
    assert "Always removed" in browser.get("/document/0").text or form["act"] == "keep"


def test_decisions_are_what_a_run_takes(browser: Browser) -> None:
    browser.post(act="keep", number=newsletter(browser.desk), scope="site")
    browser.post(act="chrome", document=0, block=block_of(browser, 0), kind="footer", scope="site")

    assert decisions.load(browser.desk.decisions.path) == browser.desk.decisions.all


@pytest.mark.parametrize(
    "form",
    [
        {}, {"act": "x"}, {"act": "keep"}, {"act": "keep", "number": "x"}, {"act": "keep", "number": "-1"},
        {"act": "keep", "number": "999999"}, {"act": "keep", "number": "٣"},
        {"act": "keep", "number": "0", "scope": "x"},
        {"act": "chrome", "document": "0"}, {"act": "chrome", "document": "0", "block": "0-1"},
        {"act": "chrome", "document": "999999", "block": "0-1"},
        {"act": "chrome", "document": "0", "block": "BLOCK", "kind": "x"},
        {"act": "chrome", "number": "0", "kind": "passage"},
    ],
)  # fmt: skip
def test_what_cannot_be_decided_is_refused_and_writes_nothing(browser: Browser, form: dict[str, str]) -> None:
    if form.get("block") == "BLOCK":
        form = {**form, "block": block_of(browser, 0)}

    assert browser.post(**form).status_code == 400
    told = browser.post(headers={**OURS, "Accept": "application/json"}, **form)

    assert told.status_code == 400 and json.loads(told.text)["said"]
    assert not browser.desk.decisions.path.exists()


def test_a_document_without_a_site_is_not_decided_by_site(browser: Browser) -> None:
    number = first(browser.desk, lambda record: record["id"] == "b/ferry")

    assert "names no site" in browser.post(act="keep", number=number, scope="site").text
    assert browser.post(act="keep", number=number, scope="everywhere").status_code == 303


def test_what_has_no_words_is_only_confirmed(browser: Browser) -> None:
    number = first(browser.desk, lambda record: record["text"].strip() == "---")

    assert "no words" in browser.post(act="keep", number=number).text
    assert browser.post(act="confirm", number=number).status_code == 303


_WORDS = st.sampled_from(
    ["keep", "confirm", "chrome", "back", "remove", "0", "1", "site", "everywhere", "1-2", "\0", ""]
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    st.dictionaries(
        st.sampled_from(["act", "number", "document", "block", "scope", "kind", "slots", "key", "next", "shown"]),
        _WORDS | st.text(max_size=12),
    )
)
def test_no_form_breaks_it(browser: Browser, form: dict[str, str]) -> None:
    for headers in (OURS, {**OURS, "Accept": "application/json"}):
        answer = browser.post(headers=headers, **form)

        assert answer.status_code in (200, 303, 400)
        assert answer.status_code != 303 or answer.headers["Location"].startswith("/")
    assert not browser.desk.decisions.path.exists() or decisions.load(browser.desk.decisions.path) is not None


@pytest.mark.parametrize(
    "address",
    ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "", "\t//evil.example"],
)
def test_a_form_leads_nowhere_else(browser: Browser, address: str) -> None:
    assert browser.post(act="confirm", number=0, next=address).headers["Location"] == "/"


# ── what others write ───────────────────────────────────────────────────────────────────────────────────────────────


def test_two_tabs_at_once_lose_nothing(browser: Browser) -> None:
    """Each thread is a tab; every decision is about another removal."""
    numbers = list(range(0, len(browser.desk.removals), max(1, len(browser.desk.removals) // 60)))
    wanted = len({(record["id"], record["text"].strip()) for record in browser.desk.removals.records(numbers)})

    def decide(number: int) -> int:
        tab = browser.another()
        tab.client.set_cookie(tab.guard.cookie, tab.guard.session, domain="127.0.0.1")
        return tab.post(act="confirm", number=number).status_code

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(decide, numbers)) == {303}

    assert len(lines(browser.desk)) == len(browser.desk.decisions.all) <= wanted
    assert (browser.desk.decisions.states[numbers] == 1).all()


def test_what_others_wrote_stays(browser: Browser) -> None:
    browser.post(act="confirm", number=0)
    theirs = {"decision": "keep", "text": "Words of somebody else", "note": "by hand"}
    with browser.desk.decisions.path.open("a") as file:
        file.write(json.dumps(theirs) + "\n")

    answer = browser.post(headers={**OURS, "Accept": "application/json"}, act="confirm", number=1)

    assert "changed by others" in json.loads(answer.text)["said"]
    assert len(lines(browser.desk)) == 3 and theirs in lines(browser.desk)
    assert "Words of somebody else" in browser.get("/apply").text


def test_a_file_that_somebody_broke_is_left_alone(browser: Browser) -> None:
    path = browser.desk.decisions.path
    browser.post(act="confirm", number=0)
    path.write_text(path.read_text() + '{"decision": "keep", "text":')
    broken = path.read_bytes()

    answer = browser.post(act="confirm", number=1)

    assert answer.status_code == 409 and "mine.jsonl:2" in answer.text
    assert path.read_bytes() == broken
    assert browser.get("/").status_code == 409
    with pytest.raises(ConflictError):
        browser.desk.decisions.back()
    path.write_text(path.read_text().splitlines()[0] + "\n")
    assert browser.post(act="confirm", number=1).status_code == 303
    assert len(lines(browser.desk)) == 2


def test_a_file_that_somebody_removed_is_begun_anew(browser: Browser) -> None:
    browser.post(act="confirm", number=0)
    browser.desk.decisions.path.unlink()
    browser.post(act="confirm", number=1)

    assert len(lines(browser.desk)) == 1


def test_a_full_disk_is_told_and_nothing_is_decided(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, _: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    monkeypatch.setattr("dedup.review_decisions.save", full)

    answer = browser.post(act="confirm", number=0)

    assert answer.status_code == 500 and "mine.jsonl: No space left" in answer.text
    assert browser.desk.decisions.counts[1] == 0
    assert browser.post(act="back").status_code == 303  # there is nothing to take back


def test_another_run_in_the_folder_ends_the_review(tmp_path: Path) -> None:
    dedup.clean([{"id": "a", "text": BODY}, {"id": "b", "text": BODY}], tmp_path / "out")
    desk, guard = Desk.of(str(tmp_path / "out")), Guard(PORT)
    browser = Browser(desk, guard, app(desk, guard).test_client()).enter()
    assert browser.get("/").status_code == 200

    dedup.clean([{"id": "a", "text": BODY}], tmp_path / "out")

    assert browser.get("/").status_code == 409
    assert browser.post(act="confirm", number=0).status_code == 409
    assert not desk.decisions.path.exists()


# ── what is shown ───────────────────────────────────────────────────────────────────────────────────────────────────


class Markup(HTMLParser):
    """The elements of a page, and what leads out of it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.links: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links |= {value or "" for name, value in attrs if name in ("href", "src", "action")}


def test_no_text_becomes_markup(browser: Browser) -> None:
    clean = Markup(browser.get("/?q=newsletter").text + browser.get("/document/0").text + browser.get("/patterns").text)
    browser.post(act="keep", number=first(browser.desk, lambda record: "<script" in record["text"]))
    documents = range(len(browser.desk.removals.documents))
    paths = [f"/removal/{number}" for number in range(len(browser.desk.removals))]
    paths += [f"/?q=evil&page={page}" for page in range(1, 6)]
    paths += [f"/document/{document}" for document in documents] + ["/apply", "/patterns", "/?q=%3Cscript%3E%22'"]

    for path in paths:
        text = browser.get(path).text
        page = Markup(text)
        known = {"ol", "ul", "li", "ins", "del", "pre", "code", "section", "strong", "h3", "optgroup", "nav"}
        assert page.tags <= clean.tags | known
        assert page.attributes <= clean.attributes | {"reversed", "tabindex", "start", "rel"}
        assert all(re.match("/(?!/)|#main$", link) for link in page.links)
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)


def test_pages_keep_no_text_of_others_for_themselves(browser: Browser) -> None:
    """Nothing of the corpus stands in a script or a style, nor in an attribute but for values of ours."""
    text = browser.get("/").text

    assert text.count("<script") == 1 and "style=" not in text


def test_what_was_decided_is_listed_with_the_next_command(browser: Browser) -> None:
    browser.post(act="keep", number=newsletter(browser.desk), scope="site")
    text = browser.get("/apply").text

    assert "Never removed on corran.example: “Sign up for our newsletter”" in text
    assert "dedup clean INPUT... -o" in text and "--decisions" in text


def test_the_next_command_has_the_settings_of_this_run(tmp_path: Path) -> None:
    config = dedup.Config(min_words=20, keep_kinds=("caption", "byline"), headings=False, within=True, site="a b's")
    run = dedup.clean([{"id": "a", "text": BODY}], tmp_path / "out", config=config)

    told = command(run, "out dir", tmp_path / "d.jsonl")

    assert told == (
        f"dedup clean INPUT... -o 'out dir' --decisions {tmp_path}/d.jsonl --site 'a b'\"'\"'s' --keep-kinds caption"
        " --keep-kinds byline --no-headings --within --min-words 20"
    )


def test_a_run_that_removed_nothing_is_shown(tmp_path: Path) -> None:
    dedup.clean([{"id": "a", "text": BODY}], tmp_path / "out")
    desk, guard = Desk.of(str(tmp_path / "out")), Guard(PORT)
    browser = Browser(desk, guard, app(desk, guard).test_client()).enter()

    assert "removed nothing" in browser.get("/").text
    for path in ("/patterns", "/apply", "/document/0", "/?state=undone"):
        assert browser.get(path).status_code == 200


@pytest.mark.parametrize("format_", ["markdown", "jsonl.zst", "parquet", "csv"])
def test_a_run_whatever_it_wrote(tmp_path: Path, format_: str) -> None:
    dedup.clean(list(corpus())[:8], tmp_path / "out", config=dedup.Config(format=format_))
    desk, guard = Desk.of(str(tmp_path / "out")), Guard(PORT)
    browser = Browser(desk, guard, app(desk, guard).test_client()).enter()
    number = first(desk, lambda record: record["kind"] in ("passage", "document"))

    text = browser.get(f"/?at={number}").text

    assert "horn" in text and "bell" in text  # the copy beside its keeper


def test_attributes_are_no_documents(tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text("".join(json.dumps(each) + "\n" for each in list(corpus())[:8]))
    dedup.clean(tmp_path / "in.jsonl", tmp_path / "out", config=dedup.Config(emit="attributes"))

    told = CliRunner().invoke(main, ["review", str(tmp_path / "out"), "--no-open"])

    assert told.exit_code == 2 and "holds attributes" in told.stderr


def test_a_keeper_of_an_index_is_named(tmp_path: Path) -> None:
    earlier = [{"id": "old/ferry", "text": BODY}]
    dedup.clean([{"id": "a", "text": f"{OWN['quay']}\n\n{BODY}"}], tmp_path / "out", against=earlier)
    desk, guard = Desk.of(str(tmp_path / "out")), Guard(PORT)
    browser = Browser(desk, guard, app(desk, guard).test_client()).enter()

    text = browser.get("/").text

    assert "old/ferry" in text and "none of the documents of this run" in text


def test_a_run_behind_a_url(tmp_path: Path) -> None:
    pytest.importorskip("fsspec")
    dedup.clean(corpus(), "memory://review/out")
    desk, guard = Desk.of("memory://review/out", str(tmp_path / "mine.jsonl")), Guard(PORT)
    browser = Browser(desk, guard, app(desk, guard).test_client()).enter()

    browser.post(act="confirm", number=3)
    assert len(listed(browser, "state=confirmed")) == 1
    assert "ferry" in browser.get("/document/7").text


def test_the_decisions_that_a_run_took_are_gone_on_with(tmp_path: Path) -> None:
    texts, file = list(corpus())[:8], tmp_path / "base.jsonl"
    decisions.save(file, [decisions.Decision(decisions.Choice.CHROME, OWN["mill"], kind=Kind.FOOTER)])
    dedup.clean(texts, tmp_path / "out", config=dedup.Config(decisions=str(file)))

    desk = Desk.of(str(tmp_path / "out"))

    assert desk.decisions.path == file and f"--decisions {file}" in desk.command
    number = first(desk, lambda record: record["text"].strip() == OWN["mill"])
    assert TIERS[desk.removals.rows["tier"][number]] == "little doubt"
    file.unlink()
    assert Desk.of(str(tmp_path / "out")).decisions.path == tmp_path / "out.decisions.jsonl"


def test_an_index_knows_no_texts(desk: Desk) -> None:
    assert (
        sum(column.nbytes for column in (desk.removals.rows, desk.removals.documents)) < 100 * len(desk.removals) + 4096
    )
    assert isinstance(desk.removals.rows, np.ndarray)


# ── the command ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_folder_that_is_no_run_is_refused(tmp_path: Path) -> None:
    told = CliRunner().invoke(main, ["review", str(tmp_path), "--no-open"])

    assert told.exit_code == 2 and "holds no finished run" in told.stderr


def test_a_port_that_is_taken_is_told(run: Result) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        told = CliRunner().invoke(main, ["review", str(run.folder), "--no-open", "--port", str(port)])

    assert told.exit_code == 2 and f"port = {port}" in told.stderr


def test_a_run_behind_a_url_needs_a_file_that_is_named() -> None:
    pytest.importorskip("fsspec")
    dedup.clean(corpus(), "memory://review/out")
    told = CliRunner().invoke(main, ["review", "memory://review/out", "--no-open"])

    assert told.exit_code == 2 and "--decisions FILE" in told.stderr


def test_decisions_that_cannot_be_read_are_told(run: Result, tmp_path: Path) -> None:
    (tmp_path / "bad.jsonl").write_text("{}\n")
    told = CliRunner().invoke(
        main, ["review", str(run.folder), "--no-open", "--decisions", str(tmp_path / "bad.jsonl")]
    )

    assert told.exit_code == 2 and "bad.jsonl:1" in told.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="SIGINT is of POSIX")
def test_it_ends_at_ctrl_c_and_says_how_to_go_on(run: Result, tmp_path: Path) -> None:
    file = tmp_path / "mine.jsonl"
    decisions.save(file, [decisions.Decision(decisions.Choice.KEEP, "Sign up for our newsletter")])
    words = [sys.executable, "-m", "dedup", "review", str(run.folder), "--no-open", "--decisions", str(file)]
    heard = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)  # what a shell puts in the background ignores it
    given: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "preexec_fn": heard}
    with subprocess.Popen(words, **given) as server:
        assert server.stdout
        line = server.stdout.readline()
        assert re.search(r"http://127\.0\.0\.1:\d+/start/[\w-]{20,}", line)
        server.send_signal(signal.SIGINT)
        _, said = server.communicate(timeout=60)

    assert server.returncode == 0
    assert f"1 decision in {file}" in said and f"--decisions {file}" in said
