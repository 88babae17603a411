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

SENTENCES = [f"{prose(seed, 19).rstrip('.')}." for seed in range(40)]
"""What is shared agrees in 15 words in a row: what an index finds for certain."""


def edited(sentence: str, chance: random.Random) -> str:
    """A sentence with another word near its end, so that 15 in a row stay."""
    words = sentence.split()
    at = chance.randrange(16, len(words) - 1)
    return " ".join([*words[:at], chance.choice(["otter", "lantern", "ledger"]), *words[at + 1 :]])


def own(chance: random.Random) -> str:
    """A few words that no other text has."""
    return prose(chance.randrange(10_000, 10_000_000), 8)


def text_of(chance: random.Random, earlier: list[str]) -> str:
    """A text of sentences that others use too, or made of an earlier text."""
    kind = chance.random()
    if earlier and kind < 0.3:
        parts = chance.choice(earlier).split("\n\n")
        if kind < 0.1:
            return "\n\n".join(parts)
        chance.shuffle(parts)
        return "\n\n".join([*parts[: chance.randint(1, len(parts))], own(chance)])
    paragraphs = []
    for _ in range(chance.randint(1, 4)):
        some = [chance.choice(SENTENCES) for _ in range(chance.randint(1, 4))]
        some = [edited(each, chance) if chance.random() < 0.2 else each for each in some]
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


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000_000), st.integers(2, 14), st.lists(st.integers(0, 13), min_size=1, max_size=4))
@pytest.mark.parametrize("unit", ["passage", "document"])
def test_batches_keep_what_one_run_keeps(unit: str, seed: int, count: int, edges: list[int]) -> None:
    documents = records(seed, count)
    config = dedup.Config(keep="first", keep_chrome=True, unit=unit)
    with TemporaryDirectory() as folder:
        assert in_batches(documents, edges, Path(folder), config) == kept([dedup.clean(documents, config=config)])
