"""What is kept of the lexicon's patterns is what they say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dedup import clauses
from tests.conftest import ROOT

if TYPE_CHECKING:
    import pytest


def test_the_clauses_that_are_kept_are_those_of_the_patterns() -> None:
    stored = (ROOT / "dedup" / "lexicon" / clauses.STORED).read_text(encoding="utf-8")

    assert stored == clauses.written(), "run: make lexicon"
    assert all(clauses.needed(name) == clauses.read_off(name) for name in clauses.names())


def test_what_is_kept_of_another_lexicon_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = clauses.needed("any.toml")
    monkeypatch.setattr(clauses, "_mark", lambda: "another")
    clauses._stored.cache_clear()
    try:
        assert clauses._stored() is None
        assert clauses.needed("any.toml") == wanted
    finally:
        clauses._stored.cache_clear()
