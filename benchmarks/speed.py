"""All rows of the speed benchmark: `make bench`, or `python -m benchmarks.speed [--only documents passages]`

Ours and the peers take turns on the same made-up corpus; medians of the rounds. Every speed has its recall beside it.
Writes `bench/results.json`, a row for a row, so that a part can be run again, and the tables of `bench/README.md`.
"""

from __future__ import annotations

import argparse
import json
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks import speed_rows as rows
from benchmarks.speed_limits import limits
from benchmarks.speed_table import machine, shown, tables, update, versions

if TYPE_CHECKING:
    from collections.abc import Callable

BENCH = rows.ROOT / "bench"
ROWS: dict[str, Callable[[rows.Settings], list[dict[str, Any]]]] = {
    "limits": limits,
    "starting": rows.starting,
    "signatures": rows.signatures,
    "documents": partial(rows.alike, unit="documents"),
    "paragraphs": partial(rows.alike, unit="paragraphs"),
    "passages": rows.passages,
    "workers": rows.workers,
    "grouping": rows.grouping,
    "scaling": rows.scaling,
    "slow": rows.slow,
}


def main() -> None:
    """Measure, write down, show."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[100_000, 300_000, 1_000_000], help="documents")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", nargs="+", choices=ROWS, default=list(ROWS), metavar="ROW", help=", ".join(ROWS))
    parser.add_argument("--slow", action="store_true", help="text-dedup and datatrove, too, on a tenth of the corpus")
    parser.add_argument("--data", type=Path, default=BENCH / "data", help="folder of the corpora")
    parser.add_argument("--results", type=Path, default=BENCH / "results.json")
    parser.add_argument("--readme", type=Path, default=BENCH / "README.md")
    options = parser.parse_args()
    settings = rows.Settings(options.data, tuple(options.sizes), options.rounds, options.slow)
    results = json.loads(options.results.read_text(encoding="utf-8")) if options.results.exists() else {"rows": {}}
    for name in options.only:
        found = ROWS[name](settings)
        if not found:
            continue
        results["rows"][name] = {"documents": settings.sizes[0], "lines": found}
        results |= {"machine": machine(), "versions": versions(rows.PEERS)}
        options.results.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        print(shown(name, results["rows"]), flush=True)
    update(options.readme, tables(results))


if __name__ == "__main__":
    main()
