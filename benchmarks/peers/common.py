"""What all peers share: texts in, words as a Python program splits them, and an answer that can be scored."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    Keepers = NDArray[np.int64]
    """For every text, in order: its own number if it stays, that of the text it is a copy of, or UNKNOWN."""
    Slots = NDArray[Any]
    """The signatures of texts: [texts, PERMUTATIONS]."""
    Keys = NDArray[np.uint64]
    """The keys of a band, an entry a passage."""
    Buckets = Iterator[tuple[NDArray[Any], NDArray[Any]]]
    """Band by band the entries that share their key: something that is the same for those of a bucket, and the numbers
    of their passages."""

UNKNOWN = -1
"""It goes, and the program does not say for which."""
THRESHOLD, PERMUTATIONS, WORDS = 0.7, 128, 5
"""The task: texts of a Jaccard similarity of .7 or more, by their 5-grams of words, with 128 permutations."""
_WORD = re.compile(r"\w+")


def texts(path: Path) -> Iterator[str]:
    """The texts of a corpus."""
    with path.open("rb") as stream:
        for line in stream:
            yield orjson.loads(line)["text"]


def shingles(text: str) -> list[str]:
    """The 5-grams of the words of a text, the quickest way there is in plain Python."""
    words = _WORD.findall(text.lower())
    if len(words) < WORDS:
        return [" ".join(words)]
    return [" ".join(each) for each in zip(*(words[at:] for at in range(WORDS)), strict=False)]


def write(path: Path, keepers: Keepers, out: Path) -> None:
    """Write the lines that stay, as they are, and who went for whom."""
    out.mkdir(parents=True, exist_ok=True)
    lines = path.read_bytes().splitlines(keepends=True)
    own = keepers == np.arange(len(keepers))
    with (out / "clean.jsonl").open("wb") as stream:
        stream.writelines(line for line, stays in zip(lines, own.tolist(), strict=True) if stays)
    with (out / "removed.jsonl").open("wb") as stream:
        for number in np.nonzero(~own)[0].tolist():
            keeper = int(keepers[number])
            record: dict[str, object] = {"id": orjson.loads(lines[number])["id"]}
            if keeper != UNKNOWN:
                record["keeper"] = {"id": orjson.loads(lines[keeper])["id"]}
            stream.write(orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE))


def components(count: int, pairs: NDArray[np.int64]) -> Keepers:
    """Of every text the least one that pairs [n, 2] join it with."""
    label = np.arange(count)
    while True:
        low = np.minimum(label[pairs[:, 0]], label[pairs[:, 1]])
        before = label.copy()
        for side in (0, 1):
            np.minimum.at(label, pairs[:, side], low)
        label = label[label]
        if np.array_equal(before, label):
            return label


def firsts(keys: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Pairs of texts that share a key, each with the first that has it: int64 [n, 2]."""
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    new = np.concatenate([[True], ordered[1:] != ordered[:-1]])
    first = order[new][np.cumsum(new) - 1]
    return np.stack([first[~new], order[~new]], axis=1)


def agreeing(signatures: NDArray[np.uint32], pairs: NDArray[np.int64], least: float) -> NDArray[np.int64]:
    """The pairs, each once, of which a share of at least `least` of the slots is equal."""
    pairs = np.unique(pairs[:, 0] * len(signatures) + pairs[:, 1])
    found = np.stack([pairs // len(signatures), pairs % len(signatures)], axis=1)
    alike: Sequence[NDArray[np.float64]] = [
        (signatures[some[:, 0]] == signatures[some[:, 1]]).mean(axis=1)
        for some in np.array_split(found, len(found) // 10_000 + 1)
    ]
    return found[np.concatenate(alike) >= least]
