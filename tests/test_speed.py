"""The speed benchmark itself: its corpus is always the same, its truth is exact, its scores are right."""

from __future__ import annotations

import json
import sys
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import crowd, edits, exact, recall, speed_rows, speed_table
from benchmarks.peers import common
from benchmarks.scores import lines
from benchmarks.speed_measure import Program, in_turns, run
from benchmarks.tongue import FORMS, PLAIN, tongue
from dedup import shingles

if TYPE_CHECKING:
    from pathlib import Path

SIZE = 600
PLAINER = str.maketrans("“”—", '""-')


@pytest.fixture(scope="module")
def made() -> list[crowd.Made]:
    return list(crowd.documents(SIZE))


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return crowd.folder(SIZE, tmp_path_factory.mktemp("data"))


def text_of(made: crowd.Made) -> str:
    return "\n\n".join(made.paragraphs())


# ── the corpus ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_corpus_is_always_the_same_and_the_beginning_of_larger_ones(made: list[crowd.Made]) -> None:
    again = list(crowd.documents(crowd.BATCH + 50))

    assert [text_of(each) for each in again[:SIZE]] == [text_of(each) for each in made]
    assert [each.planted for each in again[:SIZE]] == [each.planted for each in made]
    assert len({text_of(each) for each in again[crowd.BATCH :]}) > 30, "the next batch is another"
    assert text_of(next(crowd.documents(1, seed=2))) != text_of(made[0])


def test_the_files_hold_what_was_made(corpus: Path, made: list[crowd.Made]) -> None:
    documents = list(lines(corpus / "documents.jsonl"))
    paragraphs = list(lines(corpus / "paragraphs.jsonl"))
    words = np.fromfile(corpus / "words.i32", np.int32)
    bounds = {unit: recall.bounds(corpus, unit) for unit in recall.UNITS}

    assert [each["text"] for each in documents] == [text_of(each) for each in made]
    assert [each["text"] for each in paragraphs] == [text for each in made for text in each.paragraphs()]
    assert len(bounds["documents"]) == SIZE + 1
    assert len(bounds["paragraphs"]) == len(paragraphs) + 1
    for number in (0, 7, SIZE - 1):
        low, high = bounds["documents"][number : number + 2]
        assert words[low:high].tolist() == made[number].words[0].tolist()


def test_a_large_corpus_has_only_its_documents_and_what_is_planted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crowd, "SEARCHED", 20)
    folder = crowd.folder(30, tmp_path)

    assert {path.name for path in folder.iterdir()} == {"documents.jsonl", "planted.jsonl"}


def test_every_kind_of_copy_is_planted_in_its_share(made: list[crowd.Made]) -> None:
    planted = [one for each in made for one in each.planted]
    kinds = [one.kind for one in planted]

    assert 0.15 < kinds.count("document") / SIZE < 0.25
    assert 0.17 < kinds.count("passage") / SIZE < 0.27
    assert 0.02 < kinds.count("quote") / SIZE < 0.06
    assert {one.edit for one in planted if one.kind == "document"} == {*edits.EDITS, *edits.STRUCTURE}
    assert {one.edit for one in planted if one.kind == "quote"} == {"sentences", "words"}
    assert 0.25 < sum(each.curly for each in made) / SIZE < 0.35


def test_a_planted_passage_lies_where_it_is_said_to_lie(made: list[crowd.Made]) -> None:
    texts = {each.id: text_of(each).translate(PLAINER) for each in made}
    exactly = [one for each in made for one in each.planted if one.edit in ("exact", "sentences", "words")]

    assert len(exactly) > 20
    for one in exactly:
        copy, source = texts[one.id][one.start : one.end], texts[one.source][one.source_start : one.source_end]
        assert copy == source
        assert one.jaccard == 1
        assert one.kind != "quote" or 20 <= len(copy.replace(" - ", " ").split()) <= 50


def test_a_planted_similarity_is_that_of_our_own_shingles(made: list[crowd.Made]) -> None:
    texts = {each.id: text_of(each) for each in made}
    for one in [one for each in made for one in each.planted][:80]:
        sides = (texts[one.id][one.start : one.end], texts[one.source][one.source_start : one.source_end])
        copy, source = (set(shingles(side).tolist()) for side in sides)

        assert len(copy & source) / len(copy | source) == pytest.approx(one.jaccard, abs=1e-6), one


