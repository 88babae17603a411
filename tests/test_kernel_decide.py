"""The kernel decides keepers as the definition does, whatever copies whatever, and refuses what are no passages."""

from __future__ import annotations

import random
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dedup
from dedup import kernel
from dedup.align import Run, Words
from dedup.cluster import Aligned, Standing
from dedup.corpus import defined_block_edges
from dedup.decide import Decisions, decide, decide_apart, defined_decide, defined_linked, linked
from dedup.flags import defined_jaccard
from dedup.moved import Stretches
from dedup.passages import Limits, Passage
from dedup.run import pool, serial
from dedup.sign import shingles
from dedup.stored import alphanumeric, defined_written
from dedup.verified import Verified
from dedup.words import Mark, block_numbers
from tests import golden
from tests.golden import FILES, cases
from tests.material import prose

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

pytestmark = pytest.mark.skipif(not kernel.NATIVE, reason="no kernel was built, or none is wanted")


class Marked(NamedTuple):
    """Documents of which only the marks of words are known."""

    marks: NDArray[np.uint8]
    bounds: NDArray[np.int64]

    def words(self, document: int) -> Words:
        own = slice(self.bounds[document], self.bounds[document + 1])
        return Words(np.zeros(len(self.marks[own]), np.uint64), self.marks[own])

    def blocks(self, document: int) -> NDArray[np.int32]:
        return block_numbers(self.marks[self.bounds[document] : self.bounds[document + 1]])


def assert_same(corpus: Marked, aligned: list[Aligned], standing: Standing) -> Decisions:
    """The kernel decides as the definition does, in the same order, to the last bit."""
    columns = Verified.of(aligned)
    assert [Aligned(*each) for each in columns.rows()] == aligned
    found, wanted = decide(corpus, columns, standing), defined_decide(corpus, columns, standing)
    columns_of_both: zip[tuple[str, NDArray[Any], NDArray[Any]]] = zip(found._fields, found, wanted, strict=True)
    for name, column, other in columns_of_both:
        assert (name, column.dtype, column.shape, column.tolist()) == (name, other.dtype, other.shape, other.tolist())
    return found


# ── made by chance ──────────────────────────────────────────────────────────────────────────────────────────────────

STARTS, LINE, HEADING = int(Mark.STARTS_SENTENCE), int(Mark.STARTS_LINE), int(Mark.HEADING)
BLOCK = int(Mark.STARTS_BLOCK)
TELLING = (int(Mark.FIGURE), int(Mark.NAME))


def marked(lengths: list[int], chance: random.Random) -> Marked:
    """Documents of sentences in blocks, headings among them."""
    marks = []
    for length in lengths:
        heading = 0
        for word in range(length):
            new = word and chance.random() < 0.06
            heading = HEADING * (chance.random() < 0.2) if new or not word else heading
            begins = STARTS * (new or not word or chance.random() < 0.12)
            told = chance.choice(TELLING) * (chance.random() < 0.1)
            block = BLOCK * (new or not word)
            marks.append(begins | LINE * (chance.random() < 0.02) | heading | told | block)
    bounds = np.cumsum([0, *lengths], dtype=np.int64)
    return Marked(np.array(marks, np.uint8), bounds)


def runs_of(start: int, end: int, room: int, chance: random.Random) -> list[Run]:
    """Runs of a span in a keeper of `room` words: most of them go on where the last one ended, some elsewhere."""
    runs: list[Run] = []
    at, other = start, chance.randint(0, max(0, min(room - 1, start + 3)))
    while at < end and other < room:
        length = min(chance.choice((1, 2, 4, 9, 20, 60)), end - at, room - other)
        runs.append((at, other, length))
        lacks = chance.choice((0, 1, 1, 2)) * (chance.random() < 0.7)
        at, other = at + length + lacks, other + length + chance.choice((0, 1, 1, 2))
        if chance.random() < 0.05:
            other = chance.randrange(room)
    return runs


