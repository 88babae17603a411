"""Documents, flags and removals as the JSON objects that are stored and written."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import xxhash

from dedup.data import Document, Flag, Kind, Reason
from dedup.extract import pack, unpack

_KINDS = {str(kind): kind for kind in Kind}  # a look-up takes a tenth of the time of Kind(…)


def flagged_record(document: Document, flags: list[Flag]) -> dict[str, Any]:
    """A document with its flags of chrome, but for its text, which is stored already."""
    rows = [(flag.start, flag.end, flag.kind, flag.why, flag.evidence) for flag in flags]
    return {**pack(document), "flags": rows}


def flagged(record: dict[str, Any], text: str) -> tuple[Document, list[Flag]]:
    """What `flagged_record` made the record of."""
    rows = record.pop("flags")
    flags = [Flag(start, end, Reason.CHROME, _KINDS[kind], why, evidence) for start, end, kind, why, evidence in rows]
    return unpack(record, text), flags


def clean_record(document: Document, text: str) -> dict[str, Any]:
    """A line of `clean`: the text that stays, and what is known of the document."""
    known = {name: getattr(document, name) for name in ("url", "site", "title", "author", "date", "language", "source")}
    metadata = document.metadata | ({"tags": document.tags} if document.tags else {})
    record = {"id": document.id, "text": text, **known, "metadata": metadata}
    return {name: value for name, value in record.items() if value not in (None, {})}


def removed_record(document: Document, flag: Flag) -> dict[str, Any]:
    """A line of `removed.jsonl`: what went, and why."""
    where = {"id": document.id, "start": flag.start, "end": flag.end, "text": document.text[flag.start : flag.end]}
    return where | why_record(flag)


def why_record(flag: Flag) -> dict[str, Any]:
    """What such a line says after the text."""
    record: dict[str, Any] = {"reason": flag.reason, "kind": flag.kind, "why": flag.why}
    record["evidence"] = flag.evidence
    if flag.keeper:
        record |= {"keeper": asdict(flag.keeper), "similarity": flag.similarity}
    return record


def source_record(document: Document) -> dict[str, Any]:
    """A line of `sources.jsonl`: where the document came from, the digest of its source text, and of a page what spoke
    for each block of its article."""
    digest = xxhash.xxh3_128_hexdigest(document.text.encode("utf-8", "surrogatepass"))
    record = {"id": document.id, "place": document.place, "format": document.format, "encoding": document.encoding,
              "exact": document.exact, "characters": len(document.text), "digest": digest}  # fmt: skip
    return record | ({"article": document.proofs} if document.proofs else {})
