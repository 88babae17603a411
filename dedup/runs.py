"""Runs in columns: of equal values, as they stand where a column is sorted; and of places."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def is_new(column: NDArray[Any]) -> NDArray[np.bool_]:
    """Where a column begins, or has another value than before (bool [n])."""
    new = np.ones(len(column), np.bool_)
    np.not_equal(column[1:], column[:-1], out=new[1:])
    return new


def once(column: NDArray[np.int64]) -> NDArray[np.int64]:
    """The values of a sorted column, each once. (`np.unique` has `numpy.ma` imported, which takes .005 s.)"""
    return column[is_new(column)]


def each_of(starts: NDArray[np.int64], counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """The places of values that lie in groups: `counts[i]` of them from `starts[i]` on, group after group.

    >>> each_of(np.array([7, 0, 2]), np.array([2, 0, 3])).tolist()
    [7, 8, 2, 3, 4]
    """
    firsts = starts - np.cumsum(counts) + counts
    places: NDArray[np.int64] = np.repeat(firsts, counts) + np.arange(counts.sum())
    return places
