"""Run a peer: `python -m benchmarks.peers.run daft IN.jsonl OUT` or `... daft IN.jsonl --signatures COUNT`

The second prints, as JSON, the CPU seconds for the signatures of the first so many texts, which are in memory already
(reading and starting up are not counted), their bytes, and how far the signatures are off: the root of the mean squared
error of the similarities of all planted copies among the texts.
"""

from __future__ import annotations

import argparse
import json
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import orjson

from benchmarks.peers.common import texts, write

if TYPE_CHECKING:
    from benchmarks.peers.common import Slots

WARM = 50
"""Texts that are signed before the clock runs: what is made once and kept is not counted."""


def main() -> None:
    """Write the answer of a peer, or print its seconds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("peer")
    parser.add_argument("path", type=Path)
    parser.add_argument("out", type=Path, nargs="?")
    parser.add_argument("--signatures", type=int, metavar="COUNT")
    options = parser.parse_args()
    peer = import_module(f"benchmarks.peers.{options.peer}")
    if not options.signatures:
        write(options.path, peer.near(options.path), options.out)
        return
    some = list(islice(texts(options.path), options.signatures))
    peer.signatures(some[:WARM])
    seconds, slots = peer.signatures(some)
    read = sum(len(text.encode()) for text in some)
    off = error(slots, options.path.parent / "planted.jsonl")
    print(json.dumps({"seconds": seconds, "texts": len(some), "bytes": read, "rmse": off}))


def error(slots: Slots, planted: Path) -> float:
    """How far the similarities by equal slots are off those that were planted in documents, none of them 0 or 1."""
    with planted.open("rb") as stream:
        copies = [each for each in map(orjson.loads, stream) if each["kind"] == "document" and each["jaccard"] < 0.98]
    known = np.array([(int(each["id"][1:]), int(each["source"][1:]), each["jaccard"]) for each in copies])
    known = known[known[:, 0] < len(slots)]
    pairs = known[:, :2].astype(np.int64)
    estimated = (slots[pairs[:, 0]] == slots[pairs[:, 1]]).mean(axis=1)
    return float(np.sqrt(np.mean((estimated - known[:, 2]) ** 2)))


if __name__ == "__main__":
    main()
