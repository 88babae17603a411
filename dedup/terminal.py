"""What people see of a run: the summary, what would go, what is known of sites, as lines of plain text.

Whatever comes from a document is made harmless first: a terminal must not obey it.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any
from unicodedata import category, east_asian_width

from dedup.signs import harmless
from dedup.write import ATTRIBUTES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from dedup.data import Failure
    from dedup.remote import Remote
    from dedup.result import Result
    from dedup.sites import SiteFile

SHOWN = 5
"""Failures that the summary names; the rest are counted."""
STACKED = 8
"""Code points in a line for each of its columns: marks take no column, and a text may be made of nothing else."""
COMPARED = 10_000
"""Documents whose ids are compared letter by letter with one that is not there: a few milliseconds each hundred."""


def clipped(text: str, width: int) -> str:
    """The text on one line of at most so many columns, with an ellipsis where it was cut."""
    lines = list(wrapped(harmless(text), width - 1))
    return lines[0] + "…" if len(lines) > 1 else "".join(lines)


def wrapped(text: str, width: int) -> Iterator[str]:
    """The text in lines of at most `width` columns, broken at spaces where there are any; CJK takes two columns.

    >>> list(wrapped("the ferry left", 9)), list(wrapped("渡船离开", 5))
    (['the ferry', 'left'], ['渡船', '离开'])
    """
    return (text[start:end] for start, end in breaks(text, width))


def breaks(text: str, width: int) -> Iterator[tuple[int, int]]:
    """Where the lines of `wrapped` start and end."""
    start = used = 0
    space = -1
    for at, char in enumerate(text):
        space = at if char == " " else space
        used += columns(char)
        if used > width or at - start >= STACKED * width:
            end = space if space > start else max(at, start + 1)
            yield start, end
            start = end + (text[end : end + 1] == " ")
            used = columns(text[start : at + 1])
    if text[start:]:
        yield start, len(text)


def columns(text: str) -> int:
    """How many columns of a terminal a text takes."""
    if text.isascii():
        return len(text)
    return sum(0 if category(c) in ("Mn", "Me", "Cf") else 1 + (east_asian_width(c) in "WF") for c in text)


# ── summary ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def summary(result: Result, where: str, failures: int | None = SHOWN) -> Iterator[str]:
    """The summary of a run; `where` is the folder that it was written to, if any."""
    counts = result.summary
    documents, characters = counts["documents"], counts["characters"]
    failed = _many(documents["failed"], "input")
    yield f"{_many(documents['in'], 'document')} in, {documents['out']:,} out, {failed} failed"
    share = 100 * characters["out"] / max(1, characters["in"])
    yield f"{characters['in']:,} characters in, {characters['out']:,} out ({share:.1f} %)"
    yield from _table(counts["removed"], characters["in"])
    yield from _failed(result.failures, failures)
    if where:
        yield ""
        only_attributes = result.summary["output"] == ATTRIBUTES
        what, went = ("attributes", "would go") if only_attributes else ("documents", "went")
        yield f"{_documents_of(result)} holds the {what}, {where}/removed.jsonl what {went} and why."
        if result.manifest["config"].get("report"):
            yield f"{where}/report.html shows what happened; to go through it and decide: dedup review {where}"
        if not only_attributes:
            yield f"To look at one: dedup explain {where} ID"


def _table(removed: dict[str, dict[str, dict[str, int]]], total: int) -> Iterator[str]:
    rows = [(why, kind, n["spans"], n["characters"]) for why, kinds in removed.items() for kind, n in kinds.items()]
    yield ""
    if not rows:
        yield "Nothing was removed."
        return
    yield f"{'removed':<10} {'kind':<15} {'spans':>9} {'characters':>13} {'share':>7}"
    rows.append(("all", "", sum(row[2] for row in rows), sum(row[3] for row in rows)))
    for reason, kind, spans, characters in rows:
        yield f"{reason:<10} {kind:<15} {spans:>9,} {characters:>13,} {100 * characters / max(1, total):>5.1f} %"


def _failed(failures: list[Failure], most: int | None) -> Iterator[str]:
    if failures:
        yield ""
        yield "Could not be used:"
        yield from (f"  {harmless(failure.id)}: {harmless(failure.why)}" for failure in failures[:most])
        if failures[most:] and most is not None:
            yield f"  and {len(failures) - most:,} more"


def _many(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _documents_of(result: Result) -> Path | Remote:
    return result.folder / str(result.summary["output"])


# ── documents ───────────────────────────────────────────────────────────────────────────────────────────────────────


def unknown(result: Result, id_: str) -> str:
    """What to say if no document has this id, with the ids that are like it; nothing if one has it."""
    from difflib import get_close_matches

    near: list[str] = []
    for source in result.sources():
        if source["id"] == id_:
            return ""
        if id_ in source["id"] and len(near) < 3:
            near.append(source["id"])
    near = near or get_close_matches(id_, (each["id"] for each in islice(result.sources(), COMPARED)), cutoff=0.5)
    hint = f" Do you mean {' or '.join(map(harmless, near))}?" if near else ""
    return f"{result.folder} has no document {id_!r}.{hint}"


def going(records: Iterable[dict[str, Any]]) -> Iterator[str]:
    """A line for each span that is taken out: document, span, kind, and its first 60 characters."""
    for record in records:
        text = harmless(record["text"][:200])[:60]
        yield f"{harmless(record['id'])} {record['start']}-{record['end']} {record['kind']} {text}"


# ── sites ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def taught(known: SiteFile, name: str, width: int, most: int | None) -> Iterator[str]:
    """What is known of a site: its places from article to chrome, and its repeated texts, at most so many of each."""
    places, texts = known.places[name], known.texts[name]
    yield f"{harmless(name)}: {_many(known.articles[name], 'article')}, {_many(len(places), 'place')}, " + (
        f"{_many(len(texts), 'repeated text')}"
    )
    yield ""
    yield "is        odds  pages  place"
    for place in sorted(places, key=lambda each: (-each.odds, each.path, each.tag))[:most]:
        linked = ", links" if place.linked else ""
        head = f"{place.kind:8} {place.odds:+5.1f} {place.pages:6}  "
        yield head + clipped(f"{place.path} ({place.tag}{linked})", width - len(head))
        if place.example:
            yield " " * len(head) + clipped(place.example, width - len(head))
    yield from _more(len(places), most)
    yield ""
    yield "articles  text"
    for text in texts[:most]:
        yield f"{text.articles:8}  " + clipped(text.text, width - 10)
    yield from _more(len(texts), most)


def _more(count: int, most: int | None) -> Iterator[str]:
    if most is not None and count > most:
        yield f"... and {count - most:,} more: --all shows them"
