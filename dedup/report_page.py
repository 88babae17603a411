"""The page of a report: an account as HTML that stands alone, and stays small whatever the corpus.

The page has one style and one script, and its Content-Security-Policy allows nothing but these two, by their digests.
"""

from __future__ import annotations

from itertools import islice
from json import dumps
from typing import TYPE_CHECKING, Any, NamedTuple

from dedup import report_plots as plots
from dedup.diff import diff
from dedup.templating import bare, clip, inline, many, rendered

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dedup.account import Account, Piece, Sample
    from dedup.diff import Part

MOST_BYTES = 2_000_000
"""Bytes of a page."""
NAMES = {"out": "is left", "chrome": "went as chrome", "duplicates": "went as duplicates"}
NEAR = 0.9
"""Duplicates less alike than this are worth a look first."""
LOOKS = 5
"""Things to look at first."""


class Bounds(NamedTuple):
    """How many rows of tables a page has, and how many code points of texts."""

    rows: int = 150
    samples: int = 48
    pieces: int = 40
    fillings: int = 8
    members: int = 12
    passage: int = 2_500
    text: int = 500
    around: int = 240
    name: int = 120
    title: int = 120

    def tighter(self, times: int) -> Bounds:
        """So many times fewer, and at least two."""
        return Bounds(*(max(2, bound // times) for bound in self))


class First(NamedTuple):
    """What to look at first: the section that has it, words of ours, and of the corpus."""

    section: str
    said: str
    of: str = ""


class Words(NamedTuple):
    """A part of a text, whether the other text has it, too, and a space if white space stands behind it."""

    text: str
    same: bool
    space: str


class Beside(NamedTuple):
    """A sample with its number on the page, and both of its texts word by word."""

    number: int
    sample: Sample
    removed: tuple[Words, ...]
    kept: tuple[Words, ...]
    is_clipped: bool

    @property
    def is_same(self) -> bool:
        """Whether neither lacks a word of the other."""
        return all(part.same for part in (*self.removed, *self.kept))


class Shown(NamedTuple):
    """A piece of a repeated passage, what stands for it, and whether a space parts it from the one before: fillings
    come without theirs."""

    piece: Piece
    text: str
    is_apart: bool


def render(account: Account) -> str:
    """The page of an account, of at most `MOST_BYTES` as UTF-8: with fewer rows and shorter texts if it takes that."""
    tries = (_within(_page(account, Bounds().tighter(times)), MOST_BYTES) for times in (1, 2, 4, 8, 16, 32, 64))
    return next(page for page in tries if page)


def _within(pieces: Iterable[str], most: int) -> str:
    """The pieces together, if they have at most so many bytes; else nothing, as soon as that is known."""
    page, size = [], 0
    for piece in pieces:
        page.append(piece)
        size += len(piece.encode())
        if size > most:
            return ""
    return "".join(page)


def _page(account: Account, bounds: Bounds) -> Iterator[str]:
    funnel, told = account.funnel, account.settings.items()
    samples = [*_beside(account.samples[: bounds.samples], bounds)]
    bands: dict[str, list[Beside]] = {}
    for each in samples:
        bands.setdefault(each.sample.band, []).append(each)
    shown: dict[str, Any] = {
        "amounts": sorted(funnel.amounts, key=lambda each: (-each.characters, each.reason, each.kind))[: bounds.rows],
        "groups": account.groups[: bounds.rows],
        "alarmed": [each for each in account.groups[: bounds.rows] if each.alarm],
        "patterns": [(each, [*_pieces(each.pieces[: bounds.pieces])]) for each in account.patterns[: bounds.rows]],
        "clusters": account.clusters[: bounds.rows // 3],
        "samples": [*bands.items()],
        "found": [*_beside(account.estimate.found[: bounds.samples // 4], bounds)] if account.estimate else [],
        "failures": account.failures[: bounds.rows],
        "periods": account.timeline[-plots.MOST_BARS :],
        "settings": [(name, dumps(value, ensure_ascii=False)) for name, value in islice(told, bounds.rows)],
        "versions": [*islice(account.versions.items(), bounds.rows)],
    }
    drawn = {
        "flow": plots.flow(funnel),
        "sizes": plots.sizes(account.sizes),
        "curve": plots.curve(account.curve) if account.curve else None,
        "timeline": plots.timeline(account.timeline),
    }
    return rendered(
        "report.html",
        account=account,
        bounds=bounds,
        plain_title=bare(account.title, bounds.title),
        first=[*_first(account)][:LOOKS],
        sections=[*_sections(account)],
        flow_names=NAMES,
        frame=plots.FRAME,
        style=inline("common.css", "report.css"),
        script=inline("report.js"),
        **shown,
        **drawn,
    )


def _beside(samples: Iterable[Sample], bounds: Bounds) -> Iterator[Beside]:
    for number, sample in enumerate(samples, 1):
        both = diff(clip(sample.removed.text, bounds.passage), clip(sample.kept.text, bounds.passage))
        is_clipped = any(each.end - each.start > bounds.passage for each in (sample.removed, sample.kept))
        yield Beside(number, sample, _words(both.left), _words(both.right), is_clipped)


def _words(parts: Iterable[Part]) -> tuple[Words, ...]:
    texts = ((part.text.rstrip(" \t\r\n"), part) for part in parts)
    return tuple(Words(text, part.same, " " * (text != part.text)) for text, part in texts)


def _pieces(pieces: Sequence[Piece]) -> Iterator[Shown]:
    before = ""
    for piece in pieces:
        text = _text(piece)
        yield Shown(piece, text, (before[-1:] + text[:1]).isalnum() and bool(before))
        before = text


def _text(piece: Piece) -> str:
    """What stands for a piece: in a slot one of its fillings."""
    return piece.text or next(iter(piece.fillings), "")


def _sections(account: Account) -> Iterator[tuple[str, str]]:
    """The sections of the page: the id and the name of each."""
    yield "summary", "In short"
    yield "funnel", "In and out"
    yield "kinds", "Kinds"
    yield "sites", "Sites"
    yield "chrome", "Chrome"
    yield "clusters", "Duplicates"
    if account.samples or account.funnel.duplicates:
        yield "samples", "Samples"
    if account.curve:
        yield "curve", "Pairs compared"
    if account.estimate:
        yield "estimate", "Wrong removals"
    yield "timeline", "By date"
    yield "failures", "Failures"
    yield "settings", "Settings"


def _first(account: Account) -> Iterator[First]:
    """What to look at first, the most pressing at the beginning."""
    estimate = account.estimate
    if estimate and estimate.wrong:
        yield First(
            "estimate", f"{many(estimate.wrong, 'duplicate')} of {estimate.checked:,} checked that went wrongly"
        )
    if alarmed := [each.name for each in account.groups if each.alarm]:
        names = [clip(name, 60) for name in alarmed[:3]] + [f"{len(alarmed) - 3:,} more"] * (len(alarmed) > 3)
        yield First("sites", f"{many(len(alarmed), 'site')} of which unusually much went", ", ".join(names))
    if account.failure_count:
        yield First("failures", f"{many(account.failure_count, 'input')} that could not be used")
    least = min(account.samples, key=lambda each: each.similarity, default=None)
    if least and least.similarity < NEAR:
        yield First("samples", f"The duplicates that are least alike, from {100 * least.similarity:.0f} % on")
    if account.patterns:
        most = max(account.patterns, key=lambda each: each.characters)
        text = "".join(clip(_text(piece), 140) for piece in most.pieces[:20])
        yield First(
            "chrome", f"The passage that most went of, from {many(most.documents, 'document')}", clip(text, 140)
        )
