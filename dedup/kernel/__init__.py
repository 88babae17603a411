"""What runs in C++ where a compiler built it: the same results as the definitions in Python, many times faster.

A module that has a definition asks `NATIVE` and imports `dedup.kernel._native`. DEDUP_KERNEL=python in the environment
has the definitions run instead; it can change how long a run takes, and nothing else. The same is true of
DEDUP_INSTRUCTIONS=plain, sse2 or avx2: the kernel uses no wider ones then, wherever it runs.
"""

from __future__ import annotations

import os


def _is_there() -> bool:
    try:
        from dedup.kernel import _native as _native
    except ImportError:  # no compiler was there, or it was built for another Python
        return False
    return True


NATIVE = os.environ.get("DEDUP_KERNEL") != "python" and _is_there()
"""Whether the kernel is there, and wanted."""


def name() -> str:
    """What runs: `native` or `python`."""
    return "native" if NATIVE else "python"
