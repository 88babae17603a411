"""Bytes that flip in the files of a run that stopped, of an index, and of a finished output; and files that are cut,
go, grow, or are older ones. Each must be detected and named, or what comes of it be what comes without."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

import dedup
from dedup import report, summed
from dedup.column_files import Columns, places_of
from dedup.config import Config
from dedup.errors import DamagedError
from dedup.store import Store
from dedup.success import SUCCESS
from dedup.verify import verify
from dedup.write import MANIFEST
from tests.torture.flips_bytes import Damage, flips, others
from tests.torture.flips_runs import SETTINGS, StoppedError, after, cleaned, inputs, items_of, stop
from tests.torture.trial import Trial, sampled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


OUTPUTS = (
    "jsonl", "jsonl.gz", "jsonl.zst", "csv", "tsv.gz", "parquet", "arrow", "markdown", "text",
)  # fmt: skip


# ── a run that stopped ──────────────────────────────────────────────────────────────────────────────────────────────


def _work(out: Path) -> list[Path]:
    return sorted(path for path in (out / "work").rglob("*") if path.is_file())


def _stop(folder: Path, kind: str, moment: int) -> None:
    """Let a run stop after so many items."""
    try:
        cleaned(folder, kind, after(moment, stop))
    except StoppedError:
        return
    raise AssertionError(f"it was over before item {moment}")


def go_on(folder: Path, kind: str, part: int, parts: int, share: float) -> int:
    """Damage a file of a run that stopped, and make the run again: it gives what it gives undisturbed."""
    inputs(folder, kind)
    wanted, items = items_of(folder, kind)
    tried = 0
    for moment in sampled(range(1, items), min(1.0, 4 / items))[part::parts] or [1]:
        _stop(folder, kind, moment)
        kept = folder / "kept"
        shutil.move(folder / "out", kept)
        every = [(path, each) for path in _work(kept) for each in _some(path, 6)]
        for path, damage in sampled(every, share * min(1.0, 40 / max(1, len(every)))):
            shutil.copytree(kept, folder / "out")
            damage.put(folder / "out" / path.relative_to(kept))
            got = wanted
            try:
                got = cleaned(folder, kind)
            except dedup.OutputError:  # without a stamp nobody knows whose folder it is: refused
                assert (path.name, damage.what) == ("stamp", "gone"), f"{path.name}: {damage.what}"
            assert got == wanted, (
                f"after {moment} items, {path.relative_to(kept)}: {damage.what}: {_differ(got, wanted)}"
            )
            shutil.rmtree(folder / "out")
            tried += 1
        shutil.rmtree(kept)
    return tried


def _some(path: Path, count: int) -> list[Damage]:
    content = path.read_bytes()
    return [*flips(content, count), *sampled(list(others(content)), 0.3)]


def _differ(got: dict[str, str], wanted: dict[str, str]) -> list[str]:
    return [name for name in {*got, *wanted} if got.get(name) != wanted.get(name)]


def midst(folder: Path, kind: str, part: int, parts: int, share: float) -> int:
    """Damage a file that a stage has left and none has read since: the run ends with an error that names it, and made
    again it gives what it gives undisturbed; or it gives that at once."""
    inputs(folder, kind)
    wanted, items = items_of(folder, kind)
    tried = 0
    for number, moment in enumerate([*range(1, items)] * 3):
        if number % parts != part or number >= 3 * items * share:
            continue
        hit: list[tuple[Path, Damage]] = []
        with opened() as seen:
            runner = after(moment, partial(_hit, folder, number, seen, hit))
            try:
                got = cleaned(folder, kind, runner)
            except DamagedError as error:
                assert hit and hit[0][0].name in str(error), f"{error} does not name {hit}"
                assert "the same command makes it again" in str(error), str(error)
                got = cleaned(folder, kind)
        what = f"after {moment} items, {[(str(path), damage.what) for path, damage in hit]}"
        assert got == wanted, f"{what}: {_differ(got, wanted)}"
        shutil.rmtree(folder / "out")
        tried += len(hit)
    return tried


def _hit(folder: Path, number: int, seen: set[Path], hit: list[tuple[Path, Damage]]) -> None:
    """Damage one of the files of columns that nobody has read."""
    fresh = [path for path in _work(folder / "out") if path.suffix == ".columns" and path not in seen]
    if fresh:
        path = fresh[number % len(fresh)]
        some = [*flips(path.read_bytes(), 24), *others(path.read_bytes())]
        hit.append((path, some[number * 7 % len(some)]))
        hit[0][1].put(path)


@contextmanager
def opened() -> Iterator[set[Path]]:
    """The files of columns that are read meanwhile."""
    seen, real = set[Path](), summed.Summed.__init__

    def noted(self: summed.Summed, path: Path, *more: Any) -> None:
        seen.add(path)
        real(self, path, *more)

    summed.Summed.__init__ = noted  # type: ignore[method-assign, assignment]
    try:
        yield seen
    finally:
        summed.Summed.__init__ = real  # type: ignore[method-assign]


def columns(folder: Path, kind: str, share: float) -> int:
    """Damage every file of columns that a run has, and read all of it: what is not refused is what was written."""
    inputs(folder, kind)
    _, items = items_of(folder, kind)
    _stop(folder, kind, items - 1)
    tried, store = 0, Store(folder / "out/work")
    for path in _work(folder / "out"):
        content = path.read_bytes()
        if path.suffix == ".sealed":
            shard, name = path.relative_to(store.folder).as_posix().removesuffix(".sealed").rsplit("/", 1)
            assert store.sealed(shard, name) is not None
            for damage in _all_of(content, 200 * share):
                damage.put(path)
                assert store.sealed(shard, name) is None, f"{path.name}: {damage.what}: is taken for whole"
                path.write_bytes(content)
                tried += 1
        elif path.suffix == ".columns":
            tried += _columns(path, content, 150 * share)
    return tried


def _all_of(content: bytes, count: float) -> Iterator[Damage]:
    yield from flips(content, max(8, round(count)))
    yield from others(content)


def _columns(path: Path, content: bytes, count: float) -> int:
    """Damage a file of columns; each is refused by whoever reads all of it, and none gives what was not written."""
    wanted = {name: column.tobytes() for name, column in Columns(path).items()}
    tried = 0
    for damage in _all_of(content, count):
        if damage.content is None:
            continue
        damage.put(path)
        for read in (_mapped, _placed):
            try:
                got = read(path)
            except (DamagedError, OSError) as error:
                assert path.name in str(error), str(error)
                continue
            assert got == wanted, f"{path.name}: {damage.what}: gives other columns"
        try:
            Columns(path).check()
        except DamagedError as error:
            assert path.name in str(error), str(error)
        else:
            raise AssertionError(f"{path.name}: {damage.what}: is taken for whole")
        path.write_bytes(content)
        tried += 1
    return tried


def _mapped(path: Path) -> dict[str, bytes]:
    return {name: column.tobytes() for name, column in Columns(path).items()}


def _placed(path: Path) -> dict[str, bytes]:
    result = {}
    for name, place in places_of(path).items():
        out = np.empty(place.shape, place.dtype)
        place.read(0, out)
        result[name] = out.tobytes()
    return result


# ── an output ───────────────────────────────────────────────────────────────────────────────────────────────────────


def output(folder: Path, form: str, share: float) -> int:
    """Damage every file of an output but its report, which can be made anew: `verify` names it and no other, and who
    reads it is told, or reads what was written."""
    source = inputs(folder, "lines")
    out = folder / "out"
    dedup.clean([str(source)], out, config=Config.of({"format": form, "keep_chrome": True, "shard_size": 0}))
    wanted = {name: read(out) for name, read in READERS.items()}
    assert not verify(out).wrong
    tried = 0
    files = sorted(path for path in out.rglob("*") if path.is_file() and path.name != "report.html")
    for path in files:
        content, name = path.read_bytes(), path.relative_to(out).as_posix()
        count = (40 if path.parent == out else 6) * share
        for number, damage in enumerate(_all_of(content, count)):
            damage.put(path)
            what = f"{name}: {damage.what}"
            named = {each.file for each in verify(out).wrong}
            expected = {MANIFEST if name == SUCCESS and damage.content is not None else name}
            # A manifest that was changed may say something else of the other files.
            assert named == expected or (name == MANIFEST and named > expected), f"{what}: {named}"
            for reader, read in sampled([*READERS.items()], 0.34) if number % 4 else READERS.items():
                try:
                    assert read(out) == wanted[reader], f"{what}: {reader} gives something else"
                except (dedup.OutputError, FileNotFoundError) as error:
                    assert any(each in str(error) for each in (name, *TOLD)), f"{what}: {reader} says {error}"
            path.write_bytes(content)
            tried += 1
    (out / "more.jsonl").write_bytes(b"{}\n")
    assert [(each.file, each.state) for each in verify(out).wrong] == [("more.jsonl", "extra")]
    return tried + 1


TOLD = (MANIFEST, "files of the run", "files were changed")
"""What is said of a damaged output where not the file is named."""
READERS: dict[str, Callable[[Path], Any]] = {
    "restore": lambda out: list(dedup.Result(out).restore()),
    "explain": lambda out: dedup.Result(out).explain("b-1"),
    "records": lambda out: [list(dedup.Result(out).removed()), list(dedup.Result(out).sources())],
    "documents": lambda out: list(dedup.Result(out).texts()),
    "report": lambda out: report.account_of(dedup.Result(out)),
}


# ── the trials ──────────────────────────────────────────────────────────────────────────────────────────────────────


def trials(share: float) -> Iterator[Trial]:
    """Of a tenth, a third of the flips in a third of what is damaged, as that has to be made first."""
    some = min(1.0, 3 * share)
    yield from sampled(list(_trials(share / some)), some)


def _trials(share: float) -> Iterator[Trial]:
    from tests.torture.flips_index import trials as of_index

    for kind in SETTINGS:
        yield Trial(f"columns of a run that stopped, {kind}", partial(columns, kind=kind, share=share))
        for part in range(2):
            yield Trial(
                f"a run that goes on, {kind}, {part}", partial(go_on, kind=kind, part=part, parts=2, share=share)
            )
            yield Trial(
                f"in the midst of a run, {kind}, {part}", partial(midst, kind=kind, part=part, parts=2, share=share)
            )
    for form in OUTPUTS:
        yield Trial(f"an output, {form}", partial(output, form=form, share=share))
    yield from of_index(share)
