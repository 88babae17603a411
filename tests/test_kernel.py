# ruff: noqa: E501 (tables of cases)
"""The kernel gives what its definitions give, reads anything without harm, and is there where it can be built."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dedup import html_blocks, html_walk, kernel
from dedup.html import _parse
from dedup.html_walk import _shares
from dedup.table import TAGS
from tests.conftest import ROOT
from tests.kernels import same_as_the_definition

if TYPE_CHECKING:
    from pathlib import Path

native = pytest.mark.skipif(not kernel.NATIVE, reason="no kernel was built, or none is wanted")
NAMES = sorted(
    {name.decode() for name in html_blocks._SKIPPED | html_blocks._INLINE} | {*html_blocks._TAGS} | {"div", "p", "x-y"}
)
ATTRIBUTES = [
    "", ' id="a/b"', ' id=""', ' id="a" id="b"', ' class=" a  b\u00a0c d e "', ' class="a&#10;b"', ' class="&amp;&#x2003;x"', ' role="main"', ' =id="x"', ' ="x"', ' ="a="',
    ' class="Sr-Only"', ' class="a SCREEN-READER-TEXT"', ' class="sr-only-not"', ' style="clip: rect(0,0)"', ' style="clip:rect(1px"', ' style="clip:\u2003rect(0) x"',
    ' style="clip-path:inset(50%)"', ' style="clip-path: inset(5%); clip:rect(0)"', ' style="clip-path: clip:rect(0)"', ' style="clip:rect(2px)"', ' hidden=""', ' a<b="c"', ' x', ' title="a=b c=&quot;d&quot;"',
    f' id="{"é" * 99}"', f' class="{"🌾" * 120}"',
]  # fmt: skip
TEXTS = [
    "", " ", "a", "é b", "\n", "\v", "\x1c", "\x85", "\u2003x", "\u3000", "&amp;", "&lt;b&gt;", "&quot;", "&#13;", "&#xA0;", "&#160;", "a\n\n b ", "🌾", "&amp;lt;", "x " * 60,
    "&#12;", "&#x1F33E;",
]  # fmt: skip
STRANGE = ["&nbsp;", "&", "&#1;", "&#x80;", "&#xD800;", "&#x110000;", "&#99999999999;", "&amp", "&#;", "&#x;", "<", ">", "</p>", "</tr>", "<>", "<p", "\x00", "</", "<tr>", "<a>"]  # fmt: skip


def element(children: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    def built(name: str, attributes: str, inside: list[str]) -> str:
        content = "".join(inside)
        return f"<{name}{attributes}>{content}</{name}>" if content or name == "a" else f"<{name}{attributes}/>"

    names = st.sampled_from(["p", "div", "a", "span", "tr", "tr", "td", "td", "pre", "br", "li", "h2", "script", "b"])
    return st.builds(built, names, st.sampled_from(ATTRIBUTES), st.lists(children, max_size=4))


XML = st.recursive(st.sampled_from([*TEXTS, "<br/>", "<br/><br/>"]), element, max_leaves=25)


def test_the_kernel_is_there_where_a_compiler_is() -> None:
    if not any(map(shutil.which, ("c++", "g++", "clang++"))) or os.environ.get("DEDUP_KERNEL") == "python":
        pytest.skip("nothing could have built it, or it is not wanted")
    assert kernel.name() == "native", "reinstall dedup: its kernel was not built (pip install -v shows why)"


def test_a_variable_has_the_definitions_run() -> None:
    environment = os.environ | {"DEDUP_KERNEL": "python"}
    run = subprocess.run(
        [sys.executable, "-m", "dedup", "--version"],
        check=True,
        env=environment,
        capture_output=True,
        text=True,
        cwd=ROOT,
    )

    assert "kernel: python" in run.stdout


@settings(max_examples=500)
@given(st.lists(XML, max_size=4))
def test_a_page_is_read_as_the_definition_reads_it(inside: list[str]) -> None:
    same_as_the_definition(f"<html>{''.join(inside)}</html>".encode())


@pytest.mark.parametrize("name", NAMES)
def test_every_name_means_the_same(name: str) -> None:
    same_as_the_definition(f"<div>a<{name}>b<p>c</p> d</{name}>e<{name}/>f<{name} id='x'/>g</div>".encode())


@pytest.mark.parametrize("attributes", ATTRIBUTES)
def test_every_attribute_means_the_same(attributes: str) -> None:
    same_as_the_definition(
        f"<div{attributes}>a<p{attributes}>b</p><b{attributes}>c</b><p{attributes}/>d</div>".encode()
    )


def test_white_space_is_that_of_str() -> None:
    letters = "".join(
        f"x{chr(code)}" for code in range(1, 0x11000) if chr(code) not in "<>&" and not 0xD800 <= code < 0xE000
    )
    same_as_the_definition(f"<p>{letters}</p><a>{letters}</a><pre>{letters}\u2003</pre>".encode())


@pytest.mark.parametrize("text", ["&nbsp;", "&", "&#1;", "&#x80;", "&#xD800;", "&#x110000;", "&#99999999999;", "&#;"])
def test_what_only_the_definition_knows_is_left_to_it(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    source = f"<p>a{text}b</p>".encode()
    same_as_the_definition(source, refused=True)
    monkeypatch.setattr(html_walk, "reads_trees", lambda: False)
    monkeypatch.setattr(html_walk, "written", lambda _: source)

    seen, _ = html_walk.blocks(_parse("<p>a</p>"))

    assert seen == html_blocks.pieces(source)[0].text


@native
@settings(max_examples=500)
@given(st.lists(st.sampled_from([*TEXTS, *STRANGE]) | XML, max_size=8), st.binary(max_size=3), st.integers(0, 300))
def test_nothing_that_it_may_be_given_does_harm(inside: list[str], noise: bytes, at: int) -> None:
    from dedup.kernel import _native

    source = "".join(inside).encode()
    try:
        found = _native.blocks(source[:at] + noise + source[at:])
    except ValueError:
        return
    if found is not None:
        text, starts, ends, _, linked, numbers, paths = found
        assert [text[a:b] for a, b in zip(starts, ends, strict=True)] == (
            text.split("\n\n") if len(starts) else []
        ) or ("pre" in "".join(inside) or b"\n" in noise)
        assert len(linked) == len(numbers) == len(starts)
        assert set(numbers.tolist()) == set(range(len(paths)))


@native
@pytest.mark.parametrize(
    "source", [b"</p>", b"<p></p></p>", b"<tr></tr></tr>", b"<p>a<", b"<p>a<>b", b"<p>\xff</p>", b"</tr>"]
)
def test_what_is_not_xml_is_an_error(source: bytes) -> None:
    from dedup.kernel import _native

    with pytest.raises(ValueError):
        _native.blocks(source)


@native
def test_the_kernels_time_grows_with_the_page_and_not_faster() -> None:
    from dedup.kernel import _native

    def seconds(start: bytes, row: bytes, count: int) -> float:
        source = start * 2_000 + row * count
        begin = time.process_time()
        _native.blocks(source)
        return time.process_time() - begin

    for start, row in (
        (b"<tr>", b"<tr><td>a</td></tr><p>b</p>"),
        (b"<div class='row'>", b"<p>a <a href='x'>b</a> &amp; c<br/><br/></p>"),
        (b"<p>", b"<p><p>" + b"x" * 500),  # ever deeper
        (b"<pre>", b"  \n \v a"),
    ):
        assert seconds(start, row, 40_000) < 40 * max(seconds(start, row, 4_000), 0.005)


@native
def test_elements_that_all_differ_do_not_cost_their_square() -> None:
    from dedup.kernel import _native

    def seconds(count: int) -> float:
        source = b"".join(b'<p id="%d">a</p>' % number for number in range(count))
        begin = time.process_time()
        _native.blocks(source)
        return time.process_time() - begin

    assert seconds(100_000) < 40 * max(seconds(10_000), 0.005)


@given(st.lists(st.integers(1, 4_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), max_size=50))
def test_shares_are_rounded_as_python_rounds(pairs: list[tuple[int, int]]) -> None:
    linked, lengths = (np.array([pair[which] for pair in pairs], np.int32) for which in (0, 1))

    assert _shares(linked, lengths).tolist() == [round(part / length, 3) for part, length in pairs]


@native
@given(st.lists(st.integers(1, 4_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), max_size=20))
@example([(1, 2000), (3, 2000), (5, 2000), (1, 16), (3, 16), (1999, 2000), (125, 2000), (7, 400)])
def test_the_kernels_shares_are_rounded_as_python_rounds(pairs: list[tuple[int, int]]) -> None:
    from dedup.kernel import _native

    found = _native.blocks(
        "".join(f"<p><a>{'x' * part}</a>{'y' * (length - part)}</p>" for part, length in pairs).encode()
    )

    assert found is not None
    assert found[4].tolist() == [round(part / length, 3) for part, length in pairs]


def test_tags_are_numbered_as_the_kernel_numbers_them() -> None:
    assert [str(tag) for tag in TAGS[:7]] == [
        "paragraph",
        "heading",
        "item",
        "quote",
        "row",
        "caption",
        "code",
    ]


def test_a_script_says_nothing_at_its_end(tmp_path: Path) -> None:
    """Patterns are kept in caches until the program ends: nanobind took them for leaks."""
    program = (
        "import dedup; print(len(list(dedup.clean([{'id': 'a', 'text': 'The mill closed in May.'}]).documents())))"
    )
    run = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True, cwd=tmp_path)

    assert (run.stdout, run.stderr) == ("1\n", "")
