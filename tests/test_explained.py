"""What `dedup explain` shows of a document: to a terminal, to a pipe, and of texts that would command a terminal."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any
from unicodedata import category

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

import dedup
from dedup.cli import main
from dedup.explained import BESIDE, Look, explained, keepers, passage, screen
from dedup.result import Piece
from dedup.signs import visible
from dedup.terminal import columns
from tests import terminals
from tests.material import prose

if TYPE_CHECKING:
    from pathlib import Path

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals")
COLOURS = ("NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE")
SGR = re.compile(r"\x1b\[[0-9;]*m")
TURNS = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
FERRY = (
    "The ferry left the inner quay at dawn with forty sacks of barley, two goats and a brass band that had missed the"
    " evening boat, so the pilot steered by the sound of the bell at Sallow Point."
)
LATER = FERRY.replace("dawn", "noon").replace("brass", "silver")
OWN = "Our reporter stood there all morning with a notebook and a flask of tea, and saw no goats at all."


def gone(text: str, kept: str = "", **more: Any) -> Piece:
    """A piece that went: as a duplicate of a text if there is one, else as chrome."""
    said: dict[str, Any] = {"kind": "footer", "why": "Rule x.", "evidence": {"rule": "x", "none": None}}
    if kept or "keeper" in more:
        keeper = {"id": "k", "start": 0, "end": len(kept)}
        figures = {"words": 30, "containment": 0.9, "jaccard": 0.7}
        said = {"kind": "passage", "why": "Copy.", "evidence": figures, "keeper": keeper, "similarity": 0.9}
    return Piece(0, len(text), text, said | more)


def stays(text: str) -> Piece:
    return Piece(0, len(text), text, None)


def lines(pieces: list[Piece], kept: str = "", **look: Any) -> list[str]:
    return list(explained(pieces, {"k": kept}, Look(**{"width": 80, **look})))


# ── what is told ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_line_says_what_it_is_without_colour() -> None:
    shown = lines([stays("One."), gone(LATER, FERRY), gone("Two.")], FERRY)

    assert shown == [
        "kept             One.",
        "- passage        The ferry left the inner quay at [-noon-] with forty sacks of",
        "-                barley, two goats and a [-silver-] band that had missed the",
        "-                evening boat, so the pilot steered by the sound of the bell at",
        "-                Sallow Point.",
        "                 = The ferry left the inner quay at {+dawn+} with forty sacks of",
        "                 = barley, two goats and a {+brass+} band that had missed the",
        "                 = evening boat, so the pilot steered by the sound of the bell",
        "                 = at Sallow Point.",
        "                 | Copy.",
        f"                 | keeper: k 0-{len(FERRY)}",
        "                 | similarity: 0.9 (of the words of both, 90% agree in order);",
        "                 | words: 30; containment: 0.9 (90% of it is in the keeper);",
        "                 | jaccard: 0.7 (of the shingles of both, 70% are shared)",
        "- footer         Two.",
        "                 | Rule x.",
        "                 | rule: x",
    ]


def test_a_copy_with_the_same_words_is_not_shown_twice_but_in_full() -> None:
    same = gone(FERRY, FERRY, similarity=1.0, evidence={"words": 30, "containment": 1.0, "jaccard": 1.0})

    short, full = lines([same], FERRY, most=3), lines([same], FERRY)

    assert not [line for line in short if line.lstrip().startswith("=")]
    assert "similarity: 1.0 (the same words)" in " ".join(short)
    assert " ".join(line.lstrip("= ") for line in full if line.lstrip().startswith("=")) == FERRY


@pytest.mark.parametrize("similarity", [0.999, 0.996, 0.9])
def test_what_is_almost_the_same_is_not_called_the_same(similarity: float) -> None:
    assert "the same words" not in " ".join(lines([gone(LATER, FERRY, similarity=similarity)], FERRY))
    assert "100%" not in " ".join(lines([gone(LATER, FERRY, similarity=similarity)], FERRY))


def test_side_by_side_where_there_is_room() -> None:
    pieces = [gone(LATER, FERRY)]
    wide = screen(BESIDE, 3, colour=False, is_screen=True, removed=False)

    assert wide.beside
    assert not screen(BESIDE - 1, 3, colour=False, is_screen=True, removed=False).beside
    assert not screen(500, 3, colour=False, is_screen=False, removed=False).beside
    shown = list(explained(pieces, {"k": FERRY}, wide))
    assert re.match(r"- passage        The ferry left .* = The ferry left the inner quay at \{\+dawn\+\}", shown[0])
    assert len({line.index(" = ") for line in shown if " = " in line}) == 1
    assert max(map(columns, shown)) <= BESIDE


def test_of_a_long_block_the_beginning_is_shown_and_of_one_that_differs_more() -> None:
    long = prose(1, 300)
    other = " ".join(["Other", *long.split()[1:]])

    assert len([line for line in lines([stays(long)], most=3) if line]) == 3
    assert lines([stays(long)], most=3)[-1].endswith("…")
    assert len(lines([gone(long, other)], other, most=3)) > 12
    assert " ".join(line[17:] for line in lines([stays(long)])) == " ".join(long.split())


def test_only_what_went_has_a_line_of_what_is_next_to_it() -> None:
    many = [stays(f"{number} stays. {OWN}") for number in range(6)]
    shown = lines([*many[:3], gone("Gone."), *many[3:]], removed=True)

    assert [line[:17].strip() for line in shown] == ["...", "kept", "- footer", "", "", "kept", "..."]
    assert shown[0].endswith(" 2 kept")
    assert shown[1].endswith("saw no goats at all.")
    assert "… " in shown[1]
    assert shown[5].startswith("kept             3 stays.")
    assert shown[5].endswith("…")


def test_a_keeper_in_an_index_is_named_and_has_no_text() -> None:
    piece = gone(LATER, FERRY, keeper={"id": "k", "start": 0, "end": 9, "index": "old.index"})

    assert passage(piece, {"k": FERRY}) == ""
    shown = lines([piece], FERRY)
    assert "keeper: k 0-9 in the index old.index, whose texts are not in this run" in " ".join(
        line.strip("| ") for line in shown
    )


def test_of_a_keeper_as_a_whole_document_only_the_passage_is_shown() -> None:
    kept = f"{prose(7, 200)}\n\n{FERRY}\n\n{prose(8, 200)}"

    shown = [line for line in lines([gone(FERRY, kept)], kept) if line.lstrip().startswith("=")]

    assert len(shown) < 9
    assert FERRY[:40] in " ".join(line.strip("= ") for line in shown)


def test_keepers_of_a_run(tmp_path: Path) -> None:
    result = dedup.clean([{"id": "a", "text": f"{OWN}\n\n{FERRY}"}, {"id": "b", "text": FERRY}], tmp_path / "out")
    pieces = result.explain("b")

    assert passage(pieces[0], keepers(result, pieces)) == FERRY.removesuffix(".")
    assert keepers(result, result.explain("a")) == {}


def test_a_keeper_may_stand_in_the_same_document(tmp_path: Path) -> None:
    config = dedup.Config(within=True)
    result = dedup.clean([{"id": "a", "text": f"{FERRY}\n\n{OWN}\n\n{FERRY}"}], tmp_path / "out", config=config)
    pieces = result.explain("a")

    assert [passage(piece, keepers(result, pieces)) for piece in pieces if piece.removed] == [FERRY.removesuffix(".")]


# ── hostile texts ───────────────────────────────────────────────────────────────────────────────────────────────────

HOSTILE = {
    "colours and a title": "Red \x1b[31m, \x1b]0;owned\x07 and \x1b]8;;http://evil.example\x1b\\a link\x1b]8;;\x1b\\.",
    "what is only begun": "A \x1b[ and \x1b",
    "C1": "\x9b2J \x9d0;x\x9c \x90q",
    "turned around": "a\u202eb\u2066c\u200fd",
    "CR and BS": "kept\r- gone\x08\x08\x08\x7f",
    "NUL": "\x00" * 50,
    "a lone surrogate": "a\ud800b\udfff",
    "a long word": "x" * 1_000_000,
    "wide": "渡船离开" * 5_000,
    "combining": "e" + "\u0301" * 5_000,
    "our marks": "[-x-] {+y+} | = - kept",
    "nothing": "",
    "white space": " \t\n\u2028\x85",
}


def is_harmless(line: str) -> bool:
    """Whether a line without our own colours holds nothing that a terminal obeys."""
    return not [c for c in SGR.sub("", line) if category(c) in ("Cc", "Cs", "Zl", "Zp") or c in TURNS]


LOOKS = [
    Look(40), Look(80, 3), Look(160, 3, colour=True, beside=True), Look(130, None, colour=True, beside=True),
    Look(100, 3, colour=True), Look(100, 3, removed=True),
]  # fmt: skip


def hostile_pieces(text: str, other: str) -> list[Piece]:
    keeper = {"id": text, "start": 0, "end": len(other)}
    return [
        stays(text), gone(text, other, keeper=keeper, why=text), gone(other, text, keeper=keeper | {"index": text}),
        gone(text, evidence={text: [text, 1]}, kind="footer"), Piece(0, 1, other, None, {"rule": text}), stays(other),
    ]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_no_text_commands_the_terminal(text: str) -> None:
    for look in LOOKS if len(text) < 100_000 else LOOKS[1:3]:
        shown = list(explained(hostile_pieces(text, FERRY), {text: FERRY}, look))

        assert all(map(is_harmless, shown))
        assert max(map(columns, (SGR.sub("", line) for line in shown))) <= look.width


@given(st.text(), st.text(), st.sampled_from(LOOKS))
def test_whatever_the_texts_are_lines_are_harmless_and_fit(text: str, other: str, look: Look) -> None:
    shown = list(explained(hostile_pieces(text, other), {text: other}, look))

    assert all(map(is_harmless, shown))
    assert max(map(columns, (SGR.sub("", line) for line in shown))) <= look.width


@given(st.text())
def test_colours_change_nothing_but_the_marks_of_what_differs(text: str) -> None:
    pieces = [stays(text), gone(text)]
    plain, coloured = (list(explained(pieces, {}, Look(60, colour=colour))) for colour in (False, True))

    assert [SGR.sub("", line).rstrip() for line in coloured] == plain


@pytest.mark.parametrize(
    ("text", "sign"),
    [("\x00", "␀"), ("\x1b", "␛"), ("\x7f", "␡"), ("\x9b", "<U+009B>"), ("\u202e", "<U+202E>"), ("\ud800", "<U+D800>")],
)
def test_what_cannot_be_shown_has_a_sign(text: str, sign: str) -> None:
    assert visible(f"a{text}b") == f"a{sign}b"


# ── where it goes ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A folder with a run in `out`: `b` has a passage of `a`, with an escape in it."""
    texts = {"a": f"{OWN}\n\n{FERRY}", "b": f"{FERRY.replace('dawn', 'noon')}\n\nSal\x1b[2Jlow {prose(3, 40)}"}
    rows = "".join(
        json.dumps({"id": id_, "text": text, "date": "2023" if id_ == "a" else "2024"}) + "\n"
        for id_, text in texts.items()
    )
    (tmp_path / "in.jsonl").write_text(rows)
    dedup.clean(tmp_path / "in.jsonl", tmp_path / "out")
    return tmp_path


