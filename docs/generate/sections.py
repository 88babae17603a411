"""Parts of other files of the repository, so that there is one source of them."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def section(argument: str) -> str:
    """A section of a file, `README.md Measured`, without its heading; its relative links lead to where the pages are.

    Raises:
        KeyError: there is none.
    """
    name, _, title = argument.partition(" ")
    text = (ROOT / name).read_text(encoding="utf-8")
    found = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    if not found:
        raise KeyError(f"{name} has no section {title!r}")
    return _linked(found[1].strip("\n"), name)


def table(argument: str) -> str:
    """What stands between two comments of a file: `bench/README.md documents`.

    Raises:
        KeyError: there are no such comments.
    """
    name, _, mark = argument.partition(" ")
    text = (ROOT / name).read_text(encoding="utf-8")
    found = re.search(rf"<!-- {mark} -->\n(.*?)<!-- /{mark} -->", text, re.DOTALL)
    if not found:
        raise KeyError(f"{name} has no part {mark!r}")
    return found[1].strip("\n")


def _linked(text: str, name: str) -> str:
    """Links to files that are no pages become their names."""
    folder = Path(name).parent

    def link(match: re.Match[str]) -> str:
        label, target = match[1], match[2]
        if target.startswith(("http:", "https:")):
            return match[0]
        if target.startswith("#"):
            return label
        path = (folder / target).as_posix()
        return f"`{path}`" if label.strip("`") in (path, target) else f"{label} (`{path}`)"

    return re.sub(r"\[([^\]]+)\]\(([^)\s]+)\)", link, text)
