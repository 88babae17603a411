"""The measuring of near-duplicate passages itself, and that no less is found of our own reuse than was."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import dedup
from benchmarks import floors, passages
from benchmarks.gold import of_file
from benchmarks.passages import FEW, Figures, of_corpus, own
from benchmarks.taken import Taken
from tests.material import prose
from tests.quality import plagdet, verify
from tests.quality.changes import ROWS, applies, edited
from tests.quality.generator import corpora, groups, traps
from tests.quality.noise import misread
from tests.quality.own import folded, is_spaced, long_enough, paragraphs, sentences
from tests.quality.plagdet import Passage, detections, detects, measured
from tests.quality.verify import alike, common, words, wrong

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.quality.generator import Corpus


@pytest.fixture(scope="module")
def found() -> passages.Own:
    return own(cases=FEW)


# ── what was reached ────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_is_found_does_not_fall_below_its_floors(found: passages.Own) -> None:
    assert set(found.reached()) == set(floors.load()["passages-few"]), "run `make passages-update`"
    assert not floors.broken("passages-few", found.reached())


def test_what_is_only_alike_stays(found: passages.Own) -> None:
    assert found.traps > 150
    assert not found.fallen


def test_every_record_withstands_an_independent_check(found: passages.Own) -> None:
    assert found.checked > FEW * len(ROWS) / 2
    assert not found.wrong


# ── the made-up reuse ───────────────────────────────────────────────────────────────────────────────────────────────


def test_our_paragraphs_are_many_and_no_two_share_a_run_of_words() -> None:
    texts = paragraphs()
    seen: set[tuple[str, ...]] = set()
    for text, language in texts:
        listed = folded(text)
        run = 8 if is_spaced(language) else 16
        runs = {tuple(listed[at : at + run]) for at in range(len(listed) - run + 1)}
        assert not runs & seen, text
        seen |= runs

    assert all(long_enough(text) for text, _ in texts)
    assert len(texts) > 250
    assert {language for _, language in texts} == {"en", "de", "fr", "ru", "zh", "ja", "ar", "th"}


def test_a_corpus_depends_on_the_seed_alone() -> None:
    assert list(corpora(2, 2)) == list(corpora(2, 2))
    assert list(corpora(2, 2)) != list(corpora(3, 2))
    assert traps(1) == traps(1) != traps(2)


def test_the_gold_of_a_case_is_the_passage_on_both_sides() -> None:
    same = {"verbatim", "dateline", "embedded", "merged", "truncated", "truncated-head", "split", "reordered"}
    counted = dict.fromkeys(ROWS, 0)
    for corpus in corpora(5, 6):
        texts, dates = corpus.texts, {each["id"]: each["date"] for each in corpus.documents}
        for case in corpus.cases:
            counted[case.row] += 1
            for pair in case.pairs:
                here = texts[pair.document][pair.start : pair.end]
                there = texts[pair.source][pair.source_start : pair.source_end]
                assert dates[pair.source] < dates[pair.document]
                assert here.strip() and there.strip()
                assert (here == there) == (case.row in same), (case.row, here, there)

    assert counted == dict.fromkeys(ROWS, 6)


def test_no_id_stands_in_two_corpora() -> None:
    listed = [each["id"] for corpus in corpora(1, 20, ("nfd", "merged")) for each in corpus.documents]

    assert len(listed) == len(set(listed)) == 80


def test_the_reuse_is_the_older_one_in_half_of_the_cases() -> None:
    younger = 0
    for corpus in corpora(1, 200, ("dateline",)):
        for case in corpus.cases:
            pair = case.pairs[0]
            younger += corpus.texts[pair.document][: pair.start].rstrip(" ").endswith(("-", "—"))

    assert 75 < younger < 125


def rest_of(corpus: Corpus) -> Iterator[tuple[str, str]]:
    """The paragraphs of every document without its gold, but of those of which the gold is a part of a paragraph."""
    gold = {id_: list(text) for id_, text in corpus.texts.items()}
    for pair in (pair for case in corpus.cases for pair in case.pairs):
        gold[pair.document][pair.start : pair.end] = "\n" * (pair.end - pair.start)
        gold[pair.source][pair.source_start : pair.source_end] = "\n" * (pair.source_end - pair.source_start)
    for id_, letters in gold.items():
        if not id_.startswith("truncated"):
            yield from ((id_, block) for block in "".join(letters).split("\n\n"))


def test_no_document_shares_anything_with_another_but_the_passages() -> None:
    for corpus in corpora(4, 3):
        seen: dict[tuple[str, ...], str] = {}
        for id_, block in rest_of(corpus):
            listed = folded(block)
            for at in range(len(listed) - 7):
                assert seen.setdefault(tuple(listed[at : at + 8]), id_) == id_


@pytest.mark.parametrize(("row", "share"), [("edits-5", 0.05), ("edits-10", 0.1), ("edits-20", 0.2)])
def test_so_many_words_are_edited_as_the_row_says(row: str, share: float) -> None:
    lost = size = 0
    for corpus in corpora(3, 40, (row,)):
        for case in corpus.cases:
            pair = case.pairs[0]
            here = words(corpus.texts[pair.document][pair.start : pair.end])
            there = words(corpus.texts[pair.source][pair.source_start : pair.source_end])
            lost += max(len(here), len(there)) - common(here, there)
            size += max(len(here), len(there))

    assert 0.75 * share < lost / size < 1.25 * share


def test_names_and_figures_are_kept_where_the_row_says_so() -> None:
    from random import Random

    for at, (text, language) in enumerate(paragraphs()):
        if is_spaced(language):
            changed = edited(text, Random(at), language, 0.2, kept=True)
            told = [word for word in words(changed) if any(letter.isdigit() for letter in word)]
            assert told == [word for word in words(text) if any(letter.isdigit() for letter in word)]
            assert [each for each in changed if each.isupper()] == [each for each in text if each.isupper()]


def test_so_many_characters_are_misread_as_the_row_says() -> None:
    from random import Random

    texts = [text for text, language in paragraphs() if language == "en"]
    for share in (0.02, 0.05):
        differ = sum(
            max(len(text), len(noisy)) - common(text, noisy)
            for number, text in enumerate(texts)
            for noisy in [misread(text, Random(number), share)]
        )
        assert 0.8 * share < differ / sum(len(text) - text.count(" ") for text in texts) < 1.3 * share


def test_a_sentence_ends_where_another_begins() -> None:
    def parts(text: str) -> list[str]:
        return [text[start:end] for start, end in sentences(text)]

    assert parts('He left. "Why?" she asked. Dr. Aune, of St. Ives, knew.') == [
        "He left.", '"Why?" she asked.', "Dr. Aune, of St. Ives, knew.",
    ]  # fmt: skip
    assert parts("雨が降る。「傘は?」と聞く。") == ["雨が降る。", "「傘は?」と聞く。"]
    assert parts("No end") == ["No end"]


def test_traps_are_many_of_many_kinds_and_alike_in_their_groups() -> None:
    kinds = {group.kind for group in groups()}

    assert len(groups()) >= 60
    assert kinds == {
        "template", "recipe", "product", "notice", "formula", "one-event", "names", "quotation", "opening", "topic",
    }  # fmt: skip
    assert sum(group.kind == "one-event" for group in groups()) >= 12
    assert all(len(set(group.texts)) == len(group.texts) >= 2 for group in groups())


def test_applicable_changes_change_something() -> None:
    assert not applies("nfd", paragraphs()[0])
    assert not applies("edits-5-kept", next(each for each in paragraphs() if each.language == "th"))


# ── plagdet ─────────────────────────────────────────────────────────────────────────────────────────────────────────

CASE = Passage("b", 100, 200, "a", 0, 100)


def test_a_detection_of_a_half_has_full_precision_and_half_recall() -> None:
    found = measured([CASE], [CASE._replace(end=150, source_end=50)])

    assert found == (1.0, 0.5, 1.0)
    assert found.plagdet == found.f1 == pytest.approx(2 / 3)


def test_every_case_has_the_same_weight_however_long() -> None:
    small = Passage("c", 0, 10, "a", 200, 210)

    assert measured([CASE, small], [CASE]) == (1.0, 0.5, 1.0)
    assert measured([CASE, small], [small]) == (1.0, 0.5, 1.0)
    assert measured([CASE], [CASE, small]) == (0.5, 1.0, 1.0)


def test_a_case_in_three_pieces_costs_granularity() -> None:
    edges = [(0, 30), (30, 60), (60, 100)]
    pieces = [Passage("b", 100 + low, 100 + high, "a", low, high) for low, high in edges]
    other = Passage("d", 0, 50, "a", 0, 50)

    assert measured([CASE, other], [*pieces, other]) == (1.0, 1.0, 2.0)
    assert measured([CASE], pieces).plagdet == pytest.approx(1 / 2)  # log2(1 + 3)


def test_a_detection_must_overlap_on_both_sides_of_the_same_documents() -> None:
    beside = CASE._replace(source_start=100, source_end=200)

    assert detects(CASE, CASE)
    assert not detects(beside, CASE)
    assert not detects(CASE._replace(source="c"), CASE)
    assert not detects(CASE._replace(start=200, end=300), CASE)
    assert measured([CASE], [beside]) == (0.0, 0.0, 1.0)


def test_what_a_detection_covers_beside_its_case_costs_precision() -> None:
    wide = CASE._replace(end=400)  # 100 + 100 of 400 characters

    assert measured([CASE], [wide]) == (0.5, 1.0, 1.0)


def test_without_cases_or_detections() -> None:
    assert measured([], []) == (1.0, 1.0, 1.0)
    assert measured([CASE], []) == measured([], [CASE]) == (0.0, 0.0, 1.0)
    assert measured([], [CASE]).plagdet == 0.0


def test_detections_that_touch_are_one() -> None:
    texts = {"a": "One two.\n\nThree four.  x Five.", "b": "> One two.\n>\n> Three four.\n\ny Five."}

    def record(start: int, end: int, low: int, high: int) -> dict[str, Any]:
        return {
            "id": "b",
            "start": start,
            "end": end,
            "keeper": {"id": "a", "start": low, "end": high},
            "reason": "duplicate",
        }

    chrome = {"id": "b", "start": 0, "end": 4, "reason": "chrome", "keeper": None}
    found = detections([record(15, 28, 10, 21), record(2, 13, 0, 8), chrome, record(30, 35, 25, 30)], texts)

    assert found == [Passage("b", 2, 26, "a", 0, 21), Passage("b", 30, 35, "a", 25, 30)]


spans = st.tuples(st.integers(0, 60), st.integers(1, 30)).map(lambda each: (each[0], each[0] + each[1]))
some = st.lists(
    st.builds(
        lambda names, here, there: Passage(names[0], here[0], here[1], names[1], there[0], there[1]),
        st.sampled_from([("b", "a"), ("c", "a"), ("c", "b")]),
        spans,
        spans,
    ),
    max_size=6,
    unique=True,
)


def by_characters(cases: list[Passage], detected: list[Passage]) -> tuple[float, float, float]:
    """The definition of the paper, character by character."""

    def marks(each: Passage) -> set[tuple[str, str, int]]:
        here = {("here", each.document, at) for at in range(each.start, each.end)}
        return here | {("there", each.source, at) for at in range(each.source_start, each.source_end)}

    def mean_share(of: list[Passage], by: list[Passage]) -> float:
        shares = []
        for each in of:
            covered = set().union(*(marks(each) & marks(other) for other in by if detects(other, each)))
            shares.append(len(covered) / len(marks(each)))
        return sum(shares) / len(of)

    counts = [count for case in cases if (count := sum(detects(each, case) for each in detected))]
    return mean_share(detected, cases), mean_share(cases, detected), sum(counts) / len(counts) if counts else 1.0


@given(some, some)
def test_the_measures_are_those_of_the_definition(cases: list[Passage], detected: list[Passage]) -> None:
    found = measured(cases, detected)

    if cases and detected:
        assert tuple(found) == pytest.approx(by_characters(cases, detected))
    assert 0 <= found.plagdet <= found.f1 + 1e-12 <= 1 + 1e-9
    assert found.granularity >= 1


@given(some)
def test_the_gold_itself_has_full_precision_and_recall(cases: list[Passage]) -> None:
    assert tuple(measured(cases, cases))[:2] == pytest.approx((1.0, 1.0))


# ── the independent check ───────────────────────────────────────────────────────────────────────────────────────────

sequences = st.lists(st.sampled_from("abcde"), max_size=30)


def slow_common(left: list[str], right: list[str]) -> int:
    rows = [[0] * (len(right) + 1) for _ in range(len(left) + 1)]
    for i, a in enumerate(left):
        for j, b in enumerate(right):
            rows[i + 1][j + 1] = rows[i][j] + 1 if a == b else max(rows[i][j + 1], rows[i + 1][j])
    return rows[-1][-1]


@given(sequences, sequences)
def test_the_longest_common_subsequence_is_that_of_the_table(left: list[str], right: list[str]) -> None:
    assert common(left, right) == slow_common(left, right)


@given(sequences, sequences)
def test_words_that_count_as_same_are_common(left: list[str], right: list[str]) -> None:
    def vowel(word: str) -> str:
        return "a" if word in "ae" else word

    found = common(left, right, lambda a, b: vowel(a) == vowel(b))

    assert found == slow_common([vowel(each) for each in left], [vowel(each) for each in right])


def test_words_are_told_without_the_package() -> None:
    assert words("The ﬁne Cafe\u0301, 3,100 m²") == ["the", "fine", "café", "3", "100", "m2"]
    assert words("十円玉 ไทย straße") == ["十", "円", "玉", "ไ", "ท", "ย", "strasse"]
    assert alike("an exam-\n> ple of it", "An example of it") == (1.0, 1.0)
    assert alike("well-\nknown words", "well-known words") == (1.0, 1.0)
    source = (verify.__file__ or "").removesuffix("c")
    with open(source, encoding="utf-8") as stream:  # noqa: PTH123
        assert not [line for line in stream if line.startswith(("import dedup", "from dedup"))]


OLD, COPY = prose(1), prose(1)
TEXTS = {"a": f"{prose(2)}\n\n{OLD}\n\n{prose(3)}", "b": f"{COPY}\n\n{prose(4)}"}


def record(**changes: Any) -> dict[str, Any]:
    start = TEXTS["a"].index(OLD)
    keeper = {"id": "a", "start": start, "end": start + len(OLD)} | changes.pop("keeper", {})
    plain = {"id": "b", "start": 0, "end": len(COPY), "text": COPY, "reason": "duplicate", "similarity": 1.0}
    return {**plain, "keeper": keeper, **changes}


def whys(*records: dict[str, Any], texts: dict[str, str] = TEXTS) -> list[str]:
    return [each.why for each in wrong(records, texts)]


def test_a_right_record_is_none_of_the_wrong_ones() -> None:
    assert whys(record()) == []
    assert whys(record(similarity=0.9)) == []  # said less than is true
    assert whys(record(reason="chrome", text="?", keeper={"id": "?"})) == []


def test_a_keeper_that_is_not_alike_is_wrong() -> None:
    assert whys(record(keeper={"start": 0, "end": 200}, similarity=0.2))[0].endswith("is below 0.8")


def test_a_keeper_that_lacks_too_many_words_is_wrong() -> None:
    short = {"end": TEXTS["a"].index(OLD) + int(len(OLD) * 0.7)}  # 2 x .7 / 1.7 = .82

    assert whys(record(keeper=short, similarity=0.82)) == ["the keeper has 70% of its words only"]


def test_a_keeper_that_is_gone_itself_is_wrong() -> None:
    at = TEXTS["a"].index(OLD)
    gone = {"id": "a", "start": at + 10, "end": at + 60, "text": TEXTS["a"][at + 10 : at + 60], "reason": "chrome"}
    beside = {"id": "a", "start": 0, "end": at, "text": TEXTS["a"][:at], "reason": "chrome"}

    assert whys(record(), gone) == ["what a keeps of it is gone itself"]
    assert whys(record(), beside) == []


def test_a_similarity_that_was_overstated_is_wrong() -> None:
    half = " ".join(each if at % 10 else "other" for at, each in enumerate(COPY.split()))
    texts = TEXTS | {"b": half}

    assert whys(record(text=half, end=len(half), similarity=0.9), texts=texts) == []
    assert whys(record(text=half, end=len(half)), texts=texts) == ["similarity 1.000 was recorded, and is 0.900"]


def test_a_text_that_is_not_there_and_a_keeper_of_itself_are_wrong() -> None:
    assert whys(record(text=COPY + " More")) == ["its text is not what stands there in the source"]
    assert whys(record(keeper={"id": "b", "start": 0, "end": len(COPY)}))[-1] == "it is its own keeper"


def test_the_check_reads_a_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sources = tmp_path / "sources.jsonl.gz"
    with gzip.open(sources, "wt", encoding="utf-8") as stream:
        stream.writelines(json.dumps({"id": id_, "text": text}) + "\n" for id_, text in TEXTS.items())
    out = tmp_path / "out"
    dedup.clean(sources, out, config=dedup.Config(keep_chrome=True))

    assert verify.main([str(out), str(sources)]) == 0
    assert "1 duplicates checked, 0 of them wrong" in capsys.readouterr().err
    forged = record(similarity=0.5, keeper={"start": 0, "end": 50})
    (out / "removed.jsonl").write_text(json.dumps(forged) + "\n", encoding="utf-8")
    assert verify.main([str(out), str(sources)]) == 1
    assert capsys.readouterr().out.startswith("b 0:")


# ── the command ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_passage_that_went_from_either_side_is_found() -> None:
    forth = {"id": "b", "start": 0, "end": 60, "reason": "duplicate", "keeper": {"id": "a"}}
    back = {"id": "c", "start": 500, "end": 540, "reason": "duplicate", "keeper": {"id": "b"}}
    taken = Taken.of([forth, back, {"reason": "chrome"}])

    assert taken.best("b", 10, 110, "a") == 50
    assert taken.best("b", 200, 300, "c") == 40  # the copy in the source went instead
    assert taken.best("b", 200, 230, "c") == 30
    assert taken.best("a", 0, 100, "b") == 60
    assert taken.best("b", 200, 300, "d") == 0


def test_what_went_beside_the_gold_is_counted() -> None:
    corpus = next(corpora(1, 1, ("verbatim",)))
    pair = corpus.cases[0].pairs[0]
    end = pair.end + 40
    gone = {"id": pair.document, "start": pair.start, "end": end, "reason": "duplicate"}
    keeper = {"id": pair.source, "start": pair.source_start, "end": pair.source_end}

    figures = of_corpus(corpus, [gone | {"keeper": keeper}])["verbatim"]

    beside = corpus.texts[pair.document][pair.end : end]
    assert (figures.cases, figures.found) == (1, 1)
    assert figures.beside == len("".join(beside.split())) > 0
    assert figures.plagdet.precision < 1.0 == figures.plagdet.recall
    assert (figures + figures).cases == 2
    assert Figures().shares()["plagdet"] == 1.0


def test_files_are_measured_by_the_gold_beside_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def put(name: str, lines: list[str]) -> Path:
        with gzip.open(tmp_path / name, "wt", encoding="utf-8") as stream:
            stream.writelines(line + "\n" for line in lines)
        return tmp_path / name

    path = put("few.jsonl.gz", [json.dumps({"id": id_, "text": text}) for id_, text in TEXTS.items()])
    gold = [
        {"id": "b", "start": 0, "end": len(COPY), "source": "a"},
        {"id": "b", "start": len(COPY) + 2, "end": len(COPY) + 90, "source": "a"},
    ]
    put("few.passages.jsonl.gz", [json.dumps(each) for each in gold])
    put("few.pairs.tsv.gz", ["id_a\tid_b\tjaccard_w5", "a\tb\t0.9"])
    held, out = tmp_path / "floors.toml", tmp_path / "out.json"
    floors.update("few-passages", {"found": 0.6}, held)

    code = passages.main([str(path), "--no-own", "--floors", str(held), "--json", str(out)])

    assert code == 1
    said = capsys.readouterr().err
    assert "few-passages: found: 0.5000 is below its floor 0.6000" in said
    figures = json.loads(out.read_text())["few"]
    assert (figures["passages"], figures["found"], figures["wrong"], figures["pairs"]) == (2, 0.5, 0, 1)
    with pytest.raises(SystemExit, match="has neither"):
        of_file(put("alone.jsonl.gz", ['{"id": "a", "text": "x"}']))


def test_pairs_of_documents_are_scored_by_bands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with gzip.open(tmp_path / "few.jsonl.gz", "wt", encoding="utf-8") as stream:
        stream.write('{"id": "a", "text": "x"}\n')
    with gzip.open(tmp_path / "few.pairs.tsv.gz", "wt", encoding="utf-8") as stream:
        stream.write("id_a\tid_b\tjaccard_w5\na\tb\t1.0000\na\tc\t0.95\nb\tc\t0.93\nd\te\t0.6\n")
    monkeypatch.setattr("benchmarks.gold.document_pairs", lambda *_: {*map(frozenset, ("ba", "ac", "de", "xy"))})

    found = of_file(tmp_path / "few.jsonl.gz")

    assert (found["recall 1.0-1.0"], found["recall 0.9-1.0"], found["recall 0.5-0.7"]) == (1.0, 0.5, 1.0)
    assert (found["found pairs"], found["below 0.8"], found["below 0.5"]) == (4, 2, 1)


def test_the_command_prints_a_row_and_fails_on_a_removed_trap(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert passages.main(["--only", "quoted", "--cases", "3"]) == 0
    assert capsys.readouterr().out.splitlines()[1].startswith("quoted                3      1.0000")

    trapped = passages.Own({}, [traps().traps[0]], 1, [], 0)
    monkeypatch.setattr(passages, "own", lambda *_, **__: trapped)
    assert passages.main(["--cases", "1"]) == 1
    assert "1 traps were removed" in capsys.readouterr().err


def test_plagdet_says_what_it_measures() -> None:
    assert "COLING 2010" in (plagdet.__doc__ or "")