def passages_of(document: int, keeper: int, corpus: Marked, chance: random.Random) -> list[Passage]:
    """Passages of a document; what it shares with itself stands further up."""
    lengths = np.diff(corpus.bounds).tolist()
    edges = sorted(chance.sample(range(lengths[document] + 1), min(lengths[document] + 1, chance.choice((2, 2, 4)))))
    if chance.random() < 0.4 and keeper != document:
        edges = [0, lengths[document]]
    spans = zip(edges[::2], edges[1::2], strict=False)
    found = (
        Passage(start, end, runs_of(start, end, start if keeper == document else lengths[keeper], chance))
        for start, end in spans
    )
    return [passage for passage in found if passage.runs]


class Drawn(NamedTuple):
    """A corpus with what was found in it."""

    corpus: Marked
    aligned: list[Aligned]
    standing: Standing


@st.composite
def corpora(draw: st.DrawFn) -> Drawn:
    """Documents that share passages: stars around a hub, chains of copies of copies, every two, and within one."""
    chance = random.Random(draw(st.integers(0, 10_000_000)))
    count = draw(st.integers(1, 8))
    lengths = [chance.choice((0, 3, 12, 40, 40, 90)) for _ in range(count)]
    copies = list(range(count))
    order = chance.sample(range(count), count)
    best_first = sorted(range(count), key=order.__getitem__)
    shape = draw(st.sampled_from(["star", "chain", "all", "hubs"]))
    pairs = {
        "star": [(best_first[0], each) for each in best_first[1:]],
        "chain": list(pairwise(best_first)),
        "all": [(one, other) for at, one in enumerate(best_first) for other in best_first[at + 1 :]],
        "hubs": [(chance.choice(best_first[:at][:2]), best_first[at]) for at in range(1, count) for _ in range(2)],
    }[shape]
    pairs += [(each, each) for each in best_first if chance.random() < 0.2]
    for at, each in enumerate(best_first[1:], 1):
        if chance.random() < 0.1:
            copies[each] = best_first[chance.randrange(at)]
            lengths[each] = lengths[copies[each]]
    for each in best_first:  # a copy of a copy has as many words
        lengths[each] = lengths[copies[each]]
    corpus = marked(lengths, chance)
    aligned = [Aligned(keeper, other, passages_of(other, keeper, corpus, chance)) for keeper, other in pairs]
    chance.shuffle(aligned)
    sites = np.array([chance.randrange(3) for _ in range(count)], np.uint64) if draw(st.booleans()) else None
    limits = Limits(15, draw(st.sampled_from([0.7, 0.8, 0.9, 0.5])))
    return Drawn(corpus, aligned, Standing(np.array(order), np.array(copies), limits, sites))


@settings(max_examples=600)
@given(corpora())
def test_whole_corpora(drawn: Drawn) -> None:
    found = assert_same(*drawn)

    assert Decisions.of(found.by_document()).spans.tolist() == found.spans.tolist()
    assert list(Decisions.merged([found]).by_document().items()) == sorted(found.by_document().items())


@settings(max_examples=300)
@given(corpora(), st.data())
def test_some_documents_of_a_corpus(drawn: Drawn, data: st.DataObject) -> None:
    """Of those that are not decided on nothing is told, and their words stay."""
    corpus, aligned, standing = drawn
    own = np.array(data.draw(st.lists(st.booleans(), min_size=len(standing.copies), max_size=len(standing.copies))))
    some = standing._replace(copies=np.where(own, standing.copies, -1))

    found = assert_same(corpus, aligned, some)

    assert own[found.documents].all()


@settings(max_examples=300)
@given(corpora(), st.integers(0, 8))
def test_deciding_goes_on_from_what_went_before(drawn: Drawn, first: int) -> None:
    """The best keepers, then, given where their words went, the others: the same as all at once."""
    corpus, aligned, standing = drawn
    early = standing.order < first
    at_once = Decisions.merged([decide(corpus, Verified.of(aligned), standing)]).by_document()
    before = decide(corpus, Verified.of(aligned), standing._replace(copies=np.where(early, standing.copies, -1)))
    gone = Stretches(before.documents, before.moved_bounds, before.moved)
    rest = standing._replace(copies=np.where(early, -1, standing.copies), before=gone)

    found = assert_same(corpus, aligned, rest)

    assert {**before.by_document(), **found.by_document()} == at_once


