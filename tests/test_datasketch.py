"""Signatures go to datasketch and come from it: equal bit for bit, equal candidates in its index, both ways."""

from __future__ import annotations

import pickle
import random
import subprocess
import sys
from functools import cache
from itertools import combinations
from math import sqrt
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from datasketch import LeanMinHash, MinHash, MinHashLSH

import dedup
from dedup import Config, SettingError, keyed, sketch
from dedup.data import Block, Document, Format, Tag
from dedup.sign import band_keys
from dedup.store import Store
from dedup.table import Table
from tests.material import VOCABULARY, cleaned, prose

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from numpy.typing import NDArray

CHINESE = (
    "河水慢慢流过老磨坊门前有一座石桥早晨农夫牵着牛走去集市卖米和茶孩子们在树下读书唱歌直到天黑月亮升起来风吹动窗边的灯"
)
ARABIC = "النهر القديم يمر قرب الطاحونة حيث يعمل الفلاح كل صباح ثم يذهب إلى السوق ويبيع القمح والشاي للناس".split()
EMPTY = ["", " \n\t", "— … !"]
BRIEF = ["Mill.", "mill", "磨", "النهر"]
EDITS = (0, 1, 2, 4, 9)


def edited(parts: list[str], count: int, material: Iterable[str], chance: random.Random) -> list[str]:
    """Words, of which so many are others now."""
    parts, others = list(parts), list(material)
    for at in chance.sample(range(len(parts)), count):
        parts[at] = chance.choice(others)
    return parts


@cache
def texts() -> list[str]:
    """Some 200, of graded similarity: each original with more and more of its words replaced."""
    chance, found = random.Random(4), [*EMPTY, *BRIEF]
    for number in range(20):
        words = prose(number, 70).split(" ")
        found += [" ".join(edited(words, count, VOCABULARY, chance)) for count in EDITS]
    for _ in range(10):
        signs, words = chance.choices(CHINESE, k=60), chance.choices(ARABIC, k=60)
        found += ["".join(edited(signs, count, CHINESE, chance)) + "。" for count in EDITS]
        found += [" ".join(edited(words, count, ARABIC, chance)) for count in EDITS]
    return found


def theirs(text: str, num_perm: int = 128, shingle: int = 5) -> Any:
    """The sketch of a text as datasketch alone makes it, of the hashes of its shingles."""
    made = MinHash(num_perm=num_perm, seed=1, scheme="affine32", hashfunc=lambda each: each >> 32)
    made.update_batch(dedup.shingles(text, shingle=shingle).tolist())
    return made


def ours(row: NDArray[np.uint32]) -> Any:
    return MinHash(num_perm=len(row), seed=1, scheme="affine32", hashvalues=row)


def lean(row: NDArray[np.uint32]) -> Any:
    return LeanMinHash(seed=1, scheme="affine32", hashvalues=row)


def is_empty(row: NDArray[np.uint32]) -> bool:
    return bool((row == 0xFFFFFFFF).all())


@pytest.mark.parametrize(("num_perm", "shingle"), [(128, 5), (64, 3), (16, 2), (200, 9)])
def test_signatures_are_what_datasketch_makes_of_the_shingles(num_perm: int, shingle: int) -> None:
    found = dedup.signatures(texts(), num_perm=num_perm, shingle=shingle)

    assert found.dtype == np.uint32
    assert found.shape == (len(texts()), num_perm)
    for row, text in zip(found, texts(), strict=True):
        made = theirs(text, num_perm, shingle)
        assert row.dtype == made.hashvalues.dtype
        assert row.tolist() == made.hashvalues.tolist()


def test_updates_one_by_one_make_the_same() -> None:
    made = MinHash(num_perm=128, hashfunc=lambda each: int(each) >> 32)  # datasketch's defaults, and NumPy's numbers
    for each in dedup.shingles(texts()[20]):
        made.update(each)

    assert made == ours(dedup.signatures([texts()[20]])[0])


