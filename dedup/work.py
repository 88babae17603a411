"""What every stage is given: where the store lies, and the settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson
import xxhash

from dedup.store import Store, line

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from dedup.config import Config

ALL = "all"
"""The shard under which columns of the whole corpus are kept."""


def key(*values: Any) -> str:
    """A digest of values: columns and bytes by what is in them, all else as JSON."""
    digest = xxhash.xxh3_128()
    for each in values:
        kind, body = type(each).__name__, each
        if isinstance(each, np.ndarray):
            kind, body = (
                f"{each.dtype.str} {each.shape}",
                np.ascontiguousarray(each).data.cast("B") if each.size else b"",
            )
        elif not isinstance(each, bytes):
            body = orjson.dumps(each, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS)
        digest.update(line([kind, len(body)]))
        digest.update(body)
    return digest.hexdigest()


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

    words: str = ""
    """The key of the words of all documents, once they are known; without one nothing is kept of what is compared."""

    @property
    def asks_sites(self) -> bool:
        """Whether it is asked what sites repeat, even if there is no page; those always go by it."""
        return self.learns or not self.config.keep_chrome

    @property
    def store(self) -> Store:
        """The store, as this worker opens it."""
        return Store(self.folder)

    def compared(
        self, how: str, which: NDArray[Any], make: Callable[[], dict[str, NDArray[Any]]]
    ) -> dict[str, NDArray[Any]]:
        """The columns that come of documents compared with each other; as they were, if the same were compared."""
        if not self.words:
            return make()
        return self.store.once_columns("compared", key(how, self.words, which), make)
