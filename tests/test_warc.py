"""Web archives: the documents that other tools' writers put in, and a word on all that is broken, wherever it is."""

from __future__ import annotations

import bz2
import gzip
import random
import re
import warnings
import zlib
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from dedup import Config, Document, Failure, Format, Source, archive, warc
from dedup.archive import Record, cut
from dedup.compressed import zstandard
from dedup.extract import read_source
from dedup.pipeline import clean
from dedup.read import sources
from dedup.tape import Tape

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PAGE = b"<html><body><p>The ferry to the island stopped before the mill was sold.</p></body></html>"
MOST = 1_000_000
HTML = "text/html; charset=utf-8"


def response(body: bytes, kind: str = HTML, status: str = "200 OK", **more: str) -> dict[str, Any]:
    """A `response` record, as `written` takes it."""
    fields = [("Content-Type", kind)] if kind else []
    fields += [(name.replace("_", "-"), value) for name, value in more.items()]
    return {"type": "response", "body": body, "http": StatusAndHeaders(status, fields, protocol="HTTP/1.1")}


def written(*records: dict[str, Any], packed: bool = False) -> bytes:
    """A WARC file as warcio writes it; the records are of /1, /2 … and have ids that end in 1, 2 …"""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # of its temporary files
        return _written(records, packed)


def _written(records: tuple[dict[str, Any], ...], packed: bool) -> bytes:
    stream = BytesIO()
    writer = WARCWriter(stream, gzip=packed)
    for number, each in enumerate(records, 1):
        headers = {"WARC-Record-ID": f"<urn:uuid:{number}>", "WARC-Date": "2024-05-06T07:08:09Z"}
        made = writer.create_warc_record(
            each.get("uri", f"https://example.org/{number}"),
            each["type"],
            payload=BytesIO(each["body"]),
            http_headers=each.get("http"),
            warc_headers_dict=headers | each.get("headers", {}),
            warc_content_type=each.get("content_type", ""),
        )
        writer.write_record(made)
    return stream.getvalue()


def read(content: bytes, max_bytes: int = MOST) -> list[Source | Failure]:
    return list(warc.records(BytesIO(content), "a.warc", max_bytes))


def told(found: list[Source | Failure]) -> list[str]:
    """What was found, in short: the last letter of an id, or the place of a failure and why."""
    return [each.id[-2] if isinstance(each, Source) else f"{each.id} {each.why}" for each in found]


def raw(body: bytes, length: object = None, kind: str = "resource", **more: str) -> bytes:
    """A record made by hand, with a length of its own."""
    said = len(body) if length is None else length
    fields = {"WARC-Type": kind, "WARC-Record-ID": "<urn:x>", "Content-Type": "text/html"}
    fields |= {name.replace("_", "-"): value for name, value in more.items()}
    lines = [f"{name}: {value}" for name, value in fields.items()]
    lines += [] if said == "" else [f"Content-Length: {said}"]
    return b"WARC/1.0\r\n" + "\r\n".join(lines).encode() + b"\r\n\r\n" + body + b"\r\n\r\n"


# ── what is a document ──────────────────────────────────────────────────────────────────────────────────────────────