def program(run: Path, *words: str, **env: str) -> dict[str, Any]:
    """What starts `dedup explain` of the run's second document."""
    own = {
        name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE")
    }
    command = [sys.executable, "-m", "dedup", "explain", "out", "b", *words]
    return {"args": command, "cwd": run, "env": {**own, "TERM": "xterm", "COLUMNS": "150", **env}}


def shown_on_a_terminal(given: dict[str, Any]) -> str:
    """What a program writes to a pseudo-terminal."""
    code, said = terminals.on_a_terminal(given["args"], cwd=given["cwd"], env=given["env"])
    assert code == 0, said
    return said


@POSIX
def test_on_a_terminal_it_is_coloured_and_side_by_side(run: Path) -> None:
    shown = shown_on_a_terminal(program(run))

    assert "\x1b[9;31m" in shown
    assert "\x1b[1;4;9;31mnoon" in shown
    assert "\x1b[1;4;32mdawn" in shown
    assert "[-" not in SGR.sub("", shown)
    assert re.search(r"^- passage +The ferry left .* = The ferry left", SGR.sub("", shown), re.MULTILINE)
    assert "\x1b" not in SGR.sub("", shown)
    assert "Sal␛[2Jlow" in SGR.sub("", shown)


@POSIX
@pytest.mark.parametrize(
    ("words", "env"), [((), {"NO_COLOR": "1"}), (("--color", "never"), {"FORCE_COLOR": "1"}), ((), {"TERM": "dumb"})]
)
def test_on_a_terminal_without_colours(run: Path, words: tuple[str, ...], env: dict[str, str]) -> None:
    shown = shown_on_a_terminal(program(run, *words, **env))

    assert "\x1b" not in shown
    assert re.search(r"^- passage +The ferry left .*\[-noon-\].* = The ferry left", shown, re.MULTILINE)


