"""A source as a document: decoded, cut into blocks, with what it says about itself. Or a failure that says why not."""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING, Any

import orjson

from dedup.config import Config
from dedup.data import Block, Document, Failure, Format, Source
from dedup.html import UnreadablePageError, read_page
from dedup.markup import blocks as markup_blocks

if TYPE_CHECKING:
    from collections.abc import Mapping

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark is the beginning of this one
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# WHATWG Encoding Standard, 4.2: pages that say Latin-1 or ASCII are read as windows-1252 by every browser.
_BROWSERS = {"iso-8859-1": "windows-1252", "latin-1": "windows-1252", "latin1": "windows-1252", "ascii": "windows-1252",
             "us-ascii": "windows-1252", "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932", "shift-jis": "cp932",
             "x-sjis": "cp932", "ks_c_5601-1987": "cp949", "euc-kr": "cp949", "big5": "big5hkscs", "x-gbk": "gb18030"}  # fmt: skip
_DECLARED = re.compile(rb"""(?:charset\s*=\s*["']?|<\?xml[^>]*encoding\s*=\s*["'])\s*([\w.:-]+)""", re.IGNORECASE)
_BODIES = (("html", Format.HTML), ("markdown", Format.MARKDOWN), ("text", Format.TEXT))
_STATED = ("url", "site", "title", "author", "date", "language")


def extract(text: str, *, format: Format | str | None = None, id: str = "", url: str | None = None) -> Document:  # noqa: A002
    """Extract the article from a page, or cut a Markdown or plain text into blocks.

    Without a `format`, a text that starts with a tag is HTML, everything else text (which Markdown is read as, too).

    Raises:
        ValueError: the page cannot be parsed, or is empty.

    >>> page = "<html><body><nav>Home</nav><article><p>" + "The ferry left at dawn. " * 20 + "</p></article></body></html>"
    >>> document = extract(page)
    >>> [(block.tag.value, block.main) for block in document.blocks]
    [('paragraph', False), ('paragraph', True)]
    """
    kind = Format(format) if format else (Format.HTML if re.match(r"\s*<[!a-zA-Z]", text) else Format.TEXT)
    return _document(Document(id=id, text=text, format=kind, url=url, place=id), Config())


def read_source(source: Source, config: Config) -> Document | Failure:
    """The document of a source, or why there is none."""
    try:
        if source.kind is not None and isinstance(source.content, bytes):
            document = _from_file(source, source.kind, source.content, config)
        else:
            document = _from_record(source)
        return _document(document, config)
    except (ValueError, LookupError) as error:
        return Failure(source.place, str(error))


def _document(document: Document, config: Config) -> Document:
    if not document.text.strip("\ufeff \t\r\n\v\f"):
        raise ValueError("empty: there is no text in it")
    if document.format is Format.HTML:
        _read_html(document, config)
    else:
        document.blocks = markup_blocks(document.text)
    if not document.blocks:
        raise ValueError("empty: there is no visible text in it")
    document.site = document.site or site_of(document.url) or config.site or None
    return document


def _read_html(document: Document, config: Config) -> None:
    page = read_page(document.text, document.url, headline=config.headline)
    said = page.metadata
    document.text, document.blocks = page.text, page.blocks
    for name in ("title", "author", "date", "url", "language"):
        if getattr(document, name) is None and said.get(name):
            setattr(document, name, str(said[name]))
    document.tags = document.tags or list(said.get("tags", ()))
    if said.get("sitename"):
        document.metadata.setdefault("publisher", said["sitename"])


def site_of(url: str | None) -> str | None:
    """The registrable domain of a URL (Public Suffix List, as of the installed list; no network).

    >>> site_of("https://news.bbc.co.uk/2/hi/8.stm"), site_of("about:blank")
    ('bbc.co.uk', None)
    """
    if not url:
        return None
    from urllib.parse import urlsplit

    try:
        host = urlsplit(url if "//" in url else f"//{url}").hostname
    except ValueError:
        return None
    if not host or "." not in host:
        return None
    return _suffixes().privatesuffix(host) or host


def _suffixes() -> Any:
    from publicsuffixlist import PublicSuffixList

    if not hasattr(_suffixes, "list"):
        _suffixes.list = PublicSuffixList()  # type: ignore[attr-defined]
    return _suffixes.list  # type: ignore[attr-defined]


