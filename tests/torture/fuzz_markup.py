"""Markdown and text as blocks: in order, inside of the text, with all of it but white space and marks of quotation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dedup import kernel
from dedup.markup import blocks, defined_blocks
from dedup.table import Table
from dedup.text import INITIALS

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST = 100
BETWEEN = ">|:}#% \t\n\r\v\f\x1c\x1d\x1e\x1f\x85\xa0\u2028\u2029\u3000\ufeff"
"""What may stand outside of all blocks: white space, and the marks of quotations whose lines have nothing else."""
_TEXTS = """# A mill|Title: x\nDate: 2024\n\nThe mill|---\ntitle: a\nurl: b\n---\nThe mill|> one\n> > two\nthree|- one
* two\n1. three|| a | b |\n|---|---|\n| c | d |||```\ncode\n```\n|~~~\ncode|<!-- a\nb -->\nc|The mill\n====
The ferry\n---
JL> It was\nJL> dry|# quoted\n# and on\n#\n|[map](http://a.b/c) ![x](y)|\u3000東京。\u2028・一|a\r\nb\x85c\vd"""


def seeds() -> Iterator[bytes]:
    """Blocks of each kind, in each encoding."""
    for text in _TEXTS.split("|"):
        yield b"\0" + text.encode()
        yield b"\1" + text.encode("utf-16-le")
    yield b"\0" + _TEXTS.encode()[: MOST - 1]


def text_of(data: bytes) -> str:
    """A text of any characters, lone surrogates among them."""
    if data[:1] in (b"\0", b""):
        return data[1:].decode("utf-8", "replace")
    return data[1:].decode("utf-16-le", "surrogatepass" if len(data) % 2 else "ignore")


def _is_between(text: str) -> bool:
    """Whether a part of a text may stand outside of all blocks; initials are such a mark, too."""
    return not any(INITIALS.sub("", line).strip(BETWEEN) for line in text.splitlines())


def check(data: bytes) -> None:
    """The blocks hold all of the text, and are what the kernel makes of it."""
    try:
        text = text_of(data)
    except UnicodeDecodeError:
        return
    found = defined_blocks(text)
    end = 0
    for block in found:
        assert end <= block.start < block.end <= len(text), (text, found)
        assert _is_between(text[end : block.start]), (text, found)
        assert 0 <= block.links <= 1, (text, found)
        end = block.end
    assert _is_between(text[end:]), (text, found)
    if kernel.NATIVE:
        own, wanted = blocks(text), Table.of(found)
        for name in ("starts", "ends", "tags", "links"):
            assert np.array_equal(getattr(own, name), getattr(wanted, name)), (text, own, wanted)
