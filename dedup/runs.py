"""Runs in columns: of equal values, as they stand where a column is sorted; and of places."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from dedup import kernel

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from numpy.typing import NDArray


def is_new(column: NDArray[Any]) -> NDArray[np.bool_]:
    """Where a column begins, or has another value than before (bool [n])."""
    new = np.ones(len(column), np.bool_)
    np.not_equal(column[1:], column[:-1], out=new[1:])
    return new


def once(column: NDArray[np.int64]) -> NDArray[np.int64]:
    """The values of a sorted column, each once. (`np.unique` has `numpy.ma` imported, which takes .005 s.)"""
    return column[is_new(column)]


def sorted_once(column: NDArray[np.int64]) -> NDArray[np.int64]:
    """The values of a column, ascending, each once; the column, which lies in one piece, is used up. As much memory
    again is taken meanwhile; half as much where long runs of it ascend.

    >>> sorted_once(np.array([7, -1, 7, 0])).tolist()
    [-1, 0, 7]
    """
    if not kernel.NATIVE:
        return defined_sorted_once(column)
    from dedup.kernel import _native

    count = _native.sort_once(column)
    if not column.flags.owndata:
        return column[:count]
    column.resize(count, refcheck=False)  # the system has the rest of it again
    return column


def defined_sorted_once(column: NDArray[np.int64]) -> NDArray[np.int64]:
    """`sorted_once`, by the definition."""
    return once(np.sort(column))


def each_of(starts: NDArray[np.int64], counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """The places of values that lie in groups: `counts[i]` of them from `starts[i]` on, group after group.

    >>> each_of(np.array([7, 0, 2]), np.array([2, 0, 3])).tolist()
    [7, 8, 2, 3, 4]
    """
    firsts = starts - np.cumsum(counts) + counts
    places: NDArray[np.int64] = np.repeat(firsts, counts) + np.arange(counts.sum())
    return places


def joined(several: list[Any], bounds: Container[int]) -> list[NDArray[Any]]:
    """The columns of several tables, one behind the other; those of these numbers are bounds of groups in others, which
    begin with 0. They go one column at a time, and the list is empty then: of a million documents all take 100 MB.

    >>> tables = [(np.array([0, 2]), np.array([7, 8])), (np.array([0, 1, 2]), np.array([3, 4]))]
    >>> [column.tolist() for column in joined(tables, {0})], tables
    ([[0, 2, 3, 4], [7, 8, 3, 4]], [])
    """
    columns = [list(each) for each in zip(*several, strict=True)]
    several.clear()
    return [(_bounds if number in bounds else np.concatenate)(columns.pop(0)) for number in range(len(columns))]


def _bounds(several: Sequence[NDArray[np.int64]]) -> NDArray[np.int64]:
    return np.concatenate(([0], np.cumsum(np.concatenate(list(map(np.diff, several))), dtype=np.int64)))


def only(column: NDArray[Any], rows: NDArray[np.int64], axis: int = 0) -> NDArray[Any]:
    """Some rows of a column, ascending; nothing is copied where that is all of them."""
    return column if len(rows) == column.shape[axis] else column.take(rows, axis)
