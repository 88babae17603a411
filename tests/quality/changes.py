"""What reuse does to a passage: a function for every row of the table.

Each gives the two sides, the original and its reuse, as pieces of text; the pieces that have a number are the passage,
and those of one number on both sides are the same part of it.
"""

from __future__ import annotations

import re
import unicodedata
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from tests.quality.noise import misread
from tests.quality.own import UNIT, folded, is_spaced, long_enough, sentences, vocabulary

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from random import Random

    from tests.quality.own import Filler, Paragraph


class Piece(NamedTuple):
    """A part of a text; `part` says which part of the passage it is, None that it is not of it."""

    text: str
    part: int | None = None


Side = list[Piece]


class Change(NamedTuple):
    """The original and the reuse; `again` is a third copy, where there is one."""

    original: Side
    reuse: Side
    again: Side | None = None


class Material(NamedTuple):
    """What a change works on: the passage, another one where it needs two, and what chooses."""

    passage: Paragraph
    other: Paragraph
    filler: Filler
    chance: Random

    @property
    def text(self) -> str:
        """The text of the passage."""
        return self.passage.text

    @property
    def space(self) -> str:
        """What stands between two sentences."""
        return " " if is_spaced(self.passage.language) else ""


def _of_text(rewrite: Callable[[str, Random], str]) -> Callable[[Material], Change]:
    """The change of a passage whose text is written anew as a whole."""
    return lambda given: Change([Piece(given.text, 0)], [Piece(rewrite(given.text, given.chance), 0)])


# ── the looks of the text ───────────────────────────────────────────────────────────────────────────────────────────


def wrapped(text: str, width: int, mark: str = "", hyphens: bool = False) -> str:
    """Broken into lines of so many characters, `mark` before each but the first; words are broken only by hyphens."""
    words = text.split(" ") if " " in text.strip() else list(text)
    space = " " if " " in text.strip() else ""
    lines, line = [], ""
    for each in words:
        word, room = each, width - len(line) - len(space)
        if not line or len(word) <= room:
            line = f"{line}{space}{word}" if line else word
            continue
        if hyphens and word.isalpha() and len(word) >= 6 and room >= 4:
            at = min(room - 1, len(word) - 3)
            line, word = f"{line} {word[:at]}-", word[at:]
        lines.append(line)
        line = word
    return f"\n{mark}".join([*lines, line])


def _rewrapped(text: str, chance: Random) -> str:
    return wrapped(text, chance.randint(40, 76) // (1 if " " in text.strip() else 2))


def _quoted(given: Material) -> Change:
    width = given.chance.randint(40, 76) // (1 if given.space else 2)
    return Change([Piece(given.text, 0)], [Piece("> "), Piece(wrapped(given.text, width, "> "), 0)])


def _hyphenated(text: str, chance: Random) -> str:
    return wrapped(text, chance.randint(40, 60), hyphens=True)


def _case(text: str, chance: Random) -> str:
    return text.upper() if chance.random() < 0.5 else text.lower()


_STRAIGHT = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "–": "--", "—": "--"})


def _quote_marks(text: str, chance: Random) -> str:  # noqa: ARG001
    """Straight marks for typographic ones, or the other way round."""
    straight = text.translate(_STRAIGHT)
    if straight != text:
        return straight
    curled = re.sub(r'(?<![^\s(\[])"', "“", text).replace('"', "”").replace("'", "’")
    return curled.replace(" -- ", " — ").replace(" - ", " – ")


def _invisible(text: str, chance: Random) -> str:
    """Soft hyphens or zero-width spaces inside a third of the longer words."""
    mark = chance.choice("\u00ad\u200b")

    def parted(word: re.Match[str]) -> str:
        at = chance.randint(2, len(word[0]) - 2)
        return f"{word[0][:at]}{mark}{word[0][at:]}" if chance.random() < 0.35 else word[0]

    return re.sub(r"[^\W\d_]{6,}", parted, text)


def _full_width(text: str, chance: Random) -> str:  # noqa: ARG001
    return "".join(chr(ord(each) + 0xFEE0) if "!" <= each <= "~" else each for each in text)


