"""Read this first: the run on one screen.

```
 paths ──read──▶ sources ──prepare──▶ documents ─────────────flag──▶ words, seeds, band keys
                              │                             ▲                │
                       pages: judge, learn, settle          │          candidates ──verify──▶ passages
                              │                             │                                   │ decide
                            prints ──count──▶ repetition ───┘                                   │
 clean, removed ◀──cut────────── flags ◀─────────────────────────────────────────────────── duplicates
```

Shard by shard: prepare, judge, settle, flag, cut. Chunk by chunk: verify. Once, over columns: learn, count, candidates,
decide. What only pages go through is drawn in `dedup.pages`. Shards meet only through the store. Nothing is cut before
it is flagged. This is `dedup.staged`; where only duplicates go, lines of JSONL, and rows that can be written as such
(`dedup.unpacked`), take a shorter way to the same bytes: `dedup.straight`.
"""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from dedup import lines, outputs, straight, unpacked, write
from dedup.beside import Adding, Against, Ready
from dedup.config import Config
from dedup.guides import Guides
from dedup.limits import Limits
from dedup.lock import locked
from dedup.opening import Inputs, nothing_to_read, open_inputs
from dedup.outputs import Output
from dedup.result import Result
from dedup.resumed import ended, resumed
from dedup.run import Runner, serial
from dedup.summary import summary
from dedup.temporary import Temporary, temporary
from dedup.urls import is_url, plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dedup.counts import Run
    from dedup.data import Failure, Source
    from dedup.index import Index
    from dedup.opening import Opened
    from dedup.remote import Remote
    from dedup.work import Work


def clean(
    inputs: Inputs,
    out: str | Path | None = None,
    *,
    config: Config | None = None,
    runner: Runner = serial,
    limits: Limits | None = None,
    against: Inputs | Index | Adding | None = None,
) -> Result:
    """Clean a corpus: extract, strip chrome, cut near-duplicate passages, and keep a record of all that went.

    `inputs` are paths or URLs (files, folders, globs, `-` for JSONL on standard input) or an iterable of `Source` or
    mappings with a `text`, `html` or `markdown`. With `out=None` the run lives in a temporary folder as long as the
    result; where `out` is a URL it is made in one, and then put there. `limits` say what may be lost: a run that would
    lose more stops, and what it has done stays in `out/work`, from where one with other limits goes on; an earlier run
    in `out` stays as it is.

    What `against` holds goes from the inputs, too: an `Index`, or the folder of one, or any other inputs, of which an
    index is made for this run. Into one that is named as `Adding` the documents are put when the run is whole.

    In `out` stands a page for people, too, `report.html`, unless `config.report` is false.

    Raises:
        SettingError, InputError, OutputError: before any work is done.
        UnreadableError, RemovalError: more fails or would go than the limits allow, and nothing is written.
        WorkerError: a process of the runner died.
        OSError: the output cannot be written.

    >>> result = clean([{"id": "a", "text": "The mill closed in May."}, {"id": "b", "text": ""}])
    >>> [document["text"] for document in result.documents()], result.failures[0].why
    (['The mill closed in May.'], 'empty: there is no text in it')
    """
    job = Job(inputs, Against.of(config or Config(), against), runner, limits or Limits())
    job.limits.check()
    return _uploaded(job, str(out)) if is_url(out) else _run(job, out)


class Job(NamedTuple):
    """What is to be cleaned, and how."""

    inputs: Inputs
    against: Against
    runner: Runner
    limits: Limits


def _uploaded(job: Job, url: str) -> Result:
    """A run into a folder behind a URL."""
    from dedup.upload import Target

    target = Target(url)
    with temporary() as folder:
        _run(job, folder / "run", hidden=target.folder)
        return Result(target.fill(folder / "run"))


def _run(job: Job, out: str | Path | None, hidden: Remote | None = None) -> Result:
    """A run into a folder of this machine; where it goes on to one behind a URL, that is `hidden` from the inputs."""
    config = job.against.config
    guides = Guides.of(config)
    lasting = None if out else Temporary()
    write.check_folder(folder := Path(lasting.name if lasting else plain(out or "")))
    with job.against.ready(job.runner) as ready:
        opened = open_inputs(job.inputs, config, hidden or folder)
        output = Output.of(config, opened.files, piped=bool(opened.piped))
        write.make_folder(folder, lines.usual(opened, config))
        with locked(folder):
            work = ready.work(resumed(folder / write.WORK, guides.stamp(config, ready.stamp)).folder, config)
            is_done = opened.files and _is_done(job, ready, work, hidden or folder)
            run = None if is_done else _found(work, opened, guides, job.runner)
            if run and run.documents:
                run.failures.extend(ready.failures)
                groups = job.limits.hold(run.failures, run.documents, run.groups)
                last = partial(summary, run, groups, len(opened.ignored), output, guides.digests)
                page = partial(_report, wanted=config.report and not lasting)
                write.write_run(folder, config, partial(outputs.clean, output), run.pieces, last, page)
                ready.keep(work, run)
            ended(work.store)
    if run and not run.documents:
        with suppress(OSError):  # the files of an earlier run stay
            folder.rmdir()
        raise nothing_to_read(run.failures)
    return Result(folder, lasting)


def _is_done(job: Job, ready: Ready, work: Work, hidden: Remote | Path) -> bool:
    """Whether the same run was stopped when all was written, its documents in the index that it adds to: they must not
    be taken for such as were there before."""

    def read() -> list[str]:
        from dedup import staged

        return staged.read(work, open_inputs(job.inputs, work.config, hidden).sources, job.runner)

    return ready.has(work, read) and write.is_there(work.folder.parent)


def _report(folder: Path, *, wanted: bool) -> None:
    """The page for people, of what a run has left in its folder."""
    if wanted:
        from dedup import report  # with all that compares and draws, of which the run itself needs nothing

        report.write(Result(folder))


def _found(work: Work, opened: Opened, guides: Guides, runner: Runner) -> Run:
    """The run, by the shorter way where that leads on."""
    return _of_lines(work, opened, guides, runner) or _of_all(work, opened.sources, guides, runner)


def _of_lines(work: Work, opened: Opened, guides: Guides, runner: Runner) -> Run | None:
    """The shorter way, where it leads on."""
    if work.index or guides.decides or not lines.can_read(work.config, opened.paths):
        return None
    try:
        run = straight.run(*unpacked.plain(work, opened.keep_piped(work.folder, work.config), runner), runner)
    except lines.NotPlainError:
        unpacked.remove(work)
        return None
    run.failures[:0] = opened.failures
    return run


def _of_all(work: Work, sources: Iterator[Source | Failure], guides: Guides, runner: Runner) -> Run:
    """The way of all documents."""
    from dedup import staged  # what looks at pages and prose takes .06 s to import, and lines need none of it

    return staged.run(work, sources, runner, guides.decisions)
