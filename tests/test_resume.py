"""What is done is not done again, and only what was made of the same is taken."""

from __future__ import annotations

import shutil
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import dedup
from dedup import Config, kernel, pages, reuse, shards, staged, straight, write
from dedup.store import Store
from dedup.work import Work, key
from tests.material import prose

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


class Stop(BaseException):
    """What ends a run at once."""


def page(number: int, *more: str) -> dict[str, str]:
    body = "".join(f"<p>{prose(seed, 60)}</p>" for seed in (number, number + 1))
    menu = "<nav><ul><li>Home</li><li>Tides</li><li>About us</li></ul></nav>"
    html = f"<html><body>{menu}<article>{body}{''.join(more)}</article></body></html>"
    return {"id": f"page-{number}", "url": f"https://a.example/{number}", "html": html}


PAGES = [page(number) for number in range(6)]
TEXTS = [{"id": f"text-{number}", "text": f"{prose(number, 60)}\n\n{prose(number + 1, 60)}\n"} for number in range(6)]
STAGES = ["prepared", "judged", "settled", "flagged", "compared", "cut"]


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """What the last run took from the work folder."""
    found: dict[str, int] = {}
    remove = Store.remove

    def removed(store: Store) -> None:
        found.clear()
        found.update(store.taken())
        remove(store)

    monkeypatch.setattr(Store, "remove", removed)
    monkeypatch.setattr(staged, "SHARD_DOCUMENTS", 3)
    return found


def stopped(run: Callable[[], object], module: Any, stage: str, after: int = 0) -> None:
    """A run that ends in a stage, once that was done so often."""
    own, left = getattr(module, stage), after

    def stops(*args: Any) -> Any:
        nonlocal left
        if not left:
            raise Stop
        left -= 1
        return own(*args)

    with pytest.MonkeyPatch.context() as patch, pytest.raises(Stop):
        patch.setattr(module, stage, stops)
        run()


@pytest.mark.parametrize(
    ("module", "stage", "after", "want"),
    [
        (shards, "prepare", 1, {"prepared": 1}),
        (pages, "judge", 1, {"prepared": 2, "judged": 1}),
        (pages, "settle", 1, {"prepared": 2, "judged": 2, "settled": 1}),
        (shards, "flag", 1, {"prepared": 2, "judged": 2, "settled": 2, "flagged": 1}),
        (reuse, "decide_apart", 0, {"prepared": 2, "judged": 2, "settled": 2, "flagged": 2, "compared": 1}),
        (staged, "cut_shard", 1, {"prepared": 2, "judged": 2, "settled": 2, "flagged": 2, "compared": 1, "cut": 1}),
        (write, "instead", 0, {"prepared": 2, "judged": 2, "settled": 2, "flagged": 2, "compared": 1, "cut": 2}),
    ],
)
def test_what_was_done_before_a_run_stopped_is_not_done_again(
    module: Any, stage: str, after: int, want: dict[str, int], tmp_path: Path, taken: dict[str, int]
) -> None:
    dedup.clean(PAGES, tmp_path / "whole")
    assert taken == {}

    stopped(lambda: dedup.clean(PAGES, tmp_path / "out"), module, stage, after)
    dedup.clean(PAGES, tmp_path / "out")

    assert taken == want
    assert contents(tmp_path / "out") == contents(tmp_path / "whole")


@pytest.mark.skipif(not kernel.NATIVE, reason="the shorter way needs the kernel")
@pytest.mark.parametrize("unit", ["passage", "document"])
def test_on_the_shorter_way_what_was_compared_is_not_compared_again(
    unit: str, tmp_path: Path, taken: dict[str, int]
) -> None:
    again = [*TEXTS, {"id": "copy", "text": TEXTS[0]["text"].replace("\n\n", "\n\nAnd so on. ")}]
    (tmp_path / "in.jsonl").write_bytes(b"".join(map(dedup.store.line, again)))
    config = Config(keep_chrome=True, unit=unit)
    dedup.clean(tmp_path / "in.jsonl", tmp_path / "whole", config=config)
    assert taken == {}

    def run() -> None:
        dedup.clean(tmp_path / "in.jsonl", tmp_path / "out", config=config)

    stopped(run, straight, "write_piece")
    run()

    assert taken["compared"] >= 1
    assert contents(tmp_path / "out") == contents(tmp_path / "whole")


