"""Bytes as text: the encoding of a file, given, declared or detected."""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING

from dedup.config import codec
from dedup.data import Format

if TYPE_CHECKING:
    from dedup.config import Config

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark is the beginning of this one
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# WHATWG Encoding Standard, 4.2: what every browser reads a page as that names one of these (by the codec's own name).
_BROWSERS = {
    "iso8859-1": "windows-1252", "ascii": "windows-1252", "iso8859-9": "windows-1254", "iso8859-11": "cp874",
    "tis-620": "cp874", "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932", "euc_kr": "cp949",
    "big5": "big5hkscs",
}  # fmt: skip
_LABELS = {"x-sjis": "shift_jis", "x-gbk": "gbk", "dos-874": "cp874", "windows-874": "cp874", "x-euc-jp": "euc-jp"}
"""Names that browsers know and Python does not."""
_DECLARED = re.compile(rb"""(?:charset\s*=\s*["']?|<\?xml[^>]*encoding\s*=\s*["'])\s*([\w.:-]+)""", re.IGNORECASE)


def encoding_of(content: bytes, kind: Format, config: Config, named: str = "") -> tuple[str, str]:
    """The encoding of a file and how it is known: given, declared, or detected. `named` is what a server said of it,
    which goes before what the page says (WHATWG HTML, 13.2.3.1), where it can be read so.

    Raises:
        ValueError: the content is not valid in the encoding it must be in, or in none that can be told.
    """
    if config.encoding:
        _check(content, config.encoding, "--encoding")
        return config.encoding, "given"
    for mark, name in _BOMS:
        if content.startswith(mark):
            _check(content, name, "its byte order mark")
            return name, "declared"
    declared = _DECLARED.search(content[:4096]) if kind is Format.HTML else None
    if named and (server := _named(named)) and _decodes(content, server):
        return server, "declared"
    for said in (_declared(declared.group(1)) if declared else None, "utf-8"):
        if said and _decodes(content, said):
            return said, "declared"
    from charset_normalizer import from_bytes

    best = from_bytes(content).best()
    if best is None:
        raise ValueError("its encoding is not declared, not UTF-8, and cannot be told; give it with --encoding")
    return best.encoding, "detected"


def _named(label: str) -> str | None:
    """The encoding that a server names, as browsers understand it; it may be one of those that no page can name."""
    label = label.lower()
    if label in ("utf-16", "utf-16le", "utf-16be"):
        return "utf-16-be" if label.endswith("be") else "utf-16-le"
    return _declared(label.encode("ascii", "replace"))


def _declared(name: bytes) -> str | None:
    """The encoding that a page says it has, as browsers understand it; None if it cannot have it.

    >>> _declared(b"Latin1"), _declared(b"windows-1251"), _declared(b"utf-16"), _declared(b"undefined")
    ('windows-1252', 'windows-1251', None, None)
    """
    label = name.decode("ascii").lower()
    label = _LABELS.get(label, label)
    found = codec(label)
    # The name was found in ASCII bytes, so that the encoding must be one that holds them: not UTF-16 and not EBCDIC.
    if (
        found is None
        or found.name == "utf-7"
        or not _decodes(name, label)
        or name.decode(label) != name.decode("ascii")
    ):
        return None
    return _BROWSERS.get(found.name, label)


def _check(content: bytes, encoding: str, said: str) -> None:
    try:
        content.decode(encoding)
    except UnicodeDecodeError as error:
        raise ValueError(f"not valid {encoding} (from {said}) at byte {error.start}: {error.reason}") from error
    except UnicodeError as error:
        raise ValueError(f"not valid {encoding} (from {said}): {error}") from error


def _decodes(content: bytes, encoding: str) -> bool:
    try:
        content.decode(encoding)
    except UnicodeError:
        return False
    return True