CHUNKED = b"%x\r\n%s\r\n%x\r\n%s\r\n0\r\n\r\n" % (20, PAGE[:20], len(PAGE) - 20, PAGE[20:])
RAW_DEFLATE = zlib.compressobj(wbits=-15)
KINDS: dict[str, tuple[dict[str, Any], tuple[Format, bytes] | None]] = {
    "page": (response(PAGE), (Format.HTML, PAGE)),
    "XHTML": (response(PAGE, "application/xhtml+xml"), (Format.HTML, PAGE)),
    "type in capitals": (response(PAGE, "TEXT/HTML"), (Format.HTML, PAGE)),
    "no type, a page": (response(b"\xef\xbb\xbf <!-- x --><!DOCTYPE HTML>" + PAGE, ""), (Format.HTML, b"")),
    "no type, no page": (response(b"{}", ""), None),
    "text": (response(b"The mill.", "text/plain"), (Format.TEXT, b"The mill.")),
    "Markdown": (response(b"# The mill", "text/markdown;charset=utf-8"), (Format.MARKDOWN, b"# The mill")),
    "picture": (response(b"\x89PNG", "image/png"), None),
    "JSON": (response(b"{}", "application/json"), None),
    "gone": (response(PAGE, status="404 Not Found"), None),
    "moved": (response(PAGE, status="301 Moved"), None),
    "part": (response(PAGE, status="206 Partial Content"), None),
    "chunked": (response(CHUNKED, Transfer_Encoding="chunked"), (Format.HTML, PAGE)),
    "said to be chunked": (response(PAGE, Transfer_Encoding="chunked"), (Format.HTML, PAGE)),
    "gzip": (response(gzip.compress(PAGE, mtime=0), Content_Encoding="gzip"), (Format.HTML, PAGE)),
    "deflate": (response(zlib.compress(PAGE), Content_Encoding="deflate"), (Format.HTML, PAGE)),
    "raw deflate": (
        response(RAW_DEFLATE.compress(PAGE) + RAW_DEFLATE.flush(), Content_Encoding="deflate"),
        (Format.HTML, PAGE),
    ),
    "two codings": (
        response(gzip.compress(zlib.compress(PAGE)), Content_Encoding="deflate, gzip"),
        (Format.HTML, PAGE),
    ),
    "said to be gzip": (response(PAGE, Content_Encoding="gzip"), (Format.HTML, PAGE)),
    "said to be br": (response(PAGE, Content_Encoding="br"), (Format.HTML, PAGE)),
    "resource": ({"type": "resource", "body": PAGE, "content_type": "text/html"}, (Format.HTML, PAGE)),
    "resource of another type": ({"type": "resource", "body": PAGE, "content_type": "image/svg+xml"}, None),
    "conversion": ({"type": "conversion", "body": b"Text.", "content_type": "text/plain"}, (Format.TEXT, b"Text.")),
    "metadata": ({"type": "metadata", "body": b"fetchTimeMs: 5", "content_type": "text/plain"}, None),
}


@pytest.mark.parametrize(("record", "expected"), KINDS.values(), ids=KINDS)
@pytest.mark.parametrize("packed", [False, True])
def test_which_records_are_documents(record: Any, expected: tuple[Format, bytes] | None, packed: bool) -> None:
    found = read(written(record, response(b"Last.", "text/plain"), packed=packed))

    assert isinstance(found[-1], Source) and found[-1].id == "<urn:uuid:2>"
    assert len(found) == 1 + (expected is not None)
    if expected:
        assert isinstance(found[0], Source)
        assert (found[0].format, found[0].content if expected[1] else b"") == expected


@pytest.mark.parametrize(
    ("body", "coding", "why"),
    [
        (gzip.compress(PAGE, mtime=0)[:-20], "gzip", "its Content-Encoding 'gzip' is broken: it is cut off"),
        (b"\x1f\x8b\x08\x00nothing of the kind", "gzip", "its Content-Encoding 'gzip' is broken: Error -3"),
        (b"\x00\x01", "zstd", "its Content-Encoding 'zstd' is none that can be read"),
    ],
    ids=["cut off", "broken", "unknown"],
)
def test_a_body_that_is_not_coded_as_it_says(body: bytes, coding: str, why: str) -> None:
    found = read(written(response(body, Content_Encoding=coding), response(PAGE)))

    assert [each.id for each in found] == ["a.warc:1", "<urn:uuid:2>"]
    assert isinstance(found[0], Failure) and found[0].why.startswith(why)


def test_brotli_where_it_is_installed() -> None:
    brotli = pytest.importorskip("brotli")
    large = brotli.compress(b"x" * 50_000_000)
    cut = brotli.compress(PAGE * 50)[:-9]

    found = read(
        written(*(response(each, Content_Encoding="br") for each in (brotli.compress(PAGE), large, cut, b"\xff" * 9)))
    )

    assert isinstance(found[0], Source) and found[0].content == PAGE
    assert [each.why.split(":")[0] for each in found if isinstance(each, Failure)] == [
        "larger than max_bytes = 1000000; raise it with --max-bytes",
        "its Content-Encoding 'br' is broken",
        "its Content-Encoding 'br' is broken",
    ]


