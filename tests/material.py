# ruff: noqa: E501 (tables of cases)
"""Texts that tests make up, and a run read whole into memory."""

from __future__ import annotations

import random
from dataclasses import dataclass
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import orjson
import xxhash

import dedup
from dedup.run import Runner, serial

if TYPE_CHECKING:
    from pathlib import Path

    from dedup.opening import Inputs

VOCABULARY = tuple(
    "harbour mill council river ferry winter bridge market school garden window letter paper cattle orchard valley tower"
    " engine captain weaver baker doctor farmer teacher sailor clerk mason painter road field forest meadow kitchen cellar"
    " attic barn stable fence gate wall roof chimney candle lantern mirror table chair bench shelf drawer basket bucket"
    " ladder hammer needle thread cloth wool linen leather copper silver iron timber stone brick sand clay gravel water"
    " storm thunder rain snow frost fog summer autumn spring morning evening night shadow silence music dance song story"
    " carried opened closed mended painted counted measured borrowed promised refused followed gathered lifted lowered"
    " slowly quickly quietly rarely often seldom nearly hardly almost always never again behind beside between beyond under"
    " over across along around against before after during without within toward upon among and but while since until".split()
)


def prose(seed: int, words: int = 60) -> str:
    """A paragraph of made-up sentences of 8 to 14 words; two of different seeds share nothing of length."""
    chance = random.Random(seed)
    sentences: list[str] = []
    while words > 0:
        length = min(max(words, 4), chance.randint(8, 14))
        words -= length
        sentence = " ".join(chance.choice(VOCABULARY) for _ in range(length))
        sentences.append(sentence[0].upper() + sentence[1:] + ".")
    return " ".join(sentences)


def vouch(folder: Path) -> None:
    """Let a run of which a test changed files be one that was written so: with the digests of its texts and files."""
    manifest = orjson.loads((folder / "manifest.json").read_bytes())
    restored = dedup.Result(folder).restore(damaged=True)
    known = [{**each, "digest": xxhash.xxh3_128_hexdigest(each.pop("text").encode())} for each in restored]
    (folder / "sources.jsonl").write_bytes(b"".join(orjson.dumps(each) + b"\n" for each in known))
    for name, said in manifest["files"].items():
        content = (folder / name).read_bytes()
        said |= {"bytes": len(content), "xxh3_128": xxhash.xxh3_128_hexdigest(content)}
    content = orjson.dumps(manifest)
    (folder / "manifest.json").write_bytes(content)
    (folder / "_SUCCESS").write_text(f"{xxhash.xxh3_128_hexdigest(content)}\n", encoding="utf-8")


def article(seed: int, paragraphs: int = 4) -> str:
    """Some paragraphs of prose, a blank line between them."""
    return "\n\n".join(prose(seed * 1_000 + number) for number in range(paragraphs))


@dataclass(frozen=True)
class Outcome:
    """All that a run gave."""

    texts: dict[str, str]
    documents: list[dict[str, Any]]
    removed: list[dict[str, Any]]
    restored: dict[str, str]
    failures: dict[str, str]
    summary: dict[str, Any]

    def gone(self, id_: str) -> list[str]:
        """The texts taken out of a document, in order."""
        return [record["text"] for record in self.removed if record["id"] == id_]

    def kinds(self, id_: str) -> set[str]:
        """The kinds of what was taken out of a document."""
        return {record["kind"] for record in self.removed if record["id"] == id_}


def cleaned(inputs: Inputs, runner: Runner = serial, **settings: Any) -> Outcome:
    """Clean in a temporary folder that is gone afterwards."""
    with TemporaryDirectory(prefix="dedup-test-") as folder:
        config, never = dedup.Config(**settings), dedup.Limits(stop_removed=1.0)  # of what is made up, much may go
        result = dedup.clean(inputs, f"{folder}/out", config=config, runner=runner, limits=never)
        documents = list(result.documents())
        return Outcome(
            dict(result.texts()),
            documents,
            list(result.removed()),
            {document["id"]: document["text"] for document in result.restore()},
            {failure.id: failure.why for failure in result.failures},
            result.summary,
        )
