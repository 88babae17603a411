"""Chrome is what repeats over distinct articles and stands where chrome stands; body text is sacred."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.repetition import Repetition, block_text, count_articles
from tests.material import article, cleaned, prose

FOOTER = "All opinions in this letter are those of its writers and of nobody at the mill house."


def site(texts: dict[str, str], name: str = "mill.example") -> list[dict[str, Any]]:
    return [{"id": id_, "text": text, "site": name} for id_, text in texts.items()]


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 4)), max_size=40))
def test_articles_are_counted_once_a_key(rows: list[tuple[int, int]]) -> None:
    keys, counts = count_articles(
        np.array([key for key, _ in rows], np.uint64), np.array([number for _, number in rows], np.int64)
    )

    expected = {key: len({number for other, number in rows if other == key}) for key, _ in rows}
    assert dict(zip(keys.tolist(), counts.tolist(), strict=True)) == {
        key: count for key, count in expected.items() if count >= 2
    }
    assert (np.diff(keys.astype(np.int64)) > 0).all()


def test_a_print_that_does_not_repeat_counts_one_and_none_counts_one() -> None:
    repetition = Repetition(np.array([5, 9], np.uint64), np.array([3, 7], np.uint32))
    prints = np.array([[9, 5, *[0] * 8], [0, 4, 9, 9, 5, *[0] * 5]], np.uint64)

    assert repetition.of(prints).tolist() == [[7, 3, 1], [1, 1, 3]]
    assert Repetition(np.zeros(0, np.uint64), np.zeros(0, np.uint32)).of(prints).tolist() == [[1, 1, 1]] * 2


def test_the_template_of_a_block_is_what_its_names_and_figures_leave() -> None:
    one, two = block_text("Photo by Ada Moor, printed in 2019"), block_text("Photo by Li Chen, printed in 2024")

    assert one.exact != two.exact
    assert one.template == two.template != 0
    assert block_text("Ada Moor 2019").template == 0  # too few words to tell anything by
    assert block_text("***").exact == 0


@pytest.mark.parametrize(("articles", "goes"), [(2, False), (3, True), (6, True)])
def test_a_last_paragraph_goes_from_three_articles_on(articles: int, goes: bool) -> None:
    found = cleaned(site({f"d{n}": f"{article(n)}\n\n{FOOTER}\n" for n in range(articles)}), keep_duplicates=True)

    assert all((FOOTER not in text) is goes for text in found.texts.values())
    assert all(article(n) in found.texts[f"d{n}"] for n in range(articles))
    if goes:
        assert found.removed[0]["evidence"]["articles"] == articles


def test_repetition_is_counted_site_by_site() -> None:
    texts = [
        site({f"{name}{n}": f"{article(n + at)}\n\n{FOOTER}\n" for n in range(2)}, f"{name}.example")
        for at, name in ((0, "a"), (10, "b"))
    ]

    found = cleaned(texts[0] + texts[1], keep_duplicates=True)

    assert found.removed == []


def test_copies_of_one_article_are_one_article() -> None:
    found = cleaned(site({f"d{n}": f"{article(1)}\n\n{FOOTER}\n" for n in range(4)}), keep_duplicates=True)

    assert found.removed == []


def test_a_footer_with_other_names_and_figures_goes_too() -> None:
    line = "This letter was typed by {} on page {} of the big book of our mill house."
    names = ["Ada Moor", "Li Chen", "Bo Karl", "Eva Lund"]

    found = cleaned(
        site({f"d{n}": f"{article(n)}\n\n{line.format(names[n], n + 11)}\n" for n in range(4)}), keep_duplicates=True
    )

    assert {len(found.gone(f"d{n}")) for n in range(4)} == {1}


def test_a_paragraph_that_three_articles_share_in_the_middle_is_no_chrome() -> None:
    shared = prose(999, 40)
    texts = {f"d{n}": f"{article(n)}\n\n{shared}\n\n{article(n + 100)}\n" for n in range(3)} | {
        f"e{n}": article(n + 50) for n in range(5)
    }

    assert cleaned(site(texts), keep_duplicates=True).removed == []


def test_a_quotation_that_articles_share_is_no_chrome() -> None:
    shared = f"> {prose(999, 30)}"

    assert cleaned(site({f"d{n}": f"{article(n)}\n\n{shared}\n" for n in range(4)}), keep_duplicates=True).removed == []


def test_kinds_that_are_to_be_kept_are_kept() -> None:
    texts = site(
        {f"d{n}": f"{article(n)}\n\nCopyright © 2024 The Mill House. All rights reserved.\n" for n in range(4)}
    )

    assert {record["kind"] for record in cleaned(texts, keep_duplicates=True).removed} == {"copyright"}
    assert cleaned(texts, keep_duplicates=True, keep_kinds=("copyright",)).removed == []
    assert cleaned(texts, keep_duplicates=True, keep_kinds=("share",)).removed != []


def test_front_matter_moves_into_the_metadata() -> None:
    text = f"---\ntitle: The mill\nauthor: Ada Moor\ndate: 2024-03-01\ntags: water, stone\n---\n\n{article(1)}\n"

    found = cleaned([{"id": "d", "markdown": text}])

    assert found.texts["d"] == f"{article(1)}\n"
    known = found.documents[0]
    assert (known["title"], known["author"], known["date"], known["metadata"]) == (
        "The mill",
        "Ada Moor",
        "2024-03-01",
        {"tags": ["water", "stone"]},
    )


def test_what_a_record_states_stands_against_what_its_text_says() -> None:
    text = f"---\ntitle: The mill\ndate: 2024-03-01\n---\n\n{article(1)}\n"

    found = cleaned([{"id": "d", "markdown": text, "title": "The old mill"}])

    assert (found.documents[0]["title"], found.documents[0]["date"]) == ("The old mill", "2024-03-01")


def test_every_flag_says_why() -> None:
    found = cleaned(site({f"d{n}": f"{article(n)}\n\n{FOOTER}\n" for n in range(4)}))

    for record in found.removed:
        assert record["why"].endswith(".")
        assert record["evidence"]
        assert record["reason"] == "chrome"


@pytest.mark.parametrize(
    "place",
    ["alone", "first", "last"],
)
def test_a_paragraph_of_running_text_that_three_articles_share_stays_in_one(place: str) -> None:
    shared = prose(999, 45)
    texts = {
        f"d{n}": {
            "first": f"{shared}\n\n{article(n)}\n",
            "last": f"{article(n)}\n\n{shared}\n",
            "alone": f"{shared}\n\n{prose(n, 20)}\n",
        }[place]
        for n in range(3)
    }

    found = cleaned(site(texts))

    assert [id_ for id_, text in found.texts.items() if shared in text], "all copies are gone"


@pytest.mark.parametrize("text", ["Subscribe to our newsletter", "X", "© 2024 The Mill House. All rights reserved."])
def test_a_text_of_one_block_stays_whatever_it_says(text: str) -> None:
    found = cleaned([{"id": "a", "text": text}, {"id": "b", "text": article(1)}])

    assert found.texts["a"] == text


def test_a_heading_stays_as_long_as_something_stays_under_it() -> None:
    def issue(n: int) -> str:
        own = "\n\n".join(f"# {title}\n\n{prose(10 * n + at, 40)}" for at, title in enumerate(("One", "Two")))
        calls = "# Calls\n\n## Papers\n\nSend us your papers.\n\n## Talks\n\nSend us your talks."
        return f"{own}\n\n# News\n\n## Official\n\n{prose(10 * n + 5, 40)}\n\n{calls}\n\nSubscribe to our newsletter.\n"

    found = cleaned([{"id": f"d{n}", "text": issue(n)} for n in range(1, 5)])

    for text in found.texts.values():
        assert "# News\n\n## Official" in text
        assert "Calls" not in text
        assert "Papers" not in text


WRITES = "In an old letter to this mill house, the miller writes"
INTRODUCTIONS: dict[str, tuple[str, bool]] = {
    "above a quotation": ("{line}:\n\n> {quoted}\n\n{article}", True),
    "without a blank line": ("{line}:\n> {quoted}\n\n{article}", True),
    "that goes on": ("{line}...\n\n> {quoted}\n\n{article}", True),
    "a line of its own between": ("{line}:\n\n{own}\n\n> {quoted}\n\n{article}", True),
    "below other chrome": ("{footer}\n\n{line}:\n\n> {quoted}\n\n{article}", True),
    "at the end": ("{article}\n\n{line}:\n\n> {quoted}", True),
    "above no quotation": ("{line}:\n\n{article}", False),
    "far above a quotation": ("{line}:\n\n{article}\n\n> {quoted}", False),
    "below a quotation": ("{article}\n\n> {quoted}\n\n{line}:", False),
    "that ends with a full stop": ("{line}.\n\n> {quoted}\n\n{article}", False),
    "of nothing, at the end": ("{article}\n\n{line}:", False),
}


@pytest.mark.parametrize(("text", "stays"), INTRODUCTIONS.values(), ids=INTRODUCTIONS)
def test_what_introduces_a_quotation_belongs_to_it(text: str, stays: bool) -> None:
    """However many articles quote in these words."""
    texts = {
        f"d{n}": text.format(
            line=WRITES, article=article(n), quoted=prose(n + 500, 20), own=prose(n + 900, 9), footer=FOOTER
        )
        for n in range(4)
    }

    found = cleaned(site(texts), keep_duplicates=True)

    for n in range(4):
        assert (WRITES in found.texts[f"d{n}"]) is stays
        assert article(n) in found.texts[f"d{n}"]
        assert FOOTER not in found.texts[f"d{n}"]
