"""The command line: what was typed becomes a `Config`, paths and a runner; nothing below this module sees a flag.

\b
Exit codes: 0 done; 1 done, but some inputs failed (or a restored text differs); 2 wrong usage or settings, nothing to
read, or an output folder that is refused; 70 a bug in dedup; 130 interrupted.
"""

from __future__ import annotations

import logging
import os
import sys
from contextlib import contextmanager
from dataclasses import Field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dedup.config import Config
from dedup.errors import DedupError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from click.shell_completion import CompletionItem

    from dedup.data import Failure
    from dedup.result import Result
    from dedup.run import Runner

PIPE = "-"
SHOWN_LINES = 3
"""Lines of a block that `explain` shows without --full."""
BUG = 70  # EX_SOFTWARE: 1 means "done", which a crash is not
STAGES = {"prepare": "reading", "flag": "chrome", "verify": "duplicates", "cut_shard": "cutting"}


class Setting(click.Option):
    """An option made of a field of `Config`."""


class _Command(click.Command):
    """A command that says plainly what ended it, and shows the settings apart from its other options."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
            return result
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
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
        click.echo("\nInterrupted. The same command goes on where this one stopped.", err=True)
        return 130
    if isinstance(error, OSError):
        click.echo(f"Error: {error.filename or 'output'}: {error.strerror or error}", err=True)
        return 2
    sys.excepthook(type(error), error, error.__traceback__)
    click.echo("This is a bug in dedup. Please report it with the lines above.", err=True)
    return BUG


def _version(ctx: click.Context, _: click.Parameter, asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        click.echo(f"dedup {version('dedup-corpus')} (NumPy {version('numpy')} kernel)")
        ctx.exit()


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    epilog="\b\nExample:\n  dedup clean articles/ -o out\n  dedup explain out news/today.html",
)
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Show the version.")
def main() -> None:
    """Clean a corpus of articles: extract them, strip the chrome of their sites, cut near-duplicate passages, and
    keep a record of all that went."""


main.command_class = _Command


# ── clean ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def _setting(spec: Field[Any]) -> Setting:
    """A field of `Config` as an option of the same name."""
    flag, known = f"--{spec.name.replace('_', '-')}", spec.metadata
    choices = [str(choice) for choice in known.get("choices", ())]
    several = isinstance(spec.default, tuple)
    kinds: dict[type, Any] = {int: click.IntRange, float: click.FloatRange}
    text = known["help"]
    if several:
        text += f" May be repeated: {', '.join(choices)}."
    elif spec.default not in ("", False):
        text += f" [default: {spec.default}]"
    if isinstance(spec.default, bool):
        return Setting([f"{flag}/--no-{flag[2:]}"], default=False, help=text)
    ranged = kinds.get(type(spec.default))
    kind = ranged(known["low"], known["high"]) if ranged else click.Choice(choices) if choices else click.STRING
    return Setting([flag], type=kind, multiple=several, help=text, metavar="KIND" if several else None)


def _config(ctx: click.Context) -> Config:
    """The settings: those typed, else those of the --config file, else the defaults."""
    typed = click.core.ParameterSource.COMMANDLINE
    names = [spec.name for spec in fields(Config) if ctx.get_parameter_source(spec.name) is typed]
    changes = {name: ctx.params[name] for name in names}
    file = ctx.params["config"]
    return Config.load(file, changes) if file else Config.of(changes)


def _cpus() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@main.command(
    params=[_setting(spec) for spec in fields(Config)],
    epilog="""\b
Examples:
  dedup clean articles/ 'more/**/*.html' -o out
  dedup clean posts.jsonl.gz -o out --site example.org --keep-kinds caption
  dedup clean articles/ --dry-run --min-words 30 | less
  zcat posts.jsonl.gz | dedup clean - -o - > clean.jsonl

