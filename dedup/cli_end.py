"""How commands tell how far they are, and how they end: in words, or as events for machines."""

from __future__ import annotations

import json
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dedup.errors import DamagedError, DedupError, LockedError, RemovalError, UnreadableError, WorkerError, WriteError
from dedup.urls import is_url, shown

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dedup.data import Failure
    from dedup.run import Runner

PIPE = "-"
FAILED, USAGE, UNREADABLE, OUTPUT, SAFETY = 1, 2, 3, 4, 5
BUG = 70  # EX_SOFTWARE: 1 means "done", which a crash is not
CLOSED = 141  # what a shell says of a program that SIGPIPE ended
CODES: dict[type[DedupError], int] = {
    UnreadableError: UNREADABLE,
    WriteError: OUTPUT,
    RemovalError: SAFETY,
    WorkerError: BUG,
}
"""The exit codes of errors; all others are of usage."""
SAID = "dedup.done"


# ── progress ────────────────────────────────────────────────────────────────────────────────────────────────────────

JSON = "json"
progress = click.option(
    "--progress",
    type=click.Choice(["auto", "bar", "lines", JSON, "none"]),
    default="auto",
    envvar="DEDUP_PROGRESS",
    help="How far it is: a bar a stage, a line every 10 s, or JSON, a line an event (stage, done, total, unit,"
    " documents, characters, seconds, rate, left; the last one: done, or stopped). [default: a bar on a terminal, else"
    " lines]",
)
"""The option of commands that take long."""


def how(params: dict[str, Any]) -> str:
    """How it is told how far a command is."""
    asked = params.get("progress", "none")
    if params.get("quiet"):
        return "none"
    return asked if asked != "auto" else "bar" if sys.stderr.isatty() else "lines"


def is_for_machines(params: dict[str, Any]) -> bool:
    """Whether what goes to standard error is JSON alone."""
    return how(params) == JSON


def telling_how_far(params: dict[str, Any], workers: Runner) -> Runner:
    """What runs the stages, and tells how far each is."""
    asked = how(params)
    if asked == "none":
        return workers
    from dedup.progress import shown as with_progress

    return with_progress(workers, asked)


# ── the end ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def ended(error: BaseException, ctx: click.Context | None = None) -> int:
    """Say what ended a command, and with which exit code."""
    if isinstance(error, DedupError):
        code = next((code for kind, code in CODES.items() if isinstance(error, kind)), USAGE)
        if code == USAGE and not (ctx and is_for_machines(ctx.params)):
            raise click.UsageError(_plain(str(error)), ctx) from error
        return stopped(ctx, str(error), _how_to_go_on(error, ctx), code)
    if isinstance(error, BrokenPipeError):
        _give_up_output()
        return CLOSED
    if isinstance(error, KeyboardInterrupt):
        hint = left(ctx)
        code = 128 + getattr(error, "number", 2)
        return stopped(ctx, "interrupted", hint, code, plain=f"\nInterrupted. {hint}".rstrip())
    if isinstance(error, OSError):
        name = os.fspath(error.filename) if error.filename else "standard output"
        hint = _again(ctx, "Once it can be written") if error.filename else ""
        code = stopped(ctx, f"{name}: {error.strerror or error}", hint, OUTPUT)
        if not error.filename:
            _give_up_output()
        return code
    sys.excepthook(type(error), error, error.__traceback__)
    bug = f"This is a bug in dedup. Please report it with the lines above. {left(ctx)}".rstrip()
    return stopped(ctx, f"{type(error).__name__}: {error}", bug, BUG, plain=bug)


def stopped(ctx: click.Context | None, why: str, go_on: str, code: int, *, plain: str = "") -> int:
    """Say that a command stopped, and how to go on, for people in `plain` words if others fit; the exit code."""
    if ctx and is_for_machines(ctx.params):
        from dedup.progress import tell

        tell({"event": "stopped", "why": why, "go_on": go_on, "exit": code})
    else:
        click.echo(_plain(plain or "\n".join(filter(None, (f"Error: {why}", go_on)))), err=True)
    return code


