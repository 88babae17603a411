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
    index: Path | None = None
    """The index that the run is compared with."""
    name: str = ""
    """What records call it."""
    own_ids: bool = True
    """Whether no document may have an id that one of the index has."""
    with_origins: bool = False
    """Whether it has to be known where documents can be read again."""
    learns: bool = True
    """Whether what it learns of sites is asked for when it is done, as by an index that it is added to."""

    @property
    def asks_sites(self) -> bool:
        """Whether it is asked what sites repeat, even if there is no page; those always go by it."""
        return self.learns or not self.config.keep_chrome

    @property
    def store(self) -> Store:
        """The store, as this worker opens it."""
        return Store(self.folder)
