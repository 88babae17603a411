"""Runners: whatever the runner, the results come in the items' order."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING

import pytest

from dedup.progress import with_bars
from dedup.run import pool, serial

if TYPE_CHECKING:
    from collections.abc import Iterator


def test_results_come_in_the_items_order() -> None:
    items = list(range(20))

    assert list(pool(2)(operator.neg, items)) == list(serial(operator.neg, items)) == [-item for item in items]


def test_one_worker_is_no_pool() -> None:
    assert pool(1) is serial
    assert pool(0) is serial


def test_an_error_in_a_worker_is_raised_here() -> None:
    with pytest.raises(ZeroDivisionError):
        list(pool(2)(_inverse, [1, 0]))


def _inverse(number: int) -> float:
    return 1 / number


def test_a_pool_reads_only_a_few_items_ahead() -> None:
    taken: list[int] = []

    def items() -> Iterator[int]:
        for number in range(100):
            taken.append(number)
            yield number

    results = pool(2)(operator.neg, items())

    assert next(results) == 0
    assert len(taken) <= 3 * 2 + 1
    results.close()  # type: ignore[attr-defined]


def test_bars_are_silent_where_nobody_looks(capsys: pytest.CaptureFixture[str]) -> None:
    assert list(with_bars(serial, {})(operator.neg, [1, 2])) == [-1, -2]
    assert capsys.readouterr() == ("", "")
