# ruff: noqa: E501 (tables of cases)
"""Hostile inputs: what is very large, or very much of one thing."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tests.material import prose
from tests.torture.inputs import Case, together
from tests.torture.inputs_bombs import LARGE
from tests.torture.inputs_packed import ids, lines, put
from tests.torture.inputs_texts import html

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

GB = 1_000_000_000
RAISED = ("--max-bytes", "300000000")
TOO_MUCH = "took longer than max_seconds|took more memory than max_memory|deeper|larger than|cannot be parsed whole"


def hole(name: str, before: bytes, size: int, behind: bytes) -> Callable[[Path], None]:
    """What writes a file with so many zeros in the middle, which take no room on the disk."""

    def make(folder: Path) -> None:
        with (folder / name).open("wb") as file:
            file.write(before)
            file.seek(size, 1)
            file.write(behind)
            file.truncate()

    return make


def filled(name: str, before: bytes, part: bytes, size: int, behind: bytes) -> Callable[[Path], None]:
    """What writes a file with so many bytes of something in the middle."""

    def make(folder: Path) -> None:
        block = part * (1 + 1_000_000 // len(part))
        with (folder / name).open("wb") as file:
            file.write(before)
            for _ in range(0, size, len(block)):
                file.write(block)
            file.write(behind)

    return make


def long_lines() -> Iterator[Case]:
    """Lines of a gigabyte."""
    head, tail = b'{"id":"a","text":"', b'"}\n' + lines(2)
    for way in (False, True):
        lined = ", as lines" if way else ""
        yield Case(f"JSONL{lined}", hole("l.jsonl", lines(1, 2) + head, GB, tail), {r"l\.jsonl:2": LARGE}, ids(3),
                   lines=way)  # fmt: skip
        yield Case(f"JSONL that never ends{lined}", hole("l.jsonl", lines(2) + head, 3 * GB, b""),
                   {r"l\.jsonl:3": LARGE}, ids(2), lines=way)  # fmt: skip
        yield Case(f"letters in JSONL{lined}", filled("l.jsonl", head, b"a", GB // 10, tail), {r"l\.jsonl:1": LARGE},
                   ids(2), lines=way)  # fmt: skip
        yield Case(f"escapes in JSONL{lined}", filled("l.jsonl", head, b"\\u0041", 19_000_000 // 2, tail), {},
                   {**ids(2), "a": "A"}, lines=way)  # fmt: skip
    yield Case("a text", hole("l.txt", b"The mill", GB, b"closed"), {r"l\.txt": LARGE}, {})
    yield Case("a page", hole("l.html", b"<html><p>The mill", GB, b"closed"), {r"l\.html": LARGE}, {})
    for way in (False, True):
        lined = ", as lines" if way else ""
        row = b"id,text\na,The mill\n"
        why = {r"l\.csv:3": "the rest of the file is not read: .*larger"}
        yield Case(
            f"a cell of CSV{lined}", hole("l.csv", row + b"b,", GB, b"\nc,The ferry\n"), why, {"a": ""}, lines=way
        )
        yield Case(f"a quote never closed{lined}", hole("l.csv", row + b'b,"', GB, b"\nc,The ferry\n"), why, {"a": ""},
                   lines=way)  # fmt: skip
    rows = filled("l.csv", row + b'b,"', b"The ferry is late.\n", GB // 10, b"")
    yield Case("a quote never closed before many lines", rows, why, {"a": ""})
    cells = filled("l.csv", row, b'"\n",', GB // 10, b"")
    yield Case("a row of many cells", cells, {r"l\.csv:3": "larger|cells where"}, {"a": ""})
    yield Case("the names of CSV", hole("l.csv", b"id,text", GB, b"\n"), {r"l\.csv.*": "larger"}, {})
    yield Case("a header of WARC", hole("l.warc", b"WARC/1.0\r\nX: ", GB // 4, b"\r\n\r\n"), {r"l\.warc:1": "does not end|no record"},
               {})  # fmt: skip
    yield Case("a record of WARC", hole("l.warc", b"WARC/1.0\r\nWARC-Type: resource\r\nContent-Type: text/plain\r\n"
               b"Content-Length: 1000000000\r\n\r\n", GB, b"\r\n\r\n"), {r"l\.warc:1": LARGE}, {})  # fmt: skip


def large_documents() -> Iterator[Case]:
    """Documents of 100 MB: refused as they are; read, or ended in time, where they are allowed."""
    page = html("x").encode().partition(b"x")
    part = f"<p>{prose(1)}</p>\n".encode()
    big = filled("l.html", page[0], part, 100_000_000, page[2])
    yield Case("a page of 100 MB", big, {r"l\.html": LARGE}, {})
    yield Case("a text of 100 MB", filled("l.txt", b"", prose(1).encode() + b"\n\n", 100_000_000, b""),
               {r"l\.txt": LARGE}, {})  # fmt: skip
    for size in (5_000_000, 19_000_000):
        million = size // 1_000_000
        yield Case(
            f"a page of {million} MB",
            filled("l.html", page[0], part, size, page[2]),
            {},
            None,
            may_fail={r"l\.html": TOO_MUCH},
            seconds=30,
        )
        yield Case(f"a text of {million} MB", filled("l.txt", b"", prose(1).encode() + b"\n\n", size, b""), {}, None)
        yield Case(f"a line of {million} MB", filled("l.jsonl", b'{"id":"a","text":"', b"The mill. ", size, b'"}\n'), {},
                   {"a": "mill"}, lines=True)  # fmt: skip


def pathological_markdown() -> Iterator[Case]:
    """Markdown and texts that are a million of one thing."""
    for signs in (">#[`*", "_|-=<", "!()~\\", "&:+ \t"):
        yield together(f"a million of each of {signs!r}", (
            Case(sign, put("m.md", partial(_between, sign, 1_000_000, 2 * at)), {}, {"m.md": prose(2 * at)[:20]})
            for at, sign in enumerate(signs)
        ))  # fmt: skip
    for name, part in (
        ("tables", "| a | b |\n|---|---|\n"), ("links never closed", "[a](b "), ("nested lists", "- " * 50 + "a\n"),
        ("quotes in quotes", "> " * 50 + "a\n"), ("emphasis never closed", "*a **b "), ("fences", "```\n"),
        ("images", "![a](b)"), ("references", "[a]: b\n"), ("entities", "&amp;"), ("HTML", "<div>"),
        ("blank lines", "\n"), ("carriage returns", "\r"), ("initials", "JL> a\n"), ("key: value", "title: a\n"),
        ("comments", "<!--"), ("angle brackets", "<a "), ("line separators", "\u2028"), ("combining marks", "\u0301"),
    ):  # fmt: skip
        yield Case(f"2 MB of {name}", put("m.md", partial(_between, part, 2_000_000)), {}, {"m.md": prose(1)[:20]})
    for name, part in (("headings", "# a\n"), ("rules", "---\n")):  # half a million blocks
        yield Case(f"2 MB of {name}", put("m.md", partial(_between, part, 2_000_000)), {}, None,
                   may_fail={r"m\.md": TOO_MUCH})  # fmt: skip
    deep = "".join(f"{' ' * 2 * depth}- a\n" for depth in range(1_500))
    yield Case("lists 1,500 deep", put("m.md", (prose(1) + "\n\n" + deep).encode()), {}, {"m.md": prose(1)[:20]})


def broken_pages() -> Iterator[Case]:
    """Pages with tags and entities that go nowhere."""
    parts = (
        ("<b>", "<b>x"), ("<p>", "<p>x"), ("</p>", "</p>"), ("crossed tags", "<b><i>x</b></i>"), ("<table>", "<table>"),
        ("<tr> outside", "<tr><td>x"), ("<a> in <a>", "<a href=x>y"), ("attributes never closed", '<a href="'),
        ("<form>", "<form>"), ("<!--", "<!--"), ("<![CDATA[", "<![CDATA["), ("<?", "<?x "), ("entities", "&amp"),
        ("numbers", "&#99999999999;"), ("&", "&"), ("<", "<"), ("quotes", "\"'"), ("<svg>", "<svg><math>"),
        ("<br>", "<br>"), ("<li>", "<li>x"), ("<script>", "<script>"), ("<template>", "<template>"), ("<h1>", "<h1>x"),
        ("<select>", "<select><option>x"), ("<html>", "<html><body>"), ("names of tags", "<x-" + "y" * 99 + ">"),
    )  # fmt: skip
    for first in range(0, len(parts), 4):
        some = parts[first : first + 4]
        yield together(f"300 kB of {', of '.join(name for name, _ in some)}", (
            Case(name, put("p.html", partial(_within, "%s", part, 300_000)), {}, None, may_fail={r"p\.html": TOO_MUCH})
            for name, part in some
        ))  # fmt: skip
    for name, whole, part, size in (
        ("a million tags", "%s", "<i>x</i>", 8_000_000), ("200,000 attributes", "<p %s>x</p>", " a1=1 b=2", 2_000_000),
        ("a million words in a paragraph", "<p>%s</p>", "mill ", 5_000_000),
        ("a million paragraphs", "%s", "<p>a</p>", 8_000_000), ("a million links", "%s", "<a href=x>y</a>", 15_000_000),
    ):  # fmt: skip
        yield Case(name, put("p.html", partial(_within, whole, part, size)), {}, None, may_fail={r"p\.html": TOO_MUCH},
                   memory=1_000)  # fmt: skip


def _within(whole: str, part: str, size: int, head: str = "") -> bytes:
    """A page with so many bytes of something in a part of it."""
    inside = whole % (part * (size // len(part)))
    return html(f"{prose(1)}</p>{inside}<p>{prose(2)}", head).encode()


def _between(part: str, size: int, number: int = 1) -> bytes:
    """A text with so many characters of something in the middle; each number has sentences of its own around it."""
    return f"{prose(number)}\n\n{part * (size // len(part))}\n\n{prose(number + 1)}\n".encode()


def large_values() -> Iterator[Case]:
    """Pages with a value of many megabytes in them."""
    for name, inside in (
        ("a picture as a data URI", '<img src="data:image/png;base64,%s">'), ("a comment", "<!--%s-->"),
        ("a style sheet as a data URI", '<link rel="stylesheet" href="data:text/css;base64,%s">'),
        ("a link", '<p><a href="data:text/html;base64,%s">x</a></p>'), ("a script", "<script>%s</script>"),
        ("a style", "<style>%s</style>"), ("a title", "<title>%s</title>"), ("a class", '<div class="%s"></div>'),
        ("a description", '<meta name="description" content="%s">'), ("an author", '<meta name="author" content="%s">'),
        ("a canonical URL", '<link rel="canonical" href="https://a.example/%s">'),
    ):  # fmt: skip
        yield Case(f"{name} of 15 MB", put("v.html", partial(_within, inside, "QUJD", 15_000_000)),
                   {}, None, may_fail={r"v\.html": TOO_MUCH})  # fmt: skip
    for name, data, part in (
        ("text", '{"@type":"Article","articleBody":"%s"}', "abc "), ("a list", '{"@graph":[%s0]}', '{"@type":"Person"},'),
        ("depth", "%s", '{"a":'), ("brackets", "%s", "["), ("escapes", '{"headline":"%s"}', "\\u0041"),
        ("never closed", '{"@type":"Article","headline":"%s', "x"), ("blocks", "%s", "{}</script><script type=application/ld+json>"),
    ):  # fmt: skip
        whole = f'<script type="application/ld+json">{data}</script>'
        yield Case(f"JSON-LD of 10 MB: {name}", put("v.html", partial(_within, whole, part, 10_000_000)),
                   {}, None, may_fail={r"v\.html": TOO_MUCH})  # fmt: skip


FAMILIES = (long_lines, large_documents, pathological_markdown, broken_pages, large_values)
