"""What a run is compared with: an index, or documents of which one is made for this run."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from dedup.errors import SettingError
from dedup.success import SUCCESS
from dedup.work import ALL, Work, key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dedup.config import Config
    from dedup.counts import Run
    from dedup.data import Failure
    from dedup.index import Index
    from dedup.opening import Inputs
    from dedup.run import Runner

UNNAMED = "against"
"""What records call documents that were given through the API."""


class Adding(NamedTuple):
    """An index to compare with, which documents are put into once the run over them is whole; a new one if there is
    none."""

    to: Inputs | Index


@dataclass(frozen=True, slots=True)
class Ready:
    """The index that a run is compared with, if any: first what `Work` has of it; what of it could not be used; and
    what puts the documents of a run into it; and the run that did so last."""

    index: Path | None = None
    name: str = ""
    own_ids: bool = True
    with_origins: bool = False
    learns: bool = False
    failures: tuple[Failure, ...] = ()
    keep: Callable[[Work, Run], object] = lambda *_: None
    last: str = ""

    @property
    def stamp(self) -> str:
        """What of it decides what stages leave."""
        return f"{self.with_origins} {self.learns}"

    def has(self, work: Work, read: Callable[[], list[str]]) -> bool:
        """Whether the documents of a run are in it already, which was only kept from ending: what it left is whole, and
        it is as it was, with the same settings over the same inputs, of which `read` gives the names of the shards."""
        mark = _mark(work)
        return bool(mark) and self.last.startswith(mark) and self.last == _name(work, read())

    def work(self, folder: Path, config: Config) -> Work:
        """What the stages of a run are given."""

        return Work(folder, config, self.index, self.name, self.own_ids, self.with_origins, self.learns)


class Against(NamedTuple):
    """What was asked for: the settings; what is compared with, if anything; whether it is added to."""

    config: Config
    given: Inputs | None
    add: bool

    @classmethod
    def of(cls, config: Config, against: Inputs | Index | Adding | None) -> Against:
        """What arguments and settings ask for.

        Raises:
            SettingError: they contradict each other.
        """
        add = isinstance(against, Adding)
        against = against.to if isinstance(against, Adding) else against
        given: Inputs | None = config.against or None
        if isinstance(against, str | Path):
            given = str(against) or given
        elif against is not None:
            from dedup.index import Index

            given = str(against.folder) if isinstance(against, Index) else against
        if given is None and (add or config.match != "both"):
            asked = "add" if add else f"match = {config.match!r}"
            raise SettingError(f"{asked}: there is nothing to compare with; name an index with `against`")
        return cls(replace(config, against=given) if isinstance(given, str) else config, given, add)

    @contextmanager
    def ready(self, runner: Runner) -> Iterator[Ready]:
        """See that there is an index, which nobody else writes meanwhile if the run adds to it.

        Raises:
            SettingError, InputError, OutputError: as `dedup.segments.writing`, and `dedup.indexing.build`.
        """
        if self.given is None:
            yield Ready()
            return
        from dedup.segments import Folder, is_index

        path = Path(self.given) if isinstance(self.given, str) else None
        if path and self.add:
            yield from self._adding(path)
        elif path and is_index(path):
            yield Ready(path, str(path), with_origins=not Folder.open(path).texts)
        else:
            yield from self._of_documents(path, runner)

    def _adding(self, path: Path) -> Iterator[Ready]:
        from dedup.indexing import keep
        from dedup.segments import is_index, writing

        def put(work: Work, run: Run) -> None:
            if run.told:
                keep(work, folder, run.told, by=_name(work, list(work.store.records(ALL, "read"))))

        if path.is_file() or (path.is_dir() and not is_index(path) and any(path.iterdir())):
            raise SettingError(f"{path}: is no index of dedup, so that nothing can be added to it")
        with writing(path, new=not is_index(path)) as folder:
            if not is_index(path):  # of the first batch
                folder.commit()
            yield Ready(path, str(path), with_origins=not folder.texts, learns=True, keep=put, last=folder.last)

    def _of_documents(self, path: Path | None, runner: Runner) -> Iterator[Ready]:
        from dedup.indexing import build
        from dedup.result import Result
        from dedup.temporary import temporary
        from dedup.write import is_finished

        if self.add:
            raise SettingError("add: only an index can be added to; make one with `dedup index build`")
        assert self.given is not None
        name, given = str(path or UNNAMED), self.given
        if path and is_finished(path):
            given = Result(path).documents()
        with temporary() as folder:
            own = folder / "index"
            added = build(own, given, self.config, runner=runner)
            yield Ready(own, name, own_ids=False, failures=tuple(added.failures))


def _mark(work: Work) -> str:
    """What marks the finished run in the folder of which this is the work folder; nothing where there is none."""
    try:
        return (work.folder.parent / SUCCESS).read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def _name(work: Work, shards: list[str]) -> str:
    """What a run is called by the index that it adds to: what marks it, its settings, and what it has read."""
    return f"{_mark(work)} {key((work.folder / 'stamp').read_text(encoding='utf-8'), shards)}"
