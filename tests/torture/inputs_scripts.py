"""Hostile inputs: texts of characters that turn, hide, pile up or grow."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import orjson

from tests.torture.inputs import Case

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MANY, MILLION = 100_000, 1_000_000
TEXTS = {
    "100,000 marks on a letter": "e" + "\u0301" * MANY,
    "100,000 different marks on letters": "".join(f"a{chr(0x300 + at % 112)}" for at in range(MANY)),
    "enclosing marks": "a\u20dd\u20de\u20e0" * MANY,
    "turned around": "\u202e" + "abc def " * 10_000 + "\u202c" * 10 + "\u2066\u2067\u2068" * 10_000,
    "directions never closed": "\u202a\u202b\u202d\u202e\u2066" * MANY,
    "zero width": "m\u200bi\u200cl\u200dl\u2060 \ufeff" * MANY,
    "nothing but zero width": "\u200b\u200c\u200d\ufeff" * MANY,
    "soft hyphens": "mi\u00adll " * MANY,
    "variation selectors": "a\ufe0f\U000e0100" * MANY,
    "tags": "".join(chr(0xE0000 + at % 128) for at in range(MANY)),
    "private use": "".join(chr(0xE000 + at % 6_400) for at in range(MANY)),
    "unassigned": "\U0003fffd\U000e0fff\u0378" * MANY,
    "no characters": "\ufffe\uffff\U0010ffff\ufdd0" * MANY,
    "what grows in NFKC": "\ufdfa" * MANY,
    "what grows in NFKC, in words": "\ufdfa a\ufb03 \u3300 " * 20_000,
    "what grows when it is folded": "ß\u0390\ufb03\u1e9e" * MANY,
    "a word of a million letters": "abcdefghij" * MANY,
    "a word of a million Cyrillic letters": "абвгдежзий" * MANY,
    "Chinese": "東京都庁の前で" * 50_000,
    "Thai": "ประเทศไทย" * 40_000,
    "Khmer": "ភាសាខ្មែរ" * 35_000,
    "Hangul that is not composed": "\u1112\u1161\u11ab" * MANY,
    "Arabic with kashidas": "ـ".join("محمد" * 50_000),
    "punctuation only": "!?.,;:-_()[]{}" * 50_000,
    "figures only": "1234567890 " * MANY,
    "figures of scripts": "١٢٣४५६᠑᠒ " * MANY,
    "emoji only": "🌾👩‍👩‍👧‍👦🇩🇪🏴\U000e0067\U000e007f" * 20_000,
    "flags without end": "🇦" * MANY,
    "joined families without end": "👩\u200d" * MANY,
    "line ends of all kinds": "a\u2028b\u2029c\x85d\x0be\x0cf\r" * 20_000,
    "spaces of all kinds": "a\u00a0\u2000\u3000\u1680\u202f\u205fb" * 50_000,
    "sentences without words": ". . . ? ! … 。" * 50_000,
    "capitals without end": "AÄÖÜİIı" * MANY,
    "signs of Markdown": "*_`~#>[](!" * 50_000,
    "quotes that nobody closes": "\"'“‘«„`" * 50_000,
}


def put(text: str, end: str, folder: Path) -> None:
    """A text, as a file of its own or as a record."""
    content = text if end != "jsonl" else orjson.dumps({"id": "bad.jsonl", "text": text}).decode() + "\n"
    content = f"<p>{text}</p>" if end == "html" else content
    (folder / f"bad.{end}").write_text(content, encoding="utf-8", newline="")


def scripts() -> Iterator[Case]:
    """Texts of characters that are traps: right to left, zero width, marks, growth, words without end."""
    for at, (name, text) in enumerate(TEXTS.items()):
        end = ("txt", "jsonl", "md")[at % 3]
        lines = at % 6 == 1
        yield Case(f"{name}, as {end}", partial(put, text, end), documents={f"bad.{end}": ""}, lines=lines)
    for name in ("100,000 marks on a letter", "turned around", "what grows in NFKC", "Thai", "emoji only", "Chinese"):
        yield Case(f"{name}, as lines", partial(put, TEXTS[name], "jsonl"), documents={"bad.jsonl": ""}, lines=True)
        yield Case(f"{name}, of documents", partial(put, TEXTS[name], "jsonl"), documents={"bad.jsonl": ""}, lines=True,
                   words=("--unit", "document"))  # fmt: skip


FAMILIES = (scripts,)
