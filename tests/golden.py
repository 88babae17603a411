"""Golden cases: `fixtures/golden/<case>` holds `in/`, what must come out (`want/`), and in `case.toml` why it exists.

`python -m tests.golden --update` rewrites every `want/`; the diff is the review.
"""

from __future__ import annotations

import sys
import tomllib
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import dedup
from tests.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

GOLDEN = ROOT / "fixtures" / "golden"
FILES = ("clean.jsonl", "removed.jsonl")


def cases() -> list[Path]:
    """The folders of all cases, by name."""
    return sorted(path for path in GOLDEN.iterdir() if (path / "case.toml").is_file())


def about(case: Path) -> dict[str, Any]:
    """What `case.toml` says: `why`, the settings in `[dedup]`, and `known_failure` with a reason if it fails now."""
    return tomllib.loads((case / "case.toml").read_text(encoding="utf-8"))


def settings(case: Path) -> dict[str, Any]:
    """The settings of a case. Decisions stand in its folder."""
    told = dict(about(case).get("dedup", {}))
    return told | {"decisions": str(case / told["decisions"])} if "decisions" in told else told


def found(case: Path) -> dict[str, bytes]:
    """What comes out of a case now, by file name."""
    with TemporaryDirectory() as folder:
        result = dedup.clean(case / "in", f"{folder}/out", config=dedup.Config.of(settings(case)))
        return {name: (result.folder / name).read_bytes() for name in FILES}


def update() -> None:
    """Rewrite what must come out, but of cases that are known to fail: their `want/` is written by hand."""
    for case in cases():
        if "known_failure" in about(case):
            continue
        (case / "want").mkdir(exist_ok=True)
        for name, content in found(case).items():
            (case / "want" / name).write_bytes(content)


if __name__ == "__main__":
    if sys.argv[1:] != ["--update"]:
        sys.exit("usage: python -m tests.golden --update")
    update()
