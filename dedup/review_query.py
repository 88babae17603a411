"""Which removals a page lists, in which order: what an address of the app says after its `?`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlencode

import numpy as np

from dedup.data import Kind, Reason
from dedup.review_removals import Wanted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from dedup.review_removals import Removals

PAGE = 50
"""Removals of a page."""
ORDERS = {"risk": "riskiest first", "file": "as they stand in the run", "long": "longest first"}
STATES = ("undecided", "confirmed", "undone")
"""What people decided of a removal, by number."""
LONGEST = 200
"""Characters of what is searched."""


class QueryError(ValueError):
    """An address asks for what there cannot be."""


class Query(NamedTuple):
    """What a page lists: `site` is the number of one, `pattern` 16 hex digits, `page` counts from 1."""

    reason: str = ""
    kind: str = ""
    site: int | None = None
    low: float | None = None
    high: float | None = None
    pattern: str = ""
    state: str = ""
    q: str = ""
    order: str = "risk"
    page: int = 1

    @classmethod
    def of(cls, said: Mapping[str, str]) -> Query:
        """What an address says.

        Raises:
            QueryError: a value cannot be.
        """
        values: dict[str, Any] = {}
        for name, read in _READ.items():
            text = said.get(name, "").strip()
            if text:
                try:
                    values[name] = read(text)
                except (ValueError, OverflowError):
                    raise QueryError(f"{name} cannot be {text[:80]!r}") from None
        return cls(**values)

    def but(self, **changes: Any) -> str:
        """The address of this list with some changes; of what is as always nothing is said.

        >>> Query(kind="footer").but(page=2)
        '/?kind=footer&page=2'
        """
        values = self._replace(**changes)
        said = {name: value for name, value in values._asdict().items() if value != self._field_defaults[name]}
        return f"/?{urlencode(said)}" if said else "/"

    def at(self, number: int) -> str:
        """The address of this list with one of it beside."""
        address = self.but()
        return f"{address}{'&' if '?' in address else '?'}at={number}"

    def said(self, removals: Removals) -> list[str]:
        """What is filtered, in words."""
        names = removals.sites.names
        site = "" if self.site is None or self.site >= len(names) else names[self.site] or "no site"
        words = [self.reason, self.kind.replace("_", " "), site, self.state, self.q and f"“{self.q}”"]
        if self.low is not None or self.high is not None:
            words.append(f"{self.low or 0:g} to {1 if self.high is None else self.high:g} alike")
        return [each for each in [*words, self.pattern and "one passage"] if each]

    @property
    def is_all(self) -> bool:
        """Whether nothing is filtered."""
        return self._replace(order="risk", page=1) == Query()

    def numbers(self, removals: Removals, states: NDArray[np.uint8]) -> NDArray[np.int64]:
        """The numbers of the removals that are listed, all pages, in order."""
        names = removals.sites.names
        site = None if self.site is None else names[self.site] if self.site < len(names) else "\0"
        pattern = int(self.pattern, 16) if self.pattern else None
        is_in = removals.find(Wanted(self.reason, self.kind, site, self.low, self.high, pattern=pattern, query=self.q))
        if self.state:
            is_in &= states == STATES.index(self.state)
        if self.order == "file":
            return np.flatnonzero(is_in)
        order = removals.risk if self.order == "risk" else np.argsort(-removals.rows["size"], kind="stable")
        return order[is_in[order]]


def _among(*names: str) -> Any:
    def read(text: str) -> str:
        if text not in names:
            raise ValueError
        return text

    return read


def _whole(least: int) -> Any:
    def read(text: str) -> int:
        if not (text.isascii() and text.isdecimal() and len(text) < 10 and int(text) >= least):
            raise ValueError
        return int(text)

    return read


def _share(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 1:
        raise ValueError
    return value


def _pattern(text: str) -> str:
    if len(text) != 16 or not set(text) <= set("0123456789abcdef"):
        raise ValueError
    return text


_READ = {
    "reason": _among(*Reason),
    "kind": _among(*Kind),
    "site": _whole(0),
    "low": _share,
    "high": _share,
    "pattern": _pattern,
    "state": _among(*STATES),
    "q": lambda text: text[:LONGEST],
    "order": _among(*ORDERS),
    "page": _whole(1),
}
