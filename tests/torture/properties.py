"""The properties of the tests with many more examples than `make test` has time for.

Every test of Hypothesis in `tests/` is found and run, with all that its parameters are; those that whole runs are made
for have fewer examples (`FEW`). The examples follow from `--seed`, and are the same each time without it.
"""

from __future__ import annotations

import inspect
from contextlib import redirect_stderr, redirect_stdout
from functools import partial
from importlib import import_module
from io import StringIO
from itertools import product
from math import ceil
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any

import hypothesis
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from tests.torture.trial import Trial, seed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType

TESTS = Path(__file__).parents[1]
EXAMPLES, MODULES = 400, 4
FEW = {
    "IndexMachine": 50,
    "test_a_removed_text_that_is_kept_is_not_removed_again": 40,
    "test_a_row_that_stays_is_the_row_that_came": 100,
    "test_a_text_that_is_chrome_stays_nowhere_in_its_scope": 40,
    "test_a_signature_can_be_asked_for_in_a_datasketch_index": 100,
    "test_an_interval_holds_the_share_and_the_other_share_has_its_mirror": 100,
    "test_any_cells": 60,
    "test_any_ids": 100,
    "test_any_lines": 60,
    "test_batches_keep_what_one_run_keeps": 40,
    "test_colours_change_nothing_but_the_marks_of_what_differs": 100,
    "test_documents_that_were_cleaned_are_clean": 60,
    "test_how_the_work_is_divided_changes_nothing": 30,
    "test_matches_are_those_of_any_number_of_shards": 100,
    "test_nothing_is_lost_and_what_a_keeper_has_stays": 100,
    "test_nothing_of_any_text_is_markup": 100,
    "test_records_of_all_kinds": 20,
    "test_the_order_of_documents_changes_nothing": 60,
    "test_what_stays_and_what_goes_is_the_source": 100,
    "test_a_byte_more_or_less_breaks_no_target": 100,
    "test_a_finder_tells_a_pair_once_until_it_forgets": 100,
    "test_signatures_are_datasketchs_bit_for_bit": 100,
    "test_blocks_of_any_kind_may_follow_each_other": 150,
    "test_pairs_are_those_of_the_definition": 150,
}
"""Examples of tests of which one takes more than .02 s, or of which there are many; runs of 30 steps of the machine."""
LEFT = {"test_no_form_breaks_it"}
"""A test that takes what only pytest makes."""


def trials(share: float) -> Iterator[Trial]:
    """A trial for every few modules of tests."""
    contents = {path.stem: path.read_text(encoding="utf-8") for path in sorted(TESTS.glob("test_*.py"))}
    modules = [name for name, content in contents.items() if "\n@given(" in content or "RuleBased" in content]
    for first in range(0, len(modules), MODULES):
        some = modules[first : first + MODULES]
        yield Trial(" ".join(some), partial(examined, some, share))


def examined(modules: list[str], share: float, folder: Path) -> int:
    """Run the properties of some modules; how many examples there were.

    Raises:
        AssertionError: or whatever else a test raises, with the example.
    """
    count = 0
    for module in modules:
        tests = import_module(f"tests.{module}")
        if not any(mark.name == "skipif" and mark.args[0] for mark in _marks(tests)):
            named = [(name, test) for name, test in sorted(vars(tests).items()) if _is_own(test, tests)]
            with redirect_stdout(StringIO()), redirect_stderr(StringIO()):  # of what is under way
                count += sum(_examined(name, test, share, folder) for name, test in named)
    return count


def _is_own(value: Any, module: ModuleType) -> bool:
    if getattr(value, "__module__", "") != module.__name__ or getattr(value, "__name__", "") in LEFT:
        return False
    return hypothesis.is_hypothesis_test(value) or (
        isinstance(value, type) and issubclass(value, RuleBasedStateMachine)
    )


def _examined(name: str, test: Any, share: float, folder: Path) -> int:
    chosen = settings(
        max_examples=ceil(FEW.get(name, EXAMPLES) * share),
        derandomize=not seed(),
        database=None,
        deadline=None,
        suppress_health_check=[*HealthCheck],
    )
    if isinstance(test, type):
        return _of_machine(test, chosen)
    if any(mark.name == "skipif" and mark.args[0] for mark in _marks(test)):
        return 0
    count = 0
    inner = test.hypothesis.inner_test

    def counted(*given: Any, **named: Any) -> Any:
        nonlocal count
        count += 1
        return inner(*given, **named)

    test.hypothesis.inner_test = counted
    test._hypothesis_internal_use_settings = chosen
    if seed():
        hypothesis.seed(seed())(test)
    try:
        for named in _parameters(test, folder):
            test(**named)
    finally:
        test.hypothesis.inner_test = inner
    return count


def _of_machine(machine: Any, chosen: settings) -> int:
    steps = 0
    check: Callable[[Any], None] = machine.check_invariants

    def counted(self: Any, *given: Any) -> None:
        nonlocal steps
        steps += 1
        check(self, *given)

    machine.check_invariants = counted
    try:
        run_state_machine_as_test(machine, settings=settings(chosen, stateful_step_count=30))
    finally:
        machine.check_invariants = check
    return steps


def _marks(value: Any) -> list[Any]:
    marks = getattr(value, "pytestmark", [])
    return marks if isinstance(marks, list) else [marks]


class _Folders:
    """What `tmp_path_factory` is to a test."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def mktemp(self, name: str) -> Path:
        """A folder that is new."""
        return Path(mkdtemp(prefix=name, dir=self.folder))


def _parameters(test: Any, folder: Path) -> Iterator[dict[str, Any]]:
    """What a test is called with besides its examples: each of what it is parametrized with."""
    several: list[list[dict[str, Any]]] = []
    for mark in _marks(test):
        if mark.name == "parametrize":
            names, rows = mark.args[0], mark.args[1]
            names = [each.strip() for each in names.split(",")] if isinstance(names, str) else list(names)
            values = [getattr(row, "values", row) if hasattr(row, "marks") else row for row in rows]
            several.append(
                [dict(zip(names, value if len(names) > 1 or hasattr(row, "marks") else [value], strict=True))
                 for row, value in zip(rows, values, strict=True)]
            )  # fmt: skip
    missing = set(inspect.signature(test).parameters) - {name for each in several for name in each[0]}
    if "tmp_path_factory" in missing:
        several.append([{"tmp_path_factory": _Folders(folder)}])
        missing -= {"tmp_path_factory"}
    assert not missing, f"{test.__name__} takes {missing}: nobody gives it these here"
    for rows in product(*several):
        yield {name: value for row in rows for name, value in row.items()}
