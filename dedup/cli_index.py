"""`dedup index`: documents that new ones are compared with, kept from day to day."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dedup.cli_common import Command, cpus, runner
from dedup.cli_end import PIPE, is_for_machines, progress, say_done, say_failures, telling_how_far
from dedup.config import Config

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from dedup.data import Failure
    from dedup.index import IndexMatch

FOLDER = click.Path(path_type=Path, file_okay=False)
SHOWN = 70
"""Characters of a match that `query` shows."""


@click.group(
    epilog="""\b
Example:
  dedup index build archive/ -o archive.index
  dedup clean monday.jsonl -o monday --against archive.index --add
  dedup index query archive.index "The ferry left the quay at dawn, with forty sacks of barley ..." """
)
def index() -> None:
    """Keep documents that new ones are compared with.

    An index is a folder. One process writes it at a time, and whatever stops it, the index is as it was before.
    """


index.command_class = Command


def _reading(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options of commands that put documents into an index."""
    for option in (
        progress,
        click.option("-q", "--quiet", is_flag=True, help="No progress."),
        click.option(
            "-j", "--workers", type=click.IntRange(1), default=cpus, help="Processes. [default: the number of CPUs]"
        ),
        click.option("--config", metavar="FILE", help="TOML file with a [dedup] table of settings."),
        click.option("--keep-chrome", is_flag=True, help="Take texts as they are, chrome and all."),
        click.option("--decisions", default="", metavar="FILE", help="File of what people decided, as `clean` has it."),
        click.option(
            "--site", "name", default="", metavar="NAME", help="Site of pages that have no URL and name none."
        ),
    ):
        function = option(function)
    return function


def _config(params: dict[str, Any]) -> Config:
    changes = {"site": params["name"], "keep_chrome": params["keep_chrome"], "decisions": params["decisions"]}
    changes = {name: value for name, value in changes.items() if value}
    return Config.load(params["config"], changes) if params["config"] else Config.of(changes)


def _end(ctx: click.Context, failures: Iterable[Failure], said: str, documents: int) -> None:
    """Say what was done, and what could not be used."""
    some = list(failures)
    say_failures(ctx, some)
    say_done(ctx, documents=documents, failed=len(some))
    if not (ctx.params["quiet"] or is_for_machines(ctx.params)):
        click.echo(said, err=True)
    ctx.exit(1 if some else 0)


@index.command(name="build", epilog="\b\nExample:\n  dedup index build archive/ 'more/*.jsonl.gz' -o archive.index")
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")
@click.option("-o", "--out", required=True, metavar="IDX", type=FOLDER, help="Folder to make.")
@click.option(
    "--texts/--no-texts", default=True, help="Keep the texts in it, compressed [default]; or only where to read them."
)
@_reading
@click.pass_context
def index_build(ctx: click.Context, /, **_: Any) -> None:
    """Make an index of documents, less the chrome of their sites.

    With --no-texts the files that are not compressed must stay as they are: matches are verified in them.
    """
    params = ctx.params
    workers = telling_how_far(params, runner(params))
    from dedup.indexing import build

    added = build(params["out"], params["inputs"], _config(params), runner=workers, texts=params["texts"])
    _end(ctx, added.failures, f"{added.documents:,} documents; see: dedup index info {params['out']}", added.documents)


@index.command(name="add", epilog="\b\nExample:\n  dedup index add archive.index tuesday.jsonl")
@click.argument("folder", metavar="IDX", type=FOLDER)
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")
@click.option("--replace", is_flag=True, help="Let documents come in the place of those with their ids.")
@_reading
@click.pass_context
def index_add(ctx: click.Context, /, **_: Any) -> None:
    """Add documents to an index as they are, less the chrome of their sites.

    To add what is left of them when they are cleaned: dedup clean INPUT... -o OUT --against IDX --add
    """
    params = ctx.params
    workers = telling_how_far(params, runner(params))
    from dedup.index import Index

    index = Index(params["folder"])
    before = len(index)
    failures = index.add(params["inputs"], config=_config(params), runner=workers, replace=params["replace"])
    _end(ctx, failures, f"{len(index):,} documents, {len(index) - before:,} more than before", len(index))


