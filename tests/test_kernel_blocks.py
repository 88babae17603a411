# ruff: noqa: E501 (tables of cases)
"""Blocks of Markdown and text, and what nobody reads of them: the kernel gives what the definitions give."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup import characters, kernel
from dedup.markup import MATTER_KEYS, blocks, defined_blocks
from dedup.table import TAGS
from dedup.text import unread
from tests import test_markup
from tests.conftest import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

pytestmark = pytest.mark.skipif(not kernel.NATIVE, reason="no kernel was built, or none is wanted")


def blocks_of(texts: Sequence[bytes], *, links: bool = True, not_read: bool = True) -> dict[str, NDArray[Any]]:
    """What the kernel finds in texts that stand one behind the other."""
    from dedup.kernel import _native

    bounds = np.cumsum([0, *map(len, texts)], dtype=np.int64)
    return _native.blocks_of_texts(np.frombuffer(b"".join(texts), np.uint8), bounds, links, not_read, characters.page)


def assert_same(texts: Iterable[str]) -> None:
    """The kernel reads texts one by one and together as the definitions do, and places in bytes are those in characters."""
    from dedup.kernel import _native

    texts = list(texts)
    encoded = [text.encode() for text in texts]
    found = blocks_of(encoded)
    assert found["unknown"].tolist() == []
    for number, (text, own) in enumerate(zip(texts, encoded, strict=True)):
        wanted = defined_blocks(text)
        assert list(blocks(text)) == wanted, text
        rows = slice(*found["bounds"][number : number + 2])
        columns = [found[name][rows].tolist() for name in ("firsts", "lasts", "tags", "links")]
        assert list(zip(*columns, strict=True)) == [
            (each.start, each.end, TAGS.index(each.tag), each.links) for each in wanted
        ]
        assert parts(own, found, rows, "") == [text[each.start : each.end] for each in wanted]
        hidden = [span for each in wanted for span in unread(text, each.start, each.end)]
        rows = slice(*found["unread_bounds"][number : number + 2])
        spans = zip(found["unread_firsts"][rows].tolist(), found["unread_lasts"][rows].tolist(), strict=True)
        assert list(spans) == hidden, text
        assert parts(own, found, rows, "unread_") == [text[start:end] for start, end in hidden]
        starts, ends = (np.array([each[side] for each in wanted], np.int32) for side in (0, 1))
        assert _native.unread(text, starts, ends).tolist() == [place for span in hidden for place in span], text


def parts(text: bytes, found: dict[str, NDArray[Any]], rows: slice, what: str) -> list[str]:
    """What stands between the bytes that were found."""
    starts, ends = found[f"{what}starts"][rows].tolist(), found[f"{what}ends"][rows].tolist()
    return [text[start:end].decode() for start, end in zip(starts, ends, strict=True)]


# ── labelled texts ──────────────────────────────────────────────────────────────────────────────────────────────────

LONG = "The council met on Monday and spoke at length about the bridge, the ferry, the mill and the price of coal in winter, and so on."
TEXTS: dict[str, str] = {
    "nothing": "",
    "white space": " \n\t\r\n\u3000\xa0\ufeff\n\u2028",
    "a byte order mark": "\ufeffThe mill\n\nIt burned.",
    "other breaks": "One\x85two\u2028three\u2029four\x0bfive\x0csix\rseven\r\neight\n\rnine",
    "separators that only str knows": "One\x1ctwo\n\nThree.\n\n- \x1c\n-\x1d a",
    "a headline with a separator at its end": "One\x1c\n\nThree.",
    "long lines": f"{LONG}\n{LONG}\nshort",
    "long lines, half of them": f"{LONG}\nshort",
    "lines of 120 and 121 characters": f"{'é' * 120}\n{'é' * 120}\n\n{'é' * 121}\n{'é' * 121}",
    "a headline of 120 and one of 121": f"{'é' * 120}\n\nText.",
    "a headline too long": f"{'é' * 121}\n\nText.",
    "underlines": "One\n--\n\nTwo\n---\n\nThree\n==\n\nFour\n= =\n\nFive\n=== \n\n===",
    "an underline of an item": "- One\n---\n- Two\n===\nThree",
    "an underline below a long line": f"{'é' * 121}\n===\n\n{'é' * 120}\n===",
    "sentences": "One.\nTwo!\nThree?\n\nOne…\nTwo。\nThree！”\n\nFour？’»)]*_\nFive:\n\nSix\nSeven.",
    "keys": "Ada: one\nLi: two\n\nAda: one\nLi two\n\nÉa: x\nAé: y\n\nA٣-_b: x\nB:\n\nA: x\nB: y",
    "keys of 31 and 32 characters": f"{'k' * 31}: a\n{'k' * 31}: b\n\n{'k' * 32}: a\n{'k' * 32}: b",
    "keys that fold": "ſubject: a\nTitle: b\n\nc.",
    "keys that fold inside": "Ti\u0166le: a\nMe\u017f\u017fage-id: b\nLin\u212aa: c\ndate: d\n\nc.",
    "keys with a ligature": "a\ufb01: b\nDate: c\n\nd.",
    "items": "• a\n· b\n‣ c\n◦ d\n・e\n・ f\n+ g\n* h\n-i\n1. j\n(2) k\n123) l\n1234) m\na) n\n(B) o\nc. p\n٣. q\n٣٤) r\n- \n-\t\u3000s",
    "rows": "|a|\n| a\n|\n||\n  | b | \na | c |",
    "rules": "---\n\n- - -\n\n*-_\n\n--\n\n~~~\n\n=+=\n\n-=-a",
    "fences": "```\na\n```\nb\n~~~~\nc\n~~~\n~~~~~ d\ne\n\n    ```\nf\n\n```",
    "comments": "<!-- a -->\nb\n<!-- c\n\nd\n--> e\nf\n<!-->\ng\n-->",
    "quotations": ">a\n> b\n>> c\n> > d\n|e\n: f\n} g\n% h\n     > i\n> \n>\n\n#a\n#b\n##c\n>#d\n>## e\n>\u3000f\n\u3000> g",
    "initials": "JL> a\nJL> b\n\nAda> c\nAda> d\n\nada] e\nada] f\n\nA.B.> g\nA.B.> h\n\nAB >i\nAB > j\n\nab>k\nab>l\n\n> JL> m\n> JL> n\n\nJL>o\nJL>p",
    "initials that end there": "JL>\nJL>\n\na>\na>\n\nada]\nada]",
    "initials that are none": "ada> a\nada> b\n\nABCDE> c\nABCDE> d\n\nAb>c\nAb>d\n\nAdaMoorHales> e\nAdaMoorHales> f\n\n%%%%%%%%%%%%%JL> g\n%%%%%%%%%%%%%JL> h",
    "initials of one line and of another": "JL> a\n\nb\n\nJL> c\n\nKM> d",
    "initials of another line, too far away": f"JL> a\n\n{'é ' * 600}\n\nJL> c",
    "initials of another line, just near": f"JL> a\n\n{'é' * 993}\n\n\nJL> c\n\n{'é' * 991}\n\nKM> d\n\n{'é' * 993}\n\nKM> e",
    "initials at the beginning only": f"{'é' * 998}\n\nJL> a\n\n{'é' * 999}",
    "initials quoted in different ways": "> JL> a\n>> JL> b\n\nJL> c\n\n> JL> d",
    "signs before lines of 39 and of 40 characters": f"Yes.\n# {'é' * 38}\n# burned\n\nYes.\n# {'é' * 37}\n# burned",
    "links": "[Home](/) [News](/n) a\n\n![a](b)![c](d \"e\") f\n\n[a [b] c](d(e)f 'g')\n\n[a](b c) [d](e\n\"f\") [g][h] [i] (j)",
    "links that end nowhere": "[a](b [c](d)\n\n[a [b [c]](d)\n\n](a) ](b\n\n[](a) []() [a]()",
    "targets": "a](b) (c](d(e)f) ](g h) ](i\n\n](\n\n(a) b](c)](d)",
    "addresses": "See http://a.example/b(c) or https://d or http:// or www.e or awww.f or éwww.g or -www.h or www. i",
    "addresses of mail": "a@b c@ @d e@f@g <h@i> (j@k) l,m@n;o:p@q\n\n[a@b](mailto:c@d) e",
    "an address that only is one without links": "a h[b](c)ttp://d e\n\nf[g](h)@i",
    "addresses in other scripts": "écrire à élodie@moulin.example ou voir www.moulin.example/été — 東京@都庁　見る",
}  # fmt: skip


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_blocks_are_those_of_the_definition(text: str) -> None:
    assert_same([text, text.replace("\n", "\r\n"), f"Intro.\n\n{text}\n", f"> {text}"])


def test_blocks_of_the_cases_of_the_definition_are_the_same() -> None:
    cases = test_markup.CASES | test_markup.QUOTED | test_markup.UNQUOTED
    headers = test_markup.FOLDED | test_markup.NOT_FOLDED
    texts = [text for text, _ in [*cases.values(), *headers.values()]]

    assert len(texts) > 40
    assert_same(texts)


def our_own_texts() -> Iterator[str]:
    """Texts that ship with the project: lines of JSON as texts themselves, too."""
    for path in sorted(
        [*ROOT.glob("fixtures/**/*"), *ROOT.glob("seeds/**/*"), *ROOT.glob("*.md"), *ROOT.glob("dedup/*.py")]
    ):
        if path.suffix not in {".jsonl", ".md", ".txt", ".html", ".py"}:
            continue
        whole = path.read_text(encoding="utf-8", errors="replace")
        yield whole.replace("\x00", "")[:40_000]
        if path.suffix == ".jsonl":
            records = [orjson.loads(line) for line in whole.splitlines()[:200] if line.startswith("{")]
            yield from (value for record in records for value in record.values() if isinstance(value, str))


def test_blocks_of_our_own_texts_are_the_same() -> None:
    texts = list(our_own_texts())

    assert len(texts) > 200
    assert_same(texts)


@pytest.mark.parametrize("key", sorted(MATTER_KEYS))
def test_every_key_of_front_matter_is_known(key: str) -> None:
    text = f"{key.title()}: a\n{key}: b\n\nText."

    assert [each.tag.value for each in blocks(text)] == ["matter", "matter", "paragraph"]
    assert_same([text, f"{key}s: a\n{key}: b\n\nText.", f"{key[:-1]}: a\n{key}: b\n\nText."])


LIMITS: dict[str, tuple[str, list[int]]] = {
    "parts of a link's text": ("a [{}](b) c", [99_999, 100_000, 100_001]),
    "brackets in a link's text": ("a [b [{}]](c) d", [499, 500, 501]),
    "parts of a target": ("a [b]({}) c", [1999, 2000, 2001, 100_000, 100_001]),
    "brackets in a target": ("a [b](c({})) d", [499, 500, 501]),
    "a title": ('a [b](c "{}") d', [499, 500, 501]),
    "a name": ("a {}@b c", [63, 64, 65]),
    "a host": ("a b@{} c", [252, 253, 254, 600]),
}


@pytest.mark.parametrize(("text", "sizes"), LIMITS.values(), ids=LIMITS)
def test_links_are_limited_as_in_the_definition(text: str, sizes: list[int]) -> None:
    assert_same(text.format(letter * size) for letter in "aé" for size in sizes)


@pytest.mark.parametrize("text", ["a [{}b](c) d", "a ]({}) b"])
def test_parts_of_links_are_limited_in_number(text: str) -> None:
    assert_same(text.format(part * count) for part in ("[a]", "(a)", "[]", "()") for count in (48, 49, 50, 51))


def test_spaces_before_a_title_are_limited() -> None:
    assert_same(f'[a](b{space * count}"c")' for space in " \u2003" for count in range(12))


# ── characters ──────────────────────────────────────────────────────────────────────────────────────────────────────

AT_THE_TOP = [
    "a{}b\n\nc",
    "k{}y: a\nTitle: b\n\nc",
    "Title:{}a\nDate: b\n\nc.",
    "Title: {}\nDate: b\n\nc.",
    "{}\n\nb",
    "a{}\n\nb",
    "a.{}\n\nb",
    "titl{}: a\ndate: b\n\nc",
    "Title: a\n{}Date: b\nTags: c\n\nd",
]
ANYWHERE = ["{}", "{} a", "a\n{}b\nc.", "- {}", "{}) a", "{}. a", "1{}. a", f"# {LONG}\n# {{}}e", "JL>{}\nJL>{}b", "a>{}c\na> b", "ada]{}\nada]{}b", "#{}\n# b", "x\n---{}", "```{}\na\n```{}", ">{}> b\n> c", "{}> b", "|a|{}",
            "http://a{}b c", "a{}www.b.c", "{}a@b", "a{}b@c{}d e", "[x]({}) y", "[x](y{}\"z\") v", "[x](y \"z\"{}) v", "[{}](x) www.y", "a](b{}c) d", "www.b  {}  c"]  # fmt: skip


def of_interest() -> Iterator[str]:
    """Characters that an expression may ask for, and some more."""
    for code in range(0x10000):
        each = chr(code)
        near = code < 0x250 or 0x2000 <= code < 0x2070 or 0x3000 <= code < 0x3040 or code > 0xFFF0
        told = each.isspace() or each.isdecimal() or each.casefold().isascii()
        if (near or told or code % 97 == 0) and code and not 0xD800 <= code < 0xE000:
            yield each
    yield from "\U0001d7d8\U00010400\U00010428\U0001f33e\U0010ffff"


def test_every_character_is_what_it_is_to_the_definition() -> None:
    found = list(of_interest())
    together = [
        [shape.replace("{}", each) for each in found[at : at + 50]]
        for shape in ANYWHERE
        for at in range(0, len(found), 50)
    ]

    assert len(found) > 1500
    assert_same("\n\n".join(texts) for texts in together)


def test_every_character_is_what_it_is_to_the_definition_at_the_top() -> None:
    assert_same(shape.replace("{}", each) for shape in AT_THE_TOP for each in of_interest())


PIECES = [*"#>|:}%-*_=~+.!?0719aZ()[]\t\n\r\x0b\x0c\x85\u2028\u3000\xa0\ufeff@`<\"'é،漢", "\n", "\n\n", "\r\n", " ", "  ", "# ", "## ", "> ", ">> ", "- ", "1. ", "a) ", "JL> ", "KM> ", "Ada> ", "ada] ", "http", "https://", "://", "www.", "](", "](a)", "[a](b)", "a@b",
          "```", "~~~", "<!--", "-->", "---", "===", "| a |", "Title: ", "Date: x\n", "from:", "word", "The mill", "it burned.", "漢字。", f"{LONG} ", f"\n{LONG}\n", "\x1c", "\u2003", "𐐨", "٣"]  # fmt: skip
SHAPED = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)


@given(st.lists(SHAPED, max_size=4))
@settings(max_examples=400)
def test_made_up_markdown_is_read_as_the_definition_reads_it(texts: list[str]) -> None:
    assert_same(texts)


@given(st.lists(st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"])), max_size=3))
def test_any_text_is_read_as_the_definition_reads_it(texts: list[str]) -> None:
    assert_same(texts)


@given(SHAPED, st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=5))
def test_what_nobody_reads_is_that_of_the_definition_in_any_spans(text: str, ends: list[tuple[int, int]]) -> None:
    from dedup.kernel import _native

    spans = [(min(pair), max(pair)) for pair in ends if max(pair) <= len(text)]
    wanted = sorted({span for start, end in spans for span in unread(text, start, end)})
    starts, stops = np.array(spans, np.int32).reshape(-1, 2).T.copy()

    assert _native.unread(text, starts, stops).tolist() == [place for span in wanted for place in span]


# ── the door ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_lone_surrogate_is_left_to_the_definition() -> None:
    from dedup.kernel import _native

    text = "# a\ud800b\n\nc [d](e)\udfff."

    assert _native.text_blocks(text, characters.page) is None
    assert list(blocks(text)) == defined_blocks(text)


def test_texts_that_the_kernel_does_not_read_are_named() -> None:
    found = blocks_of([b"One.", b"a\x00b", b"", b"a\xff", b"\xed\xa0\x80", b"Two.\n\nThree.", b"a\xe2\x80"])

    assert found["unknown"].tolist() == [1, 3, 4, 6]
    assert np.diff(found["bounds"]).tolist() == [1, 0, 0, 0, 0, 2, 0]


def test_what_was_not_asked_for_is_not_given() -> None:
    found = blocks_of([b"JL> [a](b)\nJL> c"], links=False, not_read=False)

    assert (len(found["tags"]), len(found["links"]), found["unread_bounds"].tolist()) == (1, 0, [0, 0])


def test_columns_are_of_the_types_that_are_promised() -> None:
    found = blocks_of([b"JL> [a](b)\nJL> c"])
    others = {"bounds": "int64", "unread_bounds": "int64", "unknown": "int64", "tags": "uint8", "links": "float64"}

    assert {name: str(column.dtype) for name, column in found.items() if column.dtype != np.int32} == others


@pytest.mark.parametrize("bounds", [[], [0, 5], [-1, 2], [2, 1]])
def test_bounds_that_are_none_are_refused(bounds: list[int]) -> None:
    from dedup.kernel import _native

    with pytest.raises(ValueError, match="bounds"):
        _native.blocks_of_texts(np.zeros(4, np.uint8), np.array(bounds, np.int64), True, True, characters.page)


@pytest.mark.parametrize(("starts", "ends"), [([0], [5]), ([-1], [2]), ([2], [1]), ([0, 1], [2])])
@pytest.mark.parametrize("text", ["abcd", "abéd"])
def test_spans_outside_a_text_are_refused(text: str, starts: list[int], ends: list[int]) -> None:
    from dedup.kernel import _native

    with pytest.raises(ValueError, match=r"span|columns"):
        _native.unread(text, np.array(starts, np.int32), np.array(ends, np.int32))


def test_bytes_that_are_cut_off_are_not_read_past() -> None:
    """No UTF-8, which the door keeps out of whole texts; spans of a text end where characters do."""
    whole = "[é](é) JL> 漢\u2028\x85 www.é h@é".encode()

    assert all(blocks_of([whole[:end]])["unknown"].tolist() in ([], [0]) for end in range(len(whole)))


def test_threads_read_at_once() -> None:
    texts = [text.encode() for text in TEXTS.values()]
    wanted = blocks_of(texts)

    with ThreadPoolExecutor(4) as pool:
        for found in pool.map(lambda _: blocks_of(texts), range(16)):
            assert all(found[name].tolist() == wanted[name].tolist() for name in wanted)
