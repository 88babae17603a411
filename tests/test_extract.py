# ruff: noqa: E501 (tables of cases)
"""Sources as documents: decoded by what they say, then by what they hold, and never by a silent guess."""

from __future__ import annotations

import codecs
from dataclasses import replace
from typing import Any

import orjson
import pytest

import dedup
from dedup import Config, Document, Failure, Format, Source
from dedup.domains import site_of
from dedup.extract import read_source
from dedup.records import pack, unpack
from tests.material import prose

GERMAN = (
    "Die Brücke über den Fluß wurde gestern früh für Fußgänger geöffnet, größer und schöner als zuvor, für alle Bürger."
)


def of_file(content: bytes, kind: Format = Format.TEXT, **settings: Any) -> Document | Failure:
    return read_source(Source("a.txt", "a.txt", kind, content), Config(**settings))


def of_record(record: bytes | dict[str, Any]) -> Document | Failure:
    return read_source(Source("a.jsonl:1", "a.jsonl:1", None, record), Config())


@pytest.mark.parametrize(
    ("content", "settings", "encoding"),
    [
        (GERMAN.encode(), {}, "utf-8"),
        (codecs.BOM_UTF8 + GERMAN.encode(), {}, "utf-8"),
        (codecs.BOM_UTF16_LE + GERMAN.encode("utf-16-le"), {}, "utf-16-le"),
        (codecs.BOM_UTF16_BE + GERMAN.encode("utf-16-be"), {}, "utf-16-be"),
        (codecs.BOM_UTF32_LE + GERMAN.encode("utf-32-le"), {}, "utf-32-le"),
        (GERMAN.encode("cp1252"), {"encoding": "cp1252"}, "cp1252"),
    ],
)
def test_texts_are_decoded_by_what_is_said_of_them(content: bytes, settings: dict[str, Any], encoding: str) -> None:
    document = of_file(content, **settings)

    assert isinstance(document, Document)
    assert document.encoding == encoding
    assert document.text.lstrip("\ufeff") == GERMAN
    assert document.text.encode(encoding) == content  # nothing is lost: the source can be written again
    assert "encoding" not in document.metadata


def test_a_detected_encoding_is_told() -> None:
    document = of_file(GERMAN.encode("cp1252") * 3)

    assert isinstance(document, Document)
    assert "Brücke" in document.text
    assert document.metadata["encoding"] == f"{document.encoding} (detected)"


@pytest.mark.parametrize(
    ("declared", "written", "encoding"),
    [("iso-8859-1", "cp1252", "windows-1252"), ("windows-1252", "utf-8", "windows-1252"), ("shift_jis", "cp932", "cp932"),
     ("gb2312", "gb18030", "gb18030"), ("utf-8", "utf-8", "utf-8"), ("nonsense", "utf-8", "utf-8"), ("hex", "utf-8", "utf-8")],
)  # fmt: skip
def test_pages_are_decoded_as_browsers_do(declared: str, written: str, encoding: str) -> None:
    text = "東京" if encoding in ("cp932", "gb18030") else "Café"

    document = of_file(
        f"<html><head><meta charset='{declared}'></head><body><p>{text}</p></body></html>".encode(written), Format.HTML
    )

    assert isinstance(document, Document)
    assert document.encoding == encoding
    if written.replace("cp", "windows-") == encoding or written == encoding:
        assert document.text == text


@pytest.mark.parametrize(
    "declared", ["utf-16", "utf-32", "utf-7", "cp500", "undefined", "unicode_escape", "idna", "rot13"]
)
def test_a_page_that_declares_what_cannot_be_is_read_as_utf_8(declared: str) -> None:
    content = f"<html><head><meta charset='{declared}'></head><body><p>The café is closed.</p></body></html>"

    document = of_file((content + " " * (len(content.encode()) % 2)).encode(), Format.HTML)

    assert isinstance(document, Document)
    assert document.text == "The café is closed."


@pytest.mark.parametrize(
    ("content", "settings", "why"),
    [
        (b"", {}, "empty file"),
        (b" \n\t", {}, "empty: there is no text in it"),
        (codecs.BOM_UTF8, {}, "empty: there is no text in it"),
        (b"> \n>\n", {}, "empty: there is no visible text in it"),
        (b"The mill\x00closed.", {}, "holds NUL characters (read as utf-8): not a text file"),
        (
            GERMAN.encode("cp1252"),
            {"encoding": "utf-8"},
            "not valid utf-8 (from --encoding) at byte 6: invalid start byte",
        ),
        (codecs.BOM_UTF8 + b"a\xff", {}, "not valid utf-8 (from its byte order mark) at byte 4: invalid start byte"),
        (
            bytes(range(128, 256)) * 3,
            {},
            "its encoding is not declared, not UTF-8, and cannot be told; give it with --encoding",
        ),
    ],
)
def test_a_file_that_cannot_be_used_says_why(content: bytes, settings: dict[str, Any], why: str) -> None:
    found = of_file(content, **settings)

    assert isinstance(found, Failure)
    assert (found.id, found.why) == ("a.txt", why)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"<!-- x -->", "no HTML element in it"),
        (b"<html><body><script>x</script></body></html>", "empty: there is no visible text in it"),
    ],
)
def test_a_page_without_text_says_so(content: bytes, why: str) -> None:
    found = of_file(content, Format.HTML)

    assert isinstance(found, Failure)
    assert found.why.startswith(why) or "empty" in found.why


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"no", "not JSON: "),
        (b'{"text": "x"', "not JSON: "),
        (b'{"text": "\\ud800"}', "not JSON: "),
        (b"[1]", "not a JSON object but list"),
        (b'"x"', "not a JSON object but str"),
        (b"null", "not a JSON object but NoneType"),
        (b"{}", "has no text: none of the fields text, html, markdown"),
        (b'{"text": null}', "has no text: none of the fields text, html, markdown"),
        (b'{"text": 3}', "its text is not a string but int"),
        (b'{"html": ["x"]}', "its html is not a string but list"),
        (b'{"text": ""}', "empty: there is no text in it"),
        ({"text": "a\ud800"}, "its text holds a lone surrogate at character 1, which is no character"),
    ],
)
def test_a_record_that_cannot_be_used_says_why(line: bytes | dict[str, Any], why: str) -> None:
    found = of_record(line)

    assert isinstance(found, Failure)
    assert found.id == "a.jsonl:1"
    assert found.why.startswith(why)


