"""The command line: what was typed becomes a `Config`, paths and a runner; nothing below this module sees a flag.

\b
Exit codes: 0 done; 1 done, but some inputs failed, --check or `verify` found something, or a restored text differs;
2 wrong usage or settings, nothing to read, or an output folder that is refused; 3 no input can be used, or more than
--max-errors cannot; 4 the output cannot be written, was changed since, or another run writes there; 5 the safety stop;
70 a bug in dedup, or a worker process died; 130, 143 and 129 ended by Ctrl-C, SIGTERM and SIGHUP; 141 nobody reads what
is printed.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dedup.cli_common import UNIT, Group, cpus, runner, share
from dedup.cli_config import config, options, settings
from dedup.cli_end import PIPE, is_for_machines, progress, say_done, telling_how_far
from dedup.cli_index import index
from dedup.cli_report import report
from dedup.cli_result import explain, restore
from dedup.cli_review import review
from dedup.cli_site import site
from dedup.cli_stats import stats
from dedup.cli_verify import verify
from dedup.formats import AUTO, ROWS, told
from dedup.limits import STOP, WARN, Limits
from dedup.urls import is_url

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dedup.config import Config
    from dedup.remote import Remote
    from dedup.result import Result
    from dedup.run import Runner


def _version(ctx: click.Context, _: click.Parameter, asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        from dedup import kernel

        click.echo(f"dedup {version('dedup-corpus')} (kernel: {kernel.name()})")
        ctx.exit()


@click.group(
    cls=Group,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    epilog="\b\nExample:\n  dedup clean articles/ -o out\n  dedup explain out news/today.html",
)
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Show the version.")
def main() -> None:
    """Clean a corpus of articles: extract them, strip the chrome of their sites, cut near-duplicate passages, and
    keep a record of all that went."""


main.add_command(config)
main.add_command(explain)
main.add_command(restore)
main.add_command(report)
main.add_command(review)
main.add_command(site)
main.add_command(index)
main.add_command(stats)
main.add_command(verify)


# ── clean ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@main.command(
    params=[*options()],
    epilog="""\b
Examples:
  dedup clean articles/ 'more/**/*.html' -o out
  dedup clean posts.jsonl.gz -o out --site example.org --keep-kinds caption
  dedup clean s3://bucket/articles -o s3://bucket/clean
  dedup clean articles/ --dry-run --min-words 30 | less
  dedup clean monday.jsonl -o monday --against archive.index --add
  zcat posts.jsonl.gz | dedup clean - > clean.jsonl
  dedup clean articles/ --check

