"""Texts of documents on a terminal, which must not obey them: without what it would obey, or with signs for it."""

from __future__ import annotations

import re
from unicodedata import category

_ESCAPE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])")
_TURNS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_UNSEEN = re.compile(f"[\x00-\x1f\x7f-\x9f\ud800-\udfff{''.join(sorted(_TURNS))}]")


def harmless(text: str) -> str:
    """A text on one line, without terminal escapes, control characters and marks that turn the writing around.

    >>> harmless("a\\x1b[31m red\\x07\\n rag\\u202e")
    'a red rag'
    """
    bare = _ESCAPE.sub("", text)
    shown = (c for c in bare if c.isspace() or not (c in _TURNS or category(c) in ("Cc", "Cs")))
    return " ".join("".join(shown).split())


def visible(text: str) -> str:
    """A text on one line, with signs in place of what `harmless` leaves out: what is there is to be seen.

    >>> visible("a\\x1b[31m red\\x07\\n rag\\u202e")
    'a␛[31m red␇ rag<U+202E>'
    """
    return _UNSEEN.sub(_sign, " ".join(text.split()))


def _sign(match: re.Match[str]) -> str:
    code = ord(match[0])
    return chr(0x2400 + code) if code < 0x20 else "␡" if code == 0x7F else f"<U+{code:04X}>"
