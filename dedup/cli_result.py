"""What a finished run can be asked for on the command line: `dedup explain` and `dedup restore`."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dedup.cli_common import Command
from dedup.errors import DedupError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from click.shell_completion import CompletionItem

    from dedup.result import Piece

FOLDER = click.Path()  # as it was typed: `Path` would make `s3:/` of `s3://`
SHOWN_LINES = 3
"""Lines of a block that `explain` shows without --full."""


def _ids(ctx: click.Context, _: click.Parameter, begun: str) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem

    from dedup.result import Result

    try:
        ids = [each["id"] for each in Result(ctx.params["out"]).sources()]
        return [CompletionItem(id_) for id_ in ids if id_.startswith(begun)]
    except (DedupError, OSError):
        return []


@click.command(
    cls=Command,
    epilog="""\b
Examples:
  dedup explain out news/today.html --removed
  dedup explain out news/today.html --color always | less -R
  dedup explain out posts.jsonl:17 --json | jq .why""",
)
@click.argument("out", type=FOLDER)
@click.argument("document", shell_complete=_ids)
@click.option("--json", "as_json", is_flag=True, help="Print a line of JSON for each block.")
@click.option("--full", is_flag=True, help=f"Show blocks whole, not just {SHOWN_LINES} lines of each.")
@click.option("--removed", is_flag=True, help="Show only what went, with a line of what is next to it.")
@click.option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    help="Colours; auto: on a terminal, if neither NO_COLOR nor FORCE_COLOR says otherwise. [default: auto]",
)
@click.pass_context
def explain(ctx: click.Context, /, **_: Any) -> None:
    """Show the blocks of a document in order, each kept or removed, and why; with a duplicate what is kept for it.

    OUT is the folder of a run, or its URL, DOCUMENT the id of a document in it.

    \b
    Lines begin with what they are, on a terminal and in a pipe:
      kept        the document; a block that stays
      - kind      a block that went (- its further lines)
      |           why
      =           what is kept for it; [-only here-], {+only there+}, or underlined
    """
    from dedup.explained import keepers
    from dedup.result import Result
    from dedup.terminal import unknown

    params = ctx.params
    result = Result(params["out"])
    if said := unknown(result, params["document"]):
        raise click.BadParameter(said, param_hint="'DOCUMENT'")
    pieces = result.explain(params["document"])
    texts = keepers(result, pieces)
    if params["as_json"]:
        _print_records(_as_record(piece, texts) for piece in pieces if piece.removed or not params["removed"])
    else:
        _print_pieces(pieces, texts, params)


def _as_record(piece: Piece, texts: dict[str, str]) -> dict[str, Any]:
    from dedup.explained import passage

    known: dict[str, Any] = {"kept": piece.removed is None, "start": piece.start, "end": piece.end, "text": piece.text}
    record = known | (piece.removed or ({"evidence": piece.evidence} if piece.evidence else {}))
    if text := passage(piece, texts):
        record["keeper"] = {**record["keeper"], "text": text}
    return record


def _print_pieces(pieces: list[Piece], texts: dict[str, str], params: dict[str, Any]) -> None:
    from shutil import get_terminal_size

    from dedup.explained import explained, screen

    colour = _is_coloured(params["color"])
    look = screen(
        max(40, get_terminal_size((100, 24)).columns),
        None if params["full"] else SHOWN_LINES,
        colour=colour,
        is_screen=colour or sys.stdout.isatty(),
        removed=params["removed"],
    )
    for line in explained(pieces, texts, look):
        click.echo(line, color=colour)


def _is_coloured(asked: str) -> bool:
    """Whether standard output gets colours: as asked for, else as no-color.org and force-color.org say."""
    if asked != "auto" or os.environ.get("NO_COLOR"):
        return asked == "always"
    if forced := os.environ.get("FORCE_COLOR") or os.environ.get("CLICOLOR_FORCE"):
        return forced != "0"
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


@click.command(
    cls=Command, epilog="\b\nExamples:\n  dedup restore out > sources.jsonl\n  dedup restore out -o originals"
)
@click.argument("out", type=FOLDER)
@click.option("-o", "--output", "folder", metavar="DIR", type=FOLDER, help="A new local folder to write.")
@click.option("--damaged", is_flag=True, help="Give back what can be, where files of the run were changed.")
def restore(out: str, folder: str | None, *, damaged: bool) -> None:
    """Give back the source text of every document of the run in OUT, from what stayed and what went.

    Without -o a line of JSON for each. With -o as files: texts and Markdown byte for byte as they were, pages as
    their visible text (.html.txt), JSONL records as id and text. Every text is checked against its digest, and the
    files of the run against theirs: where one was changed, nothing is given back, with --damaged what is as it was.
    """
    from dedup import restore as back
    from dedup.result import Result
    from dedup.signs import harmless
    from dedup.urls import is_url, plain

    if is_url(folder):
        raise click.BadParameter("is a URL; sources are restored into a local folder.", param_hint="'-o'")
    records, place = Result(out).restore(damaged=damaged), Path(plain(folder or ""))
    if folder:
        back.check_empty(place)
    wrong = list(back.write_all(records, place) if folder else back.print_all(records, sys.stdout.buffer))
    for failure in wrong:
        click.echo(f"{harmless(failure.id)}: {harmless(failure.why)}", err=True)
    click.get_current_context().exit(1 if wrong else 0)


def _print_records(records: Iterable[dict[str, Any]]) -> None:
    import orjson

    stream = sys.stdout.buffer
    for record in records:
        stream.write(orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE))
    stream.flush()
