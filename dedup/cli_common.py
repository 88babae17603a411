"""What all commands share: their groups, their runner, and how they are ended."""

from __future__ import annotations

import os
import sys
from functools import partial
from typing import TYPE_CHECKING, Any, NoReturn

import click

from dedup.cli_end import done, ended, is_for_machines, last_words, stopped

if TYPE_CHECKING:
    from dedup.run import Runner

EXTRACTS = "dedup.pages"
"""What processes need that extract documents: they import it while the program begins."""
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
            super().invoke(ctx)
        except click.exceptions.Exit as end:
            done(ctx, end.exit_code)
            raise
        except click.ClickException as error:
            if not is_for_machines(ctx.params):
                raise
            ctx.exit(stopped(ctx, error.format_message(), "", error.exit_code))
        except click.Abort:
            raise
        except BaseException as error:
            ctx.exit(ended(error, ctx))
        done(ctx, 0)

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
            sys.exit(ended(error))

    def make_context(self, *args: Any, **more: Any) -> click.Context:
        try:
            return super().make_context(*args, **more)
        except BrokenPipeError as error:
            _exit(error)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (BrokenPipeError, KeyboardInterrupt) as error:  # it came while a command began or ended
            _exit(error)


def _exit(error: BaseException) -> NoReturn:
    raise click.exceptions.Exit(ended(error))  # before click says 1, which is "some inputs failed"


def runner(params: dict[str, Any], *, ahead: bool = True) -> Runner:
    """What runs the stages, as it was asked for; in this process, before NumPy is imported in it. `ahead`: where
    documents are to be extracted, processes are started at once. From here on the process ends well when it is told
    to."""
    from dedup.ending import ending
    from dedup.process import own_process
    from dedup.run import pool

    own_process()
    ctx = click.get_current_context()
    ctx.with_resource(ending(partial(last_words, ctx)))
    return pool(params["workers"], EXTRACTS if ahead else "")


def cpus() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