def test_without_brotli_it_is_said_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "brotli", None)

    assert told(read(written(response(b"\x8b\x00", Content_Encoding="br")))) == [
        "a.warc:1 its Content-Encoding 'br' needs brotli: pip install 'brotli>=1.2'"
    ]


def test_what_is_known_of_a_document() -> None:
    first = written(response(PAGE), packed=True)
    second = response(PAGE, "text/html;charset='windows-1251'")
    second |= {"headers": {"WARC-Truncated": "length"}, "uri": "<https://example.org/a b>"}
    found = read(first + written(second, packed=True))

    assert [each.said for each in found if isinstance(each, Source)] == [
        {
            "url": "https://example.org/1",
            "encoding": "utf-8",
            "metadata": {"warc_date": "2024-05-06T07:08:09Z", "warc_file": "a.warc", "warc_offset": 0},
        },
        {
            "url": "https://example.org/a%20b",
            "encoding": "windows-1251",
            "metadata": {
                "warc_date": "2024-05-06T07:08:09Z",
                "warc_truncated": "length",
                "warc_file": "a.warc",
                "warc_offset": len(first),
            },
        },
    ]
    assert [gzip.decompress((first)[0:])[:8]] == [b"WARC/1.0"]


ENCODINGS = [
    ("Мельница", "windows-1251", "windows-1251", "windows-1251"),
    ("Мельница", "windows-1251", "koi8-r", "windows-1251"),  # the server goes before the page
    ("Мельница", "utf-8", "utf-16", "utf-8"),  # what cannot be read so is read as the page says
    ("Мельница", "utf-8", "utf-8", "klingon"),
    ("Мельница", "utf-16-le", "utf-8", "UTF-16"),
    ("“Mill” – café", "cp1252", "utf-8", "ISO-8859-1"),  # as browsers read it
]


@pytest.mark.parametrize(("text", "encoding", "page_says", "server_says"), ENCODINGS)
def test_the_encoding_that_the_server_names(text: str, encoding: str, page_says: str, server_says: str) -> None:
    page = f'<html><head><meta charset="{page_says}"></head><body><p>{text}</p></body></html>'.encode(encoding)
    (source,) = read(written(response(page, f'text/html; charset="{server_says}"')))
    assert isinstance(source, Source)

    found = read_source(source, Config())

    assert isinstance(found, Document)
    assert (found.text, found.encoding, found.url) == (text, None, "https://example.org/1")


def test_arc() -> None:
    version = b"1 0 Somebody\nURL IP-address Archive-date Content-type Archive-length\n"
    page = b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n" + PAGE
    picture = b"HTTP/1.0 200 OK\r\nContent-Type: image/gif\r\n\r\nGIF89a"
    records = [
        b"filedesc://a.arc 0.0.0.0 20010203040506 text/plain %d\n%s\n" % (len(version), version),
        b"http://example.org/a b 10.0.0.1 20010203040506 text/html %d\n%s\n" % (len(page), page),
        b"http://example.org/p 10.0.0.1 20010203040506 image/gif %d\n%s\n" % (len(picture), picture),
        b"dns:example.org 10.0.0.1 20010203040506 text/dns 9\n127.0.0.1\n",
        b"http://example.org/2 10.0.0.1 20010203040507 text/html %d\n%s\n" % (len(page), page),
    ]
    for content in (b"".join(records), b"".join(map(gzip.compress, records))):
        found = [each for each in read(content) if isinstance(each, Source)]

        assert [(each.id, each.said["url"], each.said["metadata"]["warc_date"]) for each in found] == [
            ("a.warc:2", "http://example.org/a%20b", "2001-02-03T04:05:06Z"),
            ("a.warc:5", "http://example.org/2", "2001-02-03T04:05:07Z"),
        ]
        assert [each.content for each in found] == [PAGE, PAGE]
    broken = b"".join(
        [*records[:2], b"http://example.org/w 10.0.0.1 20010203040506 text/html 5\n%s\n" % page, records[4]]
    )
    assert [each.id for each in read(broken)] == ["a.warc:2", "a.warc:3", "a.warc:4"]