def test_a_record_brings_what_it_says() -> None:
    record: dict[str, Any] = {"id": 7, "text": "The mill.", "url": "https://news.mill.co.uk/a", "title": "T", "author": "Ada", "date": "2024", "language": "en",
                              "tags": ["x"], "metadata": {"a": 1}, "score": 0.5}  # fmt: skip

    document = of_record(record)

    assert isinstance(document, Document)
    assert (document.id, document.site, document.title, document.author, document.date) == (
        "7",
        "mill.co.uk",
        "T",
        "Ada",
        "2024",
    )
    assert document.tags == ["x"]
    assert document.metadata == {}  # what it states itself stays where it is
    assert orjson.loads(document.line) == record
    assert document.encoding is None


@pytest.mark.parametrize(
    ("url", "site"),
    [("https://news.bbc.co.uk/2/hi/8.stm", "bbc.co.uk"), ("mill.example/a", "mill.example"), ("http://a.github.io/x", "a.github.io"), ("http://[::1", None),
     ("about:blank", None), ("", None), (None, None), ("http://localhost/a", None), ("http://[v1.:]/", None), ("http://[::ffff:1.2.3.4]/", None)],
)  # fmt: skip
def test_the_site_is_the_registrable_domain(url: str | None, site: str | None) -> None:
    assert site_of(url) == site


@pytest.mark.parametrize(
    "text", [f"# A\n\n{prose(1)}\n\n- b\n", f"<html><body><article><p>{prose(1)}</p></article></body></html>"]
)
def test_a_document_packs_and_unpacks_to_itself(text: str) -> None:
    document = dedup.extract(text, id="a", url="https://mill.example/a")

    assert replace(unpack(pack(document), document.text), blocks=document.blocks) == document


def test_a_text_keeps_every_character() -> None:
    text = "\ufeff# A\r\n\r\nB\u00a0c\u2028d  \n"

    assert dedup.extract(text).text == text


def test_a_text_is_a_page_only_if_it_starts_with_a_tag() -> None:
    assert dedup.extract("1 < 2 and <b> is bold").format is Format.TEXT
    assert dedup.extract("<p>One.</p>").format is Format.HTML
    assert dedup.extract("<p>One.</p>", format="markdown").format is Format.MARKDOWN


def test_what_cannot_be_extracted_is_a_value_error() -> None:
    with pytest.raises(ValueError, match="empty"):
        dedup.extract("  ")


@pytest.mark.parametrize(
    ("content", "settings", "exact"),
    [
        (GERMAN.encode(), {}, True),
        (("\ufeff" + GERMAN).encode("utf-16-be"), {}, True),
        (("\ufeff" + GERMAN).encode("utf-16-be"), {"encoding": "utf-16"}, False),  # would be written little-endian
        (b"The mill \xfa\x54 closed.", {"encoding": "cp932"}, False),  # a sign that cp932 has twice
        (b"The mill +AGE- closed.", {"encoding": "utf-7"}, False),
    ],
)
def test_a_text_that_does_not_give_its_bytes_back_is_not_exact(
    content: bytes, settings: dict[str, Any], exact: bool
) -> None:
    document = of_file(content, **settings)

    assert isinstance(document, Document)
    assert document.exact is exact
    assert replace(unpack(pack(document), document.text), blocks=document.blocks) == document


@pytest.mark.parametrize("label", ["latin1", "ISO_8859-1", "l1", "us-ascii"])
def test_a_name_of_latin_1_means_windows_1252(label: str) -> None:
    page = f"<html><head><meta charset={label}></head><body><p>“Café”</p></body></html>"

    document = of_file(page.encode("cp1252"), Format.HTML)

    assert isinstance(document, Document)
    assert (document.text, document.encoding) == ("“Café”", "windows-1252")


def test_metadata_of_any_depth_stay_as_they_came() -> None:
    line = b'{"id": "a", "text": "The mill.", "metadata": ' + b'{"a":' * 300 + b"1" + b"}" * 301
    found = of_record(line)

    assert isinstance(found, Document)
    assert found.line == line + b"\n"


def test_tags_that_are_no_list_stay_as_they_are() -> None:
    found = read_source(Source("a:1", "a:1", None, {"text": "The mill closed.", "tags": "mills"}), Config())

    assert isinstance(found, Document)
    assert (found.tags, orjson.loads(found.line)["tags"]) == ([], "mills")
