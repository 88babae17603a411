"""Faults that are no shim's: a small file system that fills up, folders that may not be written, limits of files and of
their size, and standard streams that nobody reads."""

from __future__ import annotations

import os
import shutil
import subprocess
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tests.torture import corpora
from tests.torture.kinds import KINDS, digests, fresh, undisturbed
from tests.torture.trial import DEDUP, SkippedError, Trial

if TYPE_CHECKING:
    from collections.abc import Iterator

FULL = "No space left on device"
NAMESPACE = ("unshare", "--user", "--map-root-user", "--mount")
_LARGE = ("-q", "-j", "1", "--no-report")
SMALL = {
    "lines": ("clean", "texts.jsonl", "-o", "small/out", *_LARGE, "--keep-chrome", "--keep-duplicates"),
    "shards": ("clean", "texts.jsonl", "-o", "small/out", *_LARGE, "--keep-chrome", "--keep-duplicates",
               "--shard-size", "1"),
    "parquet": ("clean", "texts.jsonl", "-o", "small/out", *_LARGE, "--keep-chrome", "--format", "parquet"),
    "tree": ("clean", "texts.jsonl", "-o", "small/out", *_LARGE, "--keep-chrome", "--format", "text"),
    "texts": ("clean", "texts.jsonl", "-o", "small/out", *_LARGE, "--keep-duplicates"),
    "index": ("index", "build", "texts.jsonl", "-o", "small/index", "-q", "-j", "1"),
}  # fmt: skip
"""Runs that need more than eight megabytes."""
LIMITED = ("texts", "pages, two workers", "lines", "parquet", "markdown tree", "index build")
CLOSED = {"closed standard error": "2>&-", "closed standard output": ">&-", "closed standard input": "<&-"}
PRINTING = {
    "clean to standard output": "clean texts.jsonl -o - -q -j 1",
    "dry run": "clean texts.jsonl --dry-run -q -j 1",
    "explain": "explain out text-1",
    "restore": "restore out",
    "stats": "stats texts.jsonl",
    "index info": "index info index",
    "index query": "index query index texts.jsonl",
    "report": "report out",
    "config": "config",
}
"""What prints, in a folder with a finished run and an index."""


def trials() -> Iterator[Trial]:
    """All of them."""
    for name, words in SMALL.items():
        yield Trial(f"8 MB are full: {name}", partial(_full, words))
    for name in LIMITED:
        yield Trial(f"read-only folder: {name}", partial(_read_only, name))
        yield Trial(f"no rights in the folder: {name}", partial(_no_rights, name))
        yield Trial(f"64 open files: {name}", partial(_limited, name, "-n 64", ""))
        yield Trial(f"files of 4 KB at most: {name}", partial(_limited, name, "-f 8", "File too large"))
        for closed, redirection in CLOSED.items():
            yield Trial(f"{closed}: {name}", partial(_closed, name, redirection))
    for name, typed in PRINTING.items():
        yield Trial(f"nobody reads: {name}", partial(_nobody_reads, typed))
        yield Trial(f"/dev/full: {name}", partial(_dev_full, typed))
    yield Trial("an input that may not be read", _unreadable)