# ── what is broken ──────────────────────────────────────────────────────────────────────────────────────────────────

GOOD = [response(PAGE + b"%d" % number) for number in range(5)]


def test_records_with_a_wrong_length_and_without_one() -> None:
    one, two = raw(PAGE, kind="resource"), raw(PAGE, WARC_Record_ID="<urn:2>")
    cases = {
        "none": (raw(PAGE, ""), "has no Content-Length"),
        "no number": (raw(PAGE, "many"), "has no Content-Length"),
        "negative": (raw(PAGE, -5), "has no Content-Length"),
        "short": (raw(PAGE, 20), "does not end after the 20 bytes that it says"),
        "long": (raw(PAGE, 120), "does not end after the 120 bytes that it says"),
        "beyond the file": (raw(PAGE, 900_000), "holds "),
    }
    for content, why in cases.values():
        for whole in (one + content + two, *(b"".join(map(gzip.compress, (one, content, two))),)):
            found = read(whole)
            assert [each.id for each in found] == ["<urn:x>", "a.warc:2", "<urn:2>"]
            assert isinstance(found[1], Failure)
            assert f"the record at byte {len(one)} {why}" in found[1].why or whole[:2] == b"\x1f\x8b"
            assert why in found[1].why


def test_a_length_over_max_bytes_that_is_wrong_costs_only_its_record_where_members_are_records() -> None:
    parts = [raw(PAGE), raw(PAGE, 10**12), raw(PAGE, WARC_Record_ID="<urn:3>")]

    found = list(cut(Tape(BytesIO(b"".join(map(gzip.compress, parts)))), 80))

    assert [each.content if isinstance(each, Record) else each[0] for each in found] == [PAGE[:80], 2, PAGE[:80]]
    assert "of the 1000000000000 that it says: the next one begins there" in str(found[1])


@pytest.mark.parametrize("packed", [False, True])
def test_what_stands_between_records(packed: bool) -> None:
    parts = [written(each, packed=packed) for each in GOOD[:3]]
    junk = b"\x00\x01 not a record\nWARC/1.0 \n" * 3
    wrapped = gzip.compress(junk, mtime=0) if packed else junk

    found = read(parts[0] + wrapped + parts[1] + b"\r\n\xef\xbb\xbf"[: 0 if packed else None] + parts[2])

    assert [each.id for each in found] == ["<urn:uuid:1>", "a.warc:2", "<urn:uuid:1>", "<urn:uuid:1>"]
    assert isinstance(found[1], Failure)
    assert found[1].why == f"{len(junk)} bytes at byte {len(parts[0])} are no record"


def test_bytes_between_members_and_zeros_behind_them() -> None:
    parts = [written(each, packed=True) for each in GOOD[:2]]

    found = read(parts[0] + b"junk\x1f\x8b\x08 of any kind" + parts[1] + bytes(99_999))

    assert told(found) == [
        "1",
        f"a.warc:2 broken here: no gzip member begins at byte {len(parts[0])}, where one should",
        "1",
    ]


