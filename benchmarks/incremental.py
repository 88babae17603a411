"""A batch of new documents against an index of old ones, beside one run over all: `python -m benchmarks.incremental`

Documents of a file of JSONL, or made-up ones (`benchmarks.crowd`); the last of them are the batch. Shown are whole
processes: seconds of CPU and of the clock, the most memory that was held, and how many documents of the batch are kept
otherwise than by the run over all; medians over the rounds. Ends with an error if one is.
"""

from __future__ import annotations

import argparse
import gzip
import shutil
import sys
from itertools import islice
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import orjson

import dedup
from benchmarks import crowd
from benchmarks.speed_measure import Took, run

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

DEDUP = [sys.executable, "-m", "dedup"]
SETTINGS = ["--keep", "first", "--keep-chrome", "--force", "--no-report"]


def lines(texts: Path) -> list[bytes]:
    """The lines of a file, compressed or not."""
    with gzip.open(texts, "rb") if texts.suffix == ".gz" else texts.open("rb") as handle:
        return handle.readlines()


def kept(folder: Path) -> dict[str, str]:
    """The texts that a run kept."""
    return {document["id"]: document["text"] for document in dedup.Result(folder).documents()}


def shown(name: str, several: Iterable[Took]) -> None:
    """Print what a command took."""
    took = list(several)
    columns = (median(each.cpu for each in took), median(each.wall for each in took))
    print(f"{name:32} {columns[0]:8.2f} {columns[1]:8.2f} {median(each.megabytes for each in took):8.0f}")


def measured(every: Sequence[bytes], batch: int, folder: Path, rounds: int) -> list[str]:
    """Print what each takes; the ids of documents of the batch that are kept otherwise."""
    old, new, both = (folder / f"{name}.jsonl" for name in ("old", "new", "both"))
    for path, content in ((old, every[:-batch]), (new, every[-batch:]), (both, every)):
        path.write_bytes(b"".join(content))
    index, out, whole = folder / "index", folder / "out", folder / "whole"
    print(f"{'':32} {'CPU s':>8} {'s':>8} {'MB':>8}")
    first = [str(old), "-o", str(folder / "first"), "--against", str(index), "--add"]
    shown("the old documents, and the index", [run([*DEDUP, "clean", *first, *SETTINGS])])
    batches, all_ = [], []
    for _ in range(rounds):
        for each in (out, whole):
            shutil.rmtree(each, ignore_errors=True)
        batches.append(run([*DEDUP, "clean", str(new), "-o", str(out), "--against", str(index), *SETTINGS]))
        all_.append(run([*DEDUP, "clean", str(both), "-o", str(whole), *SETTINGS]))
    shown("the batch against the index", batches)
    shown("one run over all", all_)
    print(f"{dedup.Index(index).info()['bytes_a_passage']} bytes a passage of the index, without its texts")
    own, one = kept(out), kept(whole)
    ids = {str(orjson.loads(line)["id"]) for line in every[-batch:]}
    return sorted(id_ for id_ in ids if own.get(id_) != one.get(id_))


def main() -> None:
    """Print it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=Path, help="documents to take instead of made-up ones (JSONL)")
    parser.add_argument("--size", type=int, default=11_000, help="documents, those of the batch among them")
    parser.add_argument("--batch", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--data", type=Path, default=Path("bench/data"), help="where made-up documents are kept")
    given = parser.parse_args()
    texts = given.texts or crowd.folder(given.size, given.data) / "documents.jsonl"
    every = list(islice(lines(texts), given.size))
    with TemporaryDirectory(prefix="incremental-") as name:
        other = measured(every, given.batch, Path(name), given.rounds)
    print(f"{len(other)} of {given.batch:,} documents are kept otherwise than by one run over all")
    if other:
        sys.exit(", ".join(other[:5]))


if __name__ == "__main__":
    main()