def _plain(said: str) -> str:
    """What is said, which may name what documents are called, with signs for what a terminal would obey."""
    from dedup.signs import visible

    return "\n".join(line[: len(line) - len(line.lstrip(" "))] + visible(line) for line in said.split("\n"))


def done(ctx: click.Context, code: int) -> None:
    """Say for machines that a command is done."""
    if is_for_machines(ctx.params):
        from dedup.progress import tell

        tell({"event": "done", **ctx.meta.get(SAID, {}), "exit": code})


def say_done(ctx: click.Context, **said: Any) -> None:
    """What the last event says of a command that is done."""
    ctx.meta[SAID] = said


def say_failures(ctx: click.Context, failures: Iterable[Failure]) -> None:
    """Name the inputs that could not be used."""
    for failure in failures:
        if is_for_machines(ctx.params):
            from dedup.progress import tell

            tell({"event": "failure", "id": failure.id, "why": failure.why})
        else:
            click.echo(_plain(f"{failure.id}: {failure.why}"), err=True)


def _give_up_output() -> None:
    """What is still buffered of standard output has nowhere to go; Python would try once more at its end."""
    with suppress(OSError, ValueError):  # it is no file of the system
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _how_to_go_on(error: DedupError, ctx: click.Context | None) -> str:
    """What to do about an error, and whether a run begins anew then."""
    if isinstance(error, RemovalError):
        said = (
            "Nothing was written. --dry-run shows what would go; --force writes it all the same, --stop-removed SHARE"
            " moves the limit"
        )
        return f"{said}: into the same folder that goes on from here." if _is_kept(ctx) else f"{said}."
    if isinstance(error, UnreadableError):
        return left(ctx) if _is_kept(ctx) else ""
    if isinstance(error, LockedError):
        return ""
    if isinstance(error, DamagedError):
        return left(ctx)
    if isinstance(error, WriteError):
        return _again(ctx, "Once it can be written")
    return left(ctx) if isinstance(error, WorkerError) else ""


def _again(ctx: click.Context | None, when: str) -> str:
    """That a run goes on from where it is, when something was mended; nothing if it does not."""
    return f"{when}, `dedup clean` into {ctx.params['out']} goes on from there." if ctx and _is_kept(ctx) else ""


def _is_kept(ctx: click.Context | None) -> bool:
    """Whether a run that stopped left what another one goes on from."""
    out = ctx.params["out"] if ctx and ctx.info_name == "clean" else None
    return out is not None and out != PIPE and any(Path(out, "work").glob("*/*.sealed"))


def left(ctx: click.Context | None) -> str:
    """What a command that stopped left, and how to go on."""
    if not ctx or ctx.info_name not in _LEFT:
        return ""
    out = ctx.params.get("out")
    if ctx.info_name != "clean":
        return _LEFT[ctx.info_name].format(**ctx.params)
    return _left_in(out, is_kept=_is_kept(ctx)) if out and out != PIPE else "Nothing was written."


def _left_in(out: str, *, is_kept: bool) -> str:
    if is_url(out):
        return f"Nothing is kept of it: `dedup clean` into {shown(out)} begins anew."
    if Path(out, "_SUCCESS").is_file() and not Path(out, "work").exists():
        return f"What is in {out} is whole."
    if is_kept:
        return f"What was done is kept: `dedup clean` into {out} goes on from there."
    return f"`dedup clean` into {out} begins anew: nothing was done yet that takes longer than to read it again."


_LEFT = {
    "clean": "",
    "build": "Nothing was written: `dedup index build` begins anew.",
    "add": "The index {folder} is as it was: `dedup index add` begins anew.",
    "learn": "{out} is as it was: `dedup site learn` begins anew.",
}


def last_words(ctx: click.Context, number: int) -> bytes:
    """What is said where a command could not be interrupted."""
    why = "Stopped at once: what was under way could not be interrupted."
    if not is_for_machines(ctx.params):
        return f"\n{why} {left(ctx)}".rstrip().encode() + b"\n"
    event = {"event": "stopped", "why": why, "go_on": left(ctx), "exit": 128 + number}
    return json.dumps(event).encode() + b"\n"
