"""Hostile inputs: very many documents that are alike, in ways in which work grows with the square of their number."""

from __future__ import annotations

import json
from functools import partial
from random import Random
from typing import TYPE_CHECKING

from tests.material import prose
from tests.torture.inputs import MEMORY, Case

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

HUNDRED, MILLION, MOST = 100_000, 1_000_000, 1_500
LONG = 90.0
"""Seconds of CPU that a million documents may take, if the machine is busy."""
WORDS = [f"{first}{second}" for first in prose(1, 60).lower().split() for second in prose(2, 40).lower().split()]


def lines(count: int, text: Callable[[int], str], folder: Path) -> None:
    """So many documents of a text each."""
    with (folder / "bad.jsonl").open("w", encoding="utf-8") as file:
        for at in range(count):
            file.write(f'{{"id": "d{at:07}", "text": {json.dumps(text(at))}}}\n')


SAME, BUCKET = prose(11, 20), prose(12, 20)


def same(_: int) -> str:
    """One text."""
    return SAME


def in_bucket(at: int) -> str:
    """Texts that differ in a word: they have most bands in common."""
    return f"{BUCKET} It was number {at}."


def apart(at: int) -> str:
    """Texts that share a passage with their neighbours only, and are no copies."""
    own = Random(at)
    return " ".join(own.choices(WORDS, k=25))


def chained(at: int) -> str:
    """Texts of 50 words of which each shares 45 with the next, and none with the one ten further on."""
    return " ".join(WORDS_IN_ROW[5 * at : 5 * at + 50])


WORDS_IN_ROW = Random(5).choices(WORDS, k=1_000_050)
"""Words in a row, of which chains are cut."""


def paragraphs(count: int, text: str, folder: Path) -> None:
    """A document of so many paragraphs, all alike."""
    (folder / "bad.txt").write_text("\n\n".join([text] * count), encoding="utf-8")


def pages(count: int, one_site: bool, folder: Path) -> None:
    """Pages of one template, of one site or of one each."""
    with (folder / "bad.jsonl").open("w", encoding="utf-8") as file:
        for at in range(count):
            host = "mill" if one_site else f"mill{at}"
            text = " ".join(Random(at).choices(WORDS, k=30))
            html = (
                f'<html><head><title>{at}</title></head><body><nav><a href="/">Home</a></nav><article><h1>{at}</h1>'
                f"<p>{text}.</p></article><footer>Copyright 2020 The Mill. All rights reserved.</footer></body></html>"
            )
            record = {"id": f"d{at:07}", "url": f"https://{host}.example/{at}.html", "html": html}
            file.write(json.dumps(record) + "\n")


ALIKE = {"identical": same, "in one bucket": in_bucket, "chained": chained, "apart": apart}


def scale() -> Iterator[Case]:
    """Very many documents, and documents of very many paragraphs, that are alike: time grows as their number does."""
    for name, text in ALIKE.items():
        for unit in ("passage", "document"):
            made = partial(lines, HUNDRED // 2, text)
            yield Case(f"50,000 {name}, by {unit}", made, words=("--unit", unit), lines=True, memory=MOST)
    yield Case("20,000 chained, the long way", partial(lines, 20_000, chained), memory=MOST)
    of_one = {r"bad\.jsonl:\d+": "^has the id 'same' of bad.jsonl:1$"}
    yield Case("100,000 of one id", one_id, of_one, {"same": ""}, lines=True)
    for count, words in {100_000: 5, 20_000: 30}.items():
        made = partial(paragraphs, count, prose(3, words))
        yield Case(f"a document of {count:,} paragraphs", made, documents={"bad.txt": ""})
    own = partial(paragraphs, 10_000, prose(3, 30))
    yield Case("a document of 10,000 paragraphs, within", own, documents={"bad.txt": ""}, words=("--within",))
    for one_site in (True, False):
        what = "of one site" if one_site else "of one page each"
        yield Case(f"2,000 pages {what}", partial(pages, 2_000, one_site), seconds=60, memory=MOST)
    for unit in ("document", "passage"):
        yield very_many(MILLION, "identical", unit, memory=MEMORY)
    yield very_many(MILLION, "in one bucket", "document", memory=MEMORY)
    yield very_many(MILLION, "in one bucket", "passage", seconds=150)
    yield very_many(200_000, "chained", "passage")


def very_many(count: int, name: str, unit: str, memory: int = MOST, seconds: float = LONG) -> Case:
    """So many documents: a run keeps half a kilobyte to one and a quarter of each."""
    made = partial(lines, count, ALIKE[name])
    return Case(
        f"{count:,} {name}, by {unit}", made, words=("--unit", unit), lines=True, seconds=seconds, memory=memory
    )


def one_id(folder: Path) -> None:
    """So many documents of one id."""
    record = '{{"id": "same", "text": "The mill {0} closed in May."}}\n'
    (folder / "bad.jsonl").write_text("".join(record.format(at) for at in range(HUNDRED)), encoding="utf-8")


FAMILIES = (scale,)