def _nfd(text: str, chance: Random) -> str:  # noqa: ARG001
    return unicodedata.normalize("NFD", text)


_LONGER = re.compile(r"\b[A-Za-zÀ-ÿ]{4,}\b")


def _markdown(text: str, chance: Random) -> str:
    """Every tenth word or so in bold or italics, or a link."""

    def marked(word: re.Match[str]) -> str:
        drawn = chance.random()
        if drawn > 0.1:
            return word[0]
        kinds = (f"**{word[0]}**", f"*{word[0]}*", f"[{word[0]}](https://news.example/{word[0].lower()})")
        return kinds[int(drawn * 30)]

    result = _LONGER.sub(marked, text)
    return result if result != text else _LONGER.sub(r"**\g<0>**", text, count=1)


# ── other words ─────────────────────────────────────────────────────────────────────────────────────────────────────


def edited(text: str, chance: Random, language: str, share: float, kept: bool = False) -> str:
    """So large a share of the words (of characters, where there are no spaces) replaced, left out or put in.

    They are drawn among all words, or, with `kept`, among those that hold no capital letter and no figure: names and
    figures stay. At least one is changed.
    """
    units = list(UNIT.finditer(text))
    free = [at for at, unit in enumerate(units) if not kept or (unit[0] == unit[0].lower() and unit[0].isalpha())]
    chosen = sorted(chance.sample(free, min(len(free), max(1, round(share * len(units))))), reverse=True)
    space = " " if is_spaced(language) else ""
    for at in chosen:
        start, end = units[at].span()
        word = chance.choice([each for each in vocabulary(language) if each != units[at][0]])
        kind = chance.choice(("replace", "replace", "delete", "insert"))
        if kind == "replace":
            text = text[:start] + word + text[end:]
        elif kind == "insert":
            text = text[:start] + word + space + text[start:]
        else:
            text = text[:start] + text[end:].removeprefix(" ")
    return text


def _edits(share: float, given: Material, kept: bool = False) -> Change:
    reuse = edited(given.text, given.chance, given.passage.language, share, kept)
    return Change([Piece(given.text, 0)], [Piece(reuse, 0)])


# ── another extent ──────────────────────────────────────────────────────────────────────────────────────────────────

_PLACES = ("VELMOUTH", "KESTERHAVEN", "OSTBRIDGE", "PORT ILLEN", "TARNHOLM", "GRANDE-RIVE")
_MONTHS = ("March", "April", "June", "Sept.", "Oct.", "Dec.")


def _dateline(given: Material) -> Change:
    place, day = given.chance.choice(_PLACES), f"{given.chance.choice(_MONTHS)} {given.chance.randint(1, 28)}"
    head = given.chance.choice((f"{place}, {day} (NW) -- ", f"{place} ({day}) — ", f"{place}, {day} - ", f"{place} — "))
    return Change([Piece(given.text, 0)], [Piece(head), Piece(given.text, 0)])


def _truncated(given: Material, head: bool = False) -> Change:
    """The first, or last, three fifths of the words."""
    units = list(UNIT.finditer(given.text))
    if head:
        at = units[round(0.4 * len(units))].start()
        return Change([Piece(given.text[:at]), Piece(given.text[at:], 0)], [Piece(given.text[at:], 0)])
    at = units[round(0.6 * len(units)) - 1].end()
    return Change([Piece(given.text[:at], 0), Piece(given.text[at:])], [Piece(given.text[:at], 0)])


def _embedded(given: Material) -> Change:
    """Among other sentences, in one paragraph with them."""
    before, after = (given.filler.paragraph(given.passage.language, 1, 3) for _ in "ab")
    whole = [Piece(before + given.space), Piece(given.text, 0), Piece(given.space + after)]
    return Change([Piece(given.text, 0)], whole)


def _merged(given: Material) -> Change:
    """Two paragraphs as one."""
    first, second = Piece(given.text, 0), Piece(given.other.text, 1)
    return Change([first, Piece("\n\n"), second], [first, Piece(given.space), second])


