"""Conflicts: where a sentence that two texts share tells something else in each, by a figure or by a name."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup.align import SLACK, Run, Words
from dedup.misread import is_close, is_mixed, is_near, is_noise, is_typo
from dedup.telling import telling_words
from dedup.words import Mark

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

NOUNS = 0.2
"""A text with a larger share of capitalised words within sentences writes all nouns so: German 25 to 30 %, English 5 to
15 %."""
SLOT = 6
"""Words that a slot of a template holds at most; longer ones are not filled in but written."""
EDGE = 2
"""Words that the keeper lacks which may go at either edge, to reach the end of the sentence."""
NOISE = 3
"""Misread words by which a text whose nouns have capitals is known to be misread."""
GROUP = 3
"""Digits between which a separator of thousands stands."""

_STARTS, _FIGURE, _NAME = int(Mark.STARTS_SENTENCE), int(Mark.FIGURE), int(Mark.NAME)
_TELLING = _FIGURE | _NAME


class Spelling(NamedTuple):
    """What spells the words of two documents, folded, by their numbers."""

    document: Callable[[int], str]
    keeper: Callable[[int], str]


def find_conflicts(
    chain: list[Run], shared: list[tuple[int, int]], document: Words, keeper: Words, spelling: Spelling | None
) -> tuple[list[int], int]:
    """Where in shared sentences, between runs, the document has a figure or a name that the keeper does not have in
    that place; and how many of these places are slots that have another one in the keeper, as a form has that is
    filled in anew."""
    gaps = [
        gap
        for gap in _gaps(chain, document.marks, len(keeper.hashes))
        if any(low < gap[0].stop and gap[0].start < high for low, high in shared)
    ]
    found: list[int] = []
    slots = 0
    certain = _FIGURE if has_capital_nouns(document.marks) else _TELLING
    misread = _misread(gaps, document, spelling) if spelling else set[int]()
    names = _names(document) | _names(keeper) if gaps else frozenset[int]()
    for here, there in gaps:
        known = set(keeper.hashes[there.start : there.stop].tolist())
        own = [at for at in here if is_telling(document, at, names) and int(document.hashes[at]) not in known]
        own = [at for at in own if at not in misread]
        # Where one word stands for another, and that one is neither figure nor name, it was edited, not filled in. The
        # words for numbers tell only where they were swapped for others.
        swapped = any(is_telling(keeper, at, names) for at in there)
        if swapped:
            found += own
        elif len(here) > len(there):
            found += [at for at in own if document.marks[at] & certain]
        slots += bool(own) and swapped and max(len(here), len(there)) <= SLOT
    return found, slots


def has_capital_nouns(marks: NDArray[np.uint8]) -> bool:
    """Whether a text writes its nouns with a capital, as German does: then that makes no name."""
    return bool(np.count_nonzero(marks & _NAME) > NOUNS * len(marks))


def _names(words: Words) -> frozenset[int]:
    """The names of a text."""
    return frozenset(words.hashes[(words.marks & _NAME) > 0].tolist())


def is_telling(words: Words, at: int, names: frozenset[int] = frozenset()) -> bool:
    """Whether a word is a figure or a name, or the word for a number, a day or a month. The first word of a sentence
    has a capital anyway: it is a name if it is one of `names`, elsewhere."""
    word, marks = int(words.hashes[at]), int(words.marks[at])
    return bool(marks & _TELLING) or word in telling_words() or bool(marks & _STARTS and word in names)


def _misread(gaps: list[tuple[range, range]], document: Words, spelling: Spelling) -> set[int]:
    """The words of the document's gaps that the keeper has in that place, but for letters which one of them misread, or
    for how its figures are set apart. Of names with another letter that is believed only where as many plain words are
    misread, too."""
    sure: set[int] = set()
    names: set[int] = set()
    short: set[int] = set()
    noise = plain = 0
    for here, there in gaps:
        ours, theirs = [spelling.document(at) for at in here], [spelling.keeper(at) for at in there]
        if _is_joined(ours, theirs):
            sure.update(here)
            continue
        for at, own in zip(here, ours, strict=True):
            close = next((other for other in theirs if is_close(own, other)), None)
            if close is None:
                short.update([at] if any(is_near(own, other) for other in theirs) else [])
                continue
            if is_mixed(own) or is_mixed(close) or is_typo(own, close):
                sure.add(at)
            elif document.marks[at] & _TELLING:
                names.add(at)
            noise += is_noise(own, close)
            plain += is_noise(own, close) and not document.marks[at] & _TELLING
    if plain >= 2 * len(names | short):
        return sure | names | short
    # Where nouns have capitals, most of what looks like a name is none.
    believed = plain >= len(names) or (has_capital_nouns(document.marks) and noise >= NOISE)
    return sure | (names if believed else set())


def _is_joined(ours: list[str], theirs: list[str]) -> bool:
    """Whether the same letters or figures are only set apart in another way. Figures are where they are grouped by
    three: `1,000` is 1000, but `1.5` is not 15."""
    if "".join(ours) != "".join(theirs):
        return False
    parts = [*ours[1:], *theirs[1:]]
    return not all(map(str.isdecimal, [*ours, *theirs])) or all(len(part) == GROUP for part in parts)


def _gaps(chain: list[Run], marks: NDArray[np.uint8], keeper_length: int) -> Iterator[tuple[range, range]]:
    """What stands between runs, in the document and in the keeper; and at either end of the chain, to the end of the
    sentence if that is near."""
    first, last = chain[0], chain[-1]
    low = next((at for at in range(first[0], max(-1, first[0] - EDGE - 1), -1) if marks[at] & _STARTS), first[0])
    end, other_end = last[0] + last[2], last[1] + last[2]
    high = next((at for at in range(end, min(len(marks), end + EDGE + 1)) if marks[at] & _STARTS), len(marks))
    if low < first[0]:
        yield range(low, first[0]), range(max(0, first[1] - (first[0] - low) - SLACK), first[1])
    for (start, other, length), (after, other_after, _) in pairwise(chain):
        yield range(start + length, after), range(other + length, other_after)
    if end < high <= end + EDGE:
        yield range(end, high), range(other_end, min(keeper_length, other_end + high - end + SLACK))
