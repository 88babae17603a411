"""Hostile inputs: tables without end, and entities, DTDs and inclusions that must lead nowhere."""

from __future__ import annotations

import json
from functools import partial
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import TYPE_CHECKING

from tests.material import prose
from tests.torture.inputs import SECONDS, Case

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TOLD = {"bad.html": "--max-(memory|seconds|bytes)|Excessive depth"}
"""Why a page may be refused."""
OWN = prose(41, 60)
LEAKED = "LEAKED"


def page(more: str, head: str = "") -> str:
    """A page that says something, and more."""
    of_site = '<link rel="canonical" href="https://bad.example/a">'  # of the site of others, it would teach theirs
    return f"{head}<html><head><title>T</title>{of_site}</head><body><p>{OWN}</p>{more}</body></html>"


def put(content: str, folder: Path, name: str = "bad.html") -> None:
    """A file of such content."""
    (folder / name).write_text(content, encoding="utf-8")


# ── tables ──────────────────────────────────────────────────────────────────────────────────────────────────────────

ROW, CELL = "<tr><td>a</td><td>b</td></tr>", "<td>a</td>"
TABLES = {
    "of 20,000 rows": f"<table>{ROW * 20_000}</table>",
    "with colspan=2^53": f"<table><tr><td colspan={2**53}>a</td><td>b</td></tr>{ROW}</table>",
    "with spans that are no numbers": "<table><tr><td colspan=x>a<td rowspan=-1>b<td colspan=1e9>c</table>",
    "within cells, 150 deep": "<table><tr><td>x" * 150 + "deep" + "</td></tr></table>" * 150,
    "without cells": "<table></table>" * 10_000 + "<table>" + "<tr></tr>" * 50_000 + "</table>",
    "of a row of 20,000 cells": f"<table><tr>{CELL * 20_000}</tr></table>",
    "never closed": "<table><tr><td>a" * 200 + "<table><tr><td>b",
    "that say nothing": "<table>" + "<tr><td>|</td><td>&nbsp;</td></tr>" * 5_000 + "</table>",
}
BOMBS = {
    "of a million rows": f"<table>{'<tr><td>a' * 1_000_000}</table>",
    "with 500 cells of colspan=10^5, rowspan=10^5": f"<table>{'<tr><td colspan=100000 rowspan=100000>a' * 500}</table>",
    "with 5,000 rows of colspan=1,000": f"<table>{'<tr><td colspan=1000>a' * 5_000}</table>",
    "with rowspan=2^53": f"<table><tr><td rowspan={2**53}>a</td></tr>{ROW * 500}</table>",
    "within cells, 1,000 deep": "<table><tr><td>" * 1_000 + "deep",
}
"""Tables that may be refused, if that is told."""


def tables() -> Iterator[Case]:
    """Tables of pages and of Markdown that are huge, nested or claim to be."""
    for name, more in TABLES.items():
        yield Case(name, partial(put, page(more)), documents={"bad.html": OWN[:40]}, words=("--force",))
    for name in ("of 20,000 rows", "with colspan=2^53", "of a row of 20,000 cells"):
        made = partial(put, page(TABLES[name]))
        yield Case(f"{name}, as Markdown", made, documents={"bad.html": OWN[:40]}, words=("--markup", "markdown"))
    for name, more in BOMBS.items():
        yield Case(name, partial(put, page(more)), may_fail=TOLD, check=is_told, seconds=2 * SECONDS)
    wide = "| a " * 20_000 + "|\n" + "|---" * 20_000 + "|\n" + "| b " * 20_000 + "|\n"
    long = "| a | b |\n|---|---|\n" + "| b | c |\n" * 200_000
    for name, text in {"wide": wide, "long": long, "of pipes": "|" * 500_000}.items():
        yield Case(f"{name}, of Markdown", partial(put, text, name="bad.md"), documents={"bad.md": ""})


