"""Lines of JSONL: each gives a document or a failure in its place, as orjson reads it and as the kernel does."""

from __future__ import annotations

from io import BytesIO
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import orjson

from dedup import characters, kernel, lines, read, sign
from dedup.config import Config
from dedup.data import Document, Failure, Format, Source
from dedup.extract import read_source
from dedup.strings import Strings

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST = 170
LONGEST = 100
CONFIG = Config(unit="document", keep_chrome=True, min_words=5)
object.__setattr__(CONFIG, "max_bytes", LONGEST)  # less than can be set: inputs are to be short
_MARK = b"\xef\xbb\xbf"


def seeds() -> Iterator[bytes]:
    """Lines in the order of fields and with the values that the kernel tells apart, and what is no line of ours."""
    records = [
        b'{"text":"The mill."}',
        b'{"id":"a","text":"The \\u00e9\\n mill"}',
        b'{"id":7,"text":"a b c d"}',
        b' {"a":{"text":1},"text":"x","date":"2024","url":"http://a.b/c","site":"d"}',
        b'{"text":""}',
        b'{"text":null}',
        b'{"html":"<p>The mill"}',
        b'{"markdown":"# a"}',
        b'{"text":"a","text":"b"}',
        b'{"t\\u0065xt":"a"}',
        b"{}",
        b"[]",
        b'{"text":"\\ud83d\\ude00 \\ud800"}',
        b'{"text":[1.5e3,true,-0]}',
        b'{"text":"a"',
        b"\xff",
        b"\xfe\xff\xff\xff",
        b'{"text":"\xf0\x9f\x98\x80"}',
        _MARK + b'{"content":"a"}',
        b'{"text":"' + b"a " * 60 + b'"}',
        b" ",
        b"",
    ]
    yield from records
    for end in (b"\n", b"\r\n", b"\n\n"):
        yield from (end.join(both) + end for both in pairwise(records))


def check(data: bytes) -> None:
    """Every line that holds something is a source or a failure of its number, and nothing else is."""
    found = list(read.records(BytesIO(data), "a", "jsonl", CONFIG))
    if data.removeprefix(_MARK).startswith(read.UTF_16) and found[0].id == "a":
        assert len(found) == 1 and isinstance(found[0], Failure), found
        return
    rows = BytesIO(data).readlines()
    # What is too long is not looked at: blank or not.
    wanted = {
        number: row for number, row in enumerate(rows, 1) if len(row) > LONGEST or row.removeprefix(_MARK).strip()
    }
    wanted = {number: row.removesuffix(b"\n").removeprefix(_MARK) for number, row in wanted.items()}
    if not wanted:
        assert [each.id for each in found] == ["a"], found
        return
    told = [each.id if isinstance(each, Failure) else each.place for each in found]
    assert told == [f"a:{number}" for number in wanted], told
    documents = [_document(each, row) for each, row in zip(found, wanted.values(), strict=True)]
    if kernel.NATIVE:
        _as_in_the_kernel(data, [*wanted], documents)


def _document(found: Source | Failure, line: bytes) -> Document | Failure:
    """What is read of a line, which is what orjson reads of it."""
    if isinstance(found, Failure):
        assert len(_MARK + line) >= LONGEST, found
        return found
    assert isinstance(found.content, bytes), found
    assert found.content.removesuffix(b"\n") == line, found
    document = read_source(found, CONFIG)
    assert isinstance(document, Document | Failure), document
    if isinstance(document, Document) and document.format is Format.TEXT:
        assert orjson.loads(line)[document.body] == document.text, document
        assert orjson.loads(document.line)[document.body] == document.text, document
    return document


def _as_in_the_kernel(data: bytes, numbers: list[int], documents: list[Document | Failure]) -> None:
    """The kernel knows the same lines, and the same of each, or leaves it to the definition."""
    from dedup.kernel import _native

    piece, sketch = np.frombuffer(data, np.uint8), sign.sketch(CONFIG.shape)
    columns, count = _native.read_lines(piece, sketch, CONFIG.min_words, LONGEST, True, characters.page)
    assert count == data.count(b"\n") + (not data.endswith(b"\n") and bool(data)), count
    assert columns["numbers"].tolist() in (numbers, [each - 1 for each in numbers]), columns["numbers"]
    ids = Strings(*columns["ids"])
    for row, document in enumerate(documents):
        state = columns["states"][row]
        if state == lines.TOO_LONG:
            assert isinstance(document, Failure), document
        elif state in (lines.READ, lines.NO_ID):
            assert isinstance(document, Document), document
            assert columns["characters"][row] == len(document.text), document
            text = data[columns["text_starts"][row] : columns["text_ends"][row]]
            assert orjson.loads(text) == document.text, document
            if state == lines.READ:
                assert ids[row] == document.id, (ids[row], document)
        else:
            assert state == lines.UNKNOWN, state
