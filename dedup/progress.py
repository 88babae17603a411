"""Progress bars: a runner around a runner. The only module that imports tqdm."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from dedup.run import Runner


def with_bars(runner: Runner, names: dict[str, str]) -> Runner:
    """The runner with a bar on standard error for every stage, by the name of its function; only on a terminal."""
    if not sys.stderr.isatty():
        return runner

    def run(function: Callable[[Any], Any], items: Iterable[Any]) -> Iterator[Any]:
        from tqdm import tqdm

        total = len(items) if hasattr(items, "__len__") else None
        name = names.get(function.__name__, function.__name__)
        return iter(tqdm(runner(function, items), total=total, desc=name, unit=" shards", leave=False, file=sys.stderr))

    return run
