"""Extraction quality against trafilatura, in one run: `python benchmarks/extraction.py PAGES.jsonl.gz...`

PAGES has one object a line with `id`, `site`, `html` and `gold` (the article's text). The measure is that of the
article-extraction-benchmark: word 4-shingles as multisets, precision and recall of every page, their means, and the F1
of the two means. Trafilatura runs as its users run it for precision: `favor_precision=True, include_comments=False`.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import time
from collections import Counter
from statistics import mean
from typing import Any

import dedup

WORD = re.compile(r"\w+")


def read(path: str) -> list[dict[str, Any]]:
    """The pages of a JSONL file."""
    opened: Any = gzip.open if path.endswith(".gz") else open
    with opened(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def shingles(text: str, size: int = 4) -> Counter[tuple[str, ...]]:
    """The multiset of a text's word shingles."""
    words = WORD.findall(text)
    return Counter(tuple(words[at : at + size]) for at in range(max(1, len(words) - size + 1))) if words else Counter()


def score(gold: str, found: str) -> tuple[float | None, float | None]:
    """Precision and recall of a page; None where there is nothing to divide by."""
    want, got = shingles(gold), shingles(found)
    hit = (want & got).total()
    return (hit / got.total() if got else None), (hit / want.total() if want else None)


def f1(rows: list[tuple[float | None, float | None]]) -> dict[str, float]:
    """Mean precision, mean recall, and their F1."""
    precision, recall = mean(p for p, _ in rows if p is not None), mean(r for _, r in rows if r is not None)
    return {"precision": precision, "recall": recall, "f1": 2 * precision * recall / (precision + recall)}


def by_trafilatura(pages: list[dict[str, Any]]) -> dict[str, str]:
    """What trafilatura extracts."""
    import trafilatura

    return {
        page["id"]: trafilatura.extract(page["html"], favor_precision=True, include_comments=False) or ""
        for page in pages
    }


def by_dedup(pages: list[dict[str, Any]]) -> dict[str, str]:
    """What is left of each page when its site's chrome is taken out; duplicates stay, since the gold has them."""
    fields = ("id", "site", "url", "html")
    records = [{name: page[name] for name in fields if page.get(name)} for page in pages]
    result = dedup.clean(records, config=dedup.Config(keep_duplicates=True))
    return {document["id"]: document["text"] for document in result.documents()}


def main() -> None:
    """Print a line for every file and extractor."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", nargs="+")
    parser.add_argument(
        "--worst", type=int, default=0, help="show so many pages that dedup does worst on, against trafilatura"
    )
    options = parser.parse_args()
    for path in options.pages:
        pages = read(path)
        scores = {}
        for extractor in (by_trafilatura, by_dedup):
            start = time.perf_counter()
            found = extractor(pages)
            seconds = time.perf_counter() - start
            scores[extractor.__name__] = [score(page["gold"], found.get(page["id"], "")) for page in pages]
            figures = "  ".join(f"{name} {value:.4f}" for name, value in f1(scores[extractor.__name__]).items())
            print(
                f"{path.rsplit('/')[-1]:24} {extractor.__name__[3:]:12} {figures}  "
                f"{1000 * seconds / len(pages):.0f} ms a page"
            )
        gains = [
            sum(x or 0 for x in ours) - sum(x or 0 for x in theirs)
            for theirs, ours in zip(*scores.values(), strict=True)
        ]
        for gain, page in sorted(zip(gains, (page["id"] for page in pages), strict=True))[: options.worst]:
            print(f"    {gain:+.3f}  {page}")


if __name__ == "__main__":
    main()
