"""Words that tell as much as figures do: for numbers, days and months."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from dedup.text import word_hash

WORDS = Path(__file__).parent / "telling.toml"


@cache
def telling_words() -> frozenset[int]:
    """The hashes of all of them, as `word_hash` makes them."""
    tables = tomllib.loads(WORDS.read_text(encoding="utf-8"))
    return frozenset(word_hash(word) for table in tables.values() for words in table.values() for word in words.split())