@pytest.mark.parametrize("edit", edits.EDITS)
def test_an_edit_changes_about_as_many_words_as_it_says(edit: str, made: list[crowd.Made]) -> None:
    source, chance = made[0].words, np.random.default_rng(5)
    copy = edits.edited(source, edit, chance)
    before, after = exact.shingle_set(source[0]), exact.shingle_set(copy[0])
    rate = int(edit.partition("-")[2] or 0) / 100

    lost = len(np.setdiff1d(before, after)) / len(before)
    assert (lost == 0) == (rate == 0)
    assert rate <= lost <= 5.5 * rate
    fixed = ~tongue().editable[source[0]]
    assert source[0, fixed].tolist() == copy[0, ~tongue().editable[copy[0]]].tolist(), "names and figures stay"
    assert set(copy[2].tolist()) == set(source[2].tolist())


def test_words_are_written_in_forms_of_one_length() -> None:
    language = tongue()

    assert len(set(language.words)) == len(language.words)
    for straight, curly in zip(language.straight.tolist(), language.curly.tolist(), strict=True):
        assert len(straight) == len(curly)
        assert straight == curly.translate(PLAINER)
    assert language.straight[FORMS * 3 + PLAIN] == language.words[3]


# ── the truth ───────────────────────────────────────────────────────────────────────────────────────────────────────


def brute_force(texts: list[list[int]], least: float) -> dict[tuple[int, int], float]:
    """Every pair compared, by tuples of words."""
    sets = []
    for words in texts:
        padded = words + [-1] * (exact.SHINGLE - len(words))
        sets.append({tuple(padded[at : at + 5]) for at in range(len(padded) - 4)})
    similar: dict[tuple[int, int], float] = {}
    for one, other in combinations(range(len(texts)), 2):
        both = len(sets[one] & sets[other])
        similar[one, other] = both / (len(sets[one]) + len(sets[other]) - both)
    return {pair: each for pair, each in similar.items() if each >= least - 1e-12}


def joined(texts: list[list[int]], least: float) -> dict[tuple[int, int], float]:
    bounds = np.cumsum([0, *map(len, texts)])
    pairs, similar = exact.pairs(np.array([word for words in texts for word in words], np.int32), bounds, least)
    assert pairs.tolist() == sorted(pairs.tolist())
    return {(one, other): float(each) for (one, other), each in zip(pairs.tolist(), similar, strict=True)}


@pytest.mark.parametrize("least", [0.3, 0.7, 1.0])
@pytest.mark.parametrize("unit", ["documents", "paragraphs"])
def test_the_join_finds_what_brute_force_finds(unit: str, least: float, corpus: Path) -> None:
    words, bounds = np.fromfile(corpus / "words.i32", np.int32), recall.bounds(corpus, unit)[:161]
    texts = [words[low:high].tolist() for low, high in pairwise(bounds)]

    found = joined(texts, least)

    assert len(found) > 1
    assert found == pytest.approx(brute_force(texts, least))


@given(
    st.lists(st.lists(st.integers(0, 2), min_size=1, max_size=12), min_size=2, max_size=12),
    st.sampled_from([0.1, 0.5, 0.7, 0.75, 1.0]),
)
def test_the_join_finds_what_brute_force_finds_in_texts_that_share_nearly_all(
    texts: list[list[int]], least: float
) -> None:
    assert joined(texts, least) == pytest.approx(brute_force(texts, least))


def test_many_copies_are_compared_in_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exact, "TOGETHER", 50)
    texts = [[*range(20), number] for number in range(15)]

    assert joined(texts, 0.7) == pytest.approx(brute_force(texts, 0.7))


def test_what_was_planted_is_among_all_pairs(corpus: Path) -> None:
    pairs, similar = recall.gold(corpus, "documents")
    planted, jaccards = recall.planted(corpus, SIZE)
    known = dict(zip(map(tuple, pairs.tolist()), similar.tolist(), strict=True))

    assert len(planted) > 50
    for pair, jaccard in zip(planted.tolist(), jaccards.tolist(), strict=True):
        assert known[tuple(pair)] == pytest.approx(jaccard, abs=1e-6)
    assert (corpus / "pairs-documents.npz").exists()
    assert np.array_equal(recall.gold(corpus, "documents")[0], pairs), "searched for once"


