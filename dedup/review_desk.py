"""What lies on the table in a review: a run, its removals and documents, and the decisions."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any

from dedup.config import Config
from dedup.decisions import default_path
from dedup.errors import SettingError
from dedup.result import Result
from dedup.review_decisions import Decisions
from dedup.review_removals import Removals
from dedup.review_texts import Texts
from dedup.urls import is_url, shown

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass
class Desk:
    """What lies on the table in a review."""

    name: str
    removals: Removals
    decisions: Decisions
    texts: Texts
    command: str
    """How the next run takes the decisions."""
    said: str = ""
    """What the next page says of the last decision, where it was sent without a script."""

    @classmethod
    def of(cls, out: str, file: str | None = None) -> Desk:
        """The desk for the run in a folder or behind a URL, and the decisions in a file: by default those that the run
        took, if they are here, so that they are not lost to the next one, else those beside the folder.

        Raises:
            OutputError: there is no finished run, or it wrote none but attributes.
            SettingError: the file cannot be read; or a run behind a URL has none that is named.
        """
        result = Result(out)
        taken = str(result.manifest["config"].get("decisions", ""))
        file = file or (taken if taken and Path(taken).is_file() else None)
        if not file and is_url(out):
            raise SettingError(f"{shown(out)}: is behind a URL; name a file of this machine with --decisions FILE")
        result.files()  # raises where no documents were written, but attributes
        path = Path(file) if file else default_path(out)
        removals = Removals(result)
        decisions = Decisions(path, removals)
        name = shown(out)
        return cls(name, removals, decisions, Texts(result, removals), command(result, name, path))


def command(result: Result, out: str, path: Path) -> str:
    """The command line of a run that takes the decisions, with the settings of this one."""
    chosen = result.manifest["config"]
    flags = [flag for spec in fields(Config) for flag in _flags(spec.name, chosen.get(spec.name), spec.default)]
    return " ".join(["dedup clean INPUT...", "-o", quote(out), "--decisions", quote(str(path)), *flags])


def _flags(name: str, value: Any, default: Any) -> Iterator[str]:
    flag = f"--{name.replace('_', '-')}"
    value = tuple(value) if isinstance(value, list) else value
    if name == "decisions" or value in (default, None):
        return
    if isinstance(value, bool):
        yield flag if value else f"--no-{flag[2:]}"
    else:
        yield from (f"{flag} {quote(str(each))}" for each in (value if isinstance(value, tuple) else (value,)))
