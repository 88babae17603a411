"""`dedup report`: the page that shows what a run removed, and why."""

from __future__ import annotations

from pathlib import Path

import click

from dedup.cli_common import Command
from dedup.cli_result import FOLDER


@click.command(cls=Command, epilog="\b\nExamples:\n  dedup report out\n  dedup report out --all -o what-went.html")
@click.argument("out", type=FOLDER)
@click.option("-o", "--output", "file", metavar="FILE", type=FOLDER, help="File to write. [default: OUT/report.html]")
@click.option("--all", "everything", is_flag=True, help="Read all that went, of a large run, too; it takes longer.")
def report(out: str, file: str | None, everything: bool) -> None:
    """Write the page that shows what a run removed, and why, and print where it is.

    OUT is the folder of a run, or its URL. The page is a single file of at most 2 MB, which loads nothing. What it
    counts is always exact; its tables and samples are of a large run made of some of what went, the same each time.
    """
    from dedup.report import write
    from dedup.result import Result
    from dedup.urls import is_url, plain

    if is_url(file):
        raise click.BadParameter("is a URL; a page is written to a file of this machine.", param_hint="'-o'")
    place = Path(plain(file)) if file else None
    if place and place.is_dir():
        raise click.BadParameter(f"{place} is a folder; name a file.", param_hint="'-o'")
    click.echo(write(Result(out), place, everything=everything))
