"""What readers of print misread: a share of the characters of a text, by what they are really mistaken for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

# What is mistaken for what, both ways; a pair of letters for one as well. The shapes are those that reports on the
# errors of scanned newspapers name first: strokes (l 1 i I), bowls (O 0 Q, e c o), joined letters (rn m, cl d, ri n),
# ascenders (h b, t f), long s (f s), and figures (S 5, B 8, Z 2, g 9).
_ALIKE = (
    "l 1", "l I", "i l", "i j", "I 1", "O 0", "o 0", "rn m", "cl d", "ri n", "nn m", "vv w", "li h", "ii u", "e c",
    "e o", "o c", "a o", "a u", "h b", "h n", "u n", "u v", "v y", "t f", "t l", "f s", "r n", "S 5", "s 5", "B 8",
    "Z 2", "z 2", "g 9", "g q", "G 6", "D O", "E F", "P F", "R K", "M N", "H N", "T I", "C G", "V Y", "U V", "W VV",
    "6 8", "3 8", "1 7", "0 6", "k h", "x z", "y v", "w v", "p n", "b 6", "d cl", ", .", ". ,", "m in", "n ii",
)  # fmt: skip


def _table() -> dict[str, list[str]]:
    table: dict[str, list[str]] = {}
    for line in _ALIKE:
        left, right = line.split(" ")
        table.setdefault(left, []).append(right)
        table.setdefault(right, []).append(left)
    return table


MISREAD = {shape: tuple(sorted(set(others))) for shape, others in _table().items()}
LOST = 0.12
"""The share of the errors that lose or double a letter: a stroke too faint, or read twice."""
_SHAPE = re.compile("|".join(sorted(map(re.escape, MISREAD), key=lambda shape: -len(shape))))


def misread(text: str, chance: Random, share: float) -> str:
    """The text with so large a share of its characters (not white space) misread, drawn at random, at least one.

    An error is of a place; two of one place count as one, so that the share is reached from below.
    """
    places = [at for at, character in enumerate(text) if not character.isspace()]
    chosen = sorted(chance.sample(places, max(1, round(share * len(places)))))
    written, done = [], 0
    for at in chosen:
        if at < done:
            continue  # it went with the pair of letters before it
        written.append(text[done:at])
        shape, done = _shape(text, at)
        written.append(_wrong(shape, chance))
    return "".join([*written, text[done:]])


def _shape(text: str, at: int) -> tuple[str, int]:
    """The letters at a place that are read as one, and where they end."""
    found = _SHAPE.match(text, at)
    shape = found[0] if found else text[at]
    return shape, at + len(shape)


def _wrong(shape: str, chance: Random) -> str:
    if shape not in MISREAD or chance.random() < LOST:
        return chance.choice(("", shape + shape)) if len(shape) == 1 else shape[0]
    return chance.choice(MISREAD[shape])
