"""Where the links of a page lead, as Markdown can hold it."""

from __future__ import annotations

import re
from urllib.parse import urljoin

LONGEST = 2000
"""Characters of a link's target; longer ones hold data, and lead nowhere."""
_UNSAFE = re.compile(r"[\s()<>\\\"`|]|&(?=#?\w{1,32};)")
_SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*):")
_SCHEMES = frozenset(("http", "https", "mailto", "tel", "ftp", "ftps"))
_RESOLVED = re.compile(r"//|/\.|[;\\\[]|[?#]\Z|\?#")
"""What is not only put together where a URL is: steps that stand for others, empty parts, parameters."""


class Links:
    """The links of a page, from the URL that they are relative to; without one they stay as they are."""

    def __init__(self, base: str) -> None:
        self.base = base
        self._root = ""
        try:
            self._root = urljoin(base, "/")[:-1] if base.startswith(("http://", "https://")) else ""
        except ValueError:  # no URL
            self.base = ""

    def target(self, href: str) -> str:
        """Where a link leads; "" if nowhere that anyone could go to."""
        href = href.strip()
        scheme = _SCHEME.match(href)
        if not href or len(href) > LONGEST or (scheme and scheme[1].lower() not in _SCHEMES):
            return ""
        whole = self._whole(href, scheme.end() + 2 if scheme and href.startswith("//", scheme.end()) else 0)
        return _UNSAFE.sub(_escaped, whole)

    def _whole(self, href: str, host: int) -> str:
        """A link with what it leaves out; `host` is where the one stands that it names."""
        # Of most links nothing is to be resolved; `urljoin` takes ten times as long.
        if (
            ((host and href[host : host + 1] != "/") or (not host and self._root and href[0] == "/"))
            and not _RESOLVED.search(href, host)
            and href.isprintable()
        ):
            return href if host else self._root + href
        try:
            return urljoin(self.base, href) if self.base else href
        except ValueError:  # "http://[": no URL
            return ""


def _escaped(found: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in found[0].encode("utf-8", "replace"))
