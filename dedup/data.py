"""The nouns: every value that flows through a run, and nothing that acts on them.

All offsets are code points in the *source text* of a document, half open.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


class Reason(StrEnum):
    """Why something leaves a document."""

    CHROME = "chrome"
    DUPLICATE = "duplicate"


class Kind(StrEnum):
    """What exactly leaves: a kind of chrome, or a kind of duplicate."""

    NAVIGATION = "navigation"
    HEADER = "header"
    FOOTER = "footer"
    DISCLAIMER = "disclaimer"
    COPYRIGHT = "copyright"
    MEMBERSHIP = "membership"
    NEWSLETTER = "newsletter"
    AUTHOR_BIO = "author_bio"
    CONTACT = "contact"
    SHARE = "share"
    COMMENTS = "comments"
    RELATED = "related"
    ADVERTISEMENT = "advertisement"
    CAPTION = "caption"
    BYLINE = "byline"
    BOILERPLATE = "boilerplate"  # repeated, of no known kind
    HEADING = "heading"  # unwanted by the settings, as are tables
    TABLE = "table"
    PASSAGE = "passage"
    DOCUMENT = "document"  # all that is left of the document is a copy


CHROME_KINDS = tuple(kind for kind in Kind if kind not in (Kind.HEADING, Kind.TABLE, Kind.PASSAGE, Kind.DOCUMENT))


class Format(StrEnum):
    """How the source text of a document is marked up."""

    HTML = "html"
    MARKDOWN = "markdown"
    TEXT = "text"


class Tag(StrEnum):
    """What a block is, as its format says."""

    PARAGRAPH = "paragraph"
    HEADING = "heading"
    ITEM = "item"
    QUOTE = "quote"
    ROW = "row"
    CAPTION = "caption"
    CODE = "code"
    RULE = "rule"
    MATTER = "matter"  # a line of front matter: `Title: …`


@dataclass(frozen=True, slots=True)
class Source:
    """A document as it was found: where, what, and its undecoded content.

    `content` is the bytes of a file, the bytes of one JSONL line, or a mapping given through the API.
    """

    place: str
    """Where it stands, for messages: `path` or `path:line`."""
    id: str
    """The id it has if it does not bring one."""
    format: Format | None
    """The format of a file; None for a record, whose field names it."""
    content: bytes | dict[str, Any]
    origin: tuple[Path, int] | None = field(default=None, compare=False, repr=False)
    """The file that `content` can be read from again, and from which byte on."""
    row: tuple[int, int] | None = None
    """Of a row of a table: the number of its file among the inputs, and its own, from 0."""
    said: dict[str, Any] = field(default_factory=dict)
    """What else is known of a file out of an archive: its `url`, the `encoding` a server named, and `metadata`."""


@dataclass(frozen=True, slots=True)
class Failure:
    """An input that could not be used: where it stands, and why."""

    id: str
    why: str


class Block(NamedTuple):
    """A paragraph, heading, list item, table row or caption, as the format gives it. A tuple: a page has hundreds."""

    start: int
    end: int
    tag: Tag
    main: bool = True
    """The extractor's verdict: part of the article (always true for text and Markdown)."""
    path: str = ""
    """For HTML: the tags and classes around it, outermost first (`body/div.main/p`)."""
    links: float = 0.0
    """The share of its characters that stand inside links."""


@dataclass(slots=True)
class Document:
    """An article with its source text, cut into blocks, and what is known about it."""

    id: str
    text: str
    """The source text: the decoded file, the record's text, or all visible text of a page."""
    format: Format
    blocks: Sequence[Block] = ()
    place: str = ""
    encoding: str | None = None
    """The encoding of the file it came from; None for a record."""
    exact: bool = True
    """Whether the text in that encoding is the file again, byte for byte: not where it can be written in two ways."""
    url: str | None = None
    site: str | None = None
    title: str | None = None
    author: str | None = None
    date: str | None = None
    """ISO 8601, as precise as the source: `2024`, `2024-03-01`, `2024-03-01T12:00:00Z`."""
    language: str | None = None
    source: str | None = None
    """Where the article says that it first appeared."""
    tags: list[str] = field(default_factory=list)
    html: bytes = b""
    """Of a page, until it is judged: its source as UTF-8 without scripts, of which `text` is what is seen."""
    content: int = 0
    """Of a page, until it is judged: the XXH3 of its source, scripts and all."""
    says: int = 0
    """Of a page: 1 where it says that it is an article, -1 that it is something else, 0 where it says nothing."""
    proofs: list[Any] = field(default_factory=list)
    """Of a page: where each block of its article starts, and what was known of it."""
    metadata: dict[str, Any] = field(default_factory=dict)
    line: bytes = b""
    """Of a record: the line of JSON that it is, its text in the field that is written."""
    row: tuple[int, int] | None = None
    """Of a row of a table: see `Source.row`."""
    body: str = "text"
    """The field that its text is written to."""
    stated: Sequence[str] = ()
    """Of a record: what it states itself (`url`, `date`, ...), which is written as it came."""
    written: Any = None
    """Of a page that is written as Markdown, until it is cut: its `dedup.written.Written`."""


@dataclass(frozen=True, slots=True)
class Keeper:
    """The passage that stays in place of one that goes."""

    id: str
    start: int
    end: int
    index: str = ""
    """The index that its document is in, where it is none of the run's own."""


@dataclass(slots=True)  # not frozen: a page has dozens, and to make a frozen one takes three times as long
class Flag:
    """A span of a document that is to go, and why. Nothing is cut without one."""

    start: int
    end: int
    reason: Reason
    kind: Kind
    why: str
    evidence: dict[str, Any] = field(default_factory=dict)
    keeper: Keeper | None = None
    similarity: float | None = None


class Match(NamedTuple):
    """Two texts that have a passage in common, each by its number, with the span of code points of the passage.

    Of n and k words of which m agree in the same order, `similarity` is 2·m / (n + k) and `containment` m / n, the
    share of the document's words that the keeper has. `jaccard` is the share that the two spans have in common of all
    their shingles (five words each, if not set otherwise), each counted once.
    """

    document: int
    start: int
    end: int
    keeper: int
    keeper_start: int
    keeper_end: int
    similarity: float
    containment: float
    jaccard: float
