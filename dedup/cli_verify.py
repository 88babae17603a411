"""`dedup verify`: whether files are what was written."""

from __future__ import annotations

from typing import Any

import click

from dedup.cli_common import Command, cpus, runner
from dedup.cli_end import is_for_machines, progress, say_done, telling_how_far


@click.command(
    cls=Command,
    epilog="""\b
Examples:
  dedup verify out
  dedup verify archive.index --json | jq -r .file
  dedup verify s3://bucket/clean

\b
Exit codes: 0 all is as it was written; 1 something is damaged, missing or extra.""",
)
@click.argument("folder", type=click.Path())
@click.option("--json", "as_json", is_flag=True, help="Print a line of JSON for each file that is wrong.")
@click.option("-j", "--workers", type=click.IntRange(1), default=cpus, help="Threads. [default: the number of CPUs]")
@click.option("-q", "--quiet", is_flag=True, help="No summary and no progress.")
@progress
@click.pass_context
def verify(ctx: click.Context, /, **_: Any) -> None:
    """Read every byte of a run, an index, or what a run that stopped has left, and say whether it is what was written.

    FOLDER is the folder of a run, or its URL, or that of an index. A line is printed for each file that is damaged,
    missing, or extra (no manifest names it). report.html is not looked at: `dedup report` makes it of the other files.
    """
    import orjson

    from dedup.signs import harmless
    from dedup.verify import verify as look

    params = ctx.params
    found = look(params["folder"], telling_how_far(params, runner({**params, "inputs": ()})))
    for each in found.wrong:
        line = orjson.dumps(each._asdict()).decode() if params["as_json"] else f"{each.file}: {each.state}: {each.why}"
        click.echo(line if params["as_json"] else harmless(line))
    say_done(ctx, files=found.files, bytes=found.bytes, wrong=len(found.wrong))
    if not (params["quiet"] or is_for_machines(params)):
        said = "all are as they were written" if not found.wrong else f"{len(found.wrong):,} wrong"
        click.echo(f"{found.files:,} files, {found.bytes:,} bytes: {said}", err=True)
    ctx.exit(1 if found.wrong else 0)
