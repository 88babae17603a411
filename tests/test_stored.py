"""The texts of all documents: found by their numbers, and what of passages is not compared is counted in them."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest

from dedup import kernel, near, stored
from dedup.config import Config
from dedup.corpus import Passages, merge_words
from dedup.keyed import save_words
from dedup.markup import blocks
from dedup.run import pool, serial
from dedup.stored import Parts, Texts, defined_written
from dedup.work import Work
from tests.material import prose

if TYPE_CHECKING:
    from pathlib import Path

    from dedup.stored import Unread

LINKED = "The [mill](https://example.org/of/the/mill) stood where J. P. Weir had built it in 1911, and nobody knew why."
TEXTS = [
    "",
    f"{LINKED}\n\n{prose(3)}",
    "Only a few words é東.",
    *(
        f"# {prose(number, 4)}\n\n{prose(number)} {LINKED}\n\n- {prose(number + 50, 9)}\n- {LINKED}"
        for number in range(9)
    ),
    f"{prose(5, 30)}\n{LINKED}",
]


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> Texts:
    """In shards of five."""
    work = Work(tmp_path_factory.mktemp("work"), Config())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(near, "TOGETHER", 5)
        shards = near.taken(work.store, iter(TEXTS), work.config)
    merge_words(work, shards)
    return Texts(work, shards)


def passages(texts: Texts, seed: int) -> Passages:
    """Passages of documents that have words."""
    chance, rows = np.random.default_rng(seed), []
    for document, (low, high) in enumerate(pairwise(texts.corpus.bounds.tolist())):
        for _ in range(5 if low < high else 0):
            start, last = np.sort(chance.integers(0, high - low, 2)).tolist()
            rows.append((document, start, last + 1))
    chance.shuffle(rows)
    return Passages(*np.array(rows, np.int64).T)


def told(unread: Unread) -> list[list[int]]:
    return [column.tolist() for column in unread]


def test_texts_are_found_by_their_numbers(texts: Texts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stored, "KEPT", 2)
    own, beside = texts.beside(), texts.beside()

    assert [own.of(number) for number in range(len(TEXTS))] == TEXTS
    assert [beside.of(number) for number in reversed(range(len(TEXTS)))] == TEXTS[::-1]
    assert beside._lying is own._lying


def test_what_is_not_compared_is_counted_by_any_number_of_threads(texts: Texts) -> None:
    own, there = passages(texts, 1), passages(texts, 2)

    found = texts.unread(own, there, serial)

    assert min(found.more.max(), found.more_kept.max()) > 3
    assert told(texts.unread(own, there, pool(3))) == told(found)


@pytest.mark.skipif(not kernel.NATIVE, reason="no kernel was built, or none is wanted")
def test_the_kernel_counts_what_the_definition_counts(texts: Texts, monkeypatch: pytest.MonkeyPatch) -> None:
    own, there = passages(texts, 3), passages(texts, 4)
    found = texts.unread(own, there, serial)

    monkeypatch.setattr(kernel, "NATIVE", False)

    assert told(texts.unread(own, there, serial)) == told(found)


def test_words_between_blocks_break_what_the_keeper_has(tmp_path: Path) -> None:
    """A block that is not compared, as chrome is not, stands between two that are."""
    work, text = Work(tmp_path, Config()), f"{prose(1, 20)}\n\nShare this page\n\n{prose(2, 20)}"
    left = blocks(text).only(np.array([True, False, True]))
    store = work.store
    with store.writing("own", "texts"):
        store.save_texts("own", "texts", [text])
        store.save("own", "alive", np.zeros(1, np.int32))
        save_words(store, "own", [(near._document(text), left)], work.config)
    merge_words(work, ["own"])
    texts, where = Texts(work, ["own"]), Passages(np.zeros(3, np.int64), np.array([0, 0, 20]), np.array([20, 21, 40]))

    assert texts.unread(where, where, serial).broken.tolist() == [False, True, False]


def test_of_no_passages_nothing_is_told(texts: Texts) -> None:
    none = Passages(*np.zeros((3, 0), np.int64))

    assert told(texts.unread(none, none, serial)) == [[], [], []]


def test_parts_are_counted_in_their_order(texts: Texts) -> None:
    documents = np.array([11, 0, 4, 11, 2, 4, 12])
    ends = np.array([len(TEXTS[document]) // 2 for document in documents])
    reaches = np.array([0, 3, 1, 2, 3, 0, 2])

    found = texts.written(
        Parts(documents, (ends // 3).astype(np.int32), ends.astype(np.int32), reaches.astype(np.uint8)), serial
    )

    rows = zip(documents.tolist(), (ends // 3).tolist(), ends.tolist(), reaches.tolist(), strict=True)
    assert found.tolist() == [defined_written(TEXTS[document], *place) for document, *place in rows]
