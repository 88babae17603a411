"""Two texts word by word, side by side: what they have in common, and what only one of them has."""

from __future__ import annotations

from collections import Counter
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, NamedTuple

from dedup.text import fold, matches

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST = 600
"""Words of either text that are compared; the rest is shown as it is."""
OFTEN = 30
"""A word that stands more often is only compared beside others that agree: `difflib` takes time with the product of
how often a word stands on both sides, 3 s for one that is all there is of 600."""


class Part(NamedTuple):
    """A part of a text, with the white space behind it, and whether the other text has it in this place."""

    text: str
    same: bool


class Diff(NamedTuple):
    """Both texts in parts; those of each put together give it back."""

    left: tuple[Part, ...]
    right: tuple[Part, ...]


def diff(left: str, right: str) -> Diff:
    """Compare two texts as passages are compared: by words, whatever their case and what stands between them.

    >>> diff("The ferry left at dawn.", "The ferry left,  at noon.").left
    (Part(text='The ferry left at ', same=True), Part(text='dawn.', same=False))
    """
    ours, theirs = _Words(left), _Words(right)
    often = {word for word, times in Counter(theirs.folded).items() if times > OFTEN}
    matcher = SequenceMatcher(often.__contains__, ours.folded, theirs.folded, autojunk=False)
    same = [(block.a, block.b, block.size) for block in matcher.get_matching_blocks()]
    return Diff(
        tuple(ours.parts([(a, a + size) for a, _, size in same])),
        tuple(theirs.parts([(b, b + size) for _, b, size in same])),
    )


class _Words:
    """The first words of a text, folded, and where each starts; the last edge is the text's end."""

    def __init__(self, text: str) -> None:
        spans = [match.span() for match, _ in zip(matches(text, 0, len(text))(0, len(text)), range(MOST), strict=False)]
        self.text = text
        self.folded = [fold(text[start:end]) for start, end in spans]
        self.edges = [0, *(start for start, _ in spans[1:]), len(text)]

    def parts(self, same: list[tuple[int, int]]) -> Iterator[Part]:
        """The text in parts, given which words stand in the other one, too."""
        last = 0
        for start, end in same:
            for low, high, is_same in ((last, start, False), (start, end, True)):
                text = self.text[self.edges[low] : self.edges[high]]
                if text:
                    yield Part(text, is_same)
            last = end
        if rest := self.text[self.edges[last] :]:
            yield Part(rest, same=False)