\b
Exit codes: 0 done; 1 done, but some inputs failed, or --check found something to remove.
Nothing new is written at: 2 wrong usage or settings; 3 too many inputs failed; 4 the output cannot be written, or
another run writes there; 5 safety stop; 70 a bug; 130, 143 stopped by a signal.""",
)
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")
@click.option("-o", "--out", metavar="OUT", help="Folder or URL to write, or - for clean JSONL on standard output.")
@click.option("-j", "--workers", type=click.IntRange(1), default=cpus, help="Processes. [default: the number of CPUs]")
@click.option("-q", "--quiet", is_flag=True, help="No summary and no progress.")
@progress
@click.option("-v", "--verbose", is_flag=True, help="Say what is going on; list all failures and ignored files.")
@click.option("--dry-run", is_flag=True, help="Print what would go, a line for each span, and write nothing.")
@click.option("--check", is_flag=True, help="The same, and exit with 1 if anything would go.")
@click.option("--depfile", metavar="FILE", help="Write a rule for make: OUT depends on all that was read.")
@click.option(
    "--max-errors", metavar="N|P%", callback=share, help="Stop if more inputs fail, or more percent. [default: any]"
)
@click.option(
    "--warn-removed", type=UNIT, default=WARN, show_default=True, help="Warn if more of a site or source goes."
)
@click.option(
    "--stop-removed", type=UNIT, default=STOP, show_default=True, help="Stop if more of a site or source goes."
)
@click.option("--force", is_flag=True, help="Do not stop, however much goes.")
@click.option("--add", is_flag=True, help="Put what stays into the index that --against names, once the run is whole.")
@click.pass_context
def clean(ctx: click.Context, /, **_: Any) -> None:
    """Clean documents.

    INPUT is a file (pages, Markdown, text, JSONL, Parquet, Arrow, CSV, TSV, WARC; also .gz .zst .bz2 .xz), a folder, a
    glob, a URL of any of these (s3:// gs:// https:// ...), or - for standard input (JSONL, or --input-format). The
    output does not depend on --workers or on the order of the inputs.
    """
    params, config = ctx.params, settings(ctx, quiet=ctx.params["quiet"]).config
    folder, depfile = _targets(ctx, config)
    if params["out"] == PIPE:
        config = replace(config, format="jsonl")
    kinds = (told(Path(each), config.input_format) for each in params["inputs"])
    by_lines = config.verbatim and not config.against and all(kind and kind.name in ROWS for kind in kinds)
    result = _run(params, folder, config, runner(params, ahead=not by_lines))
    _print_result(result, params)
    say_done(ctx, summary=result.summary)
    if not (params["quiet"] or is_for_machines(params)):
        _print_summary(result, folder, params)
    if depfile:
        from dedup.commit import atomic

        with atomic(Path(params["depfile"])) as handle:
            handle.write(depfile.encode())
    summary = result.summary
    ctx.exit(1 if summary["documents"]["failed"] or (params["check"] and any(summary["removed"].values())) else 0)


def _targets(ctx: click.Context, config: Config) -> tuple[str | None, str]:
    """The folder to write, if any; and what the depfile will say: of the inputs as they are before they are read."""
    params = ctx.params
    params["dry_run"] |= params["check"]
    dry, out = params["dry_run"], params["out"]
    if params["add"] and dry:
        raise click.UsageError("--add is not for --dry-run or --check, which write nothing.", ctx)
    if not (out or dry) and params["inputs"] == (PIPE,) and not sys.stdout.isatty():
        out = params["out"] = PIPE
    if not (out or dry):
        raise click.UsageError("Missing option '-o' / '--out': a folder, or - for standard output.", ctx)
    if out == PIPE and (config.format not in (AUTO, "jsonl") or config.emit != "clean"):
        what = f"format = {config.format!r}" if config.emit == "clean" else f"emit = {config.emit!r}"
        raise click.UsageError(f"-o - writes JSONL; {what} needs a folder.", ctx)
    folder = None if dry or out == PIPE else str(out)
    if not params["depfile"]:
        return folder, ""
    if not folder or is_url(folder):
        raise click.UsageError("--depfile is for an output folder of this machine: name it with -o.", ctx)
    from dedup.depfile import prerequisites, rule

    inputs = [each for each in params["inputs"] if each != PIPE]
    names = prerequisites([*inputs], Path(folder))
    return folder, rule(out, [*names, *filter(None, [params["config"]]), *config.files])


def _run(params: dict[str, Any], folder: str | None, config: Config, workers: Runner) -> Result:
    from dedup.beside import Adding
    from dedup.pipeline import clean as run

    stop = 1.0 if params["force"] or params["dry_run"] else params["stop_removed"]
    limits = Limits(params["max_errors"], params["warn_removed"], stop)
    against = Adding(config.against) if params["add"] else None
    if params["quiet"] and not params["verbose"]:
        return run(params["inputs"], folder, config=config, runner=workers, limits=limits, against=against)
    from dedup.progress import telling

    with telling(params["verbose"], params["progress"]):
        told = telling_how_far(params, workers)
        return run(params["inputs"], folder, config=config, runner=told, limits=limits, against=against)


def _print_result(result: Result, params: dict[str, Any]) -> None:
    """What a dry run would take out, or with `-o -` what is left."""
    if params["dry_run"]:
        from dedup.terminal import going

        for line in going(result.removed()):
            click.echo(line)
    elif params["out"] == PIPE:
        _print_files(result.files())


def _print_files(paths: Iterable[Path | Remote]) -> None:
    """Print files as they are."""
    from shutil import copyfileobj

    for path in paths:
        with path.open("rb") as file:
            copyfileobj(file, sys.stdout.buffer)
    sys.stdout.buffer.flush()


def _print_summary(result: Result, folder: str | None, params: dict[str, Any]) -> None:
    from dedup.find import find
    from dedup.signs import harmless
    from dedup.terminal import SHOWN, summary
    from dedup.urls import shown

    for line in summary(result, shown(folder or ""), None if params["verbose"] else SHOWN):
        click.echo(line, err=True)
    if not folder:
        click.echo("\nNothing was written; for a record of what went, name a folder with -o.", err=True)
    if params["verbose"]:
        for path in find([each for each in params["inputs"] if each != PIPE], result.folder).ignored:
            click.echo(f"ignored, not one of our extensions: {harmless(str(path))}", err=True)


# ── completion ──────────────────────────────────────────────────────────────────────────────────────────────────────


@main.command(epilog='\b\nExample:\n  eval "$(dedup completion bash)"    # in ~/.bashrc')
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the script that makes a shell complete commands, options and document ids."""
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    if kind is not None:
        click.echo(kind(main, {}, "dedup", "_DEDUP_COMPLETE").source())