def halves(text: str) -> int | None:
    """Where the sentence nearest the middle starts, if there are 16 words on either side of it."""
    starts = [start for start, _ in sentences(text)[1:]]
    fitting = [at for at in starts if long_enough(text[:at], 16) and long_enough(text[at:], 16)]
    return min(fitting, key=lambda at: abs(2 * at - len(text)), default=None)


def _split(given: Material) -> Change:
    at = halves(given.text) or 0
    first, second = given.text[:at].rstrip(), given.text[at:]
    between = Piece(given.text[len(first) : at])
    return Change([Piece(first, 0), between, Piece(second, 1)], [Piece(first, 0), Piece("\n\n"), Piece(second, 1)])


def _reordered(given: Material) -> Change:
    """Its sentences in another order, in which the first is not the first."""
    parts = [Piece(given.text[start:end], number) for number, (start, end) in enumerate(sentences(given.text))]
    shuffled = parts[:]
    while shuffled[0] is parts[0]:
        given.chance.shuffle(shuffled)
    return Change(_joined(parts, given.space), _joined(shuffled, given.space))


def _joined(parts: Side, space: str) -> Side:
    return [piece for part in parts for piece in (Piece(space), part)][1:]


def _three(given: Material) -> Change:
    """In three documents: once as it is, once in other lines, once with a word changed."""
    reuse, again = _rewrapped(given.text, given.chance), edited(given.text, given.chance, given.passage.language, 0)
    return Change([Piece(given.text, 0)], [Piece(reuse, 0)], [Piece(again, 0)])


ROWS: Mapping[str, Callable[[Material], Change]] = {
    "verbatim": _of_text(lambda text, _: text),
    "re-wrapped": _of_text(_rewrapped),
    "quoted": _quoted,
    "case": _of_text(_case),
    "quote-marks": _of_text(_quote_marks),
    "dateline": _dateline,
    "one-word": partial(_edits, 0.0),
    "edits-5": partial(_edits, 0.05),
    "edits-10": partial(_edits, 0.10),
    "edits-20": partial(_edits, 0.20),
    "edits-5-kept": partial(_edits, 0.05, kept=True),
    "edits-10-kept": partial(_edits, 0.10, kept=True),
    "edits-20-kept": partial(_edits, 0.20, kept=True),
    "ocr-2": _of_text(partial(misread, share=0.02)),
    "ocr-5": _of_text(partial(misread, share=0.05)),
    "truncated": _truncated,
    "truncated-head": partial(_truncated, head=True),
    "embedded": _embedded,
    "merged": _merged,
    "split": _split,
    "reordered": _reordered,
    "three": _three,
    "zero-width": _of_text(_invisible),
    "full-width": _of_text(_full_width),
    "nfd": _of_text(_nfd),
    "hyphenated": _of_text(_hyphenated),
    "markdown": _of_text(_markdown),
}
"""The rows of the table."""

LATIN = re.compile(r"[\u0000-\u024f\u2000-\u206f\u20ac]+")
_KEEP_WORDS = ("zero-width", "hyphenated", "markdown", "ocr-2", "ocr-5", "full-width")


def applies(row: str, paragraph: Paragraph) -> bool:
    """Whether a change makes sense for a paragraph."""
    text = paragraph.text
    if row in _KEEP_WORDS:
        return LATIN.fullmatch(text) is not None
    tests: dict[str, Callable[[], bool]] = {
        "case": lambda: text.upper() != text and folded(text.upper()) == folded(text),
        "quote-marks": lambda: _quote_marks(text, _NO_CHANCE) != text,
        "nfd": lambda: len(unicodedata.normalize("NFD", text)) > len(text) + 2,
        "split": lambda: halves(text) is not None,
        "reordered": lambda: len(sentences(text)) >= 3,
    }
    if row.endswith("-kept"):
        return is_spaced(paragraph.language)  # elsewhere nothing tells a name
    return tests[row]() if row in tests else True


_NO_CHANCE: Random = None  # type: ignore[assignment]
