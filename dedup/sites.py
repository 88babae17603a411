"""What was learned of sites, as a file of JSON that a person can read and correct: `dedup site learn`, `--sites`.

```
{"dedup_sites": 1, "sites": {"mill.example": {"articles": 40,
  "places": [{"is": "article", "odds": 5.1, "pages": 24, "tag": "paragraph", "linked": false,
              "path": "html/body/div.page/article/p", "example": "The ferry left at dawn ..."}, ...],
  "texts": [{"text": "Sign up for our newsletter", "articles": 38, "linked": false}, ...]}}}
```

To correct it, set `is` of a place to `article` or `chrome`, add or delete a text, or delete a place, which is then
judged anew on every page.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson

from dedup.columns import print_of
from dedup.commit import atomic
from dedup.errors import InputError, SettingError
from dedup.model import ODDS
from dedup.repetition import block_text
from dedup.site import Knowledge, signature_key, signature_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

VERSION = 1
ARTICLE, CHROME, UNSURE = "article", "chrome", "unsure"
TOLD = 6.0
"""The odds of a place that was corrected by hand: what `is` says against what `odds` says."""
CLEAR = 0.5
"""From these odds on a place is called article or chrome."""


@dataclass(frozen=True, slots=True)
class TaughtPlace:
    """Blocks with one signature: the odds that they are the article's, and on how many pages they were judged."""

    path: str
    tag: str
    linked: bool
    odds: float
    pages: int
    example: str = ""

    @property
    def kind(self) -> str:
        """What stands there: article, chrome, or one cannot be sure."""
        return ARTICLE if self.odds >= CLEAR else CHROME if self.odds <= -CLEAR else UNSURE


@dataclass(frozen=True, slots=True)
class Repeated:
    """A text that stands in so many distinct articles of its site; `linked` where it stands in links."""

    text: str
    articles: int
    linked: bool


@dataclass(slots=True)
class SiteFile:
    """What is known of some sites: their distinct articles, places and repeated texts."""

    articles: dict[str, int] = field(default_factory=dict)
    places: dict[str, list[TaughtPlace]] = field(default_factory=dict)
    texts: dict[str, list[Repeated]] = field(default_factory=dict)

    @classmethod
    def load(cls, path: Path) -> SiteFile:
        """Read a file of sites.

        Raises:
            SettingError: it is not there, or not such a file; and what is wrong in it.
        """
        try:
            content = orjson.loads(path.read_bytes())
        except (OSError, orjson.JSONDecodeError) as error:
            raise SettingError(f"sites = {str(path)!r}: cannot be read: {error}") from error
        try:
            if content["dedup_sites"] != VERSION:
                raise SettingError(f"sites = {str(path)!r}: is of version {content['dedup_sites']}, not {VERSION}")
            return cls._of(content["sites"])
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise SettingError(
                f"sites = {str(path)!r}: not a file of `dedup site learn`: {type(error).__name__}: {error}"
            ) from error

    @classmethod
    def _of(cls, sites: dict[str, Any]) -> SiteFile:
        found = cls()
        for name, site in sites.items():
            found.articles[name] = int(site["articles"])
            found.places[name] = [_place(row) for row in site["places"]]
            found.texts[name] = [
                Repeated(str(row["text"]), int(row["articles"]), bool(row["linked"])) for row in site["texts"]
            ]
        return found

    def save(self, path: Path) -> None:
        """Write the file, places of articles first, then by what they say most surely.

        Raises:
            InputError: nothing is known of any site.
        """
        if not self.articles:
            raise InputError("no page of a site was found: HTML with a URL, or pages of one --site, teach a site")
        with atomic(path) as handle:
            handle.write(orjson.dumps(self.as_json(), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))

    def as_json(self) -> dict[str, Any]:
        """As it is written."""
        sites = {
            name: {
                "articles": self.articles[name],
                "places": [_row(place) for place in sorted(self.places[name], key=lambda p: (-p.odds, p.path, p.tag))],
                "texts": [
                    {"text": each.text, "articles": each.articles, "linked": each.linked}
                    for each in sorted(self.texts[name], key=lambda t: (-t.articles, t.text))
                ],
            }
            for name in sorted(self.articles)
        }
        return {"dedup_sites": VERSION, "sites": sites}

    def knowledge(self) -> Knowledge:
        """The votes of all places, by their keys."""
        rows = sorted(
            (signature_key(name, signature_of(p.path, p.tag, p.linked)), round(p.odds * ODDS) * p.pages, p.pages)
            for name, places in self.places.items()
            for p in places
        )
        keys, sums, pages = zip(*rows, strict=True) if rows else ((), (), ())
        return Knowledge(np.array(keys, np.uint64), np.array(sums, np.int64), np.array(pages, np.int64))

    def repeated(self) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
        """The prints of all repeated texts (sorted), and in how many articles each stands."""
        rows = sorted(dict(self._prints()).items())
        return np.array([key for key, _ in rows], np.uint64), np.array([count for _, count in rows], np.int64)

    def _prints(self) -> Iterator[tuple[int, int]]:
        for name, texts in self.texts.items():
            for each in texts:
                yield print_of(name, block_text(each.text).exact, linked=each.linked), each.articles


def _place(row: dict[str, Any]) -> TaughtPlace:
    odds, said = float(row["odds"]), row["is"]
    if said not in (ARTICLE, CHROME, UNSURE):
        raise ValueError(f"`is` of a place is {said!r}: must be {ARTICLE}, {CHROME} or {UNSURE}")
    example = str(row.get("example", ""))
    read = TaughtPlace(str(row["path"]), str(row["tag"]), bool(row["linked"]), odds, int(row["pages"]), example)
    if said in (read.kind, UNSURE):
        return read
    return replace(read, odds=TOLD if said == ARTICLE else -TOLD)


def _row(place: TaughtPlace) -> dict[str, Any]:
    return {"is": place.kind, "odds": place.odds, "pages": place.pages, "tag": place.tag, "linked": place.linked,
            "path": place.path, "example": place.example}  # fmt: skip
