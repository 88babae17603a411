"""Kinds of runs that write: each small, and together all that writes. What stands before a run of a kind, what is left
by one that nothing disturbs, and whether another one left what it may."""

from __future__ import annotations

import re
import shutil
import sys
from functools import cache, partial
from time import monotonic
from typing import TYPE_CHECKING, NamedTuple

import orjson
import xxhash

from dedup.restore import UNFINISHED
from tests.torture import corpora
from tests.torture.shimmed import Operation, run, shimmed
from tests.torture.trial import shared

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

OUT, INDEX, RESTORED = "out", "index", "restored"
"""What runs write to, in the folder they are in."""
MANIFEST, JSON = f"{INDEX}/index.json", "out.json"
READING = ("read", "openr")
EVERY = ",open,openr,read,write,fsync,truncate,allocate,rename,link,mkdir,unlink,rmdir,times,chmod,lock,"
"""The names of operations, as `shim.c` has them; and those that write nothing."""


class Kind(NamedTuple):
    """A command, by what is typed in a folder that `make` has filled; how many points it is killed at, for all kinds
    beside each other; and whether once more is something else than once, as with what adds to an index."""

    name: str
    make: Callable[[Path], object]
    words: tuple[str, ...]
    points: int = 14
    told_by: str = ""


class Undisturbed(NamedTuple):
    """What a run of a kind begins with, and what it leaves: digests of all files, and empty ones of folders. And how it
    ends, and what it does to files. And how the same once more ends, and what that leaves."""

    start: Path
    before: dict[str, str]
    after: dict[str, str]
    code: int
    every: list[Operation]
    seconds: float
    again: tuple[int, dict[str, str]]

    @property
    def operations(self) -> list[Operation]:
        """Those that write."""
        return [each for each in self.every if each.name not in READING]


def _texts(folder: Path) -> None:
    corpora.write_lines(folder / "texts.jsonl", corpora.texts())


def _pages(folder: Path) -> None:
    corpora.write_pages(folder / "pages")


def _zipped(folder: Path) -> None:
    corpora.write_lines(folder / "texts.jsonl.gz", corpora.texts())


def _large(folder: Path) -> None:
    """Some megabytes: more than is written at a time."""
    records = corpora.texts(count=100)
    corpora.write_lines(folder / "texts.jsonl", [{**each, "text": each["text"] * 50} for each in records])


def _done(folder: Path, *words: str) -> None:
    ended = run(words, folder)
    assert ended.code in (0, 1), ended


def _earlier(folder: Path) -> None:
    _texts(folder)
    _done(folder, "clean", "texts.jsonl", "-o", OUT, "-q", "--no-report", "--format", "markdown")
    corpora.write_lines(folder / "more.jsonl", corpora.texts(2, first=50))


def _with_report(folder: Path) -> None:
    _texts(folder)
    _done(folder, "clean", "texts.jsonl", "-o", OUT, "-q")


def _indexed(folder: Path) -> None:
    _texts(folder)
    _done(folder, "index", "build", "texts.jsonl", "-o", INDEX, "-q")
    records = [{**each, "id": f"more-{each['id']}"} for each in corpora.texts()[:4]]
    corpora.write_lines(folder / "more.jsonl", [*records, *corpora.texts(2, first=50)])


def _grown(folder: Path) -> None:
    _indexed(folder)
    _done(folder, "index", "add", INDEX, "more.jsonl", "-q")
    _done(folder, "index", "remove", INDEX, "text-1", "text-3")


def _learned(folder: Path) -> None:
    _pages(folder)
    _done(folder, "site", "learn", "pages", "-o", JSON, "-q")
    corpora.write_pages(folder / "more", seed=2)


