"""What goes since a better keeper has it, as flags: made of columns when they are asked for."""

from __future__ import annotations

import pickle
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest

from dedup.data import Flag, Keeper, Kind, Reason
from dedup.flags import Columns, Flags
from dedup.strings import Strings

if TYPE_CHECKING:
    from collections.abc import Sequence

IDS = [f"id{number}" for number in range(12)]
# Of document 2 two passages go, of 5 all but a dateline, of 9 what was decided on is told otherwise and stays.
COLUMNS = Columns(
    documents=np.array([2, 5, 9]),
    bounds=np.array([0, 2, 3, 3]),
    places=np.array(
        [[0, 40, 1, 5, 45, 8, 0], [50, 90, 0, 0, 40, 9, 0], [8, 99, 4, 0, 90, 20, 1]], np.int32
    ),
    likeness=np.array([[1.0, 1.0, 1.0], [0.875, 0.8889, 0.5], [0.9, 0.95, 0.7]]),
    remains_bounds=np.array([0, 0, 1, 1]),
    remains=np.array([[0, 7]], np.int32),
    keepers_bounds=np.array([0, 2, 4, 5]),
    keepers=np.array([1, 0, 4, 3, 11], np.int32),
)  # fmt: skip
FLAGS = {
    2: [
        Flag(0, 40, Reason.DUPLICATE, Kind.PASSAGE, "100% of its 8 words stand in id1.",
             {"words": 8, "containment": 1.0, "jaccard": 1.0}, Keeper("id1", 5, 45), 1.0),
        Flag(50, 90, Reason.DUPLICATE, Kind.PASSAGE, "89% of its 9 words stand in id0.",
             {"words": 9, "containment": 0.8889, "jaccard": 0.5}, Keeper("id0", 0, 40), 0.875),
    ],
    5: [
        Flag(8, 99, Reason.DUPLICATE, Kind.DOCUMENT, "95% of its 20 words stand in id4.",
             {"words": 20, "containment": 0.95, "jaccard": 0.7}, Keeper("id4", 0, 90), 0.9),
        Flag(0, 7, Reason.CHROME, Kind.HEADER, "All else of the document is a copy: see id3, id4.",
             {"rule": "left-of-a-copy", "keepers": ["id3", "id4"]}),
    ],
    9: [],
}  # fmt: skip


def test_flags_are_those_of_the_columns() -> None:
    flags = Flags(COLUMNS, IDS)

    assert dict(flags) == FLAGS
    assert (len(flags), 5 in flags, 4 in flags, flags.get(4)) == (3, True, False, None)


@pytest.mark.parametrize("ids", [IDS, Strings.of(IDS)], ids=["as a list", "as a column"])
@pytest.mark.parametrize("edges", [(0, 12), (0, 2, 3, 12), (0, 5, 9, 12), (2, 6, 10), (0, 1, 2)])
def test_parts_have_the_flags_of_their_documents_counted_from_their_first(
    edges: tuple[int, ...], ids: Sequence[str]
) -> None:
    flags = Flags(COLUMNS, ids)

    found = {
        first + number: own
        for first, end in pairwise(edges)
        for number, own in pickle.loads(pickle.dumps(flags.part(first, end - first))).items()
    }

    assert found == {number: own for number, own in FLAGS.items() if edges[0] <= number < edges[-1]}


@pytest.mark.parametrize("ids", [IDS, Strings.of(IDS)], ids=["as a list", "as a column"])
def test_documents_are_named_by_their_numbers(ids: Sequence[str]) -> None:
    assert list(Flags(COLUMNS, ids).named(np.array([0, 4, 11, 4]))) == ["id0", "id4", "id11", "id4"]


def test_a_part_names_no_others() -> None:
    part = pickle.dumps(Flags(COLUMNS, IDS).part(3, 4))

    assert [name for name in IDS if name.encode() in part] == ["id3", "id4"]
