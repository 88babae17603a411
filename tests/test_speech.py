"""The languages of texts."""

from __future__ import annotations

import pytest

from dedup.clauses import names
from dedup.speech import SHORT_TEXT, languages_of

ENGLISH = "The mill of this town was near the river; it was his, and he had been there for years with her. " * 4
GERMAN = "Die Mühle der Stadt lag an dem Fluss, und das Rad ist in den Händen von einem Müller, der nicht geht. " * 4
NAMES = "Mill Weir Lock Gate " * 20


@pytest.mark.parametrize(
    ("text", "stated", "found"),
    [
        (ENGLISH, None, set()),
        (ENGLISH.upper(), "en-GB", set()),
        (GERMAN, None, {"de"}),
        (NAMES, None, set()),
        (NAMES, "PT-br", {"pt"}),
        (NAMES + " Ж", None, {"ru"}),
        (NAMES + " 漢 の", None, {"zh", "ja"}),
        (NAMES + " \u1c80", None, {"ru"}),  # a letter whose small letter is of the script
        (NAMES + " ع", None, {"ar"}),
    ],
)
def test_the_languages_of_a_text(text: str, stated: str | None, found: set[str]) -> None:
    assert languages_of(text, stated) - {"nl"} == found | {"any", "en"}


@pytest.mark.parametrize("text", ["", "Mill", "Mill " * (SHORT_TEXT - 1)])
def test_a_short_text_may_be_in_all_languages_that_have_words(text: str) -> None:
    assert {name.removesuffix(".toml") for name in names()} - languages_of(text) <= {"ar", "ja", "ru", "zh", "dom"}


def test_a_text_of_enough_words_is_in_none_that_it_shows_no_sign_of() -> None:
    assert languages_of("Mill " * SHORT_TEXT) == {"any", "en"}
