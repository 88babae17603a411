"""Two runs over one output, locks of all kinds, and what is changed under a half-done run."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess
from functools import partial
from time import monotonic, sleep
from typing import TYPE_CHECKING

from tests.torture import corpora
from tests.torture.kinds import INDEX, KINDS, OUT, digests, fresh, undisturbed
from tests.torture.shimmed import run, shimmed
from tests.torture.trial import DEDUP, Trial, sampled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Change = Callable[[Path], object]

AT_ONCE = 5.0
"""Seconds in which the second of two has ended; it takes .3 on a quiet machine."""
PARTS = (0.25, 0.5, 0.95, 1.0)
"""How much of its operations on files a run has done when it is killed, before something is changed under it: of those
until it is marked as done, behind which it removes what it worked with."""
MARK = f"{OUT}/_SUCCESS"
ONE = ("-q", "-j", "1", "--no-report")


def trials(share: float) -> Iterator[Trial]:
    """All of them."""
    yield from sampled(list(_rivals()), share)
    for name in sampled(list(CHANGES), share):
        yield Trial(f"changed: {name}", partial(_changed, name))


def _rivals() -> Iterator[Trial]:
    for name in ("texts", "pages, two workers", "lines", "adding"):
        yield Trial(f"two runs over one output: {name}", partial(_two, name))
    for name in ("index add", "index build", "index compact", "adding"):
        yield Trial(f"two writers of one index: {name}", partial(_two, name))
    yield Trial("an index is read while it is written", _reading)
    for name in ("texts", "lines", "index add", "index build"):
        yield Trial(f"a lock file that was left: {name}", partial(_stale, name))
        yield Trial(f"a file system without locks: {name}", partial(_without_locks, name))


# ── two at once ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _two(name: str, folder: Path) -> int:
    """The second of two ends at once, and the first is not disturbed, which is stopped (SIGSTOP) as soon as it has its
    lock, and goes on when the second has ended."""
    kind, known = KINDS[name], undisturbed(name)
    here = fresh(kind, folder)
    locks = [here / OUT / ".dedup.lock", here / INDEX / "lock"]
    first = _started(kind.words, here)
    try:
        _wait_for(locks, first)
        os.kill(first.pid, signal.SIGSTOP)
        begun = monotonic()
        second = run(kind.words, here)
        took = monotonic() - begun
    finally:
        os.kill(first.pid, signal.SIGCONT)
    _, said = first.communicate(timeout=60)
    assert second.code == 4, second
    assert "another" in second.err, second
    assert took < AT_ONCE, f"it took {took:.1f} s"
    assert first.returncode == known.code, said
    assert digests(here) == known.after
    return 1


def _started(words: tuple[str, ...], here: Path) -> subprocess.Popen[bytes]:
    (here / "tmp").mkdir(exist_ok=True)
    own = {"DEDUP_PROGRESS": "none", "TMPDIR": str(here / "tmp")}
    return subprocess.Popen([*DEDUP, *words], cwd=here, env={**os.environ, **own}, stderr=subprocess.PIPE)


def _wait_for(locks: list[Path], first: subprocess.Popen[bytes]) -> None:
    import fcntl

    end = monotonic() + 30
    while monotonic() < end:
        assert first.poll() is None, "the first run has ended before it was met"
        for path in locks:
            if path.exists():
                with path.open("rb") as handle:
                    try:
                        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    except BlockingIOError:
                        return
        sleep(0.002)
    raise AssertionError("nothing was locked")


def _reading(folder: Path) -> int:
    """Who reads an index sees it as it is before or after, while others write it."""
    here = fresh(KINDS["index add"], folder)
    writer = _started(KINDS["index add"].words, here)
    seen = []
    while writer.poll() is None:
        found = run(("index", "info", INDEX, "--check"), here)
        assert found.code == 0, found
        seen.append(found.out.splitlines()[0])
    _, said = writer.communicate()
    assert writer.returncode == undisturbed("index add").code, said
    known = {run(("index", "info", INDEX), each).out.splitlines()[0] for each in (undisturbed("index add").start, here)}
    assert len(known) == 2, f"before and after it says the same: {known}"
    assert seen, "nobody read while it was written"
    assert set(seen) <= known, (seen, known)
    return len(seen)


# ── locks ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def _stale(name: str, folder: Path) -> int:
    """A file that a process left which was killed, or lost its machine, keeps nobody out."""
    kind, known = KINDS[name], undisturbed(name)
    here = fresh(kind, folder)
    path = here / (f"{INDEX}/lock" if name.startswith("index") else f"{OUT}/.dedup.lock")
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"{os.getpid()} another.example 0 0", encoding="utf-8")
    done = run(kind.words, here)
    assert done.code == known.code, done
    assert digests(here) == known.after
    return 1


def _without_locks(name: str, folder: Path) -> int:
    """Where there are no locks (ENOLCK of a network file system) a run ends as ever."""
    kind, known = KINDS[name], undisturbed(name)
    here = fresh(kind, folder)
    done = shimmed(kind.words, here, at=1, mode=str(errno.ENOLCK), operations=",lock,", lasts=True)
    assert done.reached
    assert done.ended.code == known.code, done
    assert digests(here) == known.after
    return 1


# ── what changes under a half-done run ──────────────────────────────────────────────────────────────────────────────


def _changed(name: str, folder: Path) -> int:
    """What a run leaves that goes on after something was changed is what one leaves that begins with it."""
    make, change, words, later = CHANGES[name]
    begun = folder / "begun"
    begun.mkdir()
    make(begun)
    whole, new = (shutil.copytree(begun, folder / each) for each in ("whole", "new"))
    paths = [each.path for each in shimmed(words, whole, log=True).operations]
    marked = 1 + paths.index(f"{whole}/{MARK}")
    change(new)
    code = _gone_on(name, later, new)
    assert code in (0, 1), code
    assert digests(new / OUT) != digests(whole / OUT), "the change makes no difference"
    for part in PARTS:
        half = shutil.copytree(begun, folder / f"{part:.0%}")
        killed = shimmed(words, half, at=int(part * marked), mode="after")
        assert killed.reached, killed
        assert (half / MARK).exists() == (part == 1), f"{part}: it was killed too early, or too late"
        assert (half / OUT / "work").exists(), f"{part}: it has left nothing to go on from"
        change(half)
        assert _gone_on(name, later, half) == code, part
        found, wanted = digests(half), digests(new)
        every = {each for each in {*found, *wanted} if "__pycache__" not in each}
        differing = sorted(each for each in every if found.get(each) != wanted.get(each))
        assert not differing, f"{part}: {differing} are not as those of a new run"
    return len(PARTS)


def _gone_on(name: str, words: tuple[str, ...], here: Path) -> int:
    """Run a command after the change; how it ended."""
    env = {"PYTHONPATH": f"{here / 'patched'}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"}
    env["DEDUP_SPELLED"] = "other" if name == "versions" else ""
    return run(words, here, env).code


def _done(*words: str, folder: Path) -> None:
    ended = run(words, folder)
    assert ended.code == 0, ended


def _texts(folder: Path) -> None:
    corpora.write_lines(folder / "in" / "a.jsonl", corpora.texts(1))
    corpora.write_lines(folder / "in" / "b.jsonl", corpora.texts(2, first=40))


def _guided(folder: Path) -> None:
    corpora.write_pages(folder / "in")
    _done("site", "learn", "in", "-o", "sites.json", "-q", folder=folder)
    words = (folder / "sites.json").read_text(encoding="utf-8")
    assert '"articles": 4' in words
    (folder / "later.json").write_text(words.replace('"articles": 4', '"articles": 9'), encoding="utf-8")
    (folder / "decided.jsonl").write_text('{"decision": "keep", "text": "Nothing of it."}\n', encoding="utf-8")


def _decide(folder: Path) -> None:
    with (folder / "decided.jsonl").open("a", encoding="utf-8") as handle:
        handle.write('{"decision": "keep", "text": "All rights reserved."}\n')


def _add(folder: Path) -> None:
    corpora.write_lines(folder / "in" / "aa.jsonl", corpora.texts(3, first=80))


def _edit(folder: Path) -> None:
    corpora.write_lines(folder / "in" / "a.jsonl", corpora.texts(4))


def _edit_unseen(folder: Path) -> None:
    """Change a file, but neither its size nor its time."""
    path = folder / "in" / "a.jsonl"
    about = path.stat()
    path.write_bytes(path.read_bytes().replace(b"mill", b"loom").replace(b"the", b"any"))
    os.utime(path, ns=(about.st_atime_ns, about.st_mtime_ns))
    assert path.stat().st_size == about.st_size


def _patched(folder: Path) -> None:
    """A module that tells other versions where it is asked to."""
    _texts(folder)
    (folder / "patched").mkdir()
    (folder / "patched" / "sitecustomize.py").write_text(
        "import os\nif os.environ.get('DEDUP_SPELLED'):\n    import dedup.write\n"
        "    versions = dedup.write.versions\n    dedup.write.versions = lambda: versions() | {'numpy': '99.9'}\n",
        encoding="utf-8",
    )


def _indexed(folder: Path) -> None:
    _texts(folder)
    _done("index", "build", "in/b.jsonl", "-o", INDEX, "-q", folder=folder)
    (folder / "in" / "b.jsonl").rename(folder / "b.jsonl")
    records = [{**each, "id": f"more-{each['id']}"} for each in corpora.texts(1)[:5]]
    corpora.write_lines(folder / "more.jsonl", records)


def _nothing(_: Path) -> None:
    return


_RUN = ("clean", "in", "-o", OUT, *ONE)
_GUIDED = (*_RUN, "--sites", "sites.json", "--decisions", "decided.jsonl")
CHANGES: dict[str, tuple[Change, Change, tuple[str, ...], tuple[str, ...]]] = {
    "a setting": (_texts, _nothing, _RUN, (*_RUN, "--min-words", "60")),
    "a unit": (_texts, _nothing, _RUN, (*_RUN, "--unit", "document")),
    "the shorter way": (_texts, _nothing, _RUN, (*_RUN, "--keep-chrome")),
    "a setting of the shorter way": (
        _texts, _nothing, (*_RUN, "--keep-chrome"), (*_RUN, "--keep-chrome", "--min-words", "60"),
    ),
    "a format": (_texts, _nothing, _RUN, (*_RUN, "--format", "markdown")),
    "an input more": (_texts, _add, _RUN, _RUN),
    "an input less": (_texts, lambda folder: (folder / "in" / "a.jsonl").unlink(), _RUN, _RUN),
    "an input": (_texts, _edit, _RUN, _RUN),
    "an input of the same size and time": (_texts, _edit_unseen, _RUN, _RUN),
    "an input of the shorter way": (_texts, _edit_unseen, (*_RUN, "--keep-chrome"), (*_RUN, "--keep-chrome")),
    "versions": (_patched, _nothing, _RUN, _RUN),
    "decisions": (_guided, _decide, _GUIDED, _GUIDED),
    "what is known of sites": (
        _guided, lambda folder: (folder / "later.json").replace(folder / "sites.json"), _GUIDED, _GUIDED,
    ),
    "the index": (
        _indexed, lambda folder: _done("index", "add", INDEX, "more.jsonl", "-q", folder=folder),
        (*_RUN, "--against", INDEX), (*_RUN, "--against", INDEX),
    ),
}  # fmt: skip
"""What is changed: what stands before a run, what changes, what is typed first, and what then."""
