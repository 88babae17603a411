"""Hostile inputs: what a run is given beside its inputs, standard input and output, URLs, and nothing at all."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
from functools import partial
from typing import TYPE_CHECKING, Any

from dedup.compressed import zstandard
from tests.material import prose
from tests.torture.inputs import Case, together
from tests.torture.inputs_scale import paragraphs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

GIVEN = "{folder}/given"


def give(content: str | bytes, folder: Path) -> None:
    """A file beside the folder of inputs."""
    (folder.parent / "given").write_bytes(content if isinstance(content, bytes) else content.encode())


DEEP = "[" * 100_000
BROKEN: dict[str, str | bytes] = {
    "that is empty": "",
    "of bytes": bytes(range(256)) * 100,
    "of NUL": b"\0" * 10_000,
    "cut off": '{"dedup_sites": 1, "sites": {"a',
    "of another version": '{"dedup_sites": 99, "sites": {}, "decision": "x", "text": "y"}\n[dedup]\nno_such = 1\n',
    "of lists": "[1, 2]",
    "nested 100,000 deep": DEEP,
    "of UTF-16": '{"dedup_sites": 1}'.encode("utf-16"),
    "of 10 MB without a line end": "x" * 10_000_000,
    "of wrong kinds": '{"dedup_sites": 1, "sites": {"a": {"articles": "x", "places": 3, "texts": null}}}',
}
BOMBS = ["(a+)+$", "^(a|aa)+$", "(.*a){25}", "(?:x*)*y", "([a-z]+)*=", "\\", "[", "(?P<", "*" * 1_000, "(?R)"]


def guides() -> Iterator[Case]:
    """Files of settings, of sites and of decisions that are damaged, huge, of another version or of no kind."""
    for option in ("--config", "--sites", "--decisions"):
        for name, content in BROKEN.items():
            if (option, name) == ("--decisions", "that is empty"):
                continue  # nothing was decided
            yield Case(f"{option} {name}", partial(give, content), words=(option, GIVEN), base=(), code=2, said="given")
        yield Case(f"{option} that is a folder", alone, words=(option, "{folder}/in"), base=(), code=2, said="in")
        yield Case(f"{option} that is not there", alone, words=(option, "{folder}/none"), base=(), code=2, said="none")
    texts = "".join(json.dumps({"decision": "chrome", "text": f"{each} word one two"}) + "\n" for each in BOMBS)
    many = "".join(json.dumps({"decision": "keep", "text": prose(at, 9), "slots": True}) + "\n" for at in range(5_000))
    for name, content in {"of patterns, which are texts": texts, "5,000 of them": many}.items():
        yield Case(
            f"--decisions {name}",
            partial(gave, content),
            documents={"a.txt": ""},
            words=("--decisions", GIVEN),
            base=(),
        )
    for option in ("--site", "--site-field", "--id-field", "--date-field"):
        for at, bomb in enumerate(BOMBS[:3]):
            words = (option, bomb)
            yield Case(f"{option} that is a pattern ({at})", partial(paragraphs, 1, "a" * 60_000 + "!"), words=words)


def gave(content: str, folder: Path) -> None:
    """A file beside the inputs, and a text that is made for patterns to run away on."""
    give(content, folder)
    (folder / "a.txt").write_text("a" * 100_000 + "! " + "x" * 100_000, encoding="utf-8")


def alone(_: Path) -> None:
    """Nothing beside."""


# ── against ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def against() -> Iterator[Case]:
    """What inputs are compared with, and earlier runs, that are damaged, or none."""
    for name, content in BROKEN.items():
        own, words = partial(index, content), ("--against", GIVEN + ".index")
        yield Case(
            f"an index whose manifest is one {name}", own, words=words, base=(), code=2, said="holds no index of"
        )
        own = partial(ran, content)
        yield Case(f"an earlier run whose manifest is one {name}", own, code=2, said="not made by dedup")
    yield Case("an empty folder", folder_of_none, words=("--against", GIVEN), base=(), code=2)
    yield Case("a device", alone, words=("--against", "/dev/zero"), base=(), code=2)


def index(content: str | bytes, folder: Path) -> None:
    """The folder of an index that is damaged."""
    own = folder.parent / "given.index"
    own.mkdir()
    for name in ("manifest.json", "index.json"):
        (own / name).write_bytes(content if isinstance(content, bytes) else content.encode())


def ran(content: str | bytes, folder: Path) -> None:
    """The folder of an earlier run that is damaged, and has something else in it."""
    out = folder.parent / "out"
    out.mkdir()
    (out / "manifest.json").write_bytes(content if isinstance(content, bytes) else content.encode())
    (out / "clean.jsonl").write_text("mine", encoding="utf-8")


# ── nothing ─────────────────────────────────────────────────────────────────────────────────────────────────────────

NOTHING = {
    "empty": b"",
    "of spaces": b" \n\t\n  \r\n",
    "of a byte order mark": b"\xef\xbb\xbf",
    "of line ends": b"\n" * 1_000,
}
ENDS = ("txt", "md", "html", "jsonl", "csv", "tsv", "parquet", "arrow", "warc")


def nothing() -> Iterator[Case]:
    """Files, archives, records, folders and tables with nothing in them."""
    for name, content in NOTHING.items():
        yield together(name, (bad(end, content) for end in ENDS))
    packed = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress, "zst": zstandard().compress}
    ends = [(f"{each}.{end}", end) for end in packed for each in ("txt", "jsonl", "csv")]
    yield together("compressed, of nothing", (bad(each, packed[end](b"")) for each, end in ends))
    yield together("compressed, of no byte", (bad(each, b"") for each, _ in ends))
    empty = [{}, {"text": ""}, {"text": " \n"}, {"text": None}, {"html": ""}, {"id": "a", "text": "\u3000\ufeff"}]
    lines = "\n".join(map(json.dumps, empty)).encode()
    for way in (False, True):
        yield Case(
            f"records{', as lines' if way else ''}",
            partial(bare, {"bad.jsonl": lines}),
            {r"bad\.jsonl:\d": ""},
            {},
            lines=way,
        )
    yield Case("only headers", partial(bare, {"bad.csv": b"id,text\n", "bad.tsv": b"id\ttext\n"}), {r"bad\..*": ""}, {})
    yield Case("no rows", partial(bare, {"bad.parquet": table()}), {r"bad\.parquet.*": ""}, {})
    for name, why in {"{folder}/none": "^no such file or folder$", "/dev/null": "^is not a file$"}.items():
        yield Case(f"{name} beside", alone, {".*(none|null)": why}, {}, (name,), ())


def bad(end: str, content: bytes) -> Case:
    """A file of such content, of which nothing can be used."""
    return Case(end, partial(bare, {f"bad.{end}": content}), {rf"bad\.{end}.*": ""}, {})


def folder_of_none(folder: Path) -> None:
    """An empty folder beside the inputs."""
    (folder.parent / "given").mkdir()


def bare(files: dict[str, bytes], folder: Path) -> None:
    """Files of such content."""
    for name, content in files.items():
        (folder / name).write_bytes(content)


def table() -> bytes:
    """A Parquet file without a row."""
    import pyarrow
    from pyarrow import parquet

    out = io.BytesIO()
    parquet.write_table(pyarrow.table({"id": pyarrow.array([], "string"), "text": pyarrow.array([], "string")}), out)
    return out.getvalue()


# ── streams ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def shell(script: str) -> tuple[str, ...]:
    """Words that run a command as `"$@"` of a script."""
    return ("/bin/bash", "-c", script, "bash")


LINE = '{"id": "a", "text": "The mill closed in May."}'


A_LINE = f"printf '%s\\n' '{LINE}'"
PIPED: list[tuple[str, str, dict[str, str], dict[str, str] | None]] = [
    ("empty", '"$@" </dev/null', {"stdin": "^empty"}, {}),
    ("bytes", 'head -c 300000 /dev/urandom | "$@"', {"stdin.*": ""}, None),
    ("NUL", 'head -c 30000000 /dev/zero | "$@"', {"stdin.*": ""}, {}),
    ("half a line", f"({A_LINE}; printf '{{\"te') | \"$@\"", {"stdin:2": "^not JSON"}, {"a": ""}),
    ("a line of 100 MB", f"(head -c 100000000 /dev/zero | tr '\\0' x; echo; {A_LINE}) | \"$@\"",
     {"stdin:1": "^larger than max_bytes"}, {"a": ""}),
    ("50,000 lines of no JSON", 'yes | head -50000 | "$@"', {r"stdin:\d+": "^not JSON"}, {}),
    ("one that ends late", f"(sleep 1; {A_LINE}) | \"$@\"", {}, {"a": ""}),
]  # fmt: skip
"""What comes by standard input: the script, what is told of it, and what comes out."""


def streams() -> Iterator[Case]:
    """Standard input that is closed, binary, endless or cut off; standard output that nobody reads."""
    more: dict[str, Any] = {"words": ("-",), "base": (), "lines": True}
    yield Case("closed", alone, before=shell('exec <&-; "$@"'), code=2, said="standard input", **more)
    for name, script, failures, documents in PIPED:
        yield Case(name, alone, failures, documents, before=shell(script), **more)
    out: dict[str, Any] = {"words": ("-o", "-"), "base": ()}
    yield Case("output that nobody reads", alone, before=shell('"$@" | true; exit ${PIPESTATUS[0]}'), code=141, **out)
    yield Case("output that is full", alone, before=shell('"$@" >/dev/full'), code=4, said="space", **out)
    yield Case("output that is closed", alone, before=shell('"$@" >&-'), code=4, said="standard output", **out)


FAMILIES = (guides, against, nothing, streams)
