"""Regular expressions, kept compiled for the next process. This is the only module that imports `regex`."""

from __future__ import annotations

import copyreg
from functools import cache, partial
from typing import TYPE_CHECKING, Any

import regex

from dedup.shelf import SHELF

if TYPE_CHECKING:
    from collections.abc import Callable

V1 = regex.V1  # sets of sets in patterns
IGNORECASE = regex.IGNORECASE
REGEX = regex.__version__  # what it says of characters depends on it
_ANY = regex.compile("")


def compiled(source: str, flags: int = 0) -> regex.Pattern[str]:
    """A pattern, which the next process need not compile again: that takes milliseconds, to load it a tenth of one."""
    made_of, make = f"regex {regex.__version__} {int(flags)} {source}", partial(regex.compile, source, flags)
    return SHELF.get(made_of, make, store, load)


def store(pattern: regex.Pattern[str]) -> tuple[Any, ...]:
    """What a pattern was compiled to, as plain values."""
    return _reduced(pattern)[1]


def load(stored: tuple[Any, ...]) -> regex.Pattern[str]:
    """The pattern again."""
    return _reduced(_ANY)[0](*stored)


def _reduced(pattern: regex.Pattern[str]) -> tuple[Callable[..., regex.Pattern[str]], tuple[Any, ...]]:
    """What makes a pattern of what it was compiled to, and that: as `copy` is told."""
    return copyreg.dispatch_table[regex.Pattern](pattern)  # type: ignore[return-value]


@cache
def pattern(source: str) -> regex.Pattern[str]:
    """A pattern of the lexicon, compiled on first use: six hundred of them take seconds. Version 0 of `regex`, without
    full case-folding, is a third faster, and no rule needs more.

    Raises:
        ValueError: it is not a regular expression.
    """
    try:
        return compiled(source, regex.IGNORECASE | regex.VERSION0)
    except regex.error as error:
        raise ValueError(f"{source!r} is not a regular expression: {error}") from error
