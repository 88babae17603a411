"""What chrome says about its article, moved into the document's metadata. What is stated already stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dedup.data import Kind

if TYPE_CHECKING:
    from dedup.data import Document
    from dedup.lexicon import Hit

_MATTER = {
    **dict.fromkeys(("title", "subject"), "title"),
    **dict.fromkeys(("author", "authors", "from"), "author"),
    **dict.fromkeys(("tags", "category", "categories", "keywords"), "tags"),
    **dict.fromkeys(("url", "permalink"), "url"),
    **dict.fromkeys(("lang", "language"), "language"),
    "date": "date",
}
_FIELDS = frozenset(("title", "author", "date", "source", "site", "url", "language"))


def state_matter(document: Document, line: str) -> None:
    """Take in a line of front matter (`Title: …`)."""
    name, _, value = line.partition(":")
    state(document, _MATTER.get(name.strip().casefold(), ""), value.strip().strip("\"'"))


def state_groups(document: Document, hit: Hit) -> None:
    """Take in what the named groups of a rule caught. A byline names its publisher, not where it first stood."""
    for name, value in hit.groups.items():
        state(document, "publisher" if name == "source" and hit.rule.kind is Kind.BYLINE else name, value)


def state(document: Document, name: str, value: str) -> None:
    """Set a field of a document that is not set yet; tags are added."""
    if name == "tags":
        new = [tag.strip(" []\"'") for tag in value.split(",")]
        document.tags = list(dict.fromkeys([*document.tags, *(tag for tag in new if tag)]))
    elif name == "publisher":
        document.metadata.setdefault("publisher", value)
    elif name in _FIELDS and value and not getattr(document, name):
        setattr(document, name, value)