_DECIDE = """
from pathlib import Path
from dedup.decisions import Decision
from dedup.result import Result
from dedup.review_decisions import Decisions
from dedup.review_removals import Removals
decisions = Decisions(Path("out.decisions.jsonl"), Removals(Result("out")))
decisions.add(Decision("keep", "One sentence that is kept."))
"""
_ONE = ("-q", "-j", "1", "--no-report")
_LINES = ("clean", "texts.jsonl", "-o", OUT, *_ONE)
KINDS = {
    each.name: each
    for each in (
        Kind("pages", _pages, ("clean", "pages", "-o", OUT, *_ONE), 22),
        Kind("pages, two workers", _pages, ("clean", "pages", "-o", OUT, "-q", "-j", "2", "--no-report"), 22),
        Kind("texts", _texts, _LINES, 22),
        Kind("documents", _texts, (*_LINES, "--unit", "document")),
        Kind("report", _texts, ("clean", "texts.jsonl", "-o", OUT, "-q", "-j", "1"), 12),
        Kind("lines", _texts, (*_LINES, "--keep-chrome")),
        Kind("lines of documents", _texts, (*_LINES, "--keep-chrome", "--unit", "document")),
        Kind("large lines", _large, (*_LINES, "--keep-chrome", "--keep-duplicates"), 12),
        Kind("parquet", _texts, (*_LINES, "--keep-chrome", "--format", "parquet")),
        Kind("arrow", _texts, (*_LINES, "--format", "arrow"), 12),
        Kind("csv", _texts, (*_LINES, "--keep-chrome", "--format", "csv"), 12),
        Kind("markdown tree", _texts, (*_LINES, "--keep-chrome", "--format", "markdown"), 22),
        Kind("text tree", _pages, ("clean", "pages", "-o", OUT, *_ONE, "--format", "text"), 12),
        Kind("shards", _large, (*_LINES, "--keep-chrome", "--keep-duplicates", "--shard-size", "1")),
        Kind("attributes", _texts, (*_LINES, "--emit", "attributes"), 12),
        Kind("gz to zst", _zipped, ("clean", "texts.jsonl.gz", *_LINES[2:], "--keep-chrome", "--format", "jsonl.zst")),
        Kind("depfile", _texts, (*_LINES, "--keep-chrome", "--depfile", "out.d"), 10),
        Kind("over an earlier run", _earlier, ("clean", "more.jsonl", "-o", OUT, *_ONE, "--keep-chrome"), 22),
        Kind("against", _indexed, ("clean", "more.jsonl", "-o", OUT, *_ONE, "--against", INDEX), 12),
        Kind("adding", _indexed, ("clean", "more.jsonl", "-o", OUT, *_ONE, "--against", INDEX, "--add"), 22),
        Kind("index build", _texts, ("index", "build", "texts.jsonl", "-o", INDEX, *_ONE[:3]), 16, MANIFEST),
        Kind("index add", _indexed, ("index", "add", INDEX, "more.jsonl", *_ONE[:3], "--replace"), 16, MANIFEST),
        Kind("index remove", _indexed, ("index", "remove", INDEX, "text-2"), 8, MANIFEST),
        Kind("index compact", _grown, ("index", "compact", INDEX), 12, MANIFEST),
        Kind("site learn", _pages, ("site", "learn", "pages", "-o", JSON, "-q", "-j", "1"), 12),
        Kind("site learn more", _learned, ("site", "learn", "more", "--sites", JSON, "-o", JSON, "-q"), 12, JSON),
        Kind("decisions", _with_report, (sys.executable, "-c", _DECIDE), 10),
        Kind("report alone", _with_report, ("report", OUT), 8),
        Kind("restore", _with_report, ("restore", OUT, "-o", RESTORED), 8, f"{RESTORED}/texts.jsonl"),
    )
}  # fmt: skip