\b
Exit codes: 0 done; 1 done, but some inputs failed; 2 wrong usage or settings, nothing written.""",
)
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")
@click.option("-o", "--out", metavar="OUT", help="Folder to write, or - for clean JSONL on standard output.")
@click.option("--config", metavar="FILE", help="TOML file with a [dedup] table of settings; flags win over it.")
@click.option("-j", "--workers", type=click.IntRange(1), default=_cpus, help="Processes. [default: the number of CPUs]")
@click.option("-q", "--quiet", is_flag=True, help="No summary and no progress bars.")
@click.option("-v", "--verbose", is_flag=True, help="Say what is going on; list all failures and ignored files.")
@click.option("--dry-run", is_flag=True, help="Print what would go, a line for each span, and write nothing.")
@click.pass_context
def clean(ctx: click.Context, /, **_: Any) -> None:
    """Clean documents.

    INPUT is a file (.html .htm .xhtml .md .markdown .txt .jsonl, also .gz or .zst), a folder, a glob, or - for JSONL
    on standard input. The output does not depend on --workers or on the order of the inputs.
    """
    from dedup.pipeline import clean as run

    params, config = ctx.params, _config(ctx)
    out, dry, verbose = params["out"], params["dry_run"], params["verbose"]
    if not (out or dry):
        raise click.UsageError("Missing option '-o' / '--out': a folder, or - for standard output.", ctx)
    if out == PIPE and config.format != "jsonl":
        raise click.UsageError(f"-o - writes JSONL; format = {config.format!r} needs a folder.", ctx)
    folder = None if dry or out == PIPE else Path(out)
    with _told(verbose):
        result = run(params["inputs"], folder, config=config, runner=_runner(params["workers"], params["quiet"]))
    if dry:
        _print_going(result)
    elif out == PIPE:
        _print_records(result.documents())
    if not params["quiet"]:
        _print_summary(result, folder, verbose)
    if verbose:
        _print_ignored(params["inputs"], folder)
    ctx.exit(1 if result.summary["documents"]["failed"] else 0)


@contextmanager
def _told(verbose: bool) -> Iterator[None]:
    """Let the `dedup` logger speak on standard error, above the progress bars."""
    from dedup.progress import say

    class Speaker(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            say(self.format(record))

    logger, handler, level = logging.getLogger("dedup"), Speaker(), logging.getLogger("dedup").level
    if verbose:
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)


def _runner(workers: int, quiet: bool) -> Runner:
    from dedup.progress import with_bars
    from dedup.run import pool

    return pool(workers) if quiet else with_bars(pool(workers), STAGES)


def _print_going(result: Result) -> None:
    from dedup.terminal import going

    for line in going(result.removed()):
        click.echo(line)


def _print_records(records: Iterable[dict[str, Any]]) -> None:
    import orjson

    stream = sys.stdout.buffer
    for record in records:
        stream.write(orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE))
    stream.flush()


def _print_summary(result: Result, folder: Path | None, verbose: bool) -> None:
    from dedup.terminal import SHOWN, summary

    for line in summary(result, str(folder or ""), None if verbose else SHOWN):
        click.echo(line, err=True)
    if not folder:
        click.echo(
            "\nNothing was written, so no record of what went is kept: for one, name a folder with -o.", err=True
        )


def _print_ignored(inputs: Iterable[str], folder: Path | None) -> None:
    from dedup.read import find

    for path in find([each for each in inputs if each != PIPE], folder).ignored:
        click.echo(f"ignored, not one of our extensions: {path}", err=True)


# ── explain, restore, completion ────────────────────────────────────────────────────────────────────────────────────


def _ids(ctx: click.Context, _: click.Parameter, begun: str) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem

    from dedup.result import Result

    try:
        return [
            CompletionItem(each["id"])
            for each in Result(Path(ctx.params["out"])).sources()
            if each["id"].startswith(begun)
        ]
    except (DedupError, OSError):
        return []


@main.command(
    epilog="\b\nExamples:\n  dedup explain out news/today.html\n  dedup explain out posts.jsonl:17 --json | jq .why"
)
@click.argument("out", type=click.Path(path_type=Path))
@click.argument("document", shell_complete=_ids)
@click.option("--json", "as_json", is_flag=True, help="Print a line of JSON for each block.")
@click.option("--full", is_flag=True, help=f"Show blocks whole, not just {SHOWN_LINES} lines of each.")
def explain(out: Path, document: str, as_json: bool, full: bool) -> None:
    """Show the blocks of a document in order, each kept or removed, and why.

    OUT is the folder of a run, DOCUMENT the id of a document in it.
    """
    from dedup.result import Result

    result = Result(out)
    _check_id(result, document)
    pieces = result.explain(document)
    if as_json:
        _print_records(
            {"kept": piece.removed is None, "start": piece.start, "end": piece.end, "text": piece.text}
            | (piece.removed or {})
            for piece in pieces
        )
        return
    _print_pieces(pieces, None if full else SHOWN_LINES)


def _check_id(result: Result, id_: str) -> None:
    """Refuse an unknown id, naming those that are like it."""
    from difflib import get_close_matches
    from itertools import islice

    near: list[str] = []
    for source in result.sources():
        if source["id"] == id_:
            return
        if id_ in source["id"] and len(near) < 3:
            near.append(source["id"])
    near = near or get_close_matches(id_, (each["id"] for each in islice(result.sources(), 10_000)), cutoff=0.5)
    hint = f" Do you mean {' or '.join(near)}?" if near else ""
    raise click.BadParameter(f"{result.folder} has no document {id_!r}.{hint}", param_hint="'DOCUMENT'")


def _print_pieces(pieces: Iterable[Any], most: int | None) -> None:
    from shutil import get_terminal_size

    from dedup.terminal import explained

    width = max(40, get_terminal_size((100, 24)).columns)
    for piece in pieces:
        for line in explained(piece, width, most):
            click.secho(line, fg="red" if piece.removed else None)


@main.command(epilog="\b\nExamples:\n  dedup restore out > sources.jsonl\n  dedup restore out -o originals")
@click.argument("out", type=click.Path(path_type=Path))
@click.option(
    "-o", "--output", "folder", metavar="DIR", type=click.Path(path_type=Path), help="An empty folder to write."
)
def restore(out: Path, folder: Path | None) -> None:
    """Give back the source text of every document of the run in OUT, from what stayed and what went.

    Without -o a line of JSON for each. With -o as files: texts and Markdown byte for byte as they were, pages as
    their visible text (.html.txt), JSONL records as id and text. Every text is checked against its digest.
    """
    from dedup import restore as back
    from dedup.result import Result

    records = Result(out).restore()
    if folder:
        back.check_empty(folder)
        wrong = list(back.write_all(records, folder))
    else:
        wrong = list(_print_restored(records))
    for failure in wrong:
        click.echo(f"{failure.id}: {failure.why}", err=True)
    click.get_current_context().exit(1 if wrong else 0)


def _print_restored(records: Iterable[dict[str, Any]]) -> Iterator[Failure]:
    from dedup.restore import as_line, differs

    stream = sys.stdout.buffer
    for record in records:
        stream.write(as_line(record))
        if wrong := differs(record):
            yield wrong
    stream.flush()


@main.command(epilog='\b\nExample:\n  eval "$(dedup completion bash)"    # in ~/.bashrc')
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the script that makes a shell complete commands, options and document ids."""
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    if kind is not None:
        click.echo(kind(main, {}, "dedup", "_DEDUP_COMPLETE").source())