@pytest.mark.parametrize(
    ("words", "env", "coloured"),
    [
        ((), {}, False),
        (("--color", "always"), {"NO_COLOR": "1"}, True),
        ((), {"FORCE_COLOR": "1"}, True),
        ((), {"CLICOLOR_FORCE": "1"}, True),
        ((), {"FORCE_COLOR": "0"}, False),
        ((), {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        ((), {"NO_COLOR": ""}, False),
    ],
)
def test_in_a_pipe_there_are_colours_only_where_they_are_asked_for(
    run: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], env: dict[str, str], coloured: bool
) -> None:
    monkeypatch.chdir(run)
    for name in COLOURS:
        monkeypatch.delenv(name, raising=False)
    shown = CliRunner(env=env).invoke(main, ["explain", "out", "b", *words], color=True).stdout

    assert ("\x1b[9;31m" in shown) is coloured
    assert "\x1b" not in SGR.sub("", shown)


def test_in_a_pipe_nothing_stands_side_by_side(run: Path) -> None:
    shown = subprocess.run(**program(run), capture_output=True, check=True).stdout.decode()

    assert "\x1b" not in shown
    assert re.search(r"^- passage +The ferry left", shown, re.MULTILINE)
    assert re.search(r"^ {17}= The ferry left .*\{\+dawn\+\}", shown, re.MULTILINE)


def test_as_json_with_the_keepers_text(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(run)
    every = CliRunner().invoke(main, ["explain", "out", "b", "--json"]).stdout.splitlines()
    some = CliRunner().invoke(main, ["explain", "out", "b", "--json", "--removed"]).stdout.splitlines()
    records = [json.loads(line) for line in every]

    assert [record["kept"] for record in records] == [False, True]
    assert records[0]["keeper"]["text"].startswith("The ferry left the inner quay at dawn")
    assert [json.loads(line) for line in some] == records[:1]
