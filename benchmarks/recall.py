"""How good an answer is: recall of the exact pairs by band of similarity, precision, and for passages characters.

An answer is a folder with `removed.jsonl`: `id`, `keeper.id` where the program says for which text one goes, and, for
passages, `start` and `end`. All programs are measured alike.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson

from benchmarks.exact import pairs
from dedup.decided import merged

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from numpy.typing import NDArray

    Spans = dict[str, list[tuple[int, int]]]

LEAST = 0.7
BANDS = {"[.7, .8)": (0.7, 0.8), "[.8, .9)": (0.8, 0.9), "[.9, 1)": (0.9, 1.0), "1": (1.0, 2.0)}
UNITS = {"documents": "d", "paragraphs": "p"}
KINDS = {"passage": "paragraph", "quote": "quotation of"}
WELL = 0.9
"""A planted passage counts as found if this share of its characters goes."""


def gold(folder: Path, unit: str) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """All pairs of documents or paragraphs of a corpus (see `crowd`) that are alike, and their similarities; they are
    searched for once."""
    path = folder / f"pairs-{unit}.npz"
    if not path.exists():
        words = np.fromfile(folder / "words.i32", np.int32)
        found, similar = pairs(words, bounds(folder, unit), LEAST)
        np.savez(path, pairs=found, similar=similar)
    with np.load(path) as stored:
        return stored["pairs"], stored["similar"]


def bounds(folder: Path, unit: str) -> NDArray[np.int64]:
    """Where the words of each document or paragraph of a corpus start; and where the last one ends."""
    with np.load(folder / "bounds.npz") as stored:
        found: NDArray[np.int64] = stored[unit]
        return found


def planted(folder: Path, count: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The same of a corpus that is too large to search: the copies that were planted among the first documents."""
    found = [each for each in _records(folder / "planted.jsonl") if each["kind"] == "document"]
    found = [each for each in found if each["jaccard"] >= LEAST and int(each["id"][1:]) < count]
    listed = [(int(each["source"][1:]), int(each["id"][1:])) for each in found]
    return np.array(listed, np.int64).reshape(-1, 2), np.array([each["jaccard"] for each in found])


def removed(out: Path) -> dict[int, int | None]:
    """Which texts of an answer are gone, and for which."""
    found: dict[int, int | None] = {}
    for each in _records(out / "removed.jsonl"):
        keeper = (each.get("keeper") or {}).get("id")
        found[int(each["id"][1:])] = int(keeper[1:]) if keeper else None
    return found


def scored(
    gone: dict[int, int | None], exact: NDArray[np.int64], similar: NDArray[np.float64], count: int
) -> dict[str, float]:
    """Recall by band: the share of exact pairs of which not both texts stay. Precision: the share of texts gone that
    have an exact partner which stays. Keeper: the share of those gone that are alike to the one named, if any is."""
    stays = np.ones(count, bool)
    stays[list(gone)] = False
    apart = ~(stays[exact[:, 0]] & stays[exact[:, 1]])
    found = {name: _share(apart[(similar >= low) & (similar < high)]) for name, (low, high) in BANDS.items()}
    partnered = np.zeros(count, bool)
    for one, other in ((0, 1), (1, 0)):
        partnered[exact[stays[exact[:, other]], one]] = True
    found["precision"] = _share(partnered[list(gone)])
    named = [(min(each), max(each)) for each in gone.items() if each[1] is not None]  # type: ignore[type-var]
    if named:
        known = exact[:, 0] * count + exact[:, 1]
        asked = np.array([low * count + high for low, high in named])  # type: ignore[operator]
        found["keeper"] = _share(np.isin(asked, known))
    return found


def passages(out: Path, folder: Path) -> dict[str, float]:
    """Of planted paragraphs and quotations the share of characters that went, from the copy or from its source; the
    share of them of which nearly all went; and the share of all characters gone that were planted."""
    spans: Spans = defaultdict(list)
    for each in _records(out / "removed.jsonl"):
        spans[each["id"]].append((each["start"], each["end"]))
    gone = {name: merged(some) for name, some in spans.items()}
    regions: Spans = defaultdict(list)
    reached: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for each in _records(folder / "planted.jsonl"):
        sides = [(each["id"], each["start"], each["end"])]
        sides.append((each["source"], each["source_start"], each["source_end"]))
        for name, start, end in sides:
            regions[name].append((start, end))
        if each["kind"] != "document":
            share, (_, start, end) = max(
                (covered(gone.get(name, []), start, end) / (end - start), (name, start, end))
                for name, start, end in sides
            )
            label = f"{KINDS[each['kind']]} {each['edit']}"
            reached[label].append((round(share * (end - start)), end - start))
    found: dict[str, float] = {}
    for label in sorted(reached):
        some = reached[label]
        found[label] = sum(one for one, _ in some) / sum(whole for _, whole in some)
        found[f"{label}, found"] = sum(one >= WELL * whole for one, whole in some) / len(some)
    within = sum(covered(merged(regions.get(name, [])), *span) for name, some in gone.items() for span in some)
    found["precision"] = within / max(1, sum(end - start for some in gone.values() for start, end in some))
    return found


def covered(spans: Iterable[tuple[int, int]], start: int, end: int) -> int:
    """How much of a range disjoint spans cover."""
    return sum(max(0, min(end, high) - max(start, low)) for low, high in spans)


def _records(path: Path) -> Iterable[Any]:
    with path.open("rb") as stream:
        yield from map(orjson.loads, stream)


def _share(flags: NDArray[np.bool_]) -> float:
    return float(flags.mean()) if len(flags) else float("nan")
