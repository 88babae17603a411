"""Small corpora of made-up text: pages of two sites, and texts that share passages."""

from __future__ import annotations

import gzip
import json
from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_WORDS = (
    "the a mill river ferry town council barley quay wool harvest north market stone bridge long small old new winter"
    " closed opened told asked bought sold carried mended counted under over after before beside near without her his"
    " keeper weaver sailor miller clerk baker letter ledger rope lantern sack cart gate tower bell road field orchard"
).split()


def sentence(random: Random, words: int) -> str:
    """A sentence of so many words."""
    return " ".join(random.choices(_WORDS, k=words)).capitalize() + "."


def paragraph(random: Random, sentences: int = 3) -> str:
    """A paragraph of some sentences."""
    return " ".join(sentence(random, random.randint(9, 14)) for _ in range(sentences))


def texts(seed: int = 1, count: int = 12, first: int = 0) -> list[dict[str, str]]:
    """Records of texts, of which each shares a passage with another, and the first is there twice."""
    random = Random(f"texts {seed}")
    shared = [paragraph(random, 4) for _ in range(count // 2)]
    records = []
    for number in range(count):
        parts = [paragraph(random), shared[number % len(shared)], paragraph(random)]
        records.append({"id": f"text-{first + number}", "text": "\n\n".join(parts), "date": f"2019-03-{number + 1:02}"})
    return [*records, {"id": f"text-{first + count}", "text": records[0]["text"]}]


def write_lines(path: Path, records: list[dict[str, str]]) -> None:
    """Records as JSONL, gzipped if the name says so."""
    content = "".join(json.dumps(each) + "\n" for each in records).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(content, mtime=0) if path.suffix == ".gz" else content)


def write_pages(folder: Path, seed: int = 1, count: int = 4) -> None:
    """Pages of two sites, so many of each, with navigation, an invitation and a footer that all of a site have."""
    random = Random(f"pages {seed}")
    for site in ("mill.example", "ferry.example"):
        menu = "".join(f'<li><a href="/{each}">{each.title()}</a></li>' for each in random.sample(_WORDS[2:], 5))
        invitation, foot = sentence(random, 8), f"Copyright 2019 {site}. All rights reserved."
        for number in range(count):
            body = "".join(f"<p>{paragraph(random)}</p>" for _ in range(4))
            title = sentence(random, 5)
            page = (
                f'<html><head><title>{title}</title><link rel="canonical" href="https://{site}/{number}.html"></head>'
                f"<body><nav><ul>{menu}</ul></nav><article><h1>{title}</h1>{body}</article>"
                f"<aside><p>{invitation}</p></aside><footer><p>{foot}</p></footer></body></html>"
            )
            path = folder / site / f"{number}.html"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(page, encoding="utf-8")