@pytest.mark.parametrize("load", [ours, lean])
def test_a_row_is_the_state_of_both_classes(load: Any) -> None:
    rows = dedup.signatures(texts())
    for (row, other), text in zip(zip(rows, np.roll(rows, 1, axis=0), strict=True), texts(), strict=True):
        assert load(row).jaccard(theirs(text)) == theirs(text).jaccard(load(row)) == 1.0
        share = np.mean(row == other).item()
        assert load(row).jaccard(ours(other)) == load(row).jaccard(lean(other)) == share
    assert load(rows[10]).count() == theirs(texts()[10]).count()


def test_a_row_goes_on_in_datasketch() -> None:
    """It is updated and united there, and the array that it came from stays as it is."""
    first, second = texts()[20], texts()[40]
    rows = dedup.signatures([first, second])
    before = rows.copy()
    both = MinHash(seed=1, scheme="affine32", hashvalues=rows[0], hashfunc=lambda each: each >> 32)
    both.update_batch(dedup.shingles(second).tolist())

    assert both == MinHash.union(ours(rows[0]), ours(rows[1])) == ours(np.minimum(rows[0], rows[1]))
    assert lean(both.hashvalues) == LeanMinHash.union(lean(rows[0]), lean(rows[1]))
    assert rows.tolist() == before.tolist()


@pytest.mark.parametrize("order", "@=<>!")
def test_rows_outlive_datasketchs_bytes(order: str) -> None:
    for row in dedup.signatures(texts()):
        buffer = bytearray(lean(row).bytesize(order))
        lean(row).serialize(buffer, order)
        back = LeanMinHash.deserialize(buffer, order)
        assert back == lean(row)
        assert (back.seed, back.scheme, back.hashvalues.tolist()) == (1, "affine32", row.tolist())


@pytest.mark.parametrize("load", [ours, lean])
def test_rows_outlive_a_pickle(load: Any) -> None:
    for row in dedup.signatures(texts()):
        assert pickle.loads(pickle.dumps(load(row))) == load(row)


SHAPES: list[dict[str, Any]] = [
    {},
    {"lsh_similarity": 0.5},
    {"lsh_recall": 0.6, "lsh_similarity": 0.9},
    {"num_perm": 64, "shingle": 3},
]


@pytest.mark.parametrize("settings", SHAPES)
@pytest.mark.parametrize(("load", "ask"), [(ours, None), (None, lean), (lean, ours)])
def test_an_index_gives_the_candidates_that_our_keys_give(settings: dict[str, Any], load: Any, ask: Any) -> None:
    """No more and no fewer, with ours inserted and theirs asked for, and the other way round."""
    shape = Config(**settings).shape
    rows = dedup.signatures(texts(), num_perm=shape.num_perm, shingle=shape.shingle)
    index = MinHashLSH(params=(shape.bands, shape.rows), num_perm=shape.num_perm)
    numbers = [number for number, row in enumerate(rows) if not is_empty(row)]

    def taken(how: Any, number: int) -> Any:
        return how(rows[number]) if how else theirs(texts()[number], shape.num_perm, shape.shingle)

    for number in numbers:
        index.insert(number, taken(load, number))
    found = {(number, other) for number in numbers for other in index.query(taken(ask, number)) if other > number}

    keys = dict(zip(numbers, band_keys(rows[numbers], shape.bands, shape.rows), strict=True))
    assert found == {(one, two) for one, two in combinations(numbers, 2) if (keys[one] == keys[two]).any()}
    assert 10 < len(found) < len(numbers) ** 2 / 8, "neither none nor all"
    assert all(number in index.query(taken(ask, number)) for number in numbers)


def test_the_signature_of_a_block_is_the_one_that_a_run_compares(tmp_path: Path) -> None:
    """Its bands' keys are in the work folder; but those of blocks below `min_words`, which are in no band."""
    store, config = Store(tmp_path), Config()
    documents = [
        (Document(id=str(n), text=text, format=Format.TEXT, blocks=blocks), Table.of(blocks))
        for n, text in enumerate(texts())
        for blocks in [[Block(0, len(text), Tag.PARAGRAPH, True)]]
    ]

    sizes = np.array(keyed.save_words(store, "0", documents, config))

    long = np.flatnonzero(sizes >= config.min_words)
    own = dedup.signatures([texts()[number] for number in long])
    saved = store.column("0", "keys").T
    assert saved.tolist() == band_keys(own, config.shape.bands, config.shape.rows).tolist()
    assert len(saved) == len(texts()) - len(EMPTY) - len(BRIEF)