@settings(max_examples=300)
@given(st.lists(corpora(), min_size=1, max_size=4), st.randoms(use_true_random=False))
def test_corpora_that_nothing_links_are_decided_on_apart(several: list[Drawn], chance: random.Random) -> None:
    drawn = together(several, chance)
    columns = Verified.of(drawn.aligned)

    found = decide_apart(drawn.corpus, columns, drawn.standing, serial)

    wanted = Decisions.merged([decide(drawn.corpus, columns, drawn.standing)])
    assert [column.tolist() for column in found] == [column.tolist() for column in wanted]
    assert [column.dtype for column in found] == [column.dtype for column in wanted]


def together(several: list[Drawn], chance: random.Random) -> Drawn:
    """Several corpora as one, whose ranks and pairs are mixed."""
    sizes = [len(each.standing.order) for each in several]
    firsts = np.cumsum([0, *sizes]).tolist()
    marks = np.concatenate([each.corpus.marks for each in several])
    bounds = np.cumsum([0, *np.concatenate([np.diff(each.corpus.bounds) for each in several]).tolist()])
    aligned = [
        Aligned(pair.keeper + first, pair.document + first, pair.passages)
        for each, first in zip(several, firsts, strict=False)
        for pair in each.aligned
    ]
    scores = [np.sort([chance.random() for _ in each.standing.order])[each.standing.order] for each in several]
    order = np.argsort(np.argsort(np.concatenate(scores)))
    copies = np.concatenate([each.standing.copies + first for each, first in zip(several, firsts, strict=False)])
    chance.shuffle(aligned)
    return Drawn(Marked(marks, bounds), aligned, Standing(order, copies, several[0].standing.limits, None))


def test_threads_decide_as_one_does() -> None:
    chance = random.Random(4)
    corpus = marked([90] * 60, chance)
    aligned = [
        Aligned(keeper, keeper + each, passages_of(keeper + each, keeper, corpus, chance))
        for keeper in range(0, 60, 3)
        for each in (1, 2)
    ]
    columns, standing = Verified.of(aligned), Standing(np.arange(60), np.arange(60), Limits(15, 0.5), None)

    found = decide_apart(corpus, columns, standing, pool(2))

    assert len(found.documents) > 9
    assert [column.tolist() for column in found] == [column.tolist() for column in decide(corpus, columns, standing)]


LINKS = st.integers(1, 12).flatmap(
    lambda count: st.tuples(
        st.just(count), st.lists(st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)), max_size=15)
    )
)


@given(LINKS)
def test_what_is_linked_is_that_of_the_definition(drawn: tuple[int, list[tuple[int, int]]]) -> None:
    count, pairs = drawn
    columns = np.array(pairs, np.int64).reshape(-1, 2)

    found = linked(count, columns)

    assert found.tolist() == defined_linked(count, columns).tolist()


def test_a_chain_is_linked_from_end_to_end() -> None:
    pairs = np.array([(4, 3), (7, 6), (3, 7), (1, 5)])

    assert linked(8, pairs).tolist() == defined_linked(8, pairs).tolist() == [0, 1, 2, 3, 3, 1, 3, 3]


@pytest.mark.parametrize("pair", [(0, 2), (-1, 0), (2**62, 1)])
def test_what_is_not_there_is_linked_with_nothing(pair: tuple[int, int]) -> None:
    from dedup.kernel import _native

    with pytest.raises(ValueError):
        _native.linked(2, np.array([pair]))


def test_a_long_chain_of_copies_of_copies() -> None:
    chance = random.Random(7)
    corpus = marked([90] * 60, chance)
    aligned = [Aligned(each - 1, each, [Passage(0, 90, runs_of(0, 90, 90, chance))]) for each in range(1, 60)]

    assert len(assert_same(corpus, aligned, Standing(np.arange(60), np.arange(60), Limits(15, 0.5))).documents) > 10


def test_what_went_one_by_one_and_stands_side_by_side_is_one_run() -> None:
    """Its beginning stands before what the first run leads to, so that none of it ascends: its second half alone would,
    and leave the third document alike enough."""
    marks = np.array([STARTS, *[0] * 19] * 3, np.uint8)
    corpus = Marked(marks, np.array([0, 20, 40, 60]))
    gone = Aligned(0, 1, [Passage(0, 10, [(0, 0, 10)]), Passage(10, 20, [(10, 10, 10)])])
    copy = Aligned(1, 2, [Passage(0, 20, [(0, 0, 8), (8, 5, 12)])])

    found = assert_same(corpus, [gone, copy], Standing(np.arange(3), np.arange(3), Limits(15, 0.8)))

    assert found.documents.tolist() == [1]


