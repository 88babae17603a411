"""Cleaning in batches against an index that each is added to keeps what cleaning all at once keeps."""

from __future__ import annotations

import random
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dedup
from tests.material import prose

if TYPE_CHECKING:
    from collections.abc import Iterable

SENTENCES = [f"{prose(seed, 3 + seed % 25).rstrip('.')}." for seed in range(60)]


def edited(text: str, chance: random.Random) -> str:
    """A text with up to a fifth of its words other ones, more or fewer, wherever they stand."""
    words = text.split()
    for _ in range(chance.randint(1, max(1, len(words) // 5))):
        at = chance.randrange(len(words))
        words[at : at + chance.randint(0, 1)] = [chance.choice(["otter", "lantern", "ledger"])] * chance.randint(0, 1)
    return " ".join(words or ["otter"])


def own(chance: random.Random) -> str:
    """A few words that no other text has."""
    return prose(chance.randrange(10_000, 10_000_000), chance.randint(3, 20))


def text_of(chance: random.Random, earlier: list[str]) -> str:
    """A text of sentences that others use too, or made of an earlier text."""
    kind = chance.random()
    if earlier and kind < 0.4:
        parts = chance.choice(earlier).split("\n\n")
        if kind < 0.1:
            return "\n\n".join(parts)
        if kind < 0.2:
            return "\n\n".join(edited(part, chance) for part in parts)
        chance.shuffle(parts)
        some = [edited(part, chance) if chance.random() < 0.5 else part for part in parts]
        return "\n\n".join([*some[: chance.randint(1, len(parts))], own(chance)])
    paragraphs = []
    for _ in range(chance.randint(1, 4)):
        some = [chance.choice(SENTENCES) for _ in range(chance.randint(1, 4))]
        some = [edited(each, chance) if chance.random() < 0.4 else each for each in some]
        paragraphs.append(" ".join([*some, *[own(chance)] * (chance.random() < 0.3)]))
    return "\n\n".join(paragraphs)


def records(seed: int, count: int) -> list[dict[str, str]]:
    chance = random.Random(seed)
    texts: list[str] = []
    for _ in range(count):
        texts.append(text_of(chance, texts))
    return [{"id": f"d{number}", "text": text} for number, text in enumerate(texts)]


def kept(results: Iterable[dedup.Result]) -> dict[str, str]:
    return {document["id"]: document["text"] for result in results for document in result.documents()}


def in_batches(documents: list[dict[str, str]], edges: list[int], folder: Path, config: dedup.Config) -> dict[str, str]:
    bounds = sorted({0, len(documents), *(edge % len(documents) for edge in edges)})
    batches = [documents[low:high] for low, high in pairwise(bounds)]
    return kept(
        dedup.clean(batch, folder / f"out-{number}", config=config, against=dedup.Adding(folder / "index"))
        for number, batch in enumerate(batches)
    )


edges_of_batches = st.lists(st.integers(0, 18), min_size=1, max_size=4)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000_000), st.integers(2, 19), edges_of_batches, st.sampled_from([5, 8, 15, 15, 25]))
@pytest.mark.parametrize("unit", ["passage", "document"])
def test_batches_keep_what_one_run_keeps(unit: str, seed: int, count: int, edges: list[int], min_words: int) -> None:
    documents = records(seed, count)
    threshold = 0.6 if seed % 3 == 0 else 0.8
    config = dedup.Config(keep="first", keep_chrome=True, unit=unit, min_words=min_words, threshold=threshold)
    with TemporaryDirectory() as folder:
        assert in_batches(documents, edges, Path(folder), config) == kept([dedup.clean(documents, config=config)])