# ── the scores ──────────────────────────────────────────────────────────────────────────────────────────────────────

PAIRS = np.array([[0, 1], [2, 3], [4, 5], [6, 7], [6, 8], [7, 8]])
SIMILAR = np.array([0.75, 0.85, 0.95, 1.0, 1.0, 1.0])
SCORES: list[tuple[str, dict[int, int | None], dict[str, float]]] = [
    ("all", {1: 0, 3: 2, 5: 4, 7: 6, 8: 6}, {"[.7, .8)": 1, "1": 1, "precision": 1, "keeper": 1}),
    ("the other one of a pair", {0: 1}, {"[.7, .8)": 1, "[.8, .9)": 0, "precision": 1, "keeper": 1}),
    ("one of three copies", {8: 6}, {"1": 2 / 3, "precision": 1}),
    ("a text that nobody copied", {9: 0}, {"[.7, .8)": 0, "precision": 0, "keeper": 0}),
    ("both of a pair", {0: 1, 1: 0}, {"[.7, .8)": 1, "precision": 0, "keeper": 1}),
    ("for the wrong one", {1: 9}, {"[.7, .8)": 1, "precision": 1, "keeper": 0}),
    ("for nobody", {1: None}, {"[.7, .8)": 1, "precision": 1}),
]


@pytest.mark.parametrize(("gone", "wanted"), [case[1:] for case in SCORES], ids=[case[0] for case in SCORES])
def test_scores_of_texts(gone: dict[int, int | None], wanted: dict[str, float]) -> None:
    found = recall.scored(gone, PAIRS, SIMILAR, 10)

    assert {name: found[name] for name in wanted} == pytest.approx(wanted)
    assert ("keeper" in found) == any(each is not None for each in gone.values())


COPY = {"kind": "passage", "edit": "exact", "id": "d1", "start": 100, "end": 200, "source": "d0", "source_start": 0,
        "source_end": 100, "jaccard": 1.0}  # fmt: skip
QUOTE = {**COPY, "kind": "quote", "edit": "words", "id": "d2", "start": 0, "end": 50, "source_start": 50}
WHOLE = {**COPY, "kind": "document", "edit": "words-20", "id": "d4", "start": 0, "end": 300, "source": "d3",
         "source_end": 300}  # fmt: skip
PASSAGES: list[tuple[str, list[tuple[str, int, int]], tuple[float, float, float, float]]] = [
    ("the copies", [("d1", 100, 200), ("d2", 0, 50)], (1, 1, 1, 1)),
    ("the source", [("d0", 0, 100)], (1, 1, 1, 1)),
    ("in two parts that overlap", [("d1", 100, 160), ("d1", 150, 195)], (0.95, 1, 0, 1)),
    ("half of one", [("d1", 150, 200)], (0.5, 0, 0, 1)),
    ("not more than the better side", [("d1", 100, 140), ("d0", 0, 30)], (0.4, 0, 0, 1)),
    ("too much", [("d1", 0, 200)], (1, 1, 0, 0.5)),
    ("what was planted as a whole", [("d4", 0, 300), ("d3", 10, 20)], (0, 0, 0, 1)),
]


@pytest.mark.parametrize(("gone", "wanted"), [case[1:] for case in PASSAGES], ids=[case[0] for case in PASSAGES])
def test_scores_of_passages(
    gone: list[tuple[str, int, int]], wanted: tuple[float, float, float, float], tmp_path: Path
) -> None:
    removed = [{"id": name, "start": start, "end": end} for name, start, end in gone]
    (tmp_path / "removed.jsonl").write_text("".join(f"{json.dumps(each)}\n" for each in removed))
    (tmp_path / "planted.jsonl").write_text("".join(f"{json.dumps(each)}\n" for each in (COPY, QUOTE, WHOLE)))

    found = recall.passages(tmp_path, tmp_path)

    names = ("paragraph exact", "paragraph exact, found", "quotation of words", "precision")
    assert tuple(found[name] for name in names) == pytest.approx(wanted)


# ── peers and programs ──────────────────────────────────────────────────────────────────────────────────────────────


