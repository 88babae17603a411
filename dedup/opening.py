"""Whatever is given to a run, opened: paths and URLs, standard input, documents, data frames."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from io import UnsupportedOperation
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from dedup.commit import atomic
from dedup.compressed import BUFFER
from dedup.data import Failure, Source
from dedup.errors import InputError, SettingError, UnreadableError
from dedup.find import Found, find
from dedup.formats import TABLES, WHOLE, extensions, told
from dedup.frames import Frame, is_frame, reader, unreadable
from dedup.read import PIPED, Reached, Sources, given, sources, standard_input
from dedup.temporary import Temporary
from dedup.urls import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dedup.config import Config
    from dedup.remote import Remote

Inputs = str | Path | Frame | Iterable[str | Path | Source | Mapping[str, Any]]
"""What can be cleaned: a path, or paths, sources and mappings in any order; or a data frame: see `dedup.frames`."""

STANDARD_INPUT = "-"


def is_path(value: object) -> bool:
    """Whether an input names a path (or standard input) rather than being a document."""
    return isinstance(value, str | os.PathLike)


@dataclass(slots=True)
class Opened:
    """What was given to be read: its sources, the files that they lie in (those that a table is numbered by), and the
    files that are ignored."""

    sources: Sources
    files: list[tuple[str, Path | Remote]] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    """What was named and cannot be read, which the sources begin with."""
    piped: str = ""
    """What a file would be called that has what comes by standard input behind them; empty where nothing does."""
    kept: Any = None
    """What has to last as long as the files do."""

    @property
    def paths(self) -> list[Path | Remote]:
        """What is read as files, in order; nothing where sources are given."""
        return [*(path for _, path in self.files), *([Path(self.piped)] if self.piped else [])]

    def keep_piped(self, folder: Path, config: Config) -> list[tuple[str, Path | Remote]]:
        """All files, now that what comes by standard input is one in a folder."""
        if not self.piped:
            return self.files
        with atomic(folder / self.piped, durable=False) as out:
            shutil.copyfileobj(sys.stdin.buffer, out, BUFFER)
        files = [*self.files, (PIPED, folder / self.piped)]
        reached = Reached(path for _, path in files)
        self.sources = Sources(chain(self.failures, sources(files, config, reached)), reached)
        return files


def open_inputs(inputs: Inputs, config: Config, exclude: Path | Remote | None) -> Opened:
    """The sources of whatever was given.

    Raises:
        InputError: there is nothing to read.
        SettingError: standard input cannot be read in the format that is asked for.
    """
    if is_frame(inputs) or isinstance(inputs, Mapping):
        return _of_frame(inputs, config)
    if isinstance(inputs, str | Path):
        inputs = [inputs]
    everything: Iterator[Any] = iter(cast("Iterable[Any]", inputs))
    first = next(everything, None)
    if first is None:
        raise InputError("nothing to read: no input was given")
    if not is_path(first):
        return Opened(Sources(given(chain([first], everything)), Reached()))
    paths = [first, *everything]
    if any(not is_path(path) for path in paths):
        raise InputError("inputs are paths or documents, not both")
    piped = STANDARD_INPUT in [str(path) for path in paths]
    if piped:
        _check_piped(config)
    found = find([path for path in paths if str(path) != STANDARD_INPUT], exclude, config.input_format)
    if not (found.files or piped):
        said = "".join(f"\n  {failure.id}: {failure.why}" for failure in found.failures)
        raise InputError(f"nothing to read: no {extensions()} file in {', '.join(map(shown, paths))}{said}")
    reached = Reached([] if piped else [path for _, path in found.files])
    read = Sources(_all(found, piped, config, reached), reached)
    as_file = f"{PIPED}.{config.input_format or 'jsonl'}" if piped else ""
    return Opened(read, found.files, found.ignored, found.failures, as_file)


def _check_piped(config: Config) -> None:
    """Refuse standard input in a format that is read from files, and one from which nothing can be read."""
    if config.input_format in TABLES:
        raise SettingError(f"input_format = {config.input_format!r}: is read from files, not from standard input")
    closed = InputError("nothing to read: standard input is closed")
    if sys.stdin is None:  # before the program began
        raise closed
    try:
        os.read(sys.stdin.fileno(), 0)
    except (UnsupportedOperation, AttributeError):  # it is no file of the system
        return
    except (OSError, ValueError) as error:
        raise closed from error


def _of_frame(frame: Any, config: Config) -> Opened:
    """The rows of a data frame; in a temporary file, since they are read twice."""
    if config.input_format:
        raise SettingError(f"input_format = {config.input_format!r}: is of files, and no frame has one")
    from dedup.columnar import save

    rows, spool = reader(frame), Temporary()
    path = Path(spool.name) / "input.arrow"
    try:
        save(rows, path)
    except (ValueError, TypeError, NotImplementedError) as error:  # Arrow's are ValueErrors, most of them
        raise unreadable(frame, error) from error
    files: list[tuple[str, Path | Remote]] = [("input", path)]
    return Opened(Sources(sources(files, replace(config, input_format="arrow")), Reached()), files, kept=spool)


def nothing_to_read(failures: list[Failure]) -> UnreadableError:
    """The error of a run without a document."""
    said = "".join(f"\n  {failure.id}: {failure.why}" for failure in failures[:5])
    return UnreadableError(f"nothing to read: no input could be used{said}")


def _ahead(files: list[tuple[str, Path | Remote]], config: Config) -> Iterable[tuple[str, Path | Remote]]:
    """The files; those behind URLs that hold a document each have come in groups."""
    if all(isinstance(path, Path) for _, path in files):
        return files
    from dedup.ahead import ahead

    return ahead(files, lambda path: (known := told(path, config.input_format)) is not None and known.name in WHOLE)


def _all(found: Found, piped: bool, config: Config, reached: Reached) -> Iterator[Source | Failure]:
    yield from found.failures
    yield from sources(_ahead(found.files, config), config, reached)
    if piped:
        yield from standard_input(config)
