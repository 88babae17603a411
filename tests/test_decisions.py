"""What people decided: the file, what of a document it holds for, and that a run does just that."""

from __future__ import annotations

import logging
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import numpy as np
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dedup
from dedup import Config, SettingError, kernel, lines, markup, straight
from dedup.data import Kind
from dedup.decided import Decided, Ruling, Seen, rulings
from dedup.decisions import Choice, Decision, default_path, load, parsed, save
from dedup.find import find
from dedup.phrases import Phrases
from dedup.run import pool, serial
from tests.material import Outcome, article, cleaned, prose
from tests.test_invariants import made, output, written

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

KEEP, CHROME, CONFIRM = Choice
CALL = "Come to the old quay on Sunday and bring a chair."

# ── the file ────────────────────────────────────────────────────────────────────────────────────────────────────────

WRONG = [
    (b"[1]", 'f.jsonl:1: is no JSON object; must be as {"decision": "keep", "text": "..."}'),
    (b'\n\n{"decision": "keep"', "f.jsonl:3: is no JSON object on one line: "),
    (b"\xff", "f.jsonl:1: is no JSON object on one line: "),
    (b'{"decision": "keep", "text": "\\ud800"}', "f.jsonl:1: is no JSON object on one line: "),
    (b'{"decision": "drop", "text": "a"}', "f.jsonl:1: decision = 'drop': must be one of keep, chrome, confirm"),
    (b'{"decision": ["keep"], "text": "a"}', "f.jsonl:1: decision = ['keep']: must be one of keep, chrome, confirm"),
    (b'{"text": "a"}', "f.jsonl:1: has no 'decision'"),
    (b'{"decision": "keep"}', "f.jsonl:1: has no 'text'"),
    (b'{"decision": "keep", "text": " \\n"}', "f.jsonl:1: text: is empty; must be the words that are decided on"),
    (b'{"decision": "keep", "text": 3}', "f.jsonl:1: text = 3: must be a string"),
    (b'{"decision": "keep", "text": "a", "id": null}', "f.jsonl:1: id = None: must be a string"),
    (b'{"decision": "keep", "text": "a", "slots": 1}', "f.jsonl:1: slots = 1: must be true or false"),
    (
        b'{"decision": "keep", "text": "a", "where": "x"}',
        "f.jsonl:1: unknown field 'where'; there are: decision, text, id, site, kind, slots, note",
    ),
    (b'{"decision": "keep", "text": "a", "line": 3}', "f.jsonl:1: unknown field 'line'; there are: "),
    (b'{"decision": "chrome", "text": "a", "kind": "passage"}', "f.jsonl:1: kind = 'passage': must be one of navig"),
    (
        b'{"decision": "keep", "text": "a", "kind": "caption"}',
        "f.jsonl:1: kind = 'caption': is for decision = 'chrome'",
    ),
    (b'{"decision": "keep", "text": "Li Wei, 1999", "slots": true}', "f.jsonl:1: slots = true: the text has not three"),
    (b'{"decision": "keep", "text": "a", "\\u001b[2J": 1}', "f.jsonl:1: unknown field '\\x1b[2J'; there are: "),
]


@pytest.mark.parametrize(("content", "message"), WRONG)
def test_a_wrong_line_is_told_with_what_is_allowed(content: bytes, message: str) -> None:
    with pytest.raises(SettingError) as raised:
        parsed(content, "f.jsonl")

    assert str(raised.value).startswith(message)


@pytest.mark.parametrize("name", ["none.jsonl", "wrong.jsonl"])
def test_a_wrong_file_ends_a_run_before_any_work(tmp_path: Path, name: str) -> None:
    (tmp_path / "wrong.jsonl").write_bytes(b"{}")
    config = Config(decisions=str(tmp_path / name))

    with pytest.raises(SettingError, match=name):
        dedup.clean([{"id": "a", "text": CALL}], tmp_path / "out", config=config)
    with pytest.raises(SettingError, match=name):
        dedup.Index.build(tmp_path / "index", [{"id": "a", "text": CALL}], config=config)

    assert not (tmp_path / "out").exists()


texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)
DECISIONS = st.lists(
    st.builds(
        Decision,
        st.sampled_from([KEEP, CONFIRM]),
        texts.filter(str.strip),
        id=texts | st.just(""),
        site=texts | st.just(""),
        note=texts,
    ),
    max_size=4,
)


@given(DECISIONS)
def test_what_is_saved_is_loaded(tmp_path_factory: pytest.TempPathFactory, decisions: list[Decision]) -> None:
    path = tmp_path_factory.mktemp("saved") / "out.decisions.jsonl"

    save(path, decisions)

    assert load(path) == decisions
    assert [each.line for each in load(path)] == list(range(1, len(decisions) + 1))
    assert path.read_bytes().count(b"\n") == len(decisions)
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_a_file_is_one_that_editors_write() -> None:
    content = '\ufeff{"decision": "keep", "text": "é"}\r\n\r\n  {"decision": "chrome", "text": "é", "kind": "share"}'

    assert parsed(content.encode(), "f") == [
        Decision(KEEP, "é"),
        Decision(CHROME, "é", kind=Kind.SHARE),
    ]


def test_a_record_says_no_more_than_was_decided() -> None:
    (decision,) = parsed(b'{"slots": false, "text": "a b", "decision": "chrome", "site": "", "kind": "share"}', "f")

    assert orjson.dumps(decision.as_record()) == b'{"decision":"chrome","text":"a b","kind":"share"}'


def test_decisions_on_a_run_are_kept_beside_its_folder_and_are_no_input(tmp_path: Path) -> None:
    save(default_path(tmp_path / "out"), [Decision(KEEP, CALL)])
    (tmp_path / "a.txt").write_text(CALL)

    assert [name for name, _ in find([tmp_path]).files] == ["a.txt"]
    assert [name for name, _ in find([f"{tmp_path}/*"]).files] == ["a.txt"]
    assert [name for name, _ in find([default_path(tmp_path / "out")]).files] == ["out.decisions.jsonl"]


# ── looked up ───────────────────────────────────────────────────────────────────────────────────────────────────────


def naive(phrases: list[bytes], documents: list[bytes]) -> set[tuple[int, int, int, int]]:
    """Where phrases stand in documents of words of one byte each, as `Phrases.find` has it."""
    found, first = set(), 0
    for number, document in enumerate(documents):
        for which, phrase in enumerate(phrases):
            for at in range(len(document) - len(phrase) + 1):
                if document[at : at + len(phrase)] == phrase:
                    found.add((number, first + at, first + at + len(phrase), which))
        first += len(document)
    return found


few = st.lists(st.sampled_from(b"ab"), max_size=40).map(bytes)


@given(st.lists(few.filter(bool), unique=True, max_size=12), st.lists(few, max_size=5))
def test_phrases_are_found_wherever_they_stand_and_nowhere_else(phrases: list[bytes], documents: list[bytes]) -> None:
    words = np.frombuffer(b"".join(documents), np.uint8).astype(np.uint64)
    bounds = np.cumsum([0, *map(len, documents)], dtype=np.int64)

    found = list(Phrases([np.frombuffer(each, np.uint8).astype(np.uint64) for each in phrases]).find(words, bounds))

    assert set(found) == naive(phrases, documents)
    assert len(found) == len(set(found))


def ruled(decisions: list[Decision], text: str) -> tuple[list[str], list[str]]:
    """What goes of a text, block by block, and what stays."""
    seen = Seen("a", "mill.example", text, markup.blocks(text))
    ((go, stay),), used = rulings(Decided.of(decisions, keep_chrome=False), [seen])
    assert bool(go or stay) <= bool(used)
    blocks = list(seen.blocks)
    return [text[blocks[at].start : blocks[at].end] for at in go], [text[start:end] for start, end in stay]


