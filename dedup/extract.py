"""A source as a document: decoded, cut into blocks, with what it says about itself. Or a failure that says why not."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, overload

import numpy as np
import orjson
import xxhash

from dedup.config import Config
from dedup.data import Document, Failure, Format, Source
from dedup.decode import encoding_of
from dedup.domains import site_of
from dedup.features import Blocks
from dedup.fields import fields_of
from dedup.html import read_page, utf8
from dedup.html_walk import SEPARATOR
from dedup.judge import Judgement, decided, judge
from dedup.markup import blocks as markup_blocks
from dedup.records import ADDED, pack
from dedup.spans import Spans
from dedup.table import Table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dedup.fields import Body, Fields
    from dedup.frames import Frame
    from dedup.streams import Extracted

_JSON_SPACE = b" \t\r\n"
STATED = ("id", "url", "site", "title", "author", "date", "language")


@overload
def extract(
    text: str, *, format: Format | str | None = None, id: str = "", url: str | None = None, markup: str = "plain"
) -> Document: ...
@overload
def extract(text: Frame, *, format: Format | str | None = None) -> Extracted: ...


def extract(
    text: str | Frame,
    *,
    format: Format | str | None = None,  # noqa: A002
    id: str = "",  # noqa: A002
    url: str | None = None,
    markup: str = "plain",
) -> Document | Extracted:
    """Extract the article from a page, or cut a Markdown or plain text into blocks.

    Without a `format`, a text that starts with a tag is HTML, everything else text (which Markdown is read as, too).
    With `markup = "markdown"` the text of a page is Markdown: the same blocks with their marks.

    Of a data frame (pandas, Polars, Arrow, DuckDB, Hugging Face) the articles of all rows, as what gives an Arrow
    stream of these rows and a column `text`, which is null where nothing can be extracted: `polars.DataFrame(
    extract(frame))`. The pages stand in a column `html`; with `format="html"` in `text`.

    Raises:
        ValueError: the page cannot be parsed, or is empty.
        InputError: the frame has no such column (raised when the rows are asked for).

    >>> page = "<html><body><nav>Home</nav><article><p>" + "The ferry left at dawn. " * 20 + "</p></article></body>"
    >>> document = extract(page)
    >>> [(block.tag.value, block.main) for block in document.blocks]
    [('paragraph', False), ('paragraph', True)]
    """
    if not isinstance(text, str):
        from dedup.streams import Extracted  # with pyarrow: .1 s

        return Extracted(text, Format(format) if format else None, _article)
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


def _article(page: str) -> str | None:
    """The article of a page; None if there is none."""
    try:
        document = extract(page, format=Format.HTML)
    except ValueError:
        return None
    return SEPARATOR.join(document.text[block.start : block.end] for block in document.blocks if block.main) or None


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
            document = _from_record(source, config)
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
    if not document.site and (of_url := site_of(document.url)):
        document.site = of_url
        if "url" in document.stated:  # then it says so already
            document.stated = [*document.stated, "site"]
    document.site = document.site or config.site or None
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


def _from_record(source: Source, config: Config) -> Document:
    record = source.content if isinstance(source.content, dict) else _parsed(source.content)
    fields = fields_of(config)
    body = fields.body(record)
    if body is None:
        asked = config.text_field or "text, html, markdown"
        raise ValueError(f"has no text: none of the fields {asked}; --text-field names another")
    if not isinstance(body.value, str):
        raise ValueError(f"its {body.name} is not a string but {type(body.value).__name__}")
    if isinstance(source.content, dict):  # JSON holds none
        _check_characters(body.value, f"its {body.name}")
    stated = {role: value for role in (*STATED, "tags") if (value := fields.stated(record, role)) is not None}
    tags = stated.pop("tags", None)
    own = list(dict.fromkeys([*stated, *(name for name in ADDED if name in record)]))
    id_ = str(stated.pop("id", source.id))
    said: dict[str, Any] = {role: str(value) for role, value in stated.items()}
    return Document(
        id=id_,
        text=body.value,
        format=body.format,
        place=source.place,
        **said,
        tags=[str(tag) for tag in tags] if isinstance(tags, list) else [],
        row=source.row,
        line=b"" if source.row else _line(source, record, body, fields),
        body=body.name if body.format is Format.TEXT else "text",
        stated=own,
    )


def _line(source: Source, record: Mapping[str, Any], body: Body, fields: Fields) -> bytes:
    """The record of a source as a line of JSON: as it came, if its text is where it will be and it has an id. What is
    marked up is replaced by an empty `text`; an id that is missing is put in front, one that is empty is filled."""
    if body.format is Format.TEXT:
        line = orjson.dumps(record) if isinstance(source.content, dict) else source.content.strip(_JSON_SPACE)
        if fields.name_of(record, "id"):
            return line + b"\n"
        if fields.id not in record:
            named = orjson.dumps({fields.id: source.id})
            return named[:-1] + b"," + line[1:].lstrip(_JSON_SPACE) + b"\n"
    written = dict(record)
    if body.format is not Format.TEXT:
        written = {"text" if name == body.name else name: value for name, value in record.items()} | {"text": ""}
    if not fields.name_of(record, "id"):
        written = {fields.id: source.id} | written | {fields.id: source.id}
    try:
        return orjson.dumps(written, option=orjson.OPT_APPEND_NEWLINE)
    except TypeError as error:  # it writes less depth than it reads
        raise ValueError(f"cannot be written as JSON: {error}") from error


def _check_characters(text: str, what: str) -> None:
    """Refuse lone surrogates, which UTF-7 and the callers of the API may have."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ValueError(f"{what} holds a lone surrogate at character {error.start}, which is no character") from error


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