CHANGES: dict[str, tuple[list[dict[str, str]], dict[str, int]]] = {
    "one more in its shard": ([*PAGES[:5], page(5, "<p>The mill closed in May.</p>")], {"prepared": 1, "judged": 1}),
    "one less of the site": (PAGES[:5], {"prepared": 1, "judged": 1}),
    "none": (PAGES, {"prepared": 2, "judged": 2, "settled": 2, "flagged": 2, "compared": 1, "cut": 2}),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_was_made_of_something_else_is_not_taken(change: str, tmp_path: Path, taken: dict[str, int]) -> None:
    inputs, want = CHANGES[change]
    stopped(lambda: dedup.clean(PAGES, tmp_path / "out"), write, "instead")
    dedup.clean(inputs, tmp_path / "out")
    found = dict(taken)
    dedup.clean(inputs, tmp_path / "whole")

    assert found == want
    assert contents(tmp_path / "out") == contents(tmp_path / "whole")


def test_other_settings_take_nothing(tmp_path: Path, taken: dict[str, int]) -> None:
    stopped(lambda: dedup.clean(PAGES, tmp_path / "out"), write, "instead")
    dedup.clean(PAGES, tmp_path / "out", config=Config(threshold=0.9))

    assert taken == {}


@pytest.mark.parametrize("stage", STAGES)
def test_what_is_damaged_is_made_again(stage: str, tmp_path: Path, taken: dict[str, int]) -> None:
    dedup.clean(PAGES, tmp_path / "whole")
    stopped(lambda: dedup.clean(PAGES, tmp_path / "out"), write, "instead")
    (first, *_) = sorted((tmp_path / "out" / "work").glob(f"*/{stage}.sealed"))
    content = bytearray(first.read_bytes())
    content[len(content) // 2] ^= 1
    first.write_bytes(content)

    dedup.clean(PAGES, tmp_path / "out")

    assert taken.get(stage, 0) == {"compared": 0}.get(stage, 1)
    assert contents(tmp_path / "out") == contents(tmp_path / "whole")


# ── the store ───────────────────────────────────────────────────────────────────────────────────────────────────────


def made(folder: Path, of: str, value: int) -> Any:
    store = Store(folder)

    def make() -> list[int]:
        store.save("0", "column", np.array([value]))
        return [value]

    return store.once("0", "stage", of, make)


def test_a_stage_of_another_key_is_made_again(tmp_path: Path) -> None:
    assert [made(tmp_path, *each) for each in [("a", 1), ("a", 2), ("b", 3), ("a", 4)]] == [[1], [1], [3], [4]]
    assert Store(tmp_path).column("0", "column").tolist() == [4]
    assert Store(tmp_path).taken() == {"stage": 1}


def test_a_stage_whose_file_is_not_as_it_was_is_made_again(tmp_path: Path) -> None:
    made(tmp_path, "a", 1)
    shutil.copy(tmp_path / "0" / "column.columns", tmp_path / "kept")
    made(tmp_path, "b", 2)
    shutil.copy(tmp_path / "kept", tmp_path / "0" / "column.columns")

    assert made(tmp_path, "b", 3) == [3]


VALUES: list[Any] = [
    "", "a", ["a"], [["a"]], {"a": 1}, 1, 0, None, b"", b"a", True,
    np.zeros(0, np.int64), np.zeros((0, 2), np.int64), np.zeros(0, np.int32), np.zeros(2, np.int64),
    np.zeros((1, 2), np.int64), np.zeros((2, 1), np.int64), np.zeros(2, np.float64), np.array([0, 1]),
]  # fmt: skip


def test_the_key_of_other_values_is_another() -> None:
    keys = [key(value) for value in VALUES] + [key(*pair) for pair in pairwise(VALUES)]

    assert len(set(keys)) == len(keys)
    assert [key(value) for value in VALUES] == keys[: len(VALUES)]
    assert key(np.arange(6).reshape(2, 3).T) == key(np.ascontiguousarray(np.arange(6).reshape(2, 3).T))


def test_pages_that_are_judged_otherwise_have_another_key(tmp_path: Path) -> None:
    job = pages.Judging(Work(tmp_path, Config()), "0", np.array([True, False]), {})
    others = [
        job._replace(chosen=np.array([False, True])),
        job._replace(failed={0: "took too long"}),
        job._replace(taught="a"),
    ]

    assert len({each.key for each in [job, *others]}) == 4


def test_what_is_flagged_by_other_counts_is_flagged_again(
    tmp_path: Path, taken: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped(lambda: dedup.clean(PAGES, tmp_path / "out"), write, "instead")
    monkeypatch.setattr("dedup.counting.taught", lambda _: "other")
    dedup.clean(PAGES, tmp_path / "out")

    assert taken == {"prepared": 2, "judged": 2, "settled": 2}