def test_a_long_document_that_is_given_up_sentence_by_sentence() -> None:
    """All of its sentences are as bad, and the first goes first: the square of their number would take minutes."""
    sentences, size = 20_000, 40
    length = sentences * size
    marks = np.tile(np.array([STARTS, *[0] * (size - 1)], np.uint8), 2 * sentences + 1)
    bounds = np.array([0, size, size + length, size + 2 * length])
    corpus = Marked(marks, bounds)
    # The last sentence of the second went to the first: the third is compared with what stays, sentence by sentence.
    gone = Aligned(0, 1, [Passage(length - size, length, [(length - size, 0, size)])])
    runs = [run for at in range(0, length, size) for run in ((at, at, 18), (at + 21, at + 21, 19))]

    found = decide(
        corpus,
        Verified.of([gone, Aligned(1, 2, [Passage(0, length, runs)])]),
        Standing(np.arange(3), np.arange(3), Limits(15, 0.99)),
    )

    assert found.documents.tolist() == [1]


# ── numbers as they are written ─────────────────────────────────────────────────────────────────────────────────────


def test_shares_are_rounded_as_python_rounds_them() -> None:
    from dedup.kernel import _native

    most = 400
    places = [(0, part, 0, whole) for whole in range(1, most + 1) for part in range(whole + 1)]

    found = _native.jaccard(np.arange(most, dtype=np.uint64), np.array(places), 1)

    assert found.tolist() == [round(part / whole, 4) for _, part, _, whole in places]
    assert {(1, 32), (3, 32), (1, 160)} <= {(part, whole) for _, part, _, whole in places}  # just between two numbers


@given(st.lists(st.integers(0, 6), max_size=60), st.data(), st.integers(1, 6))
def test_jaccard_is_that_of_the_sets_of_shingles(letters: list[int], data: st.DataObject, shingle: int) -> None:
    from dedup.kernel import _native

    words = np.array(letters, np.uint64)
    edges = st.integers(0, len(letters))
    spans = st.tuples(edges, edges).map(sorted)
    rows = [[*left, *right] for left, right in data.draw(st.lists(st.tuples(spans, spans), min_size=1, max_size=4))]
    places = np.array(rows, np.int64)

    assert _native.jaccard(words, places, shingle).tolist() == defined_jaccard(words, places, shingle).tolist()


