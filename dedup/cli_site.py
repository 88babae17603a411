"""`dedup site`: what the pages of a site have in common, learned into a file and shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from dedup.cli_common import Group, cpus, runner
from dedup.cli_end import is_for_machines, progress, say_done, say_failures, telling_how_far
from dedup.config import Config

SHOWN_PLACES = 25
"""Places and texts of a site that `show` shows without --all."""
FILE = click.Path(path_type=Path, dir_okay=False)


@click.group(
    cls=Group,
    epilog="\b\nExample:\n  dedup site learn pages/ -o sites.json\n  dedup clean today.html -o out --sites sites.json",
)
def site() -> None:
    """Learn what the pages of a site have in common, and look at it.

    The file is JSON: set `is` of a place to article or chrome to correct it, add or delete a text.
    """


@site.command(name="learn")
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")
@click.option("-o", "--out", required=True, metavar="FILE", type=FILE, help="File to write.")
@click.option("--site", "name", default="", metavar="NAME", help="Site of pages that have no URL and name none.")
@click.option("--sites", default="", metavar="FILE", help="What is known already; it is added to.")
@click.option("-j", "--workers", type=click.IntRange(1), default=cpus, help="Processes. [default: the number of CPUs]")
@click.option("-q", "--quiet", is_flag=True, help="No progress.")
@progress
@click.pass_context
def site_learn(ctx: click.Context, /, **_: Any) -> None:
    """Learn from pages which places of their sites hold articles, and which texts repeat."""
    params = ctx.params
    workers = runner(params)
    from dedup.learn import learn

    config = Config.of({"site": params["name"], "sites": params["sites"]})
    found, failures = learn(params["inputs"], config=config, runner=telling_how_far(params, workers))
    found.save(params["out"])
    say_failures(ctx, failures)
    say_done(ctx, sites=len(found.articles), failed=len(failures))
    if not (params["quiet"] or is_for_machines(params)):
        click.echo(f"{len(found.articles):,} sites; see: dedup site show {params['out']}", err=True)
    ctx.exit(1 if failures else 0)


@site.command(name="show")
@click.argument("file", type=FILE)
@click.argument("name", required=False)
@click.option("--all", "everything", is_flag=True, help=f"All places and texts, not just {SHOWN_PLACES} of each.")
def site_show(file: Path, name: str | None, everything: bool) -> None:
    """Show what FILE knows of the site NAME, or without one, of every site."""
    from shutil import get_terminal_size

    from dedup.sites import SiteFile
    from dedup.terminal import taught

    known = SiteFile.load(file)
    if name is not None and name not in known.articles:
        raise click.BadParameter(
            f"{name!r} is not in it; there are: {', '.join(sorted(known.articles))}", param_hint="'NAME'"
        )
    width = max(60, get_terminal_size((120, 24)).columns)
    for number, each in enumerate([name] if name else sorted(known.articles)):
        if number:
            click.echo()
        for line in taught(known, each, width, None if everything else SHOWN_PLACES):
            click.echo(line)
