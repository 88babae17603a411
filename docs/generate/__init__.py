"""What the pages say that follows from the code, made when they are built: nothing of it is written twice.

A page holds a mark, `<!-- generated: settings -->`; `expanded` puts Markdown in its place. Sphinx asks it for every
page (`conf.py`), and so do the tests, which need no Sphinx.
"""

from __future__ import annotations

import re
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

MARK = re.compile(r"^<!-- generated: ([a-z-]+)(?: ([^\n]+?))? -->$", re.MULTILINE)
_HOME = {
    "commands": "commands",
    "settings": "settings",
    "api": "api",
    "errors": "api",
    "kinds": "kinds",
    "files": "files",
    "formats": "tables",
    "fields": "tables",
    "rules": "tables",
    "presets": "tables",
    "known-failures": "tables",
    "section": "sections",
    "table": "sections",
    "figure": "figures",
}
"""The module here that makes what a mark asks for, by a function of its name."""


def expanded(page: str) -> str:
    """A page with everything in it that is made of the code.

    Raises:
        KeyError: a mark asks for what nothing makes.
    """
    return MARK.sub(lambda mark: _made(mark[1], mark[2]).rstrip("\n"), page)


def _made(name: str, argument: str | None) -> str:
    make: Callable[..., str] = getattr(import_module(f"{__name__}.{_HOME[name]}"), name.replace("-", "_"))
    return make(argument) if argument else make()
