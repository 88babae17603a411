"""What was reached on every set, F1 of pages and shares of passages, below which it must not fall: `floors.toml`.

A floor only rises. Where a change is worth a fall, its author lowers the floor by hand, and says why.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

FLOORS = Path(__file__).parent / "floors.toml"
SLACK = 0.001
"""How far below its floor a figure may be: what a change of a library's version moves."""
_HEAD = """\
# What was reached: F1 on sets of pages, shares of passages. `make quality` and `make passages` fail where a figure is
# more than .001 below. `make quality-update` and `make passages-update` raise floors and never lower one: that is done
# by hand, with the reason in the commit.
"""


def load(path: Path = FLOORS) -> dict[str, dict[str, float]]:
    """The floors by set and row."""
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def broken(name: str, reached: Mapping[str, float], path: Path = FLOORS, figure: str = "F1 ") -> list[str]:
    """The rows of a set that fell below their floors, in words; `figure` is what stands in front of it."""
    return [
        f"{name}: {row}: {figure}{reached[row]:.4f} is below its floor {floor:.4f}"
        for row, floor in load(path).get(name, {}).items()
        if row in reached and reached[row] < floor - SLACK
    ]


def update(name: str, reached: Mapping[str, float], path: Path = FLOORS) -> list[str]:
    """Raise the floors of a set to what was reached; gives the rows that rose."""
    floors = load(path)
    known = floors.setdefault(name, {})
    risen = [row for row, value in reached.items() if round(value, 4) > known.get(row, 0.0)]
    known.update({row: round(reached[row], 4) for row in risen})
    tables = ("".join([f"\n[{key}]\n", *_rows(floors[key])]) for key in sorted(floors))
    path.write_text(_HEAD + "".join(tables), encoding="utf-8")
    return risen


def _rows(floors: Mapping[str, float]) -> list[str]:
    return [f'"{row}" = {value:.4f}\n' for row, value in floors.items()]
