"""Trafilatura as people run it over a corpus, for `speed_pages`: `python -m benchmarks.peer IN.jsonl.gz OUT.jsonl JOBS`

A loop over the pages, or a pool of processes that each take some at a time.
"""

from __future__ import annotations

import json
import multiprocessing
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.extractors import trafilatura_text
from benchmarks.scores import lines

if TYPE_CHECKING:
    from collections.abc import Iterable


def answer(page: dict[str, Any]) -> str:
    """The line of a page."""
    return json.dumps({"id": page["id"], "text": trafilatura_text(page["html"])}, ensure_ascii=False)


def _write(answers: Iterable[str], out: Path) -> None:
    with out.open("w", encoding="utf-8") as stream:
        stream.writelines(f"{line}\n" for line in answers)


def main(pages: str, out: str, jobs: str) -> None:
    """Write the text of every page."""
    if int(jobs) == 1:
        _write(map(answer, lines(Path(pages))), Path(out))
        return
    with multiprocessing.get_context("spawn").Pool(int(jobs)) as pool:
        _write(pool.imap(answer, lines(Path(pages)), chunksize=8), Path(out))


if __name__ == "__main__":
    main(*sys.argv[1:])
