"""The shorter way of lines of JSONL writes what the long way writes, byte for byte; of what is wrong, too."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import numpy as np
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup import Config, InputError, UnreadableError, characters, kernel, lines, straight, stretches, whole
from dedup.pipeline import clean
from dedup.records import with_text
from dedup.run import pool, serial
from dedup.sketch import whole_words
from dedup.strings import Strings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

pytestmark = pytest.mark.skipif(not kernel.NATIVE, reason="there is no kernel, and so no shorter way")

CONFIG = Config(unit="document", keep_chrome=True)
PASSAGES = Config(keep_chrome=True)
BOTH = pytest.mark.parametrize("config", [CONFIG, PASSAGES], ids=lambda config: config.unit)
FILES = ("clean.jsonl", "removed.jsonl", "sources.jsonl", "failures.jsonl", "manifest.json")
MILL = (
    "The old mill by the river closed in May, and nobody knew why. Its owner had gone to sea with two goats, a drum and"
    " forty sacks of barley, and the keys were never found again, though the whole village looked for them."
)
FERRY = (
    "At dawn the ferry left the quay without its pilot. A brass band was on board, and it played until the fog took the"
    " last of the lamps; after that only the bell could be heard, and at noon not even that."
)


def record(**fields: Any) -> bytes:
    return orjson.dumps(fields)


def wrote(
    folder: Path, *files: bytes, config: Config = CONFIG, piece: int = stretches.PIECE, workers: int = 1
) -> dict[str, bytes]:
    """What a run by the shorter way writes; asserts that it is taken."""
    source = folder / "in"
    source.mkdir(exist_ok=True)
    for number, content in enumerate(files):
        (source / f"{number}.jsonl").write_bytes(content)
    with patch.object(stretches, "PIECE", piece), patch.object(straight, "write", wraps=straight.write) as taken:
        clean(source, folder / "out", config=config, runner=pool(workers) if workers > 1 else serial)
    assert taken.called, "the long way was taken"
    return written(folder)


def written(folder: Path) -> dict[str, bytes]:
    return {name: (folder / "out" / name).read_bytes() for name in FILES}


def wrote_long(folder: Path, config: Config = CONFIG) -> dict[str, bytes]:
    """What the long way writes of the same files."""
    with patch.object(lines, "can_read", return_value=False):
        clean(folder / "in", folder / "out", config=config)
    return written(folder)


def same(folder: Path, *files: bytes, config: Config = CONFIG, piece: int = stretches.PIECE) -> dict[str, bytes]:
    short = wrote(folder, *files, config=config, piece=piece)
    long = wrote_long(folder, config)
    for name in FILES:
        assert short[name] == long[name], name
    return short


CORPUS = [
    record(id="a", text=MILL, date="2024-02-01", score=1.5),
    record(id="b", text=MILL.upper(), date="2024-01-01"),
    record(id="c", text=MILL.replace("for them", "for it")),
    record(id="d", text=FERRY, url="https://a.example/1"),
    record(text=FERRY + " So they say, at least, in the village by the river where the mill is.", site="b.example"),
    record(id="f", text="The mill."),
    record(id="g", text="The mill."),
]


@pytest.mark.parametrize(
    "between", [b"\n", b"\r\n", b" \n", b"\n\n", b"\n \n", b"\n\xef\xbb\xbf", b"\nno record\n"], ids=repr
)
@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n\n"], ids=repr)
def test_lines_that_stay_are_parted_by_line_breaks(tmp_path: Path, between: bytes, end: bytes) -> None:
    b, c, d, a, f, g = (CORPUS[number] for number in (1, 2, 3, 0, 5, 6))

    found = same(tmp_path, between.join([b, d, c, f, g, a]) + end)

    assert found["clean.jsonl"] == b"".join(line + b"\n" for line in (b, d, f, g))


def test_whole_documents_go_and_the_others_stay_as_they_came(tmp_path: Path) -> None:
    found = same(tmp_path, b"\n".join(CORPUS))

    assert found["clean.jsonl"].split(b"\n") == [
        CORPUS[1], CORPUS[3], b'{"id":"0.jsonl:5",' + CORPUS[4][1:], CORPUS[5], CORPUS[6], b""
    ]  # fmt: skip
    first, second = map(orjson.loads, found["removed.jsonl"].splitlines())
    assert (first["id"], first["text"], first["kind"], first["similarity"]) == ("a", MILL, "document", 1.0)
    assert first["keeper"] == {"id": "b", "start": 0, "end": len(MILL)}
    assert (second["id"], second["keeper"]["id"], second["evidence"]["jaccard"]) == ("c", "b", second["similarity"])
    assert 0.8 <= second["similarity"] < 1


def test_passages_go_and_all_else_of_a_line_stays_as_it_came(tmp_path: Path) -> None:
    rest = "So he told us, with a \\ in his hand, before he went home to his goats and was not seen again."
    copy = b'{"n": 1.50, "text" : ' + orjson.dumps(f"{MILL}\n\n“{FERRY}”\n\n{rest}") + b' , "a": [ {"text": "x"} ] }'
    found = same(tmp_path, b"\n".join([CORPUS[0], CORPUS[3], copy]), config=replace(PASSAGES, keep="first"))

    lines_ = found["clean.jsonl"].split(b"\n")
    assert lines_[:2] == [CORPUS[0], CORPUS[3]]
    assert lines_[2] == (
        b'{"id":"0.jsonl:3","n": 1.50, "text" : ' + orjson.dumps(rest) + b' , "a": [ {"text": "x"} ] }'
    )
    spans = [
        (each["id"], each["kind"], each["keeper"]["id"])
        for each in map(orjson.loads, found["removed.jsonl"].splitlines())
    ]
    assert spans == [("0.jsonl:3", "passage", "a"), ("0.jsonl:3", "passage", "d")]


@pytest.mark.parametrize(
    ("line", "becomes"),
    [
        ('{"text": "a"}', '{"text": "é\\n"}'),
        (' {"id": "}{", "text":"a\\"]", "b": {"text": "c"}} ', ' {"id": "}{", "text":"é\\n", "b": {"text": "c"}} '),
        ('{"t\\u0065xt":"a","x":[["text",":","a"],"text"]}', '{"t\\u0065xt":"é\\n","x":[["text",":","a"],"text"]}'),
        ('{"text":"a","text":"b","y":"text"}', '{"text":"a","text":"é\\n","y":"text"}'),
        ('{"a":{},"b":[],"c":-1e5,"text" : "" }', '{"a":{},"b":[],"c":-1e5,"text" : "é\\n" }'),
        ('{"x":' + "[" * 1000 + "]" * 1000 + ',"text":"a"}', '{"x":' + "[" * 1000 + "]" * 1000 + ',"text":"é\\n"}'),
    ],
)
def test_a_line_with_another_text(line: str, becomes: str) -> None:
    assert with_text(line.encode(), "é\n").decode() == becomes


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('He said "no", \\ and left.\n\tThen\r\n\b\f came back.', id="what JSON escapes"),
        pytest.param("A bell\x01\x1f and \x7f of no use.", id="control characters"),
        pytest.param("Müller’s Mühle – „nie“ 😀 geöffnet…", id="not ASCII"),
        pytest.param("Mu\u0308hle cafe\u0301, e\u0327\u0301", id="decomposed"),
        pytest.param("東京都庁の展望室は無料で公開されている。", id="no spaces"),
        pytest.param("東京都庁", id="few, of scripts without spaces"),
        pytest.param("____ name ____ date _____", id="drawn lines"),
        pytest.param("\ufeffA mark of order.", id="a mark of byte order"),
        pytest.param("a\x00b", id="NUL"),
        pytest.param("***", id="no word"),
        pytest.param("\U0001f469\u200d\U0001f680 " * 20, id="signs"),
        pytest.param("JL> It was in May\nJL> or [later](a.example/b).", id="a quotation"),
        pytest.param("\u2003", id="a wide space"),
        pytest.param("# A mill\n\n---\n\n- one\n- two\n\n| a | b |\n|---|---|\n| c | d |", id="Markdown"),
    ],
)
@pytest.mark.parametrize("ascii_", [False, True], ids=["as it is", "escaped"])
@BOTH
def test_any_text(tmp_path: Path, text: str, ascii_: bool, config: Config) -> None:
    import json

    texts = (text, f"{MILL} {text}", f"{MILL} {text} {text}", f"{text}\n\n{FERRY}\n\n> {text}\n\n{MILL}\n\n{text}")
    same(
        tmp_path,
        "\n".join(
            json.dumps({"id": f"é{n}", "text": each}, ensure_ascii=ascii_) for n, each in enumerate(texts)
        ).encode(),
        config=config,
    )


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b" \t\x0b\x0c", id="white space"),
        pytest.param(b"{", id="half"),
        pytest.param(b"[1]", id="an array"),
        pytest.param(b'{"text": "The mill." "id": "a"}', id="no comma"),
        pytest.param(b'{"text": "The mill.",}', id="a comma too many"),
        pytest.param(b'{"text": "The mill."} x', id="something behind it"),
        pytest.param(b'{"text": "The\nmill."}', id="a line break inside"),
        pytest.param(b'{"text": "\\ud800"}', id="half a character"),
        pytest.param(b'{"text": "\\ude00\\ud83d"}', id="halves turned round"),
        pytest.param(b'{"text": "\\x41"}', id="no escape"),
        pytest.param(b'{"text": "\\u12"}', id="half an escape"),
        pytest.param(b'{"text": "\xff\xfe"}', id="no UTF-8"),
        pytest.param(b'{"text": "\xed\xa0\x80"}', id="a surrogate in UTF-8"),
        pytest.param(b'{"text": 1}', id="no string"),
        pytest.param(b'{"text": null}', id="null"),
        pytest.param(b'{"id": "x"}', id="no text"),
        pytest.param(b'{"text": ""}', id="empty"),
        pytest.param(b'{"text": " \\n\\u00a0"}', id="nothing to be seen"),
        pytest.param(b'{"text": "The mill.", "text": "The ferry."}', id="twice"),
        pytest.param(b'{"t\\u0065xt": "The mill."}', id="an escaped name"),
        pytest.param(b'{"text": "The mill.", "n": 01}', id="no number"),
        pytest.param(b'{"text": "The mill.", "n": 1e400}', id="a number too large"),
        pytest.param(b'{"text": "The mill.", "n": 123456789012345678901234567890}', id="a long number"),
        pytest.param(b'{"text": "The mill.", "n": -0.5, "m": [1, {"a": []}, true, false, null]}', id="more fields"),
        pytest.param(b'{"text": "The mill.", "n": ' + b"[" * 40 + b"]" * 40 + b"}", id="deep"),
        pytest.param(b'{"text": "The mill.", "n": ' + b"[" * 2000 + b"]" * 2000 + b"}", id="too deep"),
        pytest.param(b'{"text": "The mill.", "id": 5}', id="a number for an id"),
        pytest.param(b'{"text": "The mill.", "id": "a"}', id="an id that is there"),
        pytest.param(b'{"text": "The mill.", "date": "3 May 2024", "url": "https://x.example/"}', id="date and URL"),
        pytest.param(b'\xef\xbb\xbf{"text": "The mill."}', id="a mark of byte order"),
        pytest.param(b'  { "text" : "The mill." , "id" : "z" }  \r', id="white space around"),
        pytest.param(b'{"text": "' + b"x" * 2000 + b'"}', id="too long"),
    ],
)
@BOTH
def test_any_line(tmp_path: Path, line: bytes, config: Config) -> None:
    content = b"\n".join([*CORPUS, line, record(id="z2", text=FERRY)])
    same(tmp_path, content, config=replace(config, max_bytes=1500))


@pytest.mark.parametrize(
    "files", [(b"",), (b"\n\n",), (b"\n", b"\n".join(CORPUS)), (b"\n".join(CORPUS), b"", b"\n".join(CORPUS[:2]))]
)
@BOTH
def test_files_without_lines_and_ids_that_come_again(tmp_path: Path, files: tuple[bytes, ...], config: Config) -> None:
    if any(each.strip() for each in files):
        assert same(tmp_path, *files, config=config)["failures.jsonl"]
    else:
        with pytest.raises(InputError, match="there is no line in it"):
            wrote(tmp_path, *files, config=config)


@pytest.mark.parametrize("piece", [1, 200, 1000])
@pytest.mark.parametrize("workers", [1, 3])
@BOTH
def test_nothing_depends_on_pieces_or_workers(tmp_path: Path, piece: int, workers: int, config: Config) -> None:
    content = b"\n".join([*CORPUS, b"{", record(id="k", text=MILL + " 東京都庁"), record(id="d", text=MILL)])
    whole = wrote(tmp_path, content, config=config)

    assert wrote(tmp_path, content, config=config, piece=piece, workers=workers) == whole


@pytest.mark.parametrize("kept", [0, 300, 3000], ids="{} bytes".format)
@BOTH
def test_nothing_depends_on_what_is_kept_in_memory(tmp_path: Path, kept: int, config: Config) -> None:
    again = record(id="b", text=MILL)  # so that passages are read twice

    whole = wrote(tmp_path, b"\n".join([*CORPUS, again]), config=config, piece=500)
    with patch.object(straight, "IN_MEMORY", kept):
        assert wrote(tmp_path, b"\n".join([*CORPUS, again]), config=config, piece=500) == whole


@pytest.mark.parametrize(
    "more",
    [
        {"keep": "first"}, {"keep": "longest"}, {"keep_duplicates": True}, {"across_sites_only": True},
        {"keep": "site-order", "site_order": ("b.example",)}, {"threshold": 0.95}, {"min_words": 5}, {"shingle": 2},
        {"format": "jsonl.gz"}, {"within": True}, {"headings": False}, {"num_perm": 32, "lsh_recall": 0.6},
    ],
    ids=str,
)  # fmt: skip
@BOTH
def test_settings(tmp_path: Path, more: dict[str, Any], config: Config) -> None:
    if "within" in more and config.unit == "document":
        pytest.skip("is for passages")
    config = replace(config, **more)
    folder = tmp_path / "out"
    wrote_ = {}
    for way in (True, False):
        (tmp_path / "in").mkdir(exist_ok=True)
        twice = record(
            id="h", text=f"{FERRY}\n\nA line of its own.\n\n{MILL}\n\nAnd so on.\n\n{MILL}", date="2025-01-01"
        )
        (tmp_path / "in" / "0.jsonl").write_bytes(b"\n".join([*CORPUS, twice]))
        with patch.object(lines, "can_read", wraps=lines.can_read if way else lambda *_: False):
            clean(tmp_path / "in", folder, config=config)
        wrote_[way] = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert wrote_[True] == wrote_[False]


@pytest.mark.parametrize(
    "strange", [record(html="<p>The mill.</p>"), record(markdown="# The mill"), b'{"id": "x", "content": "The mill."}']
)
@BOTH
def test_what_is_no_plain_text_goes_the_long_way(tmp_path: Path, strange: bytes, config: Config) -> None:
    (tmp_path / "in.jsonl").write_bytes(b"\n".join([*CORPUS, strange]))
    with patch.object(straight, "write", wraps=straight.write) as taken:
        result = clean(tmp_path / "in.jsonl", tmp_path / "out", config=config)

    assert not taken.called
    assert len(list(result.sources())) == len(CORPUS) + 1


@BOTH
def test_what_a_text_says_of_itself_does_not_count(tmp_path: Path, config: Config) -> None:
    head = "Title: The mill\nDate: 2020-01-01\nFrom: Ada\n\n"
    own = [record(id="a", text=head + MILL, date="2024-02-01"), record(id="b", text=head + MILL, date="2024-01-01")]

    found = same(tmp_path, b"\n".join(own), config=config)

    assert found["clean.jsonl"] == own[1] + b"\n"


@pytest.mark.parametrize(
    ("said", "known"),
    [
        ({}, {}),
        ({"site": "a.example"}, {"site": "a.example"}),
        ({"url": "https://www.news.co.uk/1"}, {"site": "news.co.uk"}),
        ({"url": "https://www.news.co.uk/1", "site": "Other"}, {"site": "Other"}),
        ({"url": "about:blank"}, {}),
        ({"url": "", "site": "", "date": ""}, {}),
        ({"url": None, "site": None, "date": None}, {}),
        ({"date": "2024-05-01"}, {"date": "2024-05-01"}),
        ({"date": "3 May 2024"}, {"date": "2024-05-03"}),
        ({"date": "Fri, 5 Apr 2024 19:45:34 GMT"}, {"date": "2024-04-05T19:45:34+00:00"}),
        ({"date": "soon"}, {"date": "soon"}),
        ({"date": 2024, "site": 7}, {"site": "7", "date": "2024"}),
        ({"created": "2024", "metadata": {"url": "https://b.example/"}}, {"site": "b.example", "date": "2024"}),
        ({"site": 'a"\n\\é</script>\u202e', "date": '"\t😀'}, {"site": 'a"\n\\é</script>\u202e', "date": '"\t😀'}),
    ],
)
@pytest.mark.parametrize("text", ["The mill.", FERRY, "東京都庁", MILL.upper()])
@BOTH
def test_sources_say_site_and_date(
    tmp_path: Path, said: dict[str, Any], known: dict[str, str], text: str, config: Config
) -> None:
    """Of documents that stay and that go, of lines that the kernel reads and of those that only the definition can."""
    other = record(id="z", text=MILL + " " + FERRY, site="z.example", date="2020-01-01")
    content = b"\n".join([record(text=MILL), record(id="a", text=text, **said), other])

    named = same(tmp_path, content, config=replace(config, site="named"))["sources.jsonl"]
    found = same(tmp_path, content, config=config)["sources.jsonl"]

    first, own, last = map(orjson.loads, found.splitlines())
    assert {name: value for name, value in own.items() if name in ("site", "date")} == known
    assert [*own] == ["id", "place", "format", "encoding", "exact", "characters", "digest", *known]
    assert not {"site", "date"} & {*first}
    assert (last["site"], last["date"]) == ("z.example", "2020-01-01")
    assert [orjson.loads(each)["site"] for each in named.splitlines()] == [
        "named",
        known.get("site", "named"),
        "z.example",
    ]


@BOTH
def test_what_went_can_be_restored(tmp_path: Path, config: Config) -> None:
    wrote(tmp_path, b"\n".join(CORPUS), config=config)
    from dedup.result import Result

    texts = [orjson.loads(line)["text"] for line in CORPUS]
    assert [each["text"] for each in Result(tmp_path / "out").restore()] == texts


def other_bytes(path: Path) -> None:
    with path.open("r+b") as handle:
        handle.seek(-5, os.SEEK_END)
        handle.write(b"X")


@BOTH
@pytest.mark.parametrize("change", [other_bytes, Path.unlink, lambda path: os.truncate(path, 20)])
def test_a_file_that_changes_meanwhile_ends_the_run(
    tmp_path: Path, config: Config, change: Callable[[Path], None]
) -> None:
    (tmp_path / "in.jsonl").write_bytes(b"\n".join(CORPUS))
    find = straight.find

    def changed(*given: Any) -> Any:
        change(tmp_path / "in.jsonl")
        return find(*given)

    with patch.object(straight, "find", changed), pytest.raises(UnreadableError, match="was changed while it was read"):
        clean(tmp_path / "in.jsonl", tmp_path / "out", config=config)

    assert not list((tmp_path / "out").glob("*.jsonl"))


def in_common(folder: Path, texts: list[bytes], pairs: list[list[int]]) -> tuple[list[int], list[int], list[int]]:
    """What the kernel says of texts that are written one behind the other in a file, before which there is another."""
    from dedup.kernel import _native

    files = [folder / "none", folder / "téxts"]
    files[1].write_bytes(b"".join(texts))
    ends = np.cumsum([0, *map(len, texts)])
    places = np.stack([np.ones(len(texts), np.int64), ends[:-1], ends[1:]], axis=1)
    given = (list(map(str, files)), places, np.array(pairs, np.int64).reshape(-1, 2))
    sizes, common, unknown = _native.in_common(*given, 2, characters.page)
    return sizes.tolist(), common.tolist(), unknown.tolist()


def test_shingles_in_common_are_those_of_the_sets(tmp_path: Path) -> None:
    texts = [b'"a b c a b"', b'"b c d"', b'""', b""]

    # Of two words each: ab, bc, ca; bc, cd; none; and what only the definition can read.
    found = in_common(tmp_path, texts, [[0, 1], [1, 0], [0, 0], [0, 2], [3, 1]])
    assert found == ([3, 2, 0, 0], [1, 1, 3, 0, 0], [3])


@pytest.mark.parametrize("words", [0, 3, 40, 70_000], ids="of {} words".format)
def test_shingles_in_common_are_as_defined(tmp_path: Path, words: int) -> None:
    drawn = np.random.default_rng(words).integers(0, max(2, words // 2), (4, words + 5)).astype(str)
    drawn[1, words // 3 :] = drawn[0, words // 3 :]
    drawn[2, : words // 2] = drawn[0, words // 2 : 2 * (words // 2)]
    texts = [" ".join(own[: words + number]) for number, own in enumerate(drawn)]
    pairs = np.array([[0, 1], [0, 2], [2, 1], [3, 0], [1, 0], [1, 3], [3, 3], [0, 2]])

    sizes, common, unknown = in_common(tmp_path, [orjson.dumps(text) for text in texts], pairs.tolist())

    shape = Config().shape._replace(shingle=2)
    told = whole.compared(pairs, lambda number: whole_words([texts[number]]).hashes, shape)
    assert (np.array(sizes)[pairs].T.tolist(), common) == (
        [told.keepers.tolist(), told.documents.tolist()],
        told.common.tolist(),
    )
    assert unknown == []


@pytest.mark.parametrize("pair", [[0, 1], [-1, 0], [0, 2**40]])
def test_a_pair_of_no_text_is_refused(pair: list[int], tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="a pair of no text"):
        in_common(tmp_path, [b'"a"'], [pair])


@pytest.mark.parametrize("source", [b'"', b'"a', b"a", b'"a"b', b'"\\', b'"\\u12"', b'"\n"', b'"\\ud800"'])
def test_a_text_that_is_no_string_is_refused(source: bytes, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no string of JSON"):
        in_common(tmp_path, [source], [[0, 0]])


@pytest.mark.parametrize("place", [[0, 0, 3], [1, 0, 4], [1, 2, 5], [1, 0, 2**53]])
def test_a_text_that_is_not_in_its_file_is_none(place: list[int], tmp_path: Path) -> None:
    from dedup.kernel import _native

    files = [tmp_path / "none", tmp_path / "one"]
    files[1].write_bytes(b'"a"')
    with pytest.raises(ValueError, match="no string of JSON"):
        _native.in_common(list(map(str, files)), np.array([place]), np.array([[0, 0]]), 2, characters.page)


@pytest.mark.parametrize("place", [[1, 0, 3], [-1, 0, 3], [0, -1, 3], [0, 3, 2]])
def test_a_place_that_is_none_is_refused(place: list[int], tmp_path: Path) -> None:
    from dedup.kernel import _native

    with pytest.raises(ValueError, match="lies in no file"):
        _native.in_common([str(tmp_path)], np.array([place]), np.array([[0, 0]]), 2, characters.page)


PIECE_OF_ONE = b'{"id":"a","text":"b"}\n'


def written_one(
    place: list[int], goes: int = -1, ids: list[int] | None = None, row: int = 0, site: Sequence[int] = (0,)
) -> bytes:
    """What the kernel writes of one line, given its number, start, end, the start and end of its text, characters; and
    the number of its site."""
    from dedup.kernel import _native

    name, bounds = np.frombuffer(b"a", np.uint8), np.array(ids or [0, 1])
    columns = (np.zeros(1, np.uint8), *np.array([place]).T.copy(), np.zeros((1, 2), np.uint64), name, bounds)
    piece, which = np.frombuffer(PIECE_OF_ONE, np.uint8), (np.array([row]), np.array([goes]))
    said = Strings.of([""]).columns, np.array(site), Strings.of([""]).columns
    clean, removed, _ = _native.write_lines(piece, columns, which, (Strings.of(["}"]).columns, None), said, (b'"x:', 1))
    return bytes(clean.data) + bytes(removed.data)


def test_a_line_is_kept_or_told_of() -> None:
    assert written_one([0, 0, 21, 17, 20, 1]) == PIECE_OF_ONE
    assert written_one([0, 0, 21, 17, 20, 1], goes=0) == b'{"id":"a","start":0,"end":1,"text":"b"}\n'


@pytest.mark.parametrize(
    "given",
    [
        {"place": [0, -1, 21, 17, 20, 1]},
        {"place": [0, 0, 23, 17, 20, 1]},
        {"place": [0, 5, 5, 5, 5, 1]},
        {"place": [0, 0, 21, 17, 20, 1], "row": 1},
        {"place": [0, 0, 21, 17, 20, 1], "row": -1},
        {"place": [0, 0, 21, 17, 22, 1]},
        {"place": [0, 0, 21, 17, 18, 1]},
        {"place": [0, 0, 21, 2, 9, 1], "goes": 0},  # no string
        {"place": [0, 0, 21, 17, 20, 1], "goes": 1},
        {"place": [0, 0, 21, 17, 20, 1], "ids": [0, 2]},
        {"place": [0, 0, 21, 17, 20, 1], "ids": [1, 0]},
        {"place": [0, 0, 21, 17, 20, 1], "site": [1]},
        {"place": [0, 0, 21, 17, 20, 1], "site": [-1]},
        {"place": [0, 0, 21, 17, 20, 1], "site": []},
    ],
    ids=str,
)
def test_lines_that_are_none_are_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        written_one(**given)


SENTENCES = st.sampled_from(
    [*MILL.split(","), *FERRY.split(","), "Straße 5 İstanbul", "ﬁne ½ Å", "नमस्ते दुनिया", "ก็ไม่รู้", "x_y __"]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
DATES = st.sampled_from(["", "2024-01-02", "2023-05-06T07:08:09Z", "yesterday"]) | st.none()
URLS = st.sampled_from(["", "https://a.example/x", "https://b.example/y"])
RECORDS = st.fixed_dictionaries(
    {
        "text": st.builds(
            lambda join, parts: join.join(parts),
            st.sampled_from([" ", "\n\n", "\n", ".\n> ", "\n\n- "]),
            st.lists(SENTENCES | st.text(max_size=8), max_size=12),
        )
    },
    optional={
        "id": st.text(max_size=3) | st.integers(0, 9),
        "date": st.text(max_size=4),
        "url": VALUES,
        "more": VALUES,
        "site": st.sampled_from("ab"),
        "doc_id": st.text(max_size=2) | st.integers(0, 9),
        "warc_record_id": st.sampled_from(["", "w"]),
        "created": DATES,
        "timestamp": DATES,
        "WARC-Date": DATES,
        "WARC-Target-URI": URLS,
        "metadata": st.dictionaries(st.sampled_from(["url", "date", "created", "x"]), DATES | URLS | VALUES) | VALUES,
        "date_download": DATES,
        "meta": st.dictionaries(st.sampled_from(["url", "timestamp", "date", "x"]), DATES | URLS | VALUES) | VALUES,
        "WARC-Record-ID": st.text(max_size=2),
        "warc_headers": st.dictionaries(
            st.sampled_from(["warc-date", "warc-target-uri", "warc-record-id"]), DATES | URLS | VALUES
        ),
        "metadata.date": DATES,
    },
)


@pytest.mark.parametrize(
    "config",
    [
        Config(unit="document", keep_chrome=True, min_words=5),
        Config(keep_chrome=True, min_words=5),
        Config(keep_chrome=True, min_words=5, within=True),
        Config(unit="document", keep_chrome=True, min_words=5, across_sites_only=True),
    ],
    ids=["document", "passage", "within", "sites"],
)
@settings(max_examples=60)
@given(records=st.lists(RECORDS, min_size=1, max_size=12), ascii_=st.booleans(), piece=st.integers(1, 400))
def test_records_of_all_kinds(
    tmp_path_factory: pytest.TempPathFactory, records: list[dict[str, Any]], ascii_: bool, piece: int, config: Config
) -> None:
    import json

    folder = tmp_path_factory.mktemp("run")
    (folder / "in").mkdir()
    content = "\n".join(json.dumps(each, ensure_ascii=ascii_) for each in records).encode("utf-8", "surrogatepass")
    (folder / "in" / "0.jsonl").write_bytes(content)
    outs = []
    for way in (True, False):
        with (
            patch.object(stretches, "PIECE", piece),
            patch.object(lines, "can_read", wraps=lines.can_read if way else lambda *_: False),
        ):
            try:
                clean(folder / "in", folder / "out", config=config)
            except InputError as error:
                outs.append(str(error))
            else:
                outs.append(str(written(folder)))
    assert outs[0] == outs[1]


@pytest.mark.parametrize(
    "said",
    [
        {"id": "", "WARC-Record-ID": "late", "warc_headers": {"warc-record-id": "id"}, "url": "u", "date": "2024"},
        {
            "WARC-Target-URI": "https://late.example/",
            "metadata": {"url": "https://b.example/"},
            "id": "id",
            "date": "2024",
        },
        {"WARC-Date": "2020", "metadata": {"created": "2024"}, "id": "id", "url": "https://b.example/"},
        {"WARC-Date": "2024", "WARC-Target-URI": "https://b.example/", "WARC-Record-ID": "id"},
        {"doc_id": "id", "timestamp": "2024", "meta": {"timestamp": "2020", "url": "https://b.example/"}},
    ],
)
@BOTH
def test_of_several_fields_the_first_is_read(tmp_path: Path, said: dict[str, Any], config: Config) -> None:
    """The definition takes fields within others before those of web archives; so does the kernel."""
    import json

    rival = {
        "id": "rival",
        "text": MILL,
        "date": "2022",
        "url": "https://a.example/",
    }  # earlier than 2024, not than 2020
    (tmp_path / "in.jsonl").write_text("".join(json.dumps(each) + "\n" for each in ({"text": MILL, **said}, rival)))
    found = []
    for way in (True, False):
        with patch.object(lines, "can_read", wraps=lines.can_read if way else lambda *_: False):
            result = clean(tmp_path / "in.jsonl", tmp_path / "out", config=replace(config, across_sites_only=True))
        found.append({path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()})
        assert {each["id"]: each["keeper"]["id"] for each in result.removed()} in ({"id": "rival"}, {})

    assert found[0] == found[1]


def test_of_many_small_files_the_long_way_is_the_shorter_one(tmp_path: Path) -> None:
    """Pieces of a line each cost more than they save, but where documents are compared as a whole."""
    paths = [tmp_path / f"{number}.jsonl" for number in range(4)]
    for path in paths:
        path.write_bytes(record(text=MILL) + b"\n")
    assert lines.can_read(PASSAGES, paths)
    with patch.object(lines, "FEW", 3):
        assert not lines.can_read(PASSAGES, paths)
        assert lines.can_read(CONFIG, paths)
        assert lines.can_read(PASSAGES, paths[1:])
        paths[0].write_bytes(b"\n" * 4 * lines.SMALL)
        assert lines.can_read(PASSAGES, paths)
