"""Runs that bytes are flipped for: what they are over, and how they are stopped."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import orjson

import dedup
from dedup import staged
from dedup.config import Config
from dedup.run import serial
from tests.material import article, prose
from tests.torture.trial import digests

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from dedup.run import Runner

PAGE = (
    "<html><head><title>{title}</title></head><body><nav><a href=/a>Home</a> <a href=/b>News of the day</a></nav>"
    "<article><h1>{title}</h1>{body}</article><footer>Copyright 2024 The River Post. All rights reserved.</footer>"
    "</body></html>"
)
SETTINGS: dict[str, dict[str, Any]] = {
    "pages": {},
    "lines": {"keep_chrome": True},
    "lines-long-way": {"keep_chrome": True, "within": True},
    "lines-whole": {"keep_chrome": True, "unit": "document"},
}
"""The kinds of runs: all stages over pages, the shorter way and others over lines."""


def documents(count: int = 9) -> list[dict[str, Any]]:
    """Articles of which some have passages in common."""
    every = [{"id": f"a-{number}", "text": article(number), "site": "a.example"} for number in range(count)]
    every += [
        {"id": f"b-{number}", "text": f"{prose(90 + number)}\n\n{article(number)}"} for number in range(count // 3)
    ]
    return [*every, {"id": "twice", "text": article(0)}]


def inputs(folder: Path, kind: str) -> Path:
    """The inputs of a run."""
    target = folder / "in"
    target.mkdir()
    if kind == "pages":
        for each in documents(6):
            body = "".join(f"<p>{part}</p>" for part in each["text"].split("\n\n"))
            (target / f"{each['id']}.html").write_text(PAGE.format(title=each["id"], body=body), encoding="utf-8")
    else:
        (target / "posts.jsonl").write_bytes(b"".join(orjson.dumps(each) + b"\n" for each in documents()))
    return target


# ── a run that stopped ──────────────────────────────────────────────────────────────────────────────────────────────


class StoppedError(Exception):
    """A run is stopped here."""


def telling(act: Callable[[int], object]) -> Runner:
    """A runner that does something after each item of all stages, of which it says the number."""
    done = 0

    def run(function: Callable[[Any], Any], items: Iterable[Any]) -> Iterator[Any]:
        nonlocal done
        for item in items:
            yield function(item)
            done += 1
            act(done)

    return run


def after(number: int, act: Callable[[], object]) -> Runner:
    """A runner that does something after so many items."""
    return telling(lambda done: act() if done == number else None)


def stop() -> None:
    raise StoppedError


@contextmanager
def small_shards() -> Iterator[None]:
    """Let a shard have few documents, so that there are some of them; the output does not depend on it."""
    before = staged.SHARD_DOCUMENTS
    staged.SHARD_DOCUMENTS = 3
    try:
        yield
    finally:
        staged.SHARD_DOCUMENTS = before


def cleaned(folder: Path, kind: str, runner: Runner = serial) -> dict[str, str]:
    """The digests of what a run gives."""
    with small_shards():
        dedup.clean([str(folder / "in")], folder / "out", config=Config.of(SETTINGS[kind]), runner=runner)
    return digests(folder / "out")


def items_of(folder: Path, kind: str) -> tuple[dict[str, str], int]:
    """What a run gives that nobody disturbs, and how many items its stages have."""
    done: list[int] = []
    wanted = cleaned(folder, kind, telling(done.append))
    shutil.rmtree(folder / "out")
    return wanted, len(done)
