"""What is read is bounded: bombs end, rows and parts have a size, and what is damaged is told, not passed over."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import struct
import zlib
from itertools import accumulate
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dedup import Config, Failure, Source, cells, columnar, compressed, kernel, read, staged, stretches, warc
from dedup.compressed import is_broken, reading, zstandard
from dedup.extract import read_source
from dedup.fields import again, listed
from dedup.rows import rows
from dedup.work import Work
from tests.material import cleaned
from tests.test_formats import as_arrow
from tests.test_warc import raw, response, written

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PACK: dict[str, Callable[[bytes], bytes]] = {
    ".gz": gzip.compress, ".zst": zstandard().compress, ".bz2": bz2.compress, ".xz": lzma.compress,
}  # fmt: skip
SMALL = pytest.mark.usefixtures("small")
SUFFIXES = pytest.mark.parametrize("suffix", PACK)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is small is a bomb already."""
    monkeypatch.setattr(compressed, "FREE", 100_000)


def unpacked(content: bytes, suffix: str) -> bytes | str:
    """What is unpacked of something, piece by piece; or why it cannot be."""
    stream, pieces = reading(io.BytesIO(content), suffix), []
    try:
        while piece := stream.read(1_000):
            pieces.append(piece)
    except Exception as error:
        assert is_broken(error)
        return str(error)
    return b"".join(pieces)


# ── members ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@SUFFIXES
def test_every_member_is_read(suffix: str) -> None:
    pack = PACK[suffix]
    large = b"The mill closed. " * 100_000

    assert (
        unpacked(pack(b"one ") + pack(b"") + pack(large) + bytes(9) + pack(b"two") + bytes(70_000), suffix)
        == b"one " + large + b"two"
    )
    assert unpacked(b"", suffix) == b""


@SUFFIXES
@pytest.mark.parametrize("behind", [b"garbage, and more of it", b"\0\0\0garbage"])
def test_what_stands_behind_a_member_is_not_passed_over(behind: bytes, suffix: str) -> None:
    """Python's modules for bzip2, xz and Zstandard end there without a word."""
    member = PACK[suffix](b"one")
    found = unpacked(member + behind, suffix)

    assert str(found).endswith(f"(in the member at byte {len(member) + len(behind) - len(behind.lstrip(bytes(1)))})")


@SUFFIXES
def test_a_member_that_is_cut_off(suffix: str) -> None:
    member = PACK[suffix](b"one")

    assert "ended before the end-of-stream marker" in str(unpacked(member + member[:-1], suffix))


# ── bombs ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@SMALL
@SUFFIXES
def test_a_bomb_ends(suffix: str) -> None:
    bomb = PACK[suffix](bytes(30_000_000))

    assert "which texts do not" in str(unpacked(bomb, suffix))
    assert unpacked(PACK[suffix](bytes(90_000)), suffix) == bytes(90_000)


@SMALL
def test_what_came_before_a_bomb_is_kept() -> None:
    content = gzip.compress(b'{"text":"The mill."}\n') + gzip.compress(b" " * 30_000_000)
    found = list(read.records(reading(io.BytesIO(content), ".gz"), "a.jsonl.gz", "jsonl", Config()))

    assert [isinstance(each, Source) for each in found] == [True, False]
    assert isinstance(found[1], Failure) and "1 lines before it were read" in found[1].why


@SMALL
def test_a_bomb_in_an_archive_ends_it() -> None:
    member = gzip.compress(written(response(b"<html>The mill.")))
    found = list(warc.records(io.BytesIO(member + gzip.compress(bytes(90_000_000)) + member), "a.warc.gz", 1_000_000))

    assert isinstance(found[0], Source)
    assert isinstance(found[-1], Failure) and "which texts do not" in found[-1].why


def test_xz_that_asks_for_too_much_memory() -> None:
    packed = bytearray(lzma.compress(b"The mill."))
    packed[16] = 40  # the size of the dictionary, and the checksum of the head of the block
    packed[20:24] = struct.pack("<I", zlib.crc32(packed[12:20]))

    assert "emory" in str(unpacked(bytes(packed), ".xz"))


