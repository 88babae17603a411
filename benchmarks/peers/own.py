"""dedup itself, where it is called as a library."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import dedup

if TYPE_CHECKING:
    from benchmarks.peers.common import Slots


def signatures(some: list[str]) -> tuple[float, Slots]:
    """CPU seconds for the signatures of texts, and these."""
    start = time.process_time()
    slots = dedup.signatures(some, num_perm=128)
    return time.process_time() - start, slots
