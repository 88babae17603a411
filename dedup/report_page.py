"""The page of an account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dedup.templating import environment

if TYPE_CHECKING:
    from dedup.account import Account


def render(account: Account) -> str:
    """The page."""
    return str(environment().from_string("<!doctype html><title>{{ title }}</title>\n").render(title=account.title))
