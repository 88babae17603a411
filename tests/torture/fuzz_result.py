"""A folder whose manifest was written by an enemy: it is a run with all that a run can be asked for, or refused."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, cast

from dedup.errors import DedupError
from dedup.result import Result
from tests.torture.fuzz_restore import run
from tests.torture.held import Held

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MOST = 200


def seeds() -> Iterator[bytes]:
    """What of a manifest is read."""
    for config in (
        b"{}",
        b'{"format":"text"}',
        b'{"format":"jsonl","text_field":"a","id_field":"b"}',
        b'{"format":"csv"}',
    ):
        for name in (b"clean.jsonl", b"clean.csv", b"clean/a.md", b"clean.parquet", b"clean.jsonl.gz"):
            yield b'{"versions":{"dedup":"1"},"config":%s,"summary":{"output":"jsonl"},"files":{"%s":{}}}' % (
                config,
                name,
            )
    yield b'{"versions":["dedup"],"config":{"format":[]},"summary":{"output":"attributes"},"files":"clean.jsonl"}'


def check(data: bytes) -> None:
    """Whatever is asked for, only errors of ours come out; or that a file is not there which the manifest names."""
    if not Held.files:
        Held.files.update({f"run/{name}": content for name, content in run().items()})
    Held.files["run/manifest.json"] = data
    with suppress(DedupError, FileNotFoundError):
        result = Result(cast("Path", Held("run")))
        assert isinstance(result.summary["output"], str)
        for path in result.files():
            assert ".." not in str(path).split("/")[:-1]
        dict(result.texts() if len(data) % 2 else result.texts_of(["a"]))
