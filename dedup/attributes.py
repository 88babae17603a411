"""What would go of each document as attributes of dolma: files beside those of the documents, line for line.

The format is that of dolma's toolkit (https://github.com/allenai/dolma, docs/data-format.md): a line has the id of its
document and spans of characters of its text, `[start, end, score]`, by the name of what they are:
`dedup__<reason>__<kind>`. Files of JSONL get one of the same name with as many lines in the same order, also for lines
that could not be used; of all else a line stands for a document.
"""

from __future__ import annotations

from collections import defaultdict
from contextlib import contextmanager
from io import BytesIO
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Any

import orjson

from dedup.commit import named
from dedup.compressed import BUFFER, is_broken, reading
from dedup.fields import Fields, plain
from dedup.formats import compression, told
from dedup.read import next_line
from dedup.stretches import changed
from dedup.write import ATTRIBUTES, Files, writing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from dedup.config import Config
    from dedup.remote import Remote
    from dedup.write import Piece

GONE = "dedup__document__gone"
"""The attribute of documents of which nothing stays: the mixer can leave them out by it, as `dedup clean` does."""
ELSEWHERE = "input"
"""What documents stand in that are not of a file: of standard input, or given through the API."""


@contextmanager
def attributes(
    folder: Path, inputs: Iterable[tuple[str, Path | Remote]], config: Config, files: Files
) -> Iterator[Callable[[Piece], object]]:
    """What takes the pieces of a run; the files are written when it is left, and their digests are in `files`."""
    known = dict(inputs)
    with named(folder / ATTRIBUTES), TemporaryFile() as spool:
        yield lambda piece: spool.writelines(map(_line, _documents(piece, known)))
        spool.seek(0)
        paths = _paths(known, config)
        for name, own in groupby(map(orjson.loads, spool), itemgetter("file")):
            _write(folder, paths.pop(name), files, _rows(known.get(name), own, config))
        for name, rest in paths.items():
            if name in known and _is_lines(known[name], config):  # of which no line could be used
                _write(folder, rest, files, _rows(known[name], iter(()), config))


def _rows(path: Path | Remote | None, documents: Iterator[dict[str, Any]], config: Config) -> Iterator[dict[str, Any]]:
    if path and _is_lines(path, config):
        yield from _aligned(path, config, documents)
    else:
        for each in documents:
            yield {"id": each["id"], "attributes": each["attributes"]}


def _line(record: dict[str, Any]) -> bytes:
    return orjson.dumps(record, default=plain, option=orjson.OPT_APPEND_NEWLINE)


def _documents(piece: Piece, known: dict[str, Path | Remote]) -> Iterator[dict[str, Any]]:
    """The documents of a piece: the file that each stands in and its line, its id, and its attributes."""
    spans: dict[str, dict[str, list[Any]]] = defaultdict(dict)
    for record in map(orjson.loads, BytesIO(piece.removed)):
        named = spans[record["id"]].setdefault(f"dedup__{record['reason']}__{record['kind']}", [])
        named.append([record["start"], record["end"], record.get("similarity", 1.0)])
    for source in map(orjson.loads, BytesIO(piece.sources)):
        own, size = spans.get(source["id"], {}), source["characters"]
        if own and sum(end - start for each in own.values() for start, end, _ in each) == size:
            own[GONE] = [[0, size, 1.0]]
        name, _, line = source["place"].rpartition(":")
        file = source["place"] if source["place"] in known else name if name in known else ELSEWHERE
        yield {"file": file, "line": int(line) if line.isdecimal() else 0, "id": source["id"], "attributes": own}


def _paths(known: dict[str, Path | Remote], config: Config) -> dict[str, str]:
    """The path of the attributes of each input: that of the input itself where this is JSONL."""
    result = {name: _path(name, lines=_is_lines(path, config)) for name, path in known.items()}
    result[ELSEWHERE] = _path(ELSEWHERE, lines=False)
    taken: set[str] = set()
    for name, path in result.items():
        own = path
        while own in taken:  # `a.csv` beside `a.csv.jsonl`
            own = f"{own.removesuffix('.jsonl')}-.jsonl"
        result[name] = own
        taken.add(own)
    return result


def _path(name: str, *, lines: bool) -> str:
    """
    >>> _path("2019/a.jsonl.gz", lines=True), _path("news/a.html", lines=False), _path("a.csv.gz", lines=False)
    ('2019/a.jsonl.gz', 'news/a.html.jsonl', 'a.csv.jsonl.gz')
    """
    suffix = compression(Path(name))
    return name if lines else f"{name.removesuffix(suffix)}.jsonl{suffix}"


def _is_lines(path: Path | Remote, config: Config) -> bool:
    known = told(path, config.input_format)
    return known is not None and known.name == "jsonl" and path.is_file()  # a pipe is read but once


def _write(folder: Path, path: str, files: Files, rows: Iterable[dict[str, Any]]) -> None:
    target, own = folder / ATTRIBUTES / path, Files()
    target.parent.mkdir(parents=True, exist_ok=True)
    with writing(target, own) as write:
        for row in rows:
            write(_line(row))
    files[f"{ATTRIBUTES}/{path}"] = own.popitem()[1]


def _aligned(path: Path | Remote, config: Config, documents: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """A row for every line of a file of JSONL, given the documents that it has, in order.

    Raises:
        UnreadableError: there are not as many lines as there were.
    """
    fields, document = Fields(config), next(documents, None)
    for number, line in enumerate(_lines(path, config.max_bytes), 1):
        id_, spans = _id(line, fields), {}
        if document and document["line"] == number:
            id_, spans = document["id"] if id_ is None else id_, document["attributes"]
            document = next(documents, None)
        yield {"id": id_, "attributes": spans}
    if document:
        raise changed(str(path))


def _lines(path: Path | Remote, max_bytes: int) -> Iterator[bytes]:
    """The lines of a file, as far as it can be read; those that are too long are empty."""
    with path.open("rb", BUFFER) as raw, reading(raw, compression(path)) as stream:
        try:
            while (found := next_line(stream, max_bytes)) != (b"", False):
                yield b"" if found[1] else found[0]
        except Exception as error:
            if not is_broken(error):
                raise


def _id(line: bytes, fields: Fields) -> Any:
    """The id that a line states, as it does: the mixer of dolma compares them."""
    try:
        record = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    return fields.stated(record, "id") if isinstance(record, dict) else None
