"""The fields of the files that a run writes. `tests/test_docs.py` holds this table against what is written."""

from __future__ import annotations

from typing import NamedTuple

from docs.generate.markdown import code, table


class Name(NamedTuple):
    """A field of a record: its name, its type in JSON, what it says. `always`: every record has it."""

    name: str
    type: str
    what: str
    always: bool = True


FILES: dict[str, list[Name]] = {
    "clean.jsonl": [
        Name("id", "text", "The id of the document."),
        Name("text", "text", "What is left of its source text."),
        Name("url", "text", "Its URL.", False),
        Name(
            "site",
            "text",
            "Its site: what the record says, else the registrable domain of the URL, else `--site`.",
            False,
        ),
        Name("title", "text", "Its headline.", False),
        Name("author", "text", "Its author, as the page or its chrome says.", False),
        Name(
            "date", "text", "ISO 8601, as precise as the source: `2024`, `2024-03-01`, `2024-03-01T12:00:00Z`.", False
        ),
        Name("language", "text", "A code of two letters, where the document states it.", False),
        Name("source", "text", "Where the article says that it first appeared.", False),
        Name(
            "metadata",
            "object",
            "What else is known: `tags`, `encoding`, `warc_date`, further fields of a page.",
            False,
        ),
        Name("dedup", "object", "With `--provenance`: `removed`, the spans that it lost.", False),
    ],
    "removed.jsonl": [
        Name("id", "text", "The document that it left."),
        Name("start", "number", "Where it began in the source text, in code points."),
        Name("end", "number", "Where it ended; half open."),
        Name("text", "text", "What went, with the white space that went with it."),
        Name("reason", "text", "`chrome` or `duplicate`."),
        Name("kind", "text", "One of the [kinds](kinds.md)."),
        Name("why", "text", "A sentence."),
        Name(
            "evidence",
            "object",
            "What spoke for it: `rule`, `odds`, ...; of a duplicate `words`, `containment`, `jaccard`.",
        ),
        Name(
            "keeper",
            "object",
            "Of a duplicate, the passage that stays: `id`, `start`, `end`; `index` where it is one of an index.",
            False,
        ),
        Name(
            "similarity",
            "number",
            "Of a duplicate: 2·m / (n + k), or with `--unit document` the Jaccard similarity.",
            False,
        ),
    ],
    "failures.jsonl": [
        Name("id", "text", "Where the input stands: a path, `path:line`."),
        Name("why", "text", "What is wrong with it."),
    ],
    "sources.jsonl": [
        Name("id", "text", "The id of the document."),
        Name("place", "text", "The file, or `file:line`, that it came from."),
        Name("format", "text", "`html`, `markdown` or `text`."),
        Name("encoding", "text or null", "The encoding of a file; null for a record."),
        Name("exact", "true or false", "Whether the text in that encoding is the file again, byte for byte."),
        Name("characters", "number", "The length of the source text in code points."),
        Name("digest", "text", "The XXH3 (128 bits) of the source text as UTF-8."),
        Name("site", "text", "The site of the document, where it has one.", False),
        Name("date", "text", "The date of the document, where it has one.", False),
        Name("article", "list", "Of a page: where each block of its article starts, and what spoke for it.", False),
    ],
    "decisions.jsonl": [
        Name("decision", "text", "`keep`, `chrome` or `confirm`."),
        Name("text", "text", "The words that are decided on."),
        Name("id", "text", "The document it holds for.", False),
        Name("site", "text", "Where there is no `id`, the site it holds for.", False),
        Name("kind", "text", "Of `chrome`: its [kind](kinds.md), else `boilerplate`.", False),
        Name("slots", "true or false", "Whether names and figures may differ.", False),
        Name("note", "text", "Whatever you want to say of it.", False),
    ],
    "manifest.json": [
        Name("versions", "object", "The versions of all that can change the output."),
        Name("config", "object", "Every [setting](settings.md) of the run."),
        Name("summary", "object", "Counts; see below."),
        Name("files", "object", "Of each file its `bytes` and `xxh3_128`."),
    ],
    "summary": [
        Name("documents", "object", "`in`, `out`, `failed`."),
        Name("characters", "object", "`in`, `out`."),
        Name("removed", "object", "By reason and kind: `spans`, `characters`."),
        Name("encodings", "object", "How many files were of which encoding.", False),
        Name("formulas", "number", "Cells of CSV that a spreadsheet would run.", False),
        Name("most_removed", "list", "Sites and sources of 20 documents or more that lost over 30 %.", False),
        Name("ignored_files", "number", "Files with none of our extensions."),
        Name("sites_digest", "text", "Of a run with `--sites`: the digest of that file.", False),
        Name("decisions_digest", "text", "Of a run with `--decisions`: the digest of that file.", False),
        Name("decisions", "object", "How many decisions were `given`, and how many `used`.", False),
        Name("output", "text", "How the clean documents are written."),
        Name("lsh", "object", "The bands, and P(candidate | Jaccard) at several similarities."),
        Name(
            "pairs",
            "object",
            "How many pairs each proposer named, and how many agreed in no passage (`false`); with `--unit document` "
            "how many were compared, and how many were not alike.",
        ),
    ],
}
"""By file: its fields in the order in which they are written; `summary` is a field of the manifest."""


def files(name: str) -> str:
    """The table of a file."""
    rows = [
        [code(each.name), each.type, ("" if each.always else "*Where known.* ") + each.what] for each in FILES[name]
    ]
    return table(["field", "type", "what"], rows)
