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
it is flagged. This is `dedup.staged`; lines of JSONL that only duplicates go of take a shorter way to the same bytes:
`dedup.straight`.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dedup import lines, straight, write
from dedup.bands import candidate_probability
from dedup.config import Config
from dedup.read import Inputs, nothing_to_read, open_inputs
from dedup.result import Result
from dedup.run import Runner, serial
from dedup.sign import SCHEME, SHINGLES
from dedup.store import Store
from dedup.work import Work

if TYPE_CHECKING:
    from collections.abc import Iterator
    from tempfile import TemporaryDirectory

    from dedup.bands import Shape
    from dedup.counts import Run
    from dedup.data import Failure, Source
    from dedup.index import Index


def clean(
    inputs: Inputs,
    out: str | Path | None = None,
    *,
    config: Config | None = None,
    runner: Runner = serial,
    against: Inputs | Index | None = None,
    add: bool = False,
) -> Result:
    """Clean a corpus: extract, strip chrome, cut near-duplicate passages, and keep a record of all that went.

    `inputs` are paths (files, folders, globs, `-` for JSONL on standard input) or an iterable of `Source` or mappings
    with a `text`, `html` or `markdown`. With `out=None` the run lives in a temporary folder as long as the result.

    What `against` holds goes from the inputs, too: an `Index`, or the folder of one, or any other inputs, of which an
    index is made for this run. With `add` the documents are put into that index when the run is whole.

    Raises:
        SettingError, InputError, OutputError: before any work is done.
        WorkerError: a process of the runner died.

    >>> result = clean([{"id": "a", "text": "The mill closed in May."}, {"id": "b", "text": ""}])
    >>> [document["text"] for document in result.documents()], result.failures[0].why
    (['The mill closed in May.'], 'empty: there is no text in it')
    """
    from dedup.beside import Beside

    beside = Beside.of(config or Config(), against, add=add)
    config = beside.config
    sites = _digest(config.sites)
    if out:
        write.check_folder(Path(out))
    with beside.ready(runner) as ready:
        temporary = None if out else _temporary()
        folder = Path(out) if out else Path(temporary.name if temporary else "")
        opened = open_inputs(inputs, config.max_bytes, folder)
        write.make_folder(folder)
        stamp = f"{config.digest} {sites} {SCHEME} {SHINGLES} {write.versions()} {ready.beside[-1]}"
        store = Store.open(folder / write.WORK, stamp)
        work = Work(store.folder, config, *ready.beside)
        run = _of_lines(work, opened.files, runner) or _of_all(work, opened.sources, runner)
        if not run.documents:
            store.remove()
            with suppress(OSError):  # the files of an earlier run stay
                folder.rmdir()
            raise nothing_to_read(run.failures)
        run.failures.extend(ready.failures)
        write.write_run(folder, config, run.pieces, run.failures, lambda: _summary(run, opened.ignored, config, sites))
        ready.keep(work, run)
        store.remove()
    return Result(folder, temporary)


def _digest(sites: str) -> str:
    """The digest of a file of sites; empty without one.

    Raises:
        SettingError, InputError: what is wrong in it, so that it ends the run before any work.
    """
    if not sites:
        return ""
    from dedup.sites import SiteFile, file_digest

    SiteFile.load(Path(sites))
    return file_digest(sites)


def _temporary() -> TemporaryDirectory[str]:
    """A temporary folder that goes with the last reference to it, without a warning."""
    from tempfile import TemporaryDirectory

    class Temporary(TemporaryDirectory[str]):
        def __del__(self) -> None:
            self.cleanup()

    return Temporary(prefix="dedup-")


def _of_lines(work: Work, files: list[tuple[str, Path]], runner: Runner) -> Run | None:
    """The shorter way, where it leads on."""
    try:
        return straight.run(work, files, runner) if not work.index and lines.can_read(work.config, files) else None
    except lines.NotPlainError:
        return None


def _of_all(work: Work, sources: Iterator[Source | Failure], runner: Runner) -> Run:
    """The way of all documents."""
    from dedup import staged  # what looks at pages and prose takes .06 s to import, and lines need none of it

    return staged.run(work, sources, runner)


def _summary(run: Run, ignored: list[str], config: Config, sites: str) -> dict[str, Any]:
    cut = run.cut
    removed: dict[str, dict[str, dict[str, int]]] = {"chrome": {}, "duplicate": {}}
    encodings: dict[str, int] = {}
    for each in cut:
        for (reason, kind), (spans, characters) in each.removed.items():
            count = removed[reason].setdefault(kind, {"spans": 0, "characters": 0})
            count["spans"] += spans
            count["characters"] += characters
        for name, count_ in each.encodings.items():
            encodings[name] = encodings.get(name, 0) + count_
    removed = {reason: dict(sorted(kinds.items())) for reason, kinds in removed.items()}
    return {
        "documents": {
            "in": sum(e.documents for e in cut),
            "out": sum(e.cleaned for e in cut),
            "failed": len(run.failures),
        },
        "characters": {"in": sum(e.characters for e in cut), "out": sum(e.left for e in cut)},
        "removed": removed,
        "encodings": dict(sorted(encodings.items())),
        "ignored_files": len(ignored),
        **({"sites_digest": sites} if sites else {}),
        "lsh": _lsh(config.shape),
        "pairs": run.pairs,
    }


def _lsh(shape: Shape) -> dict[str, Any]:
    """The bands, and the share of pairs of blocks that they find, by the Jaccard similarity of their shingles."""
    found = {f"{s:.1f}": candidate_probability(s, shape.bands, shape.rows) for s in (0.5, 0.6, 0.7, 0.8, 0.9)}
    return {
        "bands": shape.bands,
        "rows": shape.rows,
        "candidate_probability": {similarity: round(share, 4) for similarity, share in found.items()},
    }