def _from_file(source: Source, kind: Format, content: bytes, config: Config) -> Document:
    if not content:
        raise ValueError("empty file")
    encoding, how = _encoding(content, kind, config)
    text = content.decode(encoding)
    if "\x00" in text and kind is not Format.HTML:
        raise ValueError(f"holds NUL characters (read as {encoding}): not a text file")
    document = Document(id=source.id, text=text, format=kind, place=source.place, encoding=encoding)
    if how == "detected":
        document.metadata["encoding"] = f"{encoding} ({how})"
    return document


def _encoding(content: bytes, kind: Format, config: Config) -> tuple[str, str]:
    """The encoding of a file and how it is known: given, declared, or detected.

    Raises:
        ValueError: the content is not valid in the encoding it must be in, or in none that can be told.
    """
    if config.encoding:
        _check(content, config.encoding, "--encoding")
        return config.encoding, "given"
    for mark, name in _BOMS:
        if content.startswith(mark):
            _check(content, name, "its byte order mark")
            return name, "declared"
    declared = _DECLARED.search(content[:4096]) if kind is Format.HTML else None
    names = [declared.group(1).decode("ascii").lower()] if declared else []
    for name in [_BROWSERS.get(each, each) for each in names] + ["utf-8"]:
        if _decodes(content, name):
            return name, "declared"
    from charset_normalizer import from_bytes

    best = from_bytes(content).best()
    if best is None:
        raise ValueError("its encoding is not declared, not UTF-8, and cannot be told; give it with --encoding")
    return best.encoding, "detected"


def _check(content: bytes, encoding: str, said: str) -> None:
    try:
        content.decode(encoding)
    except UnicodeDecodeError as error:
        raise ValueError(f"not valid {encoding} (from {said}) at byte {error.start}: {error.reason}") from error


def _decodes(content: bytes, encoding: str) -> bool:
    try:
        content.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return False
    return True


def _from_record(source: Source) -> Document:
    record = source.content if isinstance(source.content, dict) else _parsed(source.content)
    bodies = [(name, kind) for name, kind in _BODIES if record.get(name) is not None]
    if not bodies:
        raise ValueError("has no text: none of the fields text, html, markdown")
    name, kind = bodies[0]
    text = record[name]
    if not isinstance(text, str):
        raise ValueError(f"its {name} is not a string but {type(text).__name__}")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise ValueError(
            f"its {name} holds a lone surrogate at character {error.start}, which is no character"
        ) from error
    stated = {key: str(record[key]) for key in _STATED if record.get(key) not in (None, "")}
    metadata = record.get("metadata")
    extra = {key: value for key, value in record.items() if key not in {*_STATED, "id", "metadata", "tags", name}}
    known = dict(metadata) if isinstance(metadata, dict) else ({} if metadata is None else {"metadata": metadata})
    tags = record.get("tags") if isinstance(record.get("tags"), list) else None
    return Document(
        id=str(record["id"]) if record.get("id") not in (None, "") else source.id,
        text=text, format=kind, place=source.place, tags=[str(tag) for tag in tags or ()], metadata=extra | known, **stated
    )  # fmt: skip


def _parsed(line: bytes) -> Mapping[str, Any]:
    try:
        record = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise ValueError(f"not JSON: {error}") from error
    if not isinstance(record, dict):
        raise ValueError(f"not a JSON object but {type(record).__name__}")
    return record


def pack(document: Document) -> dict[str, Any]:
    """A document as a mapping that JSON can hold; blocks as rows."""
    fields = {name: getattr(document, name) for name in Document.__slots__ if name != "blocks"}
    rows = [(b.start, b.end, b.tag.value, b.main, b.path, b.links) for b in document.blocks]
    return {**fields, "blocks": rows}


def unpack(record: Mapping[str, Any]) -> Document:
    """The document that `pack` made the mapping of."""
    from dedup.data import Tag

    rows = [Block(start, end, Tag(tag), main, path, links) for start, end, tag, main, path, links in record["blocks"]]
    return Document(**{**record, "format": Format(record["format"]), "blocks": rows})


__all__ = ["UnreadablePageError", "extract", "pack", "read_source", "site_of", "unpack"]