@pytest.mark.parametrize("crowd", [20, 100, 900])
def test_shingles_that_meet_in_one_slot_are_told_apart(crowd: int) -> None:
    """Words are looked for whose shingles have the same upper bits: so many that to look for them takes too long."""
    from dedup.kernel import _native

    every = np.arange(1 << 22, dtype=np.uint64)
    words = every[shingles(every, np.array([0, len(every)]), 1)[0] >> np.uint64(52) == 7][:crowd]
    words = np.concatenate([words, words[::2], words[: crowd // 3]])
    places = np.array([(0, 2 * crowd // 3, crowd // 3, crowd), (0, crowd, crowd, len(words)), (3, 9, 0, len(words))])

    found = _native.jaccard(words, places, 1)

    assert len(np.unique(words)) == crowd
    assert found.tolist() == defined_jaccard(words, places, 1).tolist()
    assert 0 < found[0] < 1


# ── words in texts ──────────────────────────────────────────────────────────────────────────────────────────────────

WRITTEN = st.text(
    st.one_of(
        st.sampled_from("ab1 _-\n\n.é²Ⅷ東\u0301\u200d\u02bc\U0001d7d9\U00020000\U0001f600"),
        st.characters(codec="utf-8"),
    )
)

LONG = st.text("aAzZ09  @[`{/:\x7f\x00é", min_size=15, max_size=70)  # of which 16 are counted at a time


@settings(max_examples=300)
@given(st.lists(WRITTEN | LONG | st.text("ab 1_.\n"), min_size=1, max_size=4), st.data())
def test_written_words_are_those_of_the_definition(texts: list[str], data: st.DataObject) -> None:
    from dedup.kernel import _native

    rows = []
    for owner in data.draw(st.lists(st.integers(0, len(texts) - 1), max_size=8)):
        start, end = sorted(data.draw(st.integers(0, len(texts[owner]))) for _ in range(2))
        rows.append((owner, start, end, data.draw(st.integers(0, 3))))
    encoded = [text.encode() for text in texts]
    content = np.frombuffer(b"".join(encoded), np.uint8)
    owners, starts, ends, reaches = np.array(rows, np.int64).reshape(-1, 4).T

    found = _native.written(
        content,
        np.cumsum([0, *map(len, encoded)], dtype=np.int64),
        np.ascontiguousarray(owners),
        np.stack([starts, ends], axis=1).astype(np.int32),
        reaches.astype(np.uint8),
        alphanumeric,
    )

    assert found.tolist() == [defined_written(texts[owner], *place) for owner, *place in rows]


# ── blocks ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@given(st.lists(st.sampled_from([0, 1, 127, 128, 255]), max_size=60), st.data())
def test_edges_of_blocks_are_those_of_the_definition(marks: list[int], data: st.DataObject) -> None:
    from dedup.kernel import _native

    ends = st.integers(0, len(marks))
    spans = [sorted(each) for each in data.draw(st.lists(st.tuples(ends, ends), max_size=6))]
    columns, rows = np.array(marks, np.uint8), np.array(spans, np.int64).reshape(-1, 2)

    found = _native.block_edges(columns, rows)

    wanted = defined_block_edges(columns, rows[:, 0], rows[:, 1])
    assert [column.tolist() for column in found] == [column.tolist() for column in wanted]
    assert list(zip(*(column.tolist() for column in found), strict=True)) == [
        (row, word) for row, (low, high) in enumerate(spans) for word in range(low + 1, high) if marks[word] & 128
    ]


@pytest.mark.parametrize("row", [(0, 4), (-1, 1), (2, 1), (0, 2**63 - 1), (-(2**63), 1)])
def test_blocks_of_no_words_are_refused(row: tuple[int, int]) -> None:
    from dedup.kernel import _native

    with pytest.raises(ValueError):
        _native.block_edges(np.zeros(3, np.uint8), np.array([row]))
    with pytest.raises(ValueError):
        defined_block_edges(np.zeros(3, np.uint8), *np.array([row]).T)


# ── whole runs ──────────────────────────────────────────────────────────────────────────────────────────────────────


def outputs(inputs: Any, folder: Path, **config: Any) -> dict[str, bytes]:
    """The files of a run."""
    result = dedup.clean(inputs, folder, config=dedup.Config.of(config))
    return {name: (result.folder / name).read_bytes() for name in FILES}


def posts() -> list[dict[str, str]]:
    """Posts that quote one another line by line, initials in front, links between the words, and copies of them."""
    chance = random.Random(3)
    texts = [f"{prose(seed, 50)}\n\n{prose(seed + 50, 40)}" for seed in range(4)]
    for number in range(16):
        old = chance.choice(texts)
        words = [f"[{each}](https://a.example/x)" if chance.random() < 0.05 else each for each in old.split(" ")]
        lines = [" ".join(words[at : at + 9]) for at in range(0, len(words), 9)]
        mark = chance.choice(("> ", "AM> ", "", "| "))
        head = chance.choice(("", "“Café” naïve. ", "# A heading\n\n"))
        texts.append(f"{head}{prose(200 + number, 20)}\n\n" + "\n".join(mark + each for each in lines))
    return [{"id": f"p{number}", "text": text} for number, text in enumerate(texts)]


@pytest.mark.parametrize("keep_chrome", [True, False])
def test_a_run_gives_the_same_bytes_without_the_kernel(
    keep_chrome: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = outputs(posts(), tmp_path / "native", keep_chrome=keep_chrome, within=True)
    monkeypatch.setattr(kernel, "NATIVE", False)

    assert found == outputs(posts(), tmp_path / "python", keep_chrome=keep_chrome, within=True)
    assert found["removed.jsonl"].count(b'"duplicate"') > 10


DUPLICATES = [case for case in cases() if b'"duplicate"' in (case / "want" / "removed.jsonl").read_bytes()]


@pytest.mark.parametrize("case", DUPLICATES, ids=lambda case: case.name)
def test_golden_cases_are_the_same_without_the_kernel(
    case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = golden.settings(case)
    found = outputs(case / "in", tmp_path / "native", **config)
    monkeypatch.setattr(kernel, "NATIVE", False)

    assert found == outputs(case / "in", tmp_path / "python", **config)


# ── what is refused ─────────────────────────────────────────────────────────────────────────────────────────────────

GOOD: dict[str, Any] = {
    "marks": [0] * 6, "word_bounds": [0, 3, 6], "pairs": [[0, 1]], "bounds": [0, 1],
    "spans": [[0, 3]], "run_bounds": [0, 1], "runs": [[0, 0, 3]], "order": [0, 1], "copies": [0, 1], "sites": [],
    "gone_documents": [], "gone_bounds": [0], "gone": [],
}  # fmt: skip
KINDS = {"marks": np.uint8, "sites": np.uint64, "gone": np.int32}
GONE: dict[str, Any] = {"copies": [-1, 1], "gone_documents": [0], "gone_bounds": [0, 1]}
LEAST, GREATEST = -(2**63), 2**63 - 1
BAD: dict[str, dict[str, Any]] = {
    "fewer marks than words": {"marks": [0] * 5},
    "bounds past the words": {"word_bounds": [0, 3, 7]},
    "bounds that go back": {"word_bounds": [0, 6, 3]},
    "no bounds of words": {"word_bounds": []},
    "a keeper past the last": {"pairs": [[2, 1]]},
    "a document before the first": {"pairs": [[0, -1]]},
    "the greatest of numbers": {"pairs": [[0, GREATEST]]},
    "one of a pair": {"pairs": [[0], [1]]},
    "bounds of more pairs": {"bounds": [0, 1, 1]},
    "no bounds of pairs": {"bounds": []},
    "bounds past the passages": {"bounds": [0, 2]},
    "bounds that leave a passage out": {"bounds": [0, 0]},
    "bounds before the passages": {"bounds": [-1, 1]},
    "a passage past the document": {"spans": [[0, 4]]},
    "a passage before the document": {"spans": [[-1, 3]]},
    "a passage that goes back": {"spans": [[3, 0]]},
    "the ends of a passage as one": {"spans": [[0], [3]]},
    "bounds past the runs": {"run_bounds": [0, 2]},
    "bounds of runs that go back": {"run_bounds": [1, 0]},
    "a run before the passage": {"runs": [[-1, 0, 3]]},
    "a run past the passage": {"runs": [[1, 0, 3]]},
    "a run past the keeper": {"runs": [[0, 1, 3]]},
    "a run before the keeper": {"runs": [[0, -1, 3]]},
    "a run of no words": {"runs": [[0, 0, 0]]},
    "a run of fewer": {"runs": [[0, 0, -1]]},
    "a run of the greatest of numbers": {"runs": [[0, GREATEST, GREATEST]]},
    "a run of the least of numbers": {"runs": [[LEAST, LEAST, LEAST]]},
    "runs that overlap": {"run_bounds": [0, 2], "runs": [[0, 0, 2], [1, 1, 1]]},
    "runs that go back": {"run_bounds": [0, 2], "runs": [[1, 0, 1], [0, 0, 1]]},
    "fewer ranks than documents": {"order": [0]},
    "one rank for two": {"order": [0, 0]},
    "a rank past the last": {"order": [0, 2]},
    "a rank before the first": {"order": [-1, 0]},
    "fewer copies than documents": {"copies": [0]},
    "a copy of none": {"copies": [0, 2]},
    "a copy of less than none": {"copies": [0, -2]},
    "a copy of a longer one": {"copies": [0, 0], "word_bounds": [0, 4, 6], "pairs": [[0, 0]], "runs": [[0, 0, 3]]},
    "fewer sites than documents": {"sites": [1]},
    "stretches of a document that is decided on": {**GONE, "gone": [[0, 1, -2, 0]], "copies": [0, 1]},
    "stretches of no document": {**GONE, "gone": [[0, 1, -2, 0]], "gone_documents": [2]},
    "stretches of a document twice": {
        **GONE, "gone": [[0, 1, -2, 0]] * 2, "gone_documents": [0, 0], "gone_bounds": [0, 1, 2]
    },
    "bounds past the stretches": {**GONE, "gone": [[0, 1, -2, 0]], "gone_bounds": [0, 2]},
    "a stretch past the document": {**GONE, "gone": [[0, 4, -2, 0]]},
    "a stretch of no words": {**GONE, "gone": [[1, 1, -2, 0]]},
    "stretches that overlap": {**GONE, "gone": [[0, 2, -2, 0], [1, 3, -2, 0]], "gone_bounds": [0, 2]},
    "a stretch kept by none": {**GONE, "gone": [[0, 1, 2, 0]]},
    "a stretch past its keeper": {**GONE, "gone": [[0, 3, 1, 1]]},
    "a stretch before its keeper": {**GONE, "gone": [[0, 3, 1, -1]]},
}  # fmt: skip


def decided(**columns: Any) -> Any:
    from dedup.kernel import _native

    given = {name: np.array(column, KINDS.get(name, np.int64)) for name, column in (GOOD | columns).items()}
    words = (given["marks"], given["word_bounds"])
    found = tuple(given[name] for name in Verified._fields)
    before = given["gone_documents"], given["gone_bounds"], given["gone"].reshape(-1, 4)
    return _native.decide(words, found, given["order"], given["copies"], 0.8, given["sites"], before)  # type: ignore[arg-type]


def test_what_is_good_is_decided() -> None:
    documents, whole, *_ = decided()

    assert (documents.tolist(), whole.tolist()) == ([1], [1])


@pytest.mark.parametrize("case", BAD)
def test_what_are_no_passages_is_refused(case: str) -> None:
    with pytest.raises(ValueError):
        decided(**BAD[case])


@pytest.mark.parametrize("row", [(0, 4, 0, 1), (-1, 1, 0, 1), (2, 1, 0, 1), (0, 1, 0, GREATEST), (0, 1, LEAST, 1)])
def test_spans_of_no_words_are_refused(row: tuple[int, int, int, int]) -> None:
    from dedup.kernel import _native

    with pytest.raises(ValueError):
        _native.jaccard(np.zeros(3, np.uint64), np.array([row]), 5)


def test_shingles_of_no_words_are_refused() -> None:
    from dedup.kernel import _native

    with pytest.raises(ValueError):
        _native.jaccard(np.zeros(3, np.uint64), np.array([(0, 1, 1, 2)]), 0)


TEXT = "né mon".encode()


@pytest.mark.parametrize(
    ("bounds", "owner", "span", "page"),
    [
        ([0, 7], 1, (0, 1), alphanumeric),
        ([0, 7], -1, (0, 1), alphanumeric),
        ([0, 8], 0, (0, 1), alphanumeric),
        ([0, 7], 0, (0, 7), alphanumeric),
        ([0, 7], 0, (-1, 2), alphanumeric),
        ([0, 7], 0, (0, 3), lambda _: b"\1"),
        ([0, 7], 0, (0, 3), lambda _: None),
    ],
)
def test_parts_of_no_text_are_refused(bounds: list[int], owner: int, span: tuple[int, int], page: Any) -> None:
    from dedup.kernel import _native

    columns = (np.array(bounds), np.array([owner]), np.array([span], np.int32), np.zeros(1, np.uint8))
    with pytest.raises(ValueError):
        _native.written(np.frombuffer(TEXT, np.uint8), *columns, page)


def test_what_is_wrong_with_a_page_is_told() -> None:
    from dedup.kernel import _native

    pages: dict[int, bytes] = {}
    columns = (np.array([0, len(TEXT)]), np.array([0]), np.array([(0, 3)], np.int32), np.zeros(1, np.uint8))
    with pytest.raises(KeyError, match="0"):
        _native.written(np.frombuffer(TEXT, np.uint8), *columns, pages.__getitem__)


@pytest.mark.parametrize("content", [b"\x80\x80", b"a\xff", b"\xf4\x9f", b"\xc3", b"\xe3\x81", b"\x80a\xff\xff"])
def test_what_is_no_utf_8_is_read_to_its_end_and_no_further(content: bytes) -> None:
    from dedup.kernel import _native

    columns = (np.array([0, len(content)]), np.array([0]), np.array([(0, 0)], np.int32), np.full(1, 3, np.uint8))

    assert _native.written(np.frombuffer(content, np.uint8), *columns, alphanumeric).tolist()[0] <= len(content)
