"""Documents, flags and removals as the JSON objects that are stored and written."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import orjson
import xxhash

from dedup.data import Document, Flag, Format, Kind, Reason

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_APART = ("text", "blocks", "html", "content", "line", "written")
_KNOWN = ("url", "site", "title", "author", "date", "language", "source")
WRITTEN = ("id", "text", *_KNOWN, "metadata")
"""What is written of an article that is a file, in this order."""
ADDED = (*_KNOWN, "tags", "metadata", "dedup")
"""What a clean document may have that its record does not state."""
_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[][{},:]')
"""What tells where the values of a line of JSON begin and end, given that it is JSON."""
_KINDS = {str(kind): kind for kind in Kind}  # a look-up takes a tenth of the time of Kind(…)


def pack(document: Document) -> dict[str, Any]:
    """A document as a mapping that JSON can hold: without what is kept as columns."""
    return {name: getattr(document, name) for name in Document.__slots__ if name not in _APART}


def unpack(record: Mapping[str, Any], text: str) -> Document:
    """The document that `pack` made the mapping of, without blocks."""
    return Document(**{**record, "text": text, "format": Format(record["format"])})


def flagged_record(document: Document, flags: list[Flag]) -> dict[str, Any]:
    """A document with its flags of chrome, but for its text, which is stored already."""
    rows = [(flag.start, flag.end, flag.kind, flag.why, flag.evidence) for flag in flags]
    return {**pack(document), "flags": rows}


def flags_of(rows: list[Any]) -> list[Flag]:
    """The flags that a record of `flagged_record` has."""
    return [Flag(start, end, Reason.CHROME, _KINDS[kind], why, evidence) for start, end, kind, why, evidence in rows]


def clean_record(known: dict[str, Any], text: str) -> dict[str, Any]:
    """A line of `clean`: the text that stays, and what is known of the document, as `pack` has it."""
    record = {"id": known["id"], "text": text}
    for name in _KNOWN:
        if known[name] not in (None, {}):
            record[name] = known[name]
    metadata = known["metadata"] | {"tags": known["tags"]} if known["tags"] else known["metadata"]
    record |= {"metadata": metadata} if metadata else {}
    return record | {"dedup": known["dedup"]} if "dedup" in known else record


def provenance(flag: Flag) -> dict[str, Any]:
    """A span that a document lost, as its field `dedup` has it: the same fields always, for a column to hold."""
    keeper = flag.keeper.id if flag.keeper else None
    return {"start": flag.start, "end": flag.end, "reason": flag.reason, "kind": flag.kind, "keeper": keeper,
            "similarity": flag.similarity}  # fmt: skip


def clean_line(known: dict[str, Any], text: str, came: bytes, *, verbatim: bool) -> bytes:
    """The line of a record, as JSON, with the text that stays, and what is known of it beside that it states itself;
    where lines are `verbatim`, nothing is added to texts."""
    more = _more(known, verbatim=verbatim)
    line = with_text(came, text, known["body"])
    if not more:
        return line
    if "dedup" in more and "dedup" in known["stated"]:  # it came out of a run before
        return orjson.dumps(orjson.loads(line) | more, option=orjson.OPT_APPEND_NEWLINE)
    return line[:-2] + b"," + orjson.dumps(more, option=orjson.OPT_APPEND_NEWLINE)[1:]


def row_line(known: dict[str, Any], text: str | None, *, verbatim: bool) -> bytes:
    """What is put into a row of a table, as a JSON array, which no record is: the number of its file, its own, its id,
    the text that stays (null: all of it), and what is known of it beside."""
    return kept_row(known["row"], known["id"], text, _more(known, verbatim=verbatim))


def kept_row(row: Sequence[int], id_: str, text: str | None, more: Mapping[str, Any] = MappingProxyType({})) -> bytes:
    """The same, given all of it."""
    return orjson.dumps([*row, id_, text, dict(more)], option=orjson.OPT_APPEND_NEWLINE)


def _more(known: dict[str, Any], *, verbatim: bool) -> dict[str, Any]:
    more = {} if verbatim and known["format"] == Format.TEXT else _added(known)
    return more | {"dedup": known["dedup"]} if "dedup" in known else more


def _added(known: dict[str, Any]) -> dict[str, Any]:
    """What is known of a record that it does not state itself."""
    own, learnt = known["stated"], known["metadata"]
    if known["tags"] and "tags" not in own:
        learnt = learnt | {"tags": known["tags"]}
    more = {name: known[name] for name in _KNOWN if known[name] is not None and name not in own}
    if "metadata" not in own:
        return more | {"metadata": learnt} if learnt else more
    return more | {name: value for name, value in learnt.items() if name not in own}


def with_text(came: bytes, text: str, name: str = "text") -> bytes:
    """The line of a record, as JSON, with another value of a field, which is a string.

    >>> with_text(b'{"id": 5, "text" : "The mill. The ferry."}', "The mill.")
    b'{"id": 5, "text" : "The mill."}'
    """
    depth, key, is_key, found = 0, b"", False, (0, 0)
    wanted = orjson.dumps(name)
    for match in _TOKEN.finditer(came):
        token = match.group()
        if token in (b"{", b"[", b"]", b"}"):
            depth += 1 if token in b"{[" else -1
            is_key = depth == 1
        elif token in (b",", b":"):
            is_key = token == b","
        elif depth == 1 and is_key:
            key = token
        elif depth == 1 and (key == wanted or (b"\\" in key and orjson.loads(key) == name)):
            found = match.span()  # of several the last one counts
    return came[: found[0]] + orjson.dumps(text) + came[found[1] :]


def removed_record(id_: str, text: str, flag: Flag) -> dict[str, Any]:
    """A line of `removed.jsonl`: what went of a document, and why."""
    return {"id": id_, "start": flag.start, "end": flag.end, "text": text[flag.start : flag.end]} | why_record(flag)


def why_record(flag: Flag) -> dict[str, Any]:
    """What such a line says after the text."""
    record: dict[str, Any] = {"reason": flag.reason, "kind": flag.kind, "why": flag.why}
    record["evidence"] = flag.evidence
    if flag.keeper:
        id_, start, end = flag.keeper.id, flag.keeper.start, flag.keeper.end
        keeper: dict[str, Any] = {"id": id_, "start": start, "end": end}
        if flag.keeper.index:
            keeper["index"] = flag.keeper.index
        record |= {"keeper": keeper, "similarity": flag.similarity}
    return record


def source_record(known: dict[str, Any], content: bytes | memoryview, characters: int) -> dict[str, Any]:
    """A line of `sources.jsonl`: where the document came from, the digest of its source text in UTF-8, its site and its
    date where they are known, and of a page what spoke for each block of its article. `known` is as `pack` has it, with
    the date as `iso_date` has it."""
    digest = xxhash.xxh3_128_hexdigest(content)
    record = {"id": known["id"], "place": known["place"], "format": known["format"], "encoding": known["encoding"],
              "exact": known["exact"], "characters": characters, "digest": digest}  # fmt: skip
    more = {"site": known["site"], "date": known["date"], "article": known["proofs"]}
    return record | {name: value for name, value in more.items() if value}