@SMALL
@pytest.mark.parametrize("kind", ["parquet", "arrow"])
def test_a_text_that_is_there_once_for_many_rows(kind: str, tmp_path: Path) -> None:
    texts = pa.DictionaryArray.from_arrays(pa.array([0] * 2_000, pa.int32()), ["a" * 100_000])
    path = tmp_path / f"a.{kind}"
    if kind == "parquet":
        pq.write_table(pa.table({"text": texts}), path)
    else:
        columnar.save(pa.table({"text": texts}).to_reader(), path)

    found = list(rows("a", path, 0, Config()))

    assert isinstance(found[-1], Failure) and "is not read: " in found[-1].why
    assert all(isinstance(each, Source) for each in found[:-1])


def test_parts_of_a_table_are_bounded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Also of texts that are no dictionary but are written as one, where the footer tells little of it."""
    monkeypatch.setattr(columnar, "DICTIONARIES", 1_000_000)
    large = "a" * 200_000
    for name, texts in ("a", pa.array([large] * 50)), ("b", pa.array([large] * 50).dictionary_encode()):
        pq.write_table(pa.table({"text": texts}), tmp_path / f"{name}.parquet")
        with columnar.table(tmp_path / f"{name}.parquet") as opened:
            parts = [(part.first, part.batch.num_rows) for part in opened.parts() if part.batch]
        assert [first for first, _ in parts] == list(accumulate([0, *(count for _, count in parts[:-1])]))
        assert sum(count for _, count in parts) == 50
        assert max(count for _, count in parts) <= 5


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("offsets", [(0, 9, 3, 12), (0, 4, 8, 2**31 - 1), (0, -5, 4, 8)])
def test_offsets_of_arrow_that_lead_elsewhere(offsets: tuple[int, ...], stream: bool, tmp_path: Path) -> None:
    content = as_arrow(pa.table({"text": ["The ", "mill", " closed."]}), stream=stream)
    there = struct.pack("<4i", 0, 4, 8, 16)
    assert content.count(there) == 1
    (tmp_path / "a.arrow").write_bytes(content.replace(there, struct.pack("<4i", *offsets)))

    (found,) = rows("a.arrow", tmp_path / "a.arrow", 0, Config())

    assert isinstance(found, Failure) and found.why.startswith("what comes behind row 0 cannot be read: ")


def test_a_record_that_is_deeper_than_can_be_written() -> None:
    line = b'{"html":"<p>The mill.</p>","deep":' + b"[" * 300 + b"]" * 300 + b"}"

    found = read_source(Source("a:1", "a:1", None, line), Config())

    assert isinstance(found, Failure) and found.why.startswith("cannot be written as JSON: ")


def test_a_shard_of_rows_ends_with_its_bytes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(staged, "SHARD_BYTES", 1_000)
    sources = [Source(str(n), str(n), None, {"text": "a" * 400, "n": 5}) for n in range(7)]
    work = Work(tmp_path, Config())

    assert [len(each.sources) for each in staged._batches(work, iter(sources))] == [3, 3, 1]


# ── rows and lines ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("bad", ["b," + "x" * 5_000, 'b,"' + "x\n" * 5_000, '"\n",' * 5_000, "b," + "," * 5_000])
def test_a_row_of_cells_is_bounded(bad: str) -> None:
    content = ("id,text\na,The mill.\n" + bad + "\nc,The ferry.\n").encode()
    found = list(cells.rows(io.BufferedReader(io.BytesIO(content)), "a.csv", "csv", Config(max_bytes=1_000)))

    assert isinstance(found[0], Source)
    assert isinstance(found[1], Failure) and "larger than" in found[1].why
    assert len(found) == 2


def test_many_rows_of_cells_are_no_large_one() -> None:
    content = ("id,text\n" + "a,The mill closed.\n" * 1_000).encode()

    found = cells.rows(io.BufferedReader(io.BytesIO(content)), "a.csv", "csv", Config(max_bytes=1_000))

    assert [type(each) for each in found] == [Source] * 1_000


@pytest.mark.parametrize("blank", [b"\n", b" \r\n", b"\t\n\n"])
def test_blank_lines_are_counted_however_many_there_are(blank: bytes) -> None:
    content = b"{}\n" + blank * 30_000 + b'{"text":"The mill."}\n' + blank + b"{}"
    stream = io.BufferedReader(io.BytesIO(content), 4_096)

    found = list(read.records(stream, "a.jsonl", "jsonl", Config()))

    numbers = [number for number, line in enumerate(content.split(b"\n"), 1) if line.strip()]
    assert [each.id for each in found] == [f"a.jsonl:{number}" for number in numbers]


def test_of_a_line_that_is_too_long_no_more_is_held(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(stretches, "PIECE", 100)
    lines = [b"a" * 30, b"b" * 999, b"c" * 1_000, b"d" * 1_001, b"e" * 5_000, b"f" * 40, b"g" * 9_000]
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"\n".join(lines))

    found = [stretches.content(each).tobytes() for each in stretches.stretches([stretches.File("a", path)], 1_000)]

    assert [line[:1_001] for line in b"".join(found).replace(b"ef", b"e\nf").split(b"\n")] == [
        line[:1_001] for line in lines
    ]
    assert max(map(len, found)) <= 100 + 1_001


@pytest.mark.skipif(not kernel.NATIVE, reason="there is no kernel, and so no shorter way")
def test_lines_that_are_too_long_on_the_shorter_way(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(stretches, "PIECE", 100)
    record = '{"id":"%s","text":"%s"}\n'
    records = [
        record % (name, name * count) for name, count in (("a", 9), ("b", 9_000), ("c", 9), ("d", 50), ("e", 9_000))
    ]
    (tmp_path / "a.jsonl").write_text("".join(records), encoding="ascii")

    found = cleaned(tmp_path, keep_chrome=True, max_bytes=1_000)

    assert list(found.texts) == ["a", "c", "d"]
    assert {id_: why[:11] for id_, why in found.failures.items()} == {
        "a.jsonl:2": "larger than",
        "a.jsonl:5": "larger than",
    }


def test_names_of_columns_in_messages() -> None:
    names = [f"n{number}" for number in range(100_000)]

    assert again(names) is None
    assert again([*names, "n7", "n5"]) == "n5"
    assert len(listed(names)) < 1_000
    assert listed(["x" * 5_000]) == "'" + "x" * 100 + "'…"


# ── archives ────────────────────────────────────────────────────────────────────────────────────────────────────────


def told(*records: bytes) -> list[Source | Failure]:
    return list(warc.records(io.BytesIO(b"".join(records)), "a.warc", 1_000_000))


def test_comments_before_no_page() -> None:
    """To try each comment in two ways would take 2 to the 5,000 steps."""
    found = told(written(response(b"<!--a-->" * 5_000 + b"<p>", ""), response(b"<!--a--> <!--b--><html>The mill.", "")))

    assert [each.id for each in found] == ["<urn:uuid:2>"]


def test_codings_within_each_other() -> None:
    (found,) = told(written(response(b"x", Content_Encoding=", ".join(["identity", *["gzip"] * 6]))))

    assert isinstance(found, Failure) and found.why.startswith("its Content-Encoding names 6 codings")


def test_a_long_line_in_a_header() -> None:
    """FastWARC takes none of more than 32 kB."""
    found = told(raw(b"<html>The mill."), raw(b"<html>The ferry.", X="y" * 40_000), raw(b"<html>The weir."))

    assert [each.content for each in found if isinstance(each, Source)] == [
        b"<html>The mill.",
        b"<html>The ferry.",
        b"<html>The weir.",
    ]


def test_members_within_members() -> None:
    """At every 24th byte one begins that holds what is behind it as it is, and then breaks off."""
    member = b"\x1f\x8b\x08\x00" + bytes(6) + struct.pack("<BHH", 0, 65_535, 0) + bytes(9)
    first = gzip.compress(raw(b"<html>The mill."))

    found = list(warc.records(io.BytesIO(first + member * 5_000), "a.warc.gz", 1_000_000))

    assert isinstance(found[0], Source)
    assert isinstance(found[-1], Failure) and "gzip members are broken, and 1 are not" in found[-1].why
