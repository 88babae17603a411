"""How far a run is, on standard error: a runner around a runner, and words between. The only module that imports tqdm.

As bars on a terminal; as plain lines in a pipe, the first after some seconds; or as events, a line of JSON each:

```
{"event": "begin", "stage": "reading", "done": 0, "total": null, "unit": "bytes", "documents": 0, "characters": 0,
 "seconds": 0.0, "rate": null, "left": null}
```

`event` is `begin` and `end` once each time a stage runs, and at most once a second between them `progress`. `done` of
`total` (null: not known yet) is counted in `unit`: `bytes` of the inputs as they lie there, `documents`, `pairs` or
`parts`. `documents` and `characters` are those done in this stage, 0 where it goes by pairs or parts; `rate` is units a
second since it began, `left` the seconds it will take still, as it went lately; both null where that is not known.
With `log` comes what --verbose says and what warns, as `text`; with `failure` an input that could not be used, as `id`
and `why`. The last line is `done`, or `stopped` with `why` and how to `go_on`; both with the code of `exit`.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from collections import deque
from collections.abc import Sized
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING, Any, Protocol

from dedup.stages import STAGES, Amount, Known

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from dedup.run import Runner
    from dedup.stages import Stage

BAR, LINES, JSON, NONE = "bar", "lines", "json", "none"
"""How it is told."""
FIRST, BETWEEN = 5.0, 10.0
"""Seconds until the first line, and between two."""
EVENTS = 1.0
"""Seconds between two events of a stage at least."""
LATELY = 30.0
"""Seconds whose pace says how long it will take: what a run that goes on finds done goes fast."""


class Count:
    """How much of a stage is done, and since when."""

    def __init__(self, stage: Stage, total: int | None) -> None:
        self.stage, self.total = stage, total
        self.done = self.documents = self.characters = 0
        self.began = monotonic()
        self._pace = deque([(self.began, 0)])

    def add(self, amount: Amount) -> None:
        """An item is done."""
        self.done += amount.size
        self.documents += amount.documents
        self.characters += amount.characters
        self.total = amount.of or self.total
        now = monotonic()
        self._pace.append((now, self.done))
        while len(self._pace) > 2 and now - self._pace[1][0] > LATELY:
            self._pace.popleft()

    @property
    def seconds(self) -> float:
        """Since it began."""
        return monotonic() - self.began

    @property
    def left(self) -> float | None:
        """Seconds that it will take still, if that can be said."""
        (since, before), (now, done) = self._pace[0], self._pace[-1]
        if not self.total or done <= before:
            return None
        return max(0.0, (self.total - done) * (now - since) / (done - before))

    def event(self, name: str) -> dict[str, Any]:
        """What is told of it."""
        seconds, left = self.seconds, self.left
        rate = self.done / seconds if self.done and seconds else None
        return {
            "event": name, "stage": self.stage.name, "done": self.done, "total": self.total, "unit": self.stage.unit,
            "documents": self.documents, "characters": self.characters, "seconds": round(seconds, 3),
            "rate": None if rate is None else round(rate, 1), "left": None if left is None else round(left, 1),
        }  # fmt: skip

    def __str__(self) -> str:
        seconds = max(self.seconds, 0.001)
        if self.documents:
            pace = f"{_short(self.documents / seconds)}/s"
            told = [f"{self.documents:,} documents", pace, f"{_short(self.characters / seconds)} characters/s"]
        else:
            of = f" of {_short(self.total)}" if self.total else ""
            told = [f"{_short(self.done)}{of} {self.stage.unit}", f"{_short(self.done / seconds)}/s"]
        left = self.left
        return ", ".join([*([] if left is None else [f"{_clock(left)} left"]), *told])


def _short(number: float) -> str:
    """A number in three or four figures.

    >>> _short(7), _short(1234), _short(45_600), _short(7_890_000)
    ('7', '1,234', '45.6 k', '7.89 M')
    """
    for size, sign in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
        if number >= size:
            scaled = number / (1e3 if sign == "k" else size)
            return f"{scaled:.{max(0, 3 - len(str(int(scaled))))}f} {sign}"
    return f"{number:,.0f}"


def _clock(seconds: float) -> str:
    """Seconds as they are read from a clock.

    >>> _clock(7.2), _clock(3725)
    ('0:07', '1:02:05')
    """
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


# ── ways to tell it ─────────────────────────────────────────────────────────────────────────────────────────────────


class _Teller(Protocol):
    """What tells how far a stage is."""

    def begin(self, count: Count) -> None: ...
    def step(self, count: Count) -> None: ...
    def end(self, count: Count, *, whole: bool) -> None: ...


class _Bars:
    """A bar for the stage that runs."""

    def begin(self, count: Count) -> None:
        from tqdm import tqdm

        form = {"desc": count.stage.name, "bar_format": _format(count), "leave": False, "unit": "", **_room()}
        self.bar = tqdm(total=count.total, file=sys.stderr, **form)

    def step(self, count: Count) -> None:
        if self.bar.total != count.total:
            self.bar.total, self.bar.bar_format = count.total, _format(count)
        self.bar.unit = str(count)  # a postfix would begin with a comma
        self.bar.update(count.done - self.bar.n)

    def end(self, _: Count, *, whole: bool) -> None:  # noqa: ARG002 (it goes in any case)
        self.bar.close()


def _room() -> dict[str, Any]:
    """What a bar may take: of a terminal that does not know how large it is, as one by a serial line, what all have."""
    try:
        known = os.get_terminal_size(sys.stderr.fileno()).lines
    except (OSError, ValueError):
        known = 0
    return {"dynamic_ncols": True} if known else {"ncols": 79, "nrows": 24}


def _format(count: Count) -> str:
    return "{desc:<11}{percentage:3.0f}% |{bar:8}| {unit}" if count.total else "{desc:<11}{unit}"


class _Lines:
    """A line every so often, from some seconds after the first stage began."""

    def __init__(self) -> None:
        self.next = monotonic() + FIRST

    def begin(self, count: Count) -> None:
        pass

    def step(self, count: Count) -> None:
        if monotonic() >= self.next:
            self.next = monotonic() + BETWEEN
            share = f"{100 * count.done / count.total:.0f}%, " if count.total else ""
            say(f"{count.stage.name}: {share}{count}")

    def end(self, count: Count, *, whole: bool) -> None:
        pass


class _Events:
    """A line of JSON for the begin and the end of each stage, and some between."""

    def begin(self, count: Count) -> None:
        self.next = monotonic() + EVENTS
        tell(count.event("begin"))

    def step(self, count: Count) -> None:
        if monotonic() >= self.next:
            self.next = monotonic() + EVENTS
            tell(count.event("progress"))

    def end(self, count: Count, *, whole: bool) -> None:
        if whole:
            tell({**count.event("end"), "total": count.done, "left": 0.0})


_TELLERS: dict[str, Callable[[], _Teller]] = {BAR: _Bars, LINES: _Lines, JSON: _Events}


def shown(runner: Runner, how: str) -> Runner:
    """The runner, and how far each of its stages is told as it goes; what it gives is as it was."""
    if how == NONE:
        return runner
    teller, known = _TELLERS[how](), Known()

    def run(function: Callable[[Any], Any], items: Iterable[Any]) -> Iterator[Any]:
        stage = STAGES.get(function.__name__)
        sized = [stage.item(item, known) for item in items] if stage and isinstance(items, Sized) else None
        if stage is None or (sized is not None and not sum(each.size for each in sized)):  # or there is nothing to do
            yield from runner(function, items)
            return
        count = Count(stage, None if sized is None else sum(each.size for each in sized))
        waiting = deque(sized or ())
        teller.begin(count)
        whole = False
        try:
            for result in runner(function, items if sized is not None else _noted(items, stage, known, waiting)):
                if waiting:  # of an item that was divided, since a worker died of it, comes more than one
                    count.add(waiting.popleft())
                if stage.result:
                    count.add(stage.result(result, known))
                teller.step(count)
                yield result
            whole = True
        finally:
            teller.end(count, whole=whole)

    return run


def _noted(items: Iterable[Any], stage: Stage, known: Known, waiting: deque[Amount]) -> Iterator[Any]:
    """The items, and of each of them how much it is."""
    for item in items:
        waiting.append(stage.item(item, known))
        yield item


# ── words between ───────────────────────────────────────────────────────────────────────────────────────────────────


def say(line: str) -> None:
    """Write a line to standard error, above the bar if there is one."""
    if "tqdm" in sys.modules and sys.stderr.isatty():
        from tqdm import tqdm

        tqdm.write(line, file=sys.stderr)
    else:
        sys.stderr.write(line + "\n")


def tell(event: dict[str, Any]) -> None:
    """Write an event to standard error: a line of JSON, in ASCII."""
    sys.stderr.write(json.dumps(event) + "\n")
    sys.stderr.flush()


@contextmanager
def telling(asked: bool, how: str = LINES) -> Iterator[None]:
    """Let the `dedup` logger speak on standard error if asked, and warn in any case."""

    class Speaker(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            said = self.format(record)
            if how == JSON:
                tell({"event": "log", "text": said})
            else:
                say(said)

    logger, handler = logging.getLogger("dedup"), Speaker()
    level = logger.level
    logger.addHandler(handler)
    if asked:
        logger.setLevel(logging.INFO)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
