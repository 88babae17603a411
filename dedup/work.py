"""What every stage is given: where the store lies, and the settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dedup.store import Store

if TYPE_CHECKING:
    from pathlib import Path

    from dedup.config import Config

ALL = "all"
"""The shard under which columns of the whole corpus are kept."""


@dataclass(frozen=True, slots=True)
class Work:
    """What every stage is given: where the store lies, and the settings."""

    folder: Path
    config: Config

    @property
    def store(self) -> Store:
        """The store, as this worker opens it."""
        return Store(self.folder)
