"""Pages of invented sites with the text of their articles: `python -m benchmarks.pages -o PAGES.jsonl.gz`

One object a line with `id`, `site`, `url`, `html` and `gold`, as `benchmarks.quality` reads them. All is made of the
project's own words (`words/*.toml`) and depends on the seed alone, so that a test can make the same pages again.
"""

from __future__ import annotations

import argparse
import gzip
import json
from typing import TYPE_CHECKING, TypedDict

from benchmarks.furniture import Page
from benchmarks.layouts import page
from benchmarks.prose import Writer, article
from benchmarks.sites import KINDS, Site

if TYPE_CHECKING:
    from collections.abc import Iterator

PARAGRAPHS = {"magazine": range(14, 30), "revue": range(12, 26), "docs": range(4, 16)}
"""How long articles are on the kinds of sites that differ from the usual."""


EXTRAS = {"docs": ("ul", "table", "pre", "pre")}
"""What stands in articles beside paragraphs and subheads, likewise."""
USUAL = ("ul", "blockquote", "table")


class Record(TypedDict):
    """A page with its gold text."""

    id: str
    site: str
    url: str
    html: str
    gold: str


def made(site: Site, number: int) -> Record:
    """A page of a site."""
    chance = site.chance("page", number)
    writer = Writer(site.language, chance, site.says)
    written = article(
        writer, site.teaser(number), PARAGRAPHS.get(site.kind, range(5, 18)), EXTRAS.get(site.kind, USUAL)
    )
    url = f"https://www.{site.name}/2024/{number}"
    html = page(Page(site, written, chance))
    return {"id": f"{site.name}/{number}", "site": site.name, "url": url, "html": html, "gold": written.gold}


def corpus(sites: int, pages_per_site: int, singles: int = 0, seed: int = 1) -> Iterator[Record]:
    """Pages of some sites, and of some more that have one page each."""
    for number in range(sites + singles):
        site = Site(number, seed)
        yield from (made(site, 10_000 + at) for at in range(pages_per_site if number < sites else 1))


def own() -> list[Record]:
    """The set that `make quality` and the tests measure: six pages of every kind of site, and twelve that are alone."""
    return list(corpus(len(KINDS), 6, 12))


def main() -> None:
    """Write a corpus."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sites", type=int, default=len(KINDS))
    parser.add_argument("--pages-per-site", type=int, default=6)
    parser.add_argument("--singles", type=int, default=12, help="so many more sites, of one page each")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("-o", "--out", required=True)
    options = parser.parse_args()
    with gzip.open(options.out, "wt", encoding="utf-8", compresslevel=1) as out:
        for record in corpus(options.sites, options.pages_per_site, options.singles, options.seed):
            out.write(json.dumps(record, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
