"""What each kind of removal means, with examples from a run over the demo corpus."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import dedup
from dedup import Kind, Reason
from dedup.data import CHROME_KINDS
from docs.generate.markdown import code, fenced

ROOT = Path(__file__).parents[2]
SHOWN = 110
"""Characters of an example that are shown."""
MEANING: dict[Kind, str] = {
    Kind.NAVIGATION: "Ways through the site: menus, breadcrumbs, *back to top*, links to the next page.",
    Kind.HEADER: "What stands over every article: the name of the site, its slogan, the section, search and login.",
    Kind.FOOTER: "What stands under every article: the address of the publisher, imprint, rules between other chrome.",
    Kind.DISCLAIMER: "Who is responsible for what: opinions of the author, fair use, investment advice, terms of use.",
    Kind.COPYRIGHT: "Who owns the text, and where it first appeared, which goes into the metadata.",
    Kind.MEMBERSHIP: "Calls to become a member, subscribe, log in or give money.",
    Kind.NEWSLETTER: "Calls to sign up for letters, alerts and podcasts.",
    Kind.AUTHOR_BIO: "Who the author is: *About the author*, at the end a paragraph that begins with the name.",
    Kind.CONTACT: "How to reach the editors: addresses for tips, corrections and the press.",
    Kind.SHARE: "Buttons and sentences about sharing, following, printing and commenting elsewhere.",
    Kind.COMMENTS: "Comment threads, their headings and forms. `--comments` keeps them.",
    Kind.RELATED: "Links to other articles: *read also*, *most read*, teasers of the next one.",
    Kind.ADVERTISEMENT: "Advertisements, their labels, sponsored links and affiliate notes.",
    Kind.CAPTION: "Captions and credits of pictures. `--captions` keeps those inside articles.",
    Kind.BYLINE: "Author, date, place and agency of the article. What it says goes into the metadata.",
    Kind.BOILERPLATE: "What the articles of a site repeat or a page has outside its article, and no rule names.",
    Kind.HEADING: "A heading inside an article; goes only with `--no-headings`.",
    Kind.TABLE: "A table inside an article; goes only with `--no-tables`.",
    Kind.PASSAGE: "A passage that another document has, which stays there. The record names the keeper.",
    Kind.DOCUMENT: "The same, of a document of which nothing of its own is left; it is not among the clean documents.",
}
"""What each kind means."""
_PAGE = """<html><head><title>Rates</title><meta property="og:type" content="article"></head><body><article>
<h1>Rates</h1><p>The harbour board has set the rates for the coming winter, and the skippers of the smaller boats have
been told by letter that the berths at the old quay will cost them no more than they did a year ago.</p>
<h2>What a berth costs</h2><table><tr><td>Old quay</td><td>12</td></tr><tr><td>New quay</td><td>19</td></tr></table>
<p>Whoever leaves the harbour before the end of March is given back a third of what was paid, and the board will meet
again in April to hear what the skippers think of it, as it has done in every year since the flood.</p></article></body>
</html>"""


@cache
def seeds() -> dedup.Result:
    """A run over the demo corpus, made once a process."""
    return dedup.clean(ROOT / "seeds")


@cache
def examples() -> dict[Kind, dict[str, Any]]:
    """The shortest removal of each kind that has some words, in the demo corpus; of what goes by setting only, in a
    page of our own."""
    plain = dedup.Config(headings=False, tables=False)
    found: dict[Kind, dict[str, Any]] = {}
    for result in (seeds(), dedup.clean([{"id": "rates.html", "html": _PAGE}], config=plain)):
        for record in result.removed():
            best = found.get(Kind(record["kind"]))
            if best is None or _rank(record) < _rank(best):
                found[Kind(record["kind"])] = record
    return found


def _rank(record: dict[str, Any]) -> tuple[bool, int, str, int]:
    """Examples of four words or more come first, then the shorter ones."""
    words = len(record["text"].split())
    return words < 4, words, record["id"], record["start"]


def kinds() -> str:
    """The reference of all kinds."""
    known = examples()
    made = ["## Chrome\n"]
    made += [_kind(kind, known.get(kind)) for kind in Kind if _is_chrome(kind)]
    made += ["## Duplicates\n"]
    made += [_kind(kind, known.get(kind)) for kind in Kind if not _is_chrome(kind)]
    return "\n".join(made)


def _is_chrome(kind: Kind) -> bool:
    return kind not in (Kind.PASSAGE, Kind.DOCUMENT)


def _kind(kind: Kind, example: dict[str, Any] | None) -> str:
    said = f"(kind-{kind.value})=\n### {kind.value}\n\n{MEANING[kind]}\n"
    if kind in CHROME_KINDS:
        said += f"`--keep-kinds {kind.value}` leaves it in the text.\n"
    if example is None:
        return said
    lines = [_cut(example["text"]), f"| {_cut(example['why'])}"]
    if example["reason"] == Reason.DUPLICATE:
        keeper = example["keeper"]
        lines.append(f"| keeper: {keeper['id']} {keeper['start']}-{keeper['end']}; similarity: {example['similarity']}")
    return said + f"\nFor example, in {code(example['id'])}:\n\n{fenced('text', chr(10).join(lines))}"


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= SHOWN else f"{line[: SHOWN - 2]} …"
