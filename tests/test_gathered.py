"""Columns that come piece by piece: whatever is kept in memory, and whatever in files, they are the same."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.gathered import Gathered
from dedup.store import Store

if TYPE_CHECKING:
    from pathlib import Path

PIECES = st.lists(st.lists(st.integers(0, 255), max_size=5), min_size=1, max_size=5)


@given(PIECES, st.integers(0, 300))
def test_columns_are_their_pieces(tmp_path_factory: pytest.TempPathFactory, pieces: list[list[int]], most: int) -> None:
    store = Store(tmp_path_factory.mktemp("work"))
    wide = [np.array(piece, np.int64).reshape(-1, 1) * [1, 2] for piece in pieces]
    with Gathered(store, "lines", most) as columns:
        for piece, two in zip(pieces, wide, strict=True):
            columns.extend("one", np.array(piece, np.uint8))
            columns.extend("two", two)
    edges = np.cumsum([0, *map(len, pieces)]).tolist()

    def parts() -> list[list[int]]:
        rows = [slice(*edges[at : at + 2]) for at in range(len(pieces))]
        return [columns.part("one", at, own).tolist() for at, own in enumerate(rows)]

    assert parts() == pieces
    columns.leave()  # changes nothing of what is read
    assert columns["one"].tolist() == list(chain(*pieces))
    assert columns["one"].dtype == np.uint8
    assert columns["two"].tolist() == np.concatenate(wide).tolist()
    assert parts() == pieces
    assert sorted(columns) == ["one", "two"]
    assert columns.take("two").tolist() == np.concatenate(wide).tolist()
    assert [*columns] == ["one"]
    assert (store.folder / "lines").exists() == (sum(map(len, pieces)) * 17 > most)


def test_none_came(tmp_path: Path) -> None:
    with Gathered(Store(tmp_path), "lines", 0) as columns:
        pass

    assert not columns


def test_what_ends_it_early_is_told(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), Gathered(Store(tmp_path), "lines", 0) as columns:
        columns.extend("one", np.arange(3))
        raise ZeroDivisionError
