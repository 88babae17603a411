"""The pages of `dedup review`: what an address of the app gives. The only module but `review` that imports Flask."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson
from flask import Flask, Response, redirect, request
from werkzeug.exceptions import BadRequest, Conflict, HTTPException, InternalServerError, MethodNotAllowed, NotFound

from dedup.data import CHROME_KINDS
from dedup.errors import DedupError, SettingError
from dedup.review_acts import do
from dedup.review_guard import HEADERS
from dedup.review_query import ORDERS, PAGE, STATES, Query, QueryError
from dedup.review_removals import SEARCHED, TIERS
from dedup.review_show import KINDS, applied, detail, named, parts, patterns, rows
from dedup.signs import harmless, visible
from dedup.templating import render

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dedup.review_desk import Desk
    from dedup.review_guard import Guard

MOST_SENT = 64 << 10
"""Bytes of a form."""
MOST_SITES = 300
"""Sites that the filter offers."""
PIECES = 400
"""Parts of a document on a page."""
ASSETS = {"common.css": "text/css", "review.css": "text/css", "review.js": "text/javascript"}


def app(desk: Desk, guard: Guard) -> Flask:
    """The app for a desk, behind a guard."""
    made, pages = Flask("dedup", static_folder=None), Pages(desk, guard)
    made.config.update(MAX_CONTENT_LENGTH=MOST_SENT, MAX_FORM_MEMORY_SIZE=MOST_SENT, MAX_FORM_PARTS=30)
    made.before_request(pages.check)
    made.after_request(_with_headers)
    made.register_error_handler(HTTPException, _failed)
    made.register_error_handler(QueryError, lambda error: _failed(BadRequest(str(error))))
    made.register_error_handler(DedupError, lambda error: _failed(Conflict(str(error))))
    made.register_error_handler(OSError, _unreachable)
    views: dict[str, Callable[..., Response]] = {
        "/start/<token>": pages.start,
        "/assets/<name>": pages.asset,
        "/": pages.removals,
        "/removal/<int:number>": pages.removal,
        "/patterns": pages.patterns,
        "/document/<int:number>": pages.document,
        "/apply": pages.apply,
    }
    for rule, view in views.items():
        made.add_url_rule(rule, view.__name__, view)
    made.add_url_rule("/decide", "decide", pages.decide, methods=["POST"])
    return made


class Pages:
    """The views of the app."""

    def __init__(self, desk: Desk, guard: Guard) -> None:
        self.desk, self.guard = desk, guard

    def check(self) -> Response | None:
        """Refuse whoever is not let in; and end a review whose run is no more."""
        refusal = self.guard.refusal(request, starting=request.endpoint == "start")
        if refusal:
            return _page("review_error.html", 403, title="Not let in", said=refusal)
        if request.endpoint not in ("start", "asset") and self.desk.removals.is_changed:
            said = "The folder of the run was written since the review began. End it with Ctrl-C and start it again."
            return _page("review_error.html", 409, title="Another run", said=said)
        return None

    def start(self, token: str) -> Response:
        """Let a browser in. It goes on by itself: a redirect would be of the site that the link stood on, and cookies
        of `SameSite=Strict` do not go along with those."""
        if request.method != "GET":  # who only asks whether there is something does not use it up
            raise MethodNotAllowed
        response = _page("review_start.html")
        if self.guard.admit(token, response):
            return response
        said = "This address was used already; it lets in one browser, once. Start dedup review again for another one."
        return _page("review_error.html", 403, title="Not let in", said=said)

    def asset(self, name: str) -> Response:
        """A style or script of ours."""
        if name not in ASSETS:
            raise NotFound
        return Response((files("dedup") / "templates" / name).read_bytes(), mimetype=ASSETS[name])

    def removals(self) -> Response:
        """The list, and one of it beside."""
        return self._list("review_list.html")

    def removal(self, number: int) -> Response:
        """One of the list alone, for the script of a page."""
        if number >= len(self.desk.removals):
            raise NotFound("There is no such removal.")
        return self._shown("review_detail.html", **self._detail(number, Query.of(request.args)))

    def _list(self, template: str) -> Response:
        query, desk = Query.of(request.args), self.desk
        desk.decisions.current()
        numbers = query.numbers(desk.removals, desk.decisions.states)
        at = request.args.get("at", "")
        is_number = at.isascii() and at.isdecimal() and len(at) < 12
        found = np.flatnonzero(numbers == (int(at) if is_number else -1))
        pages = max(1, -(-len(numbers) // PAGE))
        query = query._replace(page=int(found[0]) // PAGE + 1 if len(found) else min(query.page, pages))
        listed = numbers[(query.page - 1) * PAGE : query.page * PAGE].tolist()
        chosen = int(numbers[found[0]]) if len(found) else listed[0] if listed else None
        return self._shown(
            template,
            **self._filters(query),
            **(self._detail(chosen, query, listed) if chosen is not None else {"it": None, "query": query}),
            rows=rows(desk.removals, desk.decisions, listed),
            documents={number: int(desk.removals.rows["document"][number]) for number in listed},
            count=len(numbers),
            searched=SEARCHED if query.q and len(desk.removals) > SEARCHED else 0,
            pages=pages,
            page_address=lambda page: query.but(page=page),
            first=(query.page - 1) * PAGE,
            here_is="removals",
        )

    def _filters(self, query: Query) -> dict[str, Any]:
        removals = self.desk.removals
        names = removals.sites.names
        sites = [(number, name) for number, name in sorted(enumerate(names), key=lambda each: each[1])[:MOST_SITES]]
        if query.site is not None and query.site not in [number for number, _ in sites] and query.site < len(names):
            sites.append((query.site, names[query.site]))
        here = {reason: [kind for kind in kinds if kind in removals.kinds.names] for reason, kinds in KINDS.items()}
        filtered = query.said(removals)
        return {"filtered": filtered, "kinds": here, "sites": sites, "states": STATES, "orders": ORDERS, "tiers": TIERS}

    def _detail(self, number: int, query: Query, listed: Sequence[int] = ()) -> dict[str, Any]:
        """What the page shows of a removal; a form of it goes on to the one behind it in the list."""
        desk, at = self.desk, listed.index(number) + 1 if number in listed else len(listed)
        return {
            "it": detail(desk.removals, desk.decisions, desk.texts, number),
            "query": query,
            "next": query.at(listed[at] if at < len(listed) else number) + "#detail",
        }

    def patterns(self) -> Response:
        """The passages that went most often."""
        page = Query.of(request.args).page
        self.desk.decisions.current()
        listed, count = patterns(self.desk.removals, self.desk.decisions, page, PAGE)
        return self._shown(
            "review_patterns.html",
            patterns=listed,
            count=count,
            page=page,
            pages=max(1, -(-count // PAGE)),
            page_address=lambda page: f"/patterns?page={page}",
            here_is="patterns",
        )

    def document(self, number: int) -> Response:
        """A document, what went struck."""
        desk = self.desk
        if number >= len(desk.removals.documents):
            raise NotFound("There is no such document.")
        desk.decisions.current()
        page = Query.of(request.args).page
        found = desk.texts.document(number)
        all_parts = list(parts(desk.removals, desk.decisions, number, found.pieces))
        pages = max(1, -(-len(all_parts) // PIECES))
        return self._shown(
            "review_document.html",
            document=number,
            id=found.id,
            site=desk.removals.source(number).get("site") or "",
            doc_parts=all_parts[(page - 1) * PIECES : page * PIECES],
            page=page,
            pages=pages,
            page_address=lambda page: f"/document/{number}?page={page}",
            here_is="",
            chrome_kinds=CHROME_KINDS,
        )

    def apply(self) -> Response:
        """What was decided, and how a run takes it."""
        desk = self.desk
        desk.decisions.current()
        page, made = Query.of(request.args).page, desk.decisions.all
        return self._shown(
            "review_apply.html",
            decisions=made,
            listed=applied(made)[(page - 1) * PAGE : page * PAGE],
            command=desk.command,
            page=page,
            pages=max(1, -(-len(made) // PAGE)),
            page_address=lambda page: f"/apply?page={page}",
            here_is="apply",
        )

    def decide(self) -> Response:
        """Decide, or take back; for a script the answer says what became of the removals that it shows."""
        desk = self.desk
        try:
            said = do(desk, request.form)
        except SettingError as error:
            raise BadRequest(f"This cannot be decided: {error}") from error
        if _is_by_script():
            numbers = [int(each) for each in request.form.get("shown", "").split(",")[: 2 * PAGE] if each.isdecimal()]
            states = desk.decisions.states
            known = {str(number): STATES[states[number]] for number in numbers if number < len(states)}
            return _json({"said": visible(said), "states": known, "counts": desk.decisions.counts})
        self.desk.said = said
        return redirect(_local(request.form.get("next", "/")), 303)  # type: ignore[return-value]

    def _shown(self, template: str, **values: Any) -> Response:
        desk = self.desk
        said, desk.said = desk.said, ""
        known: dict[str, Any] = {
            "csrf": self.guard.csrf,
            "out": desk.name,
            "file": str(desk.decisions.path),
            "said": said,
        }
        known |= {"counts": desk.decisions.counts, "named": named, "harmless": harmless}
        return _page(template, **known, address=request.full_path.removesuffix("?"), **values)


def _local(address: str) -> str:
    """An address of ours; the first page for any other."""
    return address if address.startswith("/") and not address.startswith(("//", "/\\")) else "/"


def _page(template: str, code: int = 200, **values: Any) -> Response:
    return Response(render(template, **values), code, mimetype="text/html")


def _json(said: dict[str, Any], code: int = 200) -> Response:
    return Response(orjson.dumps(said), code, mimetype="application/json")


def _is_by_script() -> bool:
    """Whether a script of a page asks, and not a person: it is answered in JSON."""
    return request.headers.get("Accept") == "application/json"


def _failed(error: HTTPException) -> Response:
    code = error.code or 500
    if _is_by_script():
        return _json({"said": visible(error.description or error.name)}, code)
    return _page("review_error.html", code, title=error.name, said=error.description or "")


def _unreachable(error: OSError) -> Response:
    said = f"{error.filename or 'A file of the run'}: {error.strerror or error}"
    return _failed(InternalServerError(said))


def _with_headers(response: Response) -> Response:
    response.headers.update(HEADERS)
    return response
