"""What a run comes to, for people: an account of it, and `report.html` in its folder.

Made of the files of the run alone, and of as much of them as `report_read` takes, so that it is done in a second
whatever the corpus; of the same run always the same.
"""

from __future__ import annotations

import gc
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from dedup import report_clusters, report_curve, report_groups, report_read, report_samples, report_texts
from dedup.account import Account, Amount, Failed, Funnel, Seen
from dedup.commit import atomic
from dedup.config import Config
from dedup.errors import OutputError
from dedup.report_chrome import Chrome
from dedup.write import FAILURES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dedup.remote import Remote
    from dedup.report_clusters import Copies
    from dedup.report_read import Record, Went
    from dedup.report_samples import Drawn
    from dedup.report_texts import Text
    from dedup.result import Result

REPORT = "report.html"
PLACE = "OUT"
"""The folder of the run, in a command: where it lies is not told, as a report may go anywhere."""
PATTERNS, CLUSTERS, GROUPS, FAILED = 100, 12, 100, 50
"""Rows of tables."""
EXAMPLE = 600
"""Characters of an example that are shown."""
_PATHS = ("sites", "against", "decisions")


def account_of(result: Result, *, everything: bool = False) -> Account:
    """What a report says of a run; with `everything` all records of what went are read, however many there are.

    Raises:
        OutputError, OSError: a file of the run is not there, or not as it was written, or cannot be read.
    """
    collects = gc.isenabled()
    gc.disable()  # to look through so many records for cycles, of which there are none, takes a quarter of the time
    try:
        return _account_of(result, everything=everything)
    except orjson.JSONDecodeError as error:
        raise OutputError(f"{result.folder}: a file of the run is not as it was written: {error}") from error
    finally:
        if collects:
            gc.enable()


def _account_of(result: Result, *, everything: bool) -> Account:
    manifest, summary = result.manifest, result.summary
    read = report_read.went(result, None if everything else report_read.READ)
    sources = report_read.sources(result, read)
    config = Config.of({**manifest["config"]})
    duplicates = report_read.duplicates(result, read)
    chrome = Chrome.of(read.records, sources.origins)
    copies = report_clusters.clusters(duplicates.of_keepers, duplicates.times)
    drawn = report_samples.Drawn.of(duplicates.drawn, config.threshold)
    texts = _texts(result, chrome, copies, drawn)
    sites = report_groups.groups(sources.groups, summary.get("most_removed", ()))
    periods, undated = report_groups.timeline(sources.dates)
    failures, failed = _failures(result)
    return Account(
        title=f"What went of {_counted(summary['documents']['in'], 'document')}",
        command=PLACE,
        versions=dict(manifest["versions"]),
        settings=_settings(manifest["config"]),
        funnel=_funnel(summary),
        seen=_seen(summary, read),
        groups=tuple(sites[:GROUPS]),
        group_count=len(sites),
        patterns=tuple(each.pattern(_example(each.example, texts)) for each in chrome.shared[:PATTERNS]),
        pattern_count=len(chrome.shared),
        once=chrome.once,
        sizes=report_clusters.sizes(copies),
        clusters=tuple(each.cluster(texts) for each in copies[:CLUSTERS]),
        cluster_count=len(copies),
        samples=report_samples.samples(drawn, texts, manifest["config"]),
        curve=None if config.keep_duplicates else report_curve.curve(config, drawn, copies, texts),
        estimate=report_samples.estimate(drawn, texts, manifest["config"], _population(summary, drawn)),
        timeline=tuple(periods),
        undated=undated,
        failures=failures,
        failure_count=failed,
    )


def write(result: Result, path: Path | None = None, *, everything: bool = False) -> Path | Remote:
    """Write the report of a run, if not said otherwise as `report.html` into its folder, and tell where it is.

    Raises:
        OutputError, OSError: a file of the run cannot be read, or the page cannot be written.
    """
    from dedup import report_page  # its engine takes time to be imported

    page = report_page.render(account_of(result, everything=everything)).encode()
    place = path or result.folder / REPORT
    if isinstance(place, Path):
        with atomic(place) as handle:
            handle.write(page)
    else:
        place.write_bytes(page)
    return place


def _texts(result: Result, chrome: Chrome, copies: list[Copies], drawn: Drawn) -> dict[str, Text]:
    """The texts of all documents that the account shows or compares."""
    ids = drawn.ids | {each.example["id"] for each in chrome.shared[:PATTERNS]}
    return report_texts.texts_of(result, ids | {each.id for each in copies[:CLUSTERS] if not each.of_index})


def _example(record: Record, texts: dict[str, Text]) -> Any:
    return report_texts.context(record["id"], record["start"], record["end"], texts, record["text"], EXAMPLE)


def _funnel(summary: Mapping[str, Any]) -> Funnel:
    documents, characters, removed = summary["documents"], summary["characters"], summary["removed"]
    amounts = [
        Amount(reason, kind, some["spans"], some["characters"])
        for reason, kinds in removed.items()
        for kind, some in kinds.items()
    ]
    chrome, duplicates = (
        sum(each.characters for each in amounts if each.reason == reason) for reason in ("chrome", "duplicate")
    )
    return Funnel(
        documents_in=documents["in"],
        documents_out=documents["out"],
        failed=documents["failed"],
        characters_in=characters["in"],
        chrome=chrome,
        duplicates=duplicates,
        characters_out=characters["out"],
        amounts=tuple(sorted(amounts, key=lambda each: (each.reason, -each.characters, each.kind))),
    )


def _seen(summary: Mapping[str, Any], read: Went) -> Seen:
    spans = len(read.records)
    if read.stretches is None:
        return Seen(spans, spans)
    return Seen(spans, sum(some["spans"] for kinds in summary["removed"].values() for some in kinds.values()))


def _population(summary: Mapping[str, Any], drawn: Drawn) -> int:
    """How many duplicates went for keepers of the run; with an index those that are read."""
    total = sum(some["spans"] for some in summary["removed"]["duplicate"].values())
    return len(drawn.duplicates) if drawn.beyond else total


def _settings(config: Mapping[str, Any]) -> dict[str, Any]:
    """The settings that are not as they are by default; of files only their names."""
    usual = orjson.loads(orjson.dumps(asdict(Config())))
    other = {name: value for name, value in config.items() if name not in usual or value != usual[name]}
    return {name: Path(value).name if name in _PATHS else value for name, value in other.items()}


def _failures(result: Result) -> tuple[tuple[Failed, ...], int]:
    """The first inputs that failed, and how many did."""
    with result.intact(FAILURES).open("rb") as handle:
        first = [orjson.loads(line) for line in islice(handle, FAILED)]
    return tuple(Failed(each["id"], each["why"]) for each in first), result.summary["documents"]["failed"]


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}" + "s" * (number != 1)
