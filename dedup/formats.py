"""The formats of files: how each is told, and which are written. The table in README.md is made of this one."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from dedup.remote import Remote


class FileFormat(NamedTuple):
    """A format: its name for `--input-format` and `--format`, its extensions, and what a file of it holds."""

    name: str
    extensions: tuple[str, ...]
    holds: str
    written: str
    """What is written in this format; empty where it is only read."""
    packed: bool = False
    """Whether it is compressed inside, so that an output of it is not compressed again."""


FORMATS = {
    each.name: each
    for each in (
        FileFormat("html", (".html", ".htm", ".xhtml"), "a page", ""),
        FileFormat("markdown", (".md", ".markdown"), "an article", "a tree of files with front matter"),
        FileFormat("text", (".txt",), "an article", "a tree of files"),
        FileFormat("jsonl", (".jsonl", ".ndjson"), "an object a line", "each line as it came, but for what it lost"),
        FileFormat("parquet", (".parquet", ".pq"), "a row a document", "all columns, with their types", packed=True),
        FileFormat("arrow", (".arrow", ".feather", ".ipc"), "a row a document", "all columns, with their types", True),
        FileFormat("csv", (".csv",), "a row a document, below the names of columns", "all columns"),
        FileFormat("tsv", (".tsv", ".tab"), "the same between tabs", "all columns"),
        FileFormat("warc", (".warc", ".arc", ".wet"), "records of a crawl: pages, and texts of WET", ""),
    )
}
COMPRESSIONS = (".gz", ".zst", ".bz2", ".xz")
TREES, TABLES, CELLS = ("markdown", "text"), ("parquet", "arrow"), ("csv", "tsv")
ROWS = ("jsonl", *CELLS, *TABLES)
"""Formats of which a line or a row is a document."""
WHOLE = ("html", *TREES)
"""Formats of which a file is one document."""
AUTO = "auto"
INPUTS = tuple(FORMATS)
OUTPUTS = (
    AUTO,
    *(
        name + end
        for name, known in FORMATS.items()
        if known.written
        for end in ("", *(() if known.packed or name in TREES else COMPRESSIONS))
    ),
)
"""What can be chosen as `format`: `jsonl`, `jsonl.gz`, ..., `parquet`, `markdown`."""
_BY_EXTENSION = {extension: known for known in FORMATS.values() for extension in known.extensions}


def told(path: Path | Remote, asked: str = "") -> FileFormat | None:
    """The format of a file by its extension, below that of its compression, if none is `asked` for; None if that is not
    one of ours.

    >>> from pathlib import Path
    >>> told(Path("news.JSONL.gz")).name, told(Path("crawl.warc.wet.xz")).name, told(Path("a.doc"))
    ('jsonl', 'warc', None)
    """
    if asked:
        return FORMATS[asked]
    suffix = path.suffix.lower()
    return _BY_EXTENSION.get(suffix if suffix not in COMPRESSIONS else _suffix(path.stem))


def _suffix(name: str) -> str:
    return f".{name.rpartition('.')[2].lower()}" if "." in name else ""


def compression(path: Path | Remote) -> str:
    """The extension of a file's compression; empty if it has none."""
    return suffix if (suffix := path.suffix.lower()) in COMPRESSIONS else ""


def family(paths: Iterable[Path | Remote], asked: str = "") -> str:
    """The output's format where none is chosen: that of all inputs, compressed as all of them are; else JSONL.

    >>> from pathlib import Path
    >>> family([Path("a.jsonl.gz"), Path("b.jsonl.gz")]), family([Path("a.csv"), Path("b.md")]), family([Path("a.pq")])
    ('jsonl.gz', 'jsonl', 'parquet')
    """
    found = {(known.name, compression(path)) for path in paths if (known := told(path, asked))}
    names = {name for name, _ in found}
    name = names.pop() if len(names) == 1 else ""
    if name not in ("jsonl", *TABLES, *CELLS):
        return "jsonl"
    return name + (next(iter(found))[1] if len(found) == 1 and name not in TABLES else "")


def extensions() -> str:
    """All extensions, for messages."""
    return " ".join(each for known in FORMATS.values() for each in known.extensions)
