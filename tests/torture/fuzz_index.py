"""The manifest of an index and the headers of its columns, flipped or written by an enemy: columns that lie in their
file, or an error of ours."""

from __future__ import annotations

import atexit
import shutil
from contextlib import suppress
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from typing import TYPE_CHECKING

import orjson

from dedup.column_files import Columns, places_of
from dedup.errors import DamagedError, InputError, SettingError
from dedup.index import Index
from dedup.segments import DIGEST, Folder, signed
from dedup.summed import Sums

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST = 1_500
FLIPPED, HEADER, MANIFEST, SIGNED = range(4)
"""What the first byte of an input makes of the others: a file of columns; the header of one whose sums are right; the
manifest of an index; one whose digest is right."""
_BODY = bytes(range(64))


@cache
def _index() -> dict[str, bytes]:
    """The files of an index of one document."""
    with TemporaryDirectory() as folder:
        text = "The ferry left the quay at dawn, with forty sacks of barley, two goats and a brass band on board."
        Index.build(Path(folder, "index"), [{"id": "monday", "text": text, "site": "a.b"}])
        return {path.name: path.read_bytes() for path in Path(folder, "index").iterdir()}


@cache
def _folder() -> Path:
    """A folder with that index."""
    folder = Path(mkdtemp(prefix="dedup-fuzz-"))
    atexit.register(shutil.rmtree, folder)
    for name, content in _index().items():
        (folder / name).write_bytes(content)
    return folder


def seeds() -> Iterator[bytes]:
    """The manifest of an index, and small files of columns."""
    manifest = _index()["index.json"]
    yield bytes([MANIFEST]) + manifest
    yield bytes([SIGNED]) + orjson.dumps(
        {name: each for name, each in orjson.loads(manifest).items() if name != DIGEST}
    )
    for header in (
        b'{"a":["<i8",[2],0]}',
        b'{"a":["<i8",[2,1],8],"b":["|u1",[0],0]}',
        b'{"a":["|O",[1],0]}',
        b'{"a":["<i8",[-1],0]}',
        b'{"a":["|b1",[9999999],0]}',
        b'{"a":["<i8",[1],-8]}',
        b'{"a":["<i4,|O",[1],0]}',
        b'{"a":["<M8[s]",[1],0]}',
        b"[]",
        b"{",
    ):
        yield bytes([HEADER]) + header
        yield bytes([FLIPPED]) + _file(header)


def _file(header: bytes) -> bytes:
    """A file of columns with a header, and right sums."""
    sums = Sums()
    sums.update(_BODY)
    return _BODY + sums.end(header)


def check(data: bytes) -> None:
    """What is opened lies in its file, as a whole and by rows."""
    kind, content = data[0] % 4 if data else FLIPPED, data[1:]
    if kind in (MANIFEST, SIGNED):
        _manifest(content, is_signed=kind == SIGNED)
    else:
        _columns(_file(content) if kind == HEADER else content)


def _manifest(content: bytes, *, is_signed: bool) -> None:
    if is_signed:
        try:
            content = signed(orjson.loads(content))
        except (ValueError, TypeError):
            return
    (_folder() / "index.json").write_bytes(content)
    try:
        folder = Folder.open(_folder())
    except (SettingError, InputError):
        return
    for each in folder.files():
        with suppress(InputError):
            folder.columns(each)


def _columns(content: bytes) -> None:
    path = _folder() / "fuzzed"
    path.write_bytes(content)
    try:
        columns, places = Columns(path), places_of(path)
        held = {name: columns[name] for name in columns}
    except DamagedError:
        return
    for name, column in held.items():
        at = places[name].at
        assert column.tobytes() == content[at : at + column.nbytes], (name, column)
        assert at + column.nbytes <= len(content), (name, column)
