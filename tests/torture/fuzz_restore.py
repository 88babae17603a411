"""Restoring a run whose files were written by an enemy: texts that are what their digests say, or words on why not;
and no file outside of the folder."""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from io import BytesIO
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, cast

import xxhash

import dedup
from dedup import restore
from dedup.data import Failure
from dedup.errors import DedupError
from dedup.result import Result
from tests.torture.held import Held

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

MOST = 800
FILES = ("sources.jsonl", "removed.jsonl", "clean.jsonl")
"""What an input holds, one behind the other with `APART` between them."""
APART = b"\0\0"


@cache
def run() -> dict[str, bytes]:
    """The files of a run over two texts."""
    with TemporaryDirectory() as folder:
        texts = "The mill by the river closed in May, and nobody there knew why.", "Its owner had gone to sea."
        dedup.clean(
            [{"id": "a", "text": texts[0]}, {"id": "b", "text": f"{texts[1]}\n\n{texts[0]}"}],
            f"{folder}/out",
            config=dedup.Config(min_words=5, keep_chrome=True, report=False),
            limits=dedup.Limits(stop_removed=1.0),
        )
        return {name: (dedup.Result(f"{folder}/out").folder / name).read_bytes() for name in (*FILES, "manifest.json")}


def seeds() -> Iterator[bytes]:
    """A run, and small ones with what restoring goes by."""
    yield _joined(*(run()[name] for name in FILES))
    digest = xxhash.xxh3_128_hexdigest(b"abc").encode()
    source = (
        b'{"id":"i","place":"%s","format":"%s","encoding":%s,"exact":true,"characters":3,"digest":"' + digest + b'"}\n'
    )
    gone = b'{"id":"i","start":1,"end":2,"text":"b"}\n'
    for place, kind, encoding in (
        (b"a.txt", b"text", b'"utf-8"'), (b"../a.txt", b"text", b'"utf-7"'), (b"/a/../../b.html.gz", b"html", b'"x"'),
        (b"a.jsonl:1", b"text", b"null"), (b"a\\u0000b", b"markdown", b'"utf-16"'), (b"", b"text", b'"idna"'),
    ):  # fmt: skip
        yield _joined(source % (place, kind, encoding), gone, b'{"id":"i","text":"ac"}\n')
    for broken in (gone[:9], b"[]\n", b'{"id":"i"}\n', b'{"id":"i","start":-9,"end":null,"text":"b"}\n', b"\xff\n"):
        yield _joined(source % (b"a", b"text", b"null"), broken, b'{"id":"i","text":"ac"}\n')
        yield _joined(broken, gone, b'{"id":"i","text":"ac"}\n')
        yield _joined(source % (b"a", b"text", b"null"), gone, broken)
    yield _joined(source % (b"a", b"text", b"null") * 2 + b"\n", gone * 2, b'{"id":"i","text":"ac"}\n')


def _joined(*files: bytes) -> bytes:
    return APART.join(files)


@cache
def _result() -> Result:
    Held.files.update({f"run/{name}": content for name, content in run().items()})
    return Result(cast("Path", Held("run")))


def check(data: bytes) -> None:
    """Every text is checked, every path lies in the folder, and only errors of ours come out."""
    result = _result()
    parts = data.split(APART)
    for name in [*Held.files]:
        if not name.startswith("run/"):
            del Held.files[name]
    Held.files.update({f"run/{name}": part for name, part in zip(FILES, [*parts, b"", b""], strict=False)})
    with suppress(DedupError):
        if len(data) % 2:
            assert all(isinstance(each, Failure) for each in restore.print_all(result.restore(), BytesIO()))
            return
        records: list[dict[str, Any]] = []
        wrong = {each.id for each in restore._write_all(_noted(result.restore(), records), cast("Path", Held("back")))}
        for name in Held.files:
            assert name.startswith(("back/", "run/")), name
            assert not {"..", "."} & set(name.split("/")), name
        for record in records:
            digest = xxhash.xxh3_128_hexdigest(record["text"].encode("utf-8", "surrogatepass"))
            assert digest == record["digest"] or record["id"] in wrong, record


def _noted(records: Iterable[dict[str, Any]], into: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for each in records:
        into.append(each)
        yield each
