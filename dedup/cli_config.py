"""How settings become options, and `dedup config`: what they are, what they mean, and where they come from."""

from __future__ import annotations

import os
from dataclasses import Field, fields
from typing import TYPE_CHECKING, Any

import click

from dedup.cli_common import Command, Setting
from dedup.config import Config
from dedup.settings import merged, presets

if TYPE_CHECKING:
    from dedup.settings import Settings


def _setting(spec: Field[Any]) -> Setting:
    """A field of `Config` as an option of the same name."""
    flag, known = f"--{spec.name.replace('_', '-')}", spec.metadata
    choices = [str(choice) for choice in known.get("choices", ())]
    several = isinstance(spec.default, tuple)
    kinds: dict[type, Any] = {int: click.IntRange, float: click.FloatRange}
    text = known["help"]
    if several:
        text += f" May be repeated: {', '.join(choices)}." if choices else " May be repeated, the best first."
    elif spec.default not in ("", False, True):
        text += f" [default: {spec.default}]"
    if isinstance(spec.default, bool):
        return Setting([f"{flag}/--no-{flag[2:]}"], default=spec.default, help=text)
    ranged = kinds.get(type(spec.default))
    kind = ranged(known["low"], known["high"]) if ranged else click.Choice(choices) if choices else click.STRING
    what = ("KIND" if choices else "SITE") if several else None
    return Setting([flag], type=kind, multiple=several, help=text, metavar=what)


def options() -> list[click.Option]:
    """The options that settings come from: a file, a preset, and one for each setting."""
    file = "TOML file with a [dedup] table of settings; flags and the environment win over it."
    preset = "Settings for a kind of corpus; all others win over them: dedup config --preset NAME shows them."
    return [
        click.Option(["--config"], metavar="FILE", help=file),
        click.Option(["--preset"], type=click.Choice(presets()), help=preset),
        *map(_setting, fields(Config)),
    ]


def settings(ctx: click.Context, *, quiet: bool = False) -> Settings:
    """The settings of a command, from wherever they stand; what looks like a variable for one, and is none, is told."""
    typed = click.core.ParameterSource.COMMANDLINE
    names = [spec.name for spec in fields(Config) if ctx.get_parameter_source(spec.name) is typed]
    found = merged({name: ctx.params[name] for name in names}, ctx.params["config"], ctx.params["preset"], os.environ)
    for name in [] if quiet else found.unknown:
        click.echo(f"Warning: {name} is no setting; see dedup config", err=True)
    return found


@click.command(
    cls=Command,
    params=[*options()],
    epilog="""\b
Examples:
  dedup config --preset news > dedup.toml
  DEDUP_MIN_WORDS=20 dedup config --config dedup.toml
  dedup clean articles/ -o out --config dedup.toml""",
)
@click.pass_context
def config(ctx: click.Context, /, **_: Any) -> None:
    """Print the settings that a run would have, as TOML that --config takes.

    A setting comes from its flag, else from the environment (DEDUP_MIN_WORDS=20; lists with commas), else from the
    --config file, else from the --preset, else it has its default. Each is printed with what it means, what it may be,
    and where it comes from.
    """
    from dedup.settings import as_toml

    for line in as_toml(settings(ctx)):
        click.echo(line)