def test_an_answer_is_written_and_read_back(tmp_path: Path) -> None:
    stored = [json.dumps({"id": f"d{number}", "text": "…"}) + "\n" for number in range(4)]
    (tmp_path / "in.jsonl").write_text("".join(stored), encoding="utf-8")

    common.write(tmp_path / "in.jsonl", np.array([0, 0, common.UNKNOWN, 3]), tmp_path / "out")

    assert (tmp_path / "out" / "clean.jsonl").read_text(encoding="utf-8") == stored[0] + stored[3]
    assert recall.removed(tmp_path / "out") == {1: 0, 2: None}


def test_what_the_peers_share() -> None:
    assert common.shingles("One, two three FOUR five-six") == ["one two three four five", "two three four five six"]
    assert common.shingles("too short") == ["too short"]
    keys = np.array([5, 7, 5, 9, 7, 5], np.uint64)
    assert sorted(map(tuple, common.firsts(keys).tolist())) == [(0, 2), (0, 5), (1, 4)]
    assert common.components(6, np.array([[0, 2], [2, 5], [4, 3]])).tolist() == [0, 1, 0, 3, 3, 0]
    slots = np.array([[1, 2, 3, 4], [1, 2, 3, 9], [1, 9, 9, 9]], np.uint32)
    assert common.agreeing(slots, np.array([[0, 1], [0, 2], [0, 1]]), 0.7).tolist() == [[0, 1]]


def test_a_program_is_measured_with_all_that_it_starts() -> None:
    child = "x = bytearray(60_000_000)\nfor _ in range(3_000_000): pass\nimport time; time.sleep(.2)"
    took = run([sys.executable, "-c", f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"])

    assert took.code == 0
    assert took.megabytes > 60
    assert took.cpu > 0.02
    assert took.wall > 0.2


def test_programs_take_turns_and_one_that_fails_is_not_run_again(tmp_path: Path) -> None:
    log = tmp_path / "log"
    script = "import sys; open(sys.argv[1], 'a').write(sys.argv[2]); sys.exit(int(sys.argv[3]))"

    def program(name: str, code: int, **more: Any) -> Program:
        return Program(name, lambda _: [sys.executable, "-c", script, str(log), name, str(code)], **more)

    programs = [program("a", 0, score=lambda _: {"recall": 0.5}), program("b", 2), program("c", 1, once=True)]
    programs += [program("d", 1, fine=(0,)), Program("e", lambda _: [str(tmp_path / "nothing")])]
    listed = [each.record() for each in in_turns(programs, 3, tmp_path / "runs")]

    assert log.read_text() == "abcdaa"
    assert listed[0]["scores"] == {"recall": 0.5}
    assert listed[0]["rounds"] == 3
    assert [each.get("missing") for each in listed] == [None, "not there", None, "failed with exit code 1", "not there"]


# ── tables ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_time_that_grows_as_size_does_has_the_exponent_1() -> None:
    assert speed_rows.exponent([100, 300, 1000], [2, 6, 20]) == 1
    assert speed_rows.exponent([100, 200, 400], [1, 4, 16]) == 2


def test_tables_stand_between_their_markers(tmp_path: Path) -> None:
    run = {"program": "dedup", "rounds": 3, "wall": 1.0, "cpu": 2.0, "megabytes": 500.0, "scores": {"1": 0.5}}
    listed = [run, {**run, "program": "peer", "cpu": 18.0}, {"program": "other", "missing": "not there"}]
    path = tmp_path / "README.md"
    path.write_text("Prose.\n<!-- documents -->\nold\n<!-- /documents -->\nMore.\n", encoding="utf-8")

    shown = speed_table.shown("documents", {"documents": {"documents": 10, "lines": listed}})
    speed_table.update(path, {"documents": shown})

    page = path.read_text(encoding="utf-8")
    assert page.startswith("Prose.\n<!-- documents -->\n**")
    assert page.endswith("|\n<!-- /documents -->\nMore.\n")
    assert "old" not in page
    assert "| peer | 18.00 | 1.00 | 500 | 0.5000 | 9.0 | 1.0 |" in page
    assert "| other | not there |" in page


def test_the_readme_has_a_place_for_every_row() -> None:
    page = (speed_rows.ROOT / "bench" / "README.md").read_text(encoding="utf-8")

    for name in (*speed_table.TITLES, "machine", "distance"):
        assert page.count(f"<!-- {name} -->") == page.count(f"<!-- /{name} -->") == 1, name
