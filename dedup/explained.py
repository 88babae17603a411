"""A document as `dedup explain` shows it: in order, what went struck, and why; beside a duplicate what is kept for it.

Every line begins with a column of its own, so that it is told without colour, too: `kept`, `- kind` and `-` for what
went, `|` for why, `=` for the text of the keeper. What only one of two passages has stands in `[-...-]` and `{+...+}`,
or underlined. On a wide screen what is said of a passage stands beside it, else below.
"""

from __future__ import annotations

from itertools import islice, zip_longest
from typing import TYPE_CHECKING, Any, NamedTuple

from dedup.diff import diff
from dedup.signs import visible
from dedup.terminal import breaks, columns

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dedup.diff import Part
    from dedup.result import Piece, Result

MARGIN = 17
"""Width of the column that says what became of a block."""
BESIDE, WIDEST = 112, 90
"""Columns of a screen from which on two texts stand side by side, and the most that each of them takes."""
DIFFERING = 12
"""Lines that are shown of a duplicate that differs from what is kept, where others are cut sooner."""
APART = 60
"""Characters that only the keeper has, at one of its ends, which are shown; a document may be kept for a paragraph."""

Styled = list[tuple[str, str]]
"""A line in parts, each with what it is: a key of `_CODES`, or nothing."""
_CODES = {
    "gone": "9;31", "differs": "1;4;9;31", "kind": "1;31", "why": "2", "keeper": "32", "added": "1;4;32",
    "signs": "2",
}  # fmt: skip
_GONE, _KEPT = ("[-", "-]", "gone", "differs"), ("{+", "+}", "keeper", "added")
_STAYS, _WHY = ("", "", "", ""), ("", "", "why", "")


