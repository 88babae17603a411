"""`dedup stats`: a look at a corpus before it is cleaned."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from dedup.cli_common import Command, cpus, runner
from dedup.cli_config import options, settings
from dedup.cli_end import progress, telling_how_far

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dedup.survey import Share, Survey

MOST = 1_000
SHOWN = 6
"""Sites, languages and kinds that are named."""


@click.command(
    cls=Command,
    params=[*options()],
    epilog="\b\nExamples:\n  dedup stats articles/\n  dedup stats 'crawl/*.warc.gz' --documents 500 --json",
)
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")
@click.option(
    "--documents", "most", type=click.IntRange(1), default=MOST, show_default=True, help="How many to look at."
)
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
@click.option("-j", "--workers", type=click.IntRange(1), default=cpus, help="Processes. [default: the number of CPUs]")
@click.option("-q", "--quiet", is_flag=True, help="No progress.")
@progress
@click.pass_context
def stats(ctx: click.Context, /, **_: Any) -> None:
    """Take a quick look at INPUT before it is cleaned: formats, sizes, sites, languages, what repeats, and about what
    `dedup clean` with these settings would take out, and how long it would take.

    A large corpus is told by some of its documents, spread evenly over all of it; nothing is written.
    """
    params, config = ctx.params, settings(ctx, quiet=ctx.params["quiet"]).config
    workers = runner(params)
    from dedup.survey import survey

    found = survey(params["inputs"], config=config, runner=telling_how_far(params, workers), most=params["most"])
    if params["as_json"]:
        import orjson

        click.echo(orjson.dumps(found.as_record(), option=orjson.OPT_INDENT_2).decode())
        return
    for line in _lines(found, params["workers"]):
        click.echo(line)


def _lines(found: Survey, workers: int) -> Iterator[str]:
    yield from _files(found)
    yield ""
    yield from _documents(found)
    yield ""
    least, about = ("", "") if found.is_all else ("at least ", " about")
    yield f"A run with these settings would take out{about}:"
    yield _row("chrome", _interval(found.chrome, exact=found.is_all))
    yield from (_row("", f"{share:6.1%}  {kind}") for kind, share in list(found.kinds.items())[:SHOWN])
    yield _row("duplicates", least + _interval(found.duplicates, exact=found.is_all))
    if found.duplicates_in_half < found.duplicates.share:
        half = f"in half of the sample {found.duplicates_in_half:.1%}"
        yield _row("", f"{half}: the more documents, the more copies meet")
    yield _row("time", f"about {_time(found.seconds)} with {_many(workers, 'worker')}")


def _files(found: Survey) -> Iterator[str]:
    total, size = sum(count for count, _ in found.files.values()), sum(size for _, size in found.files.values())
    if total:
        named = (f"{count:,} {name}" for name, (count, _) in found.files.items())
        yield _row("files", f"{total:,}, {_bytes(size)}: {', '.join(named)}")
    if found.ignored:
        yield _row("", f"{found.ignored:,} more are ignored for their extensions")
    about = "" if found.is_all else "about "
    yield _row("documents", f"{about}{found.documents:,}")
    looked = "all of them" if found.is_all else f"{found.sampled:,} of them, spread evenly"
    yield _row(
        "looked at", looked + (f"; {_many(len(found.failures), 'input')} could not be used" if found.failures else "")
    )


def _documents(found: Survey) -> Iterator[str]:
    low, middle, high = found.lengths
    of_each = f"a document has {middle:,} (median), eight of ten have {low:,} to {high:,}"
    yield _row("characters", f"{found.characters:,}; {of_each}")
    yield _row("formats", _named(found.formats))
    yield _row("sites", f"{len(found.sites):,}: {_named(found.sites, 'none named')}")
    yield _row("languages", _named(found.languages, "another"))
    first, last, dated = found.dates
    yield _row("dates", f"{first} to {last}, of {dated:,}" if dated else "none")
    yield _row("repeated", f"{found.repeated:.1%} of the characters, in paragraphs that stand in two documents or more")


def _row(name: str, value: str) -> str:
    return f"{name:<11} {value}".rstrip()


def _named(counts: Mapping[str, int], nameless: str = "") -> str:
    from dedup.terminal import clipped

    shown = [f"{clipped(name, 40) or nameless} {count:,}" for name, count in list(counts.items())[:SHOWN]]
    more = len(counts) - SHOWN
    return ", ".join(shown) + (f" and {more:,} more" if more > 0 else "")


def _interval(found: Share, *, exact: bool) -> str:
    return f"{found.share:6.1%}" + ("" if exact else f"  ({found.low:.1%} to {found.high:.1%})")


def _many(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _bytes(size: int) -> str:
    """A size in the unit that suits it.

    >>> _bytes(312), _bytes(41_400), _bytes(12_340_000_000)
    ('312 bytes', '41 kB', '12 GB')
    """
    for unit, name in ((1_000_000_000_000, "TB"), (1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB")):
        if size >= unit:
            return f"{size / unit:.1f} {name}" if size < 10 * unit else f"{size // unit:,} {name}"
    return f"{size} bytes"


def _time(seconds: float) -> str:
    """A time in the unit that suits it.

    >>> _time(0.3), _time(200), _time(100_000)
    ('1 second', '3 minutes', '28 hours')
    """
    for unit, name, least in ((86_400, "day", 172_800), (3_600, "hour", 7_200), (60, "minute", 120)):
        if seconds >= least:
            return _many(round(seconds / unit), name)
    return _many(max(1, round(seconds)), "second")
