# ruff: noqa: E501 (tables of cases)
"""Hostile inputs: characters that are none, encodings that are not what is said, and JSON that is odd."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING

from tests.material import prose
from tests.torture.inputs import Case
from tests.torture.inputs_bombs import good, pages, record
from tests.torture.inputs_packed import ids, lines, put

if TYPE_CHECKING:
    from collections.abc import Iterator

WORDS = "Über die Mühle am Fluß: naïve Leute, ein schöner Garten, größere Häuser und süße Äpfel im Frühling. " * 3
CYRILLIC = "Мельница у реки давно закрыта, а паром больше не ходит через долину до самой весны. " * 3
JAPANESE = "川のほとりの水車小屋は五月に閉まり、渡し船はもう谷を渡らなくなった。村の人々は静かに待っている。" * 3
ENCODING = "encoding is not declared|not valid|lone surrogate|NUL"


def html(text: str, head: str = "") -> str:
    """A page."""
    return (
        f"<!DOCTYPE html><html><head>{head}<title>t</title></head><body><article><p>{text}</p></article></body></html>"
    )


def meta(name: str) -> str:
    """How a page says which encoding it is in."""
    return f'<meta charset="{name}">'


def encodings() -> Iterator[Case]:
    """Texts and pages in encodings that nothing names, or that something else is named than."""
    for name in ("utf-16-le", "utf-16-be", "utf-32-le"):
        why = {r"e\.txt": ENCODING}
        yield Case(f"text in {name} without a mark", put("e.txt", CYRILLIC.encode(name)), why, {})
        yield Case(f"page in {name} that says so", put("e.html", html(WORDS, meta(name)).encode(name)))
    yield Case("text in UTF-7", put("e.txt", WORDS.encode("utf-7")), {}, {"e.txt": "M"})
    yield Case("page said to be UTF-7", put("e.html", html("+ADw-script+AD4- " + prose(3), meta("utf-7")).encode()), {},
               {"e.html": r"\+ADw-script"})  # fmt: skip
    for real, said, text in (
        ("shift_jis", "iso-8859-1", JAPANESE), ("utf-8", "shift_jis", WORDS), ("cp1251", "utf-8", CYRILLIC),
        ("utf-8", "klingon", WORDS), ("koi8-r", "us-ascii", CYRILLIC), ("utf-8", "utf-16", WORDS),
        ("euc-jp", "x-user-defined", JAPANESE), ("utf-8", "base64", WORDS), ("utf-8", "unicode_escape", WORDS),
    ):  # fmt: skip
        head = meta(said)
        yield Case(f"page in {real} said to be {said}", put("e.html", html(text, head).encode(real)), {}, None)
    page = html(CYRILLIC, meta("utf-8")).encode("cp1251")
    answer = record(2, page, Content_Type="text/html; charset=windows-1251")
    yield Case("the server against the page", put("a.warc", good(1) + answer), {},
               {**pages(1), "<urn:uuid:2>": "Мельница"})  # fmt: skip
    for name in ("'" * 9, "x" * 60_000, "utf-8\0", "../../etc", "%s%n"):
        answer = record(2, html(WORDS).encode(), Content_Type=f"text/html; charset={name}")
        yield Case(f"a server's charset {name[:9]!a}", put("a.warc", good(1) + answer), {}, None)
    told = {r"e\.txt": "encoding is not declared, not UTF-8, and cannot be told"}
    yield Case("overlong UTF-8", put("e.txt", b"a\xc0\xafb \xe0\x80\xaf \xf0\x80\x80\xaf " * 9), told, {})
    yield Case("5-byte UTF-8", put("e.txt", b"The mill \xf8\x88\x80\x80\x80 closed. " * 9), {}, None)
    mixed = "\n".join(each for each in (WORDS, CYRILLIC)).encode() + WORDS.encode("latin-1")
    yield Case("two encodings in a text", put("e.txt", mixed), told, {})
    yield Case("bytes of no encoding", put("e.txt", bytes(range(128, 256)) * 900), told, {})
    yield Case("--encoding that is another", put("e.txt", CYRILLIC.encode("cp1251")),
               {r"e\.txt": r"^not valid utf-8 \(from --encoding\) at byte 0"}, {}, words=("--encoding", "utf-8"))  # fmt: skip


def marks() -> Iterator[Case]:
    """Byte order marks: in the middle, twice, of another encoding than what follows."""
    bom = codecs.BOM_UTF8
    three = lines(3).splitlines(keepends=True)
    yield Case("in front of each line", put("b.jsonl", b"".join(bom + line for line in three)), {}, ids(3))
    yield Case("two in front", put("b.jsonl", bom * 2 + lines(3)), {r"b\.jsonl:1": "^not JSON"}, ids(2, 1))
    middle = f"{prose(1)} \ufeff {prose(2)}\n".encode()
    yield Case("in the middle of a text", put("b.txt", middle), {}, {"b.txt": "\ufeff"})
    yield Case("nothing but marks", put("b.txt", bom * 100), {r"b\.txt": "^empty: "}, {})
    for name, mark in ("16 LE", codecs.BOM_UTF16_LE), ("16 BE", codecs.BOM_UTF16_BE), ("32 LE", codecs.BOM_UTF32_LE):
        yield Case(f"of UTF-{name} before UTF-8", put("b.txt", mark + "The mill closed. é".encode()),
                   {r"b\.txt": "^not valid utf-|NUL|lone"}, {})  # fmt: skip
        yield Case(f"UTF-{name} as JSONL", put("b.jsonl", mark + lines(3)),
                   {r"b\.jsonl.*": "^is UTF-16, and JSON is UTF-8|^not JSON"}, None)  # fmt: skip
        yield Case(f"UTF-{name} as JSONL, as lines", put("b.jsonl", mark + lines(3)),
                   {r"b\.jsonl.*": "^is UTF-16, and JSON is UTF-8|^not JSON"}, None, lines=True)  # fmt: skip
    yield Case("UTF-16 that ends in the middle", put("b.txt", codecs.BOM_UTF16_LE + "The mill".encode("utf-16-le")[:-1]),
               {r"b\.txt": "^not valid utf-16-le .*truncated"}, {})  # fmt: skip
    yield Case("between the cells of a table", put("b.csv", bom + b"id,text\na,\xef\xbb\xbfThe mill.\n"), {},
               {"a": "The mill"})  # fmt: skip


def control_characters() -> Iterator[Case]:
    """NULs and control characters in every format."""
    every = "".join(map(chr, [*range(1, 32), *range(127, 160)]))
    nul = "holds NUL characters"
    yield Case("NULs in a text", put("c.txt", b"The mill\0 closed."), {r"c\.txt": nul}, {})
    yield Case("NULs in Markdown", put("c.md", b"# The mill\n\n\0\0 closed."), {r"c\.md": nul}, {})
    yield Case("NULs in a page", put("c.html", html(f"{prose(1)} a\0b {prose(2)}").encode()), {}, {"c.html": ""})
    yield Case("a megabyte of NULs as a page", put("c.html", bytes(1_000_000)), {}, None)
    yield Case("control characters in a text", put("c.txt", (prose(1) + every + prose(2)).encode()), {}, {"c.txt": ""})
    yield Case("control characters in a page", put("c.html", html(prose(1) + every + prose(2)).encode()), {},
               {"c.html": ""})  # fmt: skip
    line = b'{"id":"a","text":"The mill%s closed."}\n'
    yield Case("an escaped NUL in JSON", put("c.jsonl", line % b"\\u0000" + lines(1)), {}, None)
    for name, byte in ("NUL", b"\0"), ("tab", b"\t"), ("escape", b"\x1b"):
        for way in (False, True):
            yield Case(f"{name} as it is in JSON{', as lines' if way else ''}", put("c.jsonl", line % byte + lines(1)),
                       {r"c\.jsonl:1": "^not JSON: "}, ids(1), lines=way)  # fmt: skip
    yield Case("NULs in CSV", put("c.csv", b"id,text\na,The\0mill\nb,The mill\n"), {r"c\.csv:2": nul}, {"b": "mill"})
    yield Case("NULs between JSON", put("c.jsonl", lines(1) + bytes(99) + b"\n" + lines(1, 1)),
               {r"c\.jsonl:2": "^not JSON"}, ids(2))  # fmt: skip
    yield Case(
        "line breaks of all kinds", put("c.txt", "a\x85b\u2028c\u2029d\x0be\x0cf\rg\r\nh".encode()), {}, {"c.txt": "^a"}
    )
    yield Case(
        "control characters in every field",
        put(
            "c.jsonl",
            b'{"id":"\\u0001\\u001b[2J","text":"The mill.","url":"http://a\\u0000b/","site":"\\u0007","title":"\\u0000","date":"\\u0000","tags":["\\u0000"]}\n',
        ),
        {},
        None,
    )


ONE = b'{"id":"a","text":"The mill closed.",%s}\n'
FIELDS = ("text", "id", "url", "site", "title", "author", "date", "language", "tags", "metadata", "else", "html")


def surrogates() -> Iterator[Case]:
    """Halves of characters, in every field and every format."""
    for field in FIELDS:
        value = {"tags": '["%s"]', "metadata": '{"a":"%s"}'}.get(field, '"%s"') % "x\\ud800y"
        line = b'{"id":"a","text":"The mill.",%s}\n' % f'"{field}":{value}'.encode()
        for way in (False, True) if field in ("text", "id", "else") else (False,):
            yield Case(f"in {field}{', as lines' if way else ''}", put("s.jsonl", line + lines(2)),
                       {r"s\.jsonl:1": "^not JSON: "}, ids(2), lines=way)  # fmt: skip
    key = b'{"id":"a","text":"The mill.","x\\udc00":1}\n'
    yield Case("in the name of a field", put("s.jsonl", key + lines(2)), {r"s\.jsonl:1": "^not JSON: "}, ids(2))
    swapped = b'{"id":"a","text":"The mill \\ude00\\ud83d."}\n'
    yield Case("two the wrong way round", put("s.jsonl", swapped + lines(2)), {r"s\.jsonl:1": "^not JSON: "}, ids(2))
    cesu = b"The mill \xed\xa0\xbd\xed\xb8\x80 closed."
    yield Case("CESU-8 in JSON", put("s.jsonl", b'{"id":"a","text":"%s"}\n' % cesu + lines(2)),
               {r"s\.jsonl:1": "^not JSON: "}, ids(2))  # fmt: skip
    yield Case("CESU-8 in CSV", put("s.csv", b"id,text\na,%s\nb,The ferry.\n" % cesu), {r"s\.csv:2": "not UTF-8"},
               {"b": "ferry"})  # fmt: skip
    yield Case("CESU-8 in a page", put("s.html", html(prose(1), meta("utf-8")).encode() + cesu), {}, {"s.html": ""})
    yield Case(
        "UTF-16 with a half", put("s.txt", codecs.BOM_UTF16_LE + b"T\0\x00\xd8h\0"), {r"s\.txt": "^not valid"}, {}
    )
    numbers = html(f"{prose(1)} &#xD800;&#55296; {prose(2)}").encode()
    yield Case("by number in a page", put("s.html", numbers), {}, {"s.html": "\ufffd"})
    odd = record(2, html(WORDS).encode()).replace(b"<urn:uuid:2>", b"<urn:\xed\xa0\x80>")
    yield Case("in the id of a record", put("a.warc", good(1) + odd), {}, None)


def odd_json() -> Iterator[Case]:
    """Lines of JSON that are too deep, too large, or something else."""
    yield from _deep()
    infinite = {r"j\.jsonl:1": "^not JSON: number is infinity"}
    huge = b'"a":1e400,"b":-1e400,"c":%s,"d":1.%s' % (b"9" * 5_000, b"1" * 100_000)
    yield Case("huge numbers", put("j.jsonl", ONE % huge + lines(2)), infinite, ids(2))
    for field in ("id", "date", "url", "title"):
        number = ONE % f'"{field}":1{"0" * 400}'.encode()
        yield Case(f"a huge number as {field}", put("j.jsonl", number + lines(2)), infinite, ids(2))
    yield Case("a field twice", put("j.jsonl", b'{"id":"a","id":"b","text":"One.","text":"Two."}\n'), {}, {"b": "Two"})
    yield Case("a field 10⁵ times", put("j.jsonl", b"{" + b'"text":"No.",' * 100_000 + b'"text":"Yes."}\n'), {}, None)
    values = b"NaN", b"Infinity", b"-Infinity", b"1.", b".5", b"0x10", b"+1", b"'a'", b"undefined", b"01"
    behind = b"x", b"{}", b",", b"]", b"\0", b"// and so on"
    for name, odd in {
        "values that there are not": [(ONE % (b'"n":' + each)).strip() for each in values],
        "more behind them": [lines(1).strip() + each for each in behind],
    }.items():
        for way in (False, True):
            content = b"".join(each + b"\n" + lines(1, 1 + at) for at, each in enumerate(odd))
            refused = {rf"j\.jsonl:{1 + 2 * at}": "^not JSON" for at in range(len(odd))}
            yield Case(f"{name}{', as lines' if way else ''}", put("j.jsonl", content), refused, ids(len(odd), 1),
                       lines=way, inputs=len(odd))  # fmt: skip
    array = b"[" + lines(3).strip().replace(b"\n", b",") + b"]"
    yield Case("an array", put("j.jsonl", array), {r"j\.jsonl:1": "^not a JSON object but list"}, {})
    yield Case("an array over lines", put("j.jsonl", array.replace(b",{", b",\n{")), {r"j\.jsonl:\d": "^not JSON"}, {})
    yield Case("a text in which nothing is text", put("j.jsonl", b'{"id":"a","text":{"a":1}}\n' + lines(2)),
               {r"j\.jsonl:1": "not a string but dict"}, ids(2))  # fmt: skip
    yield Case("100,000 lines of {}", put("j.jsonl", b"{}\n" * 100_000),
               {r"j\.jsonl:\d+": "^has no text"}, {})  # fmt: skip


def _deep() -> Iterator[Case]:
    for depth in (100, 300, 900, 1_100, 100_000):
        for kind, value in ("lists", b"[" * depth + b"]" * depth), ("objects", b'{"a":' * depth + b"1" + b"}" * depth):
            why = {r"j\.jsonl:1": "^not JSON: |nested|deep|recursion"} if depth > 1_000 else {}
            for way in (False, True):
                yield Case(f"{depth:,} {kind}{', as lines' if way else ''}",
                           put("j.jsonl", ONE % (b'"deep":' + value) + lines(2)), why,
                           ids(2) | ({} if why else {"a": "mill"}), lines=way)  # fmt: skip
    for depth in (300, 900):
        page = (
            b'{"id":"a","html":"<p>The mill closed in May, and no one knew.</p>","deep":' + b"[" * depth + b"]" * depth
        )
        yield Case(f"{depth} lists beside a page", put("j.jsonl", page + b"}\n" + lines(2)),
                   {r"j\.jsonl:1": "cannot be written as JSON|nested"} if depth > 250 else {}, None)  # fmt: skip
        meta = ONE % (b'"metadata":' + b'{"a":' * depth + b"1" + b"}" * depth)
        yield Case(f"{depth} objects as metadata", put("j.jsonl", meta + lines(2)), {}, None, words=("--provenance",))
    yield Case("nothing but brackets", put("j.jsonl", b"[" * 1_000_000 + b"\n" + lines(2)),
               {r"j\.jsonl:1": "^not JSON"}, ids(2), lines=True)  # fmt: skip


FAMILIES = (encodings, marks, control_characters, surrogates, odd_json)
