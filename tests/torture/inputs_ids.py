"""Hostile inputs: ids, dates, addresses and metadata of records that are traps."""

from __future__ import annotations

import json
import unicodedata
from functools import partial
from typing import TYPE_CHECKING, Any

from dedup import Result
from tests.material import prose
from tests.torture.inputs import Case

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

IDS: dict[str, list[Any]] = {
    "that lead out of a folder": ["../../x", "..", ".", "/etc/passwd", "a/../../b", "..\\..\\c", "~root", "~", "-rf"],
    "with NUL and control characters": ["a\0b", "a\nb", "\x1b[31mred", "a\rb", "\x7f", "a\tb", "\0"],
    "of 4 KB and of 1 MB": ["a" * 4_096, "b" * 1_000_000, "c/" * 2_000 + "c", "d" * 255, "é" * 200, "e" * 900],
    "that Windows reserves": ["CON", "con", "aux.txt", "NUL", "COM1.txt/x", "lpt1", "a.", "b ", "c. /d", "a:b", "x?y"],
    "that differ only in case": ["News/Today", "news/today", "NEWS/today", "straße", "STRASSE", "STRAßE", "İ", "i̇"],
    "that Unicode makes twins": [unicodedata.normalize(form, "café/Ångström ﬁ") for form in ("NFC", "NFD", "NFKC")],
    "that turn direction": ["a\u202etxt.exe", "\u2066a\u2069", "a\u200b", "a", "\ufeffa", "a\ufe0f", "\U000e0041"],
    "of dots, slashes and spaces": ["...", "....", "a//b", "a/", "/a", "//", " ", "  ", ". .", "a/./b", "a/b"],
    "that are numbers and other things": [0, 1.5, True, -1, 1e300, 2**63, ["x"], {"a": 1}, [], {}, "false"],
    "that look like our own names": ["a.txt", "a.txt/b", "a.md", "a", "a/b", "manifest.json", "a%2Fb", "%~"],
}  # fmt: skip
"""Ids of records, a case each; no two of one are the same as text."""
FORMATS = ("text", "markdown", "jsonl", "parquet", "csv")


