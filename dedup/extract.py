"""A source as a document: decoded, cut into blocks, with what it says about itself. Or a failure that says why not."""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING, Any

import orjson

from dedup.config import Config, codec
from dedup.data import Block, Document, Failure, Format, Source
from dedup.html import read_page
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
# WHATWG Encoding Standard, 4.2: what every browser reads a page as that names one of these (by the codec's own name).
_BROWSERS = {
    "iso8859-1": "windows-1252", "ascii": "windows-1252", "iso8859-9": "windows-1254", "iso8859-11": "cp874",
    "tis-620": "cp874", "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932", "euc_kr": "cp949",
    "big5": "big5hkscs",
}  # fmt: skip
_LABELS = {"x-sjis": "shift_jis", "x-gbk": "gbk", "dos-874": "cp874", "windows-874": "cp874", "x-euc-jp": "euc-jp"}
"""Names that browsers know and Python does not."""
_DECLARED = re.compile(rb"""(?:charset\s*=\s*["']?|<\?xml[^>]*encoding\s*=\s*["'])\s*([\w.:-]+)""", re.IGNORECASE)
_BODIES = (("html", Format.HTML), ("markdown", Format.MARKDOWN), ("text", Format.TEXT))
_STATED = ("url", "site", "title", "author", "date", "language")


def extract(text: str, *, format: Format | str | None = None, id: str = "", url: str | None = None) -> Document:  # noqa: A002
    """Extract the article from a page, or cut a Markdown or plain text into blocks.

    Without a `format`, a text that starts with a tag is HTML, everything else text (which Markdown is read as, too).

    Raises:
        ValueError: the page cannot be parsed, or is empty.

    >>> page = "<html><body><nav>Home</nav><article><p>" + "The ferry left at dawn. " * 20 + "</p></article></body>"
    >>> document = extract(page)
    >>> [(block.tag.value, block.main) for block in document.blocks]
    [('paragraph', False), ('paragraph', True)]
    """
    kind = Format(format) if format else (Format.HTML if re.match(r"\s*<[!a-zA-Z]", text) else Format.TEXT)
    return _document(Document(id=id, text=text, format=kind, url=url, place=id), Config())


def read_source(source: Source, config: Config) -> Document | Failure:
    """The document of a source, or why there is none."""
    try:
        if source.format is not None and isinstance(source.content, bytes):
            document = _from_file(source, source.format, source.content, config)
        else:
            document = _from_record(source)
        _check_writable(_document(document, config))
        return document
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
    exact = kind is Format.HTML or text.encode(encoding, "replace") == content
    document = Document(id=source.id, text=text, format=kind, place=source.place, encoding=encoding, exact=exact)
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
    for said in (_declared(declared.group(1)) if declared else None, "utf-8"):
        if said and _decodes(content, said):
            return said, "declared"
    from charset_normalizer import from_bytes

    best = from_bytes(content).best()
    if best is None:
        raise ValueError("its encoding is not declared, not UTF-8, and cannot be told; give it with --encoding")
    return best.encoding, "detected"


def _declared(name: bytes) -> str | None:
    """The encoding that a page says it has, as browsers understand it; None if it cannot have it.

    >>> _declared(b"Latin1"), _declared(b"windows-1251"), _declared(b"utf-16"), _declared(b"undefined")
    ('windows-1252', 'windows-1251', None, None)
    """
    label = name.decode("ascii").lower()
    label = _LABELS.get(label, label)
    found = codec(label)
    # The name was found in ASCII bytes, so that the encoding must be one that holds them: not UTF-16 and not EBCDIC.
    if (
        found is None
        or found.name == "utf-7"
        or not _decodes(name, label)
        or name.decode(label) != name.decode("ascii")
    ):
        return None
    return _BROWSERS.get(found.name, label)


def _check(content: bytes, encoding: str, said: str) -> None:
    try:
        content.decode(encoding)
    except UnicodeDecodeError as error:
        raise ValueError(f"not valid {encoding} (from {said}) at byte {error.start}: {error.reason}") from error
    except UnicodeError as error:
        raise ValueError(f"not valid {encoding} (from {said}): {error}") from error


def _decodes(content: bytes, encoding: str) -> bool:
    try:
        content.decode(encoding)
    except UnicodeError:
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
    )


def _stated(record: Mapping[str, Any], field: str) -> str | None:
    return None if record.get(field) in (None, "") else str(record[field])


def _check_writable(document: Document) -> None:
    """Refuse what JSON cannot hold: lone surrogates, sets, numbers over 64 bits, keys that are no strings.

    Raises:
        ValueError: and where it stands.
    """
    for name, value in pack(document).items():
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
