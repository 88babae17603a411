"""What all commands share: how settings become options, and how a command ends."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dedup.errors import DedupError, WorkerError

if TYPE_CHECKING:
    from dedup.run import Runner

PIPE = "-"
LARGE = 32_000_000
"""Bytes of input files from which on workers start before these are read: there will be work for more than one."""
BUG = 70  # EX_SOFTWARE: 1 means "done", which a crash is not
STAGES = {
    "prepare": "reading",
    "judge": "pages",
    "settle": "sites",
    "collect": "counting",
    "flag": "chrome",
    "verify": "duplicates",
    "cut_shard": "cutting",
    "place": "index",
    "keep_shard": "index",
    "read_piece": "reading",
    "compare_pairs": "comparing",
    "write_piece": "writing",
}


class Setting(click.Option):
    """An option made of a field of `Config`."""


class Command(click.Command):
    """A command that says plainly what ended it, and shows the settings apart from its other options."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except WorkerError as error:
            click.echo(f"Error: {error}", err=True)
            ctx.exit(BUG)
        except DedupError as error:
            raise click.UsageError(str(error), ctx) from error
        except BaseException as error:
            ctx.exit(_ended(error))

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        params = [param for param in self.get_params(ctx) if isinstance(param, click.Option)]
        for title, settings in (("Options", False), ("Settings", True)):
            rows = [p.get_help_record(ctx) for p in params if isinstance(p, Setting) is settings]
            if any(rows):
                with formatter.section(title):
                    formatter.write_dl([row for row in rows if row])


def _ended(error: BaseException) -> int:
    """Say what ended a command, and with which exit code."""
    if isinstance(error, BrokenPipeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is still buffered has nowhere to go
        return 0
    if isinstance(error, KeyboardInterrupt):
        click.echo("\nInterrupted. `dedup clean` into the same folder goes on from there.", err=True)
        return 130
    if isinstance(error, OSError):
        click.echo(f"Error: {error.filename or 'output'}: {error.strerror or error}", err=True)
        return 2
    sys.excepthook(type(error), error, error.__traceback__)
    click.echo("This is a bug in dedup. Please report it with the lines above.", err=True)
    return BUG


def runner(params: dict[str, Any], *, ahead: bool = True) -> Runner:
    """What runs the stages, as it was asked for; in this process, before NumPy is imported in it. `ahead`: where
    there is much to read, processes are started at once."""
    from dedup.process import own_process
    from dedup.run import pool

    own_process()
    files = [Path(each) for each in params["inputs"] if os.path.isfile(each)]  # noqa: PTH113 (whatever was typed)
    large = sum(file.stat().st_size for file in files) >= LARGE
    return pool(params["workers"], "dedup.pages" if large and ahead else "")


def cpus() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