def put(records: Sequence[dict[str, Any] | str], folder: Path) -> None:
    """Write records, or lines as they are, as `bad.jsonl`."""
    lines = [each if isinstance(each, str) else json.dumps(each) for each in records]
    (folder / "bad.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


def records(field: str, values: Sequence[Any]) -> list[dict[str, Any]]:
    """A record for each value of a field, with the ids d0, d1, ... unless that is the field."""
    return [{"id": f"d{at}", "text": prose(3_000 + at, 30), field: value} for at, value in enumerate(values)]


def is_whole(count: int, folder: Path) -> None:
    """Whether a run holds so many documents beside those that are well, in files of their own that all lie in it."""
    out = folder / "out"
    texts = [text for _, text in Result(out).texts()]
    assert len(texts) == len(set(texts)) == count + 3, f"{len(texts)} documents, not {count + 3}"
    assert {path.name for path in folder.iterdir()} <= {"in", "out", "took.json"}, sorted(folder.iterdir())
    if (out / "clean").is_dir():
        names = [str(path.relative_to(out)) for path in out.rglob("*") if path.is_file()]
        assert len(names) == len({unicodedata.normalize("NFC", name).casefold() for name in names}), sorted(names)
        steps = {step for name in names for step in name.split("/")}
        assert all(step.isascii() and step.isprintable() and step.strip(". ") for step in steps), sorted(steps)
        assert not [step for step in steps if len(step) > 255 or step.endswith((".", " ")) or reserved(step)]


def reserved(step: str) -> bool:
    """Whether Windows has no file of this name.

    >>> reserved("aux.txt"), reserved("auxiliary.txt")
    (True, False)
    """
    stem = step.partition(".")[0].rstrip().upper()
    return stem in {"CON", "PRN", "AUX", "NUL"} | {f"{port}{at}" for port in ("COM", "LPT") for at in range(1, 10)}


def ids() -> Iterator[Case]:
    """Ids that are traps where they become names of files, in every format."""
    for at, (name, values) in enumerate(IDS.items()):
        for format_ in (FORMATS[0], FORMATS[1 + at % 4]):
            made = partial(put, records("id", values))
            count = len(values)
            yield Case(f"{name}, as {format_}", made, words=("--format", format_), check=partial(is_whole, count))
    many = [{"id": "same", "text": prose(at, 20)} for at in range(500)]
    repeated = {r"bad\.jsonl:\d+": "^has the id 'same' of bad.jsonl:1$"}
    for way in (False, True):
        yield Case(f"one 500 times{', as lines' if way else ''}", partial(put, many), repeated, {"same": ""}, lines=way)
    none = [{"id": each, "text": prose(at, 20)} for at, each in enumerate((None, "", None, ""))]
    numbered = {f"bad.jsonl:{at}": "" for at in range(1, 5)}
    yield Case("that are null or empty", partial(put, none), documents=numbered)
    half = '{"id": "a\\ud800", "text": "The mill closed in May."}'
    yield Case("with half a character", partial(put, [half]), {r"bad\.jsonl:1": "not JSON"}, {})


ODD: tuple[Any, ...] = (
    [], {}, [[]], ["2021"], {"a": {"b": [1]}}, {"$date": 1}, 0, -1, 1.5e300, 10**30, True, False, None, "", " ", "\0",
    "\u202e\u200b", "[" * 1_000, "x" * 100_000,
)  # fmt: skip
"""Values that no field is meant for."""


def fine(field: str, values: Sequence[Any], name: str = "", **more: Any) -> Case:
    """Records with such values of a field, which all come out."""
    made: Callable[[Path], Any] = partial(put, records(field, values))
    documents = {f"d{at}": "" for at in range(len(values))}
    return Case(f"{field}: {name or 'of every kind'}", made, documents=documents, **more)


def dates() -> Iterator[Case]:
    """Dates that there are not, of every kind."""
    yield fine("date", ODD)
    yield fine(
        "date",
        [
            "0000-01-01",
            "0001-01-01T00:00:00+14:00",
            "9999-12-31T23:59:59-14:00",
            "10000-01-01",
            "-0001-01-01",
            "+12345-01-01",
            "31 December 9999 BC",
            "0/0/0",
            "January 0, 0",
        ],
        "years",
    )
    yield fine(
        "date",
        [
            "2021-02-31",
            "31 February 2021",
            "2021-13-45T99:99:99",
            "2021-W53-7",
            "2021-366",
            "30/30/30",
            "2100-02-29",
            "24:00 1 May 2021",
            "Mon, 31 Feb 99999 25:61:61 +9999",
        ],
        "days that are none",
    )
    numbers = [*(10**power for power in (9, 10, 12, 13, 15, 16, 18, 30)), 1.7e9, -1_700_000_000, 2**31, 2**63]
    yield fine("date", [*numbers, *map(str, numbers)], "seconds since 1970, and many more")
    zones = ("+99:99", "-99:99", "+24:00", "+00:00:00.1", " XYZ", "Z" * 50, "+14:00", "[Europe/Nowhere]", "+0")
    yield fine("date", [f"2021-01-01T00:00:00{zone}" for zone in zones], "zones that are none")
    yield fine(
        "date", ["٢٠٢١-٠١-٠١", "２０２１-01-01", "২০২১-০১-০১", "二〇二一年一月一日", "²⁰²¹-01-01"], "figures of scripts"
    )
    yield fine("date", ["1" * 1_000_000, "2021-01-01T00:00" + "0" * 1_000_000, "1 " * 500_000], "of 1 MB")
    for way in (True, False):
        garbage = [f"{at % 31} Foo {at} um {at}:00 Uhr" for at in range(200)]
        yield fine("date", garbage, f"200 that nobody can read{', as lines' if way else ''}", lines=way)
    yield fine("date", ODD, "of every kind, as Parquet", words=("--format", "parquet"))


URLS = (
    "javascript:alert(1)",
    "data:text/html,<script>",
    "http://[::1]:80/a",
    "http://[::1",
    "http://[fe80::1%25eth0]/",
    "https://user:pass@host.example:99999/",
    "http://host.example:port/",
    "//",
    "http://",
    "http:///",
    ":",
    "\\\\h",
    "http://xn--" + "a" * 5_000 + ".example/",
    "http://xn--999999999.example/",
    "http://" + "a." * 50_000 + "example/",
    "http://é" * 50 + ".example",
    "http://a..b.example/",
    "http://-.example",
    "http://1.2.3.4.5.6/",
    "http://0x7f.1/",
    "http://host\0.example/",
    "http://host\n.example/",
    "http://\u202e.example/",
    "http://a.example/" + "?a=1&" * 9_999,
    "file:///etc/passwd",
    "http://ß.example",
    "http://a\u3002example",
    "ftp://a.co.uk",
    "http://co.uk",
    "http://.",
)


def addresses() -> Iterator[Case]:
    """URLs and hosts that are traps: nothing is asked of any, and none stops a run."""
    for way in (False, True):
        yield fine("url", URLS, f"odd ones{', as lines' if way else ''}", lines=way)
        yield fine("site", URLS, f"odd ones{', as lines' if way else ''}", lines=way)
    yield fine("url", ["http://a.example/" + "b" * 10_000_000], "of 10 MB")
    yield fine("url", ["http://" + "b" * 5_000_000 + ".example/"], "whose host has 5 MB", lines=True)
    yield fine("url", ODD)
    yield fine("site", ODD)
    yield fine("url", [f"http://{'a.' * at}example/" for at in range(1_000)], "1,000 hosts, each within the next")
    pages = [f'<base href="{url}"><p>{prose(700 + at, 40)}<a href="{url}">more</a></p>' for at, url in enumerate(URLS)]
    yield fine("html", pages, "links of a page", words=("--force",))


def metadata() -> Iterator[Case]:
    """Metadata that is huge, nested deep, or of no kind that it should be."""
    for field in ("title", "author", "language", "tags", "metadata", "dedup", "source"):
        yield fine(field, ODD)
    deep: Any = "x"
    for _ in range(200):
        deep = {"a": [deep]}
    yield fine("metadata", [deep], "200 deep")
    yield fine("metadata", [{f"k{at}": at for at in range(100_000)}], "of 100,000 fields")
    yield fine("metadata", ["x" * 10_000_000], "of 10 MB", lines=True)
    yield fine("metadata", [{"id": "y", "text": "z", "": {"": ""}, "\0": 1, "__class__": 1}], "with names of ours")
    yield fine(
        "language", ["x" * 1_000_000, "en\0", "../en", "en-" * 9_999, "EN", "tlh", "zz", "de_DE.UTF-8"], "odd ones"
    )


FAMILIES = (ids, dates, addresses, metadata)