@pytest.mark.parametrize("where", ["header", "body", "checksum"])
def test_a_member_that_is_broken_costs_only_its_record(where: str) -> None:
    noise = random.Random(3).randbytes(300_000).hex().encode()
    parts = [written(response(PAGE + noise[i:]), packed=True) for i in range(3)]
    middle = bytearray(parts[1])
    middle[{"header": 12, "body": len(middle) // 2, "checksum": -6}[where]] ^= 0xFF

    found = read(parts[0] + middle + parts[2])

    assert [each.id for each in found] == ["<urn:uuid:1>", "a.warc:2", "<urn:uuid:1>"]
    assert isinstance(found[1], Failure)
    assert f"the gzip member at byte {len(parts[0])} is broken" in found[1].why


def test_a_member_that_is_cut_off_in_the_midst_of_a_file() -> None:
    parts = [written(each, packed=True) for each in GOOD[:3]]

    found = read(parts[0] + parts[1][:-40] + parts[2])

    assert [each.id for each in found] == ["<urn:uuid:1>", "a.warc:2", "<urn:uuid:1>"]


@pytest.mark.parametrize("packed", [False, True])
def test_a_file_cut_off_anywhere(packed: bool) -> None:
    """The documents before the break are read as in the whole file; the break is told once, unless nothing is lost."""
    whole = written(*GOOD[:2], packed=packed)
    first = len(written(GOOD[0], packed=packed))
    expected = read(whole)
    for size in range(1, len(whole)):
        found = read(whole[:size])
        documents = [each for each in found if isinstance(each, Source)]
        failures = [each for each in found if isinstance(each, Failure)]

        assert documents == expected[: len(documents)], size
        assert len(documents) >= (1 if size >= first else 0), size
        assert len(failures) == (0 if size in (first, first - 1, first - 2) and documents else 1) or (
            not packed and len(documents) == 1 + (size > first) and not failures
        ), (size, told(found))


def test_one_member_for_all_and_members_that_are_no_records() -> None:
    whole = written(*GOOD)
    some = b"".join(gzip.compress(whole[at : at + 333], mtime=0) for at in range(0, len(whole), 333))

    for packed in (gzip.compress(whole, mtime=0), some):
        found = read(packed)
        assert told(found) == list("12345")
        assert [each.said["metadata"].get("warc_offset") for each in found if isinstance(each, Source)] == [
            0, None, None, None, None
        ]  # fmt: skip
        cut = read(packed[:-30])
        assert told(cut)[:-1] == list("12345")[: len(cut) - 1] and "is cut off" in told(cut)[-1]


def test_an_empty_file_and_one_of_line_breaks() -> None:
    for content in (b"", b"\r\n\r\n", gzip.compress(b"", mtime=0), b"\xef\xbb\xbf"):
        assert told(read(content)) == ["a.warc empty: there is no record in it"]


def test_a_file_of_something_else() -> None:
    assert told(read(b"{}\n" * 100_000)) == ["a.warc:1 300000 bytes at byte 0 are no record"]


class _Endless:
    """A file with a record of many bytes that are made as they are read."""

    def __init__(self, length: int, last: bytes) -> None:
        self.parts = [raw(b"", length)[:-4], length, b"\r\n\r\n" + last]

    def read(self, size: int) -> bytes:
        while self.parts:
            part = self.parts[0]
            if isinstance(part, int) and part:
                self.parts[0] = max(0, part - size)
                return b"x" * min(part, size)
            if part:
                del self.parts[0]
                assert isinstance(part, bytes)
                return part
            del self.parts[0]
        return b""


def test_members_within_what_is_passed_over_are_not_kept() -> None:
    """Each member was looked at again for each one behind it: 420 kB of members of a byte each took 47 s."""
    members, never = gzip.compress(b"a", mtime=0) * 5_000, re.compile(b"b")
    ways: list[Callable[[Tape], int]] = [
        lambda tape: tape.skip(5_000, never, 9),
        lambda tape: tape.seek(lambda *_: -1, 9),
    ]
    for way in ways:
        tape = Tape(BytesIO(members))

        assert (way(tape), tape.at, len(tape._members)) == (5_000, 5_000, 0)

    tape = Tape(BytesIO(gzip.compress(b"", mtime=0) * 5_000))
    assert (tape.hold(1), len(tape._members), tape.place()) == (0, 1, 0)


def test_a_record_of_a_gigabyte_is_passed_over() -> None:
    stream: Any = _Endless(1 << 30, raw(PAGE, WARC_Record_ID="<urn:2>"))

    found = list(warc.records(stream, "a.warc", 5000))

    assert [(each.id, getattr(each, "why", "")) for each in found] == [
        ("a.warc:1", "larger than max_bytes = 5000; raise it with --max-bytes"),
        ("<urn:2>", ""),
    ]


def test_what_unpacks_to_more_than_max_bytes() -> None:
    bomb = response(gzip.compress(bytes(50_000_000)), Content_Encoding="gzip")

    found = read(written(bomb, response(PAGE), packed=True))

    assert told(found) == ["a.warc:1 larger than max_bytes = 1000000; raise it with --max-bytes", "2"]


@given(content=st.binary(max_size=300), at=st.integers(0, 2000), packed=st.booleans(), seed=st.integers(0, 9))
def test_nothing_that_is_put_in_ends_the_run(content: bytes, at: int, packed: bool, seed: int) -> None:
    whole = written(*GOOD[:3], packed=packed)
    broken = bytearray(whole)
    broken[at % len(whole) : at % len(whole) + seed * 20] = content

    found = read(bytes(broken))

    assert all(isinstance(each, Source | Failure) for each in found)
    assert len({each.place if isinstance(each, Source) else each.id for each in found}) == len(found)


# ── libraries, files, runs ──────────────────────────────────────────────────────────────────────────────────────────

_NAME = st.text("abcXYZ-", min_size=1, max_size=9)
_VALUE = st.text(st.characters(exclude_categories=("C", "Z"), exclude_characters=""), max_size=12)


@given(fields=st.lists(st.tuples(_NAME, _VALUE), max_size=6), latin=st.booleans(), end=st.sampled_from(["\r\n", "\n"]))
def test_both_libraries_read_a_header_alike(fields: list[tuple[str, str]], latin: bool, end: str) -> None:
    pytest.importorskip("fastwarc")
    lines = ["HTTP/1.1 200 OK", *(f"{name}: {value}" for name, value in fields), "", ""]
    block = end.join(lines).encode("latin-1" if latin else "utf-8", "replace")

    assert warc.by_fastwarc(block) == warc.by_warcio(block)


@pytest.mark.parametrize("suffix", ["", ".gz", ".zst"])
def test_a_run_over_archives(tmp_path: Path, suffix: str) -> None:
    text = " ".join(
        f"The ferry to the island stopped {word} before the mill was sold." for word in "once twice".split()
    )
    wet = {"type": "conversion", "body": text.encode(), "content_type": "text/plain"}
    plain = suffix != ".gz"
    content = written(response(PAGE), wet, GOOD[1], packed=not plain)[:-9]
    (tmp_path / f"a.warc.wet{suffix}").write_bytes(zstandard().compress(content) if suffix == ".zst" else content)
    (tmp_path / "b.warc.wat.gz").write_bytes(b"")

    result = clean([tmp_path], tmp_path / "out")

    documents = list(result.documents())
    assert [each["id"] for each in documents] == ["<urn:uuid:1>", "<urn:uuid:2>"]
    assert [each["url"] for each in documents] == ["https://example.org/1", "https://example.org/2"]
    assert documents[1]["metadata"]["warc_date"] == "2024-05-06T07:08:09Z"
    assert [failure.id for failure in result.failures] == [f"a.warc.wet{suffix}:3"]


def test_a_compressed_file_that_is_broken(tmp_path: Path) -> None:
    whole = written(*GOOD)
    path = tmp_path / "a.warc.zst"
    path.write_bytes(zstandard().compress(whole)[:-20])

    found = list(sources([("a.warc.zst", path)], Config(max_bytes=MOST)))

    assert "the compressed file is broken" in told(found)[-1]
    broken = bytearray(bz2.compress(whole))
    broken[-5] ^= 1
    with bz2.open(BytesIO(bytes(broken))) as stream:
        found = list(warc.records(stream, "b", MOST))
    assert "the compressed file is broken" in told(found)[-1]


@pytest.mark.parametrize("piece", [1, 50, 1 << 20])
def test_records_behind_what_is_none_are_found_at_lines_alone(piece: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """One of ARC begins where a line does, whatever was passed over before it; one of WARC anywhere."""
    arc = b"http://mill.example/ 1.2.3.4 20240102030405 text/plain 4\n"
    monkeypatch.setattr("dedup.tape.PIECE", piece)
    for garbage in (b"x" * 900, b"x\n" * 400 + b"x" + arc[:-1] + b" and more"):
        tape = Tape(BytesIO(garbage + b"\n" + arc + b"mill\n"))
        assert tape.seek(archive._next, 100) == len(garbage) + 1
    tape = Tape(BytesIO(arc * 2))
    assert tape.seek(archive._next, 100) == 0
    tape = Tape(BytesIO(b"x" * 500 + b"WARC/1.0\r\nA: b\r\n"))
    assert tape.seek(archive._next, 100) == 500