def test_the_share_of_equal_slots_errs_as_much_as_theory_says() -> None:
    """On pairs of texts that have nothing to do with each other, from alike to unlike."""
    chance, pairs = random.Random(9), []
    for number in range(400):
        words = prose(1_000 + number, 80).split(" ")
        pairs += [" ".join(words), " ".join(edited(words, chance.choice(EDITS[1:]), VOCABULARY, chance))]
    rows, sets = dedup.signatures(pairs), [set(dedup.shingles(text).tolist()) for text in pairs]
    true = np.array([len(a & b) / len(a | b) for a, b in zip(sets[0::2], sets[1::2], strict=True)])

    errors = (rows[0::2] == rows[1::2]).mean(axis=1) - true

    wanted = sqrt((true * (1 - true)).mean() / 128)
    assert 0.2 < true.min() < 0.5
    assert 0.8 < true.max() < 1
    assert 0.85 < sqrt((errors**2).mean()) / wanted < 1.15
    assert abs(errors.mean()) < 4 * wanted / sqrt(len(true))


def test_a_text_without_words_is_empty_to_datasketch_too() -> None:
    rows = dedup.signatures([*EMPTY, "mill"])

    assert [is_empty(row) for row in rows] == [ours(row).is_empty() for row in rows] == [True, True, True, False]
    assert [len(dedup.shingles(text)) for text in (*EMPTY, *BRIEF)] == [0, 0, 0, 1, 1, 1, 1]
    assert dedup.shingles("").dtype == np.uint64


def test_texts_without_words_are_no_duplicates() -> None:
    out = cleaned([{"id": name, "text": "— … !\n\n* * *"} for name in "ab"], keep_chrome=True)

    assert out.removed == []
    assert out.texts == dict.fromkeys("ab", "— … !\n\n* * *")


def test_words_are_those_that_matching_sees() -> None:
    plain, same, linked, other = dedup.signatures([
        "See the map of the old mill today",
        "SEE the\u00ad map of the ｏｌｄ mi\u0301ll — today!",
        "See the [map of the](http://mill.example/map?of=it) old mill today",
        "See the map of the old barn today",
    ])  # fmt: skip

    assert plain.tolist() == same.tolist() == linked.tolist() != other.tolist()
    assert len(dedup.shingles("東京都庁舎の", shingle=3)) == 4


@pytest.mark.parametrize("together", [1, 7, 10_000])
def test_it_does_not_matter_how_many_are_taken_together(together: int, monkeypatch: pytest.MonkeyPatch) -> None:
    before = dedup.signatures(texts()[:20])
    monkeypatch.setattr(sketch, "TOGETHER", together)

    assert dedup.signatures(iter(texts()[:20])).tolist() == before.tolist()
    assert dedup.signatures([]).shape == (0, 128)
    assert dedup.signatures([], num_perm=64).dtype == np.uint32


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(SettingError, match=r"^num_perm = 8: must be from 16 to 1024$"):
        dedup.signatures([], num_perm=8)
    with pytest.raises(SettingError, match=r"^shingle = 1: must be from 2 to 16$"):
        dedup.signatures([], shingle=1)
    with pytest.raises(SettingError, match=r"^shingle = 17: must be from 2 to 16$"):
        dedup.shingles("", shingle=17)
    with pytest.raises(TypeError, match="put the one in a list"):
        dedup.signatures("one text")


def test_datasketch_is_not_loaded_for_it() -> None:
    """It loads SciPy, a quarter of a second; only where no kernel was built its permutations are asked for."""
    program = (
        "import sys, dedup; from dedup import kernel\n"
        "assert 'numpy' not in sys.modules\n"
        "dedup.signatures(['The old mill by the river.'])\n"
        "print(not kernel.NATIVE or 'datasketch' not in sys.modules)"
    )
    assert (
        subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout == "True\n"
    )
