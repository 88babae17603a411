"""Print the lowest version of every dependency that pyproject.toml allows, as pip's constraints (make test-lowest)."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

PROJECT = Path(__file__).parent.parent / "pyproject.toml"


def floors(dependencies: list[str]) -> list[str]:
    """`name>=1.2,<3; marker` as `name==1.2; marker`. Raises ValueError for one without a lower bound, or an extra."""
    found = []
    for dependency in dependencies:
        parts = re.fullmatch(r"([\w.-]+)>=([\w.]+)(?:,[^;]*)?(;.*)?", dependency)
        if parts is None:
            raise ValueError(f"pyproject.toml: {dependency!r} should be `name>=version`, for its minimum to be tested")
        found.append(f"{parts[1]}=={parts[2]}{parts[3] or ''}")
    return found


if __name__ == "__main__":
    print("\n".join(floors(tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]["dependencies"])))