@index.command(name="query", epilog="\b\nExamples:\n  dedup index query archive.index letter.txt\n"
               "  pbpaste | dedup index query archive.index - --json | jq .id")  # fmt: skip
@click.argument("folder", metavar="IDX", type=FOLDER)
@click.argument("text", metavar="TEXT_OR_FILE")
@click.option("--json", "as_json", is_flag=True, help="Print a line of JSON for each match.")
@click.option("--min-words", type=click.IntRange(5, 1000), help="Shortest passage, in words. [default: 15]")
@click.option("--threshold", type=click.FloatRange(0.5, 1.0), help="Least similarity of a passage. [default: 0.8]")
def index_query(folder: Path, text: str, as_json: bool, **limits: Any) -> None:
    """Show the passages of a text, or of the documents of a file, that documents of an index have.

    TEXT_OR_FILE is the text itself, the name of a file (as `dedup clean` reads it), or - for text on standard input.
    """
    import orjson

    from dedup.index import Index

    index, settings = Index(folder), {name: value for name, value in limits.items() if value is not None}
    for name, content in _texts(text):
        for match in index.query(content, **settings):
            if as_json:
                record = {**({"document": name} if name else {}), **match._asdict()}
                click.echo(orjson.dumps(record).decode())
            else:
                click.echo(_shown(name, content, match))


def _texts(text: str) -> Iterator[tuple[str, str]]:
    """The names and texts that are asked for."""
    if text == PIPE:
        yield "", sys.stdin.buffer.read().decode("utf-8", "replace")
        return
    try:
        is_file = Path(text).is_file()
    except OSError:  # too long for a name
        is_file = False
    if not is_file:
        yield "", text
        return
    from dedup.data import Failure
    from dedup.errors import InputError
    from dedup.extract import read_source
    from dedup.opening import open_inputs

    for source in open_inputs([text], Config(), None).sources:
        document = source if isinstance(source, Failure) else read_source(source, Config())
        if isinstance(document, Failure):
            raise InputError(f"{document.id}: {document.why}")
        yield document.id, document.text


def _shown(name: str, content: str, match: IndexMatch) -> str:
    text = " ".join(content[match.start : match.end].split())
    text = text if len(text) <= SHOWN else f"{text[: SHOWN - 4]} ..."
    place = f"{name}:" if name else ""
    spans = (
        f"{place}{match.start}-{match.end}  {match.similarity:.0%}  {match.id}:{match.keeper_start}-{match.keeper_end}"
    )
    return f"{spans}\n    {text}"


@index.command(name="info")
@click.argument("folder", metavar="IDX", type=FOLDER)
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
@click.option("--check", is_flag=True, help="Read all files, too, and say whether they are what was written.")
def index_info(folder: Path, as_json: bool, check: bool) -> None:
    """Show what an index holds, how large it is, and how it was made."""
    import orjson

    from dedup.index import Index

    index = Index(folder)
    if check:
        index.check()
    known = index.info()
    if as_json:
        click.echo(orjson.dumps(known, option=orjson.OPT_INDENT_2).decode())
        return
    for name, value in known.items():
        parts: dict[str, Any] = value if isinstance(value, dict) else {"": value}
        for part, each in parts.items():
            number = f"{each:,}" if isinstance(each, int) and not isinstance(each, bool) else each
            click.echo(f"{name.replace('_', ' ')}{f' {part}' if part else ''}: {number}")


@index.command(name="remove", epilog="\b\nExample:\n  dedup index remove archive.index posts.jsonl:17 news/may.html")
@click.argument("folder", metavar="IDX", type=FOLDER)
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
def index_remove(folder: Path, ids: tuple[str, ...]) -> None:
    """Take documents out of an index, by their ids; `dedup index compact` gives back their room."""
    from dedup.index import Index

    count = Index(folder).remove(ids)
    click.echo(f"{count:,} documents taken out", err=True)


@index.command(name="compact")
@click.argument("folder", metavar="IDX", type=FOLDER)
def index_compact(folder: Path) -> None:
    """Write an index anew, as few files as can be, without what was taken out."""
    from dedup.index import Index

    index = Index(folder)
    index.compact()
    known = index.info()
    click.echo(f"{known['documents']:,} documents in {known['segments']:,} segments", err=True)
