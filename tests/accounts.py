"""Accounts of reports (dedup/account.py) that hold texts in all of their fields: fixture `model`."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

import pytest

from dedup.report import account_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dedup import Result
    from dedup.account import Account


@pytest.fixture(scope="session")
def model(seeds: Result) -> Account:
    """An account that has something in every table."""
    made = account_of(seeds)
    tables = ("groups", "patterns", "sizes", "clusters", "samples", "curve", "estimate", "timeline", "failures")
    assert [name for name in tables if not getattr(made, name)] == []
    assert {each.name for each in fields(made)} >= {*tables, "title", "command", "versions", "settings", "funnel"}
    return made


def replaced(value: Any, text: str) -> Any:
    """A value of an account with a text in the place of each of its own."""
    if isinstance(value, str):
        return text
    if isinstance(value, tuple):
        parts = [replaced(each, text) for each in value]
        return type(value)(*parts) if hasattr(value, "_fields") else tuple(parts)
    return value


def account(model: Account, texts: Sequence[str]) -> Account:
    """An account as the model is, with a row for each text in every table, and that text in all fields of the row."""

    def rows(table: Sequence[Any], **more: str) -> tuple[Any, ...]:
        """A row in turn of each form that the model has: those alike in what they leave empty are one."""
        forms = [*{repr([not part for part in row]): row for row in table}.values()]
        return tuple(
            replaced(forms[at % len(forms)]._replace(**dict.fromkeys(more, text)), text)
            for at, text in enumerate(texts)
        )

    estimate = model.estimate
    assert estimate
    found = rows(model.samples, wrong="", of_index="", why="")
    return replace(
        model,
        title=texts[0],
        command=texts[-1],
        versions={text: text for text in texts},
        settings={text: text for text in texts},
        funnel=model.funnel._replace(amounts=rows(model.funnel.amounts)),
        groups=rows(model.groups, alarm=""),
        patterns=rows(model.patterns, first="", last="", why=""),
        sizes=((2, 40), (3, 9), (12, 1)),
        clusters=rows(model.clusters, of_index=""),
        samples=rows(model.samples, wrong=""),
        estimate=estimate._replace(found=found, checked=9, wrong=len(found)),
        timeline=rows(model.timeline),
        failures=rows(model.failures),
    )
