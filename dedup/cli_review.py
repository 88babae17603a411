"""`dedup review`: the app in which people look at what a run removed, and decide."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from dedup.cli_common import Command

if TYPE_CHECKING:
    from dedup.review_desk import Desk

LONG = 50_000_000
"""Bytes of what went from which on it is told that they are read: some seconds."""


@click.command(
    cls=Command,
    epilog="""\b
Examples:
  dedup review out
  dedup review out --no-open --port 8765
  dedup review s3://bucket/out --decisions mine.jsonl""",
)
@click.argument("out", type=click.Path())
@click.option(
    "--decisions", "file", metavar="FILE", help="File of decisions. [default: that of the run, or OUT.decisions.jsonl]"
)
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port to listen on. [default: any free one]")
@click.option("--open/--no-open", "opens", default=True, help="Open the address in a browser.")
def review(out: str, file: str | None, port: int, opens: bool) -> None:
    """Look through what the run in OUT removed, in a browser, and undo or confirm it.

    OUT is the folder of a run, or its URL. Only this machine can reach the app, and the address that is printed lets
    in one browser, once. Decisions are written at once; the next run takes them with --decisions FILE. Ctrl-C ends it.
    """
    import webbrowser
    from contextlib import suppress

    from dedup.result import Result
    from dedup.review import server
    from dedup.review_desk import Desk
    from dedup.run import alongside
    from dedup.write import REMOVED

    size = Result(out).manifest["files"][REMOVED]["bytes"]
    if size > LONG:
        click.echo(f"Reading {size / 1e6:,.0f} MB of {REMOVED} ...", err=True)
    desk = Desk.of(out, file)
    made, guard = server(desk, port)
    with suppress(KeyboardInterrupt):
        click.echo(f"Review of {desk.name}: {guard.opening}")
        click.echo(f"Decisions are written to {desk.decisions.path}.", err=True)
        click.echo("The address lets in one browser, once. Ctrl-C ends the review.", err=True)
        if opens:
            alongside(webbrowser.open, guard.opening, daemon=True)  # a browser in the terminal would not return
        made.serve_forever()
    click.echo(f"\n{_left(desk)}", err=True)


def _left(desk: Desk) -> str:
    """Where the decisions are, and how to go on."""
    count = len(desk.decisions.all)
    if not count:
        return "Nothing was decided."
    many = f"{count:,} decision{'' if count == 1 else 's'}"
    return f"{many} in {desk.decisions.path}. To apply them:\n  {desk.command}"
