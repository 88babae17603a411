"""Files are whole under their names or not there, and on the disk in the order of the protocol."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dedup.commit import Place, all_to_disk, atomic, instead, to_disk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


LINUX = pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="only Linux says what a descriptor is of")


@pytest.fixture
def umask() -> Iterator[Callable[[int], None]]:
    before = os.umask(0o022)
    yield lambda mask: (os.umask(mask), None)[1]
    os.umask(before)


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize(("mask", "mode"), [(0o022, 0o644), (0o077, 0o600), (0o002, 0o664)])
@pytest.mark.parametrize("durable", [True, False])
def test_only_the_owner_reads_what_is_not_whole(
    tmp_path: Path, umask: Callable[[int], None], mask: int, mode: int, durable: bool
) -> None:
    umask(mask)
    with atomic(tmp_path / "a", durable=durable) as handle:
        handle.write(b"half")
        assert mode_of(tmp_path / "a.part") == 0o600

    assert mode_of(tmp_path / "a") == mode


def test_what_a_killed_process_left_is_removed_and_not_written_into(tmp_path: Path) -> None:
    (tmp_path / "victim").write_bytes(b"precious")
    (tmp_path / "a.part").symlink_to(tmp_path / "victim")

    with atomic(tmp_path / "a") as handle:
        handle.write(b"new")

    assert (tmp_path / "victim").read_bytes() == b"precious"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "victim"]
    assert (tmp_path / "a").read_bytes() == b"new"


def failing(number: int) -> Callable[..., Any]:
    def fails(*_: Any, **__: Any) -> Any:
        raise OSError(number, os.strerror(number))

    return fails


@pytest.mark.parametrize("call", ["fsync", "fchmod", "replace"])
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EACCES])
def test_an_error_leaves_the_file_as_it_was_and_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, number: int
) -> None:
    (tmp_path / "a").write_bytes(b"before")
    with pytest.raises(OSError, match=r"/a'?$") as caught, monkeypatch.context() as patch:
        patch.setattr(Path if call == "replace" else os, call, failing(number))
        with atomic(tmp_path / "a") as handle:
            handle.write(b"after")

    assert (caught.value.errno, caught.value.filename) == (number, str(tmp_path / "a"))
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a": b"before"}


def test_an_error_of_another_file_keeps_its_name(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="other"), atomic(tmp_path / "a"):
        raise OSError(errno.EIO, "spoilt", "other")


def test_a_folder_in_place_of_the_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    with pytest.raises(OSError, match=r"a'$") as caught, atomic(tmp_path / "a"):
        pass

    assert caught.value.filename == str(tmp_path / "a")
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


@LINUX
@pytest.mark.parametrize("durable", [True, False])
def test_the_order_is_write_flush_fsync_rename_fsync_of_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, durable: bool
) -> None:
    seen: list[tuple[str, str]] = []
    sync, replace = os.fsync, Path.replace

    def name_of(handle: int) -> str:
        return Path(f"/proc/self/fd/{handle}").readlink().name

    def synced(handle: int) -> None:
        path = Path(f"/proc/self/fd/{handle}")
        seen.append(("fsync", name_of(handle) + f" {path.stat().st_size}" * path.is_file()))
        sync(handle)

    def replaced(path: Path, target: Path) -> Path:
        seen.append((f"rename {path.stat().st_size}", f"{path.name} {target.name}"))
        return replace(path, target)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(Path, "replace", replaced)
    with atomic(tmp_path / "a", durable=durable) as handle:
        handle.write(b"four")
        assert seen == []

    want = [("fsync", "a.part 4"), ("rename 4", "a.part a"), ("fsync", tmp_path.name)]
    assert seen == (want if durable else want[1:2])


def test_the_folder_that_is_brought_to_the_disk_must_be_there(tmp_path: Path) -> None:
    to_disk(tmp_path)
    with pytest.raises(FileNotFoundError):
        to_disk(tmp_path / "none")


# ── several files in the place of others ────────────────────────────────────────────────────────────────────────────

MARKS = ("_SUCCESS", "manifest.json")
OURS = {"a", "b", "folder"}


def put(folder: Path, files: dict[str, str]) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)


def content_of(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file() and "work" not in path.parts)
    return {str(path.relative_to(folder)): path.read_text() for path in files}


BEFORE = {"a": "1", "folder/x": "1", "folder/y": "1", "manifest.json": "1", "_SUCCESS": "1"}
AFTER = {"a": "2", "b": "2", "folder/x": "2", "manifest.json": "2", "_SUCCESS": "2"}
OTHERS = {"notes.txt": "of somebody else"}


def replaced(folder: Path) -> None:
    with instead(Place(folder, OURS.__contains__, MARKS), folder / "work") as new:
        put(new, AFTER)


class Stop(BaseException):
    """What ends a process at once."""


def calls(monkeypatch: pytest.MonkeyPatch, folder: Path, stop: int = 0) -> list[str]:
    """What is asked of the system from now on; the `stop`-th of these ends it before it is done."""
    seen: list[str] = []
    sync, replace = os.fsync, Path.replace

    def told(what: str) -> None:
        seen.append(what)
        if len(seen) == stop:
            raise Stop

    def synced(handle: int) -> None:
        told(f"fsync {Path(f'/proc/self/fd/{handle}').readlink().relative_to(folder)}")
        sync(handle)

    def renamed(path: Path, target: Path) -> Path:
        told(f"{path.relative_to(folder)} > {target.relative_to(folder)}")
        return replace(path, target)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(Path, "replace", renamed)
    return seen


@LINUX
def test_the_order_in_which_a_run_takes_the_place_of_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, BEFORE | OTHERS)
    seen = calls(monkeypatch, tmp_path)
    replaced(tmp_path)

    assert content_of(tmp_path) == AFTER | OTHERS
    assert seen == [
        "fsync work/new", "fsync work/new/folder",
        "_SUCCESS > work/old/_SUCCESS", "manifest.json > work/old/manifest.json", "fsync .",
        "a > work/old/a", "folder > work/old/folder",
        "work/new/a > a", "work/new/b > b", "work/new/folder > folder", "fsync .",
        "work/new/manifest.json > manifest.json", "fsync .",
        "work/new/_SUCCESS > _SUCCESS", "fsync .",
    ]  # fmt: skip


@LINUX
@pytest.mark.parametrize("stop", range(1, 16))
def test_wherever_it_is_stopped_the_old_is_whole_or_the_new_or_nothing_is_marked(
    stop: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, BEFORE | OTHERS)
    with monkeypatch.context() as patch, pytest.raises(Stop):
        calls(patch, tmp_path, stop)
        replaced(tmp_path)

    found = content_of(tmp_path)
    assert found.items() >= OTHERS.items()
    for mark in MARKS:
        if mark in found:
            whole = BEFORE if found[mark] == "1" else AFTER
            assert found.items() | {("_SUCCESS", found[mark])} == (whole | OTHERS).items()

    replaced(tmp_path)
    assert content_of(tmp_path) == AFTER | OTHERS


def test_an_error_while_it_is_written_leaves_all_as_it_was_and_names_the_place(tmp_path: Path) -> None:
    put(tmp_path, BEFORE)
    place = Place(tmp_path, OURS.__contains__, MARKS)
    with pytest.raises(OSError, match="No space") as caught, instead(place, tmp_path / "work") as new:
        put(new, AFTER)
        raise OSError(errno.ENOSPC, "No space left on device", new / "folder" / "x")

    assert caught.value.filename == str(tmp_path / "folder" / "x")
    assert content_of(tmp_path) == BEFORE


def test_where_no_folder_can_be_opened_each_file_of_it_is_brought_to_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, {"a": "1", "folder/b": "2"})
    brought = []
    with monkeypatch.context() as patch:
        patch.setattr(os, "name", "nt")
        patch.setattr(os, "fsync", lambda handle: brought.append(os.fstat(handle).st_ino))
        all_to_disk(tmp_path)

    assert sorted(brought) == sorted((tmp_path / name).stat().st_ino for name in ("a", "folder/b"))
