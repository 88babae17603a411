"""Two texts side by side: the parts of each give it back, also out of a page; equal parts are equal."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

from dedup.diff import diff
from dedup.templating import marked
from dedup.text import fold, matches

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST = 120
_SIGN = re.compile(r'<span class="sign" title="U\+([0-9A-F]+)[^"<>]*">[^"<>]*?(?:×(\d+))?</span>')
"""A character that is not seen, as a page has it, and how often it stands there."""


def seeds() -> Iterator[bytes]:
    """Texts with much and little in common."""
    for left, right in (
        ("The ferry left at dawn.", "The ferry left,  at noon."),
        ("", "a"),
        ("a b a b a", "b a b"),
        ("Straße Ἀ", "STRASSE ἀ"),
        ("<b>&amp;</b>", "<b>&lt;</b>"),
        ("東京都庁", "東京 都"),
        ("e\u0301 \u202eabc", "é abc"),
        (" a", "a "),
    ):
        yield left.encode() + b"\0" + right.encode()
        yield b"\xff" + left.encode() + b"\0" + right.encode()


def check(data: bytes) -> None:
    """Parts put together give the text; what is the same has the same words; and so it stands in the page."""
    one, _, other = data.removeprefix(b"\xff").partition(b"\0")
    texts = one.decode("utf-8", "replace"), other.decode("utf-8", "replace")
    found = diff(*texts)
    for text, parts in zip(texts, found, strict=True):
        assert "".join(part.text for part in parts) == text, (texts, found)
        assert all(part.text for part in parts), (texts, found)
    same = [[word for part in parts if part.same for word in _words(part.text)] for parts in found]
    assert same[0] == same[1], (texts, found)
    if data[:1] == b"\xff":
        for text, parts in zip(texts, found, strict=True):
            page = "".join(f"<del>{marked(part.text)}</del>" for part in parts)
            assert _read(page) == text.replace("\r\n", "\n"), (text, page)


def _read(page: str) -> str:
    """The text of a page as it was before it was put there."""
    plain = _SIGN.sub(
        lambda sign: chr(int(sign[1], 16)) * int(sign[2] or 1), page.replace("<del>", "").replace("</del>", "")
    )
    assert not set("<>\"'") & set(plain), page
    return unescape(plain)


def _words(text: str) -> list[str]:
    return [fold(match.group()) for match in matches(text, 0, len(text))(0, len(text))]