# ── in a shell ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _shell(script: str, here: Path, *around: str) -> subprocess.CompletedProcess[str]:
    """Run a script, in which `dedup` is the command."""
    (here / "tmp").mkdir(exist_ok=True)
    own = {"DEDUP_PROGRESS": "none", "TMPDIR": str(here / "tmp"), "PYTHONDONTWRITEBYTECODE": "", "LC_ALL": "C"}
    command = " ".join(DEDUP)
    return subprocess.run(
        [*around, "sh", "-c", f'dedup() {{ {command} "$@"; }}\n{script}'],
        cwd=here,
        env={**os.environ, **own},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def _may_mount() -> None:
    if not shutil.which("unshare"):
        raise SkippedError("there is no unshare")
    tried = subprocess.run([*NAMESPACE, "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True, check=False)
    if tried.returncode:
        raise SkippedError("nothing may be mounted here, not even in a namespace of one's own")


def _full(words: tuple[str, ...], folder: Path) -> int:
    """Eight megabytes fill up; then there is more room."""
    _may_mount()
    records = corpora.texts(count=300)
    corpora.write_lines(folder / "texts.jsonl", [{**each, "text": each["text"] * 40} for each in records])
    (folder / "small").mkdir()
    typed = " ".join(words)
    done = _shell(
        "mount -t tmpfs -o size=8m none small && export TMPDIR=small\n"
        f"dedup {typed}; echo $?; find small -type f | sort; mount -o remount,size=200m small\n"
        f"echo then; dedup {typed}; echo $?; cp -a small kept; umount small\n"
        f"dedup {typed}; echo $?",
        folder,
        *NAMESPACE,
    )
    first, _, rest = done.stdout.partition("then\n")
    code, *left = first.split()
    assert code == "4", done
    assert FULL in done.stderr, done
    assert "small/" in done.stderr, f"it does not say which file: {done.stderr}"
    final = [name for name in left if "/work/" not in name and not name.endswith("lock")]
    finished = [name for name in final if name.endswith(("manifest.json", "_SUCCESS", "index.json"))]
    assert not finished, f"it is not finished: {final}"
    assert rest.split() == ["0", "0"], done
    there, wanted = digests(folder / "kept"), digests(folder / "small")
    assert there == wanted, sorted(set(there.items()) ^ set(wanted.items()))
    for name in final:
        if name.removeprefix("small/") in wanted and not name.endswith(".part"):
            continue
        raise AssertionError(f"{name} was left behind")
    return 1


def _typed(name: str) -> str:
    return " ".join(f"'{word}'" for word in KINDS[name].words)


def _read_only(name: str, folder: Path) -> int:
    """A run into a file system that is read-only."""
    _may_mount()
    here = fresh(KINDS[name], folder)
    before = digests(here)
    done = _shell(f"mount --bind . . && mount -o remount,bind,ro . && cd . && dedup {_typed(name)}", here, *NAMESPACE)
    assert done.returncode == 4, done
    assert "Read-only file system" in done.stderr, done
    assert digests(here) == before
    return 1


def _no_rights(name: str, folder: Path) -> int:
    """A run into a folder that may not be written."""
    here = fresh(KINDS[name], folder)
    before = digests(here)
    done = _shell(f"chmod 555 .; dedup {_typed(name)}; code=$?; chmod 755 .; exit $code", here, *_plain_user())
    assert done.returncode == 4, done
    assert "Permission denied" in done.stderr, done
    assert digests(here) == before
    return 1


def _plain_user() -> tuple[str, ...]:
    """What a command is run by without the rights of root over files."""
    if os.geteuid():
        return ()
    if not shutil.which("setpriv"):
        raise SkippedError("root may do everything")
    return ("setpriv", "--bounding-set=-dac_override,-dac_read_search,-fowner")


def _limited(name: str, limit: str, why: str, folder: Path) -> int:
    """A run under a limit of `ulimit`: it ends as ever, or says why not, and another one goes on."""
    kind, known = KINDS[name], undisturbed(name)
    here = fresh(kind, folder)
    done = _shell(f"ulimit {limit}; dedup {_typed(name)}", here)
    if why or done.returncode != known.code:
        assert done.returncode == 4, done
        assert (why or "Too many open files") in done.stderr, done
        done = _shell(f"dedup {_typed(name)}", here)
    assert done.returncode == known.code, done
    assert digests(here) == known.after
    return 1


def _closed(name: str, redirection: str, folder: Path) -> int:
    """A run one of whose standard streams is closed: no file of its own is taken for it."""
    kind, known = KINDS[name], undisturbed(name)
    here = fresh(kind, folder)
    words = _typed(name).replace("'-q'", "")
    done = _shell(f"unset DEDUP_PROGRESS; dedup {words} {redirection}", here)
    assert done.returncode == known.code, done
    assert digests(here) == known.after
    return 1


def _printing(folder: Path) -> Path:
    here = fresh(KINDS["against"], folder)
    done = _shell("dedup clean texts.jsonl -o out -q -j 1 --no-report", here)
    assert done.returncode == 0, done
    return here


def _nobody_reads(words: str, folder: Path) -> int:
    """What is printed goes to a program that has ended."""
    here = _printing(folder)
    before = {name: digest for name, digest in digests(here).items() if not name.startswith("tmp")}
    done = _shell(
        f"mkfifo pipe; (exec 3<pipe; exec 3<&-) & exec 4>pipe; wait; dedup {words} >&4; code=$?; rm pipe; exit $code",
        here,
    )
    assert done.returncode == 141, done
    assert not done.stderr, done
    assert {name: d for name, d in digests(here).items() if not name.endswith(".html")} == before
    return 1


def _dev_full(words: str, folder: Path) -> int:
    """What is printed goes where nothing can be written."""
    if not Path("/dev/full").exists():
        raise SkippedError("there is no /dev/full")
    here = _printing(folder)
    done = _shell(f"dedup {words} >/dev/full", here)
    assert done.returncode == 4, done
    assert FULL in done.stderr, done
    assert "standard output" in done.stderr, done
    assert "Traceback" not in done.stderr, done
    return 1


def _unreadable(folder: Path) -> int:
    """An input that may not be read is a failure that is recorded, and the others are cleaned."""
    corpora.write_lines(folder / "a.jsonl", corpora.texts())
    corpora.write_lines(folder / "b.jsonl", corpora.texts(2, first=50))
    (folder / "b.jsonl").chmod(0)
    done = _shell("dedup clean a.jsonl b.jsonl -o out -j 1 -q --no-report", folder, *_plain_user())
    assert done.returncode == 1, done
    told = (folder / "out" / "failures.jsonl").read_text(encoding="utf-8")
    assert "b.jsonl" in told, told
    assert "Permission denied" in told, told
    return 1