QUAY, PHOTO = "Come to the *old* quay", "Photo of the ferry: Ada Moor, 1904"
OTHERS = "Photo of the ferry: Li Wei, 2020"
TEXT = f"First line of the letter.\n\n{QUAY}.\n\n{PHOTO}\n\n- [the quay](/q) was empty"
RULED: list[tuple[str, list[Decision], list[str], list[str]]] = [
    ("nothing", [], [], []),
    ("no word of it", [Decision(KEEP, "...")], [], []),
    ("case, marks, white space", [Decision(KEEP, "**Come TO\nthe old  quay!**")], [], [QUAY]),
    ("over two blocks", [Decision(KEEP, "the letter. Come to")], [], ["the letter.\n\nCome to"]),
    ("not a part of a word", [Decision(KEEP, "Come to the old qua")], [], []),
    ("twice", [Decision(KEEP, "the")], [], ["the", "the", "the", "the"]),
    ("overlapping", [Decision(KEEP, "Come to the"), Decision(KEEP, "the old quay")], [], [QUAY]),
    ("a link", [Decision(KEEP, "the quay was [empty](https://a.example/far/away)")], [], ["the quay](/q) was empty"]),
    ("another document", [Decision(KEEP, "the old quay", id="b")], [], []),
    ("this document", [Decision(KEEP, "the old quay", id="a", site="b")], [], ["the *old* quay"]),
    ("another site", [Decision(KEEP, "the old quay", site="quay.example")], [], []),
    ("this site", [Decision(KEEP, "the old quay", site="mill.example")], [], ["the *old* quay"]),
    ("a block", [Decision(CHROME, "COME to the old quay")], [f"{QUAY}."], []),
    ("a part of a block", [Decision(CHROME, "the old quay")], [], []),
    ("more than a block", [Decision(CHROME, "letter. Come to the old quay")], [], []),
    ("two blocks", [Decision(CHROME, f"{QUAY}\n\n{PHOTO}")], [f"{QUAY}.", PHOTO], []),
    ("two blocks of three", [Decision(CHROME, f"{QUAY}\n\n{PHOTO}\n\nMore")], [], []),
    ("two blocks, not in a row", [Decision(CHROME, f"First line of the letter.\n\n{PHOTO}")], [], []),
    ("two blocks with slots", [Decision(CHROME, f"{QUAY}\n\n{OTHERS}", slots=True)], [f"{QUAY}.", PHOTO], []),
    ("two blocks kept with slots", [Decision(KEEP, f"{QUAY}\n\n{OTHERS}", slots=True)], [], [f"{QUAY}.", PHOTO]),
    ("other names", [Decision(CHROME, OTHERS, slots=True)], [PHOTO], []),
    ("other names without slots", [Decision(CHROME, OTHERS)], [], []),
    ("other words", [Decision(CHROME, "Photo of the mill: Li Wei, 2020", slots=True)], [], []),
    ("kept with slots", [Decision(KEEP, OTHERS, slots=True)], [], [PHOTO]),
    ("confirmed", [Decision(CONFIRM, "Come to the old quay")], [], []),
    ("the later line", [Decision(KEEP, QUAY), Decision(CHROME, QUAY)], [f"{QUAY}."], []),
    ("the later line, too", [Decision(CHROME, QUAY), Decision(KEEP, QUAY)], [], [QUAY]),
    ("a part, later", [Decision(CHROME, QUAY), Decision(KEEP, "the old")], [], ["the *old"]),
    ("the narrower scope", [Decision(KEEP, QUAY, id="a"), Decision(CHROME, QUAY, site="mill.example")], [], [QUAY]),
    ("site over all", [Decision(CHROME, QUAY, site="mill.example"), Decision(KEEP, QUAY)], [f"{QUAY}."], []),
    (
        "document over site, in one block of two",
        [Decision(CHROME, QUAY, id="a"), Decision(KEEP, "of the letter. Come to", site="mill.example")],
        [f"{QUAY}."],
        ["of the letter.\n\n"],
    ),
    (
        "without slots",
        [Decision(KEEP, PHOTO), Decision(CHROME, OTHERS, slots=True)],
        [],
        [PHOTO],
    ),
    (
        "slots, the later line",
        [Decision(KEEP, OTHERS, slots=True), Decision(CHROME, OTHERS, slots=True)],
        [PHOTO],
        [],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("decisions", "go", "stay"), [row[1:] for row in RULED], ids=[row[0] for row in RULED])
def test_what_a_decision_holds_for(decisions: list[Decision], go: list[str], stay: list[str]) -> None:
    assert ruled(decisions, TEXT) == (go, stay)


def test_the_initials_of_who_is_quoted_are_read_as_in_the_document() -> None:
    text = "JL> It was in May that\n\nJL> the mill closed, and nobody knew why.\n\nSo it was."

    assert ruled([Decision(KEEP, "JL> It was in May that")], text)[1] == ["It was in May that"]


def test_no_decision_is_looked_up_where_none_can_hold() -> None:
    decided = Decided.of([Decision(KEEP, CALL, id="b")], keep_chrome=False)
    seen = Seen("a", "", CALL, markup.blocks(CALL))

    with patch("dedup.decided.marked_texts", side_effect=AssertionError("looked up")), pytest.raises(AssertionError):
        rulings(decided, [seen._replace(id="b")])
    assert rulings(decided, []) == ([], set())
    found, used = rulings(decided, [seen])
    assert (found, used) == ([Ruling({}, [])], set())


# ── runs ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def by(tmp_path: Path, decisions: Iterable[Decision]) -> str:
    """A file of decisions."""
    path = tmp_path / "some.decisions.jsonl"
    save(path, decisions)
    return str(path)


def letters(records: Iterable[dict[str, Any]], id_: str) -> set[int]:
    """Where letters and figures of a document were taken out."""
    return {
        each["start"] + at
        for each in records
        if each["id"] == id_
        for at, character in enumerate(each["text"])
        if character.isalnum()
    }


def pages(seed: int) -> list[dict[str, Any]]:
    """Pages of a site that share chrome, and paragraphs."""
    found = []
    for number in range(4):
        body = "".join(f"<p>{prose(seed * 10 + each, 40)}</p>" for each in (number, number + 1, number + 20))
        frame = '<nav><ul><li><a href="/">Home</a></li><li><a href="/t">Town 2</a></li></ul></nav>'
        html = f"<html><body>{frame}<article><h1>Letter {number}</h1>{body}<p>{CALL}</p></article></body></html>"
        found.append({"id": f"p{number}", "html": html, "site": "mill.example"})
    return found


def corpus(seed: int, kind: str) -> list[dict[str, Any]]:
    if kind == "pages":
        return pages(seed)
    return [
        {"id": name, "text": text, "site": f"{name[0]}.example"} for name, text in made(seed, 8).items() if text.strip()
    ]


SETTINGS: list[dict[str, Any]] = [{}, {"unit": "document"}, {"keep_chrome": True}, {"within": True, "headings": False}]


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(["texts", "pages"]), st.data())
def test_a_removed_text_that_is_kept_is_not_removed_again(
    tmp_path_factory: pytest.TempPathFactory, seed: int, kind: str, data: st.DataObject
) -> None:
    more = data.draw(st.sampled_from([*SETTINGS, *[{"markup": "markdown"}] * (kind == "pages")]))
    inputs = corpus(seed, kind)
    before = cleaned(inputs, **more)
    some = [each for each in before.removed if any(map(str.isalnum, each["text"]))]
    if not some:
        return
    chosen = data.draw(st.lists(st.sampled_from(some), min_size=1, max_size=4))
    path = by(tmp_path_factory.mktemp("kept"), [Decision(KEEP, each["text"], id=each["id"]) for each in chosen])

    after = cleaned(inputs, decisions=path, **more)

    for each in chosen:
        assert not letters([each], each["id"]) & letters(after.removed, each["id"])
        assert all(word in after.texts[each["id"]] for word in each["text"].split())
    assert after.restored == before.restored
    assert after.summary["decisions"]["used"] == after.summary["decisions"]["given"] - (
        len(chosen) - len({(each["id"], each["text"]) for each in chosen})
    )
    for one, other in pairwise(after.removed):
        assert one["id"] != other["id"] or one["end"] <= other["start"]


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(["texts", "pages"]), st.data())
def test_a_text_that_is_chrome_stays_nowhere_in_its_scope(
    tmp_path_factory: pytest.TempPathFactory, seed: int, kind: str, data: st.DataObject
) -> None:
    inputs = corpus(seed, kind)
    before = cleaned(inputs)
    blocks = {id_: set(text.split("\n\n")) for id_, text in before.restored.items()}  # a sentence of one is no block
    lines_ = sorted(
        {
            (id_, line)
            for id_, text in before.texts.items()
            for line in text.split("\n\n")
            if line.strip() and line in blocks[id_]
        }
    )
    chosen = data.draw(st.lists(st.sampled_from(lines_), min_size=1, max_size=3))
    path = by(tmp_path_factory.mktemp("chrome"), [Decision(CHROME, line, id=id_) for id_, line in chosen])

    after = cleaned(inputs, decisions=path)

    for id_, line in chosen:
        assert line not in after.texts.get(id_, "").split("\n\n")
        assert any(each["kind"] == "boilerplate" for each in after.removed if each["id"] == id_)
    assert after.restored == before.restored


