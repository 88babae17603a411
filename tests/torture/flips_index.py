"""Bytes that flip in the files of an index, after each thing that may be done to one."""

from __future__ import annotations

import shutil
from functools import partial
from typing import TYPE_CHECKING, Any

import dedup
from dedup.errors import InputError, SettingError
from dedup.verify import verify
from tests.material import article, prose
from tests.torture.flips_bytes import flips, others
from tests.torture.trial import Trial, sampled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

OLD = [{"id": f"old-{number}", "text": article(number), "site": "a.example"} for number in range(8)]
MORE = [{"id": f"more-{number}", "text": article(20 + number)} for number in range(3)]
ASKED = f"{prose(70)}\n\n{article(3)}"


def _added(index: dedup.Index) -> None:
    index.add(MORE)


def _removed(index: dedup.Index) -> None:
    index.remove(["old-3", "old-5"])


def _compacted(index: dedup.Index) -> None:
    _added(index)
    _removed(index)
    index.compact()


CHANGES: dict[str, Callable[[dedup.Index], object]] = {
    "build": lambda _: None, "add": _added, "remove": _removed, "compact": _compacted,
}  # fmt: skip


def answers(folder: Path) -> list[Any]:
    """What an index is asked for."""
    index = dedup.Index(folder)
    cleaned = dedup.clean([{"id": "new", "text": ASKED}], against=index)
    return [index.query(ASKED), len(index), "old-1" in index, [*cleaned.documents()], [*cleaned.removed()]]


def of(folder: Path, change: str, share: float) -> int:
    """Damage every file of an index: `verify` names it, and who asks is told, or has the same answer."""
    path = folder / "index"
    index = dedup.Index.build(path, OLD)
    before = {each.name: each.read_bytes() for each in path.iterdir()}
    CHANGES[change](index)
    wanted = answers(path)
    index.check()
    assert not verify(path).wrong
    shutil.copytree(path, folder / "kept")
    tried = 0
    for kept in sorted((folder / "kept").iterdir()):
        if kept.name == "lock":
            continue
        content = kept.read_bytes()
        every = [*flips(content, round(100 * share) + 8), *others(content, before.get(kept.name))]
        for number, damage in enumerate(every):
            if kept.name == "index.json" and damage.what in ("gone", "an older one"):
                continue  # none is there then; or it is as it was
            damage.put(path / kept.name)
            _try(path, kept.name, damage.what, wanted if number % 4 == 0 else None)
            (path / kept.name).unlink(missing_ok=True)
            (path / kept.name).write_bytes(content)
            tried += 1
    return tried


def _try(path: Path, name: str, what: str, wanted: list[Any] | None) -> None:
    said = {each.file for each in verify(path).wrong}
    assert said == {name}, f"{name}: {what}: verify names {said}"
    try:
        dedup.Index(path).check()
    except (InputError, SettingError) as error:
        assert name in str(error) or "here it is" in str(error), f"{name}: {what}: {error}"
    else:
        raise AssertionError(f"{name}: {what}: is taken for whole")
    if wanted is not None:
        try:
            got = answers(path)
        except (InputError, SettingError) as error:
            assert name in str(error), f"{name}: {what}: {error}"
        else:
            assert got == wanted, f"{name}: {what}: another answer"


def writers(folder: Path, share: float) -> int:
    """Damage files of an index, and write it: that comes to the same; or it is refused, and what was written until
    then holds once the file is as it was."""
    first = folder / "first"
    dedup.Index.build(first, OLD)
    path = folder / "index"  # answers name it
    shutil.copytree(first, path)
    between = [answers(path)]
    for change in (_added, _removed, dedup.Index.compact):
        change(dedup.Index(path))
        between.append(answers(path))
    shutil.rmtree(path)
    tried = 0
    for name in sorted(each.name for each in first.glob("*.columns")):
        content = (first / name).read_bytes()
        for damage in sampled([*flips(content, 60)], share):
            shutil.copytree(first, path)
            damage.put(path / name)
            try:
                _compacted(dedup.Index(path))
                got = answers(path)
            except InputError as error:
                assert name in str(error), str(error)
                (path / name).write_bytes(content)
                assert answers(path) in between, f"{name}: {damage.what}: another index than before and after"
            else:
                assert got == between[-1], f"{name}: {damage.what}: another index"
            shutil.rmtree(path)
            tried += 1
    return tried


def trials(share: float) -> Iterator[Trial]:
    """All of it."""
    for change in CHANGES:
        yield Trial(f"an index after {change}", partial(of, change=change, share=share))
    yield Trial("an index that is written", partial(writers, share=share))
