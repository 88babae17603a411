"""The commands and their options, as click has them."""

from __future__ import annotations

import inspect
import re
from typing import TYPE_CHECKING

import click

from dedup.cli import main
from dedup.cli_common import Setting
from docs.generate.markdown import directive, fenced, prose

if TYPE_CHECKING:
    from collections.abc import Iterator

_NO_WRAP = "\b\n"


def commands() -> str:
    """The reference of all commands."""
    return "\n".join(_command(name, command) for name, command in walk())


def walk(group: click.Group = main, name: str = "dedup") -> Iterator[tuple[str, click.Command]]:
    """All commands with their full names, a group before what is in it."""
    yield name, group
    for each, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from walk(command, f"{name} {each}")
        else:
            yield f"{name} {each}", command


def label(name: str) -> str:
    """What the section of a command is linked by."""
    return name.replace(" ", "-")


def options(command: click.Command) -> list[click.Option]:
    """The options of a command that is not `--help`, in its order."""
    return [each for each in command.params if isinstance(each, click.Option) and not each.hidden]


def _command(name: str, command: click.Command) -> str:
    ctx = click.Context(command, info_name=name)
    usage = " ".join([name, *command.collect_usage_pieces(ctx)])
    own = [each for each in options(command) if not isinstance(each, Setting)]
    settings = [each for each in options(command) if isinstance(each, Setting)]
    parts = [
        f"({label(name)})=\n## {name}\n",
        fenced("text", usage),
        _help(command.help or ""),
    ]
    if isinstance(command, click.Group):
        inner = [(f"{name} {each}", sub.get_short_help_str(200)) for each, sub in command.commands.items()]
        parts.append("\n".join(f"- [`{each}`](#{label(each)}): {_paragraph(said)}" for each, said in inner) + "\n")
    parts.append(f"```{{program}} {name}\n```\n")
    parts += [_option(each, ctx) for each in own]
    if settings and name == "dedup clean":
        parts.append("Settings, each of which is told in full in [](settings.md):\n")
        parts += [_option(each, ctx) for each in settings]
    elif settings:
        parts.append("And every setting of [`dedup clean`](#dedup-clean).\n")
    return "\n".join([*parts, _epilog(command.epilog or "")])


def _option(option: click.Option, ctx: click.Context) -> str:
    said = (option.get_help_record(ctx) or ("", ""))[1]
    names = [*option.opts, *option.secondary_opts]
    value = _value(option, ctx)
    return directive("option", ", ".join(f"{name}{value}" for name in names), _paragraph(said))


def _value(option: click.Option, ctx: click.Context) -> str:
    """What an option takes, as it is shown behind it."""
    if option.is_flag:
        return ""
    taken = option.metavar or ("CHOICE" if isinstance(option.type, click.Choice) else option.make_metavar(ctx))
    return f" {taken.split(' RANGE')[0]}"


def _help(text: str) -> str:
    """Paragraphs of help; one behind a `\\b` is set as it stands."""
    parts = inspect.cleandoc(text).split("\n\n")
    return (
        "\n\n".join(fenced("text", part[2:]) if part.startswith(_NO_WRAP) else _paragraph(part) for part in parts)
        + "\n"
    )


def _paragraph(text: str) -> str:
    """A paragraph of help, in which flags are code."""
    return prose(re.sub(r"(?<![\w`-])(--?[a-z][a-z-]*)(?![\w`])", r"`\1`", " ".join(text.split())))


def _epilog(text: str) -> str:
    """The examples, as commands; and what else stands below the options."""
    made = []
    for part in text.split("\n\n"):
        body = part.removeprefix(_NO_WRAP)
        title, *lines = body.splitlines() or [""]
        if title.startswith("Example"):
            made.append(f"{title}\n\n" + fenced("sh", inspect.cleandoc("\n".join(["", *lines]))))
        elif body.strip():
            made.append(_paragraph(body) + "\n")
    return "\n".join(made)
