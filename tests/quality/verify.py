"""An independent check of what a run cut as duplicate: `python -m tests.quality.verify OUT_FOLDER SOURCES.jsonl`

Uses nothing of `dedup`: its own words, and the longest common subsequence of every record with its keeper by dynamic
programming. A record is wrong where the two are not alike enough, the keeper lacks too much of it, the keeper's passage
is itself gone, or the run said more than is true. Every wrong record is printed, and the exit code is 1.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import sys
import unicodedata
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    Same = Callable[[str, str], bool]
    """Whether two different words count as the same, as misread ones may."""

THRESHOLD = 0.8
ROUNDING = 0.005
"""By how much the similarity may miss the threshold: what two ways to tell words differ in."""
CONTAINED = 0.75
"""The share of a record's words that its keeper has at least, in their order."""
OVERSTATED = 0.05
"""By how much the similarity that was recorded may be too high."""

# Thai and Lao, Burmese, Khmer, kana, Chinese characters.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
_WORD = re.compile(rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]+")  # an underscore is emphasis, or a line drawn
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_LINK = re.compile(r"(?<=\])\([^()\s]*\)")
_BROKEN = re.compile(r"(?<=[^\W\d_])-[ \t]*\r?\n[>\s]*(?=[^\W\d_])")


class Wrong(NamedTuple):
    """A record that should not be, and why."""

    id: str
    start: int
    end: int
    why: str


def words(text: str) -> list[str]:
    """The words of a text: NFKC, case-folded, without marks; a character is one where no spaces are written.

    >>> words("The Café\u00ads, 寺の"), words("see [this](https://a.example/b)")
    (['the', 'cafés', '寺', 'の'], ['see', 'this'])
    """
    plain = unicodedata.normalize("NFKC", _UNSEEN.sub("", _LINK.sub("", text))).casefold()
    unmarked = plain if plain.isascii() else "".join(each for each in plain if unicodedata.category(each) != "Mn")
    return _WORD.findall(unmarked)


def common(left: Sequence[str], right: Sequence[str], same: Same | None = None) -> int:
    """The length of the longest common subsequence, bit-parallel (Hyyrö, Bit-parallel LCS-length computation, 2004).

    >>> common("a b c d e".split(), "a x c e d".split())
    3
    """
    places: defaultdict[str, int] = defaultdict(int)
    for at, word in enumerate(left):
        places[word] |= 1 << at
    if same is not None:
        known = dict(places)
        for word in {*right}:
            places[word] = sum(bits for other, bits in known.items() if other == word or same(other, word))
    everything = (1 << len(left)) - 1
    row = everything
    for word in right:
        matched = row & places.get(word, 0)
        row = ((row + matched) | (row - matched)) & everything
    return len(left) - row.bit_count()


def alike(text: str, keeper: str, same: Same | None = None) -> tuple[float, float]:
    """Similarity and containment of a text to its keeper's; words broken at a line's end are read both ways."""
    readings = [(words(text), words(keeper))]
    if _BROKEN.search(text) or _BROKEN.search(keeper):
        readings.append((words(_BROKEN.sub("", text)), words(_BROKEN.sub("", keeper))))
    return max(_alike(left, right, same) for left, right in readings)


def _alike(left: Sequence[str], right: Sequence[str], same: Same | None) -> tuple[float, float]:
    if not left or not right:
        return 0.0, 0.0
    count = common(left, right, same)
    return 2 * count / (len(left) + len(right)), count / len(left)


def wrong(
    records: Iterable[Mapping[str, Any]],
    texts: Mapping[str, str],
    threshold: float = THRESHOLD,
    same: Same | None = None,
) -> Iterator[Wrong]:
    """The records of a run that are wrong. `texts` are the sources by id; spans are code points of them."""
    records = list(records)
    gone: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
    for record in records:
        gone[record["id"]].append((record["start"], record["end"]))
    for record in records:
        if record["reason"] == "duplicate":
            for why in _faults(record, texts, gone, (threshold, same)):
                yield Wrong(record["id"], record["start"], record["end"], why)


def _faults(
    record: Mapping[str, Any],
    texts: Mapping[str, str],
    gone: Mapping[str, Sequence[tuple[int, int]]],
    how: tuple[float, Same | None],
) -> Iterator[str]:
    keeper, said, (threshold, same) = record["keeper"], record["similarity"], how
    if texts[record["id"]][record["start"] : record["end"]] != record["text"]:
        yield "its text is not what stands there in the source"
    start, end = keeper["start"], keeper["end"]
    kept = texts[keeper["id"]]
    similarity, containment = alike(record["text"], kept[start:end], same)
    if similarity < threshold - ROUNDING:
        yield f"similarity {similarity:.3f} is below {threshold}"
    if containment < CONTAINED:
        yield f"the keeper has {containment:.0%} of its words only"
    if said - similarity > OVERSTATED:
        yield f"similarity {said:.3f} was recorded, and is {similarity:.3f}"
    lost = [(max(start, a), min(end, b)) for a, b in gone.get(keeper["id"], ())]
    if any(kept[a:b].strip() for a, b in lost if a < b):
        yield f"what {keeper['id']} keeps of it is gone itself"
    if keeper["id"] == record["id"] and max(start, record["start"]) < min(end, record["end"]):
        yield "it is its own keeper"


def read(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a JSONL file."""
    opened: Any = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8") as stream:
        yield from map(json.loads, stream)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the wrong records of a run; 1 if there are any."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path, help="the output folder of a run")
    parser.add_argument("sources", type=Path, help="what it was given: JSONL with id and text")
    parser.add_argument("--threshold", type=float, default=THRESHOLD)
    options = parser.parse_args(arguments)
    texts = {record["id"]: record["text"] for record in read(options.sources)}
    records = list(read(options.out / "removed.jsonl"))
    found = list(wrong(records, texts, options.threshold))
    for each in found:
        print(f"{each.id} {each.start}:{each.end}: {each.why}")
    count = sum(record["reason"] == "duplicate" for record in records)
    print(f"{count:,} duplicates checked, {len({each[:3] for each in found}):,} of them wrong", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
