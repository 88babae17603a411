"""What all commands share: how settings become options, and how a command ends."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from dedup.errors import DedupError, RemovalError, UnreadableError, WorkerError, WriteError

if TYPE_CHECKING:
    from dedup.run import Runner

PIPE = "-"
LARGE = 32_000_000
"""Bytes of input files from which on workers start before these are read: there will be work for more than one."""
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
STAGES = {
    "prepare": "reading",
    "judge": "pages",
    "settle": "sites",
    "collect": "counting",
    "flag": "chrome",
    "verify": "duplicates",
    "cut_shard": "cutting",
    "scan": "index",
    "place": "index",
    "keep_shard": "index",
    "unpack": "unpacking",
    "read_piece": "reading",
    "compare_pairs": "comparing",
    "write_piece": "writing",
}


UNIT = click.FloatRange(0, 1)


def share(_: click.Context, __: click.Parameter, text: str | None) -> int | float | None:
    """How many may fail: a number, or a share of all, as `5%`."""
    if text is None:
        return None
    try:
        most = float(text[:-1]) / 100 if text.endswith("%") else int(text)
    except ValueError:
        most = -1
    if not 0 <= most <= (1 if isinstance(most, float) else most):
        raise click.BadParameter(f"{text!r} is neither a number nor a share as 5%.")
    return most


class Setting(click.Option):
    """An option made of a field of `Config`."""


class Command(click.Command):
    """A command that says plainly what ended it, and shows the settings apart from its other options."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except BaseException as error:
            ctx.exit(_ended(error, ctx))

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        params = [param for param in self.get_params(ctx) if isinstance(param, click.Option)]
        for title, settings in (("Options", False), ("Settings", True)):
            rows = [p.get_help_record(ctx) for p in params if isinstance(p, Setting) is settings]
            if any(rows):
                with formatter.section(title):
                    formatter.write_dl([row for row in rows if row])


class Group(click.Group):
    """Commands, of which the help, too, says plainly that it cannot be written."""

    command_class = Command

    def main(self, *args: Any, **more: Any) -> Any:
        try:
            return super().main(*args, **more)
        except OSError as error:
            sys.exit(_ended(error))

    def make_context(self, *args: Any, **more: Any) -> click.Context:
        try:
            return super().make_context(*args, **more)
        except BrokenPipeError as error:
            _exit(error)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:
            _exit(error)


def _exit(error: BrokenPipeError) -> NoReturn:
    raise click.exceptions.Exit(_ended(error))  # before click says 1, which is "some inputs failed"


def _ended(error: BaseException, ctx: click.Context | None = None) -> int:
    """Say what ended a command, and with which exit code."""
    if isinstance(error, DedupError):
        code = next((code for kind, code in CODES.items() if isinstance(error, kind)), USAGE)
        if code == USAGE:
            raise click.UsageError(str(error), ctx) from error
        click.echo(f"Error: {error}{_how_to_go_on(error)}", err=True)
        return code
    if isinstance(error, BrokenPipeError):
        _give_up_output()
        return CLOSED
    if isinstance(error, KeyboardInterrupt):
        click.echo(f"\nInterrupted. {_left(ctx)}".rstrip(" "), err=True)
        return 128 + getattr(error, "number", 2)
    if isinstance(error, OSError):
        name = os.fspath(error.filename) if error.filename else "standard output"
        click.echo(f"Error: {name}: {error.strerror or error}", err=True)
        if not error.filename:
            _give_up_output()
        return OUTPUT
    sys.excepthook(type(error), error, error.__traceback__)
    click.echo("This is a bug in dedup. Please report it with the lines above.", err=True)
    return BUG


def _give_up_output() -> None:
    """What is still buffered of standard output has nowhere to go; Python would try once more at its end."""
    with suppress(OSError, ValueError):  # it is no file of the system
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _how_to_go_on(error: DedupError) -> str:
    if isinstance(error, RemovalError):
        return (
            "\nNothing was written. --dry-run shows what would go; --force writes it all the same, --stop-removed SHARE"
            " moves the limit: into the same folder that goes on from here."
        )
    return ""


def _left(ctx: click.Context | None) -> str:
    """What an interrupted command left."""
    if not ctx or ctx.info_name != "clean":
        return ""
    out = ctx.params["out"]
    if not out or out == PIPE:
        return "Nothing was written."
    if Path(out, "_SUCCESS").is_file() and not Path(out, "work").exists():
        return f"What is in {out} is whole."
    if any(Path(out, "work").glob("*/*.sealed")):
        return f"What was done is kept: `dedup clean` into {out} goes on from there."
    return f"`dedup clean` into {out} begins anew: nothing was done yet that takes longer than to read it again."


def runner(params: dict[str, Any], *, ahead: bool = True) -> Runner:
    """What runs the stages, as it was asked for; in this process, before NumPy is imported in it. `ahead`: where
    there is much to read, processes are started at once. From here on the process ends well when it is told to."""
    from dedup.ending import ending
    from dedup.process import own_process
    from dedup.run import pool

    own_process()
    click.get_current_context().with_resource(ending())
    files = [Path(each) for each in params["inputs"] if os.path.isfile(each)]  # noqa: PTH113 (whatever was typed)
    large = sum(file.stat().st_size for file in files) >= LARGE
    return pool(params["workers"], "dedup.pages" if large and ahead else "")


def cpus() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
