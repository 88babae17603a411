"""Progress bars (a runner around a runner), and words between them. The only module that imports tqdm."""

from __future__ import annotations

import logging
import sys
from collections.abc import Sized
from contextlib import contextmanager
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

        total = len(items) if isinstance(items, Sized) else None
        bar = tqdm(total=total, desc=names.get(function.__name__, function.__name__), file=sys.stderr, **_LOOK)
        with bar:
            for result in runner(function, items):
                bar.update()
                yield result

    return run


def say(line: str) -> None:
    """Write a line to standard error, above the bar if there is one."""
    if sys.stderr.isatty():
        from tqdm import tqdm

        tqdm.write(line, file=sys.stderr)
    else:
        sys.stderr.write(line + "\n")


@contextmanager
def telling(asked: bool) -> Iterator[None]:
    """Let the `dedup` logger speak on standard error if asked."""

    class Speaker(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            say(self.format(record))

    logger, handler = logging.getLogger("dedup"), Speaker()
    level = logger.level
    if asked:
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)


_LOOK: dict[str, Any] = {"unit": " parts", "leave": False, "dynamic_ncols": True}