class Look(NamedTuple):
    """How a document is shown: on how many columns; at most so many lines of a block; coloured; with what is said of a
    passage beside it; only what went."""

    width: int
    most: int | None = None
    colour: bool = False
    beside: bool = False
    removed: bool = False

    @property
    def column(self) -> int:
        """The columns of a text."""
        return min(WIDEST, (self.width - MARGIN - 3) // 2) if self.beside else self.width - MARGIN


def screen(width: int, most: int | None, *, colour: bool, is_screen: bool, removed: bool) -> Look:
    """How to show a document on so many columns; side by side on a screen where there is room for it."""
    return Look(width, most, colour, is_screen and width >= BESIDE, removed)


def keepers(result: Result, pieces: Iterable[Piece]) -> dict[str, str]:
    """The source texts of the documents that were kept for pieces, by id, but for those that an index has."""
    named = (piece.removed["keeper"] for piece in pieces if piece.removed and piece.removed.get("keeper"))
    ids = {keeper["id"] for keeper in named if not keeper.get("index")}
    return {each.id: each.text for each in result.read(ids)} if ids else {}


def passage(piece: Piece, texts: dict[str, str]) -> str:
    """The passage that was kept for a piece; empty if there is none, or its text is not in the run."""
    keeper = piece.removed.get("keeper") if piece.removed else None
    if not keeper or keeper.get("index"):
        return ""
    return texts.get(keeper["id"], "")[keeper["start"] : keeper["end"]]


def explained(pieces: Sequence[Piece], texts: dict[str, str], look: Look) -> Iterator[str]:
    """The lines that show a document, with the `texts` of `keepers`."""
    between = 0
    for before, piece, after in zip([None, *pieces], pieces, [*pieces[1:], None], strict=False):
        is_context = look.removed and piece.removed is None
        at_end, at_start = (bool(each and each.removed) for each in (after, before))
        if is_context and not (at_end or at_start):
            between += 1
            continue
        yield from _passed(between, look)
        between = 0
        if is_context:
            some = _shown(_context(piece, look.column, at_start=at_start), "", look._replace(most=1))
        else:
            some = _shown(piece, passage(piece, texts), look)
        yield from (_painted(line, look) for line in some)
    yield from _passed(between, look)


def _passed(count: int, look: Look) -> Iterator[str]:
    """That blocks are not shown."""
    if count:
        yield _painted([(f"{'...':<{MARGIN}}", ""), (f"{count:,} kept", "why")], look)


def _context(piece: Piece, width: int, *, at_start: bool) -> Piece:
    """A piece that stays as the line of it that is next to what went."""
    text = visible(piece.text)
    if not at_start:
        start, end = list(breaks(text, width - 2))[-1] if text else (0, 0)
        text = f"{'… ' if start else ''}{text[start:end]}"
    return piece._replace(text=text, evidence=None)


def _shown(piece: Piece, kept: str, look: Look) -> Iterator[Styled]:
    """The lines of a piece."""
    said = piece.removed
    ours, theirs = _compared(piece.text, kept) if kept else ([(visible(piece.text), False)], [])
    differs = any(each for _, each in (*ours, *theirs))
    limit = look.most if look.most is None or not differs else max(look.most, DIFFERING)
    lines = _cut(_laid(ours, look.column, _GONE if said else _STAYS, look), limit, look.column)
    name = f"- {said['kind']}" if said else "kept"
    left: Iterable[Styled] = (
        [((name if number == 0 else "-" if said else "").ljust(MARGIN), "kind" if said else ""), *line]
        for number, line in enumerate(lines or [[]])
    )
    right: list[Styled] = []
    if kept and (differs or look.beside or look.most is None):
        width = look.column - (0 if look.beside else 2)
        right = [[("= ", "signs"), *line] for line in _cut(_laid(theirs, width, _KEPT, look), limit, width)]
    for reason in _reasons(piece):
        right += [
            [("| ", "signs"), *line] for line in _laid([(reason, False)], look.column - 2, ("", "", "why", ""), look)
        ]
    yield from _beside(left, right, look) if look.beside else [*left, *([(" " * MARGIN, ""), *line] for line in right)]


def _beside(left: Iterable[Styled], right: Iterable[Styled], look: Look) -> Iterator[Styled]:
    """Lines side by side."""
    for ours, theirs in zip_longest(left, right, fillvalue=None):
        line = ours or [(" " * MARGIN, "")]
        if theirs:
            used = sum(columns(text) for text, _ in line)
            line = [*line, (" " * (MARGIN + look.column + 1 - used), ""), *theirs]
        yield line


# ── texts ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def _compared(text: str, kept: str) -> tuple[list[tuple[str, bool]], list[tuple[str, bool]]]:
    """Two texts on a line each, in parts, with whether only this one has it."""
    found = diff(text.strip(), kept.strip())
    return _joined(found.left), _ends_cut(_joined(found.right))


def _joined(parts: Iterable[Part]) -> list[tuple[str, bool]]:
    """Parts on one line; between two of them a space where there was white space."""
    result: list[tuple[str, bool]] = []
    space = False
    for part in parts:
        if (space or part.text[:1].isspace()) and result:
            result.append((" ", False))
        result.append((visible(part.text), not part.same))
        space = part.text[-1:].isspace()
    return result


def _ends_cut(parts: list[tuple[str, bool]]) -> list[tuple[str, bool]]:
    """Parts without most of what only this text has at its ends."""
    if len(parts) > 1 and parts[0][1] and len(parts[0][0]) > APART:
        parts[0] = (f"… {parts[0][0][-APART:]}", True)
    if len(parts) > 1 and parts[-1][1] and len(parts[-1][0]) > APART:
        parts[-1] = (f"{parts[-1][0][:APART]} …", True)
    return parts


def _laid(
    parts: Iterable[tuple[str, bool]], width: int, marks: tuple[str, str, str, str], look: Look
) -> Iterator[Styled]:
    """Parts in lines of a width: where it is not coloured, what differs stands between the first two `marks`; the other
    two are the styles."""
    opening, closing, same, differs = marks
    text, edges = "", list[tuple[int, str]]()
    for each, is_apart in parts:
        text += each if look.colour or not is_apart else f"{opening}{each}{closing}"
        edges.append((len(text), differs if is_apart else same))
    number = 0
    for start, end in breaks(text, width):
        line, at = Styled(), start
        while at < end:
            while edges[number][0] <= at:
                number += 1
            stop = min(end, edges[number][0])
            line.append((text[at:stop], edges[number][1]))
            at = stop
        yield line


def _cut(lines: Iterable[Styled], most: int | None, width: int) -> list[Styled]:
    """At most so many lines of a width; the last one ends with an ellipsis where some are left out."""
    if most is None:
        return list(lines)
    some = list(islice(lines, most + 1))
    if len(some) <= most:
        return some
    *before, (text, style) = some[most - 1]
    is_full = sum(columns(each) for each, _ in some[most - 1]) >= width
    return [*some[: most - 1], [*before, (f"{text[:-1] if is_full else text}…", style)]]


def _painted(line: Styled, look: Look) -> str:
    if not look.colour:
        return "".join(text for text, _ in line).rstrip()
    return "".join(f"\x1b[{_CODES[style]}m{text}\x1b[0m" if style and text.strip() else text for text, style in line)


# ── reasons ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _reasons(piece: Piece) -> Iterator[str]:
    """Why a piece went or, if that is known, stayed: a line or more each."""
    said = piece.removed
    if said is None:
        if piece.evidence:
            yield _told(piece.evidence)
        return
    yield visible(said["why"])
    if keeper := said.get("keeper"):
        where = f" in the index {keeper['index']}, whose texts are not in this run" if keeper.get("index") else ""
        yield visible(f"keeper: {keeper['id']} {keeper['start']}-{keeper['end']}{where}")
        figures = {"similarity": said["similarity"], **said["evidence"]}
        named = ("similarity",) if said["similarity"] >= 1 else _MEANINGS  # then all else is 1, too
        yield _told({name: _in_words(name, value) if name in named else value for name, value in figures.items()})
    else:
        yield _told(said["evidence"])


def _told(evidence: dict[str, Any]) -> str:
    told = (f"{name}: {_value(value)}" for name, value in evidence.items() if value not in ("", None))
    return visible("; ".join(told))


def _value(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


_MEANINGS = {
    "similarity": ("the same words", "of the words of both, {:.0%} agree in order"),
    "containment": ("all of it is in the keeper", "{:.0%} of it is in the keeper"),
    "jaccard": ("the same shingles", "of the shingles of both, {:.0%} are shared"),
}


def _in_words(name: str, value: float) -> str:
    """A figure of likeness, and what it says."""
    whole, part = _MEANINGS[name]
    return f"{value} ({whole if value >= 1 else part.format(min(value, 0.99))})"
