"""Hostile texts (tests/payloads.py) in the answers of `dedup review`, read back: its pages, and its JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

import pytest

from dedup.review_app import app
from dedup.review_desk import Desk
from dedup.review_guard import HEADERS, Guard
from tests.hostile import Ran, ran
from tests.pages import Shape, obeyed, parsed, said, shapes, squeezed
from tests.payloads import BATCHES, PAYLOADS, family, ids

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

PORT = 8765
OURS = {"Sec-Fetch-Site": "same-origin", "Origin": f"http://127.0.0.1:{PORT}"}
SEEN = 60
"""Characters of a text that every place shows."""


OTHERS = """<ins></ins><option value="boilerplate"></option>
    <a href="/patterns?page=1" rel="prev"></a><a href="/patterns?page=2" rel="next"></a>
    <span class="sign" title="U+202E RIGHT-TO-LEFT OVERRIDE"></span>"""
"""Elements of ours that the run over words has no need of."""


class Reviewer(NamedTuple):
    """Who reviews a run."""

    run: Ran
    desk: Desk
    guard: Guard
    client: FlaskClient

    @classmethod
    def of(cls, run: Ran, file: Path) -> Reviewer:
        """One who was let in, and writes decisions into a file."""
        desk, guard = Desk.of(str(run.out), str(file)), Guard(PORT)
        it = cls(run, desk, guard, app(desk, guard).test_client())
        assert it.get(f"/start/{guard.token}").status_code == 200
        return it

    def get(self, path: str) -> TestResponse:
        return self.client.get(path, base_url=self.guard.address)

    def decide(self, *, script: bool = False, **form: Any) -> TestResponse:
        headers = OURS | ({"Accept": "application/json"} if script else {})
        form = {"csrf": self.guard.csrf, **form}
        return self.client.post("/decide", base_url=self.guard.address, data=form, headers=headers)

    def page(self, path: str) -> str:
        """A page that is there."""
        answer = self.get(path)
        assert answer.status_code == 200, path
        return checked(answer)

    def places(self) -> Iterator[tuple[str, int, int]]:
        """Of each payload that is in the run, its name, a removal with it, and the document of that."""
        removed = list(self.desk.removals.result.removed())
        documents = self.desk.removals.rows["document"]
        for name, text in self.run.payloads.items():
            of = [at for at, each in enumerate(removed) if each["id"] in ids(name, text)]
            of.sort(key=lambda at: text not in removed[at]["text"])
            if of:
                yield name, of[0], int(documents[of[0]])


def checked(answer: TestResponse) -> str:
    """The page of an answer that has all headers."""
    assert HEADERS.items() <= dict(answer.headers).items()
    assert answer.mimetype == "text/html"
    return answer.get_data(as_text=True)


def pages(reviewer: Reviewer) -> Iterator[tuple[str, str]]:
    """The pages that show payloads, each with the name of one that it must show: removals, documents and lists, then
    what was decided."""
    places = list(reviewer.places())
    for name, number, document in places:
        for answer in (
            reviewer.decide(number=number, act="keep", scope="site", note=reviewer.run.payloads[name]),
            reviewer.decide(number=number, act="confirm"),
        ):
            assert answer.status_code == 303, answer.get_data(as_text=True)
            assert (answer.location or "").startswith("/")
        yield name, reviewer.page(f"/?at={number}")
        yield name, reviewer.page(f"/removal/{number}")
        yield name, reviewer.page(f"/document/{document}")
    lists = [
        *("/", "/patterns", "/apply"),
        *(f"/{of}?page={page}" for of in ("", "patterns", "apply") for page in (2, 3)),
    ]
    for path in lists:
        yield "", reviewer.page(path)


@pytest.fixture(scope="session")
def known(hostile: Path, tmp_path_factory: pytest.TempPathFactory) -> set[Shape]:
    """The elements of the same pages where words stand in the place of payloads."""
    reviewer = Reviewer.of(ran(hostile, next(iter(BATCHES)), plain=True), tmp_path_factory.mktemp("plain") / "a.jsonl")
    found = [*pages(reviewer), ("", reviewer.page("/?q=door")), ("", reviewer.page("/?q=nothing+such"))]
    found += [("", checked(reviewer.get(path))) for path in ("/document/999999", "/nowhere", "/?page=x")]
    return {shape for page in (OTHERS, *(page for _, page in found)) for shape in shapes(parsed(page))}


@pytest.fixture
def reviewer(batch: Ran, tmp_path: Path) -> Reviewer:
    """A reviewer of a batch of payloads."""
    return Reviewer.of(batch, tmp_path / "decisions.jsonl")


def test_nothing_of_a_run_becomes_markup(reviewer: Reviewer, known: set[Shape]) -> None:
    wrong: dict[str, set[str]] = {}
    shown = set()
    for name, page in pages(reviewer):
        tree = parsed(page)
        faults = {repr(shape) for shape in shapes(tree) - known} | {*obeyed(page.replace("\t", " "))}
        if name:
            shown.add(name)
            if squeezed(reviewer.run.payloads[name][:SEEN]) not in said(tree):
                faults.add("is not shown")
        if faults:
            wrong.setdefault(name, set()).update(faults)

    assert wrong == {}
    assert {name for name in reviewer.run.payloads if family(name) != "surrogate"} - shown == set()


def test_nothing_of_an_address_becomes_markup(reviewer: Reviewer, known: set[Shape]) -> None:
    """What a link of another page could ask for."""
    wrong: dict[str, set[str]] = {}
    for name, text in reviewer.run.payloads.items():
        asked = quote(text.encode("utf-8", "surrogatepass"))
        for path in (f"/?q={asked}", f"/?site={asked}&kind={asked}&order={asked}", f"/document/{asked}", f"/{asked}"):
            answer = reviewer.get(path)
            assert answer.status_code < 500, (name, path)
            if answer.location:  # two slashes are made one
                assert answer.location.startswith(f"{reviewer.guard.address}/"), (name, path)
            elif answer.mimetype == "text/html":
                page = checked(answer)
                faults = {repr(shape) for shape in shapes(parsed(page)) - known}
                if faults:
                    wrong.setdefault(name, set()).update(faults)

    assert wrong == {}


def test_what_scripts_are_answered_is_json_of_ours(reviewer: Reviewer) -> None:
    wrong = {}
    for name, number, document in reviewer.places():
        said_ = []
        for form in (
            {"number": number, "act": "keep", "scope": "everywhere", "shown": str(number)},
            {"number": number, "act": "confirm", "shown": reviewer.run.payloads[name]},
            {"document": document, "block": reviewer.run.payloads[name], "act": "chrome"},
            {"number": reviewer.run.payloads[name], "act": reviewer.run.payloads[name]},
            {"key": reviewer.run.payloads[name], "act": "remove"},
        ):
            answer = reviewer.decide(script=True, **form)
            assert answer.mimetype == "application/json"
            assert answer.status_code < 500
            told = json.loads(answer.get_data())
            assert {"said"} <= told.keys() <= {"said", "states", "counts"}
            said_.append(told["said"])
        if bad := obeyed("".join(said_)):
            wrong[name] = bad

    assert wrong == {}


def test_an_address_to_go_on_to_is_one_of_ours(hostile: Path, tmp_path: Path) -> None:
    reviewer = Reviewer.of(ran(hostile, next(iter(BATCHES))), tmp_path / "decisions.jsonl")

    for payload, text in PAYLOADS.items():
        if family(payload) != "surrogate":  # no form can have them
            to = reviewer.decide(number=0, act="confirm", next=text).location or ""
            assert to.startswith("/") and not to.startswith(("//", "/\\")), payload
