"""The command line: what was typed becomes a `Config`, paths and a runner; nothing below this module sees a flag.

\b
Exit codes: 0 done; 1 done, but some inputs failed (or a restored text differs); 2 wrong usage or settings, nothing to
read, or an output folder that is refused; 70 a bug in dedup, or a worker process died; 130 interrupted.
"""

from __future__ import annotations

import sys
from dataclasses import Field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dedup.cli_common import PIPE, STAGES, Command, Setting, cpus, runner
from dedup.cli_index import index
from dedup.cli_site import site
from dedup.config import Config
from dedup.errors import DedupError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from click.shell_completion import CompletionItem

    from dedup.result import Piece, Result

FOLDER = click.Path(path_type=Path)
SHOWN_LINES = 3
"""Lines of a block that `explain` shows without --full."""


def _version(ctx: click.Context, _: click.Parameter, asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        from dedup import kernel

        click.echo(f"dedup {version('dedup-corpus')} (kernel: {kernel.name()})")
        ctx.exit()


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    epilog="\b\nExample:\n  dedup clean articles/ -o out\n  dedup explain out news/today.html",
)
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Show the version.")
def main() -> None:
    """Clean a corpus of articles: extract them, strip the chrome of their sites, cut near-duplicate passages, and
    keep a record of all that went."""


main.command_class = Command
main.add_command(site)
main.add_command(index)


# ── clean ───────────────────────────────────────────────────────────────────────────────────────────────────────────


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


def _config(ctx: click.Context) -> Config:
    """The settings: those typed, else those of the --config file, else the defaults."""
    typed = click.core.ParameterSource.COMMANDLINE
    names = [spec.name for spec in fields(Config) if ctx.get_parameter_source(spec.name) is typed]
    changes = {name: ctx.params[name] for name in names}
    file = ctx.params["config"]
    return Config.load(file, changes) if file else Config.of(changes)


@main.command(
    params=[_setting(spec) for spec in fields(Config)],
    epilog="""\b
Examples:
  dedup clean articles/ 'more/**/*.html' -o out
  dedup clean posts.jsonl.gz -o out --site example.org --keep-kinds caption
  dedup clean articles/ --dry-run --min-words 30 | less
  dedup clean monday.jsonl -o monday --against archive.index --add
  zcat posts.jsonl.gz | dedup clean - -o - > clean.jsonl

\b
Exit codes: 0 done; 1 done, but some inputs failed; 2 wrong usage or settings, nothing written.""",
)
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")
@click.option("-o", "--out", metavar="OUT", help="Folder to write, or - for clean JSONL on standard output.")
@click.option("--config", metavar="FILE", help="TOML file with a [dedup] table of settings; flags win over it.")
@click.option("-j", "--workers", type=click.IntRange(1), default=cpus, help="Processes. [default: the number of CPUs]")
@click.option("-q", "--quiet", is_flag=True, help="No summary and no progress bars.")
@click.option("-v", "--verbose", is_flag=True, help="Say what is going on; list all failures and ignored files.")
@click.option("--dry-run", is_flag=True, help="Print what would go, a line for each span, and write nothing.")
@click.option("--add", is_flag=True, help="Put what stays into the index that --against names, once the run is whole.")
@click.pass_context
def clean(ctx: click.Context, /, **_: Any) -> None:
    """Clean documents.

    INPUT is a file (.html .htm .xhtml .md .markdown .txt .jsonl, also .gz or .zst), a folder, a glob, or - for JSONL
    on standard input. The output does not depend on --workers or on the order of the inputs.
    """
    params, config = ctx.params, _config(ctx)
    out, dry = params["out"], params["dry_run"]
    if not (out or dry):
        raise click.UsageError("Missing option '-o' / '--out': a folder, or - for standard output.", ctx)
    if out == PIPE and config.format != "jsonl":
        raise click.UsageError(f"-o - writes JSONL; format = {config.format!r} needs a folder.", ctx)
    if params["add"] and dry:
        raise click.UsageError("--add is not for --dry-run, which writes nothing.", ctx)
    folder = None if dry or out == PIPE else Path(out)
    plain = config.verbatim and all(str(each).lower().endswith(".jsonl") for each in params["inputs"])
    workers = runner(params, ahead=not plain)
    from dedup.pipeline import clean as run

    if params["quiet"] and not params["verbose"]:
        result = run(params["inputs"], folder, config=config, runner=workers, add=params["add"])
    else:
        from dedup.progress import telling, with_bars

        with telling(params["verbose"]):
            bars = workers if params["quiet"] else with_bars(workers, STAGES)
            result = run(params["inputs"], folder, config=config, runner=bars, add=params["add"])
    _print_result(result, params)
    if not params["quiet"]:
        _print_summary(result, folder, params)
    ctx.exit(1 if result.summary["documents"]["failed"] else 0)


