"""Hostile inputs: compressed files that are cut off, damaged, mixed, or not what their names say."""

from __future__ import annotations

import bz2
import gzip
import lzma
from functools import cache
from typing import TYPE_CHECKING

import orjson

from dedup.compressed import zstandard
from tests.material import prose
from tests.torture.inputs import Case, together

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PACK: dict[str, Callable[[bytes], bytes]] = {
    ".gz": lambda content: gzip.compress(content, 6, mtime=0),
    ".zst": lambda content: bytes(zstandard().compress(content)),
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
}
BROKEN = "^compressed file is broken: "
BROKEN_HERE = r"^compressed file is broken here, \d+ lines before it were read: "


def put(name: str, content: Callable[[], bytes] | bytes) -> Callable[[Path], object]:
    """What writes a file."""
    return lambda folder: (folder / name).write_bytes(content if isinstance(content, bytes) else content())


@cache
def lines(count: int, first: int = 0) -> bytes:
    """So many documents as JSONL, which have the ids d0, d1 … and share nothing."""
    records = ({"id": f"d{number}", "text": prose(7_000 + number, 40)} for number in range(first, first + count))
    return b"".join(orjson.dumps(each, option=orjson.OPT_APPEND_NEWLINE) for each in records)


def ids(count: int, first: int = 0) -> dict[str, str]:
    """The ids of those documents, and the first words of each."""
    return {f"d{number}": "^" + prose(7_000 + number, 40)[:20] for number in range(first, first + count)}


def truncated() -> Iterator[Case]:
    """Compressed files that end too early."""
    halves = {suffix: pack(lines(60))[: len(pack(lines(60))) // 2] for suffix, pack in PACK.items()}
    for suffix, pack in PACK.items():
        half = halves[suffix]
        for way in (False, True):
            name = f"half of JSONL{suffix}{', as lines' if way else ''}"
            yield Case(name, put(f"bad.jsonl{suffix}", half), {r"bad\.jsonl.*:\d+": BROKEN_HERE}, lines=way)
        last = pack(lines(3))[:-1]
        why = {r"bad\.jsonl.*:4": "^compressed file is broken here, 3 lines before"}
        if suffix in (".gz", ".xz"):  # of the others a block is nothing without all of it
            yield Case(f"JSONL{suffix} without its last byte", put(f"bad.jsonl{suffix}", last), why, ids(3))
    yield together("half of a page", (
        Case(suffix, put(f"bad.html{suffix}", half), {r"bad\.html.*": BROKEN}, {}) for suffix, half in halves.items()
    ))  # fmt: skip
    heads = {suffix: pack(lines(3))[:3] for suffix, pack in PACK.items()}
    yield together("the first 3 bytes of JSONL", (
        Case(suffix, put(f"bad.jsonl{suffix}", head), {r"bad\.jsonl.*:1": "broken here, 0 lines"}, {})
        for suffix, head in heads.items()
    ))  # fmt: skip


def members() -> Iterator[Case]:
    """Compressed files of several members, and of what stands between them."""
    for suffix, pack in PACK.items():
        name, one, two = f"m.jsonl{suffix}", pack(lines(3)), pack(lines(3, 3))
        odd = name.replace(".", r"\.")
        for way in (False, True):
            lined = ", as lines" if way else ""
            yield Case(f"two members{suffix}{lined}", put(name, one + two), {}, ids(6), lines=way)
            why = {odd + ":4": "broken here, 3 lines before it were read: .*at byte"}
            yield Case(f"garbage behind{suffix}{lined}", put(name, one + b"garbage" * 9), why, ids(3), lines=way)
        yield Case(f"zeros behind and between{suffix}", put(name, one + bytes(512) + two + bytes(512)), {}, ids(6))
        why = {odd + ":4": "broken here, 3 lines before"}
        yield Case(f"second member without its head{suffix}", put(name, one + two[4:]), why, ids(3))
        empty = pack(b"")
        yield Case(f"a thousand empty members{suffix}", put(name, empty * 1000 + one + empty * 1000), {}, ids(3))
    for first, second in (".gz", ".zst"), (".zst", ".xz"), (".bz2", ".gz"), (".xz", ".bz2"):
        content = PACK[first](lines(3)) + PACK[second](lines(3, 3))
        why = {rf"m\.jsonl\{first}:4": "broken here, 3 lines before"}
        yield Case(f"{second} behind {first}", put(f"m.jsonl{first}", content), why, ids(3))


def misnamed() -> Iterator[Case]:
    """Compressed files that are not compressed as their names say."""
    for suffix, pack in PACK.items():
        plain, other = lines(3), next(each for each in PACK if each != suffix)
        yield together(f"other things than {suffix}, and {suffix} as others", [
            Case("plain", put(f"n.jsonl{suffix}", plain), {r"n\..*:1": "broken here, 0 lines"}, {}),
            Case("another", put(f"n.jsonl{suffix}", PACK[other](plain)), {r"n\..*:1": "broken here"}, {}),
            Case("as plain", put("n.jsonl", pack(plain)), {r"n\.jsonl:\d+": "^not JSON: "}, {}),
            Case("as a text", put("n.txt", pack(b"Words.")), {r"n\.txt": "NUL|encod|visible"}, None),
            Case("nothing", put(f"n.jsonl{suffix}", b""), {r"n\..*": "^empty: there is no line"}, {}),
        ])  # fmt: skip
        twice = pack(pack(plain))
        yield Case(f"twice {suffix}", put(f"n.jsonl{suffix}", twice), {r"n\..*:\d+": "^not JSON: "}, {}, lines=True)


FAMILIES = (truncated, members, misnamed)
