"""One digest, whatever the machine is like: workers, hash seeds, locales, time zones, the order in which a folder is
listed, kernel or definitions, sizes of shards, umask and folder."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
from functools import cache, partial
from itertools import product
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from tests.conftest import ROOT
from tests.material import article
from tests.torture.trial import SkippedError, Trial, dedup, digests, sampled, shared

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

RUNS = 48
VALUES: dict[str, list[Any]] = {
    "workers": [1, 2, 3, 7],
    "hash seed": ["0", "1", "random"],
    "locale": ["C", "tr_TR.UTF-8", "tr_TR.ISO-8859-9"],
    "zone": ["UTC", "Pacific/Kiritimati", "America/St_Johns"],
    "order": [0, 1, 2],
    "kernel": ["", "python"],
    "shard": [0, 7, 64],
    "umask": [0o022, 0o077],
}
"""What runs differ in; 0 of `order` and `shard` is what is usual."""

_PATCH = '''
import os
import random
import sys


class Shuffled(list):
    """The entries of a folder in another order."""

    def __init__(self, entries):
        super().__init__(entries)
        random.Random(os.environ["MATRIX_ORDER"]).shuffle(self)
        self.rest = super().__iter__()

    def __iter__(self):
        return self.rest

    def __next__(self):
        return next(self.rest)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def close(self):
        pass


scandir, listdir = os.scandir, os.listdir
if os.environ["MATRIX_ORDER"] != "0":
    os.scandir = lambda *path: Shuffled(scandir(*path))
    os.listdir = lambda *path: list(Shuffled(listdir(*path)))
os.umask(int(os.environ["MATRIX_UMASK"]))
if os.environ["MATRIX_SHARD"] != "0":
    from dedup import staged

    staged.SHARD_DOCUMENTS = int(os.environ["MATRIX_SHARD"])
'''
"""What every Python process of such a run begins with (`sitecustomize`)."""


def trials(share: float) -> Iterator[Trial]:
    """Of all that may be combined, an even choice."""
    every = list(product(*VALUES.values()))
    random.Random(0).shuffle(every)
    for values in sampled(every[:RUNS], share):
        chosen = dict(zip(VALUES, values, strict=True))
        yield Trial(", ".join(f"{name} {value}" for name, value in chosen.items()), partial(_same, chosen))


def _same(chosen: dict[str, Any], folder: Path) -> int:
    """Run over pages, and over records; both give what is expected."""
    patch = folder / "patch"
    patch.mkdir()
    (patch / "sitecustomize.py").write_text(_PATCH, encoding="utf-8")
    env = {
        "PYTHONPATH": os.pathsep.join([str(patch), str(ROOT)]),
        "PYTHONHASHSEED": chosen["hash seed"],
        "LC_ALL": chosen["locale"],
        "LOCPATH": _locales() if chosen["locale"] != "C" else "",
        "TZ": chosen["zone"],
        "DEDUP_KERNEL": chosen["kernel"],
        "MATRIX_ORDER": str(chosen["order"]),
        "MATRIX_SHARD": str(chosen["shard"]),
        "MATRIX_UMASK": str(chosen["umask"]),
    }
    corpora, expected = _expected()
    for name, words in RUN.items():
        inputs = [str(corpora / name)] if name == "pages" else sorted(map(str, (corpora / name).iterdir()))
        random.Random(chosen["order"]).shuffle(inputs)
        ended = dedup("clean", *inputs, *words, "-o", folder / name, "-j", str(chosen["workers"]), env=env)
        assert ended.code == expected[name][0], (name, ended)
        found = digests(folder / name)
        differing = [file for file, digest in expected[name][1].items() if found.get(file) != digest] or found
        assert found == expected[name][1], (name, differing, ended.err)
    return 1


RUN: dict[str, list[str]] = {"pages": [], "records": ["--keep-chrome"], "rows": ["--provenance"]}
"""The corpora, and how they are cleaned: the way of all documents, that of lines, and tables."""


@cache
def _expected() -> tuple[Path, dict[str, tuple[int, dict[str, str]]]]:
    """The corpora, and of each the exit code and digests of an ordinary run."""
    return shared("matrix", _ordinary)


def _ordinary(folder: Path) -> tuple[Path, dict[str, tuple[int, dict[str, str]]]]:
    shutil.copytree(ROOT / "seeds", folder / "pages")
    (folder / "pages/İstanbul ığüşöç").mkdir()  # a Turkish locale lowers and sorts these as its own
    for number, name in enumerate(["INDEX.txt", "index I.txt", "ılık.md", "Çay.txt", "çay.txt"]):
        (folder / "pages/İstanbul ığüşöç" / name).write_text(
            f"TITLE {name}\n\n{article(number // 2)}", encoding="utf-8"
        )
    rows = [
        {"id": f"İ{number}", "date": f"2024-03-{number % 28 + 1:02}T23:30:00", "text": article(number % 40, 3)}
        for number in range(90)
    ]
    for name in ("records", "rows"):
        (folder / name).mkdir()
    for part in range(2):
        lines = [json.dumps(row, ensure_ascii=False) for row in rows[part::2]]
        (folder / f"records/{part}.jsonl").write_text("\n".join(lines), encoding="utf-8")
        pq.write_table(pa.Table.from_pylist(rows[part::2]), folder / f"rows/{part}.parquet")
    ordinary = {}
    for name, words in RUN.items():
        inputs = [folder / name] if name == "pages" else sorted((folder / name).iterdir())
        ended = dedup("clean", *inputs, *words, "-o", folder / f"{name} out", "-j", "2")
        assert ended.code in (0, 1), ended
        ordinary[name] = ended.code, digests(folder / f"{name} out")
    return folder, ordinary


@cache
def _locales() -> str:
    """A folder with the Turkish locales, made of the system's sources of them."""
    return shared("locales", _made)


def _made(folder: Path) -> str:
    for charset in ("UTF-8", "ISO-8859-9"):
        made = ["localedef", "-i", "tr_TR", "-f", charset, str(folder / f"tr_TR.{charset}")]
        try:
            subprocess.run(made, check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError):
            raise SkippedError("localedef cannot make the Turkish locales (Debian: the package `locales`)") from None
    return str(folder)