def digests(folder: Path) -> dict[str, str]:
    """The digest of every file in a folder by its path, and of every empty folder an empty one; but for the lock of an
    index, in which stands who has it."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if name == f"{INDEX}/lock":
            continue
        if path.is_file():
            found[name] = xxhash.xxh3_128_hexdigest(path.read_bytes())
        elif name != "tmp" and not any(path.iterdir()):
            found[name] = ""
    return found


def fresh(kind: Kind, folder: Path) -> Path:
    """A folder as a run of a kind begins with it."""
    return shutil.copytree(undisturbed(kind.name).start, folder / "here", symlinks=True)


@cache
def undisturbed(name: str) -> Undisturbed:
    """What a run of a kind does that nothing disturbs."""
    return shared(name, partial(_undisturbed, KINDS[name]))


def _undisturbed(kind: Kind, folder: Path) -> Undisturbed:
    start = folder / "start"
    start.mkdir()
    kind.make(start)
    before = digests(start)
    here = shutil.copytree(start, folder / "here", symlinks=True)
    begun = monotonic()
    done = shimmed(kind.words, here, log=True, operations=EVERY)
    took = monotonic() - begun
    assert done.ended.code in (0, 1), f"{kind.name}: {done.ended}"
    assert len(done.operations) == done.counted, f"{kind.name}: {len(done.operations)} of {done.counted} were logged"
    after = digests(here)
    once_more = run(kind.words, here) if kind.told_by else done.ended
    assert once_more.code in (0, 1, 2), f"{kind.name}: {once_more}"
    again = once_more.code, digests(here)
    return Undisturbed(start, before, after, done.ended.code, done.operations, took, again)


def work_of(path: str) -> bool:
    """Whether a file, named as in `digests`, is what a run works with, not what it leaves: it may be of any content."""
    steps = path.split("/")
    is_work = "work" in steps[:2] or steps[0] == "tmp" or any(step.endswith(".part") for step in steps)
    return is_work or steps[-1] == ".dedup.lock" or path in (OUT, INDEX, f"{INDEX}/lock")


def check_whole(kind: Kind, here: Path) -> None:
    """See that nothing is half-written in a folder in which a run of a kind was ended: every file is as it was before
    or as the run leaves it; and where a mark says that it is whole, all is."""
    known, found = undisturbed(kind.name), digests(here)
    for name, digest in found.items():
        if not work_of(name) and digest:
            assert digest in (known.before.get(name), known.after.get(name)), f"{name} is half-written"
    marks = {f"{OUT}/_SUCCESS": f"{OUT}/", f"{OUT}/manifest.json": f"{OUT}/", MANIFEST: f"{INDEX}/"}
    for mark, under in marks.items():
        if mark in found:
            side = known.before if found[mark] == known.before.get(mark) else known.after
            own = {name for name in side if name.startswith(under) and not name.endswith((".html", "_SUCCESS", "lock"))}
            wrong = [name for name in own if side[name] != found.get(name)]
            assert not wrong, f"{mark} is there, but not {wrong}"
    if f"{OUT}/manifest.json" in found:
        for name, about in orjson.loads((here / OUT / "manifest.json").read_bytes())["files"].items():
            assert found.get(f"{OUT}/{name}") == about["xxh3_128"], f"{name} is not what the manifest says"


def _may_be_left(path: str, *, only_told: bool) -> bool:
    """Whether a file of those for a while may still be there: what Python has tried a folder with, or where a command
    had nothing to do, and so no such files of its own; the next that has removes them."""
    steps = path.split("/")
    return steps[0] == "tmp" and (bool(re.fullmatch("[a-z0-9_]{8}", steps[1])) or only_told)


def check_again(kind: Kind, here: Path) -> None:
    """See that the same command again ends as if nothing had happened, and leaves the same, and nothing else; and that
    it seals no stage that was sealed."""
    known = undisturbed(kind.name)
    code, wanted = known.code, known.after
    found, mark = digests(here), f"{OUT}/_SUCCESS"
    unfinished = f"{RESTORED}/{UNFINISHED}" in found
    if kind.told_by and found.get(kind.told_by) == known.after[kind.told_by] and not unfinished:
        code, wanted = known.again
    sealed = {name for name in found if name.startswith(f"{OUT}/work/") and name.endswith(".sealed")}
    if found.get(mark) == known.after.get(mark):  # all is written, and of what it was made of some is removed
        sealed.clear()
    done = shimmed(kind.words, here, log=True, operations=",rename,")
    ended, renamed = done.ended, {each.path.removeprefix(f"{here}/") for each in done.operations}
    assert not renamed & sealed, f"what was done is done again: {sorted(renamed & sealed)}"
    assert ended.code == code, f"the same command again ends with {ended.code}, not {code}: {ended.err[-1500:]}"
    found = digests(here)
    names = {name for name in {*found, *wanted} if found.get(name) != wanted.get(name)}
    differing = sorted(name for name in names if name in wanted or not _may_be_left(name, only_told=code != known.code))
    lost, more = [name for name in differing if name not in found], [name for name in differing if name not in wanted]
    assert not differing, f"the same command again: {differing} differ; not there: {lost}; left behind: {more}"
