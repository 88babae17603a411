"""A source as a document: decoded, cut into blocks, with what it says about itself. Or a failure that says why not."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson
import xxhash

from dedup.config import Config
from dedup.data import Document, Failure, Format, Source
from dedup.decode import encoding_of
from dedup.domains import site_of
from dedup.features import Blocks
from dedup.html import read_page, utf8
from dedup.judge import Judgement, decided, judge
from dedup.markup import blocks as markup_blocks
from dedup.records import pack
from dedup.spans import Spans
from dedup.table import Table

if TYPE_CHECKING:
    from collections.abc import Mapping

_BODIES = (("html", Format.HTML), ("markdown", Format.MARKDOWN), ("text", Format.TEXT))
_JSON_SPACE = b" \t\r\n"
_STATED = ("url", "site", "title", "author", "date", "language")


def extract(
    text: str,
    *,
    format: Format | str | None = None,  # noqa: A002
    id: str = "",  # noqa: A002
    url: str | None = None,
    markup: str = "plain",
) -> Document:
    """Extract the article from a page, or cut a Markdown or plain text into blocks.

    Without a `format`, a text that starts with a tag is HTML, everything else text (which Markdown is read as, too).
    With `markup = "markdown"` the text of a page is Markdown: the same blocks with their marks.

    Raises:
        ValueError: the page cannot be parsed, or is empty.

    >>> page = "<html><body><nav>Home</nav><article><p>" + "The ferry left at dawn. " * 20 + "</p></article></body>"
    >>> document = extract(page)
    >>> [(block.tag.value, block.main) for block in document.blocks]
    [('paragraph', False), ('paragraph', True)]
    """
    kind = Format(format) if format else (Format.HTML if re.match(r"\s*<[!a-zA-Z]", text) else Format.TEXT)
    document = _document(Document(id=id, text=text, format=kind, url=url, place=id), Config(markup=markup))
    if kind is Format.HTML:
        own = judge_page(document)
        main = decided(own.odds.astype("int64"), own.kept, document.says)
        document.blocks = Table.of(document.blocks).with_main(main)
        document.html, document.content = b"", 0
        if document.written:
            document.text, document.blocks = document.written.text, document.written.table(document.blocks)
            document.written = None
    return document


def judge_page(document: Document) -> Judgement:
    """What a page alone says of the blocks that it was cut into."""
    return judge(document.html, page_of(document), document.title or "", document.says)


def page_of(document: Document) -> Blocks:
    """The blocks of a page as they are looked at."""
    table = Table.of(document.blocks)
    return Blocks.of(Spans([document.text], np.zeros(len(table), np.int64), table.starts, table.ends), table)


def read_source(source: Source, config: Config) -> Document | Failure:
    """The document of a source, or why there is none."""
    try:
        if source.format is not None and isinstance(source.content, bytes):
            document = _from_file(source, source.format, source.content, config)
            _with_said(document, source.said)
        else:
            document = _from_record(source)
        _check_writable(_document(document, config))
        return document
    except (ValueError, LookupError) as error:
        return Failure(source.place, str(error))


def _document(document: Document, config: Config) -> Document:
    if not document.text.lstrip("\ufeff \t\r\n\v\f"):  # `strip` copies a page that ends with a line break
        raise ValueError("empty: there is no text in it")
    if document.format is Format.HTML:
        read_html(document, config.markup)
    else:
        document.blocks = markup_blocks(document.text)
    if not document.blocks:
        raise ValueError("empty: there is no visible text in it")
    document.site = document.site or site_of(document.url) or config.site or None
    return document


def read_html(document: Document, markup: str = "plain") -> None:
    """Make of a document whose text is a page's HTML one whose text is what is seen of the page, and which knows how it
    is written.

    Raises:
        UnreadablePageError: the page cannot be read whole.
    """
    whole = utf8(document.text)
    page = read_page(whole, document.url, markup)
    said = page.metadata
    document.html, document.content = page.html, xxhash.xxh3_64_intdigest(whole)
    document.text, document.blocks, document.written = page.text, page.blocks, page.written
    for name in ("title", "author", "date", "url", "language"):
        if getattr(document, name) is None and said.get(name):
            setattr(document, name, str(said[name]))
    document.tags = document.tags or list(said.get("tags", ()))
    document.says = int(said.get("says", 0))
    if said.get("sitename"):
        document.metadata.setdefault("publisher", said["sitename"])


def _from_file(source: Source, kind: Format, content: bytes, config: Config) -> Document:
    if not content:
        raise ValueError("empty file")
    encoding, how = encoding_of(content, kind, config, source.said.get("encoding", ""))
    text = content.decode(encoding)
    if "\x00" in text and kind is not Format.HTML:
        raise ValueError(f"holds NUL characters (read as {encoding}): not a text file")
    if kind is not Format.HTML:  # of pages they are replaced
        _check_characters(text, f"its text (read as {encoding})")
    exact = kind is Format.HTML or text.encode(encoding, "replace") == content
    document = Document(id=source.id, text=text, format=kind, place=source.place, encoding=encoding, exact=exact)
    if how == "detected":
        document.metadata["encoding"] = f"{encoding} ({how})"
    return document


def _with_said(document: Document, said: Mapping[str, Any]) -> None:
    """What an archive says of a file in it. Its text is no file of its own, to be restored as one."""
    if said:
        document.url, document.encoding, document.exact = said.get("url"), None, True
        document.metadata |= said.get("metadata", {})


def _from_record(source: Source) -> Document:
    record = source.content if isinstance(source.content, dict) else _parsed(source.content)
    bodies = [(name, kind) for name, kind in _BODIES if record.get(name) is not None]
    if not bodies:
        raise ValueError("has no text: none of the fields text, html, markdown")
    name, kind = bodies[0]
    text = record[name]
    if not isinstance(text, str):
        raise ValueError(f"its {name} is not a string but {type(text).__name__}")
    if isinstance(source.content, dict):  # JSON holds none
        _check_characters(text, f"its {name}")
    url, site, title, author, date, language = (_stated(record, field) for field in _STATED)
    metadata = record.get("metadata")
    tags = record.get("tags") if isinstance(record.get("tags"), list) else None
    taken = {*_STATED, "id", "metadata", name} | ({"tags"} if tags is not None else set())
    extra = {key: value for key, value in record.items() if key not in taken}
    known = dict(metadata) if isinstance(metadata, dict) else ({} if metadata is None else {"metadata": metadata})
    return Document(
        id=_stated(record, "id") or source.id,
        text=text,
        format=kind,
        place=source.place,
        url=url,
        site=site,
        title=title,
        author=author,
        date=date,
        language=language,
        tags=[str(tag) for tag in tags or ()],
        metadata=extra | known,
        line=_line(source) if name == "text" else b"",
    )


def _line(source: Source) -> bytes:
    """The record of a source as a line of JSON, with an id if it has none; nothing where it names none, but has one."""
    record = orjson.dumps(source.content) if isinstance(source.content, dict) else source.content.strip(_JSON_SPACE)
    known = _parsed(record)
    if _stated(known, "id"):
        return record + b"\n"
    more = b'{"id":' + orjson.dumps(source.id) + b"," + record[1:].lstrip(_JSON_SPACE) + b"\n"
    return b"" if "id" in known else more


def _check_characters(text: str, what: str) -> None:
    """Refuse lone surrogates, which UTF-7 and the callers of the API may have."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ValueError(f"{what} holds a lone surrogate at character {error.start}, which is no character") from error


def _stated(record: Mapping[str, Any], field: str) -> str | None:
    return None if record.get(field) in (None, "") else str(record[field])


def _check_writable(document: Document) -> None:
    """Refuse what JSON cannot hold: lone surrogates, sets, numbers over 64 bits, keys that are no strings.

    Raises:
        ValueError: and where it stands.
    """
    said = pack(document)  # without its text, which was decoded, or looked at already
    try:
        orjson.dumps(said)
    except TypeError:
        for name, value in said.items():
            try:
                orjson.dumps([value])
            except TypeError as error:
                raise ValueError(f"its {name} cannot be written as JSON: {error}") from error


def _parsed(line: bytes) -> Mapping[str, Any]:
    try:
        record = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise ValueError(f"not JSON: {error}") from error
    if not isinstance(record, dict):
        raise ValueError(f"not a JSON object but {type(record).__name__}")
    return record
