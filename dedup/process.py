"""How a process that is ours is settled, before the work begins."""

from __future__ import annotations

import gc
import os

from dedup import kernel


def own_process() -> None:
    """Settle in a process that is ours, before NumPy is imported in it.

    Python looks for cycles of garbage seldom: the stages make millions of small objects and hardly a cycle, and to look
    through them all takes a tenth of the time of a run. And NumPy's library for matrices, of which we use nothing,
    starts no threads, nor in the processes that are started here: that takes .05 s, half of NumPy's start.
    """
    gc.set_threshold(100_000, 50, 100)
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    if kernel.NATIVE:
        from dedup.kernel import _native

        _native.keep_memory()