def _print_result(result: Result, params: dict[str, Any]) -> None:
    """What a dry run would take out, or with `-o -` what is left."""
    if params["dry_run"]:
        from dedup.terminal import going

        for line in going(result.removed()):
            click.echo(line)
    elif params["out"] == PIPE:
        _print_records(result.documents())


def _print_records(records: Iterable[dict[str, Any]]) -> None:
    import orjson

    stream = sys.stdout.buffer
    for record in records:
        stream.write(orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE))
    stream.flush()


def _print_summary(result: Result, folder: Path | None, params: dict[str, Any]) -> None:
    from dedup.find import find
    from dedup.terminal import SHOWN, summary

    for line in summary(result, str(folder or ""), None if params["verbose"] else SHOWN):
        click.echo(line, err=True)
    if not folder:
        click.echo("\nNothing was written; for a record of what went, name a folder with -o.", err=True)
    if params["verbose"]:
        for path in find([each for each in params["inputs"] if each != PIPE], folder).ignored:
            click.echo(f"ignored, not one of our extensions: {path}", err=True)


# ── explain, restore, completion ────────────────────────────────────────────────────────────────────────────────────


def _ids(ctx: click.Context, _: click.Parameter, begun: str) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem

    from dedup.result import Result

    try:
        ids = [each["id"] for each in Result(Path(ctx.params["out"])).sources()]
        return [CompletionItem(id_) for id_ in ids if id_.startswith(begun)]
    except (DedupError, OSError):
        return []


@main.command(epilog="\b\nExample:\n  dedup explain out posts.jsonl:17 --json | jq .why")
@click.argument("out", type=FOLDER)
@click.argument("document", shell_complete=_ids)
@click.option("--json", "as_json", is_flag=True, help="Print a line of JSON for each block.")
@click.option("--full", is_flag=True, help=f"Show blocks whole, not just {SHOWN_LINES} lines of each.")
def explain(out: Path, document: str, as_json: bool, full: bool) -> None:
    """Show the blocks of a document in order, each kept or removed, and why.

    OUT is the folder of a run, DOCUMENT the id of a document in it.
    """
    from dedup.result import Result
    from dedup.terminal import unknown

    result = Result(out)
    if said := unknown(result, document):
        raise click.BadParameter(said, param_hint="'DOCUMENT'")
    pieces = result.explain(document)
    if as_json:
        _print_records(_as_record(piece) for piece in pieces)
    else:
        _print_pieces(pieces, None if full else SHOWN_LINES)


def _as_record(piece: Piece) -> dict[str, Any]:
    known = {"kept": piece.removed is None, "start": piece.start, "end": piece.end, "text": piece.text}
    return known | (piece.removed or ({"evidence": piece.evidence} if piece.evidence else {}))


def _print_pieces(pieces: Iterable[Piece], most: int | None) -> None:
    from shutil import get_terminal_size

    from dedup.terminal import explained

    width = max(40, get_terminal_size((100, 24)).columns)
    for piece in pieces:
        for line in explained(piece, width, most):
            click.echo(click.style(line, fg="red") if piece.removed else line)


@main.command(epilog="\b\nExamples:\n  dedup restore out > sources.jsonl\n  dedup restore out -o originals")
@click.argument("out", type=FOLDER)
@click.option("-o", "--output", "folder", metavar="DIR", type=FOLDER, help="A new folder to write.")
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
    wrong = list(back.write_all(records, folder) if folder else back.print_all(records, sys.stdout.buffer))
    for failure in wrong:
        click.echo(f"{failure.id}: {failure.why}", err=True)
    click.get_current_context().exit(1 if wrong else 0)


@main.command(epilog='\b\nExample:\n  eval "$(dedup completion bash)"    # in ~/.bashrc')
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the script that makes a shell complete commands, options and document ids."""
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    if kind is not None:
        click.echo(kind(main, {}, "dedup", "_DEDUP_COMPLETE").source())
