"""An invented language, fast: words and their forms, and prose of them as arrays, 20 million words a second.

The function words are English, in the order of how often English has them; the nouns, verbs and adjectives are those of
`words/en.toml`; the long tail is made of syllables. A word is drawn by Zipf's law, or, most of the time, from the few
that its predecessor prefers: so unrelated texts share a phrase now and then, as they do in a real language, and the
commonest five words stand in a few per cent of all documents. Nothing of it is anybody's text.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.prose import words

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int32]

VERSION = 2
"""Goes up with every change of what is generated: corpora on disk are known by it."""
FUNCTION = (
    "the of and to a in that is was he for it with as his on be at by i this had but from they you are she which him or"
    " her an were we been would who them will their has more if what up there into its about than then other could"
    " only some time these two do may first any my now such like our over me even most made after did many"
    " before must through years where much your way well down should because each just those people how too"
    " little good very make world still own see men work long here get both between life being under day same"
    " another know while last might us great old year off come since against go came right used take three"
).split()
TELLING = frozenset(
    "two three first last day year years he she him her his i we me my our us you your no not nor never nobody".split()
)
"""Not to be edited, with names and figures: who swaps one of these tells another thing and makes no copy."""
SIZE, NAMES, FIGURES = 24_000, 0.1, 0.015
"""Words of the language; the share of names among those of the tail; the share of figures in a text."""
PREFERRED, PREFERENCE = 32, 0.6
"""Successors that a word prefers, and how often it has its way."""
LENGTHS = (40, 126)
"""Words of a paragraph, at least and at most."""
SENTENCE = (8, 28)
"""The same of a sentence."""
DRAWS = 1 << 18
SYLLABLES = (
    "b br c ch d dr f g gr h j l m n p pl r s sh st t tr v w".split(),
    "a e i o u ea ou".split(),
    ["", "", "", *"n r l s t m nd".split()],
)

PLAIN, CAPITAL, COMMA, STOP, QUESTION, OPENS, CLOSES, DASH = range(8)
FORMS = 8


@dataclass(frozen=True)
class Tongue:
    """The words, and how one follows the other."""

    words: tuple[str, ...]
    editable: NDArray[np.bool_]
    """[words]: neither name nor figure, nor telling."""
    draws: tuple[Ints, Ints]
    """Words in the share that the language has of them: after a function word, and after another."""
    follows: Ints
    """[words, PREFERRED]: what a word likes to have behind it, the dearest first."""
    straight: NDArray[np.object_]
    """[words × FORMS]: how a word is written in a form, with straight quotation marks and hyphens for dashes."""
    curly: NDArray[np.object_]
    """The same with curly quotation marks and dashes, of the same lengths."""
    lengths: Ints
    """[words × FORMS]: code points of each."""

    def prose(self, paragraphs: int, chance: np.random.Generator) -> tuple[Ints, Ints, Ints]:
        """Paragraphs of sentences: the words, their forms, and the length of each paragraph."""
        lengths = chance.integers(LENGTHS[0], LENGTHS[1] + 1, paragraphs).astype(np.int32)
        table = self._walk(paragraphs, chance)
        kept = np.arange(LENGTHS[1], dtype=np.int32)[None, :] < lengths[:, None]
        return table[kept], _forms(lengths, kept, chance), lengths

    def _walk(self, chains: int, chance: np.random.Generator) -> Ints:
        """So many chains of as many words as the longest paragraph has: int32 [chains, words]."""
        table = np.empty((LENGTHS[1], chains), np.int32)
        likes = np.minimum((np.arange(1 << 12) / (1 << 12)) ** 3.5 * PREFERRED, PREFERRED - 1).astype(np.int32)
        now = self.draws[1][chance.integers(0, DRAWS, chains)]
        for step in range(LENGTHS[1]):
            luck = chance.integers(0, 1 << 62, chains)
            fresh = np.where(now < len(FUNCTION), self.draws[0][luck & (DRAWS - 1)], self.draws[1][luck & (DRAWS - 1)])
            liked = self.follows[now, likes[(luck >> 18) & 0xFFF]]
            now = np.where((luck >> 30) & 0xFFFF < PREFERENCE * (1 << 16), liked, fresh)
            table[step] = now
        return np.ascontiguousarray(table.T)


def _forms(lengths: Ints, kept: NDArray[np.bool_], chance: np.random.Generator) -> Ints:
    """The form of every word of paragraphs: where sentences start and end, commas, dashes, quotations."""
    forms = np.zeros(kept.shape, np.int32)
    luck = chance.random(kept.shape, np.float32)
    forms[luck < 0.07] = COMMA
    forms[luck < 0.008] = DASH
    sizes = chance.integers(SENTENCE[0], SENTENCE[1] + 1, (len(lengths), LENGTHS[1] // SENTENCE[0] + 1))
    ends = np.minimum(np.cumsum(sizes, axis=1), lengths[:, None])
    ends[ends > lengths[:, None] - SENTENCE[0]] = LENGTHS[1] + 1  # what is left is part of the last sentence
    ends = np.sort(np.column_stack([ends, lengths]), axis=1)
    starts = np.column_stack([np.zeros(len(lengths), ends.dtype), ends[:, :-1]])
    row, column = np.nonzero(ends <= lengths[:, None])
    kind = chance.random(len(row))
    first, last = starts[row, column], ends[row, column] - 1
    forms[row, last] = np.where(kind < 0.1, CLOSES, np.where(kind < 0.15, QUESTION, STOP))
    forms[row, first] = np.where(kind < 0.1, OPENS, CAPITAL)
    return forms[kept]


@cache
def tongue() -> Tongue:
    """The language; always the same."""
    chance = np.random.Generator(np.random.PCG64(20))
    common, known = _known()
    figures = [str(number) for number in (*range(2, 60), *range(1950, 2026), *range(100, 1000, 50))]
    tail = _tail(SIZE - len(common) - len(known) - len(figures), set(common) | set(known), chance)
    listed = (*common, *known, *tail, *figures)
    names = np.zeros(len(listed), bool)
    names[len(common) + len(known) : len(listed) - len(figures)] = chance.random(len(tail)) < NAMES
    editable = ~names & np.array([word not in TELLING and not word.isdigit() for word in listed])
    weights = _weights(len(common), len(listed), len(figures))
    draws = (_draws(np.where(np.arange(len(listed)) < len(common), 0.3, 1) * weights), _draws(weights))
    follows = np.empty((len(listed), PREFERRED), np.int32)
    behind = np.arange(len(listed)) < len(common)
    for side, table in enumerate(draws):
        rows = np.nonzero(behind == (side == 0))[0]
        follows[rows] = table[chance.integers(0, DRAWS, (len(rows), PREFERRED))]
    straight, curly = _written(listed, names, ('"', '"', "-")), _written(listed, names, ("“", "”", "—"))
    lengths = np.array([len(each) for each in straight.tolist()], np.int32)
    return Tongue(listed, editable, draws, follows, straight, curly, lengths)


def _known() -> tuple[list[str], list[str]]:
    """The function words, and the content words of the grammar, each once."""
    listed = words("en")
    kinds = ("who", "whos", "thing", "things", "place", "adj", "common", "verb", "said", "units", "kin")
    found = [each for kind in kinds for each in listed[kind] if re.fullmatch("[a-z]+", each)]
    common = list(dict.fromkeys(FUNCTION))
    known = [each for each in dict.fromkeys(found) if each not in set(common)]
    return common, [known[at] for at in np.argsort([hash_of(each) for each in known]).tolist()]


def hash_of(word: str) -> int:
    """An order of words that has nothing to do with what they mean."""
    return int.from_bytes(word.encode("ascii"), "big") * 0x9E3779B97F4A7C15 % (1 << 31)


def _tail(count: int, taken: set[str], chance: np.random.Generator) -> list[str]:
    """Words made of one to three syllables, shorter ones first as in any language."""
    single = ["".join(parts) for parts in itertools.product(*SYLLABLES)]
    found: dict[str, None] = {}
    while len(found) < count:
        syllables = 2 if len(found) < count // 2 else 3
        made = "".join(single[at] for at in chance.integers(0, len(single), syllables).tolist())
        if made not in taken and len(made) <= 11:
            found[made] = None
    return list(found)


def _weights(common: int, total: int, figures: int) -> NDArray[np.float64]:
    """Zipf's law with Mandelbrot's shift; figures share what is theirs evenly."""
    ranks = np.arange(total, dtype=np.float64)
    weights = 1 / (ranks + 2.7) ** 1.1
    weights[:common] *= 1.5  # half of a text are function words
    weights[total - figures :] = 0
    weights /= weights.sum()
    weights[total - figures :] = FIGURES / figures
    return np.asarray(weights / weights.sum())


def _draws(weights: NDArray[np.float64]) -> Ints:
    """DRAWS words, each as often as its weight says."""
    edges = np.cumsum(weights) / weights.sum()
    return np.searchsorted(edges, (np.arange(DRAWS) + 0.5) / DRAWS).astype(np.int32)


def _written(listed: tuple[str, ...], names: NDArray[np.bool_], marks: tuple[str, str, str]) -> NDArray[np.object_]:
    opening, closing, dash = marks
    found = []
    for word, name in zip(listed, names.tolist(), strict=True):
        capital = word[0].upper() + word[1:]
        plain = capital if name else word
        found += [plain, capital, f"{plain},", f"{plain}.", f"{plain}?", opening + capital]
        found += [f"{plain}.{closing}", f"{plain} {dash}"]
    return np.array(found, object)
