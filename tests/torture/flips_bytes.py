"""What may happen to the bytes of a file: single bits that flip, ends that go, other files in its place."""

from __future__ import annotations

import re
from random import Random
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_PUNCTUATION = re.compile(rb'[{}\[\]:,"\n]')
_DIGITS = re.compile(rb"[0-9a-f]{16,}")
_ZEROS = re.compile(rb"\0{8,}")
EDGE = 32
"""Bytes at both ends of a file of which each is flipped: lengths, sums and magic numbers stand there."""


class Damage(NamedTuple):
    """What happened, in words; and the file then, None if it is gone."""

    what: str
    content: bytes | None

    def put(self, path: Path) -> None:
        """Let it happen, to a file that may be mapped: that is left as it was."""
        path.unlink()
        if self.content is not None:
            path.write_bytes(self.content)


def places(content: bytes, count: int) -> list[int]:
    """About so many places in a file, of every class: both ends, zeros between columns, punctuation of JSON, digits of
    digests, and any."""
    size, chance = len(content), Random(len(content))
    found = {*range(min(EDGE, size)), *range(max(0, size - EDGE), size)}
    for pattern in (_PUNCTUATION, _DIGITS, _ZEROS):
        some = [at for match in pattern.finditer(content) for at in (match.start(), match.end() - 1)]
        found.update(chance.sample(some, min(len(some), count // 6)))
    found.update(chance.randrange(size) for _ in range(count // 2) if size)
    every = sorted(found)
    return sorted(chance.sample(every, min(len(every), count)))


def flips(content: bytes, count: int) -> Iterator[Damage]:
    """About so many flips of a bit, each by itself."""
    for number, at in enumerate(places(content, count)):
        bit = 1 << number % 8
        changed = bytearray(content)
        changed[at] ^= bit
        yield Damage(f"bit {bit:#04x} of byte {at:,} of {len(content):,}", bytes(changed))


def others(content: bytes, older: bytes | None = None) -> Iterator[Damage]:
    """A file that is gone, empty, cut to lengths of every class, longer, or an older one of its name."""
    size = len(content)
    yield Damage("gone", None)
    if size:
        yield Damage("empty", b"")
    for length in sorted({1, 7, 8, 24, 64, size // 2, size - 64, size - 8, size - 1}):
        if 0 < length < size:
            yield Damage(f"cut to {length:,} bytes", content[:length])
    for more in (b"\0", b"\n", b"}", content[-40:], content):
        if more:
            yield Damage(f"{len(more):,} bytes more", content + more)
    if size > 1 and content[::-1] != content:
        yield Damage("backwards", content[::-1])
    if older is not None and older != content:
        yield Damage("an older one", older)
