# ruff: noqa: E501 (a page)
"""The settings that say what belongs in the text beside paragraphs: headline, headings, tables, captions, comments."""

from __future__ import annotations

from typing import Any

import pytest

import dedup
from dedup import Config
from tests.material import prose

HEADLINE, HEADING, CAPTION = (
    "The goats of the inner quay",
    "How they came aboard",
    "A goat at the rail, drawn by its keeper",
)
ROW, COMMENT = "Monday | 14 goats", "I have seen those goats myself, and they were sheep."
PAGE = f"""<html lang=en><head><title>{HEADLINE}</title><meta property="og:type" content="article"></head><body>
<nav><a href=/>Home</a> <a href=/news>News</a></nav>
<main><article><header><h1>{HEADLINE}</h1></header><div class="body"><p>{prose(1, 70)}</p>
<figure><img src=g.png><figcaption>{CAPTION}</figcaption></figure><p>{prose(2, 70)}</p><h2>{HEADING}</h2><p>{prose(3, 70)}</p>
<table><tr><th>Day</th><th>Goats</th></tr><tr><td>Monday</td><td>14 goats</td></tr></table><p>{prose(4, 70)}</p></div></article></main>
<section id="comments" class="comments"><h3>2 comments</h3><div class="comment"><p>{COMMENT}</p></div></section>
<aside><figure><figcaption>Another story altogether</figcaption></figure></aside><footer>© 2024 Quay News</footer></body></html>"""
MARKDOWN = f"# {HEADLINE}\n\n{prose(1, 70)}\n\n## {HEADING}\n\n{prose(2, 70)}\n\n| {ROW} |\n\n{prose(3, 70)}\n"


def left(record: dict[str, Any], **settings: Any) -> str:
    (document,) = dedup.clean([{"id": "a", **record}], config=Config(**settings)).documents()
    return str(document["text"])


@pytest.mark.parametrize(
    ("setting", "value", "text"),
    [
        ("headline", True, HEADLINE),
        ("headings", True, HEADING),
        ("tables", True, ROW),
        ("captions", True, CAPTION),
        ("comments", True, COMMENT),
    ],
)
def test_a_part_of_a_page_is_in_its_text_if_it_is_wanted(setting: str, value: bool, text: str) -> None:
    assert text in left({"html": PAGE}, **{setting: value})
    if setting != "headline":  # without the setting it is trafilatura's to say
        assert text not in left({"html": PAGE}, **{setting: not value})


def test_the_defaults_keep_headings_and_tables_and_no_captions_or_comments() -> None:
    text = left({"html": PAGE})

    assert [part in text for part in (HEADING, ROW, CAPTION, COMMENT)] == [True, True, False, False]
    assert all(prose(n, 70) in text for n in range(1, 5))


def test_captions_of_other_stories_stay_out() -> None:
    assert "Another story" not in left({"html": PAGE}, captions=True)


@pytest.mark.parametrize(("setting", "part"), [("headings", HEADING), ("tables", ROW)])
def test_markdown_loses_what_is_not_wanted(setting: str, part: str) -> None:
    assert part in left({"markdown": MARKDOWN})
    text = left({"markdown": MARKDOWN}, **{setting: False})

    assert part not in text
    assert all(prose(n, 70) in text for n in range(1, 4))


def test_what_is_not_wanted_is_on_record() -> None:
    result = dedup.clean([{"id": "a", "markdown": MARKDOWN}], config=Config(tables=False))

    assert [(each["kind"], each["evidence"]) for each in result.removed()] == [("table", {"setting": "tables"})]