FORMS: dict[str, Any] = {
    "text": lambda body, line: {"text": f"{body}\n\n{line}\n\n{body[:200]}"},
    "markdown": lambda body, line: {"markdown": f"# A letter\n\n{body}\n\n> **{line}**\n\n{body[:200]}"},
    "html": lambda body, line: {
        "html": f"<html><body><article><h1>A letter</h1><p>{body}</p><p><b>{line}</b></p><p>{body[:200]}</p></article>"
    },
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("more", [{}, {"markup": "markdown"}, {"unit": "document"}, {"keep_kinds": ["share"]}])
def test_chrome_goes_whatever_its_form(tmp_path: Path, form: str, more: dict[str, Any]) -> None:
    inputs = [
        {"id": str(number), "site": "mill.example", **FORMS[form](prose(number, 90), f"Seen by {name} at the quay")}
        for number, name in enumerate(["Ada Moor", "Li Wei"])
    ]
    decision = Decision(CHROME, "Seen by Jo Bell at the quay", kind=Kind.SHARE, slots=True, note="who saw")

    found = cleaned(inputs, decisions=by(tmp_path, [decision]), **more)
    none = cleaned(inputs, **more)

    own = [each for each in found.removed if "decision" in each["evidence"]]
    assert [(each["id"], each["kind"], each["reason"]) for each in own] == [(id_, "share", "chrome") for id_ in "01"]
    assert {each["why"] for each in own} == {"Decided: who saw (line 1 of the decisions)."}
    assert all("Seen by" in none.texts[id_] and "Seen by" not in found.texts[id_] for id_ in "01")
    assert found.restored == none.restored
    assert found.summary["decisions"] == {"given": 1, "used": 1}


def test_chrome_is_no_keeper_and_a_copy_of_it_is_none(tmp_path: Path) -> None:
    shared = prose(7, 40)
    inputs = [{"id": "a", "text": f"{prose(1)}\n\n{shared}"}, {"id": "b", "text": f"{prose(2)}\n\n{shared}"}]
    assert cleaned(inputs).kinds("b") == {"passage"}

    found = cleaned(inputs, decisions=by(tmp_path, [Decision(CHROME, shared, id="a")]))

    assert (found.kinds("a"), found.kinds("b")) == ({"boilerplate"}, set())


def test_where_no_chrome_is_taken_out_none_goes_by_decision(tmp_path: Path) -> None:
    path = by(tmp_path, [Decision(CHROME, CALL), Decision(KEEP, CALL)])

    found = cleaned([{"id": "a", "text": f"{article(1)}\n\n{CALL}"}], decisions=path, keep_chrome=True)

    assert (found.removed, found.summary["decisions"]) == ([], {"given": 2, "used": 1})


def test_a_document_of_which_something_is_kept_does_not_go_as_a_whole(tmp_path: Path) -> None:
    inputs = [{"id": id_, "text": article(3)} for id_ in "abc"]
    kept = by(tmp_path, [Decision(KEEP, article(3).split("\n\n")[1], id="c")])

    passages, documents = cleaned(inputs, decisions=kept), cleaned(inputs, decisions=kept, unit="document")

    assert passages.texts["c"].strip() == article(3).split("\n\n")[1]
    assert (passages.kinds("b"), passages.kinds("c")) == ({"document"}, {"passage"})
    assert documents.texts == {"a": article(3), "c": article(3)}


@pytest.mark.parametrize("unit", ["passage", "document"])
def test_what_is_kept_is_kept_from_an_index_too(tmp_path: Path, unit: str) -> None:
    old, new = [{"id": "old", "text": article(3)}], [{"id": id_, "text": article(3)} for id_ in ("a", "b")]
    kept = Config(decisions=by(tmp_path, [Decision(KEEP, article(3), id="b")]), unit=unit)
    index = dedup.Index.build(tmp_path / "index", old)

    result = dedup.clean(new, tmp_path / "out", config=kept, against=index, limits=dedup.Limits(stop_removed=1.0))

    assert [document["id"] for document in result.documents()] == ["b"]


def test_an_index_is_made_of_what_stays(tmp_path: Path) -> None:
    shared = prose(7, 40)
    old = [{"id": "old", "text": f"{article(1)}\n\n{shared}"}]
    config = Config(decisions=by(tmp_path, [Decision(CHROME, shared)]))
    index = dedup.Index.build(tmp_path / "index", old, config=config)
    index.add([{"id": "more", "text": f"{article(2)}\n\n{shared}"}], config=config)

    result = dedup.clean([{"id": "new", "text": f"{article(3)}\n\n{shared}"}], against=index)

    assert list(result.removed()) == []


def test_pages_lose_no_more_than_before_and_get_back_what_is_kept(tmp_path: Path) -> None:
    before = cleaned(pages(1))
    assert "Town" not in before.texts["p1"]
    assert CALL not in before.texts["p2"]

    after = cleaned(pages(1), decisions=by(tmp_path, [Decision(KEEP, "town 2", id="p1"), Decision(KEEP, CALL)]))

    assert after.texts["p1"].startswith("Town 2\n\n")
    assert all(after.texts[f"p{number}"].endswith(CALL) for number in range(4))
    assert after.gone("p1")[0].split() == ["Home"]
    assert "Home" in after.gone("p2")[0]
    assert "Town" in after.gone("p2")[0]


def test_the_output_does_not_depend_on_workers(tmp_path: Path) -> None:
    inputs = written(tmp_path / "in", made(5, 12))
    removed = cleaned(inputs).removed
    decisions = [Decision(KEEP, each["text"], id=each["id"]) for each in removed[::3]]
    config = Config(decisions=by(tmp_path, [*decisions, Decision(CHROME, CALL)]))

    for name, runner in (("one", serial), ("two", pool(2))):
        dedup.clean(inputs, tmp_path / name, config=config, runner=runner)

    assert output(tmp_path / "one") == output(tmp_path / "two")


def test_the_manifest_says_which_file_it_was_and_the_log_what_came_to_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    some = [
        Decision(KEEP, CALL),
        Decision(CHROME, "Nowhere at all"),
        Decision(CONFIRM, "Nowhere"),
        Decision(KEEP, "x", id="b"),
    ]
    path = by(tmp_path, some)

    with caplog.at_level(logging.INFO, "dedup"):
        summary = cleaned([{"id": "a", "text": CALL}], decisions=path).summary

    assert summary["decisions"] == {"given": 3, "used": 1}
    assert len(summary["decisions_digest"]) == 32
    said = [each.getMessage() for each in caplog.records if "decision" in each.getMessage()]
    assert said == [f"{path}:{line}: this decision holds for no text" for line in (2, 4)]
    assert not {"decisions", "decisions_digest"} & set(cleaned([{"id": "a", "text": CALL}]).summary)


@pytest.mark.skipif(not kernel.NATIVE, reason="without the kernel all documents take the long way")
def test_lines_take_the_short_way_where_nothing_is_decided_against_it(tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    source.write_bytes(b"".join(orjson.dumps({"id": id_, "text": article(1)}) + b"\n" for id_ in "ab"))
    outputs = []
    for name, choice in (("none", None), ("confirmed", CONFIRM), ("kept", KEEP)):
        path = by(tmp_path, [Decision(choice, article(1), id="b")]) if choice else ""
        with patch.object(straight, "write", wraps=straight.write) as taken:
            dedup.clean(source, tmp_path / name, config=Config(keep_chrome=True, decisions=path))
        assert taken.called == (choice is not KEEP)
        outputs.append([(tmp_path / name / each).read_bytes() for each in ("clean.jsonl", "removed.jsonl")])
    with patch.object(lines, "can_read", return_value=False):
        dedup.clean(source, tmp_path / "long", config=Config(keep_chrome=True))

    assert (
        outputs[0]
        == outputs[1]
        == [(tmp_path / "long" / each).read_bytes() for each in ("clean.jsonl", "removed.jsonl")]
    )
    assert outputs[2] == [source.read_bytes(), b""]


def test_a_run_goes_by_the_decisions_that_it_began_with(tmp_path: Path) -> None:
    path = by(tmp_path, [Decision(CHROME, CALL)])

    def inputs() -> Iterator[dict[str, Any]]:
        by(tmp_path, [])
        yield {"id": "a", "text": f"{article(1)}\n\n{CALL}"}

    found = cleaned(inputs(), decisions=path)

    assert CALL not in found.texts["a"]
    assert found.summary["decisions"] == {"given": 1, "used": 1}


def test_provenance_and_hostile_decisions(tmp_path: Path) -> None:
    hostile = "</script>\x00\x1b[2J\u202e " + "x" * 100_000
    some = [
        Decision(CHROME, CALL, note=hostile),
        Decision(KEEP, hostile),
        Decision(KEEP, "[" * 5000),
        Decision(CHROME, hostile),
    ]

    found = cleaned([{"id": "a", "text": f"{article(1)}\n\n{CALL}"}], decisions=by(tmp_path, some), provenance=True)

    assert found.summary["decisions"] == {"given": 4, "used": 1}
    ((own,),) = (document["dedup"]["removed"] for document in found.documents)
    assert (own["reason"], own["kind"], own["keeper"]) == ("chrome", "boilerplate", None)


def outcome(found: Outcome) -> tuple[dict[str, str], list[dict[str, Any]]]:
    return found.texts, found.removed


def test_decisions_that_confirm_change_nothing(tmp_path: Path) -> None:
    inputs = corpus(3, "texts")
    before = cleaned(inputs)
    path = by(tmp_path, [Decision(CONFIRM, each["text"], id=each["id"]) for each in before.removed])

    assert outcome(cleaned(inputs, decisions=path)) == outcome(before)