def is_told(folder: Path) -> None:
    """Whether a page came out or it was told why not."""
    ids = [
        json.loads(line)["id"]
        for name in ("clean", "failures")
        for line in (folder / "out" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    assert ids.count("bad.html") == 1, ids


# ── entities ────────────────────────────────────────────────────────────────────────────────────────────────────────

LAUGHS = f'<!DOCTYPE html [<!ENTITY a "{LEAKED}">' + "".join(
    f'<!ENTITY {chr(98 + at)} "{f"&{chr(97 + at)};" * 10}">' for at in range(9)
)
DECLARED = {
    "that multiply": (f"{LAUGHS}]>", "&j;"),
    "that multiply, once each": (f'<!DOCTYPE html [<!ENTITY a "{LEAKED * 20_000}">]>', "&a;" * 2_000),
    "that lead in a circle": ('<!DOCTYPE html [<!ENTITY a "&b;"><!ENTITY b "&a;">]>', "&a;"),
    "100,000 of them": ("<!DOCTYPE html [" + "".join(f'<!ENTITY e{at} "x">' for at in range(100_000)) + "]>", "&e1;"),
    "of a file": ('<!DOCTYPE html [<!ENTITY x SYSTEM "file://{folder}/secret">]>', "&x;"),
    "of a URL": ('<!DOCTYPE html [<!ENTITY x SYSTEM "{url}/entity">]>', "&x;"),
    "of a DTD": ('<!DOCTYPE html PUBLIC "-//X//Y" "{url}/page.dtd">', "&x;"),
    "of parameters": ('<!DOCTYPE html [<!ENTITY % p SYSTEM "{url}/p.dtd"> %p; <!ENTITY % q "{url}">%q;]>', "&x;"),
    "with notations": ('<!DOCTYPE html [<!NOTATION n SYSTEM "{url}/n"><!ENTITY x SYSTEM "{url}/x" NDATA n>]>', "&x;"),
}
INCLUDE = 'xmlns:x="http://www.w3.org/2001/XInclude"'
WITHIN = {
    "inclusion of a file": f'<x:include {INCLUDE} href="file://{{folder}}/secret" parse="text"/>',
    "inclusion of a URL": f'<x:include {INCLUDE} href="{{url}}/x" parse="text"/>',
    "instructions": '<?xml-stylesheet type="text/xsl" href="{url}/s.xsl"?><?php system("id"); ?>',
    "a drawing": '<svg xmlns="http://www.w3.org/2000/svg"><image href="{url}/i.png"/><use href="{url}/u.svg#x"/></svg>',
    "pictures and frames": '<base href="{url}/"><img src="i.png" srcset="{url}/j 2x"><script src="s.js"></script>'
    '<link rel=stylesheet href="{url}/c.css"><iframe src="{url}/f"></iframe><object data="o"></object><embed src="e">'
    '<meta http-equiv="refresh" content="0;url={url}/r"><video poster="{url}/v"><source src="{url}/w"></video>',
    "references beyond Unicode": "<p>&#x110000; &#xD800; &#0; &#99999999999999999999; &#xFFFFFFFFFFFF; &#x; &#;</p>",
    "a reference of 1 MB": "<p>&" + "a" * 1_000_000 + ";</p>",
    "a million ampersands": "<p>" + "&" * 1_000_000 + "</p>",
    "300,000 references": "<p>" + "&#65;" * 300_000 + "</p>",
    "marked sections": "<![CDATA[ &j; ]]><![INCLUDE[ x ]]><![%p;[ y ]]>",
}  # fmt: skip


class Asked(BaseHTTPRequestHandler):
    """A web server that must not be asked: it would answer."""

    paths: list[str] = []  # noqa: RUF012 (of all requests)

    def do_GET(self) -> None:
        """Answer."""
        self.paths.append(self.path)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(LEAKED.encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def trap(content: str, name: str, folder: Path) -> None:
    """A page that leads to a file and to a server, which is there while this process is."""
    server = HTTPServer(("127.0.0.1", 0), Asked)
    Thread(target=server.serve_forever, daemon=True).start()
    put(LEAKED, folder.parent, "secret")
    address = f"http://127.0.0.1:{server.server_address[1]}"
    put(content.replace("{url}", address).replace("{folder}", str(folder.parent)), folder, name)


def none_leaked(folder: Path) -> None:
    """Whether nothing was asked, and nothing of what must not be read stands in what was written."""
    assert not Asked.paths, Asked.paths
    for path in (folder / "out").rglob("*.jsonl"):
        assert LEAKED not in path.read_text(encoding="utf-8"), path


def entities() -> Iterator[Case]:
    """Entities, DTDs, inclusions and instructions: nothing is expanded, no file is read, nobody is asked."""
    for name, (head, more) in DECLARED.items():
        content = page(f"<p>Then {more} came the end of the long road.</p>", head)
        for made, way in ((content, "HTML"), (f'<?xml version="1.0" encoding="UTF-8"?>{content}', "XHTML")):
            end = "html" if way == "HTML" else "xhtml"
            yield Case(
                f"{name}, in {way}",
                partial(trap, made, f"bad.{end}"),
                documents={f"bad.{end}": OWN[:40]},
                check=none_leaked,
            )
    for name, more in WITHIN.items():
        yield Case(name, partial(trap, page(more), "bad.html"), documents={"bad.html": OWN[:40]}, check=none_leaked)
    record = json.dumps({"id": "a", "html": page("<p>&x;</p>", DECLARED["of a file"][0])})
    yield Case(
        "of a file, in a record", partial(trap, record, "bad.jsonl"), documents={"a": OWN[:40]}, check=none_leaked
    )


FAMILIES = (tables, entities)
