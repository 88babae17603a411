"""The fields of records: what each is called in the data sets that people have, and which of them a record states.

Read are our own names first (those that datatrove and Hugging Face use), then those of FineWeb, dolma, C4, RedPajama,
OSCAR and Common Crawl. A name with a dot that no field has is one of a field within a field.
"""

from __future__ import annotations

from collections import Counter
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from dedup.data import Format

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from dedup.config import Config

NAMES = {
    "id": ("id", "doc_id", "warc_record_id", "warc_headers.warc-record-id", "WARC-Record-ID"),
    "url": ("url", "metadata.url", "meta.url", "warc_headers.warc-target-uri", "WARC-Target-URI"),
    "site": ("site",),
    "title": ("title", "metadata.title"),
    "author": ("author", "metadata.author"),
    "date": ("date", "created", "timestamp", "date_download", "metadata.date", "metadata.created", "meta.timestamp",
             "warc_headers.warc-date", "WARC-Date"),
    "language": ("language", "metadata.language", "meta.language"),
    "tags": ("tags",),
}  # fmt: skip
"""What is looked for, in this order, where a setting (`id_field`, ...) names nothing else."""
BODIES = {
    "html": (("html", "raw_html"), Format.HTML),
    "markdown": (("markdown",), Format.MARKDOWN),
    "text": (("text", "content", "raw_content"), Format.TEXT),
}
"""The same of the text of a record, and how it is marked up."""


NAMED = 100
"""Names that a message lists, and characters that it shows of each."""


class Body(NamedTuple):
    """The text of a record: the field that it stands in, its value, and how it is marked up."""

    name: str
    value: Any
    format: Format


class Fields:
    """Which fields of records are read, as the settings have it."""

    def __init__(self, config: Config) -> None:
        own = {role: getattr(config, f"{role}_field", "") for role in (*NAMES, "text")}
        self.names = {role: (own[role],) if own[role] else names for role, names in NAMES.items()}
        self.id = own["id"] or "id"
        """The field that an id is put in where there is none."""
        self.bodies = tuple((names, kind) for names, kind in BODIES.values())
        if own["text"]:
            html = own["text"] in BODIES["html"][0]
            self.bodies = (((own["text"],), Format.HTML if html else Format.TEXT),)

    def body(self, record: Mapping[str, Any]) -> Body | None:
        """The text of a record; None if it has none."""
        for names, kind in self.bodies:
            for name in names:
                if record.get(name) is not None:
                    return Body(name, record[name], kind)
        return None

    def stated(self, record: Mapping[str, Any], role: str) -> Any:
        """What a record says of an id, URL, date and so on: the first field that is there and not empty."""
        return next((value for _, value in self._found(record, role)), None)

    def name_of(self, record: Mapping[str, Any], role: str) -> str:
        """The field in which it says so; empty if it does not."""
        return next((name for name, _ in self._found(record, role)), "")

    def _found(self, record: Mapping[str, Any], role: str) -> Iterator[tuple[str, Any]]:
        for name in self.names[role]:
            value = record[name] if name in record else within(record, name) if "." in name else None
            if value is not None and value != "":
                yield name, value


@cache
def fields_of(config: Config) -> Fields:
    """The same `Fields` for every record."""
    return Fields(config)


def no_text(config: Config, names: Iterable[str]) -> str:
    """What is wrong with columns of these names, none of which holds texts."""
    if config.text_field:
        return f"has no column {config.text_field!r}, which --text-field names: its columns are {listed(names)}"
    return f"has no text: its columns are {listed(names)}; --text-field names another"


def within(record: Mapping[str, Any], name: str) -> Any:
    """The value of a field, or of one within a field; None if there is none.

    >>> within({"metadata": {"url": "a"}, "a.b": 1}, "metadata.url"), within({"a.b": 1}, "a.b"), within({"a": 1}, "a.b")
    ('a', 1, None)
    """
    if name in record or "." not in name:
        return record.get(name)
    outer, _, rest = name.partition(".")
    inner = record.get(outer)
    return within(inner, rest) if isinstance(inner, dict) else None


def plain(value: Any) -> Any:
    """What JSON has no type for: times as ISO 8601, bytes as Base64, and all else as a text."""
    if isinstance(value, bytes):
        from base64 import b64encode

        return b64encode(value).decode()
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def listed(names: Iterable[str]) -> str:
    """Names of columns for messages: of many the first, and of long ones the beginning.

    >>> listed(["id;text"])
    "'id;text'"
    """
    first = [*islice(names, NAMED + 1)]
    said = ", ".join(repr(each[:NAMED]) + "…" * (len(each) > NAMED) for each in first[:NAMED])
    return said + ", …" * (len(first) > NAMED)


def again(names: Iterable[str]) -> str | None:
    """The first, as they are sorted, of names that are there more than once; None if there is none."""
    return min((name for name, count in Counter(names).items() if count > 1), default=None)


def is_larger(text: str, most: int) -> bool:
    """Whether a text is of more bytes than it may be."""
    return len(text) > most or (len(text) * 4 > most and len(text.encode("utf-8", "surrogatepass")) > most)
